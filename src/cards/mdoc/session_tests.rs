use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

fn key(hex: &str) -> RowKey {
    RowKey::from_slice(&bytes(hex)).unwrap()
}

/// Spec mdoc 12.1.
fn pair() -> [Session; 2] {
    [Side::Reader, Side::Phone].map(|side| {
        let reader = key("7015626b6a43495be28749ba62af586cbfeb72e7c244b1568ce4770b3f256037");
        let phone = key("ccda364135dee35938df0ab41ddb135a8fed2c6041c2e79b0cb5aa9d4ebe9494");
        Session::new(side, reader, phone)
    })
}

#[test]
fn messages_are_those_of_the_vectors() {
    let [mut reader, mut phone] = pair();
    let sent = ["9948764903862e963fd98198f9d863b79a070e268547", "bf95096f6a0b6f478cbd16b2394c52b355a54bfc73fe"];
    let answered = ["42949f14ae87ca1b0fb47cce20fdeb0fef91d7acad36", "33f5a254f66e90b1c5db238b2741627a61457c808cda"];
    for (sent, answered) in sent.into_iter().zip(answered) {
        assert_eq!(hex::encode(reader.seal(b"taimen").unwrap()), sent);
        assert_eq!(phone.open(&bytes(sent)).unwrap().as_slice(), b"taimen");
        assert_eq!(hex::encode(phone.seal(b"taimen").unwrap()), answered);
        assert_eq!(reader.open(&bytes(answered)).unwrap().as_slice(), b"taimen");
    }
}

#[test]
fn whatever_does_not_decrypt_ends_the_session_and_its_keys() {
    let sent = bytes("9948764903862e963fd98198f9d863b79a070e268547");
    for at in 0..sent.len() {
        let [_, mut phone] = pair();
        let mut changed = sent.clone();
        changed[at] ^= 0x01;
        assert_eq!(phone.open(&changed).unwrap_err(), SessionError::Decryption);
        assert!(phone.is_over());
        assert_eq!(phone.open(&sent).unwrap_err(), SessionError::Over);
        assert_eq!(phone.seal(b"x").unwrap_err(), SessionError::Over);
    }
    // The same message again, and one's own message back.
    let [mut reader, mut phone] = pair();
    phone.open(&reader.seal(b"a").unwrap()).unwrap();
    assert_eq!(phone.open(&sent).unwrap_err(), SessionError::Decryption);
    let own = reader.seal(b"b").unwrap();
    assert_eq!(reader.open(&own).unwrap_err(), SessionError::Decryption);
    assert_eq!(format!("{reader:?} {:?}", pair()[0]), "Session(None) Session(Some((0, 0)))");
}

#[test]
fn a_session_ends_before_a_number_would_come_twice() {
    let [mut reader, _] = pair();
    reader.0.as_mut().unwrap().send.count = u32::MAX - 1;
    assert!(reader.seal(b"the last one").is_ok());
    assert_eq!(reader.seal(b"no further one"), Err(SessionError::Over));
    assert!(reader.is_over());
}

#[test]
fn messages_have_the_form_of_the_standard() {
    assert_eq!(hex::encode(termination()), "a16673746174757314");
    assert_eq!(Message::parse(&termination()), Ok(Message { data: None, status: Some(20) }));
    let message = Message { data: Some(b"x"), status: Some(status::TERMINATION) };
    assert_eq!(Message::parse(&message.encode()), Ok(message));
    assert_eq!(Message::parse(&[0xA0]), Ok(Message { data: None, status: None }));
    let key = cbor::embedded(&cbor::uint(1));
    let first = establishment(&key, b"sealed");
    assert_eq!(established(&first), Ok((key.as_slice(), &b"sealed"[..])));
    for wrong in ["a16464617461f5", "a166737461747573f5", "a26464617461406464617461 40", "80", ""] {
        assert!(Message::parse(&bytes(&wrong.replace(' ', ""))).is_err(), "{wrong}");
    }
    // Some write null for what they leave out.
    let ended = Message { data: None, status: Some(status::TERMINATION) };
    assert_eq!(Message::parse(&bytes("a26464617461f66673746174757314")), Ok(ended));
    let answer = Message { data: Some(b"x"), status: None };
    assert_eq!(Message::parse(&bytes("a264646174614178 66737461747573f6".replace(' ', "").as_str())), Ok(answer));
    // What else is in it is not read, and noticed.
    for (message, more) in [
        (answer.encode(), false),
        (ended.encode(), false),
        (bytes("a2647374617400646461746140"), true),
        (vec![0xFF], true),
    ] {
        assert_eq!(says_more(&message), more);
    }
    assert!(established(&cbor::map(&[(cbor::text("data"), cbor::bytes(b"x"))])).is_err());
    let bare = cbor::map(&[(cbor::text("eReaderKey"), cbor::uint(1)), (cbor::text("data"), cbor::bytes(b"x"))]);
    assert!(established(&bare).is_err());
    assert_eq!(Message::parse(&vec![0; MAX_MESSAGE + 1]), Err(SessionError::TooLong));
    // What a message may have, its data may have too: the head takes eleven bytes.
    let longest = vec![7; MAX_MESSAGE - 11];
    let message = Message { data: Some(&longest), status: None };
    assert_eq!(message.encode().len(), MAX_MESSAGE);
    assert_eq!(Message::parse(&message.encode()), Ok(message));
}

proptest! {
    /// However a session goes, no nonce is used twice under one key: neither to seal, nor to open.
    #[test]
    fn no_nonce_comes_twice(turns in proptest::collection::vec(0..6_u8, 0..60)) {
        let [mut reader, mut phone] = pair();
        let mut used = HashSet::new();
        let mut fresh = |session: &Session, sends: bool| {
            let Some(open) = &session.0 else { return true };
            let direction = if sends { &open.send } else { open.receive.as_ref().unwrap() };
            used.insert((direction.identifier, direction.count, sends))
        };
        for turn in turns {
            let [from, to] = if turn % 2 == 0 { [&mut reader, &mut phone] } else { [&mut phone, &mut reader] };
            let Ok(mut sealed) = from.seal(b"message") else { continue };
            prop_assert!(fresh(from, true));
            // Lost, changed, or as it was sent.
            match turn {
                0 | 1 => continue,
                2 => sealed[0] ^= 0x80,
                _ => {}
            }
            let opened = to.open(&sealed);
            prop_assert!(fresh(to, false));
            prop_assert_eq!(opened.is_err(), to.is_over());
        }
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = (Message::parse(&bytes), established(&bytes));
    }
}
