//! Records for people and programs elsewhere: JSON, HTML for paper; CSV for a spreadsheet is below.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value as Json, json};

use crate::{
    lang::{Bilingual, Lang},
    report::{Unreal, visible},
    trust::Hierarchy,
};

use super::{
    draft::{Review, State, described},
    record::Record,
    retention::Retention,
    value::{Value, moment, said_instead},
    view::{Current, View},
};

mod sheet;

pub use sheet::csv;

/// The schema name of an export.
pub const SCHEMA: &str = "taimen.records-export/1";

/// A record to be exported.
#[derive(Debug, Clone)]
pub struct Exported {
    /// Its id.
    pub id: String,
    /// The record with what was added.
    pub view: View,
    /// How long it is kept.
    pub retention: Retention,
    /// Whether it is in a test database: then it is no record under the law, whatever it says.
    pub test: bool,
}

/// A record with everything that was added, as JSON (`docs/records.md`).
pub fn record_json(exported: &Exported) -> Json {
    let (view, retention) = (&exported.view, &exported.retention);
    let additions = view.additions.iter().map(|added| {
        let mut value = serde_json::to_value(&added.payload).unwrap_or_default();
        if let Json::Object(members) = &mut value {
            members.insert("seq".to_owned(), added.seq.into());
            members.insert("saved_at".to_owned(), moment(added.at).into());
        }
        value
    });
    let current = view.fields.iter().filter(|current| is_added(view, current));
    let current = current.map(|current| json!({"id": current.row.id, "value": current.row.value.content()}));
    let relations = view.relations.iter().map(
        |relation| json!({"number": relation.number, "began_on": relation.began_on, "ended_on": relation.ended_on}),
    );
    json!({
        "id": exported.id,
        "test": exported.test,
        "seq": view.seq,
        "saved_at": moment(view.at),
        "record": view.record,
        "additions": additions.collect::<Vec<_>>(),
        "current": current.collect::<Vec<_>>(),
        "open": view.blanks().collect::<Vec<_>>(),
        "relations": relations.collect::<Vec<_>>(),
        "holds": view.holds.iter().map(|(_, hold, _)| hold.as_str()).collect::<Vec<_>>(),
        "retention": retention_json(retention),
    })
}

/// Whether what stands in a place was added after the first record.
fn is_added(view: &View, current: &Current) -> bool {
    !current.earlier.is_empty() || view.record.field(&current.row.id).is_none()
}

/// How long a record is kept, as JSON.
pub fn retention_json(retention: &Retention) -> Json {
    let by = retention.by.iter().map(|due| {
        json!({
            "profile": due.profile, "law": due.law, "article": due.article, "years": due.years,
            "from": due.from, "until": due.until,
        })
    });
    json!({"until": retention.until, "by": by.collect::<Vec<_>>()})
}

/// Records as one JSON document.
pub fn json(records: &[Exported], exported_at: Timestamp) -> String {
    let records: Vec<Json> = records.iter().map(record_json).collect();
    let document = json!({"schema": SCHEMA, "exported_at": moment(exported_at), "records": records});
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

const STYLE: &str = "
body { font: 10.5pt/1.5 sans-serif; color: #000; background: #fff; margin: 1.5em auto; max-width: 60em; }
h1 { font-size: 1.3em; } h2 { font-size: 1.1em; margin: 1.2em 0 .3em; }
section { border-top: 2px solid #000; padding-top: .6em; margin-top: 1.5em; break-before: page; }
section:first-of-type { break-before: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #777; padding: .2em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { width: 30%; font-weight: normal; background: #eee; }
.unreal { border: 3px solid #000; padding: .2em .5em; font-weight: bold; }
.open { font-weight: bold; } .small { font-size: .85em; color: #333; }
@page { size: A4; margin: 14mm; }
";

/// Records as one page to print: no script, nothing fetched.
pub fn html(records: &[Exported], exported_at: Timestamp, lang: Lang) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let page = html! {
        (DOCTYPE)
        html lang=(lang.as_str()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="robots" content="noindex";
                title { (t("確認記録", "Confirmation records")) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (t("確認記録", "Confirmation records")) }
                p .small { (t("書き出した日時（日本）", "exported at (Japan)")) ": " (moment(exported_at)) }
                @for exported in records { (section(exported, lang)) }
            }
        }
    };
    page.into_string()
}

fn section(exported: &Exported, lang: Lang) -> Markup {
    let view = &exported.view;
    html! {
        section {
            h2 { "No. " (view.seq) " · " (visible(&title(view, lang))) }
            @for said in unreal(exported, lang) { p .unreal { (said) } }
            p .small { (exported.id) " · " (moment(view.at)) }
            table {
                @for (name, text) in facts(exported, lang) { tr { th { (visible(&name)) } td { (visible(&text)) } } }
            }
            table {
                @for line in lines(view, lang) {
                    tr {
                        th {
                            @if let Some(item) = line.item { (item) ". " }
                            (visible(&line.title))
                        }
                        td class=[(line.state == State::Blank).then_some("open")] {
                            (visible(&line.text))
                            @let from = line.origin(lang);
                            @if !from.is_empty() { " " span .small { "[" (visible(&from)) "]" } }
                        }
                    }
                }
            }
            @let history = history(view, lang);
            @if !history.is_empty() {
                h2 { (Bilingual::new("変更・追記", "Changes and additions").get(lang)) }
                table { @for (at, text) in history { tr { th { (at) } td { (visible(&text)) } } } }
            }
        }
    }
}

/// What a law calls such a record.
fn title(view: &View, lang: Lang) -> String {
    let names: Vec<&str> = view.record.profiles.iter().map(|profile| profile.record.get(lang)).collect();
    names.join(if lang == Lang::Ja { "・" } else { ", " })
}

/// The lines of a record as it stands now, without those that do not apply.
pub fn lines(view: &View, lang: Lang) -> Vec<Review> {
    let lines = view.fields.iter().map(|current| described(&current.row, lang));
    lines.filter(|line| line.state != State::NotApplicable).collect()
}

/// Why it is no record of a real check: the card, the database.
fn unreal(exported: &Exported, lang: Lang) -> Vec<&'static str> {
    let card = exported.view.record.unreal().map(|hierarchy| match hierarchy {
        Hierarchy::Simulated => Unreal::Simulated.name(),
        _ => Unreal::Test.name(),
    });
    let database = exported.test.then(|| {
        Bilingual::new(
            "テスト用のデータベースです。法令の記録にはなりません。",
            "This is a test database: what is saved here is not a record under the law.",
        )
    });
    card.into_iter().chain(database).map(|said| said.get(lang)).collect()
}

/// What a record says beside its fields.
pub fn facts(exported: &Exported, lang: Lang) -> Vec<(String, String)> {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang).to_owned();
    let (view, record) = (&exported.view, &exported.view.record);
    let unreal = unreal(exported, lang).into_iter().map(|said| (t("注意", "note"), said.to_owned()));
    let mut facts: Vec<(String, String)> = unreal.collect();
    for profile in &record.profiles {
        let unverified = if profile.unverified { t("・未確認", ", unverified") } else { String::new() };
        let text = format!(
            "{} ({}, {}{unverified}) SHA-256 {}",
            profile.name.get(lang),
            profile.id,
            profile.revision,
            profile.sha256
        );
        facts.push((t("プロファイル", "profile"), text));
    }
    match &record.evidence {
        None => facts.push((t("ICチップ", "chip"), t("読み取りなし", "not read"))),
        Some(evidence) => {
            let verdict = match evidence.verdict {
                crate::verify::Overall::Authentic => {
                    t("真正（必須の検査に合格）", "authentic (the required checks passed)")
                }
                crate::verify::Overall::Rejected => t("不合格", "rejected"),
                crate::verify::Overall::Undetermined => t("判定不能", "undetermined"),
            };
            facts.push((t("判定", "verdict"), verdict));
            let hierarchy =
                evidence.hierarchy.map_or_else(|| t("なし", "none"), |found| found.name().get(lang).to_owned());
            facts.push((t("発行者の系統", "hierarchy"), hierarchy));
            let check = |check: &super::facts::CheckRow| {
                let reason = check.reason.as_deref().map(|reason| format!("({reason})")).unwrap_or_default();
                format!(
                    "{}: {}{reason}",
                    check.id,
                    serde_json::to_value(check.status).unwrap_or_default().as_str().unwrap_or_default()
                )
            };
            facts.push((t("検査", "checks"), evidence.checks.iter().map(check).collect::<Vec<_>>().join("; ")));
            facts.push((t("失効の確認", "revocation"), t("していません", "not checked")));
            let basis = format!("{} · {} · {}", evidence.source, evidence.basis, moment(evidence.judged_at));
            facts.push((t("判定の根拠と時点", "basis and time of the verdict"), basis));
            let dump = evidence.dump_sha256.clone().unwrap_or_else(|| t("保存なし", "not kept"));
            let seal =
                if evidence.seal.is_some() { t("封印あり", "sealed") } else { t("封印なし", "not sealed") };
            facts.push((t("読み取りデータのSHA-256", "SHA-256 of the reading"), format!("{dump} ({seal})")));
        }
    }
    facts.push(human_match(record, lang));
    for row in &record.comparison {
        let accepted = if row.accepted { t("（担当者が了承）", " (accepted by staff)") } else { String::new() };
        let rules = if row.rules.is_empty() { String::new() } else { format!(" [{}]", row.rules.join(", ")) };
        facts
            .push((t("申込書との比較", "form against chip"), format!("{}: {}{rules}{accepted}", row.field, row.class)));
    }
    if let Some(changes) = &record.unsigned_changes {
        let mut texts: Vec<&str> =
            [&changes.name, &changes.address].into_iter().flatten().map(String::as_str).collect();
        let entries = match lang {
            Lang::Ja => format!("{}件", changes.entries),
            Lang::En => format!("{} entries", changes.entries),
        };
        texts.push(&entries);
        facts.push((t("発行後の変更（署名なし）", "changes after issue, unsigned"), texts.join(" · ")));
    }
    facts.extend(fallback(record, lang));
    for reliance in record.relied_on.iter().chain(view.reliances.iter().map(|(_, reliance)| reliance)) {
        let words = reliance.kind.words().get(lang);
        let text =
            format!("{words} · {} · {} · {}", reliance.operator, reliance.agreement, moment(reliance.confirmed_at));
        facts.push((t("依拠", "reliance"), text));
    }
    if let Some(photo) = &record.photo {
        facts.push((t("顔写真を保存する目的", "purpose of keeping the photo"), photo.purpose.clone()));
    }
    let until = exported
        .retention
        .until
        .map_or_else(|| t("未定（関係が継続中）", "open: a relation goes on"), |day| day.to_string());
    facts.push((t("保存期限", "kept until"), until));
    facts
}

/// What the human comparison of photo and face found, by whom and when.
fn human_match(record: &Record, lang: Lang) -> (String, String) {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang).to_owned();
    let found = record.human_match.as_ref();
    let text = found.map(|found| format!("{} · {} · {}", found.found.words().get(lang), found.by, moment(found.at)));
    (
        t("顔の見比べ（入力・認証なし）", "human comparison, entered"),
        text.unwrap_or_else(|| t("記録なし", "not compared")),
    )
}

/// What was done because the chip alone did not do, why, and by whose choice.
fn fallback(record: &Record, lang: Lang) -> Option<(String, String)> {
    let note = record.fallback.as_ref()?;
    let words = note.text.as_ref().map(|text| text.get(lang)).unwrap_or_default();
    let (case, choice) = (note.choice.case.words().get(lang), &note.choice);
    let text = format!("{case} · {words} · {} · {}", choice.reason, choice.chosen_by);
    Some((Bilingual::new("代わりの方法", "fallback").get(lang).to_owned(), text))
}

/// What staff found and chose themselves, as the record will say it.
pub fn decided(record: &Record, lang: Lang) -> impl Iterator<Item = (String, String)> {
    [human_match(record, lang)].into_iter().chain(fallback(record, lang))
}

/// Every addition in words, with its day.
pub fn history(view: &View, lang: Lang) -> Vec<(String, String)> {
    use super::amend::Change;
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let earlier = |id: &str, seq: u64| {
        let found = view.fields.iter().find(|current| current.row.id == id);
        found.and_then(|current| current.earlier.iter().find(|earlier| earlier.until == seq))
    };
    let before_it = |value: &Value| {
        let chip = value.chip().map(|chip| format!(" ({})", said_instead(chip, lang))).unwrap_or_default();
        Some(format!("{}{chip}", value.content()?.plain(lang)))
    };
    let one = |added: &super::view::Logged<super::amend::Amendment>| {
        let text = match &added.payload.change {
            Change::Fields { why, fields, learned_from } => {
                let mut texts = vec![why.words().get(lang).to_owned()];
                for amended in fields {
                    let before = earlier(&amended.id, added.seq).map(|earlier| &earlier.value);
                    let before = before.and_then(before_it).unwrap_or_else(|| "-".to_owned());
                    texts.push(format!("{}: {before} → {}", amended.id, amended.value.plain(lang)));
                }
                texts.extend(learned_from.clone());
                texts.join(" · ")
            }
            Change::Recheck { on, how, .. } => {
                format!("{} · {on} · {}", t("確認済みの顧客の確認", "returning customer"), how.words().get(lang))
            }
            Change::Reliance { reliance, .. } => format!("{} · {}", t("依拠", "reliance"), reliance.operator),
            Change::RelationEnd { relation, ended_on } => {
                format!("{} {relation}: {ended_on}", t("取引・契約の終了", "end of relation"))
            }
            Change::Reopen { relation, reason } => {
                format!("{} {relation} · {reason}", t("終了の取消し", "end taken back: relation"))
            }
            Change::Hold { hold, reason } => format!("{} · {reason}", hold.words().get(lang)),
            Change::Release { hold, reason } => {
                format!("{} ({}) · {reason}", t("保全の解除", "released"), hold.words().get(lang))
            }
        };
        let by = &added.payload.by;
        (moment(added.at), format!("{text} · {by} · {}", added.payload.known_on))
    };
    view.additions.iter().map(one).collect()
}
