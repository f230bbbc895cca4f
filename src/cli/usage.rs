//! A wrong command line, in our own words: the messages of the parser exist in English alone.

use std::ffi::OsString;

use clap::{
    Command, Error,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::messages::{Problem, UsageError};

/// What the parser found in some words.
pub fn problem(error: &Error, all: &Command, words: &[OsString]) -> Problem {
    let of = |kind| strings(error.get(kind));
    let first = |kind| of(kind).into_iter().next();
    let option = || first(ContextKind::InvalidArg).unwrap_or_default();
    let given = || first(ContextKind::InvalidValue).unwrap_or_default();
    let usage = match error.kind() {
        ErrorKind::UnknownArgument => UsageError::Unknown { given: option(), meant: first(ContextKind::SuggestedArg) },
        ErrorKind::InvalidSubcommand => UsageError::UnknownCommand {
            given: first(ContextKind::InvalidSubcommand).unwrap_or_default(),
            meant: first(ContextKind::SuggestedSubcommand),
        },
        ErrorKind::MissingSubcommand => UsageError::NoCommand,
        ErrorKind::InvalidValue if given().is_empty() => UsageError::NoValue { option: option() },
        ErrorKind::ValueValidation if option().starts_with("--at ") => return Problem::BadTime,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let possible = possible(&option(), of(ContextKind::ValidValue));
            UsageError::Value { option: option(), given: given(), possible }
        }
        ErrorKind::MissingRequiredArgument => UsageError::Missing { what: of(ContextKind::InvalidArg) },
        ErrorKind::ArgumentConflict => UsageError::Conflict { option: option(), with: of(ContextKind::PriorArg) },
        ErrorKind::InvalidUtf8 => UsageError::NotText,
        _ => UsageError::Number { option: option() },
    };
    Problem::Usage { command: command(all, words), error: usage }
}

fn strings(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::String(one)) => vec![plain(one)],
        Some(ContextValue::Strings(all)) => all.iter().map(|one| plain(one)).collect(),
        _ => Vec::new(),
    }
}

/// An option or value as its help names it, without the marks of what may be left out or repeated.
fn plain(name: &str) -> String {
    let name = name.trim_end_matches("...");
    name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).to_owned()
}

/// What a value has to be, if the parser has a list, or a rule of its own.
fn possible(option: &str, listed: Vec<String>) -> Vec<String> {
    let rule = match option.split(' ').next() {
        _ if !listed.is_empty() => return listed,
        Some("--date") => "YYYY-MM-DD",
        Some("--jobs") => "1 - 256",
        Some("--wait") => "0 - 86400",
        Some("--sealed-by") => "64 x 0-9 a-f (taimen seal-key)",
        _ => return Vec::new(),
    };
    vec![rule.to_owned()]
}

/// The command that the words name, for its help.
fn command(all: &Command, words: &[OsString]) -> String {
    let mut command = all;
    let mut name = all.get_name().to_owned();
    for word in words.iter().skip(1).filter_map(|word| word.to_str()) {
        let Some(next) = command.find_subcommand(word) else { continue };
        command = next;
        name = format!("{name} {word}");
    }
    name
}
