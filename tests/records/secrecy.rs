//! What is not written anywhere: a marked person's data.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use taimen::records::store::{EntryKind, Lookup};
use zeroize::Zeroizing;

use crate::{
    bench::{Bench, both, entry, record},
    common::{marks::forms, postgres},
};

/// An invented person whose every text is unlike anything else.
const MARKS: [&str; 3] = ["幻影寺 ぬらりひょん", "QZXJ-KVWY-7731", "夢幻郡うそつき町9999"];

/// Whether a file, or one in a folder, holds bytes. grep is fast enough for a server's data.
fn holds(path: &Path, mark: &[u8]) -> bool {
    let mut pattern = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut pattern, hex_pattern(mark).as_bytes()).unwrap();
    let mut grep = Command::new("grep");
    grep.args(["-r", "-q", "-a", "-P", "-f"]).arg(pattern.path()).arg(path).env("LC_ALL", "C").stderr(Stdio::null());
    // 2 is a file that is gone by now; a match is 0 all the same.
    grep.status().unwrap().code() == Some(0)
}

/// Bytes as a Perl pattern.
fn hex_pattern(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

both! {
    fn a_person_is_nowhere_in_plain_text(bench: &Bench) {
        let (mut store, _) = bench.filled(2);
        let payload = format!("{{\"name\":\"{}\",\"document\":\"{}\",\"address\":\"{}\"}}", MARKS[0], MARKS[1], MARKS[2]);
        let mut marked = entry(EntryKind::Record, None, 3, &payload);
        marked.lookups = MARKS.iter().map(|mark| Lookup::new("name", *mark)).collect();
        let id = store.append(&marked).unwrap().id;
        let places = |bench: &Bench| {
            let mut places = vec![bench.folder.path().to_owned()];
            places.extend(bench.server.as_ref().map(|_| postgres::server().data().to_owned()));
            places
        };
        for (form, text) in MARKS.into_iter().flat_map(forms) {
            fs::write(bench.folder.file("control"), &text).unwrap();
            assert!(holds(bench.folder.path(), &text), "{form}: the search finds what is there");
        }
        fs::remove_file(bench.folder.file("control")).unwrap();
        store.backup(&bench.folder.file("copy.db")).unwrap();
        let absent = |when: &str| {
            for mark in MARKS {
                for (form, text) in forms(mark) {
                    for place in places(bench) {
                        assert!(!holds(&place, &text), "{when}: {mark} as {form} in {}", place.display());
                    }
                }
            }
        };
        absent("while it is open");
        let found = store.find(&Lookup::new("name", MARKS[0])).unwrap();
        assert_eq!(found[0].id, id);
        store.empty(&[id], &entry(EntryKind::Purge, None, 9, "{}")).unwrap();
        drop(store);
        absent("after it is closed");
    }
}

#[test]
fn a_purge_leaves_no_ciphertext_behind() {
    let bench = Bench::sqlite();
    let (mut store, appended) = bench.filled(3);
    let sealed = {
        let proof = store.proof(appended[1].id, true, None).unwrap().to_json();
        let proof: serde_json::Value = serde_json::from_str(&proof).unwrap();
        hex::decode(proof["content"]["sealed"].as_str().unwrap()).unwrap()
    };
    let data = bench.folder.file("data");
    // A page's end may cut it in two.
    let pieces = || sealed.windows(16).filter(|piece| holds(&data, piece)).count();
    assert!(pieces() > 0);
    let purged = store.empty(&[appended[1].id], &entry(EntryKind::Purge, None, 9, "{}")).unwrap();
    assert_eq!(purged.not_vacuumed, None);
    assert_eq!(pieces(), 0, "neither in the database nor in its WAL");
    assert_eq!(store.append(&record(5)).unwrap().seq, 5);
}

#[test]
fn keys_have_no_debug_form_and_errors_hold_no_text() {
    let bench = Bench::sqlite();
    let (mut store, _) = bench.filled(1);
    let mut long = entry(EntryKind::Record, None, 2, "x");
    long.payload = Zeroizing::new(MARKS[0].repeat(10_000).into_bytes());
    let error = store.append(&long).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(MARKS[0]));
    let key = fs::read_to_string(bench.key()).unwrap();
    let master = key.lines().find(|line| line.starts_with("master = ")).unwrap().to_owned();
    assert!(!format!("{:?} {store:?}", bench.keys()).contains(&master[10..20]));
}
