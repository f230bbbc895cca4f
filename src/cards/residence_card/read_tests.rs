use std::collections::BTreeMap;

use super::{
    super::files::{Application, File},
    *,
};
use crate::{
    cards::{
        Ask, Credentials, FlowError, Outcome, Request,
        flow::{read, start},
        model::Step,
        registry,
        residence_card::protocol::Responder,
    },
    crypto::CipherKey,
    dump::NotRead,
    iso7816::{PinGate, select_application},
    transport::{
        Recording, Replay, Transport, TransportError,
        nonces::{ListedNonces, RecordedNonces},
        recording::Header,
    },
};

const NUMBER: &str = "AA12345678BB";

/// The draws of both official worked examples: RND.IFD, K.IFD (spec residence 9.1).
fn official_draws() -> ListedNonces {
    let material: Vec<u8> = (0x40..0x50).collect();
    ListedNonces::new(vec![hex::decode("1122334455667788").unwrap(), material])
}

/// A card as small as one can be: every file full of its own short identifier, nothing refused that a test does not ask
/// to be refused.
struct Chip {
    generation: Generation,
    kind_file: Vec<u8>,
    files: Vec<File>,
    random: [u8; 8],
    material: [u8; 16],
    key: Option<SessionKey>,
    application: Application,
    /// Answers instead of the card's own, by the beginning of the command in hex.
    instead: BTreeMap<&'static str, &'static str>,
    commands: Vec<String>,
    /// The command at which the card leaves.
    removed: usize,
}

impl Chip {
    fn new(kind: CardKind) -> Self {
        let generation = Generation::of(kind).unwrap();
        // RND.ICC and K.ICC of the worked examples (spec residence 9.1, 9.2).
        let (random, material) = match generation {
            Generation::First => ("5A6E7E385162B7A3", "19D049490FFF52EEDBFCB930BC810ED0"),
            Generation::Second => ("921CE277323DA057", "2CC6AF9B8B607C662FDCAD27B401D08B"),
        };
        Self {
            generation,
            kind_file: match kind {
                CardKind::RESIDENCE1 => b"\xC1\x011".to_vec(),
                CardKind::RESIDENCE1_SPECIAL => b"\xC1\x012".to_vec(),
                CardKind::RESIDENCE2 => b"\xC1\x0205".to_vec(),
                _ => b"\xC1\x0206".to_vec(),
            },
            files: files::files_of(kind).to_vec(),
            random: hex::decode(random).unwrap().try_into().unwrap(),
            material: hex::decode(material).unwrap().try_into().unwrap(),
            key: None,
            application: files::MF,
            instead: BTreeMap::new(),
            commands: Vec::new(),
            removed: usize::MAX,
        }
    }

    fn answering(mut self, command: &'static str, answer: &'static str) -> Self {
        self.instead.insert(command, answer);
        self
    }

    fn file(&self, sfi: u8) -> Option<Vec<u8>> {
        let file = self.files.iter().find(|file| file.application == self.application && file.sfi() == sfi)?;
        Some(if *file == files::KIND_1 || *file == files::KIND_2 { self.kind_file.clone() } else { content(file) })
    }

    fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        let ok = |data: Vec<u8>| [data, vec![0x90, 0x00]].concat();
        match command {
            [0x00, 0x84, 0, 0, 8] => ok(self.random.to_vec()),
            [0x00, 0x82, 0, 0, 0x28, data @ .., 0] => {
                let previous = &self.commands[self.commands.len() - 2];
                assert_eq!(previous, "0084000008", "directly behind the challenge");
                let responder = Responder {
                    cipher: self.generation.cipher(),
                    key: NUMBER.parse::<CardNumber>().unwrap().key(),
                    random: self.random,
                    material: self.material.into(),
                };
                match responder.answer(data) {
                    Ok((answer, key)) => {
                        self.key = Some(key);
                        ok(answer)
                    }
                    Err(_) => vec![0x63, 0x00],
                }
            }
            [0x08, 0x20, 0, 0x86, 0x13, data @ ..] => {
                let opens = self.key.as_ref().unwrap().opens(&NUMBER.parse().unwrap(), data);
                if opens == Ok(true) { ok(Vec::new()) } else { vec![0x63, 0x00] }
            }
            [0x00, 0xA4, 4, 0x0C, 16, aid @ ..] => {
                match [files::DF1, files::DF2, files::DF3].into_iter().find(|application| application.aid == aid) {
                    Some(application) => {
                        self.application = application;
                        ok(Vec::new())
                    }
                    None => vec![0x6A, 0x82],
                }
            }
            [class, 0xB0, p1, 0, rest @ ..] => match (self.file(p1 & 0x1F), rest) {
                (None, _) => vec![0x6A, 0x82],
                (Some(file), [0, 0, 0]) if *class == 0 => ok(file),
                (Some(file), [le]) if *class == 0 => ok(file[..file.len().min(usize::from(*le))].to_vec()),
                (Some(file), [0, 0, 4, 0x96, 2, 0, 0, 0, 0]) => ok(self.key.as_ref().unwrap().seal(&file)),
                _ => vec![0x67, 0x00],
            },
            _ => vec![0x6D, 0x00],
        }
    }
}

/// What the chip holds in a file.
fn content(file: &File) -> Vec<u8> {
    vec![file.sfi(); file.extent.bytes()]
}

impl Transport for Chip {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let text = hex::encode_upper(command);
        self.commands.push(text.clone());
        if self.commands.len() == self.removed {
            return Err(TransportError::Removed);
        }
        match self.instead.iter().find(|(known, _)| text.starts_with(*known)) {
            Some((_, answer)) => Ok(hex::decode(answer).unwrap()),
            None => Ok(self.answer(command)),
        }
    }
}

fn request() -> Request {
    Request::new("test", "2026-11-22T03:00:00Z".parse().unwrap())
}

fn read_with(chip: &mut Chip, number: &str, nonces: &mut dyn Nonces) -> Result<Dump, ReadError> {
    opened(chip, Credentials::default().with("card-number", number).unwrap(), nonces)
}

fn opened(chip: &mut Chip, credentials: Credentials, nonces: &mut dyn Nonces) -> Result<Dump, ReadError> {
    let gate = &mut PinGate::new(false);
    read(chip, &request(), credentials, gate, nonces, &mut |_| {}).map_err(read_error)
}

fn read_error(error: FlowError) -> ReadError {
    match error {
        FlowError::Read(error) => error,
        FlowError::Recognise(RecogniseError::Card(error)) => error.into(),
        other => panic!("{other:?}"),
    }
}

fn handshake(error: HandshakeError) -> ReadError {
    error.into()
}

fn steps(kind: CardKind) -> &'static [Step] {
    registry::find(kind).unwrap().1.steps
}

fn read_chip(chip: &mut Chip) -> Result<Dump, ReadError> {
    read_with(chip, NUMBER, &mut official_draws())
}

const KINDS: [CardKind; 4] =
    [CardKind::RESIDENCE1, CardKind::RESIDENCE1_SPECIAL, CardKind::RESIDENCE2, CardKind::RESIDENCE2_SPECIAL];

#[test]
fn every_file_of_a_kind_has_its_step() {
    for kind in CardKind::all() {
        let told: Vec<_> = steps(kind).iter().filter_map(Step::yields).copied().collect();
        // Kind and common data are looked at before the number; the signature, which proves the others, comes first.
        let listed: Vec<_> = files::files_of(kind).iter().skip(2).map(|file| file.file).collect();
        if listed.is_empty() {
            continue;
        }
        let names: std::collections::BTreeSet<_> = told.iter().map(|file| file.name).collect();
        assert_eq!(told.len(), listed.len(), "{kind}");
        assert!(listed.iter().all(|file| names.contains(file.name)), "{kind}");
        assert_eq!(steps(kind)[..2].iter().map(|step| step.exchanges).collect::<Vec<_>>(), [1, 3]);
        let mut application = files::MF;
        for step in &steps(kind)[2..] {
            let file = step.yields().unwrap();
            assert_eq!(step.exchanges, 1 + u64::from(application != file.application), "{}", file.name);
            application = file.application;
        }
    }
}

#[test]
fn every_file_is_read_whole_and_the_steps_add_up() {
    for kind in KINDS {
        let mut chip = Chip::new(kind);
        let dump = read_chip(&mut chip).unwrap();
        assert_eq!(dump.kind, kind);
        assert_eq!(dump.missing().count(), 0);
        for file in files::files_of(kind).iter().skip(1) {
            assert!(dump.file(file.name) == Some(&content(file)[..]), "{kind} {}", file.name);
        }
        assert_eq!(dump.file("mf/0A"), Some(&chip.kind_file[..]));
        let told: u64 = steps(kind).iter().map(|step| step.exchanges).sum();
        assert_eq!(dump.link.exchanges, 1 + told, "{kind}");
    }
}

#[test]
fn the_official_examples_byte_for_byte() {
    let dialogue = |kind| {
        let mut chip = Chip::new(kind);
        let mut nonces = RecordedNonces::new(official_draws());
        read_with(&mut chip, NUMBER, &mut nonces).unwrap();
        let key: Vec<String> = nonces.session_keys().map(hex::encode_upper).collect();
        (chip.commands, key)
    };
    // Spec residence 9.1: the dialogue of the first generation, DF2 aside, which the example does not read.
    let (commands, key) = dialogue(CardKind::RESIDENCE1);
    let data = "937745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA1AD7FB6A3389E017";
    let wanted = [
        "0084000008".to_owned(),
        format!("0082000028{data}00"),
        "08200086138611011AA82973DB959A811F9711D728F0EEF6".to_owned(),
        // taimen reads the signature first; the example reads it last.
        hex::encode_upper(select_application(files::DF3.aid).bytes()),
        "00B08200000000".to_owned(),
        hex::encode_upper(select_application(files::DF1.aid).bytes()),
        "08B08500000004960200000000".to_owned(),
        "08B08600000004960200000000".to_owned(),
    ];
    assert_eq!(commands[2..10], wanted);
    assert_eq!(key, ["CE94938E19E3B97DF96EABCEDC1715CC"]);
    // Spec residence 9.2.
    let (commands, key) = dialogue(CardKind::RESIDENCE2);
    let data = "4AD3C7B6BB484A52771977DED618B41DF841FA0476A05FBE041DEAD6109E773BAC854617634F5397";
    let verify = "0820008613861101EE0B31EF877F68D071C56D58C72E6748";
    assert_eq!(commands[3..5], [format!("0082000028{data}00"), verify.to_owned()]);
    assert!(commands.contains(&"08B08400000004960200000000".to_owned()));
    assert!(commands.contains(&"00B08200000000".to_owned()));
    assert_eq!(key, ["C19CF13D3D7FBEE9EA293D834C88952F"]);
}

#[test]
fn a_refused_number_ends_it_at_once() {
    for kind in KINDS {
        let mut chip = Chip::new(kind);
        assert_eq!(
            read_with(&mut chip, "AA12345678BC", &mut official_draws()).unwrap_err(),
            ReadError::UncountedRefused { credential: &spec::CARD_NUMBER, kind, left: None }
        );
        assert_eq!(chip.commands.len(), 4, "nothing behind MUTUAL AUTHENTICATE");
        let refused = |left| ReadError::UncountedRefused { credential: &spec::CARD_NUMBER, kind, left };
        let blocked = || ReadError::UncountedBlocked { credential: &spec::CARD_NUMBER, kind };
        for (answer, error) in [
            ("6300", refused(None)),
            ("63C3", refused(Some(3))),
            ("63C1", refused(Some(1))),
            ("63C0", blocked()),
            ("6983", blocked()),
            ("6984", blocked()),
        ] {
            let mut chip = Chip::new(kind).answering("0820", answer);
            assert_eq!(read_chip(&mut chip).unwrap_err(), error);
            assert_eq!(chip.commands.len(), 5, "nothing behind VERIFY");
            let mut chip = Chip::new(kind).answering("0082", answer);
            assert_eq!(read_chip(&mut chip).unwrap_err(), error);
            assert_eq!(chip.commands.len(), 4, "nothing behind MUTUAL AUTHENTICATE");
        }
    }
}

#[test]
fn other_refusals_and_wrong_answers_of_the_handshake_have_names_of_their_own() {
    let outcome =
        |command, answer| read_chip(&mut Chip::new(CardKind::RESIDENCE1).answering(command, answer)).unwrap_err();
    let status = |status| ReadError::Card(CardError::Status(Status(status)));
    assert_eq!(outcome("0084", "6985"), status(0x6985));
    assert_eq!(outcome("0084", "01029000"), handshake(HandshakeError::Length));
    assert_eq!(outcome("0082", "6985"), status(0x6985));
    assert_eq!(outcome("0082", "6D00"), status(0x6D00));
    assert_eq!(outcome("0082", "9000"), handshake(HandshakeError::Length));
    assert_eq!(outcome("0820", "6988"), status(0x6988));
    // The answer of the example with another last byte; and its own, if the card chose another challenge.
    let answer = "5860775B4D032CC564BA204B8EA868F694A74E7475A8FEF240588B\
                  DA1AF496CE59388FD6CD45248C9000";
    assert_eq!(outcome("0082", answer), handshake(HandshakeError::Mac));
    let mut chip = Chip::new(CardKind::RESIDENCE1)
        .answering("0084", "5A6E7E385162B7A49000")
        .answering("0082", "5860775B4D032CC564BA204B8EA868F694A74E7475A8FEF240588BDA1AF496CE59388FD6CD45248B9000");
    assert_eq!(read_chip(&mut chip).unwrap_err(), handshake(HandshakeError::Challenge));
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_reason() {
    let lacks = |command, answer, file: &str| {
        let mut chip = Chip::new(CardKind::RESIDENCE1).answering(command, answer);
        let dump = read_chip(&mut chip).unwrap();
        let missing: Vec<&str> = dump.missing().map(|(file, _)| file).collect();
        assert!(missing.contains(&file), "{missing:?}");
        (dump.not_read(file).unwrap().clone(), missing.len(), chip.commands.len())
    };
    let status = |status: &str| NotRead::Status { status: status.to_owned() };
    assert_eq!(lacks("08B086", "6A82", "df1/06"), (status("6A82"), 1, 15));
    assert_eq!(lacks("00B08B", "6982", "mf/0B"), (status("6982"), 1, 15));
    assert_eq!(lacks("00B081", "6283", "df2/01"), (status("6283"), 1, 15));
    assert_eq!(lacks("08B085", "6985", "df1/05"), (status("6985"), 1, 15));
    // An application is asked for once.
    assert_eq!(lacks("00A4040C10D392F0004F03", "6283", "df2/03"), (status("6283"), 4, 11));
    assert_eq!(lacks("00A4040C10D392F0004F03", "6A82", "df2/04"), (NotRead::NoApplication, 4, 11));
    // An answer that is not an encrypted object, and one under another key.
    let (why, ..) = lacks("08B085", "D0821B589000", "df1/05");
    let unreadable = |detail: &str| NotRead::Unreadable { detail: detail.to_owned() };
    assert_eq!(why, unreadable("the answer is not one encrypted object"));
    let (why, ..) = lacks("08B085", "9000", "df1/05");
    assert_eq!(why, unreadable("the answer is not one encrypted object"), "nothing at all");
    let (why, ..) = lacks("08B085", "86090100112233445566779000", "df1/05");
    assert_eq!(why, unreadable("the padding does not fit the session key"));
    let (why, missing, _) = lacks("00B082", "9000", "df3/02");
    assert_eq!((why, missing), (unreadable("the file ends at byte 0 of 1464"), 2), "in plain");
}

#[test]
fn a_card_that_leaves_at_any_exchange_ends_the_reading() {
    for kind in KINDS {
        let exchanges = {
            let mut chip = Chip::new(kind);
            read_chip(&mut chip).unwrap();
            chip.commands.len()
        };
        for removed in 2..=exchanges {
            let mut chip = Chip { removed, ..Chip::new(kind) };
            let error = read_chip(&mut chip).unwrap_err();
            assert_eq!(error, ReadError::Card(CardError::Transport(TransportError::Removed)), "{kind} {removed}");
            assert_eq!(chip.commands.len(), removed, "nothing is repeated");
        }
    }
}

#[test]
fn after_a_question_the_card_must_tell_the_same() {
    let released = |first: &mut Chip, second: &mut Chip| {
        let (gate, nonces) = (&mut PinGate::new(false), &mut official_draws());
        let request = request().ask(Ask::Always);
        let looked = match start(&mut *first, &request, Credentials::default(), gate, nonces, &mut |_| {}).unwrap() {
            Outcome::Ask(looked) => looked,
            Outcome::Done(_) => panic!("nobody was asked"),
        };
        let number = Credentials::default().with("card-number", NUMBER).unwrap();
        let read = looked.read(&mut *second, request.time, number, gate, nonces, &mut |_| {}).map_err(read_error);
        (read.map(|dump| dump.missing().count()), first.commands.len() + second.commands.len())
    };
    let chip = Chip::new;
    let same = released(&mut chip(CardKind::RESIDENCE1), &mut chip(CardKind::RESIDENCE1));
    assert_eq!(same, (Ok(0), 17), "the budget of a first-generation card, with a question in the middle");
    for other in [
        chip(CardKind::RESIDENCE1_SPECIAL),
        chip(CardKind::RESIDENCE2),
        chip(CardKind::RESIDENCE1).answering("00B08B", "C004303030329000"),
        chip(CardKind::RESIDENCE1).answering("00B08B", "6A82"),
        // No residence card at all.
        chip(CardKind::RESIDENCE1).answering("00B08A", "6A82"),
    ] {
        let mut other = other;
        let (read, _) = released(&mut chip(CardKind::RESIDENCE1), &mut other);
        assert_eq!(read, Err(ReadError::OtherCard));
        assert!(other.commands.iter().all(|command| !command.starts_with("0082")), "nothing is presented to it");
    }
}

#[test]
fn a_recorded_session_is_read_with_its_key() {
    let zeros = "0000".to_owned() + &"00".repeat(38);
    let zeros: &'static str = Box::leak((zeros + "9000").into_boxed_str());
    let official: CipherKey = hex::decode("CE94938E19E3B97DF96EABCEDC1715CC").unwrap().try_into().unwrap();
    let recorded = |key: Option<&CipherKey>, answer: &'static str| {
        let mut chip = Chip::new(CardKind::RESIDENCE1).answering("0082", answer).answering("0820", "9000");
        chip.key = Some(SessionKey::new(Generation::First.cipher(), official));
        let header = Header { session_keys: key.into_iter().map(|key| key.to_vec()).collect(), ..Header::default() };
        let credentials = Credentials::recorded(&Replay::new(Recording { header, steps: Vec::new() }));
        let mut nonces = RecordedNonces::new(official_draws());
        let read = opened(&mut chip, credentials, &mut nonces);
        (read.map(|dump| dump.missing().count()), nonces.session_keys().count(), nonces.drawn().len())
    };
    assert_eq!(recorded(Some(&official), zeros), (Ok(0), 1, 2));
    // A session that failed is played back to its failure.
    let (credential, kind) = (&spec::CARD_NUMBER, CardKind::RESIDENCE1);
    let refused = ReadError::UncountedRefused { credential, kind, left: None };
    assert_eq!(recorded(None, "6300"), (Err(refused), 0, 2));
    assert_eq!(recorded(None, zeros), (Err(handshake(HandshakeError::Mac)), 0, 2));
}
