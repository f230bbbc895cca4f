//! `--reader ADDRESS`.

use std::path::PathBuf;

/// Where the card is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A PC/SC reader, by a part of its name where one is given.
    Pcsc(Option<String>),
    /// A simulated card in the process: `KIND[?fault=…&seed=…]`.
    Sim(SimAddress),
    /// A recording.
    Replay(PathBuf),
}

/// A simulated card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimAddress {
    /// The name, for example `my-number`.
    pub name: String,
    /// The seed; 1 unless told otherwise.
    pub seed: u64,
    /// The faults, comma separated, as `simulator` parses them.
    pub faults: String,
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
            Some(("sim", card)) => card.parse().map(Self::Sim).map_err(|_| bad()),
            _ => Err(bad()),
        }
    }
}

impl std::str::FromStr for SimAddress {
    type Err = BadAddress;

    /// Reads `KIND[?fault=…&seed=…]`.
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        let (name, query) = text.split_once('?').unwrap_or((text, ""));
        let mut address = Self { name: name.to_owned(), seed: 1, faults: String::new() };
        if name.is_empty() {
            return Err(bad());
        }
        for part in query.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("seed", seed)) => address.seed = seed.parse().map_err(|_| bad())?,
                Some(("fault", faults)) => {
                    if !address.faults.is_empty() {
                        address.faults.push(',');
                    }
                    address.faults.push_str(faults);
                }
                _ => return Err(bad()),
            }
        }
        Ok(address)
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
        let sim = |name: &str, seed, faults: &str| {
            Ok(Address::Sim(SimAddress { name: name.to_owned(), seed, faults: faults.to_owned() }))
        };
        assert_eq!(read("sim:my-number"), sim("my-number", 1, ""));
        assert_eq!(
            read("sim:my-number?fault=expired&seed=7&fault=removed-at=3"),
            sim("my-number", 7, "expired,removed-at=3")
        );
        for bad in ["", "sim:", "pcsc:", "replay:", "usb", "sim:x?seed=a", "sim:x?colour=red"] {
            assert_eq!(read(bad).is_err(), true, "{bad}");
        }
    }
}
