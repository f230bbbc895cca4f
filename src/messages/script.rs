//! Messages about scripts of simulated readers.

use crate::simulator::{
    RecipeError,
    script::{MAX_READERS, MAX_RUNS, MAX_SCRIPT, MAX_STEPS, MAX_WAIT, ScriptError, StepError},
};

use super::{ExitCode, Text};

/// What is wrong with a line, and what to write instead, in Japanese and in English.
pub(super) fn text(path: &str, error: &ScriptError) -> Text {
    let line = error.line;
    let [ja, todo_ja] = ja(&error.error);
    let [en, todo_en] = en(&error.error);
    let (ja, en) = (format!("{path} の{line}行目：{ja}"), format!("{path}, line {line}: {en}"));
    Text::new("script", ExitCode::Usage, (ja, todo_ja), (en, todo_en))
}

fn ja(error: &StepError) -> [String; 2] {
    let fix = || "書き方は docs/simulator.md にあります。".to_owned();
    match error {
        StepError::TooLong => {
            [format!("{MAX_SCRIPT}バイトを超えるスクリプトです。"), "短く分けてください。".to_owned()]
        }
        StepError::TooMany => {
            [format!("命令が{MAX_STEPS}個を超えています。"), "繰返しには repeat を使ってください。".to_owned()]
        }
        StepError::Form => ["insert、wait、remove、repeat のいずれの命令でもありません。".to_owned(), fix()],
        StepError::Reader => [format!("リーダーの番号は1から{MAX_READERS}までです。"), fix()],
        StepError::Wait => [
            format!("待つ時間として読めません（最大{}秒）。", MAX_WAIT.as_secs()),
            "2、2s、1500ms のように書いてください。".to_owned(),
        ],
        StepError::Runs => [format!("繰返しの回数は1から{MAX_RUNS}までです。"), fix()],
        StepError::Card { name, error } => {
            let what = match error {
                RecipeError::Kind => "という模擬カードはありません。",
                RecipeError::Fault(_) => "の異常（fault=）は、この種類の模擬カードにはありません。",
                RecipeError::Option => "には、fault= と seed= のほかは指定できません。",
                RecipeError::Seed(_) => "の seed= は、0以上の整数ではないか、大きすぎます。",
            };
            [format!("「{name}」{what}"), "使える名前は docs/simulator.md の表にあります。".to_owned()]
        }
        StepError::Occupied(reader) => {
            [format!("リーダー{reader}にはすでにカードがあります。"), "先に remove で離してください。".to_owned()]
        }
        StepError::Empty(reader) => {
            [format!("リーダー{reader}にはカードがありません。"), "先に insert で置いてください。".to_owned()]
        }
        StepError::AfterRepeat => {
            ["repeat の後に命令があります。".to_owned(), "repeat は最後の一行だけです。".to_owned()]
        }
        StepError::RepeatWithoutWait => {
            ["wait のないスクリプトは繰り返せません。".to_owned(), "wait の行を加えてください。".to_owned()]
        }
    }
}

fn en(error: &StepError) -> [String; 2] {
    let fix = || "docs/simulator.md shows how it is written.".to_owned();
    match error {
        StepError::TooLong => {
            [format!("the script has more than {MAX_SCRIPT} bytes."), "Split it into several scripts.".to_owned()]
        }
        StepError::TooMany => {
            [format!("there are more than {MAX_STEPS} instructions."), "Use repeat for what comes again.".to_owned()]
        }
        StepError::Form => ["this is none of insert, wait, remove and repeat.".to_owned(), fix()],
        StepError::Reader => [format!("readers have the numbers 1 to {MAX_READERS}."), fix()],
        StepError::Wait => [
            format!("this is no time to wait (at most {} seconds).", MAX_WAIT.as_secs()),
            "Write for example 2, 2s or 1500ms.".to_owned(),
        ],
        StepError::Runs => [format!("a script is run 1 to {MAX_RUNS} times."), fix()],
        StepError::Card { name, error } => {
            let what = match error {
                RecipeError::Kind => format!("there is no simulated card named '{name}'."),
                RecipeError::Fault(_) => {
                    format!("'{name}' names a fault that this kind of simulated card does not have.")
                }
                RecipeError::Option => format!("'{name}' has an option that is neither fault= nor seed=."),
                RecipeError::Seed(_) => format!("the seed of '{name}' is no whole number, or too large."),
            };
            [what, "The tables in docs/simulator.md list the names.".to_owned()]
        }
        StepError::Occupied(reader) => {
            [format!("reader {reader} has a card already."), "Remove that one before this line.".to_owned()]
        }
        StepError::Empty(reader) => {
            [format!("reader {reader} has no card."), "Insert one before this line.".to_owned()]
        }
        StepError::AfterRepeat => ["nothing can follow repeat.".to_owned(), "Make repeat the last line.".to_owned()],
        StepError::RepeatWithoutWait => {
            ["a script without any wait cannot be repeated.".to_owned(), "Add a line with wait.".to_owned()]
        }
    }
}
