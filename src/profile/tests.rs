use std::collections::BTreeSet;

use jiff::{ToSpan, civil::date};
use serde_json::Value;

use super::*;
use crate::{cards::registry, crypto::sha256};

const FILES: [(&str, &str); 5] = [
    ("hanshuhou-2025", include_str!("../../profiles/hanshuhou-2025.toml")),
    ("hanshuhou-2027", include_str!("../../profiles/hanshuhou-2027.toml")),
    ("keitaihou-2026", include_str!("../../profiles/keitaihou-2026.toml")),
    ("keitaihou-2027", include_str!("../../profiles/keitaihou-2027.toml")),
    ("kobutsu-2025", include_str!("../../profiles/kobutsu-2025.toml")),
];

/// The tables that hold rows which rest on sources.
const TABLES: [&str; 6] = ["document", "method", "field", "forbidden", "retention", "fallback"];

fn shipped() -> Profiles {
    Profiles::shipped().unwrap()
}

fn raw(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

fn letters<'a>(fallbacks: &[Fallback<'a>]) -> Vec<&'a str> {
    fallbacks.iter().flat_map(|fallback| fallback.methods.iter().map(|method| method.letter.as_str())).collect()
}

#[test]
fn the_shipped_files_follow_the_schema_and_lose_nothing_when_read() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/profile.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let all = shipped();
    assert_eq!(all.iter().map(|profile| profile.id.as_str()).collect::<Vec<_>>(), FILES.map(|(name, _)| name));
    for (name, text) in FILES {
        let raw = raw(text);
        let errors: Vec<String> =
            schema.iter_errors(&raw).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        assert_eq!(serde_json::to_value(all.get(name).unwrap()).unwrap(), raw, "{name}");
    }
}

#[test]
fn every_row_has_a_confidence_and_a_source_that_the_file_lists() {
    for (name, text) in FILES {
        let file = raw(text);
        let sources = file["source"].as_array().unwrap();
        let of = |id: &str| sources.iter().find(|source| source["id"] == id);
        let mut used = BTreeSet::new();
        for table in TABLES {
            for row in file[table].as_array().unwrap() {
                let at = format!("{name}, {table} {}", id(row));
                let own = row["source"].as_array().unwrap();
                assert!(!own.is_empty(), "{at}");
                let own: Vec<&Value> =
                    own.iter().map(|id| of(id.as_str().unwrap()).unwrap_or_else(|| panic!("{at}: {id}"))).collect();
                used.extend(own.iter().map(|source| id(source)));
                let confidence: Confidence = row["confidence"].as_str().unwrap().parse().unwrap();
                let read_text = own.iter().any(|source| source["confidence"] == "T" && source["read"] == true);
                let unverified = row.get("unverified").is_some_and(|mark| mark == true);
                assert!(confidence != Confidence::Text || read_text && !unverified, "{at}");
                assert!(confidence <= Confidence::Primary || unverified, "{at} is not marked");
            }
        }
        let unused: Vec<&str> = sources.iter().map(id).filter(|id| !used.contains(id)).collect();
        assert!(unused.is_empty(), "{name}: no row rests on {unused:?}");
    }
}

#[test]
fn a_law_without_a_text_that_was_read_is_marked_as_a_whole() {
    let marked: Vec<String> =
        shipped().iter().filter(|profile| profile.unverified).map(|profile| profile.id.clone()).collect();
    assert_eq!(marked, ["hanshuhou-2027", "keitaihou-2026", "keitaihou-2027"]);
    for profile in shipped().iter().filter(|profile| profile.unverified) {
        let sure = profile.rows().into_iter().filter(|row| !row.unverified);
        let sure: Vec<&str> = sure.map(|row| row.id).collect();
        assert_eq!(sure, ["my-number", "copy-back"], "{}: only what is forbidden is known", profile.id);
    }
}

#[test]
fn every_day_has_one_profile_of_each_law() {
    let all = shipped();
    assert_eq!(all.laws(), ["hanshuhou", "keitaihou", "kobutsu"]);
    for law in all.laws() {
        let of_law = || all.iter().filter(|profile| profile.law == law);
        let first = of_law().map(|profile| profile.valid_from).min().unwrap();
        assert_eq!(all.on(law, first.yesterday().unwrap()), None);
        for day in first.series(1.day()).take_while(|day| day.year() < 2030) {
            assert_eq!(of_law().filter(|profile| profile.covers(day)).count(), 1, "{law}, {day}");
        }
        assert!(all.on(law, date(2999, 12, 31)).is_some(), "{law} has no last day");
    }
    assert_eq!(all.on("tax", date(2026, 11, 27)), None);
}

#[test]
fn the_day_of_a_transaction_is_that_of_japan() {
    let all = shipped();
    let chosen = |law: &str, time: &str| all.at(law, time.parse().unwrap()).map(|profile| profile.id.as_str());
    for (time, expected) in [
        ("2027-03-31T23:59:00+09:00", ["hanshuhou-2025", "keitaihou-2026", "kobutsu-2025"]),
        ("2027-03-31T14:59:59Z", ["hanshuhou-2025", "keitaihou-2026", "kobutsu-2025"]),
        ("2027-04-01T00:00:00+09:00", ["hanshuhou-2027", "keitaihou-2027", "kobutsu-2025"]),
        ("2027-03-31T15:00:00Z", ["hanshuhou-2027", "keitaihou-2027", "kobutsu-2025"]),
        ("2027-03-31T05:00:00-11:00", ["hanshuhou-2027", "keitaihou-2027", "kobutsu-2025"]),
    ] {
        assert_eq!(all.laws().map_each(|law| chosen(law, time)), expected.map(Some), "{time}");
    }
    assert_eq!(chosen("hanshuhou", "2025-06-23T23:59:59+09:00"), None);
    assert_eq!(chosen("keitaihou", "2026-04-01T00:00:00+09:00"), Some("keitaihou-2026"));
}

/// The three laws, each with something.
trait MapEach {
    fn map_each<'a>(&'a self, each: impl Fn(&str) -> Option<&'a str>) -> [Option<&'a str>; 3];
}

impl MapEach for Vec<&str> {
    fn map_each<'a>(&'a self, each: impl Fn(&str) -> Option<&'a str>) -> [Option<&'a str>; 3] {
        [each(self[0]), each(self[1]), each(self[2])]
    }
}

#[test]
fn the_record_has_the_31_items_of_article_20() {
    const ITEMS: [&str; 31] = [
        "verifier",
        "recorder",
        "presented_at",
        "received_on",
        "phone_card_received_on",
        "mailed_on",
        "image_received_on",
        "chip_received_on",
        "inquiry_done_on",
        "doc_or_chip_received_on",
        "registry_received_on",
        "published_checked_on",
        "delivered_on",
        "recheck_presented_on",
        "other_confirmed_on",
        "transaction_kind",
        "method",
        "document",
        "address_document",
        "place",
        "customer",
        "representative",
        "purpose",
        "occupation",
        "beneficial_owner",
        "assets",
        "alias",
        "account",
        "pep",
        "related_record",
        "stay_permit",
    ];
    for name in ["hanshuhou-2025", "hanshuhou-2027"] {
        let all = shipped();
        let profile = all.get(name).unwrap();
        let items: Vec<(u8, &str)> =
            profile.fields.iter().map(|field| (field.item.unwrap(), field.id.as_str())).collect();
        let expected: Vec<(u8, &str)> = (1..=31).zip(ITEMS).collect();
        assert_eq!(items, expected, "{name}");
        let letters: String = profile
            .methods
            .iter()
            .filter(|method| method.article.starts_with("規則第6条第1項第1号"))
            .map(|method| method.letter.as_str())
            .collect();
        let whole = if name.ends_with("2025") {
            "イロハニホヘトチリヌルヲワカヨ"
        } else {
            "イロハニホヘトチリヌルヲワカ"
        };
        assert_eq!(letters, whole, "{name}");
    }
}

#[test]
fn what_must_never_be_stored_stands_in_every_profile() {
    for profile in shipped().iter() {
        let ids: Vec<&str> = profile.forbidden.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["my-number", "number-b", "copy-back", "domicile", "sex", "sensitive"], "{}", profile.id);
        assert!(profile.fields.iter().all(|field| field.id != "sex" && field.id != "domicile"));
    }
    let years = |name: &str| -> Vec<(u8, Start)> {
        shipped().get(name).unwrap().retentions.iter().map(|row| (row.years, row.start)).collect()
    };
    for name in ["hanshuhou-2025", "hanshuhou-2027"] {
        assert_eq!(years(name), [(7, Start::RelationEnd), (7, Start::Transaction)]);
    }
    assert_eq!(years("keitaihou-2026"), [(3, Start::RelationEnd)]);
    assert_eq!(years("kobutsu-2025"), [(3, Start::LastEntry), (3, Start::Record)]);
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    for (name, text) in FILES {
        let all = shipped();
        let profile = all.get(name).unwrap();
        assert_eq!(profile.sha256(), hex::encode(sha256(&[text.as_bytes()])));
        assert!(!text.contains('\r') && text.ends_with('\n') && all.is_shipped(profile));
        // The same rows, other bytes: another hash, which a record would name.
        let commented = Profile::parse(format!("{text}# ours\n").as_bytes()).unwrap();
        assert_eq!(commented.fields, profile.fields);
        assert!(commented.sha256() != profile.sha256() && !all.is_shipped(&commented));
        let windows = Profile::parse(format!("\u{FEFF}{}", text.replace('\n', "\r\n")).as_bytes()).unwrap();
        assert!(windows.rows().len() == profile.rows().len() && windows.sha256() != profile.sha256());
    }
}

#[test]
fn no_card_and_no_case_is_a_dead_end() {
    for profile in shipped().iter() {
        for kind in registry::specs().map(|spec| spec.kind.as_str()).chain(["", "unheard-of"]) {
            // Japan issues no mobile licences, and none of its laws names another state's.
            let unnamed = ["", "unheard-of", "mobile-licence"].contains(&kind);
            assert!(unnamed || profile.document(kind).is_some(), "{}: {kind}", profile.id);
            for case in Case::all() {
                let left = profile.fallbacks(kind, case);
                assert!(!left.is_empty(), "{}: {kind}, {case}", profile.id);
                for fallback in left {
                    assert!(!fallback.sources.is_empty(), "{}: {}", profile.id, fallback.id);
                    assert!(fallback.unverified || fallback.confidence <= Confidence::Primary, "{}", fallback.id);
                    // What only a certified program may do is never named as something to do here.
                    let certified = fallback.methods.iter().any(|method| method.certified_program);
                    assert!(!certified || fallback.text.en.contains("taimen cannot do it"), "{}", fallback.id);
                }
            }
        }
    }
}

#[test]
fn the_document_on_the_table_itself_leads_on_unless_it_is_rejected() {
    for profile in shipped().iter() {
        for document in registry::specs().filter_map(|spec| profile.document(spec.kind.as_str())) {
            for case in Case::all().filter(|case| ![Case::Rejected, Case::PhoneOnly, Case::NoChip].contains(case)) {
                let left = profile.fallbacks(&document.id, case);
                let about = |fallback: &&Fallback<'_>| {
                    fallback.documents.contains(&document)
                        || fallback.id != "other-chip-card" && fallback.documents.is_empty()
                };
                assert!(left.iter().any(|fallback| about(&fallback)), "{}: {}, {case}", profile.id, document.id);
            }
        }
    }
    for id in ["hanshuhou-2025", "hanshuhou-2027", "keitaihou-2026"] {
        let all = shipped();
        let left = all.get(id).unwrap().fallbacks("residence1-child", Case::ChipUnreadable);
        assert!(letters(&left).contains(&"ロ"), "{id}: a child's card has no photo");
        assert!(!left.iter().any(|fallback| fallback.id == "presented-without-chip"), "{id}");
    }
}

#[test]
fn a_rejected_document_leads_to_no_method() {
    for profile in shipped().iter() {
        for kind in registry::specs().map(|spec| spec.kind.as_str()) {
            let left = profile.fallbacks(kind, Case::Rejected);
            assert_eq!(letters(&left), Vec::<&str>::new(), "{}: {kind}", profile.id);
            for fallback in left {
                // Nobody but the firm decides about suspicion, and a phone shop may not refuse without cause.
                let said = fallback.text.en.to_lowercase() + &fallback.text.ja;
                assert!(!["suspicio", "refuse", "疑わしい取引", "断"].iter().any(|word| said.contains(word)), "{said}");
            }
        }
    }
}

#[test]
fn a_blocked_pin_costs_the_usual_method_only_from_2027() {
    let all = shipped();
    let left = |id: &str, kind: &str, case| all.get(id).unwrap().fallbacks(kind, case);
    let before = left("hanshuhou-2025", "licence", Case::PinBlocked);
    let presented = before.iter().find(|fallback| fallback.id == "presented-without-chip").unwrap();
    assert_eq!((presented.confidence, presented.unverified), (Confidence::Text, false));
    assert_eq!(presented.methods[0].letter, "イ");
    assert!(!before.iter().any(|fallback| fallback.id == "passport-address"), "it is about another document");

    let after = left("hanshuhou-2027", "licence", Case::PinBlocked);
    assert_eq!(after[0].id, "other-chip-card");
    assert_eq!(after[1].id, "presented-and-mailed");
    assert_eq!((after[1].methods[0].letter.as_str(), after[1].methods[0].mail), ("ロ", true));
    assert!(after.iter().all(|fallback| fallback.unverified));
    let confidence = |fallbacks: &[Fallback<'_>], id: &str| {
        fallbacks.iter().find(|fallback| fallback.id == id).map(|fallback| fallback.confidence)
    };
    let undetermined = left("hanshuhou-2027", "licence", Case::Undetermined);
    assert_eq!(confidence(&undetermined, "undetermined"), Some(Confidence::Unknown));
    // Papers that are no cards are what the customer could bring instead.
    assert!(after.iter().any(|fallback| fallback.id == "chipless-photo"));
}

#[test]
fn a_phone_is_for_certified_programs_alone() {
    let all = shipped();
    for (id, letter) in [("hanshuhou-2025", "ル"), ("hanshuhou-2027", "ト"), ("keitaihou-2026", "チ")] {
        let left = all.get(id).unwrap().fallbacks("mobile-my-number", Case::PhoneOnly);
        let phone = left.iter().find(|fallback| fallback.id == "phone").unwrap();
        assert_eq!(phone.methods[0].letter, letter);
        assert!(phone.methods[0].certified_program && !phone.methods[0].offered);
        assert!(phone.text.ja.contains("taimenでは行えません"));
    }
}

#[test]
fn an_unknown_card_gets_every_row_of_the_case() {
    let all = shipped();
    let profile = all.get("hanshuhou-2025").unwrap();
    for case in Case::all() {
        let expected: Vec<&str> =
            profile.fallback_rows.iter().filter(|row| row.cases.contains(&case)).map(|row| row.id.as_str()).collect();
        let left = profile.fallbacks("", case);
        assert_eq!(left.iter().map(|fallback| fallback.id).collect::<Vec<_>>(), expected);
    }
    let left = profile.fallbacks("", Case::ChipUnreadable);
    let passport = left.iter().find(|fallback| fallback.id == "passport-address").unwrap();
    assert_eq!(passport.documents[0].id, "passport", "the page says what the row is about");
    assert!(passport.sources.iter().any(|source| source.id == "rule"));
}

#[test]
fn the_operators_own_file_replaces_one() {
    let all = shipped();
    let text = FILES[0]
        .1
        .replace("写真付き本人確認書類の提示を受ける", "写真付き本人確認書類の提示を受け、社内の手引きに従う");
    let own = Profile::parse(text.as_bytes()).unwrap();
    let sha256 = own.sha256().to_owned();
    let replaced = all.clone().with(own).unwrap();
    let chosen = replaced.on("hanshuhou", date(2026, 11, 27)).unwrap();
    assert_eq!((chosen.id.as_str(), chosen.sha256()), ("hanshuhou-2025", sha256.as_str()));
    assert!(!replaced.is_shipped(chosen) && chosen.method("i").unwrap().text.ja.contains("社内の手引き"));
    assert_eq!(replaced.iter().count(), 5);

    let with =
        |from: &str, to: &str| all.clone().with(Profile::parse(FILES[0].1.replacen(from, to, 1).as_bytes()).unwrap());
    let names = |first: &str, second: &str| (first.to_owned(), second.to_owned());
    let (first, second) = names("hanshuhou-2025", "hanshuhou-2027");
    assert_eq!(
        with("valid_until = \"2027-03-31\"", "valid_until = \"2027-03-30\""),
        Err(ProfileError::Gap { first: first.clone(), second: second.clone() })
    );
    for days in ["valid_until = \"2027-04-01\"", ""] {
        let expected = ProfileError::Overlap { first: first.clone(), second: second.clone() };
        assert_eq!(with("valid_until = \"2027-03-31\"", days), Err(expected));
    }
    // Another id for the same days stands beside the shipped one, which is no choice.
    assert!(matches!(with("id = \"hanshuhou-2025\"", "id = \"ours\""), Err(ProfileError::Overlap { .. })));
    let other_law = with("law = \"hanshuhou\"", "law = \"ours\"").unwrap();
    assert!(other_law.laws().contains(&"ours"));
}

fn row(table: &str, id: &str) -> RowName {
    RowName { table: table.to_owned(), id: id.to_owned() }
}

/// The errors of a shipped file in which one text stands for another.
fn errors_of(from: &str, to: &str) -> Vec<ProfileError> {
    let text = FILES[0].1;
    assert!(text.contains(from), "{from}");
    Profile::parse(text.replacen(from, to, 1).as_bytes()).expect_err("it is wrong")
}

fn line_of(text: &str) -> usize {
    FILES[0].1.lines().position(|line| line == text).unwrap() + 1
}

#[test]
fn every_slip_is_named_with_its_row() {
    const LETTER: &str = "id = \"i\"\nletter = \"イ\"\n";
    let line = line_of("letter = \"イ\"");
    let method = || row("method", "i");
    let cases: Vec<(&str, &str, ProfileError)> = vec![
        (LETTER, "id = \"i\"\nleter = \"イ\"\n", ProfileError::UnknownKey { row: method(), line, key: "leter".into() }),
        (LETTER, "id = \"i\"\n", ProfileError::MissingKey { row: method(), line: line - 2, key: "letter".into() }),
        (LETTER, "id = \"i\"\nletter = 1\n", ProfileError::Value { row: method(), line, given: "1".into() }),
        (LETTER, "id = \"i\"\nletter = \" \"\n", ProfileError::Empty { row: method(), key: "letter" }),
        (LETTER, "id = \"ro\"\nletter = \"イ\"\n", ProfileError::SameId { row: row("method", "ro") }),
        ("id = \"verifier\"\nitem = 1\n", "id = \"verifier\"\n", ProfileError::NoItem { item: 1 }),
        ("item = 31\n", "item = 32\n", ProfileError::NotAnItem { row: row("field", "stay_permit"), item: 32 }),
        ("item = 31\n", "item = 30\n", ProfileError::SameItem { row: row("field", "stay_permit"), item: 30 }),
        ("years = 7", "years = 0", ProfileError::Years { row: row("retention", "record") }),
        ("valid_from = \"2025-06-24\"", "valid_from = \"2028-06-24\"", ProfileError::Dates),
        (
            "kinds = [\"menkyo\"]",
            "kinds = [\"licence\"]",
            ProfileError::SameKind { row: row("document", "menkyo"), kind: "licence".into() },
        ),
        ("note.ja = \"2026年", "note.ja = \"\" #", ProfileError::Empty { row: row("", ""), key: "note" }),
        (
            "title.ja = \"taimenの",
            "title.ja = \"\" #",
            ProfileError::Empty { row: row("source", "taimen"), key: "title" },
        ),
        (
            "revision = \"20260415_508M60000F5A003\"",
            "revision = \"\"",
            ProfileError::Empty { row: row("", ""), key: "revision" },
        ),
    ];
    for (from, to, expected) in cases {
        let found = errors_of(from, to);
        assert!(found.contains(&expected), "{to:?}: {found:?}");
    }
    let with = |row_end: &str, new: &str| errors_of(row_end, new);
    let known = "confidence = \"T\"\nsource = [\"rule\"]\n\n[[fallback]]\nid = \"passport-address\"";
    let end = |confidence: &str, source: &str| {
        known.replacen("confidence = \"T\"\nsource = [\"rule\"]", &format!("{confidence}\nsource = [{source}]"), 1)
    };
    let child = || row("fallback", "no-photo-without-chip");
    for (confidence, source, expected) in [
        ("confidence = \"T\"", "", ProfileError::NoSource { row: child() }),
        ("confidence = \"T\"", "\"rul\"", ProfileError::NoSuchRow { row: child(), key: "source", name: "rul".into() }),
        ("confidence = \"T\"", "\"npa-qa\"", ProfileError::NotRead { row: child() }),
        ("confidence = \"S\"", "\"summary\"", ProfileError::Unmarked { row: child() }),
        ("confidence = \"T\"\nunverified = true", "\"rule\"", ProfileError::Marked { row: child() }),
    ] {
        let found = with(known, &end(confidence, source));
        assert!(found.contains(&expected), "{confidence} {source}: {found:?}");
    }
    let found = errors_of("methods = [\"ru\"]", "methods = [\"rru\"]");
    assert_eq!(found, [ProfileError::NoSuchRow { row: row("fallback", "phone"), key: "methods", name: "rru".into() }]);
    let found = errors_of("cases = [\"rejected\"]", "cases = []");
    assert_eq!(found, [ProfileError::Empty { row: row("fallback", "rejected"), key: "cases" }]);
    let found = errors_of("cases = [\"rejected\"]", "cases = [\"no-photo\"]");
    assert!(found.contains(&ProfileError::NoWayOut { document: "licence".into(), case: Case::Rejected }), "{found:?}");
}

#[test]
fn a_row_without_an_id_is_named_by_its_number() {
    let found = errors_of("[[method]]\nid = \"ro\"\n", "[[method]]\n");
    let line = line_of("id = \"ro\"") - 1;
    assert_eq!(found, [ProfileError::MissingKey { row: row("method", "2"), line, key: "id".into() }]);
    let found = errors_of("law_id = ", "lawid = ");
    assert!(
        matches!(&found[..], [ProfileError::UnknownKey { row, line: 8, key }] if row.table.is_empty() && key == "lawid"),
        "{found:?}"
    );
    let found = errors_of("cases = [\"rejected\"]", "cases = [\"refused\"]");
    assert!(
        matches!(&found[..], [ProfileError::Value { row, given, .. }] if row.id == "rejected" && given == "\"refused\""),
        "{found:?}"
    );
    let found = errors_of("valid_from = \"2025-06-24\"", "valid_from = \"2025-06-31\"");
    assert!(matches!(&found[..], [ProfileError::Value { given, .. }] if given == "\"2025-06-31\""), "{found:?}");
}

#[test]
fn what_is_no_profile_at_all_is_said_in_one_word() {
    let parse = |bytes: &[u8]| Profile::parse(bytes).expect_err("it is none");
    assert_eq!(parse(b""), [ProfileError::OtherSchema]);
    assert_eq!(parse(b"schema = \"taimen.profile/2\""), [ProfileError::OtherSchema]);
    assert_eq!(parse(b"a = 1\nb = \n"), [ProfileError::Syntax { line: 2 }]);
    assert_eq!(parse(b"a = 1\na = 2\n"), [ProfileError::Syntax { line: 2 }]);
    assert_eq!(parse(&[0xFF, 0xFE, 0x00]), [ProfileError::NotText]);
    assert_eq!(parse(&vec![b' '; MAX_LENGTH + 1]), [ProfileError::TooLarge]);
    let deep = format!("schema = \"taimen.profile/1\"\nx = {}", "[".repeat(100_000));
    assert_eq!(parse(deep.as_bytes()).len(), 1);
    // Cut off anywhere, it never panics.
    let text = FILES[4].1.as_bytes();
    for end in (0..text.len()).step_by(97) {
        let _ = Profile::parse(&text[..end]);
    }
}

#[test]
fn kinds_of_later_versions_are_noted() {
    assert!(shipped().get("hanshuhou-2025").unwrap().unknown_kinds().is_empty());
    let (_, text) = FILES.iter().find(|(name, _)| *name == "hanshuhou-2025").unwrap();
    let later = Profile::parse(text.replace("mobile-my-number", "implant-my-number").as_bytes()).unwrap();
    let noted = later.unknown_kinds();
    assert!(noted.iter().all(|note| registry::specs().all(|spec| spec.kind.as_str() != note.kind)));
    assert!(noted.iter().any(|note| note.document == "phone-my-number"));
}

#[test]
fn the_page_has_every_profile_case_and_confidence() {
    let page = include_str!("../../docs/profiles.md");
    for profile in shipped().iter() {
        let until = profile.valid_until.map_or_else(
            || format!("from {}", profile.valid_from),
            |until| format!("{} to {until}", profile.valid_from),
        );
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", profile.id))).unwrap();
        assert!(row.contains(&format!("| {until} |")), "{row}");
        assert_eq!(row.contains("**not the text**"), profile.unverified, "{row}");
    }
    for case in Case::all() {
        assert!(page.contains(&format!("| `{case}` | {} |", case.words().en)), "{case}");
    }
    for confidence in Confidence::all() {
        assert!(page.contains(&format!("| `{confidence}` | {} |", confidence.words().en)), "{confidence}");
    }
    let schema: Value = serde_json::from_str(include_str!("../../docs/profile.schema.json")).unwrap();
    for (table, of) in
        [("the head", "profile"), ("`[[source]]`", "source")].into_iter().chain(TABLES.map(|table| (table, table)))
    {
        let own = format!("| `[[{table}]]` |");
        let start = if table == of { own } else { format!("| {table} |") };
        let row = page.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{start}"));
        let tables = ["source", "document", "method", "field", "forbidden", "retention", "fallback"];
        let keys = schema["$defs"][of]["properties"].as_object().unwrap().keys();
        for key in keys
            .filter(|key| *key != "id" || of == "profile")
            .filter(|key| of != "profile" || !tables.contains(&key.as_str()))
        {
            assert!(row.contains(&format!("`{key}`")), "{table}: {key}");
        }
    }
}
