//! A payload as it is sealed: compressed, and padded, because the length of a ciphertext is plain.
//!
//! A byte for the form, the payload's length (32 bits, big-endian), a raw DEFLATE stream (RFC 1951), then zeros up to a multiple of
//! [`STEP`]. Entries of before this form hold the payload itself: JSON, which begins with another byte.

use std::io::Write;

use flate2::{Compression, Decompress, FlushDecompress, Status, write::DeflateEncoder};
use zeroize::Zeroizing;

use super::entry::MAX_PAYLOAD_WITH_PHOTO;

/// The form that this program writes. JSON begins with no such byte.
const DEFLATED: u8 = 1;

/// The length is a multiple of it, so that it does not say how long a name is: contents that differ by a few letters have one length,
/// or two.
const STEP: usize = 256;

/// A payload as it is sealed; `None` if it would not be read back.
pub(super) fn pack(payload: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut begin = vec![DEFLATED];
    begin.extend(u32::try_from(payload.len()).ok()?.to_be_bytes());
    let mut stream = DeflateEncoder::new(begin, Compression::default());
    stream.write_all(payload).ok()?;
    let mut packed = Zeroizing::new(stream.finish().ok()?);
    let length = packed.len().next_multiple_of(STEP);
    packed.resize(length, 0);
    // What is sealed is read years later: nothing goes in that does not come out again.
    (unpack(packed.clone())?.as_slice() == payload).then_some(packed)
}

/// The payload of what was sealed; `None` if no program of ours has sealed it.
pub(super) fn unpack(packed: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
    let Some((&DEFLATED, rest)) = packed.split_first() else { return Some(packed) };
    let (length, stream) = rest.split_first_chunk()?;
    let length =
        usize::try_from(u32::from_be_bytes(*length)).ok().filter(|length| *length <= MAX_PAYLOAD_WITH_PHOTO)?;
    let mut payload = Zeroizing::new(Vec::with_capacity(length));
    let done = Decompress::new(false).decompress_vec(stream, &mut payload, FlushDecompress::Finish);
    (matches!(done, Ok(Status::StreamEnd)) && payload.len() == length).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(payload: &[u8]) -> Zeroizing<Vec<u8>> {
        pack(payload).unwrap()
    }

    #[test]
    fn what_is_packed_comes_out_again_and_older_entries_as_they_are() {
        for payload in
            [&b""[..], b"{}", b"\x01", &b"{\"name\":\"\xe6\xb5\xb7\"}".repeat(500), &[7; MAX_PAYLOAD_WITH_PHOTO]]
        {
            let packed = packed(payload);
            assert_eq!(packed.len() % STEP, 0);
            assert_eq!(unpack(packed).unwrap().as_slice(), payload);
        }
        let older = Zeroizing::new(b"{\"schema\":\"taimen.record/1\"}".to_vec());
        assert_eq!(unpack(older.clone()), Some(older));
    }

    #[test]
    fn the_length_does_not_say_how_long_a_name_is() {
        let record = |name: &str| {
            let rows: String = (0..40).map(|row| format!("{{\"id\":\"field{row}\",\"state\":\"blank\"}},")).collect();
            packed(format!("{{\"name\":\"{name}\",\"fields\":[{rows}]}}").as_bytes()).len()
        };
        assert_eq!(record("海 花"), record("架空野 ためし之丞"));
    }

    #[test]
    fn too_much_and_half_a_stream_are_refused() {
        assert_eq!(pack(&vec![0; MAX_PAYLOAD_WITH_PHOTO + 1]), None);
        let whole = packed(&b"{\"name\":\"\"}".repeat(90));
        // Whatever length it gives itself, no more than that comes out.
        for length in [0, 5, 989, 991, u32::MAX] {
            let mut other = whole.clone();
            other[1..5].copy_from_slice(&length.to_be_bytes());
            assert_eq!(unpack(other), None, "{length}");
        }
        assert_eq!(unpack(Zeroizing::new(whole[..20].to_vec())), None);
        assert_eq!(unpack(Zeroizing::new(vec![DEFLATED])), None);
    }
}
