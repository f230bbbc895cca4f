//! How commands reach a card: one trait with one method, and what implements it.

#[doc(hidden)]
pub mod ble;
mod contents;
mod mask;
#[doc(hidden)]
pub mod masked;
pub(crate) mod meter;
pub mod nonces;
#[cfg(feature = "pcsc")]
pub mod pcsc;
pub mod phone;
pub mod record;
pub mod recording;
pub mod replay;
pub(crate) mod slot;
#[doc(hidden)]
pub mod vpcd;

pub use mask::NeverRecorded;
#[doc(hidden)]
pub use masked::Masked;
pub use meter::LinkFigures;
pub(crate) use meter::Metered;
pub use nonces::{NonceError, Nonces};
pub use record::{Log, Recorder};
pub use recording::Recording;
pub use replay::Replay;

use crate::text::errors;

/// A way to a card. A successful exchange may carry any status word; an answer is at least two bytes long.
pub trait Transport {
    /// Sends one command APDU and returns the whole answer, status word included.
    ///
    /// # Errors
    /// [`TransportError`], which never holds payload bytes.
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Who else may see what passes.
    fn link(&self) -> LinkKind {
        LinkKind::Local
    }

    /// A radio beside the reader, if there is one: a phone that was tapped may want to go on over the air.
    #[doc(hidden)]
    fn radio(&mut self) -> Option<&mut dyn Radio> {
        None
    }
}

/// What goes on over the air with a phone that the reader has met.
#[doc(hidden)]
pub trait Radio {
    /// Connects. From then on every command of the transport goes to the phone's data over the air.
    ///
    /// # Errors
    /// [`TransportError`], when there is no adapter, no permission, or no phone in time.
    fn open(&mut self, engaged: &ble::Engaged) -> Result<(), TransportError>;
}

/// Who may see what passes between a card and the program. What would give a 個人番号 away never passes a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkKind {
    /// A reader at this computer, or a card in this process.
    #[default]
    Local,
    /// A network, or a device that shows or keeps what passes.
    Network,
}

/// A transport behind a pointer is one.
macro_rules! forward {
    ($($pointer:ty),*) => {
        $(impl<T: Transport + ?Sized> Transport for $pointer {
            fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
                (**self).exchange(command)
            }

            fn link(&self) -> LinkKind {
                (**self).link()
            }

            fn radio(&mut self) -> Option<&mut dyn Radio> {
                (**self).radio()
            }
        })*
    };
}

forward!(&mut T, Box<T>);

/// Whether a command has extended length fields (ISO/IEC 7816-3 12.1).
pub(crate) fn is_extended(command: &[u8]) -> bool {
    command.len() > 6 && command.get(4) == Some(&0)
}

errors! {
    /// Why no answer came. Each has its message, remedy and exit code in `messages`.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum TransportError {
        /// pcscd, or the platform's own.
        NoService = "the smart card service is not running",
        NotPermitted = "access to the smart card service was refused",
        /// None is attached, or none with the wanted name.
        NoReader = "no reader",
        /// None, or it is switched off, or its service does not answer.
        NoBluetooth = "no Bluetooth adapter that can be used",
        NoCard {
            /// How long was waited.
            seconds: u64,
        } = "no card within {seconds} seconds",
        Busy = "another program holds the card",
        /// It left the field, or its answer had fewer than two bytes.
        Removed = "the card was removed",
        /// A shorter command may pass.
        LengthUnsupported = "the reader does not pass commands of this length",
        Reader {
            /// The PC/SC error code.
            code: u32,
        } = "the reader reports error {code:#010x}",
        /// The network side of a card (phone, vpcd).
        Connection(std::io::ErrorKind) = "the connection to the card broke: {0}",
        Mismatch {
            /// The step of the replayed recording, counted from 1.
            step: usize,
            /// What the recording has: class, instruction and parameters, and the length, never data.
            expected: String,
            /// The same of the command that was sent.
            sent: String,
        } = "step {step}: the recording has {expected}, the program sent {sent}",
        RecordingEnded {
            /// How many steps the replayed recording has.
            steps: usize,
        } = "the recording ends after step {steps}",
    }
}
