//! SecurityInfos: what a chip says that it supports (ICAO Doc 9303-11 9.2; spec passport 5.1).

use std::fmt;

use crate::{
    crypto::{Element, Group, Hash, der},
    text::errors,
};

use super::{ChipOption, Suite};

/// The most entries (spec passport 14).
const MAX_INFOS: usize = 64;

/// bsi-de protocols smartcard: 0.4.0.127.0.7.2.2
const SMARTCARD: [u8; 7] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02];

/// Below it: public keys of chip authentication, chip authentication, PACE.
const KEY: u8 = 1;
const CHIP: u8 = 3;
const PACE: u8 = 4;

/// id-icao-mrtd-security-aaProtocolObject, 2.23.136.1.1.5
const ACTIVE: [u8; 6] = [0x67, 0x81, 0x08, 0x01, 0x01, 0x05];

/// ecdsa-plain-signatures, 0.4.0.127.0.7.1.1.4.1: the hash follows.
const ECDSA_PLAIN: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x01, 0x04, 0x01];

/// ecdsa-with-SHA2, 1.2.840.10045.4.3: some issuers name it instead.
const ECDSA_SHA2: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03];

errors! {
    /// Why bytes are not SecurityInfos.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum InfosError {
        NotASet = "not a set in DER",
        Entry = "an entry is not a sequence that starts with an object identifier",
        TooMany = "more than {MAX_INFOS} entries",
    }
}

/// How PACE turns the nonce into a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mapping {
    /// Generic mapping that also proves the chip's key.
    ChipAuthentication,
    /// Generic mapping.
    Generic,
    /// Integrated mapping.
    Integrated,
}

/// One form of PACE that the chip offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceInfo {
    /// Content of the protocol's object identifier.
    pub oid: Vec<u8>,
    /// How the nonce is mapped.
    pub mapping: Mapping,
    /// Whether the group is a curve.
    pub curve: bool,
    /// The cipher of the session.
    pub suite: Suite,
    /// The group's number in ICAO Doc 9303-11 table 6, if the chip says one.
    pub parameter: Option<u8>,
}

impl fmt::Display for PaceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mapping = match self.mapping {
            Mapping::ChipAuthentication => "CAM",
            Mapping::Generic => "GM",
            Mapping::Integrated => "IM",
        };
        let kind = if self.curve { "ECDH" } else { "DH" };
        write!(f, "PACE {kind}-{mapping}, {}", self.suite)?;
        match self.parameter {
            Some(number) => write!(f, ", parameters {number}"),
            None => Ok(()),
        }
    }
}

impl PaceInfo {
    /// A form of PACE by its parts; `None` if no object identifier stands for it.
    pub fn new(mapping: Mapping, suite: Suite, parameter: u8) -> Option<Self> {
        let curve = matches!(Group::standard(parameter)?, Group::Curve(_));
        let kind = match (mapping, curve) {
            (Mapping::Generic, false) => 1,
            (Mapping::Generic, true) => 2,
            (Mapping::Integrated, false) => 3,
            (Mapping::Integrated, true) => 4,
            (Mapping::ChipAuthentication, true) => 6,
            (Mapping::ChipAuthentication, false) => return None,
        };
        let oid = [&SMARTCARD[..], &[PACE, kind, suite.number()]].concat();
        Self::of(&oid, Some(parameter))
    }

    fn of(oid: &[u8], parameter: Option<u8>) -> Option<Self> {
        let [PACE, kind, suite] = oid.strip_prefix(&SMARTCARD)? else { return None };
        let (mapping, curve) = match kind {
            1 => (Mapping::Generic, false),
            2 => (Mapping::Generic, true),
            3 => (Mapping::Integrated, false),
            4 => (Mapping::Integrated, true),
            6 => (Mapping::ChipAuthentication, true),
            _ => return None,
        };
        let suite = Suite::from_number(*suite)?;
        // Its proof is encrypted with AES.
        let fits = mapping != Mapping::ChipAuthentication || suite != Suite::TripleDes;
        fits.then(|| Self { oid: oid.to_vec(), mapping, curve, suite, parameter })
    }

    /// The group, if it is a standard one of the right kind, on which the mapping is defined.
    pub fn group(&self) -> Option<Group> {
        let group = Group::standard(self.parameter?)?;
        let fits = matches!(group, Group::Curve(_)) == self.curve;
        (fits && (self.mapping != Mapping::Integrated || group.maps())).then_some(group)
    }

    /// PACEInfo in DER.
    pub fn encode(&self) -> Vec<u8> {
        let number = self.parameter.map_or_else(Vec::new, |number| der::integer(&[number]));
        let parts = [der::object(der::OID, &self.oid), der::integer(&[2]), number];
        der::object(der::SEQUENCE, &parts.concat())
    }
}

/// A form of PACE to use.
#[derive(Debug, Clone)]
pub struct PaceOption {
    /// The form.
    pub info: PaceInfo,
    /// Its group.
    pub group: Group,
    /// Whether the chip offers the same form over several groups, so that it must hear which.
    pub ambiguous: bool,
}

/// A form of chip authentication that the chip offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipProtocol {
    /// Content of the protocol's object identifier.
    pub oid: Vec<u8>,
    /// Whether the key is a point of a curve.
    pub curve: bool,
    /// The cipher of the session.
    pub suite: Suite,
    /// Which key, if the chip has several.
    pub key_id: Option<Vec<u8>>,
}

/// A static public key of the chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipKeyInfo {
    /// SubjectPublicKeyInfo in DER.
    pub info: Vec<u8>,
    /// Which key, if the chip has several.
    pub key_id: Option<Vec<u8>>,
}

impl ChipProtocol {
    /// A form by its parts.
    pub fn new(curve: bool, suite: Suite, key_id: Option<&[u8]>) -> Self {
        let oid = [&SMARTCARD[..], &[CHIP, if curve { 2 } else { 1 }, suite.number()]].concat();
        Self { oid, curve, suite, key_id: key_id.map(<[u8]>::to_vec) }
    }

    /// ChipAuthenticationInfo in DER.
    pub fn encode(&self) -> Vec<u8> {
        let id = self.key_id.as_ref().map_or_else(Vec::new, |id| der::object(der::INTEGER, id));
        let parts = [der::object(der::OID, &self.oid), der::integer(&[1]), id];
        der::object(der::SEQUENCE, &parts.concat())
    }
}

impl ChipKeyInfo {
    /// ChipAuthenticationPublicKeyInfo in DER.
    pub fn encode(&self, curve: bool) -> Vec<u8> {
        let oid = [&SMARTCARD[..], &[KEY, if curve { 2 } else { 1 }]].concat();
        let id = self.key_id.as_ref().map_or_else(Vec::new, |id| der::object(der::INTEGER, id));
        let parts = [der::object(der::OID, &oid), self.info.clone(), id];
        der::object(der::SEQUENCE, &parts.concat())
    }
}

/// What a chip says of the hash of active authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ActiveHash {
    /// Nothing.
    #[default]
    Unnamed,
    /// It is this one.
    Named(Hash),
    /// It names an algorithm that is not known.
    Unknown,
}

/// What EF.CardAccess, EF.CardSecurity or data group 14 lists. Entries of other protocols are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecurityInfos {
    /// Forms of PACE.
    pub pace: Vec<PaceInfo>,
    /// Forms of chip authentication.
    pub chip: Vec<ChipProtocol>,
    /// Public keys of chip authentication.
    pub chip_keys: Vec<ChipKeyInfo>,
    /// The hash of active authentication with a key of a curve.
    pub active: ActiveHash,
}

impl SecurityInfos {
    /// From a set in DER.
    ///
    /// # Errors
    /// [`InfosError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, InfosError> {
        let mut rest = der::only(bytes, der::SET).ok_or(InfosError::NotASet)?;
        let mut infos = Self::default();
        for _ in 0..MAX_INFOS {
            if rest.is_empty() {
                return Ok(infos);
            }
            let (entry, after) = der::take(rest, der::SEQUENCE).ok_or(InfosError::Entry)?;
            let (oid, fields) = der::take(entry, der::OID).ok_or(InfosError::Entry)?;
            infos.add(oid, fields);
            rest = after;
        }
        if rest.is_empty() { Ok(infos) } else { Err(InfosError::TooMany) }
    }

    fn add(&mut self, oid: &[u8], fields: &[u8]) {
        match oid.strip_prefix(&SMARTCARD) {
            Some([PACE, ..]) => {
                let parameter = der::take(fields, der::INTEGER).map(|(_, rest)| rest);
                let parameter = parameter.and_then(|rest| der::only(rest, der::INTEGER)).and_then(byte);
                self.pace.extend(PaceInfo::of(oid, parameter));
            }
            Some([CHIP, kind @ (1 | 2), suite]) => {
                let key_id = der::take(fields, der::INTEGER).and_then(|(_, rest)| der::only(rest, der::INTEGER));
                self.chip.extend(Suite::from_number(*suite).map(|suite| ChipProtocol {
                    oid: oid.to_vec(),
                    curve: *kind == 2,
                    suite,
                    key_id: key_id.map(<[u8]>::to_vec),
                }));
            }
            Some([KEY, 1 | 2]) => {
                if let Some((_, id)) = der::take(fields, der::SEQUENCE) {
                    let info = fields.get(..fields.len() - id.len()).unwrap_or_default().to_vec();
                    self.chip_keys.push(ChipKeyInfo { info, key_id: der::only(id, der::INTEGER).map(<[u8]>::to_vec) });
                }
            }
            _ if oid == ACTIVE => {
                let algorithm = der::take(fields, der::INTEGER).and_then(|(_, rest)| der::only(rest, der::OID));
                if let (ActiveHash::Unnamed | ActiveHash::Unknown, Some(algorithm)) = (self.active, algorithm) {
                    self.active = active_hash(algorithm).map_or(ActiveHash::Unknown, ActiveHash::Named);
                }
            }
            _ => {}
        }
    }

    /// Whether PACE with chip authentication mapping is among them.
    pub fn offers_mapping(&self) -> bool {
        self.pace.iter().any(|info| info.mapping == Mapping::ChipAuthentication)
    }

    /// The form of PACE to use: chip authentication mapping, ECDH, DH, generic before integrated mapping, the longest key of AES
    /// before triple DES.
    pub fn preferred(&self) -> Option<PaceOption> {
        let supported = self.pace.iter().filter_map(|info| Some((info, info.group()?)));
        let (info, group) =
            supported.min_by_key(|(info, _)| (info.mapping, !info.curve, std::cmp::Reverse(info.suite)))?;
        let ambiguous = self.pace.iter().filter(|other| other.oid == info.oid).count() > 1;
        Some(PaceOption { info: info.clone(), group, ambiguous })
    }

    /// The form of chip authentication to use: the key with the longest cipher. A key beside which no form stands uses triple DES.
    pub fn chip_authentication(&self) -> Option<ChipOption> {
        let options = self.chip_keys.iter().filter_map(|key| {
            let public = Element::from_info(&key.info).ok()?;
            let curve = matches!(public, Element::Curve(_));
            let of_key = |form: &&ChipProtocol| {
                form.curve == curve && (form.key_id == key.key_id || form.key_id.is_none() || key.key_id.is_none())
            };
            let protocol = self.chip.iter().filter(of_key).max_by_key(|form| form.suite).cloned();
            let implied = || self.chip.is_empty().then(|| ChipProtocol::new(curve, Suite::TripleDes, None));
            let protocol = protocol.or_else(implied)?;
            Some(ChipOption { key_id: protocol.key_id.clone().or(key.key_id.clone()), protocol, public })
        });
        options.max_by_key(|option| option.protocol.suite)
    }

    /// SET OF SecurityInfo in DER: the entries in the order that DER wants.
    pub fn encode(&self) -> Vec<u8> {
        let mut entries: Vec<Vec<u8>> = self.pace.iter().map(PaceInfo::encode).collect();
        entries.extend(self.chip.iter().map(ChipProtocol::encode));
        entries.extend(self.chip_keys.iter().map(|key| {
            let curve = matches!(Element::from_info(&key.info), Ok(Element::Curve(_)));
            key.encode(curve)
        }));
        let named = if let ActiveHash::Named(hash) = self.active { plain_algorithm(hash) } else { None };
        entries.extend(named.map(|algorithm| {
            let parts = [der::object(der::OID, &ACTIVE), der::integer(&[1]), der::object(der::OID, &algorithm)];
            der::object(der::SEQUENCE, &parts.concat())
        }));
        entries.sort();
        der::object(der::SET, &entries.concat())
    }
}

fn byte(value: &[u8]) -> Option<u8> {
    match value {
        [byte @ 0..=0x7F] => Some(*byte),
        _ => None,
    }
}

const PLAIN_HASHES: [(u8, Hash); 5] =
    [(1, Hash::Sha1), (2, Hash::Sha224), (3, Hash::Sha256), (4, Hash::Sha384), (5, Hash::Sha512)];

fn active_hash(algorithm: &[u8]) -> Option<Hash> {
    let last = |number: &[u8]| <[u8; 1]>::try_from(number).ok().map(|[number]| number);
    if let Some(number) = algorithm.strip_prefix(&ECDSA_PLAIN).and_then(last) {
        return PLAIN_HASHES.iter().find(|(known, _)| *known == number).map(|(_, hash)| *hash);
    }
    match algorithm.strip_prefix(&ECDSA_SHA2).and_then(last)? {
        1 => Some(Hash::Sha224),
        2 => Some(Hash::Sha256),
        3 => Some(Hash::Sha384),
        4 => Some(Hash::Sha512),
        _ => None,
    }
}

fn plain_algorithm(hash: Hash) -> Option<Vec<u8>> {
    let (number, _) = PLAIN_HASHES.iter().find(|(_, known)| *known == hash)?;
    Some([&ECDSA_PLAIN[..], &[*number]].concat())
}
