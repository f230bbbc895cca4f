//! X.509 certificates, those of signers and those of issuers: what a check needs of one (RFC 5280 4).

use jiff::Timestamp;
use x509_parser::{
    certificate::X509Certificate,
    der_parser::asn1_rs::Tag,
    extensions::{ParsedExtension, X509Extension},
    oid_registry::{
        OID_NIST_EC_P384, OID_PKCS1_SHA256WITHRSA, OID_SIG_ECDSA_WITH_SHA256, OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
        OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_INHIBIT_ANY_POLICY,
        OID_X509_EXT_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_POLICY_CONSTRAINTS,
        OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, Oid,
    },
    prelude::FromDer,
    public_key,
    time::ASN1Time,
    x509::{AlgorithmIdentifier, SubjectPublicKeyInfo},
};

use super::{
    algorithm::{self, Unsupported},
    memo::Memo,
    name::Name,
};
use crate::crypto::{
    EcPublicKey, EcdsaForm, KeyError, PublicKey, SealPublicKey, Sha256Hash, SignatureAlgorithm, VerifyKey, sha256,
};
use crate::{text::errors, tlv::der};

/// A key that a certificate holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertifiedKey {
    /// RSA-2048
    Rsa(PublicKey),
    /// P-384
    Ec(EcPublicKey),
}

impl CertifiedKey {
    /// The key, if it is one of RSA.
    pub fn rsa(&self) -> Option<&PublicKey> {
        match self {
            Self::Rsa(key) => Some(key),
            Self::Ec(_) => None,
        }
    }

    /// The key, if it is one of P-384.
    pub fn ec(&self) -> Option<&EcPublicKey> {
        match self {
            Self::Rsa(_) => None,
            Self::Ec(key) => Some(key),
        }
    }

    /// The signature algorithm that goes with the key.
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::RsaSha256,
            Self::Ec(_) => Algorithm::EcdsaSha256,
        }
    }

    /// Which of the two kinds it is.
    pub(super) fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa(_) => KeyKind::Rsa,
            Self::Ec(_) => KeyKind::Ec,
        }
    }

    /// SHA-256 of the modulus, or of the uncompressed point, in hex.
    pub fn fingerprint(&self) -> String {
        hex::encode(match self {
            Self::Rsa(key) => key.fingerprint(),
            Self::Ec(key) => key.fingerprint(),
        })
    }
}

/// The algorithm of a certificate's own signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// sha256WithRSAEncryption
    RsaSha256,
    /// ecdsa-with-SHA256; NULL parameters, which real certificates have against RFC 5758 3.2, count as none
    /// (spec residence 5.2).
    EcdsaSha256,
    /// One that is not supported here, of a kind of key or of an unknown one.
    Unsupported(Option<KeyKind>),
    /// Two that differ inside and outside of what is signed.
    Differing,
}

/// The two kinds of key that signatures of certificates are made with here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA
    Rsa,
    /// Elliptic curves
    Ec,
}

/// keyUsage (RFC 5280 4.2.1.3), as far as checks ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// digitalSignature
    pub digital_signature: bool,
    /// nonRepudiation, also called contentCommitment
    pub non_repudiation: bool,
    /// keyCertSign
    pub cert_sign: bool,
}

/// basicConstraints with cA (RFC 5280 4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    /// How many authorities may be below it; `None`: no limit.
    pub path_length: Option<u32>,
}

/// A certificate. Parsing verifies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// 主体者鍵識別子 (RFC 5280 4.2.1.2); `None` if the certificate has none.
    pub subject_key_id: Option<Vec<u8>>,
    /// The identifier of the issuer's key (RFC 5280 4.2.1.1); `None` if the certificate names none. An issuer's name and
    /// serial number in its place are not looked at: different authorities share them (spec residence 5.3).
    pub authority_key_id: Option<Vec<u8>>,
    /// The key, or why cards do not use such a key.
    pub key: Result<CertifiedKey, KeyError>,
    /// First second of validity.
    pub not_before: Timestamp,
    /// Last second of validity.
    pub not_after: Timestamp,
    /// `None` if the certificate does not say.
    pub usage: Option<Usage>,
    /// `None` if it is not an authority.
    pub authority: Option<Authority>,
    /// An extension whose meaning is not known here, and that is critical (RFC 5280 4.2) or ought to be (4.2.1.10, .11, .14): its
    /// identifier.
    pub unknown_critical: Option<String>,
    /// The subject, for people.
    pub subject: String,
    /// The issuer, for people.
    pub issuer: String,
    /// The serial number in hex. A negative one or zero is shown as it is (RFC 5280 4.1.2.2): nothing rests on it.
    pub serial: String,
    /// Every extension: its identifier with dots, whether it is or ought to be critical, its value.
    extensions: Vec<(String, bool, Vec<u8>)>,
    pub(super) subject_name: Name,
    pub(super) issuer_name: Name,
    pub(super) algorithm: Algorithm,
    tbs: Vec<u8>,
    signature: Vec<u8>,
    /// subjectPublicKeyInfo as it is in the certificate.
    key_info: Vec<u8>,
    /// signatureAlgorithm as it is in the certificate.
    stated: Vec<u8>,
}

errors! {
    /// Why bytes are not a certificate that can be used.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum CertificateError {
        /// A certificate by its shape, but in an encoding that leaves open what its signature covers.
        NotDer = "a certificate that is not in DER",
        Malformed = "not a certificate",
        /// Bytes other than zeros after the certificate.
        Trailing = "other bytes after the certificate",
        Extension = "a broken extension",
    }
}

impl Certificate {
    /// Reads a certificate in DER. Zeros may be after it. An outer SEQUENCE of indefinite length is taken off, because
    /// the signature does not cover it; everything inside must be DER.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        let outer =
            der::element(bytes).filter(|outer| outer.tag == der::SEQUENCE).ok_or(CertificateError::Malformed)?;
        if bytes.get(outer.raw.len()..).unwrap_or_default().iter().any(|byte| *byte != 0) {
            return Err(CertificateError::Trailing);
        }
        let parts = der::children(outer.content).ok_or(CertificateError::Malformed)?;
        let [tbs, algorithm, signature] = parts.as_slice() else { return Err(CertificateError::Malformed) };
        // BER may write a string in pieces; that is not DER, which is looked at below.
        let bits = signature.tag == der::BIT_STRING || signature.tag == der::BIT_STRING_IN_PIECES;
        if (tbs.tag, algorithm.tag, bits) != (der::SEQUENCE, der::SEQUENCE, true) {
            return Err(CertificateError::Malformed);
        }
        if !outer.strict_content || (outer.definite && !outer.strict_header) {
            return Err(CertificateError::NotDer);
        }
        let der = der::sequence(outer.content);
        let Ok(([], certificate)) = X509Certificate::from_der(&der) else { return Err(CertificateError::Malformed) };
        // The parser passes over whatever is after the last element that it knows.
        if certificate.tbs_certificate.as_ref() != tbs.raw || certificate.signature_value.unused_bits != 0 {
            return Err(CertificateError::Malformed);
        }
        // Inside and outside of what is signed the algorithm must be the same (RFC 5280 4.1.1.2), byte for byte: the parser
        // does not look at the tag of its identifier.
        let fields = der::children(tbs.content).ok_or(CertificateError::Malformed)?;
        let inside = fields.iter().find(|field| field.tag == der::SEQUENCE);
        let same_algorithm = inside.is_some_and(|inside| inside.raw == algorithm.raw);
        Self::of(&certificate, same_algorithm, algorithm.raw)
    }

    fn of(certificate: &X509Certificate<'_>, same_algorithm: bool, stated: &[u8]) -> Result<Self, CertificateError> {
        let extensions = certificate.extensions_map().map_err(|_| CertificateError::Extension)?;
        let known = |oid: &Oid<'_>| match extensions.get(oid) {
            Some(extension) if extension.parsed_extension().error().is_some() => Err(CertificateError::Extension),
            other => Ok(other.map(|extension| extension.parsed_extension())),
        };
        Ok(Self {
            subject_key_id: match known(&OID_X509_EXT_SUBJECT_KEY_IDENTIFIER)? {
                Some(ParsedExtension::SubjectKeyIdentifier(id)) => Some(id.0.to_vec()),
                _ => None,
            },
            authority_key_id: match known(&OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER)? {
                Some(ParsedExtension::AuthorityKeyIdentifier(id)) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
                _ => None,
            },
            key: key(certificate.public_key()),
            not_before: time(certificate.validity().not_before),
            not_after: time(certificate.validity().not_after),
            usage: match known(&OID_X509_EXT_KEY_USAGE)? {
                Some(ParsedExtension::KeyUsage(usage)) => Some(Usage {
                    digital_signature: usage.digital_signature(),
                    non_repudiation: usage.non_repudiation(),
                    cert_sign: usage.key_cert_sign(),
                }),
                _ => None,
            },
            authority: match known(&OID_X509_EXT_BASIC_CONSTRAINTS)? {
                Some(ParsedExtension::BasicConstraints(constraints)) if constraints.ca => {
                    Some(Authority { path_length: constraints.path_len_constraint })
                }
                _ => None,
            },
            unknown_critical: certificate.extensions().iter().find(is_unknown_critical).map(|one| one.oid.to_string()),
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: hex::encode(certificate.raw_serial()),
            extensions: certificate
                .extensions()
                .iter()
                .map(|one| (one.oid.to_id_string(), must_be_understood(one), one.value.to_vec()))
                .collect(),
            subject_name: Name::of(certificate.subject()),
            issuer_name: Name::of(certificate.issuer()),
            algorithm: if same_algorithm { algorithm(&certificate.signature_algorithm) } else { Algorithm::Differing },
            tbs: certificate.tbs_certificate.as_ref().to_vec(),
            signature: certificate.signature_value.data.to_vec(),
            key_info: certificate.public_key().raw.to_vec(),
            stated: stated.to_vec(),
        })
    }

    /// Whether the key may sign data: keyUsage has digitalSignature or nonRepudiation, and it is not a CA (RFC 5280 4.2.1.3,
    /// 4.2.1.9). A certificate without keyUsage says nothing and may not.
    pub fn signs_data(&self) -> bool {
        self.usage.is_some_and(|usage| usage.digital_signature || usage.non_repudiation) && self.authority.is_none()
    }

    /// The value of an extension, by its identifier with dots: for what only one kind of card has.
    pub fn extension(&self, oid: &str) -> Option<&[u8]> {
        self.extensions.iter().find(|(known, ..)| known == oid).map(|(.., value)| value.as_slice())
    }

    /// Whether an extension is there and critical.
    pub(super) fn is_critical(&self, oid: &str) -> bool {
        self.extensions.iter().any(|(known, critical, _)| known == oid && *critical)
    }

    /// A critical extension whose meaning is known neither here nor to whoever asks.
    pub(super) fn unknown_critical_besides(&self, known: &[&str]) -> bool {
        let mut critical = self.extensions.iter().filter(|(_, critical, _)| *critical).map(|(oid, ..)| oid.as_str());
        critical.any(|oid| !UNDERSTOOD.contains(&oid) && !known.contains(&oid))
    }

    /// The country of the subject, in capitals.
    pub fn subject_country(&self) -> Option<String> {
        self.subject_name.country()
    }

    /// The state or province of the subject, as names are compared: in small letters, words one space apart.
    pub fn subject_state(&self) -> Option<String> {
        self.subject_name.state().map(str::to_owned)
    }

    /// The country of the issuer, in capitals.
    pub fn issuer_country(&self) -> Option<String> {
        self.issuer_name.country()
    }

    /// Whether subject and issuer are one: a root, or a link between two keys of one authority.
    pub fn is_self_issued(&self) -> bool {
        self.subject_name == self.issuer_name
    }

    /// Whether the certificate states the other one as its issuer: by the key's identifier, or by the name if it states none.
    pub(super) fn is_named_issuer(&self, issuer: &Self) -> bool {
        match (&self.authority_key_id, &issuer.subject_key_id) {
            (Some(named), Some(own)) => named == own,
            _ => self.issuer_name == issuer.subject_name,
        }
    }

    /// SHA-256 over what is signed and the signature: the same for the same certificate.
    pub(super) fn identity(&self) -> Sha256Hash {
        sha256(&[&self.tbs, &self.signature])
    }

    /// The key as passports' issuers have it: RSA of any usual size, every listed curve.
    ///
    /// # Errors
    /// [`Unsupported`].
    pub fn verify_key(&self) -> Result<VerifyKey, Unsupported> {
        algorithm::public_key(&self.key_info)
    }

    /// The key if it is one of Ed25519 (RFC 8410 4).
    pub fn ed25519_key(&self) -> Option<SealPublicKey> {
        const INFO: &[u8] = &[0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];
        SealPublicKey::from_bytes(self.key_info.strip_prefix(INFO)?.try_into().ok()?)
    }

    /// The algorithm of this certificate's own signature, any that passports' issuers use.
    ///
    /// # Errors
    /// [`Unsupported`], also if it is not the same inside and outside of what is signed.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm, Unsupported> {
        if self.algorithm == Algorithm::Differing {
            return Err(Unsupported::Differing);
        }
        algorithm::signature_algorithm(&self.stated)
    }

    /// Whether this certificate's own signature is one of a key of any kind, and how it is made.
    ///
    /// # Errors
    /// [`Unsupported`], if the algorithm is not known.
    pub(super) fn is_issued_with(
        &self,
        key: &VerifyKey,
        memo: &Memo,
    ) -> Result<Option<SignatureAlgorithm>, Unsupported> {
        let algorithm = self.signature_algorithm()?;
        let verify = || key.verify(algorithm, &[&self.tbs], &self.signature).is_ok();
        Ok(memo.holds(&key.identity(), &self.tbs, &self.signature, verify).then_some(algorithm))
    }

    /// Whether this certificate's own signature is one of the key, over the bytes as they are in the certificate.
    pub(super) fn is_signed_by(&self, key: &CertifiedKey, memo: &Memo) -> bool {
        if self.algorithm != key.algorithm() {
            return false;
        }
        let verify = || match key {
            CertifiedKey::Rsa(key) => key.verify_sha256(&[&self.tbs], &self.signature).is_ok(),
            CertifiedKey::Ec(key) => key.verify_sha256(&[&self.tbs], &self.signature, EcdsaForm::Der).is_ok(),
        };
        memo.holds(key.fingerprint().as_bytes(), &self.tbs, &self.signature, verify)
    }
}

/// keyUsage, basicConstraints, certificatePolicies, subjectKeyIdentifier, authorityKeyIdentifier.
const UNDERSTOOD: [&str; 5] = ["2.5.29.15", "2.5.29.19", "2.5.29.32", "2.5.29.14", "2.5.29.35"];

fn key(info: &SubjectPublicKeyInfo<'_>) -> Result<CertifiedKey, KeyError> {
    match info.parsed() {
        Ok(public_key::PublicKey::RSA(key)) => {
            // DER puts a zero before a number whose top bit is set.
            let modulus = key.modulus.strip_prefix(&[0x00]).unwrap_or(key.modulus);
            PublicKey::new(modulus, key.exponent).map(CertifiedKey::Rsa)
        }
        Ok(public_key::PublicKey::EC(point)) => {
            let curve = info.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
            let point =
                curve.filter(|curve| *curve == OID_NIST_EC_P384).and_then(|_| EcPublicKey::from_point(point.data()));
            point.map(CertifiedKey::Ec).ok_or(KeyError::NotP384)
        }
        _ => Err(KeyError::NotRsa),
    }
}

fn algorithm(stated: &AlgorithmIdentifier<'_>) -> Algorithm {
    let parameters = stated.parameters.as_ref();
    if !parameters.is_none_or(|parameters| parameters.tag() == Tag::Null && parameters.data.is_empty()) {
        Algorithm::Unsupported(key_kind(&stated.algorithm))
    } else if stated.algorithm == OID_PKCS1_SHA256WITHRSA {
        Algorithm::RsaSha256
    } else if stated.algorithm == OID_SIG_ECDSA_WITH_SHA256 {
        Algorithm::EcdsaSha256
    } else {
        Algorithm::Unsupported(key_kind(&stated.algorithm))
    }
}

/// The kind of key that an algorithm belongs to, by its arc: pkcs-1 (RFC 8017 C) or the signatures of ANSI X9.62.
fn key_kind(algorithm: &Oid<'_>) -> Option<KeyKind> {
    let dotted = algorithm.to_id_string();
    if dotted.starts_with("1.2.840.113549.1.1.") {
        Some(KeyKind::Rsa)
    } else if dotted.starts_with("1.2.840.10045.4.") {
        Some(KeyKind::Ec)
    } else {
        None
    }
}

/// A time of a certificate. 99991231235959Z, which says that there is no end (RFC 5280 4.1.2.5), is after the last [`Timestamp`] by a
/// day, and becomes that one.
pub(super) fn time(time: ASN1Time) -> Timestamp {
    Timestamp::from_second(time.timestamp().min(Timestamp::MAX.as_second())).unwrap_or(Timestamp::MIN)
}

/// Policies count as understood, because any policy is accepted here (RFC 5280 6.1.1 (c)); a card that must have a certain
/// one looks itself.
fn is_unknown_critical(extension: &&X509Extension<'_>) -> bool {
    let known = [
        OID_X509_EXT_KEY_USAGE,
        OID_X509_EXT_BASIC_CONSTRAINTS,
        OID_X509_EXT_CERTIFICATE_POLICIES,
        OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
        OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
    ];
    must_be_understood(extension) && !known.contains(&extension.oid)
}

/// Whether a certificate counts only if the extension's meaning is kept: a critical one, and one that restricts what an issuer's
/// certificates are good for. RFC 5280 4.2.1.10, .11 and .14 want those critical, so taimen judges one that is not
/// marked critical as if it were.
fn must_be_understood(extension: &X509Extension<'_>) -> bool {
    let restrictions =
        [OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_POLICY_CONSTRAINTS, OID_X509_EXT_INHIBIT_ANY_POLICY];
    extension.critical || restrictions.contains(&extension.oid)
}

#[cfg(all(test, feature = "simulator"))]
#[path = "certificate_tests.rs"]
mod tests;
