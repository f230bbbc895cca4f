//! Diffie-Hellman in a subgroup of the numbers modulo a prime (RFC 2631, RFC 5114). Exponentiation takes a time that depends
//! on the exponent's length alone; checks of public numbers have no such property.

use std::sync::{Arc, LazyLock};

use crypto_bigint::{
    BoxedUint, Odd,
    modular::{BoxedMontyForm, BoxedMontyParams},
};

use super::{curve::STANDARDIZED, der};
use crate::text::errors;

/// The most bits of a modulus (spec passport 14).
const MAX_BITS: usize = 4096;

/// The fewest bits of a modulus.
const MIN_BITS: usize = 1024;

errors! {
    /// Why numbers are not a Diffie-Hellman group or a public key of one.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum DhKeyError {
        Modulus = "the modulus is not odd, or does not have {MIN_BITS} to {MAX_BITS} bits",
        Generator = "the generator is not an element of the group",
        Range = "the public number is not between 1 and the modulus less 1",
        Subgroup = "the public number is not in the subgroup",
        KeyForm = "the key is not a Diffie-Hellman key in DER",
    }
}

struct Printed {
    p: &'static str,
    g: &'static str,
    q: &'static str,
}

struct Dh {
    ring: BoxedMontyParams,
    generator: BoxedMontyForm,
    /// The order of the generator, if it is known.
    order: Option<BoxedUint>,
    length: usize,
}

/// A group.
#[derive(Clone)]
pub struct DhGroup(Arc<Dh>);

impl std::fmt::Debug for DhGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DhGroup({} bits)", self.0.ring.modulus().bit_width_vartime())
    }
}

impl PartialEq for DhGroup {
    fn eq(&self, other: &Self) -> bool {
        self.0.ring == other.0.ring && self.0.generator == other.0.generator
    }
}

impl Eq for DhGroup {}

/// The three groups of RFC 5114, by their numbers in ICAO Doc 9303-11 table 6.
static STANDARD: LazyLock<Vec<DhGroup>> = LazyLock::new(|| {
    let number = |text| hex::decode(text).unwrap_or_default();
    let group = |printed: &Printed| DhGroup::made(&number(printed.p), &number(printed.g), Some(&number(printed.q)));
    [MODP_1024_160, MODP_2048_224, MODP_2048_256].iter().filter_map(|printed| group(printed).ok()).collect()
});

/// id-dhPublicNumber, 1.2.840.10046.2.1: p, g, q (RFC 3279 2.3.3).
const X942: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3E, 0x02, 0x01];

/// dhKeyAgreement, 1.2.840.113549.1.3.1: p, g (PKCS #3).
const PKCS3: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x03, 0x01];

fn significant(bytes: &[u8]) -> &[u8] {
    bytes.get(bytes.iter().take_while(|byte| **byte == 0).count()..).unwrap_or_default()
}

impl DhGroup {
    /// Group 0, 1 or 2 of ICAO Doc 9303-11 table 6.
    pub fn standard(number: u8) -> Option<Self> {
        STANDARD.get(usize::from(number)).cloned()
    }

    /// The group of these numbers, big-endian. If they are those of a standard group, its order is known too.
    ///
    /// # Errors
    /// [`DhKeyError`] for a modulus or a generator outside of the limits.
    pub fn new(p: &[u8], g: &[u8], q: Option<&[u8]>) -> Result<Self, DhKeyError> {
        let made = Self::made(p, g, q)?;
        Ok(STANDARD.iter().find(|known| **known == made).cloned().unwrap_or(made))
    }

    fn made(p: &[u8], g: &[u8], q: Option<&[u8]>) -> Result<Self, DhKeyError> {
        let p = significant(p);
        let bits = (p.len() * 8)
            .saturating_sub(p.first().map_or(0, |byte| usize::try_from(byte.leading_zeros()).unwrap_or(0)));
        if !(MIN_BITS..=MAX_BITS).contains(&bits) {
            return Err(DhKeyError::Modulus);
        }
        let odd = Odd::new(BoxedUint::from_be_slice_vartime(p)).into_option().ok_or(DhKeyError::Modulus)?;
        let ring = BoxedMontyParams::new_vartime(odd);
        let order = q.map(significant).filter(|q| !q.is_empty());
        if order.is_some_and(|order| order.len() > p.len()) {
            return Err(DhKeyError::Generator);
        }
        let order = order.map(BoxedUint::from_be_slice_vartime);
        let group = Dh { generator: BoxedMontyForm::one(&ring), ring, order, length: p.len() };
        let generator = group.public(significant(g)).map_err(|_| DhKeyError::Generator)?;
        Ok(Self(Arc::new(Dh { generator, ..group })))
    }

    /// The generator.
    pub fn generator(&self) -> DhNumber {
        DhNumber { group: self.clone(), number: self.0.generator.clone() }
    }

    /// Bytes of a public number.
    pub fn length(&self) -> usize {
        self.0.length
    }

    /// Bits of the modulus.
    pub fn field_bits(&self) -> usize {
        usize::try_from(self.0.ring.modulus().bit_width_vartime()).unwrap_or_default()
    }

    /// A public number of somebody else.
    ///
    /// # Errors
    /// [`DhKeyError::Range`], [`DhKeyError::Subgroup`].
    pub fn number(&self, bytes: &[u8]) -> Result<DhNumber, DhKeyError> {
        self.0.public(significant(bytes)).map(|number| DhNumber { group: self.clone(), number })
    }

    /// A private key from its bytes: any number from 1 to the modulus less 1.
    ///
    /// # Errors
    /// [`DhKeyError::Range`].
    pub fn exponent(&self, bytes: &[u8]) -> Result<DhExponent, DhKeyError> {
        let bytes = significant(bytes);
        let precision = self.0.ring.bits_precision();
        let number = BoxedUint::from_be_slice(bytes, precision).map_err(|_| DhKeyError::Range)?;
        if bytes.is_empty() || number >= **self.0.ring.modulus() {
            return Err(DhKeyError::Range);
        }
        Ok(DhExponent(number))
    }

    /// The number of any length as an exponent.
    pub fn multiplier(bytes: &[u8]) -> DhExponent {
        let bits = u32::try_from(bytes.len().saturating_mul(8)).unwrap_or(u32::MAX);
        DhExponent(BoxedUint::from_be_slice_truncated(bytes, bits))
    }

    /// Random bytes of a private key.
    pub fn random_length(&self) -> usize {
        let bits = self.0.order.as_ref().map_or(256, BoxedUint::bit_width_vartime);
        usize::try_from(bits.div_ceil(8)).unwrap_or_default() + 8
    }

    /// A private key from [`DhGroup::random_length`] random bytes: below the order if that is known.
    pub fn random_exponent(&self, random: &[u8]) -> DhExponent {
        let bits = u32::try_from(random.len().saturating_mul(8)).unwrap_or(u32::MAX);
        let wide = BoxedUint::from_be_slice_truncated(random, bits);
        let Some(order) = &self.0.order else { return DhExponent(wide) };
        let one = BoxedUint::one_with_precision(order.bits_precision());
        match order.wrapping_sub(&one).to_nz().into_option() {
            Some(most) => DhExponent(wide.rem(&most).wrapping_add(&one)),
            None => DhExponent(one),
        }
    }

    /// The integrated mapping of PACE: a number raised into the subgroup. `None` if the order is not known or the result is 1.
    pub fn mapped(&self, number: &[u8]) -> Option<DhNumber> {
        let ring = &self.0.ring;
        let order = self.0.order.as_ref()?.to_nz().into_option()?;
        let bits = u32::try_from(number.len().saturating_mul(8)).ok()?.max(ring.bits_precision());
        let number = BoxedUint::from_be_slice_truncated(number, bits).rem(ring.modulus().as_nz_ref());
        let one = BoxedUint::one_with_precision(ring.bits_precision());
        let cofactor = Odd::as_ref(ring.modulus()).wrapping_sub(&one).div_rem_vartime(&order).0;
        let number = BoxedMontyForm::new(number, ring).pow(&cofactor);
        let mapped = DhNumber { group: self.clone(), number };
        (!mapped.is_identity() && mapped.number.is_nonzero().to_bool()).then_some(mapped)
    }

    /// Group and number of a SubjectPublicKeyInfo in DER: X9.42, PKCS #3, or a number of ICAO Doc 9303-11 table 6.
    ///
    /// # Errors
    /// [`DhKeyError`]; [`DhKeyError::KeyForm`] if it is not a Diffie-Hellman key at all.
    pub fn key_from_info(info: &[u8]) -> Result<DhNumber, DhKeyError> {
        let parse = || {
            let (algorithm, key) = der::take(der::only(info, der::SEQUENCE)?, der::SEQUENCE)?;
            let (kind, parameters) = der::take(algorithm, der::OID)?;
            let (0, key) = der::only(key, der::BIT_STRING)?.split_first()? else { return None };
            Some((kind, parameters, der::only(key, der::INTEGER)?))
        };
        let (kind, parameters, key) = parse().ok_or(DhKeyError::KeyForm)?;
        if kind == STANDARDIZED {
            let number = der::only(parameters, der::INTEGER).and_then(|number| <[u8; 1]>::try_from(number).ok());
            let group = number.and_then(|[number]| Self::standard(number)).ok_or(DhKeyError::KeyForm)?;
            return group.number(key);
        }
        let parse = || {
            let (p, rest) = der::take(der::only(parameters, der::SEQUENCE)?, der::INTEGER)?;
            let (g, rest) = der::take(rest, der::INTEGER)?;
            let q = if kind == X942 { Some(der::take(rest, der::INTEGER)?.0) } else { None };
            (kind == X942 || kind == PKCS3).then_some((p, g, q))
        };
        let (p, g, q) = parse().ok_or(DhKeyError::KeyForm)?;
        Self::new(p, g, q)?.number(key)
    }
}

impl Dh {
    fn public(&self, bytes: &[u8]) -> Result<BoxedMontyForm, DhKeyError> {
        let number = BoxedUint::from_be_slice(bytes, self.ring.bits_precision()).map_err(|_| DhKeyError::Range)?;
        let one = BoxedUint::one_with_precision(self.ring.bits_precision());
        let last = Odd::as_ref(self.ring.modulus()).wrapping_sub(&one);
        if number <= one || number >= last {
            return Err(DhKeyError::Range);
        }
        let number = BoxedMontyForm::new(number, &self.ring);
        match &self.order {
            Some(order) if number.pow(order) != BoxedMontyForm::one(&self.ring) => Err(DhKeyError::Subgroup),
            _ => Ok(number),
        }
    }
}

/// A private key.
#[derive(Clone)]
pub struct DhExponent(BoxedUint);

impl Drop for DhExponent {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl std::fmt::Debug for DhExponent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DhExponent(..)")
    }
}

/// A number of a group.
#[derive(Clone, PartialEq, Eq)]
pub struct DhNumber {
    group: DhGroup,
    number: BoxedMontyForm,
}

impl std::fmt::Debug for DhNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DhNumber({:?})", self.group)
    }
}

impl DhNumber {
    /// Its group.
    pub fn group(&self) -> &DhGroup {
        &self.group
    }

    /// Whether it is 1.
    pub fn is_identity(&self) -> bool {
        self.number == BoxedMontyForm::one(&self.group.0.ring)
    }

    /// The product with another number of the same group.
    pub fn times(&self, other: &Self) -> Self {
        Self { group: self.group.clone(), number: &self.number * &other.number }
    }

    /// The power.
    pub fn power(&self, exponent: &DhExponent) -> Self {
        Self { group: self.group.clone(), number: self.number.pow(&exponent.0) }
    }

    /// The bytes, in the modulus's length.
    pub fn encode(&self) -> Vec<u8> {
        let bytes = self.number.retrieve().to_be_bytes();
        bytes.get(bytes.len().saturating_sub(self.group.0.length)..).unwrap_or_default().to_vec()
    }

    /// SubjectPublicKeyInfo in DER, after X9.42.
    pub fn info(&self) -> Vec<u8> {
        let group = &self.group.0;
        let order = group.order.as_ref().map_or_else(Vec::new, |order| der::integer(&order.to_be_bytes()));
        let numbers =
            [&group.ring.modulus().to_be_bytes()[..], &group.generator.retrieve().to_be_bytes()].map(der::integer);
        let parameters = der::object(der::SEQUENCE, &[numbers.concat(), order].concat());
        let algorithm = [der::object(der::OID, &X942), parameters].concat();
        let key = [&[0], der::integer(&self.encode()).as_slice()].concat();
        let parts = [der::object(der::SEQUENCE, &algorithm), der::object(der::BIT_STRING, &key)];
        der::object(der::SEQUENCE, &parts.concat())
    }
}

/// RFC 5114 2.1
const MODP_1024_160: Printed = Printed {
    p: "B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E2EE652C0\
        13ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738FAA31A4FF55BCCC0\
        A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4371",
    g: "A4D1CBD5C3FD34126765A442EFB99905F8104DD258AC507FD6406CFF14266D31266FEA1E5C41564B777E690F5504F213\
        160217B4B01B886A5E91547F9E2749F4D7FBD7D3B9A92EE1909D0D2263F80A76A6A24C087A091F531DBF0A0169B6A28A\
        D662A4D18E73AFA32D779D5918D08BC8858F4DCEF97C2A24855E6EEB22B3B2E5",
    q: "F518AA8781A8DF278ABA4E7D64B7CB9D49462353",
};

/// RFC 5114 2.2
const MODP_2048_224: Printed = Printed {
    p: "AD107E1E9123A9D0D660FAA79559C51FA20D64E5683B9FD1B54B1597B61D0A75E6FA141DF95A56DBAF9A3C407BA1DF15\
        EB3D688A309C180E1DE6B85A1274A0A66D3F8152AD6AC2129037C9EDEFDA4DF8D91E8FEF55B7394B7AD5B7D0B6C12207\
        C9F98D11ED34DBF6C6BA0B2C8BBC27BE6A00E0A0B9C49708B3BF8A317091883681286130BC8985DB1602E714415D9330\
        278273C7DE31EFDC7310F7121FD5A07415987D9ADC0A486DCDF93ACC44328387315D75E198C641A480CD86A1B9E587E8\
        BE60E69CC928B2B9C52172E413042E9B23F10B0E16E79763C9B53DCF4BA80A29E3FB73C16B8E75B97EF363E2FFA31F71\
        CF9DE5384E71B81C0AC4DFFE0C10E64F",
    g: "AC4032EF4F2D9AE39DF30B5C8FFDAC506CDEBE7B89998CAF74866A08CFE4FFE3A6824A4E10B9A6F0DD921F01A70C4AFA\
        AB739D7700C29F52C57DB17C620A8652BE5E9001A8D66AD7C17669101999024AF4D027275AC1348BB8A762D0521BC98A\
        E247150422EA1ED409939D54DA7460CDB5F6C6B250717CBEF180EB34118E98D119529A45D6F834566E3025E316A330EF\
        BB77A86F0C1AB15B051AE3D428C8F8ACB70A8137150B8EEB10E183EDD19963DDD9E263E4770589EF6AA21E7F5F2FF381\
        B539CCE3409D13CD566AFBB48D6C019181E1BCFE94B30269EDFE72FE9B6AA4BD7B5A0F1C71CFFF4C19C418E1F6EC0179\
        81BC087F2A7065B384B890D3191F2BFA",
    q: "801C0D34C58D93FE997177101F80535A4738CEBCBF389A99B36371EB",
};

/// RFC 5114 2.3
const MODP_2048_256: Printed = Printed {
    p: "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4FAF7DF4561B2AA30\
        16C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED91F9E6725B4758C022E0B1EF4275BF7B\
        6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0E\
        F13C6D9A51BFA4AB3AD8347796524D8EF6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026\
        C0B857F689962856DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F\
        693877FAD7EF09CADB094AE91E1A1597",
    g: "3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463FFF4FED4AAC0BB555\
        BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A650196F931C77A57F2DDF463E5E9EC144B\
        777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC831D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55\
        A4BD1BFFE83B9C80D052B985D182EA0ADB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915\
        B3353BBB64E0EC377FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451\
        5E2327CFEF98C582664B4C0F6CC41659",
    q: "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_in_every_standard_group() {
        for (number, length) in [(0, 128), (1, 256), (2, 256)] {
            let group = DhGroup::standard(number).unwrap();
            let keys = [0x11, 0x77].map(|byte| group.random_exponent(&vec![byte; group.random_length()]));
            let publics = keys.each_ref().map(|key| group.generator().power(key));
            let [left, right] = &publics;
            assert_eq!(right.power(&keys[0]), left.power(&keys[1]));
            for public in &publics {
                assert_eq!(public.encode().len(), length);
                assert_eq!(group.number(&public.encode()).as_ref(), Ok(public));
                assert_eq!(DhGroup::key_from_info(&public.info()).as_ref(), Ok(public));
                let algorithm = [der::object(der::OID, &STANDARDIZED), der::integer(&[number])].concat();
                let key = [&[0], der::integer(&public.encode()).as_slice()].concat();
                let parts = [der::object(der::SEQUENCE, &algorithm), der::object(der::BIT_STRING, &key)];
                let info = der::object(der::SEQUENCE, &parts.concat());
                assert_eq!(DhGroup::key_from_info(&info).as_ref(), Ok(public));
                let element = crate::crypto::Element::from_info(&info);
                assert_eq!(element, Ok(crate::crypto::Element::Dh(public.clone())));
            }
            assert!(group.mapped(&[3; 300]).is_some_and(|mapped| group.number(&mapped.encode()).is_ok()));
        }
        assert!(DhGroup::standard(3).is_none());
    }

    #[test]
    fn numbers_outside_of_the_subgroup_are_refused() {
        let group = DhGroup::standard(0).unwrap();
        let p = group.0.ring.modulus().to_be_bytes();
        let mut last = p.to_vec();
        last[127] -= 1;
        for number in [&[][..], &[0], &[1], &last, &p, &[0xFF; 200]] {
            assert_eq!(group.number(number).unwrap_err(), DhKeyError::Range);
        }
        assert_eq!(group.number(&[2]).unwrap_err(), DhKeyError::Subgroup);
        assert_eq!(group.exponent(&[0]).unwrap_err(), DhKeyError::Range);
        assert!(group.mapped(&[0]).is_none() && group.mapped(&[1]).is_none());
    }

    #[test]
    fn hostile_groups_are_refused_before_any_arithmetic() {
        let p = vec![0xFF; 128];
        assert_eq!(DhGroup::new(&[0xFF; 127], &[2], None).unwrap_err(), DhKeyError::Modulus);
        assert_eq!(DhGroup::new(&[0xFF; 513], &[2], None).unwrap_err(), DhKeyError::Modulus);
        assert_eq!(DhGroup::new(&[0xFE; 128], &[2], None).unwrap_err(), DhKeyError::Modulus);
        assert_eq!(DhGroup::new(&p, &[1], None).unwrap_err(), DhKeyError::Generator);
        assert_eq!(DhGroup::new(&p, &[2], Some(&[0xFF; 129])).unwrap_err(), DhKeyError::Generator);
        assert_eq!(DhGroup::new(&p, &[2], Some(&[5])).unwrap_err(), DhKeyError::Generator);
        assert!(DhGroup::new(&p, &[2], None).is_ok());
        // PKCS #3 does not write the order down: that of a standard group is known all the same.
        let standard = DhGroup::standard(2).unwrap();
        let (p, g) = (standard.0.ring.modulus().to_be_bytes(), standard.generator().encode());
        assert_eq!(DhGroup::new(&p, &g, None).unwrap().number(&[2]).unwrap_err(), DhKeyError::Subgroup);
        for bad in [&[][..], &[0x30, 0x00]] {
            assert_eq!(DhGroup::key_from_info(bad).unwrap_err(), DhKeyError::KeyForm);
        }
    }
}
