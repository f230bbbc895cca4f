//! Puts every change that cargo-mutants lists into one program, and meets each with the tests that reach it.
//!
//!     taimen-mutants TREE LIST OUTCOME SECONDS -- CARGO-TEST-ARGUMENTS
//!
//! TREE is a copy of the project, which is changed; LIST is what `cargo mutants --list --json` wrote; OUTCOME gets
//! `caught.txt`, `missed.txt`, `timeout.txt`, `unviable.txt` and `alone.txt`; SECONDS of test time are spent on a change at most.

mod change;
mod schema;
mod site;
mod suite;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use change::Change;
use suite::Outcome;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tree, list, outcome, seconds, dashes, tests @ ..] = arguments.as_slice() else {
        eprintln!("taimen-mutants TREE LIST OUTCOME SECONDS -- CARGO-TEST-ARGUMENTS");
        return ExitCode::from(2);
    };
    let done = match seconds.parse() {
        Ok(seconds) if dashes == "--" => {
            all(Path::new(tree), list, Path::new(outcome), Duration::from_secs(seconds), tests)
        }
        _ => Err("SECONDS is a number, and -- stands before the arguments of cargo test".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn all(tree: &Path, list: &str, outcome: &Path, budget: Duration, arguments: &[String]) -> Result<(), String> {
    let changes = change::read(&fs::read_to_string(list).map_err(|error| format!("{list}: {error}"))?)?;
    let left = schema::make(tree, &changes)?;
    fs::create_dir_all(outcome).map_err(|error| error.to_string())?;
    let write = |file: &str, names: Vec<&str>| -> Result<(), String> {
        let path: PathBuf = outcome.join(file);
        fs::write(&path, names.iter().map(|name| format!("{name}\n")).collect::<String>())
            .map_err(|error| format!("{}: {error}", path.display()))
    };
    let named = |numbers: &BTreeSet<usize>| numbers.iter().map(|number| changes[*number].name.as_str()).collect();
    write("unviable.txt", named(&left.unviable))?;
    write("alone.txt", named(&left.alone))?;
    let executables = suite::build(tree, arguments)?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let tests = suite::look(tree, &executables, jobs)?;
    eprintln!("{} tests reach {} changes", tests.len(), changes.len());
    let held: Vec<&Change> = changes
        .iter()
        .filter(|change| !left.unviable.contains(&change.number) && !left.alone.contains(&change.number))
        .collect();
    let met = suite::parallel(jobs, &held, |index, change| {
        let (met, reached) = suite::meet(tree, &tests, change.number, budget);
        if met == Outcome::Missed {
            eprintln!("{}/{} missed by {reached}: {}", index + 1, held.len(), change.name);
        }
        met
    });
    let of = |wanted: Outcome| {
        held.iter().zip(&met).filter(|(_, met)| **met == wanted).map(|(change, _)| change.name.as_str()).collect()
    };
    write("caught.txt", of(Outcome::Noticed))?;
    write("timeout.txt", of(Outcome::Endless))?;
    write("missed.txt", of(Outcome::Missed))
}
