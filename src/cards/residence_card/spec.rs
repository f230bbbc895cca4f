//! What a residence card and a special permanent resident certificate are, as data.

use crate::{
    cards::{
        Inquiry, Presentation,
        model::{
            Action, CardSpec, CredentialSpec, EntrySpec, File, Form, KindSpec, OwnAction, Part, ScopeSpec, Step, Who,
        },
    },
    dump::Scope,
    kind::CardKind,
    lang::Bilingual,
};

use super::files;

impl CardKind {
    /// 在留カード of the first generation
    pub const RESIDENCE1: Self =
        Self::new("residence1", Bilingual::new("在留カード（第1世代）", "residence card, first generation"));
    /// 特別永住者証明書 of the first generation
    pub const RESIDENCE1_SPECIAL: Self = Self::new(
        "residence1-special",
        Bilingual::new("特別永住者証明書（第1世代）", "special permanent resident certificate, first generation"),
    );
    /// 在留カード of the first generation, holder under 16
    pub const RESIDENCE1_CHILD: Self = Self::new(
        "residence1-child",
        Bilingual::new("在留カード（第1世代・16歳未満）", "residence card, first generation, under 16"),
    );
    /// 在留カード of the second generation
    pub const RESIDENCE2: Self =
        Self::new("residence2", Bilingual::new("在留カード（第2世代）", "residence card, second generation"));
    /// 特別永住者証明書 of the second generation
    pub const RESIDENCE2_SPECIAL: Self = Self::new(
        "residence2-special",
        Bilingual::new("特別永住者証明書（第2世代）", "special permanent resident certificate, second generation"),
    );
    /// 特定在留カード
    pub const RESIDENCE_SPECIFIED: Self =
        Self::new("residence-specified", Bilingual::new("特定在留カード", "specified residence card"));
}

const CARD_NUMBER_ENTRY: EntrySpec = EntrySpec {
    id: "card-number",
    title: Bilingual::new("カード番号", "card number"),
    prompt: Bilingual::new(
        "カード番号（カード表面の右上。英字2文字・数字8桁・英字2文字）",
        "Card number (at the top right of the front: two letters, eight digits, two letters)",
    ),
    form: Form::Pattern("AA00000000AA"),
    bad: "bad-card-number",
    hint: Bilingual::new(
        "カード表面の右上にある番号（英字2文字・数字8桁・英字2文字。例: AA12345678BB）を入力してください。",
        "Enter the number at the top right of the front: two letters, eight digits, two letters, such as AA12345678BB.",
    ),
};

/// 在留カード等番号
pub const CARD_NUMBER: CredentialSpec = CredentialSpec {
    id: "card-number",
    title: Bilingual::new("カード番号", "card number"),
    who: Who::Staff,
    ways: &[&[Part::all(&CARD_NUMBER_ENTRY)]],
    length: 12,
    optional: false,
    handshake: true,
    unblock_at: Bilingual::new(
        "カードの持ち主から、出入国在留管理庁の窓口に問い合わせてください。ここでは別の本人確認書類を使ってください。",
        "The holder can ask the Immigration Services Agency. Use another document here.",
    ),
    without: Bilingual::new("", ""),
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

const fn reads(file: &'static File, exchanges: u64) -> Step {
    Step::read(file, exchanges, FULL)
}

/// Every step of a 在留カード of generation 1. With recognition's one exchange a reading takes 15, and 17 if a person was asked
/// in the middle.
pub const STEPS_1: &[Step] = &[
    LOOK,
    OPEN,
    reads(&files::FRONT.file, 2),
    reads(&files::FACE_1.file, 1),
    reads(&files::ADDRESS.file, 2),
    reads(&files::COMPREHENSIVE.file, 1),
    reads(&files::INDIVIDUAL.file, 1),
    reads(&files::RENEWAL_1.file, 1),
    reads(&files::SIGNATURE_1.file, 2),
];

/// Every step of a 特別永住者証明書 of generation 1.
pub const STEPS_1_SPECIAL: &[Step] = &[
    LOOK,
    OPEN,
    reads(&files::FRONT.file, 2),
    reads(&files::FACE_1.file, 1),
    reads(&files::ADDRESS.file, 2),
    reads(&files::SIGNATURE_1.file, 2),
];

/// Every step of a 在留カード of generation 2.
pub const STEPS_2: &[Step] = &[
    LOOK,
    OPEN,
    reads(&files::NUMBER.file, 2),
    reads(&files::ENTRIES_05.file, 1),
    reads(&files::NAME_AND_FACE.file, 1),
    reads(&files::ADDRESS_PICTURE.file, 1),
    reads(&files::PERMISSIONS.file, 2),
    reads(&files::RENEWAL_2.file, 1),
    reads(&files::REMARK_05.file, 1),
    reads(&files::SIGNATURE_2.file, 2),
];

/// Every step of a 特別永住者証明書 of generation 2.
pub const STEPS_2_SPECIAL: &[Step] = &[
    LOOK,
    OPEN,
    reads(&files::NUMBER.file, 2),
    reads(&files::ENTRIES_06.file, 1),
    reads(&files::NAME_AND_FACE.file, 1),
    reads(&files::ADDRESS_PICTURE.file, 1),
    reads(&files::REMARK_06.file, 2),
    reads(&files::SIGNATURE_2.file, 2),
];

const fn kind(kind: CardKind, uncounted: bool, steps: &'static [Step], files: &'static [&'static File]) -> KindSpec {
    KindSpec {
        kind,
        scopes: &[ScopeSpec {
            scope: Scope::FULL,
            credentials: &[&CARD_NUMBER],
            without_optional: None,
            leaves_out: None,
        }],
        steps,
        files,
        references: &[],
        applications: &[],
        extra: None,
        guest: false,
        unread: None,
        uncounted,
    }
}

const FILES_1: &[&File] = &[
    &files::KIND_1.file,
    &files::COMMON_DATA.file,
    &files::FRONT.file,
    &files::FACE_1.file,
    &files::ADDRESS.file,
    &files::COMPREHENSIVE.file,
    &files::INDIVIDUAL.file,
    &files::RENEWAL_1.file,
    &files::SIGNATURE_1.file,
];

/// The card and the certificate. A child's card is told from an adult's by its content alone.
pub const SPEC: CardSpec = CardSpec {
    kinds: &[
        kind(CardKind::RESIDENCE1, true, STEPS_1, FILES_1),
        kind(
            CardKind::RESIDENCE1_SPECIAL,
            true,
            STEPS_1_SPECIAL,
            &[
                &files::KIND_1.file,
                &files::COMMON_DATA.file,
                &files::FRONT.file,
                &files::FACE_1.file,
                &files::ADDRESS.file,
                &files::SIGNATURE_1.file,
            ],
        ),
        kind(CardKind::RESIDENCE1_CHILD, true, STEPS_1, FILES_1),
        kind(
            CardKind::RESIDENCE2,
            false,
            STEPS_2,
            &[
                &files::KIND_2.file,
                &files::COMMON_DATA.file,
                &files::NUMBER.file,
                &files::ENTRIES_05.file,
                &files::NAME_AND_FACE.file,
                &files::ADDRESS_PICTURE.file,
                &files::PERMISSIONS.file,
                &files::RENEWAL_2.file,
                &files::REMARK_05.file,
                &files::SIGNATURE_2.file,
            ],
        ),
        kind(
            CardKind::RESIDENCE2_SPECIAL,
            false,
            STEPS_2_SPECIAL,
            &[
                &files::KIND_2.file,
                &files::COMMON_DATA.file,
                &files::NUMBER.file,
                &files::ENTRIES_06.file,
                &files::NAME_AND_FACE.file,
                &files::ADDRESS_PICTURE.file,
                &files::REMARK_06.file,
                &files::SIGNATURE_2.file,
            ],
        ),
    ],
    never_recorded: &[],
};

/// 特定在留カード: recognised, and read as the My Number Card that it is.
pub const SPECIFIED_SPEC: CardSpec = CardSpec {
    kinds: &[KindSpec {
        scopes: &[],
        steps: &[],
        applications: &[&files::SPECIFIED],
        guest: true,
        unread: Some([
            Bilingual::new(
                "特定在留カードを認識しましたが、その読み取り（セッション鍵の設定の手順）には対応していません。",
                "This is a specified residence card, which cannot be read: its way of agreeing on a session key is not supported.",
            ),
            Bilingual::new(
                "真正かどうかは判定していません。マイナンバーカードとしても応答するカードは、マイナンバーカードとして確認されます。\
                 そうでなければ、別の確認方法を使ってください。",
                "Nothing was said about its authenticity. If it answers as a My Number Card too, it is checked as one. Else use \
                 another way to check it.",
            ),
        ]),
        uncounted: false,
        ..kind(CardKind::RESIDENCE_SPECIFIED, false, &[], &[])
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
        "Only whether that number is void. A forged card that copies a number in force passes.",
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
