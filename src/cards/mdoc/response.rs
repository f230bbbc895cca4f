//! DeviceResponse (ISO/IEC 18013-5 8.3.2.1.2.2): taken apart once, and only what was asked for goes into the dump.

use std::collections::HashSet;

use crate::{
    cbor::{self, CborError, Item},
    crypto::cose::SIGN1_TAG,
    dump::{Dump, NotRead},
    text::errors,
};

use super::elements::{
    self, Asked, DEVICE_SIGNED, DOCUMENT_TYPE, DocType, ISSUER_AUTH, NUMBER_PREFIX, UNREQUESTED, age,
};

/// Bytes of a whole response: what a session may carry.
pub const MAX_RESPONSE: usize = super::session::MAX_MESSAGE;

/// Namespaces of a document.
pub const MAX_NAMESPACES: usize = 16;

/// Elements of a namespace.
pub const MAX_ELEMENTS: usize = 256;

errors! {
    /// Why a response is not taken. Says nothing of what it holds.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum ResponseError {
        Cbor(#[from] CborError) = "{0}",
        TooLarge = "the response is larger than {MAX_RESPONSE} bytes",
        Version = "the version of the response is not 1",
        Documents = "more than one document",
        TooMany = "too many namespaces or elements",
        Repeated = "an element twice in one namespace",
    }
}

/// One element as the issuer made it.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedItem<'a> {
    /// Its number in the list of digests.
    pub digest_id: u64,
    /// The salt.
    pub random: &'a [u8],
    /// Its identifier.
    pub element: &'a str,
    /// Its value, encoded.
    pub value: &'a [u8],
}

impl<'a> SignedItem<'a> {
    /// Reads IssuerSignedItemBytes.
    ///
    /// # Errors
    /// [`CborError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, CborError> {
        Self::of(cbor::decode(bytes)?.embedded()?)
    }

    fn of(inner: &'a [u8]) -> Result<Self, CborError> {
        let item = cbor::decode(inner)?;
        // What else is in it would be signed and not shown.
        if item.entries()?.len() != 4 {
            return Err(CborError::Type);
        }
        Ok(Self {
            digest_id: item.get("digestID")?.uint()?,
            random: item.get("random")?.bytes()?,
            element: item.get("elementIdentifier")?.text()?,
            value: item.get("elementValue")?.raw,
        })
    }

    /// Whether it says that its holder has reached an age, or has not; `None` if it leaves that open.
    pub fn reached(&self, asked: u8) -> Option<bool> {
        let stated = age(self.element)?;
        match cbor::decode(self.value).ok()?.boolean().ok()? {
            true if stated >= asked => Some(true),
            false if stated <= asked => Some(false),
            _ => None,
        }
    }

    /// How far it is from answering for an age: of several answers the nearest counts (ISO/IEC 18013-5 7.2.5).
    fn distance(&self, asked: Option<u8>) -> Option<u8> {
        let (asked, stated) = (asked?, age(self.element)?);
        Some(if self.reached(asked).is_some() { stated.abs_diff(asked) } else { u8::MAX })
    }
}

/// What a response brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Kept {
    /// The status of the response; 0: no error.
    pub status: u64,
    /// Whether it holds a document.
    pub document: bool,
    /// How many of the elements that were asked for came.
    pub shared: usize,
    /// Whether an element came that nobody asked for. It was dropped.
    pub unrequested: bool,
    /// Whether the 個人番号 came, or something that names it. It was dropped, and no recording of this session may be written.
    pub number: bool,
    /// Why the response is not taken. The dump says so too, and whoever judges it fails it.
    pub error: Option<ResponseError>,
}

/// Puts into a dump what a response answers to a request, and nothing else of it: the phone's other elements are dropped with
/// their values.
pub fn keep(response: &[u8], items_request: &[u8], doc_type: DocType, dump: &mut Dump) -> Kept {
    // Whatever else is wrong with the response.
    let mut kept = Kept { number: names_number(response), ..Kept::default() };
    match sorted(response, items_request, doc_type, dump, &mut kept) {
        Ok(()) => {}
        Err(error) => {
            let detail = error.to_string();
            let why = match error {
                // Well-formed, and more than was asked for.
                ResponseError::Documents => NotRead::Unreadable { detail },
                _ => NotRead::Malformed { detail },
            };
            dump.lacks(ISSUER_AUTH.name, why.clone());
            dump.lacks(DEVICE_SIGNED.name, why);
            kept.error = Some(error);
        }
    }
    kept
}

fn sorted(
    response: &[u8],
    items_request: &[u8],
    doc_type: DocType,
    dump: &mut Dump,
    kept: &mut Kept,
) -> Result<(), ResponseError> {
    if response.len() > MAX_RESPONSE {
        return Err(ResponseError::TooLarge);
    }
    let asked = Asked::read(items_request)?;
    let response = cbor::decode(response)?;
    if !response.get("version")?.text()?.starts_with("1.") {
        return Err(ResponseError::Version);
    }
    kept.status = response.get("status")?.uint()?;
    let documents = response.optional("documents")?.map_or(Ok(&[][..]), Item::items)?;
    let document = match documents {
        [] => return Ok(()),
        [one] => one,
        // Only one was asked for: of several, one could be good and another be shown.
        _ => return Err(ResponseError::Documents),
    };
    kept.document = true;
    let signed = document.get("issuerSigned")?;
    let device = document.get("deviceSigned")?;
    // The row, the element as it came, its identifier, and how far an age is from the one that was asked for.
    let mut files: Vec<(&str, &[u8], &str, Option<u8>)> = Vec::new();
    let mut unrequested = Vec::new();
    let spaces = signed.optional("nameSpaces")?.map_or(Ok(&[][..]), Item::entries)?;
    if spaces.len() > MAX_NAMESPACES {
        return Err(ResponseError::TooMany);
    }
    for (space, items) in spaces {
        let (space, items) = (space.text()?, items.items()?);
        if items.len() > MAX_ELEMENTS {
            return Err(ResponseError::TooMany);
        }
        let mut seen = HashSet::new();
        for bytes in items {
            let item = SignedItem::of(bytes.embedded()?)?;
            if !seen.insert(item.element) {
                return Err(ResponseError::Repeated);
            }
            let row = doc_type.elements().iter().find(|row| row.own.is(space, item.element));
            let Some(row) = row.filter(|_| asked.answers(space, item.element)) else {
                unrequested.push(item.element);
                continue;
            };
            let came = (row.name, bytes.raw, item.element, item.distance(asked.age()));
            match files.iter_mut().find(|(name, ..)| *name == row.name) {
                None => files.push(came),
                Some(other) if came.3 < other.3 => unrequested.push(std::mem::replace(other, came).2),
                Some(_) => unrequested.push(item.element),
            }
        }
    }
    device_elements(device)?;
    let auth = signed.get("issuerAuth")?;
    // What the issuer signed holds digests of elements, and may say which ones the device may sign.
    let around = auth.tagged(SIGN1_TAG).unwrap_or(auth).items()?.iter().take(2).any(|header| names_number(header.raw));
    for (file, bytes, named) in [
        (&DOCUMENT_TYPE, document.get("docType")?.raw, None),
        (&ISSUER_AUTH, auth.raw, Some(around)),
        (&DEVICE_SIGNED, device.raw, None),
    ] {
        if named.unwrap_or_else(|| names_number(bytes)) {
            let detail = "it names an element that must not be kept".to_owned();
            dump.lacks(file.name, NotRead::Malformed { detail });
        } else {
            dump.keep(file.name, bytes.to_vec());
        }
    }
    for row in doc_type.elements().iter().filter(|row| asked.asks(row)) {
        match files.iter().find(|(name, ..)| *name == row.name) {
            Some((name, bytes, ..)) => {
                dump.keep(name, bytes.to_vec());
                kept.shared += 1;
            }
            None => dump.lacks(row.name, NotRead::NotShared),
        }
    }
    kept.unrequested = !unrequested.is_empty();
    if kept.unrequested {
        let names: Vec<Vec<u8>> = unrequested.iter().map(|name| cbor::text(shown(name))).collect();
        dump.keep(UNREQUESTED.name, cbor::array(&names));
    }
    Ok(())
}

/// Whether the element of the 個人番号 is named anywhere in some bytes.
pub(super) fn names_number(bytes: &[u8]) -> bool {
    bytes.windows(NUMBER_PREFIX.len()).any(|window| window == NUMBER_PREFIX.as_bytes())
}

/// A name that nobody asked for, if it is one that nothing personal can hide in.
fn shown(name: &str) -> &str {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let plain = letters.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain && name.len() <= letters.len() + 2 && name.len() <= 40 { name } else { "?" }
}

/// Namespace and identifier of what the device itself signed.
///
/// # Errors
/// [`CborError`].
pub fn device_elements<'a>(device_signed: &Item<'a>) -> Result<Vec<(&'a str, &'a str)>, CborError> {
    let mut found = Vec::new();
    let spaces = cbor::decode(device_signed.get("nameSpaces")?.embedded()?)?;
    for (space, elements) in spaces.entries()? {
        for (element, _) in elements.entries()? {
            found.push((space.text()?, element.text()?));
        }
    }
    Ok(found)
}

/// The names of what came unasked, from a dump.
pub fn unrequested(dump: &Dump) -> Vec<String> {
    let names = dump.file(elements::UNREQUESTED.name).and_then(|bytes| {
        let list = cbor::decode(bytes).ok()?;
        let names: Result<Vec<String>, CborError> =
            list.items().ok()?.iter().map(|name| Ok(name.text()?.to_owned())).collect();
        names.ok()
    });
    names.unwrap_or_default()
}
