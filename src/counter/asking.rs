//! What is asked, and what was given so far: staff's entries from the print, the customer's PINs.

use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::{
    cards::{CredentialSpec, Credentials, EntryError, EntrySpec, Who},
    iso7816::Refusal,
    kind::CardKind,
    messages::Problem,
    text::{PrintedDate, PrintedDateError},
};

use super::{Asked, Question};

/// What is asked, and what was given so far. Nothing is sent to the card until everything is settled.
#[derive(Debug)]
pub struct Asking {
    /// The kind that is read.
    pub kind: CardKind,
    /// What is wanted, in this order.
    pub wanted: Vec<Asked>,
    entered: Credentials,
    complaints: Vec<(&'static EntrySpec, Problem)>,
    bare_western: Option<(&'static EntrySpec, PrintedDate)>,
}

/// What came of "I do not know it".
pub(super) enum Forgotten {
    /// Nothing of the customer's was open.
    Nothing,
    /// The reading goes on without it.
    LeftOut,
    /// The card is not opened without it.
    Needed(&'static CredentialSpec),
}

impl Asking {
    /// A question. A refused credential that the reading can do without is settled: nobody is asked for it.
    ///
    /// # Errors
    /// The first refused credential that the reading cannot do without.
    pub(super) fn new(question: Question) -> Result<Self, (Refusal, &'static CredentialSpec)> {
        let mut wanted = Vec::with_capacity(question.wanted.len());
        for (one, refusal) in question.wanted {
            match refusal {
                Some(refusal) if !one.credential.optional => return Err((refusal, one.credential)),
                _ => {
                    wanted.push(Asked { wanted: one, refusal, left_out: refusal.is_some(), settled: refusal.is_some() })
                }
            }
        }
        let (entered, complaints) = (Credentials::default(), Vec::new());
        Ok(Self { kind: question.kind, wanted, entered, complaints, bare_western: None })
    }

    /// What is still to be given by whom, in order.
    pub fn open(&self, who: Who) -> impl Iterator<Item = &Asked> {
        self.wanted.iter().filter(move |asked| !asked.settled && asked.credential().who == who)
    }

    /// Why the last text for an entry was refused. Nothing was sent to the card.
    pub fn complaint(&self, entry: &EntrySpec) -> Option<&Problem> {
        self.complaints.iter().find(|(about, _)| *about == entry).map(|(_, problem)| problem)
    }

    /// Whether a good value of an entry is there.
    pub fn is_entered(&self, entry: &EntrySpec) -> bool {
        self.entered.holds(entry)
    }

    /// The entry whose Western year staff must confirm: only the print can say, and a wrong guess would cost a try.
    pub fn ask_western(&self) -> Option<&'static EntrySpec> {
        self.bare_western.map(|(entry, _)| entry)
    }

    /// Whether nothing is open any more.
    pub(super) fn is_settled(&self) -> bool {
        self.wanted.iter().all(|asked| asked.settled)
    }

    /// Everything that was given.
    pub(super) fn into_entered(self) -> Credentials {
        self.entered
    }

    /// The entry of somebody's credential that is asked for, in whichever way it is made.
    fn entry(&self, who: Who, id: &str) -> Option<&'static EntrySpec> {
        let may = self.wanted.iter().filter(|asked| asked.refusal.is_none() && asked.credential().who == who);
        may.flat_map(|asked| asked.credential().ways.iter().copied().flatten())
            .map(|part| part.entry)
            .find(|entry| entry.id == id)
    }

    /// Takes what staff read off the print. Nothing is taken if one of the entries is not staff's to give; returns whether.
    pub(super) fn staff(
        &mut self,
        entries: &[(String, Zeroizing<String>)],
        printed_western: bool,
        today: Date,
    ) -> bool {
        let known: Option<Vec<_>> =
            entries.iter().map(|(id, text)| Some((self.entry(Who::Staff, id)?, text))).collect();
        let Some(known) = known else { return false };
        let asked = self.bare_western.take();
        if let (true, Some((entry, date))) = (printed_western, asked) {
            self.complaints.retain(|(about, _)| *about != entry);
            self.entered.insert_date(entry, date);
        }
        for (entry, text) in known {
            self.take(entry, text, printed_western, today);
        }
        self.settle();
        true
    }

    /// Takes a PIN. Nothing is taken if it is not the customer's to give; returns whether.
    pub(super) fn customer(&mut self, id: &str, value: &str, today: Date) -> bool {
        let Some(entry) = self.entry(Who::Customer, id) else { return false };
        for asked in self.wanted.iter_mut().filter(|asked| asked.refusal.is_none()) {
            // Somebody who said that he does not know it may remember.
            asked.left_out &= !asked.credential().asked().any(|known| *known == *entry);
        }
        self.take(entry, value, false, today);
        self.settle();
        true
    }

    /// The customer does not know what the pad asks for.
    pub(super) fn forgotten(&mut self) -> Forgotten {
        let open = self.wanted.iter_mut().find(|asked| !asked.settled && asked.wanted.credential.who == Who::Customer);
        match open {
            None => Forgotten::Nothing,
            Some(asked) if asked.wanted.credential.optional => {
                (asked.left_out, asked.settled) = (true, true);
                let credential = asked.wanted.credential;
                self.complaints.retain(|(about, _)| credential.asked().all(|entry| entry != *about));
                Forgotten::LeftOut
            }
            Some(asked) => Forgotten::Needed(asked.wanted.credential),
        }
    }

    fn take(&mut self, entry: &'static EntrySpec, text: &str, printed_western: bool, today: Date) {
        self.complaints.retain(|(about, _)| *about != entry);
        // Apart from the others: one that is refused must not stay among them.
        let mut given = Credentials::default();
        let mut taken = given.insert(entry, text.trim());
        if let Err(EntryError::Date(_, PrintedDateError::BareWestern(date))) = taken {
            taken = date.lived(today).map(|_| ()).map_err(|error| EntryError::Date(entry, error));
            match taken {
                Ok(()) if printed_western => given.insert_date(entry, date),
                Ok(()) => {
                    self.bare_western = Some((entry, date));
                    self.entered.remove(entry);
                    return;
                }
                Err(_) => {}
            }
        }
        match taken.and_then(|()| given.plausible(today)) {
            Ok(()) => self.entered.extend(given),
            Err(error) => {
                self.entered.remove(entry);
                self.complaints.push((entry, error.into()));
            }
        }
    }

    fn settle(&mut self) {
        for asked in &mut self.wanted {
            asked.settled = asked.left_out || self.entered.has(asked.wanted.credential);
        }
    }
}
