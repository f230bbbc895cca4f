//! The yardsticks: signatures and nothing else, by our own back end and by `openssl speed`.

use std::{hint::black_box, process::Command, time::Instant};

use taimen::crypto::{EcPublicKey, EcdsaForm, PublicKey, sha256};

/// Seconds that one of each operation takes.
#[derive(Clone, Copy)]
pub struct Rates {
    /// RSA-2048, DigestInfo of SHA-256.
    pub rsa: f64,
    /// RSA-2048 over a block that no standard names.
    pub block: f64,
    /// ECDSA P-384.
    pub p384: f64,
}

/// The least of several rounds, in seconds a call: what the work costs if nobody disturbs it.
pub fn seconds(calls: u32, mut work: impl FnMut()) -> f64 {
    let rounds = (0..15).map(|_| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed().as_secs_f64() / f64::from(calls)
    });
    rounds.fold(f64::MAX, f64::min)
}

/// A modulus and a signature that does not fit it cost as much as those that fit.
fn key() -> PublicKey {
    let mut modulus = [0xC5; 256];
    modulus.iter_mut().zip(0_u8..=255).for_each(|(byte, at)| *byte ^= at.wrapping_mul(29));
    (modulus[0], modulus[255]) = (0xD1, 0x97);
    PublicKey::new(&modulus, &[1, 0, 1]).unwrap()
}

/// RFC 6979 A.2.6: P-384, SHA-256, message "sample".
const POINT: &str = "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451548\
                     0bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd25\
                     33264720";
const SIGNATURE: &str = "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd\
                         f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0";

/// What our own operations take, keys parsed before.
pub fn ours() -> Rates {
    let key = key();
    let signature = [0x35; 256];
    let hash = sha256(&[b"x"]);
    let point = EcPublicKey::from_point(&hex::decode(POINT).unwrap()).unwrap();
    let ec_signature = hex::decode(SIGNATURE).unwrap();
    Rates {
        rsa: seconds(40, || assert!(black_box(key.verify_sha256(&[b"x"], &signature)).is_err())),
        block: seconds(20, || assert!(black_box(key.verify_triple_sha256(&[hash; 3], &signature)).is_err())),
        p384: seconds(5, || point.verify_sha256(&[b"sample"], &ec_signature, EcdsaForm::Fixed).unwrap()),
    }
}

/// What `openssl speed` says in this run: seconds a verification of RSA-2048 and P-384, on so many cores at once.
pub fn openssl(cores: usize) -> Option<(f64, f64)> {
    let mut command = Command::new("openssl");
    command.args(["speed", "-mr", "-seconds", "1"]);
    if cores > 1 {
        command.args(["-multi", &cores.to_string()]);
    }
    let output = command.args(["rsa2048", "ecdsap384"]).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // +F2:index:bits:signatures a second:verifications a second; F4 for ECDSA. With -multi only the sums come last.
    let figure = |mark: &str, bits: &str| {
        let line = text.lines().rev().find(|line| line.starts_with(mark) && line.split(':').nth(2) == Some(bits))?;
        line.split(':').nth(4)?.trim().parse::<f64>().ok().map(f64::recip)
    };
    Some((figure("+F2", "2048")?, figure("+F4", "384")?))
}
