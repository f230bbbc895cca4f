//! `taimen trust add --purpose passport`: certificates one by one, several in one file, master lists.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::path::PathBuf;

use crate::common::temp::TempDir;
use taimen::{
    crypto::NamedCurve,
    simulator::cards::passport::issuer::{
        CertificateOrder, Form, Key, MessageOrder, Name, authorities, list_of_certificates,
    },
    trust::{
        AddError, Brought, CmsError, Concern, Hierarchy, ImportError, ListError, MASTER_LIST, Purpose, Refused,
        SignerError, add, audit, bring, load_directory,
    },
};

fn now() -> jiff::Timestamp {
    "2026-11-27T06:00:00Z".parse().unwrap()
}

/// A CSCA that ships nowhere.
fn state(country: &str, name: &'static str, curve: NamedCurve) -> CertificateOrder {
    CertificateOrder::root(&Name::new(country, name), Key::Curve(curve, name), 7)
}

fn france() -> CertificateOrder {
    state("FR", "taimen simulated CSCA of a test", NamedCurve::BrainpoolP256)
}

fn pem(ders: &[Vec<u8>]) -> String {
    ders.iter().map(|der| crate::common::pem::certificate(der)).collect()
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

    fn add(&self, name: &str, content: impl AsRef<[u8]>, unpinned: bool) -> Result<Brought, AddError> {
        bring(&self.trust, Purpose::Passport, &self.folder.write(name, content), unpinned, None, now())
    }

    fn pinning(&self, name: &str, content: impl AsRef<[u8]>, pin: &str) -> Result<Brought, AddError> {
        bring(&self.trust, Purpose::Passport, &self.folder.write(name, content), false, Some(pin), now())
    }

    fn there(&self) -> usize {
        load_directory(&self.trust).unwrap().len()
    }
}

/// A master list of a state's signer.
fn list(of: &CertificateOrder, certificates: &[Vec<u8>], change: impl FnOnce(&mut MessageOrder)) -> Vec<u8> {
    let signer = of.list_signer("taimen simulated master list signer", Key::Curve(NamedCurve::P256, "ml-signer"), 0x21);
    let mut order = MessageOrder::new(MASTER_LIST, list_of_certificates(certificates), &signer).unwrap();
    order.certificates.push(of.build().unwrap());
    order.signed_at = Some("2026-10-01T00:00:00Z".parse().unwrap());
    change(&mut order);
    order.build().unwrap()
}

#[test]
fn one_certificate_several_in_one_file_and_the_same_again() {
    let bench = Bench::new();
    let (one, two) = (france(), state("NZ", "taimen simulated CSCA of another test", NamedCurve::P521));
    let brought = bench.add("one.der", one.build().unwrap(), false).unwrap();
    assert_eq!((brought.added.len(), brought.already, brought.refused.len()), (1, 0, 0));
    assert_eq!(brought.states.iter().map(String::as_str).collect::<Vec<_>>(), ["FR"]);
    assert!(!brought.added[0].is_unpinned() && !brought.added[0].official);
    assert_eq!(brought.added[0].hierarchy, Hierarchy::Installed);
    let link = two.link(&one, 30);
    let signer = one.signer("taimen simulated document signer of a test", Key::Curve(NamedCurve::P256, "ds"), 8);
    let several = pem(&[&one, &two, &link, &signer].map(|order| order.build().unwrap()));
    let brought = bench.add("several.pem", several, false).unwrap();
    assert_eq!((brought.added.len(), brought.already), (2, 1));
    assert_eq!(brought.refused.iter().map(|left| left.why).collect::<Vec<_>>(), [Refused::NotACa]);
    assert_eq!(bench.there(), 3);
    let again = bench.add("one.der", one.build().unwrap(), false).unwrap();
    assert_eq!((again.added.len(), again.already), (0, 1));
}

#[test]
fn what_cannot_be_used_is_named_and_changes_nothing() {
    let bench = Bench::new();
    let france = france();
    let key = Key::Curve(NamedCurve::P256, "x");
    let broken = CertificateOrder { signer: key, algorithm: key.algorithm(), ..france.clone() };
    let unusable = |content: Vec<u8>| match bench.add("file", content, true) {
        Err(AddError::NothingUsable(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(unusable(broken.build().unwrap()), Some(Refused::Signature));
    assert_eq!(unusable(france.signer("x", key, 1).build().unwrap()), Some(Refused::NotACa));
    let mut odd = france.build().unwrap();
    // The generator of the written-out curve: whoever could choose it could sign for anybody.
    let at = odd.windows(4).position(|bytes| bytes == [0x04, 0x8B, 0xD2, 0xAE]).unwrap();
    odd[at + 1] ^= 1;
    assert_eq!(unusable(odd), Some(Refused::Key));
    for content in
        [&b""[..], b"hello", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n"]
    {
        assert!(bench.add("file", content, true).is_err());
    }
    assert!(matches!(bench.add("big", vec![0x30; 17 << 20], true), Err(AddError::List(ListError::TooLarge))));
    assert_eq!(bench.there(), 0);
}

#[test]
fn japan_s_name_needs_a_pinned_root_or_insistence() {
    let bench = Bench::new();
    let false_one = state("JP", "e-passportCSCA of nobody, simulated", NamedCurve::P384);
    let file = false_one.build().unwrap();
    assert!(matches!(bench.add("jp.der", &file, false), Err(AddError::NotPinned { claims: true, .. })));
    let beside = bench.add("two.pem", pem(&[file.clone(), france().build().unwrap()]), false).unwrap();
    assert_eq!((beside.added.len(), beside.refused[0].why), (1, Refused::NotPinned));
    let insisted = bench.add("jp.der", &file, true).unwrap();
    assert!(insisted.added[0].is_unpinned() && !insisted.added[0].official);
    let anchors = load_directory(&bench.trust).unwrap();
    let concerns: Vec<&str> = audit(&anchors, now()).iter().map(|finding| finding.concern.id()).collect();
    assert_eq!(concerns, ["not-published"]);
}

#[test]
fn a_simulated_authority_stays_simulated_wherever_it_comes_from() {
    let bench = Bench::new();
    let [(_, first), ..] = authorities();
    let again = CertificateOrder { serial: 99, ..first };
    let brought = bench.add("again.der", again.build().unwrap(), false).unwrap();
    assert_eq!(brought.added[0].hierarchy, Hierarchy::Simulated);
    let shipped = bench.add("shipped.der", authorities()[0].1.build().unwrap(), false).unwrap();
    assert_eq!((shipped.added.len(), shipped.already), (0, 1));
}

#[test]
fn a_simulated_authority_vouches_for_no_other_key_of_its_state() {
    let bench = Bench::new();
    // Anybody has the simulated keys.
    let [(_, simulated), ..] = authorities();
    let impostor = state("JP", "e-passportCSCA of nobody, simulated", NamedCurve::P384);
    let issued = impostor.link(&simulated, 77);
    for order in [issued, CertificateOrder { subject: simulated.subject.clone(), ..impostor.link(&simulated, 78) }] {
        let added = bench.add("link.der", order.build().unwrap(), false);
        assert!(matches!(added, Err(AddError::NotPinned { claims: true, .. })), "{added:?}");
    }
    assert_eq!(bench.there(), 0);
}

#[test]
fn whoever_came_in_a_list_vouches_for_no_further_list() {
    let bench = Bench::new();
    let (publisher, other) = (france(), state("NZ", "taimen simulated CSCA of another test", NamedCurve::P384));
    bench.add("fr.der", publisher.build().unwrap(), false).unwrap();
    let listed = list(&publisher, &[other.build().unwrap()], |_| {});
    assert!(bench.add("list.ml", listed, false).unwrap().added[0].from_list);
    let third = state("DE", "taimen simulated CSCA of a third test", NamedCurve::P256);
    let further = list(&other, &[third.build().unwrap()], |_| {});
    let refused = bench.add("further.ml", &further, false);
    assert!(matches!(refused, Err(AddError::List(ListError::Signer(SignerError::NoAnchor)))), "{refused:?}");
    // Somebody adds it by itself: then it counts for lists too.
    let alone = bench.add("nz.der", other.build().unwrap(), false).unwrap();
    assert_eq!((alone.added.len(), alone.already), (0, 1));
    assert!(load_directory(&bench.trust).unwrap().iter().all(|anchor| !anchor.from_list));
    assert_eq!(bench.add("further.ml", &further, false).unwrap().states.len(), 1);
}

#[test]
fn of_several_certificates_a_fingerprint_takes_its_own_alone() {
    let bench = Bench::new();
    let [genuine, other] = [france(), CertificateOrder { serial: 8, ..state("FR", "another", NamedCurve::P256) }]
        .map(|order| order.build().unwrap());
    let pin = hex::encode(taimen::crypto::sha256(&[&genuine]));
    let brought = bench.pinning("bundle.pem", pem(&[genuine, other]), &pin).unwrap();
    assert_eq!((brought.added.len(), bench.there()), (1, 1));
    assert_eq!(brought.added[0].material.sha256(), pin);
}

#[test]
fn a_master_list_counts_if_the_authority_of_its_signer_is_there() {
    let bench = Bench::new();
    let (publisher, other) = (france(), state("NZ", "taimen simulated CSCA of another test", NamedCurve::P384));
    let listed = [publisher.build().unwrap(), other.build().unwrap(), other.link(&publisher, 31).build().unwrap()];
    let file = list(&publisher, &listed, |order| order.form = Form::Ber);
    assert!(matches!(
        bench.add("list.ml", &file, false),
        Err(AddError::List(ListError::Signer(SignerError::NoAnchor)))
    ));
    assert_eq!(bench.there(), 0);
    bench.add("fr.der", publisher.build().unwrap(), false).unwrap();
    let brought = bench.add("list.ml", &file, false).unwrap();
    assert_eq!((brought.added.len(), brought.already, brought.states.len()), (2, 1, 1));
    let from = brought.list.unwrap();
    assert!(from.unverified.is_none() && from.signer.contains("master list signer"));
    assert_eq!(from.signed.unwrap().to_string(), "2026-10-01T00:00:00Z");
    assert!(brought.added[0].source.contains("a master list of 2026-10-01 signed by "));
    assert!(!brought.added[0].is_unpinned());
    let concerns = audit(&load_directory(&bench.trust).unwrap(), now()).len();
    assert_eq!(concerns, 0, "links and several keys of one name are the rule");
}

#[test]
fn a_fingerprint_that_somebody_compared_vouches_for_the_list_and_nothing_else_does() {
    let bench = Bench::new();
    let (publisher, other) = (france(), state("NZ", "taimen simulated CSCA of another test", NamedCurve::P384));
    let [fr, nz] = [&publisher, &other].map(|order| order.build().unwrap());
    let sha256 = |der: &[u8]| hex::encode(taimen::crypto::sha256(&[der]));
    let file = list(&publisher, &[fr.clone(), nz.clone()], |_| {});
    let unknown = "ab".repeat(32);
    assert!(matches!(bench.pinning("list.ml", &file, &unknown), Err(AddError::PinNotThere(_))));
    // A certificate that is in the list, and did not certify its signer.
    let other = bench.pinning("list.ml", &file, &sha256(&nz));
    assert!(matches!(other, Err(AddError::List(ListError::Signer(SignerError::NoAnchor)))), "{other:?}");
    assert_eq!(bench.there(), 0);
    let brought = bench.pinning("list.ml", &file, &sha256(&fr)).unwrap();
    assert_eq!(brought.added.len(), 2);
    let from = brought.list.unwrap();
    assert_eq!((from.unverified, from.pinned), (None, Some(sha256(&fr))));
    assert!(!brought.added[0].is_unpinned() && brought.added[0].source.contains(&sha256(&fr)));
    let rests = |anchor: &taimen::trust::Anchor| anchor.material.sha256() == sha256(&fr) || anchor.from_list;
    assert!(brought.added.iter().all(rests) && brought.added.iter().filter(|anchor| !anchor.from_list).count() == 1);
    assert!(matches!(bench.pinning("nz.der", &nz, &sha256(&fr)), Err(AddError::PinNotThere(_))));
}

#[test]
fn without_it_somebody_must_insist_and_a_bad_signature_never_counts() {
    let bench = Bench::new();
    let publisher = france();
    let listed = [publisher.build().unwrap()];
    let insisted = bench.add("list.ml", list(&publisher, &listed, |_| {}), true).unwrap();
    assert!(insisted.added[0].is_unpinned());
    assert_eq!(insisted.list.unwrap().unverified, Some(SignerError::NoAnchor));
    let refused = |change: fn(&mut MessageOrder), publisher: &CertificateOrder| {
        let file = list(publisher, &[france().build().unwrap()], change);
        match bench.add("bad.ml", file, true) {
            Err(AddError::List(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let somebody = |order: &mut MessageOrder| order.key = Key::Curve(NamedCurve::P256, "somebody else");
    assert_eq!(refused(somebody, &publisher), CmsError::Signature.into());
    let document_signer = |order: &mut MessageOrder| {
        let signer = france().signer("taimen simulated document signer", Key::Curve(NamedCurve::P256, "ds"), 9);
        order.certificates = vec![signer.build().unwrap()];
        (order.signer, order.key) = (signer.clone(), signer.key);
    };
    assert_eq!(refused(document_signer, &publisher), ListError::Purpose);
    assert_eq!(refused(|order| order.content = vec![0x30, 0], &publisher), ListError::Malformed);
    assert_eq!(refused(|order| order.certificates.clear(), &publisher), CmsError::NoCertificate.into());
}

#[test]
fn a_list_can_be_followed_to_an_older_authority_over_its_own_links() {
    let bench = Bench::new();
    let old = france();
    let new = CertificateOrder {
        serial: 40,
        ..CertificateOrder::root(&old.subject, Key::Curve(NamedCurve::P521, "next"), 40)
    };
    bench.add("old.der", old.build().unwrap(), false).unwrap();
    let listed = [new.build().unwrap(), new.link(&old, 41).build().unwrap()];
    let brought = bench.add("list.ml", list(&new, &listed, |_| {}), false).unwrap();
    assert_eq!((brought.added.len(), brought.list.unwrap().unverified), (2, None));
}

#[test]
fn an_audit_sees_a_link_whose_issuer_is_missing() {
    let bench = Bench::new();
    let (old, new) = (france(), state("FR", "taimen simulated CSCA, next", NamedCurve::P256));
    bench.add("link.der", new.link(&old, 50).build().unwrap(), false).unwrap();
    let anchors = load_directory(&bench.trust).unwrap();
    let found: Vec<Concern> = audit(&anchors, now()).into_iter().map(|finding| finding.concern).collect();
    assert_eq!(found, [Concern::BrokenLink]);
    bench.add("old.der", old.build().unwrap(), false).unwrap();
    assert!(audit(&load_directory(&bench.trust).unwrap(), now()).is_empty());
}

#[test]
fn a_changed_master_list_brings_nothing_else() {
    let bench = Bench::new();
    let publisher = france();
    bench.add("fr.der", publisher.build().unwrap(), false).unwrap();
    let other = state("NZ", "taimen simulated CSCA of another test", NamedCurve::P256);
    let expected = other.build().unwrap();
    let file = list(&publisher, std::slice::from_ref(&expected), |_| {});
    for at in (0..file.len()).step_by(11) {
        let mut changed = file.clone();
        changed[at] ^= 0x20;
        if let Ok(brought) = bench.add("changed.ml", changed, false) {
            let whole = |anchor: &taimen::trust::Anchor| {
                anchor.material.sha256() == hex::encode(taimen::crypto::sha256(&[&expected]))
            };
            assert!(brought.added.iter().all(whole), "byte {at}");
        }
    }
}

#[test]
fn a_certificate_that_ships_makes_no_folder() {
    let bench = Bench::new();
    let shipped = bench.add("shipped.der", authorities()[0].1.build().unwrap(), false).unwrap();
    assert_eq!((shipped.added.len(), shipped.already), (0, 1));
    assert!(!bench.trust.exists());
}

#[test]
fn the_same_certificate_for_another_purpose_is_not_what_a_file_brought() {
    let bench = Bench::new();
    let order = state("NZ", "taimen simulated CSCA of another test", NamedCurve::P384);
    let der = CertificateOrder { explicit: false, ..order }.build().unwrap();
    add(&bench.trust, Purpose::ResidenceCard, &bench.folder.write("nz.der", &der), true, now()).unwrap();
    let brought = bench.add("nz.der", &der, false).unwrap();
    assert_eq!(brought.added.iter().map(|anchor| anchor.purpose).collect::<Vec<_>>(), [Purpose::Passport]);
    assert_eq!(bench.there(), 2);
}

#[test]
fn a_single_certificate_is_as_large_as_an_anchor_may_be() {
    let bench = Bench::new();
    // What follows the certificate makes it none.
    let of = |length: usize| {
        let mut file = france().build().unwrap();
        file.resize(length, 1);
        bench.add("long.der", file, true)
    };
    let longest = of(64 * 1024);
    assert!(matches!(longest, Err(AddError::NothingUsable(Some(Refused::Form)))), "{longest:?}");
    for length in [64 * 1024 + 1, 128 * 1024] {
        let refused = of(length);
        assert!(matches!(refused, Err(AddError::Import(ImportError::TooLarge))), "{length}: {refused:?}");
    }
    // Encoded, but no certificate; and not even that.
    let other = bench.add("other.der", b"\x30\x03\x02\x01\x01", true);
    assert!(matches!(other, Err(AddError::NothingUsable(Some(Refused::Form)))), "{other:?}");
    let text = bench.add("text.der", b"hello", true);
    assert!(matches!(text, Err(AddError::List(ListError::Malformed))), "{text:?}");
}

#[test]
fn a_list_in_text_is_one_if_the_text_says_so() {
    let bench = Bench::new();
    bench.add("fr.der", france().build().unwrap(), false).unwrap();
    let text = |name: &'static str, label: &str| {
        let file = list(&france(), &[state("NZ", name, NamedCurve::P256).build().unwrap()], |_| {});
        pem(&[file]).replace("CERTIFICATE", label)
    };
    let other = bench.add("list.pem", text("taimen simulated CSCA, a test", "X509 CRL"), false);
    assert!(matches!(other, Err(AddError::List(ListError::Malformed))), "{other:?}");
    for (name, label) in
        [("taimen simulated CSCA, another test", "CMS"), ("taimen simulated CSCA, a third test", "PKCS7")]
    {
        let brought = bench.add("list.pem", text(name, label), false).unwrap();
        assert_eq!((brought.added.len(), brought.list.is_some()), (1, true), "{label}");
    }
}

#[test]
fn what_somebody_insists_on_is_called_so_even_in_a_list_that_counts() {
    let bench = Bench::new();
    bench.add("fr.der", france().build().unwrap(), false).unwrap();
    let false_one = state("JP", "e-passportCSCA of nobody, simulated", NamedCurve::P384);
    let other = state("NZ", "taimen simulated CSCA of another test", NamedCurve::P256);
    let file = list(&france(), &[false_one, other].map(|order| order.build().unwrap()), |_| {});
    let brought = bench.add("list.ml", file, true).unwrap();
    assert_eq!(brought.list.unwrap().unverified, None);
    let insisted = |anchor: &taimen::trust::Anchor| (anchor.name.contains("of nobody"), anchor.is_unpinned());
    let mut told: Vec<(bool, bool)> = brought.added.iter().map(insisted).collect();
    told.sort();
    assert_eq!(told, [(false, false), (true, true)]);
}

#[test]
fn nothing_is_brought_that_the_folder_could_not_be_read_with() {
    let bench = Bench::new();
    let der = france().build().unwrap();
    let filled = [der.as_slice(), &[0; 4]].concat();
    let one = bench.add("filled.der", filled.as_slice(), true);
    assert!(matches!(one, Err(AddError::NothingUsable(Some(Refused::Form)))), "{one:?}");
    assert!(!bench.trust.exists());
    let beside = pem(&[der, filled]);
    let brought = bench.add("two.pem", beside, true).unwrap();
    assert_eq!((brought.added.len(), brought.refused.len()), (1, 1));
    assert_eq!((brought.refused[0].why, bench.there()), (Refused::Form, 1));
}
