//! What the program costs the host (`scripts/bench`, `docs/performance.md`): ratios of one run, because absolute times
//! drift on shared machines. A figure over its limit is marked, and makes the exit code 1. Arguments choose measurements by
//! a part of their name.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

#[cfg(target_os = "linux")]
mod batch;
mod check;
#[path = "../../tests/common/mod.rs"]
mod common;
#[cfg(all(feature = "counter", target_os = "linux"))]
mod counter;
mod mdoc;
mod passport;
#[cfg(target_os = "linux")]
mod phone;
#[cfg(feature = "records")]
mod records;
mod signatures;
#[cfg(target_os = "linux")]
mod vpcd;

use std::process::ExitCode;

/// What was measured: a name, the figure, its limit.
pub struct Figure {
    name: String,
    value: f64,
    limit: Limit,
}

/// What a figure must not pass.
#[derive(Clone, Copy)]
pub enum Limit {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Figure {
    /// A figure under its name.
    pub fn new(name: impl Into<String>, value: f64, limit: Limit) -> Self {
        Self { name: name.into(), value, limit }
    }

    fn holds(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.value <= limit,
            Limit::AtLeast(limit) => self.value >= limit,
        }
    }
}

type Measurement = fn() -> Vec<Figure>;

const MEASUREMENTS: &[(&str, Measurement)] = &[
    ("check", check::check),
    ("verify", check::verify),
    ("passport", passport::checks),
    ("mdoc", mdoc::checks),
    #[cfg(target_os = "linux")]
    ("batch-cost", batch::cost),
    #[cfg(target_os = "linux")]
    ("batch-jobs", batch::jobs),
    #[cfg(target_os = "linux")]
    ("vpcd", vpcd::exchange_cost),
    #[cfg(target_os = "linux")]
    ("phone", phone::exchange_cost),
    #[cfg(all(feature = "counter", target_os = "linux"))]
    ("counter", counter::page),
    #[cfg(feature = "records")]
    ("records", records::store),
];

fn main() -> ExitCode {
    // cargo itself passes options such as --bench.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut all_hold = true;
    for (name, measure) in MEASUREMENTS {
        if !chosen.is_empty() && !chosen.iter().any(|part| name.contains(part.as_str())) {
            continue;
        }
        for figure in measure() {
            let (word, limit) = match figure.limit {
                Limit::AtMost(limit) => ("at most", limit),
                Limit::AtLeast(limit) => ("at least", limit),
            };
            let mark = if figure.holds() { "" } else { "  OVER ITS LIMIT" };
            println!("{name:<11} {:6.2} ({word} {limit:.2})  {}{mark}", figure.value, figure.name);
            all_hold &= figure.holds();
        }
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
