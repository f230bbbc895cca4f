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
            Retention,
            retention::{self, Refusal},
        },
        store::{EntryKind, Listing, Ranges, Store},
    },
    report::visible,
    text::japan_date,
};

use super::{
    super::profiles::profiles,
    SCHEMA, Settings,
    args::{ID, YES},
    database::id,
    entry, open, output, t, views, warn,
};

/// Records of one purge: its entry names each with its law.
const AT_ONCE: usize = 100;

/// The most refusals that are listed; all are counted.
const LISTED: usize = 1000;

/// A record: how long it is kept, and why it may not go yet (nothing: it may).
struct Judged {
    id: Uuid,
    /// Every entry of its history: they go together.
    all: Vec<Uuid>,
    retention: Retention,
    refusals: Vec<Refusal>,
}

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let profiles = profiles(matches)?;
    let today = japan_date(Timestamp::now());
    let mut store = open(matches)?;
    let ids = match matches.get_many::<String>(ID) {
        Some(ids) => ids.map(|given| id(given)).collect::<Result<Vec<Uuid>, Problem>>()?,
        None => records(&mut store)?,
    };
    let (mut due, mut refused, mut count) = (Vec::new(), Vec::new(), 0_usize);
    for id in ids {
        let record = judged(&mut store, id, &profiles, today)?;
        if record.refusals.is_empty() {
            due.push(record);
            continue;
        }
        count = count.saturating_add(1);
        if refused.len() < LISTED {
            refused.push(record);
        }
    }
    let mut emptied = Ranges::NONE;
    let mut left = None;
    let done = matches.get_flag(YES);
    if done {
        for chunk in due.chunks(AT_ONCE) {
            let ids: Vec<Uuid> = chunk.iter().flat_map(|due| due.all.iter().copied()).collect();
            let rows: Vec<Value> = chunk.iter().map(lawful).collect();
            let payload = json!({"schema": "taimen.purge/1", "on": today.to_string(), "records": rows});
            let purged = store.empty(&ids, &entry(EntryKind::Purge, &payload))?;
            warn(settings, &purged.appended);
            emptied.join(&purged.emptied);
            left = purged.not_vacuumed;
        }
    }
    // What an earlier purge could not remove is removed now.
    let earlier = Listing { kind: Some(EntryKind::Purge), limit: 1, ..Default::default() };
    let purged = done && (!due.is_empty() || !store.list(&earlier)?.is_empty());
    if purged && due.is_empty() {
        left = store.vacuum().err();
    }
    if let Some(error) = &left {
        output::complaint(settings, &Problem::Records(StoreError::NotVacuumed { why: Box::new(error.clone()) }));
    }
    if settings.json {
        output::line(&json!({
            "schema": SCHEMA,
            "today": today.to_string(),
            "done": done,
            "due": due.iter().map(lawful).collect::<Vec<_>>(),
            "entries_emptied": emptied.len(),
            "refused": count,
            "refusals": refused.iter().map(|record| json!({
                "id": record.id,
                "why": record.refusals.iter().map(why).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            // Null: there was nothing to remove.
            "vacuumed": purged.then_some(left.is_none()),
        }))?;
    } else {
        output::text(&words(settings.lang, &due, &refused, count, done))?;
    }
    Ok(ExitCode::Authentic)
}

/// Judges a record on a day in Japan.
fn judged(store: &mut Store, id: Uuid, profiles: &Profiles, today: Date) -> Result<Judged, Problem> {
    // Only what was judged goes: the store refuses if anything was added since, a hold perhaps.
    let (view, all) = views::whole(store, id)?;
    let retention = retention::of(&view, profiles);
    Ok(Judged { id, all, refusals: retention.refusals(today), retention })
}

/// The ids of all records that are not emptied yet.
fn records(store: &mut Store) -> Result<Vec<Uuid>, Problem> {
    let mut ids = Vec::new();
    let mut listing = Listing { kind: Some(EntryKind::Record), ..Default::default() };
    loop {
        let page = store.list(&listing)?;
        let Some(last) = page.last() else { return Ok(ids) };
        listing.after = Some((last.created_at, last.seq));
        ids.extend(page.iter().filter(|header| !header.emptied).map(|header| header.id));
    }
}

/// A record that may be emptied, with every rule that it was kept by: what the log says of it from now on.
fn lawful(due: &Judged) -> Value {
    let by: Vec<Value> = due.retention.by.iter().map(|due| why(&Refusal::Law(due.clone()))).collect();
    json!({"id": due.id, "until": due.retention.until.map(|day| day.to_string()), "by": by})
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

fn words(lang: Lang, due: &[Judged], refused: &[Judged], count: usize, done: bool) -> String {
    let mut text = String::new();
    for due in due {
        let until = due.retention.until.map(|day| day.to_string()).unwrap_or_default();
        text += &match (lang, done) {
            (Lang::Ja, true) => format!("{}: 消去しました（保存期間は {until} まで）\n", due.id),
            (Lang::Ja, false) => format!("{}: 消去できます（保存期間は {until} まで）\n", due.id),
            (Lang::En, true) => format!("{}: emptied (it was to be kept until {until})\n", due.id),
            (Lang::En, false) => format!("{}: can be emptied (it was to be kept until {until})\n", due.id),
        };
    }
    for record in refused {
        for refusal in &record.refusals {
            text += &format!("{}: {}\n", record.id, refusal_words(lang, refusal));
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
                (Lang::En, Some(until)) => format!("{law} ({article}): keep until {until}"),
                (Lang::En, None) => {
                    format!(
                        "{law} ({article}): keep for {} years from the end of the relation; it has not ended yet",
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
