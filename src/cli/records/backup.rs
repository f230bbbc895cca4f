//! `taimen records backup`: a copy in a new file, verified.

use std::path::PathBuf;

use clap::ArgMatches;

use crate::{
    messages::{ExitCode, Problem},
    records::store::Store,
};

use super::{
    Settings, file, keys, name, output, place, t,
    verify::{self, Signer},
};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let place = place(matches)?;
    let keys = keys(matches, &place)?;
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let has_key = keys.is_some();
    let mut store = Store::open_to_read(place, keys)?;
    let report = store.backup(&path)?;
    let signer = Signer::known(has_key);
    if matches.get_flag(name::JSON) {
        output::line(&verify::json(&report, signer))?;
    } else {
        let lang = settings.lang;
        let mut text = verify::words(lang, &file(&path).to_string(), &report, signer);
        text += t(
            lang,
            "鍵は入っていません。鍵の写しは別の場所に保管してください。\n",
            "The key is not in it. Keep a copy of the key elsewhere.\n",
        );
        output::text(&text)?;
    }
    Ok(verify::exit(&report))
}
