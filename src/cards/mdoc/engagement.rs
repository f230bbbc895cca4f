//! DeviceEngagement (ISO/IEC 18013-5 8.2.1.1): the phone's ephemeral key and how it may be reached, from an NDEF record or a QR code.

use crate::{
    cbor::{self, CborError, Item, Value},
    crypto::CurveKey,
    text::errors,
};

use super::cose::Key;

/// The most bytes of an engagement; a QR code holds less than 3 kB.
pub const MAX_ENGAGEMENT: usize = 4_096;

/// What a QR code begins with.
const SCHEME: &str = "mdoc:";

errors! {
    /// Why bytes are not an engagement that this program can use.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum EngagementError {
        TooLong = "the engagement is longer than {MAX_ENGAGEMENT} bytes",
        Cbor(CborError) = "the engagement is malformed: {0}",
        Version = "the engagement has another version than 1",
        CipherSuite = "the engagement names another cipher suite than 1",
        Key = "the phone's key is not on a curve that is supported, or is not a point of it",
        Scheme = "the text is not mdoc: and an engagement in base64url",
    }
}

impl From<CborError> for EngagementError {
    fn from(error: CborError) -> Self {
        Self::Cbor(error)
    }
}

/// A way to reach the phone that the engagement itself names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By NFC: the longest command and response data field.
    Nfc {
        /// Bytes of a command's data.
        command: usize,
        /// Bytes of an answer's data.
        response: usize,
    },
    /// By Bluetooth Low Energy: the services if the phone is the peripheral, and if it is the central.
    Bluetooth {
        /// The service of the phone as the peripheral; `None` if it can't be that, or names none.
        peripheral: Option<[u8; 16]>,
        /// The service that the phone as the central looks for.
        central: Option<[u8; 16]>,
    },
    /// By something that this program does not know.
    Other,
}

/// What an engagement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement<'a> {
    /// The engagement as it came: the transcript holds these bytes.
    pub bytes: &'a [u8],
    /// EDeviceKey.
    pub key: CurveKey,
    /// EDeviceKeyBytes as they came, tag 24 included.
    pub key_bytes: &'a [u8],
    /// How to reach the phone; empty if the NDEF records say that.
    pub methods: Vec<Method>,
}

impl<'a> Engagement<'a> {
    /// Reads an engagement. What this version does not know is left alone.
    ///
    /// # Errors
    /// [`EngagementError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EngagementError> {
        if bytes.len() > MAX_ENGAGEMENT {
            return Err(EngagementError::TooLong);
        }
        let item = cbor::decode(bytes)?;
        if !item.get_number(0)?.text()?.starts_with("1.") {
            return Err(EngagementError::Version);
        }
        let [suite, key] = item.get_number(1)?.items()? else { return Err(CborError::Type.into()) };
        if suite.int()? != 1 {
            return Err(EngagementError::CipherSuite);
        }
        let (key, key_bytes) = (ephemeral(key.embedded()?)?, key.raw);
        let methods = match item.optional_number(2)? {
            Some(methods) => methods.items()?.iter().map(method).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        Ok(Self { bytes, key, key_bytes, methods })
    }

    /// The longest command and response of data over NFC, if the phone offers that here.
    pub fn nfc(&self) -> Option<(usize, usize)> {
        self.methods.iter().find_map(|method| match method {
            Method::Nfc { command, response } => Some((*command, *response)),
            _ => None,
        })
    }
}

/// An ephemeral key: one of a curve on which keys are agreed.
fn ephemeral(bytes: &[u8]) -> Result<CurveKey, EngagementError> {
    let key = Key::read(&cbor::decode(bytes)?);
    key.ok().as_ref().and_then(Key::ec).cloned().ok_or(EngagementError::Key)
}

fn method(item: &Item<'_>) -> Result<Method, EngagementError> {
    let [kind, version, rest @ ..] = item.items()? else { return Err(CborError::Type.into()) };
    let (kind, version) = (kind.uint()?, version.uint()?);
    let [options] = rest else { return Ok(Method::Other) };
    if options.value == Value::Null {
        return Ok(Method::Other);
    }
    let length = |label: i64, least: usize, most: usize| -> Result<usize, EngagementError> {
        let given = options.optional_number(label)?.map(Item::uint).transpose()?;
        let given = given.map_or(least, |given| usize::try_from(given).unwrap_or(usize::MAX));
        Ok(given.clamp(least, most))
    };
    let service = |mode: i64, label: i64| -> Result<Option<[u8; 16]>, EngagementError> {
        let offered = options.optional_number(mode)?.map(Item::boolean).transpose()?.unwrap_or(false);
        let service = options.optional_number(label)?.filter(|_| offered).map(Item::bytes).transpose()?;
        service.map(|bytes| bytes.try_into().map_err(|_| CborError::Type.into())).transpose()
    };
    Ok(match (kind, version) {
        (1, 1) => Method::Nfc { command: length(0, 255, 65_535)?, response: length(1, 256, 65_536)? },
        (2, 1) => Method::Bluetooth { peripheral: service(0, 10)?, central: service(1, 11)? },
        _ => Method::Other,
    })
}

/// The engagement in the text of a QR code, as a camera or a scanner that types gives it.
///
/// # Errors
/// [`EngagementError::Scheme`], or what is wrong with the engagement.
pub fn scanned(text: &str) -> Result<Vec<u8>, EngagementError> {
    let text = text.trim();
    if text.len() > SCHEME.len() + MAX_ENGAGEMENT * 4 / 3 + 3 {
        return Err(EngagementError::TooLong);
    }
    let bytes = text.strip_prefix(SCHEME).and_then(base64url).ok_or(EngagementError::Scheme)?;
    Engagement::parse(&bytes)?;
    Ok(bytes)
}

/// base64url (RFC 4648 5) without padding; `None` for anything else, bits that are left over among it.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xFF).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (held == 0 && bits < 6).then_some(bytes)
}

#[cfg(test)]
#[path = "engagement_tests.rs"]
pub(super) mod tests;
