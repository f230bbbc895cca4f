//! Who signed a passport's data: the signature of the security object, the path to a CSCA, the age and the strength of both (ICAO Doc
//! 9303-11 5.1, -12 7.1; spec passport 7).

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    cards::absent::absent,
    crypto::Hash,
    text::whole_seconds,
    trust::{
        CmsError, Hierarchy, Outside, Signed, SignerError, SignerPath, StateMatch, TrustStore, allows_document,
        message_signer, periods, states,
    },
    verify::{AnchorRef, Check, CheckId, Evidence, Fact, Reason, Verdict, Why},
};

use super::{
    checks::Facts,
    details::{self, Value},
    files::{DG12, SOD},
};

/// The security object's signature, and who made it.
pub(super) struct Signature<'a> {
    pub check: Check,
    /// Of several, the first one who counts.
    pub signer: Option<Signer<'a>>,
}

/// What a signer signed, and whose certificate it is.
pub(super) struct Signer<'a> {
    signed: Signed,
    pub path: SignerPath<'a>,
}

impl<'a> Signature<'a> {
    pub fn look(facts: &Facts<'_>, trust: &'a TrustStore) -> Self {
        let id = CheckId::DocumentSignature;
        let alone = |check| Signature { check, signer: None };
        let Some(read) = &facts.sod else { return alone(absent(id, facts.dump, SOD.name)) };
        let evidence = Evidence::new().with("file", SOD.name);
        let sod = match read {
            Ok(sod) => sod,
            Err(error) => {
                let evidence = evidence.with("detail", error.to_string());
                return alone(match error {
                    error if error.is_unsupported() => Check::not_done(id, Why::UnsupportedAlgorithm, evidence),
                    _ => Check::failed(id, Reason::Malformed, evidence),
                });
            }
        };
        match sod.verify() {
            Ok(signed) => {
                let signers = signed.len();
                let chosen = message_signer(&sod.message, signed, trust, facts.basis.at());
                let signer = chosen.map(|(signed, path)| Signer { signed, path });
                let mut evidence = evidence.with("hash_of_groups", sod.hash.to_string());
                if let Some(Signer { signed, .. }) = &signer {
                    evidence =
                        evidence.with("algorithm", signed.algorithm.to_string()).with("signing_time", stated(signed));
                }
                if signers > 1 {
                    evidence = evidence.with("signers", signers.to_string());
                }
                Signature { check: Check::passed(id, evidence), signer }
            }
            Err(error) => {
                let evidence = evidence.with("detail", error.to_string());
                alone(Check { id, verdict: of_message(&error), evidence })
            }
        }
    }
}

/// What becomes of a signed message that was not verified.
pub(super) fn of_message(error: &CmsError) -> Verdict {
    match error {
        error if error.is_unsupported() => Verdict::NotDone(Why::UnsupportedAlgorithm),
        // taimen cannot judge it: a program that reads it might.
        CmsError::Certificate(_) => Verdict::NotDone(Why::UnsupportedAlgorithm),
        CmsError::NoCertificate => Verdict::NotDone(Why::NotOnCard),
        CmsError::Signature | CmsError::Digest => Verdict::Failed(Reason::SignatureMismatch),
        _ => Verdict::Failed(Reason::Malformed),
    }
}

/// signingTime for people.
fn stated(signed: &Signed) -> String {
    match signed.signing_time {
        Some(time) => time.to_string(),
        None if signed.odd_time => "not in a known form, so it is ignored".to_owned(),
        None => "–".to_owned(),
    }
}

impl Signer<'_> {
    pub fn hierarchy(&self) -> Option<Hierarchy> {
        self.path.anchor.map(|(anchor, _)| anchor.hierarchy)
    }
}

pub(super) fn signer_certificate(facts: &Facts<'_>, signer: Option<&Signer<'_>>) -> Check {
    let id = CheckId::SignerCertificate;
    let Some(Signer { signed, path }) = signer else {
        return Check::not_done(id, Why::DependsOn(CheckId::DocumentSignature), Evidence::new());
    };
    let leaf = &signed.certificate;
    let mut evidence = Evidence::new()
        .with("certificate_subject", leaf.subject.clone())
        .with("certificate_issuer", leaf.issuer.clone())
        .with("certificate_serial", leaf.serial.clone())
        .with("not_before", leaf.not_before.to_string())
        .with("not_after", leaf.not_after.to_string())
        .with("links", path.links.len().to_string())
        .with("signer_state", path.state.clone().unwrap_or_default());
    if let Some((anchor, _)) = path.anchor {
        evidence = evidence.fact(Fact::Anchor(AnchorRef::from(anchor)));
    }
    if let Err(SignerError::Expired(place)) = path.outcome {
        evidence = evidence.fact(Fact::About(place));
    }
    if let Err(error) = &path.outcome {
        return Check { id, verdict: of_path(error), evidence: evidence.with("detail", error.to_string()) };
    }
    let Some(zone) = facts.zone() else {
        return Check::not_done(id, Why::DependsOn(CheckId::DataGroups), evidence);
    };
    let evidence = evidence.with("document_state", zone.issuer());
    match states(path.state.as_deref().unwrap_or_default(), zone.issuer()) {
        StateMatch::Different => Check::failed(id, Reason::OtherState, evidence),
        StateMatch::Unlisted => Check::not_done(id, Why::UnlistedState, evidence),
        StateMatch::Same if !allows_document(leaf, zone.document()) => {
            Check::failed(id, Reason::WrongPurpose, evidence.with("document", zone.document()))
        }
        StateMatch::Same => Check::passed(id, evidence),
    }
}

/// What becomes of a signer whose path to an anchor does not count.
pub(super) fn of_path(error: &SignerError) -> Verdict {
    match error {
        SignerError::NoAnchor => Verdict::NotDone(Why::NoAnchor),
        SignerError::Unsupported(_) => Verdict::NotDone(Why::UnsupportedAlgorithm),
        SignerError::UnknownExtension(_) | SignerError::OtherPurpose => Verdict::NotDone(Why::UnknownExtension),
        SignerError::IssuerNewer => Verdict::NotDone(Why::IssuerNewer),
        SignerError::NotYetValid => Verdict::NotDone(Why::NotYetValid),
        SignerError::Expired(_) => Verdict::NotDone(Why::AnchorExpired),
        SignerError::SignatureMismatch => Verdict::Failed(Reason::SignatureMismatch),
        SignerError::HierarchyNotAccepted => Verdict::Failed(Reason::HierarchyNotAccepted),
        SignerError::NotACa => Verdict::Failed(Reason::NotACa),
        SignerError::WrongKeyUsage(_) => Verdict::Failed(Reason::WrongKeyUsage),
        SignerError::WrongPurpose => Verdict::Failed(Reason::WrongPurpose),
        SignerError::IssuerOver => Verdict::Failed(Reason::IssuerOver),
    }
}

pub(super) fn weak_cryptography(facts: &Facts<'_>, signer: Option<&Signer<'_>>) -> Check {
    let id = CheckId::WeakCryptography;
    let Some(Signer { signed, path }) = signer else {
        return Check::not_done(id, Why::DependsOn(CheckId::DocumentSignature), Evidence::new());
    };
    let mut weak: Vec<String> = signed.weak.iter().map(ToString::to_string).collect();
    weak.extend(path.weak.iter().map(ToString::to_string));
    if facts.sod().is_some_and(|sod| sod.hash == Hash::Sha1) {
        weak.push(Hash::Sha1.to_string());
    }
    weak.sort();
    weak.dedup();
    if weak.is_empty() {
        Check::passed(id, Evidence::new())
    } else {
        Check::failed(id, Reason::WeakAlgorithm, Evidence::new().with("weak", weak.join(", ")))
    }
}

pub(super) fn signer_period(facts: &Facts<'_>, signer: Option<&Signer<'_>>) -> Check {
    let id = CheckId::SignerPeriod;
    let Some(Signer { signed, path }) = signer else {
        return Check::not_done(id, Why::DependsOn(CheckId::DocumentSignature), Evidence::new());
    };
    let at = signed.signing_time.or_else(|| issue_date(facts).and_then(midnight));
    let outside = periods(&signed.certificate, path, at);
    // A day that the signer did not state as he must is not a sign of anything: the day of issue counts.
    let evidence = Evidence::new().with("signing_time", stated(signed));
    let evidence = evidence.with("signed_at", at.map_or_else(|| "–".to_owned(), |at| whole_seconds(at).to_string()));
    if !outside.is_empty() {
        let names: Vec<&str> = outside.iter().map(|outside| name_of(*outside)).collect();
        return Check::failed(id, Reason::OutsidePeriod, evidence.with("outside", names.join(", ")));
    }
    match at {
        Some(_) => Check::passed(id, evidence),
        None if signed.odd_time => Check::not_done(id, Why::LayoutUnknown, evidence),
        None => Check::not_done(id, Why::NotOnCard, evidence),
    }
}

fn name_of(outside: Outside) -> &'static str {
    match outside {
        Outside::SignerValidity => "the signer's validity",
        Outside::SignerKeyPeriod => "the period of the signer's key",
        Outside::AuthorityKeyPeriod => "the period of the CSCA's key",
    }
}

/// The signed day of issue in data group 12.
fn issue_date(facts: &Facts<'_>) -> Option<Date> {
    let bytes = facts.dump.file(DG12.name).filter(|_| facts.holds(&DG12))?;
    let read = details::details(&DG12, bytes, details::DOCUMENT).ok()?;
    read.into_iter().find_map(|(element, value)| match value {
        Some(Value::Day(day)) if element.id == "issue_date" => Some(day),
        _ => None,
    })
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
