//! What a check may cost on the link: counts, never milliseconds.

use crate::common::reading;

use crate::common::reading::{card, look, printed, read, read_card, read_looked, request};
use taimen::{
    cards::{
        Credentials, FlowError, ReadError,
        my_number::{STEPS, files},
        residence_card::{
            files::{self as residence_files, Access, Generation},
            protocol::{AUTHENTICATE_LENGTH, RANDOM_LENGTH, SessionKey},
        },
    },
    dump::{Dump, Scope},
    kind::CardKind,
    simulator::SimulatedCard,
    transport::{LinkFigures, Transport, TransportError},
    verify::Overall,
};

/// Exchanges of recognition: the face application. Nothing else is looked for on the way to the verdict.
const RECOGNITION: u64 = 1;

/// A transport that keeps every READ BINARY: short EF identifier (or the current one), offset, bytes that came.
struct Spy<'card> {
    card: &'card mut SimulatedCard,
    application: Vec<u8>,
    sfi: u8,
    reads: Vec<(Vec<u8>, u8, usize, usize)>,
    commands: Vec<Vec<u8>>,
}

impl Transport for Spy<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command)?;
        self.commands.push(command.to_vec());
        match command {
            [0x00, 0xA4, 0x04, 0x0C, _, aid @ ..] if answer == [0x90, 0x00] => self.application = aid.to_vec(),
            [0x00, 0xB0, p1, p2, ..] if answer.len() > 2 => {
                let offset = if p1 & 0x80 != 0 {
                    self.sfi = p1 & 0x1F;
                    usize::from(*p2)
                } else {
                    usize::from(u16::from_be_bytes([*p1, *p2]))
                };
                self.reads.push((self.application.clone(), self.sfi, offset, answer.len() - 2));
            }
            _ => {}
        }
        Ok(answer)
    }
}

fn spy(card: &mut SimulatedCard) -> Spy<'_> {
    Spy { card, application: Vec::new(), sfi: 0, reads: Vec::new(), commands: Vec::new() }
}

/// Where a byte was received twice, if anywhere.
fn overlap(reads: &[(Vec<u8>, u8, usize, usize)]) -> Option<String> {
    for (index, (application, sfi, offset, length)) in reads.iter().enumerate() {
        for (other_application, other_sfi, other_offset, other_length) in &reads[..index] {
            let same = application == other_application && sfi == other_sfi;
            if same && *offset < other_offset + other_length && *other_offset < offset + length {
                return Some(format!("file {sfi:02X} at {offset}+{length} and {other_offset}+{other_length}"));
            }
        }
    }
    None
}

fn figures(recipe: &str, scope: Scope) -> LinkFigures {
    read_card(&mut card(recipe), scope).unwrap().1
}

#[test]
fn the_steps_add_up_to_what_is_measured() {
    for scope in [Scope::FULL, Scope::AGE] {
        let told: u64 = RECOGNITION
            + STEPS.iter().filter(|step| step.scopes.contains(&scope)).map(|step| step.exchanges).sum::<u64>();
        // Recognition has selected the face application already.
        assert_eq!(figures("my-number", scope).exchanges, told - 1, "{scope:?}");
    }
}

#[test]
fn a_face_check_takes_6_exchanges_and_14_with_the_text() {
    let full = figures("my-number", Scope::FULL).exchanges;
    let mut simulated = card("my-number");
    let number = printed(&simulated);
    let mut spy = spy(&mut simulated);
    read(&mut spy, &request(), &number).unwrap();
    let face = spy.commands.iter().position(|command| command.ends_with(files::TEXT.aid)).unwrap();
    assert_eq!((full, face), (14, 6));
    assert_eq!(figures("my-number", Scope::AGE).exchanges, 7, "the expiry, and six as for the face");
    assert_eq!(figures("my-number?fault=wake-6f00", Scope::FULL).exchanges, full + 1, "a wake-up aside");
}

#[test]
fn asking_in_the_middle_stays_within_the_budget() {
    let mut simulated = card("my-number");
    let number = printed(&simulated);
    let looked = look(&mut simulated, &request()).unwrap();
    simulated.power_off();
    simulated.power_on();
    let (dump, figures) = read_looked(*looked, &mut simulated, &number).unwrap();
    let total = figures.exchanges;
    // Before the question recognition, counter and certificate; while the person types the other certificate and two guests.
    assert_eq!(total, 4 + 4 + 14);
    assert_eq!(figures.after_entry_exchanges, Some(14), "six for the face, eight for the text");
    assert_eq!(reading::judge(&dump).overall(), Overall::Authentic);
}

#[test]
fn another_card_after_the_question_is_noticed() {
    let number = printed(&card("my-number?seed=1"));
    let run = |second: &mut SimulatedCard| {
        let looked = look(&mut card("my-number?seed=1"), &request()).unwrap();
        read_looked(*looked, second, &number).map(|_| ())
    };
    let noticed = || Err(FlowError::Read(ReadError::OtherCard));
    assert_eq!(run(&mut card("my-number?seed=1")), Ok(()));
    let other = (2..50)
        .map(|seed| format!("my-number?seed={seed}"))
        .find(|other| municipality(other) != municipality("my-number?seed=1"))
        .expect("personas live in several municipalities");
    let mut other = card(&other);
    assert_eq!(run(&mut other), noticed());
    assert_eq!(other.retry_counter(&files::FACE_NUMBER_B), Some(10), "nothing was presented to it");
    let mut fewer = card("my-number?seed=1");
    fewer.set_retry_counter(&files::FACE_NUMBER_B, 9);
    assert_eq!(run(&mut fewer), noticed(), "another counter");
}

fn municipality(recipe: &str) -> Vec<u8> {
    let (dump, _) = read_card(&mut card(recipe), Scope::FULL).unwrap();
    dump.file(files::FACE_CERTIFICATE.name).unwrap()[26..42].to_vec()
}

#[test]
fn no_byte_is_received_twice_and_the_ladder_finds_its_step_once() {
    for recipe in
        ["my-number", "my-number?fault=no-extended", "my-number?fault=short-answers=64", "my-number?fault=filler"]
    {
        for scope in [Scope::FULL, Scope::AGE] {
            let mut simulated = card(recipe);
            let number = printed(&simulated);
            let mut spy = spy(&mut simulated);
            let (dump, _) = read(&mut spy, &request().scope(scope), &number).unwrap();
            assert_eq!(overlap(&spy.reads), None, "{recipe} {scope:?}");
            let refused =
                spy.commands.iter().filter(|command| matches!(command[..], [0x00, 0xB0, .., 0, 0, 0])).count();
            let files = dump_files(&dump);
            match recipe {
                "my-number?fault=no-extended" => assert_eq!(refused, 1, "one extended attempt in the session"),
                "my-number" => assert_eq!(refused, files, "one extended read a file"),
                _ => {}
            }
        }
    }
}

/// A reader that gives the beginning of an extended answer, and no extended answer from an offset.
struct Cut(SimulatedCard, Result<Vec<u8>, TransportError>);

impl Transport for Cut {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match command {
            [_, 0xB0, 0x00..=0x7F, _, 0, _, _] => self.1.clone(),
            [_, 0xB0, _, _, 0, _, _] => {
                let mut answer = self.0.exchange(command)?;
                let status = answer.split_off(answer.len() - 2);
                answer.truncate(400);
                Ok([answer, status].concat())
            }
            _ => self.0.exchange(command),
        }
    }
}

#[test]
fn an_extended_answer_that_is_cut_is_continued_in_short_ones() {
    for refusal in [Ok(vec![0x67, 0x00]), Err(TransportError::LengthUnsupported)] {
        for recipe in ["my-number", "licence"] {
            let known = Credentials::from(&card(recipe));
            let (dump, _) = read(&mut Cut(card(recipe), refusal.clone()), &request(), &known).unwrap();
            assert_eq!(reading::judge(&dump).overall(), Overall::Authentic, "{recipe} {refusal:?}");
        }
    }
}

/// Without its issuer security domain a card may still tell its expiry.
#[test]
fn the_age_check_takes_the_expiry_from_the_common_record_if_the_domain_is_not_there() {
    struct NoDomain(SimulatedCard, [u8; 2]);
    impl Transport for NoDomain {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            match command {
                [_, 0xCA, ..] => Ok(vec![0x6A, 0x88]),
                [_, 0xA4, ..] if command.ends_with(files::ISSUER_DOMAIN.aid) => Ok(self.1.to_vec()),
                _ => self.0.exchange(command),
            }
        }
    }
    for refusal in [[0x6A, 0x82], [0x69, 0x85]] {
        let mut card = NoDomain(card("my-number"), refusal);
        let known = Credentials::from(&card.0);
        let (dump, _) = read(&mut card, &request().scope(Scope::AGE), &known).unwrap();
        assert!(dump.file(files::DOMAIN_EXPIRY).is_some(), "{refusal:02X?}");
        assert_eq!(reading::judge(&dump).overall(), Overall::Authentic, "{refusal:02X?}");
    }
}

/// Files that READ BINARY brought.
fn dump_files(dump: &Dump) -> usize {
    files::FILES.iter().filter(|file| dump.file(file.name).is_some() || dump.private_file(file.name).is_some()).count()
}

#[test]
fn nothing_is_read_that_no_check_or_field_uses() {
    let mut simulated = card("my-number");
    let number = printed(&simulated);
    let mut spy = spy(&mut simulated);
    read(&mut spy, &request(), &number).unwrap();
    let read: Vec<String> = spy
        .reads
        .iter()
        .map(|(aid, sfi, ..)| {
            let file = files::FILES.iter().find(|file| file.application.aid == &aid[..] && file.sfi() == *sfi);
            file.unwrap_or_else(|| panic!("SFI {sfi:02X} is in no table")).name.to_owned()
        })
        .collect();
    let wanted = ["face/0004", "face/0002", "text/0002", "text/0003", "text/0004", "text/0007"];
    assert_eq!(read, wanted);
}

#[test]
fn the_number_is_never_asked_for() {
    for scope in [Scope::FULL, Scope::AGE] {
        let mut simulated = card("my-number");
        let number = printed(&simulated);
        let mut spy = spy(&mut simulated);
        read(&mut spy, &request().scope(scope), &number).unwrap();
        for (application, sfi) in files::NUMBER_A_SFIS {
            let touched = spy
                .commands
                .iter()
                .any(|command| matches!(command[..], [_, 0x20 | 0x24, _, p2, ..] if p2 & 0x1F == sfi));
            assert!(!touched, "{} {sfi:02X}", application.name);
        }
        let verifies = spy.commands.iter().filter(|command| command[1] == 0x20 && command.len() > 4).count();
        assert_eq!(verifies, if scope == Scope::FULL { 2 } else { 1 });
    }
}

/// Bytes of status words, of the encrypted objects around secure files, and of the handshake: what the protocol costs on
/// top of the files.
fn protocol(kind: CardKind, exchanges: u64) -> u64 {
    let cipher = Generation::of(kind).unwrap().cipher();
    let secure = residence_files::files_of(kind).iter().filter(|file| file.access == Access::Secured);
    let wrapped: usize =
        secure.map(|file| SessionKey::sealed_length(cipher, file.extent.bytes()) - file.extent.bytes()).sum();
    let handshake = RANDOM_LENGTH + AUTHENTICATE_LENGTH;
    2 * exchanges + u64::try_from(wrapped + handshake).unwrap()
}

#[test]
fn a_residence_card_takes_at_most_17_exchanges_and_hardly_a_byte_more_than_its_files() {
    for (recipe, wanted) in [
        ("residence1", 15),
        ("residence1-special", 12),
        ("residence1-child", 15),
        ("residence2", 16),
        ("residence2-special", 14),
    ] {
        let (dump, figures) = read_card(&mut card(recipe), Scope::FULL).unwrap();
        assert_eq!(figures.exchanges, wanted, "{recipe}");
        let files: usize = residence_files::files_of(dump.kind).iter().map(|file| file.extent.bytes()).sum();
        let least = u64::try_from(files).unwrap() + protocol(dump.kind, figures.exchanges);
        assert!(
            figures.bytes_received >= least && figures.bytes_received * 100 <= least * 102,
            "{recipe}: {figures:?}"
        );
        // Nothing at all is received that is neither file nor protocol.
        assert_eq!(figures.bytes_received, least, "{recipe}");
        // With a question in the middle the two free files are read once more.
        assert!(figures.exchanges + 2 <= if recipe.starts_with("residence1") { 17 } else { 18 }, "{recipe}");
    }
}

#[test]
fn a_residence_card_gives_no_byte_twice_and_nothing_between_challenge_and_answer() {
    for recipe in reading::RESIDENCE_KINDS {
        let mut simulated = card(recipe);
        let known = Credentials::from(&simulated);
        let mut spy = spy(&mut simulated);
        read(&mut spy, &request(), &known).unwrap();
        let reads: Vec<&Vec<u8>> = spy.commands.iter().filter(|command| command[1] == 0xB0).collect();
        // Each command is one whole file.
        let files = residence_files::files_of(if recipe == "residence1-child" {
            CardKind::RESIDENCE1
        } else {
            recipe.parse().unwrap()
        });
        assert_eq!(reads.len(), files.len(), "{recipe}");
        let challenge = spy.commands.iter().position(|command| command[1] == 0x84).unwrap();
        assert_eq!(spy.commands[challenge + 1][..2], [0x00, 0x82], "{recipe}");
        let selected = spy.commands.iter().filter(|command| command[1] == 0xA4).count();
        assert_eq!(selected, 3, "{recipe}: each application once");
    }
}
