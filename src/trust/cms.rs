//! Signed messages: CMS SignedData (RFC 5652 5) as EF.SOD, EF.CardSecurity and master lists have it.
//!
//! Genuine documents write it in BER: lengths of indefinite form, strings in pieces, attributes out of order. Nothing is
//! re-encoded: what is hashed are the bytes as they came.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{
    crypto::{Hash, SignatureAlgorithm, Weakness},
    text::errors,
    tlv::der::{self, Element},
};

use super::{
    algorithm::{self, Unsupported},
    certificate::{Certificate, CertificateError},
    name::Name,
};

/// The most certificates in a message that is not a list of them (spec passport 14).
pub const MAX_CERTIFICATES: usize = 8;

/// The most signers.
pub const MAX_SIGNERS: usize = 8;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";

errors! {
    /// Why a signed message is not one, or does not hold.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum CmsError {
        /// Not BER, nested deeper than any message is, or of another layout.
        Malformed = "not a signed message (CMS SignedData)",
        TooManyCertificates = "more than {MAX_CERTIFICATES} certificates are in the message",
        TooManySigners = "more than {MAX_SIGNERS} signers are in the message",
        NoSigner = "nobody signed the message",
        Certificate(#[from] CertificateError) = "the signer's certificate: {0}",
        Unsupported(#[from] Unsupported) = "{0}",
        ContentType(String) = "the message holds something else ({0})",
        /// Without them the signature would cover the content alone, which no message here may have.
        NoAttributes = "the signer signed no attributes",
        /// contentType or messageDigest is missing, is there twice, or does not have one value.
        Attributes = "the signed attributes are not what they must be",
        Digest = "the content is not what was signed: its hash differs",
        /// No certificate in the message is the one that the signer names.
        NoCertificate = "the certificate of the signer is not in the message",
        Signature = "the signature does not fit the signer's certificate",
    }
}

impl CmsError {
    /// Whether it only says that taimen cannot judge, and nothing against the document.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported(_))
    }

    /// Whether it leaves a signer open: the algorithm is not known, or his certificate is not here or cannot be read.
    fn is_open(&self) -> bool {
        matches!(self, Self::Unsupported(_) | Self::NoCertificate | Self::Certificate(_))
    }
}

/// A signed message. Parsing verifies nothing.
#[derive(Debug, Clone)]
pub struct Cms {
    /// eContentType with dots.
    pub content_type: String,
    /// The content, put together if it came in pieces: what messageDigest covers.
    pub content: Vec<u8>,
    /// The certificates in the message, as they came.
    pub certificates: Vec<Vec<u8>>,
    signers: Vec<SignerInfo>,
}

#[derive(Debug, Clone)]
struct SignerInfo {
    named: Named,
    /// digestAlgorithm, encoded.
    digest: Vec<u8>,
    /// signedAttrs with the tag that is signed, SET OF.
    attributes: Option<Vec<u8>>,
    /// signatureAlgorithm, encoded.
    algorithm: Vec<u8>,
    signature: Vec<u8>,
}

/// How a signer names its certificate.
#[derive(Debug, Clone)]
enum Named {
    /// Issuer, encoded, and serial number without leading zeros.
    Issuer(Vec<u8>, Vec<u8>),
    Key(Vec<u8>),
}

/// A signature that holds: what its key certified, if that key is to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The certificate whose key made the signature. Nothing about it was verified.
    pub certificate: Certificate,
    /// How the signature is made.
    pub algorithm: SignatureAlgorithm,
    /// The hash of the content.
    pub hash: Hash,
    /// signingTime, if the signer states it in a form that can be read. It is signed.
    pub signing_time: Option<Timestamp>,
    /// Whether it states one that cannot be read: RFC 5652 11.3 wants UTC with seconds, once. Nothing rests on it then.
    pub odd_time: bool,
    /// What is too weak in signature, content's hash and key.
    pub weak: Vec<Weakness>,
}

impl Cms {
    /// Reads ContentInfo with SignedData. Zeros may be after it.
    ///
    /// # Errors
    /// [`CmsError::Malformed`], [`CmsError::TooManyCertificates`], [`CmsError::TooManySigners`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CmsError> {
        parse(bytes).unwrap_or(Err(CmsError::Malformed))
    }

    /// Verifies the message's signatures, with certificates that are in the message: what each signer signed, in their order. The
    /// standard recommends one signer and allows several (ICAO Doc 9303-10 4.6.2.2, -12 9). Each one that
    /// can be judged must hold, so that it is the same to every program which one it looks at. One that cannot be judged is left out if
    /// another one holds.
    ///
    /// # Errors
    /// [`CmsError`]: that of the first signer who does not hold.
    pub fn verify(&self, content_type: &str) -> Result<Vec<Signed>, CmsError> {
        if self.content_type != content_type {
            return Err(CmsError::ContentType(self.content_type.clone()));
        }
        let known: Vec<Result<Certificate, CertificateError>> =
            self.certificates.iter().map(|der| Certificate::parse(der)).collect();
        let (mut held, mut open) = (Vec::new(), CmsError::NoSigner);
        for signer in &self.signers {
            match self.held(signer, &known) {
                Ok(signed) => held.push(signed),
                Err(error) if error.is_open() => open = error,
                Err(error) => return Err(error),
            }
        }
        if held.is_empty() { Err(open) } else { Ok(held) }
    }

    fn held(
        &self,
        signer: &SignerInfo,
        certificates: &[Result<Certificate, CertificateError>],
    ) -> Result<Signed, CmsError> {
        let hash = algorithm::hash_algorithm(&signer.digest)?;
        let signed = signer.attributes.as_ref().ok_or(CmsError::NoAttributes)?;
        let attributes = Attributes::parse(signed).ok_or(CmsError::Attributes)?;
        if attributes.content_type != self.content_type {
            return Err(CmsError::Attributes);
        }
        if attributes.digest != hash.of(&[&self.content]) {
            return Err(CmsError::Digest);
        }
        let algorithms = algorithm::signer_algorithms(&signer.algorithm, hash)?;
        let mut failure = CmsError::NoCertificate;
        let mut known: Vec<&Certificate> = Vec::new();
        for certificate in certificates {
            match certificate {
                Ok(certificate) => known.push(certificate),
                Err(error) => failure = (*error).into(),
            }
        }
        // The name is only a hint, because issuers write it in other types of string than the certificate: the signature
        // decides.
        known.retain(|one| signer.fits(one));
        known.sort_by_key(|one| !signer.names(one));
        for certificate in known {
            let key = match certificate.verify_key() {
                Ok(key) => key,
                Err(error) => {
                    failure = error.into();
                    continue;
                }
            };
            let held =
                algorithms.iter().find(|algorithm| key.verify(**algorithm, &[signed], &signer.signature).is_ok());
            if let Some(&algorithm) = held {
                let mut weak: Vec<Weakness> = key.weaknesses(algorithm).collect();
                weak.extend((hash == Hash::Sha1).then_some(Weakness::Sha1));
                weak.sort();
                weak.dedup();
                let Attributes { signing_time, odd_time, .. } = attributes;
                return Ok(Signed { certificate: certificate.clone(), algorithm, hash, signing_time, odd_time, weak });
            }
            failure = CmsError::Signature;
        }
        Err(failure)
    }
}

impl SignerInfo {
    /// Whether a certificate can be the signer's.
    fn fits(&self, certificate: &Certificate) -> bool {
        match &self.named {
            Named::Issuer(_, serial) => hex::decode(&certificate.serial).is_ok_and(|own| significant(&own) == serial),
            Named::Key(id) => certificate.subject_key_id.as_ref() == Some(id),
        }
    }

    /// Whether it is the one that the signer names in every respect.
    fn names(&self, certificate: &Certificate) -> bool {
        match &self.named {
            Named::Issuer(issuer, _) => Name::parse(issuer).is_some_and(|issuer| issuer == certificate.issuer_name),
            Named::Key(_) => true,
        }
    }
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Elements in order, each taken if it is the one that is expected.
struct Walk<'a> {
    rest: std::vec::IntoIter<Element<'a>>,
}

impl<'a> Walk<'a> {
    fn over(element: &Element<'a>) -> Option<Self> {
        Some(Self { rest: der::children(element.content)?.into_iter() })
    }

    fn next(&mut self, tag: u8) -> Option<Element<'a>> {
        self.rest.next().filter(|found| found.tag == tag)
    }

    fn optional(&mut self, tag: u8) -> Option<Element<'a>> {
        let next = self.rest.as_slice().first().filter(|found| found.tag == tag).copied()?;
        self.rest.next();
        Some(next)
    }

    fn ended(&self) -> Option<()> {
        self.rest.as_slice().is_empty().then_some(())
    }
}

/// `None`: the layout is another. The elements inside are looked at from the outside inwards, never deeper than the shape's
/// limit.
fn parse(bytes: &[u8]) -> Option<Result<Cms, CmsError>> {
    let outer = der::element(bytes).filter(|outer| outer.tag == der::SEQUENCE)?;
    if bytes.get(outer.raw.len()..)?.iter().any(|byte| *byte != 0) {
        return None;
    }
    let mut info = Walk::over(&outer)?;
    if der::dotted(&info.next(der::OBJECT_IDENTIFIER)?)? != SIGNED_DATA {
        return None;
    }
    let explicit = info.next(0xA0)?;
    info.ended()?;
    let mut data = Walk::over(&der::only(explicit.content, der::SEQUENCE)?)?;
    data.next(der::INTEGER)?;
    data.next(der::SET)?;
    let encapsulated = data.next(der::SEQUENCE)?;
    let certificates = data.optional(0xA0);
    data.optional(0xA1);
    let signers = data.next(der::SET)?;
    data.ended()?;

    let mut content = Walk::over(&encapsulated)?;
    let content_type = der::dotted(&content.next(der::OBJECT_IDENTIFIER)?)?;
    let value = content.next(0xA0)?;
    content.ended()?;
    let value = der::octets(&der::element(value.content).filter(|inner| inner.raw.len() == value.content.len())?)?;

    let certificates = match certificates {
        Some(set) => der::children(set.content)?,
        None => Vec::new(),
    };
    if certificates.len() > MAX_CERTIFICATES {
        return Some(Err(CmsError::TooManyCertificates));
    }
    let signers = der::children(signers.content)?;
    if signers.len() > MAX_SIGNERS {
        return Some(Err(CmsError::TooManySigners));
    }
    // Other forms than X.509 (attribute certificates) have other tags; nothing here can use them.
    let certificates = certificates.iter().filter(|one| one.tag == der::SEQUENCE).map(|one| one.raw.to_vec()).collect();
    let signers = signers.iter().map(signer).collect::<Option<_>>()?;
    Some(Ok(Cms { content_type, content: value, certificates, signers }))
}

fn signer(element: &Element<'_>) -> Option<SignerInfo> {
    if element.tag != der::SEQUENCE {
        return None;
    }
    let mut parts = Walk::over(element)?;
    parts.next(der::INTEGER)?;
    let named = match parts.optional(der::SEQUENCE) {
        Some(pair) => {
            let mut pair = Walk::over(&pair)?;
            let issuer = pair.next(der::SEQUENCE)?;
            let serial = pair.next(der::INTEGER)?;
            pair.ended()?;
            Named::Issuer(issuer.raw.to_vec(), significant(serial.content).to_vec())
        }
        None => Named::Key(parts.next(0x80)?.content.to_vec()),
    };
    let digest = parts.next(der::SEQUENCE)?;
    let attributes = parts.optional(0xA0).map(|set| {
        let mut signed = set.raw.to_vec();
        if let Some(tag) = signed.first_mut() {
            *tag = der::SET;
        }
        signed
    });
    let algorithm = parts.next(der::SEQUENCE)?;
    let signature = der::octets(&parts.rest.next()?)?;
    parts.optional(0xA1);
    parts.ended()?;
    let raw = |element: Element<'_>| element.raw.to_vec();
    Some(SignerInfo { named, digest: raw(digest), attributes, algorithm: raw(algorithm), signature })
}

/// The attributes that count.
struct Attributes {
    content_type: String,
    digest: Vec<u8>,
    signing_time: Option<Timestamp>,
    odd_time: bool,
}

impl Attributes {
    fn parse(signed: &[u8]) -> Option<Self> {
        let (mut content_type, mut digest, mut times) = (None, None, Vec::new());
        for attribute in der::children(der::only(signed, der::SET)?.content)? {
            let mut parts = Walk::over(&attribute).filter(|_| attribute.tag == der::SEQUENCE)?;
            let kind = der::dotted(&parts.next(der::OBJECT_IDENTIFIER)?)?;
            let values = der::children(parts.next(der::SET)?.content)?;
            parts.ended()?;
            let one = || match values.as_slice() {
                [value] => Some(*value),
                _ => None,
            };
            let twice = match kind.as_str() {
                CONTENT_TYPE => content_type.replace(der::dotted(&one()?)?).is_some(),
                MESSAGE_DIGEST => digest.replace(der::octets(&one()?)?).is_some(),
                SIGNING_TIME => {
                    times.push(one().as_ref().and_then(time));
                    false
                }
                _ => false,
            };
            if twice {
                return None;
            }
        }
        let signing_time = match times.as_slice() {
            [time] => *time,
            _ => None,
        };
        let odd_time = signing_time.is_none() && !times.is_empty();
        Some(Self { content_type: content_type?, digest: digest?, signing_time, odd_time })
    }
}

/// UTCTime or GeneralizedTime in UTC, with seconds (RFC 5652 11.3).
fn time(element: &Element<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let text = match (element.tag, text.len()) {
        (0x17, 12) => {
            let century = if text < "5" { "20" } else { "19" };
            format!("{century}{text}")
        }
        (0x18, 14) => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(all(test, feature = "simulator"))]
#[path = "cms_tests.rs"]
mod tests;
