//! The session of one counter: (state, event) to (state, effects). No I/O, no clock, no card of its own.

use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    cards::{CredentialSpec, Credentials, Findings, Wanted},
    dump::Scope,
    iso7816::Refusal,
    kind::CardKind,
    lang::{Bilingual, Lang},
    messages::Problem,
    report::Context,
};

/// What happens at the counter. The reader thread reports the first group, the two pages the second, the clock the last.
#[derive(Debug)]
pub enum Event {
    /// The reader is there, and which.
    Reader(String),
    /// There is no reader, or something is wrong with it: what to do stands in the problem. It heals without a restart.
    Trouble(Problem),
    /// A card was placed.
    Placed,
    /// The card was removed: everything is wiped.
    Removed,
    /// The card was recognised.
    Recognised {
        /// The card's kind.
        kind: CardKind,
        /// Other applications on the same chip.
        guests: Vec<CardKind>,
    },
    /// A step of the reading goes on.
    Step {
        /// What to show.
        title: Bilingual,
        /// Bytes of its file so far.
        done: usize,
        /// Bytes of the file; 0 if nobody knows.
        total: usize,
    },
    /// The card wants credentials; it was let go meanwhile.
    Asks(Question),
    /// The card was read and checked.
    Checked(Box<Reading>),
    /// The reading ended without a verdict.
    Failed(Problem),
    /// Staff did something.
    Staff(StaffAction),
    /// The customer did something.
    Customer(CustomerAction),
    /// Time passes: comes about once a second.
    Tick,
}

/// What a recognised card wants.
#[derive(Debug)]
pub struct Question {
    /// The kind that is read.
    pub kind: CardKind,
    /// What to ask for, in this order, and why it may not be presented if it may not.
    pub wanted: Vec<(Wanted, Option<Refusal>)>,
}

/// A card that was read and checked.
#[derive(Debug)]
pub struct Reading {
    /// What came of it.
    pub findings: Findings,
    /// What a report says besides.
    pub context: Context,
}

/// What staff can do. The form in which the staff page posts it.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StaffAction {
    /// What staff read off the print: entries by id. A bad one is refused with its message; nothing is sent to the card.
    Entries {
        /// Entry id, and what was typed.
        entries: Vec<(String, Zeroizing<String>)>,
        /// Staff said that the Western year is printed so on the card.
        #[serde(default)]
        printed_western: bool,
    },
    /// Read the card that lies there again, from the start: with fresh entries of a person.
    Again {
        /// The person insists on the last try.
        #[serde(default)]
        allow_last_try: bool,
    },
    /// Read what the card shows without any PIN.
    WithoutPin,
    /// The customer cannot enter the PIN (forgotten, blocked).
    Forgotten,
    /// The human comparison of photo and face.
    Match {
        /// What staff found.
        found: FaceMatch,
    },
    /// The application form's fields, as typed, pasted or scanned.
    Form {
        /// Field name, and its text.
        fields: Vec<(String, String)>,
    },
    /// Staff accept a field that is only similar.
    AcceptSimilar {
        /// The field.
        field: String,
    },
    /// Hand this window to the customer's pad, where there is no second screen.
    HandOver,
    /// The pad gives the window back.
    TakeBack,
    /// The language of the staff page.
    Language {
        /// The new language.
        lang: Lang,
    },
    /// Sound on or off.
    Sound {
        /// Whether it is on.
        on: bool,
    },
    /// More time before idle data are wiped.
    Extend,
    /// The end of this customer: everything is wiped.
    End,
}

/// What the customer can do. The form in which the customer's page posts it.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CustomerAction {
    /// A PIN, whole.
    Entry {
        /// The entry's id.
        entry: String,
        /// The digits.
        value: Zeroizing<String>,
    },
    /// The customer does not know it.
    Forgotten,
    /// The language of the customer's page.
    Language {
        /// The new language.
        lang: Lang,
    },
}

/// What the human comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaceMatch {
    /// 一致
    Matches,
    /// 不一致
    DoesNotMatch,
    /// 判断できない
    CannotTell,
}

/// What the adapters have to do.
#[derive(Debug)]
pub enum Effect {
    /// The reader thread starts to read the card that lies there (`cards::start`, `Ask::IfMissing`).
    Start {
        /// How much.
        scope: Scope,
        /// Whether the last try may be spent.
        allow_last_try: bool,
    },
    /// The reader thread reads on with what was entered (`Looked::read`).
    Read(Credentials),
    /// The reader thread forgets the card that it looked at.
    Forget,
    /// The pages are rendered anew.
    Changed,
    /// A sound on the staff page.
    Sound(Sound),
    /// Everything of this customer is gone: pages drop pictures and fields, adapters what they hold.
    Wiped,
}

/// A sound of the staff page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// Authentic.
    Good,
    /// Rejected.
    Bad,
    /// Undetermined, or the reading failed.
    Unsure,
    /// Somebody is asked.
    Ask,
}

/// Where the session stands.
#[derive(Debug)]
pub enum State {
    /// No reader, or one in trouble.
    Trouble(Problem),
    /// Waiting for a card.
    Waiting,
    /// A card is read.
    Reading(Progress),
    /// The card wants something.
    Asking(Asking),
    /// Read and checked.
    Checked(Box<Checked>),
    /// The reading ended without a verdict.
    Failed(Failure),
}

/// How far a reading is.
#[derive(Debug)]
pub struct Progress {
    /// The card, once it is recognised.
    pub kind: Option<CardKind>,
    /// The step, its bytes so far, and the bytes of its file (0 if nobody knows).
    pub step: Option<(Bilingual, usize, usize)>,
    /// When the last sign of the card came: hints about its position follow 3 and 8 seconds later.
    pub since: Timestamp,
    /// How many hints are due: 0, 1 or 2.
    pub hints: u8,
}

/// What is asked, and what was given so far.
#[derive(Debug)]
pub struct Asking {
    /// The card.
    pub kind: CardKind,
    /// What is wanted.
    pub wanted: Vec<Asked>,
    /// What was given so far.
    pub entered: Credentials,
    /// Why the last entry was refused, and whose it was. Nothing was sent to the card.
    pub complaint: Option<(&'static str, Problem)>,
    /// Staff are asked whether the Western year is printed so on the card, for this entry.
    pub ask_western: Option<&'static str>,
}

/// One credential that is asked for.
#[derive(Debug)]
pub struct Asked {
    /// Which.
    pub wanted: Wanted,
    /// Why it may not be presented: nobody is asked for it then.
    pub refusal: Option<Refusal>,
    /// It was given, or the customer does not know it and the reading goes on without it.
    pub settled: bool,
}

impl Asked {
    /// The credential.
    pub fn credential(&self) -> &'static CredentialSpec {
        self.wanted.credential
    }
}

/// A card that was checked, and what people found.
#[derive(Debug)]
pub struct Checked {
    /// The reading.
    pub reading: Reading,
    /// The human comparison.
    pub face: Option<FaceMatch>,
}

/// A reading that ended without a verdict.
#[derive(Debug)]
pub struct Failure {
    /// The card, if it was recognised.
    pub kind: Option<CardKind>,
    /// What went wrong.
    pub problem: Problem,
}

/// The session of one counter.
#[derive(Debug)]
pub struct Session {
    state: State,
    reader: Option<String>,
    lang: Lang,
    customer_lang: Lang,
    sound: bool,
    handed_over: bool,
}

impl Session {
    /// A session without a reader yet.
    pub fn new(lang: Lang) -> Self {
        Self { state: State::Waiting, reader: None, lang, customer_lang: lang, sound: true, handed_over: false }
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The reader, if there is one.
    pub fn reader(&self) -> Option<&str> {
        self.reader.as_deref()
    }

    /// The language of the staff page.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The language of the customer's page.
    pub fn customer_lang(&self) -> Lang {
        self.customer_lang
    }

    /// Whether the staff page plays sounds.
    pub fn sound(&self) -> bool {
        self.sound
    }

    /// Whether the staff window shows the customer's pad.
    pub fn handed_over(&self) -> bool {
        self.handed_over
    }

    /// Takes an event in; `now` is the adapter's clock.
    pub fn apply(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let _ = (event, now);
        vec![Effect::Changed]
    }
}
