//! The JPKI application (公的個人認証AP): files, keys and references as tables. Source of each fact: spec my-number
//! sections 1.3, 2.5, 3.6 and 6.1.

use crate::{cards::model::reference_rows, lang::Bilingual};

use super::{files::JPKI, spec};

/// How a dump names the authentication key, if it says why that was not challenged.
pub const JPKI_AUTH_KEY_NAME: &str = "jpki/0017";

/// 利用者証明用秘密鍵: its short EF identifier (M). Its PIN is needed for each use.
pub const JPKI_AUTH_KEY: u8 = 0x17;
/// 署名用秘密鍵 (M). This program never signs with it; the simulator holds it.
pub const JPKI_SIGN_KEY: u8 = 0x1A;

reference_rows! {
    // C, D.
    JPKI_AUTHENTICATION_PIN JPKI "jpki/0018" "jpki/auth-pin" 0x18 "利用者証明用暗証番号" "PIN for user authentication", 3,
        Some(&spec::AUTH_PIN), true;
    JPKI_SIGNING_PASSWORD JPKI "jpki/001B" "jpki/sign-password" 0x1B "署名用パスワード" "password for digital signature", 5,
        Some(&spec::SIGN_PASSWORD), true;
}

/// `80 2A 00 97`: the authentication key signs a padded DigestInfo, named by its short EF identifier (M).
pub const JPKI_SIGN: [u8; 4] = [0x80, 0x2A, 0x00, 0x97];
/// `80 2A 00 80`: the same with the key that was selected before, the classic form (C).
pub const JPKI_SIGN_SELECTED: [u8; 4] = [0x80, 0x2A, 0x00, 0x80];

/// Bytes of the label at the head of [`JPKI_TOKEN`](super::files::JPKI_TOKEN). Only they decide what answers (C).
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

macro_rules! tokens {
    ($($token:ident $label:literal $id:literal $ja:literal $en:literal;)*) => {
        const TOKENS: &[(JpkiToken, &str, &str, Bilingual)] =
            &[$((JpkiToken::$token, $label, $id, Bilingual::new($ja, $en))),*];
    };
}

tokens! {
    Card "JPKIAPICCTOKEN2" "card" "マイナンバーカード" "My Number Card";
    ResidentCard "JPKIAPICCTOKEN" "resident-card" "住民基本台帳カード（旧）" "resident register card (before the My Number Card)";
    Android "JPKIAPGPSETOKEN" "android" "スマートフォン（Android）" "Android phone";
    Iphone "JPKIAPIOSTOKEN" "iphone" "スマートフォン（iPhone）" "iPhone";
    Unknown "" "unknown" "不明なトークン" "unknown token";
}

impl JpkiToken {
    /// Reads [`JPKI_TOKEN`](super::files::JPKI_TOKEN); what is after the label does not matter.
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

/// Whether a certificate is on the card, by [`JPKI_PRESENCE`](super::files::JPKI_PRESENCE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// `8F` (M).
    Present,
    /// `00` (M).
    Absent,
    /// The file is too short, or has a byte that nobody has seen.
    Unknown,
}

/// What [`JPKI_PRESENCE`](super::files::JPKI_PRESENCE) says about the signing certificate (byte 0) and the authentication certificate (byte 1).
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
