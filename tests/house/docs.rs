//! Documentation and code say the same: tables, names, options, links, both languages.

use std::{collections::BTreeSet, fs};

use taimen::{
    cards::{
        drivers_licence::{LICENCE_REQUIREMENT, MENKYO_REQUIREMENT},
        mdoc,
        my_number::REQUIREMENT,
        passport, residence_card as residence,
    },
    dump::{Dump, NotRead, SCHEMA},
    kind::CardKind,
    messages::ExitCode,
    simulator::{
        Expected, FaultRow, LINK_FAULTS, Recipe,
        cards::{
            drivers_licence::{LICENCE_FAULTS, MENKYO_FAULTS},
            mdoc::PHONE_FAULTS,
            my_number::{FAULTS, JPKI_FAULTS},
            passport::PASSPORT_FAULTS,
            residence_card::{RESIDENCE_CHILD_FAULTS, RESIDENCE_FAULTS, RESIDENCE1_FAULTS, RESIDENCE2_FAULTS},
        },
        kinds, script,
    },
    transport::Transport,
    trust::{Purpose, TrustStore},
    verify::{CheckId, Overall},
};

use super::pages::{BOTH, READMES, fenced, files_with, page, prose, root, rows, section, ticked};

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
        Expected::NothingShared => "nothing shared",
        Expected::CardTrouble => "card trouble",
    };
    vec![
        ticked(format!("{}{value}", row.name)),
        row.what.en.to_owned(),
        result.to_owned(),
        row.expected.exit_code().to_string(),
    ]
}

#[test]
fn the_simulator_page_has_every_fault_and_kind() {
    let text = page("docs/simulator.md");
    let tables = [
        ("### The link, of every card", LINK_FAULTS),
        ("### My Number Card", FAULTS),
        ("### JPKI application", JPKI_FAULTS),
        ("### Driver's licence", LICENCE_FAULTS),
        ("### マイナ免許証", MENKYO_FAULTS),
        ("### Residence cards", RESIDENCE_FAULTS),
        ("### Residence cards of the first generation", RESIDENCE1_FAULTS),
        ("### Residence cards of the second generation", RESIDENCE2_FAULTS),
        ("### Residence cards of holders under 16", RESIDENCE_CHILD_FAULTS),
        ("### Passports", PASSPORT_FAULTS),
        ("### Phones", PHONE_FAULTS),
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
    let rows = rows(&text);
    for kind in kinds() {
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
        let own = card.credentials().ok_or("no persona")?.clone();
        let answer = card.exchange(&[0x00, 0xB0, 0x8A, 0x00, 0x04])?;
        assert_eq!(own.get("number-b").map(|pin| pin.expose().len()), Some(14));
        Ok(answer)
    }
    assert_eq!(lines().unwrap(), [0x6A, 0x82]);
    let own = include_str!("docs.rs");
    for line in fenced(&page("docs/simulator.md"), "rust").lines() {
        assert!(own.contains(&format!("        {line}\n")), "{line}");
    }
}

#[test]
fn the_pages_of_the_checks_have_every_check_with_its_weight() {
    for name in BOTH[2] {
        let rows = rows(&page(name));
        for check in CheckId::all() {
            let row = rows.iter().find(|row| row[0] == ticked(check)).unwrap_or_else(|| panic!("{name}: {check}"));
            let yes = ["yes", "はい"].contains(&row[1].as_str());
            let cards = [
                REQUIREMENT,
                mdoc::REQUIREMENT,
                LICENCE_REQUIREMENT,
                MENKYO_REQUIREMENT,
                residence::FIRST_REQUIREMENT,
                residence::SECOND_REQUIREMENT,
                passport::TYPED_WITH_KEY,
            ];
            let required = cards.iter().any(|card| card.requires(check));
            assert_eq!(yes, required, "{name}: {check}");
        }
    }
}

#[cfg(feature = "compare")]
#[test]
fn the_page_of_the_comparison_has_every_rule_class_and_value() {
    use taimen::compare::{Class, Field, Form, Incomparable, Rule, Standing, compare_line};
    let text = page("docs/compare.md");
    let cells = |heading: &str, count: usize| -> Vec<Vec<String>> {
        let mut found = rows(section(&text, heading));
        found.retain(|row| row[0].starts_with('`'));
        found.into_iter().map(|row| row[..count].to_vec()).collect()
    };
    let fields = |rule: Rule| rule.fields().iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ");
    let expected: Vec<Vec<String>> =
        Rule::all().map(|rule| vec![ticked(rule), fields(rule), rule.strength().as_str().to_owned()]).collect();
    assert_eq!(cells("## Rules", 3), expected);
    let named = |heading: &str| cells(heading, 1).concat();
    let both: Vec<String> = Class::all().map(ticked).chain(Incomparable::all().map(ticked)).collect();
    assert_eq!(named("## Classes"), both);
    assert_eq!(named("## Which value of the chip"), Standing::all().map(ticked).collect::<Vec<_>>());

    // The examples are what taimen reads and writes.
    let examples: Vec<&str> = text.split("```json\n").skip(1).filter_map(|rest| rest.split('\n').next()).collect();
    let [form, line, result] = examples[..] else { panic!("{examples:?}") };
    let form = Form::from_json(form.as_bytes()).unwrap();
    assert!(Field::all().all(|field| form.get(field).is_some()));
    assert_eq!(serde_json::to_string(&compare_line(line.as_bytes()).unwrap()).unwrap(), result);
}

#[cfg(feature = "compare")]
#[test]
fn the_schema_of_the_report_has_every_name_of_the_comparison() {
    use taimen::compare::{Class, Field, Incomparable, Rule, Standing};
    let schema: serde_json::Value = serde_json::from_str(&page("docs/report.schema.json")).unwrap();
    let of = |name: &str| &schema["$defs"]["compared"]["properties"][name];
    let names = |list: Vec<&'static str>| serde_json::json!(list);
    assert_eq!(of("class")["enum"], names(Class::all().map(Class::as_str).collect()));
    assert_eq!(of("rules")["items"]["enum"], names(Rule::all().map(Rule::as_str).collect()));
    assert_eq!(of("reason")["enum"], names(Incomparable::all().map(Incomparable::as_str).collect()));
    let mut standings = names(Standing::all().map(Standing::as_str).collect());
    standings.as_array_mut().unwrap().push(serde_json::Value::Null);
    assert_eq!(of("compared_with")["enum"], standings);
    let fields: Vec<&String> = schema["properties"]["form"]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), Field::all().count());
}

#[test]
fn the_page_of_the_exit_codes_has_every_one() {
    let rows = rows(&page("docs/exit-codes.md"));
    let codes: Vec<&str> = rows.iter().map(|row| row[0].as_str()).filter(|cell| cell.parse::<u8>().is_ok()).collect();
    let known: Vec<String> = ExitCode::ALL.iter().map(|exit| exit.code().to_string()).collect();
    assert_eq!(codes, known);
}

#[test]
fn the_readmes_are_short() {
    for name in READMES {
        let lines = page(name).lines().count();
        assert!(lines <= 150, "{name}: {lines} lines");
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
    for schema in ["`taimen.dump/1`", "`taimen-recording 2`", "`taimen.batch/1`"] {
        assert!(text.contains(schema), "{schema}");
    }
}

#[test]
fn both_languages_have_the_same_form() {
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
    let code = |name: &str| -> Vec<String> {
        let text = page(name);
        text.lines()
            .filter(|line| line.starts_with("    taimen "))
            .map(|line| line.replace("--lang ja", "--lang en"))
            .collect()
    };
    for [english, japanese] in BOTH {
        assert_eq!(form(english), form(japanese), "{english}");
        assert_eq!(code(english), code(japanese), "{english}");
        assert_eq!(options(&page(english)), options(&page(japanese)), "{english}");
    }
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
    const OTHERS: &[&str] = &[
        "--release",
        "--locked",
        "--now",
        "--pipe",
        "--test",
        "--bin",
        "--master",
        "--retries",
        "--path",
        "--check",
        "--ignore-missing",
    ];

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
        for name in BOTH.into_iter().flatten().chain([
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
    fn the_readmes_and_the_pages_of_use_name_every_command() {
        for (readme, name) in READMES.into_iter().zip(BOTH[1]) {
            let text = page(readme) + &page(name);
            for command in commands(&all()[0].1) {
                assert!(text.contains(&format!("taimen {command}")), "{name}: taimen {command}");
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
    let files: Vec<String> =
        ["data", "issuers", "jpki", "passports", "phones", "saved", "sessions", "signatures", "surroundings"]
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
