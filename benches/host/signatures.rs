//! The yardstick: RSA verifications, and nothing else.

use taimen::{
    cards::my_number::{CvCertificate, files},
    dump::{ChallengeResponse, Dump},
};

/// A given number of signature checks, keys parsed before. A signature that does not fit costs as much as one that
/// does.
pub fn checks(dump: &Dump) -> impl Fn(usize) + use<> {
    let file = dump.file(files::FACE_CERTIFICATE.name).unwrap().to_vec();
    let challenge = dump.challenge("face").unwrap();
    let ChallengeResponse::Signature(answer) = &challenge.answer else { panic!("an honest card answers") };
    let (message, answer) = (challenge.message(), answer.0.clone());
    move |count| {
        let key = CvCertificate::parse(&file).unwrap().key.unwrap();
        for _ in 0..count {
            let _ = std::hint::black_box(key.verify_sha256(&[&message], &answer));
        }
    }
}
