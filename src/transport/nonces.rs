//! Where random bytes come from: randomness is an argument, so that a recording can be played back.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use crate::text::errors;

/// The most bytes of one draw: a recording's header has room for it.
pub(crate) const MAX_DRAW: usize = 512;

/// A source of random bytes.
pub trait Nonces {
    /// The next `bytes` bytes.
    ///
    /// # Errors
    /// [`NonceError`].
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError>;

    /// The next random bytes, for a key that nobody may learn, whoever records: a recording holds what came of it instead
    /// ([`Nonces::session_key`]).
    ///
    /// # Errors
    /// [`NonceError`].
    fn draw_secret(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        self.draw(bytes)
    }

    /// Something came that no recording may hold: whoever records throws all of it away.
    fn withdraw(&mut self) {}

    /// Receives the key that secure messaging agreed on from draws, so that a recording can be read again. Anybody who records
    /// keeps it; nobody else does.
    fn session_key(&mut self, _key: &[u8]) {}
}

impl<D: Nonces + ?Sized> Nonces for &mut D {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        (**self).draw(bytes)
    }

    fn draw_secret(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        (**self).draw_secret(bytes)
    }

    fn withdraw(&mut self) {
        (**self).withdraw();
    }

    fn session_key(&mut self, key: &[u8]) {
        (**self).session_key(key);
    }
}

impl<D: Nonces + ?Sized> Nonces for Box<D> {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        (**self).draw(bytes)
    }

    fn draw_secret(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        (**self).draw_secret(bytes)
    }

    fn withdraw(&mut self) {
        (**self).withdraw();
    }

    fn session_key(&mut self, key: &[u8]) {
        (**self).session_key(key);
    }
}

errors! {
    /// Why there are no random bytes.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum NonceError {
        System = "the operating system provides no random bytes",
        TooMany = "more than {MAX_DRAW} random bytes at once",
        /// Counted from 1.
        Ended(usize) = "draw {0}: the recording has no further random bytes",
        Length {
            /// The draw, from 1.
            draw: usize,
            /// Bytes in the list.
            listed: usize,
            /// Bytes wanted.
            wanted: usize,
        } = "draw {draw}: the recording has {listed} random bytes, the program wants {wanted}",
    }
}

/// The operating system's random bytes.
#[cfg(any(feature = "cli", feature = "pcsc", feature = "records"))]
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNonces;

#[cfg(any(feature = "cli", feature = "pcsc", feature = "records"))]
impl Nonces for SystemNonces {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        if bytes > MAX_DRAW {
            return Err(NonceError::TooMany);
        }
        let mut drawn = vec![0; bytes];
        getrandom::fill(&mut drawn).map_err(|_| NonceError::System)?;
        Ok(drawn)
    }
}

/// Nonces from a list, in order: those of a recording, or fixed ones for a test.
#[derive(Clone)]
pub struct ListedNonces {
    rest: VecDeque<Vec<u8>>,
    nonces: usize,
}

impl ListedNonces {
    /// These draws and no others.
    pub fn new(list: Vec<Vec<u8>>) -> Self {
        Self { rest: list.into(), nonces: 0 }
    }
}

impl Nonces for ListedNonces {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        let draw = self.nonces + 1;
        let listed = self.rest.front().ok_or(NonceError::Ended(draw))?.len();
        if listed != bytes {
            return Err(NonceError::Length { draw, listed, wanted: bytes });
        }
        self.nonces = draw;
        self.rest.pop_front().ok_or(NonceError::Ended(draw))
    }
}

impl std::fmt::Debug for ListedNonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ListedNonces({} left)", self.rest.len())
    }
}

/// Remembers what was drawn and which session keys came of it, for the header of a recording.
pub struct RecordedNonces<D> {
    inner: D,
    drawn: Vec<Vec<u8>>,
    session_keys: Vec<Zeroizing<Vec<u8>>>,
    withdrawn: bool,
}

impl<D: Nonces> RecordedNonces<D> {
    /// Nothing drawn yet.
    pub fn new(inner: D) -> Self {
        Self { inner, drawn: Vec::new(), session_keys: Vec::new(), withdrawn: false }
    }

    /// What was drawn so far, in order.
    pub fn drawn(&self) -> &[Vec<u8>] {
        &self.drawn
    }

    /// The keys of secure messaging so far, in order.
    pub fn session_keys(&self) -> impl Iterator<Item = &[u8]> {
        self.session_keys.iter().map(|key| key.as_slice())
    }

    /// Whether something came that no recording may hold.
    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn
    }

    /// What was drawn, in order.
    pub fn into_drawn(self) -> Vec<Vec<u8>> {
        self.drawn
    }
}

impl<D: Nonces> Nonces for RecordedNonces<D> {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        if bytes > MAX_DRAW {
            return Err(NonceError::TooMany);
        }
        let drawn = self.inner.draw(bytes)?;
        self.drawn.push(drawn.clone());
        Ok(drawn)
    }

    fn draw_secret(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        self.inner.draw_secret(bytes)
    }

    fn withdraw(&mut self) {
        self.withdrawn = true;
    }

    fn session_key(&mut self, key: &[u8]) {
        self.session_keys.push(Zeroizing::new(key.to_vec()));
    }
}

impl<D> std::fmt::Debug for RecordedNonces<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecordedNonces({} drawn)", self.drawn.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_strict() {
        let mut recorded = RecordedNonces::new(ListedNonces::new(vec![vec![1, 2], vec![3]]));
        assert_eq!(recorded.draw(2), Ok(vec![1, 2]));
        assert_eq!(recorded.draw(2), Err(NonceError::Length { draw: 2, listed: 1, wanted: 2 }));
        assert_eq!(recorded.draw(1), Ok(vec![3]));
        assert_eq!(recorded.draw(1), Err(NonceError::Ended(3)));
        assert_eq!(recorded.draw(MAX_DRAW + 1), Err(NonceError::TooMany));
        recorded.session_key(&[7; 16]);
        assert_eq!(recorded.session_keys().collect::<Vec<_>>(), [[7; 16]]);
        assert_eq!(recorded.draw_secret(1), Err(NonceError::Ended(3)), "it comes from the same place");
        let mut recorded = RecordedNonces { inner: ListedNonces::new(vec![vec![9]]), ..recorded };
        assert_eq!(recorded.draw_secret(1), Ok(vec![9]));
        assert!(!recorded.is_withdrawn());
        recorded.withdraw();
        assert!(recorded.is_withdrawn());
        assert_eq!(format!("{recorded:?}"), "RecordedNonces(2 drawn)");
        assert_eq!(recorded.into_drawn(), [vec![1, 2], vec![3]]);
    }

    #[cfg(any(feature = "cli", feature = "pcsc", feature = "records"))]
    #[test]
    fn the_system_gives_what_is_asked_for() {
        assert_eq!(SystemNonces.draw(32).unwrap().len(), 32);
        assert_ne!(SystemNonces.draw(32), SystemNonces.draw(32));
    }
}
