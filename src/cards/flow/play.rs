//! A recording in the place of a card.

use crate::{
    dump::Dump,
    iso7816::{CardError, PinGate, Refusal},
    transport::{Recording, Replay, TransportError, replay::UnusedSteps},
};

use super::{
    super::{Credentials, ReadError},
    Event, FlowError, Inference, Outcome, RecogniseError, Request, start,
};

/// What no header of a recording says: what the program left out that made it, and whether the last try was allowed.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    inference: Inference,
    allow_last_try: bool,
    /// Whether the commands may come in another order, because an older version made the recording.
    in_any_order: bool,
}

/// One way, and what came of it.
type Played = (Result<Dump, FlowError>, Result<(), UnusedSteps>);

/// Plays a recording back with what its header says and what `entered` adds (a recording that contains the handshake needs the
/// credential). Also returns whether steps are left.
pub fn play(recording: &Recording, entered: &Credentials) -> Played {
    find(&Replay::new(recording.clone()), entered).1
}

/// What is asked of the card in whose place a recording is, and the recording as it must be played.
///
/// # Errors
/// [`FlowError::NoTime`].
pub(crate) fn prepared(replay: &Replay, entered: &Credentials) -> Result<(Request, Replay), FlowError> {
    let (way, _) = find(replay, entered);
    let request = Request { inference: way.inference, ..Request::recorded(replay)? };
    Ok((request, if way.in_any_order { replay.clone().in_any_order() } else { replay.clone() }))
}

/// The first way in which every command and its order fit. If none does, the recording of an older version is played in any
/// order; of another one, the trouble of the way that came farthest counts.
fn find(replay: &Replay, entered: &Credentials) -> (Way, Played) {
    let recorded = |key, proven| Inference::Recorded { key, proven };
    let way = |inference, in_any_order| Way { inference, allow_last_try: false, in_any_order };
    let try_way = |way| {
        let (way, played) = with_last_try(replay, entered, way);
        let fits = fits(&played);
        ((way, played), fits)
    };
    let left = |(_, (_, rest)): &(Way, Played)| rest.as_ref().err().map_or(0, |rest| rest.unused);
    let (mut best, mut fitting) = try_way(way(recorded(true, true), false));
    for inference in [recorded(true, false), recorded(false, false), Inference::Off] {
        if fitting {
            return best;
        }
        let (found, fits) = try_way(way(inference, false));
        if fits || left(&found) < left(&best) {
            (best, fitting) = (found, fits);
        }
    }
    if replay.header().older && !fitting {
        let (found, fits) = try_way(way(Inference::Off, true));
        if fits {
            return found;
        }
    }
    best
}

/// Whether a recording was played to its end and nothing else was asked for.
fn fits((read, rest): &Played) -> bool {
    let differs = matches!(
        read,
        Err(FlowError::Read(
            ReadError::Card(CardError::Transport(
                TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. }
            )) | ReadError::AnswerLost {
                error: TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. },
                ..
            }
        ) | FlowError::Recognise(RecogniseError::Card(CardError::Transport(
            TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. }
        ))))
    );
    rest.is_ok() && !differs
}

/// Whether the last try was allowed then is in no header. If it was, the recording goes on with it.
fn with_last_try(replay: &Replay, entered: &Credentials, way: Way) -> (Way, Played) {
    let once = |way: &Way| {
        let mut replay = if way.in_any_order { replay.clone().in_any_order() } else { replay.clone() };
        let read = replayed(&mut replay, entered, way);
        (read, replay.finish())
    };
    match once(&way) {
        refused @ (
            Err(FlowError::Read(ReadError::Refused { refusal: Refusal::LastTry | Refusal::NoCounter, .. })),
            Err(_),
        ) => {
            let allowed = Way { allow_last_try: true, ..way.clone() };
            let again = once(&allowed);
            if again.1.is_ok() { (allowed, again) } else { (way, refused) }
        }
        played => (way, played),
    }
}

fn replayed(replay: &mut Replay, entered: &Credentials, way: &Way) -> Result<Dump, FlowError> {
    let request = Request { inference: way.inference.clone(), ..Request::recorded(replay)? };
    let mut credentials = Credentials::recorded(replay);
    credentials.extend(entered.shared());
    let (gate, nonces, tell) = (&mut PinGate::new(way.allow_last_try), &mut replay.random(), &mut |_: Event<'_>| {});
    match start(replay, &request, credentials, gate, nonces, tell)? {
        Outcome::Done(dump) => Ok(*dump),
        Outcome::Ask(looked) => {
            replay.power();
            looked.read(replay, request.time, Credentials::default(), gate, nonces, tell)
        }
    }
}

/// Reads a recording as the program did that made it: its own scope, time and random draws. Nobody is asked, and no credential
/// is needed unless the recording contains the handshake: then use [`play`]. No card was waited for: the times in its link are 0, so that
/// the same recording yields the same dump.
///
/// # Errors
/// [`FlowError`].
pub fn read_recording(recording: &Recording) -> Result<Dump, FlowError> {
    let (read, rest) = play(recording, &Credentials::default());
    let mut dump = read?;
    rest?;
    dump.link = dump.link.untimed();
    Ok(dump)
}
