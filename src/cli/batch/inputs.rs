//! The inputs of a batch, one after the other and never collected: named files, folders in sorted order, and the lines
//! of a list.

use std::{
    ffi::OsStr,
    fs,
    io::{self, BufRead, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use crate::{cli::problem::unreadable, dump::MAX_DUMP, messages::Problem};

/// The deepest folder that is looked into, counted from the one that was named.
pub const MAX_DEPTH: usize = 64;

/// The longest line of a list, in bytes.
pub const MAX_LINE: usize = MAX_DUMP;

/// How a file's name ends that says what is expected of an input.
pub const EXPECTATION: &str = ".expect.json";

/// A file that may be an input.
#[derive(Debug)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// The named folder in which it was found; `None` for a file that was named itself.
    pub below: Option<PathBuf>,
}

impl Input {
    /// A file that was named itself.
    pub fn named(path: &Path) -> Self {
        Self { path: path.to_owned(), below: None }
    }
}

/// One input, not opened yet.
#[derive(Debug)]
pub enum Item {
    /// A file that was named, or found in a folder.
    File(Input),
    /// A line of a list that is JSON.
    Line {
        /// Line, from 1.
        number: u64,
        /// The line.
        json: Vec<u8>,
    },
    /// Something that cannot be judged.
    Refused {
        /// How it was named.
        input: String,
        /// Why.
        problem: Problem,
    },
}

/// Takes inputs; says when no more are wanted.
pub type Give<'a> = &'a mut dyn FnMut(Item) -> ControlFlow<()>;

/// Gives every input of the named paths in order; `-` stands for a list on standard input.
pub fn each(paths: &[PathBuf], give: Give<'_>) -> ControlFlow<()> {
    for path in paths {
        if path == Path::new("-") {
            list(&mut io::stdin().lock(), give)?;
        } else {
            named(path, give)?;
        }
    }
    ControlFlow::Continue(())
}

/// The inputs of a list: a path or a JSON object a line; blank lines count as none.
fn list(lines: &mut dyn BufRead, give: Give<'_>) -> ControlFlow<()> {
    let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX).saturating_add(2);
    let mut number = 0;
    loop {
        let mut line = Vec::new();
        match (&mut *lines).take(most).read_until(b'\n', &mut line) {
            Ok(0) => return ControlFlow::Continue(()),
            Ok(_) => number += 1,
            Err(error) => {
                let problem = unreadable(Path::new("-"), &error);
                return give(Item::Refused { input: "-".to_owned(), problem });
            }
        }
        let whole = line.ends_with(b"\n");
        for end in [b'\n', b'\r'] {
            line.pop_if(|last| *last == end);
        }
        let refused = || Item::Refused { input: format!("-:{number}"), problem: Problem::ListLine { line: number } };
        if line.len() > MAX_LINE {
            if !whole && lines.skip_until(b'\n').is_err() {
                return ControlFlow::Continue(());
            }
            give(refused())?;
        } else if line.trim_ascii_start().starts_with(b"{") {
            give(Item::Line { number, json: line })?;
        } else if !line.trim_ascii().is_empty() {
            match path_of(line) {
                Some(path) => named(&path, give)?,
                None => give(refused())?,
            }
        }
    }
}

#[cfg(unix)]
fn path_of(line: Vec<u8>) -> Option<PathBuf> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(line)).map(|path: std::ffi::OsString| path.into())
}

#[cfg(not(unix))]
fn path_of(line: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(line).ok().map(PathBuf::from)
}

fn named(path: &Path, give: Give<'_>) -> ControlFlow<()> {
    // A shell's pattern names expectations too. They are not inputs.
    if path.file_name().is_some_and(is_expectation) {
        return ControlFlow::Continue(());
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => folder(path, path, &mut Vec::new(), give),
        // What is missing or not a file is reported when it is opened.
        _ => give(Item::File(Input::named(path))),
    }
}

/// `top` is the folder that was named; `above` are the real paths of the folders that lead here: one of them again is a loop.
fn folder(top: &Path, path: &Path, above: &mut Vec<PathBuf>, give: Give<'_>) -> ControlFlow<()> {
    let refused = |problem| Item::Refused { input: path.display().to_string(), problem };
    let real = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) => return give(refused(unreadable(path, &error))),
    };
    if above.len() >= MAX_DEPTH || above.contains(&real) {
        return give(refused(Problem::FolderLoop { path: path.display().to_string() }));
    }
    above.push(real);
    let names = match names(path) {
        Ok(found) => found,
        Err(error) => return give(refused(unreadable(path, &error))),
    };
    for (name, found) in &names {
        let path = path.join(&**name);
        let file = |path| Item::File(Input { path, below: Some(top.to_owned()) });
        match found {
            Found::Folder => folder(top, &path, above, give)?,
            Found::File => give(file(path))?,
            Found::Link => match fs::metadata(&path) {
                Ok(target) if target.is_dir() => folder(top, &path, above, give)?,
                _ if is_wanted(name) => give(file(path))?,
                _ => {}
            },
        }
    }
    above.pop();
    ControlFlow::Continue(())
}

/// What a name in a folder stands for.
#[derive(Clone, Copy)]
enum Found {
    File,
    Folder,
    Link,
}

/// The names of a folder in order: all of them are held, about 70 bytes each, and nothing else of their files.
fn names(folder: &Path) -> io::Result<Vec<(Box<OsStr>, Found)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let kind = entry.file_type()?;
        let found = if kind.is_dir() {
            Found::Folder
        } else if kind.is_symlink() {
            Found::Link
        } else if is_wanted(&name) {
            Found::File
        } else {
            continue;
        };
        names.push((name.into_boxed_os_str(), found));
    }
    names.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(names)
}

/// Whether a file of a folder is an input by its name.
fn is_wanted(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let ends = |end: &str| name.ends_with(end.as_bytes());
    (ends(".apdu") || ends(".json")) && !ends(EXPECTATION)
}

fn is_expectation(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(EXPECTATION.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_folder_is_given_in_the_order_of_names() {
        let folder = std::env::temp_dir().join(format!("taimen-names-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for number in (0..3_000).rev() {
            fs::write(folder.join(format!("{number:04}.apdu")), "").unwrap();
        }
        fs::write(folder.join("0005.expect.json"), "").unwrap();
        fs::write(folder.join("readme.txt"), "").unwrap();
        let mut seen = Vec::new();
        let done = named(&folder, &mut |item| {
            let Item::File(input) = item else { panic!("{item:?}") };
            seen.push(input.path.file_name().unwrap().to_str().unwrap().to_owned());
            ControlFlow::Continue(())
        });
        fs::remove_dir_all(&folder).unwrap();
        assert!(done.is_continue());
        assert_eq!(seen, (0..3_000).map(|number| format!("{number:04}.apdu")).collect::<Vec<_>>());
    }

    fn listed(text: &[u8]) -> Vec<String> {
        let mut seen = Vec::new();
        let done = list(&mut &*text, &mut |item| {
            seen.push(match item {
                Item::File(input) => input.path.display().to_string(),
                Item::Line { number, json } => format!("{number}={}", String::from_utf8_lossy(&json)),
                Item::Refused { input, problem } => format!("{input}: {problem:?}"),
            });
            ControlFlow::Continue(())
        });
        assert!(done.is_continue());
        seen
    }

    #[test]
    fn a_list_has_paths_and_json() {
        assert_eq!(
            listed(b"a.apdu\r\n\n  \n b c.json\nx.expect.json\n{\"input\":1}\nlast"),
            ["a.apdu", " b c.json", "6={\"input\":1}", "last"]
        );
        assert_eq!(listed(b""), Vec::<String>::new());
    }

    #[test]
    fn a_line_without_end_is_refused_and_passed_over() {
        let mut text = vec![b'x'; MAX_LINE + 100];
        text.extend(b"\nnext.apdu\n");
        assert_eq!(listed(&text), ["-:1: ListLine { line: 1 }", "next.apdu"]);
        let mut just = vec![b'{'; MAX_LINE];
        just.extend(b"\r\nnext.apdu");
        assert_eq!(listed(&just).len(), 2);
        assert!(listed(&just)[0].starts_with("1={{"));
    }
}
