//! The person at the terminal: what is told while waiting and reading, what is asked. All of it on standard error.

use std::{
    cell::{Cell, RefCell},
    io::{self, BufRead, IsTerminal, Write},
    path::Path,
};

use indicatif::{ProgressBar, ProgressStyle};
use zeroize::Zeroizing;

use crate::{
    cards::{Findings, Recognised, my_number::Step},
    dump::Scope,
    image::{self, Format},
    iso7816::Tries,
    lang::Bilingual,
    messages::ui,
    privacy::Pin,
    report::Graphics,
    text::PrintedDate,
};

use super::{Settings, credentials, failure::Failure, reader::Waiting};

/// How often a person may mistype an entry before the command gives up. Nothing is sent to the card meanwhile.
const MAX_ATTEMPTS: usize = 5;

/// The longest line that is read as an entry.
const MAX_ENTRY: u64 = 256;

/// The terminal of one command.
pub struct Terminal {
    settings: Settings,
    /// Nothing is told: scripts, and output as JSON.
    quiet: bool,
    bar: RefCell<Option<ProgressBar>>,
    step: Cell<Option<crate::cards::my_number::StepId>>,
}

impl Terminal {
    /// The terminal of a command; quiet unless a person is there to see it.
    pub fn new(settings: &Settings, json: bool) -> Self {
        let quiet = json || !io::stderr().is_terminal();
        Self { settings: *settings, quiet, bar: RefCell::new(None), step: Cell::new(None) }
    }

    /// Tells what is waited for.
    pub fn waiting(&self, waiting: Waiting) {
        match waiting {
            Waiting::Reader => self.tell(ui::CONNECT_READER),
            Waiting::Card => self.tell(ui::PLACE_CARD),
        }
    }

    /// Tells which card was found.
    pub fn recognised(&self, found: &Recognised) {
        self.tell_text(&ui::card_found(found.kind).get_owned(self.settings.lang));
    }

    fn tell(&self, text: Bilingual) {
        self.tell_text(text.get(self.settings.lang));
    }

    fn tell_text(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}
