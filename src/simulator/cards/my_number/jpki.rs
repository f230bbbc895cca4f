//! The JPKI application of a simulated card: two keys, their certificates by the profile of the real ones (spec my-number
//! 6.3, 6.4, V), and the roots over them.
//!
//! Names and policies say that nothing here is real: every name has the simulator's organisation, and the policies lie
//! below 2.999, the arc that is reserved for examples.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    cards::my_number::{jpki, jpki_files::JpkiToken},
    crypto::{Signer, sha256},
    simulator::{
        Faults, IssueError, Persona,
        certificate::{CertificateOrder, PoolKey, directory_name, extension, octets, oid, sequence, tlv, usage},
        keys,
        persona::stored_date,
    },
    text::{Era, era_year},
    trust::{Hierarchy, Purpose},
};

/// Common name of the root over certificates for user authentication.
pub(crate) const AUTH_CA: &str = "taimen simulated JPKI for user authentication";
/// Common name of the root over certificates for digital signature.
pub(crate) const SIGN_CA: &str = "taimen simulated JPKI for digital signature";

/// The roots as files under `certs/simulated/taimen`.
const AUTH_CA_FILE: &[u8] = include_bytes!("../../../../certs/simulated/taimen/jpki-auth-ca.der");
const SIGN_CA_FILE: &[u8] = include_bytes!("../../../../certs/simulated/taimen/jpki-sign-ca.der");

/// User keys of each kind in the pool.
const KEYS: u8 = 4;
const AUTH_KEYS: [&str; 4] = ["jpki-auth-0", "jpki-auth-1", "jpki-auth-2", "jpki-auth-3"];
const SIGN_KEYS: [&str; 4] = ["jpki-sign-0", "jpki-sign-1", "jpki-sign-2", "jpki-sign-3"];

crate::simulator::record! {
    /// The JPKI application of one card.
    #[derive(Debug, Clone)]
    pub struct IssuedJpki;
    token: Vec<u8>, "EF 0006";
    presence: Vec<u8>, "EF 0008";
    auth_certificate: Option<Vec<u8>>, "EF 000A; `None` if the card holds none.";
    auth_ca: Vec<u8>, "EF 000B";
    sign_certificate: Option<Vec<u8>>, "EF 0001; `None` if the card holds none.";
    sign_ca: Vec<u8>, "EF 0002";
    auth_key: &'static Signer, "The authentication key.";
    sign_key: &'static Signer, "The signing key.";
}

/// The certificates before they are issued.
#[derive(Debug)]
pub(super) struct JpkiPlan {
    pub persona: Persona,
    pub sign_key: &'static str,
    pub auth: CertificateOrder,
    pub sign: CertificateOrder,
}

/// Issues the application of a persona. Costs two RSA signatures.
///
/// # Errors
/// [`IssueError`] when the pool is damaged.
pub fn issue(persona: &Persona, faults: &Faults) -> Result<IssuedJpki, IssueError> {
    let number = usize::from(persona.key % KEYS);
    let auth_name = AUTH_KEYS.get(number).copied().unwrap_or("jpki-auth-0");
    let sign_key = SIGN_KEYS.get(number).copied().unwrap_or("jpki-sign-0");
    let (auth, sign) = (authentication(persona, auth_name), signature(persona, sign_key, &Holder::of(persona)));
    let mut plan = JpkiPlan { persona: persona.clone(), sign_key, auth, sign };
    faults.apply(&mut plan)?;
    let mut issued = IssuedJpki {
        token: token_information(JpkiToken::Card),
        presence: vec![0x8F, 0x8F, 0x00],
        auth_certificate: Some(plan.auth.build()?),
        auth_ca: AUTH_CA_FILE.to_vec(),
        sign_certificate: Some(plan.sign.build()?),
        sign_ca: SIGN_CA_FILE.to_vec(),
        auth_key: keys::signer(auth_name)?,
        sign_key: keys::signer(sign_key)?,
    };
    faults.apply(&mut issued)?;
    Ok(issued)
}

crate::simulator::record! {
    /// What a signing certificate says about its holder, as text in its subjectAltName.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Holder;
    name: String, "氏名";
    name_flags: String, "One `0` or `1` for each character of the name.";
    sex: String, "性別";
    birth: String, "生年月日: the era's digit and `YYYYMMDD`.";
    address: String, "住所";
    address_flags: String, "One `0` or `1` for each character of the address.";
}

impl Holder {
    /// What a persona's certificate says; nothing is substituted.
    pub fn of(persona: &Persona) -> Self {
        let flags = |text: &str| "0".repeat(text.chars().count());
        Self {
            name: persona.name.clone(),
            name_flags: flags(&persona.name),
            sex: char::from(persona.sex).to_string(),
            birth: birth(persona.birth),
            address: persona.address.clone(),
            address_flags: flags(&persona.address),
        }
    }

    /// subjectAltName, in the order of the real ones: .1 .4 .3 .5 .2 .6 (V).
    pub fn alternative_names(&self) -> Vec<u8> {
        let entries = [
            (1, &self.name),
            (4, &self.birth),
            (3, &self.sex),
            (5, &self.address),
            (2, &self.name_flags),
            (6, &self.address_flags),
        ];
        let entry = |(last, text): (u8, &String)| {
            let kind = oid(&[&HOLDER[..], &[last]].concat());
            tlv(0xA0, &[kind, tlv(0xA0, &tlv(0x0C, text.as_bytes()))].concat())
        };
        extension(0x11, false, &sequence(&entries.map(entry)))
    }
}

/// 1.2.392.200149.8.5.5
const HOLDER: [u8; 9] = [0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x05];

fn birth(day: Date) -> String {
    let era = match era_year(day).map(|(era, _)| era) {
        Some(Era::Meiji) => '1',
        Some(Era::Taisho) => '2',
        Some(Era::Showa) => '3',
        Some(Era::Heisei) => '4',
        Some(Era::Reiwa) | None => '5',
    };
    format!("{era}{}", String::from_utf8_lossy(&stored_date(day)))
}

/// The certificate for user authentication: 14 letters and digits, municipality and `003A` for a name, nothing personal.
fn authentication(persona: &Persona, key: &'static str) -> CertificateOrder {
    let opaque: String = hex::encode_upper(sha256(&[b"jpki authentication", persona.serial.as_bytes()]));
    let subject = format!("{}{}003A", opaque.get(..14).unwrap_or_default(), persona.municipality);
    let mut order = leaf(persona, key, subject, "jpki-auth-ca", AUTH_CA);
    order.key_usage = Some(usage::DIGITAL_SIGNATURE);
    order.more = vec![
        extended_usage(&CLIENT_AUTH),
        policy(policy_of(Purpose::JpkiAuthentication)),
        distribution_point(persona),
        information_access(),
    ];
    order
}

/// The certificate for digital signature: time of issue, municipality and `003A` for a name, the holder beside it.
pub(super) fn signature(persona: &Persona, key: &'static str, holder: &Holder) -> CertificateOrder {
    let subject = format!("2020060112000000001{}003A", persona.municipality);
    let mut order = leaf(persona, key, subject, "jpki-sign-ca", SIGN_CA);
    order.key_usage = Some(usage::DIGITAL_SIGNATURE | usage::NON_REPUDIATION);
    order.more =
        vec![policy(policy_of(Purpose::JpkiSignature)), holder.alternative_names(), distribution_point(persona)];
    order
}

fn leaf(persona: &Persona, key: &'static str, subject: String, signer: &'static str, issuer: &str) -> CertificateOrder {
    let mut order = CertificateOrder::leaf(PoolKey::Rsa(key), &subject, PoolKey::Rsa(signer), issuer);
    let [first, second, third, ..] = sha256(&[key.as_bytes(), persona.serial.as_bytes()]);
    order.serial = vec![0x07, first, second, third];
    order.not_after = end_of_day(persona.expiry());
    order
}

/// 23:59:59 of a day in Japan, when these certificates end.
pub(super) fn end_of_day(day: Date) -> Timestamp {
    let end = day.at(14, 59, 59, 0).to_zoned(TimeZone::UTC);
    end.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// 1.3.6.1.5.5.7.3.2
const CLIENT_AUTH: [u8; 8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// The simulated hierarchy's policy.
fn policy_of(purpose: Purpose) -> &'static [u8] {
    jpki::policy(purpose, Hierarchy::Simulated).map_or(&[], |policy| policy.der)
}

pub(super) fn extended_usage(purpose: &[u8]) -> Vec<u8> {
    extension(0x25, false, &sequence(&[oid(purpose)]))
}

/// certificatePolicies, critical, with the address of a practice statement that does not exist.
pub(super) fn policy(policy: &[u8]) -> Vec<u8> {
    /// 1.3.6.1.5.5.7.2.1
    const CPS: [u8; 8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01];
    let qualifier = sequence(&[oid(&CPS), tlv(0x16, b"http://simulated.invalid/cps.html")]);
    extension(0x20, true, &sequence(&[sequence(&[oid(policy), sequence(&[qualifier])])]))
}

/// cRLDistributionPoints: a directory name and no address, as in the real ones.
fn distribution_point(persona: &Persona) -> Vec<u8> {
    let name = directory_name(&format!("{} CRLDP", persona.municipality));
    let full_name = tlv(0xA0, &tlv(0xA4, &name));
    extension(0x1F, false, &sequence(&[sequence(&[tlv(0xA0, &full_name)])]))
}

/// authorityInfoAccess with the address of an OCSP responder that does not exist.
fn information_access() -> Vec<u8> {
    /// 1.3.6.1.5.5.7.48.1
    const OCSP: [u8; 8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
    /// 1.3.6.1.5.5.7.1.1
    const ACCESS: [u8; 8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
    let responder = sequence(&[oid(&OCSP), tlv(0x86, b"http://ocsp.simulated.invalid")]);
    sequence(&[oid(&ACCESS), octets(&sequence(&[responder]))])
}

/// Token information: PKCS #11 CK_TOKEN_INFO, 160 bytes (spec my-number 6.1, M).
pub(super) fn token_information(token: JpkiToken) -> Vec<u8> {
    let padded =
        |text: &str, length: usize| -> Vec<u8> { text.bytes().chain(std::iter::repeat(b' ')).take(length).collect() };
    let numbers: [u32; 11] = [0x0000_040D, 1, 0, 1, 0, 16, 6, u32::MAX, u32::MAX, u32::MAX, u32::MAX];
    [
        padded(token.label(), 32),
        padded("00000000000000000000000000000001", 32),
        padded("E16R01NJ", 16),
        padded("0000000000000000", 16),
        numbers.iter().flat_map(|number| number.to_be_bytes()).collect(),
        padded("0301", 4),
        vec![b'9'; 16],
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cards::my_number::jpki::{HolderError, HolderField},
        simulator::certificate::{BasicConstraints, assert_committed, last_second, midnight},
        trust::Certificate,
    };

    /// The two roots by the names of their files, without `.der`: self-signed, no path length, as the real ones are (V).
    fn authorities() -> [(&'static str, CertificateOrder); 2] {
        let root = |key: &'static str, name: &str| {
            let (first, last) = (midnight(2020, 1, 1), last_second(2099, 12, 31));
            let mut order = CertificateOrder::authority(PoolKey::Rsa(key), name, 0x01, first, last);
            order.constraints = Some(BasicConstraints { ca: true, path_length: None });
            (key, order)
        };
        [root("jpki-auth-ca", AUTH_CA), root("jpki-sign-ca", SIGN_CA)]
    }

    #[test]
    fn the_committed_roots_come_out_byte_for_byte() {
        assert_committed(authorities(), CertificateOrder::build);
    }

    #[test]
    fn token_information_has_its_size_and_label() {
        let bytes = token_information(JpkiToken::Card);
        assert_eq!(bytes.len(), 160);
        assert!(bytes.starts_with(b"JPKIAPICCTOKEN2 "));
        assert_eq!(&bytes[96..100], [0, 0, 4, 0x0D]);
        assert_eq!(&bytes[140..], b"03019999999999999999");
    }

    #[test]
    fn the_alternative_names_of_the_test_card_come_out_byte_for_byte() {
        // The first entry of the genuine test card (spec my-number 6.4).
        let holder = Holder {
            name: "黒桐　幹也".to_owned(),
            name_flags: "00000".to_owned(),
            sex: "1".to_owned(),
            birth: "319800217".to_owned(),
            address: "東京都清瀬市観布子南１２－７－２０２".to_owned(),
            address_flags: "0".repeat(18),
        };
        let hex = hex::encode_upper(holder.alternative_names());
        assert!(hex.contains("A01F060A2A83088C9B5508050501A0110C0FE9BB92E6A190E38080E5B9B9E4B99F"), "{hex}");
        assert_eq!(birth(Date::constant(1980, 2, 17)), holder.birth);
        assert_eq!(birth(Date::constant(2019, 5, 1)), "520190501");
    }

    fn read(change: impl FnOnce(&mut Vec<(u8, u8, Vec<u8>)>)) -> Result<jpki::JpkiHolder, HolderError> {
        let persona = Persona::from_seed(1);
        let holder = Holder::of(&persona);
        let text = |number, text: &str| (number, 0x0C, text.as_bytes().to_vec());
        let mut entries = vec![
            text(1, &holder.name),
            text(4, &holder.birth),
            text(3, &holder.sex),
            text(5, &holder.address),
            text(2, &holder.name_flags),
            text(6, &holder.address_flags),
        ];
        change(&mut entries);
        let names: Vec<Vec<u8>> = entries
            .iter()
            .map(|(number, tag, value)| {
                let kind = oid(&[&HOLDER[..], &[*number]].concat());
                tlv(0xA0, &[kind, tlv(0xA0, &tlv(*tag, value))].concat())
            })
            .collect();
        certified(Some(sequence(&names)))
    }

    fn certified(names: Option<Vec<u8>>) -> Result<jpki::JpkiHolder, HolderError> {
        let persona = Persona::from_seed(1);
        let mut order = signature(&persona, "jpki-sign-0", &Holder::of(&persona));
        order.more.remove(1);
        order.more.extend(names.map(|names| extension(0x11, false, &names)));
        jpki::holder(&Certificate::parse(&order.build().unwrap()).unwrap())
    }

    #[test]
    fn each_malformed_holder_has_its_name() {
        use HolderField::{Address, AddressFlags, Birth, Name, NameFlags, Sex};
        let set = |number: u8, value: &'static [u8]| {
            read(move |entries| {
                entries.iter_mut().filter(|entry| entry.0 == number).for_each(|entry| entry.2 = value.to_vec());
            })
        };
        assert!(read(|_| {}).is_ok());
        assert!(read(|entries| entries.reverse()).is_ok(), "the order is not fixed");
        assert!(read(|entries| entries.push((9, 0x0C, b"x".to_vec()))).is_ok(), "what is not known may stand beside");
        for (number, field) in [(1, Name), (2, NameFlags), (3, Sex), (4, Birth), (5, Address), (6, AddressFlags)] {
            let without = read(|entries| entries.retain(|entry| entry.0 != number));
            assert_eq!(without, Err(HolderError::Missing(field)));
            let twice = read(|entries| {
                let again = entries.iter().find(|entry| entry.0 == number).unwrap().clone();
                entries.push(again);
            });
            assert_eq!(twice, Err(HolderError::Repeated(field)));
            let other = read(|entries| {
                entries.iter_mut().filter(|entry| entry.0 == number).for_each(|entry| entry.1 = 0x13);
            });
            assert_eq!(other, Err(HolderError::NotText(field)));
            assert_eq!(set(number, b"\xFF"), Err(HolderError::NotText(field)));
            assert_eq!(set(number, b""), Err(HolderError::Empty(field)));
        }
        assert_eq!(set(2, b"x"), Err(HolderError::Flags(NameFlags)));
        assert_eq!(set(6, b"0"), Err(HolderError::FlagCount(AddressFlags)));
        assert_eq!(set(3, b"7"), Err(HolderError::Sex));
        assert_eq!(set(4, b"719800217"), Err(HolderError::Birth));
        assert_eq!(certified(None), Err(HolderError::Absent));
        assert_eq!(certified(Some(b"\x30\x05xx".to_vec())), Err(HolderError::List));
        assert_eq!(certified(Some(sequence(&[tlv(0xA0, b"")]))), Err(HolderError::List));
        assert_eq!(certified(Some([sequence(&[]), vec![0]].concat())), Err(HolderError::List));
    }
}
