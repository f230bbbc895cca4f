//! The faults of residence cards: how each is brought about, and the tables of what a check of the card must say.

use crate::{
    cards::residence_card::files::{
        ADDRESS, ADDRESS_PICTURE, COMPREHENSIVE, DF2, ENTRIES_05, FACE_1, FILES_1, FILES_1_SPECIAL, FILES_2,
        FILES_2_SPECIAL, FRONT, File, Generation, INDIVIDUAL, KIND_1, NAME_AND_FACE, SIGNATURE_1, SIGNATURE_2,
    },
    simulator::{
        FaultRow, IssueError, SimulatedCard,
        certificate::{Algorithm, BasicConstraints, OuterForm, PoolKey, last_second, midnight, usage},
        kernel::fault::{
            AUTHENTIC, BIT_FLIP, Differs, Effect, REFUSED, REJECTED, TROUBLE, UNDETERMINED, attempt, bit_flip, card,
            failed, on, open, rests, rows,
        },
        persona::stored_date,
        pick,
    },
    verify::{
        CheckId::{CardCertificate, CardSignature, NotExpired},
        Reason, Why,
    },
};

use super::{
    Draft, Plan,
    holder::ResidenceHolder,
    issue::{PORTRAITS, address_picture, front, name_picture},
    profile::{Nothing, SignatureForm, Unsigned},
};

/// The faults of residence cards of either generation, but for a child's and those of the link.
pub const RESIDENCE_FAULTS: &[FaultRow] = rows! {
    "swapped-photo", "顔写真を別人のものに差し替え", "another person's photo", draft(swapped_photo), CHANGED, REJECTED;
    "changed-address", "住居地を変更（署名の対象外）", "another address, which nothing signs", draft(changed_address), &[], AUTHENTIC;
    "bad-signature", "電子署名を1ビット変更", "one bit of the signature flipped", signature(|bytes| bytes.iter_mut().rev().take(1).for_each(|last| *last ^= 0x01)), CHANGED, REJECTED;
    "zero-signature", "電子署名の値がすべて0", "a signature of zeros only", signature(|bytes| bytes.fill(0x00)), BROKEN, REJECTED;
    "half-zero-signature", "電子署名の前半がすべて0（第2世代ではrが0）", "zeros in the first half of the signature: in generation 2, r is zero", signature(zero_half), CHANGED, REJECTED;
    "wrong-signer", "カードの証明書とは別の鍵で署名", "signed with another key than the card's certificate has", plan(|p| p.order.signer = impostor(p.order.signer)), CHANGED, REJECTED;
    "forged-ca", "本来のCAの名前と鍵識別子をかたる偽のCA", "a forged CA under the right CA's name and key identifier", plan(|p| drop(forge(p))), FORGED_CA, REJECTED;
    "other-ca-key", "名前が同じで鍵識別子の違うCA", "a CA of the same name with another key identifier", plan(|p| p.order.certificate.authority_key_id = forge(p)), NO_ANCHOR, UNDETERMINED;
    "unknown-ca", "知られていない名前のCA", "a CA whose name nobody knows", plan(unknown_ca), NO_ANCHOR, UNDETERMINED;
    "expired-ca", "発行時には有効で、今は期限の切れたCA", "a CA that was valid at issue and has expired since", plan(expired_ca), CA_EXPIRED, UNDETERMINED;
    "expired-certificate", "署名者の証明書の期限切れ", "the signer's certificate has expired", plan(|p| p.order.certificate.not_after = last_second(2023, 6, 30)), CA_EXPIRED, UNDETERMINED;
    "not-yet-valid", "署名者の証明書の有効期間が始まっていない", "the signer's certificate is not valid yet", plan(|p| p.order.certificate.not_before = midnight(2098, 1, 1)), NOT_YET, UNDETERMINED;
    "not-valid-at-issue", "CAの有効期間が終わった後に発行された署名者の証明書", "the signer's certificate was issued after its CA had expired", plan(not_valid_at_issue), NOT_AT_ISSUE, REJECTED;
    "older-than-ca", "署名者の証明書がCAの証明書より古い", "the signer's certificate is older than its CA's", plan(|p| p.order.certificate.not_before = midnight(2019, 6, 1)), ISSUER_NEWER, UNDETERMINED;
    "signer-is-ca", "署名者の証明書が認証局のもの", "the signer's certificate is that of an authority", plan(signer_is_ca), IS_CA, REJECTED;
    "wrong-key-usage", "署名者の鍵用途が署名用でない", "the signer's key may not sign", plan(|p| p.order.certificate.key_usage = Some(usage::KEY_ENCIPHERMENT)), USAGE, REJECTED;
    "wrong-key-identifier", "証明書の発行者鍵識別子が実際に署名した鍵と違う", "the certificate names another key than the one that signed it", plan(|p| p.order.certificate.authority_key_id = impostor(p.order.signer).key_id().ok()), IDENTIFIER, REJECTED;
    "wrong-algorithm", "証明書の署名方式がCAの鍵の種類と違う", "the certificate states an algorithm that the CA's key does not have", algorithm(Algorithm::EcdsaSha256Null, Algorithm::RsaSha256), ALGORITHM, REJECTED;
    "unknown-algorithm", "証明書の署名方式が別のハッシュ関数を称する", "the certificate states another hash", algorithm(Algorithm::RsaSha1, Algorithm::EcdsaSha384), UNSUPPORTED, UNDETERMINED;
    "indefinite-certificate", "証明書の外側が不定長（BER）", "the certificate's outer length is indefinite (BER)", plan(|p| p.order.certificate.form = OuterForm::Indefinite), &[], AUTHENTIC;
    "long-length-certificate", "証明書の外側の長さが冗長（BER）", "the certificate's outer length is longer than needed (BER)", plan(|p| p.order.certificate.form = OuterForm::LongLength), NOT_DER, UNDETERMINED;
    "garbage-certificate", "証明書の代わりに無意味なデータ", "something else instead of the certificate", draft(garbage_certificate), NO_CERTIFICATE, REJECTED;
    "no-signature", "電子署名のファイルがすべて00", "the signature file holds only zeros", emptied([SIGNATURE_1, SIGNATURE_2]), NOTHING_THERE, REJECTED;
    "missing-signature", "電子署名のファイルがない", "there is no signature file", draft(|d| d.issued.remove(&SIGNATURE_1)), SIGNATURE_NOT_READ, UNDETERMINED;
    "signature-alone", "電子署名はあるが証明書がない", "a signature without a certificate", draft(signature_alone), NO_CERTIFICATE, REJECTED;
    "missing-photo", "顔写真のファイルがない", "there is no file with the photo", draft(|d| [FACE_1, NAME_AND_FACE].iter().for_each(|file| d.issued.remove(file))), DATA_NOT_READ, UNDETERMINED;
    "blank-photo", "顔写真のファイルがすべて00", "the file with the photo holds only zeros", emptied([FACE_1, NAME_AND_FACE]), BROKEN, REJECTED;
    "missing-back", "裏面の記載のファイルがない（署名の対象外）", "there are no files of the back, which nothing signs", draft(|d| d.issued.files.retain(|file| file.file().application != DF2)), &[], AUTHENTIC;
    "truncated-photo", "顔写真のファイルが途中で終わる", "the file with the photo ends halfway", card(truncated_photo), BROKEN, REJECTED;
    "long-lengths", "長さを必要より長い形で書く", "length fields in a longer form than needed", draft(long_lengths), &[], AUTHENTIC;
    "broken-picture", "券面・氏名の画像が読み取れない（署名は正しい）", "the picture of the front or of the name does not decode, validly signed", attempt(broken_picture), &[], AUTHENTIC;
    "renewal-pending", "在留期間等の更新を申請中", "an application for renewal is pending", plan(|p| p.order.holder.renewal = true), &[], AUTHENTIC;
    "lying-length", "電子署名が32,767バイトの長さを称する", "the signature announces 32,767 bytes", card(lying_length), NOTHING_THERE, REJECTED;
    "stale-challenge", "相互認証に、別のチャレンジへの応答を返す", "answers the mutual authentication as for another challenge", plan(|p| p.profile.stale_challenge = true), &[], TROUBLE;
    "wrong-number", "券面の番号とICチップの番号が違う", "the chip has another number than the print", draft(|d| OTHER_NUMBER.clone_into(&mut d.number)), &[], REFUSED;
    "other-generation", "カード種別が別の世代を称する", "the card says that it is of the other generation", draft(other_generation), &[], REFUSED;
    "no-explicit-extended", "拡張長では全体の読取りだけを受け付ける", "extended lengths read only whole files", plan(|p| p.profile.explicit_extended = false), &[], AUTHENTIC;
    "no-secure-form", "拡張長も、短いセキュアメッセージングも受け付けない（6700）", "neither extended lengths nor short secure messaging (6700)", plan(|p| (p.profile.extended, p.profile.short_secure_read) = (false, false)), &[], TROUBLE;
    "blocked-folders", "DFが閉塞（6283）", "the dedicated files are blocked (6283)", plan(|p| p.profile.blocked_folders = true), NOTHING_READ, UNDETERMINED;
    "bit-flip" = "FILE:BYTE"("df3/02:40"), BIT_FLIP.ja, BIT_FLIP.en, |value| bit_flip(every_file(), value), CHANGED, REJECTED;
    "response-limit" = "N"("256"), "READ BINARYの応答がNバイトで切れる（読取機の制約）", "answers to READ BINARY are cut at N bytes, as by a reader's buffer", response_limit, &[], AUTHENTIC;
};

/// What only the first generation can have.
pub const RESIDENCE1_FAULTS: &[FaultRow] = rows! {
    "changed-front", "券面の画像の氏名を変更", "another name in the picture of the front", draft(changed_front), CHANGED, REJECTED;
    "bare-hash", "DigestInfoのない署名（仕様書の図のとおり）", "a signature without DigestInfo, as the specification draws it", plan(other_form), &[], AUTHENTIC;
    "withdrawn-permissions", "資格外活動許可の取消し後（欄がすべて00）", "permissions were withdrawn: their files hold only zeros", emptied([COMPREHENSIVE, INDIVIDUAL]), &[], AUTHENTIC;
    "empty-address", "住居地の記載がない（すべて00）", "no address was entered: the file holds only zeros", plan(|p| no_address(p, Nothing::Zeros)), &[], AUTHENTIC;
    "zero-address", "住居地の記載がない（値が00）", "no address was entered: its values are zeros", plan(|p| no_address(p, Nothing::ZeroValues)), &[], AUTHENTIC;
};

/// What only the second generation can have.
pub const RESIDENCE2_FAULTS: &[FaultRow] = rows! {
    "changed-entries", "有効期限を1日延ばす", "the expiry one day later", draft(changed_entries), CHANGED, REJECTED;
    "changed-name-picture", "氏名の画像を変更", "another name picture", draft(|d| d.issued.set(&[NAME_AND_FACE], "name", &name_picture("FALSUS OMEGA"))), CHANGED, REJECTED;
    "expired", "有効期限切れ（署名は正しい）", "expired, validly signed", plan(expired), EXPIRED, REJECTED;
    "der-signature", "DERで書かれた署名", "a signature written in DER", plan(other_form), &[], AUTHENTIC;
    "long-certificate", "599バイトの証明書", "a certificate of 599 bytes", plan(|p| p.profile.certificate_length = 599), &[], AUTHENTIC;
    "infant", "1歳未満の人のカード（顔写真の欄が00）", "holder under 1: zeros instead of the photo", plan(|p| (p.order.photo, p.profile.infant_face) = (None, Nothing::Zeros)), &[], AUTHENTIC;
    "infant-empty", "1歳未満の人のカード（顔写真の長さが0）", "holder under 1: a photo of length 0", plan(|p| (p.order.photo, p.profile.infant_face) = (None, Nothing::EmptyObject)), OTHER_LAYOUT, UNDETERMINED;
};

/// What only the card of a holder under 16 can have (first generation). None of them makes it anything but undetermined.
pub const RESIDENCE_CHILD_FAULTS: &[FaultRow] = rows! {
    "one-object", "電子署名のファイルがDA 00だけ", "the signature file begins DA 00, without DB", plan(|p| p.profile.unsigned = Unsigned::First), &[], UNDETERMINED;
    "zero-photo", "顔写真のファイルがすべて00", "the photo's file holds only zeros", plan(|p| p.profile.child_face = Nothing::Zeros), &[], UNDETERMINED;
    "absent-photo", "顔写真のファイルがない", "there is no file for a photo", plan(|p| p.profile.child_face = Nothing::Absent), &[], UNDETERMINED;
    "wrong-number", "券面の番号とICチップの番号が違う", "the chip has another number than the print", draft(|d| OTHER_NUMBER.clone_into(&mut d.number)), &[], REFUSED;
    "bit-flip" = "FILE:BYTE"("df1/05:3000"), BIT_FLIP.ja, BIT_FLIP.en, |value| bit_flip(FILES_1.iter().map(|file| file.name), value), &[], UNDETERMINED;
};

const CHANGED: Differs = &[failed(CardSignature, Reason::SignatureMismatch)];
const FORGED_CA: Differs = &[failed(CardCertificate, Reason::SignatureMismatch), rests(CardSignature, CardCertificate)];
const NO_ANCHOR: Differs = &[open(CardCertificate, Why::NoAnchor), rests(CardSignature, CardCertificate)];
/// The certificate's own signature holds, and so does the card's.
const CA_EXPIRED: Differs = &[open(CardCertificate, Why::AnchorExpired)];
const NOT_YET: Differs = &[open(CardCertificate, Why::NotYetValid)];
const NOT_AT_ISSUE: Differs = &[failed(CardCertificate, Reason::IssuerOver), rests(CardSignature, CardCertificate)];
const ISSUER_NEWER: Differs = &[open(CardCertificate, Why::IssuerNewer)];
const IS_CA: Differs = &[failed(CardCertificate, Reason::PathTooLong), rests(CardSignature, CardCertificate)];
const USAGE: Differs = &[failed(CardCertificate, Reason::WrongKeyUsage), rests(CardSignature, CardCertificate)];
const IDENTIFIER: Differs =
    &[failed(CardCertificate, Reason::WrongKeyIdentifier), rests(CardSignature, CardCertificate)];
const ALGORITHM: Differs = &[failed(CardCertificate, Reason::WrongAlgorithm), rests(CardSignature, CardCertificate)];
const UNSUPPORTED: Differs = &[open(CardCertificate, Why::UnsupportedAlgorithm), rests(CardSignature, CardCertificate)];
const NOT_DER: Differs = &[open(CardCertificate, Why::CertificateNotDer), rests(CardSignature, CardCertificate)];
const NO_CERTIFICATE: Differs = &[failed(CardCertificate, Reason::Malformed), rests(CardSignature, CardCertificate)];
const BROKEN: Differs = &[failed(CardSignature, Reason::Malformed)];
const NOTHING_THERE: Differs = &[failed(CardCertificate, Reason::Malformed), failed(CardSignature, Reason::Malformed)];
const OTHER_LAYOUT: Differs = &[open(CardSignature, Why::LayoutUnknown)];
const SIGNATURE_NOT_READ: Differs = &[open(CardCertificate, Why::NotRead), open(CardSignature, Why::NotRead)];
const DATA_NOT_READ: Differs = &[open(CardSignature, Why::NotRead)];
const NOTHING_READ: Differs =
    &[open(CardCertificate, Why::NotRead), open(CardSignature, Why::NotRead), open(NotExpired, Why::NotRead)];
const EXPIRED: Differs = &[failed(NotExpired, Reason::Expired)];

/// A number that no card of the simulator has.
const OTHER_NUMBER: &str = "ZX00000000ZX";

fn every_file() -> impl Iterator<Item = &'static str> {
    [FILES_1, FILES_2, FILES_1_SPECIAL, FILES_2_SPECIAL].into_iter().flatten().map(|file| file.name)
}

fn response_limit(value: Option<&str>) -> Option<Effect> {
    /// No reader carries less than a short APDU.
    const SMALLEST: usize = 256;
    let most = value?.parse().ok().filter(|most| *most >= SMALLEST)?;
    Some(card(move |card| card.link.short_answers = Some(most)))
}

fn plan(change: impl Fn(&mut Plan) + Send + Sync + 'static) -> Effect {
    on(change)
}

fn draft(change: impl Fn(&mut Draft) + Send + Sync + 'static) -> Effect {
    on(change)
}

/// A key of the same kind that nobody trusts.
fn impostor(key: PoolKey) -> PoolKey {
    match key {
        PoolKey::Rsa(_) => PoolKey::Rsa("impostor"),
        PoolKey::Ec(_) => PoolKey::Ec("impostor2"),
    }
}

/// Signs card and certificate with a key that nobody trusts, whose identifier it returns.
fn forge(p: &mut Plan) -> Option<Vec<u8>> {
    let forger = impostor(p.order.signer);
    let certificate = &mut p.order.certificate;
    (certificate.key, certificate.signer, p.order.signer) = (forger, forger, forger);
    certificate.subject_key_id = forger.key_id().ok();
    certificate.subject_key_id.clone()
}

fn unknown_ca(p: &mut Plan) {
    p.order.certificate.authority_key_id = forge(p);
    "taimen impostor of a ZairyuCard CA".clone_into(&mut p.order.certificate.issuer);
}

/// Has the authority before the present one issue the certificate.
fn old_ca(p: &mut Plan) {
    let certificate = &mut p.order.certificate;
    certificate.signer = match certificate.signer {
        PoolKey::Rsa(_) => PoolKey::Rsa("zairyu-ca-old"),
        PoolKey::Ec(_) => PoolKey::Ec("zairyu-ca2-old"),
    };
    certificate.authority_key_id = certificate.signer.key_id().ok();
}

fn expired_ca(p: &mut Plan) {
    old_ca(p);
    (p.order.certificate.not_before, p.order.certificate.not_after) = (midnight(2022, 1, 1), last_second(2099, 6, 30));
}

fn not_valid_at_issue(p: &mut Plan) {
    old_ca(p);
    p.order.certificate.not_before = midnight(2024, 6, 1);
}

fn signer_is_ca(p: &mut Plan) {
    p.order.certificate.constraints = Some(BasicConstraints { ca: true, path_length: None });
    // The extension takes room that a shorter name makes.
    "SIMULATED CA".clone_into(&mut p.order.certificate.subject);
}

/// Has the certificate state another algorithm, by its signer's kind of key.
fn algorithm(rsa: Algorithm, ec: Algorithm) -> Effect {
    plan(move |p| {
        p.order.certificate.algorithm = match p.order.certificate.signer {
            PoolKey::Rsa(_) => rsa,
            PoolKey::Ec(_) => ec,
        }
    })
}

fn other_form(p: &mut Plan) {
    p.profile.signature = SignatureForm::Other;
    // SEQUENCE of two INTEGER takes up to 104 bytes, and the file keeps its size.
    p.profile.certificate_length = 590;
}

fn no_address(p: &mut Plan, nothing: Nothing) {
    p.order.holder.address.clear();
    p.profile.empty_address = nothing;
}

fn expired(p: &mut Plan) {
    let holder = &mut p.order.holder;
    holder.expiry = holder.expiry.with().year(2023).build().unwrap_or(holder.permitted);
}

fn swapped_photo(d: &mut Draft) {
    let other = pick(&PORTRAITS, d.plan.order.holder.portrait.wrapping_add(1));
    d.issued.set(&[FACE_1, NAME_AND_FACE], "photo", other);
}

fn changed_front(d: &mut Draft) {
    let other = ResidenceHolder { name: "FALSUS OMEGA".to_owned(), ..d.plan.order.holder.clone() };
    d.issued.set(&[FRONT], "front", &front(&other));
}

fn changed_entries(d: &mut Draft) {
    let expiry = d.plan.order.holder.expiry;
    d.issued.set(&[ENTRIES_05], "expiry", &stored_date(expiry.tomorrow().unwrap_or(expiry)));
}

fn changed_address(d: &mut Draft) {
    let other = "架空県偽造市改変町９９";
    d.issued.set(&[ADDRESS], "address", other.as_bytes());
    d.issued.set(&[ADDRESS_PICTURE], "address", &address_picture(other));
}

/// Changes the signature's value.
fn signature(change: fn(&mut [u8])) -> Effect {
    draft(move |d| {
        let mut value = d.issued.file_mut(&SIGNATURE_1).map(|file| file.value("signature")).unwrap_or_default();
        change(&mut value);
        d.issued.set(&[SIGNATURE_1], "signature", &value);
    })
}

fn zero_half(signature: &mut [u8]) {
    let half = signature.len() / 2;
    signature.iter_mut().take(half).for_each(|byte| *byte = 0x00);
}

fn garbage_certificate(d: &mut Draft) {
    let text = b"0\x82\x01\x00: no certificate at all, but for its first bytes";
    d.issued.set(&[SIGNATURE_1], "certificate", text);
}

/// Makes other bytes of a file's bytes; zeros fill it up again.
fn replace(d: &mut Draft, file: &File, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    if let Some(file) = d.issued.file_mut(file) {
        let bytes = change(file.encode());
        file.replace(bytes);
    }
}

fn emptied(files: [File; 2]) -> Effect {
    draft(move |d| files.iter().for_each(|file| replace(d, file, |_| Vec::new())))
}

fn signature_alone(d: &mut Draft) {
    replace(d, &SIGNATURE_1, |bytes| {
        let length = if bytes.first() == Some(&0xDA) { 4 + 256 } else { 2 + 96 };
        bytes.into_iter().take(length).collect()
    });
}

fn long_lengths(d: &mut Draft) {
    for file in [ADDRESS, SIGNATURE_2] {
        if let Some(file) = d.issued.file_mut(&file).filter(|known| known.file().own.fields == file.own.fields) {
            file.lengthen();
        }
    }
}

fn broken_picture(d: &mut Draft) -> Result<(), IssueError> {
    let none = b"II*\0\x08\0\0\0 no picture";
    d.issued.set(&[FRONT], "front", none);
    d.issued.set(&[NAME_AND_FACE], "name", none);
    d.issued.sign(&d.plan.order, &d.plan.profile)
}

fn other_generation(d: &mut Draft) {
    let other: &[u8] = match Generation::of(d.plan.order.kind) {
        Some(Generation::Second) => &[0xC1, 0x01, b'1'],
        _ => &[0xC1, 0x02, b'0', b'5'],
    };
    replace(d, &KIND_1, |_| other.to_vec());
}

fn truncated_photo(card: &mut SimulatedCard) {
    for file in [FACE_1, NAME_AND_FACE] {
        if let Some(bytes) = card.file_mut(file.name).filter(|bytes| bytes.len() == file.extent.bytes()) {
            bytes.truncate(file.extent.bytes() / 2);
        }
    }
}

fn lying_length(card: &mut SimulatedCard) {
    let Some(bytes) = card.file_mut(SIGNATURE_1.name) else { return };
    // Tag, then a length of one byte or of 82 and two.
    let header = if bytes.get(1) == Some(&0x82) { 1..4 } else { 1..2 };
    let size = bytes.len();
    if header.end <= size {
        bytes.splice(header, [0x82, 0x7F, 0xFF]);
        bytes.truncate(size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kind::CardKind,
        simulator::{Faults, kernel::fault::checks},
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
