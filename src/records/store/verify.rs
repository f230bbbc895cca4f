//! Whether the log is what was written: every row, the tree, the heads, the seals, the purges.

use std::{collections::BTreeMap, panic::resume_unwind, sync::mpsc, thread};

use jiff::Timestamp;

use crate::crypto::{SEAL_SIGNATURE, SealPublicKey, Sha256Hash};

use super::{
    Layer, StoreError,
    entry::{EntryKind, Header, Ranges, is_back},
    head::{Log, SignedHead},
    keys::DataKeys,
    link::{Link, on},
    read,
    rows::{self, HEAD},
    schema,
    session::{Session, Unlocked},
    tree::Frontier,
};

/// The most damages that a report names, and the most places where time goes back.
const MAX_BAD: usize = 100;

/// How much is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything that shows without a data key.
    Structure,
    /// That every content opens, too.
    Content,
}

/// A damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad {
    /// The number of the entry.
    pub seq: u64,
    /// What does not hold.
    pub layer: Layer,
}

/// An entry with an earlier time than the one before it, by more than clocks differ. It is no damage: a clock was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Back {
    /// The number of the entry.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// That of the entry before.
    pub before: Timestamp,
}

/// What was checked, and what does not hold.
#[derive(Debug, Clone)]
pub struct VerifyReport {
    /// Which log.
    pub log: Log,
    /// How much was checked.
    pub depth: Depth,
    /// How many entries there are.
    pub size: u64,
    /// How many entries of each kind.
    pub kinds: BTreeMap<EntryKind, u64>,
    /// How many of them a purge has emptied.
    pub emptied: u64,
    /// The head after the last one, if its signature holds.
    pub head: Option<SignedHead>,
    /// How many heads that were known before were compared.
    pub known: usize,
    /// The damages, the first one first, at most a hundred.
    pub bad: Vec<Bad>,
    /// Where time goes back, the first one first, at most a hundred.
    pub back: Vec<Back>,
}

impl VerifyReport {
    /// Whether nothing is damaged.
    pub fn holds(&self) -> bool {
        self.bad.is_empty()
    }
}

struct Check {
    key: SealPublicKey,
    unlocked: Option<Unlocked>,
    purged: Ranges,
    /// The data key of the entry before.
    key_id: u32,
    frontier: Frontier,
    /// The head before, and the one before that: whose signature is asked if what follows does not fit.
    last: Option<Last>,
    before: [u8; HEAD],
    /// Roots that are known, by the number of entries.
    roots: Vec<(u64, Sha256Hash)>,
    report: VerifyReport,
}

/// The entry before, with the head after it.
struct Last {
    header: Header,
    root: Sha256Hash,
    signature: [u8; SEAL_SIGNATURE],
}

impl Last {
    /// The head, if its signature holds.
    fn signed(&self, log: &Log, key: &SealPublicKey) -> Option<SignedHead> {
        let head = rows::head(log, &self.header, self.root).with(self.signature, key);
        head.verify(key).is_ok().then_some(head)
    }
}

impl Session {
    pub(super) async fn verify(&mut self, depth: Depth, known: &[SignedHead]) -> Result<VerifyReport, StoreError> {
        if depth == Depth::Content {
            self.know_keys().await?;
        }
        let link = self.link().await?;
        link.begin_reading().await.map_err(|error| self.failed(&error))?;
        let done = self.verify_state(depth, known).await;
        if let Ok(link) = self.link().await {
            link.rollback().await;
        }
        done
    }

    pub(super) async fn verify_state(
        &mut self,
        depth: Depth,
        known: &[SignedHead],
    ) -> Result<VerifyReport, StoreError> {
        let mut heads = known.to_vec();
        heads.extend(self.known.clone());
        let key = self.info.public_key.clone();
        // A head of another log, or one that the key has not signed, says nothing about this one.
        if let Some(other) = heads.iter().find(|head| head.head.log.database != self.info.log.database) {
            return Err(StoreError::HeadElsewhere { path: other.head.log.name(), place: self.place.to_string() });
        }
        if let Some(head) = heads.iter().find(|head| head.head.log != self.info.log || head.verify(&key).is_err()) {
            return Err(StoreError::HeadUnreadable { path: head.head.log.name() });
        }
        let mut roots: Vec<(u64, Sha256Hash)> = heads.iter().map(|head| (head.head.size, head.head.root)).collect();
        roots.sort_unstable();
        roots.dedup();
        let report = VerifyReport {
            log: self.info.log.clone(),
            depth,
            size: 0,
            kinds: BTreeMap::new(),
            emptied: 0,
            head: None,
            known: roots.len(),
            bad: Vec::new(),
            back: Vec::new(),
        };
        let purged = match self.purged().await {
            Ok(purged) => purged,
            Err(error) => return damaged(report, &error, 0).ok_or(error),
        };
        let mut check = Check {
            key,
            unlocked: self.unlocked.take(),
            purged,
            key_id: 0,
            frontier: Frontier::default(),
            last: None,
            before: [0; HEAD],
            roots,
            report,
        };
        if self.altered {
            check.bad(0, Layer::Log);
        }
        match self.schema_holds().await {
            Ok(true) => {}
            Ok(false) => check.bad(0, Layer::Schema),
            Err(error) => return damaged(check.finished(), &error, 0).ok_or(error),
        }
        if check.data().is_some_and(|data| data.damaged) {
            check.bad(0, Layer::Key);
        }
        let (mut check, done) = self.verify_rows(check).await;
        self.unlocked = check.unlocked.take();
        match done {
            Ok(()) => Ok(check.finished()),
            Err(error) => {
                let next = check.frontier.size().saturating_add(1);
                damaged(check.finished(), &error, next).ok_or(error)
            }
        }
    }

    /// Rows are verified by their numbers, but found, and kept from a purge, by the indexes. Only the administrator of a PostgreSQL
    /// server could change those there.
    async fn schema_holds(&mut self) -> Result<bool, StoreError> {
        let Link::Sqlite(link) = self.link().await? else { return Ok(true) };
        schema::sqlite_holds(link).await.map_err(|error| self.failed(&error))
    }

    /// A thread of its own judges what came while the next rows come.
    async fn verify_rows(&mut self, mut check: Check) -> (Check, Result<(), StoreError>) {
        let (send, batches) = mpsc::sync_channel::<Vec<rows::WholeRow>>(1);
        let judge = thread::spawn(move || {
            let _ = batches.iter().flatten().all(|row| check.row(row));
            check
        });
        // A row below the first number is not an entry of ours either.
        let mut after = i64::MIN;
        let done = loop {
            let rows = match self.raw(after).await {
                Ok(rows) => rows,
                Err(error) => break Err(error),
            };
            match rows.last() {
                Some(last) => after = last.columns.0,
                None => break Ok(()),
            }
            // Nobody takes more after a row behind which nothing can be said.
            if send.send(rows).is_err() {
                break Ok(());
            }
        };
        drop(send);
        match judge.join() {
            Ok(check) => (check, done),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// The numbers of all entries that a purge has emptied.
    async fn purged(&mut self) -> Result<Ranges, StoreError> {
        let link = self.link().await?;
        let texts: Result<Vec<String>, _> = on!(link, db => {
            sqlx::query_scalar("SELECT purges FROM entry WHERE kind = 'purge' AND seq > 0").fetch_all(&mut *db).await
        });
        let texts = texts.map_err(|error| self.failed(&error))?;
        // A text of another form is a damage of its row, which is found there.
        let mut all = Ranges::NONE;
        for ranges in texts.iter().filter_map(|text| Ranges::parse(text)) {
            all.join(&ranges);
        }
        Ok(all)
    }
}

/// A report that ends with a damage of the file, if the error is one.
fn damaged(mut report: VerifyReport, error: &StoreError, seq: u64) -> Option<VerifyReport> {
    matches!(error, StoreError::Damaged { .. }).then(|| {
        report.bad.insert(0, Bad { seq, layer: Layer::File });
        report
    })
}

impl Check {
    /// The keys, if the contents are to be opened.
    fn data(&self) -> Option<&DataKeys> {
        self.unlocked.as_ref().filter(|_| self.report.depth == Depth::Content).map(|unlocked| &unlocked.data)
    }

    fn bad(&mut self, seq: u64, layer: Layer) {
        let bad = Bad { seq, layer };
        if self.report.bad.len() < MAX_BAD && !self.report.bad.contains(&bad) {
            self.report.bad.push(bad);
        }
    }

    /// One row; false if nothing after it can be said.
    fn row(&mut self, row: rows::WholeRow) -> bool {
        let expected = self.frontier.size().saturating_add(1);
        let found = u64::try_from(row.columns.0).unwrap_or(0);
        if found != expected {
            self.bad(expected, Layer::Sequence);
            return false;
        }
        let Some(entry) = rows::Entry::of(row) else {
            self.bad(expected, Layer::Row);
            return false;
        };
        let header = &entry.header;
        *self.report.kinds.entry(header.kind).or_default() += 1;
        self.report.emptied += u64::from(header.emptied);
        let before = self.last.as_ref().map_or(&[][..], |_| &self.before);
        let leaf = rows::leaf(&header.bound(), &rows::before(before), &entry.digest);
        self.content(expected, &entry, leaf == entry.leaf);
        if leaf != entry.leaf {
            // The head before is part of this leaf: if it does not hold itself, it is the one that was changed.
            match &self.last {
                Some(last) if last.signed(&self.report.log, &self.key).is_none() => {
                    self.bad(expected - 1, Layer::Signature)
                }
                _ => self.bad(expected, Layer::Leaf),
            }
        }
        // With the leaf as it is kept: so a change of one row is told from a change of the log.
        if self.frontier.push(entry.leaf).concat() != entry.nodes {
            self.bad(expected, Layer::Tree);
        }
        // A former key seals nothing after it was changed: whoever still has it could have written this.
        let fits = match header.kind {
            EntryKind::Rekey => header.key_id > self.key_id,
            _ => self.key_id == 0 || header.key_id == self.key_id,
        };
        if !fits {
            self.bad(expected, Layer::Key);
        }
        self.key_id = self.key_id.max(header.key_id);
        // Two heads of one size cannot both be those of this log, so each is compared.
        if self.roots.iter().any(|(size, root)| *size == expected && *root != self.frontier.root()) {
            self.bad(expected, Layer::Rewritten);
        }
        let (at, before) = (header.created_at, self.last.as_ref().map(|last| last.header.created_at));
        let back = before.filter(|before| is_back(at, *before) && self.report.back.len() < MAX_BAD);
        self.report.back.extend(back.map(|before| Back { seq: expected, at, before }));
        self.before = entry.head_bytes();
        self.last = Some(Last { header: entry.header, root: entry.root, signature: entry.signature });
        true
    }

    /// The content of an entry. A seal binds the header too, and says nothing new if that does not hold.
    fn content(&mut self, seq: u64, entry: &rows::Entry, header_holds: bool) {
        let header = &entry.header;
        let purged = self.purged.contains(seq);
        let lawful = header.purges.is_empty() || header.kind == EntryKind::Purge;
        if !lawful || header.purges.last().is_some_and(|last| last >= seq) {
            self.bad(seq, Layer::Purge);
        }
        if header.emptied {
            if !purged || !entry.nonce.is_empty() || !entry.lookups.is_empty() {
                self.bad(seq, Layer::Purge);
            }
            return;
        }
        if purged {
            self.bad(seq, Layer::Purge);
        } else if rows::digest(&entry.nonce, &entry.lookups, &entry.sealed) != entry.digest {
            self.bad(seq, Layer::Content);
        } else if header_holds
            && self.data().is_some_and(|data| read::open(data, header, &entry.nonce, &entry.sealed).is_none())
        {
            let known = self.data().is_some_and(|data| data.all.contains_key(&header.key_id));
            self.bad(seq, if known { Layer::Seal } else { Layer::Key });
        }
    }

    /// What the end of the log says: the last head, and heads that are known to come later.
    fn finished(mut self) -> VerifyReport {
        let size = self.frontier.size();
        self.report.size = size;
        if let Some(last) = self.last.take() {
            if last.root != self.frontier.root() {
                self.bad(size, Layer::Tree);
            }
            self.report.head = last.signed(&self.report.log, &self.key);
            if self.report.head.is_none() {
                self.bad(size, Layer::Signature);
            }
        }
        if self.roots.iter().any(|(known, _)| *known > size) {
            self.bad(size, Layer::Older);
        }
        self.report
    }
}
