//! What a batch costs beside its signature checks, and what a second job brings.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use taimen::dump::Scope;

use crate::{
    Figure,
    Limit::{AtLeast, AtMost},
    common::{
        batching::{Batch, inputs},
        program::{Program, argument},
        reading::{card, read_card},
    },
    signatures,
};

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

fn threads(batch: &Batch) -> impl Iterator<Item = Thread> + use<> {
    let tasks = fs::read_dir(format!("/proc/{}/task", batch.child.0.id())).unwrap();
    tasks.map(|task| {
        let path = task.unwrap().path();
        let name = fs::read_to_string(path.join("comm")).unwrap();
        let [ran, waited] = schedstat(path.join("schedstat").to_str().unwrap());
        Thread { works: name.starts_with("job-"), ran, waited }
    })
}

/// Processor time of all its threads.
fn spent(batch: &Batch) -> Duration {
    threads(batch).map(|thread| thread.ran).sum()
}

/// Processor time of this thread.
fn spent_here() -> Duration {
    schedstat("/proc/thread-self/schedstat")[0]
}

/// How long a batch takes for some inputs, without the time in which other programs had the core; and which part of the
/// processor time went into something else than judging.
fn takes(batch: &mut Batch, inputs: &[String], count: usize) -> (f64, f64) {
    let sums = |batch: &Batch| {
        let mut sums = [Duration::ZERO; 3];
        let mut jobs = 0;
        for thread in threads(batch) {
            sums[usize::from(!thread.works)] += thread.ran;
            if thread.works {
                sums[2] += thread.waited;
                jobs += 1;
            }
        }
        (sums.map(|sum| sum.as_secs_f64()), f64::from(jobs))
    };
    let (before, _) = sums(batch);
    let start = Instant::now();
    batch.feed(inputs, count);
    let elapsed = start.elapsed().as_secs_f64();
    let (after, jobs) = sums(batch);
    let [worked, besides, waited] = [0, 1, 2].map(|index| after[index] - before[index]);
    (elapsed - waited / jobs, besides / (worked + besides))
}

/// What two threads that share nothing gain over one here and now: two if both cores are free, less if they are two
/// halves of one, or if others use them.
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

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Nine tenths of what the machine has: 1.8 times if two cores do twice the work of one. On a machine with one core a
/// second job must not make it slower.
pub fn jobs() -> Vec<Figure> {
    let program = Program::new();
    let all = inputs(&program);
    let cores = thread::available_parallelism().unwrap().get();
    let wanted = if cores >= 2 { 0.9 } else { 0.85 };
    let count = 400;
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let signatures = signatures::checks(&dump);
    let (mut one, mut two) = (Batch::new(&program, 1), Batch::new(&program, 2));
    let (mut seen, mut shares) = (Vec::new(), Vec::new());
    // Alternating, and several times: others may use the cores as well.
    while seen.len() < 5 || (median(&seen) < wanted && seen.len() < 25) {
        let before = gain_of_two_threads(&signatures, 4 * count);
        let [(one, _), (two, besides)] = [&mut one, &mut two].map(|batch| takes(batch, &all[..2], count));
        let machine = f64::midpoint(before, gain_of_two_threads(&signatures, 4 * count));
        shares.push(besides);
        seen.push(one / two / machine);
    }
    vec![
        Figure::new(
            format!("the gain of a second job, in what {cores} cores can gain"),
            median(&seen),
            AtLeast(wanted),
        ),
        Figure::new("the part of the time for reading the list and writing", median(&shares), AtMost(0.1)),
    ]
}

/// Processor time, so that it does not matter who else uses the machine. A licence has so few signature checks (who
/// signed, and what) that reading and writing weigh more.
pub fn cost() -> Vec<Figure> {
    let program = Program::new();
    let all = inputs(&program);
    let licence = argument(&program.home.file("licence.json"));
    program.run(["check", "--json", "--reader", "sim:licence", "--save-dump", &licence]).expect(0);
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let signatures = signatures::checks(&dump);
    let cases = [("dump", &all[0], 7, 3.0), ("recording", &all[1], 7, 5.0), ("licence", &licence, 2, 8.0)];
    let count = 500;
    let mut batch = Batch::new(&program, 1);
    let mut least = cases.map(|_| f64::MAX);
    for _ in 0..4 {
        for (least, (_, input, operations, _)) in least.iter_mut().zip(cases) {
            let start = spent_here();
            (0..count).for_each(|_| signatures(operations));
            let base = spent_here() - start;
            let start = spent(&batch);
            batch.feed(std::slice::from_ref(input), count);
            *least = least.min((spent(&batch) - start).as_secs_f64() / base.as_secs_f64());
        }
    }
    let figure = |(cost, (what, _, operations, limit))| {
        Figure::new(format!("a {what} of a batch, in its {operations} signature checks"), cost, AtMost(limit))
    };
    least.into_iter().zip(cases).map(figure).collect()
}
