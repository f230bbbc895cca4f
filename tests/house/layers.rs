//! The layers of the design: a module uses only modules to its left, decoding and checking never see a card, and
//! nothing right of `dump` touches files, network, environment or clock, except the program itself.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// From left to right, as `src/lib.rs` and docs/architecture.md have it. Modules of one group may use each other only leftwards too.
const LAYERS: &[&str] = &[
    "lang",
    "privacy",
    "destination",
    "kind",
    "text",
    "tlv",
    "cbor",
    "image",
    "crypto",
    "transport",
    "iso7816",
    "trust",
    "verify",
    "dump",
    "cards",
    "compare",
    "profile",
    "simulator",
    "messages",
    "report",
    "batch",
    "doctor",
    "records",
    "counter",
    "cli",
];

/// The modules that are pure: a function of their arguments.
const PURE_FROM: &str = "cards";

/// The programs, which may touch the outside.
const OUTSIDE: &[&str] = &["cli"];

/// The one part of a pure module that keeps things on disk, without a clock.
const STORAGE: &str = "records/store";

/// The clocks among [`IMPURE`].
const CLOCKS: &[&str] = &["SystemTime", "Instant", "Timestamp::now", "Zoned::now"];

/// What touches the outside.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process::Command",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "TcpStream",
    "File::open",
];

pub(super) fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.into_iter().map(|(path, text)| (path.strip_prefix(&root).unwrap().to_owned(), text)).collect()
}

/// The code before a file's own tests, comments and doc examples taken out.
pub(super) fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    shipped.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

pub(super) fn is_test_file(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"))
        || path.parent().is_some_and(|folder| folder.ends_with("tests"))
        || path.ends_with("report/samples.rs")
}

pub(super) fn module(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Every top-level module that the code names as `crate::name`, in use lines (nested braces included) and paths.
fn used(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("crate::") {
        let before = rest[..at].chars().next_back();
        rest = &rest[at + "crate::".len()..];
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut name = String::new();
            let mut fresh = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => fresh = true,
                    ':' if fresh && depth == 0 && !name.is_empty() => {
                        names.push(std::mem::take(&mut name));
                        fresh = false;
                    }
                    c if depth == 0 && fresh && (c.is_alphanumeric() || c == '_') => name.push(c),
                    _ => {}
                }
                if c == ',' && depth == 0 && !name.is_empty() {
                    names.push(std::mem::take(&mut name));
                }
            }
            if !name.is_empty() {
                names.push(name);
            }
        } else {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            names.push(name);
        }
    }
    names
}

#[test]
fn use_lines_are_understood() {
    assert_eq!(
        used("use crate::{\n    a::{B, c::D},\n    e::F,\n    g,\n};\nlet x = crate::h::i();"),
        ["a", "e", "g", "h"]
    );
    assert_eq!(used("use subcrate::x;"), Vec::<String>::new());
}

#[test]
fn the_library_names_the_layers_in_this_order() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let line = library.lines().find(|line| line.contains(" | transport iso7816 | ")).unwrap();
    let named: Vec<&str> = line.trim_start_matches("//! ").split([' ', '|']).filter(|name| !name.is_empty()).collect();
    assert_eq!(named, LAYERS);
}

#[test]
fn no_arrow_points_right() {
    let place: BTreeMap<&str, usize> = LAYERS.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        let own = module(&path);
        if matches!(own.as_str(), "lib" | "main") || is_test_file(&path) {
            continue;
        }
        let here = *place.get(own.as_str()).unwrap_or_else(|| panic!("{} has no place in LAYERS", path.display()));
        for name in used(&code(&text)) {
            seen += 1;
            match place.get(name.as_str()) {
                Some(there) if *there > here => wrong.push(format!("{}: crate::{name}", path.display())),
                _ => {}
            }
        }
    }
    assert!(seen > 50, "the test sees the use lines: {seen}");
    assert!(wrong.is_empty(), "arrows that point right:\n{}", wrong.join("\n"));
}

#[test]
fn decoding_and_checking_never_see_a_card() {
    let mut files = 0;
    for (path, text) in sources() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let in_cards = path.starts_with("cards");
        let pure = ["decode", "checks", "menkyo_checks", "signature", "changes", "certificate", "findings"]
            .contains(&name.as_str())
            || path.components().any(|part| part.as_os_str() == "checks");
        if !(in_cards && pure) {
            continue;
        }
        files += 1;
        for module in used(&code(&text)) {
            assert!(!["transport", "iso7816"].contains(&module.as_str()), "{}: crate::{module}", path.display());
        }
    }
    assert!(files >= 14, "{files} files of decoding and checking");
}

#[test]
fn nothing_right_of_the_dump_touches_the_outside() {
    let pure = LAYERS.iter().position(|name| *name == PURE_FROM).unwrap();
    for (path, text) in sources() {
        let own = module(&path);
        let at = LAYERS.iter().position(|name| *name == own).unwrap_or(0);
        if at < pure || OUTSIDE.contains(&own.as_str()) || is_test_file(&path) {
            continue;
        }
        let code = code(&text);
        let words = if path.starts_with(STORAGE) { CLOCKS } else { IMPURE };
        for word in words {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}
