//! Secure messaging.

use sha2::{Digest, Sha256};

use super::*;
use crate::{
    crypto::{CurveKey, Element, Exponent, Group, Hash, Iso9796Signer, KeyedCipher, NamedCurve, Trailer, der},
    iso7816::{ChannelError, select_application, select_file},
};

fn keys(suite: Suite, encryption: &str, authentication: &str, counter: u128) -> SessionKeys {
    let parts = [&[suite.number()][..], &bytes(encryption), &bytes(authentication), &counter.to_be_bytes()];
    SessionKeys::from_exposed(&parts.concat()).unwrap()
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

#[test]
fn secrets_are_silent() {
    let keys = session(Suite::Aes192);
    assert_eq!(format!("{:?} {:?}", keys, keys.encryption), "SessionKeys(AES-192) KeyedCipher(..)");
    assert_eq!(format!("{:?}", Password::zone(b"L898902C<369080619406236")), "Password(..)");
    assert!(SessionKeys::from_exposed(&keys.expose()[1..]).is_none());
    assert!(SessionKeys::from_exposed(&[]).is_none());
    assert!(matches!(keys.encryption, KeyedCipher::Aes192(_)));
}
