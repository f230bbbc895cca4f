//! The simulated residence card against spec residence section 8: the worked examples, a table of commands and answers,
//! and what its files hold.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::simulator::Is::{self, Answer, Bytes};
use crate::common::simulator::{EVENT, OK, run, send};
use taimen::{
    cards::residence_card::{
        files::{self, Access, File, Generation},
        protocol::{CardNumber, Initiator, SessionKey},
    },
    crypto::{CardCipher, EcPublicKey, EcdsaForm, PublicKey},
    kind::CardKind,
    simulator::{
        Recipe, SimulatedCard,
        cards::residence_card::{
            ResidenceHolder, ResidenceOrder, ResidenceProfile, issue, leaf,
            profile::{Again, Nothing, SignatureForm, Unsigned},
            signed_message,
        },
    },
    transport::Transport,
    trust::{Material, Purpose, TrustStore},
};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

const IN_DF1: &str = "00A4040C10 D392F0004F0200000000000000000000";
const IN_DF2: &str = "00A4040C10 D392F0004F0300000000000000000000";
const IN_DF3: &str = "00A4040C10 D392F0004F0400000000000000000000";
const IN_MF: &str = "00A4000002 3F00";
const CHALLENGE: &str = "0084000008";
const NUMBER: &str = "AA12345678BB";

// The worked examples (spec residence 9.1, 9.2). With RND.ICC and K.ICC fixed, and the same RND.IFD and K.IFD each time,
// these commands are right for as long as the card keeps the number.
const CHALLENGE_1: &str = "5A6E7E385162B7A3 9000";
const HANDSHAKE_1: &str =
    "0082000028 937745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA 1AD7FB6A3389E017 00";
const ANSWER_1: &str = "5860775B4D032CC564BA204B8EA868F694A74E7475A8FEF240588BDA1AF496CE 59388FD6CD45248B 9000";
const VERIFY_1: &str = "0820008613 861101 1AA82973DB959A811F9711D728F0EEF6";
const CHALLENGE_2: &str = "921CE277323DA057 9000";
const HANDSHAKE_2: &str =
    "0082000028 4AD3C7B6BB484A52771977DED618B41DF841FA0476A05FBE041DEAD6109E773B AC854617634F5397 00";
const ANSWER_2: &str = "289A96B1DA6AE3DA87770419BFD14F0BDAD15F3643 2B5A946C188C7221759A62 FA942EC51E62FF5F 9000";
const VERIFY_2: &str = "0820008613 861101 EE0B31EF877F68D071C56D58C72E6748";

/// The card of the worked example of its generation, with some of its uncertain answers chosen.
fn card_with(kind: CardKind, change: impl FnOnce(&mut ResidenceProfile)) -> SimulatedCard {
    let mut recipe = Recipe::new(kind, 1);
    let mut holder = ResidenceHolder::from_seed(1);
    holder.number = NUMBER.to_owned();
    recipe = recipe.with(holder);
    let (random, material) = match Generation::of(kind) {
        Some(Generation::First) => ("5A6E7E385162B7A3", "19D049490FFF52EEDBFCB930BC810ED0"),
        _ => ("921CE277323DA057", "2CC6AF9B8B607C662FDCAD27B401D08B"),
    };
    let bytes = |hex| hex::decode::<&str>(hex).unwrap();
    recipe = recipe.adjust(|p: &mut ResidenceProfile| {
        p.fixed = Some((bytes(random).try_into().unwrap(), bytes(material).try_into().unwrap()))
    });
    recipe = recipe.adjust(change);
    recipe.card().unwrap()
}

fn card(kind: CardKind) -> SimulatedCard {
    card_with(kind, |_| {})
}

/// Name and steps; every scenario begins with a card that was just powered on.
type Scenario = (&'static str, &'static [(&'static str, Is)]);

const NO_NUMBER_1: &str = "0820008613 861101 00000000000000000000000000000000";
const DF1_SECURE: &str = "08B0850000000496020000 0000";

/// Scenarios of a 在留カード of the first generation, row by row of spec residence 8.3.
const FIRST: &[Scenario] = &[
    (
        "the worked example",
        &[
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
            (VERIFY_1, OK),
            (IN_DF1, OK),
            (DF1_SECURE, Bytes(7_013)),
            ("08B0860000000496020000 0000", Bytes(3_013)),
            (IN_DF3, OK),
            ("00B08200000000", Bytes(1_464)),
        ],
    ),
    (
        "class and instruction",
        &[
            ("04A4000002 3F00", Answer("6E00")),
            ("0CB0850000", Answer("6E00")),
            ("80AE0000", Answer("6E00")),
            ("00B2010400", Answer("6D00")),
            ("00C0000010", Answer("6D00")),
            ("08A4000002 3F00", Answer("6882")),
            ("0884000008", Answer("6882")),
            (
                "0882000028 937745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA1AD7FB6A3389E01700",
                Answer("6882"),
            ),
            ("00A4", Answer("6700")),
        ],
    ),
    (
        "select",
        &[
            (IN_MF, OK),
            ("00A4000002 3F01", Answer("6A82")),
            ("00A4000001 3F", Answer("6A87")),
            ("00A40000", Answer("6A87")),
            ("00A4000C02 3F00", Answer("6A86")),
            ("00A4020C02 0001", Answer("6A86")),
            ("00A4040C10 D392F0004F0500000000000000000000", Answer("6A82")),
            ("00A4040C10 D392F0004F0100000000000000000000", Answer("6A82")),
            ("00A4040C0F D392F0004F02000000000000000000", Answer("6A87")),
            ("00A4040010 D392F0004F0200000000000000000000", Answer("6A86")),
            ("00A4040C10 D392F0004F0300000000000000000000 FFFF", OK),
            ("00A4040C10 D392F0004F02", Answer("6700")),
            ("00A4040C10 D392F0004F0500000000000000000000", Answer("6A82")),
            ("00B0810000", Answer("6982")),
        ],
    ),
    (
        "free files need nothing, in the master file alone",
        &[
            ("00B08A0000", Answer("C10131 9000")),
            ("00B0000200", Answer("31 9000")),
            ("00B0000300", Answer("6B00")),
            ("00B0810000", Answer("6A82")),
            ("00B0000002", Answer("C101 9000")),
            ("00B08B00000000", Answer("C00430303032 9000")),
            ("00B08B0000", Answer("C00430303032 9000")),
            ("00B08B0500", Answer("32 9000")),
            ("00B08B0600", Answer("6B00")),
            ("00B08B", Answer("6700")),
            ("00B08B0001AA00", Answer("6700")),
            ("00B0A00000", Answer("6A86")),
            ("00B0C00000", Answer("6A86")),
            ("00B0800000", Answer("6A82")),
            ("00B09F0000", Answer("6A82")),
            (IN_DF1, OK),
            ("00B0000000", Answer("6986")),
            ("00B08A0000", Answer("6A82")),
            ("00A4040C10 D392F0004F0500000000000000000000", Answer("6A82")),
            (IN_MF, OK),
            ("00B0000000", Answer("6986")),
            ("00B08A0000", Answer("C10131 9000")),
        ],
    ),
    (
        "a challenge is good for the next command alone",
        &[
            ("0084000004", Answer("6700")),
            ("00840000", Answer("6700")),
            ("0084000001AA08", Answer("6700")),
            ("0084010008", Answer("6A86")),
            (HANDSHAKE_1, Answer("6985")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            ("00B08A0000", Answer("C10131 9000")),
            (HANDSHAKE_1, Answer("6985")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (
                "0082000027 7745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA1AD7FB6A3389E01700",
                Answer("6700"),
            ),
            (HANDSHAKE_1, Answer("6985")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (
                "0082000128 937745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA1AD7FB6A3389E01700",
                Answer("6A86"),
            ),
            (CHALLENGE, Answer(CHALLENGE_1)),
            ("0082000028 937745C2", Answer("6700")),
            (IN_DF2, OK),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
        ],
    ),
    (
        "a wrong cryptogram, and the other generation's",
        &[
            (CHALLENGE, Answer(CHALLENGE_1)),
            (
                "0082000028 937745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA1AD7FB6A3389E01800",
                Answer("6300"),
            ),
            (HANDSHAKE_1, Answer("6985")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_2, Answer("6300")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
        ],
    ),
    (
        "verify",
        &[
            ("0020008613 861101 1AA82973DB959A811F9711D728F0EEF6", Answer("6982")),
            ("002000860C 414131323334353637384242", Answer("6982")),
            (VERIFY_1, Answer("6985")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
            ("0820008612 861101 1AA82973DB959A811F9711D728F0EE", Answer("6700")),
            ("0820008113 861101 1AA82973DB959A811F9711D728F0EEF6", Answer("6A86")),
            ("0820008613 871101 1AA82973DB959A811F9711D728F0EEF6", Answer("6988")),
            ("0820008613 861102 1AA82973DB959A811F9711D728F0EEF6", Answer("6988")),
            (NO_NUMBER_1, Answer("6988")),
            ("0820008613 861101 1AA82973", Answer("6700")),
            (IN_DF2, OK),
            (VERIFY_1, OK),
            ("00B0840000", Bytes(3)),
        ],
    ),
    (
        "what opens which file",
        &[
            (IN_DF1, OK),
            ("00B0850000", Answer("6982")),
            (DF1_SECURE, Answer("6985")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
            (DF1_SECURE, Answer("6982")),
            (IN_DF2, OK),
            ("00B0810000", Answer("6982")),
            (IN_MF, OK),
            ("08B08A0000000496020000 0000", Bytes(11)),
            (VERIFY_1, OK),
            ("00B08A0000", Answer("C10131 9000")),
            (IN_DF1, OK),
            ("00B0850000", Answer("6982")),
            (DF1_SECURE, Bytes(7_013)),
            (IN_DF2, OK),
            ("00B0810000", Bytes(256)),
            ("00B00100 00", Bytes(86)),
            ("00B08100000000", Bytes(342)),
            ("08B0810000000496020000 0000", Bytes(349)),
            ("00B08200000000", Bytes(122)),
            ("00B08300000000", Bytes(122)),
            ("00B0840000", Bytes(3)),
        ],
    ),
    (
        "reading under secure messaging",
        &[
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
            (VERIFY_1, OK),
            (IN_DF1, OK),
            ("08B08500 04 96020000 00", Answer("6700")),
            ("08B0850000000497020000 0000", Answer("6988")),
            ("08B0850000000396010000 00", Answer("6988")),
            ("08B08500000000", Answer("6988")),
            ("08B0850000000496020000", Answer("6700")),
            ("08B0850000000496020010 0000", Bytes(27)),
            ("08B01B5B000004960200000000", Bytes(11)),
            ("08B01B5C000004960200000000", Answer("6B00")),
            ("08B08700000004960200000000", Answer("6A82")),
            ("08B0850000000496020100 0000", Bytes(269)),
            ("08B08500000004960200E00000", Bytes(236)),
        ],
    ),
    (
        "failures of other commands keep key and flag",
        &[
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
            (VERIFY_1, OK),
            ("00B0810000", Answer("6A82")),
            ("00A4040C10 D392F0004F0500000000000000000000", Answer("6A82")),
            ("0084000004", Answer("6700")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
            (IN_DF2, OK),
            ("00B0840000", Answer("6982")),
            (VERIFY_1, OK),
            ("00B0840000", Bytes(3)),
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_2, Answer("6300")),
            ("00B0840000", Answer("6982")),
            (VERIFY_1, Answer("6985")),
        ],
    ),
    (
        "every reset clears everything",
        &[
            (CHALLENGE, Answer(CHALLENGE_1)),
            (HANDSHAKE_1, Answer(ANSWER_1)),
            (VERIFY_1, OK),
            (IN_DF2, OK),
            ("00B0840000", Bytes(3)),
            ("warm reset", EVENT),
            ("00B0000000", Answer("6986")),
            (VERIFY_1, Answer("6985")),
            (IN_DF2, OK),
            ("00B0840000", Answer("6982")),
            (CHALLENGE, Answer(CHALLENGE_1)),
            ("power on", EVENT),
            (HANDSHAKE_1, Answer("6985")),
            ("power off", EVENT),
            (CHALLENGE, Answer("the card was removed")),
            ("power on", EVENT),
            (CHALLENGE, Answer(CHALLENGE_1)),
        ],
    ),
];

/// The same of the second generation, as far as it differs.
const SECOND: &[Scenario] = &[
    (
        "the worked example",
        &[
            (CHALLENGE, Answer(CHALLENGE_2)),
            (HANDSHAKE_2, Answer(ANSWER_2)),
            (VERIFY_2, OK),
            (IN_DF1, OK),
            ("08B0840000000496020000 0000", Bytes(5_525)),
            (IN_DF3, OK),
            ("00B08200000000", Bytes(704)),
        ],
    ),
    (
        "the first generation's handshake looks like a wrong number",
        &[
            ("00B08A0003", Answer("C10230 9000")),
            ("00B08A0000", Answer("C1023035 9000")),
            (CHALLENGE, Answer(CHALLENGE_2)),
            (HANDSHAKE_1, Answer("6300")),
            (HANDSHAKE_2, Answer("6985")),
        ],
    ),
    (
        "files under secure messaging",
        &[
            (CHALLENGE, Answer(CHALLENGE_2)),
            (HANDSHAKE_2, Answer(ANSWER_2)),
            (VERIFY_2, OK),
            (IN_DF1, OK),
            ("08B0810000000496020000 0000", Bytes(19)),
            ("08B0830000000496020000 0000", Bytes(83)),
            ("08B0860000000496020000 0000", Bytes(2_517)),
            ("00B0810000", Answer("6982")),
            (IN_DF2, OK),
            ("00B0810000", Bytes(22)),
            ("00B0820000", Bytes(3)),
            ("00B0830000", Bytes(207)),
            ("00B0840000", Answer("6A82")),
        ],
    ),
];

const SPECIAL: &[Scenario] = &[(
    "a special permanent resident certificate has one file on its back",
    &[
        ("00B08A0000", Answer("C10132 9000")),
        (CHALLENGE, Answer(CHALLENGE_1)),
        (HANDSHAKE_1, Answer(ANSWER_1)),
        (VERIFY_1, OK),
        (IN_DF2, OK),
        ("00B08100000000", Bytes(342)),
        ("00B0820000", Answer("6A82")),
        ("00B0830000", Answer("6A82")),
        ("00B0840000", Answer("6A82")),
    ],
)];

const SPECIAL_2: &[Scenario] = &[(
    "a special permanent resident certificate of generation 2",
    &[
        ("00B08A0000", Answer("C1023036 9000")),
        (CHALLENGE, Answer(CHALLENGE_2)),
        (HANDSHAKE_2, Answer(ANSWER_2)),
        (VERIFY_2, OK),
        (IN_DF1, OK),
        ("08B0830000000496020000 0000", Bytes(51)),
        (IN_DF2, OK),
        ("00B0810000", Answer("6A82")),
        ("00B0820000", Answer("6A82")),
        ("00B0830000", Bytes(207)),
    ],
)];

const SPECIFIED: &[Scenario] = &[(
    "a specified card is recognised and no more",
    &[
        ("00A4040C10 D392F0004F0100000000000000000000", OK),
        ("00B08A0000", Answer("C1023037 9000")),
        ("00B08B0000", Answer("C00430303032 9000")),
        ("80AE0000", Answer("6D00")),
        (IN_DF1, Answer("6A82")),
        ("00A4040C0A D3921000310001010402", OK),
    ],
)];

fn run_all(kind: CardKind, scenarios: &[Scenario], change: fn(&mut ResidenceProfile)) {
    for (name, steps) in scenarios {
        run(name, &mut card_with(kind, change), steps);
    }
}

#[test]
fn every_scenario() {
    run_all(CardKind::RESIDENCE1, FIRST, |_| {});
    run_all(CardKind::RESIDENCE2, SECOND, |_| {});
    run_all(CardKind::RESIDENCE1_SPECIAL, SPECIAL, |_| {});
    run_all(CardKind::RESIDENCE2_SPECIAL, SPECIAL_2, |_| {});
}

#[test]
fn a_specified_card_answers_what_is_known() {
    run_all(CardKind::RESIDENCE_SPECIFIED, SPECIFIED, |_| {});
}

#[test]
fn switches_change_what_they_name() {
    let authenticated = |change: fn(&mut ResidenceProfile)| {
        let mut card = card_with(CardKind::RESIDENCE1, change);
        for (command, answer) in [(CHALLENGE, CHALLENGE_1), (HANDSHAKE_1, ANSWER_1), (VERIFY_1, "9000")] {
            assert_eq!(send(&mut card, command), answer.replace(' ', ""));
        }
        card
    };
    let again = |card: &mut SimulatedCard| {
        send(card, CHALLENGE);
        send(card, HANDSHAKE_1);
        send(card, IN_DF2);
        send(card, "00B0840000").len()
    };
    assert_eq!(again(&mut authenticated(|_| {})), 4);
    assert_eq!(again(&mut authenticated(|profile| profile.after_handshake = Again::Kept)), 10);
    let failed = |card: &mut SimulatedCard| {
        send(card, CHALLENGE);
        assert_eq!(send(card, HANDSHAKE_2), "6300");
        send(card, IN_DF2);
        send(card, "00B0840000").len()
    };
    assert_eq!(failed(&mut authenticated(|profile| profile.after_failure = Again::Kept)), 10);
    let one = |change: fn(&mut ResidenceProfile), command| {
        let mut card = authenticated(change);
        send(&mut card, IN_DF1);
        send(&mut card, command)
    };
    assert_eq!(
        one(|p| p.unknown_application = taimen::iso7816::Status(0x6999), "00A4040C10 00112233445566778899AABBCCDDEEFF"),
        "6999"
    );
    let short = "08B08500 04 960200E0 00";
    assert_eq!(one(|p| p.short_secure_read = true, short).len() / 2, 238);
    assert_eq!(one(|p| p.short_secure_read = true, "08B08500 04 96020000 00"), "6700", "7,013 bytes are too many");
    assert_eq!(one(|p| p.extended = false, DF1_SECURE), "6700");
    assert_eq!(one(|p| p.explicit_extended = false, "08B08500000004960200100000"), "6700");
    assert_eq!(one(|p| p.explicit_extended = false, DF1_SECURE).len() / 2, 7_015);
    assert_eq!(one(|p| p.most = Some(16), DF1_SECURE).len() / 2, 29);
    assert_eq!(one(|p| p.blocked_folders = true, IN_DF2), "6283");
    assert_eq!(one(|p| p.blocked_folders = true, DF1_SECURE), "6283");
    assert_eq!(one(|p| p.blocked_folders = true, IN_MF), "9000");
    let no_session = |p: &mut ResidenceProfile| p.no_session = taimen::iso7816::Status(0x6987);
    let mut card = card_with(CardKind::RESIDENCE1, no_session);
    assert_eq!(send(&mut card, VERIFY_1), "6987");
}

/// A session as a reader opens it: the key of what follows.
fn open(card: &mut SimulatedCard, kind: CardKind, number: &CardNumber) -> Option<SessionKey> {
    let cipher = Generation::of(kind).unwrap().cipher();
    let challenge = card.exchange(&hex::decode(CHALLENGE).unwrap()).unwrap();
    let challenge: [u8; 8] = challenge[..8].try_into().unwrap();
    let initiator = Initiator { cipher, key: number.key(), random: [7; 8], material: Zeroizing::new([9; 16]) };
    let command = [&[0x00, 0x82, 0x00, 0x00, 0x28][..], &initiator.data(&challenge), &[0x00]].concat();
    let answer = card.exchange(&command).unwrap();
    let key = initiator.finish(&challenge, answer.strip_suffix(&[0x90, 0x00])?).ok()?;
    verify(card, &key, number).then_some(key)
}

fn verify(card: &mut SimulatedCard, key: &SessionKey, number: &CardNumber) -> bool {
    let command = [&[0x08, 0x20, 0x00, 0x86, 0x13][..], &key.verify_data(number)].concat();
    let answer = card.exchange(&command).unwrap();
    assert!(answer == [0x90, 0x00] || answer == [0x63, 0x00]);
    answer == [0x90, 0x00]
}

/// Every file of an opened card.
fn read_all(card: &mut SimulatedCard, kind: CardKind, key: &SessionKey) -> Vec<(File, Vec<u8>)> {
    let mut read = Vec::new();
    for file in files::files_of(kind) {
        let select = if file.application.aid.len() == 2 {
            [0x00, 0xA4, 0x00, 0x00, 0x02]
        } else {
            [0x00, 0xA4, 0x04, 0x0C, 0x10]
        };
        assert_eq!(card.exchange(&[&select, file.application.aid].concat()).unwrap(), [0x90, 0x00]);
        let secure = [0x08, 0xB0, 0x80 | file.sfi(), 0, 0, 0, 4, 0x96, 2, 0, 0, 0, 0];
        let plain = [0x00, 0xB0, 0x80 | file.sfi(), 0, 0, 0, 0];
        let is_secure = file.access == Access::Secured;
        let answer = card.exchange(if is_secure { &secure } else { &plain }).unwrap();
        let data = answer.strip_suffix(&[0x90, 0x00]).unwrap_or_else(|| panic!("{} {answer:02X?}", file.own.official));
        read.push((*file, if is_secure { key.open(data).unwrap() } else { data.to_vec() }));
    }
    read
}

fn number_of(card: &SimulatedCard) -> CardNumber {
    let number = card.credentials().unwrap().get("card-number").unwrap();
    std::str::from_utf8(number.expose()).unwrap().parse().unwrap()
}

fn opened(recipe: &Recipe) -> (SimulatedCard, SessionKey) {
    let mut card = recipe.card().unwrap();
    let number = number_of(&card);
    let key = open(&mut card, recipe.kind(), &number).unwrap();
    (card, key)
}

const READ: [CardKind; 4] =
    [CardKind::RESIDENCE1, CardKind::RESIDENCE1_SPECIAL, CardKind::RESIDENCE2, CardKind::RESIDENCE2_SPECIAL];

fn of<'a>(read: &'a [(File, Vec<u8>)], file: &File) -> &'a [u8] {
    &read.iter().find(|(known, _)| known.name == file.name).unwrap().1
}

/// The message that is signed, put together here by position alone.
fn message(read: &[(File, Vec<u8>)], kind: CardKind) -> Vec<u8> {
    if Generation::of(kind) == Some(Generation::First) {
        return [&of(read, &files::FRONT)[4..], &of(read, &files::FACE_1)[4..]].concat();
    }
    let mut entries = Vec::new();
    let mut rest = of(read, &files::ENTRIES_05);
    while let [_, length, after @ ..] = rest {
        let (value, after) = after.split_at(usize::from(*length));
        entries.extend_from_slice(value);
        rest = after;
    }
    entries.resize(53, 0x00);
    let pictures = of(read, &files::NAME_AND_FACE);
    [&entries, &pictures[2508..], &pictures[4..2504]].concat()
}

#[test]
fn honest_cards_have_their_sizes_and_are_signed_under_an_anchor() {
    let store = TrustStore::shipped().unwrap();
    for (kind, seed) in READ.into_iter().flat_map(|kind| (1..=4).map(move |seed| (kind, seed))) {
        let (mut card, key) = opened(&Recipe::new(kind, seed));
        let read = read_all(&mut card, kind, &key);
        for (file, bytes) in &read {
            assert_eq!(bytes.len(), file.extent.bytes(), "{kind} {}", file.own.official);
        }
        let message = message(&read, kind);
        let signature = of(&read, &files::SIGNATURE_1);
        let first = Generation::of(kind) == Some(Generation::First);
        let (signature, certificate) =
            if first { (&signature[4..260], &signature[264..]) } else { (&signature[2..98], &signature[102..]) };
        let (filler, certificate) = X509Certificate::from_der(certificate).unwrap();
        assert!(filler.iter().all(|byte| *byte == 0));
        assert_eq!(!first, filler.len() == 4, "a certificate of 598 bytes");
        let point = &certificate.public_key().subject_public_key.data;
        if first {
            let key = rsa(&certificate);
            key.verify_sha256(&[&message], signature).unwrap();
        } else {
            let key = EcPublicKey::from_point(point).unwrap();
            key.verify_sha256(&[&message], signature, EcdsaForm::Fixed).unwrap();
        }
        let signers: Vec<&str> = store
            .anchors()
            .iter()
            .filter(|anchor| anchor.purpose == Purpose::ResidenceCard)
            .filter(|anchor| {
                let Material::Certificate(der) = &anchor.material else { return false };
                let (_, ca) = X509Certificate::from_der(der).unwrap();
                ca.subject().as_raw() == certificate.issuer().as_raw() && is_signed_by(&certificate, &ca)
            })
            .map(|anchor| anchor.name.as_str())
            .collect();
        let name = if first { "taimen simulated ZairyuCard CA" } else { "taimen simulated ZairyuCard CA2" };
        assert_eq!(signers, [name], "{kind}");
    }
}

fn rsa(certificate: &X509Certificate<'_>) -> PublicKey {
    let x509_parser::public_key::PublicKey::RSA(key) = certificate.public_key().parsed().unwrap() else { panic!() };
    PublicKey::new(&key.modulus[1..], key.exponent).unwrap()
}

fn is_signed_by(leaf: &X509Certificate<'_>, ca: &X509Certificate<'_>) -> bool {
    let (signed, signature) = (leaf.tbs_certificate.as_ref(), leaf.signature_value.as_ref());
    match EcPublicKey::from_point(&ca.public_key().subject_public_key.data) {
        Some(key) => key.verify_sha256(&[signed], signature, EcdsaForm::Der).is_ok(),
        None => rsa(ca).verify_sha256(&[signed], signature).is_ok(),
    }
}

#[test]
fn chunks_are_plain_offsets_and_each_is_an_object_of_its_own() {
    for (kind, file) in [(CardKind::RESIDENCE1, files::FRONT), (CardKind::RESIDENCE2, files::NAME_AND_FACE)] {
        let (mut card, key) = opened(&Recipe::new(kind, 3));
        let whole = of(&read_all(&mut card, kind, &key), &file).to_vec();
        for size in [224_usize, 256, 1_000] {
            card.exchange(&[&[0x00, 0xA4, 0x04, 0x0C, 0x10][..], file.application.aid].concat()).unwrap();
            let mut bytes = Vec::new();
            while bytes.len() < file.extent.bytes() {
                let [high, low] = u16::try_from(bytes.len()).unwrap().to_be_bytes();
                let from = if bytes.is_empty() { [0x80 | file.sfi(), 0] } else { [high, low] };
                let [size_high, size_low] = u16::try_from(size).unwrap().to_be_bytes();
                let command = [0x08, 0xB0, from[0], from[1], 0, 0, 4, 0x96, 2, size_high, size_low, 0, 0];
                let answer = card.exchange(&command).unwrap();
                let object = answer.strip_suffix(&[0x90, 0x00]).unwrap();
                assert!(object.len() <= SessionKey::sealed_length(Generation::of(kind).unwrap().cipher(), size));
                bytes.extend(key.open(object).unwrap());
            }
            assert_eq!(bytes, whole, "{kind} {size}");
        }
    }
}

#[test]
fn three_hundred_wrong_numbers_lock_nothing() {
    for kind in [CardKind::RESIDENCE1, CardKind::RESIDENCE2] {
        let recipe = Recipe::new(kind, 5);
        let mut card = recipe.card().unwrap();
        let right = number_of(&card);
        for wrong in 0..300 {
            let wrong: CardNumber = format!("AB{wrong:08}CD").parse().unwrap();
            assert!(open(&mut card, kind, &wrong).is_none());
        }
        let key = open(&mut card, kind, &right).unwrap();
        let other: CardNumber = "AB00000000CD".parse().unwrap();
        for _ in 0..300 {
            assert!(!verify(&mut card, &key, &other));
        }
        // A mismatch cleared the flag; the session key is still there.
        send(&mut card, IN_DF3);
        assert_eq!(send(&mut card, "00B0820000"), "6982");
        assert!(verify(&mut card, &key, &right));
        assert!(send(&mut card, "00B0820000").ends_with("9000"));
        card.warm_reset();
        assert!(open(&mut card, kind, &right).is_some());
    }
}

#[test]
fn a_number_with_another_padding_is_no_object() {
    let mut card = card(CardKind::RESIDENCE1);
    for command in [CHALLENGE, HANDSHAKE_1] {
        send(&mut card, command);
    }
    let key = SessionKey::new(
        CardCipher::TripleDes,
        hex::decode("CE94938E19E3B97DF96EABCEDC1715CC").unwrap().try_into().unwrap(),
    );
    for plain in [&b"AA12345678BBC"[..], b"AA12345678B", b"AA12345678BBCCC"] {
        let data = key.seal(plain);
        assert_eq!(data.len(), 19);
        assert_eq!(send(&mut card, &format!("0820008613{}", hex::encode(data))), "6988", "{plain:?}");
    }
    let right = key.seal(NUMBER.as_bytes());
    assert_eq!(send(&mut card, &format!("0820008613{}", hex::encode(right))), "9000");
}

#[test]
fn challenges_are_random_and_the_same_seed_gives_the_same_card() {
    let mut card = Recipe::new(CardKind::RESIDENCE2, 7).card().unwrap();
    let first = send(&mut card, CHALLENGE);
    assert_ne!(first, send(&mut card, CHALLENGE));
    assert_eq!(first, send(&mut Recipe::new(CardKind::RESIDENCE2, 7).card().unwrap(), CHALLENGE));
    for kind in READ {
        let read = |seed| {
            let (mut card, key) = opened(&Recipe::new(kind, seed));
            read_all(&mut card, kind, &key)
        };
        assert_eq!(read(9), read(9), "{kind}");
        assert_ne!(read(9), read(10), "{kind}");
    }
}

#[test]
fn every_kind_is_recognised_and_by_no_atr() {
    for kind in READ.into_iter().chain([CardKind::RESIDENCE1_CHILD]) {
        let mut card = Recipe::new(kind, 1).card().unwrap();
        let licence = Recipe::new(CardKind::LICENCE, 1).card().unwrap();
        assert_eq!(card.atr(), licence.atr());
        let found = crate::common::reading::recognised(&mut card).kind;
        let expected = if kind == CardKind::RESIDENCE1_CHILD { CardKind::RESIDENCE1 } else { kind };
        assert_eq!(found, expected);
    }
    let mut card = Recipe::new(CardKind::RESIDENCE_SPECIFIED, 1).card().unwrap();
    let found = crate::common::reading::recognised(&mut card);
    assert!(
        found.kind == CardKind::RESIDENCE_SPECIFIED || found.guests == [CardKind::RESIDENCE_SPECIFIED],
        "{found:?}"
    );
}

#[test]
fn forms_of_what_is_not_there() {
    let read = |kind, change: fn(&mut ResidenceProfile)| {
        let mut recipe = Recipe::new(kind, 2);
        recipe = recipe.adjust(change);
        opened(&recipe)
    };
    let file = |(mut card, key): (SimulatedCard, SessionKey), file: File| {
        send(&mut card, if file.application.aid == files::DF1.aid { IN_DF1 } else { IN_DF3 });
        let command = [0x08, 0xB0, 0x80 | file.sfi(), 0, 0, 0, 4, 0x96, 2, 0, 0, 0, 0];
        let answer = card.exchange(&command).unwrap();
        answer.strip_suffix(&[0x90, 0x00]).map(|object| key.open(object).unwrap())
    };
    let child = CardKind::RESIDENCE1_CHILD;
    let bytes = |found: Option<Vec<u8>>, start: &[u8], size: usize| {
        let found = found.unwrap();
        assert!(found.starts_with(start) && found[start.len()..].iter().all(|byte| *byte == 0));
        assert_eq!(found.len(), size);
    };
    bytes(file(read(child, |_| {}), files::FACE_1), &[0xD1, 0x00], 3_004);
    bytes(file(read(child, |p| p.child_face = Nothing::Zeros), files::FACE_1), &[], 3_004);
    assert_eq!(file(read(child, |p| p.child_face = Nothing::Absent), files::FACE_1), None);
    bytes(file(read(child, |_| {}), files::SIGNATURE_1), &[0xDA, 0x00, 0xDB, 0x00], 1_464);
    bytes(file(read(child, |p| p.unsigned = Unsigned::First), files::SIGNATURE_1), &[0xDA, 0x00], 1_464);
    let long = file(read(CardKind::RESIDENCE2, |p| p.certificate_length = 599), files::SIGNATURE_2).unwrap();
    assert_eq!(
        (long.len(), &long[98..104], &long[701..]),
        (704, &[0xDD, 0x82, 0x02, 0x57, 0x30, 0x82][..], &[0; 3][..])
    );
    let der = file(
        read(CardKind::RESIDENCE2, |p| (p.signature, p.certificate_length) = (SignatureForm::Other, 590)),
        files::SIGNATURE_2,
    );
    let der = der.unwrap();
    assert!(der.starts_with(&[0xDC]) && der[2] == 0x30 && der.len() == 704);
}

#[test]
fn a_test_may_bring_its_own_certificate() {
    let mut profile = ResidenceProfile::default();
    let mut certificate = leaf(Generation::First);
    "taimen simulated other signer".clone_into(&mut certificate.subject);
    profile.certificate = Some(certificate);
    let order = ResidenceOrder::new(CardKind::RESIDENCE1, ResidenceHolder::from_seed(1), &profile);
    let issued = issue(&order, &profile).unwrap();
    let file = issued.files.iter().find(|file| file.file().name == files::SIGNATURE_1.name).unwrap();
    let value = file.value("certificate");
    let (_, certificate) = X509Certificate::from_der(&value).unwrap();
    assert!(certificate.subject().to_string().ends_with("taimen simulated other signer"));
    rsa(&certificate).verify_sha256(&[&signed_message(&issued.files)], &file.value("signature")).unwrap();
}
