//! Messages about the application form.

use crate::{
    compare::{FormError, FormFault},
    lang::words,
};

use super::Text;

pub(super) fn text(path: &str, line: Option<u64>, error: FormFault) -> Text {
    let path = if path == "-" {
        words! { "標準入力" "Standard input" }
    } else {
        words! { "{path} " "{path}" }
    };
    let (ja, en) = (path.ja, path.en);
    let place = match line {
        Some(line) => words! { "{ja}の{line}行目" "{en}, line {line}" },
        None => words! { "{ja}" "{en}" },
    };
    let (ja, en) = (place.ja, place.en);
    match error {
        FormFault::TooLarge => text! { "form-too-large" Usage;
        ["{ja}は、申込書の記載としては大きすぎます。比べていません。" "{en} is too large for a form. taimen compared nothing."]
        ["氏名・住所などだけのJSONを指定してください。書き方は docs/compare.md にあります。"
         "Give JSON with name, address and the like alone. docs/compare.md describes it."] },
        FormFault::Malformed { line: row, column } => {
            let at = match line {
                Some(_) => words! { "{column}文字目" "column {column}" },
                None => words! { "{row}行{column}列目" "line {row}, column {column}" },
            };
            if line.is_some() {
                return text! { "form-malformed" Usage;
                [("{ja}（{}）が、chip と form の組のJSONとして読めません。", at.ja)
                 ("{en}, {}: this is not a pair of chip and form in JSON.", at.en)]
                ["1行に {{\"chip\":{{…}},\"form\":{{…}}}} を一つずつ書いてください。書き方は docs/compare.md にあります。"
                 "Write {{\"chip\":{{...}},\"form\":{{...}}}} on each line. docs/compare.md describes it."] };
            }
            text! { "form-malformed" Usage;
            [("{}（{}）が、申込書のJSONとして読めません。比べていません。", ja.trim_end(), at.ja)
             ("{en}, {}: this is not a form in JSON. taimen compared nothing.", at.en)]
            ["使える項目は name, kana, address, birth_date, sex で、値はすべて文字列です。書き方は docs/compare.md にあります。"
             "The keys are name, kana, address, birth_date and sex, every value a text. docs/compare.md describes it."] }
        }
        FormFault::Value(FormError { field, problem }) => text! { "form-value" Usage;
        [("{ja}の「{}」（{field}）は、{}。比べていません。", field.title().ja, problem.text().ja)
         ("{en}: {field} cannot be compared: {}. taimen compared nothing.", problem.text().en)]
        ["申込書の値を確かめてください。記入のない項目は、書かずに省いてください。日付は 1980-02-17 か 昭和55年2月17日 のように書きます。"
         "Check the value. Leave out a field that was not filled in. Write days like 1980-02-17 or S55-02-17."] },
        FormFault::Empty => text! { "form-empty" Usage;
        ["{ja}に、比べる項目が一つもありません。" "{en} has no field to compare."]
        ["name, kana, address, birth_date, sex のうち、一つ以上を書いてください。" "Write at least one of name, kana, address, birth_date and sex."] },
    }
}

/// A field of the form as staff entered it.
pub(super) fn field(FormError { field, problem }: FormError) -> Text {
    text! { "form-field" Usage;
    [("申込書の「{}」は、{}。この欄は比べていません。", field.title().ja, problem.text().ja)
     ("The form's {}: {}. taimen did not compare this field.", field.title().en, problem.text().en)]
    ["申込書のとおりに入力し直してください。記入のない欄は空けておきます。日付は 1980-02-17 か 昭和55年2月17日 のように書きます。"
     "Enter what the form says. Leave empty what was not filled in. Write days like 1980-02-17 or S55-02-17."] }
}
