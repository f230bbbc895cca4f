//! PNG: name, address and security code on the face file are 1-bit grey PNG pictures.

use std::io::Cursor;

use super::{Channels, ImageError, Raster};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";

/// What the decoder may allocate beside the pixels: a palette and little else.
const MAX_DECODER_BYTES: usize = 40 * 1024 * 1024;

/// Reads the size from the first chunk, which must be IHDR.
pub(super) fn dimensions(bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    let Some(chunk) = bytes.strip_prefix(SIGNATURE) else {
        return Err(if SIGNATURE.starts_with(bytes) { ImageError::Truncated } else { ImageError::NotThisFormat });
    };
    let Some((header, _)) = chunk.split_first_chunk::<16>() else { return Err(ImageError::Truncated) };
    let [0, 0, 0, 13, b'I', b'H', b'D', b'R', size @ ..] = header else { return Err(ImageError::NotThisFormat) };
    let [w0, w1, w2, w3, h0, h1, h2, h3] = *size;
    Ok((u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3])))
}

pub(super) fn decode(bytes: &[u8]) -> Result<Raster, ImageError> {
    let limits = ::png::Limits { bytes: MAX_DECODER_BYTES };
    let mut decoder = ::png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(::png::Transformations::EXPAND | ::png::Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(from_decoder)?;
    let (width, height) = (reader.info().width, reader.info().height);
    super::pixel_count(width, height)?;
    let mut buffer = vec![0; reader.output_buffer_size().ok_or(ImageError::BadSize)?];
    let frame = reader.next_frame(&mut buffer).map_err(from_decoder)?;
    buffer.truncate(frame.buffer_size());
    reader.finish().map_err(from_decoder)?;
    let (channels, pixels) = match frame.color_type {
        ::png::ColorType::Grayscale => (Channels::Grey, buffer),
        ::png::ColorType::Rgb => (Channels::Rgb, buffer),
        ::png::ColorType::GrayscaleAlpha => (Channels::Grey, without_alpha::<2>(&buffer)),
        ::png::ColorType::Rgba => (Channels::Rgb, without_alpha::<4>(&buffer)),
        ::png::ColorType::Indexed => return Err(ImageError::Unsupported("palette")),
    };
    Raster::new(width, height, channels, pixels)
}

/// Drops the last sample of each pixel: on a card, transparency could only hide something.
fn without_alpha<const SAMPLES: usize>(pixels: &[u8]) -> Vec<u8> {
    pixels.chunks_exact(SAMPLES).flat_map(|pixel| pixel.iter().take(SAMPLES - 1)).copied().collect()
}

fn from_decoder(error: ::png::DecodingError) -> ImageError {
    match error {
        ::png::DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            ImageError::Truncated
        }
        ::png::DecodingError::LimitsExceeded => ImageError::BadSize,
        _ => ImageError::Damaged,
    }
}

pub(super) fn encode(raster: &Raster) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, raster.width, raster.height);
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_color(match raster.channels {
        Channels::Grey => ::png::ColorType::Grayscale,
        Channels::Rgb => ::png::ColorType::Rgb,
    });
    encoder.set_compression(::png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(|_| ImageError::Damaged)?;
    writer.write_image_data(&raster.pixels).map_err(|_| ImageError::Damaged)?;
    writer.finish().map_err(|_| ImageError::Damaged)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::{Format, MAX_INPUT, decode, dimensions};
    use super::*;

    /// A 1-bit grey picture like the name on a card: alternating columns.
    fn name_picture(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
        encoder.set_depth(::png::BitDepth::One);
        encoder.set_color(::png::ColorType::Grayscale);
        let row = usize::try_from(width.div_ceil(8)).unwrap();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![0b1010_1010; row * usize::try_from(height).unwrap()]).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn one_bit_grey_becomes_eight_bits() {
        let bytes = name_picture(216, 12);
        assert_eq!(dimensions(&bytes, Format::Png), Ok((216, 12)));
        let raster = decode(&bytes, Format::Png).unwrap();
        assert_eq!((raster.width(), raster.height(), raster.channels()), (216, 12, Channels::Grey));
        assert_eq!(raster.pixels()[..4], [255, 0, 255, 0]);
        assert_eq!(raster.rgb(1, 11), [0; 3]);
        assert_eq!(raster.rgb(2, 11), [255; 3]);
        assert_eq!(raster.rgb(216, 0), [0; 3]);
    }

    #[test]
    fn encoding_is_deterministic_and_lossless() {
        let pixels: Vec<u8> = (0_u8..=251).collect();
        let raster = Raster::new(12, 7, Channels::Rgb, pixels).unwrap();
        let png = raster.to_png().unwrap();
        assert_eq!(png, raster.to_png().unwrap());
        assert_eq!(decode(&png, Format::Png).unwrap(), raster);
        assert_eq!(Raster::new(12, 7, Channels::Grey, vec![0; 83]).unwrap_err(), ImageError::BadSize);
    }

    #[test]
    fn every_truncation_and_flip_ends_in_a_named_error_or_a_picture() {
        let bytes = name_picture(216, 12);
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end], Format::Png).is_err(), "{end}");
        }
        for index in 0..bytes.len() {
            for bit in [0, 3, 7] {
                let mut harmed = bytes.clone();
                harmed[index] ^= 1 << bit;
                let _ = decode(&harmed, Format::Png);
            }
        }
    }

    #[test]
    fn bombs_are_refused_before_decoding() {
        let mut wide = name_picture(8, 8);
        wide[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        assert_eq!(decode(&wide, Format::Png), Err(ImageError::BadSize));
        let mut none = name_picture(8, 8);
        none[16..20].copy_from_slice(&[0; 4]);
        assert_eq!(dimensions(&none, Format::Png), Err(ImageError::BadSize));
        assert_eq!(dimensions(&vec![0; MAX_INPUT + 1], Format::Png), Err(ImageError::TooLarge));
        assert_eq!(dimensions(b"GIF89a", Format::Png), Err(ImageError::NotThisFormat));
        assert_eq!(dimensions(b"", Format::Png), Err(ImageError::Truncated));
    }

    #[test]
    fn more_compressed_data_than_pixels_does_not_grow() {
        // 8 MiB of zeros compress to a few kB: the decoder must stop at the 8 x 8 that the header names.
        let big = name_picture(2048, 2048);
        let mut bomb = big;
        bomb[16..24].copy_from_slice(&[0, 0, 0, 8, 0, 0, 0, 8]);
        assert!(decode(&bomb, Format::Png).is_err());
    }
}
