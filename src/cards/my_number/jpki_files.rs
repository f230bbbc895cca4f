//! The JPKI application (公的個人認証AP): files, keys and references as tables. Source of each fact: spec my-number
//! sections 1.3, 2.5, 3.6 and 6.1.

use crate::{lang::Bilingual, tlv::Tag, verify::CheckId};

use super::{
    files::{Access, File, JPKI, Object, OtherFile, Reference},
    spec,
};
use crate::cards::model::{self, Address, Extent};

/// The outermost tag of a certificate.
const SEQUENCE: Tag = Tag(0x30);

/// The most bytes of a certificate; the test card's have up to 1,758.
const CERTIFICATE_LIMIT: usize = 4_096;

const fn certificate(
    name: &'static str,
    sfi: u8,
    title: Bilingual,
    access: Access,
    signed_by: Option<CheckId>,
    test_card_size: usize,
) -> File {
    let (address, extent, private) = (Address::Short(sfi), Extent::Object(CERTIFICATE_LIMIT), false);
    let file = model::File { name, application: JPKI, address, title, access, extent, signed_by, private };
    File { file, own: Object { tag: SEQUENCE, test_card_size } }
}

/// 署名用電子証明書 (C).
pub const JPKI_SIGN_CERTIFICATE: File = certificate(
    "jpki/0001",
    0x01,
    Bilingual::new("署名用電子証明書", "certificate for digital signature"),
    Access::AnyOf(&[0x1B]),
    Some(CheckId::JpkiSignChain),
    1_758,
);

/// The certificate of its issuer that the card carries: shown, never trusted (C).
pub const JPKI_SIGN_CA: File = certificate(
    "jpki/0002",
    0x02,
    Bilingual::new("カード内の署名用CA証明書", "CA certificate for digital signature on the card"),
    Access::Free,
    None,
    1_318,
);

/// 利用者証明用電子証明書: free on the plastic card (C).
pub const JPKI_AUTH_CERTIFICATE: File = certificate(
    "jpki/000A",
    0x0A,
    Bilingual::new("利用者証明用電子証明書", "certificate for user authentication"),
    Access::Free,
    Some(CheckId::JpkiAuthChain),
    1_590,
);

/// The certificate of its issuer that the card carries: shown, never trusted (C).
pub const JPKI_AUTH_CA: File = certificate(
    "jpki/000B",
    0x0B,
    Bilingual::new("カード内の利用者証明用CA証明書", "CA certificate for user authentication on the card"),
    Access::Free,
    None,
    1_333,
);

/// The application's certificates, in the order in which they are read.
pub const JPKI_CERTIFICATES: [File; 4] = [JPKI_AUTH_CERTIFICATE, JPKI_AUTH_CA, JPKI_SIGN_CA, JPKI_SIGN_CERTIFICATE];

/// Token information: a label that says what answers, no object, exactly so many bytes (M).
pub const JPKI_TOKEN: OtherFile = OtherFile::new(JPKI, 0x06, Access::Free, None, 160);
/// Which certificates the card holds: three bytes, no object (M).
pub const JPKI_PRESENCE: OtherFile = OtherFile::new(JPKI, 0x08, Access::Free, None, 3);

/// [`JPKI_TOKEN`] as it is read.
pub const JPKI_TOKEN_FILE: model::File = model::File {
    name: "jpki/0006",
    title: Bilingual::new("JPKIトークン情報", "JPKI token information"),
    address: Address::Short(JPKI_TOKEN.sfi),
    extent: Extent::Sized(JPKI_TOKEN.test_card_size),
    ..JPKI_AUTH_CA.file
};
/// [`JPKI_PRESENCE`] as it is read.
pub const JPKI_PRESENCE_FILE: model::File = model::File {
    name: "jpki/0008",
    title: Bilingual::new("電子証明書の有無", "which JPKI certificates the card holds"),
    address: Address::Short(JPKI_PRESENCE.sfi),
    extent: Extent::Sized(JPKI_PRESENCE.test_card_size),
    ..JPKI_AUTH_CA.file
};
/// How a dump names the authentication key, where it says why that was not challenged.
pub const JPKI_AUTH_KEY_NAME: &str = "jpki/0017";

/// 利用者証明用秘密鍵: its short EF identifier (M). Its PIN is needed for each use.
pub const JPKI_AUTH_KEY: u8 = 0x17;
/// 署名用秘密鍵 (M). This program never signs with it; the simulator holds it.
pub const JPKI_SIGN_KEY: u8 = 0x1A;

/// 利用者証明用暗証番号 (C, D).
pub const JPKI_AUTHENTICATION_PIN: Reference = Reference {
    name: "jpki/0018",
    id: "jpki/auth-pin",
    application: JPKI,
    sfi: 0x18,
    title: Bilingual::new("利用者証明用暗証番号", "PIN for user authentication"),
    limit: 3,
    credential: Some(&spec::AUTH_PIN),
    always_counted: true,
};
/// 署名用パスワード (C, D).
pub const JPKI_SIGNING_PASSWORD: Reference = Reference {
    name: "jpki/001B",
    id: "jpki/sign-password",
    application: JPKI,
    sfi: 0x1B,
    title: Bilingual::new("署名用パスワード", "password for digital signature"),
    limit: 5,
    credential: Some(&spec::SIGN_PASSWORD),
    always_counted: true,
};

/// `80 2A 00 97`: the authentication key signs a padded DigestInfo, named by its short EF identifier (M).
pub const JPKI_SIGN: [u8; 4] = [0x80, 0x2A, 0x00, 0x97];
/// `80 2A 00 80`: the same with the key that was selected before, the classic form (C).
pub const JPKI_SIGN_SELECTED: [u8; 4] = [0x80, 0x2A, 0x00, 0x80];

/// Bytes of the label at the head of [`JPKI_TOKEN`]. Only they decide what answers (C).
pub const TOKEN_LABEL: usize = 32;

/// What answers for the JPKI application, by its label (spec my-number 1.3, M).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JpkiToken {
    /// A My Number Card.
    Card,
    /// 住民基本台帳カード, the card before it.
    ResidentCard,
    /// An Android phone.
    Android,
    /// An iPhone.
    Iphone,
    /// A label that is not known.
    Unknown,
}

const TOKENS: [(JpkiToken, &str, &str, Bilingual); 5] = [
    (JpkiToken::Card, "JPKIAPICCTOKEN2", "card", Bilingual::new("マイナンバーカード", "My Number Card")),
    (
        JpkiToken::ResidentCard,
        "JPKIAPICCTOKEN",
        "resident-card",
        Bilingual::new("住民基本台帳カード（旧）", "resident register card (before the My Number Card)"),
    ),
    (JpkiToken::Android, "JPKIAPGPSETOKEN", "android", Bilingual::new("スマートフォン（Android）", "Android phone")),
    (JpkiToken::Iphone, "JPKIAPIOSTOKEN", "iphone", Bilingual::new("スマートフォン（iPhone）", "iPhone")),
    (JpkiToken::Unknown, "", "unknown", Bilingual::new("不明なトークン", "unknown token")),
];

impl JpkiToken {
    /// Reads [`JPKI_TOKEN`]; what stands behind the label does not matter.
    pub fn of(file: &[u8]) -> Self {
        let label = file.get(..TOKEN_LABEL).unwrap_or(file);
        let label = label.trim_ascii_end();
        let known = TOKENS.iter().find(|(_, known, ..)| !label.is_empty() && known.as_bytes() == label);
        known.map_or(Self::Unknown, |(token, ..)| *token)
    }

    /// The label; empty for an unknown one.
    pub fn label(self) -> &'static str {
        TOKENS.iter().find(|(token, ..)| *token == self).map_or("", |(_, label, ..)| label)
    }

    /// The machine name.
    pub fn as_str(self) -> &'static str {
        TOKENS.iter().find(|(token, ..)| *token == self).map_or("unknown", |(_, _, name, _)| name)
    }

    /// What people read.
    pub fn name(self) -> Bilingual {
        TOKENS.iter().find(|(token, ..)| *token == self).map_or(Bilingual::new("", ""), |(.., name)| *name)
    }
}

/// Whether a certificate is on the card, by [`JPKI_PRESENCE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// `8F` (M).
    Present,
    /// `00` (M).
    Absent,
    /// The file is too short, or has a byte that nobody has seen.
    Unknown,
}

/// What [`JPKI_PRESENCE`] says about the signing certificate (byte 0) and the authentication certificate (byte 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JpkiPresence {
    /// 署名用
    pub signature: Presence,
    /// 利用者証明用
    pub authentication: Presence,
}

impl JpkiPresence {
    /// Reads the file.
    pub fn of(file: &[u8]) -> Self {
        let at = |index: usize| match file.get(index) {
            Some(0x8F) => Presence::Present,
            Some(0x00) => Presence::Absent,
            _ => Presence::Unknown,
        };
        Self { signature: at(0), authentication: at(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_alone_decides() {
        let token = |label: &str, rest: u8| JpkiToken::of(&[format!("{label:<32}").as_bytes(), &[rest; 128]].concat());
        for rest in [0x00, 0x20, 0xFF] {
            assert_eq!(token("JPKIAPICCTOKEN2", rest), JpkiToken::Card);
            assert_eq!(token("JPKIAPICCTOKEN", rest), JpkiToken::ResidentCard);
            assert_eq!(token("JPKIAPGPSETOKEN", rest), JpkiToken::Android);
            assert_eq!(token("JPKIAPIOSTOKEN", rest), JpkiToken::Iphone);
            for other in ["", "JPKIAPICCTOKEN3", " JPKIAPICCTOKEN2", "jpkiapicctoken2", "JPKIAPICCTOKEN2X"] {
                assert_eq!(token(other, rest), JpkiToken::Unknown, "{other:?}");
            }
        }
        assert_eq!(JpkiToken::of(b"JPKIAPICCTOKEN2"), JpkiToken::Card, "a file cut behind its label");
        assert_eq!(JpkiToken::of(&[]), JpkiToken::Unknown);
    }

    #[test]
    fn presence_is_8f_and_nothing_else() {
        let of = |bytes: &[u8]| {
            let presence = JpkiPresence::of(bytes);
            (presence.signature, presence.authentication)
        };
        assert_eq!(of(&[0x8F, 0x8F, 0x00]), (Presence::Present, Presence::Present));
        assert_eq!(of(&[0x00, 0x8F, 0x00]), (Presence::Absent, Presence::Present));
        assert_eq!(of(&[0x01, 0xFF, 0x8F]), (Presence::Unknown, Presence::Unknown));
        assert_eq!(of(&[0x8F]), (Presence::Present, Presence::Unknown));
    }
}
