//! The simulated states' authorities and signers: certificates, signed messages, EF.SOD, master lists; right, or wrong in
//! every way that a check must detect.
//!
//! Keys on curves are made from the names of their holders, so they are as public as the keys of the pool.

use jiff::Timestamp;

use crate::{
    crypto::{CurveSigner, EcdsaForm, Hash, NamedCurve, SignatureAlgorithm, sha256},
    simulator::{
        IssueError,
        certificate::{bit_string, extension, integer, last_second, midnight, octets, oid, sequence, time, tlv, usage},
        keys::{self, NoSuchKey},
    },
};

const ORGANISATION: &str = "taimen simulator";
const UNIT: &str = "SIMULATED, NOT A REAL ISSUER";

pub use super::message::{Form, MessageOrder, hash_list, list_of_certificates, security_object_file};

const BOOLEAN_TRUE: [u8; 3] = [0x01, 0x01, 0xFF];
pub(super) const NULL: [u8; 2] = [0x05, 0x00];
pub(super) const SET: u8 = 0x31;

/// A key of the simulated hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// RSA, by its name in the pool.
    Rsa(&'static str),
    /// A curve; the key is made from the name.
    Curve(NamedCurve, &'static str),
}

impl Key {
    fn curve(curve: NamedCurve, name: &str) -> CurveSigner {
        // Long enough for every curve, with room to spare against a bias that nobody would mind here.
        let part = |count: u8| sha256(&[b"taimen simulated key, public", &[count], name.as_bytes()]);
        let stream: Vec<u8> = (0..4).flat_map(part).collect();
        CurveSigner::new(curve.random_scalar(&stream))
    }

    /// subjectPublicKeyInfo; of a curve with its name, or with all its values.
    ///
    /// # Errors
    /// [`NoSuchKey`].
    pub fn info(self, explicit: bool) -> Result<Vec<u8>, NoSuchKey> {
        Ok(match self {
            Self::Rsa(name) => {
                let key = keys::signer(name)?.rsa_key().map_err(|_| NoSuchKey)?;
                let numbers = sequence(&[integer(&key.modulus()), integer(&key.exponent())]);
                sequence(&[sequence(&[dotted("1.2.840.113549.1.1.1"), NULL.to_vec()]), bit_string(&numbers)])
            }
            Self::Curve(curve, name) => Self::curve(curve, name).public_key().info(explicit),
        })
    }

    /// The key identifier in simulated certificates: 160 bits of SHA-256 over the key.
    ///
    /// # Errors
    /// [`NoSuchKey`].
    pub fn id(self) -> Result<Vec<u8>, NoSuchKey> {
        Ok(sha256(&[&self.info(false)?]).into_iter().take(20).collect())
    }

    /// A signature over the bytes.
    ///
    /// # Errors
    /// [`IssueError`] if the algorithm is of another kind of key.
    pub fn sign(self, algorithm: SignatureAlgorithm, bytes: &[u8]) -> Result<Vec<u8>, IssueError> {
        match (self, algorithm) {
            (Self::Curve(curve, name), SignatureAlgorithm::Ecdsa(hash)) => {
                Self::curve(curve, name).sign(&hash.of(&[bytes]), EcdsaForm::Der).map_err(|_| NoSuchKey.into())
            }
            (Self::Curve(..), _) => Err(NoSuchKey.into()),
            (Self::Rsa(name), algorithm) => Ok(keys::signer(name)?.sign_with(algorithm, &[bytes])?),
        }
    }

    /// The algorithm that the key signs with if nothing else is said.
    pub fn algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::Rsa(_) => PSS,
            Self::Curve(curve, _) if curve.order_bits() > 384 => SignatureAlgorithm::Ecdsa(Hash::Sha512),
            Self::Curve(curve, _) if curve.order_bits() > 256 => SignatureAlgorithm::Ecdsa(Hash::Sha384),
            Self::Curve(..) => SignatureAlgorithm::Ecdsa(Hash::Sha256),
        }
    }
}

/// RSA-PSS with SHA-256, as Japan's roots of 2013 and 2015 have it.
pub const PSS: SignatureAlgorithm = SignatureAlgorithm::RsaPss { hash: Hash::Sha256, mask: Hash::Sha256, salt: 32 };

/// A name: country and common name; the rest is the simulator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Two letters.
    pub country: String,
    /// Common name.
    pub common: String,
}

impl Name {
    /// A name.
    pub fn new(country: &str, common: &str) -> Self {
        Self { country: country.to_owned(), common: common.to_owned() }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let part = |number: u8, form: u8, text: &str| {
            tlv(SET, &sequence(&[oid(&[0x55, 0x04, number]), tlv(form, text.as_bytes())]))
        };
        let unit = part(11, 0x0C, UNIT);
        sequence(&[part(6, 0x13, &self.country), part(10, 0x0C, ORGANISATION), unit, part(3, 0x0C, &self.common)])
    }
}

crate::simulator::record! {
    /// Everything that a certificate of the passports' hierarchy is made from. Each field may be wrong by itself.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CertificateOrder;
    subject: Name, "The holder.";
    issuer: Name, "Who certifies it.";
    serial: u8, "Serial number.";
    validity: [Timestamp; 2], "First and last second.";
    key: Key, "The certified key.";
    explicit: bool, "Whether a curve is written out instead of named.";
    signer: Key, "The key that signs.";
    algorithm: SignatureAlgorithm, "How it signs.";
    authority: bool, "basicConstraints with cA and a path length of 0.";
    usage: Option<u8>, "keyUsage: bits of [`usage`].";
    extended: Option<&'static str>, "extendedKeyUsage, one identifier with dots.";
    critical: bool, "Whether that is critical.";
    period: Option<[Timestamp; 2]>, "privateKeyUsagePeriod.";
    documents: Option<Vec<&'static str>>, "documentTypeList.";
    subject_key_id: Option<Vec<u8>>, "subjectKeyIdentifier.";
    authority_key_id: Option<Vec<u8>>, "authorityKeyIdentifier.";
}

impl CertificateOrder {
    /// A self-signed CSCA.
    pub fn root(name: &Name, key: Key, serial: u8) -> Self {
        Self {
            subject: name.clone(),
            issuer: name.clone(),
            serial,
            validity: [midnight(2020, 1, 1), last_second(2099, 12, 31)],
            key,
            explicit: true,
            signer: key,
            algorithm: key.algorithm(),
            authority: true,
            usage: Some(usage::CERT_SIGN | usage::CRL_SIGN),
            extended: None,
            critical: true,
            period: Some([midnight(2020, 1, 1), last_second(2089, 12, 31)]),
            documents: None,
            subject_key_id: key.id().ok(),
            authority_key_id: key.id().ok(),
        }
    }

    /// A link: this authority's key, certified with the key of another generation.
    pub fn link(&self, old: &Self, serial: u8) -> Self {
        Self {
            issuer: old.subject.clone(),
            serial,
            signer: old.key,
            algorithm: old.key.algorithm(),
            authority_key_id: old.subject_key_id.clone(),
            ..self.clone()
        }
    }

    /// A document signer under this authority.
    pub fn signer(&self, name: &str, key: Key, serial: u8) -> Self {
        Self {
            subject: Name::new(&self.subject.country, name),
            issuer: self.subject.clone(),
            serial,
            validity: [midnight(2024, 4, 1), last_second(2099, 6, 30)],
            key,
            signer: self.key,
            algorithm: self.key.algorithm(),
            authority: false,
            usage: Some(usage::DIGITAL_SIGNATURE),
            period: Some([midnight(2024, 4, 1), last_second(2089, 6, 30)]),
            documents: Some(vec!["P", "PP", "PO", "PD"]),
            subject_key_id: key.id().ok(),
            authority_key_id: self.subject_key_id.clone(),
            ..self.clone()
        }
    }

    /// A signer of master lists under this authority.
    pub fn list_signer(&self, name: &str, key: Key, serial: u8) -> Self {
        Self { extended: Some(crate::trust::MASTER_LIST_SIGNER), documents: None, ..self.signer(name, key, serial) }
    }

    /// The certificate in DER. The same order gives the same bytes for ever.
    ///
    /// # Errors
    /// [`IssueError`] if the pool lacks a key, or the algorithm is of another kind.
    pub fn build(&self) -> Result<Vec<u8>, IssueError> {
        let mut extensions = Vec::new();
        if let Some(id) = &self.authority_key_id {
            extensions.push(extension(0x23, false, &sequence(&[tlv(0x80, id)])));
        }
        if let Some(id) = &self.subject_key_id {
            extensions.push(extension(0x0E, false, &octets(id)));
        }
        if let Some([from, to]) = self.period {
            let bound = |tag, at: Timestamp| tlv(tag, at.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes());
            extensions.push(extension(0x10, false, &sequence(&[bound(0x80, from), bound(0x81, to)])));
        }
        if let Some(bits) = self.usage {
            let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap_or(0);
            extensions.push(extension(0x0F, true, &tlv(0x03, &[unused, bits])));
        }
        if self.authority {
            extensions.push(extension(0x13, true, &sequence(&[BOOLEAN_TRUE.to_vec(), integer(&[0])])));
        }
        if let Some(purpose) = self.extended {
            extensions.push(extension(0x25, self.critical, &sequence(&[dotted(purpose)])));
        }
        if let Some(documents) = &self.documents {
            let types: Vec<Vec<u8>> = documents.iter().map(|code| tlv(0x13, code.as_bytes())).collect();
            let list = sequence(&[integer(&[0]), tlv(SET, &types.concat())]);
            extensions.push(sequence(&[dotted("2.23.136.1.1.6.2"), octets(&list)]));
        }
        let [from, to] = self.validity;
        let signed = sequence(&[
            tlv(0xA0, &integer(&[2])),
            integer(&[self.serial]),
            identifier(self.algorithm),
            self.issuer.encode(),
            sequence(&[time(from), time(to)]),
            self.subject.encode(),
            self.key.info(self.explicit)?,
            tlv(0xA3, &sequence(&extensions)),
        ]);
        let signature = self.signer.sign(self.algorithm, &signed)?;
        Ok(sequence(&[signed, identifier(self.algorithm), bit_string(&signature)]))
    }
}

/// The states' authorities, each as it is installed, with the name of its file under `certs`.
pub fn authorities() -> [(&'static str, CertificateOrder); 4] {
    let japan = Name::new("JP", "taimen simulated CSCA");
    let first = CertificateOrder { explicit: false, ..CertificateOrder::root(&japan, Key::Rsa("csca-1"), 1) };
    let second = CertificateOrder::root(&japan, Key::Curve(NamedCurve::P384, "csca-2"), 2);
    let other = Name::new("DE", "taimen simulated CSCA of another state");
    let third = CertificateOrder::root(&other, Key::Curve(NamedCurve::BrainpoolP384, "csca-3"), 4);
    let link = second.link(&first, 3);
    [("csca-1", first), ("csca-2", second), ("csca-2-link", link), ("csca-3", third)]
}

/// The signers of simulated passports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// RSA with PSS, under the authority with an RSA key.
    Rsa,
    /// P-256, under the authority whose P-384 key has its parameters written out.
    Explicit,
    /// brainpoolP256r1, under an authority on brainpoolP384r1: of another state (DE) than the others (JP).
    Brainpool,
    /// Under a CSCA that nobody knows.
    Unknown,
    /// Under a CSCA with the name and the key identifier of the first one, and another key.
    WrongAuthority,
}

impl Signer {
    /// Its certificate.
    pub fn order(self) -> CertificateOrder {
        let [(_, first), (_, second), _, (_, third)] = authorities();
        match self {
            Self::Rsa => CertificateOrder {
                explicit: false,
                ..first.signer("taimen simulated document signer 1", Key::Rsa("document-signer-1"), 0x11)
            },
            Self::Explicit => second.signer(
                "taimen simulated document signer 2",
                Key::Curve(NamedCurve::P256, "document-signer-2"),
                0x12,
            ),
            Self::Brainpool => {
                let key = Key::Curve(NamedCurve::BrainpoolP256, "document-signer-3");
                third.signer("taimen simulated document signer 3", key, 0x13)
            }
            Self::Unknown => {
                let name = Name::new("JP", "taimen simulated CSCA that is not installed");
                let unknown = CertificateOrder::root(&name, Key::Curve(NamedCurve::P256, "csca-unknown"), 6);
                unknown.signer(
                    "taimen simulated document signer 4",
                    Key::Curve(NamedCurve::P256, "document-signer-4"),
                    0x14,
                )
            }
            Self::WrongAuthority => CertificateOrder { signer: Key::Rsa("impostor"), ..Self::Rsa.order() },
        }
    }
}

/// An AlgorithmIdentifier.
pub fn identifier(algorithm: SignatureAlgorithm) -> Vec<u8> {
    let named = |hash: Hash| sequence(&[dotted(hash_oid(hash)), NULL.to_vec()]);
    let pkcs1 = |last: &str| sequence(&[dotted(&format!("1.2.840.113549.1.1.{last}")), NULL.to_vec()]);
    match algorithm {
        SignatureAlgorithm::RsaPkcs1(hash) => pkcs1(match hash {
            Hash::Sha1 => "5",
            Hash::Sha224 => "14",
            Hash::Sha256 => "11",
            Hash::Sha384 => "12",
            Hash::Sha512 => "13",
        }),
        SignatureAlgorithm::RsaPss { hash, mask, salt } => {
            let mask = sequence(&[dotted("1.2.840.113549.1.1.8"), named(mask)]);
            let salt = u8::try_from(salt).unwrap_or(u8::MAX);
            let parameters = [tlv(0xA0, &named(hash)), tlv(0xA1, &mask), tlv(0xA2, &integer(&[salt]))];
            sequence(&[dotted("1.2.840.113549.1.1.10"), sequence(&parameters)])
        }
        SignatureAlgorithm::Ecdsa(hash) => sequence(&[dotted(match hash {
            Hash::Sha1 => "1.2.840.10045.4.1",
            Hash::Sha224 => "1.2.840.10045.4.3.1",
            Hash::Sha256 => "1.2.840.10045.4.3.2",
            Hash::Sha384 => "1.2.840.10045.4.3.3",
            Hash::Sha512 => "1.2.840.10045.4.3.4",
        })]),
    }
}

pub(super) fn hash_oid(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha1 => "1.3.14.3.2.26",
        Hash::Sha224 => "2.16.840.1.101.3.4.2.4",
        Hash::Sha256 => "2.16.840.1.101.3.4.2.1",
        Hash::Sha384 => "2.16.840.1.101.3.4.2.2",
        Hash::Sha512 => "2.16.840.1.101.3.4.2.3",
    }
}

/// An object identifier from its numbers with dots.
pub(super) fn dotted(text: &str) -> Vec<u8> {
    let mut numbers = text.split('.').filter_map(|number| number.parse::<u32>().ok());
    let first =
        numbers.next().unwrap_or_default().saturating_mul(40).saturating_add(numbers.next().unwrap_or_default());
    let mut value = Vec::new();
    for number in std::iter::once(first).chain(numbers) {
        let septets = (0..5_u32).rev().map(|at| number >> (7 * at)).skip_while(|rest| *rest == 0).count().max(1);
        for at in (0..septets).rev() {
            let low = u8::try_from((number >> (7 * at)) & 0x7F).unwrap_or_default();
            value.push(if at == 0 { low } else { low | 0x80 });
        }
    }
    oid(&value)
}

#[cfg(test)]
#[path = "issuer_tests.rs"]
mod tests;
