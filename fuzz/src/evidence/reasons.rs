//! Why a byte may be changed.

use std::ops::RangeInclusive;

/// Sessions that no check makes authentic: there is nothing to change.
pub const NEVER_AUTHENTIC: &[&str] = &[
    // Its picture, and so the signature over the face, is not there.
    "my-number-no-photo",
    "my-number-no-photo, without filler",
    // Without both PINs the signed data cannot be read.
    "licence, pin1",
    "licence, without-pin",
    "menkyo, without-pin",
    // Holders under 16: nothing is signed.
    "residence1-child",
    "residence1-child, without filler",
];

/// A row: sessions whose name begins so, the part or its status word, which bytes, why they may be changed. A part may leave out
/// something in its middle (`…`). A row that names a status word stands for that alone, from its bytes; the others stand for the
/// whole status word as well.
pub type Row = (&'static str, &'static str, RangeInclusive<usize>, &'static str);

/// The end of a part, however long it is.
pub const ALL: usize = usize::MAX;

/// What may be changed. Whatever is not listed may not.
pub const ROWS: &[Row] = &[
    ("", "status word: VERIFY … for its counter", 1..=1, COUNTER),
    ("my-number", "face/0002", 4700..=ALL, FACE),
    ("my-number", "text/", 0..=ALL, TEXT),
    ("my-number", "READ BINARY 8300", 0..=ALL, TEXT),
    ("my-number", "READ BINARY 8A00", 0..=ALL, TEXT),
    ("my-number", "VERIFY 0095", 0..=ALL, TEXT),
    ("my-number", "instruction 2A", 0..=ALL, CHALLENGE),
    ("my-number", "SELECT", 0..=ALL, APPLICATION),
    ("my-number", "instruction CA 00F2", 0..=ALL, "The expiry in the issuer domain is not signed; the report says so."),
    ("my-number, with", "jpki/", 0..=ALL, JPKI),
    ("my-number, with", "VERIFY 0098 for its counter", 0..=ALL, JPKI),
    ("my-number, with", "VERIFY 009B for its counter", 0..=ALL, JPKI),
    ("residence-specified", "face/0002", 4700..=ALL, FACE),
    ("residence-specified", "text/", 0..=ALL, TEXT),
    ("residence-specified", "READ BINARY 8300", 0..=ALL, TEXT),
    ("residence-specified", "READ BINARY 8A00", 0..=ALL, TEXT),
    ("residence-specified", "SELECT", 0..=ALL, APPLICATION),
    ("residence-specified", "VERIFY 0095", 0..=ALL, TEXT),
    ("residence-specified", "instruction 2A", 0..=ALL, CHALLENGE),
    ("licence", "df1/0003", 0..=ALL, CHANGES),
    ("licence", "df1/0004", 0..=ALL, CHANGES),
    ("licence", "df1/0005", 0..=ALL, CHANGES),
    ("licence", "df1/0006", 0..=ALL, CHANGES),
    ("licence", "df1/0007", 260..=ALL, BEHIND),
    (
        "licence",
        "mf/2F01",
        0..=ALL,
        "The card issuer's data is not signed; the days of a licence come from its signed data.",
    ),
    ("menkyo", "menkyo/001C", 260..=ALL, BEHIND),
    ("menkyo, without filler", "status word: menkyo/001A", 0..=0, PIECES),
    ("menkyo, without filler", "status word: menkyo/001B", 0..=0, PIECES),
    (
        "residence1",
        "mf/0A",
        2..=2,
        "The kind of a document of the first generation is not signed (docs/cards/residence.md).",
    ),
    ("residence1", "df3/02", 263..=263, LENGTH),
    ("residence1", "mf/0B", 0..=ALL, VERSION),
    ("residence1", "df2/", 0..=ALL, BACK),
    ("residence1", "SELECT", 0..=ALL, BACK),
    ("residence2", "mf/0B", 0..=ALL, VERSION),
    ("residence2", "df2/", 0..=ALL, BACK),
    ("residence2", "SELECT", 0..=ALL, BACK),
    (
        "residence2",
        "READ BINARY 8100, secured",
        0..=ALL,
        "The card number (df1/01) and what was entered on the back are not signed.",
    ),
    ("residence2", "READ BINARY 8600, secured", 0..=ALL, "The picture of the address (df1/06) is not signed."),
    ("residence2", "status word: READ BINARY 8300, secured", 0..=0, PIECES),
    ("residence2", "status word: READ BINARY 8400, secured", 0..=0, PIECES),
    ("residence2", "df3/02", 101..=101, LENGTH),
    ("residence2", "df3/02", 690..=ALL, "Filler behind signature and certificate."),
    ("passport", "mf/1C", 0..=ALL, ACCESS),
    ("passport", "READ BINARY 9C00", 0..=ALL, ACCESS),
    ("passport", "status word: instruction 22 C1A4", 0..=0, PACE),
    ("mobile-licence", "status word: SELECT", 0..=0, AGAIN),
];

const COUNTER: &str = "How many tries are left is what the card says of itself.";
const FACE: &str = "The picture of the security code and the expiry are not signed (docs/cards/my-number.md).";
const TEXT: &str =
    "The text application is advisory: its checks show what does not hold, and its values count as unconfirmed.";
const JPKI: &str = "The JPKI application is advisory: its checks show what does not hold.";
const CHALLENGE: &str = "The key of an advisory application: its check does not pass, and is shown.";
const APPLICATION: &str = "Whether an advisory application is there.";
const PIECES: &str = "A refused length makes the program read in other pieces, and so more or less of the filler.";
const LENGTH: &str = "How much of the filler behind the certificate counts to its object is not signed.";
const AGAIN: &str = "A first command that fails with 6F00 is sent again, and the phone signs another session.";
const BACK: &str = "What was entered on the back is not signed (docs/cards/residence.md).";

const CHANGES: &str = "External characters and changes after issue are not signed (docs/cards/licence.md).";
const BEHIND: &str = "What stands behind the signature beside the certificate is not signed.";
const VERSION: &str = "The version of the specification is not signed.";
const PACE: &str = "A chip that does not know PACE is opened by BAC, as long as what it signs asks for no PACE-CAM.";
const ACCESS: &str =
    "EF.CardAccess, and whether there is one, is not signed; `access-agrees` compares it with what is.";

const STATUS: &str = "status word: ";

/// Why this byte of this session may be changed.
pub fn reason(session: &str, what: &str, at: usize) -> Option<&'static str> {
    let bare = what.strip_prefix(STATUS);
    let fits = |(of, row, bytes, _): &&Row| {
        let exact = row.starts_with(STATUS);
        let part = if exact { what } else { bare.unwrap_or(what) };
        let (begins, ends) = row.split_once(" … ").unwrap_or((row, ""));
        let inside = bytes.contains(&at) || (bare.is_some() && !exact);
        session.starts_with(of) && part.starts_with(begins) && part.ends_with(ends) && inside
    };
    ROWS.iter().find(fits).map(|(.., why)| *why)
}
