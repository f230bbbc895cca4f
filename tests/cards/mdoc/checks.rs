//! What passes, and every row of what published verifiers let pass (spec mdoc 10, 12.3).

use taimen::{
    cards::mdoc::{
        self,
        elements::{self, DocType, Purpose, Wanted},
        response::ResponseError,
    },
    cbor::{self, CborError},
    crypto::{Hash, NamedCurve},
    dump::NotRead,
    simulator::cards::mdoc::issuer::{ItemOrder, Key, Signer},
    trust::{Hierarchy, TrustStore},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

use super::document::{Answer, Setup, anchor, elements_of, installed, now, phone_key, verdicts};

use CheckId::{
    MdocAgeAgrees, MdocDevice, MdocDocumentType, MdocElements, MdocIssuerAgrees, MdocIssuerCertificate,
    MdocIssuerSignature, MdocReaderTrusted, MdocShared, NotExpired, Revocation,
};
use Verdict::{Failed, NotDone, Passed};

#[test]
fn an_honest_document_is_authentic_whatever_the_keys_and_the_answer() {
    for (doc_type, agrees, ages) in
        [(DocType::MyNumber, NotDone(Why::NotShared), Passed), (DocType::Licence, Passed, NotDone(Why::NotShared))]
    {
        for answer in [Answer::Signature, Answer::Mac] {
            let setup = Setup { answer, ..Setup::new(doc_type) };
            let findings = setup.check();
            assert_eq!(
                verdicts(&findings),
                [
                    (NotExpired, Passed),
                    (MdocIssuerSignature, Passed),
                    (MdocIssuerCertificate, Passed),
                    (MdocElements, Passed),
                    (MdocDocumentType, Passed),
                    (MdocDevice, Passed),
                    (MdocShared, Passed),
                    (MdocIssuerAgrees, agrees),
                    (MdocAgeAgrees, ages),
                    (MdocReaderTrusted, NotDone(Why::ReaderUnknown)),
                    (Revocation, NotDone(Why::NotAvailable)),
                ],
                "{doc_type} {answer:?}"
            );
            assert_eq!(findings.overall(), Overall::Authentic);
            assert_eq!(findings.hierarchy, Some(Hierarchy::Simulated));
            assert!(findings.holder.name.is_some() && findings.holder.address.is_some());
            assert!(findings.holder.birth_date.is_some() && findings.holder.sex.is_some());
            assert!(findings.picture("photo").is_some());
            assert!(findings.warnings.is_empty(), "{:?}", findings.warnings);
        }
    }
    // Every curve of the issuer, every hash, every key of a phone.
    let signers = [
        Key::Curve(NamedCurve::P256, "ds"),
        Key::Curve(NamedCurve::P384, "ds"),
        Key::Curve(NamedCurve::P521, "ds"),
        Key::Curve(NamedCurve::BrainpoolP256, "ds"),
        Key::Curve(NamedCurve::BrainpoolP320, "ds"),
        Key::Curve(NamedCurve::BrainpoolP384, "ds"),
        Key::Curve(NamedCurve::BrainpoolP512, "ds"),
        Key::Ed25519("ds"),
    ];
    for (at, key) in signers.into_iter().enumerate() {
        let mut setup = Setup::new(DocType::MyNumber);
        setup.order.signer.key = key;
        setup.order.signer.subject_key_id = Some(key.id());
        setup.order.device = key;
        setup.order.hash = [Hash::Sha256, Hash::Sha384, Hash::Sha512][at % 3];
        setup.order.tagged = at % 2 == 0;
        assert_eq!(setup.check().overall(), Overall::Authentic, "{key:?}: {:?}", verdicts(&setup.check()));
    }
}

/// One thing that is wrong, the check that fails for it, and why.
type Row = (&'static str, fn(&mut Setup), CheckId, Verdict);

fn put_item(setup: &mut Setup, id: &str, item: fn(&mut ItemOrder)) {
    item(setup.order.items.iter_mut().find(|order| order.id == id).unwrap());
}

const UNKNOWN: Verdict = NotDone(Why::LayoutUnknown);

const ROWS: &[Row] = &[
    // Digests.
    (
        "the photo of another",
        |s| {
            s.items = |items| {
                let other = Setup {
                    order: {
                        let mut o = Setup::new(DocType::MyNumber).order;
                        o.items[5].value = cbor::bytes(&[0xFF, 0xD8, 0xFF]);
                        o
                    },
                    ..Setup::new(DocType::MyNumber)
                };
                let photo = other.order.issue().unwrap().items.into_iter().find(|(_, id, _)| id == "portrait").unwrap();
                items.iter_mut().filter(|(_, id, _)| id == "portrait").for_each(|item| *item = photo.clone());
            }
        },
        MdocElements,
        Failed(Reason::DigestMismatch),
    ),
    (
        "an element whose digest is not signed",
        |s| {
            s.items = |items| {
                items.iter_mut().for_each(|(space, id, item)| {
                    if id == "full_name_unicode" {
                        *item = ItemOrder::new(space, id, cbor::text("別人"), 200, 7).encode();
                    }
                })
            }
        },
        MdocElements,
        Failed(Reason::DigestMissing),
    ),
    (
        "an element under the digest of another",
        |s| {
            s.items = |items| {
                items.iter_mut().for_each(|(space, id, item)| {
                    if id == "full_name_unicode" {
                        *item = ItemOrder::new(space, id, cbor::text("別人"), 1, 7).encode();
                    }
                })
            }
        },
        MdocElements,
        Failed(Reason::DigestMismatch),
    ),
    (
        "a salt of eight bytes",
        |s| put_item(s, "full_name_unicode", |item| item.random.truncate(8)),
        MdocElements,
        Failed(Reason::RandomTooShort),
    ),
    (
        "a salt of 65 bytes",
        |s| put_item(s, "full_name_unicode", |item| item.random = vec![7; 65]),
        MdocElements,
        Failed(Reason::Malformed),
    ),
    (
        "one digest for two elements",
        |s| {
            put_item(s, "resident_address_unicode", |item| item.digest = 0);
        },
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    // The issuer's signature.
    (
        "another key signed",
        |s| s.order.key = Some(Key::Curve(NamedCurve::P256, "somebody else")),
        MdocIssuerSignature,
        Failed(Reason::SignatureMismatch),
    ),
    ("ES384 with a P-256 key", |s| s.order.algorithm = Some(-35), MdocIssuerSignature, Failed(Reason::WrongAlgorithm)),
    ("EdDSA with an EC key", |s| s.order.algorithm = Some(-8), MdocIssuerSignature, Failed(Reason::WrongAlgorithm)),
    (
        "a code's algorithm in a signature",
        |s| s.order.algorithm = Some(5),
        MdocIssuerSignature,
        NotDone(Why::UnsupportedAlgorithm),
    ),
    (
        "no algorithm in the protected header",
        |s| s.order.protected = Some(vec![0xA0]),
        MdocIssuerSignature,
        Failed(Reason::Malformed),
    ),
    (
        "an empty protected header",
        |s| s.order.protected = Some(Vec::new()),
        MdocIssuerSignature,
        Failed(Reason::Malformed),
    ),
    (
        "an algorithm in both headers",
        |s| s.order.unprotected = Some(both_headers(s)),
        MdocIssuerSignature,
        Failed(Reason::Malformed),
    ),
    (
        "the certificate in both headers",
        |s| {
            let der = s.order.signer.build().unwrap();
            s.order.protected = Some(cbor::map(&[(cbor::uint(1), cbor::int(-7)), (cbor::uint(33), cbor::bytes(&der))]));
        },
        MdocIssuerSignature,
        Failed(Reason::Malformed),
    ),
    (
        "a signature in DER",
        |s| {
            s.auth = |auth| {
                change_signature(&auth, |signature| {
                    [&[0x30, 0x44, 0x02, 0x20], &signature[..32], &[0x02, 0x20], &signature[32..]].concat()
                })
            }
        },
        MdocIssuerSignature,
        Failed(Reason::SignatureMismatch),
    ),
    (
        "a signature of zeros",
        |s| s.auth = |auth| change_signature(&auth, |_| vec![0; 64]),
        MdocIssuerSignature,
        Failed(Reason::SignatureMismatch),
    ),
    (
        "bytes after the signed object",
        |s| {
            s.order.mso = Some(|mut mso| {
                mso.push(0);
                mso
            })
        },
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    (
        "an indefinite length in the signed object",
        |s| s.order.mso = Some(indefinite),
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    (
        "a key twice in the signed object",
        |s| {
            s.order.more = vec![(cbor::text("docType"), cbor::text("org.iso.18013.5.1.mDL"))];
        },
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    (
        "another version",
        |s| s.order.mso = Some(|mso| replace(&mso, b"1.0", b"2.0")),
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    (
        "a time of no zone",
        |s| s.order.mso = Some(|mso| replace(&mso, b"2025-04-01T00:00:00Z", b"2025-04-01T00:00:00+")),
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    (
        "a hash that is not supported",
        |s| s.order.mso = Some(|mso| replace(&mso, b"SHA-256", b"SHA-001")),
        MdocIssuerSignature,
        NotDone(Why::UnsupportedAlgorithm),
    ),
    (
        "times with a fraction",
        |s| {
            s.order.mso = Some(|mso| {
                let fraction =
                    |mso: &[u8]| replace(mso, b"\x742025-04-01T00:00:00Z", b"\x78\x182025-04-01T00:00:00.123Z");
                fraction(&fraction(&mso))
            })
        },
        MdocIssuerSignature,
        Passed,
    ),
    (
        "a point without a fraction",
        |s| s.order.mso = Some(|mso| replace(&mso, b"\x742025-04-01T00:00:00Z", b"\x752025-04-01T00:00:00.Z")),
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    (
        "no update is expected",
        |s| s.order.mso = Some(|mso| replace(&mso, b"validityInfo\xA3", b"validityInfo\xA4\x6EexpectedUpdate\xF6")),
        MdocIssuerSignature,
        Passed,
    ),
    ("a status of null", |s| s.order.more = vec![(cbor::text("status"), cbor::null())], MdocIssuerSignature, Passed),
    (
        "a device key with the sign of its y",
        |s| {
            s.order.mso = Some(|mso| {
                let key = Setup::new(DocType::MyNumber).order.device.cose();
                let y = key.len() - 34;
                replace(&mso, &key, &[&key[..y], &[0xF5]].concat())
            })
        },
        MdocDevice,
        NotDone(Why::UnsupportedKey),
    ),
    (
        "the certificate in the protected header alone",
        |s| {
            let der = s.order.signer.build().unwrap();
            s.order.protected = Some(cbor::map(&[(cbor::uint(1), cbor::int(-7)), (cbor::uint(33), cbor::bytes(&der))]));
            s.order.unprotected = Some(vec![0xA0]);
        },
        MdocIssuerSignature,
        Passed,
    ),
    // Its certificate.
    (
        "no certificate",
        |s| s.order.unprotected = Some(vec![0xA0]),
        MdocIssuerCertificate,
        Failed(Reason::CertificateForm),
    ),
    ("an empty chain", |s| s.order.chain = Some(Vec::new()), MdocIssuerCertificate, Failed(Reason::CertificateForm)),
    (
        "a certificate that is none",
        |s| s.order.chain = Some(vec![vec![0x30, 0x00]]),
        MdocIssuerCertificate,
        Failed(Reason::CertificateForm),
    ),
    (
        "six certificates",
        |s| s.order.chain = Some(vec![s.order.signer.build().unwrap(); 6]),
        MdocIssuerSignature,
        Failed(Reason::Malformed),
    ),
    (
        "an unknown authority",
        |s| s.order.signer = Signer::Unknown.order(),
        MdocIssuerCertificate,
        NotDone(Why::NoAnchor),
    ),
    (
        "an unknown authority whose own root comes along",
        |s| {
            s.order.signer = Signer::Unknown.order();
            s.order.chain = Some(vec![s.order.signer.build().unwrap(), root_of_nobody()]);
        },
        MdocIssuerCertificate,
        NotDone(Why::NoAnchor),
    ),
    (
        "another CA of the same name and key identifier",
        |s| s.order.signer = Signer::WrongAuthority.order(),
        MdocIssuerCertificate,
        Failed(Reason::SignatureMismatch),
    ),
    (
        "a reader's extended key usage",
        |s| s.order.signer = Signer::Reader.order(),
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    (
        "no extended key usage",
        |s| s.order.signer.extended = None,
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    (
        "an authority as the signer",
        |s| s.order.signer.authority = true,
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    (
        "a key usage of signing certificates",
        |s| s.order.signer.usage = Some(0x84),
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    ("no key usage", |s| s.order.signer.usage = None, MdocIssuerCertificate, Failed(Reason::CertificateProfile)),
    (
        "no key identifier",
        |s| s.order.signer.subject_key_id = None,
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    (
        "no revocation list",
        |s| s.order.signer.distribution = false,
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    (
        "no way to reach the issuer",
        |s| s.order.signer.issuer_alternative = false,
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    (
        "a signer of another country",
        |s| s.order.signer.subject.country = "XX".to_owned(),
        MdocIssuerCertificate,
        Failed(Reason::CertificateProfile),
    ),
    (
        "the authority's own certificate",
        |s| {
            let [(_, root), _] = taimen::simulator::cards::mdoc::issuer::authorities();
            s.order.signer = root;
        },
        MdocIssuerCertificate,
        Failed(Reason::CertificateForm),
    ),
    (
        "signed before the signer was valid",
        |s| s.order.signer.validity[0] = time("2025-05-01T00:00:00Z"),
        MdocIssuerCertificate,
        Failed(Reason::SignedOutsideCertificate),
    ),
    (
        "signed after the signer was valid",
        |s| s.order.signer.validity[1] = time("2025-03-01T00:00:00Z"),
        MdocIssuerCertificate,
        Failed(Reason::SignedOutsideCertificate),
    ),
    (
        "a signer that has expired since",
        |s| s.order.signer.validity[1] = time("2026-03-01T00:00:00Z"),
        MdocIssuerCertificate,
        NotDone(Why::AnchorExpired),
    ),
    (
        "an unknown critical extension",
        |s| s.order.signer.more = vec![critical()],
        MdocIssuerCertificate,
        NotDone(Why::UnknownExtension),
    ),
    // The type.
    (
        "another type is signed",
        |s| s.order.signed_doc_type = Some("org.iso.18013.5.1.mDL".to_owned()),
        MdocDocumentType,
        Failed(Reason::OtherDocumentType),
    ),
    (
        "another type is stated",
        |s| s.doc_type = Some("org.iso.18013.5.1.mDL"),
        MdocDocumentType,
        Failed(Reason::OtherDocumentType),
    ),
    // Dates.
    ("expired", |s| s.order.valid_until = time("2026-11-27T02:59:59Z"), NotExpired, Failed(Reason::Expired)),
    (
        "valid from tomorrow",
        |s| s.order.valid_from = time("2026-11-28T00:00:00Z"),
        NotExpired,
        Failed(Reason::NotYetValid),
    ),
    ("valid in four minutes: a clock", |s| s.order.valid_from = time("2026-11-27T03:04:00Z"), NotExpired, Passed),
    (
        "valid from before it was signed",
        |s| s.order.valid_from = time("2025-03-31T00:00:00Z"),
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    (
        "valid until before it begins",
        |s| s.order.valid_until = time("2025-03-31T00:00:00Z"),
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    // The device.
    (
        "another device's key",
        |s| s.device = Some(Key::Curve(NamedCurve::P256, "a copy")),
        MdocDevice,
        Failed(Reason::DeviceSignature),
    ),
    ("another session's answer", |s| s.replayed = true, MdocDevice, Failed(Reason::DeviceSignature)),
    ("another session's code", |s| (s.replayed, s.answer) = (true, Answer::Mac), MdocDevice, Failed(Reason::DeviceMac)),
    ("both answers", |s| s.answer = Answer::Both, MdocDevice, Failed(Reason::DeviceAuthForm)),
    ("no answer", |s| s.answer = Answer::Neither, MdocDevice, Failed(Reason::DeviceAuthForm)),
    (
        "a code of 16 bytes",
        |s| {
            s.answer = Answer::Mac;
            s.device_signed = |signed| {
                // The last 34 bytes are 5820 and the code.
                let cut = signed.len() - 34;
                [&signed[..cut], &[0x50], &signed[cut + 2..cut + 18]].concat()
            };
        },
        MdocDevice,
        Failed(Reason::DeviceMac),
    ),
    (
        "a code of another algorithm",
        |s| {
            s.answer = Answer::Mac;
            s.device_signed = |signed| replace(&signed, &[0x43, 0xA1, 0x01, 0x05], &[0x43, 0xA1, 0x01, 0x06]);
        },
        MdocDevice,
        Failed(Reason::DeviceMac),
    ),
    (
        "a signature whose payload is in it",
        |s| s.device_signed = |signed| replace(&signed, &[0xA0, 0xF6, 0x58], &[0xA0, 0x40, 0x58]),
        MdocDevice,
        Failed(Reason::DeviceSignature),
    ),
    (
        "the device states the name itself",
        |s| {
            let name = cbor::map(&[(cbor::text("full_name_unicode"), cbor::text("別人"))]);
            s.device_spaces = cbor::map(&[(cbor::text("org.iso.23220.1.jp"), name)]);
        },
        MdocDevice,
        Failed(Reason::DeviceAuthForm),
    ),
    (
        "the session's own key as the device's",
        |s| {
            s.order.mso = Some(|mso| {
                let own = Setup::new(DocType::MyNumber).order.device.cose();
                replace(&mso, &own, &phone_key())
            })
        },
        MdocDevice,
        Failed(Reason::BadKey),
    ),
    (
        "a device key that is not on its curve",
        |s| {
            s.order.mso = Some(|mso| {
                let mut key = Setup::new(DocType::MyNumber).order.device.cose();
                let old = key.clone();
                *key.last_mut().unwrap() ^= 1;
                replace(&mso, &old, &key)
            })
        },
        MdocIssuerSignature,
        NotDone(Why::LayoutUnknown),
    ),
    // What was not shared.
    (
        "the address is withheld",
        |s| s.items = |items| items.retain(|(_, id, _)| id != "resident_address_unicode"),
        MdocShared,
        NotDone(Why::NotShared),
    ),
    ("nothing is shared", |s| s.items = Vec::clear, MdocElements, NotDone(Why::NotShared)),
    // What was shared and cannot be shown.
    ("an empty portrait", |s| put_item(s, "portrait", |item| item.value = cbor::bytes(&[])), MdocShared, UNKNOWN),
    (
        "a portrait in PNG",
        |s| put_item(s, "portrait", |item| item.value = cbor::bytes(b"\x89PNG\r\n\x1A\n")),
        MdocShared,
        UNKNOWN,
    ),
    (
        "a birth date in plain",
        |s| put_item(s, "birth_date", |item| item.value = cbor::text("1971-09-01")),
        MdocShared,
        UNKNOWN,
    ),
    (
        "a birth date of which digits are not known",
        |s| {
            put_item(s, "birth_date", |item| {
                let day = cbor::tagged(1004, &cbor::text("1971-09-01"));
                let mask = (cbor::text("approximate_mask"), cbor::text("00000011"));
                item.value = cbor::map(&[(cbor::text("birth_date"), day), mask]);
            })
        },
        MdocShared,
        UNKNOWN,
    ),
    (
        "a name without end",
        |s| put_item(s, "full_name_unicode", |item| item.value = cbor::text(&"甲".repeat(1_001))),
        MdocShared,
        UNKNOWN,
    ),
    (
        "a name of nothing",
        |s| put_item(s, "full_name_unicode", |item| item.value = cbor::text("\u{3000}")),
        MdocShared,
        UNKNOWN,
    ),
    (
        "no address to show",
        |s| put_item(s, "resident_address_unicode", |item| item.value = cbor::uint(1)),
        MdocShared,
        UNKNOWN,
    ),
    (
        "a text that nobody needs",
        |s| put_item(s, "birth_date_unicode", |item| item.value = cbor::uint(1)),
        MdocShared,
        Passed,
    ),
    // What disagrees.
    (
        "the sex disagrees",
        |s| put_item(s, "sex_unicode", |item| item.value = cbor::text("不明な値")),
        MdocAgeAgrees,
        Passed,
    ),
    (
        "the birth date disagrees",
        |s| put_item(s, "birth_date_unicode", |item| item.value = cbor::text("昭和46年9月1日")),
        MdocAgeAgrees,
        Failed(Reason::Disagrees),
    ),
];

fn time(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn both_headers(setup: &Setup) -> Vec<u8> {
    let der = setup.order.signer.build().unwrap();
    cbor::map(&[(cbor::uint(1), cbor::int(-7)), (cbor::uint(33), cbor::bytes(&der))])
}

fn root_of_nobody() -> Vec<u8> {
    use taimen::simulator::cards::mdoc::issuer::{CertificateOrder, Name};
    let name = Name::new("JP", "taimen simulated IACA that is not installed");
    CertificateOrder::root(&name, Key::Curve(NamedCurve::P256, "iaca-unknown"), 6).build().unwrap()
}

/// 1.3.6.1.4.1.99999.1.1, critical.
fn critical() -> Vec<u8> {
    hex::decode("3013060a2b0601040186 8d1f01010101ff04020500".replace(' ', "")).unwrap()
}

fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old).expect("there");
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

/// The first map, with an indefinite length.
fn indefinite(mso: Vec<u8>) -> Vec<u8> {
    [&[0xBF], &mso[1..], &[0xFF]].concat()
}

/// IssuerAuth with another signature: the last 64 bytes of a P-256 document.
fn change_signature(auth: &[u8], change: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (rest, signature) = auth.split_at(auth.len() - 64);
    [&rest[..rest.len() - 2], &cbor::bytes(&change(signature))].concat()
}

#[test]
fn everything_that_published_verifiers_let_pass_is_noticed() {
    for (name, change, id, expected) in ROWS {
        let mut setup = Setup::new(DocType::MyNumber);
        change(&mut setup);
        let findings = setup.check();
        assert_eq!(findings.verdict(*id), Some(*expected), "{name}: {:?}", verdicts(&findings));
        let overall = match expected {
            Failed(_) if findings.requirement.requires(*id) => Overall::Rejected,
            NotDone(_) => Overall::Undetermined,
            _ => Overall::Authentic,
        };
        assert_eq!(findings.overall(), overall, "{name}: {:?}", verdicts(&findings));
        for check in &findings.checks {
            assert!(!check.id.text().title.ja.is_empty());
        }
    }
}

/// What Apple Wallet's developer profile answers: no certificate, zeros for a signature, one namespace of its own (spec mdoc 2.5).
#[test]
fn a_wallets_test_document_is_rejected_and_called_one() {
    let mut setup = Setup::new(DocType::Licence);
    for item in &mut setup.order.items {
        item.namespace = "com.apple.identity-presentment.developer-test".to_owned();
    }
    setup.order.unprotected = Some(cbor::map(&[(cbor::uint(33), cbor::array::<Vec<u8>>(&[]))]));
    setup.auth = |auth| change_signature(&auth, |_| vec![0; 64]);
    let findings = setup.check();
    let depends = |id| NotDone(Why::DependsOn(id));
    assert_eq!(
        verdicts(&findings),
        [
            (NotExpired, depends(MdocIssuerSignature)),
            (MdocIssuerSignature, depends(MdocIssuerCertificate)),
            (MdocIssuerCertificate, Failed(Reason::CertificateForm)),
            (MdocElements, depends(MdocIssuerSignature)),
            (MdocDocumentType, depends(MdocIssuerSignature)),
            (MdocDevice, depends(MdocIssuerSignature)),
            (MdocShared, NotDone(Why::NotShared)),
            (MdocIssuerAgrees, NotDone(Why::NotShared)),
            (MdocAgeAgrees, NotDone(Why::NotShared)),
            (MdocReaderTrusted, NotDone(Why::ReaderUnknown)),
            (Revocation, NotDone(Why::NotAvailable)),
        ]
    );
    assert_eq!(findings.overall(), Overall::Rejected);
    assert!(findings.notes.iter().any(|note| note.id == "mdoc-test-document"), "{:?}", findings.notes);
}

/// What an IACA stands behind and cannot be read is unknown; what anybody may have made up, and what was changed, is rejected.
#[test]
fn what_nobody_vouches_for_and_cannot_be_read_is_rejected() {
    let unread: Vec<&Row> =
        ROWS.iter().filter(|(_, _, id, verdict)| (*id, *verdict) == (MdocIssuerSignature, UNKNOWN)).collect();
    assert!(unread.len() >= 9, "{}", unread.len());
    for (name, change, ..) in unread {
        let judged = |more: fn(&mut Setup)| {
            let mut setup = Setup::new(DocType::MyNumber);
            change(&mut setup);
            more(&mut setup);
            let findings = setup.check();
            (
                findings.verdict(MdocIssuerSignature).unwrap(),
                findings.verdict(MdocIssuerCertificate),
                findings.overall(),
            )
        };
        let (_, certificate, overall) = judged(|_| {});
        assert_eq!(
            (certificate, overall),
            (Some(NotDone(Why::DependsOn(MdocIssuerSignature))), Overall::Undetermined),
            "{name}"
        );
        let nobody = judged(|s| s.order.signer = Signer::Unknown.order());
        assert_eq!(nobody, (Failed(Reason::Malformed), Some(NotDone(Why::NoAnchor)), Overall::Rejected), "{name}");
        let forged = judged(|s| s.order.key = Some(Key::Curve(NamedCurve::P256, "somebody else")));
        assert_eq!((forged.0, forged.2), (Failed(Reason::SignatureMismatch), Overall::Rejected), "{name}");
        let bare = judged(|s| s.order.unprotected = Some(vec![0xA0]));
        assert_eq!((bare.0, bare.2), (Failed(Reason::Malformed), Overall::Rejected), "{name}");
        // A signer that has expired since signed it all the same.
        let late = judged(|s| s.order.signer.validity[1] = time("2026-03-01T00:00:00Z"));
        assert_eq!(late, (UNKNOWN, Some(NotDone(Why::AnchorExpired)), Overall::Undetermined), "{name}");
    }
}

#[test]
fn a_saved_answer_counts_as_far_as_it_proves_something_to_a_third_person() {
    let (signed, _) = Setup::new(DocType::MyNumber).read();
    let (coded, _) = Setup { answer: Answer::Mac, ..Setup::new(DocType::MyNumber) }.read();
    let judged = |dump, basis| mdoc::check(dump, &installed(), basis).unwrap();
    for basis in [Basis::Now(now()), Basis::Named(now())] {
        assert_eq!(judged(&signed, basis).overall(), Overall::Authentic);
        let findings = judged(&coded, basis);
        assert_eq!(findings.verdict(MdocDevice), Some(NotDone(Why::SelfReported)));
        assert_eq!(findings.overall(), Overall::Undetermined);
    }
    for basis in [Basis::Sealed(now()), Basis::Operator(now()), Basis::Live(now())] {
        assert_eq!(judged(&coded, basis).overall(), Overall::Authentic);
    }
    // As of another day.
    let late = Basis::Now("2043-05-01T00:00:00Z".parse().unwrap());
    assert_eq!(judged(&signed, late).verdict(NotExpired), Some(Failed(Reason::Expired)));
}

#[test]
fn a_simulated_document_counts_only_for_whoever_asks_for_it() {
    let (dump, _) = Setup::new(DocType::MyNumber).read();
    let roots = taimen::simulator::cards::mdoc::issuer::authorities()
        .map(|(name, root)| anchor(name, root.build().unwrap(), Hierarchy::Simulated));
    let trust = TrustStore::shipped().unwrap().with(roots.to_vec());
    let findings = mdoc::check(&dump, &trust, Basis::Live(now())).unwrap();
    assert_eq!(findings.verdict(MdocIssuerCertificate), Some(Failed(Reason::HierarchyNotAccepted)));
    assert_eq!(findings.overall(), Overall::Rejected);
    // Without any root: every Japanese phone of today.
    let findings = mdoc::check(&dump, &TrustStore::shipped().unwrap(), Basis::Live(now())).unwrap();
    assert!(matches!(
        findings.verdict(MdocIssuerCertificate),
        Some(NotDone(Why::NoAnchor) | Failed(Reason::HierarchyNotAccepted))
    ));
    let notes: Vec<&str> = findings.notes.iter().map(|note| note.id).collect();
    assert!(notes.contains(&"mdoc-law"), "{notes:?}");
}

#[test]
fn only_what_was_asked_for_is_kept() {
    let mut setup = Setup::new(DocType::MyNumber);
    setup.items = |items| {
        let all = Setup::new(DocType::MyNumber).order.issue().unwrap().items;
        let unasked = ["individual_number_unicode", "local_gov_code_unicode", "age_over_20"];
        items.extend(all.into_iter().filter(|(_, id, _)| unasked.contains(&id.as_str())));
    };
    let (dump, kept) = setup.read();
    assert!(kept.number && kept.unrequested && kept.error.is_none());
    let json = dump.to_json();
    let hidden = hex::encode(taimen::simulator::cards::mdoc::holder::NO_NUMBER);
    assert!(!json.contains(&hidden), "the number's element is not kept");
    assert!(hex::encode(setup.response()).contains(&hidden), "it was there");
    assert_eq!(
        mdoc::response::unrequested(&dump),
        ["local_gov_code_unicode", "individual_number_unicode", "age_over_20"]
    );
    let findings = mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap();
    assert_eq!(findings.overall(), Overall::Authentic);
    assert!(findings.notes.iter().any(|note| note.id == "mdoc-unrequested"));

    // As a statement of the device itself, and in a namespace that nobody knows.
    let mut setup = Setup::new(DocType::MyNumber);
    let number = cbor::map(&[(cbor::text("individual_number_unicode"), cbor::text("SIMULATED, NOT A NUMBER"))]);
    setup.device_spaces = cbor::map(&[(cbor::text("org.example"), number)]);
    let (dump, kept) = setup.read();
    assert!(kept.number && !dump.to_json().contains(&hidden));
    assert!(matches!(dump.not_read(elements::DEVICE_SIGNED.name), Some(NotRead::Malformed { .. })));
    assert_eq!(mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap().overall(), Overall::Rejected);

    // Inside a value, and as a namespace.
    let number = || cbor::map(&[(cbor::text("individual_number"), cbor::text("SIMULATED, NOT A NUMBER"))]);
    let nested = cbor::map(&[(cbor::text("note"), number())]);
    for spaces in [
        cbor::map(&[(cbor::text("org.example"), nested.clone())]),
        cbor::map(&[(cbor::text("individual_number"), nested)]),
    ] {
        let mut setup = Setup::new(DocType::MyNumber);
        setup.device_spaces = spaces;
        let (dump, kept) = setup.read();
        assert!(kept.number && !dump.to_json().contains(&hidden));
        assert!(matches!(dump.not_read(elements::DEVICE_SIGNED.name), Some(NotRead::Malformed { .. })));
    }
    // Beside what the issuer signed.
    let mut setup = Setup::new(DocType::MyNumber);
    setup.auth = |auth| {
        let item = cbor::decode(&auth).unwrap();
        let [protected, _, payload, signature] = item.items().unwrap() else { panic!("four parts") };
        let header = cbor::map(&[(cbor::text("individual_number"), cbor::text("SIMULATED, NOT A NUMBER"))]);
        cbor::array(&[protected.raw.to_vec(), header, payload.raw.to_vec(), signature.raw.to_vec()])
    };
    let (dump, kept) = setup.read();
    assert!(kept.number && !dump.to_json().contains(&hidden));
    assert!(matches!(dump.not_read(elements::ISSUER_AUTH.name), Some(NotRead::Malformed { .. })));
}

#[test]
fn a_root_of_one_country_vouches_for_no_document_of_another() {
    // A My Number Card under the other root, of a country that no card is of.
    let mut setup = Setup::new(DocType::MyNumber);
    setup.order.signer = Setup::new(DocType::Licence).order.signer;
    let foreign = setup.check();
    // A licence that states another country than its signer's.
    let mut setup = Setup::new(DocType::Licence);
    setup.order.items.iter_mut().find(|item| item.id == "issuing_country").unwrap().value = cbor::text("JP");
    let stated = setup.check();
    for findings in [foreign, stated] {
        assert_eq!(findings.verdict(MdocDocumentType), Some(Failed(Reason::OtherState)), "{:?}", verdicts(&findings));
        assert_eq!(findings.overall(), Overall::Rejected);
    }
}

#[test]
fn the_number_can_not_be_asked_for() {
    for doc_type in DocType::all() {
        for row in doc_type.elements() {
            assert!(!row.own.element.starts_with(elements::NUMBER_PREFIX));
        }
        let all = Wanted {
            doc_type,
            purposes: &[Purpose::Identity, Purpose::Sex, Purpose::Age],
            age: Some(20),
            retained: true,
        };
        let request = all.items_request();
        assert!(!request.windows(10).any(|window| window == b"individual"));
        let asked = elements::Asked::read(&request).unwrap();
        assert_eq!(asked.age(), Some(20));
        assert_eq!(asked.elements.len(), doc_type.elements().len());
    }
}

#[test]
fn a_response_that_is_not_strict_is_refused_as_a_whole() {
    let setup = Setup::new(DocType::MyNumber);
    let good = setup.response();
    let repeated = |bytes: &[u8]| {
        // An element twice in its namespace.
        let mut setup = Setup::new(DocType::MyNumber);
        setup.items = |items| items.push(items[0].clone());
        assert!(!bytes.is_empty());
        setup.response()
    };
    let two = |bytes: &[u8]| {
        let response = cbor::decode(bytes).unwrap();
        let [document] = response.get("documents").unwrap().items().unwrap() else { panic!("one") };
        cbor::map(&[
            (cbor::text("version"), cbor::text("1.0")),
            (cbor::text("documents"), cbor::array(&[document.raw, document.raw])),
            (cbor::text("status"), cbor::uint(0)),
        ])
    };
    let cases: [(&str, Vec<u8>, ResponseError); 4] = [
        ("bytes after it", [&good[..], &[0]].concat(), CborError::Trailing.into()),
        ("version 2", replace(&good, b"1.0", b"2.0"), ResponseError::Version),
        ("an element twice", repeated(&good), ResponseError::Repeated),
        ("too large", vec![0; mdoc::response::MAX_RESPONSE + 1], ResponseError::TooLarge),
    ];
    for (name, response, error) in cases {
        let (dump, kept) = setup.read_response(&response);
        assert_eq!(kept.error, Some(error), "{name}");
        let findings = mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap();
        assert_eq!(findings.verdict(MdocIssuerSignature), Some(Failed(Reason::Malformed)), "{name}");
        assert_eq!(findings.overall(), Overall::Rejected, "{name}");
    }
    // Well-formed, and more than was asked for: not judged.
    let (dump, kept) = setup.read_response(&two(&good));
    assert_eq!(kept.error, Some(ResponseError::Documents));
    let findings = mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap();
    for id in [MdocIssuerSignature, MdocIssuerCertificate, MdocDevice] {
        assert_eq!(findings.verdict(id), Some(UNKNOWN), "{id}");
    }
    assert_eq!(findings.overall(), Overall::Undetermined);
    assert!(elements_of(&dump).is_empty());
    // Keys twice in an element, and numbers that are longer than they need be: refused, and taken as they came.
    let mut setup = Setup::new(DocType::MyNumber);
    put_item(&mut setup, "full_name_unicode", |item| {
        item.item = Some(cbor::map(&[
            (cbor::text("digestID"), cbor::uint(0)),
            (cbor::text("random"), cbor::bytes(&item.random)),
            (cbor::text("elementIdentifier"), cbor::text("full_name_unicode")),
            (cbor::text("elementValue"), cbor::text("甲")),
            (cbor::text("elementValue"), cbor::text("乙")),
        ]));
    });
    assert_eq!(setup.read().1.error, Some(CborError::RepeatedKey.into()));
    let mut setup = Setup::new(DocType::MyNumber);
    put_item(&mut setup, "full_name_unicode", |item| {
        item.item = Some(cbor::map(&[
            (cbor::text("digestID"), vec![0x1B, 0, 0, 0, 0, 0, 0, 0, 0]),
            (cbor::text("random"), cbor::bytes(&item.random)),
            (cbor::text("elementIdentifier"), cbor::text("full_name_unicode")),
            (cbor::text("elementValue"), cbor::text("甲")),
        ]));
    });
    assert_eq!(setup.check().overall(), Overall::Authentic);
    // Nothing shared is no verdict of its own, however it is written.
    let null = cbor::map(&[
        (cbor::text("version"), cbor::text("1.0")),
        (cbor::text("documents"), cbor::null()),
        (cbor::text("status"), cbor::uint(0)),
    ]);
    let (_, kept) = setup.read_response(&null);
    assert_eq!((kept.document, kept.shared, kept.error), (false, 0, None));
    let (_, kept) = setup.read_response(&without_elements(&good));
    assert_eq!((kept.document, kept.shared, kept.error), (true, 0, None));
    let empty = cbor::map(&[(cbor::text("version"), cbor::text("1.0")), (cbor::text("status"), cbor::uint(0))]);
    let (dump, kept) = setup.read_response(&empty);
    assert_eq!((kept.document, kept.shared, kept.error), (false, 0, None));
    assert_eq!(mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap().overall(), Overall::Undetermined);
}

/// A response whose issuerSigned says null for the elements.
fn without_elements(response: &[u8]) -> Vec<u8> {
    let response = cbor::decode(response).unwrap();
    let [document] = response.get("documents").unwrap().items().unwrap() else { panic!("one") };
    let auth = document.get("issuerSigned").unwrap().get("issuerAuth").unwrap().raw.to_vec();
    let signed = cbor::map(&[(cbor::text("nameSpaces"), cbor::null()), (cbor::text("issuerAuth"), auth)]);
    let document = cbor::map(&[
        (cbor::text("docType"), document.get("docType").unwrap().raw.to_vec()),
        (cbor::text("issuerSigned"), signed),
        (cbor::text("deviceSigned"), document.get("deviceSigned").unwrap().raw.to_vec()),
    ]);
    cbor::map(&[
        (cbor::text("version"), cbor::text("1.0")),
        (cbor::text("documents"), cbor::array(&[document])),
        (cbor::text("status"), cbor::uint(0)),
    ])
}

/// A document whose holder has reached the ages below so many years.
fn aged(years: u8) -> Setup {
    let mut setup = Setup::new(DocType::MyNumber);
    for item in &mut setup.order.items {
        if let Some(age) = elements::age(&item.id) {
            item.value = cbor::boolean(age <= years);
        }
    }
    setup
}

#[test]
fn of_several_ages_the_nearest_that_answers_counts() {
    fn add<const YEARS: u8>(items: &mut Vec<(String, String, Vec<u8>)>, ages: &[&str]) {
        let all = aged(YEARS).order.issue().unwrap().items;
        for age in ages {
            items.extend(all.iter().find(|(_, id, _)| id == age).cloned());
        }
    }
    // What is asked, how old the holder is, what comes and in which order, what counts, and what it says.
    type Case = (u8, u8, fn(&mut Vec<(String, String, Vec<u8>)>), &'static str, Option<bool>);
    let cases: [Case; 6] = [
        (22, 99, |items| add::<99>(items, &["age_over_18", "age_over_25"]), "age_over_25", Some(true)),
        (22, 99, |items| add::<99>(items, &["age_over_25", "age_over_18"]), "age_over_25", Some(true)),
        (22, 99, |items| add::<99>(items, &["age_over_65", "age_over_25", "age_over_60"]), "age_over_25", Some(true)),
        (22, 15, |items| add::<15>(items, &["age_over_16", "age_over_25", "age_over_20"]), "age_over_20", Some(false)),
        (22, 23, |items| add::<23>(items, &["age_over_25", "age_over_20"]), "age_over_25", None),
        (20, 99, |items| items.reverse(), "age_over_20", Some(true)),
    ];
    for (asked, years, items, counts, met) in cases {
        let wanted =
            Wanted { doc_type: DocType::MyNumber, purposes: &[Purpose::Age], age: Some(asked), retained: false };
        let setup = Setup { wanted, items, ..aged(years) };
        let (dump, kept) = setup.read();
        let item = mdoc::response::SignedItem::read(dump.file(elements::MNC_AGE.name).unwrap()).unwrap();
        assert_eq!(item.element, counts, "{asked} {years}");
        assert_eq!((kept.shared, kept.unrequested), (2, asked != 20));
        let findings = mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap();
        assert_eq!(findings.age_condition.unwrap().met, met, "{asked} {years}");
    }
}

#[test]
fn an_age_is_answered_by_the_nearest_that_decides() {
    let wanted =
        |age| Wanted { doc_type: DocType::MyNumber, purposes: &[Purpose::Age], age: Some(age), retained: false };
    // What the phone gives for the age that was asked for, whether it says yes, and what comes of it.
    for (asked, given, says, expected) in [
        (20, "age_over_20", true, Passed),
        (20, "age_over_20", false, Passed),
        (21, "age_over_25", true, Passed),
        (21, "age_over_20", false, Passed),
        (21, "age_over_20", true, NotDone(Why::NotShared)),
        (21, "age_over_25", false, NotDone(Why::NotShared)),
    ] {
        let mut setup = Setup { wanted: wanted(asked), ..Setup::new(DocType::MyNumber) };
        let order = setup.order.items.iter_mut().find(|item| item.id == given).unwrap();
        order.value = cbor::boolean(says);
        let issued = setup.order.issue().unwrap().items;
        let item = issued.into_iter().find(|(_, id, _)| id == given).unwrap();
        let (mut dump, _) = setup.read();
        dump.keep(elements::MNC_AGE.name, item.2);
        let findings = mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap();
        assert_eq!(findings.verdict(MdocShared), Some(expected), "{asked} {given} {says}");
        assert_eq!(elements_of(&dump), ["age_over", "portrait"]);
        let overall = if expected == Passed { Overall::Authentic } else { Overall::Undetermined };
        assert_eq!(findings.overall(), overall, "{:?}", verdicts(&findings));
        let condition = findings.age_condition.unwrap();
        assert_eq!((condition.age, condition.met), (asked, (expected == Passed).then_some(says)));
        assert_eq!(findings.is_too_young(), expected == Passed && !says);
        assert!(findings.holder.name.is_none() && findings.holder.birth_date.is_none());
        // Whoever holds the file could have put another age into the request.
        let saved = mdoc::check(&dump, &installed(), Basis::Now(now())).unwrap();
        assert_eq!(saved.verdict(MdocShared), Some(NotDone(Why::SelfReported)));
        assert_eq!(saved.overall(), Overall::Undetermined);
    }
}

#[test]
fn a_licence_without_its_last_day_or_a_reading_without_its_request_is_undetermined() {
    let (honest, _) = Setup::new(DocType::Licence).read();
    for (file, check) in [(elements::MDL_EXPIRY.name, MdocShared), (elements::REQUEST.name, MdocDocumentType)] {
        let mut dump = honest.clone();
        dump.lacks(file, NotRead::NotShared);
        let findings = mdoc::check(&dump, &installed(), Basis::Live(now())).unwrap();
        assert_eq!(findings.verdict(check), Some(NotDone(Why::NotShared)), "{file}");
        assert_eq!(findings.overall(), Overall::Undetermined, "{file}");
    }
}

/// What is shown, as text: in an authentic one all of it is as the issuer made it.
fn shown(findings: &taimen::cards::Findings) -> Vec<String> {
    let holder = &findings.holder;
    let texts = [&holder.name, &holder.address].map(|text| text.as_ref().map(|text| text.value.text.clone()));
    let mut all: Vec<String> = texts.into_iter().flatten().collect();
    all.extend(holder.birth_date.as_ref().map(|birth| birth.value.to_string()));
    all.extend(holder.sex.as_ref().map(|sex| sex.value.as_str().to_owned()));
    all.extend(findings.items.iter().map(|item| format!("{} {:?}", item.id, item.value.plain(taimen::lang::Lang::En))));
    all.extend(findings.pictures.iter().map(|picture| hex::encode(&picture.bytes)));
    all
}

/// In a session no byte may change at all: its messages are sealed. Behind that seal an element may get lost, and nothing else.
#[test]
fn no_byte_of_a_response_changes_what_is_shown_as_authentic() {
    let trust = installed();
    let long = std::env::var("TAIMEN_LONG").is_ok();
    for answer in [Answer::Signature, Answer::Mac] {
        let setup = Setup { answer, ..Setup::new(DocType::MyNumber) };
        let good = setup.response();
        let whole = shown(&setup.check());
        let mut rejected = 0;
        for at in (0..good.len()).step_by(if long { 1 } else { 97 }) {
            for bit in [0x01, 0x80] {
                let mut response = good.clone();
                response[at] ^= bit;
                let (dump, kept) = setup.read_response(&response);
                let findings = mdoc::check(&dump, &trust, Basis::Live(now())).unwrap();
                rejected += usize::from(findings.overall() == Overall::Rejected);
                if findings.overall() != Overall::Authentic {
                    continue;
                }
                // The version's last digit and the status decide nothing.
                let nothing = at < 16 || at + 10 > good.len();
                let lost = kept.unrequested || kept.shared < setup.read().1.shared;
                assert!(nothing || lost, "byte {at} of {}", good.len());
                assert!(shown(&findings).iter().all(|text| whole.contains(text)), "byte {at}");
            }
        }
        assert!(rejected > 40, "{rejected}");
    }
}

#[test]
fn a_code_says_that_nothing_shows_the_phone_here() {
    let findings = Setup { by_code: true, ..Setup::new(DocType::MyNumber) }.check();
    assert_eq!(findings.overall(), Overall::Authentic);
    assert!(findings.notes.iter().any(|note| note.id == "mdoc-by-code"));
}
