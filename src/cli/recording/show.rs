//! `taimen recording show FILE`: a recording with the names of the cards' tables.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use clap::ArgMatches;
use serde_json::{Value, json};

use crate::{
    cards::{Meaning, Trace},
    iso7816::Status,
    kind::CardKind,
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem},
    report::visible,
    transport::{
        Masked, Recording,
        recording::{Header, LinkFailure, Step},
    },
};

use super::super::{Settings, args::name, output};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let recording = super::read(&path)?;
    let shown = Shown { lang: settings.lang, hex: matches.get_flag(name::HEX), recording: &recording };
    if matches.get_flag(name::JSON) {
        output::line(&shown.json())?
    } else {
        output::text(&shown.text())?
    }
    Ok(ExitCode::Authentic)
}

struct Shown<'a> {
    lang: Lang,
    /// Whether the bytes are shown too.
    hex: bool,
    recording: &'a Recording,
}

const POWER: Bilingual = Bilingual::new(
    "（カードの電源を入れ直した：ここで人に尋ねた）",
    "(the card was powered up again: taimen asked a person)",
);

impl Shown<'_> {
    fn t(&self, ja: &'static str, en: &'static str) -> &'static str {
        Bilingual::new(ja, en).get(self.lang)
    }

    fn kind(&self) -> Option<CardKind> {
        self.recording.header.card.as_deref().and_then(|kind| kind.parse().ok())
    }

    fn steps(&self) -> impl Iterator<Item = (usize, &Step, Meaning)> {
        let mut trace = Trace::new(self.kind());
        self.recording.steps.iter().enumerate().map(move |(at, step)| (at + 1, step, trace.step(step)))
    }

    fn name(&self, meaning: &Meaning) -> String {
        match self.lang {
            Lang::Ja => meaning.ja.clone(),
            Lang::En => meaning.en.clone(),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let Header { card, reader, scope, time, random, session_keys, jpki, network, .. } = &self.recording.header;
        let mut head = |title: &str, value: Option<String>| {
            if let Some(value) = value {
                let _ = writeln!(text, "{title}: {}", visible(&value));
            }
        };
        let kind = card.clone().map(|card| match self.kind() {
            Some(kind) => format!("{} ({card})", kind.name().get(self.lang)),
            None => card,
        });
        head(self.t("カード", "card"), kind);
        head(self.t("リーダー", "reader"), reader.clone());
        head(self.t("範囲", "scope"), scope.clone());
        head(self.t("経路", "link"), network.then(|| self.t("ネットワーク", "network").to_owned()));
        head("JPKI", jpki.as_ref().map(|_| self.t("あり", "yes").to_owned()));
        head(self.t("時刻", "time"), time.map(|time| time.to_string()));
        let bytes = |list: &[Vec<u8>]| {
            let sizes: Vec<String> = list.iter().map(|bytes| bytes.len().to_string()).collect();
            (!list.is_empty()).then(|| format!("{} ({})", sizes.len(), sizes.join(", ")))
        };
        head(self.t("乱数（バイト数）", "random draws (bytes)"), bytes(random));
        head(self.t("セッション鍵（バイト数）", "session keys (bytes)"), bytes(session_keys));
        let mut files: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (number, step, meaning) in self.steps() {
            if step.powered {
                let _ = writeln!(text, "\n      {}", POWER.get(self.lang));
            }
            let secret = match step.command.secret_len() {
                0 => String::new(),
                n => format!(" <{n}{}>", self.t("バイト秘匿", " secret bytes")),
            };
            let _ = writeln!(text, "\n{number:>4}  {}{secret}", self.name(&meaning));
            let _ = writeln!(text, "      {}{}", self.outcome(step), elapsed(step));
            if self.hex {
                let _ = writeln!(text, "      > {}", step.command.to_text());
                if let Ok(answer) = &step.answer {
                    let _ = writeln!(text, "      < {}", answer.to_text());
                }
            }
            if let (Some(file), Ok(answer)) = (meaning.file, &step.answer) {
                let (reads, bytes) = files.entry(file).or_default();
                *reads += 1;
                *bytes += answer.len().saturating_sub(2);
            }
        }
        if !files.is_empty() {
            let title = self.t("ファイル（命令の数、答えのバイト数）", "Files (commands, bytes of answers)");
            let _ = writeln!(text, "\n{title}");
            for (file, (reads, bytes)) in files {
                let _ = writeln!(text, "  {file}  {reads}, {bytes}");
            }
        }
        text
    }

    fn outcome(&self, step: &Step) -> String {
        match &step.answer {
            Err(failure) => format!("! {}", failure_words(*failure).get(self.lang)),
            Ok(answer) => {
                let status = status(answer);
                let data = match answer.len().saturating_sub(2) {
                    0 => String::new(),
                    n => format!("{n}{} ", self.t("バイト", " bytes,")),
                };
                let meaning = status.meaning().map_or("", |meaning| meaning.get(self.lang));
                let retry_counter =
                    status.retry_counter().map_or_else(String::new, |retry_counter| format!(": {retry_counter}"));
                format!("{data}{status} {meaning}{retry_counter}")
            }
        }
    }

    fn json(&self) -> Value {
        let Header { card, reader, scope, time, random, session_keys, jpki, network, .. } = &self.recording.header;
        let steps: Vec<Value> =
            self.steps().map(|(number, step, meaning)| self.step_json(number, step, &meaning)).collect();
        json!({
            "schema": "taimen.recording/1",
            "card": card,
            "reader": reader,
            "scope": scope,
            "jpki": jpki.is_some(),
            "network": network,
            "time": time.map(|time| time.to_string()),
            "random": random.iter().map(Vec::len).collect::<Vec<_>>(),
            "session_keys": session_keys.iter().map(Vec::len).collect::<Vec<_>>(),
            "steps": steps,
        })
    }

    fn step_json(&self, number: usize, step: &Step, meaning: &Meaning) -> Value {
        let status = step.answer.as_ref().ok().map(status);
        let mut value = json!({
            "step": number,
            "powered": step.powered,
            "header": step.command.head().get(..4).map(hex::encode_upper),
            "name": self.name(meaning),
            "file": meaning.file,
            "sent": step.command.len(),
            "secret": step.command.secret_len(),
            "received": step.answer.as_ref().ok().map(|answer| answer.len().saturating_sub(2)),
            "status": status.map(|status| status.to_string()),
            "meaning": status.and_then(Status::meaning).map(|meaning| meaning.get(self.lang)),
            "failure": step.answer.as_ref().err().map(|failure| failure_words(*failure).get(self.lang)),
            "microseconds": step.elapsed.map(|elapsed| u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)),
        });
        if let (true, Some(map)) = (self.hex, value.as_object_mut()) {
            map.insert("command".to_owned(), step.command.to_text().into());
            map.insert("answer".to_owned(), step.answer.as_ref().ok().map(Masked::to_text).into());
        }
        value
    }
}

fn status(answer: &Masked) -> Status {
    Status(u16::from_be_bytes(answer.tail().last_chunk::<2>().copied().unwrap_or_default()))
}

fn elapsed(step: &Step) -> String {
    step.elapsed.map_or_else(String::new, |elapsed| format!(" ({} us)", elapsed.as_micros()))
}

fn failure_words(failure: LinkFailure) -> Bilingual {
    match failure {
        LinkFailure::Length => {
            Bilingual::new("リーダーまたはカードがこの長さを扱えない", "reader or card does not support this length")
        }
        LinkFailure::Removed => Bilingual::new("カードが離れた", "the card left"),
    }
}
