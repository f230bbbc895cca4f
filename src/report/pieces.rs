//! The pieces of a page about a card: the saved page and the counter's page are made of them.

use maud::{Markup, html};

use crate::{
    lang::{Bilingual, Lang},
    verify::Check,
};

use super::{
    Report, Tone,
    clean::visible,
    label,
    pictures::{PHOTO, Pictures},
    shown::{Piece, Shown},
    view::{Row, outcome},
};

/// How often a page says across itself that it is not about a real document.
const WATERMARKS: usize = 5;

/// The pieces of a page about a card.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) pictures: Pictures,
}

impl Report<'_> {
    /// The pieces of a page about the card, as HTML.
    pub(crate) fn pieces(&self, pictures: Pictures) -> Pieces<'_> {
        Pieces { report: self, pictures }
    }
}

impl Pieces<'_> {
    /// What the link carried, and what of it a person waited for.
    pub(crate) fn link(&self) -> Markup {
        html! { p { (self.say(label::LINK)) ": " (self.report.link()) } }
    }

    /// That nobody was issued such a card: in words, and across the whole page.
    pub(crate) fn unreal(&self) -> Markup {
        html! {
            @if let Some(name) = self.report.headline().unreal.map(|unreal| self.say(unreal.name())) {
                p.unreal { (name) }
                // Not text: nobody selects it, and it is no contrast to be judged.
                div.watermark aria-hidden="true" { @for _ in 0..WATERMARKS { span data-words=(name) {} } }
            }
        }
    }

    pub(super) fn say(&self, text: Bilingual) -> &'static str {
        self.report.say(text)
    }

    /// The verdict: symbol, words, why, and what it means.
    pub(crate) fn verdict(&self) -> Markup {
        let report = self.report;
        let headline = report.headline();
        html! {
            header class={ "verdict " (headline.tone().as_str()) " " (headline.as_str()) } {
                div.symbol aria-hidden="true" { (headline.symbol()) }
                div {
                    h1 { (self.say(headline.words())) }
                    @for note in report.headline_notes() { p.cause { (self.say(note.text)) } }
                    @if let Some(cause) = headline.cause() { p.cause { (self.say(cause)) } }
                    p { (self.say(report.meaning())) }
                    @if let Some(row) = report.day_alone() {
                        p.day { (self.say(row.title)) " " b { (self.shown(&row.value)) } (self.mark(row.mark)) }
                    }
                }
            }
        }
    }

    /// Which card it is, and as of when it was judged.
    pub(crate) fn meta(&self) -> Markup {
        let report = self.report;
        let mut meta = vec![self.say(report.findings.title()).to_owned()];
        meta.extend(report.origin().map(|origin| self.say(origin).to_owned()));
        meta.extend(report.times().into_iter().map(|(title, text)| format!("{}: {text}", self.say(title))));
        html! {
            p.meta {
                @for (index, part) in meta.iter().enumerate() {
                    @if index > 0 { " " span aria-hidden="true" { "|" } " " }
                    (part)
                }
            }
        }
    }

    /// Photo at the left, the values beside it.
    pub(crate) fn person(&self) -> Markup {
        html! { section.person { (self.photo()) (self.values()) } }
    }

    /// The face, and what to do with it; nothing if only the age was asked for.
    pub(crate) fn photo(&self) -> Markup {
        let caption = match self.report.headline().tone() {
            Tone::Good => label::COMPARE,
            _ => label::DO_NOT_COMPARE,
        };
        html! {
            @if !self.report.age_only() {
                figure.photo {
                    @match self.report.pictures().iter().find(|picture| picture.id == PHOTO) {
                        Some(photo) => { (self.picture(photo)) figcaption { (self.say(caption)) } }
                        None => p.missing { (self.say(label::NO_PHOTO)) }
                    }
                }
            }
        }
    }

    /// Each value beside the picture that it must agree with, expiry and number among them.
    pub(crate) fn values(&self) -> Markup {
        let report = self.report;
        let picture = |id: &str| report.pictures().iter().find(|picture| picture.id == id);
        let rows: Vec<Row> = report.person().into_iter().chain(report.first_facts()).collect();
        let others =
            report.pictures().iter().filter(|other| other.id != PHOTO && rows.iter().all(|row| row.id != other.id));
        html! {
            dl {
                @for row in &rows {
                    dt { (self.say(row.title)) }
                    dd {
                        @if let Some(picture) = picture(row.id) {
                            div { (self.picture(picture)) (self.mark(report.mark(picture.signed_by))) }
                        }
                        span.value lang=[self.foreign(&row.value)] { (self.shown(&row.value)) }
                        (self.mark(row.mark))
                    }
                }
                @for other in others {
                    dt { (self.say(other.title)) }
                    dd { (self.picture(other)) (self.mark(report.mark(other.signed_by))) }
                }
                @if let Some(guests) = report.guests() {
                    dt { (self.say(label::OTHER_APPLICATIONS)) }
                    dd { (guests) }
                }
            }
        }
    }

    /// The language of a value that is Japanese on an English page, for whoever has the page read aloud.
    fn foreign(&self, value: &Shown) -> Option<&'static str> {
        let japanese =
            |c: char| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}');
        let is_japanese = |piece: &Piece| matches!(piece, Piece::Text(text) if text.chars().any(japanese));
        (self.report.options.lang == Lang::En && value.0.iter().any(is_japanese)).then_some("ja")
    }

    /// The values after changes, and the changes themselves.
    pub(crate) fn changes(&self) -> Markup {
        let current = self.report.current();
        let history = self.report.history_rows();
        let columns = [label::DATE, label::CHANGE, label::NEW_VALUE, label::COMMISSION];
        html! {
            @if !current.is_empty() {
                section.current {
                    h2 { (self.say(label::CURRENT)) }
                    table.facts { @for row in &current { (self.table_row(row)) } }
                }
            }
            @if !history.is_empty() {
                section.history {
                    h2 { (self.say(label::HISTORY)) }
                    table {
                        tr { @for title in columns { th scope="col" { (self.say(title)) } } }
                        @for row in &history {
                            tr {
                                td { (row.date) }
                                td { (self.say(row.title)) }
                                td lang=[self.foreign(&row.value)] { (self.shown(&row.value)) }
                                td lang=[self.foreign(&row.commission)] { (self.shown(&row.commission)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The facts that don't stand beside the photo.
    pub(crate) fn facts(&self) -> Markup {
        let first = self.report.findings.presentation.first;
        let mut facts = self.report.facts();
        facts.retain(|row| !first.contains(&row.id));
        html! {
            @if !facts.is_empty() {
                section {
                    h2 { (self.say(label::CARD_FACTS)) }
                    table.facts { @for row in &facts { (self.table_row(row)) } }
                }
            }
        }
    }

    fn table_row(&self, row: &Row) -> Markup {
        html! {
            tr {
                th scope="row" { (self.say(row.title)) }
                td { span lang=[self.foreign(&row.value)] { (self.shown(&row.value)) } (self.mark(row.mark)) }
            }
        }
    }

    fn mark(&self, remark: Option<Bilingual>) -> Markup {
        html! { @if let Some(remark) = remark { span.mark { (self.say(remark)) } } }
    }

    /// The form against the chip: a row for every field of the form, what differs marked.
    pub(crate) fn form(&self) -> Markup {
        html! {
            @if !self.report.form_rows().is_empty() {
                section.form {
                    h2 { (self.say(label::FORM)) }
                    (self.form_table(|_| None, |_| html! {}))
                }
            }
        }
    }

    /// The table of it. `written`: the form's text of a field, to be shown beside the picture of one that is a picture only.
    /// `below`: what stands below a field's result. Both take the field's machine name.
    pub(crate) fn form_table(
        &self,
        written: impl Fn(&str) -> Option<String>,
        below: impl Fn(&str) -> Markup,
    ) -> Markup {
        let columns = [label::FIELD, label::RESULT, label::CHIP_SIDE, label::FORM_SIDE];
        let side = |side: &[(bool, String)]| {
            html! { @for (equal, text) in side { @if *equal { (text) } @else { mark { (text) } } } }
        };
        let seen = |id: &str| self.report.pictures().iter().find(|picture| picture.id == id);
        html! {
            table.checks {
                tr { td {} @for title in columns { th scope="col" { (self.say(title)) } } }
                @for row in &self.report.form_rows() {
                    @let by_eye = row.picture.and_then(seen).zip(written(row.id));
                    tr class=(row.tone.as_str()) {
                        td.symbol { (row.tone.symbol()) }
                        th scope="row" { (self.say(row.title)) }
                        td { b { (self.say(row.word)) } @if !row.why.is_empty() { br; (row.why) } (below(row.id)) }
                        @match by_eye {
                            Some((picture, text)) => { td { (self.picture(picture)) } td { (visible(&text)) } }
                            None => { td { (side(&row.chip)) } td { (side(&row.form)) } }
                        }
                    }
                }
            }
        }
    }

    /// What staff must know or do.
    pub(crate) fn staff(&self) -> Markup {
        let notes = self.report.for_staff(false);
        html! {
            @if !notes.is_empty() {
                section.staff {
                    h2 { (self.say(label::FOR_STAFF)) }
                    ol { @for (_, text) in notes { li { (self.say(text)) } } }
                }
            }
        }
    }

    /// Where a person can ask about the card, and what to type there.
    pub(crate) fn inquiry(&self) -> Markup {
        html! { @if let Some(inquiry) = self.report.asks() { (self.pairs(inquiry.title, "facts", &self.report.inquiry())) } }
    }

    /// Names and values. An address among them is not a link: nothing opens by itself.
    fn pairs(&self, title: Bilingual, class: &str, pairs: &[(Bilingual, String)]) -> Markup {
        html! {
            section {
                h2 { (self.say(title)) }
                table class=(class) {
                    @for (title, value) in pairs { tr { th scope="row" { (self.say(*title)) } td { (value) } } }
                }
            }
        }
    }

    /// Every check: the required ones, then the others.
    pub(crate) fn checks(&self) -> Markup {
        html! {
            (self.table_of(label::REQUIRED, self.report.required_checks().iter()))
            (self.table_of(label::ADVISORY, self.report.advisory_checks()))
        }
    }

    /// The required checks that did not pass.
    #[cfg(feature = "counter")]
    pub(crate) fn open_checks(&self, title: Bilingual) -> Markup {
        self.table_of(title, self.report.required_checks().iter().filter(|check| !check.is_passed()))
    }

    fn table_of<'c>(&self, title: Bilingual, checks: impl Iterator<Item = &'c Check>) -> Markup {
        let checks: Vec<&Check> = checks.collect();
        html! {
            @if !checks.is_empty() {
                section {
                    h2 { (self.say(title)) }
                    table.checks {
                        @for check in checks {
                            @let (tone, word) = outcome(check.verdict);
                            tr class=(tone.as_str()) {
                                td.symbol { (tone.symbol()) }
                                th scope="row" { (self.report.title_of(check)) }
                                td.word { (self.say(word)) }
                                td { (self.report.reason(check).unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whose keys the verdict rests on, and the counters.
    pub(crate) fn rests_on(&self) -> Markup {
        let report = self.report;
        let mut pairs = report.rests_on();
        let counter = |counter| format!("{}: {}", report.say(label::COUNTERS), report.counter(counter));
        pairs.extend(report.retry_counters().into_iter().map(|(title, left)| (title, counter(left))));
        self.pairs(label::RESTS_ON, "facts", &pairs)
    }

    /// What the verdict does not prove.
    pub(crate) fn limits(&self) -> Markup {
        let texts = self.report.does_not_prove();
        html! {
            @if !texts.is_empty() {
                section.limits {
                    h2 { (self.say(label::DOES_NOT_PROVE)) }
                    ul { @for (title, limit) in texts { li { b { (self.say(title)) } ": " (self.say(limit)) } } }
                }
            }
        }
    }

    /// What each check found, for auditors.
    pub(crate) fn evidence(&self) -> Markup {
        let required = self.report.required_checks();
        let all = || required.iter().chain(self.report.advisory_checks());
        html! {
            @if all().any(|check| check.evidence.iter().next().is_some()) {
                section.evidence {
                    h2 { (self.say(label::EVIDENCE)) }
                    @for check in all() {
                        @if check.evidence.iter().next().is_some() {
                            p {
                                b { (check.id) }
                                @for (name, value) in check.evidence.iter() {
                                    " " span { (visible(name)) "=" (visible(&value)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Oddities in the data.
    pub(crate) fn warnings(&self) -> Markup {
        let warnings = &self.report.findings.warnings;
        html! {
            @if !warnings.is_empty() {
                section.evidence {
                    h2 { (self.say(label::WARNINGS)) }
                    @for warning in warnings { p { b { (warning.file) } " " (visible(&warning.detail)) } }
                }
            }
        }
    }
}
