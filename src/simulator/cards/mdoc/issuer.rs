//! The simulated issuers of mdocs: IACA roots, document signers, readers' certificates, and the issued document; right, or wrong in
//! every way that a check must detect (ISO/IEC 18013-5 9.1.2, annex B).
//!
//! Keys are made from the names of their holders, so they are as public as the keys of the pool.

use jiff::Timestamp;

use crate::{
    crypto::{CurveKey, CurveSigner, EcdsaForm, Hash, NamedCurve, SealKey, sha256},
    simulator::{
        IssueError,
        certificate::{bit_string, extension, integer, last_second, midnight, octets, oid, sequence, time, tlv, usage},
        keys::NoSuchKey,
    },
};

use super::write;

const ORGANISATION: &str = "taimen simulator";
const UNIT: &str = "SIMULATED, NOT A REAL ISSUER";
const SET: u8 = 0x31;

/// 1.3.101.112
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
/// 1.2.840.10045.4.3
const ECDSA_SHA2: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03];

/// Extended key usage of document signers: 1.0.18013.5.1.2.
pub const DOCUMENT_SIGNER: &[u8] = &[0x28, 0x81, 0x8C, 0x5D, 0x05, 0x01, 0x02];
/// Of readers: 1.0.18013.5.1.6.
pub const READER: &[u8] = &[0x28, 0x81, 0x8C, 0x5D, 0x05, 0x01, 0x06];
/// Of the signers of VICALs: 1.0.18013.5.1.8.
pub const LIST_SIGNER: &[u8] = &[0x28, 0x81, 0x8C, 0x5D, 0x05, 0x01, 0x08];

/// A key of the simulated hierarchy, made from a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// On a curve.
    Curve(NamedCurve, &'static str),
    /// Ed25519.
    Ed25519(&'static str),
}

impl Key {
    fn stream(name: &str) -> Vec<u8> {
        // Long enough for every curve, with room to spare against a bias that nobody would mind here.
        let part = |count: u8| sha256(&[b"taimen simulated mdoc key, public", &[count], name.as_bytes()]);
        (0..4).flat_map(part).collect()
    }

    fn edwards(name: &str) -> SealKey {
        SealKey::from_seed(&sha256(&[&Self::stream(name)]))
    }

    /// The private half of a key on a curve; `None` for Ed25519, which agrees on no keys.
    pub fn scalar(self) -> Option<crate::crypto::Scalar> {
        match self {
            Self::Curve(curve, name) => Some(curve.random_scalar(&Self::stream(name))),
            Self::Ed25519(_) => None,
        }
    }

    /// The public half of a key on a curve.
    pub fn public(self) -> Option<CurveKey> {
        Some(CurveSigner::new(self.scalar()?).public_key())
    }

    /// subjectPublicKeyInfo.
    pub fn info(self) -> Vec<u8> {
        match self {
            Self::Curve(..) => self.public().map(|key| key.info(false)).unwrap_or_default(),
            Self::Ed25519(name) => {
                sequence(&[sequence(&[oid(ED25519)]), bit_string(&Self::edwards(name).public_key().to_bytes())])
            }
        }
    }

    /// COSE_Key (RFC 9053 7).
    pub fn cose(self) -> Vec<u8> {
        let label = |label: i64, value: Vec<u8>| (write::int(label), value);
        match self {
            Self::Curve(curve, _) => {
                let encoded = self.public().map(|key| key.encoded()).unwrap_or_default();
                let (x, y) = encoded.get(1..).unwrap_or_default().split_at(encoded.len().saturating_sub(1) / 2);
                write::map(&[
                    label(1, write::uint(2)),
                    label(-1, write::uint(cose_curve(curve))),
                    label(-2, write::bytes(x)),
                    label(-3, write::bytes(y)),
                ])
            }
            Self::Ed25519(name) => write::map(&[
                label(1, write::uint(1)),
                label(-1, write::uint(6)),
                label(-2, write::bytes(&Self::edwards(name).public_key().to_bytes())),
            ]),
        }
    }

    /// The key identifier in simulated certificates: 160 bits of SHA-256 over the key.
    pub fn id(self) -> Vec<u8> {
        sha256(&[&self.info()]).into_iter().take(20).collect()
    }

    /// The hash that the key signs with; Ed25519 has its own.
    pub fn hash(self) -> Option<Hash> {
        match self {
            Self::Ed25519(_) => None,
            Self::Curve(curve, _) if curve.order_bits() > 384 => Some(Hash::Sha512),
            Self::Curve(curve, _) if curve.order_bits() > 256 => Some(Hash::Sha384),
            Self::Curve(..) => Some(Hash::Sha256),
        }
    }

    /// The COSE algorithm that it signs with (RFC 9053 2).
    pub fn algorithm(self) -> i64 {
        match self.hash() {
            None => -8,
            Some(Hash::Sha512) => -36,
            Some(Hash::Sha384) => -35,
            Some(_) => -7,
        }
    }

    /// A signature in this form; Ed25519 has one form.
    ///
    /// # Errors
    /// [`NoSuchKey`] in no case that can be found.
    pub fn sign(self, bytes: &[u8], form: EcdsaForm) -> Result<Vec<u8>, NoSuchKey> {
        match (self, self.scalar()) {
            (Self::Ed25519(name), _) => Ok(Self::edwards(name).sign(bytes).to_vec()),
            (_, Some(scalar)) => {
                let hash = self.hash().map(|hash| hash.of(&[bytes])).unwrap_or_default();
                CurveSigner::new(scalar).sign(&hash, form).map_err(|_| NoSuchKey)
            }
            (_, None) => Err(NoSuchKey),
        }
    }

    fn identifier(self) -> Vec<u8> {
        match self.hash() {
            None => sequence(&[oid(ED25519)]),
            Some(hash) => {
                let last = match hash {
                    Hash::Sha512 => 4,
                    Hash::Sha384 => 3,
                    _ => 2,
                };
                sequence(&[oid(&[&ECDSA_SHA2[..], &[last]].concat())])
            }
        }
    }
}

/// The number of a curve in COSE (RFC 9053 7.1, ISO/IEC 18013-5 9.1.5.2).
fn cose_curve(curve: NamedCurve) -> u64 {
    match curve {
        NamedCurve::P384 => 2,
        NamedCurve::P521 => 3,
        NamedCurve::BrainpoolP256 => 256,
        NamedCurve::BrainpoolP320 => 257,
        NamedCurve::BrainpoolP384 => 258,
        NamedCurve::BrainpoolP512 => 259,
        _ => 1,
    }
}

/// A name: country, state or province, common name; the rest is the simulator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Two letters.
    pub country: String,
    /// stateOrProvinceName, if there is one.
    pub province: Option<String>,
    /// Common name.
    pub common: String,
}

impl Name {
    /// A name without a province.
    pub fn new(country: &str, common: &str) -> Self {
        Self { country: country.to_owned(), province: None, common: common.to_owned() }
    }

    /// The distinguished name in DER.
    pub fn encode(&self) -> Vec<u8> {
        let part = |number: u8, form: u8, text: &str| {
            tlv(SET, &sequence(&[oid(&[0x55, 0x04, number]), tlv(form, text.as_bytes())]))
        };
        let province = self.province.as_deref().map(|name| part(8, 0x0C, name)).unwrap_or_default();
        let rest = [part(10, 0x0C, ORGANISATION), part(11, 0x0C, UNIT), part(3, 0x0C, &self.common)];
        sequence(&[part(6, 0x13, &self.country), province, rest.concat()])
    }
}

crate::simulator::record! {
    /// Everything that a certificate of the mdocs' hierarchy is made from. Each field may be wrong by itself.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CertificateOrder;
    subject: Name, "The holder.";
    issuer: Name, "Who certifies it.";
    serial: Vec<u8>, "Serial number, big-endian.";
    validity: [Timestamp; 2], "First and last second.";
    key: Key, "The certified key.";
    signer: Key, "The key that signs.";
    authority: bool, "basicConstraints with cA and a path length of 0.";
    usage: Option<u8>, "keyUsage: bits of [`usage`].";
    extended: Option<&'static [u8]>, "extendedKeyUsage, critical: the bytes of one identifier.";
    subject_key_id: Option<Vec<u8>>, "subjectKeyIdentifier.";
    authority_key_id: Option<Vec<u8>>, "authorityKeyIdentifier.";
    issuer_alternative: bool, "issuerAltName: an address that nobody has.";
    distribution: bool, "cRLDistributionPoints: an address that nobody has.";
    more: Vec<Vec<u8>>, "Further extensions, encoded.";
}

impl CertificateOrder {
    /// A self-signed IACA root.
    pub fn root(name: &Name, key: Key, serial: u8) -> Self {
        Self {
            subject: name.clone(),
            issuer: name.clone(),
            serial: vec![serial],
            validity: [midnight(2024, 1, 1), last_second(2043, 12, 31)],
            key,
            signer: key,
            authority: true,
            usage: Some(usage::CERT_SIGN | usage::CRL_SIGN),
            extended: None,
            subject_key_id: Some(key.id()),
            authority_key_id: None,
            issuer_alternative: true,
            distribution: true,
            more: Vec::new(),
        }
    }

    /// A document signer under this root. A real one is good for 457 days at most; a simulated phone has no clock and must work for
    /// years.
    pub fn document_signer(&self, common: &str, key: Key, serial: u8) -> Self {
        self.leaf(common, key, serial, [midnight(2024, 4, 1), last_second(2043, 6, 30)], Some(DOCUMENT_SIGNER))
    }

    /// Whatever else stands under this root: readers, signers of lists.
    pub fn leaf(
        &self,
        common: &str,
        key: Key,
        serial: u8,
        validity: [Timestamp; 2],
        extended: Option<&'static [u8]>,
    ) -> Self {
        Self {
            subject: Name { common: common.to_owned(), ..self.subject.clone() },
            issuer: self.subject.clone(),
            serial: vec![serial],
            validity,
            key,
            signer: self.key,
            authority: false,
            usage: Some(usage::DIGITAL_SIGNATURE),
            extended,
            subject_key_id: Some(key.id()),
            authority_key_id: self.subject_key_id.clone(),
            ..self.clone()
        }
    }

    /// The certificate in DER. The same order gives the same bytes for ever.
    ///
    /// # Errors
    /// [`IssueError`] in no case that can be found.
    pub fn build(&self) -> Result<Vec<u8>, IssueError> {
        let mut extensions = Vec::new();
        if let Some(id) = &self.authority_key_id {
            extensions.push(extension(0x23, false, &sequence(&[tlv(0x80, id)])));
        }
        if let Some(id) = &self.subject_key_id {
            extensions.push(extension(0x0E, false, &octets(id)));
        }
        if let Some(bits) = self.usage {
            let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap_or(0);
            extensions.push(extension(0x0F, true, &tlv(0x03, &[unused, bits])));
        }
        if self.authority {
            extensions.push(extension(0x13, true, &sequence(&[vec![0x01, 0x01, 0xFF], integer(&[0])])));
        }
        if let Some(purpose) = self.extended {
            extensions.push(extension(0x25, true, &sequence(&[oid(purpose)])));
        }
        if self.issuer_alternative {
            extensions.push(extension(0x12, false, &sequence(&[tlv(0x81, b"nobody@simulator.invalid")])));
        }
        if self.distribution {
            let address = tlv(0x86, b"https://simulator.invalid/iaca.crl");
            extensions.push(extension(0x1F, false, &sequence(&[sequence(&[tlv(0xA0, &tlv(0xA0, &address))])])));
        }
        extensions.extend(self.more.iter().cloned());
        let [from, to] = self.validity;
        let signed = sequence(&[
            tlv(0xA0, &integer(&[2])),
            integer(&self.serial),
            self.signer.identifier(),
            self.issuer.encode(),
            sequence(&[time(from), time(to)]),
            self.subject.encode(),
            self.key.info(),
            tlv(0xA3, &sequence(&extensions)),
        ]);
        let signature = self.signer.sign(&signed, EcdsaForm::Der)?;
        Ok(sequence(&[signed, self.signer.identifier(), bit_string(&signature)]))
    }
}

/// One signed element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemOrder {
    /// Its namespace.
    pub namespace: String,
    /// elementIdentifier
    pub id: String,
    /// elementValue, encoded.
    pub value: Vec<u8>,
    /// digestID
    pub digest: u64,
    /// The salt.
    pub random: Vec<u8>,
    /// Its IssuerSignedItem instead of the honest one.
    pub item: Option<Vec<u8>>,
}

impl ItemOrder {
    /// An element; its salt is made from the document's seed and its number.
    pub fn new(namespace: &str, id: &str, value: Vec<u8>, digest: u64, seed: u64) -> Self {
        let salt = [&b"taimen simulated salt"[..], &seed.to_be_bytes(), &digest.to_be_bytes()];
        let random = sha256(&salt).to_vec();
        Self { namespace: namespace.to_owned(), id: id.to_owned(), value, digest, random, item: None }
    }

    /// IssuerSignedItemBytes, tag 24 included.
    pub fn encode(&self) -> Vec<u8> {
        let honest = || {
            write::record(&[
                ("digestID", write::uint(self.digest)),
                ("random", write::bytes(&self.random)),
                ("elementIdentifier", write::text(&self.id)),
                ("elementValue", self.value.clone()),
            ])
        };
        write::encoded(&self.item.clone().unwrap_or_else(honest))
    }
}

crate::simulator::record! {
    /// Everything that a document is issued from. Each field may be wrong by itself.
    #[derive(Debug, Clone)]
    pub struct MdocOrder;
    doc_type: String, "docType of the document.";
    signed_doc_type: Option<String>, "docType in the MSO, if it is another.";
    items: Vec<ItemOrder>, "The elements.";
    hash: Hash, "The hash of the elements: SHA-256, 384 or 512.";
    signed: Timestamp, "signed";
    valid_from: Timestamp, "validFrom";
    valid_until: Timestamp, "validUntil";
    device: Key, "deviceKey";
    device_info: Vec<(Vec<u8>, Vec<u8>)>, "Further entries of deviceKeyInfo.";
    more: Vec<(Vec<u8>, Vec<u8>)>, "Further entries of the MSO.";
    signer: CertificateOrder, "The document signer.";
    chain: Option<Vec<Vec<u8>>>, "x5chain, if it is not the signer's certificate alone.";
    algorithm: Option<i64>, "alg, if it is not that of the signer's key.";
    protected: Option<Vec<u8>>, "The protected header, encoded, instead of alg.";
    unprotected: Option<Vec<u8>>, "The unprotected header, encoded, instead of x5chain.";
    key: Option<Key>, "The key that signs, if it is not the signer's.";
    tagged: bool, "Whether issuerAuth has tag 18.";
    mso: Option<fn(Vec<u8>) -> Vec<u8>>, "What is changed in the MSO before it is signed.";
}

/// A document as it lies in a phone.
#[derive(Debug, Clone)]
pub struct IssuedMdoc {
    /// docType
    pub doc_type: String,
    /// IssuerAuth: COSE_Sign1.
    pub issuer_auth: Vec<u8>,
    /// Namespace, element and IssuerSignedItemBytes.
    pub items: Vec<(String, String, Vec<u8>)>,
    /// The key that answers for the phone.
    pub device: Key,
}

impl IssuedMdoc {
    /// An element's IssuerSignedItemBytes.
    pub fn item_mut(&mut self, id: &str) -> Option<&mut Vec<u8>> {
        self.items.iter_mut().find(|(_, known, _)| known == id).map(|(_, _, bytes)| bytes)
    }
}

impl MdocOrder {
    /// An honest document.
    pub fn new(doc_type: &str, items: Vec<ItemOrder>, device: Key, signer: CertificateOrder) -> Self {
        let signed = midnight(2025, 4, 1);
        Self {
            doc_type: doc_type.to_owned(),
            signed_doc_type: None,
            items,
            hash: Hash::Sha256,
            signed,
            valid_from: signed,
            valid_until: last_second(2043, 3, 31),
            device,
            device_info: Vec::new(),
            more: Vec::new(),
            signer,
            chain: None,
            algorithm: None,
            protected: None,
            unprotected: None,
            key: None,
            tagged: false,
            mso: None,
        }
    }

    /// MobileSecurityObject, encoded.
    pub fn mso(&self) -> Vec<u8> {
        let mut namespaces: Vec<&str> = Vec::new();
        for item in &self.items {
            if !namespaces.contains(&item.namespace.as_str()) {
                namespaces.push(&item.namespace);
            }
        }
        let digests = |namespace: &str| {
            let of = self.items.iter().filter(|item| item.namespace == namespace);
            let digest = |item: &ItemOrder| write::bytes(&self.hash.of(&[&item.encode()]));
            write::map(&of.map(|item| (write::uint(item.digest), digest(item))).collect::<Vec<_>>())
        };
        let digests: Vec<(&str, Vec<u8>)> = namespaces.into_iter().map(|name| (name, digests(name))).collect();
        let mut device = vec![(write::text("deviceKey"), self.device.cose())];
        device.extend(self.device_info.iter().cloned());
        let algorithm = self.hash.to_string();
        let mut mso = vec![
            (write::text("version"), write::text("1.0")),
            (write::text("digestAlgorithm"), write::text(&algorithm)),
            (write::text("valueDigests"), write::record(&digests)),
            (write::text("deviceKeyInfo"), write::map(&device)),
            (write::text("docType"), write::text(self.signed_doc_type.as_ref().unwrap_or(&self.doc_type))),
            (
                write::text("validityInfo"),
                write::record(&[
                    ("signed", write::time(self.signed)),
                    ("validFrom", write::time(self.valid_from)),
                    ("validUntil", write::time(self.valid_until)),
                ]),
            ),
        ];
        mso.extend(self.more.iter().cloned());
        write::map(&mso)
    }

    /// Issues the document. The same order gives the same bytes for ever.
    ///
    /// # Errors
    /// [`IssueError`] in no case that can be found.
    pub fn issue(&self) -> Result<IssuedMdoc, IssueError> {
        let mso = self.mso.map_or_else(|| self.mso(), |change| change(self.mso()));
        let key = self.key.unwrap_or(self.signer.key);
        let label = |label: i64, value: Vec<u8>| (write::int(label), value);
        let algorithm = self.algorithm.unwrap_or(key.algorithm());
        let protected = self.protected.clone().unwrap_or_else(|| write::map(&[label(1, write::int(algorithm))]));
        let unprotected = match (&self.unprotected, &self.chain) {
            (Some(header), _) => header.clone(),
            (None, None) => write::map(&[label(33, write::bytes(&self.signer.build()?))]),
            (None, Some(chain)) => {
                let chain: Vec<Vec<u8>> = chain.iter().map(|certificate| write::bytes(certificate)).collect();
                write::map(&[label(33, write::array(&chain))])
            }
        };
        let issuer_auth = sign1(key, &protected, &unprotected, &write::encoded(&mso), true)?;
        let items = self.items.iter().map(|item| (item.namespace.clone(), item.id.clone(), item.encode())).collect();
        let issuer_auth = if self.tagged { write::tagged(18, &issuer_auth) } else { issuer_auth };
        Ok(IssuedMdoc { doc_type: self.doc_type.clone(), issuer_auth, items, device: self.device })
    }
}

/// COSE_Sign1 (RFC 9052 4.2) over a payload, which stands in it or is detached.
///
/// # Errors
/// As [`Key::sign`].
pub fn sign1(
    key: Key,
    protected: &[u8],
    unprotected: &[u8],
    payload: &[u8],
    attached: bool,
) -> Result<Vec<u8>, NoSuchKey> {
    let signed =
        write::array(&[write::text("Signature1"), write::bytes(protected), write::bytes(&[]), write::bytes(payload)]);
    let signature = key.sign(&signed, EcdsaForm::Fixed)?;
    let payload = if attached { write::bytes(payload) } else { write::null() };
    Ok(write::array(&[write::bytes(protected), unprotected.to_vec(), payload, write::bytes(&signature)]))
}

/// The IACA roots of the simulated hierarchy, each as it is installed, with the name of its file under `certs`.
pub fn authorities() -> [(&'static str, CertificateOrder); 2] {
    let root =
        |country: &str, common: &str, key, serial| CertificateOrder::root(&Name::new(country, common), key, serial);
    [
        ("iaca-1", root("JP", "taimen simulated IACA 1", Key::Curve(NamedCurve::P256, "iaca-1"), 1)),
        // No country has this code (ISO 3166-1: user-assigned): Japan issues no mobile licences.
        ("iaca-2", root("XU", "taimen simulated IACA 2", Key::Curve(NamedCurve::P384, "iaca-2"), 2)),
    ]
}

/// The document signers of simulated phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// P-256, under the first root.
    First,
    /// P-384, under the second.
    Second,
    /// Under an IACA that nobody knows.
    Unknown,
    /// Under an IACA with the name and the key identifier of the first one, and another key.
    WrongAuthority,
    /// Under the first root, with the extended key usage of a reader.
    Reader,
}

impl Signer {
    /// Its certificate.
    pub fn order(self) -> CertificateOrder {
        let [(_, first), (_, second)] = authorities();
        let name = "taimen simulated document signer";
        match self {
            Self::First => first.document_signer(name, Key::Curve(NamedCurve::P256, "mdoc-signer-1"), 0x11),
            Self::Second => second.document_signer(name, Key::Curve(NamedCurve::P384, "mdoc-signer-2"), 0x12),
            Self::Unknown => {
                let name_of = Name::new("JP", "taimen simulated IACA that is not installed");
                let unknown = CertificateOrder::root(&name_of, Key::Curve(NamedCurve::P256, "iaca-unknown"), 6);
                unknown.document_signer(name, Key::Curve(NamedCurve::P256, "mdoc-signer-3"), 0x13)
            }
            Self::WrongAuthority => {
                CertificateOrder { signer: Key::Curve(NamedCurve::P256, "iaca-impostor"), ..Self::First.order() }
            }
            Self::Reader => CertificateOrder { extended: Some(READER), ..Self::First.order() },
        }
    }
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;
    use crate::simulator::certificate::assert_committed;

    #[test]
    fn committed_roots_are_what_the_orders_make() {
        assert_committed(authorities(), CertificateOrder::build);
    }

    #[test]
    fn certificates_have_the_profile_of_annex_b() {
        let [(_, first), _] = authorities();
        let root = first.build().unwrap();
        let (rest, root) = X509Certificate::from_der(&root).unwrap();
        assert!(rest.is_empty() && root.is_ca());
        for signer in [Signer::First, Signer::Second, Signer::Unknown, Signer::WrongAuthority, Signer::Reader] {
            let der = signer.order().build().unwrap();
            let (rest, certificate) = X509Certificate::from_der(&der).unwrap();
            assert!(rest.is_empty() && !certificate.is_ca());
            let purpose = certificate.extended_key_usage().unwrap().unwrap().value.other[0].to_id_string();
            let expected = if signer == Signer::Reader { "1.0.18013.5.1.6" } else { "1.0.18013.5.1.2" };
            assert_eq!(purpose, expected);
        }
    }

    #[test]
    fn an_order_gives_the_same_document_for_ever_and_its_digests_are_those_of_its_items() {
        let signer = Signer::First.order();
        let item = ItemOrder::new("org.iso.18013.5.1", "family_name", write::text("Doe"), 7, 1);
        let device = Key::Curve(NamedCurve::P256, "device");
        let order = MdocOrder::new("org.iso.18013.5.1.mDL", vec![item], device, signer);
        let (one, two) = (order.issue().unwrap(), order.issue().unwrap());
        assert_eq!((&one.issuer_auth, &one.items), (&two.issuer_auth, &two.items));
        let digest = sha256(&[&one.items[0].2]);
        assert!(one.issuer_auth.windows(32).any(|part| part == digest));
        let edwards = Key::Ed25519("device");
        assert_eq!((edwards.cose().len(), edwards.algorithm()), (40, -8));
    }
}
