//! What a residence card does that no table says: its kind file, number authentication, secure messaging.

use zeroize::Zeroizing;

use crate::{
    cards::{
        Findings, ReadError,
        flow::{Manner, RecogniseError, recognise},
        model::{
            Card, CardSpec, CardState, CredentialSpec, Entry, FREE_FILE, Found, LookContext, Opening, OwnAction, Probe,
            ReadContext, Recognition, read_file,
        },
    },
    dump::Dump,
    iso7816::{CardError, ChannelError, Command, Le, Response, SecureChannel, Status},
    kind::CardKind,
    transport::Nonces,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    files::{self, Generation},
    protocol::{
        AUTHENTICATE_LENGTH, CardNumber, HandshakeError, Initiator, MATERIAL_LENGTH, RANDOM_LENGTH, SecureError,
        SessionKey, VERIFY_LENGTH,
    },
    signature, spec,
};

/// 在留カード, 特別永住者証明書
pub(in crate::cards) struct ResidenceCard;

/// 特定在留カード
pub(in crate::cards) struct SpecifiedResidenceCard;

/// Reference of the card number in VERIFY (spec residence 3.1).
const NUMBER_REFERENCE: u8 = 0x86;

/// Tag of the kind in MF/EF02.
const KIND_TAG: u8 = 0xC1;

/// Bytes of the longest MF/EF02 (spec residence 2.4).
const KIND_LENGTH: usize = 4;

/// Tag of the protected Le of a command (ISO/IEC 7816-4 10.2.5; spec residence 3.1).
const PROTECTED_LE: u8 = 0x96;

impl Card for ResidenceCard {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        if probe.free()?.first() != Some(&KIND_TAG) {
            return Ok(Recognition::No);
        }
        let file = whole_kind(probe)?;
        Ok(match kind_of(&file) {
            None => Recognition::Unknown,
            // It lives on a My Number Card, which is what can be read of it.
            Some(CardKind::RESIDENCE_SPECIFIED) => Recognition::Guest(Found::plain(CardKind::RESIDENCE_SPECIFIED)),
            Some(kind) => Recognition::Card(Found { file, ..Found::plain(kind) }),
        })
    }

    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let common = read_file(context.session, &files::COMMON_DATA, None, &mut |_, _| {})?;
        let kind = (files::KIND_1.file.name, Ok(context.found.file.clone()));
        let files = vec![kind, (files::COMMON_DATA.file.name, common)];
        Ok(CardState { files, entry: Entry::Typed, ..CardState::default() })
    }

    /// Kind and version are all that it reports without its number, so another card of the same kind is noticed by its number
    /// alone, which it refuses; that costs nothing.
    fn look_again(&self, context: &mut LookContext<'_, '_>, before: &CardState) -> Result<CardState, ReadError> {
        let again = match recognise(context.session, context.request.scope, Manner::Short(None)) {
            Ok(again) => again,
            Err(RecogniseError::Card(error)) => return Err(error.into()),
            Err(RecogniseError::Unknown) => return Err(ReadError::OtherCard),
        };
        if again.kind != context.found.kind || self.look(context)? != *before {
            return Err(ReadError::OtherCard);
        }
        Ok(before.clone())
    }

    fn act(&self, action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        match action {
            spec::AUTHENTICATE => authenticate(context),
            _ => Ok(()),
        }
    }

    fn presents(&self, action: OwnAction) -> &'static [&'static CredentialSpec] {
        if action == spec::AUTHENTICATE { &[&spec::CARD_NUMBER] } else { &[] }
    }

    fn has_proof_key(&self, dump: &Dump, _: &TrustStore) -> bool {
        signature::has_key(dump)
    }

    fn proves(&self, dump: &Dump, _: &TrustStore) -> bool {
        signature::proves(dump)
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        Some(super::check(dump, trust, basis))
    }
}

impl Card for SpecifiedResidenceCard {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPECIFIED_SPEC
    }

    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let told = probe.free.as_deref().and_then(kind_of) == Some(CardKind::RESIDENCE_SPECIFIED);
        let found = told || probe.selects(&files::SPECIFIED)?.is_some();
        Ok(if found { Recognition::Guest(Found::plain(CardKind::RESIDENCE_SPECIFIED)) } else { Recognition::No })
    }

    fn look(&self, _: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        Ok(CardState::default())
    }

    fn act(&self, _: OwnAction, _: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        Ok(())
    }

    fn check(&self, _: &Dump, _: &TrustStore, _: Basis) -> Option<Findings> {
        None
    }
}

/// The kind that MF/EF02 names.
fn kind_of(file: &[u8]) -> Option<CardKind> {
    let (length, rest) = file.strip_prefix(&[KIND_TAG])?.split_first()?;
    let value = rest.get(..usize::from(*length))?;
    files::KINDS.iter().find(|(known, _)| *known == value).map(|(_, kind)| *kind)
}

/// The rest of an MF/EF02 whose first answer was short. Its own length field says how long it is.
fn whole_kind(probe: &mut Probe<'_, '_>) -> Result<Vec<u8>, CardError> {
    let length_of = |file: &[u8]| file.get(1).map_or(2, |length| 2 + usize::from(*length));
    let mut file = probe.free()?;
    for _ in 0..KIND_LENGTH {
        let length = length_of(&file);
        let (Some(missing), Ok(offset)) = (length.checked_sub(file.len()), u8::try_from(file.len())) else {
            break;
        };
        if missing == 0 || length > KIND_LENGTH {
            break;
        }
        let le = Le::Short(u16::try_from(missing).unwrap_or(1));
        let response = probe.session.send(&Command::read_sfi(FREE_FILE, offset, le))?;
        if !matches!(response.status, Status::OK | Status::END_OF_FILE) || response.data.is_empty() {
            break;
        }
        file.extend(response.data);
    }
    // What follows the kind is not part of the file.
    file.truncate(length_of(&file));
    probe.free = Some(file.clone());
    Ok(file)
}

/// Secure messaging of residence cards: encryption alone, each answer one object; no authentication, no counter.
struct Channel(SessionKey);

impl SecureChannel for Channel {
    fn wrap(&mut self, command: &Command, le: u8) -> Result<Command, ChannelError> {
        let [high, low] = command.le().unwrap_or(0).to_be_bytes();
        Ok(Command::secured(command, &[PROTECTED_LE, 0x02, high, low], le))
    }

    fn unwrap(&mut self, response: Response) -> Result<Response, ChannelError> {
        let data = self.0.open(&response.data).map_err(|error| match error {
            SecureError::Cut { .. } => ChannelError::Cut,
            SecureError::Object | SecureError::Padding => ChannelError::Broken(error.to_string()),
        })?;
        Ok(Response { data, ..response })
    }
}

/// Number authentication: both sides prove that they know the number, then VERIFY under the session key. One attempt: none is
/// known to be counted, but only a person may say that another entry is worth one.
fn authenticate(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let kind = context.kind.kind;
    // Kinds that are not read have no steps.
    let generation = Generation::of(kind).ok_or(CardError::Status(Status::NOT_FOUND))?;
    let cipher = generation.cipher();
    let missing = ReadError::NotGiven { credential: &spec::CARD_NUMBER };
    let opening = context.credentials.opening(&spec::CARD_NUMBER, 0).ok_or_else(|| missing.clone())?;
    let (number, recorded) = match opening {
        Opening::Value(value) => (Some(CardNumber::try_from(&value).map_err(|_| missing)?), None),
        Opening::Recorded(key) => {
            let key = key.and_then(|key| key.try_into().ok());
            (None, key.map(|key| SessionKey::new(cipher, key)))
        }
    };
    // Drawn first: between the challenge and its answer nothing goes to the card.
    let random = draw::<RANDOM_LENGTH>(context.nonces)?;
    let material = draw::<MATERIAL_LENGTH>(context.nonces)?;
    let challenge = context.session.call(&Command::get_challenge())?;
    let challenge = challenge.try_into().map_err(|_| HandshakeError::Length)?;
    let initiator = number.as_ref().map(|number| Initiator { cipher, key: number.key(), random: *random, material });
    let data = initiator.as_ref().map_or(vec![0; AUTHENTICATE_LENGTH], |initiator| initiator.data(&challenge));
    let answer = presented(context, &Command::mutual_authenticate(&data))?;
    let key = match (recorded, &initiator) {
        (Some(key), _) => key,
        (None, Some(initiator)) => initiator.finish(&challenge, &answer)?,
        // It went on without a key: its answer was not right then either.
        (None, None) => return Err(HandshakeError::Mac.into()),
    };
    context.nonces.session_key(key.expose());
    let data = number.as_ref().map_or(vec![0; VERIFY_LENGTH], |number| key.verify_data(number));
    presented(context, &Command::verify_secure(NUMBER_REFERENCE, &data))?;
    context.channel = Some(Box::new(Channel(key)));
    Ok(())
}

fn draw<const LENGTH: usize>(nonces: &mut dyn Nonces) -> Result<Zeroizing<[u8; LENGTH]>, ReadError> {
    let drawn = Zeroizing::new(nonces.draw(LENGTH)?);
    let drawn = drawn.as_slice().try_into().map_err(|_| crate::transport::NonceError::System)?;
    Ok(Zeroizing::new(drawn))
}

/// Presents what the number gives. `63xx` is the card's word for a number that does not fit; a count after it, and a block, are
/// reported although no such card is known.
fn presented(context: &mut ReadContext<'_, '_>, command: &Command) -> Result<Vec<u8>, ReadError> {
    let (kind, credential) = (context.kind.kind, &spec::CARD_NUMBER);
    let response = context.session.send(command)?;
    match response.status {
        Status::OK => Ok(response.data),
        Status::BLOCKED | Status::BLOCKED_ISO => Err(ReadError::UncountedBlocked { credential, kind }),
        status if status.retry_counter() == Some(0) => Err(ReadError::UncountedBlocked { credential, kind }),
        Status(word) if word.to_be_bytes().first() == Some(&0x63) => {
            Err(ReadError::UncountedRefused { credential, kind, left: Status(word).retry_counter() })
        }
        status => Err(CardError::Status(status).into()),
    }
}

impl From<HandshakeError> for ReadError {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake { detail: error.to_string() }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
