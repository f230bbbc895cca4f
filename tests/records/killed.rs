//! Writers that end in the middle: SIGKILL, a power cut, a full disk, a file system that takes nothing more. What a writer was told is
//! saved is there afterwards, nothing is half there, and the log verifies.
//!
//! SIGKILL shows what the death of a process does. A power cut is shown by `shim.c`: it keeps what each file held when it was last
//! synced, and only that is left. Neither shows what a disk does that reports a sync it has not done.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{ChildStdout, Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use taimen::{
    records::store::{Depth, Keys, Place, Store},
    transport::{Nonces, nonces::SystemNonces},
};
use uuid::Uuid;

use crate::{
    bench::{Bench, both, record},
    common::temp::TempDir,
};

/// How many writers are killed one after the other: few in every run, over 500 with `scripts/test-long`.
fn kills() -> usize {
    if std::env::var_os("TAIMEN_LONG").is_some() { 260 } else { 6 }
}

/// A writer: a process of its own that adds records for as long as it can, and says each number once it is saved.
#[test]
#[ignore = "a part of the other tests here"]
fn writer() {
    let Ok(url) = std::env::var("TAIMEN_TEST_URL") else { return };
    let place = Place::parse(&url).unwrap();
    let keys = Keys::load(Path::new(&std::env::var("TAIMEN_TEST_KEY").unwrap()), &place).unwrap();
    let mut store = Store::open(place, keys, Box::new(SystemNonces)).unwrap();
    for number in 1.. {
        match store.append(&record(number)) {
            Ok(appended) => println!("saved {} {} {number}", appended.seq, appended.id),
            Err(error) => {
                println!("failed {error:?}");
                break;
            }
        }
        std::io::stdout().flush().unwrap();
    }
}

fn start(bench: &Bench, shim: &[(&str, &str)]) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "killed::writer", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("TAIMEN_TEST_URL", &bench.url).env("TAIMEN_TEST_KEY", bench.key());
    if !shim.is_empty() {
        command.env("LD_PRELOAD", library()).env("TAIMEN_SHIM_DIR", bench.folder.file("data").canonicalize().unwrap());
        command.envs(shim.iter().copied());
    }
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a writer said: number in the log, id, its own number; and why it ended, if it says so.
type Said = (Vec<(u64, Uuid, u64)>, Option<String>);

fn said(output: impl std::io::Read) -> Said {
    heard(output, &AtomicBool::new(false))
}

/// The same; `wrote` is set with the first entry.
fn heard(output: impl std::io::Read, wrote: &AtomicBool) -> Said {
    let (mut saved, mut failed) = (Vec::new(), None);
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["saved", seq, id, number] => {
                saved.push((seq.parse().unwrap(), id.parse().unwrap(), number.parse().unwrap()));
                wrote.store(true, Ordering::SeqCst);
            }
            ["failed", rest @ ..] => failed = Some(rest.join(" ")),
            _ => {}
        }
    }
    (saved, failed)
}

/// Lets writers write for a random time and kills them. If `wait`, the time begins with the first entry, however busy the machine is; else it
/// begins at once, and some are killed while they open the database.
fn kill(bench: &Bench, writers: usize, wait: bool) -> Vec<(u64, Uuid, u64)> {
    let wrote = Arc::new(AtomicBool::new(false));
    let mut children: Vec<_> = (0..writers).map(|_| start(bench, &[])).collect();
    let outputs: Vec<_> = children.iter_mut().map(|child| child.stdout.take().unwrap()).collect();
    let read = |output: ChildStdout| {
        let wrote = wrote.clone();
        thread::spawn(move || heard(output, &wrote).0)
    };
    let readers: Vec<_> = outputs.into_iter().map(read).collect();
    for _ in 0..3000 {
        if !wait || wrote.load(Ordering::SeqCst) {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let drawn = u64::from(SystemNonces.draw(1).unwrap()[0]);
    thread::sleep(Duration::from_millis(60 + drawn));
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect()
}

/// Whatever was said to be saved is there, and the log holds.
fn holds(bench: &Bench, saved: &[(u64, Uuid, u64)]) -> u64 {
    let mut store = bench.read();
    for (seq, id, number) in saved {
        let entry = store.read(*id).unwrap_or_else(|error| panic!("record {seq} is lost: {error}"));
        assert_eq!(entry.header.seq, *seq);
        let text = String::from_utf8(entry.payload.unwrap().to_vec()).unwrap();
        assert_eq!(text, format!("{{\"name\":\"海山 ためし{number}\"}}"));
    }
    let report = store.verify(Depth::Content, &[]).unwrap();
    assert!(report.holds(), "{:?}", report.bad);
    report.size
}

both! {
    fn killed_writers_lose_nothing_that_was_saved(bench: &Bench) {
        drop(bench.create());
        let mut saved = Vec::new();
        for writers in [1, 4] {
            for round in 0..kills().div_ceil(2) {
                let now = kill(bench, writers, round % 2 == 0);
                saved.extend(now.iter().copied());
                // At most one entry of each writer was committed and not said.
                assert!(holds(bench, &now) >= u64::try_from(saved.len()).unwrap());
            }
        }
        assert!(!saved.is_empty(), "no writer wrote anything");
        holds(bench, &saved);
        // And the counter goes on.
        let mut store = bench.open().unwrap();
        store.append(&record(1)).unwrap();
    }
}

/// `shim.c`, compiled once.
fn library() -> &'static PathBuf {
    static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, library) = BUILT.get_or_init(|| {
        let folder = TempDir::new();
        let library = folder.file("shim.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/records/shim.c");
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).args([source, "-ldl"]).status();
        assert!(built.is_ok_and(|status| status.success()), "no C compiler. Remedy: apt-get install gcc libc6-dev");
        (folder, library)
    });
    library
}

#[test]
fn a_power_cut_loses_nothing_that_was_saved() {
    let bench = Bench::sqlite();
    drop(bench.create());
    let durable = bench.folder.file("durable");
    let copy = |from: &Path, to: &Path| {
        let _ = fs::remove_dir_all(to);
        fs::create_dir(to).unwrap();
        for file in fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            let hidden = file.file_name().to_string_lossy().starts_with('.');
            // Shared memory is on no disk.
            if !hidden && !file.file_name().to_string_lossy().ends_with("-shm") {
                fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
        }
    };
    let data = bench.folder.file("data");
    assert!(!data.join("records.db-wal").exists(), "a store that was dropped has closed its file");
    let mut all = Vec::new();
    for _ in 0..kills() {
        copy(&data, &durable);
        let mut child = start(&bench, &[("TAIMEN_SHIM_DURABLE", durable.to_str().unwrap())]);
        let output = child.stdout.take().unwrap();
        let reader = thread::spawn(move || said(output).0);
        thread::sleep(Duration::from_millis(80 + u64::from(SystemNonces.draw(1).unwrap()[0])));
        child.kill().unwrap();
        child.wait().unwrap();
        let saved = reader.join().unwrap();
        // What was synced is all that is left.
        copy(&durable, &data);
        holds(&bench, &saved);
        all.extend(saved);
    }
    assert!(!all.is_empty(), "no writer wrote anything");
    holds(&bench, &all);
}

#[test]
fn a_full_disk_and_one_that_takes_nothing_more_are_named_and_lose_nothing() {
    // SQLite calls a write that a file system refuses while it is open an input or output error (778).
    for (number, named) in [("28", ["DiskFull", "DiskFull"]), ("30", ["ReadOnly", "\"778\""])] {
        for writes in ["0", "3", "25", "60", "150"] {
            let bench = Bench::sqlite();
            drop(bench.create());
            let child = start(&bench, &[("TAIMEN_SHIM_WRITES", writes), ("TAIMEN_SHIM_ERRNO", number)]);
            let output = child.wait_with_output().unwrap();
            let (saved, failed) = said(output.stdout.as_slice());
            // With no write at all it does not even open.
            assert!(
                failed.as_ref().is_none_or(|failed| named.iter().any(|named| failed.contains(named))),
                "{number} after {writes}: {failed:?}"
            );
            assert!(failed.is_some() || saved.is_empty(), "{number} after {writes}: it went on");
            holds(&bench, &saved);
            let mut store = bench.open().unwrap();
            store.append(&record(9)).unwrap();
            assert!(store.verify(Depth::Content, &[]).unwrap().holds());
        }
    }
}
