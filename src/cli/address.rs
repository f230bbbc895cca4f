//! `--reader ADDRESS`.

use std::path::PathBuf;

/// Where the card is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A PC/SC reader, by a part of its name where one is given.
    Pcsc(Option<String>),
    /// A simulated card in the process, as [`crate::simulator::Recipe`] reads it: `KIND[?fault=…&seed=…]`.
    Sim(String),
    /// A recording.
    Replay(PathBuf),
}

/// Not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a reader address: {0}")]
pub struct BadAddress(pub String);

impl std::str::FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        match text.split_once(':') {
            None if text == "pcsc" => Ok(Self::Pcsc(None)),
            Some(("pcsc", part)) if !part.is_empty() => Ok(Self::Pcsc(Some(part.to_owned()))),
            Some(("replay", path)) if !path.is_empty() => Ok(Self::Replay(PathBuf::from(path))),
            Some(("sim", card)) if !card.is_empty() => Ok(Self::Sim(card.to_owned())),
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let read = |text: &str| text.parse::<Address>();
        assert_eq!(read("pcsc"), Ok(Address::Pcsc(None)));
        assert_eq!(read("pcsc:PaSoRi"), Ok(Address::Pcsc(Some("PaSoRi".to_owned()))));
        assert_eq!(read("replay:a:b.apdu"), Ok(Address::Replay("a:b.apdu".into())));
        assert_eq!(read("sim:my-number?seed=7"), Ok(Address::Sim("my-number?seed=7".to_owned())));
        for bad in ["", "sim:", "pcsc:", "replay:", "usb"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
