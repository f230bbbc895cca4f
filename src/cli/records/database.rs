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

fn named(matches: &ArgMatches) -> Result<Option<(Place, Keys)>, Problem> {
    let Some(url) = matches.try_get_one::<String>(name::RECORDS).ok().flatten() else { return Ok(None) };
    let place = Place::parse(url)?;
    let key = matches.try_get_one::<PathBuf>(name::KEY).ok().flatten().ok_or(StoreError::NoKeyGiven)?;
    let keys = Keys::load(key, &place)?;
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
