//! The real pcscd with vpcd's virtual readers, started for one test and stopped after it.
//!
//! pcscd has one fixed socket, so only one can run: [`Pcscd::start`] takes a lock that spans all threads and all test
//! executables of the machine. A pcscd that someone else started is never stopped; if it serves vpcd's readers it is
//! used as it is (that is the way for a user who is not root), else the test fails and says what to do.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixListener, UnixStream},
    },
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread::sleep,
    time::{Duration, Instant},
};

const INSTALL: &str = "apt-get install pcscd vsmartcard-vpcd opensc";
const SOCKET: &str = "/run/pcscd/pcscd.comm";
const VPCD_CONFIG: &str = "/etc/reader.conf.d/vpcd";

/// An abstract socket name: bound by one test at a time, free again when its process ends, however it ends.
const LOCK: &[u8] = b"taimen-tests-pcscd";

/// Tells a pcscd of these tests from all others.
const MARK: &str = "TAIMEN_TEST_PCSCD";

/// How long a test waits for its turn.
const TURN: Duration = Duration::from_secs(300);

/// How long pcscd may need to start, and someone else's to end.
const START: Duration = Duration::from_secs(15);

const STEP: Duration = Duration::from_millis(20);

/// A running pcscd with two empty virtual readers.
pub struct Pcscd {
    /// None if a pcscd of someone else is used.
    child: Option<Child>,
    port: u16,
    /// Given back last, when pcscd is gone.
    _turn: UnixListener,
    /// Given back after it: the tests of this process queue for the machine's lock instead of racing for it.
    _queue: MutexGuard<'static, ()>,
}

impl Pcscd {
    /// Starts pcscd and waits until its socket and its readers are up. Panics with the remedy if that fails.
    pub fn start() -> Self {
        let port = vpcd_port();
        assert!(find("pcscd").is_some(), "pcscd is not installed. Remedy: {INSTALL}");
        static QUEUE: Mutex<()> = Mutex::new(());
        let queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = take_turn();
        stop_leftover();
        if listening() && vpcd_listens(port) {
            // Time to notice that the card of the test before is gone: pcscd looks every 400 ms.
            sleep(Duration::from_millis(600));
            return Self { child: None, port, _turn: turn, _queue: queue };
        }
        assert!(
            wait_for(START, || !listening()).is_some(),
            "a pcscd that this test did not start is running without vpcd's readers on port {port}. Remedy: stop it \
             (systemctl stop pcscd.socket pcscd), or {INSTALL} and restart it"
        );
        for port in [port, port + 1] {
            let free = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port));
            assert!(
                free.is_ok(),
                "port {port}, which vpcd needs, is taken. Remedy: end the program behind it (ss -ltnp)"
            );
        }
        let mut started = Self { child: None, port, _turn: turn, _queue: queue };
        started.run();
        started
    }

    /// Starts pcscd anew after [`Pcscd::stop`], in the same turn.
    pub fn run(&mut self) {
        let child = Command::new(find("pcscd").unwrap())
            .args(["--foreground", "--error"])
            .env(MARK, "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pcscd cannot be started");
        // From here on the drop stops it, also when an assertion fails.
        self.child = Some(child);
        let port = self.port;
        let up = wait_for(START, || self.has_ended() || (listening() && vpcd_listens(port))).is_some();
        if !up || self.has_ended() {
            panic!("{}", self.explain());
        }
    }

    /// The TCP port of vpcd's first slot; the second slot has the next one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether this pcscd is the test's own. Someone else's cannot be stopped in the middle.
    pub fn is_own(&self) -> bool {
        self.child.is_some()
    }

    /// Stops pcscd now, in the middle of a test.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        // TERM lets it remove its socket; std can only kill.
        let _ = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
        if wait_for(Duration::from_secs(3), || !matches!(child.try_wait(), Ok(None))).is_none() {
            let _ = child.kill();
        }
        let _ = child.wait();
    }

    fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)))
    }

    fn explain(&mut self) -> String {
        self.stop();
        format!(
            "pcscd did not come up with vpcd's readers. It needs to write /run/pcscd: run the tests as root, or start \
             pcscd as a service first (systemctl start pcscd) and allow this user by polkit \
             (org.debian.pcsc-lite.access_pcsc and access_card). Parts missing? {INSTALL}"
        )
    }
}

impl Drop for Pcscd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until `done`, at most `most`. None when it never was.
pub fn wait_for(most: Duration, mut done: impl FnMut() -> bool) -> Option<()> {
    let start = Instant::now();
    loop {
        if done() {
            return Some(());
        }
        if start.elapsed() > most {
            return None;
        }
        sleep(STEP);
    }
}

fn take_turn() -> UnixListener {
    let address = SocketAddr::from_abstract_name(LOCK).unwrap();
    let mut listener = None;
    let _ = wait_for(TURN, || {
        listener = UnixListener::bind_addr(&address).ok();
        listener.is_some()
    });
    listener.expect("another test has held pcscd for five minutes. Remedy: end it")
}

/// Stops the pcscd of a test that was killed. The turn is ours, so no living test owns it.
fn stop_leftover() {
    let Ok(pid) = fs::read_to_string("/run/pcscd/pcscd.pid") else {
        return;
    };
    let pid = pid.trim();
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let mark = format!("{MARK}=1");
    if pid.bytes().all(|byte| byte.is_ascii_digit())
        && environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes())
    {
        let _ = Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status();
        let _ = wait_for(Duration::from_secs(3), || !listening());
    }
}

/// Whether a pcscd answers (a socket file may be left over).
fn listening() -> bool {
    UnixStream::connect(SOCKET).is_ok()
}

/// Whether both of vpcd's ports are listened on. Looks without connecting, because a connection is a card.
fn vpcd_listens(port: u16) -> bool {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default()
        + &fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
    // Local address and state 0A, which is LISTEN.
    let listens = |port: u16| {
        table.lines().any(|line| {
            let mut fields = line.split_whitespace().skip(1);
            fields.next().is_some_and(|local| local.ends_with(&format!(":{port:04X}"))) && fields.nth(1) == Some("0A")
        })
    };
    listens(port) && listens(port + 1)
}

/// vpcd's port, from its reader configuration: `DEVICENAME /dev/null:0x8C7B`.
fn vpcd_port() -> u16 {
    let config = fs::read_to_string(VPCD_CONFIG)
        .unwrap_or_else(|error| panic!("{VPCD_CONFIG} cannot be read ({error}). Remedy: {INSTALL}"));
    let port = config.lines().find_map(|line| line.trim().strip_prefix("DEVICENAME")?.split_once(":0x"));
    let port = port.and_then(|(_, hex)| u16::from_str_radix(hex.trim(), 16).ok());
    port.unwrap_or_else(|| panic!("{VPCD_CONFIG} names no port. Remedy: apt-get install --reinstall vsmartcard-vpcd"))
}

/// A program, also in the directories that only root's path has.
fn find(program: &str) -> Option<String> {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':')
        .chain(["/usr/sbin", "/sbin", "/usr/local/sbin"])
        .map(|directory| format!("{directory}/{program}"))
        .find(|candidate| Path::new(candidate).is_file())
}
