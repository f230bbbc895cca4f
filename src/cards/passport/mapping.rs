//! Chip authentication mapping: EF.CardSecurity has its own signature, under the same authority (ICAO Doc 9303-11 4.4.3.3.3).

use jiff::Timestamp;

use crate::{
    trust::{Cms, CmsError, Hierarchy, SignerPath, TrustStore, message_signer},
    verify::{CheckId, Reason, Verdict, Why},
};

use super::{
    access::{self, SecurityInfos},
    files::CARD_SECURITY,
    security_object,
    signer::{of_message, of_path},
    tree::whole,
};

/// Under whom a signer is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Authority {
    state: Option<String>,
    hierarchy: Option<Hierarchy>,
}

impl Authority {
    pub(super) fn of(path: &SignerPath<'_>) -> Self {
        Self { state: path.state.clone(), hierarchy: path.anchor.map(|(anchor, _)| anchor.hierarchy) }
    }

    /// Whether both are one; `None` if too little is known of one of them.
    fn is(&self, other: &Self) -> Option<bool> {
        let state = self.state.as_ref().zip(other.state.as_ref()).map(|(one, other)| one == other);
        let hierarchy = self.hierarchy.zip(other.hierarchy).map(|(one, other)| one == other);
        match (state, hierarchy) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

/// A verdict, with a detail if it did not pass.
type Judged = (Verdict, Option<String>);

fn malformed(detail: impl ToString) -> Judged {
    (Verdict::Failed(Reason::Malformed), Some(detail.to_string()))
}

/// What the proof is worth: the chip's mapping key, and what it proved, under the static key of EF.CardSecurity, which must have a
/// signer that counts, of the same state and hierarchy as that of the security object.
pub(super) fn verdict(
    file: &[u8],
    mapping_key: &[u8],
    proof: &[u8],
    trust: &TrustStore,
    document: &Authority,
    at: Timestamp,
) -> Judged {
    if let Err(error) = whole(file, CARD_SECURITY.own.tag) {
        return malformed(error);
    }
    let message = match Cms::parse(file) {
        Ok(message) => message,
        Err(error) => return malformed(error),
    };
    let signer = signer(&message, trust, document, at);
    if matches!(signer.0, Verdict::Failed(_)) {
        return signer;
    }
    // The chip chooses whether its file has a signer that can be judged: that excuses no proof that does not fit the file itself.
    let infos = match SecurityInfos::parse(&message.content) {
        Ok(infos) => infos,
        Err(error) => return malformed(error),
    };
    match access::verify_mapping(&infos, mapping_key, proof) {
        Ok(()) => signer,
        Err(error) if error.is_unsupported() => (Verdict::NotDone(Why::UnsupportedAlgorithm), Some(error.to_string())),
        Err(error) => (Verdict::Failed(Reason::ChallengeMismatch), Some(error.to_string())),
    }
}

/// Whether the signer of EF.CardSecurity counts, and is the document's.
fn signer(message: &Cms, trust: &TrustStore, document: &Authority, at: Timestamp) -> Judged {
    let signed = match message.verify(security_object::CARD_SECURITY) {
        Ok(signed) => signed,
        Err(error) => return (of_message(&error), Some(error.to_string())),
    };
    let Some((_, path)) = message_signer(message, signed, trust, at) else { return malformed(CmsError::NoSigner) };
    if let Err(error) = &path.outcome {
        return (of_path(error), Some(error.to_string()));
    }
    match document.is(&Authority::of(&path)) {
        Some(true) => (Verdict::Passed, None),
        Some(false) => (Verdict::Failed(Reason::OtherState), None),
        None => (Verdict::NotDone(Why::DependsOn(CheckId::SignerCertificate)), None),
    }
}
