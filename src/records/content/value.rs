//! What stands in a place of the record, and where it is from.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    lang::{Bilingual, Lang, Words},
    profile::{Method, Profile, Supplier, When},
    text::{japan_time, named},
};

use super::parts::Authority;

/// One place of the record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Value {
    /// It holds something.
    Filled {
        /// What.
        value: Content,
        /// Where it is from.
        source: Source,
        /// What the chip says instead, if staff entered something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chip: Option<Content>,
    },
    /// The law asks for it, and it is not known (yet).
    Blank {
        /// Why.
        reason: Reason,
    },
    /// The law does not ask for it here.
    NotApplicable {
        /// When the law would ask for it.
        why: Vec<When>,
    },
}

impl std::fmt::Debug for Value {
    /// The content is personal: it does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Filled { source, .. } => write!(f, "Filled({source:?})"),
            Self::Blank { reason } => write!(f, "Blank({reason})"),
            Self::NotApplicable { why } => write!(f, "NotApplicable({why:?})"),
        }
    }
}

impl Value {
    /// What stands there.
    pub fn content(&self) -> Option<&Content> {
        if let Self::Filled { value, .. } = self { Some(value) } else { None }
    }

    /// What the chip says instead of what stands there.
    pub fn chip(&self) -> Option<&Content> {
        if let Self::Filled { chip, .. } = self { chip.as_ref() } else { None }
    }

    /// Whether the law asks for it and nothing stands there.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Blank { .. })
    }
}

/// The content of a place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// One line of text.
    Text(String),
    /// A day.
    Day(Date),
    /// A day and a time of day, written with Japan's offset.
    Moment(#[serde(serialize_with = "in_japan")] Timestamp),
    /// A whole number.
    Number(u32),
    /// Several lines.
    List(Vec<String>),
    /// Goods.
    Goods(Vec<Goods>),
    /// How identity was checked, under each profile that the record serves.
    Methods(Vec<MethodRef>),
    /// On what ground authority was accepted.
    Authority {
        /// Which.
        id: Authority,
        /// In words, with the article.
        text: Words,
    },
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Content(..)")
    }
}

/// One article of goods.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goods {
    /// 品目
    pub name: String,
    /// 数量
    pub quantity: String,
}

/// A method as a record keeps it: letters move with amendments, so profile, letter and text stand together.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodRef {
    /// The profile's id.
    pub profile: String,
    /// The revision of the law's text that the profile follows.
    pub revision: String,
    /// The method's id within the profile.
    pub id: String,
    /// The law's letter or number.
    pub letter: String,
    /// Where the law has it.
    pub article: String,
    /// What is done.
    pub text: Words,
}

impl MethodRef {
    pub(super) fn of(profile: &Profile, method: &Method) -> Self {
        Self {
            profile: profile.id.clone(),
            revision: profile.revision.clone(),
            id: method.id.clone(),
            letter: method.letter.clone(),
            article: method.article.clone(),
            text: method.text.clone(),
        }
    }
}

/// What people read where staff entered something else than the chip says.
pub(super) fn said_instead(chip: &Content, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("ICチップの値: {}", chip.plain(lang)),
        Lang::En => format!("the chip says: {}", chip.plain(lang)),
    }
}

fn in_japan<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment(*time))
}

/// `2026-11-27T14:30:05+09:00`
pub(super) fn moment(time: Timestamp) -> String {
    japan_time(time).strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string()
}

impl Content {
    /// What a person reads. Text from a card or a keyboard is not made harmless here.
    pub fn plain(&self, lang: Lang) -> String {
        let joined = |texts: Vec<String>| texts.join(if lang == Lang::Ja { "、" } else { ", " });
        match self {
            Self::Text(text) => text.clone(),
            Self::Day(day) => day.to_string(),
            Self::Moment(time) => japan_time(*time).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Number(number) => number.to_string(),
            Self::List(texts) => joined(texts.clone()),
            Self::Goods(goods) => {
                joined(goods.iter().map(|goods| format!("{} × {}", goods.name, goods.quantity)).collect())
            }
            Self::Methods(methods) => {
                let method =
                    |method: &MethodRef| format!("{}（{}）{}", method.letter, method.article, method.text.get(lang));
                joined(methods.iter().map(method).collect())
            }
            Self::Authority { text, .. } => text.get(lang).to_owned(),
        }
    }
}

/// Where a content is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Who filled it.
    pub by: Supplier,
    /// Of a value of the chip: who vouches for it. Of a time: `unsigned`, if nobody vouches for the reading that names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Of a value of the chip: the check that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
}

impl Source {
    pub(super) fn by(by: Supplier) -> Self {
        Self { by, standing: None, signed_by: None }
    }

    /// What people read beside the value.
    pub fn words(&self) -> Bilingual {
        match (self.by, self.standing) {
            (Supplier::Staff, _) => Bilingual::new("担当者の入力（認証なし）", "entered by staff, not authenticated"),
            (Supplier::Tool, Some(_)) => {
                Bilingual::new("読み取りデータの記載（保証なし）", "the reading's own word, nobody vouches for it")
            }
            (_, Some(standing)) => standing.words(),
            (by, None) => by.words(),
        }
    }
}

named! {
    /// Who vouches for a value of the chip.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Standing {
        /// The issuer's signature over it was verified.
        Signed = "signed",
        /// It was verified, but entries that nobody signed say that the value has changed since.
        Superseded = "superseded",
        /// No signature covers it.
        Unsigned = "unsigned",
        /// A signature covers it and was not verified.
        Unconfirmed = "unconfirmed",
    }
}

impl Standing {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Signed => Bilingual::new("ICチップ（署名を確認）", "the chip, signature verified"),
            Self::Superseded => Bilingual::new(
                "ICチップ（署名を確認。発行後の変更あり）",
                "the chip, signature verified, changed since issue",
            ),
            Self::Unsigned => Bilingual::new("ICチップ（署名なし）", "the chip, not signed"),
            Self::Unconfirmed => Bilingual::new("ICチップ（署名は未確認）", "the chip, signature not verified"),
        }
    }
}

named! {
    /// Why a place that the law asks for holds nothing.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Reason {
        /// Staff did not enter it.
        NotEntered = "not-entered",
        /// The customer was not asked.
        NotAsked = "not-asked",
        /// It is for the back office.
        BackOffice = "back-office",
        /// It may follow later.
        Later = "later",
        /// The chip holds it as a picture alone.
        InPicture = "in-picture",
        /// The chip does not hold it, or it was not read.
        NotOnChip = "not-on-chip",
        /// Nobody vouches for what the chip says of it.
        NotVerified = "not-verified",
        /// More than one method fits, or none: staff choose.
        ChooseMethod = "choose-method",
        /// taimen cannot do what it would record.
        NotByTaimen = "not-by-taimen",
    }
}

impl Reason {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::NotEntered => Bilingual::new("担当者が未入力", "staff did not enter it"),
            Self::NotAsked => Bilingual::new("お客様に未確認", "the customer was not asked"),
            Self::BackOffice => Bilingual::new("後方部門が記入", "for the back office"),
            Self::Later => Bilingual::new("後から記入", "may follow later"),
            Self::InPicture => Bilingual::new(
                "ICチップでは画像だけ。券面を見て入力",
                "only a picture on the chip: enter what the print shows",
            ),
            Self::NotOnChip => Bilingual::new("ICチップに記載なし・未読", "not on the chip, or not read"),
            Self::NotVerified => Bilingual::new(
                "ICチップの値の署名が未確認。券面を見て入力",
                "not verified on the chip: enter what the print shows",
            ),
            Self::ChooseMethod => Bilingual::new("方法を選ぶ必要あり", "choose the method"),
            Self::NotByTaimen => Bilingual::new("taimenでは行わない方法", "a way that taimen does not offer"),
        }
    }
}
