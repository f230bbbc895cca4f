//! What a certificate's extensions say about when and what its key may sign (ICAO Doc 9303-12 7.1.1).

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{tlv::der, trust::certificate::Certificate};

use super::path::SignerPath;

pub(super) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const KEY_PERIOD: &str = "2.5.29.16";
const DOCUMENT_TYPES: &str = "2.23.136.1.1.6.2";

/// Critical extensions of passports' issuers whose meaning is kept here, or does not concern a signature: names of another
/// form (2.5.29.17, .18), periods, lists of document types, CRL distribution points, a change of name.
pub(super) const UNDERSTOOD: [&str; 7] =
    [EXTENDED_KEY_USAGE, KEY_PERIOD, DOCUMENT_TYPES, "2.5.29.17", "2.5.29.18", "2.5.29.31", "2.23.136.1.1.6.1"];

/// The document types that a signer may sign, as it states them (`P`, `PO`, `ID`…); `None` if it does not, or not in a form
/// that can be read.
pub fn document_types(certificate: &Certificate) -> Option<Vec<String>> {
    let parts = der::children(der::only(certificate.extension(DOCUMENT_TYPES)?, der::SEQUENCE)?.content)?;
    let [version, set] = parts.as_slice() else { return None };
    let text = |element: &der::Element<'_>| std::str::from_utf8(element.content).ok().map(str::to_owned);
    let types = der::children((version.tag == der::INTEGER && set.tag == der::SET).then_some(set.content)?)?;
    types.iter().map(text).collect()
}

/// Whether a signer may sign a document of this type (the first two characters of the machine-readable zone). A type of one
/// letter stands for all that begin with it; a signer that states no types may sign any.
pub fn allows_document(certificate: &Certificate, code: &str) -> bool {
    let code = code.trim_end_matches('<');
    let fits = |known: &str| {
        let known = known.trim_end_matches('<');
        known == code || (known.len() == 1 && code.starts_with(known))
    };
    document_types(certificate).is_none_or(|types| types.iter().any(|known| fits(known)))
}

/// The object identifiers of extendedKeyUsage with dots; `None` if there is none.
pub(in crate::trust) fn extended_usage(certificate: &Certificate) -> Option<Vec<String>> {
    let value = certificate.extension(EXTENDED_KEY_USAGE)?;
    let parts = der::only(value, der::SEQUENCE).and_then(|list| der::children(list.content)).unwrap_or_default();
    Some(parts.iter().filter_map(der::dotted).collect())
}

/// privateKeyUsagePeriod: from when and until when the key signs, each if it is stated.
pub fn key_period(certificate: &Certificate) -> [Option<Timestamp>; 2] {
    let parts = certificate
        .extension(KEY_PERIOD)
        .and_then(|value| der::only(value, der::SEQUENCE))
        .and_then(|period| der::children(period.content))
        .unwrap_or_default();
    [0x80, 0x81].map(|tag| {
        let bound = parts.iter().find(|part| part.tag == tag)?;
        let text = std::str::from_utf8(bound.content).ok()?.strip_suffix('Z')?;
        let time = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
        time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

/// What lies outside of which period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// The time of the signature is outside of the signer's validity.
    SignerValidity,
    /// It is outside of the period in which the signer's key signs.
    SignerKeyPeriod,
    /// The signer was certified outside of the period in which the CSCA's key signs.
    AuthorityKeyPeriod,
}

/// Compares when a document was signed (its signingTime, else the day of issue in its data) with the signer's validity and
/// its key's period, and when the signer was certified with the period of the CSCA's key. Without any time only the last.
pub fn periods(signer: &Certificate, path: &SignerPath<'_>, signed_at: Option<Timestamp>) -> Vec<Outside> {
    let outside = |[from, to]: [Option<Timestamp>; 2], at: Timestamp| {
        from.is_some_and(|from| at < from) || to.is_some_and(|to| at > to)
    };
    let validity = [Some(signer.not_before), Some(signer.not_after)];
    let mut found = Vec::new();
    if let Some(at) = signed_at {
        found.extend(outside(validity, at).then_some(Outside::SignerValidity));
        found.extend(outside(key_period(signer), at).then_some(Outside::SignerKeyPeriod));
    }
    if let Some(authority) = path.issuer() {
        found.extend(outside(key_period(authority), signer.not_before).then_some(Outside::AuthorityKeyPeriod));
    }
    found
}
