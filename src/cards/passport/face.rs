//! The face picture of data group 2: CBEFF around a record of ISO/IEC 19794-5 or ISO/IEC 39794-5 (ICAO Doc 9303-10 4.7.2).

use crate::{
    text::errors,
    tlv::{Object, Tag, TlvError},
};

use super::{
    files::DG2,
    tree::{child, inside, whole},
};

/// How the picture itself is stored: what its first bytes say, never what the record says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// JPEG
    Jpeg,
    /// JPEG 2000
    Jpeg2000,
}

/// The first face of the data group.
#[derive(Clone, PartialEq, Eq)]
pub struct Face<'a> {
    /// Its coding.
    pub coding: Coding,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What is odd about the record.
    pub oddities: Vec<String>,
}

impl std::fmt::Debug for Face<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Face({:?}, {} bytes)", self.coding, self.bytes.len())
    }
}

errors! {
    /// Why there is no picture.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum FaceError {
        Tlv(TlvError) = "{0}",
        Record = "the record of the face is too short",
        Coding = "the picture is neither JPEG nor JPEG 2000",
    }
}

impl From<TlvError> for FaceError {
    fn from(error: TlvError) -> Self {
        Self::Tlv(error)
    }
}

const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF];
const JP2: &[u8] = b"\x00\x00\x00\x0CjP  \r\n\x87\n";
const CODESTREAM: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];

/// Bytes of the header of a record of ISO/IEC 19794-5, of a face's header, of one feature point, of the picture's header.
const RECORD: usize = 14;
const FACE_HEADER: usize = 20;
const FEATURE: usize = 8;
const PICTURE_HEADER: usize = 12;

/// The first face of a data group 2.
///
/// # Errors
/// [`FaceError`].
pub fn face(file: &[u8]) -> Result<Face<'_>, FaceError> {
    let group = child(&whole(file, DG2.own.tag)?, 0x7F61)?;
    let parts = inside(&group)?;
    let templates: Vec<&Object<'_>> = parts.iter().filter(|part| part.tag == Tag(0x7F60)).collect();
    let mut oddities = Vec::new();
    let announced = parts.iter().find(|part| part.tag == Tag(0x02)).map(|count| count.value);
    if announced.map(<[u8]>::to_vec) != u8::try_from(templates.len()).ok().map(|count| vec![count]) {
        oddities.push(format!("the file holds {} faces and announces another number", templates.len()));
    }
    if templates.len() > 1 {
        oddities.push(format!("{} faces; the first is shown", templates.len()));
    }
    let first = templates.first().ok_or(FaceError::Record)?;
    let block = inside(first)?.into_iter().find(|part| matches!(part.tag, Tag(0x5F2E | 0x7F2E)));
    let block = block.ok_or(FaceError::Record)?;
    let bytes = match block.value {
        [0xA1, ..] if block.tag == Tag(0x7F2E) => extensible(&block)?,
        value => record(value, &mut oddities)?,
    };
    let coding = if bytes.starts_with(JPEG) {
        Coding::Jpeg
    } else if bytes.starts_with(JP2) || bytes.starts_with(CODESTREAM) {
        Coding::Jpeg2000
    } else {
        return Err(FaceError::Coding);
    };
    Ok(Face { coding, bytes, oddities })
}

/// The picture of a record of ISO/IEC 19794-5. Its lengths are often wrong: the data object's decides.
fn record<'a>(value: &'a [u8], oddities: &mut Vec<String>) -> Result<&'a [u8], FaceError> {
    let rest = value.strip_prefix(b"FAC\0").ok_or(FaceError::Record)?;
    let number = |bytes: Option<&[u8]>| {
        bytes.map_or(0, |bytes| bytes.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte)))
    };
    if number(rest.get(4..8)) != value.len() {
        oddities.push("the record of the face states another length".to_owned());
    }
    if number(rest.get(8..10)) != 1 {
        oddities.push("the record states another number of faces than one".to_owned());
    }
    let block = value.get(RECORD..).ok_or(FaceError::Record)?;
    let features = number(block.get(4..6));
    if number(block.get(..4)) != block.len() {
        oddities.push("the block of the face states another length".to_owned());
    }
    let picture = FACE_HEADER + features * FEATURE + PICTURE_HEADER;
    block.get(picture..).filter(|picture| !picture.is_empty()).ok_or(FaceError::Record)
}

/// The picture of a record of ISO/IEC 39794-5, by its path: never by a search for its first bytes.
fn extensible<'a>(block: &Object<'a>) -> Result<&'a [u8], FaceError> {
    let record = child(&child(block, 0xA1)?, 0x65)?;
    let path = [0xA1, 0x30, 0xA1, 0xA0, 0xA0, 0x80];
    let picture = path.into_iter().try_fold(record, |inner, tag| child(&inner, tag))?;
    Ok(picture.value)
}

/// An object of BER-TLV, its length in the shortest form.
pub(crate) fn object(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes();
    let [_, high, middle, low] = length;
    let length: Vec<u8> = match value.len() {
        0..=0x7F => vec![low],
        0x80..=0xFF => vec![0x81, low],
        0x100..=0xFFFF => vec![0x82, middle, low],
        _ => vec![0x83, high, middle, low],
    };
    [tag, &length, value].concat()
}

/// A data group 2 with one face in a record of ISO/IEC 19794-5, for simulated chips.
pub fn data_group(picture: &[u8], jpeg2000: bool, width: u16, height: u16) -> Vec<u8> {
    let long = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let block = FACE_HEADER + PICTURE_HEADER + picture.len();
    let mut record = b"FAC\x00010\x00".to_vec();
    record.extend(long(RECORD + block));
    record.extend([0, 1]);
    record.extend(long(block));
    record.extend([0; FACE_HEADER - 4]);
    record.extend([0x01, u8::from(jpeg2000)]);
    record.extend(width.to_be_bytes().into_iter().chain(height.to_be_bytes()));
    record.extend([0x01, 0x00, 0x00, 0x00, 0x00, 0x00]);
    record.extend(picture);
    let about = [
        object(&[0x80], &[0x01, 0x01]),
        object(&[0x81], &[0x02]),
        object(&[0x82], &[0x00]),
        object(&[0x87], &[0x01, 0x01]),
        object(&[0x88], &[0x00, 0x08]),
    ]
    .concat();
    let template = [object(&[0xA1], &about), object(&[0x5F, 0x2E], &record)].concat();
    let group = [object(&[0x02], &[0x01]), object(&[0x7F, 0x60], &template)].concat();
    object(&[0x75], &object(&[0x7F, 0x61], &group))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3];

    #[test]
    fn a_written_record_is_read_and_its_first_bytes_decide() {
        let file = data_group(PICTURE, true, 10, 20);
        let read = face(&file).unwrap();
        assert_eq!((read.coding, read.bytes, read.oddities.len()), (Coding::Jpeg, PICTURE, 0));
        for (first, coding) in [(JP2, Coding::Jpeg2000), (CODESTREAM, Coding::Jpeg2000)] {
            assert_eq!(face(&data_group(first, false, 1, 1)).unwrap().coding, coding);
        }
        assert_eq!(face(&data_group(b"GIF89a", false, 1, 1)), Err(FaceError::Coding));
    }

    #[test]
    fn feature_points_are_skipped_and_wrong_lengths_are_told() {
        let file = data_group(&[&[0; 16][..], PICTURE].concat(), false, 1, 1);
        let at = file.windows(4).position(|bytes| bytes == b"FAC\0").unwrap();
        let mut two = file.clone();
        two[at + RECORD + 5] = 2;
        assert_eq!(face(&two).unwrap().bytes, PICTURE);
        let mut wrong = two;
        (wrong[at + 11], wrong[at + RECORD + 3]) = (0, 0);
        assert_eq!(face(&wrong).unwrap().oddities.len(), 2);
        let mut many = file;
        (many[at + RECORD + 4], many[at + RECORD + 5]) = (0xFF, 0xFF);
        assert_eq!(face(&many), Err(FaceError::Record));
    }

    #[test]
    fn the_extensible_format_is_read_by_its_path() {
        let wrap = |tag: &[u8], value: &[u8]| [tag, &[u8::try_from(value.len()).unwrap()], value].concat();
        let mut picture = wrap(&[0x80], PICTURE);
        for tag in [[0xA0], [0xA0], [0xA1], [0x30], [0xA1], [0x65], [0xA1]] {
            picture = wrap(&tag, &picture);
        }
        let template = wrap(&[0x7F, 0x2E], &picture);
        let group = [vec![0x02, 0x01, 0x01], wrap(&[0x7F, 0x60], &template)].concat();
        let file = wrap(&[0x75], &wrap(&[0x7F, 0x61], &group));
        assert_eq!(face(&file).unwrap().bytes, PICTURE);
    }

    #[test]
    fn no_cut_or_changed_file_panics() {
        let file = data_group(PICTURE, false, 10, 20);
        for end in 0..file.len() {
            assert!(face(&file[..end]).is_err(), "{end}");
        }
        for at in 0..file.len() {
            for flip in [0x01, 0x80, 0xFF] {
                let mut harmed = file.clone();
                harmed[at] ^= flip;
                let _ = face(&harmed);
            }
        }
    }
}
