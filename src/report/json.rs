//! The JSON report `taimen.report/1`, described by `docs/report.schema.json`.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    cards::{CardText, ItemValue, Picture, Signed},
    image,
    iso7816::Tries,
    kind::CardKind,
    transport::LinkFigures,
    trust::Hierarchy,
    verify::{Check, CheckId, Evidence, Overall, Verdict, Why, text_of},
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
    hierarchy: Option<Hierarchy>,
    accepted_hierarchies: &'a [Hierarchy],
    card: Card,
    applications: Vec<Application>,
    holder: Holder<'a>,
    photo: Photo,
    pictures: Vec<PictureSummary>,
    items: Vec<Item<'a>>,
    signed_by: BTreeMap<String, Option<CheckId>>,
    checks: Vec<CheckRow<'a>>,
    for_staff: Vec<StaffNote>,
    tries: Vec<Counter>,
    link: LinkFigures,
    source: &'static str,
    reader: &'a str,
    read_at: Timestamp,
    judged_at: Timestamp,
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
    },
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
    value: Value<'a>,
    signed_by: Option<CheckId>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Date(Date),
    Text(&'a str),
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
        hierarchy: findings.hierarchy,
        accepted_hierarchies: &context.accepted,
        card: Card { kind: findings.kind, name: report.say(findings.kind.name()) },
        applications: applications(report),
        holder: holder(report),
        photo: photo(report.pictures()),
        pictures: report.pictures().iter().map(|picture| summary(report, picture)).collect(),
        items: items(report),
        signed_by: signed_by(report),
        checks: required.iter().chain(report.advisory_checks()).map(|check| row(report, check)).collect(),
        for_staff: report.for_staff().into_iter().map(|(id, text)| StaffNote { id, text: report.say(text) }).collect(),
        tries: context.tries.iter().map(|(title, tries)| counter(report.say(*title), *tries)).collect(),
        link: context.link,
        source: context.source.as_str(),
        reader: &context.reader,
        read_at: context.read_at,
        judged_at: findings.judged_at,
    }
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
        sex: report.options.sex.then(|| holder.sex.as_ref().map(|sex| sex.value.as_str())),
    }
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
        value: match &item.value {
            ItemValue::Date(date) => Value::Date(*date),
            ItemValue::Text(text) => Value::Text(text),
            ItemValue::Term { id, .. } => Value::Text(id),
        },
        signed_by: item.signed_by,
    };
    report.findings.items.iter().filter(|item| !item.masked).map(item).collect()
}

/// Field path to the check that covers it, or null.
fn signed_by(report: &Report<'_>) -> BTreeMap<String, Option<CheckId>> {
    let holder = &report.findings.holder;
    let mut map = BTreeMap::new();
    if report.age_only() {
        map.insert("holder.age".to_owned(), holder.age.as_ref().and_then(|age| age.signed_by));
        return map;
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
    for item in report.findings.items.iter().filter(|item| !item.masked) {
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
        title: text_of(check.id).map_or(check.id.as_str(), |text| report.say(text.title)),
        evidence: &check.evidence,
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
