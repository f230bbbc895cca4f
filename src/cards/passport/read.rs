//! What a passport does that no table says: the choice of an access protocol, everything under secure messaging, and the proofs that
//! the chip holds its key (ICAO Doc 9303-11).

use crate::{
    cards::{
        Findings, ReadError,
        model::{
            Card, CardSpec, CardState, CredentialSpec, Entry, Found, LookContext, OwnAction, Probe, ReadContext,
            Recognition,
        },
    },
    dump::{Dump, NotRead},
    iso7816::{CardError, FileReadError, SecureReadError, Status, select_application},
    kind::CardKind,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    card_access::card_access,
    chip::Options,
    files::{self, CARD_ACCESS, CARD_SECURITY, DG1, DG2, DG11, DG12, DG14, DG15, File, SOD},
    open::{Opened, broken, open, opened, reopen_as},
    proofs::{active_authentication, chip_authentication},
    security_object::SecurityObject,
    spec::{self, own},
};

/// 旅券
pub(in crate::cards) struct Passport;

impl Card for Passport {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// By EF.CardAccess, which lies in the master file and so is read before anything is selected; else by the application.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let read = match card_access(probe.session) {
            Ok(read) => read,
            Err(ReadError::Card(error)) => return Err(error),
            Err(error) => Err(NotRead::Unreadable { detail: error.to_string() }),
        };
        let offered = read.as_ref().is_ok_and(|bytes| Options::offers_pace(bytes));
        if !offered && probe.selects(&files::EMRTD)?.is_none() {
            return Ok(Recognition::No);
        }
        let found = Found::plain(CardKind::PASSPORT);
        Ok(Recognition::Card(match read {
            Ok(file) => Found { file, ..found },
            Err(why) => Found { not_read: Some(why), ..found },
        }))
    }

    /// EF.CardAccess, which says how the chip may be opened and is the same for all of a model: recognition has read it.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let Found { file, not_read, .. } = context.found;
        Ok(state(not_read.clone().map_or_else(|| Ok(file.clone()), Err)))
    }

    /// Two files that differ are those of two chips. One that was not read shows nothing: what the chip says now counts.
    fn look_again(&self, context: &mut LookContext<'_, '_>, before: &CardState) -> Result<CardState, ReadError> {
        let read = card_access(context.session)?;
        match (before.file(CARD_ACCESS.file.name), &read) {
            (Some(before), Ok(now)) if before != now => Err(ReadError::OtherCard),
            _ => Ok(state(read)),
        }
    }

    fn act(&self, action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        match action {
            own::OPEN => open(context),
            own::READ_CARD_SECURITY => card_security(context),
            own::READ_DG1 => group(context, &DG1),
            own::READ_SOD => group(context, &SOD),
            own::READ_DG14 => listed(context, &DG14),
            own::READ_DG15 => listed(context, &DG15),
            own::CHIP_AUTHENTICATION => chip_authentication(context),
            own::ACTIVE_AUTHENTICATION => active_authentication(context),
            own::READ_DG2 => group(context, &DG2),
            own::READ_DG11 => listed(context, &DG11),
            own::READ_DG12 => listed(context, &DG12),
            _ => Ok(()),
        }
    }

    /// Each of its steps: one after which the session is in doubt opens the chip again.
    fn presents(&self, _: OwnAction) -> &'static [&'static CredentialSpec] {
        &[&spec::ZONE]
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        Some(super::check(dump, trust, basis))
    }
}

/// What is known of the passport before it is opened.
fn state(card_access: Result<Vec<u8>, NotRead>) -> CardState {
    CardState { files: vec![(CARD_ACCESS.file.name, card_access)], entry: Entry::Typed, ..CardState::default() }
}

/// Reads a file of the application into the dump, or the reason why it is not there.
fn group(context: &mut ReadContext<'_, '_>, file: &'static File) -> Result<(), ReadError> {
    let form = opened(&mut context.own)?.form;
    let mut refused = false;
    loop {
        let not_read = match read_object(context, file) {
            Ok(bytes) => {
                opened(&mut context.own)?.has_read = true;
                context.dump.keep(file.name, bytes);
                return Ok(());
            }
            Err(SecureReadError::Lost { detail, status }) => {
                let Opened { form: used, has_read, .. } = *opened(&mut context.own)?;
                let next = status.and_then(|status| used.within(status)).or(used.below());
                let of_file = status.filter(|status| is_of_file(*status));
                let is_known = has_read || file.name == CARD_SECURITY.name;
                match (of_file, next) {
                    // It is the chip's word for this file, if a smaller command brings it as well. Nobody authenticated it: it speaks
                    // neither for the chip nor against it. What follows needs a session.
                    (Some(status), next) if is_known && (refused || next.is_none()) => {
                        reopen_as(context, form)?;
                        NotRead::Unreadable { detail: format!("the chip answered {status} without protection") }
                    }
                    (_, Some(next)) => {
                        refused |= of_file.is_some();
                        reopen_as(context, next)?;
                        continue;
                    }
                    (_, None) => return Err(broken(detail)),
                }
            }
            Err(SecureReadError::Read(FileReadError::Card(CardError::Status(status)))) => {
                NotRead::Status { status: status.to_string() }
            }
            Err(SecureReadError::Read(FileReadError::Card(error))) => return Err(error.into()),
            Err(SecureReadError::Read(malformed)) => NotRead::Malformed { detail: malformed.to_string() },
        };
        context.dump.lacks(file.name, not_read);
        return Ok(());
    }
}

/// Whether a status word that ended a session is about the file, and not about the command or its protection.
fn is_of_file(status: Status) -> bool {
    [Status::NOT_FOUND, Status::SECURITY, Status::CONDITIONS, Status::NO_DATA].contains(&status)
}

fn read_object(context: &mut ReadContext<'_, '_>, file: &'static File) -> Result<Vec<u8>, SecureReadError> {
    context.with_progress(|session, own, progress| match opened(own) {
        Ok(Opened { channel, form, .. }) => {
            let address = (file.sfi(), file.own.tag);
            session.read_secure_object(address, file.extent.bytes(), *form, &mut **channel, progress)
        }
        Err(_) => Err(SecureReadError::Lost { detail: "there is no session".to_owned(), status: None }),
    })
}

/// The security object as it was read. Whether its signature holds is not asked here: it only says what to read.
fn sod(context: &ReadContext<'_, '_>) -> Option<SecurityObject> {
    SecurityObject::parse(context.dump.file(SOD.name)?).ok()
}

/// Reads a data group if the security object lists it; EF.COM is never asked.
fn listed(context: &mut ReadContext<'_, '_>, file: &'static File) -> Result<(), ReadError> {
    match sod(context) {
        Some(sod) if sod.lists(file.own.group.into()) => group(context, file),
        Some(_) => {
            context.dump.lacks(file.name, NotRead::NotOnCard);
            Ok(())
        }
        None => Ok(()),
    }
}

/// EF.CardSecurity, if the chip used the mapping that it vouches for; then the application is selected.
fn card_security(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    if context.dump.challenge(files::MAPPING).is_none() {
        return Ok(());
    }
    group(context, &CARD_SECURITY)?;
    let selected = context.with_progress(|session, own, _| {
        let opened = opened(own)
            .map_err(|_| SecureReadError::Lost { detail: "there is no session".to_owned(), status: None })?;
        let answer = session.send_secure(&select_application(files::EMRTD.aid), &mut *opened.channel)?;
        opened.selected = answer.status.is_ok();
        Ok::<_, SecureReadError>(answer.status)
    });
    match selected {
        Ok(status) if status.is_ok() => Ok(()),
        Ok(status) => Err(CardError::Status(status).into()),
        Err(SecureReadError::Read(FileReadError::Card(error))) => Err(error.into()),
        Err(error) => Err(broken(error.to_string())),
    }
}
