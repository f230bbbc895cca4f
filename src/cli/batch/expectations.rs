//! The folder of `--expect`: whose word it is what an input must yield. Only what lies in that folder counts, found by
//! looking through it once: no name of an input, and no link, leads out of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    batch::{Expectation, ExpectationError, MAX_EXPECTATION},
    cli::{files, problem::unreadable},
    messages::Problem,
};

use super::inputs::{EXPECTATION, Input, MAX_DEPTH};

/// The expectations of a folder, by the input that each is for.
#[derive(Default)]
pub struct Expectations {
    /// The folder's real path, and how it was named; `None` without `--expect`.
    folder: Option<(PathBuf, PathBuf)>,
    /// By the input's path below the folder, without the end of its name.
    found: BTreeMap<PathBuf, Found>,
}

struct Found {
    /// Links, pipes and devices are refused.
    is_file: bool,
    used: AtomicBool,
}

impl Expectations {
    /// Looks through a folder.
    pub fn of(folder: &Path) -> Result<Self, Problem> {
        let real = fs::canonicalize(folder).map_err(|error| unreadable(folder, &error))?;
        let mut found = BTreeMap::new();
        walk(folder, Path::new(""), 0, &mut found)?;
        Ok(Self { folder: Some((real, folder.to_owned())), found })
    }

    /// What is expected of an input: by its path below the folder if it lies in it, else by its path below the folder
    /// that was named as an input, or by its name.
    pub fn take(&self, input: &Input) -> Result<Option<Expectation>, Problem> {
        let Some((real, named)) = &self.folder else { return Ok(None) };
        let Some(key) = key(real, input) else { return Ok(None) };
        let Some(found) = self.found.get(&key) else { return Ok(None) };
        found.used.store(true, Ordering::Relaxed);
        let path = file(named, &key);
        if !found.is_file {
            return Err(Problem::NotAFile { path: path.display().to_string() });
        }
        let bytes = files::read_limited(&path, MAX_EXPECTATION)?;
        Expectation::parse(&bytes).map(Some).map_err(|error| Problem::Expectation {
            path: path.display().to_string(),
            place: match error {
                ExpectationError::Malformed { line, column } => Some((line, column)),
                ExpectationError::TooLarge | ExpectationError::Nothing => None,
            },
        })
    }

    /// The expectations that no input had, in order.
    pub fn unused(&self) -> impl Iterator<Item = PathBuf> {
        let unused = self.found.iter().filter(|(_, found)| !found.used.load(Ordering::Relaxed));
        unused.filter_map(|(key, _)| self.folder.as_ref().map(|(_, named)| file(named, key)))
    }
}

/// The name under which an input's expectation is looked for. A part of it such as `..` is in no key.
fn key(folder: &Path, input: &Input) -> Option<PathBuf> {
    let place =
        fs::canonicalize(input.path.parent().filter(|place| !place.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    let below = place.ok().and_then(|place| Some(place.strip_prefix(folder).ok()?.join(input.path.file_name()?)));
    let below = match (below, &input.below) {
        (Some(below), _) => below,
        (None, Some(named)) => input.path.strip_prefix(named).ok()?.to_owned(),
        (None, None) => input.path.file_name()?.into(),
    };
    Some(below.with_file_name(below.file_stem()?))
}

fn file(folder: &Path, key: &Path) -> PathBuf {
    let mut path = folder.join(key).into_os_string();
    path.push(EXPECTATION);
    path.into()
}

fn walk(folder: &Path, below: &Path, depth: usize, found: &mut BTreeMap<PathBuf, Found>) -> Result<(), Problem> {
    let path = folder.join(below);
    if depth >= MAX_DEPTH {
        return Err(Problem::FolderLoop { path: path.display().to_string() });
    }
    let failed = |error| unreadable(&path, &error);
    for entry in fs::read_dir(&path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // Of the entry itself: a link is neither a folder nor a file.
        let kind = entry.file_type().map_err(failed)?;
        let name = entry.file_name();
        if kind.is_dir() {
            walk(folder, &below.join(&name), depth + 1, found)?;
        } else if name.as_encoded_bytes().ends_with(EXPECTATION.as_bytes()) {
            // `x.expect.json`: its two ends are taken off, one after the other. `.expect.json` alone is for no input.
            let stem = Path::new(&name).file_stem().map(Path::new).and_then(Path::file_stem).unwrap_or_default();
            found.insert(below.join(stem), Found { is_file: kind.is_file(), used: AtomicBool::new(false) });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_found_by_its_place_in_the_folder_or_by_its_name() {
        let root = std::env::temp_dir().join(format!("taimen-expect-{}", std::process::id()));
        fs::create_dir_all(root.join("expect/a")).unwrap();
        fs::create_dir_all(root.join("in/a")).unwrap();
        let real = fs::canonicalize(root.join("expect")).unwrap();
        let of = |path: &str, below: Option<&str>| {
            let input = Input { path: root.join(path), below: below.map(|below| root.join(below)) };
            key(&real, &input).map(|key| key.display().to_string())
        };
        assert_eq!(of("expect/a/b.apdu", None).as_deref(), Some("a/b"));
        assert_eq!(of("expect/a/b.c.json", Some("expect/a")).as_deref(), Some("a/b.c"));
        assert_eq!(of("in/a/b.apdu", Some("in")).as_deref(), Some("a/b"));
        assert_eq!(of("in/a/b", None).as_deref(), Some("b"));
        assert_eq!(of("in/a/../../expect/b.json", None).as_deref(), Some("b"));
        assert_eq!(of("nowhere/b.json", None).as_deref(), Some("b"));
        assert_eq!(of("in/..", None), None);
        fs::remove_dir_all(root).unwrap();
    }
}
