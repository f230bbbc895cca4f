//! `taimen identify`: which card, which applications, tries left. No credential is used.

use std::time::Duration;

use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    cards::{
        Item, Reference,
        drivers_licence::{self, Pins, Reading, files as licence_files},
        my_number::files,
        recognise,
    },
    dump::Scope,
    iso7816::{CardError, PinGate, Session, Tries},
    kind::CardKind,
    lang::Bilingual,
    messages::{ExitCode, Problem, ui},
    transport::Transport,
    trust::TrustStore,
    verify::Basis,
};

use super::{Settings, args::name, output, reader::Link, terminal::Terminal};

/// The counters that are told for a My Number Card: those that this program could spend, and the PIN beside them.
const COUNTERS: [(&str, &Reference); 4] = [
    ("face/number-b", &files::FACE_NUMBER_B),
    ("face/birth-date", &files::FACE_BIRTH_DATE),
    ("text/number-b", &files::TEXT_NUMBER_B),
    ("text/pin", &files::TEXT_PIN),
];

/// The counter of the licence application, where the card holds one.
const MENKYO_COUNTER: (&str, &Reference) = ("menkyo/pin", &licence_files::MENKYO_PIN);

/// The schema name of the JSON output.
const SCHEMA: &str = "taimen.identify/1";

/// What was found out.
struct Identified {
    kind: CardKind,
    guests: Vec<CardKind>,
    tries: Vec<(&'static str, &'static Reference, Option<Tries>)>,
    /// What a licence tells without its PINs.
    items: Vec<Item>,
}

/// Runs the command.
///
/// # Errors
/// [`Problem`].
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let json = matches.get_flag(name::JSON);
    let terminal = Terminal::new(settings, json);
    let address = matches.get_one::<String>(name::READER).map_or("pcsc", String::as_str);
    let wait = Duration::from_secs(matches.get_one::<u64>(name::WAIT).copied().unwrap_or(30));
    let mut link = Link::find(address, wait, false, &mut |waiting| terminal.waiting(waiting))?;
    let (reader, now) = (link.reader().to_owned(), link.time());
    let found = link.with_card(|card, _| identify(card, &reader, now))?;
    if json {
        output::line(&to_json(settings, link.reader(), &found))?;
    } else {
        output::text(&to_text(settings, link.reader(), &found))?;
    }
    Ok(ExitCode::Authentic)
}

fn identify(card: &mut dyn Transport, reader: &str, now: Timestamp) -> Result<Identified, Problem> {
    let mut session = Session::new(card);
    let recognised = recognise(&mut session)?;
    let mut found =
        Identified { kind: recognised.kind, guests: recognised.guests, tries: Vec::new(), items: Vec::new() };
    match found.kind {
        CardKind::MY_NUMBER => {
            let menkyo = found.guests.contains(&CardKind::MENKYO).then_some(MENKYO_COUNTER);
            for (id, reference) in COUNTERS.into_iter().chain(menkyo) {
                let told = match session.select(reference.application.aid) {
                    Ok(true) => session.ask_tries(reference.sfi),
                    Ok(false) => continue,
                    Err(error) => Err(error),
                };
                found.tries.push(match told {
                    Ok(told) => (id, reference, Some(told)),
                    Err(CardError::Status(_)) => (id, reference, None),
                    Err(error) => return Err(error.into()),
                });
            }
        }
        CardKind::LICENCE => {
            let prepared = drivers_licence::prepare(&mut session, &recognised.licence)?;
            found.tries = vec![
                ("mf/pin1", &licence_files::PIN1, Some(prepared.pin1)),
                ("mf/pin2", &licence_files::PIN2, Some(prepared.pin2)),
            ];
            let reading = Reading {
                scope: Scope::WITHOUT_PIN,
                pins: Pins::default(),
                gate: &mut PinGate::new(false),
                prepared,
                released: false,
                time: now,
                reader: reader.to_owned(),
                progress: &mut |_, _, _| {},
            };
            let dump = reading.run(&mut session)?;
            found.items = drivers_licence::check(&dump, &TrustStore::shipped()?, Basis::Live(now)).items;
        }
        _ => {}
    }
    Ok(found)
}

fn to_json(settings: &Settings, reader: &str, found: &Identified) -> serde_json::Value {
    let card = |kind: CardKind| json!({"kind": kind.as_str(), "name": kind.name().get(settings.lang)});
    let tries: Vec<_> = found
        .tries
        .iter()
        .map(|(id, reference, told)| {
            let left = match told {
                Some(Tries::Left(left)) => json!(left),
                Some(Tries::Blocked) => json!(0),
                _ => json!(null),
            };
            json!({"id": id, "name": reference.title.get(settings.lang), "left": left})
        })
        .collect();
    let items: Vec<_> = found
        .items
        .iter()
        .map(|item| json!({"id": item.id, "name": item.title.get(settings.lang), "value": item.value.plain(settings.lang)}))
        .collect();
    json!({
        "schema": SCHEMA,
        "reader": reader,
        "card": card(found.kind),
        "applications": found.guests.iter().map(|kind| card(*kind)).collect::<Vec<_>>(),
        "tries": tries,
        "items": items,
    })
}

fn to_text(settings: &Settings, reader: &str, found: &Identified) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    let mut lines = vec![
        format!("{}: {}", t("カード", "Card"), found.kind.name().get(settings.lang)),
        format!("{}: {}", t("リーダー", "Reader"), crate::report::visible(reader)),
    ];
    for guest in &found.guests {
        lines.push(ui::also_holds(settings.lang, *guest));
    }
    for (_, reference, told) in &found.tries {
        let application = reference.application.title.get(settings.lang);
        let line = match told {
            Some(tries) => ui::tries_left(settings.lang, reference.title, *tries),
            None => format!(
                "{}: {}",
                reference.title.get(settings.lang),
                t("回数を答えません", "the card tells no counter")
            ),
        };
        lines.push(format!("{application} {line}"));
    }
    for item in &found.items {
        lines.push(format!(
            "{}: {}",
            item.title.get(settings.lang),
            crate::report::visible(&item.value.plain(settings.lang))
        ));
    }
    lines.join("\n") + "\n"
}
