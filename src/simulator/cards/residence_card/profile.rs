//! The switches of a simulated residence card: every answer and form that no source settles (spec residence 8). The
//! default is the one that is hardest on a careless reader.

use crate::{
    cards::residence_card::protocol::{MATERIAL_LENGTH, RANDOM_LENGTH},
    iso7816::Status,
    simulator::{certificate::CertificateOrder, kernel::chip::sw},
};

/// What becomes of the session when the handshake is made once more (spec residence 8.2, rules 2 and 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It is gone, as far as the new handshake does not replace it.
    Cleared,
    /// It stays.
    Kept,
}

/// A file or value that holds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// Zero bytes, the tag among them.
    Zeros,
    /// Every object with a value of zero bytes at its full length.
    ZeroValues,
    /// An object of length 0, zeros behind.
    EmptyObject,
    /// The file is not there: `6A82`.
    Absent,
}

/// DF3/EF01 of a holder under 16 (spec residence 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// `DA 00 DB 00`, zeros behind.
    Both,
    /// `DA 00`, zeros behind.
    First,
}

/// How the signature is written (spec residence 5.1, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureForm {
    /// Generation 1: DigestInfo in the block. Generation 2: r and s, 48 bytes each.
    Usual,
    /// Generation 1: the bare hash in the block. Generation 2: SEQUENCE of two INTEGER.
    Other,
}

/// The switches of a simulated residence card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidenceProfile {
    /// The contactless ATR: the driving licence's, because the card's own is not known (spec residence 8.8). No reader may
    /// decide by it.
    pub atr: Vec<u8>,
    /// RND.ICC and K.ICC of every handshake, for worked examples; `None`: random.
    pub fixed: Option<([u8; RANDOM_LENGTH], [u8; MATERIAL_LENGTH])>,
    /// The card answers MUTUAL AUTHENTICATE as if the reader's challenge had been another one.
    pub stale_challenge: bool,
    /// The authenticated flag after a second handshake that succeeds.
    pub after_handshake: Again,
    /// Session key and flag after a handshake that fails.
    pub after_failure: Again,
    /// SELECT of an unknown application: `6A82`, or `6999`.
    pub unknown_application: Status,
    /// MUTUAL AUTHENTICATE without GET CHALLENGE just before.
    pub no_challenge: Status,
    /// VERIFY and READ BINARY under secure messaging without a session key.
    pub no_session: Status,
    /// VERIFY outside secure messaging.
    pub plain_verify: Status,
    /// READ BINARY of DF1 outside secure messaging.
    pub plain_read: Status,
    /// A secure-messaging object of another form.
    pub wrong_object: Status,
    /// Whether short APDUs under secure messaging are taken; without, `6700`.
    pub short_secure_read: bool,
    /// Whether extended APDUs are taken; without, `6700`.
    pub extended: bool,
    /// Whether an extended READ BINARY may name a number of bytes; without, `6700`, and only whole files are read so.
    pub explicit_extended: bool,
    /// READ BINARY returns at most so many bytes of a file; `None`: as many as asked for.
    pub most: Option<usize>,
    /// Whether the dedicated files are blocked: SELECT and READ BINARY answer `6283`.
    pub blocked_folders: bool,
    /// Specification version in MF/EF01.
    pub version: [u8; 4],
    /// DF2/EF01 of generation 1 without an entry.
    pub empty_address: Nothing,
    /// The photo's file of a holder under 16 (generation 1).
    pub child_face: Nothing,
    /// The photo of a holder under 1 (generation 2), signed as it is stored: 3,000 zero bytes, or none.
    pub infant_face: Nothing,
    /// DF3/EF01 of a holder under 16.
    pub unsigned: Unsigned,
    /// How the signature is written.
    pub signature: SignatureForm,
    /// Bytes of the certificate of generation 2: 598 or 599 on real cards.
    pub certificate_length: usize,
    /// The signer's certificate, where not the one that the simulated issuer would make.
    pub certificate: Option<CertificateOrder>,
}

const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91, 0x81, 0xC1, 0x00, 0xD8];

impl Default for ResidenceProfile {
    fn default() -> Self {
        Self {
            atr: ATR.to_vec(),
            fixed: None,
            stale_challenge: false,
            after_handshake: Again::Cleared,
            after_failure: Again::Cleared,
            unknown_application: Status::NOT_FOUND,
            no_challenge: Status::CONDITIONS,
            no_session: Status::CONDITIONS,
            plain_verify: Status::SECURITY,
            plain_read: Status::SECURITY,
            wrong_object: sw::SM_OBJECT_WRONG,
            short_secure_read: false,
            extended: true,
            explicit_extended: true,
            most: None,
            blocked_folders: false,
            version: *b"0002",
            empty_address: Nothing::Zeros,
            child_face: Nothing::EmptyObject,
            infant_face: Nothing::Zeros,
            unsigned: Unsigned::Both,
            signature: SignatureForm::Usual,
            certificate_length: 598,
            certificate: None,
        }
    }
}
