//! The chip's answer to our challenge.

use crate::{
    crypto::PublicKey,
    dump::{CHALLENGE_RANDOM, ChallengeResponse, Dump},
    verify::{Check, CheckId, Evidence, Reason, Why},
};

use super::{
    super::{certificate::CertificateError, files::Application},
    outcome::unsupported_key,
};

/// The chip's answer to our challenge, under a key that `covered_by` covers.
pub(super) fn chip_check(
    id: CheckId,
    dump: &Dump,
    application: Application,
    covered_by: &Check,
    key: Option<Result<PublicKey, CertificateError>>,
) -> Check {
    if let Err(check) = covered_by.required_by(id) {
        return check;
    }
    let Some(challenge) = dump.challenge(application.name) else {
        return Check::not_done(id, Why::NotRead, Evidence::new());
    };
    let key = match key {
        Some(Ok(key)) => key,
        Some(Err(error)) => return unsupported_key(id, Evidence::new(), &error),
        None => return Check::not_done(id, Why::NotRead, Evidence::new()),
    };
    let evidence = Evidence::new()
        .with("challenge_time", challenge.time.to_string())
        .with("challenge_random", hex::encode(&challenge.random.0))
        .with("scheme", "RSA-2048 PKCS#1 v1.5, SHA-256");
    // The chip signed the challenge's time: a dump whose reading time was edited afterwards does not fit it any more.
    if challenge.time != dump.read_at || challenge.random.0.len() != CHALLENGE_RANDOM {
        let evidence = evidence.with("detail", "the challenge is not one of this reading");
        return Check::failed(id, Reason::ChallengeMismatch, evidence);
    }
    match &challenge.answer {
        ChallengeResponse::Refused(status) => {
            Check::failed(id, Reason::ChallengeRefused, evidence.with("status", status.clone()))
        }
        ChallengeResponse::Signature(answer) => match key.verify_sha256(&[&challenge.message()], &answer.0) {
            Ok(()) => Check::passed(id, evidence),
            Err(_) => Check::failed(id, Reason::ChallengeMismatch, evidence),
        },
    }
}
