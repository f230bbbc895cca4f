//! Some bytes of every session, changed (`fuzz/src/evidence`): the card is authentic only if docs/unsigned.md lists the part.

use super::corpora::fuzz::evidence;

#[test]
fn no_byte_but_the_listed_ones_may_be_changed() {
    let mut sessions = 0;
    let mut bad = Vec::new();
    for session in evidence::sessions() {
        let name = session.name();
        sessions += 1;
        let found = evidence::run(&session, &evidence::few(&session, 40), 2);
        assert!(found.mutants >= 40, "{name}: {}", found.mutants);
        bad.extend(evidence::unexplained(&name, &found));
    }
    assert!(bad.is_empty(), "bytes that may be changed and are not listed: {bad:#?}");
    assert!(sessions >= 15, "{sessions} sessions");
}

#[test]
fn the_page_lists_what_may_be_changed() {
    if std::env::var("TAIMEN_DOCS").is_ok_and(|value| value == "write") {
        std::fs::write(evidence::page(), evidence::text()).unwrap();
    }
    assert!(std::fs::read_to_string(evidence::page()).unwrap_or_default() == evidence::text(), "docs/unsigned.md");
}
