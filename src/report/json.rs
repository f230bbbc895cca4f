//! The JSON report `taimen.report/1`, described by `docs/report.schema.json`.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    cards::{CardText, ItemValue, Picture, Signed},
    dump::Scope,
    image,
    iso7816::Tries,
    kind::CardKind,
    lang::Bilingual,
    transport::LinkFigures,
    trust::Hierarchy,
    verify::{Check, CheckId, Evidence, Overall, Verdict, Why},
};

use super::{Report, clean::json_escaped};

/// The schema name of a report.
pub const SCHEMA: &str = "taimen.report/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    lang: &'static str,
    overall: Overall,
    headline: &'static str,
    headline_text: &'static str,
    headline_notes: Vec<StaffNote>,
    scope: Scope,
    hierarchy: Option<Hierarchy>,
    accepted_hierarchies: &'a [Hierarchy],
    card: Card,
    applications: Vec<Application>,
    holder: Holder<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder_unconfirmed: Option<Unconfirmed<'a>>,
    photo: Photo,
    pictures: Vec<PictureSummary>,
    items: Vec<Item<'a>>,
    history: Vec<HistoryEntry<'a>>,
    external_characters: Vec<External>,
    warnings: Vec<Warning<'a>>,
    signed_by: BTreeMap<String, Option<CheckId>>,
    checks: Vec<CheckRow<'a>>,
    for_staff: Vec<StaffNote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inquiry: Option<Inquiry<'a>>,
    tries: Vec<Counter>,
    link: LinkFigures,
    source: &'static str,
    reader: &'a str,
    read_at: Timestamp,
    judged_at: Timestamp,
    judged: Judged,
    sealed_by: Option<&'a str>,
}

#[derive(Serialize)]
struct Judged {
    at: Timestamp,
    basis: &'static str,
}

#[derive(Serialize)]
struct Card {
    kind: CardKind,
    name: &'static str,
}

#[derive(Serialize)]
struct Application {
    kind: CardKind,
    overall: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Holder<'a> {
    Age {
        age: Option<i16>,
    },
    Person {
        name: Option<&'a str>,
        address: Option<&'a str>,
        birth_date: Option<Date>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sex: Option<Option<&'static str>>,
        current: Option<Current<'a>>,
    },
}

#[derive(Serialize)]
struct Unconfirmed<'a> {
    name: Option<&'a str>,
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct Current<'a> {
    name: Option<&'a str>,
    name_kana: Option<&'a str>,
    address: Option<&'a str>,
    commission: Option<&'a str>,
    conditions: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domicile: Option<Option<&'a str>>,
}

#[derive(Serialize)]
struct HistoryEntry<'a> {
    id: &'static str,
    title: &'static str,
    slot: u32,
    date: Option<Date>,
    commission: &'a str,
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    masked: bool,
}

#[derive(Serialize)]
struct External {
    slot: u8,
    file: Option<&'static str>,
    structure: Option<u8>,
    bytes: usize,
    marks: Vec<Mark>,
}

#[derive(Serialize)]
struct Mark {
    field: String,
    index: usize,
}

#[derive(Serialize)]
struct Warning<'a> {
    file: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Photo {
    present: bool,
    format: Option<&'static str>,
    width: Option<u32>,
    height: Option<u32>,
}

#[derive(Serialize)]
struct PictureSummary {
    id: &'static str,
    title: &'static str,
    format: &'static str,
    width: Option<u32>,
    height: Option<u32>,
    bytes: usize,
    signed_by: Option<CheckId>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'static str,
    title: &'static str,
    value: Option<Value<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    masked: bool,
    signed_by: Option<CheckId>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Date(Date),
    Text(&'a str),
    Duration(String),
}

#[derive(Serialize)]
struct CheckRow<'a> {
    id: CheckId,
    required: bool,
    verdict: &'static str,
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<CheckId>,
    title: &'static str,
    evidence: &'a Evidence,
}

#[derive(Serialize)]
struct StaffNote {
    id: &'static str,
    text: &'static str,
}

#[derive(Serialize)]
struct Inquiry<'a> {
    page: &'static str,
    #[serde(flatten)]
    values: BTreeMap<&'static str, Option<Value<'a>>>,
}

#[derive(Serialize)]
struct Counter {
    title: &'static str,
    state: &'static str,
    left: Option<u8>,
}

pub(super) fn pretty(report: &Report<'_>) -> String {
    let required = report.required_checks();
    let mut json = serde_json::to_string_pretty(&document(report, &required)).unwrap_or_default();
    json.push('\n');
    json_escaped(&json)
}

pub(super) fn line(report: &Report<'_>) -> String {
    let required = report.required_checks();
    json_escaped(&serde_json::to_string(&document(report, &required)).unwrap_or_default())
}

fn document<'a>(report: &'a Report<'_>, required: &'a [Check]) -> Document<'a> {
    let (findings, context) = (report.findings, report.context);
    Document {
        schema: SCHEMA,
        lang: match report.options.lang {
            crate::lang::Lang::Ja => "ja",
            crate::lang::Lang::En => "en",
        },
        overall: findings.overall(),
        headline: report.headline().as_str(),
        headline_text: report.say(report.headline().words()),
        headline_notes: notes(report, report.headline_notes().iter().map(|note| (note.id, note.text))),
        scope: findings.scope,
        hierarchy: findings.hierarchy,
        accepted_hierarchies: &context.accepted,
        card: Card { kind: findings.kind, name: report.say(findings.kind.name()) },
        applications: applications(report),
        holder: holder(report),
        holder_unconfirmed: unconfirmed(report),
        photo: photo(report.pictures()),
        pictures: report.pictures().iter().map(|picture| summary(report, picture)).collect(),
        items: items(report),
        history: history(report),
        external_characters: external_characters(report),
        warnings: findings.warnings.iter().map(|found| Warning { file: found.file, detail: &found.detail }).collect(),
        signed_by: signed_by(report),
        checks: required.iter().chain(report.advisory_checks()).map(|check| row(report, check)).collect(),
        for_staff: notes(report, report.for_staff()),
        inquiry: inquiry(report),
        tries: report.tries().into_iter().map(|(title, tries)| counter(report.say(title), tries)).collect(),
        link: context.link,
        source: context.source.as_str(),
        reader: &context.reader,
        read_at: context.read_at,
        judged_at: findings.basis.at(),
        judged: Judged { at: findings.basis.at(), basis: findings.basis.as_str() },
        sealed_by: context.sealed_by.as_deref(),
    }
}

fn notes(report: &Report<'_>, notes: impl IntoIterator<Item = (&'static str, Bilingual)>) -> Vec<StaffNote> {
    notes.into_iter().map(|(id, text)| StaffNote { id, text: report.say(text) }).collect()
}

fn applications(report: &Report<'_>) -> Vec<Application> {
    let read = Application { kind: report.findings.kind, overall: report.findings.overall().as_str() };
    let guests = report.findings.guests.iter().map(|kind| Application { kind: *kind, overall: "not_checked" });
    std::iter::once(read).chain(guests).collect()
}

fn holder<'a>(report: &'a Report<'_>) -> Holder<'a> {
    let holder = &report.findings.holder;
    if report.age_only() {
        return Holder::Age { age: holder.age.as_ref().map(|age| age.value) };
    }
    let text = |text: &'a Option<Signed<CardText>>| text.as_ref().map(|text| &*text.value);
    Holder::Person {
        name: text(&holder.name),
        address: text(&holder.address),
        birth_date: holder.birth_date.as_ref().map(|date| date.value),
        current: holder.current.as_ref().map(|current| self::current(report, current)),
        sex: report.options.sex.then(|| holder.sex.as_ref().map(|sex| sex.value.as_str())),
    }
}

fn unconfirmed<'a>(report: &'a Report<'_>) -> Option<Unconfirmed<'a>> {
    let text = report.findings.holder.unconfirmed.as_ref().filter(|_| !report.age_only())?;
    Some(Unconfirmed { name: text.name.as_deref(), address: text.address.as_deref() })
}

fn current<'a>(report: &Report<'_>, current: &'a crate::cards::Current) -> Current<'a> {
    fn text(text: &Option<CardText>) -> Option<&str> {
        text.as_deref()
    }
    Current {
        name: text(&current.name),
        name_kana: text(&current.name_kana),
        address: text(&current.address),
        commission: text(&current.commission),
        conditions: current.conditions.as_ref().map(|list| list.iter().map(|text| &**text).collect()),
        domicile: (!report.hides(true)).then(|| text(&current.domicile)),
    }
}

fn history<'a>(report: &'a Report<'_>) -> Vec<HistoryEntry<'a>> {
    let entry = |change: &'a crate::cards::Change| HistoryEntry {
        id: change.id,
        title: report.say(change.title),
        slot: change.slot,
        date: change.date,
        commission: &change.commission,
        value: (!report.hides(change.masked)).then_some(&*change.value),
        masked: report.hides(change.masked),
    };
    report.history().iter().map(entry).collect()
}

/// Which pictures of characters the card holds or names, and where the texts of this report have their marks.
fn external_characters(report: &Report<'_>) -> Vec<External> {
    if report.age_only() {
        return Vec::new();
    }
    let findings = report.findings;
    let picture = |found: &crate::cards::ExternalCharacter| {
        let (file, structure) = (Some(found.file), Some(found.structure));
        (found.slot, External { slot: found.slot, file, structure, bytes: found.raster.len(), marks: Vec::new() })
    };
    let mut found: BTreeMap<u8, External> = findings.external.iter().map(picture).collect();
    for (field, text) in report.card_texts() {
        for (index, slot) in &text.external {
            let none = || External { slot: *slot, file: None, structure: None, bytes: 0, marks: Vec::new() };
            let mark = Mark { field: field.clone(), index: *index };
            found.entry(*slot).or_insert_with(none).marks.push(mark);
        }
    }
    found.into_values().collect()
}

/// The size as the picture's header says it; nothing is decoded for it.
fn size(picture: &Picture) -> Option<(u32, u32)> {
    image::dimensions(&picture.bytes, picture.format.into()).ok()
}

fn photo(pictures: &[Picture]) -> Photo {
    let photo = pictures.iter().find(|picture| picture.id == "photo");
    let size = photo.and_then(size);
    Photo {
        present: photo.is_some(),
        format: photo.map(|photo| photo.format.as_str()),
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
    }
}

fn summary(report: &Report<'_>, picture: &Picture) -> PictureSummary {
    let size = size(picture);
    PictureSummary {
        id: picture.id,
        title: report.say(picture.title),
        format: picture.format.as_str(),
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
        bytes: picture.bytes.len(),
        signed_by: picture.signed_by,
    }
}

fn items<'a>(report: &'a Report<'_>) -> Vec<Item<'a>> {
    if report.age_only() {
        return Vec::new();
    }
    let item = |item: &'a crate::cards::Item| Item {
        id: item.id,
        title: report.say(item.title),
        value: (!report.hides_item(item)).then(|| value(&item.value)),
        meaning: match item.value {
            _ if report.hides_item(item) => None,
            ItemValue::Term { name, .. } => Some(report.say(name)),
            ItemValue::Code { remark, .. } => Some(report.say(remark)),
            _ => None,
        },
        masked: report.hides_item(item),
        signed_by: item.signed_by,
    };
    report.items().map(item).collect()
}

/// A duration of ISO 8601.
fn duration(years: u16, months: u16, days: u16) -> String {
    let parts = [(years, 'Y'), (months, 'M'), (days, 'D')];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}"));
    let parts: String = parts.collect();
    if parts.is_empty() { "P0D".to_owned() } else { format!("P{parts}") }
}

/// Field path to the check that covers it, or null.
fn signed_by(report: &Report<'_>) -> BTreeMap<String, Option<CheckId>> {
    let holder = &report.findings.holder;
    let mut map = BTreeMap::new();
    if report.age_only() {
        map.insert("holder.age".to_owned(), holder.age.as_ref().and_then(|age| age.signed_by));
        return map;
    }
    if !report.findings.presentation.kind_signed {
        map.insert("card.kind".to_owned(), None);
    }
    map.insert("holder.name".to_owned(), holder.name.as_ref().and_then(|name| name.signed_by));
    map.insert("holder.address".to_owned(), holder.address.as_ref().and_then(|address| address.signed_by));
    map.insert("holder.birth_date".to_owned(), holder.birth_date.as_ref().and_then(|date| date.signed_by));
    if report.options.sex {
        map.insert("holder.sex".to_owned(), holder.sex.as_ref().and_then(|sex| sex.signed_by));
    }
    for picture in report.pictures() {
        let path = if picture.id == "photo" { "photo".to_owned() } else { format!("pictures.{}", picture.id) };
        map.insert(path, picture.signed_by);
    }
    if holder.unconfirmed.is_some() {
        map.insert("holder_unconfirmed".to_owned(), None);
    }
    // What was added after issue is never signed.
    if holder.current.is_some() {
        map.insert("holder.current".to_owned(), None);
    }
    if !report.history().is_empty() {
        map.insert("history".to_owned(), None);
    }
    if !report.findings.external.is_empty() {
        map.insert("external_characters".to_owned(), None);
    }
    for item in report.items() {
        map.insert(item.id.to_owned(), item.signed_by);
    }
    map
}

fn row<'a>(report: &Report<'_>, check: &'a Check) -> CheckRow<'a> {
    let (verdict, reason, depends_on) = match check.verdict {
        Verdict::Passed => ("passed", None, None),
        Verdict::Failed(reason) => ("failed", Some(reason.as_str()), None),
        Verdict::NotDone(why @ Why::DependsOn(id)) => ("not_done", Some(why.as_str()), Some(id)),
        Verdict::NotDone(why) => ("not_done", Some(why.as_str()), None),
    };
    CheckRow {
        id: check.id,
        required: report.findings.requirement.requires(check.id),
        verdict,
        reason,
        depends_on,
        title: report.title_of(check),
        evidence: &check.evidence,
    }
}

/// What staff type on the page of the issuer; the same values as in `items`.
fn inquiry<'a>(report: &'a Report<'_>) -> Option<Inquiry<'a>> {
    let asks = report.asks()?;
    let item = |id| report.findings.items.iter().find(|item| item.id == id);
    let values = asks.values.iter().map(|(id, _)| (*id, item(*id).map(|item| value(&item.value))));
    Some(Inquiry { page: asks.page, values: values.collect() })
}

fn value(value: &ItemValue) -> Value<'_> {
    match value {
        ItemValue::Date(date) => Value::Date(*date),
        ItemValue::Text(text) => Value::Text(text),
        ItemValue::Term { id, .. } => Value::Text(id),
        ItemValue::Code { code, .. } => Value::Text(code),
        ItemValue::Duration { years, months, days } => Value::Duration(duration(*years, *months, *days)),
    }
}

fn counter(title: &'static str, tries: Tries) -> Counter {
    let (state, left) = match tries {
        Tries::Left(left) => ("left", Some(left)),
        Tries::Blocked => ("blocked", Some(0)),
        Tries::NoCounter => ("no_counter", None),
        Tries::AlreadyVerified => ("verified", None),
    };
    Counter { title, state, left }
}
