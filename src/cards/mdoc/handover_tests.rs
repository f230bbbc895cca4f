use super::*;

/// ISO/IEC 18013-5 annex D: Handover Select, 195 bytes.
const ANNEX_D_SELECT: &str = "91020f487315d10209616301013001046d646f631a200c016170706c69636174696f6e2f766e642e626c7565746f6f74682e6c652e6f6f6230081b28128b37282801021c015c1e580469736f2e6f72673a31383031333a646576696365656e676167656d656e746d646f63a20063312e30018201d818584ba4010220012158205a88d182bce5f42efa59943f33359d2e8a968ff289d93e5fa444b624343167fe225820b16e8cf858ddc7690407ba61d4c338237a8cfcf3de6aa672fc60a557aa32fc67";

/// The same: Handover Request, 205 bytes, with a collision record and three carriers.
const ANNEX_D_REQUEST: &str = "91022548721591020263720102110204616301013000110206616301036e6663005102046163010157001a201e016170706c69636174696f6e2f766e642e626c7565746f6f74682e6c652e6f6f6230081b28078080bf2801021c021107c832fff6d26fa0beb34dfcd555d4823a1c11010369736f2e6f72673a31383031333a6e66636e6663015a172b016170706c69636174696f6e2f766e642e7766612e6e616e57030101032302001324fec9a70b97ac9684a4e326176ef5b981c5e8533e5f00298cfccbc35e700a6b020414";

/// Spec mdoc 12.2: static handover with Bluetooth and NFC.
const STATIC: &str = "91021f487315910209616301013001046d646f6351020b616301036e666301046d646f631c1e580469736f2e6f72673a31383031333a646576696365656e676167656d656e746d646f63a20063312e30018201d818584ba401022001215820ed491cae0144764f6ba34c2a48a840898d4e2326af45c0b9c5a5303c221353cd2258203919b0b2e685d243da70db813d0f8c2072b77d0dd3332f11fa8a35288f559b311a2015016170706c69636174696f6e2f766e642e626c7565746f6f74682e6c652e6f6f6230021c011107656363612d6e656d6961742d61636f6d5c110a0369736f2e6f72673a31383031333a6e66636e6663010301ffff0402010000";

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

#[test]
fn annex_d_is_understood() {
    let message = bytes(ANNEX_D_SELECT);
    assert_eq!(message.len(), 195);
    let select = Select::parse(&message).unwrap();
    assert_eq!(select.engagement.len(), 88);
    assert_eq!(select.carriers, [Carrier::Bluetooth { peripheral: false, central: true, service: None }]);
    assert_eq!(select.nfc(), None);
    // A request is not a select message, and its records are read all the same.
    let request = bytes(ANNEX_D_REQUEST);
    assert_eq!(Select::parse(&request), Err(HandoverError::NoSelect));
    let records = ndef::parse(&request).unwrap();
    assert_eq!(records.iter().map(|record| record.kind.len()).collect::<Vec<_>>(), [2, 32, 17, 23]);
}

#[test]
fn a_static_handover_names_its_carriers() {
    let message = bytes(STATIC);
    assert_eq!(message.len(), 254);
    let select = Select::parse(&message).unwrap();
    let mut service: [u8; 16] = *b"ecca-nemiat-acom";
    service.reverse();
    assert_eq!(
        select.carriers,
        [
            Carrier::Bluetooth { peripheral: false, central: true, service: Some(service) },
            Carrier::Nfc { command: 65_535, response: 65_536 }
        ]
    );
    assert_eq!(select.nfc(), Some((65_535, 65_536)));
}

/// The form of an iPhone's answers (spec mdoc 2.5): the carrier first, no service of its own, the engagement last, version 1.1 with what
/// the second edition adds.
#[test]
fn the_form_of_an_iphone_is_understood() {
    let parameter = [&[0xD1, 0x02, 0x1A, 0x54, 0x70, 0x10, 0x13], SERVICE, &[0x00, 0x14, 0x0F, 0x08, 0x00]].concat();
    assert_eq!(offers_service(&parameter), Some(2_048));
    let engagement = super::super::engagement::tests::iphone();
    let alternative = [&[0x01, 0x01, b'0', 0x01, 0x04][..], b"mdoc"].concat();
    let inner = [
        &[0x15],
        ndef::encode(&[Record { format: WELL_KNOWN, kind: b"ac", id: b"", payload: &alternative }]).as_slice(),
    ]
    .concat();
    let message = ndef::encode(&[
        Record { format: WELL_KNOWN, kind: b"Hs", id: b"", payload: &inner },
        Record { format: MIME, kind: BLUETOOTH.as_bytes(), id: b"0", payload: &[0x02, 0x1C, 0x01] },
        Record { format: EXTERNAL, kind: DEVICE_ENGAGEMENT.as_bytes(), id: b"mdoc", payload: &engagement },
    ]);
    assert_eq!((engagement.len(), message.len()), (96, 194));
    let select = Select::parse(&message).unwrap();
    assert_eq!(select.engagement, engagement);
    assert_eq!(select.carriers, [Carrier::Bluetooth { peripheral: false, central: true, service: None }]);
}

#[test]
fn what_hands_over_to_nothing_is_refused() {
    let engagement = Record { format: EXTERNAL, kind: DEVICE_ENGAGEMENT.as_bytes(), id: b"mdoc", payload: b"e" };
    let select = |payload: &[u8], rest: &[Record<'_>]| {
        let first = Record { format: WELL_KNOWN, kind: b"Hs", id: b"", payload };
        let message = ndef::encode(&[&[first], rest].concat());
        Select::parse(&message).map(|select| select.carriers)
    };
    assert_eq!(select(&[0x15], &[engagement]), Ok(Vec::new()));
    assert_eq!(select(&[], &[engagement]), Err(HandoverError::NoSelect));
    assert_eq!(select(&[0x25], &[engagement]), Err(HandoverError::Version));
    assert_eq!(select(&[0x15], &[]), Err(HandoverError::NoEngagement));
    assert_eq!(select(&[0x15], &[engagement, engagement]), Err(HandoverError::NoEngagement));
    assert_eq!(select(&[0x15, 0xD1], &[engagement]), Err(HandoverError::Ndef(NdefError::Ends)));
    let alternative = |payload: &[u8]| {
        let inner = ndef::encode(&[Record { format: WELL_KNOWN, kind: b"ac", id: b"", payload }]);
        select(&[&[0x15], inner.as_slice()].concat(), &[engagement])
    };
    for payload in [&[][..], &[1], &[1, 1], &[1, 1, b'x', 0], &[1, 9, b'x', 0], &[1, 4, b'm', b'd', b'o', b'c', 1]] {
        assert_eq!(alternative(payload), Err(HandoverError::Carrier), "{payload:?}");
    }
    assert_eq!(alternative(&[1, 4, b'm', b'd', b'o', b'c', 0]), Ok(vec![Carrier::Other]));
}

#[test]
fn what_the_reader_writes_is_read_by_the_same_rules() {
    assert_eq!(hex::encode_upper(service_select()), format!("D10214547313{}", hex::encode_upper(SERVICE)));
    assert_eq!(status(&bytes("D10201546500")), Some(0));
    assert_eq!(status(&bytes("D10201547500")), None);
    let service = *b"0123456789abcdef";
    let message = request(&[Offer::BluetoothPeripheral(service), Offer::Nfc]);
    let records = ndef::parse(&message).unwrap();
    assert_eq!(records.len(), 4);
    assert_eq!(records[1].payload, bytes("a10063312e30"));
    assert_eq!(carrier(&records[2]), Carrier::Bluetooth { peripheral: true, central: false, service: Some(service) });
    assert_eq!(carrier(&records[3]), Carrier::Nfc { command: 65_535, response: 65_536 });
    let inner = ndef::parse(&records[0].payload[1..]).unwrap();
    assert_eq!(references(inner[0].payload), Some(vec![&b"0"[..], b"mdocreader"]));
    assert_eq!(references(inner[1].payload), Some(vec![&b"nfc"[..], b"mdocreader"]));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_a_handover_or_an_error(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), at in 0..254_usize, with: u8
    ) {
        let _ = (Select::parse(&bytes), offers_service(&bytes), status(&bytes), references(&bytes));
        let mut message = hex::decode(STATIC).unwrap();
        message[at] = with;
        let _ = Select::parse(&message);
    }
}
