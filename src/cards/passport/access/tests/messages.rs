//! Secure messaging, chip authentication and active authentication.

use sha2::{Digest, Sha256};

use super::*;
use crate::{
    crypto::{CurveKey, Element, Exponent, Group, Hash, Iso9796Signer, KeyedCipher, NamedCurve, Trailer, der},
    iso7816::{ChannelError, SecureChannel, select_application, select_file},
};

fn keys(suite: Suite, encryption: &str, authentication: &str, counter: u128) -> SessionKeys {
    let parts = [&[suite.number()][..], &bytes(encryption), &bytes(authentication), &counter.to_be_bytes()];
    SessionKeys::from_exposed(&parts.concat()).unwrap()
}

/// Both sides with the same keys.
fn sides(keys: &SessionKeys) -> (Channel, ChipChannel) {
    (Channel::new(keys.clone()), ChipChannel::new(keys.clone()))
}

/// One published exchange: the chip opens the command, the reader makes it of what the chip found; the reader opens the answer, the
/// chip makes it of what the reader found. The plain command and answer.
fn exchange((reader, chip): &mut (Channel, ChipChannel), secured: &str, answer: &str) -> (String, String) {
    let (secured, answer) = (bytes(secured), bytes(answer));
    let apdu = Apdu::parse(&secured).unwrap();
    let plain = chip.open([apdu.cla, apdu.ins, apdu.p1, apdu.p2], apdu.data).unwrap();
    let wrapped = reader.wrap(&command(&plain), 0).unwrap();
    assert_eq!(upper(wrapped.bytes()), upper(&secured));
    let (data, status) = answer.split_last_chunk::<2>().unwrap();
    let status = Status(u16::from_be_bytes(*status));
    let opened = reader.unwrap(Response { data: data.into(), status }).unwrap();
    assert_eq!(opened.status, status);
    let sealed = chip.seal(apdu.ins & 1 == 1, &opened.data, opened.status);
    assert_eq!((upper(&sealed.data), sealed.status), (upper(data), status));
    (upper(plain), upper(opened.data))
}

#[test]
fn the_published_session_after_bac() {
    let keys = keys(
        Suite::TripleDes,
        "979EC13B1CBFE9DCD01AB0FED307EAE5",
        "F1CB1F1FB5ADF208806B89DC579DC1F8",
        0x8870_2212_0C06_C226,
    );
    let mut both = sides(&keys);
    let selected = exchange(
        &mut both,
        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
        "990290008E08FA855A5D4C50A8ED9000",
    );
    assert_eq!(selected, (upper(select_file(0x011E).bytes()), String::new()));
    let header = exchange(
        &mut both,
        "0CB000000D9701048E08ED6705417E96BA5500",
        "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
    );
    assert_eq!(header, ("00B0000004".to_owned(), "60145F01".to_owned()));
    let rest = exchange(
        &mut both,
        "0CB000040D9701128E082EA28A70F3C7B53500",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
    );
    assert_eq!(rest, ("00B0000412".to_owned(), "04303130365F36063034303030305C026175".to_owned()));
    let end = 0x8870_2212_0C06_C22C_u128.to_be_bytes();
    assert!(both.0.keys().expose().ends_with(&end) && both.1.keys().expose().ends_with(&end));

    // Our own, from there on.
    let (plain, data) = exchange(
        &mut both,
        "0CB0810000000E970200008E0872017C2CEDA53E260000",
        "871101BB5DBEE781171D29105A735D9268076C990262828E083E90246BE4D441DE6282",
    );
    assert_eq!((plain.as_str(), data.len() / 2), ("00B08100000000", 10));
    let (reader, chip) = &mut both;
    let wrapped = reader.wrap(&command(&bytes("00B00000E7")), 0).unwrap();
    assert_eq!(upper(wrapped.bytes()), "0CB000000D9701E78E08E409BCCFA93065C500");
    let apdu = Apdu::parse(wrapped.bytes()).unwrap();
    chip.open([apdu.cla, apdu.ins, apdu.p1, apdu.p2], apdu.data).unwrap();
    assert_eq!(chip.room(256), 231);
    let data: Vec<u8> = (0..231).collect();
    let sealed = chip.seal(false, &data, Status::OK);
    assert!(upper(&sealed.data).starts_with("8781E90156E42C416B85F2F1B2A387BE2A3F56B4"));
    let whole = [&sealed.data[..], &[0x90, 0x00]].concat();
    assert!(hex::encode(Sha256::digest(&whole)).starts_with("f31f9e8a9dda6a7364b09fa6bee44b6b"));
    assert_eq!(reader.unwrap(sealed).unwrap().data, data);
}

#[test]
fn our_own_sessions_with_aes() {
    let (reader, chip) = ("F5F0E35C0D7161EE6724EE513A0D9A7F", "FE251C7858B356B24514B3BD5F4297D1");
    let mut both = sides(&keys(Suite::Aes128, reader, chip, 0));
    let selected = exchange(
        &mut both,
        "0CA4040C1D871101752F676B09FAC86A87D632749A49C7CC8E08C18BA1FCE707BD9F00",
        "990290008E08BEA7B381C494A0799000",
    );
    assert_eq!(selected.0, upper(select_application(&bytes("A0000002471001")).bytes()));
    let (plain, data) = exchange(
        &mut both,
        "0CB09E000D9701088E08F08A91DCD3FFC98300",
        "8711011DCC07B569D953D978156DFDBBCF5DF0990290008E082DAC2227249C07CE9000",
    );
    assert_eq!((plain.as_str(), data.len() / 2), ("00B09E0008", 8));
    let missing = exchange(
        &mut both,
        "0CA4020C1D8711016E9A7CBA2BE595E41A039DAC167C65B08E08B3919380237AB1D300",
        "99026A828E0886CB5E6500973A536A82",
    );
    assert_eq!(missing, (upper(select_file(0x0107).bytes()), String::new()));
    let (plain, data) = exchange(
        &mut both,
        "0CB000180D9701108E08FA02721F39928D0E00",
        "87110148678F02A4AC14C827D53AD17620D55C990262828E0873659F9248727EF86282",
    );
    assert_eq!((plain.as_str(), data.len() / 2), ("00B0001810", 2));
    let (plain, data) = exchange(
        &mut both,
        "0CB0820000000E970200008E08533D7855C340198A0000",
        "8751019CD1721C779BF668696FA59A70002CC9FB2CC983284ADE7AF855B79B005A4E445E5DAF69567627B85E473BE4E9A2B74A6C622F69870B\
         5969B53043B06F7A2A3839B17D47357042ACA619A1465A4438CA990262828E08CA91AC77EB6E68CC6282",
    );
    assert_eq!((plain.as_str(), data.len() / 2), ("00B08200000000", 64));

    let shared =
        bytes("303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F");
    let long = Suite::Aes256.session(&shared, 0);
    assert_eq!(upper(long.encryption.expose()), "91026CD6B8C867457453E5AF9C00D909D332F1C5F42E95F0E2FBE6E242FFE658");
    assert_eq!(upper(long.authentication.expose()), "BD1AF9C9A1A329526B83C5383E7124875DF5C60D7D5BAB0002F1B7534B288867");
    let (mut reader, mut chip) = sides(&long);
    let wrapped = reader.wrap(&command(&bytes("00B09D00DF")), 0).unwrap();
    assert_eq!(upper(wrapped.bytes()), "0CB09D000D9701DF8E08A650705EB6ACD3B300");
    let apdu = Apdu::parse(wrapped.bytes()).unwrap();
    chip.open([apdu.cla, apdu.ins, apdu.p1, apdu.p2], apdu.data).unwrap();
    assert_eq!(chip.room(256), 223);
    let sealed = chip.seal(false, &[0; 223], Status::OK);
    assert!(upper(&sealed.data).starts_with("8781E101EFD53D176CF6168ADE5133956A2E2BE7"));
    let whole = [&sealed.data[..], &[0x90, 0x00]].concat();
    assert!(hex::encode(Sha256::digest(&whole)).starts_with("8ee182197bc7c06ad77490b99af3e51e"));
    assert_eq!(reader.unwrap(sealed).unwrap().data, vec![0; 223]);

    let middle = Suite::Aes192.session(&shared, 0);
    assert_eq!(upper(middle.encryption.expose()), "91026CD6B8C867457453E5AF9C00D909D332F1C5F42E95F0");
    assert_eq!(upper(middle.authentication.expose()), "BD1AF9C9A1A329526B83C5383E7124875DF5C60D7D5BAB00");
    let (plain, data) = exchange(
        &mut sides(&middle),
        "0C880000000021871101F1F6D2BC1192B8550AAB7C807A15CACC970200FF8E089DD512BB1C3637520000",
        "8751013EE1EAE482169845EB13E9B6FACBF37564FE46E581A4A4CD66A66DD531CFDF6C3F71BECC2E603841817DE1EF2D4E2983C550F663E50E\
         794BCF35B2CEB29230E4F1B6AB07E7F3D70CBF62C387BFCA7385990290008E08CE9D851D884B23219000",
    );
    assert_eq!((&plain[..14], plain.len() / 2, data.len() / 2), ("00880000000008", 17, 64));
}

fn session(suite: Suite) -> SessionKeys {
    suite.session(b"a secret that both sides agreed on", 0)
}

const SUITES: [Suite; 4] = [Suite::TripleDes, Suite::Aes128, Suite::Aes192, Suite::Aes256];

#[test]
fn messages_of_every_length_pass_in_both_directions() {
    for suite in SUITES {
        let (mut reader, mut chip) = sides(&session(suite));
        for length in [0, 1, 7, 8, 15, 16, 17, 200, 223, 231, 255] {
            let plain = Command::with_le([0x00, 0xCB, 0x12, 0x34], &vec![0xA5; length.max(1)], Le::Short(256));
            let wrapped = reader.wrap(&plain, 0).unwrap();
            let apdu = Apdu::parse(wrapped.bytes()).unwrap();
            // What does not fit a short command becomes an extended one.
            assert_eq!(apdu.extended, apdu.data.len() > 255, "{suite} {length}");
            let opened = chip.open([apdu.cla, apdu.ins, apdu.p1, apdu.p2], apdu.data).unwrap();
            assert_eq!(upper(opened), upper(plain.bytes()));
            for answered in [length, length * 300] {
                let mut both = (reader, chip);
                let sealed = both.1.seal(true, &vec![0x80; answered], Status(0x6282));
                let opened = both.0.unwrap(sealed).unwrap();
                assert_eq!((opened.data, opened.status), (vec![0x80; answered], Status(0x6282)));
                (reader, chip) = both;
            }
        }
        for room in [64, 128, 256, 300, 1024] {
            let most = chip.room(room);
            let [fits, bursts] =
                [most, most + 1].map(|length| chip.clone().seal(false, &vec![0; length], Status::OK).data.len());
            assert!(fits <= room && bursts > room, "{suite} {room}: {most}");
        }
    }
}

#[test]
fn any_changed_answer_ends_the_session() {
    for suite in SUITES {
        let (mut reader, mut chip) = sides(&session(suite));
        reader.wrap(&command(&bytes("00B0000004")), 0).unwrap();
        chip.open_unchecked();
        let answer = chip.seal(false, b"data", Status::OK);
        let keys = reader.keys().clone();
        for at in 0..answer.data.len() {
            for bit in [0x01, 0x80] {
                let mut data = answer.data.clone();
                data[at] ^= bit;
                let mut reader = Channel::new(keys.clone());
                let said = reader.unwrap(Response { data, status: Status::OK });
                assert!(matches!(said, Err(ChannelError::Broken(_))), "{suite} {at}");
                assert!(reader.wrap(&command(&bytes("00B0000004")), 0).is_err(), "the session goes on");
                assert!(reader.unwrap(answer.clone()).is_err(), "the session goes on");
            }
        }
    }
}

/// An answer of objects, its code right, and what the reader says to it.
fn told(objects: &[&[u8]], status: u16) -> String {
    let mut keys = session(Suite::Aes128);
    let mut reader = Channel::new(keys.clone());
    keys.advance();
    let covered = objects.concat();
    let code = der::object(0x8E, &keys.code(None, &covered));
    let data = [covered, code].concat();
    match reader.unwrap(Response { data, status: Status(status) }) {
        Ok(response) => format!("{} bytes, {}", response.data.len(), response.status),
        Err(error) => error.to_string(),
    }
}

#[test]
fn answers_of_another_form_are_named_although_their_code_is_right() {
    let mut keys = session(Suite::Aes128);
    keys.advance();
    let data = der::object(0x87, &[&[1][..], &keys.encrypt(b"data")].concat());
    let other = der::object(0x87, &[&[2][..], &keys.encrypt(b"data")].concat());
    let unpadded = der::object(0x87, &[&[1][..], &[7; 16]].concat());
    let part = der::object(0x87, &[&[1][..], &[7; 15]].concat());
    let ok: &[u8] = &[0x99, 2, 0x90, 0];
    assert_eq!(told(&[&data, ok], 0x9000), "4 bytes, 9000");
    assert_eq!(told(&[ok], 0x9000), "0 bytes, 9000");
    let objects = "the answer is not made of the objects of secure messaging";
    let padding = "the answer's padding is wrong";
    assert_eq!(told(&[&data], 0x9000), "the answer lacks its status or its authentication code");
    assert_eq!(told(&[&data, ok], 0x6282), "the answer's status is not the authenticated one");
    assert_eq!(told(&[&[0x99, 1, 0x90]], 0x9000), "the answer's status is not the authenticated one");
    assert_eq!(told(&[&data, &data, ok], 0x9000), objects);
    assert_eq!(told(&[&data, ok, ok], 0x9000), objects);
    assert_eq!(told(&[ok, &data], 0x9000), objects);
    assert_eq!(told(&[&data, &[0x81, 1, 0], ok], 0x9000), objects);
    assert_eq!(told(&[&other, ok], 0x9000), padding);
    assert_eq!(told(&[&unpadded, ok], 0x9000), padding);
    assert_eq!(told(&[&part, ok], 0x9000), padding);
    // Without a code, after it, and in plain.
    let mut reader = Channel::new(session(Suite::Aes128));
    let said = reader.unwrap(Response { data: ok.to_vec(), status: Status::OK });
    assert_eq!(said.unwrap_err().to_string(), "the answer lacks its status or its authentication code");
    let mut reader = Channel::new(session(Suite::Aes128));
    assert_eq!(reader.unwrap(status(0x6988)).unwrap_err().to_string(), "the chip answered 6988 in plain");
}

#[test]
fn the_chip_tells_a_missing_object_from_a_wrong_one() {
    let keys = session(Suite::TripleDes);
    let wrapped = Channel::new(keys.clone()).wrap(&command(&bytes("00B0000004")), 0).unwrap();
    let apdu = Apdu::parse(wrapped.bytes()).unwrap();
    let header = [apdu.cla, apdu.ins, apdu.p1, apdu.p2];
    let open = |header, objects: &[u8]| ChipChannel::new(keys.clone()).open(header, objects);
    assert_eq!(open(header, apdu.data).map(upper), Ok("00B0000004".to_owned()));
    assert_eq!(open(header, &apdu.data[..3]), Err(SecureFault::Missing));
    assert_eq!(open(header, &[]), Err(SecureFault::Missing));
    assert_eq!(open([0x0C, 0xB0, 0, 1], apdu.data), Err(SecureFault::Wrong));
    for at in 0..apdu.data.len() {
        let mut changed = apdu.data.to_vec();
        changed[at] ^= 0x01;
        assert!(open(header, &changed).is_err(), "{at}");
    }
    assert_eq!([SecureFault::Missing, SecureFault::Wrong].map(|fault| fault.status().0), [0x6987, 0x6988]);
}

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
    let said = |challenge: &str| verify_active(&key, None, &bytes(challenge), &bytes(answer));
    assert_eq!(said("56C224072DAB030D"), Ok(ActiveScheme::Rsa { bits: 1024, hash: Hash::Sha256 }));
    assert_eq!(said("56C224072DAB030D").unwrap().to_string(), "RSA-1024 (ISO/IEC 9796-2), SHA-256");
    assert_eq!(said("56C224072DAB030C"), Err(AccessError::Proof));
    assert_eq!(verify_active(&key, None, &bytes("56C224072DAB030D"), &bytes(answer)[1..]), Err(AccessError::Proof));

    let point = "04A7CAE9A2D10137075E34A61956CD1C32BB59BF83267D068A930E1B598D062EACB08B269FE20D41BFD116245B3BA24324A425238EB0F8A706E9\
                 C017A34C70AEE8";
    let key = CurveKey::new(NamedCurve::P256, &bytes(point)).unwrap().info(true);
    let answer = bytes(
        "4FE26E41C46ABF24D9C19F1410D541F8939C821153F8C45DFA6AD3FA8D03E3B00C2139D43042E26FB93822FE01568D968092036814B8CEACB0\
         E2C77B120B85E8",
    );
    let said = |hash, challenge: &str, answer: &[u8]| verify_active(&key, hash, &bytes(challenge), answer);
    let good = said(Some(Hash::Sha256), "0CCF522EE661572B", &answer).unwrap();
    assert_eq!(good.to_string(), "ECDSA, secp256r1, SHA-256");
    let assumed = said(None, "0CCF522EE661572B", &answer).unwrap();
    assert_eq!(assumed.to_string(), "ECDSA, secp256r1, SHA-256 (assumed: no signed data name the hash)");
    assert_eq!(said(Some(Hash::Sha1), "0CCF522EE661572B", &answer), Err(AccessError::Proof));
    assert_eq!(said(None, "0CCF522EE661572A", &answer), Err(AccessError::Proof));
    // Some chips answer in DER.
    let halves = [&answer[..32], &answer[32..]].map(der::integer).concat();
    assert!(said(None, "0CCF522EE661572B", &der::object(der::SEQUENCE, &halves)).is_ok());
    // A key that is none, and one on a curve that is not listed.
    assert!(verify_active(&[], None, &[0; 8], &answer).unwrap_err().is_unsupported());
    let mut unlisted = key.clone();
    unlisted[60] ^= 1;
    assert!(verify_active(&unlisted, None, &[0; 8], &answer).unwrap_err().is_unsupported());
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
            assert_eq!(verify_active(&key, None, &challenge, &answer), Ok(ActiveScheme::Rsa { bits: 2048, hash }));
            assert_eq!(verify_active(&key, None, &[8; 8], &answer), Err(AccessError::Proof));
            // n - s is as good (ISO/IEC 9796-2 B.6).
            let modulus = BoxedUint::from_be_slice_vartime(&public.modulus());
            let other = modulus.wrapping_sub(BoxedUint::from_be_slice_vartime(&answer)).to_be_bytes();
            assert_eq!(verify_active(&key, None, &challenge, &other), Ok(ActiveScheme::Rsa { bits: 2048, hash }));
        }
    }
    assert!(signer.sign(&[0; 10], &[0; 8], Trailer::Implicit).is_err());
}

#[test]
fn secrets_are_silent() {
    let keys = session(Suite::Aes192);
    assert_eq!(format!("{:?} {:?}", keys, keys.encryption), "SessionKeys(AES-192) KeyedCipher(..)");
    assert_eq!(format!("{:?}", Password::zone(b"L898902C<369080619406236")), "Password(..)");
    assert!(SessionKeys::from_exposed(&keys.expose()[1..]).is_none());
    assert!(SessionKeys::from_exposed(&[]).is_none());
    assert!(matches!(keys.encryption, KeyedCipher::Aes192(_)));
}
