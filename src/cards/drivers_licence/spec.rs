//! What a driver's licence is, as data: the card, and the application on a My Number Card.

use crate::{
    cards::{
        Presentation,
        model::{Action, CardSpec, CredentialSpec, Form, KindSpec, Part, ScopeSpec, Step, entry_rows, kind_rows},
    },
    dump::Scope,
    kind::CardKind,
    lang::Bilingual,
};

use super::files;

kind_rows! {
    LICENCE "licence" "運転免許証" "driver's licence";
    // An application on a My Number Card.
    MENKYO "menkyo" "マイナ免許証" "driver's licence on a My Number Card";
}

impl Scope {
    /// What a licence shows after PIN 1 alone: no 本籍, no photo.
    pub const PIN1: Self = Self::new("pin1");
}

entry_rows! {
    PIN1_ENTRY "pin1" Form::Digits(files::PIN_LENGTH), "bad-pin": "暗証番号1" "PIN 1 (暗証番号1)"
        "暗証番号1（4桁）" "PIN 1 (four digits)"
        "4桁の数字を入力してください。" "Enter four digits.";
    PIN2_ENTRY "pin2" Form::Digits(files::PIN_LENGTH), "bad-pin": "暗証番号2" "PIN 2 (暗証番号2)"
        "暗証番号2（4桁。分からないときは何も入れずにEnter：写真と本籍は読めません）"
        "PIN 2 (four digits; press Enter if it is not known: taimen then reads neither photo nor domicile)"
        "4桁の数字を入力してください。" "Enter four digits.";
    LICENCE_PIN_ENTRY "licence-pin" Form::Digits(files::PIN_LENGTH), "bad-pin": "マイナ免許証の暗証番号" "PIN of the licence application"
        "マイナ免許証の暗証番号（4桁）" "PIN of the licence application (four digits)"
        "4桁の数字を入力してください。" "Enter four digits.";
}

/// 暗証番号1
pub const PIN1: CredentialSpec = CredentialSpec {
    id: "pin1",
    title: PIN1_ENTRY.title,
    ways: &[&[Part::all(&PIN1_ENTRY)]],
    length: files::PIN_LENGTH,
    unblock_at: Bilingual::new(
        "解除は、カードの持ち主が警察の窓口でできます。ここでは別の本人確認書類を使ってください。",
        "The holder can have it unblocked by the police, in person. Use another document here.",
    ),
    ..CredentialSpec::PLAIN
};

/// 暗証番号2: without it neither photo nor 本籍 is read, and the signature stays unchecked.
pub const PIN2: CredentialSpec =
    CredentialSpec { id: "pin2", title: PIN2_ENTRY.title, ways: &[&[Part::all(&PIN2_ENTRY)]], optional: true, ..PIN1 };

/// 暗証番号 of a マイナ免許証
pub const LICENCE_PIN: CredentialSpec = CredentialSpec {
    id: "licence-pin",
    title: LICENCE_PIN_ENTRY.title,
    ways: &[&[Part::all(&LICENCE_PIN_ENTRY)]],
    ..PIN1
};

const ALL: &[Scope] = &[Scope::FULL, Scope::PIN1, Scope::WITHOUT_PIN];
const WITH_PIN: &[Scope] = &[Scope::FULL, Scope::PIN1];
const FULL: &[Scope] = &[Scope::FULL];

const LOOK: Bilingual = Bilingual::new("カードを調べています", "looking at the card");
const OPEN: Bilingual = Bilingual::new("照合しています", "opening");

/// Every step in order. With recognition's two exchanges a full reading that leaves nothing out takes 19 in one transaction; 17 of a card
/// whose PINs were never set.
pub const STEPS: &[Step] = &[
    Step { title: LOOK, action: Action::Look, scopes: ALL, exchanges: 4 },
    // With SELECT of the master file, because looking has selected DF1.
    Step { title: OPEN, action: Action::Present(&files::PIN1), scopes: WITH_PIN, exchanges: 2 },
    Step { title: OPEN, action: Action::Present(&files::PIN2), scopes: FULL, exchanges: 1 },
    // First: it names the key that may prove what is not read of the next ones.
    Step::read(&files::SIGNATURE.file, 2, WITH_PIN),
    Step::read(&files::DATA.file, 1, WITH_PIN),
    Step::read(&files::DOMICILE.file, 1, FULL),
    Step::read(&files::CHANGES.file, 1, WITH_PIN),
    Step::read(&files::DOMICILE_CHANGES.file, 1, FULL),
    Step::read_if(&files::EXTERNAL.file, files::uses_external, 1, WITH_PIN),
    Step::read_if(&files::CHANGED_EXTERNAL.file, files::uses_changed_external, 1, WITH_PIN),
    Step::read(&files::PHOTO.file, 2, FULL),
];

/// Every step of the application in order. If it was asked for by name, recognition has selected it already.
pub const MENKYO_STEPS: &[Step] = &[
    Step { title: LOOK, action: Action::Look, scopes: ALL, exchanges: 3 },
    Step { title: OPEN, action: Action::Present(&files::MENKYO_PIN), scopes: FULL, exchanges: 1 },
    Step::read(&files::MENKYO_SIGNATURE.file, 1, FULL),
    Step::read(&files::MENKYO_DATA.file, 1, FULL),
];

/// The card.
pub const SPEC: CardSpec = CardSpec {
    kinds: &[KindSpec {
        references: files::REFERENCES,
        number: Some("licence_number"),
        long_number: true,
        ..KindSpec::new(CardKind::LICENCE, SCOPES, STEPS, files::LICENCE_FILES)
    }],
    never_recorded: &[],
};

const SCOPES: &[ScopeSpec] = &[
    ScopeSpec { without_optional: Some(Scope::PIN1), ..ScopeSpec::new(Scope::FULL, &[&PIN1, &PIN2]) },
    ScopeSpec { leaves_out: Some("without_pin2"), ..ScopeSpec::new(Scope::PIN1, &[&PIN1]) },
    ScopeSpec::WITHOUT_PIN,
];

/// The application on a My Number Card.
pub const MENKYO_SPEC: CardSpec = CardSpec {
    kinds: &[KindSpec {
        references: &[&files::MENKYO_PIN],
        guest: true,
        number: Some("licence_number"),
        long_number: true,
        ..KindSpec::new(
            CardKind::MENKYO,
            &[ScopeSpec::new(Scope::FULL, &[&LICENCE_PIN]), ScopeSpec::WITHOUT_PIN],
            MENKYO_STEPS,
            files::GUEST_FILES,
        )
    }],
    never_recorded: &[],
};

/// What a licence's expiry leaves open.
const EXPIRY_LIMIT: Bilingual = Bilingual::new(
    "紛失・廃止の届出や、免許の取消し・停止があったかどうかは分かりません。",
    "It does not show whether the card was lost or withdrawn, or the licence revoked or suspended.",
);

/// Nothing that is signed can be read without a PIN.
const NO_PIN: (Scope, Bilingual) = (
    Scope::WITHOUT_PIN,
    Bilingual::new(
        "暗証番号なしで読みました。署名されたデータを読んでいないため、真正とも偽造とも言えません。",
        "No PIN was entered, so taimen read nothing that is signed. It cannot say whether the card is authentic.",
    ),
);

/// The signature covers what PIN 2 opens.
const PIN1_ALONE: (Scope, Bilingual) = (
    Scope::PIN1,
    Bilingual::new(
        "暗証番号2がないため、電子署名の検査に必要なデータを読んでいません。真正とも偽造とも言えません。",
        "PIN 2 was not entered, so taimen did not read all the data that the signature covers. It cannot say whether the card is authentic.",
    ),
);

/// How a report shows a 運転免許証.
pub const LICENCE_PRESENTATION: Presentation = Presentation {
    first: &["expiry", "licence_number"],
    external: Some(Bilingual::new("外字の画像は署名なし", "the picture of the character is unsigned")),
    expiry_limit: EXPIRY_LIMIT,
    unread: &[NO_PIN, PIN1_ALONE],
    moot: &["copy", "changed"],
    ..Presentation::PLAIN
};

/// How a report shows a マイナ免許証.
pub const MENKYO_PRESENTATION: Presentation = Presentation {
    first: &["expiry", "licence_number"],
    no_person: Some(Bilingual::new("免許情報には記録されていません", "not part of the licence record")),
    expiry_limit: EXPIRY_LIMIT,
    unread: &[NO_PIN],
    moot: &["not-tied"],
    ..Presentation::PLAIN
};
