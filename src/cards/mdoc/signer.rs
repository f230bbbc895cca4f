//! Whose signature a document has: the checks of the issuer's side.

use crate::{
    cards::absent::absent,
    crypto::cose::{CoseError, Key},
    text::whole_seconds,
    trust::{Certificate, IssuerError, IssuerPath, TrustStore, issuer_path},
    verify::{AnchorRef, Check, CheckId, Evidence, Fact, Reason, Verdict, Why},
};

use super::{checks::Facts, elements::ISSUER_AUTH};

/// Whoever signed: the first certificate that came with the signature.
pub(super) struct Signer<'a> {
    certificate: Option<Result<Certificate, String>>,
    pub path: Option<IssuerPath<'a>>,
}

impl<'a> Signer<'a> {
    pub fn look(facts: &Facts<'_>, trust: &'a TrustStore) -> Self {
        let Some(auth) = facts.auth() else { return Self { certificate: None, path: None } };
        let certificate = match auth.cose.chain.first() {
            None => Err("no certificate came with the signature".to_owned()),
            Some(der) => Certificate::parse(der).map_err(|error| error.to_string()),
        };
        let path = certificate.as_ref().ok();
        let path = path.map(|leaf| issuer_path(leaf, auth.mso.signed, trust, facts.basis.at()));
        Self { certificate: Some(certificate), path }
    }

    pub fn leaf(&self) -> Option<&Certificate> {
        self.certificate.as_ref()?.as_ref().ok()
    }

    /// The country of the IACA that certified the signer, if one is known.
    pub fn authority_country(&self) -> Option<String> {
        self.path.as_ref()?.anchor.and_then(|(_, authority)| authority.subject_country())
    }

    /// Certificate and signature come from one phone: unless an IACA's signature holds over the certificate, a signature that fits proves
    /// nothing. One that does not fit speaks against the document all the same.
    pub fn signature(&self, facts: &Facts<'_>, certified: &Check) -> Check {
        let id = CheckId::MdocIssuerSignature;
        let Some(read) = &facts.auth else { return absent(id, facts.dump, ISSUER_AUTH.name) };
        let evidence = Evidence::new().with("file", ISSUER_AUTH.name);
        let auth = match read {
            Ok(auth) => auth,
            Err(error) => return refused(id, Reason::Malformed, error.is_unsupported(), error, evidence),
        };
        let Some(leaf) = self.leaf() else {
            return Check::not_done(id, Why::DependsOn(certified.id), evidence);
        };
        let key = match leaf.verify_key().ok().and_then(Key::certified).or_else(|| leaf.ed25519_key().map(Key::Ed25519))
        {
            Some(key) => key,
            None => return Check::not_done(id, Why::UnsupportedKey, evidence),
        };
        match auth.cose.verify(&key, None) {
            Ok(algorithm) => {
                let evidence = evidence
                    .with("algorithm", format!("{algorithm}, {key}"))
                    .with("hash_of_elements", auth.mso.hash.to_string())
                    .with("signed", whole_seconds(auth.mso.signed).to_string())
                    .with("valid_until", whole_seconds(auth.mso.valid_until).to_string());
                if is_issued(certified) {
                    return Check::passed(id, evidence);
                }
                Check::not_done(id, Why::DependsOn(certified.id), evidence.with("fits_own_certificate", "yes"))
            }
            Err(error) => {
                let reason = match error {
                    CoseError::Mismatch | CoseError::Length => Reason::SignatureMismatch,
                    CoseError::Algorithm => Reason::WrongAlgorithm,
                    _ => Reason::Malformed,
                };
                refused(id, reason, error.is_unsupported(), &error, evidence)
            }
        }
    }

    pub fn certificate(&self, facts: &Facts<'_>) -> Check {
        let id = CheckId::MdocIssuerCertificate;
        let leaf = match &self.certificate {
            None if facts.auth.is_none() => return absent(id, facts.dump, ISSUER_AUTH.name),
            None => return Check::not_done(id, Why::DependsOn(CheckId::MdocIssuerSignature), Evidence::new()),
            Some(Err(detail)) => {
                return Check::failed(id, Reason::CertificateForm, Evidence::new().with("detail", detail.clone()));
            }
            Some(Ok(leaf)) => leaf,
        };
        let mut evidence = Evidence::new()
            .with("certificate_subject", leaf.subject.clone())
            .with("certificate_issuer", leaf.issuer.clone())
            .with("certificate_serial", leaf.serial.clone())
            .with("not_before", leaf.not_before.to_string())
            .with("not_after", leaf.not_after.to_string());
        let Some(path) = &self.path else {
            return Check::not_done(id, Why::DependsOn(CheckId::MdocIssuerSignature), evidence);
        };
        if let Some((anchor, _)) = path.anchor {
            evidence = evidence.fact(Fact::Anchor(AnchorRef::from(anchor)));
        }
        let Err(error) = &path.outcome else { return Check::passed(id, evidence) };
        if let IssuerError::Expired(place) = error {
            evidence = evidence.fact(Fact::About(*place));
        }
        Check { id, verdict: verdict(error), evidence: evidence.with("detail", error.to_string()) }
    }
}

/// Whether an IACA's signature holds over the certificate; all but the first are states of their own.
fn is_issued(certified: &Check) -> bool {
    matches!(
        certified.verdict,
        Verdict::Passed
            | Verdict::NotDone(Why::AnchorExpired | Why::NotYetValid | Why::UnknownExtension | Why::IssuerNewer)
    )
}

fn verdict(error: &IssuerError) -> Verdict {
    match error {
        IssuerError::NoAnchor => Verdict::NotDone(Why::NoAnchor),
        IssuerError::Unsupported(_) => Verdict::NotDone(Why::UnsupportedAlgorithm),
        IssuerError::UnknownExtension(_) => Verdict::NotDone(Why::UnknownExtension),
        IssuerError::IssuerNewer => Verdict::NotDone(Why::IssuerNewer),
        IssuerError::NotYetValid => Verdict::NotDone(Why::NotYetValid),
        IssuerError::Expired(_) => Verdict::NotDone(Why::AnchorExpired),
        IssuerError::SignatureMismatch => Verdict::Failed(Reason::SignatureMismatch),
        IssuerError::HierarchyNotAccepted => Verdict::Failed(Reason::HierarchyNotAccepted),
        IssuerError::IsAnchor => Verdict::Failed(Reason::CertificateForm),
        IssuerError::NotACa => Verdict::Failed(Reason::NotACa),
        IssuerError::Profile(_) => Verdict::Failed(Reason::CertificateProfile),
        IssuerError::SignedOutside(_) => Verdict::Failed(Reason::SignedOutsideCertificate),
    }
}

/// A failure, or none if another program might be able to judge it.
fn refused(id: CheckId, reason: Reason, unsupported: bool, error: &impl ToString, evidence: Evidence) -> Check {
    let evidence = evidence.with("detail", error.to_string());
    if unsupported {
        Check::not_done(id, Why::UnsupportedAlgorithm, evidence)
    } else {
        Check::failed(id, reason, evidence)
    }
}
