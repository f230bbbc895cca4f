//! The faults of the JPKI application of a My Number Card: how each is brought about, and the table of what a check with
//! `--jpki` must say about it.

use crate::{
    cards::{
        Reference,
        my_number::{
            files::{JPKI, JPKI_AUTH_KEY, JPKI_AUTHENTICATION_PIN, JPKI_SIGNING_PASSWORD},
            jpki::policy,
            jpki_files::JpkiToken,
        },
    },
    iso7816::Status,
    simulator::{
        FaultRow, Persona,
        certificate::{BasicConstraints, PoolKey, last_second, midnight, usage},
        kernel::{
            chip::{Answers, Body, Key, Secret},
            fault::{AUTHENTIC, BLOCKED, Effect, LAST_TRY, REFUSED, card, failed, flip, on, open, rests, rows},
        },
    },
    trust::{Hierarchy, Purpose},
    verify::{
        CheckId,
        CheckId::{JpkiAgrees, JpkiAuthChain, JpkiAuthKey, JpkiSignChain},
        Reason, Verdict, Why,
    },
};

use super::{
    faults::{impostor, neighbour},
    jpki::{self, Holder, IssuedJpki, JpkiPlan},
};

/// Every fault of the JPKI application. Only a check with `--jpki` sees them, and none of them changes the verdict.
pub const JPKI_FAULTS: &[FaultRow] = rows! {
    "jpki-wrong-signer", "JPKIの電子証明書に別の鍵で署名", "JPKI certificates signed by another key under the right name", plan(|p| (p.auth.signer, p.sign.signer) = (PoolKey::Rsa("impostor"), PoolKey::Rsa("impostor"))), &[failed(JpkiAuthChain, Reason::SignatureMismatch), AUTH_KEY_RESTS, failed(JpkiSignChain, Reason::SignatureMismatch), AGREES_RESTS], AUTHENTIC;
    "jpki-unknown-issuer", "利用者証明用電子証明書の発行者が未知", "the authentication certificate names an issuer without an anchor", plan(|p| p.auth.issuer = "taimen simulated JPKI that nobody knows".to_owned()), &[open(JpkiAuthChain, Why::NoAnchor), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-other-key-id", "発行者の鍵識別子が違う", "the authentication certificate names another key of its issuer", plan(|p| p.auth.authority_key_id = Some(vec![0x55; 20])), &[failed(JpkiAuthChain, Reason::WrongKeyIdentifier), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-expired", "JPKIの電子証明書が期限切れ", "expired JPKI certificates", plan(|p| (p.auth.not_after, p.sign.not_after) = (last_second(2024, 1, 31), last_second(2024, 1, 31))), &[failed(JpkiAuthChain, Reason::Expired), AUTH_KEY_RESTS, failed(JpkiSignChain, Reason::Expired), AGREES_RESTS], AUTHENTIC;
    "jpki-not-yet-valid", "利用者証明用電子証明書の有効期間が始まっていない", "an authentication certificate from the future", plan(|p| (p.auth.not_before, p.auth.not_after) = (midnight(2098, 1, 1), last_second(2098, 12, 31))), &[open(JpkiAuthChain, Why::NotYetValid), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-auth-key-usage", "利用者証明用電子証明書の鍵用途が違う", "an authentication certificate for encryption", plan(|p| p.auth.key_usage = Some(usage::KEY_ENCIPHERMENT)), &[failed(JpkiAuthChain, Reason::WrongKeyUsage), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-sign-key-usage", "署名用電子証明書に否認防止の用途がない", "a signing certificate without nonRepudiation", plan(|p| p.sign.key_usage = Some(usage::DIGITAL_SIGNATURE)), &[failed(JpkiSignChain, Reason::WrongKeyUsage), AGREES_RESTS], AUTHENTIC;
    "jpki-no-client-auth", "利用者証明用電子証明書に拡張鍵用途がない", "an authentication certificate without extKeyUsage", plan(|p| drop(p.auth.more.remove(0))), &[failed(JpkiAuthChain, Reason::WrongPurpose), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-other-policy", "模擬の認証局のもとで本番の証明書ポリシーを名乗る", "the real certificates' policy under the simulated root", plan(other_policy), &[failed(JpkiAuthChain, Reason::WrongPolicy), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-authority", "利用者証明用電子証明書が認証局を名乗る", "an authentication certificate that claims to be an authority", plan(|p| p.auth.constraints = Some(BasicConstraints { ca: true, path_length: None })), &[failed(JpkiAuthChain, Reason::WrongKeyUsage), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-malformed", "利用者証明用電子証明書が途中で終わる", "the authentication certificate ends early", files(|f| f.auth_certificate.iter_mut().for_each(|der| der.truncate(200))), &[failed(JpkiAuthChain, Reason::Malformed), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-swapped", "二つの電子証明書を入れ替え", "the two certificates swapped", files(|f| std::mem::swap(&mut f.sign_certificate, &mut f.auth_certificate)), &[open(JpkiAuthChain, Why::NoAnchor), AUTH_KEY_RESTS, open(JpkiSignChain, Why::NoAnchor), AGREES_RESTS], AUTHENTIC;
    "jpki-other-person", "別人の署名用電子証明書", "another person's signing certificate", holder(|persona| Holder::of(&neighbour(persona))), &[failed(JpkiAgrees, Reason::Disagrees)], AUTHENTIC;
    "jpki-other-name", "署名用電子証明書の氏名だけが違う", "another name alone in the signing certificate", holder(|persona| Holder::of(&Persona { name: "偽造　太郎".to_owned(), ..persona.clone() })), &[failed(JpkiAgrees, Reason::Disagrees)], AUTHENTIC;
    "jpki-substituted", "署名用電子証明書の氏名に代替文字", "a substituted character in the signing certificate's name", holder(substituted), &[], AUTHENTIC;
    "jpki-bad-flags", "代替文字の印の数が氏名の文字数と違う", "more substitute flags than the name has characters", holder(|persona| { let own = Holder::of(persona); Holder { name_flags: own.name_flags.clone() + "0", ..own } }), &[open(JpkiAgrees, Why::LayoutUnknown)], AUTHENTIC;
    "jpki-child", "署名用電子証明書のないカード（15歳未満など）", "no signing certificate, as for children", files(|f| (f.sign_certificate, f.presence) = (None, vec![0x00, 0x8F, 0x00])), &NO_SIGNATURE, AUTHENTIC;
    "jpki-no-certificates", "電子証明書が一つもないカード", "no JPKI certificates, as if the holder wanted none", files(|f| (f.auth_certificate, f.sign_certificate, f.presence) = (None, None, vec![0x00; 3])), &[open(JpkiAuthChain, Why::NotOnCard), AUTH_KEY_RESTS, NO_SIGNATURE[0], NO_SIGNATURE[1]], AUTHENTIC;
    "jpki-presence-lies", "ないはずの署名用電子証明書を、あると答える", "the card says that it holds a signing certificate and holds none", files(|f| f.sign_certificate = None), &SIGNATURE_UNREAD, AUTHENTIC;
    "jpki-presence-denies", "電子証明書があるのに、ないと答える", "the card says that it holds no certificates and holds both", files(|f| f.presence = vec![0x00; 3]), &NO_SIGNATURE, AUTHENTIC;
    "jpki-presence-unknown", "電子証明書の有無に未知の値", "the presence file holds bytes that nobody has seen", files(|f| f.presence = vec![0x01; 3]), &SIGNATURE_UNREAD, AUTHENTIC;
    "jpki-other-token", "スマートフォンのトークン名を答える", "the token says that it is a phone", files(|f| f.token = jpki::token_information(JpkiToken::Android)), &[open(JpkiAuthKey, Why::NotRead), SIGNATURE_UNREAD[0], SIGNATURE_UNREAD[1]], AUTHENTIC;
    "jpki-absent", "公的個人認証APがない", "no JPKI application", card(|card| card.chip.folders.retain(|folder| folder.aid != JPKI.aid)), &[open(JpkiAuthChain, Why::NotOnCard), AUTH_KEY_RESTS, NO_SIGNATURE[0], NO_SIGNATURE[1]], AUTHENTIC;
    "jpki-cloned", "利用者証明用の鍵が別のもの", "the authentication key is another one", key(impostor), &[failed(JpkiAuthKey, Reason::ChallengeMismatch)], AUTHENTIC;
    "jpki-stale-challenge", "利用者証明用の鍵が別のチャレンジへの応答を使い回す", "the authentication key answers with the signature of another challenge", key(|key| key.answers = Answers::Stale), &[failed(JpkiAuthKey, Reason::ChallengeMismatch)], AUTHENTIC;
    "jpki-challenge-refused", "利用者証明用の鍵が応答しない（6985）", "the authentication key refuses the challenge (6985)", key(|key| key.answers = Answers::Refuses(Status::CONDITIONS)), &[failed(JpkiAuthKey, Reason::ChallengeRefused)], AUTHENTIC;
    "jpki-classic-form", "選択した鍵でだけ署名する（他は6A86）", "signs with a selected key alone (else 6A86)", key(|key| key.classic = true), &[], AUTHENTIC;
    "jpki-wrong-pin", "利用者証明用暗証番号が違う", "the PIN for user authentication is another one", secret(JPKI_AUTHENTICATION_PIN, |secret| flip(secret.value.as_mut())), &[], REFUSED;
    "jpki-pin-blocked", "利用者証明用暗証番号が閉塞", "the PIN for user authentication is blocked", secret(JPKI_AUTHENTICATION_PIN, |secret| secret.retry_counter = 0), &[], BLOCKED;
    "jpki-pin-last-try", "利用者証明用暗証番号の残り1回", "one try of the PIN for user authentication is left", secret(JPKI_AUTHENTICATION_PIN, |secret| secret.retry_counter = 1), &[], LAST_TRY;
    "jpki-wrong-password", "署名用パスワードが違う", "the password for digital signature is another one", secret(JPKI_SIGNING_PASSWORD, |secret| flip(secret.value.as_mut())), &[], REFUSED;
    "jpki-password-blocked", "署名用パスワードが閉塞", "the password for digital signature is blocked", secret(JPKI_SIGNING_PASSWORD, |secret| secret.retry_counter = 0), &[], BLOCKED;
    "jpki-password-last-try", "署名用パスワードの残り1回", "one try of the password for digital signature is left", secret(JPKI_SIGNING_PASSWORD, |secret| secret.retry_counter = 1), &[], LAST_TRY;
};

type Differing = (CheckId, Verdict);

const AUTH_KEY_RESTS: Differing = rests(JpkiAuthKey, JpkiAuthChain);
const AGREES_RESTS: Differing = rests(JpkiAgrees, JpkiSignChain);
const NO_SIGNATURE: [Differing; 2] = [open(JpkiSignChain, Why::NotOnCard), open(JpkiAgrees, Why::NotOnCard)];
const SIGNATURE_UNREAD: [Differing; 2] = [open(JpkiSignChain, Why::NotRead), open(JpkiAgrees, Why::NotRead)];

/// Changes the certificates before they are issued.
fn plan(change: impl Fn(&mut JpkiPlan) + Send + Sync + 'static) -> Effect {
    on(change)
}

/// Changes the issued files.
fn files(change: impl Fn(&mut IssuedJpki) + Send + Sync + 'static) -> Effect {
    on(change)
}

/// Makes the signing certificate out to somebody else.
fn holder(other: fn(&Persona) -> Holder) -> Effect {
    plan(move |p| p.sign = jpki::signature(&p.persona, p.sign_key, &other(&p.persona)))
}

/// Changes the finished card's authentication key.
fn key(change: fn(&mut Key)) -> Effect {
    card(move |card| {
        if let Some(Body::Key(key)) = card.chip.any_mut(JPKI.aid, JPKI_AUTH_KEY.into()) {
            change(key);
        }
    })
}

/// Changes a reference of the finished card.
fn secret(reference: Reference, change: fn(&mut Secret)) -> Effect {
    card(move |card| card.chip.secret_mut(&reference).into_iter().for_each(change))
}

/// The real certificates' policy, which no simulated root can vouch for.
fn other_policy(p: &mut JpkiPlan) {
    let real = policy(Purpose::JpkiAuthentication, Hierarchy::Production);
    if let (Some(own), Some(real)) = (p.auth.more.get_mut(1), real) {
        *own = jpki::policy(real.der);
    }
}

/// The first character of the name could not be written.
fn substituted(persona: &Persona) -> Holder {
    let first = |first: char, text: &str| std::iter::once(first).chain(text.chars().skip(1)).collect();
    let own = Holder::of(persona);
    Holder { name: first('仮', &own.name), name_flags: first('1', &own.name_flags), ..own }
}
