//! `taimen records export`: records to a file, encrypted to somebody if asked. The log says so.

use std::{ops::ControlFlow, path::PathBuf};

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    destination::Existing,
    lang::Lang,
    messages::{ExitCode, Problem, RecordError},
    records::{
        content::export::{self, Exported},
        store::{EntryKind, NewEntry, Ranges},
    },
    text::japan_date,
};

use crate::cli::{Settings, args::name, files, output, profiles};

use super::{database, views};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let profiles = profiles::profiles(matches)?;
    let recipient = matches.get_one::<String>(name::TO).map(|to| recipient(to)).transpose()?;
    let path = matches.get_one::<PathBuf>(name::OUT).cloned().unwrap_or_default();
    let destination = files::private(&path, Existing::Kept)?;
    let format = matches.get_one::<String>(name::FORMAT).map_or("json", String::as_str);
    let ids: Vec<Uuid> = matches
        .get_many::<String>(name::ID)
        .into_iter()
        .flatten()
        .map(|given| database::id(given))
        .collect::<Result<_, _>>()?;
    let day = |option| matches.get_one::<Date>(option).copied();
    let (since, until) = (day(name::SINCE), day(name::UNTIL));
    let by = crate::records::content::clean(matches.get_one::<String>(name::BY).map_or("", String::as_str))
        .map_err(|error| super::add::refused("--by", &error))?;

    let mut store = super::open(matches)?;
    let test = store.log().test;
    let mut records: Vec<Exported> = Vec::new();
    // Between two neighbours that both fall into the period lie additions and the like, and no other record: so a period is one range.
    let (mut entries, mut neighbour): (Vec<u64>, Option<u64>) = (Vec::new(), None);
    if ids.is_empty() {
        views::each(&mut store, &mut |id, view| {
            let on = japan_date(view.at);
            if since.is_none_or(|since| since <= on) && until.is_none_or(|until| on <= until) {
                entries.extend(neighbour.map_or(view.seq, |last| last.saturating_add(1))..=view.seq);
                neighbour = Some(view.seq);
                records.push(views::exported(id, view, &profiles, test));
            } else {
                neighbour = None;
            }
            Ok(ControlFlow::Continue(()))
        })?;
    } else {
        for id in &ids {
            let view = views::one(&mut store, *id)?;
            entries.push(view.seq);
            records.push(views::exported(*id, view, &profiles, test));
        }
    }
    if records.is_empty() {
        return Err(RecordError::NothingFound.into());
    }
    let now = Timestamp::now();
    let bytes = Zeroizing::new(match format {
        "csv" => export::csv(&records, settings.lang),
        "html" => export::html(&records, now, settings.lang).into_bytes(),
        _ => export::json(&records, now).into_bytes(),
    });
    let bytes = match &recipient {
        Some(recipient) => Zeroizing::new(age::encrypt(recipient, &bytes).map_err(|_| RecordError::NotEncrypted)?),
        None => bytes,
    };
    // The log knows of it before anybody has the file.
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).take(MAX_NAMED).collect();
    let note = json!({
        "schema": "taimen.export/1", "format": format, "records": records.len(), "entries": Ranges::of(entries).to_string(),
        "ids": ids, "since": since, "until": until, "by": by, "recipient": recipient.as_ref().map(ToString::to_string),
    });
    let entry = NewEntry {
        kind: EntryKind::Export,
        of: None,
        profile: None,
        created_at: now,
        payload: Zeroizing::new(note.to_string().into_bytes()),
        with_photo: false,
        lookups: Vec::new(),
    };
    let appended = store.append(&entry)?;
    files::write(&destination, &bytes)?;
    output::text(&match settings.lang {
        Lang::Ja => format!("{}件を書き出しました。書き出しの記録: No. {}\n", records.len(), appended.seq),
        Lang::En => {
            let unit = if records.len() == 1 { "record" } else { "records" };
            format!("taimen exported {} {unit}. The log says so in no. {}.\n", records.len(), appended.seq)
        }
    })?;
    super::warn(settings, &appended);
    Ok(ExitCode::Authentic)
}

/// The most records that the log names by their ids too.
const MAX_NAMED: usize = 500;

fn recipient(given: &str) -> Result<age::x25519::Recipient, Problem> {
    given.trim().parse().map_err(|_| RecordError::BadRecipient.into())
}
