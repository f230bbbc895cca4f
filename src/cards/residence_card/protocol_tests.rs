//! The two official worked examples, byte for byte, as a reader and as a card.

use super::*;

/// One worked example: the randoms of card and reader, what goes over the link, the session key.
struct Example {
    cipher: CardCipher,
    card_random: &'static str,
    card_material: &'static str,
    reader: &'static str,
    card: &'static str,
    session_key: &'static str,
    verify: &'static str,
}

/// 在留カード等仕様書(一般公開用) Ver 1.5, appendix 2.
const FIRST: Example = Example {
    cipher: CardCipher::TripleDes,
    card_random: "5a6e7e385162b7a3",
    card_material: "19d049490fff52eedbfcb930bc810ed0",
    reader: "937745c20883a1bad1e04193722a1592378f81a8f1dc589157aeb0f7544fa1ba1ad7fb6a3389e017",
    card: "5860775b4d032cc564ba204b8ea868f694a74e7475a8fef240588bda1af496ce59388fd6cd45248b",
    session_key: "ce94938e19e3b97df96eabcedc1715cc",
    verify: "8611011aa82973db959a811f9711d728f0eef6",
};

/// 第2世代在留カード等仕様書 Ver 1.1, appendix 2, as recorded by a second source (SPEC2*).
const SECOND: Example = Example {
    cipher: CardCipher::Aes128,
    card_random: "921ce277323da057",
    card_material: "2cc6af9b8b607c662fdcad27b401d08b",
    reader: "4ad3c7b6bb484a52771977ded618b41df841fa0476a05fbe041dead6109e773bac854617634f5397",
    card: "289a96b1da6ae3da87770419bfd14f0bdad15f36432b5a946c188c7221759a62fa942ec51e62ff5f",
    session_key: "c19cf13d3d7fbee9ea293d834c88952f",
    verify: "861101ee0b31ef877f68d071c56d58c72e6748",
};

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

fn number() -> CardNumber {
    "AA12345678BB".parse().unwrap()
}

fn initiator(example: &Example) -> Initiator {
    Initiator {
        cipher: example.cipher,
        key: number().key(),
        random: bytes("1122334455667788"),
        material: Zeroizing::new(bytes("404142434445464748494a4b4c4d4e4f")),
    }
}

fn responder(example: &Example) -> Responder {
    Responder {
        cipher: example.cipher,
        key: number().key(),
        random: bytes(example.card_random),
        material: Zeroizing::new(bytes(example.card_material)),
    }
}

#[test]
fn both_worked_examples_as_a_reader_and_as_a_card() {
    for example in [FIRST, SECOND] {
        let random = bytes(example.card_random);
        assert_eq!(hex::encode(initiator(&example).data(&random)), example.reader);
        let session = initiator(&example).finish(&random, &hex::decode(example.card).unwrap()).unwrap();
        assert_eq!(hex::encode(session.expose()), example.session_key);
        assert_eq!(hex::encode(session.verify_data(&number())), example.verify);

        let (answer, theirs) = responder(&example).answer(&hex::decode(example.reader).unwrap()).unwrap();
        assert_eq!(hex::encode(answer), example.card);
        assert!(theirs == session);
        assert_eq!(theirs.opens(&number(), &hex::decode(example.verify).unwrap()), Ok(true));
        let other = "AA12345678BC".parse().unwrap();
        assert_eq!(theirs.opens(&other, &hex::decode(example.verify).unwrap()), Ok(false));
    }
}

#[test]
fn every_harmed_bit_of_a_handshake_is_noticed() {
    for example in [FIRST, SECOND] {
        let random = bytes(example.card_random);
        for (side, message) in [("reader", example.reader), ("card", example.card)] {
            let whole = hex::decode(message).unwrap();
            for bit in 0..whole.len() * 8 {
                let mut harmed = whole.clone();
                harmed[bit / 8] ^= 0x80 >> (bit % 8);
                let error = if side == "reader" {
                    responder(&example).answer(&harmed).unwrap_err()
                } else {
                    initiator(&example).finish(&random, &harmed).unwrap_err()
                };
                assert_eq!(error, HandshakeError::Mac, "{side} {bit}");
            }
            for length in [0, 39, 41] {
                let cut: Vec<u8> = whole.iter().copied().chain([0]).take(length).collect();
                assert_eq!(initiator(&example).finish(&random, &cut).unwrap_err(), HandshakeError::Length);
                assert_eq!(responder(&example).answer(&cut).unwrap_err(), HandshakeError::Length);
            }
        }
        // A replayed answer fits its own challenge alone.
        let replayed = initiator(&example).finish(&[0; 8], &hex::decode(example.card).unwrap());
        assert_eq!(replayed.unwrap_err(), HandshakeError::Challenge);
        let stale = Responder { random: [0; 8], ..responder(&example) };
        assert_eq!(stale.answer(&hex::decode(example.reader).unwrap()).unwrap_err(), HandshakeError::Challenge);
    }
}

#[test]
fn sealed_objects_have_the_documented_lengths_and_open_again() {
    // Spec residence 3.5: bytes of a file, bytes of its object.
    let table = [
        (CardCipher::TripleDes, 7004, 7013),
        (CardCipher::TripleDes, 3004, 3013),
        (CardCipher::TripleDes, 256, 269),
        (CardCipher::TripleDes, 224, 236),
        (CardCipher::Aes128, 14, 19),
        (CardCipher::Aes128, 73, 83),
        (CardCipher::Aes128, 46, 51),
        (CardCipher::Aes128, 5508, 5525),
        (CardCipher::Aes128, 2505, 2517),
    ];
    for (cipher, plain, sealed) in table {
        let key = SessionKey::new(cipher, [7; 16]);
        let bytes: Vec<u8> = (0..plain).map(|at: usize| at.to_le_bytes()[0]).collect();
        let object = key.seal(&bytes);
        assert_eq!(object.len(), sealed);
        assert_eq!(SessionKey::sealed_length(cipher, plain), sealed);
        assert_eq!(key.open(&object), Ok(bytes));
        let mut filler = vec![0; plain];
        assert_eq!(key.open(&key.seal(&filler)), Ok(std::mem::take(&mut filler)));
    }
}

#[test]
fn an_object_that_is_not_whole_is_not_opened() {
    let key = SessionKey::new(CardCipher::TripleDes, [7; 16]);
    let object = key.seal(&[1; 300]);
    for end in 4..object.len() {
        assert_eq!(key.open(&object[..end]), Err(SecureError::Cut { got: end - 4, announced: object.len() - 4 }));
    }
    assert_eq!(key.open(&[&object[..], &[0]].concat()), Err(SecureError::Object));
    for bad in [&[][..], &[0x86], &[0x87, 1, 1], &[0x86, 0x80, 1], &[0x86, 1, 2], &[0x86, 0]] {
        assert_eq!(key.open(bad), Err(SecureError::Object), "{bad:?}");
    }
    assert_eq!(key.open(&[0x86, 1, 1]), Err(SecureError::Padding));
    assert_eq!(SessionKey::new(CardCipher::TripleDes, [8; 16]).open(&object), Err(SecureError::Padding));
}

#[test]
fn a_number_is_read_as_people_type_it_and_shown_by_nothing() {
    for typed in ["AA12345678BB", "aa12345678bb", " AA 1234 5678 BB\n", "AA-12345678-BB", "ＡＡ１２３４５６７８ＢＢ"]
    {
        assert_eq!(typed.parse::<CardNumber>().unwrap().expose(), b"AA12345678BB", "{typed}");
    }
    for wrong in [
        "",
        "AA1234567BB",
        "AA12345678BBB",
        "A112345678BB",
        "AA1234567ABB",
        "AA12345678B1",
        "ÄA12345678BB",
        "AA12345678BＢＢ",
    ] {
        assert_eq!(wrong.parse::<CardNumber>(), Err(NotACardNumber), "{wrong}");
    }
    assert_eq!(format!("{:?}", number()), "CardNumber(..)");
}
