//! Documents on phones through the program: what is asked for and said, how a session ends, what is written.

use crate::common::program::{Program, argument};

const KINDS: [&[&str]; 2] =
    [&["--reader", "sim:mobile-my-number"], &["--reader", "sim:mobile-licence", "--application", "mobile-licence"]];

#[test]
fn a_simulated_phone_of_every_kind_is_checked_and_says_what_it_asks_for_first() {
    let program = Program::new();
    for (kind, options) in ["mobile-my-number", "mobile-licence"].into_iter().zip(KINDS) {
        let said = program.run([&["check", "--json"], options].concat()).expect(0);
        let report = said.json();
        assert_eq!((&report["overall"], &report["card"]["kind"]), (&"authentic".into(), &kind.into()));
        assert_eq!(report["headline"], "simulated-passed", "{kind}");
        let notes = report["notes"].to_string();
        // What the law says of phones is said of the My Number Card alone.
        assert_eq!(notes.contains("mdoc-law"), kind == "mobile-my-number", "{notes}");
    }
    // Progress is for a person; it says what is asked before it says anything that came.
    let said = program.run([&["check"], KINDS[0], &["--lang", "en"]].concat()).expect(0);
    let asked = said.stderr.find("The holder is asked on the phone: name, address, birth date").unwrap_or_else(|| {
        panic!("{}", said.stderr);
    });
    assert!(said.stderr[asked..].contains("taimen sends no reader certificate"), "{}", said.stderr);
    assert!(!said.stderr[asked..].contains("sex"), "{}", said.stderr);
    let said = program.run([&["check"], KINDS[0], &["--lang", "ja", "--sex"]].concat()).expect(0);
    assert!(
        said.stderr.contains("スマートフォンに求める項目：氏名、住所") && said.stderr.contains("性別"),
        "{}",
        said.stderr
    );
}

#[test]
fn an_age_is_asked_with_a_face_and_nothing_else() {
    let program = Program::new();
    for options in KINDS {
        let request = ["--request", "age", "--age-over", "18", "--lang", "en"];
        let said = program.run([&["check"], options, &request].concat()).expect(0);
        assert!(
            said.stderr.contains("face picture, age condition") || said.stderr.contains("age condition"),
            "{}",
            said.stderr
        );
        assert!(!said.stderr.contains("name,") && !said.stderr.contains("birth date"), "{}", said.stderr);
    }
    let conflict = program.run([&["check"], KINDS[0], &["--request", "age", "--without-pin"]].concat()).expect(2);
    assert!(conflict.stdout.is_empty());
    program.run([&["check"], KINDS[0], &["--request", "everything"]].concat()).expect(2);
    program.run([&["check"], KINDS[0], &["--request", "age", "--age-over", "100"]].concat()).expect(2);
}

#[test]
fn what_a_holder_does_not_share_and_what_a_reader_cannot_do_have_their_own_ends() {
    let program = Program::new();
    for (fault, exit, id) in [
        ("declined", 5, "nothing-shared"),
        ("declined-empty", 5, "nothing-shared"),
        ("bluetooth-only", 4, "wants-bluetooth"),
        ("session-error", 4, "phone-session"),
        ("wrong-tag", 4, "phone-session"),
        ("locked", 4, "unknown-card"),
    ] {
        let reader = format!("sim:mobile-my-number?fault={fault}");
        let said = program.run(["check", "--reader", &reader, "--json"]).expect(exit);
        said.assert_no_report();
        assert_eq!(said.json()["id"], id, "{fault}");
    }
    // A phone that holds no licence shares none.
    let said = program
        .run(["check", "--reader", "sim:mobile-my-number", "--application", "mobile-licence", "--json"])
        .expect(5);
    assert_eq!(said.json()["id"], "nothing-shared");
}

#[test]
fn a_session_in_which_the_number_came_leaves_no_recording() {
    let program = Program::new();
    let out = program.home.file("session.apdu");
    let reader = "sim:mobile-my-number?fault=pushes-number";
    let said = program.run(["check", "--reader", reader, "--record", &argument(&out), "--lang", "en"]).expect(0);
    assert!(!out.exists() && said.stderr.contains("wrote no recording"), "{}", said.stderr);
    let said = program.run(["recording", "make", "mobile-my-number", "--fault", "pushes-number"]).expect(2);
    assert!(said.stdout.is_empty());
    // Any other is written, and plays back.
    let reader = "sim:mobile-my-number";
    program.run(["check", "--reader", reader, "--record", &argument(&out)]).expect(0);
    let replay = format!("replay:{}", argument(&out));
    let arguments = ["check", "--reader", &replay, "--accept", "simulated", "--at", "recorded", "--json"];
    assert_eq!(program.run(arguments).expect(0).json()["overall"], "authentic");
}

#[test]
fn a_code_and_a_readers_key_are_read_before_anything_is_asked() {
    let program = Program::new();
    let said = program.run([&["check"], KINDS[0], &["--engagement", "mdoc:nothing", "--json"]].concat()).expect(2);
    assert_eq!(said.json()["id"], "bad-engagement");
    let file = argument(&program.home.write("key.pem", "nothing"));
    let said = program.run([&["check"], KINDS[0], &["--reader-key", &file, "--json"]].concat()).expect(2);
    assert_eq!(said.json()["id"], "not-a-reader-key");
    let said = program.run([&["check"], KINDS[0], &["--reader-key", "missing.pem", "--json"]].concat()).expect(2);
    assert_eq!(said.json()["id"], "unreadable");
}

#[test]
fn a_recording_of_a_phone_is_not_scrubbed_and_says_why() {
    let program = Program::new();
    let text = program.run(["recording", "make", "mobile-my-number"]).expect(0).stdout;
    let path = argument(&program.home.write("made.apdu", text));
    let out = argument(&program.home.file("scrubbed.apdu"));
    let said = program.run(["recording", "scrub", &path, &out, "--seed", "9", "--lang", "en"]).expect(2);
    assert!(said.stderr.contains("mdoc/issuer-auth"), "{}", said.stderr);
}
