//! A card is hostile until proven otherwise: whatever it answers, the reading ends, nothing panics, nothing is authentic.

use crate::common::reading;

use crate::common::reading::{TIME, card, entry, read, read_card, request, simulated_trust};
use std::sync::OnceLock;

use proptest::prelude::*;
use taimen::{
    cards::{
        Credentials,
        my_number::{check, files},
        residence_card::{files as residence_files, protocol::SessionKey},
    },
    crypto::CardCipher,
    dump::{Dump, Scope},
    lang::Lang,
    report::{Colour, Context, Options, Report, Source},
    simulator::SimulatedCard,
    tlv,
    transport::{Recording, Replay, Transport, TransportError, recording::Header},
    verify::{Basis, Overall},
};

/// Answers from a list, over and over; a status word if the list says nothing better.
struct Puppet {
    answers: Vec<Vec<u8>>,
    at: usize,
    exchanges: usize,
}

impl Transport for Puppet {
    fn exchange(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.exchanges += 1;
        let answer = self.answers[self.at % self.answers.len()].clone();
        self.at += 1;
        Ok(answer)
    }
}

/// Every page that a report has, so that none of them panics on what a card holds.
fn show(dump: &Dump) -> Overall {
    let findings = check(dump, &simulated_trust(), Basis::Live(TIME.parse().unwrap()));
    let context = Context::of(dump, Source::Live);
    for lang in [Lang::Ja, Lang::En] {
        let report = Report {
            findings: &findings,
            context: &context,
            options: Options { lang, sex: true, domicile: true, ..Options::default() },
        };
        assert!(!report.json().is_empty() && !report.text(Colour::Plain).is_empty() && !report.html().is_empty());
    }
    findings.overall()
}

/// An honest card's reading, made once.
fn honest() -> Dump {
    static READ: OnceLock<Dump> = OnceLock::new();
    READ.get_or_init(|| read_card(&mut card("my-number"), Scope::FULL).unwrap().0).clone()
}

/// How many bytes of a file an authentic card must keep: not the filler, not the picture of the security code, which
/// stands last and which nothing signs, and nothing of the text application, on which no verdict rests.
fn guarded(dump: &Dump, name: &str) -> usize {
    if name.starts_with("text/") {
        return 0;
    }
    let bytes = dump.file(name).unwrap();
    let (object, _) = tlv::object(bytes, 0).unwrap();
    if name == files::FACE_DATA.name {
        let code = object.child(files::FACE_CODE.tag).unwrap();
        return code.at + code.raw.len() - code.value.len();
    }
    object.raw.len()
}

/// Status words that make a reader go on.
fn status() -> impl Strategy<Value = [u8; 2]> {
    prop_oneof![
        4 => Just([0x90, 0x00]),
        1 => Just([0x62, 0x82]),
        1 => Just([0x67, 0x00]),
        1 => Just([0x6F, 0x00]),
        1 => Just([0x63, 0xC5]),
        1 => any::<u8>().prop_map(|low| [0x61, low]),
        1 => any::<u8>().prop_map(|low| [0x6C, low]),
        1 => any::<[u8; 2]>(),
    ]
}

fn answer() -> impl Strategy<Value = Vec<u8>> {
    let head = prop::sample::select(vec![
        vec![],
        vec![0x7F, 0x21, 0x82, 0x02, 0x33],
        vec![0xFF, 0x20, 0x82, 0x7F, 0xFF],
        vec![0xFF, 0x20, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        vec![0xFF, 0x20, 0x03, 0xDF, 0x22, 0x7F],
    ]);
    (head, prop::collection::vec(any::<u8>(), 0..80), status())
        .prop_map(|(head, body, status)| [head, body, status.to_vec()].concat())
}

/// Answers of secure messaging that are nearly right, under the key of the puppet's recording or none.
fn secure_answer() -> impl Strategy<Value = Vec<u8>> {
    let sealed = prop::collection::vec(any::<u8>(), 0..300).prop_flat_map(|plain| {
        let objects =
            [CardCipher::TripleDes, CardCipher::Aes128].map(|cipher| SessionKey::new(cipher, [7; 16]).seal(&plain));
        (prop::sample::select(objects.to_vec()), any::<prop::sample::Index>(), any::<bool>())
    });
    let sealed = sealed.prop_map(|(mut object, cut, whole)| {
        if !whole {
            object.truncate(cut.index(object.len()));
        }
        [object, vec![0x90, 0x00]].concat()
    });
    let head = prop::sample::select(vec![
        vec![0x86, 0x82, 0x1B, 0x61, 0x01],
        vec![0x86, 0x82, 0xFF, 0xFF, 0x01],
        vec![0x86, 0x01, 0x01],
        vec![0x86, 0x80],
        vec![0x86],
    ]);
    let object = (head, prop::collection::vec(any::<u8>(), 0..80), status())
        .prop_map(|(head, body, status)| [head, body, status.to_vec()].concat());
    prop_oneof![3 => sealed, 3 => object, 1 => answer(), 1 => prop::collection::vec(any::<u8>(), 0..3)]
}

/// A card of which one answer is another.
struct Liar<'a> {
    card: &'a mut SimulatedCard,
    at: usize,
    answer: Vec<u8>,
}

impl Transport for Liar<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command)?;
        let lies = self.at == 0;
        self.at = self.at.wrapping_sub(1);
        Ok(if lies { self.answer.clone() } else { answer })
    }
}

proptest! {
    #![proptest_config(reading::cases(200))]

    #[test]
    fn a_puppet_card_ends_and_is_never_authentic(answers in prop::collection::vec(answer(), 1..24), age in any::<bool>()) {
        let scope = if age { Scope::AGE } else { Scope::FULL };
        let mut puppet = Puppet { answers, at: 0, exchanges: 0 };
        if let Ok((dump, _)) = read(&mut puppet, &request().scope(scope), &entry("number-b", "55021720352285")) {
            prop_assert_ne!(show(&dump), Overall::Authentic);
        }
        prop_assert!(puppet.exchanges <= 16_384, "{} exchanges", puppet.exchanges);
    }

    #[test]
    fn a_puppet_residence_card_ends_and_gives_no_file_that_it_did_not_send(
        kind in prop::sample::select(vec!["C10131", "C10132", "C1023035", "C1023036"]),
        answers in prop::collection::vec(secure_answer(), 1..24),
    ) {
        let first = [hex::decode(kind).unwrap(), vec![0x90, 0x00]].concat();
        // As a recording that tells nothing of its handshake: whatever the puppet says to it goes on.
        let header = Header { session_keys: vec![vec![7; 16]], ..Header::default() };
        let recorded = Credentials::recorded(&Replay::new(Recording { header, steps: Vec::new() }));
        for known in [recorded, entry("card-number", "ZZ12345678ZZ")] {
            let mut puppet = Puppet { answers: [vec![first.clone()], answers.clone()].concat(), at: 0, exchanges: 0 };
            if let Ok((dump, _)) = read(&mut puppet, &request(), &known) {
                for file in residence_files::files_of(dump.kind) {
                    prop_assert_ne!(dump.file(file.name).is_some(), dump.not_read(file.name).is_some(), "{}", file.name);
                    prop_assert!(dump.file(file.name).is_none_or(|bytes| bytes.len() <= file.extent.bytes()));
                }
                prop_assert!(Dump::from_json(dump.to_json().as_bytes()).is_ok());
            }
            prop_assert!(puppet.exchanges <= 16_384, "{} exchanges", puppet.exchanges);
        }
    }

    #[test]
    fn any_answer_at_any_exchange_of_a_residence_card_ends_the_reading(
        recipe in prop::sample::select(&reading::RESIDENCE_KINDS[..]),
        at in 0_usize..20,
        answer in secure_answer(),
    ) {
        let mut simulated = card(recipe);
        let known = Credentials::from(&simulated);
        let mut liar = Liar { card: &mut simulated, at, answer };
        if let Ok((dump, _)) = read(&mut liar, &request(), &known) {
            for file in residence_files::files_of(dump.kind) {
                prop_assert!(dump.file(file.name).is_none_or(|bytes| bytes.len() <= file.extent.bytes()), "{}", file.name);
            }
        }
    }

    #[test]
    fn broken_files_are_named_and_shown(
        file in prop::sample::select(vec!["face/0002", "face/0004", "text/0002", "text/0004", "text/0007"]),
        cut in any::<prop::sample::Index>(),
        splice in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut dump = honest();
        let length = guarded(&dump, file);
        let original = dump.file(file).unwrap().to_vec();
        for (name, bytes) in dump.files_mut() {
            if name == file {
                let at = cut.index(bytes.len());
                bytes.truncate(at);
                bytes.extend(&splice);
            }
        }
        let same = dump.file(file).unwrap().get(..length) == original.get(..length);
        let overall = show(&dump);
        prop_assert!(overall != Overall::Authentic || same);
    }

    #[test]
    fn a_dump_of_anything_never_panics(text in "\\PC{0,200}", mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Dump::from_json(text.as_bytes()).is_err());
        bytes.insert(0, b'{');
        prop_assert!(Dump::from_json(&bytes).is_err());
    }
}

#[test]
fn text_that_would_command_a_terminal_or_a_browser_is_made_visible() {
    let (mut dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let file = files::TEXT_ATTRIBUTES;
    let evil = "\u{1b}]0;x\u{7}\u{202e}<script>alert(1)</script>\r\n";
    let original = dump.file(file.name).unwrap().to_vec();
    let children = tlv::file(&original, file.own.tag).unwrap().0.children().unwrap();
    let body: Vec<u8> = children
        .iter()
        .flat_map(|child| {
            let value = if child.tag == files::TEXT_NAME.tag { evil.as_bytes() } else { child.value };
            tlv::encode(child.tag, value)
        })
        .collect();
    dump.keep(file.name, tlv::encode(file.own.tag, &body));
    // The signature over the old text no longer counts here: a dump holds no digests, so the text is shown unconfirmed.
    let json = dump.to_json();
    let dump = Dump::from_json(json.as_bytes()).unwrap();
    let findings = check(&dump, &simulated_trust(), Basis::Live(TIME.parse().unwrap()));
    assert_eq!(
        findings.holder.unconfirmed.as_ref().unwrap().name.as_ref().unwrap().text,
        evil,
        "the findings hold what the card says"
    );
    let mut context = Context::of(&dump, Source::Dump);
    context.reader = "evil\u{1b}[2J".to_owned();
    let report = Report { findings: &findings, context: &context, options: Options::default() };
    let (text, html, json) = (report.text(Colour::Plain), report.html(), report.json());
    for page in [&text, &html, &json] {
        for hidden in ['\u{1b}', '\u{7}', '\u{202e}', '\r'] {
            assert!(!page.contains(hidden), "{hidden:?}");
        }
    }
    assert!(!html.contains("<script"), "markup from a card is escaped");
    let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(parsed["holder_unconfirmed"]["name"], evil, "JSON holds the exact text, escaped");
}
