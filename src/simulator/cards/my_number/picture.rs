//! The card's pictures of text: 1-bit grey PNG, black on white, of the sizes seen on the test card (spec my-number 2.3,
//! V): name 216 × 12, address 288 × 12, security code 24 × 12. Longer text grows by lines of 12 dots.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};

use crate::simulator::{
    IssueError,
    font::{DIGIT_WIDTH, SIZE, digit_ink, glyph},
};

/// Characters a line of the name's picture.
const NAME_COLUMNS: usize = 18;
/// Characters a line of the address's picture.
const ADDRESS_COLUMNS: usize = 24;
/// Digits of the security code's picture.
const CODE_COLUMNS: usize = 4;

/// 氏名 as a picture, 216 dots wide.
///
/// # Errors
/// [`IssueError::Unfit`] for a text of millions of characters alone.
pub fn name(text: &str) -> Result<Vec<u8>, IssueError> {
    lines(text, NAME_COLUMNS)
}

/// 住所 as a picture, 288 dots wide.
pub fn address(text: &str) -> Result<Vec<u8>, IssueError> {
    lines(text, ADDRESS_COLUMNS)
}

/// セキュリティコード as a picture, 24 × 12 dots.
///
/// # Errors
/// Never; the type is that of [`name`].
pub fn security_code(digits: &str) -> Result<Vec<u8>, IssueError> {
    let digits: Vec<char> = digits.chars().collect();
    encode(CODE_COLUMNS * DIGIT_WIDTH, SIZE, |x, y| {
        digits.get(x / DIGIT_WIDTH).is_some_and(|digit| digit_ink(*digit, x % DIGIT_WIDTH, y))
    })
}

fn lines(text: &str, columns: usize) -> Result<Vec<u8>, IssueError> {
    let glyphs: Vec<_> = text.chars().map(glyph).collect();
    let rows = glyphs.len().div_ceil(columns).max(1);
    encode(columns * SIZE, rows * SIZE, |x, y| {
        x / SIZE < columns
            && glyphs.get(y / SIZE * columns + x / SIZE).is_some_and(|glyph| glyph.ink(x % SIZE, y % SIZE))
    })
}

/// A 1-bit grey PNG. Stored blocks, no filter: the bytes depend on no compressor's version, so a seed's card stays the
/// same when a dependency changes.
fn encode(width: usize, height: usize, ink: impl Fn(usize, usize) -> bool) -> Result<Vec<u8>, IssueError> {
    png(width, height, ink).map_err(|_| IssueError::Unfit("text"))
}

fn png(width: usize, height: usize, ink: impl Fn(usize, usize) -> bool) -> Result<Vec<u8>, EncodingError> {
    let mut bits = Vec::with_capacity(height * width.div_ceil(8));
    for y in 0..height {
        for byte in 0..width.div_ceil(8) {
            let paper = (0..8).fold(0_u8, |bits, bit| (bits << 1) | u8::from(!ink(byte * 8 + bit, y)));
            bits.push(paper);
        }
    }
    let size = |dots: usize| u32::try_from(dots).map_err(|_| EncodingError::LimitsExceeded);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size(width)?, size(height)?);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_deflate_compression(DeflateCompression::NoCompression);
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bits)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes to lines of `#` and `.`.
    fn art(file: &[u8]) -> (u32, u32, Vec<String>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.color_type, info.bit_depth), (ColorType::Grayscale, BitDepth::One));
        let dot = |x: u32, y: usize| {
            let byte = pixels[y * info.line_size + usize::try_from(x / 8).unwrap()];
            if (byte >> (7 - x % 8)) & 1 == 0 { '#' } else { '.' }
        };
        let lines =
            (0..usize::try_from(info.height).unwrap()).map(|y| (0..info.width).map(|x| dot(x, y)).collect()).collect();
        (info.width, info.height, lines)
    }

    #[test]
    fn sizes_are_those_of_the_test_card_and_grow_by_lines() {
        assert_eq!(art(&name("見本　太郎").unwrap()).0, 216);
        assert_eq!(art(&name("見本　太郎").unwrap()).1, 12);
        assert_eq!(art(&name(&"見".repeat(19)).unwrap()).1, 24);
        assert_eq!(art(&name("").unwrap()).1, 12);
        let (width, height, _) = art(&address(&"架".repeat(49)).unwrap());
        assert_eq!((width, height), (288, 36));
        let (width, height, _) = art(&security_code("2285").unwrap());
        assert_eq!((width, height), (24, 12));
    }

    #[test]
    fn the_ink_is_the_text() {
        let (_, _, lines) = art(&name("本見").unwrap());
        assert_eq!(&lines[1][12..24], "..#######...");
        assert_eq!(&lines[11][12..24], "##.....####.");
        assert!(lines.iter().all(|line| !line[24..].contains('#')));
        let (_, _, lines) = art(&security_code("7 12").unwrap());
        assert_eq!(lines[2], "#####.........#....###..");
    }
}
