//! What an input is expected to yield: a subset of its report.

use serde_json::{Map, Value};

use super::{Expected, Outcome};

/// The largest expectation file, in bytes.
pub const MAX_EXPECTATION: usize = 1024 * 1024;

/// The most differences that are listed.
pub const MAX_DIFFERENCES: usize = 100;

/// A subset of a report, and of the members `exit` and `error` of the batch's line.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation(Map<String, Value>);

/// Why a file is not an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpectationError {
    /// Larger than any report.
    #[error("larger than {MAX_EXPECTATION} bytes")]
    TooLarge,
    /// Not JSON.
    #[error("not JSON: line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Not an object, or one that asserts nothing, which would almost always be met.
    #[error("not an object that asserts a value")]
    Nothing,
}

impl Expectation {
    /// Reads an expectation.
    ///
    /// # Errors
    /// [`ExpectationError`], without a word of the content.
    pub fn parse(json: &[u8]) -> Result<Self, ExpectationError> {
        if json.len() > MAX_EXPECTATION {
            return Err(ExpectationError::TooLarge);
        }
        let malformed =
            |error: serde_json::Error| ExpectationError::Malformed { line: error.line(), column: error.column() };
        match serde_json::from_slice(json).map_err(malformed)? {
            Value::Object(members) if members.iter().any(|(name, value)| name != "schema" && asserts(value)) => {
                Ok(Self(members))
            }
            _ => Err(ExpectationError::Nothing),
        }
    }

    /// Compares it with what became of an input.
    pub fn compare(&self, outcome: &Outcome) -> Expected {
        let mut actual = match outcome {
            Outcome::Judged { report, .. } => serde_json::from_str(report).unwrap_or_default(),
            Outcome::Failed(_) => Map::new(),
        };
        actual.insert("exit".to_owned(), outcome.exit().code().into());
        let failure = outcome.failure().and_then(|failure| serde_json::to_value(failure).ok());
        actual.insert("error".to_owned(), failure.unwrap_or_default());
        let mut found = Vec::new();
        members(&self.0, &actual, "", &mut found);
        if found.is_empty() { Expected::Met } else { Expected::Failed(found) }
    }
}

/// Whether some value is asserted. `null`, and what is empty, is so of almost every report, and the `id` of an element only
/// says which one is meant.
fn asserts(expected: &Value) -> bool {
    match expected {
        Value::Null => false,
        Value::Object(members) => members.values().any(asserts),
        Value::Array(elements) => elements.iter().any(|element| match element {
            Value::Object(members) => members.iter().any(|(name, value)| name != "id" && asserts(value)),
            other => asserts(other),
        }),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Every member that is expected is there; others may be.
fn members(expected: &Map<String, Value>, actual: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
    for (name, expected) in expected {
        let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        match actual.get(name) {
            Some(actual) => value(expected, actual, &path, found),
            // A misspelt name must not be met by an expectation of null.
            None => differs(path, found),
        }
    }
}

fn value(expected: &Value, actual: &Value, path: &str, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => members(expected, actual, path, found),
        (Value::Array(expected), Value::Array(actual)) => array(expected, actual, path, found),
        _ if expected == actual => {}
        _ => differs(path.to_owned(), found),
    }
}

/// Elements that have an `id` are found by it, wherever they are and whatever else is there; other arrays have the
/// same length and order.
fn array(expected: &[Value], actual: &[Value], path: &str, found: &mut Vec<String>) {
    let by_id = !expected.is_empty() && expected.iter().all(|element| id(element).is_some());
    if !by_id && expected.len() != actual.len() {
        return differs(path.to_owned(), found);
    }
    for (index, expected) in expected.iter().enumerate() {
        let path = format!("{path}/{index}");
        if by_id {
            one_of(expected, actual, &path, found);
        } else if let Some(actual) = actual.get(index) {
            value(expected, actual, &path, found);
        }
    }
}

/// Of several elements with the same `id` the nearest counts.
fn one_of(expected: &Value, actual: &[Value], path: &str, found: &mut Vec<String>) {
    let same = actual.iter().filter(|element| id(element) == id(expected));
    let compared = same.map(|actual| {
        let mut found = Vec::new();
        value(expected, actual, path, &mut found);
        found
    });
    match compared.min_by_key(Vec::len) {
        Some(nearest) => nearest.into_iter().for_each(|path| differs(path, found)),
        None => differs(path.to_owned(), found),
    }
}

fn id(element: &Value) -> Option<&str> {
    element.get("id").and_then(Value::as_str)
}

fn differs(path: String, found: &mut Vec<String>) {
    if found.len() < MAX_DIFFERENCES {
        found.push(path);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        lang::Lang,
        messages::{ExitCode, Problem},
        verify::Overall,
    };

    fn report() -> Outcome {
        let report = json!({
            "overall": "rejected",
            "accepted_hierarchies": ["test", "simulated"],
            "holder": { "name": "試験 太郎", "address": null },
            "checks": [
                { "id": "face-signature", "verdict": "passed" },
                { "id": "chip-key", "verdict": "failed", "reason": "signature" },
            ],
            "history": [
                { "id": "name", "slot": 1, "value": "試験 花子" },
                { "id": "name", "slot": 2, "value": "見本 花子" },
            ],
            "applications": [{ "kind": "my-number" }, { "kind": "menkyo" }],
        });
        let (overall, exit) = (Overall::Rejected, ExitCode::Rejected);
        Outcome::Judged { overall, exit, verdict: "{}".to_owned(), report: report.to_string() }
    }

    fn compared(expected: Value, outcome: &Outcome) -> Vec<String> {
        match Expectation::parse(expected.to_string().as_bytes()).unwrap().compare(outcome) {
            Expected::Met => Vec::new(),
            Expected::Failed(paths) => paths,
        }
    }

    #[test]
    fn a_subset_is_met() {
        for expected in [
            json!({ "overall": "rejected", "exit": 1, "error": null }),
            json!({ "holder": { "name": "試験 太郎", "address": null } }),
            json!({ "checks": [{ "id": "chip-key", "verdict": "failed" }] }),
            json!({ "checks": [{ "id": "chip-key" }, { "id": "face-signature", "verdict": "passed" }] }),
            json!({ "history": [{ "id": "name", "slot": 2 }, { "id": "name", "slot": 1 }] }),
            json!({ "applications": [{}, { "kind": "menkyo" }] }),
            json!({ "accepted_hierarchies": ["test", "simulated"] }),
        ] {
            assert_eq!(compared(expected, &report()), Vec::<String>::new());
        }
    }

    #[test]
    fn every_difference_is_named_by_its_place_and_never_by_its_value() {
        for (expected, paths) in [
            (json!({ "overall": "authentic", "exit": 0 }), vec!["/exit", "/overall"]),
            (json!({ "overal": null, "exit": 1 }), vec!["/overal"]),
            (json!({ "overal": "rejected" }), vec!["/overal"]),
            (json!({ "holder": { "name": "別人" } }), vec!["/holder/name"]),
            (json!({ "holder": null, "exit": 1 }), vec!["/holder"]),
            (json!({ "a/b~c": 1 }), vec!["/a~1b~0c"]),
            (json!({ "checks": [], "exit": 1 }), vec!["/checks"]),
            (json!({ "checks": [{ "id": "chip-key", "verdict": "passed" }] }), vec!["/checks/0/verdict"]),
            (json!({ "checks": [{ "id": "revocation", "verdict": "failed" }] }), vec!["/checks/0"]),
            (json!({ "checks": [{ "id": "chip-key" }, { "verdict": "failed" }, {}] }), vec!["/checks"]),
            (json!({ "history": [{ "id": "name", "slot": 3, "value": "見本 花子" }] }), vec!["/history/0/slot"]),
            (json!({ "applications": [{ "kind": "my-number" }] }), vec!["/applications"]),
            (
                json!({ "accepted_hierarchies": ["simulated", "test"] }),
                vec!["/accepted_hierarchies/0", "/accepted_hierarchies/1"],
            ),
            (json!({ "error": { "id": "unknown-card" } }), vec!["/error"]),
        ] {
            assert_eq!(compared(expected, &report()), paths);
        }
    }

    #[test]
    fn a_failure_can_be_expected() {
        let outcome = Outcome::Failed(Problem::UnknownCard.message(Lang::En));
        assert_eq!(compared(json!({ "exit": 4, "error": { "id": "unknown-card" } }), &outcome), Vec::<String>::new());
        assert_eq!(compared(json!({ "overall": "authentic" }), &outcome), ["/overall"]);
    }

    #[test]
    fn what_expects_nothing_is_refused() {
        for nothing in [
            "{}",
            "[]",
            "null",
            "1",
            "[{\"overall\":\"authentic\"}]",
            "{\"error\":null}",
            "{\"holder\":{}}",
            "{\"holder\":{\"address\":null},\"warnings\":[]}",
            "{\"checks\":[{\"id\":\"chip-key\"},{}]}",
            "{\"schema\":\"taimen.report/1\"}",
        ] {
            assert_eq!(Expectation::parse(nothing.as_bytes()).unwrap_err(), ExpectationError::Nothing, "{nothing}");
        }
        let malformed = |json: &[u8]| matches!(Expectation::parse(json), Err(ExpectationError::Malformed { .. }));
        assert!(malformed(b"") && malformed(b"{\"a\":") && malformed(&b"[".repeat(100_000)));
        let huge = vec![b' '; MAX_EXPECTATION + 1];
        assert_eq!(Expectation::parse(&huge).unwrap_err(), ExpectationError::TooLarge);
    }

    #[test]
    fn the_list_of_differences_ends() {
        let expected: Map<String, Value> = (0..1000).map(|number| (number.to_string(), 1.into())).collect();
        assert_eq!(compared(expected.into(), &report()).len(), MAX_DIFFERENCES);
    }

    /// `exit` and `error` are members that no report has.
    #[test]
    fn the_report_leaves_room_for_exit_and_error() {
        let schema: Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
        assert!(schema["properties"]["overall"].is_object());
        assert!(schema["properties"]["exit"].is_null() && schema["properties"]["error"].is_null());
    }
}
