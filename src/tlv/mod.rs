//! BER-TLV as the cards use it: read in place, nothing re-encoded.
//!
//! Signatures cover the bytes as stored, and the cards store lengths that are not minimal (`82 00A9`), so an
//! [`Object`] keeps its raw bytes and its position. ISO/IEC 7816-4:2020 6.3 (two- and three-byte tags), ISO/IEC 8825-1.

#[doc(hidden)]
pub mod der;
mod simple;

pub use simple::{Record, simple_record};

use crate::text::errors;
use std::fmt;

/// The longest value that a length field may announce: far above any file of any card, far below memory.
pub const MAX_LENGTH: usize = 1 << 20;

/// The most objects in one container: the largest of any card has ten.
pub const MAX_CHILDREN: usize = 64;

/// A BER-TLV tag of one to three bytes, as the number that its bytes spell (`0xDF22`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u32);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}

/// One data object inside a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// Its tag.
    pub tag: Tag,
    /// Tag, length and value exactly as stored: what signatures cover.
    pub raw: &'a [u8],
    /// The value.
    pub value: &'a [u8],
    /// Offset of the tag's first byte from the start of the file.
    pub at: usize,
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({} at {}, {} bytes)", self.tag, self.at, self.value.len())
    }
}

/// Why bytes are not BER-TLV, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at}")]
pub struct TlvError {
    /// Offset from the start of the file.
    pub at: usize,
    /// What is wrong there.
    pub kind: TlvErrorKind,
}

errors! {
    /// What can be wrong with a data object.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum TlvErrorKind {
        HeaderCut = "the header is cut off",
        TagTooLong = "the tag is longer than three bytes",
        /// The indefinite form, or a length field of more than four bytes.
        LengthForm = "the length field has a form that cards do not use",
        PastEnd = "the length runs past the end",
        WrongTag {
            /// The tag that the file's layout has here.
            wanted: Tag,
            /// The tag that is there.
            found: Tag,
        } = "tag {found} instead of {wanted}",
        Missing(Tag) = "tag {0} is missing",
        TooMany = "there are more than {MAX_CHILDREN} objects",
        Duplicate(Tag) = "tag {0} appears twice",
        /// An item after one with a higher tag, if items are in order.
        OutOfOrder(Tag) = "tag {0} is out of order",
        AfterFiller = "the filler holds other bytes",
        TooManyFaults = "there is too much wrong to name it all",
    }
}

/// Tag, header length and value length of the object at the start of `bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The tag.
    pub tag: Tag,
    /// Bytes of tag and length field.
    pub header: usize,
    /// Bytes of the value that the length field announces.
    pub value: usize,
}

impl Header {
    /// Header and value together.
    pub fn total(&self) -> usize {
        self.header.saturating_add(self.value)
    }
}

/// Reads tag and length at the start of `bytes`; the value may be cut off. `at` is the offset used in errors.
///
/// # Errors
/// [`TlvError`] when there is no whole header, or its form or length is out of bounds.
pub fn header(bytes: &[u8], at: usize) -> Result<Header, TlvError> {
    let error = |kind| TlvError { at, kind };
    let mut rest = bytes.iter().copied();
    let mut next = || rest.next().ok_or(error(TlvErrorKind::HeaderCut));

    let first = next()?;
    let mut tag = u32::from(first);
    let mut used = 1;
    if first & 0x1F == 0x1F {
        loop {
            if used == 3 {
                return Err(error(TlvErrorKind::TagTooLong));
            }
            let byte = next()?;
            tag = (tag << 8) | u32::from(byte);
            used += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
    }

    let form = next()?;
    used += 1;
    let value = match form {
        0..=0x7F => usize::from(form),
        0x81..=0x84 => {
            let mut value = 0_usize;
            for _ in 0x80..form {
                value = (value << 8) | usize::from(next()?);
                used += 1;
            }
            value
        }
        _ => return Err(error(TlvErrorKind::LengthForm)),
    };
    if value > MAX_LENGTH {
        return Err(error(TlvErrorKind::PastEnd));
    }
    Ok(Header { tag: Tag(tag), header: used, value })
}

/// Reads the object at the start of `bytes`, which are at offset `at` of the file; returns it and what follows it.
///
/// # Errors
/// [`TlvError`] when the object is not whole.
pub fn object(bytes: &[u8], at: usize) -> Result<(Object<'_>, &[u8]), TlvError> {
    let header = header(bytes, at)?;
    let (raw, rest) = bytes.split_at_checked(header.total()).ok_or(TlvError { at, kind: TlvErrorKind::PastEnd })?;
    let value = raw.get(header.header..).unwrap_or_default();
    Ok((Object { tag: header.tag, raw, value, at }, rest))
}

/// Reads the object of a whole file and checks its tag; what follows the object is filler and returned as it is.
///
/// # Errors
/// [`TlvError`] when the object is not whole or has another tag.
pub fn file(bytes: &[u8], wanted: Tag) -> Result<(Object<'_>, &[u8]), TlvError> {
    let (object, filler) = object(bytes, 0)?;
    if object.tag != wanted {
        return Err(TlvError { at: 0, kind: TlvErrorKind::WrongTag { wanted, found: object.tag } });
    }
    Ok((object, filler))
}

impl<'a> Object<'a> {
    /// The objects inside this one's value, in stored order.
    ///
    /// # Errors
    /// [`TlvError`] when one is not whole, or a tag appears twice (a second value could hide behind the first).
    pub fn children(&self) -> Result<Vec<Object<'a>>, TlvError> {
        let mut children: Vec<Object<'a>> = Vec::new();
        let mut rest = self.value;
        let mut at = self.at + self.raw.len() - self.value.len();
        while !rest.is_empty() {
            let (child, after) = object(rest, at)?;
            if children.len() >= MAX_CHILDREN {
                return Err(TlvError { at, kind: TlvErrorKind::TooMany });
            }
            if children.iter().any(|other| other.tag == child.tag) {
                return Err(TlvError { at, kind: TlvErrorKind::Duplicate(child.tag) });
            }
            children.push(child);
            at += child.raw.len();
            rest = after;
        }
        Ok(children)
    }

    /// The child with this tag.
    ///
    /// # Errors
    /// [`TlvErrorKind::Missing`] at this object's position, or whatever [`Object::children`] says.
    pub fn child(&self, tag: Tag) -> Result<Object<'a>, TlvError> {
        let missing = TlvError { at: self.at, kind: TlvErrorKind::Missing(tag) };
        self.children()?.into_iter().find(|child| child.tag == tag).ok_or(missing)
    }
}

/// Encodes an object the way the My Number applications store them: one length byte below 128, `82 hh ll` from 128 up,
/// even if `81 ll` would do (spec my-number 2.3, V). Values of 64 KiB and more get the three-byte length form.
pub fn encode(tag: Tag, value: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = tag.0.to_be_bytes().iter().copied().skip_while(|byte| *byte == 0).collect();
    let length = value.len().to_be_bytes();
    let [.., high, middle, low] = length;
    match value.len() {
        0..=0x7F => out.push(low),
        0x80..=0xFFFF => out.extend([0x82, middle, low]),
        _ => out.extend([0x83, high, middle, low]),
    }
    out.extend_from_slice(value);
    out
}

/// The items of one file, as far as they can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items<'a> {
    /// Every whole item in stored order, a repeated tag left out.
    pub objects: Vec<Object<'a>>,
    /// Bytes before the filler: headers and values.
    pub end: usize,
    /// What is wrong, in the order of the file. A structural fault ends the reading; the items before it stand.
    pub faults: Vec<TlvError>,
}

impl<'a> Items<'a> {
    /// The item with this tag.
    pub fn get(&self, tag: Tag) -> Option<Object<'a>> {
        self.objects.iter().find(|object| object.tag == tag).copied()
    }
}

#[cfg(test)]
mod tests {
    use iso7816_tlv::ber;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_raw_bytes_and_positions_of_non_minimal_lengths() {
        let mut bytes = hex::decode("FF20820008DF2203313233A1008FFF").unwrap();
        bytes.truncate(14);
        let (outer, filler) = file(&bytes, Tag(0xFF20)).unwrap();
        assert_eq!(filler, [0x8F]);
        let children = outer.children().unwrap();
        assert_eq!(children.len(), 2);
        assert_eq!((children[0].tag, children[0].at, children[0].value), (Tag(0xDF22), 5, &b"123"[..]));
        assert_eq!((children[1].tag, children[1].at), (Tag(0xA1), 11));
        assert_eq!(outer.child(Tag(0xDF22)).unwrap().raw, &bytes[5..11]);
    }

    #[test]
    fn every_fault_has_its_name_and_place() {
        let kind = |hex: &str| object(&hex::decode(hex).unwrap(), 7).unwrap_err();
        assert_eq!(kind(""), TlvError { at: 7, kind: TlvErrorKind::HeaderCut });
        assert_eq!(kind("DF").kind, TlvErrorKind::HeaderCut);
        assert_eq!(kind("DF818182").kind, TlvErrorKind::TagTooLong);
        assert_eq!(kind("3080").kind, TlvErrorKind::LengthForm);
        assert_eq!(kind("308501020304").kind, TlvErrorKind::LengthForm);
        assert_eq!(kind("3003AABB").kind, TlvErrorKind::PastEnd);
        assert_eq!(kind("3084FFFFFFFF").kind, TlvErrorKind::PastEnd);
        let twice = hex::decode("FF2006DF2100DF2100").unwrap();
        let error = file(&twice, Tag(0xFF20)).unwrap().0.children().unwrap_err();
        assert_eq!(error, TlvError { at: 6, kind: TlvErrorKind::Duplicate(Tag(0xDF21)) });
        assert!(matches!(file(&twice, Tag(0xFF30)).unwrap_err().kind, TlvErrorKind::WrongTag { .. }));
        assert_eq!(error.to_string(), "tag DF21 appears twice at byte 6");
    }

    proptest! {
        /// The crate `iso7816-tlv` is the second opinion: whatever it reads, we read the same way.
        #[test]
        fn agrees_with_iso7816_tlv(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let (theirs, rest) = ber::Tlv::parse(&bytes);
            if let (Ok(theirs), Ok((ours, our_rest))) = (&theirs, object(&bytes, 0)) {
                prop_assert_eq!(hex::encode_upper(theirs.tag().to_bytes()), ours.tag.to_string());
                if let ber::Value::Primitive(value) = theirs.value() {
                    prop_assert_eq!(value.as_slice(), ours.value);
                    prop_assert_eq!(rest, our_rest);
                }
            }
        }

        #[test]
        fn encode_reads_back(tag in prop::sample::select(vec![0x90_u32, 0xDF22, 0xFF20, 0x7F21]),
                             value in proptest::collection::vec(any::<u8>(), 0..400)) {
            let bytes = encode(Tag(tag), &value);
            let (read, rest) = object(&bytes, 0).unwrap();
            prop_assert_eq!((read.tag, read.value, rest), (Tag(tag), &value[..], &[][..]));
        }
    }
}
