//! Some bytes of every session, changed (`fuzz/src/evidence`): the card is authentic only if docs/unsigned.md lists the byte.

use super::corpora::fuzz::evidence;

#[test]
fn no_byte_but_the_listed_ones_may_be_changed() {
    if std::env::var("TAIMEN_DOCS").is_ok_and(|value| value == "write") {
        write_page();
    }
    let documented = evidence::documented();
    let mut sessions = 0;
    for session in evidence::sessions() {
        let name = session.name();
        sessions += 1;
        let found = evidence::run(&session, &evidence::few(&session, 40), 2);
        assert!(found.mutants >= 40, "{name}: {}", found.mutants);
        for (what, bytes) in found.unsigned {
            let listed = documented.get(&name).and_then(|listed| listed.get(&what)).cloned().unwrap_or_default();
            let new: Vec<_> = bytes.difference(&listed).collect();
            assert!(new.is_empty(), "{name}, {what}: bytes {new:?} may be changed and are not listed");
        }
    }
    assert!(sessions >= 15, "{sessions} sessions");
}

/// Every listed part has its reason, and every reason a listed part.
#[test]
fn every_listed_part_has_the_reason_that_stands_there() {
    assert!(evidence::documented().len() >= 15);
    assert_eq!(evidence::complaints(), Vec::<String>::new());
    // The page is what its rows make: nobody wrote into it.
    let text = std::fs::read_to_string(evidence::page()).unwrap();
    let how = text.lines().find(|line| line.contains(" changes: ")).unwrap();
    let found: Vec<_> = evidence::sessions()
        .iter()
        .filter_map(|session| evidence::documented().remove_entry(&session.name()))
        .collect();
    assert!(text == evidence::page_of(how, &found), "docs/unsigned.md");
}

/// A page without the run that takes hours: it says so.
fn write_page() {
    let (mut total, mut found) = (0, Vec::new());
    for session in evidence::sessions() {
        let one = evidence::outline(&session, 240, 2);
        total += one.mutants;
        eprintln!("{}: {} of {}", session.name(), one.mutants, evidence::all(&session).len());
        if !one.unsigned.is_empty() {
            found.push((session.name(), one.unsigned));
        }
    }
    let how = format!(
        "{total} changes: some of every exchange, and one of every byte of the parts below. The whole run of \
         `scripts/torture evidence` has not been done yet."
    );
    std::fs::write(evidence::page(), evidence::page_of(&how, &found)).unwrap();
}
