//! `taimen profiles` as a script and a person see it.
#![cfg(feature = "cli")]

use std::fs;

use crate::common::{
    program::{Program, run},
    temp::TempDir,
};
use serde_json::Value;
use taimen::profile::Profiles;

fn valid(line: &str) -> Value {
    let schema: Value = serde_json::from_str(include_str!("../../docs/profile.schema.json")).unwrap();
    let value: Value = serde_json::from_str(line).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    value
}

#[test]
fn what_the_commands_print_as_json_follows_the_schema() {
    let program = Program::new();
    let list = valid(&program.run(["profiles", "list", "--date", "2027-03-31", "--json"]).expect(0).stdout);
    let applying = |list: &Value| -> Vec<String> {
        let rows = list["profiles"].as_array().unwrap().iter().filter(|row| row["covers"] == true);
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(applying(&list), ["hanshuhou-2025", "keitaihou-2026", "kobutsu-2025"]);
    let list = valid(&program.run(["profiles", "list", "--date", "2027-04-01", "--json"]).expect(0).stdout);
    assert_eq!(applying(&list), ["hanshuhou-2027", "keitaihou-2027", "kobutsu-2025"]);

    for profile in Profiles::shipped().unwrap().iter() {
        let shown = valid(&program.run(["profiles", "show", &profile.id, "--json"]).expect(0).stdout);
        assert_eq!(shown["profile"], serde_json::to_value(profile).unwrap());
        assert_eq!((shown["sha256"].as_str(), &shown["shipped"]), (Some(profile.sha256()), &Value::Bool(true)));
        let file = format!("{}/profiles/{}.toml", env!("CARGO_MANIFEST_DIR"), profile.id);
        let checked = valid(&program.run(["profiles", "check", &file, "--json"]).expect(0).stdout);
        assert_eq!((&checked["replaces"], &checked["id"]), (&Value::Bool(true), &Value::from(profile.id.as_str())));
    }
}

#[test]
fn a_law_is_shown_as_of_the_day_and_says_what_is_unverified() {
    let program = Program::new();
    for (lang, date, letter, says) in [
        (
            "ja",
            "2027-03-31",
            "イ (i): 写真付き本人確認書類の提示を受ける [T: rule]",
            "犯罪収益移転防止法（2027年3月31日まで）",
        ),
        (
            "ja",
            "2027-04-01",
            "画面に表示する。または有効な旅券等の提示を受けてICチップを読み取る [【未確認】S:",
            "法的助言ではありません",
        ),
        (
            "en",
            "2027-04-01",
            "the content shown on a screen; or a valid passport is presented and its chip read [UNVERIFIED; S:",
            "This is not legal advice",
        ),
    ] {
        let told = program.run(["profiles", "show", "hanshuhou", "--date", date, "--lang", lang]).expect(0).stdout;
        assert!(told.contains(letter) && told.contains(says), "{told}");
        let rows = told.lines().filter(|line| line.trim_end().ends_with(']')).count();
        assert!(rows > 95, "every row has its grounds: {rows}");
    }
}

#[test]
fn a_file_of_ones_own_is_the_one_that_applies() {
    let (program, folder) = (Program::new(), TempDir::new());
    let shipped = fs::read_to_string(format!("{}/profiles/hanshuhou-2027.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    folder.write("own.toml", shipped.replacen("まず、ICチップを", "手引き第3章のとおり、まず、ICチップを", 1));
    let show = |arguments: &[&str]| {
        let mut command =
            program.command([&["profiles", "show", "hanshuhou", "--date", "2027-04-01", "--json"], arguments].concat());
        command.current_dir(folder.path());
        valid(&run(command).expect(0).stdout)
    };
    let (ours, theirs) = (show(&["--profile", "own.toml"]), show(&[]));
    assert_eq!((&ours["id"], &ours["shipped"]), (&theirs["id"], &Value::Bool(false)));
    assert_ne!(ours["sha256"], theirs["sha256"]);
    assert!(ours.to_string().contains("手引き第3章") && !theirs.to_string().contains("手引き第3章"));

    let mut command =
        program.command(["profiles", "list", "--profile", "own.toml", "--profile", "absent.toml", "--json"]);
    command.current_dir(folder.path());
    let failed: Value = serde_json::from_str(&run(command).expect(2).stdout).unwrap();
    assert_eq!(failed["error"]["id"], "unreadable");

    // Standard input, as `taimen verify -` has it.
    folder.write("zero.toml", shipped.replacen("years = 7", "years = 0", 1));
    let mut command = program.command(["profiles", "check", "-", "--json"]);
    command.stdin(fs::File::open(folder.file("zero.toml")).unwrap());
    let failed: Value = serde_json::from_str(&run(command).expect(2).stdout).unwrap();
    assert_eq!(failed["error"]["id"], "profile-years");
}
