//! EF.SOD: the hashes of the data groups, signed by the issuing state (ICAO Doc 9303-10 4.6.2; spec passport 6.2).
//!
//! | step | call | says |
//! | --- | --- | --- |
//! | read the file | [`SecurityObject::parse`] | what is listed; nothing is verified |
//! | `document-signature` | [`SecurityObject::verify`] | the hashes were signed with the key of the certificate in the file; see [`Signed`] |
//! | `data-groups` | [`SecurityObject::agrees`] | whether a data group, as read, has the listed hash |
//! | `signer-certificate`, `signer-period`, `weak-cryptography` | [`crate::trust::signer_path`] with `Signed::certificate` | whose key it is |

use std::collections::BTreeMap;

use crate::{
    crypto::Hash,
    text::errors,
    tlv::{self, Tag, TlvError, der},
    trust::{Cms, CmsError, Signed, Unsupported, hash_algorithm},
};

/// eContentType of EF.SOD: id-icao-mrtd-security-ldsSecurityObject.
pub const LDS_SECURITY_OBJECT: &str = "2.23.136.1.1.1";

/// eContentType of EF.CardSecurity: id-SecurityObject (TR-03110-3 A.1.2.5). [`Cms::parse`] and [`Cms::verify`] read it.
pub const CARD_SECURITY: &str = "0.4.0.127.0.7.3.2.1";

/// The largest EF.SOD (spec passport 14).
pub const MAX_FILE: usize = 64 * 1024;

/// Numbers of data groups.
const GROUPS: std::ops::RangeInclusive<u32> = 1..=16;

const TAG: Tag = Tag(0x77);

errors! {
    /// Why a file is not EF.SOD.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum SecurityObjectError {
        TooLarge = "EF.SOD is larger than {MAX_FILE} bytes",
        Tlv(#[from] TlvError) = "{0}",
        Cms(#[from] CmsError) = "{0}",
        Unsupported(#[from] Unsupported) = "{0}",
        /// Not an LDSSecurityObject, or of a version other than 0 and 1.
        Malformed = "the signed content is not a list of hashes (LDS security object)",
        TooManyHashes = "the list has more hashes than there are data groups",
        /// The first or the last one would count, as a program likes it.
        DuplicateGroup(u32) = "data group {0} is listed twice",
        NoSuchGroup(u32) = "data group {0} does not exist",
        HashLength(u32) = "the hash of data group {0} has another length than its algorithm",
    }
}

impl SecurityObjectError {
    /// Whether it only says that taimen cannot judge, and nothing against the document.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported(_))
    }
}

/// EF.SOD. Parsing verifies nothing.
#[derive(Debug, Clone)]
pub struct SecurityObject {
    /// 0 or 1 (LDS 1.7, LDS 1.8).
    pub version: u32,
    /// The algorithm of the hashes; that of the signature is another matter.
    pub hash: Hash,
    /// The hashes by number of the data group.
    pub hashes: BTreeMap<u32, Vec<u8>>,
    /// The versions of LDS and Unicode that version 1 states, for example `0108` and `040000`.
    pub versions: Option<[String; 2]>,
    /// The signed message around the list.
    pub message: Cms,
}

impl SecurityObject {
    /// Reads the file. Filler may be after it.
    ///
    /// # Errors
    /// [`SecurityObjectError`].
    pub fn parse(file: &[u8]) -> Result<Self, SecurityObjectError> {
        if file.len() > MAX_FILE {
            return Err(SecurityObjectError::TooLarge);
        }
        let (object, _) = tlv::file(file, TAG)?;
        let message = Cms::parse(object.value)?;
        if message.content_type != LDS_SECURITY_OBJECT {
            return Err(CmsError::ContentType(message.content_type).into());
        }
        let list = List::parse(&message.content).ok_or(SecurityObjectError::Malformed)?;
        let hash = hash_algorithm(list.algorithm)?;
        if list.hashes.len() > GROUPS.count() {
            return Err(SecurityObjectError::TooManyHashes);
        }
        let mut hashes = BTreeMap::new();
        for element in list.hashes {
            let (number, value) = pair(&element).ok_or(SecurityObjectError::Malformed)?;
            if !GROUPS.contains(&number) {
                return Err(SecurityObjectError::NoSuchGroup(number));
            }
            if value.len() != hash.length() {
                return Err(SecurityObjectError::HashLength(number));
            }
            if hashes.insert(number, value).is_some() {
                return Err(SecurityObjectError::DuplicateGroup(number));
            }
        }
        Ok(Self { version: list.version, hash, hashes, versions: list.versions, message })
    }

    /// Verifies the signature with the certificate that is in the file, or all signatures if there are several. It does not say
    /// whose they are.
    ///
    /// # Errors
    /// [`CmsError`].
    pub fn verify(&self) -> Result<Vec<Signed>, CmsError> {
        self.message.verify(LDS_SECURITY_OBJECT)
    }

    /// Whether a data group is listed.
    pub fn lists(&self, group: u32) -> bool {
        self.hashes.contains_key(&group)
    }

    /// Whether a data group's file (tag, length and value, nothing after it) has the listed hash; `None` if it is not listed.
    pub fn agrees(&self, group: u32, file: &[u8]) -> Option<bool> {
        self.hashes.get(&group).map(|listed| *listed == self.hash.of(&[file]))
    }
}

/// LDSSecurityObject, its parts not yet looked at.
struct List<'a> {
    version: u32,
    algorithm: &'a [u8],
    hashes: Vec<der::Element<'a>>,
    versions: Option<[String; 2]>,
}

impl<'a> List<'a> {
    fn parse(content: &'a [u8]) -> Option<Self> {
        let parts = der::children(der::only(content, der::SEQUENCE)?.content)?;
        let (version, algorithm, list, versions) = match parts.as_slice() {
            [version, algorithm, list] => (version, algorithm, list, None),
            [version, algorithm, list, versions] => (version, algorithm, list, Some(versions)),
            _ => return None,
        };
        let text = |element: &der::Element<'_>| {
            let text = (element.tag == der::PRINTABLE_STRING).then_some(element.content)?;
            std::str::from_utf8(text).ok().map(str::to_owned)
        };
        let number = der::small(version)?;
        let versions = match versions {
            Some(pair) if pair.tag == der::SEQUENCE => match der::children(pair.content)?.as_slice() {
                [lds, unicode] => Some([text(lds)?, text(unicode)?]),
                _ => return None,
            },
            Some(_) => return None,
            None => None,
        };
        let fits = matches!((number, &versions), (0 | 1, None) | (1, Some(_)));
        (fits && list.tag == der::SEQUENCE).then_some(())?;
        Some(Self { version: number, algorithm: algorithm.raw, hashes: der::children(list.content)?, versions })
    }
}

fn pair(element: &der::Element<'_>) -> Option<(u32, Vec<u8>)> {
    let parts = der::children((element.tag == der::SEQUENCE).then_some(element.content)?)?;
    match parts.as_slice() {
        [number, value] => Some((der::small(number)?, der::octets(value)?)),
        _ => None,
    }
}
