//! `taimen trust`, and the trust store of the other commands.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use jiff::Timestamp;

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem, audit as words, refused_words, signer_words},
    report::visible,
    trust::{self, Folder, Hierarchy, ManifestError, Purpose, TrustStore},
};

use super::{Settings, args::name, output, trust_check, trust_list};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.subcommand() {
        Some(("add", matches)) => add(settings, matches),
        Some(("remove", matches)) => remove(settings, matches),
        Some(("check", matches)) => trust_check::run(settings, matches),
        Some((_, matches)) => trust_list::run(settings, matches),
        None => Ok(ExitCode::Usage),
    }
}

/// The anchors that count in a run. A folder that the users of a group may write is named on standard error, every time.
pub fn store(settings: &Settings, matches: &ArgMatches) -> Result<TrustStore, Problem> {
    let store = anchors(matches)?;
    for folder in own_folder().into_iter().chain(trust_dir(matches)).filter(|folder| trust::is_group_writable(folder)) {
        output::note(&format!(
            "{}: {}",
            folder.display(),
            words::GROUP_WRITABLE.map(|half| half.get(settings.lang)).join(" ")
        ));
    }
    Ok(store)
}

/// The anchors that count in a run: those that ship, those in the user's folder, those in `--trust-dir`; and the
/// hierarchies that `--accept` names.
pub fn anchors(matches: &ArgMatches) -> Result<TrustStore, Problem> {
    let mut store = TrustStore::shipped()?;
    if let Some(folder) = own_folder() {
        store = store.with(trust::load_directory(&folder)?);
    }
    if let Some(folder) = trust_dir(matches) {
        store = store.with(trust::load_named_directory(&folder)?);
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

/// Both of a user's folders as they are, each with what is wrong with it as a whole.
pub fn folders(matches: &ArgMatches) -> Vec<(PathBuf, Result<Folder, ManifestError>)> {
    let own = own_folder().map(|folder| (folder.clone(), trust::inspect(&folder)));
    let named = trust_dir(matches).map(|folder| (folder.clone(), trust::inspect_named(&folder)));
    own.into_iter().chain(named).collect()
}

/// The time that was asked for, or now.
pub fn time(matches: &ArgMatches) -> Timestamp {
    matches.get_one::<Timestamp>(name::AT).copied().unwrap_or_else(Timestamp::now)
}

/// Where a user's own anchors live: the platform's data directory.
fn own_folder() -> Option<PathBuf> {
    dirs::data_dir().map(|data| data.join("taimen").join("trust"))
}

fn trust_dir(matches: &ArgMatches) -> Option<PathBuf> {
    matches.get_one::<PathBuf>(name::TRUST_DIR).cloned()
}

/// The folder that a change goes to: the one that was named, or the user's own.
fn folder_to_change(matches: &ArgMatches) -> Result<PathBuf, Problem> {
    trust_dir(matches).or_else(own_folder).ok_or(Problem::NoTrustFolder)
}

fn purpose(matches: &ArgMatches) -> Option<Purpose> {
    matches.get_one::<String>(name::PURPOSE).and_then(|name| name.parse().ok())
}

fn add(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let folder = folder_to_change(matches)?;
    let (Some(purpose), Some(file)) = (purpose(matches), matches.get_one::<PathBuf>(name::FILE)) else {
        return Ok(ExitCode::Usage);
    };
    if purpose.takes_lists() {
        return bring(settings, &folder, purpose, file, matches);
    }
    if pin(matches).is_some() {
        return Err(Problem::PinWithoutList { purpose });
    }
    let added = trust::add(&folder, purpose, file, matches.get_flag(name::UNPINNED), Timestamp::now())?;
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    output::text(&format!(
        "{}: {} [{}] {}\n  SHA-256: {}\n  {}: {} ({})\n  {}\n",
        t("追加しました", "Added"),
        visible(&added.name),
        purpose.as_str(),
        added.hierarchy.name().get(settings.lang),
        added.material.sha256(),
        t("出所", "source"),
        visible(&added.source),
        if added.official { t("公式", "official") } else { t("非公式", "not official") },
        visible(&folder.display().to_string()),
    ))?;
    Ok(ExitCode::Authentic)
}

/// The fingerprint that a person compared.
fn pin(matches: &ArgMatches) -> Option<&str> {
    matches.get_one::<String>(name::PIN).map(String::as_str)
}

/// The most refused certificates that are named one by one.
const MOST_NAMED: usize = 20;

/// Adds all that a file holds: certificates, or a list of them.
fn bring(
    settings: &Settings,
    folder: &Path,
    purpose: Purpose,
    file: &Path,
    matches: &ArgMatches,
) -> Result<ExitCode, Problem> {
    let pin = pin(matches);
    let brought = trust::bring(folder, purpose, file, matches.get_flag(name::UNPINNED), pin, Timestamp::now())?;
    let lang = settings.lang;
    let states: Vec<&str> = brought.states.iter().map(String::as_str).collect();
    let (new, already, refused) = (brought.added.len(), brought.already, brought.refused.len());
    let mut text = match lang {
        Lang::Ja => format!(
            "追加しました：証明書{new}件（{}か国・機関）　既にあったもの：{already}件　使えないもの：{refused}件\n",
            states.len()
        ),
        Lang::En => format!(
            "Added: {new} {} of {} {}; already there: {already}; refused: {refused}\n",
            if new == 1 { "certificate" } else { "certificates" },
            states.len(),
            if states.len() == 1 { "state" } else { "states" }
        ),
    };
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    if let Some(list) = &brought.list {
        let day = list.signed.map(|time| time.strftime(" (%Y-%m-%d)").to_string()).unwrap_or_default();
        text.push_str(&format!("  {}: {}{day}\n", t("リストの署名者", "signer of the list"), visible(&list.signer)));
        if let Some(pin) = &list.pinned {
            text.push_str(&format!(
                "  {}: {pin}\n",
                t("署名者の認証局証明書の指紋（--pin）", "authority of the signer, by its fingerprint (--pin)")
            ));
        }
        if let Some(error) = &list.unverified {
            let why = signer_words(error).get(lang);
            text.push_str(&format!(
                "  {}: {why}\n",
                t("署名者を確認していません（--unpinned）", "the signer is not verified (--unpinned)")
            ));
        }
    }
    if !states.is_empty() {
        text.push_str(&format!("  {}: {}\n", t("国・機関", "states"), visible(&states.join(" "))));
    }
    if let [anchor] = brought.added.as_slice() {
        text.push_str(&format!("  {}\n  SHA-256: {}\n", visible(&anchor.name), anchor.material.sha256()));
    }
    for left in brought.refused.iter().take(MOST_NAMED) {
        let subject = left.subject.as_deref().unwrap_or("?");
        let why = refused_words(left.why).get(lang);
        let sha256 = left.sha256.get(..16).unwrap_or(&left.sha256);
        text.push_str(&format!("  {}: {} (SHA-256 {sha256}): {why}\n", t("使えないもの", "refused"), visible(subject)));
    }
    text.push_str(&format!("  {}\n", visible(&folder.display().to_string())));
    output::text(&text)?;
    Ok(ExitCode::Authentic)
}

fn remove(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let folder = folder_to_change(matches)?;
    let Some(selector) = matches.get_one::<String>(name::ANCHOR) else { return Ok(ExitCode::Usage) };
    let removed = trust::remove(&folder, selector, purpose(matches))?;
    let say = Bilingual::new("削除しました", "Removed").get(settings.lang);
    output::text(&format!(
        "{say}: {} [{}]\n  SHA-256: {}\n  {}\n",
        visible(&removed.name),
        removed.purpose.as_str(),
        visible(&removed.sha256),
        visible(&folder.display().to_string()),
    ))?;
    Ok(ExitCode::Authentic)
}
