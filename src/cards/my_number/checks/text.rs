//! The text application: advisory, because nothing ties it to the chip's face data but agreement.

use crate::{
    cards::absent::absent,
    crypto::sha256,
    dump::Dump,
    trust::{KeyRole, TrustStore},
    verify::{Basis, Check, CheckId, Evidence, Reason},
};

use super::{
    super::{
        certificate::key_of,
        decode::{self, DecodeError, FaceData, TextData},
        files,
    },
    chip::chip_check,
    issuer::{Issuer, certificate_check, certified, same_issuer},
    outcome::malformed,
};

/// The text application's part.
pub(super) struct TextPart<'a> {
    pub(super) checks: Vec<Check>,
    pub(super) data: Option<TextData<'a>>,
}

pub(super) fn text_checks<'a>(
    dump: &'a Dump,
    trust: &TrustStore,
    basis: Basis,
    face_issuer: &Issuer,
    face_signature: &Check,
    face: Option<&FaceData<'_>>,
) -> TextPart<'a> {
    let issuer = same_issuer(certificate_check(dump, trust, &files::TEXT_CERTIFICATE, KeyRole::Text), face_issuer);
    let attributes = dump.file(files::TEXT_ATTRIBUTES.name).map(decode::text);
    let signature = text_signature(dump, &issuer, attributes.as_ref());
    let chip = text_chip_check(dump, &issuer);
    let agrees = text_agrees(dump, face_signature, face, attributes.as_ref());
    // Text whose signature was not confirmed may be whatever the holder of the file wrote.
    let agrees = match signature.required_by(agrees.id) {
        Err(open) if agrees.is_passed() && !basis.vouches() => Check { evidence: agrees.evidence, ..open },
        _ => agrees,
    };
    TextPart { checks: vec![issuer.check, signature, chip, agrees], data: attributes.and_then(Result::ok) }
}

fn text_signature(dump: &Dump, issuer: &Issuer, attributes: Option<&Result<TextData<'_>, DecodeError>>) -> Check {
    let id = CheckId::TextSignature;
    let data = match attributes {
        None => return absent(id, dump, files::TEXT_ATTRIBUTES.name),
        Some(Err(error)) => return malformed(id, error),
        Some(Ok(data)) => data,
    };
    let Some(file) = dump.private_file(files::TEXT_DIGESTS.name) else {
        return absent(id, dump, files::TEXT_DIGESTS.name);
    };
    // Nothing of this file may be in the evidence, the tag that does not parse included.
    let Ok(digests) = decode::digests(file.expose()) else {
        return Check::failed(id, Reason::Malformed, Evidence::new().with("file", files::TEXT_DIGESTS.name));
    };
    let key = match certified(id, issuer) {
        Ok(key) => key,
        Err(check) => return check,
    };
    let evidence = Evidence::new()
        .with("covers", "DF22 DF23 DF24 DF25 through DF32")
        .with("scheme", "RSA-2048 PKCS#1 v1.5, SHA-256")
        .with("key_sha256", hex::encode(key.fingerprint()));
    let digest = sha256(&[data.name.raw, data.address.raw, data.birth.raw, data.sex.raw]);
    if digests.attributes.value != digest {
        return Check::failed(id, Reason::DigestMismatch, evidence);
    }
    match key.verify_sha256(&[digests.number.raw, digests.attributes.raw], digests.signature.value) {
        Ok(()) => Check::passed(id, evidence),
        Err(_) => Check::failed(id, Reason::SignatureMismatch, evidence),
    }
}

fn text_chip_check(dump: &Dump, issuer: &Issuer) -> Check {
    let id = CheckId::TextChipKey;
    let Some(bytes) = dump.file(files::TEXT_KEY.name) else {
        return absent(id, dump, files::TEXT_KEY.name);
    };
    let data = match decode::text_key(bytes) {
        Ok(data) => data,
        Err(error) => return malformed(id, &error),
    };
    let key = match certified(id, issuer) {
        Ok(key) => key,
        Err(check) => return check,
    };
    if key.verify_sha256(&[data.key.raw], data.signature.value).is_err() {
        return Check::failed(id, Reason::SignatureMismatch, Evidence::new().with("covers", "DF51"));
    }
    chip_check(id, dump, files::TEXT, &issuer.check, Some(key_of(&data.key)))
}

/// Compares the signed face data with the text, field by field, as the digits and text on the card say it.
fn text_agrees(
    dump: &Dump,
    face_signature: &Check,
    face: Option<&FaceData<'_>>,
    attributes: Option<&Result<TextData<'_>, DecodeError>>,
) -> Check {
    let id = CheckId::TextAgrees;
    let text = match attributes {
        None => return absent(id, dump, files::TEXT_ATTRIBUTES.name),
        Some(Err(error)) => return malformed(id, error),
        Some(Ok(text)) => text,
    };
    if let Err(check) = face_signature.required_by(id) {
        return check;
    }
    let Some(face) = face else { return absent(id, dump, files::FACE_DATA.name) };
    let pairs = [("birth_date", face.birth.value, text.birth.value), ("sex", face.sex.value, text.sex.value)];
    let mut evidence = Evidence::new();
    for (name, in_face, in_text) in pairs {
        evidence = evidence.with(name, if in_face == in_text { "same" } else { "different" });
    }
    if pairs.iter().all(|(_, in_face, in_text)| in_face == in_text) {
        Check::passed(id, evidence)
    } else {
        Check::failed(id, Reason::Disagrees, evidence)
    }
}
