//! The pages of the cards say what the cards' tables say. `TAIMEN_FIXTURES=write` writes the tables that have a marker
//! (`<!-- table: steps licence -->`) again; columns to the right of theirs are the page's own.

use std::fs;

use taimen::{
    cards::{
        Reference, Who, drivers_licence as licence,
        mdoc::elements::{DocType, Purpose as Asking},
        model::{Access, Action, Application, CredentialSpec, EntrySpec, Form, KindSpec, Part, Step},
        my_number::files::{self, FIELDS, FILES, NUMBER_A_SFIS, OTHER_FILES},
        passport, registry, residence_card as residence,
    },
    kind::CardKind,
    lang::Bilingual,
    tlv::Tag,
    trust::{Purpose, published},
    verify::CheckId,
};

use super::pages::{assert_rows, files_with, page, root, rows, ticked};

type Table = Vec<Vec<String>>;

/// Both names; the Japanese one once.
fn title(title: Bilingual) -> String {
    if title.en.contains(title.ja) { title.en.to_owned() } else { format!("{} {}", title.en, title.ja) }
}

fn strings<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

fn kinds_of(kinds: &[&'static KindSpec]) -> Table {
    let mut table = vec![strings(["kind", "card", "scopes", "found as"])];
    table.extend(kinds.iter().map(|kind| {
        let scopes: Vec<String> = kind.scopes.iter().map(|scope| ticked(scope.scope.as_str())).collect();
        vec![
            ticked(kind.kind),
            title(kind.kind.name()),
            if scopes.is_empty() { "recognised only".to_owned() } else { scopes.join(", ") },
            if kind.guest { "an application on another card" } else { "a card" }.to_owned(),
        ]
    }));
    table
}

/// Every step of some kinds, with a column of exchanges for each way to read one.
fn steps(kinds: &[&'static KindSpec]) -> Table {
    let mut columns: Vec<(String, Vec<&'static Step>)> = Vec::new();
    for kind in kinds {
        for scope in kind.scopes {
            let name = match (kinds.len(), kind.scopes.len()) {
                (1, _) => ticked(scope.scope.as_str()),
                (_, 1) => ticked(kind.kind),
                _ => format!("{} {}", ticked(kind.kind), ticked(scope.scope.as_str())),
            };
            columns.push((name, kind.steps_of(scope.scope, false).collect()));
        }
        if let Some(extra) = kind.extra {
            columns.push((ticked(format!("--{}", extra.id)), extra.steps.iter().collect()));
        }
    }
    let begins = |step: &Step| {
        let does = match step.action {
            Action::Look => "look".to_owned(),
            Action::Present(reference) => format!("VERIFY {}", ticked(reference.name)),
            Action::Read(file) => format!("READ {}", ticked(file.name)),
            Action::ReadIf(file, _) => format!("READ {}, if referred to", ticked(file.name)),
            Action::Own(own) => format!("own {}", own.0),
            Action::OwnRead(own, file) => format!("own {}, {}", own.0, ticked(file.name)),
        };
        vec![title(step.title), does]
    };
    let of_extras = kinds.iter().filter_map(|kind| kind.extra).flat_map(|extra| extra.steps);
    let mut names: Table = Vec::new();
    for step in kinds.iter().flat_map(|kind| kind.steps).chain(of_extras) {
        if !names.contains(&begins(step)) {
            names.push(begins(step));
        }
    }
    let mut table = vec![strings(["step", "does"])];
    table[0].extend(columns.iter().map(|(name, _)| name.clone()));
    for name in names {
        let exchanges = columns.iter().map(|(_, steps)| {
            let step = steps.iter().find(|step| begins(step) == name);
            step.map_or_else(|| "–".to_owned(), |step| step.exchanges.to_string())
        });
        table.push(name.iter().cloned().chain(exchanges).collect());
    }
    let sums = columns.iter().map(|(_, steps)| steps.iter().map(|step| step.exchanges).sum::<u64>().to_string());
    table.push(strings(["all", "–"]).into_iter().chain(sums).collect());
    table
}

fn reference_row(reference: &Reference) -> Vec<String> {
    vec![
        ticked(reference.name),
        format!("{:02X}", reference.sfi),
        title(reference.title),
        reference.limit.to_string(),
        reference.credential.map_or_else(|| "–".to_owned(), |credential| ticked(credential.id)),
    ]
}

fn references(kinds: &[&'static KindSpec]) -> Table {
    let mut table = vec![strings(["reference", "SFI", "what", "wrong entries until blocked", "credential"])];
    table.extend(kinds.iter().flat_map(|kind| kind.references).map(|reference| reference_row(reference)));
    table
}

/// What some kinds want, each credential once.
fn wanted(kinds: &[&'static KindSpec]) -> Vec<&'static CredentialSpec> {
    let of_scopes = kinds.iter().flat_map(|kind| kind.scopes).flat_map(|scope| scope.credentials);
    let of_extras = kinds.iter().filter_map(|kind| kind.extra).flat_map(|extra| extra.credentials);
    let mut found: Vec<&'static CredentialSpec> = Vec::new();
    for credential in of_scopes.chain(of_extras) {
        if !found.contains(credential) {
            found.push(credential);
        }
    }
    found
}

fn credentials(kinds: &[&'static KindSpec]) -> Table {
    let mut table = vec![strings(["credential", "what", "entered by", "made of the entries", "may be left out"])];
    for credential in wanted(kinds) {
        let part = |part: &Part| match part.take {
            None if part.zone => format!("{} with its check digit", ticked(part.entry.id)),
            None => ticked(part.entry.id),
            Some(take) => format!("the first {take} of {}", ticked(part.entry.id)),
        };
        let ways = credential.ways.iter().map(|way| way.iter().map(part).collect::<Vec<_>>().join(" "));
        table.push(vec![
            ticked(credential.id),
            title(credential.title),
            match credential.who {
                Who::Staff => "staff",
                Who::Customer => "the holder",
            }
            .to_owned(),
            ways.collect::<Vec<_>>().join(", or "),
            if credential.optional { "yes" } else { "no" }.to_owned(),
        ]);
    }
    table
}

fn entries(kinds: &[&'static KindSpec]) -> Table {
    let mut found: Vec<&'static EntrySpec> = Vec::new();
    for part in wanted(kinds).iter().flat_map(|credential| credential.ways.iter().copied().flatten()) {
        if !found.contains(&part.entry) {
            found.push(part.entry);
        }
    }
    let mut table = vec![strings(["entry", "what", "form"])];
    table.extend(found.iter().map(|entry| {
        let form = match entry.form {
            Form::Digits(digits) | Form::Checked(digits, _) => format!("{digits} digits"),
            Form::Year(from, _) => format!("a Western year from {from} on"),
            Form::Password(from, to) => format!("{from} to {to} of `A`–`Z` and `0`–`9`"),
            Form::PrintedDate => "a birth date as printed".to_owned(),
            Form::Pattern(pattern) => format!("like {}", ticked(pattern)),
            Form::Day => "a Western day as printed".to_owned(),
            Form::Read { like, .. } => like.to_owned(),
        };
        vec![ticked(entry.id), title(entry.title), form]
    }));
    table
}

/// What a marker asks for.
fn table(marker: &str) -> Table {
    let mut words = marker.split(' ');
    let what = words.next().unwrap();
    let kinds: Vec<&'static KindSpec> = words
        .map(|name| registry::specs().find(|kind| kind.kind.as_str() == name).unwrap_or_else(|| panic!("{marker}")))
        .collect();
    match what {
        "kinds" => kinds_of(&kinds),
        "steps" => steps(&kinds),
        "references" => references(&kinds),
        "credentials" => credentials(&kinds),
        "entries" => entries(&kinds),
        _ => panic!("{marker}: no such table"),
    }
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A page whose marked tables are those of the code; what the page says at their right is kept.
fn with_tables(text: &str) -> String {
    const MARK: &str = "<!-- table: ";
    let mut parts = text.split(MARK);
    let mut written = parts.next().unwrap().to_owned();
    for part in parts {
        let (marker, rest) = part.split_once(" -->\n\n").unwrap();
        let end = if rest.starts_with("| ") { rest.find("\n\n").map_or(rest.len(), |end| end + 1) } else { 0 };
        let (old, rest) = rest.split_at(end);
        let (old, new) = (rows(old), table(marker));
        written += &format!("{MARK}{marker} -->\n\n");
        for (at, row) in new.iter().enumerate() {
            let same = |kept: &&Vec<String>| kept.len() >= row.len() && kept[..2] == row[..2];
            // The header is the header whatever it says.
            let kept = if at == 0 { old.first() } else { old.iter().find(same) };
            let width = old.first().map_or(0, Vec::len).saturating_sub(row.len());
            let mut cells = row.clone();
            cells.extend(kept.into_iter().flat_map(|kept| kept.iter().skip(row.len()).cloned()));
            cells.resize(row.len() + width, "–".to_owned());
            written += &line(&cells);
            if at == 0 {
                written += &line(&vec!["---".to_owned(); cells.len()]);
            }
        }
        if end == 0 {
            written.push('\n');
        }
        written += rest;
    }
    written
}

#[test]
fn the_marked_tables_of_the_pages_are_those_of_the_code() {
    let mut marked = String::new();
    for path in files_with("md").into_iter().filter(|path| path.starts_with(root().join("docs/cards"))) {
        let text = fs::read_to_string(&path).unwrap();
        let written = with_tables(&text);
        if std::env::var_os("TAIMEN_FIXTURES").is_some_and(|value| value == "write") {
            fs::write(&path, &written).unwrap();
        } else {
            let differ = text.lines().zip(written.lines()).find(|(is, should)| is != should);
            assert!(text == written, "{}: {differ:#?}; TAIMEN_FIXTURES=write mends it", path.display());
        }
        for line in text.lines().filter(|line| line.starts_with("<!-- table: ")) {
            marked += &format!("{line}\n");
        }
    }
    let has = |what: &str, kind: &KindSpec| {
        let (what, kind) = (format!("<!-- table: {what} "), format!(" {} ", kind.kind));
        marked.lines().any(|line| line.starts_with(&what) && line.contains(&kind))
    };
    for kind in registry::specs() {
        assert!(has("kinds", kind), "{}", kind.kind);
        // Kinds with the same steps are told apart by their content alone.
        let same = |other: &&KindSpec| std::ptr::eq(other.steps, kind.steps);
        for what in ["steps", "credentials", "entries"] {
            let told = kind.steps.is_empty() || registry::specs().filter(same).any(|other| has(what, other));
            assert!(told, "{}: no table of {what} on a page", kind.kind);
        }
        assert!(kind.references.is_empty() || registry::specs().filter(same).any(|other| has("references", other)));
    }
}

/// The pages and the kinds that they speak of.
const PAGES: [(&str, &[CardKind]); 5] = [
    (MOBILE, &[CardKind::MOBILE_MY_NUMBER, CardKind::MOBILE_LICENCE]),
    (PASSPORT, &[CardKind::PASSPORT]),
    (MY_NUMBER, &[CardKind::MY_NUMBER, CardKind::MENKYO, CardKind::RESIDENCE_SPECIFIED]),
    (LICENCE, &[CardKind::LICENCE, CardKind::MENKYO]),
    (RESIDENCE, &[CardKind::RESIDENCE1, CardKind::RESIDENCE2, CardKind::RESIDENCE_SPECIFIED]),
];

#[test]
fn the_pages_have_every_application() {
    for (name, kinds) in PAGES {
        let rows = rows(&page(name));
        for spec in registry::specs().filter(|spec| kinds.contains(&spec.kind)) {
            let of_files = spec.files.iter().map(|file| file.application);
            let of_references = spec.references.iter().map(|reference| reference.application);
            for application in of_files.chain(of_references).chain(spec.applications.iter().map(|known| **known)) {
                let Application { name: id, title, aid } = application;
                let aid: Vec<String> = aid.iter().map(|byte| format!("{byte:02X}")).collect();
                let found = rows.iter().any(|row| {
                    row.len() == 4
                        && row[0] == ticked(id)
                        && row[1].contains(title.en)
                        && row[1].contains(title.ja)
                        && row[2] == ticked(aid.join(" "))
                });
                assert!(found, "{name} has no row of {id}");
            }
        }
    }
}

#[test]
fn the_my_number_page_has_what_is_never_presented() {
    let known = [files::TEXT_UNKNOWN, files::RESIDENT_PIN, files::COMMON_PIN];
    let expected: Table = known.iter().map(|reference| reference_row(reference)[..4].to_vec()).collect();
    assert_rows(MY_NUMBER, &expected);
    for (application, sfi) in NUMBER_A_SFIS {
        let row = vec![ticked(format!("{}/00{sfi:02X}", application.name)), format!("{sfi:02X}")];
        assert_rows(MY_NUMBER, &[row]);
    }
}

fn covered(check: Option<CheckId>) -> String {
    check.map_or_else(|| "–".to_owned(), ticked)
}

/// What opens a file, as the pages write it.
fn opened_by(access: Access) -> String {
    let names = |references: &[u8], word: &str| {
        let names: Vec<String> = references.iter().map(|sfi| format!("{sfi:02X}")).collect();
        names.join(word)
    };
    match access {
        Access::Free => "free".to_owned(),
        Access::AnyOf([]) => "nothing, here".to_owned(),
        Access::AnyOf(references) => names(references, " or "),
        Access::AllOf(references) => names(references, " and "),
        Access::Authenticated => "number".to_owned(),
        Access::Secured => "number, encrypted".to_owned(),
        Access::Never => "nothing".to_owned(),
    }
}

const MY_NUMBER: &str = "docs/cards/my-number.md";

const MOBILE: &str = "docs/cards/mobile.md";

/// Every element, and what it is asked for; everything else that a dump holds of a phone.
#[test]
fn the_page_of_phones_has_every_element_and_file() {
    let text = page(MOBILE);
    let requests: Table =
        rows(&text).into_iter().filter(|row| row[0].starts_with("`identity`") || row[0].starts_with("`age`")).collect();
    for (column, doc_type) in [(1, DocType::MyNumber), (2, DocType::Licence)] {
        for row in doc_type.elements() {
            let of = |asked: Asking| row.own.asked.iter().any(|(purpose, _)| *purpose == asked);
            let name = if row.own.element == "age_over_" { "age_over_N" } else { row.own.element };
            for (line, asked) in [(0, Asking::Identity), (1, Asking::Sex), (2, Asking::Age)] {
                assert_eq!(requests[line][column].contains(&ticked(name)), of(asked), "{name} {asked}");
            }
        }
        for file in registry::specs().find(|spec| spec.kind == doc_type.kind()).unwrap().files {
            let is_element = doc_type.elements().iter().any(|row| row.name == file.name);
            assert!(is_element || text.contains(&ticked(file.name)), "{}", file.name);
        }
    }
}

#[test]
fn the_my_number_page_has_every_file() {
    let expected: Vec<Vec<String>> = FILES
        .iter()
        .map(|file| {
            vec![
                ticked(file.name),
                format!("{:02X}", file.sfi()),
                format!("{} {}", file.title.en, file.title.ja),
                opened_by(file.access),
                ticked(file.own.tag),
                file.own.test_card_size.to_string(),
                file.extent.bytes().to_string(),
                covered(file.signed_by),
                if file.private { "**yes**" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    assert_rows(MY_NUMBER, &expected);
    let others: Vec<Vec<String>> = OTHER_FILES
        .iter()
        .map(|file| {
            vec![
                ticked(file.application.name),
                format!("{:02X}", file.sfi),
                opened_by(file.access),
                file.tag.map_or_else(|| "none".to_owned(), ticked),
                file.test_card_size.to_string(),
            ]
        })
        .collect();
    assert_rows(MY_NUMBER, &others);
}

#[test]
fn the_my_number_page_has_every_field_with_its_cover() {
    let rows = rows(&page(MY_NUMBER));
    for field in FIELDS {
        let title = format!("{} {}", field.title.en, field.title.ja);
        let row = rows.iter().find(|row| row[0] == ticked(field.file) && row[1] == ticked(field.tag));
        let row = row.unwrap_or_else(|| panic!("no row of {} {}", field.file, field.tag));
        assert_eq!((&row[2], &row[4]), (&title, &covered(field.signed_by)), "{} {}", field.file, field.tag);
    }
    let fields = rows.iter().filter(|row| row[0].contains('/') && row[1].starts_with("`DF")).count();
    assert_eq!(fields, FIELDS.len(), "the page has a row of no field");
}

#[test]
fn the_my_number_page_has_the_jpki_application() {
    use files::JpkiToken;
    use taimen::cards::my_number::jpki::POLICIES;
    let rows = rows(&page(MY_NUMBER));
    let tokens = [JpkiToken::Card, JpkiToken::ResidentCard, JpkiToken::Android, JpkiToken::Iphone, JpkiToken::Unknown];
    for token in tokens {
        let label = if token == JpkiToken::Unknown { "anything else".to_owned() } else { ticked(token.label()) };
        let row = rows.iter().find(|row| row[0] == label).unwrap_or_else(|| panic!("no row of {label}"));
        assert_eq!((&row[1], row[2].as_str()), (&ticked(token.as_str()), token.name().en));
    }
    let policies: Vec<Vec<String>> = POLICIES
        .iter()
        .map(|policy| {
            let (purpose, hierarchy) = (policy.purpose.as_str(), policy.hierarchy.as_str());
            vec![ticked(purpose), hierarchy.to_owned(), ticked(policy.oid)]
        })
        .collect();
    assert_rows(MY_NUMBER, &policies);
}

const LICENCE: &str = "docs/cards/licence.md";

/// A tag of a licence as the page writes it.
fn licence_tag(tag: Tag) -> String {
    if tag.0 > 0xFF { format!("{:04X}", tag.0) } else { format!("{:02X}", tag.0) }
}

#[test]
fn the_licence_page_has_every_file() {
    use licence::files::{self, Address};
    let rows = rows(&page(LICENCE));
    let steps = licence::STEPS.iter().chain(licence::MENKYO_STEPS);
    let read: Vec<&str> = steps.filter_map(|step| Some(step.yields()?.name)).collect();
    let all = files::FILES.iter().chain(files::MENKYO_FILES);
    let expected: Vec<Vec<String>> = all
        .map(|file| {
            let address = match file.address {
                Address::Short(sfi) | Address::Assumed(sfi) => format!("SFI {sfi:02X}"),
                Address::Select(id) => format!("SELECT {id:04X}"),
            };
            // What everybody may read comes before the steps that yield files.
            let is_read = file.access == Access::Free || read.contains(&file.name);
            vec![
                ticked(file.name),
                address,
                format!("{} {}", file.title.en, file.title.ja),
                opened_by(file.access),
                file.extent.bytes().to_string(),
                covered(file.signed_by),
                if is_read { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    assert_rows(LICENCE, &expected);
    let files = rows.iter().filter(|row| row.len() == 8 && row[0].contains('/')).count();
    assert_eq!(files, expected.len(), "the page has a row of no file");
}

#[test]
fn the_licence_page_has_every_field() {
    use licence::files::Content;
    let content = |content| match content {
        Content::Text => "text",
        Content::Latin => "letters and digits",
        Content::Date => "day",
        Content::Edition => "edition",
        Content::CardDates => "version and days",
        Content::PinSetting => "PIN setting",
        Content::External => "external character",
        Content::ChangeFlag => "flag",
        Content::Change => "change",
        Content::CommissionChange => "change of commission",
        Content::Held => "held or not",
        Content::Code => "code",
        Content::Photo => "JPEG 2000",
        Content::Signature => "RSA-2048",
        Content::Binary => "bytes",
        Content::Reserved => "reserved",
    };
    let expected: Vec<Vec<String>> = licence::fields::FIELDS
        .iter()
        .map(|field| {
            let last = Tag(field.tag.0 + field.slots - 1);
            let tags = match field.slots {
                1 => ticked(licence_tag(field.tag)),
                _ => format!("`{}`–`{}`", licence_tag(field.tag), licence_tag(last)),
            };
            vec![
                ticked(field.file),
                tags,
                ticked(field.id),
                format!("{} {}", field.title.en, field.title.ja),
                content(field.content).to_owned(),
                field.max.to_string(),
                if field.required { "yes" } else { "no" }.to_owned(),
                if field.masked { "**yes**" } else { "no" }.to_owned(),
                covered(field.signed_by),
            ]
        })
        .collect();
    assert_rows(LICENCE, &expected);
    let rows = rows(&page(LICENCE));
    let fields = rows.iter().filter(|row| row.len() == 9 && row[0].contains('/')).count();
    assert_eq!(fields, expected.len(), "the page has a row of no field");
    for (slot, file, tag) in licence::fields::EXTERNAL_SLOTS {
        let row = rows.iter().find(|row| row[0] == format!("`FFF{slot}`")).unwrap();
        assert_eq!((&row[1], &row[2]), (&slot.to_string(), &format!("`{file}` `{}`", licence_tag(*tag))));
        let guest = licence::fields::MENKYO_EXTERNAL_SLOTS.iter().find(|(guest, ..)| guest == slot);
        let place = guest.map(|(_, file, tag)| format!("`{file}` `{}`", licence_tag(*tag)));
        assert_eq!(row[3], place.unwrap_or_else(|| "–".to_owned()), "slot {slot}");
    }
}

#[test]
fn the_licence_page_has_every_layout() {
    use licence::layout::{Form, LICENCE_LAYOUTS, MENKYO_LAYOUTS};
    let tables = [(CheckId::LicenceSignature, LICENCE_LAYOUTS), (CheckId::MenkyoSignature, MENKYO_LAYOUTS)];
    let expected: Vec<Vec<String>> = tables
        .iter()
        .flat_map(|(check, layouts)| layouts.iter().map(move |layout| (check, layout)))
        .map(|(check, layout)| {
            let part = |(file, form): &(licence::files::File, Form)| {
                let form = match form {
                    Form::Whole => "whole",
                    Form::Data => "to filler",
                    Form::Values => "values",
                };
                format!("{} {form}", ticked(file.name))
            };
            vec![
                ticked(check),
                ticked(layout.name),
                layout.parts.iter().map(part).collect::<Vec<_>>().join(", "),
                layout.mark.as_str().to_owned(),
                if layout.covers { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    let checks = tables.map(|(check, _)| ticked(check));
    let found: Vec<Vec<String>> = rows(&page(LICENCE)).into_iter().filter(|row| checks.contains(&row[0])).collect();
    assert_eq!(found, expected, "{LICENCE}: the candidates in the order in which they are tried");
}

const RESIDENCE: &str = "docs/cards/residence.md";

/// The four cards that are read, by the value of `C1` that names them.
fn residence_kinds() -> [(&'static str, CardKind); 4] {
    [
        ("1", CardKind::RESIDENCE1),
        ("2", CardKind::RESIDENCE1_SPECIAL),
        ("05", CardKind::RESIDENCE2),
        ("06", CardKind::RESIDENCE2_SPECIAL),
    ]
}

/// Which of the four cards hold something, as the page writes it.
fn held_by(holds: impl Fn(&'static [residence::files::File]) -> bool) -> String {
    let kinds = residence_kinds().into_iter().filter(|(_, kind)| holds(residence::files::files_of(*kind)));
    kinds.map(|(name, _)| ticked(name)).collect::<Vec<_>>().join(" ")
}

fn residence_files() -> Vec<residence::files::File> {
    let mut files = Vec::new();
    for (_, kind) in residence_kinds() {
        for file in residence::files::files_of(kind) {
            if !files.contains(file) {
                files.push(*file);
            }
        }
    }
    files
}

const PASSPORT: &str = "docs/cards/passport.md";

#[test]
fn the_passport_page_has_every_file_and_check() {
    let expected: Vec<Vec<String>> = passport::files::FILES
        .iter()
        .map(|file| {
            vec![
                ticked(file.name),
                file.own.official.to_owned(),
                ticked(format!("{:02X}", file.sfi())),
                format!("{} {}", file.title.en, file.title.ja),
                if file.access == Access::Free { "free" } else { "session" }.to_owned(),
                file.extent.bytes().to_string(),
                covered(file.signed_by),
            ]
        })
        .collect();
    assert_rows(PASSPORT, &expected);
    let rows = rows(&page(PASSPORT));
    for check in passport::TYPED_WITH_KEY.required.iter().chain(passport::TYPED_WITH_KEY.advisory) {
        assert!(rows.iter().any(|row| row[0] == ticked(check) && row.len() == 3), "no row of {check}");
    }
}

#[test]
fn the_residence_page_has_every_file() {
    let rows = rows(&page(RESIDENCE));
    let expected: Vec<Vec<String>> = residence_files()
        .iter()
        .map(|file| {
            vec![
                ticked(file.name),
                file.own.official.to_owned(),
                held_by(|files| files.contains(file)),
                ticked(format!("{:02X}", 0x80 | file.sfi())),
                format!("{} {}", file.title.en, file.title.ja),
                opened_by(file.access),
                file.extent.bytes().to_string(),
            ]
        })
        .collect();
    assert_rows(RESIDENCE, &expected);
    let files = rows.iter().filter(|row| row.len() == 8 && row[1].contains("/EF")).count();
    assert_eq!(files, expected.len(), "the page has a row of no file");
}

#[test]
fn the_residence_page_has_every_field_and_code() {
    use residence::files::Content;
    let content = |content| match content {
        Content::Ascii => "letters and digits",
        Content::Text => "text",
        Content::Date => "day",
        Content::Period => "period",
        Content::Code(_) => "code, see below",
        Content::Region => "three letters",
        Content::OpaqueCode => "code, table not public",
        Content::Tiff => "TIFF",
        Content::Jpeg2000 => "JPEG 2000",
        Content::Signature => "signature",
        Content::Certificate => "certificate",
    };
    let mut expected: Vec<Vec<String>> = Vec::new();
    let mut codes: Vec<Vec<String>> = Vec::new();
    for file in residence_files() {
        for field in file.own.fields {
            let tag = if field.tag.0 > 0xFF { format!("{:04X}", field.tag.0) } else { format!("{:02X}", field.tag.0) };
            let holds = |files: &[residence::files::File]| {
                files.iter().any(|other| other.name == file.name && other.own.fields.contains(field))
            };
            let row = vec![
                ticked(file.name),
                ticked(&tag),
                held_by(holds),
                ticked(field.id),
                format!("{} {}", field.title.en, field.title.ja),
                content(field.content).to_owned(),
                field.size.to_string(),
                covered(field.signed_by),
            ];
            if !expected.contains(&row) {
                expected.push(row);
            }
            if let Content::Code(table) = field.content {
                for code in table {
                    let row = vec![
                        ticked(field.id),
                        ticked(char::from(code.byte)),
                        ticked(code.id),
                        format!("{} {}", code.name.en, code.name.ja),
                    ];
                    if !codes.contains(&row) {
                        codes.push(row);
                    }
                }
            }
        }
    }
    assert_rows(RESIDENCE, &expected);
    assert_rows(RESIDENCE, &codes);
    let rows = rows(&page(RESIDENCE));
    let fields = rows.iter().filter(|row| row.len() == 8 && row[6].parse::<usize>().is_ok() && row[3].len() > 4);
    let fields = fields.filter(|row| row[1].starts_with('`')).count();
    assert_eq!(fields, expected.len(), "the page has a row of no field");
}

#[test]
fn the_residence_page_has_every_published_authority() {
    let expected: Vec<Vec<String>> = published(Purpose::ResidenceCard)
        .map(|pin| {
            let [from, to] = pin.valid;
            vec![ticked(pin.name), pin.hierarchy.as_str().to_owned(), format!("{from} to {to}"), ticked(pin.files[0])]
        })
        .collect();
    assert_rows(RESIDENCE, &expected);
    let text = page(RESIDENCE);
    for pin in published(Purpose::ResidenceCard) {
        assert!(text.contains(&ticked(pin.sha256)), "{}", pin.name);
    }
}
