//! Files that the user named: personal data, so mode 0600, but for the JUnit report.

use std::{
    collections::HashMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::ArgMatches;

use crate::{
    destination::{Destination, DestinationError, Existing, Readers},
    messages::Problem,
};

use super::{
    args::name,
    problem::{unreadable, unwritable},
};

/// The file that an option names, found to be one that can be written: before a card is touched and anything is typed.
pub fn destination(matches: &ArgMatches, option: &str) -> Result<Option<Destination>, Problem> {
    matches.get_one::<PathBuf>(option).map(|path| private(path, Existing::Replaced)).transpose()
}

/// A file that only its owner may read.
pub fn private(path: &Path, existing: Existing) -> Result<Destination, Problem> {
    written_for(Readers::Owner, path, existing)
}

/// A file that everybody may read: nothing in it is personal, and whoever reads it often has another account.
pub fn public(path: &Path, existing: Existing) -> Result<Destination, Problem> {
    written_for(Readers::Everybody, path, existing)
}

fn written_for(readers: Readers, path: &Path, existing: Existing) -> Result<Destination, Problem> {
    if path == Path::new("-") {
        // Standard output has the report; a file of this name would surprise everybody.
        return Err(unwritable(path, &io::ErrorKind::InvalidFilename.into()));
    }
    Destination::new(path, readers, existing).map_err(|error| unwritten(path, error))
}

/// What a command writes, of its options and arguments.
const WRITTEN: [&str; 9] = [
    name::RECORD,
    name::SAVE_DUMP,
    name::HTML,
    name::PHOTO,
    name::FRONT,
    name::OUT,
    name::JUNIT,
    name::CREDENTIALS_OUT,
    name::NEW_KEY,
];

/// Refuses a file that a command would write and that another of its options names too: before a card is touched, and before
/// anything is lost.
pub fn distinct(matches: &ArgMatches) -> Result<(), Problem> {
    let mut matches = matches;
    while let Some((_, below)) = matches.subcommand() {
        matches = below;
    }
    let is_given = |id: &str| matches.ids().any(|given| given.as_str() == id);
    if !WRITTEN.into_iter().any(is_given) {
        return Ok(());
    }
    let mut named: Vec<(&str, PathBuf)> = Vec::new();
    for id in matches.ids().map(clap::Id::as_str) {
        if let Ok(Some(paths)) = matches.try_get_many::<PathBuf>(id) {
            named.extend(paths.map(|path| (id, path.clone())));
        } else if let Ok(Some(address)) = matches.try_get_one::<String>(id)
            && let Some(path) = file_of(address)
        {
            named.push((id, path));
        }
    }
    // A written file comes first, so that of two that are read nothing is said.
    named.sort_by_key(|(id, _)| !WRITTEN.contains(id));
    let mut seen: HashMap<PathBuf, &str> = HashMap::new();
    for (id, path) in named.iter().filter(|(_, path)| path != Path::new("-")) {
        let real = real(path);
        match seen.get(&real) {
            Some(first) => {
                let argument = |id: &str| if is_argument(matches, id) { id.to_uppercase() } else { format!("--{id}") };
                let (first, second, path) = (argument(first), argument(id), path.display().to_string());
                return Err(Problem::SameFile { path, first, second });
            }
            None if WRITTEN.contains(id) => drop(seen.insert(real, id)),
            None => {}
        }
    }
    Ok(())
}

/// The file that an address stands for: a recording that is played, a database.
fn file_of(address: &str) -> Option<PathBuf> {
    if let Some(recording) = address.strip_prefix("replay:") {
        return Some(recording.into());
    }
    #[cfg(feature = "records")]
    {
        let place = crate::records::store::Place::parse(address).ok()?;
        place.file().map(Path::to_owned)
    }
    #[cfg(not(feature = "records"))]
    None
}

/// Whether a name is that of an argument and not of an option.
fn is_argument(matches: &ArgMatches, id: &str) -> bool {
    [name::FILE, name::PATH].contains(&id) || id == name::OUT && matches.try_contains_id(name::FILE).is_ok()
}

/// One name for each file, whether it is there or not.
fn real(path: &Path) -> PathBuf {
    let beside = || {
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(beside).unwrap_or_else(|| path.to_owned())
}

/// Writes a file whole.
pub fn write(destination: &Destination, bytes: &[u8]) -> Result<(), Problem> {
    destination.write(bytes).map_err(|error| unwritten(destination.path(), error))
}

/// A file that was not written.
pub fn unwritten(path: &Path, error: DestinationError) -> Problem {
    match error {
        DestinationError::NotAFile => Problem::UnfitDestination { path: path.display().to_string() },
        DestinationError::Io(error) => unwritable(path, &error),
    }
}

/// Reads a file, or standard input for `-`, up to a limit and one byte more, so that the caller notices a larger one.
pub fn read_limited(path: &Path, limit: usize) -> Result<Vec<u8>, Problem> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| {
            // In one read if it is as long as the system says.
            let length = file.metadata().map_or(0, |found| found.len().min(most));
            bytes.reserve_exact(usize::try_from(length).unwrap_or(0).saturating_add(1));
            file.take(most).read_to_end(&mut bytes)
        })
    };
    read.map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}
