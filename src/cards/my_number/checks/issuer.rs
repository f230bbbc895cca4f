//! The certificate of an application, up to a CA key.

use crate::{
    cards::absent::absent,
    crypto::PublicKey,
    dump::Dump,
    trust::{Anchor, CvCaKey, Hierarchy, KeyRole, TrustStore},
    verify::{AnchorRef, Check, CheckId, Evidence, Fact, Reason, Why},
};

use super::{
    super::{certificate::CvCertificate, files::File},
    outcome::{malformed_certificate, unsupported_key},
};

/// The outcome of an application's certificate check, and what later checks take from it.
pub(super) struct Issuer {
    pub(super) check: Check,
    /// The certified key; only there when the check passed.
    pub(super) key: Option<PublicKey>,
    pub(super) hierarchy: Option<Hierarchy>,
    /// The municipality's code, the first five digits of the subject's id (spec my-number 5.4, I).
    pub(super) municipality: Option<String>,
    /// Whether the anchor rests on an unofficial source.
    pub(super) unofficial: bool,
}

pub(super) fn certificate_check(dump: &Dump, trust: &TrustStore, file: &File, role: KeyRole) -> Issuer {
    let id = file.signed_by.unwrap_or(CheckId::FaceCertificate);
    let without = |check| Issuer { check, key: None, hierarchy: None, municipality: None, unofficial: false };
    let Some(bytes) = dump.file(file.name) else {
        return without(absent(id, dump, file.name));
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
    let signs = |key: &CvCaKey| trust.is_signed(key, certificate.body, certificate.signature);
    let mut signers: Vec<&Anchor> =
        candidates.iter().filter(|(_, key)| signs(key)).map(|(anchor, _)| *anchor).collect();
    signers.sort_by_key(|anchor| !trust.accepts(anchor.hierarchy));
    let Some(anchor) = signers.first() else {
        return without(Check::failed(id, Reason::SignatureMismatch, evidence));
    };
    let evidence = evidence.fact(Fact::Anchor(AnchorRef::from(*anchor)));
    let (check, key) = if KeyRole::of(&certificate.issuer).is_some_and(|found| found != role) {
        (Check::failed(id, Reason::WrongIssuerRole, evidence), None)
    } else if !trust.accepts(anchor.hierarchy) {
        (Check::failed(id, Reason::HierarchyNotAccepted, evidence), None)
    } else {
        match certificate.key {
            Ok(key) => (Check::passed(id, evidence), Some(key)),
            Err(error) => (unsupported_key(id, evidence, &error), None),
        }
    };
    let municipality = certificate.subject.number().get(..5).map(str::to_owned);
    Issuer { check, key, hierarchy: Some(anchor.hierarchy), municipality, unofficial: !anchor.official }
}

/// Both applications of a card are certified in one hierarchy and for one municipality: anything else is text from
/// elsewhere.
pub(super) fn same_issuer(text: Issuer, face: &Issuer) -> Issuer {
    let differs = text.hierarchy != face.hierarchy || text.municipality != face.municipality;
    if !(text.check.is_passed() && face.check.is_passed() && differs) {
        return text;
    }
    let evidence = text.check.evidence.with("detail", "the face application is certified by another issuer");
    Issuer { check: Check::failed(text.check.id, Reason::Disagrees, evidence), key: None, ..text }
}

/// The municipality's key, or why a check that needs it was not done.
pub(super) fn certified(id: CheckId, issuer: &Issuer) -> Result<&PublicKey, Check> {
    issuer.check.required_by(id)?;
    issuer.key.as_ref().ok_or_else(|| Check::not_done(id, Why::DependsOn(issuer.check.id), Evidence::new()))
}
