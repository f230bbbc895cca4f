//! Records with everything that was added to them, as they are read from the log.

use std::{collections::HashMap, ops::ControlFlow};

use uuid::Uuid;

use crate::{
    messages::{Problem, RecordError},
    profile::Profiles,
    records::{
        content::{Logged, Payload, View, export::Exported, retention},
        store::{EntryKind, Layer, Store, StoreError},
    },
};

use super::database::payload;

/// One record with its history.
pub fn one(store: &mut Store, id: Uuid) -> Result<View, Problem> {
    Ok(whole(store, id)?.0)
}

/// One record with its history, and the names of the entries that it is made of.
pub fn whole(store: &mut Store, id: Uuid) -> Result<(View, Vec<Uuid>), Problem> {
    let (mut history, mut ids) = (Vec::new(), Vec::new());
    for entry in store.history(id)? {
        let header = entry.header;
        ids.push(header.id);
        match entry.payload {
            Some(bytes) => {
                history.push(Logged { seq: header.seq, at: header.created_at, payload: payload(header.id, &bytes)? });
            }
            None if header.id == id => return Err(StoreError::Purged { id: id.to_string() }.into()),
            // A purge empties a whole history.
            None => return Err(damaged(store, header.seq)),
        }
    }
    let view = View::fold(history).map_err(|_| RecordError::NotReadable { id: id.to_string() })?;
    Ok((view, ids))
}

/// An addition was emptied, and its record was not.
fn damaged(store: &Store, seq: u64) -> Problem {
    StoreError::Damaged { place: store.place().to_string(), seq, layer: Layer::Purge }.into()
}

/// Every record with its history, in the order of the log. Only what was added to records is held meanwhile.
pub fn each(
    store: &mut Store,
    with: &mut dyn FnMut(Uuid, View) -> Result<ControlFlow<()>, Problem>,
) -> Result<(), Problem> {
    let mut additions: HashMap<Uuid, Vec<Logged>> = HashMap::new();
    let mut failed = None;
    let mut emptied: HashMap<Uuid, u64> = HashMap::new();
    store.each(0, &mut |entry| {
        let header = &entry.header;
        if let (Some(of), None) = (header.of, &entry.payload) {
            emptied.insert(of, header.seq);
        }
        let (Some(of), Some(bytes)) = (header.of, entry.payload.as_ref()) else { return ControlFlow::Continue(()) };
        if !matches!(header.kind, EntryKind::Amendment | EntryKind::RelationEnd | EntryKind::Hold) {
            return ControlFlow::Continue(());
        }
        match payload(header.id, bytes) {
            Ok(payload) => {
                additions.entry(of).or_default().push(Logged { seq: header.seq, at: header.created_at, payload });
                ControlFlow::Continue(())
            }
            Err(problem) => {
                failed = Some(problem);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(problem) = failed.take() {
        return Err(problem);
    }
    let place = store.place().to_string();
    store.each(0, &mut |entry| {
        let header = &entry.header;
        if let (Some(seq), true) = (emptied.get(&header.id), entry.payload.is_some()) {
            failed = Some(StoreError::Damaged { place: place.clone(), seq: *seq, layer: Layer::Purge }.into());
            return ControlFlow::Break(());
        }
        let Some(bytes) = entry.payload.as_ref().filter(|_| header.kind == EntryKind::Record) else {
            return ControlFlow::Continue(());
        };
        let added = additions.remove(&header.id).unwrap_or_default();
        let first = payload(header.id, bytes).map(|payload| Logged { seq: header.seq, at: header.created_at, payload });
        let view = first.and_then(|first| folded(header.id, first, added));
        match view.and_then(|view| with(header.id, view)) {
            Ok(flow) => flow,
            Err(problem) => {
                failed = Some(problem);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(()), Err)
}

fn folded(id: Uuid, first: Logged<Payload>, added: Vec<Logged>) -> Result<View, Problem> {
    View::fold(std::iter::once(first).chain(added)).map_err(|_| RecordError::NotReadable { id: id.to_string() }.into())
}

/// A record as it is shown and exported.
pub fn exported(id: Uuid, view: View, profiles: &Profiles, test: bool) -> Exported {
    let retention = retention::of(&view, profiles);
    Exported { id: id.to_string(), view, retention, test }
}
