//! The seal of a dump: a signature over all of it, so that a later change is noticed (`docs/dump.md`).
//!
//! A seal says who saved the reading, never that the card was authentic: that is for the card's own signatures.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::crypto::{SEAL_PUBLIC_KEY, SEAL_SIGNATURE, SealKey, SealPublicKey, Sha256Hash, sha256};

use super::{Dump, HexBytes};

/// The line before what is signed, so that the signature can serve nothing else.
const SEAL_LABEL: &str = "taimen seal 1\n";

/// A signature over a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// How it was signed.
    algorithm: Algorithm,
    /// The public key, 32 bytes.
    public_key: HexBytes,
    /// The signature, 64 bytes.
    signature: HexBytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Algorithm {
    /// RFC 8032
    Ed25519,
}

/// The seal does not fit the dump: one of them was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the seal does not match the dump")]
pub struct SealError;

impl Dump {
    /// Seals the dump as it is; an older seal is replaced.
    pub fn seal(&mut self, key: &SealKey) {
        let signature = key.sign(&self.sealed_bytes());
        self.seal = Some(Seal {
            algorithm: Algorithm::Ed25519,
            public_key: HexBytes(key.public_key().to_bytes().to_vec()),
            signature: HexBytes(signature.to_vec()),
        });
    }

    /// The fingerprint (SHA-256 of the public key) of the person who sealed the dump; `None` for a dump without a seal.
    ///
    /// # Errors
    /// [`SealError`] when the dump was changed since, or the seal is broken.
    pub fn sealed_by(&self) -> Result<Option<Sha256Hash>, SealError> {
        let Some(seal) = &self.seal else { return Ok(None) };
        if self.loose {
            return Err(SealError);
        }
        let key: &[u8; SEAL_PUBLIC_KEY] = seal.public_key.0.as_slice().try_into().map_err(|_| SealError)?;
        let signature: &[u8; SEAL_SIGNATURE] = seal.signature.0.as_slice().try_into().map_err(|_| SealError)?;
        let key = SealPublicKey::from_bytes(key).ok_or(SealError)?;
        key.verify(&self.sealed_bytes(), signature).map_err(|_| SealError)?;
        Ok(Some(key.fingerprint()))
    }

    /// The seal itself, whether or not it fits.
    pub fn kept_seal(&self) -> Option<&Seal> {
        self.seal.as_ref()
    }

    /// SHA-256 of what a seal signs, which is the same however a program lays the file out: a record names the dump by it.
    pub fn message_sha256(&self) -> Sha256Hash {
        sha256(&[&self.sealed_bytes()])
    }

    /// What is signed: the label, then the dump without its seal as JSON on one line, members sorted by name, no spaces
    /// (`jq -cSj 'del(.seal)'`). However a program lays the file out, this stays the same.
    fn sealed_bytes(&self) -> Vec<u8> {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.remove("seal");
        }
        let mut text = SEAL_LABEL.to_owned();
        sorted(&value, &mut text);
        text.into_bytes()
    }
}

/// JSON on one line with the members of each object in the order of their names, whatever order the library keeps them in.
fn sorted(value: &Value, text: &mut String) {
    let list = |text: &mut String, ends: [char; 2], parts: &mut dyn FnMut(&mut String)| {
        text.push(ends[0]);
        parts(text);
        text.push(ends[1]);
    };
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, &Value> = members.iter().collect();
            list(text, ['{', '}'], &mut |text| {
                for (at, (name, value)) in members.iter().enumerate() {
                    text.push_str(if at > 0 { "," } else { "" });
                    text.push_str(&Value::from(name.as_str()).to_string());
                    text.push(':');
                    sorted(value, text);
                }
            });
        }
        Value::Array(items) => list(text, ['[', ']'], &mut |text| {
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                sorted(item, text);
            }
        }),
        other => text.push_str(&other.to_string()),
    }
}

/// Whether a file says nothing twice and nothing that the dump does not keep: else a reader of another make could find
/// something in it that no seal covers.
pub(super) fn says_all(json: &[u8], dump: &Dump) -> bool {
    let kept = serde_json::to_value(dump).unwrap_or_default();
    serde_json::from_slice::<Once>(json).is_ok_and(|Once(said)| is_kept(&said, &kept))
}

fn is_kept(said: &Value, kept: &Value) -> bool {
    match (said, kept) {
        (Value::Object(said), Value::Object(kept)) => {
            said.iter().all(|(name, value)| kept.get(name).is_some_and(|kept| is_kept(value, kept)))
        }
        (Value::Array(said), Value::Array(kept)) => {
            said.len() == kept.len() && said.iter().zip(kept).all(|(said, kept)| is_kept(said, kept))
        }
        (said, kept) => said == kept,
    }
}

/// JSON in which no object has a member twice.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

macro_rules! plain_values {
    ($($visit:ident: $of:ty),*) => {
        $(fn $visit<E>(self, value: $of) -> Result<Value, E> {
            Ok(value.into())
        })*
    };
}

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON without repeated members")
    }

    plain_values! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            found.push(item);
        }
        Ok(found.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut found = serde_json::Map::new();
        while let Some((name, Once(value))) = members.next_entry::<String, Once>()? {
            if found.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("a member appears twice"));
            }
        }
        Ok(found.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::{dump::Scope, kind::CardKind};

    use super::*;

    fn sealed() -> Dump {
        let mut dump = Dump::new(CardKind::LICENCE, Scope::FULL, "replay", "2026-11-22T01:02:03Z".parse().unwrap());
        dump.keep("df1/0001", vec![1, 2, 3]);
        dump.keep("a/0001", vec![]);
        dump.seal(&SealKey::from_seed(&[7; 32]));
        dump
    }

    #[test]
    fn the_signed_bytes_are_sorted_and_without_the_seal() {
        let bytes = String::from_utf8(sealed().sealed_bytes()).unwrap();
        assert_eq!(
            bytes,
            "taimen seal 1\n{\"challenges\":{},\"files\":{\"a/0001\":\"\",\"df1/0001\":\"010203\"},\"guests\":[],\
             \"kind\":\"licence\",\"link\":{\"bytes_received\":0,\"bytes_sent\":0,\"card_ms\":0,\"exchanges\":0,\
             \"host_ms\":0},\"not_read\":{},\"read_at\":\"2026-11-22T01:02:03Z\",\"reader\":\"replay\",\
             \"schema\":\"taimen.dump/1\",\"scope\":\"full\"}"
        );
    }

    #[test]
    fn a_seal_survives_another_layout_of_the_file_and_no_change_of_its_content() {
        let fingerprint = SealKey::from_seed(&[7; 32]).public_key().fingerprint();
        let json = sealed().to_json();
        assert_eq!(Dump::from_json(json.as_bytes()).unwrap().sealed_by(), Ok(Some(fingerprint)));
        let compact: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(Dump::from_json(compact.to_string().as_bytes()).unwrap().sealed_by(), Ok(Some(fingerprint)));

        for (from, to) in [
            ("010203", "010204"),
            ("01:02:03Z", "01:02:04Z"),
            ("\"replay\"", "\"replaY\""),
            ("\"full\"", "\"pin1\""),
            ("\"a/0001\"", "\"b/0001\""),
            ("\"exchanges\": 0", "\"exchanges\": 1"),
            ("\"kind\": \"licence\"", "\"kind\": \"menkyo\""),
        ] {
            let changed = json.replacen(from, to, 1);
            assert_ne!(changed, json, "{from}");
            assert_eq!(Dump::from_json(changed.as_bytes()).unwrap().sealed_by(), Err(SealError), "{from}");
        }
    }

    #[test]
    fn a_file_that_says_more_than_was_sealed_has_no_seal() {
        let json = sealed().to_json();
        for (from, to) in [
            // The true file and, before it, a false one that another program may take.
            ("\"df1/0001\": \"010203\"", "\"df1/0001\": \"ffffff\", \"df1/0001\": \"010203\""),
            (
                "\"not_read\": {}",
                "\"not_read\": { \"a/0002\": { \"why\": \"not_stored\" }, \"a/0002\": { \"why\": \"not_stored\" } }",
            ),
            ("\"guests\": []", "\"guests\": [\"menkyo\"]"),
        ] {
            let changed = json.replacen(from, to, 1);
            assert_ne!(changed, json, "{from}");
            assert_eq!(Dump::from_json(changed.as_bytes()).unwrap().sealed_by(), Err(SealError), "{from}");
        }
        let mut more = sealed();
        more.lacks("a/0002", crate::dump::NotRead::NotStored);
        more.seal(&SealKey::from_seed(&[7; 32]));
        let said =
            more.to_json().replacen("\"why\": \"not_stored\"", "\"why\": \"not_stored\", \"remark\": \"forged\"", 1);
        assert!(said.contains("remark"));
        let read = Dump::from_json(said.as_bytes());
        assert!(read.is_err() || read.is_ok_and(|dump| dump.sealed_by() == Err(SealError)));
        let link = json.replacen("\"exchanges\"", "\"extra\": 1, \"exchanges\"", 1);
        assert!(Dump::from_json(link.as_bytes()).is_err());
    }

    #[test]
    fn another_key_or_a_broken_seal_is_noticed() {
        let mut dump = sealed();
        let other = SealKey::from_seed(&[8; 32]).public_key();
        if let Some(seal) = &mut dump.seal {
            seal.public_key = HexBytes(other.to_bytes().to_vec());
        }
        assert_eq!(dump.sealed_by(), Err(SealError));
        let mut dump = sealed();
        if let Some(seal) = &mut dump.seal {
            seal.signature.0.pop();
        }
        assert_eq!(dump.sealed_by(), Err(SealError));
        dump.seal(&SealKey::from_seed(&[8; 32]));
        assert_eq!(dump.sealed_by(), Ok(Some(other.fingerprint())));
        dump.seal = None;
        assert_eq!(dump.sealed_by(), Ok(None));
    }
}
