//! The writer: shortest heads, definite lengths, entries in the order given.

use minicbor::Encoder;

use super::EMBEDDED;

/// Neither a vector nor the few calls below can fail.
fn written<T, E>(call: impl FnOnce(&mut Encoder<Vec<u8>>) -> Result<T, E>) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let _ = call(&mut encoder);
    encoder.into_writer()
}

fn length(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}

/// A number from 0.
pub fn uint(number: u64) -> Vec<u8> {
    written(|encoder| encoder.u64(number).map(|_| ()))
}

/// A number.
pub fn int(number: i64) -> Vec<u8> {
    written(|encoder| encoder.i64(number).map(|_| ()))
}

/// A text.
pub fn text(text: &str) -> Vec<u8> {
    written(|encoder| encoder.str(text).map(|_| ()))
}

/// A byte string.
pub fn bytes(bytes: &[u8]) -> Vec<u8> {
    written(|encoder| encoder.bytes(bytes).map(|_| ()))
}

/// true or false.
pub fn boolean(value: bool) -> Vec<u8> {
    written(|encoder| encoder.bool(value).map(|_| ()))
}

/// null.
pub fn null() -> Vec<u8> {
    written(|encoder| encoder.null().map(|_| ()))
}

/// An array of encoded items.
pub fn array<T: AsRef<[u8]>>(items: &[T]) -> Vec<u8> {
    let mut all = written(|encoder| encoder.array(length(items.len())).map(|_| ()));
    items.iter().for_each(|item| all.extend_from_slice(item.as_ref()));
    all
}

/// A map of encoded keys to encoded values.
pub fn map<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: &[(K, V)]) -> Vec<u8> {
    let mut all = written(|encoder| encoder.map(length(entries.len())).map(|_| ()));
    for (key, value) in entries {
        all.extend_from_slice(key.as_ref());
        all.extend_from_slice(value.as_ref());
    }
    all
}

/// An encoded item under a tag.
pub fn tagged(tag: u64, item: &[u8]) -> Vec<u8> {
    let mut all = written(|encoder| encoder.tag(minicbor::data::Tag::new(tag)).map(|_| ()));
    all.extend_from_slice(item);
    all
}

/// An encoded item in a byte string under tag 24.
pub fn embedded(item: &[u8]) -> Vec<u8> {
    tagged(EMBEDDED, &bytes(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_the_shortest() {
        for (written, hex) in [
            (uint(23), "17"),
            (uint(24), "1818"),
            (uint(65_536), "1a00010000"),
            (int(-7), "26"),
            (int(-1), "20"),
            (text("ü"), "62c3bc"),
            (bytes(&[1, 2]), "420102"),
            (boolean(true), "f5"),
            (null(), "f6"),
            (array(&[uint(1), text("a")]), "82016161"),
            (map(&[(text("b"), uint(1)), (text("a"), uint(2))]), "a2616201616102"),
            (tagged(0, &text("")), "c060"),
            (embedded(&uint(1)), "d8184101"),
            (array::<Vec<u8>>(&[]), "80"),
        ] {
            assert_eq!(hex::encode(written), hex);
        }
    }
}
