//! JPEG 2000: the portraits.
//!
//! The decoder gets the bare codestream only, never the boxes around it, and only after a walk over its headers found
//! a form that cards use. Measured with hayro-jpeg2000 0.5: a flipped size field makes it ask for terabytes, which
//! aborts the process, and without `strict` it accepts most pictures that are cut off.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::{Channels, ImageError, Raster};

const SIGNATURE: &[u8] = b"\x00\x00\x00\x0CjP  \r\n\x87\n";
const CODESTREAM: &[u8] = b"\xFF\x4F\xFF\x51";

/// The smallest code block: 16 x 16 samples, as the exponent less two that the file stores (ISO/IEC 15444-1 A.6.1).
const MIN_CODE_BLOCK: u8 = 2;

/// Boxes in a container: four are usual.
const MAX_BOXES: usize = 32;
/// Marker segments in all headers together.
const MAX_SEGMENTS: usize = 1_024;
/// Tiles: the cards' portraits have one.
const MAX_TILES: u64 = 64;
/// Quality layers.
const MAX_LAYERS: u16 = 32;
/// The smallest precinct, as a power of two: smaller ones cost the decoder memory for each few pixels.
const MIN_PRECINCT: u8 = 5;

/// Enumerated colour spaces of ISO/IEC 15444-1, I.5.3.3.
const SRGB: u32 = 16;
const GREY: u32 = 17;

pub(super) fn dimensions(bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    let size = Size::read(codestream(bytes)?)?;
    Ok((size.width, size.height))
}

pub(super) fn decode(bytes: &[u8]) -> Result<Raster, ImageError> {
    let stream = codestream(bytes)?;
    let size = Size::read(stream)?;
    super::pixel_count(size.width, size.height)?;
    inspect(stream)?;
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(stream, &settings).map_err(|_| ImageError::Damaged)?;
    if (image.width(), image.height()) != (size.width, size.height) || image.has_alpha() {
        return Err(ImageError::Damaged);
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| ImageError::Damaged)?;
    if decoded.components().len() != size.channels.count() {
        return Err(ImageError::Damaged);
    }
    Raster::new(size.width, size.height, size.channels, decoded.data_u8())
}

/// The codestream inside a JP2 container, or the data itself if it is one.
fn codestream(bytes: &[u8]) -> Result<&[u8], ImageError> {
    if bytes.starts_with(CODESTREAM) {
        return Ok(bytes);
    }
    let Some(mut rest) = bytes.strip_prefix(SIGNATURE) else {
        let cut = SIGNATURE.starts_with(bytes) || CODESTREAM.starts_with(bytes);
        return Err(if cut { ImageError::Truncated } else { ImageError::NotThisFormat });
    };
    for _ in 0..MAX_BOXES {
        let (kind, content, after) = next_box(rest)?;
        match &kind {
            b"jp2h" => header_boxes(content)?,
            b"jp2c" if content.starts_with(CODESTREAM) => return Ok(content),
            b"jp2c" => return Err(ImageError::Damaged),
            _ => {}
        }
        rest = after;
    }
    Err(ImageError::Unsupported("boxes"))
}

/// Refuses what would change the meaning of the samples.
fn header_boxes(mut rest: &[u8]) -> Result<(), ImageError> {
    for _ in 0..MAX_BOXES {
        if rest.is_empty() {
            return Ok(());
        }
        let (kind, content, after) = next_box(rest)?;
        match (&kind, content) {
            (b"colr", [1, _, _, space @ ..]) => match space.first_chunk().map(|space| u32::from_be_bytes(*space)) {
                Some(SRGB | GREY) => {}
                _ => return Err(ImageError::Unsupported("colour space")),
            },
            (b"pclr" | b"cmap" | b"cdef", _) => return Err(ImageError::Unsupported("palette or channel definition")),
            _ => {}
        }
        rest = after;
    }
    Err(ImageError::Unsupported("boxes"))
}

/// Type, content and what follows.
type Box<'a> = ([u8; 4], &'a [u8], &'a [u8]);

fn next_box(bytes: &[u8]) -> Result<Box<'_>, ImageError> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(ImageError::Truncated)?;
    let (kind, rest) = rest.split_first_chunk::<4>().ok_or(ImageError::Truncated)?;
    let length = match u32::from_be_bytes(*length) {
        0 => rest.len(),
        length => {
            let length = usize::try_from(length).map_err(|_| ImageError::Truncated)?;
            length.checked_sub(8).ok_or(ImageError::Unsupported("box length"))?
        }
    };
    let (content, after) = rest.split_at_checked(length).ok_or(ImageError::Truncated)?;
    Ok((*kind, content, after))
}

/// What the SIZ segment says (ISO/IEC 15444-1 A.5.1).
struct Size {
    width: u32,
    height: u32,
    channels: Channels,
}

impl Size {
    fn read(stream: &[u8]) -> Result<Self, ImageError> {
        let mut fields = Fields(stream.get(8..).ok_or(ImageError::Truncated)?);
        let [width, height, x, y, tile_width, tile_height, tile_x, tile_y] = fields.words()?;
        if [x, y, tile_x, tile_y] != [0; 4] {
            return Err(ImageError::Unsupported("offsets"));
        }
        if width == 0 || height == 0 || tile_width == 0 || tile_height == 0 {
            return Err(ImageError::BadSize);
        }
        if u64::from(width.div_ceil(tile_width)) * u64::from(height.div_ceil(tile_height)) > MAX_TILES {
            return Err(ImageError::Unsupported("tiles"));
        }
        let channels = match fields.short()? {
            1 => Channels::Grey,
            3 => Channels::Rgb,
            _ => return Err(ImageError::Unsupported("components")),
        };
        for _ in 0..channels.count() {
            // Eight bits unsigned, not subsampled.
            if fields.array::<3>()? != [7, 1, 1] {
                return Err(ImageError::Unsupported("sample depth"));
            }
        }
        Ok(Self { width, height, channels })
    }
}

/// Walks over the marker segments of the main header and of every tile-part header.
fn inspect(stream: &[u8]) -> Result<(), ImageError> {
    const SOT: u16 = 0xFF90;
    const SOD: u16 = 0xFF93;
    const EOC: u16 = 0xFFD9;
    let mut at = stream.get(2..).ok_or(ImageError::Truncated)?;
    let mut after_part: Option<&[u8]> = None;
    for _ in 0..MAX_SEGMENTS {
        let mut fields = Fields(at);
        match fields.short()? {
            EOC => return Ok(()),
            SOD => at = after_part.take().ok_or(ImageError::Damaged)?,
            marker => {
                let length = usize::from(fields.short()?);
                let content = length.checked_sub(2).ok_or(ImageError::Damaged)?;
                let (segment, rest) = fields.0.split_at_checked(content).ok_or(ImageError::Truncated)?;
                if marker == SOT {
                    let mut sot = Fields(segment);
                    sot.short()?;
                    let whole = usize::try_from(u32::from_be_bytes(sot.array()?)).map_err(|_| ImageError::Truncated)?;
                    // A length of 0 runs to the end of the stream: nothing follows but EOC.
                    let whole = if whole == 0 { at.len().saturating_sub(2) } else { whole };
                    after_part = Some(at.get(whole.max(12)..).ok_or(ImageError::Truncated)?);
                }
                coding_style(marker, segment)?;
                at = rest;
            }
        }
    }
    Err(ImageError::Unsupported("segments"))
}

/// Refuses coding parameters that only cost memory.
fn coding_style(marker: u16, segment: &[u8]) -> Result<(), ImageError> {
    const COD: u16 = 0xFF52;
    const COC: u16 = 0xFF53;
    let mut fields = Fields(segment);
    let style = match marker {
        COD => {
            let [style, _progression] = fields.array()?;
            if !(1..=MAX_LAYERS).contains(&fields.short()?) {
                return Err(ImageError::Unsupported("layers"));
            }
            fields.array::<1>()?;
            style
        }
        COC => {
            let [_component, style] = fields.array()?;
            style
        }
        _ => return Ok(()),
    };
    let [_levels, width, height, _style, _transformation] = fields.array()?;
    // Exponents of the code blocks' sides, less two: tiny blocks cost memory out of all proportion.
    if width < MIN_CODE_BLOCK || height < MIN_CODE_BLOCK {
        return Err(ImageError::Unsupported("code blocks"));
    }
    let small = |size: &u8| size & 0x0F < MIN_PRECINCT || size >> 4 < MIN_PRECINCT;
    if style & 1 == 1 && fields.0.iter().any(small) { Err(ImageError::Unsupported("precincts")) } else { Ok(()) }
}

/// Big-endian fields, one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], ImageError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(ImageError::Truncated)?;
        self.0 = rest;
        Ok(*array)
    }

    fn short(&mut self) -> Result<u16, ImageError> {
        self.array().map(u16::from_be_bytes)
    }

    fn words<const N: usize>(&mut self) -> Result<[u32; N], ImageError> {
        let mut words = [0; N];
        for word in &mut words {
            *word = u32::from_be_bytes(self.array()?);
        }
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, decode, dimensions};
    use super::*;

    const FACES: [&[u8]; 3] = [
        include_bytes!("../simulator/pool/portraits/face-0.jp2"),
        include_bytes!("../simulator/pool/portraits/face-3.jp2"),
        include_bytes!("../simulator/pool/portraits/face-7.jp2"),
    ];

    /// Where the codestream begins in the pool's portraits.
    const STREAM: usize = 0x55;

    #[test]
    fn portraits_decode() {
        for face in FACES {
            assert_eq!(dimensions(face, Format::Jpeg2000), Ok((378, 472)));
            let raster = decode(face, Format::Jpeg2000).unwrap();
            assert_eq!((raster.width(), raster.height(), raster.channels()), (378, 472, Channels::Grey));
            let (low, high) = (raster.pixels().iter().min().unwrap(), raster.pixels().iter().max().unwrap());
            assert!(*low < 80 && *high > 200, "{low} {high}");
        }
        let bare = &FACES[0][STREAM..];
        assert_eq!(decode(bare, Format::Jpeg2000), decode(FACES[0], Format::Jpeg2000));
    }

    #[test]
    fn a_cut_portrait_is_no_portrait() {
        let bare = &FACES[0][STREAM..];
        for whole in [FACES[0], bare] {
            for end in (0..whole.len()).step_by(16) {
                assert!(decode(&whole[..end], Format::Jpeg2000).is_err(), "{end}");
            }
        }
    }

    #[test]
    fn flipped_bytes_never_panic() {
        let face = FACES[0];
        let header = 0..0x110;
        // Every byte with scripts/test-long, which takes a minute.
        let step = if std::env::var_os("TAIMEN_LONG").is_some() { 1 } else { 37 };
        let body = (0x110..face.len()).step_by(step);
        for index in header.chain(body) {
            let mut harmed = face.to_vec();
            harmed[index] ^= if index % 2 == 0 { 0xFF } else { 0x10 };
            if let Ok(raster) = decode(&harmed, Format::Jpeg2000) {
                assert!(raster.pixels().len() <= 3 * 4 * 1024 * 1024);
            }
        }
    }

    fn with(offset: usize, bytes: &[u8]) -> Vec<u8> {
        let mut face = FACES[0].to_vec();
        face[STREAM + offset..STREAM + offset + bytes.len()].copy_from_slice(bytes);
        face
    }

    #[test]
    fn hostile_headers_are_refused_by_name() {
        let decode = |face: Vec<u8>| decode(&face, Format::Jpeg2000).unwrap_err();
        // Width and height, tile width and height, components, depth, layers, precincts.
        assert_eq!(decode(with(8, &[0x40, 0, 0, 0])), ImageError::Unsupported("tiles"));
        assert_eq!(decode(with(8, &[0, 0, 0, 0])), ImageError::BadSize);
        let mut huge = with(8, &[0x00, 0x01, 0, 0, 0x00, 0x01, 0, 0]);
        huge[STREAM + 24..STREAM + 32].copy_from_slice(&[0x00, 0x01, 0, 0, 0x00, 0x01, 0, 0]);
        assert_eq!(decode(huge), ImageError::BadSize);
        assert_eq!(decode(with(24, &[0, 0, 0, 1])), ImageError::Unsupported("tiles"));
        assert_eq!(decode(with(40, &[0xFF, 0xFF])), ImageError::Unsupported("components"));
        assert_eq!(decode(with(42, &[37])), ImageError::Unsupported("sample depth"));
        assert_eq!(decode(with(16, &[0, 0, 0, 1])), ImageError::Unsupported("offsets"));
        assert_eq!(decode(with(51, &[0xFF, 0xFF])), ImageError::Unsupported("layers"));
        assert_eq!(decode(b"\x89PNG\r\n\x1A\n________".to_vec()), ImageError::NotThisFormat);
        let mut palette = FACES[0].to_vec();
        palette[0x42..0x46].copy_from_slice(b"pclr");
        assert_eq!(decode(palette), ImageError::Unsupported("palette or channel definition"));
    }
}
