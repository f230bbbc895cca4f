//! The tables of licences' faults: what each does and what a check of the licence must say.

use crate::{
    cards::drivers_licence::files::{FILES, LICENCE_LAYOUTS, Layout, MENKYO_FILES, MENKYO_LAYOUTS},
    lang::Bilingual,
    verify::{CheckId, Reason, Verdict, Why},
};

use super::{
    super::{
        fault::Fault,
        fault_row::{AUTHENTIC, Differs, Expected, FaultRow, REJECTED, UNDETERMINED, failed, row},
        fault_table::{BIT_FLIP, bit_flip},
    },
    fault::{FIRST, GUEST, LicenceFault, SECOND},
    profile::{PastEnd, PhotoForm},
};

use CheckId::{LicenceSignature, LicenceSigner, MenkyoSignature, MenkyoSigner, NoUnsignedChanges, NotExpired};

/// A good block over data that no candidate layout gives: changed data, or a layout that nobody knows. Only the issuer's
/// own specification could tell which (design 3).
const CHANGED: Differs = &[(LicenceSignature, Verdict::NotDone(Why::LayoutUnknown))];
const BAD_BLOCK: Differs = &[failed(LicenceSignature, Reason::SignatureMismatch)];
const UNKNOWN_SIGNER: Differs =
    &[(LicenceSigner, Verdict::NotDone(Why::NoAnchor)), (LicenceSignature, Verdict::NotDone(Why::NoAnchor))];
const NOT_READ: Differs = &[
    (LicenceSigner, Verdict::NotDone(Why::NotRead)),
    (LicenceSignature, Verdict::NotDone(Why::NotRead)),
    (NoUnsignedChanges, Verdict::NotDone(Why::NotRead)),
];
const NO_SIGNATURE: Differs =
    &[(LicenceSigner, Verdict::NotDone(Why::LayoutUnknown)), (LicenceSignature, Verdict::NotDone(Why::LayoutUnknown))];
const UNSIGNED_CHANGE: Differs = &[failed(NoUnsignedChanges, Reason::UnsignedChanges)];
const MENKYO_CHANGED: Differs = &[(MenkyoSignature, Verdict::NotDone(Why::LayoutUnknown))];
const MENKYO_BAD_BLOCK: Differs = &[failed(MenkyoSignature, Reason::SignatureMismatch)];
const MENKYO_UNKNOWN_SIGNER: Differs =
    &[(MenkyoSigner, Verdict::NotDone(Why::NoAnchor)), (MenkyoSignature, Verdict::NotDone(Why::NoAnchor))];
const MENKYO_NO_SIGNATURE: Differs =
    &[(MenkyoSigner, Verdict::NotDone(Why::LayoutUnknown)), (MenkyoSignature, Verdict::NotDone(Why::LayoutUnknown))];
const EXPIRED: Differs = &[failed(NotExpired, Reason::Expired)];

const FLIP: FaultRow = FaultRow {
    name: "bit-flip",
    value: Some("FILE:BYTE"),
    example: "bit-flip=df1/0001:40",
    what: BIT_FLIP,
    differs: CHANGED,
    expected: UNDETERMINED,
    make: |value| bit_flip(FILES.iter().map(|file| file.name), value?),
};

const MENKYO_FLIP: FaultRow = FaultRow {
    example: "bit-flip=menkyo/001B:40",
    differs: MENKYO_CHANGED,
    make: |value| bit_flip(MENKYO_FILES.iter().map(|file| file.name), value?),
    ..FLIP
};

const PIN_SETTING: FaultRow = FaultRow {
    name: "pin-setting",
    value: Some("XX"),
    example: "pin-setting=02",
    what: Bilingual::new("暗証番号の設定の値がXX（16進）", "the PIN setting has the value XX (hex)"),
    differs: &[],
    expected: Expected::PinSettingUnknown,
    make: |value| {
        let byte = value.filter(|value| value.len() == 2).and_then(|value| u8::from_str_radix(value, 16).ok())?;
        Some(Fault::Licence(LicenceFault::PinSetting(byte)))
    },
};

fn layout(layouts: &'static [Layout], name: &str) -> Option<Fault> {
    let layout = layouts.iter().find(|layout| layout.name == name)?;
    Some(Fault::Licence(LicenceFault::Layout(layout)))
}

/// Signs what a named layout of the table says.
const LAYOUT: FaultRow = FaultRow {
    name: "layout",
    value: Some("NAME"),
    example: "layout=up-to-filler",
    what: Bilingual::new("電子署名の対象を別の候補の配置にする", "signs what another candidate layout covers"),
    differs: &[],
    expected: AUTHENTIC,
    make: |value| layout(LICENCE_LAYOUTS, value?),
};

const MENKYO_LAYOUT: FaultRow = FaultRow { make: |value| layout(MENKYO_LAYOUTS, value?), ..LAYOUT };

const PARTIAL: FaultRow = FaultRow {
    name: "partial-layout",
    value: None,
    example: "partial-layout",
    what: Bilingual::new("写真と本籍を署名の対象にしない", "the signature covers neither photo nor domicile"),
    differs: CHANGED,
    expected: UNDETERMINED,
    make: |value| match value {
        None => layout(LICENCE_LAYOUTS, "data-alone"),
        Some(_) => None,
    },
};

/// Every fault of a simulated licence but those of the link, which every card has.
pub const LICENCE_FAULTS: &[FaultRow] = &[
    row!(
        "swapped-photo",
        "顔写真を別人のものに差し替え",
        "another person's photo",
        LicenceFault::SwappedPhoto,
        CHANGED,
        UNDETERMINED
    ),
    row!("changed-name", "氏名を変更", "another name", LicenceFault::ChangedName, CHANGED, UNDETERMINED),
    row!("changed-address", "住所を変更", "another address", LicenceFault::ChangedAddress, CHANGED, UNDETERMINED),
    row!(
        "changed-domicile",
        "本籍を変更",
        "another registered domicile",
        LicenceFault::ChangedDomicile,
        CHANGED,
        UNDETERMINED
    ),
    row!(
        "changed-expiry",
        "有効期限を1日延ばす",
        "the expiry one day later",
        LicenceFault::ChangedExpiry,
        CHANGED,
        UNDETERMINED
    ),
    row!("added-category", "免許の種類を追加", "a category more", LicenceFault::AddedCategory, CHANGED, UNDETERMINED),
    row!(
        "added-change",
        "氏名の変更を追記（署名の対象外）",
        "a change of name is added, which nothing signs",
        LicenceFault::AddedChange,
        UNSIGNED_CHANGE,
        AUTHENTIC
    ),
    row!(
        "bad-signature",
        "電子署名を1ビット変更",
        "one bit of the signature flipped",
        LicenceFault::BadSignature,
        BAD_BLOCK,
        REJECTED
    ),
    row!(
        "wrong-key",
        "正しい署名者を名乗る、別の鍵による署名",
        "signed by another key under the signer's identifier",
        LicenceFault::WrongKey,
        BAD_BLOCK,
        REJECTED
    ),
    row!(
        "unknown-signer",
        "どの証明書にもない署名者",
        "a signer that no certificate names",
        LicenceFault::UnknownSigner,
        UNKNOWN_SIGNER,
        UNDETERMINED
    ),
    row!(
        "no-signature",
        "電子署名のファイルが空",
        "the signature file is empty",
        LicenceFault::NoSignature,
        NO_SIGNATURE,
        UNDETERMINED
    ),
    row!("expired", "有効期限切れ（2023年）", "expired in 2023", LicenceFault::Expired, EXPIRED, REJECTED),
    row!(
        "wrong-pin1",
        "入力した暗証番号1がカードと違う",
        "PIN 1 is not the card's",
        LicenceFault::WrongPin(FIRST),
        &[],
        Expected::CredentialRefused
    ),
    row!(
        "wrong-pin2",
        "入力した暗証番号2がカードと違う",
        "PIN 2 is not the card's",
        LicenceFault::WrongPin(SECOND),
        &[],
        Expected::CredentialRefused
    ),
    row!(
        "blocked-pin1",
        "暗証番号1が閉塞",
        "PIN 1 is blocked",
        LicenceFault::Blocked(FIRST),
        &[],
        Expected::CredentialBlocked
    ),
    row!(
        "blocked-pin2",
        "暗証番号2が閉塞",
        "PIN 2 is blocked",
        LicenceFault::Blocked(SECOND),
        &[],
        Expected::CredentialBlocked
    ),
    row!(
        "last-try-pin1",
        "暗証番号1の残り1回",
        "one try of PIN 1 is left",
        LicenceFault::LastTry(FIRST),
        &[],
        Expected::LastTry
    ),
    row!(
        "last-try-pin2",
        "暗証番号2の残り1回",
        "one try of PIN 2 is left",
        LicenceFault::LastTry(SECOND),
        &[],
        Expected::LastTry
    ),
    row!(
        "lying-length",
        "記載事項の最後の項目がファイルの外までの長さを称する",
        "the data file's last item runs past the file",
        LicenceFault::LyingLength,
        CHANGED,
        UNDETERMINED
    ),
    row!(
        "truncated-file",
        "記載事項が途中で終わる",
        "the data file ends halfway",
        LicenceFault::TruncatedFile,
        CHANGED,
        UNDETERMINED
    ),
    row!(
        "broken-text",
        "免許の条件の文字にFFが混じる（署名は正しい）",
        "FF inside a condition's text, validly signed",
        LicenceFault::BrokenText,
        &[],
        AUTHENTIC
    ),
    row!(
        "half-character",
        "免許の条件が奇数バイト（署名は正しい）",
        "a condition of an odd number of bytes, validly signed",
        LicenceFault::HalfCharacter,
        &[],
        AUTHENTIC
    ),
    row!(
        "warned-end",
        "長すぎるLeに6282を返す",
        "answers 6282 to a Le too long",
        LicenceFault::PastEnd(PastEnd::Warned),
        &[],
        AUTHENTIC
    ),
    row!(
        "refused-end",
        "長すぎるLeに6700を返す",
        "answers 6700 to a Le too long",
        LicenceFault::PastEnd(PastEnd::WrongLength),
        &[],
        AUTHENTIC
    ),
    row!(
        "blocked-folders",
        "DFが閉塞（6283）",
        "the dedicated files are blocked (6283)",
        LicenceFault::BlockedFolders,
        NOT_READ,
        UNDETERMINED
    ),
    row!(
        "photo-codestream",
        "顔写真がJP2の箱に入っていない",
        "the photo is a bare codestream",
        LicenceFault::Photo(PhotoForm::Codestream),
        &[],
        AUTHENTIC
    ),
    row!(
        "photo-without-end",
        "顔写真に終端の印がない",
        "the photo's codestream has no end marker",
        LicenceFault::Photo(PhotoForm::NoEnd),
        &[],
        AUTHENTIC
    ),
    row!(
        "short-fields",
        "予備・未使用の欄を書かず、署名者名を詰め物なしで書く",
        "unused fields left out, signer's names without padding",
        LicenceFault::ShortFields,
        &[],
        AUTHENTIC
    ),
    row!(
        "old-version",
        "仕様書バージョン006（準中型の欄がない）",
        "specification version 006, without semi-medium",
        LicenceFault::OldVersion,
        &[],
        AUTHENTIC
    ),
    row!(
        "edition-1978",
        "JIS X 0208の1978年版",
        "text of the 1978 edition of JIS X 0208",
        LicenceFault::Edition1978,
        &[],
        AUTHENTIC
    ),
    row!("externals", "外字1から7まで", "external characters in every slot", LicenceFault::Externals, &[], AUTHENTIC),
    row!(
        "full-changes",
        "公安委員会の変更を15件すべての欄に追記",
        "a change of commission in each of the 15 slots",
        LicenceFault::FullChanges,
        UNSIGNED_CHANGE,
        AUTHENTIC
    ),
    FLIP,
    PIN_SETTING,
    LAYOUT,
    PARTIAL,
];

/// Every fault of a simulated マイナ免許証 but those of the link, which every card has.
pub const MENKYO_FAULTS: &[FaultRow] = &[
    row!(
        "swapped-photo",
        "顔写真を別人のものに差し替え",
        "another person's photo",
        LicenceFault::SwappedPhoto,
        MENKYO_CHANGED,
        UNDETERMINED
    ),
    row!(
        "changed-expiry",
        "有効期限を1日延ばす",
        "the expiry one day later",
        LicenceFault::ChangedExpiry,
        MENKYO_CHANGED,
        UNDETERMINED
    ),
    row!(
        "added-category",
        "免許の種類を追加",
        "a category more",
        LicenceFault::AddedCategory,
        MENKYO_CHANGED,
        UNDETERMINED
    ),
    row!(
        "bad-signature",
        "電子署名を1ビット変更",
        "one bit of the signature flipped",
        LicenceFault::BadSignature,
        MENKYO_BAD_BLOCK,
        REJECTED
    ),
    row!(
        "wrong-key",
        "正しい署名者を名乗る、別の鍵による署名",
        "signed by another key under the signer's identifier",
        LicenceFault::WrongKey,
        MENKYO_BAD_BLOCK,
        REJECTED
    ),
    row!(
        "unknown-signer",
        "どの証明書にもない署名者",
        "a signer that no certificate names",
        LicenceFault::UnknownSigner,
        MENKYO_UNKNOWN_SIGNER,
        UNDETERMINED
    ),
    row!(
        "no-signature",
        "電子署名のファイルが空",
        "the signature file is empty",
        LicenceFault::NoSignature,
        MENKYO_NO_SIGNATURE,
        UNDETERMINED
    ),
    row!("expired", "有効期限切れ（2023年）", "expired in 2023", LicenceFault::Expired, EXPIRED, REJECTED),
    row!(
        "wrong-pin",
        "入力した暗証番号がカードと違う",
        "the PIN is not the card's",
        LicenceFault::WrongPin(GUEST),
        &[],
        Expected::CredentialRefused
    ),
    row!(
        "blocked-pin",
        "暗証番号が閉塞",
        "the PIN is blocked",
        LicenceFault::Blocked(GUEST),
        &[],
        Expected::CredentialBlocked
    ),
    row!(
        "last-try-pin",
        "暗証番号の残り1回",
        "one try of the PIN is left",
        LicenceFault::LastTry(GUEST),
        &[],
        Expected::LastTry
    ),
    row!(
        "lying-length",
        "最後の項目がファイルの外までの長さを称する",
        "the last item runs past the file",
        LicenceFault::LyingLength,
        MENKYO_CHANGED,
        UNDETERMINED
    ),
    row!(
        "truncated-file",
        "免許情報記録が途中で終わる",
        "the record ends halfway",
        LicenceFault::TruncatedFile,
        MENKYO_CHANGED,
        UNDETERMINED
    ),
    row!(
        "no-record-date",
        "記録の日付が空（運転経歴情報がない）",
        "an empty record date: no driving history",
        LicenceFault::NoRecordDate,
        &[],
        AUTHENTIC
    ),
    row!("zero-filler", "末尾の詰め物が00", "the file is filled with 00", LicenceFault::ZeroFiller, &[], AUTHENTIC),
    row!(
        "short-fields",
        "予備の欄を空にし、署名者名を詰め物なしで書く",
        "spare fields empty, signer's names without padding",
        LicenceFault::ShortFields,
        &[],
        AUTHENTIC
    ),
    MENKYO_FLIP,
    PIN_SETTING,
    MENKYO_LAYOUT,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kind::CardKind,
        simulator::{Faults, fault_row::checks},
    };

    #[test]
    fn every_row_is_complete() {
        for kind in [CardKind::LICENCE, CardKind::MENKYO] {
            checks::complete(kind);
        }
        for text in ["pin-setting", "pin-setting=2", "pin-setting=xx", "layout=nonsense", "partial-layout=1", "cloned"]
        {
            assert!(Faults::parse(CardKind::LICENCE, text).is_err(), "{text}");
        }
        assert!(Faults::parse(CardKind::MENKYO, "changed-name").is_err());
    }

    #[test]
    fn verdicts_and_exit_codes_agree() {
        let required = [LicenceSignature, LicenceSigner, MenkyoSignature, MenkyoSigner, NotExpired];
        checks::exit_codes_agree(LICENCE_FAULTS.iter().chain(MENKYO_FAULTS), &required);
    }
}
