//! Reading less: what a reading that leaves out filler takes of the link, what proves it, and what happens if nothing does.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;

use crate::common::reading::{TIME, card, judge, nonces, read, read_card, request_for, simulated_trust};
use taimen::{
    cards::{
        self, Credentials, FlowError, Request,
        drivers_licence::{self, files::PinSetting},
        never_recorded, read_recording,
    },
    dump::{Dump, NotRead, Scope},
    iso7816::Status,
    kind::CardKind,
    simulator::{
        Recipe, SimulatedCard,
        cards::{
            drivers_licence::{LicenceHolder, LicenceOrder, LicenceProfile, issue},
            residence_card::ResidenceProfile,
        },
        faults_of,
    },
    transport::{
        LinkFigures, Log, Recorder, Recording, Transport, TransportError, nonces::RecordedNonces, recording::Header,
    },
    verify::{Basis, CheckId, Overall, Verdict, Why},
};

/// What the program asks for that checks a card.
fn inferring(kind: CardKind) -> Request {
    request_for(kind).inferring(Arc::new(simulated_trust()))
}

fn lean(card: &mut SimulatedCard) -> Result<(Dump, LinkFigures), FlowError> {
    let known = Credentials::from(&*card);
    let kind = card.kind().unwrap_or(CardKind::MY_NUMBER);
    read(card, &inferring(kind), &known)
}

fn lean_of(recipe: &str) -> Dump {
    lean(&mut card(recipe)).unwrap().0
}

/// Exchanges and bytes received, status words included.
fn cost(recipe: &str) -> (u64, u64) {
    let (dump, figures) = lean(&mut card(recipe)).unwrap();
    assert_eq!(judge(&dump).overall(), Overall::Authentic, "{recipe}");
    (figures.exchanges, figures.bytes_received)
}

fn verdict(dump: &Dump, id: CheckId) -> Verdict {
    judge(dump).verdict(id).unwrap()
}

/// What a マイナ免許証 takes once its host is known, whatever finding that out took.
fn of_the_application(recipe: &str) -> (u64, u64) {
    struct Spy(SimulatedCard, (u64, u64));
    impl Transport for Spy {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            let answer = self.0.exchange(command)?;
            if command.ends_with(drivers_licence::files::MENKYO.aid) {
                self.1 = (0, 0);
            }
            self.1 = (self.1.0 + 1, self.1.1 + u64::try_from(answer.len()).unwrap());
            Ok(answer)
        }
    }
    let card = card(recipe);
    let known = Credentials::from(&card);
    let mut spy = Spy(card, (0, 0));
    let (dump, _) = read(&mut spy, &inferring(CardKind::MENKYO), &known).unwrap();
    assert_eq!(judge(&dump).overall(), Overall::Authentic, "{recipe}");
    spy.1
}

#[test]
fn what_each_plan_takes_of_the_link() {
    let short = |recipe: &str| cost(&format!("{recipe}?fault=no-extended"));
    // A photo that fills its field takes one more read than one of 1,500 bytes.
    assert_eq!((cost("licence"), short("licence")), ((18, 3_356), (28, 3_376)));
    assert_eq!((cost("licence-changed"), short("licence-changed")), ((22, 3_984), (32, 4_004)));
    assert_eq!((cost("residence1"), short("residence1")), ((16, 6_829), (45, 7_094)));
    assert_eq!((cost("residence1-special"), short("residence1-special")), ((13, 6_576), (42, 6_841)));
    assert_eq!((cost("residence2"), short("residence2")), ((16, 7_666), (45, 7_678)));
    assert_eq!((cost("residence2-special"), short("residence2-special")), ((14, 7_605), (43, 7_617)));
    // From the SELECT of the application on: SELECT, PIN setting, counter, VERIFY, signature, record in two.
    assert_eq!(
        (of_the_application("menkyo"), of_the_application("menkyo?fault=no-extended")),
        ((7, 2_933), (18, 3_087))
    );
}

/// A licence whose photo has so many bytes.
fn with_photo(bytes: usize) -> SimulatedCard {
    let holder = LicenceHolder::from_seed(1);
    let mut order = LicenceOrder::new(holder.clone(), PinSetting::Set);
    order.photo.truncate(bytes);
    let issued = issue(&order, &LicenceProfile::default()).unwrap();
    let mut card = "licence".parse::<Recipe>().unwrap().with(holder).card().unwrap();
    for file in issued.files {
        *card.file_mut(file.file().name).unwrap() = file.encode().unwrap();
    }
    card
}

#[test]
fn a_licence_with_a_small_photo_takes_17_exchanges() {
    let (dump, figures) = lean(&mut with_photo(1_500)).unwrap();
    assert_eq!(judge(&dump).overall(), Overall::Authentic);
    assert_eq!((figures.exchanges, figures.bytes_received), (17, 2_956));
    assert_eq!(dump.file("df2/0001").unwrap().len(), 1_600);
}

/// What a reading of the same card yields that leaves nothing out, and one that does: the same verdict of every check, or the same
/// trouble.
#[test]
fn no_fault_is_judged_otherwise() {
    let kinds =
        ["licence", "licence-changed", "menkyo", "residence1", "residence1-special", "residence1-child", "residence2"];
    for name in kinds {
        let kind = card(name).kind().unwrap_or(CardKind::MY_NUMBER);
        for row in faults_of(kind) {
            // A byte of the filler that is not what was signed, and the n-th exchange, are others here.
            let recipe = format!("{name}?fault={}", row.example);
            if recipe.contains("bit-flip=df1/05:3000") || row.example.contains("-at") {
                continue;
            }
            let verdicts = |read: Result<(Dump, LinkFigures), FlowError>| {
                let checks = |dump: Dump| -> Vec<_> {
                    judge(&dump).checks.iter().map(|check| (check.id, check.verdict)).collect()
                };
                read.map(|(dump, _)| checks(dump))
            };
            let mut whole = verdicts(read_card(&mut card(&recipe), Scope::FULL));
            let lean = verdicts(lean(&mut card(&recipe)));
            // No signature proves the filler of the files of changes.
            let open = (CheckId::NoUnsignedChanges, Verdict::NotDone(Why::Inferred));
            if let (Ok(whole), true) = (&mut whole, lean.as_ref().is_ok_and(|lean| lean.contains(&open))) {
                let passed = whole.iter_mut().find(|check| **check == (open.0, Verdict::Passed));
                *passed.unwrap_or_else(|| panic!("{recipe}: it did not pass")) = open;
            }
            assert_eq!(lean, whole, "{recipe}");
        }
    }
}

/// What is inferred of files that are signed.
fn guessed(dump: &Dump) -> usize {
    dump.inferences().filter(|(name, _)| !["df1/0004", "df1/0006", "df1/0003", "df1/0005"].contains(name)).count()
}

#[test]
fn what_nothing_proves_is_read_in_the_same_session() {
    let whole = |recipe: &str| read_card(&mut card(recipe), Scope::FULL).unwrap().0;
    // A signature over something else, under a key that is known.
    for recipe in ["licence?fault=swapped-photo", "licence?fault=layout=up-to-filler", "menkyo?fault=swapped-photo"] {
        let (lean, whole) = (lean_of(recipe), whole(recipe));
        assert_eq!(guessed(&lean), 0, "{recipe}");
        for file in
            [&drivers_licence::files::DATA, &drivers_licence::files::PHOTO, &drivers_licence::files::MENKYO_DATA]
        {
            assert_eq!(lean.file(file.name), whole.file(file.name), "{recipe} {}", file.name);
        }
    }
    // The same on a residence card, and one whose signature covers nothing: it is read whole at once.
    for recipe in ["residence1?fault=swapped-photo", "residence1-child"] {
        let (lean, whole) = (lean_of(recipe), whole(recipe));
        assert_eq!((guessed(&lean), lean.file("df1/05")), (0, whole.file("df1/05")), "{recipe}");
    }
    // No installed certificate names the signer: the signed files are read whole at once.
    let recipe = "licence?fault=unknown-signer";
    let (dump, figures) = lean(&mut card(recipe)).unwrap();
    assert_eq!((guessed(&dump), figures.exchanges), (0, 17));
    assert_eq!(dump.file("df2/0001"), whole(recipe).file("df2/0001"));
}

#[test]
fn files_that_no_text_refers_to_are_not_read() {
    let dump = lean_of("licence");
    for file in ["df1/0003", "df1/0005"] {
        assert_eq!((dump.file(file), dump.not_read(file)), (None, Some(&NotRead::NotUsed)), "{file}");
    }
    // Seed 2 refers to an external character; the changes refer to two that were added.
    for (recipe, slots) in [("licence?seed=2", 2), ("licence-changed", 2)] {
        let (lean, whole) = (judge(&lean_of(recipe)), judge(&read_card(&mut card(recipe), Scope::FULL).unwrap().0));
        assert_eq!(lean.external.len(), slots, "{recipe}");
        assert_eq!((&lean.external, &lean.history), (&whole.external, &whole.history), "{recipe}");
    }
    // Without a key for the signature too: nothing is inferred of unsigned files.
    assert_eq!(lean_of("licence?fault=unknown-signer").not_read("df1/0003"), Some(&NotRead::NotUsed));
}

#[test]
fn a_card_that_takes_no_exact_secure_read_is_read_whole_in_the_same_session() {
    // Which word such a card has for it is not known.
    for (recipe, refused) in
        [("residence1", 0x6700), ("residence2", 0x6700), ("residence1", 0x6988), ("residence2", 0x6A80)]
    {
        let simulated = || {
            let turn = |profile: &mut ResidenceProfile| {
                (profile.explicit_extended, profile.explicit_refused) = (false, Status(refused));
            };
            recipe.parse::<Recipe>().unwrap().adjust(turn).card().unwrap()
        };
        let (dump, figures) = lean(&mut simulated()).unwrap();
        let (whole, figures_of_whole) = read_card(&mut simulated(), Scope::FULL).unwrap();
        assert_eq!(dump.inferences().count(), 0, "{recipe}");
        for file in ["df1/05", "df1/06"] {
            assert_eq!(dump.file(file), whole.file(file), "{recipe} {file}");
        }
        assert_eq!(figures.exchanges, figures_of_whole.exchanges + 1, "{recipe}: one refusal in the session");
        assert_eq!(judge(&dump).overall(), Overall::Authentic, "{recipe}");
    }
}

#[test]
fn the_dump_holds_what_came_and_the_claim_and_is_judged_again() {
    for (recipe, file, check) in [
        ("licence", "df1/0001", CheckId::LicenceSignature),
        ("menkyo", "menkyo/001B", CheckId::MenkyoSignature),
        ("residence1", "df1/05", CheckId::CardSignature),
    ] {
        let dump = lean_of(recipe);
        let json = dump.to_json();
        let again = Dump::from_json(json.as_bytes()).unwrap();
        assert_eq!((again.to_json(), judge(&again).overall()), (json.clone(), Overall::Authentic), "{recipe}");
        let inferred = again.inferred(file).unwrap();
        assert!(again.file(file).unwrap().len() < inferred.length && inferred.filler.0.len() == 1, "{recipe}");
        assert_eq!(verdict(&again, check), Verdict::Passed);

        // Claims that no reading makes, and one that is not true. None ever fails the card or passes the check.
        let unproven = Verdict::NotDone(Why::Inferred);
        let claim = |length: &str, filler: &str| {
            let mut value: serde_json::Value = serde_json::from_str(&json).unwrap();
            value["inferred"][file] =
                serde_json::from_str(&format!("{{\"length\":{length},\"filler\":\"{filler}\"}}")).unwrap();
            Dump::from_json(value.to_string().as_bytes())
        };
        let honest = (inferred.length.to_string(), hex::encode(&inferred.filler.0));
        assert_eq!(verdict(&claim(&honest.0, &honest.1).unwrap(), check), Verdict::Passed, "{recipe}");
        for (length, filler) in [
            ("4294967295", honest.1.as_str()),
            ("18446744073709551615", &honest.1),
            ("0", &honest.1),
            (&(inferred.length + 1).to_string(), &honest.1),
            (&(inferred.length - 1).to_string(), &honest.1),
            (&honest.0, "20"),
            (&honest.0, ""),
            (&honest.0, "ffff"),
            (&honest.0, "0000"),
        ] {
            let claimed = claim(length, filler).unwrap();
            assert_eq!(verdict(&claimed, check), unproven, "{recipe}: {length} {filler}");
            assert_eq!(judge(&claimed).overall(), Overall::Undetermined, "{recipe}: {length} {filler}");
        }
        assert!(claim("-1", &honest.1).is_err() && claim("1e99", &honest.1).is_err());

        // Less than came, so that the data would run on into the filler; other data under the claim.
        let mut cut = again.clone();
        let (_, bytes) = cut.files_mut().find(|(name, _)| *name == file).unwrap();
        bytes.truncate(100);
        assert_eq!(verdict(&cut, check), unproven, "{recipe}");
        let mut changed = again.clone();
        let (_, bytes) = changed.files_mut().find(|(name, _)| *name == file).unwrap();
        bytes[60] ^= 1;
        assert_eq!(verdict(&changed, check), unproven, "{recipe}");
        // A claim beside the whole file is none of a reading's either.
        let mut whole = read_card(&mut card(recipe), Scope::FULL).unwrap().0;
        whole.infer(file, inferred.length + 1, inferred.filler.0[0]);
        assert_eq!(verdict(&whole, check), unproven, "{recipe}");
        // Without the claim the file is short: never authentic.
        let mut value: serde_json::Value = serde_json::from_str(&json).unwrap();
        value.as_object_mut().unwrap().remove("inferred");
        let short = Dump::from_json(value.to_string().as_bytes()).unwrap();
        assert_ne!(judge(&short).overall(), Overall::Authentic, "{recipe}");
    }
}

/// The recording of a reading that infers.
fn record(recipe: &str) -> (Recording, Dump) {
    let mut card = card(recipe);
    let (known, kind) = (Credentials::from(&card), card.kind().unwrap_or(CardKind::MY_NUMBER));
    let mut log = Log::new(never_recorded()).without_times();
    let mut nonces = RecordedNonces::new(nonces());
    let transport = &mut Recorder::new(&mut card, &mut log);
    let gate = &mut taimen::iso7816::PinGate::new(false);
    let dump = cards::read(transport, &inferring(kind), known, gate, &mut nonces, &mut |_| {}).unwrap();
    let header = Header {
        card: Some(kind.to_string()),
        reader: Some("test".to_owned()),
        scope: Some("full".to_owned()),
        time: Some(TIME.parse().unwrap()),
        random: nonces.drawn().to_vec(),
        session_keys: nonces.session_keys().map(<[u8]>::to_vec).collect(),
        ..Header::default()
    };
    (log.into_recording(header), dump)
}

#[test]
fn a_recording_plays_back_strictly_whatever_was_proved_then() {
    for recipe in [
        "licence",
        "licence?fault=swapped-photo",
        "licence?fault=unknown-signer",
        "menkyo",
        "residence1",
        "residence1-child",
        "residence2",
    ] {
        let (recording, mut then) = record(recipe);
        let text = recording.to_text();
        assert!(text.starts_with("taimen-recording 2\n"));
        let mut now = read_recording(&Recording::parse(text.as_bytes()).unwrap()).unwrap();
        (then.link, now.link) = Default::default();
        assert_eq!(now.to_json(), then.to_json(), "{recipe}");
        let mut long = recording.clone();
        long.steps.push(long.steps[0].clone());
        assert!(matches!(read_recording(&long), Err(FlowError::Unused(_))), "{recipe}");
        let mut other = recording;
        other.steps.swap(1, 2);
        assert!(read_recording(&other).is_err(), "{recipe}");
    }
}

/// Recordings and dumps of version 0.1, kept as they were.
#[test]
fn older_recordings_and_dumps_still_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/older");
    let mut seen = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        let dump = if name.ends_with(".apdu") {
            seen.0 += 1;
            let recording = Recording::parse(&bytes).unwrap();
            assert!(recording.to_text().starts_with("taimen-recording 1\n"), "{name}");
            read_recording(&recording).unwrap_or_else(|error| panic!("{name}: {error}"))
        } else if name.ends_with(".json") {
            seen.1 += 1;
            Dump::from_json(&bytes).unwrap()
        } else {
            continue;
        };
        let basis = Basis::Operator(dump.read_at);
        let findings = cards::check(&dump, &simulated_trust(), basis).unwrap();
        let expected = if name.starts_with("residence1-child") { Overall::Undetermined } else { Overall::Authentic };
        assert_eq!(findings.overall(), expected, "{name}: {:?}", findings.checks);
    }
    assert_eq!(seen, (9, 5));
}

#[test]
fn what_an_older_recording_does_not_hold_is_an_error() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/older/licence.apdu")).unwrap();
    let mut recording = Recording::parse(text.as_bytes()).unwrap();
    let photo = recording.steps.iter().rposition(|step| step.command.head()[1] == 0xB0).unwrap();
    recording.steps.remove(photo);
    assert!(read_recording(&recording).is_err());
    // As strict as ever for those of this version.
    let newer = Recording::parse(text.replacen("taimen-recording 1", "taimen-recording 2", 1).as_bytes()).unwrap();
    assert!(read_recording(&newer).is_err());
}
