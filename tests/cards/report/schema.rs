//! Holds the published schemas and what is written together.

use std::collections::BTreeSet;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use taimen::{
    batch::{Expected, Line, Outcome, Summary, verdict},
    kind::CardKind,
    lang::Lang,
    messages::{ExitCode, Problem},
    report::Options,
    verify::CheckId,
};

use super::{EN, JA, Sample};

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn report_schema() -> Value {
    schema(include_str!("../../../docs/report.schema.json"))
}

fn batch_schema() -> Value {
    schema(include_str!("../../../docs/batch.schema.json"))
}

fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_report_follows_the_schema() {
    let validator = jsonschema::validator_for(&report_schema()).unwrap();
    for (name, sample) in Sample::all() {
        let more = [JA, Options { sex: true, domicile: true, ..JA }, Options { age: true, ..EN }];
        let more = more.into_iter().filter(|_| name.ends_with("genuine") || name.ends_with("without-pin"));
        for options in more.chain([EN]) {
            let json = sample.report(options).json_line();
            assert_eq!(errors(&validator, &serde_json::from_str(&json).unwrap()), Vec::<String>::new(), "{name}");
        }
    }
}

#[cfg(feature = "compare")]
#[test]
fn a_report_with_a_form_follows_the_schema_and_stays_short() {
    use taimen::{compare, report::Colour};
    let validator = jsonschema::validator_for(&report_schema()).unwrap();
    let form =
        r#"{"name":"見本","kana":"ミホン","address":"架空県試験市試験町9-16-4","birth_date":"1936/11/15","sex":"男"}"#;
    let form = compare::Form::from_json(form.as_bytes()).unwrap();
    for (name, sample) in Sample::all() {
        let mut sample = sample.clone();
        sample.context.form = Some(compare::compare(&form, &sample.findings));
        for options in [JA, EN] {
            let report = sample.report(options);
            let json: Value = serde_json::from_str(&report.json_line()).unwrap();
            assert_eq!(errors(&validator, &json), Vec::<String>::new(), "{name}");
            assert_eq!(json["form"].as_object().unwrap().len(), 5, "{name}");
            assert!(json["form"]["sex"].get("segments").is_none());
            let text = report.text(Colour::Plain);
            assert!(text.lines().count() <= 23, "{name}:\n{text}");
        }
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let validator = jsonschema::validator_for(&report_schema()).unwrap();
    let right = super::json(&Sample::of("my-number/genuine").report(JA));
    for (place, value) in [
        ("/overall", json!("ok")),
        ("/headline", json!("fine")),
        ("/checks/0/verdict", json!(true)),
        ("/signed_by/photo", json!("nothing")),
        ("/link/exchanges", json!("1")),
    ] {
        let mut wrong = right.clone();
        *wrong.pointer_mut(place).unwrap() = value;
        assert_eq!(errors(&validator, &wrong).len(), 1, "{place}");
    }
    let mut more = right;
    more["number"] = 1.into();
    assert!(!validator.is_valid(&more));
}

#[test]
fn the_schema_names_every_check_and_kind() {
    let names = |name: &str| -> BTreeSet<String> {
        serde_json::from_value(report_schema()["$defs"][name]["enum"].clone()).unwrap()
    };
    assert_eq!(names("check"), CheckId::all().map(|id| id.as_str().to_owned()).collect::<BTreeSet<_>>());
    assert_eq!(names("kind"), CardKind::all().map(|kind| kind.as_str().to_owned()).collect::<BTreeSet<_>>());
}

fn lines() -> Vec<Line> {
    let names = ["my-number/genuine", "my-number/expired", "licence/genuine", "residence1-child/genuine"];
    let mut lines: Vec<Line> = names
        .into_iter()
        .map(|name| {
            let sample = Sample::of(name);
            let report = sample.report(JA);
            let overall = sample.findings.overall();
            let outcome = Outcome::Judged {
                overall,
                exit: (&sample.findings).into(),
                verdict: verdict(&report),
                report: report.json_line(),
            };
            Line { input: name.to_owned(), outcome, expected: Some(Expected::Met) }
        })
        .collect();
    // An age that is not reached.
    if let Some(Line { outcome: Outcome::Judged { exit, .. }, expected, .. }) = lines.first_mut() {
        (*exit, *expected) = (ExitCode::Mismatch, None);
    }
    for expected in [None, Some(Expected::Failed(vec!["/overall".to_owned()]))] {
        let outcome = Outcome::Failed(Problem::UnknownCard.message(Lang::En));
        lines.push(Line { input: "x.apdu".to_owned(), outcome, expected });
    }
    lines
}

#[test]
fn every_line_and_every_summary_of_a_batch_follows_the_schema() {
    let report = report_schema();
    let registry = Registry::new().add(report["$id"].as_str().unwrap(), report.clone()).unwrap().prepare().unwrap();
    let validator = jsonschema::options().with_registry(&registry).build(&batch_schema()).unwrap();
    let mut summary = Summary::default();
    for line in lines() {
        let value: Value = serde_json::from_str(&line.json()).unwrap();
        assert_eq!(errors(&validator, &value), Vec::<String>::new(), "{}", line.input);
        assert!(value["report"].is_null() != value["error"].is_null());
        let short = line.verdict_json();
        assert!(short.len() < 300 + line.input.len(), "{short}");
        let short: Value = serde_json::from_str(&short).unwrap();
        assert_eq!(errors(&validator, &short), Vec::<String>::new(), "{}", line.input);
        assert_eq!(short["verdict"]["headline"], value.pointer("/report/headline").cloned().unwrap_or_default());
        summary.add(&line);
        let mut wrong = value.clone();
        wrong["counts"] = 7.into();
        assert!(!validator.is_valid(&wrong));
        wrong = value;
        wrong["report"] = json!({ "schema": "taimen.report/1" });
        assert!(!validator.is_valid(&wrong));
    }
    summary.interrupt();
    let value: Value = serde_json::from_str(&summary.json()).unwrap();
    assert_eq!(errors(&validator, &value), Vec::<String>::new());
    assert_eq!(value["exit"], 130);
}
