//! The shape of a profile file.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    lang::{Bilingual, Words},
    text::named,
};

/// The first line of every file says this.
pub const SCHEMA: &str = "taimen.profile/1";

named! {
    /// How sure we are of a row, the surest first.
    #[derive(Serialize, Deserialize)]
    pub enum Confidence {
        /// The law's own text, read by us.
        #[serde(rename = "T")]
        Text = "T",
        /// A ministry, an agency or a maintainer says so.
        #[serde(rename = "A")]
        Primary = "A",
        /// Somebody else's short summary of the law's text.
        #[serde(rename = "S")]
        Summary = "S",
        /// The trade press, a vendor, a law firm.
        #[serde(rename = "B")]
        Press = "B",
        /// One report, a blog, a text without a date.
        #[serde(rename = "C")]
        Report = "C",
        /// Our own conclusion.
        #[serde(rename = "inference")]
        Inference = "inference",
        /// Searched for and not found.
        #[serde(rename = "unknown")]
        Unknown = "unknown",
    }
}

named! {
    /// Why a check did not end as it should.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Case {
        /// The chip does not answer, or breaks off.
        ChipUnreadable = "chip-unreadable",
        /// The PIN, password or number is blocked.
        PinBlocked = "pin-blocked",
        /// The holder does not know the PIN, or none was set.
        PinForgotten = "pin-forgotten",
        /// The document has no photo.
        NoPhoto = "no-photo",
        /// Neither authentic nor rejected.
        Undetermined = "undetermined",
        /// A required check failed.
        Rejected = "rejected",
        /// The customer has only a phone with the document in it.
        PhoneOnly = "phone-only",
        /// The customer has only papers without a chip.
        NoChip = "no-chip",
    }
}

named! {
    /// What a chip holds of what a law asks for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum ChipField {
        /// 氏名
        Name = "name",
        /// 住居
        Address = "address",
        /// 生年月日
        BirthDate = "birth-date",
        /// 写真
        Photo = "photo",
    }
}

named! {
    /// Whose identity a method checks.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Who {
        /// 自然人
        Natural = "natural",
        /// A foreigner without an address in Japan, for certain exchanges.
        ForeignVisitor = "foreign-visitor",
        /// 法人
        Company = "company",
    }
}

named! {
    /// Who fills a field of the record.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Supplier {
        /// The verified chip.
        Chip = "chip",
        /// Staff, from what they see or do.
        Staff = "staff",
        /// The customer, who is asked.
        Customer = "customer",
        /// taimen itself.
        Tool = "tool",
        /// Somebody later, elsewhere in the firm.
        BackOffice = "back-office",
    }
}

named! {
    /// When a field of the record is needed.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum When {
        /// Always.
        Always = "always",
        /// Always, but it may follow later.
        Later = "later",
        /// A document or a copy was sent in.
        Sent = "sent",
        /// Something was mailed to the customer's address.
        Mailed = "mailed",
        /// The check was made without meeting.
        Remote = "remote",
        /// The document was presented in a phone, with the state's program.
        Phone = "phone",
        /// The customer is a company.
        Company = "company",
        /// Somebody acts for the customer.
        Agent = "agent",
        /// Something was handed over at the customer's place.
        Visit = "visit",
        /// A transaction of high risk.
        HighRisk = "high-risk",
        /// A foreign politically exposed person.
        Pep = "pep",
        /// It was used: a second paper, another name, another place.
        Used = "used",
        /// A foreigner without an address in Japan.
        ForeignVisitor = "foreign-visitor",
        /// The law asks for it only for some transactions.
        Some = "some",
    }
}

named! {
    /// From when a record's years are counted.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Start {
        /// The end of the last relation with the customer that rests on this check.
        RelationEnd = "relation-end",
        /// The day of the transaction.
        Transaction = "transaction",
        /// The day of the last entry of a book on paper.
        LastEntry = "last-entry",
        /// The day on which the electronic record was made.
        Record = "record",
    }
}

/// What every row of a profile says beside its own facts.
pub trait Row {
    /// The table that the row stands in, as the file names it.
    const TABLE: &'static str;
    /// Its name within the table.
    fn id(&self) -> &str;
    /// How sure we are.
    fn confidence(&self) -> Confidence;
    /// Whether nobody of us read the text that it rests on.
    fn is_unverified(&self) -> bool;
    /// The ids of its sources.
    fn sources(&self) -> &[String];
    /// Every text that a person reads, with its key.
    fn texts(&self) -> Vec<(&'static str, &Words)>;
}

/// A row's struct: its own keys, texts in two languages apart, and those of every row.
macro_rules! rows {
    ($($(#[$of:meta])* $Row:ident $table:literal {
        $($(#[$said:meta])* $text:ident,)*
        ; $($(#[$doc:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$of])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $Row {
            /// Its name within the table.
            pub id: String,
            $($(#[$said])* pub $text: Words,)*
            $($(#[$doc])* pub $field: $type,)*
            /// How sure we are.
            pub confidence: Confidence,
            /// Whether nobody of us read the text that the row rests on.
            #[serde(default, skip_serializing_if = "no")]
            pub unverified: bool,
            /// The ids of its sources.
            pub source: Vec<String>,
        }

        impl Row for $Row {
            const TABLE: &'static str = $table;

            fn id(&self) -> &str {
                &self.id
            }

            fn confidence(&self) -> Confidence {
                self.confidence
            }

            fn is_unverified(&self) -> bool {
                self.unverified
            }

            fn sources(&self) -> &[String] {
                &self.source
            }

            fn texts(&self) -> Vec<(&'static str, &Words)> {
                vec![$((stringify!($text), &self.$text)),*]
            }
        }
    )*};
}

rows! {
    /// A document that the law accepts, or that it asks for beside another one.
    Document "document" {
        /// What people call it.
        name,
        ;
        /// The kinds of card (`CardKind::as_str`) that are this document.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kinds: Vec<String>,
        /// Where the law names it.
        article: String,
        /// Whether it counts as a document with a photo.
        photo: bool,
        /// Whether it has a chip that counts.
        chip: bool,
        /// What the chip holds.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        chip_fields: Vec<ChipField>,
        /// Whether it must have been made within six months.
        #[serde(default, skip_serializing_if = "no")]
        six_months: bool,
        /// Whether only one is issued to a person (一を限り).
        #[serde(default, skip_serializing_if = "no")]
        single_issue: bool,
        /// What staff should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Words>,
    }
    /// A way to check who somebody is.
    Method "method" {
        /// What is done, in short.
        text,
        ;
        /// The letter or number that the law gives it, as of this profile.
        letter: String,
        /// Where the law has it.
        article: String,
        /// Whose identity it checks.
        who: Vec<Who>,
        /// Whether customer and staff meet.
        face_to_face: bool,
        /// Whether a counter with taimen can do it, alone or with the post.
        offered: bool,
        /// The documents that can be presented; none means that the row's text says which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        documents: Vec<String>,
        /// Whether the chip must be read.
        #[serde(default, skip_serializing_if = "no")]
        chip_read: bool,
        /// Whether the chip's content must be shown on a screen.
        #[serde(default, skip_serializing_if = "no")]
        display: bool,
        /// Whether something must be mailed to the address, not to be forwarded.
        #[serde(default, skip_serializing_if = "no")]
        mail: bool,
        /// Whether a further paper may show the address.
        #[serde(default, skip_serializing_if = "no")]
        address_supplement: bool,
        /// Whether only a program that the state has certified will do: never taimen.
        #[serde(default, skip_serializing_if = "no")]
        certified_program: bool,
        /// Whether something must be attached to the record.
        #[serde(default, skip_serializing_if = "no")]
        attachment: bool,
    }
    /// A field of the record.
    Field "field" {
        /// What it holds.
        name,
        ;
        /// Its number, if the law numbers them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u8>,
        /// Where the law asks for it.
        article: String,
        /// Who can fill it; nobody here, if empty.
        from: Vec<Supplier>,
        /// When it is needed.
        when: Vec<When>,
        /// What staff should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Words>,
    }
    /// What must not be stored.
    Forbidden "forbidden" {
        /// What it is.
        name,
        /// Why.
        text,
        ;
    }
    /// How long a record is kept.
    Retention "retention" {
        /// In words.
        text,
        ;
        /// Where the law says so.
        article: String,
        /// How many years.
        years: u8,
        /// From when they count.
        start: Start,
    }
    /// What is left if a check does not end as it should.
    FallbackRow "fallback" {
        /// What staff can do, and what the record says.
        text,
        ;
        /// When it applies.
        cases: Vec<Case>,
        /// The documents that it applies to; every one, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        documents: Vec<String>,
        /// The methods of the law that it leads to; none, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        methods: Vec<String>,
    }
}

/// What a row rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name within the file.
    pub id: String,
    /// Its title.
    pub title: Words,
    /// Where it can be read; none if the address is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was last looked at.
    pub read_on: Date,
    /// Whether the text itself was read, not only cited by others.
    pub read: bool,
    /// What kind of source it is.
    pub confidence: Confidence,
}

/// One law for one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// [`SCHEMA`].
    pub schema: String,
    /// Its name, for example the law's with a year.
    pub id: String,
    /// The law: what the profiles of one law's periods have in common.
    pub law: String,
    /// What people call the profile.
    pub name: Words,
    /// The full title of the law or rule that has the methods.
    pub law_title: Words,
    /// The law's number at e-Gov.
    pub law_id: String,
    /// The revision of its text that the profile follows.
    pub revision: String,
    /// The first day of a transaction that the profile is for, in Japan.
    pub valid_from: Date,
    /// The last day; open, if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Whether the text that the profile as a whole follows was not read.
    #[serde(default, skip_serializing_if = "no")]
    pub unverified: bool,
    /// What the law calls its record.
    pub record: Words,
    /// How many numbered items the record has, if the law numbers them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u8>,
    /// What staff should know of the profile as a whole.
    pub note: Words,
    /// What the rows rest on.
    #[serde(rename = "source", default)]
    pub sources: Vec<Source>,
    /// What the law accepts.
    #[serde(rename = "document", default)]
    pub documents: Vec<Document>,
    /// How it can be checked.
    #[serde(rename = "method", default)]
    pub methods: Vec<Method>,
    /// What the record holds.
    #[serde(rename = "field", default)]
    pub fields: Vec<Field>,
    /// What it must not hold.
    #[serde(rename = "forbidden", default)]
    pub forbidden: Vec<Forbidden>,
    /// How long it is kept.
    #[serde(rename = "retention", default)]
    pub retentions: Vec<Retention>,
    /// What is left.
    #[serde(rename = "fallback", default)]
    pub fallback_rows: Vec<FallbackRow>,
    /// SHA-256 of the file, byte for byte: a record names it beside the id.
    #[serde(skip)]
    pub(super) sha256: String,
}

impl Profile {
    /// SHA-256 of the file, byte for byte, in lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whether a transaction of this day, in Japan, falls under it.
    pub fn covers(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|last| day <= last)
    }

    /// How many rows are marked as unverified, and how many there are.
    pub fn unverified_rows(&self) -> (usize, usize) {
        let rows = self.rows();
        (rows.iter().filter(|row| row.unverified).count(), rows.len())
    }

    /// The confidence of the weakest row.
    pub fn confidence(&self) -> Confidence {
        let rows = self.rows();
        rows.iter().map(|row| row.confidence).max().unwrap_or(Confidence::Unknown)
    }

    /// A document by its id, or by the kind of card that is one.
    pub fn document(&self, id_or_kind: &str) -> Option<&Document> {
        let by_kind = |document: &&Document| document.kinds.iter().any(|kind| kind == id_or_kind);
        let by_id = || self.documents.iter().find(|document| document.id == id_or_kind);
        self.documents.iter().find(by_kind).or_else(by_id)
    }

    /// A method by its id.
    pub fn method(&self, id: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.id == id)
    }

    /// A source by its id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// Every row but the sources, with what all of them have.
    pub(super) fn rows(&self) -> Vec<AnyRow<'_>> {
        fn of<R: Row>(rows: &[R]) -> impl Iterator<Item = AnyRow<'_>> {
            rows.iter().map(|row| AnyRow {
                table: R::TABLE,
                id: row.id(),
                confidence: row.confidence(),
                unverified: row.is_unverified(),
                sources: row.sources(),
                texts: row.texts(),
            })
        }
        of(&self.documents)
            .chain(of(&self.methods))
            .chain(of(&self.fields))
            .chain(of(&self.forbidden))
            .chain(of(&self.retentions))
            .chain(of(&self.fallback_rows))
            .collect()
    }
}

/// What every row says, whatever its table.
pub(super) struct AnyRow<'a> {
    pub table: &'static str,
    pub id: &'a str,
    pub confidence: Confidence,
    pub unverified: bool,
    pub sources: &'a [String],
    pub texts: Vec<(&'static str, &'a Words)>,
}

/// Keys that are false are left out.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn no(value: &bool) -> bool {
    !value
}

/// A match whose arms are texts in both languages.
macro_rules! says {
    ($value:expr; $($case:pat => $ja:literal $en:literal;)*) => {
        match $value {
            $($case => Bilingual::new($ja, $en)),*
        }
    };
}

impl Confidence {
    /// What it means.
    pub fn words(self) -> Bilingual {
        says! { self;
            Self::Text => "条文を確認" "the law's own text, read by us";
            Self::Primary => "所管庁等の資料" "a ministry or agency says so";
            Self::Summary => "第三者による条文の要約" "somebody's summary of the law's text";
            Self::Press => "報道・事業者・法律事務所の資料" "press, vendor or law firm";
            Self::Report => "個別の記事など" "a single report";
            Self::Inference => "taimen側の推論" "our own conclusion";
            Self::Unknown => "不明（探したが見つからない）" "unknown: searched for and not found";
        }
    }
}

impl Case {
    /// What it means.
    pub fn words(self) -> Bilingual {
        says! { self;
            Self::ChipUnreadable => "ICチップを読み取れない" "the chip cannot be read";
            Self::PinBlocked => "暗証番号などがロックされている" "the PIN is blocked";
            Self::PinForgotten => "暗証番号が分からない・設定されていない" "the PIN is forgotten or was never set";
            Self::NoPhoto => "顔写真がない" "the document has no photo";
            Self::Undetermined => "判定不能" "undetermined";
            Self::Rejected => "不合格" "rejected";
            Self::PhoneOnly => "スマートフォンだけを持っている" "the customer has a phone only";
            Self::NoChip => "ICチップのない書類だけを持っている" "the customer has papers without a chip only";
        }
    }
}

impl When {
    /// What it means.
    pub fn words(self) -> Bilingual {
        says! { self;
            Self::Always => "常に" "always";
            Self::Later => "常に（後からでもよい）" "always, may follow later";
            Self::Sent => "書類や写しの送付を受けたとき" "if a document or copy was sent in";
            Self::Mailed => "取引に係る文書などを送ったとき" "if something was mailed to the customer";
            Self::Remote => "対面しない方法のとき" "if the check was made without meeting";
            Self::Phone => "スマートフォンの記録を国の認定アプリで確認したとき" "if a phone was checked with the state's program";
            Self::Company => "法人のとき" "if the customer is a company";
            Self::Agent => "代理人・代表者等のとき" "if somebody acts for the customer";
            Self::Visit => "住居などに赴いて交付したとき" "if something was handed over at the customer's place";
            Self::HighRisk => "ハイリスク取引のとき" "if the transaction is of high risk";
            Self::Pep => "外国PEPsのとき" "if the customer is a foreign politically exposed person";
            Self::Used => "用いたとき" "if it was used";
            Self::ForeignVisitor => "短期在留の外国人のとき" "if the customer is a foreign visitor";
            Self::Some => "法令が求める取引のとき" "for some transactions";
        }
    }
}

impl Supplier {
    /// What it means.
    pub fn words(self) -> Bilingual {
        says! { self;
            Self::Chip => "ICチップ" "the chip";
            Self::Staff => "担当者" "staff";
            Self::Customer => "お客様への質問" "the customer";
            Self::Tool => "taimen" "taimen";
            Self::BackOffice => "後方部門" "back office";
        }
    }
}

impl Start {
    /// What it means.
    pub fn words(self) -> Bilingual {
        says! { self;
            Self::RelationEnd => "取引（契約）が終了した日" "the end of the last relation";
            Self::Transaction => "取引の日" "the day of the transaction";
            Self::LastEntry => "帳簿に最後に記載した日" "the last entry of the book";
            Self::Record => "記録した日" "the day on which the record was made";
        }
    }
}
