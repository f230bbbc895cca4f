//! The memory of a batch does not grow with its inputs, nor with a reader that takes nothing.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    io::{BufRead, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::common::{
    batching::{Batch, inputs},
    program::Program,
};

const MIB: u64 = 1024 * 1024;

#[test]
fn memory_does_not_grow_with_the_number_of_inputs() {
    let program = Program::new();
    let all = inputs(&program);
    // Mostly what is quick to judge, so that many fit into a test.
    let mut list: Vec<String> = all[3..].iter().cycle().take(40).cloned().collect();
    list.extend(all);
    let mut batch = Batch::new(&program, 4);
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
    let program = Program::new();
    let all = inputs(&program);
    let mut batch = Batch::new(&program, 2);
    let mut stdin = batch.stdin.take().unwrap();
    let (input, count) = (all[2].clone(), 20_000);
    let fed = Arc::new(AtomicUsize::new(0));
    let feeder = thread::spawn({
        let fed = Arc::clone(&fed);
        move || {
            for _ in 0..count {
                writeln!(stdin, "{input}").unwrap();
                fed.fetch_add(1, Ordering::Relaxed);
            }
            stdin
        }
    });
    // Nobody reads: after some inputs the batch takes no more.
    let mut before = usize::MAX;
    while fed.load(Ordering::Relaxed) != before {
        before = fed.load(Ordering::Relaxed);
        thread::sleep(Duration::from_secs(1));
    }
    assert!(before < count, "the batch took everything though nobody reads");
    assert!(batch.peak() < 100 * MIB);
    let lines = batch.out.take().unwrap().lines().take(count).count();
    // Held open to here: the batch runs on, and has a peak to be read.
    let stdin = feeder.join().unwrap();
    assert_eq!(lines, count);
    assert!(batch.peak() < 100 * MIB);
    drop(stdin);
}
