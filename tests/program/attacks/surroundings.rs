//! What lies around the cards on the machine that checks them: files, folders, and other programs.

use std::{
    fs,
    io::{Read, Seek},
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use crate::common::program::{Program, Running, argument};

/// The options of `check` that name a file to write.
const OUTPUTS: [&str; 5] = ["--save-dump", "--record", "--html", "--photo", "--front"];

#[test]
fn destination_that_leads_elsewhere() {
    let program = Program::new();
    let victim = program.home.write("victim", "precious");
    let (link, nowhere, pipe) = (program.home.file("link"), program.home.file("nowhere"), program.home.file("pipe"));
    symlink(&victim, &link).unwrap();
    symlink(program.home.file("gone"), &nowhere).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let witness = argument(&program.home.file("witness.apdu"));
    for path in [&link, &nowhere, &pipe, &program.home.path().to_owned()] {
        let path = argument(path);
        let refused = |arguments: &[&str]| {
            let outcome = program.run(arguments).expect(2);
            assert!(outcome.stdout.is_empty(), "{}", outcome.stdout);
            assert!(outcome.stderr.contains("is not a regular file but a folder, link"), "{}", outcome.stderr);
        };
        for option in OUTPUTS {
            refused(&["check", "--reader", "sim:my-number", option, &path]);
        }
        // Nothing of the card was read: what records the reading was not begun.
        refused(&["check", "--reader", "sim:my-number", "--html", &path, "--record", &witness]);
        refused(&["recording", "make", "sim:my-number", "--out", &path]);
        refused(&["seal-key", &path]);
        refused(&["batch", &argument(&victim), "--junit", &path]);
    }
    assert!(!program.home.file("witness.apdu").exists());
    assert!(!program.home.file("gone").exists());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn open_descriptor_of_the_old_file() {
    let program = Program::new();
    for option in OUTPUTS {
        let path = program.home.write("output", "old");
        let other_name = program.home.file("other-name");
        fs::hard_link(&path, &other_name).unwrap();
        let mut open = fs::File::open(&path).unwrap();
        let card = if option == "--front" { "sim:residence1" } else { "sim:my-number" };
        program.run(["check", "--reader", card, option, &argument(&path)]).expect(0);
        assert_ne!(fs::read(&path).unwrap(), b"old");
        crate::common::program::assert_private(&path);
        let mut seen = String::new();
        open.rewind().unwrap();
        open.read_to_string(&mut seen).unwrap();
        assert_eq!((seen.as_str(), fs::read_to_string(&other_name).unwrap().as_str()), ("old", "old"), "{option}");
        fs::remove_file(&other_name).unwrap();
    }
}

/// Another user than root, whose processes show by their owner whether others of his may look into them.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65_534;

#[cfg(target_os = "linux")]
#[test]
fn memory_of_the_process() {
    use std::os::unix::{fs::MetadataExt, process::CommandExt};
    // Out of the folders that nobody may enter, such as root's home.
    let copy = std::env::temp_dir().join(format!("taimen-memory-{}", std::process::id()));
    fs::copy(env!("CARGO_BIN_EXE_taimen"), &copy).unwrap();
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let waiting = |mut command: Command| {
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        Running(command.spawn().unwrap())
    };
    // The kernel gives root the files of a process into which its own user may not look.
    let owner = |child: &Running| fs::metadata(format!("/proc/{}/mem", child.0.id())).map(|found| found.uid());

    let mut batch = Command::new(&copy);
    batch.args(["batch", "--json", "-"]).env_clear();
    let mut closed = waiting(batch);
    // Its first line says that the program is under way.
    let mut line = [0; 1];
    std::io::Write::write_all(closed.0.stdin.as_mut().unwrap(), b"/none\n").unwrap();
    closed.0.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", closed.0.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    assert_eq!(owner(&closed).unwrap(), 0, "not even its own user may look into it");

    // The same sign on a program that does nothing about it.
    let open = waiting(Command::new("cat"));
    assert_ne!(owner(&open).unwrap(), 0);
    drop((closed, open));
    fs::remove_file(copy).unwrap();
}
