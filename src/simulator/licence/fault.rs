//! What can be wrong with a simulated licence, and how each fault is brought about. What a check must say about each
//! stands in the tables ([`super::LICENCE_FAULTS`], [`super::MENKYO_FAULTS`]).

use jiff::civil::Date;

use crate::{
    cards::drivers_licence::files::{
        CHANGES, COMMON_DATA, DATA, DOMICILE, File, MENKYO_DATA, MENKYO_PIN, MENKYO_SIGNATURE, PHOTO, PIN1, PIN2,
        Reference, SIGNATURE,
    },
    cards::drivers_licence::tlv,
};

use super::{
    super::{card::SimulatedCard, issue::IssueError},
    fields::FieldFile,
    holder::{COMMISSION, Change},
    issue::{IssuedLicence, LicenceOrder, LicenceSigner, common_data, era_day, portrait},
    profile::{LicenceProfile, NotHeld, PastEnd, PhotoForm, SignatureForm},
    text::{external, jis_x_0208},
};

/// One fault of a licence or of a マイナ免許証.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Each has its row in a table, which says more than a line here could.
#[non_exhaustive]
pub enum LicenceFault {
    SwappedPhoto,
    ChangedName,
    ChangedAddress,
    ChangedDomicile,
    ChangedExpiry,
    AddedCategory,
    AddedChange,
    BadSignature,
    WrongKey,
    UnknownSigner,
    Layout(&'static crate::cards::drivers_licence::files::Layout),
    Expired,
    WrongPin(&'static Reference),
    Blocked(&'static Reference),
    LastTry(&'static Reference),
    PinSetting(u8),
    LyingLength,
    BrokenText,
    HalfCharacter,
    TruncatedFile,
    NoSignature,
    PastEnd(PastEnd),
    BlockedFolders,
    Photo(PhotoForm),
    ShortFields,
    OldVersion,
    Edition1978,
    Externals,
    FullChanges,
    ZeroFiller,
    NoRecordDate,
}

/// The days of an expired licence: after the signer's certificate began, before anybody runs this.
const PAST_ISSUE: Date = Date::constant(2020, 6, 1);
const PAST_EXPIRY: Date = Date::constant(2023, 5, 1);

/// A key that no shipped certificate has, under names of its own.
const UNKNOWN: LicenceSigner = LicenceSigner {
    key: "impostor",
    claims: "impostor",
    serial: "7999999999999999",
    issuer: "nobody. SIMULATED. NOT A REAL ISSUER",
    subject: "nobody. SIMULATED. NOT A REAL ISSUER",
};

/// The PINs that faults name.
pub(super) const FIRST: &Reference = &PIN1;
pub(super) const SECOND: &Reference = &PIN2;
pub(super) const GUEST: &Reference = &MENKYO_PIN;

impl LicenceFault {
    /// What is wrong before the licence is issued.
    pub(in super::super) fn prepare(self, order: &mut LicenceOrder, profile: &mut LicenceProfile) {
        let holder = &mut order.holder;
        match self {
            Self::WrongKey => order.signer.key = "impostor",
            Self::UnknownSigner => order.signer = UNKNOWN,
            Self::Layout(layout) => order.layout = layout,
            Self::Expired => (holder.issue, holder.expiry) = (PAST_ISSUE, PAST_EXPIRY),
            Self::PinSetting(byte) => order.pin_setting = byte,
            Self::PastEnd(answer) => profile.past_end = answer,
            Self::BlockedFolders => profile.blocked_folders = true,
            Self::Photo(form) => profile.photo = form,
            Self::ShortFields => {
                profile.signature = SignatureForm::Short;
                profile.not_held = NotHeld::Empty;
                (profile.spare_dates, profile.empty_slots) = (false, false);
            }
            Self::OldVersion => {
                profile.version = *b"006";
                holder.categories.retain(|(id, _)| *id != "cat_semi_medium");
            }
            Self::Edition1978 => holder.edition = 0x78,
            Self::Externals => {
                holder.persona.name = format!("{}{}\u{3000}見本", external(1), external(2));
                holder.externals = (1..=7).map(|slot| (slot, slot)).collect();
                profile.padded_externals = true;
            }
            Self::FullChanges => {
                let days = std::iter::successors(Some(holder.issue), |day| day.tomorrow().ok());
                holder.changes = days
                    .take(15)
                    .map(|day| Change { field: "new_commission", day, text: String::new(), commission: COMMISSION })
                    .collect();
            }
            Self::ZeroFiller => profile.guest_filler = tlv::FILLER_ZERO,
            _ => {}
        }
    }

    /// What is changed in the issued files.
    pub(in super::super) fn tamper(
        self,
        issued: &mut IssuedLicence,
        order: &LicenceOrder,
        profile: &LicenceProfile,
    ) -> Result<(), IssueError> {
        match self {
            Self::SwappedPhoto => {
                let other = portrait(order.holder.persona.portrait.wrapping_add(1));
                set(issued, &[PHOTO, MENKYO_DATA], "photo", other);
            }
            Self::ChangedName => set(issued, &[DATA], "name", jis_x_0208("偽造　太郎")?),
            Self::ChangedAddress => set(issued, &[DATA], "address", jis_x_0208("架空県偽造市改変町９９")?),
            Self::ChangedDomicile => set(issued, &[DOMICILE], "domicile", jis_x_0208("偽造県")?),
            Self::ChangedExpiry => {
                let mut longer = order.holder.clone();
                longer.expiry = longer.expiry.tomorrow().unwrap_or(longer.expiry);
                set(issued, &[DATA, MENKYO_DATA], "expiry_date", era_day(longer.expiry));
                if let Some(common) = issued.file_mut(&COMMON_DATA) {
                    *common = common_data(&longer, profile);
                }
            }
            Self::AddedCategory => {
                set(issued, &[DATA], "cat_large_special_2", era_day(order.holder.issue));
                set(issued, &[MENKYO_DATA], "cat_large_special_2", [1]);
            }
            Self::AddedChange => {
                let change = Change {
                    field: "new_name",
                    day: order.holder.issue,
                    text: "追記\u{3000}太郎".to_owned(),
                    commission: COMMISSION,
                };
                set(issued, &[CHANGES], change.field, super::issue::entry(&change, order.holder.edition)?);
                set(issued, &[CHANGES], "changes_flag", [super::issue::change_flag(true)]);
            }
            Self::BadSignature => {
                for file in [SIGNATURE, MENKYO_SIGNATURE] {
                    let value = issued.file_mut(&file).and_then(|fields| fields.value_mut("signature"));
                    if let Some(last) = value.and_then(|value| value.last_mut()) {
                        *last ^= 0x01;
                    }
                }
            }
            Self::NoRecordDate => set(issued, &[MENKYO_DATA], "record_date", []),
            Self::BrokenText => set(issued, &[DATA], "condition_1", [0x46, 0x33, 0xFF, 0xFF, 0x40, 0x45]),
            Self::HalfCharacter => set(issued, &[DATA], "condition_1", [0x34, 0x63, 0x36]),
            _ => return Ok(()),
        }
        Ok(())
    }

    /// Whether the issuer signs what [`LicenceFault::tamper`] made of the files: a mistake of his, not a forgery.
    pub(in super::super) fn is_issued_so(self) -> bool {
        matches!(self, Self::BrokenText | Self::HalfCharacter | Self::NoRecordDate)
    }

    /// What is wrong with the finished card.
    pub(in super::super) fn arm(self, card: &mut SimulatedCard) {
        match self {
            Self::WrongPin(reference) => {
                let value = card.secret_mut(reference).and_then(|secret| secret.value.as_mut());
                if let Some(last) = value.and_then(|value| value.last_mut()) {
                    *last ^= 0x01;
                }
            }
            Self::Blocked(reference) => card.set_tries(reference, 0),
            Self::LastTry(reference) => card.set_tries(reference, 1),
            Self::LyingLength => {
                for file in [DATA, MENKYO_DATA] {
                    announce_too_much(card, &file);
                }
            }
            Self::TruncatedFile => {
                for file in [DATA, MENKYO_DATA] {
                    if let Some(bytes) = card.licence_file_mut(&file) {
                        bytes.truncate(bytes.len() / 2);
                    }
                }
            }
            Self::NoSignature => {
                for file in [SIGNATURE, MENKYO_SIGNATURE] {
                    if let Some(bytes) = card.licence_file_mut(&file) {
                        bytes.fill(tlv::FILLER);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Gives a field another value in whichever of these files was issued.
fn set(issued: &mut IssuedLicence, files: &[File], id: &str, value: impl Into<Vec<u8>>) {
    let value = value.into();
    for file in files {
        if let Some(fields) = issued.file_mut(file) {
            FieldFile::set(fields, id, value.clone());
        }
    }
}

/// The last item of the file announces 32,767 bytes.
fn announce_too_much(card: &mut SimulatedCard, file: &File) {
    let Some(bytes) = card.licence_file_mut(file) else { return };
    let Some((at, header)) = tlv::items(bytes, file.own.rules).objects.last().map(|object| {
        let header = object.raw.len() - object.value.len();
        (object.at, header)
    }) else {
        return;
    };
    let wide = usize::from(u8::from(bytes.get(at) == Some(&0x01)));
    bytes.splice(at + 1 + wide..at + header, [0x82, 0x7F, 0xFF]);
    bytes.resize(file.extent.bytes(), tlv::FILLER);
}
