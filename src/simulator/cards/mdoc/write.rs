//! CBOR as a simulated issuer and a simulated phone write it: each function returns one encoded item. What is wrong on purpose is put
//! together of these by hand.

/// A head: major type and argument in the shortest form.
pub fn head(major: u8, argument: u64) -> Vec<u8> {
    let first = major << 5;
    let bytes = argument.to_be_bytes();
    let (info, length): (u8, usize) = match argument {
        0..=23 => (bytes[7], 0),
        24..=0xFF => (24, 1),
        0x100..=0xFFFF => (25, 2),
        0x1_0000..=0xFFFF_FFFF => (26, 4),
        _ => (27, 8),
    };
    let mut head = vec![first | info];
    head.extend(bytes.iter().skip(8 - length));
    head
}

fn sized(major: u8, length: usize) -> Vec<u8> {
    head(major, u64::try_from(length).unwrap_or(u64::MAX))
}

/// An integer that is not negative.
pub fn uint(value: u64) -> Vec<u8> {
    head(0, value)
}

/// An integer.
pub fn int(value: i64) -> Vec<u8> {
    match u64::try_from(value) {
        Ok(value) => head(0, value),
        Err(_) => head(1, value.unsigned_abs().saturating_sub(1)),
    }
}

/// A byte string.
pub fn bytes(value: &[u8]) -> Vec<u8> {
    [sized(2, value.len()), value.to_vec()].concat()
}

/// A text.
pub fn text(value: &str) -> Vec<u8> {
    [sized(3, value.len()), value.as_bytes().to_vec()].concat()
}

/// An array.
pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [sized(4, items.len()), items.concat()].concat()
}

/// A map, in this order.
pub fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = sized(5, entries.len());
    for (key, value) in entries {
        out.extend_from_slice(key);
        out.extend_from_slice(value);
    }
    out
}

/// A map with texts for keys.
pub fn record(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    map(&entries.iter().map(|(key, value)| (text(key), value.clone())).collect::<Vec<_>>())
}

/// A tagged item.
pub fn tagged(tag: u64, item: &[u8]) -> Vec<u8> {
    [head(6, tag), item.to_vec()].concat()
}

/// `#6.24(bstr)`: an encoded item.
pub fn encoded(item: &[u8]) -> Vec<u8> {
    tagged(24, &bytes(item))
}

/// A boolean.
pub fn boolean(value: bool) -> Vec<u8> {
    vec![if value { 0xF5 } else { 0xF4 }]
}

/// null
pub fn null() -> Vec<u8> {
    vec![0xF6]
}

/// tdate: RFC 3339 in UTC without a fraction.
pub fn time(at: jiff::Timestamp) -> Vec<u8> {
    tagged(0, &text(&at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
}

/// full-date (RFC 8943).
pub fn day(date: jiff::civil::Date) -> Vec<u8> {
    tagged(1004, &text(&date.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_have_the_shortest_form() {
        for (value, expected) in [(23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65_536, "1a00010000")] {
            assert_eq!(hex::encode(uint(value)), expected);
        }
        assert_eq!(hex::encode(uint(u64::MAX)), "1bffffffffffffffff");
        assert_eq!((hex::encode(int(-7)), hex::encode(int(-35)), int(5)), ("26".into(), "3822".into(), vec![5]));
        assert_eq!(hex::encode(encoded(&record(&[("status", uint(20))]))), "d81849a16673746174757314");
        assert_eq!(hex::encode(day(jiff::civil::Date::constant(1971, 9, 1))), "d903ec6a313937312d30392d3031");
    }
}
