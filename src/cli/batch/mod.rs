//! `taimen batch PATH…`: many recordings and dumps, one line of JSON for each in the order of the inputs.
//!
//! One thread finds the inputs, a pool judges them, and this one writes. What is under way is bounded ([`gate`]), so a
//! million inputs need no more memory than ten.

mod expectations;
mod gate;
mod inputs;
mod judge;

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, IsTerminal, Seek, Write},
    num::NonZero,
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender, TryRecvError},
    },
    thread,
    time::{Duration, Instant},
};

use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    batch::{Line, Summary, junit_case, junit_head, junit_tail},
    destination::{DestinationError, Existing, Started},
    lang::Bilingual,
    messages::{ExitCode, Problem},
};

use super::{
    Settings,
    args::name,
    files::{self, unwritten},
    output,
    problem::unwritable,
};
use gate::Gate;
use judge::Judge;

/// How many inputs are under way for each job: enough that a slow one does not leave the others idle.
const AHEAD: usize = 8;

/// What happens while a batch runs.
enum Event {
    /// An input is done.
    Done(Box<Done>),
    /// There are no more inputs.
    Ended,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

struct Done {
    number: u64,
    line: Line,
    json: String,
    took: Duration,
}

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let judge = Arc::new(Judge::new(settings, matches)?);
    let jobs = matches.get_one::<u16>(name::JOBS).copied().map(usize::from);
    let jobs = jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
    let paths: Vec<PathBuf> = matches.get_many::<PathBuf>(name::PATH).into_iter().flatten().cloned().collect();
    let json = matches.get_flag(name::JSON);
    let junit = matches.get_one::<PathBuf>(name::JUNIT).cloned().map(Junit::create).transpose()?;

    let gate = Arc::new(Gate::new(jobs.saturating_mul(AHEAD)));
    let (sender, receiver) = mpsc::channel();
    interruptible(&gate, sender.clone())?;
    let feed = Feed { judge: Arc::clone(&judge), gate: Arc::clone(&gate), sender };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).thread_name(|job| format!("job-{job}")).build();
    let pool = pool.map_err(|_| Problem::Internal { place: "batch" })?;
    // Not joined: it may wait for a line on standard input for ever.
    thread::spawn(move || feed.run(&pool, &paths));

    let mut writer = Writer {
        settings,
        out: BufWriter::with_capacity(64 * 1024, io::stdout().lock()),
        junit,
        summary: if matches.get_flag(name::EXIT_ZERO) { Summary::default().exit_zero() } else { Summary::default() },
        progress: progress(settings, json),
    };
    let written = writer.all(&gate, &receiver).and_then(|()| writer.unused(&judge));
    writer.end(json, written)
}

/// The first Ctrl-C ends the batch, with what is under way; the second ends the program, for example if nobody takes
/// the output.
fn interruptible(gate: &Arc<Gate>, sender: Sender<Event>) -> Result<(), Problem> {
    let gate = Arc::clone(gate);
    let pressed = AtomicBool::new(false);
    let handler = move || {
        if pressed.swap(true, Ordering::Relaxed) {
            std::process::exit(ExitCode::Interrupted.code().into());
        }
        let _ = sender.send(Event::Interrupted);
        gate.close();
    };
    ctrlc::set_handler(handler).map_err(|_| Problem::Internal { place: "batch" })
}

/// Finds the inputs and gives them to the workers.
struct Feed {
    judge: Arc<Judge>,
    gate: Arc<Gate>,
    sender: Sender<Event>,
}

impl Feed {
    fn run(self, pool: &rayon::ThreadPool, paths: &[PathBuf]) {
        // Signalled by being dropped, so that it is signalled however this ends.
        let _ended = Ended(self.sender.clone());
        let _ = inputs::each(paths, &mut |item| {
            let Some(number) = self.gate.enter() else { return ControlFlow::Break(()) };
            let (judge, sender) = (Arc::clone(&self.judge), self.sender.clone());
            pool.spawn_fifo(move || {
                let started = Instant::now();
                let line = judge.line(item);
                // With its end, so that the buffer never cuts a line in two: other processes may append to the same file.
                let json = judge.json(&line) + "\n";
                let _ = sender.send(Event::Done(Box::new(Done { number, line, json, took: started.elapsed() })));
            });
            ControlFlow::Continue(())
        });
    }
}

struct Ended(Sender<Event>);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.send(Event::Ended);
    }
}

/// Writes in the order of the inputs.
struct Writer<'a> {
    settings: &'a Settings,
    out: BufWriter<io::StdoutLock<'static>>,
    junit: Option<Junit>,
    summary: Summary,
    progress: Option<ProgressBar>,
}

impl Writer<'_> {
    /// Writes until there is nothing more to come.
    fn all(&mut self, gate: &Gate, events: &Receiver<Event>) -> io::Result<()> {
        let mut early = BTreeMap::new();
        let (mut next, mut end) = (0, None);
        while end != Some(next) {
            let event = match events.try_recv() {
                Ok(event) => event,
                // Nobody waits for a line that is done.
                Err(TryRecvError::Empty) => {
                    self.out.flush()?;
                    events.recv().unwrap_or(Event::Ended)
                }
                Err(TryRecvError::Disconnected) => Event::Ended,
            };
            match event {
                Event::Done(done) => {
                    early.insert(done.number, done);
                    while let Some(done) = early.remove(&next) {
                        self.write(&done)?;
                        gate.leave();
                        next += 1;
                    }
                }
                Event::Ended => end = Some(gate.close()),
                // Once all inputs were given out, nothing is left out.
                Event::Interrupted if end.is_none() => {
                    self.summary.interrupt();
                    end = Some(gate.close());
                }
                Event::Interrupted => {}
            }
        }
        self.out.flush()
    }

    /// What was expected and did not come; not known of a batch that was interrupted.
    fn unused(&mut self, judge: &Judge) -> io::Result<()> {
        if self.summary.is_interrupted() {
            return Ok(());
        }
        for line in judge.unused() {
            let json = judge.json(&line) + "\n";
            self.write(&Done { number: 0, line, json, took: Duration::ZERO })?;
        }
        self.out.flush()
    }

    fn write(&mut self, done: &Done) -> io::Result<()> {
        self.out.write_all(done.json.as_bytes())?;
        self.summary.add(&done.line);
        if let Some(junit) = &mut self.junit {
            junit.case(&junit_case(&done.line, done.took));
        }
        if let Some(progress) = &self.progress {
            progress.set_position(self.summary.inputs());
        }
        Ok(())
    }

    fn end(mut self, json: bool, written: io::Result<()>) -> Result<ExitCode, Problem> {
        if let Some(progress) = self.progress.take() {
            progress.finish_and_clear();
        }
        // Without a reader the rest of the lines is not wanted. The file says that it is not all.
        let exit = self.summary.exit();
        if written.is_err() {
            self.summary.interrupt();
        }
        let saved = self.junit.take().map_or(Ok(()), |junit| junit.finish(&self.summary));
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return saved.map(|()| exit);
            }
            Err(error) => return Err(unwritable(std::path::Path::new("-"), &error)),
            Ok(()) => {}
        }
        if let Err(problem) = saved {
            output::problem(self.settings, &problem);
            self.summary.worsen(problem.exit());
        }
        if self.summary.lacks_inputs() {
            output::problem(self.settings, &Problem::NoInputs);
        }
        let text = if json { format!("{}\n", self.summary.json()) } else { self.summary.text(self.settings.lang) };
        let _ = io::stderr().write_all(text.as_bytes());
        Ok(self.summary.exit())
    }
}

/// A person sees how far it is, unless the lines themselves go by.
fn progress(settings: &Settings, json: bool) -> Option<ProgressBar> {
    if json || !io::stderr().is_terminal() || io::stdout().is_terminal() {
        return None;
    }
    let template = Bilingual::new("{spinner} {pos}件 {per_sec}", "{spinner} {pos} inputs {per_sec}");
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template(template.get(settings.lang)) {
        bar.set_style(style);
    }
    Some(bar)
}

/// The file of `--junit`. Its head has room for the counts, which are written at the end.
struct Junit {
    path: PathBuf,
    file: BufWriter<Started>,
    result: io::Result<()>,
}

impl Junit {
    fn create(path: PathBuf) -> Result<Self, Problem> {
        let started = files::public(&path, Existing::Replaced)?.start().map_err(|error| unwritten(&path, error))?;
        let mut file = BufWriter::new(started);
        let result = file.write_all(junit_head(&Summary::default()).as_bytes());
        Ok(Self { path, file, result })
    }

    fn case(&mut self, case: &str) {
        if self.result.is_ok() {
            self.result = self.file.write_all(case.as_bytes());
        }
    }

    fn finish(self, summary: &Summary) -> Result<(), Problem> {
        let Self { path, mut file, result } = self;
        let finish = || -> Result<(), DestinationError> {
            result?;
            file.write_all(junit_tail(summary).as_bytes())?;
            file.flush()?;
            let mut started = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            started.file().rewind()?;
            started.file().write_all(junit_head(summary).as_bytes())?;
            started.finish()
        };
        finish().map_err(|error| unwritten(&path, error))
    }
}
