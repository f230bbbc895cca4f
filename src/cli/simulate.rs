//! `taimen simulate KIND…`: simulated cards for every PC/SC program, through vpcd; `--script`: cards that come and go.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::ArgMatches;

use crate::{
    destination::Existing,
    lang::Bilingual,
    messages::{ExitCode, Problem},
    simulator::{
        Recipe, SimulatedCard,
        script::{MAX_SCRIPT, Runs, Script, ScriptError, Step, StepError},
    },
};

use super::{
    Settings,
    args::name,
    files,
    offer::{Event, Left, Readers},
    reader::{card_of, simulated},
};

/// Runs the command until vpcd closes the connections, the script ends, or somebody presses Ctrl-C.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let internal = Problem::Internal { place: "simulate" };
    let place = matches.get_one::<(String, u16)>(name::VPCD).cloned().ok_or(internal)?;
    let out = matches.get_one::<PathBuf>(name::CREDENTIALS_OUT);
    let Some(path) = matches.get_one::<PathBuf>(name::SCRIPT) else {
        let names = names(matches);
        let cards = names.iter().map(|name| simulated(name)).collect::<Result<Vec<_>, Problem>>()?;
        write_credentials(out, cards.iter())?;
        return offer(settings, Readers::at(place)?, names, cards);
    };
    let script = script(path)?;
    if out.is_some() {
        let cards = script.cards().map(|(name, recipe)| card_of(recipe, name)).collect::<Result<Vec<_>, _>>()?;
        write_credentials(out, cards.iter())?;
    }
    let mut stage = Stage { settings, readers: Readers::at(place)?, used: Vec::new() };
    stage.play(&script)
}

/// The cards of the command line, as in `sim:` addresses: `--fault` and `--seed` hold for each of them.
fn names(matches: &ArgMatches) -> Vec<String> {
    let faults = matches.get_many::<String>(name::FAULT).into_iter().flatten().map(|fault| format!("fault={fault}"));
    let seed = matches.get_one::<u64>(name::SEED).map(|seed| format!("seed={seed}"));
    let options: Vec<String> = faults.chain(seed).collect();
    let kinds = matches.get_many::<String>(name::KIND).into_iter().flatten();
    kinds
        .map(|kind| {
            let kind = kind.strip_prefix("sim:").unwrap_or(kind);
            let join = if kind.contains('?') { "&" } else { "?" };
            if options.is_empty() { kind.to_owned() } else { format!("{kind}{join}{}", options.join("&")) }
        })
        .collect()
}

/// Each card on its own reader, until all of them are gone.
fn offer(
    settings: &Settings,
    mut readers: Readers,
    names: Vec<String>,
    cards: Vec<SimulatedCard>,
) -> Result<ExitCode, Problem> {
    for ((reader, name), card) in (1..).zip(&names).zip(cards) {
        if readers.insert(reader, card, false)?.is_none() {
            return Ok(ExitCode::Authentic);
        }
        offering(settings, name, &readers.address(reader)?);
    }
    tell(settings, Bilingual::new("終わるには Ctrl-C", "Ctrl-C ends it"), "");
    let mut first = None;
    while readers.any() {
        match readers.wait(None)? {
            Some(Event::Interrupted) => return Ok(ExitCode::Authentic),
            Some(Event::Ended(ended)) => match readers.left(ended) {
                Some(Left::Card { reader, problem }) => {
                    gone(settings, reader);
                    first.get_or_insert(problem);
                }
                Some(Left::Reader { reader, problem }) => {
                    gone(settings, reader);
                    first = first.or(problem);
                }
                None => {}
            },
            None => {}
        }
    }
    first.map_or(Ok(ExitCode::Authentic), Err)
}

fn script(path: &Path) -> Result<Script, Problem> {
    let bytes = files::read_limited(path, MAX_SCRIPT)?;
    let problem = |error: ScriptError| Problem::Script { path: path.display().to_string(), error: Box::new(error) };
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        problem(ScriptError { line, error: StepError::Form })
    })?;
    text.parse().map_err(problem)
}

/// A script on its readers.
struct Stage<'a> {
    settings: &'a Settings,
    readers: Readers,
    /// Readers that have had a card.
    used: Vec<u16>,
}

impl Stage<'_> {
    fn play(&mut self, script: &Script) -> Result<ExitCode, Problem> {
        let mut run: u32 = 0;
        loop {
            for step in &script.steps {
                if self.step(step)?.is_none() {
                    return Ok(ExitCode::Authentic);
                }
            }
            run = run.saturating_add(1);
            if matches!(script.runs, Runs::Times(times) if run >= times) {
                return Ok(ExitCode::Authentic);
            }
            self.readers.clear();
        }
    }

    /// `None` when Ctrl-C was pressed.
    fn step(&mut self, step: &Step) -> Result<Option<()>, Problem> {
        match step {
            Step::Insert { reader, name, recipe } => self.insert(*reader, name, recipe),
            Step::Wait(time) => self.wait(*time),
            Step::Remove { reader } => {
                if self.readers.remove(*reader) {
                    gone(self.settings, *reader);
                }
                Ok(Some(()))
            }
        }
    }

    fn insert(&mut self, reader: u16, name: &str, recipe: &Recipe) -> Result<Option<()>, Problem> {
        let again = self.used.contains(&reader);
        if !again {
            self.used.push(reader);
        }
        let laid = self.readers.insert(reader, card_of(recipe, name)?, again)?;
        if laid.is_some() {
            offering(self.settings, name, &self.readers.address(reader)?);
        }
        Ok(laid)
    }

    fn wait(&mut self, time: Duration) -> Result<Option<()>, Problem> {
        let until = Instant::now() + time;
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            match self.readers.wait(Some(rest))? {
                None => return Ok(Some(())),
                Some(Event::Interrupted) => return Ok(None),
                Some(Event::Ended(ended)) => match self.readers.left(ended) {
                    // A fault took it away, which the script wanted.
                    Some(Left::Card { reader, .. }) => gone(self.settings, reader),
                    Some(Left::Reader { reader, problem }) => {
                        let address = self.readers.address(reader)?;
                        let closed = Problem::Vpcd { address, error: io::ErrorKind::ConnectionAborted };
                        return Err(problem.unwrap_or(closed));
                    }
                    None => {}
                },
            }
        }
    }
}

fn offering(settings: &Settings, name: &str, address: &str) {
    let what = Bilingual::new("模擬カードを差し出しています", "Offering a simulated card");
    tell(settings, what, &format!(" ({address}): {name}"));
}

fn gone(settings: &Settings, reader: u16) {
    let what = Bilingual::new("模擬カードが離れました：リーダー", "The simulated card has left reader");
    tell(settings, what, &format!(" {reader}"));
}

fn tell(settings: &Settings, what: Bilingual, more: &str) {
    let _ = writeln!(io::stderr(), "{}{more}", what.get(settings.lang));
}

/// Each card's entries as a credentials file: the named one for a single card, else `NAME-1.EXT`, `NAME-2.EXT`, …
fn write_credentials<'a>(
    path: Option<&PathBuf>,
    cards: impl ExactSizeIterator<Item = &'a SimulatedCard>,
) -> Result<(), Problem> {
    let Some(path) = path else { return Ok(()) };
    let single = cards.len() == 1;
    for (number, card) in (1..).zip(cards) {
        let own = if single { path.clone() } else { numbered(path, number) };
        files::write(&files::private(&own, Existing::Replaced)?, credentials(card).as_bytes())?;
    }
    Ok(())
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// The card's entries as a credentials file.
fn credentials(card: &SimulatedCard) -> String {
    let mut lines = "# a simulated card's entries\n".to_owned();
    for (name, value) in card.credentials().into_iter().flat_map(|own| own.entries()) {
        lines.push_str(&format!("{name} = {}\n", *value));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_cards_have_files_of_their_own() {
        for (path, first) in
            [("entries.txt", "entries-1.txt"), ("a.b/entries", "a.b/entries-1"), ("x/a.b.c", "x/a.b-1.c")]
        {
            assert_eq!(numbered(Path::new(path), 1), Path::new(first));
        }
    }
}
