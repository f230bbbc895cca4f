//! What an electronic passport is, as data.

use crate::{
    cards::{
        Presentation,
        model::{
            Action, CardSpec, CredentialSpec, File, Form, KindSpec, OwnAction, Part, ScopeSpec, Step, Who, entry_rows,
            kind_rows,
            printed::{BIRTH, EXPIRY},
        },
    },
    dump::Scope,
    kind::CardKind,
    lang::Bilingual,
    verify::CheckId,
};

use super::{files, mrz};

kind_rows! {
    PASSPORT "passport" "旅券（パスポート）" "passport";
}

entry_rows! {
    ZONE_ENTRY "mrz" Form::Read { like: "the second line of the machine-readable zone (or all lines); number, birth date and expiry with spaces between; or a card access number", read: mrz::read_typed },
        "bad-mrz": "機械読取領域" "machine-readable zone"
        "機械読取領域の2行目（写真のページの一番下の行。スキャンも可。読めないときは「旅券番号 生年月日 有効期間満了日」を空白で区切って）"
        "Machine-readable zone, second line (the last line of the page with the photo, typed or scanned; or number, birth date and expiry with spaces between)"
        "写真のページの一番下の行（44文字）を、そのまま入力するかスキャンしてください。1文字でも違うとチェックデジットが合いません（0とO、1とIなどを見比べてください）。または「XS1234567 1980-02-17 2035-12-31」のように、旅券番号・生年月日・有効期間満了日を空白で区切って入力してください。6桁のカードアクセス番号（CAN）も使えます。"
        "Type or scan the last line of the page with the photo (44 characters). If one character is wrong, the check digits do not fit: compare 0 with O and 1 with I. Or enter number, birth date and expiry with spaces between, such as XS1234567 1980-02-17 2035-12-31. A card access number (CAN) of six digits works too.";
    NUMBER_ENTRY "document-number" Form::Read { like: "letters and digits", read: mrz::read_number }, "bad-document-number": "旅券番号" "document number"
        "旅券番号（写真のページの右上）" "Document number (at the top right of the page with the photo)"
        "写真のページの右上にある番号を、英字と数字で入力してください（例: XS1234567）。"
        "Enter the number at the top right of the page with the photo: letters and digits, such as XS1234567.";
    ACCESS_ENTRY "can" Form::Digits(mrz::CAN_LENGTH), "bad-can": "カードアクセス番号（CAN）" "card access number (CAN)"
        "カードアクセス番号（CAN。6桁）" "Card access number (CAN, six digits)"
        "印刷されている6桁の数字を入力してください。" "Enter the six digits that are printed on the document.";
}

/// What is printed and opens the chip. The chip counts no wrong entries.
pub const ZONE: CredentialSpec = CredentialSpec {
    id: "mrz",
    title: ZONE_ENTRY.title,
    who: Who::Staff,
    ways: &[
        &[Part::all(&ZONE_ENTRY)],
        &[Part::in_zone(&NUMBER_ENTRY), Part::in_zone(&BIRTH), Part::in_zone(&EXPIRY)],
        &[Part::all(&ACCESS_ENTRY)],
        // Staff are asked for this one.
        &[Part::all(&ZONE_ENTRY)],
    ],
    length: 0,
    handshake: true,
    unblock_at: Bilingual::new(
        "旅券のICチップは、間違えた回数を数えません。発行した国の官庁に問い合わせるか、別の本人確認書類を使ってください。",
        "The chip of a passport counts no wrong entries. Ask the authority that issued it, or use another document.",
    ),
    if_right: Bilingual::new(
        "ICチップがこのページのものでないか、壊れています。旅券を受け付けずに、別の確認方法を使ってください。カードアクセス番号（CAN）で開かないときは、機械読取領域を使ってください。",
        "the chip is not that of this page, or it is damaged: do not accept the document, and use another way to check the person. If it was a card access number (CAN), use the machine-readable zone.",
    ),
    ..CredentialSpec::PLAIN
};

const FULL: &[Scope] = &[Scope::FULL];

/// What the card's own folder does, in this order.
pub(super) mod own {
    use crate::cards::model::OwnAction;

    pub const OPEN: OwnAction = OwnAction(0);
    pub const READ_DG1: OwnAction = OwnAction(1);
    pub const READ_SOD: OwnAction = OwnAction(2);
    pub const READ_DG14: OwnAction = OwnAction(3);
    pub const READ_DG15: OwnAction = OwnAction(4);
    pub const CHIP_AUTHENTICATION: OwnAction = OwnAction(5);
    pub const ACTIVE_AUTHENTICATION: OwnAction = OwnAction(6);
    pub const READ_DG2: OwnAction = OwnAction(7);
    pub const READ_DG11: OwnAction = OwnAction(8);
    pub const READ_DG12: OwnAction = OwnAction(9);
    pub const READ_CARD_SECURITY: OwnAction = OwnAction(10);
}

const fn step(ja: &'static str, en: &'static str, action: Action, exchanges: u64) -> Step {
    Step { title: Bilingual::new(ja, en), action, scopes: FULL, exchanges }
}

const fn read(own: OwnAction, file: &'static File, exchanges: u64) -> Step {
    Step { title: file.title, action: Action::OwnRead(own, file), scopes: FULL, exchanges }
}

/// Every step. The exchanges are the most of a chip with extended APDUs; what a chip does not offer costs none.
pub const STEPS: &[Step] = &[
    step("ICチップを調べています", "looking at the chip", Action::Look, 0),
    step("ICチップを開いています", "opening the chip", Action::Own(own::OPEN), 6),
    read(own::READ_CARD_SECURITY, &files::CARD_SECURITY.file, 1),
    read(own::READ_DG1, &files::DG1.file, 1),
    read(own::READ_SOD, &files::SOD.file, 1),
    read(own::READ_DG14, &files::DG14.file, 1),
    read(own::READ_DG15, &files::DG15.file, 1),
    step("ICチップの鍵を確かめています（CA）", "chip authentication", Action::Own(own::CHIP_AUTHENTICATION), 3),
    step("ICチップの鍵を確かめています（AA）", "active authentication", Action::Own(own::ACTIVE_AUTHENTICATION), 1),
    read(own::READ_DG2, &files::DG2.file, 1),
    read(own::READ_DG11, &files::DG11.file, 1),
    read(own::READ_DG12, &files::DG12.file, 1),
];

/// The passport. Its content alone shows which state issued it, and whether it is a book at all.
pub const SPEC: CardSpec = CardSpec {
    kinds: &[KindSpec {
        uncounted: true,
        applications: &[&files::EMRTD, &files::MF],
        number: Some("document_number"),
        ..KindSpec::new(CardKind::PASSPORT, &[ScopeSpec::new(Scope::FULL, &[&ZONE])], STEPS, files::PLAIN)
    }],
    never_recorded: &[],
};

/// How a report shows a passport.
pub const PRESENTATION: Presentation = Presentation {
    first: &["nationality", "document_number", "expiry", "name_national", "issuer"],
    chip: &[CheckId::ChipKey],
    no_address: Some(Bilingual::new(
        "旅券の記載事項ではありません（下の注意を見てください）",
        "not part of a passport (see the note below)",
    )),
    expiry_limit: Bilingual::new(
        "紛失・盗難の届出や失効があったかどうかは分かりません。",
        "It does not show whether the passport was reported lost or stolen, or was revoked.",
    ),
    moot: &["copy", "not-typed", "weak"],
    ..Presentation::PLAIN
};

/// How it shows what has a passport's application and is something else.
pub const CARD: Presentation =
    other("身分証または滞在許可のカード（旅券ではありません）", "identity card or residence permit, not a passport");
/// The same of a visa.
pub const VISA: Presentation = other("査証（ビザ。旅券ではありません）", "visa, not a passport");
/// The same of anything else.
pub const OTHER: Presentation = other("旅券ではない書類", "a document that is not a passport");

const fn other(ja: &'static str, en: &'static str) -> Presentation {
    Presentation { title: Some(Bilingual::new(ja, en)), no_address: None, ..PRESENTATION }
}
