//! Each way in which a certificate on a card can have no path to an anchor, one test a way, each beside the same
//! certificate unharmed. The certificates come from the simulator's builder and its public keys.

use crate::common::trust;
use jiff::Timestamp;
use taimen::{
    crypto::EcdsaForm,
    simulator::{
        cards::residence_card::{CA, CA2, authorities},
        certificate::{
            Algorithm, BasicConstraints, CertificateOrder, OuterForm, PoolKey, last_second, midnight, usage,
        },
        keys,
    },
    trust::{
        Anchor, Certificate, CertificateError, CertifiedKey, Hierarchy, Issued, PathError, Place, Purpose, TrustStore,
        days_left, issuer_of,
    },
};

const RSA_CA: PoolKey = PoolKey::Rsa("zairyu-ca");
const EC_CA: PoolKey = PoolKey::Ec("zairyu-ca2");
const RSA_SIGNER: PoolKey = PoolKey::Rsa("zairyu-signer");
const EC_SIGNER: PoolKey = PoolKey::Ec("zairyu-signer2");
const RSA_OTHER: PoolKey = PoolKey::Rsa("impostor");
const EC_OTHER: PoolKey = PoolKey::Ec("impostor2");

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// The shipped anchors alone; simulated ones are not accepted.
fn shipped() -> TrustStore {
    TrustStore::shipped().unwrap()
}

fn simulated() -> TrustStore {
    shipped().accepting(Hierarchy::Simulated)
}

fn anchor(hierarchy: Hierarchy, order: &CertificateOrder) -> Anchor {
    trust::anchor(Purpose::ResidenceCard, hierarchy, order)
}

/// An authority of another name than any that ships, so that a test has it alone.
const OWN: &str = "taimen simulated test authority";

fn own_authority(key: PoolKey) -> CertificateOrder {
    CertificateOrder::authority(key, OWN, 1, midnight(2020, 1, 1), last_second(2039, 12, 31))
}

fn own_leaf(key: PoolKey, signer: PoolKey) -> CertificateOrder {
    let mut order = CertificateOrder::leaf(key, "signer of a test", signer, OWN);
    (order.not_before, order.not_after) = (midnight(2025, 4, 1), last_second(2035, 3, 31));
    order
}

/// Both kinds of key: authority, leaf and an issuer's key that is neither.
const KINDS: [(PoolKey, PoolKey, PoolKey); 2] = [(RSA_CA, RSA_SIGNER, RSA_OTHER), (EC_CA, EC_SIGNER, EC_OTHER)];

fn outcome_in(leaf: &[u8], trust: &TrustStore, at: Timestamp) -> Result<(), PathError> {
    issuer_of(&Certificate::parse(leaf).unwrap(), Purpose::ResidenceCard, trust, at).outcome
}

/// What becomes of a leaf under one installed authority, both changed as told, for both kinds of key.
fn judged(
    change_authority: impl Fn(&mut CertificateOrder),
    change_leaf: impl Fn(&mut CertificateOrder),
    at: Timestamp,
) -> Result<(), PathError> {
    let outcomes = KINDS.map(|(ca, signer, _)| {
        let (mut authority, mut leaf) = (own_authority(ca), own_leaf(signer, ca));
        let honest = shipped().with(vec![anchor(Hierarchy::Installed, &authority)]);
        assert_eq!(outcome_in(&leaf.build().unwrap(), &honest, now()), Ok(()), "unharmed");
        change_authority(&mut authority);
        change_leaf(&mut leaf);
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &authority)]);
        outcome_in(&leaf.build().unwrap(), &trust, at)
    });
    assert_eq!(outcomes[0], outcomes[1], "the kind of key makes no difference");
    outcomes[0]
}

fn leaf_alone(change: impl Fn(&mut CertificateOrder)) -> Result<(), PathError> {
    judged(|_| {}, change, now())
}

fn authority_alone(change: impl Fn(&mut CertificateOrder)) -> Result<(), PathError> {
    judged(change, |_| {}, now())
}

#[test]
fn simulated_authorities_count_where_they_are_accepted() {
    for (key, signer, ca) in [(RSA_SIGNER, RSA_CA, CA), (EC_SIGNER, EC_CA, CA2)] {
        let leaf = Certificate::parse(&CertificateOrder::leaf(key, "signer", signer, ca).build().unwrap()).unwrap();
        let trust = simulated();
        let Issued { outcome, anchor } = issuer_of(&leaf, Purpose::ResidenceCard, &trust, now());
        assert_eq!(outcome, Ok(()));
        let (anchor, certificate) = anchor.unwrap();
        assert_eq!((anchor.hierarchy, certificate.subject.contains(ca)), (Hierarchy::Simulated, true));
        let trust = shipped();
        let refused = issuer_of(&leaf, Purpose::ResidenceCard, &trust, now());
        assert_eq!(refused.outcome, Err(PathError::HierarchyNotAccepted), "not 'no anchor'");
        assert_eq!(refused.anchor.unwrap().0.hierarchy, Hierarchy::Simulated);
        for purpose in Purpose::all().filter(|purpose| *purpose != Purpose::ResidenceCard) {
            assert_eq!(issuer_of(&leaf, purpose, &simulated(), now()).outcome, Err(PathError::NoAnchor), "{purpose:?}");
        }
    }
}

/// 99991231235959Z is after the last time that a [`Timestamp`] holds.
#[test]
fn a_certificate_without_end() {
    for (ca, signer, _) in KINDS {
        let mut order = own_leaf(signer, ca);
        order.not_after = Timestamp::MAX;
        let der = order.build().unwrap();
        assert!(der.windows(15).any(|bytes| bytes == b"99991231235959Z"));
        let parsed = Certificate::parse(&der).unwrap();
        assert_eq!((parsed.not_before, parsed.not_after.as_second()), (order.not_before, Timestamp::MAX.as_second()));
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(ca))]);
        assert_eq!(outcome_in(&der, &trust, now()), Ok(()));
        let endless = CertificateOrder { not_after: Timestamp::MAX, ..own_authority(ca) };
        let endless = anchor(Hierarchy::Installed, &endless);
        assert!(days_left(&endless, now()).is_some_and(|days| days > 2_900_000));
        assert_eq!(outcome_in(&der, &shipped().with(vec![endless]), now()), Ok(()));
    }
}

#[test]
fn an_unknown_issuer() {
    assert_eq!(leaf_alone(|leaf| leaf.issuer = "taimen simulated stranger".to_owned()), Err(PathError::NoAnchor));
}

#[test]
fn an_authority_of_the_same_name() {
    for (ca, signer, other) in KINDS {
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(ca))]);
        let outcome = |order: CertificateOrder| outcome_in(&order.build().unwrap(), &trust, now());
        let mut forged = own_leaf(signer, other);
        assert_eq!(outcome(forged.clone()), Err(PathError::NoAnchor), "it names its own key, which nobody knows");
        forged.authority_key_id = ca.key_id().ok();
        assert_eq!(outcome(forged.clone()), Err(PathError::SignatureMismatch), "it names the known key");
        forged.authority_key_id = None;
        assert_eq!(outcome(forged), Err(PathError::NoAnchor), "it names no key");
    }
}

#[test]
fn test_and_production_authorities_of_one_name_and_serial_are_told_apart() {
    let production = own_authority(EC_CA);
    let test = own_authority(EC_OTHER);
    assert_eq!((&production.subject, &production.serial), (&test.subject, &test.serial));
    let both = || vec![anchor(Hierarchy::Test, &test), anchor(Hierarchy::Installed, &production)];
    let trust = shipped().with(both());
    for (signer, expected, hierarchy) in
        [(EC_CA, Ok(()), Hierarchy::Installed), (EC_OTHER, Err(PathError::HierarchyNotAccepted), Hierarchy::Test)]
    {
        for key_id in [signer.key_id().ok(), None] {
            let mut leaf = own_leaf(EC_SIGNER, signer);
            leaf.authority_key_id = key_id;
            let leaf = Certificate::parse(&leaf.build().unwrap()).unwrap();
            let found = issuer_of(&leaf, Purpose::ResidenceCard, &trust, now());
            assert_eq!(found.outcome, expected);
            assert_eq!(found.anchor.unwrap().0.hierarchy, hierarchy);
        }
    }
    // A leaf of the one that names the key of the other.
    let mut crossed = own_leaf(EC_SIGNER, EC_OTHER);
    crossed.authority_key_id = EC_CA.key_id().ok();
    assert_eq!(outcome_in(&crossed.build().unwrap(), &trust, now()), Err(PathError::WrongKeyIdentifier));
}

#[test]
fn an_older_authority_of_the_same_name_is_found_by_its_key() {
    // The shipped simulated authorities: the old one ended in 2023, the leaf was issued before.
    for (key, old, ca) in
        [(RSA_SIGNER, PoolKey::Rsa("zairyu-ca-old"), CA), (EC_SIGNER, PoolKey::Ec("zairyu-ca2-old"), CA2)]
    {
        for key_id in [old.key_id().ok(), None] {
            let mut leaf = CertificateOrder::leaf(key, "signer", old, ca);
            leaf.authority_key_id = key_id;
            let leaf = leaf.build().unwrap();
            assert_eq!(outcome_in(&leaf, &simulated(), now()), Err(PathError::Expired(Place::Anchor)));
            let then = "2022-11-22T03:00:00Z".parse().unwrap();
            assert_eq!(outcome_in(&leaf, &simulated(), then), Ok(()));
        }
    }
}

#[test]
fn an_authority_that_was_certified_anew_with_its_key() {
    for (ca, signer, _) in KINDS {
        let (mut first, mut second) = (own_authority(ca), own_authority(ca));
        (first.not_after, second.serial) = (last_second(2026, 1, 1), vec![2]);
        for order in [[&first, &second], [&second, &first]] {
            let anchors = order.map(|order| anchor(Hierarchy::Installed, order)).to_vec();
            assert_eq!(outcome_in(&own_leaf(signer, ca).build().unwrap(), &shipped().with(anchors), now()), Ok(()));
        }
    }
}

#[test]
fn a_leaf_that_is_older_than_its_issuers_newer_certificate() {
    for (ca, signer, _) in KINDS {
        let mut leaf = own_leaf(signer, ca);
        leaf.not_before = midnight(2019, 6, 1);
        let leaf = leaf.build().unwrap();
        let renewed = own_authority(ca);
        let mut first = own_authority(ca);
        (first.not_before, first.not_after, first.serial) = (midnight(2015, 1, 1), last_second(2039, 12, 31), vec![9]);
        let outcome = |orders: &[&CertificateOrder]| {
            let anchors = orders.iter().map(|order| anchor(Hierarchy::Installed, order)).collect();
            outcome_in(&leaf, &shipped().with(anchors), now())
        };
        assert_eq!(outcome(&[&renewed]), Err(PathError::IssuerNewer));
        assert_eq!(outcome(&[&renewed, &first]), Ok(()), "the older one is installed too");
        // The older one is over by now: that is what is told, in either order.
        first.not_after = last_second(2024, 12, 31);
        assert_eq!(outcome(&[&renewed, &first]), Err(PathError::Expired(Place::Anchor)));
        assert_eq!(outcome(&[&first, &renewed]), Err(PathError::Expired(Place::Anchor)));
    }
}

#[test]
fn a_signature_of_its_key_under_the_wrong_identifier() {
    let outcome = leaf_alone(|leaf| leaf.authority_key_id = Some(vec![0xA5; 20]));
    assert_eq!(outcome, Err(PathError::WrongKeyIdentifier));
    assert_eq!(
        authority_alone(|authority| authority.subject_key_id = Some(vec![1])),
        Err(PathError::WrongKeyIdentifier)
    );
}

#[test]
fn identifiers_may_be_absent() {
    assert_eq!(leaf_alone(|leaf| leaf.authority_key_id = None), Ok(()));
    assert_eq!(leaf_alone(|leaf| leaf.subject_key_id = None), Ok(()));
    assert_eq!(authority_alone(|authority| authority.subject_key_id = None), Ok(()));
}

#[test]
fn every_flipped_bit_of_what_is_signed() {
    for (ca, signer, _) in KINDS {
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(ca))]);
        let honest = own_leaf(signer, ca).build().unwrap();
        for at in 0..honest.len() {
            let mut changed = honest.clone();
            changed[at] ^= 1 << (at % 8);
            if let Ok(leaf) = Certificate::parse(&changed) {
                let outcome = issuer_of(&leaf, Purpose::ResidenceCard, &trust, now()).outcome;
                assert!(outcome.is_err(), "byte {at}: {}", hex::encode(&honest[at.saturating_sub(8)..at + 8]));
            }
        }
    }
}

#[test]
fn algorithms_other_than_the_issuers() {
    let rsa = |algorithm| {
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(RSA_CA))]);
        let order = CertificateOrder { algorithm, ..own_leaf(RSA_SIGNER, RSA_CA) };
        outcome_in(&order.build().unwrap(), &trust, now())
    };
    let ec = |algorithm| {
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(EC_CA))]);
        let order = CertificateOrder { algorithm, ..own_leaf(EC_SIGNER, EC_CA) };
        outcome_in(&order.build().unwrap(), &trust, now())
    };
    assert_eq!(rsa(Algorithm::RsaSha256), Ok(()));
    assert_eq!(rsa(Algorithm::RsaSha1), Err(PathError::UnsupportedAlgorithm), "of the issuer's kind of key");
    for algorithm in [Algorithm::EcdsaSha256, Algorithm::EcdsaSha256Null, Algorithm::EcdsaSha384] {
        assert_eq!(rsa(algorithm), Err(PathError::WrongAlgorithm), "{algorithm:?}");
    }
    assert_eq!(ec(Algorithm::EcdsaSha256Null), Ok(()), "as real certificates have it");
    assert_eq!(ec(Algorithm::EcdsaSha256), Ok(()), "as RFC 5758 has it");
    assert_eq!(ec(Algorithm::EcdsaSha384), Err(PathError::UnsupportedAlgorithm), "of the issuer's kind of key");
    for algorithm in [Algorithm::RsaSha256, Algorithm::RsaSha1] {
        assert_eq!(ec(algorithm), Err(PathError::WrongAlgorithm), "{algorithm:?}");
    }
    // An algorithm nobody has heard of, stated twice alike; and one whose parameters are none that are known.
    let stated = |algorithm: Vec<u8>| {
        let der = own_leaf(EC_SIGNER, EC_CA).build().unwrap();
        let parts = children(content(&der));
        let mut fields = children(content(&parts[0]));
        fields[2] = tlv(0x30, &algorithm);
        let tbs = tlv(0x30, &fields.concat());
        installed_outcome(&tlv(0x30, &[&tbs, &fields[2], &parts[2]].map(|part| &part[..]).concat()))
    };
    assert_eq!(stated(tlv(0x06, &[0x2A, 0x03, 0x04])), Err(PathError::UnsupportedAlgorithm));
    let ecdsa_sha256 = tlv(0x06, &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]);
    assert_eq!(stated([ecdsa_sha256, tlv(0x30, &[])].concat()), Err(PathError::UnsupportedAlgorithm));
    // Whose key it is must be said: by the name alone nobody knows.
    let order =
        CertificateOrder { algorithm: Algorithm::EcdsaSha384, authority_key_id: None, ..own_leaf(EC_SIGNER, EC_CA) };
    assert_eq!(installed_outcome(&order.build().unwrap()), Err(PathError::NoAnchor));
}

#[test]
fn two_algorithms_in_one_certificate() {
    for (ca, outer) in [(RSA_CA, Algorithm::RsaSha1), (EC_CA, Algorithm::EcdsaSha384), (EC_CA, Algorithm::EcdsaSha256)]
    {
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(ca))]);
        let mut leaf = own_leaf(RSA_SIGNER, ca);
        assert_eq!(outcome_in(&leaf.build().unwrap(), &trust, now()), Ok(()));
        leaf.outer_algorithm = Some(outer);
        assert_eq!(outcome_in(&leaf.build().unwrap(), &trust, now()), Err(PathError::WrongAlgorithm), "{outer:?}");
    }
}

#[test]
fn a_certificate_of_the_issuers_name_under_a_key_of_the_other_kind() {
    let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(RSA_CA))]);
    let mut leaf = own_leaf(EC_SIGNER, EC_CA);
    leaf.authority_key_id = RSA_CA.key_id().ok();
    assert_eq!(outcome_in(&leaf.build().unwrap(), &trust, now()), Err(PathError::WrongAlgorithm));
}

#[test]
fn an_anchor_that_is_no_authority() {
    assert_eq!(authority_alone(|authority| authority.constraints = None), Err(PathError::NotACa));
    let not = Some(BasicConstraints { ca: false, path_length: None });
    assert_eq!(authority_alone(|authority| authority.constraints = not), Err(PathError::NotACa));
}

#[test]
fn key_usage() {
    let of_authority = |usage| authority_alone(move |authority| authority.key_usage = usage);
    assert_eq!(of_authority(Some(usage::CERT_SIGN)), Ok(()));
    assert_eq!(of_authority(None), Ok(()), "it says nothing");
    let wrong = Err(PathError::WrongKeyUsage(Place::Anchor));
    assert_eq!(of_authority(Some(usage::CRL_SIGN)), wrong);
    assert_eq!(of_authority(Some(usage::DIGITAL_SIGNATURE)), wrong);
    let of_leaf = |usage| leaf_alone(move |leaf| leaf.key_usage = usage);
    assert_eq!(of_leaf(Some(usage::DIGITAL_SIGNATURE | usage::KEY_ENCIPHERMENT)), Ok(()));
    assert_eq!(of_leaf(None), Ok(()), "it says nothing");
    let wrong = Err(PathError::WrongKeyUsage(Place::Leaf));
    assert_eq!(of_leaf(Some(usage::KEY_ENCIPHERMENT)), wrong);
    assert_eq!(of_leaf(Some(usage::CERT_SIGN)), wrong);
}

#[test]
fn an_authority_signs_no_cards() {
    let leaf_ca =
        |leaf: &mut CertificateOrder| leaf.constraints = Some(BasicConstraints { ca: true, path_length: None });
    assert_eq!(leaf_alone(leaf_ca), Err(PathError::PathTooLong), "none may stand below path length 0");
    let open = |authority: &mut CertificateOrder| {
        authority.constraints = Some(BasicConstraints { ca: true, path_length: Some(1) });
    };
    assert_eq!(judged(open, leaf_ca, now()), Err(PathError::WrongKeyUsage(Place::Leaf)));
    assert_eq!(leaf_alone(|leaf| leaf.constraints = Some(BasicConstraints { ca: false, path_length: None })), Ok(()));
    // The anchor itself on a card.
    for (_, order) in authorities() {
        assert_eq!(outcome_in(&order.build().unwrap(), &simulated(), now()), Err(PathError::PathTooLong));
    }
}

#[test]
fn times() {
    let early = |leaf: &mut CertificateOrder| leaf.not_before = midnight(2019, 12, 31);
    assert_eq!(leaf_alone(early), Err(PathError::IssuerNewer), "issued before this certificate of its issuer began");
    let together = |leaf: &mut CertificateOrder| leaf.not_before = midnight(2020, 1, 1);
    assert_eq!(leaf_alone(together), Ok(()), "both began in the same second");
    let ended = |authority: &mut CertificateOrder| authority.not_after = last_second(2025, 3, 31);
    assert_eq!(authority_alone(ended), Err(PathError::IssuerOver), "issued after its issuer's time");
    let last_moment = |authority: &mut CertificateOrder| authority.not_after = midnight(2025, 4, 1);
    assert_eq!(authority_alone(last_moment), Err(PathError::Expired(Place::Anchor)), "issued in its last second");

    let at = |time: &str| judged(|_| {}, |_| {}, time.parse().unwrap());
    assert_eq!(at("2025-03-31T23:59:59Z"), Err(PathError::NotYetValid));
    assert_eq!(at("2025-04-01T00:00:00Z"), Ok(()));
    assert_eq!(at("2035-03-31T23:59:59Z"), Ok(()));
    assert_eq!(at("2035-04-01T00:00:00Z"), Err(PathError::Expired(Place::Leaf)));
    assert_eq!(at("2040-01-01T00:00:00Z"), Err(PathError::Expired(Place::Anchor)), "both are over");
}

#[test]
fn what_speaks_against_a_card_comes_before_what_leaves_it_open() {
    let wrong_usage = |leaf: &mut CertificateOrder| leaf.key_usage = Some(usage::CERT_SIGN);
    let later = "2040-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(judged(|_| {}, wrong_usage, later), Err(PathError::WrongKeyUsage(Place::Leaf)));
}

#[test]
fn encodings() {
    for (ca, signer, _) in KINDS {
        let trust = shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(ca))]);
        let build = |form| CertificateOrder { form, ..own_leaf(signer, ca) }.build().unwrap();
        let der = build(OuterForm::Der);
        for form in [OuterForm::Der, OuterForm::Indefinite] {
            let padded = [build(form), vec![0; 97]].concat();
            assert_eq!(outcome_in(&padded, &trust, now()), Ok(()), "{form:?}");
            assert_eq!(Certificate::parse(&padded), Certificate::parse(&der));
            let trailing = [build(form), vec![0, 0, 1]].concat();
            assert_eq!(Certificate::parse(&trailing).unwrap_err(), CertificateError::Trailing, "{form:?}");
        }
        assert_eq!(Certificate::parse(&build(OuterForm::LongLength)).unwrap_err(), CertificateError::NotDer);
        // BER may write the signature's BIT STRING in pieces, of definite or indefinite length.
        let parts = children(content(&der));
        let pieces = [
            tlv(0x23, &parts[2]),
            [&[0x23, 0x80][..], &parts[2], &[0, 0]].concat(),
            tlv(
                0x23,
                &[tlv(0x03, &content(&parts[2])[..9]), tlv(0x03, &[&[0], &content(&parts[2])[9..]].concat())].concat(),
            ),
        ];
        for signature in pieces {
            let body = [&parts[0][..], &parts[1], &signature].concat();
            let open = [&[0x30, 0x80][..], &body, &[0, 0]].concat();
            for certificate in [tlv(0x30, &body), open, [tlv(0x30, &body), vec![0; 9]].concat()] {
                assert_eq!(Certificate::parse(&certificate).unwrap_err(), CertificateError::NotDer);
            }
        }
        for length in [0, 1, 4, 100, der.len() - 1] {
            assert_eq!(Certificate::parse(&der[..length]).unwrap_err(), CertificateError::Malformed, "{length} bytes");
        }
        assert_eq!(Certificate::parse(&[0; 1200]).unwrap_err(), CertificateError::Malformed);
        let open = build(OuterForm::Indefinite);
        assert_eq!(Certificate::parse(&open[..open.len() - 2]).unwrap_err(), CertificateError::Malformed);
    }
}

/// One object in DER.
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let header = match length {
        0..=0x7F => vec![tag, length as u8],
        0x80..=0xFF => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [header, value.to_vec()].concat()
}

/// The children of a SEQUENCE with lengths up to `82`.
fn children(mut content: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let (header, length) = match content[1] {
            short @ 0..=0x7F => (2, usize::from(short)),
            0x81 => (3, usize::from(content[2])),
            _ => (4, usize::from(content[2]) << 8 | usize::from(content[3])),
        };
        found.push(content[..header + length].to_vec());
        content = &content[header + length..];
    }
    found
}

fn content(object: &[u8]) -> &[u8] {
    &object[match object[1] {
        0..=0x7F => 2,
        0x81 => 3,
        _ => 4,
    }..]
}

/// The honest leaf with its signed parts rearranged, signed again by the P-384 authority.
fn resigned(change: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let der = own_leaf(EC_SIGNER, EC_CA).build().unwrap();
    let parts = children(content(&der));
    let mut fields = children(content(&parts[0]));
    change(&mut fields);
    let tbs = tlv(0x30, &fields.concat());
    let signature = keys::ec_signer("zairyu-ca2").unwrap().sign_sha256(&[&tbs], EcdsaForm::Der).unwrap();
    tlv(0x30, &[tbs, parts[1].clone(), tlv(0x03, &[vec![0], signature].concat())].concat())
}

/// The leaf with a further extension: its identifier, whether it is critical, its value.
fn with_extension(oid: &[u8], critical: &[u8], value: &[u8]) -> Vec<u8> {
    resigned(|fields| {
        let last = fields.len() - 1;
        let list = content(&fields[last]).to_vec();
        let extension = tlv(0x30, &[tlv(0x06, oid), critical.to_vec(), tlv(0x04, value)].concat());
        fields[last] = tlv(0xA3, &tlv(0x30, &[content(&list), &extension].concat()));
    })
}

const CRITICAL: &[u8] = &[0x01, 0x01, 0xFF];

fn installed_outcome(der: &[u8]) -> Result<(), PathError> {
    outcome_in(der, &shipped().with(vec![anchor(Hierarchy::Installed, &own_authority(EC_CA))]), now())
}

#[test]
fn extensions() {
    assert_eq!(installed_outcome(&resigned(|_| {})), Ok(()));
    // An identifier that means nothing; the parser prints the first two numbers its own way.
    let stranger = &[0x88, 0x37, 0x01];
    assert_eq!(installed_outcome(&with_extension(stranger, &[], &[0x05, 0x00])), Ok(()));
    let unknown = with_extension(stranger, CRITICAL, &[0x05, 0x00]);
    assert_eq!(installed_outcome(&unknown), Err(PathError::UnknownExtension(Place::Leaf)));
    assert_eq!(Certificate::parse(&unknown).unwrap().unknown_critical.as_deref(), Some("3.16.55.1"));
    // extKeyUsage with clientAuth: critical, it restricts the key to what a card's data is not.
    let client_auth = tlv(0x30, &tlv(0x06, &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]));
    assert_eq!(installed_outcome(&with_extension(&[0x55, 0x1D, 0x25], &[], &client_auth)), Ok(()));
    let restricted = installed_outcome(&with_extension(&[0x55, 0x1D, 0x25], CRITICAL, &client_auth));
    assert_eq!(restricted, Err(PathError::UnknownExtension(Place::Leaf)));
    // nameConstraints, policyConstraints, inhibitAnyPolicy: they restrict whether they are critical or not.
    for (last, value) in
        [(0x1E, &[0x30, 0x00][..]), (0x24, &[0x30, 0x03, 0x80, 0x01, 0x00]), (0x36, &[0x02, 0x01, 0x00])]
    {
        for critical in [&[][..], CRITICAL] {
            let restricted = installed_outcome(&with_extension(&[0x55, 0x1D, last], critical, value));
            assert_eq!(restricted, Err(PathError::UnknownExtension(Place::Leaf)), "2.5.29.{last}");
        }
    }
    // certificatePolicies: any policy will do.
    let policies = tlv(0x30, &tlv(0x30, &tlv(0x06, &[0x2A, 0x03])));
    assert_eq!(installed_outcome(&with_extension(&[0x55, 0x1D, 0x20], CRITICAL, &policies)), Ok(()));
}

#[test]
fn broken_and_repeated_extensions() {
    let key_usage = tlv(0x03, &[0x07, 0x80]);
    let twice = with_extension(&[0x55, 0x1D, 0x0F], CRITICAL, &key_usage);
    assert_eq!(Certificate::parse(&twice).unwrap_err(), CertificateError::Extension);
    let broken = with_extension(&[0x55, 0x1D, 0x13], CRITICAL, &[0x30, 0x05, 0x01]);
    assert_eq!(Certificate::parse(&broken).unwrap_err(), CertificateError::Extension);
    let odd_boolean = with_extension(&[0x2A, 0x03], &[0x01, 0x01, 0x01], &[]);
    assert_eq!(Certificate::parse(&odd_boolean).unwrap_err(), CertificateError::NotDer);
}

#[test]
fn what_the_parser_passes_over_is_refused() {
    let behind = resigned(|fields| fields.push(tlv(0xA4, &[0x05, 0x00])));
    assert_eq!(Certificate::parse(&behind).unwrap_err(), CertificateError::Malformed);
    let der = own_leaf(EC_SIGNER, EC_CA).build().unwrap();
    let fourth = tlv(0x30, &[content(&der), &[0x05, 0x00]].concat());
    assert_eq!(Certificate::parse(&fourth).unwrap_err(), CertificateError::Malformed);
}

#[test]
fn a_negative_serial_number_is_shown_and_nothing_rests_on_it() {
    let negative = resigned(|fields| fields[1] = tlv(0x02, &[0x80, 0x01]));
    assert_eq!(installed_outcome(&negative), Ok(()));
    assert_eq!(Certificate::parse(&negative).unwrap().serial, "8001");
}

#[test]
fn a_key_that_no_card_has() {
    // The same point under the identifier of P-256.
    let other_curve = resigned(|fields| {
        let info = children(content(&fields[6]));
        let p256 = tlv(0x06, &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]);
        let algorithm = tlv(0x30, &[children(content(&info[0]))[0].clone(), p256].concat());
        fields[6] = tlv(0x30, &[algorithm, info[1].clone()].concat());
    });
    assert_eq!(installed_outcome(&other_curve), Err(PathError::UnsupportedKey));
    let off_curve = resigned(|fields| {
        let last = fields[6].len() - 1;
        fields[6][last] ^= 1;
    });
    assert_eq!(installed_outcome(&off_curve), Err(PathError::UnsupportedKey));
    // RSA with exponent 3, and with 1,024 bits.
    let rsa = |modulus: usize, exponent: &[u8]| {
        resigned(|fields| {
            let oid = tlv(0x06, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]);
            let number = tlv(0x02, &[vec![0x00, 0x80], vec![0x01; modulus - 1]].concat());
            let key = tlv(0x30, &[number, tlv(0x02, exponent)].concat());
            let algorithm = tlv(0x30, &[oid, vec![0x05, 0x00]].concat());
            fields[6] = tlv(0x30, &[algorithm, tlv(0x03, &[vec![0], key].concat())].concat());
        })
    };
    assert_eq!(installed_outcome(&rsa(256, &[1, 0, 1])), Ok(()), "the same way, as cards have it");
    assert_eq!(installed_outcome(&rsa(256, &[3])), Err(PathError::UnsupportedKey));
    assert_eq!(installed_outcome(&rsa(128, &[1, 0, 1])), Err(PathError::UnsupportedKey));
    assert_eq!(installed_outcome(&rsa(512, &[1, 0, 1])), Err(PathError::UnsupportedKey));
    // What speaks against the certificate comes first.
    let mut changed = rsa(256, &[3]);
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert_eq!(installed_outcome(&changed), Err(PathError::SignatureMismatch));
    let parsed = Certificate::parse(&resigned(|_| {})).unwrap();
    assert!(matches!(parsed.key, Ok(CertifiedKey::Ec(_))));
}

#[test]
fn names_are_compared_as_names() {
    let other_case = leaf_alone(|leaf| leaf.issuer = "Taimen  simulated TEST authority ".to_owned());
    assert_eq!(other_case, Ok(()));
    // The issuer's organisation as PrintableString instead of UTF8String.
    let printable = resigned(|fields| {
        let name = &mut fields[3];
        let at = name.windows(18).position(|part| &part[2..] == b"taimen simulator").unwrap();
        assert_eq!(name[at], 0x0C);
        name[at] = 0x13;
    });
    assert_eq!(installed_outcome(&printable), Ok(()));
}

/// The hashes are OpenSSL's: `openssl rsa -modulus`, and the last 97 bytes of `openssl pkey -outform DER`.
#[test]
fn a_key_is_named_by_the_hash_of_its_modulus_or_of_its_point() {
    let read = |der: &[u8]| Certificate::parse(der).unwrap().key.unwrap();
    let rsa = read(include_bytes!("../../certs/production/j-lis-jpki/authca03.cer"));
    assert_eq!(rsa.fingerprint(), "8d3998a50aea0a3d04fb6d2fbfcaa9b0e1b8afe2dd8164a35f75386c9617a952");
    assert_eq!((rsa.rsa().is_some(), rsa.ec()), (true, None));
    let ec = read(include_bytes!("../../certs/simulated/taimen/zairyu-ca2.der"));
    assert_eq!(ec.fingerprint(), "b1f62f726820a9af3848bc54765b4dada215482a30adedc755055a1a16cd6096");
    assert_eq!((ec.rsa(), ec.ec().is_some()), (None, true));
}

/// With bits that do not count, one signature could be written in several ways.
#[test]
fn a_signature_fills_its_last_byte() {
    let even = |serial: u8| {
        let mut order = own_leaf(RSA_SIGNER, RSA_CA);
        order.serial = vec![serial];
        order.build().ok().filter(|der| der.last().is_some_and(|byte| byte % 2 == 0))
    };
    let mut der = (1..100).find_map(even).unwrap();
    assert!(Certificate::parse(&der).is_ok());
    let at = der.len() - 257;
    assert_eq!(der[at], 0, "the unused bits of a signature of 256 bytes");
    der[at] = 1;
    assert_eq!(Certificate::parse(&der).unwrap_err(), CertificateError::Malformed);
}
