//! Hexadecimal digits, read fast: most of a saved dump is hex, and `hex::decode` took longer than its signatures.

/// What is not a digit.
const NONE: u8 = 0xFF;

/// The value of each digit, of either case.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let digits = b"0123456789abcdef0123456789ABCDEF";
    let mut at = 0;
    #[allow(clippy::indexing_slicing, clippy::as_conversions)] // Evaluated by the compiler, which would refuse it.
    while at < digits.len() {
        values[digits[at] as usize] = (at % 16) as u8;
        at += 1;
    }
    values
};

/// The bytes that an even number of hex digits stand for; `None` for anything else.
pub fn hex_bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let value = |digit: &u8| VALUES.get(usize::from(*digit)).copied().unwrap_or(NONE);
    let mut seen = 0;
    let both = |[high, low]: &[u8; 2]| {
        let (high, low) = (value(high), value(low));
        seen |= high | low;
        high << 4 | low & 0x0F
    };
    let bytes = pairs.iter().map(both).collect();
    (seen < 16).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_library_reads_and_nothing_else() {
        for one in 0..=u8::MAX {
            for other in 0..=u8::MAX {
                assert_eq!(hex_bytes(&[one, other]), hex::decode([one, other]).ok(), "{one} {other}");
            }
        }
        assert_eq!(hex_bytes(b"00fFa"), None);
        assert_eq!(hex_bytes(b"00fFa9"), Some(vec![0x00, 0xFF, 0xA9]));
        assert_eq!(hex_bytes(b""), Some(Vec::new()));
    }
}
