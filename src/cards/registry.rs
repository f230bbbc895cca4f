//! The registry: one line a card. Nothing else outside a card's own folders names it.

use std::{str::FromStr, sync::OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    dump::{Dump, Scope, UnknownScope},
    kind::{CardKind, UnknownKind},
    transport::NeverRecorded,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    Findings, TriesLeft,
    drivers_licence::{DriversLicence, LicenceApplication},
    mdoc::MobileDocument,
    model::{Application, Card, CredentialSpec, EntrySpec, Extra, File, KindSpec, Reference, completed},
    my_number::MyNumberCard,
    passport::Passport,
    residence_card::{ResidenceCard, SpecifiedResidenceCard},
};

/// Every card, in the order in which a card on the reader is asked. The order decides how many exchanges recognition takes,
/// never which card it is.
pub(crate) const CARDS: &[&dyn Card] = &[
    &ResidenceCard,
    &DriversLicence,
    &LicenceApplication,
    &SpecifiedResidenceCard,
    &MyNumberCard,
    &Passport,
    &MobileDocument,
];

/// Every kind of every card.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static dyn Card, &'static KindSpec)> {
    CARDS.iter().flat_map(|card| card.spec().kinds.iter().map(|kind| (*card, kind)))
}

/// Every kind as data, for what compares pages and other tables with it.
#[doc(hidden)]
pub fn specs() -> impl Iterator<Item = &'static KindSpec> {
    kinds().map(|(_, spec)| spec)
}

/// A kind's card.
pub(crate) fn find(kind: CardKind) -> Option<(&'static dyn Card, &'static KindSpec)> {
    kinds().find(|(_, spec)| spec.kind == kind)
}

/// The item that is the number of a document of this kind, if a record may hold one; `None` for a kind that no card has.
#[cfg(feature = "records")]
pub(crate) fn number(kind: CardKind) -> Option<Option<&'static str>> {
    find(kind).map(|(_, spec)| spec.number)
}

/// The kinds whose documents have numbers of twelve digits, which could be taken for a My Number.
#[cfg(feature = "records")]
pub(crate) fn long_numbered() -> impl Iterator<Item = CardKind> {
    kinds().filter(|(_, spec)| spec.long_number).map(|(_, spec)| spec.kind)
}

/// The kinds that the same card can be, itself among them: which it is may depend on what it holds.
#[cfg(feature = "records")]
pub(crate) fn kin(kind: CardKind) -> impl Iterator<Item = CardKind> {
    find(kind).into_iter().flat_map(|(card, _)| card.spec().kinds).map(|spec| spec.kind)
}

/// The kind whose application has this identifier.
pub(crate) fn owner(aid: &[u8]) -> Option<&'static KindSpec> {
    let has = |spec: &KindSpec| {
        let mut own = spec.files.iter().map(|file| &file.application).chain(spec.applications.iter().copied());
        own.any(|application| application.aid == aid)
    };
    kinds().map(|(_, spec)| spec).find(|spec| has(spec))
}

/// Whether a kind is an application that is read only if it is asked for by name.
pub fn is_guest(kind: CardKind) -> bool {
    find(kind).is_some_and(|(_, spec)| spec.guest && !spec.scopes.is_empty())
}

/// What a device may hold beside this kind without saying so until it is asked.
#[cfg(feature = "counter")]
pub(crate) fn unsaid(kind: CardKind) -> impl Iterator<Item = CardKind> {
    let shared = find(kind).filter(|(_, spec)| spec.shared);
    let of_card = shared.into_iter().flat_map(|(card, _)| card.spec().kinds);
    of_card.filter(move |spec| spec.guest && spec.kind != kind).map(|spec| spec.kind)
}

/// Whether a guest is also a separate card.
pub(crate) fn stands_alone(kind: CardKind) -> bool {
    find(kind).is_some_and(|(_, spec)| spec.guest && spec.scopes.is_empty())
}

/// The kind whose cards carry others, then those that are read on it if they are asked for by name.
#[cfg(feature = "cli")]
pub(crate) fn hosts_and_guests() -> impl Iterator<Item = CardKind> {
    let host = kinds().map(|(_, spec)| spec).find(|spec| spec.extra.is_some()).map(|spec| spec.kind);
    host.into_iter().chain(CardKind::all().filter(|kind| is_guest(*kind))).chain(shared())
}

/// The document that a holder is asked to share if nobody names another.
#[cfg(feature = "cli")]
pub(crate) fn shared() -> Option<CardKind> {
    kinds().map(|(_, spec)| spec).find(|spec| spec.shared && !spec.guest).map(|spec| spec.kind)
}

/// What a scanned text says of where a document is; `None` for a text that is none of any card's.
#[cfg(feature = "cli")]
pub(crate) fn scanned(text: &str) -> Option<Vec<u8>> {
    CARDS.iter().find_map(|card| card.scanned(text))
}

/// Every extra application.
pub(crate) fn extras() -> impl Iterator<Item = &'static Extra> {
    kinds().filter_map(|(_, spec)| spec.extra)
}

/// Whether a credential opens parts of an extra application.
pub(crate) fn is_extra(credential: &CredentialSpec) -> bool {
    extras().any(|extra| extra.credentials.contains(&credential))
}

/// Every credential, each once.
pub fn credentials() -> impl Iterator<Item = &'static CredentialSpec> {
    let mut seen: Vec<&str> = Vec::new();
    let of_scopes = kinds().flat_map(|(_, spec)| spec.scopes).flat_map(|scope| scope.credentials);
    let all = of_scopes.chain(extras().flat_map(|extra| extra.credentials)).copied();
    all.filter(move |credential| {
        let fresh = !seen.contains(&credential.id);
        seen.push(credential.id);
        fresh
    })
}

/// Every entry, each once: those that a person is asked for, or those of extra applications.
pub(crate) fn entries(extra: bool) -> impl Iterator<Item = &'static EntrySpec> {
    let mut seen: Vec<&str> = Vec::new();
    let of = credentials().filter(move |credential| is_extra(credential) == extra);
    of.flat_map(|credential| credential.ways.iter().rev().copied().flatten()).map(|part| part.entry).filter(
        move |entry| {
            let fresh = !seen.contains(&entry.id);
            seen.push(entry.id);
            fresh
        },
    )
}

/// An entry by its name in a credentials file.
pub fn entry(id: &str) -> Option<&'static EntrySpec> {
    entries(false).chain(entries(true)).find(|entry| entry.id == id)
}

/// The tables in which a command's address is looked up: the kind's own first, then every other kind's.
pub(crate) fn tables(kind: Option<CardKind>) -> impl Iterator<Item = &'static KindSpec> {
    let own = kind.and_then(find).map(|(_, spec)| spec);
    own.into_iter().chain(kinds().map(|(_, spec)| spec).filter(move |spec| Some(spec.kind) != kind))
}

/// Every application that a table names.
pub(crate) fn applications(kind: Option<CardKind>) -> impl Iterator<Item = &'static Application> {
    tables(kind).flat_map(|spec| {
        let of_files = spec.files.iter().map(|file: &&'static File| &file.application);
        let of_references = spec.references.iter().map(|reference: &&'static Reference| &reference.application);
        of_files.chain(of_references).chain(spec.applications.iter().copied())
    })
}

/// Decodes and checks a dump of any card that this version reads, as of a time; `None` for the other kinds.
pub fn check(dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
    let (card, spec) = find(dump.kind)?;
    let mut findings = card.check(&completed(dump, spec), trust, basis)?;
    let left =
        |reference: &&'static Reference| Some(TriesLeft { reference, left: dump.retry_counter(reference.name)? });
    findings.retry_counters = spec.references.iter().filter_map(left).collect();
    Some(findings)
}

/// The files whose bytes no recording may hold, for [`Log::new`](crate::transport::Log::new).
pub fn never_recorded() -> &'static [NeverRecorded] {
    static FILES: OnceLock<Vec<NeverRecorded>> = OnceLock::new();
    FILES.get_or_init(|| CARDS.iter().flat_map(|card| card.spec().never_recorded.iter().copied()).collect())
}

impl CardKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        kinds().map(|(_, spec)| spec.kind)
    }
}

impl FromStr for CardKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::all().find(|kind| kind.as_str() == name).ok_or(UnknownKind)
    }
}

impl Serialize for CardKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CardKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        let mut scopes = kinds().flat_map(|(_, spec)| spec.scopes).map(|spec| spec.scope);
        scopes.find(|scope| scope.as_str() == name).ok_or(UnknownScope)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for kind in CardKind::all() {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(serde_json::from_value::<CardKind>(kind.as_str().into()).unwrap(), kind);
        }
        assert_eq!("visa".parse::<CardKind>(), Err(UnknownKind));
        let mut seen = BTreeSet::new();
        assert!(CardKind::all().all(|kind| seen.insert(kind.as_str())));
        let entries: Vec<&EntrySpec> = credentials()
            .flat_map(|credential| credential.ways.iter().copied().flatten())
            .map(|part| part.entry)
            .collect();
        for one in &entries {
            assert!(entries.iter().filter(|other| other.id == one.id).all(|other| other == one), "{}", one.id);
        }
    }

    #[test]
    fn every_step_has_its_file_in_the_kinds_table_and_every_credential_a_way() {
        for (_, spec) in kinds() {
            for step in spec.scopes.iter().flat_map(|scope| spec.steps_of(scope.scope, spec.extra.is_some())) {
                if let Some(file) = step.yields() {
                    assert!(spec.files.contains(&file), "{} {}", spec.kind, file.name);
                }
            }
            for file in spec.files {
                assert_eq!(spec.files.iter().filter(|other| other.name == file.name).count(), 1, "{}", file.name);
            }
        }
        for credential in credentials() {
            assert!(credential.asked().next().is_some(), "{}", credential.id);
            for text in [credential.title, credential.unblock_at] {
                assert!(!text.ja.is_empty() && !text.en.is_empty(), "{}", credential.id);
            }
        }
    }
}
