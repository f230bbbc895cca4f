//! The faults of passports: how each is brought about, and the table of what a check of the passport must say.

use crate::{
    cards::passport::{
        face,
        files::{self, DG1, DG2, FILES, SOD},
    },
    crypto::{Hash, NamedCurve},
    simulator::{
        FaultRow,
        certificate::{last_second, midnight, usage},
        kernel::fault::{
            AUTHENTIC, BIT_FLIP, Differs, Effect, REFUSED, REJECTED, TROUBLE, UNDETERMINED, bit_flip, failed, on, open,
            rests, rows,
        },
        pick,
    },
    verify::{
        CheckId::{
            AccessAgrees, ChipKey, DataGroups, DocumentSignature, NotExpired, PrintedAgrees, SignerCertificate,
            SignerPeriod, WeakCryptography,
        },
        Reason, Why,
    },
};

use super::{
    Draft, PassportHolder, Plan,
    issue::{ActiveKind, PORTRAITS},
    issuer::{MessageOrder, Signer},
    profile::{KeyAnswers, LongProof, MasterFile, Opens},
};

/// The faults of passports, but for those of the link.
pub const PASSPORT_FAULTS: &[FaultRow] = rows! {
    "swapped-photo", "顔写真を別人のものに差し替え", "another person's photo", draft(swapped_photo), CHANGED, REJECTED;
    "changed-name", "機械読取領域の氏名を変更", "another name in the machine-readable zone", draft(changed_name), CHANGED, REJECTED;
    "bad-signature", "電子署名を1ビット変更", "one bit of the signature flipped", draft(bad_signature), BAD_SIGNATURE, REJECTED;
    "no-security-object", "電子署名のファイルがない", "there is no security object", draft(|d| d.issued.remove(&SOD)), NO_SOD, UNDETERMINED;
    "wrong-csca", "本来のCSCAの名前と鍵識別子をかたる偽のCSCA", "a forged CSCA under the right CSCA's name and key identifier", plan(|p| p.order.signer = Signer::WrongAuthority), WRONG_CSCA, REJECTED;
    "foreign-signer", "別の国の署名者が署名", "signed by another state's document signer", plan(|p| "FRA".clone_into(&mut p.order.holder.issuer)), OTHER_STATE, REJECTED;
    "unlisted-state", "対応表にない発行国", "an issuing state that the table does not have", plan(|p| "UTO".clone_into(&mut p.order.holder.issuer)), UNLISTED, UNDETERMINED;
    "expired", "有効期間満了（署名は正しい）", "expired, validly signed", plan(|p| p.order.holder.expiry = jiff::civil::Date::constant(2020, 1, 31)), EXPIRED, REJECTED;
    "not-a-passport", "旅券ではない書類（身分証）", "an identity card, not a passport", plan(not_a_passport), NOT_A_BOOK, UNDETERMINED;
    "other-print", "券面の印刷とICチップの内容が違う（鍵は印刷のもの）", "a chip that opens with the print and holds another person's data", plan(other_print), PRINT_DIFFERS, REJECTED;
    "wrong-zone", "券面の印刷とICチップの鍵が違う", "the chip opens with another zone than the printed one", plan(wrong_zone), &[], REFUSED;
    "cloned", "データだけの複製（ICチップは鍵を持たない）", "a copy of the data: the chip does not hold the key", plan(|p| p.profile.answers = KeyAnswers::OtherKey), COPIED, REJECTED;
    "refused-challenge", "ICチップが鍵の証明を拒む", "the chip refuses to prove its key", plan(|p| p.profile.answers = KeyAnswers::Refuses), REFUSES, REJECTED;
    "stale-answer", "別の問いへの応答を返す", "answers another challenge", plan(|p| p.profile.answers = KeyAnswers::Stale), COPIED, REJECTED;
    "withheld-key", "鍵のファイルを出さない（EF.COMからも消す）", "withholds the key's file, and EF.COM does not list it", plan(|p| p.profile.hidden = vec![0x0E, 0x0F]), WITHHELD, REJECTED;
    "hidden-pace", "PACEを示すファイルを隠し、BACを使わせる", "hides the file that offers PACE, so that BAC is used", draft(|d| d.issued.remove(&files::CARD_ACCESS)), HIDDEN, AUTHENTIC;
    "refused-pace", "PACEの最初の命令を拒む（6A80）", "refuses the first command of PACE (6A80)", plan(|p| p.profile.refuses_pace = true), PACE_REFUSED, AUTHENTIC;
    "wants-parameters", "PACEの最初の命令に、群の番号がなければ拒む（6A87）", "refuses the first command of PACE (6A87) unless it names the group", plan(|p| p.profile.wants_parameters = true), &[], AUTHENTIC;
    "refused-master", "主ファイルの選択を拒む（6A86）", "refuses to select the master file (6A86)", plan(|p| p.profile.master = MasterFile::Refused), &[], AUTHENTIC;
    "unnamed-hash", "AAの署名のハッシュ関数がどこにも書かれていない（P-384にSHA-256）", "no data group names the hash of active authentication, which is not that of the curve's size", plan(unnamed_hash), &[], AUTHENTIC;
    "short-proof", "AAに、拡張長の命令では答えない（6Cxx）", "answers active authentication with 6Cxx to an extended command", plan(|p| p.profile.long_proof = LongProof::Named), &[], AUTHENTIC;
    "strict-end", "ファイルの終わりを越える読み出しを拒み（6B00）、セッションを終える", "refuses to read past the end of a file (6B00), and the session ends", plan(strict_end), &[], AUTHENTIC;
    "plain-refusal", "鍵のファイルを、保護のない応答で拒む（6A82）", "refuses the key's file in plain (6A82), and the session ends", plan(plain_refusal), REFUSED_FILE, UNDETERMINED;
    "wrong-token", "PACEの認証トークンが正しくない", "a wrong token in PACE", plan(|p| p.profile.wrong_token = true), &[], TROUBLE;
    "pace-only", "PACEだけで開く", "opens with PACE alone", plan(|p| p.profile.opens = Opens::PaceAlone), &[], AUTHENTIC;
    "weak-hash", "SHA-1のハッシュ値", "hashes with SHA-1", plan(|p| p.order.hash = Hash::Sha1), WEAK, AUTHENTIC;
    "expired-signer", "署名者の証明書の期限切れ", "the signer's certificate has expired", plan(|p| p.order.change = Some(expired_signer)), SIGNER_EXPIRED, UNDETERMINED;
    "wrong-key-usage", "署名者の鍵用途が署名用でない", "the signer's key may not sign", plan(|p| p.order.change = Some(wrong_usage)), USAGE, REJECTED;
    "late-signature", "署名者の鍵の使用期間の後の署名", "signed after the period of the signer's key", plan(|p| p.order.change = Some(late)), PERIOD, AUTHENTIC;
    "broken-mac" = "N"("3"), "N回目の保護された応答のMACが正しくない", "the MAC of the protected answer N is wrong", |value| {
        let at = value?.parse().ok().filter(|at| *at > 0)?;
        Some(plan(move |p| p.profile.broken_mac_at = Some(at)))
    }, &[], AUTHENTIC;
    "bit-flip" = "FILE:BYTE"("emrtd/02:200"), BIT_FLIP.ja, BIT_FLIP.en, |value| bit_flip(FILES.iter().map(|file| file.name), value), CHANGED, REJECTED;
};

const CHANGED: Differs =
    &[failed(DataGroups, Reason::DigestMismatch), rests(ChipKey, DataGroups), rests(PrintedAgrees, DataGroups)];
const BAD_SIGNATURE: Differs = &[
    failed(DocumentSignature, Reason::SignatureMismatch),
    rests(AccessAgrees, DocumentSignature),
    rests(SignerCertificate, DocumentSignature),
    rests(DataGroups, DocumentSignature),
    rests(ChipKey, DataGroups),
    rests(PrintedAgrees, DataGroups),
    rests(WeakCryptography, DocumentSignature),
    rests(SignerPeriod, DocumentSignature),
];
const NO_SOD: Differs = &[
    open(DocumentSignature, Why::NotRead),
    rests(SignerCertificate, DocumentSignature),
    rests(DataGroups, DocumentSignature),
    rests(ChipKey, DocumentSignature),
    rests(PrintedAgrees, DataGroups),
    open(AccessAgrees, Why::NotOnCard),
    rests(WeakCryptography, DocumentSignature),
    rests(SignerPeriod, DocumentSignature),
];
const WRONG_CSCA: Differs = &[failed(SignerCertificate, Reason::SignatureMismatch)];
const OTHER_STATE: Differs = &[failed(SignerCertificate, Reason::OtherState)];
const UNLISTED: Differs = &[open(SignerCertificate, Why::UnlistedState)];
const EXPIRED: Differs = &[failed(NotExpired, Reason::Expired)];
const NOT_A_BOOK: Differs = &[open(DataGroups, Why::NotABook), rests(PrintedAgrees, DataGroups)];
const PRINT_DIFFERS: Differs = &[failed(PrintedAgrees, Reason::PrintDiffers)];
const COPIED: Differs = &[failed(ChipKey, Reason::ChallengeMismatch)];
const REFUSES: Differs = &[failed(ChipKey, Reason::ChallengeRefused)];
const WITHHELD: Differs = &[failed(ChipKey, Reason::KeyWithheld), open(AccessAgrees, Why::NotOnCard)];
const REFUSED_FILE: Differs = &[open(ChipKey, Why::NotRead)];
const HIDDEN: Differs = &[failed(AccessAgrees, Reason::ProtocolHidden)];
const PACE_REFUSED: Differs = &[failed(AccessAgrees, Reason::ProtocolRefused)];
const WEAK: Differs = &[failed(WeakCryptography, Reason::WeakAlgorithm)];
const SIGNER_EXPIRED: Differs = &[open(SignerCertificate, Why::AnchorExpired)];
const USAGE: Differs = &[failed(SignerCertificate, Reason::WrongKeyUsage)];
const PERIOD: Differs = &[failed(SignerPeriod, Reason::OutsidePeriod)];

fn plan(change: impl Fn(&mut Plan) + Send + Sync + 'static) -> Effect {
    on(change)
}

fn draft(change: impl Fn(&mut Draft) + Send + Sync + 'static) -> Effect {
    on(change)
}

fn swapped_photo(draft: &mut Draft) {
    let other = pick(&PORTRAITS, draft.plan.order.holder.portrait.wrapping_add(1));
    let (width, height) = crate::image::dimensions(other, crate::image::Format::Jpeg2000).unwrap_or_default();
    let side = |side: u32| u16::try_from(side).unwrap_or_default();
    let written = face::data_group(other, true, side(width), side(height));
    if let Some(file) = draft.issued.file_mut(&DG2) {
        *file = written;
    }
}

/// The name has no check digit, and opens nothing.
fn changed_name(draft: &mut Draft) {
    let holder = PassportHolder { surname: "FALSUS".to_owned(), ..draft.plan.order.holder.clone() };
    let zone = holder.zone();
    if let Some(file) = draft.issued.file_mut(&DG1)
        && let Some(value) = file.len().checked_sub(zone.len()).and_then(|at| file.get_mut(at..))
    {
        value.copy_from_slice(zone.as_bytes());
    }
}

/// The last byte of the security object is the signature's.
fn bad_signature(draft: &mut Draft) {
    if let Some(last) = draft.issued.file_mut(&SOD).and_then(|file| file.last_mut()) {
        *last ^= 0x01;
    }
}

/// A genuine signer of identity cards, so that the kind of document is all that is wrong.
fn not_a_passport(plan: &mut Plan) {
    "IP".clone_into(&mut plan.order.holder.document);
    plan.order.change = Some(|message| signed_by(message, |_, signer| signer.documents = None));
}

/// The print of somebody else, with which the chip opens all the same.
fn other_print(plan: &mut Plan) {
    wrong_zone(plan);
    plan.profile.opens_with_print = true;
}

fn wrong_zone(plan: &mut Plan) {
    let holder = PassportHolder { number: "XS0000000".to_owned(), ..plan.order.holder.clone() };
    plan.order.printed = Some(holder.zone());
}

/// As on a Portuguese card.
fn unnamed_hash(plan: &mut Plan) {
    (plan.order.active, plan.order.unnamed) = (Some(ActiveKind::Curve(NamedCurve::P384)), Some(Hash::Sha256));
}

fn strict_end(plan: &mut Plan) {
    (plan.profile.strict_end, plan.profile.plain_errors) = (true, true);
}

fn plain_refusal(plan: &mut Plan) {
    (plan.profile.hidden, plan.profile.plain_errors) = (vec![0x0F], true);
}

/// Changes the signer's certificate, and what else depends on it.
fn signed_by(
    message: &mut MessageOrder,
    change: fn(&mut Option<jiff::Timestamp>, &mut super::issuer::CertificateOrder),
) {
    change(&mut message.signed_at, &mut message.signer);
    if let Ok(certificate) = message.signer.build() {
        message.certificates = vec![certificate];
    }
}

fn expired_signer(message: &mut MessageOrder) {
    signed_by(message, |signed_at, signer| {
        *signed_at = Some(midnight(2022, 4, 1));
        (signer.validity, signer.period) = ([midnight(2021, 4, 1), last_second(2023, 6, 30)], None);
    });
}

fn wrong_usage(message: &mut MessageOrder) {
    signed_by(message, |_, signer| signer.usage = Some(usage::KEY_ENCIPHERMENT));
}

fn late(message: &mut MessageOrder) {
    signed_by(message, |_, signer| signer.period = Some([midnight(2024, 4, 1), last_second(2024, 12, 31)]));
}
