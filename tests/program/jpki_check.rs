//! `taimen check --jpki` as the real program: options, credentials, reports, recordings and dumps.
#![cfg(all(feature = "cli", unix))]

use crate::common::program::{self, Program, argument, assert_private};
use taimen::{
    simulator::Persona,
    transport::{
        Recording,
        recording::{ExtraHeader, GivenCredential},
    },
};

const JPKI_PASSED: [&str; 4] =
    ["jpki-auth-chain: passed", "jpki-auth-key: passed", "jpki-sign-chain: passed", "jpki-agrees: passed"];

const SIM: [&str; 3] = ["check", "--reader", "sim:my-number?seed=3"];

fn check(program: &Program, more: &[&str], code: i32) -> program::Outcome {
    program.run([&SIM[..], more].concat()).expect(code)
}

#[test]
fn the_report_has_the_application_only_where_it_was_asked_for() {
    let program = Program::new();
    let without = check(&program, &["--json"], 0);
    assert!(!without.stdout.contains("jpki"), "{}", without.stdout);
    let with = check(&program, &["--json", "--jpki"], 0);
    assert_eq!(with.checks()[8..12], JPKI_PASSED);
    let json = with.json();
    let persona = Persona::from_seed(3);
    let item = |id: &str| json["items"].as_array().unwrap().iter().find(|item| item["id"] == id).cloned();
    assert_eq!(item("jpki_name").unwrap()["value"], persona.name);
    assert_eq!(item("jpki_name").unwrap()["signed_by"], "jpki-sign-chain");
    assert_eq!(item("jpki_birth_date").unwrap()["value"], persona.birth.to_string());
    assert_eq!(item("jpki_token").unwrap()["value"], "card");
    assert_eq!(json["signed_by"]["jpki_token"], serde_json::Value::Null);
    let staff: Vec<&str> =
        json["for_staff"].as_array().unwrap().iter().map(|note| note["id"].as_str().unwrap()).collect();
    assert!(staff.contains(&"jpki-status"), "{staff:?}");
    let retry_counter = json["tries"].as_array().unwrap();
    assert_eq!(retry_counter.iter().map(|counter| counter["left"].as_u64().unwrap()).collect::<Vec<_>>(), [10, 3, 5]);
}

#[test]
fn the_sex_is_shown_only_with_its_option() {
    let program = Program::new();
    let hidden = check(&program, &["--json", "--jpki"], 0);
    assert!(!hidden.stdout.contains("jpki_sex"), "{}", hidden.stdout);
    let shown = check(&program, &["--json", "--jpki", "--sex"], 0);
    assert!(shown.stdout.contains("jpki_sex"), "{}", shown.stdout);
    for (lang, title) in [("en", "signing certificate: sex"), ("ja", "署名用：性別")] {
        let page = program.home.file("page.html");
        let page_file = argument(&page);
        for (options, there) in [(&["--jpki"][..], false), (&["--jpki", "--sex"], true)] {
            let text =
                check(&program, &[options, &["--details", "--lang", lang, "--html", &page_file]].concat(), 0).stdout;
            assert_eq!(text.contains(title), there, "{text}");
            assert_eq!(std::fs::read_to_string(&page).unwrap().contains(title), there, "{options:?}");
            std::fs::remove_file(&page).unwrap();
        }
    }
}

#[test]
fn credentials_come_from_the_file_alone() {
    let program = Program::new();
    let persona = Persona::from_seed(3);
    let number = String::from_utf8(persona.number_b().unwrap().expose().to_vec()).unwrap();
    let run = |lines: &str, code| {
        let file = program.home.write("credentials", format!("number-b = {number}\n{lines}"));
        check(&program, &["--json", "--jpki", "--credentials", &argument(&file)], code)
    };
    let free = run("", 0);
    assert_eq!(
        free.checks()[8..12],
        [
            "jpki-auth-chain: passed",
            "jpki-auth-key: not_done(not_read)",
            "jpki-sign-chain: not_done(not_read)",
            "jpki-agrees: not_done(not_read)"
        ]
    );
    let own = format!("auth-pin = {}\nsign-password = {}\n", persona.pin, persona.sign_password());
    assert_eq!(run(&own, 0).checks()[8..12], JPKI_PASSED);
    // Full-width digits are the same digits; a password in small letters is another one, and is not sent.
    let wide: String = persona.pin.chars().map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap()).collect();
    assert_eq!(run(&format!("auth-pin = {wide}\n"), 0).checks()[9], JPKI_PASSED[1]);
    for wrong in ["taimen1234", "ABC12", "ABCDEFGHIJKLMNOPQ", "PASS WORD", "ＡＢＣ１２３"] {
        let refused = run(&format!("sign-password = {wrong}\n"), 2);
        assert!(refused.stderr.contains("capital letters"), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("did not send it to the card") && !refused.stderr.contains(wrong),
            "{}",
            refused.stderr
        );
    }
    for wrong in ["123", "12345", "12a4"] {
        let refused = run(&format!("auth-pin = {wrong}\n"), 2);
        assert!(
            refused.stderr.contains("PIN for user authentication does not have the right form"),
            "{}",
            refused.stderr
        );
    }
    // Without --jpki they are ignored; a malformed one is refused all the same, before the card is touched.
    let file = program.home.write("ignored", format!("number-b = {number}\nauth-pin = 1234\n"));
    let ignored = check(&program, &["--json", "--credentials", &argument(&file)], 0);
    assert_eq!(ignored.checks().len(), 9);
    let file = program.home.write("malformed", format!("number-b = {number}\nauth-pin = x\n"));
    let refused = check(&program, &["--json", "--credentials", &argument(&file)], 2);
    assert_eq!(refused.json()["error"]["id"], "bad-pin");
}

#[test]
fn wrong_blocked_and_last_try_end_with_exit_5() {
    let program = Program::new();
    for (fault, said) in [
        ("jpki-wrong-pin", "The card rejected the PIN for user authentication: it is wrong. Tries left: 2."),
        ("jpki-pin-blocked", "The PIN for user authentication is blocked."),
        ("jpki-pin-last-try", "One more wrong entry blocks the PIN for user authentication."),
        ("jpki-wrong-password", "The card rejected the password for digital signature: it is wrong. Tries left: 4."),
        ("jpki-password-blocked", "The password for digital signature is blocked."),
        ("jpki-password-last-try", "One more wrong entry blocks the password for digital signature."),
    ] {
        let reader = format!("sim:my-number?fault={fault}");
        let outcome = program.run(["check", "--jpki", "--json", "--reader", &reader]).expect(5);
        assert!(outcome.stderr.contains(said), "{fault}: {}", outcome.stderr);
        outcome.assert_no_report();
    }
    let reader = "sim:my-number?fault=jpki-pin-last-try";
    let allowed = program.run(["check", "--jpki", "--json", "--allow-last-try", "--reader", reader]).expect(0);
    assert_eq!(allowed.checks()[8..12], JPKI_PASSED);
}

#[test]
fn other_cards_do_not_have_it() {
    let program = Program::new();
    for kind in ["licence", "licence-nopin", "residence1", "residence2"] {
        let reader = format!("sim:{kind}");
        let outcome = program.run(["check", "--jpki", "--reader", &reader]).expect(2);
        assert!(outcome.stderr.contains("--jpki"), "{kind}: {}", outcome.stderr);
        outcome.assert_no_report();
    }
    let menkyo = program.run(["check", "--jpki", "--application", "menkyo", "--reader", "sim:menkyo"]).expect(2);
    assert!(menkyo.stderr.contains("--jpki"), "{}", menkyo.stderr);
    let guest = program.run(["check", "--jpki", "--json", "--reader", "sim:menkyo"]).expect(0);
    assert_eq!(guest.checks()[8..12], JPKI_PASSED, "the My Number Card under a licence has it");
    program.run(["check", "--jpki", "--age", "--reader", "sim:my-number"]).expect(2);
}

#[test]
fn recordings_and_dumps_know_that_it_was_asked_and_hold_no_credential() {
    let program = Program::new();
    let persona = Persona::from_seed(3);
    let [record, dump] = ["jpki.apdu", "jpki.json"].map(|name| program.home.file(name));
    let (record_file, dump_file) = (argument(&record), argument(&dump));
    let live = check(&program, &["--json", "--jpki", "--record", &record_file, "--save-dump", &dump_file], 0);
    let recording = Recording::parse(&std::fs::read(&record).unwrap()).unwrap();
    let given = |id: &str, length| GivenCredential { id: id.to_owned(), length };
    let given = vec![given("auth-pin", None), given("sign-password", Some(10))];
    assert_eq!(recording.header.jpki, Some(ExtraHeader { given }));
    assert_eq!(recording.header.random.len(), 3);
    let secret = |step: &&taimen::transport::recording::Step| step.command.secret_len() > 0;
    let lengths: Vec<usize> = recording.steps.iter().filter(secret).map(|step| step.command.secret_len()).collect();
    assert_eq!(lengths, [14, 14, 4, 10]);

    let address = format!("replay:{record_file}");
    let replayed =
        program.run(["check", "--json", "--accept", "simulated", "--at", "recorded", "--reader", &address]).expect(0);
    assert_eq!(replayed.checks()[8..12], JPKI_PASSED);
    let verified = program.run(["verify", "--json", "--accept", "simulated", "--at", "recorded", &dump_file]).expect(0);
    assert_eq!(verified.checks()[8..12], JPKI_PASSED);
    assert_eq!(verified.json()["items"], live.json()["items"]);
    // Later than every certificate: the same dump, judged then.
    let late = ["verify", "--json", "--accept", "simulated", "--at", "2098-01-01T00:00:00Z", &dump_file];
    let late = program.run(late).expect(1);
    assert_eq!(late.checks()[8], "jpki-auth-chain: failed(expired)");

    for path in [&record, &dump] {
        assert_private(path);
        let text = std::fs::read_to_string(path).unwrap().to_lowercase();
        let password = persona.sign_password();
        for secret in [password.to_lowercase(), hex::encode(&password)] {
            assert!(!text.contains(&secret), "{}", path.display());
        }
        assert!(!text.contains(&format!("0020009804{}", hex::encode(&persona.pin))), "{}", path.display());
    }
}

#[test]
fn a_session_that_was_cut_off_is_played_back_to_its_end() {
    let program = Program::new();
    for (fault, code) in [("removed-at=20", 4), ("jpki-wrong-pin", 5), ("jpki-child", 0), ("jpki-classic-form", 0)] {
        let record = program.home.file("cut.apdu");
        let file = argument(&record);
        let reader = format!("sim:my-number?seed=3&fault={fault}");
        program.run(["check", "--jpki", "--json", "--record", &file, "--reader", &reader]).expect(code);
        let address = format!("replay:{file}");
        let replayed =
            program.run(["check", "--json", "--accept", "simulated", "--at", "recorded", "--reader", &address]);
        assert_eq!(replayed.code, Some(code), "{fault}: {}", replayed.stderr);
        std::fs::remove_file(record).unwrap();
    }
}
