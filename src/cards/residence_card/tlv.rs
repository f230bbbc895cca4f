//! The TLV of residence cards: objects one after the other, then zeros (spec residence 2.1, 2.3, 2.4).
//!
//! | rule | mark |
//! | --- | --- |
//! | a tag is one byte, except for those that the caller names; such a one may break the rules of BER (`DF D1`) | SPEC, SPEC2*, CALC |
//! | a length is one byte up to 127, `81 xx` or `82 xx xx`, not always the shortest form | SPEC, SPEC2* |
//! | tag `00` ends the data | SPEC |

use crate::tlv::{Items, MAX_CHILDREN, Object, Tag, TlvError, TlvErrorKind};

/// Reads the objects of a file. Never fails as a whole: what is wrong is in [`Items::faults`], with its position.
/// `wide` are the tags of two bytes.
pub fn objects<'a>(bytes: &'a [u8], wide: &[Tag]) -> Items<'a> {
    let mut found = Items { objects: Vec::new(), end: 0, faults: Vec::new() };
    let mut rest = bytes;
    while !matches!(rest, [] | [0x00, ..]) {
        let at = found.end;
        let read = if found.objects.len() < MAX_CHILDREN {
            object(rest, at, wide)
        } else {
            Err(TlvError { at, kind: TlvErrorKind::TooMany })
        };
        let object = match read {
            Ok((object, after)) => {
                rest = after;
                object
            }
            Err(fault) => {
                found.faults.push(fault);
                return found;
            }
        };
        found.end += object.raw.len();
        if found.get(object.tag).is_some() {
            found.faults.push(TlvError { at, kind: TlvErrorKind::Duplicate(object.tag) });
            continue;
        }
        found.objects.push(object);
    }
    if let Some(odd) = rest.iter().position(|byte| *byte != 0) {
        found.faults.push(TlvError { at: found.end + odd, kind: TlvErrorKind::AfterFiller });
    }
    found
}

fn object<'a>(bytes: &'a [u8], at: usize, wide: &[Tag]) -> Result<(Object<'a>, &'a [u8]), TlvError> {
    let error = |kind| TlvError { at, kind };
    let (tag, rest) = match bytes {
        [first, second, rest @ ..] if wide.contains(&two_bytes(*first, *second)) => (two_bytes(*first, *second), rest),
        [first, rest @ ..] => (Tag(u32::from(*first)), rest),
        [] => return Err(error(TlvErrorKind::HeaderCut)),
    };
    let (length, after) = match rest {
        [length @ 0..=0x7F, after @ ..] => (usize::from(*length), after),
        [0x81, length, after @ ..] => (usize::from(*length), after),
        [0x82, high, low, after @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), after),
        [] | [0x81 | 0x82, ..] => return Err(error(TlvErrorKind::HeaderCut)),
        _ => return Err(error(TlvErrorKind::LengthForm)),
    };
    let (value, after) = after.split_at_checked(length).ok_or(error(TlvErrorKind::PastEnd))?;
    let raw = bytes.get(..bytes.len() - after.len()).unwrap_or_default();
    Ok((Object { tag, raw, value, at }, after))
}

fn two_bytes(first: u8, second: u8) -> Tag {
    Tag(u32::from(u16::from_be_bytes([first, second])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDE: &[Tag] = &[Tag(0xDFD1)];

    fn tags(hex: &str) -> (Vec<(u32, usize)>, usize, Vec<TlvErrorKind>) {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let found = objects(&bytes, WIDE);
        let tags = found.objects.iter().map(|object| (object.tag.0, object.value.len())).collect();
        (tags, found.end, found.faults.iter().map(|fault| fault.kind).collect())
    }

    #[test]
    fn lengths_of_every_form_even_where_a_shorter_one_would_do() {
        assert_eq!(
            tags("C0 02 3030 D9 81 01 30 DE 82 0001 41 00 00"),
            (vec![(0xC0, 2), (0xD9, 1), (0xDE, 1)], 13, vec![])
        );
        assert_eq!(tags("DA 00 DB 00 00 00"), (vec![(0xDA, 0), (0xDB, 0)], 4, vec![]));
        assert_eq!(tags(""), (vec![], 0, vec![]));
        assert_eq!(tags("00 00 00"), (vec![], 0, vec![]));
    }

    #[test]
    fn the_tag_that_is_no_ber() {
        assert_eq!(tags("DF D1 82 0002 AABB"), (vec![(0xDFD1, 2)], 7, vec![]));
        assert_eq!(tags("DF 01 AA"), (vec![(0xDF, 1)], 3, vec![]));
        let bytes = hex::decode("DFD10105").unwrap();
        assert_eq!(objects(&bytes, &[]).faults[0].kind, TlvErrorKind::LengthForm);
    }

    #[test]
    fn every_fault_has_its_name_and_place() {
        use TlvErrorKind::{AfterFiller, Duplicate, HeaderCut, LengthForm, PastEnd, TooMany};
        assert_eq!(tags("C0 01 30 C1").2, [HeaderCut]);
        assert_eq!(tags("C0 82 00").2, [HeaderCut]);
        assert_eq!(tags("C0 81").2, [HeaderCut]);
        assert_eq!(tags("C0 83 000001 30").2, [LengthForm]);
        assert_eq!(tags("C0 80 0000").2, [LengthForm]);
        assert_eq!(tags("C0 02 30").2, [PastEnd]);
        assert_eq!(tags("C0 01 30 C0 01 31"), (vec![(0xC0, 1)], 6, vec![Duplicate(Tag(0xC0))]));
        let bytes = hex::decode("C001300000C1").unwrap();
        assert_eq!(objects(&bytes, WIDE).faults, [TlvError { at: 5, kind: AfterFiller }]);
        let many: String = (1..=0x7F_u8).map(|tag| format!("{tag:02X}00")).collect();
        assert_eq!(tags(&many).2, [TooMany]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_objects_tile_the_data(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let found = objects(&bytes, WIDE);
            prop_assert!(found.end <= bytes.len());
            for object in &found.objects {
                prop_assert_eq!(&bytes[object.at..object.at + object.raw.len()], object.raw);
            }
        }
    }
}
