//! Why a byte may be changed.

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

/// A reason for all sessions whose name begins so, and for all parts that begin so, status words included.
const REASONS: &[(&str, &str, &str)] = &[
    ("my-number", "face/0002", FACE),
    ("residence-specified", "face/0002", FACE),
    (
        "my-number",
        "instruction CA 00F2",
        "The expiry that the chip's issuer domain reports is not signed; the report says so.",
    ),
    ("my-number", "jpki/", JPKI),
    ("my-number", "instruction 2A", CHALLENGE),
    ("residence-specified", "instruction 2A", CHALLENGE),
    ("my-number", "", TEXT),
    ("residence-specified", "", TEXT),
    ("licence", "df1/0007", "What stands behind the signature and the certificate's names is not signed."),
    ("licence", "df1/", "External characters and changes after issue are not signed (docs/cards/licence.md)."),
    ("licence", "mf/2F01", "The card issuer's data is not signed; the days of a licence come from its signed data."),
    ("licence", "", "Whether a file that is not signed can be read is shown, and no required check rests on it."),
    ("menkyo", "menkyo/001C", "What stands behind the signature and the certificate's names is not signed."),
    ("menkyo", "", "Whether a file that is not signed can be read is shown, and no required check rests on it."),
    ("residence", "mf/0B", "The version of the specification is not signed."),
    ("residence", "df2/", BACK),
    ("residence", "READ BINARY 8100, secured", BACK),
    ("residence", "READ BINARY 8200, secured", BACK),
    ("residence", "READ BINARY 8300, secured", BACK),
    ("residence", "READ BINARY 8400, secured", BACK),
    ("residence2", "READ BINARY", "The picture of the address (df1/06) is not signed."),
    ("residence", "df3/02", "Filler behind signature and certificate."),
    ("residence", "", BACK),
    ("passport", "mf/1C", "EF.CardAccess is not signed; `access-agrees` compares it with the signed data groups."),
    ("passport", "READ BINARY 9C00", "EF.CardAccess is not signed, nor is that there is none."),
];

const FACE: &str = "The picture of the security code and the expiry are not signed (docs/cards/my-number.md).";
const TEXT: &str =
    "The text application is advisory: its checks show what does not hold, and its values count as unconfirmed.";
const JPKI: &str = "The JPKI application is advisory: its checks show what does not hold.";
const CHALLENGE: &str = "The key of an advisory application: its check does not pass, and is shown.";
const BACK: &str = "What was entered on the back is not signed (docs/cards/residence.md).";

/// Why this part of this session may be changed.
pub fn reason(session: &str, what: &str) -> Option<&'static str> {
    let what = what.strip_prefix("status word: ").unwrap_or(what);
    let fits = |(of, part, _): &&(&str, &str, &str)| session.starts_with(of) && what.starts_with(part);
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static str> {
    REASONS.iter().map(|(_, _, why)| *why)
}
