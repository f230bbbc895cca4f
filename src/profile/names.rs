//! The names that a profile file may use as values, and what they mean.

use serde::{Deserialize, Serialize};

use crate::{lang::Bilingual, text::named};

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
            Self::Record => "記録した日（追記したときはその日）" "the day of the record, or of what was added to it last";
        }
    }
}
