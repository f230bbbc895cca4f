//! ISO/IEC 18013-5 annex D byte for byte, as reader and as phone; and two sessions of our own (spec mdoc 11, 12).

use taimen::{
    cards::mdoc::{
        self,
        cose::{self, Key, Signed, agreed},
        device::{DeviceSigned, Proof, authentication},
        elements::{self, Asked, DocType},
        mso::IssuerAuth,
        response::{SignedItem, keep},
        session::{Session, Side, established, establishment, termination},
        transcript::{Handover, Transcript, read},
    },
    cbor,
    crypto::{NamedCurve, RowKey, Scalar, sha256},
    dump::{Dump, Scope},
    kind::CardKind,
    trust::TrustStore,
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

use super::document::{elements_of, verdicts};

/// One value of the annex.
fn annex(name: &str) -> Vec<u8> {
    let all: serde_json::Value = serde_json::from_str(include_str!("annex-d.json")).unwrap();
    hex::decode(all[name].as_str().unwrap()).unwrap()
}

fn scalar(bytes: &[u8]) -> Scalar {
    NamedCurve::P256.scalar(bytes).unwrap()
}

fn key(cose_key: &[u8]) -> Key {
    Key::read(&cbor::decode(cose_key).unwrap()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

/// Both keys of a session, the reader's first.
fn session_keys(transcript: &Transcript, reader: &Scalar, engagement: &[u8]) -> (Vec<u8>, [RowKey; 2]) {
    let engagement = cbor::decode(engagement).unwrap();
    let phone = key(engagement.get_number(1).unwrap().items().unwrap()[1].embedded().unwrap());
    let shared = agreed(reader, phone.ec().unwrap()).unwrap();
    let (reader, phone) = transcript.session_keys(&shared);
    (shared.to_vec(), [reader, phone])
}

#[test]
fn the_session_of_annex_d_opens_for_both_sides_and_is_made_again_byte_for_byte() {
    let whole = annex("session_transcript_bytes_nfc");
    let (_, parts) = read(&whole).unwrap();
    let transcript = Transcript::new(parts.engagement, parts.reader_key, parts.handover);
    assert!(transcript.bytes() == whole && whole.len() == 582);
    assert_eq!(hex::encode(transcript.salt()), "f823ac566e22b2106c9b7c02fadc7482e559a1de8a809b56c828779e6d67570e");
    assert!(matches!(parts.handover, Handover::Nfc { request: Some(_), .. }));
    let reader = scalar(&annex("e_reader_private"));
    let (shared, [from_reader, from_phone]) = session_keys(&transcript, &reader, parts.engagement);
    assert_eq!(hex::encode(&shared), "6423502f843d8cda01fbd9fa46cb397534a740ab1ec3d1076fbcb12e1dca2589");
    let keys = [&from_reader, &from_phone].map(|key| hex::encode(key.as_bytes()));
    assert_eq!(
        keys,
        [
            "58d277d8719e62a1561d248f403f477e9e6c37bf5d5fc5126f8f4c727c22dfc9",
            "81d170e07fbdac93c1a676242c2576124a380d87bb73ed9ce4834de2272cf409"
        ]
    );
    // The phone agrees on the same.
    let reader_key = key(parts.reader_key);
    let phone = scalar(&annex("e_device_private"));
    assert_eq!(agreed(&phone, reader_key.ec().unwrap()).unwrap().to_vec(), shared);

    let pair = |side| Session::new(side, from_reader.clone(), from_phone.clone());
    let (mut as_reader, mut as_phone) = (pair(Side::Reader), pair(Side::Phone));
    let first = annex("session_establishment");
    let (key_bytes, sealed) = established(&first).unwrap();
    assert!(as_phone.open(sealed).unwrap().to_vec() == annex("device_request"));
    let made = as_reader.seal(&annex("device_request")).unwrap();
    assert!(made == sealed && made.len() == 735);
    assert_eq!(cbor::decode(key_bytes).unwrap().embedded().unwrap(), parts.reader_key);
    assert!(establishment(key_bytes, &made) == first);

    let second = annex("session_data");
    let answer = cbor::decode(&second).unwrap();
    let sealed = answer.get("data").unwrap().bytes().unwrap();
    assert!(as_phone.seal(&annex("device_response")).unwrap() == sealed);
    assert!(as_reader.open(sealed).unwrap().to_vec() == annex("device_response"));
    assert_eq!(termination(), annex("session_termination"));
}

#[test]
fn issuer_digests_and_code_of_annex_d_hold() {
    let response = annex("device_response");
    let response = cbor::decode(&response).unwrap();
    let [document] = response.get("documents").unwrap().items().unwrap() else { panic!("one document") };
    let signed = document.get("issuerSigned").unwrap();
    let auth = IssuerAuth::read(signed.get("issuerAuth").unwrap().raw).unwrap();
    let mso = auth.mso.as_ref().unwrap();
    assert_eq!(mso.signed.to_string(), "2020-10-01T13:30:02Z");
    assert_eq!(mso.valid_until.to_string(), "2021-10-01T13:30:02Z");
    assert_eq!(auth.cose.chain, [annex("ds_certificate")]);
    let covered = cose::covered("Signature1", auth.cose.protected, auth.cose.payload.unwrap());
    assert_eq!(
        (covered.len(), hex::encode(sha256(&[&covered]))),
        (950, "fb1a40d440ac12fa81d613033dba230002844fe4ffa1eaaa0186dff45c657396".to_owned())
    );
    let mut seen = Vec::new();
    for (space, items) in signed.get("nameSpaces").unwrap().entries().unwrap() {
        for bytes in items.items().unwrap() {
            let item = SignedItem::read(bytes.raw).unwrap();
            assert_eq!(mso.digest(space.text().unwrap(), item.digest_id), Some(&sha256(&[bytes.raw])[..]));
            assert_eq!(item.random.len(), 32);
            seen.push(item.element);
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, ["document_number", "driving_privileges", "expiry_date", "family_name", "issue_date", "portrait"]);

    let transcript = annex("session_transcript_bytes_nfc");
    let (inner, parts) = read(&transcript).unwrap();
    let device = DeviceSigned::read(document.get("deviceSigned").unwrap().raw).unwrap();
    let message = authentication(inner, DocType::Licence.as_str(), device.name_spaces);
    assert_eq!(
        (message.len(), hex::encode(sha256(&[&message]))),
        (630, "8771204241dcefd65e8ac842589cb49cc4413cada7f7c6540b75ce3df0a6bc1e".to_owned())
    );
    // The code's key, as the reader and as the phone agree on it.
    let device_key = mso.device_key.clone().unwrap();
    let shared = agreed(&scalar(&annex("e_reader_private")), device_key.ec().unwrap()).unwrap();
    assert_eq!(hex::encode(&shared), "78d98a86fbbb82895874bfafcc161ba69f9b77662172c74b3b0d4643276cf991");
    let phones = agreed(&scalar(&annex("s_device_private")), key(parts.reader_key).ec().unwrap()).unwrap();
    assert_eq!(phones.to_vec(), shared.to_vec());
    let whole = Transcript::new(parts.engagement, parts.reader_key, parts.handover);
    let mac_key = whole.mac_key(&shared);
    assert_eq!(hex::encode(mac_key.as_bytes()), "dc2b9566fdaaae3c06baa40993cd0451aeba15e7677ef5305f6531f3533c35dd");
    let code = mac_key.mac(&[&cose::covered("MAC0", &cose::protected(cose::HMAC_256), &message)]);
    assert_eq!(hex::encode(code), "e99521a85ad7891b806a07f8b5388a332d92c189a7bf293ee1f543405ae6824d");
    assert_eq!(device.verify(inner, DocType::Licence.as_str(), &device_key, Some(&mac_key)), Ok(Proof::Mac));
}

/// The dump of the session of annex D, as a reader keeps it.
fn dump() -> Dump {
    let at = "2020-11-01T00:00:00Z".parse().unwrap();
    let mut dump = Dump::new(CardKind::MOBILE_LICENCE, Scope::FULL, "annex D", at);
    let transcript = annex("session_transcript_bytes_nfc");
    let (_, parts) = read(&transcript).unwrap();
    dump.keep(elements::TRANSCRIPT.name, transcript.clone());
    dump.keep(elements::ENGAGEMENT.name, parts.engagement.to_vec());
    let request = annex("items_request_bytes_inner");
    dump.keep(elements::REQUEST.name, cbor::embedded(&request));
    let kept = keep(&annex("device_response"), &request, DocType::Licence, &mut dump);
    assert_eq!((kept.document, kept.shared, kept.error, kept.number), (true, 5, None, false));
    let auth = dump.file(elements::ISSUER_AUTH.name).unwrap().to_vec();
    let device_key = IssuerAuth::read(&auth).unwrap().mso.unwrap().device_key.unwrap();
    let shared = agreed(&scalar(&annex("e_reader_private")), device_key.ec().unwrap()).unwrap();
    let whole = Transcript::new(parts.engagement, parts.reader_key, parts.handover);
    dump.keep(elements::MAC_KEY.name, whole.mac_key(&shared).as_bytes().to_vec());
    dump
}

#[test]
fn annex_d_is_undetermined_because_nobody_published_its_iaca() {
    let dump = dump();
    // driving_privileges is in no table: it was not kept, and that is said.
    assert!(dump.file(elements::UNREQUESTED.name).is_some());
    assert!(!elements_of(&dump).contains(&"driving_privileges".to_owned()));
    assert_eq!(dump.not_read(elements::MDL_GIVEN.name), None, "nobody asked for it");
    let trust = TrustStore::shipped().unwrap();
    let findings = mdoc::check(&dump, &trust, Basis::Operator(dump.read_at)).unwrap();
    assert_eq!(findings.overall(), Overall::Undetermined);
    let on_signature = Verdict::NotDone(Why::DependsOn(CheckId::MdocIssuerSignature));
    assert_eq!(
        verdicts(&findings),
        [
            // Each of these fails if it does not fit. All of them fit, and rest on a certificate of nobody that is known.
            (CheckId::NotExpired, on_signature),
            (CheckId::MdocIssuerSignature, Verdict::NotDone(Why::DependsOn(CheckId::MdocIssuerCertificate))),
            (CheckId::MdocIssuerCertificate, Verdict::NotDone(Why::NoAnchor)),
            (CheckId::MdocElements, on_signature),
            (CheckId::MdocDocumentType, on_signature),
            (CheckId::MdocDevice, on_signature),
            (CheckId::MdocShared, Verdict::NotDone(Why::NotRead)),
            (CheckId::MdocIssuerAgrees, Verdict::NotDone(Why::NotShared)),
            (CheckId::MdocAgeAgrees, Verdict::NotDone(Why::NotShared)),
            (CheckId::MdocReaderTrusted, Verdict::NotDone(Why::ReaderUnknown)),
            (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
        ]
    );
    // The example shares the family name alone: that is a part of a name.
    assert!(findings.holder.name.is_none());
    assert_eq!(
        findings.items.iter().filter(|item| item.id.ends_with("_name")).map(|item| item.id).collect::<Vec<_>>(),
        ["family_name"]
    );
    assert!(findings.picture("photo").is_some());
    for (file, check, reason) in [
        (elements::ISSUER_AUTH.name, CheckId::MdocIssuerSignature, Reason::SignatureMismatch),
        (elements::MDL_FAMILY.name, CheckId::MdocElements, Reason::DigestMismatch),
        (elements::MAC_KEY.name, CheckId::MdocDevice, Reason::DeviceMac),
    ] {
        let mut changed = dump.clone();
        let (_, bytes) = changed.files_mut().find(|(name, _)| *name == file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        let findings = mdoc::check(&changed, &trust, Basis::Operator(dump.read_at)).unwrap();
        assert_eq!(findings.verdict(check), Some(Verdict::Failed(reason)), "{file}");
        assert_eq!(findings.overall(), Overall::Rejected, "{file}");
    }
    let now = mdoc::check(&dump, &trust, Basis::Now("2026-11-27T00:00:00Z".parse().unwrap())).unwrap();
    assert_eq!(now.overall(), Overall::Rejected, "it has expired");
}

#[test]
fn the_readers_signature_of_annex_d_holds() {
    let auth = annex("reader_auth");
    let auth = Signed::sign1(&cbor::decode(&auth).unwrap()).unwrap();
    assert_eq!(auth.chain, [annex("reader_certificate")]);
    let transcript = annex("session_transcript_bytes_nfc");
    let (inner, _) = read(&transcript).unwrap();
    let request = cbor::embedded(&annex("items_request_bytes_inner"));
    let message = cbor::embedded(&cbor::array(&[&cbor::text("ReaderAuthentication")[..], inner, &request]));
    assert_eq!(
        (message.len(), hex::encode(sha256(&[&message]))),
        (755, "d6e35addfc49a676827927344952930758be15354bc022a3da8524bff0ba35c9".to_owned())
    );
    let certificate = taimen::trust::Certificate::parse(&annex("reader_certificate")).unwrap();
    let key = Key::certified(certificate.verify_key().unwrap()).unwrap();
    assert!(auth.verify(&key, Some(&message)).is_ok());
    assert!(auth.verify(&key, Some(&message[1..])).is_err());
    assert_eq!(Asked::read(&annex("items_request_bytes_inner")).unwrap().doc_type, DocType::Licence.as_str());
}

const READER: &str = "1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";
const READER_KEY: &str = "a401022001215820471c3e758c4904285bba7e53118ed0f524adeb0757d25bd2f8e7b0d76dfa714c225820dd520f7aca8a8b917acc37f51de8f0c9bbe3ad858382e702dc25a12d09f7a858";

#[test]
fn our_own_session_by_a_code_is_that_of_the_reference() {
    let engagement = bytes(
        "a30063312e30018201d818584ba401022001215820e8928c832d558b7e97f45b608e084b3c8b9179b54594f71c8db7450d60e94815225820ec715dc837557e4d5b983ae00c4e0c55516eea233c47b54cab29b8676fa95c580282830101a20018ff01190100830201a400f501f50a50000102030405060708090a0b0c0d0e0f0b50000102030405060708090a0b0c0d0e0f",
    );
    let transcript = Transcript::new(&engagement, &bytes(READER_KEY), Handover::Qr);
    assert_eq!(
        (transcript.bytes().len(), hex::encode(transcript.salt())),
        (234, "a5de9c2db7ed9bcb6fc60a480c49bf5b00f61ccc763bd060ba22f7d59cf34b8c".to_owned())
    );
    let (shared, keys) = session_keys(&transcript, &scalar(&bytes(READER)), &engagement);
    assert_eq!(hex::encode(shared), "64e10af655ec696530c3f9d94af1c4289fc3ac6430200bfef8c62630755e55b9");
    assert_eq!(
        keys.map(|key| hex::encode(key.as_bytes())),
        [
            "7015626b6a43495be28749ba62af586cbfeb72e7c244b1568ce4770b3f256037",
            "ccda364135dee35938df0ab41ddb135a8fed2c6041c2e79b0cb5aa9d4ebe9494"
        ]
    );
    let (inner, _) = read(transcript.bytes()).unwrap();
    let doc_type = DocType::MyNumber.as_str();
    let spaces = cbor::embedded(&cbor::map::<Vec<u8>, Vec<u8>>(&[]));
    let message = authentication(inner, doc_type, &spaces);
    assert_eq!(
        (message.len(), hex::encode(sha256(&[&message]))),
        (284, "65f10eadaf2c51ae9955421982435a2396eb06ceff0db80643d67286861d33ea".to_owned())
    );
    let device = key(&bytes(
        "a4010220012158202c97f03fa37d53cfddb9c8ca98a860f866b750d3b7dc9503492c45084a6157c32258202f46463a273df9d1a368eae85bdb200e9d28ccf177c0307ce1ee7a1579d7615a",
    ));
    let signature = bytes(
        "f190ba571a14ba3c44ccd5517c53be8b3558a105b7ba10b8f69bb6f4991df3df3bf82662797cea120eb361ab7705fa0e4e30122f203f56da5a79684924177413",
    );
    let signed = |name: &str, algorithm: i64, value: &[u8]| {
        let auth = cose::encode(&cose::protected(algorithm), &[], None, value);
        cbor::map(&[
            (cbor::text("nameSpaces"), spaces.clone()),
            (cbor::text("deviceAuth"), cbor::map(&[(cbor::text(name), auth)])),
        ])
    };
    let by_signature = signed("deviceSignature", -7, &signature);
    let by_signature = DeviceSigned::read(&by_signature).unwrap();
    assert!(matches!(by_signature.verify(inner, doc_type, &device, None), Ok(Proof::Signature(_))));
    assert!(by_signature.verify(inner, DocType::Licence.as_str(), &device, None).is_err());
    let mac_key = transcript.mac_key(&agreed(&scalar(&bytes(READER)), device.ec().unwrap()).unwrap());
    assert_eq!(hex::encode(mac_key.as_bytes()), "af2031b3b05778736b887407f7c8bef4c8dd16c071f0b144e187479a0ee6a9b0");
    let code = bytes("9f90d7a30d6421dcbf5f59a2f4faa3b4b9a9b1858949a52f2c2dfd67d6c4037a");
    let by_code = signed("deviceMac", cose::HMAC_256, &code);
    assert_eq!(DeviceSigned::read(&by_code).unwrap().verify(inner, doc_type, &device, Some(&mac_key)), Ok(Proof::Mac));
}

#[test]
fn our_own_session_by_static_handover_is_that_of_the_reference() {
    let select = bytes(
        "91021f487315910209616301013001046d646f6351020b616301036e666301046d646f631c1e580469736f2e6f72673a31383031333a646576696365656e676167656d656e746d646f63a20063312e30018201d818584ba401022001215820ed491cae0144764f6ba34c2a48a840898d4e2326af45c0b9c5a5303c221353cd2258203919b0b2e685d243da70db813d0f8c2072b77d0dd3332f11fa8a35288f559b311a2015016170706c69636174696f6e2f766e642e626c7565746f6f74682e6c652e6f6f6230021c011107656363612d6e656d6961742d61636f6d5c110a0369736f2e6f72673a31383031333a6e66636e6663010301ffff0402010000",
    );
    let found = mdoc::handover::Select::parse(&select).unwrap();
    let handover = Handover::Nfc { select: &select, request: None };
    let transcript = Transcript::new(found.engagement, &bytes(READER_KEY), handover);
    assert_eq!(hex::encode(transcript.salt()), "d497e8cda06fa4e174f76f16bbb7a89dbd1b3c88a571163d6daf2d6f9da7e36f");
    let (_, keys) = session_keys(&transcript, &scalar(&bytes(READER)), found.engagement);
    assert_eq!(
        keys.map(|key| hex::encode(key.as_bytes())),
        [
            "70022c25672c30c78f0533709d5ed974ddcc753362876e55cdc2d529750f66e8",
            "0f02af90489c1a39446a53b42b2e23404607663e78e0a31c465c64a6207eec78"
        ]
    );
}
