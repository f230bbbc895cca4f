//! The yardsticks: signatures and nothing else, by our own back end and by `openssl speed`.

use std::{
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use taimen::crypto::{EcPublicKey, EcdsaForm, PublicKey, Sha256Hash, sha256};

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

/// How long a round may last: far less than the time that a busy system gives a program before it lets another one run.
const ROUND: Duration = Duration::from_micros(300);

/// The least of many short rounds, in seconds a call: what the work costs if nobody disturbs it.
pub fn seconds(mut work: impl FnMut()) -> f64 {
    let mut round = |calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed().as_secs_f64() / f64::from(calls)
    };
    let once = (0..5).map(|_| round(1)).fold(f64::MAX, f64::min);
    let calls = (ROUND.as_secs_f64() / once).clamp(1.0, 1_000.0) as u32;
    (0..400).map(|_| round(calls)).fold(once, f64::min)
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

/// Our own operations and nothing else, keys parsed before.
pub struct Ours {
    key: PublicKey,
    hash: Sha256Hash,
    point: EcPublicKey,
    signature: Vec<u8>,
}

impl Ours {
    pub fn new() -> Self {
        Self {
            key: key(),
            hash: sha256(&[b"x"]),
            point: EcPublicKey::from_point(&hex::decode(POINT).unwrap()).unwrap(),
            signature: hex::decode(SIGNATURE).unwrap(),
        }
    }

    pub fn rsa(&self) {
        assert!(black_box(self.key.verify_sha256(&[b"x"], &[0x35; 256])).is_err());
    }

    pub fn block(&self) {
        assert!(black_box(self.key.verify_triple_sha256(&[self.hash; 3], &[0x35; 256])).is_err());
    }

    pub fn p384(&self) {
        self.point.verify_sha256(&[b"sample"], &self.signature, EcdsaForm::Fixed).unwrap();
    }

    /// What each takes.
    pub fn rates(&self) -> Rates {
        Rates { rsa: seconds(|| self.rsa()), block: seconds(|| self.block()), p384: seconds(|| self.p384()) }
    }
}

/// What `openssl speed` says in this run: seconds a verification of RSA-2048 and P-384, on so many cores at once. Of `elapsed` time, else of
/// the processor's.
pub fn openssl(cores: usize, elapsed: bool) -> Option<(f64, f64)> {
    let mut command = Command::new("openssl");
    command.args(["speed", "-mr", "-seconds", "1"]).args(elapsed.then_some("-elapsed"));
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
