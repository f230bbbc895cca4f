//! Issues a residence card: the files of a holder, signed by the simulated signer (spec residence 2, 5.1, 5.2).

use jiff::civil::Date;

use crate::{
    cards::residence_card::files::{self, File, Generation, files_of},
    crypto::{EcdsaForm, sha256},
    kind::CardKind,
    simulator::{
        IssueError,
        certificate::{CertificateOrder, PoolKey},
        keys,
        persona::stored_date,
        pick, portraits,
    },
};

use super::{
    authorities::{CA, CA2},
    contents::ResidenceFile,
    holder::ResidenceHolder,
    profile::{Nothing, ResidenceProfile, SignatureForm, Unsigned},
    tiff::{self, Line},
};

/// The pool's portraits as residence cards hold them: JPEG 2000, colour, 152 × 190, at most 3,000 bytes.
pub const PORTRAITS: [&[u8]; 8] = portraits!("residence");

/// Bytes of the entries in the signed message of generation 2; those of a 特別永住者証明書 are filled with zeros to it.
const SIGNED_ENTRIES: usize = 53;

crate::simulator::record! {
    /// What a residence card is issued with.
    #[derive(Debug, Clone)]
    pub struct ResidenceOrder;
    kind: CardKind, "What kind of card: one of those that are read.";
    holder: ResidenceHolder, "The holder.";
    photo: Option<Vec<u8>>, "JP2; `None` if the holder is too young for a photo.";
    certificate: CertificateOrder, "The signer's certificate, but for the length that a card of generation 2 wants.";
    signer: PoolKey, "The key that signs the card's data: the certificate's, or this is a fault.";
}

/// The certificate of the simulated signer of a generation.
pub fn leaf(generation: Generation) -> CertificateOrder {
    match generation {
        Generation::First => CertificateOrder::leaf(
            PoolKey::Rsa("zairyu-signer"),
            "taimen simulated residence card signer",
            PoolKey::Rsa("zairyu-ca"),
            CA,
        ),
        // Without the unit, or 598 bytes would be too few.
        Generation::Second => CertificateOrder {
            subject_unit: false,
            ..CertificateOrder::leaf(
                PoolKey::Ec("zairyu-signer2"),
                "SIMULATED residence signer2",
                PoolKey::Ec("zairyu-ca2"),
                CA2,
            )
        },
    }
}

impl ResidenceOrder {
    /// An honest card of this holder; a kind that is not read becomes a 在留カード of the first generation.
    pub fn new(kind: CardKind, holder: ResidenceHolder, profile: &ResidenceProfile) -> Self {
        let certificate = profile.certificate.clone().unwrap_or_else(|| leaf(generation(kind)));
        Self {
            photo: (kind != CardKind::RESIDENCE1_CHILD).then(|| pick(&PORTRAITS, holder.portrait).to_vec()),
            signer: certificate.key,
            certificate,
            kind,
            holder,
        }
    }
}

fn generation(kind: CardKind) -> Generation {
    Generation::of(kind).unwrap_or(Generation::First)
}

/// The files of a residence card, still as fields.
#[derive(Debug, Clone)]
pub struct IssuedResidence {
    /// The kind it was issued as.
    pub kind: CardKind,
    /// Every file of the card that is there.
    pub files: Vec<ResidenceFile>,
}

impl IssuedResidence {
    /// A file of the card, or its counterpart in the other generation.
    pub fn file_mut(&mut self, file: &File) -> Option<&mut ResidenceFile> {
        self.files.iter_mut().find(|known| is_same(known.file(), file))
    }

    /// Gives a field another value in whichever of these files the card has.
    pub fn set(&mut self, files: &[File], id: &str, value: &[u8]) {
        for file in files {
            if let Some(file) = self.file_mut(file) {
                file.set(id, value);
            }
        }
    }

    /// Takes a file away.
    pub fn remove(&mut self, file: &File) {
        self.files.retain(|known| !is_same(known.file(), file));
    }

    /// Signs the card as its files are now, and puts the certificate in.
    pub fn sign(&mut self, order: &ResidenceOrder, profile: &ResidenceProfile) -> Result<(), IssueError> {
        let message = signed_message(&self.files);
        let signature = match (order.signer, profile.signature) {
            (PoolKey::Rsa(name), SignatureForm::Usual) => keys::signer(name)?.sign_sha256(&[&message])?,
            (PoolKey::Rsa(name), SignatureForm::Other) => keys::signer(name)?.sign_padded(&sha256(&[&message]))?,
            (PoolKey::Ec(name), SignatureForm::Usual) => {
                keys::ec_signer(name)?.sign_sha256(&[&message], EcdsaForm::Fixed)?
            }
            (PoolKey::Ec(name), SignatureForm::Other) => {
                keys::ec_signer(name)?.sign_sha256(&[&message], EcdsaForm::Der)?
            }
        };
        let second = generation(order.kind) == Generation::Second;
        let certificate = if second {
            certificate_of_length(&order.certificate, profile.certificate_length)?
        } else {
            order.certificate.build()?
        };
        let mut file = ResidenceFile::new(if second { files::SIGNATURE_2 } else { files::SIGNATURE_1 });
        file.set("signature", signature.clone());
        file.set("certificate", certificate.clone());
        if second {
            // The file's zeros come after the certificate's object, not in it.
            file.set_sized("signature", signature);
            file.set_sized("certificate", certificate);
        }
        if order.kind == CardKind::RESIDENCE1_CHILD {
            file.replace(match profile.unsigned {
                Unsigned::Both => vec![0xDA, 0x00, 0xDB, 0x00],
                Unsigned::First => vec![0xDA, 0x00],
            });
        }
        self.remove(&files::SIGNATURE_1);
        self.files.push(file);
        Ok(())
    }
}

/// Whether two files hold the same. The name alone does not decide: df1/06 is the photo in generation 1 and the address
/// picture in generation 2.
fn is_same(one: &File, other: &File) -> bool {
    one.name == other.name && one.title == other.title
}

/// What the card's signature covers: front and face of generation 1; entries, face and name of generation 2.
pub fn signed_message(issued: &[ResidenceFile]) -> Vec<u8> {
    let file = |file: &File| issued.iter().find(|known| is_same(known.file(), file));
    let value = |of: &File, id| file(of).map(|file| file.value(id)).unwrap_or_default();
    if file(&files::FRONT).is_some() {
        return [value(&files::FRONT, "front"), value(&files::FACE_1, "photo")].concat();
    }
    let mut entries = file(&files::ENTRIES_05).map(ResidenceFile::values).unwrap_or_default();
    entries.resize(entries.len().max(SIGNED_ENTRIES), 0x00);
    [entries, value(&files::NAME_AND_FACE, "photo"), value(&files::NAME_AND_FACE, "name")].concat()
}

/// The same certificate with a serial number that makes it so long, as far as one does: the signature's length varies by
/// itself, as real ones do.
pub(crate) fn certificate_of_length(order: &CertificateOrder, length: usize) -> Result<Vec<u8>, IssueError> {
    let mut serial_length = 8_usize;
    let mut built = Vec::new();
    for counter in 0..64_u8 {
        let mut order = order.clone();
        order.serial = vec![0x70; serial_length];
        if let Some(last) = order.serial.last_mut() {
            *last = counter;
        }
        built = order.build()?;
        if built.len() == length {
            break;
        }
        serial_length = (serial_length + length).saturating_sub(built.len()).clamp(2, 20);
    }
    Ok(built)
}

/// Issues a residence card. Costs one signature for the card, and one or a few for the certificate.
pub fn issue(order: &ResidenceOrder, profile: &ResidenceProfile) -> Result<IssuedResidence, IssueError> {
    let mut issued = IssuedResidence {
        kind: order.kind,
        files: files_of(order.kind).iter().map(|file| ResidenceFile::new(*file)).collect(),
    };
    issued.set(&[files::KIND_1], "kind", kind_code(order.kind));
    issued.set(&[files::COMMON_DATA], "version", &profile.version);
    match generation(order.kind) {
        Generation::First => first(&mut issued, order, profile),
        Generation::Second => second(&mut issued, order, profile),
    }
    if !issued.files.iter().all(ResidenceFile::fits) {
        return Err(IssueError::Unfit("field"));
    }
    issued.sign(order, profile)?;
    Ok(issued)
}

/// Tag C1 of MF/EF02 (spec residence 1.1).
fn kind_code(kind: CardKind) -> &'static [u8] {
    match kind {
        CardKind::RESIDENCE1_SPECIAL => b"2",
        CardKind::RESIDENCE2 => b"05",
        CardKind::RESIDENCE2_SPECIAL => b"06",
        CardKind::RESIDENCE_SPECIFIED => b"07",
        _ => b"1",
    }
}

/// The free files of the residence application on a My Number Card; which short identifiers they have there is assumed
/// (spec residence 8.9).
pub(super) fn specified_files(profile: &ResidenceProfile) -> [ResidenceFile; 2] {
    let mut kind = ResidenceFile::new(files::KIND_2);
    kind.set("kind", kind_code(CardKind::RESIDENCE_SPECIFIED));
    let mut common = ResidenceFile::new(files::COMMON_DATA);
    common.set("version", profile.version);
    [kind, common]
}

fn first(issued: &mut IssuedResidence, order: &ResidenceOrder, profile: &ResidenceProfile) {
    let holder = &order.holder;
    issued.set(&[files::FRONT], "front", &fitted(front(holder), FRONT_SIZE, profile));
    match (&order.photo, profile.child_face) {
        (Some(photo), _) => issued.set(&[files::FACE_1], "photo", photo),
        (None, Nothing::Absent) => issued.remove(&files::FACE_1),
        (None, Nothing::ZeroValues) => {}
        (None, nothing) => {
            if let Some(face) = issued.file_mut(&files::FACE_1) {
                face.replace(if nothing == Nothing::EmptyObject { vec![0xD1, 0x00] } else { Vec::new() });
            }
        }
    }
    if !holder.address.is_empty() {
        issued.set(&[files::ADDRESS], "address_date", &stored_date(holder.address_date));
        issued.set(&[files::ADDRESS], "municipality", holder.municipality.as_bytes());
        issued.set(&[files::ADDRESS], "address", holder.address.as_bytes());
    } else if profile.empty_address != Nothing::ZeroValues
        && let Some(file) = issued.file_mut(&files::ADDRESS)
    {
        file.replace(Vec::new());
    }
    let comprehensive = match holder.comprehensive {
        b'1' => "許可（原則週２８時間以内・風俗営業等の従事を除く）",
        b'2' => "許可（教育等・週２８時間以内）",
        _ => "",
    };
    issued.set(&[files::COMPREHENSIVE], "comprehensive_permission", comprehensive.as_bytes());
    let individual =
        if holder.individual == b'1' { "許可（許可書に記載された範囲内の活動）" } else { "" };
    issued.set(&[files::INDIVIDUAL], "individual_permission", individual.as_bytes());
    // Without a permission the whole file is zeros, as after a withdrawal.
    for (file, text) in [(files::COMPREHENSIVE, comprehensive), (files::INDIVIDUAL, individual)] {
        if let Some(file) = issued.file_mut(&file).filter(|_| text.is_empty()) {
            file.replace(Vec::new());
        }
    }
    issued.set(&[files::RENEWAL_1], "renewal", &[flag(holder.renewal)]);
}

fn second(issued: &mut IssuedResidence, order: &ResidenceOrder, profile: &ResidenceProfile) {
    let holder = &order.holder;
    issued.set(&[files::NUMBER], "card_number", holder.number.as_bytes());
    let days = [("expiry", holder.expiry), ("birth_date", holder.birth), ("stay_expiry", holder.expiry)];
    for (id, day) in days.into_iter().chain([("permission_date", holder.permitted)]) {
        issued.set(&[files::ENTRIES_05], id, &stored_date(day));
    }
    for (id, value) in [
        ("sex", &[holder.sex][..]),
        ("nationality", holder.nationality.as_bytes()),
        ("residence_status", holder.status.as_bytes()),
        ("period_of_stay", holder.period.as_bytes()),
        ("permission_type", holder.permission_type.as_bytes()),
        ("work", &[holder.work]),
    ] {
        issued.set(&[files::ENTRIES_05], id, value);
    }
    issued.set(&[files::NAME_AND_FACE], "name", &name_picture(&holder.name));
    match (&order.photo, issued.file_mut(&files::NAME_AND_FACE)) {
        (Some(photo), Some(file)) => file.set("photo", photo.clone()),
        (None, Some(file)) if profile.infant_face == Nothing::EmptyObject => file.set_sized("photo", Vec::new()),
        _ => {}
    }
    issued.set(&[files::ADDRESS_PICTURE], "address", &fitted(address_picture(&holder.address), ADDRESS_SIZE, profile));
    issued.set(&[files::PERMISSIONS], "comprehensive_permission", &[holder.comprehensive]);
    if holder.comprehensive != b'0' {
        issued.set(&[files::PERMISSIONS], "comprehensive_expiry", &stored_date(holder.expiry));
    }
    issued.set(&[files::PERMISSIONS], "individual_permission", &[holder.individual]);
    issued.set(&[files::RENEWAL_2], "renewal", &[flag(holder.renewal)]);
    issued.set(&[files::REMARK_05], "remark", &[flag(holder.remark)]);
}

fn flag(set: bool) -> u8 {
    if set { b'1' } else { b'0' }
}

fn line(x: usize, y: usize, scale: usize, text: impl Into<String>) -> Line {
    Line { x, y, scale, text: text.into() }
}

/// Text over as many lines of so many characters as it needs.
fn wrapped(x: usize, y: usize, scale: usize, columns: usize, text: &str) -> impl Iterator<Item = Line> {
    let characters: Vec<char> = text.chars().collect();
    let lines: Vec<String> = characters.chunks(columns).map(|line| line.iter().collect()).collect();
    lines.into_iter().enumerate().map(move |(row, text)| line(x, y + row * 14 * scale, scale, text))
}

fn day(day: Date) -> String {
    format!("{:04}年{:02}月{:02}日", day.year(), day.month(), day.day())
}

/// The front of generation 1 without what is pre-printed and without the photo, 674 × 425 dots as in public samples
/// (spec residence 7.2).
pub(super) fn front(holder: &ResidenceHolder) -> Vec<u8> {
    let sex = match holder.sex {
        b'1' => "男 M.",
        b'2' => "女 F.",
        _ => "",
    };
    let mut lines = vec![
        line(370, 8, 2, holder.number.as_str()),
        line(16, 48, 2, holder.name.as_str()),
        line(16, 84, 1, day(holder.birth)),
        line(180, 84, 1, sex),
        line(280, 84, 1, holder.nationality.as_str()),
        line(16, 180, 1, format!("見本 {}", holder.status)),
        line(16, 210, 1, holder.period.as_str()),
        line(180, 210, 1, day(holder.expiry)),
        line(16, 360, 2, day(holder.expiry)),
    ];
    lines.extend(wrapped(16, 120, 1, 36, &holder.address));
    tiff::picture(FRONT_SIZE.0, FRONT_SIZE.1, &lines)
}

/// Dots of the front and of the address picture.
const FRONT_SIZE: (u16, u16) = (674, 425);
const ADDRESS_SIZE: (u16, u16) = (488, 64);

/// A picture in as many bytes as the profile wants.
fn fitted(picture: Vec<u8>, size: (u16, u16), profile: &ResidenceProfile) -> Vec<u8> {
    match profile.picture_length {
        Some(length) => tiff::stretched(picture, size, length),
        None => picture,
    }
}

/// 氏名 of generation 2.
pub(super) fn name_picture(name: &str) -> Vec<u8> {
    let lines: Vec<Line> = wrapped(4, 4, 2, 20, name).collect();
    tiff::picture(488, 64, &lines)
}

/// 住居地 of generation 2.
pub(super) fn address_picture(address: &str) -> Vec<u8> {
    let lines: Vec<Line> = wrapped(4, 4, 1, 40, address).collect();
    tiff::picture(488, 64, &lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portraits_are_small_and_in_colour() {
        for portrait in PORTRAITS {
            assert!(portrait.len() <= 3_000);
            let settings = hayro_jpeg2000::DecodeSettings { strict: true, ..Default::default() };
            let image = hayro_jpeg2000::Image::new(portrait, &settings).unwrap();
            assert_eq!((image.width(), image.height()), (152, 190));
            assert!(matches!(image.color_space(), hayro_jpeg2000::ColorSpace::RGB));
        }
    }

    #[test]
    fn pictures_of_every_holder_fit_their_fields() {
        for seed in 0..200 {
            let holder = ResidenceHolder::from_seed(seed);
            assert!((1_500..=7_000).contains(&front(&holder).len()), "{seed}: {}", front(&holder).len());
            assert!(name_picture(&holder.name).len() <= 2_500, "{seed}");
            assert!(address_picture(&holder.address).len() <= 2_500, "{seed}");
        }
    }

    #[test]
    fn certificates_have_the_lengths_seen() {
        for length in [598, 599] {
            assert_eq!(certificate_of_length(&leaf(Generation::Second), length).unwrap().len(), length);
        }
        assert!(leaf(Generation::First).build().unwrap().len() <= 1_200);
    }

    #[test]
    fn a_message_has_its_parts_and_no_more() {
        let message = |kind| {
            let profile = ResidenceProfile::default();
            let order = ResidenceOrder::new(kind, ResidenceHolder::from_seed(1), &profile);
            signed_message(&issue(&order, &profile).unwrap().files)
        };
        assert_eq!(message(CardKind::RESIDENCE1).len(), 10_000);
        assert_eq!(message(CardKind::RESIDENCE1_SPECIAL).len(), 10_000);
        assert_eq!(message(CardKind::RESIDENCE2).len(), 5_553);
        let special = message(CardKind::RESIDENCE2_SPECIAL);
        assert_eq!(special.len(), 5_553);
        assert_eq!(&special[34..53], [0; 19]);
    }
}
