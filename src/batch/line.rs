//! What a batch says about one input.

use serde::Serialize;

use crate::{
    kind::CardKind,
    messages::{ExitCode, Message},
    report::{Report, json_escaped},
    verify::{Overall, Verdict},
};

/// The schema name of a line, described by `docs/batch.schema.json`.
pub const SCHEMA: &str = "taimen.batch/1";

/// The schema name of a line that has a verdict in place of the report.
pub const VERDICT_SCHEMA: &str = "taimen.batch-verdict/1";

/// The most failed checks that such a line names: it has less than 300 bytes beside the name of its input.
const MAX_FAILED: usize = 3;

/// One input and what became of it.
#[derive(Debug)]
pub struct Line {
    /// The input as it was named.
    pub input: String,
    /// The report, or why there is none.
    pub outcome: Outcome,
    /// What its expectation says; `None` without one.
    pub expected: Option<Expected>,
}

/// What became of an input.
#[derive(Debug)]
pub enum Outcome {
    /// It was judged.
    Judged {
        /// The verdict.
        overall: Overall,
        /// How a check of it ends.
        exit: ExitCode,
        /// The verdict as one line of JSON, as [`verdict`] gives it.
        verdict: String,
        /// The report as one line of JSON, as [`crate::report::Report::json_line`] gives it; empty if nobody wants it.
        report: String,
    },
    /// It was not.
    Failed(Message),
}

/// What an expectation says about an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The report has everything that the expectation names.
    Met,
    /// JSON Pointers into the expectation to what is different. Never a value.
    Failed(Vec<String>),
}

/// What a report says, without what the card says: kind, verdict, headline, the first failed checks (required ones first).
pub fn verdict(report: &Report<'_>) -> String {
    #[derive(Serialize)]
    struct Said {
        kind: CardKind,
        overall: Overall,
        headline: &'static str,
        failed: Vec<&'static str>,
    }
    let findings = report.findings;
    let required = report.required_checks();
    let checks = required.iter().chain(report.advisory_checks());
    let failed = checks.filter(|check| matches!(check.verdict, Verdict::Failed(_))).map(|check| check.id.as_str());
    let said = Said {
        kind: findings.kind,
        overall: findings.overall(),
        headline: report.headline().as_str(),
        failed: failed.take(MAX_FAILED).collect(),
    };
    serde_json::to_string(&said).unwrap_or_default()
}

/// What comes before the report.
#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    input: &'a str,
    exit: u8,
    counts: u8,
}

/// What comes after it.
#[derive(Serialize)]
struct Tail<'a> {
    error: Option<&'a Message>,
    expect: Option<Comparison<'a>>,
}

#[derive(Serialize)]
struct VerdictTail {
    error: Option<&'static str>,
    expect: Option<&'static str>,
}

#[derive(Serialize)]
struct Comparison<'a> {
    result: &'static str,
    differs: &'a [String],
}

impl Expected {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Failed(_) => "failed",
        }
    }
}

impl Outcome {
    /// How a check of this input alone would have ended.
    pub fn exit(&self) -> ExitCode {
        match self {
            Self::Judged { exit, .. } => *exit,
            Self::Failed(message) => message.exit,
        }
    }

    pub(super) fn failure(&self) -> Option<&Message> {
        match self {
            Self::Judged { .. } => None,
            Self::Failed(message) => Some(message),
        }
    }
}

impl Line {
    /// What the input counts in the batch: with an expectation 0 when it is met and 1 when not, else its exit code.
    pub fn counts(&self) -> ExitCode {
        match self.expected {
            Some(Expected::Met) => ExitCode::Authentic,
            Some(Expected::Failed(_)) => ExitCode::Rejected,
            None => self.outcome.exit(),
        }
    }

    /// One line of JSON, without a newline. The report is in it as it came.
    pub fn json(&self) -> String {
        let head = self.head(SCHEMA);
        let report = match &self.outcome {
            Outcome::Judged { report, .. } => report,
            Outcome::Failed(_) => "null",
        };
        let tail = Tail {
            error: self.outcome.failure(),
            expect: self.expected.as_ref().map(|expected| Comparison {
                result: expected.as_str(),
                differs: match expected {
                    Expected::Met => &[],
                    Expected::Failed(differs) => differs,
                },
            }),
        };
        joined(&head, &format!("\"report\":{report}"), &tail)
    }

    /// The same with the verdict alone: nothing in it was on the card.
    pub fn verdict_json(&self) -> String {
        let head = self.head(VERDICT_SCHEMA);
        let verdict = match &self.outcome {
            Outcome::Judged { verdict, .. } => verdict,
            Outcome::Failed(_) => "null",
        };
        let tail = VerdictTail {
            error: self.outcome.failure().map(|message| message.id),
            expect: self.expected.as_ref().map(Expected::as_str),
        };
        joined(&head, &format!("\"verdict\":{verdict}"), &tail)
    }

    fn head(&self, schema: &'static str) -> Head<'_> {
        Head { schema, input: &self.input, exit: self.outcome.exit().code(), counts: self.counts().code() }
    }
}

/// One object of three: the one in the middle is JSON already.
fn joined(head: &impl Serialize, middle: &str, tail: &impl Serialize) -> String {
    let head = json_escaped(&serde_json::to_string(head).unwrap_or_default());
    let tail = json_escaped(&serde_json::to_string(tail).unwrap_or_default());
    let (head, tail) = (head.strip_suffix('}').unwrap_or_default(), tail.strip_prefix('{').unwrap_or_default());
    format!("{head},{middle},{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lang::Lang, messages::Problem, verify::CheckId};

    #[test]
    fn a_path_cannot_break_the_line() {
        let message = Problem::NotAnInput { path: "x\n{\"\u{1B}".to_owned() }.message(Lang::En);
        let line = Line { input: "x\n{\"\u{1B}\u{202E}".to_owned(), outcome: Outcome::Failed(message), expected: None };
        let json = line.json();
        assert!(!json.contains(['\n', '\u{1B}', '\u{202E}']), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["input"], "x\n{\"\u{1B}\u{202E}");
        assert_eq!(value["error"]["id"], "not-an-input");
        assert!(value["report"].is_null() && value["expect"].is_null());
    }

    #[test]
    fn an_expectation_decides_what_an_input_counts() {
        let of = |expected| {
            let outcome = Outcome::Failed(Problem::UnknownCard.message(Lang::En));
            let line = Line { input: String::new(), outcome, expected };
            (line.outcome.exit().code(), line.counts().code())
        };
        assert_eq!(of(None), (4, 4));
        assert_eq!(of(Some(Expected::Met)), (4, 0));
        assert_eq!(of(Some(Expected::Failed(vec![String::new()]))), (4, 1));
    }

    #[test]
    fn the_longest_verdict_is_short() {
        let longest = CheckId::all().map(CheckId::as_str).max_by_key(|id| id.len()).unwrap();
        let failed = vec![longest; MAX_FAILED];
        let verdict = serde_json::json!({
            "kind": CardKind::all().max_by_key(|kind| kind.as_str().len()), "overall": Overall::Undetermined,
            "headline": "authentic-only-under-the-longest", "failed": failed,
        });
        let outcome = Outcome::Judged {
            overall: Overall::Undetermined,
            exit: ExitCode::Undetermined,
            verdict: verdict.to_string(),
            report: String::new(),
        };
        let expected = Some(Expected::Failed(vec!["/x".repeat(500)]));
        let line = Line { input: String::new(), outcome, expected }.verdict_json();
        assert!(line.len() < 300, "{} {line}", line.len());
        let message = Problem::ExpectationUnused { path: String::new() }.message(Lang::Ja);
        let line = Line { input: String::new(), outcome: Outcome::Failed(message), expected: None }.verdict_json();
        assert_eq!(
            line,
            "{\"schema\":\"taimen.batch-verdict/1\",\"input\":\"\",\"exit\":2,\"counts\":2,\"verdict\":null,\
             \"error\":\"expectation-unused\",\"expect\":null}"
        );
    }
}
