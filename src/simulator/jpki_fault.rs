//! What can be wrong with the JPKI application of a simulated card: how each fault is brought about, and the table of
//! what a check with `--jpki` must say about it.

use crate::{
    cards::my_number::{
        files::{self, Reference},
        jpki::policy,
        jpki_files::JpkiToken,
    },
    iso7816::Status,
    lang::Bilingual,
    trust::{Hierarchy, Purpose},
    verify::{
        CheckId::{JpkiAgrees, JpkiAuthChain, JpkiAuthKey, JpkiSignChain},
        Reason, Verdict, Why,
    },
};

use super::{
    card::{Chip, SimulatedCard},
    contents::{Answers, Body, Key},
    fault::{Fault, flip, neighbour},
    fault_row::{AUTHENTIC, Expected, FaultRow, failed, rests, row},
    issue::IssueError,
    jpki::{self, Holder, IssuedJpki},
    keys,
    persona::Persona,
    residence::certificate::{BasicConstraints, CertificateOrder, PoolKey, last_second, midnight, usage},
};

/// One fault. What each means stands in its row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Each has its row in JPKI_FAULTS, which says more than a line here could.
#[non_exhaustive]
pub enum JpkiFault {
    WrongSigner,
    UnknownIssuer,
    OtherKeyId,
    Expired,
    NotYetValid,
    AuthKeyUsage,
    SignKeyUsage,
    NoClientAuth,
    OtherPolicy,
    Authority,
    Malformed,
    Swapped,
    OtherPerson,
    OtherName,
    Substituted,
    BadFlags,
    Child,
    NoCertificates,
    PresenceLies,
    PresenceDenies,
    PresenceUnknown,
    OtherToken,
    Absent,
    Cloned,
    StaleChallenge,
    ChallengeRefused,
    ClassicForm,
    WrongPin,
    PinBlocked,
    PinLastTry,
    WrongPassword,
    PasswordBlocked,
    PasswordLastTry,
}

impl JpkiFault {
    /// What is wrong before the certificates are issued.
    pub(super) fn prepare(
        self,
        persona: &Persona,
        sign_key: &'static str,
        auth: &mut CertificateOrder,
        sign: &mut CertificateOrder,
    ) {
        let reissue = |sign: &mut CertificateOrder, holder: &Holder| {
            *sign = jpki::signature(persona, sign_key, holder);
        };
        match self {
            Self::WrongSigner => (auth.signer, sign.signer) = (PoolKey::Rsa("impostor"), PoolKey::Rsa("impostor")),
            Self::UnknownIssuer => auth.issuer = "taimen simulated JPKI that nobody knows".to_owned(),
            Self::OtherKeyId => auth.authority_key_id = Some(vec![0x55; 20]),
            Self::Expired => {
                (auth.not_after, sign.not_after) = (last_second(2024, 1, 31), last_second(2024, 1, 31));
            }
            Self::NotYetValid => {
                (auth.not_before, auth.not_after) = (midnight(2098, 1, 1), last_second(2098, 12, 31));
            }
            Self::AuthKeyUsage => auth.key_usage = Some(usage::KEY_ENCIPHERMENT),
            Self::SignKeyUsage => sign.key_usage = Some(usage::DIGITAL_SIGNATURE),
            Self::NoClientAuth => {
                auth.more.remove(0);
            }
            Self::OtherPolicy => {
                // The real certificates' policy, which no simulated root can vouch for.
                let real = policy(Purpose::JpkiAuthentication, Hierarchy::Production);
                if let (Some(own), Some(real)) = (auth.more.get_mut(1), real) {
                    *own = jpki::policy(real.der);
                }
            }
            Self::Authority => auth.constraints = Some(BasicConstraints { ca: true, path_length: None }),
            Self::OtherPerson => reissue(sign, &Holder::of(&neighbour(persona))),
            Self::OtherName => {
                let holder = Holder::of(&Persona { name: "偽造　太郎".to_owned(), ..persona.clone() });
                reissue(sign, &holder);
            }
            Self::Substituted => {
                let mut holder = Holder::of(persona);
                holder.name = substitute_first(&holder.name);
                holder.name_flags = substitute_first_flag(&holder.name_flags);
                reissue(sign, &holder);
            }
            Self::BadFlags => {
                let mut holder = Holder::of(persona);
                holder.name_flags.push('0');
                reissue(sign, &holder);
            }
            _ => {}
        }
    }

    /// What is changed in the issued files.
    pub(super) fn tamper(self, issued: &mut IssuedJpki) {
        match self {
            Self::Malformed => {
                if let Some(certificate) = &mut issued.auth_certificate {
                    certificate.truncate(200);
                }
            }
            Self::NoCertificates => {
                (issued.auth_certificate, issued.sign_certificate) = (None, None);
                issued.presence = vec![0x00; 3];
            }
            Self::Swapped => std::mem::swap(&mut issued.sign_certificate, &mut issued.auth_certificate),
            Self::Child => {
                issued.sign_certificate = None;
                issued.presence = vec![0x00, 0x8F, 0x00];
            }
            Self::PresenceLies => issued.sign_certificate = None,
            Self::PresenceDenies => issued.presence = vec![0x00; 3],
            Self::PresenceUnknown => issued.presence = vec![0x01; 3],
            Self::OtherToken => issued.token = jpki::token_information(JpkiToken::Android),
            _ => {}
        }
    }

    /// What is wrong with the finished card.
    pub(super) fn arm(self, card: &mut SimulatedCard) -> Result<(), IssueError> {
        let set_tries = |card: &mut SimulatedCard, reference: &Reference, tries| card.set_tries(reference, tries);
        match self {
            Self::Absent => {
                if let Chip::MyNumber(state) = &mut card.chip {
                    state.contents.applications.retain(|installed| installed.application.aid != files::JPKI.aid);
                }
            }
            Self::Cloned => {
                let impostor = keys::signer("impostor")?;
                with_key(card, |key| key.signer = Some(std::borrow::Cow::Borrowed(impostor)));
            }
            Self::StaleChallenge => with_key(card, |key| key.answers = Answers::Stale),
            Self::ChallengeRefused => with_key(card, |key| key.answers = Answers::Refuses(Status::CONDITIONS)),
            Self::ClassicForm => with_key(card, |key| key.classic = true),
            Self::WrongPin => change(card, &files::JPKI_AUTHENTICATION_PIN),
            Self::PinBlocked => set_tries(card, &files::JPKI_AUTHENTICATION_PIN, 0),
            Self::PinLastTry => set_tries(card, &files::JPKI_AUTHENTICATION_PIN, 1),
            Self::WrongPassword => change(card, &files::JPKI_SIGNING_PASSWORD),
            Self::PasswordBlocked => set_tries(card, &files::JPKI_SIGNING_PASSWORD, 0),
            Self::PasswordLastTry => set_tries(card, &files::JPKI_SIGNING_PASSWORD, 1),
            _ => {}
        }
        Ok(())
    }
}

/// The character that stands in for one that cannot be written.
const SUBSTITUTE: char = '仮';

fn substitute_first(text: &str) -> String {
    std::iter::once(SUBSTITUTE).chain(text.chars().skip(1)).collect()
}

fn substitute_first_flag(flags: &str) -> String {
    std::iter::once('1').chain(flags.chars().skip(1)).collect()
}

/// The card compares with another value than the one that it offers.
fn change(card: &mut SimulatedCard, reference: &Reference) {
    if let Some(secret) = card.secret_mut(reference) {
        flip(secret.value.as_mut());
    }
}

fn with_key(card: &mut SimulatedCard, change: impl FnOnce(&mut Key)) {
    let Chip::MyNumber(state) = &mut card.chip else { return };
    if let Some(Body::Key(key)) =
        state.contents.element_mut(&files::JPKI, files::JPKI_AUTH_KEY).map(|element| &mut element.body)
    {
        change(key);
    }
}

type Differing = (crate::verify::CheckId, Verdict);

const fn open(id: crate::verify::CheckId, why: Why) -> Differing {
    (id, Verdict::NotDone(why))
}

const AUTH_KEY_RESTS: Differing = rests(JpkiAuthKey, JpkiAuthChain);
const AGREES_RESTS: Differing = rests(JpkiAgrees, JpkiSignChain);
const NO_SIGNATURE: [Differing; 2] = [open(JpkiSignChain, Why::NotOnCard), open(JpkiAgrees, Why::NotOnCard)];
const SIGNATURE_UNREAD: [Differing; 2] = [open(JpkiSignChain, Why::NotRead), open(JpkiAgrees, Why::NotRead)];

macro_rules! faults {
    ($($name:literal, $ja:literal, $en:literal, $fault:ident, $differs:expr, $expected:expr;)*) => {
        &[$(row!($name, $ja, $en, JpkiFault::$fault, $differs, $expected)),*]
    };
}

/// Every fault of the JPKI application. Only a check with `--jpki` sees them, and none of them changes the verdict.
pub const JPKI_FAULTS: &[FaultRow] = faults![
    "jpki-wrong-signer", "JPKIの電子証明書に別の鍵で署名", "JPKI certificates signed by another key under the right name",
        WrongSigner, &[failed(JpkiAuthChain, Reason::SignatureMismatch), AUTH_KEY_RESTS,
        failed(JpkiSignChain, Reason::SignatureMismatch), AGREES_RESTS], AUTHENTIC;
    "jpki-unknown-issuer", "利用者証明用電子証明書の発行者が未知", "the authentication certificate names an issuer that no anchor is",
        UnknownIssuer, &[open(JpkiAuthChain, Why::NoAnchor), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-other-key-id", "発行者の鍵識別子が違う", "the authentication certificate names another key of its issuer",
        OtherKeyId, &[failed(JpkiAuthChain, Reason::WrongKeyIdentifier), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-expired", "JPKIの電子証明書が期限切れ", "expired JPKI certificates", Expired,
        &[failed(JpkiAuthChain, Reason::Expired), AUTH_KEY_RESTS, failed(JpkiSignChain, Reason::Expired), AGREES_RESTS],
        AUTHENTIC;
    "jpki-not-yet-valid", "利用者証明用電子証明書の有効期間が始まっていない", "an authentication certificate from the future",
        NotYetValid, &[open(JpkiAuthChain, Why::NotYetValid), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-auth-key-usage", "利用者証明用電子証明書の鍵用途が違う", "an authentication certificate for encryption",
        AuthKeyUsage, &[failed(JpkiAuthChain, Reason::WrongKeyUsage), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-sign-key-usage", "署名用電子証明書に否認防止の用途がない", "a signing certificate without nonRepudiation",
        SignKeyUsage, &[failed(JpkiSignChain, Reason::WrongKeyUsage), AGREES_RESTS], AUTHENTIC;
    "jpki-no-client-auth", "利用者証明用電子証明書に拡張鍵用途がない", "an authentication certificate without extKeyUsage",
        NoClientAuth, &[failed(JpkiAuthChain, Reason::WrongPurpose), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-other-policy", "模擬の認証局のもとで本番の証明書ポリシーを名乗る", "the real certificates' policy under the simulated root",
        OtherPolicy, &[failed(JpkiAuthChain, Reason::WrongPolicy), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-authority", "利用者証明用電子証明書が認証局を名乗る", "an authentication certificate that claims to be an authority",
        Authority, &[failed(JpkiAuthChain, Reason::WrongKeyUsage), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-malformed", "利用者証明用電子証明書が途中で終わる", "the authentication certificate ends early",
        Malformed, &[failed(JpkiAuthChain, Reason::Malformed), AUTH_KEY_RESTS], AUTHENTIC;
    "jpki-swapped", "二つの電子証明書を入れ替え", "the two certificates in each other's place", Swapped,
        &[open(JpkiAuthChain, Why::NoAnchor), AUTH_KEY_RESTS, open(JpkiSignChain, Why::NoAnchor), AGREES_RESTS], AUTHENTIC;
    "jpki-other-person", "別人の署名用電子証明書", "another person's signing certificate", OtherPerson,
        &[failed(JpkiAgrees, Reason::Disagrees)], AUTHENTIC;
    "jpki-other-name", "署名用電子証明書の氏名だけが違う", "another name alone in the signing certificate", OtherName,
        &[failed(JpkiAgrees, Reason::Disagrees)], AUTHENTIC;
    "jpki-substituted", "署名用電子証明書の氏名に代替文字", "a substituted character in the signing certificate's name",
        Substituted, &[], AUTHENTIC;
    "jpki-bad-flags", "代替文字の印の数が氏名の文字数と違う", "more substitute flags than the name has characters", BadFlags,
        &[open(JpkiAgrees, Why::LayoutUnknown)], AUTHENTIC;
    "jpki-child", "署名用電子証明書のないカード（15歳未満など）", "no signing certificate, as for children", Child,
        &NO_SIGNATURE, AUTHENTIC;
    "jpki-no-certificates", "電子証明書が一つもないカード", "no JPKI certificates, as where the holder wanted none", NoCertificates,
        &[open(JpkiAuthChain, Why::NotOnCard), AUTH_KEY_RESTS, NO_SIGNATURE[0], NO_SIGNATURE[1]], AUTHENTIC;
    "jpki-presence-lies", "ないはずの署名用電子証明書を、あると答える", "the card says that it holds a signing certificate and holds none",
        PresenceLies, &SIGNATURE_UNREAD, AUTHENTIC;
    "jpki-presence-denies", "電子証明書があるのに、ないと答える", "the card says that it holds no certificates and holds both",
        PresenceDenies, &NO_SIGNATURE, AUTHENTIC;
    "jpki-presence-unknown", "電子証明書の有無に未知の値", "the presence file holds bytes that nobody has seen",
        PresenceUnknown, &SIGNATURE_UNREAD, AUTHENTIC;
    "jpki-other-token", "スマートフォンのトークン名を答える", "the token says that it is a phone", OtherToken,
        &[open(JpkiAuthKey, Why::NotRead), SIGNATURE_UNREAD[0], SIGNATURE_UNREAD[1]], AUTHENTIC;
    "jpki-absent", "公的個人認証APがない", "no JPKI application", Absent,
        &[open(JpkiAuthChain, Why::NotOnCard), AUTH_KEY_RESTS, NO_SIGNATURE[0], NO_SIGNATURE[1]], AUTHENTIC;
    "jpki-cloned", "利用者証明用の鍵が別のもの", "the authentication key is another one", Cloned,
        &[failed(JpkiAuthKey, Reason::ChallengeMismatch)], AUTHENTIC;
    "jpki-stale-challenge", "利用者証明用の鍵が別のチャレンジへの応答を使い回す", "the authentication key answers with the signature of another challenge",
        StaleChallenge, &[failed(JpkiAuthKey, Reason::ChallengeMismatch)], AUTHENTIC;
    "jpki-challenge-refused", "利用者証明用の鍵が応答しない（6985）", "the authentication key refuses the challenge (6985)",
        ChallengeRefused, &[failed(JpkiAuthKey, Reason::ChallengeRefused)], AUTHENTIC;
    "jpki-classic-form", "選択した鍵でだけ署名する（他は6A86）", "signs with a selected key alone (else 6A86)", ClassicForm,
        &[], AUTHENTIC;
    "jpki-wrong-pin", "利用者証明用暗証番号が違う", "the PIN for user authentication is another one", WrongPin, &[],
        Expected::CredentialRefused;
    "jpki-pin-blocked", "利用者証明用暗証番号が閉塞", "the PIN for user authentication is blocked", PinBlocked, &[],
        Expected::CredentialBlocked;
    "jpki-pin-last-try", "利用者証明用暗証番号の残り1回", "one try of the PIN for user authentication is left", PinLastTry, &[],
        Expected::LastTry;
    "jpki-wrong-password", "署名用パスワードが違う", "the password for digital signature is another one", WrongPassword, &[],
        Expected::CredentialRefused;
    "jpki-password-blocked", "署名用パスワードが閉塞", "the password for digital signature is blocked", PasswordBlocked, &[],
        Expected::CredentialBlocked;
    "jpki-password-last-try", "署名用パスワードの残り1回", "one try of the password for digital signature is left",
        PasswordLastTry, &[], Expected::LastTry;
];
