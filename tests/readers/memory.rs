//! What is left of an entry once `check` has read the card: nothing in the process's memory, in a core file that root takes of
//! it, or on disk; and a signal makes no core file at all.

use std::{
    fs,
    io::Write,
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::ExitStatusExt},
    },
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use super::laid::{Laid, Trouble, check_arguments, credentials_file, presents};
use crate::common::{
    marks::{SEED, contains, found, is_short, memory},
    pcscd::{Pcscd, wait_for},
    program::{Program, Running, argument, installed, run},
};
use taimen::{crypto::sha1_key, dump::Dump, simulator::cards::passport::PassportHolder};

/// What is looked for: the commands that presented something, as the card got them; what was entered, as it was typed; and what keys
/// come of.
struct Marks {
    commands: Vec<Vec<u8>>,
    lines: Vec<String>,
    values: Vec<String>,
    seeds: Vec<Vec<u8>>,
}

impl Marks {
    /// `shows` says whether the report or the chip holds a text: that is in memory.
    fn new(commands: &[Vec<u8>], entries: &[(String, String)], shows: impl Fn(&str) -> bool) -> Self {
        let commands: Vec<Vec<u8>> = commands.iter().filter(|command| presents(command)).cloned().collect();
        let sent = commands.iter().filter_map(|command| String::from_utf8(command.get(5..)?.to_vec()).ok());
        let typed = entries.iter().map(|(_, value)| value.clone());
        let values = sent.chain(typed).filter(|value| is_short(value) || !shows(value)).collect();
        let lines = entries.iter().map(|(id, value)| format!("{id} = {value}")).collect();
        let seeds = entries.iter().map(|(_, value)| sha1_key(&[seed(value).as_bytes()]).to_vec()).collect();
        Self { commands, lines, values, seeds }
    }

    /// Which of them stand in these bytes, and in which form.
    fn found(&self, within: &[u8]) -> Vec<String> {
        let commands =
            self.commands.iter().filter(|command| contains(within, command)).map(|one| format!("{one:02X?}"));
        let lines = self.lines.iter().filter(|line| contains(within, line.as_bytes())).cloned();
        let values = self
            .values
            .iter()
            .flat_map(|value| found(value, within).into_iter().map(move |form| format!("{form}: {value}")));
        let seeds = self.seeds.iter().filter(|seed| contains(within, seed)).map(|_| "what keys come of".to_owned());
        commands.chain(lines).chain(values).chain(seeds).collect()
    }
}

/// What a card derives its keys from, of what was entered: a number as it is; number, birth date and expiry of a zone's second line,
/// each with its check digit.
fn seed(value: &str) -> String {
    if value.len() == 44 { [&value[..10], &value[13..20], &value[21..28]].concat() } else { value.to_owned() }
}

/// A stream that takes nothing more.
fn full() -> (UnixStream, Stdio) {
    let (mut writer, reader) = UnixStream::pair().unwrap();
    writer.set_nonblocking(true).unwrap();
    while writer.write(&[b'\n'; 4096]).is_ok() {}
    while writer.write(b"\n").is_ok() {}
    writer.set_nonblocking(false).unwrap();
    (reader, Stdio::from(OwnedFd::from(writer)))
}

/// Aborts a process that may write a core file of any size, unless it has forbidden itself that for good.
fn aborted(mut process: Running) -> ExitStatus {
    let id = process.0.id().to_string();
    let limit = Command::new("prlimit").args(["--core=unlimited", "--pid", &id]).stderr(Stdio::null()).status();
    limit.expect("util-linux is installed");
    assert!(Command::new("kill").args(["-ABRT", &id]).status().unwrap().success());
    process.0.wait().unwrap()
}

/// Every file in a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.is_file() {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all
}

#[test]
fn a_check_that_has_read_the_card_holds_nothing_that_was_entered() {
    let pcscd = Pcscd::start();
    let number = PassportHolder::from_seed(SEED).can;
    for (name, more, entry) in [
        ("my-number", &["--jpki"][..], None),
        ("licence", &[], None),
        ("residence2", &[], None),
        // What was typed of the zone stays with what was read, and the chip holds the zone itself; the line does not.
        ("passport", &[], None),
        ("passport", &[], Some(("can".to_owned(), number))),
    ] {
        let program = Program::new();
        let laid = Laid::on(&pcscd, &format!("{name}?seed={SEED}"), Trouble::Nothing);
        let elsewhere = Program::new();
        let entries = entry.map_or_else(|| laid.entries(), |entry| vec![entry]);
        let credentials = credentials_file(&elsewhere, &entries);
        let outputs = ["dump.json", "reading.apdu", "page.html"].map(|file| argument(&program.home.file(file)));
        let written = ["--save-dump", &outputs[0], "--record", &outputs[1], "--html", &outputs[2]];
        let arguments = [&check_arguments(&credentials), more, &written].concat();
        let command = || {
            let mut command = program.command(&arguments);
            // Whatever a library would say if it were asked.
            command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").env("PCSCLITE_DEBUG", "0");
            command.current_dir(program.home.path());
            command
        };
        let honest = run(command()).expect(0);
        // The report is made when everything is read and checked.
        let report = honest.stdout.lines().find(|line| line.contains("\"headline\": ")).unwrap().to_owned();
        let dump = Dump::from_json(&fs::read(program.home.file("dump.json")).unwrap());
        let chip: Vec<Vec<u8>> = dump.unwrap().files_mut().map(|(_, bytes)| bytes.clone()).collect();
        let shows =
            |value: &str| honest.stdout.contains(value) || chip.iter().any(|bytes| contains(bytes, value.as_bytes()));
        let marks = Marks::new(&laid.take_commands(), &entries, shows);
        assert_eq!(marks.commands.is_empty(), name == "passport", "{name}");
        let printed = ["residence2", "passport"].contains(&name) && entries[0].0 != "can";
        assert_eq!(marks.values.is_empty(), printed, "{name}: what is printed is on the chip");

        // What it said and wrote.
        let mut written = files(program.home.path());
        assert!(written.len() >= 3, "{name}");
        written.extend([("stdout".to_owned(), honest.stdout.into()), ("stderr".to_owned(), honest.stderr.into())]);
        for (file, bytes) in &written {
            let found = marks.found(bytes);
            assert!(found.is_empty(), "{name}, {file}: {found:?}");
        }
        assert!(!marks.found(&fs::read(&credentials).unwrap()).is_empty(), "the search finds what is there");

        // A report that nobody takes holds the program where everything is read and checked.
        let (_nobody, stdout) = full();
        let mut command = command();
        command.stdout(stdout).stderr(Stdio::null());
        let process = Running(command.spawn().unwrap());
        let id = process.0.id();
        let reads = || memory(id).iter().any(|(_, bytes)| contains(bytes, report.as_bytes()));
        assert!(wait_for(Duration::from_secs(60), reads).is_some(), "{name}: the report is in memory");
        for (place, bytes) in memory(id) {
            let found = marks.found(&bytes);
            assert!(found.is_empty(), "{name}, {place}: {found:?}");
        }

        // A core file, which root alone can take.
        if std::env::var_os("TAIMEN_LONG").is_some() {
            let mut gcore = Command::new(installed("gcore", "gdb"));
            gcore.arg("-o").arg(elsewhere.home.file("core")).arg(id.to_string());
            run(gcore).expect(0);
            let core = fs::read(elsewhere.home.file(&format!("core.{id}"))).unwrap();
            assert!(contains(&core, report.as_bytes()), "{name}: the search finds what is there");
            let found = marks.found(&core);
            assert!(found.is_empty(), "{name}, core: {found:?}");
        }
        let status = aborted(process);
        assert_eq!((status.signal(), status.core_dumped()), (Some(6), false), "{name}");
        assert!(files(program.home.path()).iter().all(|(path, _)| !path.contains("/core")), "{name}");
    }
}

/// That the absence of a core file means something.
#[test]
fn another_program_of_the_same_user_makes_a_core_file() {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    if pattern.starts_with('|') {
        // A service of the system takes it, or none does.
        return;
    }
    let home = Program::new();
    let sleep = Command::new("sleep").arg("60").current_dir(home.home.path()).spawn().unwrap();
    let status = aborted(Running(sleep));
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), true));
}
