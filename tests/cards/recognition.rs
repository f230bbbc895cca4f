//! Which card lies on the reader: by what it answers, never by its ATR, with no credential and no counter touched.

use crate::common::reading::{self, nonces, request};
use taimen::{
    cards::{self, Credentials, Event, FlowError, RecogniseError},
    iso7816::PinGate,
    kind::CardKind,
    transport::{Recording, Replay, Transport, TransportError, recording::Header},
};

/// Answers commands by their beginning, any other one with `6A82`.
struct Table<'a>(&'a [(&'a str, &'a str)], Vec<String>);

impl Transport for Table<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let command = hex::encode_upper(command);
        let answer = self.0.iter().find(|(known, _)| command.starts_with(known)).map_or("6A82", |(_, answer)| *answer);
        self.1.push(command);
        Ok(hex::decode(answer).unwrap())
    }
}

/// The free file, with room for its longest form.
const FREE: &str = "00B08A0004";
const DF1: &str = "00A4040C10A0000002310100000000000000000000";
const LICENCE_GUEST: &str = "00A4040C10A0000002310600000000000000000000";
const SPECIFIED: &str = "00A4040C10D392F0004F0100000000000000000000";
const FACE: &str = "00A4040C0AD3921000310001010402";

/// Kind and guests.
fn found(table: &[(&str, &str)]) -> Result<(CardKind, Vec<CardKind>), RecogniseError> {
    match cards::identify(&mut Table(table, Vec::new()), &request(), &mut nonces()) {
        Ok(found) => Ok((found.recognised.kind, found.recognised.guests)),
        Err(FlowError::Recognise(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

/// Reads a residence card that answers like a recording whose handshake is not told, and holds no file but the kind's. Returns
/// the kind, the kind file in the dump, and what was sent to read it.
fn read_kind(table: &[(&str, &str)]) -> (CardKind, String, Vec<String>) {
    let handshake = [("0084000008", "00000000000000009000"), ("00820000", "9000"), ("08200086", "9000")];
    let table = [table, &handshake].concat();
    let mut card = Table(&table, Vec::new());
    let header = Header { session_keys: vec![vec![7; 16]], ..Header::default() };
    let known = Credentials::recorded(&Replay::new(Recording { header, steps: Vec::new() }));
    let mut told = None;
    let tell = &mut |event: Event<'_>| {
        if let Event::Recognised(found) = event {
            told = Some((found.kind, found.guests.clone()));
        }
    };
    let dump = cards::read(&mut card, &request(), known, &mut PinGate::new(false), &mut nonces(), tell).unwrap();
    assert_eq!(told, Some((dump.kind, Vec::new())));
    let sent = card.1.into_iter().filter(|command| command.starts_with("00B08A")).collect();
    (dump.kind, hex::encode_upper(dump.file("mf/0A").unwrap()), sent)
}

#[test]
fn residence_cards_by_their_kind_file_whatever_its_length() {
    for (answer, kind, file) in [
        ("C101319000", CardKind::RESIDENCE1, "C10131"),
        ("C101326282", CardKind::RESIDENCE1_SPECIAL, "C10132"),
        ("C10230359000", CardKind::RESIDENCE2, "C1023035"),
        ("C10230369000", CardKind::RESIDENCE2_SPECIAL, "C1023036"),
        ("C1013100FFFF9000", CardKind::RESIDENCE1, "C10131"),
    ] {
        let sent = vec![FREE.to_owned()];
        assert_eq!(read_kind(&[(FREE, answer)]), (kind, file.to_owned(), sent), "{answer}: it is read once");
    }
    // Cards and readers that want the exact length, or give less than was asked for.
    for (table, kind, file) in [
        (&[(FREE, "6C03"), ("00B08A0003", "C101319000")][..], CardKind::RESIDENCE1, "C10131"),
        (&[(FREE, "6700"), ("00B08A0003", "C101319000")], CardKind::RESIDENCE1, "C10131"),
        (&[(FREE, "6700"), ("00B08A0003", "C102309000"), ("00B08A0301", "359000")], CardKind::RESIDENCE2, "C1023035"),
        (
            &[(FREE, "C19000"), ("00B08A0101", "019000"), ("00B08A0201", "329000")],
            CardKind::RESIDENCE1_SPECIAL,
            "C10132",
        ),
    ] {
        let sent = table.iter().map(|(command, _)| (*command).to_owned()).collect();
        assert_eq!(read_kind(table), (kind, file.to_owned(), sent), "{table:?}");
    }
}

#[test]
fn a_cold_start_is_repeated_once() {
    struct Cold(usize);
    impl Transport for Cold {
        fn exchange(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            self.0 += 1;
            Ok(hex::decode(if self.0 == 1 { "6F00" } else { "C10230359000" }).unwrap())
        }
    }
    assert_eq!(reading::recognised(&mut Cold(0)).kind, CardKind::RESIDENCE2);
    assert_eq!(found(&[(FREE, "6F00")]), Err(RecogniseError::Unknown), "once");
}

#[test]
fn kinds_that_nobody_knows() {
    for answer in ["C101339000", "C10230349000", "C1003100 9000", "C1FF31329000", "C1023090 00", "C19000"] {
        let answer = answer.replace(' ', "");
        assert_eq!(found(&[(FREE, &answer)]), Err(RecogniseError::Unknown), "{answer}");
        // Nor does it become another card that it is not.
        assert_eq!(found(&[(FREE, &answer), (FACE, "9000")]), Err(RecogniseError::Unknown), "{answer}");
    }
}

#[test]
fn a_licence_by_its_setting_and_its_first_folder() {
    let licence = Ok((CardKind::LICENCE, Vec::new()));
    let df1 = |answer| {
        let table =
            [(FREE, "0501019000"), (DF1, answer), ("0020", "63C3"), ("002081", "63C3"), ("00A40000023F00", "9000")];
        found(&table)
    };
    assert_eq!((df1("9000"), df1("6283")), (licence.clone(), licence));
    assert_eq!(df1("6A82"), Err(RecogniseError::Unknown));
    // A card whose folder is not there may be another one.
    let guests = [(FREE, "0501019000"), (LICENCE_GUEST, "9000"), (FACE, "9000")];
    assert_eq!(found(&guests), Ok((CardKind::MY_NUMBER, vec![CardKind::MENKYO])));
    assert_eq!(found(&[(LICENCE_GUEST, "9000")]), Err(RecogniseError::Unknown), "a guest without its host");
}

#[test]
fn a_specified_card_is_a_my_number_card_if_it_is_one() {
    let guest = vec![CardKind::RESIDENCE_SPECIFIED];
    for kind in ["37", "38"] {
        let answer = format!("C10230{kind}9000");
        assert_eq!(found(&[(FREE, &answer), (FACE, "9000")]), Ok((CardKind::MY_NUMBER, guest.clone())));
        assert_eq!(found(&[(FREE, &answer)]), Ok((CardKind::RESIDENCE_SPECIFIED, Vec::new())));
    }
    assert_eq!(found(&[(SPECIFIED, "9000"), (FACE, "9000")]), Ok((CardKind::MY_NUMBER, guest)));
    assert_eq!(found(&[(SPECIFIED, "9000")]), Ok((CardKind::RESIDENCE_SPECIFIED, Vec::new())));
    assert_eq!(found(&[]), Err(RecogniseError::Unknown));
}

/// The application that was asked for comes first; if it is not there it is not looked for again.
#[test]
fn what_is_asked_for_by_name_is_asked_once() {
    let mut card = Table(&[], Vec::new());
    let request = request().application(CardKind::MENKYO);
    let read = reading::read(&mut card, &request, &Credentials::default());
    assert_eq!(read.unwrap_err(), FlowError::Recognise(RecogniseError::Unknown));
    let asked = |command: &str| card.1.iter().filter(|sent| sent.starts_with(command)).count();
    assert!(card.1.first().is_some_and(|sent| sent.starts_with(LICENCE_GUEST)), "{:?}", card.1);
    assert_eq!([LICENCE_GUEST, FREE, SPECIFIED, FACE].map(asked), [1; 4], "{:?}", card.1);
}
