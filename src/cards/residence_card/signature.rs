//! The signature of a residence card: what it covers, and under whose key (spec residence 5.1, 5.2).

use crate::{
    cards::{absent::absent, path::Certified},
    crypto::{EcPublicKey, EcdsaForm, PublicKey, Recovered},
    dump::Dump,
    trust::{Certificate, CertifiedKey},
    verify::{Check, CheckId, Evidence, Reason, Verdict, Why},
};

use super::{
    decode::Record,
    files::{self, File, Generation},
};

const ID: CheckId = CheckId::CardSignature;

/// Bytes of the entries in the message of generation 2: shorter ones are filled with zeros (5.2).
pub const ENTRIES_SIGNED: usize = 53;

/// Bytes of a bare SHA-256 value.
const BARE_LENGTH: usize = 32;

/// The longest ECDSA signature over P-384 in DER: two numbers of 49 bytes, their headers and that of the SEQUENCE.
pub const MAX_DER_SIGNATURE: usize = 104;

/// Verifies the signature under the key of the card's own certificate.
///
/// Where that certificate has no known issuer, or none whose signature can be verified, a signature that does not fit speaks against the card all the same: data
/// and certificate come from the same card. One that fits proves nothing then.
pub(super) fn signature_check(
    generation: Generation,
    dump: &Dump,
    records: &[Record<'_>],
    signature: &[u8],
    certified: &Certified,
) -> Check {
    let depends = |evidence| Check::not_done(ID, Why::DependsOn(certified.check.id), evidence);
    // The certificate's own signature holds in all of these; all but the first are states of their own.
    let issued = matches!(
        certified.check.verdict,
        Verdict::Passed
            | Verdict::NotDone(Why::AnchorExpired | Why::NotYetValid | Why::UnknownExtension | Why::IssuerNewer)
    );
    let issuer_unknown = matches!(certified.check.verdict, Verdict::NotDone(Why::NoAnchor | Why::UnsupportedAlgorithm));
    let Some(key) = certified.key.as_ref().filter(|_| issued || issuer_unknown) else {
        return depends(Evidence::new());
    };
    let guessed = || {
        let files = covered(generation, records);
        let file = files.into_iter().find(|file| dump.inferred(file).is_some())?;
        Some((file, dump.file(file).map(<[u8]>::len) == dump.inferred(file).map(|inferred| inferred.length)))
    };
    let unproven = |file| Check::not_done(ID, Why::Inferred, Evidence::new().with("file", file));
    // A claim that is not one of a reading's was not followed.
    if let Some((file, false)) = guessed() {
        return unproven(file);
    }
    let parts = match message(generation, dump, records) {
        Ok(parts) => parts,
        Err(check) => return check,
    };
    let evidence = Evidence::new()
        .with("scheme", scheme(key))
        .with("key_sha256", key.fingerprint())
        .with("covers", covered(generation, records).join(" "));
    let fits = match (generation, key) {
        (Generation::First, CertifiedKey::Rsa(key)) => encoding(key, &parts, signature).map(|name| ("encoding", name)),
        (Generation::Second, CertifiedKey::Ec(key)) => form(key, &parts, signature).map(|name| ("form", name)),
        _ => return depends(evidence),
    };
    if let (None, Some((file, _))) = (fits, guessed()) {
        return unproven(file);
    }
    match fits {
        None if generation == Generation::Second && face_is_zeros(records) => {
            // What an infant's card signs in place of a face is not known (spec residence 6.5, INF).
            Check::not_done(
                ID,
                Why::LayoutUnknown,
                evidence.with("detail", "no face, and the signature does not match with zeros instead"),
            )
        }
        None => match other_form(key, signature) {
            Some(length) => {
                let detail = format!("good padding over {length} bytes in neither of the two known forms");
                Check::not_done(ID, Why::LayoutUnknown, evidence.with("detail", detail))
            }
            None => Check::failed(ID, Reason::SignatureMismatch, evidence),
        },
        Some((name, value)) if issued => Check::passed(ID, evidence.with(name, value)),
        Some((name, value)) => depends(evidence.with(name, value).with("fits_own_certificate", "yes")),
    }
}

/// The key of a card of the first generation and its signature, if it has both.
fn key_and_signature(dump: &Dump) -> Option<(PublicKey, Vec<u8>)> {
    let record = Record::decode(&files::SIGNATURE_1, dump.file(files::SIGNATURE_1.name)?);
    let key = Certificate::parse(record.bytes("certificate")?).ok()?.key.ok()?.rsa()?.clone();
    let signature = record.bytes("signature").filter(|signature| !signature.is_empty())?;
    Some((key, signature.to_vec()))
}

/// Whether the card's own key can say what its signature covers.
pub(super) fn has_key(dump: &Dump) -> bool {
    key_and_signature(dump).is_some()
}

/// Whether the card's own key signed its pictures as they are in a dump, filler included.
pub(super) fn proves(dump: &Dump) -> bool {
    let records: Vec<Record<'_>> = files::files_of(dump.kind)
        .iter()
        .filter_map(|file| Some(Record::decode(file, dump.file(file.name)?)))
        .collect();
    let Some((key, signature)) = key_and_signature(dump) else { return false };
    Generation::of(dump.kind) == Some(Generation::First)
        && message(Generation::First, dump, &records).is_ok_and(|parts| encoding(&key, &parts, &signature).is_some())
}

/// Whether nothing but zeros is in the face's place.
fn face_is_zeros(records: &[Record<'_>]) -> bool {
    let record = records.iter().find(|record| record.file.name == files::NAME_AND_FACE.name);
    record.and_then(|record| record.bytes("photo")).is_some_and(|face| face.iter().all(|byte| *byte == 0))
}

fn scheme(key: &CertifiedKey) -> &'static str {
    match key {
        CertifiedKey::Rsa(_) => "RSA-2048 PKCS#1 v1.5, SHA-256",
        CertifiedKey::Ec(_) => "ECDSA P-384, SHA-256",
    }
}

/// Which of the two blocks of generation 1 a signature has: the one that primitives demand, or the one that the
/// specification draws (5.1). Every byte of either is compared.
fn encoding(key: &PublicKey, parts: &[&[u8]], signature: &[u8]) -> Option<&'static str> {
    if key.verify_sha256(parts, signature).is_ok() {
        Some("digest-info")
    } else {
        key.verify_bare_sha256(parts, signature).is_ok().then_some("bare-hash")
    }
}

/// Bytes after the good padding of an RSA signature whose content is neither of the two known forms (a DigestInfo of
/// SHA-256, 32 bare bytes): the issuer may have signed in a third one, and only he can make such padding. A known form with
/// another hash is one over other data.
fn other_form(key: &CertifiedKey, signature: &[u8]) -> Option<usize> {
    match key.rsa()?.recover(signature) {
        Ok(Recovered::Other { length }) if length != BARE_LENGTH => Some(length),
        _ => None,
    }
}

/// In which of two forms a signature of generation 2 is written. The field has the 96 bytes of r and s and the
/// specification calls it "ASN.1" (5.2, SPEC2*, REAL): r and s first, then DER, with nothing but zeros after it.
fn form(key: &EcPublicKey, parts: &[&[u8]], signature: &[u8]) -> Option<&'static str> {
    if key.verify_sha256(parts, signature, EcdsaForm::Fixed).is_ok() {
        return Some("fixed");
    }
    let [0x30, length @ 0..=0x7F, ..] = signature else { return None };
    let end = usize::from(*length) + 2;
    let (der, filler) = signature.split_at_checked(end.min(MAX_DER_SIGNATURE))?;
    let fits = filler.iter().all(|byte| *byte == 0) && key.verify_sha256(parts, der, EcdsaForm::Der).is_ok();
    fits.then_some("der")
}

/// The files whose values are hashed, in the order of the message.
pub(super) fn covered(generation: Generation, records: &[Record<'_>]) -> Vec<&'static str> {
    let files = match generation {
        Generation::First => &[files::FRONT, files::FACE_1][..],
        Generation::Second => &[files::ENTRIES_05, files::NAME_AND_FACE],
    };
    let names = files.iter().map(|file| file.name);
    names.filter(|name| records.iter().any(|record| record.file.name == *name)).collect()
}

/// The bytes that the signature covers, in order, or why nobody can say. They are values without their headers, so each
/// must be in a field of the right size, in the right place: else a byte could move from one field to the next and the hash
/// stay.
fn message<'a>(generation: Generation, dump: &Dump, records: &[Record<'a>]) -> Result<Vec<&'a [u8]>, Check> {
    match generation {
        Generation::First => pictures(dump, records),
        Generation::Second => entries_and_pictures(dump, records),
    }
}

/// D0, then D1, whole (SPEC). The specification is complete, so any other layout is broken; but what it wants signed if
/// a card with a signature has no face (`D1 00`), it does not say.
fn pictures<'a>(dump: &Dump, records: &[Record<'a>]) -> Result<Vec<&'a [u8]>, Check> {
    let value = |file: &File, id| {
        let record = record(dump, records, file)?;
        if has_no_face(record) {
            let evidence = Evidence::new().with("file", file.name).with("detail", FACELESS);
            return Err(Check::not_done(ID, Why::LayoutUnknown, evidence));
        }
        match record.bytes(id).filter(|_| record.is_exact()) {
            Some(value) => Ok(value),
            None => Err(Check::failed(ID, Reason::Malformed, problem(record))),
        }
    };
    Ok(vec![value(&files::FRONT, "front")?, value(&files::FACE_1, "photo")?])
}

/// What is reported of a card with a signature whose face file says "none".
pub(super) const FACELESS: &str = "a signature, but no face";

/// Whether a file of the first generation says that there is no face: `D1 00`, then zeros (6.2).
pub(super) fn has_no_face(record: &Record<'_>) -> bool {
    *record.file == files::FACE_1 && record.problems.is_empty() && record.bytes("photo").is_some_and(<[u8]>::is_empty)
}

/// The values of the entries in the order of the file, zeros up to [`ENTRIES_SIGNED`], D1, D0 (SPEC2*).
fn entries_and_pictures<'a>(dump: &Dump, records: &[Record<'a>]) -> Result<Vec<&'a [u8]>, Check> {
    let entries = record(dump, records, &files::ENTRIES_05)?;
    let pictures = record(dump, records, &files::NAME_AND_FACE)?;
    for record in [entries, pictures] {
        if !record.is_readable() {
            return Err(Check::failed(ID, Reason::Malformed, problem(record)));
        }
        // One secondary source gives the order and the sizes (2.4). Another layout may be genuine, and it may be made of
        // genuine values under exchanged tags: nobody can know.
        if !record.is_exact() {
            return Err(Check::not_done(ID, Why::LayoutUnknown, problem(record)));
        }
    }
    let mut parts: Vec<&'a [u8]> = entries.items.iter().map(|item| item.object.value).collect();
    let filled: usize = parts.iter().map(|part| part.len()).sum();
    // The shorter entries of a 特別永住者証明書 with its filler would pass for those of a 在留カード that says nothing.
    let own = files::ENTRY_FIELDS_06.len();
    if parts.len() > own && parts.iter().skip(own).all(|part| part.iter().all(|byte| *byte == 0)) {
        let evidence = Evidence::new().with("file", entries.file.name).with("detail", "its last entries are empty");
        return Err(Check::not_done(ID, Why::LayoutUnknown, evidence));
    }
    const FILLER: [u8; ENTRIES_SIGNED] = [0; ENTRIES_SIGNED];
    parts.extend(FILLER.get(filled..));
    for id in ["photo", "name"] {
        parts.extend(pictures.bytes(id));
    }
    Ok(parts)
}

fn record<'r, 'a>(dump: &Dump, records: &'r [Record<'a>], file: &File) -> Result<&'r Record<'a>, Check> {
    records.iter().find(|record| record.file.name == file.name).ok_or_else(|| absent(ID, dump, file.name))
}

/// Where a record is not what its table says.
pub(super) fn problem(record: &Record<'_>) -> Evidence {
    let detail = record.problems.first().map(ToString::to_string).unwrap_or_default();
    Evidence::new().with("file", record.file.name).with("detail", detail)
}
