//! `taimen compare`, and the form of `--form`: application forms against chips.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use clap::ArgMatches;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{
    compare::{Form, FormFault, MAX_FORM, compare_line},
    messages::{ExitCode, Problem},
    report::json_escaped,
};

use super::{Settings, args::name, files, output, problem};

/// The form that `--form` names, found to be one that can be compared.
pub fn form(matches: &ArgMatches) -> Result<Option<Form>, Problem> {
    let Some(path) = matches.get_one::<PathBuf>(name::FORM) else { return Ok(None) };
    let bytes = Zeroizing::new(files::read_limited(path, MAX_FORM)?);
    let of = |error| Problem::Form { path: path.display().to_string(), line: None, error };
    Form::from_json(problem::text(&bytes)).map(Some).map_err(of)
}

/// Runs the command: a line of results for every line, in order.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let unreadable = |error: io::Error| problem::unreadable(&path, &error);
    let mut input: Box<dyn BufRead> = match path.as_path() {
        standard if standard == Path::new("-") => Box::new(io::stdin().lock()),
        path => Box::new(BufReader::new(File::open(path).map_err(unreadable)?)),
    };
    let mut worst = None;
    let mut number = 0_u64;
    loop {
        let mut line = Zeroizing::new(Vec::new());
        let read = line_of(&mut input, &mut line).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        number += 1;
        let text = problem::text(&line);
        if text.is_empty() {
            continue;
        }
        let (text, exit) = match compare_line(text) {
            Ok(comparison) => {
                let exit = if comparison.agrees() { ExitCode::Authentic } else { ExitCode::Mismatch };
                (serde_json::to_string(&comparison).unwrap_or_default(), exit)
            }
            Err(error) => failed(settings, &path, number, error),
        };
        output::text(&format!("{}\n", json_escaped(&text)))?;
        worst = Some(worst.unwrap_or(exit).worse(exit));
    }
    worst.ok_or(Problem::NoLines)
}

fn failed(settings: &Settings, path: &Path, line: u64, error: FormFault) -> (String, ExitCode) {
    let problem = Problem::Form { path: path.display().to_string(), line: Some(line), error };
    let message = problem.message(settings.lang);
    (json!({ "line": line, "error": message }).to_string(), message.exit)
}

/// The next line without its newline, cut where it is too long to be one; 0 at the end of the input.
fn line_of(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let limit = u64::try_from(MAX_FORM).unwrap_or(u64::MAX).saturating_add(2);
    let read = input.by_ref().take(limit).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > MAX_FORM {
        // The rest is skipped and never held.
        loop {
            let rest = input.fill_buf()?;
            let (length, end) = match rest.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (rest.len(), rest.is_empty()),
            };
            input.consume(length);
            if end {
                break;
            }
        }
    }
    Ok(read)
}
