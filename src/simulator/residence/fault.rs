//! What can be wrong with a simulated residence card, and how each fault is brought about. What a check must say about
//! each stands in the tables ([`super::RESIDENCE_FAULTS`] and those of each generation).

use crate::cards::residence_card::files::{
    ADDRESS, ADDRESS_PICTURE, COMPREHENSIVE, DF2, ENTRIES_05, FACE_1, FRONT, File, Generation, INDIVIDUAL, KIND_1,
    NAME_AND_FACE, SIGNATURE_1, SIGNATURE_2,
};

use super::{
    super::{
        card::{Chip, SimulatedCard},
        issue::IssueError,
        persona::stored_date,
    },
    certificate::{Algorithm, BasicConstraints, OuterForm, PoolKey, last_second, midnight, usage},
    holder::ResidenceHolder,
    issue::{IssuedResidence, ResidenceOrder, address_picture, front, name_picture, portrait},
    profile::{Nothing, ResidenceProfile, SignatureForm, Unsigned},
};

/// One fault of a residence card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Each has its row in a table, which says more than a line here could.
#[non_exhaustive]
pub enum ResidenceFault {
    SwappedPhoto,
    ChangedFront,
    ChangedNamePicture,
    ChangedEntries,
    ChangedAddress,
    BadSignature,
    ZeroSignature,
    HalfZeroSignature,
    WrongSigner,
    ForgedCa,
    OtherCaKey,
    UnknownCa,
    ExpiredCa,
    ExpiredCertificate,
    NotYetValid,
    NotValidAtIssue,
    OlderThanCa,
    SignerIsCa,
    WrongKeyUsage,
    WrongKeyIdentifier,
    WrongAlgorithm,
    UnknownAlgorithm,
    Certificate(OuterForm),
    GarbageCertificate,
    NoSignature,
    MissingSignature,
    SignatureAlone,
    MissingPhoto,
    BlankPhoto,
    MissingBack,
    TruncatedPhoto,
    LongLengths,
    BrokenPicture,
    RenewalPending,
    LyingLength,
    StaleChallenge,
    WrongNumber,
    OtherGeneration,
    NoExplicitExtended,
    NoSecureForm,
    ResponseLimit(usize),
    BlockedFolders,
    OtherForm,
    Withdrawn,
    EmptyAddress(Nothing),
    LongCertificate,
    Expired,
    Infant(Nothing),
    OneObject,
    ChildFace(Nothing),
}

/// A number that no card of the simulator has.
const OTHER_NUMBER: &str = "ZX00000000ZX";

impl ResidenceFault {
    /// What is wrong before the card is issued.
    pub(in super::super) fn prepare(self, order: &mut ResidenceOrder, profile: &mut ResidenceProfile) {
        let certificate = &mut order.certificate;
        match self {
            Self::WrongSigner => order.signer = impostor(order.signer),
            Self::ForgedCa | Self::OtherCaKey | Self::UnknownCa => {
                let forger = impostor(order.signer);
                (certificate.key, certificate.signer, order.signer) = (forger, forger, forger);
                certificate.subject_key_id = forger.key_id().ok();
                if self != Self::ForgedCa {
                    certificate.authority_key_id = forger.key_id().ok();
                }
                if self == Self::UnknownCa {
                    "taimen impostor of a ZairyuCard CA".clone_into(&mut certificate.issuer);
                }
            }
            Self::ExpiredCa => {
                certificate.signer = older(certificate.signer);
                certificate.authority_key_id = certificate.signer.key_id().ok();
                (certificate.not_before, certificate.not_after) = (midnight(2022, 1, 1), last_second(2099, 6, 30));
            }
            Self::ExpiredCertificate => certificate.not_after = last_second(2023, 6, 30),
            Self::NotYetValid => certificate.not_before = midnight(2098, 1, 1),
            Self::NotValidAtIssue => {
                certificate.signer = older(certificate.signer);
                certificate.authority_key_id = certificate.signer.key_id().ok();
                certificate.not_before = midnight(2024, 6, 1);
            }
            Self::OlderThanCa => certificate.not_before = midnight(2019, 6, 1),
            Self::SignerIsCa => {
                certificate.constraints = Some(BasicConstraints { ca: true, path_length: None });
                // The extension takes room that a shorter name makes.
                "SIMULATED CA".clone_into(&mut certificate.subject);
            }
            Self::WrongKeyUsage => certificate.key_usage = Some(usage::KEY_ENCIPHERMENT),
            Self::WrongKeyIdentifier => certificate.authority_key_id = impostor(order.signer).key_id().ok(),
            Self::WrongAlgorithm => {
                certificate.algorithm = match certificate.signer {
                    PoolKey::Rsa(_) => Algorithm::EcdsaSha256Null,
                    PoolKey::Ec(_) => Algorithm::RsaSha256,
                }
            }
            Self::UnknownAlgorithm => {
                certificate.algorithm = match certificate.signer {
                    PoolKey::Rsa(_) => Algorithm::RsaSha1,
                    PoolKey::Ec(_) => Algorithm::EcdsaSha384,
                }
            }
            Self::Certificate(form) => certificate.form = form,
            Self::RenewalPending => order.holder.renewal = true,
            Self::StaleChallenge => profile.stale_challenge = true,
            Self::NoExplicitExtended => profile.explicit_extended = false,
            Self::NoSecureForm => (profile.extended, profile.short_secure_read) = (false, false),
            Self::BlockedFolders => profile.blocked_folders = true,
            Self::OtherForm => {
                profile.signature = SignatureForm::Other;
                // SEQUENCE of two INTEGER takes up to 104 bytes, and the file keeps its size.
                profile.certificate_length = 590;
            }
            Self::EmptyAddress(nothing) => {
                order.holder.address.clear();
                profile.empty_address = nothing;
            }
            Self::LongCertificate => profile.certificate_length = 599,
            Self::Expired => {
                order.holder.expiry = order.holder.expiry.with().year(2023).build().unwrap_or(order.holder.permitted);
            }
            Self::Infant(nothing) => (order.photo, profile.infant_face) = (None, nothing),
            Self::OneObject => profile.unsigned = Unsigned::First,
            Self::ChildFace(nothing) => profile.child_face = nothing,
            _ => {}
        }
    }

    /// What is changed in the issued files.
    pub(in super::super) fn tamper(
        self,
        issued: &mut IssuedResidence,
        order: &ResidenceOrder,
        profile: &ResidenceProfile,
    ) -> Result<(), IssueError> {
        let holder = &order.holder;
        match self {
            Self::SwappedPhoto => {
                issued.set(&[FACE_1, NAME_AND_FACE], "photo", portrait(holder.portrait.wrapping_add(1)));
            }
            Self::ChangedFront => {
                let other = ResidenceHolder { name: "FALSUS OMEGA".to_owned(), ..holder.clone() };
                issued.set(&[FRONT], "front", &front(&other));
            }
            Self::ChangedNamePicture => issued.set(&[NAME_AND_FACE], "name", &name_picture("FALSUS OMEGA")),
            Self::ChangedEntries => {
                let longer = holder.expiry.tomorrow().unwrap_or(holder.expiry);
                issued.set(&[ENTRIES_05], "expiry", &stored_date(longer));
            }
            Self::ChangedAddress => {
                let other = "架空県偽造市改変町９９";
                issued.set(&[ADDRESS], "address", other.as_bytes());
                issued.set(&[ADDRESS_PICTURE], "address", &address_picture(other));
            }
            Self::BadSignature | Self::ZeroSignature | Self::HalfZeroSignature => {
                let mut value = issued.file_mut(&SIGNATURE_1).map(|file| file.value("signature")).unwrap_or_default();
                let length = value.len();
                match self {
                    Self::BadSignature => {
                        value.iter_mut().skip(length.saturating_sub(1)).for_each(|last| *last ^= 0x01)
                    }
                    Self::HalfZeroSignature => value.iter_mut().take(length / 2).for_each(|byte| *byte = 0x00),
                    _ => value.fill(0x00),
                }
                issued.set(&[SIGNATURE_1], "signature", &value);
            }
            Self::GarbageCertificate => {
                let text = b"0\x82\x01\x00: no certificate at all, but for its first bytes".to_vec();
                issued.set(&[SIGNATURE_1], "certificate", &text);
            }
            Self::NoSignature => replace(issued, &SIGNATURE_1, |_| Vec::new()),
            Self::SignatureAlone => replace(issued, &SIGNATURE_1, |bytes| {
                let length = if bytes.first() == Some(&0xDA) { 4 + 256 } else { 2 + 96 };
                bytes.into_iter().take(length).collect()
            }),
            Self::MissingSignature => issued.remove(&SIGNATURE_1),
            Self::BlankPhoto => {
                for file in [FACE_1, NAME_AND_FACE] {
                    replace(issued, &file, |_| Vec::new());
                }
            }
            Self::MissingBack => issued.files.retain(|file| file.file().application != DF2),
            Self::MissingPhoto => [FACE_1, NAME_AND_FACE].iter().for_each(|file| issued.remove(file)),
            Self::LongLengths => {
                for file in [ADDRESS, SIGNATURE_2] {
                    if let Some(file) =
                        issued.file_mut(&file).filter(|known| known.file().own.fields == file.own.fields)
                    {
                        file.lengthen();
                    }
                }
            }
            Self::BrokenPicture => {
                issued.set(&[FRONT], "front", b"II*\0\x08\0\0\0 no picture");
                issued.set(&[NAME_AND_FACE], "name", b"II*\0\x08\0\0\0 no picture");
                issued.sign(order, profile)?;
            }
            Self::Withdrawn => {
                for file in [COMPREHENSIVE, INDIVIDUAL] {
                    replace(issued, &file, |_| Vec::new());
                }
            }
            Self::OtherGeneration => {
                let other: &[u8] = match Generation::of(order.kind) {
                    Some(Generation::Second) => &[0xC1, 0x01, b'1'],
                    _ => &[0xC1, 0x02, b'0', b'5'],
                };
                replace(issued, &KIND_1, |_| other.to_vec());
            }
            _ => {}
        }
        Ok(())
    }

    /// What is wrong with the finished card.
    pub(in super::super) fn arm(self, card: &mut SimulatedCard) -> Result<(), IssueError> {
        match self {
            Self::WrongNumber => {
                if let Chip::Residence(chip) = &mut card.chip {
                    chip.renumber(OTHER_NUMBER.parse()?);
                }
            }
            Self::TruncatedPhoto => {
                for file in [FACE_1, NAME_AND_FACE] {
                    if let Some(bytes) =
                        card.residence_file_mut(&file).filter(|bytes| bytes.len() == file.extent.bytes())
                    {
                        bytes.truncate(file.extent.bytes() / 2);
                    }
                }
            }
            Self::LyingLength => {
                if let Some(bytes) = card.named_file_mut(SIGNATURE_1.name) {
                    // Tag, then a length of one byte or of 82 and two.
                    let header = if bytes.get(1) == Some(&0x82) { 1..4 } else { 1..2 };
                    let size = bytes.len();
                    if header.end <= size {
                        bytes.splice(header, [0x82, 0x7F, 0xFF]);
                        bytes.truncate(size);
                    }
                }
            }
            Self::ResponseLimit(most) => card.link.short_answers = Some(most),
            _ => {}
        }
        Ok(())
    }
}

/// A key of the same kind that nobody trusts.
fn impostor(key: PoolKey) -> PoolKey {
    match key {
        PoolKey::Rsa(_) => PoolKey::Rsa("impostor"),
        PoolKey::Ec(_) => PoolKey::Ec("impostor2"),
    }
}

/// The authority before the present one.
fn older(key: PoolKey) -> PoolKey {
    match key {
        PoolKey::Rsa(_) => PoolKey::Rsa("zairyu-ca-old"),
        PoolKey::Ec(_) => PoolKey::Ec("zairyu-ca2-old"),
    }
}

/// Makes other bytes of a file's bytes; zeros fill it up again.
fn replace(issued: &mut IssuedResidence, file: &File, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    if let Some(file) = issued.file_mut(file) {
        let bytes = change(file.encode());
        file.replace(bytes);
    }
}
