//! The proof that one entry is in the log: an auditor checks it with the public key and a head, and sees nothing else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::crypto::{RowKey, SealPublicKey, Sha256Hash};

use super::{
    Layer, StoreError,
    entry::{Header, Ranges},
    head::SignedHead,
    link::on,
    packed,
    rows::{self, HEAD},
    session::Session,
    tree,
};

/// The schema's name and version.
const SCHEMA: &str = "taimen.record-proof/1";

/// The most bytes of a proof as JSON: a photo, in hexadecimal digits.
pub const MAX_PROOF: usize = 4 * 1024 * 1024;

/// A proof, as JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    schema: String,
    seq: u64,
    id: Uuid,
    kind: String,
    of: Option<Uuid>,
    profile: Option<String>,
    profile_sha256: Option<String>,
    created_at: Timestamp,
    key_id: u32,
    purges: String,
    before: String,
    digest: String,
    path: Vec<String>,
    head: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    content: Option<Content>,
}

/// What opens the content of this one entry.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    nonce: String,
    lookups: Vec<String>,
    sealed: String,
    key: Zeroizing<String>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// It does not hold under the public key, or not under a head that is known.
    Bad,
    /// It holds under its own head, and no head that is known has as many entries: the two cannot be compared.
    OtherSize {
        /// Entries of the head that is known.
        known: u64,
        /// Entries of the proof's head.
        proof: u64,
    },
}

/// What a proof proves.
pub struct Proved {
    /// The entry's header.
    pub header: Header,
    /// The head under which it is in the log.
    pub head: SignedHead,
    /// The content, if the proof reveals it.
    pub payload: Option<Zeroizing<Vec<u8>>>,
}

impl Session {
    pub(super) async fn proof(
        &mut self,
        id: Uuid,
        reveal: bool,
        under: Option<(&str, &SignedHead)>,
    ) -> Result<Proof, StoreError> {
        let link = self.link().await?;
        link.begin_reading().await.map_err(|error| self.failed(&error))?;
        let proof = self.proof_state(id, reveal, under).await;
        if let Ok(link) = self.link().await {
            link.rollback().await;
        }
        proof
    }

    /// Refuses a head from elsewhere under which this log of so many entries was never.
    async fn is_ours(&mut self, path: &str, head: &SignedHead, size: u64) -> Result<(), StoreError> {
        let path = path.to_owned();
        if head.head.log.database != self.info.log.database {
            return Err(StoreError::HeadElsewhere { path, place: self.place.to_string() });
        }
        if head.head.log != self.info.log || head.verify(&self.info.public_key).is_err() {
            return Err(StoreError::HeadUnreadable { path });
        }
        let frontier = self.frontier(size).await?;
        self.not_older(head, size, &frontier).await.map_err(|error| match error {
            // It is not the head that is kept with the key.
            StoreError::HeadDiffers { place, seq } => StoreError::HeadDisagrees { path, place, seq },
            other => other,
        })
    }

    async fn proof_state(
        &mut self,
        id: Uuid,
        reveal: bool,
        under: Option<(&str, &SignedHead)>,
    ) -> Result<Proof, StoreError> {
        let entry = self.whole(id).await?;
        let seq = entry.header.seq;
        let newest = self.head().await?.ok_or_else(|| self.damaged(seq, Layer::Sequence))?;
        let head = match under {
            None => newest,
            Some((_, known)) if known.head.size < seq => {
                return Err(StoreError::AfterHead { seq, size: known.head.size });
            }
            Some((path, known)) => {
                self.is_ours(path, known, newest.head.size).await?;
                known.clone()
            }
        };
        let before: Vec<u8> = match seq.checked_sub(1).and_then(|seq| i64::try_from(seq).ok()) {
            None | Some(0) => Vec::new(),
            Some(before) => {
                let link = self.link().await?;
                let head: Result<Option<Vec<u8>>, _> = on!(link, db => {
                    sqlx::query_scalar("SELECT head FROM entry WHERE seq = $1").bind(before).fetch_optional(&mut *db).await
                });
                head.map_err(|error| self.failed(&error))?.filter(|head| head.len() == HEAD).unwrap_or_default()
            }
        };
        let steps =
            tree::path(seq.saturating_sub(1), head.head.size).ok_or_else(|| self.damaged(seq, Layer::Sequence))?;
        let mut path = Vec::new();
        for step in steps {
            let mut roots = Vec::new();
            for part in step {
                roots.push(self.node(part).await?);
            }
            path.push(hex::encode(tree::join(&roots).ok_or_else(|| self.damaged(seq, Layer::Tree))?));
        }
        let header = &entry.header;
        let content = match reveal {
            false => None,
            true if header.emptied => return Err(StoreError::Purged { id: id.to_string() }),
            true => {
                let key = self.unlocked()?.data.row(header.key_id, header.id).ok_or(StoreError::NoKeyGiven)?;
                Some(Content {
                    nonce: hex::encode(&entry.nonce),
                    lookups: entry.lookups.iter().map(hex::encode).collect(),
                    sealed: hex::encode(&entry.sealed),
                    key: Zeroizing::new(hex::encode(key.as_bytes())),
                })
            }
        };
        Ok(Proof {
            schema: SCHEMA.to_owned(),
            seq,
            id: header.id,
            kind: header.kind.as_str().to_owned(),
            of: header.of,
            profile: header.profile.as_ref().map(|(id, _)| id.clone()),
            profile_sha256: header.profile.as_ref().map(|(_, hash)| hex::encode(hash)),
            created_at: header.created_at,
            key_id: header.key_id,
            purges: header.purges.to_string(),
            before: hex::encode(rows::before(&before)),
            digest: hex::encode(entry.digest),
            path,
            head: head.note(),
            content,
        })
    }
}

fn hash(text: &str) -> Option<Sha256Hash> {
    hex::decode(text).ok()?.try_into().ok()
}

impl Proof {
    /// The proof as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a proof; `None` for anything else.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        let proof: Self = (json.len() <= MAX_PROOF).then(|| serde_json::from_slice(json).ok()).flatten()?;
        (proof.schema == SCHEMA).then_some(proof)
    }

    /// What it proves under a public key, and under the heads that are known from elsewhere if there are any.
    ///
    /// # Errors
    /// [`Unproved`].
    pub fn verify(&self, key: &SealPublicKey, known: &[SignedHead]) -> Result<Proved, Unproved> {
        let proved = self.proved(key).ok_or(Unproved::Bad)?;
        let head = &proved.head.head;
        let same_size = |known: &&SignedHead| known.head.size == head.size;
        let differs = |known: &SignedHead| known.verify(key).is_err() || same_size(&known) && known.head != *head;
        match known.first() {
            _ if known.iter().any(differs) => Err(Unproved::Bad),
            Some(first) if !known.iter().any(|known| same_size(&known)) => {
                Err(Unproved::OtherSize { known: first.head.size, proof: head.size })
            }
            _ => Ok(proved),
        }
    }

    /// What it proves under its own head.
    fn proved(&self, key: &SealPublicKey) -> Option<Proved> {
        let head = SignedHead::parse(&self.head).ok()?;
        head.verify(key).ok()?;
        let profile = match (&self.profile, &self.profile_sha256) {
            (None, None) => None,
            (Some(id), Some(sha256)) => Some((id.clone(), hash(sha256)?)),
            _ => return None,
        };
        let header = Header {
            seq: self.seq,
            id: self.id,
            kind: self.kind.parse().ok()?,
            of: self.of,
            profile,
            created_at: self.created_at,
            key_id: self.key_id,
            purges: Ranges::parse(&self.purges)?,
            emptied: false,
        };
        let digest = hash(&self.digest)?;
        let bound = header.bound();
        let leaf = rows::leaf(&bound, &hash(&self.before)?, &digest);
        let path = self.path.iter().map(|node| hash(node)).collect::<Option<Vec<Sha256Hash>>>()?;
        let root = tree::root_of(leaf, self.seq.checked_sub(1)?, head.head.size, &path)?;
        (root == head.head.root).then_some(())?;
        let payload = match &self.content {
            None => None,
            Some(content) => {
                let (nonce, sealed) = (hex::decode(&content.nonce).ok()?, hex::decode(&content.sealed).ok()?);
                let lookups = content.lookups.iter().map(|text| hash(text)).collect::<Option<Vec<_>>>()?;
                (rows::digest(&nonce, &lookups, &sealed) == digest).then_some(())?;
                let key = RowKey::from_slice(&Zeroizing::new(hex::decode(content.key.as_str()).ok()?))?;
                Some(packed::unpack(key.open(&nonce, &bound, &sealed).ok()?)?)
            }
        };
        Some(Proved { header, head, payload })
    }
}
