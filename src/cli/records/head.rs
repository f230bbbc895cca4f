//! `taimen records head`: the newest signed head, or the proof of one record.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;
use uuid::Uuid;

use crate::{
    destination::Existing,
    messages::{ExitCode, Problem, StoreError},
};

use super::{super::files, SCHEMA, Settings, name, open_to_read, output, verify};

/// Runs the command.
pub fn run(_settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let out = matches.get_one::<PathBuf>(name::OUT).map(|path| files::private(path, Existing::Kept)).transpose()?;
    let known = verify::heads(matches)?;
    let mut store = open_to_read(matches)?;
    let proof = matches.get_one::<String>(name::PROOF);
    let text = if let Some(id) = proof {
        let id: Uuid = id.parse().map_err(|_| StoreError::NoSuchEntry { id: id.clone() })?;
        verify::of_store(&known, &store)?;
        let under = known.first().map(|(path, head)| (path.display().to_string(), head));
        let under = under.as_ref().map(|(path, head)| (path.as_str(), *head));
        store.proof(id, matches.get_flag(name::REVEAL), under)?.to_json() + "\n"
    } else {
        store.head()?.map(|head| head.note()).ok_or(StoreError::NoKeyGiven)?
    };
    if let Some(out) = out {
        files::write(&out, text.as_bytes())?;
    } else if matches.get_flag(name::JSON) && proof.is_none() {
        let public_key = store.log().verifier_key(store.public_key());
        output::line(&json!({"schema": SCHEMA, "head": text, "public_key": public_key}))?;
    } else {
        output::text(&text)?;
    }
    Ok(ExitCode::Authentic)
}
