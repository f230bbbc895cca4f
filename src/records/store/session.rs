//! An open database: its connection, what it says of itself, its keys, and what is known of its end.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    crypto::{ROW_KEY, RowKey, SealPublicKey},
    transport::Nonces,
};

use super::{
    Layer, StoreError, files,
    head::{Head, Log, SignedHead},
    keys::{DataKeys, Keys},
    link::{Link, fault, newer, on},
    place::{Place, Purpose},
    schema,
    write::Tip,
};

/// What a database says of itself.
pub(super) struct Info {
    pub log: Log,
    pub public_key: SealPublicKey,
    pub created_at: Timestamp,
}

/// The keys, opened.
pub(super) struct Unlocked {
    pub keys: Keys,
    pub data: DataKeys,
}

pub(super) struct Session {
    pub place: Place,
    pub purpose: Purpose,
    pub link: Option<Link>,
    pub info: Info,
    pub unlocked: Option<Unlocked>,
    /// Whether the database says of itself what its key file does not.
    pub altered: bool,
    /// The newest head that is known: beside the key, or our own last one.
    pub known: Option<SignedHead>,
    pub tip: Option<Tip>,
    pub nonces: Option<Box<dyn Nonces + Send>>,
}

impl Session {
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) async fn create(
        place: Place,
        keys: Keys,
        test: bool,
        now: Timestamp,
        nonces: Box<dyn Nonces + Send>,
    ) -> Result<Self, StoreError> {
        let Some(path) = place.file().map(std::path::Path::to_owned) else {
            return Self::fill(place, keys, test, now, nonces).await;
        };
        files::refuse_network(&path)?;
        drop(files::create(&path)?);
        let made = Self::fill(place, keys, test, now, nonces).await;
        if made.is_err() {
            // Half a database would be in the way of the next try. It is the file that was made a moment ago.
            let _ = std::fs::remove_file(&path);
        }
        made
    }

    /// Makes the tables, the first data key and the head of nothing.
    async fn fill(
        place: Place,
        keys: Keys,
        test: bool,
        now: Timestamp,
        mut nonces: Box<dyn Nonces + Send>,
    ) -> Result<Self, StoreError> {
        let mut link = Link::open(&place, Purpose::Write).await?;
        link.migrate(&place).await?;
        let now = now.as_second();
        let time = Timestamp::from_second(now).unwrap_or_default();
        let log = Log { database: keys.database(), test };
        let info = Info { log, public_key: keys.public_key(), created_at: time };
        let (database, public_key) = (keys.database().into_bytes().to_vec(), info.public_key.to_bytes().to_vec());
        let bytes = nonces.draw(ROW_KEY).map(zeroize::Zeroizing::new).map_err(|_| StoreError::NoRandomBytes)?;
        let key = RowKey::from_slice(&bytes).ok_or(StoreError::NoRandomBytes)?;
        let wrapped = keys.file.wrap(1, &key, nonces.as_mut()).map_err(|_| StoreError::NoRandomBytes)?;
        let at = |error: sqlx::Error| match error.as_database_error().map(|error| error.kind()) {
            Some(sqlx::error::ErrorKind::UniqueViolation) => StoreError::AlreadyThere { place: place.to_string() },
            _ => fault(&place, &error),
        };
        link.begin().await.map_err(at)?;
        on!(&mut link, db => {
            let statement = "INSERT INTO log (one, database, test, created_at, public_key) VALUES (1, $1, $2, $3, $4)";
            sqlx::query(statement).bind(database).bind(i64::from(test)).bind(now).bind(public_key).execute(&mut *db).await.map_err(at)?;
        });
        insert_key(&mut link, 1, keys.file.master_id, now, wrapped).await.map_err(at)?;
        link.commit().await.map_err(at)?;
        let head = Head { log: info.log.clone(), size: 0, root: crate::crypto::sha256(&[]), time };
        let head = head.sign(keys.file.signer());
        keys.kept.keep(&head, &info.public_key)?;
        let mut data = DataKeys::new(keys.database());
        data.all.insert(1, key);
        let unlocked = Some(Unlocked { keys, data });
        let (known, purpose) = (Some(head), Purpose::Write);
        let (link, nonces, altered, tip) = (Some(link), Some(nonces), false, None);
        Ok(Self { place, purpose, link, info, unlocked, altered, known, tip, nonces })
    }

    pub(super) async fn open(
        place: Place,
        purpose: Purpose,
        keys: Option<Keys>,
        nonces: Option<Box<dyn Nonces + Send>>,
    ) -> Result<Self, StoreError> {
        let mut link = Link::open(&place, purpose).await?;
        let mut info = info(&place, &mut link).await?;
        let mut known = None;
        let mut unlocked = None;
        let mut altered = false;
        if let Some(keys) = keys {
            if keys.database() != info.log.database {
                return Err(StoreError::WrongKey { place: place.to_string(), path: keys.name.clone() });
            }
            known = keys.known_head()?;
            let log = known.as_ref().map_or(&info.log, |known| &known.head.log);
            if log.database != info.log.database {
                return Err(StoreError::HeadUnreadable { path: keys.kept.path().display().to_string() });
            }
            // What was signed counts, not what the database says.
            altered = keys.public_key() != info.public_key || *log != info.log;
            info.public_key = keys.public_key();
            info.log = log.clone();
            let data = data_keys(&place, &mut link, &keys).await?;
            unlocked = Some(Unlocked { keys, data });
        }
        let mut session = Self { place, purpose, link: Some(link), info, unlocked, altered, known, tip: None, nonces };
        if purpose == Purpose::Write {
            if session.altered {
                return Err(session.damaged(0, Layer::Log));
            }
            if session.unlocked.as_ref().is_some_and(|unlocked| unlocked.data.damaged) {
                return Err(session.damaged(0, Layer::Key));
            }
            session.look().await?;
        }
        Ok(session)
    }

    /// The connection, made again if it was lost.
    pub(super) async fn link(&mut self) -> Result<&mut Link, StoreError> {
        let link = match self.link.take() {
            Some(link) => link,
            None => Link::open(&self.place, self.purpose).await?,
        };
        Ok(self.link.insert(link))
    }

    /// What an error means; a connection that is lost is not used again.
    pub(super) fn failed(&mut self, error: &sqlx::Error) -> StoreError {
        let error = fault(&self.place, error);
        if matches!(error, StoreError::ConnectionLost { .. }) {
            self.link = None;
        }
        error
    }

    /// Leaves the database while another program, or another connection, has it for itself.
    pub(super) async fn leave(&mut self) {
        if let Some(link) = self.link.take() {
            link.close().await;
        }
    }

    pub(super) async fn grant(&mut self, writer: Option<&str>, purger: Option<&str>) -> Result<(), StoreError> {
        /// What a role that adds may do, then what a purge may do too.
        const ADD: [&str; 3] = [
            "USAGE ON SCHEMA taimen",
            "SELECT ON ALL TABLES IN SCHEMA taimen",
            "INSERT ON taimen.entry, taimen.lookup",
        ];
        const PURGE: [&str; 2] = ["UPDATE (nonce, sealed) ON taimen.entry", "DELETE ON taimen.lookup"];
        let mut wanted: Vec<(&str, &str)> = Vec::new();
        for role in writer.iter().chain(&purger) {
            wanted.extend(ADD.map(|right| (right, *role)));
        }
        wanted.extend(purger.iter().flat_map(|role| PURGE.map(|right| (right, *role))));
        for (right, role) in wanted {
            let link = self.link().await?;
            let Link::Postgres(db) = link else { return Err(StoreError::NoRoles { place: self.place.to_string() }) };
            // A name in quotes, as the standard quotes it.
            let statement = format!("GRANT {right} TO \"{}\"", role.replace('"', "\"\""));
            let done = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *db).await;
            done.map_err(|error| match error.as_database_error().and_then(|error| error.code()).as_deref() {
                Some("42704") => StoreError::NoSuchRole { role: role.to_owned() },
                _ => self.failed(&error),
            })?;
        }
        Ok(())
    }

    pub(super) fn unlocked(&self) -> Result<&Unlocked, StoreError> {
        self.unlocked.as_ref().ok_or(StoreError::NoKeyGiven)
    }

    /// Random bytes.
    pub(super) fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, StoreError> {
        let nonces = self.nonces.as_mut().ok_or_else(|| StoreError::ReadOnly { place: self.place.to_string() })?;
        nonces.draw(bytes).map_err(|_| StoreError::NoRandomBytes)
    }

    /// A new data key.
    pub(super) fn new_key(&mut self) -> Result<RowKey, StoreError> {
        let bytes = zeroize::Zeroizing::new(self.draw(ROW_KEY)?);
        RowKey::from_slice(&bytes).ok_or(StoreError::NoRandomBytes)
    }

    /// That an entry does not hold.
    pub(super) fn damaged(&self, seq: u64, layer: Layer) -> StoreError {
        StoreError::Damaged { place: self.place.to_string(), seq, layer }
    }
}

pub(super) async fn insert_key(
    link: &mut Link,
    id: u32,
    master_id: u32,
    now: i64,
    wrapped: Vec<u8>,
) -> Result<(), sqlx::Error> {
    let statement = "INSERT INTO data_key (id, master_id, created_at, wrapped) VALUES ($1, $2, $3, $4)";
    on!(link, db => {
        let insert = sqlx::query(statement).bind(i64::from(id)).bind(i64::from(master_id)).bind(now).bind(wrapped);
        insert.execute(&mut *db).await.map(|_| ())
    })
}

/// What a database says of itself; an error if it is none of ours, or of a newer program.
pub(super) async fn info(place: &Place, link: &mut Link) -> Result<Info, StoreError> {
    let ours = || StoreError::NotOurs { place: place.to_string() };
    let version: Option<i64> =
        on!(&mut *link, db => sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut *db).await)
            .map_err(|error| fault(place, &error))?;
    match version {
        None => return Err(ours()),
        Some(found) if found > schema::VERSION => return Err(newer(place, found)),
        Some(_) => {}
    }
    let statement = "SELECT database, test, created_at, public_key FROM log";
    let row: Option<(Vec<u8>, i64, i64, Vec<u8>)> =
        on!(link, db => sqlx::query_as(statement).fetch_optional(&mut *db).await)
            .map_err(|error| fault(place, &error))?;
    let (database, test, created_at, key) = row.ok_or_else(ours)?;
    let key: &[u8; 32] = key.as_slice().try_into().map_err(|_| ours())?;
    Ok(Info {
        log: Log { database: Uuid::from_slice(&database).map_err(|_| ours())?, test: test != 0 },
        public_key: SealPublicKey::from_bytes(key).ok_or_else(ours)?,
        created_at: Timestamp::from_second(created_at).map_err(|_| ours())?,
    })
}

/// The data keys of a database, unwrapped.
pub(super) async fn data_keys(place: &Place, link: &mut Link, keys: &Keys) -> Result<DataKeys, StoreError> {
    let statement = "SELECT id, master_id, wrapped FROM data_key ORDER BY id";
    let rows: Vec<(i64, i64, Vec<u8>)> =
        on!(link, db => sqlx::query_as(statement).fetch_all(&mut *db).await).map_err(|error| fault(place, &error))?;
    let mut data = DataKeys::new(keys.database());
    for (id, master, wrapped) in rows {
        let opened = u32::try_from(id).ok().and_then(|id| Some((id, keys.file.unwrap(id, &wrapped).ok()?)));
        match opened {
            Some((id, key)) => drop(data.all.insert(id, key)),
            None if master > i64::from(keys.file.master_id) => {
                return Err(StoreError::OldKey { place: place.to_string(), path: keys.name.clone() });
            }
            // A copy of before the key was changed.
            None if master < i64::from(keys.file.master_id) => {
                return Err(StoreError::WrongKey { place: place.to_string(), path: keys.name.clone() });
            }
            // It is the master key that the row names, of this database: so the row is damaged.
            None => data.damaged = true,
        }
    }
    data.damaged |= data.all.is_empty();
    Ok(data)
}
