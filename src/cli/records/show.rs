//! `taimen records list`, `show` and `find`.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal, Read},
};

use clap::ArgMatches;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem, RecordError},
    records::{
        content::{
            Lookup as By, State,
            export::{self, Exported},
        },
        store::{EntryKind, Header, Listing, Lookup, Store},
    },
    report::visible,
    text::japan_time,
};

use crate::cli::{Settings, args::name, output, profiles, trust_list::aligned};

use super::{database, views};

/// The schema name of a list.
const SCHEMA: &str = "taimen.records-list/1";

/// How many lines a page has if nobody says.
const PAGE: u32 = 50;

/// The longest search text, in bytes.
const MAX_SEARCH: u64 = 4096;

/// Runs `taimen records list`.
pub fn list(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let mut store = database::readable(matches)?;
    let after = match matches.get_one::<String>(name::AFTER) {
        Some(given) => {
            let header = store.read(database::id(given)?)?.header;
            Some((header.created_at, header.seq))
        }
        None => None,
    };
    let midnight = |option| {
        let day = matches.get_one::<jiff::civil::Date>(option).copied()?;
        super::midnight(day)
    };
    let kind = matches.get_one::<String>(name::ENTRY_KIND).and_then(|kind| kind.parse::<EntryKind>().ok());
    let open_only = matches.get_flag(name::ONLY_OPEN);
    let mut listing = Listing {
        kind: if open_only { Some(EntryKind::Record) } else { kind },
        from: midnight(name::SINCE),
        until: matches
            .get_one::<jiff::civil::Date>(name::UNTIL)
            .copied()
            .and_then(|day| super::midnight(day.tomorrow().ok()?)),
        after,
        limit: matches.get_one::<u32>(name::LIMIT).copied().unwrap_or(PAGE),
    };
    let wanted = usize::try_from(listing.limit).unwrap_or(usize::MAX);
    let mut rows: Vec<(Header, Option<Vec<String>>)> = Vec::new();
    loop {
        let page = store.list(&listing)?;
        let Some(last) = page.last() else { break };
        listing.after = Some((last.created_at, last.seq));
        let full = page.len() == wanted;
        for header in page {
            let open = if header.kind == EntryKind::Record && !header.emptied {
                Some(views::one(&mut store, header.id)?.blanks().map(str::to_owned).collect::<Vec<_>>())
            } else {
                None
            };
            if !open_only || open.as_ref().is_some_and(|open| !open.is_empty()) {
                rows.push((header, open));
            }
        }
        if !open_only || !full || rows.len() >= wanted {
            break;
        }
    }
    rows.truncate(wanted);
    print(settings, matches, &rows)
}

fn print(
    settings: &Settings,
    matches: &ArgMatches,
    rows: &[(Header, Option<Vec<String>>)],
) -> Result<ExitCode, Problem> {
    if matches.get_flag(name::JSON) {
        let rows: Vec<Value> = rows.iter().map(|(header, open)| line(header, open.as_deref())).collect();
        output::line(&json!({"schema": SCHEMA, "entries": rows}))?;
        return Ok(ExitCode::Authentic);
    }
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang).to_owned();
    let mut table = vec![[
        t("番号", "NO."),
        t("保存日時（日本）", "SAVED (JAPAN)"),
        t("種類", "KIND"),
        t("プロファイル", "PROFILE"),
        t("空欄", "OPEN"),
        "ID".to_owned(),
    ]];
    for (header, open) in rows {
        let open = match open {
            _ if header.emptied => t("消去済み", "purged"),
            Some(open) => open.len().to_string(),
            None => "-".to_owned(),
        };
        table.push([
            header.seq.to_string(),
            japan_time(header.created_at).strftime("%Y-%m-%d %H:%M").to_string(),
            kind(header.kind).get(settings.lang).to_owned(),
            visible(header.profile.as_ref().map_or("-", |(id, _)| id.as_str())),
            open,
            header.id.to_string(),
        ]);
    }
    output::text(&(aligned(&table).join("\n") + "\n"))?;
    Ok(ExitCode::Authentic)
}

fn line(header: &Header, open: Option<&[String]>) -> Value {
    json!({
        "seq": header.seq,
        "id": header.id.to_string(),
        "kind": header.kind.as_str(),
        "of": header.of.map(|of| of.to_string()),
        "profile": header.profile.as_ref().map(|(id, _)| id),
        "saved_at": header.created_at,
        "purged": header.emptied,
        "open": open,
    })
}

/// What people call a kind of entry.
fn kind(kind: EntryKind) -> Bilingual {
    match kind {
        EntryKind::Record => Bilingual::new("記録", "record"),
        EntryKind::Amendment => Bilingual::new("変更・追記", "amendment"),
        EntryKind::RelationEnd => Bilingual::new("終了", "end"),
        EntryKind::Hold => Bilingual::new("保全", "hold"),
        EntryKind::Export => Bilingual::new("書き出し", "export"),
        EntryKind::Purge => Bilingual::new("消去", "purge"),
        EntryKind::Rekey => Bilingual::new("鍵の交換", "new key"),
    }
}

/// Runs `taimen records show`.
pub fn show(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let profiles = profiles::profiles(matches)?;
    let mut store = database::readable(matches)?;
    let given = matches.get_one::<String>(name::ID).cloned().unwrap_or_default();
    let mut id = database::id(&given)?;
    let entry = store.read(id)?;
    // The id of something that was added shows the record that it belongs to.
    if let Some(of) = entry.header.of {
        id = of;
    }
    let is_of_record = entry.header.of.is_some() || entry.header.kind == EntryKind::Record;
    if !is_of_record {
        let payload = entry.payload.as_deref().and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
        let mut value = line(&entry.header, None);
        if let Value::Object(members) = &mut value {
            members.insert("content".to_owned(), payload.unwrap_or_default());
        }
        output::line(&value)?;
        return Ok(ExitCode::Authentic);
    }
    let view = views::one(&mut store, id)?;
    let exported = views::exported(id, view, &profiles, store.log().test);
    if matches.get_flag(name::JSON) {
        output::line(&export::record_json(&exported))?;
    } else {
        output::text(&page(&exported, settings.lang))?;
    }
    Ok(ExitCode::Authentic)
}

/// A record in words.
fn page(exported: &Exported, lang: Lang) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let mut text = format!("No. {} ({})\n", exported.view.seq, exported.id);
    for line in export::lines(&exported.view, lang) {
        let item = line.item.map(|item| format!("{item}. ")).unwrap_or_default();
        let mark = if line.state == State::Blank { "□" } else { "■" };
        let from = line.origin(lang);
        let source = if from.is_empty() { String::new() } else { format!("  [{}]", visible(&from)) };
        text += &format!(
            "{mark} {item}{} ({}): {}{source}\n",
            visible(&line.title),
            visible(&line.id),
            visible(&line.text)
        );
    }
    text.push('\n');
    for (name, said) in export::facts(exported, lang) {
        text += &format!("  {name}: {}\n", visible(&said));
    }
    for relation in &exported.view.relations {
        let end = relation.ended_on.map_or_else(|| t("継続中", "going on").to_owned(), |day| day.to_string());
        text += &format!("  {} {}: {} - {end}\n", t("取引・契約", "relation"), relation.number, relation.began_on);
    }
    for (_, hold, reason) in &exported.view.holds {
        text += &format!("  {}: {}\n", hold.words().get(lang), visible(reason));
    }
    let history = export::history(&exported.view, lang);
    if !history.is_empty() {
        text += &format!("\n{}\n", t("変更・追記", "changes and additions"));
        for (at, said) in history {
            text += &format!("  {at}  {}\n", visible(&said));
        }
    }
    text
}

/// Runs `taimen records find`: what is found by every text that was given.
pub fn find(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let mut wanted = Vec::new();
    for by in By::all() {
        let Some(given) = matches.get_one::<String>(by.as_str()) else { continue };
        let text = if given == "-" { typed(settings, by)? } else { Zeroizing::new(given.clone()) };
        let normal = by.normalised(&text).ok_or_else(|| match by {
            By::Birth if !text.trim().is_empty() => RecordError::NotADay { option: by.as_str() },
            _ => RecordError::EmptySearch,
        })?;
        wanted.push(Lookup::new(by.as_str(), normal));
    }
    if wanted.is_empty() {
        return Err(RecordError::EmptySearch.into());
    }
    let mut store = database::readable(matches)?;
    let found = found(&mut store, &wanted)?;
    if found.is_empty() {
        return Err(RecordError::NothingFound.into());
    }
    let mut rows = Vec::new();
    for id in found {
        let header = store.read(id)?.header;
        let open = views::one(&mut store, id)?.blanks().map(str::to_owned).collect();
        rows.push((header, Some(open)));
    }
    rows.sort_by_key(|(header, _)| std::cmp::Reverse(header.seq));
    print(settings, matches, &rows)
}

/// The first records that every text leads to.
fn found(store: &mut Store, wanted: &[Lookup]) -> Result<BTreeSet<uuid::Uuid>, Problem> {
    let mut all: Option<BTreeSet<uuid::Uuid>> = None;
    for lookup in wanted {
        let headers = store.find(lookup)?;
        let ids = headers.into_iter().filter(|header| !header.emptied).map(|header| header.of.unwrap_or(header.id));
        let ids: BTreeSet<uuid::Uuid> = ids.collect();
        all = Some(match all {
            Some(before) => before.intersection(&ids).copied().collect(),
            None => ids,
        });
    }
    Ok(all.unwrap_or_default())
}

/// One line from standard input, so that a person's name need not stand on the command line.
fn typed(settings: &Settings, by: By) -> Result<Zeroizing<String>, Problem> {
    if io::stdin().is_terminal() {
        output::note(by.title().get(settings.lang));
    }
    let mut line = Zeroizing::new(String::new());
    let read = io::stdin().lock().take(MAX_SEARCH).read_line(&mut line);
    read.map_err(|error| crate::cli::problem::unreadable(std::path::Path::new("-"), &error))?;
    Ok(line)
}
