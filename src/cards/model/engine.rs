//! The one engine that runs the steps of every card's reading.

use crate::{
    cards::{Event, ReadError, Request, Tell},
    dump::{Dump, NotRead},
    iso7816::{
        CardError, CardSession, FileReadError, PinGate, PinOutcome, ReadFrom, Refusal, RetryCounter, SecureChannel,
        Status,
    },
    lang::Bilingual,
    privacy::Pin,
    transport::{LinkKind, Nonces, Transport},
};

use super::{
    Access, Action, Address, Application, Card, CardState, CredentialSpec, Credentials, Entry, Extent, File, KindSpec,
    Reference, Step, Trim,
};

/// What a reading works with.
pub(crate) struct ReadContext<'a, 'b> {
    pub(crate) session: &'a mut CardSession<'b>,
    pub(crate) dump: Dump,
    pub(crate) request: &'a Request,
    pub(crate) kind: &'static KindSpec,
    /// What the card said before any credential.
    pub(crate) state: CardState,
    pub(crate) credentials: Credentials,
    pub(crate) gate: &'a mut PinGate,
    pub(crate) nonces: &'a mut dyn Nonces,
    /// Secure messaging, once both sides have agreed on keys.
    pub(crate) channel: Option<Box<dyn SecureChannel>>,
    /// Applications that could not be opened, and why their files are not read.
    pub(crate) closed: Vec<(Application, NotRead)>,
    /// What only the card's own folder remembers between its actions.
    pub(crate) own: Option<Box<dyn std::any::Any>>,
    pub(super) card: &'static dyn Card,
    /// Whether there is a key that can prove what is inferred; asked once.
    pub(super) proof_key: Option<bool>,
    tell: Tell<'a>,
    title: Bilingual,
}

/// Runs the steps of a request.
///
/// # Errors
/// [`ReadError`]; a file that cannot be read is not an error but is in the dump with its reason.
#[allow(clippy::too_many_arguments)] // One caller, which owns every part.
pub(crate) fn read_steps<'a, 'b>(
    card: &'static dyn Card,
    kind: &'static KindSpec,
    session: &'a mut CardSession<'b>,
    request: &'a Request,
    state: CardState,
    credentials: Credentials,
    gate: &'a mut PinGate,
    nonces: &'a mut dyn Nonces,
    tell: Tell<'a>,
) -> Result<Dump, ReadError> {
    let dump = Dump::new(kind.kind, request.scope, request.reader.clone(), request.time);
    let (channel, closed, title) = (None, Vec::new(), Bilingual::new("", ""));
    let proof_key = None;
    let mut context = ReadContext {
        session,
        dump,
        request,
        kind,
        state,
        credentials,
        gate,
        nonces,
        channel,
        closed,
        card,
        proof_key,
        own: None,
        tell,
        title,
    };
    let steps: Vec<&'static Step> = kind.steps_of(request.scope, request.extra).collect();
    context.dump.extra = request.extra;
    for (at, step) in steps.iter().enumerate() {
        context.credentials.keep(steps.iter().skip(at).flat_map(|step| presented(card, step)));
        context.title = step.title;
        context.step(card, step)?;
    }
    context.credentials.keep([]);
    context.prove()?;
    context.note_left_out();
    Ok(context.dump)
}

/// The credentials that a step may present.
fn presented(card: &dyn Card, step: &Step) -> Vec<&'static CredentialSpec> {
    match step.action {
        Action::Present(reference) => reference.credential.into_iter().collect(),
        Action::Own(action) | Action::OwnRead(action, _) => card.presents(action).to_vec(),
        Action::Look | Action::Read(_) | Action::ReadIf(..) => Vec::new(),
    }
}

impl ReadContext<'_, '_> {
    fn step(&mut self, card: &'static dyn Card, step: &'static Step) -> Result<(), ReadError> {
        self.progress(0, 0);
        match step.action {
            Action::Look => self.keep_state(),
            // Nothing could be read afterwards: no try is spent.
            _ if self.state.blocked.is_some() => {
                if let (Some(file), Some(why)) = (step.yields(), self.state.blocked.clone()) {
                    self.dump.lacks(file.name, why);
                }
            }
            Action::Present(reference) => self.present(reference)?,
            Action::ReadIf(file, used) if self.leaves_out() && !used(&self.dump) => {
                self.dump.lacks(file.name, NotRead::NotUsed);
            }
            Action::Read(file) | Action::ReadIf(file, _) => self.read(file)?,
            Action::Own(action) | Action::OwnRead(action, _) => card.act(action, self)?,
        }
        Ok(())
    }

    /// Shows how far the step is: bytes of its file so far, and bytes of the file (0: none, or not known).
    pub(crate) fn progress(&mut self, done: usize, total: usize) {
        (self.tell)(Event::Step { title: self.title, done, total });
    }

    /// Shows what the holder is about to be asked to share.
    pub(crate) fn shares(&mut self, asked: &[Bilingual], retained: bool, named: bool) {
        (self.tell)(Event::Shares { asked, retained, named });
    }

    /// Runs something with the session, what the folder remembers, and what shows its progress.
    pub(crate) fn with_progress<R>(
        &mut self,
        run: impl FnOnce(&mut CardSession<'_>, &mut Option<Box<dyn std::any::Any>>, &mut dyn FnMut(usize, usize)) -> R,
    ) -> R {
        let (tell, title) = (&mut *self.tell, self.title);
        run(&mut *self.session, &mut self.own, &mut |done, total| tell(Event::Step { title, done, total }))
    }

    /// Keeps a counter in the dump, and reports it.
    pub(crate) fn counted(&mut self, reference: &'static Reference, retry_counter: RetryCounter) {
        if let Some(left) = Reference::left(retry_counter) {
            self.dump.counted(reference.name, left);
        }
        (self.tell)(Event::Counter { reference, retry_counter });
    }

    fn keep_state(&mut self) {
        for (name, read) in self.state.files.clone() {
            keep(&mut self.dump, name, read);
        }
        for (reference, retry_counter) in self.state.counters.clone() {
            self.counted(reference, retry_counter);
        }
    }

    /// Whether an application was found closed before.
    pub(crate) fn is_closed(&self, application: &Application) -> Option<&NotRead> {
        self.closed.iter().find(|(known, _)| known == application).map(|(_, why)| why)
    }

    /// Selects an application unless it is selected; says why its files cannot be read. One that was refused is not asked
    /// for again in the same reading.
    pub(crate) fn select(&mut self, application: &Application) -> Result<Result<(), NotRead>, ReadError> {
        if let Some(why) = self.is_closed(application) {
            return Ok(Err(why.clone()));
        }
        let why = match self.session.select_any(application.aid) {
            Ok(true) => return Ok(Ok(())),
            Ok(false) => NotRead::NoApplication,
            Err(CardError::Status(status)) => NotRead::Status { status: status.to_string() },
            Err(error) => return Err(error.into()),
        };
        self.closed.push((*application, why.clone()));
        Ok(Err(why))
    }

    /// Reads a file into the dump, or the reason why it is not there.
    pub(crate) fn read(&mut self, file: &'static File) -> Result<(), ReadError> {
        if file.private && self.session.transport().link() == LinkKind::Network {
            self.dump.lacks(file.name, NotRead::NotOverNetwork);
            return Ok(());
        }
        let trim = self.trim(file);
        let read = match self.select(&file.application)? {
            Ok(()) => {
                let (tell, title) = (&mut *self.tell, self.title);
                let progress = &mut |done, total| tell(Event::Step { title, done, total });
                read_wanted(self.session, file, trim, self.channel.as_deref_mut(), progress)?
            }
            Err(why) => Err(why),
        };
        match read {
            Ok(_) if file.private && self.credentials_recorded() => self.dump.lacks(file.name, NotRead::NotStored),
            Ok(bytes) if file.private => self.dump.keep_private(file.name, bytes),
            Ok(bytes) if trim.is_some() => {
                trim.into_iter().for_each(|trim| self.keep_trimmed(file, trim, bytes.clone()))
            }
            read => keep(&mut self.dump, file.name, read),
        }
        Ok(())
    }

    /// A recording holds no bytes of private files.
    fn credentials_recorded(&self) -> bool {
        self.request.recorded
    }

    /// The credentials that the scope presents on this card.
    fn credentials_of_scope(&self) -> &'static [&'static CredentialSpec] {
        self.kind.scope(self.request.scope).map(|scope| scope.credentials).unwrap_or_default()
    }

    /// Presents what opens a reference, once, if the gate lets it through.
    fn present(&mut self, reference: &'static Reference) -> Result<(), ReadError> {
        // Before the first VERIFY every counter that is known must allow a try, so that none is spent on the one credential
        // while the other is blocked.
        for (known, retry_counter) in &self.state.counters {
            if known.credential.is_some_and(|credential| self.credentials_of_scope().contains(&credential)) {
                allowed(self.gate, known, *retry_counter)?;
            }
        }
        let retry_counter = match self.state.retry_counter(reference) {
            Some(retry_counter) => retry_counter,
            None => self.session.open_counter(reference.application.aid, reference.sfi)?,
        };
        // A step that looks has kept it; not every card has one.
        if self.dump.retry_counter(reference.name).is_none() {
            self.counted(reference, retry_counter);
        }
        let value = match self.state.entry {
            Entry::Unknown => return Err(ReadError::PinSetting { reference }),
            Entry::Default(value) => Pin::new(value).ok(),
            Entry::Typed => reference.credential.and_then(|credential| self.credentials.value(credential)),
        };
        let value = value.ok_or(ReadError::Missing { reference })?;
        self.session.select_any(reference.application.aid)?;
        self.verify(reference, retry_counter, &value)
    }

    /// VERIFY, if the gate lets it through; `tries` is what the counter said just now.
    pub(crate) fn verify(
        &mut self,
        reference: &'static Reference,
        retry_counter: RetryCounter,
        value: &Pin,
    ) -> Result<(), ReadError> {
        allowed(self.gate, reference, retry_counter)?;
        let permit = self
            .gate
            .permit(reference.application.aid, reference.sfi, retry_counter)
            .map_err(|refusal| ReadError::Refused { refusal, reference })?;
        match self.session.verify(permit, value) {
            Ok(PinOutcome::Accepted) => Ok(()),
            Ok(PinOutcome::Wrong(None)) => Err(match retry_counter {
                RetryCounter::Left(before) => self.uncounted(reference, before),
                _ => ReadError::Wrong { reference, left: None },
            }),
            Ok(PinOutcome::Wrong(left)) => Err(ReadError::Wrong { reference, left }),
            Ok(PinOutcome::Blocked) => Err(ReadError::BlockedNow { reference }),
            Err(CardError::Transport(error)) => Err(ReadError::AnswerLost { reference, error }),
            Err(error) => Err(error.into()),
        }
    }

    /// Wrong, and the answer (`6300`) names no count, though the reference has a counter: the card is asked for it, which
    /// costs no try.
    fn uncounted(&mut self, reference: &'static Reference, before: u8) -> ReadError {
        match self.session.ask_retry_counter(reference.sfi) {
            Ok(RetryCounter::Blocked | RetryCounter::Left(0)) => ReadError::BlockedNow { reference },
            Ok(RetryCounter::Left(left)) => ReadError::Wrong { reference, left: Some(left) },
            _ => ReadError::Wrong { reference, left: Some(before.saturating_sub(1)) },
        }
    }

    /// Notes the files that the scope left out.
    fn note_left_out(&mut self) {
        let scope = self.request.scope;
        let Some(reason) = self.kind.scope(scope).and_then(|scope| scope.leaves_out) else { return };
        for file in self.kind.steps.iter().filter(|step| !step.scopes.contains(&scope)).filter_map(Step::yields) {
            if !matches!(file.access, Access::Free | Access::Never) {
                self.dump.lacks(file.name, NotRead::NotOpened { reason: reason.to_owned() });
            }
        }
    }
}

/// Whether a try may be spent on a reference.
///
/// # Errors
/// [`ReadError::Refused`].
pub(crate) fn allowed(
    gate: &PinGate,
    reference: &'static Reference,
    retry_counter: RetryCounter,
) -> Result<(), ReadError> {
    let counted = !(reference.always_counted && retry_counter == RetryCounter::NoCounter);
    let refused = |refusal| ReadError::Refused { refusal, reference };
    if counted {
        gate.look(reference.application.aid, reference.sfi, retry_counter).map_err(refused)
    } else {
        Err(refused(Refusal::CounterUnknown))
    }
}

/// Keeps what a read brought: the file, or why it is not there.
fn keep(dump: &mut Dump, name: &str, read: Result<Vec<u8>, NotRead>) {
    match read {
        Ok(bytes) => dump.keep(name, bytes),
        Err(why) => dump.lacks(name, why),
    }
}

/// Reads a file of the selected application, whole. What the card refused or garbled is a reason; only a broken link ends a
/// reading.
///
/// # Errors
/// [`ReadError::Card`].
pub(crate) fn read_file(
    session: &mut CardSession<'_>,
    file: &File,
    channel: Option<&mut (dyn SecureChannel + 'static)>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    read_wanted(session, file, None, channel, progress)
}

/// [`read_file`], or only to the end of its data.
fn read_wanted(
    session: &mut CardSession<'_>,
    file: &File,
    trim: Option<&Trim>,
    channel: Option<&mut (dyn SecureChannel + 'static)>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    let from = match file.address {
        Address::Short(sfi) | Address::Assumed(sfi) => ReadFrom::Short(sfi),
        Address::Select(id) => match session.select_file(id) {
            Ok(()) => ReadFrom::Current,
            Err(CardError::Status(status)) => return Ok(Err(NotRead::Status { status: status.to_string() })),
            Err(error) => return Err(error.into()),
        },
    };
    let size = file.extent.bytes();
    let mut goal = |bytes: &[u8]| trim.map_or(size, |trim| trim.goal(bytes));
    let read = match (channel, file.access, file.extent) {
        (Some(channel), Access::Secured, _) => {
            session.read_secure_wanted(file.sfi(), size, &mut goal, channel, progress)
        }
        (_, _, Extent::Object(limit)) => session.read_tlv_file(file.sfi(), limit, progress),
        (_, _, Extent::Whole(size)) => session.read_whole_file(file.sfi(), size, progress),
        (_, _, Extent::Sized(_)) => session.read_wanted(from, Vec::new(), size, &mut goal, progress),
    };
    let read = if is_unknown(file, &read) {
        let selected = session.select_file(file.id()).map_err(FileReadError::from);
        selected.and_then(|()| session.read_wanted(ReadFrom::Current, Vec::new(), size, &mut goal, progress))
    } else {
        read
    };
    why_not(read, file)
}

/// Whether the card does not know a file by the short identifier that it is assumed to have.
fn is_unknown<T>(file: &File, read: &Result<T, FileReadError>) -> bool {
    matches!(file.address, Address::Assumed(_))
        && matches!(read, Err(FileReadError::Card(CardError::Status(Status::NOT_FOUND | Status::WRONG_PARAMETERS))))
}

/// Makes a file of the selected application the current one.
pub(super) fn make_current(session: &mut CardSession<'_>, file: &File) -> Result<(), FileReadError> {
    // One byte of it is enough.
    let read = session.read_slice(file.sfi(), 0, 1);
    if is_unknown(file, &read) { session.select_file(file.id()).map_err(FileReadError::from) } else { read.map(drop) }
}

/// What a read brought, or the reason why there is nothing.
///
/// # Errors
/// [`ReadError::Card`] for a broken link.
pub(super) fn why_not(
    read: Result<Vec<u8>, FileReadError>,
    file: &File,
) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    // Inside a session without authentication, an answer that does not open, or an empty one, says nothing about what an
    // issuer signed.
    let authenticated = matches!(file.access, Access::Authenticated | Access::Secured);
    match read {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(FileReadError::Card(CardError::Status(status))) => Ok(Err(NotRead::Status { status: status.to_string() })),
        Err(FileReadError::Card(error)) => Err(error.into()),
        Err(nothing @ (FileReadError::Unopened { .. } | FileReadError::Truncated { got: 0, .. })) if authenticated => {
            Ok(Err(NotRead::Unreadable { detail: nothing.to_string() }))
        }
        Err(malformed) => Ok(Err(NotRead::Malformed { detail: malformed.to_string() })),
    }
}
