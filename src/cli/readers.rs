//! `taimen readers`: the readers of this machine, and with `--watch` what happens at them.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem},
    report::{json_escaped, visible},
    text::whole_seconds,
    transport::{
        TransportError,
        pcsc::{self, Event, ReaderInfo, Watch},
        slot::{Role, Slot, roles},
    },
};

use super::{Settings, args::name, output, problem::unwritable};

/// The schema name of the JSON output.
const SCHEMA: &str = "taimen.readers/1";

/// The schema name of each line of `--watch --json`.
const EVENT_SCHEMA: &str = "taimen.reader-event/1";

/// How long one wait of a watch is, for platforms that do not report of new readers.
const PIECE: Duration = Duration::from_secs(1);

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let json = matches.get_flag(name::JSON);
    if matches.get_flag(name::WATCH) {
        return watch(settings, json);
    }
    let readers = pcsc::readers()?;
    let roles = roles(&readers.iter().map(|reader| (reader.slot, reader.card)).collect::<Vec<_>>());
    let rows = readers.iter().zip(roles);
    if json {
        let rows: Vec<_> = rows.map(|(reader, role)| row(reader, role)).collect();
        output::line(&json!({"schema": SCHEMA, "readers": rows}))?;
        return Ok(ExitCode::Authentic);
    }
    if readers.is_empty() {
        return Err(TransportError::NoReader.into());
    }
    for (reader, role) in rows {
        output::text(&line(settings.lang, reader, role))?;
    }
    Ok(ExitCode::Authentic)
}

fn row(reader: &ReaderInfo, role: Role) -> Value {
    json!({
        "name": reader.name,
        "card": reader.card,
        "mute": reader.mute,
        "atr": hex::encode_upper(&reader.atr),
        "slot": reader.slot.as_str(),
        "pcsc": role.as_str(),
    })
}

fn line(lang: Lang, reader: &ReaderInfo, role: Role) -> String {
    let card = match (reader.card, reader.mute) {
        (true, _) => Bilingual::new("カードあり", "card present"),
        (false, true) => Bilingual::new("カードが応答しません", "the card does not answer"),
        (false, false) => Bilingual::new("カードなし", "no card"),
    };
    let role = match role {
        Role::Takes => Bilingual::new("［既定で使うカード］", " [pcsc takes this card]"),
        Role::Waits => Bilingual::new("［カードが置かれれば使う］", " [pcsc waits here]"),
        Role::Passes | Role::Never => Bilingual::new("", ""),
    };
    let name = visible(&reader.name);
    format!("{name} - {}{}{}\n", card.get(lang), slot(reader.slot).get(lang), role.get(lang))
}

/// What the slot is, for people.
fn slot(slot: Slot) -> Bilingual {
    match slot {
        Slot::Contactless => Bilingual::new("（非接触）", " (contactless)"),
        Slot::Unknown => Bilingual::new("", ""),
        Slot::Contact => Bilingual::new("（接触）", " (contacts)"),
        Slot::Sam => Bilingual::new("（SAM用。カードは置けません）", " (security module, no card goes here)"),
    }
}

/// Prints what happens until Ctrl-C, or until the service stops or nobody reads on.
fn watch(settings: &Settings, json: bool) -> Result<ExitCode, Problem> {
    let mut watch = Watch::start()?;
    let stopped = Arc::new(AtomicBool::new(false));
    let (flag, stopper) = (Arc::clone(&stopped), watch.stopper());
    // Without a handler Ctrl-C ends the program as well, with the system's own exit code.
    let _ = ctrlc::set_handler(move || {
        flag.store(true, Ordering::SeqCst);
        stopper.stop();
    });
    if io::stderr().is_terminal() {
        let words = Bilingual::new("リーダーを見ています。終わるには Ctrl-C", "Watching the readers. Ctrl-C ends it");
        let _ = writeln!(io::stderr(), "{}", words.get(settings.lang));
    }
    while !stopped.load(Ordering::SeqCst) {
        let events = match watch.next(PIECE) {
            Ok(events) => events,
            Err(_) if stopped.load(Ordering::SeqCst) => break,
            Err(error) => {
                let now = whole_seconds(Timestamp::now());
                if json && error == TransportError::NoService {
                    told(&format!("{}\n", json!({"schema": EVENT_SCHEMA, "time": now, "event": "service-stopped"})))?;
                }
                return Err(error.into());
            }
        };
        let now = whole_seconds(Timestamp::now());
        for event in &events {
            let text = if json { event_row(now, event) } else { event_line(settings.lang, now, event) };
            if !told(&text)? {
                return Ok(ExitCode::Authentic);
            }
        }
    }
    Ok(ExitCode::Authentic)
}

/// Prints a line at once; `false` when nobody reads any more.
fn told(line: &str) -> Result<bool, Problem> {
    let mut stream = io::stdout().lock();
    match stream.write_all(line.as_bytes()).and_then(|()| stream.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(unwritable(std::path::Path::new("-"), &error)),
    }
}

/// The reader, the event's machine name and its words.
fn parts(event: &Event) -> (&ReaderInfo, &'static str, Bilingual) {
    match event {
        Event::ReaderAdded(reader) => {
            (reader, "reader-added", Bilingual::new("リーダーが接続されています", "reader there"))
        }
        Event::ReaderRemoved(reader) => {
            (reader, "reader-removed", Bilingual::new("リーダーが外されました", "reader gone"))
        }
        Event::CardInserted(reader) => (reader, "card-inserted", Bilingual::new("カードがあります", "card there")),
        Event::CardMute(reader) => {
            (reader, "card-mute", Bilingual::new("カードが応答しません", "card there, but it does not answer"))
        }
        Event::CardRemoved(reader) => (reader, "card-removed", Bilingual::new("カードが離れました", "card gone")),
    }
}

fn event_row(time: Timestamp, event: &Event) -> String {
    let (reader, id, _) = parts(event);
    let mut row = json!({
        "schema": EVENT_SCHEMA,
        "time": time,
        "event": id,
        "reader": reader.name,
        "slot": reader.slot.as_str(),
    });
    if let (Event::CardInserted(_), Some(row)) = (event, row.as_object_mut()) {
        row.insert("atr".to_owned(), hex::encode_upper(&reader.atr).into());
    }
    format!("{}\n", json_escaped(&row.to_string()))
}

fn event_line(lang: Lang, time: Timestamp, event: &Event) -> String {
    let (reader, _, words) = parts(event);
    format!("{time} {}: {}{}\n", words.get(lang), visible(&reader.name), slot(reader.slot).get(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(name: &str, card: bool, mute: bool) -> ReaderInfo {
        let atr = if card { vec![0x3B, 0x80] } else { Vec::new() };
        ReaderInfo { name: name.to_owned(), card, mute, atr, slot: Slot::guess(name) }
    }

    #[test]
    fn a_line_for_people_in_both_languages() {
        let dual = reader("Dual [Dual PICC] 0", true, false);
        assert_eq!(
            line(Lang::En, &dual, Role::Takes),
            "Dual [Dual PICC] 0 - card present (contactless) [pcsc takes this card]\n"
        );
        assert_eq!(
            line(Lang::Ja, &dual, Role::Takes),
            "Dual [Dual PICC] 0 - カードあり（非接触）［既定で使うカード］\n"
        );
        let sam = reader("Dual [Dual SAM] 1", false, false);
        assert_eq!(
            line(Lang::En, &sam, Role::Never),
            "Dual [Dual SAM] 1 - no card (security module, no card goes here)\n"
        );
        let mute = reader("Contact\x1bReader", false, true);
        assert!(!line(Lang::Ja, &mute, Role::Waits).contains('\x1b'), "a name is no terminal command");
        assert!(
            line(Lang::En, &mute, Role::Waits).ends_with("the card does not answer (contacts) [pcsc waits here]\n")
        );
    }

    #[test]
    fn an_event_is_one_line() {
        let now: Timestamp = "2026-11-22T01:02:03Z".parse().unwrap();
        let card = Event::CardInserted(reader("A CL\nB", true, false));
        let row: Value = serde_json::from_str(&event_row(now, &card)).unwrap();
        assert_eq!(
            row,
            json!({"schema": "taimen.reader-event/1", "time": "2026-11-22T01:02:03Z", "event": "card-inserted",
                   "reader": "A CL\nB", "slot": "contactless", "atr": "3B80"})
        );
        assert_eq!(event_row(now, &card).lines().count(), 1);
        assert_eq!(event_line(Lang::En, now, &card).lines().count(), 1);
        let gone = Event::ReaderRemoved(reader("A CL", false, false));
        assert_eq!(event_line(Lang::Ja, now, &gone), "2026-11-22T01:02:03Z リーダーが外されました: A CL（非接触）\n");
        assert_eq!(serde_json::from_str::<Value>(&event_row(now, &gone)).unwrap().get("atr"), None);
    }
}
