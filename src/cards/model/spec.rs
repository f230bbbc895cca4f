//! What a card declares about itself, and what it does beyond its tables.

use crate::{
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, CardSession, Command, Le, Response, RetryCounter, Status},
    kind::CardKind,
    lang::Bilingual,
    transport::NeverRecorded,
    trust::TrustStore,
    verify::Basis,
};

use super::{Application, CredentialSpec, File, ReadContext, Reference};
use crate::cards::{Findings, ReadError, Request};

/// A card: its own folder's answer to recognition, looking, reading and checking.
pub(crate) trait Card: Sync {
    /// What the card is, as data.
    fn spec(&self) -> &'static CardSpec;

    /// Whether the card on the reader is, or carries, this one. No credential is used and no counter touched.
    ///
    /// # Errors
    /// [`CardError`] if the link broke.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError>;

    /// What the card reports before a credential: free files, counters, and whether PINs were set.
    ///
    /// # Errors
    /// [`ReadError`].
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError>;

    /// Whether the card, powered up again, is the one that was looked at, as far as a card reports without a credential. Returns
    /// its state now.
    ///
    /// # Errors
    /// [`ReadError::OtherCard`] if it is not.
    fn look_again(&self, context: &mut LookContext<'_, '_>, before: &CardState) -> Result<CardState, ReadError> {
        let again = self.look(context)?;
        if again == *before { Ok(again) } else { Err(ReadError::OtherCard) }
    }

    /// Reads, while a person types, what needs no credential: into `state`, as far as the card lets it. None of it may judge
    /// another card that is there afterwards: what no signature ties to the chip is read again then.
    ///
    /// # Errors
    /// [`ReadError`] ends it; whatever was read by then counts.
    fn ahead(&self, _: &mut LookContext<'_, '_>, _: &mut CardState) -> Result<(), ReadError> {
        Ok(())
    }

    /// The issuers' certificates of a checked card that other cards share: each a file's name and the object, without what
    /// follows it. Only those that passed their check.
    fn certificates<'a>(&self, _: &'a Dump, _: &Findings) -> Vec<(&'static str, &'a [u8])> {
        Vec::new()
    }

    /// What a scanned text says of where the document is, if it is one of this card's: for [`Sharing::found`](crate::cards::Sharing::found).
    fn scanned(&self, _text: &str) -> Option<Vec<u8>> {
        None
    }

    /// Does what no table says.
    ///
    /// # Errors
    /// [`ReadError`].
    fn act(&self, action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError>;

    /// The credentials that [`Card::act`] may present in an action. What none of the actions to come presents is wiped.
    fn presents(&self, _: OwnAction) -> &'static [&'static CredentialSpec] {
        &[]
    }

    /// Whether the key is at hand under which a signature can prove what is inferred of this card's files. Asked before the first of
    /// them is read.
    fn has_proof_key(&self, _dump: &Dump, _trust: &TrustStore) -> bool {
        false
    }

    /// Whether a signature covers the files of a dump as they are, filler included. Whose signature it is, and whether that counts, is for
    /// [`Card::check`].
    fn proves(&self, _dump: &Dump, _trust: &TrustStore) -> bool {
        false
    }

    /// Decodes and checks a dump of this card. `None` for a kind that is recognised only.
    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings>;
}

/// A card as data.
#[derive(Debug)]
pub struct CardSpec {
    /// Its kinds.
    pub kinds: &'static [KindSpec],
    /// Files whose bytes no recording may hold.
    pub never_recorded: &'static [NeverRecorded],
}

/// One kind of a card.
#[derive(Debug)]
pub struct KindSpec {
    /// The kind.
    pub kind: CardKind,
    /// What can be asked of it; empty for a kind that is recognised only.
    pub scopes: &'static [ScopeSpec],
    /// The steps of a reading, in order.
    pub steps: &'static [Step],
    /// Its files that have a name in dumps.
    pub files: &'static [&'static File],
    /// Its references.
    pub references: &'static [&'static Reference],
    /// Further applications that have a name.
    pub applications: &'static [&'static Application],
    /// An application beside the document's own, read only if asked for.
    pub extra: Option<&'static Extra>,
    /// Whether it is found as an application on another card.
    pub guest: bool,
    /// Whether its holder decides what of it is shared, so that nothing else opens it.
    pub shared: bool,
    /// Why the kind is recognised only, and what to do instead; `None` for a kind that is read.
    pub unread: Option<[Bilingual; 2]>,
    /// Whether it is published that nothing counts wrong entries of a credential without a counter.
    pub uncounted: bool,
    /// Id of the item that is the document's number (記号番号), which a record of the check may hold; `None`: no number of it is ever
    /// kept.
    pub number: Option<&'static str>,
    /// Whether that number has twelve digits, as a My Number has.
    pub long_number: bool,
    /// Ids of pictures that not every card has, and that can be asked for as a file.
    pub pictures: &'static [&'static str],
}

impl KindSpec {
    /// A kind with nothing but these.
    pub(crate) const fn new(
        kind: CardKind,
        scopes: &'static [ScopeSpec],
        steps: &'static [Step],
        files: &'static [&'static File],
    ) -> Self {
        let (references, applications): (&[_], &[_]) = (&[], &[]);
        let (extra, guest, unread, uncounted, number) = (None, false, None, false, None);
        let (shared, long_number, pictures) = (false, false, &[]);
        Self {
            kind,
            scopes,
            steps,
            files,
            references,
            applications,
            extra,
            guest,
            shared,
            unread,
            uncounted,
            number,
            long_number,
            pictures,
        }
    }

    /// One scope.
    pub fn scope(&self, scope: Scope) -> Option<&'static ScopeSpec> {
        self.scopes.iter().find(|spec| spec.scope == scope)
    }

    /// The steps of a scope, with or without the extra application.
    pub fn steps_of(&self, scope: Scope, extra: bool) -> impl Iterator<Item = &'static Step> + use<> {
        let of_extra = self.extra.filter(|_| extra).map(|extra| extra.steps).unwrap_or_default();
        self.steps.iter().filter(move |step| step.scopes.contains(&scope)).chain(of_extra)
    }
}

/// A scope of a kind.
#[derive(Debug)]
pub struct ScopeSpec {
    /// The scope.
    pub scope: Scope,
    /// What it presents, in this order.
    pub credentials: &'static [&'static CredentialSpec],
    /// The scope that is read instead if an optional credential was not given.
    pub without_optional: Option<Scope>,
    /// The reason that a dump gives for a file that only another scope reads; `None`: it says nothing.
    pub leaves_out: Option<&'static str>,
}

impl ScopeSpec {
    /// A scope that presents these credentials, and nothing more.
    pub(crate) const fn new(scope: Scope, credentials: &'static [&'static CredentialSpec]) -> Self {
        Self { scope, credentials, without_optional: None, leaves_out: None }
    }

    /// What a kind shows without any PIN.
    pub(crate) const WITHOUT_PIN: Self = Self { leaves_out: Some("without_pin"), ..Self::new(Scope::WITHOUT_PIN, &[]) };
}

/// An application beside the document's own, read only if asked for.
#[derive(Debug)]
pub struct Extra {
    /// The option that asks for it.
    pub id: &'static str,
    /// The kinds' scope that it goes with.
    pub scope: Scope,
    /// What may open parts of it; nobody is asked for any.
    pub credentials: &'static [&'static CredentialSpec],
    /// Its steps, after those of the scope.
    pub steps: &'static [Step],
}

/// One step of a reading.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// What is shown while it runs.
    pub title: Bilingual,
    /// What it does.
    pub action: Action,
    /// Which scopes it belongs to.
    pub scopes: &'static [Scope],
    /// Exchanges of a reading that leaves nothing out, with extended APDUs, SELECT of the application included.
    pub exchanges: u64,
}

impl Step {
    /// The file that it yields, if it is one of the tables'.
    pub const fn yields(&self) -> Option<&'static File> {
        match self.action {
            Action::Read(file) | Action::ReadIf(file, _) | Action::OwnRead(_, file) => Some(file),
            Action::Look | Action::Present(_) | Action::Own(_) => None,
        }
    }

    /// Reads a file.
    pub const fn read(file: &'static File, exchanges: u64, scopes: &'static [Scope]) -> Self {
        Self { title: file.title, action: Action::Read(file), scopes, exchanges }
    }

    /// Reads a file that is of use only if others refer to it.
    pub const fn read_if(
        file: &'static File,
        used: fn(&Dump) -> bool,
        exchanges: u64,
        scopes: &'static [Scope],
    ) -> Self {
        Self { title: file.title, action: Action::ReadIf(file, used), scopes, exchanges }
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// Keeps what [`CardState`] holds.
    Look,
    /// Presents a credential to a reference.
    Present(&'static Reference),
    /// Reads a file.
    Read(&'static File),
    /// Reads a file if what was read before refers to it, or if the reading leaves nothing out.
    ReadIf(&'static File, fn(&Dump) -> bool),
    /// Something that only the card's folder understands.
    Own(OwnAction),
    /// The same, and it yields this file.
    OwnRead(OwnAction, &'static File),
}

/// A number that only the card's folder gives a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnAction(pub u8);

/// What a person or a default opens the card with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Entry {
    /// What is entered.
    #[default]
    Typed,
    /// No PIN was ever set: this value, which must still be presented.
    Default(&'static [u8]),
    /// The card's answer about it has a value that no table has: no PIN may be tried.
    Unknown,
}

/// What a card reports before any credential.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardState {
    /// Free files that were read.
    pub files: Vec<(&'static str, Result<Vec<u8>, NotRead>)>,
    /// The counters that were asked.
    pub counters: Vec<(&'static Reference, RetryCounter)>,
    /// What opens it.
    pub entry: Entry,
    /// Why nothing after a credential can be read; then none is presented.
    pub blocked: Option<NotRead>,
    /// Of the files, those that were remembered: the card gave a slice of them.
    pub remembered: Vec<&'static str>,
    /// What only the card's own folder knows how to read.
    pub own: Vec<u8>,
}

impl CardState {
    /// A file that was read.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.iter().find(|(known, _)| *known == name).and_then(|(_, read)| read.as_deref().ok())
    }

    /// What a reference's counter says; `None` if it was not asked.
    pub fn retry_counter(&self, reference: &Reference) -> Option<RetryCounter> {
        self.counters.iter().find(|(known, _)| *known == reference).map(|(_, retry_counter)| *retry_counter)
    }
}

/// What a card's recognition says.
pub(crate) enum Recognition {
    /// It is not this card.
    No,
    /// It is this card, and nothing else need be asked.
    Card(Found),
    /// It carries this one as a guest; the card itself may be another.
    Guest(Found),
    /// It says that it is of this family, and of a kind that nobody knows.
    Unknown,
}

/// A kind that was found, and what recognising it brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The kind.
    pub kind: CardKind,
    /// The free file that recognition read, if it belongs to this card; it is not read again.
    pub(crate) file: Vec<u8>,
    /// Why it did not, if it asked for one.
    pub(crate) not_read: Option<NotRead>,
}

impl Found {
    /// A kind, and nothing more.
    pub(crate) fn plain(kind: CardKind) -> Self {
        Self { kind, file: Vec::new(), not_read: None }
    }
}

/// Short EF identifier of the file that several cards let everybody read: MF/EF02.
pub(crate) const FREE_FILE: u8 = 0x0A;

/// Bytes of the longest such file.
const FREE_FILE_LENGTH: u8 = 4;

/// DF selected although it is blocked (spec licence 1).
const SELECTED_BUT_BLOCKED: Status = Status(0x6283);

/// A card that was just powered on, on its way through the recognitions.
pub(crate) struct Probe<'a, 'b> {
    pub(crate) session: &'a mut CardSession<'b>,
    /// How much of the card is wanted.
    pub(crate) scope: Scope,
    /// The kind that is asked for first, if one is.
    pub(crate) named: Option<CardKind>,
    /// The free file as far as it was read, empty if the card has none; `None`: nobody needed it yet.
    pub(crate) free: Option<Vec<u8>>,
}

impl<'a, 'b> Probe<'a, 'b> {
    /// Nothing was asked yet.
    pub(crate) fn new(session: &'a mut CardSession<'b>, scope: Scope) -> Self {
        Self { session, scope, named: None, free: None }
    }

    /// The first answer of the free file, read once, with room for its longest form; a fixed shorter Le breaks newer cards
    /// (spec residence 10).
    pub(crate) fn free(&mut self) -> Result<Vec<u8>, CardError> {
        if let Some(free) = &self.free {
            return Ok(free.clone());
        }
        let mut response = Self::read_free(self.session, FREE_FILE_LENGTH)?;
        if response.status == Status::WRONG_LENGTH {
            response = Self::read_free(self.session, 3)?;
        }
        let free = match response.status {
            Status::OK | Status::END_OF_FILE => response.data,
            _ => Vec::new(),
        };
        self.free = Some(free.clone());
        Ok(free)
    }

    fn read_free(session: &mut CardSession<'b>, le: u8) -> Result<Response, CardError> {
        session.send(&Command::read_sfi(FREE_FILE, 0, Le::Short(le.into())))
    }

    /// Whether the card has an application, and whether that is blocked. Whatever other status word refuses, it is not there
    /// for us.
    pub(crate) fn selects(&mut self, application: &Application) -> Result<Option<bool>, CardError> {
        match self.session.select(application.aid) {
            Ok(found) => Ok(found.then_some(false)),
            Err(CardError::Status(status)) => Ok((status == SELECTED_BUT_BLOCKED).then_some(true)),
            Err(error) => Err(error),
        }
    }
}

/// What looking at a card is given.
pub(crate) struct LookContext<'a, 'b> {
    pub(crate) session: &'a mut CardSession<'b>,
    pub(crate) found: &'a Found,
    pub(crate) request: &'a Request,
    /// Whether a person will be asked, and the card let go meanwhile: then the card reads what identifies it again.
    pub(crate) asking: bool,
}
