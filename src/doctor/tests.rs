use std::collections::BTreeSet;

use crate::lang::words;

use super::{
    models::{Driver, MODELS, Model, version},
    *,
};

/// A Linux machine at which everything is as it should be, with a My Number Card on a contactless reader.
fn healthy() -> Environment {
    Environment {
        platform: Platform::Linux,
        service: Service::Running,
        starter: Starter { systemd: true, installed: true, socket_unit: true, other_socket: false },
        sessions: Vec::new(),
        readers: vec![reader("Identiv uTrust 3700 F CL Reader 00 00", true)],
        usb: Some(vec![(0x04E6, 0x5790), (0x1D6B, 0x0002)]),
        ccid: Some("1.5.2".to_owned()),
        card: Card::Known { kind: CardKind::MY_NUMBER, long: Long::Passed { bytes: 568, of: Some(568) } },
        trust: Trust::Usable { installed: 2 },
        clock: Clock { now: time("2026-11-22T01:02:03Z"), synchronised: Some(true), program_written: None },
        terminal: Terminal { interactive: true, utf8: true, pictures: true },
    }
}

fn reader(name: &str, card: bool) -> Reader {
    Reader { name: name.to_owned(), slot: Slot::guess(name), card, mute: false }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A name, what differs from the healthy machine, the findings that are not ok, and whether a check could run.
type Case = (&'static str, fn(&mut Environment), &'static [&'static str], bool);

/// Everything that may be wrong, each alone.
fn cases() -> Vec<Case> {
    vec![
        ("healthy", |_| {}, &[], true),
        ("no pcscd with systemd", |e| stopped(e, Service::NotRunning), &["service-not-running"], false),
        (
            "no pcscd without systemd",
            |e| {
                stopped(e, Service::NotRunning);
                e.starter = Starter { installed: true, ..Starter::default() };
            },
            &["service-not-running"],
            false,
        ),
        ("polkit", |e| stopped(e, Service::NotPermitted), &["service-not-permitted"], false),
        ("service error", |e| stopped(e, Service::Failed(0x8010_0001)), &["service-failed"], false),
        ("a build without PC/SC", |e| stopped(e, Service::NotBuilt), &["service-not-built"], false),
        ("another socket", |e| e.starter.other_socket = true, &["service-other-socket"], true),
        ("ssh", |e| e.sessions = vec![Session::Ssh], &["session-ssh"], true),
        ("remote desktop", |e| e.sessions = vec![Session::RemoteDesktop], &["session-remote-desktop"], true),
        ("citrix", |e| e.sessions = vec![Session::Citrix], &["session-citrix"], true),
        ("container", |e| e.sessions = vec![Session::Container], &["session-container"], true),
        ("no reader", |e| readers(e, &[]), &["reader-none"], false),
        (
            "only a security module",
            |e| readers(e, &["ACS ACR1252 [ACR1252 SAM] 00 01"]),
            &["reader-none", "reader-sam", "card-none", "long-not-measured"],
            false,
        ),
        (
            "two slots, of which one is the security module's",
            |e| readers(e, &["ACS ACR1252 [ACR1252 PICC] 00 00", "ACS ACR1252 [ACR1252 SAM] 00 01"]),
            &["reader-sam", "reader-several", "card-none", "long-not-measured"],
            true,
        ),
        (
            "contacts alone",
            |e| readers(e, &["SCM SCR3310 USB Smart Card Reader 0"]),
            &["reader-contact", "card-none", "long-not-measured"],
            true,
        ),
        (
            "a reader of an unknown kind",
            |e| readers(e, &["CLOUD 2700 R Smart Card Reader 0"]),
            &["card-none", "long-not-measured"],
            true,
        ),
        (
            "a virtual reader",
            |e| readers(e, &["Virtual PCD 00 00"]),
            &["reader-virtual", "card-none", "long-not-measured"],
            true,
        ),
        (
            "a reader without long commands",
            |e| readers(e, &["ACS ACR1281 1S Dual Reader PICC 0"]),
            &["reader-short", "card-none", "long-not-measured"],
            true,
        ),
        (
            "a reader that refuses exclusive use",
            |e| readers(e, &["SONY FeliCa RC-S300/S 00 00"]),
            &["card-none", "long-not-measured"],
            true,
        ),
        (
            "FeliCa alone, listed",
            |e| readers(e, &["Sony FeliCa RC-S320 0"]),
            &["reader-none", "reader-felica-only", "card-none", "long-not-measured"],
            false,
        ),
        (
            "RC-S380 alone",
            |e| {
                readers(e, &[]);
                e.usb = Some(vec![(0x054C, 0x06C3)]);
            },
            &["reader-no-driver", "reader-none"],
            false,
        ),
        ("RC-S380 beside another", |e| e.usb = Some(vec![(0x054C, 0x06C1)]), &["reader-no-driver"], true),
        (
            "RC-S380 on Windows",
            |e| {
                readers(e, &["Sony FeliCa Port/PaSoRi 3.0 0"]);
                e.usb = Some(vec![(0x054C, 0x06C3)]);
                e.platform = Platform::Windows;
            },
            &["card-none", "long-not-measured"],
            true,
        ),
        ("FeliCa alone, on USB", |e| e.usb = Some(vec![(0x054C, 0x01BB)]), &["reader-felica-only"], true),
        (
            "an old driver",
            |e| {
                readers(e, &[]);
                e.usb = Some(vec![(0x054C, 0x0DC8)]);
                e.ccid = Some("1.4.34".to_owned());
            },
            &["reader-driver-old", "reader-none"],
            false,
        ),
        (
            "no driver at all",
            |e| {
                readers(e, &[]);
                e.ccid = None;
            },
            &["reader-none"],
            false,
        ),
        (
            "a mute card",
            |e| {
                e.card = Card::None;
                e.readers = vec![Reader { mute: true, ..reader("A CL Reader", false) }];
            },
            &["card-mute", "card-none", "long-not-measured"],
            true,
        ),
        ("a busy card", |e| e.card = Card::Busy, &["card-busy", "long-not-measured"], false),
        ("a card that left", |e| e.card = Card::Left, &["card-left", "long-not-measured"], true),
        ("a reader's error", |e| e.card = Card::Failed(0x8010_0066), &["card-failed", "long-not-measured"], true),
        ("an unknown card", |e| e.card = Card::Unknown, &["card-unknown", "long-not-measured"], true),
        ("a small file", |e| long(e, Long::Passed { bytes: 4, of: None }), &[], true),
        ("a cut answer", |e| long(e, Long::Passed { bytes: 256, of: Some(568) }), &["long-cut"], true),
        ("not by the reader", |e| long(e, Long::NotByReader), &["long-not-by-reader"], true),
        ("not by the card", |e| long(e, Long::NotByCard(0x6700)), &["long-not-by-card"], true),
        ("not measured", |e| long(e, Long::NotMeasured(0x6A82)), &["long-not-measured"], true),
        (
            "anchors that cannot be used",
            |e| {
                e.trust = Trust::Broken {
                    what: words! { "壊れています。" "Broken." },
                    todo: words! { "直す。" "Mend it." },
                }
            },
            &["trust-broken"],
            false,
        ),
        ("a clock at its beginning", |e| e.clock.now = time("1970-01-01T00:00:00Z"), &["clock-behind"], false),
        (
            "a clock behind the program",
            |e| e.clock.program_written = Some(time("2026-11-24T00:00:00Z")),
            &["clock-behind"],
            false,
        ),
        ("a program written today", |e| e.clock.program_written = Some(time("2026-11-22T12:00:00Z")), &[], true),
        ("a clock ahead", |e| e.clock.now = time("2060-01-01T00:00:00Z"), &["clock-ahead"], false),
        ("a clock not set yet", |e| e.clock.synchronised = Some(false), &["clock-not-synchronised"], true),
        ("a clock that nobody vouches for", |e| e.clock.synchronised = None, &["clock-not-known"], true),
        ("no UTF-8", |e| e.terminal.utf8 = false, &["terminal-not-utf8"], true),
        ("no terminal", |e| e.terminal.interactive = false, &["terminal-none"], true),
        ("no pictures", |e| e.terminal.pictures = false, &["terminal-no-pictures"], true),
    ]
}

fn stopped(environment: &mut Environment, service: Service) {
    environment.service = service;
    environment.readers = Vec::new();
    environment.card = Card::None;
}

fn readers(environment: &mut Environment, names: &[&str]) {
    environment.readers = names.iter().map(|name| reader(name, false)).collect();
    environment.readers.sort_by_key(|reader| reader.slot);
    environment.usb = Some(Vec::new());
    environment.card = Card::None;
}

fn long(environment: &mut Environment, long: Long) {
    environment.card = Card::Known { kind: CardKind::MY_NUMBER, long };
}

fn diagnosed(case: &Case) -> Vec<Finding> {
    let mut environment = healthy();
    case.1(&mut environment);
    diagnose(&environment)
}

#[test]
fn each_trouble_is_found_and_nothing_else() {
    for case in cases() {
        let findings = diagnosed(&case);
        let not_ok: Vec<&str> =
            findings.iter().filter(|finding| finding.severity != Severity::Ok).map(|finding| finding.id).collect();
        assert_eq!(not_ok, case.2, "{}", case.0);
        assert_eq!(usable(&findings), case.3, "{}", case.0);
    }
    let ids: Vec<&str> = diagnose(&healthy()).iter().map(|finding| finding.id).collect();
    let expected = [
        "service-running",
        "reader-contactless",
        "card-known",
        "long-passed",
        "trust-usable",
        "clock-synchronised",
        "terminal-ready",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn every_finding_speaks_both_languages_and_a_trouble_says_what_to_do() {
    let japanese = |text: &str| text.chars().any(|c| matches!(c, 'ぁ'..='ヿ' | '一'..='鿿'));
    for case in cases() {
        for finding in diagnosed(&case) {
            let texts = [Some(&finding.what), Some(&finding.means), finding.todo.as_ref()];
            for words in texts.into_iter().flatten() {
                assert!(japanese(&words.ja) && !words.ja.contains("個人番号"), "{}: {}", finding.id, words.ja);
                assert!(words.en.is_ascii() && words.en.len() > 6 && !words.en.contains('\u{2014}'), "{}", words.en);
            }
            assert!(finding.severity != Severity::Problem || finding.todo.is_some(), "{}", finding.id);
            if finding.severity == Severity::Problem {
                // The tables of the models hold what others report, and a service that refuses was never met.
                let known = [
                    "reader-no-driver",
                    "reader-driver-old",
                    "reader-felica-only",
                    "service-not-permitted",
                    "service-failed",
                ];
                assert_eq!(finding.tried == Tried::Never, known.contains(&finding.id), "{}", finding.id);
            }
        }
    }
}

/// Every id that the cases bring about.
fn ids() -> BTreeSet<&'static str> {
    cases().iter().flat_map(diagnosed).map(|finding| finding.id).collect()
}

#[test]
fn the_page_has_every_finding_with_its_severity_and_what_it_rests_on() {
    let page = include_str!("../../docs/doctor.md");
    let mut rows = BTreeSet::new();
    for finding in cases().iter().flat_map(diagnosed) {
        rows.insert((finding.id, finding.severity.as_str(), finding.tried.as_str()));
    }
    for id in ids() {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{id}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/doctor.md lacks {id}"));
        for (_, severity, tried) in rows.iter().filter(|(of, _, _)| *of == id) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            assert!(cells[2].split(" or ").any(|cell| cell == *severity), "{id}: {severity}: {row}");
            assert_eq!(cells[3], *tried, "{id}");
        }
    }
    let listed = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: BTreeSet<&str> = listed.filter(|id| id.contains('-')).collect();
    assert_eq!(listed, ids(), "the page lists what is found, and nothing else");
}

#[test]
fn the_ways_to_start_the_service_differ() {
    let todo = |platform, starter| {
        let mut environment = Environment { platform, starter, ..healthy() };
        stopped(&mut environment, Service::NotRunning);
        diagnose(&environment)[0].todo.clone().unwrap().en
    };
    let installed = Starter { installed: true, ..Starter::default() };
    let systemd = Starter { systemd: true, ..installed };
    assert!(todo(Platform::Linux, Starter::default()).contains("apt-get install pcscd"));
    assert!(todo(Platform::Linux, installed).contains("sudo pcscd"));
    assert!(todo(Platform::Linux, systemd).ends_with("enable --now pcscd"));
    assert!(todo(Platform::Linux, Starter { socket_unit: true, ..systemd }).ends_with("enable --now pcscd.socket"));
    assert!(todo(Platform::Windows, installed).contains("SCardSvr"));
    assert!(todo(Platform::MacOs, installed).contains("Reconnect"));
}

#[test]
fn a_refused_user_gets_the_rule_and_the_page_has_the_same() {
    let mut environment = healthy();
    stopped(&mut environment, Service::NotPermitted);
    let finding = &diagnose(&environment)[0];
    for text in [&finding.todo.as_ref().unwrap().ja, &finding.todo.as_ref().unwrap().en] {
        assert!(text.contains(POLKIT_RULE));
    }
    let indented: String = POLKIT_RULE.lines().map(|line| format!("    {line}\n")).collect();
    assert!(include_str!("../../docs/readers.md").contains(&indented));
}

#[test]
fn which_slot_is_used_is_said_by_name() {
    let mut environment = healthy();
    readers(&mut environment, &["ACS ACR1252 [ACR1252 PICC] 00 00", "ACS ACR1252 [ACR1252 SAM] 00 01"]);
    let several = |environment: &Environment| {
        let found = diagnose(environment).into_iter().find(|finding| finding.id == "reader-several");
        found.unwrap().means.en
    };
    assert!(several(&environment).contains("'ACS ACR1252 [ACR1252 PICC] 00 00' if several have one"));
    readers(&mut environment, &["A PICC 0", "B PICC 1"]);
    environment.readers[1].card = true;
    assert!(several(&environment).contains("taimen uses 'B PICC 1', which has a card now"));
}

#[test]
fn the_models_are_found_by_number_and_by_name() {
    let numbers: Vec<_> = MODELS.iter().flat_map(|model| model.usb).collect();
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "no number stands twice");
    assert_eq!(Model::by_usb((0x054C, 0x06C3)).unwrap().driver, Driver::MakersOwn);
    assert_eq!(Model::by_usb((0x1D6B, 0x0002)), None);
    assert_eq!(Model::by_name("SONY FeliCa RC-S300/P 00 00").unwrap().name, "Sony RC-S300");
    assert_eq!(Model::by_name("Virtual PCD 00 00"), None);
    assert!(MODELS.iter().all(|model| model.listed_as == model.listed_as.to_uppercase()));
    assert_eq!((version("1.4.35"), version("1.5"), version("2")), (Some([1, 4, 35]), Some([1, 5, 0]), Some([2, 0, 0])));
    assert_eq!((version(""), version("x.1")), (None, None));
    assert!(version("1.4.9") < version("1.4.35"), "numbers, not letters");
}
