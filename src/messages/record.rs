//! Messages about what is in a confirmation record, and what is done with it.

use crate::{
    lang::{Bilingual, words},
    trust::Hierarchy,
};

use super::{Lang, Problem, Text};

/// Why a record was not made, found, changed or written out. Holds nothing of a record: `path` is a file, `id` a record.
#[derive(Debug)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum RecordError {
    /// The checks passed, and the record was not saved.
    NotSaved { why: Box<Problem> },
    /// A test or simulated card, and a database of real records.
    Unreal { hierarchy: Hierarchy },
    /// A file of entries that cannot be read.
    BadEntries { path: String, line: usize, fault: EntriesFault },
    /// An entry that is refused: the field, what is wrong, what to do.
    Entry { path: String, field: String, words: [Bilingual; 2] },
    /// Neither a reading nor a document for the record.
    NothingPresented,
    /// What is written is not the id of a record.
    BadId { given: String },
    /// An entry that this version does not read as a record.
    NotReadable { id: String },
    /// A relation that the record does not have, or that has ended.
    NoRelation { id: String, open: String },
    /// A relation cannot have ended on that day.
    BadEnd,
    /// A search by a day that is not one.
    NotADay { option: &'static str },
    /// `--with-photo` without a purpose.
    NoPurpose,
    /// A search without anything left of its text.
    EmptySearch,
    /// Nothing was found.
    NothingFound,
    /// A recipient that is not one of age.
    BadRecipient,
    /// The export could not be encrypted.
    NotEncrypted,
    /// A photo is to be kept, and there is none.
    PhotoMissing,
}

/// What is wrong with a line of entries. Holds a key at most, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntriesFault {
    /// A key that is not one of these.
    Unknown(String),
    /// A key that must be there.
    Missing(String),
    /// A value that is none of these.
    Value(Vec<String>),
    /// Anything else.
    Form,
}

impl From<RecordError> for Problem {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

pub(super) fn text(error: &RecordError) -> Text {
    match error {
        RecordError::NotSaved { why } => {
            let (ja, en) = (why.message(Lang::Ja), why.message(Lang::En));
            text! { "record-not-saved" NotSaved;
            [("検査には合格しましたが、記録を保存していません。{}", ja.what) ("The checks passed, but taimen did not save the record. {}", en.what)]
            [("{}", ja.todo) ("{}", en.todo)] }
        }
        RecordError::Unreal { hierarchy } => {
            let name = hierarchy.name();
            text! { "record-unreal" Usage;
            [("{}のカードの記録は、このデータベースに保存できません。何も追加していません。", name.ja)
             ("This database takes no record of a {} card. taimen added nothing.", name.en)]
            ["試すときは、taimen records init --test で作ったテスト用のデータベースを指定してください。"
             "To try it, name a test database, made with taimen records init --test."] }
        }
        RecordError::BadEntries { path, line, fault } => {
            let how = words! { "書き方は docs/records.md にあります。" "docs/records.md shows how they are written." };
            match fault {
                EntriesFault::Form => text! { "record-entries" Usage;
                ["{path} の{line}行目が、記録の入力として読めません。" "{path}, line {line}: these are not entries of a record."]
                how },
                EntriesFault::Unknown(key) => text! { "record-entries-key" Usage;
                ["{path} の{line}行目：「{key}」という項目は、ここにはありません。" "{path}, line {line}: '{key}' is not a key here."]
                how },
                EntriesFault::Missing(key) => text! { "record-entries-missing" Usage;
                ["{path} の{line}行目：「{key}」がありません。" "{path}, line {line}: '{key}' is missing."] how },
                EntriesFault::Value(taken) => text! { "record-entries-value" Usage;
                ["{path} の{line}行目：この項目に使えない値です。" "{path}, line {line}: this key does not take that value."]
                [("使える値：{}。{}", or_none(&taken.join(", "), "docs/records.md の表"), how.ja)
                 ("It takes: {}. {}", or_none(&taken.join(", "), "what docs/records.md lists"), how.en)] },
            }
        }
        RecordError::Entry { path, field, words: [what, todo] } => text! { "record-entry" Usage;
        [("{path}: {field}: {}。", what.ja) ("{path}: {field}: {}.", what.en)]
        [("{}", todo.ja) ("{}", todo.en)] },
        RecordError::NothingPresented => text! { "record-nothing-presented" Usage;
        ["読み取りも書類も指定されていません。" "There is neither a reading nor a document to record."]
        ["--dump で保存した読み取りを指定するか、--staff-file に document と presented_at（または relied_on）を書いてください。"
         "Name a saved reading with --dump, or write document and presented_at (or relied_on) into the --staff-file."] },
        RecordError::BadId { given } => text! { "record-id" Usage;
        ["「{given}」は、記録のIDではありません。" "'{given}' is not the id of a record."]
        ["taimen records list または find の ID の欄で確かめてください（左端の番号ではありません）。"
         "Look in the column ID of taimen records list or find, not at the number."] },
        RecordError::NotReadable { id } => text! { "record-not-readable" Usage;
        ["{id} は、この版のtaimenが読む記録ではありません。" "This taimen does not read {id} as a record."]
        ["最初の記録のIDを指定してください。そうであれば、taimenを新しい版にしてください。" "Name the id of a first record. If it is one, update taimen."] },
        RecordError::NoRelation { id, open } => text! { "record-relation" Usage;
        [("記録 {id} に、その番号の続いている取引・契約がないか、複数あります（続いているもの：{}）。", or_none(open, "なし"))
         ("Record {id} has no such relation that goes on, or more than one (going on: {}).", or_none(open, "none"))]
        ["taimen records show で確かめ、--relation で番号を指定してください。" "Look with taimen records show, then name its number with --relation."] },
        RecordError::BadEnd => text! { "record-end-day" Usage;
        ["終了の日が、開始の日より前か、今日より後です。何も追加していません。"
         "The relation cannot have ended on that day: it is before the relation began, or after today. taimen added nothing."]
        ["終了した日を確かめてください。" "Check on which day it ended."] },
        RecordError::NotADay { option } => text! { "record-search-day" Usage;
        ["--{option} が日付として読めません。" "'--{option}' is not a day."]
        ["1980-02-17 か 昭和55年2月17日 のように書いてください。" "Write it like 1980-02-17 or S55-02-17."] },
        RecordError::NoPurpose => text! { "record-no-purpose" Usage;
        ["--with-photo に目的がありません。" "--with-photo has no purpose."]
        ["顔写真を残す目的を書いてください。" "Write what the photo is kept for."] },
        RecordError::EmptySearch => text! { "record-search" Usage;
        ["探すものが指定されていません。" "Nothing to look for was given."]
        ["--name、--birth-date、--document、--account、--phone のどれかに探すものを指定してください。- なら標準入力から一行を読みます。"
         "Give --name, --birth-date, --document, --account or --phone what to look for; - reads a line from standard input."] },
        RecordError::NothingFound => text! { "record-not-found" Usage;
        ["該当する記録はありません。" "No record was found."]
        ["表記を変えるか、taimen records list で日付から探してください。" "Try another spelling, or look by day with taimen records list."] },
        RecordError::BadRecipient => text! { "record-recipient" Usage;
        ["--to は、ageの公開鍵（age1…）ではありません。何も書き出していません。" "--to is not a public key of age (age1...). taimen exported nothing."]
        ["受け取る人の公開鍵を確かめてください。秘密鍵（AGE-SECRET-KEY-…）は渡さないでください。"
         "Ask the recipient for the public key; nobody else needs the secret one."] },
        RecordError::NotEncrypted => text! { "record-not-encrypted" Usage;
        ["暗号化できないため、書き出していません。" "taimen could not encrypt the export, so it wrote nothing."]
        ["やり直しても続くときは、この端末の管理者に相談してください。" "If it goes on, ask the administrator of this machine."] },
        RecordError::PhotoMissing => text! { "record-no-photo" Usage;
        ["保存する顔写真がありません。" "There is no photo to keep."]
        ["--with-photo を外してください。" "Leave --with-photo out."] },
    }
}

fn or_none<'a>(text: &'a str, none: &'a str) -> &'a str {
    if text.is_empty() { none } else { text }
}
