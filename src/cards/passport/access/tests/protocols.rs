//! PACE, both sides.

use super::super::pace::{answer as objects, integrated, pseudo_random, tag};
use super::*;
use crate::crypto::{CurveError, CurveKey, DhKeyError, Element, Exponent, Group, Hash, NamedCurve, Scalar, der};

/// The draws of a reader, or of a chip after its nonce, that give the run's private keys.
fn draws(run: &Run, map: &str, key: &str) -> Vec<Vec<u8>> {
    let option = option_of(run);
    let length = option.group.random_length();
    let key = match (&option.group, option.info.mapping) {
        // The example's key is longer than the order.
        (Group::Dh(_), Mapping::Integrated) => {
            let order = BoxedUint::from_be_slice_vartime(&bytes("F518AA8781A8DF278ABA4E7D64B7CB9D49462353"));
            let key = BoxedUint::from_be_slice_vartime(&bytes(key));
            upper(key.rem(&order.to_nz().unwrap()).to_be_bytes())
        }
        _ => key.to_owned(),
    };
    let map = match option.info.mapping {
        Mapping::Integrated => bytes(map),
        _ => random_of(map, length),
    };
    let key = if key.is_empty() { Vec::new() } else { random_of(key.trim_start_matches("00000000"), length) };
    vec![map, key]
}

/// A value that an example may not give.
fn given(found: impl AsRef<[u8]>, wanted: &str, what: &str) {
    let wanted = bytes(wanted);
    assert!(wanted.is_empty() || upper(&found) == upper(&wanted), "{what}: {}", upper(found));
}

fn reader_of(run: &Run) -> Pace {
    let option = option_of(run);
    let key = option.info.suite.keyed(&bytes(run.key));
    let map = if option.info.mapping == Mapping::Integrated { run.map_reader } else { run.map_reader_secret };
    Pace::made(option, Ok(key), run.reference, &mut listed(draws(run, map, run.reader_secret))).unwrap()
}

/// What the reader sends after each of the chip's values, and what it establishes.
fn read(run: &Run, chip: [Vec<u8>; 4]) -> Established {
    let mut reader = reader_of(run);
    let select = reader.begin();
    let oid = der::object(der::OID, &bytes(run.oid));
    let selected = format!("0022C1A40F80{}8301{:02X}", upper(&oid[1..]), run.reference);
    assert_eq!(upper(select.bytes()), selected);
    let [nonce, map, key, token] = chip;
    let ask = next_command(reader.next(&status(0x9000)));
    assert_eq!(upper(ask.bytes()), "10860000027C0000");
    let command = next_command(reader.next(&good(objects(&[(tag::NONCE, &nonce)]))));
    given(dynamic_value(&data_of(&command), tag::MAP_READER).unwrap(), run.map_reader, "mapping data");
    let command = next_command(reader.next(&good(objects(&[(tag::MAP_CHIP, &map)]))));
    assert!(format!("{command:?}").contains("secret"));
    given(dynamic_value(&data_of(&command), tag::KEY_READER).unwrap(), run.reader_key, "public key");
    let command = next_command(reader.next(&good(objects(&[(tag::KEY_CHIP, &key)]))));
    assert_eq!(upper(command.bytes()), format!("008600000C7C0A8508{}00", run.reader_token));
    done(reader.next(&good(token)))
}

fn chip_of(run: &Run) -> PaceChip {
    let info = option_of(run).info;
    let mut list = draws(run, run.map_chip_secret, run.chip_secret);
    list.insert(0, bytes(run.nonce));
    PaceChip::made(&info, info.suite.keyed(&bytes(run.key)), None, &mut listed(list)).unwrap()
}

#[test]
fn the_published_runs_of_pace_as_reader() {
    for run in [
        runs::GENERIC,
        runs::INTEGRATED,
        runs::INTEGRATED_NUMBERS,
        runs::CHIP_AUTHENTICATION,
        runs::LONG_KEYS,
        runs::TRIPLE_DES,
    ] {
        let mut objects_of_token = vec![(tag::TOKEN_CHIP, bytes(run.chip_token))];
        if !run.proof_encrypted.is_empty() {
            objects_of_token.push((tag::PROOF, bytes(run.proof_encrypted)));
        }
        let last: Vec<(u8, &[u8])> = objects_of_token.iter().map(|(tag, value)| (*tag, &value[..])).collect();
        let chip = [bytes(run.encrypted), bytes(run.map_chip), bytes(run.chip_key), objects(&last)];
        let Established { channel, mapping } = read(&run, chip);
        same_keys(channel.keys(), run.encryption, run.authentication);
        assert_eq!(mapping.as_ref().map(|proof| upper(&proof.proof)).unwrap_or_default(), run.proof);
        if let Some(MappingProof { key, proof }) = mapping {
            let static_key = CurveKey::new(NamedCurve::BrainpoolP256, &bytes(run.static_key)).unwrap();
            let chip_keys = vec![ChipKeyInfo { info: static_key.info(false), key_id: None }];
            let infos = SecurityInfos { chip_keys, ..SecurityInfos::default() };
            assert_eq!(verify_mapping(&infos, &key, &proof), Ok(()));
            let mut other = proof.clone();
            other[31] ^= 1;
            assert_eq!(verify_mapping(&infos, &key, &other), Err(AccessError::Proof));
            assert_eq!(verify_mapping(&SecurityInfos::default(), &key, &proof), Err(AccessError::Proof));
        }
    }
}

#[test]
fn the_published_runs_of_pace_on_both_sides() {
    for run in [runs::GENERIC, runs::NUMBERS, runs::LONG_KEYS, runs::TRIPLE_DES] {
        let mut chip = chip_of(&run);
        let mut reader = reader_of(&run);
        let mut command = next_command(reader.next(&status(0x9000)));
        let values = [run.encrypted, run.map_chip, run.chip_key, run.chip_token];
        for (value, tag) in values.into_iter().zip([tag::NONCE, tag::MAP_CHIP, tag::KEY_CHIP, tag::TOKEN_CHIP]) {
            let PaceAnswer { data, session } = chip.answer(&data_of(&command)).unwrap();
            given(dynamic_value(&data, tag).unwrap(), value, "the chip's value");
            match reader.next(&good(data)).unwrap() {
                Next::Send(next) => command = next,
                Next::Done(Established { channel, .. }) => {
                    let session = session.unwrap();
                    assert_eq!(*channel.keys().expose(), *session.expose());
                    same_keys(&session, run.encryption, run.authentication);
                }
            }
            if tag == tag::KEY_CHIP {
                assert_eq!(upper(dynamic_value(&data_of(&command), tag::TOKEN_READER).unwrap()), run.reader_token);
            }
        }
        assert_eq!(chip.answer(&[0x7C, 0x00]).unwrap_err(), AccessError::Over);
        assert_eq!(reader.next(&status(0x9000)).unwrap_err(), AccessError::Over);
    }
}

#[test]
fn the_published_password_keys_and_generators() {
    let zone = Password::zone(b"T22000129364081251010318");
    assert_eq!(upper(Hash::Sha1.of(&[b"T22000129364081251010318"])), "7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD");
    assert_eq!(upper(zone.nonce_key(Suite::Aes128).expose()), runs::GENERIC.key);
    let mapping = Password::zone(b"C11T002JM496081222310314");
    assert_eq!(upper(mapping.nonce_key(Suite::Aes128).expose()), runs::CHIP_AUTHENTICATION.key);
    let number = Password::access_number(b"654321");
    assert_eq!(upper(number.nonce_key(Suite::Aes256).expose()), runs::LONG_KEYS.key);
    let zone = Password::zone(b"TZ0029384200022993504107");
    same_key(Suite::TripleDes, &zone.nonce_key(Suite::TripleDes), runs::TRIPLE_DES.key);
    assert_eq!([zone.reference(), number.reference()], [1, 2]);

    for run in [runs::GENERIC, runs::NUMBERS, runs::LONG_KEYS, runs::TRIPLE_DES] {
        let PaceOption { group, .. } = option_of(&run);
        let [own, other] =
            [run.map_reader_secret, run.map_chip_secret].map(|secret| group.exponent(&bytes(secret)).unwrap());
        let theirs = group.generator().raised(&other);
        let generator = super::super::pace::generic(&group, &bytes(run.nonce), &own, &theirs).unwrap();
        given(generator.encode(), run.generator, "generator");
    }
    for run in [runs::INTEGRATED, runs::INTEGRATED_NUMBERS] {
        let PaceOption { group, info, .. } = option_of(&run);
        let generator = integrated(info.suite, &group, &bytes(run.nonce), &bytes(run.map_reader)).unwrap();
        given(generator.encode(), run.generator, "generator");
    }
    let number = pseudo_random(Suite::Aes128, 256, &bytes(runs::INTEGRATED.nonce), &bytes(runs::INTEGRATED.map_reader));
    assert_eq!(
        upper(&*number),
        "E4447E2DFB3586BAC05DDB00156B57FBB2179A3949294C97254189800C517BAA8DA0FF397ED8C445D3E421E4FEB57322"
    );
    let (nonce, other) = (runs::INTEGRATED_NUMBERS.nonce, runs::INTEGRATED_NUMBERS.map_reader);
    assert!(
        upper(&*pseudo_random(Suite::Aes128, 1024, &bytes(nonce), &bytes(other)))
            .starts_with("EAB98D13E09052952AA729907C3C9461")
    );
}

#[test]
fn the_published_answer_with_certificate_references_is_read() {
    // Appendix G.2, step 4: an EAC reference behind the token.
    let data = bytes("7C1B8608917F37B5C0E6D8D1870F444554455354435643413030303033");
    assert_eq!(upper(dynamic_value(&data, tag::TOKEN_CHIP).unwrap()), runs::NUMBERS.chip_token);
    // The same object twice is nothing.
    assert_eq!(dynamic_value(&bytes("7C06860101860102"), tag::TOKEN_CHIP), None);
}

/// The static key of a simulated chip for chip authentication mapping.
fn proven(info: &PaceInfo) -> Option<Scalar> {
    match (info.mapping, info.group()) {
        (Mapping::ChipAuthentication, Some(Group::Curve(curve))) => Some(curve.random_scalar(&[0x2D; 80])),
        _ => None,
    }
}

/// What came of it at the reader and at the chip, and the chip's answers.
type Met = (Result<Established, AccessError>, Result<Option<SessionKeys>, AccessError>, Vec<Vec<u8>>);

/// A whole run; the messages of the chip may be changed on their way.
fn meet(info: &PaceInfo, passwords: [&Password; 2], change: &mut dyn FnMut(usize, Vec<u8>) -> Response) -> Met {
    let option = SecurityInfos { pace: vec![info.clone()], ..SecurityInfos::default() }.preferred().unwrap();
    let mut reader = Pace::new(option, passwords[0], &mut seeded(11)).unwrap();
    let mut chip = PaceChip::new(info, passwords[1], proven(info).as_ref(), &mut seeded(12)).unwrap();
    let mut next = reader.next(&status(0x9000));
    let mut answers = Vec::new();
    let mut session = None;
    for step in 1.. {
        let command = match next {
            Ok(Next::Send(command)) => command,
            Ok(Next::Done(established)) => return (Ok(established), Ok(session), answers),
            Err(error) => return (Err(error), Ok(session), answers),
        };
        match chip.answer(&data_of(&command)) {
            Ok(answer) => {
                session = answer.session;
                answers.push(answer.data.clone());
                next = reader.next(&change(step, answer.data));
            }
            Err(error) => {
                next = reader.next(&status(0x6300));
                return (next.map(|_| unreachable!()), Err(error), answers);
            }
        }
    }
    unreachable!()
}

fn passed(_: usize, data: Vec<u8>) -> Response {
    good(data)
}

/// Every form of PACE.
fn forms() -> Vec<PaceInfo> {
    let mut forms = Vec::new();
    for parameter in [0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18] {
        for mapping in [Mapping::Generic, Mapping::Integrated, Mapping::ChipAuthentication] {
            for suite in [Suite::TripleDes, Suite::Aes128, Suite::Aes192, Suite::Aes256] {
                forms.extend(PaceInfo::new(mapping, suite, parameter).filter(|info| info.group().is_some()));
            }
        }
    }
    forms
}

#[test]
fn every_form_of_pace_opens_with_its_password_and_replays_without() {
    let number = Password::access_number(b"271828");
    let forms = forms();
    // Curves: 11 generic, 10 integrated, 11 with chip authentication; numbers: 3 and 3.
    assert_eq!(forms.len(), (11 + 10 + 3 + 3) * 4 + 11 * 3);
    for info in &forms {
        let (reader, chip, answers) = meet(info, [&number, &number], &mut passed);
        let (Established { mut channel, mapping }, chip) = (reader.unwrap(), chip.unwrap().unwrap());
        assert_eq!(*channel.keys().expose(), *chip.expose(), "{info}");
        let mut other = ChipChannel::new(chip.clone());
        let wrapped = channel.wrap(&command(&bytes("00B0000004")), 0).unwrap();
        let apdu = Apdu::parse(wrapped.bytes()).unwrap();
        other.open([apdu.cla, apdu.ins, apdu.p1, apdu.p2], apdu.data).unwrap();
        assert_eq!(channel.unwrap(other.seal(false, b"\x60\x14", Status::OK)).unwrap().data, b"\x60\x14");
        assert_eq!(mapping.is_some(), info.mapping == Mapping::ChipAuthentication);
        if let (Some(proof), Some(secret), Some(Group::Curve(curve))) = (&mapping, proven(info), info.group()) {
            let key = CurveKey::new(curve, &curve.generator().times(&secret).encode().unwrap()).unwrap();
            let chip_keys = vec![ChipKeyInfo { info: key.info(true), key_id: None }];
            let infos = SecurityInfos { chip_keys, ..SecurityInfos::default() };
            assert_eq!(verify_mapping(&infos, &proof.key, &proof.proof), Ok(()), "{info}");
        }
        // A replay has the chip's answers and the keys.
        let option = SecurityInfos { pace: vec![info.clone()], ..SecurityInfos::default() }.preferred().unwrap();
        let mut replay = Pace::recorded(option, chip.clone(), 2, &mut seeded(11)).unwrap();
        next_command(replay.next(&status(0x9000)));
        let mut answers = answers.into_iter();
        let replayed = loop {
            match replay.next(&good(answers.next().unwrap())).unwrap() {
                Next::Send(_) => {}
                Next::Done(replayed) => break replayed,
            }
        };
        assert_eq!((*replayed.channel.keys().expose()).clone(), *chip.expose());
        assert_eq!(replayed.mapping, mapping);
    }
}

#[test]
fn a_wrong_password_is_seen_by_both_sides() {
    let (right, wrong) = (Password::access_number(b"271828"), Password::access_number(b"271829"));
    for info in forms().iter().filter(|info| matches!(info.parameter, Some(0 | 8 | 13))) {
        let (reader, chip, _) = meet(info, [&wrong, &right], &mut passed);
        assert_eq!(reader.unwrap_err(), AccessError::Refused(Status(0x6300)), "{info}");
        assert_eq!(chip.unwrap_err(), AccessError::Token, "{info}");
    }
}

/// What the reader says to a chip whose answer in one step is another.
fn hostile(info: &PaceInfo, at: usize, change: &dyn Fn(Vec<u8>) -> Response) -> AccessError {
    let password = Password::zone(ZONE);
    let mut changed = |step, data| if step == at { change(data) } else { good(data) };
    meet(info, [&password, &password], &mut changed).0.map(|_| ()).unwrap_err()
}

#[test]
fn hostile_answers_are_named() {
    let curve = info(Mapping::Generic, 13);
    let numbers = info(Mapping::Generic, 0);
    let proof = info(Mapping::ChipAuthentication, 12);
    let instead = |tag: u8, value: Vec<u8>| move |_: Vec<u8>| good(objects(&[(tag, &value)]));

    for wrong in [vec![], vec![7; 8], vec![7; 17], vec![7; 24], vec![7; 48]] {
        assert_eq!(hostile(&curve, 1, &instead(tag::NONCE, wrong)), AccessError::Nonce);
    }
    let zero = Password::zone(ZONE).nonce_key(Suite::Aes128).encrypt(&[], &[0; 16]).unwrap();
    assert_eq!(hostile(&curve, 1, &instead(tag::NONCE, zero.clone())), AccessError::ZeroNonce);
    assert_eq!(hostile(&info(Mapping::Integrated, 13), 1, &instead(tag::NONCE, zero)), AccessError::ZeroNonce);

    // The reader's own mapping key; its draws are known here.
    let mirrored = |info: &PaceInfo| {
        let group = info.group().unwrap();
        let random = seeded(11)(group.random_length()).unwrap();
        group.generator().raised(&group.random_exponent(&random)).encode()
    };
    for info in [&curve, &numbers] {
        assert_eq!(hostile(info, 2, &instead(tag::MAP_CHIP, mirrored(info))), AccessError::Mirrored);
    }
    let padded = [&[0][..], &mirrored(&numbers)].concat();
    assert_eq!(hostile(&numbers, 2, &instead(tag::MAP_CHIP, padded)), AccessError::Mirrored);

    for step in [(2, tag::MAP_CHIP), (3, tag::KEY_CHIP)] {
        let said = |info, value: Vec<u8>| hostile(info, step.0, &instead(step.1, value));
        let mut off = vec![4; 65];
        off[64] = 1;
        assert_eq!(said(&curve, off), AccessError::Key(CurveError::OffCurve.into()));
        assert_eq!(said(&curve, vec![0]), AccessError::Key(CurveError::Infinity.into()));
        assert_eq!(said(&curve, vec![4; 64]), AccessError::Key(CurveError::PointForm.into()));
        for (value, error) in
            [(vec![0; 128], DhKeyError::Range), (vec![1], DhKeyError::Range), (vec![2], DhKeyError::Subgroup)]
        {
            assert_eq!(said(&numbers, value), AccessError::Key(error.into()));
        }
        assert_eq!(hostile(&curve, step.0, &|_| good(vec![])), AccessError::Form);
        assert_eq!(hostile(&curve, step.0, &|_| good(bytes("7C00"))), AccessError::Form);
        assert_eq!(hostile(&curve, step.0, &instead(0x99, vec![1])), AccessError::Form);
        assert_eq!(hostile(&curve, step.0, &|_| status(0x6300)), AccessError::Status(Status(0x6300)));
    }
    // Another key on the curve: the tokens differ.
    let other = Group::Curve(NamedCurve::BrainpoolP256).generator().encode();
    assert_eq!(hostile(&curve, 3, &instead(tag::KEY_CHIP, other)), AccessError::Refused(Status(0x6300)));
    for wrong in [vec![0; 8], vec![], vec![0; 7], vec![0; 9]] {
        assert_eq!(hostile(&curve, 4, &instead(tag::TOKEN_CHIP, wrong)), AccessError::Token);
    }
    for code in [0x6300, 0x6982, 0x6988, 0x6A80] {
        assert_eq!(hostile(&curve, 4, &|_| status(code)), AccessError::Refused(Status(code)));
    }
    // Something else in the proof's place, or one that does not decrypt.
    let token = |data: &[u8]| dynamic_value(data, tag::TOKEN_CHIP).unwrap().to_vec();
    let renamed = |data: Vec<u8>| good(objects(&[(tag::TOKEN_CHIP, &token(&data)), (0x9A, &[1; 16])]));
    assert_eq!(hostile(&proof, 4, &renamed), AccessError::NoProof);
    for wrong in [&[][..], &[1; 16], &[1; 15]] {
        let changed = |data: Vec<u8>| good(objects(&[(tag::TOKEN_CHIP, &token(&data)), (tag::PROOF, wrong)]));
        assert_eq!(hostile(&proof, 4, &changed), AccessError::NoProof);
    }
    // Without the proof the session holds, and what it lacks is said.
    let password = Password::zone(ZONE);
    let mut silent =
        |step, data: Vec<u8>| good(if step == 4 { objects(&[(tag::TOKEN_CHIP, &token(&data))]) } else { data });
    let established = meet(&proof, [&password, &password], &mut silent).0.unwrap();
    assert_eq!(established.mapping.map(|mapping| mapping.proof), Some(Vec::new()));
    // A form of the integrated mapping's answer without data.
    let mut empty = |step, data| good(if step == 2 { Vec::new() } else { data });
    assert!(meet(&info(Mapping::Integrated, 12), [&password, &password], &mut empty).0.is_ok());
}

#[test]
fn a_mapping_that_cancels_the_generator_is_refused() {
    // The chip would have to know the reader's key: Y = -(s/x)·G.
    let curve = NamedCurve::P256;
    let group = Group::Curve(curve);
    let (own, nonce) = (curve.random_scalar(&[5; 40]), [9; 16]);
    let last = bytes("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550");
    let minus = curve.generator().times(&own.ratio(&curve.multiplier(&nonce))).times(&curve.scalar(&last).unwrap());
    let said = super::super::pace::generic(&group, &nonce, &Exponent::Curve(own), &Element::Curve(minus));
    assert_eq!(said.unwrap_err(), AccessError::NoMapping);
}

#[test]
fn the_chip_refuses_what_a_hostile_reader_sends() {
    let password = Password::zone(ZONE);
    for (number, wrong) in [(13, vec![0]), (13, vec![4; 65]), (0, vec![1]), (0, vec![2])] {
        let info = info(Mapping::Generic, number);
        let mut chip = PaceChip::new(&info, &password, None, &mut seeded(12)).unwrap();
        assert_eq!(chip.answer(&[0x7C, 0x02, 0x80, 0x00]).unwrap_err(), AccessError::Form);
        assert_eq!(chip.answer(&[0x7C, 0x00]).unwrap_err(), AccessError::Over);
        for step in [tag::MAP_READER, tag::KEY_READER] {
            let mut chip = PaceChip::new(&info, &password, None, &mut seeded(12)).unwrap();
            chip.answer(&[0x7C, 0x00]).unwrap();
            if step == tag::KEY_READER {
                let group = info.group().unwrap();
                let key = group.generator().raised(&group.random_exponent(&vec![3; group.random_length()])).encode();
                chip.answer(&objects(&[(tag::MAP_READER, &key)])).unwrap();
            }
            assert!(matches!(chip.answer(&objects(&[(step, &wrong)])), Err(AccessError::Key(_))));
        }
    }
}

#[test]
fn selecting_tells_what_the_chip_said() {
    let run = || reader_of(&runs::GENERIC);
    // Whatever refuses it, the chip is asked once more with the group's number; what it said first counts.
    let refused = |first, then| {
        let mut run = run();
        let again = next_command(run.next(&status(first)));
        assert!(upper(again.bytes()).starts_with("0022C1A412") && again.bytes().ends_with(&[0x84, 0x01, 0x0D]));
        run.next(&status(then)).unwrap_err()
    };
    for code in [0x6A80, 0x6A87, 0x6A88] {
        assert_eq!(refused(code, 0x6985), AccessError::NotSupported(Status(code)));
    }
    assert_eq!(refused(0x6982, 0x6A80), AccessError::Status(Status(0x6982)));
    assert_eq!(refused(0x63C0, 0x63C0), AccessError::Status(Status(0x63C0)));
    let mut wants = run();
    wants.next(&status(0x6A87)).unwrap();
    assert_eq!(upper(next_command(wants.next(&status(0x9000))).bytes()), "10860000027C0000");
    assert_eq!(upper(next_command(run().next(&status(0x63C2))).bytes()), "10860000027C0000");
}
