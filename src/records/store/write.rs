//! What is added to the log, and the one change that a law asks for: content that is emptied.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::crypto::ROW_NONCE;

use super::{
    Appended, Layer, StoreError,
    entry::{
        EntryKind, Header, MAX_LOOKUPS, MAX_PAYLOAD, MAX_PAYLOAD_WITH_PHOTO, MAX_PROFILE_ID, NewEntry, Ranges, is_back,
    },
    head::SignedHead,
    key::KeyFile,
    link::{Link, on},
    packed,
    rows::{self, HEAD},
    session::{Session, insert_key},
    tree::{self, Frontier},
    verify::Depth,
};

/// The random bytes of an entry's name.
const ID_BYTES: usize = 10;

/// The end of the log.
#[derive(Clone)]
pub(super) struct Tip {
    pub frontier: Frontier,
    /// The head as it is kept; nothing before the first entry.
    pub head: Vec<u8>,
    /// When the last entry was made; before the first, when the database was.
    pub time: Timestamp,
}

/// What a purge has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emptied {
    /// The entry of the purge.
    pub appended: Appended,
    /// The entries whose content was emptied.
    pub emptied: Ranges,
    /// Why the file, or the server, may still hold what was emptied in places that it uses no more.
    pub not_vacuumed: Option<StoreError>,
}

/// What was written, before it is committed.
struct Written {
    header: Header,
    head: SignedHead,
    tip: Tip,
    clock_back: Option<StoreError>,
}

impl Session {
    /// Reads the end of the log, and refuses an older copy, a rewritten one, and a head that does not hold.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        let statement = "SELECT seq, created_at, head FROM entry ORDER BY seq DESC LIMIT 1";
        let link = self.link().await?;
        let last: Result<Option<(i64, i64, Vec<u8>)>, _> =
            on!(link, db => sqlx::query_as(statement).fetch_optional(&mut *db).await);
        let last = last.map_err(|error| self.failed(&error))?;
        let (seq, second, head) = last.unwrap_or_default();
        let size = u64::try_from(seq).unwrap_or(0);
        if self.tip.as_ref().is_some_and(|tip| tip.frontier.size() == size && tip.head == head) {
            return Ok(());
        }
        let time = if size == 0 { self.info.created_at.as_second() } else { second };
        let time = Timestamp::from_second(time).map_err(|_| self.damaged(size, Layer::Row))?;
        let frontier = self.frontier(size).await?;
        if size > 0 {
            let (root, signature) = rows::split(&head).ok_or_else(|| self.damaged(size, Layer::Row))?;
            let signed = super::head::Head { log: self.info.log.clone(), size, root, time };
            let signed = signed.with(signature, &self.info.public_key);
            if frontier.root() != root {
                return Err(self.damaged(size, Layer::Tree));
            }
            signed.verify(&self.info.public_key).map_err(|_| self.damaged(size, Layer::Signature))?;
        }
        if let Some(known) = self.known.clone() {
            self.not_older(&known, size, &frontier).await?;
        }
        self.tip = Some(Tip { frontier, head, time });
        Ok(())
    }

    /// The roots of the whole subtrees of the first entries.
    pub(super) async fn frontier(&mut self, size: u64) -> Result<Frontier, StoreError> {
        let mut roots = Vec::new();
        for part in tree::subtrees(size) {
            roots.push(self.node(part).await?);
        }
        Frontier::from_roots(size, roots).ok_or_else(|| self.damaged(size, Layer::Tree))
    }

    /// The root of a whole subtree.
    pub(super) async fn node(&mut self, part: tree::Subtree) -> Result<crate::crypto::Sha256Hash, StoreError> {
        let seq = i64::try_from(part.last).unwrap_or(i64::MAX);
        let link = self.link().await?;
        let row: Result<Option<(Vec<u8>, Vec<u8>)>, _> = on!(link, db => {
            sqlx::query_as("SELECT leaf, nodes FROM entry WHERE seq = $1").bind(seq).fetch_optional(&mut *db).await
        });
        let row = row.map_err(|error| self.failed(&error))?;
        let (leaf, nodes) = row.ok_or_else(|| self.damaged(part.last, Layer::Sequence))?;
        let all = [leaf, nodes].concat();
        let at = usize::try_from(part.level).ok().and_then(|level| all.chunks(32).nth(level));
        at.and_then(|node| node.try_into().ok()).ok_or_else(|| self.damaged(part.last, Layer::Tree))
    }

    /// Refuses a log that is not a continuation of a known head.
    pub(super) async fn not_older(
        &mut self,
        known: &SignedHead,
        size: u64,
        frontier: &Frontier,
    ) -> Result<(), StoreError> {
        let (place, seq) = (self.place.to_string(), known.head.size);
        if seq > size {
            return Err(StoreError::HeadOlder { place, kept: seq, found: size });
        }
        let root = if seq == size { frontier.root() } else { self.frontier(seq).await?.root() };
        if root == known.head.root { Ok(()) } else { Err(StoreError::HeadDiffers { place, seq }) }
    }

    pub(super) async fn append(&mut self, entry: &NewEntry) -> Result<Appended, StoreError> {
        self.begin().await?;
        let written = self.write(entry, Ranges::NONE).await;
        self.finish(written).await
    }

    pub(super) async fn empty(&mut self, ids: &[Uuid], purge: &NewEntry) -> Result<Emptied, StoreError> {
        self.begin().await?;
        // What is emptied cannot be looked at again: a hold that somebody hid from the judgement would be lost with it.
        let written = match self.verify_state(Depth::Structure, &[]).await {
            Ok(report) => match report.bad.first() {
                None => self.write_purge(ids, purge).await,
                Some(bad) => Err(self.damaged(bad.seq, bad.layer)),
            },
            Err(error) => Err(error),
        };
        let emptied = written.as_ref().map(|written| written.header.purges.clone()).unwrap_or_default();
        let appended = self.finish(written).await?;
        let not_vacuumed = self.vacuum().await.err();
        Ok(Emptied { appended, emptied, not_vacuumed })
    }

    pub(super) async fn rekey(&mut self, entry: &NewEntry, next: Option<&KeyFile>) -> Result<Appended, StoreError> {
        self.begin().await?;
        let id = self.unlocked()?.data.newest().and_then(|(id, _)| id.checked_add(1)).unwrap_or(1);
        let written = self.write_key(id, entry, next).await;
        let appended = self.finish(written).await;
        if let (Err(_), Some(unlocked)) = (&appended, self.unlocked.as_mut()) {
            unlocked.data.all.remove(&id);
        }
        appended
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        self.unlocked()?;
        let link = self.link().await?;
        match link.begin().await {
            Ok(()) => Ok(()),
            Err(error) => {
                link.rollback().await;
                Err(self.failed(&error))
            }
        }
    }

    /// Commits what was written, or gives it up.
    async fn finish(&mut self, written: Result<Written, StoreError>) -> Result<Appended, StoreError> {
        let Written { header, head, tip, clock_back } = match written {
            Ok(written) => written,
            Err(error) => {
                self.give_up().await;
                return Err(error);
            }
        };
        let link = self.link().await?;
        if let Err(error) = link.commit().await {
            let error = self.failed(&error);
            self.give_up().await;
            // The answer may be lost, and the entry may be there all the same.
            if !(matches!(error, StoreError::ConnectionLost { .. }) && self.is_there(&header, &tip).await) {
                return Err(error);
            }
        }
        self.tip = Some(tip);
        self.known = Some(head.clone());
        let unlocked = self.unlocked()?;
        let head_not_kept = unlocked.keys.kept.keep(&head, &self.info.public_key).err();
        Ok(Appended { id: header.id, seq: header.seq, head, head_not_kept, clock_back })
    }

    /// Ends a transaction that failed. The end of the log is looked at again after it.
    async fn give_up(&mut self) {
        self.tip = None;
        if let Ok(link) = self.link().await {
            link.rollback().await;
        }
    }

    async fn is_there(&mut self, header: &Header, tip: &Tip) -> bool {
        let id = header.id.into_bytes().to_vec();
        let Ok(link) = self.link().await else { return false };
        let head: Result<Option<Vec<u8>>, _> = on!(link, db => {
            sqlx::query_scalar("SELECT head FROM entry WHERE id = $1").bind(id).fetch_optional(&mut *db).await
        });
        head.is_ok_and(|head| head.as_ref() == Some(&tip.head))
    }

    /// Writes an entry at the end, inside a transaction.
    async fn write(&mut self, entry: &NewEntry, purges: Ranges) -> Result<Written, StoreError> {
        let limit = if entry.with_photo { MAX_PAYLOAD_WITH_PHOTO } else { MAX_PAYLOAD };
        let long = entry.profile.as_ref().is_some_and(|(id, _)| id.len() > MAX_PROFILE_ID);
        if entry.payload.len() > limit || entry.lookups.len() > MAX_LOOKUPS || long {
            return Err(StoreError::TooLarge { limit });
        }
        self.look().await?;
        self.know_keys().await?;
        let random: [u8; ID_BYTES] = self.draw(ID_BYTES)?.try_into().map_err(|_| StoreError::NoRandomBytes)?;
        let nonce: [u8; ROW_NONCE] = self.draw(ROW_NONCE)?.try_into().map_err(|_| StoreError::NoRandomBytes)?;
        let mut tip = self.tip.clone().ok_or_else(|| self.damaged(0, Layer::Tree))?;
        let unlocked = self.unlocked()?;
        let (key_id, key) = unlocked.data.newest().ok_or(StoreError::NoKeyGiven)?;
        let millis = u64::try_from(entry.created_at.as_millisecond()).unwrap_or(0);
        let header = Header {
            seq: tip.frontier.size().saturating_add(1),
            id: uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
            kind: entry.kind,
            of: entry.of,
            profile: entry.profile.clone(),
            created_at: Timestamp::from_second(entry.created_at.as_second()).unwrap_or_default(),
            key_id,
            purges,
            emptied: false,
        };
        let row_key = unlocked.data.row(key_id, header.id).ok_or(StoreError::NoKeyGiven)?;
        let bound = header.bound();
        let packed = packed::pack(&entry.payload).ok_or(StoreError::TooLarge { limit })?;
        let sealed = row_key.seal(&nonce, &bound, &packed);
        let lookups = unlocked.data.hashes(key, &entry.lookups);
        let digest = rows::digest(&nonce, &lookups, &sealed);
        let leaf = rows::leaf(&bound, &rows::before(&tip.head), &digest);
        let nodes = tip.frontier.push(leaf).concat();
        let head = rows::head(&self.info.log, &header, tip.frontier.root()).sign(unlocked.keys.file.signer());
        tip.head = [&head.head.root[..], &head.signature].concat();
        let (at, before) = (header.created_at, tip.time);
        // Before the first entry is none.
        let clock_back = (header.seq > 1 && is_back(at, before)).then_some(StoreError::ClockBack { at, before });
        tip.time = at;
        let of = header.of;
        let inserted =
            insert(self.link().await?, &header, (leaf, &tip.head, nodes, digest), &nonce, sealed, &lookups).await;
        match inserted {
            Ok(()) => Ok(Written { header, head, tip, clock_back }),
            Err(error) => Err(match (error.as_database_error().map(|error| error.kind()), of) {
                (Some(sqlx::error::ErrorKind::ForeignKeyViolation), Some(of)) => {
                    StoreError::NoSuchEntry { id: of.to_string() }
                }
                _ => self.failed(&error),
            }),
        }
    }

    async fn write_purge(&mut self, ids: &[Uuid], purge: &NewEntry) -> Result<Written, StoreError> {
        let mut numbers = Vec::new();
        for id in ids {
            let bytes = id.into_bytes().to_vec();
            let link = self.link().await?;
            let row: Result<Option<(i64, String, i32)>, _> = on!(link, db => {
                let statement = "SELECT seq, kind, length(sealed) FROM entry WHERE id = $1";
                sqlx::query_as(statement).bind(bytes).fetch_optional(&mut *db).await
            });
            let row = row.map_err(|error| self.failed(&error))?;
            // What was added since somebody judged the record, a hold perhaps, is judged anew.
            let bytes = id.into_bytes().to_vec();
            let link = self.link().await?;
            let added: Result<Vec<Vec<u8>>, sqlx::Error> = on!(link, db => {
                sqlx::query_scalar("SELECT id FROM entry WHERE first = $1 AND length(sealed) > 0").bind(bytes).fetch_all(&mut *db).await
            });
            let added = added.map_err(|error| self.failed(&error))?;
            if added.iter().any(|added| ids.iter().all(|id| id.as_bytes().as_slice() != added.as_slice())) {
                return Err(StoreError::AddedMeanwhile { place: self.place.to_string() });
            }
            let (seq, kind, length) = row.ok_or_else(|| StoreError::NoSuchEntry { id: id.to_string() })?;
            // What was purged and why is kept, and what is empty is not emptied twice.
            let kept = [EntryKind::Purge, EntryKind::Rekey].iter().any(|kept| kept.as_str() == kind);
            if length > 0 && !kept {
                numbers.push(u64::try_from(seq).map_err(|_| self.damaged(0, Layer::Row))?);
            }
        }
        let ranges = Ranges::of(numbers);
        let written = self.write(purge, ranges.clone()).await?;
        for seq in ranges.iter().filter_map(|seq| i64::try_from(seq).ok()) {
            let link = self.link().await?;
            let emptied: Result<_, sqlx::Error> = on!(link, db => async {
                let nothing = Vec::<u8>::new();
                let update = sqlx::query("UPDATE entry SET nonce = $2, sealed = $2 WHERE seq = $1").bind(seq).bind(nothing);
                all_written(update.execute(&mut *db).await?.rows_affected(), 1)?;
                sqlx::query("DELETE FROM lookup WHERE seq = $1").bind(seq).execute(&mut *db).await?;
                let left = "SELECT count(*) FROM lookup WHERE seq = $1";
                let left: i64 = sqlx::query_scalar(left).bind(seq).fetch_one(&mut *db).await?;
                if left == 0 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
            }.await);
            emptied.map_err(|error| self.failed(&error))?;
        }
        Ok(written)
    }

    async fn write_key(&mut self, id: u32, entry: &NewEntry, next: Option<&KeyFile>) -> Result<Written, StoreError> {
        self.know_keys().await?;
        let now = entry.created_at.as_second();
        let key = self.new_key()?;
        let mut wrapped = Vec::new();
        let known: Vec<(u32, crate::crypto::RowKey)> =
            self.unlocked()?.data.all.iter().map(|(id, key)| (*id, key.clone())).collect();
        let master_id = next.map_or(self.unlocked()?.keys.file.master_id, |next| next.master_id);
        {
            let (unlocked, nonces) = (self.unlocked.as_ref(), self.nonces.as_deref_mut());
            let (Some(unlocked), Some(nonces)) = (unlocked, nonces) else { return Err(StoreError::NoKeyGiven) };
            let file = next.unwrap_or(&unlocked.keys.file);
            let mut wrap = |id: u32, key| file.wrap(id, key, &mut *nonces).map_err(|_| StoreError::NoRandomBytes);
            let again = if next.is_some() { known } else { Vec::new() };
            for (id, key) in &again {
                wrapped.push((*id, wrap(*id, key)?));
            }
            wrapped.push((id, wrap(id, &key)?));
        }
        for (of, bytes) in wrapped {
            let link = self.link().await?;
            let done = if of == id {
                insert_key(link, id, master_id, now, bytes).await
            } else {
                let statement = "UPDATE data_key SET master_id = $2, wrapped = $3 WHERE id = $1";
                on!(link, db => {
                    let update = sqlx::query(statement).bind(i64::from(of)).bind(i64::from(master_id)).bind(bytes);
                    update.execute(&mut *db).await.and_then(|done| all_written(done.rows_affected(), 1))
                })
            };
            done.map_err(|error| self.failed(&error))?;
        }
        if let Some(unlocked) = self.unlocked.as_mut() {
            unlocked.data.all.insert(id, key);
        }
        self.write(entry, Ranges::NONE).await
    }

    /// Removes what was emptied from where the database no longer uses it.
    pub(super) async fn vacuum(&mut self) -> Result<(), StoreError> {
        let place = self.place.to_string();
        let link = self.link().await?;
        let done = match link {
            Link::Sqlite(db) => async {
                let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
                sqlx::query("VACUUM").execute(&mut *db).await?;
                let (busy, _, _): (i64, i64, i64) = sqlx::query_as(checkpoint).fetch_one(&mut *db).await?;
                Ok(busy == 0)
            }
            .await
            .map(|free| if free { Ok(()) } else { Err(StoreError::Locked { place }) }),
            Link::Postgres(db) => async {
                let statement =
                    "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'taimen.entry'::regclass";
                let owner: bool = sqlx::query_scalar(statement).fetch_one(&mut *db).await?;
                if owner {
                    sqlx::query("VACUUM taimen.entry, taimen.lookup").execute(&mut *db).await?;
                }
                Ok(owner)
            }
            .await
            .map(|owner| if owner { Ok(()) } else { Err(StoreError::NoRights { place }) }),
        };
        match done {
            Ok(done) => done,
            Err(error) => Err(self.failed(&error)),
        }
    }
}

type Proofs<'a> = (crate::crypto::Sha256Hash, &'a [u8], Vec<u8>, crate::crypto::Sha256Hash);

async fn insert(
    link: &mut Link,
    header: &Header,
    (leaf, head, nodes, digest): Proofs<'_>,
    nonce: &[u8],
    sealed: Vec<u8>,
    lookups: &[crate::crypto::Sha256Hash],
) -> Result<(), sqlx::Error> {
    debug_assert_eq!(head.len(), HEAD);
    let seq = i64::try_from(header.seq).unwrap_or(i64::MAX);
    let bytes = |id: &Uuid| id.as_bytes().to_vec();
    let (profile, hash) = header.profile.as_ref().map(|(id, hash)| (id.clone(), hash.to_vec())).unzip();
    let statement = concat!(
        "INSERT INTO entry (",
        "seq, id, kind, first, profile, profile_sha256, created_at, key_id, purges, leaf, head, nodes, digest, nonce, sealed",
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    on!(&mut *link, db => {
        let insert = sqlx::query(statement).bind(seq).bind(bytes(&header.id)).bind(header.kind.as_str());
        let insert = insert.bind(header.of.as_ref().map(bytes)).bind(profile).bind(hash);
        let insert = insert.bind(header.created_at.as_second()).bind(i64::from(header.key_id)).bind(header.purges.to_string());
        let insert = insert.bind(leaf.to_vec()).bind(head.to_vec()).bind(nodes).bind(digest.to_vec());
        all_written(insert.bind(nonce.to_vec()).bind(sealed).execute(&mut *db).await?.rows_affected(), 1)?;
    });
    if lookups.is_empty() {
        return Ok(());
    }
    // Numbers of parameters alone: nothing of the entry is in the statement.
    let values: Vec<String> = (2..lookups.len().saturating_add(2)).map(|at| format!("($1, ${at})")).collect();
    let statement = format!("INSERT INTO lookup (seq, hash) VALUES {}", values.join(", "));
    on!(link, db => {
        let insert = sqlx::query(AssertSqlSafe(statement)).bind(seq);
        let insert = lookups.iter().fold(insert, |insert, hash| insert.bind(hash.to_vec()));
        all_written(insert.execute(&mut *db).await?.rows_affected(), lookups.len())
    })
}

/// Whether so many rows were written as were meant: a trigger of somebody else's can leave one out without an error.
fn all_written(rows: u64, meant: usize) -> Result<(), sqlx::Error> {
    if usize::try_from(rows) == Ok(meant) { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
