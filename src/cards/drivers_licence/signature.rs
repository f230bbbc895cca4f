//! The signatures of both licences: who signed, and what the signature covers (spec licence 5.1 to 5.3, 6.4).

use jiff::civil::Date;

use crate::{
    cards::absent::absent,
    crypto::{PublicKey, Recovered, sha256},
    dump::Dump,
    text::japan_date,
    trust::{Anchor, Certificate, Hierarchy, Purpose, TrustStore},
    verify::{AnchorRef, Basis, Check, CheckId, Evidence, Fact, Reason, Verdict, Why},
};

use super::{
    decode::Record,
    files::{File, Form, Layout},
};

/// The most installed certificates whose keys are tried if none has the card's key identifier.
const MOST_TRIED: usize = 64;

/// The outcome of the signer's check, and what the signature's check takes from it.
pub(super) struct Signer<'a> {
    pub(super) check: Check,
    /// The signer's key; only there when the check passed.
    pub(super) key: Option<PublicKey>,
    pub(super) hierarchy: Option<Hierarchy>,
    /// The signature, as stored.
    pub(super) signature: Option<&'a [u8]>,
}

/// The day of issue, as the signed data give it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum IssueDay {
    Told(Date),
    /// The card has none: the day on which its signer's certificate began stands for it.
    None,
    /// The file that states it was read and holds no day.
    Unreadable,
    /// What would give it was not read.
    NotRead,
}

impl IssueDay {
    fn of(self, certificate: &Certificate) -> Option<Date> {
        match self {
            Self::Told(day) => Some(day),
            Self::None => Some(japan_date(certificate.not_before)),
            Self::Unreadable | Self::NotRead => None,
        }
    }
}

/// Finds the signer's certificate among those installed, and checks that it may sign and was valid on the day of issue and is
/// now. The identifier, names and serial number on the card are evidence, not proof.
pub(super) fn signer_check<'a>(
    id: CheckId,
    dump: &Dump,
    file: &File,
    record: Option<&Record<'a>>,
    issued: IssueDay,
    trust: &TrustStore,
    basis: Basis,
) -> Signer<'a> {
    let without = |check| Signer { check, key: None, hierarchy: None, signature: None };
    let Some(record) = record else { return without(absent(id, dump, file.name)) };
    let mut evidence = Evidence::new();
    for name in ["signer_subject", "signer_issuer", "signer_serial"] {
        evidence = evidence.with(name, record.latin(name).unwrap_or_default().trim_end());
    }
    let (Some(key_id), Some(signature)) = (
        record.bytes("signer_key_id").filter(|key_id| !key_id.is_empty()),
        record.bytes("signature").filter(|_| record.is_sound()),
    ) else {
        // What real cards store here is not public (2.10, U): another form is not proof of forgery.
        let detail = record.problems.first().map(ToString::to_string).unwrap_or_default();
        return without(Check::not_done(id, Why::LayoutUnknown, evidence.with("detail", detail)));
    };
    let evidence = evidence.with("signer_key_id", hex::encode(key_id));

    let candidates = candidates(key_id, signature, trust);
    // A key identifier is only a name. If several certificates have it, the one whose key made the signature counts;
    // accepted hierarchies come first.
    let made = |certificate: &Certificate| made(certificate, signature);
    // A renewed certificate may bear the same key: the one that was valid on the day of issue counts, and still is if there is one.
    let fits = |certificate: &Certificate| {
        made(certificate) && issued.of(certificate).is_none_or(|day| valid_on(certificate, day))
    };
    let is_valid = |certificate: &Certificate| (certificate.not_before..=certificate.not_after).contains(&basis.at());
    let chosen = match candidates.as_slice() {
        // Nothing to choose from: whether its key made the signature is found out when that is verified.
        [only] => Some(only),
        several => several
            .iter()
            .find(|(_, certificate)| fits(certificate) && is_valid(certificate))
            .or_else(|| several.iter().find(|(_, certificate)| fits(certificate)))
            .or_else(|| several.iter().find(|(_, certificate)| made(certificate)))
            .or(several.first()),
    };
    let Some((anchor, certificate)) = chosen else {
        return without(Check::not_done(id, Why::NoAnchor, evidence));
    };
    let day = issued.of(certificate);
    let evidence = evidence
        .with("certificate_subject", certificate.subject.clone())
        .with("certificate_issuer", certificate.issuer.clone())
        .with("certificate_serial", certificate.serial.clone())
        .with("not_before", certificate.not_before.to_string())
        .with("not_after", certificate.not_after.to_string())
        .with("issue_date", day.map_or_else(String::new, |day| day.to_string()))
        .fact(Fact::Anchor(AnchorRef::from(*anchor)));
    let evidence = match issued {
        IssueDay::None => evidence.with("issue_date_from", "not_before"),
        IssueDay::Told(_) | IssueDay::Unreadable | IssueDay::NotRead => evidence,
    };
    let check = if !trust.accepts(anchor.hierarchy) {
        Check::failed(id, Reason::HierarchyNotAccepted, evidence)
    } else if !certificate.signs_data() {
        Check::failed(id, Reason::WrongKeyUsage, evidence)
    } else if rsa_key(certificate).is_none() {
        // The issuer chose the key: it does not point to a forgery.
        Check::not_done(id, Why::UnsupportedKey, evidence)
    } else {
        match day {
            None => {
                let why = if issued == IssueDay::Unreadable { Why::LayoutUnknown } else { Why::NotRead };
                Check::not_done(id, why, evidence.with("missing", "issue date"))
            }
            Some(day) if !valid_on(certificate, day) => Check::failed(id, Reason::NotValidAtIssue, evidence),
            Some(_) if !is_valid(certificate) => Check::not_done(id, Why::AnchorExpired, evidence),
            Some(_) => Check::passed(id, evidence),
        }
    };
    let key = rsa_key(certificate).filter(|_| check.is_passed()).cloned();
    Signer { check, key, hierarchy: Some(anchor.hierarchy), signature: Some(signature) }
}

/// The installed certificates that may be the signer's: those with this key identifier. Whether a card stores it as certificates do
/// is not known (5.2, U): if none has it, those whose key made the signature, because the signature is what decides.
fn candidates<'trust>(
    key_id: &[u8],
    signature: &[u8],
    trust: &'trust TrustStore,
) -> Vec<(&'trust Anchor, &'trust Certificate)> {
    let installed = || trust.certificates(Purpose::DriversLicence);
    let named: Vec<_> =
        installed().filter(|(_, certificate)| certificate.subject_key_id.as_deref() == Some(key_id)).collect();
    if named.is_empty() {
        installed().take(MOST_TRIED).filter(|(_, certificate)| made(certificate, signature)).collect()
    } else {
        named
    }
}

/// Whether the key in a certificate made a signature: its padding is good under no other.
fn made(certificate: &Certificate, signature: &[u8]) -> bool {
    rsa_key(certificate).is_some_and(|key| key.recover(signature).is_ok())
}

fn rsa_key(certificate: &Certificate) -> Option<&PublicKey> {
    certificate.key.as_ref().ok()?.rsa()
}

fn valid_on(certificate: &Certificate, day: Date) -> bool {
    japan_date(certificate.not_before) <= day && day <= japan_date(certificate.not_after)
}

/// Looks which candidate layout the signature covers. Only one that covers everything can pass; good padding over
/// anything else is not proof of forgery, because the true layout is not public.
pub(super) fn signature_check(
    id: CheckId,
    dump: &Dump,
    records: &[Record<'_>],
    covered: &[&File],
    signer: &Signer<'_>,
    layouts: &[Layout],
) -> Check {
    if let Some(file) = covered.iter().find(|file| dump.file(file.name).is_none()) {
        return absent(id, dump, file.name);
    }
    match signer.check.verdict {
        Verdict::Passed => {}
        Verdict::NotDone(why @ (Why::NoAnchor | Why::NotRead | Why::LayoutUnknown)) => {
            return Check::not_done(id, why, Evidence::new());
        }
        _ => return Check::not_done(id, Why::DependsOn(signer.check.id), Evidence::new()),
    }
    let (Some(key), Some(signature)) = (&signer.key, signer.signature) else {
        return Check::not_done(id, Why::DependsOn(signer.check.id), Evidence::new());
    };
    let evidence = Evidence::new()
        .with("scheme", "RSA-2048 PKCS#1 v1.5, SHA-256")
        .with("key_sha256", hex::encode(key.fingerprint()));
    let hash = match key.recover(signature) {
        Err(_) => return Check::failed(id, Reason::SignatureMismatch, evidence),
        Ok(Recovered::Other { .. }) => {
            return Check::not_done(id, Why::LayoutUnknown, evidence.with("detail", "a hash other than SHA-256"));
        }
        Ok(Recovered::Sha256(hash)) => hash,
    };
    let fits = |layout: &&Layout| bytes_of(layout, dump, records).is_some_and(|bytes| sha256(&[&bytes]) == hash);
    let guessed = covered.iter().find(|file| dump.inferred(file.name).is_some());
    let Some(layout) = layouts.iter().find(fits) else {
        if let Some(file) = guessed {
            return Check::not_done(id, Why::Inferred, evidence.with("file", file.name));
        }
        let tried: Vec<&str> = layouts.iter().map(|layout| layout.name).collect();
        return Check::not_done(id, Why::LayoutUnknown, evidence.with("tried", tried.join(" ")));
    };
    if let Some(file) = guessed.filter(|_| !covers_filler(layout, dump)) {
        return Check::not_done(id, Why::Inferred, evidence.with("file", file.name).with("layout", layout.name));
    }
    let evidence = evidence
        .with("layout", layout.name)
        .with("layout_mark", layout.mark.as_str())
        .with("covers", layout.parts.iter().map(|(file, _)| file.name).collect::<Vec<_>>().join(" "));
    if !layout.covers {
        return Check::not_done(
            id,
            Why::LayoutUnknown,
            evidence.with("detail", "does not cover everything that is shown"),
        );
    }
    // The files are hashed one after the other, so an item could change its file and the hash stay: each file must hold
    // its own items, all of them, and nothing else.
    let unsound = |record: &&Record<'_>| covered.iter().any(|file| **file == *record.file) && !record.is_sound();
    match records.iter().find(unsound).and_then(|record| record.problems.first()) {
        Some(problem) => Check::not_done(id, Why::LayoutUnknown, evidence.with("detail", problem.to_string())),
        None => Check::passed(id, evidence),
    }
}

/// Whether a layout covers the filler of every file of which it is inferred, and that is there as it was claimed.
fn covers_filler(layout: &Layout, dump: &Dump) -> bool {
    dump.inferences().all(|(name, inferred)| {
        let part = layout.parts.iter().find(|(file, _)| file.name == name);
        part.is_none_or(|(_, form)| *form == Form::Whole)
            && dump.file(name).is_none_or(|bytes| bytes.len() == inferred.length)
    })
}

/// The hash that the signature in a signature file is of, under a key that is installed for its identifier: whoever that is.
fn signed_hash(record: &Record<'_>, trust: &TrustStore) -> Option<crate::crypto::Sha256Hash> {
    let (key_id, signature) = (record.bytes("signer_key_id")?, record.bytes("signature")?);
    candidates(key_id, signature, trust).into_iter().find_map(|(_, certificate)| {
        match rsa_key(certificate)?.recover(signature) {
            Ok(Recovered::Sha256(hash)) => Some(hash),
            _ => None,
        }
    })
}

/// Whether an installed key can say what a signature covers.
pub(super) fn has_key(dump: &Dump, file: &'static File, trust: &TrustStore) -> bool {
    dump.file(file.name).is_some_and(|bytes| signed_hash(&Record::decode(file, bytes), trust).is_some())
}

/// Whether a signature covers the files of a dump, and the filler that is inferred of them.
pub(super) fn proves(
    dump: &Dump,
    files: &'static [File],
    signature: &File,
    layouts: &[Layout],
    trust: &TrustStore,
) -> bool {
    let records: Vec<Record<'_>> =
        files.iter().filter_map(|file| Some(Record::decode(file, dump.file(file.name)?))).collect();
    let signed = records.iter().find(|record| record.file.name == signature.name);
    signed.and_then(|record| signed_hash(record, trust)).is_some_and(|hash| {
        layouts
            .iter()
            .filter(|layout| layout.covers && covers_filler(layout, dump))
            .any(|layout| bytes_of(layout, dump, &records).is_some_and(|bytes| sha256(&[&bytes]) == hash))
    })
}

/// The bytes that a candidate hashes; `None` if a file of it was not read.
fn bytes_of(layout: &Layout, dump: &Dump, records: &[Record<'_>]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for (file, form) in layout.parts {
        let stored = dump.file(file.name)?;
        let record = records.iter().find(|record| record.file.name == file.name)?;
        match form {
            Form::Whole => bytes.extend(stored),
            Form::Data => bytes.extend(stored.get(..record.end)?),
            Form::Values => record.items.iter().for_each(|item| bytes.extend(item.object.value)),
        }
    }
    Some(bytes)
}
