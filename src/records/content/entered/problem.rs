//! What is wrong with an entry, in words.

use crate::{lang::Bilingual, text::errors};

errors! {
    /// What is wrong with an entry. Holds nothing of it.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum EntryProblem {
        Unknown = "no field of the record has this name",
        Forbidden = "the law or the profile forbids to store it",
        ByTool = "taimen fills it itself",
        Blank = "nothing is written there",
        Nobody = "nobody is named who compared the faces or chose the fallback",
        TooLong = "longer than 300 characters",
        TooMany = "more than 50 lines",
        Control = "it has a line break or another character that is not shown",
        Day = "not a day",
        Moment = "not a day with a time of day",
        NoRelation = "no relation that goes on",
        End = "not a day between the begin of the relation and today",
        Number = "not a whole number",
        Goods = "not goods with a quantity",
        Method = "not a method of the profile that a counter can use",
        Authority = "not a ground of the law",
        Kind = "a value of another kind than the field has",
        PersonalNumber = "it could be a My Number, which must not be stored",
        NumberB = "it could be a verification number B, which must not be stored",
        NoNumber = "no number of this document is stored",
        Future = "a day or a time that is still to come",
        Relation = "a relation that nothing in it begins, or a second one",
    }
}

impl EntryProblem {
    /// What people read: what is wrong, and what to do.
    pub fn words(self) -> [Bilingual; 2] {
        let (what, todo) = match self {
            Self::Unknown => (
                ("記録にこの名前の項目はありません", "this is not a field of the record"),
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
            Self::Nobody => (
                (
                    "顔の見比べや代わりの方法の選択をした者の名前がありません",
                    "nobody is named who compared the faces or chose the fallback",
                ),
                ("その人の名前を入力してください。", "Enter the name of whoever did."),
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
            Self::Moment => (
                ("日時として読めません", "it is not a day with a time of day"),
                ("2026-11-27 10:30 の形で入力してください。", "Enter it like 2026-11-27 10:30."),
            ),
            Self::NoRelation => (
                ("続いている取引・契約ではありません", "no relation with this number goes on"),
                ("続いている取引・契約から選んでください。", "Choose one that goes on."),
            ),
            Self::End => (
                (
                    "取引・契約の始まりから今日までの日ではありません",
                    "the relation had not begun, or the day is still to come",
                ),
                ("始まった日から今日までの日を入力してください。", "Enter a day between its begin and today."),
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
            Self::NumberB => (
                (
                    "照合番号Bの可能性がある14桁の数字があります",
                    "fourteen digits in it could be a verification number B",
                ),
                (
                    "照合番号Bは記録できません。番号を除いてください。",
                    "A verification number B must not be stored: take the number out.",
                ),
            ),
            Self::Future => (
                ("今日より後の日時です", "this is in the future"),
                ("実際に行った日時を入力してください。", "Enter when it happened."),
            ),
            Self::Relation => (
                (
                    "取引の期間（relation）の指定が余分です",
                    "relation is given twice, or nothing in the file begins a relation",
                ),
                (
                    "recheck か reliance と一緒に、1か所だけに書いてください。",
                    "Give it once, with a recheck or a reliance.",
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
