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

use super::laid::{Laid, Leaves, check_arguments, presents};
use crate::common::{
    marks::{contains, found, memory},
    pcscd::{Pcscd, wait_for},
    program::{Program, Running, argument, installed, run},
};

/// What is looked for: the commands that presented something, as the card got them, and what was entered, as it was typed.
struct Marks {
    commands: Vec<Vec<u8>>,
    lines: Vec<String>,
    values: Vec<String>,
}

impl Marks {
    fn new(commands: &[Vec<u8>], entries: &[(String, String)], shown: &str) -> Self {
        let commands: Vec<Vec<u8>> = commands.iter().filter(|command| presents(command)).cloned().collect();
        let sent = commands.iter().filter_map(|command| String::from_utf8(command.get(5..)?.to_vec()).ok());
        let typed = entries.iter().map(|(_, value)| value.clone());
        // Four digits stand by chance anywhere, and what the report shows is in memory.
        let values = sent.chain(typed).filter(|value| value.len() >= 6 && !shown.contains(value)).collect();
        Self { commands, lines: entries.iter().map(|(id, value)| format!("{id} = {value}")).collect(), values }
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
        commands.chain(lines).chain(values).collect()
    }
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
    for (name, more) in [("my-number", &["--jpki"][..]), ("licence", &[])] {
        let program = Program::new();
        let laid = Laid::on(&pcscd, name, Leaves::Never);
        let elsewhere = Program::new();
        let credentials = laid.credentials(&elsewhere);
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
        // As the report has it, which is made when everything is read and checked; the chip may hold the name in UTF-8 too.
        let holder = honest.stdout.split_once("\"holder\"").unwrap().1;
        let holder = holder.split_inclusive(',').next().unwrap().to_owned();
        assert!(holder.contains(honest.json()["holder"]["name"].as_str().unwrap()), "{holder}");
        let marks = Marks::new(&laid.take_commands(), &laid.entries(), &honest.stdout);
        assert!(marks.commands.len() >= 2 && !marks.lines.is_empty(), "{name}");
        assert_eq!(marks.values.is_empty(), name == "licence", "{name}: a PIN has four digits");

        // What it said and wrote.
        let mut written = files(program.home.path());
        assert!(written.len() >= 3, "{name}");
        written.extend([("stdout".to_owned(), honest.stdout.into()), ("stderr".to_owned(), honest.stderr.into())]);
        for (file, bytes) in &written {
            let found = marks.found(bytes);
            assert!(found.is_empty(), "{name}, {file}: {found:?}");
        }
        let credentials = fs::read(elsewhere.home.file("credentials")).unwrap();
        assert!(!marks.found(&credentials).is_empty(), "the search finds what is there");

        // A report that nobody takes holds the program where everything is read and checked.
        let (_nobody, stdout) = full();
        let mut command = command();
        command.stdout(stdout).stderr(Stdio::null());
        let process = Running(command.spawn().unwrap());
        let id = process.0.id();
        let reads = || memory(id).iter().any(|(_, bytes)| contains(bytes, holder.as_bytes()));
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
            assert!(contains(&core, holder.as_bytes()), "{name}: the search finds what is there");
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
