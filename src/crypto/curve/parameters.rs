//! How certificates and passports write a curve down: its name, or every value of it (RFC 3279 2.3.5, TR-03110-3 A.2).

use super::{CurveError, CurveKey, NamedCurve, UNCOMPRESSED};
use crate::crypto::der;

/// id-ecPublicKey, 1.2.840.10045.2.1
const EC_PUBLIC_KEY: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// id-ecDH, 1.3.132.1.12 (RFC 5480 2.1.2)
const EC_DH: [u8; 5] = [0x2B, 0x81, 0x04, 0x01, 0x0C];

/// prime-field, 1.2.840.10045.1.1
const PRIME_FIELD: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x01, 0x01];

/// standardizedDomainParameters, 0.4.0.127.0.7.1.2: a number of ICAO Doc 9303-11 table 6 stands for the curve.
pub const STANDARDIZED: [u8; 7] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x02];

/// ecStdCurvesAndGeneration, 1.3.36.3.3.2.8.1.1: the brainpool curves are below it.
macro_rules! brainpool {
    ($last:literal) => {
        &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, $last]
    };
}

impl NamedCurve {
    /// The content of its object identifier.
    pub fn oid(self) -> &'static [u8] {
        match self {
            Self::P192 => &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x01],
            Self::P224 => &[0x2B, 0x81, 0x04, 0x00, 0x21],
            Self::P256 => &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2B, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2B, 0x81, 0x04, 0x00, 0x23],
            Self::BrainpoolP192 => brainpool!(0x03),
            Self::BrainpoolP224 => brainpool!(0x05),
            Self::BrainpoolP256 => brainpool!(0x07),
            Self::BrainpoolP320 => brainpool!(0x09),
            Self::BrainpoolP384 => brainpool!(0x0B),
            Self::BrainpoolP512 => brainpool!(0x0D),
        }
    }

    /// The curve with this object identifier (its content).
    pub fn from_oid(oid: &[u8]) -> Option<Self> {
        Self::all().find(|curve| curve.oid() == oid)
    }

    /// Its number in ICAO Doc 9303-11 table 6.
    pub fn number(self) -> u8 {
        match self {
            Self::P192 => 8,
            Self::BrainpoolP192 => 9,
            Self::P224 => 10,
            Self::BrainpoolP224 => 11,
            Self::P256 => 12,
            Self::BrainpoolP256 => 13,
            Self::BrainpoolP320 => 14,
            Self::P384 => 15,
            Self::BrainpoolP384 => 16,
            Self::BrainpoolP512 => 17,
            Self::P521 => 18,
        }
    }

    /// The curve with this number of ICAO Doc 9303-11 table 6.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::all().find(|curve| curve.number() == number)
    }

    /// The curve of EcpkParameters in DER (RFC 3279 2.3.5): an object identifier, or explicit values that equal a listed
    /// curve's in p, a, b, generator, order and cofactor. Comparing less would let whoever wrote the key choose the generator
    /// (CVE-2020-0601).
    ///
    /// # Errors
    /// [`CurveError::UnknownCurve`] for anything else.
    pub fn from_parameters(parameters: &[u8]) -> Result<Self, CurveError> {
        let named = der::only(parameters, der::OID).and_then(Self::from_oid);
        let explicit = || {
            let given = Explicit::parse(parameters)?;
            Self::all().find(|curve| given.is(*curve))
        };
        named.or_else(explicit).ok_or(CurveError::UnknownCurve)
    }

    /// ECParameters in DER with every value written out: what most CSCA certificates have.
    pub fn explicit_parameters(self) -> Vec<u8> {
        let domain = self.domain();
        let padded = |value: &crypto_bigint::modular::BoxedMontyForm| {
            der::object(der::OCTET_STRING, &super::padded(&value.retrieve(), self.field_length()))
        };
        let modulus = |ring: &crypto_bigint::modular::BoxedMontyParams| der::integer(&ring.modulus().to_be_bytes());
        let field = [der::object(der::OID, &PRIME_FIELD), modulus(&domain.field)].concat();
        let curve = [padded(&domain.a), padded(&domain.b)].concat();
        let base = self.generator().encode().unwrap_or_default();
        let parts = [
            der::integer(&[1]),
            der::object(der::SEQUENCE, &field),
            der::object(der::SEQUENCE, &curve),
            der::object(der::OCTET_STRING, &base),
            modulus(&domain.order),
            der::integer(&[1]),
        ];
        der::object(der::SEQUENCE, &parts.concat())
    }
}

/// ECParameters (X9.62), numbers as they are written.
struct Explicit<'a> {
    p: &'a [u8],
    a: &'a [u8],
    b: &'a [u8],
    base: &'a [u8],
    n: &'a [u8],
    cofactor: Option<&'a [u8]>,
}

impl<'a> Explicit<'a> {
    fn parse(parameters: &'a [u8]) -> Option<Self> {
        let rest = der::only(parameters, der::SEQUENCE)?;
        let (_, rest) = der::take(rest, der::INTEGER)?;
        let (field, rest) = der::take(rest, der::SEQUENCE)?;
        let (curve, rest) = der::take(rest, der::SEQUENCE)?;
        let (base, rest) = der::take(rest, der::OCTET_STRING)?;
        let (n, rest) = der::take(rest, der::INTEGER)?;
        let cofactor = if rest.is_empty() { None } else { Some(der::take(rest, der::INTEGER)?.0) };
        let (_, p) = der::take(field, der::OID).filter(|(kind, _)| *kind == PRIME_FIELD)?;
        let p = der::only(p, der::INTEGER)?;
        // A seed may follow: it says how a and b were found and changes nothing.
        let (a, b) = der::take(curve, der::OCTET_STRING)?;
        let (b, _) = der::take(b, der::OCTET_STRING)?;
        Some(Self { p, a, b, base, n, cofactor })
    }

    fn is(&self, curve: NamedCurve) -> bool {
        let domain = curve.domain();
        let same = |written: &[u8], number: &crypto_bigint::BoxedUint| {
            let zeros = written.iter().take_while(|byte| **byte == 0).count();
            written.get(zeros..) == Some(&*number.to_be_bytes_trimmed_vartime())
        };
        let (x, y) = (domain.x.retrieve(), domain.y.retrieve());
        let base = match self.base.split_first() {
            Some((&UNCOMPRESSED, rest)) => {
                let (first, second) = rest.split_at_checked(curve.field_length()).unwrap_or_default();
                rest.len() == 2 * curve.field_length() && same(first, &x) && same(second, &y)
            }
            Some((form @ (2 | 3), rest)) => {
                rest.len() == curve.field_length() && same(rest, &x) && y.bit_vartime(0) == (*form == 3)
            }
            _ => false,
        };
        base && same(self.p, domain.field.modulus())
            && same(self.n, domain.order.modulus())
            && same(self.a, &domain.a.retrieve())
            && same(self.b, &domain.b.retrieve())
            && self.cofactor.is_none_or(|cofactor| cofactor == [1])
    }
}

impl CurveKey {
    /// The key of a SubjectPublicKeyInfo in DER, its curve named, numbered or written out.
    ///
    /// # Errors
    /// [`CurveError`]; [`CurveError::KeyForm`] if it is not an elliptic curve key at all.
    pub fn from_info(info: &[u8]) -> Result<Self, CurveError> {
        let parse = || {
            let (algorithm, key) = der::take(der::only(info, der::SEQUENCE)?, der::SEQUENCE)?;
            let (kind, parameters) = der::take(algorithm, der::OID)?;
            let (0, key) = der::only(key, der::BIT_STRING)?.split_first()? else { return None };
            Some((kind, parameters, key))
        };
        let (kind, parameters, key) = parse().ok_or(CurveError::KeyForm)?;
        let curve = if kind == STANDARDIZED {
            match der::only(parameters, der::INTEGER) {
                // Numbers modulo a prime, not a curve.
                Some([0..=2]) => return Err(CurveError::KeyForm),
                Some([number]) => NamedCurve::from_number(*number).ok_or(CurveError::UnknownCurve)?,
                _ => return Err(CurveError::UnknownCurve),
            }
        } else if kind == EC_PUBLIC_KEY || kind == EC_DH {
            NamedCurve::from_parameters(parameters)?
        } else {
            return Err(CurveError::KeyForm);
        };
        Self::new(curve, key)
    }

    /// SubjectPublicKeyInfo in DER, its curve named or written out.
    pub fn info(&self, explicit: bool) -> Vec<u8> {
        let curve = self.curve();
        let parameters = if explicit { curve.explicit_parameters() } else { der::object(der::OID, curve.oid()) };
        let algorithm = [der::object(der::OID, &EC_PUBLIC_KEY), parameters].concat();
        let key = [&[0], self.encoded().as_slice()].concat();
        let parts = [der::object(der::SEQUENCE, &algorithm), der::object(der::BIT_STRING, &key)];
        der::object(der::SEQUENCE, &parts.concat())
    }
}
