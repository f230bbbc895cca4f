//! Foreign programs beside this one: `@auth0/mdl` issues documents, answers as a phone, and verifies what simulated phones answer
//! (`tests/mdl`, which `scripts/test` installs).

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use taimen::{
    cards::{
        mdoc::{
            self, cose,
            elements::{DocType, ENGAGEMENT, MAC_KEY, Purpose as Asking, REQUEST, TRANSCRIPT, Wanted},
            engagement,
            mso::IssuerAuth,
            response,
            transcript::{Handover, Transcript},
        },
    },
    crypto::{CurveSigner, NamedCurve},
    dump::{Dump, Scope},
    kind::CardKind,
    simulator,
    trust::{Purpose, TrustStore, bring, load_directory},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

use crate::common::temp::TempDir;

const AT: &str = "2026-11-22T03:00:00Z";

/// The QR code of ISO/IEC 18013-5 annex D.
const SCANNED: &str = "mdoc:owBjMS4wAYIB2BhYS6QBAiABIVggWojRgrzl9C76WZQ_MzWdLoqWj_KJ2T5fpES2JDQxZ_4iWCCxboz4WN3HaQQHumHUwzgjeoz8895qpnL8YKVXqjL8ZwKBgwIBowD0AfULUEXv73QrLEg3qaOw4dBaaRc";

/// Runs a script of `tests/mdl` over an input.
fn node(script: &str, input: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mdl");
    assert!(folder.join("node_modules").is_dir(), "@auth0/mdl is missing. Remedy: npm ci --prefix tests/mdl");
    let mut child = Command::new("node")
        .arg(folder.join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is missing. Remedy: scripts/test");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script} failed");
    String::from_utf8(output.stdout).unwrap()
}

/// A reader's session by QR code, with a key that everybody knows.
struct Reader {
    private: taimen::crypto::Scalar,
    engagement: Vec<u8>,
    key: Vec<u8>,
    transcript: Transcript,
}

impl Reader {
    fn new() -> Self {
        let private = NamedCurve::P256.scalar(&[0x12; 32]).unwrap();
        let engagement = engagement::scanned(SCANNED).unwrap();
        let key = cose::encode_key(&CurveSigner::new(private.clone()).public_key()).unwrap();
        let transcript = Transcript::new(&engagement, &key, Handover::Qr);
        Self { private, engagement, key, transcript }
    }

    /// What a reading leaves when a phone answers with this response.
    fn dump(&self, response: &[u8]) -> Dump {
        let wanted = Wanted {
            doc_type: DocType::Licence,
            purposes: &[Asking::Identity],
            age: None,
            retained: false,
        };
        let items = wanted.items_request();
        let mut dump = Dump::new(CardKind::MOBILE_LICENCE, Scope::FULL, "test", AT.parse().unwrap());
        dump.keep(ENGAGEMENT.name, self.engagement.clone());
        dump.keep(TRANSCRIPT.name, self.transcript.bytes().to_vec());
        dump.keep(REQUEST.name, items.clone());
        let kept = response::keep(response, &items, DocType::Licence, &mut dump);
        assert_eq!((kept.error, kept.document, kept.unrequested), (None, true, false));
        let device = dump.file("mdoc/issuer-auth").and_then(|bytes| IssuerAuth::read(bytes).ok()?.mso.device_key.ok());
        let agreed = cose::agreed(&self.private, device.unwrap().ec().unwrap()).unwrap();
        dump.keep(MAC_KEY.name, self.transcript.mac_key(&agreed).as_bytes().to_vec());
        dump
    }
}

/// What a foreign issuer signs, and a foreign phone answers.
struct Foreign {
    root: Vec<u8>,
    response: Vec<u8>,
}

fn issued(reader: &Reader, curve: &str, digest: &str, by_mac: bool) -> Foreign {
    let portrait = simulator::cards::mdoc::holder::PORTRAITS[0];
    let order = json!({
        "at": AT, "curve": curve, "digest": digest,
        "transcript": hex::encode(reader.transcript.bytes()),
        "readerKey": by_mac.then(|| hex::encode(&reader.key)),
        "docType": "org.iso.18013.5.1.mDL",
        "nameSpaces": { "org.iso.18013.5.1": {
            "family_name": "Mustermann", "given_name": "Erika", "birth_date": "1984-01-26",
            "issue_date": "2025-01-01", "expiry_date": "2034-12-31", "issuing_country": "XU",
            "issuing_authority": "Nobody", "document_number": "SIM-1", "portrait": { "bytes": hex::encode(portrait) },
        } },
    });
    let made: Value = serde_json::from_str(&node("issuer.mjs", &order.to_string())).unwrap();
    let bytes = |key: &str| hex::decode(made[key].as_str().unwrap()).unwrap();
    Foreign { root: bytes("root"), response: bytes("response") }
}

/// The shipped anchors and this root, installed as a person does it.
fn trusting(root: &[u8]) -> TrustStore {
    let folder = TempDir::new();
    let file = folder.write("iaca.der", root);
    let anchors = folder.file("anchors");
    let brought = bring(&anchors, Purpose::Mdoc, &file, false, AT.parse().unwrap()).unwrap();
    assert_eq!((brought.added.len(), brought.refused.len()), (1, 0));
    TrustStore::shipped().unwrap().with(load_directory(&anchors).unwrap())
}

#[test]
fn documents_of_a_foreign_issuer_are_authentic() {
    let reader = Reader::new();
    let at = AT.parse().unwrap();
    for (curve, digest, by_mac) in
        [("P256", "SHA-256", false), ("P384", "SHA-384", false), ("P521", "SHA-512", false), ("P256", "SHA-256", true)]
    {
        let foreign = issued(&reader, curve, digest, by_mac);
        let dump = reader.dump(&foreign.response);
        let trust = trusting(&foreign.root);
        let findings = mdoc::check(&dump, &trust, Basis::Live(at)).unwrap();
        let verdicts: BTreeMap<CheckId, Verdict> =
            findings.checks.iter().map(|check| (check.id, check.verdict)).collect();
        let expected = BTreeMap::from([
            (CheckId::MdocIssuerCertificate, Verdict::Passed),
            (CheckId::MdocIssuerSignature, Verdict::Passed),
            (CheckId::MdocElements, Verdict::Passed),
            (CheckId::MdocDocumentType, Verdict::Passed),
            (CheckId::MdocDevice, Verdict::Passed),
            (CheckId::MdocShared, Verdict::Passed),
            (CheckId::NotExpired, Verdict::Passed),
            (CheckId::MdocIssuerAgrees, Verdict::Passed),
            (CheckId::MdocAgeAgrees, Verdict::NotDone(Why::NotShared)),
            (CheckId::MdocReaderTrusted, Verdict::NotDone(Why::ReaderUnknown)),
            (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
        ]);
        assert_eq!(verdicts, expected, "{curve} {digest} {by_mac}");
        assert_eq!(findings.overall(), Overall::Authentic);
        // Nobody vouches for a saved reading: a code could have been made up, a signature could not.
        let saved = mdoc::check(&dump, &trust, Basis::Now(at)).unwrap();
        let device = if by_mac { Verdict::NotDone(Why::SelfReported) } else { Verdict::Passed };
        assert_eq!(saved.verdict(CheckId::MdocDevice), Some(device));
        // Without its root nobody knows the issuer; under another session's transcript the phone did not answer.
        let unknown = mdoc::check(&dump, &TrustStore::shipped().unwrap(), Basis::Live(at)).unwrap();
        assert_eq!(unknown.verdict(CheckId::MdocIssuerCertificate), Some(Verdict::NotDone(Why::NoAnchor)));
        assert_eq!(unknown.overall(), Overall::Undetermined);
        let mut other = dump.clone();
        let transcript = Transcript::new(&reader.engagement, &reader.key, Handover::Nfc { select: &[1], request: None });
        other.keep(TRANSCRIPT.name, transcript.bytes().to_vec());
        let replayed = mdoc::check(&other, &trust, Basis::Live(at)).unwrap();
        let reason = if by_mac { Reason::DeviceMac } else { Reason::DeviceSignature };
        assert_eq!(replayed.verdict(CheckId::MdocDevice), Some(Verdict::Failed(reason)));
    }
}
