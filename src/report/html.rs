//! The report as one HTML page: no script, nothing fetched, fit for the screen at the counter and for printing on A4.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    cards::Picture,
    image::{self, Raster},
    lang::{Bilingual, Lang},
    verify::Check,
};

use super::{
    Report, Tone, base64,
    clean::visible,
    label,
    shown::{Piece, Shown, mark},
    view::{Row, outcome},
};

const STYLE: &str = include_str!("report.css");

/// What the page may do: show itself and the pictures in it.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn render(report: &Report<'_>) -> String {
    let page = Page { report };
    let required = report.required_checks();
    let unreal = report.headline().unreal.map(|unreal| report.say(unreal.name()));
    let lang = match report.options.lang {
        Lang::Ja => "ja",
        Lang::En => "en",
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { @if let Some(name) = unreal { (name) " - " } (report.say(label::TITLE)) " - taimen" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if let Some(name) = unreal {
                    p.unreal { (name) }
                    div.watermark aria-hidden="true" { @for _ in 0..WATERMARKS { span { (name) } } }
                }
                (page.verdict())
                (page.person())
                (page.changes())
                (page.form())
                (page.staff())
                @if let Some(inquiry) = report.asks() { (page.pairs(inquiry.title, "facts", &report.inquiry())) }
                (page.facts())
                (page.checks(label::REQUIRED, required.iter()))
                (page.checks(label::ADVISORY, report.advisory_checks()))
                (page.rests_on())
                (page.limits())
                (page.evidence(&required))
                (page.warnings())
                footer {
                    (report.say(label::READER)) ": " (visible(&report.context.reader)) " | "
                    (report.say(label::LINK)) ": " (report.link())
                    br;
                    (report.say(label::PERSONAL))
                }
            }
        }
    };
    markup.into_string()
}

/// How often a page says across itself that it is not about a real document.
const WATERMARKS: usize = 5;

struct Page<'a> {
    report: &'a Report<'a>,
}

impl Page<'_> {
    fn say(&self, text: Bilingual) -> &'static str {
        self.report.say(text)
    }

    fn verdict(&self) -> Markup {
        let report = self.report;
        let headline = report.headline();
        let mut meta = vec![self.say(report.findings.kind.name()).to_owned()];
        meta.extend(report.origin().map(|origin| self.say(origin).to_owned()));
        meta.extend(report.times().into_iter().map(|(title, text)| format!("{}: {text}", self.say(title))));
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
            p.meta {
                @for (index, part) in meta.iter().enumerate() {
                    @if index > 0 { " " span aria-hidden="true" { "|" } " " }
                    (part)
                }
            }
        }
    }

    /// Photo at the left; each value beside the picture that it must agree with, expiry and number among them.
    fn person(&self) -> Markup {
        let report = self.report;
        let picture = |id: &str| report.pictures().iter().find(|picture| picture.id == id);
        let rows: Vec<Row> = report.person().into_iter().chain(report.first_facts()).collect();
        let others =
            report.pictures().iter().filter(|other| other.id != "photo" && rows.iter().all(|row| row.id != other.id));
        let caption = match report.headline().tone() {
            Tone::Good => label::COMPARE,
            _ => label::DO_NOT_COMPARE,
        };
        html! {
            section.person {
                @if !report.age_only() {
                    figure.photo {
                        @match picture("photo") {
                            Some(photo) => { (self.picture(photo)) figcaption { (self.say(caption)) } }
                            None => p.missing { (self.say(label::NO_PHOTO)) }
                        }
                    }
                }
                dl {
                    @for row in &rows {
                        dt { (self.say(row.title)) }
                        dd {
                            @if let Some(picture) = picture(row.id) {
                                div { (self.picture(picture)) (self.mark(report.mark(picture.signed_by))) }
                            }
                            span.value { (self.shown(&row.value)) }
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
    }

    /// A value; external characters as pictures if the card holds one that decodes.
    fn shown(&self, value: &Shown) -> Markup {
        let png = |slot| {
            let (file, raster): (&str, Raster) = self.report.external(slot)?;
            Some((file, raster.to_png().ok()?))
        };
        html! {
            @for piece in &value.0 {
                @match piece {
                    Piece::Text(text) => (text),
                    Piece::External(slot) => {
                        @match png(*slot) {
                            Some((file, png)) => {
                                img.external alt=(mark(*slot)) title={ (self.say(label::EXTERNAL)) " " (slot) " (" (file) ")" }
                                    src=(data(&png));
                            }
                            None => (mark(*slot)),
                        }
                    }
                }
            }
        }
    }

    /// The values after changes, and the changes themselves.
    fn changes(&self) -> Markup {
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
                                td { (self.shown(&row.value)) }
                                td { (self.shown(&row.commission)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The form against the chip: a row for every field of the form, what differs marked.
    fn form(&self) -> Markup {
        let rows = self.report.form_rows();
        let columns = [label::FIELD, label::RESULT, label::CHIP_SIDE, label::FORM_SIDE];
        let side = |side: &[(bool, String)]| {
            html! { @for (equal, text) in side { @if *equal { (text) } @else { mark { (text) } } } }
        };
        html! {
            @if !rows.is_empty() {
                section.form {
                    h2 { (self.say(label::FORM)) }
                    table.checks {
                        tr { td {} @for title in columns { th scope="col" { (self.say(title)) } } }
                        @for row in &rows {
                            tr class=(row.tone.as_str()) {
                                td.symbol { (row.tone.symbol()) }
                                th scope="row" { (self.say(row.title)) }
                                td { b { (self.say(row.word)) } @if !row.why.is_empty() { br; (row.why) } }
                                td { (side(&row.chip)) }
                                td { (side(&row.form)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The facts that don't are beside the photo.
    fn facts(&self) -> Markup {
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
        html! { tr { th scope="row" { (self.say(row.title)) } td { (self.shown(&row.value)) (self.mark(row.mark)) } } }
    }

    fn mark(&self, remark: Option<Bilingual>) -> Markup {
        html! { @if let Some(remark) = remark { span.mark { (self.say(remark)) } } }
    }

    /// A picture that this program decoded and encoded again: no byte of the card's file reaches the browser. One that
    /// does not decode is named.
    fn picture(&self, picture: &Picture) -> Markup {
        let title = self.say(picture.title);
        let png =
            image::decode(&picture.bytes, picture.format.into()).and_then(|raster| Ok((raster.to_png()?, raster)));
        html! {
            @match png {
                Ok((png, raster)) => {
                    img class={ "picture-" (picture.id) } alt=(title)
                        width=(raster.width().saturating_mul(scale(&raster)))
                        height=(raster.height().saturating_mul(scale(&raster)))
                        src=(data(&png));
                }
                Err(_) => p.missing { (title) ": " (self.say(label::UNDECODABLE)) }
            }
        }
    }

    fn staff(&self) -> Markup {
        let notes = self.report.for_staff();
        html! {
            @if !notes.is_empty() {
                section.staff {
                    h2 { (self.say(label::FOR_STAFF)) }
                    ol { @for (_, text) in notes { li { (self.say(text)) } } }
                }
            }
        }
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

    fn checks<'c>(&self, title: Bilingual, checks: impl Iterator<Item = &'c Check>) -> Markup {
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

    fn rests_on(&self) -> Markup {
        let report = self.report;
        let mut pairs = report.rests_on();
        let counter = |counter| format!("{}: {}", report.say(label::COUNTERS), report.counter(counter));
        pairs.extend(report.retry_counters().into_iter().map(|(title, left)| (title, counter(left))));
        self.pairs(label::RESTS_ON, "facts", &pairs)
    }

    fn limits(&self) -> Markup {
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

    fn evidence(&self, required: &[Check]) -> Markup {
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

    fn warnings(&self) -> Markup {
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

/// A picture as the address of itself.
fn data(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", base64::encode(png))
}

/// The small pictures of text are enlarged by a whole number, so that every dot becomes the same square.
fn scale(raster: &Raster) -> u32 {
    const WIDEST: u32 = 590;
    (WIDEST / raster.width().max(1)).clamp(1, 3)
}
