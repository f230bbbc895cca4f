//! Handover by NFC: what a phone offers in its Handover Select message, what the reader asks for in its Handover Request, and the steps
//! of negotiated handover (NFC Forum Connection Handover 1.5, TNEP 1.0; ISO/IEC 18013-5 8.2.2).

use crate::text::errors;

use super::ndef::{self, EXTERNAL, MIME, NdefError, Record, WELL_KNOWN};

const DEVICE_ENGAGEMENT: &str = "iso.org:18013:deviceengagement";
const READER_ENGAGEMENT: &str = "iso.org:18013:readerengagement";
const NFC: &str = "iso.org:18013:nfc";
const BLUETOOTH: &str = "application/vnd.bluetooth.le.oob";

/// The service that negotiated handover selects.
pub const SERVICE: &[u8] = b"urn:nfc:sn:handover";

errors! {
    /// Why a message hands over to nothing.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum HandoverError {
        Ndef(NdefError) = "{0}",
        NoSelect = "the NDEF message is not a Handover Select message",
        Version = "the Handover Select message has another major version than 1",
        Carrier = "an alternative carrier is malformed, or names a record that is not there",
        NoEngagement = "the Handover Select message has no device engagement, or several",
    }
}

impl From<NdefError> for HandoverError {
    fn from(error: NdefError) -> Self {
        Self::Ndef(error)
    }
}

/// How a phone may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// By NFC: the longest command and response data field that the phone takes.
    Nfc {
        /// Bytes of a command's data.
        command: usize,
        /// Bytes of an answer's data.
        response: usize,
    },
    /// By Bluetooth Low Energy.
    Bluetooth {
        /// Whether the phone can be the peripheral (GATT server).
        peripheral: bool,
        /// Whether it can be the central (GATT client).
        central: bool,
        /// The service, big-endian; `None` if the reader's own counts.
        service: Option<[u8; 16]>,
    },
    /// By something that this program does not know.
    Other,
}

/// What a Handover Select message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select<'a> {
    /// DeviceEngagement as it came.
    pub engagement: &'a [u8],
    /// The carriers in the phone's order.
    pub carriers: Vec<Carrier>,
}

impl<'a> Select<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub fn parse(message: &'a [u8]) -> Result<Self, HandoverError> {
        let records = ndef::parse(message)?;
        let mut selects = records.iter().filter(|record| record.is(WELL_KNOWN, "Hs"));
        let (Some(select), None) = (selects.next(), selects.next()) else { return Err(HandoverError::NoSelect) };
        let (version, inner) = select.payload.split_first().ok_or(HandoverError::NoSelect)?;
        if version >> 4 != 1 {
            return Err(HandoverError::Version);
        }
        let mut engagements =
            records.iter().filter(|record| record.is(EXTERNAL, DEVICE_ENGAGEMENT) && record.id == b"mdoc");
        let (Some(engagement), None) = (engagements.next(), engagements.next()) else {
            return Err(HandoverError::NoEngagement);
        };
        let mut carriers = Vec::new();
        // A message without carriers has nothing after its version.
        let inner = if inner.is_empty() { Vec::new() } else { ndef::parse(inner)? };
        for alternative in inner.iter().filter(|record| record.is(WELL_KNOWN, "ac")) {
            let references = references(alternative.payload).ok_or(HandoverError::Carrier)?;
            let named = |id: &&[u8]| records.iter().filter(|record| record.id == *id).collect::<Vec<_>>();
            let mut found = None;
            for (at, reference) in references.iter().enumerate() {
                let [record] = named(reference)[..] else { return Err(HandoverError::Carrier) };
                if at == 0 {
                    found = Some(carrier(record));
                }
            }
            carriers.extend(found);
        }
        Ok(Self { engagement: engagement.payload, carriers })
    }

    /// The longest command and response of data over NFC, if the phone offers that.
    pub fn nfc(&self) -> Option<(usize, usize)> {
        self.carriers.iter().find_map(|carrier| match carrier {
            Carrier::Nfc { command, response } => Some((*command, *response)),
            _ => None,
        })
    }
}

/// The records that an alternative carrier names: itself, then what belongs to it.
fn references(payload: &[u8]) -> Option<Vec<&[u8]>> {
    let named = |bytes: &'_ [u8]| -> Option<usize> { bytes.first().map(|length| usize::from(*length)) };
    let (carrier, rest) = payload.get(2..)?.split_at_checked(named(payload.get(1..)?)?)?;
    let mut references = vec![carrier];
    let (count, mut rest) = rest.split_first()?;
    for _ in 0..*count {
        let (reference, after) = rest.get(1..)?.split_at_checked(named(rest)?)?;
        references.push(reference);
        rest = after;
    }
    Some(references)
}

fn carrier(record: &Record<'_>) -> Carrier {
    if record.is(EXTERNAL, NFC) {
        return nfc(record.payload).unwrap_or(Carrier::Other);
    }
    if record.is(MIME, BLUETOOTH) {
        return bluetooth(record.payload).unwrap_or(Carrier::Other);
    }
    Carrier::Other
}

/// `01` version, then a type and a number each, the length in front.
fn nfc(payload: &[u8]) -> Option<Carrier> {
    let (_version, mut rest) = payload.split_first()?;
    // What a phone takes that says nothing.
    let (mut command, mut response) = (255, 256);
    while let Some((length, after)) = rest.split_first() {
        let (object, after) = after.split_at_checked(usize::from(*length))?;
        let (kind, value) = object.split_first()?;
        let number = value.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)));
        match kind {
            1 => command = number?.clamp(255, 65_535),
            2 => response = number?.clamp(256, 65_536),
            _ => {}
        }
        rest = after;
    }
    Some(Carrier::Nfc { command, response })
}

/// AD structures: a length, a type, and a value each.
fn bluetooth(payload: &[u8]) -> Option<Carrier> {
    let mut rest = payload;
    let (mut role, mut service) = (None, None);
    while let Some((length, after)) = rest.split_first() {
        let (object, after) = after.split_at_checked(usize::from(*length))?;
        match object {
            [0x1C, value] => role = Some(*value),
            [0x07, value @ ..] => {
                let mut bytes: [u8; 16] = value.try_into().ok()?;
                bytes.reverse();
                service = Some(bytes);
            }
            _ => {}
        }
        rest = after;
    }
    let role = role?;
    Some(Carrier::Bluetooth { peripheral: role != 1, central: role != 0, service })
}

/// A carrier as an offer of a reader, for [`request`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// The mdoc data go over NFC.
    Nfc,
    /// Over Bluetooth Low Energy: the reader's service, big-endian. The reader is the peripheral.
    BluetoothPeripheral([u8; 16]),
}

/// A Handover Request message with these carriers.
pub fn request(offers: &[Offer]) -> Vec<u8> {
    // `{0: "1.0"}`
    const ENGAGEMENT: [u8; 6] = [0xA1, 0x00, 0x63, 0x31, 0x2E, 0x30];
    let alternative = |reference: &[u8]| {
        let length = u8::try_from(reference.len()).unwrap_or_default();
        [&[0x01, length], reference, &[0x01, 0x0A], b"mdocreader"].concat()
    };
    let (mut alternatives, mut carriers) = (Vec::new(), Vec::new());
    for offer in offers {
        let (reference, record): (&[u8], _) = match offer {
            Offer::Nfc => (b"nfc", (EXTERNAL, NFC, vec![0x01, 0x03, 0x01, 0xFF, 0xFF, 0x04, 0x02, 0x01, 0x00, 0x00])),
            Offer::BluetoothPeripheral(service) => {
                let mut little = *service;
                little.reverse();
                (b"0", (MIME, BLUETOOTH, [&[0x02, 0x1C, 0x00, 0x11, 0x07], &little[..]].concat()))
            }
        };
        alternatives.push(alternative(reference));
        carriers.push((reference, record));
    }
    let inner: Vec<Record<'_>> =
        alternatives.iter().map(|payload| Record { format: WELL_KNOWN, kind: b"ac", id: &[], payload }).collect();
    let inner = [&[0x15], ndef::encode(&inner).as_slice()].concat();
    let mut records = vec![
        Record { format: WELL_KNOWN, kind: b"Hr", id: &[], payload: &inner },
        Record { format: EXTERNAL, kind: READER_ENGAGEMENT.as_bytes(), id: b"mdocreader", payload: &ENGAGEMENT },
    ];
    for (reference, (format, kind, payload)) in &carriers {
        records.push(Record { format: *format, kind: kind.as_bytes(), id: reference, payload });
    }
    ndef::encode(&records)
}

/// The longest message that a phone takes whose first message offers negotiated handover (TNEP service parameter record); `None` for a
/// message that does not. How long it wants to be waited for does not count: an exchange takes longer.
pub fn offers_service(message: &[u8]) -> Option<usize> {
    let records = ndef::parse(message).ok()?;
    records.iter().filter(|record| record.is(WELL_KNOWN, "Tp")).find_map(|record| {
        let (length, rest) = record.payload.get(1..)?.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let [_mode, _wait, _extensions, high, low] = rest else { return None };
        (name == SERVICE).then_some(usize::from(u16::from_be_bytes([*high, *low])))
    })
}

/// The message that selects the handover service.
pub fn service_select() -> Vec<u8> {
    let payload = [&[u8::try_from(SERVICE.len()).unwrap_or_default()], SERVICE].concat();
    ndef::encode(&[Record { format: WELL_KNOWN, kind: b"Ts", id: &[], payload: &payload }])
}

/// The status in a TNEP status message; 0 is success.
pub fn status(message: &[u8]) -> Option<u8> {
    let records = ndef::parse(message).ok()?;
    let status = records.iter().find(|record| record.is(WELL_KNOWN, "Te"))?;
    status.payload.first().copied()
}

#[cfg(test)]
#[path = "handover_tests.rs"]
mod tests;
