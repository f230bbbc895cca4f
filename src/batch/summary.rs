//! What a batch says at its end.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    lang::{Bilingual, Lang},
    messages::ExitCode,
    report::visible,
    verify::Overall,
};

use super::{Expected, Line, Outcome};

/// The schema name of a summary, described by `docs/batch.schema.json`.
pub const SUMMARY_SCHEMA: &str = "taimen.batch-summary/1";

/// The most inputs that are named.
const MAX_NAMED: usize = 20;

/// Counts, what did not pass, and how the batch ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    inputs: u64,
    authentic: u64,
    rejected: u64,
    undetermined: u64,
    not_judged: u64,
    met: u64,
    failed: u64,
    /// By the code that an input counts.
    counts: BTreeMap<u8, u64>,
    /// The first inputs that count more than 0: what, which, why.
    named: Vec<(u8, String, Why)>,
    worst: ExitCode,
    /// Whether verdicts and unmet expectations leave the exit code 0.
    exit_zero: bool,
    interrupted: bool,
}

/// Why an input did not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Verdict(Overall),
    TooYoung,
    Expectation,
    Failure(&'static str),
}

impl Why {
    fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Verdict(Overall::Rejected), Lang::Ja) => "不合格",
            (Self::Verdict(Overall::Undetermined), Lang::Ja) => "判定不能",
            (Self::Verdict(overall), _) => overall.as_str(),
            (Self::TooYoung, Lang::Ja) => "年齢の条件を満たさない",
            (Self::TooYoung, Lang::En) => "age not reached",
            (Self::Expectation, Lang::Ja) => "期待と違う",
            (Self::Expectation, Lang::En) => "not as expected",
            (Self::Failure(id), _) => id,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    inputs: u64,
    overall: Verdicts,
    not_judged: u64,
    expectations: Expectations,
    counts: &'a BTreeMap<u8, u64>,
    exit: u8,
    interrupted: bool,
}

#[derive(Serialize)]
struct Verdicts {
    authentic: u64,
    rejected: u64,
    undetermined: u64,
}

#[derive(Serialize)]
struct Expectations {
    met: u64,
    failed: u64,
}

impl Default for Summary {
    fn default() -> Self {
        // No input of a batch has a record.
        let other = [ExitCode::Interrupted, ExitCode::NotSaved];
        let codes = ExitCode::ALL.into_iter().filter(|exit| !other.contains(exit));
        Self {
            inputs: 0,
            authentic: 0,
            rejected: 0,
            undetermined: 0,
            not_judged: 0,
            met: 0,
            failed: 0,
            counts: codes.map(|exit| (exit.code(), 0)).collect(),
            named: Vec::new(),
            worst: ExitCode::Authentic,
            exit_zero: false,
            interrupted: false,
        }
    }
}

impl Summary {
    /// A summary of a batch that ends with 0 if every input was judged, whatever the verdicts are: engines that run
    /// it on many machines take any other code for a fault and try again.
    #[must_use]
    pub fn exit_zero(self) -> Self {
        Self { exit_zero: true, ..self }
    }

    /// Counts an input.
    pub fn add(&mut self, line: &Line) {
        self.inputs += 1;
        *match &line.outcome {
            Outcome::Judged { overall: Overall::Authentic, .. } => &mut self.authentic,
            Outcome::Judged { overall: Overall::Rejected, .. } => &mut self.rejected,
            Outcome::Judged { overall: Overall::Undetermined, .. } => &mut self.undetermined,
            Outcome::Failed(_) => &mut self.not_judged,
        } += 1;
        match line.expected {
            Some(Expected::Met) => self.met += 1,
            Some(Expected::Failed(_)) => self.failed += 1,
            None => {}
        }
        let counts = line.counts();
        *self.counts.entry(counts.code()).or_default() += 1;
        self.worst = self.worst.worse(match (&line.outcome, counts) {
            (Outcome::Judged { .. }, _) if self.exit_zero => ExitCode::Authentic,
            (Outcome::Failed(message), ExitCode::Rejected) if self.exit_zero => message.exit,
            _ => counts,
        });
        if counts != ExitCode::Authentic && self.named.len() < MAX_NAMED {
            let why = match (&line.expected, &line.outcome) {
                (Some(_), _) => Why::Expectation,
                (None, Outcome::Judged { exit: ExitCode::Mismatch, .. }) => Why::TooYoung,
                (None, Outcome::Judged { overall, .. }) => Why::Verdict(*overall),
                (None, Outcome::Failed(message)) => Why::Failure(message.id),
            };
            self.named.push((counts.code(), line.input.clone(), why));
        }
    }

    /// Notes that something besides the inputs went wrong.
    pub fn worsen(&mut self, exit: ExitCode) {
        self.worst = self.worst.worse(exit);
    }

    /// Notes that not every input was looked at.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Whether a batch should have had an input.
    pub fn lacks_inputs(&self) -> bool {
        self.inputs == 0 && !self.interrupted && !self.exit_zero
    }

    /// Whether not every input was looked at.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// How many inputs there were.
    pub fn inputs(&self) -> u64 {
        self.inputs
    }

    /// How the batch ends: the worst of its inputs, unless it was interrupted or had none.
    pub fn exit(&self) -> ExitCode {
        match self.inputs {
            _ if self.interrupted => ExitCode::Interrupted,
            // A gate that judged nothing must not be open; of an engine's many lists some are empty.
            0 if !self.exit_zero => ExitCode::Usage.worse(self.worst),
            _ => self.worst,
        }
    }

    /// Inputs without an expectation that have a verdict other than *authentic* or an age that is not reached, or an expectation that
    /// is not met.
    pub(super) fn junit_failures(&self) -> u64 {
        let of = |exit: ExitCode| self.counts.get(&exit.code()).copied().unwrap_or_default();
        of(ExitCode::Rejected) + of(ExitCode::Undetermined) + of(ExitCode::Mismatch)
    }

    /// Inputs without an expectation that could not be judged.
    pub(super) fn junit_errors(&self) -> u64 {
        let of = |exit: ExitCode| self.counts.get(&exit.code()).copied().unwrap_or_default();
        of(ExitCode::Usage) + of(ExitCode::Card) + of(ExitCode::Credential)
    }

    /// One line of JSON, without a newline.
    pub fn json(&self) -> String {
        let Self { authentic, rejected, undetermined, met, failed, .. } = *self;
        let document = Document {
            schema: SUMMARY_SCHEMA,
            inputs: self.inputs,
            overall: Verdicts { authentic, rejected, undetermined },
            not_judged: self.not_judged,
            expectations: Expectations { met, failed },
            counts: &self.counts,
            exit: self.exit().code(),
            interrupted: self.interrupted,
        };
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// Some lines for a person.
    pub fn text(&self, lang: Lang) -> String {
        let Self { inputs, authentic, rejected, undetermined, not_judged, met, failed, .. } = self;
        let exit = self.exit().code();
        let counts = self.counts.iter().filter(|(_, inputs)| **inputs > 0);
        let counts: Vec<String> = counts.map(|(code, inputs)| format!("{code}: {inputs}")).collect();
        let counts = counts.join(", ");
        let expected = met + failed;
        match lang {
            Lang::Ja => {
                let stopped =
                    if self.interrupted { "（中断しました。残りは調べていません）" } else { "" };
                let mut text = format!(
                    "taimen: {inputs}件、終了コード{exit}{stopped}\n        真正 {authentic}、不合格 {rejected}、判定不能 {undetermined}、報告なし {not_judged}\n"
                );
                if expected > 0 {
                    text.push_str(&format!("        期待との比較 {expected}件: 一致 {met}、不一致 {failed}\n"));
                }
                if !counts.is_empty() {
                    text.push_str(&format!("        コード別の件数 {counts}\n"));
                }
                text + &self.failing(lang)
            }
            Lang::En => {
                let stopped = if self.interrupted { " (interrupted: taimen did not look at the rest)" } else { "" };
                let noun = if *inputs == 1 { "input" } else { "inputs" };
                let mut text = format!(
                    "taimen: {inputs} {noun}, exit code {exit}{stopped}\n        authentic {authentic}, rejected {rejected}, undetermined {undetermined}, not judged {not_judged}\n"
                );
                if expected > 0 {
                    text.push_str(&format!("        expectations {expected}: met {met}, not met {failed}\n"));
                }
                if !counts.is_empty() {
                    text.push_str(&format!("        inputs by code {counts}\n"));
                }
                text + &self.failing(lang)
            }
        }
    }

    /// The inputs that did not pass, each with what it counts and why; the first of them by name.
    fn failing(&self, lang: Lang) -> String {
        if self.named.is_empty() {
            return String::new();
        }
        let passed = self.counts.get(&ExitCode::Authentic.code()).copied().unwrap_or_default();
        let rest =
            self.inputs.saturating_sub(passed).saturating_sub(u64::try_from(self.named.len()).unwrap_or(u64::MAX));
        let title = Bilingual::new("合格しなかった入力:", "not passed:").get(lang);
        let mut text = format!("        {title}\n");
        for (counts, input, why) in &self.named {
            text.push_str(&format!("          {counts}  {}: {}\n", visible(input), why.words(lang)));
        }
        match (rest, lang) {
            (0, _) => {}
            (_, Lang::Ja) => text.push_str(&format!("          ほか{rest}件\n")),
            (_, Lang::En) => text.push_str(&format!("          and {rest} more\n")),
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Problem;

    fn line(overall: Option<Overall>, expected: Option<Expected>) -> Line {
        let outcome = match overall {
            Some(overall) => {
                let exit = ExitCode::of(overall);
                Outcome::Judged { overall, exit, verdict: "{}".to_owned(), report: "{}".to_owned() }
            }
            None => Outcome::Failed(Problem::UnknownCard.message(Lang::En)),
        };
        Line { input: String::new(), outcome, expected }
    }

    #[test]
    fn counts_agree_with_the_exit_code() {
        let mut summary = Summary::default();
        assert_eq!(summary.exit(), ExitCode::Usage, "nothing was looked at");
        summary.add(&line(Some(Overall::Authentic), None));
        summary.add(&line(Some(Overall::Undetermined), None));
        assert_eq!(summary.exit(), ExitCode::Undetermined);
        summary.add(&line(None, Some(Expected::Met)));
        summary.add(&line(Some(Overall::Authentic), Some(Expected::Failed(vec!["/x".to_owned()]))));
        assert_eq!(summary.exit(), ExitCode::Rejected);
        assert_eq!((summary.inputs(), summary.junit_failures(), summary.junit_errors()), (4, 2, 0));
        summary.add(&line(None, None));
        assert_eq!(summary.exit(), ExitCode::Card);
        assert_eq!(summary.junit_errors(), 1);
        let json: serde_json::Value = serde_json::from_str(&summary.json()).unwrap();
        assert_eq!(json["counts"], serde_json::json!({ "0": 2, "1": 1, "2": 0, "3": 1, "4": 1, "5": 0, "6": 0 }));
        assert_eq!(json["overall"], serde_json::json!({ "authentic": 2, "rejected": 0, "undetermined": 1 }));
        let outcome = Outcome::Judged {
            overall: Overall::Authentic,
            exit: ExitCode::Mismatch,
            verdict: "{}".to_owned(),
            report: "{}".to_owned(),
        };
        let mut young = Summary::default();
        young.add(&Line { input: String::new(), outcome, expected: None });
        assert_eq!((young.exit().code(), young.junit_failures(), young.junit_errors()), (6, 1, 0));
        let mut zero = Summary::default().exit_zero();
        assert_eq!(zero.exit(), ExitCode::Authentic, "an engine's list may be empty");
        zero.add(&line(Some(Overall::Rejected), None));
        zero.add(&line(Some(Overall::Authentic), Some(Expected::Failed(Vec::new()))));
        zero.add(&line(None, Some(Expected::Met)));
        assert_eq!(zero.exit(), ExitCode::Authentic);
        zero.add(&line(None, Some(Expected::Failed(Vec::new()))));
        assert_eq!(zero.exit(), ExitCode::Card, "it was not judged");
        summary.interrupt();
        assert_eq!(summary.exit().code(), 130);
        assert!(summary.text(Lang::En).contains("interrupted") && summary.text(Lang::Ja).contains("中断"));
    }
}
