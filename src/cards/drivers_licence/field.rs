//! What a field of a licence's table is (spec licence 2.3 to 2.12, 6.4).

use crate::{lang::Bilingual, tlv::Tag, verify::CheckId};

use super::files::File;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// JIS X 0208, two bytes a character, no escape sequences, with external characters (7.1, 7.2).
    Text,
    /// JIS X 0201, one byte a character: digits, or names in letters.
    Latin,
    /// `EYYMMDD`, JIS X 0201, E the digit of the era; `000000` behind any E: not held (2.5).
    Date,
    /// Two BCD digits: the year of the edition of JIS X 0208.
    Edition,
    /// Spec version (3 digits), issue and expiry day (packed BCD `YYYYMMDD`): tag 45 of MF/EF01 (2.3).
    CardDates,
    /// One byte of a PIN-setting file (2.4).
    PinSetting,
    /// 外字: one byte 文字構成, then a raster (2.7, 7.4). Tag's place in the table gives the slot.
    External,
    /// 追記の有無: one byte whose values are not public (2.8, U). Nothing rests on it.
    ChangeFlag,
    /// A change: edition (1), day (14, full-width), text, commission (10) (2.8, C2+).
    Change,
    /// A change of commission: edition (1), day (14), commission (10), no text (2.8, I).
    CommissionChange,
    /// One byte: 00 not held, else held. The values are not public (6.4, I).
    Held,
    /// One byte whose table is not public (6.4, U).
    Code,
    /// JPEG 2000, one component, in a JP2 container or as a raw codestream (7.5).
    Photo,
    /// RSA-2048 signature, 256 bytes.
    Signature,
    /// Bytes shown as hex.
    Binary,
    /// Reserved: kept as bytes.
    Reserved,
}

/// A field of a file, or a run of equal fields under consecutive tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The file's name.
    pub file: &'static str,
    /// Its tag, or the first of the run.
    pub tag: Tag,
    /// How many tags, one after the other.
    pub slots: u32,
    /// Machine name, for example `licence_number`.
    pub id: &'static str,
    /// Names for people.
    pub title: Bilingual,
    /// What it holds.
    pub content: Content,
    /// The most bytes of its value.
    pub max: usize,
    /// Whether a file without it is malformed; it may still be empty.
    pub required: bool,
    /// Whether it is shown only when asked for (本籍).
    pub masked: bool,
    /// The check that covers it, if one does.
    pub signed_by: Option<CheckId>,
}

impl Field {
    /// Its tags in order.
    pub fn tags(&self) -> impl Iterator<Item = Tag> + use<> {
        let first = self.tag.0;
        (first..first.saturating_add(self.slots)).map(Tag)
    }

    /// Which of its run a tag is, from 0.
    pub fn slot(&self, tag: Tag) -> Option<u32> {
        tag.0.checked_sub(self.tag.0).filter(|slot| *slot < self.slots)
    }
}

/// A field in the making: what most of them are.
pub(super) const fn field(
    file: File,
    tag: u32,
    id: &'static str,
    title: Bilingual,
    content: Content,
    max: usize,
) -> Field {
    let signed_by = file.file.signed_by;
    let masked = file.own.domicile;
    Field { file: file.file.name, tag: Tag(tag), slots: 1, id, title, content, max, required: false, masked, signed_by }
}

pub(super) const fn required(field: Field) -> Field {
    Field { required: true, ..field }
}

pub(super) const fn slots(field: Field, slots: u32) -> Field {
    Field { slots, ..field }
}
