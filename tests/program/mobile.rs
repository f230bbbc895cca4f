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
        // What the law says of phones is said of the My Number Card alone.
        assert_eq!(report.to_string().contains("mdoc-law"), kind == "mobile-my-number", "{report}");
        // Nothing that was not asked for is there.
        assert!(report["holder"]["sex"].is_null(), "{report}");
        let said = program.run([&["check", "--json", "--sex"], options].concat()).expect(0);
        assert!(!said.json()["holder"]["sex"].is_null(), "{kind}: {}", said.stdout);
    }
}

#[test]
fn an_age_is_asked_with_a_face_and_nothing_else() {
    let program = Program::new();
    for options in KINDS {
        let request = ["--request", "age", "--age-over", "18", "--json"];
        let report = program.run([&["check"], options, &request].concat()).expect(0).json();
        let ids: Vec<&str> =
            report["items"].as_array().unwrap().iter().filter_map(|item| item["id"].as_str()).collect();
        assert!(ids.iter().any(|id| id.starts_with("age_over")), "{ids:?}");
        assert!(report["holder"]["name"].is_null() && report["holder"]["birth_date"].is_null(), "{report}");
        assert!(!report["photo"].is_null(), "an age without a face says nothing of whoever holds the phone");
    }
    let conflict = program.run([&["check"], KINDS[0], &["--request", "age", "--without-pin"]].concat()).expect(2);
    assert!(conflict.stdout.is_empty());
    program.run([&["check"], KINDS[0], &["--request", "everything"]].concat()).expect(2);
    program.run([&["check"], KINDS[0], &["--request", "age", "--age-over", "100"]].concat()).expect(2);
}

#[test]
fn an_age_that_is_not_reached_is_no_yes_for_staff_nor_for_a_script() {
    let program = Program::new();
    let asked = |options: &[&str], age: &str, more: &[&str], exit| {
        program.run([&["check"], options, &["--request", "age", "--age-over", age], more].concat()).expect(exit)
    };
    for kind in KINDS {
        let younger = format!("{}?seed=2", kind[1]);
        let options: &[&str] = &[&["--reader", younger.as_str()][..], &kind[2..]].concat();
        let report = asked(options, "65", &["--json"], 6).json();
        assert_eq!((&report["overall"], &report["headline"]), (&"authentic".into(), &"simulated-too-young".into()));
        assert_eq!(report["age_condition"], serde_json::json!({ "age": 65, "met": false }));
        let text = asked(options, "65", &["--lang", "ja"], 6).stdout;
        assert!(text.contains("年齢の条件を満たしていません") && text.contains('×'), "{text}");
        let text = asked(options, "65", &["--lang", "en"], 6).stdout;
        assert!(text.contains("AGE NOT REACHED") && !text.contains("CHECKS PASSED"), "{text}");
        let report = asked(options, "18", &["--json"], 0).json();
        assert_eq!((&report["headline"], &report["age_condition"]["met"]), (&"simulated-passed".into(), &true.into()));
        // Who asks who somebody is asks for no age.
        let report = program.run([&["check", "--json"][..], options].concat()).expect(0).json();
        assert!(report.get("age_condition").is_none(), "{report}");
    }
    // In a batch too.
    let saved = argument(&program.home.file("age.json"));
    asked(&["--reader", "sim:mobile-my-number?seed=2"], "65", &["--json", "--save-dump", &saved], 6);
    let batch = ["batch", &saved, "--accept", "simulated", "--at", "recorded", "--lang", "en"];
    let said = program.run(batch).expect(6);
    assert!(said.stderr.contains("age not reached") || said.stdout.contains("age not reached"), "{}", said.stderr);
    // Nor for a system of continuous integration.
    let junit = argument(&program.home.file("report.xml"));
    let said = program.run([&batch[..], &["--json", "--junit", &junit]].concat()).expect(6);
    let summary: serde_json::Value = serde_json::from_str(said.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["exit"], &summary["counts"]["6"]), (&6.into(), &1.into()));
    let report = std::fs::read_to_string(&junit).unwrap();
    assert!(report.contains("failures=\"1\"") && report.contains("<failure type=\"too-young\""), "{report}");
}

#[test]
fn a_recording_does_not_answer_what_its_reading_did_not_ask() {
    let program = Program::new();
    let recorded = |name: &str, options: &[&str]| {
        let path = argument(&program.home.file(name));
        program.run([&["check"], KINDS[0], options, &["--record", &path]].concat()).expect(0);
        path
    };
    let (age, identity) = (recorded("age.apdu", &["--request", "age", "--age-over", "18"]), recorded("full.apdu", &[]));
    let ask = |path: &str, options: &[&str], exit| {
        let replay = format!("replay:{path}");
        let judge = ["check", "--reader", &replay, "--accept", "simulated", "--at", "recorded", "--json"];
        program.run([&judge, options].concat()).expect(exit).json()
    };
    for (path, options) in [
        (&age, &["--request", "age", "--age-over", "20"][..]),
        (&age, &["--request", "age"]),
        (&age, &["--request", "identity"]),
        (&identity, &["--request", "age", "--age-over", "18"]),
    ] {
        let report = ask(path, options, 2);
        assert_eq!((&report["error"]["id"], &report["overall"]), (&"other-request".into(), &serde_json::Value::Null));
    }
    assert_eq!(ask(&age, &["--request", "age", "--age-over", "18"], 0)["age_condition"]["met"], true);
    assert_eq!(ask(&identity, &["--request", "identity"], 0)["overall"], "authentic");
    assert_eq!(ask(&age, &[], 0)["age_condition"]["age"], 18);
    // An age that nobody would be asked about.
    program.run([&["check"], KINDS[0], &["--age-over", "18"]].concat()).expect(2);
    program.run([&["check"], KINDS[0], &["--request", "identity", "--age-over", "18"]].concat()).expect(2);
    let card = ["check", "--reader", "sim:my-number", "--application", "my-number", "--request", "age", "--json"];
    assert_eq!(program.run(card).expect(2).json()["error"]["id"], "other-cards-option");
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
        assert_eq!(said.json()["error"]["id"], id, "{fault}");
    }
    // A phone that holds no licence shares none.
    let said = program
        .run(["check", "--reader", "sim:mobile-my-number", "--application", "mobile-licence", "--json"])
        .expect(5);
    assert_eq!(said.json()["error"]["id"], "nothing-shared");
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
    assert_eq!(said.json()["error"]["id"], "bad-engagement");
    let file = argument(&program.home.write("key.pem", "nothing"));
    let said = program.run([&["check"], KINDS[0], &["--reader-key", &file, "--json"]].concat()).expect(2);
    assert_eq!(said.json()["error"]["id"], "not-a-reader-key");
    let said = program.run([&["check"], KINDS[0], &["--reader-key", "missing.pem", "--json"]].concat()).expect(2);
    assert_eq!(said.json()["error"]["id"], "unreadable");
}

#[test]
fn a_recording_of_a_phone_is_not_scrubbed_and_says_why() {
    let program = Program::new();
    let out = program.home.file("scrubbed.apdu");
    for (kind, reason) in [
        ("mobile-my-number", "the session with a My Number Card on a phone is encrypted"),
        ("mobile-licence", "the session with a mobile driving licence (mDL) is encrypted"),
    ] {
        let text = program.run(["recording", "make", kind, "--application", kind]).expect(0).stdout;
        let path = argument(&program.home.write("made.apdu", text));
        let said = program.run(["recording", "scrub", &path, &argument(&out), "--seed", "9", "--lang", "en"]).expect(2);
        assert!(said.stderr.contains(reason) && !out.exists(), "{}", said.stderr);
    }
}
