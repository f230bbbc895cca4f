//! `taimen recording scrub`, proven with marked persons: every field of a card bears a mark, and no mark is in what comes
//! out, in any form.
#![cfg(all(feature = "cli", unix))]
// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::reading;

use std::{collections::HashSet, fs, path::Path};

use crate::common::program::{Program, argument, assert_private};
use taimen::{
    cards::{Credentials, never_recorded},
    dump::Dump,
    kind::CardKind,
    simulator::{
        Persona, Recipe, SimulatedCard,
        cards::{drivers_licence::LicenceHolder, residence_card::ResidenceHolder},
    },
    transport::{
        Log, Recorder, Recording,
        nonces::RecordedNonces,
        recording::{Header, LinkFailure},
    },
};

/// A reader's name with a serial number, as PC/SC gives it.
const READER: &str = "pcsc:MARKED READER SN-A40071177 00 00";

/// When the marked cards were read.
const THEN: &str = "2026-03-14T01:59:26Z";

/// Shorter marks could be in hex by accident.
const SHORTEST: usize = 4;

/// Bytes that are compared as one run.
const WINDOW: usize = 12;

/// So many hex digits in a row are bytes and no word.
const LONG_RUN: usize = 24;

/// Object header, offset table, and the header of the first field after it.
const FACE_HEAD: usize = 29;

/// A card, its recording, and what must not come out.
struct Marked {
    recording: Recording,
    dump: Dump,
    /// As text.
    marks: Vec<String>,
}

fn header(kind: CardKind, random: Vec<Vec<u8>>, session_keys: Vec<Vec<u8>>) -> Header {
    Header {
        card: Some(kind.as_str().to_owned()),
        reader: Some(READER.to_owned()),
        scope: Some("full".to_owned()),
        time: Some(THEN.parse().unwrap()),
        random,
        session_keys,
        ..Header::default()
    }
}

fn persona() -> Persona {
    Persona {
        name: "標的　印之介".to_owned(),
        address: "印県目印市標的町大字焼印７７７７番地の３３".to_owned(),
        birth: "1971-12-23".parse().unwrap(),
        expiry_year: 2087,
        security_code: "7391".to_owned(),
        serial: "915738462615973".to_owned(),
        pin: "8264".to_owned(),
        number_digest: [0xD7; 32],
        ..Persona::from_seed(6)
    }
}

fn of_persona(persona: &Persona) -> Vec<String> {
    let own = [&persona.name, &persona.address, &persona.security_code, &persona.serial, &persona.pin];
    let parts = ["標的", "印之介", "目印市", "７７７７番地"].map(str::to_owned);
    own.into_iter().cloned().chain(parts).chain([day(persona.birth), "2087".to_owned()]).collect()
}

fn day(day: jiff::civil::Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

fn my_number() -> Marked {
    let recipe = Recipe::new(CardKind::MY_NUMBER, 6).with(persona());
    let mut card = recipe.card().unwrap();
    let own = card.credentials().unwrap().clone();
    let known = reading::printed(&card);
    let mut log = Log::new(never_recorded());
    card.power_on();
    let (dump, _) = reading::read(&mut Recorder::new(&mut card, &mut log), &reading::request(), &known).unwrap();
    let random = vec![vec![1; 32], vec![2; 32]];
    let mut marks = of_persona(&persona());
    marks.push(String::from_utf8(own.get("number-b").unwrap().expose().to_vec()).unwrap());
    // The chip signed this time: another one would not play back.
    let header = Header { time: Some(reading::TIME.parse().unwrap()), ..header(CardKind::MY_NUMBER, random, vec![]) };
    Marked { recording: log.into_recording(header), dump, marks }
}

fn holder() -> LicenceHolder {
    LicenceHolder {
        persona: persona(),
        kana: "ヒヨウテキ　シルシノスケ".to_owned(),
        alias: "通印　目太郎".to_owned(),
        unified_kana: "ヒヨウテキ　シルシノスケ".to_owned(),
        reference_number: "71935".to_owned(),
        number: "917364528190".to_owned(),
        domicile: "印県焼印郡烙印村大字刻印４８番地".to_owned(),
        pin1: "6173".to_owned(),
        pin2: "9428".to_owned(),
        menkyo_pin: "5739".to_owned(),
        ..LicenceHolder::from_seed(6)
    }
}

fn licence(kind: CardKind) -> Marked {
    let holder = holder();
    let recipe = Recipe::new(kind, 6).with(holder.clone()).with(persona());
    let mut card = recipe.card().unwrap();
    let known = Credentials::from(&card);
    let mut log = Log::new(never_recorded());
    card.power_on();
    let request = reading::request_for(kind);
    let (dump, _) = reading::read(&mut Recorder::new(&mut card, &mut log), &request, &known).unwrap();
    let marks = [
        &holder.kana,
        &holder.alias,
        &holder.reference_number,
        &holder.number,
        &holder.domicile,
        &holder.pin1,
        &holder.pin2,
        &holder.menkyo_pin,
    ];
    let marks = marks.into_iter().cloned().chain(of_persona(&holder.persona)).collect();
    Marked { recording: log.into_recording(header(kind, vec![], vec![])), dump, marks }
}

fn residence(kind: CardKind) -> Marked {
    let holder = ResidenceHolder {
        name: "MARKWORTHY BRANDMARK".to_owned(),
        number: "QX71936428YK".to_owned(),
        birth: "1971-12-23".parse().unwrap(),
        address: "印県目印市標的町大字焼印７７７７番地".to_owned(),
        ..ResidenceHolder::from_seed(6)
    };
    let recipe = Recipe::new(kind, 6).with(holder.clone());
    let mut card: SimulatedCard = recipe.card().unwrap();
    let known = Credentials::from(&card);
    let mut log = Log::new(never_recorded());
    let mut nonces = RecordedNonces::new(reading::nonces());
    card.power_on();
    let recorder = &mut Recorder::new(&mut card, &mut log);
    let (dump, _) = reading::read_drawing(recorder, &reading::request(), &known, &mut nonces).unwrap();
    let keys: Vec<Vec<u8>> = nonces.session_keys().map(<[u8]>::to_vec).collect();
    let header = header(kind, nonces.drawn().to_vec(), keys);
    let marks = vec![holder.name, holder.number, "71936428".to_owned(), day(holder.birth), holder.address];
    Marked { recording: log.into_recording(header), dump, marks }
}

/// Base 64 at each of the three places where a byte can stand, without the digits that depend on neighbours.
fn base64(bytes: &[u8]) -> Vec<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |bytes: &[u8]| {
        let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
        let digit =
            |chunk: &[u8]| chunk.iter().fold(0, |value, bit| value << 1 | usize::from(*bit)) << (6 - chunk.len());
        bits.chunks(6).map(|chunk| char::from(DIGITS[digit(chunk)])).collect::<String>()
    };
    (0..3_usize)
        .map(|lead| {
            let text = encode(&[&vec![0; lead], bytes].concat());
            text[(lead * 8).div_ceil(6)..(lead + bytes.len()) * 8 / 6].to_owned()
        })
        .collect()
}

/// A mark in every encoding that cards and programs use.
fn encodings(mark: &str) -> Vec<Vec<u8>> {
    let utf16 = |order: fn(u16) -> [u8; 2]| mark.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let euc = encoding_rs::EUC_JP.encode(mark).0.into_owned();
    let jis = euc.iter().map(|byte| byte & 0x7F).collect();
    let shift_jis = encoding_rs::SHIFT_JIS.encode(mark).0.into_owned();
    vec![mark.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), shift_jis, euc, jis]
}

/// Everything that a file says: its text, and the bytes of every run of hex in it.
struct Said {
    text: String,
    words: String,
    bytes: Vec<Vec<u8>>,
}

impl Said {
    fn of(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let runs = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() % 2 == 0);
        let bytes = runs.filter_map(|run| hex::decode(run).ok()).filter(|bytes| !bytes.is_empty()).collect();
        let words = text.split_inclusive(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() < LONG_RUN).collect();
        Self { text, words, bytes }
    }

    fn finds(&self, mark: &str) -> Option<String> {
        // Few digits are in hex by accident; as words they do not.
        let text = if mark.len() < 8 { &self.words } else { &self.text };
        if text.contains(mark) {
            return Some("as text".to_owned());
        }
        for (number, form) in encodings(mark).into_iter().enumerate() {
            assert!(form.len() >= SHORTEST, "{mark}");
            if self.bytes.iter().any(|bytes| bytes.windows(form.len()).any(|window| window == form)) {
                return Some(format!("in encoding {number}"));
            }
            let upper = hex::encode_upper(&form);
            if self.text.contains(&upper) || self.text.contains(&upper.to_lowercase()) {
                return Some(format!("as hex of encoding {number}"));
            }
            if form.len() >= 6 && base64(&form).iter().any(|digits| self.text.contains(digits)) {
                return Some(format!("in base 64 of encoding {number}"));
            }
        }
        None
    }
}

/// Runs of bytes that mean something: not filler.
fn runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.windows(WINDOW).filter(|run| run.iter().collect::<HashSet<_>>().len() > WINDOW / 2)
}

/// What a card stores and answers: files, signatures, keys, pictures.
fn stored(marked: &Marked) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = marked.dump.clone().files_mut().map(|(_, bytes)| bytes.clone()).collect();
    all.extend(marked.recording.steps.iter().filter_map(|step| Some(step.answer.as_ref().ok()?.with_zeros())));
    all.extend(marked.recording.header.random.iter().chain(&marked.recording.header.session_keys).cloned());
    all
}

/// Power, the command's header and length, the answer's length and status word, microseconds.
type StepShape = (bool, Vec<u8>, usize, Result<(usize, Vec<u8>), LinkFailure>, Option<u128>);

fn shape(recording: &Recording) -> Vec<StepShape> {
    let steps = recording.steps.iter().map(|step| {
        let answer = step.answer.as_ref().map_err(|failure| *failure);
        let answer = answer.map(|answer| (answer.len(), answer.tail()[answer.tail().len() - 2..].to_vec()));
        let elapsed = step.elapsed.map(|elapsed| elapsed.as_micros());
        (step.powered, step.command.head()[..4].to_vec(), step.command.len(), answer, elapsed)
    });
    steps.collect()
}

fn parse(path: &Path) -> Recording {
    Recording::parse(&fs::read(path).unwrap()).unwrap()
}

fn proven(marked: &Marked, other: &Marked) {
    let program = Program::new();
    let (before, after) = (program.home.file("before.apdu"), program.home.file("after.apdu"));
    fs::write(&before, marked.recording.to_text()).unwrap();
    // Seed 4 has another portrait and other keys than seed 6.
    program.run(["recording", "scrub", &argument(&before), &argument(&after), "--seed", "4"]).expect(0);
    assert_private(&after);
    assert_eq!(shape(&parse(&after)), shape(&marked.recording));

    // What is there encrypted is searched too.
    let saved = program.home.file("after.json");
    let replay = format!("replay:{}", argument(&after));
    let arguments = ["check", "--json", "--accept", "simulated", "--at", "recorded", "--reader", &replay];
    let report = program.run([&arguments[..], &["--save-dump", &argument(&saved)]].concat()).expect(0).json();
    assert_eq!((report["overall"].as_str(), report["hierarchy"].as_str()), (Some("authentic"), Some("simulated")));

    let mut marks = marked.marks.clone();
    marks.extend([READER, "MARKED", "A40071177", THEN, "2026-03-14"].map(str::to_owned));
    let originals = [Said::of(&before)];
    assert!(
        marked.marks.iter().any(|mark| originals[0].finds(mark).is_some())
            || marked.recording.header.session_keys.len() == 1
    );
    for said in [Said::of(&after), Said::of(&saved)] {
        for mark in &marks {
            assert_eq!(said.finds(mark), None, "{mark}");
        }
        // What another person's card has as well is nobody's: the issuer's keys and names.
        let mut stored_elsewhere = stored(other);
        // A file that no text of his refers to, without entries.
        stored_elsewhere.push(hex::decode("A00100A100A200A300A400A500").unwrap());
        // Filler that was not read of his.
        stored_elsewhere.iter_mut().for_each(|bytes| bytes.extend([0xFF; WINDOW]));
        // The face file begins with lengths and offsets: they are its shape.
        let head = marked.dump.file("face/0002").and_then(|file| file.get(..FACE_HEAD)).unwrap_or_default();
        let common: HashSet<&[u8]> = stored_elsewhere.iter().flat_map(|bytes| runs(bytes)).chain(runs(head)).collect();
        let here: HashSet<&[u8]> = said.bytes.iter().flat_map(|bytes| runs(bytes)).collect();
        for bytes in stored(marked) {
            for run in runs(&bytes).filter(|run| !common.contains(run)) {
                assert!(!here.contains(run), "{}", hex::encode(run));
            }
        }
    }
}

/// The same card of a person without marks, with the portrait and keys of the new recording's.
fn unmarked(kind: CardKind) -> Marked {
    let folder = crate::common::temp::TempDir::new();
    let (path, saved) = (folder.file("other.apdu"), folder.file("other.json"));
    let reader = format!("sim:{kind}?seed=4");
    let mut arguments = vec!["check", "--json", "--reader", &reader];
    let (record, save) = (argument(&path), argument(&saved));
    arguments.extend(["--record", &record, "--save-dump", &save]);
    if kind == CardKind::MENKYO {
        arguments.extend(["--application", "menkyo"]);
    }
    Program::new().run(arguments).expect(0);
    Marked { recording: parse(&path), dump: Dump::from_json(&fs::read(&saved).unwrap()).unwrap(), marks: vec![] }
}

#[test]
fn a_mark_is_found_in_every_form() {
    let folder = crate::common::temp::TempDir::new();
    for form in encodings("標的印之介") {
        let texts = [hex::encode(&form), hex::encode_upper(&form), base64(&form)[0].clone()];
        for text in texts {
            let path = folder.write("file", format!("> 0000{text}\n"));
            assert!(Said::of(&path).finds("標的印之介").is_some(), "{text}");
        }
    }
    assert!(Said::of(&folder.write("file", "name: 標的印之介\n")).finds("標的印之介").is_some());
    assert!(Said::of(&folder.write("file", "name: 7391\n")).finds("7391").is_some());
    let line = |bytes: &str| format!("> {}{bytes}\n", "00".repeat(LONG_RUN));
    assert!(Said::of(&folder.write("file", line("37333931"))).finds("7391").is_some());
    assert_eq!(Said::of(&folder.write("file", line("00739100"))).finds("7391"), None);
}

#[test]
fn no_mark_of_a_my_number_card_comes_out() {
    proven(&my_number(), &unmarked(CardKind::MY_NUMBER));
}

#[test]
fn a_question_in_the_middle_keeps_its_place() {
    let mut card = reading::card("my-number?seed=6");
    let known = reading::printed(&card);
    let mut log = Log::new(never_recorded());
    card.power_on();
    let looked = reading::look(&mut Recorder::new(&mut card, &mut log), &reading::request()).unwrap();
    card.power_off();
    card.power_on();
    let (dump, _) = reading::read_looked(*looked, &mut Recorder::new(&mut card, &mut log), &known).unwrap();
    let random = vec![vec![1; 32], vec![2; 32]];
    let mut header = header(CardKind::MY_NUMBER, random, vec![]);
    header.time = Some(reading::TIME.parse().unwrap());
    let recording = log.into_recording(header);
    assert_eq!(recording.steps.iter().filter(|step| step.powered).count(), 1);

    let program = Program::new();
    let (before, after) = (program.home.file("before.apdu"), program.home.file("after.apdu"));
    fs::write(&before, recording.to_text()).unwrap();
    program.run(["recording", "scrub", &argument(&before), &argument(&after), "--seed", "4"]).expect(0);
    assert_eq!(shape(&parse(&after)), shape(&recording));
    let shown = program.run(["recording", "show", &argument(&after)]).expect(0).stdout;
    assert!(shown.contains("taimen asked a person"), "{shown}");
    assert_eq!(dump.kind, CardKind::MY_NUMBER);
}

#[test]
fn no_mark_of_a_licence_comes_out() {
    proven(&licence(CardKind::LICENCE), &unmarked(CardKind::LICENCE));
    proven(&licence(CardKind::MENKYO), &unmarked(CardKind::MENKYO));
}

#[test]
fn no_mark_of_a_residence_card_comes_out() {
    for kind in [CardKind::RESIDENCE1, CardKind::RESIDENCE1_SPECIAL, CardKind::RESIDENCE2, CardKind::RESIDENCE2_SPECIAL]
    {
        proven(&residence(kind), &unmarked(kind));
    }
}

#[test]
fn what_the_shape_cannot_carry_is_refused_and_nothing_written() {
    let program = Program::new();
    let out = program.home.file("out.apdu");
    let refused = |name: &str, recording: &Recording| {
        let path = program.home.write(name, recording.to_text());
        let outcome = program.run(["recording", "scrub", &argument(&path), &argument(&out)]).expect(2);
        assert!(!out.exists());
        outcome.stderr
    };
    let mut cut = my_number().recording;
    cut.steps.pop();
    assert!(refused("cut.apdu", &cut).contains("cannot play it back"));
    let fixture = |name: &str| parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("apdu-fixtures").join(name));
    let said = refused("no-photo.apdu", &fixture("my-number-no-photo/genuine.apdu"));
    assert!(said.contains("face/0002 of a My Number Card cannot be made in the same size"), "{said}");
    assert!(refused("tells.apdu", &fixture("residence1/official-handshake.apdu")).contains("cannot play it back"));
}

#[test]
fn troubles_questions_and_chunks_keep_their_shape() {
    let program = Program::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("apdu-fixtures");
    let out = program.home.file("out.apdu");
    for name in [
        "my-number/age.apdu",
        "my-number/short-answers.apdu",
        "my-number/get-response.apdu",
        "my-number/exact-length.apdu",
        "my-number/wrong-code.apdu",
        "my-number/last-try-allowed.apdu",
        "my-number/removed-at.apdu",
        "licence/without-pin.apdu",
        "licence-nopin/genuine.apdu",
        "residence1/no-extended.apdu",
        "residence1-child/genuine.apdu",
    ] {
        let path = folder.join(name);
        program.run(["recording", "scrub", &argument(&path), &argument(&out), "--seed", "9"]).expect(0);
        assert_eq!(shape(&parse(&out)), shape(&parse(&path)), "{name}");
        program.run(["recording", "check", &argument(&out)]).expect(0);
        let exit = |path: &Path| {
            let replay = format!("replay:{}", argument(path));
            program
                .run(["check", "--accept", "simulated", "--allow-last-try", "--at", "recorded", "--reader", &replay])
                .code
        };
        if !name.contains("wrong-code") {
            assert_eq!(exit(&out), exit(&path), "{name}");
        }
    }
}
