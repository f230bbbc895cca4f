//! The crate `isomdl` reads a simulated phone. `scripts/test-long` builds the reader, which takes minutes, and runs this.
#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use taimen::{
    cards::mdoc::nfc,
    simulator::{
        Recipe,
        cards::mdoc::{PhoneProfile, issuer::authorities, profile::Engaged, qr_text},
    },
    transport::{Transport as _, ble::PHONE_AID},
};

use common::pem::certificate;

/// What the foreign reader said of a phone's answer.
fn read_by_isomdl(recipe: &str, profile: PhoneProfile) -> Value {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/isomdl/debug/taimen-foreign-isomdl");
    assert!(program.exists(), "{} is missing. Remedy: scripts/test-long", program.display());
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut lines = from.lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().expect("an answer").unwrap()).unwrap();
    let [_, (_, root)] = authorities();
    let recipe: Recipe = recipe.parse().unwrap();
    let qr = qr_text(recipe.seed, &profile);
    let order = json!({ "qr": qr, "root": certificate(&root.build().unwrap()) });
    writeln!(to, "{order}").unwrap();
    let established = next();
    let mut phone = recipe.with(profile).card().unwrap();
    phone.power_on();
    let select = [&[0x00, 0xA4, 0x04, 0x00, 0x07][..], &PHONE_AID, &[0x00]].concat();
    assert_eq!(phone.exchange(&select).unwrap(), [0x90, 0x00]);
    let object = nfc::wrap(&hex::decode(established["establishment"].as_str().unwrap()).unwrap());
    let length = u16::try_from(object.len()).unwrap().to_be_bytes();
    let answer =
        phone.exchange(&[&[0x00, 0xC3, 0x00, 0x00, 0x00], &length[..], &object, &[0x00, 0x00]].concat()).unwrap();
    let (object, status) = answer.split_at(answer.len() - 2);
    assert_eq!(status, [0x90, 0x00]);
    writeln!(to, "{}", hex::encode(nfc::unwrap(object).unwrap())).unwrap();
    let said = next();
    assert!(child.wait().unwrap().success());
    said
}

/// Engagement, keys, request, answer and proof are those that another program knows.
#[test]
fn a_foreign_reader_reads_a_simulated_phone() {
    let by_code = || PhoneProfile { engaged: Engaged::Qr, ..PhoneProfile::default() };
    let honest = read_by_isomdl("mobile-licence?seed=4", by_code());
    assert_eq!(honest["device"], "Valid", "{honest}");
    assert_eq!(honest["shared"].as_array().unwrap().len(), 7, "{honest}");
    for fault in ["foreign-device-key", "replayed-session"] {
        let said = read_by_isomdl(&format!("mobile-licence?seed=4&fault={fault}"), by_code());
        assert_eq!(said["device"], "Invalid", "{fault}: {said}");
    }
}
