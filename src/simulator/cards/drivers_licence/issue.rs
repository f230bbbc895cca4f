//! Issues a licence: the files of a holder, signed by the simulated signer (spec licence 2, 5.1).

use jiff::civil::Date;

use crate::{
    cards::drivers_licence::files::{
        self, CHANGED_EXTERNAL, CHANGES, COMMON_DATA, DATA, DOMICILE, DOMICILE_CHANGES, EXTERNAL, EXTERNAL_SLOTS,
        Field, LICENCE_LAYOUTS, Layout, MENKYO_DATA, MENKYO_SIGNATURE, PHOTO, PIN_SETTING, PinSetting, SIGNATURE,
        SIMULATED, field_named,
    },
    crypto::{Signer, sha256},
    simulator::{
        IssueError,
        keys::{self, NoSuchKey},
        pick, portraits,
    },
    text::{Era, era_year},
};

use super::{
    fields::FieldFile,
    holder::{Change, LicenceHolder},
    profile::{LicenceProfile, NotHeld, PhotoForm, SignatureForm},
    text::jis_x_0208,
};

crate::simulator::record! {
    /// Who signs, and under which name.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct LicenceSigner;
    key: &'static str, "The key in the pool that signs.";
    claims: &'static str, "The key in the pool whose identifier is on the card.";
    serial: &'static str, "16 digits.";
    issuer: &'static str, "Letters, spaces and dots.";
    subject: &'static str, "Letters, spaces and dots.";
}

const ISSUER: &str = "taimen simulated licence CA. SIMULATED. NOT A REAL ISSUER";

/// The simulated signer of licences: `certs/simulated/taimen/licence-signer.der`.
pub(crate) const LICENCE_SIGNER: LicenceSigner = LicenceSigner {
    key: "licence-signer",
    claims: "licence-signer",
    serial: "7000000000000002",
    issuer: ISSUER,
    subject: "taimen simulated licence signer. SIMULATED. NOT A REAL ISSUER",
};

/// The simulated signer of マイナ免許証: `certs/simulated/taimen/menkyo-signer.der`.
pub(crate) const MENKYO_SIGNER: LicenceSigner = LicenceSigner {
    key: "menkyo-signer",
    claims: "menkyo-signer",
    serial: "7000000000000003",
    issuer: ISSUER,
    subject: "taimen simulated menkyo signer. SIMULATED. NOT A REAL ISSUER",
};

crate::simulator::record! {
    /// What a licence is issued with.
    #[derive(Debug, Clone)]
    pub struct LicenceOrder;
    holder: LicenceHolder, "The holder.";
    pin_setting: u8, "The third byte of the PIN-setting file.";
    photo: Vec<u8>, "JP2.";
    signer: LicenceSigner, "Who signs.";
    layout: &'static Layout, "What is signed.";
}

/// What simulated licences sign by default.
// The index is a constant below the table's length, or this does not compile.
#[allow(clippy::indexing_slicing)]
const LAYOUT: &Layout = &LICENCE_LAYOUTS[SIMULATED];

impl LicenceOrder {
    /// An honest licence with this holder's portrait.
    pub fn new(holder: LicenceHolder, setting: PinSetting) -> Self {
        Self {
            photo: pick(&PORTRAITS, holder.persona.portrait).to_vec(),
            holder,
            pin_setting: setting.byte(),
            signer: LICENCE_SIGNER,
            layout: LAYOUT,
        }
    }
}

/// The pool's portraits as licences hold them: JPEG 2000, grey, 192 × 240, at most 2,000 bytes.
pub const PORTRAITS: [&[u8]; 8] = portraits!("licence");

macro_rules! externals {
    ($($number:literal)*) => {
        [$(include_bytes!(concat!("../../pool/external/external-", $number, ".mmr"))),*]
    };
}

/// The pool's external characters: 50 × 50 dots, ITU-T T.6, ink black, with end mark.
pub const EXTERNALS: [&[u8]; 8] = externals! { 0 1 2 3 4 5 6 7 };

/// The files of a licence, still as fields, so that a fault can change one.
#[derive(Debug, Clone)]
pub struct IssuedLicence {
    /// Every file but DF3's.
    pub files: Vec<FieldFile>,
}

impl IssuedLicence {
    /// A file of the licence.
    pub fn file_mut(&mut self, file: &files::File) -> Option<&mut FieldFile> {
        self.files.iter_mut().find(|known| known.file().name == file.name)
    }

    /// Signs what the order says, as the files are now.
    pub fn sign(&mut self, order: &LicenceOrder, profile: &LicenceProfile) -> Result<(), IssueError> {
        let signed = signed_bytes(&self.files, order.layout)?;
        let signature = match self.file_mut(&MENKYO_DATA) {
            Some(_) => {
                signature_file(MENKYO_SIGNATURE, &order.signer, &signed, profile)?.filled_with(profile.guest_filler)
            }
            None => signature_file(SIGNATURE, &order.signer, &signed, profile)?,
        };
        self.files.retain(|file| file.file().name != signature.file().name);
        self.files.push(signature);
        Ok(())
    }
}

/// Issues a licence. Costs one RSA signature.
pub fn issue(order: &LicenceOrder, profile: &LicenceProfile) -> Result<IssuedLicence, IssueError> {
    let holder = &order.holder;
    let mut setting = FieldFile::new(PIN_SETTING, |_| true);
    setting.set("pin_setting", [order.pin_setting]);
    let mut domicile = FieldFile::new(DOMICILE, |_| true);
    domicile.set("domicile", jis_x_0208(&holder.domicile)?);
    let mut photo = FieldFile::new(PHOTO, |_| true);
    photo.set("photo", photo_bytes(&order.photo, profile.photo));
    let mut issued = IssuedLicence {
        files: vec![
            common_data(holder, profile),
            setting,
            data(holder, profile)?,
            domicile,
            externals(EXTERNAL, holder, profile),
            changes(CHANGES, holder, profile)?,
            externals(CHANGED_EXTERNAL, holder, profile),
            changes(DOMICILE_CHANGES, holder, profile)?,
            photo,
        ],
    };
    issued.sign(order, profile)?;
    Ok(issued)
}

/// The bytes that a layout signs.
fn signed_bytes(files: &[FieldFile], layout: &Layout) -> Result<Vec<u8>, IssueError> {
    let mut bytes = Vec::new();
    for (part, form) in layout.parts {
        if let Some(file) = files.iter().find(|file| file.file().name == part.name) {
            bytes.extend(file.signed(*form)?);
        }
    }
    Ok(bytes)
}

/// EF07 or WEF03: the tables name their fields alike.
fn signature_file(
    file: files::File,
    signer: &LicenceSigner,
    signed: &[u8],
    profile: &LicenceProfile,
) -> Result<FieldFile, IssueError> {
    let padded = |id: &str, text: &str| {
        let max = field_named(&file, id).map_or(0, |field| field.max);
        let spaces = match profile.signature {
            SignatureForm::Maximum => max.saturating_sub(text.len()),
            SignatureForm::Short => 0,
        };
        [text.as_bytes(), &vec![b' '; spaces]].concat()
    };
    let mut fields = FieldFile::new(file, |_| true);
    fields.set("signature", keys::signer(signer.key)?.sign_sha256(&[signed])?);
    fields.set("signer_serial", padded("signer_serial", signer.serial));
    fields.set("rfu", padded("rfu", ""));
    fields.set("signer_issuer", padded("signer_issuer", signer.issuer));
    fields.set("signer_subject", padded("signer_subject", signer.subject));
    fields.set("signer_key_id", key_identifier(keys::signer(signer.claims)?)?);
    Ok(fields)
}

/// 主体者鍵識別子 of the simulated certificates: SHA-256 of the RSAPublicKey in DER, which is a sequence of 270 bytes.
///
/// # Errors
/// [`IssueError`] when the pool is damaged.
pub fn key_identifier(signer: &Signer) -> Result<[u8; 32], IssueError> {
    let key = signer.public_key().map_err(|_| NoSuchKey)?;
    let head = [0x30, 0x82, 0x01, 0x0A, 0x02, 0x82, 0x01, 0x01, 0x00];
    Ok(sha256(&[&head, key.modulus(), &[0x02, 0x03, 0x01, 0x00, 0x01]]))
}

pub(super) fn common_data(holder: &LicenceHolder, profile: &LicenceProfile) -> FieldFile {
    let mut file = FieldFile::new(COMMON_DATA, |_| true);
    let days = [packed(holder.issue), packed(holder.expiry)].concat();
    file.set("card_issuer_data", [&profile.version[..], &days].concat());
    file.set("pre_issue_data", [0x00, 0x00]);
    file
}

/// `YYYYMMDD` as packed BCD.
fn packed(day: Date) -> Vec<u8> {
    hex::decode(format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())).unwrap_or_default()
}

fn data(holder: &LicenceHolder, profile: &LicenceProfile) -> Result<FieldFile, IssueError> {
    let semi_medium = profile.version >= *b"007";
    let keep = |field: &Field| match field.id {
        "rfu" => profile.spare_dates,
        "cat_semi_medium" => semi_medium,
        _ => true,
    };
    let mut file = FieldFile::new(DATA, keep);
    let persona = &holder.persona;
    file.set("charset_year", [holder.edition]);
    for (id, text) in [
        ("name", persona.name.as_str()),
        ("name_kana", &holder.kana),
        ("alias", &holder.alias),
        ("unified_name_kana", &holder.unified_kana),
        ("address", &persona.address),
        ("colour_class", holder.colour),
        ("commission", holder.commission.name),
    ] {
        file.set(id, jis_x_0208(text)?);
    }
    for (id, text) in ["condition_1", "condition_2", "condition_3", "condition_4"].into_iter().zip(&holder.conditions) {
        file.set(id, jis_x_0208(text)?);
    }
    file.set("birth_date", era_day(persona.birth));
    file.set("issue_date", era_day(holder.issue));
    file.set("expiry_date", era_day(holder.expiry));
    file.set("reference_number", holder.reference_number.as_bytes());
    file.set("licence_number", holder.number.as_bytes());
    set_firsts(&mut file, holder, profile.not_held);
    for field in files::fields_of(&DATA).filter(|field| field.id.starts_with("cat_") && keep(field)) {
        let held = holder.categories.iter().find(|(id, _)| *id == field.id).map(|(_, day)| *day);
        file.set(field.id, category_day(held, profile.not_held));
    }
    if profile.spare_dates {
        for slot in 0..7 {
            file.set_slot("rfu", slot, category_day(None, profile.not_held));
        }
    }
    Ok(file)
}

/// The days of 二・小・原, 他 and 二種, named alike on both cards.
pub(super) fn set_firsts(file: &mut FieldFile, holder: &LicenceHolder, not_held: NotHeld) {
    const IDS: [&str; 3] = ["date_motorcycle_smallspecial_moped", "date_other", "date_class2"];
    for (id, day) in IDS.into_iter().zip(holder.first) {
        file.set(id, category_day(day, not_held));
    }
}

fn category_day(day: Option<Date>, not_held: NotHeld) -> Vec<u8> {
    match (day, not_held) {
        (Some(day), _) => era_day(day),
        (None, NotHeld::Heisei) => b"4000000".to_vec(),
        (None, NotHeld::Zero) => b"0000000".to_vec(),
        (None, NotHeld::Empty) => Vec::new(),
    }
}

/// `EYYMMDD`
pub(crate) fn era_day(day: Date) -> Vec<u8> {
    let Some((era, year)) = era_year(day) else { return b"0000000".to_vec() };
    let digit = match era {
        Era::Meiji => 1,
        Era::Taisho => 2,
        Era::Showa => 3,
        Era::Heisei => 4,
        Era::Reiwa => 5,
    };
    format!("{digit}{year:02}{:02}{:02}", day.month(), day.day()).into_bytes()
}

/// The pictures of a file's slots, by the marks' slots.
fn externals(file: files::File, holder: &LicenceHolder, profile: &LicenceProfile) -> FieldFile {
    let mut fields = FieldFile::new(file, |field| profile.empty_slots || field.id == "external");
    let slots = EXTERNAL_SLOTS.iter().filter(|(_, name, _)| *name == file.name);
    for (at, (slot, ..)) in slots.enumerate() {
        if let Some(picture) = external_value(holder, *slot, EXTERNAL_LENGTH, profile) {
            fields.set_slot("external", at, picture);
        }
    }
    let added = holder.externals.iter().any(|(slot, _)| *slot > 2);
    fields.set("changes_flag", [change_flag(added)]);
    fields
}

/// Bytes of an external character's field on a licence (spec licence 2.7, A).
const EXTERNAL_LENGTH: usize = 128;

/// 文字構成 (U: 0) and picture of a slot, in a field of so many bytes.
pub(super) fn external_value(
    holder: &LicenceHolder,
    slot: u8,
    length: usize,
    profile: &LicenceProfile,
) -> Option<Vec<u8>> {
    let (_, picture) = holder.externals.iter().find(|(known, _)| *known == slot)?;
    let picture = pick(&EXTERNALS, *picture);
    let mut value = [&[0x00], picture].concat();
    if profile.padded_externals {
        value.resize(length, 0x00);
    }
    Some(value)
}

/// Values are not public; one comment says that the first entry makes it 11 (spec licence 2.8, U).
pub(super) fn change_flag(added: bool) -> u8 {
    if added { 0x11 } else { 0x00 }
}

fn changes(file: files::File, holder: &LicenceHolder, profile: &LicenceProfile) -> Result<FieldFile, IssueError> {
    let mut fields = FieldFile::new(file, |field| profile.empty_slots || field.id == "changes_flag");
    let mut used: Vec<&str> = Vec::new();
    for change in holder.changes.iter().filter(|change| field_named(&file, change.field).is_some()) {
        let slot = used.iter().filter(|id| **id == change.field).count();
        fields.set_slot(change.field, slot, entry(change, holder.edition)?);
        used.push(change.field);
    }
    fields.set("changes_flag", [change_flag(!used.is_empty())]);
    Ok(fields)
}

/// Edition, day in seven full-width digits, text, the commission's mark (spec licence 2.8).
pub(super) fn entry(change: &Change, edition: u8) -> Result<Vec<u8>, IssueError> {
    let day: Vec<u8> = era_day(change.day).into_iter().flat_map(|digit| [0x23, digit]).collect();
    Ok([&[edition][..], &day, &jis_x_0208(&change.text)?, &jis_x_0208(change.commission.seal)?].concat())
}

pub(super) fn photo_bytes(jp2: &[u8], form: PhotoForm) -> Vec<u8> {
    let start = jp2.windows(4).position(|bytes| bytes == [0xFF, 0x4F, 0xFF, 0x51]).unwrap_or(0);
    let codestream = jp2.get(start..).unwrap_or(jp2);
    match form {
        PhotoForm::Jp2 => jp2.to_vec(),
        PhotoForm::Codestream => codestream.to_vec(),
        PhotoForm::NoEnd => codestream.strip_suffix(&[0xFF, 0xD9]).unwrap_or(codestream).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_worked_days() {
        assert_eq!(era_day(date(2028, 5, 1)), b"5100501");
        assert_eq!(era_day(date(1990, 4, 1)), b"4020401");
        assert_eq!(era_day(date(2019, 5, 1)), b"5010501");
        assert_eq!(packed(date(2023, 4, 1)), [0x20, 0x23, 0x04, 0x01]);
    }

    #[test]
    fn portraits_and_externals_fit_their_fields() {
        for portrait in PORTRAITS {
            assert!((1_000..=2_000).contains(&portrait.len()));
            let codestream = photo_bytes(portrait, PhotoForm::Codestream);
            assert!(codestream.starts_with(&[0xFF, 0x4F]) && codestream.ends_with(&[0xFF, 0xD9]));
            assert!(!photo_bytes(portrait, PhotoForm::NoEnd).ends_with(&[0xFF, 0xD9]));
            let settings = hayro_jpeg2000::DecodeSettings { strict: true, ..Default::default() };
            let image = hayro_jpeg2000::Image::new(portrait, &settings).unwrap();
            assert_eq!((image.width(), image.height()), (192, 240));
        }
        assert!(EXTERNALS.iter().all(|picture| !picture.is_empty() && picture.len() <= 127));
    }
}
