//! docs/dependencies.md names every direct dependency, and each is used where its row says and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    layers::{code, is_test_file, module, sources},
    pages::{page, rows},
};

/// Packages whose name is also that of a module of ours, so that a search finds both.
const NAMESAKES: [&str; 2] = ["open", "pcsc"];

fn manifest() -> toml::Table {
    page("Cargo.toml").parse().unwrap()
}

/// The names in every table of this name, those for some systems alone included.
fn declared(table: &str) -> BTreeSet<String> {
    let manifest = manifest();
    let systems = manifest["target"].as_table().unwrap().values().filter_map(toml::Value::as_table);
    let tables = [&manifest].into_iter().chain(systems).filter_map(|place| place.get(table)?.as_table());
    tables.flat_map(toml::Table::keys).cloned().collect()
}

/// The rows of the page by package: those of the program with the modules that may use them, and those of tests.
fn listed() -> (BTreeMap<String, String>, BTreeSet<String>) {
    let (mut program, mut tests) = (BTreeMap::new(), BTreeSet::new());
    for row in rows(&page("docs/dependencies.md")) {
        let Some(name) = row[0].strip_prefix('`').and_then(|name| name.strip_suffix('`')) else { continue };
        assert!(row.iter().all(|cell| !cell.is_empty()), "{name}: an empty cell");
        let new = match row.get(4) {
            Some(modules) => program.insert(name.to_owned(), modules.clone()).is_none(),
            None => tests.insert(name.to_owned()),
        };
        assert!(new, "{name} has two rows");
    }
    (program, tests)
}

#[test]
fn every_direct_dependency_has_its_row() {
    let (program, tests) = listed();
    assert_eq!(program.into_keys().collect::<BTreeSet<_>>(), declared("dependencies"));
    assert_eq!(tests, declared("dev-dependencies"));
}

/// Name, version and checksum of every package of a lock.
fn locked(path: &str) -> BTreeSet<[String; 3]> {
    let lock: toml::Table = page(path).parse().unwrap();
    let of = |package: &toml::Value| {
        ["name", "version", "checksum"]
            .map(|key| package.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned())
    };
    lock["package"].as_array().unwrap().iter().map(of).collect()
}

/// What scripts/supply-chain looks at is what the fuzzers run on.
#[test]
fn fuzzers_have_the_packages_of_the_program_and_two_of_their_own() {
    let (program, fuzzers) = (locked("Cargo.lock"), locked("fuzz/Cargo.lock"));
    let others: Vec<_> = fuzzers.difference(&program).map(|[name, ..]| name.as_str()).collect();
    assert_eq!(others, ["arbitrary", "libfuzzer-sys", "taimen-fuzz"]);
}

#[test]
fn each_is_used_where_its_row_says_and_nowhere_else() {
    let (program, _) = listed();
    let sources: Vec<(String, String)> = sources()
        .into_iter()
        .filter(|(path, _)| !is_test_file(path))
        .map(|(path, text)| (module(&path), code(&text)))
        .collect();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    for (name, modules) in &program {
        let name = name.replace('-', "_");
        // `name::` that is not the end of another path, and the bare word, which macros take.
        let found = |text: &str, path: bool| {
            text.match_indices(&name).any(|(at, _)| {
                let (before, after) = (text[..at].bytes().next_back(), &text[at + name.len()..]);
                let begins = before.is_none_or(|byte| !(word(byte) || path && b":\"".contains(&byte)));
                begins && if path { after.starts_with("::") } else { !after.bytes().next().is_some_and(word) }
            })
        };
        let using = |path: bool| -> BTreeSet<&str> {
            sources.iter().filter(|(_, text)| found(text, path)).map(|(module, _)| module.as_str()).collect()
        };
        if modules == "everywhere" {
            assert!(!using(false).is_empty(), "{name} is not used");
            continue;
        }
        let allowed: BTreeSet<&str> = modules.split(", ").collect();
        if !NAMESAKES.contains(&name.as_str()) {
            let outside: Vec<_> = using(true).difference(&allowed).copied().collect();
            assert!(outside.is_empty(), "{name} is used in {outside:?}, which its row does not allow");
        }
        let unused: Vec<_> = allowed.difference(&using(false)).copied().collect();
        assert!(unused.is_empty(), "{name} is not used in {unused:?}");
    }
}
