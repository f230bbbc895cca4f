//! What a batch costs: memory that does not grow, all cores at work, little besides the signature checks. Ratios of one
//! run, because absolute times drift on shared machines. `scripts/test-long` runs the long form in release.
#![cfg(all(feature = "cli", target_os = "linux"))]

mod common;
#[path = "common/reading.rs"]
mod reading;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{ChildStdout, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use common::program::{Program, Running, argument};
use reading::{card, read_card};
use taimen::{
    cards::my_number::{CvCertificate, files},
    dump::{Answer, Dump, Scope},
};

/// Tests that measure do not run at once.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A batch that reads a list from standard input, held open so that its figures can be read at the end.
struct Batch {
    child: Running,
    out: Option<BufReader<ChildStdout>>,
}

impl Batch {
    fn new(program: &Program, jobs: usize) -> Self {
        let mut command =
            program.command(["batch", "-", "--json", "--accept", "simulated", "--jobs", &jobs.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = Running(command.spawn().unwrap());
        let out = child.0.stdout.take().map(BufReader::new);
        Self { child, out }
    }

    /// Feeds a list and waits for as many lines; how long it took.
    fn feed(&mut self, inputs: &[String], count: usize) -> Duration {
        let mut out = self.out.take().unwrap();
        let start = Instant::now();
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
        let mut list = std::io::BufWriter::new(self.child.0.stdin.as_mut().unwrap());
        for input in inputs.iter().cycle().take(count) {
            writeln!(list, "{input}").unwrap();
        }
        list.flush().unwrap();
        drop(list);
        self.out = Some(reader.join().unwrap());
        start.elapsed()
    }

    /// The most memory that the process ever had, in bytes.
    fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells the peak");
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Processor time of all its threads.
    fn spent(&self) -> Duration {
        self.threads().map(|thread| thread.ran).sum()
    }

    fn threads(&self) -> impl Iterator<Item = Thread> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.0.id())).unwrap();
        tasks.map(|task| {
            let path = task.unwrap().path();
            let name = fs::read_to_string(path.join("comm")).unwrap();
            let [ran, waited] = schedstat(path.join("schedstat").to_str().unwrap());
            Thread { works: name.starts_with("job-"), ran, waited }
        })
    }
}

/// What Linux knows of a thread.
struct Thread {
    /// Whether it judges inputs.
    works: bool,
    /// How long it was on a core.
    ran: Duration,
    /// How long it could have been, and others were.
    waited: Duration,
}

fn schedstat(path: &str) -> [Duration; 2] {
    let text = fs::read_to_string(path).expect("the kernel keeps scheduler statistics");
    let mut figures = text.split(' ').map(|figure| Duration::from_nanos(figure.parse().unwrap()));
    [figures.next().unwrap(), figures.next().unwrap()]
}

/// Files to judge: a whole card, its recording, the age alone, a licence without PINs, and what is no input.
fn inputs(program: &Program) -> Vec<String> {
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

const MIB: u64 = 1024 * 1024;

#[test]
fn memory_does_not_grow_with_the_number_of_inputs() {
    let _alone = alone();
    let program = Program::new();
    let all = inputs(&program);
    // Mostly what is quick to judge, so that many fit into a test.
    let mut list: Vec<String> = all[3..].iter().cycle().take(40).cloned().collect();
    list.extend(all);
    let jobs = 4;
    let mut batch = Batch::new(&program, jobs);
    batch.feed(&list, 1_000);
    let thousand = batch.peak();
    batch.feed(&list, 9_000);
    let ten_thousand = batch.peak();
    println!("peak after 1,000 inputs {} KiB, after 10,000 {} KiB", thousand / 1024, ten_thousand / 1024);
    assert!(ten_thousand < 100 * MIB, "{ten_thousand} bytes");
    assert!(ten_thousand < thousand + 8 * MIB, "{ten_thousand} bytes after {thousand}");
    if std::env::var_os("TAIMEN_LONG").is_some() {
        batch.feed(&list, 90_000);
        let hundred_thousand = batch.peak();
        println!("after 100,000 {} KiB", hundred_thousand / 1024);
        assert!(hundred_thousand < ten_thousand + 8 * MIB, "{hundred_thousand} bytes after {ten_thousand}");
    }
}

/// A reader that takes nothing holds the batch back; it does not fill the memory.
#[test]
fn a_slow_reader_holds_the_batch_back() {
    let _alone = alone();
    let program = Program::new();
    let all = inputs(&program);
    let mut batch = Batch::new(&program, 2);
    let mut stdin = batch.child.0.stdin.take().unwrap();
    let input = all[2].clone();
    let count = 20_000;
    let feeder = thread::spawn(move || {
        for _ in 0..count {
            writeln!(stdin, "{input}").unwrap();
        }
    });
    // Long enough for everything to be judged if nothing held it back; then it must stand still.
    let mut before = Duration::MAX;
    let start = Instant::now();
    while batch.spent() != before {
        before = batch.spent();
        thread::sleep(Duration::from_millis(300));
        assert!(start.elapsed() < Duration::from_secs(20), "it never stands still");
    }
    assert!(batch.peak() < 100 * MIB);
    let lines = batch.out.take().unwrap().lines().take(count).count();
    feeder.join().unwrap();
    assert_eq!(lines, count);
    assert!(batch.peak() < 100 * MIB);
}

/// How long a batch takes for some inputs, without the time in which other programs had the core; and which part of the
/// processor time went into something else than judging.
fn takes(batch: &mut Batch, inputs: &[String], count: usize) -> (f64, f64) {
    let sums = |batch: &Batch| {
        let mut sums = [Duration::ZERO; 3];
        let mut jobs = 0;
        for thread in batch.threads() {
            sums[usize::from(!thread.works)] += thread.ran;
            if thread.works {
                sums[2] += thread.waited;
                jobs += 1;
            }
        }
        (sums.map(|sum| sum.as_secs_f64()), f64::from(jobs))
    };
    let (before, _) = sums(batch);
    let elapsed = batch.feed(inputs, count).as_secs_f64();
    let (after, jobs) = sums(batch);
    let [worked, besides, waited] = [0, 1, 2].map(|index| after[index] - before[index]);
    (elapsed - waited / jobs, besides / (worked + besides))
}

/// What two threads that share nothing gain over one here and now: two where both cores are free, less where they are two
/// halves of one, or where others use them.
fn gain_of_two_threads(work: &(impl Fn(usize) + Sync), count: usize) -> f64 {
    let start = Instant::now();
    work(2 * count);
    let one = start.elapsed();
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| work(count));
        work(count);
    });
    one.as_secs_f64() / start.elapsed().as_secs_f64()
}

/// Nine tenths of what the machine has: 1.8 times where two cores do twice the work of one. On a machine with one core a
/// second job must not make it slower.
#[test]
fn two_jobs_do_at_least_one_point_eight_times_the_work_of_one() {
    let _alone = alone();
    let program = Program::new();
    let all = inputs(&program);
    let cores = thread::available_parallelism().unwrap().get();
    let wanted = if cores >= 2 { 0.9 } else { 0.85 };
    let count = if cfg!(debug_assertions) { 60 } else { 400 };
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let signatures = signature_checks(&dump);
    let (mut one, mut two) = (Batch::new(&program, 1), Batch::new(&program, 2));
    let (mut seen, mut gains) = (Vec::new(), Vec::new());
    // Alternating, and several times: others may use the cores as well.
    while seen.len() < 5 || (median(&seen) < wanted && seen.len() < 25) {
        let before = gain_of_two_threads(&signatures, 4 * count);
        let [(one, _), (two, besides)] = [&mut one, &mut two].map(|batch| takes(batch, &all[..2], count));
        let machine = f64::midpoint(before, gain_of_two_threads(&signatures, 4 * count));
        assert!(besides < 0.1, "reading the list and writing took {besides:.2} of the time");
        gains.push((one / two * 100.0).round() / 100.0);
        seen.push((one / two / machine * 100.0).round() / 100.0);
    }
    println!(
        "{cores} cores: two jobs do {:.2} times the work of one, {:.2} of what the machine has",
        median(&gains),
        median(&seen)
    );
    assert!(median(&seen) >= wanted, "{:.2} of what the machine has, {seen:?}, {gains:?}", median(&seen));
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Signature checks, and nothing else, keys parsed before.
fn signature_checks(dump: &Dump) -> impl Fn(usize) {
    let file = dump.file(files::FACE_CERTIFICATE.name).unwrap().to_vec();
    let challenge = dump.challenge("face").unwrap();
    let Answer::Signature(answer) = &challenge.answer else { panic!("an honest card answers") };
    let (message, answer) = (challenge.message(), answer.0.clone());
    move |count| {
        let certificate = CvCertificate::parse(&file).unwrap();
        for _ in 0..count {
            let _ = std::hint::black_box(certificate.key.verify_sha256(&[&message], &answer));
        }
    }
}

/// Processor time, so that it does not matter who else uses the machine. The limits are those of the shipped program;
/// without optimisation everything but the arithmetic is many times slower.
#[test]
fn a_batch_costs_little_more_than_its_signature_checks() {
    let _alone = alone();
    let program = Program::new();
    let all = inputs(&program);
    let licence = argument(&program.home.file("licence.json"));
    program.run(["check", "--json", "--reader", "sim:licence", "--save-dump", &licence]).expect(0);
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let signatures = signature_checks(&dump);
    // What, how many RSA operations as in tests/speed.rs (a licence: who signed, and what), limit, limit without
    // optimisation. A licence has so few that reading and writing weigh more.
    let cases =
        [("dump", &all[0], 7, 1.5, 6.0), ("recording", &all[1], 7, 2.0, 8.0), ("licence", &licence, 2, 2.0, 25.0)];
    let count = if cfg!(debug_assertions) { 20 } else { 500 };
    let mut batch = Batch::new(&program, 1);
    let mut least = cases.map(|_| f64::MAX);
    for _ in 0..4 {
        for (least, (_, input, operations, ..)) in least.iter_mut().zip(cases) {
            let start = spent_here();
            (0..count).for_each(|_| signatures(operations));
            let base = spent_here() - start;
            let start = batch.spent();
            batch.feed(std::slice::from_ref(input), count);
            *least = least.min((batch.spent() - start).as_secs_f64() / base.as_secs_f64());
        }
    }
    for (cost, (what, _, operations, optimised, not_optimised)) in least.into_iter().zip(cases) {
        println!("a {what} costs {cost:.2} times its {operations} signature checks");
        let limit = if cfg!(debug_assertions) { not_optimised } else { optimised };
        assert!(cost <= limit, "a {what}: {cost:.2} times");
    }
}

/// Processor time of this thread.
fn spent_here() -> Duration {
    schedstat("/proc/thread-self/schedstat")[0]
}
