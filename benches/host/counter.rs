//! What the counter costs: from the order of a simulated card to its question and to its verdict on the page, memory, idle processor
//! time, the size of the page. The simulated card computes in the same process, so the times hold its work too.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::{
    Figure,
    Limit::AtMost,
    common::web::{Counter, Shop, name},
};

/// Customers one after the other.
const CUSTOMERS: u32 = 20;

/// How long nothing happens.
const IDLE: Duration = Duration::from_secs(5);

pub fn page() -> Vec<Figure> {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    let (mut asked, mut judged) = (Vec::new(), Vec::new());
    for _ in 0..CUSTOMERS {
        let start = Instant::now();
        let known = shop.place("my-number");
        shop.shown.named(&["asking"]);
        asked.push(start.elapsed());
        let start = Instant::now();
        assert_eq!(name(&shop.read(&known)), "checked");
        judged.push(start.elapsed());
        shop.remove();
    }
    let before = processor(counter.id());
    std::thread::sleep(IDLE);
    let idle = processor(counter.id()) - before;
    let shell = counter.request("GET", "/").send().body.len();
    vec![
        Figure::new("milliseconds from a card's order to its question", median(asked), AtMost(300.0)),
        Figure::new("milliseconds from the last entry to the verdict", median(judged), AtMost(300.0)),
        Figure::new("megabytes in memory after 20 customers", resident(counter.id()), AtMost(60.0)),
        Figure::new("percent of a core while nothing lies there", idle / IDLE.as_secs_f64() * 100.0, AtMost(1.0)),
        Figure::new("kilobytes of the page", shell as f64 / 1_000.0, AtMost(150.0)),
    ]
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

/// Seconds of processor time: fields 14 and 15 of `/proc/PID/stat`, in hundredths.
fn processor(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// Megabytes that are in memory.
fn resident(id: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1_000.0
}
