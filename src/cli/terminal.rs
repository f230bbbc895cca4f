//! The person at the terminal: what is shown while waiting and reading, what is asked. All of it on standard error.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal, Read, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    cards::{CredentialSpec, Credentials, EntryError, EntrySpec, Event, ReadError, Recognised, Wanted, Who},
    destination::Destination,
    lang::Bilingual,
    messages::{Problem, ui},
    report::{Graphics, visible},
    text::{PrintedDateError, japan_date},
};

use super::{Settings, phone, reader::Waiting};

/// How often a person may mistype an entry before the command gives up. Nothing is sent to the card meanwhile.
const MAX_ATTEMPTS: usize = 5;

/// The most bytes of the text of a QR code.
const MAX_CODE: u64 = 8 * 1024;

/// The longest line that is read as an entry.
const MAX_ENTRY: u64 = 256;

/// A credential that a person is asked for, and why it may not be presented if it may not.
pub type Question = (Wanted, Result<(), ReadError>);

/// The terminal of one command.
pub struct Terminal {
    settings: Settings,
    /// Nothing is shown: scripts, and output as JSON.
    quiet: bool,
    /// Nobody is there: nothing is shown at all, and nothing asked.
    nobody: bool,
    bar: Mutex<Option<ProgressBar>>,
    /// The references whose counters were told.
    told: Mutex<BTreeSet<&'static str>>,
}

impl Terminal {
    /// The terminal of a command; quiet unless a person is there to see it.
    pub fn new(settings: &Settings, json: bool) -> Self {
        let quiet = json || !io::stderr().is_terminal();
        Self { settings: *settings, quiet, nobody: false, bar: Mutex::default(), told: Mutex::default() }
    }

    /// Nobody at all: not a word is written, and whatever would be asked for is missing.
    pub fn nobody(settings: &Settings) -> Self {
        Self { settings: *settings, quiet: true, nobody: true, bar: Mutex::default(), told: Mutex::default() }
    }

    /// Shows what is waited for.
    pub fn waiting(&self, waiting: Waiting) {
        match waiting {
            Waiting::Reader => self.tell(ui::CONNECT_READER),
            Waiting::Card => self.tell(ui::PLACE_CARD),
            // Where to connect to and what to beware of are shown to scripts too.
            Waiting::Phone(address) => phone::notice(self.settings.lang, address),
        }
    }

    /// Shows which card was found.
    fn recognised(&self, found: &Recognised) {
        self.say(&ui::found(self.settings.lang, found.kind));
        for guest in &found.guests {
            self.say(&ui::also_holds(self.settings.lang, *guest));
        }
    }

    /// Writes a file with personal data and says so.
    pub fn write(&self, destination: &Destination, bytes: &[u8]) -> Result<(), Problem> {
        super::files::write(destination, bytes)?;
        let name = visible(&destination.path().display().to_string());
        self.say(&format!("{}: {name}", ui::WROTE_PERSONAL_FILE.get(self.settings.lang)));
        Ok(())
    }

    /// Shows how far the reading is, in bytes.
    fn show(&self, title: Bilingual, done: usize, total: usize) {
        if self.quiet {
            return;
        }
        let bytes = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let mut slot = lock(&self.bar);
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
        if let Some(bar) = lock(&self.bar).take() {
            bar.finish_and_clear();
        }
    }

    /// Shows what goes on.
    pub fn event(&self, event: Event<'_>) {
        match event {
            Event::Recognised(found) => self.recognised(found),
            Event::Counter { reference, retry_counter } => {
                if lock(&self.told).insert(reference.name) {
                    self.say(&ui::tries_left(self.settings.lang, reference.title, retry_counter));
                }
            }
            Event::Step { title, done, total } => self.show(title, done, total),
            Event::Shares { asked, retained, named } => {
                self.say(&ui::shares(self.settings.lang, asked, retained, named));
            }
            // Whoever types is not interrupted; the report says it.
            Event::Asks { .. } | Event::Guests(_) => {}
        }
    }

    /// Asks for what the card wants: staff for what is printed on it, the customer for what only he knows, without echo. Nobody
    /// is asked for what may not be presented; of an optional credential an empty entry means that it is not known.
    pub fn ask(&self, questions: &[Question]) -> Result<Credentials, Problem> {
        let mut entered = Credentials::default();
        let mut introduced = None;
        for (reference, retry_counter) in questions.iter().filter_map(|(wanted, _)| wanted.counter) {
            if lock(&self.told).insert(reference.name) && !self.nobody {
                // Shown even if progress is not: it is a warning.
                let _ =
                    writeln!(io::stderr(), "{}", ui::tries_left(self.settings.lang, reference.title, retry_counter));
            }
        }
        for (wanted, refusal) in questions {
            match refusal.clone() {
                // What the others open is read.
                Err(_) if wanted.credential.optional => continue,
                refusal => refusal?,
            }
            let names = || wanted.credential.asked().map(|entry| entry.id).collect::<Vec<_>>().join(", ");
            if !self.can_ask() {
                return Err(Problem::MissingCredential { name: names() });
            }
            if introduced.replace(wanted.credential.who) != Some(wanted.credential.who) {
                self.tell(match wanted.credential.who {
                    Who::Staff => ui::ASK_INTRODUCTION,
                    Who::Customer => ui::ASK_PINS_INTRODUCTION,
                });
            }
            for entry in wanted.credential.asked() {
                self.ask_entry(entry, wanted.credential, &mut entered)?;
            }
        }
        Ok(entered)
    }

    /// Asks for what a phone's QR code holds: a scanner types it.
    pub fn ask_engagement(&self) -> Option<String> {
        let mut error_stream = io::stderr();
        let _ = write!(error_stream, "{}: ", ui::ASK_ENGAGEMENT.get(self.settings.lang));
        let _ = error_stream.flush();
        let mut line = String::new();
        let got = io::stdin().lock().take(MAX_CODE).read_line(&mut line).unwrap_or(0);
        (got > 0).then_some(line)
    }

    /// Says that no recording is written, to scripts too.
    pub fn not_recorded(&self) {
        super::output::note(&Problem::NotRecordable.message(self.settings.lang).what);
    }

    fn can_ask(&self) -> bool {
        !self.nobody && io::stdin().is_terminal()
    }

    /// Asks until the entry is well formed.
    fn ask_entry(
        &self,
        entry: &'static EntrySpec,
        credential: &CredentialSpec,
        entered: &mut Credentials,
    ) -> Result<(), Problem> {
        let missing = || Problem::MissingCredential { name: entry.id.to_owned() };
        let mut attempts = 1;
        loop {
            let mut error_stream = io::stderr();
            let _ = write!(error_stream, "{}: ", entry.prompt.get(self.settings.lang));
            let _ = error_stream.flush();
            let line = match credential.who {
                Who::Customer => Zeroizing::new(rpassword::read_password().map_err(|_| missing())?),
                Who::Staff => {
                    let mut line = Zeroizing::new(String::new());
                    let got = io::stdin().lock().take(MAX_ENTRY).read_line(&mut line).unwrap_or(0);
                    if got == 0 {
                        return Err(missing());
                    }
                    line
                }
            };
            if credential.optional && line.trim().is_empty() {
                return Ok(());
            }
            let read =
                entered.insert(entry, line.trim()).and_then(|()| entered.plausible(japan_date(Timestamp::now())));
            let error = match read {
                Ok(()) => return Ok(()),
                // Only the print can say; a wrong guess would cost a try.
                Err(EntryError::Date(entry, PrintedDateError::BareWestern(date))) if self.is_printed_western()? => {
                    entered.insert_date(entry, date);
                    return Ok(());
                }
                Err(error) => error,
            };
            super::output::complaint(&self.settings, &error.into());
            if attempts == MAX_ATTEMPTS {
                // What was typed ahead must not reach the shell.
                swallow_input();
                return Err(Problem::TooManyEntries { attempts });
            }
            attempts += 1;
        }
    }

    /// Asks whether a Western year is what the card shows.
    fn is_printed_western(&self) -> Result<bool, Problem> {
        let mut error_stream = io::stderr();
        let _ = write!(error_stream, "{} ", ui::ASK_PRINTED_WESTERN.get(self.settings.lang));
        let _ = error_stream.flush();
        let mut line = String::new();
        let _ = io::stdin().lock().take(MAX_ENTRY).read_line(&mut line);
        Ok(matches!(line.trim(), "y" | "Y" | "yes" | "ｙ" | "Ｙ" | "はい"))
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

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets what was typed and not read yet.
fn swallow_input() {
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
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
