//! Reading the pages: their tables, their code, their prose.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(crate) const READMES: [&str; 2] = ["README.md", "README.ja.md"];

/// The pages that are there in English and in Japanese.
pub(crate) const BOTH: [[&str; 2]; 3] =
    [READMES, ["docs/using.md", "docs/using.ja.md"], ["docs/checks.md", "docs/checks.ja.md"]];

/// Every file below a folder with this extension, without what tools and version control leave there.
pub(crate) fn files_with(extension: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
                    walk(&path, extension, found);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root(), extension, &mut found);
    found
}

/// The lines of a page outside code blocks, fenced or indented.
pub(crate) fn prose(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !line.starts_with("    ") {
            lines.push(line);
        }
    }
    lines
}

/// What stands between a page's first fence of a language and its end.
pub(crate) fn fenced<'a>(text: &'a str, language: &str) -> &'a str {
    let start = text.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no {language} block")).1;
    start.split_once("```").unwrap().0
}

/// The cells of every table row, header rows included, without the rules below them.
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    let table = |line: &&str| line.starts_with("| ") && !line.starts_with("| ---");
    prose(text).into_iter().filter(table).map(cells).collect()
}

pub(crate) fn ticked(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}

/// Fails for every expected row that the page lacks.
pub(crate) fn assert_rows(name: &str, expected: &[Vec<String>]) {
    let rows = rows(&page(name));
    let starts =
        |row: &Vec<String>, wanted: &Vec<String>| row.len() >= wanted.len() && row[..wanted.len()] == wanted[..];
    let lacking: Vec<_> = expected.iter().filter(|wanted| !rows.iter().any(|row| starts(row, wanted))).collect();
    assert!(lacking.is_empty(), "{name} lacks rows that begin with: {lacking:#?}");
}

/// What stands below a heading, up to the next one.
pub(crate) fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let from = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section {heading}")).1;
    from.split("\n## ").next().unwrap().split("\n### ").next().unwrap()
}
