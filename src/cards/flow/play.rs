//! A recording in the place of a card.

use crate::{
    dump::Dump,
    iso7816::{PinGate, Refusal},
    transport::{Recording, Replay, replay::UnusedSteps},
};

use super::{
    super::{Credentials, ReadError},
    Event, FlowError, Outcome, Request, start,
};

/// Plays a recording back with what its header says and what `entered` adds (a recording that contains the handshake needs the
/// credential). Also returns whether steps are left.
pub fn play(recording: &Recording, entered: &Credentials) -> (Result<Dump, FlowError>, Result<(), UnusedSteps>) {
    let once = |allow_last_try| {
        let mut replay = Replay::new(recording.clone());
        let read = replayed(&mut replay, entered, allow_last_try);
        (read, replay.finish())
    };
    // Whether the last try was allowed then is in no header. If it was, the recording goes on with it.
    match once(false) {
        refused @ (
            Err(FlowError::Read(ReadError::Refused { refusal: Refusal::LastTry | Refusal::NoCounter, .. })),
            Err(_),
        ) => {
            let again = once(true);
            if again.1.is_ok() { again } else { refused }
        }
        played => played,
    }
}

fn replayed(replay: &mut Replay, entered: &Credentials, allow_last_try: bool) -> Result<Dump, FlowError> {
    let request = Request::recorded(replay)?;
    let mut credentials = Credentials::recorded(replay);
    credentials.extend(entered.shared());
    let (gate, nonces, tell) = (&mut PinGate::new(allow_last_try), &mut replay.random(), &mut |_: Event<'_>| {});
    match start(replay, &request, credentials, gate, nonces, tell)? {
        Outcome::Done(dump) => Ok(*dump),
        Outcome::Ask(looked) => looked.read(replay, request.time, Credentials::default(), gate, nonces, tell),
    }
}

/// Reads a recording as the program did that made it: its own scope, time and random draws. Nobody is asked, and no credential
/// is needed unless the recording contains the handshake: then use [`play`].
///
/// # Errors
/// [`FlowError`].
pub fn read_recording(recording: &Recording) -> Result<Dump, FlowError> {
    let (read, rest) = play(recording, &Credentials::default());
    let dump = read?;
    rest?;
    Ok(dump)
}
