//! Messages about the command line itself.

use crate::lang::{Bilingual, Words, words};

use super::Text;

/// What is wrong with the command line. Holds only what was written there: `option` with the name of its value, `given` as it
/// was written, `meant` what may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum UsageError {
    /// An option or a word that the command does not take.
    Unknown { given: String, meant: Option<String> },
    /// A command that does not exist.
    UnknownCommand { given: String, meant: Option<String> },
    /// A command that needs another one after it.
    NoCommand,
    /// A value that an option does not take, with those that it does, if these can be listed.
    Value { option: String, given: String, possible: Option<Words> },
    /// An option without its value.
    NoValue { option: String },
    /// Something that must be there.
    Missing { what: Vec<String> },
    /// Two things that exclude each other, or one that was given twice.
    Conflict { option: String, with: Vec<String> },
    /// More or fewer values than an option takes.
    Number { option: String },
    /// Bytes that are not text, if text is needed.
    NotText,
}

pub(super) fn text(command: &str, error: &UsageError) -> Text {
    let Words { ja, en } =
        words! { "使い方は {command} --help で表示できます。" "{command} --help shows how to use it." };
    let help = words! { "{ja}" "{en}" };
    let listed = |lead: Bilingual, all: Option<&Words>| match all {
        None => help.clone(),
        Some(all) => words! { ("{}：{}。{ja}", lead.ja, all.ja) ("{}: {}. {en}", lead.en, all.en) },
    };
    let near = |meant: &Option<String>| {
        let meant = meant.as_ref().map(|meant| words! { "{meant}" "{meant}" });
        listed(Bilingual::new("似た名前", "A similar name"), meant.as_ref())
    };
    match error {
        UsageError::Unknown { given, meant } => text! { "usage-unknown" Usage;
        ["「{given}」という指定はありません。" "{command} does not take '{given}'."] (near(meant)) },
        UsageError::UnknownCommand { given, meant } => text! { "usage-unknown-command" Usage;
        ["「{given}」というコマンドはありません。" "There is no command '{given}'."] (near(meant)) },
        UsageError::NoCommand => text! { "usage-no-command" Usage;
        ["{command} の後にコマンドが必要です。" "{command} needs a command after it."] help },
        UsageError::Value { option, given, possible } => text! { "usage-value" Usage;
        ["{option} に「{given}」は指定できません。" "{option} does not take '{given}'."]
        (listed(Bilingual::new("指定できるもの", "It takes"), possible.as_ref())) },
        UsageError::NoValue { option } => text! { "usage-no-value" Usage;
        ["{option} に値がありません。" "{option} has no value."] help },
        UsageError::Missing { what } => text! { "usage-missing" Usage;
        [("必要な指定がありません：{}。", what.join(" ")) ("This is missing: {}.", what.join(" "))] help },
        UsageError::Conflict { option, with } if with.is_empty() || with.contains(option) => {
            text! { "usage-conflict" Usage;
            ["{option} が2回以上指定されています。" "{option} was given more than once."] help }
        }
        UsageError::Conflict { option, with } => text! { "usage-conflict" Usage;
        [("{option} と {} は同時に指定できません。", with.join(" ")) ("{option} and {} cannot be used together.", with.join(" "))] help },
        UsageError::Number { option } => text! { "usage-number" Usage;
        ["{option} の値の数が違います。" "{option} has a wrong number of values."] help },
        UsageError::NotText => text! { "usage-not-text" Usage;
        ["UTF-8ではない文字が含まれています。" "An argument of the command line is not UTF-8."]
        ["そのような名前の記録は --reader replay:- < ファイル のように標準入力で渡してください。{ja}"
         "Give a recording with such a name on standard input: --reader replay:- < FILE. {en}"] },
    }
}
