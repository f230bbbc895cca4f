//! What verifying costs the host: where the time goes, beside the bare rate of the signatures and beside `openssl speed` in the same
//! run; what the host executes (callgrind), beside another reader of the same card (`scripts/bench`, `docs/performance.md`).
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod bare;
#[path = "../../tests/common/mod.rs"]
mod common;
mod counted;
mod peers;
mod split;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // This program under callgrind, or a line of the table that asks for it.
    if let [mode, task, rounds] = arguments.as_slice()
        && mode == counted::MODE
    {
        counted::run(task, rounds.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    // cargo itself passes options such as --bench.
    let chosen: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|part| name.contains(part.as_str()));
    for (name, table) in [
        ("split", split::table as fn() -> String),
        ("cores", split::cores),
        ("instructions", counted::table),
        ("peers", peers::table),
    ] {
        if wanted(name) {
            println!("{}", table());
        }
    }
    ExitCode::SUCCESS
}

/// Rows under a head, as Markdown writes them.
fn markdown(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = &str>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut head.iter().copied());
    text += &line(&mut head.iter().map(|_| "---"));
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}
