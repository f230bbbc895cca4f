//! The report for a terminal: verdict first and large. Symbols and words carry the meaning; colour only repeats it.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    lang::{Bilingual, Lang},
    verify::{Check, Verdict},
};

use super::{
    Colour, Report, Tone,
    changes::HistoryRow,
    clean::visible,
    label,
    residence::picture_has_header,
    view::{Row, outcome},
};

/// Columns that lines are broken at.
const WIDTH: usize = 78;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

fn of_tone(tone: Tone) -> Style {
    let colour = match tone {
        Tone::Good => AnsiColor::Green,
        Tone::Bad => AnsiColor::Red,
        Tone::Unsure => AnsiColor::Yellow,
    };
    BOLD.fg_color(Some(colour.into()))
}

fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Passed => of_tone(Tone::Good),
        Verdict::Failed(_) => of_tone(Tone::Bad),
        Verdict::NotDone(_) => of_tone(Tone::Unsure),
    }
}

pub(super) fn render(report: &Report<'_>, colour: Colour) -> String {
    let mut page = Page { report, colour, out: String::new() };
    page.banner();
    page.heading_lines();
    page.rows(label::PERSON, &report.person());
    page.rows(label::CURRENT, &report.current());
    page.history();
    page.pictures();
    page.rows(label::CARD_FACTS, &report.facts());
    let required = report.required_checks();
    page.checks(label::REQUIRED, required.iter());
    page.checks(label::ADVISORY, report.advisory_checks());
    page.pairs(label::RESTS_ON, &report.rests_on());
    page.limits();
    page.for_staff();
    page.inquiry();
    page.counters();
    page.warnings();
    page.link();
    page.out
}

struct Page<'a> {
    report: &'a Report<'a>,
    colour: Colour,
    out: String,
}

impl Page<'_> {
    /// Writing to a string cannot fail.
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}", text.trim_end());
    }

    fn paint(&self, style: Style, text: &str) -> String {
        match self.colour {
            Colour::Ansi => format!("{style}{text}{style:#}"),
            Colour::Plain => text.to_owned(),
        }
    }

    fn banner(&mut self) {
        let headline = self.report.headline();
        let style = of_tone(headline.tone());
        // `=` and not a line-drawing character: those are one column wide on some terminals and two on others.
        let edge = self.paint(style, &"=".repeat(WIDTH));
        self.line(&edge);
        let words = format!("  {}  {}", headline.symbol(), self.report.say(headline.words()));
        let words = self.paint(style, &words);
        self.line(&words);
        for note in self.report.headline_notes() {
            let note = self.paint(BOLD, self.report.say(note.text));
            self.line(&format!("     {note}"));
        }
        if let Some(cause) = headline.cause() {
            let cause = format!("     {}", self.report.say(cause));
            self.line(&cause);
        }
        self.paragraph("     ", "     ", self.report.say(self.report.meaning()));
        self.line(&edge);
    }

    fn heading_lines(&mut self) {
        let report = self.report;
        let mut line = report.say(report.findings.kind.name()).to_owned();
        if let Some(origin) = report.origin() {
            line = format!("{line} - {}", report.say(origin));
        }
        let line = self.paint(BOLD, &line);
        self.line(&line);
        let judged = (label::JUDGED_AT, report.judged());
        let mut lines = vec![judged];
        if report.context.read_at.as_second() != report.findings.basis.at().as_second() || report.origin().is_some() {
            lines.push((label::READ_AT, report.time(report.context.read_at)));
        }
        if let Some(fingerprint) = &report.context.sealed_by {
            lines.push((label::SEALED_BY, visible(fingerprint)));
        }
        if let Some(guests) = report.guests() {
            lines.push((label::OTHER_APPLICATIONS, guests));
        }
        self.pair_lines("", &lines);
    }

    fn heading(&mut self, title: Bilingual) {
        let title = self.report.say(title);
        let title = match self.report.options.lang {
            crate::lang::Lang::Ja => format!("【{title}】"),
            crate::lang::Lang::En => format!("{title}:"),
        };
        let title = self.paint(BOLD, &title);
        self.line("");
        self.line(&title);
    }

    fn rows(&mut self, title: Bilingual, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        self.heading(title);
        let column = rows.iter().map(|row| self.report.say(row.title).width()).max().unwrap_or(0);
        for row in rows {
            let mark = row.mark.map(|mark| self.paint(DIM, &self.report.bracketed(mark)));
            let title = self.report.say(row.title);
            self.line(&format!("  {}  {}{}", padded(title, column), row.value.plain(), mark.unwrap_or_default()));
        }
    }

    fn history(&mut self) {
        let report = self.report;
        let rows = report.history_rows();
        if rows.is_empty() {
            return;
        }
        self.heading(label::HISTORY);
        let widest = |cell: &dyn Fn(&HistoryRow) -> usize| rows.iter().map(cell).max().unwrap_or(0);
        let date = widest(&|row| row.date.width());
        let title = widest(&|row| report.say(row.title).width());
        for row in &rows {
            let start = format!("  {}  {}  ", padded(&row.date, date), padded(report.say(row.title), title));
            let commission = row.commission.plain();
            let value = row.value.plain();
            let behind = if value.is_empty() || commission.is_empty() {
                format!("{value}{commission}")
            } else if report.options.lang == Lang::Ja {
                format!("{value}（{commission}）")
            } else {
                format!("{value} ({commission})")
            };
            self.paragraph(&start, &" ".repeat(2 + date + 2 + title + 2), &behind);
        }
    }

    fn warnings(&mut self) {
        let report = self.report;
        if report.findings.warnings.is_empty() {
            return;
        }
        self.heading(label::WARNINGS);
        for warning in &report.findings.warnings {
            let line = self.paint(DIM, &format!("{}: {}", visible(warning.file), visible(&warning.detail)));
            self.line(&format!("  {line}"));
        }
    }

    fn pictures(&mut self) {
        let report = self.report;
        if report.pictures().is_empty() {
            return;
        }
        let names: Vec<String> = report
            .pictures()
            .iter()
            .map(|picture| {
                let mark = report.mark(picture.signed_by).map(|mark| report.bracketed(mark)).unwrap_or_default();
                let broken = !picture_has_header(picture);
                let broken = if broken { report.bracketed(label::UNDECODABLE) } else { String::new() };
                format!("{}{mark}{broken}", report.say(picture.title))
            })
            .collect();
        let separator = match report.options.lang {
            crate::lang::Lang::Ja => "、",
            crate::lang::Lang::En => ", ",
        };
        self.heading(label::PICTURES);
        self.paragraph("  ", "  ", &names.join(separator));
        let hint = self.paint(DIM, report.say(label::SEE_PICTURES));
        self.line(&format!("  {hint}"));
    }

    fn checks<'c>(&mut self, title: Bilingual, checks: impl Iterator<Item = &'c Check>) {
        let report = self.report;
        let rows: Vec<(&Check, &str)> = checks
            .map(|check| {
                (check, crate::verify::text_of(check.id).map_or(check.id.as_str(), |text| report.say(text.title)))
            })
            .collect();
        if rows.is_empty() {
            return;
        }
        self.heading(title);
        let column = rows.iter().map(|(_, title)| title.width()).max().unwrap_or(0);
        let words = [label::PASSED, label::FAILED, label::NOT_DONE];
        let result = words.iter().map(|word| report.say(*word).width()).max().unwrap_or(0);
        for (check, title) in rows {
            let (symbol, word) = outcome(check.verdict);
            let style = of_verdict(check.verdict);
            let symbol = self.paint(style, symbol);
            let word = report.say(word);
            let gap = " ".repeat(result.saturating_sub(word.width()) + 2);
            let word = self.paint(style, word);
            let start = format!("  {symbol} {}  {word}", padded(title, column));
            match report.reason(check) {
                None => self.line(&start),
                Some(reason) if 2 + 2 + column + 2 + result + 2 + reason.width() <= WIDTH => {
                    self.line(&format!("{start}{gap}{reason}"));
                }
                Some(reason) => {
                    self.line(&start);
                    self.paragraph("      ", "      ", &reason);
                }
            }
        }
    }

    fn pairs(&mut self, title: Bilingual, pairs: &[(Bilingual, String)]) {
        self.heading(title);
        self.pair_lines("  ", pairs);
    }

    fn pair_lines(&mut self, indent: &str, pairs: &[(Bilingual, String)]) {
        let column = pairs.iter().map(|(title, _)| self.report.say(*title).width()).max().unwrap_or(0);
        for (title, value) in pairs {
            let start = format!("{indent}{}  ", padded(self.report.say(*title), column));
            let follow = " ".repeat(indent.width() + column + 2);
            self.paragraph(&start, &follow, value);
        }
    }

    fn limits(&mut self) {
        let texts = self.report.does_not_prove();
        if texts.is_empty() {
            return;
        }
        self.heading(label::DOES_NOT_PROVE);
        for (title, limit) in texts {
            let line = format!("{}: {}", self.report.say(title), self.report.say(limit));
            self.paragraph("  - ", "    ", &line);
        }
    }

    fn for_staff(&mut self) {
        let notes = self.report.for_staff();
        if notes.is_empty() {
            return;
        }
        self.heading(label::FOR_STAFF);
        for (number, (_, text)) in (1_usize..).zip(notes) {
            self.paragraph(&format!("  {number}. "), "     ", self.report.say(text));
        }
    }

    fn inquiry(&mut self) {
        let pairs = self.report.inquiry();
        if !pairs.is_empty() {
            self.pairs(label::INQUIRY, &pairs);
        }
    }

    fn counters(&mut self) {
        let report = self.report;
        let tries = report.tries();
        if tries.is_empty() {
            return;
        }
        let pairs: Vec<(Bilingual, String)> =
            tries.into_iter().map(|(title, tries)| (title, report.counter(tries))).collect();
        self.pairs(label::COUNTERS, &pairs);
    }

    fn link(&mut self) {
        let report = self.report;
        let reader = visible(&report.context.reader);
        let line = format!("{}: {}  {}: {reader}", report.say(label::LINK), report.link(), report.say(label::READER));
        let line = self.paint(DIM, &line);
        self.line("");
        self.line(&line);
    }

    /// A text broken at [`WIDTH`]: between words, and between any two wide characters.
    fn paragraph(&mut self, start: &str, follow: &str, text: &str) {
        let mut line = start.to_owned();
        let mut width = start.width();
        let mut empty = true;
        for word in words(text) {
            let more = word.trim_end().width();
            if !empty && width + more > WIDTH && !word.starts_with(NEVER_FIRST) {
                self.line(&line);
                line = follow.to_owned();
                width = follow.width();
            }
            line.push_str(word);
            width += word.width();
            empty = false;
        }
        self.line(&line);
    }
}

/// 行頭禁則: what never begins a line.
const NEVER_FIRST: [char; 10] = ['。', '、', '）', '」', '】', '：', '・', 'ー', '）', '，'];

/// Pieces that a line may be broken between.
fn words(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    let wide = |c: char| c.width().unwrap_or(0) > 1;
    for (index, c) in text.char_indices() {
        let breaks = before.is_some_and(|before| before == ' ' || wide(before) || wide(c));
        // An opening bracket stays with what follows.
        let glued = before.is_some_and(|before| matches!(before, '（' | '「' | '【'));
        if breaks && !glued && c.width().unwrap_or(0) > 0 {
            pieces.extend(text.get(start..index));
            start = index;
        }
        before = Some(c);
    }
    pieces.extend(text.get(start..));
    pieces
}

/// A text filled up with spaces to a number of columns.
fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}
