//! What a report shows of a document on a phone.

use jiff::civil::Date;

use crate::{
    cards::{
        AgeCondition, CardText, Findings, Holder, Item, ItemValue, Note, Picture, PictureFormat, Presentation, Sex,
        Signed, Warning, model::note_rows,
    },
    cbor::{self, Item as CborItem, Value},
    lang::Bilingual,
    text::{PrintedDate, japan_date},
    trust::Hierarchy,
    verify::{Check, CheckId, Evidence, Reason, Verdict, Why},
};

use super::{
    checks::Facts,
    elements::{DEVICE_SIGNED, DocType, ISSUER_AUTH, UNREQUESTED, age},
    response::{SignedItem, unrequested},
};

note_rows! {
    /// 番号法18条の2: the source is in the sentence (spec mdoc 1, 7.3).
    LAW "mdoc-law"
        "スマホのマイナンバーカードで本人確認をする人は、国のプログラム（マイナンバーカード対面確認アプリなど）か、認定を受けたプログラムを使わなければなりません（番号法第18条の2。digital.go.jp/policies/mynumber/mynumbercard-mdoc）。taimenは認定を受けたプログラムではなく、この結果は技術的な検査です。"
        "Whoever checks an identity by the My Number Card on a phone must use the state's program (マイナンバーカード対面確認アプリ and the like) or a certified one (番号法 article 18-2; digital.go.jp/policies/mynumber/mynumbercard-mdoc). taimen is not a certified program: this result is a technical check.";
    NO_AUTHORITY "mdoc-no-authority"
        "日本の発行者のIACA証明書は公表されていないため、本物かどうかを判定できません。"
        "No Japanese issuer has published its IACA certificate, so taimen cannot judge whether the document is genuine.";
    BY_CODE "mdoc-by-code"
        "QRコードで接続しました。スマートフォンがこの場にあることは、何も示していません。"
        "The session began with a QR code. Nothing shows that the phone is here.";
    NAME_IN_PART "mdoc-name-in-part"
        "氏名の一部しか共有されていません。姓と名の両方を共有してもらい、もう一度読み取ってください。"
        "The phone shared only a part of the name. Ask for both the family name and the given name, and read again.";
    UNREQUESTED_NOTE "mdoc-unrequested"
        "要求していない項目が届きました。内容は見ずに捨てました。"
        "The phone sent elements that nobody asked for. taimen dropped them unseen.";
    TEST_DOCUMENT "mdoc-test-document"
        "開発者用の試験の文書です。本物の身分証として扱わないでください。"
        "This is a developer's test document. Do not accept it as a genuine one.";
    COMPARE "mdoc-compare-face"
        "この画面の顔写真と来店者の顔を、人が見比べてください。スマートフォンの画面の表示は、誰にでも作れます。"
        "Compare the picture on this screen with the person's face yourself. Anybody can make a phone show anything.";
    UPDATE_DUE "mdoc-update-due"
        "発行者が新しいデータに更新する予定の日を過ぎています。"
        "The day on which the issuer meant to sign the document anew has passed.";
    INSTALLED "mdoc-installed"
        "判定は、IACA証明書やVICALを登録した人の判断に基づきます。"
        "The verdict rests on the word of the person who installed the IACA certificate or its VICAL.";
}

/// How a report shows it.
pub const PRESENTATION: Presentation = Presentation {
    first: &["expiry", "document_number", "age_over", "valid_until"],
    chip: &[CheckId::MdocDevice],
    expiry_limit: Bilingual::new(
        "スマートフォンの文書や、もとのカードが失効していないかどうかは分かりません。",
        "It does not show whether the document on the phone, or the card behind it, was revoked.",
    ),
    moot: &["mdoc-update-due", "mdoc-installed", "mdoc-compare-face"],
    ..Presentation::PLAIN
};

/// Namespaces of documents that nobody lives by.
const TEST_NAMESPACES: &[&str] = &["com.apple.identity-presentment.developer-test"];

const SIGNED: Option<CheckId> = Some(CheckId::MdocElements);

/// The most letters of a value that is shown.
const MOST: usize = 1000;

fn value<'a>(item: &SignedItem<'a>) -> Option<CborItem<'a>> {
    cbor::decode(item.value).ok()
}

/// A text.
pub(super) fn text<'a>(item: &SignedItem<'a>) -> Option<&'a str> {
    value(item)?.text().ok().filter(|text| text.chars().count() <= MOST)
}

/// full-date (tag 1004), or a map that holds one (ISO/IEC 23220-2), or a time (tag 0), of which the day counts.
pub(super) fn day(item: &SignedItem<'_>) -> Option<Date> {
    full_date(&value(item)?)
}

fn full_date(item: &CborItem<'_>) -> Option<Date> {
    match &item.value {
        Value::Tag(1004, date) => date.text().ok()?.parse().ok(),
        Value::Tag(0, time) => time.text().ok()?.get(..10)?.parse().ok(),
        Value::Map(_) => full_date(item.find("birth_date").ok()??).filter(|_| !is_approximate(item)),
        _ => None,
    }
}

/// A mask of digits that are not known.
fn is_approximate(item: &CborItem<'_>) -> bool {
    matches!(item.find("approximate_mask"), Ok(Some(mask)) if mask.text().is_ok_and(|mask| mask.contains('1')))
}

/// ISO/IEC 5218
fn sex(item: &SignedItem<'_>) -> Option<Sex> {
    match value(item)?.uint().ok()? {
        0 => Some(Sex::Unknown),
        1 => Some(Sex::Male),
        2 => Some(Sex::Female),
        9 => Some(Sex::NotApplicable),
        _ => None,
    }
}

/// Whether an element answers that the holder has reached the age that was asked for, or has not; `None` if it leaves that open.
pub(super) fn old_enough(facts: &Facts<'_>, item: &SignedItem<'_>) -> Option<bool> {
    item.reached(facts.asked.as_ref()?.age()?)
}

/// Whether the holder has reached the age that was asked for. A request for an identity asks for none.
pub(super) fn age_condition(facts: &Facts<'_>) -> Option<AgeCondition> {
    let age = facts.asked.as_ref()?.age()?;
    let answers = facts.items.iter().filter_map(|(_, item)| item.as_ref().ok());
    Some(AgeCondition::new(age, answers.filter_map(|item| old_enough(facts, item)).next()))
}

pub(super) fn holder(facts: &Facts<'_>) -> Holder {
    let get = |name| facts.item(name).and_then(text);
    let (name, address) = match facts.doc_type {
        DocType::MyNumber => (get("full_name_unicode").map(str::to_owned), get("resident_address_unicode")),
        // A part alone is not a name: a phone that withholds the other part would pass its holder off as somebody else.
        DocType::Licence => {
            let parts: Option<Vec<&str>> = NAMES.iter().map(|(element, ..)| get(element)).collect();
            (parts.map(|parts| parts.join(" ").trim().to_owned()), get("resident_address"))
        }
    };
    let signed = |text: String| Signed::new(CardText::from(text), SIGNED);
    Holder {
        name: name.map(signed),
        address: address.map(str::to_owned).map(signed),
        birth_date: facts.item("birth_date").and_then(day).map(|day| Signed::new(day, SIGNED)),
        sex: facts.item("sex").and_then(sex).map(|sex| Signed::new(sex, SIGNED)),
        ..Holder::default()
    }
}

pub(super) fn pictures(facts: &Facts<'_>) -> Vec<Picture> {
    let bytes = facts.item("portrait").and_then(|item| value(item)?.bytes().ok());
    let Some((bytes, format)) = bytes.and_then(|bytes| Some((bytes, coding(bytes)?))) else { return Vec::new() };
    let title = Bilingual::new("顔写真", "face picture");
    vec![Picture { id: "photo", title, format, bytes: bytes.to_vec(), signed_by: SIGNED }]
}

/// What the first bytes of a picture say.
fn coding(bytes: &[u8]) -> Option<PictureFormat> {
    let jpeg2000: [&[u8]; 2] = [b"\x00\x00\x00\x0CjP  \r\n\x87\n", &[0xFF, 0x4F, 0xFF, 0x51]];
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(PictureFormat::Jpeg)
    } else if jpeg2000.iter().any(|start| bytes.starts_with(start)) {
        Some(PictureFormat::Jpeg2000)
    } else {
        None
    }
}

/// Elements that are shown as they are: identifier, id in reports, names.
const TEXTS: &[(&str, &str, Bilingual)] = &[
    ("document_number", "document_number", Bilingual::new("文書番号", "document number")),
    ("issuing_authority", "issuer", Bilingual::new("発行機関", "issuing authority")),
    ("issuing_country", "issuing_country", Bilingual::new("発行国", "issuing country")),
    ("issuing_jurisdiction", "issuing_jurisdiction", Bilingual::new("発行した地域", "issuing jurisdiction")),
    ("birth_date_unicode", "birth_date_text", Bilingual::new("生年月日（文字）", "birth date as text")),
];

/// The parts of a licence holder's name, in the order in which they are shown.
const NAMES: &[(&str, &str, Bilingual)] = &[
    ("given_name", "given_name", Bilingual::new("名", "given name")),
    ("family_name", "family_name", Bilingual::new("姓", "family name")),
];

const DAYS: &[(&str, &str, Bilingual)] = &[
    ("issue_date", "issue_date", Bilingual::new("交付日", "date of issue")),
    ("expiry_date", "expiry", Bilingual::new("有効期限", "expiry")),
];

/// The part of a licence holder's name that was shared without the other.
fn lone_name(facts: &Facts<'_>) -> Option<&'static (&'static str, &'static str, Bilingual)> {
    let in_part = facts.doc_type == DocType::Licence && holder(facts).name.is_none();
    NAMES.iter().find(|(element, ..)| in_part && facts.item(element).and_then(text).is_some())
}

pub(super) fn items(facts: &Facts<'_>) -> Vec<Item> {
    let item = |id, title, value, signed_by| Item { id, title, value, signed_by, masked: false };
    let mut items = Vec::new();
    for (element, id, title) in DAYS {
        if let Some(day) = facts.item(element).and_then(day) {
            items.push(item(id, *title, ItemValue::Date(day), SIGNED));
        }
    }
    for (element, id, title) in lone_name(facts).into_iter().chain(TEXTS) {
        if let Some(text) = facts.item(element).and_then(text) {
            items.push(item(id, *title, ItemValue::Text(text.into()), SIGNED));
        }
    }
    let stated = facts.items.iter().filter_map(|(_, item)| item.as_ref().ok()).find(|item| age(item.element).is_some());
    if let Some((stated, years)) = stated.and_then(|item| Some((value(item)?.boolean().ok()?, age(item.element)?))) {
        let remark = if stated {
            Bilingual::new("この年齢に達しています", "this age is reached")
        } else {
            Bilingual::new("この年齢に達していません", "this age is not reached")
        };
        let title = Bilingual::new("年齢の条件", "age condition");
        items.push(item("age_over", title, ItemValue::Code { code: years.to_string(), remark }, SIGNED));
    }
    if let Some(mso) = facts.mso() {
        let covered = Some(CheckId::MdocIssuerSignature);
        let until = Bilingual::new("データの有効期間の末日", "last day of the signed data");
        items.push(item("valid_until", until, ItemValue::Date(japan_date(mso.valid_until)), covered));
    }
    items
}

/// Whether what is said twice agrees.
pub(super) fn age_agrees(facts: &Facts<'_>, elements: &Check) -> Check {
    let id = CheckId::MdocAgeAgrees;
    let birth = facts.item("birth_date").and_then(day);
    let written = facts.item("birth_date_unicode").and_then(text);
    let mut compared = Vec::new();
    let mut differs = Vec::new();
    if let (Some(birth), Some(written)) = (birth, written.and_then(|text| PrintedDate::read(text).ok())) {
        compared.push("birth_date_unicode");
        differs.extend((written.date() != birth).then_some("birth_date_unicode"));
    }
    let written = facts.item("sex_unicode").and_then(text);
    if let (Some(sex), Some(written)) = (facts.item("sex").and_then(sex), written) {
        compared.push("sex_unicode");
        let other = match sex {
            Sex::Male => written == "女",
            Sex::Female => written == "男",
            _ => ["男", "女"].contains(&written),
        };
        differs.extend(other.then_some("sex_unicode"));
    }
    let today = japan_date(facts.basis.at());
    for (_, item) in &facts.items {
        let Ok(item) = item else { continue };
        let stated = value(item).and_then(|value| value.boolean().ok());
        if let (Some(birth), Some(years), Some(stated)) = (birth, age(item.element), stated) {
            let reached = birth.checked_add(jiff::Span::new().years(years)).is_ok_and(|day| day <= today);
            compared.push("age_over");
            // The issuer may have signed it before the birthday.
            differs.extend((stated && !reached).then_some("age_over"));
        }
    }
    let evidence = Evidence::new().with("compared", compared.join(" "));
    if !differs.is_empty() {
        return Check::failed(id, Reason::Disagrees, evidence.with("differs", differs.join(" ")));
    }
    if compared.is_empty() {
        return Check::not_done(id, Why::NotShared, evidence);
    }
    match elements.required_by(id) {
        Ok(()) => Check::passed(id, evidence),
        Err(check) => check,
    }
}

/// Whether a value has a form that is shown.
pub(super) fn can_be_shown(item: &SignedItem<'_>) -> bool {
    match item.element {
        "portrait" => value(item).and_then(|value| coding(value.bytes().ok()?)).is_some(),
        "birth_date" | "issue_date" | "expiry_date" => day(item).is_some(),
        "sex" => sex(item).is_some(),
        name if age(name).is_some() => value(item).is_some_and(|value| value.boolean().is_ok()),
        _ => text(item).is_some(),
    }
}

pub(super) fn warnings(facts: &Facts<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |file, detail: String| warnings.push(Warning { file, detail });
    let unread = match &facts.auth {
        Some(Ok(auth)) => auth.mso.as_ref().err(),
        Some(Err(error)) => Some(error),
        None => None,
    };
    if let Some(error) = unread {
        warn(ISSUER_AUTH.name, error.to_string());
    }
    for (row, item) in &facts.items {
        let Ok(item) = item else { continue };
        if !can_be_shown(item) {
            warn(row.name, format!("{} has another form than it must have", item.element));
        }
    }
    let names = unrequested(facts.dump);
    if !names.is_empty() {
        warn(UNREQUESTED.name, format!("dropped: {}", names.join(" ")));
    }
    let device = facts.dump.file(DEVICE_SIGNED.name).and_then(|bytes| super::device::DeviceSigned::read(bytes).ok());
    if device.is_some_and(|device| !device.elements.is_empty()) {
        warn(DEVICE_SIGNED.name, "the device states elements of its own, which are ignored".to_owned());
    }
    warnings
}

pub(super) fn notes(findings: &Findings, facts: &Facts<'_>) -> Vec<Note> {
    let mut list = Vec::new();
    let certificate = findings.verdict(CheckId::MdocIssuerCertificate);
    let spaces = facts.mso().map(|mso| mso.digests.as_slice()).unwrap_or_default();
    if spaces.iter().any(|(space, _)| TEST_NAMESPACES.contains(space)) {
        list.push(TEST_DOCUMENT);
    }
    if facts.doc_type == DocType::MyNumber {
        if certificate == Some(Verdict::NotDone(Why::NoAnchor)) {
            list.push(NO_AUTHORITY);
        }
        list.push(LAW);
    }
    if lone_name(facts).is_some() {
        list.push(NAME_IN_PART);
    }
    if facts.by_code() {
        list.push(BY_CODE);
    }
    if facts.dump.file(UNREQUESTED.name).is_some() {
        list.push(UNREQUESTED_NOTE);
    }
    if findings.picture("photo").is_some() {
        list.push(COMPARE);
    }
    let update = facts.mso().and_then(|mso| mso.expected_update);
    if update.is_some_and(|update| update < facts.basis.at()) {
        list.push(UPDATE_DUE);
    }
    if findings.hierarchy == Some(Hierarchy::Installed) {
        list.push(INSTALLED);
    }
    list
}
