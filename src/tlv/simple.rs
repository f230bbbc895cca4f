//! Simple-TLV records, the form of the My Number Card's record files (JICSAP; ISO/IEC 7816-4:2020 6.2).

use iso7816_tlv::simple;

use super::{TlvError, TlvErrorKind};

/// One record: its tag and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The tag, 01 to FE.
    pub tag: u8,
    /// The value.
    pub value: Vec<u8>,
}

/// Reads one simple-TLV record; a first length byte `FF` announces a two-byte length here, unlike in BER.
///
/// # Errors
/// [`TlvError`] when the record is not whole.
pub fn simple_record(bytes: &[u8]) -> Result<Record, TlvError> {
    match simple::Tlv::parse(bytes) {
        (Ok(record), _) => Ok(Record { tag: record.tag().into(), value: record.value().to_vec() }),
        (Err(_), _) => Err(TlvError { at: 0, kind: TlvErrorKind::HeaderCut }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_length_forms() {
        let short = simple_record(&[0x01, 0x02, 0xAA, 0xBB]).unwrap();
        assert_eq!(short, Record { tag: 1, value: vec![0xAA, 0xBB] });
        let long = simple_record(&[0x01, 0xFF, 0x00, 0x01, 0xAA]).unwrap();
        assert_eq!(long.value, [0xAA]);
        assert!(simple_record(&[0x01, 0x05, 0xAA]).is_err());
    }
}
