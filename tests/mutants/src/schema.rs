//! One program that holds every change. An environment variable names the one that is made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::change::Change;
use crate::site::{self, Written};

/// What became of the changes that are not in the program.
#[derive(Default)]
pub struct Left {
    /// The compiler refuses the change.
    pub unviable: BTreeSet<usize>,
    /// Only a build of its own can hold it: in a `const fn`, beside a `let`, in a function that returns `impl Trait`.
    pub alone: BTreeSet<usize>,
}

/// The module that every change asks whether it is made. It notes in a file which changes were reached, each once.
fn module(count: usize) -> String {
    format!(
        r#"
#[doc(hidden)]
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod mutant {{
    use std::io::Write as _;
    use std::sync::LazyLock;
    use std::sync::atomic::{{AtomicBool, Ordering}};
    static WHICH: LazyLock<usize> =
        LazyLock::new(|| std::env::var("TAIMEN_MUTANT").ok().and_then(|which| which.parse().ok()).unwrap_or(usize::MAX));
    static HITS: LazyLock<Option<std::fs::File>> =
        LazyLock::new(|| std::fs::OpenOptions::new().append(true).create(true).open(std::env::var_os("TAIMEN_MUTANT_HITS")?).ok());
    static SEEN: [AtomicBool; {count}] = [const {{ AtomicBool::new(false) }}; {count}];
    pub fn on(number: usize) -> bool {{
        if let Some(mut hits) = HITS.as_ref()
            && !SEEN[number].swap(true, Ordering::Relaxed)
        {{
            let _ = hits.write_all(format!("{{number}}\n").as_bytes());
        }}
        *WHICH == number
    }}
}}
"#
    )
}

/// Writes the changes into the tree, and takes out, until it builds, what the compiler refuses.
pub fn make(tree: &Path, changes: &[Change]) -> Result<Left, String> {
    let mut left = Left::default();
    let files: BTreeSet<&str> = changes.iter().map(|change| change.file.as_str()).collect();
    let source: BTreeMap<&str, String> =
        files.iter().map(|file| Ok((*file, text(&tree.join(file))?))).collect::<Result<_, String>>()?;
    let root = tree.join("src/lib.rs");
    fs::write(&root, text(&root)? + &module(changes.len())).map_err(|error| error.to_string())?;
    for round in 1.. {
        let mut written: BTreeMap<&str, Written> = BTreeMap::new();
        for (file, source) in &source {
            let mine: Vec<&Change> = changes
                .iter()
                .filter(|change| {
                    change.file == *file
                        && !left.unviable.contains(&change.number)
                        && !left.alone.contains(&change.number)
                })
                .collect();
            let (sites, alone) = site::sites(source, &mine).map_err(|error| format!("{file}: {error}"))?;
            left.alone.extend(alone);
            let new = site::write(source, &sites);
            fs::write(tree.join(file), &new.text).map_err(|error| error.to_string())?;
            written.insert(file, new);
        }
        let before = left.unviable.len() + left.alone.len();
        let errors = check(tree)?;
        if errors.is_empty() {
            return Ok(left);
        }
        for error in &errors {
            refuse(error, &written, &mut left)?;
        }
        eprintln!(
            "round {round}: {} errors, {} do not build, {} alone",
            errors.len(),
            left.unviable.len(),
            left.alone.len()
        );
        if left.unviable.len() + left.alone.len() == before {
            return Err(format!("does not build: {}", errors[0]["rendered"]));
        }
    }
    unreachable!("the loop ends with a return")
}

fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The compiler's errors, as it writes them.
fn check(tree: &Path) -> Result<Vec<Value>, String> {
    let output = Command::new("cargo")
        .args(["check", "--locked", "--lib", "--message-format=json"])
        .env("RUSTFLAGS", format!("--cap-lints=allow {}", std::env::var("RUSTFLAGS").unwrap_or_default()))
        .current_dir(tree)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let messages = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let errors: Vec<Value> = messages
        .filter(|line| line["reason"] == "compiler-message")
        .map(|line| line["message"].clone())
        .filter(|message| {
            message["level"] == "error" && message["spans"].as_array().is_some_and(|spans| !spans.is_empty())
        })
        .collect();
    if errors.is_empty() && !output.status.success() { Err("cargo check fails".to_owned()) } else { Ok(errors) }
}

/// Takes out the change that an error speaks of: the smallest piece around its place, else the next one behind it.
fn refuse(error: &Value, written: &BTreeMap<&str, Written>, left: &mut Left) -> Result<(), String> {
    let mut spans: Vec<&Value> = error["spans"].as_array().into_iter().flatten().collect();
    spans.sort_by_key(|span| span["is_primary"] != true);
    let constant = error["code"]["code"] == "E0015";
    // A match that lacks an arm.
    let lacks = error["code"]["code"] == "E0004";
    let mut behind = None;
    for span in spans {
        let Some(file) = span["file_name"].as_str().and_then(|file| written.get(file)) else { continue };
        let at = usize::try_from(span["byte_start"].as_u64().unwrap_or_default()).unwrap_or_default();
        let around = file.regions.iter().filter(|region| region.range.contains(&at) && !region.changes.is_empty());
        let next_arm = || {
            file.regions
                .iter()
                .filter(|region| region.range.start >= at)
                .filter_map(|region| Some((region.range.start, region.arm?)))
                .min()
        };
        if lacks && let Some((_, arm)) = next_arm() {
            left.alone.insert(arm);
            return Ok(());
        }
        if let Some(region) = around.min_by_key(|region| region.range.len()) {
            let to = if constant || region.whole { &mut left.alone } else { &mut left.unviable };
            to.extend(region.changes.iter().copied());
            return Ok(());
        }
        behind = behind.or_else(|| {
            file.regions
                .iter()
                .filter(|region| region.whole && region.range.start >= at)
                .min_by_key(|region| region.range.start)
        });
    }
    let region = behind.ok_or_else(|| format!("speaks of no change: {}", error["rendered"]))?;
    left.alone.extend(region.changes.iter().copied());
    Ok(())
}
