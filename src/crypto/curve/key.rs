//! ECDSA (FIPS 186-5 6.4) over any listed curve with a hash of any length.

use crypto_bigint::{BoxedUint, modular::BoxedMontyForm};
use sha2::{Digest, Sha512};

use super::{CurveError, NamedCurve, Point, Scalar, below, byte_length, padded, reduced};
use crate::crypto::{Curve, EcdsaForm, Hash, SignatureError, der, verify_ecdsa};

/// A public key: a point that is not infinity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurveKey {
    point: Point,
    encoded: Vec<u8>,
}

impl CurveKey {
    /// A key from its uncompressed point.
    ///
    /// # Errors
    /// As [`NamedCurve::point`].
    pub fn new(curve: NamedCurve, point: &[u8]) -> Result<Self, CurveError> {
        Ok(Self { point: curve.point(point)?, encoded: point.to_vec() })
    }

    /// The curve that it is on.
    pub fn curve(&self) -> NamedCurve {
        self.point.curve()
    }

    /// The point.
    pub fn point(&self) -> &Point {
        &self.point
    }

    /// The point, uncompressed.
    pub fn encoded(&self) -> Vec<u8> {
        self.encoded.clone()
    }

    /// Verifies a signature over a hash, written in exactly this form. A hash that is longer than the order counts with its
    /// first bits.
    ///
    /// # Errors
    /// [`SignatureError`] when it does not fit, is not of this form, or r or s is zero or not below the order.
    pub fn verify(&self, hash: &[u8], signature: &[u8], form: EcdsaForm) -> Result<(), SignatureError> {
        let standard = match self.curve() {
            NamedCurve::P256 => Some(Curve::P256),
            NamedCurve::P384 => Some(Curve::P384),
            NamedCurve::P521 => Some(Curve::P521),
            _ => None,
        };
        if let (Some(curve), Some(named)) = (standard, Hash::of_length(hash.len())) {
            let fits = verify_ecdsa(curve, &self.encoded, named, hash, signature, form);
            return if fits { Ok(()) } else { Err(SignatureError) };
        }
        self.verify_here(hash, signature, form)
    }

    /// The same by this module alone, whatever the curve.
    pub(super) fn verify_here(&self, hash: &[u8], signature: &[u8], form: EcdsaForm) -> Result<(), SignatureError> {
        let (r, s) = match form {
            EcdsaForm::Fixed => {
                let length = self.curve().order_length();
                let halves = signature.split_at_checked(length).filter(|(_, s)| s.len() == length);
                halves.ok_or(SignatureError)?
            }
            EcdsaForm::Der => halves(signature).ok_or(SignatureError)?,
        };
        if self.fits(hash, r, s).unwrap_or(false) { Ok(()) } else { Err(SignatureError) }
    }

    fn fits(&self, hash: &[u8], r: &[u8], s: &[u8]) -> Option<bool> {
        let curve = self.curve();
        let order = &curve.domain().order;
        let r = below(order, r).filter(|r| !r.is_zero().to_bool())?;
        // Zero has no inverse.
        let inverse = BoxedMontyForm::new(below(order, s)?, order).invert_vartime().into_option()?;
        let first = (&cut(curve, hash) * &inverse).retrieve();
        let second = (&BoxedMontyForm::new(r.clone(), order) * &inverse).retrieve();
        let (x, _) = Point::sum(curve, &[(&first, &curve.generator()), (&second, &self.point)]).coordinates()?;
        Some(reduced(order, &x).retrieve() == r)
    }
}

/// r and s of a SEQUENCE of two INTEGER.
fn halves(signature: &[u8]) -> Option<(&[u8], &[u8])> {
    let (r, rest) = der::unsigned(der::only(signature, der::SEQUENCE)?)?;
    let (s, rest) = der::unsigned(rest)?;
    rest.is_empty().then_some((r, s))
}

/// The hash's first bits, as many as the order has (FIPS 186-5 6.4.1, step 2).
fn cut(curve: NamedCurve, hash: &[u8]) -> BoxedMontyForm {
    let order = &curve.domain().order;
    let bits = curve.order_bits();
    let first = hash.get(..bits.div_ceil(8)).unwrap_or(hash);
    let excess = u32::try_from((first.len() * 8).saturating_sub(bits)).unwrap_or_default();
    let number = BoxedUint::from_be_slice_vartime(first).unbounded_shr_vartime(excess);
    reduced(order, &number.to_be_bytes())
}

/// A private key of the simulated hierarchy, or of a simulated chip.
#[derive(Debug, Clone)]
pub struct CurveSigner(Scalar);

impl CurveSigner {
    /// A key from its number.
    pub fn new(scalar: Scalar) -> Self {
        Self(scalar)
    }

    /// The public half.
    pub fn public_key(&self) -> CurveKey {
        let point = self.0.curve.generator().times(&self.0);
        CurveKey { encoded: point.encode().unwrap_or_default(), point }
    }

    /// A signature over a hash, the same for the same input: its nonce is a hash of key and message in twice the order's
    /// length, so that its bias is nil. The keys are published; only reproducible files are wanted of it.
    ///
    /// # Errors
    /// [`SignatureError`] in no case that can be found: r or s is zero.
    pub fn sign(&self, hash: &[u8], form: EcdsaForm) -> Result<Vec<u8>, SignatureError> {
        let curve = self.0.curve;
        let order = &curve.domain().order;
        let secret = self.0.expose();
        let block =
            |count: u8| Sha512::new().chain_update([count]).chain_update(&secret[..]).chain_update(hash).finalize();
        let stream: zeroize::Zeroizing<Vec<u8>> = (0..3).flat_map(block).collect::<Vec<u8>>().into();
        let nonce = curve.random_scalar(&stream);
        let (x, _) = curve.generator().times(&nonce).coordinates().ok_or(SignatureError)?;
        let r = reduced(order, &x);
        let form_of = |scalar: &Scalar| BoxedMontyForm::new(scalar.number.clone(), order);
        let inverse = form_of(&nonce).invert().into_option().ok_or(SignatureError)?;
        let s = &inverse * &(&cut(curve, hash) + &(&r * &form_of(&self.0)));
        if (r.is_zero() | s.is_zero()).to_bool() {
            return Err(SignatureError);
        }
        let [r, s] = [r, s].map(|half| padded(&half.retrieve(), byte_length(order)));
        Ok(match form {
            EcdsaForm::Fixed => [r, s].concat(),
            EcdsaForm::Der => der::object(der::SEQUENCE, &[der::integer(&r), der::integer(&s)].concat()),
        })
    }
}
