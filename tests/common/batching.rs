//! A batch that is fed through standard input, and is still there when its figures are read.

use std::{
    fs,
    io::{BufRead, BufReader, BufWriter, Write},
    process::{ChildStdin, ChildStdout, Stdio},
    thread,
};

use super::program::{Program, Running, argument};

/// `taimen batch - --json`. It ends when [`Batch::stdin`] is dropped, so keep it until everything was read from `/proc`.
pub struct Batch {
    pub child: Running,
    pub stdin: Option<ChildStdin>,
    pub out: Option<BufReader<ChildStdout>>,
}

impl Batch {
    pub fn new(program: &Program, jobs: usize) -> Self {
        let mut command =
            program.command(["batch", "-", "--json", "--accept", "simulated", "--jobs", &jobs.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = Running(command.spawn().unwrap());
        let (stdin, out) = (child.0.stdin.take(), child.0.stdout.take().map(BufReader::new));
        Self { child, stdin, out }
    }

    /// Feeds a list and waits for as many lines.
    pub fn feed(&mut self, inputs: &[String], count: usize) {
        let mut out = self.out.take().unwrap();
        let reader = thread::spawn(move || {
            let mut line = Vec::new();
            for number in 0..count {
                line.clear();
                assert!(out.read_until(b'\n', &mut line).unwrap() > 0, "line {number} of {count}");
                // Long enough to be a line of an input that was judged or named.
                assert!(line.starts_with(b"{\"schema\":\"taimen.batch/1\",\"input\":\"") && line.ends_with(b"}\n"));
            }
            out
        });
        let mut list = BufWriter::new(self.stdin.as_mut().unwrap());
        for input in inputs.iter().cycle().take(count) {
            writeln!(list, "{input}").unwrap();
        }
        list.flush().unwrap();
        drop(list);
        self.out = Some(reader.join().unwrap());
    }

    /// The most memory that the process ever had, in bytes. Of a process that has ended, Linux reports none.
    pub fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the process still runs");
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }
}

/// Files to judge: a whole card, its recording, the age alone, a licence without PINs, and what is not an input.
pub fn inputs(program: &Program) -> Vec<String> {
    let file = |name: &str| argument(&program.home.file(name));
    let check = |reader: &str, more: &[&str], code: i32| {
        program.run([&["check", "--json", "--reader", reader], more].concat()).expect(code);
    };
    let [full, recording, age, days] = ["full.json", "full.apdu", "age.json", "days.apdu"].map(file);
    check("sim:my-number", &["--save-dump", &full, "--record", &recording], 0);
    check("sim:my-number", &["--age", "--save-dump", &age], 0);
    check("sim:licence", &["--without-pin", "--record", &days], 3);
    vec![full, recording, age, days, file("absent.json")]
}
