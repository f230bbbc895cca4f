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
        let body =
            rest.get(4..2 + length).ok_or(if length < 2 { ImageError::Damaged } else { ImageError::Truncated })?;
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

#[cfg(test)]
mod tests {
    use super::super::{Format, MAX_PIXELS, decode, dimensions};
    use super::*;

    const PORTRAIT: &[u8] = include_bytes!("../simulator/pool/portraits/passport.jpg");

    #[test]
    fn a_portrait_is_decoded() {
        assert_eq!(dimensions(PORTRAIT, Format::Jpeg), Ok((240, 320)));
        let raster = decode(PORTRAIT, Format::Jpeg).unwrap();
        assert_eq!((raster.width(), raster.height(), raster.channels()), (240, 320, Channels::Grey));
        let [background, ..] = raster.rgb(2, 2);
        let [eye, ..] = raster.rgb(90, 135);
        assert!(background.abs_diff(235) < 8 && eye.abs_diff(40) < 24, "{background} {eye}");
    }

    #[test]
    fn what_is_cut_or_of_another_form_is_refused() {
        for end in (0..PORTRAIT.len()).step_by(61) {
            assert!(decode(&PORTRAIT[..end], Format::Jpeg).is_err(), "{end}");
        }
        assert_eq!(decode(b"GIF89a", Format::Jpeg), Err(ImageError::NotThisFormat));
        let at = PORTRAIT.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
        let with = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = PORTRAIT.to_vec();
            change(&mut bytes);
            decode(&bytes, Format::Jpeg)
        };
        assert_eq!(with(&|bytes| bytes[at + 1] = 0xC9), Err(ImageError::Unsupported("marker")), "arithmetic coding");
        assert_eq!(with(&|bytes| bytes[at + 4] = 12), Err(ImageError::Unsupported("depth")));
        assert_eq!(with(&|bytes| bytes[at + 9] = 4), Err(ImageError::Unsupported("components")));
        assert_eq!(with(&|bytes| bytes[at + 5..at + 9].fill(0xFF)), Err(ImageError::BadSize), "{MAX_PIXELS}");
        assert_eq!(with(&|bytes| bytes[at + 5..at + 9].fill(0)), Err(ImageError::BadSize));
    }

    #[test]
    fn no_flipped_byte_panics() {
        for at in (0..PORTRAIT.len()).step_by(7) {
            let mut bytes = PORTRAIT.to_vec();
            bytes[at] ^= 0x41;
            let _ = decode(&bytes, Format::Jpeg);
        }
    }
}
