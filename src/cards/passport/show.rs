//! What a report shows of a passport.

use crate::{
    cards::{
        CardText, Findings, Holder, Item, ItemValue, Note, Picture, PictureFormat, Presentation, Sex, Signed, Warning,
        model::note_rows, notes::COMPARE_FACE, remarks,
    },
    lang::Bilingual,
    trust::Hierarchy,
    verify::{Check, CheckId, Verdict, Why},
};

use super::{
    checks::{Facts, is_book, today},
    details::{DOCUMENT, Element, PERSON, Value, details},
    face::{Coding, face},
    files::{DG1, DG2, DG11, DG12, File},
    mrz::{Format, Mrz},
    spec::{CARD, OTHER, PRESENTATION, VISA},
};

note_rows! {
    /// The law's side of it (spec passport 10): the source is in the profile.
    NO_ADDRESS "no-address"
        "旅券のICチップに住所はありません。2020年2月4日以降の申請による旅券には住所の記入欄もないため、犯罪収益移転防止法の確認では、旅券だけでは足りません。住所の分かる補完書類などが必要です（同法施行規則第6条第2項。taimen profiles show hanshuhou-2025）。"
        "A passport's chip holds no address, and Japanese passports applied for since 4 February 2020 have no page for one. Under the Act on Prevention of Transfer of Criminal Proceeds (犯収法) a passport cannot stand alone: a supplementary paper that shows the address is needed (rule, Art. 6(2); taimen profiles show hanshuhou-2025).";
    COPY "copy"
        "このICチップには複製を検出する仕組みがありません。データは本物でも、ICチップは複製かもしれません。券面の印刷・顔写真・来店者の顔を、人が見比べてください。"
        "This chip has no means against copying. The data may be genuine and the chip a copy. Compare the print, the picture and the person yourself.";
    NOT_A_BOOK "not-a-book"
        "この書類は旅券ではありません（ICチップのデータによる種類を、見出しに示しています）。旅券として扱わないでください。"
        "This document is not a passport: the heading has what the chip says it is. Do not accept it as a passport.";
    NOT_TYPED "not-typed"
        "旅券番号・生年月日・有効期間満了日を、写真のページの印刷と見比べてください。"
        "Compare number, birth date and expiry with the print on the page with the photo.";
    CUT_NAME "cut-name"
        "氏名が機械読取領域に収まらず、途中で切れているおそれがあります。写真のページの印刷を見てください。"
        "The name fills its field and may be cut. Look at the print on the page with the photo.";
    UNPINNED "unpinned-anchor"
        "登録されたCSCA証明書は、taimenが知っている指紋と一致しません。判定は、証明書やマスターリストを登録した人の判断に基づきます。"
        "taimen does not know the fingerprint of the installed CSCA certificate: the verdict rests on the word of the person who installed it or its master list.";
}

/// Codes of Doc 9303-3 section 5 that ISO 3166-1 does not have, and the one at home.
const STATES: &[(&str, Bilingual)] = &[
    ("JPN", Bilingual::new("日本（JPN）", "Japan (JPN)")),
    ("D", Bilingual::new("ドイツ（D）", "Germany (D)")),
    ("GBD", Bilingual::new("英国海外領土市民（GBD）", "British Overseas Territories citizen (GBD)")),
    ("GBN", Bilingual::new("英国海外国民（GBN）", "British National, Overseas (GBN)")),
    ("GBO", Bilingual::new("英国海外市民（GBO）", "British Overseas citizen (GBO)")),
    ("GBP", Bilingual::new("英国保護民（GBP）", "British protected person (GBP)")),
    ("GBS", Bilingual::new("英国臣民（GBS）", "British subject (GBS)")),
    ("EUE", Bilingual::new("欧州連合（EUE）", "European Union (EUE)")),
    ("RKS", Bilingual::new("コソボ（RKS）", "Kosovo (RKS)")),
    ("UNO", Bilingual::new("国際連合（UNO）", "United Nations (UNO)")),
    ("UNA", Bilingual::new("国際連合専門機関（UNA）", "United Nations specialized agency (UNA)")),
    ("UTO", Bilingual::new("ユートピア（UTO。見本用の架空の国）", "Utopia (UTO, a state invented for specimens)")),
    ("XOM", Bilingual::new("マルタ騎士団（XOM）", "Sovereign Military Order of Malta (XOM)")),
    ("XPO", Bilingual::new("国際刑事警察機構（XPO）", "Interpol (XPO)")),
    ("XXA", Bilingual::new("無国籍者（XXA）", "stateless person (XXA)")),
    ("XXB", Bilingual::new("難民（XXB）", "refugee (XXB)")),
    ("XXC", Bilingual::new("その他の難民（XXC）", "refugee, other (XXC)")),
    ("XXX", Bilingual::new("国籍の定めなし（XXX）", "unspecified nationality (XXX)")),
];

/// A state by its code.
fn state(code: &str) -> ItemValue {
    match STATES.iter().find(|(known, _)| *known == code) {
        Some((id, name)) => ItemValue::Term { id, name: *name },
        None => ItemValue::Code { code: code.to_owned(), remark: remarks::ISO_3166 },
    }
}

/// What kind of document the chip says it is in, and how a report shows that.
fn kind(zone: &Mrz) -> (ItemValue, &'static Presentation) {
    let first = zone.document().chars().next().unwrap_or('<');
    let (id, name, presentation) = match (zone.format, first) {
        (Format::Td3, 'P') => ("passport", Bilingual::new("旅券", "passport"), &PRESENTATION),
        (_, 'V') => ("visa", Bilingual::new("査証（ビザ）", "visa"), &VISA),
        (Format::Td1 | Format::Td2, 'I' | 'A' | 'C') => {
            ("card", Bilingual::new("身分証または滞在許可のカード", "identity card or residence permit"), &CARD)
        }
        _ => ("other", Bilingual::new("そのほかの書類", "another document"), &OTHER),
    };
    (ItemValue::Term { id, name }, presentation)
}

/// A document is named as what it is; one whose kind cannot be read, as what was looked for.
pub(super) fn presentation(facts: &Facts<'_>) -> &'static Presentation {
    facts.zone().map_or(&PRESENTATION, |zone| kind(zone).1)
}

/// Which check the values of the data groups and of the details rest on. Anybody can sign: if nobody certified the signer, it is the
/// check of the signer.
pub(super) struct Rests {
    groups: CheckId,
    details: CheckId,
}

impl Rests {
    pub fn of(signer: &Check, groups: &Check) -> Self {
        let nobody = Verdict::NotDone(Why::NoAnchor);
        let unknown = Verdict::NotDone(Why::UnsupportedAlgorithm);
        let on_signer = matches!(signer.verdict, Verdict::Failed(_)) || [nobody, unknown].contains(&signer.verdict);
        if on_signer {
            return Self { groups: CheckId::SignerCertificate, details: CheckId::SignerCertificate };
        }
        // Every hash holds, and the picture alone cannot be shown: a signer is certified only beside a zone that can be read.
        let no_picture = groups.verdict == Verdict::NotDone(Why::LayoutUnknown) && signer.is_passed();
        let groups = if no_picture { CheckId::DocumentSignature } else { CheckId::DataGroups };
        Self { groups, details: CheckId::DetailsSigned }
    }
}

pub(super) fn holder(facts: &Facts<'_>, rests: &Rests) -> Holder {
    let signed_by = Some(rests.groups);
    let Some(zone) = facts.zone() else { return Holder::default() };
    let (primary, secondary) = zone.names();
    let name = [primary, secondary].join(" ");
    let sex = match zone.sex() {
        "M" => Some(Sex::Male),
        "F" => Some(Sex::Female),
        "<" => Some(Sex::Unspecified),
        _ => None,
    };
    Holder {
        name: Some(Signed::new(CardText::from(name.trim()), signed_by)),
        birth_date: zone.birth_date(today(facts.basis)).map(|day| Signed::new(day, signed_by)),
        sex: sex.map(|sex| Signed::new(sex, signed_by)),
        ..Holder::default()
    }
}

pub(super) fn pictures(facts: &Facts<'_>, rests: &Rests) -> Vec<Picture> {
    let Some(Ok(face)) = facts.dump.file(DG2.name).map(face) else { return Vec::new() };
    let format = match face.coding {
        Coding::Jpeg => PictureFormat::Jpeg,
        Coding::Jpeg2000 => PictureFormat::Jpeg2000,
    };
    let title = Bilingual::new("顔写真", "face picture");
    vec![Picture { id: "photo", title, format, bytes: face.bytes.to_vec(), signed_by: Some(rests.groups) }]
}

fn item(id: &'static str, title: Bilingual, value: ItemValue, signed_by: Option<CheckId>) -> Item {
    Item { id, title, value, signed_by, masked: false }
}

pub(super) fn items(facts: &Facts<'_>, rests: &Rests) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(zone) = facts.zone() {
        let signed_by = Some(rests.groups);
        let mut add = |id, ja, en, value| items.push(item(id, Bilingual::new(ja, en), value, signed_by));
        add("document_kind", "書類の種類", "kind of document", kind(zone).0);
        add("nationality", "国籍", "nationality", state(zone.nationality()));
        let number = if is_book(zone) { "旅券番号" } else { "書類の番号" };
        add("document_number", number, "document number", ItemValue::Text(zone.number().into()));
        if let Some(day) = zone.expiry() {
            add("expiry", "有効期間満了日", "date of expiry", ItemValue::Date(day));
        }
        add("issuer", "発行国", "issuing state", state(zone.issuer()));
    }
    for (file, table) in [(&DG11, PERSON), (&DG12, DOCUMENT)] {
        items.extend(of_details(facts, file, table, Some(rests.details)));
    }
    items
}

fn of_details(facts: &Facts<'_>, file: &File, table: &'static [Element], signed_by: Option<CheckId>) -> Vec<Item> {
    let Some(Ok(found)) = facts.dump.file(file.name).map(|bytes| details(file, bytes, table)) else {
        return Vec::new();
    };
    let shown = found.into_iter().filter_map(|(element, value)| {
        let value = match value? {
            Value::Text(text) => ItemValue::Text(text.into()),
            Value::Day(day) => ItemValue::Date(day),
        };
        Some(item(element.id, element.title, value, signed_by))
    });
    shown.collect()
}

pub(super) fn warnings(facts: &Facts<'_>, of_chip: Vec<Warning>) -> Vec<Warning> {
    let mut warnings = of_chip;
    let mut warn = |file: &'static str, detail: String| warnings.push(Warning { file, detail });
    if let Some(Err(detail)) = &facts.zone {
        warn(DG1.name, detail.clone());
    }
    match facts.dump.file(DG2.name).map(face) {
        Some(Ok(face)) => face.oddities.into_iter().for_each(|oddity| warn(DG2.name, oddity)),
        Some(Err(error)) => warn(DG2.name, error.to_string()),
        None => {}
    }
    for (file, table) in [(&DG11, PERSON), (&DG12, DOCUMENT)] {
        match facts.dump.file(file.name).map(|bytes| details(file, bytes, table)) {
            Some(Ok(found)) => {
                let broken = found.iter().filter(|(_, value)| value.is_none());
                broken.for_each(|(element, _)| warn(file.name, format!("{} cannot be read", element.id)));
            }
            Some(Err(error)) => warn(file.name, error.to_string()),
            None => {}
        }
    }
    warnings
}

pub(super) fn notes(findings: &Findings, facts: &Facts<'_>) -> Vec<Note> {
    let mut list = Vec::new();
    let other = facts.zone().is_some_and(|zone| !is_book(zone));
    if other {
        list.push(NOT_A_BOOK);
    }
    if findings.verdict(CheckId::ChipKey) == Some(Verdict::NotDone(Why::NotOffered)) {
        list.push(COPY);
    }
    if !other {
        list.push(NO_ADDRESS);
    }
    if findings.picture("photo").is_some() {
        list.push(COMPARE_FACE);
    }
    if !other && !findings.check(CheckId::PrintedAgrees).is_some_and(Check::is_passed) {
        list.push(NOT_TYPED);
    }
    if facts.zone().is_some_and(Mrz::names_may_be_cut) {
        list.push(CUT_NAME);
    }
    let anchor = findings.check(CheckId::SignerCertificate).and_then(|check| check.evidence.anchor());
    if anchor.is_some_and(|anchor| !anchor.official) && findings.hierarchy == Some(Hierarchy::Installed) {
        list.push(UNPINNED);
    }
    list
}
