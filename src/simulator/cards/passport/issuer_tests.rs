use jiff::Timestamp;

use crate::{
    cards::passport::security_object::{LDS_SECURITY_OBJECT, MAX_FILE, SecurityObject, SecurityObjectError},
    crypto::Weakness,
    simulator::certificate::assert_committed,
    tlv::der,
    trust::{
        Certificate, Cms, CmsError, Hierarchy, MASTER_LIST, MasterList, Outside, Signed, SignerError, SignerPath,
        TrustStore, list_signer_path, periods, signer_path,
    },
};

use super::*;

fn now() -> Timestamp {
    "2026-11-27T06:00:00Z".parse().unwrap()
}

fn simulated() -> TrustStore {
    TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated)
}

/// EF.SOD of a signer over two data groups.
fn sod(signer: &CertificateOrder, change: impl FnOnce(&mut MessageOrder)) -> Vec<u8> {
    let list = hash_list(1, Hash::Sha256, &[(1, b"one"), (2, b"two")]);
    let mut order = MessageOrder::new(LDS_SECURITY_OBJECT, list, signer).unwrap();
    order.signed_at = Some("2026-04-01T00:00:00Z".parse().unwrap());
    change(&mut order);
    security_object_file(&order.build().unwrap())
}

fn verified(file: &[u8]) -> Signed {
    SecurityObject::parse(file).unwrap().verify().unwrap().remove(0)
}

#[test]
fn the_committed_authorities_are_these() {
    assert_committed(authorities(), CertificateOrder::build);
}

#[test]
fn every_simulated_signer_has_a_path_that_counts_if_it_is_accepted() {
    let trust = simulated();
    for (signer, state, links) in [(Signer::Rsa, "JP", 0), (Signer::Explicit, "JP", 0), (Signer::Brainpool, "DE", 0)] {
        for form in [Form::Der, Form::Ber] {
            for named_by_key in [false, true] {
                let file = sod(&signer.order(), |order| (order.form, order.named_by_key) = (form, named_by_key));
                let object = SecurityObject::parse(&file).unwrap();
                assert_eq!(
                    (object.agrees(1, b"one"), object.agrees(2, b"tow"), object.agrees(3, b"")),
                    (Some(true), Some(false), None)
                );
                assert_eq!(object.versions, Some(["0108".to_owned(), "040000".to_owned()]));
                let signed = object.verify().unwrap().remove(0);
                assert_eq!(signed.signing_time.unwrap().to_string(), "2026-04-01T00:00:00Z");
                assert!(signed.weak.is_empty());
                let path = signer_path(&signed.certificate, &[], &trust, now());
                assert_eq!(path.outcome, Ok(()), "{signer:?}");
                assert_eq!((path.state.as_deref(), path.links.len(), path.weak.len()), (Some(state), links, 0));
                assert_eq!(periods(&signed.certificate, &path, signed.signing_time), []);
                let shipped = TrustStore::shipped().unwrap();
                let path = signer_path(&signed.certificate, &[], &shipped, now());
                assert_eq!(path.outcome, Err(SignerError::HierarchyNotAccepted));
            }
        }
    }
}

#[test]
fn another_authority_of_the_same_name_and_one_that_is_not_there_are_different_things() {
    let trust = simulated();
    let outcome = |signer: Signer| {
        let signed = verified(&sod(&signer.order(), |_| {}));
        signer_path(&signed.certificate, &[], &trust, now()).outcome
    };
    assert_eq!(outcome(Signer::WrongAuthority), Err(SignerError::SignatureMismatch));
    assert_eq!(outcome(Signer::Unknown), Err(SignerError::NoAnchor));
}

/// A signer with one deviation, judged at a time.
fn judged(change: impl FnOnce(&mut CertificateOrder), at: Timestamp) -> Result<(), SignerError> {
    let mut order = Signer::Explicit.order();
    change(&mut order);
    let signed = verified(&sod(&order, |_| {}));
    signer_path(&signed.certificate, &[], &simulated(), at).outcome
}

#[test]
fn each_deviation_of_a_signer_has_its_name() {
    use crate::trust::Place;
    assert_eq!(judged(|_| {}, now()), Ok(()));
    assert_eq!(judged(|order| order.usage = None, now()), Ok(()), "a signer that says nothing may sign");
    assert_eq!(judged(|order| order.authority_key_id = None, now()), Ok(()), "the name is enough to try a key");
    let wrong_usage = |order: &mut CertificateOrder| order.usage = Some(usage::KEY_ENCIPHERMENT);
    assert_eq!(judged(wrong_usage, now()), Err(SignerError::WrongKeyUsage(Place::Leaf)));
    assert_eq!(judged(|order| order.authority = true, now()), Err(SignerError::WrongKeyUsage(Place::Leaf)));
    let of_lists = |order: &mut CertificateOrder| order.extended = Some(crate::trust::MASTER_LIST_SIGNER);
    assert_eq!(judged(of_lists, now()), Err(SignerError::WrongPurpose));
    // Whoever signs bar codes under the same CSCA signs no passports.
    let other = |critical| {
        let change = move |order: &mut CertificateOrder| {
            (order.extended, order.critical) = (Some("2.23.136.1.1.14.2"), critical);
        };
        judged(change, now())
    };
    assert_eq!(other(true), Err(SignerError::WrongPurpose));
    assert_eq!(other(false), Err(SignerError::OtherPurpose));
    assert_eq!(judged(|_| {}, midnight(2024, 1, 1)), Err(SignerError::NotYetValid));
    assert_eq!(judged(|_| {}, midnight(2099, 8, 1)), Err(SignerError::Expired(Place::Leaf)));
    assert_eq!(judged(|_| {}, midnight(2100, 1, 1)), Err(SignerError::Expired(Place::Anchor)));
    let early = |order: &mut CertificateOrder| order.validity = [midnight(2019, 1, 1), midnight(2030, 1, 1)];
    assert_eq!(judged(early, now()), Err(SignerError::IssuerNewer));
    let late = |order: &mut CertificateOrder| order.validity = [midnight(2100, 1, 1), midnight(2101, 1, 1)];
    assert_eq!(judged(late, now()), Err(SignerError::IssuerOver));
    let other_key = |order: &mut CertificateOrder| order.authority_key_id = Some(vec![7; 20]);
    assert_eq!(judged(other_key, now()), Ok(()), "the signature decides");
}

#[test]
fn a_link_in_the_document_leads_from_a_new_key_to_a_known_one() {
    let [(_, first), (_, second), (_, link), _] = authorities();
    let anchors = vec![anchor(&first)];
    let empty = TrustStore::shipped().unwrap().with(anchors);
    // Another generation, so that no shipped anchor knows it.
    let new = CertificateOrder::root(&second.subject, Key::Curve(NamedCurve::P521, "csca-next"), 9);
    let signer =
        new.signer("taimen simulated document signer 5", Key::Curve(NamedCurve::P224, "document-signer-5"), 0x15);
    let signed = verified(&sod(&signer, |_| {}));
    let certificate = |order: &CertificateOrder| crate::trust::Certificate::parse(&order.build().unwrap()).unwrap();
    let trust = empty.accepting(Hierarchy::Simulated);
    let path = |others: &[CertificateOrder]| {
        let others: Vec<_> = others.iter().map(certificate).collect();
        let SignerPath { outcome, links, .. } = signer_path(&signed.certificate, &others, &trust, now());
        (outcome, links.len())
    };
    assert_eq!(path(&[]), (Err(SignerError::NoAnchor), 0));
    assert_eq!(path(&[new.link(&first, 20)]), (Ok(()), 1));
    assert_eq!(
        path(&[new.clone(), new.link(&second, 21), second.link(&new, 22), link.clone()]).0,
        Ok(()),
        "circles end"
    );
    let forged = CertificateOrder { signer: Key::Rsa("impostor"), ..new.link(&first, 20) };
    assert!(path(&[forged]).0.is_err());
    // What names the issuer and did not sign uses nothing up, however much of it there is.
    let middle = CertificateOrder::root(&second.subject, Key::Curve(NamedCurve::P384, "csca-between"), 10);
    let decoys = (30..90).map(|serial| CertificateOrder { serial, key: Key::Rsa("impostor"), ..new.clone() });
    let links = [new.link(&middle, 20), middle.link(&first, 21)];
    assert_eq!(path(&links), (Ok(()), 2));
    assert_eq!(path(&decoys.chain(links).collect::<Vec<_>>()), (Ok(()), 2));
    assert!(path(&[new]).0.is_err(), "a root in the document vouches for nothing");
}

fn anchor(order: &CertificateOrder) -> crate::trust::Anchor {
    crate::trust::Anchor {
        purpose: crate::trust::Purpose::Passport,
        hierarchy: Hierarchy::Installed,
        name: order.subject.common.clone(),
        material: crate::trust::Material::Certificate(order.build().unwrap()),
        source: String::new(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    }
}

#[test]
fn weak_algorithms_are_named_and_days_outside_of_a_period_too() {
    let order = Signer::Rsa.order();
    let weak = verified(&sod(&order, |order| {
        (order.algorithm, order.hash) = (SignatureAlgorithm::RsaPkcs1(Hash::Sha1), Hash::Sha1);
    }));
    assert_eq!(weak.weak, [Weakness::Sha1]);
    let p192 = Signer::Explicit.order();
    let p192 = CertificateOrder { key: Key::Curve(NamedCurve::P192, "document-signer-short"), ..p192 };
    let signed = verified(&sod(&p192, |_| {}));
    assert_eq!(signed.weak, [Weakness::ShortCurve(192)]);
    let trust = simulated();
    let path = signer_path(&signed.certificate, &[], &trust, now());
    assert_eq!((path.outcome.clone(), path.weak.clone()), (Ok(()), vec![Weakness::ShortCurve(192)]));
    let early = Some(midnight(2023, 1, 1));
    assert_eq!(periods(&signed.certificate, &path, early), [Outside::SignerValidity, Outside::SignerKeyPeriod]);
    assert_eq!(periods(&signed.certificate, &path, Some(midnight(2095, 1, 1))), [Outside::SignerKeyPeriod]);
}

#[test]
fn every_byte_of_a_security_object_counts() {
    for (signer, form, step) in
        [(Signer::Rsa, Form::Der, 1), (Signer::Rsa, Form::Ber, 1), (Signer::Explicit, Form::Der, 5)]
    {
        let file = sod(&signer.order(), |order| order.form = form);
        let trust = simulated();
        let honest = SecurityObject::parse(&file).unwrap();
        for at in (0..file.len()).step_by(step) {
            let mut changed = file.clone();
            changed[at] ^= 0x01;
            let Ok(object) = SecurityObject::parse(&changed) else { continue };
            let Ok(signed) = object.verify().map(|mut signed| signed.remove(0)) else { continue };
            let path = signer_path(&signed.certificate, &[], &trust, now());
            // Versions of CMS and the set of digest algorithms are not signed, and nothing rests on them.
            let same = object.hashes == honest.hashes && object.hash == honest.hash;
            assert!(same || path.outcome.is_err(), "byte {at} of {signer:?}");
            if path.outcome.is_ok() {
                assert!(
                    NOT_SIGNED.iter().any(|part| part.covers(&file, at)),
                    "byte {at} of {signer:?} counts for nothing"
                );
            }
        }
    }
}

/// Parts of a message that no signature covers and that nothing reads: by what they look like.
struct Part(&'static str);

const NOT_SIGNED: [Part; 4] = [Part("version"), Part("digest algorithms"), Part("signer's name"), Part("form")];

impl Part {
    fn covers(&self, file: &[u8], at: usize) -> bool {
        let outer = crate::tlv::file(file, crate::tlv::Tag(0x77)).unwrap().0;
        let start = file.len() - outer.value.len();
        let data = der::children(der::element(outer.value).unwrap().content).unwrap()[1].content;
        let data = der::children(data).unwrap()[0];
        let parts = der::children(data.content).unwrap();
        let signer = der::children(der::children(parts.last().unwrap().content).unwrap()[0].content).unwrap();
        let range = |part: &[u8]| {
            let from = part.as_ptr() as usize - outer.value.as_ptr() as usize + start;
            from..from + part.len()
        };
        match self.0 {
            "version" => range(parts[0].raw).contains(&at) || range(signer[0].raw).contains(&at),
            "digest algorithms" => range(parts[1].raw).contains(&at),
            // It says where to look first; the signature decides.
            "signer's name" => range(der::children(signer[1].content).unwrap()[0].raw).contains(&at),
            _ => false,
        }
    }
}

#[test]
fn a_list_of_hashes_has_limits_and_no_second_meaning() {
    let signer = Signer::Explicit.order();
    let parse = |list: Vec<u8>| {
        SecurityObject::parse(&sod(&signer, |order| order.content = list)).map(|object| object.hashes.len())
    };
    let list = |groups: &[(u8, &[u8])]| hash_list(0, Hash::Sha256, groups);
    assert_eq!(parse(list(&[(1, b"a"), (16, b"b")])), Ok(2));
    assert_eq!(parse(list(&[(1, b"a"), (1, b"b")])), Err(SecurityObjectError::DuplicateGroup(1)));
    assert_eq!(parse(list(&[(17, b"a")])), Err(SecurityObjectError::NoSuchGroup(17)));
    assert_eq!(parse(list(&[(0, b"a")])), Err(SecurityObjectError::NoSuchGroup(0)));
    let many: Vec<(u8, &[u8])> = (0..10_000).map(|_| (1, &b"x"[..])).collect();
    assert_eq!(parse(list(&many[..1000])), Err(SecurityObjectError::TooManyHashes));
    assert_eq!(parse(list(&many)), Err(SecurityObjectError::TooLarge), "10,000 hashes do not fit the file's limit");
    let mut short = list(&[(1, b"a")]);
    let at = short.windows(2).rposition(|pair| pair == [0x04, 0x20]).unwrap();
    short[at + 1] = 0x1F;
    let short: Vec<u8> = short[..short.len() - 1].to_vec();
    assert!(parse(short).is_err());
    assert_eq!(parse(b"\x30\x00".to_vec()), Err(SecurityObjectError::Malformed));
    let every: Vec<(u8, &[u8])> = (1..=17).map(|number| (number, &b"x"[..])).collect();
    assert_eq!(parse(list(&every[..16])), Ok(16));
    assert_eq!(parse(list(&every)), Err(SecurityObjectError::TooManyHashes));
    let mut filled = sod(&signer, |_| {});
    filled.resize(MAX_FILE, 0);
    assert_eq!(SecurityObject::parse(&filled).map(|object| object.hashes.len()), Ok(2));
    filled.push(0);
    assert_eq!(SecurityObject::parse(&filled).unwrap_err(), SecurityObjectError::TooLarge);
    let other = sod(&signer, |order| order.content_type = MASTER_LIST);
    assert_eq!(SecurityObject::parse(&other).unwrap_err(), CmsError::ContentType(MASTER_LIST.to_owned()).into());
}

#[test]
fn a_list_of_hashes_has_the_parts_of_its_version_in_their_form() {
    let [number, algorithm] = [integer(&[1]), sequence(&[dotted(hash_oid(Hash::Sha256)), NULL.to_vec()])];
    let hashes = sequence(&[number.clone(), octets(&[7; 32])]);
    let versions = [tlv(0x13, b"0108"), tlv(0x13, b"040000")].concat();
    let parse = |version: u8, of_list: u8, of_versions: Option<u8>| {
        let mut parts = vec![integer(&[version]), algorithm.clone(), tlv(of_list, &hashes)];
        parts.extend(of_versions.map(|tag| tlv(tag, &versions)));
        let file = sod(&Signer::Explicit.order(), |order| order.content = sequence(&parts));
        SecurityObject::parse(&file).map(|object| (object.version, object.versions.is_some()))
    };
    const SEQUENCE: u8 = 0x30;
    assert_eq!(parse(0, SEQUENCE, None), Ok((0, false)));
    assert_eq!(parse(1, SEQUENCE, None), Ok((1, false)));
    assert_eq!(parse(1, SEQUENCE, Some(SEQUENCE)), Ok((1, true)));
    for (version, of_list, of_versions) in [
        (0, SEQUENCE, Some(SEQUENCE)),
        (2, SEQUENCE, None),
        (2, SEQUENCE, Some(SEQUENCE)),
        (0, SET, None),
        (1, SET, Some(SEQUENCE)),
        (1, SEQUENCE, Some(SET)),
    ] {
        let refused = parse(version, of_list, of_versions);
        assert_eq!(refused, Err(SecurityObjectError::Malformed), "{version} {of_list:02X} {of_versions:02X?}");
    }
}

#[test]
fn a_signing_time_of_an_odd_form_is_ignored_and_said() {
    let time = |text: &str, tag: u8| crate::simulator::certificate::tlv(tag, text.as_bytes());
    for odd in [
        // Without seconds, with an offset, with a fraction, a string, and empty: none is what RFC 5652 11.3 wants.
        vec![time("2604010000Z", 0x17)],
        vec![time("20260401090000+0900", 0x18)],
        vec![time("20260401000000.5Z", 0x18)],
        vec![time("2026-04-01", 0x0C)],
        vec![Vec::new()],
        // Two right ones that differ.
        vec![time("20260401000000Z", 0x18), time("20260402000000Z", 0x18)],
    ] {
        let file = sod(&Signer::Explicit.order(), |order| (order.signed_at, order.odd_times) = (None, odd.clone()));
        let signed = verified(&file);
        assert_eq!((signed.signing_time, signed.odd_time), (None, true), "{odd:02X?}");
    }
    assert!(!verified(&sod(&Signer::Explicit.order(), |order| order.signed_at = None)).odd_time);
}

#[test]
fn every_one_of_several_signers_must_hold_and_one_who_cannot_be_judged_is_left_out() {
    let [first, second] = [Signer::Rsa.order(), Signer::Explicit.order()];
    let content = hash_list(1, Hash::Sha256, &[(1, b"one")]);
    let order = |signer: &CertificateOrder| MessageOrder::new(LDS_SECURITY_OBJECT, content.clone(), signer).unwrap();
    let both = |change: &dyn Fn(&mut MessageOrder)| {
        let mut other = order(&second);
        change(&mut other);
        let mut message = order(&first);
        message.certificates.extend(other.certificates.clone());
        message.others.push(other);
        let file = security_object_file(&message.build().unwrap());
        let verified = SecurityObject::parse(&file).unwrap().verify();
        verified.map(|all| all.into_iter().map(|signed| signed.certificate.serial).collect::<Vec<_>>())
    };
    assert_eq!(both(&|_| {}), Ok(vec!["11".to_owned(), "12".to_owned()]));
    let another = Key::Curve(NamedCurve::P256, "somebody else");
    assert_eq!(both(&|other| other.key = another), Err(CmsError::Signature));
    assert_eq!(both(&|other| other.content = b"other".to_vec()), Err(CmsError::Digest));
    assert_eq!(both(&|other| other.certificates.clear()), Ok(vec!["11".to_owned()]), "his certificate is not here");
    let mut nobody = order(&first);
    nobody.others = vec![order(&first); 8];
    assert_eq!(Cms::parse(&nobody.build().unwrap()).unwrap_err(), CmsError::TooManySigners);
}

#[test]
fn of_two_certificates_with_one_key_and_number_the_named_one_counts() {
    let one = Signer::Rsa.order();
    let mut other = one.clone();
    other.issuer = Signer::Brainpool.order().issuer;
    let both = [one.build().unwrap(), other.build().unwrap()];
    for signer in [&one, &other] {
        for certificates in [both.to_vec(), both.iter().rev().cloned().collect()] {
            let signed = verified(&sod(signer, |order| order.certificates = certificates));
            let named = Certificate::parse(&signer.build().unwrap()).unwrap();
            assert_eq!(signed.certificate.issuer, named.issuer);
        }
    }
}

#[test]
fn a_master_list_counts_if_its_signer_may_and_its_authority_is_known() {
    let [(_, first), (_, second), (_, link), _] = authorities();
    let trust = simulated();
    let list = |signer: &CertificateOrder, change: &dyn Fn(&mut MessageOrder)| {
        let content = list_of_certificates(&[first.build().unwrap(), link.build().unwrap()]);
        let mut order = MessageOrder::new(MASTER_LIST, content, signer).unwrap();
        order.certificates.push(second.build().unwrap());
        change(&mut order);
        MasterList::parse(&order.build().unwrap()).unwrap()
    };
    let signer = second.list_signer(
        "taimen simulated master list signer",
        Key::Curve(NamedCurve::BrainpoolP256, "list-signer"),
        0x20,
    );
    let good = list(&signer, &|order| order.form = Form::Ber);
    assert_eq!(good.certificates.len(), 2);
    assert_eq!(good.verify(&trust, now()).unwrap().1, Ok(()));
    let shipped = TrustStore::shipped().unwrap();
    assert_eq!(good.verify(&shipped, now()).unwrap().1, Err(SignerError::HierarchyNotAccepted));
    let document_signer = Signer::Explicit.order();
    let wrong = list(&document_signer, &|_| {});
    assert_eq!(wrong.verify(&trust, now()).unwrap_err(), crate::trust::ListError::Purpose);
    let forged = list(&signer, &|order| order.key = Key::Curve(NamedCurve::BrainpoolP256, "somebody else"));
    assert_eq!(forged.verify(&trust, now()).unwrap_err(), CmsError::Signature.into());
    let certificate = crate::trust::Certificate::parse(&signer.build().unwrap()).unwrap();
    assert_eq!(list_signer_path(&certificate, &[], &trust, now()).state.as_deref(), Some("JP"));
    // Two signers, the first of whom may not sign lists: the second one counts.
    let two = list(&document_signer, &|order| {
        let other = MessageOrder::new(MASTER_LIST, order.content.clone(), &signer).unwrap();
        order.certificates.extend(other.certificates.clone());
        order.others.push(other);
    });
    let (signed, outcome) = two.verify(&trust, now()).unwrap();
    assert_eq!((signed.certificate.serial.as_str(), outcome), ("20", Ok(())));
}

#[test]
fn a_list_of_too_many_elements_is_counted_and_not_copied() {
    let signer = Signer::Explicit.order();
    let parsed = |count: usize| {
        let content = list_of_certificates(&vec![vec![0x05, 0x00]; count]);
        let message = MessageOrder::new(MASTER_LIST, content, &signer).unwrap().build().unwrap();
        MasterList::parse(&message).map(|list| list.certificates.len()).unwrap_err()
    };
    assert_eq!(parsed(4_001), crate::trust::ListError::TooManyCertificates);
    assert_eq!(parsed(30_000), crate::trust::ListError::Malformed, "more elements than are collected at all");
}

#[test]
fn every_curve_signs() {
    for curve in NamedCurve::all() {
        let key = Key::Curve(curve, "x");
        for hash in [Hash::Sha1, Hash::Sha256, Hash::Sha512] {
            let signature = key.sign(SignatureAlgorithm::Ecdsa(hash), b"data");
            assert!(signature.is_ok(), "{curve} {hash}");
        }
    }
}
