//! `taimen records` as far as it is about the storage: what the program prints, and how it ends.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{
    bench::{Bench, entry, record, sqlite},
    common::program::{Outcome, Program, argument, assert_private, run},
};

use taimen::records::store::{EntryKind, KeyFile, SignedHead};

struct Shop {
    bench: Bench,
    program: Program,
}

impl Shop {
    fn new(bench: Bench) -> Self {
        Self { bench, program: Program::new() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program.command([&["records"], arguments].concat());
        command.env("TAIMEN_RECORDS", &self.bench.url).env("TAIMEN_RECORDS_KEY", self.bench.key());
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        run(self.command(arguments))
    }

    fn path(&self, name: &str) -> String {
        argument(&self.bench.folder.file(name))
    }
}

/// The id of the error that a run ended with.
fn error(outcome: &Outcome) -> Value {
    outcome.json()["error"]["id"].clone()
}

#[test]
fn a_shop_makes_backs_up_and_proves_its_records_on_both() {
    for bench in [Bench::sqlite(), Bench::postgres()] {
        let shop = Shop::new(bench);
        let made = shop.run(&["init", "--json"]).expect(0).json();
        assert_eq!((&made["test"], &made["schema"]), (&false.into(), &"taimen.record-log/1".into()));
        assert_private(&shop.bench.key());
        let public = made["public_key"].as_str().unwrap().to_owned();
        // Neither the database nor the key is made a second time.
        let again = shop.run(&["init", "--json"]).expect(2);
        assert_eq!(error(&again), "records-key-exists");
        let mut other = shop.command(&["init", "--json"]);
        other.env("TAIMEN_RECORDS_KEY", shop.bench.folder.file("keys/other.key"));
        assert_eq!(error(&run(other).expect(2)), "records-already-there");
        assert!(!shop.bench.folder.file("keys/other.key").exists());

        let mut store = shop.bench.open().unwrap();
        let ids: Vec<_> = (1..=5).map(|number| store.append(&record(number)).unwrap().id).collect();
        drop(store);
        let report = shop.run(&["verify", "--json"]).expect(0).json();
        assert_eq!((&report["holds"], &report["size"], &report["content"]), (&true.into(), &5.into(), &true.into()));
        let mut keyless = shop.command(&["verify", "--json"]);
        keyless.env_remove("TAIMEN_RECORDS_KEY");
        let keyless = run(keyless).expect(0).json();
        assert_eq!((&keyless["content"], &keyless["signer_known"]), (&false.into(), &false.into()));
        assert_eq!(report["signer_known"], true);

        let (head, proof) = (shop.path("head"), shop.path("proof.json"));
        shop.run(&["head", "--out", &head]).expect(0);
        assert!(fs::read_to_string(&head).unwrap().starts_with("taimen-records/"));
        shop.run(&["verify", "--head", &head]).expect(0);
        shop.run(&["head", "--proof", &ids[2].to_string(), "--out", &proof]).expect(0);
        // The auditor has the public key, the head and the proof, and no database.
        let audit = |arguments: &[&str]| shop.program.run([&["records", "verify", "--json"], arguments].concat());
        let proved = audit(&["--proof", &proof, "--public-key", &public, "--head", &head]).expect(0).json();
        assert_eq!((&proved["proved"], &proved["seq"], &proved["content"]), (&true.into(), &3.into(), &Value::Null));
        // A head of another time is not the proof's, which is no fault of either; a proof under it is to be had.
        drop(shop.bench.open().unwrap().append(&record(6)).unwrap());
        let (newer, under) = (shop.path("newer"), shop.path("under.json"));
        shop.run(&["head", "--out", &newer]).expect(0);
        let refused = audit(&["--proof", &proof, "--public-key", &public, "--head", &newer]).expect(2);
        assert_eq!(error(&refused), "records-other-head");
        audit(&["--proof", &proof, "--public-key", &public, "--head", &newer, "--head", &head]).expect(0);
        shop.run(&["head", "--proof", &ids[2].to_string(), "--head", &newer, "--out", &under]).expect(0);
        audit(&["--proof", &under, "--public-key", &public, "--head", &newer]).expect(0);
        shop.run(&["head", "--proof", &ids[2].to_string(), "--head", &head]).expect(0);
        // A head that is not one of this log is named by its file.
        let theirs = shop.path("theirs");
        let mut disagrees = SignedHead::parse(&fs::read_to_string(&newer).unwrap()).unwrap().head;
        disagrees.root = [9; 32];
        let key = KeyFile::parse(&fs::read_to_string(shop.bench.key()).unwrap()).unwrap();
        let disagrees = disagrees.sign(key.signer()).note();
        let unsigned = fs::read_to_string(&newer).unwrap().replace("\ntime 2", "\ntime 3");
        for (note, id) in [(disagrees, "records-head-disagrees"), (unsigned, "records-head")] {
            fs::write(&theirs, note).unwrap();
            let refused = shop.run(&["head", "--proof", &ids[2].to_string(), "--head", &theirs, "--json"]).expect(2);
            let said = refused.json()["error"]["message"].to_string();
            assert_eq!(error(&refused), id);
            assert!(said.contains("theirs") && !said.contains("kept with the key. taimen added"), "{said}");
        }
        // The latter says nothing to verify either.
        let refused = shop.run(&["verify", "--head", &theirs, "--json"]).expect(2);
        assert_eq!(error(&refused), "records-head");
        assert!(refused.json()["error"]["message"].to_string().contains("theirs"));
        let last = shop.run(&["verify", "--json"]).expect(0).json();
        assert_eq!((&last["size"], &last["clock_back"]), (&6.into(), &serde_json::json!([])));
        let changed = fs::read_to_string(&proof).unwrap().replacen("\"seq\": 3", "\"seq\": 4", 1);
        fs::write(&proof, changed).unwrap();
        assert_eq!(audit(&["--proof", &proof, "--public-key", &public]).expect(1).json()["proved"], false);
        assert_eq!(error(&audit(&["--proof", &head, "--public-key", &public]).expect(2)), "records-not-a-proof");
        assert_eq!(error(&audit(&["--proof", &proof, "--public-key", "x"]).expect(2)), "records-not-a-public-key");

        let copy = shop.path("copy.db");
        assert_eq!(shop.run(&["backup", &copy, "--json"]).expect(0).json()["size"], 6);
        assert_private(&shop.bench.folder.file("copy.db"));
        assert_eq!(error(&shop.run(&["backup", &copy, "--json"]).expect(2)), "records-already-there");
        assert_eq!(error(&shop.run(&["restore", &copy, "--json"]).expect(2)), "records-already-there");
        shop.run(&["rekey"]).expect(0);
        // The copy is older now: it is put into another place only if that is said.
        let place = format!("sqlite:{}", shop.path("data/restored.db"));
        let older = shop.run(&["restore", &copy, "--records", &place, "--json"]).expect(2);
        assert_eq!(error(&older), "records-older-copy");
        let restored = shop.run(&["restore", &copy, "--records", &place, "--accept-loss", "--json"]).expect(0);
        assert_eq!(restored.json()["size"], 6);
        shop.run(&["verify", "--records", &place]).expect(0);
    }
}

#[test]
fn damage_ends_with_1_and_names_the_entry() {
    let shop = Shop::new(Bench::sqlite());
    drop(shop.bench.filled(4));
    shop.bench.tamper("UPDATE entry SET created_at = created_at + 1 WHERE seq = 3");
    let report = shop.run(&["verify", "--json"]).expect(1).json();
    assert_eq!(report["bad"][0], serde_json::json!({"seq": 3, "layer": "leaf"}));
    let shown = shop.run(&["verify"]).expect(1);
    assert!(shown.stdout.contains("entry 3 (leaf)"), "{}", shown.stdout);
    let mut japanese = shop.command(&["verify"]);
    japanese.env("TAIMEN_LANG", "ja");
    assert!(run(japanese).expect(1).stdout.contains("3件目"));
}

#[test]
fn a_damaged_data_key_ends_with_1_and_blames_no_key_file() {
    let shop = Shop::new(Bench::sqlite());
    drop(shop.bench.filled(2));
    shop.bench.tamper("UPDATE data_key SET wrapped = zeroblob(60)");
    let report = shop.run(&["verify", "--json"]).expect(1).json();
    assert_eq!(report["bad"][0], serde_json::json!({"seq": 0, "layer": "key"}));
    let shown = shop.run(&["verify"]).expect(1);
    assert!(shown.stdout.contains("database (key): a data key does not open"), "{}", shown.stdout);
    assert_eq!(error(&shop.run(&["rekey", "--json"]).expect(2)), "records-damaged");
}

#[test]
fn nobody_is_told_that_a_forged_database_is_the_shops() {
    let shop = Shop::new(Bench::sqlite());
    drop(shop.bench.filled(2));
    let public = shop.run(&["head", "--json"]).expect(0).json()["public_key"].as_str().unwrap().to_owned();
    let (head, name) = (shop.path("head"), public.split('+').next().unwrap().rsplit('/').next().unwrap().to_owned());
    shop.run(&["head", "--out", &head]).expect(0);
    // Somebody else signs everything anew, in a log of the same name.
    let forged = Bench::sqlite();
    drop(forged.filled_as(name.parse().unwrap(), 2));
    fs::copy(forged.file(), shop.bench.file()).unwrap();
    let keyless = |lang: &str, arguments: &[&str]| {
        let mut command = shop.command(&[&["verify"], arguments].concat());
        command.env_remove("TAIMEN_RECORDS_KEY").env("TAIMEN_LANG", lang);
        run(command)
    };
    assert_eq!(keyless("en", &["--json"]).expect(0).json()["signer_known"], false);
    let said = keyless("en", &[]).expect(0).stdout;
    assert!(said.contains("did not check who signed it") && said.contains("--public-key"), "{said}");
    assert!(!said.contains("nothing is damaged"), "{said}");
    let said = keyless("ja", &[]).expect(0).stdout;
    assert!(said.contains("誰が署名したかは確かめていません") && said.contains("--public-key"), "{said}");
    // What came another way finds it: the public key, a head, the key itself.
    assert_eq!(error(&keyless("en", &["--public-key", &public, "--json"]).expect(2)), "records-wrong-key");
    assert_eq!(error(&keyless("en", &["--head", &head, "--json"]).expect(2)), "records-head");
    assert_eq!(shop.run(&["verify", "--json"]).expect(1).json()["bad"][0]["layer"], "log");
    // And nothing is said against the shop's own.
    let shop = Shop::new(Bench::sqlite());
    drop(shop.bench.filled(2));
    let public = shop.run(&["head", "--json"]).expect(0).json()["public_key"].as_str().unwrap().to_owned();
    let mut command = shop.command(&["verify", "--public-key", &public]);
    command.env_remove("TAIMEN_RECORDS_KEY");
    let said = run(command).expect(0).stdout;
    assert!(said.contains("nothing is damaged") && !said.contains("who signed"), "{said}");
    let copied = shop.run(&["backup", &shop.path("copy.db"), "--json"]).expect(0).json();
    assert_eq!(copied["signer_known"], true);
}

#[test]
fn no_terminal_obeys_what_a_proof_reveals() {
    let shop = Shop::new(Bench::sqlite());
    let mut store = shop.bench.create();
    let id =
        store.append(&entry(EntryKind::Record, None, 1, "{\"name\":\"海\u{9b}2J\u{202e}山\"}")).unwrap().id.to_string();
    drop(store);
    let proof = shop.path("proof.json");
    let public = shop.run(&["head", "--json"]).expect(0).json()["public_key"].as_str().unwrap().to_owned();
    shop.run(&["head", "--proof", &id, "--reveal", "--out", &proof]).expect(0);
    let said = shop.run(&["verify", "--proof", &proof, "--public-key", &public]).expect(0).stdout;
    assert!(said.contains("海\\u009b2J\\u202e山") && !said.contains(['\u{9b}', '\u{202e}']), "{said}");
}

#[test]
fn a_head_of_another_database_is_named_as_one() {
    let (shop, other) = (Shop::new(Bench::sqlite()), Shop::new(Bench::sqlite()));
    let id = shop.bench.filled(2).1[0].id.to_string();
    drop(other.bench.filled(2));
    let head = other.path("head");
    other.run(&["head", "--out", &head]).expect(0);
    let refused = shop.run(&["verify", "--head", &head, "--json"]).expect(2);
    assert_eq!(error(&refused), "records-head-elsewhere");
    other.run(&["verify", "--head", &head]).expect(0);
    // An auditor who mixes up two shops is told the same.
    let proof = shop.path("proof.json");
    shop.run(&["head", "--proof", &id, "--out", &proof]).expect(0);
    let public = shop.run(&["head", "--json"]).expect(0).json()["public_key"].as_str().unwrap().to_owned();
    let refused =
        shop.run(&["verify", "--proof", &proof, "--public-key", &public, "--head", &head, "--json"]).expect(2);
    assert_eq!(error(&refused), "records-head-elsewhere");
}

#[test]
fn a_system_without_a_key_store_is_told_so() {
    let shop = Shop::new(Bench::sqlite());
    let nowhere = "unix:path=/nonexistent/bus";
    let keyring = |arguments: &[&str]| {
        let mut command = shop.program.command([&["records"], arguments, &["--keyring", "--json"]].concat());
        command.env("TAIMEN_RECORDS", &shop.bench.url).env("DBUS_SESSION_BUS_ADDRESS", nowhere);
        command.env("HOME", shop.bench.folder.path()).env("XDG_DATA_HOME", shop.bench.folder.file("share"));
        error(&run(command).expect(2))
    };
    assert_eq!(keyring(&["init"]), "records-no-keyring");
    assert!(!shop.bench.file().exists());
    drop(shop.bench.filled(1));
    assert_eq!(keyring(&["verify"]), "records-no-keyring");
}

#[test]
fn an_older_copy_and_a_password_are_refused() {
    let shop = Shop::new(Bench::sqlite());
    let (mut store, _) = shop.bench.filled(2);
    let copy = shop.bench.folder.file("copy.db");
    store.backup(&copy).unwrap();
    store.append(&record(3)).unwrap();
    drop(store);
    for name in ["records.db", "records.db-wal", "records.db-shm"] {
        let _ = fs::remove_file(shop.bench.folder.file("data").join(name));
    }
    fs::copy(&copy, shop.bench.file()).unwrap();
    let report = shop.run(&["verify", "--json"]).expect(1).json();
    assert_eq!(report["bad"], serde_json::json!([{"seq": 2, "layer": "older"}]));
    assert_eq!(error(&shop.run(&["rekey", "--json"]).expect(2)), "records-older-copy");
    // Nor is a copy of it one of the whole log.
    let backup = shop.run(&["backup", &shop.path("second.db"), "--json"]).expect(1).json();
    assert_eq!((&backup["holds"], &backup["bad"]), (&false.into(), &report["bad"]));
    let said = shop.run(&["backup", &shop.path("third.db")]).expect(1).stdout;
    assert!(said.contains("an older copy, or cut off") && !said.contains("nothing is damaged"), "{said}");
    let url = "postgres://anna:geheim@db.example/records";
    let refused = shop.run(&["verify", "--records", url, "--json"]).expect(2);
    assert_eq!(error(&refused), "password-in-url");
    assert!(!format!("{}{}", refused.stdout, refused.stderr).contains("geheim"));
}

#[test]
fn a_clock_that_went_back_is_said_to_whoever_saves_and_to_whoever_verifies() {
    let shop = Shop::new(Bench::sqlite());
    let mut store = shop.bench.create();
    store.append(&entry(EntryKind::Record, None, 86_400 * 365 * 50, "{}")).unwrap();
    drop(store);
    let said = shop.run(&["rekey"]).expect(0).stderr;
    assert!(said.contains("is before that of the entry before it"), "{said}");
    let report = shop.run(&["verify", "--json"]).expect(0).json();
    assert_eq!((&report["holds"], &report["clock_back"][0]["seq"]), (&true.into(), &2.into()));
    let words = shop.run(&["verify"]).expect(0).stdout;
    assert!(words.contains("nothing is damaged") && words.contains("Note: the time of entry 2 ("), "{words}");
    let mut japanese = shop.command(&["verify"]);
    japanese.env("TAIMEN_LANG", "ja");
    assert!(run(japanese).expect(0).stdout.contains("注意: 2件目の時刻（"));
}

#[test]
fn a_new_key_file_replaces_the_former_one() {
    let shop = Shop::new(Bench::sqlite());
    drop(shop.bench.filled(2));
    let next = shop.path("keys/next.key");
    shop.run(&["rekey", "--new-key", &next]).expect(0);
    assert_eq!(error(&shop.run(&["verify", "--json"]).expect(2)), "records-old-key");
    shop.run(&["verify", "--key", &next]).expect(0);
    let other = shop.path("keys/other.key");
    std::fs::write(&other, "another shop's").unwrap();
    for (taken, id) in [(&next, "same-file"), (&other, "records-key-exists")] {
        assert_eq!(error(&shop.run(&["rekey", "--key", &next, "--new-key", taken, "--json"]).expect(2)), id);
    }
}

#[test]
fn what_is_no_record_is_not_purged() {
    let shop = Shop::new(Bench::sqlite());
    let mut store = shop.bench.create();
    let id = store.append(&entry(EntryKind::Export, None, 1, "{}")).unwrap().id;
    drop(store);
    shop.run(&["purge", &id.to_string(), "--yes", "--json"]).expect(2);
    let nothing = shop.run(&["purge", "--yes", "--json"]).expect(0).json();
    assert_eq!((&nothing["due"], &nothing["refused"]), (&serde_json::json!([]), &0.into()));
    sqlite(&shop.bench.file(), "SELECT 1").unwrap();
}
