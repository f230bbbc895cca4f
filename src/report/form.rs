//! The application form against the chip, as rows for text and page.

use crate::lang::Bilingual;

use super::{Report, Tone};

/// One field of the form.
pub(super) struct FormRow {
    /// The field's machine name.
    pub id: &'static str,
    pub title: Bilingual,
    pub tone: Tone,
    pub word: Bilingual,
    /// The rules, or why there is nothing to compare; empty if there is nothing to say.
    pub why: String,
    /// Both spellings in stretches, and whether each is the same on both sides; empty if they are not shown.
    pub chip: Vec<(bool, String)>,
    pub form: Vec<(bool, String)>,
    /// The picture to look at instead of a text.
    pub picture: Option<&'static str>,
}

#[cfg(not(feature = "compare"))]
impl Report<'_> {
    pub(super) fn form(&self) -> Option<&()> {
        None
    }

    pub(super) fn form_rows(&self) -> Vec<FormRow> {
        Vec::new()
    }

    pub(super) fn form_agrees(&self) -> bool {
        true
    }
}

#[cfg(feature = "compare")]
mod compared {
    use super::{FormRow, Report, Tone};
    use crate::{
        compare::{Class, Comparison, FieldResult},
        report::clean::visible,
    };

    impl Report<'_> {
        pub(in crate::report) fn form(&self) -> Option<&Comparison> {
            self.context.form.as_ref()
        }

        pub(in crate::report) fn form_agrees(&self) -> bool {
            self.form().is_none_or(Comparison::agrees)
        }

        pub(in crate::report) fn form_rows(&self) -> Vec<FormRow> {
            self.form().into_iter().flat_map(Comparison::fields).map(|field| self.form_row(field)).collect()
        }

        fn form_row(&self, field: &FieldResult) -> FormRow {
            let tone = match field.class {
                Class::Same | Class::SameAfter => Tone::Good,
                Class::Similar | Class::NotComparable => Tone::Unsure,
                Class::Different => Tone::Bad,
            };
            let rules = field.rules.iter().map(|rule| self.say(rule.title()));
            let reason = field.reason.map(|reason| self.say(reason.text()));
            let picture = field.picture.and_then(|id| self.findings.picture(id)).map(|picture| self.say(picture.title));
            let why: Vec<&str> = rules.chain(reason).chain(picture).collect();
            let side = |chip: bool| {
                let text = field.segments.iter().map(move |part| if chip { &part.chip } else { &part.form });
                field.segments.iter().zip(text).map(|(part, text)| (part.equal, visible(text))).collect()
            };
            FormRow {
                id: field.field.as_str(),
                title: field.field.title(),
                tone,
                word: field.class.word(),
                why: why.join(self.comma()),
                chip: side(true),
                form: side(false),
                picture: field.picture,
            }
        }
    }
}
