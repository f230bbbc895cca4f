//! `taimen identify`: which card, which applications, tries left. No credential is used.

use std::time::Duration;

use clap::ArgMatches;
use serde_json::json;

use crate::{
    cards::{self, Identified, Item, Request},
    iso7816::RetryCounter,
    kind::CardKind,
    lang::Bilingual,
    messages::{ExitCode, Problem, ui},
    trust::TrustStore,
    verify::Basis,
};

use super::{Settings, args::name, output, reader::Link, terminal::Terminal};

/// The schema name of the JSON output.
const SCHEMA: &str = "taimen.identify/1";

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let json = matches.get_flag(name::JSON);
    let terminal = Terminal::new(settings, json);
    let address = matches.get_one::<String>(name::READER).map_or("pcsc", String::as_str);
    let wait = Duration::from_secs(matches.get_one::<u64>(name::WAIT).copied().unwrap_or(30));
    let mut link = Link::find(address, wait, false, &mut |waiting| terminal.waiting(waiting))?;
    let request = Request::new(link.reader(), link.time());
    let found = link.with_card(|card, nonces| Ok(cards::identify(card, &request, nonces)?))?;
    let store = TrustStore::shipped()?;
    let findings = found.dump.as_ref().and_then(|dump| cards::check(dump, &store, Basis::Live(request.time)));
    let items = findings.map(|findings| findings.items).unwrap_or_default();
    if json {
        output::line(&to_json(settings, link.reader(), &found, &items))?;
    } else {
        output::text(&to_text(settings, link.reader(), &found, &items))?;
    }
    Ok(ExitCode::Authentic)
}

fn to_json(settings: &Settings, reader: &str, found: &Identified, items: &[Item]) -> serde_json::Value {
    let card = |kind: CardKind| json!({"kind": kind.as_str(), "name": kind.name().get(settings.lang)});
    let retry_counters: Vec<_> = found
        .counters
        .iter()
        .map(|(reference, told)| {
            let left = match told {
                Some(RetryCounter::Left(left)) => json!(left),
                Some(RetryCounter::Blocked) => json!(0),
                Some(RetryCounter::NoCounter | RetryCounter::AlreadyVerified) | None => json!(null),
            };
            json!({"id": reference.id, "name": reference.title.get(settings.lang), "left": left})
        })
        .collect();
    let items: Vec<_> = items
        .iter()
        .map(|item| json!({"id": item.id, "name": item.title.get(settings.lang), "value": item.value.plain(settings.lang)}))
        .collect();
    json!({
        "schema": SCHEMA,
        "reader": reader,
        "card": card(found.recognised.kind),
        "applications": found.recognised.guests.iter().map(|kind| card(*kind)).collect::<Vec<_>>(),
        "tries": retry_counters,
        "items": items,
    })
}

fn to_text(settings: &Settings, reader: &str, found: &Identified, items: &[Item]) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    let mut lines = vec![
        format!("{}: {}", t("カード", "Card"), found.recognised.kind.name().get(settings.lang)),
        format!("{}: {}", t("リーダー", "Reader"), crate::report::visible(reader)),
    ];
    for guest in &found.recognised.guests {
        lines.push(ui::also_holds(settings.lang, *guest));
    }
    for (reference, told) in &found.counters {
        let application = reference.application.title.get(settings.lang);
        let line = match told {
            Some(retry_counter) => ui::tries_left(settings.lang, reference.title, *retry_counter),
            None => {
                let words = t("回数を答えません", "the card does not report a counter");
                format!("{}: {words}", reference.title.get(settings.lang))
            }
        };
        lines.push(format!("{application} {line}"));
    }
    for item in items {
        let value = crate::report::visible(&item.value.plain(settings.lang));
        lines.push(format!("{}: {value}", item.title.get(settings.lang)));
    }
    lines.join("\n") + "\n"
}
