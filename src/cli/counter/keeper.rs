//! The thread that keeps the counter's records: it alone writes to their database, and reports what came of it.

use std::sync::{Arc, mpsc::Receiver};

use clap::ArgMatches;
use jiff::Timestamp;

use crate::{
    counter::{Added, Answer, BookRow, Event, Ledger, Query, Run, Saved},
    messages::Problem,
    records::{
        content::{Amendment, Change, Record},
        store::{Appended, EntryKind, Header, Listing, Lookup, Store},
    },
    text::japan_date,
};

use super::{
    super::{
        args::name,
        records::{amend, database, views},
    },
    desk::Desk,
};

/// How many records the page lists.
const PAGE: u32 = 50;

/// What the thread is to do.
pub enum Job {
    /// Save a record.
    Save(Run, Box<Record>),
    /// Add to a record.
    Amend(Run, String, Box<Amendment>),
    /// Look something up.
    Look(Run, Query),
    /// The program ends.
    End,
}

/// What the session knows of the database.
pub fn ledger(store: &Store, matches: &ArgMatches) -> Ledger {
    Ledger {
        place: store.place().to_string(),
        test: store.log().test,
        photo_purpose: matches.get_one::<String>(name::WITH_PHOTO).cloned(),
    }
}

/// Works until the program ends.
pub fn run(desk: &Arc<Desk>, mut store: Store, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        let event = match job {
            Job::Save(run, record) => Event::Kept(run, save(&mut store, &record)),
            Job::Amend(run, id, amendment) => Event::Amended(run, amend(&mut store, &id, &amendment)),
            Job::Look(run, query) => Event::Looked(run, look(&mut store, query)),
            Job::End => return,
        };
        desk.apply(event);
    }
}

fn save(store: &mut Store, record: &Record) -> Result<Saved, Problem> {
    let appended = database::save(store, record, Timestamp::now())?;
    Ok(Saved {
        id: appended.id.to_string(),
        seq: appended.seq,
        warnings: warnings(&appended),
        blanks: record.blanks().count(),
    })
}

fn amend(store: &mut Store, id: &str, amendment: &Amendment) -> Result<Added, Problem> {
    let (id, now) = (database::id(id)?, Timestamp::now());
    let view = views::one(store, id)?;
    // Another counter may have ended it meanwhile.
    if let Change::RelationEnd { relation, ended_on } = amendment.change {
        amend::ended(id, &view, Some(relation), ended_on, japan_date(now))?;
    }
    let appended = database::add(store, id, &view.record, amendment, now)?;
    Ok(Added { seq: appended.seq, warnings: warnings(&appended) })
}

/// What is not as it should be although the entry is saved.
fn warnings(appended: &Appended) -> Vec<Problem> {
    appended.warnings().cloned().map(Problem::Records).collect()
}

fn look(store: &mut Store, query: Query) -> Result<Answer, Problem> {
    let headers = match query {
        Query::One(id) => {
            let view = Box::new(views::one(store, database::id(&id)?)?);
            return Ok(Answer::One { id, view });
        }
        Query::Recent => store.list(&Listing { kind: Some(EntryKind::Record), limit: PAGE, ..Listing::default() })?,
        Query::Find(by, text) => match by.normalised(&text) {
            Some(text) => store.find(&Lookup::new(by.as_str(), text))?,
            None => Vec::new(),
        },
    };
    let mut firsts: Vec<Header> = Vec::new();
    for header in headers {
        // What was added later is found too, and leads to its record.
        let first = match header.of {
            Some(of) => store.read(of)?.header,
            None => header,
        };
        if first.kind == EntryKind::Record && firsts.iter().all(|known| known.id != first.id) {
            firsts.push(first);
        }
    }
    let mut rows = Vec::with_capacity(firsts.len());
    for header in firsts {
        let open = if header.emptied { None } else { Some(views::one(store, header.id)?.blanks().count()) };
        rows.push(BookRow { seq: header.seq, id: header.id.to_string(), at: header.created_at, open });
    }
    Ok(Answer::Rows(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        messages::StoreError,
        records::store::{Head, KeyFile, Log},
        transport::nonces::SystemNonces,
    };

    #[test]
    fn a_head_that_was_not_kept_hides_no_wrong_clock() {
        let (database, at) = (uuid::Uuid::from_u128(7), Timestamp::UNIX_EPOCH);
        let key = KeyFile::new(database, &mut SystemNonces).unwrap();
        let head = Head { log: Log { database, test: false }, size: 2, root: [9; 32], time: at }.sign(key.signer());
        let not_kept = StoreError::ReadOnly { place: "shop.key.head".to_owned() };
        let back = StoreError::ClockBack { at, before: at };
        let mut appended = Appended {
            id: database,
            seq: 2,
            head,
            head_not_kept: Some(not_kept.clone()),
            clock_back: Some(back.clone()),
        };
        let both = warnings(&appended);
        assert!(
            matches!(&both[..], [Problem::Records(one), Problem::Records(other)] if *one == not_kept && *other == back)
        );
        (appended.head_not_kept, appended.clock_back) = (None, None);
        assert!(warnings(&appended).is_empty());
    }
}
