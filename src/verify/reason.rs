//! Why a check failed, and why one was not done: machine names and what people read.

use std::fmt;

use super::check::CheckId;
use crate::lang::Bilingual;

/// Why a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A signature does not fit its key and data.
    SignatureMismatch,
    /// The anchor belongs to a hierarchy that was not accepted (`--accept`).
    HierarchyNotAccepted,
    /// The issuing key exists but issues something else.
    WrongIssuerRole,
    /// The expiry day is over.
    Expired,
    /// A file's structure is broken.
    Malformed,
    /// A stored digest is not that of the data.
    DigestMismatch,
    /// The chip refused to answer the challenge.
    ChallengeRefused,
    /// The chip's answer does not fit its certified key.
    ChallengeMismatch,
    /// Two places that must say the same do not.
    Disagrees,
    /// The key is not one that cards have.
    BadKey,
    /// The signer's certificate was not valid on the day of issue.
    NotValidAtIssue,
    /// The certificate of the signer's CA was over when the signer's was issued.
    IssuerOver,
    /// The signer's certificate is not one for signatures over data.
    WrongKeyUsage,
    /// Entries that no signature covers were added after issue.
    UnsignedChanges,
    /// The issuer's certificate is not one of a certification authority.
    NotACa,
    /// The certificate names another key of its issuer than the one that signed it.
    WrongKeyIdentifier,
    /// The certificate is signed with another algorithm than its issuer's key has.
    WrongAlgorithm,
    /// The certificate is one of an authority, and its issuer allows none below it.
    PathTooLong,
    /// The certificate does not say that it may be used for this.
    WrongPurpose,
    /// The certificate was issued under another policy than cards of this hierarchy have.
    WrongPolicy,
}

/// Why a check was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// It rests on a check that did not pass.
    DependsOn(CheckId),
    /// No anchor names this issuer.
    NoAnchor,
    /// The anchor was valid at the time of issue and is not now.
    AnchorExpired,
    /// The layout is not known yet.
    LayoutUnknown,
    /// The data is never stored, so it cannot be checked later.
    NotStored,
    /// The data is never read over a network.
    NotOverNetwork,
    /// The file was not read.
    NotRead,
    /// The card does not hold the data.
    NotOnCard,
    /// Only others may do it.
    NotAvailable,
    /// The issuer does not sign this kind of card.
    NotSigned,
    /// No signature covers the entry, and nobody vouches for the saved reading that holds it.
    Unsigned,
    /// The certificate is not DER, and nobody says what its signature would cover then.
    CertificateNotDer,
    /// The certificate's validity has not begun: more likely the clock is wrong than the card.
    NotYetValid,
    /// A certificate has a critical extension that is not known here.
    UnknownExtension,
    /// The CA's certificate that is installed began after the signer's: an older one may be the right one.
    IssuerNewer,
    /// A certificate is signed with an algorithm that is not supported here.
    UnsupportedAlgorithm,
    /// The certified key has a size, an exponent or a curve that is not supported here.
    UnsupportedKey,
}

const REASONS: [(Reason, &str, Bilingual); 20] = [
    (
        Reason::SignatureMismatch,
        "signature_mismatch",
        Bilingual::new("電子署名がデータと一致しません", "the signature does not fit the data"),
    ),
    (
        Reason::HierarchyNotAccepted,
        "hierarchy_not_accepted",
        Bilingual::new(
            "本番ではない発行者（試験用または模擬）のカードです",
            "issued by a hierarchy that was not accepted (test or simulated)",
        ),
    ),
    (
        Reason::WrongIssuerRole,
        "wrong_issuer_role",
        Bilingual::new("別の用途の発行者鍵による証明書です", "the issuing key is one for another purpose"),
    ),
    (Reason::Expired, "expired", Bilingual::new("有効期限が切れています", "the expiry day is over")),
    (Reason::Malformed, "malformed", Bilingual::new("データの構造が壊れています", "the data is malformed")),
    (
        Reason::DigestMismatch,
        "digest_mismatch",
        Bilingual::new("ハッシュ値がデータと一致しません", "a stored digest is not that of the data"),
    ),
    (
        Reason::ChallengeRefused,
        "challenge_refused",
        Bilingual::new("ICチップが本人性確認の問いに応答しませんでした", "the chip refused to answer the challenge"),
    ),
    (
        Reason::ChallengeMismatch,
        "challenge_mismatch",
        Bilingual::new(
            "ICチップの応答が証明された鍵と一致しません",
            "the chip's answer does not fit the certified key",
        ),
    ),
    (
        Reason::Disagrees,
        "disagrees",
        Bilingual::new("二つのAPの内容が食い違っています", "two applications contradict each other"),
    ),
    (Reason::BadKey, "bad_key", Bilingual::new("鍵の形式が正しくありません", "the key is not one that cards have")),
    (
        Reason::NotValidAtIssue,
        "not_valid_at_issue",
        Bilingual::new(
            "署名者の証明書が交付日に有効ではありませんでした",
            "the signer's certificate was not valid on the day of issue",
        ),
    ),
    (
        Reason::IssuerOver,
        "issuer_over",
        Bilingual::new(
            "署名者の証明書が、CAの証明書の有効期間が終わった後に発行されています",
            "the signer's certificate was issued after its CA's certificate was over",
        ),
    ),
    (
        Reason::WrongKeyUsage,
        "wrong_key_usage",
        Bilingual::new("署名用の証明書ではありません", "the certificate is not one for signing data"),
    ),
    (
        Reason::UnsignedChanges,
        "unsigned_changes",
        Bilingual::new("署名のない追記があります", "entries that are not signed were added after issue"),
    ),
    (
        Reason::NotACa,
        "not_a_ca",
        Bilingual::new(
            "発行者の証明書が認証局のものではありません",
            "the issuer's certificate is not one of a certification authority",
        ),
    ),
    (
        Reason::WrongKeyIdentifier,
        "wrong_key_identifier",
        Bilingual::new("証明書の鍵識別子が発行者の鍵と一致しません", "the certificate names another key of its issuer"),
    ),
    (
        Reason::WrongAlgorithm,
        "wrong_algorithm",
        Bilingual::new(
            "証明書の署名方式が発行者の鍵と一致しません",
            "the certificate's signature algorithm is not that of its issuer's key",
        ),
    ),
    (
        Reason::PathTooLong,
        "path_too_long",
        Bilingual::new(
            "発行者が許していない下位の認証局の証明書です",
            "a certificate of an authority that its issuer does not allow",
        ),
    ),
    (
        Reason::WrongPurpose,
        "wrong_purpose",
        Bilingual::new("この用途の証明書ではありません", "the certificate does not name this use"),
    ),
    (
        Reason::WrongPolicy,
        "wrong_policy",
        Bilingual::new("証明書ポリシーが違います", "the certificate has another policy"),
    ),
];

const WHYS: [(&str, Bilingual); 17] = [
    ("depends_on", Bilingual::new("前提の検査に合格していません", "it rests on a check that did not pass")),
    ("no_anchor", Bilingual::new("この発行者の鍵を持っていません", "no key of this issuer is known")),
    (
        "anchor_expired",
        Bilingual::new(
            "署名者またはCAの証明書が、発行時には有効でしたが、今は有効ではありません",
            "a certificate (the signer's or its CA's) was valid at the time of issue and is not now",
        ),
    ),
    ("layout_unknown", Bilingual::new("データの配置がまだ知られていません", "the layout is not known yet")),
    (
        "not_stored",
        Bilingual::new(
            "保存しないデータのため、後からは検査できません",
            "the data is never stored, so it cannot be checked later",
        ),
    ),
    (
        "not_over_network",
        Bilingual::new(
            "ネットワーク越し（スマートフォン）では読み取らないデータのため、検査できません",
            "the data is never read over a network (a phone), so it cannot be checked",
        ),
    ),
    ("not_read", Bilingual::new("読み取っていません", "it was not read")),
    ("not_on_card", Bilingual::new("カードにそのデータがありません", "the card does not hold the data")),
    ("not_available", Bilingual::new("taimenでは確認できません", "taimen cannot do this")),
    (
        "not_signed",
        Bilingual::new("発行者の電子署名が記録されないカードです", "the issuer does not sign this kind of card"),
    ),
    (
        "unsigned",
        Bilingual::new(
            "電子署名の対象外の記載で、この保存データの内容を保証する人がいません",
            "no signature covers the entry, and nobody vouches for this saved reading",
        ),
    ),
    ("certificate_not_der", Bilingual::new("証明書の形式がDERではありません", "the certificate is not in DER")),
    (
        "not_yet_valid",
        Bilingual::new(
            "証明書の有効期間がまだ始まっていません（パソコンの時計を確認してください）",
            "the certificate is not valid yet (look at the computer's clock)",
        ),
    ),
    (
        "unknown_extension",
        Bilingual::new(
            "証明書に、この版では解釈できない必須の条件があります（taimenの更新を確認してください）",
            "the certificate sets a condition that this version does not know (look for an update of taimen)",
        ),
    ),
    (
        "issuer_newer",
        Bilingual::new(
            "登録されているCA証明書が、カードの証明書より新しいものです（同じCAの古い証明書も登録してください）",
            "the installed CA certificate is newer than the card's certificate (install the CA's older one too)",
        ),
    ),
    (
        "unsupported_algorithm",
        Bilingual::new(
            "証明書の署名方式に、この版は対応していません（taimenの更新を確認してください）",
            "this version does not support the certificate's signature algorithm (look for an update of taimen)",
        ),
    ),
    (
        "unsupported_key",
        Bilingual::new(
            "証明書の鍵の種類や長さに、この版は対応していません（taimenの更新を確認してください）",
            "this version does not support the kind or size of the certificate's key (look for an update of taimen)",
        ),
    ),
];

impl Reason {
    /// Every reason.
    pub fn all() -> impl Iterator<Item = Self> {
        REASONS.iter().map(|(reason, ..)| *reason)
    }

    /// The machine name.
    pub fn as_str(self) -> &'static str {
        REASONS.iter().find(|(reason, ..)| *reason == self).map_or("", |(_, name, _)| name)
    }

    /// What people read.
    pub fn text(self) -> Bilingual {
        REASONS.iter().find(|(reason, ..)| *reason == self).map_or(Bilingual::new("", ""), |(.., text)| *text)
    }
}

impl Why {
    /// The machine name, without the check of `depends_on`.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// What people read.
    pub fn text(self) -> Bilingual {
        self.row().1
    }

    fn row(self) -> (&'static str, Bilingual) {
        let [
            depends_on,
            no_anchor,
            anchor_expired,
            layout_unknown,
            not_stored,
            not_over_network,
            not_read,
            not_on_card,
            not_available,
            not_signed,
            unsigned,
            not_der,
            not_yet_valid,
            unknown_extension,
            issuer_newer,
            unsupported_algorithm,
            unsupported_key,
        ] = WHYS;
        match self {
            Self::DependsOn(_) => depends_on,
            Self::NoAnchor => no_anchor,
            Self::AnchorExpired => anchor_expired,
            Self::LayoutUnknown => layout_unknown,
            Self::NotStored => not_stored,
            Self::NotOverNetwork => not_over_network,
            Self::NotRead => not_read,
            Self::NotOnCard => not_on_card,
            Self::NotAvailable => not_available,
            Self::NotSigned => not_signed,
            Self::Unsigned => unsigned,
            Self::CertificateNotDer => not_der,
            Self::NotYetValid => not_yet_valid,
            Self::UnknownExtension => unknown_extension,
            Self::IssuerNewer => issuer_newer,
            Self::UnsupportedAlgorithm => unsupported_algorithm,
            Self::UnsupportedKey => unsupported_key,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DependsOn(id) => write!(f, "depends_on({id})"),
            other => f.write_str(other.as_str()),
        }
    }
}
