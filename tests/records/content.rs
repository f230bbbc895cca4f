//! What is in a record: every kind of card under every profile, what is never stored, additions, retention.

use jiff::{Timestamp, civil::Date};
use taimen::{
    cards::{self, Findings},
    dump::{Dump, Scope},
    kind::CardKind,
    lang::Lang,
    messages::EntriesFault,
    profile::{Case, Profile, Profiles},
    records::content::{
        Addition, Amendment, Change, Circumstances, Content, Customer, Draft, DumpMark, Entries, Entry, EntryError,
        EntryProblem, Hold, KnownBy, Logged, Lookup, Payload, Reading, Reason, Record, Relation, State, Value, View,
        Why, export, lookup,
        retention::{self, Refusal, last_day},
    },
    report::{Context, Source},
    trust::Hierarchy,
    verify::{Basis, Overall},
};

use crate::common::reading::{card, judge, read_card, simulated_trust};

fn judge_at(dump: &Dump, basis: Basis) -> Findings {
    cards::check(dump, &simulated_trust(), basis).unwrap()
}

/// Every simulated card that is read, by its recipe.
const CARDS: &[&str] = &[
    "my-number",
    "my-number-no-photo",
    "licence",
    "menkyo",
    "residence1",
    "residence1-special",
    "residence1-child",
    "residence2",
    "residence2-special",
    "passport",
    "mobile-my-number",
    "mobile-licence",
];

pub struct Sample {
    pub findings: Findings,
    pub dump: Dump,
}

impl Sample {
    pub fn of(recipe: &str) -> Self {
        let (dump, _) = read_card(&mut card(recipe), Scope::FULL).unwrap();
        Self { findings: judge(&dump), dump }
    }

    pub fn draft(&self, profiles: &[&Profile], on: &str) -> Draft {
        let context = Context::of(&self.dump, Source::Live);
        let mark = DumpMark::of(&self.dump);
        let reading = Reading { findings: &self.findings, context: &context, dump: Some(&mark) };
        Draft::new(on.parse().unwrap(), profiles.iter().copied()).with_reading(&reading)
    }
}

pub fn profiles() -> Profiles {
    Profiles::shipped().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn text(text: &str) -> Entry {
    Entry::Text(text.to_owned())
}

/// The places of a record as `id=…` of what is filled, `id?reason` of what is open; what does not apply is left out.
fn shape(record: &Record) -> Vec<String> {
    let one = |id: &str, value: &Value| match value {
        Value::Filled { source, .. } => {
            let by = source.standing.map_or(source.by.as_str(), |standing| standing.as_str());
            Some(format!("{id}={by}"))
        }
        Value::Blank { reason } => Some(format!("{id}?{reason}")),
        Value::NotApplicable { .. } => None,
    };
    record.fields.iter().filter_map(|row| one(&row.id, &row.value)).collect()
}

/// What every plain opening under 犯収法 leaves to people.
const ASKED: [&str; 7] = [
    "verifier?not-entered",
    "recorder?not-entered",
    "other_confirmed_on?not-entered",
    "transaction_kind?not-entered",
    "purpose?not-asked",
    "occupation?not-asked",
    "account?later",
];

#[test]
fn every_card_fills_what_its_chip_vouches_for_and_names_what_is_open() {
    let profiles = profiles();
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "my-number",
            "hanshuhou-2025",
            &[
                "method=tool",
                "document.name=tool",
                "document.expiry=unsigned",
                "document.issuer?not-entered",
                "customer.name=signed",
                "customer.address=signed",
                "customer.birth_date=signed",
            ],
        ),
        (
            "my-number",
            "hanshuhou-2027",
            &[
                "method=tool",
                "document.name=tool",
                "document.expiry=unsigned",
                "document.issuer?not-entered",
                "customer.name=signed",
                "customer.address=signed",
                "customer.birth_date=signed",
            ],
        ),
        (
            "my-number-no-photo",
            "hanshuhou-2025",
            &[
                "method?choose-method",
                "document.name=tool",
                "document.expiry=unsigned",
                "document.issuer?not-entered",
                "customer.name?in-picture",
                "customer.address?in-picture",
                "customer.birth_date?not-verified",
            ],
        ),
        (
            "licence",
            "hanshuhou-2025",
            &[
                "method=tool",
                "document.name=tool",
                "document.number=signed",
                "document.expiry=signed",
                "customer.name=signed",
                "customer.address=signed",
                "customer.birth_date=signed",
            ],
        ),
        (
            "menkyo",
            "hanshuhou-2025",
            &[
                "method=tool",
                "document.name=tool",
                "document.number=signed",
                "document.expiry=signed",
                "address_document.name?not-entered",
                "address_document.number?not-entered",
                "address_document.dated?not-entered",
                "customer.name?not-on-chip",
                "customer.address?not-on-chip",
                "customer.birth_date?not-on-chip",
            ],
        ),
        (
            "residence1",
            "hanshuhou-2025",
            &[
                "method=tool",
                "document.name=tool",
                "document.number?not-entered",
                "document.expiry?not-on-chip",
                "customer.name?in-picture",
                "customer.address=unsigned",
                "customer.birth_date?in-picture",
            ],
        ),
        (
            "residence2",
            "hanshuhou-2025",
            &[
                "method=tool",
                "document.name=tool",
                "document.number=unsigned",
                "document.expiry=signed",
                "customer.name?in-picture",
                "customer.address?in-picture",
                "customer.birth_date=signed",
            ],
        ),
    ];
    for (recipe, profile, expected) in rows {
        let record = Sample::of(recipe).draft(&[profiles.get(profile).unwrap()], "2026-11-22").finish();
        let mut found = shape(&record);
        assert_eq!(found.remove(2), "presented_at=tool");
        found.retain(|place| !ASKED.contains(&place.as_str()));
        assert_eq!(found, *expected, "{recipe} {profile}");
        assert!(record.blanks().count() >= ASKED.len(), "{recipe}");
    }
}

#[test]
fn every_card_makes_a_record_under_every_profile_with_every_field_of_it() {
    let profiles = profiles();
    for recipe in CARDS {
        let sample = Sample::of(recipe);
        for profile in profiles.iter() {
            let on = profile.valid_from.to_string();
            let record = sample.draft(&[profile], &on).finish();
            for field in &profile.fields {
                let of = |id: &str| id == field.id || id.split('.').next() == Some(field.id.as_str());
                let not_asked = record.not_applicable.iter().flat_map(|group| group.fields.keys());
                let mut ids = record.fields.iter().map(|row| &row.id).chain(not_asked);
                assert!(ids.any(|id| of(id)), "{recipe} {} {}", profile.id, field.id);
            }
            assert_eq!(Record::from_json(&record.to_json()).unwrap(), record, "{recipe} {}", profile.id);
            assert!(record.to_json().len() < 16 * 1024, "{} bytes", record.to_json().len());
        }
    }
}

#[test]
fn all_31_items_of_the_law_are_in_the_record() {
    let profiles = profiles();
    let record = Sample::of("licence").draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22").finish();
    let items: std::collections::BTreeSet<u8> = record
        .fields
        .iter()
        .filter_map(|row| row.item)
        .chain(record.not_applicable.iter().flat_map(|group| group.fields.values().flatten().copied()))
        .collect();
    assert_eq!(items, (1..=31).collect());
}

#[test]
fn what_must_not_be_stored_is_in_no_record() {
    let profiles = profiles();
    for recipe in CARDS {
        let sample = Sample::of(recipe);
        let all: Vec<&Profile> = profiles.iter().collect();
        let record = sample.draft(&all, "2026-11-22").finish();
        let json = String::from_utf8(record.to_json()).unwrap();
        assert!(record.photo.is_none(), "{recipe}");
        for item in sample.findings.items.iter().filter(|item| item.masked) {
            let value = item.value.plain(Lang::Ja);
            assert!(value.is_empty() || !json.contains(&value), "{recipe}: {}", item.id);
        }
        for change in sample.findings.history.iter().filter(|change| change.masked) {
            assert!(!json.contains(&*change.value), "{recipe}: {}", change.id);
        }
        for picture in &sample.findings.pictures {
            assert!(!json.contains(&taimen_base64(&picture.bytes)), "{recipe}: {}", picture.id);
        }
        for word in ["\"sex\"", "domicile", "security", "number_b", "\"female\"", "\"male\""] {
            assert!(!json.contains(word), "{recipe}: {word}");
        }
    }
}

/// The first bytes of a picture as base64 has them.
fn taimen_base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes[..60.min(bytes.len()) / 3 * 3].chunks(3);
    groups
        .flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift & 63) as usize]))
        })
        .collect()
}

#[test]
fn nobody_can_enter_what_must_not_be_stored() {
    let profiles = profiles();
    let profile = profiles.get("hanshuhou-2025").unwrap();
    let mut draft = Sample::of("my-number").draft(&[profile], "2026-11-22");
    let mut problem = |id: &str, entry: Entry| draft.enter(id, &entry).map_err(|error| error.problem);
    // 123456789018 has a My Number's check digit; so do its other spellings.
    for number in [
        "123456789018",
        "1234 5678 9018",
        "１２３４－５６７８－９０１８",
        "番号は123456789018です",
        "1234ー5678ー9018",
        "1234・5678・9018",
        "1234―5678―9018",
        "1234─5678─9018",
        "1234‒5678‒9018",
        "No1 123456789018",
        "00123456789018",
    ] {
        assert_eq!(problem("purpose", text(number)), Err(EntryProblem::PersonalNumber), "{number}");
    }
    // 照合番号B: birth date, year of expiry, security code.
    for number in ["90011520351234", "900115 2035 1234", "９００１１５−２０３５−１２３４", "番号90011520351234です"]
    {
        assert_eq!(problem("purpose", text(number)), Err(EntryProblem::NumberB), "{number}");
    }
    // No such day, no such year; and a place for long numbers.
    assert_eq!(problem("purpose", text("90133220351234")), Ok(()));
    assert_eq!(problem("purpose", text("90011519991234")), Ok(()));
    assert_eq!(problem("account", text("90011520351234")), Ok(()));
    assert_eq!(problem("purpose", text("123456789012")), Ok(()));
    assert_eq!(problem("account", text("123456789018")), Ok(()));
    assert_eq!(problem("document.number", text("123456789018")), Err(EntryProblem::NoNumber));
    for id in ["sex", "domicile", "personal_number", "number_b", "security_code"] {
        assert_eq!(problem(id, text("1")), Err(EntryProblem::Forbidden), "{id}");
    }
    assert_eq!(problem("hobby", text("1")), Err(EntryProblem::Unknown));
    assert_eq!(problem("customer", text("1")), Err(EntryProblem::Unknown));
    assert_eq!(problem("presented_at", text("2026-01-01")), Err(EntryProblem::ByTool));
    assert_eq!(problem("purpose", text("一行目\n二行目")), Err(EntryProblem::Control));
    assert_eq!(problem("purpose", text("\u{202E}逆")), Err(EntryProblem::Control));
    assert_eq!(problem("purpose", text(" ")), Err(EntryProblem::Blank));
    assert_eq!(problem("purpose", text(&"あ".repeat(301))), Err(EntryProblem::TooLong));
    assert_eq!(problem("other_confirmed_on", text("いつか")), Err(EntryProblem::Day));
    assert_eq!(problem("other_confirmed_on", text("令和8年11月22日")), Ok(()));
    assert_eq!(problem("representative.authority", text("registered")), Err(EntryProblem::Authority));
    assert_eq!(problem("representative.authority", text("letter")), Ok(()));
    assert_eq!(problem("method", text("ho")), Err(EntryProblem::Method));
    assert_eq!(problem("method", text("ハ")), Ok(()));
}

/// The number of the document too: only a licence, or what is like one, has twelve digits of its own.
#[test]
fn the_number_of_the_document_is_refused_if_it_could_be_a_my_number_unless_the_document_has_such_numbers() {
    let profiles = profiles();
    let profile = profiles.get("hanshuhou-2025").unwrap();
    let number = ("document.number", text("123456789018"));
    let refused = Err(EntryProblem::PersonalNumber);
    let none = Draft::new(day("2026-11-22"), [profile]);
    for (document, taken) in [
        (None, false),
        (Some("resident-copy"), false),
        (Some("qualification"), false),
        (Some("passport"), false),
        (Some("licence"), true),
        (Some("driving-record"), true),
    ] {
        let mut draft = none.clone();
        draft.set_document(document.map(str::to_owned));
        let expected = if taken { Ok(()) } else { refused };
        assert_eq!(draft.enter(number.0, &number.1).map_err(|error| error.problem), expected, "{document:?}");
        // What is added later is held to the same.
        draft.clear(number.0);
        let record = Record::from_json(&draft.finish().to_json()).unwrap();
        let amended = record.amended(number.0, &number.1).map(|_| ()).map_err(|error| error.problem);
        assert_eq!(amended, expected, "{document:?}");
    }
    // A number that was entered for another document does not stay.
    let mut draft = none;
    draft.set_document(Some("licence".to_owned()));
    draft.enter(number.0, &number.1).unwrap();
    draft.set_document(Some("licence".to_owned()));
    assert!(draft.clone().finish().content(number.0).is_some());
    draft.set_document(Some("resident-copy".to_owned()));
    assert!(draft.finish().field(number.0).unwrap().is_blank());
    // What a chip says it is, it is.
    for (recipe, taken) in [("licence", true), ("menkyo", true), ("residence2", false), ("passport", false)] {
        let mut draft = Sample::of(recipe).draft(&[profile], "2026-11-22");
        let expected = if taken { Ok(()) } else { refused };
        assert_eq!(draft.enter(number.0, &number.1).map_err(|error| error.problem), expected, "{recipe}");
        let amended = draft.finish().amended(number.0, &number.1).map(|_| ()).map_err(|error| error.problem);
        assert_eq!(amended, expected, "{recipe}");
    }
}

/// Anybody can enter any name for the document, and a copy of a 住民票 has the My Number on it.
#[test]
fn a_document_under_another_name_has_no_number_that_could_be_a_my_number() {
    let profiles = profiles();
    let profile = profiles.get("hanshuhou-2025").unwrap();
    let (name, number) = ("document.name", "document.number");
    let (paper, licence, digits) = ("住民票の写し", "運転免許証", "123456789018");
    let refused = (number.to_owned(), EntryProblem::PersonalNumber);
    let field = |id: &str, text: &str| format!(r#""{id}": "{text}""#);
    let both = |name_is: &str| {
        let (name, number) = (field(name, name_is), field(number, digits));
        [format!("{name}, {number}"), format!("{number}, {name}")]
    };
    let entries = |fields: &str| {
        let head = r#""document": "licence", "presented_at": "2026-11-22T12:00:00+09:00""#;
        Entries::parse(&format!("{{{head}, \"fields\": {{{fields}}}}}")).unwrap()
    };
    let problems = |errors: Vec<EntryError>| -> Vec<(String, EntryProblem)> {
        errors.into_iter().map(|error| (error.field, error.problem)).collect()
    };
    let none = Draft::new(day("2026-11-22"), [profile]);
    let take = |mut draft: Draft, fields: &str| {
        let taken = draft.take(entries(fields)).map_err(problems);
        (taken, draft.finish())
    };
    for fields in both(paper) {
        let (taken, record) = take(none.clone(), &fields);
        assert_eq!(taken, Err(vec![refused.clone()]), "{fields}");
        assert!(record.field(number).unwrap().is_blank() && record.document.is_none(), "{fields}");
    }
    for fields in both(licence) {
        let (taken, record) = take(none.clone(), &fields);
        assert_eq!(taken, Ok(()), "{fields}");
        assert_eq!(record.content(number), Some(&Content::Text(digits.to_owned())), "{fields}");
        assert_eq!(record.document.as_deref(), Some("licence"), "{fields}");
    }
    // One after the other.
    let mut draft = none.clone();
    draft.take(entries(&field(number, digits))).unwrap();
    let (taken, record) = take(draft.clone(), &field(name, paper));
    assert_eq!(taken, Err(vec![refused.clone()]));
    assert!(record.field(number).unwrap().is_blank());
    draft.enter(name, &text(licence)).unwrap();
    assert!(draft.clone().finish().content(number).is_some());
    draft.enter(name, &text(paper)).unwrap();
    assert!(draft.clone().finish().field(number).unwrap().is_blank());
    assert_eq!(draft.enter(number, &text(digits)).unwrap_err().problem, EntryProblem::PersonalNumber);
    // A chip's document too.
    let chip = || Sample::of("licence").draft(&[profile], "2026-11-22");
    let mut draft = chip();
    draft.enter(name, &text(paper)).unwrap();
    assert_eq!(draft.enter(number, &text(digits)).unwrap_err().problem, EntryProblem::PersonalNumber);
    let renamed = draft.finish();
    // What is added is held to the same, together and one after the other.
    let added = |view: &View, fields: &str| {
        let addition = format!(r#"{{"by": "見本 花", "why": "correction", "fields": {{{fields}}}}}"#);
        let amendment = Addition::parse(&addition).unwrap().to(view, day("2026-11-23"));
        amendment.map_err(|error| (error.field, error.problem))
    };
    assert_eq!(added(&first(&renamed), &field(number, digits)), Err(refused.clone()));
    let (_, by_hand) = take(none.clone(), "");
    for record in [by_hand, chip().finish()] {
        let view = first(&record);
        for fields in both(paper) {
            assert_eq!(added(&view, &fields), Err(refused.clone()), "{fields}");
        }
        for fields in both(licence).iter().chain([&field(number, digits)]) {
            assert!(added(&view, fields).is_ok(), "{fields}");
        }
        let at = view.at;
        let amendment = added(&view, &field(name, paper)).unwrap();
        let record = Logged { seq: 1, at, payload: Payload::Record(Box::new(record)) };
        let named = Logged { seq: 2, at, payload: Payload::Amendment(Box::new(amendment)) };
        let view = View::fold([record, named]).unwrap();
        assert_eq!(added(&view, &field(number, digits)), Err(refused.clone()));
    }
}

/// Records of before name a document without a chip in words alone.
#[test]
fn a_record_that_names_its_document_in_words_alone_takes_that_documents_number() {
    let profiles = profiles();
    for profile in profiles.iter() {
        for document in &profile.documents {
            let mut draft = Draft::new(day("2026-11-22"), [profile]);
            draft.set_document(Some(document.id.clone()));
            let mut json: serde_json::Value = serde_json::from_slice(&draft.finish().to_json()).unwrap();
            json.as_object_mut().unwrap().remove("document").unwrap();
            let record = Record::from_json(json.to_string().as_bytes()).unwrap();
            let has = ["licence", "menkyo", "driving-record"].contains(&document.id.as_str());
            let amended = record.amended("document.number", &text("123456789018"));
            let known = record.content("document.name").is_some();
            assert_eq!(amended.is_ok(), has && known, "{} {}", profile.id, document.id);
        }
    }
}

/// A licence's number is as long as a My Number, and one in eleven has its check digit.
/// The log keeps for ever what is in it, and nobody can tell such a number from a My Number.
#[test]
fn the_number_of_a_paper_is_refused_if_it_could_be_a_my_number_whatever_the_paper_is_called() {
    let profiles = profiles();
    let draft = || Sample::of("licence").draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22");
    let (name, number) = ("address_document.name", "address_document.number");
    for paper in ["電気料金の領収証書", "住民票の写し", "マイ・ナンバーカード", "運転免許証"]
    {
        let mut draft = draft();
        draft.enter(name, &text(paper)).unwrap();
        for id in [number, "stay_permit.number"] {
            let refused = draft.enter(id, &text("1234―5678―9018")).unwrap_err();
            assert_eq!((refused.field.as_str(), refused.problem), (id, EntryProblem::PersonalNumber), "{paper}");
        }
        draft.enter(number, &text("123456789011")).unwrap();
        let amended = draft.finish().amended(number, &text("123456789018"));
        assert_eq!(amended.unwrap_err().problem, EntryProblem::PersonalNumber);
    }
    // An agreement between operators may have a long number, as in the first record.
    let record = draft().finish();
    let reliance = |agreement: &str| {
        let reliance = serde_json::json!({
            "kind": "own-earlier", "operator": "見本銀行", "agreement": agreement, "confirmed_at": "2026-11-20T10:00:00+09:00",
        });
        let addition = serde_json::json!({ "by": "見本 花", "reliance": reliance, "relation": "single" }).to_string();
        Addition::parse(&addition).unwrap().to(&first(&record), day("2026-11-23")).map_err(|error| error.problem)
    };
    assert!(reliance("123456789018").is_ok());
    assert_eq!(reliance("一\n二").unwrap_err(), EntryProblem::Control);
}

#[test]
fn staffs_entries_stand_beside_what_the_chip_says() {
    let profiles = profiles();
    let sample = Sample::of("my-number");
    let mut draft = sample.draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22");
    draft.enter("customer.address", &text("見本県見本市9-9")).unwrap();
    draft.enter("verifier", &text("見本 花")).unwrap();
    let lines = draft.review(Lang::Ja);
    let line = |id: &str| lines.iter().find(|line| line.id == id).unwrap();
    assert_eq!(line("verifier").source, "担当者の入力（認証なし）");
    assert_eq!(line("customer.birth_date").source, "ICチップ（署名を確認）");
    assert_eq!((line("purpose").state, &*line("purpose").text), (State::Blank, "お客様に未確認"));
    assert_eq!(line("mailed_on").state, State::NotApplicable);
    let record = draft.finish();
    let Some(Value::Filled { value, chip: Some(chip), .. }) = record.field("customer.address") else { panic!() };
    assert_eq!(value, &Content::Text("見本県見本市9-9".to_owned()));
    let signed = &sample.findings.holder.address.as_ref().unwrap().value.text;
    assert_eq!(chip.plain(Lang::Ja), *signed);
    // And whoever reads it sees both.
    assert_eq!(line("customer.address").origin(Lang::Ja), format!("担当者の入力（認証なし）。ICチップの値: {signed}"));
    assert_eq!(line("verifier").origin(Lang::Ja), "担当者の入力（認証なし）");
    let amended = record.amended("customer.address", &text("見本県見本市10-10")).unwrap();
    let first = Logged { seq: 1, at: Timestamp::UNIX_EPOCH, payload: Payload::Record(Box::new(record)) };
    let change = Change::Fields { why: Why::Changed, fields: vec![amended], learned_from: None };
    let payload = Payload::Amendment(Box::new(Amendment::new("見本 花", day("2026-11-27"), change).unwrap()));
    let view = View::fold([first, Logged { seq: 2, at: Timestamp::UNIX_EPOCH, payload }]).unwrap();
    let lines = export::lines(&view, Lang::En);
    let line = lines.iter().find(|line| line.id == "customer.address").unwrap();
    assert_eq!(line.text, "見本県見本市10-10");
    assert_eq!(line.origin(Lang::En), format!("entered by staff, not authenticated; the chip says: {signed}"));
    let (_, said) = export::history(&view, Lang::En).pop().unwrap();
    assert!(said.contains(&format!("見本県見本市9-9 (the chip says: {signed}) → 見本県見本市10-10")), "{said}");
}

/// A clock of taimen's, somebody of staff, a file for which nobody vouches: each is named for what it says.
#[test]
fn what_staff_entered_is_theirs_and_what_a_file_says_is_the_files() {
    let profiles = profiles();
    let profiles = ["hanshuhou-2025", "kobutsu-2025", "keitaihou-2026"].map(|id| profiles.get(id).unwrap().clone());
    let places = ["presented_at", "checked_on", "transaction_on", "document.name"];
    let sources = |draft: Draft| {
        let record = draft.finish();
        places.map(|place| match record.field(place) {
            Some(Value::Filled { source, .. }) => {
                let standing = source.standing.map(|standing| format!(" {standing}")).unwrap_or_default();
                format!("{}{standing}", source.by)
            }
            other => panic!("{place}: {other:?}"),
        })
    };
    let chipless = |entries: &str| {
        let mut draft = Draft::new(day("2026-01-10"), &profiles);
        draft.take(Entries::parse(entries).unwrap()).unwrap();
        draft
    };
    let entered = r#"{"document": "licence", "presented_at": "2026-01-10T10:00:00+09:00""#;
    assert_eq!(sources(chipless(&format!("{entered}}}"))), ["staff", "staff", "staff", "staff"]);
    let before = entered.replace("01-10", "01-09");
    assert_eq!(sources(chipless(&format!("{before}}}"))), ["staff", "staff", "tool", "staff"]);
    let both = format!("{before}, \"transaction_on\": \"2026-01-10\"}}");
    assert_eq!(sources(chipless(&both)), ["staff", "staff", "staff", "staff"]);
    // The counter's clock.
    let mut counter = Draft::new(day("2026-01-10"), &profiles);
    counter.set_document(Some("licence".to_owned()));
    counter.set_presented_at("2026-01-10T10:00:00+09:00".parse().unwrap());
    assert_eq!(sources(counter), ["tool", "tool", "tool", "staff"]);

    let sample = Sample::of("licence");
    let at = sample.dump.read_at;
    let context = Context::of(&sample.dump, Source::Dump);
    let of = |basis: Basis, day: &str, entries: &str| {
        let findings = judge_at(&sample.dump, basis);
        let reading = Reading { findings: &findings, context: &context, dump: None };
        let mut draft = Draft::new(day.parse().unwrap(), &profiles).with_reading(&reading);
        draft.take(Entries::parse(entries).unwrap()).unwrap();
        sources(draft)
    };
    for basis in [Basis::Live(at), Basis::Sealed(at), Basis::Operator(at)] {
        assert_eq!(of(basis, "2026-11-22", "{}"), ["tool", "tool", "tool", "tool"], "{basis:?}");
    }
    for basis in [Basis::Now(at), Basis::Named(at)] {
        let unsigned = "tool unsigned";
        assert_eq!(of(basis, "2026-11-22", "{}"), [unsigned, unsigned, unsigned, "tool"], "{basis:?}");
        assert_eq!(of(basis, "2026-11-23", "{}"), [unsigned, unsigned, "tool", "tool"], "{basis:?}");
        let day = r#"{"transaction_on": "2026-11-23"}"#;
        assert_eq!(of(basis, "2026-11-23", day), [unsigned, unsigned, "staff", "tool"], "{basis:?}");
    }
    let unvouched = "読み取りデータの記載（保証なし）";
    let findings = judge_at(&sample.dump, Basis::Now(at));
    let reading = Reading { findings: &findings, context: &context, dump: None };
    let lines = Draft::new(day("2026-11-22"), &profiles).with_reading(&reading).review(Lang::Ja);
    assert_eq!(lines.iter().find(|line| line.id == "presented_at").unwrap().source, unvouched);
    // Where no chip was read, none says anything else.
    let mut draft = chipless(r#"{"document": "licence"}"#);
    draft.enter("document.name", &text("国際運転免許証")).unwrap();
    assert!(matches!(draft.finish().field("document.name"), Some(Value::Filled { chip: None, .. })));
    let mut draft = sample.draft(&[&profiles[0]], "2026-11-22");
    draft.enter("document.name", &text("国際運転免許証")).unwrap();
    let Some(Value::Filled { chip: Some(chip), .. }) = draft.finish().field("document.name").cloned() else { panic!() };
    assert_eq!(chip, Content::Text("運転免許証".to_owned()));
    // Which of two documents it is, staff saw in the print.
    let mut open = Sample::of("residence2?fault=infant").draft(&[&profiles[0]], "2026-11-22");
    let name =
        |draft: &Draft| draft.review(Lang::En).into_iter().find(|line| line.id == "document.name").unwrap().source;
    assert_eq!(name(&open), "taimen");
    open.set_document(Some("residence".to_owned()));
    assert_eq!(name(&open), "entered by staff, not authenticated");
}

#[test]
fn a_record_states_the_verdict_with_every_check_and_the_dump_by_its_hash() {
    let profiles = profiles();
    let sample = Sample::of("my-number?fault=expired");
    let record = sample.draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22").finish();
    let evidence = record.evidence.as_ref().unwrap();
    assert_eq!(evidence.verdict, Overall::Rejected);
    assert_eq!(evidence.checks.len(), sample.findings.checks.len());
    let expired = evidence.checks.iter().find(|check| check.id == "not-expired").unwrap();
    assert_eq!((expired.required, expired.reason.as_deref()), (true, Some("expired")));
    assert_eq!(evidence.dump_sha256.as_ref().unwrap().len(), 64);
    assert_eq!(evidence.seal, None);
    assert_eq!(record.unreal(), Some(Hierarchy::Simulated));
    // The hash is that of the file's canonical form, however it is laid out.
    let again = Dump::from_json(sample.dump.to_json().as_bytes()).unwrap();
    assert_eq!(Some(DumpMark::of(&again).sha256), evidence.dump_sha256);
    assert_eq!(record.presented_at(), Some(sample.dump.read_at));
    let json = String::from_utf8(record.to_json()).unwrap();
    assert!(json.contains("\"moment\":\"2026-11-22T12:00:00+09:00\""), "{json}");
    assert!(!json.contains("approved"));
}

/// Whether a card is real does not depend on its checks: one that passes none is not real for that, nor unreal.
#[test]
fn what_says_of_itself_that_it_is_simulated_is_unreal_whatever_its_checks_say() {
    let profiles = profiles();
    let rule = profiles.get("hanshuhou-2025").unwrap();
    for recipe in ["residence2?fault=unknown-ca", "my-number?fault=forged-production"] {
        let mut sample = Sample::of(recipe);
        assert_eq!(sample.findings.hierarchy, None, "{recipe}");
        sample.dump.reader = format!("sim:{recipe}");
        let record = sample.draft(&[rule], "2026-11-22").finish();
        assert_eq!(record.unreal(), Some(Hierarchy::Simulated), "{recipe}");
        assert_eq!(Record::from_json(&record.to_json()).unwrap(), record, "{recipe}");
        // The same from a reader of real cards.
        sample.dump.reader = "pcsc:a reader".to_owned();
        assert_eq!(sample.draft(&[rule], "2026-11-22").finish().unreal(), None, "{recipe}");
    }
    let mut sample = Sample::of("my-number");
    sample.dump.reader = "pcsc:a reader".to_owned();
    assert_eq!(sample.draft(&[rule], "2026-11-22").finish().unreal(), Some(Hierarchy::Simulated));
}

#[test]
fn unsigned_changes_stand_apart() {
    let profiles = profiles();
    let sample = Sample::of("licence?fault=added-change");
    let record = sample.draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22").finish();
    let changes = record.unsigned_changes.as_ref().unwrap();
    assert!(changes.entries > 0 && changes.last_on.is_some());
    let name = changes.name.as_deref().expect("the name changed");
    let Some(Value::Filled { value, source, .. }) = record.field("customer.name") else { panic!() };
    assert_ne!(value.plain(Lang::Ja), name);
    assert_eq!(source.standing.unwrap().as_str(), "superseded");
    // Found by either name.
    let names = lookup::of_record(&record).into_iter().filter(|(kind, _)| *kind == Lookup::Name);
    assert_eq!(names.count(), 2);
}

#[test]
fn the_card_of_a_representative_is_not_that_of_the_customer() {
    let profiles = profiles();
    let mut draft = Sample::of("licence").draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22");
    draft.set_circumstances(Circumstances { customer: Customer::Company, ..Circumstances::default() });
    draft.enter("customer.name", &text("株式会社見本")).unwrap();
    draft.enter("customer.method", &text("company-i")).unwrap();
    draft.enter("representative.authority", &text("registered")).unwrap();
    let record = draft.finish();
    let open: Vec<&str> = record.blanks().collect();
    for id in ["customer.address", "representative.relation", "beneficial_owner.name", "registry_received_on"] {
        assert!(open.contains(&id), "{id}: {open:?}");
    }
    assert!(record.content("representative.name").is_some() && record.field("customer.birth_date").is_none());
    let Some(Content::Methods(methods)) = record.content("customer.method") else { panic!() };
    assert_eq!((&*methods[0].letter, &*methods[0].profile), ("第3号イ", "hanshuhou-2025"));
    let text = record.content("representative.authority").unwrap().plain(Lang::Ja);
    assert!(text.contains("規則第12条第5項第2号ロ"), "{text}");
}

#[test]
fn one_record_serves_several_laws() {
    let profiles = profiles();
    let both = [profiles.get("kobutsu-2025").unwrap(), profiles.get("hanshuhou-2025").unwrap()];
    let mut draft = Sample::of("licence").draft(&both, "2026-11-22");
    draft.enter("goods", &text("指輪 × 1\n時計×2")).unwrap();
    let record = draft.finish();
    let Some(Content::Methods(methods)) = record.content("method") else { panic!() };
    let letters: Vec<(&str, &str)> = methods.iter().map(|method| (&*method.profile, &*method.letter)).collect();
    assert_eq!(letters, [("kobutsu-2025", "第1号（提示）"), ("hanshuhou-2025", "イ")]);
    assert!(matches!(record.content("age"), Some(Content::Number(_))));
    assert_eq!(record.content("goods").unwrap().plain(Lang::Ja), "指輪 × 1、時計 × 2");
}

#[test]
fn a_dealers_book_has_the_age_and_no_birth_date_unless_it_is_wanted() {
    let profiles = profiles();
    let sample = Sample::of("my-number");
    let draft = || sample.draft(&[profiles.get("kobutsu-2025").unwrap()], "2026-11-22");
    let birth = sample.findings.holder.birth_date.as_ref().unwrap().value;
    let record = draft().finish();
    let json = String::from_utf8(record.to_json()).unwrap();
    assert!(!json.contains(&birth.to_string()) && record.field("birth_date").is_none(), "{json}");
    let mut wanted = draft();
    wanted.set_circumstances(Circumstances { birth_date: true, ..Circumstances::default() });
    assert_eq!(wanted.finish().content("birth_date"), Some(&Content::Day(birth)));
}

#[test]
fn the_photo_is_kept_for_a_purpose_alone() {
    let profiles = profiles();
    let mut draft = Sample::of("my-number").draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22");
    assert!(draft.keep_photo(Some(" ")).is_err());
    draft.keep_photo(Some("社内規程第5条による再確認のため")).unwrap();
    let photo = draft.finish().photo.unwrap();
    assert_eq!(photo.purpose, "社内規程第5条による再確認のため");
    assert_eq!(photo.format, "jpeg2000");
    // A card without a photo has none to keep, and its draft says of none that it is kept.
    let mut none = Sample::of("my-number-no-photo").draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22");
    none.keep_photo(Some("社内規程第5条による再確認のため")).unwrap();
    assert_eq!(none.photo_purpose(), None);
    assert!(none.finish().photo.is_none());
}

/// The letters of the method that the record names; empty if staff must choose it.
fn letters(draft: &Draft) -> Vec<String> {
    match draft.clone().finish().field("method") {
        Some(Value::Filled { value: Content::Methods(methods), .. }) => {
            methods.iter().map(|method| method.letter.clone()).collect()
        }
        Some(Value::Blank { reason: Reason::ChooseMethod }) => Vec::new(),
        other => panic!("{other:?}"),
    }
}

fn presentable(draft: &Draft) -> Vec<String> {
    draft.presentable().into_iter().map(|document| document.id.clone()).collect()
}

fn offered(draft: &Draft) -> Vec<String> {
    draft.choices(false).into_iter().flat_map(|(_, methods)| methods).map(|method| method.id.clone()).collect()
}

/// The profiles under which a counter's method for a card has its chip read.
const CHIP_IS_THE_RULE: [&str; 2] = ["hanshuhou-2027", "keitaihou-2027"];

/// A card that shows no photo is a document with one only if staff see it in the print.
#[test]
fn a_card_without_a_photo_is_not_recorded_as_a_document_with_one() {
    let profiles = profiles();
    let sample = Sample::of("residence2?fault=infant");
    assert_eq!((sample.findings.overall(), sample.findings.kind), (Overall::Authentic, CardKind::RESIDENCE2));
    for profile in profiles.iter() {
        let on = profile.valid_from.to_string();
        let mut draft = sample.draft(&[profile], &on);
        assert_eq!(presentable(&draft), ["residence", "residence-no-photo"], "{}", profile.id);
        assert!(draft.is_photo_open());
        // 古物 asks for no photo, so its method is the same with or without one.
        let same = profile.law == "kobutsu";
        assert_eq!(letters(&draft), if same { vec!["第1号（提示）".to_owned()] } else { Vec::new() }, "{}", profile.id);
        let both = offered(&draft);
        draft.set_document(Some("residence-no-photo".to_owned()));
        let without = offered(&draft);
        draft.set_document(Some("residence".to_owned()));
        let with = offered(&draft);
        assert!(without.iter().chain(&with).all(|id| both.contains(id)), "{}: {both:?}", profile.id);
        if profile.law == "hanshuhou" {
            assert!(with.contains(&"i".to_owned()) && !without.contains(&"i".to_owned()), "{}", profile.id);
        }
        // What staff saw in the print counts, and nothing that the chip excludes; a method that has the chip read asks for its photo.
        let named = usize::from(!CHIP_IS_THE_RULE.contains(&profile.id.as_str()));
        assert_eq!(letters(&draft).len(), named, "{}", profile.id);
        draft.set_document(Some("passport".to_owned()));
        assert_eq!(offered(&draft), both, "{}", profile.id);
    }
    let rule = profiles.get("hanshuhou-2025").unwrap();
    let mut draft = sample.draft(&[rule], "2026-11-22");
    draft.set_document(Some("residence-no-photo".to_owned()));
    assert!(
        letters(&draft).is_empty() && ["ro", "ha", "ni"].iter().all(|id| offered(&draft).contains(&(*id).to_owned()))
    );
    draft.enter("method", &text("ro")).unwrap();
    assert_eq!(letters(&draft), ["ロ"]);
    let name = draft.finish();
    assert!(matches!(name.content("document.name"), Some(Content::Text(name)) if name.contains("顔写真なし")));
}

/// A card of a kind that always has a photo leaves nothing open, whatever was read of it; nor does one whose photo was read.
#[test]
fn a_photo_leaves_nothing_open() {
    let profiles = profiles();
    let rule = profiles.get("hanshuhou-2025").unwrap();
    for recipe in ["my-number", "residence1", "residence2", "residence2-special", "licence", "passport", "menkyo"] {
        let draft = Sample::of(recipe).draft(&[rule], "2026-11-22");
        assert_eq!((letters(&draft), presentable(&draft)), (vec!["イ".to_owned()], Vec::new()), "{recipe}");
    }
    let of = |recipe: &str, scope| {
        let (dump, _) = read_card(&mut card(recipe), scope).unwrap();
        Sample { findings: judge(&dump), dump }.draft(&[rule], "2026-11-22")
    };
    assert_eq!(letters(&of("licence", Scope::PIN1)), ["イ"]);
    // Where the photo was not read, nobody knows whether the card is an infant's.
    let draft = of("my-number", Scope::AGE);
    assert_eq!((letters(&draft), presentable(&draft).len()), (Vec::new(), 2));
}

/// Where the law has the chip read, nobody but staff says so of one that did not open, or that is not authentic.
#[test]
fn a_chip_that_did_not_open_or_is_not_authentic_was_not_read_as_the_law_has_it() {
    let profiles = profiles();
    let of = |recipe: &str, scope| {
        let (dump, _) = read_card(&mut card(recipe), scope).unwrap();
        Sample { findings: judge(&dump), dump }
    };
    let rows = [
        ("licence", Scope::FULL, Overall::Authentic, true),
        ("licence", Scope::PIN1, Overall::Undetermined, false),
        ("licence", Scope::WITHOUT_PIN, Overall::Undetermined, false),
        ("licence?fault=expired", Scope::FULL, Overall::Rejected, false),
        ("my-number", Scope::FULL, Overall::Authentic, true),
        ("my-number?fault=expired", Scope::FULL, Overall::Rejected, false),
        // The age is authentic, and nobody read the photo that staff see in the print.
        ("my-number", Scope::AGE, Overall::Authentic, false),
        ("residence2", Scope::FULL, Overall::Authentic, true),
        ("residence2?fault=unknown-ca", Scope::FULL, Overall::Undetermined, false),
    ];
    for (recipe, scope, verdict, read) in rows {
        let sample = of(recipe, scope);
        assert_eq!(sample.findings.overall(), verdict, "{recipe} {scope:?}");
        for id in CHIP_IS_THE_RULE {
            let mut draft = sample.draft(&[profiles.get(id).unwrap()], "2027-04-01");
            // The counter forgets the photo before it makes a record.
            draft.forget_photo();
            draft.set_document(Some(sample.findings.kind.as_str().to_owned()));
            assert_eq!(letters(&draft).len(), usize::from(read), "{recipe} {scope:?} {id}");
        }
        // Until then presentation alone is the method, and it stands.
        let mut draft = sample.draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22");
        draft.set_document(Some(sample.findings.kind.as_str().to_owned()));
        assert_eq!(letters(&draft), ["イ"], "{recipe} {scope:?}");
    }
}

#[test]
fn a_record_without_a_chip_says_why() {
    let profiles = profiles();
    let mut draft = Draft::new(day("2026-11-22"), [profiles.get("hanshuhou-2025").unwrap()]);
    let entries = r#"{
        "document": "licence", "presented_at": "2026-11-22T12:00:00+09:00",
        "fallback": {"case": "chip-unreadable", "row": "other-chip-card", "reason": "応答なし", "chosen_by": "見本 花"},
        "fields": {"customer.name": "見本 太郎", "document.number": "309012345620"}
    }"#;
    draft.take(Entries::parse(entries).unwrap()).unwrap();
    let record = draft.finish();
    assert!(record.evidence.is_none());
    assert_eq!(record.fallback.as_ref().unwrap().choice.case, Case::ChipUnreadable);
    assert!(matches!(record.content("document.name"), Some(Content::Text(name)) if name == "運転免許証"));
    let Some(Content::Methods(methods)) = record.content("method") else { panic!() };
    assert_eq!(methods[0].letter, "イ");
    // Under the next law the same document without its chip has no method.
    let next = Draft::new(day("2027-04-01"), [profiles.get("hanshuhou-2027").unwrap()]);
    let mut next = next;
    next.take(Entries::parse(entries).unwrap()).unwrap();
    assert_eq!(next.finish().field("method"), Some(&Value::Blank { reason: Reason::ChooseMethod }));
}

#[test]
fn a_bad_file_of_entries_is_named_by_line_and_key() {
    let error = Entries::parse("{\n \"fields\": {},\n \"hobby\": 1}").unwrap_err();
    assert_eq!((error.line, error.fault), (3, EntriesFault::Unknown("hobby".to_owned())));
    let error = Entries::parse("[circumstances]\ncustomer = \"robot\"").unwrap_err();
    let EntriesFault::Value(taken) = error.fault else { panic!("{:?}", error.fault) };
    assert!(error.line == 2 && taken.len() > 1 && !taken.contains(&"robot".to_owned()), "{taken:?}");
    let toml = "[circumstances]\nhigh_risk = true\n[fields]\npurpose = \"生計費の決済\"\n";
    assert!(Entries::parse(toml).unwrap().circumstances.high_risk);
}

#[test]
fn nothing_is_recorded_that_is_still_to_come() {
    let profiles = profiles();
    let profile = profiles.get("hanshuhou-2025").unwrap();
    let later = |entries: &str| -> Vec<String> {
        let mut draft = Draft::new(day("2026-11-22"), [profile]);
        draft.take(Entries::parse(entries).unwrap()).unwrap();
        draft.still_to_come(day("2026-11-22")).into_iter().map(|error| error.field).collect()
    };
    assert_eq!(later(r#"{"fields": {"other_confirmed_on": "2026-11-22", "document.expiry": "2030-01-01"}}"#), [""; 0]);
    assert_eq!(later(r#"{"fields": {"other_confirmed_on": "2026-11-23"}}"#), ["other_confirmed_on"]);
    // 00:30 in Japan is the day before in London.
    assert_eq!(later(r#"{"presented_at": "2026-11-22T15:30:00Z"}"#), ["presented_at"]);
    let more = r#"{"human_match": {"found": "matches", "by": "見本 花", "at": "2026-11-23T00:00:00+09:00"},
        "relied_on": {"kind": "own-earlier", "operator": "見本", "agreement": "1", "confirmed_at": "2027-01-01T00:00:00Z"}}"#;
    assert_eq!(later(more), ["human_match.at", "relied_on.confirmed_at"]);
    let draft = Draft::new(day("2026-11-23"), [profile]);
    assert_eq!(draft.still_to_come(day("2026-11-22"))[0].field, "transaction_on");

    let record = Draft::new(day("2026-11-22"), [profile]).finish();
    let added = |addition: &str| {
        let addition = Addition::parse(addition).unwrap().to(&first(&record), day("2026-11-22"));
        addition.map_err(|error| (error.field, error.problem))
    };
    for (addition, field) in [
        (r#"{"by": "見本", "known_on": "2026-11-23", "hold": "legal", "reason": "1"}"#, "known_on"),
        (r#"{"by": "見本", "recheck": {"on": "2026-11-23", "how": "known"}}"#, "recheck.on"),
        (
            r#"{"by": "見本", "reliance": {"kind": "own-earlier", "operator": "見本", "agreement": "1", "confirmed_at": "2026-11-24T00:00:00Z"}}"#,
            "reliance.confirmed_at",
        ),
        (
            r#"{"by": "見本", "why": "correction", "fields": {"other_confirmed_on": "2026-11-23"}}"#,
            "other_confirmed_on",
        ),
    ] {
        assert_eq!(added(addition), Err((field.to_owned(), EntryProblem::Future)), "{addition}");
    }
    // How long the further relation lasts is said once, in either place.
    let single =
        |addition: &str| matches!(added(addition).unwrap().change, Change::Recheck { relation: Relation::Single, .. });
    assert!(single(r#"{"by": "見本", "recheck": {"on": "2026-11-22", "how": "known"}, "relation": "single"}"#));
    assert!(single(r#"{"by": "見本", "recheck": {"on": "2026-11-22", "how": "known", "relation": "single"}}"#));
    let twice = Err(("relation".to_owned(), EntryProblem::Relation));
    assert_eq!(
        added(
            r#"{"by": "見本", "recheck": {"on": "2026-11-22", "how": "known", "relation": "single"}, "relation": "single"}"#
        ),
        twice
    );
    assert_eq!(added(r#"{"by": "見本", "hold": "legal", "reason": "1", "relation": "single"}"#), twice);
}

/// A record to which nothing was added.
fn first(record: &Record) -> View {
    let payload = Payload::Record(Box::new(record.clone()));
    View::fold([Logged { seq: 1, at: "2026-11-22T03:00:00Z".parse().unwrap(), payload }]).unwrap()
}

/// A record and what is added to it, each a day after the one before.
struct Story(Vec<Logged>);

impl Story {
    fn begin(profiles: &Profiles, ids: &[&str], on: &str, relation: Relation) -> Self {
        let chosen: Vec<&Profile> = ids.iter().map(|id| profiles.get(id).unwrap()).collect();
        let mut draft = Draft::new(day(on), chosen);
        draft.set_circumstances(Circumstances { relation, ..Circumstances::default() });
        let at: Timestamp = format!("{on}T03:00:00Z").parse().unwrap();
        Self(vec![Logged { seq: 1, at, payload: Payload::Record(Box::new(draft.finish())) }])
    }

    fn then(mut self, change: Change) -> Self {
        let last = self.0.last().unwrap();
        let (seq, at) = (last.seq + 1, last.at + jiff::SignedDuration::from_hours(24));
        let amendment = Amendment::new("見本 花", day("2026-11-27"), change).unwrap();
        let payload = Payload::from_json(&amendment.to_json()).unwrap();
        self.0.push(Logged { seq, at, payload });
        self
    }

    fn end(self, relation: u32, on: &str) -> Self {
        self.then(Change::RelationEnd { relation, ended_on: day(on) })
    }

    fn view(&self) -> View {
        View::fold(self.0.iter().cloned()).unwrap()
    }

    fn until(&self, profiles: &Profiles) -> Option<String> {
        retention::of(&self.view(), profiles).until.map(|day| day.to_string())
    }
}

#[test]
fn years_end_on_the_day_before_the_corresponding_one() {
    for (from, years, last) in [
        ("2026-11-27", 7, "2033-11-27"),
        ("2027-02-28", 7, "2034-02-28"),
        ("2024-02-29", 7, "2031-02-28"),
        ("2024-02-28", 7, "2031-02-28"),
        ("2025-02-28", 3, "2028-02-29"),
        ("2021-12-31", 7, "2028-12-31"),
        ("2024-02-29", 4, "2028-02-29"),
    ] {
        assert_eq!(last_day(day(from), years), Some(day(last)), "{from} + {years}");
    }
    assert_eq!(last_day(Date::MAX, 7), None);
}

#[test]
fn a_record_is_kept_from_the_end_of_the_last_relation_under_every_law() {
    let profiles = profiles();
    let begin = |ids: &[&str], relation| Story::begin(&profiles, ids, "2026-11-27", relation);
    let law = ["hanshuhou-2025"];
    assert_eq!(begin(&law, Relation::Single).until(&profiles).as_deref(), Some("2033-11-27"));
    let open = begin(&law, Relation::Continuing);
    assert_eq!(open.until(&profiles), None);
    assert_eq!(retention::of(&open.view(), &profiles).open, [1]);
    let ended = begin(&law, Relation::Continuing).end(1, "2028-02-29");
    assert_eq!(ended.until(&profiles).as_deref(), Some("2035-02-28"));
    let again = begin(&law, Relation::Single).then(Change::Recheck {
        on: day("2029-03-01"),
        how: KnownBy::Shown,
        relation: Relation::Continuing,
    });
    assert_eq!(again.until(&profiles), None);
    assert_eq!(again.end(2, "2030-01-31").until(&profiles).as_deref(), Some("2037-01-31"));
    let reopened = begin(&law, Relation::Continuing)
        .end(1, "2028-02-29")
        .then(Change::Reopen { relation: 1, reason: "誤記".to_owned() });
    assert_eq!(reopened.until(&profiles), None);
    // 古物 counts from the day of the record, in Japan.
    assert_eq!(begin(&["kobutsu-2025"], Relation::Continuing).until(&profiles).as_deref(), Some("2029-11-27"));
    // What is added to the book is recorded on its own day, and kept as long; that the record is held is no entry of the book.
    let mut added = begin(&["kobutsu-2025"], Relation::Single);
    let fields = vec![added.view().record.amended("features", &text("黒、傷あり")).unwrap()];
    let hold = Hold::Inquiry;
    added = added.then(Change::Hold { hold, reason: "照会第1号".to_owned() });
    added = added.then(Change::Release { hold, reason: "回答済み".to_owned() });
    assert_eq!(added.until(&profiles).as_deref(), Some("2029-11-27"));
    added = added.then(Change::Fields { why: Why::BlankFilled, fields, learned_from: None });
    assert_eq!(added.until(&profiles).as_deref(), Some("2029-11-30"));
    // A clock that went back takes nothing from the book.
    added.0.last_mut().unwrap().at = "2020-01-01T03:00:00Z".parse().unwrap();
    assert_eq!(added.until(&profiles).as_deref(), Some("2029-11-27"));
    let both = begin(&["kobutsu-2025", "hanshuhou-2025"], Relation::Continuing);
    assert_eq!(both.until(&profiles), None);
    assert_eq!(both.end(1, "2026-12-01").until(&profiles).as_deref(), Some("2033-12-01"));
    let phone = begin(&["keitaihou-2026"], Relation::Continuing).end(1, "2028-03-31");
    assert_eq!(phone.until(&profiles).as_deref(), Some("2031-03-31"));
}

#[test]
fn a_purge_is_refused_with_law_and_day() {
    let profiles = profiles();
    let story = Story::begin(&profiles, &["kobutsu-2025", "hanshuhou-2025"], "2026-11-27", Relation::Single);
    let refusals = |story: &Story, on: &str| retention::of(&story.view(), &profiles).refusals(day(on));
    assert_eq!(refusals(&story, "2026-11-27").len(), 2);
    assert_eq!(refusals(&story, "2029-11-28").len(), 1);
    let Some(Refusal::Law(due)) = refusals(&story, "2033-11-27").pop() else { panic!() };
    assert_eq!((due.until, &*due.profile), (Some(day("2033-11-27")), "hanshuhou-2025"));
    assert_eq!(refusals(&story, "2033-11-28"), []);
    let held = story.then(Change::Hold { hold: Hold::Inquiry, reason: "照会第1号".to_owned() });
    assert_eq!(refusals(&held, "2040-01-01"), [Refusal::Held(Hold::Inquiry)]);
    let again = held.then(Change::Hold { hold: Hold::Inquiry, reason: "照会第2号".to_owned() });
    let one = again.then(Change::Release { hold: Hold::Inquiry, reason: "第1号に回答".to_owned() });
    assert_eq!(refusals(&one, "2040-01-01"), [Refusal::Held(Hold::Inquiry)], "the other one goes on");
    let released = one.then(Change::Release { hold: Hold::Inquiry, reason: "回答済み".to_owned() });
    assert_eq!(refusals(&released, "2040-01-01"), []);
}

#[test]
fn a_later_profile_never_shortens() {
    let shipped = profiles();
    let story = Story::begin(&shipped, &["hanshuhou-2025"], "2026-11-27", Relation::Single);
    let with = |years: u8| {
        let file = include_str!("../../profiles/hanshuhou-2027.toml").replace("years = 7", &format!("years = {years}"));
        profiles().with(Profile::parse(file.as_bytes()).unwrap()).unwrap()
    };
    assert_eq!(story.until(&with(3)).as_deref(), Some("2033-11-27"));
    assert_eq!(story.until(&with(10)).as_deref(), Some("2036-11-27"));
    // A profile without rules says nothing of the end.
    let Payload::Record(mut record) = story.0[0].payload.clone() else { panic!() };
    record.profiles.clear();
    let view = View::fold([Logged { payload: Payload::Record(record), ..story.0[0].clone() }]).unwrap();
    assert_eq!(retention::of(&view, &shipped).refusals(day("2099-01-01")), [Refusal::NoRule]);
}

#[test]
fn nothing_that_was_recorded_is_overwritten() {
    let profiles = profiles();
    let mut story = Story::begin(&profiles, &["hanshuhou-2025"], "2026-11-27", Relation::Continuing);
    let record = story.view().record;
    for (address, why) in [("見本県見本市1", Why::BlankFilled), ("見本県見本市2", Why::Changed)] {
        let fields = vec![record.amended("customer.address", &text(address)).unwrap()];
        story = story.then(Change::Fields { why, fields, learned_from: Some("本人の届出".to_owned()) });
    }
    let view = story.view();
    let current = view.fields.iter().find(|current| current.row.id == "customer.address").unwrap();
    assert_eq!(current.row.value.content(), Some(&Content::Text("見本県見本市2".to_owned())));
    assert_eq!(current.earlier.len(), 2);
    assert_eq!(current.earlier[0].value, Value::Blank { reason: Reason::NotEntered });
    assert_eq!(current.earlier[1].value.content(), Some(&Content::Text("見本県見本市1".to_owned())));
    assert_eq!((current.earlier[0].until, current.earlier[1].until), (2, 3));
    assert_eq!(view.record, record);
    assert_eq!(record.amended("sex", &text("1")).unwrap_err().problem, EntryProblem::Forbidden);
    assert_eq!(record.amended("hobby", &text("1")).unwrap_err().problem, EntryProblem::Unknown);
    assert_eq!(record.amended("method", &text("i")).unwrap_err().problem, EntryProblem::ByTool);
}

#[test]
fn a_name_is_found_however_it_is_written() {
    let same = |lookup: Lookup, one: &str, other: &str| assert_eq!(lookup.normalised(one), lookup.normalised(other));
    same(Lookup::Name, "見本　太郎", "見本太郎");
    same(Lookup::Name, "みほん たろう", "ミホンﾀﾛｳ");
    same(Lookup::Name, "SAMPLE Taro", "ｓａｍｐｌｅ　ｔａｒｏ");
    same(Lookup::Birth, "昭和55年2月17日", "1980-02-17");
    same(Lookup::Phone, "０３－１２３４－５６７８", "03(1234)5678");
    same(Lookup::Document, "ab-12 34", "AB1234");
    assert_eq!(Lookup::Birth.normalised("いつか"), None);
    assert_eq!(Lookup::Name.normalised("　"), None);
    let profiles = profiles();
    let record = Sample::of("licence").draft(&[profiles.get("hanshuhou-2025").unwrap()], "2026-11-22").finish();
    let kinds: Vec<Lookup> = lookup::of_record(&record).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [Lookup::Name, Lookup::Birth, Lookup::Document]);
}

#[test]
fn every_kind_that_is_read_has_a_sample_here() {
    let kinds: Vec<CardKind> = taimen::simulator::kinds().map(|sim| sim.kind).collect();
    for kind in kinds {
        assert!(CARDS.contains(&kind.as_str()) || kind.as_str() == "residence-specified", "{kind}");
    }
}
