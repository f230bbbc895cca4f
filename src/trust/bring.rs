//! Adds the CSCAs of passports and the IACAs of mdocs: one certificate, several in one file, or a signed list of them: a master
//! list (spec passport 7.5), a VICAL (ISO/IEC 18013-5 annex C).

use std::{collections::BTreeSet, io, path::Path};

use jiff::Timestamp;
use x509_parser::pem::Pem;

use crate::{
    crypto::{self, cose::CoseError},
    text::whole_seconds,
    tlv::der,
};

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose, UNPINNED},
    certificate::Certificate,
    change::{AddError, Change, file_name, shown},
    directory::load_directory,
    guard::read_regular,
    import::{ImportError, MAX_FILE, import},
    manifest::Row,
    mdoc::{self, Listed, Vical, VicalError},
    passport::{self, ListError, MasterList, Refused, SignerError},
    pins,
    store::TrustStore,
};

/// What a file brought.
#[derive(Debug)]
#[non_exhaustive]
pub struct Brought {
    /// The anchors that are new.
    pub added: Vec<Anchor>,
    /// How many ship with the program, were added before, or are in the file twice.
    pub already: usize,
    /// What was not taken.
    pub refused: Vec<Left>,
    /// The states of the new anchors, two capitals each.
    pub states: BTreeSet<String>,
    /// Where a list is from.
    pub list: Option<FromList>,
}

/// A certificate that was not taken.
#[derive(Debug)]
#[non_exhaustive]
pub struct Left {
    /// Its subject, if it can be read.
    pub subject: Option<String>,
    /// SHA-256 of its DER.
    pub sha256: String,
    /// Why.
    pub why: Refused,
}

/// Who signed a list, and when.
#[derive(Debug)]
#[non_exhaustive]
pub struct FromList {
    /// The subject of the signer's certificate.
    pub signer: String,
    /// The time that it states.
    pub signed: Option<Timestamp>,
    /// Why nobody vouches for the signer; `None` if an installed anchor does.
    pub unverified: Option<SignerError>,
    /// The fingerprint of the CSCA that vouches for the signer, if a person named it.
    pub pinned: Option<String>,
}

/// Adds what a file holds to a user's folder: all that can be used, at once. A list must be signed by somebody for whom
/// an anchor of the same purpose vouches, or whose authority has the fingerprint `pin` (SHA-256 of its DER in hex) and is in
/// the file; unless `unpinned`. Of a file without a list the named certificate alone is added.
///
/// # Errors
/// [`AddError`]; nothing counts as added then. Also if nothing of the file can be used.
pub fn bring(
    folder: &Path,
    purpose: Purpose,
    file: &Path,
    unpinned: bool,
    pin: Option<&str>,
    now: Timestamp,
) -> Result<Brought, AddError> {
    let bytes = read_regular(file, passport::MAX_LIST).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => ListError::TooLarge.into(),
        _ => AddError::Io(shown(file), error.kind()),
    })?;
    let there = load_directory(folder)?;
    let trust = TrustStore::shipped()?.with(there);
    let (certificates, list) = read(purpose, &bytes, &trust, (unpinned, pin), now)?;
    let judged = match purpose {
        Purpose::Mdoc => certificates.iter().map(|one| mdoc::judge(&one.certificate, &trust)).collect(),
        _ => passport::judge(&certificates.iter().map(|one| one.certificate.clone()).collect::<Vec<_>>(), &trust),
    };

    let mut brought = Brought { added: Vec::new(), already: 0, refused: Vec::new(), states: BTreeSet::new(), list };
    let known = trust.anchors().iter().filter(|anchor| anchor.purpose == purpose);
    let (added, shipped): (Vec<_>, Vec<_>) = known.partition(|anchor| anchor.hierarchy == Hierarchy::Installed);
    let [added, shipped] = [added, shipped]
        .map(|anchors| -> BTreeSet<String> { anchors.into_iter().map(|anchor| anchor.material.sha256()).collect() });
    let mut rows: Vec<(Row, Vec<u8>)> = Vec::new();
    let mut digests = BTreeSet::new();
    for (Listed { certificate: der, doc_types }, judged) in certificates.into_iter().zip(judged) {
        let sha256 = hex::encode(crypto::sha256(&[&der]));
        let (judged, insisted) = match judged {
            Err(Refused::NotPinned) if unpinned => (Certificate::parse(&der).map_err(|_| Refused::Form), true),
            other => (other, false),
        };
        // The folder is read again with less tolerance, and one file that it refuses would make all of it count for nothing.
        let readable = |certificate| import(purpose, &der).map(|_| certificate).map_err(|_| Refused::Form);
        match judged.and_then(readable) {
            Err(why) => {
                let subject = Certificate::parse(&der).ok().map(|certificate| certificate.subject);
                brought.refused.push(Left { subject, sha256, why });
            }
            Ok(_) if shipped.contains(&sha256) => brought.already += 1,
            Ok(certificate) => {
                let source = source(purpose, file, brought.list.as_ref(), insisted);
                let row = row(purpose, &certificate, &sha256, source, now);
                // Whose fingerprint somebody compared, or this program knows, does not rest on the list.
                let from_list = brought.list.is_some() && !row.official && pin != Some(sha256.as_str());
                let row = Row { doc_types, from_list, ..row };
                let twice = rows.iter_mut().find(|(known, _)| known.sha256 == sha256);
                if added.contains(&sha256) || twice.is_some() {
                    brought.already += 1;
                } else {
                    brought.states.extend(certificate.subject_country());
                    digests.insert(sha256);
                }
                match twice {
                    Some((known, _)) => known.merge(&row),
                    None => rows.push((row, der)),
                }
            }
        }
    }
    match (digests.is_empty(), brought.already, brought.refused.as_slice()) {
        (false, ..) => {}
        (true, 0, [only]) if only.why == Refused::NotPinned => {
            let sha256 = only.sha256.clone();
            return Err(AddError::NotPinned { purpose, sha256, claims: true });
        }
        (true, 0, refused) => return Err(AddError::NothingUsable(refused.first().map(|left| left.why))),
        (true, ..) if rows.is_empty() => return Ok(brought),
        (true, ..) => {}
    }
    Change::begin(folder)?.commit(rows)?;
    let anchors = load_directory(folder)?.into_iter();
    let is_new = |anchor: &Anchor| {
        anchor.purpose == purpose
            && matches!(&anchor.material, Material::Certificate(_))
            && digests.contains(&anchor.material.sha256())
    };
    brought.added = anchors.filter(is_new).collect();
    Ok(brought)
}

/// The certificates of a file: those of a list whose signature holds, or those that are simply there.
fn read(
    purpose: Purpose,
    bytes: &[u8],
    trust: &TrustStore,
    (unpinned, pin): (bool, Option<&str>),
    now: Timestamp,
) -> Result<(Vec<Listed>, Option<FromList>), AddError> {
    let alone = |certificate| Listed { certificate, doc_types: Vec::new() };
    let pem: Vec<Pem> = Pem::iter_from_buffer(bytes).take(passport::MAX_LISTED).flatten().collect();
    let (certificates, others): (Vec<Pem>, Vec<Pem>) = pem.into_iter().partition(|block| block.label == "CERTIFICATE");
    if !certificates.is_empty() {
        let certificates = certificates.into_iter().map(|block| alone(block.contents)).collect();
        return pinned(certificates, pin).map(|certificates| (certificates, None));
    }
    if purpose == Purpose::Mdoc && bytes.first() != Some(&der::SEQUENCE) {
        return vical(bytes, trust, (unpinned, pin), now);
    }
    let list = others.into_iter().find(|block| block.label == "CMS" || block.label == "PKCS7");
    let bytes = list.map_or_else(|| bytes.to_vec(), |block| block.contents);
    let is_list = der::element(&bytes)
        .and_then(|outer| der::element(outer.content))
        .and_then(|first| der::dotted(&first))
        .is_some();
    if !is_list || purpose == Purpose::Mdoc {
        // A single certificate begins with a SEQUENCE inside.
        if bytes.len() > MAX_FILE {
            return Err(ImportError::TooLarge.into());
        }
        if Certificate::parse(&bytes).is_err() && der::element(&bytes).is_none() {
            return Err(ListError::Malformed.into());
        }
        return pinned(vec![alone(bytes)], pin).map(|certificates| (certificates, None));
    }
    let list = MasterList::parse(&bytes)?;
    let named = pin.map(|pin| {
        let found = list.all().find(|der| has(der, pin)).ok_or_else(|| AddError::PinNotThere(pin.to_owned()))?;
        Ok::<_, AddError>(trust.clone().with(vec![anchor(purpose, found, pin)]))
    });
    let named = named.transpose()?;
    let (signed, vouched) = list.verify(named.as_ref().unwrap_or(trust), now)?;
    let unverified = match vouched {
        Ok(()) => None,
        Err(error) if unpinned => Some(error),
        Err(error) => return Err(ListError::Signer(error).into()),
    };
    let signer = signed.certificate.subject;
    let pinned = pin.filter(|_| unverified.is_none()).map(str::to_owned);
    Ok((
        list.certificates.into_iter().map(alone).collect(),
        Some(FromList { signer, signed: signed.signing_time, unverified, pinned }),
    ))
}

fn has(der: &[u8], pin: &str) -> bool {
    hex::encode(crypto::sha256(&[der])) == pin
}

/// The certificates, or the one of them whose fingerprint was named.
fn pinned(mut certificates: Vec<Listed>, pin: Option<&str>) -> Result<Vec<Listed>, AddError> {
    if let Some(pin) = pin {
        certificates.retain(|one| has(&one.certificate, pin));
        if certificates.is_empty() {
            return Err(AddError::PinNotThere(pin.to_owned()));
        }
    }
    Ok(certificates)
}

/// A certificate whose fingerprint somebody compared: it vouches for one list.
fn anchor(purpose: Purpose, der: &[u8], pin: &str) -> Anchor {
    Anchor {
        purpose,
        hierarchy: Hierarchy::Installed,
        name: pin.to_owned(),
        material: Material::Certificate(der.to_vec()),
        source: String::new(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    }
}

/// The certificates of a VICAL whose signature holds, with what each may vouch for.
fn vical(
    bytes: &[u8],
    trust: &TrustStore,
    (unpinned, pin): (bool, Option<&str>),
    now: Timestamp,
) -> Result<(Vec<Listed>, Option<FromList>), AddError> {
    let read = |trust: &TrustStore| {
        Vical::read(bytes, trust, now).map_err(|error| match error {
            // Not even CBOR: whoever handed it in meant a certificate.
            VicalError::Cbor(_) | VicalError::Cose(CoseError::Cbor(_)) => ListError::Malformed.into(),
            error => AddError::Vical(error),
        })
    };
    let mut list = read(trust)?;
    if let Some(pin) = pin {
        // The provider's root comes with the signature, or stands in the list.
        let listed = list.contents.listed.iter().map(|one| &one.certificate);
        let named = list.chain.iter().chain(listed).find(|der| has(der, pin));
        let named = named.ok_or_else(|| AddError::PinNotThere(pin.to_owned()))?;
        list = read(&trust.clone().with(vec![anchor(Purpose::Mdoc, named, pin)]))?;
    }
    if !list.vouched && !unpinned {
        return Err(AddError::Vical(VicalError::NotVouched));
    }
    let unverified = (!list.vouched).then_some(SignerError::NoAnchor);
    let from = FromList {
        pinned: pin.filter(|_| list.vouched).map(str::to_owned),
        signer: list.signer,
        signed: Some(list.contents.date),
        unverified,
    };
    Ok((list.contents.listed, Some(from)))
}

fn row(purpose: Purpose, certificate: &Certificate, sha256: &str, source: String, now: Timestamp) -> Row {
    let pin = pins::find(purpose, sha256);
    let name = pin.map_or_else(|| certificate.subject.clone(), |pin| pin.name.to_owned());
    let source = pin.map_or_else(|| source.clone(), |pin| format!("{}; {source}", pin.publication()));
    Row {
        purpose,
        name,
        file: format!("{sha256}.der"),
        sha256: sha256.to_owned(),
        source,
        official: pin.is_some(),
        doc_types: Vec::new(),
        from_list: false,
        file_sha256: Some(sha256.to_owned()),
        added: Some(whole_seconds(now).to_string()),
    }
}

/// The provenance of what a file brought.
fn source(purpose: Purpose, file: &Path, list: Option<&FromList>, insisted: bool) -> String {
    let added = format!("added by the user from {}", file_name(file));
    match list {
        None if insisted => format!("{added}; not one that Japan's known roots vouch for {UNPINNED}"),
        None => added,
        Some(list) => {
            let day = list.signed.map(|time| format!(" of {}", time.strftime("%Y-%m-%d"))).unwrap_or_default();
            let kind = if purpose == Purpose::Mdoc { "a VICAL" } else { "a master list" };
            let signer = format!("{added}, {kind}{day} signed by {}", list.signer);
            let signer = match &list.pinned {
                Some(pin) => format!("{signer}, under the authority whose SHA-256 the user gave ({pin})"),
                None => signer,
            };
            match list.unverified {
                Some(_) => format!("{signer}, for whom no installed certificate vouches {UNPINNED}"),
                None if insisted => format!("{signer}; not one that Japan's known roots vouch for {UNPINNED}"),
                None => signer,
            }
        }
    }
}
