//! From a file's bytes to its fields. Nothing here decides whether anything is authentic.

use jiff::civil::Date;

use crate::{
    cards::Sex,
    text::compact_date,
    tlv::{self, Object, Tag, TlvError, TlvErrorKind},
};

use super::files::{self, Content, Field, File};

/// Why a file does not decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The structure is broken.
    #[error(transparent)]
    Tlv(#[from] TlvError),
    /// A field does not hold what its table row says.
    #[error("tag {tag} does not hold {content:?} at byte {at}")]
    Value {
        /// The field.
        tag: Tag,
        /// What it should hold.
        content: Content,
        /// Where.
        at: usize,
    },
}

/// 券面データ, face/0002. Objects are raw, because signatures cover raw bytes.
#[derive(Debug, Clone)]
pub struct FaceData<'a> {
    /// 生年月日
    pub birth: Object<'a>,
    /// 性別
    pub sex: Object<'a>,
    /// The chip's public key.
    pub key: Object<'a>,
    /// 氏名, PNG.
    pub name: Object<'a>,
    /// 住所, PNG.
    pub address: Object<'a>,
    /// 顔写真, JP2; `None` if the card holds none (infants).
    pub photo: Option<Object<'a>>,
    /// The signature.
    pub signature: Object<'a>,
    /// 有効期限, not signed.
    pub expiry: Option<Object<'a>>,
    /// セキュリティコード, PNG, not signed.
    pub code: Option<Object<'a>>,
    /// Whether the offset table points at where the objects start.
    pub offsets_agree: bool,
}

/// 年齢確認データ, face/0001.
#[derive(Debug, Clone)]
pub struct AgeData<'a> {
    /// 生年月日
    pub birth: Object<'a>,
    /// The chip's public key.
    pub key: Object<'a>,
    /// The signature over both.
    pub signature: Object<'a>,
}

/// 基本4情報, text/0002.
#[derive(Debug, Clone)]
pub struct TextData<'a> {
    /// 氏名
    pub name: Object<'a>,
    /// 住所
    pub address: Object<'a>,
    /// 生年月日
    pub birth: Object<'a>,
    /// 性別
    pub sex: Object<'a>,
}

/// 真正性確認情報, text/0003.
#[derive(Debug, Clone)]
pub struct TextDigests<'a> {
    /// Digest of the number file: to be treated as the number itself.
    pub number: Object<'a>,
    /// Digest of the attributes.
    pub attributes: Object<'a>,
    /// The signature over both digests.
    pub signature: Object<'a>,
}

/// text/0007.
#[derive(Debug, Clone)]
pub struct TextKey<'a> {
    /// The chip's public key in the text application.
    pub key: Object<'a>,
    /// The signature over it.
    pub signature: Object<'a>,
}

/// Reads face/0002.
///
/// # Errors
/// [`DecodeError`] when a signed object or the signature is missing, or the structure is broken.
pub fn face(bytes: &[u8]) -> Result<FaceData<'_>, DecodeError> {
    let parts = Parts::of(bytes, &files::FACE_DATA)?;
    Ok(FaceData {
        birth: parts.required(&files::FACE_BIRTH)?,
        sex: parts.required(&files::FACE_SEX)?,
        key: parts.required(&files::FACE_KEY)?,
        name: parts.required(&files::FACE_NAME)?,
        address: parts.required(&files::FACE_ADDRESS)?,
        photo: parts.optional(&files::FACE_PHOTO).filter(|photo| !photo.value.is_empty()),
        signature: parts.required(&files::FACE_SIGNATURE)?,
        expiry: parts.optional(&files::FACE_EXPIRY),
        code: parts.optional(&files::FACE_CODE),
        offsets_agree: parts.offsets_agree(&files::FACE_OFFSETS),
    })
}

/// Reads face/0001.
///
/// # Errors
/// [`DecodeError`].
pub fn age(bytes: &[u8]) -> Result<AgeData<'_>, DecodeError> {
    let parts = Parts::of(bytes, &files::FACE_AGE)?;
    Ok(AgeData {
        birth: parts.required(&files::AGE_BIRTH_DATE)?,
        key: parts.required(&files::AGE_KEY)?,
        signature: parts.required(&files::AGE_SIGNATURE)?,
    })
}

/// Reads text/0002.
///
/// # Errors
/// [`DecodeError`].
pub fn text(bytes: &[u8]) -> Result<TextData<'_>, DecodeError> {
    let parts = Parts::of(bytes, &files::TEXT_ATTRIBUTES)?;
    Ok(TextData {
        name: parts.required(&files::TEXT_NAME)?,
        address: parts.required(&files::TEXT_ADDRESS)?,
        birth: parts.required(&files::TEXT_BIRTH)?,
        sex: parts.required(&files::TEXT_SEX)?,
    })
}

/// Reads text/0003.
///
/// # Errors
/// [`DecodeError`].
pub fn digests(bytes: &[u8]) -> Result<TextDigests<'_>, DecodeError> {
    let parts = Parts::of(bytes, &files::TEXT_DIGESTS)?;
    Ok(TextDigests {
        number: parts.required(&files::DIGEST_NUMBER)?,
        attributes: parts.required(&files::DIGEST_ATTRIBUTES)?,
        signature: parts.required(&files::DIGEST_SIGNATURE)?,
    })
}

/// Reads text/0007.
///
/// # Errors
/// [`DecodeError`].
pub fn text_key(bytes: &[u8]) -> Result<TextKey<'_>, DecodeError> {
    let parts = Parts::of(bytes, &files::TEXT_KEY)?;
    Ok(TextKey { key: parts.required(&files::TEXT_CHIP_KEY)?, signature: parts.required(&files::TEXT_KEY_SIGNATURE)? })
}

/// The day in a date field.
///
/// # Errors
/// [`DecodeError::Value`].
pub fn date_of(object: &Object<'_>) -> Result<Date, DecodeError> {
    compact_date(object.value).ok_or(wrong(object, Content::Date))
}

/// The text in a text field.
///
/// # Errors
/// [`DecodeError::Value`] when it is not UTF-8.
pub fn text_of(object: &Object<'_>) -> Result<String, DecodeError> {
    String::from_utf8(object.value.to_vec()).map_err(|_| wrong(object, Content::Text))
}

/// The sex in a sex field.
///
/// # Errors
/// [`DecodeError::Value`] for a digit that no table has.
pub fn sex_of(object: &Object<'_>) -> Result<Sex, DecodeError> {
    match object.value {
        [digit] => Sex::from_digit(*digit).ok_or(wrong(object, Content::Sex)),
        _ => Err(wrong(object, Content::Sex)),
    }
}

fn wrong(object: &Object<'_>, content: Content) -> DecodeError {
    DecodeError::Value { tag: object.tag, content, at: object.at }
}

/// The objects of one file.
struct Parts<'a> {
    file: &'static File,
    children: Vec<Object<'a>>,
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8], file: &'static File) -> Result<Self, TlvError> {
        let (outer, _filler) = tlv::file(bytes, file.own.tag)?;
        Ok(Self { file, children: outer.children()? })
    }

    fn optional(&self, field: &Field) -> Option<Object<'a>> {
        self.children.iter().find(|child| child.tag == field.tag).copied()
    }

    fn required(&self, field: &Field) -> Result<Object<'a>, DecodeError> {
        self.optional(field).ok_or(TlvError { at: 0, kind: TlvErrorKind::Missing(field.tag) }.into())
    }

    /// Whether the table of offsets names the true starts of the objects that it lists, in order (V).
    fn offsets_agree(&self, table: &Field) -> bool {
        let Some(table) = self.optional(table) else { return false };
        let (pairs, rest) = table.value.as_chunks::<2>();
        let told = pairs.iter().map(|pair| usize::from(u16::from_be_bytes(*pair)));
        let found = files::offset_targets(self.file).filter_map(|field| self.optional(field)).map(|object| object.at);
        rest.is_empty() && told.eq(found)
    }
}
