//! A private PostgreSQL server in a temporary folder, one for a test executable. It runs as a user of its own if the tests
//! run as root, and ends with the executable, however that ends: the script that started it waits for its standard input.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

const INSTALL: &str = "apt-get install postgresql";

/// Where Debian has the servers.
const SERVERS: &str = "/usr/lib/postgresql";

/// How long the server may need to start.
const START: Duration = Duration::from_secs(60);

const SCRIPT: &str = r#"
bin=$1 dir=$2 port=$3
serve() {
    "$bin/postgres" -D "$dir/data" -k "$dir" -p "$port" -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=50 >>"$dir/log" 2>&1 &
    pid=$!
}
"$bin/initdb" -D "$dir/data" -U owner --auth=trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || exit 1
serve
end() {
    trap '' TERM INT HUP
    kill -INT "$pid"
    wait "$pid"
    rm -rf "$dir"
    exit
}
trap end TERM INT HUP
while read -r order; do
    case $order in
    crash) kill -QUIT "$pid"; wait "$pid" ;;
    start) serve ;;
    esac
done
end
"#;

/// The server.
pub struct Postgres {
    dir: PathBuf,
    port: u16,
    bin: PathBuf,
    // The server ends when this is closed.
    stdin: Mutex<ChildStdin>,
}

/// The server of this test executable. Panics with the remedy if there is none.
pub fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start)
}

impl Postgres {
    fn start() -> Self {
        let versions = fs::read_dir(SERVERS).into_iter().flatten().flatten().map(|version| version.path().join("bin"));
        let bin = versions.filter(|bin| bin.join("postgres").exists()).max();
        let bin = bin.unwrap_or_else(|| panic!("PostgreSQL is not installed. Remedy: {INSTALL}"));
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("taimen-pg-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir(&dir).expect("the folder for temporary files is writable");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut command = if is_root() {
            let owned = Command::new("chown").arg("postgres:").arg(&dir).status().unwrap();
            assert!(owned.success(), "there is no user postgres. Remedy: {INSTALL}");
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", SCRIPT, "postgres"]).arg(&bin).arg(&dir).arg(port.to_string()).current_dir("/");
        // It ends with this executable, which nobody waits in.
        #[allow(clippy::zombie_processes)]
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let server = Self { dir, port, bin, stdin: Mutex::new(stdin) };
        server.wait();
        server
    }

    /// A server of its own for a test that ends it.
    pub fn own() -> Self {
        Self::start()
    }

    fn wait(&self) {
        let begin = Instant::now();
        while !self.ready() {
            assert!(begin.elapsed() < START, "PostgreSQL does not start: {}", self.log());
            sleep(Duration::from_millis(50));
        }
    }

    fn order(&self, order: &str) {
        writeln!(self.stdin.lock().unwrap(), "{order}").unwrap();
    }

    /// Ends every process of it at once, without any word to who is connected, and without writing anything more.
    pub fn crash(&self) {
        self.order("crash");
        let begin = Instant::now();
        while self.ready() {
            assert!(begin.elapsed() < START, "PostgreSQL does not end");
            sleep(Duration::from_millis(20));
        }
    }

    /// Starts it again: it recovers what was committed.
    pub fn start_again(&self) {
        self.order("start");
        self.wait();
    }

    /// The socket that clients connect to.
    pub fn socket(&self) -> PathBuf {
        self.dir.join(format!(".s.PGSQL.{}", self.port))
    }

    /// The URL of a database over a socket in another folder.
    pub fn url_by(&self, folder: &Path, database: &str, role: &str) -> String {
        format!("postgres:///{database}?host={}&port={}&user={role}", folder.display(), self.port)
    }

    fn ready(&self) -> bool {
        let mut ask = Command::new(self.bin.join("pg_isready"));
        ask.arg("-h").arg(&self.dir).arg("-p").arg(self.port.to_string()).stdout(Stdio::null());
        ask.status().is_ok_and(|status| status.success())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    /// Its folder, with all its data.
    pub fn data(&self) -> &Path {
        &self.dir
    }

    /// A new empty database: its name.
    pub fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// The URL of a database over the socket, for a role.
    pub fn url(&self, database: &str, role: &str) -> String {
        format!("postgres:///{database}?host={}&port={}&user={role}", self.dir.display(), self.port)
    }

    /// The URL of a database over TCP.
    pub fn tcp(&self, database: &str, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements as the owner, with psql: their output.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let mut command = Command::new(self.bin.join("psql"));
        command.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "owner",
            "-d",
            database,
            "-c",
            statements,
        ]);
        command.arg("-h").arg(&self.dir).arg("-p").arg(self.port.to_string());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

fn is_root() -> bool {
    let mut status = String::new();
    let read = fs::File::open("/proc/self/status").and_then(|mut file| file.read_to_string(&mut status));
    read.is_ok() && status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}
