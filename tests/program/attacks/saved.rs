//! Edited files: anybody who holds a saved reading can write any time into it, and change what the issuer did not sign.

use std::fs;

use serde_json::{Value, json};
use taimen::{crypto::SealKey, dump::Dump};

use super::bench::{
    Authentic, Bench, Judged, Kind, LICENCE, MENKYO, MY_NUMBER, Overall, RESIDENCE2, Rejected, Undetermined, put,
};
use crate::common::program::{Outcome, argument};

/// A My Number Card read with `--age`.
const AGE: Kind = Kind {
    name: "my-number",
    options: &["--age"],
    honest: &[
        "face-certificate: passed",
        "age-signature: passed",
        "chip-key: passed",
        "not-expired: passed",
        "revocation: not_done(not_available)",
    ],
    saved: &[],
};

/// A licence of which only what needs no PIN was read.
const DAYS: Kind = Kind {
    name: "licence",
    options: &["--without-pin"],
    honest: &[
        "licence-signature: not_done(not_read)",
        "licence-signer: not_done(not_read)",
        "not-expired: passed",
        "no-unsigned-changes: not_done(not_read)",
        "revocation: not_done(not_available)",
    ],
    saved: &[],
};

/// What a saved My Number Card says where nobody vouches for it.
const NOBODY_VOUCHES: &[&str] =
    &["not-expired: not_done(unsigned)", "text-agrees: not_done(depends_on text-signature)"];

/// A recording and a dump of one reading.
struct Reading {
    dump: Dump,
    recording: String,
}

impl Reading {
    fn of(bench: &Bench, kind: &Kind, query: &str) -> Self {
        let [dump, recording] = ["own.json", "own.apdu"].map(|name| argument(&bench.folder.file(name)));
        let address = format!("sim:{}?{query}", kind.name);
        let check = ["check", "--reader", &address, "--json", "--save-dump", &dump, "--record", &recording];
        let read = bench.run(&[&check, kind.options].concat());
        assert!([Some(0), Some(1), Some(3)].contains(&read.code), "{}", read.stderr);
        let dump = Dump::from_json(&fs::read(&dump).unwrap()).unwrap();
        Self { dump, recording: fs::read_to_string(&recording).unwrap() }
    }

    /// Writes another time into both.
    fn dated(mut self, time: &str) -> Self {
        self.dump.read_at = time.parse().unwrap();
        let line = self.recording.lines().find(|line| line.starts_with("time: ")).unwrap().to_owned();
        self.recording = self.recording.replacen(&line, &format!("time: {time}"), 1);
        self
    }

    /// Writes other bytes of the same length into both.
    fn edited(self, from: &[u8], to: &[u8]) -> Self {
        let [from, to] = [from, to].map(hex::encode);
        let json = self.dump.to_json();
        let (upper, lower) = ((from.to_uppercase(), to.to_uppercase()), (from, to));
        assert!(json.contains(&lower.0) && self.recording.contains(&upper.0), "the entry stands in both");
        let dump = Dump::from_json(json.replace(&lower.0, &lower.1).as_bytes()).unwrap();
        Self { dump, recording: self.recording.replace(&upper.0, &upper.1) }
    }

    /// Judges both in every way in which the program judges a saved reading.
    fn judged(&self, bench: &Bench, kind: &Kind, options: &[&str]) -> [Judged; 4] {
        let [dump, recording] = [("p.json", self.dump.to_json()), ("p.apdu", self.recording.clone())]
            .map(|(name, content)| argument(&bench.folder.write(name, content)));
        let accept = [&["--accept", "simulated", "--json"][..], options].concat();
        let batch = |path: &str| {
            let Outcome { code, stdout, stderr } = bench.run(&[&["batch", path], &accept[..]].concat());
            let line: Value = serde_json::from_str(&stdout).unwrap();
            assert_eq!(line["counts"], code.unwrap(), "{path}");
            Outcome { code, stdout: line["report"].to_string(), stderr }
        };
        [
            ("verify", bench.run(&[&["verify", &dump], &accept[..]].concat())),
            ("replay", bench.run(&[&["check", "--reader", &format!("replay:{recording}")], &accept[..]].concat())),
            ("batch of a dump", batch(&dump)),
            ("batch of a recording", batch(&recording)),
        ]
        .map(|(way, outcome)| Judged::saved(kind, outcome, &format!("{way} {} {options:?}", kind.name)))
    }

    fn expect(&self, bench: &Bench, kind: &Kind, options: &[&str], overall: Overall, differ: &[&str], basis: &str) {
        for judged in self.judged(bench, kind, options) {
            let report = judged.expect(overall, differ).outcome.json();
            assert_eq!(report["judged"]["basis"], basis);
            assert_eq!(report["judged"]["at"], report["judged_at"]);
        }
    }
}

/// What is asked of whoever vouches is beside the headline.
fn headline_notes(reading: &Reading, bench: &Bench, kind: &Kind, options: &[&str]) -> Vec<Value> {
    let [verified, ..] = reading.judged(bench, kind, options);
    let report = verified.outcome.json();
    report["headline_notes"].as_array().unwrap().iter().map(|note| note["id"].clone()).collect()
}

#[test]
fn dated_back() {
    let bench = Bench::new();
    // Issued in 2020, expired in 2023, shown as read in 2021.
    for (kind, unsigned) in
        [(&LICENCE, &["no-unsigned-changes: not_done(unsigned)"][..]), (&MENKYO, &[]), (&RESIDENCE2, &[])]
    {
        let reading = Reading::of(&bench, kind, "fault=expired").dated("2021-06-01T00:00:00Z");
        let differ = [unsigned, &["not-expired: failed(expired)"]].concat();
        reading.expect(&bench, kind, &[], Rejected, &differ, "now");
        // The operator's word is asked for by name, and the report names it.
        let inferred: &[&str] = if unsigned.is_empty() { &[] } else { &["no-unsigned-changes: not_done(inferred)"] };
        reading.expect(&bench, kind, &["--at", "recorded"], Authentic, inferred, "operator");
        assert_eq!(headline_notes(&reading, &bench, kind, &["--at", "recorded"]), ["operators-word"]);
        // Naming a time is a word for the time alone, and the signed day is still the signed day.
        reading.expect(&bench, kind, &["--at", "2021-06-01T00:00:00Z"], Authentic, unsigned, "named");
        assert_eq!(headline_notes(&reading, &bench, kind, &["--at", "2021-06-01T00:00:00Z"]), ["operators-time"]);
    }
    // The chip of a My Number Card signed the time.
    let moved = ["chip-key: failed(challenge_mismatch)", "text-chip-key: failed(challenge_mismatch)"];
    let reading = Reading::of(&bench, &MY_NUMBER, "").dated("2021-06-01T00:00:00Z");
    bench.saved(&MY_NUMBER, &reading.dump, &[]).expect(Rejected, &moved);
    let recording = argument(&bench.folder.write("moved.apdu", &reading.recording));
    let replayed = ["check", "--reader", &format!("replay:{recording}"), "--accept", "simulated", "--at", "recorded"];
    let replayed = bench.run(&replayed).expect(4);
    assert!(replayed.stderr.contains("the recording has 802A0000"), "the challenge has a time: {}", replayed.stderr);
    // What the free files of a licence say is signed by nobody.
    let reading = Reading::of(&bench, &DAYS, "fault=expired").dated("2021-06-01T00:00:00Z");
    reading.expect(&bench, &DAYS, &[], Rejected, &["not-expired: failed(expired)"], "now");
}

#[test]
fn unsigned_expiry_of_a_saved_reading() {
    let bench = Bench::new();
    // An expired card at which the forger read it himself: chip and challenge are genuine, whatever his clock said.
    let expired = ["not-expired: failed(expired)", "text-agrees: not_done(depends_on text-signature)"];
    let reading = Reading::of(&bench, &MY_NUMBER, "fault=expired");
    reading.expect(&bench, &MY_NUMBER, &[], Rejected, &expired, "now");
    let day = reading.dump.file("face/0002").unwrap();
    let place = day.windows(3).position(|bytes| bytes == [0xDF, 0x29, 0x08]).unwrap();
    let object = day[place..place + 11].to_vec();
    let later = [&object[..3], b"20991231"].concat();
    let reading = reading.edited(&object, &later);
    reading.expect(&bench, &MY_NUMBER, &[], Undetermined, NOBODY_VOUCHES, "now");
    let named = ["--at", "2026-11-27T00:00:00Z"];
    reading.expect(&bench, &MY_NUMBER, &named, Undetermined, NOBODY_VOUCHES, "named");
    // Whoever vouches for the whole file vouches for the day, and the headline says so.
    reading.expect(&bench, &MY_NUMBER, &["--at", "recorded"], Authentic, &[], "operator");
    assert_eq!(headline_notes(&reading, &bench, &MY_NUMBER, &["--at", "recorded"]), ["operators-word"]);

    let unsigned = ["not-expired: not_done(unsigned)"];
    let reading = Reading::of(&bench, &AGE, "fault=expired");
    reading.expect(&bench, &AGE, &[], Rejected, &["not-expired: failed(expired)"], "now");
    let day = reading.dump.file("isd/00F2").unwrap().to_vec();
    let reading = reading.edited(&day, b"20991231");
    reading.expect(&bench, &AGE, &[], Undetermined, &unsigned, "now");

    // BCD of 2023-05-01 in the free file of a licence.
    let reading =
        Reading::of(&bench, &DAYS, "fault=expired").edited(&[0x20, 0x23, 0x05, 0x01], &[0x20, 0x99, 0x05, 0x01]);
    reading.expect(&bench, &DAYS, &[], Undetermined, &unsigned, "now");

    // A day whose signature nobody can verify here is as good as unsigned.
    let reading = Reading::of(&bench, &RESIDENCE2, "fault=other-ca-key");
    for judged in reading.judged(&bench, &RESIDENCE2, &[]) {
        let differ = [
            "card-certificate: not_done(no_anchor)",
            "card-signature: not_done(depends_on card-certificate)",
            "not-expired: not_done(depends_on card-signature)",
        ];
        judged.expect(Undetermined, &differ);
    }
}

#[test]
fn entries_taken_away() {
    let bench = Bench::new();
    let changed: Kind = Kind { name: "licence-changed", ..LICENCE };
    let mut reading = Reading::of(&bench, &changed, "");
    let honest = Reading::of(&bench, &LICENCE, "");
    let open = "no-unsigned-changes: not_done(unsigned)";
    // A change of the name in a genuine file fails; taken away it does not pass.
    let verify = |dump: &Dump| {
        let path = argument(&bench.folder.write("taken.json", dump.to_json()));
        let outcome = bench.run(&["verify", &path, "--json", "--accept", "simulated"]);
        Judged::saved(&LICENCE, outcome, "entries taken away")
    };
    verify(&reading.dump).expect(Authentic, &["no-unsigned-changes: failed(unsigned_changes)"]);
    for name in ["df1/0004", "df1/0006"] {
        put(&mut reading.dump, name, honest.dump.file(name).unwrap().to_vec());
    }
    verify(&reading.dump).expect(Authentic, &[open]);
}

#[test]
fn edited_text_of_a_saved_reading() {
    let bench = Bench::new();
    let reading = Reading::of(&bench, &MY_NUMBER, "");
    let text = reading.dump.file("text/0002").unwrap().to_vec();
    let place = text.windows(2).position(|bytes| bytes == [0xDF, 0x22]).unwrap();
    let name = &text[place + 3..place + 3 + usize::from(text[place + 2])];
    let honest = String::from_utf8(name.to_vec()).unwrap();
    let forged: String = honest.chars().map(|_| '偽').collect();
    assert_eq!(forged.len(), honest.len());
    let reading = reading.edited(name, forged.as_bytes());
    let seal = |dump: &Dump| {
        let mut dump = dump.clone();
        dump.seal(&SealKey::from_seed(&[7; 32]));
        (hex::encode(SealKey::from_seed(&[7; 32]).public_key().fingerprint()), dump)
    };
    let holder = |report: &Value| {
        assert_eq!((&report["holder"]["name"], &report["holder"]["address"]), (&Value::Null, &Value::Null));
        assert_eq!(report["signed_by"]["holder_unconfirmed"], Value::Null);
        assert_eq!(report["holder_unconfirmed"]["name"], forged);
    };
    reading.expect(&bench, &MY_NUMBER, &[], Undetermined, NOBODY_VOUCHES, "now");
    for options in [&[][..], &["--at", "recorded"]] {
        for judged in reading.judged(&bench, &MY_NUMBER, options) {
            holder(&judged.outcome.json());
        }
    }
    // A seal says that this is what was read, not that a municipality signed it.
    let (fingerprint, sealed) = seal(&reading.dump);
    let path = argument(&bench.folder.write("sealed.json", sealed.to_json()));
    let outcome = bench.run(&["verify", &path, "--json", "--accept", "simulated", "--sealed-by", &fingerprint]);
    let judged = Judged::saved(&MY_NUMBER, outcome, "sealed").expect(Authentic, &[]);
    holder(&judged.outcome.json());
    let text = bench.run(&["verify", &path, "--accept", "simulated", "--sealed-by", &fingerprint]).stdout;
    let line = text.lines().find(|line| line.contains(&forged)).unwrap();
    assert!(line.contains("Name as text") && line.contains("nobody vouches for it"), "{line}");
}

#[test]
fn own_seal() {
    let bench = Bench::new();
    let mut reading = Reading::of(&bench, &RESIDENCE2, "fault=expired").dated("2021-06-01T00:00:00Z");
    reading.dump.seal(&SealKey::from_seed(&[66; 32]));
    let path = argument(&bench.folder.write("own.json", reading.dump.to_json()));
    for command in ["verify", "batch"] {
        let outcome = bench.run(&[command, &path, "--json", "--accept", "simulated"]).expect(1);
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let report = if command == "batch" { &report["report"] } else { &report };
        assert_eq!((&report["overall"], &report["judged"]["basis"]), (&json!("rejected"), &json!("now")));
        let other = "0".repeat(64);
        bench.run(&[command, &path, "--json", "--accept", "simulated", "--sealed-by", &other]).expect(2);
    }
    // Nor does the program seal a recording that somebody else may have written.
    let recording = argument(&bench.folder.write("own.apdu", &reading.recording));
    let key = argument(&bench.folder.write("seal.pem", SealKey::from_seed(&[7; 32]).to_pem().unwrap()));
    let dump = bench.folder.file("laundered.json");
    let address = format!("replay:{recording}");
    let saved = argument(&dump);
    let seal = ["check", "--reader", &address, "--accept", "simulated", "--save-dump", &saved, "--seal", &key];
    let refused = bench.run(&seal).expect(2);
    assert!(refused.stderr.contains("A seal vouches for a reading") && !dump.exists(), "{}", refused.stderr);
    bench.run(&[&seal[..], &["--at", "recorded"]].concat()).expect(0);
}

#[test]
fn reading_from_the_future() {
    let bench = Bench::new();
    // Dated to a day on which the certificates of another card would be valid.
    for kind in [&LICENCE, &RESIDENCE2] {
        let reading = Reading::of(&bench, kind, "").dated("2098-01-01T00:00:00Z");
        let [dump, recording] = [("f.json", reading.dump.to_json()), ("f.apdu", reading.recording.clone())]
            .map(|(name, content)| argument(&bench.folder.write(name, content)));
        let address = format!("replay:{recording}");
        for command in [&["verify", &dump][..], &["check", "--reader", &address]] {
            for at in [&[][..], &["--at", "2098-01-02T00:00:00Z"]] {
                let refused = bench.run(&[command, &["--json", "--accept", "simulated"], at].concat()).expect(2);
                assert!(refused.stderr.contains("ahead of this computer's clock"), "{}", refused.stderr);
                assert!(!refused.stdout.contains("overall"), "{}", refused.stdout);
            }
        }
        for path in [&dump, &recording] {
            let line = bench.run(&["batch", path, "--accept", "simulated"]).expect(2).json();
            assert_eq!((&line["error"]["id"], &line["report"]), (&json!("read-in-future"), &Value::Null));
        }
    }
}
