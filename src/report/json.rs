//! The JSON report `taimen.report/1`, described by `docs/report.schema.json`.

#![allow(non_camel_case_types)] // Objects are generic over their keys.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    cards::{CardText, Change, ExternalCharacter, Item, ItemValue, Picture},
    image,
    iso7816::RetryCounter,
    lang::Bilingual,
    verify::{Check, CheckId, Verdict, Why},
};

use super::{Report, clean::json_escaped};

/// The schema name of a report.
pub const SCHEMA: &str = "taimen.report/1";

/// An object with its keys in this order, a struct without a name; a flattened `None` leaves its key out.
macro_rules! object {
    ($($(#[$attribute:meta])? $key:ident: $value:expr),* $(,)?) => {{
        #[derive(Serialize)]
        struct Object<$($key),*> {
            $($(#[$attribute])? $key: $key),*
        }
        Object { $($key: $value),* }
    }};
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

fn document<'a>(report: &'a Report<'_>, required: &'a [Check]) -> impl Serialize + 'a {
    let (findings, context) = (report.findings, report.context);
    let lang = report.options.lang.as_str();
    let headline_notes = report.headline_notes().into_iter();
    let pictures = report.pictures().iter();
    let warnings = findings.warnings.iter().map(|found| object! { file: found.file, detail: &found.detail });
    let retry_counters =
        report.retry_counters().into_iter().map(|(title, retry_counter)| counter(report.say(title), retry_counter));
    object! {
        schema: SCHEMA,
        lang: lang,
        overall: findings.overall(),
        headline: report.headline().as_str(),
        headline_text: report.say(report.headline().words()),
        headline_notes: notes(report, headline_notes.map(|note| (note.id, note.text)).collect()),
        scope: findings.scope,
        hierarchy: findings.hierarchy,
        accepted_hierarchies: &context.accepted,
        card: object! { kind: findings.kind, name: report.say(findings.title()) },
        applications: applications(report),
        #[serde(flatten)] holder: holder(report),
        #[serde(flatten)] form: report.form().map(|form| object! { form: form }),
        #[serde(flatten)] age_condition: findings.age_condition.map(|asked| {
            object! { age_condition: object! { age: asked.age, met: asked.met } }
        }),
        photo: photo(report.pictures()),
        pictures: pictures.map(|picture| summary(report, picture)).collect::<Vec<_>>(),
        items: items(report),
        history: report.history().iter().map(|change| entry(report, change)).collect::<Vec<_>>(),
        external_characters: external_characters(report),
        warnings: warnings.collect::<Vec<_>>(),
        signed_by: signed_by(report),
        checks: required.iter().chain(report.advisory_checks()).map(|check| row(report, check)).collect::<Vec<_>>(),
        for_staff: notes(report, report.for_staff(true)),
        #[serde(flatten)] inquiry: inquiry(report).map(|inquiry| object! { inquiry: inquiry }),
        tries: retry_counters.collect::<Vec<_>>(),
        link: context.link,
        source: context.source.as_str(),
        reader: &context.reader,
        read_at: context.read_at,
        judged_at: findings.basis.at(),
        judged: object! { at: findings.basis.at(), basis: findings.basis.as_str() },
        sealed_by: context.sealed_by.as_deref(),
    }
}

fn notes(report: &Report<'_>, notes: Vec<(&'static str, Bilingual)>) -> Vec<impl Serialize + use<>> {
    notes.into_iter().map(|(id, text)| object! { id: id, text: report.say(text) }).collect()
}

fn applications(report: &Report<'_>) -> Vec<impl Serialize> {
    let read = (report.findings.kind, report.findings.overall().as_str());
    let guests = report.findings.guests.iter().map(|kind| (*kind, "not_checked"));
    std::iter::once(read).chain(guests).map(|(kind, overall)| object! { kind: kind, overall: overall }).collect()
}

/// The person: `holder`, and after it what nobody vouches for.
fn holder(report: &Report<'_>) -> impl Serialize {
    let holder = &report.findings.holder;
    let age = report.age_only().then(|| object! { holder: object! { age: holder.age.as_ref().map(|age| age.value) } });
    let sex = || object! { sex: holder.sex.as_ref().map(|sex| sex.value.as_str()) };
    let person = (!report.age_only()).then(|| {
        object! { holder: object! {
            name: holder.name.as_ref().map(|name| &*name.value),
            address: holder.address.as_ref().map(|address| &*address.value),
            birth_date: holder.birth_date.as_ref().map(|date| date.value),
            #[serde(flatten)] sex: report.options.sex.then(sex),
            current: holder.current.as_ref().map(|current| self::current(report, current)),
        } }
    });
    let unconfirmed = holder.unconfirmed.as_ref().filter(|_| !report.age_only());
    let unconfirmed = unconfirmed.map(|text| {
        object! { holder_unconfirmed: object! {
            name: text.name.as_deref(),
            address: text.address.as_deref(),
        } }
    });
    object! { #[serde(flatten)] age: age, #[serde(flatten)] person: person, #[serde(flatten)] unconfirmed: unconfirmed }
}

fn current<'a>(report: &Report<'_>, current: &'a crate::cards::Current) -> impl Serialize + use<'a> {
    fn text(text: &Option<CardText>) -> Option<&str> {
        text.as_deref()
    }
    object! {
        name: text(&current.name),
        name_kana: text(&current.name_kana),
        address: text(&current.address),
        commission: text(&current.commission),
        conditions: current.conditions.as_ref().map(|list| list.iter().map(|text| &**text).collect::<Vec<&str>>()),
        #[serde(flatten)] domicile: (!report.hides(true)).then(|| object! { domicile: text(&current.domicile) }),
    }
}

fn entry<'a>(report: &Report<'_>, change: &'a Change) -> impl Serialize + use<'a> {
    let masked = report.hides(change.masked);
    object! {
        id: change.id,
        title: report.say(change.title),
        slot: change.slot,
        date: change.date,
        commission: &*change.commission,
        value: (!masked).then_some(&*change.value),
        #[serde(flatten)] masked: masked.then(|| object! { masked: true }),
    }
}

/// Which pictures of characters the card holds or names, and where the texts of this report have their marks.
fn external_characters(report: &Report<'_>) -> Vec<impl Serialize> {
    type Marks = Vec<(String, usize)>;
    let mut found: BTreeMap<u8, (Option<&ExternalCharacter>, Marks)> = BTreeMap::new();
    if !report.age_only() {
        found.extend(report.findings.external.iter().map(|picture| (picture.slot, (Some(picture), Vec::new()))));
        for (field, text) in report.card_texts() {
            for (index, slot) in &text.external {
                found.entry(*slot).or_default().1.push((field.clone(), *index));
            }
        }
    }
    let external = |(slot, (picture, marks)): (u8, (Option<&ExternalCharacter>, Marks))| {
        let marks = marks.into_iter().map(|(field, index)| object! { field: field, index: index });
        object! {
            slot: slot,
            file: picture.map(|picture| picture.file),
            structure: picture.map(|picture| picture.structure),
            bytes: picture.map_or(0, |picture| picture.raster.len()),
            marks: marks.collect::<Vec<_>>(),
        }
    };
    found.into_iter().map(external).collect()
}

/// The size as the picture's header says it; nothing is decoded for it.
fn size(picture: &Picture) -> (Option<u32>, Option<u32>) {
    image::dimensions(&picture.bytes, picture.format.into()).ok().unzip()
}

fn photo(pictures: &[Picture]) -> impl Serialize + use<> {
    let photo = pictures.iter().find(|picture| picture.id == "photo");
    let (width, height) = photo.map(size).unwrap_or_default();
    let format = photo.map(|photo| photo.format.as_str());
    object! { present: photo.is_some(), format: format, width: width, height: height }
}

fn summary(report: &Report<'_>, picture: &Picture) -> impl Serialize + use<> {
    let (width, height) = size(picture);
    object! {
        id: picture.id,
        title: report.say(picture.title),
        format: picture.format.as_str(),
        width: width,
        height: height,
        bytes: picture.bytes.len(),
        signed_by: picture.signed_by,
    }
}

fn items(report: &Report<'_>) -> Vec<impl Serialize> {
    let item = |item: &Item| {
        let masked = report.hides_item(item);
        let meaning = match item.value {
            _ if masked => None,
            ItemValue::Term { name, .. } => Some(report.say(name)),
            ItemValue::Code { remark, .. } => Some(report.say(remark)),
            _ => None,
        };
        object! {
            id: item.id,
            title: report.say(item.title),
            value: (!masked).then(|| value(&item.value)),
            #[serde(flatten)] meaning: meaning.map(|meaning| object! { meaning: meaning }),
            #[serde(flatten)] masked: masked.then(|| object! { masked: true }),
            signed_by: item.signed_by,
        }
    };
    report.items().filter(|_| !report.age_only()).map(item).collect()
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
    let (findings, holder) = (report.findings, &report.findings.holder);
    if report.age_only() {
        return BTreeMap::from([("holder.age".to_owned(), holder.age.as_ref().and_then(|age| age.signed_by))]);
    }
    // What was added after issue is never signed.
    let of_person = [
        ("card.kind", !findings.presentation.kind_signed, None),
        ("holder.name", true, holder.name.as_ref().and_then(|name| name.signed_by)),
        ("holder.address", true, holder.address.as_ref().and_then(|address| address.signed_by)),
        ("holder.birth_date", true, holder.birth_date.as_ref().and_then(|date| date.signed_by)),
        ("holder.sex", report.options.sex, holder.sex.as_ref().and_then(|sex| sex.signed_by)),
        ("holder_unconfirmed", holder.unconfirmed.is_some(), None),
        ("holder.current", holder.current.is_some(), None),
        ("history", !report.history().is_empty(), None),
        ("external_characters", !findings.external.is_empty(), None),
    ];
    let of_person = of_person.into_iter().filter(|(_, there, _)| *there).map(|(path, _, by)| (path.to_owned(), by));
    let of_pictures = report.pictures().iter().map(|picture| match picture.id {
        "photo" => ("photo".to_owned(), picture.signed_by),
        id => (format!("pictures.{id}"), picture.signed_by),
    });
    let of_items = report.items().map(|item| (item.id.to_owned(), item.signed_by));
    of_person.chain(of_pictures).chain(of_items).collect()
}

fn row<'a>(report: &Report<'_>, check: &'a Check) -> impl Serialize + use<'a> {
    let (verdict, reason, depends_on) = match check.verdict {
        Verdict::Passed => ("passed", None, None),
        Verdict::Failed(reason) => ("failed", Some(reason.as_str()), None),
        Verdict::NotDone(why @ Why::DependsOn(id)) => ("not_done", Some(why.as_str()), Some(id)),
        Verdict::NotDone(why) => ("not_done", Some(why.as_str()), None),
    };
    object! {
        id: check.id,
        required: report.findings.requirement.requires(check.id),
        verdict: verdict,
        reason: reason,
        #[serde(flatten)] depends_on: depends_on.map(|id| object! { depends_on: id }),
        title: report.title_of(check),
        evidence: &check.evidence,
    }
}

/// What staff type on the page of the issuer; the same values as in `items`.
fn inquiry(report: &Report<'_>) -> Option<impl Serialize> {
    let asks = report.asks()?;
    let item = |id| report.findings.items.iter().find(|item| item.id == id);
    let values = asks.values.iter().map(|(id, _)| (*id, item(*id).map(|item| value(&item.value))));
    Some(object! { page: asks.page, #[serde(flatten)] values: values.collect::<BTreeMap<_, _>>() })
}

fn value(value: &ItemValue) -> Value {
    match value {
        ItemValue::Date(date) => json!(date),
        ItemValue::Text(text) => json!(&**text),
        ItemValue::Term { id, .. } => json!(id),
        ItemValue::Code { code, .. } => json!(code),
        ItemValue::Duration { years, months, days } => json!(duration(*years, *months, *days)),
    }
}

fn counter(title: &'static str, retry_counter: RetryCounter) -> impl Serialize {
    let (state, left) = match retry_counter {
        RetryCounter::Left(left) => ("left", Some(left)),
        RetryCounter::Blocked => ("blocked", Some(0)),
        RetryCounter::NoCounter => ("no_counter", None),
        RetryCounter::AlreadyVerified => ("verified", None),
    };
    object! { title: title, state: state, left: left }
}
