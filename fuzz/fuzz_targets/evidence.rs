//! Runs every mutant of every session, or of those whose name begins so: `evidence [THREADS [NAME]]`. Fails if a byte may be
//! changed that docs/unsigned.md does not list.

// So that a build for the fuzzer links.
use libfuzzer_sys as _;

use taimen_fuzz::evidence;

fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    let threads = arguments.next().and_then(|threads| threads.parse().ok()).unwrap_or(1);
    let only = arguments.next().unwrap_or_default();
    let (mut total, mut bad) = (0, Vec::new());
    for session in evidence::sessions().iter().filter(|session| session.name().starts_with(&only)) {
        let name = session.name();
        let found = evidence::run(session, &evidence::all(session), threads);
        let (bytes, mutants, unread, same) = (session.bytes(), found.mutants, found.unread, found.same);
        println!("{name}: {bytes} bytes, {mutants} mutants, {unread} unread, {same} without effect");
        for (what, bytes) in &found.unsigned {
            println!("  {what}: {:?}", evidence::ranges(bytes));
        }
        total += mutants;
        bad.extend(evidence::unexplained(&name, &found));
    }
    bad.iter().for_each(|bad| println!("NOT LISTED {bad}"));
    println!("{total} mutants, {} places that are not listed", bad.len());
    if bad.is_empty() { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}
