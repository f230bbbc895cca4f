//! The program: one file a command.

mod address;
mod args;
mod basis;
mod batch;
mod check;
mod compare;
#[cfg(feature = "counter")]
mod counter;
mod doctor;
mod explain;
mod files;
mod help;
mod identify;
mod memory;
mod offer;
mod output;
mod phone;
mod problem;
mod profiles;
mod profiles_show;
mod reader;
#[cfg(feature = "pcsc")]
mod readers;
mod reading;
mod recording;
#[cfg(feature = "records")]
mod records;
mod seal;
mod simulate;
mod terminal;
mod trust;
mod trust_check;
mod trust_list;
mod usage;
mod verify;

use std::ffi::OsString;

use clap::{ArgMatches, error::ErrorKind};

use crate::{
    lang::Lang,
    messages::{ExitCode as Exit, Problem},
};

#[cfg(feature = "counter")]
pub use counter::probe;

/// What holds for the whole run.
#[derive(Debug, Clone, Copy)]
struct Settings {
    lang: Lang,
    /// `--json`: a failure is an object too.
    json: bool,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The program's entry: reads the command line, runs the command, says what went wrong.
pub fn main() -> std::process::ExitCode {
    memory::close();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let lang = language(&arguments);
    let settings =
        Settings { lang, json: arguments.iter().take_while(|word| *word != "--").any(|word| word == "--json") };
    let matches = match args::command_for(lang, &arguments).try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return usage(&settings, &error, &arguments).into(),
    };
    run(&settings, &matches).unwrap_or_else(|problem| output::problem(&settings, &problem)).into()
}

fn run(settings: &Settings, matches: &ArgMatches) -> Result<Exit, Problem> {
    usage::refused(matches)?;
    files::distinct(matches)?;
    match matches.subcommand() {
        Some(("identify", matches)) => identify::run(settings, matches),
        Some(("check", matches)) => check::run(settings, matches),
        Some(("verify", matches)) => verify::run(settings, matches),
        Some(("compare", matches)) => compare::run(settings, matches),
        Some(("batch", matches)) => batch::run(settings, matches),
        #[cfg(feature = "pcsc")]
        Some(("readers", matches)) => readers::run(settings, matches),
        #[cfg(not(feature = "pcsc"))]
        Some(("readers", _)) => Err(Problem::NotBuilt { feature: "pcsc" }),
        Some(("doctor", matches)) => doctor::run(settings, matches),
        #[cfg(feature = "counter")]
        Some(("counter", matches)) => counter::run(settings, matches),
        #[cfg(not(feature = "counter"))]
        Some(("counter", _)) => Err(Problem::NotBuilt { feature: "counter" }),
        Some(("trust", matches)) => trust::run(settings, matches),
        Some(("profiles", matches)) => profiles::run(settings, matches),
        #[cfg(feature = "records")]
        Some(("records", matches)) => records::run(settings, matches),
        #[cfg(not(feature = "records"))]
        Some(("records", _)) => Err(Problem::NotBuilt { feature: "records" }),
        Some(("simulate", matches)) => simulate::run(settings, matches),
        Some(("recording", matches)) => recording::run(settings, matches),
        Some(("seal-key", matches)) => seal::run(settings, matches),
        Some(("explain", matches)) => explain::run(settings, matches),
        Some(("completions", matches)) => completions(settings, matches),
        Some(("man", _)) => man(settings),
        _ => Ok(Exit::Usage),
    }
}

fn completions(settings: &Settings, matches: &ArgMatches) -> Result<Exit, Problem> {
    if let Some(shell) = matches.get_one::<clap_complete::Shell>("shell") {
        let mut script = Vec::new();
        clap_complete::generate(*shell, &mut args::command(settings.lang), "taimen", &mut script);
        output::bytes(&script)?;
    }
    Ok(Exit::Authentic)
}

/// One page: the program, then each command's own page after it.
fn man(settings: &Settings) -> Result<Exit, Problem> {
    let mut command = args::command(settings.lang);
    command.build();
    let mut page = Vec::new();
    let render = |command: clap::Command, page: &mut Vec<u8>| {
        clap_mangen::Man::new(command)
            .render(page)
            .map_err(|error| problem::unwritable(std::path::Path::new("-"), &error))
    };
    render(command.clone(), &mut page)?;
    for sub in command.get_subcommands() {
        render(sub.clone(), &mut page)?;
        for below in sub.get_subcommands() {
            render(below.clone(), &mut page)?;
        }
    }
    output::bytes(&page)?;
    Ok(Exit::Authentic)
}

/// `--help` and `--version`, or a wrong command line.
fn usage(settings: &Settings, error: &clap::Error, words: &[OsString]) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            Exit::Authentic
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Exit::Usage
        }
        _ => output::problem(settings, &usage::problem(error, &args::command(settings.lang), words)),
    }
}

/// The language before the command line is read, because help is in it too: `--lang`, `TAIMEN_LANG`, then the locale.
fn language(arguments: &[OsString]) -> Lang {
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        let told = match word.strip_prefix("--lang") {
            Some("") => words.next().map(|next| next.into_owned()),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(lang) = told.and_then(|told| told.parse().ok()) {
            return lang;
        }
    }
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(lang) = variable("TAIMEN_LANG").and_then(|value| value.parse().ok()) {
        return lang;
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable).or_else(system_locale);
    if locale.is_some_and(|locale| locale.starts_with("ja")) { Lang::Ja } else { Lang::En }
}

/// The language of the desktop, if no variable of the environment has it.
#[cfg(any(windows, target_os = "macos"))]
fn system_locale() -> Option<String> {
    sys_locale::get_locale()
}

#[cfg(not(any(windows, target_os = "macos")))]
fn system_locale() -> Option<String> {
    None
}
