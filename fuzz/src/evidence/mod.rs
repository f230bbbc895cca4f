//! Mutation of evidence: every byte of every answer of a whole session, changed. The card counts as authentic only if the byte
//! belongs to a part that docs/unsigned.md lists, with the reason. A test takes some bytes; `scripts/torture evidence` takes all
//! of them, a million changes.

mod reasons;
mod session;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::seeds;
pub use session::{Mutant, Outcome, Session};

/// The values of a byte that is not a tag, a length or a status word, if all are run.
const ELSEWHERE: usize = 3;

/// Bytes at which a change left the card authentic, by part of the session.
pub type Unsigned = BTreeMap<String, BTreeSet<usize>>;

/// What became of a session's mutants.
#[derive(Default)]
pub struct Found {
    /// How many were run.
    pub mutants: usize,
    /// Of how many the reading ended without a dump.
    pub unread: usize,
    /// How many changed nothing of the dump and the checks.
    pub same: usize,
    /// The bytes at which a change left the card authentic.
    pub unsigned: Unsigned,
}

/// Every session with an honest card that is authentic; one that is another's over again is left out.
pub fn sessions() -> Vec<Session> {
    let mut all: Vec<Session> = Vec::new();
    for session in session::ways().into_iter().map(Session::of) {
        let known = reasons::NEVER_AUTHENTIC.contains(&session.name().as_str());
        assert_ne!(session.is_authentic(), known, "{}", session.name());
        if !known && !all.iter().any(|other| other.is_like(&session)) {
            all.push(session);
        }
    }
    all
}

/// Runs mutants on so many threads.
pub fn run(session: &Session, mutants: &[Mutant], threads: usize) -> Found {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Found::default();
        while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.mutants += 1;
            match session.run(*mutant) {
                Outcome::Authentic => {
                    let (what, at) = session.place(*mutant);
                    found.unsigned.entry(what).or_default().insert(at);
                }
                Outcome::Unread => found.unread += 1,
                Outcome::Same => found.same += 1,
                Outcome::Refused => {}
            }
        }
        found
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Found::default();
        for one in running {
            let one = one.join().expect("no mutant panics");
            all.mutants += one.mutants;
            all.unread += one.unread;
            all.same += one.same;
            for (what, bytes) in one.unsigned {
                all.unsigned.entry(what).or_default().extend(bytes);
            }
        }
        all
    })
}

/// All mutants of a session.
pub fn all(session: &Session) -> Vec<Mutant> {
    session.mutants(ELSEWHERE).collect()
}

/// Some of them, spread over all exchanges.
pub fn few(session: &Session, count: usize) -> Vec<Mutant> {
    let all: Vec<Mutant> = session.mutants(1).collect();
    let step = (all.len() / count).max(1);
    all.into_iter().step_by(step).collect()
}

/// Consecutive bytes as ranges.
pub fn ranges(bytes: &BTreeSet<usize>) -> Vec<RangeInclusive<usize>> {
    let mut found: Vec<RangeInclusive<usize>> = Vec::new();
    for byte in bytes {
        match found.last_mut() {
            Some(last) if *last.end() + 1 == *byte => *last = *last.start()..=*byte,
            _ => found.push(*byte..=*byte),
        }
    }
    found
}

/// What was found and has no reason: part and bytes.
pub fn unexplained(session: &str, found: &Found) -> Vec<String> {
    let bad = |(what, bytes): (&String, &BTreeSet<usize>)| {
        let bytes: BTreeSet<_> =
            bytes.iter().copied().filter(|at| reasons::reason(session, what, *at).is_none()).collect();
        (!bytes.is_empty()).then(|| format!("{session}, {what}: {:?}", ranges(&bytes)))
    };
    found.unsigned.iter().filter_map(bad).collect()
}

/// docs/unsigned.md
pub fn page() -> PathBuf {
    seeds::root().join("docs/unsigned.md")
}

/// What stands there.
pub fn text() -> String {
    let span = |bytes: &RangeInclusive<usize>| match (*bytes.start(), *bytes.end()) {
        (0, reasons::ALL) => "all".to_owned(),
        (start, reasons::ALL) => format!("from {start}"),
        (start, _) => start.to_string(),
    };
    let row =
        |(session, part, bytes, why): &reasons::Row| format!("| `{session}…` | `{part}` | {} | {why} |\n", span(bytes));
    format!("{HEAD}{}", reasons::ROWS.iter().map(row).collect::<String>())
}

const HEAD: &str = "\
# What no signature covers

For every simulated kind, a test changes one byte of one answer in a complete session and judges the card again. If the card
is still *authentic* although taimen read something else or another check did not pass, the byte must belong to a part of this
list: a file (by the beginning of its name) or the answer to a command, including its status word. A change to any other byte
changes nothing that taimen reads, or the card is not authentic.

`tests/torture/evidence.rs` takes some bytes of every session and compares this page; `scripts/torture evidence` takes every byte.

| card | part | bytes | why |
| --- | --- | --- | --- |
";
