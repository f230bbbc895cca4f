//! What ties everything to one session: the transcript, and the keys that come from it (ISO/IEC 18013-5 9.1.1, 9.1.5).

use crate::{
    cbor::{self, CborError, Item, Value},
    crypto::{RowKey, Sha256Hash, sha256},
};

/// How phone and reader found each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover<'a> {
    /// The phone showed a code: nothing ties it to a place.
    Qr,
    /// By NFC.
    Nfc {
        /// The Handover Select message.
        select: &'a [u8],
        /// The Handover Request message; static handover has none.
        request: Option<&'a [u8]>,
    },
}

/// SessionTranscriptBytes: tag 24 is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    bytes: Vec<u8>,
    salt: Sha256Hash,
}

/// What a transcript consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// DeviceEngagement, as the phone sent it.
    pub engagement: &'a [u8],
    /// The reader's ephemeral COSE_Key.
    pub reader_key: &'a [u8],
    /// How phone and reader found each other.
    pub handover: Handover<'a>,
}

impl Transcript {
    /// From what both sides sent: the bytes of DeviceEngagement as they came, the reader's COSE_Key, the NDEF messages.
    pub fn new(engagement: &[u8], reader_key: &[u8], handover: Handover<'_>) -> Self {
        let handover = match handover {
            Handover::Qr => cbor::null(),
            Handover::Nfc { select, request } => {
                cbor::array(&[cbor::bytes(select), request.map_or_else(cbor::null, cbor::bytes)])
            }
        };
        let transcript = cbor::array(&[cbor::embedded(engagement), cbor::embedded(reader_key), handover]);
        Self::of(cbor::embedded(&transcript))
    }

    fn of(bytes: Vec<u8>) -> Self {
        Self { salt: sha256(&[&bytes]), bytes }
    }

    /// SessionTranscriptBytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What every key is derived with.
    pub fn salt(&self) -> &Sha256Hash {
        &self.salt
    }

    /// The keys of the session, from what the ephemeral keys agreed on: the reader's, then the phone's.
    pub fn session_keys(&self, agreed: &[u8]) -> (RowKey, RowKey) {
        (RowKey::agreed(agreed, &self.salt, "SKReader"), RowKey::agreed(agreed, &self.salt, "SKDevice"))
    }

    /// EMacKey, from what the reader's ephemeral key and the device key of the document agreed on.
    pub fn mac_key(&self, agreed: &[u8]) -> RowKey {
        RowKey::agreed(agreed, &self.salt, "EMacKey")
    }
}

/// Takes SessionTranscriptBytes apart: the transcript itself without the tag, and what it consists of.
///
/// # Errors
/// [`CborError`].
pub fn read(bytes: &[u8]) -> Result<(&[u8], Parts<'_>), CborError> {
    let inner = cbor::decode(bytes)?.embedded()?;
    let transcript = cbor::decode(inner)?;
    let [engagement, reader_key, handover] = transcript.items()? else { return Err(CborError::Type) };
    let handover = match &handover.value {
        Value::Null => Handover::Qr,
        Value::Array(items) => match items.as_slice() {
            [select, request] => Handover::Nfc { select: select.bytes()?, request: optional(request)? },
            _ => return Err(CborError::Type),
        },
        _ => return Err(CborError::Type),
    };
    Ok((inner, Parts { engagement: engagement.embedded()?, reader_key: reader_key.embedded()?, handover }))
}

fn optional<'a>(item: &Item<'a>) -> Result<Option<&'a [u8]>, CborError> {
    match item.value {
        Value::Null => Ok(None),
        _ => item.bytes().map(Some),
    }
}
