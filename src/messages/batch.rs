//! Messages about the inputs of a batch.

use super::{ExitCode, Problem, Text};

pub(super) fn text(problem: &Problem) -> Text {
    let usage = ExitCode::Usage;
    match problem {
        Problem::NotAnInput { path } => Text::new(
            "not-an-input",
            usage,
            (
                format!("{path} は、通信の記録でも保存された読み取りでもありません。"),
                "taimen check の --record か --save-dump で作ったファイルを指定してください。",
            ),
            (
                format!("{path} is neither a recording nor a saved reading."),
                "Name a file that taimen check has written with --record or --save-dump.",
            ),
        ),
        Problem::InputTooLarge { path } => Text::new(
            "input-too-large",
            usage,
            (
                format!("{path} は大きすぎるため、読んでいません。"),
                "どのカードの記録もこの大きさにはなりません。別のファイルでないか確かめてください。",
            ),
            (
                format!("{path} is too large and was not read."),
                "No card makes a recording of that size. See whether it is another kind of file.",
            ),
        ),
        Problem::NotAFile { path } => Text::new(
            "not-a-file",
            usage,
            (
                format!("{path} は普通のファイルではないため、読んでいません。"),
                "装置・パイプ・ソケットは読みません。標準入力は - で指定し、1行に1件（パスかJSON）を渡してください。",
            ),
            (
                format!("{path} is not a regular file and was not read."),
                "Devices, pipes and sockets are not read. For standard input give -, with one path or JSON object a line.",
            ),
        ),
        Problem::FolderLoop { path } => Text::new(
            "folder-loop",
            usage,
            (
                format!("{path} は、自分自身を含むか、深すぎるフォルダーのため、中を見ていません。"),
                "シンボリックリンクがフォルダーの親を指していないか確かめてください。",
            ),
            (
                format!("{path} contains itself or lies too deep, and was not looked into."),
                "See whether a symbolic link leads back to a folder above it.",
            ),
        ),
        Problem::ListLine { line } => Text::new(
            "list-line",
            usage,
            (
                format!("標準入力の一覧の{line}行目が読めません。"),
                "1行に、パスを1つ、または input・dump・recording を持つJSONを1つ書きます。docs/batch.md に説明があります。",
            ),
            (
                format!("Line {line} of the list on standard input cannot be read."),
                "A line is one path, or one JSON object with input, dump or recording. docs/batch.md describes it.",
            ),
        ),
        Problem::Expectation { path, place: Some((line, column)) } => Text::new(
            "expectation-malformed",
            usage,
            (
                format!(
                    "期待ファイル {path} の{line}行{column}列目が、JSONとして読めません。この入力は判定していません。"
                ),
                "期待ファイルの書き方は docs/batch.md にあります。",
            ),
            (
                format!("The expectation {path}, line {line}, column {column}, is not JSON. Its input was not judged."),
                "docs/batch.md describes expectations.",
            ),
        ),
        Problem::Expectation { path, place: None } => Text::new(
            "expectation-empty",
            usage,
            (
                format!("期待ファイル {path} は、何も定めていないか、大きすぎます。この入力は判定していません。"),
                "exit や overall のように、値のある項目を一つ以上書いてください。書き方は docs/batch.md にあります。",
            ),
            (
                format!("The expectation {path} asserts nothing, or is too large. taimen did not judge its input."),
                "Write at least one member with a value, such as exit or overall. docs/batch.md describes expectations.",
            ),
        ),
        Problem::ExpectationUnused { path } => Text::new(
            "expectation-unused",
            usage,
            (
                format!("期待ファイル {path} に当たる入力がありません。"),
                "入力が足りないか、名前が違わないか確かめてください。不要な期待ファイルは --expect のフォルダーから除いてください。",
            ),
            (
                format!("No input has the expectation {path}."),
                "See whether an input is missing or has another name. Take expectations that you do not need out of the folder.",
            ),
        ),
        Problem::NoInputs => Text::new(
            "no-inputs",
            usage,
            (
                "調べるファイルが一つもありませんでした。",
                "フォルダーの中では、名前が .apdu と .json で終わるファイルだけを調べます（.expect.json を除く）。",
            ),
            (
                "There was nothing to look at.",
                "In folders, only files whose names end in .apdu or .json count, but for those in .expect.json.",
            ),
        ),
        _ => super::files::internal("messages/batch"),
    }
}
