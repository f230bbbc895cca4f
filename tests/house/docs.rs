//! Documentation and code say the same: tables, names, options, links, both languages.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use taimen::{
    cards::{
        drivers_licence::{self as licence, LICENCE_REQUIREMENT, MENKYO_REQUIREMENT},
        my_number::{
            JPKI_STEPS, REQUIREMENT, STEPS,
            files::{self, Access, Application, FIELDS, FILES, NUMBER_A_SFIS, OTHER_FILES, Reference},
            steps,
        },
        residence_card as residence,
    },
    dump::{Dump, NotRead, SCHEMA, Scope},
    kind::CardKind,
    messages::ExitCode,
    simulator::{
        Expected, FAULTS, FaultRow, JPKI_FAULTS, KINDS, Recipe, faults_of,
        licence::{LICENCE_FAULTS, MENKYO_FAULTS},
        residence::{RESIDENCE_CHILD_FAULTS, RESIDENCE_FAULTS, RESIDENCE1_FAULTS, RESIDENCE2_FAULTS},
        script,
    },
    tlv::Tag,
    transport::Transport,
    trust::{Purpose, TrustStore, published},
    verify::{CheckId, Overall},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const READMES: [&str; 2] = ["README.md", "README.ja.md"];

/// Every file below a folder with this extension, without what tools and version control leave there.
fn files_with(extension: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    walk(&path, extension, found);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root(), extension, &mut found);
    found
}

/// The lines of a page outside code blocks, fenced or indented.
fn prose(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !line.starts_with("    ") {
            lines.push(line);
        }
    }
    lines
}

/// What stands between a page's first fence of a language and its end.
fn fenced<'a>(text: &'a str, language: &str) -> &'a str {
    let start = text.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no {language} block")).1;
    start.split_once("```").unwrap().0
}

/// The cells of every table row, header rows included, without the rules below them.
fn rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    let table = |line: &&str| line.starts_with("| ") && !line.starts_with("| ---");
    prose(text).into_iter().filter(table).map(cells).collect()
}

fn ticked(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}

/// Fails for every expected row that the page lacks.
fn assert_rows(name: &str, expected: &[Vec<String>]) {
    let rows = rows(&page(name));
    let starts =
        |row: &Vec<String>, wanted: &Vec<String>| row.len() >= wanted.len() && row[..wanted.len()] == wanted[..];
    let lacking: Vec<_> = expected.iter().filter(|wanted| !rows.iter().any(|row| starts(row, wanted))).collect();
    assert!(lacking.is_empty(), "{name} lacks rows that begin with: {lacking:#?}");
}

fn covered(check: Option<CheckId>) -> String {
    check.map_or_else(|| "–".to_owned(), ticked)
}

/// Who opens a file, as the page writes it.
fn opened_by(access: Access) -> String {
    match access {
        Access::Free => "free".to_owned(),
        Access::AnyOf([]) => "nothing, here".to_owned(),
        Access::AnyOf(references) => {
            let names: Vec<String> = references.iter().map(|sfi| format!("{sfi:02X}")).collect();
            names.join(" or ")
        }
    }
}

const MY_NUMBER: &str = "docs/cards/my-number.md";

#[test]
fn the_card_page_has_every_application() {
    let applications: [Application; 8] = [
        files::FACE,
        files::TEXT,
        files::JPKI,
        files::COMMON,
        files::RESIDENT,
        files::ISSUER_DOMAIN,
        files::LICENCE_GUEST,
        files::RESIDENCE_GUEST,
    ];
    let rows = rows(&page(MY_NUMBER));
    for application in applications {
        let aid: Vec<String> = application.aid.iter().map(|byte| format!("{byte:02X}")).collect();
        let row = rows.iter().find(|row| row[0] == ticked(application.name) && row.len() == 4 && row[1].contains(' '));
        let row = row.unwrap_or_else(|| panic!("no row of {}", application.name));
        assert!(row[1].contains(application.title.en) && row[1].contains(application.title.ja), "{row:?}");
        assert_eq!(row[2], ticked(aid.join(" ")));
    }
}

#[test]
fn the_card_page_has_every_file() {
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
fn the_card_page_has_every_field_with_its_cover() {
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
fn the_card_page_has_every_credential() {
    let references: [Reference; 9] = [
        files::FACE_BIRTH_DATE,
        files::FACE_NUMBER_B,
        files::TEXT_NUMBER_B,
        files::TEXT_PIN,
        files::TEXT_UNKNOWN,
        files::JPKI_AUTHENTICATION_PIN,
        files::JPKI_SIGNING_PASSWORD,
        files::RESIDENT_PIN,
        files::COMMON_PIN,
    ];
    let rows = rows(&page(MY_NUMBER));
    let find = |application: Application, sfi: u8, japanese: &str| {
        let (name, sfi) = (ticked(application.name), format!("{sfi:02X}"));
        let row =
            rows.iter().find(|row| row.len() == 5 && row[0] == name && row[1] == sfi && row[2].contains(japanese));
        row.unwrap_or_else(|| panic!("no row of {name} {sfi}"))
    };
    for reference in references {
        let row = find(reference.application, reference.sfi, reference.title.ja);
        let limit: String = row[3].chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(limit, reference.limit.to_string(), "{row:?}");
    }
    for (application, sfi) in NUMBER_A_SFIS {
        assert_eq!(find(application, sfi, "照合番号A")[4], "never");
    }
}

#[test]
fn the_card_page_has_every_step() {
    let rows = rows(&page(MY_NUMBER));
    for step in STEPS {
        let name = ticked(format!("{:?}", step.id));
        let row = rows.iter().find(|row| row[0].starts_with(&name)).unwrap_or_else(|| panic!("no row of {name}"));
        let scopes = [Scope::FULL, Scope::AGE].map(|scope| if step.scopes.contains(&scope) { "yes" } else { "–" });
        assert_eq!(row[2], step.exchanges.to_string(), "{name}");
        assert_eq!([row[3].as_str(), row[4].as_str()], scopes, "{name}");
    }
    // Recognition takes four and leaves the face application selected, which saves a SELECT.
    let exchanges = |scope| 4 - 1 + steps(scope).map(|step| step.exchanges).sum::<u64>();
    // With an expiry that the issuer security domain tells, as that of simulated cards does.
    let sentence = format!("{} exchanges in full and {} with `--age`", exchanges(Scope::FULL), exchanges(Scope::AGE));
    assert!(page(MY_NUMBER).replace('\n', " ").contains(&sentence), "{sentence}");
}

#[test]
fn the_card_page_has_the_jpki_application() {
    use files::JpkiToken;
    use taimen::cards::my_number::jpki::POLICIES;
    let rows = rows(&page(MY_NUMBER));
    for step in JPKI_STEPS {
        let name = ticked(format!("{:?}", step.id));
        let row = rows.iter().find(|row| row.len() == 3 && row[0].starts_with(&name));
        let needs = match step.needs {
            Some(files::JPKI_AUTHENTICATION_PIN) => "`auth-pin`",
            Some(_) => "`sign-password`",
            None => "–",
        };
        let row = row.unwrap_or_else(|| panic!("no row of {name}"));
        assert_eq!((row[1].as_str(), &row[2]), (needs, &step.exchanges.to_string()), "{name}");
    }
    let free = JPKI_STEPS.iter().filter(|step| step.needs.is_none()).map(|step| step.exchanges).sum::<u64>();
    let all = JPKI_STEPS.iter().map(|step| step.exchanges).sum::<u64>();
    let sentence = format!("`--jpki` takes {free} exchanges more, and {all} with both credentials");
    assert!(page(MY_NUMBER).replace('\n', " ").contains(&sentence), "{sentence}");
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
fn the_licence_page_has_every_application_and_file() {
    use licence::files::{self, Access, Address, DF1, DF2, DF3, MENKYO, MF};
    let rows = rows(&page(LICENCE));
    for application in [MF, DF1, DF2, DF3, MENKYO] {
        let aid: Vec<String> = application.aid.iter().map(|byte| format!("{byte:02X}")).collect();
        let row = rows.iter().find(|row| row[0] == ticked(application.name) && row.len() == 4);
        let row = row.unwrap_or_else(|| panic!("no row of {}", application.name));
        assert!(row[1].contains(application.title.en) && row[1].contains(application.title.ja), "{row:?}");
        assert_eq!(row[2], ticked(aid.join(" ")));
    }
    let steps = licence::STEPS.iter().chain(licence::MENKYO_STEPS);
    let read: Vec<&str> = steps.filter_map(|step| Some(step.yields?.name)).collect();
    let all = files::FILES.iter().chain(files::MENKYO_FILES);
    let expected: Vec<Vec<String>> = all
        .map(|file| {
            let address = match file.address {
                Address::Short(sfi) => format!("SFI {sfi:02X}"),
                Address::Select(id) => format!("SELECT {id:04X}"),
            };
            let opened = match file.access {
                Access::Free => "free".to_owned(),
                Access::Never => "nothing".to_owned(),
                Access::AllOf(references) => {
                    let names: Vec<String> = references.iter().map(|sfi| format!("{sfi:02X}")).collect();
                    names.join(" and ")
                }
            };
            // What everybody may read comes before the steps that yield files.
            let is_read = file.access == Access::Free || read.contains(&file.name);
            vec![
                ticked(file.name),
                address,
                format!("{} {}", file.title.en, file.title.ja),
                opened,
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
fn the_licence_page_has_every_credential() {
    use licence::files::{MENKYO_REFERENCES, REFERENCES};
    let rows = rows(&page(LICENCE));
    for (name, _, reference) in REFERENCES.iter().chain(MENKYO_REFERENCES) {
        let row = rows.iter().find(|row| row.len() == 5 && row[0] == ticked(name));
        let row = row.unwrap_or_else(|| panic!("no row of {name}"));
        assert_eq!((&row[1], &row[3]), (&format!("{:02X}", reference.sfi), &reference.limit.to_string()), "{name}");
        assert!(row[2].contains(reference.title.en) && row[2].contains(reference.title.ja), "{row:?}");
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

#[test]
fn the_licence_page_has_every_step() {
    let rows = rows(&page(LICENCE));
    let check = |steps: &[licence::Step], scopes: &[Scope]| {
        for step in steps {
            let name = ticked(format!("{:?}", step.id));
            let file = step.yields.map_or_else(|| "–".to_owned(), |file| ticked(file.name));
            let application = ticked(step.application.name);
            let row = rows.iter().find(|row| {
                row.len() == 4 + scopes.len() && row[0].starts_with(&name) && row[1] == file && row[2] == application
            });
            let row = row.unwrap_or_else(|| panic!("no row of {name} {file} {application}"));
            assert_eq!(row[3], step.exchanges.to_string(), "{name} {file}");
            let marks: Vec<&str> =
                scopes.iter().map(|scope| if step.scopes.contains(scope) { "yes" } else { "–" }).collect();
            assert_eq!(row[4..], marks, "{name} {file}");
        }
    };
    check(licence::STEPS, &[Scope::FULL, Scope::PIN1, Scope::WITHOUT_PIN]);
    check(licence::MENKYO_STEPS, &[Scope::FULL, Scope::WITHOUT_PIN]);
    // Recognition: two exchanges for a licence, four for a My Number Card.
    let own = |scope| 2 + licence::steps(scope).map(|step| step.exchanges).sum::<u64>();
    let guest = |scope| 4 + licence::menkyo_steps(scope).map(|step| step.exchanges).sum::<u64>();
    let text = page(LICENCE).replace('\n', " ");
    for sentence in [
        format!(
            "a licence takes {} exchanges in full, {} with PIN 1 alone and {} without a PIN",
            own(Scope::FULL),
            own(Scope::PIN1),
            own(Scope::WITHOUT_PIN)
        ),
        format!("it takes {} exchanges in full and {} without a PIN", guest(Scope::FULL), guest(Scope::WITHOUT_PIN)),
    ] {
        assert!(text.contains(&sentence), "{sentence}");
    }
}

/// What a page's row of a fault begins with.
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

#[test]
fn the_residence_page_has_every_application_and_file() {
    use residence::files::{Access, DF1, DF2, DF3, MF, SPECIFIED};
    let rows = rows(&page(RESIDENCE));
    for application in [MF, DF1, DF2, DF3, SPECIFIED] {
        let aid: Vec<String> = application.aid.iter().map(|byte| format!("{byte:02X}")).collect();
        let row = rows.iter().find(|row| row[0] == ticked(application.name) && row.len() == 4);
        let row = row.unwrap_or_else(|| panic!("no row of {}", application.name));
        assert!(row[1].contains(application.title.en) && row[1].contains(application.title.ja), "{row:?}");
        assert_eq!(row[2], ticked(aid.join(" ")));
    }
    let expected: Vec<Vec<String>> = residence_files()
        .iter()
        .map(|file| {
            let opened = match file.access {
                Access::Free => "free",
                Access::Number => "number",
                Access::NumberSecure => "number, encrypted",
            };
            vec![
                ticked(file.name),
                file.own.official.to_owned(),
                held_by(|files| files.contains(file)),
                ticked(format!("{:02X}", 0x80 | file.sfi())),
                format!("{} {}", file.title.en, file.title.ja),
                opened.to_owned(),
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
fn the_residence_page_has_every_step() {
    let rows = rows(&page(RESIDENCE));
    let mut names: Vec<(String, String, String)> = Vec::new();
    for (_, kind) in residence_kinds() {
        for step in residence::steps(kind) {
            let file = step.yields.map_or_else(|| "–".to_owned(), |file| ticked(file.name));
            let row = (ticked(format!("{:?}", step.id)), file, ticked(step.application.name));
            if !names.contains(&row) {
                names.push(row);
            }
        }
    }
    for (name, file, application) in &names {
        let row = rows.iter().find(|row| row.len() == 7 && row[0].starts_with(name) && row[1] == *file);
        let row = row.unwrap_or_else(|| panic!("no row of {name} {file}"));
        assert_eq!(row[2], *application, "{name} {file}");
        for (at, (_, kind)) in residence_kinds().into_iter().enumerate() {
            let step = residence::steps(kind).iter().find(|step| {
                let same = step.yields.map_or_else(|| "–".to_owned(), |file| ticked(file.name)) == *file;
                same && ticked(format!("{:?}", step.id)) == *name
            });
            let exchanges = step.map_or_else(|| "–".to_owned(), |step| step.exchanges.to_string());
            assert_eq!(row[3 + at], exchanges, "{name} {file}");
        }
    }
    // Recognition takes one.
    let totals = residence_kinds().map(|(_, kind)| {
        let steps: u64 = residence::steps(kind).iter().map(|step| step.exchanges).sum();
        (steps + 1).to_string()
    });
    let total = rows.iter().find(|row| row.len() == 7 && row[0].starts_with("all")).unwrap();
    assert_eq!(total[3..], totals);
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

fn fault_row(row: &FaultRow) -> Vec<String> {
    let value = match row.value {
        None => String::new(),
        Some(value) => match value.strip_prefix('[') {
            Some(optional) => format!("[={optional}"),
            None => format!("={value}"),
        },
    };
    let result = match row.expected {
        Expected::Verdict(overall) => Overall::as_str(overall),
        Expected::CredentialRefused => "credential refused",
        Expected::CredentialBlocked => "credential blocked",
        Expected::LastTry => "last try",
        Expected::NoCounter => "no counter",
        Expected::PinSettingUnknown => "PIN setting unknown",
        Expected::CardTrouble => "card trouble",
    };
    vec![
        ticked(format!("{}{value}", row.name)),
        row.what.en.to_owned(),
        result.to_owned(),
        row.expected.exit_code().to_string(),
    ]
}

/// What stands below a heading, up to the next one.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let from = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section {heading}")).1;
    from.split("\n## ").next().unwrap().split("\n### ").next().unwrap()
}

#[test]
fn the_simulator_page_has_every_fault_and_kind() {
    let text = page("docs/simulator.md");
    let tables = [
        ("### My Number Card", FAULTS),
        ("### JPKI application", JPKI_FAULTS),
        ("### Driver's licence", LICENCE_FAULTS),
        ("### マイナ免許証", MENKYO_FAULTS),
        ("### Residence cards", RESIDENCE_FAULTS),
        ("### Residence cards of the first generation", RESIDENCE1_FAULTS),
        ("### Residence cards of the second generation", RESIDENCE2_FAULTS),
        ("### Residence cards of holders under 16", RESIDENCE_CHILD_FAULTS),
    ];
    for (heading, faults) in tables {
        let found: Vec<Vec<String>> =
            rows(section(&text, heading)).into_iter().filter(|row| row.len() == 4 && row[0].starts_with('`')).collect();
        let expected: Vec<Vec<String>> = faults.iter().map(fault_row).collect();
        let differ = |left: &[Vec<String>], right: &[Vec<String>]| -> Vec<Vec<String>> {
            left.iter().filter(|row| !right.contains(row)).cloned().collect()
        };
        assert_eq!(differ(&expected, &found), Vec::<Vec<String>>::new(), "{heading} lacks these");
        assert_eq!(differ(&found, &expected), Vec::<Vec<String>>::new(), "{heading} has rows of no fault");
    }
    // The faults of the link, which the other cards share, stand in a sentence.
    for kind in CardKind::all().filter(|kind| !matches!(*kind, CardKind::MY_NUMBER | CardKind::MY_NUMBER_NO_PHOTO)) {
        let own = || tables.iter().skip(1).flat_map(|(_, faults)| *faults);
        for row in faults_of(kind).filter(|row| own().all(|own| own.name != row.name)) {
            assert!(section(&text, "## Faults").contains(&ticked(row.name)), "{} of {kind:?}", row.name);
        }
    }
    let rows = rows(&text);
    for kind in KINDS {
        assert!(rows.iter().any(|row| row[0] == ticked(kind.name)), "{}", kind.name);
    }
}

#[test]
fn the_script_of_the_simulator_page_is_one() {
    let text = page("docs/simulator.md");
    let script: String = section(&text, "### Scripts")
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .flat_map(|line| [line, "\n"])
        .collect();
    let read: script::Script = script.parse().unwrap();
    assert_eq!((read.steps.len(), read.runs), (8, script::Runs::Times(3)));
    assert_eq!(read.cards().count(), 2);
    let grouped = |number: usize| {
        let digits = number.to_string();
        digits
            .split_at_checked(digits.len().saturating_sub(3))
            .map_or(digits.clone(), |(high, low)| format!("{high},{low}"))
    };
    let limits =
        format!("at most {} bytes and {} instructions", grouped(script::MAX_SCRIPT), grouped(script::MAX_STEPS));
    assert!(text.contains(&limits), "{limits}");
    assert!(text.contains(&format!("up to {} can be asked for", script::MAX_READERS)));
}

#[test]
fn the_lines_of_the_simulator_page_work() {
    fn lines() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut card = "my-number?seed=7&fault=cloned".parse::<Recipe>()?.card()?;
        let number_b = card.credentials().ok_or("no persona")?.number_b()?;
        let answer = card.exchange(&[0x00, 0xB0, 0x8A, 0x00, 0x04])?;
        assert_eq!(number_b.expose().len(), 14);
        Ok(answer)
    }
    assert_eq!(lines().unwrap(), [0x6A, 0x82]);
    let own = include_str!("docs.rs");
    for line in fenced(&page("docs/simulator.md"), "rust").lines() {
        assert!(own.contains(&format!("        {line}\n")), "{line}");
    }
}

#[test]
fn the_readmes_have_every_check_with_its_weight() {
    for name in READMES {
        let rows = rows(&page(name));
        for check in CheckId::all() {
            let row = rows.iter().find(|row| row[0] == ticked(check)).unwrap_or_else(|| panic!("{name}: {check}"));
            let yes = ["yes", "はい"].contains(&row[1].as_str());
            let cards = [
                REQUIREMENT,
                LICENCE_REQUIREMENT,
                MENKYO_REQUIREMENT,
                residence::FIRST_REQUIREMENT,
                residence::SECOND_REQUIREMENT,
            ];
            let required = cards.iter().any(|card| card.requires(check));
            assert_eq!(yes, required, "{name}: {check}");
        }
    }
}

#[test]
fn the_readmes_have_every_exit_code() {
    for name in READMES.into_iter().chain(["docs/exit-codes.md"]) {
        let rows = rows(&page(name));
        let codes: Vec<&str> =
            rows.iter().map(|row| row[0].as_str()).filter(|cell| cell.parse::<u8>().is_ok()).collect();
        let known: Vec<String> = ExitCode::ALL.iter().map(|exit| exit.code().to_string()).collect();
        assert_eq!(codes, known, "{name}");
    }
}

#[test]
fn the_example_of_the_dump_page_is_a_dump() {
    let page = page("docs/dump.md");
    let dump = Dump::from_json(fenced(&page, "json").as_bytes()).unwrap();
    assert_eq!((dump.schema.as_str(), dump.kind), (SCHEMA, CardKind::MY_NUMBER));
    assert_eq!(dump.not_read("text/0003"), Some(&NotRead::NotStored));
    assert_eq!(dump.challenge("face").unwrap().random.0.len(), 32);
    let keys = serde_json::from_str::<serde_json::Value>(&dump.to_json()).unwrap();
    let rows = rows(&page);
    for key in keys.as_object().unwrap().keys() {
        assert!(rows.iter().any(|row| row[0] == ticked(key)), "{key} has no row");
    }
}

#[test]
fn the_trust_page_has_every_anchor_and_purpose() {
    let text = page("docs/trust.md");
    let rows = rows(&text);
    for anchor in TrustStore::shipped().unwrap().anchors() {
        let row = rows.iter().find(|row| row[0] == ticked(&anchor.name)).unwrap_or_else(|| panic!("{}", anchor.name));
        assert_eq!(row[1], anchor.hierarchy.as_str());
        assert_eq!(row[3], ticked(&anchor.material.sha256()[..16]));
    }
    for purpose in Purpose::all() {
        assert!(text.contains(&ticked(purpose.as_str())), "{}", purpose.as_str());
    }
}

#[test]
fn the_architecture_page_has_the_layers_of_the_library() {
    let library = page("src/lib.rs");
    let layers = library.lines().find(|line| line.contains(" | transport iso7816 | ")).unwrap();
    let layers = layers.trim_start_matches("//! ");
    let page = page("docs/architecture.md");
    assert!(page.lines().any(|line| line.trim() == layers), "{layers}");
    let rows = rows(&page);
    let mut first_cells = rows.iter().map(|row| row[0].as_str());
    for module in layers.split([' ', '|']).filter(|module| !module.is_empty()) {
        assert!(first_cells.clone().any(|cell| cell.contains(&ticked(module))), "{module}");
    }
    assert!(first_cells.any(|cell| cell == "`cli`"));
}

#[test]
fn the_library_page_has_every_example_and_the_oldest_compiler() {
    let text = page("docs/library.md");
    let rows = rows(&text);
    let manifest = page("Cargo.toml");
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let row = rows.iter().find(|row| row[0] == format!("[{name}](../examples/{name})"));
        let row = row.unwrap_or_else(|| panic!("{name} has no row"));
        // Cargo's default is that an example needs no feature.
        let needs = manifest.split(&format!("name = \"{}\"\nrequired-features", name.trim_end_matches(".rs"))).nth(1);
        assert_eq!(row[2] == "none", needs.is_none(), "{name}");
    }
    let oldest = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(text.contains(&format!("minimum supported Rust version is {oldest}.")), "{oldest}");
    for schema in ["`taimen.dump/1`", "`taimen-recording 1`", "`taimen.batch/1`"] {
        assert!(text.contains(schema), "{schema}");
    }
}

#[test]
fn both_readmes_have_the_same_form() {
    let form = |name: &str| -> Vec<String> {
        let text = page(name);
        let mut inside = false;
        let mut form = Vec::new();
        for line in text.lines() {
            let row = line.starts_with("| ");
            match line.split_once(' ') {
                Some((marks, _)) if marks.starts_with('#') && marks.bytes().all(|byte| byte == b'#') => {
                    form.push(marks.to_owned());
                }
                _ if row && !inside => form.push("table of".to_owned()),
                _ => {}
            }
            if row {
                form.push("row".to_owned());
            }
            inside = row;
        }
        form
    };
    assert_eq!(form("README.md"), form("README.ja.md"));
    let code = |name: &str| -> Vec<String> {
        let text = page(name);
        text.lines()
            .filter(|line| line.starts_with("    taimen "))
            .map(|line| line.replace("--lang ja", "--lang en"))
            .collect()
    };
    assert_eq!(code("README.md"), code("README.ja.md"));
    assert_eq!(options(&page("README.md")), options(&page("README.ja.md")));
}

/// Every long option that a text names.
fn options(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_lowercase() || c == '-';
    text.match_indices("--")
        .filter(|(at, _)| !text[..*at].ends_with(part) && !text[..*at].ends_with('|'))
        .map(|(at, _)| text[at..].chars().take_while(|c| part(*c)).collect::<String>())
        .filter(|option| option.len() > 2 && option.chars().nth(2) != Some('-'))
        .collect()
}

#[cfg(feature = "cli")]
mod program {
    use std::process::Command;

    use super::*;

    /// Options of other programs that the pages name.
    const OTHERS: &[&str] = &["--release", "--locked", "--now", "--pipe", "--test"];

    fn help(command: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_taimen"))
            .args(command)
            .args(["--help", "--lang", "en"])
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "taimen {command:?} --help");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The commands that a help text lists.
    fn commands(help: &str) -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        lines
            .take_while(|line| !line.is_empty())
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .collect()
    }

    /// Every command with its help, `trust list` and its like too.
    fn all() -> Vec<(String, String)> {
        let mut all = vec![(String::new(), help(&[]))];
        for command in commands(&all[0].1) {
            let text = help(&[&command]);
            for sub in commands(&text) {
                all.push((format!("{command} {sub}"), help(&[&command, &sub])));
            }
            all.push((command, text));
        }
        assert!(all.len() > 8, "the help is understood: {all:?}");
        all
    }

    #[test]
    fn every_option_that_a_page_names_exists() {
        let known: BTreeSet<String> = all().iter().flat_map(|(_, help)| options(help)).collect();
        assert!(known.contains("--save-dump") && known.contains("--help"), "{known:?}");
        for path in files_with("md") {
            if path.starts_with(root().join("scripts")) || path.starts_with(root().join("src")) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for option in options(&text) {
                assert!(known.contains(&option) || OTHERS.contains(&&*option), "{}: {option}", path.display());
            }
        }
    }

    #[test]
    fn every_command_that_a_page_names_exists() {
        let all = all();
        for name in READMES.into_iter().chain([
            "CHANGELOG.md",
            "docs/architecture.md",
            "docs/batch.md",
            "docs/cards/licence.md",
            "docs/cards/my-number.md",
            "docs/doctor.md",
            "docs/dump.md",
            "docs/privacy.md",
            "docs/readers.md",
            "docs/simulator.md",
            "docs/trust.md",
        ]) {
            let text = page(name);
            let mut named = 0;
            for mark in ["`taimen ", "\n    taimen "] {
                for (at, _) in text.match_indices(mark) {
                    let rest = &text[at + mark.len()..];
                    let line = rest.split(['`', '\n']).next().unwrap();
                    let mut words = line.split(' ');
                    let command = words.next().unwrap();
                    // A label of challenges, and names of simulated certificates.
                    if command.is_empty() || ["challenge", "simulated"].contains(&command) {
                        continue;
                    }
                    named += 1;
                    let found = all.iter().find(|(known, _)| known == command);
                    let (_, help) = found.unwrap_or_else(|| panic!("{name}: taimen {command}"));
                    let subs = commands(help);
                    let help = match words.next() {
                        Some(sub) if !subs.is_empty() => {
                            let full = format!("{command} {sub}");
                            let found = all.iter().find(|(known, _)| *known == full);
                            &found.unwrap_or_else(|| panic!("{name}: taimen {full}")).1
                        }
                        _ => help,
                    };
                    for option in options(line) {
                        assert!(options(help).contains(&option), "{name}: taimen {line}");
                    }
                }
            }
            assert!(named > 0 || !READMES.contains(&name), "{name} names no command");
        }
    }

    #[test]
    fn the_excerpts_of_the_readmes_are_what_the_program_prints() {
        for (name, lang) in READMES.into_iter().zip(["en", "ja"]) {
            let text = page(name);
            let command = format!("    taimen check --reader sim:my-number --lang {lang}\n");
            let excerpt = text.split_once(&command).unwrap_or_else(|| panic!("{name}: {command}")).1;
            let output = Command::new(env!("CARGO_BIN_EXE_taimen"))
                .args(["check", "--reader", "sim:my-number", "--lang", lang])
                .output()
                .expect("the program runs");
            assert_eq!(output.status.code(), Some(0));
            let printed = String::from_utf8(output.stdout).unwrap();
            let printed: Vec<&str> = printed.lines().map(str::trim).collect();
            let mut compared = 0;
            for line in excerpt.lines().take_while(|line| line.is_empty() || line.starts_with("    ")) {
                let line = line.trim();
                assert!(["", "..."].contains(&line) || printed.contains(&line), "{name}: {line}");
                compared += 1;
            }
            assert!(compared > 12, "{name}: {compared} lines");
        }
    }

    #[test]
    fn the_readmes_name_every_command() {
        for name in READMES {
            let text = page(name);
            for command in commands(&all()[0].1) {
                let named = text.contains(&format!("taimen {command}"));
                // Trust has a page of its own, which the table of pages links.
                assert!(named || command == "trust", "{name}: taimen {command}");
            }
        }
    }
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut seen = 0;
    for path in files_with("md") {
        let text = fs::read_to_string(&path).unwrap();
        for line in prose(&text) {
            for (at, _) in line.match_indices("](") {
                let rest = &line[at + 2..];
                let target = rest.split(')').next().unwrap_or_default();
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let there = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
                assert!(there.exists(), "{}: {target}", path.display());
                if !anchor.is_empty() {
                    let headings = fs::read_to_string(&there).unwrap();
                    assert!(anchors(&headings).contains(anchor), "{}: {target}", path.display());
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "links are found: {seen}");
}

/// The anchors that GitHub makes of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).into_iter().filter(|line| line.starts_with('#'));
    let letters = |heading: &str| -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        kept.chars()
            .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    };
    headings.map(letters).collect()
}

/// Messages send people to pages by name.
#[test]
fn every_page_that_the_code_names_exists() {
    let mut seen = 0;
    for path in files_with("rs") {
        if !path.starts_with(root().join("src")) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("docs/") {
            let name: String =
                text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/.-_".contains(*c)).collect();
            let name = name.trim_end_matches('.');
            let is_page = name.ends_with(".md") || name.ends_with(".json");
            // Without its slash it is part of a web address.
            if is_page && !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.') {
                assert!(root().join(name).exists(), "{}: {name}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "pages are found: {seen}");
}

#[test]
fn the_changelog_knows_this_version() {
    let text = page("CHANGELOG.md");
    assert!(text.contains("\n## [Unreleased]\n"));
    assert!(text.contains(&format!("\n## [{}] - ", env!("CARGO_PKG_VERSION"))));
    let size = fs::metadata(root().join("docs/report-example.png")).unwrap().len();
    assert!(size < 300_000, "the picture is small enough for a repository: {size}");
}

#[test]
fn every_attack_of_the_catalogue_is_mounted_and_every_test_of_one_stands_in_it() {
    let catalogue = page("docs/attacks.md");
    let rows: BTreeSet<&str> =
        catalogue.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name).collect();
    let mut tests = BTreeSet::new();
    let files: Vec<String> = ["data", "issuers", "jpki", "saved", "sessions", "signatures", "surroundings"]
        .map(|name| page(&format!("tests/program/attacks/{name}.rs")))
        .into();
    for file in &files {
        for part in file.split("#[test]\nfn ").skip(1) {
            tests.insert(part.split('(').next().unwrap());
        }
    }
    assert!(rows.len() >= 16);
    assert_eq!(rows, tests);
}
