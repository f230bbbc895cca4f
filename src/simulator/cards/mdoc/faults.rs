//! The faults of phones: how each is brought about, and the table of what a check of the document must say.

use crate::{
    crypto::NamedCurve,
    simulator::{
        FaultRow,
        certificate::{last_second, midnight},
        kernel::fault::{
            AUTHENTIC, Differs, Effect, NOTHING_SHARED, REJECTED, TROUBLE, UNDETERMINED, failed, on, open, rests, rows,
        },
        pick,
    },
    verify::{
        CheckId::{
            self, MdocDevice, MdocDocumentType, MdocElements, MdocIssuerCertificate, MdocIssuerSignature, MdocShared,
            NotExpired,
        },
        Reason, Verdict, Why,
    },
};

use super::{
    Draft, Plan,
    holder::PORTRAITS,
    issuer::{ItemOrder, Key, MdocOrder, Name, READER},
    profile::{Consent, Engaged, Flood, Proof},
    write,
};

/// The faults of phones, but for those of the link.
pub const PHONE_FAULTS: &[FaultRow] = rows! {
    "wrong-iaca", "本来のIACAの名前と鍵識別子をかたる偽のIACA", "a forged IACA under the right IACA's name and key identifier", order(|o| o.signer.signer = Key::Curve(NamedCurve::P256, "iaca-impostor")), WRONG_IACA, REJECTED;
    "unknown-iaca", "登録されていないIACA", "an IACA that is not installed", order(unknown_iaca), UNKNOWN_IACA, UNDETERMINED;
    "reader-certificate", "署名者の証明書が読取側の用途", "the signer's certificate is one of a reader", order(|o| o.signer.extended = Some(READER)), PROFILE, REJECTED;
    "signed-outside", "署名の時刻が証明書の有効期間より前", "signed before the signer's certificate begins", order(|o| (o.signed, o.valid_from) = (midnight(2023, 4, 1), midnight(2023, 4, 1))), OUTSIDE, REJECTED;
    "bad-signature", "電子署名を1ビット変更", "one bit of the issuer's signature flipped", draft(bad_signature), BAD_SIGNATURE, REJECTED;
    "swapped-portrait", "顔写真を別人のものに差し替え", "another person's portrait", draft(swapped_portrait), CHANGED, REJECTED;
    "changed-name", "氏名を変更", "another name", draft(changed_name), CHANGED, REJECTED;
    "missing-digest", "署名されたハッシュ値の一覧にない項目", "an element that the signed digests do not list", draft(missing_digest), NO_DIGEST, REJECTED;
    "short-random", "項目の乱数が8バイト", "a random value of 8 bytes", order(|o| first(o, |item| item.random.truncate(8))), SHORT_RANDOM, REJECTED;
    "duplicate-keys", "項目に同じキーが2つある（署名は正しい）", "a key twice in an element, validly signed", order(|o| first(o, duplicate_keys)), BROKEN, REJECTED;
    "other-document-type", "署名された文書の種類が違う", "another document type is signed", order(|o| o.signed_doc_type = Some("org.iso.23220.photoid.1".to_owned())), OTHER_TYPE, REJECTED;
    "expired", "有効期間満了（署名は正しい）", "expired, validly signed", order(|o| o.valid_until = last_second(2025, 12, 31)), EXPIRED, REJECTED;
    "not-yet-valid", "有効期間が始まっていない（署名は正しい）", "not valid yet, validly signed", order(|o| o.valid_from = midnight(2043, 1, 1)), NOT_YET, REJECTED;
    "mac", "署名の代わりに認証コード（MAC）で応答", "answers with a code (MAC) in place of a signature", plan(|p| p.profile.proof = Proof::Mac), &[], AUTHENTIC;
    "foreign-device-key", "別のスマートフォンの鍵で応答", "another phone's key answers", plan(|p| p.profile.other_key = true), FOREIGN, REJECTED;
    "replayed-session", "別の通信での応答を再送", "replays the proof of another session", plan(|p| p.profile.replayed = true), FOREIGN, REJECTED;
    "no-device-proof", "スマートフォンの鍵の証明がない", "no proof of the device key", plan(|p| p.profile.proof = Proof::None), PROOF_FORM, REJECTED;
    "two-device-proofs", "署名と認証コードの両方がある", "a signature and a code", plan(|p| p.profile.proof = Proof::Both), PROOF_FORM, REJECTED;
    "declined", "本人が共有を断り、通信を終える", "the holder declines, and the phone ends the session", plan(|p| p.profile.consent = Consent::Ends), &[], NOTHING_SHARED;
    "declined-empty", "本人が共有を断り、文書のない応答が届く", "the holder declines, and the phone answers without a document", plan(|p| p.profile.consent = Consent::Nothing), &[], NOTHING_SHARED;
    "withheld" = "ELEMENT"("portrait"), "項目ELEMENTを共有しない", "does not share ELEMENT",
        |value| value.map(str::to_owned).filter(|value| !value.is_empty()).map(|value| plan(move |p| p.profile.withheld.push(value.clone()))), WITHHELD, UNDETERMINED;
    "pushes-number", "要求していない個人番号の項目を送る（値は架空のもの）", "sends the element of the 個人番号 unasked (its value is invented)", plan(|p| p.profile.unasked.push("individual_number_unicode".to_owned())), &[], AUTHENTIC;
    "negotiated", "ネゴシエーテッドハンドオーバー（iPhoneの方式）で接続", "negotiated handover, as iPhones have it", plan(|p| p.profile.engaged = Engaged::Negotiated), &[], AUTHENTIC;
    "short-apdus", "短いAPDUしか受け付けない", "takes short APDUs alone", plan(|p| (p.profile.command, p.profile.response) = (255, 256)), &[], AUTHENTIC;
    "bluetooth-only", "Bluetoothでの通信だけを提案", "offers Bluetooth alone", plan(|p| p.profile.nfc = false), &[], TROUBLE;
    "locked", "ロックされている（何も提示していない）", "locked: it presents nothing", plan(|p| p.profile.engaged = Engaged::No), &[], TROUBLE;
    "session-error" = "[STATUS]"("10"), "セッションエラー（10または11）を返す", "answers a session error (10 or 11)",
        |value| value.unwrap_or("10").parse().ok().filter(|status| matches!(status, 10 | 11)).map(|status| plan(move |p| p.profile.status = Some(status))), &[], TROUBLE;
    "wrong-tag", "応答が復号できない", "its answer does not decrypt", plan(|p| p.profile.wrong_tag = true), &[], TROUBLE;
    "skipped-counter", "応答の番号が合わない", "its answer has another number", plan(|p| p.profile.reuses = true), &[], TROUBLE;
    "flood-parts", "61xxを際限なく返す", "answers 61xx without end", plan(|p| p.profile.flood = Flood::Endless), &[], TROUBLE;
    "flood-length", "16 MiBの応答を名乗る", "announces an answer of 16 MiB", plan(|p| p.profile.flood = Flood::Large), &[], TROUBLE;
    "flood-waiting", "NDEFメッセージがいつまでもない", "its NDEF message never comes", plan(|p| p.profile.flood = Flood::Waiting), &[], TROUBLE;
};

// A licence's `mdoc-issuer-agrees` rests on its elements; a My Number Card states nothing that could agree.
const WRONG_IACA: Differs = &uncertified(failed(MdocIssuerCertificate, Reason::SignatureMismatch));
const UNKNOWN_IACA: Differs = &uncertified(open(MdocIssuerCertificate, Why::NoAnchor));
const PROFILE: Differs = &uncertified(failed(MdocIssuerCertificate, Reason::CertificateProfile));
const OUTSIDE: Differs = &uncertified(failed(MdocIssuerCertificate, Reason::SignedOutsideCertificate));
const BAD_SIGNATURE: Differs = &[
    failed(MdocIssuerSignature, Reason::SignatureMismatch),
    rests(MdocElements, MdocIssuerSignature),
    rests(MdocDocumentType, MdocIssuerSignature),
    rests(MdocDevice, MdocIssuerSignature),
    rests(NotExpired, MdocIssuerSignature),
];
const CHANGED: Differs = &[failed(MdocElements, Reason::DigestMismatch)];
const NO_DIGEST: Differs = &[failed(MdocElements, Reason::DigestMissing)];
const SHORT_RANDOM: Differs = &[failed(MdocElements, Reason::RandomTooShort)];
const BROKEN: Differs = &[
    failed(MdocIssuerSignature, Reason::Malformed),
    failed(MdocIssuerCertificate, Reason::Malformed),
    rests(MdocElements, MdocIssuerSignature),
    rests(MdocDocumentType, MdocIssuerSignature),
    failed(MdocDevice, Reason::Malformed),
    open(MdocShared, Why::NotRead),
    rests(NotExpired, MdocIssuerSignature),
];
const OTHER_TYPE: Differs = &[failed(MdocDocumentType, Reason::OtherDocumentType)];
const EXPIRED: Differs = &[failed(NotExpired, Reason::Expired)];
const NOT_YET: Differs = &[failed(NotExpired, Reason::NotYetValid)];
const FOREIGN: Differs = &[failed(MdocDevice, Reason::DeviceSignature)];
const PROOF_FORM: Differs = &[failed(MdocDevice, Reason::DeviceAuthForm)];
const WITHHELD: Differs = &[open(MdocShared, Why::NotShared)];

/// What a signature proves rests on the certificate that came with it.
const fn uncertified(certificate: (CheckId, Verdict)) -> [(CheckId, Verdict); 6] {
    [
        certificate,
        rests(MdocIssuerSignature, MdocIssuerCertificate),
        rests(MdocElements, MdocIssuerSignature),
        rests(MdocDocumentType, MdocIssuerSignature),
        rests(MdocDevice, MdocIssuerSignature),
        rests(NotExpired, MdocIssuerSignature),
    ]
}

fn plan(change: impl Fn(&mut Plan) + Send + Sync + 'static) -> Effect {
    on(change)
}

fn draft(change: impl Fn(&mut Draft) + Send + Sync + 'static) -> Effect {
    on(change)
}

/// A change of the document that the phone is made for.
fn order(change: impl Fn(&mut MdocOrder) + Send + Sync + 'static) -> Effect {
    plan(move |plan| plan.orders.iter_mut().take(1).for_each(&change))
}

/// A change of its first element, which every identity request asks for.
fn first(order: &mut MdocOrder, change: impl Fn(&mut ItemOrder)) {
    order.items.iter_mut().take(1).for_each(change);
}

fn unknown_iaca(order: &mut MdocOrder) {
    let key = Key::Curve(NamedCurve::P256, "iaca-unknown");
    let country = order.signer.subject.country.clone();
    order.signer.issuer = Name::new(&country, "taimen simulated IACA that is not installed");
    (order.signer.signer, order.signer.authority_key_id) = (key, Some(key.id()));
}

/// The last byte of IssuerAuth is the signature's.
fn bad_signature(draft: &mut Draft) {
    let last = draft.documents.first_mut().and_then(|document| document.issuer_auth.last_mut());
    last.into_iter().for_each(|byte| *byte ^= 0x01);
}

/// Writes an element anew, under the digest of the genuine one.
fn forge(draft: &mut Draft, of: impl Fn(&str) -> bool, change: impl Fn(&mut ItemOrder)) {
    let Some(document) = draft.documents.first_mut() else { return };
    let items = document.items.iter_mut().zip(0..);
    for ((space, id, bytes), digest) in items.filter(|((_, id, _), _)| of(id)) {
        let mut order = ItemOrder::new(space, id, write::text("FALSUS"), digest, 0);
        change(&mut order);
        *bytes = order.encode();
    }
}

fn swapped_portrait(draft: &mut Draft) {
    let other = |taken: &[u8]| {
        let differs = |portrait: &&&[u8]| !taken.windows(64).any(|part| portrait.starts_with(part));
        PORTRAITS.iter().find(differs).copied().unwrap_or(pick(&PORTRAITS, 0))
    };
    let genuine = draft.documents.first_mut().and_then(|document| document.item_mut("portrait").cloned());
    let portrait = write::bytes(other(&genuine.unwrap_or_default()));
    forge(draft, |id| id == "portrait", |item| item.value.clone_from(&portrait));
}

fn changed_name(draft: &mut Draft) {
    forge(draft, |id| matches!(id, "full_name_unicode" | "family_name"), |_| {});
}

fn missing_digest(draft: &mut Draft) {
    forge(draft, |id| matches!(id, "full_name_unicode" | "family_name"), |item| item.digest = 999);
}

/// Another name after the honest one: who reads the last of two keys shows it.
fn duplicate_keys(item: &mut ItemOrder) {
    item.item = Some(write::record(&[
        ("digestID", write::uint(item.digest)),
        ("random", write::bytes(&item.random)),
        ("elementIdentifier", write::text(&item.id)),
        ("elementValue", item.value.clone()),
        ("elementValue", write::text("FALSUS")),
    ]));
}
