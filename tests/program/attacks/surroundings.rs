//! What lies around the cards on the machine that checks them: files, folders, and other programs.

use std::{
    fs,
    io::{Read, Seek, Write},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream},
    os::unix::fs::{PermissionsExt, symlink},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::json;
use taimen::{
    kind::CardKind,
    simulator::{Recipe, vpcd},
    transport::{
        TransportError,
        phone::{Limits, PhoneReader},
    },
};

use crate::common::program::{Program, Running, argument};

use super::bench::{Bench, MY_NUMBER};

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
    let input = argument(&program.home.write("input", "anything"));
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
        refused(&["batch", &input, "--junit", &path]);
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
    closed.0.stdin.as_mut().unwrap().write_all(b"/none\n").unwrap();
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

#[test]
fn archive_with_two_entries_of_one_name() {
    let program = Program::new();
    let certificate =
        |name: &str| fs::read(format!("{}/tests/certificates/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, file) in [("ca1.crt", "claims-zairyu-ca.der"), ("ca2.crt", "claims-zairyu-ca2.der")] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&certificate(file)).unwrap();
    }
    let mut bytes = writer.finish().unwrap().into_inner();
    // No writer makes such an archive, so the second name is changed in both of its places.
    let places: Vec<usize> = (0..bytes.len() - 7).filter(|at| bytes[*at..].starts_with(b"ca2.crt")).collect();
    assert_eq!(places.len(), 2);
    places.into_iter().for_each(|at| bytes[at + 2] = b'1');
    let file = argument(&program.home.write("twice.zip", bytes));
    let folder = argument(&program.home.file("anchors"));
    let purpose = ["--purpose", "residence-card", "--unpinned", "--trust-dir", &folder];
    let refused = program.run([&["trust", "add", &file][..], &purpose].concat()).expect(2);
    assert!(refused.stderr.contains("holds two files with the same name"), "{}", refused.stderr);
    assert!(!program.home.file("anchors").exists());
}

#[test]
fn folder_that_a_group_may_write() {
    let program = Program::new();
    let folder = argument(&program.home.file("anchors"));
    let file = format!("{}/tests/certificates/claims-zairyu-ca.der", env!("CARGO_MANIFEST_DIR"));
    program.run(["trust", "add", &file, "--purpose", "drivers-licence", "--trust-dir", &folder]).expect(0);
    let dump = argument(&program.home.file("dump.json"));
    program.run(["check", "--reader", "sim:my-number", "--save-dump", &dump]).expect(0);
    let commands: [&[&str]; 3] = [
        &["check", "--reader", "sim:my-number", "--trust-dir", &folder],
        &["verify", &dump, "--accept", "simulated", "--at", "recorded", "--trust-dir", &folder],
        &["batch", &dump, "--accept", "simulated", "--at", "recorded", "--trust-dir", &folder],
    ];
    let manifest = format!("{folder}/anchors.toml");
    for (path, mode, warns, code) in [
        (&folder, 0o755, false, 0),
        (&folder, 0o775, true, 0),
        (&folder, 0o755, false, 0),
        (&manifest, 0o664, true, 0),
        // What everybody may write counts for nothing.
        (&manifest, 0o666, false, 2),
        (&folder, 0o777, false, 2),
    ] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        for command in commands {
            let outcome = program.run(command).expect(code);
            let warned = outcome.stderr.contains("The users of a group may write in this folder.");
            assert_eq!(warned, warns, "{command:?} {mode:o}: {}", outcome.stderr);
        }
    }
}

#[test]
fn characters_that_are_obeyed() {
    // Signs that change how the rest is read or shown, in a name that an issuer did not sign.
    let program = Program::new();
    let mut dump = Bench::new().dump(&MY_NUMBER, "");
    dump.reader =
        "\u{0600}\u{06DD}\u{070F}\u{0890}\u{08E2}\u{110BD}\u{13430}\u{1BCA0}\u{1D173}\u{202E}\u{1B}[2J".to_owned();
    let file = argument(&program.home.write("dump.json", dump.to_json()));
    let page = argument(&program.home.file("page.html"));
    let arguments = ["verify", &file, "--accept", "simulated", "--details", "--html", &page];
    let text = program.run(arguments);
    let json = program.run([&arguments[..], &["--json"]].concat());
    for shown in [text.stdout, fs::read_to_string(&page).unwrap()] {
        assert!(shown.contains("[U+0600][U+06DD][U+070F][U+0890][U+08E2][U+110BD]"), "{shown}");
        assert!(
            shown.chars().all(|c| c == '\n' || !c.is_control() && !dump.reader.contains(c) || c.is_ascii()),
            "{shown}"
        );
    }
    assert!(json.stdout.contains("\\u0600\\u06dd"), "{}", json.stdout);
    assert_eq!(json.json()["reader"], json!(dump.reader));
}

#[test]
fn card_without_a_counter() {
    let program = Program::new();
    let check = ["check", "--json", "--reader", "sim:my-number?fault=tries-unknown"];
    let recording = argument(&program.home.file("reading.apdu"));
    let refused = program.run([&check[..], &["--record", &recording]].concat()).expect(5);
    assert!(refused.stderr.contains("reports no counter for number B"), "{}", refused.stderr);
    let recording = fs::read_to_string(recording).unwrap();
    assert!(!recording.contains("secret"), "nothing was presented: {recording}");
    program.run([&check[..], &["--allow-last-try"]].concat()).expect(0);
}

/// A listener for phones that waits for its card, and gives nobody up before.
#[cfg(target_os = "linux")]
fn listening(wait: Duration) -> PhoneReader {
    let limits = Limits { greeting: Duration::from_secs(3_600), ..Limits::default() };
    PhoneReader::listen("127.0.0.1:0".parse().unwrap(), wait).unwrap().with_limits(limits)
}

/// A simulated card that is offered from an address of this machine, until its connection ends.
#[cfg(target_os = "linux")]
fn offer(from: Ipv4Addr, at: SocketAddr) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
        let mut card = Recipe::new(CardKind::MY_NUMBER, 1).card().unwrap();
        for _ in 0..500 {
            let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
            bind(&socket, &SocketAddrV4::new(from, 0)).unwrap();
            if connect(&socket, &at).is_ok() {
                let _ = vpcd::serve(TcpStream::from(socket), &mut card);
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    })
}

#[cfg(target_os = "linux")]
#[test]
fn idle_connections() {
    let mut reader = listening(Duration::from_secs(20));
    let at = reader.address();
    // Far more than are greeted at once, from the phone's own address and from another.
    let idle: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(at).unwrap()).collect();
    let card = offer(Ipv4Addr::LOCALHOST, at);
    reader.wait_for_card().unwrap();
    reader.open().unwrap();
    drop((reader, idle));
    card.join().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn second_phone() {
    let (own, other) = (Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2));
    let mut reader = listening(Duration::from_secs(20));
    let at = reader.address();
    let first = offer(other, at);
    reader.wait_for_card().unwrap();
    drop(reader);
    first.join().unwrap();

    // The card is lifted while a person types, and somebody else offers one of his own meanwhile.
    let mut reader = listening(Duration::from_secs(1));
    let at = reader.address();
    let stream = TcpStream::connect(at).unwrap();
    let ended = stream.try_clone().unwrap();
    let first = thread::spawn(move || vpcd::serve(stream, &mut Recipe::new(CardKind::MY_NUMBER, 1).card().unwrap()));
    reader.wait_for_card().unwrap();
    ended.shutdown(std::net::Shutdown::Both).unwrap();
    let _ = first.join().unwrap();
    let intruder = offer(other, at);
    assert_eq!(reader.wait_again(&mut || {}), Err(TransportError::NoCard { seconds: 1 }));
    intruder.join().unwrap();
    let again = offer(own, at);
    reader.wait_again(&mut || {}).unwrap();
    drop(reader);
    again.join().unwrap();
}
