//! The report for a terminal: verdict first and large. Symbols and words carry the meaning; colour only repeats it.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::{
    cards::Picture,
    lang::{Bilingual, Lang},
    verify::{Check, Verdict, Why},
};

use super::{
    Colour, Report, Tone,
    changes::HistoryRow,
    clean::visible,
    form::FormRow,
    label,
    lines::{WIDTH, broken, padded},
    view::{Row, has_header, outcome},
};

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

/// Lines of a usual window, less one for where a page was saved.
const LINES: usize = 23;
/// Empty lines, the heading of the steps and the way to the rest.
const FRAME: usize = 4;
/// How many the person and the checks may take.
const PERSON_LINES: usize = 8;
const CHECK_LINES: usize = 6;
/// What a form leaves to the person.
const LEAST_PERSON: usize = 2;

/// What a person at the counter acts on.
pub(super) fn short(report: &Report<'_>, colour: Colour) -> String {
    let mut page = Page { report, colour, out: Vec::new() };
    page.banner();
    page.about();
    // What did not pass and the first step are there in any case: the person takes what is left.
    let (mut form, open, steps) = (page.form_summary(), page.open_checks(), page.steps());
    form.truncate(LINES.saturating_sub(page.out.len() + open.len() + FRAME + LEAST_PERSON).max(1));
    let needed = page.out.len() + form.len() + open.len() + steps.first().map_or(0, Vec::len) + FRAME;
    page.summary(LINES.saturating_sub(needed).clamp(if form.is_empty() { 3 } else { LEAST_PERSON }, PERSON_LINES));
    page.out.extend(form);
    page.out.extend(open);
    page.next_steps(&steps);
    page.done()
}

/// Everything.
pub(super) fn details(report: &Report<'_>, colour: Colour) -> String {
    let mut page = Page { report, colour, out: Vec::new() };
    page.banner();
    page.edge();
    page.heading_lines();
    page.rows(label::PERSON, &report.person());
    page.rows(label::CURRENT, &report.current());
    page.history();
    page.form();
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
    page.done()
}

struct Page<'a> {
    report: &'a Report<'a>,
    colour: Colour,
    out: Vec<String>,
}

impl Page<'_> {
    fn done(self) -> String {
        self.out.iter().fold(String::new(), |text, line| text + line + "\n")
    }

    fn line(&mut self, text: &str) {
        self.out.push(text.trim_end().to_owned());
    }

    fn paint(&self, style: Style, text: &str) -> String {
        match self.colour {
            Colour::Ansi => format!("{style}{text}{style:#}"),
            Colour::Plain => text.to_owned(),
        }
    }

    fn edge(&mut self) {
        // `=` and not a line-drawing character: those are one column wide on some terminals and two on others.
        let edge = self.paint(of_tone(self.report.headline().tone()), &"=".repeat(WIDTH));
        self.line(&edge);
    }

    /// The verdict is the first line, with an edge across the window.
    fn banner(&mut self) {
        let report = self.report;
        let headline = report.headline();
        let words = format!("{} {}", headline.symbol(), report.say(headline.words()));
        let words = self.paint(of_tone(headline.tone()).invert(), &words);
        self.line(&words);
        self.edge();
        for note in report.headline_notes() {
            for line in broken("  ", "  ", report.say(note.text)) {
                let line = self.paint(BOLD, &line);
                self.line(&line);
            }
        }
        if let Some(row) = report.day_alone() {
            let mark = row.mark.map(|mark| report.bracketed(mark)).unwrap_or_default();
            let day = self.paint(BOLD, &format!("{}  {}{mark}", report.say(row.title), row.value.plain()));
            self.line(&format!("  {day}"));
        }
        if let Some(cause) = headline.cause() {
            self.paragraph("  ", "  ", report.say(cause));
        }
        self.paragraph("  ", "  ", report.say(report.meaning()));
    }

    /// Which card, and as of when, on as few lines as they take.
    fn about(&mut self) {
        let report = self.report;
        let mut parts = vec![report.say(report.findings.title()).to_owned()];
        parts.extend(report.origin().map(|origin| report.say(origin).to_owned()));
        parts.push(format!("{} {}", report.say(label::JUDGED_AT), report.judged()));
        self.paragraph("", "  ", &parts.join(" - "));
        self.line("");
    }

    /// The person with expiry and number, and what was changed.
    fn summary(&mut self, limit: usize) {
        let report = self.report;
        let mut rows = report.person();
        rows.retain(|row| row.read);
        let changed = report.current().into_iter().filter(|row| matches!(row.id, "current.name" | "current.address"));
        rows.extend(changed.map(|row| Row { mark: Some(label::CHANGED_UNSIGNED), ..row }));
        rows.extend(report.first_facts());
        let column = rows.iter().map(|row| report.say(row.title).width()).max().unwrap_or(0);
        let mut lines = Vec::new();
        for row in &rows {
            let mark = row.mark.map(|mark| report.bracketed(mark)).unwrap_or_default();
            let start = format!("  {}  ", padded(report.say(row.title), column));
            let mut broken = broken(&start, &" ".repeat(column + 4), &format!("{}{mark}", row.value.plain()));
            // A value that does not fit is cut: it must not push the rest out of the window.
            if broken.len() > 2 {
                broken.truncate(2);
                broken.iter_mut().skip(1).for_each(|line| line.push('…'));
            }
            lines.extend(broken);
        }
        lines.truncate(limit);
        if !lines.is_empty() {
            self.out.append(&mut lines);
            self.line("");
        }
    }

    /// The fields of the form that agree on one line; of the others, those that share a result.
    fn form_summary(&self) -> Vec<String> {
        let report = self.report;
        let mut agree = Vec::new();
        let mut open: Vec<(FormRow, Vec<&str>)> = Vec::new();
        for row in report.form_rows() {
            let title = report.say(row.title);
            match open.iter_mut().find(|(known, _)| known.word == row.word && known.why == row.why) {
                _ if row.tone == Tone::Good => agree.push(title),
                Some((_, titles)) => titles.push(title),
                None => open.push((row, vec![title])),
            }
        }
        if agree.is_empty() && open.is_empty() {
            return Vec::new();
        }
        let names = agree.join(report.comma());
        let names = if names.is_empty() { names } else { format!(": {} {names}", Tone::Good.symbol()) };
        let mut lines = vec![format!("{}{names}", self.paint(BOLD, report.say(label::FORM)))];
        for (row, titles) in open {
            let symbol = self.paint(of_tone(row.tone), row.tone.symbol());
            let why = if row.why.is_empty() { String::new() } else { report.colon(&row.why) };
            let text = format!("{}{}{why}", titles.join(report.comma()), report.colon(report.say(row.word)));
            let broken = broken(&format!("  {symbol} "), "    ", &text);
            let rest = if broken.len() > 1 { "…" } else { "" };
            lines.extend(broken.into_iter().next().map(|line| line + rest));
        }
        lines
    }

    /// A line for every field of the form, and both spellings where they differ.
    fn form(&mut self) {
        let report = self.report;
        let rows = report.form_rows();
        if rows.is_empty() {
            return;
        }
        self.heading(label::FORM);
        let column = rows.iter().map(|row| report.say(row.title).width()).max().unwrap_or(0);
        let sides = [label::CHIP_SIDE, label::FORM_SIDE];
        let side = sides.iter().map(|title| report.say(*title).width()).max().unwrap_or(0);
        for row in &rows {
            let symbol = self.paint(of_tone(row.tone), row.tone.symbol());
            let word = self.paint(of_tone(row.tone), report.say(row.word));
            let why = if row.why.is_empty() { String::new() } else { report.colon(&row.why) };
            self.line(&format!("  {symbol} {}  {word}{why}", padded(report.say(row.title), column)));
            for (title, text) in sides.into_iter().zip([&row.chip, &row.form]).filter(|(_, text)| !text.is_empty()) {
                let marked = |(equal, text): &(bool, String)| if *equal { text.clone() } else { format!("[{text}]") };
                let text: String = text.iter().map(marked).collect();
                self.line(&format!("      {}  {text}", padded(report.say(title), side)));
            }
        }
    }

    /// How many required checks passed, and each that did not, but for those that rest on another.
    fn open_checks(&self) -> Vec<String> {
        let report = self.report;
        let required = report.required_checks();
        let passed = required.iter().filter(|check| check.is_passed()).count();
        let title = self.paint(BOLD, report.say(label::PASSED_OF));
        let mut lines = vec![format!("{title}: {passed}/{}", required.len())];
        let open = |check: &&Check| !matches!(check.verdict, Verdict::Passed | Verdict::NotDone(Why::DependsOn(_)));
        let failed = report.advisory_checks().filter(|check| matches!(check.verdict, Verdict::Failed(_)));
        for check in required.iter().filter(open).chain(failed) {
            let (tone, word) = outcome(check.verdict);
            let symbol = self.paint(of_tone(tone), tone.symbol());
            let (title, word) = (report.title_of(check), report.say(word));
            let reason = report.reason(check).map(|reason| report.colon(&reason)).unwrap_or_default();
            let text = format!("{title}{}{reason}", report.colon(word));
            let check = broken(&format!("  {symbol} "), "    ", &text);
            if lines.len() + check.len() > CHECK_LINES {
                break;
            }
            lines.extend(check);
        }
        lines
    }

    fn steps(&self) -> Vec<Vec<String>> {
        let steps = (1_usize..).zip(self.report.for_staff(true));
        steps.map(|(number, (_, text))| broken(&format!("  {number}. "), "     ", self.report.say(text))).collect()
    }

    /// As many as fit, whole.
    fn next_steps(&mut self, steps: &[Vec<String>]) {
        let report = self.report;
        self.heading(label::FOR_STAFF);
        let mut shown = 0;
        for step in steps {
            // One line more is for the way to the rest.
            if self.out.len() + step.len() + 1 > LINES {
                break;
            }
            self.out.extend_from_slice(step);
            shown += 1;
        }
        let rest = report.more(steps.len() - shown);
        let hint = self.paint(DIM, &format!("{rest}{}", report.say(label::SEE_DETAILS)));
        self.line(&hint);
    }

    fn heading_lines(&mut self) {
        let report = self.report;
        let kind = [report.say(report.findings.title())];
        let parts: Vec<&str> = kind.into_iter().chain(report.origin().map(|origin| report.say(origin))).collect();
        let line = self.paint(BOLD, &parts.join(" - "));
        self.line(&line);
        let mut lines = report.times();
        lines.extend(report.guests().map(|guests| (label::OTHER_APPLICATIONS, guests)));
        self.pair_lines("", &lines);
    }

    fn heading(&mut self, title: Bilingual) {
        let title = self.report.say(title);
        let title = match self.report.options.lang {
            Lang::Ja => format!("【{title}】"),
            Lang::En => format!("{title}:"),
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
            let behind = match report.options.lang {
                _ if value.is_empty() || commission.is_empty() => format!("{value}{commission}"),
                Lang::Ja => format!("{value}（{commission}）"),
                Lang::En => format!("{value} ({commission})"),
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
        let name = |picture: &Picture| {
            let broken = (!has_header(picture)).then_some(label::UNDECODABLE);
            let remarks: String =
                report.mark(picture.signed_by).into_iter().chain(broken).map(|it| report.bracketed(it)).collect();
            format!("{}{remarks}", report.say(picture.title))
        };
        let names: Vec<String> = report.pictures().iter().map(name).collect();
        self.heading(label::PICTURES);
        self.paragraph("  ", "  ", &names.join(report.comma()));
        let hint = self.paint(DIM, report.say(label::SEE_PICTURES));
        self.line(&format!("  {hint}"));
    }

    fn checks<'c>(&mut self, title: Bilingual, checks: impl Iterator<Item = &'c Check>) {
        let report = self.report;
        let rows: Vec<(&Check, &str)> = checks.map(|check| (check, report.title_of(check))).collect();
        if rows.is_empty() {
            return;
        }
        self.heading(title);
        let column = rows.iter().map(|(_, title)| title.width()).max().unwrap_or(0);
        let words = [label::PASSED, label::FAILED, label::NOT_DONE, label::LOOK];
        let result = words.iter().map(|word| report.say(*word).width()).max().unwrap_or(0);
        for (check, title) in rows {
            let (tone, word) = outcome(check.verdict);
            let style = of_tone(tone);
            let symbol = self.paint(style, tone.symbol());
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
        let steps = self.steps();
        if !steps.is_empty() {
            self.heading(label::FOR_STAFF);
            self.out.extend(steps.into_iter().flatten());
        }
    }

    fn inquiry(&mut self) {
        if let Some(inquiry) = self.report.asks() {
            self.pairs(inquiry.title, &self.report.inquiry());
        }
    }

    fn counters(&mut self) {
        let report = self.report;
        let retry_counters = report.retry_counters();
        if retry_counters.is_empty() {
            return;
        }
        let pairs: Vec<(Bilingual, String)> =
            retry_counters.into_iter().map(|(title, counter)| (title, report.counter(counter))).collect();
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

    fn paragraph(&mut self, start: &str, follow: &str, text: &str) {
        for line in broken(start, follow, text) {
            self.line(&line);
        }
    }
}
