//! What key agreement needs of a group, whichever it is: a curve, or numbers modulo a prime. Timing: see both.

use zeroize::Zeroizing;

use super::{
    CurveError, CurveKey, NamedCurve, Point, Scalar,
    modp::{DhExponent, DhGroup, DhKeyError, DhNumber},
};

/// Why bytes are not an element or a key of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Of a curve.
    #[error(transparent)]
    Curve(#[from] CurveError),
    /// Of numbers modulo a prime.
    #[error(transparent)]
    Dh(#[from] DhKeyError),
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// The points of a curve.
    Curve(NamedCurve),
    /// Numbers modulo a prime.
    Dh(DhGroup),
}

/// An element of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// A point.
    Curve(Point),
    /// A number.
    Dh(DhNumber),
}

/// A private key.
#[derive(Debug, Clone)]
pub enum Exponent {
    /// Of a curve.
    Curve(Scalar),
    /// Of numbers modulo a prime.
    Dh(DhExponent),
}

impl Group {
    /// The group with this number of ICAO Doc 9303-11 table 6.
    pub fn standard(number: u8) -> Option<Self> {
        DhGroup::standard(number).map(Self::Dh).or_else(|| NamedCurve::from_number(number).map(Self::Curve))
    }

    /// The generator of the standard.
    pub fn generator(&self) -> Element {
        match self {
            Self::Curve(curve) => Element::Curve(curve.generator()),
            Self::Dh(group) => Element::Dh(group.generator()),
        }
    }

    /// An element of somebody else, checked: on the curve and not infinity; in the range and the subgroup.
    ///
    /// # Errors
    /// [`GroupError`].
    pub fn element(&self, bytes: &[u8]) -> Result<Element, GroupError> {
        Ok(match self {
            Self::Curve(curve) => Element::Curve(curve.point(bytes)?),
            Self::Dh(group) => Element::Dh(group.number(bytes)?),
        })
    }

    /// A private key from its bytes.
    ///
    /// # Errors
    /// [`GroupError`].
    pub fn exponent(&self, bytes: &[u8]) -> Result<Exponent, GroupError> {
        Ok(match self {
            Self::Curve(curve) => Exponent::Curve(curve.scalar(bytes)?),
            Self::Dh(group) => Exponent::Dh(group.exponent(bytes)?),
        })
    }

    /// A number of any length as an exponent, zero among it: the nonce of PACE.
    pub fn multiplier(&self, bytes: &[u8]) -> Exponent {
        match self {
            Self::Curve(curve) => Exponent::Curve(curve.multiplier(bytes)),
            Self::Dh(_) => Exponent::Dh(DhGroup::multiplier(bytes)),
        }
    }

    /// Random bytes that [`Group::random_exponent`] takes.
    pub fn random_length(&self) -> usize {
        match self {
            Self::Curve(curve) => curve.random_length(),
            Self::Dh(group) => group.random_length(),
        }
    }

    /// A private key from random bytes.
    pub fn random_exponent(&self, random: &[u8]) -> Exponent {
        match self {
            Self::Curve(curve) => Exponent::Curve(curve.random_scalar(random)),
            Self::Dh(group) => Exponent::Dh(group.random_exponent(random)),
        }
    }

    /// Bytes of an element as protocols send it.
    pub fn element_length(&self) -> usize {
        match self {
            Self::Curve(curve) => 1 + 2 * curve.field_length(),
            Self::Dh(group) => group.length(),
        }
    }

    /// Bits of the field: what the integrated mapping's length follows.
    pub fn field_bits(&self) -> usize {
        match self {
            Self::Curve(curve) => curve.field_bits(),
            Self::Dh(group) => group.field_bits(),
        }
    }

    /// The element that the integrated mapping of PACE makes of a pseudo-random number, if there is one.
    pub fn mapped(&self, number: &[u8]) -> Option<Element> {
        match self {
            Self::Curve(curve) => curve.mapped(number).map(Element::Curve),
            Self::Dh(group) => group.mapped(number).map(Element::Dh),
        }
    }

    /// Whether the integrated mapping is defined for it.
    pub fn maps(&self) -> bool {
        !matches!(self, Self::Curve(NamedCurve::P224))
    }
}

impl Element {
    /// The key of a SubjectPublicKeyInfo in DER: elliptic curve or Diffie-Hellman.
    ///
    /// # Errors
    /// [`GroupError`].
    pub fn from_info(info: &[u8]) -> Result<Self, GroupError> {
        match CurveKey::from_info(info) {
            Ok(key) => Ok(Self::Curve(key.point().clone())),
            Err(CurveError::KeyForm) => Ok(Self::Dh(DhGroup::key_from_info(info)?)),
            Err(error) => Err(error.into()),
        }
    }

    /// Its group.
    pub fn group(&self) -> Group {
        match self {
            Self::Curve(point) => Group::Curve(point.curve()),
            Self::Dh(number) => Group::Dh(number.group().clone()),
        }
    }

    /// Whether it is the neutral element: infinity, or 1.
    pub fn is_identity(&self) -> bool {
        match self {
            Self::Curve(point) => point.is_infinity(),
            Self::Dh(number) => number.is_identity(),
        }
    }

    /// The element as protocols send it; empty for infinity.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Curve(point) => point.encode().unwrap_or_default(),
            Self::Dh(number) => number.encode(),
        }
    }

    /// The group's operation; the first element if the groups differ, which no caller lets happen.
    pub fn combined(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Curve(left), Self::Curve(right)) if left.curve() == right.curve() => Self::Curve(left.plus(right)),
            (Self::Dh(left), Self::Dh(right)) if left.group() == right.group() => Self::Dh(left.times(right)),
            _ => self.clone(),
        }
    }

    /// The operation so many times; the element itself for a key of another kind of group.
    pub fn raised(&self, exponent: &Exponent) -> Self {
        match (self, exponent) {
            (Self::Curve(point), Exponent::Curve(scalar)) => Self::Curve(point.times(scalar)),
            (Self::Dh(number), Exponent::Dh(exponent)) => Self::Dh(number.power(exponent)),
            _ => self.clone(),
        }
    }

    /// What both sides keep of an agreed element: the x coordinate, or the number.
    pub fn shared(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Curve(point) => point.coordinates().map(|(x, _)| x).unwrap_or_default(),
            Self::Dh(number) => number.encode(),
        })
    }
}
