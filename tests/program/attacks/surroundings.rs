//! What lies around the cards on the machine that checks them: files, folders, and other programs.

use std::{
    fs,
    io::{Read, Seek},
    os::unix::fs::symlink,
    process::Command,
};

use crate::common::program::{Program, argument};

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
