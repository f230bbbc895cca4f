//! What a JPKI certificate says, and what its profile wants (spec my-number 6.3, 6.4). Nothing here decides whether a
//! certificate is authentic.

use jiff::civil::Date;
use x509_parser::{
    der_parser::asn1_rs::{Any, Class, FromDer, Oid, Tag},
    extensions::{ExtendedKeyUsage, GeneralName, SubjectAlternativeName},
};

use crate::{
    cards::Sex,
    text::{Era, compact_date},
    trust::{Certificate, Hierarchy, Purpose},
};

/// A certificate policy that a certificate must name, by the hierarchy of its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Which certificates.
    pub purpose: Purpose,
    /// Under which roots. What a user installed stands for a root of J-LIS that does not ship yet.
    pub hierarchy: Hierarchy,
    /// Its identifier, for people.
    pub oid: &'static str,
    /// Its identifier as DER writes it: what is compared.
    pub der: &'static [u8],
    /// Whether a genuine certificate was seen with it (V); else it follows from the others (I).
    pub seen: bool,
}

/// The policies. Those of the simulated hierarchy are our choice: 2.999 is the arc that is reserved for examples.
pub const POLICIES: [Policy; 6] = [
    Policy {
        purpose: Purpose::JpkiAuthentication,
        hierarchy: Hierarchy::Production,
        oid: "1.2.392.200149.8.5.1.3.30",
        der: &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x03, 0x1E],
        seen: true,
    },
    Policy {
        purpose: Purpose::JpkiSignature,
        hierarchy: Hierarchy::Production,
        oid: "1.2.392.200149.8.5.1.3.20",
        der: &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x03, 0x14],
        seen: false,
    },
    Policy {
        purpose: Purpose::JpkiAuthentication,
        hierarchy: Hierarchy::Test,
        oid: "1.2.392.200149.8.5.1.0.30",
        der: &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x1E],
        seen: true,
    },
    Policy {
        purpose: Purpose::JpkiSignature,
        hierarchy: Hierarchy::Test,
        oid: "1.2.392.200149.8.5.1.0.20",
        der: &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x14],
        seen: true,
    },
    Policy {
        purpose: Purpose::JpkiAuthentication,
        hierarchy: Hierarchy::Simulated,
        oid: "2.999.1.30",
        der: &[0x88, 0x37, 0x01, 0x1E],
        seen: true,
    },
    Policy {
        purpose: Purpose::JpkiSignature,
        hierarchy: Hierarchy::Simulated,
        oid: "2.999.1.20",
        der: &[0x88, 0x37, 0x01, 0x14],
        seen: true,
    },
];

/// The policy that a certificate of this purpose must name under a root of this hierarchy.
pub fn policy(purpose: Purpose, hierarchy: Hierarchy) -> Option<&'static Policy> {
    let hierarchy = if hierarchy == Hierarchy::Installed { Hierarchy::Production } else { hierarchy };
    POLICIES.iter().find(|policy| policy.purpose == purpose && policy.hierarchy == hierarchy)
}

const EXTENDED_USAGE: &str = "2.5.29.37";
const CERTIFICATE_POLICIES: &str = "2.5.29.32";
const ALTERNATIVE_NAME: &str = "2.5.29.17";

/// Whether extKeyUsage names clientAuth. A certificate without extKeyUsage does not.
pub fn is_for_client_authentication(certificate: &Certificate) -> bool {
    let usage = certificate.extension(EXTENDED_USAGE).and_then(|value| ExtendedKeyUsage::from_der(value).ok());
    usage.is_some_and(|(rest, usage)| rest.is_empty() && usage.client_auth)
}

/// The policies that a certificate names, as DER writes them; none for a certificate without them, or with ones that do
/// not parse.
pub fn policies(certificate: &Certificate) -> Vec<Vec<u8>> {
    let value = certificate.extension(CERTIFICATE_POLICIES);
    let Some(Ok(([], list))) = value.map(Any::from_der) else { return Vec::new() };
    let mut rest = list.data;
    let mut policies = Vec::new();
    while list.tag() == Tag::Sequence && !rest.is_empty() {
        let Ok((behind, policy)) = Any::from_der(rest) else { return Vec::new() };
        let Ok((_, oid)) = Oid::from_der(policy.data) else { return Vec::new() };
        policies.push(oid.as_bytes().to_vec());
        rest = behind;
    }
    policies
}

/// An object identifier with dots, from what DER writes; in hex if it is not one, or if a number of it is beyond 64 bits.
pub fn dotted(der: &[u8]) -> String {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number = Some(0_u64);
    let mut ended = true;
    for byte in der {
        number = number.and_then(|number| number.checked_mul(128)?.checked_add(u64::from(byte & 0x7F)));
        ended = byte & 0x80 == 0;
        if ended {
            let Some(whole) = number.replace(0) else { return hex::encode(der) };
            numbers.push(whole);
        }
    }
    let (Some((first, rest)), true) = (numbers.split_first(), ended) else { return hex::encode(der) };
    // The first two numbers share one (ITU-T X.690 8.19.4).
    let top = (first / 40).min(2);
    [&[top, first - top * 40], rest].concat().iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// Text from a signing certificate. Where a character cannot be written there, another stands in for it and is flagged.
#[derive(Clone, PartialEq, Eq)]
pub struct Flagged {
    /// The text.
    pub text: String,
    /// For each character, whether it stands in for another.
    pub substitutes: Vec<bool>,
}

impl std::fmt::Debug for Flagged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flagged({} characters)", self.substitutes.len())
    }
}

/// How a text compares with one from another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Character by character.
    Same,
    /// But for characters that are flagged as substitutes.
    Substituted,
    /// Another text.
    Different,
}

impl Flagged {
    /// Compares with the same text from another application.
    pub fn compare(&self, other: &str) -> Likeness {
        if self.text == other {
            return Likeness::Same;
        }
        let alike = self.text.chars().count() == other.chars().count()
            && self
                .text
                .chars()
                .zip(other.chars())
                .zip(&self.substitutes)
                .all(|((own, other), flag)| own == other || *flag);
        if alike { Likeness::Substituted } else { Likeness::Different }
    }

    /// Which characters are substitutes, from 1.
    pub fn positions(&self) -> impl Iterator<Item = usize> {
        (1..).zip(&self.substitutes).filter(|(_, flag)| **flag).map(|(at, _)| at)
    }
}

/// 基本4情報 from a signing certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JpkiHolder {
    /// 氏名
    pub name: Flagged,
    /// 性別
    pub sex: Sex,
    /// 生年月日
    pub birth: Date,
    /// The era of the birth date, as its digit says.
    pub era: Era,
    /// 住所
    pub address: Flagged,
}

/// What an entry of the subjectAltName holds; the number is the last one of its identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderField {
    /// .1 氏名
    Name,
    /// .2 代替文字 of the name
    NameFlags,
    /// .3 性別
    Sex,
    /// .4 生年月日
    Birth,
    /// .5 住所
    Address,
    /// .6 代替文字 of the address
    AddressFlags,
}

const FIELDS: [(HolderField, &str, &str); 6] = [
    (HolderField::Name, "1.2.392.200149.8.5.5.1", "name"),
    (HolderField::NameFlags, "1.2.392.200149.8.5.5.2", "substitute flags of the name"),
    (HolderField::Sex, "1.2.392.200149.8.5.5.3", "sex"),
    (HolderField::Birth, "1.2.392.200149.8.5.5.4", "birth date"),
    (HolderField::Address, "1.2.392.200149.8.5.5.5", "address"),
    (HolderField::AddressFlags, "1.2.392.200149.8.5.5.6", "substitute flags of the address"),
];

impl std::fmt::Display for HolderField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(FIELDS.iter().find(|(field, ..)| field == self).map_or("", |(.., name)| name))
    }
}

/// Why a subjectAltName does not report its holder. Holds nothing of the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HolderError {
    /// There is no subjectAltName.
    #[error("the certificate has no subjectAltName")]
    Absent,
    /// It is not a list of names.
    #[error("the subjectAltName is not a list of names")]
    List,
    /// An entry is not there.
    #[error("the {0} is missing")]
    Missing(HolderField),
    /// An entry is there twice.
    #[error("the {0} appears twice")]
    Repeated(HolderField),
    /// An entry holds something else than one UTF8String.
    #[error("the {0} is not a UTF8String")]
    NotText(HolderField),
    /// A text without a character.
    #[error("the {0} is empty")]
    Empty(HolderField),
    /// Flags are `0` and `1`.
    #[error("the {0} are not 0 and 1")]
    Flags(HolderField),
    /// There is one flag for each character.
    #[error("there is not one of the {0} for each character")]
    FlagCount(HolderField),
    /// Not one digit of JIS X 0303.
    #[error("the sex is not a digit of JIS X 0303")]
    Sex,
    /// Not the digit of an era and eight digits of a day.
    #[error("the birth date is not an era and a day")]
    Birth,
}

/// Reads the holder from a signing certificate. Entries of other kinds may be beside.
///
/// # Errors
/// [`HolderError`].
pub fn holder(certificate: &Certificate) -> Result<JpkiHolder, HolderError> {
    let value = certificate.extension(ALTERNATIVE_NAME).ok_or(HolderError::Absent)?;
    let Ok(([], names)) = SubjectAlternativeName::from_der(value) else { return Err(HolderError::List) };
    let names = &names.general_names;
    if names.iter().any(|name| matches!(name, GeneralName::Invalid(..))) {
        return Err(HolderError::List);
    }
    let text = |wanted: HolderField| entry(names, wanted);
    let (era, birth) = birth(text(HolderField::Birth)?)?;
    Ok(JpkiHolder {
        name: flagged(text(HolderField::Name)?, text(HolderField::NameFlags)?, HolderField::NameFlags)?,
        sex: sex(text(HolderField::Sex)?)?,
        birth,
        era,
        address: flagged(text(HolderField::Address)?, text(HolderField::AddressFlags)?, HolderField::AddressFlags)?,
    })
}

fn entry<'a>(names: &[GeneralName<'a>], wanted: HolderField) -> Result<&'a str, HolderError> {
    let oid = FIELDS.iter().find(|(field, ..)| *field == wanted).map_or("", |(_, oid, _)| oid);
    let mut values = names.iter().filter_map(|name| match name {
        GeneralName::OtherName(kind, value) if kind.to_id_string() == oid => Some(*value),
        _ => None,
    });
    let value = values.next().ok_or(HolderError::Missing(wanted))?;
    if values.next().is_some() {
        return Err(HolderError::Repeated(wanted));
    }
    let text = utf8_string(value).ok_or(HolderError::NotText(wanted))?;
    if text.is_empty() { Err(HolderError::Empty(wanted)) } else { Ok(text) }
}

/// `A0 L 0C L text`, and nothing after either of the two.
fn utf8_string(value: &[u8]) -> Option<&str> {
    let Ok(([], outer)) = Any::from_der(value) else { return None };
    if (outer.class(), outer.tag()) != (Class::ContextSpecific, Tag(0)) {
        return None;
    }
    let Ok(([], inner)) = Any::from_der(outer.data) else { return None };
    if (inner.class(), inner.tag()) != (Class::Universal, Tag::Utf8String) {
        return None;
    }
    std::str::from_utf8(inner.data).ok()
}

fn flagged(text: &str, flags: &str, field: HolderField) -> Result<Flagged, HolderError> {
    let substitutes: Option<Vec<bool>> = flags
        .bytes()
        .map(|flag| match flag {
            b'0' => Some(false),
            b'1' => Some(true),
            _ => None,
        })
        .collect();
    let substitutes = substitutes.ok_or(HolderError::Flags(field))?;
    if substitutes.len() != text.chars().count() {
        return Err(HolderError::FlagCount(field));
    }
    Ok(Flagged { text: text.to_owned(), substitutes })
}

fn sex(text: &str) -> Result<Sex, HolderError> {
    match text.as_bytes() {
        [digit] => Sex::from_digit(*digit).ok_or(HolderError::Sex),
        _ => Err(HolderError::Sex),
    }
}

fn birth(text: &str) -> Result<(Era, Date), HolderError> {
    let (era, day) = text.as_bytes().split_first().ok_or(HolderError::Birth)?;
    let era = match era {
        b'1' => Era::Meiji,
        b'2' => Era::Taisho,
        b'3' => Era::Showa,
        b'4' => Era::Heisei,
        b'5' => Era::Reiwa,
        _ => return Err(HolderError::Birth),
    };
    Ok((era, compact_date(day).ok_or(HolderError::Birth)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_policies_is_one() {
        for policy in POLICIES {
            assert_eq!(dotted(policy.der), policy.oid);
            assert_eq!(super::policy(policy.purpose, policy.hierarchy), Some(&policy));
        }
        let installed = policy(Purpose::JpkiSignature, Hierarchy::Installed).unwrap();
        assert_eq!(installed.hierarchy, Hierarchy::Production);
        assert_eq!(policy(Purpose::DriversLicence, Hierarchy::Production), None);
        assert_eq!(dotted(&[]), "");
        assert_eq!(dotted(&[0x2A, 0x83]), "2a83", "an end is missing");
        assert_eq!(dotted(&[0xFF; 12]), "ff".repeat(12));
        assert_eq!(dotted(&[0x01]), "0.1");
    }

    #[test]
    fn texts_compare_character_by_character() {
        let text = |text: &str, flags: &str| flagged(text, flags, HolderField::NameFlags);
        let name = text("見本　太郎", "10000").unwrap();
        assert_eq!(name.compare("見本　太郎"), Likeness::Same);
        assert_eq!(name.compare("𠮷本　太郎"), Likeness::Substituted);
        assert_eq!(name.compare("見木　太郎"), Likeness::Different);
        assert_eq!(name.compare("見本　太"), Likeness::Different);
        assert_eq!(name.positions().collect::<Vec<_>>(), [1]);
        assert_eq!(text("見本", "0").unwrap_err(), HolderError::FlagCount(HolderField::NameFlags));
        assert_eq!(text("見本", "02").unwrap_err(), HolderError::Flags(HolderField::NameFlags));
    }

    #[test]
    fn sex_and_birth_date_have_one_form() {
        assert_eq!(sex("1"), Ok(Sex::Male));
        for wrong in ["3", "11", "１"] {
            assert_eq!(sex(wrong), Err(HolderError::Sex), "{wrong}");
        }
        assert_eq!(birth("319800217"), Ok((Era::Showa, Date::constant(1980, 2, 17))));
        for wrong in ["619800217", "019800217", "31980021", "3198002177", "319800230", "３19800217", "31980-217"] {
            assert_eq!(birth(wrong), Err(HolderError::Birth), "{wrong}");
        }
    }

    #[test]
    fn a_value_is_one_utf8_string_and_nothing_else() {
        assert_eq!(utf8_string(&[0xA0, 0x03, 0x0C, 0x01, b'x']), Some("x"));
        for wrong in [
            &[0xA0, 0x03, 0x13, 0x01, b'x'][..],
            &[0xA1, 0x03, 0x0C, 0x01, b'x'],
            &[0xA0, 0x03, 0x0C, 0x01, b'x', 0x00],
            &[0xA0, 0x04, 0x0C, 0x01, b'x', 0x00],
            &[0xA0, 0x03, 0x0C, 0x01, 0xFF],
            &[0xA0, 0x03, 0x0C, 0x02, b'x'],
            &[],
        ] {
            assert_eq!(utf8_string(wrong), None, "{wrong:02X?}");
        }
    }
}
