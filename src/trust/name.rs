//! Distinguished names of certificates.

use x509_parser::{der_parser::asn1_rs::Tag, prelude::FromDer, x509::X509Name};

/// countryName, 2.5.4.6
const COUNTRY: [u8; 3] = [0x55, 0x04, 0x06];

/// stateOrProvinceName, 2.5.4.8
const STATE: [u8; 3] = [0x55, 0x04, 0x08];

/// A distinguished name in a form that can be compared (RFC 5280 7.1): attributes by type; strings of the two usual types
/// without regard to their type, to case and to runs of spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(Vec<Vec<(Vec<u8>, Vec<u8>)>>);

impl Name {
    /// A name as it is encoded; `None` if the bytes are not one.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        match X509Name::from_der(bytes) {
            Ok(([], name)) => Some(Self::of(&name)),
            _ => None,
        }
    }

    pub(super) fn of(name: &X509Name<'_>) -> Self {
        let attributes = name.iter().map(|set| {
            let mut set: Vec<_> = set
                .iter()
                .map(|one| (one.attr_type().as_bytes().to_vec(), value(one.attr_value().tag(), one.attr_value().data)))
                .collect();
            set.sort();
            set
        });
        Self(attributes.collect())
    }

    /// The country, in capitals.
    pub(super) fn country(&self) -> Option<String> {
        self.attribute(&COUNTRY).map(str::to_uppercase)
    }

    /// The state or province, as it is compared.
    pub(super) fn state(&self) -> Option<&str> {
        self.attribute(&STATE)
    }

    /// The first attribute of a type, if it is a text.
    fn attribute(&self, kind: &[u8]) -> Option<&str> {
        let (_, value) = self.0.iter().flatten().find(|(known, _)| known == kind)?;
        std::str::from_utf8(value).ok()
    }
}

fn value(tag: Tag, data: &[u8]) -> Vec<u8> {
    match (tag, std::str::from_utf8(data)) {
        (Tag::PrintableString | Tag::Utf8String, Ok(text)) => {
            let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
            words.join(" ").into_bytes()
        }
        // A byte that no text begins with keeps other types apart.
        _ => [&[0xFF], tag.0.to_be_bytes().as_slice(), data].concat(),
    }
}
