use super::*;
use crate::{
    crypto::NamedCurve,
    simulator::cards::mdoc::issuer::{self, MdocOrder, Signer},
};

#[test]
fn a_validity_begins_with_the_signature_or_later_and_lasts() {
    let device = issuer::Key::Curve(NamedCurve::P256, "a phone of the tests");
    let mut order = MdocOrder::new("a type", Vec::new(), device, Signer::First.order());
    // When it was signed, from when and until when it is valid, in seconds.
    for ([signed, from, until], expected) in [
        ([100, 100, 101], Ok(())),
        ([100, 101, 102], Ok(())),
        ([100, 99, 101], Err(MsoError::Order)),
        ([100, 100, 100], Err(MsoError::Order)),
        ([100, 101, 100], Err(MsoError::Order)),
        ([100, 99, 98], Err(MsoError::Order)),
    ] {
        [order.signed, order.valid_from, order.valid_until] =
            [signed, from, until].map(|second| Timestamp::from_second(second).unwrap());
        let mso = cbor::embedded(&order.mso());
        assert_eq!(Mso::read(&mso).map(|_| ()), expected, "{signed} {from} {until}");
    }
}

#[test]
fn a_time_is_rfc_3339_in_utc_with_a_fraction_at_most() {
    let read = |text: &str| time(&cbor::decode(&cbor::tagged(0, &cbor::text(text))).unwrap());
    let second: Timestamp = "2025-04-01T00:00:00Z".parse().unwrap();
    for (text, nanoseconds) in
        [("2025-04-01T00:00:00Z", 0), ("2025-04-01T00:00:00.5Z", 500_000_000), ("2025-04-01T00:00:00.000000001Z", 1)]
    {
        assert_eq!(read(text).map(|time| time.duration_since(second).as_nanos()), Ok(nanoseconds), "{text}");
    }
    for text in [
        "2025-04-01 00:00:00Z",
        "2025-04-01t00:00:00Z",
        "2025-04-01T00:00:00z",
        "2025-04-01T00:00:00",
        "2025-04-01T00:00:00+00:00",
        "2025-04-01T00:00:00,5Z",
        "2025-04-01T00:00:00.Z",
        "2025-04-01T00:00:00.0000000001Z",
        "2025-04-01T00:00:00.5aZ",
        "2025-04-01T00:00Z",
        "2025-13-01T00:00:00Z",
        "",
    ] {
        assert_eq!(read(text), Err(MsoError::Time), "{text}");
    }
}

#[test]
fn only_a_hash_that_is_not_known_is_left_to_another_program() {
    let device = issuer::Key::Curve(NamedCurve::P256, "a phone of the tests");
    let mso = MdocOrder::new("a type", Vec::new(), device, Signer::First.order()).mso();
    for (old, new, error, unsupported) in [
        (&b"SHA-256"[..], &b"SHA-001"[..], MsoError::DigestAlgorithm, true),
        (b"1.0", b"2.0", MsoError::Version, false),
    ] {
        let at = mso.windows(old.len()).position(|window| window == old).unwrap();
        let bytes = cbor::embedded(&[&mso[..at], new, &mso[at + old.len()..]].concat());
        let read = Mso::read(&bytes).map(|_| ()).unwrap_err();
        assert_eq!((read.is_unsupported(), read), (unsupported, error));
    }
}
