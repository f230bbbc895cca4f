//! `taimen profiles`: the law profiles that count, one of them in full, and what is wrong with a file.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem},
    profile::{MAX_LENGTH, Profile, ProfileError, Profiles},
    report::visible,
    text::japan_date,
};

use super::{
    Settings,
    args::name,
    files, output,
    profiles_show::{page, period, unverified},
    trust_list::aligned,
};

/// The schema name of what the commands print with `--json`.
const SCHEMA: &str = "taimen.profiles/1";

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.subcommand() {
        Some(("show", matches)) => show(settings, matches),
        Some(("check", matches)) => check(settings, matches),
        Some((_, matches)) => list(settings, matches),
        None => Ok(ExitCode::Usage),
    }
}

/// The profiles that count in a run: those that ship, and the operator's own (`--profile`), which replace those of their ids.
pub fn profiles(matches: &ArgMatches) -> Result<Profiles, Problem> {
    let mut all = shipped()?;
    for path in matches.get_many::<PathBuf>(name::PROFILE).into_iter().flatten() {
        let own = read(path).and_then(|bytes| parsed(path, &bytes).map_err(first))?;
        all = all.with(own).map_err(|error| problem(path, error))?;
    }
    Ok(all)
}

fn shipped() -> Result<Profiles, Problem> {
    Profiles::shipped().map_err(|_| Problem::Internal { place: "profiles" })
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    files::read_limited(path, MAX_LENGTH)
}

fn problem(path: &Path, error: ProfileError) -> Problem {
    Problem::Profile { path: path.display().to_string(), error }
}

/// The profile in a file's bytes, or everything that is wrong with it.
fn parsed(path: &Path, bytes: &[u8]) -> Result<Profile, Vec<Problem>> {
    Profile::parse(bytes).map_err(|errors| errors.into_iter().map(|error| problem(path, error)).collect())
}

fn first(problems: Vec<Problem>) -> Problem {
    problems.into_iter().next().unwrap_or(Problem::Internal { place: "profiles" })
}

/// The day of the transaction: the one that was asked for, or today in Japan.
fn day(matches: &ArgMatches) -> Date {
    matches.try_get_one::<Date>(name::DATE).ok().flatten().copied().unwrap_or_else(|| japan_date(Timestamp::now()))
}

fn list(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let (all, day) = (profiles(matches)?, day(matches));
    if matches.get_flag(name::JSON) {
        let rows: Vec<Value> = all.iter().map(|profile| summary(&all, profile, day)).collect();
        output::line(&json!({"schema": SCHEMA, "date": day.to_string(), "profiles": rows}))?;
    } else {
        output::text(&table(settings.lang, &all, day))?;
    }
    Ok(ExitCode::Authentic)
}

/// A profile by its id, or the one of a law that the day falls under.
fn show(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let (all, day) = (profiles(matches)?, day(matches));
    let Some(given) = matches.get_one::<String>(name::PROFILE_OR_LAW) else { return Ok(ExitCode::Usage) };
    let profile = match all.get(given) {
        Some(profile) => profile,
        None if all.laws().contains(&given.as_str()) => {
            all.on(given, day).ok_or_else(|| Problem::NoProfile { law: given.clone(), day })?
        }
        None => return Err(Problem::UnknownProfile { given: given.clone() }),
    };
    if matches.get_flag(name::JSON) {
        let mut value = summary(&all, profile, day);
        if let Value::Object(fields) = &mut value {
            fields.insert("schema".to_owned(), SCHEMA.into());
            fields.insert("date".to_owned(), day.to_string().into());
            fields.insert("profile".to_owned(), serde_json::to_value(profile).unwrap_or_default());
        }
        output::line(&value)?;
    } else {
        output::text(&page(settings.lang, profile))?;
    }
    Ok(ExitCode::Authentic)
}

/// Everything that is wrong with a file, and whether it fits among the others.
fn check(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let Some(path) = matches.get_one::<PathBuf>(name::FILE) else { return Ok(ExitCode::Usage) };
    let bytes = read(path)?;
    let profile = match parsed(path, &bytes) {
        Ok(profile) => profile,
        Err(problems) => {
            // With --json one object has the first; standard error has every one.
            let mut exit = ExitCode::Usage;
            for (at, problem) in problems.iter().enumerate() {
                match at {
                    0 => exit = output::problem(settings, problem),
                    _ => output::complaint(settings, problem),
                }
            }
            return Ok(exit);
        }
    };
    let all = shipped()?;
    let replaces = all.get(&profile.id).is_some();
    let all = all.with(profile.clone()).map_err(|error| problem(path, error))?;
    let unknown = profile.unknown_kinds();
    if matches.get_flag(name::JSON) {
        let mut value = summary(&all, &profile, day(matches));
        if let Value::Object(fields) = &mut value {
            let kinds = unknown.iter().map(|note| json!({"document": note.document, "kind": note.kind}));
            fields.insert("schema".to_owned(), SCHEMA.into());
            fields.insert("file".to_owned(), path.display().to_string().into());
            fields.insert("replaces".to_owned(), replaces.into());
            fields.insert("unknown_kinds".to_owned(), kinds.collect());
        }
        output::line(&value)?;
        return Ok(ExitCode::Authentic);
    }
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    let mut text = format!("{}: {}\n", visible(&path.display().to_string()), t("問題ありません", "nothing is wrong"));
    text += &format!("  {} ({})\n", visible(profile.name.get(settings.lang)), visible(&profile.id));
    text += &format!("  {}\n  SHA-256: {}\n", period(settings.lang, &profile), profile.sha256());
    text += &format!("  {}\n", unverified(settings.lang, &profile));
    if replaces {
        text += &format!(
            "  {}\n",
            t("同じ id の付属のプロファイルを置き換えます。", "It replaces the shipped profile of its id.")
        );
    }
    for note in unknown {
        let (document, kind) = (visible(&note.document), visible(&note.kind));
        text += &match settings.lang {
            Lang::Ja => format!(
                "  注意: [[document]] の「{document}」の種類 {kind} は、この版のtaimenが読むカードにありません。\n"
            ),
            Lang::En => {
                format!("  note: document '{document}' names the kind {kind}, which no card of this taimen has.\n")
            }
        };
    }
    output::text(&text)?;
    Ok(ExitCode::Authentic)
}

/// What a list says of a profile.
fn summary(all: &Profiles, profile: &Profile, day: Date) -> Value {
    let (unverified, rows) = profile.unverified_rows();
    json!({
        "id": profile.id,
        "law": profile.law,
        "name": profile.name,
        "revision": profile.revision,
        "valid_from": profile.valid_from.to_string(),
        "valid_until": profile.valid_until.map(|day| day.to_string()),
        "covers": profile.covers(day),
        "unverified": profile.unverified,
        "unverified_rows": unverified,
        "rows": rows,
        "confidence": profile.confidence(),
        "sha256": profile.sha256(),
        "shipped": all.is_shipped(profile),
    })
}

/// One row a profile, below it what needs more room.
fn table(lang: Lang, all: &Profiles, day: Date) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let heads = [
        t("プロファイル", "PROFILE"),
        t("法令", "LAW"),
        t("開始", "FROM"),
        t("終了", "UNTIL"),
        t("適用", "APPLIES"),
        t("未確認", "UNVERIFIED"),
        t("付属", "SHIPPED"),
    ];
    let yes_no = |yes: bool| t(if yes { "はい" } else { "いいえ" }, if yes { "yes" } else { "no" }).to_owned();
    let mut rows = vec![heads.map(str::to_owned)];
    for profile in all.iter() {
        let (unverified, of) = profile.unverified_rows();
        rows.push([
            visible(&profile.id),
            visible(&profile.law),
            profile.valid_from.to_string(),
            profile.valid_until.map_or_else(|| "-".to_owned(), |day| day.to_string()),
            yes_no(profile.covers(day)),
            format!("{unverified}/{of}"),
            yes_no(all.is_shipped(profile)),
        ]);
    }
    let mut lines = aligned(&rows).into_iter();
    let mut text = lines.next().map(|head| format!("{head}\n")).unwrap_or_default();
    for (line, profile) in lines.zip(all.iter()) {
        text += &format!("{line}\n    {}\n    SHA-256: {}\n", visible(profile.name.get(lang)), profile.sha256());
    }
    let note = match lang {
        Lang::Ja => format!(
            "適用が「はい」のものが、{day}（日本時間）の取引に当たります。未確認は、条文を読んで確かめていない行の数です。法的助言ではありません。"
        ),
        Lang::En => format!(
            "Those that apply are for a transaction of {day} in Japan. Unverified rows rest on a text that was not read. This is not legal advice."
        ),
    };
    format!("{text}\n{note}\n")
}
