//! Copies of the log: always a SQLite file of the same tables, so that one thing reads, verifies and restores them.

use std::path::Path;

use sqlx::AssertSqlSafe;

use super::{
    Keys, Store, StoreError, files,
    link::{Link, fault, on},
    place::{Place, Purpose},
    rows::{Columns, whole_columns},
    runtime,
    session::{Session, info},
    verify::{Depth, VerifyReport},
};

/// Rows that are copied at once.
const BATCH: i64 = 100;

impl Store {
    /// Puts the whole log of a backup into a new database, and verifies it. With `accept_loss` a backup that is older than the
    /// known head counts from here on, and the known head is moved to a file beside it once the copy is there and verifies.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] if there is a log already, [`StoreError::HeadOlder`], and others.
    pub fn restore(from: &Path, place: Place, keys: Keys, accept_loss: bool) -> Result<VerifyReport, StoreError> {
        runtime()?.block_on(async {
            let source = Place::Sqlite(from.to_owned());
            let mut reading = Link::open(&source, Purpose::Read).await?;
            let about = info(&source, &mut reading).await?;
            if about.log.database != keys.database() {
                return Err(StoreError::WrongKey { place: source.to_string(), path: keys.name.clone() });
            }
            let newest = "SELECT coalesce(max(seq), 0) FROM entry";
            let size: i64 = on!(&mut reading, db => sqlx::query_scalar(newest).fetch_one(&mut *db).await)
                .map_err(|error| fault(&source, &error))?;
            let found = u64::try_from(size).unwrap_or(0);
            let mut loses = false;
            if let Some(known) = keys.known_head()?.filter(|known| known.head.size > found) {
                if !accept_loss {
                    return Err(StoreError::HeadOlder { place: source.to_string(), kept: known.head.size, found });
                }
                keys.kept.may_be_put_away()?;
                loses = true;
            }
            copy((&source, &mut reading), &place).await?;
            reading.close().await;
            let mut restored = Session::open(place, Purpose::Read, Some(keys), None).await?;
            if loses {
                restored.known = None;
            }
            let report = restored.verify(Depth::Content, &[]).await?;
            // What is known of the lost entries stays known until something stands in their place.
            if let (true, Some(head), Some(unlocked)) = (report.holds(), &report.head, &restored.unlocked) {
                if loses {
                    unlocked.keys.kept.put_away()?;
                }
                unlocked.keys.kept.keep(head, &restored.info.public_key)?;
            }
            Ok(report)
        })
    }
}

impl Session {
    pub(super) async fn backup(&mut self, path: &Path) -> Result<VerifyReport, StoreError> {
        let head = self.head().await?;
        let target = Place::Sqlite(path.to_owned());
        let place = self.place.clone();
        if let Link::Sqlite(db) = self.link().await? {
            files::refuse_network(path)?;
            drop(files::create(path)?);
            let made = sqlx::query("VACUUM INTO $1").bind(path.display().to_string()).execute(&mut *db).await;
            if let Err(error) = made {
                let error = self.failed(&error);
                // Half a backup must not look like one.
                let _ = std::fs::remove_file(path);
                return Err(error);
            }
        } else {
            copy((&place, self.link().await?), &target).await?;
        }
        let synced = std::fs::OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all());
        synced.map_err(|error| files::io(path, &error))?;
        let mut copied = Session::open(target, Purpose::Read, None, None).await?;
        copied.unlocked = self.unlocked.take();
        let depth = if copied.unlocked.is_some() { Depth::Content } else { Depth::Structure };
        // The head that the copied log had is its own word; the one beside the key tells an older copy.
        let known: Vec<_> = head.into_iter().chain(self.known.clone()).collect();
        let report = copied.verify(depth, &known).await;
        self.unlocked = copied.unlocked.take();
        copied.leave().await;
        report
    }
}

/// Copies all rows into a new database. A SQLite file that was not finished is removed.
async fn copy((source, from): (&Place, &mut Link), target: &Place) -> Result<(), StoreError> {
    if let Some(path) = target.file() {
        files::refuse_network(path)?;
        drop(files::create(path)?);
    }
    let done = copy_into((source, from), target).await;
    if let (Err(_), Some(path)) = (&done, target.file()) {
        let _ = std::fs::remove_file(path);
    }
    done
}

async fn copy_into((source, from): (&Place, &mut Link), target: &Place) -> Result<(), StoreError> {
    let mut to = Link::open(target, Purpose::Write).await?;
    to.migrate(target).await?;
    from.begin_reading().await.map_err(|error| fault(source, &error))?;
    to.begin().await.map_err(|error| fault(target, &error))?;
    let done = copy_rows((source, from), (target, &mut to)).await;
    from.rollback().await;
    match done {
        Ok(()) => to.commit().await.map_err(|error| fault(target, &error))?,
        Err(error) => {
            to.rollback().await;
            return Err(error);
        }
    }
    to.close().await;
    Ok(())
}

/// Copies the rows of one statement with one other, whatever the columns are.
macro_rules! copied {
    ($from:expr, $to:expr, $Row:ty, ($($field:ident),+), $select:expr, $insert:expr, ($($bind:expr),*)) => {{
        let ((source, from), (target, to)) = ($from, $to);
        let rows: Vec<$Row> = on!(&mut **from, db => {
            sqlx::query_as(AssertSqlSafe($select)) $(.bind($bind))* .fetch_all(&mut *db).await
        }).map_err(|error| fault(source, &error))?;
        let mut last = None;
        for ($($field,)+) in rows {
            last = Some(copied!(@ $($field),+));
            on!(&mut **to, db => {
                sqlx::query(AssertSqlSafe($insert)) $(.bind($field))+ .execute(&mut *db).await.map(|_| ())
            }).map_err(|error| match error.as_database_error().map(|error| error.kind()) {
                Some(sqlx::error::ErrorKind::UniqueViolation) => StoreError::AlreadyThere { place: target.to_string() },
                _ => fault(target, &error),
            })?;
        }
        last
    }};
    (@ $first:ident $(, $rest:ident)*) => { $first.clone() };
}

type Bytes = Vec<u8>;
async fn copy_rows((source, from): (&Place, &mut Link), (target, to): (&Place, &mut Link)) -> Result<(), StoreError> {
    let _ = copied!(
        (source, &mut &mut *from),
        (target, &mut &mut *to),
        (i64, Bytes, i64, i64, Bytes),
        (one, database, test, created_at, public_key),
        "SELECT one, database, test, created_at, public_key FROM log",
        "INSERT INTO log (one, database, test, created_at, public_key) VALUES ($1, $2, $3, $4, $5)",
        ()
    );
    let _ = copied!(
        (source, &mut &mut *from),
        (target, &mut &mut *to),
        (i64, i64, i64, Bytes),
        (id, master_id, created_at, wrapped),
        "SELECT id, master_id, created_at, wrapped FROM data_key ORDER BY id",
        "INSERT INTO data_key (id, master_id, created_at, wrapped) VALUES ($1, $2, $3, $4)",
        ()
    );
    let mut after = 0_i64;
    loop {
        let last = copied!(
            (source, &mut &mut *from),
            (target, &mut &mut *to),
            Columns,
            (seq, id, kind, first, profile, hash, created_at, key_id, purges, leaf, head, nodes, digest, nonce, sealed),
            concat!("SELECT ", whole_columns!(), " FROM entry WHERE seq > $1 ORDER BY seq LIMIT $2"),
            concat!(
                "INSERT INTO entry (",
                whole_columns!(),
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
            ),
            (after, BATCH)
        );
        let Some(last) = last else { return Ok(()) };
        let _ = copied!(
            (source, &mut &mut *from),
            (target, &mut &mut *to),
            (i64, Bytes),
            (seq, hash),
            "SELECT seq, hash FROM lookup WHERE seq > $1 AND seq <= $2 ORDER BY seq, hash",
            "INSERT INTO lookup (seq, hash) VALUES ($1, $2)",
            (after, last)
        );
        after = last;
    }
}
