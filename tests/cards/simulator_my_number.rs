//! The simulated My Number Card against spec my-number section 8: a table of commands and answers.

use crate::common::simulator::Is::{self, Answer, Bytes};
use crate::common::simulator::{EVENT, OK, card, card_with, run, sample, send};
use crate::common::simulator::{
    IN_COMMON, IN_FACE, IN_ISD, IN_JPKI, IN_RESIDENT, IN_TEXT, RIGHT_B, TEXT_B, TEXT_PIN, WRONG_B,
};
use taimen::{
    cards::my_number::files::{FACE_NUMBER_B, TEXT_NUMBER_B, TEXT_UNKNOWN},
    kind::CardKind,
    simulator::{
        Faults, Recipe,
        cards::my_number::{Profile, profile, with_files},
    },
    transport::{Transport, TransportError},
};

/// Name and steps; every scenario begins with a card that was just powered on.
type Scenario = (&'static str, &'static [(&'static str, Is)]);

const SCENARIOS: &[Scenario] = &[
    (
        "the reading of spec 3.10",
        &[
            (IN_FACE, OK),
            ("00B0840000", Bytes(256)),
            ("00B0010000", Bytes(256)),
            ("00B0020038", Bytes(56)),
            ("00200092", Answer("63CA")),
            (RIGHT_B, OK),
            ("00B0820000", Bytes(256)),
            ("00B0010000", Bytes(256)),
            (
                "802A000033 3031300D060960864801650304020105000420BE45CB2605BF36BEBDE684841A28F0FD43C69850A3DCE5FEDBA69928EE3A8991 00",
                Bytes(256),
            ),
            (IN_ISD, OK),
            ("00B0820000", Answer("6A82")),
        ],
    ),
    (
        "applications",
        &[
            (IN_FACE, OK),
            (IN_TEXT, OK),
            (IN_JPKI, OK),
            (IN_COMMON, OK),
            (IN_RESIDENT, OK),
            (IN_ISD, OK),
            ("00A404000A D3921000310001010402", OK),
            ("00A4040C10 A0000002310600000000000000000000", Answer("6A82")),
            ("00A4040C10 D392F0004F0100000000000000000000", Answer("6A82")),
            ("00A4040C05 D392100031", OK),
            ("00A4040C0B D392100031000101040200", Answer("6A82")),
            ("00A4040C11 D392100031000101040200000000000000", Answer("6700")),
            ("00A4040C", Answer("6700")),
            ("00A4050C0A D3921000310001010402", Answer("6A86")),
        ],
    ),
    (
        "select of a master file that is not there",
        &[
            ("00A40000", Answer("6A86")),
            ("00A40000023F00", Answer("6A82")),
            (IN_FACE, OK),
            (RIGHT_B, OK),
            ("00B0820010", Bytes(16)),
            ("00A40000", OK),
            ("00B0000010", Bytes(16)),
            ("00A4000C023F00", Answer("6A82")),
        ],
    ),
    (
        "select of files",
        &[
            ("00A4020C020004", Answer("6A82")),
            (IN_FACE, OK),
            ("00B0000000", Answer("6986")),
            ("00A4020C020004", OK),
            ("00B0000004", Answer("7F218202 9000")),
            ("00A4020C020099", Answer("6A82")),
            ("00B0000004", Answer("7F218202 9000")),
            ("00A4020C020002", OK),
            ("00B0000004", Answer("6982")),
            ("00A4020C020012", OK),
            ("00B0000004", Answer("6981")),
            ("00A4020C02001A", OK),
            ("00B0000004", Answer("6981")),
            ("00A4020C0104", Answer("6700")),
            ("00A4020C021104", Answer("6A82")),
        ],
    ),
    (
        "read binary",
        &[
            (IN_FACE, OK),
            ("00B0840000", Bytes(256)),
            ("00B0023604", Bytes(2)),
            ("00B0023800", Answer("6B00")),
            ("00B07FFF00", Answer("6B00")),
            ("00B08400000000", Bytes(568)),
            ("00B08400000100", Bytes(256)),
            ("00B08400", Answer("6700")),
            ("00B0890000", Answer("6A82")),
            ("00B09F0000", Answer("6A86")),
            ("00B0A40000", Answer("6A86")),
            ("00B0860000", Answer("6982")),
            (RIGHT_B, OK),
            ("00B0860000", Bytes(16)),
            ("00B0810000", Answer("6982")),
            ("0020009106 353530323137", OK),
            ("00B0810000", Bytes(256)),
        ],
    ),
    (
        "counters",
        &[
            (IN_FACE, OK),
            ("00200092", Answer("63CA")),
            (WRONG_B, Answer("63C9")),
            ("00200092", Answer("63C9")),
            ("0020009201 31", Answer("63C8")),
            ("0020009211 3132333435363738393031323334353637", Answer("6700")),
            ("00200092", Answer("63C8")),
            ("0020019201 31", Answer("6A86")),
            ("0020001201 31", Answer("6A86")),
            (RIGHT_B, OK),
            ("00200092", OK),
            (WRONG_B, Answer("63C9")),
            ("00200092", Answer("63C9")),
            ("00B0820000", Answer("6982")),
            (RIGHT_B, OK),
            (IN_TEXT, OK),
            ("00200095", Answer("63CA")),
            ("00200091", Answer("63C3")),
            ("0020009104 30303030", Answer("63C2")),
            (IN_FACE, OK),
            ("00200092", Answer("63CA")),
            ("00200091", Answer("63CA")),
        ],
    ),
    (
        "references that are none, and the current file",
        &[
            ("00200092", Answer("6A88")),
            ("00200080", Answer("6986")),
            (IN_FACE, OK),
            ("00200080", Answer("6986")),
            ("00200084", Answer("6A88")),
            ("00200089", Answer("6A88")),
            ("00A4020C020004", OK),
            ("00200080", Answer("6981")),
            ("00A4020C020012", OK),
            ("00200080", Answer("63CA")),
            ("002000800E 3535303231373230333532323835", OK),
            ("00200092", OK),
            ("0020009200", Answer("6700")),
        ],
    ),
    (
        "number A: blocked references, unreadable files",
        &[
            (IN_FACE, OK),
            ("00200093", Answer("63C0")),
            ("002000930C 313233343536373839303132", Answer("6984")),
            (RIGHT_B, OK),
            ("00B0850000", Answer("6982")),
            (IN_TEXT, OK),
            ("00200094", Answer("63C0")),
            ("002000940C 313233343536373839303132", Answer("6984")),
            (TEXT_PIN, OK),
            (TEXT_B, OK),
            ("00B0810000", Answer("6982")),
            ("00200092", Answer("63C0")),
            ("0020009204 30303030", Answer("6984")),
        ],
    ),
    (
        "blocked by ten wrong entries, and for good",
        &[
            (IN_FACE, OK),
            (WRONG_B, Answer("63C9")),
            (WRONG_B, Answer("63C8")),
            (WRONG_B, Answer("63C7")),
            (WRONG_B, Answer("63C6")),
            (WRONG_B, Answer("63C5")),
            (WRONG_B, Answer("63C4")),
            (WRONG_B, Answer("63C3")),
            (WRONG_B, Answer("63C2")),
            (WRONG_B, Answer("63C1")),
            (WRONG_B, Answer("63C0")),
            (RIGHT_B, Answer("6984")),
            ("power off", EVENT),
            ("00200092", Answer("the card was removed")),
            ("power on", EVENT),
            (IN_FACE, OK),
            ("00200092", Answer("63C0")),
            (RIGHT_B, Answer("6984")),
            (IN_TEXT, OK),
            (TEXT_B, OK),
        ],
    ),
    (
        "what ends the security status",
        &[
            (IN_FACE, OK),
            (WRONG_B, Answer("63C9")),
            (RIGHT_B, OK),
            (IN_FACE, OK),
            ("00B0820001", Answer("FF9000")),
            ("warm reset", EVENT),
            ("00B0000001", Answer("6986")),
            ("00B0820001", Answer("FF9000")),
            ("00A4040C02A1A1", Answer("6A82")),
            ("00B0820001", Answer("FF9000")),
            ("00A4020C020099", Answer("6A82")),
            ("00B0820001", Answer("FF9000")),
            (IN_TEXT, OK),
            (IN_FACE, OK),
            ("00B0820001", Answer("6982")),
            (RIGHT_B, OK),
            (IN_ISD, OK),
            (IN_FACE, OK),
            ("00B0820001", Answer("6982")),
            (RIGHT_B, OK),
            ("power on", EVENT),
            ("00B0820001", Answer("6A82")),
            (IN_FACE, OK),
            ("00B0820001", Answer("6982")),
        ],
    ),
    (
        "text application",
        &[
            (IN_TEXT, OK),
            ("00B0840000", Bytes(256)),
            ("00B0850000", Bytes(164)),
            ("00B0820000", Answer("6982")),
            ("00B0870000", Answer("6982")),
            (TEXT_B, OK),
            ("00B0820000", Bytes(104)),
            ("00B0830000", Bytes(256)),
            ("00B08300000000", Bytes(336)),
            ("00B08700000000", Bytes(536)),
            ("00B08600000000", Bytes(269)),
            ("00B0880000", Bytes(16)),
            ("0024018004 31323334", Answer("6981")),
            (TEXT_PIN, OK),
            ("00A4020C020011", OK),
            ("0024018004 31323334", OK),
            ("0020009104 31323334", OK),
            ("0024008004 31323334", Answer("6A86")),
            ("0024018011 3132333435363738393031323334353637", Answer("6700")),
        ],
    ),
    (
        "signing",
        &[
            ("802A00000131 00", Answer("6A88")),
            (IN_FACE, OK),
            ("802A00000131 00", Bytes(256)),
            ("802A00000131", Bytes(256)),
            ("802A009A0131 00", Bytes(256)),
            ("802A009B0131 00", Answer("6A88")),
            ("802A00920131 00", Answer("6A88")),
            ("802A00800131 00", Answer("6986")),
            ("00A4020C02001A", OK),
            ("802A00800131 00", Bytes(256)),
            ("802A06000131 00", Answer("6A86")),
            ("802A02000131 00", Answer("6985")),
            ("802A000000", Answer("6700")),
            ("0088009A0131 00", Answer("6985")),
            (IN_TEXT, OK),
            ("802A03000131 00", Bytes(256)),
            ("008800930131 00", Answer("6985")),
            (IN_JPKI, OK),
            ("802A00000131 00", Answer("6A88")),
            (IN_COMMON, OK),
            ("008800990131 00", Bytes(256)),
            ("008800980131 00", Answer("6A88")),
            ("0088009900", Answer("6700")),
        ],
    ),
    (
        "records and free data",
        &[
            ("00CA00F000", Answer("3939323034 9000")),
            ("00CA00F200", Answer("3230333530323137 9000")),
            ("00CA004500", Bytes(15)),
            ("00CA5F5100", Bytes(8)),
            ("00CA004501", Answer("6700")),
            ("00CA006600", Answer("6A88")),
            (IN_COMMON, OK),
            ("00CA00F000", Answer("6A88")),
            ("00B2010C00", Bytes(30)),
            ("00B2010400", Bytes(30)),
            ("00B2010500", Bytes(30)),
            ("00B2020400", Answer("6A83")),
            ("00B2000400", Answer("6A86")),
            ("00B2010200", Answer("6A86")),
            ("00B0810000", Answer("6981")),
            ("00B2011400", Bytes(18)),
            ("0020009C04 34333231", OK),
            ("00A4020C02001C", OK),
            ("8032008004 31323334", OK),
            (IN_RESIDENT, OK),
            ("0020009C", Answer("63C3")),
            ("00A4020C02001C", OK),
            ("8032008004 31323334", Answer("6982")),
            (IN_JPKI, OK),
            ("00B2013400", Answer("6981")),
            ("00B0860000", Bytes(160)),
            ("00B0880000", Answer("8F8F00 9000")),
            ("00B08A0000", Bytes(256)),
            ("00B08B0000", Bytes(256)),
            ("00B0820000", Bytes(256)),
            ("00B0810000", Answer("6982")),
            ("00B0970000", Answer("6981")),
            ("00200098", Answer("63C3")),
            ("0020009B", Answer("63C5")),
            ("802A00970131 00", Answer("6982")),
            ("0020009804 34333231", OK),
            ("802A00970131 00", Bytes(256)),
            ("802A009A0131 00", Answer("6982")),
            ("00A4020C020017", OK),
            ("802A00800131 00", Bytes(256)),
            ("008800970131 00", Answer("6985")),
            ("00B0810000", Answer("6982")),
            ("0020009B0A 7461696D656E34333231", Answer("63C4")),
            ("0020009B0A 5441494D454E34333231", OK),
            ("00B0810000", Bytes(256)),
        ],
    ),
    (
        "the rest",
        &[
            ("0084000010", Bytes(16)),
            ("0084000000", Bytes(256)),
            ("00840000000010", Answer("6985")),
            ("0084010010", Answer("6A86")),
            ("00840000", Answer("6700")),
            ("00C0000000", Answer("6985")),
            ("80A206C10131", Answer("6700")),
            ("80A200000131", Answer("6A86")),
            ("80FC000000", Answer("6700")),
            ("8052000000", Answer("6982")),
            ("80AE00000131", Answer("6982")),
            ("01A40000", Answer("6881")),
            ("43A40000", Answer("6881")),
            ("08B0840000", Answer("69FC")),
            ("90B0840000", Answer("6E00")),
            ("0001000000", Answer("6D00")),
            ("0020009202 01", Answer("6700")),
            ("00A4", Answer("6700")),
            (IN_FACE, OK),
            ("80AE00000131", Answer("66F1")),
            (IN_JPKI, OK),
            ("80AE00000131", Answer("6982")),
            ("0024018004 31323334", Answer("6986")),
            (IN_TEXT, OK),
            ("0CB0840000", Answer("6987")),
            ("80AE00000131", Answer("6982")),
            (TEXT_B, OK),
            ("80AE00000131", Answer("6982")),
            (TEXT_PIN, OK),
            ("80AE00000131", Answer("6A80")),
            ("8032008004 31323334", Answer("6D00")),
        ],
    ),
];

#[test]
fn answers_of_section_8() {
    for (name, steps) in SCENARIOS {
        run(name, &mut card(), steps);
    }
}

#[test]
fn profiles_change_the_answers_that_are_not_known() {
    let check = |name: &str, change: fn(&mut Profile), steps: &[(&str, Is)]| {
        let mut profile = Profile::default();
        change(&mut profile);
        run(name, &mut card_with(profile), steps);
    };
    check(
        "wake",
        |p| p.wake_6f00 = true,
        &[(IN_FACE, Answer("6F00")), (IN_FACE, OK), ("power on", EVENT), (IN_FACE, Answer("6F00"))],
    );
    check("no extended Le", |p| p.extended_le = false, &[(IN_FACE, OK), ("00B08400000000", Answer("6700"))]);
    check("whole AIDs", |p| p.aid_prefix = false, &[("00A4040C05 D392100031", Answer("6A82")), (IN_FACE, OK)]);
    check(
        "blocked",
        |p| p.blocked_query = profile::BlockedQuery::Blocked,
        &[(IN_FACE, OK), ("00200093", Answer("6984")), (IN_TEXT, OK), ("00200092", Answer("63C0"))],
    );
    check(
        "verified",
        |p| p.verified_query = profile::VerifiedQuery::Limit,
        &[(IN_FACE, OK), (WRONG_B, Answer("63C9")), (RIGHT_B, OK), ("00200092", Answer("63CA"))],
    );
    check(
        "records",
        |p| p.all_records = false,
        &[(IN_COMMON, OK), ("00B2010C00", Bytes(30)), ("00B2010500", Answer("6A81"))],
    );
    check(
        "sign length",
        |p| p.sign_length = taimen::iso7816::Status::WRONG_LENGTH,
        &[(IN_FACE, OK), ("802A0200013100", Answer("6700"))],
    );
    check(
        "contact ATR",
        |p| p.contact_atr_in_application = true,
        &[("00CA5F5100", Answer("6A88")), (IN_FACE, OK), ("00CA5F5100", Bytes(8))],
    );
    check(
        "filler",
        |p| p.filler = 3,
        &[(IN_FACE, OK), ("00B08400000000", Bytes(571)), ("00B0023800", Answer("FFFFFF 9000"))],
    );
    check("birth date", |p| p.birth_date_limit = 5, &[(IN_FACE, OK), ("00200091", Answer("63C5"))]);
}

#[test]
fn given_files_are_served_through_the_same_file_system() {
    let given: &[(&str, &[u8])] = &[("face/0002", b"\xFF\x20\x00"), ("face/0004", b"\x7F\x21\x00")];
    let references: &[(_, &[u8])] = &[(FACE_NUMBER_B, b"55021720352285"), (TEXT_NUMBER_B, b"55021720352285")];
    let mut card = with_files(given, references, None, None, Profile::default()).unwrap();
    assert!(card.credentials().is_none());
    run(
        "given files",
        &mut card,
        &[
            (IN_FACE, OK),
            ("00B0840000", Answer("7F2100 9000")),
            ("00B0820000", Answer("6982")),
            (RIGHT_B, OK),
            ("00B0820000", Answer("FF2000 9000")),
            ("802A00000131 00", Answer("6985")),
            ("00200093", Answer("63C0")),
            ("00B0850000", Answer("6982")),
            (IN_JPKI, Answer("6A82")),
        ],
    );
    for number_a in ["face/0005", "text/0001", "face/0099", ""] {
        let refused = with_files(&[(number_a, b"x")], &[], None, None, Profile::default());
        assert!(refused.is_err(), "{number_a}");
    }
}

#[test]
fn a_card_that_leaves_says_so_and_keeps_its_counters() {
    let mut recipe =
        Recipe::new(CardKind::MY_NUMBER, 1).with_faults(Faults::parse(CardKind::MY_NUMBER, "removed-at=2").unwrap());
    recipe = recipe.with(sample());
    let mut card = recipe.card().unwrap();
    assert_eq!(send(&mut card, IN_FACE), "9000");
    let wrong = hex::decode(WRONG_B.replace(' ', "")).unwrap();
    assert_eq!(card.exchange(&wrong), Err(TransportError::Removed));
    assert_eq!(card.exchange(&wrong), Err(TransportError::Removed));
    assert_eq!(card.retry_counter(&FACE_NUMBER_B), Some(9), "written before the answer was lost");
    assert_eq!(card.retry_counter(&TEXT_UNKNOWN), Some(0));
}
