//! Which card lies on the reader: no credential, no counter touched, never decided by ATR (spec my-number 1.4, residence
//! 1.3, licence 1; design 4).

use crate::{
    iso7816::{CardError, Command, Le, Response, Session, Status},
    kind::CardKind,
    transport::Transport,
};

use super::{
    drivers_licence::files::DF1,
    my_number::files::{self, Application},
};

/// Short EF identifier of the file that residence cards and licences let everybody read: MF/EF02.
const PROBE_SFI: u8 = 0x0A;

/// DF selected although it is blocked (spec licence 1).
const SELECTED_BUT_BLOCKED: Status = Status(0x6283);

/// Tag of the kind in MF/EF02 of residence cards.
const KIND_TAG: u8 = 0xC1;

/// Bytes of the longest MF/EF02 of any of them (spec residence 2.4).
const KIND_LENGTH: u8 = 4;

/// Applications that a My Number Card may carry as a guest, and the kind that each makes.
const GUESTS: [(Application, CardKind); 2] =
    [(files::LICENCE_GUEST, CardKind::MENKYO), (files::RESIDENCE_GUEST, CardKind::RESIDENCE_SPECIFIED)];

/// What was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recognised {
    /// The card's kind.
    pub kind: CardKind,
    /// Other applications on the same chip.
    pub guests: Vec<CardKind>,
    /// What recognising learnt about a 運転免許証.
    pub licence: LicenceProbe,
    /// MF/EF02 of a residence card, which is not read again; empty for the others.
    pub kind_file: Vec<u8>,
}

/// What recognising a 運転免許証 learns on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LicenceProbe {
    /// MF/EF02, the PIN setting.
    pub setting: Vec<u8>,
    /// Whether DF1 is blocked (`6283`): the card is recognised, its content is not readable.
    pub blocked: bool,
}

/// Why no card was recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecogniseError {
    /// The card is none of the known kinds.
    #[error("the card is of no known kind")]
    Unknown,
    /// The link broke.
    #[error(transparent)]
    Card(#[from] CardError),
}

impl RecogniseError {
    /// What broke, unless the card is merely unknown.
    pub(super) fn card(self) -> Option<CardError> {
        match self {
            Self::Unknown => None,
            Self::Card(error) => Some(error),
        }
    }
}

/// Recognises a card that was just powered on. Leaves the face application selected on a My Number Card.
///
/// # Errors
/// [`RecogniseError`].
pub fn recognise<T: Transport>(session: &mut Session<T>) -> Result<Recognised, RecogniseError> {
    let probe = probe(session)?;
    let mut specified = false;
    if probe.first() == Some(&KIND_TAG) {
        let kind_file = whole_kind(session, probe.clone())?;
        match residence_kind(&kind_file).ok_or(RecogniseError::Unknown)? {
            // It lives on a My Number Card, which is what can be read of it.
            CardKind::RESIDENCE_SPECIFIED => specified = true,
            kind => return Ok(Recognised { kind_file, ..recognised(kind, Vec::new()) }),
        }
    }
    if let [0x05, 0x01, ..] = probe.as_slice()
        && let Some(blocked) = blocked(session, DF1.aid)?
    {
        let licence = LicenceProbe { setting: probe, blocked };
        return Ok(Recognised { licence, ..recognised(CardKind::LICENCE, Vec::new()) });
    }
    let mut guests = Vec::new();
    for (application, kind) in GUESTS {
        let known = specified && kind == CardKind::RESIDENCE_SPECIFIED;
        if known || has(session, application.aid)? {
            guests.push(kind);
        }
    }
    if has(session, files::FACE.aid)? {
        return Ok(recognised(CardKind::MY_NUMBER, guests));
    }
    if guests.contains(&CardKind::RESIDENCE_SPECIFIED) {
        guests.retain(|guest| *guest != CardKind::RESIDENCE_SPECIFIED);
        return Ok(recognised(CardKind::RESIDENCE_SPECIFIED, guests));
    }
    Err(RecogniseError::Unknown)
}

/// The kind that MF/EF02 of a residence card names.
fn residence_kind(file: &[u8]) -> Option<CardKind> {
    let (length, rest) = file.strip_prefix(&[KIND_TAG])?.split_first()?;
    let value = rest.get(..usize::from(*length))?;
    super::residence_card::files::KINDS.iter().find(|(known, _)| *known == value).map(|(_, kind)| *kind)
}

/// The rest of a residence card's MF/EF02 whose first answer was short. Its own length tells how long it is.
fn whole_kind<T: Transport>(session: &mut Session<T>, mut file: Vec<u8>) -> Result<Vec<u8>, CardError> {
    for _ in 0..KIND_LENGTH {
        let length = file.get(1).map_or(2, |length| 2 + usize::from(*length));
        let (Some(missing), Ok(offset)) = (length.checked_sub(file.len()), u8::try_from(file.len())) else { break };
        if missing == 0 || length > usize::from(KIND_LENGTH) {
            break;
        }
        let le = Le::Short(u16::try_from(missing).unwrap_or(1));
        let response = session.send(&Command::read_sfi(PROBE_SFI, offset, le))?;
        if !matches!(response.status, Status::OK | Status::END_OF_FILE) || response.data.is_empty() {
            break;
        }
        file.extend(response.data);
    }
    // What stands behind the kind is no part of the file.
    file.truncate(file.get(1).map_or(2, |length| 2 + usize::from(*length)));
    Ok(file)
}

/// READ BINARY with an extended Le, of a file that everybody may read: for finding out whether reader and card pass such
/// commands. No credential is used and no counter touched. Only a My Number Card has such a file of more than 256 bytes,
/// the certificate of its face application.
///
/// # Errors
/// [`CardError`]; [`crate::transport::TransportError::LengthUnsupported`] in it where the reader does not pass it.
pub fn read_long<T: Transport>(session: &mut Session<T>, kind: CardKind) -> Result<Response, CardError> {
    if kind == CardKind::MY_NUMBER {
        session.select(files::FACE.aid)?;
        return session.send(&Command::read_sfi(files::FACE_CERTIFICATE.sfi, 0, Le::Extended));
    }
    session.select_master_file()?;
    session.send(&Command::read_sfi(PROBE_SFI, 0, Le::Extended))
}

/// Reads MF/EF02 with room for its longest form; a fixed shorter Le breaks newer cards (spec residence 10).
fn probe<T: Transport>(session: &mut Session<T>) -> Result<Vec<u8>, CardError> {
    let mut response = read_probe(session, KIND_LENGTH)?;
    if response.status == Status::WRONG_LENGTH {
        response = read_probe(session, 3)?;
    }
    match response.status {
        Status::OK | Status::END_OF_FILE => Ok(response.data),
        _ => Ok(Vec::new()),
    }
}

fn read_probe<T: Transport>(session: &mut Session<T>, le: u8) -> Result<Response, CardError> {
    session.send(&Command::read_sfi(PROBE_SFI, 0, Le::Short(le.into())))
}

fn recognised(kind: CardKind, guests: Vec<CardKind>) -> Recognised {
    Recognised { kind, guests, licence: LicenceProbe::default(), kind_file: Vec::new() }
}

/// Whether the card has an application.
fn has<T: Transport>(session: &mut Session<T>, aid: &[u8]) -> Result<bool, CardError> {
    Ok(blocked(session, aid)?.is_some())
}

/// Whether an application is blocked; `None` where the card has none. Whatever other status word refuses, it is not
/// there for us.
fn blocked<T: Transport>(session: &mut Session<T>, aid: &[u8]) -> Result<Option<bool>, CardError> {
    match session.select(aid) {
        Ok(found) => Ok(found.then_some(false)),
        Err(CardError::Status(status)) => Ok((status == SELECTED_BUT_BLOCKED).then_some(true)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::TransportError;

    /// Answers each command of a table, any other one with `6A82`.
    struct Table<'a>(&'a [(&'a str, &'a str)], Vec<String>);

    impl Transport for Table<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            let command = hex::encode_upper(command);
            let answer = self.0.iter().find(|(known, _)| *known == command).map_or("6A82", |(_, answer)| *answer);
            self.1.push(command);
            Ok(hex::decode(answer).unwrap())
        }
    }

    const FACE: &str = "00A4040C0AD3921000310001010402";
    const SPECIFIED: &str = "00A4040C10D392F0004F0100000000000000000000";

    fn found(table: &[(&str, &str)]) -> (Result<CardKind, RecogniseError>, Vec<CardKind>, Vec<u8>, usize) {
        let mut card = Table(table, Vec::new());
        let found = recognise(&mut Session::new(&mut card));
        let commands = card.1.len();
        match found {
            Ok(found) => (Ok(found.kind), found.guests, found.kind_file, commands),
            Err(error) => (Err(error), Vec::new(), Vec::new(), commands),
        }
    }

    #[test]
    fn residence_cards_by_their_kind_file_whatever_its_length() {
        let first = |answer: &str, kind, file: &str, commands| {
            let file = hex::decode(file).unwrap();
            assert_eq!(found(&[("00B08A0004", answer)]), (Ok(kind), Vec::new(), file, commands), "{answer}");
        };
        first("C101319000", CardKind::RESIDENCE1, "C10131", 1);
        first("C101326282", CardKind::RESIDENCE1_SPECIAL, "C10132", 1);
        first("C10230359000", CardKind::RESIDENCE2, "C1023035", 1);
        first("C10230369000", CardKind::RESIDENCE2_SPECIAL, "C1023036", 1);
        first("C1013100FFFF9000", CardKind::RESIDENCE1, "C10131", 1);
        // Cards and readers that want the exact length, or give less than was asked for.
        for (table, kind, file, commands) in [
            (&[("00B08A0004", "6C03"), ("00B08A0003", "C101319000")][..], CardKind::RESIDENCE1, "C10131", 2),
            (&[("00B08A0004", "6700"), ("00B08A0003", "C101319000")], CardKind::RESIDENCE1, "C10131", 2),
            (
                &[("00B08A0004", "6700"), ("00B08A0003", "C102309000"), ("00B08A0301", "359000")],
                CardKind::RESIDENCE2,
                "C1023035",
                3,
            ),
            (
                &[("00B08A0004", "C19000"), ("00B08A0101", "019000"), ("00B08A0201", "329000")],
                CardKind::RESIDENCE1_SPECIAL,
                "C10132",
                3,
            ),
        ] {
            assert_eq!(found(table), (Ok(kind), Vec::new(), hex::decode(file).unwrap(), commands), "{table:?}");
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
        assert_eq!(recognise(&mut Session::new(Cold(0))).unwrap().kind, CardKind::RESIDENCE2);
    }

    #[test]
    fn kinds_that_nobody_knows() {
        for answer in ["C101339000", "C10230349000", "C1003100 9000", "C1FF31329000", "C1023090 00", "C19000"] {
            let answer = answer.replace(' ', "");
            assert_eq!(found(&[("00B08A0004", &answer)]).0, Err(RecogniseError::Unknown), "{answer}");
        }
    }

    #[test]
    fn a_specified_card_is_a_my_number_card_where_it_is_one() {
        let guest = vec![CardKind::RESIDENCE_SPECIFIED];
        for kind in ["37", "38"] {
            let answer = format!("C10230{kind}9000");
            let told = found(&[("00B08A0004", &answer), (FACE, "9000")]);
            assert_eq!((told.0, told.1), (Ok(CardKind::MY_NUMBER), guest.clone()));
            let told = found(&[("00B08A0004", &answer)]);
            assert_eq!((told.0, told.1), (Ok(CardKind::RESIDENCE_SPECIFIED), Vec::new()));
        }
        let told = found(&[(SPECIFIED, "9000"), (FACE, "9000")]);
        assert_eq!((told.0, told.1), (Ok(CardKind::MY_NUMBER), guest));
        let told = found(&[(SPECIFIED, "9000")]);
        assert_eq!((told.0, told.1), (Ok(CardKind::RESIDENCE_SPECIFIED), Vec::new()));
        assert_eq!(found(&[]).0, Err(RecogniseError::Unknown));
    }
}
