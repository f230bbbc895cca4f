//! Files that the user named: personal data, so mode 0600.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::ArgMatches;

use crate::{
    destination::{Destination, DestinationError, Existing, Readers},
    messages::Problem,
};

use super::problem::{unreadable, unwritable};

/// The file that an option names, found to be one that can be written: before a card is touched and anything is typed.
pub fn destination(matches: &ArgMatches, option: &str) -> Result<Option<Destination>, Problem> {
    matches.get_one::<PathBuf>(option).map(|path| private(path, Existing::Replaced)).transpose()
}

/// A file that only its owner may read.
pub fn private(path: &Path, existing: Existing) -> Result<Destination, Problem> {
    if path == Path::new("-") {
        // Standard output has the report; a file of this name would surprise everybody.
        return Err(unwritable(path, &io::ErrorKind::InvalidFilename.into()));
    }
    Destination::new(path, Readers::Owner, existing).map_err(|error| unwritten(path, error))
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
