//! What a My Number Card's data proves: pure functions of the dump, the trust store and the time (spec my-number 5).

use jiff::{Timestamp, civil::Date};

use crate::{
    cards::{Findings, Holder, Item, ItemValue, Note, Picture, PictureFormat, Signed, notes},
    crypto::{PublicKey, sha256},
    dump::{Answer, CHALLENGE_RANDOM, Dump, NotRead, Scope},
    kind::CardKind,
    lang::Bilingual,
    text::{compact_date, japan_date},
    tlv::Object,
    trust::{Anchor, CvCaKey, Hierarchy, KeyRole, TrustStore},
    verify::{Check, CheckId, Evidence, Reason, Requirement, Verdict, Why, text_of},
};

use super::{
    certificate::{CertificateError, CvCertificate, key_of},
    decode::{self, AgeData, DecodeError, FaceData, TextData},
    files::{self, Application, Field, File},
};

/// What the default check of a My Number Card must pass.
pub const REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::FaceCertificate, CheckId::FaceSignature, CheckId::ChipKey, CheckId::NotExpired],
    advisory: &[
        CheckId::TextCertificate,
        CheckId::TextSignature,
        CheckId::TextChipKey,
        CheckId::TextAgrees,
        CheckId::Revocation,
    ],
};

/// What the age check (`--age`) must pass.
pub const AGE_REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::FaceCertificate, CheckId::AgeSignature, CheckId::ChipKey, CheckId::NotExpired],
    advisory: &[CheckId::Revocation],
};

/// Name and address as text are withheld when their own checks fail.
const TEXT_WITHHELD: Note = Note {
    id: "text-withheld",
    text: Bilingual::new(
        "文字の氏名・住所は検査に合格しなかったため表示しません。画像の氏名・住所を見てください。",
        "Name and address as text did not pass their checks and are not shown. Read them from the pictures.",
    ),
};

/// The text application was not read.
const TEXT_NOT_READ: Note = Note {
    id: "text-not-read",
    text: Bilingual::new(
        "文字の氏名・住所は読み取れませんでした。画像の氏名・住所を見てください。",
        "Name and address as text were not read. Read them from the pictures.",
    ),
};

/// Expiry and security code are not signed.
const UNSIGNED_PRINT: Note = Note {
    id: "unsigned-print",
    text: Bilingual::new(
        "有効期限とセキュリティコードは電子署名の対象外です。券面の印刷と見比べてください。",
        "Expiry and security code are not signed. Compare them with the print.",
    ),
};

/// No photo: the layout of such cards is not known.
const NO_PHOTO: Note = Note {
    id: "no-photo",
    text: Bilingual::new(
        "顔写真のないカードです。データの配置が公開されていないため真正性を判定できません。別の書類と組み合わせて確認してください。",
        "The card holds no face picture. Its layout is not public, so no verdict is possible: combine it with another document.",
    ),
};

/// The age check's own limits.
const AGE_ONLY: Note = Note {
    id: "age-only",
    text: Bilingual::new(
        "年齢だけを確認しました。来店者がカードの持ち主であることは、券面の顔写真と見比べてください。",
        "Only the age was checked. Compare the person with the picture printed on the card.",
    ),
};

/// Decodes and checks a My Number Card's dump, as of a time.
pub fn check(dump: &Dump, trust: &TrustStore, at: Timestamp) -> Findings {
    match dump.scope {
        Scope::Age => check_age(dump, trust, at),
        Scope::Full | Scope::Pin1 | Scope::WithoutPin => check_full(dump, trust, at),
    }
}

fn check_full(dump: &Dump, trust: &TrustStore, at: Timestamp) -> Findings {
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
    let not_expired = expiry_check(expiry.map(|object| object.value), face.is_some(), at);
    let text = text_checks(dump, trust, &signature, face.as_ref());

    let mut findings = Findings {
        kind: if photo_missing { CardKind::MyNumberNoPhoto } else { CardKind::MyNumber },
        requirement: &REQUIREMENT,
        hierarchy: issuer.hierarchy,
        holder: Holder::default(),
        pictures: face.as_ref().map(pictures).unwrap_or_default(),
        items: expiry.and_then(|object| expiry_item(object.value)).into_iter().collect(),
        history: Vec::new(),
        external: Vec::new(),
        tries: Vec::new(),
        warnings: Vec::new(),
        guests: dump.guests.clone(),
        notes: Vec::new(),
        judged_at: at,
        checks: [vec![issuer.check, signature, chip, not_expired], text.checks, vec![revocation()]].concat(),
    };
    if let Some(data) = &face {
        let by = |field: Field| field.signed_by;
        findings.holder.birth_date =
            decode::date_of(&data.birth).ok().map(|date| Signed::new(date, by(files::FACE_BIRTH)));
        findings.holder.sex = decode::sex_of(&data.sex).ok().map(|sex| Signed::new(sex, by(files::FACE_SEX)));
    }
    let withheld = [CheckId::TextCertificate, CheckId::TextSignature, CheckId::TextAgrees]
        .into_iter()
        .any(|id| matches!(findings.verdict(id), Some(Verdict::Failed(_))));
    if let (Some(data), false) = (&text.data, withheld) {
        let value = |object: &Object<'_>, field: Field| {
            decode::text_of(object).ok().map(|text| Signed::new(text.into(), field.signed_by))
        };
        findings.holder.name = value(&data.name, files::TEXT_NAME);
        findings.holder.address = value(&data.address, files::TEXT_ADDRESS);
    }
    findings.notes = notes_for(&findings, &issuer.unofficial, text.data.is_some(), withheld);
    findings
}

fn check_age(dump: &Dump, trust: &TrustStore, at: Timestamp) -> Findings {
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
    let not_expired = expiry_check(expiry.as_deref(), true, at);
    let birth = age.as_ref().and_then(|data| decode::date_of(&data.birth).ok());
    let years = birth.and_then(|birth| age_on(birth, japan_date(at)));
    let mut findings = Findings {
        kind: CardKind::MyNumber,
        requirement: &AGE_REQUIREMENT,
        hierarchy: issuer.hierarchy,
        holder: Holder {
            age: years.map(|years| Signed::new(years, files::AGE_BIRTH_DATE.signed_by)),
            ..Holder::default()
        },
        pictures: Vec::new(),
        items: Vec::new(),
        history: Vec::new(),
        external: Vec::new(),
        tries: Vec::new(),
        warnings: Vec::new(),
        guests: dump.guests.clone(),
        notes: Vec::new(),
        judged_at: at,
        checks: vec![issuer.check, signature, chip, not_expired, revocation()],
    };
    findings.notes = std::iter::once(AGE_ONLY).chain(hierarchy_notes(&findings, issuer.unofficial)).collect();
    findings
}

/// Whole years on a day; the birthday itself counts. Somebody born on 29 February gets older on 1 March of common years.
fn age_on(birth: Date, day: Date) -> Option<i16> {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    let years = day.year() - birth.year() - i16::from(before_birthday);
    (years >= 0).then_some(years)
}

/// The outcome of an application's certificate check, and what later checks take from it.
struct Issuer {
    check: Check,
    /// The certified key; only there when the check passed.
    key: Option<PublicKey>,
    hierarchy: Option<Hierarchy>,
    /// Whether the anchor rests on an unofficial source.
    unofficial: bool,
}

fn certificate_check(dump: &Dump, trust: &TrustStore, file: &File, role: KeyRole) -> Issuer {
    let id = file.signed_by.unwrap_or(CheckId::FaceCertificate);
    let without = |check| Issuer { check, key: None, hierarchy: None, unofficial: false };
    let Some(bytes) = dump.file(file.name) else {
        return without(absent(id, dump, file));
    };
    let certificate = match CvCertificate::parse(bytes) {
        Ok(certificate) => certificate,
        Err(error) => return without(malformed_certificate(id, &error)),
    };
    let evidence =
        Evidence::new().with("issuer", certificate.issuer.to_string()).with("subject", certificate.subject.to_string());
    let candidates: Vec<(&Anchor, &CvCaKey)> = trust.cv_keys(&certificate.issuer).collect();
    if candidates.is_empty() {
        return without(Check::not_done(id, Why::NoAnchor, evidence));
    }
    let signs = |key: &CvCaKey| key.key.verify_sha256(&[certificate.body], certificate.signature).is_ok();
    let mut signers: Vec<&Anchor> =
        candidates.iter().filter(|(_, key)| signs(key)).map(|(anchor, _)| *anchor).collect();
    signers.sort_by_key(|anchor| !trust.accepts(anchor.hierarchy));
    let Some(anchor) = signers.first() else {
        return without(Check::failed(id, Reason::SignatureMismatch, evidence));
    };
    let evidence = evidence
        .with("anchor", anchor.name.clone())
        .with("anchor_hierarchy", anchor.hierarchy.as_str())
        .with("anchor_sha256", anchor.material.sha256())
        .with("anchor_source", anchor.source.clone())
        .with("anchor_official", if anchor.official { "yes" } else { "no" });
    let (check, key) = if KeyRole::of(&certificate.issuer).is_some_and(|found| found != role) {
        (Check::failed(id, Reason::WrongIssuerRole, evidence), None)
    } else if trust.accepts(anchor.hierarchy) {
        (Check::passed(id, evidence), Some(certificate.key))
    } else {
        (Check::failed(id, Reason::HierarchyNotAccepted, evidence), None)
    };
    Issuer { check, key, hierarchy: Some(anchor.hierarchy), unofficial: !anchor.official }
}

fn face_signature(dump: &Dump, issuer: &Issuer, face: Option<&Result<FaceData<'_>, DecodeError>>) -> Check {
    let id = CheckId::FaceSignature;
    let data = match face {
        None => return absent(id, dump, &files::FACE_DATA),
        Some(Err(error)) => return malformed(id, error),
        Some(Ok(data)) => data,
    };
    let Some(photo) = &data.photo else {
        return Check::not_done(id, Why::LayoutUnknown, Evidence::new().with("missing", "DF27"));
    };
    let key = match certified(id, issuer) {
        Ok(key) => key,
        Err(check) => return check,
    };
    if !data.offsets_agree {
        let evidence = Evidence::new().with("detail", "the offset table does not point at the objects");
        return Check::not_done(id, Why::LayoutUnknown, evidence);
    }
    let evidence = Evidence::new()
        .with("covers", "DF22 DF23 DF24 | DF25 DF26 | DF27")
        .with("scheme", "RSA-2048 PKCS#1 v1.5, DigestInfo of three SHA-256 values")
        .with("key_sha256", hex::encode(key.fingerprint()));
    let groups = [
        sha256(&[data.birth.raw, data.sex.raw, data.key.raw]),
        sha256(&[data.name.raw, data.address.raw]),
        sha256(&[photo.raw]),
    ];
    match key.verify_triple_sha256(&groups, data.signature.value) {
        Ok(()) => Check::passed(id, evidence),
        Err(_) => Check::failed(id, Reason::SignatureMismatch, evidence),
    }
}

fn age_signature(dump: &Dump, issuer: &Issuer, age: Option<&Result<AgeData<'_>, DecodeError>>) -> Check {
    let id = CheckId::AgeSignature;
    let data = match age {
        None => return absent(id, dump, &files::FACE_AGE),
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

/// The chip's answer to our challenge, under a key that `covered_by` covers.
fn chip_check(
    id: CheckId,
    dump: &Dump,
    application: Application,
    covered_by: &Check,
    key: Option<Result<PublicKey, CertificateError>>,
) -> Check {
    if let Err(check) = covered_by.required_by(id) {
        return check;
    }
    let Some(challenge) = dump.challenge(application.name) else {
        return Check::not_done(id, Why::NotRead, Evidence::new());
    };
    let key = match key {
        Some(Ok(key)) => key,
        Some(Err(error)) => return malformed_certificate(id, &error),
        None => return Check::not_done(id, Why::NotRead, Evidence::new()),
    };
    let evidence = Evidence::new()
        .with("challenge_time", challenge.time.to_string())
        .with("challenge_random", hex::encode(&challenge.random.0))
        .with("scheme", "RSA-2048 PKCS#1 v1.5, SHA-256");
    // The chip signed the challenge's time: a dump whose reading time was edited afterwards does not fit it any more.
    if challenge.time != dump.read_at || challenge.random.0.len() != CHALLENGE_RANDOM {
        let evidence = evidence.with("detail", "the challenge is not one of this reading");
        return Check::failed(id, Reason::ChallengeMismatch, evidence);
    }
    match &challenge.answer {
        Answer::Refused(status) => Check::failed(id, Reason::ChallengeRefused, evidence.with("status", status.clone())),
        Answer::Signature(answer) => match key.verify_sha256(&[&challenge.message()], &answer.0) {
            Ok(()) => Check::passed(id, evidence),
            Err(_) => Check::failed(id, Reason::ChallengeMismatch, evidence),
        },
    }
}

/// A document is valid through its expiry day, Japan time. `expected` tells whether the day should have been there.
fn expiry_check(expiry: Option<&[u8]>, read: bool, at: Timestamp) -> Check {
    let id = CheckId::NotExpired;
    let Some(digits) = expiry else {
        let why = if read { Why::NotOnCard } else { Why::NotRead };
        return Check::not_done(id, why, Evidence::new());
    };
    let today = japan_date(at);
    let Some(last_day) = compact_date(digits) else {
        return Check::failed(id, Reason::Malformed, Evidence::new());
    };
    let evidence =
        Evidence::new().with("expiry", last_day.to_string()).with("judged_on", today.to_string()).with("signed", "no");
    if today > last_day { Check::failed(id, Reason::Expired, evidence) } else { Check::passed(id, evidence) }
}

/// The text application's part.
struct TextPart<'a> {
    checks: Vec<Check>,
    data: Option<TextData<'a>>,
}

fn text_checks<'a>(
    dump: &'a Dump,
    trust: &TrustStore,
    face_signature: &Check,
    face: Option<&FaceData<'_>>,
) -> TextPart<'a> {
    let issuer = certificate_check(dump, trust, &files::TEXT_CERTIFICATE, KeyRole::Text);
    let attributes = dump.file(files::TEXT_ATTRIBUTES.name).map(decode::text);
    let signature = text_signature(dump, &issuer, attributes.as_ref());
    let chip = text_chip_check(dump, &issuer);
    let agrees = text_agrees(dump, face_signature, face, attributes.as_ref());
    TextPart { checks: vec![issuer.check, signature, chip, agrees], data: attributes.and_then(Result::ok) }
}

fn text_signature(dump: &Dump, issuer: &Issuer, attributes: Option<&Result<TextData<'_>, DecodeError>>) -> Check {
    let id = CheckId::TextSignature;
    let data = match attributes {
        None => return absent(id, dump, &files::TEXT_ATTRIBUTES),
        Some(Err(error)) => return malformed(id, error),
        Some(Ok(data)) => data,
    };
    let Some(file) = dump.private_file(files::TEXT_DIGESTS.name) else {
        return absent(id, dump, &files::TEXT_DIGESTS);
    };
    let digests = match decode::digests(file.expose()) {
        Ok(digests) => digests,
        Err(error) => return malformed(id, &error),
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
        return absent(id, dump, &files::TEXT_KEY);
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
        None => return absent(id, dump, &files::TEXT_ATTRIBUTES),
        Some(Err(error)) => return malformed(id, error),
        Some(Ok(text)) => text,
    };
    if let Err(check) = face_signature.required_by(id) {
        return check;
    }
    let Some(face) = face else { return absent(id, dump, &files::FACE_DATA) };
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

fn revocation() -> Check {
    Check::not_done(CheckId::Revocation, Why::NotAvailable, Evidence::new())
}

/// The municipality's key, or why a check that needs it was not done.
fn certified(id: CheckId, issuer: &Issuer) -> Result<&PublicKey, Check> {
    issuer.check.required_by(id)?;
    issuer.key.as_ref().ok_or_else(|| Check::not_done(id, Why::DependsOn(issuer.check.id), Evidence::new()))
}

fn absent(id: CheckId, dump: &Dump, file: &File) -> Check {
    let evidence = Evidence::new().with("file", file.name);
    match dump.not_read(file.name) {
        Some(NotRead::NotStored) => Check::not_done(id, Why::NotStored, evidence),
        Some(NotRead::Status { status }) => Check::not_done(id, Why::NotRead, evidence.with("status", status.clone())),
        Some(NotRead::Malformed { detail }) => {
            Check::failed(id, Reason::Malformed, evidence.with("detail", detail.clone()))
        }
        Some(NotRead::NoApplication) => Check::not_done(id, Why::NotOnCard, evidence),
        Some(NotRead::NotOpened { reason }) => {
            Check::not_done(id, Why::NotRead, evidence.with("reason", reason.clone()))
        }
        None => Check::not_done(id, Why::NotRead, evidence),
    }
}

fn malformed(id: CheckId, error: &DecodeError) -> Check {
    Check::failed(id, Reason::Malformed, Evidence::new().with("detail", error.to_string()))
}

fn malformed_certificate(id: CheckId, error: &CertificateError) -> Check {
    let reason = match error {
        CertificateError::Key(_) => Reason::BadKey,
        _ => Reason::Malformed,
    };
    Check::failed(id, reason, Evidence::new().with("detail", error.to_string()))
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

fn notes_for(findings: &Findings, unofficial: &bool, has_text: bool, withheld: bool) -> Vec<Note> {
    let mut list = Vec::new();
    if findings.kind == CardKind::MyNumberNoPhoto {
        list.push(NO_PHOTO);
    } else {
        list.push(notes::COMPARE_FACE);
    }
    list.push(match (has_text, withheld) {
        (_, true) => TEXT_WITHHELD,
        (true, false) => notes::COMPARE_TEXT,
        (false, false) => TEXT_NOT_READ,
    });
    list.push(UNSIGNED_PRINT);
    for check in &findings.checks {
        if let (Verdict::Failed(_), Some(text)) = (check.verdict, text_of(check.id)) {
            list.push(Note { id: check.id.as_str(), text: text.otherwise });
        }
    }
    list.extend(hierarchy_notes(findings, *unofficial));
    list
}

fn hierarchy_notes(findings: &Findings, unofficial: bool) -> Vec<Note> {
    let mut list = Vec::new();
    let passed = findings.check(CheckId::FaceCertificate).is_some_and(Check::is_passed);
    match findings.hierarchy {
        Some(Hierarchy::Test | Hierarchy::Simulated) if passed => list.push(notes::NOT_PRODUCTION),
        Some(Hierarchy::Production | Hierarchy::Installed) if passed && unofficial => {
            list.push(notes::UNOFFICIAL_ANCHOR);
        }
        _ => {}
    }
    list.push(notes::REVOCATION);
    list
}
