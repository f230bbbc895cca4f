//! `taimen records purge`: empties the records that no law wants any more, and names the law and the day for each other one.

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    lang::Lang,
    messages::{ExitCode, Problem, StoreError},
    profile::Profiles,
    records::{
        content::{
            Logged, Payload, View,
            retention::{self, Refusal},
        },
        store::{Entry, EntryKind, Ranges, Store},
    },
    report::visible,
    text::japan_date,
};

use super::{super::profiles::profiles, SCHEMA, Settings, database::open, entry, output, t, warn_not_kept};

/// The argument with the ids of records.
pub const ID: &str = "id";

/// The flag that does what is only listed without it.
pub const YES: &str = "yes";

/// Records of one purge: its entry names each with its law.
const AT_ONCE: usize = 100;

/// The most refusals that are listed; all are counted.
const LISTED: usize = 1000;

/// A record that may be emptied: all its entries, and why.
struct Due {
    first: Uuid,
    entries: Vec<Uuid>,
    why: Value,
    until: Option<Date>,
}

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let profiles = profiles(matches)?;
    let today = japan_date(Timestamp::now());
    let mut store = open(matches)?;
    let ids = match matches.get_many::<String>(ID) {
        Some(ids) => ids.map(|id| id.parse().map_err(|_| no_such(id))).collect::<Result<Vec<Uuid>, Problem>>()?,
        None => records(&mut store)?,
    };
    let (mut due, mut refused, mut count) = (Vec::new(), Vec::new(), 0_usize);
    for id in ids {
        match look(&mut store, id, &profiles, today)? {
            Found::Due(found) => due.push(found),
            Found::Refused(refusals) => {
                count = count.saturating_add(1);
                if refused.len() < LISTED {
                    refused.push((id, refusals));
                }
            }
            Found::Emptied => {}
        }
    }
    let mut emptied = Ranges::NONE;
    let mut left = None;
    let done = matches.get_flag(YES);
    if done {
        for chunk in due.chunks(AT_ONCE) {
            let ids: Vec<Uuid> = chunk.iter().flat_map(|due| due.entries.iter().copied()).collect();
            let rows: Vec<&Value> = chunk.iter().map(|due| &due.why).collect();
            let payload = json!({"schema": "taimen.purge/1", "on": today.to_string(), "records": rows});
            let purged = store.empty(&ids, &entry(EntryKind::Purge, &payload))?;
            warn_not_kept(settings, &purged.appended);
            emptied.join(&purged.emptied);
            left = purged.not_vacuumed;
        }
    }
    if let Some(error) = &left {
        output::complaint(settings, &Problem::Records(StoreError::NotVacuumed { why: Box::new(error.clone()) }));
    }
    if settings.json {
        output::line(&json!({
            "schema": SCHEMA,
            "today": today.to_string(),
            "done": done,
            "due": due.iter().map(|due| &due.why).collect::<Vec<_>>(),
            "entries_emptied": emptied.len(),
            "refused": count,
            "refusals": refused.iter().map(|(id, refusals)| json!({
                "id": id,
                "why": refusals.iter().map(why).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "vacuumed": done && left.is_none(),
        }))?;
    } else {
        output::text(&words(settings.lang, &due, &refused, count, done))?;
    }
    Ok(ExitCode::Authentic)
}

enum Found {
    Due(Due),
    Refused(Vec<Refusal>),
    Emptied,
}

fn no_such(id: &str) -> Problem {
    StoreError::NoSuchEntry { id: id.to_owned() }.into()
}

/// The ids of all records that are not emptied yet.
fn records(store: &mut Store) -> Result<Vec<Uuid>, Problem> {
    let mut ids = Vec::new();
    let mut listing = crate::records::store::Listing { kind: Some(EntryKind::Record), ..Default::default() };
    loop {
        let page = store.list(&listing)?;
        let Some(last) = page.last() else { return Ok(ids) };
        listing.after = Some((last.created_at, last.seq));
        ids.extend(page.iter().filter(|header| !header.emptied).map(|header| header.id));
    }
}

/// Whether a record may be emptied today.
fn look(store: &mut Store, id: Uuid, profiles: &Profiles, today: Date) -> Result<Found, Problem> {
    let place = store.place().to_string();
    let history = store.history(id)?;
    if history.first().is_some_and(|first| first.header.kind != EntryKind::Record) {
        return Err(no_such(&id.to_string()));
    }
    let entries: Vec<Uuid> = history.iter().map(|entry| entry.header.id).collect();
    let mut logged = Vec::new();
    for Entry { header, payload } in history {
        let Some(payload) = payload else { return Ok(Found::Emptied) };
        let unknown = || StoreError::Damaged { place: place.clone(), seq: header.seq, layer: "content" };
        let payload = Payload::from_json(&payload).map_err(|_| unknown())?;
        logged.push(Logged { seq: header.seq, at: header.created_at, payload });
    }
    let first = logged.first().map_or(0, |first| first.seq);
    let view = View::fold(logged).map_err(|_| StoreError::Damaged { place, seq: first, layer: "content" })?;
    let kept = retention::of(&view, profiles);
    let refusals = kept.refusals(today);
    if !refusals.is_empty() {
        return Ok(Found::Refused(refusals));
    }
    let by: Vec<Value> = kept.by.iter().map(|due| why(&Refusal::Law(due.clone()))).collect();
    let why = json!({"id": id, "until": kept.until.map(|day| day.to_string()), "by": by});
    Ok(Found::Due(Due { first: id, entries, why, until: kept.until }))
}

/// A rule or a hold as JSON.
fn why(refusal: &Refusal) -> Value {
    match refusal {
        Refusal::Law(due) => json!({
            "profile": due.profile,
            "article": due.article,
            "years": due.years,
            "from": due.from.map(|day| day.to_string()),
            "until": due.until.map(|day| day.to_string()),
        }),
        Refusal::Held(hold) => json!({"hold": hold}),
        Refusal::NoRule => json!({"no_rule": true}),
    }
}

fn words(lang: Lang, due: &[Due], refused: &[(Uuid, Vec<Refusal>)], count: usize, done: bool) -> String {
    let mut text = String::new();
    for due in due {
        let until = due.until.map(|day| day.to_string()).unwrap_or_default();
        text += &match (lang, done) {
            (Lang::Ja, true) => format!("{}: 消去しました（保存期間は {until} まで）\n", due.first),
            (Lang::Ja, false) => format!("{}: 消去できます（保存期間は {until} まで）\n", due.first),
            (Lang::En, true) => format!("{}: emptied (it was to be kept until {until})\n", due.first),
            (Lang::En, false) => format!("{}: can be emptied (it was to be kept until {until})\n", due.first),
        };
    }
    for (id, refusals) in refused {
        for refusal in refusals {
            text += &format!("{id}: {}\n", refusal_words(lang, refusal));
        }
    }
    text += &match lang {
        Lang::Ja => format!("消去の対象: {}件　まだ消去できないもの: {count}件\n", due.len()),
        Lang::En => format!("Records that can be emptied: {}; to be kept: {count}\n", due.len()),
    };
    text += match (done, due.is_empty()) {
        (true, false) => t(
            lang,
            "見出しとハッシュは証明のために残ります。消去より前のバックアップと、PostgreSQLのWALの保管には、内容がまだ残っています。\
             保存期間を過ぎたら、それらも廃棄してください。\n",
            "Headers and hashes stay as proof. Backups made before, and archived WAL of PostgreSQL, still hold the contents: \
             destroy them too.\n",
        ),
        (false, false) => t(
            lang,
            "まだ何も消去していません。--yes を付けると消去します。元に戻せません。\n",
            "Nothing was emptied yet. --yes empties them, which cannot be undone.\n",
        ),
        (_, true) => "",
    };
    text
}

fn refusal_words(lang: Lang, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Law(due) => {
            let law = visible(&match lang {
                Lang::Ja => due.law.ja.clone(),
                Lang::En => due.law.en.clone(),
            });
            let article = visible(&due.article);
            match (lang, due.until) {
                (Lang::Ja, Some(until)) => format!("{law}（{article}）により、{until} まで保存します"),
                (Lang::Ja, None) => {
                    format!(
                        "{law}（{article}）により、取引または契約の終了から{}年間保存します（まだ終了していません）",
                        due.years
                    )
                }
                (Lang::En, Some(until)) => format!("{law} ({article}): to be kept until {until}"),
                (Lang::En, None) => {
                    format!(
                        "{law} ({article}): to be kept for {} years from the end of the relation, which goes on",
                        due.years
                    )
                }
            }
        }
        Refusal::Held(_) => {
            t(lang, "保全の指定（照会・係争など）があるため、消去しません", "it is held (an inquiry or a dispute)")
                .to_owned()
        }
        Refusal::NoRule => {
            t(lang, "保存期間を定めたプロファイルがないため、消去しません", "no profile says how long it is kept")
                .to_owned()
        }
    }
}
