//! What an anchor is: a key or certificate, its purpose, its hierarchy and its provenance.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    crypto::{PublicKey, sha256},
    lang::Bilingual,
    text::named,
};

named! {
    /// What an anchor may vouch for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[non_exhaustive]
    pub enum Purpose {
        /// 券面事項確認AP・券面事項入力補助AP: CA keys of card-verifiable certificates
        MyNumberCard = "my-number-card",
        /// 公的個人認証 利用者証明用
        JpkiAuthentication = "jpki-authentication",
        /// 公的個人認証 署名用
        JpkiSignature = "jpki-signature",
        /// 運転免許証・マイナ免許証
        DriversLicence = "drivers-licence",
        /// 在留カード・特別永住者証明書
        ResidenceCard = "residence-card",
        /// 旅券: the CSCAs of the states (ICAO Doc 9303-12)
        Passport = "passport",
        /// モバイル身分証: the IACAs of documents on phones (ISO/IEC 18013-5)
        Mdoc = "mdoc",
    }
}

named! {
    /// Where an anchor belongs, and so whether it counts without being asked for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[non_exhaustive]
    pub enum Hierarchy {
        /// Keys of cards that people hold.
        Production = "production",
        /// What this user added.
        Installed = "installed",
        /// The JPKI test hierarchy and other official test keys.
        Test = "test",
        /// Our own simulator's keys, whose private halves are public.
        Simulated = "simulated",
    }
}

impl Purpose {
    /// Whether a fingerprint may be named that vouches for a list.
    pub fn takes_pins(self) -> bool {
        self == Self::Passport
    }

    /// Whether what rests on it is read beside the card, so that the verdict on the card never depends on it.
    pub fn is_supplementary(self) -> bool {
        matches!(self, Self::JpkiAuthentication | Self::JpkiSignature)
    }

    /// Whether one file may bring several anchors, or a signed list of them: `taimen trust add` says what it brought.
    pub fn takes_lists(self) -> bool {
        matches!(self, Self::Passport | Self::Mdoc)
    }
}

impl Hierarchy {
    /// Whether its cards prove nothing about people: it counts only if somebody asks for it.
    pub(super) fn is_unaccepted(self) -> bool {
        matches!(self, Self::Test | Self::Simulated)
    }

    /// The name that people read.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Production => Bilingual::new("本番", "production"),
            Self::Installed => Bilingual::new("利用者が追加", "installed by the user"),
            Self::Test => Bilingual::new("試験用", "test"),
            Self::Simulated => Bilingual::new("模擬", "simulated"),
        }
    }
}

/// 鍵ID: the 16-byte name of a key in a card-verifiable certificate: seven digits, `08 05`, three digits of generation,
/// four bytes that are mostly zero (spec my-number 5.4, V). Two ids are equal when all 16 bytes are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 16]);

impl KeyId {
    /// The seven digits, `?` if a byte is not a digit.
    pub fn number(&self) -> String {
        let [number @ .., _, _, _, _, _, _, _, _, _] = &self.0;
        printable(number)
    }

    /// The three digits of generation.
    pub fn generation(&self) -> String {
        let [_, _, _, _, _, _, _, _, _, generation @ .., _, _, _, _] = &self.0;
        printable(generation)
    }

    /// The hierarchy that an issuer id of this number belongs to, if the number says so: `5000…` production,
    /// `6000…` test (spec my-number 5.6), `7000…` simulated (our choice, spec 8.6).
    pub fn hierarchy(&self) -> Option<Hierarchy> {
        match self.number().get(..4) {
            Some("5000") => Some(Hierarchy::Production),
            Some("6000") => Some(Hierarchy::Test),
            Some("7000") => Some(Hierarchy::Simulated),
            _ => None,
        }
    }
}

fn printable(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii_digit() { char::from(*byte) } else { '?' }).collect()
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number(), self.generation())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", hex::encode_upper(self.0))
    }
}

/// What a CA key of the My Number Card certifies, read from the last two of its seven digits (spec my-number 5.4, I).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyRole {
    /// 券面事項確認AP (`…23`)
    Face,
    /// 券面事項入力補助AP (`…33`)
    Text,
    /// The chain at master-file level (`…20`)
    Mf,
}

impl KeyRole {
    /// The role that an issuer id spells, if it spells one.
    pub fn of(issuer: &KeyId) -> Option<Self> {
        match issuer.number().get(5..) {
            Some("23") => Some(Self::Face),
            Some("33") => Some(Self::Text),
            Some("20") => Some(Self::Mf),
            _ => None,
        }
    }
}

/// A CA key of card-verifiable certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CvCaKey {
    /// Its id, as certificates name their issuer.
    pub id: KeyId,
    /// The key.
    pub key: PublicKey,
}

/// What an anchor holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// A bare key (`my-number-card`).
    CvKey(CvCaKey),
    /// An X.509 certificate, DER (the other purposes).
    Certificate(Vec<u8>),
}

impl Material {
    /// What the anchor is pinned by: SHA-256 of the modulus bytes, or of the certificate's DER.
    pub fn sha256(&self) -> String {
        match self {
            Self::CvKey(key) => hex::encode(key.key.fingerprint()),
            Self::Certificate(der) => hex::encode(sha256(&[der])),
        }
    }
}

/// What the source of an anchor says if it was added with `--unpinned`.
pub(super) const UNPINNED: &str = "(--unpinned)";

impl Anchor {
    /// Whether somebody insisted on it against what is published or verified; each report that rests on it says so.
    pub fn is_unpinned(&self) -> bool {
        self.source.contains(UNPINNED)
    }
}

/// A trust anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// What it may vouch for.
    pub purpose: Purpose,
    /// Where it belongs.
    pub hierarchy: Hierarchy,
    /// A name for people: the key id's digits, or the certificate's subject.
    pub name: String,
    /// The key or certificate.
    pub material: Material,
    /// Where it was obtained.
    pub source: String,
    /// Whether the issuer itself published it.
    pub official: bool,
    /// The docTypes that it may vouch for, if a list that it came in says so (`mdoc`); empty: any.
    pub doc_types: Vec<String>,
    /// Whether it came in a signed list, whose signer vouches for it: it may issue documents, and vouches for no further list.
    pub from_list: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_takes_what_its_issuers_publish() {
        let those = |says: fn(Purpose) -> bool| Purpose::all().filter(|purpose| says(*purpose)).collect::<Vec<_>>();
        assert_eq!(those(Purpose::takes_pins), [Purpose::Passport]);
        assert_eq!(those(Purpose::takes_lists), [Purpose::Passport, Purpose::Mdoc]);
        assert_eq!(those(Purpose::is_supplementary), [Purpose::JpkiAuthentication, Purpose::JpkiSignature]);
        let unaccepted: Vec<_> = Hierarchy::all().filter(|hierarchy| hierarchy.is_unaccepted()).collect();
        assert_eq!(unaccepted, [Hierarchy::Test, Hierarchy::Simulated]);
    }

    #[test]
    fn an_issuer_id_spells_its_hierarchy_and_its_role() {
        let id = |number: &str| {
            let mut bytes = [b'0'; 16];
            bytes[..7].copy_from_slice(number.as_bytes());
            KeyId(bytes)
        };
        for (number, hierarchy, role) in [
            ("5000023", Some(Hierarchy::Production), Some(KeyRole::Face)),
            ("6000033", Some(Hierarchy::Test), Some(KeyRole::Text)),
            ("7000020", Some(Hierarchy::Simulated), Some(KeyRole::Mf)),
            ("8000021", None, None),
        ] {
            assert_eq!((id(number).hierarchy(), KeyRole::of(&id(number))), (hierarchy, role), "{number}");
        }
        assert_eq!(KeyId(*b"5000023\x08\x05001\0\0\0\0").to_string(), "5000023/001");
    }
}
