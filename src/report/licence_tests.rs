//! The report of licences: what is said of changes, masked values, external characters and missing PINs.

use serde_json::Value;

use crate::verify::Overall;

use super::{
    Colour, Options,
    licence_samples::all,
    samples::{EN, JA, report},
};

fn sample(name: &str) -> (crate::cards::Findings, super::Context) {
    let (_, findings, context) = all().into_iter().find(|(known, ..)| *known == name).unwrap();
    (findings, context)
}

#[test]
fn text_reports() {
    for (name, findings, context) in all() {
        for (lang, options) in [("ja", JA), ("en", EN)] {
            insta::assert_snapshot!(format!("{name}_{lang}"), report(&findings, &context, options).text(Colour::Plain));
        }
    }
}

#[test]
fn json_reports() {
    for (name, findings, context) in all() {
        insta::assert_snapshot!(format!("{name}_json"), report(&findings, &context, EN).json());
    }
}
