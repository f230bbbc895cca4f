//! What can be wrong with a simulated card: the faults, and how each is brought about.
//!
//! The tables with what a check must say about each: [`super::fault_table::faults_of`].

use std::str::FromStr;

use crate::{
    cards::my_number::files::{self, FACE},
    crypto::Signer,
    iso7816::Status,
    kind::CardKind,
};

use super::{
    card::{Chip, SimulatedCard},
    contents::{Answers, Key},
    fault_table::faults_of,
    issue::{self, IssueError, Issued, Issuer, Order, PORTRAITS, Side},
    jpki_fault::JpkiFault,
    keys,
    licence::{IssuedLicence, LicenceFault, LicenceOrder, LicenceProfile},
    persona::{Persona, stored_date},
    picture,
    profile::{ExtendedLe, Profile},
    residence::{IssuedResidence, ResidenceFault, ResidenceOrder, ResidenceProfile},
};

/// One fault. What each means stands in its row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // Each has its row in FAULTS, which says more than a line here could.
#[non_exhaustive]
pub enum Fault {
    SwappedPhoto,
    ChangedBirthDate,
    ChangedSex,
    ChangedNamePicture,
    ChangedAddressPicture,
    ChangedKey,
    BadFaceSignature,
    WrongCa,
    ForgedProduction,
    UnknownIssuer,
    NextGeneration,
    SignedByCardKey,
    Cloned,
    StaleChallenge,
    ChallengeRefused,
    ShortSignature,
    Expired,
    ChangedExpiry,
    TextMixed,
    TextChanged,
    TextDigest,
    TextKey,
    WrongCode,
    Blocked,
    LastTry,
    AlreadyVerified,
    TriesUnknown,
    RemovedAt(u32),
    StatusAt(u32, u16),
    OneByteAt(u32),
    ShortAnswers(usize),
    NoExtended,
    Wake6F00,
    WrongOffsets,
    MissingPhoto,
    LyingLength,
    HugePicture,
    TruncatedFile,
    Filler(u16),
    GetResponse,
    ExactLength,
    Slow(u64),
    /// The lowest bit of one byte of a file, by the file's name and the byte's place.
    BitFlip(&'static str, usize),
    /// A fault of the JPKI application.
    Jpki(JpkiFault),
    /// A fault of a licence or of a マイナ免許証.
    Licence(LicenceFault),
    /// A fault of a residence card.
    Residence(ResidenceFault),
}

impl From<JpkiFault> for Fault {
    fn from(fault: JpkiFault) -> Self {
        Self::Jpki(fault)
    }
}

impl From<LicenceFault> for Fault {
    fn from(fault: LicenceFault) -> Self {
        Self::Licence(fault)
    }
}

impl From<ResidenceFault> for Fault {
    fn from(fault: ResidenceFault) -> Self {
        Self::Residence(fault)
    }
}

/// Why a text names no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The table has no such name.
    #[error("no fault has this name")]
    Unknown,
    /// The value does not fit the fault.
    #[error("the fault's value is wrong")]
    Value,
}

/// The faults of one card, applied in the order given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl FromStr for Faults {
    type Err = FaultError;

    /// Reads faults of a My Number Card: `name`, `name=value`, several with commas between.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        Self::parse(CardKind::MY_NUMBER, text)
    }
}

impl Faults {
    /// Reads faults of a kind of card: `name`, `name=value`, several with commas between.
    ///
    /// # Errors
    /// [`FaultError`].
    pub fn parse(kind: CardKind, text: &str) -> Result<Self, FaultError> {
        text.split(',')
            .map(|one| {
                let (name, value) = one.split_once('=').map_or((one, None), |(name, value)| (name, Some(value)));
                let row = faults_of(kind).find(|row| row.name == name).ok_or(FaultError::Unknown)?;
                (row.make)(value).ok_or(FaultError::Value)
            })
            .collect::<Result<Vec<Fault>, FaultError>>()
            .map(Self)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the card is honest.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// What is wrong before the card is issued: who issues, and what the card is.
    pub(super) fn prepare(&self, order: &mut Order, profile: &mut Profile) {
        for fault in &self.0 {
            fault.prepare(order, profile);
        }
    }

    /// What is changed in the issued files.
    pub(super) fn tamper(&self, issued: &mut Issued, order: &Order) -> Result<(), IssueError> {
        self.0.iter().try_for_each(|fault| fault.tamper(issued, order))
    }

    /// What is wrong before a licence is issued.
    pub(super) fn prepare_licence(&self, order: &mut LicenceOrder, profile: &mut LicenceProfile) {
        for fault in &self.0 {
            match fault {
                Fault::Licence(fault) => fault.prepare(order, profile),
                Fault::NoExtended | Fault::ExactLength => profile.extended_le = false,
                _ => {}
            }
        }
    }

    /// What is changed in an issued licence; signed again by `sign` where the issuer made the mistake.
    pub(super) fn tamper_licence(
        &self,
        issued: &mut IssuedLicence,
        order: &LicenceOrder,
        profile: &LicenceProfile,
        sign: impl Fn(&mut IssuedLicence) -> Result<(), IssueError>,
    ) -> Result<(), IssueError> {
        for fault in &self.0 {
            if let Fault::Licence(fault) = fault {
                fault.tamper(issued, order, profile)?;
                if fault.is_issued_so() {
                    sign(issued)?;
                }
            }
        }
        Ok(())
    }

    /// What is wrong before a residence card is issued.
    pub(super) fn prepare_residence(&self, order: &mut ResidenceOrder, profile: &mut ResidenceProfile) {
        for fault in &self.0 {
            match fault {
                Fault::Residence(fault) => fault.prepare(order, profile),
                Fault::NoExtended | Fault::ExactLength => {
                    (profile.extended, profile.short_secure_read) = (false, true);
                }
                Fault::ShortAnswers(most) => profile.most = Some(*most),
                _ => {}
            }
        }
    }

    /// What is changed in an issued residence card.
    pub(super) fn tamper_residence(
        &self,
        issued: &mut IssuedResidence,
        order: &ResidenceOrder,
        profile: &ResidenceProfile,
    ) -> Result<(), IssueError> {
        self.0.iter().try_for_each(|fault| match fault {
            Fault::Residence(fault) => fault.tamper(issued, order, profile),
            _ => Ok(()),
        })
    }

    /// What is wrong with the finished card: stored bytes, counters, keys, the link.
    pub(super) fn arm(&self, card: &mut SimulatedCard) -> Result<(), IssueError> {
        self.0.iter().try_for_each(|fault| fault.arm(card))
    }
}

/// A year before every time at which anybody will run this.
const PAST_YEAR: i16 = 2020;

impl Fault {
    fn prepare(&self, order: &mut Order, profile: &mut Profile) {
        let forged =
            |prefix, generation| Issuer { prefix, generation, ca: Some("impostor"), municipality: Some("impostor") };
        match self {
            Self::WrongCa => order.face.ca = Some("impostor"),
            Self::ForgedProduction => (order.face, order.text) = (forged("50000", "001"), forged("50000", "001")),
            Self::UnknownIssuer => (order.face, order.text) = (forged("80000", "001"), forged("80000", "001")),
            Self::NextGeneration => (order.face, order.text) = (forged("70000", "002"), forged("70000", "002")),
            Self::SignedByCardKey => order.signed_by_card_key = true,
            Self::Expired => order.persona.expiry_year = PAST_YEAR,
            Self::HugePicture => {
                if let Some(photo) = &mut order.photo {
                    announce_a_billion_pixels(photo);
                }
            }
            Self::NoExtended | Self::ExactLength => profile.extended_le = ExtendedLe::WrongLength,
            Self::Wake6F00 => profile.wake_6f00 = true,
            Self::Filler(length) => profile.filler = *length,
            Self::Jpki(fault) => order.jpki.push(*fault),
            _ => {}
        }
    }

    fn tamper(&self, issued: &mut Issued, order: &Order) -> Result<(), IssueError> {
        let persona = &order.persona;
        let other_key = || issue::card_key(Side::Face, persona.key.wrapping_add(1));
        match self {
            Self::SwappedPhoto => {
                let other = usize::from(persona.portrait).wrapping_add(1) % PORTRAITS.len();
                issued.face.set(files::FACE_PHOTO.tag, *PORTRAITS.get(other).unwrap_or(&PORTRAITS[0]));
            }
            Self::ChangedBirthDate => {
                let older = persona.birth.tomorrow().unwrap_or(persona.birth);
                issued.face.set(files::FACE_BIRTH.tag, stored_date(older));
                issued.age.set(files::AGE_BIRTH_DATE.tag, stored_date(older));
            }
            Self::ChangedSex => {
                let other = if persona.sex == b'1' { b'2' } else { b'1' };
                issued.face.set(files::FACE_SEX.tag, [other]);
            }
            Self::ChangedNamePicture => {
                let drawn = picture::name("偽造　太郎").map_err(|_| IssueError::Picture)?;
                issued.face.set(files::FACE_NAME.tag, drawn);
            }
            Self::ChangedAddressPicture => {
                let drawn = picture::address("架空県偽造市改変町９９").map_err(|_| IssueError::Picture)?;
                issued.face.set(files::FACE_ADDRESS.tag, drawn);
            }
            Self::ChangedKey => {
                // The forger puts in a key of his own, and holds its private half.
                issued.face_signer = other_key()?;
                let key = issue::key_object(issued.face_signer)?;
                issued.face.set(files::FACE_KEY.tag, key.clone());
                issued.age.set(files::AGE_KEY.tag, key);
            }
            Self::BadFaceSignature => {
                flip(issued.face.value_mut(files::FACE_SIGNATURE.tag));
                flip(issued.age.value_mut(files::AGE_SIGNATURE.tag));
            }
            Self::ChangedExpiry => {
                let mut longer = persona.clone();
                longer.expiry_year = persona.expiry_year.saturating_add(1);
                issued.face.set(files::FACE_EXPIRY.tag, stored_date(longer.expiry()));
            }
            Self::MissingPhoto => issued.face.remove(files::FACE_PHOTO.tag),
            Self::TextMixed => {
                (issued.attributes, issued.digests) = issue::text_data(&neighbour(persona), &order.text)?;
            }
            Self::TextChanged | Self::TextDigest => {
                issued.attributes.set(files::TEXT_NAME.tag, "偽造　太郎".as_bytes());
                if *self == Self::TextDigest {
                    let digest = issue::attributes_digest(&issued.attributes);
                    issued.digests.set(files::DIGEST_ATTRIBUTES.tag, digest);
                }
            }
            Self::TextKey => {
                issued.text_signer = issue::card_key(Side::Text, persona.key.wrapping_add(1))?;
                let key = issue::key_object(issued.text_signer)?;
                issued.text_key.set(files::TEXT_CHIP_KEY.tag, key);
            }
            _ => {}
        }
        Ok(())
    }

    fn arm(&self, card: &mut SimulatedCard) -> Result<(), IssueError> {
        let number_b = [files::FACE_NUMBER_B, files::TEXT_NUMBER_B];
        match self {
            Self::Cloned => set_keys(card, keys::signer("impostor")?),
            Self::StaleChallenge => set_answers(card, &Answers::Stale),
            Self::ChallengeRefused => set_answers(card, &Answers::Refuses(Status::CONDITIONS)),
            Self::ShortSignature => set_answers(card, &Answers::CutShort),
            Self::WrongCode => {
                for reference in number_b {
                    if let Some(secret) = card.secret_mut(&reference) {
                        flip(secret.value.as_mut());
                    }
                }
            }
            Self::Blocked => number_b.iter().for_each(|reference| card.set_tries(reference, 0)),
            Self::LastTry => number_b.iter().for_each(|reference| card.set_tries(reference, 1)),
            Self::AlreadyVerified => {
                if let Chip::MyNumber(state) = &mut card.chip {
                    state.enter(Some(FACE));
                    state.verified.insert(files::FACE_NUMBER_B.sfi);
                }
            }
            Self::TriesUnknown => {
                for reference in number_b {
                    if let Some(secret) = card.secret_mut(&reference) {
                        secret.counted = false;
                    }
                }
            }
            Self::RemovedAt(exchange) => card.link.removed_at = Some(*exchange),
            Self::StatusAt(exchange, status) => card.link.status_at.push((*exchange, *status)),
            Self::OneByteAt(exchange) => card.link.one_byte_at = Some(*exchange),
            // A residence card would cut its encrypted objects so; it has a switch of its own.
            Self::ShortAnswers(_) if matches!(card.chip, Chip::Residence(_)) => {}
            Self::ShortAnswers(most) => card.link.short_answers = Some(*most),
            Self::GetResponse => card.link.get_response = true,
            Self::ExactLength => card.link.exact_length = true,
            Self::Slow(milliseconds) => card.link.pause = *milliseconds,
            Self::BitFlip(file, byte) => {
                let byte = card.named_file_mut(file).and_then(|bytes| bytes.get_mut(*byte));
                *byte.ok_or(IssueError::NoSuchByte)? ^= 0x01;
            }
            Self::Jpki(fault) => fault.arm(card)?,
            Self::Licence(fault) => fault.arm(card),
            Self::Residence(fault) => fault.arm(card)?,
            Self::WrongOffsets => damage(card, |bytes| {
                // The first offset stands behind the outer header (5 bytes) and the table's own (3).
                if let Some(offset) = bytes.get_mut(9) {
                    *offset = offset.wrapping_add(1);
                }
            }),
            Self::LyingLength => damage(card, |bytes| {
                let rest = bytes.split_off(bytes.len().min(5));
                *bytes = [&[0xFF, 0x20, 0x84, 0x7F, 0xFF, 0xFF, 0xFF][..], &rest].concat();
            }),
            Self::TruncatedFile => damage(card, |bytes| bytes.truncate(bytes.len() / 2)),
            _ => {}
        }
        Ok(())
    }
}

/// Another person of the same municipality: born on another day, of another sex or not, with an own text file.
pub(super) fn neighbour(persona: &Persona) -> Persona {
    let born_otherwise = |other: &Persona| other.birth != persona.birth;
    let other = (0_u64..).map(Persona::from_seed).find(born_otherwise).unwrap_or_else(|| persona.clone());
    Persona { municipality: persona.municipality.clone(), ..other }
}

pub(super) fn flip(bytes: Option<&mut Vec<u8>>) {
    if let Some(last) = bytes.and_then(|bytes| bytes.last_mut()) {
        *last ^= 0x01;
    }
}

fn damage(card: &mut SimulatedCard, change: impl FnOnce(&mut Vec<u8>)) {
    if let Some(bytes) = card.file_mut(&FACE, files::FACE_DATA.sfi()) {
        change(bytes);
    }
}

fn chip_keys(card: &mut SimulatedCard) -> impl Iterator<Item = &mut Key> {
    let state = match &mut card.chip {
        Chip::MyNumber(state) => Some(state),
        Chip::Licence(_) | Chip::Residence(_) => None,
    };
    state.into_iter().flat_map(|state| state.contents.chip_keys_mut())
}

fn set_keys(card: &mut SimulatedCard, signer: &'static Signer) {
    for key in chip_keys(card) {
        key.signer = Some(std::borrow::Cow::Borrowed(signer));
    }
}

fn set_answers(card: &mut SimulatedCard, answers: &Answers) {
    for key in chip_keys(card) {
        key.answers = answers.clone();
    }
}

/// Writes 40,000 × 25,000 into the image header box (ISO/IEC 15444-1 I.5.3.1) and the SIZ marker (A.5.1).
fn announce_a_billion_pixels(photo: &mut [u8]) {
    const WIDTH: [u8; 4] = 40_000_u32.to_be_bytes();
    const HEIGHT: [u8; 4] = 25_000_u32.to_be_bytes();
    write_behind(photo, b"ihdr", 0, &[HEIGHT, WIDTH].concat());
    // SIZ: marker, length and capabilities take six bytes.
    write_behind(photo, &[0xFF, 0x51], 4, &[WIDTH, HEIGHT].concat());
}

fn write_behind(bytes: &mut [u8], mark: &[u8], skip: usize, new: &[u8]) {
    if let Some(at) = bytes.windows(mark.len()).position(|window| window == mark) {
        let start = at + mark.len() + skip;
        if let Some(old) = bytes.get_mut(start..start + new.len()) {
            old.copy_from_slice(new);
        }
    }
}
