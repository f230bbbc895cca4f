//! vpcd's protocol ([`crate::transport::vpcd`]), from the card's side: a stream that vpcd (or `--reader phone`) listens
//! on drives a card.
//!
//! vpcd writes length and payload separately, and waits 40 ms for the acknowledgement of the first if the peer delays
//! it (spec field-needs 4.3, measured). So an answer leaves in one write here, and the code that opens
//! the stream ensures that it acknowledges at once if the system allows it (`taimen simulate` does).
//!
//! A card on vpcd's first reader, until vpcd closes the connection:
//!
//! ```no_run
//! use taimen::simulator::{Recipe, vpcd};
//!
//! let mut card = "my-number?seed=7".parse::<Recipe>()?.card()?;
//! let reader = std::net::TcpStream::connect(("127.0.0.1", vpcd::DEFAULT_PORT))?;
//! vpcd::serve(reader, &mut card)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, BufReader, Read, Write};

use crate::transport::{
    Transport, TransportError,
    vpcd::{GET_ATR, MAX_MESSAGE, POWER_OFF, POWER_ON, RESET, receive, send},
};

use super::SimulatedCard;

/// The port on which vpcd waits for a card.
pub const DEFAULT_PORT: u16 = 35_963;

/// Why a card is no longer served. The peer closing the connection between two messages is not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VpcdError {
    /// The connection broke, or ended inside a message.
    #[error("the connection to vpcd broke: {0}")]
    Connection(#[from] io::Error),
    /// The card left: a fault took it away, or its own transport failed.
    #[error("the card left: {0}")]
    Card(#[from] TransportError),
    /// An answer of more than 65,535 bytes, which the protocol cannot carry.
    #[error("an answer is too long for the protocol")]
    AnswerTooLong,
}

/// Serves a card until the peer closes the connection.
pub fn serve<S: Read + Write>(stream: S, card: &mut SimulatedCard) -> Result<(), VpcdError> {
    let mut stream = BufReader::with_capacity(8_192, stream);
    while let Some(message) = receive(&mut stream, MAX_MESSAGE)? {
        let answer = match message.as_slice() {
            [] => continue,
            [POWER_OFF] => {
                card.power_off();
                continue;
            }
            [POWER_ON] => {
                card.power_on();
                continue;
            }
            [RESET] => {
                card.warm_reset();
                continue;
            }
            [GET_ATR] => card.atr().to_vec(),
            command => card.exchange(command)?,
        };
        if answer.len() > MAX_MESSAGE {
            return Err(VpcdError::AnswerTooLong);
        }
        send(stream.get_mut(), &answer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kind::CardKind,
        simulator::{Faults, Recipe},
    };

    /// A stream with what the peer sends, one byte a read, and what came back, one entry a write.
    struct Peer {
        sends: Vec<u8>,
        at: usize,
        got: Vec<Vec<u8>>,
    }

    impl Read for &mut Peer {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(byte) = self.sends.get(self.at) else { return Ok(0) };
            buffer[0] = *byte;
            self.at += 1;
            Ok(1)
        }
    }

    impl Write for &mut Peer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.got.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn converse(recipe: &Recipe, sends: &str) -> (Result<(), VpcdError>, Vec<String>) {
        let mut peer = Peer { sends: hex::decode(sends.replace(' ', "")).unwrap(), at: 0, got: Vec::new() };
        let mut card = recipe.card().unwrap();
        let result = serve(&mut peer, &mut card);
        (result, peer.got.iter().map(hex::encode_upper).collect())
    }

    #[test]
    fn events_commands_and_a_clean_end() {
        let recipe = Recipe::new(CardKind::MY_NUMBER, 1);
        let select = "000F 00A4040C0A D3921000310001010402";
        let (result, got) = converse(&recipe, &format!("0001 01 0001 04 {select} 0001 02 0004 00200092 0001 00 0000"));
        result.unwrap();
        assert_eq!(got, ["000D3B888001000005E0B381A1007F", "00029000", "000263CA"]);
    }

    #[test]
    fn a_cut_message_and_a_card_that_leaves() {
        let recipe = Recipe::new(CardKind::MY_NUMBER, 1);
        assert!(matches!(converse(&recipe, "0004 0020").0, Err(VpcdError::Connection(_))));
        assert!(matches!(converse(&recipe, "00").0, Err(VpcdError::Connection(_))));
        let leaving = recipe.with_faults(Faults::parse(CardKind::MY_NUMBER, "removed-at=1").unwrap());
        let (result, got) = converse(&leaving, "0001 01 0004 00200092");
        assert!(matches!(result, Err(VpcdError::Card(TransportError::Removed))));
        assert!(got.is_empty());
        assert!(matches!(converse(&leaving, "0001 00 0004 00200092").0, Err(VpcdError::Card(_))), "switched off");
    }
}
