//! `taimen records rekey`: a new data key, and with `--new-key` a new key file.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;

use crate::{
    messages::{ExitCode, Problem, StoreError},
    records::store::{EntryKind, KeyFile, Keys, Store},
    report::visible,
    transport::nonces::SystemNonces,
};

use super::{SCHEMA, Settings, entry, keys, name, output, place, rows, t, warn};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let place = place(matches)?;
    let keys = keys(matches, &place)?.ok_or(StoreError::NoKeyGiven)?;
    let next = match matches.get_one::<PathBuf>(name::NEW_KEY) {
        None => None,
        Some(path) => {
            let next = keys.next_master(&mut SystemNonces)?;
            // In its file before anything depends on it.
            let written = KeyFile::parse(&next.to_text()).map_err(|_| Problem::Internal { place: "records" })?;
            let written = Keys::create(written, path, &place)?;
            Some((next, written, path))
        }
    };
    let mut store = Store::open(place, keys, Box::new(SystemNonces))?;
    let log = entry(EntryKind::Rekey, &json!({"schema": "taimen.rekey/1", "new_key_file": next.is_some()}));
    let appended = match &next {
        None => store.rekey(&log),
        Some((next, ..)) => store.rekey_master(&log, next),
    };
    let appended = match (appended, &next) {
        (Ok(appended), _) => appended,
        (Err(error), Some((_, _, path))) => {
            // If nobody knows whether it was committed, it may be the one key that opens the log.
            if !matches!(error, StoreError::ConnectionLost { .. } | StoreError::NoServer { .. }) {
                let _ = std::fs::remove_file(path);
            }
            return Err(error.into());
        }
        (Err(error), None) => return Err(error.into()),
    };
    if let Some((_, written, _)) = &next {
        written.kept().keep(&appended.head, &written.public_key())?;
    }
    warn(settings, &appended);
    let path = next.as_ref().map(|(_, _, path)| path.display().to_string());
    if matches.get_flag(name::JSON) {
        output::line(&json!({"schema": SCHEMA, "id": appended.id, "seq": appended.seq, "new_key": path}))?;
        return Ok(ExitCode::Authentic);
    }
    let lang = settings.lang;
    let mut text = t(
        lang,
        "これから追加する記録は、新しい鍵で暗号化します。これまでの記録はそのままで、引き続き読めます。\n",
        "What is added from now on is sealed with a new key. What is there stays as it is, and can be read as before.\n",
    )
    .to_owned();
    if let Some(path) = path {
        text += &rows(lang, [("新しい鍵", "new key", visible(&path))]);
        text += t(
            lang,
            "古い鍵のファイルでは、もう開けません。使っているすべての端末に新しい鍵を写し、古い鍵を廃棄してください。\
             古いバックアップは、古い鍵でしか開けません。\n",
            "The former key file opens the database no more. Copy the new one to every computer that uses it, and destroy the \
             former one. Older backups open with the former one alone.\n",
        );
    }
    output::text(&text)?;
    Ok(ExitCode::Authentic)
}
