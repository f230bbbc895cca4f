//! The real program as a separate process: what it printed, how it ended, never for longer than a limit.

use std::{
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle, sleep},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::temp::TempDir;

/// The longest that a run may take, on a busy machine too; the slowest here waits three seconds for another program.
const LIMIT: Duration = Duration::from_secs(120);

/// The program under test: cargo's, or the one that `TAIMEN_TEST_PROGRAM` names (`scripts/test-windows`).
pub fn taimen() -> PathBuf {
    std::env::var_os("TAIMEN_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_taimen").into(), PathBuf::from)
}

/// Whether the program under test is that of another system: it writes paths in another way, and has no modes of files.
pub fn is_foreign() -> bool {
    std::env::var_os("TAIMEN_TEST_PROGRAM").is_some()
}

/// What came out of a run.
pub struct Outcome {
    /// The exit code; `None` for a process that a signal ended.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in\n{}\n{}", self.stdout, self.stderr))
    }

    /// Asserts that nothing half-said is on standard output: nothing at all, or with `--json` the failure alone.
    pub fn assert_no_report(&self) {
        if !self.stdout.is_empty() {
            let failure = self.json();
            assert_eq!((&failure["schema"], failure.get("report")), (&"taimen.error/1".into(), None), "{failure}");
        }
    }

    /// Every check of a JSON report with its verdict, `id: verdict` or `id: verdict(reason)`.
    pub fn checks(&self) -> Vec<String> {
        let json = self.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let checks = json["checks"].as_array().expect("a report has checks");
        checks
            .iter()
            .map(|check| {
                let reason = match (&check["reason"], &check["depends_on"]) {
                    (Value::Null, _) => String::new(),
                    (reason, Value::Null) => format!("({})", text(reason)),
                    (reason, on) => format!("({} {})", text(reason), text(on)),
                };
                format!("{}: {}{reason}", text(&check["id"]), text(&check["verdict"]))
            })
            .collect()
    }

    /// Asserts the exit code, and shows what was said if it is another.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }
}

/// The program, with a home of its own, in English, with nothing on standard input.
pub struct Program {
    pub home: TempDir,
}

impl Program {
    pub fn new() -> Self {
        Self { home: TempDir::new() }
    }

    /// A command, ready to be changed.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(taimen());
        command.args(arguments).stdin(Stdio::null()).env("TAIMEN_LANG", "en");
        for variable in ["HOME", "XDG_DATA_HOME"] {
            command.env(variable, self.home.path());
        }
        for variable in ["TAIMEN_READER", "PCSCLITE_CSOCK_NAME"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs it to its end.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        run(self.command(arguments))
    }
}

impl AsRef<Self> for Program {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Runs a command to its end.
pub fn run(mut command: Command) -> Outcome {
    let shown = format!("{command:?}");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = Running(child.unwrap_or_else(|error| panic!("{shown}: {error}")));
    let (stdout, stderr) = (collect(child.0.stdout.take()), collect(child.0.stderr.take()));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < LIMIT, "{shown} did not end within {LIMIT:?}");
        sleep(Duration::from_millis(5));
    };
    Outcome { code: status.code(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.expect("piped").read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A process that does not outlive its test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asserts that only the owner may read and write a file.
pub fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert!(path.is_file(), "{}", path.display());
    if is_foreign() {
        return;
    }
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}

/// A path as an argument.
pub fn argument(path: &Path) -> String {
    path.to_str().expect("paths of tests are UTF-8").to_owned()
}

/// Where a program is installed, also outside of the path of a user who is not root.
pub fn installed(program: &str, package: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':')
        .chain(["/usr/bin", "/usr/sbin"])
        .map(|folder| Path::new(folder).join(program))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| panic!("{program} is not installed. Remedy: apt-get install {package}"))
}
