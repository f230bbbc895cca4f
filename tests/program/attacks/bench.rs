//! What the attacks share: the kinds of card with the checks of an honest one, the program that judges, the assertions.

use std::fs;

use serde_json::Value;
use taimen::dump::Dump;

use crate::common::{
    program::{Outcome, Program, argument, run},
    temp::TempDir,
};

/// A kind of card under attack.
pub struct Kind {
    /// Its name in `sim:`.
    pub name: &'static str,
    /// What `check` needs to be told.
    pub options: &'static [&'static str],
    /// Every check of an honest card, live.
    pub honest: &'static [&'static str],
    /// What a check of a saved reading says differently.
    pub saved: &'static [&'static str],
}

pub const MY_NUMBER: Kind = Kind {
    name: "my-number",
    options: &[],
    honest: &[
        "face-certificate: passed",
        "face-signature: passed",
        "chip-key: passed",
        "not-expired: passed",
        "text-certificate: passed",
        "text-signature: passed",
        "text-chip-key: passed",
        "text-agrees: passed",
        "revocation: not_done(not_available)",
    ],
    saved: &["text-signature: not_done(not_stored)"],
};

/// A My Number Card whose JPKI application is checked too.
pub const JPKI: Kind = Kind {
    name: "my-number",
    options: &["--jpki"],
    honest: &[
        "face-certificate: passed",
        "face-signature: passed",
        "chip-key: passed",
        "not-expired: passed",
        "text-certificate: passed",
        "text-signature: passed",
        "text-chip-key: passed",
        "text-agrees: passed",
        "jpki-auth-chain: passed",
        "jpki-auth-key: passed",
        "jpki-sign-chain: passed",
        "jpki-agrees: passed",
        "revocation: not_done(not_available)",
    ],
    saved: &["text-signature: not_done(not_stored)"],
};

pub const LICENCE: Kind = Kind {
    name: "licence",
    options: &[],
    honest: &[
        "licence-signature: passed",
        "licence-signer: passed",
        "not-expired: passed",
        "no-unsigned-changes: not_done(inferred)",
        "revocation: not_done(not_available)",
    ],
    // A reader without its signer reads both files whole.
    saved: &["no-unsigned-changes: passed"],
};

pub const MENKYO: Kind = Kind {
    name: "menkyo",
    options: &["--application", "menkyo"],
    honest: &[
        "menkyo-signature: passed",
        "menkyo-signer: passed",
        "not-expired: passed",
        "revocation: not_done(not_available)",
    ],
    saved: &[],
};

pub const RESIDENCE1: Kind = Kind {
    name: "residence1",
    options: &[],
    honest: &["card-signature: passed", "card-certificate: passed", "revocation: not_done(not_available)"],
    saved: &[],
};

pub const RESIDENCE2: Kind = Kind {
    name: "residence2",
    options: &[],
    honest: &[
        "card-signature: passed",
        "card-certificate: passed",
        "not-expired: passed",
        "revocation: not_done(not_available)",
    ],
    saved: &[],
};

pub const PASSPORT: Kind = Kind {
    name: "passport",
    options: &[],
    honest: &[
        "document-signature: passed",
        "signer-certificate: passed",
        "data-groups: passed",
        "not-expired: passed",
        "chip-key: passed",
        "printed-agrees: passed",
        "mrz-consistent: passed",
        "access-agrees: passed",
        "details-signed: not_done(not_on_card)",
        "weak-cryptography: passed",
        "signer-period: passed",
        "revocation: not_done(not_available)",
    ],
    saved: &["printed-agrees: not_done(not_stored)", "access-agrees: not_done(self_reported)"],
};

/// Every kind of card; passports have their own attacks.
pub const KINDS: [&Kind; 5] = [&MY_NUMBER, &LICENCE, &MENKYO, &RESIDENCE1, &RESIDENCE2];

/// The residence cards, which their issuer signs in two ways.
pub const RESIDENCE: [&Kind; 2] = [&RESIDENCE1, &RESIDENCE2];

/// The verdict and its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    Authentic,
    Rejected,
    Undetermined,
}
pub use Overall::{Authentic, Rejected, Undetermined};

/// The program and a folder of its own.
pub struct Bench {
    program: Program,
    pub folder: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self { program: Program::new(), folder: TempDir::new() }
    }

    /// Runs the program. The simulated hierarchy is accepted, as it always is for `sim:`.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        run(self.program.command(arguments))
    }

    /// Checks a card live; `query` is what follows `?` in its address.
    pub fn live(&self, kind: &Kind, query: &str) -> Judged {
        let address = format!("sim:{}?{query}", kind.name);
        let outcome = self.run(&[&["check", "--reader", &address, "--json"], kind.options].concat());
        Judged { outcome, expected: kind.honest.iter().map(|check| (*check).to_owned()).collect(), what: address }
    }

    /// What is read from a card, the filler that the reading left out put back and the claim about it taken away: an attack
    /// chooses every byte. (Attacks on the claim: `tests/cards/lean.rs`.)
    pub fn dump(&self, kind: &Kind, query: &str) -> Dump {
        let path = argument(&self.folder.file("read.json"));
        let address = format!("sim:{}?{query}", kind.name);
        self.run(&[&["check", "--reader", &address, "--json", "--save-dump", &path], kind.options].concat());
        let mut read: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let inferred = read.as_object_mut().unwrap().remove("inferred");
        for (file, claim) in inferred.as_ref().and_then(Value::as_object).into_iter().flatten() {
            let held = read["files"][file].as_str().unwrap();
            let missing = usize::try_from(claim["length"].as_u64().unwrap()).unwrap() - held.len() / 2;
            let whole = format!("{held}{}", claim["filler"].as_str().unwrap().repeat(missing));
            read["files"][file] = whole.into();
        }
        Dump::from_json(read.to_string().as_bytes()).unwrap()
    }

    /// Judges a reading that somebody prepared. Unless an attack chooses otherwise the operator vouches for the file, so
    /// that nothing but the attacked rule can stop it.
    pub fn saved(&self, kind: &Kind, dump: &Dump, options: &[&str]) -> Judged {
        let path = argument(&self.folder.write("prepared.json", dump.to_json()));
        let at = if options.contains(&"--at") { &[][..] } else { &["--at", "recorded"] };
        let accept = if options.contains(&"--accept") { &[][..] } else { &["--accept", "simulated"] };
        let outcome = self.run(&[&["verify", &path, "--json"], at, accept, options].concat());
        Judged::saved(kind, outcome, &format!("saved {}", kind.name))
    }
}

/// What the program said, and what it says about an honest card.
pub struct Judged {
    pub outcome: Outcome,
    expected: Vec<String>,
    what: String,
}

impl Judged {
    /// What was said of a saved reading.
    pub fn saved(kind: &Kind, outcome: Outcome, what: &str) -> Self {
        let expected = with(kind.honest.iter().map(|check| (*check).to_owned()).collect(), kind.saved);
        Self { outcome, expected, what: what.to_owned() }
    }

    /// Asserts the verdict, the exit code and every check: those of an honest card but for the ones that `differ`.
    pub fn expect(self, overall: Overall, differ: &[&str]) -> Self {
        let (name, code) = match overall {
            Authentic => ("authentic", 0),
            Rejected => ("rejected", 1),
            Undetermined => ("undetermined", 3),
        };
        let found = self.outcome.checks();
        assert_eq!(found, with(self.expected.clone(), differ), "{}", self.what);
        assert_eq!(self.outcome.json()["overall"], name, "{}", self.what);
        assert_eq!(self.outcome.code, Some(code), "{}", self.what);
        self
    }

    /// Asserts that the report itself says what it cannot tell.
    pub fn admits(self, words: &str) -> Self {
        let checks = self.outcome.json()["checks"].to_string();
        let explained: String = self
            .outcome
            .checks()
            .iter()
            .filter_map(|check| check.split_once(": "))
            .map(|(id, _)| id.parse::<taimen::verify::CheckId>().unwrap().text().does_not_prove.en)
            .collect();
        assert!(explained.contains(words), "{}: {words} in {explained}\n{checks}", self.what);
        self
    }
}

pub fn with(mut checks: Vec<String>, differ: &[&str]) -> Vec<String> {
    for other in differ {
        let id = other.split(':').next().unwrap();
        let place = checks.iter_mut().find(|check| check.split(':').next() == Some(id));
        *place.unwrap_or_else(|| panic!("no check {id}")) = (*other).to_owned();
    }
    checks
}

/// Replaces a file of a reading.
pub fn put(dump: &mut Dump, name: &str, bytes: Vec<u8>) {
    let (_, file) = dump.files_mut().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no file {name}"));
    *file = bytes;
}

/// A file of a reading.
pub fn get(dump: &Dump, name: &str) -> Vec<u8> {
    dump.file(name).unwrap_or_else(|| panic!("no file {name}")).to_vec()
}
