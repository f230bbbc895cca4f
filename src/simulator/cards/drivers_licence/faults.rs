//! The faults of licences: how each is brought about, and the tables of what a check of the licence must say.

use jiff::civil::Date;

use crate::{
    cards::{
        Reference,
        drivers_licence::{
            files::{
                CHANGES, COMMON_DATA, DATA, DOMICILE, FILES, File, LICENCE_LAYOUTS, Layout, MENKYO_DATA, MENKYO_FILES,
                MENKYO_LAYOUTS, MENKYO_PIN, MENKYO_SIGNATURE, PHOTO, PIN1, PIN2, SIGNATURE,
            },
            tlv,
        },
    },
    simulator::{
        Expected, FaultRow, IssueError, SimulatedCard,
        kernel::{
            chip::Secret,
            fault::{
                AUTHENTIC, BIT_FLIP, BLOCKED, Differs, Effect, LAST_TRY, REFUSED, REJECTED, UNDETERMINED, attempt,
                bit_flip, card, failed, flip, on, open, rows,
            },
        },
        pick,
    },
    verify::{
        CheckId::{LicenceSignature, LicenceSigner, MenkyoSignature, MenkyoSigner, NoUnsignedChanges, NotExpired},
        Reason, Why,
    },
};

use super::{
    Draft, Plan,
    fields::FieldFile,
    holder::{COMMISSION, Change},
    issue::{LicenceSigner as Signer, PORTRAITS, change_flag, common_data, entry, era_day},
    profile::{NotHeld, PastEnd, PhotoForm, SignatureForm},
    text::{external, jis_x_0208},
};

/// Every fault of a simulated licence but those of the link, which every card has.
pub const LICENCE_FAULTS: &[FaultRow] = rows! {
    "swapped-photo", "顔写真を別人のものに差し替え", "another person's photo", draft(swapped_photo), CHANGED, UNDETERMINED;
    "changed-name", "氏名を変更", "another name", text(&DATA, "name", "偽造　太郎"), CHANGED, UNDETERMINED;
    "changed-address", "住所を変更", "another address", text(&DATA, "address", "架空県偽造市改変町９９"), CHANGED, UNDETERMINED;
    "changed-domicile", "本籍を変更", "another registered domicile", text(&DOMICILE, "domicile", "偽造県"), CHANGED, UNDETERMINED;
    "changed-expiry", "有効期限を1日延ばす", "the expiry one day later", draft(changed_expiry), CHANGED, UNDETERMINED;
    "added-category", "免許の種類を追加", "one more category", draft(added_category), CHANGED, UNDETERMINED;
    "added-change", "氏名の変更を追記（署名の対象外）", "a change of name is added, which nothing signs", attempt(added_change), UNSIGNED_CHANGE, AUTHENTIC;
    "bad-signature", "電子署名を1ビット変更", "one bit of the signature flipped", draft(bad_signature), BAD_BLOCK, REJECTED;
    "wrong-key", "正しい署名者を名乗る、別の鍵による署名", "signed by another key under the signer's identifier", plan(|p| p.order.signer.key = "impostor"), BAD_BLOCK, REJECTED;
    "unknown-signer", "どの証明書にもない署名者", "a signer that no certificate names", plan(|p| p.order.signer = UNKNOWN), UNKNOWN_SIGNER, UNDETERMINED;
    "no-signature", "電子署名のファイルが空", "the signature file is empty", stored([SIGNATURE, MENKYO_SIGNATURE], |bytes| bytes.fill(tlv::FILLER)), NO_SIGNATURE, UNDETERMINED;
    "expired", "有効期限切れ（2023年）", "expired in 2023", plan(|p| (p.order.holder.issue, p.order.holder.expiry) = (PAST_ISSUE, PAST_EXPIRY)), EXPIRED, REJECTED;
    "wrong-pin1", "入力した暗証番号1がカードと違う", "PIN 1 is not the card's", pin(PIN1, |pin| flip(pin.value.as_mut())), &[], REFUSED;
    "wrong-pin2", "入力した暗証番号2がカードと違う", "PIN 2 is not the card's", pin(PIN2, |pin| flip(pin.value.as_mut())), &[], REFUSED;
    "blocked-pin1", "暗証番号1が閉塞", "PIN 1 is blocked", pin(PIN1, |pin| pin.retry_counter = 0), &[], BLOCKED;
    "blocked-pin2", "暗証番号2が閉塞", "PIN 2 is blocked", pin(PIN2, |pin| pin.retry_counter = 0), &[], BLOCKED;
    "last-try-pin1", "暗証番号1の残り1回", "one try of PIN 1 is left", pin(PIN1, |pin| pin.retry_counter = 1), &[], LAST_TRY;
    "last-try-pin2", "暗証番号2の残り1回", "one try of PIN 2 is left", pin(PIN2, |pin| pin.retry_counter = 1), &[], LAST_TRY;
    "lying-length", "記載事項の最後の項目がファイルの外までの長さを称する", "the data file's last item runs past the file", card(announce_too_much), CHANGED, UNDETERMINED;
    "truncated-file", "記載事項が最後の項目の途中で終わる", "the data file ends within its last item", card(cut_short), CHANGED, UNDETERMINED;
    "broken-text", "免許の条件の文字にFFが混じる（署名は正しい）", "FF inside a condition's text, validly signed", misprinted(&DATA, "condition_1", &[0x46, 0x33, 0xFF, 0xFF, 0x40, 0x45]), &[], AUTHENTIC;
    "half-character", "免許の条件が奇数バイト（署名は正しい）", "a condition of an odd number of bytes, validly signed", misprinted(&DATA, "condition_1", &[0x34, 0x63, 0x36]), &[], AUTHENTIC;
    "warned-end", "長すぎるLeに6282を返す", "answers 6282 to a Le that is too long", plan(|p| p.profile.past_end = PastEnd::Warned), &[], AUTHENTIC;
    "refused-end", "長すぎるLeに6700を返す", "answers 6700 to a Le that is too long", plan(|p| p.profile.past_end = PastEnd::WrongLength), &[], AUTHENTIC;
    "blocked-folders", "DFが閉塞（6283）", "the dedicated files are blocked (6283)", plan(|p| p.profile.blocked_folders = true), NOT_READ, UNDETERMINED;
    "photo-codestream", "顔写真がJP2の箱に入っていない", "the photo is a bare codestream", plan(|p| p.profile.photo = PhotoForm::Codestream), &[], AUTHENTIC;
    "photo-without-end", "顔写真に終端の印がない", "the photo's codestream has no end marker", plan(|p| p.profile.photo = PhotoForm::NoEnd), &[], AUTHENTIC;
    "short-fields", "予備・未使用の欄を書かず、署名者名を詰め物なしで書く", "unused fields left out, signer's names without padding", plan(short_fields), &[], AUTHENTIC;
    "old-version", "仕様書バージョン006（準中型の欄がない）", "specification version 006, without semi-medium", plan(old_version), &[], AUTHENTIC;
    "edition-1978", "JIS X 0208の1978年版", "text of the 1978 edition of JIS X 0208", plan(|p| p.order.holder.edition = 0x78), &[], AUTHENTIC;
    "externals", "外字1から7まで", "external characters in every slot", plan(every_external), &[], AUTHENTIC;
    "full-changes", "公安委員会の変更を15件すべての欄に追記", "a change of commission in each of the 15 slots", plan(full_changes), UNSIGNED_CHANGE, AUTHENTIC;
    "bit-flip" = "FILE:BYTE"("df1/0001:40"), BIT_FLIP.ja, BIT_FLIP.en, |value| bit_flip(FILES.iter().map(|file| file.name), value), CHANGED, UNDETERMINED;
    "pin-setting" = "XX"("02"), SETTING.0, SETTING.1, pin_setting, &[], Expected::PinSettingUnknown;
    "layout" = "NAME"("up-to-filler"), LAYOUT.0, LAYOUT.1, |value| layout(LICENCE_LAYOUTS, value?), &[], AUTHENTIC;
    "partial-layout", "写真と本籍を署名の対象にしない", "the signature covers neither photo nor domicile", plan(|p| p.order.layout = partial(p.order.layout)), CHANGED, UNDETERMINED;
};

/// Every fault of a simulated マイナ免許証 but those of the link, which every card has.
pub const MENKYO_FAULTS: &[FaultRow] = rows! {
    "swapped-photo", "顔写真を別人のものに差し替え", "another person's photo", draft(swapped_photo), MENKYO_CHANGED, UNDETERMINED;
    "changed-expiry", "有効期限を1日延ばす", "the expiry one day later", draft(changed_expiry), MENKYO_CHANGED, UNDETERMINED;
    "added-category", "免許の種類を追加", "one more category", draft(added_category), MENKYO_CHANGED, UNDETERMINED;
    "bad-signature", "電子署名を1ビット変更", "one bit of the signature flipped", draft(bad_signature), MENKYO_BAD_BLOCK, REJECTED;
    "wrong-key", "正しい署名者を名乗る、別の鍵による署名", "signed by another key under the signer's identifier", plan(|p| p.order.signer.key = "impostor"), MENKYO_BAD_BLOCK, REJECTED;
    "unknown-signer", "どの証明書にもない署名者", "a signer that no certificate names", plan(|p| p.order.signer = UNKNOWN), MENKYO_UNKNOWN_SIGNER, UNDETERMINED;
    "no-signature", "電子署名のファイルが空", "the signature file is empty", stored([SIGNATURE, MENKYO_SIGNATURE], |bytes| bytes.fill(tlv::FILLER)), MENKYO_NO_SIGNATURE, UNDETERMINED;
    "expired", "有効期限切れ（2023年）", "expired in 2023", plan(|p| (p.order.holder.issue, p.order.holder.expiry) = (PAST_ISSUE, PAST_EXPIRY)), EXPIRED, REJECTED;
    "wrong-pin", "入力した暗証番号がカードと違う", "the PIN is not the card's", pin(MENKYO_PIN, |pin| flip(pin.value.as_mut())), &[], REFUSED;
    "blocked-pin", "暗証番号が閉塞", "the PIN is blocked", pin(MENKYO_PIN, |pin| pin.retry_counter = 0), &[], BLOCKED;
    "last-try-pin", "暗証番号の残り1回", "one try of the PIN is left", pin(MENKYO_PIN, |pin| pin.retry_counter = 1), &[], LAST_TRY;
    "lying-length", "最後の項目がファイルの外までの長さを称する", "the last item runs past the file", card(announce_too_much), MENKYO_CHANGED, UNDETERMINED;
    "truncated-file", "免許情報記録が最後の項目の途中で終わる", "the record ends within its last item", card(cut_short), MENKYO_CHANGED, UNDETERMINED;
    "no-record-date", "記録の日付が空（運転経歴情報がない）", "an empty record date: no driving history", misprinted(&MENKYO_DATA, "record_date", &[]), &[], AUTHENTIC;
    "zero-filler", "末尾の詰め物が00", "the file is filled with 00", plan(|p| p.profile.guest_filler = tlv::FILLER_ZERO), &[], AUTHENTIC;
    "short-fields", "予備の欄を空にし、署名者名を詰め物なしで書く", "spare fields empty, signer's names without padding", plan(short_fields), &[], AUTHENTIC;
    "bit-flip" = "FILE:BYTE"("menkyo/001B:40"), BIT_FLIP.ja, BIT_FLIP.en, |value| bit_flip(MENKYO_FILES.iter().map(|file| file.name), value), MENKYO_CHANGED, UNDETERMINED;
    "pin-setting" = "XX"("02"), SETTING.0, SETTING.1, pin_setting, &[], Expected::PinSettingUnknown;
    "layout" = "NAME"("up-to-filler"), LAYOUT.0, LAYOUT.1, |value| layout(MENKYO_LAYOUTS, value?), &[], AUTHENTIC;
};

const SETTING: (&str, &str) = ("暗証番号の設定の値がXX（16進）", "the PIN setting has the value XX (hex)");
const LAYOUT: (&str, &str) = ("電子署名の対象を別の候補の配置にする", "signs what another candidate layout covers");

/// A good block over data that no candidate layout gives: changed data, or a layout that nobody knows. Only the issuer's
/// own specification could say which (design 3).
const CHANGED: Differs = &[open(LicenceSignature, Why::LayoutUnknown)];
const BAD_BLOCK: Differs = &[failed(LicenceSignature, Reason::SignatureMismatch)];
const UNKNOWN_SIGNER: Differs = &[open(LicenceSigner, Why::NoAnchor), open(LicenceSignature, Why::NoAnchor)];
const NOT_READ: Differs =
    &[open(LicenceSigner, Why::NotRead), open(LicenceSignature, Why::NotRead), open(NoUnsignedChanges, Why::NotRead)];
const NO_SIGNATURE: Differs = &[open(LicenceSigner, Why::LayoutUnknown), open(LicenceSignature, Why::LayoutUnknown)];
const UNSIGNED_CHANGE: Differs = &[failed(NoUnsignedChanges, Reason::UnsignedChanges)];
const MENKYO_CHANGED: Differs = &[open(MenkyoSignature, Why::LayoutUnknown)];
const MENKYO_BAD_BLOCK: Differs = &[failed(MenkyoSignature, Reason::SignatureMismatch)];
const MENKYO_UNKNOWN_SIGNER: Differs = &[open(MenkyoSigner, Why::NoAnchor), open(MenkyoSignature, Why::NoAnchor)];
const MENKYO_NO_SIGNATURE: Differs =
    &[open(MenkyoSigner, Why::LayoutUnknown), open(MenkyoSignature, Why::LayoutUnknown)];
const EXPIRED: Differs = &[failed(NotExpired, Reason::Expired)];

/// The days of an expired licence: after the signer's certificate began, before anybody runs this.
const PAST_ISSUE: Date = Date::constant(2020, 6, 1);
const PAST_EXPIRY: Date = Date::constant(2023, 5, 1);

/// A key that no shipped certificate has, under names of its own.
const UNKNOWN: Signer = Signer {
    key: "impostor",
    claims: "impostor",
    serial: "7999999999999999",
    issuer: "nobody. SIMULATED. NOT A REAL ISSUER",
    subject: "nobody. SIMULATED. NOT A REAL ISSUER",
};

fn plan(change: impl Fn(&mut Plan) + Send + Sync + 'static) -> Effect {
    on(change)
}

fn draft(change: fn(&mut Draft)) -> Effect {
    on(change)
}

/// Changes a PIN of the finished card.
fn pin(reference: Reference, change: fn(&mut Secret)) -> Effect {
    card(move |card| card.chip.secret_mut(&reference).into_iter().for_each(change))
}

/// Changes the stored bytes of whichever of these files there is.
fn stored(files: [File; 2], change: fn(&mut Vec<u8>)) -> Effect {
    card(move |card| files.iter().for_each(|file| card.file_mut(file.name).into_iter().for_each(change)))
}

fn pin_setting(value: Option<&str>) -> Option<Effect> {
    let byte = value.filter(|value| value.len() == 2).and_then(|value| u8::from_str_radix(value, 16).ok())?;
    Some(plan(move |p| p.order.pin_setting = byte))
}

fn layout(layouts: &'static [Layout], name: &str) -> Option<Effect> {
    let layout = layouts.iter().find(|layout| layout.name == name)?;
    Some(plan(move |p| p.order.layout = layout))
}

/// The layout of the data file alone.
fn partial(other: &'static Layout) -> &'static Layout {
    LICENCE_LAYOUTS.iter().find(|layout| layout.name == "data-alone").unwrap_or(other)
}

/// Gives a field another value in whichever of these files was issued.
fn set(d: &mut Draft, files: &[File], id: &str, value: impl Into<Vec<u8>>) {
    let value = value.into();
    for file in files {
        if let Some(fields) = d.issued.file_mut(file) {
            FieldFile::set(fields, id, value.clone());
        }
    }
}

/// Another text in a field.
fn text(file: &'static File, id: &'static str, text: &'static str) -> Effect {
    attempt(move |d: &mut Draft| {
        set(d, &[*file], id, jis_x_0208(text)?);
        Ok(())
    })
}

/// A field that the issuer wrote so, and signed.
fn misprinted(file: &'static File, id: &'static str, bytes: &'static [u8]) -> Effect {
    attempt(move |d: &mut Draft| {
        set(d, &[*file], id, bytes);
        d.issued.sign(&d.plan.order, &d.plan.profile)
    })
}

fn short_fields(p: &mut Plan) {
    p.profile.signature = SignatureForm::Short;
    p.profile.not_held = NotHeld::Empty;
    (p.profile.spare_dates, p.profile.empty_slots) = (false, false);
}

fn old_version(p: &mut Plan) {
    p.profile.version = *b"006";
    p.order.holder.categories.retain(|(id, _)| *id != "cat_semi_medium");
}

fn every_external(p: &mut Plan) {
    p.order.holder.persona.name = format!("{}{}\u{3000}見本", external(1), external(2));
    p.order.holder.externals = (1..=7).map(|slot| (slot, slot)).collect();
    p.profile.padded_externals = true;
}

fn full_changes(p: &mut Plan) {
    let holder = &mut p.order.holder;
    let days = std::iter::successors(Some(holder.issue), |day| day.tomorrow().ok()).take(15);
    let change = |day| Change { field: "new_commission", day, text: String::new(), commission: COMMISSION };
    holder.changes = days.map(change).collect();
}

fn swapped_photo(d: &mut Draft) {
    let other = pick(&PORTRAITS, d.plan.order.holder.persona.portrait.wrapping_add(1));
    set(d, &[PHOTO, MENKYO_DATA], "photo", other);
}

fn changed_expiry(d: &mut Draft) {
    let mut longer = d.plan.order.holder.clone();
    longer.expiry = longer.expiry.tomorrow().unwrap_or(longer.expiry);
    set(d, &[DATA, MENKYO_DATA], "expiry_date", era_day(longer.expiry));
    if let Some(common) = d.issued.file_mut(&COMMON_DATA) {
        *common = common_data(&longer, &d.plan.profile);
    }
}

fn added_category(d: &mut Draft) {
    let day = era_day(d.plan.order.holder.issue);
    set(d, &[DATA], "cat_large_special_2", day);
    set(d, &[MENKYO_DATA], "cat_large_special_2", [1]);
}

fn added_change(d: &mut Draft) -> Result<(), IssueError> {
    let holder = &d.plan.order.holder;
    let text = "追記\u{3000}太郎".to_owned();
    let change = Change { field: "new_name", day: holder.issue, text, commission: COMMISSION };
    let entry = entry(&change, holder.edition)?;
    set(d, &[CHANGES], change.field, entry);
    set(d, &[CHANGES], "changes_flag", [change_flag(true)]);
    Ok(())
}

fn bad_signature(d: &mut Draft) {
    for file in [SIGNATURE, MENKYO_SIGNATURE] {
        flip(d.issued.file_mut(&file).and_then(|fields| fields.value_mut("signature")));
    }
}

/// The last item loses its end, and the file what follows.
fn cut_short(card: &mut SimulatedCard) {
    for file in [DATA, MENKYO_DATA] {
        if let Some(bytes) = card.file_mut(file.name) {
            let end = tlv::items(bytes, file.own.rules).end;
            bytes.truncate(end.saturating_sub(1));
        }
    }
}

/// The last item of the data file announces 32,767 bytes.
fn announce_too_much(card: &mut SimulatedCard) {
    for file in [DATA, MENKYO_DATA] {
        let Some(bytes) = card.file_mut(file.name) else { continue };
        let last = tlv::items(bytes, file.own.rules)
            .objects
            .last()
            .map(|object| (object.at, object.raw.len() - object.value.len()));
        let Some((at, header)) = last else { continue };
        let wide = usize::from(u8::from(bytes.get(at) == Some(&0x01)));
        bytes.splice(at + 1 + wide..at + header, [0x82, 0x7F, 0xFF]);
        bytes.resize(file.extent.bytes(), tlv::FILLER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kind::CardKind,
        simulator::{Faults, kernel::fault::checks},
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
