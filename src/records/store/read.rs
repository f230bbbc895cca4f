//! What is read from the log.

use std::ops::ControlFlow;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    Entry, Layer, StoreError,
    entry::{EntryKind, Header, Lookup},
    head::{Head, SignedHead},
    keys::DataKeys,
    link::{Link, on},
    packed,
    place::Purpose,
    rows::{self, HeaderRow, WholeRow, header_columns, whole_columns},
    session::{Session, data_keys},
};

/// The most headers of a page.
pub const MAX_PAGE: u32 = 1000;

/// Entries that are read at once when all are: few enough for flat memory with photos.
const BATCH: i64 = 100;

/// The columns of a whole row with the hashes of its lookups, in any order: [`rows::Entry`] sorts them.
pub(super) const SQLITE_ROWS: &str = concat!(
    "SELECT ",
    whole_columns!(),
    ", (SELECT group_concat(hex(hash), '') FROM lookup WHERE lookup.seq = entry.seq) FROM entry"
);
pub(super) const POSTGRES_ROWS: &str = concat!(
    "SELECT ",
    whole_columns!(),
    ", (SELECT string_agg(encode(hash, 'hex'), '') FROM taimen.lookup WHERE lookup.seq = entry.seq) FROM entry"
);

/// Which headers, the newest first.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// One kind alone.
    pub kind: Option<EntryKind>,
    /// Made at this time or later.
    pub from: Option<Timestamp>,
    /// Made before this time.
    pub until: Option<Timestamp>,
    /// After the last one of the page before: its time and number.
    pub after: Option<(Timestamp, u64)>,
    /// How many, at most [`MAX_PAGE`]; 0 is that many.
    pub limit: u32,
}

impl Session {
    pub(super) async fn list(&mut self, listing: &Listing) -> Result<Vec<Header>, StoreError> {
        let from = listing.from.map_or(i64::MIN, Timestamp::as_second);
        let until = listing.until.map_or(i64::MAX, Timestamp::as_second);
        let (time, seq) = listing
            .after
            .map_or((i64::MAX, i64::MAX), |(time, seq)| (time.as_second(), i64::try_from(seq).unwrap_or(i64::MAX)));
        let limit = match listing.limit {
            0 => MAX_PAGE,
            limit => limit.min(MAX_PAGE),
        };
        const WHERE: &str = "created_at >= $1 AND created_at < $2 AND (created_at, seq) < ($3, $4)";
        const ORDER: &str = "ORDER BY created_at DESC, seq DESC LIMIT $5";
        let link = self.link().await?;
        let rows: Result<Vec<HeaderRow>, _> = match listing.kind {
            None => {
                let statement = format!("SELECT {} FROM entry WHERE {WHERE} {ORDER}", header_columns!());
                on!(link, db => {
                    let query = sqlx::query_as(AssertSqlSafe(statement)).bind(from).bind(until);
                    query.bind(time).bind(seq).bind(i64::from(limit)).fetch_all(&mut *db).await
                })
            }
            Some(kind) => {
                let statement = format!("SELECT {} FROM entry WHERE kind = $6 AND {WHERE} {ORDER}", header_columns!());
                on!(link, db => {
                    let query = sqlx::query_as(AssertSqlSafe(statement)).bind(from).bind(until);
                    let query = query.bind(time).bind(seq).bind(i64::from(limit)).bind(kind.as_str());
                    query.fetch_all(&mut *db).await
                })
            }
        };
        self.headers(rows)
    }

    fn headers(&mut self, rows: Result<Vec<HeaderRow>, sqlx::Error>) -> Result<Vec<Header>, StoreError> {
        let rows = rows.map_err(|error| self.failed(&error))?;
        let header = |row: &HeaderRow| {
            rows::header_of(row).ok_or_else(|| self.damaged(u64::try_from(row.0).unwrap_or(0), Layer::Row))
        };
        rows.iter().map(header).collect()
    }

    pub(super) async fn find(&mut self, lookup: &Lookup) -> Result<Vec<Header>, StoreError> {
        self.know_keys().await?;
        let data = &self.unlocked()?.data;
        let keys: Vec<_> = data.all.values().rev().cloned().collect();
        let hash = |key| data.hashes(key, std::slice::from_ref(lookup)).concat();
        let hashes: Vec<Vec<u8>> = keys.iter().map(hash).collect();
        let mut found = Vec::new();
        for hash in hashes {
            const STATEMENT: &str = concat!(
                "SELECT ",
                header_columns!(),
                " FROM entry WHERE seq IN (SELECT seq FROM lookup WHERE hash = $1) ORDER BY seq DESC LIMIT $2"
            );
            let left = usize::try_from(MAX_PAGE).unwrap_or(0).saturating_sub(found.len());
            let left = i64::try_from(left).unwrap_or(0);
            let link = self.link().await?;
            let rows: Result<Vec<HeaderRow>, _> =
                on!(link, db => sqlx::query_as(STATEMENT).bind(hash).bind(left).fetch_all(&mut *db).await);
            found.extend(self.headers(rows)?);
        }
        Ok(found)
    }

    pub(super) async fn read(&mut self, id: Uuid) -> Result<Entry, StoreError> {
        let entry = self.whole(id).await?;
        self.opened(entry).await
    }

    pub(super) async fn whole(&mut self, id: Uuid) -> Result<rows::Entry, StoreError> {
        let rows = self.rows("WHERE id = $1", RowsOf::Id(id)).await?;
        rows.into_iter().next().ok_or_else(|| StoreError::NoSuchEntry { id: id.to_string() })
    }

    pub(super) async fn history(&mut self, first: Uuid) -> Result<Vec<Entry>, StoreError> {
        let rows = self.rows("WHERE id = $1 OR first = $1 ORDER BY seq", RowsOf::Id(first)).await?;
        if rows.is_empty() {
            return Err(StoreError::NoSuchEntry { id: first.to_string() });
        }
        let mut history = Vec::new();
        for row in rows {
            history.push(self.opened(row).await?);
        }
        Ok(history)
    }

    pub(super) async fn each(
        &mut self,
        after: u64,
        with: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut after = after;
        loop {
            let after_number = i64::try_from(after).unwrap_or(i64::MAX);
            let rows = self.rows("WHERE seq > $1 ORDER BY seq LIMIT $2", RowsOf::After(after_number)).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                after = row.header.seq;
                let entry = self.opened(row).await?;
                if with(entry).is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// The next whole rows after a number.
    pub(super) async fn raw(&mut self, after: i64) -> Result<Vec<WholeRow>, StoreError> {
        self.fetch("WHERE seq > $1 ORDER BY seq LIMIT $2", RowsOf::After(after)).await
    }

    async fn fetch(&mut self, filter: &'static str, of: RowsOf) -> Result<Vec<WholeRow>, StoreError> {
        macro_rules! fetch {
            ($db:ident, $rows:ident) => {{
                let query = sqlx::query_as(AssertSqlSafe(format!("{} {filter}", $rows)));
                match of {
                    RowsOf::Id(id) => query.bind(id.as_bytes().to_vec()).fetch_all(&mut *$db).await,
                    RowsOf::After(after) => query.bind(after).bind(BATCH).fetch_all(&mut *$db).await,
                }
            }};
        }
        let rows = match self.link().await? {
            Link::Sqlite(db) => fetch!(db, SQLITE_ROWS),
            Link::Postgres(db) => fetch!(db, POSTGRES_ROWS),
        };
        rows.map_err(|error| self.failed(&error))
    }

    async fn rows(&mut self, filter: &'static str, of: RowsOf) -> Result<Vec<rows::Entry>, StoreError> {
        let rows = self.fetch(filter, of).await?;
        let entry = |row: WholeRow| {
            let seq = u64::try_from(row.columns.0).unwrap_or(0);
            rows::Entry::of(row).ok_or_else(|| self.damaged(seq, Layer::Row))
        };
        rows.into_iter().map(entry).collect()
    }

    /// An entry with its content, which must be what was sealed at this place.
    async fn opened(&mut self, entry: rows::Entry) -> Result<Entry, StoreError> {
        if !self.unlocked()?.data.all.contains_key(&entry.header.key_id) {
            self.load_keys().await?;
        }
        let rows::Entry { header, nonce, sealed, .. } = entry;
        if header.emptied {
            return Ok(Entry { header, payload: None });
        }
        let data = &self.unlocked()?.data;
        let layer = if data.all.contains_key(&header.key_id) { Layer::Seal } else { Layer::Key };
        let payload = open(data, &header, &nonce, &sealed).and_then(packed::unpack);
        let payload = payload.ok_or_else(|| self.damaged(header.seq, layer))?;
        Ok(Entry { header, payload: Some(payload) })
    }

    /// Loads the data keys again if another program has added one.
    pub(super) async fn know_keys(&mut self) -> Result<(), StoreError> {
        let newest = self.unlocked()?.data.newest().map(|(id, _)| i64::from(id));
        let link = self.link().await?;
        let found: Result<Option<i64>, _> =
            on!(link, db => sqlx::query_scalar("SELECT max(id) FROM data_key").fetch_one(&mut *db).await);
        let found = found.map_err(|error| self.failed(&error))?;
        if found == newest { Ok(()) } else { self.load_keys().await }
    }

    async fn load_keys(&mut self) -> Result<(), StoreError> {
        self.link().await?;
        let (Some(link), Some(unlocked)) = (self.link.as_mut(), self.unlocked.as_mut()) else {
            return Err(StoreError::NoKeyGiven);
        };
        unlocked.data = data_keys(&self.place, link, &unlocked.keys).await?;
        let refused = unlocked.data.damaged && self.purpose == Purpose::Write;
        if refused { Err(self.damaged(0, Layer::Key)) } else { Ok(()) }
    }

    pub(super) async fn head(&mut self) -> Result<Option<SignedHead>, StoreError> {
        let statement = "SELECT seq, created_at, head FROM entry ORDER BY seq DESC LIMIT 1";
        let link = self.link().await?;
        let last: Result<Option<(i64, i64, Vec<u8>)>, _> =
            on!(link, db => sqlx::query_as(statement).fetch_optional(&mut *db).await);
        let log = self.info.log.clone();
        let Some((seq, second, head)) = last.map_err(|error| self.failed(&error))? else {
            let head = Head { log, size: 0, root: crate::crypto::sha256(&[]), time: self.info.created_at };
            return Ok(self.unlocked.as_ref().map(|unlocked| head.sign(unlocked.keys.file.signer())));
        };
        let size = u64::try_from(seq).unwrap_or(0);
        let damaged = |layer| self.damaged(size, layer);
        let (root, signature) = rows::split(&head).ok_or_else(|| damaged(Layer::Row))?;
        let time = Timestamp::from_second(second).map_err(|_| damaged(Layer::Row))?;
        let signed = Head { log, size, root, time }.with(signature, &self.info.public_key);
        signed.verify(&self.info.public_key).map_err(|_| damaged(Layer::Signature))?;
        Ok(Some(signed))
    }
}

/// Which rows.
#[derive(Clone, Copy)]
enum RowsOf {
    Id(Uuid),
    After(i64),
}

/// What was sealed for an entry; `None` if it was not sealed so.
pub(super) fn open(data: &DataKeys, header: &Header, nonce: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    data.row(header.key_id, header.id)?.open(nonce, &header.bound(), sealed).ok()
}
