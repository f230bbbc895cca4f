//! `taimen records amend` and `end`: what is added to a record. Nothing is overwritten.

use std::path::PathBuf;

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    lang::Lang,
    messages::{EntriesFault, ExitCode, Problem, RecordError},
    records::{
        content::{Addition, Amendment, Change, EntryProblem, MAX_ENTRIES, View},
        store::Appended,
    },
    text::japan_date,
};

use crate::cli::{Settings, args::name, files, output, problem};

use super::{add, database, views};

/// Runs `taimen records amend`.
pub fn amend(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let shown = path.display().to_string();
    let bytes = Zeroizing::new(files::read_limited(&path, MAX_ENTRIES)?);
    let bad = |line, fault| RecordError::BadEntries { path: shown.clone(), line, fault };
    if bytes.len() > MAX_ENTRIES {
        return Err(bad(1, EntriesFault::Form).into());
    }
    problem::filled(&path, &bytes)?;
    let text = std::str::from_utf8(problem::text(&bytes)).map_err(|_| bad(1, EntriesFault::Form))?;
    let addition = Addition::parse(text).map_err(|error| bad(error.line, error.fault))?;
    let mut store = super::open(matches)?;
    let id = database::id(matches.get_one::<String>(name::ID).map_or("", String::as_str))?;
    let view = views::one(&mut store, id)?;
    let now = Timestamp::now();
    let relation = addition.reopen;
    if relation.is_some_and(|number| view.relations.iter().all(|known| known.number != number)) {
        return Err(no_relation(id, &view));
    }
    let amendment = addition.to(&view, japan_date(now)).map_err(|error| add::refused(&shown, &error))?;
    let appended = database::add(&mut store, id, &view.record, &amendment, now)?;
    said(settings, matches, &appended)
}

/// Runs `taimen records end`.
pub fn end(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let now = Timestamp::now();
    let today = japan_date(now);
    let ended_on = matches.get_one::<Date>(name::DATE).copied().unwrap_or(today);
    let mut store = super::open(matches)?;
    let id = database::id(matches.get_one::<String>(name::ID).map_or("", String::as_str))?;
    let view = views::one(&mut store, id)?;
    let given = matches.get_one::<u32>(name::RELATION).copied();
    let change = ended(id, &view, given, ended_on, today)?;
    let by = matches.get_one::<String>(name::BY).map_or("", String::as_str);
    let amendment = Amendment::new(by, today, change).map_err(|error| add::refused("--by", &error))?;
    let appended = database::add(&mut store, id, &view.record, &amendment, now)?;
    said(settings, matches, &appended)
}

/// The end of a relation that goes on, on a day between its begin and today.
pub fn ended(id: Uuid, view: &View, relation: Option<u32>, on: Date, today: Date) -> Result<Change, Problem> {
    view.end(relation, on, today).map_err(|problem| match problem {
        EntryProblem::End => RecordError::BadEnd.into(),
        _ => no_relation(id, view),
    })
}

fn no_relation(id: Uuid, view: &View) -> Problem {
    let open: Vec<String> = view.open().map(|relation| relation.number.to_string()).collect();
    RecordError::NoRelation { id: id.to_string(), open: open.join(", ") }.into()
}

fn said(settings: &Settings, matches: &ArgMatches, appended: &Appended) -> Result<ExitCode, Problem> {
    if matches.get_flag(name::JSON) {
        let (id, seq) = (appended.id.to_string(), appended.seq);
        output::line(&json!({"schema": "taimen.saved/1", "id": id, "seq": seq, "head": appended.head.note()}))?;
    } else {
        output::text(&match settings.lang {
            Lang::Ja => format!("追記しました: No. {} ({})\n", appended.seq, appended.id),
            Lang::En => format!("Added: no. {} ({})\n", appended.seq, appended.id),
        })?;
    }
    super::warn(settings, appended);
    Ok(ExitCode::Authentic)
}
