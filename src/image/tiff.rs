//! TIFF 6.0 with one ITU-T T.6 picture (Group 4 fax), as residence cards store it; zeros may follow.
//!
//! The directory is read here and the strips go to the T.6 decoder that licences need anyway. The `tiff` package would
//! bring five more packages, a second T.6 decoder among them, for the forms that no card uses.

use super::{Channels, ImageError, Raster, fax, pixel_count};

/// The most bytes that are read: nine times the larger field of a card.
pub const MAX_TIFF_INPUT: usize = 64 * 1024;

/// The widest and highest picture, in dots: six times a card's front.
pub const MAX_TIFF_SIDE: u32 = 4_096;

/// The most entries of a directory: a plain picture has about ten.
pub const MAX_TIFF_ENTRIES: u16 = 64;

/// The most strips: one row each on a card's front.
pub const MAX_TIFF_STRIPS: u32 = 512;

/// Tags of TIFF 6.0, those that matter here.
mod tag {
    pub const WIDTH: u16 = 256;
    pub const HEIGHT: u16 = 257;
    pub const BITS: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const OFFSETS: u16 = 273;
    pub const SAMPLES: u16 = 277;
    pub const ROWS: u16 = 278;
    pub const COUNTS: u16 = 279;
    pub const TILE_WIDTH: u16 = 322;
}

/// 圧縮方式: ITU-T T.6
const T6: u32 = 4;
/// What stands for rows of a strip when nothing is said: all of them.
const ALL_ROWS: u32 = u32::MAX;
/// A directory entry: tag, type, count, value or offset.
const ENTRY: usize = 12;

/// Width and height as the first directory says. Later directories are never visited.
pub(super) fn dimensions(bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    let directory = Directory::read(bytes)?;
    directory.size()
}

/// How many bytes the file has, by its first directory: everything that it refers to lies within. `Err(Some(n))`: its first n bytes
/// would show more; `Err(None)`: the directory does not show it.
pub(crate) fn extent(bytes: &[u8]) -> Result<usize, Option<usize>> {
    /// Entries of a plain picture, for the first guess at what a directory takes.
    const USUAL: usize = 10;
    const NEXT: usize = 4;
    let within = |end: u64| usize::try_from(end).ok().filter(|end| *end <= MAX_TIFF_INPUT).ok_or(None);
    let held = |end: usize| if end <= bytes.len() { Ok(end) } else { Err(Some(end)) };
    let big_endian = match bytes {
        [b'I', b'I', 42, 0, ..] => false,
        [b'M', b'M', 0, 42, ..] => true,
        _ => return Err(None),
    };
    held(8)?;
    let file = Directory { file: bytes, big_endian, entries: &[] };
    let long = |at: usize| file.long(bytes, at).map(u64::from).ok_or(None);
    let short = |at: usize| file.short(bytes, at).map(usize::from).ok_or(None);
    let directory = within(long(4)?)?;
    let table = |entries: usize| 2 + entries * ENTRY + NEXT;
    if bytes.len() < directory + 2 {
        return Err(Some(directory + table(USUAL)));
    }
    let count = short(directory)?;
    if count > usize::from(MAX_TIFF_ENTRIES) {
        return Err(None);
    }
    let mut end = held(directory + table(count))?;
    if long(end - NEXT)? != 0 {
        return Err(None);
    }
    let mut numbers = [None, None];
    for entry in (0..count).map(|index| directory + 2 + index * ENTRY) {
        let (tag, many) = (short(entry)?, long(entry + 4)?);
        let size: usize = match short(entry + 2)? {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 => 4,
            5 | 10 | 12 => 8,
            _ => return Err(None),
        };
        let total = within(many.saturating_mul(u64::try_from(size).unwrap_or(u64::MAX)))?;
        let at = if total <= 4 { entry + 8 } else { within(long(entry + 8)?)? };
        end = end.max(at + total);
        for (slot, wanted) in numbers.iter_mut().zip([tag::OFFSETS, tag::COUNTS]) {
            if tag == usize::from(wanted) {
                *slot = Some((at, size, many));
            }
        }
    }
    let [Some((offsets, offset_size, strips)), Some((counts, count_size, many))] = numbers else { return Err(None) };
    if strips != many || strips > u64::from(MAX_TIFF_STRIPS) {
        return Err(None);
    }
    held(end)?;
    let number = |at: usize, size: usize| match size {
        2 => file.short(bytes, at).map(u64::from).ok_or(None),
        4 => long(at),
        _ => Err(None),
    };
    for strip in 0..usize::try_from(strips).map_err(|_| None)? {
        let at = number(offsets + strip * offset_size, offset_size)?;
        end = end.max(within(at.saturating_add(number(counts + strip * count_size, count_size)?))?);
    }
    within(u64::try_from(end).map_err(|_| None)?)
}

/// Decodes the picture: ink black on white.
pub(super) fn decode(bytes: &[u8]) -> Result<Raster, ImageError> {
    let directory = Directory::read(bytes)?;
    let (width, height) = directory.size()?;
    let inverted = match directory.required(tag::PHOTOMETRIC)? {
        0 => false,
        1 => true,
        _ => return Err(ImageError::Unsupported("photometric interpretation")),
    };
    let reversed = match directory.number(tag::FILL_ORDER)? {
        None | Some(1) => false,
        Some(2) => true,
        Some(_) => return Err(ImageError::Unsupported("fill order")),
    };
    let rows = directory.number(tag::ROWS)?.unwrap_or(ALL_ROWS).min(height);
    if rows == 0 {
        return Err(ImageError::Damaged);
    }
    let strips = height.div_ceil(rows);
    if strips > MAX_TIFF_STRIPS {
        return Err(ImageError::Unsupported("strips"));
    }
    let mut pixels = Vec::with_capacity(pixel_count(width, height)?);
    for index in 0..strips {
        let strip = directory.strip(index, strips)?;
        let rows = rows.min(height.saturating_sub(index.saturating_mul(rows)));
        let bits = strip.iter().map(|byte| if reversed { byte.reverse_bits() } else { *byte });
        pixels.extend(fax::rows(bits, width, rows)?);
    }
    if inverted {
        pixels.iter_mut().for_each(|pixel| *pixel = !*pixel);
    }
    Raster::new(width, height, Channels::Grey, pixels)
}

/// The first directory of a file.
struct Directory<'a> {
    file: &'a [u8],
    big_endian: bool,
    entries: &'a [u8],
}

impl<'a> Directory<'a> {
    fn read(file: &'a [u8]) -> Result<Self, ImageError> {
        if file.len() > MAX_TIFF_INPUT {
            return Err(ImageError::TooLarge);
        }
        let big_endian = match file {
            [b'I', b'I', 42, 0, ..] => false,
            [b'M', b'M', 0, 42, ..] => true,
            _ if b"II\x2A\0".starts_with(file) || b"MM\0\x2A".starts_with(file) => return Err(ImageError::Truncated),
            _ => return Err(ImageError::NotThisFormat),
        };
        let empty = Self { file, big_endian, entries: &[] };
        let at = empty.long(file, 4).ok_or(ImageError::Truncated)?;
        let table = usize::try_from(at).ok().and_then(|at| file.get(at..)).ok_or(ImageError::Truncated)?;
        let count = empty.short(table, 0).ok_or(ImageError::Truncated)?;
        if count > MAX_TIFF_ENTRIES {
            return Err(ImageError::Unsupported("entries"));
        }
        let entries = table.get(2..2 + usize::from(count) * ENTRY).ok_or(ImageError::Truncated)?;
        Ok(Self { entries, ..empty })
    }

    /// Width and height, after a look at what the samples are.
    fn size(&self) -> Result<(u32, u32), ImageError> {
        let unusual = |tag, usual| Ok::<bool, ImageError>(self.number(tag)?.is_some_and(|value| value != usual));
        if unusual(tag::BITS, 1)? || unusual(tag::SAMPLES, 1)? {
            return Err(ImageError::Unsupported("sample depth"));
        }
        if self.required(tag::COMPRESSION)? != T6 {
            return Err(ImageError::Unsupported("compression"));
        }
        if self.entry(tag::TILE_WIDTH).is_some() {
            return Err(ImageError::Unsupported("tiles"));
        }
        let (width, height) = (self.required(tag::WIDTH)?, self.required(tag::HEIGHT)?);
        if width == 0 || height == 0 || width > MAX_TIFF_SIDE || height > MAX_TIFF_SIDE {
            return Err(ImageError::BadSize);
        }
        Ok((width, height))
    }

    /// The bytes of one strip.
    fn strip(&self, index: u32, strips: u32) -> Result<&'a [u8], ImageError> {
        // The header is not a strip.
        let offset = self.value(tag::OFFSETS, index, strips)?.filter(|at| *at >= 8).ok_or(ImageError::Damaged)?;
        let rest = usize::try_from(offset).ok().and_then(|at| self.file.get(at..)).ok_or(ImageError::Truncated)?;
        match self.value(tag::COUNTS, index, strips)? {
            Some(count) => usize::try_from(count).ok().and_then(|count| rest.get(..count)).ok_or(ImageError::Truncated),
            // Old writers leave the length of a single strip out.
            None if strips == 1 => Ok(rest),
            None => Err(ImageError::Damaged),
        }
    }

    fn required(&self, tag: u16) -> Result<u32, ImageError> {
        self.number(tag)?.ok_or(ImageError::Damaged)
    }

    /// The one number of an entry; `None` if the entry is missing.
    fn number(&self, tag: u16) -> Result<Option<u32>, ImageError> {
        self.value(tag, 0, 1)
    }

    /// One of as many numbers as the entry must have.
    fn value(&self, tag: u16, index: u32, count: u32) -> Result<Option<u32>, ImageError> {
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        let Some(entry) = self.entry(tag) else { return Ok(None) };
        let size: u32 = match self.short(entry, 2) {
            Some(SHORT) => 2,
            Some(LONG) => 4,
            _ => return Err(ImageError::Unsupported("type of an entry")),
        };
        if self.long(entry, 4) != Some(count) || index >= count {
            return Err(ImageError::Damaged);
        }
        // Up to four bytes are in the entry itself, more elsewhere. The count is one of ours by now: no overflow.
        let values = if size * count <= 4 {
            entry.get(8..)
        } else {
            let at = self.long(entry, 8).and_then(|at| usize::try_from(at).ok());
            at.and_then(|at| self.file.get(at..))
        };
        let values = values.ok_or(ImageError::Truncated)?;
        let at = usize::try_from(size * index).map_err(|_| ImageError::Truncated)?;
        let number = if size == 2 { self.short(values, at).map(u32::from) } else { self.long(values, at) };
        number.map(Some).ok_or(ImageError::Truncated)
    }

    /// The first entry with this tag.
    fn entry(&self, tag: u16) -> Option<&'a [u8]> {
        self.entries.chunks_exact(ENTRY).find(|entry| self.short(entry, 0) == Some(tag))
    }

    fn short(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

#[cfg(test)]
#[path = "tiff_tests.rs"]
mod tests;
