//! `taimen records init`: a new database and its key.

use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::{
    lang::Lang,
    messages::{ExitCode, Problem, StoreError},
    records::store::{KeyFile, Keys, Store, on_one_device},
    report::visible,
    transport::{Nonces, nonces::SystemNonces},
};

use super::{SCHEMA, Settings, heads, key_file, name, output, place, rows, t};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let place = place(matches)?;
    let role = |option| matches.get_one::<String>(option).map(String::as_str);
    let (writer, purger) = (role(name::WRITER), role(name::PURGER));
    if place.file().is_some() && (writer.is_some() || purger.is_some()) {
        return Err(StoreError::NoRoles { place: place.to_string() }.into());
    }
    let now = Timestamp::now();
    let id: [u8; 16] = SystemNonces.draw(16)?.try_into().map_err(|_| Problem::Records(StoreError::NoRandomBytes))?;
    let database = uuid::Builder::from_random_bytes(id).into_uuid();
    let path = key_file(matches);
    let key = new_key(database)?;
    let keys = match path {
        Some(path) => Keys::create(key, path, &place)?,
        None => Keys::create_in_keyring(key, &heads()?)?,
    };
    let made = Store::create(place.clone(), keys, matches.get_flag(name::TEST), now, Box::new(SystemNonces));
    let mut store = match (made, path) {
        (Ok(store), _) => store,
        (Err(error), path) => {
            // A key of no database would only be in the way. It is the one that was made a moment ago.
            let _ = match path {
                Some(path) => std::fs::remove_file(path).is_ok(),
                None => Keys::remove_from_keyring(database).is_ok(),
            };
            return Err(error.into());
        }
    };
    store.grant(writer, purger)?;
    let log = store.log().clone();
    let public_key = log.verifier_key(store.public_key());
    let head = store.head()?.map(|head| head.note()).unwrap_or_default();
    let key = path.map_or_else(|| "keyring".to_owned(), |path| path.display().to_string());
    let together = path.is_some_and(|path| place.file().is_some_and(|file| on_one_device(path, file)));
    if matches.get_flag(name::JSON) {
        output::line(&json!({
            "schema": SCHEMA,
            "records": place.to_string(),
            "database": log.database,
            "test": log.test,
            "key": key,
            "public_key": public_key,
            "head": head,
            "key_on_same_device": together,
        }))?;
        return Ok(ExitCode::Authentic);
    }
    let lang = settings.lang;
    let mut text = t(lang, "記録のデータベースを作りました。\n", "taimen made the database of records.\n").to_owned();
    if log.test {
        text += t(
            lang,
            "  試験用です。本物の確認の記録には使えません。\n",
            "  It is a test database: not for records of real checks.\n",
        );
    }
    text += &rows(
        lang,
        [
            ("場所", "place", visible(&place.to_string())),
            ("鍵", "key", visible(&key)),
            ("公開鍵（監査用）", "public key, for auditors", public_key),
        ],
    );
    text += match lang {
        Lang::Ja => {
            "鍵の写しを、データベースともバックアップとも別の場所に保管してください。鍵を失うと、記録は二度と読めません。\n"
        }
        Lang::En => {
            "Keep a copy of the key apart from the database and its backups. Without the key nobody can read the records again.\n"
        }
    };
    if together {
        text += t(
            lang,
            "注意: 鍵がデータベースと同じディスクにあります。別のディスクに置くことを勧めます。\n",
            "Warning: the key is on the disk of the database. Another disk is better.\n",
        );
    }
    output::text(&text)?;
    Ok(ExitCode::Authentic)
}

fn new_key(database: Uuid) -> Result<KeyFile, Problem> {
    KeyFile::new(database, &mut SystemNonces).map_err(|_| StoreError::NoRandomBytes.into())
}
