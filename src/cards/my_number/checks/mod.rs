//! What a My Number Card's data proves: pure functions of the dump, the trust store and the time (spec my-number 5).

mod advice;
mod chip;
mod issuer;
mod jpki;
mod outcome;
mod text;

use jiff::civil::Date;

use crate::{
    cards::{
        CardText, Findings, Holder, Item, ItemValue, Picture, PictureFormat, Signed, Unconfirmed,
        absent::absent,
        common::{expiry_check, revocation},
    },
    crypto::{Sha256Hash, sha256},
    dump::{Dump, Scope},
    kind::CardKind,
    text::{compact_date, japan_date},
    tlv::Object,
    trust::{KeyRole, TrustStore},
    verify::{Basis, Check, CheckId, Evidence, Reason, Requirement, Verdict, Why},
};

use super::{
    certificate::{CvCertificate, key_of},
    decode::{self, AgeData, DecodeError, FaceData},
    files::{self, Field},
    spec::PRESENTATION,
};
use advice::{AGE_ONLY, hierarchy_notes, notes_for};
use chip::chip_check;
use issuer::{Issuer, certificate_check, certified};
use jpki::{Others, jpki_part};
use outcome::malformed;
use text::text_checks;

/// What the default check of a My Number Card must pass.
pub const REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::FaceCertificate, CheckId::FaceSignature, CheckId::ChipKey, CheckId::NotExpired],
    advisory: &[
        CheckId::TextCertificate,
        CheckId::TextSignature,
        CheckId::TextChipKey,
        CheckId::TextAgrees,
        CheckId::JpkiAuthChain,
        CheckId::JpkiAuthKey,
        CheckId::JpkiSignChain,
        CheckId::JpkiAgrees,
        CheckId::Revocation,
    ],
};

/// What the age check (`--age`) must pass.
pub const AGE_REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::FaceCertificate, CheckId::AgeSignature, CheckId::ChipKey, CheckId::NotExpired],
    advisory: &[CheckId::Revocation],
};

/// Decodes and checks a My Number Card's dump.
pub fn check(dump: &Dump, trust: &TrustStore, basis: Basis) -> Findings {
    match dump.scope {
        Scope::AGE => check_age(dump, trust, basis),
        _ => check_full(dump, trust, basis),
    }
}

fn check_full(dump: &Dump, trust: &TrustStore, basis: Basis) -> Findings {
    let issuer = certificate_check(dump, trust, &files::FACE_CERTIFICATE, KeyRole::Face);
    let face = dump.file(files::FACE_DATA.name).map(decode::face);
    let photo_missing = matches!(&face, Some(Ok(data)) if data.photo.is_none());

    let signature = face_signature(dump, &issuer, face.as_ref());
    let chip = chip_check(
        CheckId::ChipKey,
        dump,
        files::FACE,
        &signature,
        face.as_ref().and_then(|data| data.as_ref().ok()).map(|data| key_of(&data.key)),
    );
    let face = face.and_then(Result::ok);
    let expiry = face.as_ref().and_then(|data| data.expiry);
    let not_expired = not_expired(expiry.map(|object| object.value), face.is_some(), basis);
    let text = text_checks(dump, trust, basis, &issuer, &signature, face.as_ref());
    let confirmed = text.checks.iter().all(Check::is_passed);
    let others = Others {
        issuer: &issuer,
        face_signature: &signature,
        face: face.as_ref(),
        text: text.data.as_ref().filter(|_| confirmed),
    };
    let jpki = jpki_part(dump, trust, basis, &others);

    let mut findings = Findings {
        kind: if photo_missing { CardKind::MY_NUMBER_NO_PHOTO } else { CardKind::MY_NUMBER },
        hierarchy: issuer.hierarchy,
        pictures: face.as_ref().map(pictures).unwrap_or_default(),
        items: expiry.and_then(|object| expiry_item(object.value)).into_iter().chain(jpki.items).collect(),
        checks: [vec![issuer.check, signature, chip, not_expired], text.checks, jpki.checks, vec![revocation()]]
            .concat(),
        ..Findings::of(dump, basis, &REQUIREMENT, &PRESENTATION)
    };
    if let Some(data) = &face {
        let by = |field: Field| field.signed_by;
        findings.holder.birth_date =
            decode::date_of(&data.birth).ok().map(|date| Signed::new(date, by(files::FACE_BIRTH)));
        findings.holder.sex = decode::sex_of(&data.sex).ok().map(|sex| Signed::new(sex, by(files::FACE_SEX)));
    }
    let standing = standing(&findings);
    if let Some(data) = &text.data {
        let text = |object: &Object<'_>| decode::text_of(object).ok().map(CardText::from);
        let (name, address) = (text(&data.name), text(&data.address));
        let signed = |field: Field| move |text| Signed::new(text, field.signed_by);
        match standing {
            Standing::Confirmed => {
                findings.holder.name = name.map(signed(files::TEXT_NAME));
                findings.holder.address = address.map(signed(files::TEXT_ADDRESS));
            }
            Standing::Unconfirmed => findings.holder.unconfirmed = Some(Unconfirmed { name, address }),
            Standing::Withheld => {}
        }
    }
    findings.notes = notes_for(&findings, issuer.unofficial, text.data.as_ref().map(|_| standing));
    findings.notes.extend(jpki.notes);
    findings
}

fn check_age(dump: &Dump, trust: &TrustStore, basis: Basis) -> Findings {
    let issuer = certificate_check(dump, trust, &files::FACE_CERTIFICATE, KeyRole::Face);
    let age = dump.file(files::FACE_AGE.name).map(decode::age);
    let signature = age_signature(dump, &issuer, age.as_ref());
    let chip = chip_check(
        CheckId::ChipKey,
        dump,
        files::FACE,
        &signature,
        age.as_ref().and_then(|data| data.as_ref().ok()).map(|data| key_of(&data.key)),
    );
    let age = age.and_then(Result::ok);
    let expiry = dump.file(files::DOMAIN_EXPIRY).map(<[u8]>::to_vec);
    let not_expired = not_expired(expiry.as_deref(), true, basis);
    let birth = age.as_ref().and_then(|data| decode::date_of(&data.birth).ok());
    let years = birth.and_then(|birth| age_on(birth, japan_date(basis.at())));
    let mut findings = Findings {
        kind: CardKind::MY_NUMBER,
        hierarchy: issuer.hierarchy,
        holder: Holder {
            age: years.map(|years| Signed::new(years, files::AGE_BIRTH_DATE.signed_by)),
            ..Holder::default()
        },
        checks: vec![issuer.check, signature, chip, not_expired, revocation()],
        ..Findings::of(dump, basis, &AGE_REQUIREMENT, &PRESENTATION)
    };
    findings.notes = std::iter::once(AGE_ONLY).chain(hierarchy_notes(&findings, issuer.unofficial)).collect();
    findings
}

/// What becomes of name and address as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Their signature and every other check of the text passed.
    Confirmed,
    /// What their signature needs is never stored, nor sent over a network; nothing else speaks against them.
    Unconfirmed,
    /// A check speaks against them.
    Withheld,
}

fn standing(findings: &Findings) -> Standing {
    let verdict = |id| findings.verdict(id);
    let passed = |id| verdict(id) == Some(Verdict::Passed);
    let key = passed(CheckId::TextCertificate) && passed(CheckId::TextChipKey);
    match (verdict(CheckId::TextSignature), verdict(CheckId::TextAgrees)) {
        (Some(Verdict::Passed), Some(Verdict::Passed)) if key => Standing::Confirmed,
        (
            Some(Verdict::NotDone(Why::NotStored | Why::NotOverNetwork)),
            Some(Verdict::Passed | Verdict::NotDone(Why::DependsOn(CheckId::TextSignature))),
        ) if key => Standing::Unconfirmed,
        _ => Standing::Withheld,
    }
}

/// Whole years on a day; the birthday itself counts. Somebody born on 29 February gets older on 1 March of common years.
fn age_on(birth: Date, day: Date) -> Option<i16> {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    let years = day.year() - birth.year() - i16::from(before_birthday);
    (years >= 0).then_some(years)
}

fn face_signature(dump: &Dump, issuer: &Issuer, face: Option<&Result<FaceData<'_>, DecodeError>>) -> Check {
    let id = CheckId::FaceSignature;
    let data = match face {
        None => return absent(id, dump, files::FACE_DATA.name),
        Some(Err(error)) => return malformed(id, error),
        Some(Ok(data)) => data,
    };
    let key = match certified(id, issuer) {
        Ok(key) => key,
        Err(check) => return check,
    };
    let Some(photo) = &data.photo else {
        // What such cards sign is not known. The issuer's padding is: without it the signature is nobody's.
        let evidence = Evidence::new().with("missing", files::FACE_PHOTO.tag.to_string());
        return match key.recover(data.signature.value) {
            Ok(_) => Check::not_done(id, Why::LayoutUnknown, evidence),
            Err(_) => Check::failed(id, Reason::SignatureMismatch, evidence),
        };
    };
    let evidence = Evidence::new()
        .with("covers", "DF22 DF23 DF24 | DF25 DF26 | DF27")
        .with("scheme", "RSA-2048 PKCS#1 v1.5, DigestInfo of three SHA-256 values")
        .with("key_sha256", hex::encode(key.fingerprint()));
    match key.verify_triple_sha256(&groups(data, photo), data.signature.value) {
        // The offset table is not signed, but a card whose table contradicts its objects is of an unknown layout.
        Ok(()) if !data.offsets_agree => {
            let evidence = evidence.with("detail", "the offset table does not point at the objects");
            Check::not_done(id, Why::LayoutUnknown, evidence)
        }
        Ok(()) => Check::passed(id, evidence),
        Err(_) => Check::failed(id, Reason::SignatureMismatch, evidence),
    }
}

/// What the signature over the face data covers.
fn groups(data: &FaceData<'_>, photo: &Object<'_>) -> [Sha256Hash; 3] {
    [
        sha256(&[data.birth.raw, data.sex.raw, data.key.raw]),
        sha256(&[data.name.raw, data.address.raw]),
        sha256(&[photo.raw]),
    ]
}

/// Whether the key of the face application's certificate signed the data that were read, whoever certified it.
pub(super) fn certificate_fits(dump: &Dump) -> bool {
    let certificate = dump.file(files::FACE_CERTIFICATE.name).map(CvCertificate::parse);
    let Some(Ok(CvCertificate { key: Ok(key), .. })) = certificate else {
        return false;
    };
    let age = dump.file(files::FACE_AGE.name).and_then(|file| decode::age(file).ok());
    let face = dump.file(files::FACE_DATA.name).and_then(|file| decode::face(file).ok());
    let signs = |face: &FaceData<'_>| match &face.photo {
        Some(photo) => key.verify_triple_sha256(&groups(face, photo), face.signature.value).is_ok(),
        None => key.recover(face.signature.value).is_ok(),
    };
    age.is_some_and(|age| key.verify_sha256(&[age.birth.raw, age.key.raw], age.signature.value).is_ok())
        || face.is_some_and(|face| signs(&face))
}

fn age_signature(dump: &Dump, issuer: &Issuer, age: Option<&Result<AgeData<'_>, DecodeError>>) -> Check {
    let id = CheckId::AgeSignature;
    let data = match age {
        None => return absent(id, dump, files::FACE_AGE.name),
        Some(Err(error)) => return malformed(id, error),
        Some(Ok(data)) => data,
    };
    let key = match certified(id, issuer) {
        Ok(key) => key,
        Err(check) => return check,
    };
    let evidence = Evidence::new()
        .with("covers", "DF11 DF12")
        .with("scheme", "RSA-2048 PKCS#1 v1.5, SHA-256")
        .with("key_sha256", hex::encode(key.fingerprint()));
    match key.verify_sha256(&[data.birth.raw, data.key.raw], data.signature.value) {
        Ok(()) => Check::passed(id, evidence),
        Err(_) => Check::failed(id, Reason::SignatureMismatch, evidence),
    }
}

/// The expiry day, which nothing on this card signs: so bytes that are not a day say no more than a missing file. `read` says whether the day
/// should have been there.
fn not_expired(expiry: Option<&[u8]>, read: bool, basis: Basis) -> Check {
    let id = CheckId::NotExpired;
    match expiry.filter(|expiry| !expiry.is_empty()).map(compact_date) {
        None => Check::not_done(id, if read { Why::NotOnCard } else { Why::NotRead }, Evidence::new()),
        Some(None) => Check::not_done(id, Why::LayoutUnknown, Evidence::new()),
        Some(Some(last_day)) => expiry_check(last_day, None, basis),
    }
}

fn pictures(face: &FaceData<'_>) -> Vec<Picture> {
    let picture = |id, field: Field, format, object: Option<&Object<'_>>| {
        let bytes = object?.value.to_vec();
        Some(Picture { id, title: field.title, format, bytes, signed_by: field.signed_by })
    };
    [
        picture("photo", files::FACE_PHOTO, PictureFormat::Jpeg2000, face.photo.as_ref()),
        picture("name", files::FACE_NAME, PictureFormat::Png, Some(&face.name)),
        picture("address", files::FACE_ADDRESS, PictureFormat::Png, Some(&face.address)),
        picture("security-code", files::FACE_CODE, PictureFormat::Png, face.code.as_ref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn expiry_item(digits: &[u8]) -> Option<Item> {
    let date = compact_date(digits)?;
    let field = files::FACE_EXPIRY;
    let value = ItemValue::Date(date);
    Some(Item { id: "expiry", title: field.title, value, signed_by: field.signed_by, masked: false })
}

#[cfg(all(test, feature = "simulator"))]
#[path = "../checks_tests.rs"]
mod tests;
