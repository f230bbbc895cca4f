//! JPEG: the portraits of passports.
//!
//! A walk over the marker segments finds the size, and refuses forms that no portrait has, before the decoder sees anything.

use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::{Channels, ImageError, Raster};

/// Start of image; a marker segment begins with the next marker.
const START: &[u8] = &[0xFF, 0xD8];

/// Start of scan, end of image.
const SCAN: u8 = 0xDA;
const END: u8 = 0xD9;

/// Baseline, extended and progressive frames.
const FRAMES: std::ops::RangeInclusive<u8> = 0xC0..=0xC2;

/// Marker segments before the first scan.
const MAX_SEGMENTS: usize = 256;

/// Scans of a progressive picture: each costs the decoder a pass over all of it.
const MAX_SCANS: usize = 64;

struct Frame {
    width: u32,
    height: u32,
    channels: Channels,
}

pub(super) fn dimensions(bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    frame(bytes).map(|frame| (frame.width, frame.height))
}

pub(super) fn decode(bytes: &[u8]) -> Result<Raster, ImageError> {
    let Frame { width, height, channels } = frame(bytes)?;
    super::pixel_count(width, height)?;
    if !bytes.windows(2).any(|marker| marker == [0xFF, END]) {
        return Err(ImageError::Truncated);
    }
    if bytes.windows(2).filter(|marker| *marker == [0xFF, SCAN]).count() > MAX_SCANS {
        return Err(ImageError::Unsupported("scans"));
    }
    let colour = match channels {
        Channels::Grey => ColorSpace::Luma,
        Channels::Rgb => ColorSpace::RGB,
    };
    let options = DecoderOptions::new_safe().jpeg_set_out_colorspace(colour).set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let pixels = decoder.decode().map_err(|_| ImageError::Damaged)?;
    Raster::new(width, height, channels, pixels)
}

/// The frame header.
fn frame(bytes: &[u8]) -> Result<Frame, ImageError> {
    let Some(mut rest) = bytes.strip_prefix(START) else {
        return Err(if START.starts_with(bytes) { ImageError::Truncated } else { ImageError::NotThisFormat });
    };
    for _ in 0..MAX_SEGMENTS {
        let [0xFF, marker, ..] = rest else {
            return Err(if rest.len() < 2 { ImageError::Truncated } else { ImageError::Damaged });
        };
        if *marker == 0xFF {
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let length = rest.get(2..4).and_then(|length| length.first_chunk::<2>()).ok_or(ImageError::Truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let body = rest.get(4..2 + length).ok_or(if length < 2 { ImageError::Damaged } else { ImageError::Truncated })?;
        match *marker {
            marker if FRAMES.contains(&marker) => {
                let [8, h1, h0, w1, w0, components, ..] = *body else { return Err(ImageError::Unsupported("depth")) };
                let channels = match components {
                    1 => Channels::Grey,
                    3 => Channels::Rgb,
                    _ => return Err(ImageError::Unsupported("components")),
                };
                let number = |high, low| u32::from(u16::from_be_bytes([high, low]));
                return Ok(Frame { width: number(w1, w0), height: number(h1, h0), channels });
            }
            0xC4 | 0xDB | 0xDD | 0xE0..=0xEF | 0xFE => {}
            _ => return Err(ImageError::Unsupported("marker")),
        }
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    Err(ImageError::Unsupported("segments"))
}
