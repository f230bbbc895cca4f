//! A card keeps to its rooms: outside its own folder, its line in the registry, its checks, its trust purpose and its simulated
//! twin no file of the source names it. And in each of those places every card is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use taimen::{
    cards::{CredentialSpec, model::KindSpec, read_recording, registry},
    kind::CardKind,
    simulator::kinds,
    transport::Recording,
    verify::CheckId,
};

use super::pages::{READMES, files_with, page, root, rows, ticked};

/// Where every card may be named, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("src/cards/registry.rs", "one line a card"),
    ("src/verify/check.rs", "its check ids"),
    ("src/verify/catalog.rs", "their texts"),
    ("src/trust/", "its purpose and pins"),
    ("src/simulator/cards/", "its simulated twin"),
];

/// Files that name a card all the same, and why. One that names none any more must go from here.
const STILL_OUTSIDE: &[(&str, &str)] = &[];

/// What names a card, and the folder that may say it.
struct Token {
    text: String,
    folder: PathBuf,
    /// Whether it is a word of the language too: then it names the card only outside of a text.
    word: bool,
}

/// The folders of `src/cards` that hold a `spec.rs`.
fn rooms() -> Vec<PathBuf> {
    let found = fs::read_dir(root().join("src/cards")).unwrap().map(|entry| entry.unwrap().path());
    let mut rooms: Vec<PathBuf> =
        found.filter(|path| path.file_name().unwrap() != "model" && path.join("spec.rs").exists()).collect();
    rooms.sort();
    rooms
}

fn literal(id: &str) -> String {
    format!("\"{id}\"")
}

/// Every name of every card: module, types that implement `Card`, kinds, scopes of its own, credentials and entries.
fn tokens() -> Vec<Token> {
    let printed = fs::read_to_string(root().join("src/cards/model/printed.rs")).unwrap();
    let mut tokens = Vec::new();
    for folder in rooms() {
        let mut add = |text: String, word| tokens.push(Token { text, folder: folder.clone(), word });
        let source: String =
            sources().iter().filter(|(path, _)| path.starts_with(&folder)).map(|(_, text)| text.as_str()).collect();
        add(folder.file_name().unwrap().to_string_lossy().into_owned(), true);
        let mut say = |text| add(text, false);
        for part in source.split("impl Card for ").skip(1) {
            say(part.split(' ').next().unwrap().to_owned());
        }
        for part in source.split("impl Scope {").skip(1) {
            for constant in part.split("\n}\n").next().unwrap().split("pub const ").skip(1) {
                say(format!("Scope::{}", constant.split(':').next().unwrap()));
            }
        }
        for kind in registry::specs().map(|spec| spec.kind.as_str()).filter(|kind| source.contains(&literal(kind))) {
            say(literal(kind));
            say(kind.to_uppercase().replace('-', "_"));
        }
        let entries =
            |credential: &'static CredentialSpec| credential.ways.iter().copied().flatten().map(|part| part.entry.id);
        let ids: BTreeSet<&str> =
            registry::credentials().flat_map(|credential| entries(credential).chain([credential.id])).collect();
        // What is printed on several documents is not one card's: `cards/model/printed.rs`.
        let shared = |id: &String| printed.contains(id.as_str());
        ids.into_iter().map(literal).filter(|id| source.contains(id) && !shared(id)).for_each(say);
    }
    tokens
}

fn sources() -> Vec<(PathBuf, String)> {
    let files = files_with("rs").into_iter().filter(|path| path.starts_with(root().join("src")));
    files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The shipped lines of a file with their numbers: without comments, and without what is there for tests alone.
fn shipped(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut of_tests = false;
    for (at, line) in text.lines().enumerate() {
        let code = without_comment(line);
        if line == "#[cfg(test)]" {
            of_tests = true;
        } else if of_tests && !code.trim_start().starts_with("#[") {
            // One line is skipped; a block is the file's tail.
            if code.ends_with('{') {
                break;
            }
            of_tests = !code.ends_with(';');
        } else if !of_tests {
            lines.push((at + 1, code));
        }
    }
    lines
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '/' if before == '/' && !quoted => return &line[..at - 1],
            _ => {}
        }
        before = c;
    }
    line
}

/// A line without what its string literals hold.
fn without_texts(line: &str) -> String {
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"")
}

/// Whether a text is in a line as a word of its own.
fn names(line: &str, text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(text).any(|(at, _)| !line[..at].ends_with(part) && !line[at + text.len()..].starts_with(part))
}

#[test]
fn lines_and_words_are_understood() {
    let text = "use a; // LICENCE\n#[cfg(test)]\nmod tests;\nlet url = \"https://x\"; // y\n#[cfg(test)]\nmod more {\nLICENCE\n}";
    assert_eq!(shipped(text), [(1, "use a; "), (4, "let url = \"https://x\"; ")]);
    assert!(names("CardKind::LICENCE)", "LICENCE") && !names("LICENCE_FAULTS", "LICENCE"));
    assert!(rooms().len() >= 3 && tokens().len() > 30);
}

#[test]
fn no_file_outside_its_rooms_names_a_card() {
    let tokens = tokens();
    let mut hits: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in sources() {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        let allowed =
            ALLOWED.iter().any(|(place, _)| name == *place || place.ends_with('/') && name.starts_with(place));
        if allowed || name.ends_with("tests.rs") || name.ends_with("samples.rs") {
            continue;
        }
        for (number, line) in shipped(&text) {
            // The one place that says which folders there are.
            if name == "src/cards/mod.rs" && (line.starts_with("pub mod ") || line.starts_with("mod ")) {
                continue;
            }
            let code = without_texts(line);
            let named = |token: &Token| names(if token.word { &code } else { line }, &token.text);
            for token in tokens.iter().filter(|token| !path.starts_with(&token.folder) && named(token)) {
                hits.entry(name.clone()).or_default().push(format!("{name}:{number}: {}", token.text));
            }
        }
    }
    let clean: Vec<&str> =
        STILL_OUTSIDE.iter().map(|(file, _)| *file).filter(|file| !hits.contains_key(*file)).collect();
    assert!(clean.is_empty(), "these name no card any more and must go from STILL_OUTSIDE: {clean:?}");
    hits.retain(|name, _| !STILL_OUTSIDE.iter().any(|(file, _)| file == name));
    let lines: Vec<String> = hits.into_values().flatten().collect();
    assert!(lines.is_empty(), "{} places outside a card's rooms name it:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn every_kind_has_its_twin_its_page_and_its_row() {
    let pages: String = files_with("md")
        .into_iter()
        .filter(|path| path.starts_with(root().join("docs/cards")))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let readmes = READMES.map(|name| (name, rows(&page(name))));
    for spec in registry::specs() {
        let kind = spec.kind;
        assert!(kinds().any(|twin| twin.kind == kind), "{kind} has no simulated twin");
        assert!(pages.contains(&ticked(kind)), "{kind} stands on no page of docs/cards");
        for (name, rows) in &readmes {
            assert!(
                rows.iter().any(|row| row.iter().any(|cell| cell.contains(&ticked(kind)))),
                "{name} has no row of {kind}"
            );
        }
    }
}

#[test]
fn every_check_has_its_texts_in_both_languages() {
    for check in CheckId::all() {
        let text = check.text();
        for part in [text.title, text.proves, text.does_not_prove, text.otherwise] {
            assert!(!part.en.is_empty() && !part.ja.is_empty(), "{check}");
        }
    }
}

/// Every recording is played back through recognition as it is: no other card takes it for its own.
#[test]
fn no_card_is_taken_for_another() {
    let mut played: BTreeMap<String, usize> = BTreeMap::new();
    for path in recordings(&root().join("apdu-fixtures")) {
        let recording = Recording::parse(&fs::read(&path).unwrap()).unwrap();
        let Ok(dump) = read_recording(&recording) else { continue };
        assert_eq!(Some(dump.kind.as_str()), recording.header.card.as_deref(), "{}", path.display());
        *played.entry(dump.kind.to_string()).or_default() += 1;
    }
    // Kinds with the same steps are told apart by their content alone.
    let is_played = |kind: &KindSpec| {
        registry::specs().any(|same| std::ptr::eq(same.steps, kind.steps) && played.contains_key(same.kind.as_str()))
    };
    let missing: Vec<CardKind> =
        registry::specs().filter(|spec| !spec.steps.is_empty() && !is_played(spec)).map(|spec| spec.kind).collect();
    assert!(missing.is_empty(), "no recording of {missing:?} is read: {played:?}");
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(recordings(&path));
        } else if path.extension().is_some_and(|extension| extension == "apdu") {
            found.push(path);
        }
    }
    found
}
