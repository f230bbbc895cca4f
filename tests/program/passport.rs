//! Passports through the program: check, credentials, recordings that need no zone, scrubbing.

use std::fs;

use crate::common::program::{Program, argument};
use taimen::simulator::cards::passport::PassportHolder;

const KINDS: [&str; 6] = ["passport", "passport-bac", "passport-ca", "passport-cam", "passport-rsa", "passport-dh"];

#[test]
fn a_simulated_passport_of_every_kind_is_checked_and_says_that_it_is_one() {
    let program = Program::new();
    for kind in KINDS {
        let report = program.run(["check", "--reader", &format!("sim:{kind}"), "--json"]).expect(0).json();
        assert_eq!((&report["overall"], &report["card"]["kind"]), (&"authentic".into(), &"passport".into()), "{kind}");
        assert_eq!(report["headline"], "simulated-passed", "{kind}");
    }
    let text = program.run(["check", "--reader", "sim:passport", "--lang", "en", "--details"]).expect(0).stdout;
    assert!(text.contains("holds no address") && text.contains("hanshuhou-2025"), "{text}");
}

#[test]
fn a_credentials_file_opens_it_with_the_zone_or_its_three_fields_or_the_access_number() {
    let program = Program::new();
    let holder = PassportHolder::from_seed(1);
    let zone = holder.zone();
    let fields = |birth: &str| {
        format!("document-number = {}\nbirth = {birth}{}\nexpiry = {}\n", holder.number, holder.birth, holder.expiry)
    };
    for (content, printed) in [
        (format!("mrz = {}\n", &zone[44..]), "passed"),
        (fields("western:"), "passed"),
        // A zone has Western years, so nobody has to say that it is one.
        (fields(""), "passed"),
        (format!("can = {}\n", holder.can), "not_done"),
    ] {
        let file = argument(&program.home.write("entries.txt", content));
        let arguments = ["check", "--reader", "sim:passport", "--credentials", &file, "--json"];
        let report = program.run(arguments).expect(0).json();
        let checks = report["checks"].as_array().unwrap();
        let agrees = checks.iter().find(|check| check["id"] == "printed-agrees").unwrap();
        assert_eq!(agrees["verdict"], printed);
    }
    // A My Number Card compares the birth date as printed, and a guess would cost a try.
    for more in ["", "expiry-year = 2030\nsecurity-code = 1234\n"] {
        let file = argument(&program.home.write("other.txt", fields("") + more));
        let said = program.run(["check", "--reader", "sim:my-number", "--credentials", &file, "--json"]).expect(2);
        assert_eq!(said.json()["error"]["id"], "birth-date-bare");
    }
    let wrong = zone[44..].replacen("XS", "XT", 1);
    let file = argument(&program.home.write("wrong.txt", format!("mrz = {wrong}\n")));
    let arguments = ["check", "--reader", "sim:passport", "--credentials", &file, "--json", "--lang", "en"];
    let said = program.run(arguments).expect(2);
    assert!(said.stderr.contains("did not send it to the card"), "a check digit is wrong: {}", said.stderr);
}

#[test]
fn a_recording_plays_back_without_the_zone_and_scrubs_to_another_person() {
    let program = Program::new();
    for kind in KINDS {
        for options in [&[][..], &["--fault", "no-extended"]] {
            // Without extended commands a long proof does not pass.
            let open = !options.is_empty() && ["passport-rsa", "passport-dh"].contains(&kind);
            let exit = if open { 3 } else { 0 };
            let made = [&["recording", "make", kind, "--seed", "5"], options].concat();
            let text = program.run(made).expect(0).stdout;
            let holder = PassportHolder::from_seed(5);
            assert!(!text.contains(&hex::encode_upper(&holder.number)), "{kind}: the number is encrypted");
            let path = program.home.write("made.apdu", text);
            let replay = format!("replay:{}", argument(&path));
            let arguments = ["check", "--reader", &replay, "--accept", "simulated", "--at", "recorded", "--json"];
            let report = program.run(arguments).expect(exit).json();
            let shown = report.to_string();
            assert!(shown.contains(&holder.number), "{kind}");
            let out = argument(&program.home.file("scrubbed.apdu"));
            let scrub = ["recording", "scrub", &argument(&path), &out, "--seed", "9"];
            program.run(scrub).expect(0);
            program.run(["recording", "check", &out]).expect(0);
            let replay = format!("replay:{out}");
            let arguments = ["check", "--reader", &replay, "--accept", "simulated", "--at", "recorded", "--json"];
            let other = program.run(arguments).expect(exit).json().to_string();
            assert!(other.contains(&PassportHolder::from_seed(9).number) && !other.contains(&holder.number), "{kind}");
            fs::remove_file(&out).unwrap();
        }
    }
}

#[test]
fn an_application_form_is_compared_with_the_signed_name_and_birth_date() {
    let program = Program::new();
    let holder = PassportHolder::from_seed(1);
    let name = format!("{} {}", holder.surname, holder.given).replace('<', " ");
    let form = serde_json::json!({ "name": name, "birth_date": holder.birth.to_string() });
    let file = argument(&program.home.write("form.json", form.to_string()));
    let arguments = ["check", "--reader", "sim:passport", "--form", &file, "--json"];
    let report = program.run(arguments).expect(0).json();
    let fields = &report["form"];
    for field in ["name", "birth_date"] {
        assert_eq!(
            (&fields[field]["class"], &fields[field]["compared_with"]),
            (&"same".into(), &"signed".into()),
            "{report}"
        );
    }
}
