//! NDEF messages (NFC Forum NDEF 1.0), as far as handover needs them: records in one message, none of them chunked.

use crate::text::errors;

/// The longest message that is read; NLEN allows 65,535.
pub const MAX_MESSAGE: usize = 8_192;

/// The most records of one message.
pub const MAX_RECORDS: usize = 32;

/// Type name format: a type of the NFC Forum.
pub const WELL_KNOWN: u8 = 1;
/// A MIME type.
pub const MIME: u8 = 2;
/// An external type, whose name begins with a domain.
pub const EXTERNAL: u8 = 4;

const BEGIN: u8 = 0x80;
const END: u8 = 0x40;
const CHUNK: u8 = 0x20;
const SHORT: u8 = 0x10;
const HAS_ID: u8 = 0x08;
const FORMAT: u8 = 0x07;

errors! {
    /// Why bytes are not a message.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum NdefError {
        TooLong = "the NDEF message is longer than {MAX_MESSAGE} bytes",
        TooMany = "the NDEF message has more than {MAX_RECORDS} records",
        Ends = "a record runs past the end of the NDEF message",
        Chunked = "a record is in chunks",
        Marks = "the first and last record of the NDEF message are not marked as such",
    }
}

/// One record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Type name format.
    pub format: u8,
    /// Type.
    pub kind: &'a [u8],
    /// Id; empty if it has none.
    pub id: &'a [u8],
    /// Payload.
    pub payload: &'a [u8],
}

impl std::fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Record({} {}, {} bytes)", self.format, String::from_utf8_lossy(self.kind), self.payload.len())
    }
}

impl<'a> Record<'a> {
    /// Whether it is of this type.
    pub fn is(&self, format: u8, kind: &str) -> bool {
        self.format == format && self.kind == kind.as_bytes()
    }
}

/// Takes a message apart.
///
/// # Errors
/// [`NdefError`].
pub fn parse(message: &[u8]) -> Result<Vec<Record<'_>>, NdefError> {
    if message.len() > MAX_MESSAGE {
        return Err(NdefError::TooLong);
    }
    let mut records = Vec::new();
    let mut rest = message;
    loop {
        let (&[header], after) = rest.split_first_chunk::<1>().ok_or(NdefError::Ends)?;
        if header & CHUNK != 0 {
            return Err(NdefError::Chunked);
        }
        if (header & BEGIN != 0) != records.is_empty() {
            return Err(NdefError::Marks);
        }
        if records.len() >= MAX_RECORDS {
            return Err(NdefError::TooMany);
        }
        let mut fields = Fields(after);
        let kind = usize::from(fields.byte()?);
        let payload = if header & SHORT != 0 { usize::from(fields.byte()?) } else { fields.long()? };
        let id = if header & HAS_ID != 0 { usize::from(fields.byte()?) } else { 0 };
        let (kind, id, payload) = (fields.take(kind)?, fields.take(id)?, fields.take(payload)?);
        records.push(Record { format: header & FORMAT, kind, id, payload });
        rest = fields.0;
        if header & END != 0 {
            return if rest.is_empty() { Ok(records) } else { Err(NdefError::Marks) };
        }
    }
}

struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], NdefError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(NdefError::Ends)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, NdefError> {
        self.take(1)?.first().copied().ok_or(NdefError::Ends)
    }

    fn long(&mut self) -> Result<usize, NdefError> {
        let bytes = self.take(4)?.first_chunk::<4>().copied().ok_or(NdefError::Ends)?;
        usize::try_from(u32::from_be_bytes(bytes)).map_err(|_| NdefError::Ends)
    }
}

/// Puts a message together. Names of more than 255 bytes do not fit, and nothing here has one.
pub fn encode(records: &[Record<'_>]) -> Vec<u8> {
    let mut message = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let mut header = record.format & FORMAT;
        let mark = |on: bool, bit: u8| if on { bit } else { 0 };
        header |= mark(at == 0, BEGIN) | mark(at + 1 == records.len(), END) | mark(!record.id.is_empty(), HAS_ID);
        let byte = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
        let long = u32::try_from(record.payload.len()).unwrap_or(u32::MAX).to_be_bytes();
        let short = record.payload.len() <= usize::from(u8::MAX);
        message.push(header | mark(short, SHORT));
        message.push(byte(record.kind.len()));
        message.extend(if short { vec![byte(record.payload.len())] } else { long.to_vec() });
        if !record.id.is_empty() {
            message.push(byte(record.id.len()));
        }
        message.extend([record.kind, record.id, record.payload].concat());
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(hex: &str) -> NdefError {
        parse(&hex::decode(hex).unwrap()).unwrap_err()
    }

    #[test]
    fn a_message_is_its_records() {
        let message = hex::decode("91010148aa5101034900bbcc").unwrap();
        assert_eq!(error("91010148aa51010349bbcc"), NdefError::Ends);
        let records = parse(&message).unwrap();
        assert_eq!((records.len(), records[0].payload, records[1].payload), (2, &[0xAA][..], &[0, 0xBB, 0xCC][..]));
        assert_eq!(encode(&records), message);
        let long = Record { format: MIME, kind: b"x/y", id: b"7", payload: &[5; 300] };
        let encoded = encode(&[long, records[0]]);
        assert_eq!(parse(&encoded).unwrap(), [long, records[0]]);
    }

    #[test]
    fn what_is_not_a_message_is_refused() {
        assert_eq!(error(""), NdefError::Ends);
        assert_eq!(error("d1"), NdefError::Ends);
        assert_eq!(error("d1010148"), NdefError::Ends);
        assert_eq!(error("f101004800"), NdefError::Chunked);
        assert_eq!(error("51010048"), NdefError::Marks, "the first record does not say so");
        assert_eq!(error("9101004891010048"), NdefError::Marks, "a second first record");
        assert_eq!(error("d101004800"), NdefError::Marks, "something follows the last record");
        assert_eq!(error("c101ffffffff48"), NdefError::Ends, "no room is made for what is not there");
        assert_eq!(parse(&vec![0; MAX_MESSAGE + 1]), Err(NdefError::TooLong));
        let record = Record { format: WELL_KNOWN, kind: b"x", id: b"", payload: b"" };
        assert_eq!(parse(&encode(&[record; MAX_RECORDS])).unwrap().len(), MAX_RECORDS);
        assert_eq!(parse(&encode(&[record; MAX_RECORDS + 1])), Err(NdefError::TooMany));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_records_or_an_error(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            if let Ok(records) = parse(&bytes) {
                let again = encode(&records);
                proptest::prop_assert_eq!(parse(&again).unwrap(), records);
            }
        }
    }
}
