//! What a 運転免許証's data proves: pure functions of the dump, the trust store and the time (spec licence 5).

use jiff::civil::Date;

use crate::{
    cards::{
        CardText, Findings, Holder, Item, ItemValue, Note, Picture, PictureFormat, Signed, Warning,
        absent::absent,
        common::{common_notes, expiry_check, revocation},
        model::note_rows,
        remarks,
    },
    dump::{Dump, Scope},
    lang::Bilingual,
    trust::TrustStore,
    verify::{Basis, Check, CheckId, Evidence, Reason, Requirement, Why},
};

use super::{
    changes::{current, external_characters, history},
    decode::{CardDates, Record, Value, check_digit_fits},
    files::{self, Content, File, LICENCE_LAYOUTS},
    signature::{IssueDay, Signer, signature_check, signer_check},
    spec::LICENCE_PRESENTATION,
};

/// What a 運転免許証 must pass.
pub const LICENCE_REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::LicenceSignature, CheckId::LicenceSigner, CheckId::NotExpired],
    advisory: &[CheckId::NoUnsignedChanges, CheckId::Revocation],
};

note_rows! {
    CHANGED "changed"
        "発行後の追記があります。署名された氏名・住所等と、追記後（署名なし）の両方を確認し、券面裏面と見比べてください。"
        "Entries were added after issue. Compare the signed values and the current, unsigned ones with the back of the card.";
    WITHOUT_PIN "without-pin"
        "暗証番号なしで読める項目だけを確認しました。署名の対象外のため、真正性は判定できません。"
        "taimen read only what needs no PIN. None of it is signed, so no verdict is possible.";
    PIN1_ONLY "pin1-only"
        "暗証番号2がないため、本籍と顔写真を読んでいません。電子署名はそれらも対象とするため検査できません。"
        "Without PIN 2, taimen read neither the domicile nor the face picture. The signature covers them, so taimen did not check it.";
    EDITION_1978 "edition-1978"
        "文字はJIS X 0208の1978年版で記録されています。一部の漢字は異体字で表示されることがあります。"
        "The text follows the 1978 edition of JIS X 0208: some kanji may look different.";
    /// The DFs are blocked.
    BLOCKED "chip-blocked"
        "ICチップの記載事項が閉塞しています。警察署か運転免許センターで確認してください。"
        "The chip's data is blocked. A police station or licence centre can say why.";
    /// A chip can be copied.
    COPY "copy"
        "運転免許証のICチップは複製を検出できません。券面の印刷・顔写真・来店者の顔を、人が見比べてください。"
        "The chip of a licence cannot show that it is not a copy. Compare the print, the picture and the person yourself.";
}

/// Every file of a licence's dump, decoded.
pub(super) struct Licence<'a> {
    pub(super) records: Vec<Record<'a>>,
}

impl<'a> Licence<'a> {
    fn of(dump: &'a Dump) -> Self {
        let records = files::FILES.iter().filter_map(|file| Some(Record::decode(file, dump.file(file.name)?)));
        Self { records: records.collect() }
    }

    pub(super) fn record(&self, file: &File) -> Option<&Record<'a>> {
        self.records.iter().find(|record| record.file.name == file.name)
    }
}

/// Decodes and checks a licence's dump.
pub fn check(dump: &Dump, trust: &TrustStore, basis: Basis) -> Findings {
    let licence = Licence::of(dump);
    let data = licence.record(&files::DATA);
    let issued = match data {
        Some(data) => data.day("issue_date").map_or(IssueDay::Unreadable, IssueDay::Told),
        None => IssueDay::NotRead,
    };
    let signature_file = licence.record(&files::SIGNATURE);

    let signer = signer_check(CheckId::LicenceSigner, dump, &files::SIGNATURE, signature_file, issued, trust, basis);
    let covered = [&files::DATA, &files::DOMICILE, &files::PHOTO];
    let signature =
        signature_check(CheckId::LicenceSignature, dump, &licence.records, &covered, &signer, LICENCE_LAYOUTS);
    let not_expired = not_expired(&licence, &signature, dump, basis);
    let history = history(&licence);
    let changes = changes_check(dump, &licence, history.len(), basis);

    let Signer { check: signer, hierarchy, .. } = signer;
    let mut findings = Findings {
        checks: vec![signature, signer, not_expired, changes, revocation()],
        hierarchy,
        holder: data.map(holder).unwrap_or_default(),
        pictures: licence.record(&files::PHOTO).and_then(photo).into_iter().collect(),
        items: items(&licence),
        history,
        external: external_characters(&licence.records, files::EXTERNAL_SLOTS),
        warnings: warnings(&licence.records),
        ..Findings::of(dump, basis, &LICENCE_REQUIREMENT, &LICENCE_PRESENTATION)
    };
    findings.warnings.extend(days_disagree(&licence));
    findings.holder.current = current(&licence, &findings.history);
    findings.notes = notes_for(&findings, dump, data);
    findings
}

/// MF/EF01, which everybody may read and nothing signs, and EF01 must name the same days.
fn days_disagree(licence: &Licence<'_>) -> Option<Warning> {
    let Some(Value::CardDates(dates)) = licence.record(&files::COMMON_DATA)?.value("card_issuer_data") else {
        return None;
    };
    let data = licence.record(&files::DATA)?;
    let same = (data.day("issue_date"), data.day("expiry_date")) == (dates.issued, dates.expires);
    let detail = "issue or expiry day differs from that of the licence data".to_owned();
    (!same).then_some(Warning { file: files::COMMON_DATA.name, detail })
}

/// The expiry of EF01, else that of MF/EF01, which nothing signs.
fn not_expired(licence: &Licence<'_>, signature: &Check, dump: &Dump, basis: Basis) -> Check {
    // If the signed file was read, its day counts or none: MF/EF01 could say anything beside it.
    if let Some(data) = licence.record(&files::DATA) {
        return signed_expiry(data, signature, basis);
    }
    let Some(common) = licence.record(&files::COMMON_DATA) else {
        return absent(CheckId::NotExpired, dump, files::COMMON_DATA.name);
    };
    match common.value("card_issuer_data") {
        Some(Value::CardDates(CardDates { expires: Some(day), .. })) => expiry_check(*day, None, basis),
        _ => no_day(common, "card_issuer_data"),
    }
}

/// The expiry in a file that the signature covers.
pub(super) fn signed_expiry(data: &Record<'_>, signature: &Check, basis: Basis) -> Check {
    const FIELD: &str = "expiry_date";
    match data.day(FIELD) {
        Some(day) => expiry_check(day, Some(signature), basis),
        None => no_day(data, FIELD),
    }
}

/// A file that was read and does not say when the document expires.
fn no_day(record: &Record<'_>, field: &str) -> Check {
    let tags = files::fields_of(record.file).filter(|known| known.id == field).map(|known| known.tag);
    let detail: String = tags.map(|tag| format!("tag {tag} holds no day of expiry")).collect();
    let evidence = Evidence::new().with("file", record.file.name).with("detail", detail);
    Check::not_done(CheckId::NotExpired, Why::LayoutUnknown, evidence)
}

/// Whether entries were added after issue. The flags of the files are not asked: their values are not public (2.8, U).
fn changes_check(dump: &Dump, licence: &Licence<'_>, entries: usize, basis: Basis) -> Check {
    let id = CheckId::NoUnsignedChanges;
    let evidence = Evidence::new().with("entries", entries.to_string());
    if entries > 0 {
        return Check::failed(id, Reason::UnsignedChanges, evidence);
    }
    let places = [&files::CHANGES, &files::DOMICILE_CHANGES];
    // An entry may hide behind what cannot be read.
    let problem = places.iter().filter_map(|file| licence.record(file)).find_map(|record| record.problems.first());
    match (problem, places.iter().find(|file| dump.file(file.name).is_none())) {
        (Some(problem), _) => Check::failed(id, Reason::Malformed, evidence.with("detail", problem.to_string())),
        (None, Some(file)) => absent(id, dump, file.name),
        // Anybody who holds a saved reading can take entries away.
        (None, None) if !basis.vouches() => Check::not_done(id, Why::Unsigned, evidence),
        // No signature covers these files, so none proves what was left out of them.
        (None, None) => match places.iter().find(|file| dump.inferred(file.name).is_some()) {
            Some(file) => Check::not_done(id, Why::Inferred, evidence.with("file", file.name)),
            None => Check::passed(id, evidence),
        },
    }
}

fn holder(data: &Record<'_>) -> Holder {
    let text = |id| data.text(id).map(|text| Signed::new(CardText::from(text), files::DATA.signed_by));
    Holder {
        name: text("name"),
        address: text("address"),
        birth_date: data.day("birth_date").map(|day| Signed::new(day, files::DATA.signed_by)),
        ..Holder::default()
    }
}

/// The photo of a record.
pub(super) fn photo(record: &Record<'_>) -> Option<Picture> {
    let item = record.get("photo").filter(|item| !item.object.value.is_empty())?;
    Some(Picture {
        id: "photo",
        title: item.field.title,
        format: PictureFormat::Jpeg2000,
        bytes: item.object.value.to_vec(),
        signed_by: item.field.signed_by,
    })
}

const HELD: ItemValue = ItemValue::Term { id: "held", name: Bilingual::new("あり", "held") };
const PIN_SET: ItemValue = ItemValue::Term { id: "set", name: Bilingual::new("設定済み", "set by the holder") };
const PIN_NOT_SET: ItemValue = ItemValue::Term { id: "not-set", name: Bilingual::new("未設定", "never set") };

/// Fields that are in the holder, in the pictures, in the history or in the evidence instead of the items.
const ELSEWHERE: &[&str] = &["name", "address", "birth_date", "photo", "signature", "changes_flag"];

/// Every further fact, in the order of the files.
fn items(licence: &Licence<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for record in &licence.records {
        if let Some(Value::CardDates(dates)) = record.value("card_issuer_data") {
            let version = ItemValue::Text(dates.version.as_str().into());
            items.push(plain("spec_version", Bilingual::new("仕様書バージョン", "version of the card"), version));
            let day = |id, title, date: Option<Date>| Some(plain(id, title, ItemValue::Date(date?)));
            // Where PIN 1 opened the signed days, these would say the same again.
            if licence.record(&files::DATA).is_none() {
                items.extend(day("issue_date", Bilingual::new("交付年月日", "issued on"), dates.issued));
                items.extend(day("expiry", Bilingual::new("有効期間の末日", "valid through"), dates.expires));
            }
        } else if record.file.name != files::SIGNATURE.name {
            items.extend(record_items(record));
        }
    }
    items
}

fn plain(id: &'static str, title: Bilingual, value: ItemValue) -> Item {
    Item { id, title, value, signed_by: None, masked: false }
}

/// The facts of one record, by its table.
pub(super) fn record_items(record: &Record<'_>) -> impl Iterator<Item = Item> {
    record.items.iter().filter(|item| !ELSEWHERE.contains(&item.field.id)).filter_map(|item| {
        let field = item.field;
        let value = match &item.value {
            Value::Text(text) => ItemValue::Text(text.into()),
            Value::Latin(text) => ItemValue::Text(text.as_str().into()),
            Value::Day(day) => ItemValue::Date(*day),
            Value::Held => HELD,
            Value::Edition(edition) => ItemValue::Text(edition.year()?.to_string().into()),
            Value::PinSetting(files::PinSetting::Set) => PIN_SET,
            Value::PinSetting(files::PinSetting::NotSet) => PIN_NOT_SET,
            Value::Bytes(bytes) if field.content == Content::Code => {
                ItemValue::Code { code: hex::encode_upper(bytes), remark: remarks::NOT_PUBLIC }
            }
            _ => return None,
        };
        let id = if field.id == "expiry_date" { "expiry" } else { field.id };
        Some(Item { id, title: field.title, value, signed_by: field.signed_by, masked: field.masked })
    })
}

/// What is odd in the files, with its place.
pub(super) fn warnings(records: &[Record<'_>]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for record in records {
        let file = record.file.name;
        warnings.extend(record.problems.iter().map(|problem| Warning { file, detail: problem.to_string() }));
        let size = record.items.last().map_or(0, |item| item.object.at + item.object.raw.len());
        if size > record.file.extent.bytes() {
            warnings.push(Warning {
                file,
                detail: format!("{size} bytes, more than the file's {}", record.file.extent.bytes()),
            });
        }
        if record.latin("licence_number").is_some_and(|number| check_digit_fits(number) != Some(true)) {
            let detail = "the check digit of the licence number is wrong".to_owned();
            warnings.push(Warning { file, detail });
        }
        if record.items.iter().any(|item| matches!(&item.value, Value::Text(text) if text.vendor)) {
            let detail = "the text has characters that are not in JIS X 0208".to_owned();
            warnings.push(Warning { file, detail });
        }
    }
    warnings
}

fn notes_for(findings: &Findings, dump: &Dump, data: Option<&Record<'_>>) -> Vec<Note> {
    let mut list = Vec::new();
    let blocked =
        dump.missing().any(|(_, why)| matches!(why, crate::dump::NotRead::Status { status } if status == "6283"));
    match dump.scope {
        _ if blocked => list.push(BLOCKED),
        Scope::WITHOUT_PIN => list.push(WITHOUT_PIN),
        Scope::PIN1 => list.push(PIN1_ONLY),
        _ => {}
    }
    list.push(COPY);
    if !findings.history.is_empty() {
        list.push(CHANGED);
    }
    if data.is_some_and(|data| matches!(data.value("charset_year"), Some(Value::Edition(year)) if year.is_of_1978())) {
        list.push(EDITION_1978);
    }
    list.extend(common_notes(findings, CheckId::LicenceSigner));
    list
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
