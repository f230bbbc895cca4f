//! Reads what `trust add` takes: a CV CA key as JSON, or an X.509 certificate in DER, PEM or a zip.

use serde::Deserialize;
use x509_parser::{pem::parse_x509_pem, prelude::FromDer, prelude::X509Certificate};

use super::{
    anchor::{CvCaKey, KeyId, Material, Purpose},
    archive,
    certificate::Certificate,
};
use crate::crypto::{KeyError, PublicKey};
use crate::text::errors;

/// The largest anchor file.
pub const MAX_FILE: usize = 64 * 1024;

errors! {
    /// Why a file is not an anchor for this purpose.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum ImportError {
        TooLarge = "the file is larger than {MAX_FILE} bytes",
        NotCvKey = "a key for this purpose is a JSON object with issuer_key_id, modulus and exponent, all in hex",
        Key(#[from] KeyError) = "{0}",
        NotCertificate = "the file is not an X.509 certificate in DER or PEM",
        /// A certificate under which no card could ever count: not DER, no key that these cards' issuers have, or no
        /// certification authority if one is needed.
        Unusable(Unusable) = "no card can rest on this certificate: {0}",
        /// A zip archive that cannot be read, or has more entries than such a publication has.
        BadArchive = "the zip archive cannot be read",
        /// A zip archive with two entries of one name: which one counts is another thing to every program.
        DuplicateEntries = "the zip archive holds two entries with the same name",
        /// A zip archive without a certificate, or with several.
        NotOneCertificate(usize) = "the zip archive holds {0} certificates, not one",
    }
}

errors! {
    /// Why no card can rest on a certificate.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum Unusable {
        Form = "it is not in the strict form that checks read",
        Key = "its key is neither RSA with 2048 bits nor P-384",
        /// For a purpose whose signatures are RSA alone.
        NotRsa = "its key is not RSA with 2048 bits",
        NotACa = "it is not the certificate of a certification authority",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CvKeyFile {
    issuer_key_id: String,
    modulus: String,
    exponent: String,
}

/// Reads what a user hands in for a purpose: an anchor file as [`import`] takes it, or a zip with one certificate. Also
/// yields the name of the entry in the zip.
///
/// # Errors
/// [`ImportError`].
pub fn import_handed_in(purpose: Purpose, bytes: &[u8]) -> Result<(Material, Option<String>), ImportError> {
    if purpose == Purpose::MyNumberCard || bytes.len() > MAX_FILE || !archive::is_archive(bytes) {
        return Ok((usable(purpose, import(purpose, bytes)?)?, None));
    }
    let entry = archive::certificate(bytes)?;
    Ok((usable(purpose, import(purpose, &entry.bytes)?)?, Some(entry.name)))
}

/// A certificate that checks would silently ignore is refused here, where somebody sees it.
fn usable(purpose: Purpose, material: Material) -> Result<Material, ImportError> {
    let unusable = |why| Err(ImportError::Unusable(why));
    let Material::Certificate(der) = &material else { return Ok(material) };
    let Ok(certificate) = Certificate::parse(der) else { return unusable(Unusable::Form) };
    // A licence's anchor signs the data itself; that of other purposes certifies signers.
    let signs_cards = purpose == Purpose::DriversLicence;
    match &certificate.key {
        Err(_) => unusable(if signs_cards { Unusable::NotRsa } else { Unusable::Key }),
        Ok(key) if signs_cards && key.rsa().is_none() => unusable(Unusable::NotRsa),
        Ok(_) if !signs_cards && certificate.authority.is_none() => unusable(Unusable::NotACa),
        Ok(_) => Ok(material),
    }
}

/// Reads an anchor file for a purpose, as folders of anchors hold it.
///
/// # Errors
/// [`ImportError`].
pub fn import(purpose: Purpose, bytes: &[u8]) -> Result<Material, ImportError> {
    if bytes.len() > MAX_FILE {
        return Err(ImportError::TooLarge);
    }
    if purpose == Purpose::MyNumberCard { cv_key(bytes) } else { certificate(bytes) }
}

fn cv_key(bytes: &[u8]) -> Result<Material, ImportError> {
    let file: CvKeyFile = serde_json::from_slice(bytes).map_err(|_| ImportError::NotCvKey)?;
    let decode = |text: &str| hex::decode(text).map_err(|_| ImportError::NotCvKey);
    let id = decode(&file.issuer_key_id)?.try_into().map_err(|_| ImportError::NotCvKey)?;
    let key = PublicKey::new(&decode(&file.modulus)?, &decode(&file.exponent)?)?;
    Ok(Material::CvKey(CvCaKey { id: KeyId(id), key }))
}

fn certificate(bytes: &[u8]) -> Result<Material, ImportError> {
    let der = match parse_x509_pem(bytes) {
        // Of several, nobody could say which one was meant.
        Ok((rest, _)) if parse_x509_pem(rest).is_ok() => return Err(ImportError::NotCertificate),
        Ok((_, pem)) if pem.label == "CERTIFICATE" => pem.contents,
        _ => bytes.to_vec(),
    };
    match X509Certificate::from_der(&der) {
        Ok(([], _)) => Ok(Material::Certificate(der)),
        _ => Err(ImportError::NotCertificate),
    }
}
