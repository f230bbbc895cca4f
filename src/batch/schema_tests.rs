//! Holds `docs/batch.schema.json` and what a batch writes together.

use serde_json::Value;

use crate::{
    lang::Lang,
    messages::Problem,
    report::{
        samples::{JA, all, report},
        schema_tests::errors,
    },
};

use super::{Expected, Line, Outcome, Summary};

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, findings, context) in all() {
        let report = report(&findings, &context, JA).json_line();
        let outcome = Outcome::Judged { overall: findings.overall(), report };
        lines.push(Line { input: name.to_owned(), outcome, expected: Some(Expected::Met) });
    }
    for expected in [None, Some(Expected::Failed(vec!["/overall".to_owned()]))] {
        let outcome = Outcome::Failed(Problem::UnknownCard.message(Lang::En));
        lines.push(Line { input: "x.apdu".to_owned(), outcome, expected });
    }
    lines
}

#[test]
fn every_line_and_every_summary_follows_the_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/batch.schema.json")).unwrap();
    let mut summary = Summary::default();
    for line in lines() {
        let value: Value = serde_json::from_str(&line.json()).unwrap();
        let rule = &schema["$defs"]["line"];
        assert_eq!(errors(&schema, rule, &value, ""), Vec::<String>::new(), "{}", line.input);
        assert_eq!(errors(&schema, &schema, &value, ""), Vec::<String>::new(), "{}", line.input);
        assert!(value["report"].is_null() != value["error"].is_null());
        summary.add(&line);
        let mut wrong = value.clone();
        wrong["counts"] = 6.into();
        wrong["report"] = serde_json::json!({ "schema": "taimen.report/1" });
        assert_eq!(errors(&schema, rule, &wrong, ""), ["/counts: enum", "/report: anyOf"]);
    }
    summary.interrupt();
    let value: Value = serde_json::from_str(&summary.json()).unwrap();
    assert_eq!(errors(&schema, &schema["$defs"]["summary"], &value, ""), Vec::<String>::new());
    assert_eq!(value["exit"], 130);
}
