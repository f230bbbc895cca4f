//! The table of faults: what each does and what a check of the card must say. Tests are generated from it.

use crate::{
    cards::my_number::files,
    kind::CardKind,
    lang::Bilingual,
    verify::{CheckId, Reason, Verdict, Why},
};

use super::{
    fault::Fault,
    fault_row::{AUTHENTIC, Expected, FaultRow, REJECTED, UNDETERMINED, failed, rests, row},
    jpki_fault::JPKI_FAULTS,
    licence::{LICENCE_FAULTS, MENKYO_FAULTS},
    residence::{RESIDENCE_CHILD_FAULTS, RESIDENCE_FAULTS, RESIDENCE1_FAULTS, RESIDENCE2_FAULTS},
};

use CheckId::{
    ChipKey, FaceCertificate, FaceSignature, NotExpired, TextAgrees, TextCertificate, TextChipKey, TextSignature,
};

const AFTER_FACE: [(CheckId, Verdict); 2] = [rests(ChipKey, FaceSignature), rests(TextAgrees, FaceSignature)];
const FACE_CHANGED: &[(CheckId, Verdict)] =
    &[failed(FaceSignature, Reason::SignatureMismatch), AFTER_FACE[0], AFTER_FACE[1]];
/// The face file has no readable end, so its expiry is unknown too.
const FACE_UNREADABLE: &[(CheckId, Verdict)] = &[
    failed(FaceSignature, Reason::Malformed),
    AFTER_FACE[0],
    (NotExpired, Verdict::NotDone(Why::NotRead)),
    AFTER_FACE[1],
];
const FACE_ISSUER_WRONG: &[(CheckId, Verdict)] = &[
    failed(FaceCertificate, Reason::SignatureMismatch),
    rests(FaceSignature, FaceCertificate),
    AFTER_FACE[0],
    AFTER_FACE[1],
];
const BOTH_ISSUERS_WRONG: &[(CheckId, Verdict)] = &[
    failed(FaceCertificate, Reason::SignatureMismatch),
    rests(FaceSignature, FaceCertificate),
    AFTER_FACE[0],
    failed(TextCertificate, Reason::SignatureMismatch),
    rests(TextSignature, TextCertificate),
    rests(TextChipKey, TextCertificate),
    AFTER_FACE[1],
];
const BOTH_ISSUERS_UNKNOWN: &[(CheckId, Verdict)] = &[
    (FaceCertificate, Verdict::NotDone(Why::NoAnchor)),
    rests(FaceSignature, FaceCertificate),
    AFTER_FACE[0],
    (TextCertificate, Verdict::NotDone(Why::NoAnchor)),
    rests(TextSignature, TextCertificate),
    rests(TextChipKey, TextCertificate),
    AFTER_FACE[1],
];
const CHALLENGE_WRONG: &[(CheckId, Verdict)] =
    &[failed(ChipKey, Reason::ChallengeMismatch), failed(TextChipKey, Reason::ChallengeMismatch)];
const CHALLENGE_REFUSED: &[(CheckId, Verdict)] =
    &[failed(ChipKey, Reason::ChallengeRefused), failed(TextChipKey, Reason::ChallengeRefused)];
/// The offset table is not signed; a layout that contradicts it is one that nobody knows.
const FACE_LAYOUT_UNKNOWN: &[(CheckId, Verdict)] =
    &[(FaceSignature, Verdict::NotDone(Why::LayoutUnknown)), AFTER_FACE[0], AFTER_FACE[1]];
const TEXT_SIGNATURE_WRONG: &[(CheckId, Verdict)] = &[failed(TextSignature, Reason::SignatureMismatch)];
const TEXT_DIGEST_WRONG: &[(CheckId, Verdict)] = &[failed(TextSignature, Reason::DigestMismatch)];
const TEXT_KEY_WRONG: &[(CheckId, Verdict)] = &[failed(TextChipKey, Reason::SignatureMismatch)];

/// Every fault of a simulated My Number Card.
pub const FAULTS: &[FaultRow] = &[
    row!(
        "swapped-photo",
        "顔写真を別人のものに差し替え",
        "another person's photo",
        SwappedPhoto,
        FACE_CHANGED,
        REJECTED
    ),
    row!(
        "changed-birth-date",
        "生年月日を1日変更",
        "birth date one day later",
        ChangedBirthDate,
        FACE_CHANGED,
        REJECTED
    ),
    row!("changed-sex", "性別を変更", "another sex", ChangedSex, FACE_CHANGED, REJECTED),
    row!(
        "changed-name-picture",
        "氏名の画像を変更",
        "another name picture",
        ChangedNamePicture,
        FACE_CHANGED,
        REJECTED
    ),
    row!(
        "changed-address-picture",
        "住所の画像を変更",
        "another address picture",
        ChangedAddressPicture,
        FACE_CHANGED,
        REJECTED
    ),
    row!(
        "changed-key",
        "ICチップの公開鍵を偽造者のものに差し替え",
        "the forger's own chip key, which answers",
        ChangedKey,
        FACE_CHANGED,
        REJECTED
    ),
    row!(
        "bad-face-signature",
        "券面データの署名を1ビット変更",
        "one bit of the face signature flipped",
        BadFaceSignature,
        FACE_CHANGED,
        REJECTED
    ),
    row!(
        "data-signed-by-card-key",
        "市区町村の鍵でなくカード自身の鍵で署名",
        "data signed by the card's own key instead of the municipality's",
        SignedByCardKey,
        FACE_CHANGED,
        REJECTED
    ),
    row!(
        "wrong-ca",
        "正しい発行者IDを名乗る、別の鍵による証明書",
        "certificate by another key under the right issuer id",
        WrongCa,
        FACE_ISSUER_WRONG,
        REJECTED
    ),
    row!(
        "forged-production",
        "本番の発行者IDを名乗る自作の証明書の連鎖",
        "a self-made chain that claims the production issuer",
        ForgedProduction,
        BOTH_ISSUERS_WRONG,
        REJECTED
    ),
    row!(
        "unknown-issuer",
        "どのアンカーにもない発行者ID（8000023）",
        "an issuer id that no anchor names (8000023)",
        UnknownIssuer,
        BOTH_ISSUERS_UNKNOWN,
        UNDETERMINED
    ),
    row!(
        "next-generation",
        "発行者の鍵の次の世代（002）",
        "the issuer's next key generation (002)",
        NextGeneration,
        BOTH_ISSUERS_UNKNOWN,
        UNDETERMINED
    ),
    row!(
        "cloned",
        "データだけの複製（秘密鍵がない）",
        "a copy of the data without the private key",
        Cloned,
        CHALLENGE_WRONG,
        REJECTED
    ),
    row!(
        "stale-challenge",
        "別のチャレンジへの応答を使い回す",
        "answers with the signature of another challenge",
        StaleChallenge,
        CHALLENGE_WRONG,
        REJECTED
    ),
    row!("short-signature", "応答が255バイト", "answers 255 bytes", ShortSignature, CHALLENGE_WRONG, REJECTED),
    row!(
        "challenge-refused",
        "チャレンジに応答しない（6985）",
        "refuses the challenge (6985)",
        ChallengeRefused,
        CHALLENGE_REFUSED,
        REJECTED
    ),
    row!(
        "expired",
        "有効期限切れ（2020年）",
        "expired in 2020",
        Expired,
        &[failed(NotExpired, Reason::Expired)],
        REJECTED
    ),
    row!(
        "changed-expiry",
        "有効期限だけを1年延ばす（署名の対象外）",
        "the expiry alone one year later (it is not signed)",
        ChangedExpiry,
        &[],
        AUTHENTIC
    ),
    row!(
        "text-mixed",
        "文字データを同じ市区町村の別人のものに差し替え",
        "the text of another person of the same municipality",
        TextMixed,
        &[failed(TextAgrees, Reason::Disagrees)],
        AUTHENTIC
    ),
    row!("text-changed", "文字の氏名を変更", "another name as text", TextChanged, TEXT_DIGEST_WRONG, AUTHENTIC),
    row!(
        "text-digest",
        "文字の氏名を変更し、ハッシュ値も合わせる",
        "another name as text, with its digest adjusted",
        TextDigest,
        TEXT_SIGNATURE_WRONG,
        AUTHENTIC
    ),
    row!(
        "text-key",
        "券面入力補助APの公開鍵を差し替え",
        "another chip key in the text application",
        TextKey,
        TEXT_KEY_WRONG,
        AUTHENTIC
    ),
    row!(
        "wrong-code",
        "券面の番号とカードの照合番号Bが違う",
        "the card's number B is not the printed one",
        WrongCode,
        &[],
        Expected::CredentialRefused
    ),
    row!("blocked", "照合番号Bが閉塞", "number B is blocked", Blocked, &[], Expected::CredentialBlocked),
    row!("last-try", "照合番号Bの残り1回", "one try of number B is left", LastTry, &[], Expected::LastTry),
    row!(
        "already-verified",
        "別のプログラムが照合済みのまま残した状態（券面AP選択中）",
        "another program left the face application selected and number B verified",
        AlreadyVerified,
        &[],
        AUTHENTIC
    ),
    row!(
        "tries-unknown",
        "残り回数を答えない（6300）",
        "the card has no counter (6300)",
        TriesUnknown,
        &[],
        Expected::NoCounter
    ),
    row!(
        "removed-at" = "N"("3"),
        "N回目のやり取りでカードが離れる（命令は実行され、応答は失われる）",
        "the card leaves at exchange N: the command is executed, its answer lost",
        |value| Some(Fault::RemovedAt(number(value?)?)),
        &[],
        Expected::CardTrouble
    ),
    row!(
        "status-at" = "N:SW"("1:6F00"),
        "N回目のやり取りでSWだけを返し、何も実行しない",
        "answers the status word SW at exchange N and executes nothing",
        |value| {
            let (exchange, status) = value?.split_once(':')?;
            let status = u16::from_str_radix(status, 16).ok().filter(|_| status.len() == 4)?;
            Some(Fault::StatusAt(number(exchange)?, status))
        },
        &[],
        AUTHENTIC
    ),
    row!(
        "one-byte-at" = "N"("3"),
        "N回目のやり取りの応答が1バイトしかない",
        "one byte is all that comes back at exchange N",
        |value| Some(Fault::OneByteAt(number(value?)?)),
        &[],
        Expected::CardTrouble
    ),
    row!(
        "short-answers" = "[N]"("64"),
        "READ BINARYが一度にNバイトまでしか返さない",
        "READ BINARY returns at most N bytes (64)",
        |value| Some(Fault::ShortAnswers(value.unwrap_or("64").parse().ok().filter(|most| *most > 0)?)),
        &[],
        AUTHENTIC
    ),
    row!("no-extended", "拡張長に対応しない（6700）", "no extended lengths (6700)", NoExtended, &[], AUTHENTIC),
    row!("wake-6f00", "最初の命令に6F00を返す", "answers 6F00 to the first command", Wake6F00, &[], AUTHENTIC),
    row!("get-response", "データを61xxで返す", "data by way of 61xx", GetResponse, &[], AUTHENTIC),
    row!("exact-length", "長すぎるLeに6Cxxを返す", "answers 6Cxx to a Le too long", ExactLength, &[], AUTHENTIC),
    row!(
        "filler" = "[N]"("256"),
        "ファイルの末尾にNバイトの詰め物（0〜512）",
        "N bytes of filler behind each file (0 to 512; 256)",
        |value| Some(Fault::Filler(
            value.unwrap_or("256").parse().ok().filter(|length| *length <= super::profile::MAX_FILLER)?
        )),
        &[],
        AUTHENTIC
    ),
    row!(
        "bit-flip" = "FILE:BYTE"("face/0002:600"),
        BIT_FLIP.ja,
        BIT_FLIP.en,
        |value| bit_flip(files::FILES.iter().map(|file| file.name), value?),
        FACE_CHANGED,
        REJECTED
    ),
    row!(
        "slow" = "[MILLISECONDS]"("5"),
        "1回のやり取りに時間がかかる",
        "each exchange takes so many milliseconds (50)",
        |value| Some(Fault::Slow(value.unwrap_or("50").parse().ok().filter(|pause| *pause <= 60_000)?)),
        &[],
        AUTHENTIC
    ),
    row!(
        "huge-picture",
        "10億画素と称する顔写真（署名は正しい）",
        "a photo that announces a billion pixels, validly signed",
        HugePicture,
        &[],
        AUTHENTIC
    ),
    row!(
        "wrong-offsets",
        "オフセット表が実際の位置と違う",
        "the offset table points elsewhere",
        WrongOffsets,
        FACE_LAYOUT_UNKNOWN,
        UNDETERMINED
    ),
    row!(
        "missing-photo",
        "顔写真のデータがない",
        "the photo's object is absent",
        MissingPhoto,
        FACE_LAYOUT_UNKNOWN,
        UNDETERMINED
    ),
    row!(
        "lying-length",
        "券面データが2ギガバイトの長さを称する",
        "the face file announces two gigabytes",
        LyingLength,
        FACE_UNREADABLE,
        REJECTED
    ),
    row!(
        "truncated-file",
        "券面データが途中で終わる",
        "the face file ends halfway",
        TruncatedFile,
        FACE_UNREADABLE,
        REJECTED
    ),
];

/// Rows of [`FAULTS`] that are troubles of the link, so that every card has them.
const LINK: &[&str] =
    &["removed-at", "status-at", "one-byte-at", "short-answers", "no-extended", "get-response", "exact-length", "slow"];

/// The faults that a kind of simulated card can have.
pub fn faults_of(kind: CardKind) -> impl Iterator<Item = &'static FaultRow> {
    let (tables, link) = match kind {
        CardKind::LICENCE => ([LICENCE_FAULTS, &[]], LINK),
        CardKind::MENKYO => ([MENKYO_FAULTS, &[]], LINK),
        CardKind::RESIDENCE1 | CardKind::RESIDENCE1_SPECIAL => ([RESIDENCE1_FAULTS, RESIDENCE_FAULTS], LINK),
        CardKind::RESIDENCE1_CHILD => ([RESIDENCE_CHILD_FAULTS, &[][..]], LINK),
        CardKind::RESIDENCE2 | CardKind::RESIDENCE2_SPECIAL => ([RESIDENCE2_FAULTS, RESIDENCE_FAULTS], LINK),
        CardKind::MY_NUMBER | CardKind::MY_NUMBER_NO_PHOTO => ([FAULTS, JPKI_FAULTS], &[][..]),
        _ => ([&[][..]; 2], LINK),
    };
    tables.into_iter().flatten().chain(FAULTS.iter().filter(move |row| link.contains(&row.name)))
}

/// What `bit-flip` does, with whatever files a kind has.
pub(super) const BIT_FLIP: Bilingual = Bilingual::new(
    "ファイルFILEのBYTE番目（0から）の最下位ビットを反転",
    "the lowest bit of byte BYTE (from 0) of the file FILE flipped",
);

/// Reads `FILE:BYTE`; `None` for a file that is not among those of the card.
pub(super) fn bit_flip(mut files: impl Iterator<Item = &'static str>, value: &str) -> Option<Fault> {
    let (name, byte) = value.split_once(':')?;
    Some(Fault::BitFlip(files.find(|file| *file == name)?, byte.parse().ok().filter(|byte| *byte < MAX_BYTE)?))
}

/// No file is longer.
const MAX_BYTE: usize = 0x8000;

/// An exchange's number, from 1.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{
        fault::{FaultError, Faults},
        fault_row::checks,
    };

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
            assert_eq!(make(recipe), Err(crate::simulator::issue::IssueError::NoSuchByte), "{recipe}");
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
            assert_eq!(text.parse::<Faults>(), Err(expected), "{text}");
        }
        assert_eq!("expired,nonsense".parse::<Faults>(), Err(FaultError::Unknown));
        let two = "status-at=3:6F00,removed-at=9".parse::<Faults>().unwrap();
        assert_eq!(two.len(), 2);
    }
}
