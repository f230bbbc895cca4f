//! What a passport's data proves: pure functions of the dump, the trust store and the time (ICAO Doc 9303-11 5, -12; spec passport 7, 13).

use jiff::civil::Date;

use crate::{
    cards::{
        Findings,
        absent::absent,
        common::{common_notes, expiry_check, revocation},
    },
    dump::{Dump, NotRead},
    text::japan_date,
    trust::TrustStore,
    verify::{Basis, Check, CheckId, Evidence, Reason, Requirement, Why},
};

use super::{
    chip::{Options, access_agrees, chip_key},
    face::face,
    files::{self, DG1, DG2, DG11, DG12, DG14, DG15, File, SOD},
    mapping::Authority,
    mrz::{Format, Mrz},
    security_object::{SecurityObject, SecurityObjectError},
    show,
    signer::{Signature, Signer, signer_certificate, signer_period, weak_cryptography},
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
    let Signature { check: signature, signer } = Signature::look(&facts, trust);
    let signer = signer.as_ref();
    let data = data_groups(&facts, &signature);
    let document = signer.map(|signer| Authority::of(&signer.path)).unwrap_or_default();
    let chip = chip_key(&facts, (trust, &document), &signature, &data);
    let printed = printed_agrees(&facts, &data);
    let typed = dump.private_file(files::TYPED).is_some_and(|typed| !typed.expose().is_empty());
    let requirement = match (typed, chip.offered) {
        (true, true) => &TYPED_WITH_KEY,
        (true, false) => &TYPED,
        (false, true) => &WITH_KEY,
        (false, false) => &PLAIN,
    };
    let certificate = signer_certificate(&facts, signer);
    let rests = show::Rests::of(&certificate, &data);
    let mut checks = vec![
        chip.check,
        not_expired(&facts, &data),
        signature.clone(),
        certificate,
        data,
        printed,
        mrz_consistent(&facts),
        access_agrees(&facts, &signature),
        details_signed(&facts, &signature),
        weak_cryptography(&facts, signer),
        signer_period(&facts, signer),
        revocation(),
    ];
    // In the catalogue's order.
    checks.sort_by_key(|check| check.id);
    let mut findings = Findings {
        checks,
        hierarchy: signer.and_then(Signer::hierarchy),
        holder: show::holder(&facts, &rests),
        pictures: show::pictures(&facts, &rests),
        items: show::items(&facts, &rests),
        ..Findings::of(dump, basis, requirement, show::presentation(&facts))
    };
    findings.warnings = show::warnings(&facts, chip.warnings);
    findings.notes = show::notes(&findings, &facts);
    findings.notes.extend(common_notes(&findings, CheckId::SignerCertificate));
    findings
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
        // Nobody can be compared with what is not shown.
        _ => match facts.dump.file(DG2.name).map(face) {
            Some(Err(error)) => {
                let evidence = evidence.with("file", DG2.name).with("detail", error.to_string());
                Check::not_done(id, Why::LayoutUnknown, evidence)
            }
            _ => Check::passed(id, evidence),
        },
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
    if typed.expose().is_empty() {
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

/// Today, as the judgement has it.
pub(super) fn today(basis: Basis) -> Date {
    japan_date(basis.at())
}
