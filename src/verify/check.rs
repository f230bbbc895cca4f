//! One check and its outcome. There are no booleans here: a check passed, failed for a reason, or was not done.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, ser::SerializeMap};

use super::reason::{Reason, Why};

/// Every check that a report can hold, by its machine name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CheckId {
    /// The face application's certificate, signed by a CA key.
    FaceCertificate,
    /// The face file's signature.
    FaceSignature,
    /// The age record's signature (`--age`).
    AgeSignature,
    /// The chip's answer to our challenge, under the key that the face (or age) signature covers.
    ChipKey,
    /// The card's expiry.
    NotExpired,
    /// The text application's certificate, signed by a CA key.
    TextCertificate,
    /// The text application's digests and signatures.
    TextSignature,
    /// The text application's chip key and its answer to our challenge.
    TextChipKey,
    /// Birth date and sex are the same in the face and the text application.
    TextAgrees,
    /// 利用者証明用電子証明書, issued by a J-LIS root.
    JpkiAuthChain,
    /// The chip's answer to our challenge, under the key of the certificate for user authentication.
    JpkiAuthKey,
    /// 署名用電子証明書, issued by a J-LIS root.
    JpkiSignChain,
    /// The holder of the certificate for digital signature is the one of the face and the text application.
    JpkiAgrees,
    /// The signature of a 運転免許証, over data, 本籍 and photo.
    LicenceSignature,
    /// The certificate of whoever signed the licence.
    LicenceSigner,
    /// Nothing unsigned was added to the licence after it was issued.
    NoUnsignedChanges,
    /// The signature of a マイナ免許証, over all of its record.
    MenkyoSignature,
    /// The certificate of whoever signed the マイナ免許証.
    MenkyoSigner,
    /// The signature of a residence card, over its pictures or entries.
    CardSignature,
    /// The certificate that a residence card carries, issued by the Immigration Services Agency's CA.
    CardCertificate,
    /// Whether the card was reported lost or withdrawn.
    Revocation,
}

const IDS: [(CheckId, &str); 21] = [
    (CheckId::FaceCertificate, "face-certificate"),
    (CheckId::FaceSignature, "face-signature"),
    (CheckId::AgeSignature, "age-signature"),
    (CheckId::ChipKey, "chip-key"),
    (CheckId::NotExpired, "not-expired"),
    (CheckId::TextCertificate, "text-certificate"),
    (CheckId::TextSignature, "text-signature"),
    (CheckId::TextChipKey, "text-chip-key"),
    (CheckId::TextAgrees, "text-agrees"),
    (CheckId::JpkiAuthChain, "jpki-auth-chain"),
    (CheckId::JpkiAuthKey, "jpki-auth-key"),
    (CheckId::JpkiSignChain, "jpki-sign-chain"),
    (CheckId::JpkiAgrees, "jpki-agrees"),
    (CheckId::LicenceSignature, "licence-signature"),
    (CheckId::LicenceSigner, "licence-signer"),
    (CheckId::NoUnsignedChanges, "no-unsigned-changes"),
    (CheckId::MenkyoSignature, "menkyo-signature"),
    (CheckId::MenkyoSigner, "menkyo-signer"),
    (CheckId::CardSignature, "card-signature"),
    (CheckId::CardCertificate, "card-certificate"),
    (CheckId::Revocation, "revocation"),
];

impl CheckId {
    /// Every check.
    pub fn all() -> impl Iterator<Item = Self> {
        IDS.iter().map(|(id, _)| *id)
    }

    /// The machine name.
    pub fn as_str(self) -> &'static str {
        IDS.iter().find(|(id, _)| *id == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CheckId {
    type Err = UnknownCheck;

    fn from_str(name: &str) -> Result<Self, UnknownCheck> {
        IDS.iter().find(|(_, known)| *known == name).map(|(id, _)| *id).ok_or(UnknownCheck)
    }
}

/// A name that is no check's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no check has this name")]
pub struct UnknownCheck;

/// The outcome of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Done, and it holds.
    Passed,
    /// Done, and it does not hold.
    Failed(Reason),
    /// Not done; says nothing for or against the card.
    NotDone(Why),
}

/// What a check rested on: named facts in a fixed order, for people and auditors. Never personal data beyond what the
/// report shows anyway, never the My Number or its hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence(Vec<(&'static str, String)>);

impl Evidence {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Takes a fact away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self
    }

    /// The facts in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// One fact.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A check with its outcome and evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which check.
    pub id: CheckId,
    /// How it went.
    pub verdict: Verdict,
    /// What it rested on.
    pub evidence: Evidence,
}

impl Check {
    /// A check that holds.
    pub fn passed(id: CheckId, evidence: Evidence) -> Self {
        Self { id, verdict: Verdict::Passed, evidence }
    }

    /// A check that does not hold.
    pub fn failed(id: CheckId, reason: Reason, evidence: Evidence) -> Self {
        Self { id, verdict: Verdict::Failed(reason), evidence }
    }

    /// A check that was not done.
    pub fn not_done(id: CheckId, why: Why, evidence: Evidence) -> Self {
        Self { id, verdict: Verdict::NotDone(why), evidence }
    }

    /// Whether it holds.
    pub fn is_passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// `NotDone(depends_on)` unless this check passed: for a check that rests on it.
    pub fn required_by(&self, id: CheckId) -> Result<(), Check> {
        if self.is_passed() { Ok(()) } else { Err(Check::not_done(id, Why::DependsOn(self.id), Evidence::new())) }
    }
}
