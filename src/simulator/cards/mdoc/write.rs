//! What a simulated issuer and a simulated phone write in CBOR beyond single items.

pub use crate::cbor::{array, boolean, bytes, embedded as encoded, int, map, null, tagged, text, uint};

/// A map with texts for keys.
pub fn record(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    map(&entries.iter().map(|(key, value)| (text(key), value.clone())).collect::<Vec<_>>())
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
    fn days_and_times_have_the_form_of_the_standard() {
        assert_eq!(hex::encode(encoded(&record(&[("status", uint(20))]))), "d81849a16673746174757314");
        assert_eq!(hex::encode(day(jiff::civil::Date::constant(1971, 9, 1))), "d903ec6a313937312d30392d3031");
        let at = "2020-10-01T13:30:02Z".parse().unwrap();
        assert_eq!(hex::encode(time(at)), "c074323032302d31302d30315431333a33303a30325a");
    }
}
