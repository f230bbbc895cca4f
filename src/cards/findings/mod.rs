//! What decoding and checking a card yields, in one form for every card.

mod holder;

use jiff::civil::Date;

pub use holder::{CardText, Change, Current, ExternalCharacter, Holder, Sex, Signed, Unconfirmed};

use super::{model::Reference, presentation::Presentation};
use crate::{
    dump::{Dump, Scope},
    kind::CardKind,
    lang::{Bilingual, Lang},
    trust::Hierarchy,
    verify::{Basis, Check, CheckId, Overall, Requirement, Verdict, overall},
};

/// The tries that a credential had left before any was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriesLeft {
    /// Which credential.
    pub reference: &'static Reference,
    /// 0: blocked.
    pub left: u8,
}

/// How a picture is stored on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PictureFormat {
    /// PNG
    Png,
    /// JPEG
    Jpeg,
    /// JPEG 2000
    Jpeg2000,
    /// TIFF, one bit a pixel, ITU-T T.6
    Tiff,
}

impl PictureFormat {
    /// The machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Jpeg2000 => "jpeg2000",
            Self::Tiff => "tiff",
        }
    }
}

/// A picture from the chip, as stored.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// Machine name: `photo`, `front`, `name`, `address`, `security-code`.
    pub id: &'static str,
    /// What it shows.
    pub title: Bilingual,
    /// How it is stored.
    pub format: PictureFormat,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The check that covers it.
    pub signed_by: Option<CheckId>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {:?}, {} bytes)", self.id, self.format, self.bytes.len())
    }
}

/// A further fact of the card.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// Machine name, for example `expiry`.
    pub id: &'static str,
    /// What it is.
    pub title: Bilingual,
    /// The value.
    pub value: ItemValue,
    /// The check that covers it.
    pub signed_by: Option<CheckId>,
    /// Whether it is shown only when asked for (本籍, `--domicile`).
    pub masked: bool,
}

/// The machine name of the item that a report shows only if the sex was asked for (`--sex`).
pub const SEX_ITEM: &str = "jpki_sex";

/// The value of an [`Item`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemValue {
    /// A day.
    Date(Date),
    /// Text as it is on the card.
    Text(CardText),
    /// What a code of the card means.
    Term {
        /// Machine name, for example `not-set`.
        id: &'static str,
        /// What people read.
        name: Bilingual,
    },
    /// A code as it is on the card, and what must be said about it: see `remarks`.
    Code {
        /// The code.
        code: String,
        /// What to say about it.
        remark: Bilingual,
    },
    /// A length of time (在留期間): of the three, those that are not 0.
    Duration {
        /// Years.
        years: u16,
        /// Months.
        months: u16,
        /// Days.
        days: u16,
    },
}

impl ItemValue {
    /// The value in a few words, without the remark of a code; what the card wrote is not made harmless here.
    pub fn plain(&self, lang: Lang) -> String {
        match self {
            Self::Date(date) => date.to_string(),
            Self::Text(text) => text.text.clone(),
            Self::Term { name, .. } => name.get(lang).to_owned(),
            Self::Code { code, .. } => code.clone(),
            Self::Duration { years, months, days } => duration([*years, *months, *days], lang),
        }
    }
}

/// Years, months and days; the parts that are 0 are left out.
fn duration(parts: [u16; 3], lang: Lang) -> String {
    let units = match lang {
        Lang::Ja => [["年", "年"], ["月", "月"], ["日", "日"]],
        Lang::En => [[" year", " years"], [" month", " months"], [" day", " days"]],
    };
    let part = |(count, [one, many]): (u16, [&str; 2])| match count {
        0 => None,
        1 => Some(format!("1{one}")),
        count => Some(format!("{count}{many}")),
    };
    let shown: Vec<String> = parts.into_iter().zip(units).filter_map(part).collect();
    match lang {
        Lang::Ja => shown.concat(),
        Lang::En => shown.join(" "),
    }
}

/// What is said about a code ([`ItemValue::Code`]).
pub mod remarks {
    use crate::lang::Bilingual;

    /// Nobody published what the code means.
    pub const NOT_PUBLIC: Bilingual = Bilingual::new("対応表は公表されていません", "table not public");

    /// The table of the specification does not have the code.
    pub const UNKNOWN: Bilingual = Bilingual::new("仕様の表にないコードです", "not in the specification's table");

    /// 国籍・地域 of residence cards: the Agency's own table is not public (spec residence 2.4, SPEC2*).
    pub const ISO_3166: Bilingual = Bilingual::new("ISO 3166-1による読み方", "as ISO 3166-1 reads it");
}

/// Something odd in the data. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The file.
    pub file: &'static str,
    /// What is odd, and where (in English, for specialists).
    pub detail: String,
}

/// Something that staff must know or do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Machine name.
    pub id: &'static str,
    /// The sentence.
    pub text: Bilingual,
}

/// Notes that more than one card uses.
pub mod notes {
    use super::Note;
    use crate::{cards::model::note_rows, verify::Basis};

    note_rows! {
        /// The human's part of every check.
        pub COMPARE_FACE "compare-face"
            "画面の顔写真・券面の印刷・来店者の顔を、人が見比べてください。"
            "Compare the picture on the screen, the print on the card and the person's face yourself.";
        /// Text beside pictures.
        pub COMPARE_TEXT "compare-text"
            "文字の氏名・住所はチップとの結び付きが弱いデータです。画像の氏名・住所と見比べてください。"
            "Name and address as text are bound to the chip less tightly. Compare them with the pictures.";
        /// A hierarchy other than production counted.
        pub NOT_PRODUCTION "not-production"
            "試験用または模擬の発行者を受け入れる設定で判定しました。本物のカードの確認には使えません。"
            "taimen accepted a test or simulated issuer. This is not a check of a real card.";
        /// The anchors that ship rest on one source.
        pub UNOFFICIAL_ANCHOR "unofficial-anchor"
            "発行者のCA鍵は公式に公表されておらず、非公式の一つの出所に基づきます。"
            "The issuer does not publish its CA key: this verdict rests on one unofficial source.";
        /// Nothing asked whether the card was withdrawn.
        pub REVOCATION "revocation"
            "紛失・盗難・廃止の届出は確認していません。"
            "taimen did not check whether the card was reported lost, stolen or withdrawn.";
        /// A check of a saved reading.
        PRESENCE_THEN "presence-then"
            "保存された読み取りの検査です。カードの存在を示すのは読み取りの時点であり、現在ではありません。"
            "This is a check of a saved reading: it shows that the card was present then, not now.";
        /// The same if nobody vouches for the time of the reading.
        PRESENCE_ONCE "presence-once"
            "保存された読み取りの検査です。いつ読み取られたかを保証する人がいないため、読み取りの時刻は根拠にしていません。今カードがあることも示しません。"
            "This is a check of a saved reading. Nobody vouches for its time, so the time does not count, and it does not show that the card is present now.";
    }

    /// What a check of a saved reading shows of the card's presence.
    pub fn presence(basis: Basis) -> Note {
        if basis.vouches() { PRESENCE_THEN } else { PRESENCE_ONCE }
    }
}

/// What decoding and checking a card yields: a pure function of the dump, the trust store and the basis.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Findings {
    /// What kind of card.
    pub kind: CardKind,
    /// How much of it was asked for.
    pub scope: Scope,
    /// Which checks it must pass.
    pub requirement: &'static Requirement,
    /// How a report shows it.
    pub presentation: &'static Presentation,
    /// Every check, in the catalogue's order.
    pub checks: Vec<Check>,
    /// The hierarchy of the anchor that the required checks rest on; `None` when none was found.
    pub hierarchy: Option<Hierarchy>,
    /// The person.
    pub holder: Holder,
    /// The pictures.
    pub pictures: Vec<Picture>,
    /// Further facts.
    pub items: Vec<Item>,
    /// What was added after the document was issued, oldest first; none of it signed.
    pub history: Vec<Change>,
    /// The characters that the texts show by mark.
    pub external: Vec<ExternalCharacter>,
    /// The tries that were left when the card was read without presenting anything yet.
    pub retry_counters: Vec<TriesLeft>,
    /// What is odd about the data, with its place; the rest was read all the same.
    pub warnings: Vec<Warning>,
    /// Other applications found on the card.
    pub guests: Vec<CardKind>,
    /// What staff must know or do.
    pub notes: Vec<Note>,
    /// Whether the holder has reached an age, if that was asked.
    pub age_condition: Option<AgeCondition>,
    /// As of when it was judged, and by whose word.
    pub basis: Basis,
}

/// An age that a document was asked about, which says yes or no and not how old its holder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgeCondition {
    /// The age that was asked for, in years.
    pub age: u8,
    /// Whether the holder has reached it, as the document says; `None` if it leaves that open. The verdict says what its word is worth.
    pub met: Option<bool>,
}

impl AgeCondition {
    pub(in crate::cards) fn new(age: u8, met: Option<bool>) -> Self {
        Self { age, met }
    }
}

impl Findings {
    /// Nothing found yet about a dump.
    pub(in crate::cards) fn of(
        dump: &Dump,
        basis: Basis,
        requirement: &'static Requirement,
        presentation: &'static Presentation,
    ) -> Self {
        Self {
            kind: dump.kind,
            scope: dump.scope,
            requirement,
            presentation,
            checks: Vec::new(),
            hierarchy: None,
            holder: Holder::default(),
            pictures: Vec::new(),
            items: Vec::new(),
            history: Vec::new(),
            external: Vec::new(),
            retry_counters: Vec::new(),
            warnings: Vec::new(),
            guests: dump.guests.clone(),
            notes: Vec::new(),
            age_condition: None,
            basis,
        }
    }

    /// Whether the document says that its holder has not reached the age that was asked for.
    pub fn is_too_young(&self) -> bool {
        self.age_condition.is_some_and(|condition| condition.met == Some(false))
    }

    /// The verdict.
    pub fn overall(&self) -> Overall {
        overall(self.requirement, &self.checks)
    }

    /// What the document is called: the name of its kind, unless its content says that it is another.
    pub fn title(&self) -> Bilingual {
        self.presentation.title.unwrap_or_else(|| self.kind.name())
    }

    /// One check.
    pub fn check(&self, id: CheckId) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// One check's verdict; `None` when the report does not hold it.
    pub fn verdict(&self, id: CheckId) -> Option<Verdict> {
        self.check(id).map(|check| check.verdict)
    }

    /// One picture.
    pub fn picture(&self, id: &str) -> Option<&Picture> {
        self.pictures.iter().find(|picture| picture.id == id)
    }
}
