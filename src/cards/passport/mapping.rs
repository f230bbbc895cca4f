//! Chip authentication mapping: EF.CardSecurity has its own signature, under the same authority (ICAO Doc 9303-11 4.4.3.3.3).

use jiff::Timestamp;

use crate::{
    trust::{Cms, CmsError, Hierarchy, SignerPath, TrustStore, message_signer},
    verify::{Reason, Verdict, Why},
};

use super::{
    access::{self, SecurityInfos},
    files::CARD_SECURITY,
    security_object,
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
}

/// What the proof is worth: the chip's mapping key, and what it proved, under the static key of EF.CardSecurity, which must have a
/// signer that counts, of the same state and hierarchy as that of the security object. With a detail if it does not.
pub(super) fn verdict(
    file: &[u8],
    mapping_key: &[u8],
    proof: &[u8],
    trust: &TrustStore,
    document: &Authority,
    at: Timestamp,
) -> (Verdict, Option<String>) {
    let malformed = |detail: String| (Verdict::Failed(Reason::Malformed), Some(detail));
    if let Err(error) = whole(file, CARD_SECURITY.own.tag) {
        return malformed(error.to_string());
    }
    let signed = match Cms::parse(file)
        .and_then(|message| message.verify(security_object::CARD_SECURITY).map(|signed| (message, signed)))
    {
        Ok(signed) => signed,
        Err(error) if error.is_unsupported() => {
            return (Verdict::NotDone(Why::UnsupportedAlgorithm), Some(error.to_string()));
        }
        Err(error) => return (Verdict::Failed(Reason::SignatureMismatch), Some(error.to_string())),
    };
    let (message, signed) = signed;
    let Some((_, path)) = message_signer(&message, signed, trust, at) else {
        return malformed(CmsError::NoSigner.to_string());
    };
    if let Err(error) = &path.outcome {
        let open = error.is_open();
        let verdict = if open { Verdict::NotDone(Why::NoAnchor) } else { Verdict::Failed(Reason::SignatureMismatch) };
        return (verdict, Some(error.to_string()));
    }
    if Authority::of(&path) != *document {
        return (Verdict::Failed(Reason::OtherState), None);
    }
    let infos = match SecurityInfos::parse(&message.content) {
        Ok(infos) => infos,
        Err(error) => return malformed(error.to_string()),
    };
    match access::verify_mapping(&infos, mapping_key, proof) {
        Ok(()) => (Verdict::Passed, None),
        Err(error) => (Verdict::Failed(Reason::ChallengeMismatch), Some(error.to_string())),
    }
}
