//! ITU-T T.6 (Group 4 fax): the external characters of a licence, 1-bit rasters without a header.

use ::fax::{
    Color,
    decoder::{DecodeStatus, Group4Decoder, pels},
};

use super::{Channels, ImageError, Raster};

/// The widest and highest picture that is decoded, in dots: five times what a licence holds.
pub const MAX_FAX_SIDE: u32 = 256;

/// The most bytes that are decoded: twice what the larger field of a card holds.
pub const MAX_FAX_INPUT: usize = 512;

/// Decodes a picture without a header.
pub(super) fn decode(bytes: &[u8], width: u32, height: u32) -> Result<Raster, ImageError> {
    if bytes.len() > MAX_FAX_INPUT {
        return Err(ImageError::TooLarge);
    }
    if width == 0 || height == 0 || width > MAX_FAX_SIDE || height > MAX_FAX_SIDE {
        return Err(ImageError::BadSize);
    }
    let pixels = rows(bytes.iter().copied(), width, height)?;
    Raster::new(width, height, Channels::Grey, pixels)
}

/// Decodes rows until there are as many as asked for; what follows them (end mark, filler) is not looked at. Rows that
/// the data ends in front of make the picture undecodable; after an end mark they are white.
///
/// The caller has compared input and size with limits.
pub(super) fn rows(bytes: impl Iterator<Item = u8> + Clone, width: u32, height: u32) -> Result<Vec<u8>, ImageError> {
    let count = super::pixel_count(width, height)?;
    // The decoder looks ahead: without an end mark the last codes need something after them. Zeros are not code.
    let input = bytes.clone().chain([0; 4]).map(Ok::<u8, std::convert::Infallible>);
    let mut decoder = Group4Decoder::new(input, width).map_err(|_| ImageError::Damaged)?;
    let mut pixels = Vec::with_capacity(count);
    for _ in 0..height {
        match decoder.advance().map_err(|_| ImageError::Damaged)? {
            DecodeStatus::Incomplete => {
                let row = pels(decoder.transition(), width);
                pixels.extend(row.map(|colour| if colour == Color::Black { 0 } else { u8::MAX }));
            }
            // Nothing but an end mark is not a picture, and the zeros after the data are not an end mark.
            DecodeStatus::End if pixels.is_empty() || !has_end_mark(bytes) => return Err(ImageError::Truncated),
            DecodeStatus::End => break,
        }
    }
    pixels.resize(count, u8::MAX);
    Ok(pixels)
}

/// Whether EOFB is anywhere in the data: twice eleven zeros and a one.
fn has_end_mark(bytes: impl Iterator<Item = u8>) -> bool {
    let mut last = u32::MAX;
    let mut bits = bytes.flat_map(|byte| (0..8).rev().map(move |bit| u32::from(byte >> bit & 1)));
    bits.any(|bit| {
        last = last << 1 | bit;
        last & 0x00FF_FFFF == 0x0000_1001
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{ImageError, decode_fax},
        MAX_FAX_INPUT,
    };

    const POOL: &[&[u8]] = &[
        include_bytes!("../simulator/pool/external/external-0.mmr"),
        include_bytes!("../simulator/pool/external/external-5.mmr"),
    ];

    /// The first glyph of the pool, 見 mirrored, sampled at each of its 12 × 12 cells of 4 × 4 dots.
    const MIRRORED: [&str; 12] = [
        "............",
        "...#######..",
        "...#.....#..",
        "...#######..",
        "...#.....#..",
        "...#######..",
        "...#.....#..",
        "...#######..",
        ".....#.#....",
        ".#...#..#...",
        ".#...#...#..",
        ".####.....##",
    ];

    #[test]
    fn the_pool_decodes_to_what_was_drawn() {
        let raster = decode_fax(POOL[0], 50, 50).unwrap();
        assert_eq!((raster.width(), raster.height()), (50, 50));
        let cell = |x: u32, y: u32| if raster.rgb(x * 4 + 2, y * 4 + 2) == [0; 3] { '#' } else { '.' };
        let rows: Vec<String> = (0..12).map(|y| (0..12).map(|x| cell(x, y)).collect()).collect();
        assert_eq!(rows, MIRRORED);
        // The margin is white, and every cell is one block.
        assert!((0..50).all(|at| raster.rgb(at, 0) == [255; 3] && raster.rgb(49, at) == [255; 3]));
    }

    #[test]
    fn filler_behind_the_rows_does_no_harm_and_an_end_mark_is_not_needed() {
        for picture in POOL {
            let whole = decode_fax(picture, 50, 50).unwrap();
            let filled: Vec<u8> = picture.iter().copied().chain([0xFF; 40]).collect();
            assert_eq!(decode_fax(&filled, 50, 50).unwrap(), whole);
            let bare = &picture[..picture.len() - 3];
            assert!(decode_fax(bare, 50, 50).is_ok_and(|raster| raster == whole));
        }
    }

    #[test]
    fn hostile_data_ends_in_an_error_or_in_a_small_picture() {
        assert_eq!(decode_fax(&[], 50, 50), Err(ImageError::Truncated));
        assert_eq!(decode_fax(&[0, 16, 1, 0, 16, 1], 50, 50), Err(ImageError::Truncated));
        assert_eq!(decode_fax(&[0; MAX_FAX_INPUT + 1], 50, 50), Err(ImageError::TooLarge));
        assert_eq!(decode_fax(POOL[0], 257, 50), Err(ImageError::BadSize));
        assert_eq!(decode_fax(POOL[0], 50, 0), Err(ImageError::BadSize));
        for picture in POOL {
            for end in 0..picture.len() {
                // What lacks its end is not a picture; at most the end mark's own bytes may be gone.
                assert_eq!(decode_fax(&picture[..end], 50, 50).is_ok(), end + 4 > picture.len(), "{end}");
            }
            for bit in 0..picture.len() * 8 {
                let mut harmed = picture.to_vec();
                harmed[bit / 8] ^= 0x80 >> (bit % 8);
                for side in [1, 8, 50, 256] {
                    if let Ok(raster) = decode_fax(&harmed, side, side) {
                        assert_eq!(raster.width(), side);
                    }
                }
            }
        }
        for byte in 0..=u8::MAX {
            let _ = decode_fax(&[byte; 256], 50, 50);
        }
    }
}
