//! The person at the terminal: what is told while waiting and reading, what is asked. All of it on standard error.

use std::{
    cell::RefCell,
    io::{self, BufRead, IsTerminal, Read, Write},
};

use indicatif::{ProgressBar, ProgressStyle};
use zeroize::Zeroizing;

use crate::{
    cards::{
        Recognised,
        my_number::{ReadError, files::Reference},
        residence_card::protocol::CardNumber,
    },
    destination::Destination,
    dump::Scope,
    iso7816::Tries,
    lang::Bilingual,
    messages::{Problem, ui},
    privacy::Pin,
    report::{Graphics, visible},
};

use super::{Settings, credentials, phone, reader::Waiting};

/// How often a person may mistype an entry before the command gives up. Nothing is sent to the card meanwhile.
const MAX_ATTEMPTS: usize = 5;

/// The entries of a My Number Card, for the message when nobody can be asked.
const MY_NUMBER_ENTRIES: &str = "birth, expiry-year, security-code";

/// The longest line that is read as an entry.
const MAX_ENTRY: u64 = 256;

/// The terminal of one command.
pub struct Terminal {
    settings: Settings,
    /// Nothing is told: scripts, and output as JSON.
    quiet: bool,
    /// Nobody is there: nothing is told at all, and nothing asked.
    nobody: bool,
    bar: RefCell<Option<ProgressBar>>,
}

impl Terminal {
    /// The terminal of a command; quiet unless a person is there to see it.
    pub fn new(settings: &Settings, json: bool) -> Self {
        let quiet = json || !io::stderr().is_terminal();
        Self { settings: *settings, quiet, nobody: false, bar: RefCell::new(None) }
    }

    /// Nobody at all: not a word is written, and whatever would be asked for is missing.
    pub fn nobody(settings: &Settings) -> Self {
        Self { settings: *settings, quiet: true, nobody: true, bar: RefCell::new(None) }
    }

    /// Tells what is waited for.
    pub fn waiting(&self, waiting: Waiting) {
        match waiting {
            Waiting::Reader => self.tell(ui::CONNECT_READER),
            Waiting::Card => self.tell(ui::PLACE_CARD),
            // Where to connect to and what to beware of are told to scripts too.
            Waiting::Phone(address) => phone::notice(self.settings.lang, address),
        }
    }

    /// Tells which card was found.
    pub fn recognised(&self, found: &Recognised) {
        self.say(&ui::found(self.settings.lang, found.kind));
        for guest in &found.guests {
            self.say(&ui::also_holds(self.settings.lang, *guest));
        }
    }

    /// Tells the counter of the credential that will be asked for. Told even when progress is not: it is a warning.
    pub fn tries(&self, what: Bilingual, tries: Tries) {
        if !self.nobody {
            let _ = writeln!(io::stderr(), "{}", ui::tries_left(self.settings.lang, what, tries));
        }
    }

    /// Tells the counter of a credential that is about to be presented.
    pub fn counter(&self, what: Bilingual, tries: Tries) {
        self.say(&ui::tries_left(self.settings.lang, what, tries));
    }

    /// Writes a file with personal data and tells so.
    ///
    /// # Errors
    /// [`Problem::Unwritable`].
    pub fn write(&self, destination: &Destination, bytes: &[u8]) -> Result<(), Problem> {
        super::files::write(destination, bytes)?;
        let name = visible(&destination.path().display().to_string());
        self.say(&format!("{}: {name}", ui::WROTE_PERSONAL_FILE.get(self.settings.lang)));
        Ok(())
    }

    /// Shows how far the reading is, in bytes.
    pub fn show(&self, title: Bilingual, done: usize, total: usize) {
        if self.quiet {
            return;
        }
        let bytes = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let mut slot = self.bar.borrow_mut();
        let bar = slot.get_or_insert_with(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {bytes:>7}/{total_bytes:7} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_message(title.get(self.settings.lang));
        bar.set_length(bytes(total));
        bar.set_position(bytes(done));
    }

    /// Removes the progress line.
    pub fn done(&self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }

    /// Asks staff for what is printed on a My Number Card. Nothing is asked when the counter forbids a try anyway.
    ///
    /// # Errors
    /// [`Problem::NoTerminal`] without a terminal, [`Problem::Entry`] after too many mistyped entries.
    pub fn ask_my_number(
        &self,
        reference: &'static Reference,
        scope: Scope,
        tries: Tries,
        allow_last_try: bool,
    ) -> Result<Pin, Problem> {
        tries.gate(allow_last_try).map_err(|refusal| ReadError::Refused { refusal, reference })?;
        if !self.can_ask() {
            return Err(Problem::MissingCredential {
                name: match scope {
                    Scope::AGE => "birth",
                    _ => MY_NUMBER_ENTRIES,
                }
                .to_owned(),
            });
        }
        self.tell(ui::ASK_INTRODUCTION);
        let birth = self.ask(ui::ASK_BIRTH_DATE, MY_NUMBER_ENTRIES, credentials::printed_date)?;
        Ok(match scope {
            Scope::AGE => credentials::birth_pin(birth)?,
            _ => {
                let year = self.ask(ui::ASK_EXPIRY_YEAR, MY_NUMBER_ENTRIES, credentials::expiry_year)?;
                let code = self.ask(ui::ASK_SECURITY_CODE, MY_NUMBER_ENTRIES, credentials::security_code)?;
                credentials::number_b_pin(birth, &year, &code)?
            }
        })
    }

    /// Asks the customer for a licence's PINs, one after the other, without echo; the `second` only where it may be tried.
    /// An empty second one means that it is not known.
    ///
    /// # Errors
    /// [`Problem::MissingCredential`] without a terminal, [`Problem::BadPin`] after too many mistyped entries.
    pub fn ask_pins(&self, second: bool) -> Result<(Pin, Option<Pin>), Problem> {
        self.tell(ui::ASK_PINS_INTRODUCTION);
        let first = self.ask_hidden(ui::ASK_PIN1, "pin1", false)?;
        let first = first.ok_or(Problem::MissingCredential { name: "pin1".to_owned() })?;
        let second = if second { self.ask_hidden(ui::ASK_PIN2, "pin2", true)? } else { None };
        Ok((first, second))
    }

    /// Asks the customer for the PIN of a マイナ免許証, without echo.
    ///
    /// # Errors
    /// As [`Terminal::ask_pins`].
    pub fn ask_licence_pin(&self) -> Result<Pin, Problem> {
        self.tell(ui::ASK_PINS_INTRODUCTION);
        let pin = self.ask_hidden(ui::ASK_LICENCE_PIN, "licence-pin", false)?;
        pin.ok_or(Problem::MissingCredential { name: "licence-pin".to_owned() })
    }

    fn can_ask(&self) -> bool {
        !self.nobody && io::stdin().is_terminal()
    }

    /// Asks staff for the number of a residence card. It is printed on the card, so it is echoed.
    ///
    /// # Errors
    /// [`Problem::MissingCredential`] without a terminal, [`Problem::BadCardNumber`] after too many mistyped entries.
    pub fn ask_card_number(&self) -> Result<CardNumber, Problem> {
        if !self.can_ask() {
            return Err(Problem::MissingCredential { name: credentials::CARD_NUMBER.to_owned() });
        }
        self.tell(ui::ASK_INTRODUCTION);
        self.ask(ui::ASK_CARD_NUMBER, credentials::CARD_NUMBER, credentials::card_number)
    }

    fn ask_hidden(&self, question: Bilingual, name: &'static str, may_be_empty: bool) -> Result<Option<Pin>, Problem> {
        let missing = || Problem::MissingCredential { name: name.to_owned() };
        if !self.can_ask() {
            return Err(missing());
        }
        let mut attempts = 1;
        loop {
            let mut error_stream = io::stderr();
            let _ = write!(error_stream, "{}", question.get(self.settings.lang));
            let _ = error_stream.flush();
            let line = Zeroizing::new(rpassword::read_password().map_err(|_| missing())?);
            if may_be_empty && line.trim().is_empty() {
                return Ok(None);
            }
            match credentials::licence_pin(name, &line) {
                Ok(pin) => return Ok(Some(pin)),
                Err(error) if attempts == MAX_ATTEMPTS => return Err(error.into()),
                Err(error) => super::output::complaint(&self.settings, &error.into()),
            }
            attempts += 1;
        }
    }

    /// Asks until the entry is well formed. What is asked here is printed on the card, so it is echoed.
    fn ask<R>(
        &self,
        question: Bilingual,
        entries: &'static str,
        read: impl Fn(&str) -> Result<R, credentials::EntryError>,
    ) -> Result<R, Problem> {
        let mut attempts = 1;
        loop {
            let mut error_stream = io::stderr();
            let _ = write!(error_stream, "{}", question.get(self.settings.lang));
            let _ = error_stream.flush();
            let mut line = Zeroizing::new(String::new());
            let got = io::stdin().lock().take(MAX_ENTRY).read_line(&mut line).unwrap_or(0);
            if got == 0 {
                return Err(Problem::MissingCredential { name: entries.to_owned() });
            }
            match read(line.trim()) {
                Ok(entry) => return Ok(entry),
                Err(error) if attempts == MAX_ATTEMPTS => return Err(error.into()),
                Err(error) => super::output::complaint(&self.settings, &error.into()),
            }
            attempts += 1;
        }
    }

    fn tell(&self, text: Bilingual) {
        self.say(text.get(self.settings.lang));
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

/// How this terminal shows pictures, by its environment.
pub fn graphics() -> Graphics {
    let variable = |name: &str| std::env::var(name).ok();
    Graphics::detect(
        variable("TERM").as_deref(),
        variable("TERM_PROGRAM").as_deref(),
        variable("COLORTERM").as_deref(),
        variable("KITTY_WINDOW_ID").is_some(),
    )
}
