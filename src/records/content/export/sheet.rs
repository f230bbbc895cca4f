//! Records as CSV, for a spreadsheet.

use crate::{lang::Lang, report::visible};

use super::{
    super::{parts::PARTS, value::moment, view::Current},
    Exported, is_added,
};

/// What a spreadsheet would take for a formula, in either width.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let shown = visible(text);
    if text.starts_with(FORMULA) { format!("'{shown}") } else { shown }
}

const HEAD: [&str; 10] = [
    "id",
    "seq",
    "saved_at",
    "transaction_on",
    "profiles",
    "verdict",
    "hierarchy",
    "unreal",
    "human_match",
    "fallback",
];
const TAIL: [&str; 6] = ["entered_instead_of_chip", "amended", "open", "ended_on", "retention_until", "dump_sha256"];

/// Records as CSV, one row each: UTF-8 with a mark at its beginning, for spreadsheets. A cell that begins like a formula gets `'` before it.
pub fn csv(records: &[Exported], lang: Lang) -> Vec<u8> {
    let mut fields: Vec<&str> = PARTS.iter().map(|part| part.id).collect();
    // An operator's own profile has fields of its own.
    for current in records.iter().flat_map(|exported| &exported.view.fields) {
        if !fields.contains(&current.row.id.as_str()) {
            fields.push(&current.row.id);
        }
    }
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{FEFF}".as_bytes().to_vec());
    let columns = HEAD.iter().chain(&fields).chain(&TAIL).map(|name| cell(name));
    // Writing to memory cannot fail.
    let _ = writer.write_record(columns);
    for exported in records {
        let _ = writer.write_record(row(exported, &fields, lang).iter().map(|text| cell(text)));
    }
    writer.into_inner().unwrap_or_default()
}

fn row(exported: &Exported, fields: &[&str], lang: Lang) -> Vec<String> {
    let view = &exported.view;
    let record = &view.record;
    let evidence = record.evidence.as_ref();
    let or_none = |text: Option<String>| text.unwrap_or_default();
    let unreal = record.unreal().map(|hierarchy| hierarchy.to_string());
    let mut cells = vec![
        exported.id.clone(),
        view.seq.to_string(),
        moment(view.at),
        record.transaction_on.to_string(),
        record.profiles.iter().map(|profile| profile.id.as_str()).collect::<Vec<_>>().join(" "),
        or_none(evidence.map(|evidence| evidence.verdict.to_string())),
        or_none(evidence.and_then(|evidence| evidence.hierarchy).map(|hierarchy| hierarchy.to_string())),
        or_none(unreal.or_else(|| exported.test.then(|| "test-database".to_owned()))),
        or_none(record.human_match.as_ref().map(|found| found.found.to_string())),
        or_none(record.fallback.as_ref().map(|note| note.choice.case.to_string())),
    ];
    for field in fields {
        let current = view.fields.iter().find(|current| current.row.id == *field);
        cells.push(or_none(current.and_then(|current| current.row.value.content()).map(|content| content.plain(lang))));
    }
    let named = |of: &dyn Fn(&Current) -> bool| {
        let found = view.fields.iter().filter(|current| of(current));
        found.map(|current| current.row.id.as_str()).collect::<Vec<_>>().join(" ")
    };
    let ended = || view.relations.iter().filter_map(|relation| relation.ended_on).max();
    cells.extend([
        named(&|current| current.row.value.chip().is_some()),
        named(&|current| is_added(view, current)),
        view.blanks().collect::<Vec<_>>().join(" "),
        or_none(view.open().next().is_none().then(ended).flatten().map(|day| day.to_string())),
        or_none(exported.retention.until.map(|day| day.to_string())),
        or_none(evidence.and_then(|evidence| evidence.dump_sha256.clone())),
    ]);
    cells
}
