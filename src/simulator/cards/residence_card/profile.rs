//! The switches of a simulated residence card: every answer and form that no source settles (spec residence 8). The
//! default is the one that is hardest on a careless reader.

use crate::{
    cards::residence_card::protocol::{MATERIAL_LENGTH, RANDOM_LENGTH},
    iso7816::Status,
    simulator::certificate::CertificateOrder,
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
    /// An object of length 0, then zeros.
    EmptyObject,
    /// The file is not there: `6A82`.
    Absent,
}

/// DF3/EF01 of a holder under 16 (spec residence 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// `DA 00 DB 00`, then zeros.
    Both,
    /// `DA 00`, then zeros.
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

crate::simulator::record! {
    /// The switches of a simulated residence card.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ResidenceProfile;
    atr: Vec<u8> = ATR.to_vec(),
        "The contactless ATR: the driving licence's, because the card's own is not known (spec residence 8.8). No reader may decide by it.";
    fixed: Option<([u8; RANDOM_LENGTH], [u8; MATERIAL_LENGTH])> = None, "RND.ICC and K.ICC of every handshake, for worked examples; `None`: random.";
    stale_challenge: bool = false, "The card answers MUTUAL AUTHENTICATE as if the reader's challenge had been another one.";
    after_handshake: Again = Again::Cleared, "The authenticated flag after a second handshake that succeeds.";
    after_failure: Again = Again::Cleared, "Session key and flag after a handshake that fails.";
    unknown_application: Status = Status::NOT_FOUND, "SELECT of an unknown application: `6A82`, or `6999`.";
    no_session: Status = Status::CONDITIONS, "VERIFY and READ BINARY under secure messaging without a session key.";
    short_secure_read: bool = false, "Whether short APDUs under secure messaging are taken; without, `6700`.";
    extended: bool = true, "Whether extended APDUs are taken; without, `6700`.";
    explicit_extended: bool = true, "Whether an extended READ BINARY may name a number of bytes; without, only whole files are read so.";
    explicit_refused: Status = Status::WRONG_LENGTH, "What such a READ BINARY is answered with then.";
    most: Option<usize> = None, "READ BINARY returns at most so many bytes of a file; `None`: as many as asked for.";
    blocked_folders: bool = false, "Whether the dedicated files are blocked: SELECT and READ BINARY answer `6283`.";
    version: [u8; 4] = *b"0002", "Specification version in MF/EF01.";
    empty_address: Nothing = Nothing::Zeros, "DF2/EF01 of generation 1 without an entry.";
    child_face: Nothing = Nothing::EmptyObject, "The photo's file of a holder under 16 (generation 1).";
    infant_face: Nothing = Nothing::Zeros, "The photo of a holder under 1 (generation 2), signed as it is stored: 3,000 zero bytes, or none.";
    unsigned: Unsigned = Unsigned::Both, "DF3/EF01 of a holder under 16.";
    picture_length: Option<usize> = None, "Bytes of the front's picture (generation 1) or the address picture (generation 2) before the zeros; `None`: as drawn.";
    signature: SignatureForm = SignatureForm::Usual, "How the signature is written.";
    certificate_length: usize = 598, "Bytes of the certificate of generation 2: 598 or 599 on real cards.";
    certificate: Option<CertificateOrder> = None, "The signer's certificate, if not the one that the simulated issuer would make.";
}

const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91, 0x81, 0xC1, 0x00, 0xD8];
