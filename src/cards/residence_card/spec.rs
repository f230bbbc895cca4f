//! What a residence card and a special permanent resident certificate are, as data.

use crate::{
    cards::{
        Inquiry, Presentation,
        model::{
            Action, CardSpec, CredentialSpec, File, Form, KindSpec, OwnAction, Part, ScopeSpec, Step, Who, entry_rows,
            kind_rows,
        },
    },
    dump::Scope,
    kind::CardKind,
    lang::Bilingual,
};

use super::files;

kind_rows! {
    RESIDENCE1 "residence1" "在留カード（第1世代）" "residence card, first generation";
    RESIDENCE1_SPECIAL "residence1-special" "特別永住者証明書（第1世代）" "special permanent resident certificate, first generation";
    RESIDENCE1_CHILD "residence1-child" "在留カード（第1世代・16歳未満）" "residence card, first generation, under 16";
    RESIDENCE2 "residence2" "在留カード（第2世代）" "residence card, second generation";
    RESIDENCE2_SPECIAL "residence2-special" "特別永住者証明書（第2世代）" "special permanent resident certificate, second generation";
    RESIDENCE_SPECIFIED "residence-specified" "特定在留カード" "specified residence card";
}

entry_rows! {
    CARD_NUMBER_ENTRY "card-number" Form::Pattern("AA00000000AA"), "bad-card-number": "カード番号" "card number"
        "カード番号（カード表面の右上。英字2文字・数字8桁・英字2文字）"
        "Card number (at the top right of the front: two letters, eight digits, two letters)"
        "カード表面の右上にある番号（英字2文字・数字8桁・英字2文字。例: AA12345678BB）を入力してください。"
        "Enter the number at the top right of the front: two letters, eight digits, two letters, such as AA12345678BB.";
}

/// 在留カード等番号
pub const CARD_NUMBER: CredentialSpec = CredentialSpec {
    id: "card-number",
    title: CARD_NUMBER_ENTRY.title,
    who: Who::Staff,
    ways: &[&[Part::all(&CARD_NUMBER_ENTRY)]],
    length: 12,
    handshake: true,
    unblock_at: Bilingual::new(
        "カードの持ち主から、出入国在留管理庁の窓口に問い合わせてください。ここでは別の本人確認書類を使ってください。",
        "The holder can ask the Immigration Services Agency. Use another document here.",
    ),
    ..CredentialSpec::PLAIN
};

const FULL: &[Scope] = &[Scope::FULL];

/// The challenges of both sides, and VERIFY of the number.
pub(super) const AUTHENTICATE: OwnAction = OwnAction(0);

const LOOK: Step = Step {
    title: Bilingual::new("カードを調べています", "looking at the card"),
    action: Action::Look,
    scopes: FULL,
    exchanges: 1,
};

const OPEN: Step = Step {
    title: Bilingual::new("カード番号を照合しています", "presenting the card number"),
    action: Action::Own(AUTHENTICATE),
    scopes: FULL,
    exchanges: 3,
};

macro_rules! steps {
    ($($file:ident $exchanges:literal),*) => { &[LOOK, OPEN, $(Step::read(&files::$file.file, $exchanges, FULL)),*] };
}

/// Every step of a 在留カード of generation 1. With recognition's one exchange a whole reading takes 15, and 17 if a person was asked
/// in the middle. The signature file is first: its key proves what is not read of the front.
pub const STEPS_1: &[Step] =
    steps! { SIGNATURE_1 2, FRONT 2, FACE_1 1, ADDRESS 2, COMPREHENSIVE 1, INDIVIDUAL 1, RENEWAL_1 1 };
/// Every step of a 特別永住者証明書 of generation 1.
pub const STEPS_1_SPECIAL: &[Step] = steps! { SIGNATURE_1 2, FRONT 2, FACE_1 1, ADDRESS 2 };
/// Every step of a 在留カード of generation 2.
pub const STEPS_2: &[Step] = steps! {
    NUMBER 2, ENTRIES_05 1, NAME_AND_FACE 1, ADDRESS_PICTURE 1, PERMISSIONS 2, RENEWAL_2 1, REMARK_05 1, SIGNATURE_2 2
};
/// Every step of a 特別永住者証明書 of generation 2.
pub const STEPS_2_SPECIAL: &[Step] =
    steps! { NUMBER 2, ENTRIES_06 1, NAME_AND_FACE 1, ADDRESS_PICTURE 1, REMARK_06 2, SIGNATURE_2 2 };

const fn kind(kind: CardKind, uncounted: bool, steps: &'static [Step], files: &'static [&'static File]) -> KindSpec {
    const SCOPES: &[ScopeSpec] = &[ScopeSpec::new(Scope::FULL, &[&CARD_NUMBER])];
    // The first generation alone: its counting is published, and its front is a picture.
    let pictures: &[&str] = if uncounted { &["front"] } else { &[] };
    KindSpec { uncounted, number: Some("card_number"), pictures, ..KindSpec::new(kind, SCOPES, steps, files) }
}

/// The card and the certificate. Only its content distinguishes a child's card from an adult's.
pub const SPEC: CardSpec = CardSpec {
    kinds: &[
        kind(CardKind::RESIDENCE1, true, STEPS_1, files::PLAIN_1),
        kind(CardKind::RESIDENCE1_SPECIAL, true, STEPS_1_SPECIAL, files::PLAIN_1_SPECIAL),
        kind(CardKind::RESIDENCE1_CHILD, true, STEPS_1, files::PLAIN_1),
        kind(CardKind::RESIDENCE2, false, STEPS_2, files::PLAIN_2),
        kind(CardKind::RESIDENCE2_SPECIAL, false, STEPS_2_SPECIAL, files::PLAIN_2_SPECIAL),
    ],
    never_recorded: &[],
};

/// 特定在留カード: recognised, and read as the My Number Card that it is.
pub const SPECIFIED_SPEC: CardSpec = CardSpec {
    kinds: &[KindSpec {
        applications: &[&files::SPECIFIED],
        guest: true,
        unread: Some([
            Bilingual::new(
                "特定在留カードを認識しましたが、その読み取り（セッション鍵の設定の手順）には対応していません。",
                "This is a specified residence card. taimen cannot read it, because it does not support how the card agrees on a session key.",
            ),
            Bilingual::new(
                "真正かどうかは判定していません。マイナンバーカードとしても応答するカードは、マイナンバーカードとして確認されます。\
                 そうでなければ、別の確認方法を使ってください。",
                "taimen says nothing about its authenticity. If the card also answers as a My Number Card, taimen checks it as one. If not, use another way to check it.",
            ),
        ]),
        number: Some("card_number"),
        ..KindSpec::new(CardKind::RESIDENCE_SPECIFIED, &[], &[], &[])
    }],
    never_recorded: &[],
};

/// 在留カード等番号失効情報照会 (spec residence 5.4).
const INQUIRY: Inquiry = Inquiry {
    title: Bilingual::new("番号の失効の照会（手で入力してください）", "Is the number void? (to be typed by hand)"),
    page: "https://lapse-immi.moj.go.jp/",
    values: &[
        ("card_number", Bilingual::new("在留カード等の番号", "Card number")),
        ("expiry", Bilingual::new("有効期間の満了日", "Expiry of the card")),
    ],
    limit: Bilingual::new(
        "その番号が失効しているかどうかだけです。番号を写した偽造カードは見分けられません。",
        "Only whether that number is void. A forged card that copies a valid number passes.",
    ),
};

/// How a report shows a card of the first generation, whose front is nearly all there is.
pub const FIRST_PRESENTATION: Presentation = Presentation {
    in_picture: Some(("front", Bilingual::new("券面（表）の画像のみ", "only in the picture of the front"))),
    kind_signed: false,
    ..SECOND_PRESENTATION
};

/// How a report shows a card of the second generation.
pub const SECOND_PRESENTATION: Presentation = Presentation {
    first: &["expiry", "card_number"],
    draws_text: true,
    known_anchors: true,
    expiry_limit: Bilingual::new(
        "カードが失効していないこと（紛失・返納・在留資格の取消しなどがないこと）は分かりません。",
        "It does not show whether the card was voided (lost, returned, status revoked).",
    ),
    moot: &[
        "copy",
        "front-only",
        "unsigned-back",
        "unsigned-kind",
        "unsigned-number",
        "no-face",
        "work",
        "individual_permission",
        "renewal",
        "remark",
        "no-judgement",
    ],
    even_expired: &["renewal"],
    inquiry: Some(INQUIRY),
    ..Presentation::PLAIN
};
