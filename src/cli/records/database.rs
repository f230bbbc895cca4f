//! The database of records that a command names, opened.

use clap::ArgMatches;
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    crypto::Sha256Hash,
    messages::{Problem, RecordError},
    records::{
        content::{Amendment, Change, Payload, Record, lookup, lookup::Lookup as By},
        store::{Appended, EntryKind, Lookup, NewEntry, Store, StoreError},
    },
    trust::Hierarchy,
};

use crate::cli::args::name;

/// The database that `--records` names, opened to write: before any credential is spent.
pub fn writable(matches: &ArgMatches) -> Result<Option<Store>, Problem> {
    matches.contains_id(name::RECORDS).then(|| super::open(matches)).transpose()
}

/// The database, opened to read with its keys.
pub fn readable(matches: &ArgMatches) -> Result<Store, Problem> {
    let place = super::place(matches)?;
    let keys = super::keys(matches, &place)?.ok_or(StoreError::NoKeyGiven)?;
    Ok(Store::open_to_read(place, Some(keys))?)
}

/// A record's id as a person wrote it.
pub fn id(given: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(given.trim()).map_err(|_| RecordError::BadId { given: given.to_owned() }.into())
}

/// Refuses a simulated reader, before any card is read, if the records are real ones.
pub fn takes_simulated(store: &Store) -> Result<(), Problem> {
    takes(store, Some(Hierarchy::Simulated))
}

/// Refuses a card of a hierarchy that is not real, if the records are.
fn takes(store: &Store, unreal: Option<Hierarchy>) -> Result<(), Problem> {
    match unreal {
        Some(hierarchy) if !store.log().test => Err(RecordError::Unreal { hierarchy }.into()),
        _ => Ok(()),
    }
}

/// Saves a record. It is safe when this returns.
pub fn save(store: &mut Store, record: &Record, now: Timestamp) -> Result<Appended, Problem> {
    takes(store, record.unreal())?;
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
