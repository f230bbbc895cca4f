//! All that the customer's page may know.

use crate::{
    cards::{CredentialSpec, EntrySpec, Who},
    iso7816::RetryCounter,
    lang::Lang,
    messages::Problem,
};

use super::{Asking, Progress, Session, Shares, State};

/// All that the customer's page may know: language, pad, tries left, progress, what her own device is asked for. No verdict, no kind of card, nobody's data.
#[derive(Debug)]
pub struct CustomerView<'a> {
    /// The language of the page.
    pub lang: Lang,
    /// What it shows.
    pub stage: Stage<'a>,
}

/// What the customer's page shows.
#[derive(Debug)]
pub enum Stage<'a> {
    /// Nothing is going on.
    Waiting,
    /// The card is read: bytes of the present file, and of the whole of it (0 if nobody knows).
    Reading(usize, usize),
    /// The customer is asked, on a device of her own, to share this.
    Consent(&'a Shares),
    /// The customer is asked for a PIN.
    Pad(Pad<'a>),
    /// Nothing to do for the customer now; staff are asked.
    Staff,
    /// The reading is over: staff say what came of it.
    Over,
}

/// A PIN that the customer is asked for.
#[derive(Debug)]
pub struct Pad<'a> {
    /// The credential, for its name and whether it can be left out.
    pub credential: &'static CredentialSpec,
    /// What to enter.
    pub entry: &'static EntrySpec,
    /// The tries that are left; `None` if nothing counts them.
    pub tries: Option<RetryCounter>,
    /// Which of the customer's PINs it is, from 1, and how many there are.
    pub place: (usize, usize),
    /// Why the last one was refused. It was not sent to the card.
    pub complaint: Option<&'a Problem>,
}

impl<'a> CustomerView<'a> {
    pub(super) fn of(session: &'a Session) -> Self {
        let stage = match session.state() {
            State::Trouble(_) | State::Waiting | State::Books(_) => Stage::Waiting,
            State::Reading(Progress { shares: Some(shares), .. }) => Stage::Consent(shares),
            State::Reading(progress) => {
                let (done, total) = progress.step.map_or((0, 0), |(_, done, total)| (done, total));
                Stage::Reading(done, total)
            }
            State::Asking(asking) => Pad::of(asking).map_or(Stage::Staff, Stage::Pad),
            State::Checked(_) | State::Failed(_) | State::Record(_) | State::Recorded(_) | State::Ended => Stage::Over,
        };
        Self { lang: session.customer_lang(), stage }
    }
}

impl<'a> Pad<'a> {
    fn of(asking: &'a Asking) -> Option<Self> {
        let asked = asking.open(Who::Customer).next()?;
        let entries = || asked.credential().asked();
        let entry = entries().find(|entry| !asking.is_entered(entry)).or_else(|| entries().next())?;
        let theirs =
            || asking.wanted.iter().filter(|one| one.refusal.is_none() && one.credential().who == Who::Customer);
        let before = theirs().take_while(|one| one.credential() != asked.credential()).count();
        Some(Self {
            credential: asked.credential(),
            entry,
            tries: asked.wanted.counter.map(|(_, retry_counter)| retry_counter),
            place: (before.saturating_add(1), theirs().count()),
            complaint: asking.complaint(entry),
        })
    }
}
