//! A document of the simulated issuer, presented in a session, as a reader keeps it; each part may be wrong by itself.

use taimen::{
    cards::{
        Findings,
        mdoc::{
            self,
            cose::{self, agreed},
            device::authentication,
            elements::{self, DocType, Purpose, Wanted},
            response::{Kept, keep},
            transcript::{Handover, Transcript, read},
        },
    },
    cbor,
    crypto::{CurveSigner, NamedCurve, Scalar},
    dump::{Dump, Scope},
    simulator::{
        Persona,
        cards::mdoc::{
            holder,
            issuer::{Key, MdocOrder, Signer, authorities, sign1},
        },
    },
    trust::{self, Anchor, Hierarchy, Material, TrustStore},
    verify::{Basis, CheckId, Verdict},
};

/// How the device answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Signature,
    Mac,
    Both,
    Neither,
}

/// Namespace, element and IssuerSignedItemBytes.
type Items = Vec<(String, String, Vec<u8>)>;

/// A presentation.
#[derive(Clone)]
pub struct Setup {
    pub order: MdocOrder,
    pub wanted: Wanted,
    pub answer: Answer,
    /// The key that answers, if it is not that of the document.
    pub device: Option<Key>,
    /// Whether the answer is that of another session.
    pub replayed: bool,
    /// DeviceNameSpaces.
    pub device_spaces: Vec<u8>,
    /// What happens to the elements between issuer and reader.
    pub items: fn(&mut Items),
    /// What happens to IssuerAuth.
    pub auth: fn(Vec<u8>) -> Vec<u8>,
    /// What happens to DeviceSigned.
    pub device_signed: fn(Vec<u8>) -> Vec<u8>,
    /// The docType of the document, if it is not that of the order.
    pub doc_type: Option<&'static str>,
    pub by_code: bool,
}

const READER: u8 = 0x21;
const PHONE: u8 = 0x42;

fn scalar(byte: u8) -> Scalar {
    NamedCurve::P256.scalar(&[byte; 32]).unwrap()
}

pub fn cose_key(private: &Scalar) -> Vec<u8> {
    cose::encode_key(&CurveSigner::new(private.clone()).public_key()).unwrap()
}

/// The phone's ephemeral key, as whoever wants to misuse it names it.
pub fn phone_key() -> Vec<u8> {
    cose_key(&scalar(PHONE))
}

impl Setup {
    pub fn new(doc_type: DocType) -> Self {
        let signer = if doc_type == DocType::MyNumber { Signer::First } else { Signer::Second };
        let items = holder::items(doc_type, &Persona::from_seed(7), None, 7);
        let device = Key::Curve(NamedCurve::P256, "a phone of the tests");
        Self {
            order: MdocOrder::new(doc_type.as_str(), items, device, signer.order()),
            wanted: Wanted { doc_type, purposes: &[Purpose::Identity, Purpose::Sex], age: None, retained: false },
            answer: Answer::Signature,
            device: None,
            replayed: false,
            device_spaces: cbor::map::<Vec<u8>, Vec<u8>>(&[]),
            items: |_| {},
            auth: |auth| auth,
            device_signed: |signed| signed,
            doc_type: None,
            by_code: false,
        }
    }

    fn transcript(&self, reader: u8) -> Transcript {
        let security = cbor::array(&[cbor::uint(1), cbor::embedded(&cose_key(&scalar(PHONE)))]);
        let engagement = cbor::map(&[(cbor::uint(0), cbor::text("1.0")), (cbor::uint(1), security)]);
        let handover = if self.by_code { Handover::Qr } else { Handover::Nfc { select: b"a handover", request: None } };
        Transcript::new(&engagement, &cose_key(&scalar(reader)), handover)
    }

    fn device_signed(&self) -> Vec<u8> {
        let session = self.transcript(if self.replayed { READER + 1 } else { READER });
        let (inner, _) = read(session.bytes()).unwrap();
        let spaces = cbor::embedded(&self.device_spaces);
        let message = authentication(inner, &self.order.doc_type, &spaces);
        let key = self.device.unwrap_or(self.order.device);
        let none = cbor::map::<Vec<u8>, Vec<u8>>(&[]);
        let signature = || {
            let signed = sign1(key, &cose::protected(key.algorithm()), &none, &message, false).unwrap();
            (cbor::text("deviceSignature"), signed)
        };
        let code = || {
            let public = cose_key(&key.scalar().unwrap());
            let public = cose::Key::read(&cbor::decode(&public).unwrap()).unwrap();
            let mac_key = self.transcript(READER).mac_key(&agreed(&scalar(READER), public.ec().unwrap()).unwrap());
            let protected = cose::protected(cose::HMAC_256);
            let code = mac_key.mac(&[&cose::covered("MAC0", &protected, &message)]);
            (cbor::text("deviceMac"), cose::encode(&protected, &[], None, &code))
        };
        let auth = match self.answer {
            Answer::Signature => vec![signature()],
            Answer::Mac => vec![code()],
            Answer::Both => vec![signature(), code()],
            Answer::Neither => Vec::new(),
        };
        let whole = cbor::map(&[(cbor::text("nameSpaces"), spaces), (cbor::text("deviceAuth"), cbor::map(&auth))]);
        (self.device_signed)(whole)
    }

    /// DeviceResponse.
    pub fn response(&self) -> Vec<u8> {
        let issued = self.order.issue().unwrap();
        let asked = self.wanted.items_request();
        let asked = elements::Asked::read(&asked).unwrap().elements;
        let mut items = issued.items;
        items.retain(|(space, id, _)| asked.iter().any(|(known, element)| known == space && element == id));
        (self.items)(&mut items);
        let mut spaces: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
        for (space, _, item) in items {
            match spaces.iter_mut().find(|(known, _)| *known == space) {
                Some((_, list)) => list.push(item),
                None => spaces.push((space, vec![item])),
            }
        }
        let spaces: Vec<_> = spaces.iter().map(|(space, list)| (cbor::text(space), cbor::array(list))).collect();
        let signed = cbor::map(&[
            (cbor::text("nameSpaces"), cbor::map(&spaces)),
            (cbor::text("issuerAuth"), (self.auth)(issued.issuer_auth)),
        ]);
        let document = cbor::map(&[
            (cbor::text("docType"), cbor::text(self.doc_type.unwrap_or(&issued.doc_type))),
            (cbor::text("issuerSigned"), signed),
            (cbor::text("deviceSigned"), self.device_signed()),
        ]);
        cbor::map(&[
            (cbor::text("version"), cbor::text("1.0")),
            (cbor::text("documents"), cbor::array(&[document])),
            (cbor::text("status"), cbor::uint(0)),
        ])
    }

    /// The dump, and what was kept.
    pub fn read(&self) -> (Dump, Kept) {
        self.read_response(&self.response())
    }

    /// The same of any response.
    pub fn read_response(&self, response: &[u8]) -> (Dump, Kept) {
        let scope = if self.wanted.purposes.contains(&Purpose::Age) { Scope::AGE } else { Scope::FULL };
        let mut dump = Dump::new(self.wanted.doc_type.kind(), scope, "a test", now());
        let transcript = self.transcript(READER);
        let (_, parts) = read(transcript.bytes()).unwrap();
        dump.keep(elements::ENGAGEMENT.name, parts.engagement.to_vec());
        dump.keep(elements::TRANSCRIPT.name, transcript.bytes().to_vec());
        let request = self.wanted.items_request();
        dump.keep(elements::REQUEST.name, cbor::embedded(&request));
        let kept = keep(response, &request, self.wanted.doc_type, &mut dump);
        if self.answer == Answer::Mac {
            let public = cose::Key::read(&cbor::decode(&self.order.device.cose()).unwrap()).unwrap();
            let key = transcript.mac_key(&agreed(&scalar(READER), public.ec().unwrap()).unwrap());
            dump.keep(elements::MAC_KEY.name, key.as_bytes().to_vec());
        }
        (dump, kept)
    }

    pub fn check(&self) -> Findings {
        mdoc::check(&self.read().0, &installed(), Basis::Live(now())).unwrap()
    }
}

pub fn now() -> jiff::Timestamp {
    "2026-11-27T03:00:00Z".parse().unwrap()
}

pub fn anchor(name: &str, certificate: Vec<u8>, hierarchy: Hierarchy) -> Anchor {
    Anchor {
        purpose: trust::Purpose::Mdoc,
        hierarchy,
        name: name.to_owned(),
        material: Material::Certificate(certificate),
        source: String::new(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    }
}

/// A store with the two simulated roots, which counts them.
pub fn installed() -> TrustStore {
    let roots = authorities().map(|(name, root)| anchor(name, root.build().unwrap(), Hierarchy::Simulated));
    TrustStore::shipped().unwrap().with(roots.to_vec()).accepting(Hierarchy::Simulated)
}

pub fn verdicts(findings: &Findings) -> Vec<(CheckId, Verdict)> {
    findings.checks.iter().map(|check| (check.id, check.verdict)).collect()
}

/// The rows of a dump that are elements, by their last part.
pub fn elements_of(dump: &Dump) -> Vec<String> {
    let mut dump = dump.clone();
    let rows = DocType::all().flat_map(|doc_type| doc_type.elements().iter().map(|row| row.name));
    let rows: Vec<&str> = rows.collect();
    let names = dump.files_mut().map(|(name, _)| name.to_owned());
    names.filter(|name| rows.contains(&name.as_str())).map(|name| name.replace("mdoc/", "")).collect()
}
