//! Holds `docs/report.schema.json` and the reports together. The validator knows the keywords that the schema uses and
//! refuses others, so that none is passed over.

use serde_json::Value;

use crate::{kind::CardKind, verify::CheckId};

use super::{
    Options, licence_samples, residence_samples,
    samples::{EN, JA, all, report},
};

fn report_schema() -> Value {
    serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap()
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}

pub(crate) fn errors(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |holds: bool, keyword: &str| {
        if !holds {
            found.push(format!("{path}: {keyword}"));
        }
    };
    let mut below = Vec::new();
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "format" => {}
            "const" => check(value == rule, keyword),
            "enum" => check(rule.as_array().unwrap().contains(value), keyword),
            "minItems" => {
                check(u64::try_from(value.as_array().unwrap().len()).unwrap() >= rule.as_u64().unwrap(), keyword)
            }
            "type" => match rule {
                Value::String(name) => check(is_type(value, name), keyword),
                names => {
                    let names = names.as_array().unwrap();
                    check(names.iter().any(|name| is_type(value, name.as_str().unwrap())), keyword);
                }
            },
            "required" => {
                for name in rule.as_array().unwrap() {
                    check(value.get(name.as_str().unwrap()).is_some(), &format!("required {name}"));
                }
            }
            "anyOf" => {
                let any = rule.as_array().unwrap().iter().any(|one| errors(root, one, value, path).is_empty());
                check(any, keyword);
            }
            "$ref" if rule == "report.schema.json" => {
                check(errors(&report_schema(), &report_schema(), value, path).is_empty(), keyword);
            }
            "$ref" => below.push((
                root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap(),
                value,
                path.to_owned(),
            )),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    below.push((rule, item, format!("{path}/{index}")));
                }
            }
            "properties" => {
                for (name, rule) in rule.as_object().unwrap() {
                    if let Some(inner) = value.get(name) {
                        below.push((rule, inner, format!("{path}/{name}")));
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (name, inner) in value.as_object().into_iter().flatten() {
                    if known.is_some_and(|known| known.contains_key(name)) {
                        continue;
                    }
                    check(*rule != Value::Bool(false), &format!("additional {name}"));
                    if rule.is_object() {
                        below.push((rule, inner, format!("{path}/{name}")));
                    }
                }
            }
            other => panic!("unknown keyword {other}"),
        }
    }
    for (rule, inner, path) in below {
        found.extend(errors(root, rule, inner, &path));
    }
    found
}

#[test]
fn every_report_follows_the_schema() {
    let schema = report_schema();
    let more = [JA, EN, Options { sex: true, ..JA }, Options { age: true, ..EN }, Options { domicile: true, ..JA }];
    for (name, findings, context) in all().into_iter().chain(licence_samples::all()).chain(residence_samples::all()) {
        for options in more {
            let report = report(&findings, &context, options);
            for json in [report.json(), report.json_line()] {
                let value: Value = serde_json::from_str(&json).unwrap();
                assert_eq!(errors(&schema, &schema, &value, ""), Vec::<String>::new(), "{name}");
            }
        }
    }
}

#[test]
fn the_validator_refuses_what_is_wrong() {
    let schema = report_schema();
    let (_, findings, context) = all().remove(0);
    let right: Value = serde_json::from_str(&report(&findings, &context, JA).json()).unwrap();
    let wrong = |pointer: &str, value: Value| {
        let mut json = right.clone();
        *json.pointer_mut(pointer).unwrap() = value;
        errors(&schema, &schema, &json, "")
    };
    assert_eq!(wrong("/overall", "ok".into()), ["/overall: enum"]);
    assert_eq!(wrong("/checks/0/verdict", true.into()), ["/checks/0/verdict: enum"]);
    assert_eq!(wrong("/signed_by/photo", "nothing".into()), ["/signed_by/photo: anyOf"]);
    assert_eq!(wrong("/link/exchanges", "1".into()), ["/link/exchanges: type"]);
    let mut more = right.clone();
    more["number"] = 1.into();
    assert_eq!(errors(&schema, &schema, &more, ""), [": additional number"]);
}

#[test]
fn the_schema_names_every_check_and_kind() {
    let schema = report_schema();
    let names = |name: &str| -> Vec<String> { serde_json::from_value(schema["$defs"][name]["enum"].clone()).unwrap() };
    assert_eq!(names("check"), CheckId::all().map(|id| id.as_str().to_owned()).collect::<Vec<_>>());
    let mut kinds: Vec<_> = CardKind::all().map(|kind| kind.as_str().to_owned()).collect();
    let mut named = names("kind");
    kinds.sort();
    named.sort();
    assert_eq!(named, kinds);
}
