//! The licence's own TLV: looks like BER, is not (spec licence 2.2; 6.4 for the マイナ免許証).
//!
//! | rule | mark |
//! | --- | --- |
//! | a tag is one byte, even `1F`, `3F`, `5F`, `7F`, `9F`, `BF` | C2+ |
//! | the exceptions: `5F40` in the photo file (C2+), `0100` to `010D` in the マイナ免許証 (I, A) | |
//! | a length is one byte up to 127, else `82 hh ll`; `81` never occurs | C, A |
//! | items stand back to back in the order of their tags, then `FF` up to the end of the file | C2+ |
//! | nothing but `00` up to the end is filler too: no tag is `00` | I |
//! | in the マイナ免許証 `FF` is a real tag too: it is one if a length follows, else filler | S, A, derived |

use crate::{
    cards::model::DataEnd,
    tlv::{self, Items, Object, Tag, TlvError, TlvErrorKind},
};

/// The byte that announces a length of two more bytes.
const LONG: u8 = 0x82;

/// The byte before the filler, and the filler itself.
pub const FILLER: u8 = 0xFF;

/// The filler that a file may have instead: of a マイナ免許証 the spec does not say which (6.4, derived).
pub const FILLER_ZERO: u8 = 0x00;

/// The most faults of one file that are named. A file with more did not come from a card.
const MAX_FAULTS: usize = 32;

/// How the tags of one file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// One-byte tags; `FF` ends the data, and so does `00` if nothing else follows: every file of a 運転免許証 but the photo.
    Licence,
    /// As [`Rules::Licence`], but a first byte `5F` has a second one: DF2/EF01.
    LicencePhoto,
    /// A first byte `01` has a second one; `FF` is a tag if a length follows it; `00` ends the data as well.
    Menkyo,
}

impl Rules {
    /// The first byte of this file's two-byte tags.
    fn wide(self) -> Option<u8> {
        match self {
            Self::Licence => None,
            Self::LicencePhoto => Some(0x5F),
            Self::Menkyo => Some(0x01),
        }
    }

    /// Whether the data ends in front of these bytes.
    fn ends(self, rest: &[u8]) -> bool {
        match (self, rest) {
            (_, []) => true,
            (Self::Licence | Self::LicencePhoto, [FILLER, ..]) => true,
            (Self::Licence | Self::LicencePhoto, rest) => rest.iter().all(|byte| *byte == FILLER_ZERO),
            (Self::Menkyo, [FILLER_ZERO, ..] | [FILLER]) => true,
            (Self::Menkyo, [FILLER, length, ..]) => *length > 0x7F && *length != LONG,
            (Self::Menkyo, _) => false,
        }
    }
}

/// Reads the items of a file. Never fails as a whole: what is wrong is in [`Items::faults`], with its position.
pub fn items(bytes: &[u8], rules: Rules) -> Items<'_> {
    let mut found = Items { objects: Vec::new(), end: 0, faults: Vec::new() };
    let mut rest = bytes;
    while !rules.ends(rest) {
        let at = found.end;
        if found.faults.len() >= MAX_FAULTS {
            found.faults.push(TlvError { at, kind: TlvErrorKind::TooManyFaults });
            return found;
        }
        let object = match item(rest, at, rules) {
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
        if found.objects.last().is_some_and(|last| last.tag > object.tag) {
            found.faults.push(TlvError { at, kind: TlvErrorKind::OutOfOrder(object.tag) });
        }
        found.objects.push(object);
    }
    if let Some(first) = rest.first()
        && let Some(odd) = rest.iter().position(|byte| byte != first)
    {
        found.faults.push(TlvError { at: found.end + odd, kind: TlvErrorKind::AfterFiller });
    }
    found
}

/// Where the items of a file end and its filler begins, as far as these first bytes of it show.
pub fn data_end(bytes: &[u8], rules: Rules) -> DataEnd {
    let mut rest = bytes;
    loop {
        let at = bytes.len() - rest.len();
        match (rules, rest) {
            (_, []) | (Rules::Menkyo, [_]) => return DataEnd::Beyond(bytes.len() + 2),
            // Anything else behind the first byte of filler is for those to judge who see all of it.
            (_, [filler, ..]) if rules.ends(rest) => {
                let filled = rest.iter().all(|byte| byte == filler);
                return if filled { DataEnd::At(*filler) } else { DataEnd::Unknown };
            }
            _ => {}
        }
        match head(rest, rules) {
            Ok((_, header, length)) => match rest.get(header + length..) {
                Some(after) => rest = after,
                None => return DataEnd::Beyond(at + header + length + 2),
            },
            Err(TlvErrorKind::HeaderCut) => return DataEnd::Beyond(bytes.len() + 2),
            Err(_) => return DataEnd::Unknown,
        }
    }
}

/// Tag, bytes of the header and bytes of the value of the item at the start of `bytes`.
fn head(bytes: &[u8], rules: Rules) -> Result<(Tag, usize, usize), TlvErrorKind> {
    let (tag, rest) = match bytes {
        [first, second, rest @ ..] if rules.wide() == Some(*first) => {
            (u32::from(u16::from_be_bytes([*first, *second])), rest)
        }
        [first, rest @ ..] if rules.wide() != Some(*first) => (u32::from(*first), rest),
        _ => return Err(TlvErrorKind::HeaderCut),
    };
    let (length, after) = match rest {
        [length @ 0..=0x7F, after @ ..] => (usize::from(*length), after),
        [LONG, high, low, after @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), after),
        [] | [LONG, ..] => return Err(TlvErrorKind::HeaderCut),
        _ => return Err(TlvErrorKind::LengthForm),
    };
    Ok((Tag(tag), bytes.len() - after.len(), length))
}

/// Reads the item at the start of `bytes`, which are at offset `at` of the file; returns it and what follows it.
///
/// # Errors
/// [`TlvError`] when the item is not whole or its length has another form.
pub fn item(bytes: &[u8], at: usize, rules: Rules) -> Result<(Object<'_>, &[u8]), TlvError> {
    let error = |kind| TlvError { at, kind };
    let (tag, header, length) = head(bytes, rules).map_err(error)?;
    let (raw, after) = bytes.split_at_checked(header + length).ok_or(error(TlvErrorKind::PastEnd))?;
    Ok((Object { tag, raw, value: raw.get(header..).unwrap_or_default(), at }, after))
}

/// Encodes an item: tag bytes as they are, one length byte up to 127, else `82 hh ll`. Values of 64 KiB and more do not
/// exist on these cards.
pub fn encode(tag: Tag, value: &[u8]) -> Vec<u8> {
    tlv::encode(tag, value)
}

/// Bytes of an item with a value of this length.
pub fn encoded_length(tag: Tag, value: usize) -> usize {
    let tag = if tag.0 > 0xFF { 2 } else { 1 };
    let length = if value > 0x7F { 3 } else { 1 };
    tag + length + value
}

/// A file of exactly `size` bytes: the items, then filler. `None` when they do not fit.
pub fn fill(mut items: Vec<u8>, size: usize, filler: u8) -> Option<Vec<u8>> {
    if items.len() > size {
        return None;
    }
    items.resize(size, filler);
    Some(items)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tags(hex: &str, rules: Rules) -> (Vec<u32>, usize, Vec<TlvErrorKind>) {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let found = items(&bytes, rules);
        let tags = found.objects.iter().map(|object| object.tag.0).collect();
        (tags, found.end, found.faults.iter().map(|fault| fault.kind).collect())
    }

    #[test]
    fn one_byte_tags_even_where_ber_has_two() {
        assert_eq!(tags("1F00 3F01AA 5F0141 7F00 9F00 BF00 FFFF", Rules::Licence), {
            (vec![0x1F, 0x3F, 0x5F, 0x7F, 0x9F, 0xBF], 14, vec![])
        });
        assert_eq!(tags("5F40820002AABB FF", Rules::LicencePhoto), (vec![0x5F40], 7, vec![]));
    }

    #[test]
    fn lengths_of_127_128_and_130() {
        for (length, header) in [(127_usize, 2_usize), (128, 4), (130, 4)] {
            let bytes = encode(Tag(0xB5), &vec![0x20; length]);
            assert_eq!(bytes.len(), header + length);
            assert_eq!(bytes.len(), encoded_length(Tag(0xB5), length));
            assert_eq!(items(&bytes, Rules::Licence).objects[0].value.len(), length);
        }
        assert_eq!(encode(Tag(0xB5), &[0; 130])[..4], [0xB5, 0x82, 0x00, 0x82]);
    }

    #[test]
    fn every_fault_has_its_name_and_place() {
        use TlvErrorKind::{AfterFiller, Duplicate, HeaderCut, LengthForm, OutOfOrder, PastEnd};
        assert_eq!(tags("1101 78 128105", Rules::Licence), (vec![0x11], 3, vec![LengthForm]));
        assert_eq!(tags("110178 12", Rules::Licence), (vec![0x11], 3, vec![HeaderCut]));
        assert_eq!(tags("110178 1282", Rules::Licence).2, [HeaderCut]);
        assert_eq!(tags("5F", Rules::LicencePhoto).2, [HeaderCut]);
        assert_eq!(tags("110178 120541", Rules::Licence).2, [PastEnd]);
        assert_eq!(tags("1400 1400", Rules::Licence).2, [Duplicate(Tag(0x14))]);
        assert_eq!(tags("1500 1400", Rules::Licence), (vec![0x15, 0x14], 4, vec![OutOfOrder(Tag(0x14))]));
        let bytes = hex::decode("1400FFFF00").unwrap();
        assert_eq!(items(&bytes, Rules::Licence).faults, [TlvError { at: 4, kind: AfterFiller }]);
        assert_eq!(tags("", Rules::Licence), (vec![], 0, vec![]));
    }

    #[test]
    fn zeros_up_to_the_end_are_filler_and_nothing_before_is() {
        for (file, rules) in [("110178 00000000", Rules::Licence), ("5F40820001AA 0000", Rules::LicencePhoto)] {
            let (tags, end, faults) = tags(file, rules);
            assert_eq!((tags.len(), faults), (1, vec![]), "{file}");
            let bytes = hex::decode(file.replace(' ', "")).unwrap();
            assert!(bytes[end..].iter().all(|byte| *byte == 0));
            assert_eq!(data_end(&bytes, rules), DataEnd::At(0x00), "{file}");
        }
        assert_eq!(tags("110178 0000 1200", Rules::Licence).2, [TlvErrorKind::OutOfOrder(Tag(0))]);
    }

    #[test]
    fn a_file_has_only_so_many_faults() {
        for rules in [Rules::Licence, Rules::LicencePhoto] {
            let found = items(&[&[0x00; 100_000][..], &[0x11]].concat(), rules).faults;
            assert_eq!(found.len(), MAX_FAULTS + 1);
            assert_eq!(found.last().map(|fault| fault.kind), Some(TlvErrorKind::TooManyFaults));
        }
        let found = items(&[0xC2, 0x00].repeat(50_000), Rules::Menkyo).faults;
        assert_eq!(found.len(), MAX_FAULTS + 1);
    }

    #[test]
    fn the_real_tag_ff_of_the_menkyo_file() {
        assert_eq!(tags("FE00 FF0141 0100 00 0107 0141", Rules::Menkyo), (vec![0xFE, 0xFF, 0x100, 0x107], 12, vec![]));
        assert_eq!(tags("FE00 FF00 0100 00 FFFFFF", Rules::Menkyo), (vec![0xFE, 0xFF, 0x100], 7, vec![]));
        assert_eq!(tags("FE00 FF", Rules::Menkyo), (vec![0xFE], 2, vec![]));
        assert_eq!(tags("FE00 FF00 0000", Rules::Menkyo), (vec![0xFE, 0xFF], 4, vec![]));
        assert_eq!(tags("FE00 01", Rules::Menkyo).2, [TlvErrorKind::HeaderCut]);
    }

    #[test]
    fn the_end_of_the_data_shows_or_what_is_needed_to_see_it() {
        use DataEnd::{At, Beyond, Unknown};
        let end = |hex: &str, rules| data_end(&hex::decode(hex.replace(' ', "")).unwrap(), rules);
        assert_eq!(end("110178 FF", Rules::Licence), At(0xFF));
        assert_eq!(end("110178 FFFFFF", Rules::Licence), At(0xFF));
        assert_eq!(end("110178", Rules::Licence), Beyond(5));
        assert_eq!(end("110178 1205", Rules::Licence), Beyond(3 + 2 + 5 + 2));
        assert_eq!(end("110178 1282FF", Rules::Licence), Beyond(8));
        assert_eq!(end("110178 1282FFFF", Rules::Licence), Beyond(3 + 4 + 0xFFFF + 2));
        assert_eq!(end("110178 1281", Rules::Licence), Unknown);
        assert_eq!(end("110178 FF1205", Rules::Licence), Unknown, "something behind the filler");
        assert_eq!(end("", Rules::Licence), Beyond(2));
        assert_eq!(end("FE00 FF", Rules::Menkyo), Beyond(5), "a tag or filler");
        assert_eq!(end("FE00 FFFF", Rules::Menkyo), At(0xFF));
        assert_eq!(end("FE00 FF00 0000", Rules::Menkyo), At(0x00));
        assert_eq!(end("FE00 FF00 00FF", Rules::Menkyo), Unknown);
    }

    proptest! {
        #[test]
        fn the_end_of_the_data_never_panics_and_agrees_with_the_items(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for rules in [Rules::Licence, Rules::LicencePhoto, Rules::Menkyo] {
                match data_end(&bytes, rules) {
                    DataEnd::At(filler) => {
                        let found = items(&bytes, rules);
                        prop_assert!(bytes[found.end..].iter().all(|byte| *byte == filler));
                    }
                    DataEnd::Beyond(least) => prop_assert!(least > bytes.len()),
                    DataEnd::Unknown => {}
                }
            }
        }

        #[test]
        fn no_bytes_panic_and_items_tile_the_data(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for rules in [Rules::Licence, Rules::LicencePhoto, Rules::Menkyo] {
                let found = items(&bytes, rules);
                prop_assert!(found.end <= bytes.len());
                for object in &found.objects {
                    prop_assert_eq!(&bytes[object.at..object.at + object.raw.len()], object.raw);
                }
            }
        }

        #[test]
        fn what_is_encoded_reads_back(values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 1..20)) {
            let mut bytes = Vec::new();
            for (tag, value) in (0x11_u32..).zip(&values) {
                bytes.extend(encode(Tag(tag), value));
            }
            let size = bytes.len() + 7;
            let file = fill(bytes, size, FILLER).unwrap();
            let found = items(&file, Rules::Licence);
            prop_assert!(found.faults.is_empty());
            prop_assert_eq!(found.end, size - 7);
            prop_assert!(found.objects.iter().map(|object| object.value).eq(values.iter().map(Vec::as_slice)));
        }
    }
}
