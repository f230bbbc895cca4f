//! A sealed dump: made by the program, verified by the program and by OpenSSL, and no change of it goes unnoticed.
#![cfg(all(feature = "cli", unix))]

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use crate::common::{
    program::{Program, argument, run},
    temp::TempDir,
};
use serde_json::Value;

struct Sealed {
    program: Program,
    folder: TempDir,
    /// As `seal-key --json` printed it.
    key: Value,
}

impl Sealed {
    fn new() -> Self {
        let (program, folder) = (Program::new(), TempDir::new());
        let path = |name: &str| argument(&folder.file(name));
        let made = run(program.command(["seal-key", "--json", &path("seal.pem")])).expect(0);
        let (dump, seal) = (path("dump.json"), path("seal.pem"));
        let check = ["check", "--reader", "sim:licence", "--json", "--save-dump", &dump, "--seal", &seal];
        let report = run(program.command(check)).expect(0).json();
        let key = made.json();
        assert_eq!(report["sealed_by"], key["sha256"]);
        Self { program, folder, key }
    }

    fn dump(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.file("dump.json")).unwrap()).unwrap()
    }

    fn verify(&self, dump: &str, more: &[&str]) -> crate::common::program::Outcome {
        self.folder.write("given.json", dump);
        let path = argument(&self.folder.file("given.json"));
        run(self.program.command([&["verify", &path, "--json", "--accept", "simulated"], more].concat()))
    }
}

#[test]
fn a_sealed_dump_is_verified_and_names_its_key() {
    let sealed = Sealed::new();
    let fingerprint = sealed.key["sha256"].as_str().unwrap();
    let mode = fs::metadata(sealed.folder.file("seal.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let report = sealed.verify(&sealed.dump().to_string(), &["--sealed-by", &fingerprint.to_uppercase()]).expect(0);
    assert_eq!(report.json()["sealed_by"], fingerprint);
    assert_eq!(report.json()["overall"], "authentic");
    assert_eq!(report.json()["judged"], serde_json::json!({ "at": sealed.dump()["read_at"], "basis": "sealed" }));
    assert_eq!(report.json()["headline_notes"][0]["id"], "sealers-word");

    let mut without = sealed.dump();
    without.as_object_mut().unwrap().remove("seal").unwrap();
    let report = sealed.verify(&without.to_string(), &[]).expect(0);
    assert_eq!(report.json()["sealed_by"], Value::Null);
    // A seal that nobody asked for vouches for nothing: anybody can seal a file with a key of his own.
    let report = sealed.verify(&sealed.dump().to_string(), &[]).expect(0);
    assert_eq!((&report.json()["judged"]["basis"], &report.json()["sealed_by"]), (&"now".into(), &fingerprint.into()));
    let refused = sealed.verify(&without.to_string(), &["--sealed-by", fingerprint]).expect(2);
    assert!(refused.stderr.contains("is not sealed"), "{}", refused.stderr);
    let other = "0".repeat(64);
    let refused = sealed.verify(&sealed.dump().to_string(), &["--sealed-by", &other]).expect(2);
    assert!(refused.stderr.contains("sealed by another key") && refused.stderr.contains(fingerprint));
}

#[test]
fn openssl_verifies_the_seal() {
    let sealed = Sealed::new();
    let mut dump = sealed.dump();
    let seal = dump.as_object_mut().unwrap().remove("seal").unwrap();
    // The value's members are sorted here too; tests/ has no second writer of JSON, but docs/dump.md has a line for jq.
    sealed.folder.write("message", format!("taimen seal 1\n{dump}"));
    sealed.folder.write("signature", hex::decode(seal["signature"].as_str().unwrap()).unwrap());
    let mut command = Command::new("openssl");
    command.current_dir(sealed.folder.path());
    command.args("pkeyutl -verify -inkey seal.pem -rawin -in message -sigfile signature".split(' '));
    let told = command.output().expect("openssl is needed: sudo apt-get install openssl");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    sealed.folder.write("message", format!("taimen seal 1\n{dump} "));
    assert!(!command.output().unwrap().status.success(), "openssl must notice a change too");
}

/// Every value of a dump, by its JSON pointer.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| leaves(value, &format!("{at}/{}", name.replace('/', "~1")), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn no_value_of_a_sealed_dump_can_be_changed_unnoticed() {
    let sealed = Sealed::new();
    let dump = sealed.dump();
    let mut paths = Vec::new();
    leaves(&dump, "", &mut paths);
    assert!(paths.len() > 20, "{paths:?}");
    for path in paths {
        let mut changed = dump.clone();
        let value = changed.pointer_mut(&path).unwrap();
        *value = match &*value {
            Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
            Value::String(text) if text.ends_with('0') => format!("{}1", &text[..text.len() - 1]).into(),
            Value::String(text) if text.is_empty() => "00".into(),
            Value::String(text) if text.ends_with('Z') => text.replacen("20", "21", 1).into(),
            Value::String(text) => format!("{}0", &text[..text.len() - 1]).into(),
            other => panic!("{path}: {other}"),
        };
        assert_ne!(changed, dump, "{path}");
        let told = sealed.verify(&changed.to_string(), &[]).expect(2);
        // A name of the format that does not exist makes it no dump at all.
        let noticed = told.stderr.contains("changed after it was sealed")
            || told.stderr.contains("not a saved reading")
            || told.stderr.contains("another kind of file");
        assert!(noticed, "{path}: {}", told.stderr);
        told.assert_no_report();
    }
}
