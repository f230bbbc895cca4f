//! How many inputs are under way: the thread that gives them out waits while there are as many as fit, so that a slow reader of
//! the output, or one slow input, holds the rest back and memory stays as it is.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The gate between the inputs and the workers.
pub struct Gate {
    room: usize,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    free: usize,
    given: u64,
    closed: bool,
}

impl Gate {
    /// A gate that lets so many in at once.
    pub fn new(room: usize) -> Self {
        let room = room.max(1);
        let state = State { free: room, given: 0, closed: false };
        Self { room, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits for room; the input's number, from 0, or `None` when the gate is closed.
    pub fn enter(&self) -> Option<u64> {
        let waiting = self.changed.wait_while(self.state(), |state| state.free == 0 && !state.closed);
        let mut state = waiting.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        state.free -= 1;
        state.given += 1;
        Some(state.given - 1)
    }

    /// One is done. Who waits is woken when half of the room is free: to wake a thread for each input costs as much as a signature.
    pub fn leave(&self) {
        let mut state = self.state();
        state.free += 1;
        if state.free.saturating_mul(2) >= self.room {
            self.changed.notify_one();
        }
    }

    /// Lets nobody in any more; how many were let in.
    pub fn close(&self) -> u64 {
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        state.given
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic and leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread};

    use super::*;

    #[test]
    fn nobody_enters_a_full_or_a_closed_gate() {
        let gate = Arc::new(Gate::new(2));
        assert_eq!((gate.enter(), gate.enter()), (Some(0), Some(1)));
        let third = thread::spawn({
            let gate = Arc::clone(&gate);
            move || (gate.enter(), gate.enter())
        });
        gate.leave();
        while gate.state().given < 3 {
            thread::yield_now();
        }
        assert_eq!(gate.close(), 3);
        assert_eq!(third.join().unwrap(), (Some(2), None));
        gate.leave();
        assert_eq!(gate.enter(), None);
        assert_eq!(gate.close(), 3);
    }
}
