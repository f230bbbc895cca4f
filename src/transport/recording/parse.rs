//! A recording's lines, one after the other.

use std::time::Duration;

use jiff::Timestamp;

use crate::text::whole_seconds;

use super::{
    super::masked::{Masked, parse_hex},
    ExtraHeader, FAILURES, FAMILY, FIRST_LINE, LinkFailure, MAX_DRAWS, MAX_LINE, MAX_STEPS, MAX_VALUE, NETWORK,
    OLDER_FIRST_LINE, Problem, Recording, RecordingError, Step,
};

#[derive(Default)]
pub(super) struct Parser {
    pub recording: Recording,
    /// A command that waits for its answer, and its line.
    pub open: Option<(Masked, usize)>,
    /// Whether the card was powered up again before the next command.
    pub powered: bool,
}

impl Parser {
    pub fn line(&mut self, number: usize, line: &[u8]) -> Result<(), Problem> {
        if line.len() > MAX_LINE {
            return Err(Problem::LineTooLong);
        }
        let line = std::str::from_utf8(line).map_err(|_| Problem::NotUtf8)?.trim();
        if number == 1 {
            return match line {
                FIRST_LINE => Ok(()),
                OLDER_FIRST_LINE => {
                    self.recording.header.older = true;
                    Ok(())
                }
                other if other.starts_with(FAMILY) => Err(Problem::OtherVersion),
                _ => Err(Problem::NotARecording),
            };
        }
        if line.is_empty() || line.starts_with('#') {
            Ok(())
        } else if let Some(command) = line.strip_prefix('>') {
            self.command(number, command)
        } else if let Some(answer) = line.strip_prefix('<') {
            let (bytes, elapsed) = split_time(answer)?;
            let answer = Masked::parse(bytes)?;
            if answer.tail().len() < 2 {
                return Err(Problem::NoStatusWord);
            }
            self.answer(Ok(answer), elapsed)
        } else if let Some(event) = line.strip_prefix('=') {
            if self.open.is_some() {
                return Err(Problem::NoAnswer);
            }
            if event.trim() != "power" || self.recording.steps.is_empty() || self.powered {
                return Err(Problem::UnknownEvent);
            }
            self.powered = true;
            Ok(())
        } else if let Some(failure) = line.strip_prefix('!') {
            let (word, elapsed) = split_time(failure)?;
            let known = FAILURES.iter().find(|(_, known)| *known == word.trim()).ok_or(Problem::UnknownFailure)?;
            self.answer(Err(known.0), elapsed)
        } else {
            self.header(line)
        }
    }

    fn command(&mut self, number: usize, text: &str) -> Result<(), Problem> {
        if self.open.is_some() {
            return Err(Problem::NoAnswer);
        }
        if self.recording.steps.len() >= MAX_STEPS {
            return Err(Problem::TooManySteps);
        }
        let command = Masked::parse(text)?;
        if command.head().len() < 4 {
            return Err(Problem::NoCommandHeader);
        }
        self.open = Some((command, number));
        Ok(())
    }

    fn answer(&mut self, answer: Result<Masked, LinkFailure>, elapsed: Option<Duration>) -> Result<(), Problem> {
        let (command, _) = self.open.take().ok_or(Problem::NoCommand)?;
        let powered = std::mem::take(&mut self.powered);
        self.recording.steps.push(Step { powered, command, answer, elapsed });
        Ok(())
    }

    fn header(&mut self, line: &str) -> Result<(), Problem> {
        let (key, value) = line.split_once(':').ok_or(Problem::UnknownLine)?;
        if !self.recording.steps.is_empty() || self.open.is_some() {
            return Err(Problem::HeaderBehindSteps);
        }
        let header = &mut self.recording.header;
        let value = value.trim();
        match key.trim_end() {
            "random" => push_bytes(&mut header.random, value),
            "session-key" => push_bytes(&mut header.session_keys, value),
            "card" if value.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) => {
                set_once(&mut header.card, text_value(value)?)
            }
            "scope" if value.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-')) => {
                set_once(&mut header.scope, text_value(value)?)
            }
            "link" if value == NETWORK && !header.network => {
                header.network = true;
                Ok(())
            }
            "jpki" => set_once(&mut header.jpki, ExtraHeader::parse(value).ok_or(Problem::Value)?),
            "reader" => set_once(&mut header.reader, text_value(value)?),
            "time" => {
                let time: Timestamp = value.parse().map_err(|_| Problem::Value)?;
                if time != whole_seconds(time) {
                    return Err(Problem::Value);
                }
                set_once(&mut header.time, time)
            }
            "card" | "scope" | "link" => Err(Problem::Value),
            _ => Err(Problem::UnknownKey),
        }
    }

    /// A missing answer is the fault of the command that waits for it, not of the line where that shows.
    pub fn at(&self, number: usize, problem: Problem) -> RecordingError {
        let line = self.open.as_ref().map_or(number, |(_, line)| *line);
        RecordingError::Line { line: if problem == Problem::NoAnswer { line } else { number }, problem }
    }
}

fn set_once<T>(slot: &mut Option<T>, value: T) -> Result<(), Problem> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Problem::KeyTwice),
    }
}

fn text_value(value: &str) -> Result<String, Problem> {
    if value.is_empty() || value.len() > MAX_VALUE || value.chars().any(char::is_control) {
        return Err(Problem::Value);
    }
    Ok(value.to_owned())
}

fn push_bytes(list: &mut Vec<Vec<u8>>, value: &str) -> Result<(), Problem> {
    let bytes = parse_hex(value)?;
    if bytes.is_empty() || bytes.len() > MAX_VALUE || list.len() >= MAX_DRAWS {
        return Err(Problem::Value);
    }
    list.push(bytes);
    Ok(())
}

/// Splits ` ; 12345 us` off.
fn split_time(text: &str) -> Result<(&str, Option<Duration>), Problem> {
    let Some((bytes, time)) = text.split_once(';') else {
        return Ok((text, None));
    };
    let micros = time.trim().strip_suffix("us").map(str::trim_end).ok_or(Problem::Time)?;
    if !micros.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::Time);
    }
    let micros = micros.parse().map_err(|_| Problem::Time)?;
    Ok((bytes, Some(Duration::from_micros(micros))))
}
