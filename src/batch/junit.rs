//! JUnit XML, as systems for continuous integration read it. It holds the names of inputs, verdicts, names of checks and
//! places of differences, and nothing that a card says.

use std::{fmt::Write as _, time::Duration};

use crate::{
    messages::{ExitCode, Message},
    report::visible,
};

use super::{Expected, Line, Outcome, Summary};

/// What closes the file; an interrupted batch gets an error more, so that nobody takes it for a whole one.
pub fn junit_tail(summary: &Summary) -> &'static str {
    if summary.is_interrupted() {
        "<testcase classname=\"taimen.batch\" name=\"(interrupted)\"><error type=\"interrupted\" message=\"taimen did not look at the rest\"/></testcase>\n</testsuite>\n</testsuites>\n"
    } else {
        "</testsuite>\n</testsuites>\n"
    }
}

/// Why an authentic document fails: it says that its holder has not reached the age.
const TOO_YOUNG: &str = "too-young";

/// Room for the largest number, so that the head keeps its length and can be written again at the end.
const DIGITS: usize = 20;

/// What opens the file. It always has the same length, whatever the counts are: a batch streams, so it writes the head
/// once before the first case and once more when the counts are known.
pub fn junit_head(summary: &Summary) -> String {
    let more = u64::from(summary.is_interrupted());
    let (tests, errors) = (summary.inputs() + more, summary.junit_errors() + more);
    let failures = summary.junit_failures();
    let attribute = |name: &str, number: u64| {
        let attribute = format!("{name}=\"{number}\"");
        format!("{attribute:width$}", width = name.len() + DIGITS + 3)
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"taimen batch\" {} {} {} skipped=\"0\">\n",
        attribute("tests", tests),
        attribute("failures", failures),
        attribute("errors", errors),
    )
}

/// One input: passed if it counts 0; failed if a verdict is another than *authentic*, the age that was asked for is not reached, or
/// an expectation is not met; an error if it could not be judged.
pub fn junit_case(line: &Line, took: Duration) -> String {
    let mut case = format!(
        "<testcase classname=\"taimen.batch\" name=\"{}\" time=\"{:.3}\"",
        escaped(&line.input),
        took.as_secs_f64()
    );
    // Writing to a string cannot fail.
    let _ = match (&line.expected, &line.outcome) {
        _ if line.counts() == ExitCode::Authentic => case.write_str("/>\n"),
        (Some(Expected::Failed(differs)), _) => {
            let differs = escaped(&differs.join(" "));
            writeln!(case, "><failure type=\"expectation\" message=\"not as expected: {differs}\"/></testcase>")
        }
        (_, Outcome::Judged { overall, exit, .. }) => {
            let why = if *exit == ExitCode::Mismatch { TOO_YOUNG } else { overall.as_str() };
            writeln!(case, "><failure type=\"{why}\" message=\"{why}\"/></testcase>")
        }
        (_, Outcome::Failed(Message { id, what, todo, .. })) => {
            let (id, what, todo) = (escaped(id), escaped(what), escaped(todo));
            writeln!(case, "><error type=\"{id}\" message=\"{what}\">{todo}</error></testcase>")
        }
    };
    case
}

/// Text for content and quoted attributes: nothing in it is markup, nothing obeyed, and every character one that XML has.
fn escaped(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '"' => clean.push_str("&quot;"),
            '\'' => clean.push_str("&apos;"),
            '\u{FFFE}' | '\u{FFFF}' => clean.push('\u{FFFD}'),
            c => clean.push(c),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lang::Lang, messages::Problem, verify::Overall};

    fn line(input: &str, outcome: Outcome, expected: Option<Expected>) -> Line {
        Line { input: input.to_owned(), outcome, expected }
    }

    fn judged(overall: Overall) -> Outcome {
        Outcome::Judged { overall, exit: ExitCode::of(overall), verdict: "{}".to_owned(), report: "{}".to_owned() }
    }

    #[test]
    fn the_head_never_changes_its_length() {
        let empty = junit_head(&Summary::default());
        let mut summary = Summary::default();
        for _ in 0..1234 {
            summary.add(&line("x", judged(Overall::Rejected), None));
        }
        let full = junit_head(&summary);
        assert_eq!(empty.len(), full.len());
        assert!(full.contains("tests=\"1234\"") && full.contains("failures=\"1234\"") && full.contains("errors=\"0\""));
    }

    #[test]
    fn a_case_says_what_became_of_its_input() {
        let took = Duration::from_micros(1500);
        let case = |outcome, expected| junit_case(&line("a.apdu", outcome, expected), took);
        let start = "<testcase classname=\"taimen.batch\" name=\"a.apdu\" time=\"0.002\"";
        assert_eq!(case(judged(Overall::Authentic), None), format!("{start}/>\n"));
        assert_eq!(case(judged(Overall::Rejected), Some(Expected::Met)), format!("{start}/>\n"));
        let failed = case(judged(Overall::Undetermined), None);
        assert_eq!(failed, format!("{start}><failure type=\"undetermined\" message=\"undetermined\"/></testcase>\n"));
        let too_young = || Outcome::Judged {
            overall: Overall::Authentic,
            exit: ExitCode::Mismatch,
            verdict: "{}".to_owned(),
            report: "{}".to_owned(),
        };
        let failed = case(too_young(), None);
        assert_eq!(failed, format!("{start}><failure type=\"too-young\" message=\"too-young\"/></testcase>\n"));
        assert_eq!(case(too_young(), Some(Expected::Met)), format!("{start}/>\n"));
        let differs = Some(Expected::Failed(vec!["/a<b".to_owned(), "/c".to_owned()]));
        let failed = case(judged(Overall::Authentic), differs);
        assert!(failed.contains("type=\"expectation\" message=\"not as expected: /a&lt;b /c\""), "{failed}");
        let error = case(Outcome::Failed(Problem::UnknownCard.message(Lang::Ja)), None);
        assert!(error.contains("><error type=\"unknown-card\" message=\""), "{error}");
    }

    #[test]
    fn a_name_cannot_break_out() {
        let hostile = "a\"/><x>&\u{0}\u{8}\u{1B}\n\u{FFFE}\u{202E}']]>.apdu";
        let case = junit_case(&line(hostile, judged(Overall::Authentic), None), Duration::ZERO);
        assert_eq!(case.matches(['<', '>']).count(), 2, "{case}");
        assert!(case.contains(
            "name=\"a&quot;/&gt;&lt;x&gt;&amp;[U+0000][U+0008][U+001B][U+000A]\u{FFFD}[U+202E]&apos;]]&gt;.apdu\""
        ));
    }
}
