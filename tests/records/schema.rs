//! The JSON of a record, of an export and of what was saved keeps to its schema.

use std::{fs, path::Path};

use serde_json::Value;
use taimen::profile::Profile;

use crate::content::{Sample, profiles};

fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn every_record_keeps_to_its_schema() {
    let profiles = profiles();
    let schema = schema("record.schema.json");
    let all: Vec<&Profile> = profiles.iter().collect();
    for recipe in ["my-number", "my-number?fault=expired", "licence?fault=added-change", "residence1", "menkyo"] {
        let mut draft = Sample::of(recipe).draft(&all, "2026-11-27");
        let _ = draft.keep_photo(Some("試験のため"));
        let json: Value = serde_json::from_slice(&draft.finish().to_json()).unwrap();
        let errors: Vec<String> =
            schema.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{recipe}");
    }
    // Nor without a chip.
    let mut draft = taimen::records::content::Draft::new("2026-11-27".parse().unwrap(), all);
    draft.set_document(Some("licence".to_owned()));
    let json: Value = serde_json::from_slice(&draft.finish().to_json()).unwrap();
    assert_eq!((schema.is_valid(&json), &json["document"]), (true, &"licence".into()));
}

#[test]
fn a_record_with_something_else_in_it_does_not() {
    let profiles = profiles();
    let draft = Sample::of("my-number").draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-27");
    let mut json: Value = serde_json::from_slice(&draft.finish().to_json()).unwrap();
    json["my_number"] = "1".into();
    assert!(!schema("record.schema.json").is_valid(&json));
}
