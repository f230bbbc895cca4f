//! X.509 certificates of simulated issuers, right or wrong in every way that a check must detect
//! apart (RFC 5280). The names say that nothing here is real; the keys are the pool's, whose private halves are public.

use jiff::{Timestamp, civil::date, tz::TimeZone};

use crate::crypto::{EcdsaForm, sha256};

use super::{
    IssueError,
    keys::{self, NoSuchKey},
};

/// A key of the pool by its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolKey {
    /// RSA-2048, for example `zairyu-ca`.
    Rsa(&'static str),
    /// P-384, for example `zairyu-ca2`.
    Ec(&'static str),
}

/// A signature algorithm as a certificate states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// sha256WithRSAEncryption with its NULL (RFC 4055 5).
    RsaSha256,
    /// sha1WithRSAEncryption: nothing here is ever signed so, it is only stated.
    RsaSha1,
    /// ecdsa-with-SHA256 without parameters, as RFC 5758 3.2 wants it.
    EcdsaSha256,
    /// ecdsa-with-SHA256 with NULL for parameters, as the Agency writes it (spec residence 5.2, CODE).
    EcdsaSha256Null,
    /// ecdsa-with-SHA384: nothing here is ever signed so, it is only stated.
    EcdsaSha384,
}

crate::simulator::record! {
    /// basicConstraints (RFC 5280 4.2.1.9).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct BasicConstraints;
    ca: bool, "Whether the subject is an authority.";
    path_length: Option<u8>, "How many authorities may come between this one and a leaf.";
}

/// keyUsage bits (RFC 5280 4.2.1.3), the first bit on top.
pub mod usage {
    #![allow(missing_docs)]
    pub const DIGITAL_SIGNATURE: u8 = 0x80;
    pub const NON_REPUDIATION: u8 = 0x40;
    pub const KEY_ENCIPHERMENT: u8 = 0x20;
    pub const CERT_SIGN: u8 = 0x04;
    pub const CRL_SIGN: u8 = 0x02;
}

/// How the outermost SEQUENCE is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OuterForm {
    /// DER.
    Der,
    /// BER, indefinite length: `30 80 … 00 00`.
    Indefinite,
    /// BER, a length field of one byte more than needed.
    LongLength,
}

crate::simulator::record! {
    /// Everything that a certificate is made from. Each field may be wrong by itself.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CertificateOrder;
    subject: String, "Common name of the subject; country, organisation and unit are those of the simulator.";
    subject_unit: bool, "Whether the subject has the organisational unit; the issuer always has it.";
    issuer: String, "Common name of the issuer.";
    serial: Vec<u8>, "Serial number, big-endian, its top bit clear.";
    not_before: Timestamp, "First second of validity.";
    not_after: Timestamp, "Last second of validity.";
    key: PoolKey, "The certified key.";
    signer: PoolKey, "The key that signs.";
    algorithm: Algorithm, "The algorithm stated inside the signed part; what is used is SHA-256 with the signer's kind of key.";
    outer_algorithm: Option<Algorithm>, "The algorithm stated beside the signature; `None` for the same.";
    subject_key_id: Option<Vec<u8>>, "subjectKeyIdentifier, 主体者鍵識別子.";
    authority_key_id: Option<Vec<u8>>, "keyIdentifier of authorityKeyIdentifier, 発行者鍵識別子.";
    key_usage: Option<u8>, "keyUsage: bits of [`usage`].";
    constraints: Option<BasicConstraints>, "basicConstraints.";
    more: Vec<Vec<u8>>, "Further extensions, encoded.";
    form: OuterForm, "How the outermost SEQUENCE is encoded.";
}

const ORGANISATION: &str = "taimen simulator";
const UNIT: &str = "SIMULATED, NOT A REAL ISSUER";

/// 00:00:00 UTC of a day.
pub fn midnight(year: i16, month: i8, day: i8) -> Timestamp {
    date(year, month, day).to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// 23:59:59 UTC of a day.
pub fn last_second(year: i16, month: i8, day: i8) -> Timestamp {
    let end = date(year, month, day).at(23, 59, 59, 0).to_zoned(TimeZone::UTC);
    end.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

impl PoolKey {
    /// subjectPublicKeyInfo (RFC 5280 4.1.2.7) in DER.
    pub fn public_key_info(self) -> Result<Vec<u8>, NoSuchKey> {
        let (algorithm, key) = match self {
            Self::Rsa(_) => (sequence(&[oid(RSA_ENCRYPTION), NULL.to_vec()]), self.key_bits()?),
            Self::Ec(_) => (sequence(&[oid(EC_PUBLIC_KEY), oid(SECP384R1)]), self.key_bits()?),
        };
        Ok(sequence(&[algorithm, bit_string(&key)]))
    }

    /// The key identifier that simulated certificates carry: the first 160 bits of SHA-256 of the key's bits (RFC 7093 2,
    /// method 1).
    pub fn key_id(self) -> Result<Vec<u8>, NoSuchKey> {
        Ok(sha256(&[&self.key_bits()?]).into_iter().take(20).collect())
    }

    /// The algorithm that this key signs certificates with.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::RsaSha256,
            Self::Ec(_) => Algorithm::EcdsaSha256Null,
        }
    }

    fn key_bits(self) -> Result<Vec<u8>, NoSuchKey> {
        match self {
            Self::Rsa(name) => {
                let key = keys::signer(name)?.public_key().map_err(|_| NoSuchKey)?;
                Ok(sequence(&[integer(key.modulus()), integer(&key.exponent())]))
            }
            Self::Ec(name) => Ok(keys::ec_signer(name)?.public_key().point()),
        }
    }

    fn sign(self, bytes: &[u8]) -> Result<Vec<u8>, IssueError> {
        match self {
            Self::Rsa(name) => Ok(keys::signer(name)?.sign_sha256(&[bytes])?),
            Self::Ec(name) => Ok(keys::ec_signer(name)?.sign_sha256(&[bytes], EcdsaForm::Der)?),
        }
    }
}

impl CertificateOrder {
    /// A self-signed authority with the real ones' profile.
    pub fn authority(key: PoolKey, name: &str, serial: u8, not_before: Timestamp, not_after: Timestamp) -> Self {
        Self {
            subject: name.to_owned(),
            subject_unit: true,
            issuer: name.to_owned(),
            serial: vec![serial],
            not_before,
            not_after,
            key,
            signer: key,
            algorithm: key.algorithm(),
            outer_algorithm: None,
            subject_key_id: key.key_id().ok(),
            authority_key_id: key.key_id().ok(),
            key_usage: Some(usage::CERT_SIGN | usage::CRL_SIGN),
            constraints: Some(BasicConstraints { ca: true, path_length: Some(0) }),
            more: Vec::new(),
            form: OuterForm::Der,
        }
    }

    /// A signer of cards under an authority: digitalSignature alone, no basicConstraints \[derived\].
    pub fn leaf(key: PoolKey, subject: &str, signer: PoolKey, issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            serial: vec![0x10],
            signer,
            algorithm: signer.algorithm(),
            authority_key_id: signer.key_id().ok(),
            key_usage: Some(usage::DIGITAL_SIGNATURE),
            constraints: None,
            ..Self::authority(key, subject, 0, midnight(2020, 6, 1), last_second(2099, 6, 30))
        }
    }

    /// The certificate. The same order gives the same bytes for ever.
    ///
    /// # Errors
    /// [`IssueError`] when the pool lacks a key.
    pub fn build(&self) -> Result<Vec<u8>, IssueError> {
        let signed = self.signed_part()?;
        let signature = self.signer.sign(&signed)?;
        let outer = self.outer_algorithm.unwrap_or(self.algorithm);
        let content = [signed, outer.identifier(), bit_string(&signature)].concat();
        Ok(match self.form {
            OuterForm::Der => tlv(SEQUENCE, &content),
            OuterForm::Indefinite => [&[SEQUENCE, 0x80][..], &content, &[0x00, 0x00]].concat(),
            OuterForm::LongLength => {
                let [.., third, second, first] = content.len().to_be_bytes();
                [&[SEQUENCE, 0x83, third, second, first][..], &content].concat()
            }
        })
    }

    fn signed_part(&self) -> Result<Vec<u8>, IssueError> {
        let mut extensions = Vec::new();
        if let Some(id) = &self.authority_key_id {
            extensions.push(extension(0x23, false, &sequence(&[tlv(0x80, id)])));
        }
        if let Some(id) = &self.subject_key_id {
            extensions.push(extension(0x0E, false, &tlv(OCTET_STRING, id)));
        }
        if let Some(bits) = self.key_usage {
            let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap_or(0);
            extensions.push(extension(0x0F, true, &tlv(BIT_STRING, &[unused, bits])));
        }
        if let Some(BasicConstraints { ca, path_length }) = self.constraints {
            let ca = if ca { tlv(BOOLEAN, &[0xFF]) } else { Vec::new() };
            let path = path_length.map(|length| integer(&[length])).unwrap_or_default();
            extensions.push(extension(0x13, true, &sequence(&[ca, path])));
        }
        extensions.extend(self.more.iter().cloned());
        let mut parts = vec![
            tlv(0xA0, &integer(&[2])),
            integer(&self.serial),
            self.algorithm.identifier(),
            name(&self.issuer, true),
            sequence(&[time(self.not_before), time(self.not_after)]),
            name(&self.subject, self.subject_unit),
            self.key.public_key_info()?,
        ];
        if !extensions.is_empty() {
            parts.push(tlv(0xA3, &sequence(&extensions)));
        }
        Ok(sequence(&parts))
    }
}

impl Algorithm {
    fn identifier(self) -> Vec<u8> {
        match self {
            Self::RsaSha256 => sequence(&[oid(&[&PKCS_1[..], &[11]].concat()), NULL.to_vec()]),
            Self::RsaSha1 => sequence(&[oid(&[&PKCS_1[..], &[5]].concat()), NULL.to_vec()]),
            Self::EcdsaSha256 => sequence(&[oid(&[&ECDSA_SHA2[..], &[2]].concat())]),
            Self::EcdsaSha256Null => sequence(&[oid(&[&ECDSA_SHA2[..], &[2]].concat()), NULL.to_vec()]),
            Self::EcdsaSha384 => sequence(&[oid(&[&ECDSA_SHA2[..], &[3]].concat())]),
        }
    }
}

const SEQUENCE: u8 = 0x30;
const BOOLEAN: u8 = 0x01;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const NULL: &[u8] = &[0x05, 0x00];
/// 1.2.840.113549.1.1
const PKCS_1: [u8; 8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
/// 1.2.840.10045.4.3
const ECDSA_SHA2: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// 1.3.132.0.34
const SECP384R1: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];

/// An object with the shortest length field, as DER wants it.
pub(crate) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let [.., high, low] = value.len().to_be_bytes();
    let mut out = vec![tag];
    match value.len() {
        0..=0x7F => out.push(low),
        0x80..=0xFF => out.extend([0x81, low]),
        // Nothing here comes near 64 KiB.
        _ => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(value);
    out
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

pub(crate) fn oid(value: &[u8]) -> Vec<u8> {
    tlv(0x06, value)
}

pub(crate) fn octets(value: &[u8]) -> Vec<u8> {
    tlv(OCTET_STRING, value)
}

/// A number that is not negative, from big-endian bytes.
pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(bytes.len().saturating_sub(1));
    let digits = bytes.get(zeros..).unwrap_or_default();
    let sign: &[u8] = if digits.first().is_none_or(|byte| byte & 0x80 != 0) { &[0x00] } else { &[] };
    tlv(0x02, &[sign, digits].concat())
}

pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0x00], bytes].concat())
}

/// An extension of id-ce (2.5.29) by its last number.
pub(crate) fn extension(number: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { tlv(BOOLEAN, &[0xFF]) } else { Vec::new() };
    sequence(&[oid(&[0x55, 0x1D, number]), critical, tlv(OCTET_STRING, value)])
}

/// A distinguished name with the simulator's organisation.
pub(crate) fn directory_name(common: &str) -> Vec<u8> {
    name(common, true)
}

fn name(common: &str, unit: bool) -> Vec<u8> {
    // Attributes of id-at (2.5.4) by their last number: PrintableString for the country, UTF8String for the rest.
    let part = |number: u8, form: u8, text: &str| {
        tlv(0x31, &sequence(&[oid(&[0x55, 0x04, number]), tlv(form, text.as_bytes())]))
    };
    let unit = if unit { part(11, 0x0C, UNIT) } else { Vec::new() };
    sequence(&[part(6, 0x13, "JP"), part(10, 0x0C, ORGANISATION), unit, part(3, 0x0C, common)])
}

/// UTCTime through 2049, GeneralizedTime from 2050 on; [`Timestamp::MAX`] stands for a validity without end (RFC 5280 4.1.2.5).
pub(crate) fn time(time: Timestamp) -> Vec<u8> {
    if time == Timestamp::MAX {
        return tlv(0x18, b"99991231235959Z");
    }
    let time = time.to_zoned(TimeZone::UTC);
    let rest = time.strftime("%m%d%H%M%SZ").to_string();
    let year = time.year();
    if (1950..2050).contains(&year) {
        tlv(0x17, format!("{:02}{rest}", year.rem_euclid(100)).as_bytes())
    } else {
        tlv(0x18, format!("{year:04}{rest}").as_bytes())
    }
}

/// Compares the certificates of the simulated hierarchy with their files under `certs/simulated/taimen`; with
/// `TAIMEN_FIXTURES=write` writes those anew and prints their SHA-256, which stand in `anchors.toml` beside them.
#[cfg(test)]
pub(crate) fn assert_committed<'a, O>(
    orders: impl IntoIterator<Item = (&'a str, O)>,
    build: impl Fn(&O) -> Result<Vec<u8>, IssueError>,
) {
    for (name, order) in orders {
        let der = build(&order).unwrap();
        let path = format!("{}/certs/simulated/taimen/{name}.der", env!("CARGO_MANIFEST_DIR"));
        if std::env::var("TAIMEN_FIXTURES").is_ok_and(|what| what == "write") {
            std::fs::write(&path, &der).unwrap();
            println!("{name} {}", hex::encode(crate::crypto::sha256(&[&der])));
        }
        assert!(std::fs::read(&path).unwrap() == der, "{name}");
    }
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;
    use crate::simulator::cards::residence_card::CA2;

    #[test]
    fn what_is_left_out_or_wrong_is_so_in_the_bytes() {
        let honest = CertificateOrder::leaf(PoolKey::Ec("zairyu-signer2"), "x", PoolKey::Ec("zairyu-ca2"), CA2);
        let build = |change: fn(&mut CertificateOrder)| {
            let mut order = honest.clone();
            change(&mut order);
            order.build().unwrap()
        };
        let bare = build(|order| {
            (order.subject_key_id, order.authority_key_id, order.key_usage) = (None, None, None);
            order.algorithm = Algorithm::EcdsaSha256;
            order.serial = vec![0x00, 0x90];
        });
        let (_, certificate) = X509Certificate::from_der(&bare).unwrap();
        assert!(certificate.extensions().is_empty() && certificate.signature_algorithm.parameters.is_none());
        assert_eq!(certificate.raw_serial(), [0x00, 0x90], "a positive number");
        let stated = build(|order| order.outer_algorithm = Some(Algorithm::EcdsaSha384));
        let (_, certificate) = X509Certificate::from_der(&stated).unwrap();
        assert_ne!(certificate.signature_algorithm, certificate.tbs_certificate.signature);
        let indefinite = build(|order| order.form = OuterForm::Indefinite);
        assert!(indefinite.starts_with(&[0x30, 0x80, 0x30]) && indefinite.ends_with(&[0x00, 0x00]));
        let der = honest.build().unwrap();
        assert_eq!(indefinite[2..indefinite.len() - 2], der[4..], "only the wrapping differs");
        let long = build(|order| order.form = OuterForm::LongLength);
        assert_eq!((&long[..3], &long[5..]), (&[0x30, 0x83, 0x00][..], &der[4..]));
        let years = build(|order| {
            (order.not_before, order.not_after) = (midnight(1999, 12, 31), last_second(2050, 1, 1));
        });
        let (_, certificate) = X509Certificate::from_der(&years).unwrap();
        assert_eq!(certificate.validity().not_before.timestamp(), midnight(1999, 12, 31).as_second());
        assert_eq!(certificate.validity().not_after.timestamp(), last_second(2050, 1, 1).as_second());
    }
}
