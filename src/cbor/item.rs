//! The decoder.

use std::collections::HashSet;

use minicbor::{Decoder, data::Type};

use crate::text::errors;

use super::{EMBEDDED, MAX_BYTES, MAX_DEPTH, MAX_ENTRIES, MAX_ITEMS, MAX_TEXT};

errors! {
    /// Why bytes are not an item that is taken.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum CborError {
        Malformed = "the data is not CBOR, or ends too early",
        Trailing = "bytes follow the item",
        Indefinite = "an indefinite length",
        TooDeep = "nested too deep",
        TooMany = "too many entries",
        TooLong = "a text or byte string that is too long",
        RepeatedKey = "a map has a key twice",
        KeyType = "a key that is neither a number nor text",
        Type = "an item of another type than expected",
        Missing = "a map lacks an entry",
    }
}

/// A decoded item and the bytes it came in.
#[derive(Clone, PartialEq)]
pub struct Item<'a> {
    /// The encoding as it came.
    pub raw: &'a [u8],
    /// What it says.
    pub value: Value<'a>,
}

/// What an item says.
#[derive(Clone, PartialEq)]
pub enum Value<'a> {
    /// 0 or above.
    Uint(u64),
    /// −1 − n.
    Nint(u64),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// An array.
    Array(Vec<Item<'a>>),
    /// A map, in the order that came.
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// A tag and what it is on.
    Tag(u64, Box<Item<'a>>),
    /// true or false.
    Bool(bool),
    /// null.
    Null,
    /// undefined, another simple value, or a floating-point number: nothing that an mdoc needs.
    Other,
}

impl std::fmt::Debug for Item<'_> {
    /// The content is personal: it does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({} bytes)", self.raw.len())
    }
}

/// Decodes bytes that are one item and nothing else.
///
/// # Errors
/// [`CborError`].
pub fn decode(bytes: &[u8]) -> Result<Item<'_>, CborError> {
    let mut reader = Reader { bytes, decoder: Decoder::new(bytes), items: 0 };
    let item = reader.item(MAX_DEPTH)?;
    if reader.decoder.position() == bytes.len() { Ok(item) } else { Err(CborError::Trailing) }
}

struct Reader<'a> {
    bytes: &'a [u8],
    decoder: Decoder<'a>,
    items: usize,
}

#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Uint(u64),
    Nint(u64),
    Text(&'a str),
}

impl<'a> Reader<'a> {
    fn item(&mut self, depth: usize) -> Result<Item<'a>, CborError> {
        let below = depth.checked_sub(1).ok_or(CborError::TooDeep)?;
        self.items += 1;
        if self.items > MAX_ITEMS {
            return Err(CborError::TooMany);
        }
        let start = self.decoder.position();
        let value = self.value(below)?;
        let raw = self.bytes.get(start..self.decoder.position()).ok_or(CborError::Malformed)?;
        Ok(Item { raw, value })
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, CborError> {
        let malformed = |_| CborError::Malformed;
        let decoder = &mut self.decoder;
        Ok(match decoder.datatype().map_err(malformed)? {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => Value::Uint(decoder.u64().map_err(malformed)?),
            Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
                let number = i128::from(decoder.int().map_err(malformed)?);
                Value::Nint(u64::try_from(-1 - number).map_err(|_| CborError::Malformed)?)
            }
            Type::Bytes => Value::Bytes(limited(decoder.bytes().map_err(malformed)?, MAX_BYTES)?),
            Type::String => {
                let text = decoder.str().map_err(malformed)?;
                limited(text.as_bytes(), MAX_TEXT)?;
                Value::Text(text)
            }
            Type::Array => {
                let count = decoder.array().map_err(malformed)?;
                let count = self.count(count, 1)?;
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(self.item(depth)?);
                }
                Value::Array(items)
            }
            Type::Map => {
                let count = decoder.map().map_err(malformed)?;
                let count = self.count(count, 2)?;
                let mut entries = Vec::with_capacity(count);
                let mut seen = HashSet::with_capacity(count);
                for _ in 0..count {
                    let key = self.item(depth)?;
                    let fresh = match key.value {
                        Value::Uint(number) => seen.insert(Key::Uint(number)),
                        Value::Nint(number) => seen.insert(Key::Nint(number)),
                        Value::Text(text) => seen.insert(Key::Text(text)),
                        _ => return Err(CborError::KeyType),
                    };
                    if !fresh {
                        return Err(CborError::RepeatedKey);
                    }
                    entries.push((key, self.item(depth)?));
                }
                Value::Map(entries)
            }
            Type::Tag => {
                let tag = decoder.tag().map_err(malformed)?.as_u64();
                Value::Tag(tag, Box::new(self.item(depth)?))
            }
            Type::Bool => Value::Bool(decoder.bool().map_err(malformed)?),
            Type::Null => {
                decoder.null().map_err(malformed)?;
                Value::Null
            }
            Type::Undefined => self.pass(1)?,
            Type::F16 => self.pass(3)?,
            Type::F32 => self.pass(5)?,
            Type::F64 => self.pass(9)?,
            Type::Simple => {
                let start = decoder.position();
                let value = decoder.simple().map_err(malformed)?;
                // RFC 8949 3.3: two bytes for what one could say are not well-formed, and 24 to 31 do not exist.
                if value < 32 && decoder.position() - start > 1 {
                    return Err(CborError::Malformed);
                }
                Value::Other
            }
            Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef => {
                return Err(CborError::Indefinite);
            }
            _ => return Err(CborError::Malformed),
        })
    }

    fn pass(&mut self, bytes: usize) -> Result<Value<'a>, CborError> {
        let end = self.decoder.position() + bytes;
        if end > self.bytes.len() {
            return Err(CborError::Malformed);
        }
        self.decoder.set_position(end);
        Ok(Value::Other)
    }

    /// How many entries of at least so many bytes follow: checked before anything is allocated for them.
    fn count(&self, count: Option<u64>, least: usize) -> Result<usize, CborError> {
        let count = count.ok_or(CborError::Indefinite)?;
        let count = usize::try_from(count).map_err(|_| CborError::TooMany)?;
        if count > MAX_ENTRIES {
            return Err(CborError::TooMany);
        }
        let left = self.bytes.len().saturating_sub(self.decoder.position());
        if count.saturating_mul(least) > left { Err(CborError::Malformed) } else { Ok(count) }
    }
}

fn limited(bytes: &[u8], most: usize) -> Result<&[u8], CborError> {
    if bytes.len() > most { Err(CborError::TooLong) } else { Ok(bytes) }
}

impl<'a> Item<'a> {
    /// The entries of a map.
    ///
    /// # Errors
    /// [`CborError::Type`].
    pub fn entries(&self) -> Result<&[(Item<'a>, Item<'a>)], CborError> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            _ => Err(CborError::Type),
        }
    }

    /// The items of an array.
    ///
    /// # Errors
    /// [`CborError::Type`].
    pub fn items(&self) -> Result<&[Item<'a>], CborError> {
        match &self.value {
            Value::Array(items) => Ok(items),
            _ => Err(CborError::Type),
        }
    }

    /// The entry of a map under a text, if it has one.
    ///
    /// # Errors
    /// [`CborError::Type`] if this is not a map.
    pub fn find(&self, key: &str) -> Result<Option<&Item<'a>>, CborError> {
        Ok(self.entries()?.iter().find(|(name, _)| name.value == Value::Text(key)).map(|(_, value)| value))
    }

    /// The entry of a map under a text, if it has one that is not null: some write null for what they leave out.
    ///
    /// # Errors
    /// [`CborError::Type`] if this is not a map.
    pub fn optional(&self, key: &str) -> Result<Option<&Item<'a>>, CborError> {
        Ok(self.find(key)?.filter(|item| item.value != Value::Null))
    }

    /// The entry of a map under a text.
    ///
    /// # Errors
    /// [`CborError`] if this is not a map, or lacks it.
    pub fn get(&self, key: &str) -> Result<&Item<'a>, CborError> {
        self.find(key)?.ok_or(CborError::Missing)
    }

    /// The entry of a map under a number, if it has one.
    ///
    /// # Errors
    /// [`CborError::Type`] if this is not a map.
    pub fn find_number(&self, key: i64) -> Result<Option<&Item<'a>>, CborError> {
        let wanted = match u64::try_from(key) {
            Ok(number) => Value::Uint(number),
            Err(_) => Value::Nint(key.unsigned_abs() - 1),
        };
        Ok(self.entries()?.iter().find(|(name, _)| name.value == wanted).map(|(_, value)| value))
    }

    /// The entry of a map under a number, if it has one that is not null.
    ///
    /// # Errors
    /// [`CborError::Type`] if this is not a map.
    pub fn optional_number(&self, key: i64) -> Result<Option<&Item<'a>>, CborError> {
        Ok(self.find_number(key)?.filter(|item| item.value != Value::Null))
    }

    /// The entry of a map under a number.
    ///
    /// # Errors
    /// [`CborError`] if this is not a map, or lacks it.
    pub fn get_number(&self, key: i64) -> Result<&Item<'a>, CborError> {
        self.find_number(key)?.ok_or(CborError::Missing)
    }

    /// A text.
    ///
    /// # Errors
    /// [`CborError::Type`].
    pub fn text(&self) -> Result<&'a str, CborError> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => Err(CborError::Type),
        }
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`CborError::Type`].
    pub fn bytes(&self) -> Result<&'a [u8], CborError> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(CborError::Type),
        }
    }

    /// A number from 0.
    ///
    /// # Errors
    /// [`CborError::Type`].
    pub fn uint(&self) -> Result<u64, CborError> {
        match self.value {
            Value::Uint(number) => Ok(number),
            _ => Err(CborError::Type),
        }
    }

    /// A number that an `i64` holds.
    ///
    /// # Errors
    /// [`CborError::Type`].
    pub fn int(&self) -> Result<i64, CborError> {
        let number = match self.value {
            Value::Uint(number) => i64::try_from(number),
            Value::Nint(number) => i64::try_from(number).map(|number| -1 - number),
            _ => return Err(CborError::Type),
        };
        number.map_err(|_| CborError::Type)
    }

    /// true or false.
    ///
    /// # Errors
    /// [`CborError::Type`].
    pub fn boolean(&self) -> Result<bool, CborError> {
        match self.value {
            Value::Bool(value) => Ok(value),
            _ => Err(CborError::Type),
        }
    }

    /// What a tag is on.
    ///
    /// # Errors
    /// [`CborError::Type`] for another tag, or none.
    pub fn tagged(&self, tag: u64) -> Result<&Item<'a>, CborError> {
        match &self.value {
            Value::Tag(found, item) if *found == tag => Ok(item),
            _ => Err(CborError::Type),
        }
    }

    /// The encoded item in a byte string under tag 24.
    ///
    /// # Errors
    /// [`CborError::Type`] for anything else; a text under the tag among it.
    pub fn embedded(&self) -> Result<&'a [u8], CborError> {
        self.tagged(EMBEDDED)?.bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cbor;

    fn read(hex: &str) -> Result<Vec<u8>, CborError> {
        decode(&hex::decode(hex).unwrap()).map(|item| item.raw.to_vec())
    }

    #[test]
    fn the_examples_of_the_standard_decode() {
        // RFC 8949 appendix A, but what has indefinite lengths or other keys.
        let good = [
            "00",
            "1818",
            "1a000f4240",
            "1bffffffffffffffff",
            "20",
            "3863",
            "3bffffffffffffffff",
            "c249010000000000000000",
            "f90000",
            "fa47c35000",
            "fb7e37e43c8800759c",
            "f4",
            "f5",
            "f6",
            "f7",
            "f0",
            "f8ff",
            "c074323031332d30332d32315432303a30343a30305a",
            "d818456449455446",
            "40",
            "4401020304",
            "60",
            "62c3bc",
            "80",
            "8301820203820405",
            "a0",
            "a201020304",
            "a26161016162820203",
            "826161a161626163",
        ];
        for hex in good {
            assert_eq!(read(hex), Ok(hex::decode(hex).unwrap()), "{hex}");
        }
        let item = hex::decode("3bffffffffffffffff").unwrap();
        assert!(decode(&item).unwrap().value == Value::Nint(u64::MAX));
        assert_eq!(decode(&item).unwrap().int(), Err(CborError::Type));
        let bytes = [0x29];
        assert_eq!(decode(&bytes).unwrap().int(), Ok(-10));
    }

    #[test]
    fn what_other_readers_let_pass_is_refused() {
        let cases = [
            // Indefinite lengths of every kind, at the top and inside.
            ("5f4101ff", CborError::Indefinite),
            ("7f6161ff", CborError::Indefinite),
            ("9f01ff", CborError::Indefinite),
            ("bf0102ff", CborError::Indefinite),
            ("819f01ff", CborError::Indefinite),
            ("a101bfff", CborError::Indefinite),
            // A key twice: the same bytes, another length of the same number, deeper inside.
            ("a201000101", CborError::RepeatedKey),
            ("a20100180101", CborError::RepeatedKey),
            ("a220003800 01", CborError::RepeatedKey),
            ("a2616101616102", CborError::RepeatedKey),
            ("81a2616101616102", CborError::RepeatedKey),
            ("a101a2616101616102", CborError::RepeatedKey),
            // Keys of other types.
            ("a1410100", CborError::KeyType),
            ("a1f500", CborError::KeyType),
            ("a1f97e0000", CborError::KeyType),
            ("a1c2410100", CborError::KeyType),
            ("a18000", CborError::KeyType),
            // Bytes left over.
            ("0000", CborError::Trailing),
            ("a000", CborError::Trailing),
            // More entries than bytes, before anything is allocated.
            ("9bffffffffffffffff", CborError::TooMany),
            ("bbffffffffffffffff", CborError::TooMany),
            ("991000", CborError::Malformed),
            ("b9080000", CborError::Malformed),
            // Not well-formed.
            ("", CborError::Malformed),
            ("1c", CborError::Malformed),
            ("18", CborError::Malformed),
            ("61ff", CborError::Malformed),
            ("4201", CborError::Malformed),
            ("ff", CborError::Malformed),
            ("f818", CborError::Malformed),
            ("f801", CborError::Malformed),
            ("f9", CborError::Malformed),
            ("d818", CborError::Malformed),
        ];
        for (hex, error) in cases {
            assert_eq!(read(&hex.replace(' ', "")), Err(error), "{hex}");
        }
    }

    #[test]
    fn every_limit_holds_to_the_item() {
        let nested = |depth: usize| [vec![0x81; depth - 1], vec![0]].concat();
        assert!(decode(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(decode(&nested(MAX_DEPTH + 1)), Err(CborError::TooDeep));
        assert_eq!(decode(&[vec![0xC1; 100_000], vec![0]].concat()), Err(CborError::TooDeep));
        let list = |count: usize| cbor::array(&vec![cbor::uint(0); count]);
        assert!(decode(&list(MAX_ENTRIES)).is_ok());
        assert_eq!(decode(&list(MAX_ENTRIES + 1)), Err(CborError::TooMany));
        let lists = |count: usize| cbor::array(&vec![list(MAX_ENTRIES); count]);
        assert!(decode(&lists(7)).is_ok());
        assert_eq!(decode(&lists(8)), Err(CborError::TooMany));
        assert!(decode(&cbor::bytes(&vec![0; MAX_BYTES])).is_ok());
        assert_eq!(decode(&cbor::bytes(&vec![0; MAX_BYTES + 1])), Err(CborError::TooLong));
        assert!(decode(&cbor::text(&"a".repeat(MAX_TEXT))).is_ok());
        assert_eq!(decode(&cbor::text(&"a".repeat(MAX_TEXT + 1))), Err(CborError::TooLong));
    }

    #[test]
    fn the_bytes_as_they_came_are_kept() {
        // 1 as a number of nine bytes inside an array.
        let bytes = hex::decode("821b000000000000000101").unwrap();
        let item = decode(&bytes).unwrap();
        let [long, short] = item.items().unwrap() else { panic!("two") };
        assert!(long.value == short.value);
        assert_eq!((long.raw.len(), short.raw.len()), (9, 1));
    }

    #[test]
    fn null_is_no_entry_where_one_may_be_left_out() {
        let bytes = cbor::map(&[(cbor::text("a"), cbor::null()), (cbor::text("b"), cbor::uint(1))]);
        let item = decode(&bytes).unwrap();
        assert!(item.find("a").unwrap().is_some() && item.optional("a").unwrap().is_none());
        assert!(item.optional("b").unwrap().is_some() && item.optional("c").unwrap().is_none());
        let numbered = cbor::map(&[(cbor::uint(1), cbor::null()), (cbor::int(-1), cbor::uint(1))]);
        let item = decode(&numbered).unwrap();
        assert!(item.optional_number(1).unwrap().is_none() && item.optional_number(-1).unwrap().is_some());
    }

    #[test]
    fn an_embedded_item_is_bytes_under_one_tag() {
        let bytes = hex::decode("d8184101").unwrap();
        assert_eq!(decode(&bytes).unwrap().embedded(), Ok(&[1][..]));
        for hex in ["d8186101", "d818d8184101", "d8194101", "4101"] {
            let bytes = hex::decode(hex).unwrap();
            assert_eq!(decode(&bytes).unwrap().embedded(), Err(CborError::Type), "{hex}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_item_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(item) = decode(&bytes) {
                prop_assert_eq!(item.raw, &bytes[..]);
            }
        }
    }
}
