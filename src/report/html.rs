//! The report as one HTML page: no script, nothing fetched, fit for the screen at the counter and for printing on A4.

use std::fmt::Write;

use crate::{
    cards::Picture,
    image,
    lang::{Bilingual, Lang},
    verify::{Check, text_of},
};

use super::{
    Report, Tone, base64,
    clean::html,
    label,
    shown::{Piece, Shown, mark},
    view::{Row, outcome},
};

const STYLE: &str = include_str!("report.css");

pub(super) fn render(report: &Report<'_>) -> String {
    let mut page = Page { report, out: String::new() };
    page.head();
    page.verdict();
    page.person();
    page.changes();
    page.staff();
    page.inquiry();
    page.facts();
    let required = report.required_checks();
    page.checks(label::REQUIRED, required.iter());
    page.checks(label::ADVISORY, report.advisory_checks());
    page.rests_on();
    page.limits();
    page.evidence(&required);
    page.warnings();
    page.foot();
    page.out
}

struct Page<'a> {
    report: &'a Report<'a>,
    out: String,
}

impl Page<'_> {
    fn say(&self, text: Bilingual) -> String {
        html(self.report.say(text))
    }

    /// Adds markup. Whatever is not a literal must have gone through [`html`].
    fn put(&mut self, markup: &str) {
        let _ = writeln!(self.out, "{markup}");
    }

    fn head(&mut self) {
        let lang = match self.report.options.lang {
            Lang::Ja => "ja",
            Lang::En => "en",
        };
        let title = self.say(label::TITLE);
        self.put(&format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src \
             'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} - taimen</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"
        ));
    }

    fn verdict(&mut self) {
        let report = self.report;
        let headline = report.headline();
        let tone = match headline.tone() {
            Tone::Good => "good",
            Tone::Bad => "bad",
            Tone::Unsure => "unsure",
        };
        let mut meta = vec![self.say(report.findings.kind.name())];
        meta.extend(report.origin().map(|origin| self.say(origin)));
        meta.push(format!("{}: {}", self.say(label::JUDGED_AT), html(&report.judged())));
        if report.context.read_at.as_second() != report.findings.basis.at().as_second() || report.origin().is_some() {
            meta.push(format!("{}: {}", self.say(label::READ_AT), html(&report.time(report.context.read_at))));
        }
        if let Some(fingerprint) = &report.context.sealed_by {
            meta.push(format!("{}: {}", self.say(label::SEALED_BY), html(fingerprint)));
        }
        let notes = report.headline_notes();
        let notes = notes.iter().map(|note| format!("<p class=\"cause\">{}</p>\n", self.say(note.text)));
        let notes: String = notes.collect();
        let cause = headline.cause().map(|cause| format!("<p class=\"cause\">{}</p>", self.say(cause)));
        self.put(&format!(
            "<header class=\"verdict {tone} {}\">\n<div class=\"symbol\" aria-hidden=\"true\">{}</div>\n<div>\n\
             <h1>{}</h1>\n{notes}{}<p>{}</p>\n</div>\n</header>\n<p class=\"meta\">{}</p>",
            headline.as_str(),
            headline.symbol(),
            self.say(headline.words()),
            cause.unwrap_or_default(),
            self.say(report.meaning()),
            meta.join(" <span aria-hidden=\"true\">|</span> "),
        ));
    }

    /// Photo at the left; each value beside the picture that it must agree with.
    fn person(&mut self) {
        let report = self.report;
        let picture = |id: &str| report.pictures().iter().find(|picture| picture.id == id);
        self.put("<section class=\"person\">");
        if !report.age_only() {
            let photo = match picture("photo") {
                Some(photo) => self.picture(photo),
                None => format!("<p class=\"missing\">{}</p>", self.say(label::NO_PHOTO)),
            };
            let good = report.headline().tone() == Tone::Good;
            let caption = if good { label::COMPARE } else { label::DO_NOT_COMPARE };
            let caption = match picture("photo") {
                Some(_) => format!("<figcaption>{}</figcaption>", self.say(caption)),
                None => String::new(),
            };
            self.put(&format!("<figure class=\"photo\">{photo}{caption}</figure>"));
        }
        self.put("<dl>");
        let rows: Vec<Row> = if report.has_many_facts() {
            // They are too many for this place.
            report.person()
        } else {
            report.person().into_iter().chain(report.facts()).collect()
        };
        for row in &rows {
            self.row(row, picture(row.id));
        }
        for other in report.pictures() {
            if other.id != "photo" && rows.iter().all(|row| row.id != other.id) {
                let shown = self.picture(other);
                let mark = self.mark(report.mark(other.signed_by));
                let title = self.say(other.title);
                self.put(&format!("<dt>{title}</dt><dd>{shown}{mark}</dd>"));
            }
        }
        if let Some(guests) = report.guests() {
            self.put(&format!("<dt>{}</dt><dd>{}</dd>", self.say(label::OTHER_APPLICATIONS), html(&guests)));
        }
        self.put("</dl>\n</section>");
    }

    fn row(&mut self, row: &Row, picture: Option<&Picture>) {
        let shown = picture.map(|picture| {
            let mark = self.mark(self.report.mark(picture.signed_by));
            format!("<div>{}{mark}</div>", self.picture(picture))
        });
        let value = self.shown(&row.value);
        let mark = self.mark(row.mark);
        self.put(&format!(
            "<dt>{}</dt><dd>{}<span class=\"value\">{value}</span>{mark}</dd>",
            self.say(row.title),
            shown.unwrap_or_default()
        ));
    }

    /// A value; external characters as pictures where the card holds one that decodes.
    fn shown(&self, value: &Shown) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => html(text),
            Piece::External(slot) => {
                let picture = self.report.external(*slot);
                let png = picture.and_then(|(file, raster)| Some((file, raster.to_png().ok()?)));
                let mark = html(&mark(*slot));
                match png {
                    Some((file, png)) => format!(
                        "<img class=\"external\" alt=\"{mark}\" title=\"{} {slot} ({})\" src=\"data:image/png;base64,{}\">",
                        self.say(label::EXTERNAL),
                        html(file),
                        base64::encode(&png)
                    ),
                    None => mark,
                }
            }
        };
        value.0.iter().map(piece).collect()
    }

    /// The values after changes, and the changes themselves.
    fn changes(&mut self) {
        let report = self.report;
        let current: Vec<String> = report.current().iter().map(|row| self.table_row(row)).collect();
        if !current.is_empty() {
            let title = self.say(label::CURRENT);
            let rows = current.join("\n");
            self.put(&format!(
                "<section class=\"current\">\n<h2>{title}</h2>\n<table class=\"facts\">\n{rows}\n</table>\n</section>"
            ));
        }
        let history = report.history_rows();
        if history.is_empty() {
            return;
        }
        let head = [label::DATE, label::CHANGE, label::NEW_VALUE, label::COMMISSION];
        let head: String = head.iter().map(|title| format!("<th scope=\"col\">{}</th>", self.say(*title))).collect();
        let rows: Vec<String> = history
            .iter()
            .map(|row| {
                let (date, title) = (html(&row.date), self.say(row.title));
                let (value, commission) = (self.shown(&row.value), self.shown(&row.commission));
                format!("<tr><td>{date}</td><td>{title}</td><td>{value}</td><td>{commission}</td></tr>")
            })
            .collect();
        let title = self.say(label::HISTORY);
        self.put(&format!(
            "<section class=\"history\">\n<h2>{title}</h2>\n<table>\n<tr>{head}</tr>\n{}\n</table>\n</section>",
            rows.join("\n")
        ));
    }

    /// The facts where they are many; else they stand beside the photo.
    fn facts(&mut self) {
        let facts = if self.report.has_many_facts() { self.report.facts() } else { Vec::new() };
        if facts.is_empty() {
            return;
        }
        let title = self.say(label::CARD_FACTS);
        let rows: Vec<String> = facts.iter().map(|row| self.table_row(row)).collect();
        self.put(&format!(
            "<section>\n<h2>{title}</h2>\n<table class=\"facts\">\n{}\n</table>\n</section>",
            rows.join("\n")
        ));
    }

    fn table_row(&self, row: &Row) -> String {
        let (value, mark) = (self.shown(&row.value), self.mark(row.mark));
        format!("<tr><th scope=\"row\">{}</th><td>{value}{mark}</td></tr>", self.say(row.title))
    }

    fn warnings(&mut self) {
        let warnings = &self.report.findings.warnings;
        if warnings.is_empty() {
            return;
        }
        let title = self.say(label::WARNINGS);
        let row = |file, detail| format!("<tr><td>{}</td><td>{}</td></tr>", html(file), html(detail));
        let rows: Vec<String> = warnings.iter().map(|warning| row(warning.file, &warning.detail)).collect();
        self.put(&format!(
            "<section class=\"evidence\">\n<h2>{title}</h2>\n<table>\n{}\n</table>\n</section>",
            rows.join("\n")
        ));
    }

    fn mark(&self, remark: Option<Bilingual>) -> String {
        remark.map(|mark| format!("<span class=\"mark\">{}</span>", self.say(mark))).unwrap_or_default()
    }

    /// A picture that this program decoded and encoded again: no byte of the card's file reaches the browser. One that
    /// does not decode is named.
    fn picture(&self, picture: &Picture) -> String {
        let title = self.say(picture.title);
        let png =
            image::decode(&picture.bytes, picture.format.into()).and_then(|raster| Ok((raster.to_png()?, raster)));
        match png {
            Ok((png, raster)) => format!(
                "<img class=\"picture-{}\" alt=\"{title}\" width=\"{}\" height=\"{}\" src=\"data:image/png;base64,{}\">",
                html(picture.id),
                raster.width().saturating_mul(scale(&raster)),
                raster.height().saturating_mul(scale(&raster)),
                base64::encode(&png)
            ),
            Err(_) => format!("<p class=\"missing\">{title}: {}</p>", self.say(label::UNDECODABLE)),
        }
    }

    fn staff(&mut self) {
        let notes = self.report.for_staff();
        if notes.is_empty() {
            return;
        }
        let title = self.say(label::FOR_STAFF);
        self.put(&format!("<section class=\"staff\">\n<h2>{title}</h2>\n<ol>"));
        for (_, text) in notes {
            let text = self.say(text);
            self.put(&format!("<li>{text}</li>"));
        }
        self.put("</ol>\n</section>");
    }

    /// Values to be typed elsewhere. The address is no link: nothing opens by itself.
    fn inquiry(&mut self) {
        let pairs = self.report.inquiry();
        if pairs.is_empty() {
            return;
        }
        let row = |(title, value): &(Bilingual, String)| {
            format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", self.say(*title), html(value))
        };
        let rows: Vec<String> = pairs.iter().map(row).collect();
        let title = self.say(label::INQUIRY);
        self.put(&format!(
            "<section>\n<h2>{title}</h2>\n<table class=\"facts\">\n{}\n</table>\n</section>",
            rows.join("\n")
        ));
    }

    fn title_of(&self, check: &Check) -> String {
        text_of(check.id).map_or_else(|| html(check.id.as_str()), |text| self.say(text.title))
    }

    fn checks<'c>(&mut self, title: Bilingual, checks: impl Iterator<Item = &'c Check>) {
        let rows: Vec<String> = checks
            .map(|check| {
                let (symbol, word) = outcome(check.verdict);
                let class = match check.verdict {
                    crate::verify::Verdict::Passed => "good",
                    crate::verify::Verdict::Failed(_) => "bad",
                    crate::verify::Verdict::NotDone(_) => "unsure",
                };
                let reason = self.report.reason(check).map(|reason| html(&reason)).unwrap_or_default();
                format!(
                    "<tr class=\"{class}\"><td class=\"symbol\">{symbol}</td><th scope=\"row\">{}</th><td class=\"word\">{}</td>\
                     <td>{reason}</td></tr>",
                    self.title_of(check),
                    self.say(word)
                )
            })
            .collect();
        if rows.is_empty() {
            return;
        }
        let title = self.say(title);
        self.put(&format!(
            "<section>\n<h2>{title}</h2>\n<table class=\"checks\">\n{}\n</table>\n</section>",
            rows.join("\n")
        ));
    }

    fn rests_on(&mut self) {
        let report = self.report;
        let mut pairs = report.rests_on();
        let counter = |tries| format!("{}: {}", report.say(label::COUNTERS), report.counter(tries));
        pairs.extend(report.tries().into_iter().map(|(title, tries)| (title, counter(tries))));
        let rows: Vec<String> = pairs
            .iter()
            .map(|(title, value)| {
                format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", self.say(*title), html(value))
            })
            .collect();
        let title = self.say(label::RESTS_ON);
        self.put(&format!("<section>\n<h2>{title}</h2>\n<table>\n{}\n</table>\n</section>", rows.join("\n")));
    }

    fn limits(&mut self) {
        let texts = self.report.does_not_prove();
        if texts.is_empty() {
            return;
        }
        let title = self.say(label::DOES_NOT_PROVE);
        self.put(&format!("<section class=\"limits\">\n<h2>{title}</h2>\n<ul>"));
        for (title, limit) in texts {
            let line = format!("<li><b>{}</b>: {}</li>", self.say(title), self.say(limit));
            self.put(&line);
        }
        self.put("</ul>\n</section>");
    }

    fn evidence(&mut self, required: &[Check]) {
        let mut rows = Vec::new();
        for check in required.iter().chain(self.report.advisory_checks()) {
            for (name, value) in check.evidence.iter() {
                let row = format!("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", check.id, html(name), html(&value));
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return;
        }
        let title = self.say(label::EVIDENCE);
        self.put(&format!(
            "<section class=\"evidence\">\n<h2>{title}</h2>\n<table>\n{}\n</table>\n</section>",
            rows.join("\n")
        ));
    }

    fn foot(&mut self) {
        let report = self.report;
        let line = format!(
            "{}: {} | {}: {}",
            self.say(label::READER),
            html(&report.context.reader),
            self.say(label::LINK),
            html(&report.link())
        );
        self.put(&format!("<footer>{line}<br>{}</footer>\n</body>\n</html>", self.say(label::PERSONAL)));
    }
}

/// The small pictures of text are enlarged by a whole number, so that every dot becomes the same square.
fn scale(raster: &image::Raster) -> u32 {
    const WIDEST: u32 = 590;
    (WIDEST / raster.width().max(1)).clamp(1, 3)
}
