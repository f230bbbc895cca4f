//! What a passport does that no table says: the choice of an access protocol, everything under secure messaging, and the proofs that
//! the chip holds its key (ICAO Doc 9303-11).

use crate::{
    cards::{
        Findings, ReadError,
        model::{
            Card, CardSpec, CardState, CredentialSpec, Entry, Found, LookContext, OwnAction, Probe, ReadContext,
            Recognition, read_file,
        },
    },
    dump::{Dump, NotRead},
    iso7816::{
        CardError, CardSession, FileReadError, ReadFrom, SecureReadError, Status, select_application, select_file,
    },
    kind::CardKind,
    tlv,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    chip::Options,
    files::{self, CARD_ACCESS, CARD_SECURITY, DG1, DG2, DG11, DG12, DG14, DG15, File, SOD},
    open::{Opened, broken, open, opened, reopen},
    proofs::{active_authentication, chip_authentication},
    security_object::SecurityObject,
    spec::{self, own},
};

/// 旅券
pub(in crate::cards) struct Passport;

/// File identifier of EF.CardAccess, for a chip that does not take its short one.
const CARD_ACCESS_ID: u16 = 0x011C;

/// The first byte of a set of SecurityInfos.
const SET: u8 = 0x31;

impl Card for Passport {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// By its application; by EF.CardAccess if that opens only after PACE.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        if probe.selects(&files::EMRTD)?.is_some() {
            return Ok(Recognition::Card(Found::plain(CardKind::PASSPORT)));
        }
        let found = match card_access(probe.session) {
            Ok(Ok(bytes)) => Options::offers_pace(&bytes),
            Ok(Err(_)) => false,
            Err(ReadError::Card(error)) => return Err(error),
            Err(_) => false,
        };
        Ok(if found { Recognition::Card(Found::plain(CardKind::PASSPORT)) } else { Recognition::No })
    }

    /// EF.CardAccess, which says how the chip may be opened and is the same for all of a model.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let read = card_access(context.session)?;
        let files = vec![(CARD_ACCESS.file.name, read)];
        Ok(CardState { files, entry: Entry::Typed, ..CardState::default() })
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

/// EF.CardAccess of the master file, or why it is not there.
fn card_access(session: &mut CardSession<'_>) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    // A chip may refuse to select the master file and read it all the same.
    match session.select_master_file() {
        Ok(()) | Err(CardError::Status(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let read = match read_file(session, &CARD_ACCESS, None, &mut |_, _| {})? {
        Err(NotRead::Status { status }) => match session.send(&select_file(CARD_ACCESS_ID))?.status {
            Status::OK => session
                .read_sized_file(ReadFrom::Current, CARD_ACCESS.extent.bytes(), &mut |_, _| {})
                .map_err(|error| match error {
                    FileReadError::Card(CardError::Status(status)) => NotRead::Status { status: status.to_string() },
                    error => NotRead::Unreadable { detail: error.to_string() },
                }),
            _ => Err(NotRead::Status { status }),
        },
        read => read,
    };
    Ok(read.and_then(|mut bytes| match tlv::header(&bytes, 0) {
        Ok(header) if bytes.first() == Some(&SET) && header.total() <= bytes.len() => {
            bytes.truncate(header.total());
            Ok(bytes)
        }
        _ => Err(NotRead::Malformed { detail: "not a set of SecurityInfos".to_owned() }),
    }))
}

/// Reads a file of the application into the dump, or the reason why it is not there.
fn group(context: &mut ReadContext<'_, '_>, file: &'static File) -> Result<(), ReadError> {
    loop {
        let read = read_object(context, file);
        match read {
            Ok(bytes) => {
                context.dump.keep(file.name, bytes);
                return Ok(());
            }
            Err(SecureReadError::Lost { detail, .. }) => {
                if !reopen(context)? {
                    return Err(broken(detail));
                }
            }
            Err(SecureReadError::Read(FileReadError::Card(CardError::Status(status)))) => {
                context.dump.lacks(file.name, NotRead::Status { status: status.to_string() });
                return Ok(());
            }
            Err(SecureReadError::Read(FileReadError::Card(error))) => return Err(error.into()),
            Err(SecureReadError::Read(malformed)) => {
                context.dump.lacks(file.name, NotRead::Malformed { detail: malformed.to_string() });
                return Ok(());
            }
        }
    }
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
