//! A script for simulated readers: which card lies on which of them, and when.
//!
//! One instruction a line; `#` begins a comment, empty lines mean nothing.
//!
//! ```text
//! insert 1 my-number?seed=7       # a new card, as in `sim:` addresses, on reader 1
//! wait 1500ms                     # or `wait 2`, `wait 2s`: seconds
//! insert 2 licence?fault=expired
//! wait 2
//! remove 1
//! repeat 3                        # everything above three times in all; without a number for ever
//! ```
//!
//! `repeat` can only be the last instruction, and begins with empty readers again. A script is checked whole before any
//! of it is done: no card on a reader that has one, none taken from an empty reader.

use core::{str::FromStr, time::Duration};

use super::{Recipe, RecipeError};

/// The longest script, in bytes.
pub const MAX_SCRIPT: usize = 65_536;

/// The most instructions of a script.
pub const MAX_STEPS: usize = 1_000;

/// The most readers, counted from 1: vpcd has two unless it was built with more.
pub const MAX_READERS: u16 = 16;

/// The longest pause.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(86_400);

/// The most runs that `repeat` names. `repeat` without a number has no end.
pub(crate) const MAX_RUNS: u32 = 1_000_000;

/// One thing that happens at the readers.
#[derive(Debug, Clone)]
pub enum Step {
    /// A new card is laid on a reader.
    Insert {
        /// Which reader, from 1.
        reader: u16,
        /// The card as the script writes it.
        name: String,
        /// The card.
        recipe: Box<Recipe>,
    },
    /// Nothing happens for a while.
    Wait(Duration),
    /// A reader's card is taken away.
    Remove {
        /// Which reader, from 1.
        reader: u16,
    },
}

/// How often a script is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// So often.
    Times(u32),
    /// Until somebody ends it.
    Forever,
}

/// What happens at the readers, in order.
#[derive(Debug, Clone)]
pub struct Script {
    /// One after the other.
    pub steps: Vec<Step>,
    /// How often all of them.
    pub runs: Runs,
}

impl Script {
    /// The cards that are laid down, in order.
    pub fn cards(&self) -> impl Iterator<Item = (&str, &Recipe)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Insert { name, recipe, .. } => Some((name.as_str(), &**recipe)),
            Step::Wait(_) | Step::Remove { .. } => None,
        })
    }
}

/// Why a text is not a script, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub error: StepError,
}

/// What is wrong with a line of a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// More than [`MAX_SCRIPT`] bytes.
    #[error("the script is too long")]
    TooLong,
    /// More than [`MAX_STEPS`] instructions.
    #[error("the script has too many instructions")]
    TooMany,
    /// No instruction, or one with other words after it than it takes.
    #[error("not an instruction")]
    Form,
    /// No reader from 1 to [`MAX_READERS`].
    #[error("no reader from 1 to {MAX_READERS}")]
    Reader,
    /// No pause up to `MAX_WAIT`.
    #[error("no pause")]
    Wait,
    /// Not from 1 to `MAX_RUNS`.
    #[error("no number of runs")]
    Runs,
    /// No card.
    #[error("{error}")]
    Card {
        /// As the script writes it.
        name: String,
        /// Why.
        error: RecipeError,
    },
    /// A card lies on this reader already.
    #[error("reader {0} has a card already")]
    Occupied(u16),
    /// No card lies on this reader.
    #[error("reader {0} has no card")]
    Empty(u16),
    /// Something follows `repeat`.
    #[error("nothing can follow repeat")]
    AfterRepeat,
    /// `repeat` without a pause before it would never give a program the time to look.
    #[error("repeat without a pause")]
    RepeatWithoutWait,
}

impl FromStr for Script {
    type Err = ScriptError;

    fn from_str(text: &str) -> Result<Self, ScriptError> {
        if text.len() > MAX_SCRIPT {
            return Err(ScriptError { line: 1, error: StepError::TooLong });
        }
        let mut parser = Parser::default();
        for (line, text) in (1..).zip(text.lines()) {
            parser.line(text).map_err(|error| ScriptError { line, error })?;
        }
        Ok(Self { steps: parser.steps, runs: parser.runs.unwrap_or(Runs::Times(1)) })
    }
}

#[derive(Default)]
struct Parser {
    steps: Vec<Step>,
    runs: Option<Runs>,
    /// Readers with a card.
    taken: Vec<u16>,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), StepError> {
        let instruction = line.split_once('#').map_or(line, |(before, _)| before);
        let words: Vec<&str> = instruction.split_whitespace().collect();
        if words.is_empty() {
            return Ok(());
        }
        if self.runs.is_some() {
            return Err(StepError::AfterRepeat);
        }
        let step = match words.as_slice() {
            ["insert", reader, card] => self.insert(number(reader)?, card)?,
            ["wait"] => return Err(StepError::Wait),
            ["wait", time] => Step::Wait(pause(time).ok_or(StepError::Wait)?),
            ["remove", reader] => self.remove(number(reader)?)?,
            ["repeat"] => return self.repeat(Runs::Forever),
            ["repeat", runs] => {
                let runs = runs.parse().ok().filter(|runs| (1..=MAX_RUNS).contains(runs));
                return self.repeat(Runs::Times(runs.ok_or(StepError::Runs)?));
            }
            _ => return Err(StepError::Form),
        };
        if self.steps.len() >= MAX_STEPS {
            return Err(StepError::TooMany);
        }
        self.steps.push(step);
        Ok(())
    }

    fn insert(&mut self, reader: u16, card: &str) -> Result<Step, StepError> {
        let name = card.strip_prefix("sim:").unwrap_or(card).to_owned();
        let recipe = name.parse().map_err(|error| StepError::Card { name: name.clone(), error })?;
        if self.taken.contains(&reader) {
            return Err(StepError::Occupied(reader));
        }
        self.taken.push(reader);
        Ok(Step::Insert { reader, name, recipe: Box::new(recipe) })
    }

    fn remove(&mut self, reader: u16) -> Result<Step, StepError> {
        let at = self.taken.iter().position(|taken| *taken == reader).ok_or(StepError::Empty(reader))?;
        self.taken.swap_remove(at);
        Ok(Step::Remove { reader })
    }

    fn repeat(&mut self, runs: Runs) -> Result<(), StepError> {
        if !self.steps.iter().any(|step| matches!(step, Step::Wait(time) if !time.is_zero())) {
            return Err(StepError::RepeatWithoutWait);
        }
        self.runs = Some(runs);
        Ok(())
    }
}

fn number(word: &str) -> Result<u16, StepError> {
    word.parse().ok().filter(|reader| (1..=MAX_READERS).contains(reader)).ok_or(StepError::Reader)
}

/// `2`, `2s` or `1500ms`.
fn pause(word: &str) -> Option<Duration> {
    let whole =
        |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    let time = match word.strip_suffix("ms") {
        Some(digits) => Duration::from_millis(whole(digits)?),
        None => Duration::from_secs(whole(word.strip_suffix('s').unwrap_or(word))?),
    };
    (time <= MAX_WAIT).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (usize, StepError) {
        let error = text.parse::<Script>().unwrap_err();
        (error.line, error.error)
    }

    #[test]
    fn reads_every_instruction() {
        let text = "# two cards\r\n\ninsert 1 my-number?seed=7 # the first\n  wait 2\n\twait 1500ms\ninsert 16 \
                    sim:licence?fault=expired\nremove 1\nwait 0s\nrepeat 3\n";
        let script: Script = text.parse().unwrap();
        let shown: Vec<String> = script
            .steps
            .iter()
            .map(|step| match step {
                Step::Insert { reader, name, recipe } => format!("{reader} {name} {}", recipe.seed),
                Step::Wait(time) => format!("{time:?}"),
                Step::Remove { reader } => format!("-{reader}"),
            })
            .collect();
        assert_eq!(shown, ["1 my-number?seed=7 7", "2s", "1.5s", "16 licence?fault=expired 1", "-1", "0ns"]);
        assert_eq!(script.runs, Runs::Times(3));
        assert_eq!(
            script.cards().map(|(name, _)| name).collect::<Vec<_>>(),
            ["my-number?seed=7", "licence?fault=expired"]
        );
        assert_eq!("wait 1\nrepeat".parse::<Script>().unwrap().runs, Runs::Forever);
        assert_eq!("".parse::<Script>().unwrap().runs, Runs::Times(1));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let card = |name: &str| StepError::Card { name: name.to_owned(), error: name.parse::<Recipe>().unwrap_err() };
        for (text, expected) in [
            ("insert", StepError::Form),
            ("insert 1", StepError::Form),
            ("insert 1 licence now", StepError::Form),
            ("Insert 1 licence", StepError::Form),
            ("insert 0 licence", StepError::Reader),
            ("insert 17 licence", StepError::Reader),
            ("insert one licence", StepError::Reader),
            ("insert 1 visa", card("visa")),
            ("insert 1 licence?fault=cloned", card("licence?fault=cloned")),
            ("remove 1", StepError::Empty(1)),
            ("wait", StepError::Wait),
            ("wait soon", StepError::Wait),
            ("wait -1", StepError::Wait),
            ("wait +1", StepError::Wait),
            ("wait s", StepError::Wait),
            ("wait 1.5", StepError::Wait),
            ("wait 86401", StepError::Wait),
            ("wait 99999999999999999999", StepError::Wait),
            ("repeat", StepError::RepeatWithoutWait),
        ] {
            assert_eq!(error(&format!("\n# above\n{text}\n")), (3, expected), "{text}");
        }
        assert_eq!(error("insert 1 licence\ninsert 1 menkyo"), (2, StepError::Occupied(1)));
        assert_eq!(error("insert 1 licence\nremove 1\nremove 1"), (3, StepError::Empty(1)));
        assert_eq!(error("wait 1\nrepeat 0"), (2, StepError::Runs));
        assert_eq!(error("wait 1\nrepeat 1000001"), (2, StepError::Runs));
        assert_eq!(error("wait 0\nrepeat"), (2, StepError::RepeatWithoutWait));
        assert_eq!(error("wait 1\nrepeat\n# the end\nwait 1"), (4, StepError::AfterRepeat));
    }

    #[test]
    fn limits() {
        let most = "wait 0\n".repeat(MAX_STEPS);
        assert_eq!(most.parse::<Script>().unwrap().steps.len(), MAX_STEPS);
        assert_eq!(error(&(most + "wait 0")), (MAX_STEPS + 1, StepError::TooMany));
        assert!("#".repeat(MAX_SCRIPT).parse::<Script>().is_ok());
        assert_eq!(error(&"#".repeat(MAX_SCRIPT + 1)), (1, StepError::TooLong));
        assert_eq!("wait 86400".parse::<Script>().unwrap().steps.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_there_is_a_script_or_an_error_of_one_of_its_lines(
            text in "((insert|wait|remove|repeat|#|x| ){0,3} ?[0-9a-z?=,& ]{0,12}\r?\n){0,12}"
        ) {
            match text.parse::<Script>() {
                Ok(script) => proptest::prop_assert!(script.steps.len() <= MAX_STEPS),
                Err(error) => proptest::prop_assert!((1..=text.lines().count()).contains(&error.line)),
            }
        }
    }
}
