//! Runs every mutant of every session, or of those whose name begins so, and writes docs/unsigned.md: `evidence [THREADS [NAME]]`.

// So that a build for the fuzzer links.
use libfuzzer_sys as _;

use taimen_fuzz::evidence;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let threads = arguments.next().and_then(|threads| threads.parse().ok()).unwrap_or(1);
    let only = arguments.next();
    let (mut total, mut found) = (0, Vec::new());
    for session in evidence::sessions() {
        let name = session.name();
        if only.as_ref().is_some_and(|only| !name.starts_with(only.as_str())) {
            continue;
        }
        let result = evidence::run(&session, &evidence::all(&session), threads);
        let unsigned: usize = result.unsigned.values().map(std::collections::BTreeSet::len).sum();
        println!(
            "{name}: {} bytes, {} mutants, {} unread, {} without effect, {unsigned} bytes may be changed",
            session.bytes(),
            result.mutants,
            result.unread,
            result.same
        );
        for (what, bytes) in &result.unsigned {
            println!("  {what}: {:?}", evidence::ranges(bytes));
        }
        total += result.mutants;
        found.push((name, result.unsigned));
    }
    println!("{total} mutants");
    if only.is_none() {
        let how = format!(
            "{total} changes: all 255 other values of status words, of an answer's first bytes, of tags and of lengths, three of \
             every other byte."
        );
        std::fs::write(evidence::page(), evidence::page_of(&how, &found))?;
    }
    Ok(())
}
