//! The shape of an encoded structure: how long it is, and whether it is DER throughout (ISO/IEC 8825-1 8.1, 10, 11).
//!
//! The X.509 parser lets several things pass that DER forbids (lengths that are not minimal, odd booleans, elements behind
//! the last known one), so the shape is looked at first, by these few lines. Signed messages (CMS) are BER as genuine
//! documents have it, and their hashes cover the bytes as they came.

/// The deepest nesting of a certificate that is looked at; the deepest known one has eight.
const MAX_DEPTH: usize = 16;

/// The most elements of one content (spec passport 14): a list of certificates has at most 4,000.
pub const MAX_CHILDREN: usize = 20_000;

const BOOLEAN: u8 = 0x01;
/// INTEGER
pub const INTEGER: u8 = 0x02;
/// BIT STRING
pub const BIT_STRING: u8 = 0x03;
/// BIT STRING in the constructed form, which DER forbids.
pub const BIT_STRING_IN_PIECES: u8 = BIT_STRING | CONSTRUCTED;
/// OCTET STRING
pub const OCTET_STRING: u8 = 0x04;
const OCTET_STRING_IN_PIECES: u8 = OCTET_STRING | CONSTRUCTED;
/// OBJECT IDENTIFIER
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// PrintableString
pub const PRINTABLE_STRING: u8 = 0x13;
/// SEQUENCE and SEQUENCE OF
pub const SEQUENCE: u8 = 0x30;
/// SET and SET OF
pub const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;
const UNIVERSAL_SEQUENCE: u8 = 0x10;
const UNIVERSAL_SET: u8 = 0x11;

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its identifier byte.
    pub tag: u8,
    /// Identifier, length, content and, after an indefinite length, the end mark.
    pub raw: &'a [u8],
    /// The content.
    pub content: &'a [u8],
    /// Whether its own length says where it ends.
    pub definite: bool,
    /// Whether its own header is DER.
    pub strict_header: bool,
    /// Whether all that it contains is DER.
    pub strict_content: bool,
}

/// Reads the BER element at the start of the bytes, with all that it contains; `None` if it is not whole.
pub fn element(bytes: &[u8]) -> Option<Element<'_>> {
    nested(bytes, MAX_DEPTH)
}

/// The elements that content consists of; `None` if they do not fill it, or are more than [`MAX_CHILDREN`].
pub fn children(content: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        if found.len() >= MAX_CHILDREN {
            return None;
        }
        let child = element(rest)?;
        rest = rest.get(child.raw.len()..)?;
        found.push(child);
    }
    Some(found)
}

/// The value of an OCTET STRING, put together if BER wrote it in pieces.
pub fn octets(element: &Element<'_>) -> Option<Vec<u8>> {
    match element.tag {
        OCTET_STRING => Some(element.content.to_vec()),
        OCTET_STRING_IN_PIECES => {
            let pieces: Option<Vec<Vec<u8>>> = children(element.content)?.iter().map(octets).collect();
            pieces.map(|pieces| pieces.concat())
        }
        _ => None,
    }
}

/// An object identifier with dots; `None` if it is not one, or has a number above 2^32.
pub fn dotted(element: &Element<'_>) -> Option<String> {
    if element.tag != OBJECT_IDENTIFIER {
        return None;
    }
    let mut numbers: Vec<u32> = Vec::new();
    let mut number = 0_u32;
    let mut ended = false;
    for byte in element.content {
        number = number.checked_mul(128)?.checked_add(u32::from(byte & 0x7F))?;
        ended = byte & 0x80 == 0;
        if ended {
            match numbers.as_slice() {
                // The first two are written as one.
                [] => {
                    let first = (number / 40).min(2);
                    numbers.extend([first, number.checked_sub(first * 40)?]);
                }
                _ => numbers.push(number),
            }
            number = 0;
        }
    }
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    ended.then(|| numbers.join("."))
}

/// A small INTEGER that is not negative.
pub fn small(element: &Element<'_>) -> Option<u32> {
    let [first, ..] = element.content else { return None };
    if element.tag != INTEGER || first & 0x80 != 0 {
        return None;
    }
    element.content.iter().try_fold(0_u32, |value, byte| value.checked_mul(256)?.checked_add(u32::from(*byte)))
}

/// The only element of the bytes, with this tag.
pub fn only(bytes: &[u8], tag: u8) -> Option<Element<'_>> {
    element(bytes).filter(|found| found.tag == tag && found.raw.len() == bytes.len())
}

fn nested(bytes: &[u8], depth: usize) -> Option<Element<'_>> {
    let depth = depth.checked_sub(1)?;
    let (&tag, after_tag) = bytes.split_first()?;
    // Tags of more than one byte do not occur in certificates.
    if tag & 0x1F == 0x1F {
        return None;
    }
    let (&form, rest) = after_tag.split_first()?;
    let constructed = tag & CONSTRUCTED != 0;
    let (length, minimal, rest) = match form {
        0..=0x7F => (Some(usize::from(form)), true, rest),
        0x80 => (None, false, rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(form & 0x0F))?;
            let length = digits.iter().fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
            (Some(length), digits.first() != Some(&0) && length > 0x7F, rest)
        }
        _ => return None,
    };
    let (used, strict_content) = if constructed {
        let content = length.map_or(Some(rest), |length| rest.get(..length))?;
        let (mut used, mut strict) = (0_usize, true);
        loop {
            let left = content.get(used..)?;
            let ended = if length.is_some() { left.is_empty() } else { left.starts_with(&[0, 0]) };
            if ended {
                break (used, strict);
            }
            let child = nested(left, depth)?;
            strict &= child.strict_header && child.strict_content;
            used = used.checked_add(child.raw.len())?;
        }
    } else {
        (length?, strict_primitive(tag, rest.get(..length?)?))
    };
    let end_mark = if length.is_none() { 2 } else { 0 };
    let total = (bytes.len() - rest.len()).checked_add(used)?.checked_add(end_mark)?;
    Some(Element {
        tag,
        raw: bytes.get(..total)?,
        content: rest.get(..used)?,
        definite: length.is_some(),
        strict_header: minimal && form_fits(tag),
        strict_content,
    })
}

/// Universal types other than SEQUENCE and SET are primitive in DER, and those two are constructed.
fn form_fits(tag: u8) -> bool {
    let universal = tag & 0xC0 == 0;
    let container = matches!(tag & 0x1F, UNIVERSAL_SEQUENCE | UNIVERSAL_SET);
    !universal || container == (tag & CONSTRUCTED != 0)
}

fn strict_primitive(tag: u8, content: &[u8]) -> bool {
    match (tag, content) {
        (BOOLEAN, [value]) => matches!(value, 0x00 | 0xFF),
        (BOOLEAN, _) | (INTEGER, []) => false,
        (INTEGER, [0x00, second, ..]) => *second > 0x7F,
        (INTEGER, [0xFF, second, ..]) => *second < 0x80,
        _ => true,
    }
}

/// Content as the content of a SEQUENCE of definite, minimal length.
pub fn sequence(content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits: Vec<u8> = length.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![SEQUENCE];
    match (content.len(), u8::try_from(digits.len())) {
        (0..=0x7F, _) => out.push(digits.first().copied().unwrap_or(0)),
        (_, Ok(count)) => {
            out.push(0x80 | count);
            out.extend(digits);
        }
        // No machine counts bytes in more than 255 digits.
        (_, Err(_)) => {}
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(hex: &str) -> Option<(usize, bool, bool)> {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        element(&bytes).map(|found| (found.raw.len(), found.definite, found.strict_header && found.strict_content))
    }

    #[test]
    fn der_and_what_ber_allows_besides() {
        assert_eq!(shape("30 03 02 01 05 00 00"), Some((5, true, true)));
        assert_eq!(shape("30 80 02 01 05 00 00 00"), Some((7, false, false)));
        assert_eq!(shape("30 81 03 02 01 05"), Some((6, true, false)), "long form where the short one does");
        assert_eq!(shape("30 82 00 03 02 01 05"), Some((7, true, false)));
        assert_eq!(shape("30 04 02 81 01 05"), Some((6, true, false)), "inside");
        assert_eq!(shape("30 04 02 02 00 05"), Some((6, true, false)), "a number with a zero in front");
        assert_eq!(shape("30 04 02 02 00 85"), Some((6, true, true)));
        assert_eq!(shape("30 03 01 01 01"), Some((5, true, false)), "a boolean is 00 or FF");
        assert_eq!(shape("30 03 01 01 FF"), Some((5, true, true)));
        assert_eq!(shape("24 03 04 01 05"), Some((5, true, false)), "strings are primitive");
        assert_eq!(shape("A3 03 02 01 05"), Some((5, true, true)));
    }

    #[test]
    fn what_is_not_whole_is_nothing() {
        for hex in [
            "",
            "30",
            "30 03 02 01",
            "30 03 02 02 05",
            "30 80 02 01 05",
            "30 80 02 01 05 00",
            "04 80 00 00",
            "1F 01 00",
        ] {
            assert_eq!(shape(hex), None, "{hex}");
        }
        assert_eq!(shape("30 85 00 00 00 00 00"), None);
        let deep = "3080".repeat(20) + &"0000".repeat(20);
        assert_eq!(shape(&deep), None);
    }

    #[test]
    fn more_children_than_the_limit_are_not_collected() {
        let null = [0x05, 0x00];
        assert_eq!(children(&null.repeat(MAX_CHILDREN)).map(|found| found.len()), Some(MAX_CHILDREN));
        assert_eq!(children(&null.repeat(MAX_CHILDREN + 1)), None);
    }

    #[test]
    fn an_outer_header_is_written_minimally() {
        for count in [0_usize, 1, 63, 64, 127, 128, 600] {
            let content = [0x05, 0x00].repeat(count);
            let bytes = sequence(&content);
            let found = element(&bytes).unwrap();
            assert_eq!((found.tag, found.content, found.strict_header), (SEQUENCE, &content[..], true));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(found) = element(&bytes) {
                prop_assert!(bytes.starts_with(found.raw));
                prop_assert!(found.raw.len() >= found.content.len());
            }
        }
    }
}
