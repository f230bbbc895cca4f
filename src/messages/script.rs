//! Messages about scripts of simulated readers.

use crate::simulator::{
    RecipeError,
    script::{MAX_READERS, MAX_RUNS, MAX_SCRIPT, MAX_STEPS, MAX_WAIT, ScriptError, StepError},
};

use crate::lang::{Bilingual, Words, words};

use super::Text;

/// What is wrong with a line, and what to write instead.
pub(super) fn text(path: &str, error: &ScriptError) -> Text {
    let fix = Bilingual::new("書き方は docs/simulator.md にあります。", "docs/simulator.md describes scripts.");
    let line = error.line;
    let [Words { ja, en }, todo] = match &error.error {
        StepError::TooLong => halves! {
        ["{MAX_SCRIPT}バイトを超えるスクリプトです。" "the script has more than {MAX_SCRIPT} bytes."]
        ["短く分けてください。" "Split it into several scripts."] },
        StepError::TooMany => halves! {
        ["命令が{MAX_STEPS}個を超えています。" "there are more than {MAX_STEPS} instructions."]
        ["繰返しには repeat を使ってください。" "Use repeat for what comes again."] },
        StepError::Form => halves! {
        ["insert、wait、remove、repeat のいずれの命令でもありません。" "this is not insert, wait, remove or repeat."] fix },
        StepError::Reader => {
            halves! { ["リーダーの番号は1から{MAX_READERS}までです。" "readers have the numbers 1 to {MAX_READERS}."] fix }
        }
        StepError::Wait => halves! {
        ["wait には 2、2s、1500ms のような時間が必要です。" "wait needs a time, such as 2, 2s or 1500ms."]
        [("{}秒までの時間を書いてください。", MAX_WAIT.as_secs()) ("Write a time of at most {} seconds.", MAX_WAIT.as_secs())] },
        StepError::Runs => {
            halves! { ["繰返しの回数は1から{MAX_RUNS}までです。" "a script can run 1 to {MAX_RUNS} times."] fix }
        }
        StepError::Card { name, error } => {
            let what = match error {
                RecipeError::Kind => {
                    words! { "「{name}」という模擬カードはありません。" "there is no simulated card named '{name}'." }
                }
                RecipeError::Fault(_) => words! { "「{name}」の異常（fault=）は、この種類の模擬カードにはありません。"
                "'{name}' names a fault that this kind of simulated card does not have." },
                RecipeError::Option => words! { "「{name}」には、fault= と seed= のほかは指定できません。"
                "'{name}' has an option that is neither fault= nor seed=." },
                RecipeError::Seed(_) => words! { "「{name}」の seed= は、0以上の整数ではないか、大きすぎます。"
                "the seed of '{name}' is not a whole number, or is too large." },
            };
            halves! { what ["使える名前は docs/simulator.md の表にあります。" "The tables in docs/simulator.md list the names."] }
        }
        StepError::Occupied(reader) => halves! {
        ["リーダー{reader}にはすでにカードがあります。" "reader {reader} has a card already."]
        ["先に remove で離してください。" "Remove that one before this line."] },
        StepError::Empty(reader) => halves! {
        ["リーダー{reader}にはカードがありません。" "reader {reader} has no card."]
        ["先に insert で置いてください。" "Insert one before this line."] },
        StepError::AfterRepeat => halves! {
        ["repeat の後に命令があります。" "nothing can follow repeat."]
        ["repeat は最後の一行だけです。" "Make repeat the last line."] },
        StepError::RepeatWithoutWait => halves! {
        ["wait のないスクリプトは繰り返せません。" "a script without any wait cannot be repeated."]
        ["wait の行を加えてください。" "Add a line with wait."] },
    };
    text! { "script" Usage; ["{path} の{line}行目：{ja}" "{path}, line {line}: {en}"] todo }
}
