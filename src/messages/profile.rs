//! Messages about law profiles.

use crate::{
    lang::{Words, words},
    profile::{MAX_LENGTH, ProfileError, RowName},
};

use super::{Problem, Text};

pub(super) fn text(problem: &Problem) -> Text {
    match problem {
        Problem::Profile { path, error } => file(path, error),
        Problem::UnknownProfile { given } => text! { "unknown-profile" Usage;
        ["「{given}」という名前のプロファイルも法令もありません。" "There is no profile or law named '{given}'."]
        ["taimen profiles list で名前を確かめてください。" "taimen profiles list shows the names."] },
        Problem::NoProfile { law, day } => text! { "no-profile" Usage;
        ["{day} の取引に当たる {law} のプロファイルはありません。" "No profile of {law} covers a transaction of {day}."]
        ["日付を確かめるか、その期間のプロファイルを --profile で指定してください。" "Check the day, or name a profile for it with --profile."] },
        _ => super::files::internal("messages"),
    }
}

/// A row in both languages.
fn name(row: &RowName) -> Words {
    let RowName { table, id } = row;
    if table.is_empty() {
        words! { "先頭部分" "the head of the file" }
    } else {
        words! { "[[{table}]] の「{id}」" "{table} '{id}'" }
    }
}

/// A key that is empty, unknown, missing or wrong: its row, its line, its name.
macro_rules! of_row {
    ($id:literal $path:ident $row:ident ($($extra:ident),*); [$ja:literal $en:literal] $todo:tt) => {{
        let Words { ja, en } = name($row);
        text! { $id Usage; (Words { ja: format!(concat!("{}: {}", $ja), $path, ja $(, $extra = $extra)*),
                                    en: format!(concat!("{}: {}", $en), $path, en $(, $extra = $extra)*) }) $todo }
    }};
}

fn file(path: &str, error: &ProfileError) -> Text {
    let form = words! { "書き方は docs/profiles.md にあります。" "docs/profiles.md shows how it is written." };
    match error {
        ProfileError::TooLarge => text! { "profile-too-large" Usage;
        [("{path} は、プロファイルとしては大きすぎます（最大{}キロバイト）。", MAX_LENGTH / 1024)
         ("{path} is too large for a profile (at most {} kB).", MAX_LENGTH / 1024)]
        ["プロファイルのファイルかどうか確かめてください。" "See whether it is the file that you mean."] },
        ProfileError::NotText => text! { "profile-not-text" Usage;
        ["{path} は、UTF-8のテキストではありません。" "{path} is not UTF-8 text."]
        ["文字コードをUTF-8にして保存し直してください。" "Save it as UTF-8."] },
        ProfileError::Syntax { line } => text! { "profile-syntax" Usage;
        ["{path} の{line}行目が、TOMLとして読めません。" "{path}, line {line}: this is not TOML."]
        ["引用符や括弧の閉じ忘れ、同じ項目の重なりがないか、その行を確かめてください。"
         "Look for an open quote or bracket, or a key that appears twice."] },
        ProfileError::OtherSchema => text! { "profile-other-schema" Usage;
        ["{path} は、この版のtaimenが読むプロファイルではありません。" "{path} is not a profile that this taimen reads."]
        ["先頭に schema = \"taimen.profile/1\" があるか確かめてください。" "See whether it begins with schema = \"taimen.profile/1\"."] },
        ProfileError::UnknownKey { row, line, key } => of_row! { "profile-unknown-key" path row (line, key);
        ["の {key}（{line}行目）は、この形式にない項目です。" ", line {line}: '{key}' is not a key of this format."] form },
        ProfileError::MissingKey { row, line, key } => of_row! { "profile-missing-key" path row (line, key);
        ["（{line}行目）に、項目 {key} がありません。" ", line {line}: the key '{key}' is missing."] form },
        ProfileError::Value { row, line, given } => of_row! { "profile-value" path row (line, given);
        ["（{line}行目）の値 {given} は、この項目では使えません。" ", line {line}: {given} is not a valid value."] form },
        ProfileError::Empty { row, key } => of_row! { "profile-empty" path row (key);
        ["の {key} が空です。" ": '{key}' is empty."]
        ["値を書いてください。文章は日本語と英語の両方が要ります。" "Give it a value; a text is needed in Japanese and in English."] },
        ProfileError::SameId { row } => of_row! { "profile-same-id" path row ();
        ["が二つあります。" " appears twice."]
        ["どちらかの id を変えてください。" "Change the id of one of them."] },
        ProfileError::NoSource { row } => of_row! { "profile-no-source" path row ();
        ["に、根拠（source）がありません。" " names no source."]
        ["source に、[[source]] の id を一つ以上書いてください。" "Name at least one id of a [[source]] in 'source'."] },
        ProfileError::NoSuchRow { row, key, name: missing } => of_row! { "profile-no-such-row" path row (key, missing);
        ["の {key} にある「{missing}」は、このファイルにありません。" ": '{key}' names '{missing}', which is not in the file."]
        ["id のつづりを確かめるか、その行を加えてください。" "Check the spelling of the id, or add that row."] },
        ProfileError::SameKind { row, kind } => of_row! { "profile-same-kind" path row (kind);
        ["のほかにも、カードの種類「{kind}」の書類があります。" ": another document has the kind '{kind}' too."]
        ["一つの種類は、一つの書類だけに書いてください。" "Name a kind in one document only."] },
        ProfileError::NotRead { row } => of_row! { "profile-not-read" path row ();
        ["は条文を確認したもの（T）とされていますが、根拠に、読んだ条文がありません。"
         " is said to rest on the law's text (T), but none of its sources is a text that was read."]
        ["confidence を下げて unverified = true とするか、読んだ条文を source に加えてください。"
         "Lower its confidence and mark it with unverified = true, or add the text that was read as a source."] },
        ProfileError::Unmarked { row } => of_row! { "profile-unmarked" path row ();
        ["は条文を確認していないのに、未確認の印がありません。" " rests on a text that was not read, but is not marked as unverified."]
        ["unverified = true を加えてください。" "Add unverified = true."] },
        ProfileError::Marked { row } => of_row! { "profile-marked" path row ();
        ["は条文を確認したもの（T）とされていますが、未確認の印があります。" " is said to rest on the law's text (T), but is marked as unverified."]
        ["unverified を外すか、confidence を下げてください。" "Remove 'unverified', or lower its confidence."] },
        ProfileError::Dates => text! { "profile-dates" Usage;
        ["{path}: valid_until が valid_from より前です。" "{path}: 'valid_until' is before 'valid_from'."]
        ["二つの日付を確かめてください。" "Check both days."] },
        ProfileError::Years { row } => of_row! { "profile-years" path row ();
        ["の保存期間が0年です。" ": it is kept for 0 years."]
        ["法令の年数を years に書いてください。" "Write the law's number of years as 'years'."] },
        ProfileError::NoItem { item } => text! { "profile-no-item" Usage;
        ["{path}: 記録事項の第{item}号がありません。" "{path}: no field is item {item} of the record."]
        ["item = {item} の [[field]] を加えてください。" "Add a [[field]] with item = {item}."] },
        ProfileError::SameItem { row, item } => of_row! { "profile-same-item" path row (item);
        ["のほかにも、第{item}号の記録事項があります。" ": another field is item {item} too."]
        ["一つの号は、一つの [[field]] だけに書いてください。" "Give an item to one [[field]] only."] },
        ProfileError::NotAnItem { row, item } => of_row! { "profile-not-an-item" path row (item);
        ["の第{item}号は、先頭の items の数を超えています。" ": item {item} is beyond the number of items at the head of the file."]
        ["item か items を直してください。" "Correct 'item' or 'items'."] },
        ProfileError::NoWayOut { document, case } => text! { "profile-no-way-out" Usage;
        [("{path}: 「{document}」が「{}」のときの [[fallback]] がありません。", case.words().ja)
         ("{path}: no [[fallback]] for '{document}' if {}.", case.words().en)]
        ["どの書類でも、どの場合でも、担当者が次にすることを少なくとも一つ書いてください（cases: {case}）。"
         "Write at least one thing that staff can do next for every document and case (cases: {case})."] },
        ProfileError::Overlap { first, second } => text! { "profile-overlap" Usage;
        ["{path}: {first} と {second} の期間が重なります。" "{path}: {first} and {second} cover the same days."]
        ["同じ法令のプロファイルの期間は、重ならないようにしてください。付属のものを置き換えるときは、同じ id を使います。"
         "Profiles of one law may not overlap. To replace one that ships, use its id."] },
        ProfileError::Gap { first, second } => text! { "profile-gap" Usage;
        ["{path}: {first} と {second} の間に、どちらにも当たらない日があります。" "{path}: between {first} and {second} there are days that neither covers."]
        ["valid_from と valid_until を、間があかないように直してください。" "Correct 'valid_from' and 'valid_until' so that no day is left out."] },
    }
}
