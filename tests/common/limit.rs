//! Ends the process of a test that hangs. A test that asserts how long something took would fail on a busy machine; one
//! that hangs must fail everywhere.

use std::{
    process,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// Far more than anything here takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// While it lives, the time of its test runs.
pub struct Limit(#[allow(dead_code)] Sender<()>);

impl Limit {
    pub fn new() -> Self {
        let (sender, receiver) = channel::<()>();
        let test = thread::current().name().unwrap_or_default().to_owned();
        thread::spawn(move || {
            if receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("{test} did not end within {PATIENCE:?}");
                process::exit(101);
            }
        });
        Self(sender)
    }
}
