//! Chip authentication and active authentication.

use sha2::{Digest, Sha256};

use super::*;
use crate::crypto::{
    CurveKey, CurveSigner, DhGroup, EcdsaForm, Element, Exponent, Group, Hash, Iso9796Signer, NamedCurve, Trailer, der,
};

/// A run of chip authentication in a session, the chip's keys, and the data of the first answer of the new session.
fn authenticated(option: &ChipOption, secret: &Exponent, random: &[u8]) -> (Channel, SessionKeys, Vec<u8>) {
    let mut run = ChipAuthentication::new(option.clone(), &mut listed(vec![random.to_vec()])).unwrap();
    let mut command = run.begin();
    let mut public = Vec::new();
    loop {
        let data = data_of(&command);
        match Apdu::parse(command.bytes()).unwrap() {
            Apdu { p1: 0x41, p2: 0xA6, .. } => public = der::take(&data, 0x91).unwrap().0.to_vec(),
            Apdu { ins: 0x86, .. } => public = dynamic_value(&data, 0x80).unwrap().to_vec(),
            _ => assert_eq!(der::take(&data, 0x80).unwrap().0, option.protocol.oid),
        }
        match run.next(&status(0x9000)).unwrap() {
            Next::Send(next) => command = next,
            Next::Done(mut channel) => {
                let group = option.public.group();
                let chip = answer_chip_authentication(&group, secret, option.protocol.suite, &public).unwrap();
                channel.wrap(&super::command(&bytes("00B09D0008")), 0).unwrap();
                let mut both = ChipChannel::new(chip.clone());
                both.open_unchecked();
                let answer = both.seal(false, b"12345678", Status::OK);
                assert_eq!(channel.unwrap(answer.clone()).unwrap().data, b"12345678");
                assert_eq!(run.next(&status(0x9000)).unwrap_err(), AccessError::Over);
                return (channel, chip, answer.data);
            }
        }
    }
}

#[test]
fn our_own_runs_of_chip_authentication() {
    let runs = [
        (
            Suite::Aes128,
            NamedCurve::BrainpoolP256,
            "8CA7E57335F5ECC4F490759C23BB4F0A462E102C5A0B40479B541989BF1F1F9",
            "0410DF4CAF787D6B27AE054C5E2FDC8530D6CAA35EDCF44DB8F00008E517A4313B269C3550B3CC31E979AA48202B521559B624BBBD29AADB9F\
             316EFE7B9D83614C",
            "A1354459224D970A6A1531F2B5A03B24149A7C445E0DBA80BFC097550B7BD6F6",
            ["B5413E085C82C3925B53C472FA7D1C00", "9F8C262697BA6D3D34847F6C69302C62"],
            "0CB09D000D9701088E08E43EE72B97753B1200",
            "871101DE29C6D9AE9E292EE43DC09218B454E7990290008E086209D501CE81FC929000",
        ),
        (
            Suite::TripleDes,
            NamedCurve::P256,
            "3B7EC99E4196DF3E12FD0A7C5B15082CFF398DC7096CD64593E15B0CA459039B",
            "04F7993488ADB447A728F1F622B27E9BDEF6DC4F140E0B6EDCEBFD9E46D38B9BC8D470773A98D10813E9DA6AA05BFEE64A66EE05AFC03CAEA8\
             324A6F7205A2CAA3",
            "B8C1367510BDA3805A9A05F97277AB56AC1C47C46F17A2D907B23BA1BE27DC9D",
            ["0543F7D52D985EFA4C0CBE2CC9C6D07B", "BDA1681CC94D69FD55A0CF64D95E9E99"],
            "0CB09D000D9701088E08F68C24A308D22C6B00",
            "871101021D04E59C85C4039BB9C2F5B3C2B6C7990290008E0823681088670DDBCA9000",
        ),
    ];
    for (suite, curve, chip_secret, chip_public, reader_secret, [encryption, authentication], secured, answer) in runs {
        let public = Element::Curve(curve.point(&bytes(chip_public)).unwrap());
        let secret = public.group().exponent(&bytes(chip_secret)).unwrap();
        assert_eq!(public.group().generator().raised(&secret), public);
        let option = ChipOption { protocol: ChipProtocol::new(true, suite, None), public, key_id: None };
        let random = random_of(reader_secret, curve.random_length());
        let (_, chip, _) = authenticated(&option, &secret, &random);
        same_keys(&chip, encryption, authentication);
        exchange(&mut sides(&chip), secured, answer);
        let data = bytes(answer);
        let data = &data[..data.len() - 2];
        assert_eq!(verify_chip(&option, &random, data), Ok(()));
        for at in 0..data.len() {
            let mut changed = data.to_vec();
            changed[at] ^= 1;
            assert_eq!(verify_chip(&option, &random, &changed), Err(AccessError::Proof), "{at}");
        }
        let other = random_of(chip_secret, curve.random_length());
        assert_eq!(verify_chip(&option, &other, data), Err(AccessError::Proof));
        assert_eq!(verify_chip(&option, &[], &[]), Err(AccessError::Proof));
    }
}

#[test]
fn chip_authentication_works_in_every_group_with_every_cipher() {
    for number in [0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18] {
        let group = Group::standard(number).unwrap();
        let secret = group.random_exponent(&vec![number + 1; group.random_length()]);
        let public = group.generator().raised(&secret);
        for suite in SUITES {
            let curve = matches!(group, Group::Curve(_));
            let id = [number];
            let id = (number % 2 == 0).then_some(&id[..]);
            let info = match &public {
                Element::Curve(point) => CurveKey::new(point.curve(), &public.encode()).unwrap().info(number > 12),
                Element::Dh(number) => number.info(),
            };
            let infos = SecurityInfos {
                chip: vec![ChipProtocol::new(curve, suite, id)],
                chip_keys: vec![ChipKeyInfo { info, key_id: id.map(<[u8]>::to_vec) }],
                ..SecurityInfos::default()
            };
            let parsed = SecurityInfos::parse(&infos.encode()).unwrap();
            assert_eq!(parsed, infos);
            let option = parsed.chip_authentication().unwrap();
            assert_eq!((option.protocol.suite, &option.public), (suite, &public));
            let random = vec![0x33; group.random_length()];
            let (_, _, answer) = authenticated(&option, &secret, &random);
            assert_eq!(verify_chip(&option, &random, &answer), Ok(()), "{option}");
        }
        assert!(answer_chip_authentication(&group, &secret, Suite::Aes128, &[0]).is_err());
    }
}

#[test]
fn a_chip_without_the_protocol_differs_from_one_that_refuses() {
    let public = Group::standard(12).unwrap().generator();
    let run = |suite| {
        let option = ChipOption {
            protocol: ChipProtocol::new(true, suite, None),
            public: public.clone(),
            key_id: Some(vec![7]),
        };
        ChipAuthentication::new(option, &mut seeded(3)).unwrap()
    };
    assert!(upper(run(Suite::TripleDes).begin().bytes()).starts_with("002241A64691410"));
    assert_eq!(upper(run(Suite::Aes128).begin().bytes()), "002241A40F800A04007F00070202030202840107");
    assert_eq!(run(Suite::Aes128).next(&status(0x6A80)).unwrap_err(), AccessError::NotSupported(Status(0x6A80)));
    assert_eq!(run(Suite::Aes128).next(&status(0x6300)).unwrap_err(), AccessError::Status(Status(0x6300)));
    let mut run = run(Suite::Aes256);
    next_command(run.next(&status(0x9000)));
    assert_eq!(run.next(&status(0x6A80)).unwrap_err(), AccessError::Status(Status(0x6A80)));
    assert_eq!(run.next(&status(0x9000)).unwrap_err(), AccessError::Over);
}

/// SubjectPublicKeyInfo of an RSA key.
fn rsa_info(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let algorithm = [der::object(der::OID, &bytes("2A864886F70D010101")), vec![5, 0]].concat();
    let key = der::object(der::SEQUENCE, &[der::integer(modulus), der::integer(exponent)].concat());
    let parts =
        [der::object(der::SEQUENCE, &algorithm), der::object(der::BIT_STRING, &[&[0], key.as_slice()].concat())];
    der::object(der::SEQUENCE, &parts.concat())
}

#[test]
fn active_authentication_of_the_worked_examples() {
    // Appendix F: the key is not given, but what the signature opens to is.
    let recovered = "9D2784A67F8E7C659973EA1AEA25D95B6C8F91E5002F369F0FBDCE8A3CEC1991B543F1696546C5524CF23A5303CD6C98599F40B79F377B\
                     5F3A1406B3B4D8F96784D23AA88DB7E1032A405E69325FA91A6E86F5C71AEA978264C4A207446DAD4E7292E2DCDA3024B47DA8";
    let hash = Hash::Sha1.of(&[&bytes(recovered), &bytes("F173589974BF40C6")]);
    assert_eq!(upper(hash), "C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127");

    let modulus = "E5CEDC349364C01F6D0F29C5F8F2B3ED633B6E5CFA98EF08D899E388F56D33354F2EA4AB72578C7BF68C7CC979216B7BB04567CE4FFE66832D\
                   3E0CCD0E9E443B9B8DDE6FF025FD48925249034E052CDE87C16FB26518D9D1191DEEE0B22E238B411CBB33BEEB6538EE945EB7CBBC5A3E42\
                   0077DB811C7A156FB49350CBD2BB9B";
    let answer = "7C6402FB817DF22599ADC5E89DE26B741F1534231FDFC98D986D8B949D900D7F41AD4EBB151D1D031FE367A836D13A9DAA9D1F3DCEF1181A9D\
                  7A281CCBACEC8DC272E3CF735296B1C102CCF451457143C2DBC55C6D7C4D1332B74ADF93A7BBC4375299645D0874DFBEEFA38BB698125FD3\
                  352B2802CAD33001F79A114683F0BB";
    let key = rsa_info(&bytes(modulus), &bytes("010001"));
    let said = |challenge: &str| verify_active(&key, ActiveHash::Unnamed, &bytes(challenge), &bytes(answer));
    assert_eq!(said("56C224072DAB030D"), Ok(ActiveScheme::Rsa { bits: 1024, hash: Hash::Sha256 }));
    assert_eq!(said("56C224072DAB030D").unwrap().to_string(), "RSA-1024 (ISO/IEC 9796-2), SHA-256");
    assert_eq!(said("56C224072DAB030C"), Err(AccessError::Proof));
    assert_eq!(
        verify_active(&key, ActiveHash::Unnamed, &bytes("56C224072DAB030D"), &bytes(answer)[1..]),
        Err(AccessError::Proof)
    );

    let point = "04A7CAE9A2D10137075E34A61956CD1C32BB59BF83267D068A930E1B598D062EACB08B269FE20D41BFD116245B3BA24324A425238EB0F8A706E9\
                 C017A34C70AEE8";
    let key = CurveKey::new(NamedCurve::P256, &bytes(point)).unwrap().info(true);
    let answer = bytes(
        "4FE26E41C46ABF24D9C19F1410D541F8939C821153F8C45DFA6AD3FA8D03E3B00C2139D43042E26FB93822FE01568D968092036814B8CEACB0\
         E2C77B120B85E8",
    );
    let said = |hash, challenge: &str, answer: &[u8]| verify_active(&key, hash, &bytes(challenge), answer);
    let good = said(ActiveHash::Named(Hash::Sha256), "0CCF522EE661572B", &answer).unwrap();
    assert_eq!(good.to_string(), "ECDSA, secp256r1, SHA-256");
    let tried = said(ActiveHash::Unnamed, "0CCF522EE661572B", &answer).unwrap();
    assert_eq!(tried.to_string(), "ECDSA, secp256r1, SHA-256 (the one that fits: none is named)");
    assert_eq!(said(ActiveHash::Named(Hash::Sha1), "0CCF522EE661572B", &answer), Err(AccessError::Proof));
    assert_eq!(said(ActiveHash::Unnamed, "0CCF522EE661572A", &answer), Err(AccessError::Proof));
    // Some chips answer in DER.
    let halves = [&answer[..32], &answer[32..]].map(der::integer).concat();
    assert!(said(ActiveHash::Unnamed, "0CCF522EE661572B", &der::object(der::SEQUENCE, &halves)).is_ok());
    // A key that is none, and one on a curve that is not listed.
    assert!(verify_active(&[], ActiveHash::Unnamed, &[0; 8], &answer).unwrap_err().is_unsupported());
    let mut unlisted = key.clone();
    unlisted[60] ^= 1;
    assert!(verify_active(&unlisted, ActiveHash::Unnamed, &[0; 8], &answer).unwrap_err().is_unsupported());
}

/// Cards sign with another hash than that of the curve's size, and not every state names it (spec passport 8).
#[test]
fn a_hash_that_nobody_names_is_the_one_that_fits() {
    for curve in [NamedCurve::P256, NamedCurve::P384, NamedCurve::P521, NamedCurve::BrainpoolP256] {
        let signer = CurveSigner::new(curve.random_scalar(&[7; 80]));
        let key = signer.public_key().info(false);
        let said = |named, answer: &[u8]| verify_active(&key, named, &[7; 8], answer);
        for hash in [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let answer = signer.sign(&hash.of(&[&[7; 8]]), EcdsaForm::Fixed).unwrap();
            for named in [ActiveHash::Unnamed, ActiveHash::Unknown] {
                assert_eq!(
                    said(named, &answer),
                    Ok(ActiveScheme::Curve { curve, hash, tried: true }),
                    "{curve} {hash}"
                );
            }
            let by_name = said(ActiveHash::Named(hash), &answer);
            assert_eq!(by_name, Ok(ActiveScheme::Curve { curve, hash, tried: false }));
            let other = if hash == Hash::Sha1 { Hash::Sha256 } else { Hash::Sha1 };
            assert_eq!(said(ActiveHash::Named(other), &answer), Err(AccessError::Proof), "what is named counts");
        }
        let foreign = signer.sign(&Hash::Sha256.of(&[&[8; 8]]), EcdsaForm::Fixed).unwrap();
        assert_eq!(said(ActiveHash::Unnamed, &foreign), Err(AccessError::Proof));
        assert!(said(ActiveHash::Unknown, &foreign).unwrap_err().is_unsupported(), "the algorithm may be another one");
    }
}

#[test]
fn active_authentication_with_every_trailer() {
    let der = include_bytes!("../../../../simulator/pool/keys/impostor.der");
    let signer = Iso9796Signer::from_pkcs1_der(der).unwrap();
    let public = signer.public_key().unwrap();
    let key = rsa_info(&public.modulus(), &public.exponent());
    let hashes = [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512];
    let trailers = hashes.map(Trailer::Explicit);
    for trailer in trailers.into_iter().chain([Trailer::Implicit]) {
        for challenge in [[7; 8], [0; 8], *b"12345678"] {
            let answer = signer.sign(&[0xAB; 256], &challenge, trailer).unwrap();
            let hash = if let Trailer::Explicit(hash) = trailer { hash } else { Hash::Sha1 };
            assert_eq!(
                verify_active(&key, ActiveHash::Unnamed, &challenge, &answer),
                Ok(ActiveScheme::Rsa { bits: 2048, hash })
            );
            assert_eq!(verify_active(&key, ActiveHash::Unnamed, &[8; 8], &answer), Err(AccessError::Proof));
            // n - s is as good (ISO/IEC 9796-2 B.6).
            let modulus = BoxedUint::from_be_slice_vartime(&public.modulus());
            let other = modulus.wrapping_sub(BoxedUint::from_be_slice_vartime(&answer)).to_be_bytes();
            assert_eq!(
                verify_active(&key, ActiveHash::Unnamed, &challenge, &other),
                Ok(ActiveScheme::Rsa { bits: 2048, hash })
            );
        }
    }
    assert!(signer.sign(&[0; 10], &[0; 8], Trailer::Implicit).is_err());
    assert_eq!(active_length(&key), Some(256));
}

#[test]
fn an_rsa_key_is_two_numbers_under_the_name_of_rsa() {
    let [modulus, exponent] = [vec![0xFF; 128], vec![1, 0, 1]];
    let algorithm = |oid: &str| der::object(der::SEQUENCE, &der::object(der::OID, &bytes(oid)));
    let info = |oid: &str, numbers: &[&[u8]]| {
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| der::integer(number)).collect();
        let key = [&[0], der::object(der::SEQUENCE, &numbers).as_slice()].concat();
        der::object(der::SEQUENCE, &[algorithm(oid), der::object(der::BIT_STRING, &key)].concat())
    };
    const RSA: &str = "2A864886F70D010101";
    assert_eq!(active_length(&info(RSA, &[&modulus, &exponent])), Some(128));
    assert_eq!(active_length(&info(RSA, &[&modulus, &exponent, &[3]])), None, "RSA of several primes");
    assert_eq!(active_length(&info("2A864886F70D010107", &[&modulus, &exponent])), None, "RSA for OAEP");
}

#[test]
fn a_public_key_of_200_bytes_fits_a_short_command() {
    let is_long = |length: usize| {
        let public = Group::Dh(DhGroup::new(&vec![0xFF; length], &[2], None).unwrap()).generator();
        let option = ChipOption { protocol: ChipProtocol::new(false, Suite::Aes128, None), public, key_id: None };
        ChipAuthentication::new(option, &mut seeded(1)).unwrap().is_long()
    };
    assert!(!is_long(200) && is_long(201));
}
