//! Whose signature a document has: the checks of the issuer's side.

use crate::{
    crypto::cose::{CoseError, Key},
    text::whole_seconds,
    trust::{Certificate, IssuerError, IssuerPath, TrustStore, issuer_path},
    verify::{AnchorRef, Check, CheckId, Evidence, Fact, Reason, Verdict, Why},
};

use super::{
    checks::{Facts, missing},
    elements::ISSUER_AUTH,
    mso::MsoError,
};

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
        let path = certificate.as_ref().ok().map(|leaf| {
            // When it was signed is not known of what cannot be read: then only whether an IACA stands behind it matters.
            let some_time = || facts.basis.at().min(leaf.not_after).max(leaf.not_before);
            let signed = facts.mso().map_or_else(some_time, |mso| mso.signed);
            issuer_path(leaf, signed, trust, facts.basis.at())
        });
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
        let Some(read) = &facts.auth else { return missing(id, facts.dump, ISSUER_AUTH.name) };
        let evidence = Evidence::new().with("file", ISSUER_AUTH.name);
        let auth = match read {
            Ok(auth) => auth,
            Err(error) => return Check::failed(id, Reason::Malformed, evidence.with("detail", error.to_string())),
        };
        // What was signed and cannot be read is unknown, not forged; but anybody can make up what nobody signed.
        let unread = |error: &MsoError, signed: bool| {
            if signed && !error.is_unsupported() {
                Check::not_done(id, Why::LayoutUnknown, evidence.clone().with("detail", error.to_string()))
            } else {
                refused(id, Reason::Malformed, error.is_unsupported(), error, evidence.clone())
            }
        };
        let without_key = |why| match &auth.mso {
            Ok(_) => Check::not_done(id, why, evidence.clone()),
            Err(error) => unread(error, false),
        };
        let Some(leaf) = self.leaf() else { return without_key(Why::DependsOn(certified.id)) };
        let ed25519 = || leaf.ed25519_key().map(Key::Ed25519);
        let Some(key) = leaf.verify_key().ok().and_then(Key::certified).or_else(ed25519) else {
            return without_key(Why::UnsupportedKey);
        };
        let algorithm = match auth.cose.verify(&key, None) {
            Ok(algorithm) => algorithm,
            Err(error) => {
                let reason = match error {
                    CoseError::Mismatch | CoseError::Length => Reason::SignatureMismatch,
                    CoseError::Algorithm => Reason::WrongAlgorithm,
                    _ => Reason::Malformed,
                };
                return refused(id, reason, error.is_unsupported(), &error, evidence);
            }
        };
        let mso = match &auth.mso {
            Ok(mso) => mso,
            Err(error) => return unread(error, self.is_issued()),
        };
        let evidence = evidence
            .with("algorithm", format!("{algorithm}, {key}"))
            .with("hash_of_elements", mso.hash.to_string())
            .with("signed", whole_seconds(mso.signed).to_string())
            .with("valid_until", whole_seconds(mso.valid_until).to_string());
        if self.is_issued() {
            return Check::passed(id, evidence);
        }
        Check::not_done(id, Why::DependsOn(certified.id), evidence.with("fits_own_certificate", "yes"))
    }

    /// Whether an IACA's signature holds over the certificate; all but the first are states of their own.
    fn is_issued(&self) -> bool {
        let verdict = self.path.as_ref().map(|path| path.outcome.as_ref().map_or_else(verdict, |()| Verdict::Passed));
        matches!(
            verdict,
            Some(
                Verdict::Passed
                    | Verdict::NotDone(
                        Why::AnchorExpired | Why::NotYetValid | Why::UnknownExtension | Why::IssuerNewer
                    )
            )
        )
    }

    pub fn certificate(&self, facts: &Facts<'_>) -> Check {
        let id = CheckId::MdocIssuerCertificate;
        let leaf = match &self.certificate {
            None if facts.auth.is_none() => return missing(id, facts.dump, ISSUER_AUTH.name),
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
        let error = match &path.outcome {
            Err(error) => error,
            Ok(()) if facts.mso().is_some() => return Check::passed(id, evidence),
            // Whether it was valid when the document was signed is not known.
            Ok(()) => return Check::not_done(id, Why::DependsOn(CheckId::MdocIssuerSignature), evidence),
        };
        if let IssuerError::Expired(place) = error {
            evidence = evidence.fact(Fact::About(*place));
        }
        Check { id, verdict: verdict(error), evidence: evidence.with("detail", error.to_string()) }
    }
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
