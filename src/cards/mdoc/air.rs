//! Over Bluetooth, for a phone that offers no other way after it was tapped: which part the reader plays there, and what a
//! recording keeps of it. A recording holds the same commands either way, so playing it needs no radio.

use crate::{
    cards::{ReadError, model::ReadContext},
    crypto::derived,
    iso7816::CardError,
    transport::{
        TransportError,
        ble::{Engaged, Role},
    },
};

use super::{
    engagement::Engagement,
    entries::AIR,
    handover::{Carrier, Select},
    nfc::Sizes,
};

/// What a tunnel takes and gives in one command.
const SIZES: Sizes = Sizes { command: 65_535, response: 65_536 };

/// A radio, or that of a recording.
pub(super) struct Air {
    /// The service that the reader offers if the phone names none, big-endian.
    pub service: [u8; 16],
    live: bool,
}

impl Air {
    /// The radio beside the reader, if there is one. A recorder gets what it needs.
    pub fn of(context: &mut ReadContext<'_, '_>) -> Result<Option<Self>, ReadError> {
        if let Some(keys) = context.credentials.recorded_keys() {
            let service = keys.iter().find_map(|entry| entry.strip_prefix(&[AIR])?.try_into().ok());
            let Some(service) = service else { return Ok(None) };
            context.nonces.session_key(&entry(service));
            return Ok(Some(Self { service, live: false }));
        }
        if context.session.radio().is_none() {
            return Ok(None);
        }
        let drawn = context.nonces.draw_secret(16).map_err(ReadError::Draw)?;
        let service = drawn.as_slice().try_into().unwrap_or_default();
        context.nonces.session_key(&entry(service));
        Ok(Some(Self { service, live: true }))
    }

    /// Connects to the phone in a way that it offers.
    pub fn open(
        &self,
        context: &mut ReadContext<'_, '_>,
        select: &Select<'_>,
        engagement: &Engagement<'_>,
    ) -> Result<Sizes, ReadError> {
        let (role, service) =
            select.carriers.iter().find_map(|carrier| self.part(carrier)).ok_or(ReadError::WantsBluetooth)?;
        if !self.live {
            return Ok(SIZES);
        }
        let radio = context.session.radio().ok_or(ReadError::WantsBluetooth)?;
        let ident = *derived(engagement.key_bytes, &[], "BLEIdent");
        radio.open(&Engaged { role, service, ident }).map_err(over_the_air)?;
        Ok(SIZES)
    }

    /// The reader's part for a carrier. More adapters can visit than serve, so a phone that serves comes first.
    fn part(&self, carrier: &Carrier) -> Option<(Role, [u8; 16])> {
        match carrier {
            Carrier::Bluetooth { peripheral: true, service: Some(service), .. } => Some((Role::Client, *service)),
            Carrier::Bluetooth { central: true, service, .. } => Some((Role::Server, service.unwrap_or(self.service))),
            _ => None,
        }
    }
}

fn entry(service: [u8; 16]) -> Vec<u8> {
    [&[AIR], &service[..]].concat()
}

/// Where no phone came, none lies on a reader.
fn over_the_air(error: TransportError) -> ReadError {
    match error {
        TransportError::NoCard { .. } => {
            ReadError::Session { detail: "the phone did not connect over Bluetooth".to_owned() }
        }
        error => CardError::Transport(error).into(),
    }
}

/// The value of Ident in spec mdoc 12.1 and for the key of Annex D.
#[cfg(test)]
#[test]
fn ident_is_that_of_the_worked_examples() {
    let scanned = super::engagement::scanned(
        "mdoc:owBjMS4wAYIB2BhYS6QBAiABIVggWojRgrzl9C76WZQ_MzWdLoqWj_KJ2T5fpES2JDQxZ_4iWCCxboz4WN3HaQQHumHUwzgjeoz8895qpnL8YKVXqjL8ZwKBgwIBowD0AfULUEXv73QrLEg3qaOw4dBaaRc",
    );
    let engagement = scanned.unwrap();
    let parsed = Engagement::parse(&engagement).unwrap();
    let ident: [u8; 16] = *derived(parsed.key_bytes, &[], "BLEIdent");
    assert_eq!(hex::encode(ident), "8da0b7a85919f05673054ea996bbd124");
}
