//! What the simulated My Number Card holds: sizes, offsets, signatures, pictures, and the same bytes for ever.

use crate::common::simulator::{IN_FACE, IN_TEXT, RIGHT_B, TEXT_B, card, sample, send};
use taimen::{
    cards::my_number::files::{self, FACE_CERTIFICATE, FACE_DATA, OTHER_FILES},
    crypto::{PublicKey, sha256, sha256_digest_info},
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    tlv::{self, Object, Tag},
    trust::{KeyId, TrustStore},
};

/// Reads a whole file the way the table says, with the credential that opens it.
fn read(card: &mut SimulatedCard, select: &str, verify: &str, sfi: u8) -> Vec<u8> {
    assert_eq!(send(card, select), "9000");
    assert_eq!(send(card, verify), "9000");
    let answer = send(card, &format!("00B0{:02X}00000000", 0x80 | sfi));
    hex::decode(answer.strip_suffix("9000").unwrap()).unwrap()
}

fn child<'a>(object: &Object<'a>, tag: Tag) -> Object<'a> {
    object.child(tag).unwrap()
}

/// The key in `90 … 91 …`.
fn key(bytes: &[u8]) -> PublicKey {
    let (exponent, rest) = tlv::object(bytes, 0).unwrap();
    let (modulus, rest) = tlv::object(rest, 0).unwrap();
    assert_eq!((exponent.tag, modulus.tag, rest), (files::KEY_EXPONENT, files::KEY_MODULUS, &[][..]));
    PublicKey::new(modulus.value, exponent.value).unwrap()
}

/// The municipality's key, once the shipped simulated anchor vouches for it.
fn certified(file: &[u8], issuer: &[u8; 7], subject: &[u8; 7]) -> PublicKey {
    let (certificate, filler) = tlv::file(file, FACE_CERTIFICATE.own.tag).unwrap();
    assert!(filler.is_empty());
    let (body, signature) = (child(&certificate, files::CV_BODY), child(&certificate, files::CV_SIGNATURE));
    assert_eq!(body.value.len(), 297);
    let id = KeyId(body.value[..16].try_into().unwrap());
    assert_eq!(id.0[..7], *issuer);
    assert_eq!(body.value[16..23], *subject);
    let store = TrustStore::shipped().unwrap();
    let (_, anchor) = store.cv_keys(&id).next().unwrap();
    anchor.key.verify_sha256(&[body.value], signature.value).unwrap();
    key(&body.value[32..])
}

const MESSAGE: &[u8] = b"a challenge";

/// The answer of the selected application's key to a challenge.
fn answer(card: &mut SimulatedCard) -> Vec<u8> {
    let info = sha256_digest_info(&sha256(&[MESSAGE]));
    let answer = send(card, &format!("802A000033{}00", hex::encode(info)));
    hex::decode(answer.strip_suffix("9000").unwrap()).unwrap()
}

#[test]
fn the_face_applications_signatures_verify_down_from_the_shipped_anchor() {
    let mut card = card();
    let certificate = read(&mut card, IN_FACE, RIGHT_B, FACE_CERTIFICATE.sfi());
    let municipality = certified(&certificate, b"7000023", b"9920421");

    let bytes = read(&mut card, IN_FACE, RIGHT_B, FACE_DATA.sfi());
    let (face, _) = tlv::file(&bytes, FACE_DATA.own.tag).unwrap();
    let raw =
        |fields: &[files::Field]| fields.iter().flat_map(|f| child(&face, f.tag).raw.to_vec()).collect::<Vec<_>>();
    let groups = [
        sha256(&[&raw(&[files::FACE_BIRTH, files::FACE_SEX, files::FACE_KEY])]),
        sha256(&[&raw(&[files::FACE_NAME, files::FACE_ADDRESS])]),
        sha256(&[&raw(&[files::FACE_PHOTO])]),
    ];
    municipality.verify_triple_sha256(&groups, child(&face, files::FACE_SIGNATURE.tag).value).unwrap();
    let chip = key(child(&face, files::FACE_KEY.tag).value);
    chip.verify_sha256(&[MESSAGE], &answer(&mut card)).unwrap();
    assert_eq!(child(&face, files::FACE_BIRTH.tag).value, b"19800217");
    assert_eq!(child(&face, files::FACE_EXPIRY.tag).value, b"20350217");

    let bytes = read(&mut card, IN_FACE, "0020009106 353530323137", files::FACE_AGE.sfi());
    let (age, _) = tlv::file(&bytes, files::FACE_AGE.own.tag).unwrap();
    let signed = [child(&age, files::AGE_BIRTH_DATE.tag).raw, child(&age, files::AGE_KEY.tag).raw];
    municipality.verify_sha256(&signed, child(&age, files::AGE_SIGNATURE.tag).value).unwrap();
    assert_eq!(key(child(&age, files::AGE_KEY.tag).value), chip);
}

#[test]
fn the_text_applications_signatures_verify_down_from_the_shipped_anchor() {
    let mut card = card();
    let certificate = read(&mut card, IN_TEXT, TEXT_B, files::TEXT_CERTIFICATE.sfi());
    let municipality = certified(&certificate, b"7000033", b"9920431");

    let bytes = read(&mut card, IN_TEXT, TEXT_B, files::TEXT_ATTRIBUTES.sfi());
    let (attributes, _) = tlv::file(&bytes, files::TEXT_ATTRIBUTES.own.tag).unwrap();
    let bytes = read(&mut card, IN_TEXT, TEXT_B, files::TEXT_DIGESTS.sfi());
    let (digests, _) = tlv::file(&bytes, files::TEXT_DIGESTS.own.tag).unwrap();
    let (number, own) = (child(&digests, files::DIGEST_NUMBER.tag), child(&digests, files::DIGEST_ATTRIBUTES.tag));
    assert_eq!(own.value, sha256(&[&attributes.value[11..]]), "everything behind the offset table");
    municipality.verify_sha256(&[number.raw, own.raw], child(&digests, files::DIGEST_SIGNATURE.tag).value).unwrap();

    let bytes = read(&mut card, IN_TEXT, TEXT_B, files::TEXT_KEY.sfi());
    let (text_key, _) = tlv::file(&bytes, files::TEXT_KEY.own.tag).unwrap();
    let chip = child(&text_key, files::TEXT_CHIP_KEY.tag);
    municipality.verify_sha256(&[chip.raw], child(&text_key, files::TEXT_KEY_SIGNATURE.tag).value).unwrap();
    key(chip.value).verify_sha256(&[MESSAGE], &answer(&mut card)).unwrap();
}

#[test]
fn sizes_and_offsets_are_those_of_the_spec() {
    let mut card = card();
    // Certificates are as long as the names in them, which are those of the simulator.
    let fixed = |file: &&files::File| **file != FACE_DATA && file.application != files::JPKI;
    for file in files::FILES.iter().filter(fixed) {
        let bytes = card.file_mut(file.name).unwrap();
        assert_eq!(bytes.len(), file.own.test_card_size, "{}", file.name);
    }
    for file in OTHER_FILES {
        let hidden = file.access == files::Access::AnyOf(&[]);
        let records = [files::COMMON.aid, files::RESIDENT.aid].contains(&file.application.aid);
        let name = format!("{}/{:04X}", file.application.name, file.sfi);
        let size = card.file_mut(&name).map(|bytes| bytes.len());
        let expected = if hidden { Some(0) } else { Some(file.test_card_size).filter(|_| !records) };
        assert_eq!(size, expected, "{}/{:04X}", file.application.name, file.sfi);
    }
    let attributes = card.file_mut(files::TEXT_ATTRIBUTES.name).unwrap();
    assert_eq!(hex::encode_upper(&attributes[..14]), "FF2065DF2108000E002000590064");
    let face = card.file_mut(FACE_DATA.name).unwrap().clone();
    let (object, _) = tlv::file(&face, FACE_DATA.own.tag).unwrap();
    let table = child(&object, files::FACE_OFFSETS.tag).value;
    let offsets: Vec<usize> = table.chunks(2).map(|pair| usize::from(pair[0]) << 8 | usize::from(pair[1])).collect();
    assert_eq!(offsets[..4], [26, 37, 41, 311]);
    let starts: Vec<usize> = files::offset_targets(&FACE_DATA).map(|field| child(&object, field.tag).at).collect();
    assert_eq!(offsets, starts);
}

#[test]
fn a_seed_gives_the_same_card_for_ever() {
    let digest = |kind| {
        let mut card = Recipe::new(kind, 1).card().unwrap();
        let all: Vec<u8> = files::FILES
            .iter()
            .map(|file| (file.application, file.sfi()))
            .chain(OTHER_FILES.iter().map(|file| (file.application, file.sfi)))
            .filter_map(|(application, sfi)| card.file_mut(&format!("{}/{sfi:04X}", application.name)).cloned())
            .flatten()
            .collect();
        hex::encode(sha256(&[&all]))
    };
    assert_eq!(
        [digest(CardKind::MY_NUMBER), digest(CardKind::MY_NUMBER_NO_PHOTO)],
        [
            "1aa1f143030addc1b2d4c0d47f2dd4fcafee3ac69ee74267630ea661534ad5be",
            "be99ef1245e20161bc64504a5b8eb9e9f353f3a3a7f34e9475c16e16d1d40403"
        ]
    );
}

#[test]
fn an_infants_card_has_no_photo_and_is_signed_all_the_same() {
    let mut recipe = Recipe::new(CardKind::MY_NUMBER_NO_PHOTO, 1);
    recipe = recipe.with(sample());
    let mut card = recipe.card().unwrap();
    let bytes = read(&mut card, IN_FACE, RIGHT_B, FACE_DATA.sfi());
    let (face, _) = tlv::file(&bytes, FACE_DATA.own.tag).unwrap();
    assert!(face.child(files::FACE_PHOTO.tag).is_err());
    assert_eq!(child(&face, files::FACE_OFFSETS.tag).value.len(), 16);
    assert_eq!(child(&face, files::FACE_SIGNATURE.tag).value.len(), 256);
}

#[test]
fn pictures_decode() {
    let mut card = card();
    let bytes = card.file_mut(FACE_DATA.name).unwrap().clone();
    let (face, _) = tlv::file(&bytes, FACE_DATA.own.tag).unwrap();
    for (field, size) in [(files::FACE_NAME, (216, 12)), (files::FACE_ADDRESS, (288, 12)), (files::FACE_CODE, (24, 12))]
    {
        let picture = std::io::Cursor::new(child(&face, field.tag).value);
        let mut reader = png::Decoder::new(picture).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), size);
        assert!(pixels.iter().any(|byte| *byte != 0xFF), "{} has no ink", field.title.en);
    }
    let photo = child(&face, files::FACE_PHOTO.tag).value;
    let settings = hayro_jpeg2000::DecodeSettings { strict: true, ..Default::default() };
    let image = hayro_jpeg2000::Image::new(photo, &settings).unwrap();
    assert_eq!((image.width(), image.height()), (378, 472));
}
