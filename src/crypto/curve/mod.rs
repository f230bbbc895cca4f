//! Short Weierstrass curves of prime order over any field: every standardised domain parameter of passports
//! (ICAO Doc 9303-11 table 6), with one arithmetic for all of them.
//!
//! Timing: additions use the complete formulas of Renes, Costello and Batina ("Complete addition formulas for prime order
//! elliptic curves", 2015, algorithm 1), so that no case is special; multiplication looks each window up by scanning its
//! whole table. With the constant-time Montgomery arithmetic of `crypto-bigint`, no branch or address depends on a scalar.
//! Decoding, encoding and signature verification handle public values and have no such property. Tables and sums on the
//! heap are not wiped; scalars are.

mod key;
mod parameters;
mod table;

pub use key::{CurveKey, CurveSigner};
pub(super) use parameters::STANDARDIZED;

use crypto_bigint::{
    BoxedUint, CtAssign, CtEq, Odd,
    modular::{BoxedMontyForm, BoxedMontyParams},
};

use crate::text::{errors, named};
use table::Printed;

/// Bits of a window of a scalar.
const WINDOW: u32 = 4;

/// First byte of an uncompressed point (SEC 1 2.3.3).
const UNCOMPRESSED: u8 = 0x04;

named! {
    /// A curve that passports and their issuers use.
    pub enum NamedCurve {
        /// NIST P-192
        P192 = "secp192r1",
        /// NIST P-224
        P224 = "secp224r1",
        /// NIST P-256
        P256 = "secp256r1",
        /// NIST P-384
        P384 = "secp384r1",
        /// NIST P-521
        P521 = "secp521r1",
        BrainpoolP192 = "brainpoolP192r1",
        BrainpoolP224 = "brainpoolP224r1",
        BrainpoolP256 = "brainpoolP256r1",
        BrainpoolP320 = "brainpoolP320r1",
        BrainpoolP384 = "brainpoolP384r1",
        BrainpoolP512 = "brainpoolP512r1",
    }
}

errors! {
    /// Why bytes are not a point or a key of a curve.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum CurveError {
        PointForm = "the point is not written uncompressed in the curve's length",
        Infinity = "the point is infinity",
        OffCurve = "the point is not on the curve",
        Scalar = "the private key is zero or not below the order",
        UnknownCurve = "the domain parameters are not those of a listed curve",
        KeyForm = "the key is not an elliptic curve key in DER",
    }
}

/// A curve's constants in the form that arithmetic needs.
pub(super) struct Domain {
    field: BoxedMontyParams,
    order: BoxedMontyParams,
    a: BoxedMontyForm,
    b: BoxedMontyForm,
    triple_b: BoxedMontyForm,
    x: BoxedMontyForm,
    y: BoxedMontyForm,
}

impl Domain {
    fn new(printed: &Printed) -> Self {
        // The tests go through the whole table: the second halves of these lines never run.
        let number = |printed: &str| BoxedUint::from_be_slice_vartime(&hex::decode(printed).unwrap_or_default());
        let modulus = |hex: &str| {
            let odd = Odd::new(number(hex)).into_option().unwrap_or_default();
            BoxedMontyParams::new_vartime(odd)
        };
        let field = modulus(printed.p);
        let element = |hex: &str| element(&field, &number(hex).to_be_bytes()).unwrap_or(BoxedMontyForm::zero(&field));
        let b = element(printed.b);
        Self {
            order: modulus(printed.n),
            a: element(printed.a),
            triple_b: &b.double() + &b,
            b,
            x: element(printed.x),
            y: element(printed.y),
            field,
        }
    }
}

/// The number as an element of the ring, if it is below the modulus.
fn element(ring: &BoxedMontyParams, bytes: &[u8]) -> Option<BoxedMontyForm> {
    below(ring, bytes).map(|number| BoxedMontyForm::new(number, ring))
}

/// The number in the modulus's precision, if it is below the modulus.
fn below(ring: &BoxedMontyParams, bytes: &[u8]) -> Option<BoxedUint> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let number = BoxedUint::from_be_slice(bytes.get(zeros..)?, ring.bits_precision()).ok()?;
    (number < **ring.modulus()).then_some(number)
}

/// The last so many bytes of a number that has no more.
fn padded(number: &BoxedUint, length: usize) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let start = bytes.len().saturating_sub(length);
    bytes.get(start..).unwrap_or_default().to_vec()
}

fn byte_length(modulus: &BoxedMontyParams) -> usize {
    usize::try_from(modulus.modulus().bit_width_vartime().div_ceil(8)).unwrap_or_default()
}

impl NamedCurve {
    /// Bytes of a coordinate.
    pub fn field_length(self) -> usize {
        byte_length(&self.domain().field)
    }

    /// Bytes of a private key, and of each half of a signature.
    pub fn order_length(self) -> usize {
        byte_length(&self.domain().order)
    }

    /// Bits of the field's prime.
    pub fn field_bits(self) -> usize {
        usize::try_from(self.domain().field.modulus().bit_width_vartime()).unwrap_or_default()
    }

    /// Bits of the order: what a hash is cut to.
    pub fn order_bits(self) -> usize {
        usize::try_from(self.domain().order.modulus().bit_width_vartime()).unwrap_or_default()
    }

    /// The base point of the standard.
    pub fn generator(self) -> Point {
        let domain = self.domain();
        Point { curve: self, x: domain.x.clone(), y: domain.y.clone(), z: BoxedMontyForm::one(&domain.field) }
    }

    /// A point from its uncompressed form. All listed curves have cofactor 1: what is on the curve is in the group.
    ///
    /// # Errors
    /// [`CurveError`] for another form or length, infinity (`00`), and a point that is not on the curve.
    pub fn point(self, bytes: &[u8]) -> Result<Point, CurveError> {
        let length = self.field_length();
        let (x, y) = match bytes {
            [0] => return Err(CurveError::Infinity),
            [UNCOMPRESSED, rest @ ..] if rest.len() == 2 * length => rest.split_at(length),
            _ => return Err(CurveError::PointForm),
        };
        self.affine(x, y).ok_or(CurveError::OffCurve)
    }

    /// The point with these coordinates, if it is on the curve.
    fn affine(self, x: &[u8], y: &[u8]) -> Option<Point> {
        let field = &self.domain().field;
        let (x, y) = (element(field, x)?, element(field, y)?);
        let point = Point { curve: self, x, y, z: BoxedMontyForm::one(field) };
        (point.y.square() == self.right_side(&point.x)).then_some(point)
    }

    /// x³ + ax + b
    fn right_side(self, x: &BoxedMontyForm) -> BoxedMontyForm {
        let domain = self.domain();
        &(&(&x.square() + &domain.a) * x) + &domain.b
    }

    /// A private key from its bytes.
    ///
    /// # Errors
    /// [`CurveError::Scalar`] unless it is from 1 to the order less 1.
    pub fn scalar(self, bytes: &[u8]) -> Result<Scalar, CurveError> {
        let number = below(&self.domain().order, bytes).ok_or(CurveError::Scalar)?;
        if number.is_zero().to_bool() { Err(CurveError::Scalar) } else { Ok(Scalar { curve: self, number }) }
    }

    /// A private key from at least [`NamedCurve::random_length`] random bytes (FIPS 186-5 A.2.1: extra random bits).
    pub fn random_scalar(self, random: &[u8]) -> Scalar {
        let order = self.domain().order.modulus();
        let one = BoxedUint::one_with_precision(order.bits_precision());
        let bits = u32::try_from(random.len().saturating_mul(8)).unwrap_or(u32::MAX);
        let wide = BoxedUint::from_be_slice_truncated(random, bits);
        let most = Odd::as_ref(order).wrapping_sub(&one).to_nz().into_option().unwrap_or_default();
        Scalar { curve: self, number: wide.rem(&most).wrapping_add(&one) }
    }

    /// The number of any length, modulo the order: what a base point may be multiplied with, zero among it.
    pub fn multiplier(self, bytes: &[u8]) -> Scalar {
        Scalar { curve: self, number: reduced(&self.domain().order, bytes).retrieve() }
    }

    /// Random bytes of a private key.
    pub fn random_length(self) -> usize {
        self.order_length() + 8
    }

    /// The integrated mapping of PACE: the point that stands for a pseudo-random number (ICAO Doc 9303-11 4.4.3.3.2, after
    /// Brier et al.). `None` where the mapping is not defined: p is not 3 mod 4, or the number is one of a few exceptions.
    pub fn mapped(self, number: &[u8]) -> Option<Point> {
        let Domain { field, a, b, .. } = self.domain();
        if field.modulus().as_limbs().first().is_none_or(|limb| limb.0 & 3 != 3) {
            return None;
        }
        let u = reduced(field, number);
        let one = BoxedMontyForm::one(field);
        let alpha = -u.square();
        let inverse = |value: &BoxedMontyForm| value.invert().into_option();
        // x2 = -b/a (1 + 1/(alpha + alpha²))
        let x2 = &(-(b * &inverse(a)?)) * &(&one + &inverse(&(&alpha + &alpha.square()))?);
        let x3 = &alpha * &x2;
        let h2 = self.right_side(&x2);
        let cube = &u.square() * &u;
        // A = h2^(p - 1 - (p + 1)/4): the inverse of a square root, if there is one.
        let p = Odd::as_ref(field.modulus());
        let one_number = BoxedUint::one_with_precision(p.bits_precision());
        let quarter = p.shr(2).wrapping_add(&one_number);
        let root = h2.pow(&p.wrapping_sub(&one_number).wrapping_sub(&quarter));
        let square = (&root.square() * &h2).ct_eq(&one);
        let (mut x, mut y) = (x3, &root * &(&cube * &h2));
        for (into, from) in [(&mut x, &x2), (&mut y, &(&root * &h2))] {
            into.as_montgomery_mut().ct_assign(from.as_montgomery(), square);
        }
        let point = Point { curve: self, x, y, z: one };
        (point.y.square() == self.right_side(&point.x)).then_some(point)
    }
}

/// A number of any length as an element of the ring.
fn reduced(ring: &BoxedMontyParams, bytes: &[u8]) -> BoxedMontyForm {
    let bits = u32::try_from(bytes.len().saturating_mul(8)).unwrap_or(u32::MAX).max(ring.bits_precision());
    let wide = BoxedUint::from_be_slice_truncated(bytes, bits);
    BoxedMontyForm::new(wide.rem(ring.modulus().as_nz_ref()), ring)
}

/// A private key: from 1 to the order less 1.
#[derive(Clone)]
pub struct Scalar {
    curve: NamedCurve,
    number: BoxedUint,
}

impl Drop for Scalar {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.number);
    }
}

impl std::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scalar({})", self.curve)
    }
}

impl Scalar {
    /// Its curve.
    pub fn curve(&self) -> NamedCurve {
        self.curve
    }

    /// The bytes, in the length of the order. Each caller answers for where they go.
    pub fn expose(&self) -> zeroize::Zeroizing<Vec<u8>> {
        zeroize::Zeroizing::new(padded(&self.number, self.curve.order_length()))
    }

    /// `self`⁻¹ · `other` modulo the order: the proof of chip authentication mapping.
    pub fn ratio(&self, other: &Self) -> Self {
        let order = &self.curve.domain().order;
        let form = |scalar: &Self| BoxedMontyForm::new(scalar.number.clone(), order);
        let inverse = form(self).invert().into_option().unwrap_or(BoxedMontyForm::one(order));
        Self { curve: self.curve, number: (&inverse * &form(other)).retrieve() }
    }
}

/// A point of a curve, in projective coordinates; infinity among them.
#[derive(Clone)]
pub struct Point {
    curve: NamedCurve,
    x: BoxedMontyForm,
    y: BoxedMontyForm,
    z: BoxedMontyForm,
}

impl std::fmt::Debug for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Point({})", self.curve)
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        self.curve == other.curve
            && &self.x * &other.z == &other.x * &self.z
            && &self.y * &other.z == &other.y * &self.z
    }
}

impl Eq for Point {}

impl Point {
    /// The point at infinity.
    fn infinity(curve: NamedCurve) -> Self {
        let field = &curve.domain().field;
        let (zero, one) = (BoxedMontyForm::zero(field), BoxedMontyForm::one(field));
        Self { curve, x: zero.clone(), y: one, z: zero }
    }

    /// The curve that it is on.
    pub fn curve(&self) -> NamedCurve {
        self.curve
    }

    /// Whether it is the point at infinity.
    pub fn is_infinity(&self) -> bool {
        self.z.is_zero().to_bool()
    }

    /// The uncompressed form; `None` for infinity.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let (x, y) = self.coordinates()?;
        Some([&[UNCOMPRESSED], x.as_slice(), y.as_slice()].concat())
    }

    /// Both coordinates in the length of the field; `None` for infinity.
    pub fn coordinates(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let inverse = self.z.invert().into_option()?;
        let length = self.curve.field_length();
        Some((padded(&(&self.x * &inverse).retrieve(), length), padded(&(&self.y * &inverse).retrieve(), length)))
    }

    /// The sum with another point of the same curve.
    pub fn plus(&self, other: &Self) -> Self {
        let Domain { a, triple_b, .. } = self.curve.domain();
        let (Self { x: x1, y: y1, z: z1, .. }, Self { x: x2, y: y2, z: z2, .. }) = (self, other);
        let (xx, yy, zz) = (x1 * x2, y1 * y2, z1 * z2);
        let cross = |p1: &BoxedMontyForm, q1: &BoxedMontyForm, p2: &BoxedMontyForm, q2: &BoxedMontyForm| {
            &(p1 + q1) * &(p2 + q2)
        };
        let xy = &(&cross(x1, y1, x2, y2) - &xx) - &yy;
        let xz = &(&cross(x1, z1, x2, z2) - &xx) - &zz;
        let yz = &(&cross(y1, z1, y2, z2) - &yy) - &zz;
        let middle = &(a * &xz) + &(triple_b * &zz);
        let (minus, plus) = (&yy - &middle, &yy + &middle);
        let a_zz = a * &zz;
        let line = &(&xx.double() + &xx) + &a_zz;
        let slope = &(triple_b * &xz) + &(a * &(&xx - &a_zz));
        Self {
            curve: self.curve,
            x: &(&xy * &minus) - &(&yz * &slope),
            y: &(&minus * &plus) + &(&line * &slope),
            z: &(&yz * &plus) + &(&xy * &line),
        }
    }

    /// The product with a private key.
    pub fn times(&self, scalar: &Scalar) -> Self {
        Self::sum(self.curve, &[(&scalar.number, self)])
    }

    /// The sum of products, all of one curve.
    fn sum(curve: NamedCurve, terms: &[(&BoxedUint, &Self)]) -> Self {
        let tables: Vec<_> = terms.iter().map(|(scalar, point)| (scalar, point.multiples())).collect();
        let bits = curve.domain().order.modulus().bit_width_vartime();
        let mut sum = Self::infinity(curve);
        for window in (0..bits.div_ceil(WINDOW)).rev() {
            for _ in 0..WINDOW {
                sum = sum.plus(&sum);
            }
            for (scalar, table) in &tables {
                let digit = (0..WINDOW).fold(0, |digit, bit| digit | scalar.bit(window * WINDOW + bit).to_u8() << bit);
                sum = sum.plus(&Self::scan(curve, table, digit));
            }
        }
        sum
    }

    /// 0 to 15 times this point.
    fn multiples(&self) -> Vec<Self> {
        let mut table = vec![Self::infinity(self.curve)];
        for _ in 1..1 << WINDOW {
            let next = table.last().map_or_else(|| self.clone(), |last| last.plus(self));
            table.push(next);
        }
        table
    }

    /// The entry with this number, found by touching all.
    fn scan(curve: NamedCurve, table: &[Self], digit: u8) -> Self {
        let mut found = Self::infinity(curve);
        for (entry, at) in table.iter().zip(0_u8..) {
            let here = at.ct_eq(&digit);
            for (into, from) in [(&mut found.x, &entry.x), (&mut found.y, &entry.y), (&mut found.z, &entry.z)] {
                into.as_montgomery_mut().ct_assign(from.as_montgomery(), here);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
