//! What a record takes from a reading: an allow-list. Sex, registered domicile, security code, pictures of the print and every item
//! that is not named here have no place to go.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    cards::{self, CardText, Findings, ItemValue},
    compare::{Comparison, Field},
    dump::Dump,
    kind::CardKind,
    profile::{Document, Supplier},
    report::{Context, Unreal, base64},
    trust::Hierarchy,
    verify::{Basis, CheckId, Overall, Verdict, Why},
};

use super::value::{Content, Reason, Source, Standing};

/// A dump by its hash: what it was, without what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DumpMark {
    /// SHA-256 of the dump's canonical form without its seal (what a seal signs), in hex.
    pub sha256: String,
    /// The seal, with its public key; null if nobody sealed the dump.
    pub seal: Option<serde_json::Value>,
}

impl DumpMark {
    /// The mark of a dump as it is now: seal it first.
    pub fn of(dump: &Dump) -> Self {
        Self {
            sha256: hex::encode(dump.message_sha256()),
            seal: dump.kept_seal().and_then(|seal| serde_json::to_value(seal).ok()),
        }
    }
}

/// A reading that was checked.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// What came of it.
    pub findings: &'a Findings,
    /// What a report says besides: where the data came from, and the form's comparison.
    pub context: &'a Context,
    /// The dump by its hash; `None` if nobody kept it.
    pub dump: Option<&'a DumpMark>,
}

/// What the checks found, and on what they rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The kind of card.
    pub kind: String,
    /// How much of it was asked for.
    pub scope: String,
    /// The verdict.
    pub verdict: Overall,
    /// The hierarchy of the issuer that the verdict rests on; null if none was found.
    pub hierarchy: Option<Hierarchy>,
    /// Test or simulated, if nobody was issued the card: by the hierarchy above, by an issuer that a required check names, or by
    /// the reading's own word. A card that is not authentic may be one as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreal: Option<Hierarchy>,
    /// Hierarchies that were accepted besides production and installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Hierarchy>,
    /// Every check.
    pub checks: Vec<CheckRow>,
    /// Whether it was asked if the card was withdrawn: never.
    pub revocation: Revocation,
    /// Where the data came from: `live`, `dump` or `replay`.
    pub source: String,
    /// The reader's time when the reading began.
    pub read_at: Timestamp,
    /// As of when it was judged.
    pub judged_at: Timestamp,
    /// By whose word.
    pub basis: String,
    /// SHA-256 of the dump's canonical form without its seal; null if nobody kept the dump.
    pub dump_sha256: Option<String>,
    /// The seal; null without one.
    pub seal: Option<serde_json::Value>,
    /// Which reader.
    pub reader: String,
}

/// Whether revocation was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// It was not.
    NotChecked,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRow {
    /// Its id.
    pub id: String,
    /// Whether the verdict needs it.
    pub required: bool,
    /// `passed`, `failed` or `not_done`.
    pub status: Status,
    /// Why it failed or was not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The check that it rests on and that did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It was not done.
    NotDone,
}

/// What one field of the form was to the chip's. Neither text is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldComparison {
    /// The field.
    pub field: String,
    /// How the two stand to each other.
    pub class: String,
    /// The rules that made them equal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Which of the chip's values was compared, by who vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<String>,
    /// Why there was nothing to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether staff accept it although it is only similar.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
}

/// What was added to the card after issue. No signature covers it, so it stands apart and replaces nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsignedChanges {
    /// The name after the changes; null if it did not change.
    pub name: Option<String>,
    /// The address after them; null if it did not change.
    pub address: Option<String>,
    /// How many entries there are, those of a registered domicile left out.
    pub entries: u32,
    /// The day of the last of them.
    pub last_on: Option<Date>,
}

impl std::fmt::Debug for UnsignedChanges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnsignedChanges({} entries)", self.entries)
    }
}

/// The photo, kept only for a purpose that the operator wrote down.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    /// For what it is kept.
    pub purpose: String,
    /// How it is stored.
    pub format: String,
    /// The bytes as on the card, in base64.
    pub base64: String,
    /// The check that covers it.
    pub signed_by: Option<String>,
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({}, {} characters)", self.format, self.base64.len())
    }
}

/// A value of the chip with its source, or why there is none.
pub(super) type Said = Result<(Content, Source), Reason>;

/// What a record takes from a reading.
#[derive(Clone)]
pub(super) struct Facts {
    pub kind: String,
    /// The kinds of the same card, if the chip showed no photo: it may be one that holds none.
    pub without_photo: Vec<&'static str>,
    /// Whether a photo was read. A draft forgets the photo itself unless it is kept for a purpose.
    pub photo_read: bool,
    pub name: Said,
    pub address: Said,
    pub birth_date: Said,
    pub number: Said,
    /// Whether a number of this document may be kept at all.
    pub numbered: bool,
    pub expiry: Said,
    pub age: Option<(u32, Source)>,
    /// Whether somebody vouches for the time of the reading: a clock of taimen's own, a seal that was demanded, or the operator.
    pub vouched: bool,
    pub evidence: Evidence,
    pub comparison: Vec<FieldComparison>,
    pub unsigned_changes: Option<UnsignedChanges>,
    pub photo: Option<Photo>,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Facts({}, {})", self.kind, self.evidence.verdict)
    }
}

impl Facts {
    pub(super) fn of(reading: &Reading<'_>) -> Self {
        let findings = reading.findings;
        let holder = &findings.holder;
        let current = holder.current.clone().unwrap_or_default();
        let unconfirmed = holder.unconfirmed.clone().unwrap_or_default();
        let text =
            |field: Field, signed: Option<(&CardText, Option<CheckId>)>, current: Option<&CardText>, weak: bool| {
                let Some((value, signed_by)) = signed else {
                    return Err(match picture(findings, field) {
                        _ if weak => Reason::NotVerified,
                        true => Reason::InPicture,
                        false => Reason::NotOnChip,
                    });
                };
                let changed = current.is_some_and(|current| current.text != value.text);
                said(findings, Content::Text(value.text.clone()), signed_by, changed)
            };
        let name = holder.name.as_ref().map(|name| (&name.value, name.signed_by));
        let address = holder.address.as_ref().map(|address| (&address.value, address.signed_by));
        let birth = holder.birth_date.as_ref();
        let birth_date = match birth {
            Some(birth) => said(findings, Content::Day(birth.value), birth.signed_by, false),
            None if picture(findings, Field::BirthDate) => Err(Reason::InPicture),
            None => Err(Reason::NotOnChip),
        };
        let age = holder.age.as_ref().and_then(|age| {
            let (_, source) = said(findings, Content::Number(0), age.signed_by, false).ok()?;
            Some((u32::try_from(age.value).ok()?, source))
        });
        Self {
            kind: findings.kind.as_str().to_owned(),
            without_photo: match findings.picture("photo") {
                Some(_) => Vec::new(),
                None => cards::kin(findings.kind).map(CardKind::as_str).collect(),
            },
            photo_read: findings.picture("photo").is_some(),
            name: text(Field::Name, name, current.name.as_ref(), unconfirmed.name.is_some()),
            address: text(Field::Address, address, current.address.as_ref(), unconfirmed.address.is_some()),
            birth_date,
            number: number(findings),
            numbered: cards::number(findings.kind).flatten().is_some(),
            expiry: expiry(findings),
            age,
            vouched: matches!(findings.basis, Basis::Live(_) | Basis::Sealed(_) | Basis::Operator(_)),
            evidence: evidence(reading),
            comparison: comparison(reading.context.form.as_ref()),
            unsigned_changes: unsigned_changes(findings),
            photo: photo(findings),
        }
    }

    /// Who says when the card was read: taimen itself, or a file that it vouches for no more than anybody else.
    pub(super) fn time_from(&self) -> Source {
        let standing = (!self.vouched).then_some(Standing::Unsigned);
        Source { by: Supplier::Tool, standing, signed_by: None }
    }

    /// Whether the chip was read as a method demands that has it read: it is authentic, and it showed the photo that the document has.
    pub(super) fn is_read(&self, document: &Document) -> bool {
        self.evidence.verdict == Overall::Authentic && (self.photo_read || !document.photo)
    }
}

/// A value with who vouches for it. One whose signature did not pass is not taken.
fn said(findings: &Findings, value: Content, signed_by: Option<CheckId>, changed: bool) -> Said {
    let standing = match signed_by {
        None => Standing::Unsigned,
        Some(check) if findings.verdict(check) != Some(Verdict::Passed) => return Err(Reason::NotVerified),
        Some(_) if changed => Standing::Superseded,
        Some(_) => Standing::Signed,
    };
    let signed_by = signed_by.map(|check| check.as_str().to_owned());
    Ok((value, Source { by: Supplier::Chip, standing: Some(standing), signed_by }))
}

/// Whether the card has a field as a picture alone.
fn picture(findings: &Findings, field: Field) -> bool {
    let elsewhere = findings.presentation.in_picture.map(|(id, _)| id);
    [Some(field.as_str()), elsewhere].into_iter().flatten().any(|id| findings.picture(id).is_some())
}

fn number(findings: &Findings) -> Said {
    let Some(id) = cards::number(findings.kind).flatten() else { return Err(Reason::NotOnChip) };
    let item = findings.items.iter().find(|item| item.id == id && !item.masked).ok_or(Reason::NotEntered)?;
    match &item.value {
        ItemValue::Text(text) => said(findings, Content::Text(text.text.clone()), item.signed_by, false),
        ItemValue::Code { code, .. } => said(findings, Content::Text(code.clone()), item.signed_by, false),
        _ => Err(Reason::NotEntered),
    }
}

/// The expiry that was judged, else the one that the card shows.
fn expiry(findings: &Findings) -> Said {
    let judged = findings.check(CheckId::NotExpired).and_then(|check| {
        let day: Date = check.evidence.shown("expiry")?.parse().ok()?;
        let signed = check.evidence.expiry_signed()?;
        let by = signed.then(|| holder_signature(findings)).flatten();
        said(findings, Content::Day(day), by, false).ok()
    });
    let shown = || {
        findings.items.iter().find_map(|item| match (item.id, &item.value) {
            ("expiry" | "expiry_date", ItemValue::Date(day)) => {
                Some(said(findings, Content::Day(*day), item.signed_by, false))
            }
            _ => None,
        })
    };
    match (shown(), judged) {
        (Some(said), _) => said,
        (None, Some(judged)) => Ok(judged),
        (None, None) => Err(Reason::NotOnChip),
    }
}

fn holder_signature(findings: &Findings) -> Option<CheckId> {
    findings.holder.birth_date.as_ref().and_then(|birth| birth.signed_by)
}

fn evidence(reading: &Reading<'_>) -> Evidence {
    let (findings, context) = (reading.findings, reading.context);
    let row = |check: &crate::verify::Check| {
        let (status, reason, depends_on) = match check.verdict {
            Verdict::Passed => (Status::Passed, None, None),
            Verdict::Failed(reason) => (Status::Failed, Some(reason.as_str()), None),
            Verdict::NotDone(why @ Why::DependsOn(id)) => (Status::NotDone, Some(why.as_str()), Some(id)),
            Verdict::NotDone(why) => (Status::NotDone, Some(why.as_str()), None),
        };
        CheckRow {
            id: check.id.as_str().to_owned(),
            required: findings.requirement.requires(check.id),
            status,
            reason: reason.map(str::to_owned),
            depends_on: depends_on.map(|id| id.as_str().to_owned()),
        }
    };
    Evidence {
        kind: findings.kind.as_str().to_owned(),
        scope: findings.scope.as_str().to_owned(),
        verdict: findings.overall(),
        hierarchy: findings.hierarchy,
        unreal: Unreal::of(findings, &context.reader).map(Unreal::hierarchy),
        accepted: context.accepted.clone(),
        checks: findings.checks.iter().map(row).collect(),
        revocation: Revocation::NotChecked,
        source: context.source.as_str().to_owned(),
        read_at: context.read_at,
        judged_at: findings.basis.at(),
        basis: findings.basis.as_str().to_owned(),
        dump_sha256: reading.dump.map(|dump| dump.sha256.clone()),
        seal: reading.dump.and_then(|dump| dump.seal.clone()),
        reader: context.reader.clone(),
    }
}

/// Every field but the sex, which is not a fact of the record.
fn comparison(form: Option<&Comparison>) -> Vec<FieldComparison> {
    let fields = form.into_iter().flat_map(Comparison::fields).filter(|result| result.field != Field::Sex);
    let one = |result: &crate::compare::FieldResult| FieldComparison {
        field: result.field.as_str().to_owned(),
        class: result.class.as_str().to_owned(),
        rules: result.rules.iter().map(|rule| rule.as_str().to_owned()).collect(),
        compared_with: result.standing.map(|standing| standing.as_str().to_owned()),
        reason: result.reason.map(|reason| reason.as_str().to_owned()),
        accepted: false,
    };
    fields.map(one).collect()
}

fn unsigned_changes(findings: &Findings) -> Option<UnsignedChanges> {
    let shown = || findings.history.iter().filter(|change| !change.masked);
    let current = findings.holder.current.as_ref();
    let text = |text: Option<&CardText>| text.map(|text| text.text.clone());
    (shown().next().is_some() || current.is_some()).then(|| UnsignedChanges {
        name: text(current.and_then(|current| current.name.as_ref())),
        address: text(current.and_then(|current| current.address.as_ref())),
        entries: u32::try_from(shown().count()).unwrap_or(u32::MAX),
        last_on: shown().filter_map(|change| change.date).max(),
    })
}

fn photo(findings: &Findings) -> Option<Photo> {
    let photo = findings.picture("photo")?;
    Some(Photo {
        purpose: String::new(),
        format: photo.format.as_str().to_owned(),
        base64: base64::encode(&photo.bytes),
        signed_by: photo.signed_by.map(|check| check.as_str().to_owned()),
    })
}
