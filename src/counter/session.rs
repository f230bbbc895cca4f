//! The session of one counter: (state, event) to (state, effects). No I/O, no clock, no card of its own.

use jiff::{SignedDuration, Timestamp};

use crate::{
    cards::{CredentialSpec, registry},
    compare::{Form, FormError},
    dump::Scope,
    kind::CardKind,
    lang::Lang,
    messages::Problem,
    profile::Case,
};

use super::{CustomerView, Effect, Event, Law, Ledger, Run, State, Trouble, case};

/// How long data stay without anybody's input, before they are wiped.
pub const IDLE: SignedDuration = SignedDuration::from_mins(15);

/// How long before that staff are warned.
pub const IDLE_WARNING: SignedDuration = SignedDuration::from_mins(2);

/// After how long without a sign of the card a hint about its position is due.
pub(super) const HINTS: [SignedDuration; 2] = [SignedDuration::from_secs(3), SignedDuration::from_secs(8)];

/// The session of one counter.
#[derive(Debug)]
pub struct Session {
    pub(super) state: State,
    pub(super) reader: Option<String>,
    /// The language of the shop, to which the customer's page returns.
    pub(super) home: Lang,
    pub(super) lang: Lang,
    pub(super) customer_lang: Lang,
    pub(super) sound: bool,
    pub(super) handed_over: bool,
    pub(super) card_there: bool,
    pub(super) last_run: Run,
    pub(super) attempt: Attempt,
    pub(super) law: Law,
    pub(super) form: Form,
    /// What was entered in the form and cannot be compared.
    pub(super) refused: Vec<FormError>,
    /// When the last event came.
    pub(super) now: Timestamp,
    pub(super) last_input: Timestamp,
    pub(super) wipes_at: Option<Timestamp>,
    pub(super) notice: Option<Problem>,
    pub(super) ledger: Option<Ledger>,
    /// The names that staff entered last: who checks, who records, and who compares and chooses where the law's record names
    /// neither. They stay for the next customer.
    pub(super) staff_names: [String; 3],
    /// What is wrong with the reader while a record is made.
    pub(super) behind: Option<Trouble>,
}

/// What is known of the card that lies there, and how it is read.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    pub(super) run: Option<Run>,
    pub(super) kind: Option<CardKind>,
    pub(super) guests: Vec<CardKind>,
    pub(super) application: Option<CardKind>,
    pub(super) without_pin: bool,
    /// The credential over whose last try the reading was refused.
    pub(super) last_try: Option<&'static CredentialSpec>,
    /// Why less of the card is read than it holds.
    pub(super) cause: Option<Case>,
}

impl Session {
    /// A session without a reader yet. `lang` is the shop's, `law` what it checks identity for.
    pub fn new(lang: Lang, law: Law) -> Self {
        Self {
            state: State::Waiting,
            reader: None,
            home: lang,
            lang,
            customer_lang: lang,
            sound: true,
            handed_over: false,
            card_there: false,
            last_run: Run::default(),
            attempt: Attempt::default(),
            law,
            form: Form::default(),
            refused: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
            last_input: Timestamp::UNIX_EPOCH,
            wipes_at: None,
            notice: None,
            ledger: None,
            staff_names: Default::default(),
            behind: None,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The reader, if there is one.
    pub fn reader(&self) -> Option<&str> {
        self.reader.as_deref()
    }

    /// When the last event came.
    pub fn time(&self) -> Timestamp {
        self.now
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

    /// What the customer's page may know.
    pub fn customer(&self) -> CustomerView<'_> {
        CustomerView::of(self)
    }

    /// The kind that is read, once it is known.
    pub fn kind(&self) -> Option<CardKind> {
        self.attempt.kind
    }

    /// Other applications on the chip of the card that lies there.
    pub fn guests(&self) -> &[CardKind] {
        &self.attempt.guests
    }

    /// Those of them that staff may have read instead ([`StaffAction::Again`](super::StaffAction::Again)).
    pub fn applications(&self) -> impl Iterator<Item = CardKind> {
        let found = self.attempt.guests.iter().copied().filter(|guest| registry::is_guest(*guest));
        found.chain(self.attempt.kind.into_iter().flat_map(registry::unsaid))
    }

    /// Whether staff may have the card that lies there read again ([`StaffAction::Again`](super::StaffAction::Again)).
    pub fn may_read_again(&self) -> bool {
        self.card_there && matches!(self.state, State::Asking(_) | State::Checked(_) | State::Failed(_) | State::Ended)
    }

    /// Whether staff may have the card that lies there read without any PIN ([`StaffAction::WithoutPin`](super::StaffAction::WithoutPin)).
    pub fn may_read_without_pin(&self) -> bool {
        self.may_read_again() && !self.attempt.without_pin && self.attempt.kind.is_some_and(shows_without_pin)
    }

    /// The credential whose last try staff may allow: the last reading was refused over it, or went on without it.
    pub fn last_try(&self) -> Option<&'static CredentialSpec> {
        self.attempt.last_try
    }

    /// Why the document alone does not do, if it does not.
    pub fn case(&self) -> Option<Case> {
        case::of(&self.state, self.attempt.cause)
    }

    /// When everything is wiped unless somebody does something; from [`IDLE_WARNING`] before.
    pub fn wipes_at(&self) -> Option<Timestamp> {
        self.wipes_at
    }

    /// What befell a reading that the card's removal ended, while the next card is waited for.
    pub fn notice(&self) -> Option<&Problem> {
        self.notice.as_ref()
    }

    /// Takes an event in; `now` is the adapter's clock. An event that the state has no use for changes nothing.
    #[must_use = "the adapters have to do what it says"]
    pub fn apply(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        match event {
            Event::Reader(name) => self.reader_found(name),
            Event::Trouble(trouble) => self.trouble(trouble),
            Event::Placed => self.placed(now),
            Event::Removed => self.removed(),
            Event::Reading(run, told) if self.attempt.run == Some(run) => self.told(told, now),
            Event::Reading(..) => Vec::new(),
            Event::Staff(action) => self.touched(now, |session| session.staff(action, now)),
            Event::Customer(action) => self.touched(now, |session| session.customer_did(action, now)),
            Event::Kept(run, kept) => self.kept(run, kept),
            Event::Looked(run, found) => self.looked(run, found),
            Event::Amended(run, added) => self.amended(run, added),
            Event::Tick => self.tick(now),
        }
    }
}

/// Whether a kind shows something without any PIN.
pub(super) fn shows_without_pin(kind: CardKind) -> bool {
    registry::find(kind).is_some_and(|(_, spec)| spec.scope(Scope::WITHOUT_PIN).is_some())
}
