//! What staff enter. Names of staff are entered, not authenticated.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    lang::Bilingual,
    profile::Case,
    text::{PrintedDate, PrintedDateError, errors, named},
};

use super::{
    parts::{Authority, Part, Shape},
    value::{Content, Goods},
};

/// The longest line, in characters.
pub const MAX_LINE: usize = 300;
/// The most lines of a list, and the most articles of goods.
pub const MAX_LINES: usize = 50;
/// The largest file of entries, in bytes.
pub const MAX_ENTRIES: usize = 64 * 1024;

errors! {
    /// What is wrong with an entry. Holds nothing of it.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum EntryProblem {
        Unknown = "no field of the record has this name",
        Forbidden = "the law or the profile forbids to store it",
        ByTool = "taimen fills it itself",
        Blank = "nothing is written there",
        TooLong = "longer than 300 characters",
        TooMany = "more than 50 lines",
        Control = "it has a line break or another character that is not shown",
        Day = "not a day",
        Number = "not a whole number",
        Goods = "not goods with a quantity",
        Method = "not a method of the profile that a counter can use",
        Authority = "not a ground of the law",
        Kind = "a value of another kind than the field has",
        PersonalNumber = "it could be a My Number, which must not be stored",
        NoNumber = "no number of this document is stored",
    }
}

impl EntryProblem {
    /// What people read: what is wrong, and what to do.
    pub fn words(self) -> [Bilingual; 2] {
        let (what, todo) = match self {
            Self::Unknown => (
                ("記録にこの名前の項目はありません", "the record has no field of this name"),
                ("項目の名前は docs/records.md の表にあります。", "docs/records.md lists the names of the fields."),
            ),
            Self::Forbidden => (
                ("記録してはならない項目です", "this must not be stored"),
                ("この項目を外してください。", "Leave this field out."),
            ),
            Self::ByTool => (
                ("taimenが記入する項目です", "taimen fills this field itself"),
                ("この項目を外してください。", "Leave this field out."),
            ),
            Self::Blank => (
                ("空です", "it is blank"),
                ("値を入力するか、項目を外してください。", "Enter a value, or leave the field out."),
            ),
            Self::TooLong => {
                (("300文字を超えています", "it is longer than 300 characters"), ("短くしてください。", "Shorten it."))
            }
            Self::TooMany => (
                ("50行を超えています", "it has more than 50 lines"),
                ("記録を分けてください。", "Split it over two records."),
            ),
            Self::Control => (
                ("改行など、表示されない文字があります", "it has a line break or another character that is not shown"),
                ("一行の文字だけで入力してください。", "Enter one line of plain text."),
            ),
            Self::Day => (
                ("日付として読めません", "it is not a day"),
                ("2026-11-27 または 令和8年11月27日 の形で入力してください。", "Enter it like 2026-11-27."),
            ),
            Self::Number => (
                ("整数として読めません", "it is not a whole number"),
                ("数字だけで入力してください。", "Enter digits alone."),
            ),
            Self::Goods => (
                ("品目と数量として読めません", "it is not goods with a quantity"),
                ("品目と数量を組にして入力してください。", "Give each article a name and a quantity."),
            ),
            Self::Method => (
                (
                    "このプロファイルで対面の窓口が使える方法ではありません",
                    "it is not a method of the profile that a counter can use",
                ),
                (
                    "taimen profiles show で方法のidを確かめてください。",
                    "Look up the method's id with taimen profiles show.",
                ),
            ),
            Self::Authority => (
                ("法令が挙げる理由ではありません", "it is not a ground of the law"),
                (
                    "family・letter・registered・call・known のうち、お客様の区分に合うものを入力してください。",
                    "Enter family, letter, registered, call or known, whichever the law has for this customer.",
                ),
            ),
            Self::Kind => (
                ("この項目とは種類の違う値です", "the value is of another kind than the field"),
                (
                    "docs/records.md の表にある種類の値を入力してください。",
                    "Enter a value of the kind that docs/records.md names.",
                ),
            ),
            Self::PersonalNumber => (
                ("マイナンバーの可能性がある12桁の数字があります", "twelve digits in it could be a My Number"),
                (
                    "マイナンバーは記録できません。番号を除いてください。",
                    "A My Number must not be stored: take the number out.",
                ),
            ),
            Self::NoNumber => (
                ("この書類の番号は記録しません", "no number of this document is stored"),
                (
                    "番号を外してください。有効期限と発行市区町村で特定します。",
                    "Leave the number out: expiry and issuer identify the document.",
                ),
            ),
        };
        [Bilingual::new(what.0, what.1), Bilingual::new(todo.0, todo.1)]
    }
}

/// An entry that is refused, by the field's name; a name that the record does not know is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct EntryError {
    /// The field.
    pub field: String,
    /// What is wrong.
    pub problem: EntryProblem,
}

/// A value as a file of entries has it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// One line, or lines of a list.
    Text(String),
    /// A whole number.
    Number(u32),
    /// A list.
    List(Vec<String>),
    /// Goods.
    Goods(Vec<Goods>),
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry(..)")
    }
}

/// Everything that staff enter for one record, as a file of entries has it. What is not named keeps its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Entries {
    /// What kind of customer and transaction it is.
    pub circumstances: Circumstances,
    /// The day of the transaction in Japan; none: the day of the reading.
    pub transaction_on: Option<Date>,
    /// Field to value.
    pub fields: BTreeMap<String, Entry>,
    /// The human comparison of photo and face.
    pub human_match: Option<HumanMatch>,
    /// Fields of the application form that staff accept although they are only similar.
    pub accepted: Vec<String>,
    /// Why the chip alone did not do, and what was done instead.
    pub fallback: Option<FallbackChoice>,
    /// The other operator on whose check this one rests.
    pub relied_on: Option<Reliance>,
    /// The document, if no chip was read: its id in the profile.
    pub document: Option<String>,
    /// When the document was presented, if no chip was read.
    pub presented_at: Option<Timestamp>,
    /// For what the photo is kept; none: it is not kept.
    pub photo_purpose: Option<String>,
}

named! {
    /// Who the customer is.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Customer {
        /// 自然人
        #[default]
        Natural = "natural",
        /// 法人
        Company = "company",
    }
}

named! {
    /// How long the relation with the customer lasts.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Relation {
        /// A contract that goes on: somebody records its end later.
        #[default]
        Continuing = "continuing",
        /// A single transaction: it ends on its day.
        Single = "single",
    }
}

/// What kind of customer and transaction it is: it decides which fields the law asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Circumstances {
    /// Who the customer is.
    pub customer: Customer,
    /// Whether the person at the counter acts for the customer; always so for a company.
    pub agent: bool,
    /// A transaction of high risk (犯収法).
    pub high_risk: bool,
    /// A foreign politically exposed person.
    pub pep: bool,
    /// A foreigner without an address in Japan.
    pub foreign_visitor: bool,
    /// A document or a copy was sent in.
    pub sent: bool,
    /// Something was handed over at the customer's place.
    pub visit: bool,
    /// How long the relation lasts.
    pub relation: Relation,
    /// Keep the birth date even where the law asks for the age alone.
    pub birth_date: bool,
}

impl Circumstances {
    /// Whether the card is that of somebody who acts for the customer.
    pub fn is_represented(&self) -> bool {
        self.agent || self.customer == Customer::Company
    }
}

named! {
    /// What the human comparison of photo and face found.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Face {
        /// 一致
        Matches = "matches",
        /// 不一致
        DoesNotMatch = "does-not-match",
        /// 判断できない
        CannotTell = "cannot-tell",
    }
}

impl Face {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Matches => Bilingual::new("一致", "matches"),
            Self::DoesNotMatch => Bilingual::new("不一致", "does not match"),
            Self::CannotTell => Bilingual::new("判断できない", "cannot tell"),
        }
    }
}

/// The human comparison: who compared, and when.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HumanMatch {
    /// What was found.
    pub found: Face,
    /// By whom: entered, not authenticated.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for HumanMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HumanMatch({}, {})", self.found, self.at)
    }
}

/// What was done because the chip alone did not do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FallbackChoice {
    /// The case.
    pub case: Case,
    /// The profile's row ([`crate::profile::FallbackRow`]) that staff followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// Why, in staff's words.
    pub reason: String,
    /// Who chose it: entered, not authenticated.
    pub chosen_by: String,
}

impl std::fmt::Debug for FallbackChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FallbackChoice({}, {:?})", self.case, self.row)
    }
}

named! {
    /// On whose check a record rests (依拠, 規則第13条).
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum RelianceKind {
        /// 口座振替を行う金融機関
        AccountTransfer = "account-transfer",
        /// クレジットカード会社
        CardPayment = "card-payment",
        /// 自社が以前に行った同等の確認
        OwnEarlier = "own-earlier",
    }
}

impl RelianceKind {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::AccountTransfer => {
                Bilingual::new("口座振替を行う金融機関の確認", "the check of the bank that transfers")
            }
            Self::CardPayment => Bilingual::new("クレジットカード会社の確認", "the check of the card's issuer"),
            Self::OwnEarlier => Bilingual::new("自社が以前に行った確認", "the operator's own earlier check"),
        }
    }
}

/// A check that another operator made, on which this one rests. Such a record has no evidence of a chip for it and says so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reliance {
    /// Whose.
    pub kind: RelianceKind,
    /// The operator's name.
    pub operator: String,
    /// The agreement made beforehand, by its name or number.
    pub agreement: String,
    /// When the other's check was confirmed to be complete.
    pub confirmed_at: Timestamp,
}

impl std::fmt::Debug for Reliance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reliance({}, {})", self.kind, self.confirmed_at)
    }
}

impl Entries {
    /// Reads a file of entries, JSON or TOML. Holds nothing of the file: the line of what is wrong.
    ///
    /// # Errors
    /// The line, counted from 1, and the key if one is to blame.
    pub fn parse(text: &str) -> Result<Self, BadEntries> {
        parsed(text)
    }
}

/// Reads JSON, or else TOML.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, BadEntries> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| BadEntries { line: error.line().max(1), key: key(&error.to_string()) });
    }
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or(text).matches('\n').count().saturating_add(1);
        BadEntries { line, key: key(error.message()) }
    })
}

/// A file of entries that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: not entries of a record")]
pub struct BadEntries {
    /// The line, counted from 1.
    pub line: usize,
    /// The key that is unknown or missing, if that is what is wrong.
    pub key: Option<String>,
}

/// The key that serde's sentence is about. Values are never quoted with this sign.
fn key(said: &str) -> Option<String> {
    let of_key = said.starts_with("unknown field") || said.starts_with("missing field");
    said.split('`').nth(1).filter(|key| of_key && key.len() <= 40).map(str::to_owned)
}

/// One line of text without what is not shown, trimmed.
pub(super) fn line(text: &str) -> Result<String, EntryProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(EntryProblem::Blank);
    }
    if text.chars().count() > MAX_LINE {
        return Err(EntryProblem::TooLong);
    }
    if text.chars().any(is_hidden) {
        return Err(EntryProblem::Control);
    }
    Ok(text.to_owned())
}

fn is_hidden(c: char) -> bool {
    use unicode_general_category::{GeneralCategory as Is, get_general_category};
    // Variation selectors are marks and belong to names.
    matches!(
        get_general_category(c),
        Is::Control | Is::Format | Is::LineSeparator | Is::ParagraphSeparator | Is::PrivateUse | Is::Unassigned
    )
}

/// A day as people write it.
pub(super) fn day(text: &str) -> Result<Date, EntryProblem> {
    match PrintedDate::read(text.trim()) {
        Ok(printed) => Ok(printed.date()),
        Err(PrintedDateError::BareWestern(western)) => Ok(western.date()),
        Err(_) => text.trim().parse().map_err(|_| EntryProblem::Day),
    }
}

/// The content of an entry, for every shape but a method, which depends on the profile.
pub(super) fn content(part: Option<&Part>, entry: &Entry, company: bool) -> Result<Content, EntryProblem> {
    let shape = part.map_or(Shape::Text, |part| part.shape);
    let digits = part.is_some_and(|part| part.digits);
    let checked = |text: &str| -> Result<String, EntryProblem> {
        let text = line(text)?;
        if !digits && may_be_personal_number(&text) { Err(EntryProblem::PersonalNumber) } else { Ok(text) }
    };
    match (shape, entry) {
        (Shape::Text | Shape::Staff, Entry::Text(text)) => checked(text).map(Content::Text),
        (Shape::Day, Entry::Text(text)) => day(text).map(Content::Day),
        (Shape::Number, Entry::Number(number)) => Ok(Content::Number(*number)),
        (Shape::Number, Entry::Text(text)) => number(text).map(Content::Number),
        (Shape::List, Entry::Text(text)) => list(text.lines(), &checked).map(Content::List),
        (Shape::List, Entry::List(texts)) => list(texts.iter().map(String::as_str), &checked).map(Content::List),
        (Shape::Goods, Entry::Goods(goods)) => {
            self::goods(goods.iter().map(|goods| Some((goods.name.as_str(), goods.quantity.as_str()))), &checked)
        }
        (Shape::Goods, Entry::Text(text)) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            self::goods(lines.map(|line| SIGNS.iter().find_map(|sign| line.rsplit_once(*sign))), &checked)
        }
        (Shape::Authority, Entry::Text(text)) => {
            let id = text.trim().parse::<Authority>().map_err(|_| EntryProblem::Authority)?;
            let of = if id.is_for(company) { Ok(id) } else { Err(EntryProblem::Authority) };
            of.map(|id| Content::Authority { id, text: id.words(company).into() })
        }
        (Shape::Moment, _) => Err(EntryProblem::ByTool),
        _ => Err(EntryProblem::Kind),
    }
}

/// What stands between an article and its quantity, if they are written as lines.
const SIGNS: &[char] = &['×', '✕', '*', '\t'];

fn number(text: &str) -> Result<u32, EntryProblem> {
    let digits: Option<String> = text.trim().chars().map(|c| char::from_digit(to_half(c).to_digit(10)?, 10)).collect();
    digits.and_then(|digits| digits.parse().ok()).ok_or(EntryProblem::Number)
}

fn list<'a>(
    lines: impl Iterator<Item = &'a str>,
    checked: &impl Fn(&str) -> Result<String, EntryProblem>,
) -> Result<Vec<String>, EntryProblem> {
    let lines: Vec<String> = lines.filter(|line| !line.trim().is_empty()).map(checked).collect::<Result<_, _>>()?;
    match lines.len() {
        0 => Err(EntryProblem::Blank),
        1..=MAX_LINES => Ok(lines),
        _ => Err(EntryProblem::TooMany),
    }
}

fn goods<'a>(
    goods: impl Iterator<Item = Option<(&'a str, &'a str)>>,
    checked: &impl Fn(&str) -> Result<String, EntryProblem>,
) -> Result<Content, EntryProblem> {
    let one = |pair: Option<(&str, &str)>| -> Result<Goods, EntryProblem> {
        let (name, quantity) = pair.ok_or(EntryProblem::Goods)?;
        Ok(Goods { name: checked(name)?, quantity: checked(quantity)? })
    };
    let goods: Vec<Goods> = goods.map(one).collect::<Result<_, _>>()?;
    match goods.len() {
        0 => Err(EntryProblem::Blank),
        1..=MAX_LINES => Ok(Content::Goods(goods)),
        _ => Err(EntryProblem::TooMany),
    }
}

fn to_half(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        c => c,
    }
}

/// Whether a text has twelve digits whose last one is the check digit of a My Number: in one piece, within a longer one, or in
/// pieces with signs or spaces between. One number in eleven of other kinds looks the same, so places that hold such numbers
/// are not asked.
pub(super) fn may_be_personal_number(text: &str) -> bool {
    // Runs of pieces: signs part pieces, anything else parts runs.
    let mut runs: Vec<Vec<Vec<u32>>> = vec![vec![Vec::new()]];
    for c in text.nfkc() {
        let Some(run) = runs.last_mut() else { return false };
        match (c.to_digit(10), run.last_mut()) {
            (Some(digit), Some(piece)) => piece.push(digit),
            (None, Some(piece)) if c.is_whitespace() || is_sign(c) => {
                if !piece.is_empty() {
                    run.push(Vec::new());
                }
            }
            _ => runs.push(vec![Vec::new()]),
        }
    }
    let within = |piece: &Vec<u32>| piece.windows(12).any(has_check_digit);
    let joined = |run: &Vec<Vec<u32>>| {
        (0..run.len()).any(|from| {
            (from..run.len()).any(|to| run.get(from..=to).is_some_and(|pieces| has_check_digit(&pieces.concat())))
        })
    };
    runs.iter().any(|run| run.iter().any(within) || run.len() <= MAX_LINES && joined(run))
}

/// What people write between the digits of a number.
fn is_sign(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '–' | '—' | '−' | 'ー' | '・' | '·' | '.' | '/' | ',' | '_' | '~' | '〜')
}

/// 総務省令 of the number: the sum of each digit by its weight, from the lowest of the eleven, modulo eleven.
fn has_check_digit(digits: &[u32]) -> bool {
    let Some((check, rest)) = digits.split_last().filter(|_| digits.len() == 12) else { return false };
    let weight = |place: u32| if place <= 6 { place + 1 } else { place - 5 };
    let sum: u32 = rest.iter().rev().zip(1..).map(|(digit, place)| digit * weight(place)).sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    *check == expected
}
