//! The tests: which change each of them reaches, and which of them notice one.

use std::collections::BTreeSet;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

pub struct Test {
    executable: PathBuf,
    name: String,
    takes: Duration,
    reaches: BTreeSet<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Noticed,
    Endless,
    Missed,
}

/// Builds the test programs.
pub fn build(tree: &Path, arguments: &[String]) -> Result<Vec<PathBuf>, String> {
    let output = Command::new("cargo")
        .args(["test", "--locked", "--no-run", "--message-format=json"])
        .args(arguments)
        .env("RUSTFLAGS", format!("--cap-lints=allow {}", std::env::var("RUSTFLAGS").unwrap_or_default()))
        .current_dir(tree)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err("the tests do not build".to_owned());
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let artifacts = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(artifacts
        .filter(|line| line["profile"]["test"] == true)
        .filter_map(|line| line["executable"].as_str().map(PathBuf::from))
        .collect())
}

/// Runs every test alone without a change, to see how long it takes and which changes it reaches. A test that fails here is left out.
pub fn look(tree: &Path, executables: &[PathBuf], jobs: usize) -> Result<Vec<Test>, String> {
    let mut names = Vec::new();
    for executable in executables {
        let output = Command::new(executable)
            .args(["--list", "--format", "terse"])
            .current_dir(tree)
            .output()
            .map_err(|error| error.to_string())?;
        let list = String::from_utf8_lossy(&output.stdout).into_owned();
        names.extend(
            list.lines().filter_map(|line| Some((executable.clone(), line.strip_suffix(": test")?.to_owned()))),
        );
    }
    let looked = parallel(jobs, &names, |index, (executable, name)| {
        let hits = std::env::temp_dir().join(format!("taimen-mutant-hits-{}-{index}", std::process::id()));
        let started = Instant::now();
        let ended = run(tree, executable, &[name], Duration::from_secs(300), |command| {
            command.env("TAIMEN_MUTANT_HITS", &hits);
        });
        let reaches =
            fs::read_to_string(&hits).unwrap_or_default().lines().filter_map(|line| line.parse().ok()).collect();
        let _ = fs::remove_file(&hits);
        let test = Test { executable: executable.clone(), name: name.clone(), takes: started.elapsed(), reaches };
        if ended == Some(true) { Some(test) } else { None }
    });
    let failed = names.iter().zip(&looked).filter(|(_, test)| test.is_none());
    for ((_, name), _) in failed {
        eprintln!("fails without a change, or does not end: {name}");
    }
    let mut tests: Vec<Test> = looked.into_iter().flatten().collect();
    tests.sort_by_key(|test| test.takes);
    Ok(tests)
}

/// Meets one change with the tests that reach it, the quick ones first, until `budget` of test time is spent.
pub fn meet(tree: &Path, tests: &[Test], number: usize, budget: Duration) -> (Outcome, usize) {
    let mut spent = Duration::ZERO;
    let reaching: Vec<&Test> = tests
        .iter()
        .filter(|test| test.reaches.contains(&number))
        .take_while(|test| {
            spent += test.takes;
            spent <= budget.max(test.takes)
        })
        .collect();
    let mut rest = reaching.as_slice();
    for size in [4, 16, 64, usize::MAX] {
        let (batch, more) = rest.split_at(size.min(rest.len()));
        rest = more;
        let mut executables: Vec<&PathBuf> = batch.iter().map(|test| &test.executable).collect();
        executables.sort();
        executables.dedup();
        for executable in executables {
            let mine: Vec<&&Test> = batch.iter().filter(|test| test.executable == *executable).collect();
            let names: Vec<&String> = mine.iter().map(|test| &test.name).collect();
            let limit = Duration::from_secs(15) + 6 * mine.iter().map(|test| test.takes).sum::<Duration>();
            let ended = run(tree, executable, &names, limit, |command| {
                command.env("TAIMEN_MUTANT", number.to_string());
            });
            match ended {
                Some(true) => {}
                Some(false) => return (Outcome::Noticed, reaching.len()),
                None => return (Outcome::Endless, reaching.len()),
            }
        }
    }
    (Outcome::Missed, reaching.len())
}

/// Whether the named tests pass; `None` if they do not end.
fn run(
    tree: &Path,
    executable: &Path,
    names: &[&String],
    limit: Duration,
    more: impl FnOnce(&mut Command),
) -> Option<bool> {
    let mut command = Command::new(executable);
    command.args(["--exact", "--test-threads=1", "-Z", "unstable-options", "--fail-fast"]).args(names);
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(tree)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    more(&mut command);
    let mut child = command.spawn().ok()?;
    let until = Instant::now() + limit;
    let mut nap = Duration::from_millis(2);
    while Instant::now() < until {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status.success());
        }
        thread::sleep(nap);
        nap = (nap * 2).min(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Calls `work` for every item on so many threads. Returns the outcomes in the order of the items.
pub fn parallel<T: Sync, U: Send>(jobs: usize, items: &[T], work: impl Fn(usize, &T) -> U + Sync) -> Vec<U> {
    let next = Mutex::new(0);
    let mut done: Vec<(usize, U)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let index = {
                            let mut next = next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            *next += 1;
                            *next - 1
                        };
                        let Some(item) = items.get(index) else { return done };
                        done.push((index, work(index, item)));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
