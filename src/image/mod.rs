//! Pictures from a card: decoded under limits, written as PNG. A decoded picture is never evidence.
//!
//! A card chooses every byte that is decoded here. So sizes are read by a few lines of our own, compared with the
//! limits below, and only then does a decoder see the data.

mod fax;
mod jp2;
mod jpeg;
mod png;
mod tiff;

pub use fax::{MAX_FAX_INPUT, MAX_FAX_SIDE};
pub(crate) use tiff::extent as tiff_extent;
pub use tiff::{MAX_TIFF_ENTRIES, MAX_TIFF_INPUT, MAX_TIFF_SIDE, MAX_TIFF_STRIPS};

use crate::text::errors;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The largest picture that is looked at, in bytes as stored. A card's whole memory is smaller.
pub const MAX_INPUT: usize = 1024 * 1024;

/// The most pixels that are decoded: 4 megapixels, ten times the largest portrait of the cards.
pub const MAX_PIXELS: u64 = 4 * 1024 * 1024;

/// How a picture is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// PNG
    Png,
    /// JPEG, baseline or progressive, eight bits a sample.
    Jpeg,
    /// JPEG 2000, in a JP2 container or as a bare codestream.
    Jpeg2000,
    /// TIFF, one bit a pixel, ITU-T T.6 (Group 4 fax); zeros may follow it.
    Tiff,
}

/// What a pixel of a [`Raster`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One byte: grey.
    Grey,
    /// Three bytes: red, green, blue.
    Rgb,
}

impl Channels {
    /// Bytes a pixel.
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

errors! {
    /// Why a picture was not decoded.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum ImageError {
        TooLarge = "the picture has more than {MAX_INPUT} bytes",
        BadSize = "the picture has no pixels or more than {MAX_PIXELS}",
        NotThisFormat = "the data is not a picture of this format",
        Truncated = "the picture is cut off",
        /// A form that no card uses: other colours, depths, tilings.
        Unsupported(&'static str) = "the picture has an unusual form: {0}",
        Damaged = "the picture is damaged",
    }
}

/// A decoded picture, eight bits a sample, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    channels: Channels,
    pixels: Vec<u8>,
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raster({}x{}, {:?})", self.width, self.height, self.channels)
    }
}

impl Raster {
    /// A picture of these samples.
    ///
    /// # Errors
    /// [`ImageError::BadSize`] unless there are exactly as many samples as the size asks for, within the limits.
    pub fn new(width: u32, height: u32, channels: Channels, pixels: Vec<u8>) -> Result<Self, ImageError> {
        let count = pixel_count(width, height)?;
        if count.checked_mul(channels.count()) != Some(pixels.len()) {
            return Err(ImageError::BadSize);
        }
        Ok(Self { width, height, channels, pixels })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What a pixel holds.
    pub fn channels(&self) -> Channels {
        self.channels
    }

    /// The samples.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Red, green and blue of one pixel; black outside of the picture.
    pub fn rgb(&self, x: u32, y: u32) -> [u8; 3] {
        let row = usize::try_from(y).unwrap_or(usize::MAX).checked_mul(usize::try_from(self.width).unwrap_or(0));
        let index = row.and_then(|row| row.checked_add(usize::try_from(x).ok()?));
        let start = index.and_then(|index| index.checked_mul(self.channels.count()));
        let Some(pixel) = start.and_then(|start| self.pixels.get(start..)).filter(|_| x < self.width) else {
            return [0; 3];
        };
        match (self.channels, pixel) {
            (Channels::Grey, [grey, ..]) => [*grey; 3],
            (Channels::Rgb, [red, green, blue, ..]) => [*red, *green, *blue],
            _ => [0; 3],
        }
    }

    /// The picture as PNG; the same picture gives the same bytes. It carries nothing of the card's file but the samples.
    ///
    /// # Errors
    /// [`ImageError::Damaged`] if the encoder refuses, which a [`Raster`] gives no cause for.
    pub fn to_png(&self) -> Result<Vec<u8>, ImageError> {
        png::encode(self)
    }
}

/// Width and height as the header says, within the limits. Nothing is decoded and nothing allocated.
///
/// # Errors
/// [`ImageError`].
pub fn dimensions(bytes: &[u8], format: Format) -> Result<(u32, u32), ImageError> {
    within_input_limit(bytes)?;
    let (width, height) = match format {
        Format::Png => png::dimensions(bytes)?,
        Format::Jpeg => jpeg::dimensions(bytes)?,
        Format::Jpeg2000 => jp2::dimensions(bytes)?,
        Format::Tiff => tiff::dimensions(bytes)?,
    };
    pixel_count(width, height)?;
    Ok((width, height))
}

/// Decodes a picture.
///
/// # Errors
/// [`ImageError`]; a picture that is cut off or damaged yields nothing, never half of itself.
pub fn decode(bytes: &[u8], format: Format) -> Result<Raster, ImageError> {
    dimensions(bytes, format)?;
    // The decoders index and add without checks of ours: a panic of theirs on hostile data ends here.
    let decoded = catch_unwind(AssertUnwindSafe(|| match format {
        Format::Png => png::decode(bytes),
        Format::Jpeg => jpeg::decode(bytes),
        Format::Jpeg2000 => jp2::decode(bytes),
        Format::Tiff => tiff::decode(bytes),
    }));
    decoded.unwrap_or(Err(ImageError::Damaged))
}

/// Decodes an ITU-T T.6 picture (Group 4 fax) of a known size: ink black on white.
///
/// # Errors
/// [`ImageError`]; also for more than [`MAX_FAX_INPUT`] bytes and sides over [`MAX_FAX_SIDE`].
pub fn decode_fax(bytes: &[u8], width: u32, height: u32) -> Result<Raster, ImageError> {
    catch_unwind(AssertUnwindSafe(|| fax::decode(bytes, width, height))).unwrap_or(Err(ImageError::Damaged))
}

fn within_input_limit(bytes: &[u8]) -> Result<(), ImageError> {
    if bytes.len() > MAX_INPUT { Err(ImageError::TooLarge) } else { Ok(()) }
}

fn pixel_count(width: u32, height: u32) -> Result<usize, ImageError> {
    let count = u64::from(width) * u64::from(height);
    if count == 0 || count > MAX_PIXELS {
        return Err(ImageError::BadSize);
    }
    usize::try_from(count).map_err(|_| ImageError::BadSize)
}
