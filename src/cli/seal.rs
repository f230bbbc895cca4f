//! `taimen seal-key`, and what `--seal` and `--sealed-by` do: who saved a reading, and whether it was changed since.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{
    crypto::{SEAL_SEED, SealKey},
    destination::Existing,
    dump::Dump,
    messages::{ExitCode, Problem, ui},
    report::visible,
    transport::{Nonces, nonces::SystemNonces},
};

use super::{Settings, args::name, files, output};

/// The largest key file that is read.
const MAX_KEY_FILE: usize = 16 * 1024;

/// Makes a key, writes it where nothing was before, and prints its fingerprint.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let seed = Zeroizing::new(SystemNonces.draw(SEAL_SEED)?);
    let seed: &[u8; SEAL_SEED] = seed.as_slice().try_into().map_err(|_| Problem::Internal { place: "seal" })?;
    let key = SealKey::from_seed(seed);
    let pem = key.to_pem().map_err(|_| Problem::Internal { place: "seal" })?;
    files::write(&files::private(&path, Existing::Kept)?, pem.as_bytes())?;
    let fingerprint = hex::encode(key.public_key().fingerprint());
    if matches.get_flag(name::JSON) {
        output::line(&json!({ "public_key": hex::encode(key.public_key().to_bytes()), "sha256": fingerprint }))?;
    } else {
        let path = visible(&path.display().to_string());
        output::text(&ui::seal_key_made(settings.lang, &path, &fingerprint))?;
    }
    Ok(ExitCode::Authentic)
}

/// The key of `--seal`, read before a card is touched; `None` without the option.
pub fn key(matches: &ArgMatches) -> Result<Option<SealKey>, Problem> {
    let Some(path) = matches.get_one::<PathBuf>(name::SEAL) else { return Ok(None) };
    let bytes = Zeroizing::new(files::read_limited(path, MAX_KEY_FILE)?);
    let pem = std::str::from_utf8(&bytes).ok().filter(|_| bytes.len() <= MAX_KEY_FILE);
    let key = pem.and_then(|pem| SealKey::from_pem(pem).ok());
    key.map(Some).ok_or_else(|| Problem::NotASealKey { path: path.display().to_string() })
}

/// The fingerprint that `--sealed-by` asks for.
pub fn wanted(matches: &ArgMatches) -> Option<String> {
    matches.get_one::<String>(name::SEALED_BY).cloned()
}

/// Who sealed a dump, by the key's fingerprint in hex. A broken seal, or another than `wanted`, is an error: the content
/// may have been changed, and a verdict about it would mislead.
pub fn sealed_by(path: &Path, dump: &Dump, wanted: Option<&str>) -> Result<Option<String>, Problem> {
    let path = || path.display().to_string();
    let found = dump.sealed_by().map_err(|_| Problem::SealBroken { path: path() })?.map(hex::encode);
    match wanted {
        Some(wanted) if found.as_deref() != Some(wanted) => Err(Problem::OtherSeal { path: path(), found }),
        _ => Ok(found),
    }
}

/// Reads the fingerprint that `--sealed-by` takes: 64 hex digits of either case.
pub fn fingerprint(text: &str) -> Result<String, String> {
    match hex::decode(text) {
        Ok(bytes) if bytes.len() == 32 => Ok(hex::encode(bytes)),
        _ => Err("64 hex digits (taimen seal-key)".to_owned()),
    }
}
