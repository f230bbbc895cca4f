//! The real program against a simulated card in the real PC/SC stack: every party is a process of its own.
#![cfg(all(feature = "pcsc", feature = "cli", target_os = "linux"))]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::common::{
    pcscd::{Pcscd, wait_for},
    person::Person,
    program::{Outcome, Program, Running, argument, assert_private, installed, run},
};
use serde_json::{Value, json};
use taimen::{
    cards::my_number::files::{self, Reference},
    iso7816::{Command as Apdu, select_application},
    simulator::{Persona, cards::my_number::issue},
    transport::{Recording, pcsc as reader, recording::Step},
};

const READER: &str = "Virtual PCD 00 00";

/// The reader by its name: a card that a developer left on a reader of the same machine must never be tried.
const ADDRESS: &str = "pcsc:Virtual PCD 00 00";

/// How long something that must happen may take.
const SOON: Duration = Duration::from_secs(60);

/// Every check of an honest card, live.
const AUTHENTIC: [&str; 9] = [
    "face-certificate: passed",
    "face-signature: passed",
    "chip-key: passed",
    "not-expired: passed",
    "text-certificate: passed",
    "text-signature: passed",
    "text-chip-key: passed",
    "text-agrees: passed",
    "revocation: not_done(not_available)",
];

/// The same from a recording or a dump, which hold no digests.
const AUTHENTIC_LATER: [&str; 9] = [
    "face-certificate: passed",
    "face-signature: passed",
    "chip-key: passed",
    "not-expired: passed",
    "text-certificate: passed",
    "text-signature: not_done(not_stored)",
    "text-chip-key: passed",
    "text-agrees: passed",
    "revocation: not_done(not_available)",
];

/// pcscd with a simulated card, which another process offers.
struct Desk {
    pcscd: Pcscd,
    program: Program,
    seed: u64,
    card: Option<Running>,
}

impl AsRef<Program> for Desk {
    fn as_ref(&self) -> &Program {
        &self.program
    }
}

impl Desk {
    /// An empty reader.
    fn empty(seed: u64) -> Self {
        Self { pcscd: Pcscd::start(), program: Program::new(), seed, card: None }
    }

    /// A reader with a seed's card on it.
    fn with_card(seed: u64) -> Self {
        let mut desk = Self::empty(seed);
        desk.lay(&format!("my-number?seed={seed}"));
        desk
    }

    /// Lays a card on the reader.
    fn lay(&mut self, kind: &str) {
        let vpcd = format!("127.0.0.1:{}", self.pcscd.port());
        let out = argument(&self.credentials());
        let arguments = ["simulate", kind, "--vpcd", &vpcd, "--credentials-out", &out];
        let child = self.program.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.card = Some(Running(child));
        assert!(wait_for(SOON, card_is_there).is_some(), "pcscd sees no card");
    }

    /// Takes the card off the reader.
    fn lift(&mut self) {
        self.card = None;
        assert!(wait_for(SOON, || !card_is_there()).is_some(), "pcscd still sees a card");
    }

    fn credentials(&self) -> PathBuf {
        self.program.home.file("credentials")
    }

    fn persona(&self) -> Persona {
        Persona::from_seed(self.seed)
    }

    /// `taimen check` of this reader with the card's credentials, and what else is given.
    fn check(&self, more: &[&str]) -> Outcome {
        self.check_with(&self.credentials(), more)
    }

    fn check_with(&self, credentials: &Path, more: &[&str]) -> Outcome {
        let credentials = argument(credentials);
        let common = ["check", "--reader", ADDRESS, "--wait", "5", "--credentials", &credentials, "--json"];
        self.program.run([&common, more].concat())
    }

    /// The tries left of the references that `taimen identify` tells, as `id: left`.
    fn retry_counter(&self) -> Vec<String> {
        let told = self.program.run(["identify", "--reader", ADDRESS, "--wait", "5", "--json"]).expect(0).json();
        let line = |row: &Value| format!("{}: {}", row["id"].as_str().unwrap(), row["left"]);
        told["tries"].as_array().unwrap().iter().map(line).collect()
    }
}

/// The birth date with its era: personas are born under Showa or Heisei.
fn birth_as_printed(persona: &Persona) -> String {
    let birth = persona.birth;
    let (era, first) = if birth >= jiff::civil::date(1989, 1, 8) { ('H', 1989) } else { ('S', 1926) };
    format!("{era}{}-{:02}-{:02}", birth.year() - first + 1, birth.month(), birth.day())
}

fn card_is_there() -> bool {
    reader::readers().is_ok_and(|readers| readers.iter().any(|reader| reader.name == READER && reader.card))
}

const FULL_COUNTERS: [&str; 4] = ["face/number-b: 10", "face/birth-date: 10", "text/number-b: 10", "text/pin: 3"];

/// Another program's connection to the card.
fn another_program() -> pcsc::Card {
    let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
    context.connect(c"Virtual PCD 00 00", pcsc::ShareMode::Shared, pcsc::Protocols::ANY).unwrap()
}

/// What the other program gets for a command.
fn exchange(card: &pcsc::Card, command: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; 65_538];
    card.transmit(command, &mut buffer).unwrap().to_vec()
}

fn recording(path: &Path) -> Recording {
    Recording::parse(&fs::read(path).unwrap()).unwrap()
}

/// VERIFY with an entry; without one it is the question for the counter.
fn presents_an_entry(step: &Step) -> bool {
    matches!(step.command.head(), [_, 0x20, ..]) && step.command.len() > 5
}

#[test]
fn a_simulated_card_in_the_real_stack_is_authentic() {
    let desk = Desk::with_card(1);
    assert_private(&desk.credentials());
    let readers = desk.program.run(["readers", "--json"]).expect(0).json();
    let rows = readers["readers"].as_array().unwrap();
    let full = json!({"name": READER, "card": true, "mute": false, "atr": "3B888001000005E0B381A1007F",
                      "slot": "unknown", "pcsc": "takes"});
    let empty = json!({"name": "Virtual PCD 00 01", "card": false, "mute": false, "atr": "",
                       "slot": "unknown", "pcsc": "passes"});
    assert!(rows.contains(&full) && rows.contains(&empty), "{rows:?}");

    let identified = desk.program.run(["identify", "--json"]).expect(0).json();
    assert_eq!(identified["reader"], "pcsc:Virtual PCD 00 00");
    assert_eq!(identified["card"]["kind"], "my-number");
    assert_eq!(identified["applications"], json!([]));
    assert_eq!(desk.retry_counter(), FULL_COUNTERS);

    let outcome = desk.check(&["--accept", "simulated"]).expect(0);
    assert_eq!(outcome.checks(), AUTHENTIC);
    assert_eq!(outcome.stderr, "");
    let report = outcome.json();
    let persona = desk.persona();
    assert_eq!((&report["overall"], &report["hierarchy"]), (&json!("authentic"), &json!("simulated")));
    assert_eq!(report["headline"], "simulated-passed");
    assert_eq!((&report["source"], &report["reader"]), (&json!("live"), &json!("pcsc:Virtual PCD 00 00")));
    assert_eq!(report["holder"]["name"], persona.name);
    assert_eq!(report["holder"]["address"], persona.address);
    assert_eq!(report["holder"]["birth_date"], persona.birth.to_string());
    assert_eq!(desk.retry_counter(), FULL_COUNTERS);

    // The same card with the printed entries one by one, and its age alone.
    let printed = format!(
        "birth = {}\nexpiry-year = {}\nsecurity-code = {}\n",
        birth_as_printed(&persona),
        persona.expiry_year,
        persona.security_code
    );
    let printed = desk.program.home.write("printed", printed);
    assert_eq!(desk.check_with(&printed, &["--accept", "simulated"]).expect(0).checks(), AUTHENTIC);
    let age = desk.check_with(&printed, &["--accept", "simulated", "--age"]).expect(0);
    assert_eq!(
        age.checks(),
        [
            "face-certificate: passed",
            "age-signature: passed",
            "chip-key: passed",
            "not-expired: passed",
            "revocation: not_done(not_available)",
        ]
    );
    assert_eq!(age.json()["holder"].as_object().unwrap().keys().collect::<Vec<_>>(), ["age"]);
}

#[test]
fn a_simulated_card_is_rejected_where_nobody_accepts_it() {
    let desk = Desk::with_card(2);
    for more in [&[][..], &["--accept", "test"]] {
        let outcome = desk.check(more).expect(1);
        assert_eq!(
            outcome.checks(),
            [
                "face-certificate: failed(hierarchy_not_accepted)",
                "face-signature: not_done(depends_on face-certificate)",
                "chip-key: not_done(depends_on face-signature)",
                "not-expired: passed",
                "text-certificate: failed(hierarchy_not_accepted)",
                "text-signature: not_done(depends_on text-certificate)",
                "text-chip-key: not_done(depends_on text-certificate)",
                "text-agrees: not_done(depends_on face-signature)",
                "revocation: not_done(not_available)",
            ]
        );
        assert_eq!(outcome.json()["overall"], "rejected");
    }
}

#[test]
fn a_wrong_code_costs_one_try_and_nothing_is_repeated() {
    let desk = Desk::with_card(3);
    let persona = desk.persona();
    let code: u16 = persona.security_code.parse().unwrap();
    let wrong = format!(
        "birth = {}\nexpiry-year = {}\nsecurity-code = {:04}\n",
        birth_as_printed(&persona),
        persona.expiry_year,
        (code + 1) % 10_000
    );
    let wrong = desk.program.home.write("wrong", wrong);
    let file = desk.program.home.file("refused.apdu");
    let outcome = desk.check_with(&wrong, &["--accept", "simulated", "--record", &argument(&file)]).expect(5);
    outcome.assert_no_report();
    assert!(outcome.stderr.contains("is wrong. Tries left: 9."), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("taimen did not repeat it."), "{}", outcome.stderr);
    assert_eq!(recording(&file).steps.iter().filter(|step| presents_an_entry(step)).count(), 1);
    assert_eq!(desk.retry_counter(), ["face/number-b: 9", "face/birth-date: 10", "text/number-b: 10", "text/pin: 3"]);

    // Without entries and without a terminal nothing is spent.
    let missing = desk.program.run(["check", "--reader", ADDRESS, "--accept", "simulated", "--json"]).expect(2);
    assert!(missing.stderr.contains("'birth, expiry-year, security-code' is missing"), "{}", missing.stderr);
    assert!(missing.stderr.contains("--credentials"), "{}", missing.stderr);
    let birth = desk.program.home.write("birth", format!("birth = {}\n", birth_as_printed(&persona)));
    let missing = desk.check_with(&birth, &["--accept", "simulated"]).expect(2);
    assert!(missing.stderr.contains("'expiry-year' is missing"), "{}", missing.stderr);
    let bare = format!("birth = {}\nexpiry-year = 2090\nsecurity-code = 0000\n", persona.birth);
    let bare = desk.program.home.write("bare", bare);
    let refused = desk.check_with(&bare, &["--accept", "simulated"]).expect(2);
    assert!(refused.stderr.contains("has no era. taimen did not send it to the card"), "{}", refused.stderr);
    assert_eq!(desk.retry_counter(), ["face/number-b: 9", "face/birth-date: 10", "text/number-b: 10", "text/pin: 3"]);

    // The right entries set the counter back.
    assert_eq!(desk.check(&["--accept", "simulated"]).expect(0).checks(), AUTHENTIC);
    assert_eq!(desk.retry_counter(), FULL_COUNTERS);
}

#[test]
fn a_card_that_another_program_holds() {
    let desk = Desk::with_card(4);
    let mut other = another_program();
    let transaction = other.transaction().unwrap();
    for command in ["check", "identify"] {
        let busy = desk.program.run([command, "--reader", ADDRESS]).expect(4);
        assert!(busy.stderr.contains("Another program is using the card."), "{}", busy.stderr);
        assert!(busy.stderr.contains("Close other programs that use cards"), "{}", busy.stderr);
        busy.assert_no_report();
    }
    drop(transaction);
    assert_eq!(desk.check(&["--accept", "simulated"]).expect(0).checks(), AUTHENTIC);
}

#[test]
fn a_card_that_another_program_left_in_some_state() {
    let desk = Desk::with_card(5);
    let number = desk.persona().number_b().unwrap();
    let verify = |reference: &Reference| Apdu::verify(reference.sfi, &number).bytes().to_vec();
    let select = |application: files::Application| select_application(application.aid).bytes().to_vec();
    let ask = |reference: &Reference| Apdu::ask_retry_counter(reference.sfi).bytes().to_vec();
    for (name, commands) in [
        ("JPKI selected", vec![select(files::JPKI)]),
        ("text application open", vec![select(files::TEXT), verify(&files::TEXT_NUMBER_B)]),
        ("face application open", vec![select(files::FACE), verify(&files::FACE_NUMBER_B)]),
    ] {
        let other = another_program();
        for command in commands {
            assert_eq!(exchange(&other, &command), [0x90, 0x00], "{name}");
        }
        other.disconnect(pcsc::Disposition::LeaveCard).map_err(|(_, error)| error).unwrap();
        if name.starts_with("face") {
            // It is as bad as it sounds: the next program finds the door open and is told no counter.
            let next = another_program();
            assert_eq!(exchange(&next, &ask(&files::FACE_NUMBER_B)), [0x90, 0x00]);
            next.disconnect(pcsc::Disposition::LeaveCard).map_err(|(_, error)| error).unwrap();
        }
        assert_eq!(desk.check(&["--accept", "simulated"]).expect(0).checks(), AUTHENTIC, "{name}");
    }
    // Ours leaves nothing open after it: neither the application that it read last nor the other one.
    let other = another_program();
    assert_eq!(exchange(&other, &[0x00, 0xB0, 0x82, 0x00, 0x08]), [0x6A, 0x82]);
    assert_eq!(exchange(&other, &select(files::FACE)), [0x90, 0x00]);
    assert_eq!(exchange(&other, &ask(&files::FACE_NUMBER_B)), [0x63, 0xCA]);
    assert_eq!(exchange(&other, &[0x00, 0xB0, 0x82, 0x00, 0x08]), [0x69, 0x82]);
}

#[test]
fn no_card_and_no_such_reader() {
    let desk = Desk::empty(1);
    let run = |reader: &str| desk.program.run(["check", "--wait", "1", "--json", "--reader", reader]);
    for reader in [ADDRESS, "pcsc:virtual pcd 00 01"] {
        let none = run(reader).expect(4);
        assert!(none.stderr.contains("No card was placed within 1 second"), "{}", none.stderr);
        none.assert_no_report();
    }
    let none = run("pcsc:ACR1252").expect(2);
    assert!(none.stderr.contains("No card reader was found."), "{}", none.stderr);
    assert!(none.stderr.contains("taimen readers"), "{}", none.stderr);
    let readers = desk.program.run(["readers"]).expect(0);
    for line in ["Virtual PCD 00 00 - no card [pcsc waits here]", "Virtual PCD 00 01 - no card [pcsc waits here]"] {
        assert!(readers.stdout.lines().any(|told| told == line), "{}", readers.stdout);
    }
}

#[test]
fn a_card_that_is_pulled_during_the_reading() {
    let mut desk = Desk::empty(1);
    desk.lay("my-number?fault=removed-at=6");
    let outcome = desk.check(&["--accept", "simulated"]).expect(4);
    assert!(outcome.stderr.contains("The card left the reader during the reading."), "{}", outcome.stderr);
    outcome.assert_no_report();
}

/// Needs no pcscd: the program looks for it where none is.
#[test]
fn no_pcscd() {
    let program = Program::new();
    for (lang, what, todo) in [
        ("en", "The smart card service is not running.", "sudo systemctl enable --now pcscd.socket"),
        ("ja", "スマートカードのサービスが動いていません。", "sudo systemctl enable --now pcscd.socket"),
    ] {
        for arguments in [&["check"][..], &["identify"], &["readers"], &["check", "--json"], &["readers", "--json"]] {
            let mut command = program.command(arguments);
            command.env("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm").env("TAIMEN_LANG", lang);
            let outcome = run(command).expect(2);
            assert!(outcome.stderr.contains(what) && outcome.stderr.contains(todo), "{}", outcome.stderr);
            outcome.assert_no_report();
        }
    }
}

#[test]
fn opensc_talks_to_the_simulated_card() {
    let desk = Desk::with_card(1);
    let opensc = |arguments: &[&str]| {
        let mut command = Command::new(installed("opensc-tool", "opensc"));
        command.args(arguments).env("HOME", desk.program.home.path()).stdin(Stdio::null());
        run(command).expect(0).stdout
    };
    let listed = opensc(&["--list-readers"]);
    assert!(listed.lines().any(|line| line.contains("Yes") && line.ends_with(READER)), "{listed}");
    let atr = opensc(&["--reader", READER, "--atr"]);
    assert_eq!(atr.trim(), "3b:88:80:01:00:00:05:e0:b3:81:a1:00:7f");

    // Select the face application, ask the counter, read the free file's first bytes, and one that is closed.
    let apdus = ["00A4040C0AD3921000310001010402", "00200092", "00B0830008", "00B0820008"];
    let sent: Vec<&str> = apdus.iter().flat_map(|apdu| ["-s", *apdu]).collect();
    let answers = opensc(&[&["--reader", READER, "-c", "default"], &sent[..]].concat());
    let told: Vec<&str> = answers.lines().filter(|line| line.starts_with("Received")).collect();
    assert_eq!(told.len(), 4, "{answers}");
    for (line, status) in
        told.iter().zip(["SW1=0x90, SW2=0x00", "SW1=0x63, SW2=0xCA", "SW1=0x90, SW2=0x00", "SW1=0x69, SW2=0x82"])
    {
        assert!(line.contains(status), "{line} is not {status}");
    }
    assert!(answers.contains("FF 30 82 01 3B DF 31 04"), "{answers}");
}

/// The bytes of the first certificate in a text.
fn certificate_in(pem: &str) -> Vec<u8> {
    let (_, der) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap_or_else(|error| panic!("{error} in {pem}"));
    der.contents
}

#[test]
fn opensc_s_own_driver_reads_the_jpki_certificates() {
    let desk = Desk::with_card(1);
    // Drivers that look at cards before it would be asked first.
    let conf = desk.program.home.write("opensc.conf", "app default { card_drivers = jpki; }\n");
    let pkcs15 = |arguments: &[&str]| {
        let mut command = Command::new(installed("pkcs15-tool", "opensc"));
        command.args(["--reader", READER]).args(arguments);
        // Nothing of an earlier run: OpenSC caches certificates below the home folder.
        command.env("HOME", desk.program.home.path()).env("OPENSC_CONF", &conf).stdin(Stdio::null());
        run(command).expect(0).stdout
    };
    let listed = pkcs15(&["--list-certificates"]);
    for name in [
        "User Authentication Certificate",
        "Digital Signature Certificate",
        "User Authentication Certificate CA",
        "Digital Signature Certificate CA",
    ] {
        assert!(listed.contains(&format!("[{name}]")), "{listed}");
    }
    let pins = pkcs15(&["--list-pins"]);
    let retry_counter: Vec<&str> = pins.lines().filter(|line| line.contains("Tries left")).map(str::trim_end).collect();
    assert!(
        retry_counter.len() == 2 && retry_counter[0].ends_with(": 3") && retry_counter[1].ends_with(": 5"),
        "{pins}"
    );

    // Ours, of the same card.
    let dump = desk.program.home.file("jpki.json");
    let dump_file = argument(&dump);
    let outcome = desk.check(&["--accept", "simulated", "--jpki", "--save-dump", &dump_file]).expect(0);
    let jpki = ["jpki-auth-chain: passed", "jpki-auth-key: passed", "jpki-sign-chain: passed", "jpki-agrees: passed"];
    assert_eq!(outcome.checks()[8..12], jpki);
    let ours: Value = serde_json::from_str(&fs::read_to_string(&dump).unwrap()).unwrap();
    let ours = |file: &str| hex::decode(ours["files"][file].as_str().expect(file)).unwrap();
    let password = desk.persona().sign_password();
    // The password comes last: what OpenSC opened stays open, and then its driver takes the counter's answer for an error.
    for (id, file, more) in
        [("1", "jpki/000A", &[][..]), ("2", "jpki/0001", &["--verify-pin", "--auth-id", "2", "--pin", &password])]
    {
        let theirs = pkcs15(&[&["--read-certificate", id], more].concat());
        assert!(certificate_in(&theirs) == ours(file), "{file}: {theirs}");
    }
}

#[test]
fn recordings_and_dumps_repeat_what_the_reader_saw() {
    let desk = Desk::with_card(6);
    let home = &desk.program.home;
    let [live_record, live_dump, sim_record] = ["live.apdu", "live.json", "sim.apdu"].map(|name| home.file(name));
    let [live_file, dump_file, sim_file] = [&live_record, &live_dump, &sim_record].map(|path| argument(path));
    let live = desk.check(&["--accept", "simulated", "--record", &live_file, "--save-dump", &dump_file]).expect(0);
    assert_eq!(live.checks(), AUTHENTIC);
    let inside =
        desk.program.run(["check", "--reader", "sim:my-number?seed=6", "--json", "--record", &sim_file]).expect(0);
    assert_eq!(inside.checks(), AUTHENTIC);

    // The same conversation, but for what is new each time.
    let (live_said, inside_said) = (recording(&live_record), recording(&sim_record));
    assert_eq!(live_said.header.reader.as_deref(), Some("pcsc:Virtual PCD 00 00"));
    assert_eq!(inside_said.header.reader.as_deref(), Some("sim:my-number?seed=6"));
    assert_eq!(
        (&live_said.header.card, &live_said.header.scope),
        (&inside_said.header.card, &inside_said.header.scope)
    );
    assert_eq!(live_said.header.card.as_deref(), Some("my-number"));
    let lengths = |recording: &Recording| recording.header.random.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!((lengths(&live_said), lengths(&inside_said)), (vec![32; 2], vec![32; 2]));
    assert_ne!(live_said.header.random, inside_said.header.random);
    assert_eq!(live_said.steps.len(), inside_said.steps.len());
    let mut challenges = 0;
    for (one, other) in live_said.steps.iter().zip(&inside_said.steps) {
        let (answer, other_answer) = (one.answer.as_ref().unwrap(), other.answer.as_ref().unwrap());
        let status = |bytes: &[u8]| bytes[bytes.len() - 2..].to_vec();
        assert_eq!(one.command.len(), other.command.len());
        assert_eq!((answer.len(), status(answer.tail())), (other_answer.len(), status(other_answer.tail())));
        assert_eq!((one.powered, other.powered), (false, false));
        if one.command.head()[..4] == [0x80, 0x2A, 0x00, 0x00] {
            challenges += 1;
            assert_eq!(other.command.head()[..4], [0x80, 0x2A, 0x00, 0x00]);
            assert_ne!(one.command, other.command, "a challenge is used once");
            assert_ne!(answer, other_answer);
        } else {
            assert_eq!((&one.command, answer), (&other.command, other_answer));
        }
    }
    assert_eq!(challenges, 2);
    assert_eq!(live_said.steps.iter().filter(|step| presents_an_entry(step)).count(), 2, "face and text");

    // Played back and verified later they say the same, but for what is never stored.
    for file in [&live_file, &sim_file] {
        let address = format!("replay:{file}");
        let replayed = desk
            .program
            .run(["check", "--reader", &address, "--accept", "simulated", "--json", "--at", "recorded"])
            .expect(0);
        assert_eq!(replayed.checks(), AUTHENTIC_LATER);
        assert_eq!(replayed.json()["source"], "replay");
        let rejected = desk.program.run(["check", "--reader", &address, "--json"]).expect(1);
        assert_eq!(rejected.checks()[0], "face-certificate: failed(hierarchy_not_accepted)");
    }
    let verified =
        desk.program.run(["verify", &dump_file, "--accept", "simulated", "--json", "--at", "recorded"]).expect(0);
    assert_eq!(verified.checks(), AUTHENTIC_LATER);
    let (then, later) = (live.json(), verified.json());
    for key in ["overall", "hierarchy", "card", "applications", "photo", "pictures", "items", "read_at", "reader"] {
        assert_eq!(then[key], later[key], "{key}");
    }
    // The text's signature cannot be confirmed later.
    for key in ["name", "address"] {
        assert_eq!((&then["holder"][key], &later["holder"][key]), (&later["holder_unconfirmed"][key], &Value::Null));
    }
    assert_eq!((&then["source"], &later["source"]), (&json!("live"), &json!("dump")));
    assert_eq!(later["judged_at"], then["read_at"]);

    for path in [&live_record, &live_dump, &sim_record] {
        assert_private(path);
        holds_no_secret(path, &desk.persona());
    }
}

/// Neither 照合番号B nor any 16 bytes of the digests' file, in hex or as they are.
fn holds_no_secret(path: &Path, persona: &Persona) {
    let text = fs::read_to_string(path).unwrap().to_lowercase();
    let number = persona.number_b().unwrap();
    let digits = String::from_utf8(number.expose().to_vec()).unwrap();
    let (_, digests) = issue::text_data(persona, &issue::Issuer::default()).unwrap();
    let digests = digests.encode();
    assert_eq!(digests.len(), files::TEXT_DIGESTS.own.test_card_size);
    let secrets = digests[5..].windows(16).map(hex::encode).chain([hex::encode(&digits), digits]);
    for secret in secrets {
        assert!(!text.contains(&secret), "{} holds {secret}", path.display());
    }
    // The search would find what is there: the certificate that everybody may read.
    let certificate = issue::certificate(issue::Side::Text, &issue::Issuer::default(), &persona.municipality).unwrap();
    assert!(text.contains(&hex::encode(&certificate[..64])), "{}", path.display());
}

#[test]
fn a_person_types_what_is_printed() {
    let desk = Desk::with_card(1);
    let persona = desk.persona();
    let file = desk.program.home.file("typed.apdu");
    let record = argument(&file);
    let arguments = ["check", "--reader", ADDRESS, "--accept", "simulated", "--record", &record];
    let mut person = Person::at(&desk, "ja", &arguments);
    person.sees("生年月日（印刷のとおりに", 1);
    let retry_counter = person.screen().find("あと10回").expect("the counter is shown");
    assert!(retry_counter < person.screen().find("生年月日（印刷のとおりに").unwrap(), "before the first question");

    // Only the print can say what a date without its era means: who does not know is asked again. The card is free meanwhile
    // and has heard nothing.
    person.types(&persona.birth.to_string());
    person.sees("カードの生年月日は西暦で印刷されていますか", 1);
    person.types("");
    person.sees("生年月日が元号なしで書かれています。カードには送っていません。", 1);
    person.sees("生年月日（印刷のとおりに", 2);
    let other = another_program();
    assert_eq!(exchange(&other, select_application(files::FACE.aid).bytes()), [0x90, 0x00]);
    assert_eq!(exchange(&other, Apdu::ask_retry_counter(files::FACE_NUMBER_B.sfi).bytes()), [0x63, 0xCA]);
    other.disconnect(pcsc::Disposition::LeaveCard).map_err(|(_, error)| error).unwrap();

    person.types("昭和11年11月15日");
    person.sees("有効期限の西暦年", 1);
    person.types("92");
    person.sees("有効期限の西暦年（カード表面の4桁", 2);
    person.types(&persona.expiry_year.to_string());
    person.sees("セキュリティコード（", 1);
    person.types(&persona.security_code);
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("模擬カード（本物の書類ではありません）"), "{screen}");
    assert!(screen.contains(&persona.name) && screen.contains(&persona.address), "{screen}");

    let said = recording(&file);
    let powered = said.steps.iter().position(|step| step.powered).expect("the card was released for the questions");
    assert!(said.steps[..powered].iter().all(|step| !presents_an_entry(step)), "nothing was sent before");
    assert_eq!(said.steps.iter().filter(|step| presents_an_entry(step)).count(), 2, "one entry, face and text");
    assert_eq!(said.steps.len() - powered, 14, "what follows the last key: six for the face, eight for the text");
    holds_no_secret(&file, &persona);
    let address = format!("replay:{record}");
    let replayed = desk
        .program
        .run(["check", "--reader", &address, "--accept", "simulated", "--json", "--at", "recorded"])
        .expect(0);
    assert_eq!(replayed.checks(), AUTHENTIC_LATER);
    assert_eq!(desk.retry_counter(), FULL_COUNTERS);
}

#[test]
fn a_person_who_types_a_wrong_code_is_asked_nothing_more() {
    let desk = Desk::with_card(1);
    let persona = desk.persona();
    let mut person = Person::at(&desk, "en", &["check", "--reader", ADDRESS, "--accept", "simulated"]);
    person.sees("Birth date, as printed", 1);
    person.types("S11-11-15");
    person.sees("Expiry year", 1);
    person.types(&persona.expiry_year.to_string());
    person.sees("Security code", 1);
    person.types("0000");
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(5), "{screen}");
    assert!(screen.contains("Tries left: 9.") && screen.contains("taimen did not repeat it."), "{screen}");
    assert_eq!(screen.matches("Security code").count(), 1, "{screen}");
    assert_eq!(desk.retry_counter(), ["face/number-b: 9", "face/birth-date: 10", "text/number-b: 10", "text/pin: 3"]);
}

/// The person at the desk answers all questions about the card of seed 1, but for the last.
fn all_but_the_code(person: &mut Person, persona: &Persona) {
    person.sees("Birth date, as printed", 1);
    person.types(&birth_as_printed(persona));
    person.sees("Expiry year", 1);
    person.types(&persona.expiry_year.to_string());
    person.sees("Security code", 1);
}

#[test]
fn a_card_that_is_lifted_to_read_its_print() {
    let mut desk = Desk::with_card(1);
    let persona = desk.persona();
    let mut person = Person::at(&desk, "en", &["check", "--reader", ADDRESS, "--accept", "simulated"]);
    all_but_the_code(&mut person, &persona);
    desk.lift();
    person.types(&persona.security_code);
    person.sees("Place the card on the reader", 1);
    desk.lay("my-number?seed=1");
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains(&persona.name), "{screen}");
    assert_eq!(screen.matches("Security code (").count(), 1, "{screen}");
}

#[test]
fn another_card_than_the_one_that_was_asked_for() {
    let mut desk = Desk::with_card(1);
    let persona = desk.persona();
    let file = desk.program.home.file("swapped.apdu");
    let record = argument(&file);
    let arguments = ["check", "--reader", ADDRESS, "--accept", "simulated", "--record", &record];
    let mut person = Person::at(&desk, "en", &arguments);
    all_but_the_code(&mut person, &persona);
    desk.lift();
    // Another person of another municipality.
    desk.seed = 2;
    assert_ne!(desk.persona().municipality, persona.municipality);
    desk.lay("my-number?seed=2");
    person.types(&persona.security_code);
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(4), "{screen}");
    assert!(screen.contains("This is not the card that taimen recognised before."), "{screen}");
    assert!(!screen.contains(&persona.name) && !screen.contains(&desk.persona().name), "{screen}");
    assert!(recording(&file).steps.iter().all(|step| !presents_an_entry(step)), "nothing was sent to the other card");
    assert_eq!(desk.retry_counter(), FULL_COUNTERS);
}

/// Every check of an honest licence.
const LICENCE: [&str; 5] = [
    "licence-signature: passed",
    "licence-signer: passed",
    "not-expired: passed",
    "no-unsigned-changes: not_done(inferred)",
    "revocation: not_done(not_available)",
];

#[test]
fn licences_in_the_real_stack() {
    let mut desk = Desk::empty(1);
    desk.lay("licence");
    assert_eq!(desk.retry_counter(), ["mf/pin1: 3", "mf/pin2: 3"]);
    let outcome = desk.check(&["--accept", "simulated"]).expect(0);
    assert_eq!(outcome.checks(), LICENCE);
    let report = outcome.json();
    assert_eq!((&report["card"]["kind"], &report["overall"]), (&json!("licence"), &json!("authentic")));
    assert!(report["holder"]["name"].as_str().is_some_and(|name| !name.is_empty()));
    let exchanges = report["link"]["exchanges"].as_u64().unwrap();
    assert!(exchanges <= 22, "{exchanges} exchanges");

    // The wrong PIN 1 costs one try of PIN 1 and none of PIN 2.
    let wrong = desk.program.home.file("wrong");
    fs::write(&wrong, "pin1 = 0000\npin2 = 0000\n").unwrap();
    let refused = desk.check_with(&wrong, &["--accept", "simulated"]).expect(5);
    assert!(refused.stderr.contains('2'), "{}", refused.stderr);
    assert_eq!(desk.retry_counter(), ["mf/pin1: 2", "mf/pin2: 3"]);

    let free = desk.check(&["--accept", "simulated", "--without-pin"]).expect(3).json();
    assert_eq!(free["overall"], "undetermined");
    assert!(free["link"]["exchanges"].as_u64().unwrap() <= 7);
    assert_eq!(desk.check(&[]).expect(1).json()["headline"], "simulated-not-accepted");
    desk.lift();

    desk.lay("menkyo");
    let identified = desk.program.run(["identify", "--reader", ADDRESS, "--wait", "5", "--json"]).expect(0).json();
    assert_eq!(identified["applications"][0]["kind"], "menkyo");
    let menkyo = desk.check(&["--accept", "simulated", "--application", "menkyo"]).expect(0);
    assert_eq!(
        menkyo.checks(),
        [
            "menkyo-signature: passed",
            "menkyo-signer: passed",
            "not-expired: passed",
            "revocation: not_done(not_available)"
        ]
    );
    assert_eq!(desk.check(&["--accept", "simulated"]).expect(0).checks(), AUTHENTIC);
}

#[test]
fn a_customer_types_the_pins_of_a_licence_unseen() {
    let mut desk = Desk::empty(1);
    desk.lay("licence");
    let entries = fs::read_to_string(desk.credentials()).unwrap();
    let entry = |name: &str| {
        let line = entries.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim_start_matches(" = ").to_owned()
    };
    let arguments = ["check", "--reader", ADDRESS, "--accept", "simulated"];
    let mut person = Person::at(&desk, "ja", &arguments);
    person.sees("暗証番号1（4桁）", 1);
    assert_eq!(person.screen().matches("あと3回").count(), 2, "both counters are shown first: {}", person.screen());
    person.types("12");
    person.sees("の形が正しくありません", 1);
    person.sees("暗証番号1（4桁）", 2);
    person.types(&entry("pin1"));
    person.sees("暗証番号2（4桁", 1);
    person.types(&entry("pin2"));
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(0), "{screen}");
    for secret in [entry("pin1"), entry("pin2")] {
        let questions = screen.split("運転免許証").next().unwrap_or_default();
        assert!(!questions.contains(&secret), "a PIN is never shown");
    }
    assert_eq!(desk.retry_counter(), ["mf/pin1: 3", "mf/pin2: 3"]);
}

/// Lays a residence card on the reader; returns its number.
fn lay_residence(desk: &mut Desk, kind: &str) -> String {
    desk.lay(kind);
    let entries = fs::read_to_string(desk.credentials()).unwrap();
    let number = entries.lines().find_map(|line| line.strip_prefix("card-number = ")).expect("the card's entry");
    assert!(!entries.contains("number-b") && !entries.contains("pin"), "{entries}");
    number.to_owned()
}

#[test]
fn residence_cards_in_the_real_stack_with_extended_and_with_short_apdus() {
    let mut desk = Desk::empty(1);
    let first = &["card-signature: passed", "card-certificate: passed", "revocation: not_done(not_available)"][..];
    let second = &[
        "card-signature: passed",
        "card-certificate: passed",
        "not-expired: passed",
        "revocation: not_done(not_available)",
    ][..];
    for (kind, checks, extended, short) in [("residence1", first, 16, 45), ("residence2", second, 16, 45)] {
        let mut reports = Vec::new();
        for (card, exchanges) in [(kind.to_owned(), extended), (format!("{kind}?fault=no-extended"), short)] {
            lay_residence(&mut desk, &card);
            let identified = desk.program.run(["identify", "--reader", ADDRESS, "--wait", "5", "--json"]).expect(0);
            assert_eq!(identified.json()["card"]["kind"], kind);
            let outcome = desk.check(&["--accept", "simulated"]).expect(0);
            assert_eq!(outcome.checks(), checks, "{card}");
            let report = outcome.json();
            assert_eq!((&report["card"]["kind"], &report["overall"]), (&json!(kind), &json!("authentic")));
            assert_eq!(report["link"]["exchanges"], exchanges, "{card}");
            reports.push(report);
            desk.lift();
        }
        for key in ["holder", "items", "pictures", "photo", "checks"] {
            assert_eq!(reports[0][key], reports[1][key], "{kind} {key}");
        }
    }
    // Neither form: the reader is told to be at its limit, and nothing is said about the card.
    lay_residence(&mut desk, "residence1?fault=no-secure-form");
    let none = desk.check(&["--accept", "simulated"]).expect(4);
    assert!(none.stderr.contains("does not pass commands as long as this card needs"), "{}", none.stderr);
    none.assert_no_report();
}

#[test]
fn a_wrong_number_of_a_residence_card_is_told_with_both_causes_and_costs_nothing() {
    let mut desk = Desk::empty(1);
    lay_residence(&mut desk, "residence2");
    let file = desk.program.home.file("wrong.apdu");
    let wrong = desk.program.home.write("wrong", "card-number = zz97531864zz\n");
    let refused = desk.check_with(&wrong, &["--accept", "simulated", "--record", &argument(&file)]).expect(5);
    assert!(
        refused.stderr.contains("does not match") && refused.stderr.contains("another protocol"),
        "{}",
        refused.stderr
    );
    let handshakes = recording(&file).steps.iter().filter(|step| step.command.head()[1] == 0x82).count();
    assert_eq!(handshakes, 1, "nothing was repeated");
    let form = desk.program.home.write("form", "card-number = ZZ123\n");
    let refused = desk.check_with(&form, &["--accept", "simulated"]).expect(2);
    assert!(refused.stderr.contains("taimen did not send it to the card."), "{}", refused.stderr);
    let missing = desk.program.run(["check", "--reader", ADDRESS, "--json"]).expect(2);
    assert!(missing.stderr.contains("'card-number' is missing"), "{}", missing.stderr);
    assert_eq!(desk.check(&["--accept", "simulated"]).expect(0).json()["overall"], "authentic");
}

#[test]
fn a_person_with_five_impossible_entries_ends_before_the_card_hears_of_any() {
    let desk = Desk::with_card(1);
    let mut person = Person::at(&desk, "ja", &["check", "--reader", ADDRESS]);
    // The last line is typed ahead: it must not reach whatever comes next.
    for (at, entry) in (1..).zip(["R30-01-01", "western:2067-01-01", "西暦0001年1月1日", "S64-01-08", "昨日"]) {
        person.sees("生年月日（印刷のとおりに", at);
        person.types(entry);
    }
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(2), "{screen}");
    assert!(
        screen.contains("5回続けて正しい形の入力がなかったため、終わります。カードには何も送っていません。"),
        "{screen}"
    );
    for said in ["まだ来ていません", "元号の期間に入っていません"] {
        assert!(screen.contains(said), "{said}: {screen}");
    }
    assert_eq!(desk.retry_counter()[0], "face/number-b: 10");
}

#[test]
fn a_person_types_the_number_of_a_residence_card() {
    let mut desk = Desk::empty(1);
    let number = lay_residence(&mut desk, "residence1");
    let file = desk.program.home.file("typed.apdu");
    let record = argument(&file);
    let arguments = ["check", "--reader", ADDRESS, "--accept", "simulated", "--record", &record];
    let mut person = Person::at(&desk, "ja", &arguments);
    person.sees("カード番号（カード表面の右上", 1);
    person.types("ZZ1234");
    person.sees("カード番号の形が正しくありません。カードには送っていません。", 1);
    person.sees("カード番号（カード表面の右上", 2);
    person.types(&number.to_lowercase());
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("模擬カード（本物の書類ではありません）"), "{screen}");

    let said = recording(&file);
    assert_eq!(said.steps.len(), 18, "the two free files once more after the question");
    let powered = said.steps.iter().position(|step| step.powered).expect("the card was released for the question");
    assert_eq!(powered, 2);
    assert!(!fs::read_to_string(&file).unwrap().contains(&number));
    let replay = format!("replay:{record}");
    let replayed = desk
        .program
        .run(["check", "--reader", &replay, "--accept", "simulated", "--json", "--at", "recorded"])
        .expect(0);
    assert_eq!(replayed.json()["overall"], "authentic");

    // Another card of another kind than the one that was asked for.
    let mut person = Person::at(&desk, "en", &["check", "--reader", ADDRESS, "--accept", "simulated"]);
    person.sees("Card number (at the top right", 1);
    desk.lift();
    lay_residence(&mut desk, "residence2");
    person.types(&number);
    let (code, screen) = person.leaves();
    assert_eq!(code, Some(4), "{screen}");
    assert!(screen.contains("This is not the card that taimen recognised before."), "{screen}");
}
