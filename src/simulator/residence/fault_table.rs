//! The table of residence cards' faults of either generation: what each does and what a check of the card must say.

use crate::{
    cards::residence_card::files::{FILES_1, FILES_1_SPECIAL, FILES_2, FILES_2_SPECIAL},
    lang::Bilingual,
    verify::{CheckId, Reason, Verdict, Why},
};

use super::{
    super::{
        fault::Fault,
        fault_row::{AUTHENTIC, Differs, Expected, FaultRow, REJECTED, UNDETERMINED, failed, rests, row},
        fault_table::{BIT_FLIP, bit_flip},
    },
    certificate::OuterForm,
    fault::ResidenceFault,
};

use CheckId::{CardCertificate, CardSignature, NotExpired};

pub(super) const CHANGED: Differs = &[failed(CardSignature, Reason::SignatureMismatch)];
const FORGED_CA: Differs = &[failed(CardCertificate, Reason::SignatureMismatch), rests(CardSignature, CardCertificate)];
const NO_ANCHOR: Differs = &[(CardCertificate, Verdict::NotDone(Why::NoAnchor)), rests(CardSignature, CardCertificate)];
/// The certificate's own signature holds, and so does the card's.
const CA_EXPIRED: Differs = &[(CardCertificate, Verdict::NotDone(Why::AnchorExpired))];
const NOT_YET: Differs = &[(CardCertificate, Verdict::NotDone(Why::NotYetValid))];
const NOT_AT_ISSUE: Differs = &[failed(CardCertificate, Reason::IssuerOver), rests(CardSignature, CardCertificate)];
const ISSUER_NEWER: Differs = &[(CardCertificate, Verdict::NotDone(Why::IssuerNewer))];
const IS_CA: Differs = &[failed(CardCertificate, Reason::PathTooLong), rests(CardSignature, CardCertificate)];
const USAGE: Differs = &[failed(CardCertificate, Reason::WrongKeyUsage), rests(CardSignature, CardCertificate)];
const IDENTIFIER: Differs =
    &[failed(CardCertificate, Reason::WrongKeyIdentifier), rests(CardSignature, CardCertificate)];
const ALGORITHM: Differs = &[failed(CardCertificate, Reason::WrongAlgorithm), rests(CardSignature, CardCertificate)];
const UNSUPPORTED: Differs =
    &[(CardCertificate, Verdict::NotDone(Why::UnsupportedAlgorithm)), rests(CardSignature, CardCertificate)];
const NOT_DER: Differs =
    &[(CardCertificate, Verdict::NotDone(Why::CertificateNotDer)), rests(CardSignature, CardCertificate)];
const NO_CERTIFICATE: Differs = &[failed(CardCertificate, Reason::Malformed), rests(CardSignature, CardCertificate)];
const BROKEN: Differs = &[failed(CardSignature, Reason::Malformed)];
const NOTHING_THERE: Differs = &[failed(CardCertificate, Reason::Malformed), failed(CardSignature, Reason::Malformed)];
pub(super) const OTHER_LAYOUT: Differs = &[(CardSignature, Verdict::NotDone(Why::LayoutUnknown))];
const SIGNATURE_NOT_READ: Differs =
    &[(CardCertificate, Verdict::NotDone(Why::NotRead)), (CardSignature, Verdict::NotDone(Why::NotRead))];
const DATA_NOT_READ: Differs = &[(CardSignature, Verdict::NotDone(Why::NotRead))];
const NOTHING_READ: Differs = &[
    (CardCertificate, Verdict::NotDone(Why::NotRead)),
    (CardSignature, Verdict::NotDone(Why::NotRead)),
    (NotExpired, Verdict::NotDone(Why::NotRead)),
];
pub(super) const EXPIRED: Differs = &[failed(NotExpired, Reason::Expired)];

/// The faults of residence cards of either generation, but for a child's and those of the link.
pub const RESIDENCE_FAULTS: &[FaultRow] = &[
    row!(
        "swapped-photo",
        "顔写真を別人のものに差し替え",
        "another person's photo",
        ResidenceFault::SwappedPhoto,
        CHANGED,
        REJECTED
    ),
    row!(
        "changed-address",
        "住居地を変更（署名の対象外）",
        "another address, which nothing signs",
        ResidenceFault::ChangedAddress,
        &[],
        AUTHENTIC
    ),
    row!(
        "bad-signature",
        "電子署名を1ビット変更",
        "one bit of the signature flipped",
        ResidenceFault::BadSignature,
        CHANGED,
        REJECTED
    ),
    row!(
        "zero-signature",
        "電子署名の値がすべて0",
        "a signature of zeros alone",
        ResidenceFault::ZeroSignature,
        BROKEN,
        REJECTED
    ),
    row!(
        "half-zero-signature",
        "電子署名の前半がすべて0（第2世代ではrが0）",
        "zeros in the first half of the signature: in generation 2, r is zero",
        ResidenceFault::HalfZeroSignature,
        CHANGED,
        REJECTED
    ),
    row!(
        "wrong-signer",
        "カードの証明書とは別の鍵で署名",
        "signed with another key than the card's certificate has",
        ResidenceFault::WrongSigner,
        CHANGED,
        REJECTED
    ),
    row!(
        "forged-ca",
        "本来のCAの名前と鍵識別子をかたる偽のCA",
        "a forged CA under the right CA's name and key identifier",
        ResidenceFault::ForgedCa,
        FORGED_CA,
        REJECTED
    ),
    row!(
        "other-ca-key",
        "名前が同じで鍵識別子の違うCA",
        "a CA of the same name with another key identifier",
        ResidenceFault::OtherCaKey,
        NO_ANCHOR,
        UNDETERMINED
    ),
    row!(
        "unknown-ca",
        "知られていない名前のCA",
        "a CA whose name nobody knows",
        ResidenceFault::UnknownCa,
        NO_ANCHOR,
        UNDETERMINED
    ),
    row!(
        "expired-ca",
        "発行時には有効で、今は期限の切れたCA",
        "a CA that was valid at issue and has expired since",
        ResidenceFault::ExpiredCa,
        CA_EXPIRED,
        UNDETERMINED
    ),
    row!(
        "expired-certificate",
        "署名者の証明書の期限切れ",
        "the signer's certificate has expired",
        ResidenceFault::ExpiredCertificate,
        CA_EXPIRED,
        UNDETERMINED
    ),
    row!(
        "not-yet-valid",
        "署名者の証明書の有効期間が始まっていない",
        "the signer's certificate is not valid yet",
        ResidenceFault::NotYetValid,
        NOT_YET,
        UNDETERMINED
    ),
    row!(
        "not-valid-at-issue",
        "CAの有効期間が終わった後に発行された署名者の証明書",
        "the signer's certificate was issued after its CA was over",
        ResidenceFault::NotValidAtIssue,
        NOT_AT_ISSUE,
        REJECTED
    ),
    row!(
        "older-than-ca",
        "署名者の証明書がCAの証明書より古い",
        "the signer's certificate is older than its CA's",
        ResidenceFault::OlderThanCa,
        ISSUER_NEWER,
        UNDETERMINED
    ),
    row!(
        "signer-is-ca",
        "署名者の証明書が認証局のもの",
        "the signer's certificate is one of an authority",
        ResidenceFault::SignerIsCa,
        IS_CA,
        REJECTED
    ),
    row!(
        "wrong-key-usage",
        "署名者の鍵用途が署名用でない",
        "the signer's key may not sign",
        ResidenceFault::WrongKeyUsage,
        USAGE,
        REJECTED
    ),
    row!(
        "wrong-key-identifier",
        "証明書の発行者鍵識別子が実際に署名した鍵と違う",
        "the certificate names another key than the one that signed it",
        ResidenceFault::WrongKeyIdentifier,
        IDENTIFIER,
        REJECTED
    ),
    row!(
        "wrong-algorithm",
        "証明書の署名方式がCAの鍵の種類と違う",
        "the certificate states an algorithm that the CA's key does not have",
        ResidenceFault::WrongAlgorithm,
        ALGORITHM,
        REJECTED
    ),
    row!(
        "unknown-algorithm",
        "証明書の署名方式が別のハッシュ関数を称する",
        "the certificate states another hash",
        ResidenceFault::UnknownAlgorithm,
        UNSUPPORTED,
        UNDETERMINED
    ),
    row!(
        "indefinite-certificate",
        "証明書の外側が不定長（BER）",
        "the certificate's outer length is indefinite (BER)",
        ResidenceFault::Certificate(OuterForm::Indefinite),
        &[],
        AUTHENTIC
    ),
    row!(
        "long-length-certificate",
        "証明書の外側の長さが冗長（BER）",
        "the certificate's outer length is longer than needed (BER)",
        ResidenceFault::Certificate(OuterForm::LongLength),
        NOT_DER,
        UNDETERMINED
    ),
    row!(
        "garbage-certificate",
        "証明書の代わりに無意味なデータ",
        "something else in the certificate's place",
        ResidenceFault::GarbageCertificate,
        NO_CERTIFICATE,
        REJECTED
    ),
    row!(
        "no-signature",
        "電子署名のファイルがすべて00",
        "the signature file holds zeros alone",
        ResidenceFault::NoSignature,
        NOTHING_THERE,
        REJECTED
    ),
    row!(
        "missing-signature",
        "電子署名のファイルがない",
        "there is no signature file",
        ResidenceFault::MissingSignature,
        SIGNATURE_NOT_READ,
        UNDETERMINED
    ),
    row!(
        "signature-alone",
        "電子署名はあるが証明書がない",
        "a signature without a certificate",
        ResidenceFault::SignatureAlone,
        NO_CERTIFICATE,
        REJECTED
    ),
    row!(
        "missing-photo",
        "顔写真のファイルがない",
        "there is no file with the photo",
        ResidenceFault::MissingPhoto,
        DATA_NOT_READ,
        UNDETERMINED
    ),
    row!(
        "blank-photo",
        "顔写真のファイルがすべて00",
        "the file with the photo holds zeros alone",
        ResidenceFault::BlankPhoto,
        BROKEN,
        REJECTED
    ),
    row!(
        "missing-back",
        "裏面の記載のファイルがない（署名の対象外）",
        "there are no files of the back, which nothing signs",
        ResidenceFault::MissingBack,
        &[],
        AUTHENTIC
    ),
    row!(
        "truncated-photo",
        "顔写真のファイルが途中で終わる",
        "the file with the photo ends halfway",
        ResidenceFault::TruncatedPhoto,
        BROKEN,
        REJECTED
    ),
    row!(
        "long-lengths",
        "長さを必要より長い形で書く",
        "length fields in a longer form than needed",
        ResidenceFault::LongLengths,
        &[],
        AUTHENTIC
    ),
    row!(
        "broken-picture",
        "券面・氏名の画像が読み取れない（署名は正しい）",
        "the picture of the front or of the name does not decode, validly signed",
        ResidenceFault::BrokenPicture,
        &[],
        AUTHENTIC
    ),
    row!(
        "renewal-pending",
        "在留期間等の更新を申請中",
        "an application for renewal is pending",
        ResidenceFault::RenewalPending,
        &[],
        AUTHENTIC
    ),
    row!(
        "lying-length",
        "電子署名が32,767バイトの長さを称する",
        "the signature announces 32,767 bytes",
        ResidenceFault::LyingLength,
        NOTHING_THERE,
        REJECTED
    ),
    FaultRow {
        name: "bit-flip",
        value: Some("FILE:BYTE"),
        example: "bit-flip=df3/02:40",
        what: BIT_FLIP,
        differs: CHANGED,
        expected: REJECTED,
        make: |value| {
            let files = [FILES_1, FILES_2].into_iter().flatten().chain(FILES_1_SPECIAL).chain(FILES_2_SPECIAL);
            bit_flip(files.map(|file| file.name), value?)
        },
    },
    row!(
        "stale-challenge",
        "相互認証に、別のチャレンジへの応答を返す",
        "answers the mutual authentication as for another challenge",
        ResidenceFault::StaleChallenge,
        &[],
        Expected::CardTrouble
    ),
    row!(
        "wrong-number",
        "券面の番号とICチップの番号が違う",
        "the chip has another number than the print",
        ResidenceFault::WrongNumber,
        &[],
        Expected::CredentialRefused
    ),
    row!(
        "other-generation",
        "カード種別が別の世代を称する",
        "the card says that it is of the other generation",
        ResidenceFault::OtherGeneration,
        &[],
        Expected::CredentialRefused
    ),
    row!(
        "no-explicit-extended",
        "拡張長では全体の読取りだけを受け付ける",
        "extended lengths read whole files alone",
        ResidenceFault::NoExplicitExtended,
        &[],
        AUTHENTIC
    ),
    row!(
        "no-secure-form",
        "拡張長も、短いセキュアメッセージングも受け付けない（6700）",
        "neither extended lengths nor short secure messaging (6700)",
        ResidenceFault::NoSecureForm,
        &[],
        Expected::CardTrouble
    ),
    FaultRow {
        name: "response-limit",
        value: Some("N"),
        example: "response-limit=256",
        what: Bilingual::new(
            "READ BINARYの応答がNバイトで切れる（読取機の制約）",
            "answers to READ BINARY are cut at N bytes, as by a reader's buffer",
        ),
        differs: &[],
        expected: AUTHENTIC,
        make: |value| {
            let most = value?.parse().ok().filter(|most| *most >= SMALLEST_LIMIT)?;
            Some(Fault::Residence(ResidenceFault::ResponseLimit(most)))
        },
    },
    row!(
        "blocked-folders",
        "DFが閉塞（6283）",
        "the dedicated files are blocked (6283)",
        ResidenceFault::BlockedFolders,
        NOTHING_READ,
        UNDETERMINED
    ),
];

/// No reader carries less than a short APDU.
const SMALLEST_LIMIT: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kind::CardKind,
        simulator::{
            Faults,
            fault_row::checks,
            residence::{RESIDENCE1_FAULTS, RESIDENCE2_FAULTS},
        },
    };

    const KINDS: [CardKind; 5] = [
        CardKind::RESIDENCE1,
        CardKind::RESIDENCE1_SPECIAL,
        CardKind::RESIDENCE1_CHILD,
        CardKind::RESIDENCE2,
        CardKind::RESIDENCE2_SPECIAL,
    ];

    #[test]
    fn every_row_is_complete() {
        for kind in KINDS {
            checks::complete(kind);
        }
        for text in ["response-limit", "response-limit=255", "response-limit=x", "swapped-photo=1", "expired"] {
            assert!(Faults::parse(CardKind::RESIDENCE1, text).is_err(), "{text}");
        }
        assert!(Faults::parse(CardKind::RESIDENCE2, "bare-hash").is_err());
        assert!(Faults::parse(CardKind::RESIDENCE1_CHILD, "swapped-photo").is_err());
        assert!(Faults::parse(CardKind::RESIDENCE_SPECIFIED, "expired").is_err());
    }

    #[test]
    fn verdicts_and_exit_codes_agree() {
        let rows = RESIDENCE_FAULTS.iter().chain(RESIDENCE1_FAULTS).chain(RESIDENCE2_FAULTS);
        checks::exit_codes_agree(rows, &[CardSignature, CardCertificate, NotExpired]);
    }
}
