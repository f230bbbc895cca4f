//! What a passport's data proves: pure functions of the dump, the trust store and the time (ICAO Doc 9303-11 5, -12; spec passport 7, 13).

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    cards::{
        Findings,
        absent::absent,
        common::{common_notes, expiry_check, revocation},
    },
    crypto::Hash,
    dump::{Dump, NotRead},
    text::{japan_date, whole_seconds},
    trust::{
        Certificate, CmsError, Hierarchy, Outside, SignerError, SignerPath, StateMatch, TrustStore, allows_document,
        periods, signer_path, states,
    },
    verify::{AnchorRef, Basis, Check, CheckId, Evidence, Fact, Reason, Requirement, Verdict, Why},
};

use super::{
    chip::{Options, access_agrees, chip_key},
    details::{self, Value},
    files::{self, DG1, DG2, DG11, DG12, DG14, DG15, File, SOD},
    mapping::Authority,
    mrz::{CAN_LENGTH, Format, Mrz},
    security_object::{SecurityObject, SecurityObjectError},
    show,
    spec::PRESENTATION,
    tree::{child, whole},
};

macro_rules! requirement {
    ($name:ident, $doc:literal, [$($required:ident),*], [$($advisory:ident),*]) => {
        #[doc = $doc]
        pub const $name: Requirement = Requirement {
            required: &[
                CheckId::DocumentSignature,
                CheckId::SignerCertificate,
                CheckId::DataGroups,
                CheckId::NotExpired,
                $(CheckId::$required),*
            ],
            advisory: &[
                $(CheckId::$advisory,)*
                CheckId::MrzConsistent,
                CheckId::AccessAgrees,
                CheckId::DetailsSigned,
                CheckId::WeakCryptography,
                CheckId::SignerPeriod,
                CheckId::Revocation,
            ],
        };
    };
}

requirement!(
    TYPED_WITH_KEY,
    "A live check with a typed zone, of a chip that offers a key.",
    [ChipKey, PrintedAgrees],
    []
);
requirement!(TYPED, "The same of a chip that offers none.", [PrintedAgrees], [ChipKey]);
requirement!(WITH_KEY, "Any other check, of a chip that offers a key.", [ChipKey], [PrintedAgrees]);
requirement!(PLAIN, "The same of a chip that offers none.", [], [ChipKey, PrintedAgrees]);

/// What the files of a dump hold, and what the checks found of each other.
pub(super) struct Facts<'a> {
    pub dump: &'a Dump,
    pub basis: Basis,
    pub sod: Option<Result<SecurityObject, SecurityObjectError>>,
    pub zone: Option<Result<Mrz, String>>,
    pub options: Options,
}

impl<'a> Facts<'a> {
    fn new(dump: &'a Dump, basis: Basis) -> Self {
        Self {
            dump,
            basis,
            sod: dump.file(SOD.name).map(SecurityObject::parse),
            zone: dump.file(DG1.name).map(zone),
            options: Options::of(dump),
        }
    }

    pub fn zone(&self) -> Option<&Mrz> {
        self.zone.as_ref()?.as_ref().ok()
    }

    pub fn sod(&self) -> Option<&SecurityObject> {
        self.sod.as_ref()?.as_ref().ok()
    }

    /// Whether the signed list has a data group.
    pub fn lists(&self, file: &File) -> bool {
        self.sod().is_some_and(|sod| sod.lists(file.own.group.into()))
    }

    /// Whether a data group was read and has the signed hash.
    pub fn holds(&self, file: &File) -> bool {
        self.dump
            .file(file.name)
            .is_some_and(|bytes| self.sod().is_some_and(|sod| sod.agrees(file.own.group.into(), bytes) == Some(true)))
    }
}

/// The zone in data group 1.
fn zone(bytes: &[u8]) -> Result<Mrz, String> {
    let text = whole(bytes, DG1.own.tag).and_then(|file| child(&file, 0x5F1F)).map_err(|error| error.to_string())?;
    Mrz::parse(text.value).map_err(|error| error.to_string())
}

/// Decodes and checks a passport's dump.
pub fn check(dump: &Dump, trust: &TrustStore, basis: Basis) -> Findings {
    let facts = Facts::new(dump, basis);
    let signature = document_signature(&facts);
    let signer = Signer::look(&facts, &signature, trust);
    let data = data_groups(&facts, &signature.check);
    let certificate = signer.check(&facts, &signature);
    let document = signer.path.as_ref().map(Authority::of).unwrap_or_default();
    let chip = chip_key(&facts, (trust, &document), &signature.check, &data);
    let printed = printed_agrees(&facts, &data);
    let typed = dump.private_file(files::TYPED).is_some_and(|typed| typed.expose().len() > CAN_LENGTH);
    let requirement = match (typed, chip.offered) {
        (true, true) => &TYPED_WITH_KEY,
        (true, false) => &TYPED,
        (false, true) => &WITH_KEY,
        (false, false) => &PLAIN,
    };
    let mut checks = vec![
        chip.check,
        not_expired(&facts, &data),
        signature.check.clone(),
        certificate,
        data,
        printed,
        mrz_consistent(&facts),
        access_agrees(&facts),
        details_signed(&facts, &signature.check),
        weak_cryptography(&facts, &signature, &signer),
        signer_period(&facts, &signature, &signer),
        revocation(),
    ];
    // In the catalogue's order.
    checks.sort_by_key(|check| check.id);
    let mut findings = Findings {
        checks,
        hierarchy: signer.hierarchy(),
        holder: show::holder(&facts),
        pictures: show::pictures(&facts),
        items: show::items(&facts),
        ..Findings::of(dump, basis, requirement, &PRESENTATION)
    };
    findings.warnings = show::warnings(&facts, chip.warnings);
    findings.notes = show::notes(&findings, &facts);
    findings.notes.extend(common_notes(&findings, CheckId::SignerCertificate));
    findings
}

/// The security object's signature, and the certificate that made it.
struct Signature {
    check: Check,
    signed: Option<crate::trust::Signed>,
}

fn document_signature(facts: &Facts<'_>) -> Signature {
    let id = CheckId::DocumentSignature;
    let alone = |check| Signature { check, signed: None };
    let Some(read) = &facts.sod else { return alone(absent(id, facts.dump, SOD.name)) };
    let evidence = Evidence::new().with("file", SOD.name);
    let sod = match read {
        Ok(sod) => sod,
        Err(error) => {
            let evidence = evidence.with("detail", error.to_string());
            return alone(match error {
                error if error.is_unsupported() => Check::not_done(id, Why::UnsupportedAlgorithm, evidence),
                _ => Check::failed(id, Reason::Malformed, evidence),
            });
        }
    };
    match sod.verify() {
        Ok(signed) => {
            let evidence = evidence
                .with("algorithm", signed.algorithm.to_string())
                .with("hash_of_groups", sod.hash.to_string())
                .with("signing_time", signed.signing_time.map_or_else(|| "–".to_owned(), |time| time.to_string()));
            Signature { check: Check::passed(id, evidence), signed: Some(signed) }
        }
        Err(error) => {
            let detail = evidence.with("detail", error.to_string());
            alone(match error {
                error if error.is_unsupported() => Check::not_done(id, Why::UnsupportedAlgorithm, detail),
                // taimen cannot judge it: a program that reads it might.
                CmsError::Certificate(_) => Check::not_done(id, Why::UnsupportedAlgorithm, detail),
                CmsError::NoCertificate => Check::not_done(id, Why::NotOnCard, detail),
                CmsError::Signature | CmsError::Digest => Check::failed(id, Reason::SignatureMismatch, detail),
                _ => Check::failed(id, Reason::Malformed, detail),
            })
        }
    }
}

/// Whose certificate it is.
struct Signer<'a> {
    path: Option<SignerPath<'a>>,
}

impl<'a> Signer<'a> {
    fn look(facts: &Facts<'_>, signature: &Signature, trust: &'a TrustStore) -> Self {
        let path = signature.signed.as_ref().map(|signed| {
            let others = facts.sod().map(|sod| sod.message.certificates.as_slice()).unwrap_or_default();
            let others: Vec<Certificate> = others.iter().filter_map(|der| Certificate::parse(der).ok()).collect();
            signer_path(&signed.certificate, &others, trust, facts.basis.at())
        });
        Self { path }
    }

    fn hierarchy(&self) -> Option<Hierarchy> {
        self.path.as_ref()?.anchor.map(|(anchor, _)| anchor.hierarchy)
    }

    fn check(&self, facts: &Facts<'_>, signature: &Signature) -> Check {
        let id = CheckId::SignerCertificate;
        let (Some(path), Some(signed)) = (&self.path, &signature.signed) else {
            return Check::not_done(id, Why::DependsOn(CheckId::DocumentSignature), Evidence::new());
        };
        let leaf = &signed.certificate;
        let mut evidence = Evidence::new()
            .with("certificate_subject", leaf.subject.clone())
            .with("certificate_issuer", leaf.issuer.clone())
            .with("certificate_serial", leaf.serial.clone())
            .with("not_before", leaf.not_before.to_string())
            .with("not_after", leaf.not_after.to_string())
            .with("links", path.links.len().to_string())
            .with("signer_state", path.state.clone().unwrap_or_default());
        if let Some((anchor, _)) = path.anchor {
            evidence = evidence.fact(Fact::Anchor(AnchorRef::from(anchor)));
        }
        if let Err(SignerError::Expired(place)) = path.outcome {
            evidence = evidence.fact(Fact::About(place));
        }
        if let Err(error) = &path.outcome {
            return Check { id, verdict: verdict(error), evidence: evidence.with("detail", error.to_string()) };
        }
        let Some(zone) = facts.zone() else {
            return Check::not_done(id, Why::DependsOn(CheckId::DataGroups), evidence);
        };
        let evidence = evidence.with("document_state", zone.issuer());
        match states(path.state.as_deref().unwrap_or_default(), zone.issuer()) {
            StateMatch::Different => Check::failed(id, Reason::OtherState, evidence),
            StateMatch::Unlisted => Check::not_done(id, Why::UnlistedState, evidence),
            StateMatch::Same if !allows_document(leaf, zone.document()) => {
                Check::failed(id, Reason::WrongPurpose, evidence.with("document", zone.document()))
            }
            StateMatch::Same => Check::passed(id, evidence),
        }
    }
}

fn verdict(error: &SignerError) -> Verdict {
    match error {
        SignerError::NoAnchor => Verdict::NotDone(Why::NoAnchor),
        SignerError::Unsupported(_) => Verdict::NotDone(Why::UnsupportedAlgorithm),
        SignerError::UnknownExtension(_) => Verdict::NotDone(Why::UnknownExtension),
        SignerError::IssuerNewer => Verdict::NotDone(Why::IssuerNewer),
        SignerError::NotYetValid => Verdict::NotDone(Why::NotYetValid),
        SignerError::Expired(_) => Verdict::NotDone(Why::AnchorExpired),
        SignerError::SignatureMismatch => Verdict::Failed(Reason::SignatureMismatch),
        SignerError::HierarchyNotAccepted => Verdict::Failed(Reason::HierarchyNotAccepted),
        SignerError::NotACa => Verdict::Failed(Reason::NotACa),
        SignerError::WrongKeyUsage(_) => Verdict::Failed(Reason::WrongKeyUsage),
        SignerError::WrongPurpose => Verdict::Failed(Reason::WrongPurpose),
        SignerError::IssuerOver => Verdict::Failed(Reason::IssuerOver),
    }
}

/// What becomes of a list of data groups: each that was read must have its signed hash.
fn hashed(id: CheckId, facts: &Facts<'_>, files: &[&File], evidence: Evidence) -> Result<Evidence, Check> {
    let Some(sod) = facts.sod() else {
        return Err(Check::not_done(id, Why::DependsOn(CheckId::DocumentSignature), evidence));
    };
    let mut names = Vec::new();
    for file in files {
        let Some(bytes) = facts.dump.file(file.name) else { continue };
        let evidence = || evidence.clone().with("file", file.name);
        match sod.agrees(file.own.group.into(), bytes) {
            Some(true) => names.push(file.own.official.trim_start_matches("EF.")),
            Some(false) => return Err(Check::failed(id, Reason::DigestMismatch, evidence())),
            None => return Err(Check::failed(id, Reason::NotListed, evidence())),
        }
    }
    Ok(evidence.with("groups", names.join(" ")).with("hash", sod.hash.to_string()))
}

fn data_groups(facts: &Facts<'_>, signature: &Check) -> Check {
    let id = CheckId::DataGroups;
    // A hash that differs speaks against the document whatever else is known.
    let evidence = match hashed(id, facts, &[&DG1, &DG2, &DG11, &DG12, &DG14, &DG15], Evidence::new()) {
        Ok(evidence) => evidence,
        Err(check) => return check,
    };
    if let Err(check) = signature.required_by(id) {
        return check;
    }
    for file in [&DG1, &DG2] {
        if facts.dump.file(file.name).is_none() {
            return absent(id, facts.dump, file.name);
        }
    }
    match &facts.zone {
        Some(Err(detail)) => Check::not_done(id, Why::LayoutUnknown, evidence.with("detail", detail.clone())),
        Some(Ok(zone)) if !is_book(zone) => {
            Check::not_done(id, Why::NotABook, evidence.with("document", zone.document()))
        }
        _ => Check::passed(id, evidence),
    }
}

/// Whether the document is a passport: a book whose kind begins with P.
pub(super) fn is_book(zone: &Mrz) -> bool {
    zone.format == Format::Td3 && zone.document().starts_with('P')
}

fn not_expired(facts: &Facts<'_>, data: &Check) -> Check {
    let id = CheckId::NotExpired;
    match facts.zone() {
        None if facts.zone.is_none() => absent(id, facts.dump, DG1.name),
        None => Check::not_done(id, Why::LayoutUnknown, Evidence::new().with("file", DG1.name)),
        Some(zone) => match zone.expiry() {
            Some(day) => expiry_check(day, Some(data), facts.basis),
            None => Check::not_done(id, Why::LayoutUnknown, Evidence::new().with("file", DG1.name)),
        },
    }
}

/// What staff typed beside what the chip signed.
fn printed_agrees(facts: &Facts<'_>, data: &Check) -> Check {
    let id = CheckId::PrintedAgrees;
    let Some(typed) = facts.dump.private_file(files::TYPED) else {
        let why = match facts.dump.not_read(files::TYPED) {
            Some(NotRead::NotStored) => Why::NotStored,
            _ => Why::NotTyped,
        };
        return Check::not_done(id, why, Evidence::new());
    };
    if typed.expose().len() == CAN_LENGTH {
        return Check::not_done(
            id,
            Why::NotTyped,
            Evidence::new().with("detail", "opened with the card access number"),
        );
    }
    let Some(zone) = facts.zone() else {
        return Check::not_done(id, Why::DependsOn(data.id), Evidence::new());
    };
    if zone.information().as_bytes() != typed.expose().as_slice() {
        return Check::failed(id, Reason::PrintDiffers, Evidence::new());
    }
    match data.required_by(id) {
        Ok(()) => Check::passed(id, Evidence::new().with("fields", "number, birth date, expiry")),
        Err(check) => check,
    }
}

fn mrz_consistent(facts: &Facts<'_>) -> Check {
    let id = CheckId::MrzConsistent;
    let Some(zone) = facts.zone() else {
        return Check::not_done(id, Why::DependsOn(CheckId::DataGroups), Evidence::new());
    };
    let wrong = zone.wrong();
    let which = match (wrong.field, wrong.overall) {
        (false, false) => return Check::passed(id, Evidence::new()),
        (true, _) => "a field's",
        (false, true) => "that of the optional data or of all fields",
    };
    Check::failed(id, Reason::CheckDigit, Evidence::new().with("digit", which))
}

fn details_signed(facts: &Facts<'_>, signature: &Check) -> Check {
    let id = CheckId::DetailsSigned;
    if [&DG11, &DG12].iter().all(|file| facts.dump.file(file.name).is_none()) {
        let listed = [&DG11, &DG12].into_iter().find(|file| facts.lists(file));
        return match listed {
            Some(file) => absent(id, facts.dump, file.name),
            None => Check::not_done(id, Why::NotOnCard, Evidence::new()),
        };
    }
    match hashed(id, facts, &[&DG11, &DG12], Evidence::new()) {
        Ok(evidence) => match signature.required_by(id) {
            Ok(()) => Check::passed(id, evidence),
            Err(check) => check,
        },
        Err(check) => check,
    }
}

fn weak_cryptography(facts: &Facts<'_>, signature: &Signature, signer: &Signer<'_>) -> Check {
    let id = CheckId::WeakCryptography;
    let Some(signed) = &signature.signed else {
        return Check::not_done(id, Why::DependsOn(CheckId::DocumentSignature), Evidence::new());
    };
    let mut weak: Vec<String> = signed.weak.iter().map(ToString::to_string).collect();
    weak.extend(signer.path.iter().flat_map(|path| &path.weak).map(ToString::to_string));
    if facts.sod().is_some_and(|sod| sod.hash == Hash::Sha1) {
        weak.push(Hash::Sha1.to_string());
    }
    weak.sort();
    weak.dedup();
    if weak.is_empty() {
        Check::passed(id, Evidence::new())
    } else {
        Check::failed(id, Reason::WeakAlgorithm, Evidence::new().with("weak", weak.join(", ")))
    }
}

fn signer_period(facts: &Facts<'_>, signature: &Signature, signer: &Signer<'_>) -> Check {
    let id = CheckId::SignerPeriod;
    let (Some(signed), Some(path)) = (&signature.signed, &signer.path) else {
        return Check::not_done(id, Why::DependsOn(CheckId::DocumentSignature), Evidence::new());
    };
    let at = signed.signing_time.or_else(|| issue_date(facts).and_then(midnight));
    let outside = periods(&signed.certificate, path, at);
    let evidence =
        Evidence::new().with("signed_at", at.map_or_else(|| "–".to_owned(), |at| whole_seconds(at).to_string()));
    if !outside.is_empty() {
        let names: Vec<&str> = outside.iter().map(|outside| name_of(*outside)).collect();
        return Check::failed(id, Reason::OutsidePeriod, evidence.with("outside", names.join(", ")));
    }
    if at.is_none() { Check::not_done(id, Why::NotOnCard, evidence) } else { Check::passed(id, evidence) }
}

fn name_of(outside: Outside) -> &'static str {
    match outside {
        Outside::SignerValidity => "the signer's validity",
        Outside::SignerKeyPeriod => "the period of the signer's key",
        Outside::AuthorityKeyPeriod => "the period of the CSCA's key",
    }
}

/// The signed day of issue in data group 12.
fn issue_date(facts: &Facts<'_>) -> Option<Date> {
    let bytes = facts.dump.file(DG12.name).filter(|_| facts.holds(&DG12))?;
    let read = details::details(&DG12, bytes, details::DOCUMENT).ok()?;
    read.into_iter().find_map(|(element, value)| match value {
        Some(Value::Day(day)) if element.id == "issue_date" => Some(day),
        _ => None,
    })
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// Today, as the judgement has it.
pub(super) fn today(basis: Basis) -> Date {
    japan_date(basis.at())
}
