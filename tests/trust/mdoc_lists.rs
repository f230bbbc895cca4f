//! `taimen trust add --purpose mdoc`: IACA certificates one by one, and VICALs with their signature; what comes of them in a check.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::path::PathBuf;

use crate::{
    common::temp::TempDir,
    x509_openssl::{EXTENDED_KEY_USAGE, UNKNOWN, extension},
};
use taimen::{
    cbor,
    crypto::{NamedCurve, cose, sha256},
    simulator::{
        cards::mdoc::issuer::{CertificateOrder, DOCUMENT_SIGNER, Key, LIST_SIGNER, Name, READER, authorities, sign1},
        certificate::usage,
    },
    trust::{
        AddError, Anchor, Brought, Certificate, Hierarchy, IssuerError, Material, Place, Purpose, Refused, TrustStore,
        VicalError, bring, issuer_path, load_directory,
    },
};

fn time(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn now() -> jiff::Timestamp {
    time("2026-11-27T06:00:00Z")
}

const LICENCE: &str = "org.iso.18013.5.1.mDL";

/// An IACA that ships nowhere.
fn state(country: &str, province: Option<&str>, name: &'static str) -> CertificateOrder {
    let mut of = Name::new(country, name);
    of.province = province.map(str::to_owned);
    CertificateOrder::root(&of, Key::Curve(NamedCurve::P384, name), 7)
}

fn maryland() -> CertificateOrder {
    state("US", Some("XU-QQ"), "taimen simulated IACA of a test")
}

fn provider() -> CertificateOrder {
    state("US", None, "taimen simulated VICAL provider of a test")
}

struct Bench {
    folder: TempDir,
    trust: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = TempDir::new();
        let trust = folder.file("trust");
        Self { folder, trust }
    }

    fn add(&self, content: impl AsRef<[u8]>, unpinned: bool) -> Result<Brought, AddError> {
        bring(&self.trust, Purpose::Mdoc, &self.folder.write("file", content), unpinned, None, now())
    }

    fn pinned(&self, content: impl AsRef<[u8]>, pin: &[u8]) -> Result<Brought, AddError> {
        let pin = hex::encode(sha256(&[pin]));
        bring(&self.trust, Purpose::Mdoc, &self.folder.write("file", content), false, Some(&pin), now())
    }

    fn there(&self) -> Vec<Anchor> {
        if self.trust.exists() { load_directory(&self.trust).unwrap() } else { Vec::new() }
    }
}

/// A VICAL as a provider signs it; each part may be wrong.
struct ListOrder {
    signer: CertificateOrder,
    above: Vec<Vec<u8>>,
    key: Option<Key>,
    certificates: Vec<Vec<u8>>,
    doc_types: Vec<&'static str>,
    next_update: Option<&'static str>,
    version: &'static str,
}

impl ListOrder {
    fn new(certificates: &[Vec<u8>]) -> Self {
        let validity = [time("2026-01-01T00:00:00Z"), time("2027-01-01T00:00:00Z")];
        let key = Key::Curve(NamedCurve::P256, "vical-signer");
        Self {
            signer: provider().leaf("taimen simulated VICAL signer", key, 9, validity, Some(LIST_SIGNER)),
            above: Vec::new(),
            key: None,
            certificates: certificates.to_vec(),
            doc_types: vec![LICENCE],
            next_update: Some("2026-12-24T00:00:00Z"),
            version: "1.0",
        }
    }

    fn build(&self) -> Vec<u8> {
        let text = cbor::text;
        let tdate = |at: &str| cbor::tagged(0, &text(at));
        let of = |der: &Vec<u8>| {
            let types: Vec<Vec<u8>> = self.doc_types.iter().map(|name| text(name)).collect();
            cbor::map(&[
                (text("certificate"), cbor::bytes(der)),
                (text("serialNumber"), cbor::tagged(2, &cbor::bytes(&[7]))),
                (text("ski"), cbor::bytes(&[1; 20])),
                (text("docType"), cbor::array(&types)),
            ])
        };
        let mut list = vec![
            (text("version"), text(self.version)),
            (text("vicalProvider"), text("a test")),
            (text("date"), tdate("2026-11-01T00:00:00Z")),
            (text("certificateInfos"), cbor::array(&self.certificates.iter().map(of).collect::<Vec<_>>())),
        ];
        list.extend(self.next_update.map(|next| (text("nextUpdate"), tdate(next))));
        let key = self.key.unwrap_or(self.signer.key);
        let signer = self.signer.build().unwrap();
        let chain = match self.above.as_slice() {
            [] => cbor::bytes(&signer),
            above => cbor::array(&[&[signer], above].concat().iter().map(|der| cbor::bytes(der)).collect::<Vec<_>>()),
        };
        let chain = cbor::map(&[(cbor::uint(33), chain)]);
        sign1(key, &cose::protected(key.algorithm()), &chain, &cbor::map(&list), true).unwrap()
    }
}

#[test]
fn one_certificate_several_and_the_same_again() {
    let bench = Bench::new();
    let one = maryland().build().unwrap();
    let brought = bench.add(&one, false).unwrap();
    assert_eq!((brought.added.len(), brought.already, brought.refused.len()), (1, 0, 0));
    assert_eq!(brought.added[0].hierarchy, Hierarchy::Installed);
    assert!(brought.added[0].doc_types.is_empty() && !brought.added[0].is_unpinned());
    let signer = maryland().document_signer("a signer", Key::Curve(NamedCurve::P256, "ds"), 1).build().unwrap();
    let both = [one, provider().build().unwrap(), signer];
    let pem: String = both.iter().map(|der| crate::common::pem::certificate(der)).collect();
    let brought = bench.add(pem, false).unwrap();
    assert_eq!((brought.added.len(), brought.already), (1, 1));
    assert_eq!(brought.refused.iter().map(|left| left.why).collect::<Vec<_>>(), [Refused::NotACa]);
    // An authority below another one, whose signature nobody would look at.
    let below = CertificateOrder { issuer: provider().subject, signer: provider().key, ..maryland() };
    assert!(matches!(bench.add(below.build().unwrap(), true), Err(AddError::NothingUsable(Some(Refused::NotRoot)))));
    // Not of this key, and not a certificate.
    let other = Key::Curve(NamedCurve::P384, "somebody else");
    let forged = CertificateOrder { signer: other, ..state("US", None, "taimen simulated IACA, forged") };
    assert!(matches!(bench.add(forged.build().unwrap(), true), Err(AddError::NothingUsable(Some(Refused::Signature)))));
    for content in [&b""[..], b"hello", &[0xA0], &[0x84, 0x40, 0xA0, 0x40, 0x40]] {
        assert!(bench.add(content, true).is_err(), "{content:?}");
    }
    assert_eq!(bench.there().len(), 2);
}

#[test]
fn a_list_counts_if_its_signer_does_and_binds_its_certificates_to_types() {
    let bench = Bench::new();
    let order = ListOrder::new(&[maryland().build().unwrap()]);
    let refused = |order: &ListOrder, unpinned| match bench.add(order.build(), unpinned) {
        Err(AddError::Vical(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&order, false), VicalError::NotVouched);
    // What does not hold is not taken whoever insists.
    let other = Key::Curve(NamedCurve::P256, "somebody else");
    let wrong = [
        (ListOrder { key: Some(other), ..ListOrder::new(&[]) }, VicalError::Cose(cose::CoseError::Mismatch)),
        (ListOrder { next_update: Some("2026-11-26T00:00:00Z"), ..ListOrder::new(&[]) }, VicalError::Outdated),
        (ListOrder { version: "2.0", ..ListOrder::new(&[]) }, VicalError::Version),
    ];
    for (order, error) in wrong {
        assert_eq!(refused(&order, true), error);
    }
    for extended in [None, Some(READER), Some(DOCUMENT_SIGNER)] {
        let mut order = ListOrder::new(&[]);
        order.signer.extended = extended;
        assert_eq!(refused(&order, true), VicalError::Purpose);
    }
    for (stated, authority) in [(None, false), (Some(usage::CERT_SIGN), false), (Some(usage::DIGITAL_SIGNATURE), true)]
    {
        let mut order = ListOrder::new(&[]);
        (order.signer.usage, order.signer.authority) = (stated, authority);
        assert_eq!(refused(&order, true), VicalError::Purpose, "{stated:?}, an authority: {authority}");
    }
    let mut bound = ListOrder::new(&[]);
    bound.signer.usage = Some(usage::NON_REPUDIATION);
    assert_eq!(refused(&bound, false), VicalError::NotVouched, "the certificate is one for lists");
    let mut old = ListOrder::new(&[]);
    old.signer.validity[1] = time("2026-11-01T00:00:00Z");
    assert_eq!(refused(&old, true), VicalError::Validity);
    let unbound = ListOrder { doc_types: Vec::new(), ..ListOrder::new(&[maryland().build().unwrap()]) };
    assert!(bench.add(unbound.build(), true).is_err(), "a certificate that may vouch for anything");
    assert!(bench.there().is_empty());

    let insisted = bench.add(order.build(), true).unwrap();
    assert!(insisted.added[0].is_unpinned());
    assert_eq!(insisted.added[0].doc_types, [LICENCE]);
    assert_eq!(bench.there()[0].doc_types, [LICENCE], "the folder keeps it");

    let bench = Bench::new();
    bench.add(provider().build().unwrap(), false).unwrap();
    let brought = bench.add(order.build(), false).unwrap();
    assert!(!brought.added[0].is_unpinned());
    let list = brought.list.unwrap();
    assert!(list.unverified.is_none() && list.signer.contains("VICAL signer"));
    // What came in a list may issue its documents, and no further lists.
    let signer = ListOrder::new(&[]).signer;
    let signer = maryland().leaf(&signer.subject.common, signer.key, 9, signer.validity, signer.extended);
    let further = ListOrder { signer, ..ListOrder::new(&[provider().build().unwrap()]) };
    assert!(matches!(bench.add(further.build(), false), Err(AddError::Vical(VicalError::NotVouched))));
    let bench = Bench::new();
    bench.add(maryland().build().unwrap(), false).unwrap();
    assert_eq!(bench.add(further.build(), false).unwrap().added.len(), 1, "somebody installed it without a limit");
}

#[test]
fn what_further_lists_allow_is_added_and_whoever_adds_the_certificate_lifts_it() {
    let bench = Bench::new();
    bench.add(provider().build().unwrap(), false).unwrap();
    let root = maryland().build().unwrap();
    let types = |doc_types: &[&'static str]| {
        let order = ListOrder { doc_types: doc_types.to_vec(), ..ListOrder::new(&[root.clone(), root.clone()]) };
        let brought = bench.add(order.build(), false).unwrap();
        let there = bench.there().into_iter().find(|anchor| anchor.material.sha256() == hex::encode(sha256(&[&root])));
        (brought.added.len(), there.unwrap().doc_types)
    };
    assert_eq!(types(&[LICENCE]), (1, vec![LICENCE.to_owned()]));
    assert_eq!(types(&["org.example.1"]), (0, vec!["org.example.1".to_owned(), LICENCE.to_owned()]));
    assert_eq!(bench.add(&root, false).unwrap().already, 1);
    assert!(bench.there().iter().all(|anchor| anchor.doc_types.is_empty() && !anchor.from_list));
    assert_eq!(types(&[LICENCE]), (0, Vec::new()), "a list takes nothing away");
}

#[test]
fn the_providers_root_may_be_named_by_its_fingerprint_if_it_comes_with_the_signature() {
    let root = provider().build().unwrap();
    // Three certificates, as published lists have them.
    let between = Key::Curve(NamedCurve::P256, "vical-ca");
    let validity = [time("2026-01-01T00:00:00Z"), time("2027-01-01T00:00:00Z")];
    let mut middle = provider().leaf("taimen simulated VICAL CA", between, 8, validity, None);
    (middle.authority, middle.usage) = (true, Some(usage::CERT_SIGN | usage::CRL_SIGN));
    let signer = CertificateOrder { key: ListOrder::new(&[]).signer.key, ..middle.clone() };
    let signer = signer.leaf("taimen simulated VICAL signer", signer.key, 9, validity, Some(LIST_SIGNER));
    let signer = CertificateOrder { issuer: middle.subject.clone(), signer: between, ..signer };
    let above = vec![middle.build().unwrap(), root.clone()];
    let order = ListOrder { signer, above, ..ListOrder::new(&[maryland().build().unwrap()]) };
    let bench = Bench::new();
    assert!(matches!(bench.add(order.build(), false), Err(AddError::Vical(VicalError::NotVouched))));
    let other = maryland().build().unwrap();
    assert!(matches!(bench.pinned(order.build(), b"another file"), Err(AddError::PinNotThere(_))));
    // One of its own certificates vouches for no list that it did not sign.
    assert!(matches!(bench.pinned(order.build(), &other), Err(AddError::Vical(VicalError::NotVouched))));
    assert!(bench.there().is_empty());
    let brought = bench.pinned(order.build(), &root).unwrap();
    assert_eq!((brought.added.len(), brought.added[0].is_unpinned()), (1, false));
    assert_eq!(brought.list.unwrap().pinned, Some(hex::encode(sha256(&[&root]))));
    assert_eq!(bench.there().len(), 1, "the root vouched for the list, and is no authority of documents");
}

/// A store with one installed root.
fn installed(order: &CertificateOrder) -> TrustStore {
    let anchor = Anchor {
        purpose: Purpose::Mdoc,
        hierarchy: Hierarchy::Installed,
        name: order.subject.common.clone(),
        material: Material::Certificate(order.build().unwrap()),
        source: String::new(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    };
    TrustStore::shipped().unwrap().with(vec![anchor])
}

const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];

/// extendedKeyUsage of a document signer.
fn purpose() -> Vec<u8> {
    let length = u8::try_from(DOCUMENT_SIGNER.len()).unwrap();
    [&[0x30, length + 2, 0x06, length], DOCUMENT_SIGNER].concat()
}

#[test]
fn a_signer_must_have_the_profile_of_annex_b_under_its_root() {
    let root = maryland();
    let short = |change: fn(&mut CertificateOrder)| {
        let mut signer = root.document_signer("a signer", Key::Curve(NamedCurve::P256, "ds"), 1);
        signer.validity = [time("2026-06-01T00:00:00Z"), time("2027-06-01T00:00:00Z")];
        change(&mut signer);
        let signer = Certificate::parse(&signer.build().unwrap()).unwrap();
        issuer_path(&signer, time("2026-11-01T00:00:00Z"), &installed(&maryland()), now()).outcome
    };
    assert_eq!(short(|_| {}), Ok(()));
    let profile = |outcome: Result<(), IssuerError>| match outcome {
        Err(IssuerError::Profile(what)) => what,
        other => panic!("{other:?}"),
    };
    assert!(profile(short(|s| s.validity[1] = time("2028-06-01T00:00:00Z"))).contains("457 days"));
    assert!(profile(short(|s| s.subject.province = Some("XU-RR".to_owned()))).contains("state or province"));
    assert!(profile(short(|s| s.subject.province = None)).contains("state or province"));
    assert!(profile(short(|s| s.subject.country = "XU".to_owned())).contains("country"));
    assert!(profile(short(|s| s.authority_key_id = None)).contains("names no key"));
    type Change = fn(&mut CertificateOrder);
    let deviations: [(Change, &str); 12] = [
        (|s| s.authority = true, "is one of an authority"),
        (|s| s.usage = None, "another key usage"),
        (|s| s.usage = Some(usage::DIGITAL_SIGNATURE | usage::NON_REPUDIATION), "another key usage"),
        (
            |s| (s.usage, s.more) = (None, vec![extension(KEY_USAGE, false, &[0x03, 0x02, 0x07, 0x80])]),
            "key usage that is not",
        ),
        (|s| s.extended = None, "signing documents"),
        (|s| s.extended = Some(READER), "signing documents"),
        (
            |s| (s.extended, s.more) = (None, vec![extension(EXTENDED_KEY_USAGE, false, &purpose())]),
            "extended key usage that is not",
        ),
        (|s| s.subject_key_id = None, "has no key identifier"),
        (|s| s.issuer_alternative = false, "no way to reach"),
        (|s| s.distribution = false, "no revocation list"),
        (|s| s.issuer.common = "another name".to_owned(), "another issuer's name"),
        (|s| s.validity[0] = time("2025-06-01T00:00:00Z"), "457 days"),
    ];
    for (change, what) in deviations {
        assert!(profile(short(change)).contains(what), "{what}");
    }
    let unknown = Err(IssuerError::UnknownExtension(Place::Leaf));
    assert_eq!(short(|s| s.more = vec![extension(UNKNOWN, true, &[0x05, 0x00])]), unknown);
    assert_eq!(short(|s| s.more = vec![extension(UNKNOWN, false, &[0x05, 0x00])]), Ok(()));
    let nameless = short(|s| (s.authority_key_id, s.issuer.common) = (None, "another name".to_owned()));
    assert_eq!(nameless, Err(IssuerError::NoAnchor), "it names neither the key nor the authority");
    assert_eq!(short(|s| s.key = Key::Ed25519("ds")), Ok(()));
    for (key, edwards) in [(Key::Ed25519("ds"), true), (Key::Curve(NamedCurve::P256, "ds"), false)] {
        let signer = Certificate::parse(&root.document_signer("a signer", key, 1).build().unwrap()).unwrap();
        assert_eq!(signer.ed25519_key().is_some(), edwards);
    }
    assert_eq!(short(|s| s.validity[0] = time("2026-11-02T00:00:00Z")), Err(IssuerError::SignedOutside(Place::Leaf)));
    assert_eq!(short(|s| s.validity[1] = time("2026-11-26T00:00:00Z")), Err(IssuerError::Expired(Place::Leaf)));
    // Another key under the same name and key identifier; another key identifier under the same name is another authority.
    assert_eq!(short(|s| s.signer = Key::Curve(NamedCurve::P384, "an impostor")), Err(IssuerError::SignatureMismatch));
    assert_eq!(
        short(|s| (s.signer, s.authority_key_id) = (Key::Curve(NamedCurve::P384, "an impostor"), Some(vec![9; 20]))),
        Err(IssuerError::NoAnchor)
    );
    let [(_, simulated), _] = authorities();
    let shipped = Certificate::parse(&simulated.build().unwrap()).unwrap();
    assert_eq!(
        issuer_path(&shipped, time("2026-11-01T00:00:00Z"), &installed(&simulated), now()).outcome,
        Err(IssuerError::IsAnchor)
    );
}
