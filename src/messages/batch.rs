//! Messages about the inputs of a batch.

use super::{Problem, Text};

pub(super) fn text(problem: &Problem) -> Text {
    match problem {
        Problem::NotAnInput { path } => text! { "not-an-input" Usage;
        ["{path} は、通信の記録でも保存された読み取りでもありません。" "{path} is neither a recording nor a saved reading."]
        ["taimen check の --record か --save-dump で作ったファイルを指定してください。"
         "Name a file that taimen check has written with --record or --save-dump."] },
        Problem::InputTooLarge { path } => text! { "input-too-large" Usage;
        ["{path} は大きすぎるため、読んでいません。" "{path} is too large, so taimen did not read it."]
        ["どのカードの記録もこの大きさにはなりません。別のファイルでないか確かめてください。"
         "No card makes a recording of that size. Check whether it is another kind of file."] },
        Problem::NotAFile { path } => text! { "not-a-file" Usage;
        ["{path} は普通のファイルではないため、読んでいません。" "{path} is not a regular file, so taimen did not read it."]
        ["装置・パイプ・ソケットは読みません。標準入力は - で指定し、1行に1件（パスかJSON）を渡してください。"
         "taimen does not read devices, pipes or sockets. For standard input, give - and one path or JSON object on each line."] },
        Problem::FolderLoop { path } => text! { "folder-loop" Usage;
        ["{path} は、自分自身を含むか、深すぎるフォルダーのため、中を見ていません。" "{path} contains itself or is nested too deeply. taimen did not look into it."]
        ["シンボリックリンクがフォルダーの親を指していないか確かめてください。" "Check whether a symbolic link leads back to a folder above it."] },
        Problem::ListLine { line } => text! { "list-line" Usage;
        ["標準入力の一覧の{line}行目が読めません。" "Line {line} of the list on standard input cannot be read."]
        ["1行に、パスを1つ、または input・dump・recording を持つJSONを1つ書きます。docs/batch.md に説明があります。"
         "A line is one path, or one JSON object with input, dump or recording. docs/batch.md describes it."] },
        Problem::Expectation { path, place: Some((line, column)) } => text! { "expectation-malformed" Usage;
        ["期待ファイル {path} の{line}行{column}列目が、JSONとして読めません。この入力は判定していません。"
         "The expectation {path} is not JSON (line {line}, column {column}). taimen did not judge its input."]
        ["期待ファイルの書き方は docs/batch.md にあります。" "docs/batch.md describes expectations."] },
        Problem::Expectation { path, place: None } => text! { "expectation-empty" Usage;
        ["期待ファイル {path} は、何も定めていないか、大きすぎます。この入力は判定していません。"
         "The expectation {path} asserts nothing, or is too large. taimen did not judge its input."]
        ["exit や overall のように、値のある項目を一つ以上書いてください。書き方は docs/batch.md にあります。"
         "Write at least one member with a value, such as exit or overall. docs/batch.md describes expectations."] },
        Problem::ExpectationUnused { path } => text! { "expectation-unused" Usage;
        ["期待ファイル {path} に当たる入力がありません。" "No input matches the expectation {path}."]
        ["入力が足りないか、名前が違わないか確かめてください。不要な期待ファイルは --expect のフォルダーから除いてください。"
         "Check whether an input is missing or has another name. Remove expectations that you do not need from the folder."] },
        Problem::NoInputs => text! { "no-inputs" Usage;
        ["調べるファイルが一つもありませんでした。" "There is nothing to judge."]
        ["フォルダーの中では、名前が .apdu と .json で終わるファイルだけを調べます（.expect.json を除く）。"
         "In folders, taimen looks only at files whose names end in .apdu or .json, except .expect.json."] },
        _ => super::files::internal("messages"),
    }
}
