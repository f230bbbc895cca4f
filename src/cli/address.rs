//! `--reader ADDRESS`.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

/// The phone's port if nothing else is said. vpcd itself has 35963, and may run on the same machine.
const PHONE_PORT: u16 = 35_970;

/// Where the card is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A PC/SC reader, by a part of its name if one is given.
    Pcsc(Option<String>),
    /// A simulated card in the process, as [`crate::simulator::Recipe`] reads it: `KIND[?fault=…&seed=…]`.
    Sim(String),
    /// A recording.
    Replay(PathBuf),
    /// Anybody who offers a card over vpcd's protocol.
    Phone {
        /// Where to listen.
        address: SocketAddr,
        /// Without extended lengths.
        short: bool,
    },
}

/// Not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a reader address: {0}")]
pub struct BadAddress(pub String);

impl std::str::FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        if let Some(rest) = text.strip_prefix("phone") {
            return phone_address(rest).ok_or_else(bad);
        }
        match text.split_once(':') {
            None if text == "pcsc" => Ok(Self::Pcsc(None)),
            Some(("pcsc", part)) if !part.is_empty() => Ok(Self::Pcsc(Some(part.to_owned()))),
            Some(("replay", path)) if !path.is_empty() => Ok(Self::Replay(PathBuf::from(path))),
            Some(("sim", card)) if !card.is_empty() => Ok(Self::Sim(card.to_owned())),
            _ => Err(bad()),
        }
    }
}

/// What follows `phone`: `[:ADDRESS[:PORT]][?short]`. Names are not addresses: which of a machine's networks is
/// meant must be clear.
fn phone_address(rest: &str) -> Option<Address> {
    let (place, short) = match rest.split_once('?') {
        Some((place, "short")) => (place, true),
        Some(_) => return None,
        None => (rest, false),
    };
    if place.is_empty() {
        return Some(Address::Phone { address: (Ipv4Addr::LOCALHOST, PHONE_PORT).into(), short });
    }
    let place = place.strip_prefix(':')?;
    let bare = place.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(place);
    let address = match bare.parse::<IpAddr>() {
        Ok(address) => SocketAddr::from((address, PHONE_PORT)),
        Err(_) => place.parse().ok()?,
    };
    Some(Address::Phone { address, short })
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
        let phone = |address: &str, short| Ok(Address::Phone { address: address.parse().unwrap(), short });
        assert_eq!(read("phone"), phone("127.0.0.1:35970", false));
        assert_eq!(read("phone?short"), phone("127.0.0.1:35970", true));
        assert_eq!(read("phone:0.0.0.0"), phone("0.0.0.0:35970", false));
        assert_eq!(read("phone:192.168.1.5:4000?short"), phone("192.168.1.5:4000", true));
        assert_eq!(read("phone:::1"), phone("[::1]:35970", false));
        assert_eq!(read("phone:[::]"), phone("[::]:35970", false));
        assert_eq!(read("phone:[fd00::5]:4000"), phone("[fd00::5]:4000", false));
        for bad in [
            "",
            "sim:",
            "pcsc:",
            "replay:",
            "usb",
            "phone:",
            "phones",
            "phone:4000",
            "phone:counter:4000",
            "phone?long",
            "phone:127.0.0.1:",
            "phone:127.0.0.1:70000",
            "phone:[127.0.0.1",
            "phone?short?short",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
