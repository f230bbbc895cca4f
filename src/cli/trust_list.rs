//! `taimen trust list`: every anchor, as a table or as JSON.

use std::path::PathBuf;

use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::{
    lang::Bilingual,
    messages::{ExitCode, Problem},
    report::visible,
    trust::{self, Anchor, Material, TrustStore},
};

use super::{Settings, args::name, output, trust as folders};

/// The schema name of `trust list --json`.
const SCHEMA: &str = "taimen.trust/1";

/// An anchor, and for one that a user added its file and the time.
struct Listed {
    anchor: Anchor,
    added: Option<(PathBuf, Option<String>)>,
}

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let store = TrustStore::shipped()?;
    let at = folders::time(matches);
    let mut listed: Vec<Listed> =
        store.anchors().iter().map(|anchor| Listed { anchor: anchor.clone(), added: None }).collect();
    for (folder, found) in folders::folders(matches) {
        for entry in found?.entries {
            let file = folder.join(&entry.row.file);
            listed.push(Listed { anchor: entry.anchor?, added: Some((file, entry.row.added)) });
        }
    }
    // Lists bring the anchors of many states: those of one belong together.
    listed.sort_by_key(|listed| (listed.anchor.purpose.takes_lists(), trust::state(&listed.anchor)));
    if matches.get_flag(name::JSON) {
        let rows: Vec<_> = listed.iter().map(|listed| row(&store, listed, at)).collect();
        output::line(&json!({"schema": SCHEMA, "at": at.to_string(), "anchors": rows}))?;
    } else {
        output::text(&table(settings, &store, &listed, at))?;
    }
    Ok(ExitCode::Authentic)
}

fn row(store: &TrustStore, listed: &Listed, at: Timestamp) -> serde_json::Value {
    let anchor = &listed.anchor;
    let validity = validity(anchor);
    let (subject, key) = trust::subject_and_key(anchor);
    let file = listed.added.as_ref().map(|(file, _)| file.display().to_string());
    json!({
        "purpose": anchor.purpose.as_str(),
        "name": anchor.name,
        "subject": subject,
        "state": trust::state(anchor),
        "doc_types": anchor.doc_types,
        "key_id": key_id(anchor),
        "key": key,
        "hierarchy": anchor.hierarchy.as_str(),
        "accepted": store.accepts(anchor.hierarchy),
        "sha256": anchor.material.sha256(),
        "source": anchor.source,
        "official": anchor.official,
        "not_before": validity.map(|(from, _)| from.to_string()),
        "not_after": validity.map(|(_, to)| to.to_string()),
        "days_left": trust::days_left(anchor, at),
        "file": file,
        "added": listed.added.as_ref().and_then(|(_, added)| added.clone()),
    })
}

/// One row an anchor, below it what needs more room.
fn table(settings: &Settings, store: &TrustStore, listed: &[Listed], at: Timestamp) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    let yes_no = |yes: bool| t(if yes { "はい" } else { "いいえ" }, if yes { "yes" } else { "no" }).to_owned();
    let mut rows = vec![
        [
            t("用途", "PURPOSE"),
            t("系統", "HIERARCHY"),
            t("受入", "ACCEPTED"),
            t("公式", "OFFICIAL"),
            t("有効期限", "VALID UNTIL"),
            t("残り日数", "DAYS LEFT"),
            t("名前", "NAME"),
        ]
        .map(str::to_owned),
    ];
    for Listed { anchor, .. } in listed {
        let end = validity(anchor).map(|(_, to)| to.strftime("%Y-%m-%d").to_string());
        rows.push([
            anchor.purpose.as_str().to_owned(),
            anchor.hierarchy.as_str().to_owned(),
            yes_no(store.accepts(anchor.hierarchy)),
            yes_no(anchor.official),
            end.unwrap_or_else(|| "-".to_owned()),
            trust::days_left(anchor, at).map_or_else(
                || "-".to_owned(),
                |days| if days < 0 { t("期限切れ", "expired").to_owned() } else { days.to_string() },
            ),
            visible(&short_name(anchor)),
        ]);
    }
    let mut lines = aligned(&rows).into_iter();
    let mut text = lines.next().map(|head| format!("{head}\n")).unwrap_or_default();
    for (line, Listed { anchor, added }) in lines.zip(listed) {
        text.push_str(&format!("{line}\n"));
        let (subject, key) = trust::subject_and_key(anchor);
        let mut detail = |title: &str, value: &str| text.push_str(&format!("    {title}: {}\n", visible(value)));
        detail("SHA-256", &anchor.material.sha256());
        if let Some(id) = key_id(anchor) {
            detail(t("鍵ID", "key id"), &id);
        }
        // Of the hundreds that a list brings, the short form is enough.
        if let Some(subject) = subject.filter(|_| !anchor.purpose.takes_lists()) {
            detail(t("主体者", "subject"), &format!("{subject} ({key})"));
        }
        if !anchor.doc_types.is_empty() {
            detail(t("文書の種類", "document types"), &anchor.doc_types.join(" "));
        }
        detail(t("出所", "source"), &anchor.source);
        if let Some((file, _)) = added.as_ref().filter(|_| !anchor.purpose.takes_lists()) {
            detail(t("ファイル", "file"), &file.display().to_string());
        }
    }
    let note = t(
        "受入が「いいえ」のものは、--accept で指定したときだけ使います。",
        "An anchor that is not accepted counts only if --accept names its hierarchy.",
    );
    format!("{text}\n{note}\n")
}

/// A subject is below in full; the row names its last part.
fn short_name(anchor: &Anchor) -> String {
    let (subject, key) = trust::subject_and_key(anchor);
    let state = trust::state(anchor);
    let name = match subject {
        Some(subject) if subject == anchor.name => {
            let name = subject.rsplit(", ").next().unwrap_or_default().trim_start_matches("CN=");
            // Only here it is not below.
            if state.is_some() { format!("{name} ({key})") } else { name.to_owned() }
        }
        _ => anchor.name.clone(),
    };
    match state {
        Some(state) => format!("{state}: {name}"),
        None => name,
    }
}

/// The lines of a table whose columns are aligned on a terminal.
pub fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width()))));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// The id of a bare key, all 16 bytes.
fn key_id(anchor: &Anchor) -> Option<String> {
    match &anchor.material {
        Material::CvKey(key) => Some(hex::encode(key.id.0)),
        Material::Certificate(_) => None,
    }
}

/// Bare keys have no validity.
fn validity(anchor: &Anchor) -> Option<(Timestamp, Timestamp)> {
    let Material::Certificate(der) = &anchor.material else { return None };
    Some(trust::Facts::of(der)?.validity)
}
