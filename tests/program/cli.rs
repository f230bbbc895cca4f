//! The program's words and exit codes, in both languages, if no reader is needed. Golden files: `tests/cmd/en` and
//! `tests/cmd/ja`; `TRYCMD=overwrite cargo test --test program cli::` writes them again (look at the difference).
#![cfg(all(feature = "cli", unix))]

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::common::{
    fixtures::jlis_certificate,
    program::{Program, argument, is_foreign, run, taimen},
    temp::TempDir,
};
use serde_json::json;
use taimen::{
    crypto::SealKey,
    simulator::{Persona, keys},
    transport::Recording,
};

/// Where the golden files are.
fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd")
}

/// The files that the cases read, in the folder where they run. The cards are of the simulator, so each run makes them
/// again.
pub fn prepare(program: &Program, folder: &TempDir) {
    let make_with = |arguments: &[&str], code: i32| {
        let mut command = program.command(arguments);
        command.current_dir(folder.path());
        run(command).expect(code);
    };
    let make = |arguments: &[&str]| make_with(arguments, 0);
    make(&["check", "--reader", "sim:my-number", "--save-dump", "dump.json", "--record", "card.apdu"]);
    make(&["check", "--reader", "sim:my-number", "--age", "--save-dump", "age.json", "--record", "age.apdu"]);
    let read = |name: &str| fs::read_to_string(folder.file(name)).unwrap();

    folder.write("seal.pem", SealKey::from_seed(&[7; 32]).to_pem().unwrap().as_bytes());
    make(&["check", "--reader", "sim:my-number", "--save-dump", "sealed.json", "--seal", "seal.pem"]);
    folder.write("seal-broken.json", read("sealed.json").replacen("\"exchanges\": 14", "\"exchanges\": 13", 1));

    let dump = read("dump.json");
    let signed = dump.find("\"face/0002\"").expect("the dump holds the face data");
    let birth = hex::encode("19361115");
    assert!(dump[signed..].contains(&birth), "persona 1 was born then");
    let changed = dump[signed..].replacen(&birth, &hex::encode("20061115"), 1);
    folder.write("changed.json", format!("{}{changed}", &dump[..signed]));
    folder.write("cut.json", &dump[..200]);
    folder.write("other.json", dump.replace("taimen.dump/1", "taimen.dump/9"));
    folder.write("huge.json", vec![b' '; 4 * 1024 * 1024 + 1]);

    let recording = read("card.apdu");
    let select = "> 00A4040C0AD3921000310001010402";
    assert!(recording.contains(select));
    folder.write("mismatch.apdu", recording.replacen(select, "> 00A4040C0AD3921000310001010499", 1));
    let mut shorter = Recording::parse(recording.as_bytes()).unwrap();
    let extra = shorter.steps.pop().unwrap();
    folder.write("ended.apdu", shorter.to_text());
    shorter.steps.extend([extra.clone(), extra]);
    folder.write("unused.apdu", shorter.to_text());
    let mut drawless = Recording::parse(recording.as_bytes()).unwrap();
    drawless.header.random.pop();
    folder.write("drawless.apdu", drawless.to_text());
    folder.write("broken.apdu", "taimen-recording 2\nreader: somewhere\nthis is no line\n");

    // A folder for batches: an expectation that is met, one that is not, a file that is not a dump, one that is not an input.
    make_with(&["check", "--reader", "sim:licence", "--without-pin", "--record", "days.apdu"], 3);
    make_with(&["check", "--reader", "sim:my-number?fault=blocked", "--record", "blocked.apdu"], 5);
    for name in ["batch", "expect", "no-inputs"] {
        fs::create_dir(folder.file(name)).unwrap();
    }
    for (name, content) in [
        ("batch/1.apdu", &*recording),
        (
            "expect/1.expect.json",
            "{\"overall\":\"authentic\",\"checks\":[{\"id\":\"chip-key\",\"verdict\":\"passed\"}]}",
        ),
        ("batch/2.json", &dump),
        ("expect/2.expect.json", "{\"exit\":1,\"checks\":[{\"id\":\"chip-key\",\"verdict\":\"failed\"}]}"),
        ("batch/3.json", &dump[..200]),
        ("batch/note.txt", "nothing"),
    ] {
        folder.write(name, content);
    }

    // Profiles of the operator's own: one that replaces a shipped one, one with slips.
    let profile = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/kobutsu-2025.toml")).unwrap();
    folder.write("own-profile.toml", format!("{profile}# Our own.\n"));
    folder.write("other-profile.toml", profile.replace("kobutsu", "books") + "# Of another law.\n");
    let slips = profile.replacen("years = 3", "years = 0", 1).replacen("[\"present\"]", "[\"presence\"]", 1);
    folder.write("slips-profile.toml", slips);
    folder.write("key-profile.toml", profile.replacen("letter = ", "leter = ", 1));

    let persona = Persona::from_seed(1);
    let (year, code) = (persona.expiry_year, &persona.security_code);
    for (name, content) in [
        ("wrong", "number-b = 11111520920000".to_owned()),
        ("wrong-card-number", "card-number = ZZ97531864ZZ".to_owned()),
        ("bad-card-number", "card-number = ZZ9753186ZZ".to_owned()),
        ("wrong-pin", "pin1 = 0000\npin2 = 0000\n".to_owned()),
        ("iso", format!("birth = 1936-11-15\nexpiry-year = {year}\nsecurity-code = {code}\n")),
        ("no-such-day", "birth = S11-02-30".to_owned()),
        ("future", "birth = R30-01-01".to_owned()),
        ("long-ago", "birth = western:0001-01-01".to_owned()),
        ("not-in-era", "birth = S64-02-01".to_owned()),
        ("year", format!("birth = S11-11-15\nexpiry-year = 92\nsecurity-code = {code}\n")),
        ("code", format!("birth = S11-11-15\nexpiry-year = {year}\nsecurity-code = none\n")),
        ("number", "number-b = 1234".to_owned()),
        ("missing", "birth = S11-11-15\n# no more\n".to_owned()),
        ("line", "birth = S11-11-15\nexpiry-year 2092\n".to_owned()),
        ("name", "# 個人番号 is never asked for\n\nmy-number = 0\n".to_owned()),
    ] {
        folder.write(&format!("{name}.credentials"), content);
    }
    folder.write("bytes.credentials", [0xFF, 0xFE]);

    for (name, content) in [
        (
            "form.json",
            "{\"name\":\"見本実\",\"kana\":\"ミホン ミノル\",\"address\":\"架空県試験市試験町9-16-5\",\"birth_date\":\"昭和11年11月15日\"}",
        ),
        ("form-malformed.json", "{\n  \"name\": \"見本\",\n  \"phone\": \"000\"\n}"),
        ("form-value.json", "{\"birth_date\": \"11-15\"}"),
        ("form-empty.json", "{}"),
        ("form-nothing.jsonl", "\n"),
        (
            "lines.jsonl",
            "{\"chip\":{\"name\":\"髙橋\",\"sex\":\"female\"},\"form\":{\"name\":\"高橋\",\"sex\":\"男\"}}\n{\"chip\":{}}\n{\"chip\":{},\"form\":{\"sex\":\"x y\"}}\n",
        ),
    ] {
        folder.write(name, content);
    }

    for (name, content) in [
        ("word", "insert 1 my-number\nwait 1\neject 1\n"),
        ("card", "# two readers\ninsert 1 my-number?seed=7\ninsert 2 licence?fault=cloned\n"),
        ("taken", "insert 1 my-number\ninsert 1 licence\n"),
        ("repeat", "insert 1 my-number\nremove 1\nrepeat\n"),
        ("good", "insert 1 my-number\nwait 1\n"),
    ] {
        folder.write(&format!("{name}.script"), content);
    }

    // A key that no one published: the forger's of the simulator's pool, once under an id of its own and once under that
    // of a production key.
    let key = keys::signer("impostor").unwrap().public_key().unwrap();
    for (name, number) in [("own-key.json", "9999923"), ("claims-production.json", "5000023")] {
        let id = [number.as_bytes(), &[0x08, 0x05], b"001", &[0; 4]].concat();
        let file = json!({
            "issuer_key_id": hex::encode(id),
            "modulus": hex::encode(key.modulus()),
            "exponent": hex::encode(key.exponent()),
        });
        folder.write(name, file.to_string());
    }
    for kind in ["residence1", "residence2"] {
        for extension in ["apdu", "credentials"] {
            let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("apdu-fixtures").join(kind);
            let content = fs::read(fixtures.join(format!("official-handshake.{extension}"))).unwrap();
            folder.write(&format!("official-{kind}.{extension}"), content);
        }
    }
    make(&["recording", "make", "licence", "--without-pin", "--out", "licence.apdu"]);
    make(&["recording", "make", "residence1-child", "--fault", "removed-at=4", "--out", "removed.apdu"]);
    make(&["recording", "make", "my-number-no-photo", "--out", "no-photo.apdu"]);
    folder.write("authca03.cer", jlis_certificate("authca03.cer"));
    // Certificates that bear the names of the issuer of residence cards, with keys that nobody has.
    let (ca, ca2) = (certificate("claims-zairyu-ca.der"), certificate("claims-zairyu-ca2.der"));
    folder.write("claims.crt", &ca);
    folder.write("claims2.crt", &ca2);
    folder.write("one.zip", zip(&[("readme.txt", b"hello"), ("claims2.crt", &ca2)]));
    folder.write("two.zip", zip(&[("claims.crt", &ca), ("claims2.crt", &ca2)]));
    folder.write("bomb.zip", zip(&[("claims.crt", &vec![0; 30 * 1024 * 1024])]));
    folder.write("weak.der", certificate("weak-ca.der"));
    let key = "own-key.json";
    for (trust, purpose, file) in [
        ("added", "my-number-card", key),
        ("added", "residence-card", "claims2.crt"),
        ("damaged", "my-number-card", key),
        ("audited", "residence-card", "claims.crt"),
        ("shrinking", "residence-card", "claims.crt"),
        ("dwindling", "residence-card", "claims2.crt"),
        ("twice", "residence-card", "claims.crt"),
        ("twice", "drivers-licence", "claims.crt"),
    ] {
        make(&["trust", "add", "--purpose", purpose, "--unpinned", "--trust-dir", trust, file]);
    }
    // No command adds a key that nothing can be verified with: somebody wrote this folder by hand.
    let weak = certificate("weak-ca.der");
    let sha256 = hex::encode(taimen::crypto::sha256(&[&weak]));
    folder.write(&format!("audited/{sha256}.der"), &weak);
    let others = read("audited/anchors.toml");
    let row = format!(
        "[[anchor]]\npurpose = \"drivers-licence\"\nname = \"C=XX, O=Invented, CN=weak CA\"\nfile = \"{sha256}.der\"\n\
         sha256 = \"{sha256}\"\nsource = \"by hand\"\nofficial = false\n\n{others}"
    );
    folder.write("audited/anchors.toml", row);
    folder.write("audited/left-over.new", "");
    fs::create_dir(folder.file("empty")).unwrap();
    let damaged = fs::read_dir(folder.file("damaged")).unwrap().map(|entry| entry.unwrap().path());
    for file in damaged.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let content = fs::read_to_string(&file).unwrap();
        fs::write(&file, content.replacen("\"modulus\":\"", "\"modulus\":\"0", 1).replace(' ', "")).unwrap();
    }
}

/// A certificate made for tests.
fn certificate(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name)).unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Cases that are others on Windows or under Wine: the smart card service, the error of a folder that is read as a file, and
/// names in JSON, whose separators the comparison doubles.
const OF_THIS_SYSTEM: [&str; 6] = [
    "readers-no-service",
    "readers-watch-no-service",
    "verify-folder",
    "batch",
    "trust-check-json",
    "trust-list-added",
];

/// The language of [`the_cases_of_a_language`].
const LANGUAGE: &str = "TAIMEN_TEST_CASES";

#[test]
fn every_command_says_what_its_golden_file_says() {
    let program = Program::new();
    for lang in ["en", "ja"] {
        let folder = TempDir::new();
        prepare(&program, &folder);
        // trycmd runs its cases in the folder of its process, and other tests share this process.
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cli::the_cases_of_a_language", "--ignored", "--nocapture"])
            .current_dir(folder.path())
            .env(LANGUAGE, lang)
            .env("HOME", program.home.path())
            .env("XDG_DATA_HOME", program.home.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&told));
    }
}

#[test]
#[ignore = "a part of every_command_says_what_its_golden_file_says"]
fn the_cases_of_a_language() {
    let Some(lang) = std::env::var_os(LANGUAGE) else { return };
    let cases = trycmd::TestCases::new();
    cases.default_bin_path(taimen()).env("NO_COLOR", "1");
    cases.timeout(std::time::Duration::from_secs(120)).case(golden().join(&lang).join("*.toml"));
    for name in OF_THIS_SYSTEM.iter().filter(|_| is_foreign()) {
        cases.skip(golden().join(&lang).join(name).with_extension("toml"));
    }
    cases.run();
}

/// Name, arguments and exit code of every case of a language.
fn cases(lang: &str) -> BTreeMap<String, (Vec<String>, i64)> {
    let mut cases = BTreeMap::new();
    for entry in fs::read_dir(golden().join(lang)).unwrap() {
        let path = entry.unwrap().path();
        let case: toml::Value = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let arguments = case["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned());
        let code =
            case.get("status").and_then(|status| status.get("code")).map_or(0, |code| code.as_integer().unwrap());
        assert!(case.get("stdout").is_some() && case.get("stderr").is_some(), "{} checks no output", path.display());
        cases.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), (arguments.collect(), code));
    }
    cases
}

#[test]
fn every_case_stands_in_both_languages_and_every_exit_code_has_one() {
    let english = cases("en");
    assert_eq!(english, cases("ja"), "the same names, arguments and exit codes");
    for code in 0..=5 {
        assert!(english.values().any(|(_, expected)| *expected == code), "exit code {code}");
    }
    for command in [
        "check", "identify", "verify", "batch", "readers", "doctor", "trust", "profiles", "simulate", "explain",
        "seal-key",
    ] {
        assert!(
            english.values().any(|(arguments, _)| arguments.first().is_some_and(|word| word == command)),
            "{command}"
        );
    }
}

#[test]
fn help_needs_no_environment_no_file_and_no_reader() {
    let empty = TempDir::new();
    for arguments in [&["--help"][..], &["--version"], &["check", "--help"], &["trust", "add", "--help"], &["explain"]]
    {
        let mut command = Command::new(taimen());
        command.env_clear().current_dir(empty.path()).args(arguments).stdin(Stdio::null());
        let outcome = run(command).expect(0);
        assert!(!outcome.stdout.is_empty() && outcome.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
    // Nothing that decides the language: English, as everywhere without a locale.
    let mut command = Command::new(taimen());
    command.env_clear().arg("--help");
    assert!(run(command).expect(0).stdout.contains("Usage: taimen"));
}

#[test]
fn the_language_is_that_of_the_option_then_of_the_variable_then_of_the_locale() {
    let program = Program::new();
    let speaks = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = program.command([&["explain", "not-expired"], arguments].concat());
        for name in ["TAIMEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let told = run(command).expect(0).stdout;
        if told.contains("証明しないこと") { "ja" } else { "en" }
    };
    assert_eq!(speaks(&["--lang", "en"], &[("TAIMEN_LANG", "ja")]), "en");
    assert_eq!(speaks(&["--lang=ja"], &[("TAIMEN_LANG", "en")]), "ja");
    assert_eq!(speaks(&[], &[("TAIMEN_LANG", "en"), ("LANG", "ja_JP.UTF-8")]), "en");
    assert_eq!(speaks(&[], &[("LANG", "ja_JP.UTF-8")]), "ja");
    assert_eq!(speaks(&[], &[("LANG", "de_DE.UTF-8")]), "en");
    assert_eq!(speaks(&[], &[("LC_ALL", "ja_JP.UTF-8"), ("LANG", "en_US.UTF-8")]), "ja");
    assert_eq!(speaks(&[], &[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")]), "en");
    assert_eq!(speaks(&[], &[("LC_MESSAGES", "ja_JP"), ("LANG", "C.UTF-8")]), "ja");
    assert_eq!(speaks(&[], &[("LC_ALL", ""), ("LANG", "ja")]), "ja");
    for other in [&[("LANG", "C")][..], &[("LANG", "POSIX")], &[("LANG", "C.UTF-8")], &[]] {
        assert_eq!(speaks(&[], other), "en", "{other:?}");
    }
}

#[test]
fn completions_and_the_manual_page_name_every_command() {
    let program = Program::new();
    let commands = [
        "identify",
        "check",
        "verify",
        "batch",
        "readers",
        "trust",
        "profiles",
        "simulate",
        "explain",
        "completions",
        "man",
        "seal-key",
        "doctor",
    ];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = program.run(["completions", shell]).expect(0).stdout;
        // What clap_complete cannot do for a shell is left out: words without an option, and values at all.
        let offered: &[&str] = match shell {
            "bash" | "zsh" => &["residence2-special", "sim:licence", "replay:", "chip-key", "not-expired"],
            "fish" => &["sim:licence", "replay:"],
            _ => &[],
        };
        let options = ["save-dump", "allow-last-try", "credentials", "unpinned", "remove"];
        // Some shells' scripts mark the colon.
        let script = script.replace("\\:", ":");
        for word in commands.iter().chain(&options).chain(offered) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    if let Some(bash) = ["/bin/bash", "/usr/bin/bash"].into_iter().find(|path| Path::new(path).is_file()) {
        let script = program.home.write("completions.bash", program.run(["completions", "bash"]).stdout);
        let mut command = Command::new(bash);
        command.arg("-n").arg(script);
        run(command).expect(0);
    }
    for (lang, words) in [("en", "never for a real check"), ("ja", "本物の確認には使わないこと")] {
        let page = program.run(["man", "--lang", lang]).expect(0).stdout;
        // roff writes a hyphen as \-.
        let page = page.replace("\\-", "-");
        assert!(page.starts_with(".ie") || page.starts_with(".TH"), "{}", &page[..40]);
        for word in commands.iter().copied().chain([
            "--save-dump",
            "--allow-last-try",
            "--unpinned",
            "--script",
            "TAIMEN_READER",
            "130  ",
            "taimen verify dump.json",
            words,
        ]) {
            assert!(page.contains(word), "{lang}: {word}");
        }
    }
}

#[test]
fn a_credential_is_no_argument_and_stands_in_no_message() {
    let program = Program::new();
    let help = program.run(["check", "--help"]).expect(0).stdout;
    for word in ["--birth", "--pin", "--number", "--code", "--password"] {
        assert!(!help.contains(word), "{word}");
    }
    let secret = "98765432109876";
    for content in [format!("number-b = {secret}"), secret.to_owned(), format!("birth = {secret}")] {
        let file = argument(&program.home.write("entries", content));
        let outcome = program.run(["check", "--reader", "sim:my-number", "--credentials", &file]).expect(2);
        assert!(!outcome.stderr.contains("9876") && outcome.stdout.is_empty(), "{}", outcome.stderr);
    }
}

#[test]
fn entries_come_from_standard_input_too() {
    let program = Program::new();
    let persona = Persona::from_seed(1);
    let entries = program.home.write(
        "entries",
        format!(
            "birth = S11-11-15\nexpiry-year = {}\nsecurity-code = {}\n",
            persona.expiry_year, persona.security_code
        ),
    );
    let mut command = program.command(["check", "--reader", "sim:my-number", "--credentials", "-", "--json"]);
    command.stdin(fs::File::open(entries).unwrap());
    let outcome = run(command).expect(0);
    assert_eq!(outcome.json()["overall"], "authentic");

    let dump = argument(&program.home.file("dump.json"));
    program.run(["check", "--reader", "sim:my-number", "--save-dump", &dump]).expect(0);
    let mut command = program.command(["verify", "-", "--accept", "simulated", "--json", "--at", "recorded"]);
    command.stdin(fs::File::open(dump).unwrap());
    assert_eq!(run(command).expect(0).json()["source"], "dump");
}

#[test]
fn files_with_pictures_are_private_and_the_verdict_is_shown_even_where_one_cannot_be_written() {
    let program = Program::new();
    let [photo, page] = ["photo.png", "page.html"].map(|name| program.home.file(name));
    let (photo_file, page_file) = (argument(&photo), argument(&page));
    // A file that was there before becomes private as well.
    fs::write(&page, "").unwrap();
    let check = |reader: &str, photo: &str| {
        program.run(["check", "--json", "--reader", reader, "--photo", photo, "--html", &page_file])
    };
    assert_eq!(check("sim:my-number", &photo_file).expect(0).json()["overall"], "authentic");
    for path in [&photo, &page] {
        crate::common::program::assert_private(path);
    }
    assert!(fs::read(&photo).unwrap().starts_with(b"\x89PNG"));
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!DOCTYPE html>"));

    fs::remove_file(&photo).unwrap();
    // A missing file never hides that a card is not authentic, and a picture that nothing covers is not saved.
    for fault in ["truncated-file", "swapped-photo"] {
        let none = check(&format!("sim:my-number?fault={fault}"), &photo_file).expect(1);
        assert_eq!(none.json()["report"]["overall"], "rejected");
        assert!(none.stderr.contains("taimen wrote no file with the face picture."), "{}", none.stderr);
        assert!(!photo.exists());
    }
    let huge = check("sim:my-number?fault=huge-picture", &photo_file).expect(4);
    assert_eq!(huge.json()["report"]["overall"], "authentic", "a picture is no evidence");
    let nowhere = argument(&program.home.file("none/photo.png"));
    let unwritable = check("sim:my-number", &nowhere).expect(2);
    assert!(unwritable.json()["report"].is_null(), "found before the card is touched");
    assert!(unwritable.stderr.contains("cannot be written"), "{}", unwritable.stderr);
}

/// Before a card is touched and anybody is asked for anything.
#[test]
fn an_output_that_cannot_be_written_is_found_first() {
    let program = Program::new();
    let nowhere = argument(&program.home.file("none/output"));
    let refused = |arguments: &[&str]| {
        let outcome = program.run(arguments).expect(2);
        assert!(outcome.stdout.is_empty(), "{}", outcome.stdout);
        assert!(outcome.stderr.contains("none/output cannot be written"), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("Check whether the folder exists"), "{}", outcome.stderr);
    };
    let recording = argument(&program.home.file("reading.apdu"));
    for option in ["--save-dump", "--html", "--photo", "--front"] {
        refused(&["check", "--reader", "sim:my-number", "--record", &recording, option, &nowhere]);
        // Without a terminal a card that asks ends with another message.
        refused(&["check", "--reader", "sim:licence", option, &nowhere]);
        assert!(!program.home.file("reading.apdu").exists(), "no card was read");
    }
    refused(&["check", "--reader", "sim:my-number", "--record", &nowhere]);
    program.run(["check", "--reader", "sim:my-number", "--save-dump", &argument(&program.home.file("dump"))]).expect(0);
    refused(&["verify", &argument(&program.home.file("dump")), "--html", &nowhere]);
    refused(&["batch", &argument(&program.home.file("dump")), "--junit", &nowhere]);
    refused(&["recording", "make", "sim:my-number", "--out", &nowhere]);
    refused(&["seal-key", &nowhere]);
}

/// Standard output of a command with `--json` that fails: one object, whatever the command is.
#[test]
fn every_failure_is_an_object_where_json_is_asked_for() {
    let program = Program::new();
    let folder = TempDir::new();
    folder.write("no.json", "{}");
    folder.write("seal.pem", "there");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")).unwrap();
    for (arguments, id, exit) in [
        (&["check", "--reader", "usb"][..], "bad-reader-address", 2),
        (&["check", "--reader", "sim:my-number?fault=blocked"], "credential-blocked", 5),
        (&["check", "--reader", "sim:my-number?fault=removed-at=5"], "removed", 4),
        (&["check", "--bogus"], "usage-unknown", 2),
        (&["check", "--wait"], "usage-no-value", 2),
        (&["check", "--jpki", "--age"], "usage-conflict", 2),
        (&["check", "--at", "yesterday"], "bad-time", 2),
        (&["identify", "--reader", "sim:visa"], "unknown-sim-kind", 2),
        (&["verify", "no.json"], "dump-malformed", 2),
        (&["verify"], "usage-missing", 2),
        (&["batch", "absent", "--expect", "absent"], "unreadable", 2),
        (&["trust", "list", "--trust-dir", "absent"], "trust-no-manifest", 2),
        (&["recording", "show", "absent"], "unreadable", 2),
        (&["seal-key", "seal.pem"], "already-exists", 2),
    ] {
        for lang in ["ja", "en"] {
            let mut command = program.command([arguments, &["--json", "--lang", lang]].concat());
            command.current_dir(folder.path());
            let outcome = run(command).expect(exit);
            assert_eq!(outcome.stdout.lines().count(), 1, "{arguments:?}: {}", outcome.stdout);
            let object = outcome.json();
            let error = &object["error"];
            assert_eq!(
                (&object["schema"], &error["id"], &object["exit"]),
                (&json!("taimen.error/1"), &json!(id), &json!(exit))
            );
            for half in ["message", "remedy"] {
                let half = error[half].as_str().unwrap();
                assert!(outcome.stderr.contains(half), "{}", outcome.stderr);
            }
            assert_eq!(error["remedy"].as_str().unwrap().is_ascii(), lang == "en", "{error}");
            assert_eq!((object.as_object().unwrap().len(), error.as_object().unwrap().len()), (3, 3));
            assert!(page.contains(&format!("| `{id}` | {exit} |")), "{id}");
        }
        // Without the option standard output has nothing.
        let mut command = program.command(arguments);
        command.current_dir(folder.path());
        assert_eq!(run(command).expect(exit).stdout, "");
    }
}

/// What cannot be written never hides the verdict, whichever it is.
#[test]
fn a_failing_write_keeps_the_verdict_in_json() {
    let program = Program::new();
    let photo = argument(&program.home.file("face.png"));
    for (reader, more, verdict, exit) in [
        ("sim:licence", "--without-pin", 3, 3),
        ("sim:my-number?fault=swapped-photo", "--sex", 1, 1),
        ("sim:my-number?fault=huge-picture", "--sex", 0, 4),
    ] {
        let outcome = program.run(["check", "--json", "--reader", reader, "--photo", &photo, more]).expect(exit);
        let object = outcome.json();
        assert_eq!(object["schema"], "taimen.error/1", "{}", outcome.stdout);
        assert_eq!((&object["verdict"], &object["exit"]), (&json!(verdict), &json!(exit)));
        assert_eq!(object["report"]["schema"], "taimen.report/1");
        assert!(outcome.stderr.contains(object["error"]["message"].as_str().unwrap()));
    }
}

/// What is close to being right is told apart, and the message says what to do instead.
#[test]
fn a_near_miss_names_the_way_out() {
    let program = Program::new();
    let folder = TempDir::new();
    let make = |arguments: &[&str]| {
        let mut command = program.command(arguments);
        command.current_dir(folder.path());
        run(command)
    };
    make(&["check", "--reader", "sim:my-number", "--save-dump", "dump.json", "--record", "card.apdu"]).expect(0);
    let recording = fs::read_to_string(folder.file("card.apdu")).unwrap();
    folder.write("later.apdu", recording.replacen("taimen-recording 2", "taimen-recording 3", 1));
    for (arguments, id, [ja, en]) in [
        (
            &["check", "--reader", "replay:later.apdu"][..],
            "recording-other-version",
            ["この版で記録し直して", "a newer one"],
        ),
        (&["recording", "check", "later.apdu"], "", ["この版で記録し直して", "a newer one"]),
        (&["verify", "card.apdu"], "recording-given", ["replay:card.apdu で", "--reader replay:card.apdu "]),
        (
            &["check", "--reader", "replay:dump.json"],
            "dump-given",
            ["taimen verify dump.json で", "taimen verify dump.json "],
        ),
        (&["check", "--reader", "sim:my-number?sed=1"], "unknown-sim-option", ["seed= のことですか", "mean seed=?"]),
        (&["check", "--reader", "sim:my-number?colour=1"], "unknown-sim-option", ["seed= を指定", "takes fault= and"]),
        (&["check", "--reader", "sim:my-number?seed=x"], "bad-sim-seed", ["0から", "from 0 to"]),
        (&["check", "--reader", "sim:licens"], "unknown-sim-kind", ["licence のことですか", "mean licence?"]),
        (
            &["identify", "--reader", "sim:nope"],
            "unknown-sim-kind",
            ["使える種類：my-number,", "kinds are: my-number,"],
        ),
        (&["simulate", "nope"], "", ["使える種類：my-number,", "kinds are: my-number,"]),
        (&["recording", "make", "nope"], "", ["使える種類：my-number,", "kinds are: my-number,"]),
    ] {
        for (lang, words) in [("ja", ja), ("en", en)] {
            let json: &[&str] = if id.is_empty() { &[] } else { &["--json"] };
            let outcome = make(&[arguments, &["--lang", lang], json].concat()).expect(2);
            let told = outcome.stderr.clone() + &outcome.stdout;
            assert!(told.contains(words), "{arguments:?}: {told}");
            if !id.is_empty() {
                assert_eq!(outcome.json()["error"]["id"], id);
            }
        }
    }

    // A name that is not UTF-8: the message names standard input, which works.
    use std::os::unix::ffi::OsStrExt;
    let reader = std::ffi::OsStr::from_bytes(b"replay:card-\xFF.apdu");
    let mut command = program.command(["check", "--lang", "en", "--json", "--reader"]);
    command.arg(reader);
    let outcome = run(command).expect(2);
    assert_eq!(outcome.json()["error"]["id"], "usage-not-text");
    assert!(outcome.stderr.contains("--reader replay:- < FILE"), "{}", outcome.stderr);
    let mut command = program.command(["check", "--accept", "simulated", "--at", "recorded", "--reader", "replay:-"]);
    command.stdin(fs::File::open(folder.file("card.apdu")).unwrap());
    run(command).expect(0);
}

#[test]
fn a_credentials_file_may_begin_with_a_byte_order_mark() {
    let program = Program::new();
    let persona = Persona::from_seed(1);
    let (year, code) = (persona.expiry_year, &persona.security_code);
    let entries = format!("\u{FEFF}birth = S11-11-15\r\nexpiry-year = {year}\r\nsecurity-code = {code}\r\n");
    let file = argument(&program.home.write("bom.credentials", entries));
    program.run(["check", "--reader", "sim:my-number", "--credentials", &file]).expect(0);
}

#[test]
fn a_file_with_two_uses_is_refused_before_anything_is_read_or_written() {
    let program = Program::new();
    let card = ["check", "--reader", "sim:my-number", "--json"];
    let entries = argument(&program.home.write("entries", "number-b = 00000000000000\n"));
    let form = argument(&program.home.write("form.json", "{}"));
    let fresh = argument(&program.home.file("fresh"));
    // The same file by another name.
    let winding = argument(&program.home.file(".").join("fresh"));
    std::os::unix::fs::symlink(program.home.path(), program.home.file("here")).unwrap();
    let linked = argument(&program.home.file("here/fresh"));
    let recording = argument(&program.home.file("card.apdu"));
    program.run(["check", "--reader", "sim:my-number", "--record", &recording]).expect(0);
    let before = fs::read(&recording).unwrap();
    let replay = format!("replay:{recording}");
    let check = |more: &[&str]| card.iter().chain(more).map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for (arguments, options) in [
        (check(&["--save-dump", &fresh, "--record", &fresh]), ["--record", "--save-dump"]),
        (check(&["--html", &fresh, "--photo", &winding]), ["--html", "--photo"]),
        (check(&["--html", &fresh, "--front", &linked]), ["--front", "--html"]),
        (check(&["--credentials", &entries, "--save-dump", &entries]), ["--credentials", "--save-dump"]),
        (check(&["--form", &form, "--html", &form]), ["--form", "--html"]),
        (check(&["--save-dump", &fresh, "--seal", &fresh]), ["--save-dump", "--seal"]),
        (own(&["check", "--json", "--reader", &replay, "--record", &recording]), ["--reader", "--record"]),
        (own(&["recording", "scrub", &recording, &recording]), ["FILE", "OUT"]),
        (own(&["verify", "--json", &form, "--html", &form]), ["--html", "FILE"]),
        (own(&["batch", "--json", &form, "--junit", &form]), ["--junit", "PATH"]),
    ] {
        let refused = program.run(&arguments).expect(2);
        let named = options.iter().all(|option| refused.stderr.contains(option));
        assert!(named && refused.stderr.contains("taimen wrote nothing"), "{}", refused.stderr);
        if arguments.iter().any(|word| word == "--json") {
            assert_eq!(refused.json()["error"]["id"], "same-file", "{arguments:?}");
        }
    }
    assert!(!program.home.file("fresh").exists());
    assert_eq!(fs::read(&recording).unwrap(), before);
    // Two that are only read may be one.
    program.run(["batch", &form, &form]).expect(2);
}
