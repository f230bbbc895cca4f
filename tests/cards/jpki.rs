//! The JPKI application: what is read and presented, what the checks say, what stays out of recordings and dumps.

use crate::common::reading;

use crate::common::reading::{card, judge, printed, request};
use proptest::prelude::*;
use taimen::{
    cards::{
        self, Credentials, Findings, FlowError, ItemValue, ReadError, RecogniseError,
        model::Action,
        my_number::{JPKI_STEPS, STEPS, check, files},
    },
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, PinGate, Refusal},
    privacy::Pin,
    simulator::{Expected, FaultRow, SimulatedCard, cards::my_number::JPKI_FAULTS},
    transport::{Transport, TransportError},
    trust::TrustStore,
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

/// The verdicts of an honest card that was asked for everything.
const HONEST: [(CheckId, Verdict); 13] = [
    (CheckId::FaceCertificate, Verdict::Passed),
    (CheckId::FaceSignature, Verdict::Passed),
    (CheckId::ChipKey, Verdict::Passed),
    (CheckId::NotExpired, Verdict::Passed),
    (CheckId::TextCertificate, Verdict::Passed),
    (CheckId::TextSignature, Verdict::Passed),
    (CheckId::TextChipKey, Verdict::Passed),
    (CheckId::TextAgrees, Verdict::Passed),
    (CheckId::JpkiAuthChain, Verdict::Passed),
    (CheckId::JpkiAuthKey, Verdict::Passed),
    (CheckId::JpkiSignChain, Verdict::Passed),
    (CheckId::JpkiAgrees, Verdict::Passed),
    (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
];

const JPKI_CHECKS: [CheckId; 4] =
    [CheckId::JpkiAuthChain, CheckId::JpkiAuthKey, CheckId::JpkiSignChain, CheckId::JpkiAgrees];

/// Exchanges of recognition beyond the steps: the face application, whose SELECT the first step counts.
const RECOGNITION: u64 = 0;

fn verdicts(findings: &Findings) -> Vec<(CheckId, Verdict)> {
    findings.checks.iter().map(|check| (check.id, check.verdict)).collect()
}

fn jpki_verdicts(findings: &Findings) -> [Option<Verdict>; 4] {
    JPKI_CHECKS.map(|id| findings.verdict(id))
}

/// Reads a card, JPKI included.
fn read(transport: &mut dyn Transport, known: &Credentials) -> Result<Dump, FlowError> {
    read_allowing(transport, known, false)
}

fn read_allowing(transport: &mut dyn Transport, known: &Credentials, last_try: bool) -> Result<Dump, FlowError> {
    let (request, gate) = (request().extra(true), &mut PinGate::new(last_try));
    cards::read(transport, &request, known.shared(), gate, &mut reading::nonces(), &mut |_| {})
}

/// Reads a simulated card with everything that it offers, and checks.
fn findings(recipe: &str) -> Result<Findings, FlowError> {
    let mut simulated = card(recipe);
    let known = Credentials::from(&simulated);
    Ok(judge(&read(&mut simulated, &known)?))
}

/// A transport that keeps every command.
struct Spy<'card> {
    card: &'card mut SimulatedCard,
    commands: Vec<Vec<u8>>,
}

impl Transport for Spy<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands.push(command.to_vec());
        self.card.exchange(command)
    }
}

/// The commands of a reading, whatever became of it.
fn commands(card: &mut SimulatedCard, entries: &Credentials) -> (Vec<Vec<u8>>, Result<Dump, FlowError>) {
    let mut spy = Spy { card, commands: Vec::new() };
    let outcome = read(&mut spy, entries);
    (spy.commands, outcome)
}

/// The commands after the SELECT of the JPKI application.
fn jpki_commands(commands: &[Vec<u8>]) -> Vec<String> {
    let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A], files::JPKI.aid].concat();
    let at = commands.iter().position(|command| *command == select).expect("JPKI is selected");
    commands[at + 1..].iter().map(hex::encode_upper).collect()
}

#[test]
fn an_honest_card_passes_every_check() {
    for seed in [1, 2, 3, 4, 5] {
        let findings = findings(&format!("my-number?seed={seed}")).unwrap();
        assert_eq!(verdicts(&findings), HONEST, "seed {seed}");
        assert_eq!(findings.overall(), Overall::Authentic);
        let agrees = findings.check(CheckId::JpkiAgrees).unwrap();
        for item in ["birth_date", "sex", "name", "address"] {
            assert_eq!(agrees.evidence.shown(item).as_deref(), Some("same"), "{item}");
        }
        let chain = findings.check(CheckId::JpkiSignChain).unwrap();
        assert_eq!(chain.evidence.shown("policy").as_deref(), Some("2.999.1.20"));
        assert_eq!(chain.evidence.shown("anchor").as_deref(), Some("taimen simulated JPKI for digital signature"));
        assert_eq!(chain.evidence.shown("certificate_subject").as_deref(), None, "a number of one person");
    }
}

#[test]
fn what_was_not_asked_for_is_not_in_the_report() {
    let findings = reading::findings("my-number").unwrap();
    assert_eq!(jpki_verdicts(&findings), [None; 4]);
    assert!(findings.items.iter().all(|item| !item.id.starts_with("jpki")));
    assert!(findings.notes.iter().all(|note| !note.id.starts_with("jpki")));
}

#[test]
fn without_a_credential_the_free_certificate_is_checked_and_nothing_presented() {
    let mut simulated = card("my-number");
    let entries = printed(&simulated);
    let (commands, dump) = commands(&mut simulated, &entries);
    assert_eq!(
        jpki_commands(&commands),
        ["00B08600A0", "00B0880003", "00B08A00000000"],
        "no counter, no VERIFY, no signature, and nothing that the card says of its issuer"
    );
    let dump = dump.unwrap();
    let findings = judge(&dump);
    let not_read = Some(Verdict::NotDone(Why::NotRead));
    assert_eq!(jpki_verdicts(&findings), [Some(Verdict::Passed), not_read, not_read, not_read]);
    assert_eq!(findings.overall(), Overall::Authentic);
    for name in ["jpki/0001", "jpki/0017"] {
        assert_eq!(dump.not_read(name), Some(&NotRead::NotOpened { reason: "no_credential".to_owned() }));
    }
    assert!(findings.notes.iter().any(|note| note.id == "jpki-status"));
}

#[test]
fn with_both_credentials_each_is_presented_once_behind_both_counters() {
    let mut simulated = card("my-number");
    let entries = Credentials::from(&simulated);
    let (commands, dump) = commands(&mut simulated, &entries);
    let commands = jpki_commands(&commands);
    let own = simulated.credentials().unwrap();
    let pin = hex::encode_upper(own.get("auth-pin").unwrap().expose());
    let password = hex::encode_upper(own.get("sign-password").unwrap().expose());
    assert_eq!(commands[3..5], ["00200098", "0020009B"], "both counters before anything is presented");
    assert_eq!(commands[5], format!("0020009804{pin}"));
    assert!(commands[6].starts_with("802A0097333031300D060960864801650304020105000420"), "{}", commands[6]);
    assert_eq!(commands[7], format!("0020009B0A{password}"));
    assert_eq!(commands[8..], ["00B08100000000"]);
    let dump = dump.unwrap();
    assert_eq!(dump.challenge("jpki").unwrap().random.0, [3; 32], "a draw of its own");
    assert!(dump.challenge("face").is_some() && dump.challenge("text").is_some());
    assert_eq!(simulated.retry_counter(&files::JPKI_AUTHENTICATION_PIN), Some(3));
    assert_eq!(simulated.retry_counter(&files::JPKI_SIGNING_PASSWORD), Some(5));
    // The dump, saved and read back, says the same but for what is never stored: the text was not confirmed then.
    let saved = Dump::from_json(dump.to_json().as_bytes()).unwrap();
    let findings = judge(&saved);
    assert_eq!(jpki_verdicts(&findings), [Some(Verdict::Passed); 4]);
    let agrees = findings.check(CheckId::JpkiAgrees).unwrap();
    assert_eq!(agrees.evidence.shown("name").as_deref(), Some("not_compared"));
    assert_eq!(agrees.evidence.shown("birth_date").as_deref(), Some("same"));
}

#[test]
fn the_signing_key_never_signs() {
    for recipe in ["my-number", "my-number?fault=jpki-classic-form", "my-number?fault=jpki-challenge-refused"] {
        let mut simulated = card(recipe);
        let entries = Credentials::from(&simulated);
        for command in commands(&mut simulated, &entries).0 {
            assert!(!matches!(command[..], [0x80, 0x2A, _, 0x9A, ..]), "{recipe}");
            assert!(!matches!(command[..], [0x00, 0xA4, 0x02, _, 0x02, _, 0x1A, ..]), "{recipe}");
        }
    }
}

#[test]
fn the_classic_form_follows_only_where_the_short_one_is_not_known() {
    let mut simulated = card("my-number?fault=jpki-classic-form");
    let entries = Credentials::from(&simulated);
    let classic = jpki_commands(&commands(&mut simulated, &entries).0);
    assert!(classic[6].starts_with("802A009733"));
    assert_eq!(classic[7], "00A4020C020017");
    assert!(classic[8].starts_with("802A008033"));
    assert_eq!(classic[6][8..], classic[8][8..], "the same challenge, not a second one");
    for (status, follows) in [("6A86", true), ("6A88", true), ("6982", false), ("6985", false), ("6F00", false)] {
        let at = exchange_of(|command| command.starts_with(&[0x80, 0x2A, 0x00, 0x97]));
        let mut simulated = card(&format!("my-number?fault=status-at={at}:{status}"));
        let entries = Credentials::from(&simulated);
        let (commands, dump) = commands(&mut simulated, &entries);
        let classic = commands.iter().any(|command| command.starts_with(&[0x80, 0x2A, 0x00, 0x80]));
        assert_eq!(classic, follows, "{status}");
        let verdict = judge(&dump.unwrap()).verdict(CheckId::JpkiAuthKey);
        let refused = Some(Verdict::Failed(Reason::ChallengeRefused));
        assert_eq!(verdict, if follows { Some(Verdict::Passed) } else { refused }, "{status}");
    }
}

/// Which exchange, from 1, of an honest full reading is the first of its kind.
fn exchange_of(is: impl Fn(&[u8]) -> bool) -> usize {
    let mut simulated = card("my-number");
    let entries = Credentials::from(&simulated);
    let commands = commands(&mut simulated, &entries).0;
    commands.iter().position(|command| is(command)).expect("there is one") + 1
}

/// What is wrong with a row of the fault table, if anything.
fn complaint(row: &FaultRow) -> Option<String> {
    let wanted: Vec<(CheckId, Verdict)> = HONEST
        .into_iter()
        .map(|(id, verdict)| {
            let differs = row.differs.iter().find(|(other, _)| *other == id);
            (id, differs.map_or(verdict, |(_, verdict)| *verdict))
        })
        .collect();
    let outcome = findings(&format!("my-number?fault={}", row.example));
    let refused = |wanted: Refusal| {
        matches!(&outcome, Err(FlowError::Read(ReadError::Refused { refusal, reference }))
        if *refusal == wanted && reference.application == files::JPKI)
    };
    let fits = match (row.expected, &outcome) {
        (Expected::Verdict(overall), Ok(found)) => found.overall() == overall && verdicts(found) == wanted,
        (Expected::CredentialRefused, Err(FlowError::Read(ReadError::Wrong { reference, left }))) => {
            reference.application == files::JPKI && *left == Some(reference.limit - 1)
        }
        (Expected::CredentialBlocked, Err(_)) => refused(Refusal::Blocked),
        (Expected::LastTry, Err(_)) => refused(Refusal::LastTry),
        _ => false,
    };
    let found = match &outcome {
        Ok(found) => {
            let differ: Vec<_> =
                verdicts(found).into_iter().zip(&wanted).filter(|(found, wanted)| found != *wanted).collect();
            format!("{:?}, found and wanted: {differ:?}", found.overall())
        }
        Err(trouble) => format!("{trouble:?}"),
    };
    (!fits).then(|| format!("{}: wanted {:?}, got {found}", row.example, row.expected))
}

#[test]
fn every_fault_fails_exactly_what_the_table_says() {
    let complaints: Vec<String> = JPKI_FAULTS.iter().filter_map(complaint).collect();
    assert!(JPKI_FAULTS.len() >= 20, "{} faults", JPKI_FAULTS.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn no_fault_of_it_is_seen_where_it_was_not_asked_for() {
    for row in JPKI_FAULTS {
        let findings = reading::findings(&format!("my-number?fault={}", row.example)).unwrap();
        assert_eq!(findings.overall(), Overall::Authentic, "{}", row.name);
        assert_eq!(jpki_verdicts(&findings), [None; 4], "{}", row.name);
    }
}

#[test]
fn an_advisory_failure_goes_to_the_staff_and_leaves_the_verdict() {
    let other = findings("my-number?fault=jpki-other-person").unwrap();
    assert_eq!(other.overall(), Overall::Authentic);
    let agrees = other.check(CheckId::JpkiAgrees).unwrap();
    assert_eq!(agrees.evidence.shown("birth_date").as_deref(), Some("different"));
    assert!(other.notes.iter().any(|note| note.id == "jpki-withheld"));
    assert!(other.items.iter().all(|item| item.id != "jpki_name"), "another person's name is not shown as checked");
    assert!(other.items.iter().any(|item| item.id == "jpki_sign_serial"));
}

#[test]
fn an_expired_certificate_of_another_person_is_compared_and_not_shown() {
    let own = findings("my-number?fault=jpki-expired").unwrap();
    let rests = Some(Verdict::NotDone(Why::DependsOn(CheckId::JpkiSignChain)));
    assert_eq!(own.verdict(CheckId::JpkiAgrees), rests);
    assert_eq!(own.check(CheckId::JpkiAgrees).unwrap().evidence.shown("birth_date").as_deref(), Some("same"));
    assert!(own.items.iter().any(|item| item.id == "jpki_name"));
    let other = findings("my-number?fault=jpki-other-person,jpki-expired").unwrap();
    assert_eq!(other.verdict(CheckId::JpkiSignChain), Some(Verdict::Failed(Reason::Expired)));
    assert_eq!(other.verdict(CheckId::JpkiAgrees), Some(Verdict::Failed(Reason::Disagrees)));
    for shown in ["jpki_name", "jpki_address", "jpki_birth_date"] {
        assert!(other.items.iter().all(|item| item.id != shown), "{shown}");
    }
    assert!(other.notes.iter().any(|note| note.id == "jpki-withheld"));
    // Nor is a certificate for something else merely expired.
    let usage = findings("my-number?fault=jpki-expired,jpki-sign-key-usage").unwrap();
    assert_eq!(usage.verdict(CheckId::JpkiSignChain), Some(Verdict::Failed(Reason::WrongKeyUsage)));
    assert!(usage.items.iter().all(|item| item.id != "jpki_name"));
    let evidence = format!("{:?}", usage.check(CheckId::JpkiSignChain).unwrap().evidence);
    assert_eq!(evidence.matches("About").count(), 1, "{evidence}");
}

#[test]
fn filler_in_the_place_of_a_certificate_is_none_if_the_card_says_so() {
    for (fault, verdict) in [
        ("jpki-presence-denies", Verdict::NotDone(Why::NotOnCard)),
        ("jpki-presence-unknown", Verdict::Failed(Reason::Malformed)),
    ] {
        let mut simulated = card(&format!("my-number?fault={fault}"));
        simulated.file_mut("jpki/000A").unwrap().fill(0x00);
        let entries = Credentials::from(&simulated);
        let dump = read(&mut simulated, &entries).unwrap();
        assert_eq!(judge(&dump).verdict(CheckId::JpkiAuthChain), Some(verdict), "{fault}");
    }
}

fn item<'a>(findings: &'a Findings, id: &str) -> &'a ItemValue {
    &findings.items.iter().find(|item| item.id == id).unwrap_or_else(|| panic!("no item {id}")).value
}

#[test]
fn the_items_say_what_the_certificates_say() {
    let honest = findings("my-number?seed=7").unwrap();
    let persona = taimen::simulator::Persona::from_seed(7);
    assert_eq!(item(&honest, "jpki_name"), &ItemValue::Text(persona.name.as_str().into()));
    assert_eq!(item(&honest, "jpki_address"), &ItemValue::Text(persona.address.as_str().into()));
    assert_eq!(item(&honest, "jpki_birth_date"), &ItemValue::Date(persona.birth));
    assert_eq!(item(&honest, "jpki_auth_until"), &ItemValue::Date(persona.expiry()), "the day in Japan");
    assert!(matches!(item(&honest, "jpki_token"), ItemValue::Term { id: "card", .. }));
    assert!(matches!(item(&honest, "jpki_name_substitutes"), ItemValue::Term { id: "none", .. }));
    let substituted = findings("my-number?seed=7&fault=jpki-substituted").unwrap();
    assert_eq!(item(&substituted, "jpki_name_substitutes"), &ItemValue::Text("1".into()));
    let agrees = substituted.check(CheckId::JpkiAgrees).unwrap();
    assert_eq!(
        (agrees.evidence.shown("name").as_deref(), agrees.evidence.shown("address").as_deref()),
        (Some("substituted"), Some("same"))
    );
    let other = findings("my-number?fault=jpki-other-token").unwrap();
    assert!(matches!(item(&other, "jpki_token"), ItemValue::Term { id: "android", .. }));
}

#[test]
fn the_card_s_own_certificate_of_the_issuer_is_shown_and_never_trusted() {
    let mut simulated = card("my-number?fault=jpki-wrong-signer");
    let entries = Credentials::from(&simulated);
    let mut dump = read(&mut simulated, &entries).unwrap();
    // A forger's card carries a root that fits its leaves; here it even carries the leaf itself as one.
    let leaf = dump.file("jpki/000A").unwrap().to_vec();
    dump.keep("jpki/000B", leaf);
    let forged = judge(&dump);
    assert_eq!(forged.verdict(CheckId::JpkiAuthChain), Some(Verdict::Failed(Reason::SignatureMismatch)));
    let shown = forged.items.iter().find(|item| item.id == "jpki_auth_ca").unwrap();
    assert_eq!(shown.signed_by, None);
    // Nor does the check need it.
    dump.files_mut().filter(|(name, _)| *name == "jpki/000B").for_each(|(_, bytes)| bytes.clear());
    assert_eq!(judge(&dump).verdict(CheckId::JpkiAuthChain), forged.verdict(CheckId::JpkiAuthChain));
}

#[test]
fn a_hierarchy_that_was_not_accepted_is_named() {
    let mut simulated = card("my-number");
    let entries = Credentials::from(&simulated);
    let dump = read(&mut simulated, &entries).unwrap();
    let findings = check(&dump, &TrustStore::shipped().unwrap(), Basis::Live(reading::TIME.parse().unwrap()));
    let not_accepted = Some(Verdict::Failed(Reason::HierarchyNotAccepted));
    assert_eq!(findings.verdict(CheckId::JpkiAuthChain), not_accepted);
    assert_eq!(findings.verdict(CheckId::JpkiSignChain), not_accepted);
    assert!(findings.items.iter().all(|item| item.id != "jpki_name"));
}

#[test]
fn the_steps_add_up_to_what_is_measured() {
    let mut simulated = card("my-number");
    let own = simulated.credentials().unwrap().clone();
    let text = |pin: Option<&Pin>| String::from_utf8(pin.unwrap().expose().to_vec()).unwrap();
    let of_scope = STEPS.iter().filter(|step| step.scopes.contains(&Scope::FULL));
    let main = RECOGNITION + of_scope.map(|step| step.exchanges).sum::<u64>();
    for (auth_pin, sign_password) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut entries = printed(&simulated);
        if auth_pin {
            entries = entries.with("auth-pin", &text(own.get("auth-pin"))).unwrap();
        }
        if sign_password {
            entries = entries.with("sign-password", &text(own.get("sign-password"))).unwrap();
        }
        let runs = |yields: Option<_>, action| match action {
            Action::Own(_) => auth_pin,
            _ => sign_password || yields != Some(&files::JPKI_SIGN_CERTIFICATE.file),
        };
        let steps = JPKI_STEPS.iter().filter(|step| runs(step.yields(), step.action));
        let told = main + steps.map(|step| step.exchanges).sum::<u64>();
        simulated.power_off();
        simulated.power_on();
        let measured = commands(&mut simulated, &entries).0.len();
        assert_eq!(measured, usize::try_from(told).unwrap(), "{auth_pin} {sign_password}");
        assert!(measured <= 14 + 10);
    }
    assert_eq!(JPKI_STEPS.iter().map(|step| step.exchanges).sum::<u64>(), 10);
}

#[test]
fn a_reader_without_extended_lengths_reads_the_same() {
    let plain = findings("my-number").unwrap();
    for fault in ["no-extended", "short-answers=64", "get-response", "exact-length", "filler=512", "wake-6f00"] {
        let findings = findings(&format!("my-number?fault={fault}")).unwrap();
        assert_eq!(verdicts(&findings), HONEST, "{fault}");
        assert_eq!(findings.items, plain.items, "{fault}");
    }
}

#[test]
fn a_card_pulled_away_at_any_exchange_ends_in_a_clear_error() {
    let last = {
        let mut simulated = card("my-number");
        let entries = Credentials::from(&simulated);
        commands(&mut simulated, &entries).0.len()
    };
    for exchange in 15..=last {
        for fault in ["removed-at", "one-byte-at"] {
            let trouble = findings(&format!("my-number?fault={fault}={exchange}")).unwrap_err();
            let removed = match &trouble {
                FlowError::Recognise(RecogniseError::Card(error)) | FlowError::Read(ReadError::Card(error)) => {
                    *error == CardError::Transport(TransportError::Removed)
                }
                // The exchanges that carry a credential: nobody knows whether a try was spent.
                FlowError::Read(ReadError::AnswerLost { error, reference }) => {
                    *error == TransportError::Removed && reference.application == files::JPKI
                }
                _ => false,
            };
            assert!(removed, "{fault}={exchange}: {trouble:?}");
        }
    }
    assert!(findings(&format!("my-number?fault=removed-at={}", last + 1)).is_ok(), "{last} exchanges are all");
}

#[test]
fn a_refusal_at_any_exchange_leaves_the_verdict() {
    let first = exchange_of(|command| command.ends_with(files::JPKI.aid));
    for exchange in first..first + 10 {
        for status in ["6A82", "6982", "6F00", "6700"] {
            match findings(&format!("my-number?fault=status-at={exchange}:{status}")) {
                Ok(findings) => assert_eq!(findings.overall(), Overall::Authentic, "{exchange} {status}"),
                // A refused VERIFY: whatever the card means, nothing is repeated.
                Err(FlowError::Read(ReadError::Card(CardError::Status(_)))) => {}
                Err(other) => panic!("{exchange} {status}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_counter_that_is_not_told_forbids_the_entry() {
    let pin = exchange_of(|command| command == [0x00, 0x20, 0x00, 0x98]);
    for (faults, refusal) in [
        (format!("status-at={pin}:6300"), Refusal::CounterUnknown),
        (format!("status-at={}:6300", pin + 1), Refusal::CounterUnknown),
        // Verified already, and again after the application was left and selected again.
        (format!("status-at={pin}:9000,status-at={}:9000", pin + 3), Refusal::CounterUnknown),
    ] {
        let mut simulated = card(&format!("my-number?fault={faults}"));
        let entries = Credentials::from(&simulated);
        let (commands, outcome) = commands(&mut simulated, &entries);
        let Err(FlowError::Read(ReadError::Refused { refusal: found, reference })) = outcome else {
            panic!("{faults}: {outcome:?}");
        };
        assert_eq!((found, reference.application), (refusal, files::JPKI), "{faults}");
        assert!(jpki_commands(&commands).iter().all(|command| !command.starts_with("00200098") || command.len() == 8));
    }
    let left = findings(&format!("my-number?fault=status-at={pin}:9000")).unwrap();
    assert_eq!(verdicts(&left), HONEST, "leaving the application clears what another program left");
    // No counter at all: the PIN is not presented, and the rest is checked.
    let absent = findings(&format!("my-number?fault=status-at={pin}:6A88")).unwrap();
    assert_eq!(absent.verdict(CheckId::JpkiAuthKey), Some(Verdict::NotDone(Why::NotRead)));
    assert_eq!(absent.verdict(CheckId::JpkiSignChain), Some(Verdict::Passed));
}

#[test]
fn a_blocked_password_keeps_the_pin_from_being_presented() {
    let mut simulated = card("my-number?fault=jpki-password-blocked");
    let entries = Credentials::from(&simulated).with("auth-pin", "0000").unwrap();
    let outcome = read(&mut simulated, &entries).unwrap_err();
    assert!(matches!(outcome, FlowError::Read(ReadError::Refused { refusal: Refusal::Blocked, .. })), "{outcome:?}");
    assert_eq!(simulated.retry_counter(&files::JPKI_AUTHENTICATION_PIN), Some(3), "no try was spent in vain");
}

#[test]
fn a_last_try_is_spent_only_when_allowed() {
    let mut simulated = card("my-number?fault=jpki-pin-last-try");
    let entries = Credentials::from(&simulated);
    assert_eq!(verdicts(&judge(&read_allowing(&mut simulated, &entries, true).unwrap())), HONEST);
    assert_eq!(simulated.retry_counter(&files::JPKI_AUTHENTICATION_PIN), Some(3));
    let mut simulated = card("my-number?fault=jpki-pin-last-try,jpki-wrong-pin");
    let outcome = read_allowing(&mut simulated, &entries, true).unwrap_err();
    assert!(matches!(outcome, FlowError::Read(ReadError::BlockedNow { .. })), "{outcome:?}");
}

#[test]
fn a_password_that_would_open_nothing_is_not_presented() {
    for fault in [
        "jpki-child",
        "jpki-no-certificates",
        "jpki-presence-denies",
        "jpki-presence-unknown",
        "jpki-other-token",
        "jpki-absent",
    ] {
        let mut simulated = card(&format!("my-number?fault={fault}"));
        let entries = Credentials::from(&simulated);
        let commands = commands(&mut simulated, &entries).0;
        assert!(!commands.iter().any(|command| command.starts_with(&[0x00, 0x20, 0x00, 0x9B])), "{fault}");
    }
    // Nor the PIN if there is no certificate to compare the answer with.
    let at = exchange_of(|command| command.starts_with(&[0x00, 0xB0, 0x8A, 0x00, 0x00, 0x00, 0x00]));
    let mut simulated = card(&format!("my-number?fault=status-at={at}:6A82"));
    let entries = Credentials::from(&simulated);
    let (commands, dump) = commands(&mut simulated, &entries);
    assert!(!commands.iter().any(|command| command.starts_with(&[0x00, 0x20, 0x00, 0x98])));
    assert_eq!(dump.unwrap().not_read("jpki/0017"), Some(&NotRead::NotOpened { reason: "no_certificate".to_owned() }));
}

#[test]
fn every_byte_of_the_certificates_is_covered() {
    let mut simulated = card("my-number");
    let entries = Credentials::from(&simulated);
    let mut dump = read(&mut simulated, &entries).unwrap();
    for (file, chain) in [("jpki/000A", CheckId::JpkiAuthChain), ("jpki/0001", CheckId::JpkiSignChain)] {
        let length = dump.file(file).unwrap().len();
        for at in (0..length).step_by(23) {
            let flip = |dump: &mut Dump| {
                let (_, bytes) = dump.files_mut().find(|(name, _)| *name == file).unwrap();
                bytes[at] ^= 1 << (at % 8);
            };
            flip(&mut dump);
            let findings = judge(&dump);
            assert_ne!(findings.verdict(chain), Some(Verdict::Passed), "{file} byte {at}");
            assert_eq!(findings.overall(), Overall::Authentic);
            flip(&mut dump);
        }
    }
    assert_eq!(verdicts(&judge(&dump)), HONEST, "every flip was undone");
}

#[test]
fn an_answer_of_another_reading_does_not_pass() {
    let mut simulated = card("my-number");
    let entries = Credentials::from(&simulated);
    let mut dump = read(&mut simulated, &entries).unwrap();
    dump.read_at = "2026-11-22T03:00:01Z".parse().unwrap();
    assert_eq!(judge(&dump).verdict(CheckId::JpkiAuthKey), Some(Verdict::Failed(Reason::ChallengeMismatch)));
}

#[test]
fn neither_pin_nor_password_stands_in_a_dump() {
    let mut simulated = card("my-number");
    let entries = Credentials::from(&simulated);
    let own = simulated.credentials().unwrap().clone();
    let json = read(&mut simulated, &entries).unwrap().to_json();
    let number = own.get("number-b").unwrap();
    for secret in [own.get("sign-password").unwrap().expose(), number.expose()] {
        assert!(!json.contains(&hex::encode(secret)));
        assert!(!json.contains(std::str::from_utf8(secret).unwrap()));
    }
}

/// A card that answers from a list, over and over.
struct Puppet {
    card: SimulatedCard,
    honest: usize,
    answers: Vec<Vec<u8>>,
    at: usize,
    verifies: Vec<u8>,
}

impl Transport for Puppet {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let [_, 0x20, _, p2, _, ..] = command {
            self.verifies.push(*p2);
        }
        self.at += 1;
        if self.at <= self.honest {
            return self.card.exchange(command);
        }
        Ok(self.answers[self.at % self.answers.len()].clone())
    }
}

proptest! {
    #![proptest_config(reading::cases(60))]

    #[test]
    fn whatever_the_application_answers_nothing_panics_and_nothing_is_presented_twice(
        honest in 15_usize..27,
        answers in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| [&[0x30, 0x82, 0x01, 0x00], &bytes[..], &[0x90, 0x00]].concat()),
                prop::sample::select(vec![
                    vec![0x90, 0x00], vec![0x63, 0xC3], vec![0x63, 0xC0], vec![0x6A, 0x82], vec![0x6A, 0x86], vec![0x69, 0x82],
                    vec![0x8F, 0x8F, 0x00, 0x90, 0x00],
                ]),
            ],
            1..8,
        ),
    ) {
        let simulated = card("my-number");
        let entries = Credentials::from(&simulated);
        let mut puppet = Puppet { card: simulated, honest, answers, at: 0, verifies: Vec::new() };
        if let Ok(dump) = read(&mut puppet, &entries) {
            let findings = judge(&dump);
            let passed = |id| findings.verdict(id) == Some(Verdict::Passed);
            prop_assert!(!passed(CheckId::JpkiSignChain) || honest >= 24);
        }
        for reference in [0x98, 0x9B] {
            prop_assert!(puppet.verifies.iter().filter(|sent| **sent == reference).count() <= 1);
        }
    }
}
