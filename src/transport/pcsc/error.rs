//! PC/SC error codes as this program's errors.

use ::pcsc::Error;

use super::TransportError;

/// Outside of an exchange.
pub(super) fn transport_error(error: Error) -> TransportError {
    match error {
        Error::NoService | Error::ServiceStopped => TransportError::NoService,
        Error::SecurityViolation | Error::NoAccess => TransportError::NotPermitted,
        Error::SharingViolation => TransportError::Busy,
        Error::NoReadersAvailable | Error::UnknownReader | Error::ReaderUnavailable => TransportError::NoReader,
        // A card that another program reset has lost its state; for this program it is another card.
        Error::NoSmartcard | Error::RemovedCard | Error::ResetCard | Error::UnpoweredCard | Error::UnresponsiveCard => {
            TransportError::Removed
        }
        other => TransportError::Reader { code: code(other) },
    }
}

/// A wait that ended without a change is not an error.
pub(super) fn ignore_timeout(error: Error) -> Result<(), TransportError> {
    match error {
        Error::Timeout => Ok(()),
        other => Err(transport_error(other)),
    }
}

/// What an error of `SCardTransmit` is.
pub(super) enum TransmitError {
    /// It is clear from the code.
    Clear(TransportError),
    /// Either the card left, which the service may not have noticed yet, or the reader cannot do this command.
    Ambiguous(TransportError),
}

/// In an exchange. `long` says whether command or expected answer are beyond a short APDU.
pub(super) fn transmit_error(error: Error, long: bool) -> TransmitError {
    match error {
        Error::InsufficientBuffer | Error::InvalidParameter | Error::InvalidValue | Error::UnsupportedFeature
            if long =>
        {
            TransmitError::Clear(TransportError::LengthUnsupported)
        }
        Error::NotTransacted | Error::CommError | Error::InvalidHandle | Error::UnknownError => {
            TransmitError::Ambiguous(if long { TransportError::LengthUnsupported } else { transport_error(error) })
        }
        other => TransmitError::Clear(transport_error(other)),
    }
}

/// The PC/SC code. The crate keeps its own conversion private.
#[allow(clippy::as_conversions)] // a `repr(u32)` enum has no other way out
fn code(error: Error) -> u32 {
    error as u32
}
