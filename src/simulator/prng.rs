//! The simulator's random numbers: splitmix64, so that a seed gives the same card for ever.
//!
//! Algorithm: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014), figure 17. It is
//! not a cryptographic generator and does not need to be one: its output is invented names and published simulated data.

use crate::transport::{
    Nonces,
    nonces::{MAX_DRAW, NonceError},
};

/// A splitmix64 generator.
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator at its seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1; 0 for a bound of 0. The remainder's bias does not matter here.
    pub fn below(&mut self, bound: u16) -> u16 {
        let remainder = self.next_u64().checked_rem(u64::from(bound)).unwrap_or(0);
        u16::try_from(remainder).unwrap_or(0)
    }

    /// One of the items; the default of an empty list.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let at = self.below(u16::try_from(items.len()).unwrap_or(u16::MAX));
        items.get(usize::from(at)).copied().unwrap_or_default()
    }

    /// So many random bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count.saturating_add(8));
        while bytes.len() < count {
            bytes.extend(self.next_u64().to_be_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// So many ASCII digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0))).collect()
    }
}

/// Nonces of a seed: anybody who reads with them reads the same way every time. For simulated cards alone; a challenge that
/// anybody can foresee proves nothing about a real one.
#[derive(Debug, Clone)]
pub struct SeededNonces(SplitMix64);

impl SeededNonces {
    /// The draws of a seed. They are another stream than the holder's.
    pub fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed ^ 0x7461_696D_656E_4452))
    }
}

impl Nonces for SeededNonces {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        if bytes > MAX_DRAW { Err(NonceError::TooMany) } else { Ok(self.0.bytes(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_published_sequence() {
        // The first outputs for seed 1234567, as the algorithm's reference implementation prints them.
        let mut random = SplitMix64::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn stays_in_bounds() {
        let mut random = SplitMix64::new(1);
        assert!((0..1_000).all(|_| random.below(7) < 7));
        assert_eq!(random.below(0), 0);
        assert_eq!(random.bytes(13).len(), 13);
        assert!(random.digits(40).bytes().all(|digit| digit.is_ascii_digit()));
        assert_eq!(random.pick::<u8>(&[]), 0);
    }
}
