use super::*;
use crate::{
    cards::mdoc::engagement::scanned,
    crypto::NamedCurve,
    transport::nonces::{ListedNonces, RecordedNonces},
};

const CODE: &str = "mdoc:owBjMS4wAYIB2BhYS6QBAiABIVggWojRgrzl9C76WZQ_MzWdLoqWj_KJ2T5fpES2JDQxZ_4iWCCxboz4WN3HaQQHumHUwzgjeoz8895qpnL8YKVXqjL8ZwKBgwIBowD0AfULUEXv73QrLEg3qaOw4dBaaRc";

/// The phone's private key of annex D.
const PHONE: &str = "c1917a1579949a042f1ba9fc53a2df9b1bc47adf31c10f813ed75702d1c1f136";

fn nonces(seed: u8) -> RecordedNonces<ListedNonces> {
    RecordedNonces::new(ListedNonces::new(vec![vec![seed; NamedCurve::P256.random_length()]]))
}

/// The phone's side.
fn phone(message: &[u8], engagement: &[u8]) -> (Session, Vec<u8>) {
    let (key, sealed) = session::established(message).unwrap();
    let key = cbor::decode(key).unwrap().embedded().unwrap();
    let private = NamedCurve::P256.scalar(&hex::decode(PHONE).unwrap()).unwrap();
    let public = Key::read(&cbor::decode(key).unwrap()).unwrap();
    let agreed = cose::agreed(&private, public.ec().unwrap()).unwrap();
    let (reader, phone) = Transcript::new(engagement, key, Handover::Qr).session_keys(&agreed);
    let mut session = Session::new(Side::Phone, reader, phone);
    let request = session.open(sealed).unwrap().to_vec();
    (session, request)
}

#[test]
fn both_sides_agree_and_a_recording_holds_no_private_key() {
    let engagement = scanned(CODE).unwrap();
    let parsed = Engagement::parse(&engagement).unwrap();
    let items = cbor::map(&[(cbor::text("docType"), cbor::text("x")), (cbor::text("nameSpaces"), vec![0xA0])]);
    let mut recorder = nonces(7);
    let mut reader = Opened::fresh(&parsed, Handover::Qr, &mut recorder).unwrap();
    let (message, request) = reader.establish(&items, None, &mut recorder).unwrap();
    let (mut session, received) = phone(&message, &engagement);
    assert_eq!(received, request.bytes);
    assert_eq!((&request.items, &request.reader_auth), (&items, &None));
    let answer = session.seal(b"response").unwrap();
    let answer = Message { data: Some(&answer), status: Some(status::TERMINATION) }.encode();
    let Answer::Response(response) = reader.answered(&answer).unwrap() else { panic!() };
    assert_eq!((response.as_slice(), reader.is_over()), (&b"response"[..], true));
    let device = Key::Ec(parsed.key.clone());
    let code_key = reader.mac_key(&device, &mut recorder).unwrap();
    reader.release(&mut recorder);
    // What a recording keeps plays the same session, and no draw is among it.
    assert!(recorder.drawn().is_empty());
    let keys: Vec<_> = recorder.session_keys().map(|key| Zeroizing::new(key.to_vec())).collect();
    let random = [7; 40];
    let private = NamedCurve::P256.random_scalar(&random).expose();
    assert!(keys.iter().all(|key| !key.windows(32).any(|part| part == private.as_slice() || part == &random[..32])));
    let mut again = nonces(0);
    let mut replayed = Opened::recorded(&parsed, Handover::Qr, &keys, &mut again).unwrap();
    let (same, _) = replayed.establish(b"whatever is asked now", None, &mut again).unwrap();
    assert_eq!(same, message);
    let Answer::Response(same) = replayed.answered(&answer).unwrap() else { panic!() };
    assert_eq!(same, response);
    assert_eq!(replayed.mac_key(&device, &mut again).unwrap().as_bytes(), code_key.as_bytes());
    assert_eq!(again.session_keys().collect::<Vec<_>>(), keys.iter().map(|key| key.as_slice()).collect::<Vec<_>>());
}

#[test]
fn every_end_of_a_session_has_its_word() {
    let engagement = scanned(CODE).unwrap();
    let parsed = Engagement::parse(&engagement).unwrap();
    let answered = |message: &[u8]| {
        let mut recorder = nonces(7);
        let mut reader = Opened::fresh(&parsed, Handover::Qr, &mut recorder).unwrap();
        let answer = reader.answered(message).map(|answer| matches!(answer, Answer::Declined));
        (answer, reader.is_over())
    };
    let status = |status| Message { data: None, status: Some(status) }.encode();
    assert_eq!(answered(&status(20)), (Ok(true), true));
    assert_eq!(answered(&status(10)), (Err(ShareError::Encryption), true));
    assert_eq!(answered(&status(11)), (Err(ShareError::Decoding), true));
    assert_eq!(answered(&status(99)), (Err(ShareError::Status(99)), true));
    assert_eq!(answered(&[0xA0]).0, Err(ShareError::Empty));
    let wrong = Message { data: Some(&[0; 40]), status: None }.encode();
    assert_eq!(answered(&wrong), (Err(ShareError::Session(SessionError::Decryption)), true));
    assert!(matches!(answered(&[0xFF]), (Err(ShareError::Session(SessionError::Cbor(_))), true)));
}

/// Whether a recorder gets the key of the phone's messages, and whether the number was noticed.
fn looked_through(answer: impl Fn(&mut Session) -> Option<Vec<u8>>, distrusted: bool) -> (bool, bool) {
    let engagement = scanned(CODE).unwrap();
    let parsed = Engagement::parse(&engagement).unwrap();
    let mut recorder = nonces(7);
    let mut reader = Opened::fresh(&parsed, Handover::Qr, &mut recorder).unwrap();
    let (message, _) = reader.establish(&[0xA0], None, &mut recorder).unwrap();
    let (mut session, _) = phone(&message, &engagement);
    if let Some(answer) = answer(&mut session) {
        let _ = reader.answered(&answer);
    }
    if distrusted {
        reader.distrust();
    }
    reader.release(&mut recorder);
    reader.release(&mut recorder);
    let given = recorder.session_keys().filter(|entry| entry.first() == Some(&super::PHONE)).count();
    assert!(given < 2);
    (given == 1, reader.brought_number())
}

#[test]
fn a_recording_gets_the_phones_key_only_after_all_was_looked_through() {
    let sealed = |session: &mut Session, text: &[u8], status| {
        let data = session.seal(text).unwrap();
        Some(Message { data: Some(&data), status }.encode())
    };
    let number = b"..individual_number_unicode..";
    assert_eq!(looked_through(|session| sealed(session, b"response", None), false), (true, false));
    assert_eq!(looked_through(|session| sealed(session, b"response", None), true), (false, false));
    for status in [None, Some(10), Some(11), Some(20), Some(99)] {
        assert_eq!(looked_through(|session| sealed(session, number, status), false), (false, true), "{status:?}");
    }
    // Nothing came, it is malformed, it does not decrypt, it says more, it says it in plain.
    assert_eq!(looked_through(|_| None, false), (false, false));
    let malformed = |session: &mut Session| sealed(session, number, None).map(|message| [message, vec![0]].concat());
    assert_eq!(looked_through(malformed, false), (false, false));
    let wrong = |session: &mut Session| {
        let mut message = sealed(session, number, None).unwrap();
        *message.last_mut().unwrap() ^= 1;
        Some(message)
    };
    assert_eq!(looked_through(wrong, false), (false, false));
    let more = |session: &mut Session| {
        let data = cbor::bytes(&session.seal(b"response").unwrap());
        Some(cbor::map(&[(cbor::text("data"), data.clone()), (cbor::text("more"), data)]))
    };
    assert_eq!(looked_through(more, false), (false, false));
    assert_eq!(looked_through(|_| Some(number.to_vec()), false), (false, true));
}

#[test]
fn a_recording_without_the_phones_key_plays_to_the_same_end_or_says_so() {
    let engagement = scanned(CODE).unwrap();
    let parsed = Engagement::parse(&engagement).unwrap();
    let mut recorder = nonces(7);
    let mut reader = Opened::fresh(&parsed, Handover::Qr, &mut recorder).unwrap();
    let items = cbor::map(&[(cbor::text("docType"), cbor::text("x")), (cbor::text("nameSpaces"), vec![0xA0])]);
    let (message, _) = reader.establish(&items, None, &mut recorder).unwrap();
    let keys: Vec<_> = recorder.session_keys().map(|key| Zeroizing::new(key.to_vec())).collect();
    let answered = |data: Option<&[u8]>, status| {
        let mut again = Opened::recorded(&parsed, Handover::Qr, &of_session(&keys, 0), &mut nonces(0)).unwrap();
        assert_eq!(again.establish(&items, None, &mut nonces(0)).unwrap().0, message);
        again.answered(&Message { data, status }.encode()).map(|answer| matches!(answer, Answer::Declined))
    };
    let data = Some(&[7; 40][..]);
    assert_eq!(answered(data, Some(10)), Err(ShareError::Encryption));
    assert_eq!(answered(None, Some(20)), Ok(true));
    assert_eq!(answered(None, None), Err(ShareError::Empty));
    for status in [None, Some(20)] {
        assert_eq!(answered(data, status), Err(ShareError::Recording));
    }
    assert!(of_session(&keys, 1).is_empty());
}

#[test]
fn the_phones_own_key_is_not_agreed_with_and_every_session_has_its_own_key() {
    let engagement = scanned(CODE).unwrap();
    let parsed = Engagement::parse(&engagement).unwrap();
    let first = |seed| {
        let mut recorder = nonces(seed);
        let mut reader = Opened::fresh(&parsed, Handover::Qr, &mut recorder).unwrap();
        reader.establish(&[0xA0], None, &mut recorder).unwrap().0
    };
    assert_ne!(first(1), first(2));
    // A draw that gives the phone's own key.
    let mut draw = hex::decode(PHONE).unwrap();
    let one = draw.iter().rposition(|byte| *byte != 0).unwrap();
    draw[one] -= 1;
    let draw = [vec![0; 8], draw].concat();
    let mut mirrored = RecordedNonces::new(ListedNonces::new(vec![draw]));
    let opened = Opened::fresh(&parsed, Handover::Qr, &mut mirrored);
    assert_eq!(opened.err(), Some(ShareError::Agreement));
}
