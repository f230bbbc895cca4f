//! Why a check failed, and why one was not done: machine names and what people read.

use std::fmt;

use super::catalog::CheckId;
use crate::lang::Bilingual;

macro_rules! reasons {
    ($(#[$doc:meta])* $Type:ident, $($Variant:ident$(($inner:ty))? $name:literal $ja:literal $en:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Type {
            $(#[doc = $en] $Variant$(($inner))?,)*
        }

        impl $Type {
            /// The machine name, without the check of `depends_on`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant { .. } => $name,)*
                }
            }

            /// What people read.
            pub fn text(self) -> Bilingual {
                match self {
                    $(Self::$Variant { .. } => Bilingual::new($ja, $en),)*
                }
            }
        }
    };
}

reasons! {
    /// Why a check failed.
    Reason,
    SignatureMismatch "signature_mismatch" "電子署名がデータと一致しません" "the signature does not match the data";
    HierarchyNotAccepted "hierarchy_not_accepted" "本番ではない発行者（試験用または模擬）のカードです"
        "issued by a hierarchy that was not accepted (test or simulated)";
    WrongIssuerRole "wrong_issuer_role" "別の用途の発行者鍵による証明書です" "the issuing key is for another purpose";
    Expired "expired" "有効期限が切れています" "the expiry day has passed";
    Malformed "malformed" "データの構造が壊れています" "the data is malformed";
    DigestMismatch "digest_mismatch" "ハッシュ値がデータと一致しません" "a stored digest does not match the data";
    ChallengeRefused "challenge_refused" "ICチップが本人性確認の問いに応答しませんでした" "the chip refused to answer the challenge";
    ChallengeMismatch "challenge_mismatch" "ICチップの応答が証明された鍵と一致しません" "the chip's answer does not match the certified key";
    Disagrees "disagrees" "二つのAPの内容が食い違っています" "two applications contradict each other";
    BadKey "bad_key" "鍵の形式が正しくありません" "the key is not one that cards have";
    NotValidAtIssue "not_valid_at_issue" "署名者の証明書が交付日に有効ではありませんでした" "the signer's certificate was not valid on the day of issue";
    IssuerOver "issuer_over" "署名者の証明書が、CAの証明書の有効期間が終わった後に発行されています"
        "the signer's certificate was issued after its CA's certificate had expired";
    WrongKeyUsage "wrong_key_usage" "署名用の証明書ではありません" "the certificate is not for signing data";
    UnsignedChanges "unsigned_changes" "署名のない追記があります" "entries that are not signed were added after issue";
    NotACa "not_a_ca" "発行者の証明書が認証局のものではありません" "the issuer's certificate is not that of a certification authority";
    WrongKeyIdentifier "wrong_key_identifier" "証明書の鍵識別子が発行者の鍵と一致しません" "the certificate names another key of its issuer";
    WrongAlgorithm "wrong_algorithm" "証明書の署名方式が発行者の鍵と一致しません" "the certificate's signature algorithm is not that of its issuer's key";
    PathTooLong "path_too_long" "発行者が許していない下位の認証局の証明書です" "a certificate of an authority that its issuer does not allow";
    WrongPurpose "wrong_purpose" "この用途の証明書ではありません" "the certificate does not name this use";
    WrongPolicy "wrong_policy" "証明書ポリシーが違います" "the certificate has another policy";
    KeyWithheld "key_withheld" "署名されたデータにある鍵を、ICチップが示しません" "the chip withholds a key that the signed data name";
    NotListed "not_listed" "署名されたハッシュ値の一覧にないデータです" "the signed hashes do not list the data";
    OtherState "other_state" "署名者の国が、書類の発行国と違います" "the signer belongs to another state than the document";
    PrintDiffers "print_differs" "入力された印字と、ICチップの内容が違います" "the print that was typed differs from the chip";
    ProtocolHidden "protocol_hidden" "署名されたデータにある保護方式が、読み取りの前に示されませんでした" "a signed access protocol was not offered before the reading";
    ProtocolRefused "protocol_refused" "ICチップが、自分で示した保護方式（PACE）を拒んだため、弱い方式（BAC）で読み取りました"
        "the chip refused the access protocol that it offers (PACE), and a weaker one was used (BAC)";
    WeakAlgorithm "weak_algorithm" "弱い暗号方式が使われています" "a weak algorithm was used";
    CheckDigit "check_digit" "チェックデジットが合いません" "a check digit is wrong";
    OutsidePeriod "outside_period" "署名の日が、証明書か鍵の期間に入っていません" "the day of the signature is outside the period of the certificate or its key";
    DigestMissing "digest_missing" "署名されたハッシュ値の一覧に、項目の番号がありません" "the signed digests do not list the element";
    DigestReused "digest_reused" "二つの項目が同じハッシュ値の番号を使っています" "two elements name the same digest";
    RandomTooShort "random_too_short" "項目の乱数が短すぎます" "the random value of an element is too short";
    OtherDocumentType "document_type" "要求・文書・署名された内容で、文書の種類が違います" "the document types of request, document and signed data differ";
    DeviceMac "device_mac" "スマートフォンの認証コードが一致しません" "the device's authentication code does not match";
    DeviceSignature "device_signature" "スマートフォンの署名が一致しません" "the device's signature does not match";
    DeviceAuthForm "device_auth_form" "スマートフォンの認証データの形式が正しくありません" "the device's authentication has another form than it must have";
    NotYetValid "not_yet_valid" "有効期間がまだ始まっていません" "the validity has not begun";
    SignedOutsideCertificate "signed_outside_certificate" "署名の時刻が、署名者の証明書の有効期間に入っていません"
        "the document was signed outside the validity of its signer's certificate";
    CertificateForm "certificate_form" "署名者の証明書の形式が正しくありません" "the signer's certificate is absent or malformed";
    CertificateProfile "certificate_profile" "署名者の証明書が、定められた形式を守っていません" "the signer's certificate does not have the prescribed profile";
}

reasons! {
    /// Why a check was not done.
    Why,
    DependsOn(CheckId) "depends_on" "前提の検査に合格していません" "it rests on a check that did not pass";
    NoAnchor "no_anchor" "この発行者の鍵を持っていません" "no key of this issuer is known";
    AnchorExpired "anchor_expired" "署名者またはCAの証明書が、発行時には有効でしたが、今は有効ではありません"
        "a certificate (the signer's or its CA's) was valid at the time of issue but is not now";
    LayoutUnknown "layout_unknown" "データの配置がまだ知られていません" "the layout is not known yet";
    Inferred "inferred" "読み取らずに詰め物と推定した部分を、電子署名で確かめられませんでした"
        "the signature does not confirm the part of the data that was not read and was taken for filler";
    NotStored "not_stored" "保存しないデータのため、後からは検査できません" "the data is never stored, so it cannot be checked later";
    NotOverNetwork "not_over_network" "ネットワーク越し（スマートフォン）では読み取らないデータのため、検査できません"
        "the data is never read over a network (a phone), so it cannot be checked";
    NotRead "not_read" "読み取っていません" "it was not read";
    NotOnCard "not_on_card" "カードにそのデータがありません" "the card does not hold the data";
    NotAvailable "not_available" "taimenでは確認できません" "taimen cannot do this";
    NotSigned "not_signed" "発行者の電子署名が記録されないカードです" "the issuer does not sign this kind of card";
    Unsigned "unsigned" "電子署名の対象外の記載で、この保存データの内容を保証する人がいません"
        "no signature covers the entry, and nobody vouches for this saved reading";
    CertificateNotDer "certificate_not_der" "証明書の形式がDERではありません" "the certificate is not in DER";
    NotYetValid "not_yet_valid" "証明書の有効期間がまだ始まっていません（パソコンの時計を確認してください）"
        "the certificate is not valid yet (look at the computer's clock)";
    UnknownExtension "unknown_extension" "証明書に、この版では解釈できない必須の条件があります（taimenの更新を確認してください）"
        "the certificate sets a condition that this version does not know (look for an update of taimen)";
    IssuerNewer "issuer_newer" "登録されているCA証明書が、カードの証明書より新しいものです（同じCAの古い証明書も登録してください）"
        "the installed CA certificate is newer than the card's certificate (install the CA's older one too)";
    UnsupportedAlgorithm "unsupported_algorithm" "証明書の署名方式に、この版は対応していません（taimenの更新を確認してください）"
        "this version does not support the certificate's signature algorithm (look for an update of taimen)";
    NotOffered "not_offered" "ICチップに複製を検出する仕組みがありません" "the chip has no means against copying";
    NotTyped "not_typed" "機械読取領域が入力されていません" "no machine-readable zone was typed";
    SelfReported "self_reported" "保存された読み取りのため、読み取った側の言葉にすぎません" "the evidence of a saved reading could have been made up by whoever saved it";
    UnlistedState "unlisted_state" "署名者の国と旅券の発行国の組み合わせが、対応表にありません" "the table does not have this pair of signer's state and issuing state";
    NotABook "not_a_book" "旅券ではない書類（身分証のカードや査証など）です" "the document is not a passport but a card, a permit or a visa";
    NotShared "not_shared" "必要な項目が共有されていません" "an element that is needed was not shared";
    ReaderUnknown "reader_unknown" "読取側の証明書を送っていません" "no reader certificate was sent";
    UnsupportedKey "unsupported_key" "証明書の鍵の種類や長さに、この版は対応していません（taimenの更新を確認してください）"
        "this version does not support the kind or size of the certificate's key (look for an update of taimen)";
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DependsOn(id) => write!(f, "depends_on({id})"),
            other => f.write_str(other.as_str()),
        }
    }
}
