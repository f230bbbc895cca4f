//! The application form beside the card, and what the law allows if the card does not do.

use maud::{Markup, html};

use crate::{
    counter::{Session, form::FIELDS},
    lang::Bilingual,
};

use super::{Say, words};

fn title(field: &str) -> Bilingual {
    match field {
        "name" => words::FORM_NAME,
        "kana" => words::FORM_KANA,
        "address" => words::FORM_ADDRESS,
        "birth_date" => words::FORM_BIRTH,
        _ => words::FORM_SEX,
    }
}

/// The form's fields, to type, paste or scan.
pub(super) fn form(session: &Session, say: Say) -> Markup {
    html! {
        section.form {
            h2 #form-title { (say.say(words::FORM)) }
            form data-action="form" data-list="fields" aria-labelledby="form-title" autocomplete="off" novalidate {
                @for field in FIELDS {
                    div.field #{ "form-field-" (field) } {
                        label for={ "form-" (field) } { (say.say(title(field))) }
                        input #{ "form-" (field) } type="text" name=(field) lang="ja" autocomplete="off" spellcheck="false"
                            value=(session.form().field(field).unwrap_or_default());
                    }
                }
                p.how { (say.say(words::FORM_HOW)) }
                button #compare type="submit" { (say.say(words::FORM_COMPARE)) }
            }
        }
    }
}

/// What the law allows for this document if the card does not do. Filled in by the law profiles.
pub(super) fn fallbacks(session: &Session, say: Say) -> Markup {
    let _ = (session, say);
    html! {}
}
