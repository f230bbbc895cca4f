//! The tables of faults that only one kind of residence card can have: of a generation, of a child's card.

use crate::{cards::residence_card::files::FILES_1, lang::Bilingual};

use super::{
    super::{
        fault::Fault,
        fault_row::{AUTHENTIC, Expected, FaultRow, REJECTED, UNDETERMINED, row},
        fault_table::{BIT_FLIP, bit_flip},
    },
    fault::ResidenceFault,
    fault_table::{CHANGED, EXPIRED, OTHER_LAYOUT},
    profile::Nothing,
};

/// What only the first generation can have.
pub const RESIDENCE1_FAULTS: &[FaultRow] = &[
    row!(
        "changed-front",
        "券面の画像の氏名を変更",
        "another name in the picture of the front",
        ResidenceFault::ChangedFront,
        CHANGED,
        REJECTED
    ),
    row!(
        "bare-hash",
        "DigestInfoのない署名（仕様書の図のとおり）",
        "a signature without DigestInfo, as the specification draws it",
        ResidenceFault::OtherForm,
        &[],
        AUTHENTIC
    ),
    row!(
        "withdrawn-permissions",
        "資格外活動許可の取消し後（欄がすべて00）",
        "permissions were withdrawn: their files hold zeros alone",
        ResidenceFault::Withdrawn,
        &[],
        AUTHENTIC
    ),
    row!(
        "empty-address",
        "住居地の記載がない（すべて00）",
        "no address was entered: the file holds zeros alone",
        ResidenceFault::EmptyAddress(Nothing::Zeros),
        &[],
        AUTHENTIC
    ),
    row!(
        "zero-address",
        "住居地の記載がない（値が00）",
        "no address was entered: its values are zeros",
        ResidenceFault::EmptyAddress(Nothing::ZeroValues),
        &[],
        AUTHENTIC
    ),
];

/// What only the second generation can have.
pub const RESIDENCE2_FAULTS: &[FaultRow] = &[
    row!(
        "changed-entries",
        "有効期限を1日延ばす",
        "the expiry one day later",
        ResidenceFault::ChangedEntries,
        CHANGED,
        REJECTED
    ),
    row!(
        "changed-name-picture",
        "氏名の画像を変更",
        "another name picture",
        ResidenceFault::ChangedNamePicture,
        CHANGED,
        REJECTED
    ),
    row!(
        "expired",
        "有効期限切れ（署名は正しい）",
        "expired, validly signed",
        ResidenceFault::Expired,
        EXPIRED,
        REJECTED
    ),
    row!("der-signature", "DERで書かれた署名", "a signature written in DER", ResidenceFault::OtherForm, &[], AUTHENTIC),
    row!(
        "long-certificate",
        "599バイトの証明書",
        "a certificate of 599 bytes",
        ResidenceFault::LongCertificate,
        &[],
        AUTHENTIC
    ),
    row!(
        "infant",
        "1歳未満の人のカード（顔写真の欄が00）",
        "holder under 1: zeros in the photo's place",
        ResidenceFault::Infant(Nothing::Zeros),
        &[],
        AUTHENTIC
    ),
    row!(
        "infant-empty",
        "1歳未満の人のカード（顔写真の長さが0）",
        "holder under 1: a photo of length 0",
        ResidenceFault::Infant(Nothing::EmptyObject),
        OTHER_LAYOUT,
        UNDETERMINED
    ),
];

/// What only the card of a holder under 16 can have (first generation). None of them makes it anything but undetermined.
pub const RESIDENCE_CHILD_FAULTS: &[FaultRow] = &[
    row!(
        "one-object",
        "電子署名のファイルがDA 00だけ",
        "the signature file begins DA 00, without DB",
        ResidenceFault::OneObject,
        &[],
        UNDETERMINED
    ),
    row!(
        "zero-photo",
        "顔写真のファイルがすべて00",
        "the photo's file holds zeros alone",
        ResidenceFault::ChildFace(Nothing::Zeros),
        &[],
        UNDETERMINED
    ),
    row!(
        "absent-photo",
        "顔写真のファイルがない",
        "there is no file for a photo",
        ResidenceFault::ChildFace(Nothing::Absent),
        &[],
        UNDETERMINED
    ),
    FaultRow {
        name: "bit-flip",
        value: Some("FILE:BYTE"),
        example: "bit-flip=df1/05:3000",
        what: BIT_FLIP,
        differs: &[],
        expected: UNDETERMINED,
        make: |value| bit_flip(FILES_1.iter().map(|file| file.name), value?),
    },
    row!(
        "wrong-number",
        "券面の番号とICチップの番号が違う",
        "the chip has another number than the print",
        ResidenceFault::WrongNumber,
        &[],
        Expected::CredentialRefused
    ),
];
