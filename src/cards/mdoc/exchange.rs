//! One message to the phone and its answer (ISO/IEC 18013-5 8.3.3.1.2), and what it means when the answer does not come through.

use crate::{
    cards::{ReadError, model::ReadContext},
    iso7816::{CardError, CardSession, Response, Status},
    transport::TransportError,
};

use super::{
    nfc::{self, Sizes},
    session::{self, Message},
    share::ShareError,
};

/// Why a message was not answered.
pub(super) enum Setback {
    /// The phone refused the length of the first command, and has taken nothing.
    TooLong,
    /// The phone may hold some of the message, or an answer that was lost on its way. The same message once more would be taken for
    /// the rest of this one, or for the session's next: the session is lost.
    Lost,
    Failed(ReadError),
}

impl From<ReadError> for Setback {
    fn from(error: ReadError) -> Self {
        Self::Failed(error)
    }
}

impl From<ShareError> for Setback {
    fn from(error: ShareError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CardError> for Setback {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Transport(TransportError::LengthUnsupported) => Self::Lost,
            error => Self::Failed(error.into()),
        }
    }
}

pub(super) fn failed(detail: impl ToString) -> ReadError {
    ReadError::Session { detail: detail.to_string() }
}

/// Sends a session message and returns the answer's, in the largest commands that the phone takes, and their sizes.
pub(super) fn exchange(
    context: &mut ReadContext<'_, '_>,
    message: &[u8],
    sizes: Sizes,
) -> Result<(Vec<u8>, Sizes), Setback> {
    let object = nfc::wrap(message);
    let mut rung = Some(sizes);
    while let Some(sizes) = rung {
        match send(context, &object, sizes) {
            Err(Setback::TooLong) => rung = sizes.below(),
            Err(setback) => return Err(setback),
            Ok(answer) => {
                let message = nfc::unwrap(&answer).ok_or_else(|| failed("the phone's answer is not a message"))?;
                return Ok((message.to_vec(), sizes));
            }
        }
    }
    Err(ReadError::from(CardError::Transport(TransportError::LengthUnsupported)).into())
}

fn send(context: &mut ReadContext<'_, '_>, object: &[u8], sizes: Sizes) -> Result<Vec<u8>, Setback> {
    let commands = nfc::envelopes(object, sizes);
    let Some((last, first)) = commands.split_last() else { return Ok(Vec::new()) };
    for (at, command) in first.iter().enumerate() {
        let response = context.session.send_once(command)?;
        if !response.data.is_empty() {
            return Err(failed("the phone answers before it has the whole message").into());
        }
        if !response.status.is_ok() {
            return Err(refused(&response, at == 0));
        }
    }
    let mut continued = false;
    let response = context.with_progress(|session, _, progress| {
        let most = session::MAX_MESSAGE.saturating_add(8);
        session.send_parts(last, sizes.le(), most, &mut |done| {
            continued = true;
            progress(done, 0);
        })
    })?;
    if response.status.is_ok() { Ok(response.data) } else { Err(refused(&response, first.is_empty() && !continued)) }
}

/// What a status word means that ends an exchange; `at_once`: it answers the first command of the message.
fn refused(response: &Response, at_once: bool) -> Setback {
    match response.status {
        Status::WRONG_LENGTH if at_once && response.data.is_empty() => Setback::TooLong,
        Status::WRONG_LENGTH => Setback::Lost,
        status => failed(format_args!("the phone answered {status}")).into(),
    }
}

/// Sends the end of the session. Nothing more of its answer is asked for; says whether what came holds nothing but a status.
pub(super) fn last_word(session: &mut CardSession<'_>, sizes: Sizes) -> Result<bool, CardError> {
    // It is shorter than the shortest command's data.
    let Some(command) = nfc::envelopes(&nfc::wrap(&session::termination()), sizes).pop() else { return Ok(true) };
    let answer = session.send_once(&command)?.data;
    Ok(answer.is_empty() || nfc::unwrap(&answer).is_some_and(|message| message.is_empty() || is_status(message)))
}

fn is_status(message: &[u8]) -> bool {
    Message::parse(message).is_ok_and(|parsed| parsed.data.is_none() && parsed.encode() == message)
}
