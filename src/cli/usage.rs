//! A wrong command line, in our own words: the messages of the parser exist in English alone.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::{
    ArgMatches, Command, Error,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

#[cfg(feature = "records")]
use crate::messages::RecordError;
use crate::{
    lang::{Bilingual, Words},
    messages::{Problem, UsageError},
};

use super::{args::name, basis};

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
        ErrorKind::ValueValidation if option().starts_with("--at ") => {
            return Problem::BadTime { recorded: option().contains(basis::RECORDED) };
        }
        #[cfg(feature = "records")]
        ErrorKind::ValueValidation if option().starts_with("--with-photo ") => return RecordError::NoPurpose.into(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let possible = possible(&option(), &of(ContextKind::ValidValue));
            UsageError::Value { option: option(), given: given(), possible }
        }
        ErrorKind::MissingRequiredArgument => UsageError::Missing { what: of(ContextKind::InvalidArg) },
        ErrorKind::ArgumentConflict => UsageError::Conflict { option: option(), with: of(ContextKind::PriorArg) },
        ErrorKind::InvalidUtf8 => UsageError::NotText,
        _ => UsageError::Number { option: option() },
    };
    Problem::Usage { command: command(all, words), error: usage }
}

/// What the parser cannot refuse, because to it a value of the environment is one of the command line.
pub fn refused(matches: &ArgMatches) -> Result<(), Problem> {
    let (mut matches, mut command) = (matches, "taimen".to_owned());
    while let Some((name, below)) = matches.subcommand() {
        command = format!("{command} {name}");
        matches = below;
    }
    let written = |option| {
        matches!(matches.try_contains_id(option), Ok(true))
            && matches.value_source(option) == Some(ValueSource::CommandLine)
    };
    let option = |name: &str| format!("--{name}");
    let text = |option| matches.try_get_one::<String>(option).ok().flatten().map(String::as_str);
    let error = if let Some(with) = beside_form(matches) {
        UsageError::Conflict { option: format!("--{} -", name::FORM), with: vec![with] }
    } else if written(name::AGE_OVER) && text(name::REQUEST) != Some("age") {
        UsageError::Conflict { option: option(name::AGE_OVER), with: vec!["--request identity".to_owned()] }
    } else if written(name::KEY) && written(name::KEYRING) {
        UsageError::Conflict { option: option(name::KEY), with: vec![option(name::KEYRING)] }
    } else if written(name::KEY) && matches!(matches.try_contains_id(name::RECORDS), Ok(false)) && !written(name::PROOF)
    {
        UsageError::Missing { what: vec![format!("--{} <URL>", name::RECORDS)] }
    } else {
        return Ok(());
    };
    Err(Problem::Usage { command, error })
}

/// What else is to come from standard input, if the form is.
fn beside_form(matches: &ArgMatches) -> Option<String> {
    let standard =
        |option| matches.try_get_one::<PathBuf>(option).ok().flatten().is_some_and(|path| path == Path::new("-"));
    let other = [name::CREDENTIALS, name::FILE].into_iter().find(|other| standard(other))?;
    let with = if other == name::FILE { "FILE -".to_owned() } else { format!("--{other} -") };
    standard(name::FORM).then_some(with)
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
fn possible(option: &str, listed: &[String]) -> Option<Words> {
    let both = |rule| Bilingual::new(rule, rule);
    let rule = match option.split(' ').next()?.trim_start_matches("--") {
        _ if !listed.is_empty() => {
            let all = listed.join(", ");
            return Some(Words { ja: all.clone(), en: all });
        }
        name::DATE | name::SINCE | name::UNTIL => both("YYYY-MM-DD"),
        name::AGE_OVER => both("1 - 99"),
        name::CUSTOMER_ADDRESS => both("IP:PORT"),
        name::JOBS => both("1 - 256"),
        name::LIMIT => both("1 - 1000"),
        name::PORT => both("0 - 65535"),
        name::SEED => both("0 - 18446744073709551615"),
        name::VPCD => Bilingual::new("HOST:PORT（ポートは 1 - 65535）", "HOST:PORT, port 1 - 65535"),
        name::WAIT => both("0 - 86400"),
        name::PIN => Bilingual::new("0〜9とa〜fの64文字", "64 characters 0-9 and a-f"),
        name::SEALED_BY => Bilingual::new(
            "0〜9とa〜fの64文字（taimen seal-key が表示する指紋）",
            "64 characters 0-9 and a-f (as taimen seal-key prints them)",
        ),
        _ => return None,
    };
    Some(rule.into())
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
