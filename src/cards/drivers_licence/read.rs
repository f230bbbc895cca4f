//! What a licence reports before its PINs, and whether they were ever set; for the card and for the マイナ免許証 (spec licence 2.4,
//! 6.4).

use crate::{
    cards::{
        Findings, ReadError,
        model::{
            Card, CardSpec, CardState, Entry, Found, LookContext, OwnAction, Probe, ReadContext, Recognition, read_file,
        },
    },
    dump::{Dump, NotRead, Scope},
    iso7816::CardError,
    kind::CardKind,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    files::{self, File, PinSetting},
    signature::{has_key, proves},
    spec,
};

/// 運転免許証
pub(in crate::cards) struct DriversLicence;

/// マイナ免許証
pub(in crate::cards) struct LicenceApplication;

impl Card for DriversLicence {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// By the PIN setting in the free file, which is not read again, and the common data, which is read next; or by DF1.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let file = probe.free()?;
        let [0x05, 0x01, ..] = file.as_slice() else { return Ok(Recognition::No) };
        let found = match probe.session.select_file(files::COMMON_DATA.id()) {
            Err(CardError::Status(_)) => probe.selects(&files::DF1)?.is_some(),
            found => found.map(|()| true)?,
        };
        Ok(if found { Recognition::Card(Found { file, ..Found::plain(CardKind::LICENCE) }) } else { Recognition::No })
    }

    /// Version, issue and expiry day, and both counters, which costs no try. Before a PIN of the holder's is used, and if nothing else is
    /// read, whether DF1 is there and not blocked: else the PIN could lose a try for nothing. That takes two exchanges, because VERIFY
    /// needs the master file selected.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let mut state = state(context)?;
        if context.asking || context.request.scope == Scope::WITHOUT_PIN || state.entry == Entry::Typed {
            state.blocked = match context.session.select(files::DF1.aid) {
                Ok(true) => None,
                Ok(false) => Some(NotRead::NoApplication),
                Err(CardError::Status(status)) => Some(NotRead::Status { status: status.to_string() }),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(state)
    }

    /// DF1 was selected before, or is when it is read.
    fn look_again(&self, context: &mut LookContext<'_, '_>, before: &CardState) -> Result<CardState, ReadError> {
        let again = CardState { blocked: before.blocked.clone(), ..state(context)? };
        // If the day of issue could not be read there is nothing to know the card again by.
        let known = again.files.iter().all(|(_, read)| read.is_ok());
        if known && again == *before { Ok(again) } else { Err(ReadError::OtherCard) }
    }

    fn act(&self, _: OwnAction, _: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        Ok(())
    }

    fn has_proof_key(&self, dump: &Dump, trust: &TrustStore) -> bool {
        // With PIN 1 alone not all is read that the signature covers.
        dump.scope == Scope::FULL && has_key(dump, &files::SIGNATURE, trust)
    }

    fn proves(&self, dump: &Dump, trust: &TrustStore) -> bool {
        proves(dump, files::FILES, &files::SIGNATURE, files::LICENCE_LAYOUTS, trust)
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        Some(super::check(dump, trust, basis))
    }
}

impl Card for LicenceApplication {
    fn spec(&self) -> &'static CardSpec {
        &spec::MENKYO_SPEC
    }

    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let found = probe.selects(&files::MENKYO)?.is_some();
        Ok(if found { Recognition::Guest(Found::plain(CardKind::MENKYO)) } else { Recognition::No })
    }

    /// Setting and counter are all that the application reports without its PIN, so another card in the same state is not
    /// noticed when it is looked at again.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let session = &mut *context.session;
        if !session.select(files::MENKYO.aid)? {
            return Err(CardError::Status(crate::iso7816::Status::NOT_FOUND).into());
        }
        let setting = read_file(session, &files::MENKYO_SETTING, None, &mut |_, _| {})?;
        let entry = entry_of(setting.as_deref().ok().and_then(|bytes| setting_of(bytes, &files::MENKYO_SETTING)));
        let counters = vec![(&files::MENKYO_PIN, session.ask_retry_counter(files::MENKYO_PIN.sfi)?)];
        let files = vec![(files::MENKYO_SETTING.file.name, setting)];
        Ok(CardState { files, counters, entry, ..CardState::default() })
    }

    fn act(&self, _: OwnAction, _: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        Ok(())
    }

    fn has_proof_key(&self, dump: &Dump, trust: &TrustStore) -> bool {
        has_key(dump, &files::MENKYO_SIGNATURE, trust)
    }

    fn proves(&self, dump: &Dump, trust: &TrustStore) -> bool {
        proves(dump, files::MENKYO_FILES, &files::MENKYO_SIGNATURE, files::MENKYO_LAYOUTS, trust)
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        Some(super::check_menkyo(dump, trust, basis))
    }
}

/// What the master file says.
fn state(context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
    let LookContext { session, found, .. } = context;
    session.select_master_file()?;
    let common = read_file(session, &files::COMMON_DATA, None, &mut |_, _| {})?;
    let mut counters = Vec::new();
    for reference in files::REFERENCES {
        counters.push((*reference, session.ask_retry_counter(reference.sfi)?));
    }
    let setting = found.file.get(..files::PIN_SETTING.extent.bytes()).unwrap_or(&found.file).to_vec();
    let entry = entry_of(setting_of(&setting, &files::PIN_SETTING));
    let files = vec![(files::PIN_SETTING.file.name, Ok(setting)), (files::COMMON_DATA.file.name, common)];
    Ok(CardState { files, counters, entry, ..CardState::default() })
}

/// What a PIN-setting file says: its one field, whole.
fn setting_of(bytes: &[u8], file: &File) -> Option<PinSetting> {
    let tag = files::fields_of(file).next()?.tag;
    match bytes {
        [found, 0x01, setting] if u32::from(*found) == tag.0 => PinSetting::from_byte(*setting),
        _ => None,
    }
}

fn entry_of(setting: Option<PinSetting>) -> Entry {
    match setting {
        None => Entry::Unknown,
        Some(PinSetting::Set) => Entry::Typed,
        Some(PinSetting::NotSet) => Entry::Default(&files::DEFAULT_PIN),
    }
}
