//! Signed heads: how many entries there are, and the root of the tree over them, as a checkpoint (c2sp.org/tlog-checkpoint)
//! in a signed note (c2sp.org/signed-note).

use jiff::Timestamp;
use uuid::Uuid;

use crate::crypto::{SEAL_PUBLIC_KEY, SEAL_SIGNATURE, SealKey, SealPublicKey, Sha256Hash, sha256};

use super::text::{base64, from_base64};

/// What the name of every log begins with.
const ORIGIN: &str = "taimen-records/";

/// The most bytes of a head as text.
pub const MAX_HEAD: usize = 1024;

/// The type of an Ed25519 signature in a note.
const ED25519: u8 = 1;

/// Which log a head is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The database's id.
    pub database: Uuid,
    /// Whether it is a test database, for ever.
    pub test: bool,
}

/// How many entries there are, and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which log.
    pub log: Log,
    /// How many entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Sha256Hash,
    /// When the last of them was made.
    pub time: Timestamp,
}

/// A head, and the signature of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// The head.
    pub head: Head,
    /// The signature.
    pub signature: [u8; SEAL_SIGNATURE],
    key: [u8; 4],
}

/// The text is not a head, or nobody signed it with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a head that this key signed")]
pub struct NotAHead;

impl Log {
    /// Its name in a note.
    pub fn name(&self) -> String {
        format!("{ORIGIN}{}", self.database)
    }

    /// The first bytes of a hash over the name and the key: which key a signature is of.
    fn key_id(&self, key: &[u8; SEAL_PUBLIC_KEY]) -> [u8; 4] {
        let [a, b, c, d, ..] = sha256(&[self.name().as_bytes(), b"\n", &[ED25519], key]);
        [a, b, c, d]
    }

    /// The public key as a line that verifiers of notes take: name, key id, type and key.
    pub fn verifier_key(&self, key: &SealPublicKey) -> String {
        let key = key.to_bytes();
        let typed = [&[ED25519][..], &key].concat();
        format!("{}+{}+{}", self.name(), hex::encode(self.key_id(&key)), base64(&typed))
    }
}

/// Reads what [`Log::verifier_key`] writes: the database and the key.
pub fn parse_verifier_key(text: &str) -> Option<(Uuid, SealPublicKey)> {
    let mut parts = text.trim().splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let database = name.strip_prefix(ORIGIN)?.parse().ok()?;
    let typed = from_base64(key)?;
    let (kind, key) = typed.split_first()?;
    let key = SealPublicKey::from_bytes(key.try_into().ok()?)?;
    let log = Log { database, test: false };
    (*kind == ED25519 && id == hex::encode(log.key_id(&key.to_bytes()))).then_some((database, key))
}

impl Head {
    /// What is signed. The time, and whether it is a test database, are lines of extension.
    fn text(&self) -> String {
        let test = if self.log.test { "test\n" } else { "" };
        format!("{}\n{}\n{}\ntime {}\n{test}", self.log.name(), self.size, base64(&self.root), self.time)
    }

    /// Signs it.
    pub fn sign(self, key: &SealKey) -> SignedHead {
        let signature = key.sign(self.text().as_bytes());
        self.with(signature, &key.public_key())
    }

    /// With a signature that was kept.
    pub fn with(self, signature: [u8; SEAL_SIGNATURE], key: &SealPublicKey) -> SignedHead {
        let key = self.log.key_id(&key.to_bytes());
        SignedHead { head: self, signature, key }
    }
}

impl SignedHead {
    /// The note: what can be printed, mailed, and kept elsewhere.
    pub fn note(&self) -> String {
        let signature = [&self.key[..], &self.signature].concat();
        format!("{}\n\u{2014} {} {}\n", self.head.text(), self.head.log.name(), base64(&signature))
    }

    /// Reads a note. Whether anybody signed it is another question.
    ///
    /// # Errors
    /// [`NotAHead`].
    pub fn parse(note: &str) -> Result<Self, NotAHead> {
        Self::read(note).ok_or(NotAHead)
    }

    fn read(note: &str) -> Option<Self> {
        if note.len() > MAX_HEAD {
            return None;
        }
        let (text, signatures) = note.split_once("\n\n")?;
        let mut lines = text.lines();
        let database = lines.next()?.strip_prefix(ORIGIN)?.parse().ok()?;
        let size = lines.next()?.parse().ok()?;
        let root = from_base64(lines.next()?)?.try_into().ok()?;
        let time = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        let test = match lines.next() {
            None => false,
            Some("test") => true,
            Some(_) => return None,
        };
        let head = Head { log: Log { database, test }, size, root, time };
        let name = head.log.name();
        let line =
            signatures.lines().find_map(|line| line.strip_prefix("\u{2014} ")?.strip_prefix(&name)?.strip_prefix(' '));
        let bytes = from_base64(line?)?;
        let (key, signature) = bytes.split_at_checked(4)?;
        // One text a head: what was signed is what is read.
        (lines.next().is_none() && head.text() == format!("{text}\n")).then_some(())?;
        Some(Self { head, signature: signature.try_into().ok()?, key: key.try_into().ok()? })
    }

    /// Verifies the signature.
    ///
    /// # Errors
    /// [`NotAHead`].
    pub fn verify(&self, key: &SealPublicKey) -> Result<(), NotAHead> {
        if self.key != self.head.log.key_id(&key.to_bytes()) {
            return Err(NotAHead);
        }
        key.verify(self.head.text().as_bytes(), &self.signature).map_err(|_| NotAHead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(test: bool) -> Head {
        let database = Uuid::from_bytes([7; 16]);
        Head { log: Log { database, test }, size: 12, root: [9; 32], time: "2026-11-27T03:04:05Z".parse().unwrap() }
    }

    #[test]
    fn a_head_is_a_checkpoint_in_a_signed_note() {
        let key = SealKey::from_seed(&[3; 32]);
        let signed = head(true).sign(&key);
        let note = signed.note();
        let begin = "taimen-records/07070707-0707-0707-0707-070707070707\n12\n\
                     CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\ntime 2026-11-27T03:04:05Z\ntest\n\n\
                     \u{2014} taimen-records/07070707-0707-0707-0707-070707070707 ";
        assert!(note.starts_with(begin), "{note}");
        let read = SignedHead::parse(&note).unwrap();
        assert_eq!(read, signed);
        assert_eq!(read.verify(&key.public_key()), Ok(()));
        assert_eq!(read.verify(&SealKey::from_seed(&[4; 32]).public_key()), Err(NotAHead));
    }

    #[test]
    fn no_other_text_has_the_signature() {
        let key = SealKey::from_seed(&[3; 32]);
        let note = head(true).sign(&key).note();
        for (from, to) in [
            ("\n12\n", "\n13\n"),
            ("\n12\n", "\n012\n"),
            ("CQkJ", "CQkK"),
            ("04:05Z", "04:06Z"),
            ("04:05Z", "04:05.0Z"),
            ("test\n", ""),
            ("test\n", "test\nmore\n"),
            ("\n12\n", "\n\n12\n"),
        ] {
            let changed = note.replacen(from, to, 1);
            assert_ne!(changed, note);
            let read = SignedHead::parse(&changed);
            assert_ne!(read.and_then(|read| read.verify(&key.public_key())), Ok(()), "{from:?} {to:?}");
        }
        assert_eq!(SignedHead::parse(&"x".repeat(MAX_HEAD + 1)), Err(NotAHead));
    }

    #[test]
    fn a_verifier_key_is_read_back() {
        let key = SealKey::from_seed(&[3; 32]).public_key();
        let log = head(false).log;
        let text = log.verifier_key(&key);
        assert_eq!(parse_verifier_key(&format!("{text}\n")), Some((log.database, key)));
        assert_eq!(parse_verifier_key(&text.replacen("+", "+0", 1)), None);
        assert_eq!(parse_verifier_key("taimen-records/x+0+AQ=="), None);
    }
}
