use super::*;
use crate::{
    cards::mdoc::{
        cose::encode_key,
        elements::{MDL_EXPIRY, MNC_BIRTH_TEXT, MNC_NAME, Wanted},
        transcript::Transcript,
    },
    crypto::{CurveSigner, NamedCurve},
    simulator::{
        Persona,
        cards::mdoc::{
            holder,
            issuer::{self, CertificateOrder, ItemOrder, MdocOrder},
        },
    },
    trust::{self, Anchor, Hierarchy, Material},
    verify::Verdict::{Failed, NotDone, Passed},
};

const MY_NUMBER: DocType = DocType::MyNumber;
const LICENCE: DocType = DocType::Licence;
const NOW: &str = "2026-11-27T03:00:00Z";

fn order(doc_type: DocType) -> MdocOrder {
    let signer = if doc_type == MY_NUMBER { issuer::Signer::First } else { issuer::Signer::Second };
    let items = holder::items(doc_type, &Persona::from_seed(7), None, 7);
    let device = issuer::Key::Curve(NamedCurve::P256, "a phone of the tests");
    MdocOrder::new(doc_type.as_str(), items, device, signer.order())
}

fn put(order: &mut MdocOrder, id: &str, change: impl FnOnce(&mut ItemOrder)) {
    change(order.items.iter_mut().find(|item| item.id == id).unwrap());
}

fn request(doc_type: DocType) -> Vec<u8> {
    cbor::embedded(&Wanted { doc_type, purposes: &[Purpose::Identity], age: None, retained: false }.items_request())
}

/// What a reading keeps of a document, without what belongs to the session.
fn kept(doc_type: DocType, order: &MdocOrder) -> Dump {
    let issued = order.issue().unwrap();
    let mut dump = Dump::new(doc_type.kind(), Scope::FULL, "a test", NOW.parse().unwrap());
    dump.keep(DOCUMENT_TYPE.name, cbor::text(doc_type.as_str()));
    dump.keep(REQUEST.name, request(doc_type));
    dump.keep(ISSUER_AUTH.name, issued.issuer_auth);
    for (space, id, item) in issued.items {
        let row = doc_type.elements().iter().find(|row| (row.own.namespace, row.own.element) == (&*space, &*id));
        row.into_iter().for_each(|row| dump.keep(row.name, item.clone()));
    }
    dump
}

/// The simulated roots count.
fn trust() -> TrustStore {
    TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated)
}

/// A root that does not ship, from a list that allows its certificates these types.
fn listed(doc_types: &[&str]) -> TrustStore {
    let name = issuer::Name::new("JP", "taimen simulated IACA that is not installed");
    let root = CertificateOrder::root(&name, issuer::Key::Curve(NamedCurve::P256, "iaca-unknown"), 6);
    let anchor = Anchor {
        purpose: trust::Purpose::Mdoc,
        hierarchy: Hierarchy::Installed,
        name: "a list's".to_owned(),
        material: Material::Certificate(root.build().unwrap()),
        source: String::new(),
        official: false,
        doc_types: doc_types.iter().map(|&name| name.to_owned()).collect(),
        from_list: true,
    };
    trust().with(vec![anchor])
}

/// One check of a dump at a time; the checks that it rests on have passed.
fn judged(dump: &Dump, at: &str, trust: &TrustStore, check: fn(&Facts<'_>, &Signer<'_>, &Check) -> Check) -> Check {
    let facts = Facts::new(dump, DocType::of(dump.kind).unwrap(), Basis::Live(at.parse().unwrap()));
    let passed = Check::passed(CheckId::MdocIssuerSignature, Evidence::new());
    check(&facts, &Signer::look(&facts, trust), &passed)
}

fn of_elements(dump: &Dump) -> Verdict {
    judged(dump, NOW, &trust(), |facts, _, signature| elements(facts, signature)).verdict
}

#[test]
fn a_salt_has_16_to_64_bytes() {
    for (length, expected) in [
        (15, Failed(Reason::RandomTooShort)),
        (16, Passed),
        (17, Passed),
        (63, Passed),
        (64, Passed),
        (65, Failed(Reason::Malformed)),
    ] {
        let mut order = order(MY_NUMBER);
        put(&mut order, "full_name_unicode", |item| item.random = vec![7; length]);
        assert_eq!(of_elements(&kept(MY_NUMBER, &order)), expected, "{length}");
    }
}

#[test]
fn an_element_counts_only_in_its_own_row_and_none_is_not_all() {
    let mut dump = kept(MY_NUMBER, &order(MY_NUMBER));
    assert_eq!(of_elements(&dump), Passed);
    // Both are signed, and each would be shown as the other.
    let [name, birth] = [MNC_NAME.name, MNC_BIRTH_TEXT.name].map(|row| dump.file(row).unwrap().to_vec());
    dump.keep(MNC_NAME.name, birth);
    dump.keep(MNC_BIRTH_TEXT.name, name);
    assert_eq!(of_elements(&dump), Failed(Reason::Malformed));

    let mut nothing = order(MY_NUMBER);
    nothing.items.clear();
    assert_eq!(of_elements(&kept(MY_NUMBER, &nothing)), NotDone(Why::NotShared));
}

#[test]
fn every_place_names_the_type_of_the_document() {
    const OTHER: Verdict = Failed(Reason::OtherDocumentType);
    let mut other = order(MY_NUMBER);
    other.signed_doc_type = Some(LICENCE.as_str().to_owned());
    let (honest, signed) = (kept(MY_NUMBER, &order(MY_NUMBER)), kept(MY_NUMBER, &other));
    let with = |row: &File, bytes| {
        let mut dump = honest.clone();
        dump.keep(row.name, bytes);
        dump
    };
    let stated = with(&DOCUMENT_TYPE, cbor::text(LICENCE.as_str()));
    let asked = with(&REQUEST, request(LICENCE));
    for (dump, expected) in [(&honest, Passed), (&signed, OTHER), (&stated, OTHER), (&asked, OTHER)] {
        assert_eq!(judged(dump, NOW, &trust(), document_type).verdict, expected);
    }
    // A list may allow its certificates some types only.
    let mut order = order(MY_NUMBER);
    order.signer = issuer::Signer::Unknown.order();
    let honest = kept(MY_NUMBER, &order);
    let (own, foreign) = (MY_NUMBER.as_str(), LICENCE.as_str());
    for (allowed, expected) in
        [(&[][..], Passed), (&[own], Passed), (&[foreign], OTHER), (&[foreign, own], Passed), (&["", foreign], OTHER)]
    {
        assert_eq!(judged(&honest, NOW, &listed(allowed), document_type).verdict, expected, "{allowed:?}");
    }
}

#[test]
fn a_validity_ends_after_its_last_second_and_begins_with_the_skew_of_a_clock() {
    let mut order = order(MY_NUMBER);
    order.valid_from = "2026-11-27T03:00:00Z".parse().unwrap();
    order.valid_until = "2026-11-27T04:00:00Z".parse().unwrap();
    let (dump, trust) = (kept(MY_NUMBER, &order), trust());
    for (at, expected) in [
        ("2026-11-27T02:54:59Z", Failed(Reason::NotYetValid)),
        ("2026-11-27T02:55:00Z", Passed),
        ("2026-11-27T02:55:01Z", Passed),
        ("2026-11-27T04:00:00Z", Passed),
        ("2026-11-27T04:00:01Z", Failed(Reason::Expired)),
    ] {
        assert_eq!(judged(&dump, at, &trust, not_expired).verdict, expected, "{at}");
    }
}

#[test]
fn a_documents_last_day_ends_where_its_issuer_is() {
    let mut order = order(LICENCE);
    put(&mut order, "expiry_date", |item| item.value = cbor::tagged(1004, &cbor::text("2026-11-26")));
    let elsewhere = kept(LICENCE, &order);
    order.signer = issuer::Signer::First.order();
    let (japan, trust) = (kept(LICENCE, &order), trust());
    for (dump, at, expected) in [
        (&japan, "2026-11-25T15:00:00Z", Passed),
        (&japan, "2026-11-26T14:59:59Z", Passed),
        (&japan, "2026-11-26T15:00:00Z", Failed(Reason::Expired)),
        (&elsewhere, "2026-11-26T15:00:00Z", Passed),
        (&elsewhere, "2026-11-27T11:59:59Z", Passed),
        (&elsewhere, "2026-11-27T12:00:00Z", Failed(Reason::Expired)),
    ] {
        assert!(dump.file(MDL_EXPIRY.name).is_some());
        assert_eq!(judged(dump, at, &trust, not_expired).verdict, expected, "{at}");
    }
}

#[test]
fn country_and_jurisdiction_are_both_those_of_the_signers_certificate() {
    const OTHER: Verdict = Failed(Reason::Disagrees);
    for (country, jurisdiction, province, expected) in [
        ("XU", "XU-QQ", None, Passed),
        ("XU", "XU-QQ", Some("QQ"), Passed),
        ("XU", "XU-QQ", Some("xu-qq"), Passed),
        ("XU", "QQ", Some("QQ"), Passed),
        ("XU", "XU-QQ", Some("ZZ"), OTHER),
        ("JP", "JP-QQ", Some("QQ"), OTHER),
        ("JP", "JP-QQ", None, OTHER),
    ] {
        let mut order = order(LICENCE);
        put(&mut order, "issuing_country", |item| item.value = cbor::text(country));
        let (space, value) = (order.items[0].namespace.clone(), cbor::text(jurisdiction));
        order.items.push(ItemOrder::new(&space, "issuing_jurisdiction", value, 100, 7));
        order.signer.subject.province = province.map(str::to_owned);
        let check = judged(&kept(LICENCE, &order), NOW, &trust(), issuer_agrees);
        assert_eq!(check.verdict, expected, "{country} {jurisdiction} {province:?}");
    }
}

#[test]
fn a_list_of_revocations_is_mentioned_if_the_document_names_one() {
    for named in [false, true] {
        let mut order = order(MY_NUMBER);
        if named {
            order.more = vec![(cbor::text("status"), cbor::map::<Vec<u8>, Vec<u8>>(&[]))];
        }
        let check = judged(&kept(MY_NUMBER, &order), NOW, &trust(), |facts, _, _| revocation_of(facts));
        assert_eq!((check.verdict, check.evidence.shown("detail").is_some()), (NotDone(Why::NotAvailable), named));
    }
}

#[test]
fn without_what_was_signed_nothing_is_known_of_the_certificate() {
    let depends = NotDone(Why::DependsOn(CheckId::MdocIssuerSignature));
    let certificate = |dump: &Dump| judged(dump, NOW, &trust(), |facts, signer, _| signer.certificate(facts)).verdict;
    let mut order = order(MY_NUMBER);
    let mut dump = kept(MY_NUMBER, &order);
    assert_eq!(certificate(&dump), Passed);
    dump.keep(ISSUER_AUTH.name, vec![0]);
    assert_eq!(certificate(&dump), depends);
    dump.lacks(ISSUER_AUTH.name, NotRead::NotShared);
    assert_eq!(certificate(&dump), NotDone(Why::NotShared));
    // An IACA stands behind the certificate, but when it was used can't be read.
    order.mso = Some(|mso| [&mso[..], &[0]].concat());
    assert_eq!(certificate(&kept(MY_NUMBER, &order)), depends);
}

fn ephemeral_key(byte: u8) -> Vec<u8> {
    encode_key(&CurveSigner::new(NamedCurve::P256.scalar(&[byte; 32]).unwrap()).public_key()).unwrap()
}

fn engagement() -> Vec<u8> {
    let security = cbor::array(&[cbor::uint(1), cbor::embedded(&ephemeral_key(1))]);
    cbor::map(&[(cbor::uint(0), cbor::text("1.0")), (cbor::uint(1), security)])
}

#[test]
fn the_keys_of_a_session_are_the_phones_and_the_readers() {
    let (engagement, reader_key) = (engagement(), ephemeral_key(2));
    let keys = [1, 2].map(|byte| Key::read(&cbor::decode(&ephemeral_key(byte)).unwrap()).unwrap());
    let parts = Parts { engagement: &engagement, reader_key: &reader_key, handover: Handover::Qr };
    assert_eq!(ephemeral(&parts), keys);
    assert_eq!(ephemeral(&Parts { engagement: b"none", ..parts.clone() }), keys[1..]);
    assert_eq!(ephemeral(&Parts { reader_key: b"none", ..parts }), keys[..1]);
}

#[test]
fn what_a_reading_keeps_beside_the_transcript_is_what_stands_in_it() {
    let by_nfc = Handover::Nfc { select: b"select", request: None };
    let asked = Handover::Nfc { select: b"select", request: Some(b"request") };
    for (file, bytes, handover, same) in [
        (&ENGAGEMENT, &b"engagement"[..], Handover::Qr, true),
        (&ENGAGEMENT, b"another", Handover::Qr, false),
        (&HANDOVER_SELECT, b"select", by_nfc, true),
        (&HANDOVER_SELECT, b"another", by_nfc, false),
        (&HANDOVER_SELECT, b"select", Handover::Qr, false),
        (&HANDOVER_REQUEST, b"request", asked, true),
        (&HANDOVER_REQUEST, b"another", asked, false),
        (&HANDOVER_REQUEST, b"request", by_nfc, false),
    ] {
        let mut dump = Dump::new(MY_NUMBER.kind(), Scope::FULL, "a test", NOW.parse().unwrap());
        dump.keep(file.name, bytes.to_vec());
        let parts = Parts { engagement: b"engagement", reader_key: b"", handover };
        assert_eq!(foreign_part(&dump, &parts), (!same).then_some(file.name), "{handover:?}");
    }
}

#[test]
fn only_a_session_without_nfc_began_with_a_code() {
    let mut dump = Dump::new(MY_NUMBER.kind(), Scope::FULL, "a test", NOW.parse().unwrap());
    let by_code = |dump: &Dump| Facts::new(dump, MY_NUMBER, Basis::Live(NOW.parse().unwrap())).by_code();
    assert!(!by_code(&dump));
    for (handover, expected) in [(Handover::Qr, true), (Handover::Nfc { select: b"select", request: None }, false)] {
        let transcript = Transcript::new(&engagement(), &ephemeral_key(2), handover);
        dump.keep(TRANSCRIPT.name, transcript.bytes().to_vec());
        assert_eq!(by_code(&dump), expected);
    }
}
