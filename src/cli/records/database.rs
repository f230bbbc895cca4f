//! The database of records that a command names, opened.

use std::path::PathBuf;

use clap::ArgMatches;
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    crypto::Sha256Hash,
    messages::{Problem, RecordError},
    records::{
        content::{Amendment, Change, Payload, Record, lookup, lookup::Lookup as By},
        store::{Appended, EntryKind, Keys, Lookup, NewEntry, Place, Store, StoreError},
    },
    transport::nonces::SystemNonces,
};

use crate::cli::args::name;

/// The database that `--records` names, opened to write: before any credential is spent.
pub fn writable(matches: &ArgMatches) -> Result<Option<Store>, Problem> {
    let Some((place, keys)) = named(matches)? else { return Ok(None) };
    Ok(Some(Store::open(place, keys, Box::new(SystemNonces))?))
}

/// The same for a command that cannot do without.
pub fn open(matches: &ArgMatches) -> Result<Store, Problem> {
    writable(matches)?.ok_or_else(|| StoreError::NotAUrl { given: String::new() }.into())
}

/// The database, opened to read with its keys.
pub fn readable(matches: &ArgMatches) -> Result<Store, Problem> {
    let (place, keys) = named(matches)?.ok_or_else(|| StoreError::NotAUrl { given: String::new() })?;
    Ok(Store::open_to_read(place, Some(keys))?)
}

/// The database, opened to read, with its keys if they are named.
pub fn readable_without_key(matches: &ArgMatches) -> Result<Store, Problem> {
    let place = place(matches)?;
    let keys = keys(matches, &place)?;
    Ok(Store::open_to_read(place, keys)?)
}

/// The database that `--records` names.
pub fn place(matches: &ArgMatches) -> Result<Place, Problem> {
    let url = matches.get_one::<String>(name::RECORDS).map(String::as_str).unwrap_or_default();
    Ok(Place::parse(url)?)
}

/// The keys that `--key` or `--keyring` names; `None` without either.
pub fn keys(matches: &ArgMatches, place: &Place) -> Result<Option<Keys>, Problem> {
    if matches.try_get_one::<bool>(name::KEYRING).ok().flatten() == Some(&true) {
        let database = Store::open_to_read(place.clone(), None)?.log().database;
        return Ok(Some(Keys::load_from_keyring(database, &heads()?)?));
    }
    let path = matches.try_get_one::<PathBuf>(name::KEY).ok().flatten();
    Ok(path.map(|path| Keys::load(path, place)).transpose()?)
}

/// The folder for the heads of databases whose keys are in the system's key store.
pub fn heads() -> Result<PathBuf, Problem> {
    let folder = dirs::data_local_dir().ok_or(StoreError::NoKeyring)?.join("taimen").join("records");
    let made = std::fs::create_dir_all(&folder);
    made.map_err(|error| StoreError::Io { path: folder.display().to_string(), error: error.kind() })?;
    Ok(folder)
}

fn named(matches: &ArgMatches) -> Result<Option<(Place, Keys)>, Problem> {
    let Some(url) = matches.try_get_one::<String>(name::RECORDS).ok().flatten() else { return Ok(None) };
    let place = Place::parse(url)?;
    let keys = keys(matches, &place)?.ok_or(StoreError::NoKeyGiven)?;
    Ok(Some((place, keys)))
}

/// A record's id as a person wrote it.
pub fn id(given: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(given.trim()).map_err(|_| RecordError::BadId { given: given.to_owned() }.into())
}

/// Saves a record. It is safe when this returns.
pub fn save(store: &mut Store, record: &Record, now: Timestamp) -> Result<Appended, Problem> {
    if let Some(hierarchy) = record.unreal().filter(|_| !store.log().test) {
        return Err(RecordError::Unreal { hierarchy }.into());
    }
    let entry = NewEntry {
        kind: EntryKind::Record,
        of: None,
        profile: profile(record),
        created_at: now,
        payload: Zeroizing::new(record.to_json()),
        with_photo: record.photo.is_some(),
        lookups: lookups(lookup::of_record(record)),
    };
    Ok(store.append(&entry)?)
}

/// Saves an addition to a record.
pub fn add(
    store: &mut Store,
    of: Uuid,
    record: &Record,
    added: &Amendment,
    now: Timestamp,
) -> Result<Appended, Problem> {
    let (kind, found) = match &added.change {
        Change::Fields { fields, .. } => (EntryKind::Amendment, lookup::of_amended(fields)),
        Change::RelationEnd { .. } => (EntryKind::RelationEnd, Vec::new()),
        Change::Hold { .. } | Change::Release { .. } => (EntryKind::Hold, Vec::new()),
        Change::Recheck { .. } | Change::Reliance { .. } | Change::Reopen { .. } => (EntryKind::Amendment, Vec::new()),
    };
    let entry = NewEntry {
        kind,
        of: Some(of),
        profile: profile(record),
        created_at: now,
        payload: Zeroizing::new(added.to_json()),
        with_photo: false,
        lookups: lookups(found),
    };
    Ok(store.append(&entry)?)
}

/// The profile that stands plain in the log: the record's first.
fn profile(record: &Record) -> Option<(String, Sha256Hash)> {
    let first = record.profiles.first()?;
    Some((first.id.clone(), hex::decode(&first.sha256).ok()?.try_into().ok()?))
}

fn lookups(found: Vec<(By, String)>) -> Vec<Lookup> {
    found.into_iter().map(|(by, text)| Lookup::new(by.as_str(), text)).collect()
}

/// A payload of a record's history.
pub fn payload(id: Uuid, bytes: &[u8]) -> Result<Payload, Problem> {
    Payload::from_json(bytes).map_err(|_| RecordError::NotReadable { id: id.to_string() }.into())
}
