//! The proofs that the chip holds its key: active authentication, and chip authentication (ICAO Doc 9303-11 6).

use crate::{
    cards::{ReadError, model::ReadContext},
    dump::{CHALLENGE_RANDOM, Challenge, ChallengeResponse, HexBytes, NotRead},
    iso7816::{Command, FileReadError, Le, Response, SHORT_ANSWER, SecureChannel, SecureReadError, Status},
};

use super::{
    access::{self, AccessError, Channel, ChipAuthentication, Next},
    chip::{active_challenge, signed_infos},
    files::{self, DG1, DG14, DG15},
    open::{broken, opened, reopen, secure},
    tree::whole,
};

/// INTERNAL AUTHENTICATE with a challenge of this reading, if the security object lists the key.
pub(super) fn active_authentication(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    if context.dump.file(DG15.name).is_none() {
        return Ok(());
    }
    let random = context.nonces.draw(CHALLENGE_RANDOM)?;
    let time = context.dump.read_at;
    let challenge = active_challenge(time, &random);
    // A signature of more than 1,500 bits does not fit a short answer under secure messaging.
    let mut le = if opened(&mut context.own)?.form.is_extended() { Le::Extended } else { Le::Short(256) };
    let key = context.dump.file(DG15.name).and_then(|file| whole(file, DG15.own.tag).ok());
    let length = key.and_then(|key| access::active_length(key.value)).unwrap_or_default();
    let mut repeated = false;
    let answer = loop {
        let answer = secure(context, &Command::with_le([0x00, 0x88, 0x00, 0x00], &challenge, le));
        let shorter = shorter((le, length), &answer).filter(|_| !repeated);
        repeated |= shorter.is_some();
        match (answer, shorter) {
            (Ok(_), Some(shorter)) => le = shorter,
            // The link, not the chip: it is asked again. The same if the chip ended the session over the length.
            (Err(SecureReadError::Lost { detail, status }), shorter) if shorter.is_some() || status.is_none() => {
                if !reopen(context)? {
                    return Err(broken(detail));
                }
                le = shorter.unwrap_or(Le::Short(256));
            }
            (answer, _) => break answered(context, answer)?,
        }
    };
    if is_cut((le, length), &answer) {
        too_long(context, files::ACTIVE);
        return Ok(());
    }
    context.dump.challenged(files::ACTIVE, Challenge { time, random: HexBytes(random), answer });
    Ok(())
}

/// The Le to ask for a proof with once more, if the chip complains of this one: with a status word, or with an answer without data.
/// `length` is that of the proof, if its key shows it.
fn shorter((le, length): (Le, usize), answer: &Result<Response, SecureReadError>) -> Option<Le> {
    let (status, goes_on) = match answer {
        Ok(Response { data, status }) if data.is_empty() => (*status, true),
        Err(SecureReadError::Lost { status: Some(status), .. }) => (*status, false),
        _ => return None,
    };
    let named = status.exact_length();
    if named.is_none() && !status.is_ok() && status != Status::WRONG_LENGTH {
        return None;
    }
    let long = u16::try_from(length).ok().filter(|length| *length > SHORT_ANSWER);
    let shorter = match (named, long) {
        // No short answer holds it, and extended commands pass as far as anybody knows.
        (_, Some(length)) if goes_on && le == Le::Extended => Le::Exact(length),
        (Some(named @ 1..), _) => Le::Short(named.into()),
        _ => Le::Short(256),
    };
    (shorter != le).then_some(shorter)
}

/// Whether an answer of so many bytes was cut or refused for want of extended APDUs: it shows nothing, and is not the chip's fault. To an
/// extended command only a word about the length says so.
fn is_cut((le, length): (Le, usize), answer: &ChallengeResponse) -> bool {
    let cut = match (le, answer) {
        (Le::Short(_), ChallengeResponse::Signature(answer)) => answer.0.len() < length,
        (Le::Short(_), ChallengeResponse::Refused(_)) => true,
        (_, ChallengeResponse::Signature(_)) => false,
        (_, ChallengeResponse::Refused(status)) => status.starts_with("67") || status.starts_with("6C"),
    };
    cut && length > SHORT_ANSWER.into()
}

/// A proof that a short APDU does not carry.
fn too_long(context: &mut ReadContext<'_, '_>, proof: &str) {
    let detail = "the proof is longer than a short APDU, and no extended one passes".to_owned();
    context.dump.lacks(proof, NotRead::Unreadable { detail });
}

/// What a proof's command brought; a session that it ended is opened again.
fn answered(
    context: &mut ReadContext<'_, '_>,
    answer: Result<Response, SecureReadError>,
) -> Result<ChallengeResponse, ReadError> {
    match answer {
        Ok(Response { data, status }) if status.is_ok() => Ok(ChallengeResponse::Signature(HexBytes(data))),
        Ok(Response { status, .. }) => Ok(ChallengeResponse::Refused(status.to_string())),
        Err(SecureReadError::Lost { detail, status }) => {
            if !reopen(context)? {
                return Err(broken(detail));
            }
            Ok(ChallengeResponse::Refused(status.map_or_else(|| "0000".to_owned(), |status| status.to_string())))
        }
        Err(SecureReadError::Read(FileReadError::Card(error))) => Err(error.into()),
        Err(SecureReadError::Read(error)) => Err(broken(error.to_string())),
    }
}

/// Chip authentication, if the signed data offer it in a form that is supported; then the chip answers once under the new keys.
pub(super) fn chip_authentication(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let infos = context.dump.file(DG14.name).and_then(signed_infos);
    let Some(option) = infos.and_then(|infos| infos.chip_authentication()) else { return Ok(()) };
    loop {
        let draw = &mut |count| Ok::<_, ReadError>(context.nonces.draw(count)?);
        let mut protocol = ChipAuthentication::new(option.clone(), draw)?;
        // A link without extended APDUs does not carry a long key: the proof is not made, which is not the chip's fault.
        if protocol.is_long() && !opened(&mut context.own)?.form.is_extended() {
            too_long(context, files::CHIP_AUTHENTICATION);
            return Ok(());
        }
        let private = protocol.random().to_vec();
        let Some(answer) = agree(context, &mut protocol)? else { continue };
        let challenge = Challenge { time: context.dump.read_at, random: HexBytes(private), answer };
        context.dump.challenged(files::CHIP_AUTHENTICATION, challenge);
        return Ok(());
    }
}

/// One run of chip authentication. `None` if the link broke the session, which is open again in a smaller form.
fn agree(
    context: &mut ReadContext<'_, '_>,
    protocol: &mut ChipAuthentication,
) -> Result<Option<ChallengeResponse>, ReadError> {
    let mut command = protocol.begin();
    loop {
        let answer = match secure(context, &command) {
            Ok(answer) => answer,
            Err(SecureReadError::Lost { status: None, detail }) => {
                return if reopen(context)? { Ok(None) } else { Err(broken(detail)) };
            }
            Err(error) => return answered(context, Err(error)).map(Some),
        };
        match protocol.next(&answer) {
            Ok(Next::Send(following)) => command = following,
            Ok(Next::Done(channel)) => return first_answer(context, channel),
            Err(AccessError::Status(status) | AccessError::Refused(status) | AccessError::NotSupported(status)) => {
                return Ok(Some(ChallengeResponse::Refused(status.to_string())));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The chip's first answer under the new keys, as it came: a byte of data group 1.
fn first_answer(
    context: &mut ReadContext<'_, '_>,
    mut channel: Channel,
) -> Result<Option<ChallengeResponse>, ReadError> {
    let command = Command::read_sfi(DG1.sfi(), 0, Le::Short(1));
    let wrapped = channel.wrap(&command, 0).map_err(|error| broken(error.to_string()))?;
    let response = context.session.send(&wrapped)?;
    let raw = response.data.clone();
    if channel.unwrap(response).is_ok() {
        opened(&mut context.own)?.channel = Box::new(channel);
        return Ok(Some(ChallengeResponse::Signature(HexBytes(raw))));
    }
    // A chip without the key ends the session in plain; anything else may be the link, which a smaller form shows.
    let again = reopen(context)?;
    Ok(if raw.is_empty() || !again { Some(ChallengeResponse::Signature(HexBytes(raw))) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_asked_for_once_more_with_the_length_that_the_chip_or_its_key_names() {
        let complaint = |status: u16| Ok(Response { data: Vec::new(), status: Status(status) });
        for (status, length, asked) in [
            (0x6C10, 0, Some(Le::Short(0x10))),
            (0x6C00, 0, Some(Le::Short(256))),
            (0x6700, 0, Some(Le::Short(256))),
            (0x9000, 0, Some(Le::Short(256))),
            (0x6985, 0, None),
            // What a short answer does not hold.
            (0x6700, 223, Some(Le::Short(256))),
            (0x6700, 224, Some(Le::Exact(224))),
            (0x6C10, 224, Some(Le::Exact(224))),
        ] {
            assert_eq!(shorter((Le::Extended, length), &complaint(status)), asked, "{status:04X} {length}");
        }
        assert_eq!(shorter((Le::Short(256), 0), &complaint(0x6700)), None, "there is no other");
        let lost = |status| Err(SecureReadError::Lost { detail: String::new(), status });
        assert_eq!(shorter((Le::Extended, 224), &lost(Some(Status::WRONG_LENGTH))), Some(Le::Short(256)));
        assert_eq!(shorter((Le::Extended, 224), &lost(None)), None);
        let given = Ok(Response { data: vec![1], status: Status::OK });
        assert_eq!(shorter((Le::Extended, 224), &given), None);
    }

    #[test]
    fn an_answer_that_fits_a_short_apdu_is_never_taken_for_a_cut_one() {
        let came = |length| ChallengeResponse::Signature(HexBytes(vec![0; length]));
        let refused = ChallengeResponse::Refused("6700".to_owned());
        const SHORT: Le = Le::Short(256);
        // RSA-2048 needs 256 bytes, RSA-1024 128; the length of an ECDSA signature is not known.
        assert!(is_cut((SHORT, 256), &came(223)) && is_cut((SHORT, 256), &came(0)) && is_cut((SHORT, 256), &refused));
        assert!(!is_cut((SHORT, 256), &came(256)) && !is_cut((SHORT, 256), &came(257)));
        for short in [0, 128, 223] {
            assert!(!is_cut((SHORT, short), &came(1)) && !is_cut((SHORT, short), &refused), "{short}");
        }
        // To an extended command only a complaint of its length is none of the key's.
        let other = ChallengeResponse::Refused("6985".to_owned());
        let named = ChallengeResponse::Refused("6C00".to_owned());
        assert!(is_cut((Le::Exact(256), 256), &refused) && is_cut((Le::Exact(256), 256), &named));
        assert!(!is_cut((Le::Exact(256), 256), &other) && !is_cut((Le::Exact(256), 256), &came(0)));
    }
}
