//! Whether the chip holds a key that the issuer signed: active authentication, chip authentication, chip authentication mapping
//! (ICAO Doc 9303-11 6; spec passport 8, 9, 5.4, 13).

use jiff::Timestamp;

use crate::{
    cards::{Warning, absent::absent},
    crypto::sha256,
    dump::{CHALLENGE_RANDOM, ChallengeResponse, Dump, NotRead, challenge_message},
    trust::TrustStore,
    verify::{Basis, Check, CheckId, Evidence, Reason, Verdict, Why},
};

use super::{
    access::{self, Mapping, SecurityInfos},
    checks::Facts,
    files::{self, CARD_ACCESS, CARD_SECURITY, DG14, DG15, File},
    mapping::{self, Authority},
    tree::whole,
};

/// Bytes of the challenge of active authentication.
pub const CHALLENGE: usize = 8;

/// RND.IFD: the first bytes of SHA-256 of label, time and random bytes, so that the answer is bound to this reading and a signature
/// over it serves nothing else.
pub fn active_challenge(time: Timestamp, random: &[u8]) -> Vec<u8> {
    sha256(&[&challenge_message(time, random)]).into_iter().take(CHALLENGE).collect()
}

/// What the chip says about its protocols: in plain, and signed.
pub(super) struct Options {
    pub plain: Option<SecurityInfos>,
    pub signed: Option<SecurityInfos>,
}

impl Options {
    pub fn of(dump: &Dump) -> Self {
        let plain = dump.file(CARD_ACCESS.name).and_then(|bytes| SecurityInfos::parse(bytes).ok());
        Self { plain, signed: dump.file(DG14.name).and_then(signed_infos) }
    }

    /// Whether bytes are an EF.CardAccess that offers PACE.
    pub fn offers_pace(bytes: &[u8]) -> bool {
        SecurityInfos::parse(bytes).is_ok_and(|infos| !infos.pace.is_empty())
    }
}

/// The SecurityInfos in data group 14.
pub(super) fn signed_infos(file: &[u8]) -> Option<SecurityInfos> {
    SecurityInfos::parse(whole(file, DG14.own.tag).ok()?.value).ok()
}

/// The check, whether it is required, and what else is odd.
pub(super) struct ChipKey {
    pub check: Check,
    pub offered: bool,
    pub warnings: Vec<Warning>,
}

/// One proof: its outcome, and the evidence for it.
struct Proof {
    name: &'static str,
    file: &'static str,
    verdict: Verdict,
    evidence: Evidence,
}

impl Proof {
    fn new(name: &'static str, file: &'static File, verdict: Verdict) -> Self {
        Self { name, file: file.file.name, verdict, evidence: Evidence::new().with("proof", name) }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.evidence = self.evidence.with(name, value);
        self
    }
}

const AA: &str = "active authentication";
const CA: &str = "chip authentication";
const CAM: &str = "chip authentication mapping";

/// The check of the chip's key. It is required exactly if the signed data offer one; what the signed data list and the chip does not
/// give is withheld.
pub(super) fn chip_key(
    facts: &Facts<'_>,
    (trust, document): (&TrustStore, &Authority),
    signature: &Check,
    data: &Check,
) -> ChipKey {
    let id = CheckId::ChipKey;
    let alone = |check, offered| ChipKey { check, offered, warnings: Vec::new() };
    if facts.sod().is_none() {
        return alone(Check::not_done(id, Why::DependsOn(signature.id), Evidence::new()), false);
    }
    let [options, key] = [&DG14, &DG15].map(|file| (facts.lists(file), facts.dump.file(file.name)));
    let offers_ca = facts.options.signed.as_ref().is_some_and(|infos| !infos.chip_keys.is_empty());
    let offers_cam = facts.options.signed.as_ref().is_some_and(SecurityInfos::offers_mapping);
    // Data group 14 that is withheld or cannot be read may hold a key.
    let unread = options.0 && facts.options.signed.is_none();
    let offered = key.0 || offers_ca || offers_cam || unread;
    if !offered {
        return alone(Check::not_done(id, Why::NotOffered, Evidence::new()), false);
    }
    for (file, (listed, read)) in [(&DG14, options), (&DG15, key)] {
        if listed && read.is_none() {
            return alone(withheld(id, facts.dump, file), true);
        }
    }
    if let Err(check) = data.required_by(id) {
        // The hashes hold all the same: of a document of another kind, and of data that cannot be shown.
        if !matches!(data.verdict, Verdict::NotDone(Why::NotABook | Why::LayoutUnknown)) {
            return alone(check, true);
        }
    }
    let mut proofs = Vec::new();
    if key.0 {
        proofs.push(active(facts));
    }
    if offers_ca {
        proofs.push(chip_authentication(facts));
    }
    if offers_cam {
        proofs.push(mapped(facts, trust, document));
    }
    // One that passed is enough; else a failure, else what is open.
    proofs.sort_by_key(|proof| match proof.verdict {
        Verdict::Passed => 0,
        Verdict::Failed(_) => 1,
        Verdict::NotDone(_) => 2,
    });
    let mut proofs = proofs.into_iter();
    let Some(first) = proofs.next() else {
        let why = if unread { Why::LayoutUnknown } else { Why::NotRead };
        return alone(Check::not_done(id, why, Evidence::new()), true);
    };
    let warnings = proofs.filter_map(|proof| match (first.verdict, proof.verdict) {
        (Verdict::Passed, Verdict::Failed(reason)) => {
            let detail = format!("{} failed ({}), although {} passed", proof.name, reason.as_str(), first.name);
            Some(Warning { file: proof.file, detail })
        }
        _ => None,
    });
    let warnings = warnings.collect();
    ChipKey { check: Check { id, verdict: first.verdict, evidence: first.evidence }, offered: true, warnings }
}

/// A file that the signed list names and the chip does not give: withheld, unless nobody asked the chip.
fn withheld(id: CheckId, dump: &Dump, file: &'static File) -> Check {
    match dump.not_read(file.name) {
        Some(NotRead::Status { status }) => Check::failed(
            id,
            Reason::KeyWithheld,
            Evidence::new().with("file", file.name).with("status", status.clone()),
        ),
        Some(NotRead::Malformed { detail }) => Check::failed(
            id,
            Reason::KeyWithheld,
            Evidence::new().with("file", file.name).with("detail", detail.clone()),
        ),
        // A dump without it, that says no reason or another: whoever saved it may have taken it out.
        None | Some(NotRead::NotOnCard) => {
            Check::failed(id, Reason::KeyWithheld, Evidence::new().with("file", file.name))
        }
        Some(_) => absent(id, dump, file.name),
    }
}

/// A proof that was not made, with the reason that the dump has.
fn unmade(proof: Proof, dump: &Dump, challenge: &str) -> Proof {
    match dump.not_read(challenge) {
        Some(NotRead::Unreadable { detail }) => proof.with("detail", detail.clone()),
        _ => proof,
    }
}

fn active(facts: &Facts<'_>) -> Proof {
    let Some(challenge) = facts.dump.challenge(files::ACTIVE) else {
        return unmade(Proof::new(AA, &DG15, Verdict::NotDone(Why::NotRead)), facts.dump, files::ACTIVE);
    };
    let evidence = |proof: Proof| {
        proof
            .with("challenge_time", challenge.time.to_string())
            .with("challenge_random", hex::encode(&challenge.random.0))
    };
    let proof = |verdict| evidence(Proof::new(AA, &DG15, verdict));
    if challenge.time != facts.dump.read_at || challenge.random.0.len() != CHALLENGE_RANDOM {
        let proof = proof(Verdict::Failed(Reason::ChallengeMismatch));
        return proof.with("detail", "the challenge is not one of this reading");
    }
    let answer = match &challenge.answer {
        ChallengeResponse::Refused(status) => {
            return proof(Verdict::Failed(Reason::ChallengeRefused)).with("status", status.clone());
        }
        ChallengeResponse::Signature(answer) => &answer.0,
    };
    let key = facts.dump.file(DG15.name).and_then(|file| Some(whole(file, DG15.own.tag).ok()?.value));
    let named = facts.options.signed.as_ref().map(|infos| infos.active).unwrap_or_default();
    let random = active_challenge(challenge.time, &challenge.random.0);
    match access::verify_active(key.unwrap_or_default(), named, &random, answer) {
        Ok(scheme) => proof(Verdict::Passed).with("scheme", scheme.to_string()),
        Err(error) if error.is_unsupported() => {
            proof(Verdict::NotDone(Why::UnsupportedAlgorithm)).with("detail", error.to_string())
        }
        Err(error) => proof(Verdict::Failed(Reason::ChallengeMismatch)).with("detail", error.to_string()),
    }
}

/// Whether evidence that whoever saved the reading could have made up counts.
fn self_reported(basis: Basis, verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Passed if !basis.vouches() => Verdict::NotDone(Why::SelfReported),
        verdict => verdict,
    }
}

fn chip_authentication(facts: &Facts<'_>) -> Proof {
    let proof = |verdict| Proof::new(CA, &DG14, self_reported(facts.basis, verdict));
    let option = facts.options.signed.as_ref().and_then(SecurityInfos::chip_authentication);
    let Some(challenge) = facts.dump.challenge(files::CHIP_AUTHENTICATION) else {
        if option.is_none() {
            return proof(Verdict::NotDone(Why::UnsupportedAlgorithm));
        }
        return unmade(proof(Verdict::NotDone(Why::NotRead)), facts.dump, files::CHIP_AUTHENTICATION);
    };
    let answer = match &challenge.answer {
        ChallengeResponse::Refused(status) => {
            return proof(Verdict::Failed(Reason::ChallengeRefused)).with("status", status.clone());
        }
        ChallengeResponse::Signature(answer) => &answer.0,
    };
    let Some(option) = option else { return proof(Verdict::NotDone(Why::UnsupportedAlgorithm)) };
    let scheme = option.to_string();
    match access::verify_chip(&option, &challenge.random.0, answer) {
        Ok(()) => proof(Verdict::Passed).with("scheme", scheme),
        Err(error) => {
            proof(Verdict::Failed(Reason::ChallengeMismatch)).with("scheme", scheme).with("detail", error.to_string())
        }
    }
}

fn mapped(facts: &Facts<'_>, trust: &TrustStore, document: &Authority) -> Proof {
    let proof = |verdict| Proof::new(CAM, &CARD_SECURITY, self_reported(facts.basis, verdict));
    let Some(challenge) = facts.dump.challenge(files::MAPPING) else { return unmapped(facts) };
    if challenge.answer.is_nothing() {
        let proof = proof(Verdict::Failed(Reason::KeyWithheld));
        return proof.with("detail", "the chip left its proof out of the last answer of PACE");
    }
    let Some(file) = facts.dump.file(CARD_SECURITY.name) else {
        return proof(Verdict::Failed(Reason::KeyWithheld)).with("file", CARD_SECURITY.name);
    };
    let ChallengeResponse::Signature(answer) = &challenge.answer else {
        return proof(Verdict::Failed(Reason::ChallengeRefused));
    };
    let (verdict, detail) = mapping::verdict(file, &challenge.random.0, &answer.0, trust, document, facts.basis.at());
    match detail {
        Some(detail) => proof(verdict).with("detail", detail),
        None => proof(verdict),
    }
}

/// Why the dump holds no mapping although the signed data offer one. The chip withheld it if EF.CardAccess does not offer it, or if
/// the chip refused it.
fn unmapped(facts: &Facts<'_>) -> Proof {
    let proof = |verdict| Proof::new(CAM, &CARD_ACCESS, verdict);
    let Some(plain) = &facts.options.plain else {
        let Check { verdict, evidence, .. } = withheld(CheckId::ChipKey, facts.dump, &CARD_ACCESS);
        return Proof { evidence: evidence.with("proof", CAM), ..proof(verdict) };
    };
    if let Some(ChallengeResponse::Refused(status)) = facts.dump.challenge(files::PACE).map(|asked| &asked.answer) {
        return proof(Verdict::Failed(Reason::KeyWithheld)).with("status", status.clone());
    }
    if !plain.offers_mapping() {
        return proof(Verdict::Failed(Reason::KeyWithheld)).with("file", CARD_ACCESS.name);
    }
    if plain.preferred().is_none_or(|option| option.info.mapping != Mapping::ChipAuthentication) {
        return proof(Verdict::NotDone(Why::UnsupportedAlgorithm));
    }
    unmade(proof(Verdict::NotDone(Why::NotRead)), facts.dump, files::MAPPING)
}

/// Whether the chip was opened with what it offers: every access protocol in the signed data was offered before the reading, and the
/// one that was chosen was not refused. Else somebody on the link may have forced a weaker one.
pub(super) fn access_agrees(facts: &Facts<'_>, signature: &Check) -> Check {
    let id = CheckId::AccessAgrees;
    let plain = facts.options.plain.as_ref();
    let refused = facts.dump.challenge(files::PACE).map(|asked| &asked.answer);
    let chosen = plain.and_then(SecurityInfos::preferred).map(|option| option.info.to_string());
    let used = chosen.clone().filter(|_| refused.is_none()).unwrap_or_else(|| "BAC".to_owned());
    let evidence = Evidence::new().with("used", used);
    let signed = facts.options.signed.as_ref().filter(|_| facts.holds(&DG14)).map(|infos| infos.pace.as_slice());
    let plain = plain.map(|infos| infos.pace.as_slice()).unwrap_or_default();
    let hidden: Vec<String> =
        signed.unwrap_or_default().iter().filter(|info| !plain.contains(info)).map(ToString::to_string).collect();
    if !hidden.is_empty() {
        return Check::failed(id, Reason::ProtocolHidden, evidence.with("hidden", hidden.join(", ")));
    }
    if let Some(answer) = refused {
        let status = match answer {
            ChallengeResponse::Refused(status) => status.as_str(),
            ChallengeResponse::Signature(_) => "–",
        };
        let evidence = evidence.with("refused", chosen.unwrap_or_default()).with("status", status);
        return Check::failed(id, Reason::ProtocolRefused, evidence);
    }
    // What the list of hashes covers is signed only if the list is.
    if let (Some(_), Err(check)) = (signed, signature.required_by(id)) {
        return check;
    }
    match signed {
        None => Check::not_done(id, Why::NotOnCard, evidence.with("file", DG14.name)),
        Some([]) => Check::not_done(id, Why::NotOnCard, evidence.with("detail", "no protocol is signed")),
        // Nobody signed EF.CardAccess.
        Some(signed) => Check {
            id,
            verdict: self_reported(facts.basis, Verdict::Passed),
            evidence: evidence.with("protocols", signed.len().to_string()),
        },
    }
}
