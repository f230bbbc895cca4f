//! Messages about the command line itself.

use super::{ExitCode, Text};

/// What is wrong with the command line. Holds only what was written there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageError {
    /// An option or a word that the command does not take.
    Unknown {
        /// As it was written.
        given: String,
        /// What may have been meant.
        meant: Option<String>,
    },
    /// A command that does not exist.
    UnknownCommand {
        /// As it was written.
        given: String,
        /// What may have been meant.
        meant: Option<String>,
    },
    /// A command that needs another one behind it.
    NoCommand,
    /// A value that an option does not take.
    Value {
        /// The option with the name of its value.
        option: String,
        /// As it was written.
        given: String,
        /// What it takes, if these can be listed.
        possible: Vec<String>,
    },
    /// An option without its value.
    NoValue {
        /// The option with the name of its value.
        option: String,
    },
    /// Something that must be there.
    Missing {
        /// Options and values.
        what: Vec<String>,
    },
    /// Two things that exclude each other, or one that was given twice.
    Conflict {
        /// The one.
        option: String,
        /// The others.
        with: Vec<String>,
    },
    /// More or fewer values than an option takes.
    Number {
        /// The option with the name of its value.
        option: String,
    },
    /// Bytes that are not text, where text is needed.
    NotText,
}

/// `command` is what `--help` is asked of, such as `taimen check`.
pub(super) fn text(command: &str, error: &UsageError) -> Text {
    let (ja, en) =
        (format!("使い方は {command} --help で表示できます。"), format!("{command} --help shows how it is used."));
    let listed = |ja_lead: &str, en_lead: &str, all: &[String]| {
        let all = all.join(", ");
        match all.is_empty() {
            true => (ja.clone(), en.clone()),
            false => (format!("{ja_lead}：{all}。{ja}"), format!("{en_lead}: {all}. {en}")),
        }
    };
    let meant = |meant: &Option<String>| listed("似た名前", "A similar name", meant.as_slice());
    let (id, what, todo) = match error {
        UsageError::Unknown { given, meant: near } => (
            "usage-unknown",
            (format!("「{given}」という指定はありません。"), format!("{command} does not take '{given}'.")),
            meant(near),
        ),
        UsageError::UnknownCommand { given, meant: near } => (
            "usage-unknown-command",
            (format!("「{given}」というコマンドはありません。"), format!("There is no command '{given}'.")),
            meant(near),
        ),
        UsageError::NoCommand => (
            "usage-no-command",
            (format!("{command} の後にコマンドが必要です。"), format!("{command} needs a command behind it.")),
            (ja, en),
        ),
        UsageError::Value { option, given, possible } => (
            "usage-value",
            (format!("{option} に「{given}」は指定できません。"), format!("{option} does not take '{given}'.")),
            listed("指定できるもの", "It takes", possible),
        ),
        UsageError::NoValue { option } => {
            ("usage-no-value", (format!("{option} に値がありません。"), format!("{option} has no value.")), (ja, en))
        }
        UsageError::Missing { what } => (
            "usage-missing",
            (format!("必要な指定がありません：{}。", what.join(" ")), format!("This is missing: {}.", what.join(" "))),
            (ja, en),
        ),
        UsageError::Conflict { option, with } if with.is_empty() || with.contains(option) => (
            "usage-conflict",
            (format!("{option} が2回以上指定されています。"), format!("{option} was given more than once.")),
            (ja, en),
        ),
        UsageError::Conflict { option, with } => (
            "usage-conflict",
            (
                format!("{option} と {} は同時に指定できません。", with.join(" ")),
                format!("{option} and {} exclude each other.", with.join(" ")),
            ),
            (ja, en),
        ),
        UsageError::Number { option } => (
            "usage-number",
            (format!("{option} の値の数が違います。"), format!("{option} has a wrong number of values.")),
            (ja, en),
        ),
        UsageError::NotText => (
            "usage-not-text",
            ("UTF-8ではない文字が含まれています。".to_owned(), "A word of the command line is not UTF-8.".to_owned()),
            (
                format!("そのような名前の記録は --reader replay:- < ファイル のように標準入力で渡してください。{ja}"),
                format!("Give a recording with such a name on standard input: --reader replay:- < FILE. {en}"),
            ),
        ),
    };
    Text::new(id, ExitCode::Usage, (what.0, todo.0), (what.1, todo.1))
}
