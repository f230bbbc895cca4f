//! What happens at a counter, and what its adapters have to do about it.

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    cards::{CredentialSpec, Credentials, Findings, Wanted},
    compare::Field,
    dump::Scope,
    iso7816::Refusal,
    kind::CardKind,
    lang::{Bilingual, Lang},
    messages::Problem,
    records::content::{Amendment, DumpMark, Record},
    report::Context,
};

use super::{Added, Adds, Answer, Query, Saved, Trouble};

/// What happens at the counter. The reader thread reports the first group, the two pages the second, the clock the last.
#[derive(Debug)]
pub enum Event {
    /// The reader is there, and which. It ends a trouble.
    Reader(String),
    /// There is no reader, or something is wrong with it: what to do stands in the problem. It heals without a restart.
    Trouble(Trouble),
    /// A card was placed.
    Placed,
    /// The card was removed: everything is wiped.
    Removed,
    /// How a reading goes. One of another run than the session's last one comes too late, and is dropped.
    Reading(Run, Told),
    /// Staff did something.
    Staff(StaffAction),
    /// The customer did something.
    Customer(CustomerAction),
    /// What came of saving a record ([`Effect::Save`]).
    Kept(Run, Result<Saved, Problem>),
    /// What came of a look at the records ([`Effect::Look`]).
    Looked(Run, Result<Answer, Problem>),
    /// What came of adding to a record ([`Effect::Amend`]).
    Amended(Run, Result<Added, Problem>),
    /// Time passes: comes about once a second.
    Tick,
}

/// Which reading: every [`Effect::Start`] has a new one, and the reading's events name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Run(pub(super) u64);

/// What the reader thread tells of a reading.
#[derive(Debug)]
pub enum Told {
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
    /// The holder is about to be asked, on a device of her own, to share this.
    Shares(Shares),
    /// The card wants credentials. Nothing is presented meanwhile, and the card may be taken away.
    Asks(Question),
    /// Other applications on the same chip, found after the question.
    Guests(Vec<CardKind>),
    /// The card was read and checked.
    Checked(Box<Reading>),
    /// The reading ended without a verdict.
    Failed(Problem),
}

/// What a holder is asked to share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// What is asked for, by its titles.
    pub asked: Vec<Bilingual>,
    /// Whether she is told that it will be kept.
    pub retained: bool,
    /// Whether the reader says who it is.
    pub named: bool,
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
    /// The dump by its hash: all that a record keeps of it.
    pub mark: DumpMark,
}

/// What staff can do. The form in which the staff page posts it.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StaffAction {
    /// What staff read off the print: entries by id. A bad one is refused with its message; nothing is sent to the card.
    Entries {
        /// Entry id, and what was typed.
        entries: Vec<(String, Zeroizing<String>)>,
        /// Staff said that the Western year is printed so on the card; `entries` may be empty then.
        #[serde(default)]
        printed_western: bool,
    },
    /// Read the card that lies there again, from the start: with fresh entries of a person.
    Again {
        /// The person insists on the last try; counts only if the last reading was refused over it.
        #[serde(default)]
        allow_last_try: bool,
        /// Which application of a card that carries several; `null`: its own.
        #[serde(default)]
        application: Option<CardKind>,
    },
    /// Read what the card shows without any PIN.
    WithoutPin,
    /// The customer cannot enter the PIN that is asked for (forgotten).
    Forgotten,
    /// The human comparison of photo and face.
    Match {
        /// What staff found.
        found: FaceMatch,
    },
    /// The application form's fields, as typed, pasted or scanned. A field that is not named stays as it is; an empty one goes.
    Form {
        /// Field, and its text.
        fields: Vec<(Field, Zeroizing<String>)>,
    },
    /// Staff accept a field that is only similar, or take it back. Its class stays as it is.
    AcceptSimilar {
        /// The field.
        field: Field,
    },
    /// What is shown becomes a draft of a record.
    Record,
    /// What staff entered for the record: everything that its form shows.
    RecordFields {
        /// Field, and its text.
        fields: Vec<(String, Zeroizing<String>)>,
        /// Whether to look it over next.
        #[serde(default)]
        review: bool,
    },
    /// Back from looking it over.
    RecordBack,
    /// Save what was looked over.
    RecordSave,
    /// Look at the newest records.
    Books,
    /// Look for records: `by` what, and the `text`.
    BooksFind {
        /// The two fields of its form.
        fields: Vec<(String, Zeroizing<String>)>,
    },
    /// Look at one record.
    BooksOne {
        /// Its id.
        id: String,
    },
    /// Add something to the record that is shown; `null`: nothing after all.
    BooksAdd {
        /// What.
        adds: Option<Adds>,
    },
    /// What is added to it.
    BooksAmend {
        /// The fields of its form.
        fields: Vec<(String, Zeroizing<String>)>,
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
        /// The reading's name.
        run: Run,
        /// How much.
        scope: Scope,
        /// Which application of a card that carries several; `None`: its own.
        application: Option<CardKind>,
        /// Whose last try may be spent, and no other's.
        last_try: Option<&'static CredentialSpec>,
    },
    /// The reader thread reads on with what was entered (`Looked::read`).
    Read(Run, Credentials),
    /// The reader thread forgets the card that it looked at, and every [`Effect::Start`] and [`Effect::Read`] in front of this that
    /// it has not begun: the entries belong to a card that may be gone.
    Forget,
    /// The record is to be saved; what came of it is an [`Event::Kept`] of this run.
    Save(Run, Box<Record>),
    /// An addition to a record, by its id, is to be saved; what came of it is an [`Event::Amended`] of this run.
    Amend(Run, String, Box<Amendment>),
    /// Records are to be looked up; what came of it is an [`Event::Looked`] of this run.
    Look(Run, Query),
    /// The pages are rendered anew.
    Changed,
    /// A sound on the staff page.
    Sound(Sound),
    /// What was shown of this customer goes: pages drop pictures and fields, adapters what they hold of it.
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
