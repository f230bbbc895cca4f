//! What a batch says about one input.

use serde::Serialize;

use crate::{
    messages::{ExitCode, Message},
    report::json_escaped,
    verify::Overall,
};

/// The schema name of a line, described by `docs/batch.schema.json`.
pub const SCHEMA: &str = "taimen.batch/1";

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
        /// The report as one line of JSON, as [`crate::report::Report::json_line`] gives it.
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
struct Comparison<'a> {
    result: &'static str,
    differs: &'a [String],
}

impl Outcome {
    /// How a check of this input alone would have ended.
    pub fn exit(&self) -> ExitCode {
        match self {
            Self::Judged { overall, .. } => (*overall).into(),
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
        let head =
            Head { schema: SCHEMA, input: &self.input, exit: self.outcome.exit().code(), counts: self.counts().code() };
        let report = match &self.outcome {
            Outcome::Judged { report, .. } => report,
            Outcome::Failed(_) => "null",
        };
        let tail = Tail {
            error: self.outcome.failure(),
            expect: self.expected.as_ref().map(|expected| match expected {
                Expected::Met => Comparison { result: "met", differs: &[] },
                Expected::Failed(differs) => Comparison { result: "failed", differs },
            }),
        };
        let head = json_escaped(&serde_json::to_string(&head).unwrap_or_default());
        let tail = json_escaped(&serde_json::to_string(&tail).unwrap_or_default());
        let (head, tail) = (head.strip_suffix('}').unwrap_or_default(), tail.strip_prefix('{').unwrap_or_default());
        format!("{head},\"report\":{report},{tail}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lang::Lang, messages::Problem};

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
}
