use super::*;

/// ISO/IEC 18013-5 annex D, from a QR code.
const ANNEX_D: &str = "mdoc:owBjMS4wAYIB2BhYS6QBAiABIVggWojRgrzl9C76WZQ_MzWdLoqWj_KJ2T5fpES2JDQxZ_4iWCCxboz4WN3HaQQHumHUwzgjeoz8895qpnL8YKVXqjL8ZwKBgwIBowD0AfULUEXv73QrLEg3qaOw4dBaaRc";

/// Spec mdoc 12.1.
const OWN: &str = "a30063312e30018201d818584ba401022001215820e8928c832d558b7e97f45b608e084b3c8b9179b54594f71c8db7450d60e94815225820ec715dc837557e4d5b983ae00c4e0c55516eea233c47b54cab29b8676fa95c580282830101a20018ff01190100830201a400f501f50a50000102030405060708090a0b0c0d0e0f0b50000102030405060708090a0b0c0d0e0f";

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

/// An engagement in the form of an iPhone's (spec mdoc 2.1, 2.5), around the key of annex D.
pub fn iphone() -> Vec<u8> {
    let annex = scanned(ANNEX_D).unwrap();
    let key = Engagement::parse(&annex).unwrap().key_bytes.to_vec();
    [&bytes("a40063312e31018201")[..], &key, &bytes("058006a203f504f5")].concat()
}

#[test]
fn the_qr_code_of_annex_d_is_understood() {
    let engagement = scanned(ANNEX_D).unwrap();
    assert_eq!(engagement.len(), 116);
    let parsed = Engagement::parse(&engagement).unwrap();
    assert!(hex::encode(parsed.key.encoded()).starts_with("045a88d182bce5f42e"));
    assert_eq!(hex::encode(parsed.key_bytes).get(..14), Some("d818584ba40102"));
    let [Method::Bluetooth { peripheral: None, central: Some(service) }] = parsed.methods[..] else { panic!() };
    assert_eq!(hex::encode(service), "45efef742b2c4837a9a3b0e1d05a6917");
    assert_eq!(parsed.nfc(), None);
}

#[test]
fn methods_are_those_that_are_named() {
    let engagement = bytes(OWN);
    let parsed = Engagement::parse(&engagement).unwrap();
    assert_eq!(parsed.nfc(), Some((255, 256)));
    let service: [u8; 16] = core::array::from_fn(|at| u8::try_from(at).unwrap());
    assert_eq!(parsed.methods[1], Method::Bluetooth { peripheral: Some(service), central: Some(service) });
}

#[test]
fn the_second_edition_is_read_as_far_as_it_is_known() {
    let engagement = iphone();
    let parsed = Engagement::parse(&engagement).unwrap();
    assert_eq!((parsed.bytes, parsed.methods.len()), (&engagement[..], 0));
}

#[test]
fn null_is_what_is_left_out() {
    let good = hex::encode(scanned(ANNEX_D).unwrap());
    // Of a QR code: a method without options, a mode without its service, no methods.
    let methods = |hex: &str| Engagement::parse(&bytes(hex)).unwrap().methods;
    let (before, after) = good.split_once("0281830201a3").unwrap();
    assert_eq!(methods(&format!("{before}0281830201f6")), [Method::Other]);
    let without = format!("{before}0281830201a3{}", after.replace("0b5045efef742b2c4837a9a3b0e1d05a6917", "0bf6"));
    assert_eq!(methods(&without), [Method::Bluetooth { peripheral: None, central: None }]);
    assert_eq!(methods(&format!("{before}02f6")), []);
}

#[test]
fn what_is_not_an_engagement_is_refused() {
    let good = hex::encode(iphone());
    let error = |hex: &str| Engagement::parse(&bytes(hex)).unwrap_err();
    assert_eq!(error(&good.replace("63312e31", "63322e30")), EngagementError::Version);
    assert_eq!(error(&good.replace("018201d818", "018202d818")), EngagementError::CipherSuite);
    assert_eq!(error(&good.replace("a40102200121", "a40102200421")), EngagementError::Key, "X25519");
    assert_eq!(
        error(&good.replace("2258 20b1".replace(' ', "").as_str(), "225820b2")),
        EngagementError::Key,
        "off the curve"
    );
    assert_eq!(error(&format!("{good}00")), EngagementError::Cbor(CborError::Trailing));
    assert_eq!(error("a0"), EngagementError::Cbor(CborError::Missing));
    assert_eq!(Engagement::parse(&vec![0; MAX_ENGAGEMENT + 1]), Err(EngagementError::TooLong));
    for text in ["", "mdoc", "mdoc:=", "MDOC:owBj", "mdoc://owBj", "mdoc:owB", "https://example.invalid/"] {
        assert!(scanned(text).is_err(), "{text}");
    }
    assert_eq!(scanned(&format!(" {ANNEX_D}\r\n")).unwrap().len(), 116, "as a scanner types it");
    // Cut in the middle of a byte, and of the map.
    assert_eq!(scanned(&ANNEX_D.replace("aRc", "aR")), Err(EngagementError::Scheme));
    assert_eq!(scanned(&ANNEX_D.replace("aRc", "")), Err(EngagementError::Cbor(CborError::Malformed)));
}

proptest::proptest! {
    #[test]
    fn base64url_is_strict(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60), text in "[A-Za-z0-9_-]{0,40}") {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let encode = |bytes: &[u8]| -> String {
            let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
            bits.as_bytes()
                .chunks(6)
                .map(|six| {
                    let six = format!("{:0<6}", std::str::from_utf8(six).unwrap());
                    char::from(ALPHABET[usize::from_str_radix(&six, 2).unwrap()])
                })
                .collect()
        };
        proptest::prop_assert_eq!(base64url(&encode(&bytes)), Some(bytes));
        if let Some(bytes) = base64url(&text) {
            proptest::prop_assert_eq!(encode(&bytes), text);
        }
    }

    #[test]
    fn any_bytes_are_an_engagement_or_an_error(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), at in 0..96_usize, with: u8
    ) {
        let _ = Engagement::parse(&bytes);
        let mut engagement = iphone();
        engagement[at] = with;
        let _ = Engagement::parse(&engagement);
    }
}
