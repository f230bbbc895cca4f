//! What a state writes into a passport: the data groups, their signed hashes, the chip's keys.

use crate::{
    cards::passport::{
        access::{ActiveHash, ChipKeyInfo, ChipProtocol, Mapping, PaceInfo, SecurityInfos, Suite},
        face, files,
        security_object::{CARD_SECURITY, LDS_SECURITY_OBJECT},
    },
    crypto::{CurveKey, CurveSigner, Element, Exponent, Group, Hash, NamedCurve, Scalar, sha256},
    image,
    simulator::{IssueError, certificate::midnight, pick, portraits},
};

use super::{
    PassportHolder,
    issuer::{Key, MessageOrder, Signer, hash_list, security_object_file},
};

/// The pool's eight portraits, in JPEG 2000.
pub const PORTRAITS: [&[u8]; 8] = portraits!("face");

/// The portrait of older passports, in JPEG.
const JPEG_PORTRAIT: &[u8] = include_bytes!("../../pool/portraits/passport.jpg");

crate::simulator::record! {
    /// Everything that a passport is made from.
    #[derive(Debug, Clone)]
    pub struct PassportOrder;
    holder: PassportHolder, "What is printed and signed.";
    printed: Option<String>, "Another zone that is printed than the chip holds.";
    portrait: Option<Vec<u8>>, "The picture instead of the pool's.";
    pace: Vec<PaceInfo>, "Forms of PACE.";
    active: Option<ActiveKind>, "The kind of the key of active authentication.";
    unnamed: Option<Hash>, "The hash of active authentication with a key of a curve if no data group 14 names it; else SHA-256, and it does.";
    chip: Option<(Group, Suite)>, "The group of the key of chip authentication, and its cipher.";
    mapped: Option<NamedCurve>, "The curve of the key that chip authentication mapping proves, in EF.CardSecurity.";
    details: bool, "Whether there are data groups 11 and 12.";
    hash: Hash, "The hash of the data groups.";
    version: u8, "Version of the LDS security object: 0 or 1.";
    signer: Signer, "Who signs.";
    change: Option<fn(&mut MessageOrder)>, "What is wrong with the signed message.";
    sizes: Sizes, "Bytes that files must have.";
}

/// The kind of a key of active authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActiveKind {
    /// ECDSA.
    Curve(NamedCurve),
    /// RSA-2048 with ISO/IEC 9796-2: the pool's one key of passports.
    Rsa,
}

/// A key of active authentication.
#[derive(Debug, Clone)]
pub enum ActiveKey {
    /// ECDSA, and its hash.
    Curve(Scalar, Hash),
    /// RSA, by its name in the pool.
    Rsa(&'static str),
}

/// The RSA key of simulated passports' chips.
const RSA_KEY: &str = "passport-chip";

crate::simulator::record! {
    /// Bytes that files must have, so that a chip answers in the shape of another one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct Sizes;
    picture: Option<usize>, "Of data group 2: zeros follow its picture.";
    person: Option<usize>, "Of data group 11: fillers follow the name.";
    signature: Option<usize>, "Of the security object: something that is not a certificate is among its certificates.";
}

/// How often a length of a length may change while a file is filled.
const MAX_ROUNDS: usize = 4;

/// Fills what `make` makes of so many bytes of filler until it has a size; as near as it gets.
fn fitted<E>(wanted: Option<usize>, mut make: impl FnMut(usize) -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
    let mut filler = 0_usize;
    let mut file = make(filler)?;
    for _ in 0..MAX_ROUNDS {
        match wanted {
            Some(wanted) if wanted != file.len() => {
                filler = filler.saturating_add(wanted).saturating_sub(file.len());
                file = make(filler)?;
            }
            _ => break,
        }
    }
    Ok(file)
}

/// The chip's keys are made from this and the holder's number, so they are as public as those of the pool.
const KEYS: &str = "taimen simulated chip key, public";

fn stream(holder: &PassportHolder, use_of: &str) -> Vec<u8> {
    let part = |count: u8| sha256(&[KEYS.as_bytes(), &[count], use_of.as_bytes(), holder.number.as_bytes()]);
    (0..4).flat_map(part).collect()
}

/// A key of a chip.
pub(super) fn chip_key(curve: NamedCurve, holder: &PassportHolder, use_of: &str) -> Scalar {
    curve.random_scalar(&stream(holder, use_of))
}

/// A key of a chip in any group. That of a public number always has one length in DER, so that data group 14 has.
pub(super) fn group_key(group: &Group, holder: &PassportHolder, use_of: &str) -> Exponent {
    let key = |round: u8| group.random_exponent(&stream(holder, &format!("{use_of}{}", "'".repeat(round.into()))));
    let fits = |key: &Exponent| match group.generator().raised(key) {
        Element::Dh(number) => matches!(number.encode().first(), Some(0x01..=0x7F)),
        Element::Curve(_) => true,
    };
    (0..u8::MAX).map(key).find(fits).unwrap_or_else(|| key(0))
}

/// SubjectPublicKeyInfo of a key of a group.
fn group_info(group: &Group, key: &Exponent) -> Vec<u8> {
    match (group.generator().raised(key), key) {
        (Element::Dh(number), _) => number.info(),
        (Element::Curve(_), Exponent::Curve(key)) => public(key).info(true),
        (Element::Curve(_), Exponent::Dh(_)) => Vec::new(),
    }
}

fn public(key: &Scalar) -> CurveKey {
    CurveSigner::new(key.clone()).public_key()
}

impl PassportOrder {
    /// As Japan's are thought to be since 2020: PACE and BAC, active authentication (spec passport 10, I).
    pub fn japanese(holder: PassportHolder) -> Self {
        Self {
            holder,
            printed: None,
            portrait: None,
            pace: PaceInfo::new(Mapping::Generic, Suite::Aes128, 12).into_iter().collect(),
            active: Some(ActiveKind::Curve(NamedCurve::P256)),
            unnamed: None,
            chip: None,
            mapped: None,
            details: false,
            hash: Hash::Sha256,
            version: 1,
            signer: Signer::Explicit,
            change: None,
            sizes: Sizes::default(),
        }
    }

    /// An older one: BAC alone, no key in the chip, a picture in JPEG.
    pub fn older(holder: PassportHolder) -> Self {
        let portrait = Some(JPEG_PORTRAIT.to_vec());
        Self { pace: Vec::new(), active: None, version: 0, signer: Signer::Rsa, portrait, ..Self::japanese(holder) }
    }

    /// As Japan's are thought to have been before that: BAC alone, active authentication with RSA (spec passport 10, I).
    pub fn with_rsa(holder: PassportHolder) -> Self {
        Self { pace: Vec::new(), active: Some(ActiveKind::Rsa), signer: Signer::Rsa, ..Self::japanese(holder) }
    }

    /// One whose chip proves its key while it is opened: chip authentication mapping, and no other proof.
    pub fn mapping(holder: PassportHolder) -> Self {
        let pace = [Mapping::ChipAuthentication, Mapping::Generic];
        Self {
            pace: pace.into_iter().filter_map(|mapping| PaceInfo::new(mapping, Suite::Aes128, 12)).collect(),
            active: None,
            mapped: Some(NamedCurve::P256),
            ..Self::japanese(holder)
        }
    }

    /// Another state's with numbers modulo a prime instead of curves: PACE with the integrated mapping, chip authentication.
    pub fn with_dh(holder: PassportHolder) -> Self {
        Self {
            pace: PaceInfo::new(Mapping::Integrated, Suite::Aes128, 0).into_iter().collect(),
            chip: Group::standard(1).map(|group| (group, Suite::Aes256)),
            details: false,
            ..Self::foreign(holder)
        }
    }

    /// Another state's: chip authentication, brainpool curves, details.
    pub fn foreign(holder: PassportHolder) -> Self {
        let holder = PassportHolder { issuer: "D".to_owned(), nationality: "D".to_owned(), ..holder };
        Self {
            pace: [Mapping::Generic, Mapping::Integrated]
                .into_iter()
                .filter_map(|mapping| PaceInfo::new(mapping, Suite::Aes256, 13))
                .collect(),
            active: None,
            chip: Some((Group::Curve(NamedCurve::BrainpoolP256), Suite::Aes128)),
            details: true,
            hash: Hash::Sha384,
            signer: Signer::Brainpool,
            ..Self::japanese(holder)
        }
    }
}

/// The files of a passport, and its keys.
#[derive(Debug, Clone)]
pub struct IssuedPassport {
    /// Files by their names in dumps.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// EF.COM, which nobody signs.
    pub common: Vec<u8>,
    /// The forms of PACE that the chip knows.
    pub pace: Vec<PaceInfo>,
    /// The key of active authentication.
    pub active: Option<ActiveKey>,
    /// The key of chip authentication, its group and cipher.
    pub chip: Option<(Group, Exponent, Suite)>,
    /// The key that chip authentication mapping proves.
    pub mapped: Option<Scalar>,
}

impl IssuedPassport {
    /// A file's bytes; empty for one that the passport does not hold.
    pub fn file_mut(&mut self, file: &files::File) -> Option<&mut Vec<u8>> {
        self.files.iter_mut().find(|(name, _)| *name == file.name).map(|(_, bytes)| bytes)
    }

    /// Takes a file away.
    pub fn remove(&mut self, file: &files::File) {
        self.files.retain(|(name, _)| *name != file.name);
    }
}

/// An OCTET STRING of so many bytes in all, as near as its length field gets.
fn filled(bytes: usize) -> Vec<u8> {
    let header = match bytes {
        0..=0x81 => 2,
        0x82..=0x102 => 3,
        _ => 4,
    };
    object(&[0x04], &vec![0; bytes.saturating_sub(header)])
}

/// An object of BER-TLV with a length in its shortest form.
pub(super) fn object(tag: &[u8], value: &[u8]) -> Vec<u8> {
    face::object(tag, value)
}

/// Issues a passport. The same order gives the same files for ever.
///
/// # Errors
/// [`IssueError`] if a key is missing.
pub fn issue(order: &PassportOrder) -> Result<IssuedPassport, IssueError> {
    let holder = &order.holder;
    let picture = order.portrait.clone().unwrap_or_else(|| pick(&PORTRAITS, holder.portrait).to_vec());
    let jpeg2000 = !picture.starts_with(&[0xFF, 0xD8]);
    let format = if jpeg2000 { image::Format::Jpeg2000 } else { image::Format::Jpeg };
    let (width, height) = image::dimensions(&picture, format).unwrap_or_default();
    let side = |side: u32| u16::try_from(side).unwrap_or_default();
    let dg2 = fitted(order.sizes.picture, |filler| {
        let picture = [picture.as_slice(), &vec![0; filler]].concat();
        Ok::<_, IssueError>(face::data_group(&picture, jpeg2000, side(width), side(height)))
    })?;
    let mut groups =
        vec![(&files::DG1, object(&[0x61], &object(&[0x5F, 0x1F], holder.zone().as_bytes()))), (&files::DG2, dg2)];
    if order.details {
        let day = |date: jiff::civil::Date| date.strftime("%Y%m%d").to_string().into_bytes();
        // Fillers make a name longer, and nothing makes it shorter.
        let name = match order.sizes.person {
            Some(_) => "TESTO".to_owned(),
            None => holder.national.replace('\u{3000}', "<<"),
        };
        let person = fitted(order.sizes.person, |filler| {
            let name = format!("{name}{}", "<".repeat(filler));
            let person = [
                object(&[0x5C], &[0x5F, 0x0E, 0x5F, 0x2B]),
                object(&[0x5F, 0x0E], name.as_bytes()),
                object(&[0x5F, 0x2B], &day(holder.birth)),
            ];
            Ok::<_, IssueError>(object(&[0x6B], &person.concat()))
        })?;
        let document = [
            object(&[0x5C], &[0x5F, 0x19, 0x5F, 0x26]),
            object(&[0x5F, 0x19], b"SIMULATED<AUTHORITY"),
            object(&[0x5F, 0x26], &day(holder.issued)),
        ];
        groups.push((&files::DG11, person));
        groups.push((&files::DG12, object(&[0x6C], &document.concat())));
    }
    let active = order.active.map(|kind| match kind {
        ActiveKind::Curve(curve) => {
            ActiveKey::Curve(chip_key(curve, holder, "active"), order.unnamed.unwrap_or(Hash::Sha256))
        }
        ActiveKind::Rsa => ActiveKey::Rsa(RSA_KEY),
    });
    let chip = order.chip.clone().map(|(group, suite)| {
        let key = group_key(&group, holder, "chip");
        (group, key, suite)
    });
    let mapped = order.mapped.map(|curve| chip_key(curve, holder, "mapped"));
    let infos = SecurityInfos {
        pace: order.pace.clone(),
        chip: chip
            .iter()
            .map(|(group, _, suite)| ChipProtocol::new(matches!(group, Group::Curve(_)), *suite, None))
            .collect(),
        chip_keys: chip
            .iter()
            .map(|(group, key, _)| ChipKeyInfo { info: group_info(group, key), key_id: None })
            .collect(),
        active: match &active {
            Some(ActiveKey::Curve(_, hash)) if order.unnamed.is_none() => ActiveHash::Named(*hash),
            _ => ActiveHash::Unnamed,
        },
    };
    let plain = SecurityInfos { pace: order.pace.clone(), ..SecurityInfos::default() };
    if infos != SecurityInfos::default() {
        groups.push((&files::DG14, object(&[0x6E], &infos.encode())));
    }
    match &active {
        Some(ActiveKey::Curve(key, _)) => groups.push((&files::DG15, object(&[0x6F], &public(key).info(false)))),
        Some(ActiveKey::Rsa(name)) => groups.push((&files::DG15, object(&[0x6F], &Key::Rsa(name).info(false)?))),
        None => {}
    }
    let hashed: Vec<(u8, &[u8])> = groups.iter().map(|(file, bytes)| (file.own.group, bytes.as_slice())).collect();
    let list = hash_list(order.version, order.hash, &hashed);
    let signer = order.signer.order();
    let mut message = MessageOrder::new(LDS_SECURITY_OBJECT, list, &signer)?;
    message.signed_at = Some(midnight(2025, 4, 1));
    if let Some(change) = order.change {
        change(&mut message);
    }
    let tags: Vec<u8> = groups.iter().filter_map(|(file, _)| u8::try_from(file.own.tag.0).ok()).collect();
    let common = [object(&[0x5F, 0x01], b"0107"), object(&[0x5F, 0x36], b"040000"), object(&[0x5C], &tags)];
    let mut all: Vec<(&'static str, Vec<u8>)> =
        groups.into_iter().map(|(file, bytes)| (file.file.name, bytes)).collect();
    let certificates = message.certificates.clone();
    let signed = fitted(order.sizes.signature, |filler| {
        message.certificates.clone_from(&certificates);
        if filler >= 2 {
            message.certificates.push(filled(filler));
        }
        Ok::<_, IssueError>(security_object_file(&message.build()?))
    })?;
    all.push((files::SOD.file.name, signed));
    if !order.pace.is_empty() {
        all.push((files::CARD_ACCESS.file.name, plain.encode()));
    }
    if let Some(key) = &mapped {
        let key = ChipKeyInfo { info: public(key).info(true), key_id: None };
        let infos = SecurityInfos { chip_keys: vec![key], ..plain };
        let message = MessageOrder::new(CARD_SECURITY, infos.encode(), &signer)?;
        all.push((files::CARD_SECURITY.file.name, message.build()?));
    }
    let (pace, common) = (order.pace.clone(), object(&[0x60], &common.concat()));
    Ok(IssuedPassport { files: all, common, pace, active, chip, mapped })
}
