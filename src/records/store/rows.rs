//! Rows of the log as the database keeps them.

use jiff::Timestamp;
use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};
use uuid::Uuid;

use crate::crypto::{SEAL_SIGNATURE, Sha256Hash, sha256};

use super::{
    entry::{Header, Ranges},
    head::{Head, Log},
    tree,
};

/// The bytes of a kept head: the root, then the signature.
pub(super) const HEAD: usize = 32 + SEAL_SIGNATURE;

/// The columns of a header, in the order of [`HeaderRow`].
macro_rules! header_columns {
    () => {
        "seq, id, kind, first, profile, profile_sha256, created_at, key_id, purges, length(sealed)"
    };
}
pub(super) use header_columns;

/// All columns, in the order of [`Columns`].
macro_rules! whole_columns {
    () => {
        "seq, id, kind, first, profile, profile_sha256, created_at, key_id, purges, leaf, head, nodes, digest, nonce, sealed"
    };
}
pub(super) use whole_columns;

type Bytes = Vec<u8>;

/// A header as a row.
pub(super) type HeaderRow =
    (i64, Bytes, String, Option<Bytes>, Option<String>, Option<Bytes>, i64, i64, String, SealedLength);

/// `length()` is 64 bits in one database and 32 in the other.
pub(super) type SealedLength = i32;

/// The columns of a whole row.
pub(super) type Columns = (
    i64,
    Bytes,
    String,
    Option<Bytes>,
    Option<String>,
    Option<Bytes>,
    i64,
    i64,
    String,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
);

/// A whole row, and after its columns the hashes of its lookups, in hexadecimal digits, one after the other in any order.
pub(super) struct WholeRow {
    pub columns: Columns,
    lookups: Option<String>,
}

impl<'r, R: Row> FromRow<'r, R> for WholeRow
where
    Columns: FromRow<'r, R>,
    usize: ColumnIndex<R>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        Ok(Self { columns: FromRow::from_row(row)?, lookups: row.try_get(row.len().saturating_sub(1))? })
    }
}

/// A whole entry as it is kept.
pub(super) struct Entry {
    pub header: Header,
    pub leaf: Sha256Hash,
    pub root: Sha256Hash,
    pub signature: [u8; SEAL_SIGNATURE],
    /// The nodes that this entry completes, one after the other.
    pub nodes: Vec<u8>,
    pub digest: Sha256Hash,
    pub nonce: Vec<u8>,
    pub sealed: Vec<u8>,
    pub lookups: Vec<Sha256Hash>,
}

/// What an entry comes after: the head before it, nothing for the first.
pub(super) fn before(head: &[u8]) -> Sha256Hash {
    sha256(&[b"taimen.records before\0", head])
}

/// The leaf of an entry: its header, what it comes after, and what its content was.
pub(super) fn leaf(bound: &[u8], before: &Sha256Hash, digest: &Sha256Hash) -> Sha256Hash {
    tree::leaf(&[bound, before, digest])
}

/// What the leaf says of the content, emptied or not.
pub(super) fn digest(nonce: &[u8], lookups: &[Sha256Hash], sealed: &[u8]) -> Sha256Hash {
    let count = u32::try_from(lookups.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![b"taimen.records content\0", nonce, &count];
    parts.extend(lookups.iter().map(|hash| hash.as_slice()));
    parts.push(sealed);
    sha256(&parts)
}

fn id(bytes: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(bytes).ok()
}

/// `None` for what no program of ours has written.
#[allow(clippy::type_complexity)]
fn header(
    (seq, of, kind, first, profile, profile_sha256, created_at, key_id, purges): (
        i64,
        &[u8],
        &str,
        Option<&[u8]>,
        Option<String>,
        Option<&[u8]>,
        i64,
        i64,
        &str,
    ),
    emptied: bool,
) -> Option<Header> {
    let profile = match (profile, profile_sha256) {
        (None, None) => None,
        (Some(profile), Some(hash)) => Some((profile, hash.try_into().ok()?)),
        _ => return None,
    };
    Some(Header {
        seq: u64::try_from(seq).ok()?,
        id: id(of)?,
        kind: kind.parse().ok()?,
        of: match first {
            None => None,
            Some(first) => Some(id(first)?),
        },
        profile,
        created_at: Timestamp::from_second(created_at).ok()?,
        key_id: u32::try_from(key_id).ok()?,
        purges: Ranges::parse(purges)?,
        emptied,
    })
}

/// The header of a row.
pub(super) fn header_of(row: &HeaderRow) -> Option<Header> {
    let (seq, id, kind, first, profile, hash, created_at, key_id, purges, length) = row;
    let parts = (
        *seq,
        &id[..],
        &kind[..],
        first.as_deref(),
        profile.clone(),
        hash.as_deref(),
        *created_at,
        *key_id,
        &purges[..],
    );
    header(parts, *length == 0)
}

impl Entry {
    /// The entry of a row.
    pub(super) fn of(row: WholeRow) -> Option<Self> {
        let WholeRow { columns, lookups } = row;
        let (seq, id, kind, first, profile, hash, created_at, key_id, purges, leaf, head, nodes, digest, nonce, sealed) =
            columns;
        let parts =
            (seq, &id[..], &kind[..], first.as_deref(), profile, hash.as_deref(), created_at, key_id, &purges[..]);
        let header = header(parts, sealed.is_empty())?;
        let (root, signature) = split(&head)?;
        let lookups = hex::decode(lookups.unwrap_or_default()).ok()?;
        let (hashes, rest) = lookups.as_chunks::<32>();
        rest.is_empty().then_some(())?;
        let mut hashes = hashes.to_vec();
        hashes.sort_unstable();
        let (leaf, digest) = (leaf.try_into().ok()?, digest.try_into().ok()?);
        Some(Self { header, leaf, root, signature, nodes, digest, nonce, sealed, lookups: hashes })
    }

    /// The head after it, as it is kept.
    pub(super) fn head_bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let (root, signature) = bytes.split_at_mut(32);
        root.copy_from_slice(&self.root);
        signature.copy_from_slice(&self.signature);
        bytes
    }
}

/// The root and the signature of a kept head.
pub(super) fn split(head: &[u8]) -> Option<(Sha256Hash, [u8; SEAL_SIGNATURE])> {
    let (root, signature) = head.split_at_checked(32)?;
    Some((root.try_into().ok()?, signature.try_into().ok()?))
}

/// The head after an entry.
pub(super) fn head(log: &Log, header: &Header, root: Sha256Hash) -> Head {
    Head { log: log.clone(), size: header.seq, root, time: header.created_at }
}
