//! What a My Number Card is, as data: kinds, credentials, steps.

use crate::{
    cards::{
        Presentation,
        model::{
            Action, CardSpec, CredentialSpec, Extra, File, Form, KindSpec, OwnAction, Part, ScopeSpec, Step, Who,
            entry_rows, kind_rows, printed::BIRTH,
        },
    },
    dump::Scope,
    kind::CardKind,
    lang::Bilingual,
    verify::CheckId,
};

use super::files::{self, NEVER_RECORDED};

kind_rows! {
    MY_NUMBER "my-number" "マイナンバーカード" "My Number Card";
    // Infants.
    MY_NUMBER_NO_PHOTO "my-number-no-photo" "マイナンバーカード（顔写真なし）" "My Number Card without a photo";
}

/// Digits of a number B and of the birth date before it (spec my-number 2.2).
const NUMBER_B_LENGTH: usize = 14;
const BIRTH_LENGTH: usize = 6;

/// The years of expiry that a card can bear: the first cards came in 2016.
const EXPIRY_YEARS: (u16, u16) = (2016, 2999);

entry_rows! {
    EXPIRY_YEAR "expiry-year" Form::Year(EXPIRY_YEARS.0, EXPIRY_YEARS.1), "bad-expiry-year": "有効期限の年" "expiry year"
        "有効期限の西暦年（カード表面の4桁。例: 2035）" "Expiry year printed on the front (four digits, such as 2035)"
        "カード表面の有効期限の西暦年を、4桁の数字で入力してください（例: 2035）。"
        "Enter the Western year of the expiry printed on the card, four digits, such as 2035.";
    SECURITY_CODE "security-code" Form::Digits(4), "bad-security-code": "セキュリティコード" "security code"
        "セキュリティコード（表面の有効期限の近くにある4桁）" "Security code (the four digits near the expiry on the front)"
        "カード表面の有効期限の近くにある、4桁の数字を入力してください。"
        "Enter the four digits printed near the expiry on the front of the card.";
    // In one piece.
    NUMBER_B_ENTRY "number-b" Form::Checked(NUMBER_B_LENGTH, is_number_b), "bad-number-b": "照合番号B" "number B (照合番号B)"
        "照合番号B（14桁）" "Number B (14 digits)"
        "生年月日6桁・有効期限の西暦年4桁・セキュリティコード4桁の、合わせて14桁の数字を入力してください。"
        "Enter 14 digits: six of the birth date as printed, four of the expiry year, four of the security code.";
    AUTH_PIN_ENTRY "auth-pin" Form::Digits(4), "bad-pin": "利用者証明用暗証番号" "PIN for user authentication"
        "利用者証明用暗証番号（4桁）" "PIN for user authentication (four digits)"
        "4桁の数字を入力してください。" "Enter four digits.";
    // Spec my-number 2.1.
    SIGN_PASSWORD_ENTRY "sign-password" Form::Password(6, 16), "bad-password": "署名用パスワード" "password for digital signature"
        "署名用パスワード（英大文字と数字）" "Password for digital signature (capital letters and digits)"
        "英大文字と数字の6文字から16文字で書いてください。小文字は使えません。"
        "Write 6 to 16 characters: capital letters (A to Z) and digits. Small letters are not allowed.";
}

/// Whether 14 digits have a month, a day and a year of expiry in their places.
fn is_number_b(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u16>().ok());
    number(2..4).is_some_and(|month| (1..=12).contains(&month))
        && number(4..6).is_some_and(|day| (1..=31).contains(&day))
        && number(6..10).is_some_and(|year| (EXPIRY_YEARS.0..=EXPIRY_YEARS.1).contains(&year))
}

/// 照合番号B: what is printed on the card.
pub const NUMBER_B: CredentialSpec = CredentialSpec {
    id: "number-b",
    title: NUMBER_B_ENTRY.title,
    who: Who::Staff,
    ways: &[&[Part::all(&NUMBER_B_ENTRY)], &[Part::all(&BIRTH), Part::all(&EXPIRY_YEAR), Part::all(&SECURITY_CODE)]],
    length: NUMBER_B_LENGTH,
    unblock_at: Bilingual::new(
        "解除は、カードの持ち主がお住まいの市区町村の窓口でできます。ここでは別の本人確認書類を使ってください。",
        "The holder can have it unblocked at the municipal office. Use another document here.",
    ),
    ..CredentialSpec::PLAIN
};

/// 生年月日, six digits: all that the age check presents.
pub const BIRTH_DATE: CredentialSpec = CredentialSpec {
    id: "birth",
    title: BIRTH.title,
    ways: &[&[Part::first(&NUMBER_B_ENTRY, BIRTH_LENGTH)], &[Part::all(&BIRTH)]],
    length: BIRTH_LENGTH,
    ..NUMBER_B
};

/// 利用者証明用暗証番号
pub const AUTH_PIN: CredentialSpec = CredentialSpec {
    id: "auth-pin",
    title: AUTH_PIN_ENTRY.title,
    ways: &[&[Part::all(&AUTH_PIN_ENTRY)]],
    length: 4,
    optional: true,
    unblock_at: Bilingual::new(
        "解除は、カードの持ち主がお住まいの市区町村の窓口でできます。",
        "The holder can have it unblocked at the municipal office.",
    ),
    without: Bilingual::new(
        "カードそのものの確認は、この項目なしで（または --jpki なしで）もう一度実行すればできます。",
        " To check the card itself, run this again without that entry, or without --jpki.",
    ),
    ..CredentialSpec::PLAIN
};

/// 署名用パスワード
pub const SIGN_PASSWORD: CredentialSpec = CredentialSpec {
    id: "sign-password",
    title: SIGN_PASSWORD_ENTRY.title,
    ways: &[&[Part::all(&SIGN_PASSWORD_ENTRY)]],
    length: 0,
    ..AUTH_PIN
};

const FULL: &[Scope] = &[Scope::FULL];
const AGE: &[Scope] = &[Scope::AGE];
const BOTH: &[Scope] = &[Scope::FULL, Scope::AGE];

const OPEN: Bilingual = Bilingual::new("照合しています", "opening");
const CHALLENGE: Bilingual = Bilingual::new("ICチップに問いかけています", "challenging the chip");
const KEY_CHALLENGE: Bilingual =
    Bilingual::new("利用者証明用の鍵に問いかけています", "challenging the authentication key");

const fn step(title: Bilingual, action: Action, exchanges: u64, scopes: &'static [Scope]) -> Step {
    Step { title, action, scopes, exchanges }
}

const fn own(action: OwnAction, file: &'static File, exchanges: u64, scopes: &'static [Scope]) -> Step {
    step(file.title, Action::OwnRead(action, file), exchanges, scopes)
}

/// The certificate of the face application, which may have been read before the question.
pub(super) const FACE_CERTIFICATE: OwnAction = OwnAction(0);
/// SELECT of the text application, its counter, VERIFY with what the face application accepted.
pub(super) const OPEN_TEXT: OwnAction = OwnAction(1);
/// The challenge to the face application's key.
pub(super) const FACE_CHALLENGE: OwnAction = OwnAction(2);
/// The challenge to the text application's key.
pub(super) const TEXT_CHALLENGE: OwnAction = OwnAction(3);
/// The expiry that the issuer security domain reports.
pub(super) const DOMAIN_EXPIRY: OwnAction = OwnAction(4);
/// The certificate for user authentication, which a card may not hold.
pub(super) const JPKI_AUTH_CERTIFICATE: OwnAction = OwnAction(5);
/// Both counters, VERIFY, and the challenge to the authentication key.
pub(super) const JPKI_AUTH_KEY: OwnAction = OwnAction(6);
/// VERIFY, and the certificate for digital signature.
pub(super) const JPKI_SIGN_CERTIFICATE: OwnAction = OwnAction(7);

/// The certificate of the text application, which may have been read before the question.
pub(super) const TEXT_CERTIFICATE: OwnAction = OwnAction(8);

/// Every step in order. The first exchange of an age check asks for the expiry; the last step asks again if that brought none.
pub const STEPS: &[Step] = &[
    step(OPEN, Action::Present(&files::FACE_NUMBER_B), 3, FULL),
    step(OPEN, Action::Present(&files::FACE_BIRTH_DATE), 3, AGE),
    own(FACE_CERTIFICATE, &files::FACE_CERTIFICATE.file, 1, BOTH),
    Step::read(&files::FACE_DATA.file, 1, FULL),
    Step::read(&files::FACE_AGE.file, 1, AGE),
    step(CHALLENGE, Action::Own(FACE_CHALLENGE), 1, BOTH),
    step(OPEN, Action::Own(OPEN_TEXT), 3, FULL),
    Step::read(&files::TEXT_ATTRIBUTES.file, 1, FULL),
    Step::read(&files::TEXT_DIGESTS.file, 1, FULL),
    own(TEXT_CERTIFICATE, &files::TEXT_CERTIFICATE.file, 1, FULL),
    Step::read(&files::TEXT_KEY.file, 1, FULL),
    step(CHALLENGE, Action::Own(TEXT_CHALLENGE), 1, FULL),
    step(Bilingual::new("有効期限", "expiry"), Action::Own(DOMAIN_EXPIRY), 1, AGE),
];

/// The steps of the JPKI application. One that needs a credential is skipped if that was not given or would open nothing.
pub const JPKI_STEPS: &[Step] = &[
    Step::read(&files::JPKI_TOKEN_FILE.file, 2, FULL),
    Step::read(&files::JPKI_PRESENCE_FILE.file, 1, FULL),
    own(JPKI_AUTH_CERTIFICATE, &files::JPKI_AUTH_CERTIFICATE.file, 1, FULL),
    step(KEY_CHALLENGE, Action::Own(JPKI_AUTH_KEY), 3, FULL),
    own(JPKI_SIGN_CERTIFICATE, &files::JPKI_SIGN_CERTIFICATE.file, 3, FULL),
];

/// 公的個人認証AP, read after everything else and only if it was asked for.
const JPKI: Extra =
    Extra { id: "jpki", scope: Scope::FULL, credentials: &[&AUTH_PIN, &SIGN_PASSWORD], steps: JPKI_STEPS };

const SCOPES: &[ScopeSpec] = &[ScopeSpec::new(Scope::FULL, &[&NUMBER_B]), ScopeSpec::new(Scope::AGE, &[&BIRTH_DATE])];

const KIND: KindSpec = KindSpec {
    references: &[
        &files::FACE_NUMBER_B,
        &files::FACE_BIRTH_DATE,
        &files::TEXT_NUMBER_B,
        &files::TEXT_PIN,
        &files::JPKI_AUTHENTICATION_PIN,
        &files::JPKI_SIGNING_PASSWORD,
    ],
    applications: &[&files::COMMON, &files::RESIDENT, &files::ISSUER_DOMAIN],
    extra: Some(&JPKI),
    ..KindSpec::new(CardKind::MY_NUMBER, SCOPES, STEPS, files::PLAIN)
};

/// The card.
pub const SPEC: CardSpec = CardSpec {
    // Only its content distinguishes an infant's card, so it is never recognised as the second kind.
    kinds: &[KIND, KindSpec { kind: CardKind::MY_NUMBER_NO_PHOTO, extra: None, ..KIND }],
    never_recorded: NEVER_RECORDED,
};

/// How a report shows it.
pub const PRESENTATION: Presentation = Presentation {
    untied: Some(CheckId::TextSignature),
    chip: &[CheckId::ChipKey, CheckId::TextChipKey],
    known_anchors: true,
    moot: &["compare-face", "compare-text", "text-withheld", "text-not-read", "unsigned-print"],
    ..Presentation::PLAIN
};
