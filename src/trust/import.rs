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

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use ed25519_dalek::pkcs8::spki::der::pem::{LineEnding, encode_string};
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    const SIGNER: &[u8] = include_bytes!("../../certs/simulated/taimen/licence-signer.der");
    const KEY: &[u8] = include_bytes!("../../certs/simulated/taimen/7000023.json");

    /// A zip with a certificate, and as much beside it as is missing to its length.
    fn zip_of(length: usize) -> Vec<u8> {
        let with = |beside: usize| {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            for (name, content) in [("a.crt", SIGNER), ("beside.bin", &vec![7; beside][..])] {
                let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
                writer.start_file(name, options).unwrap();
                writer.write_all(content).unwrap();
            }
            writer.finish().unwrap().into_inner()
        };
        let zip = with(length + 1 - with(1).len());
        assert_eq!(zip.len(), length);
        zip
    }

    #[test]
    fn a_file_is_as_large_as_it_may_be_and_not_larger() {
        let key = |length: usize| {
            let mut file = KEY.to_vec();
            file.resize(length, b' ');
            import(Purpose::MyNumberCard, &file)
        };
        assert!(matches!(key(MAX_FILE), Ok(Material::CvKey(_))));
        for length in [MAX_FILE + 1, 2 * MAX_FILE] {
            assert_eq!(key(length), Err(ImportError::TooLarge), "{length}");
        }

        let handed_in = |length| import_handed_in(Purpose::DriversLicence, &zip_of(length));
        let expected = (Material::Certificate(SIGNER.to_vec()), Some("a.crt".to_owned()));
        assert_eq!(handed_in(MAX_FILE), Ok(expected));
        for length in [MAX_FILE + 1, 2 * MAX_FILE] {
            assert_eq!(handed_in(length), Err(ImportError::TooLarge), "{length}");
        }
    }

    #[test]
    fn text_is_a_certificate_if_it_says_so() {
        let pem = |label: &str| encode_string(label, LineEnding::LF, SIGNER).unwrap();
        let read = |text: &str| import(Purpose::DriversLicence, text.as_bytes());
        assert_eq!(read(&pem("CERTIFICATE")), Ok(Material::Certificate(SIGNER.to_vec())));
        for label in ["TRUSTED CERTIFICATE", "CERTIFICATE REQUEST", "PUBLIC KEY"] {
            assert_eq!(read(&pem(label)), Err(ImportError::NotCertificate), "{label}");
        }
        assert_eq!(read(&pem("CERTIFICATE").repeat(2)), Err(ImportError::NotCertificate), "which one is meant?");
    }
}
