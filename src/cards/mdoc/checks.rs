//! What a phone's answer proves: pure functions of the dump, the trust store and the time (ISO/IEC 18013-5 9.3; spec mdoc 8).

use std::collections::HashSet;

use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    cards::{
        Findings,
        absent::absent,
        common::{common_notes, revocation},
    },
    cbor::{self, CborError},
    crypto::{RowKey, cose::Key},
    dump::{Dump, NotRead, Scope},
    text::{japan_date, japan_time},
    trust::TrustStore,
    verify::{Basis, Check, CheckId, Evidence, Fact, Reason, Requirement, Verdict, Why},
};

use super::{
    device::{DeviceError, DeviceSigned, Proof},
    elements::{
        Asked, COUNTRY, DEVICE_SIGNED, DOCUMENT_TYPE, DocType, ENGAGEMENT, File, HANDOVER_REQUEST, HANDOVER_SELECT,
        ISSUER_AUTH, MAC_KEY, Purpose, READER_AUTH, REQUEST, TRANSCRIPT,
    },
    mso::{IssuerAuth, Mso, MsoError},
    needed::shared,
    response::SignedItem,
    show::{self, PRESENTATION},
    signer::Signer,
    transcript::{self, Handover, Parts},
};

/// What a document on a phone must pass.
pub const REQUIREMENT: Requirement = Requirement {
    required: &[
        CheckId::MdocIssuerSignature,
        CheckId::MdocIssuerCertificate,
        CheckId::MdocElements,
        CheckId::MdocDocumentType,
        CheckId::MdocDevice,
        CheckId::MdocShared,
        CheckId::NotExpired,
    ],
    advisory: &[CheckId::MdocIssuerAgrees, CheckId::MdocAgeAgrees, CheckId::MdocReaderTrusted, CheckId::Revocation],
};

/// The least and the most bytes of an element's salt.
const RANDOM: std::ops::RangeInclusive<usize> = 16..=64;

/// By how much a phone's clock may be ahead.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What the files of a dump hold.
pub(super) struct Facts<'a> {
    pub dump: &'a Dump,
    pub basis: Basis,
    pub doc_type: DocType,
    pub auth: Option<Result<IssuerAuth<'a>, MsoError>>,
    pub asked: Option<Asked<'a>>,
    pub items: Vec<(&'static File, Result<SignedItem<'a>, CborError>)>,
    /// The transcript without its tag, and what it consists of.
    pub session: Option<Result<(&'a [u8], Parts<'a>), CborError>>,
}

impl<'a> Facts<'a> {
    fn new(dump: &'a Dump, doc_type: DocType, basis: Basis) -> Self {
        let rows = doc_type.elements().iter();
        let request = dump.file(REQUEST.name).and_then(|bytes| cbor::decode(bytes).ok()?.embedded().ok());
        Self {
            dump,
            basis,
            doc_type,
            auth: dump.file(ISSUER_AUTH.name).map(IssuerAuth::read),
            asked: request.and_then(|request| Asked::read(request).ok()),
            items: rows.filter_map(|row| Some((row, SignedItem::read(dump.file(row.name)?)))).collect(),
            session: dump.file(TRANSCRIPT.name).map(transcript::read),
        }
    }

    pub fn auth(&self) -> Option<&IssuerAuth<'a>> {
        self.auth.as_ref()?.as_ref().ok()
    }

    /// What the issuer signed, if it could be read.
    pub fn mso(&self) -> Option<&Mso<'a>> {
        self.auth()?.mso.as_ref().ok()
    }

    /// The element of a row, if it could be read.
    pub fn item(&self, name: &str) -> Option<&SignedItem<'a>> {
        self.items.iter().find(|(row, _)| row.own.element == name).and_then(|(_, item)| item.as_ref().ok())
    }

    /// How phone and reader found each other.
    pub fn by_code(&self) -> bool {
        matches!(&self.session, Some(Ok((_, Parts { handover: Handover::Qr, .. }))))
    }

    /// What the elements are asked for, by the scope of the reading and not by a request that nobody signed.
    pub fn purpose(&self) -> Purpose {
        if self.dump.scope == Scope::AGE { Purpose::Age } else { Purpose::Identity }
    }
}

/// Decodes and checks the dump of a document on a phone. `None` for another kind of card.
pub fn check(dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
    let facts = Facts::new(dump, DocType::of(dump.kind)?, basis);
    let signer = Signer::look(&facts, trust);
    let certificate = signer.certificate(&facts);
    let signature = signer.signature(&facts, &certificate);
    let elements = elements(&facts, &signature);
    let mut checks = vec![
        document_type(&facts, &signer, &signature),
        device(&facts, &signature),
        shared(&facts),
        not_expired(&facts, &signer, &signature),
        issuer_agrees(&facts, &signer, &elements),
        show::age_agrees(&facts, &elements),
        reader_trusted(&facts),
        revocation_of(&facts),
        certificate,
        signature,
        elements,
    ];
    // In the catalogue's order.
    checks.sort_by_key(|check| check.id);
    let mut findings = Findings {
        checks,
        hierarchy: signer.path.as_ref().and_then(|path| path.anchor).map(|(anchor, _)| anchor.hierarchy),
        holder: show::holder(&facts),
        pictures: show::pictures(&facts),
        items: show::items(&facts),
        age_condition: show::age_condition(&facts),
        ..Findings::of(dump, basis, &REQUIREMENT, &PRESENTATION)
    };
    findings.warnings = show::warnings(&facts);
    findings.notes = show::notes(&findings, &facts);
    findings.notes.extend(common_notes(&findings, CheckId::MdocIssuerCertificate));
    Some(findings)
}

/// Each element that was kept has its signed digest in the namespace that it came in.
fn elements(facts: &Facts<'_>, signature: &Check) -> Check {
    let id = CheckId::MdocElements;
    let Some(mso) = facts.mso() else { return Check::not_done(id, Why::DependsOn(signature.id), Evidence::new()) };
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for (row, item) in &facts.items {
        let evidence = Evidence::new().with("file", row.name);
        let failed = |reason| Check::failed(id, reason, evidence.clone());
        let item = match item {
            Ok(item) if row.own.is(row.own.namespace, item.element) => item,
            Ok(_) => return failed(Reason::Malformed),
            Err(error) => {
                return Check::failed(id, Reason::Malformed, evidence.clone().with("detail", error.to_string()));
            }
        };
        if item.random.len() < *RANDOM.start() {
            return failed(Reason::RandomTooShort);
        }
        if item.random.len() > *RANDOM.end() {
            return failed(Reason::Malformed);
        }
        if !seen.insert((row.own.namespace, item.digest_id)) {
            return failed(Reason::DigestReused);
        }
        let Some(digest) = mso.digest(row.own.namespace, item.digest_id) else {
            return failed(Reason::DigestMissing);
        };
        let bytes = facts.dump.file(row.name).unwrap_or_default();
        if mso.hash.of(&[bytes]) != digest {
            return failed(Reason::DigestMismatch);
        }
        names.push(item.element);
    }
    let evidence = Evidence::new().with("elements", names.join(" ")).with("hash", mso.hash.to_string());
    match signature.required_by(id) {
        Err(check) => check,
        Ok(()) if names.is_empty() => Check::not_done(id, Why::NotShared, evidence),
        Ok(()) => Check::passed(id, evidence),
    }
}

fn document_type(facts: &Facts<'_>, signer: &Signer<'_>, signature: &Check) -> Check {
    let id = CheckId::MdocDocumentType;
    let Some(mso) = facts.mso() else { return Check::not_done(id, Why::DependsOn(signature.id), Evidence::new()) };
    let Some(bytes) = facts.dump.file(DOCUMENT_TYPE.name) else { return absent(id, facts.dump, DOCUMENT_TYPE.name) };
    let stated = cbor::decode(bytes).and_then(|item| item.text());
    let evidence = Evidence::new().with("signed_type", mso.doc_type).with("document_type", stated.unwrap_or("?"));
    let Some(asked) = &facts.asked else { return absent(id, facts.dump, REQUEST.name) };
    let wanted = facts.doc_type.as_str();
    if stated != Ok(wanted) || mso.doc_type != wanted || asked.doc_type != wanted {
        return Check::failed(id, Reason::OtherDocumentType, evidence);
    }
    let allowed = signer.path.as_ref().and_then(|path| path.anchor).map(|(anchor, _)| &anchor.doc_types);
    if allowed.is_some_and(|types| !types.is_empty() && !types.iter().any(|known| known == wanted)) {
        let detail = "the list that the issuer's certificate came in does not allow it this document type";
        return Check::failed(id, Reason::OtherDocumentType, evidence.with("detail", detail));
    }
    if let Some(country) = signer.authority_country() {
        // A root that somebody installed for one country's documents would vouch for every other's.
        let own = facts.doc_type.country().is_none_or(|own| own == country);
        let stated = facts.item("issuing_country").and_then(show::text);
        if !own || stated.is_some_and(|stated| stated != country) {
            let detail = format!("it is not a document of the issuer's country, {country}");
            return Check::failed(id, Reason::OtherState, evidence.with("detail", detail));
        }
    }
    match signature.required_by(id) {
        Ok(()) => Check::passed(id, evidence),
        Err(check) => check,
    }
}

fn device(facts: &Facts<'_>, signature: &Check) -> Check {
    let id = CheckId::MdocDevice;
    let Some(bytes) = facts.dump.file(DEVICE_SIGNED.name) else { return missing(id, facts.dump, DEVICE_SIGNED.name) };
    let evidence = Evidence::new().with("file", DEVICE_SIGNED.name);
    let refused = |error: &DeviceError| {
        let detail = evidence.clone().with("detail", error.to_string());
        let (reason, cause) = match error {
            DeviceError::NoMacKey => return Check::not_done(id, Why::NotRead, detail),
            DeviceError::Cbor(_) | DeviceError::Form => return Check::failed(id, Reason::DeviceAuthForm, detail),
            DeviceError::Signature(cause) => (Reason::DeviceSignature, cause),
            DeviceError::Mac(cause) => (Reason::DeviceMac, cause),
        };
        if cause.is_unsupported() {
            Check::not_done(id, Why::UnsupportedAlgorithm, detail)
        } else {
            Check::failed(id, reason, detail)
        }
    };
    let signed = match DeviceSigned::read(bytes) {
        Ok(signed) => signed,
        Err(error) => return refused(&error),
    };
    if let Some((_, element)) = signed.elements.iter().find(|(_, element)| facts.item(element).is_some()) {
        let detail = format!("the device states {element} beside the issuer");
        return Check::failed(id, Reason::DeviceAuthForm, evidence.with("detail", detail));
    }
    // The key of another phone speaks against the document whoever issued it, but only what was signed names a key.
    let mso = facts.mso().filter(|_| !matches!(signature.verdict, Verdict::Failed(_)));
    let Some(mso) = mso else { return Check::not_done(id, Why::DependsOn(signature.id), evidence) };
    let (transcript, parts) = match &facts.session {
        None => return absent(id, facts.dump, TRANSCRIPT.name),
        Some(Err(error)) => return Check::failed(id, Reason::Malformed, evidence.with("detail", error.to_string())),
        Some(Ok(session)) => session,
    };
    if let Some(file) = foreign_part(facts.dump, parts) {
        let detail = format!("{file} is not that of the transcript");
        return Check::failed(id, Reason::Malformed, evidence.with("detail", detail));
    }
    let key = match &mso.device_key {
        Ok(key) => key,
        Err(error) => return Check::not_done(id, Why::UnsupportedKey, evidence.with("detail", error.to_string())),
    };
    if ephemeral(parts).contains(key) {
        return Check::failed(id, Reason::BadKey, evidence.with("detail", "the device key is a key of the session"));
    }
    let mac_key = facts.dump.file(MAC_KEY.name).and_then(RowKey::from_slice);
    match signed.verify(transcript, facts.doc_type.as_str(), key, mac_key.as_ref()) {
        Err(error) => refused(&error),
        Ok(proof) => {
            let scheme = match proof {
                Proof::Signature(algorithm) => format!("signature, {algorithm}, {key}"),
                Proof::Mac => format!("HMAC 256, {key}"),
            };
            if let Err(check) = signature.required_by(id) {
                return check;
            }
            let evidence = evidence.with("scheme", scheme);
            // Whoever knows the session's keys could have made the code.
            if proof == Proof::Mac && !facts.basis.vouches() {
                return Check::not_done(id, Why::SelfReported, evidence);
            }
            Check::passed(id, evidence)
        }
    }
}

/// A file of the dump that the transcript says otherwise.
fn foreign_part(dump: &Dump, parts: &Parts<'_>) -> Option<&'static str> {
    let (select, request) = match parts.handover {
        Handover::Qr => (None, None),
        Handover::Nfc { select, request } => (Some(select), request),
    };
    [(ENGAGEMENT, Some(parts.engagement)), (HANDOVER_SELECT, select), (HANDOVER_REQUEST, request)]
        .into_iter()
        .find(|(file, part)| dump.file(file.name).is_some_and(|bytes| Some(bytes) != *part))
        .map(|(file, _)| file.name)
}

/// The phone's key of the session and the reader's, as far as they can be read.
fn ephemeral(parts: &Parts<'_>) -> Vec<Key> {
    let device = || -> Option<Key> {
        let engagement = cbor::decode(parts.engagement).ok()?;
        let [_, key] = engagement.get_number(1).ok()?.items().ok()? else { return None };
        Key::read(&cbor::decode(key.embedded().ok()?).ok()?).ok()
    };
    let reader = cbor::decode(parts.reader_key).ok().and_then(|key| Key::read(&key).ok());
    device().into_iter().chain(reader).collect()
}

/// What is not there. A response of another form than was asked for speaks neither for the document nor against it.
pub(super) fn missing(id: CheckId, dump: &Dump, file: &'static str) -> Check {
    match dump.not_read(file) {
        Some(NotRead::Unreadable { detail }) => {
            Check::not_done(id, Why::LayoutUnknown, Evidence::new().with("file", file).with("detail", detail.clone()))
        }
        _ => absent(id, dump, file),
    }
}

/// The validity of what was signed, and the document's own last day if it was shared.
fn not_expired(facts: &Facts<'_>, signer: &Signer<'_>, signature: &Check) -> Check {
    let id = CheckId::NotExpired;
    let Some(mso) = facts.mso() else { return Check::not_done(id, Why::DependsOn(signature.id), Evidence::new()) };
    let at = facts.basis.at();
    let stated = facts.item("expiry_date");
    let document = stated.and_then(show::day);
    if stated.is_some() && document.is_none() {
        return Check::not_done(id, Why::LayoutUnknown, Evidence::new().with("detail", "expiry_date cannot be read"));
    }
    let until = japan_date(mso.valid_until);
    let day = document.map_or(until, |day| day.min(until));
    let evidence = Evidence::new()
        .fact(Fact::Expiry { day, judged_on: japan_date(at), signed: true })
        .with("valid_until", japan_time(mso.valid_until).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    // A document's last day ends where its issuer is: that day may have begun there later than here.
    let last = match signer.authority_country().as_deref() {
        Some(COUNTRY) => japan_date(at),
        _ => at.to_zoned(TimeZone::fixed(jiff::tz::offset(-12))).date(),
    };
    let last_day_over = document.is_some_and(|day| last > day);
    if at > mso.valid_until || last_day_over {
        return Check::failed(id, Reason::Expired, evidence);
    }
    if mso.valid_from.duration_since(at) > SKEW {
        return Check::failed(id, Reason::NotYetValid, evidence);
    }
    match signature.required_by(id) {
        Ok(()) => Check::passed(id, evidence),
        Err(check) => check,
    }
}

fn issuer_agrees(facts: &Facts<'_>, signer: &Signer<'_>, elements: &Check) -> Check {
    let id = CheckId::MdocIssuerAgrees;
    let text = |name| facts.item(name).and_then(show::text);
    let Some(country) = text("issuing_country") else { return Check::not_done(id, Why::NotShared, Evidence::new()) };
    let Some(leaf) = signer.leaf() else {
        return Check::not_done(id, Why::DependsOn(CheckId::MdocIssuerCertificate), Evidence::new());
    };
    let mut evidence = Evidence::new().with("issuing_country", country);
    let mut agrees = leaf.subject_country().as_deref() == Some(country);
    if let (Some(stated), Some(state)) = (text("issuing_jurisdiction"), leaf.subject_state()) {
        // ISO 3166-2 puts the country before it; some certificates leave that out.
        let short = stated.strip_prefix(country).and_then(|rest| rest.strip_prefix('-'));
        agrees &= state.eq_ignore_ascii_case(stated) || short.is_some_and(|short| state.eq_ignore_ascii_case(short));
        evidence = evidence.with("issuing_jurisdiction", stated);
    }
    if !agrees {
        return Check::failed(id, Reason::Disagrees, evidence);
    }
    match elements.required_by(id) {
        Ok(()) => Check::passed(id, evidence),
        Err(check) => check,
    }
}

/// taimen never asks an issuer, and does not read an issuer's list.
fn revocation_of(facts: &Facts<'_>) -> Check {
    let check = revocation();
    if !facts.mso().is_some_and(|mso| mso.has_status) {
        return check;
    }
    let evidence = check.evidence.with("detail", "the document names a list of its issuer's, which was not looked at");
    Check { evidence, ..check }
}

fn reader_trusted(facts: &Facts<'_>) -> Check {
    let id = CheckId::MdocReaderTrusted;
    let sent = facts.dump.file(READER_AUTH.name).is_some();
    // Whether the phone knew the certificate that was sent is not said to a reader.
    let why = if sent { Why::NotAvailable } else { Why::ReaderUnknown };
    Check::not_done(id, why, Evidence::new())
}

#[cfg(all(test, feature = "simulator"))]
#[path = "checks_tests.rs"]
mod tests;
