//! `taimen records report`: what is open, what was done instead, what goes on, how long what is kept, and who recorded.

use std::{collections::BTreeMap, ops::ControlFlow};

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem},
    profile::Profiles,
    records::content::{Content, View, export, retention},
    report::visible,
    text::japan_date,
};

use crate::cli::{Settings, args::name, output, profiles, trust_list::aligned};

use super::{database, views};

/// The schema name of a report.
const SCHEMA: &str = "taimen.records-report/1";

/// A report: the heads of its table, and its rows.
struct Table {
    heads: Vec<Bilingual>,
    rows: Vec<(Vec<String>, Value)>,
}

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let profiles = profiles::profiles(matches)?;
    let today = matches.get_one::<Date>(name::DATE).copied().unwrap_or_else(|| japan_date(Timestamp::now()));
    let which = matches.get_one::<String>(name::REPORT).map_or("blanks", String::as_str);
    let mut store = database::readable(matches)?;
    let mut rows = Vec::new();
    let mut counts: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    views::each(&mut store, &mut |id, view| {
        match which {
            "blanks" => rows.extend(blanks(id, &view)),
            "open" => rows.extend(open(id, &view)),
            "retention" => rows.push(kept(id, &view, &profiles, today)),
            "staff" => count(&mut counts, staff(&view), &view),
            _ => count(&mut counts, fallback(&view), &view),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let table = table(which, rows, counts, settings.lang);
    if matches.get_flag(name::JSON) {
        let rows: Vec<Value> = table.rows.into_iter().map(|(_, value)| value).collect();
        output::line(&json!({"schema": SCHEMA, "report": which, "date": today, "rows": rows}))?;
        return Ok(ExitCode::Authentic);
    }
    let heads: Vec<String> = table.heads.iter().map(|head| head.get(settings.lang).to_owned()).collect();
    let cells = table.rows.into_iter().map(|(cells, _)| cells.iter().map(|cell| visible(cell)).collect());
    let lines: Vec<[String; 4]> = std::iter::once(heads).chain(cells).map(four).collect();
    output::text(&(aligned(&lines).join("\n") + "\n"))?;
    Ok(ExitCode::Authentic)
}

fn four(cells: Vec<String>) -> [String; 4] {
    let mut cells = cells.into_iter();
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

type Row = (Vec<String>, Value);

fn blanks(id: Uuid, view: &View) -> Option<Row> {
    let open: Vec<&str> = view.blanks().collect();
    let cells = || vec![view.seq.to_string(), id.to_string(), view.record.transaction_on.to_string(), open.join(" ")];
    let value =
        || json!({"seq": view.seq, "id": id.to_string(), "transaction_on": view.record.transaction_on, "open": open});
    (!open.is_empty()).then(|| (cells(), value()))
}

fn open(id: Uuid, view: &View) -> Vec<Row> {
    let one = |relation: &crate::records::content::RelationState| {
        let cells =
            vec![view.seq.to_string(), id.to_string(), relation.number.to_string(), relation.began_on.to_string()];
        let value = json!({
            "seq": view.seq, "id": id.to_string(), "relation": relation.number, "began_on": relation.began_on,
        });
        (cells, value)
    };
    view.open().map(one).collect()
}

fn kept(id: Uuid, view: &View, profiles: &Profiles, today: Date) -> Row {
    let retention = retention::of(view, profiles);
    let may = retention.refusals(today).is_empty();
    let until = retention.until.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let mark = if may { "○" } else { "-" };
    let cells = vec![view.seq.to_string(), id.to_string(), until, mark.to_owned()];
    let mut value = export::retention_json(&retention);
    if let Value::Object(members) = &mut value {
        members.insert("seq".to_owned(), view.seq.into());
        members.insert("id".to_owned(), id.to_string().into());
        members.insert("may_be_purged".to_owned(), may.into());
        members.insert("holds".to_owned(), retention.holds.iter().map(|hold| hold.as_str()).collect());
    }
    (cells, value)
}

/// Who recorded, and with which verdict.
fn staff(view: &View) -> Option<(String, String)> {
    let name = |id| match view.record.content(id) {
        Some(Content::Text(name)) => Some(name.clone()),
        _ => None,
    };
    let verdict = view.record.verdict().map_or("no-chip", |verdict| verdict.as_str());
    Some((name("recorder").or_else(|| name("verifier")).unwrap_or_else(|| "-".to_owned()), verdict.to_owned()))
}

/// Which case, and which row of the profile was followed.
fn fallback(view: &View) -> Option<(String, String)> {
    let choice = &view.record.fallback.as_ref()?.choice;
    Some((choice.case.to_string(), choice.row.clone().unwrap_or_else(|| "-".to_owned())))
}

fn count(counts: &mut BTreeMap<(String, String), (u64, u64)>, key: Option<(String, String)>, view: &View) {
    if let Some(key) = key {
        let (records, open) = counts.entry(key).or_default();
        *records = records.saturating_add(1);
        *open = open.saturating_add(u64::from(view.blanks().next().is_some()));
    }
}

/// A verdict as people read it.
fn verdict(id: &str, lang: Lang) -> String {
    let words = match id {
        "authentic" => Bilingual::new("真正", "authentic"),
        "rejected" => Bilingual::new("不合格", "rejected"),
        "undetermined" => Bilingual::new("判定不能", "undetermined"),
        _ => Bilingual::new("読み取りなし", "no chip"),
    };
    words.get(lang).to_owned()
}

fn table(which: &str, rows: Vec<Row>, counts: BTreeMap<(String, String), (u64, u64)>, lang: Lang) -> Table {
    let t = Bilingual::new;
    let [number, id] = [t("番号", "NO."), t("ID", "ID")];
    let [records, with_open] = [t("件数", "RECORDS"), t("空欄あり", "WITH BLANKS")];
    let (heads, keys) = match which {
        "blanks" => (vec![number, id, t("取引の日", "TRANSACTION"), t("空欄", "OPEN FIELDS")], None),
        "open" => (vec![number, id, t("取引・契約", "RELATION"), t("開始", "BEGAN ON")], None),
        "retention" => (vec![number, id, t("保存期限", "KEPT UNTIL"), t("消去できる", "MAY BE PURGED")], None),
        "staff" => (
            vec![t("記録した者（入力）", "RECORDER (ENTERED)"), t("判定", "VERDICT"), records, with_open],
            Some(["recorder", "verdict"]),
        ),
        _ => (
            vec![t("理由", "CASE"), t("プロファイルの行", "ROW OF THE PROFILE"), records, with_open],
            Some(["case", "row"]),
        ),
    };
    let counted = counts.into_iter().map(|((first, second), (records, open))| {
        let [one, two] = keys.unwrap_or_default();
        let value = json!({one: first, two: second, "records": records, "with_blanks": open});
        let shown = if which == "staff" { verdict(&second, lang) } else { second };
        (vec![first, shown, records.to_string(), open.to_string()], value)
    });
    let rows = if keys.is_some() { counted.collect() } else { rows };
    Table { heads, rows }
}
