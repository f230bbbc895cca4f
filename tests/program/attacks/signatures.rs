//! Tricks with the signature itself: its algorithm, its padding, its numbers. The forger is given the issuer's private
//! key, so that nothing but the form of the block can give him away.

use rsa::{BoxedUint, PrivateKey, hazmat, pkcs1::DecodeRsaPrivateKey, rand_core::CryptoRng, traits::PublicKeyParts};
use taimen::{
    cards::my_number::files::{self, Field},
    crypto::{sha256, sha256_digest_info, triple_sha256_digest_info},
    dump::Dump,
    tlv,
};

use super::bench::{Bench, LICENCE, MY_NUMBER, RESIDENCE1, RESIDENCE2, Rejected, Undetermined, get, put};

/// A key of the simulator's pool that signs any block, padded as the forger likes.
struct RawKey(PrivateKey);

impl RawKey {
    fn of_municipality() -> Self {
        let der = include_bytes!("../../../src/simulator/pool/keys/my-number-municipality-face.der");
        Self(PrivateKey::from_pkcs1_der(der).unwrap())
    }

    fn of_residence_cards() -> Self {
        Self(PrivateKey::from_pkcs1_der(include_bytes!("../../../src/simulator/pool/keys/zairyu-signer.der")).unwrap())
    }

    fn of_licences() -> Self {
        Self(PrivateKey::from_pkcs1_der(include_bytes!("../../../src/simulator/pool/keys/licence-signer.der")).unwrap())
    }

    /// The 256 bytes that the public key turns into `block`.
    fn sign(&self, block: &[u8]) -> Vec<u8> {
        assert_eq!(block.len(), 256);
        let block = BoxedUint::from_be_slice_vartime(block);
        hazmat::rsa_decrypt(None::<&mut dyn CryptoRng>, &self.0, &block).unwrap().to_be_bytes().into_vec()
    }
}

/// The sum of two numbers of the same length, if that length holds it.
fn sum(left: &[u8], right: &[u8]) -> Option<Vec<u8>> {
    let (mut sum, mut carry) = (left.to_vec(), 0);
    for (digit, more) in sum.iter_mut().zip(right).rev() {
        let whole = u16::from(*digit) + u16::from(*more) + carry;
        (*digit, carry) = (whole.to_be_bytes()[1], whole >> 8);
    }
    (carry == 0).then_some(sum)
}

/// `00 01`, so many bytes FF, `00`, the content, and whatever fills the rest.
fn block(padding: usize, content: &[u8], rest: u8) -> Vec<u8> {
    let mut block = [&[0x00, 0x01][..], &vec![0xFF; padding], &[0x00], content].concat();
    block.resize(256, rest);
    block
}

/// Blocks that lax verifiers take for one of `info`, whose last `hashed` bytes are the hash; each must be refused.
fn tricks(info: &[u8], hashed: usize) -> Vec<(&'static str, Vec<u8>)> {
    let full = 256 - 3 - info.len();
    let hash = &info[info.len() - hashed..];
    let prefix = &info[..info.len() - hashed];
    let mut garbage = info.to_vec();
    // Parameters that are not NULL: `05 00` becomes an octet string of the same two bytes.
    let null = garbage.windows(2).position(|pair| pair == [0x05, 0x00]).unwrap();
    garbage[null] = 0x04;
    let without_null: Vec<u8> = prefix[..null].iter().chain(&prefix[null + 2..]).chain(hash).copied().collect();
    let mut lying = info.to_vec();
    lying[1] = lying[1].wrapping_add(1);
    let mut type_two = block(full, info, 0);
    type_two[1] = 0x02;
    let mut hole = block(full, info, 0);
    hole[40] = 0xFE;
    vec![
        ("short padding, trailing garbage", block(8, info, 0xA5)),
        ("short padding, trailing zeros", block(8, info, 0)),
        ("no padding at all", block(0, info, 0x5A)),
        ("one byte of garbage", block(full - 1, info, 0x01)),
        ("no DigestInfo", block(256 - 3 - hash.len(), hash, 0)),
        ("garbage in the parameters", block(full, &garbage, 0)),
        ("parameters left out", block(256 - 3 - without_null.len(), &without_null, 0)),
        ("lengths that lie", block(full, &lying, 0)),
        ("block type 2", type_two),
        ("a hole in the padding", hole),
        ("another first byte", {
            let mut block = block(full, info, 0);
            block[0] = 0x01;
            block
        }),
        ("nothing", vec![0; 256]),
        ("one", [vec![0; 255], vec![1]].concat()),
    ]
}

fn object(dump: &Dump, field: Field) -> Vec<u8> {
    let bytes = get(dump, files::FACE_DATA.name);
    tlv::file(&bytes, files::FACE_DATA.own.tag).unwrap().0.child(field.tag).unwrap().raw.to_vec()
}

/// The signed groups of the face data, as hashes.
fn groups(dump: &Dump) -> [[u8; 32]; 3] {
    let raw = |field| object(dump, field);
    [
        sha256(&[&raw(files::FACE_BIRTH), &raw(files::FACE_SEX), &raw(files::FACE_KEY)]),
        sha256(&[&raw(files::FACE_NAME), &raw(files::FACE_ADDRESS)]),
        sha256(&[&raw(files::FACE_PHOTO)]),
    ]
}

fn with_signature(dump: &Dump, signature: &[u8]) -> Dump {
    let mut bytes = get(dump, files::FACE_DATA.name);
    let place = {
        let object = tlv::file(&bytes, files::FACE_DATA.own.tag).unwrap().0.child(files::FACE_SIGNATURE.tag).unwrap();
        object.at + object.raw.len() - object.value.len()
    };
    bytes[place..place + signature.len()].copy_from_slice(signature);
    let mut dump = dump.clone();
    put(&mut dump, files::FACE_DATA.name, bytes);
    dump
}

const FACE_REFUSED: &[&str] = &[
    "face-signature: failed(signature_mismatch)",
    "chip-key: not_done(depends_on face-signature)",
    "text-agrees: not_done(depends_on face-signature)",
];

#[test]
fn padding() {
    let (bench, key) = (Bench::new(), RawKey::of_municipality());
    let honest = bench.dump(&MY_NUMBER, "");
    let info = triple_sha256_digest_info(&groups(&honest));
    // The right block through the same path is authentic: the forger's tools work.
    let right = with_signature(&honest, &key.sign(&block(256 - 3 - info.len(), &info, 0)));
    bench.saved(&MY_NUMBER, &right, &[]).expect(super::bench::Authentic, &[]);
    for (trick, block) in tricks(&info, 96) {
        // A block above the modulus is not a message; leave those to the numbers test.
        if block[0] == 0x00 {
            eprintln!("{trick}");
            bench.saved(&MY_NUMBER, &with_signature(&honest, &key.sign(&block)), &[]).expect(Rejected, FACE_REFUSED);
        }
    }
}

#[test]
fn padding_of_licences() {
    let (bench, key) = (Bench::new(), RawKey::of_licences());
    let honest = bench.dump(&LICENCE, "");
    let signed = [get(&honest, "df1/0001"), get(&honest, "df1/0002"), get(&honest, "df2/0001")];
    let info = sha256_digest_info(&sha256(&signed.each_ref().map(Vec::as_slice)));
    let file = get(&honest, "df1/0007");
    let right = key.sign(&block(256 - 3 - info.len(), &info, 0));
    let place = file.windows(256).position(|window| window == right).expect("EF07 holds the signature");
    for (trick, block) in tricks(&info, 32) {
        if block[0] != 0x00 {
            continue;
        }
        eprintln!("{trick}");
        let mut dump = honest.clone();
        let mut bytes = file.clone();
        bytes[place..place + 256].copy_from_slice(&key.sign(&block));
        put(&mut dump, "df1/0007", bytes);
        let judged = bench.saved(&LICENCE, &dump, &[]);
        // Good padding over something else could be a form that nobody described: not authentic, but no forgery either.
        let undetermined = judged.outcome.code == Some(3);
        let (overall, said) = if undetermined {
            (Undetermined, "licence-signature: not_done(layout_unknown)")
        } else {
            (Rejected, "licence-signature: failed(signature_mismatch)")
        };
        judged.expect(overall, &[said]);
    }
}

/// The file with the signature and where that stands: after `DA 82 01 00`, or `DC 60`.
fn card_signature(dump: &Dump) -> (Vec<u8>, usize) {
    let file = get(dump, "df3/02");
    let at = match file[..] {
        [0xDA, 0x82, 0x01, 0x00, ..] => 4,
        [0xDC, 0x60, ..] => 2,
        _ => panic!("no signature"),
    };
    (file, at)
}

fn with_card_signature(dump: &Dump, signature: &[u8]) -> Dump {
    let (mut file, at) = card_signature(dump);
    file[at..at + signature.len()].copy_from_slice(signature);
    let mut dump = dump.clone();
    put(&mut dump, "df3/02", file);
    dump
}

const CARD_REFUSED: &[&str] = &["card-signature: failed(signature_mismatch)"];

#[test]
fn padding_of_residence_cards() {
    let (bench, key) = (Bench::new(), RawKey::of_residence_cards());
    let honest = bench.dump(&RESIDENCE1, "");
    let (front, face) = (get(&honest, "df1/05"), get(&honest, "df1/06"));
    let hash = sha256(&[&front[4..7004], &face[4..3004]]);
    let info = sha256_digest_info(&hash);
    // The two forms that the specification and practice know, and no third one.
    for content in [&info[..], &hash] {
        let right = with_card_signature(&honest, &key.sign(&block(256 - 3 - content.len(), content, 0)));
        bench.saved(&RESIDENCE1, &right, &[]).expect(super::bench::Authentic, &[]);
    }
    let mut bare = block(256 - 3 - hash.len(), &hash, 0);
    bare[100] = 0x7F;
    let short = block(8, &hash, 0x5A);
    // The bare hash is one of the forms, and zeros are not a signature at all.
    let known = ["no DigestInfo", "nothing"];
    let good_padding = [
        "short padding, trailing garbage",
        "short padding, trailing zeros",
        "one byte of garbage",
        "garbage in the parameters",
        "parameters left out",
        "lengths that lie",
        "bare hash, short padding",
    ];
    let more = [("bare hash with a hole", bare), ("bare hash, short padding", short)];
    for (trick, block) in tricks(&info, 32).into_iter().chain(more) {
        if block[0] == 0x00 && !known.contains(&trick) {
            eprintln!("{trick}");
            let forged = with_card_signature(&honest, &key.sign(&block));
            let judged = bench.saved(&RESIDENCE1, &forged, &[]);
            // Good padding over something else could be a form that nobody described: not authentic, but no forgery either.
            if good_padding.contains(&trick) {
                judged.expect(Undetermined, &["card-signature: not_done(layout_unknown)"]);
            } else {
                judged.expect(Rejected, CARD_REFUSED);
            }
        }
    }
    // A known form with another hash is a signature over other data.
    let other = sha256(&[b"other data"]);
    for content in [&sha256_digest_info(&other)[..], &other] {
        let forged = with_card_signature(&honest, &key.sign(&block(256 - 3 - content.len(), content, 0)));
        bench.saved(&RESIDENCE1, &forged, &[]).expect(Rejected, CARD_REFUSED);
    }
}

#[test]
fn numbers_of_curves() {
    // r and s of zero, of the order and above; and what is not a pair of numbers.
    let bench = Bench::new();
    let honest = bench.dump(&RESIDENCE2, "");
    let (file, at) = card_signature(&honest);
    let (r, s) = (&file[at..at + 48], &file[at + 48..at + 96]);
    let order =
        hex::decode("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973")
            .unwrap();
    let above = sum(r, &order);
    let (zero, ones) = (vec![0; 48], vec![0xFF; 48]);
    let mut pairs = vec![
        [&zero, s].concat(),
        [r, &zero].concat(),
        [&order, s].concat(),
        [r, &order].concat(),
        [&ones, s].concat(),
        [r, &ones].concat(),
        [s, r].concat(),
        // The empty pair of DER, its zeros after it.
        [&[0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00][..], &[0; 88]].concat(),
    ];
    pairs.extend(above.map(|above| [&above, s].concat()));
    for pair in pairs {
        bench.saved(&RESIDENCE2, &with_card_signature(&honest, &pair), &[]).expect(Rejected, CARD_REFUSED);
    }
    // All zeros is not a signature of any form.
    let none = with_card_signature(&honest, &[0; 96]);
    bench.saved(&RESIDENCE2, &none, &[]).expect(Rejected, &["card-signature: failed(malformed)"]);
}

#[test]
fn numbers() {
    let (bench, key) = (Bench::new(), RawKey::of_municipality());
    let honest = bench.dump(&MY_NUMBER, "");
    let modulus = key.0.n_bytes().into_vec();
    let mut above = modulus.clone();
    above[255] |= 0x0F;
    let signature = {
        let info = triple_sha256_digest_info(&groups(&honest));
        key.sign(&block(256 - 3 - info.len(), &info, 0))
    };
    // The same signature plus the modulus, if 256 bytes hold it.
    let plus = sum(&signature, &modulus);
    let mut numbers = vec![vec![0; 256], modulus, above, vec![0xFF; 256]];
    numbers.extend(plus);
    for number in numbers {
        bench.saved(&MY_NUMBER, &with_signature(&honest, &number), &[]).expect(Rejected, FACE_REFUSED);
    }
}

#[test]
fn swapped_algorithm() {
    // SHA-1 and SHA-512 in the DigestInfo, made with the issuer's own key.
    let (bench, key) = (Bench::new(), RawKey::of_municipality());
    let honest = bench.dump(&MY_NUMBER, "");
    let sha1 = hex::decode("3021300906052b0e03021a05000414").unwrap();
    let sha512 = hex::decode("3051300d060960864801650304020305000440").unwrap();
    for info in [[&sha1[..], &[7; 20]].concat(), [&sha512[..], &[7; 64]].concat()] {
        let forged = key.sign(&block(256 - 3 - info.len(), &info, 0));
        bench.saved(&MY_NUMBER, &with_signature(&honest, &forged), &[]).expect(Rejected, FACE_REFUSED);
    }
    // A plain SHA-256 signature over all the groups, if three hashes are signed.
    let info = sha256_digest_info(&sha256(&groups(&honest).each_ref().map(|hash| hash.as_slice())));
    let forged = key.sign(&block(256 - 3 - info.len(), &info, 0));
    bench.saved(&MY_NUMBER, &with_signature(&honest, &forged), &[]).expect(Rejected, FACE_REFUSED);
    // The certificate of a residence card states an algorithm that its issuer's key has not, or another hash.
    for kind in [&RESIDENCE1, &RESIDENCE2] {
        bench.live(kind, "fault=wrong-algorithm").expect(
            Rejected,
            &["card-certificate: failed(wrong_algorithm)", "card-signature: not_done(depends_on card-certificate)"],
        );
        bench.live(kind, "fault=unknown-algorithm").expect(
            Undetermined,
            &[
                "card-certificate: not_done(unsupported_algorithm)",
                "card-signature: not_done(depends_on card-certificate)",
            ],
        );
    }
}
