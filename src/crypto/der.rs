//! Strict DER (ITU-T X.690 10) as far as keys and signatures need it: definite lengths in their shortest form.

/// INTEGER
pub const INTEGER: u8 = 0x02;
/// BIT STRING
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING
pub const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER
pub const OID: u8 = 0x06;
/// SEQUENCE
pub const SEQUENCE: u8 = 0x30;
/// SET
pub const SET: u8 = 0x31;

/// Tag, value and rest of the first object, whatever it is.
pub fn any(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(first), rest),
        0x81..=0x83 => {
            let (field, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            let length = field.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            // The shortest form: one byte only from 128 on, no leading zero.
            if length < 0x80 || field.first() == Some(&0) {
                return None;
            }
            (length, rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    (tag & 0x1F != 0x1F).then_some((tag, value, rest))
}

/// Value and rest of the first object, if its tag is this.
pub fn take(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    any(bytes).filter(|(found, ..)| *found == tag).map(|(_, value, rest)| (value, rest))
}

/// The value of the only object.
pub fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    take(bytes, tag).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// A positive INTEGER's bytes without the sign byte, and the rest.
pub fn unsigned(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (value, rest) = take(bytes, INTEGER)?;
    match value {
        [] | [0x80..=0xFF, ..] | [0, 0..=0x7F, ..] => None,
        [0, magnitude @ ..] if !magnitude.is_empty() => Some((magnitude, rest)),
        magnitude => Some((magnitude, rest)),
    }
}

/// An object of this tag.
pub fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = value.len().to_be_bytes();
    let field: Vec<u8> = length.iter().copied().skip_while(|byte| *byte == 0).collect();
    match field.as_slice() {
        [] => bytes.push(0),
        [short @ ..=0x7F] => bytes.push(*short),
        long => {
            bytes.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            bytes.extend(long);
        }
    }
    bytes.extend(value);
    bytes
}

/// A positive INTEGER from big-endian bytes.
pub fn integer(magnitude: &[u8]) -> Vec<u8> {
    let mut value: Vec<u8> = magnitude.iter().copied().skip_while(|byte| *byte == 0).collect();
    if value.first().is_none_or(|first| first & 0x80 != 0) {
        value.insert(0, 0);
    }
    object(INTEGER, &value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_their_shortest_form() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
            let bytes = object(OCTET_STRING, &vec![7; length]);
            assert_eq!(only(&bytes, OCTET_STRING).map(<[u8]>::len), Some(length));
        }
        for bad in ["", "04", "0401", "048101AA", "04820001AA", "0480AA0000", "0485", "1F01AA", "0402AA", "0401AABB"] {
            assert_eq!(only(&hex::decode(bad).unwrap(), OCTET_STRING), None, "{bad}");
        }
    }

    #[test]
    fn integers_are_positive_and_minimal() {
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[2, 1, 0]), Some((&[0][..], &[][..])));
        assert_eq!(unsigned(&[2, 2, 0, 0x80, 5]), Some((&[0x80][..], &[5][..])));
        for bad in ["0200", "0180", "020180", "02020001", "0202"] {
            assert_eq!(unsigned(&hex::decode(bad).unwrap()), None, "{bad}");
        }
    }
}
