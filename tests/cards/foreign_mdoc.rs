//! Foreign programs beside this one: `@auth0/mdl` issues documents, answers as a phone, and verifies what simulated phones answer
//! (`tests/mdl`, which `scripts/test` installs).

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use taimen::{
    cards::{
        self, Credentials,
        mdoc::{
            cose,
            elements::{DocType, ENGAGEMENT, MAC_KEY, Purpose as Asking, REQUEST, TRANSCRIPT, Wanted},
            engagement,
            mso::IssuerAuth,
            response,
            transcript::{Handover, Transcript},
        },
    },
    cbor,
    crypto::{CurveSigner, NamedCurve},
    dump::{Dump, Scope},
    kind::CardKind,
    simulator::{
        Recipe,
        cards::mdoc::{PHONE_FAULTS, PhoneProfile, holder, issuer::authorities},
    },
    trust::{Purpose, TrustStore, bring, load_directory},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

use crate::common::{
    reading::{TIME, judge, read, request},
    temp::TempDir,
};

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
        .expect("node is missing. Remedy: scripts/test-long");
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
        let wanted = Wanted { doc_type: DocType::Licence, purposes: &[Asking::Identity], age: None, retained: false };
        let items = wanted.items_request();
        let mut dump = Dump::new(CardKind::MOBILE_LICENCE, Scope::FULL, "test", TIME.parse().unwrap());
        dump.keep(ENGAGEMENT.name, self.engagement.clone());
        dump.keep(TRANSCRIPT.name, self.transcript.bytes().to_vec());
        dump.keep(REQUEST.name, cbor::embedded(&items));
        let kept = response::keep(response, &items, DocType::Licence, &mut dump);
        assert_eq!((kept.error, kept.document, kept.unrequested), (None, true, false));
        let device =
            dump.file("mdoc/issuer-auth").and_then(|bytes| IssuerAuth::read(bytes).ok()?.mso.ok()?.device_key.ok());
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
    let portrait = holder::PORTRAITS[0];
    let order = json!({
        "at": TIME, "curve": curve, "digest": digest,
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
    let brought = bring(&anchors, Purpose::Mdoc, &file, false, None, TIME.parse().unwrap()).unwrap();
    assert_eq!((brought.added.len(), brought.refused.len()), (1, 0));
    TrustStore::shipped().unwrap().with(load_directory(&anchors).unwrap())
}

#[test]
fn documents_of_a_foreign_issuer_are_authentic() {
    let reader = Reader::new();
    let at = TIME.parse().unwrap();
    for (curve, digest, by_mac) in
        [("P256", "SHA-256", false), ("P384", "SHA-384", false), ("P521", "SHA-512", false), ("P256", "SHA-256", true)]
    {
        let foreign = issued(&reader, curve, digest, by_mac);
        let dump = reader.dump(&foreign.response);
        let trust = trusting(&foreign.root);
        let findings = cards::check(&dump, &trust, Basis::Live(at)).unwrap();
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
        let saved = cards::check(&dump, &trust, Basis::Now(at)).unwrap();
        let device = if by_mac { Verdict::NotDone(Why::SelfReported) } else { Verdict::Passed };
        assert_eq!(saved.verdict(CheckId::MdocDevice), Some(device));
        // Without its root nobody knows the issuer; under another session's transcript the phone did not answer.
        let unknown = cards::check(&dump, &TrustStore::shipped().unwrap(), Basis::Live(at)).unwrap();
        assert_eq!(unknown.verdict(CheckId::MdocIssuerCertificate), Some(Verdict::NotDone(Why::NoAnchor)));
        assert_eq!(unknown.overall(), Overall::Undetermined);
        let mut other = dump.clone();
        let transcript =
            Transcript::new(&reader.engagement, &reader.key, Handover::Nfc { select: &[1], request: None });
        other.keep(TRANSCRIPT.name, transcript.bytes().to_vec());
        let replayed = cards::check(&other, &trust, Basis::Live(at)).unwrap();
        let reason = if by_mac { Reason::DeviceMac } else { Reason::DeviceSignature };
        assert_eq!(replayed.verdict(CheckId::MdocDevice), Some(Verdict::Failed(reason)));
    }
}

/// Where the foreign verifier accepts what is not authentic here, and who is right. Everywhere else the two agree.
const LEDGER: &[(&str, &str)] = &[
    (
        "reader-certificate",
        "taimen: a document signer has the extended key usage 1.0.18013.5.1.2 (ISO/IEC 18013-5 annex B.1.4)",
    ),
    ("short-random", "taimen: a random value has 16 bytes at least (9.1.2.5)"),
    ("duplicate-keys", "taimen: a map with a key twice is invalid (RFC 8949 5.6)"),
    ("two-device-proofs", "taimen: a signature or a code, not both (8.3.2.1.2.2)"),
    ("withheld", "both: it does not know what was asked for"),
];

thread_local! {
    /// What a phone has answered last, before it is encrypted.
    static ANSWERED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn tapped(response: Vec<u8>) -> Vec<u8> {
    ANSWERED.with_borrow_mut(|answered| answered.clone_from(&response));
    response
}

/// The reader's private key as a COSE_Key: the first draw of a test's nonces.
fn drawn_key() -> String {
    let private = NamedCurve::P256.random_scalar(&vec![1; NamedCurve::P256.random_length()]);
    let public = CurveSigner::new(private.clone()).public_key();
    let encoded = public.encoded();
    let (x, y) = encoded[1..].split_at(32);
    let parts = [(1, cbor::int(2)), (-1, cbor::int(1)), (-2, cbor::bytes(x)), (-3, cbor::bytes(y))];
    let secret = [(-4, cbor::bytes(&private.expose()))];
    let entries: Vec<_> = parts.into_iter().chain(secret).map(|(label, value)| (cbor::int(label), value)).collect();
    hex::encode(cbor::map(&entries))
}

/// Each fault of a phone, and none: what both make of the same bytes.
#[test]
fn a_foreign_verifier_says_the_same_of_simulated_phones() {
    let roots: Vec<String> = authorities().iter().map(|(_, root)| hex::encode(root.build().unwrap())).collect();
    let (mut names, mut lines) = (Vec::new(), String::new());
    for kind in [CardKind::MOBILE_MY_NUMBER, CardKind::MOBILE_LICENCE] {
        for fault in PHONE_FAULTS.iter().map(|row| Some(row.example)).chain([None]) {
            let recipe = fault.map_or_else(|| kind.to_string(), |fault| format!("{kind}?fault={fault}"));
            let profile = PhoneProfile { change: Some(tapped), ..PhoneProfile::default() };
            let mut card = recipe.parse::<Recipe>().unwrap().with(profile).card().unwrap();
            ANSWERED.with_borrow_mut(Vec::clear);
            let Ok((dump, _)) = read(&mut card, &request().application(kind), &Credentials::default()) else {
                continue;
            };
            let response = ANSWERED.with_borrow(|answered| hex::encode(answered));
            let transcript = hex::encode(dump.file(TRANSCRIPT.name).unwrap());
            let key = drawn_key();
            let order =
                json!({ "at": TIME, "roots": roots, "response": response, "transcript": transcript, "readerKey": key });
            lines += &format!("{order}\n");
            names.push((recipe, fault.unwrap_or_default(), judge(&dump)));
        }
    }
    let judged = node("verifier.mjs", &lines);
    let judged: Vec<Value> = judged.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(judged.len(), names.len());
    assert!(names.len() > 40, "{}", names.len());
    let mut differ = Vec::new();
    for ((recipe, fault, findings), foreign) in names.iter().zip(&judged) {
        let (accepted, authentic) = (foreign["accepted"] == true, findings.overall() == Overall::Authentic);
        let listed = LEDGER.iter().any(|(name, _)| fault.split('=').next() == Some(*name));
        if accepted != authentic || listed {
            let here: Vec<_> = findings.checks.iter().map(|check| (check.id, check.verdict)).collect();
            assert!(listed && accepted && !authentic, "{recipe}: {here:?} here, there {foreign}");
            differ.push(fault.split('=').next().unwrap());
        }
    }
    for (name, why) in LEDGER {
        assert!(differ.contains(name), "{name}: they agree, so strike the row ({why})");
    }
}
