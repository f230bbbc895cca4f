//! A person at a terminal who reads and types.

use std::{
    io::{Read, Write},
    process::{ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use super::{
    pcscd::wait_for,
    program::{Program, Running, installed},
};

/// How long something that must happen may take.
const SOON: Duration = Duration::from_secs(60);

/// A person at a pseudo-terminal, which `script` of util-linux makes.
pub struct Person {
    child: Running,
    keyboard: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Person {
    /// Runs a command there.
    pub fn at(program: &impl AsRef<Program>, lang: &str, arguments: &[&str]) -> Self {
        let line = arguments.iter().map(|word| format!(" '{word}'")).collect::<String>();
        let mut command = Command::new(installed("script", "bsdutils"));
        let plain = program.as_ref().command(["check"]);
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("TAIMEN_LANG", lang).env("TERM", "dumb").args(["--quiet", "--return", "--command"]);
        command.arg(format!("'{}'{line}", env!("CARGO_BIN_EXE_taimen"))).arg("/dev/null");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (keyboard, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let screen = Arc::new(Mutex::new(Vec::new()));
        let shown = Arc::clone(&screen);
        thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                shown.lock().unwrap().extend_from_slice(&buffer[..read]);
            }
        });
        Self { child: Running(child), keyboard, screen }
    }

    /// What the screen shows by now.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until the screen shows something so many times.
    pub fn sees(&self, what: &str, times: usize) {
        let seen = wait_for(SOON, || self.screen().matches(what).count() >= times);
        assert!(seen.is_some(), "{what} did not appear {times} times in\n{}", self.screen());
    }

    /// Types a line and Enter.
    pub fn types(&mut self, line: &str) {
        self.keyboard.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for the end; returns the exit code and the screen.
    pub fn leaves(mut self) -> (Option<i32>, String) {
        let ended = wait_for(SOON, || !matches!(self.child.0.try_wait(), Ok(None)));
        assert!(ended.is_some(), "the program did not end:\n{}", self.screen());
        let code = self.child.0.wait().unwrap().code();
        thread::sleep(Duration::from_millis(50));
        (code, self.screen())
    }
}
