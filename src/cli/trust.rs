//! `taimen trust`, and the trust store of the other commands.

use std::path::PathBuf;

use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    lang::Bilingual,
    messages::{ExitCode, Problem},
    trust::{self, Anchor, Hierarchy, Material, Purpose, TrustStore},
};

use super::{Settings, args::name, output};

/// The schema name of `trust list --json`.
const SCHEMA: &str = "taimen.trust/1";

/// Runs the command.
///
/// # Errors
/// [`Problem`].
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.subcommand() {
        Some(("add", matches)) => add(settings, matches),
        Some((_, matches)) => list(settings, matches),
        None => Ok(ExitCode::Usage),
    }
}

/// The anchors that count in a run: those that ship, those in the user's folder, those in `--trust-dir`; and the
/// hierarchies that `--accept` names.
///
/// # Errors
/// [`Problem::Trust`] when a folder cannot be trusted.
pub fn store(matches: &ArgMatches) -> Result<TrustStore, Problem> {
    let mut store = TrustStore::shipped()?;
    for folder in own_folder().into_iter().chain(trust_dir(matches)) {
        store = store.with(trust::load_directory(&folder)?);
    }
    Ok(accepted(matches).into_iter().fold(store, TrustStore::accepting))
}

/// The hierarchies that `--accept` names.
pub fn accepted(matches: &ArgMatches) -> Vec<Hierarchy> {
    let named = matches.try_get_many::<String>(name::ACCEPT).ok().flatten();
    let mut accepted: Vec<Hierarchy> = named.into_iter().flatten().filter_map(|name| name.parse().ok()).collect();
    accepted.dedup();
    accepted
}

/// Where a user's own anchors live: the platform's data directory.
fn own_folder() -> Option<PathBuf> {
    dirs::data_dir().map(|data| data.join("taimen").join("trust"))
}

fn trust_dir(matches: &ArgMatches) -> Option<PathBuf> {
    matches.get_one::<PathBuf>(name::TRUST_DIR).cloned()
}

fn list(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let store = store(matches)?;
    if matches.get_flag(name::JSON) {
        let rows: Vec<_> = store.anchors().iter().map(|anchor| row(&store, anchor)).collect();
        output::line(&json!({"schema": SCHEMA, "anchors": rows}))?;
        return Ok(ExitCode::Authentic);
    }
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    for anchor in store.anchors() {
        let counts = if store.accepts(anchor.hierarchy) {
            t("受け入れる", "accepted")
        } else {
            t("受け入れない（--accept で指定したときだけ）", "not accepted unless named with --accept")
        };
        let official = if anchor.official { t("公式", "official") } else { t("非公式", "not official") };
        let mut text = format!(
            "{} [{}] {}\n  {}: {}\n  SHA-256: {}\n  {}: {} ({official})\n",
            crate::report::visible(&anchor.name),
            anchor.purpose.as_str(),
            counts,
            t("階層", "hierarchy"),
            anchor.hierarchy.name().get(settings.lang),
            anchor.material.sha256(),
            t("出所", "source"),
            crate::report::visible(&anchor.source),
        );
        if let Some((from, to)) = validity(anchor) {
            text.push_str(&format!("  {}: {from} - {to}\n", t("有効期間", "valid")));
        }
        output::text(&text)?;
    }
    Ok(ExitCode::Authentic)
}

fn row(store: &TrustStore, anchor: &Anchor) -> serde_json::Value {
    let validity = validity(anchor);
    json!({
        "purpose": anchor.purpose.as_str(),
        "name": anchor.name,
        "hierarchy": anchor.hierarchy.as_str(),
        "accepted": store.accepts(anchor.hierarchy),
        "sha256": anchor.material.sha256(),
        "source": anchor.source,
        "official": anchor.official,
        "not_before": validity.map(|(from, _)| from.to_string()),
        "not_after": validity.map(|(_, to)| to.to_string()),
    })
}

/// Bare keys have no validity.
fn validity(anchor: &Anchor) -> Option<(Timestamp, Timestamp)> {
    let Material::Certificate(der) = &anchor.material else { return None };
    let (from, to) = trust::validity(der)?;
    Some((Timestamp::from_second(from).ok()?, Timestamp::from_second(to).ok()?))
}

fn add(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let purpose = matches.get_one::<String>(name::PURPOSE).and_then(|name| name.parse::<Purpose>().ok());
    let file = matches.get_one::<PathBuf>(name::FILE);
    let folder = trust_dir(matches).or_else(own_folder);
    let (Some(purpose), Some(file), Some(folder)) = (purpose, file, folder) else { return Ok(ExitCode::Usage) };
    let added = trust::add(&folder, purpose, file, matches.get_flag(name::UNPINNED), Timestamp::now())?;
    let say = Bilingual::new("追加しました", "Added").get(settings.lang);
    output::text(&format!(
        "{say}: {} [{}] {}\n  SHA-256: {}\n  {}\n",
        crate::report::visible(&added.name),
        purpose.as_str(),
        added.hierarchy.name().get(settings.lang),
        added.material.sha256(),
        crate::report::visible(&folder.display().to_string()),
    ))?;
    Ok(ExitCode::Authentic)
}
