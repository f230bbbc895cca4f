//! Issues a card: the files of a persona, signed down from the simulated CA keys (spec my-number 8.6, from V facts).

use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use crate::{
    cards::my_number::files::{self, basics},
    crypto::{Signer, SignerError, sha256},
    simulator::{
        Faults, IssueError, Persona,
        keys::{self, NoSuchKey},
        persona::{POOL_SIZE, stored_date},
        pick, portraits,
    },
    tlv::{self, Tag},
    trust::KeyId,
};

use super::{
    jpki::{self, IssuedJpki},
    objects::ObjectFile,
    picture,
};

/// One of the two applications whose data an issuer signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// 券面事項確認AP
    Face,
    /// 券面事項入力補助AP
    Text,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Text => "text",
        }
    }

    /// The last two of the seven digits of an issuer's key id (spec my-number 5.4, V).
    fn issuer_role(self) -> &'static str {
        match self {
            Self::Face => "23",
            Self::Text => "33",
        }
    }

    /// The two digits after the municipality's code in the certified key's id (spec my-number 5.4, I).
    fn subject_role(self) -> &'static str {
        match self {
            Self::Face => "21",
            Self::Text => "31",
        }
    }

    fn key(self, kind: &str) -> String {
        format!("my-number-{kind}-{}", self.name())
    }
}

crate::simulator::record! {
    /// Who issues, and under which name. The default is the simulated hierarchy; faults put others in.
    #[derive(Debug, Clone, Copy)]
    pub struct Issuer;
    prefix: &'static str, "Issuer ids begin with these five digits: `70000` for the simulated hierarchy.";
    generation: &'static str, "Three digits of generation.";
    ca: Option<&'static str>, "The CA key in the pool; `None` for the simulated CA of the application.";
    municipality: Option<&'static str>, "The municipality's key in the pool; `None` for the simulated municipality's.";
}

impl Default for Issuer {
    fn default() -> Self {
        Self { prefix: "70000", generation: "001", ca: None, municipality: None }
    }
}

impl Issuer {
    fn ca_key(&self, side: Side) -> String {
        self.ca.map_or_else(|| side.key("ca"), str::to_owned)
    }

    fn municipality_key(&self, side: Side) -> String {
        self.municipality.map_or_else(|| side.key("municipality"), str::to_owned)
    }
}

crate::simulator::record! {
    /// What a card is issued with.
    #[derive(Debug, Clone)]
    pub struct Order;
    persona: Persona, "The holder.";
    face: Issuer, "Issuer of the face application.";
    text: Issuer, "Issuer of the text application.";
    photo: Option<Vec<u8>>,
        "Whether there is a face picture. Without one the third hash of the face signature is that of no bytes \\[derived\\]: how an infant's card does it is not known.";
    signed_by_card_key: bool, "Whether the card's own key signs the data, instead of the municipality's (a fault).";
    faults: Faults, "What is wrong with the JPKI application, which is issued with the rest.";
}

impl Order {
    /// An honest card of this person, with the persona's portrait.
    pub fn new(persona: Persona) -> Self {
        Self {
            photo: Some(pick(&PORTRAITS, persona.portrait).to_vec()),
            persona,
            face: Issuer::default(),
            text: Issuer::default(),
            signed_by_card_key: false,
            faults: Faults::default(),
        }
    }
}

/// The pool's portraits: drawn faces, JPEG 2000, grey, 378 × 472.
pub const PORTRAITS: [&[u8]; 8] = portraits!("face");

crate::simulator::record! {
    /// The signed files of a card, still as objects, so that a fault can change one.
    #[derive(Debug, Clone)]
    pub struct Issued;
    persona: Persona, "Who the card was issued to.";
    age: ObjectFile, "年齢確認データ";
    face: ObjectFile, "券面データ";
    face_certificate: Vec<u8>, "Certificate of the face application.";
    attributes: ObjectFile, "基本4情報";
    digests: ObjectFile, "真正性確認情報";
    text_certificate: Vec<u8>, "Certificate of the text application.";
    text_key: ObjectFile, "Signed key of the text application.";
    face_signer: &'static Signer, "The face application's chip key.";
    text_signer: &'static Signer, "The text application's chip key.";
    jpki: IssuedJpki, "The JPKI application.";
}

/// Objects of the three groups that the face signature covers (spec my-number 5.3, V).
const FACE_GROUPS: [&[Tag]; 3] = [
    &[files::FACE_BIRTH.tag, files::FACE_SEX.tag, files::FACE_KEY.tag],
    &[files::FACE_NAME.tag, files::FACE_ADDRESS.tag],
    &[files::FACE_PHOTO.tag],
];

/// Issues a card. Costs five RSA signatures; certificates and the text key's signature are made once a process.
pub fn issue(order: &Order) -> Result<Issued, IssueError> {
    let persona = &order.persona;
    let face_signer = card_key(Side::Face, persona.key)?;
    let text_signer = card_key(Side::Text, persona.key)?;
    let municipality = keys::signer(&order.face.municipality_key(Side::Face))?;
    let data_signer = if order.signed_by_card_key { face_signer } else { municipality };
    let (attributes, digests) = text_data(persona, &order.text)?;
    Ok(Issued {
        age: age_file(persona, face_signer, data_signer)?,
        face: face_file(order, face_signer, data_signer)?,
        face_certificate: certificate(Side::Face, &order.face, &persona.municipality)?,
        attributes,
        digests,
        text_certificate: certificate(Side::Text, &order.text, &persona.municipality)?,
        text_key: text_key_file(text_signer, &order.text)?,
        face_signer,
        text_signer,
        jpki: jpki::issue(persona, &order.faults)?,
        persona: persona.clone(),
    })
}

/// A card key of the pool.
///
/// # Errors
/// [`NoSuchKey`] when the pool is damaged.
pub(crate) fn card_key(side: Side, number: u8) -> Result<&'static Signer, NoSuchKey> {
    keys::signer(&format!("my-number-card-{}-{}", side.name(), number % POOL_SIZE))
}

/// A public key as the cards store it: `90 03 010001 ‖ 91 82 0100 <modulus>` (spec my-number 2.3, V).
///
/// # Errors
/// [`SignerError`] when the key is not an RSA-2048 key.
pub(crate) fn key_object(signer: &Signer) -> Result<Vec<u8>, SignerError> {
    let key = signer.public_key()?;
    Ok([tlv::encode(files::KEY_EXPONENT, &[1, 0, 1]), tlv::encode(files::KEY_MODULUS, key.modulus())].concat())
}

fn age_file(persona: &Persona, chip: &Signer, signer: &Signer) -> Result<ObjectFile, IssueError> {
    let mut file = ObjectFile::new(files::FACE_AGE.own.tag, None);
    file.set(files::AGE_BIRTH_DATE.tag, stored_date(persona.birth));
    file.set(files::AGE_KEY.tag, key_object(chip)?);
    let signature = signer.sign_sha256(&[&file.raw(&[files::AGE_BIRTH_DATE.tag, files::AGE_KEY.tag])])?;
    file.set(files::AGE_SIGNATURE.tag, signature);
    Ok(file)
}

fn face_file(order: &Order, chip: &Signer, signer: &Signer) -> Result<ObjectFile, IssueError> {
    let persona = &order.persona;
    let mut file = ObjectFile::new(files::FACE_DATA.own.tag, Some(files::FACE_OFFSETS));
    file.set(files::FACE_BIRTH.tag, stored_date(persona.birth));
    file.set(files::FACE_SEX.tag, [persona.sex]);
    file.set(files::FACE_KEY.tag, key_object(chip)?);
    file.set(files::FACE_NAME.tag, picture::name(&persona.name)?);
    file.set(files::FACE_ADDRESS.tag, picture::address(&persona.address)?);
    if let Some(photo) = &order.photo {
        file.set(files::FACE_PHOTO.tag, photo.clone());
    }
    let groups = FACE_GROUPS.map(|tags| sha256(&[&file.raw(tags)]));
    file.set(files::FACE_SIGNATURE.tag, signer.sign_triple_sha256(&groups)?);
    file.set(files::FACE_EXPIRY.tag, stored_date(persona.expiry()));
    file.set(files::FACE_CODE.tag, picture::security_code(&persona.security_code)?);
    Ok(file)
}

/// Attributes of the text application and their digests. The digest of the 個人番号 file is the persona's stand-in.
pub fn text_data(persona: &Persona, issuer: &Issuer) -> Result<(ObjectFile, ObjectFile), IssueError> {
    let mut attributes = ObjectFile::new(files::TEXT_ATTRIBUTES.own.tag, Some(files::TEXT_OFFSETS));
    attributes.set(files::TEXT_NAME.tag, persona.name.as_bytes());
    attributes.set(files::TEXT_ADDRESS.tag, persona.address.as_bytes());
    attributes.set(files::TEXT_BIRTH.tag, stored_date(persona.birth));
    attributes.set(files::TEXT_SEX.tag, [persona.sex]);
    let mut digests = ObjectFile::new(files::TEXT_DIGESTS.own.tag, None);
    digests.set(files::DIGEST_NUMBER.tag, persona.number_digest);
    digests.set(files::DIGEST_ATTRIBUTES.tag, attributes_digest(&attributes));
    let signed = digests.raw(&[files::DIGEST_NUMBER.tag, files::DIGEST_ATTRIBUTES.tag]);
    let signer = keys::signer(&issuer.municipality_key(Side::Text))?;
    digests.set(files::DIGEST_SIGNATURE.tag, signer.sign_sha256(&[&signed])?);
    Ok((attributes, digests))
}

/// What DF32 holds: SHA-256 over the raw objects of the four attributes (spec my-number 2.4, V).
pub(crate) fn attributes_digest(attributes: &ObjectFile) -> Vec<u8> {
    let tags = [files::TEXT_NAME.tag, files::TEXT_ADDRESS.tag, files::TEXT_BIRTH.tag, files::TEXT_SEX.tag];
    sha256(&[&attributes.raw(&tags)]).to_vec()
}

fn text_key_file(chip: &Signer, issuer: &Issuer) -> Result<ObjectFile, IssueError> {
    let mut file = ObjectFile::new(files::TEXT_KEY.own.tag, None);
    file.set(files::TEXT_CHIP_KEY.tag, key_object(chip)?);
    let signed = file.raw(&[files::TEXT_CHIP_KEY.tag]);
    file.set(files::TEXT_KEY_SIGNATURE.tag, cached_signature(&issuer.municipality_key(Side::Text), signed)?);
    Ok(file)
}

/// A key id: seven digits, `08 05`, three digits of generation, four zero bytes (spec my-number 5.4, V).
pub(crate) fn key_id(number: &str, generation: &str) -> KeyId {
    let mut id = [0; 16];
    let bytes = number.bytes().take(7).chain([0x08, 0x05]).chain(generation.bytes().take(3));
    for (slot, byte) in id.iter_mut().zip(bytes) {
        *slot = byte;
    }
    KeyId(id)
}

/// The certificate of a municipality's key (spec my-number 5.4, V).
///
/// # Errors
/// [`IssueError`] when the pool is damaged.
pub fn certificate(side: Side, issuer: &Issuer, municipality: &str) -> Result<Vec<u8>, IssueError> {
    let issuer_id = key_id(&format!("{}{}", issuer.prefix, side.issuer_role()), issuer.generation);
    let subject_id = key_id(&format!("{municipality}{}", side.subject_role()), "000");
    let key = key_object(keys::signer(&issuer.municipality_key(side))?)?;
    let body = [&issuer_id.0[..], &subject_id.0, &key].concat();
    let signature = cached_signature(&issuer.ca_key(side), body.clone())?;
    let content = [tlv::encode(files::CV_BODY, &body), tlv::encode(files::CV_SIGNATURE, &signature)].concat();
    Ok(tlv::encode(files::FACE_CERTIFICATE.own.tag, &content))
}

/// AP基本情報 of the face application. Nothing in it is signed; the opaque bytes are derived from the id's name.
pub(crate) fn face_basics(persona: &Persona) -> Vec<u8> {
    let mut file = ObjectFile::new(basics::FACE, None);
    file.set(basics::FACE_VERSION, [0x06, 0x03, 0x0E, 0x01]);
    file.set(basics::FACE_KEY_ID, key_id("7000024", "001").0);
    file.set(basics::FACE_REVISION, [0x00]);
    file.set(basics::FACE_MUNICIPALITY, persona.municipality.as_bytes());
    let opaque: Vec<u8> = (0..8_u8).flat_map(|part| sha256(&[b"taimen simulated opaque bytes", &[part]])).collect();
    file.set(basics::FACE_OPAQUE, [&key_id("7000025", "001").0[..], &opaque].concat());
    file.encode()
}

/// AP基本情報 of the text application: 32 opaque bytes and 96 of filler (spec my-number 2.4, V).
pub(crate) fn text_basics() -> Vec<u8> {
    let mut file = ObjectFile::new(basics::TEXT, None);
    file.set(basics::TEXT_VERSION, [0x01, 0x03, 0x0E, 0x01]);
    file.set(basics::TEXT_KEY_ID, key_id("7000034", "001").0);
    let opaque = sha256(&[b"taimen simulated opaque bytes"]);
    file.set(basics::TEXT_OPAQUE, [&opaque[..], &[0xFF; 96]].concat());
    file.encode()
}

/// Signatures that do not depend on the persona. The bound is far above what the pool can need.
fn cached_signature(key: &str, data: Vec<u8>) -> Result<Vec<u8>, IssueError> {
    type Cache = Mutex<HashMap<(String, Vec<u8>), Vec<u8>>>;
    const MOST: usize = 256;
    static CACHE: OnceLock<Cache> = OnceLock::new();

    let cache = CACHE.get_or_init(Mutex::default);
    let entry = (key.to_owned(), data);
    if let Some(known) = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&entry) {
        return Ok(known.clone());
    }
    let signature = keys::signer(key)?.sign_sha256(&[&entry.1])?;
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() < MOST {
        cache.insert(entry, signature.clone());
    }
    Ok(signature)
}
