//! Mutation of evidence: every byte of every answer of a whole session, changed. The card counts as authentic only if the byte is
//! one that docs/unsigned.md lists, with the reason. A test takes some bytes; `scripts/torture evidence` takes all of them, at
//! least a million changes, and writes that page.

mod reasons;
mod session;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    ops::RangeInclusive,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::seeds;
pub use session::{Mutant, Outcome, Session};

/// The values of a byte that is no tag, no length and no status word, if all are run.
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

/// What a debug build can do in minutes: so many spread over all exchanges, and then one change of every byte of each part at
/// which one of those left the card authentic.
pub fn outline(session: &Session, count: usize, threads: usize) -> Found {
    let mut found = run(session, &few(session, count), threads);
    let parts: BTreeSet<String> = found.unsigned.keys().cloned().collect();
    let inside: Vec<Mutant> = session
        .mutants(1)
        .filter(|mutant| mask_is_first(mutant) && parts.contains(&session.place(*mutant).0))
        .collect();
    let more = run(session, &inside, threads);
    found.mutants += more.mutants;
    for (what, bytes) in more.unsigned {
        found.unsigned.entry(what).or_default().extend(bytes);
    }
    found
}

/// Whether it is the first change of its byte.
fn mask_is_first(mutant: &Mutant) -> bool {
    mutant.mask == 1_u8 << (mutant.at % 8)
}

/// Some of them, spread over all exchanges.
pub fn few(session: &Session, count: usize) -> Vec<Mutant> {
    let all: Vec<Mutant> = session.mutants(1).collect();
    let step = (all.len() / count).max(1);
    all.into_iter().step_by(step).collect()
}

/// docs/unsigned.md
pub fn page() -> PathBuf {
    seeds::root().join("docs/unsigned.md")
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

fn written(range: &RangeInclusive<usize>) -> String {
    if range.start() == range.end() { range.start().to_string() } else { format!("{}-{}", range.start(), range.end()) }
}

/// The rows of a session: part, bytes, reason.
fn rows(session: &str, unsigned: &Unsigned) -> String {
    let mut text = String::new();
    for (what, bytes) in unsigned {
        let reason = reasons::reason(session, what).unwrap_or("**Nobody says why.**");
        let ranges: Vec<String> = ranges(bytes).iter().map(written).collect();
        writeln!(text, "| `{what}` | {} | {} | {reason} |", ranges.join(" "), bytes.len()).expect("text takes text");
    }
    text
}

/// The rows of the page, by session.
pub fn documented() -> BTreeMap<String, Unsigned> {
    let text = fs::read_to_string(page()).unwrap_or_default();
    let mut all: BTreeMap<String, Unsigned> = BTreeMap::new();
    let mut session = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            session = name.to_owned();
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, what, bytes, _, _, _] = cells[..] else { continue };
        let Some(what) = what.strip_prefix('`').and_then(|what| what.strip_suffix('`')) else { continue };
        let listed = all.entry(session.clone()).or_default().entry(what.to_owned()).or_default();
        for range in bytes.split(' ') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            listed.extend(first.parse::<usize>().expect("a number")..=last.parse().expect("a number"));
        }
    }
    all
}

/// The page, made from what the sessions found.
pub fn page_of(how: &str, found: &[(String, Unsigned)]) -> String {
    let mut text = format!("{HEAD}\n{how}\n");
    for (name, unsigned) in found {
        write!(text, "\n## {name}\n\n{TABLE}{}", rows(name, unsigned)).expect("text takes text");
    }
    text
}

/// What a page lists without a reason, or with another one than stands there; and reasons for which nothing is listed.
pub fn complaints() -> Vec<String> {
    let text = fs::read_to_string(page()).unwrap_or_default();
    let mut all = Vec::new();
    for (session, parts) in documented() {
        for what in parts.keys() {
            if reasons::reason(&session, what).is_none_or(|reason| !text.contains(reason)) {
                all.push(format!("{session}, {what} has no reason"));
            }
        }
    }
    all.extend(
        reasons::all().filter(|reason| !text.contains(reason)).map(|why| format!("nothing is listed for: {why}")),
    );
    all
}

const TABLE: &str = "| part | bytes | how many | why |\n| --- | --- | --- | --- |\n";

const HEAD: &str = "\
# What no signature covers

For every simulated kind, one byte of one answer of a whole session was changed and the card judged again. The rows are the
bytes at which a change left the card *authentic* although something else was read, or another check did not pass. They are
counted from 0 in the file, or in the answer if it is not part of a file; status words are counted apart, 0 is SW1, 1 is SW2.
Every other byte changes nothing that is read, or the card is not authentic.

`scripts/torture evidence` makes this page, and `tests/torture/evidence.rs` fails if a byte that is not listed may be changed.
";
