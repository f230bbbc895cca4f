//! The faults of a My Number Card: how each is brought about, and the table of what a check of the card must say. Tests are
//! generated from it.

use std::borrow::Cow;

use crate::{
    cards::my_number::files::{self, FACE, FACE_DATA},
    iso7816::Status,
    simulator::{
        Expected, FaultRow, IssueError, Persona, SimulatedCard,
        kernel::{
            chip::{Answers, Body, Key, Secret},
            fault::{
                AUTHENTIC, BIT_FLIP, BLOCKED, Differs, Effect, LAST_TRY, REFUSED, REJECTED, UNDETERMINED, attempt,
                bit_flip, card, failed, flip, on, open, rests, rows, up_to,
            },
        },
        keys as pool,
        persona::stored_date,
        pick,
    },
    verify::{
        CheckId::{
            ChipKey, FaceCertificate, FaceSignature, NotExpired, TextAgrees, TextCertificate, TextChipKey,
            TextSignature,
        },
        Reason, Why,
    },
};

use super::{
    Draft, Plan,
    issue::{self, Issuer, PORTRAITS, Side},
    picture,
    profile::MAX_FILLER,
};

/// Every fault of a simulated My Number Card but those of the link and of the JPKI application.
pub const FAULTS: &[FaultRow] = rows! {
    "swapped-photo", "顔写真を別人のものに差し替え", "another person's photo", attempt(swapped_photo), FACE_CHANGED, REJECTED;
    "changed-birth-date", "生年月日を1日変更", "birth date one day later", attempt(changed_birth_date), FACE_CHANGED, REJECTED;
    "changed-sex", "性別を変更", "another sex", attempt(changed_sex), FACE_CHANGED, REJECTED;
    "changed-name-picture", "氏名の画像を変更", "another name picture", attempt(changed_name_picture), FACE_CHANGED, REJECTED;
    "changed-address-picture", "住所の画像を変更", "another address picture", attempt(changed_address_picture), FACE_CHANGED, REJECTED;
    "changed-key", "ICチップの公開鍵を偽造者のものに差し替え", "the forger's own chip key, which answers", attempt(changed_key), FACE_CHANGED, REJECTED;
    "bad-face-signature", "券面データの署名を1ビット変更", "one bit of the face signature flipped", attempt(bad_signature), FACE_CHANGED, REJECTED;
    "data-signed-by-card-key", "市区町村の鍵でなくカード自身の鍵で署名", "data signed by the card's own key instead of the municipality's", plan(|p| p.order.signed_by_card_key = true), FACE_CHANGED, REJECTED;
    "wrong-ca", "正しい発行者IDを名乗る、別の鍵による証明書", "certificate by another key under the right issuer id", plan(|p| p.order.face.ca = Some("impostor")), FACE_ISSUER_WRONG, REJECTED;
    "forged-production", "本番の発行者IDを名乗る自作の証明書の連鎖", "a self-made chain that claims the production issuer", forged("50000", "001"), BOTH_ISSUERS_WRONG, REJECTED;
    "unknown-issuer", "どのアンカーにもない発行者ID（8000023）", "an issuer id that no anchor names (8000023)", forged("80000", "001"), BOTH_ISSUERS_UNKNOWN, UNDETERMINED;
    "next-generation", "発行者の鍵の次の世代（002）", "the issuer's next key generation (002)", forged("70000", "002"), BOTH_ISSUERS_UNKNOWN, UNDETERMINED;
    "cloned", "データだけの複製（秘密鍵がない）", "a copy of the data without the private key", keys(impostor), CHALLENGE_WRONG, REJECTED;
    "stale-challenge", "別のチャレンジへの応答を使い回す", "answers with the signature of another challenge", keys(|key| key.answers = Answers::Stale), CHALLENGE_WRONG, REJECTED;
    "short-signature", "応答が255バイト", "answers 255 bytes", keys(|key| key.answers = Answers::CutShort), CHALLENGE_WRONG, REJECTED;
    "challenge-refused", "チャレンジに応答しない（6985）", "refuses the challenge (6985)", keys(|key| key.answers = Answers::Refuses(Status::CONDITIONS)), CHALLENGE_REFUSED, REJECTED;
    "expired", "有効期限切れ（2020年）", "expired in 2020", plan(|p| p.order.persona.expiry_year = PAST_YEAR), &[failed(NotExpired, Reason::Expired)], REJECTED;
    "changed-expiry", "有効期限だけを1年延ばす（署名の対象外）", "the expiry alone one year later (it is not signed)", attempt(changed_expiry), &[], AUTHENTIC;
    "text-mixed", "文字データを同じ市区町村の別人のものに差し替え", "the text of another person of the same municipality", attempt(text_mixed), &[failed(TextAgrees, Reason::Disagrees)], AUTHENTIC;
    "text-changed", "文字の氏名を変更", "another name as text", attempt(text_changed), TEXT_DIGEST_WRONG, AUTHENTIC;
    "text-digest", "文字の氏名を変更し、ハッシュ値も合わせる", "another name as text, with its digest adjusted", attempt(text_digest), TEXT_SIGNATURE_WRONG, AUTHENTIC;
    "text-key", "券面入力補助APの公開鍵を差し替え", "another chip key in the text application", attempt(text_key), TEXT_KEY_WRONG, AUTHENTIC;
    "wrong-code", "券面の番号とカードの照合番号Bが違う", "the card's number B is not the printed one", number_b(|secret| flip(secret.value.as_mut())), &[], REFUSED;
    "blocked", "照合番号Bが閉塞", "number B is blocked", number_b(|secret| secret.retry_counter = 0), &[], BLOCKED;
    "last-try", "照合番号Bの残り1回", "one try of number B is left", number_b(|secret| secret.retry_counter = 1), &[], LAST_TRY;
    "already-verified", "別のプログラムが照合済みのまま残した状態（券面AP選択中）", "another program left the face application selected and number B verified", card(already_verified), &[], AUTHENTIC;
    "tries-unknown", "残り回数を答えない（6300）", "the card has no counter (6300)", number_b(|secret| secret.counted = false), &[], Expected::NoCounter;
    "wake-6f00", "最初の命令に6F00を返す", "answers 6F00 to the first command", plan(|p| p.profile.wake_6f00 = true), &[], AUTHENTIC;
    "filler" = "[N]"("256"), "ファイルの末尾にNバイトの詰め物（0〜512）", "N bytes of filler after each file (0 to 512; 256)", |value| up_to(value.or(Some("256")), MAX_FILLER).map(|length| plan(move |p| p.profile.filler = length)), &[], AUTHENTIC;
    "bit-flip" = "FILE:BYTE"("face/0002:600"), BIT_FLIP.ja, BIT_FLIP.en, |value| bit_flip(files::FILES.iter().map(|file| file.name), value), FACE_CHANGED, REJECTED;
    "huge-picture", "10億画素と称する顔写真（署名は正しい）", "a photo that announces a billion pixels, validly signed", plan(huge_picture), &[], AUTHENTIC;
    "wrong-offsets", "オフセット表が実際の位置と違う", "the offset table points elsewhere", damage(|bytes| wrong_offset(bytes)), FACE_LAYOUT_UNKNOWN, UNDETERMINED;
    "missing-photo", "顔写真のデータがない", "the photo's object is absent", attempt(missing_photo), FACE_LAYOUT_UNKNOWN, UNDETERMINED;
    "lying-length", "券面データが2ギガバイトの長さを称する", "the face file announces two gigabytes", damage(lying_length), FACE_UNREADABLE, REJECTED;
    "truncated-file", "券面データが途中で終わる", "the face file ends halfway", damage(|bytes| bytes.truncate(bytes.len() / 2)), FACE_UNREADABLE, REJECTED;
};

/// What rests on the face signature.
const CHIP_RESTS: (crate::verify::CheckId, crate::verify::Verdict) = rests(ChipKey, FaceSignature);
const AGREES_RESTS: (crate::verify::CheckId, crate::verify::Verdict) = rests(TextAgrees, FaceSignature);
const FACE_CHANGED: Differs = &[failed(FaceSignature, Reason::SignatureMismatch), CHIP_RESTS, AGREES_RESTS];
/// The face file has no readable end, so its expiry is unknown too.
const FACE_UNREADABLE: Differs =
    &[failed(FaceSignature, Reason::Malformed), CHIP_RESTS, open(NotExpired, Why::NotRead), AGREES_RESTS];
const FACE_ISSUER_WRONG: Differs = &[
    failed(FaceCertificate, Reason::SignatureMismatch),
    rests(FaceSignature, FaceCertificate),
    CHIP_RESTS,
    AGREES_RESTS,
];
const BOTH_ISSUERS_WRONG: Differs = &[
    failed(FaceCertificate, Reason::SignatureMismatch),
    rests(FaceSignature, FaceCertificate),
    CHIP_RESTS,
    failed(TextCertificate, Reason::SignatureMismatch),
    rests(TextSignature, TextCertificate),
    rests(TextChipKey, TextCertificate),
    AGREES_RESTS,
];
const BOTH_ISSUERS_UNKNOWN: Differs = &[
    open(FaceCertificate, Why::NoAnchor),
    rests(FaceSignature, FaceCertificate),
    CHIP_RESTS,
    open(TextCertificate, Why::NoAnchor),
    rests(TextSignature, TextCertificate),
    rests(TextChipKey, TextCertificate),
    AGREES_RESTS,
];
const CHALLENGE_WRONG: Differs =
    &[failed(ChipKey, Reason::ChallengeMismatch), failed(TextChipKey, Reason::ChallengeMismatch)];
const CHALLENGE_REFUSED: Differs =
    &[failed(ChipKey, Reason::ChallengeRefused), failed(TextChipKey, Reason::ChallengeRefused)];
/// The offset table is not signed; a layout that contradicts it is one that nobody knows.
const FACE_LAYOUT_UNKNOWN: Differs = &[open(FaceSignature, Why::LayoutUnknown), CHIP_RESTS, AGREES_RESTS];
const TEXT_SIGNATURE_WRONG: Differs = &[failed(TextSignature, Reason::SignatureMismatch)];
const TEXT_DIGEST_WRONG: Differs = &[failed(TextSignature, Reason::DigestMismatch)];
const TEXT_KEY_WRONG: Differs = &[failed(TextChipKey, Reason::SignatureMismatch)];

/// Another person of the same municipality: born on another day, of another sex or not, with an own text file.
pub(super) fn neighbour(persona: &Persona) -> Persona {
    let born_otherwise = |other: &Persona| other.birth != persona.birth;
    let other = (0_u64..).map(Persona::from_seed).find(born_otherwise).unwrap_or_else(|| persona.clone());
    Persona { municipality: persona.municipality.clone(), ..other }
}

/// Changes the stored face file.
fn damage(change: fn(&mut Vec<u8>)) -> Effect {
    card(move |card| card.file_mut(FACE_DATA.name).into_iter().for_each(change))
}

/// Changes the applications' keys that answer challenges.
fn keys(change: impl Fn(&mut Key) + Send + Sync + 'static) -> Effect {
    card(move |card| {
        let bodies = card.chip.folders.iter_mut().flat_map(|folder| &mut folder.elements).map(|(_, body)| body);
        for body in bodies {
            match body {
                Body::Key(key) if !key.internal => change(key),
                _ => {}
            }
        }
    })
}

/// Changes both references of number B.
fn number_b(change: fn(&mut Secret)) -> Effect {
    card(move |card| {
        for reference in [files::FACE_NUMBER_B, files::TEXT_NUMBER_B] {
            card.chip.secret_mut(&reference).into_iter().for_each(change);
        }
    })
}

/// The key that nobody trusts.
pub(super) fn impostor(key: &mut Key) {
    key.signer = pool::signer("impostor").ok().map(Cow::Borrowed);
}

fn plan(change: impl Fn(&mut Plan) + Send + Sync + 'static) -> Effect {
    on(change)
}

/// Both applications issued under another name, by a key that is not the CA's.
fn forged(prefix: &'static str, generation: &'static str) -> Effect {
    let issuer = Issuer { prefix, generation, ca: Some("impostor"), municipality: Some("impostor") };
    plan(move |p| (p.order.face, p.order.text) = (issuer, issuer))
}

/// A year before every time at which anybody will run this.
const PAST_YEAR: i16 = 2020;

type Done = Result<(), IssueError>;

fn swapped_photo(d: &mut Draft) -> Done {
    d.issued.face.set(files::FACE_PHOTO.tag, pick(&PORTRAITS, d.order.persona.portrait.wrapping_add(1)));
    Ok(())
}

fn changed_birth_date(d: &mut Draft) -> Done {
    let older = d.order.persona.birth.tomorrow().unwrap_or(d.order.persona.birth);
    d.issued.face.set(files::FACE_BIRTH.tag, stored_date(older));
    d.issued.age.set(files::AGE_BIRTH_DATE.tag, stored_date(older));
    Ok(())
}

fn changed_sex(d: &mut Draft) -> Done {
    d.issued.face.set(files::FACE_SEX.tag, [if d.order.persona.sex == b'1' { b'2' } else { b'1' }]);
    Ok(())
}

fn changed_name_picture(d: &mut Draft) -> Done {
    d.issued.face.set(files::FACE_NAME.tag, picture::name("偽造　太郎")?);
    Ok(())
}

fn changed_address_picture(d: &mut Draft) -> Done {
    d.issued.face.set(files::FACE_ADDRESS.tag, picture::address("架空県偽造市改変町９９")?);
    Ok(())
}

/// The forger puts in a key of his own, and holds its private half.
fn changed_key(d: &mut Draft) -> Done {
    d.issued.face_signer = issue::card_key(Side::Face, d.order.persona.key.wrapping_add(1))?;
    let key = issue::key_object(d.issued.face_signer)?;
    d.issued.face.set(files::FACE_KEY.tag, key.clone());
    d.issued.age.set(files::AGE_KEY.tag, key);
    Ok(())
}

fn bad_signature(d: &mut Draft) -> Done {
    flip(d.issued.face.value_mut(files::FACE_SIGNATURE.tag));
    flip(d.issued.age.value_mut(files::AGE_SIGNATURE.tag));
    Ok(())
}

fn changed_expiry(d: &mut Draft) -> Done {
    let persona = &d.order.persona;
    let longer = Persona { expiry_year: persona.expiry_year.saturating_add(1), ..persona.clone() };
    d.issued.face.set(files::FACE_EXPIRY.tag, stored_date(longer.expiry()));
    Ok(())
}

fn missing_photo(d: &mut Draft) -> Done {
    d.issued.face.remove(files::FACE_PHOTO.tag);
    Ok(())
}

fn text_mixed(d: &mut Draft) -> Done {
    let other = issue::text_data(&neighbour(&d.order.persona), &d.order.text)?;
    (d.issued.attributes, d.issued.digests) = other;
    Ok(())
}

fn text_changed(d: &mut Draft) -> Done {
    d.issued.attributes.set(files::TEXT_NAME.tag, "偽造　太郎".as_bytes());
    Ok(())
}

fn text_digest(d: &mut Draft) -> Done {
    text_changed(d)?;
    d.issued.digests.set(files::DIGEST_ATTRIBUTES.tag, issue::attributes_digest(&d.issued.attributes));
    Ok(())
}

fn text_key(d: &mut Draft) -> Done {
    d.issued.text_signer = issue::card_key(Side::Text, d.order.persona.key.wrapping_add(1))?;
    d.issued.text_key.set(files::TEXT_CHIP_KEY.tag, issue::key_object(d.issued.text_signer)?);
    Ok(())
}

/// Another program left the card so.
fn already_verified(card: &mut SimulatedCard) {
    card.chip.enter(FACE.aid);
    card.chip.verified.push(files::FACE_NUMBER_B.sfi);
}

fn huge_picture(p: &mut Plan) {
    if let Some(photo) = &mut p.order.photo {
        announce_a_billion_pixels(photo);
    }
}

/// The first offset is after the outer header (5 bytes) and the table's own (3).
fn wrong_offset(bytes: &mut [u8]) {
    if let Some(offset) = bytes.get_mut(9) {
        *offset = offset.wrapping_add(1);
    }
}

fn lying_length(bytes: &mut Vec<u8>) {
    bytes.splice(..bytes.len().min(5), [0xFF, 0x20, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]);
}

/// Writes 40,000 × 25,000 into the image header box (ISO/IEC 15444-1 I.5.3.1) and the SIZ marker (A.5.1).
fn announce_a_billion_pixels(photo: &mut [u8]) {
    const WIDTH: [u8; 4] = 40_000_u32.to_be_bytes();
    const HEIGHT: [u8; 4] = 25_000_u32.to_be_bytes();
    write_behind(photo, b"ihdr", 0, &[HEIGHT, WIDTH].concat());
    // SIZ: marker, length and capabilities take six bytes.
    write_behind(photo, &[0xFF, 0x51], 4, &[WIDTH, HEIGHT].concat());
}

fn write_behind(bytes: &mut [u8], mark: &[u8], skip: usize, new: &[u8]) {
    if let Some(at) = bytes.windows(mark.len()).position(|window| window == mark) {
        let start = at + mark.len() + skip;
        if let Some(old) = bytes.get_mut(start..start + new.len()) {
            old.copy_from_slice(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::JPKI_FAULTS;
    use super::*;
    use crate::{
        kind::CardKind,
        simulator::{FaultError, Faults, kernel::fault::checks},
    };

    fn parse(text: &str) -> Result<usize, FaultError> {
        Faults::parse(CardKind::MY_NUMBER, text).map(|faults| faults.len())
    }

    #[test]
    fn every_row_is_complete() {
        checks::complete(CardKind::MY_NUMBER);
    }

    #[test]
    fn verdicts_and_exit_codes_agree() {
        checks::exit_codes_agree(FAULTS, &[FaceCertificate, FaceSignature, ChipKey, NotExpired]);
        // No check of the JPKI application is required.
        checks::exit_codes_agree(JPKI_FAULTS, &[FaceCertificate, FaceSignature, ChipKey, NotExpired]);
    }

    #[test]
    fn a_bit_that_no_file_holds_cannot_be_flipped() {
        let make = |recipe: &str| recipe.parse::<crate::simulator::Recipe>().unwrap().card().map(|_| ());
        let size = make("licence?fault=bit-flip=df1/0001:879");
        assert_eq!(size, Ok(()), "the last byte of 880");
        for recipe in [
            "licence?fault=bit-flip=df1/0001:880",
            "my-number?fault=bit-flip=text/0002:32767",
            "residence1?fault=bit-flip=df3/02:1464",
            "menkyo?fault=bit-flip=menkyo/001B:32767",
            "residence2?fault=bit-flip=df2/04:0",
        ] {
            assert_eq!(make(recipe), Err(IssueError::NoSuchByte), "{recipe}");
        }
    }

    #[test]
    fn values_are_checked() {
        for text in [
            "",
            "expired=1",
            "removed-at",
            "removed-at=0",
            "removed-at=x",
            "status-at=3",
            "status-at=3:6F0",
            "filler=513",
            "short-answers=0",
            "slow=60001",
            "bit-flip",
            "bit-flip=face/0002",
            "bit-flip=face/0002:x",
            "bit-flip=face/0002:32768",
            "bit-flip=face/0005:1",
            "bit-flip=df1/0001:40",
        ] {
            let expected = if text.is_empty() { FaultError::Unknown } else { FaultError::Value };
            assert_eq!(parse(text), Err(expected), "{text}");
        }
        assert_eq!(parse("expired,nonsense"), Err(FaultError::Unknown));
        assert_eq!(parse("status-at=3:6F00,removed-at=9"), Ok(2));
    }
}
