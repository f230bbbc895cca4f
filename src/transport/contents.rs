//! What a recording shows of a card, whatever the order: for recordings of older versions, which asked for more than this one, and in another
//! order. Nothing is made up: what was not recorded is an error.

use std::collections::BTreeMap;

use super::{
    TransportError,
    masked::Masked,
    recording::{LinkFailure, Step},
    replay::outline,
};

const SELECT: u8 = 0xA4;
const READ_BINARY: u8 = 0xB0;
const GET_RESPONSE: u8 = 0xC0;
/// Bits of P1 of READ BINARY: a short EF identifier follows.
const SHORT: u8 = 0x80;

/// A file: its application, and its short EF identifier or its file identifier.
type FileKey = (Vec<u8>, u16);

/// What was read of a file.
#[derive(Debug, Clone, Default)]
struct Known {
    bytes: Vec<u8>,
    /// The status word of a refusal.
    refused: Option<Vec<u8>>,
}

/// A card as a recording shows it.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    steps: Vec<(Step, Place)>,
    used: Vec<bool>,
    last: usize,
    files: BTreeMap<FileKey, Known>,
    place: Place,
}

/// What is selected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    application: Vec<u8>,
    file: Option<u16>,
}

impl Contents {
    pub fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut contents =
            Self { steps: Vec::new(), used: Vec::new(), last: 0, files: BTreeMap::new(), place: Place::default() };
        let mut reading: Option<(FileKey, usize)> = None;
        for step in steps {
            if step.powered {
                contents.place = Place::default();
            }
            let place = contents.place.clone();
            let command = step.command.head().to_vec();
            if let Ok(answer) = step.answer.as_ref().map(Masked::with_zeros)
                && let Some((data, status)) = answer.split_last_chunk::<2>()
            {
                let ok = matches!(status, [0x90 | 0x61, _] | [0x62, 0x82]);
                reading = match (command.get(1), reading) {
                    (Some(&GET_RESPONSE), Some((key, at))) => Some(contents.learn(key, at, data)),
                    (Some(&READ_BINARY), _) if command.first() == Some(&0) => {
                        let (key, offset) = contents.place.read(&command);
                        match ok {
                            true => {
                                contents.place.file = Some(key.1);
                                Some(contents.learn(key, offset, data))
                            }
                            false => {
                                let known = contents.files.entry(key).or_default();
                                known.refused = known.bytes.is_empty().then(|| status.to_vec());
                                None
                            }
                        }
                    }
                    _ => None,
                };
                if ok && command.get(1) == Some(&SELECT) {
                    contents.place.select(&step.command.with_zeros());
                }
            }
            contents.steps.push((step, place));
            contents.used.push(false);
        }
        contents.power();
        contents
    }

    /// The card is powered up again.
    pub fn power(&mut self) {
        self.place = Place::default();
    }

    /// Keeps what a read brought; returns where it goes on.
    fn learn(&mut self, key: FileKey, offset: usize, data: &[u8]) -> (FileKey, usize) {
        let known = self.files.entry(key.clone()).or_default();
        if offset <= known.bytes.len() {
            let new = data.get(known.bytes.len() - offset..).unwrap_or_default();
            known.bytes.extend_from_slice(new);
            known.refused = None;
        }
        (key, offset + data.len())
    }

    pub fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let ([0x00, READ_BINARY, ..], Some(answer)) = (command, self.read(command)) {
            return Ok(answer);
        }
        let here =
            |(step, place): &(Step, Place)| place.application == self.place.application && step.command.fits(command);
        let select = command.get(1) == Some(&SELECT);
        let next = self.last + 1;
        let found = if command.get(1) == Some(&GET_RESPONSE) {
            self.steps.get(next).filter(|(step, _)| step.command.fits(command)).map(|_| next)
        } else {
            let mut known =
                self.steps.iter().enumerate().filter(|(_, step)| here(step) || select && step.0.command.fits(command));
            let mut unused = known.clone().filter(|(at, _)| self.used.get(*at) == Some(&false));
            // What carries a secret was answered once. Anything else the card would answer again.
            let secret = |(_, (step, _)): &(usize, &(Step, Place))| step.command.secret_len() > 0;
            unused.next().or_else(|| known.rfind(|step| !secret(step))).map(|(at, _)| at)
        };
        let Some((at, (step, _))) = found.and_then(|at| Some((at, self.steps.get(at)?))) else {
            return Err(TransportError::Mismatch {
                step: self.last + 1,
                expected: "a command that the recording holds".to_owned(),
                sent: outline(command, command.len()),
            });
        };
        let answer = match &step.answer {
            Ok(answer) => Ok(Masked::with_zeros(answer)),
            Err(LinkFailure::Length) => Err(TransportError::LengthUnsupported),
            Err(LinkFailure::Removed) => Err(TransportError::Removed),
        };
        self.used.get_mut(at).into_iter().for_each(|used| *used = true);
        self.last = at;
        if select && answer.as_ref().is_ok_and(|answer| answer.ends_with(&[0x90, 0x00])) {
            self.place.select(command);
        }
        answer
    }

    /// READ BINARY of what is known. At the end of that the file ends.
    fn read(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let (key, offset) = self.place.read(command);
        let known = self.files.get(&key)?;
        if let Some(refused) = &known.refused {
            return Some(refused.clone());
        }
        let le = match command.get(4..) {
            Some([le]) if *le != 0 => usize::from(*le),
            Some([_]) => 256,
            Some([0, high, low]) if (*high, *low) != (0, 0) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => 65_536,
        };
        let rest = known.bytes.get(offset..).filter(|rest| !rest.is_empty());
        self.place.file = Some(key.1);
        Some(match rest {
            Some(rest) => [rest.get(..le).unwrap_or(rest), &[0x90, 0x00]].concat(),
            None => vec![0x6B, 0x00],
        })
    }
}

impl Place {
    fn select(&mut self, command: &[u8]) {
        let data = command.get(5..).unwrap_or_default();
        match (command.get(2), data) {
            // By name.
            (Some(0x04), [_, ..]) => {
                let length = command.get(4).copied().map_or(0, usize::from);
                *self = Self { application: data.get(..length).unwrap_or(data).to_vec(), file: None };
            }
            (_, [] | [0x3F, 0x00, ..]) => *self = Self::default(),
            (_, [high, low, ..]) => self.file = Some(u16::from_be_bytes([*high, *low])),
            _ => {}
        }
    }

    /// Which file a READ BINARY means, and from where.
    fn read(&self, command: &[u8]) -> (FileKey, usize) {
        let (p1, p2) = (command.get(2).copied().unwrap_or(0), command.get(3).copied().unwrap_or(0));
        let (file, offset) = if p1 & SHORT == 0 {
            (self.file.unwrap_or(0), usize::from(u16::from_be_bytes([p1, p2])))
        } else {
            (u16::from(p1 & 0x1F), usize::from(p2))
        };
        ((self.application.clone(), file), offset)
    }
}
