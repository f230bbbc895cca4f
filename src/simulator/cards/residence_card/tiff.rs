//! A small TIFF writer: one strip of ITU-T T.6, one bit a dot, ink black (TIFF 6.0 section 11, RFC 2306); and text drawn
//! with the simulator's font.

use fax::{Color, VecWriter, encoder::Encoder};

use crate::simulator::font::{SIZE, glyph};

crate::simulator::record! {
    /// A line of text in a picture.
    #[derive(Debug, Clone)]
    pub struct Line;
    x: usize, "Dots from the left.";
    y: usize, "Dots from the top.";
    scale: usize, "Dots a dot of the font: 1 for text 12 dots high.";
    text: String, "The text.";
}

/// Draws lines of text and encodes them. What does not fit into the picture is cut off.
pub fn picture(width: u16, height: u16, lines: &[Line]) -> Vec<u8> {
    let columns = usize::from(width);
    let mut dots = vec![Color::White; columns * usize::from(height)];
    for line in lines {
        draw(&mut dots, columns, line);
    }
    let mut encoder = Encoder::new(VecWriter::new());
    for row in dots.chunks(columns.max(1)) {
        let Ok(()) = encoder.encode_line(row.iter().copied(), u32::from(width));
    }
    let Ok(strip) = encoder.finish();
    file(width, height, &strip.finish())
}

/// The same picture in so many bytes, zeros between strip and directory; a blank one if it is longer.
pub fn stretched(picture: Vec<u8>, (width, height): (u16, u16), length: usize) -> Vec<u8> {
    let mut file = if picture.len() > length { self::picture(width, height, &[]) } else { picture };
    let more = length.saturating_sub(file.len());
    let at = file.get(4..8).and_then(|at| u32::from_le_bytes(at.try_into().ok()?).try_into().ok());
    if let Some(at) = at.filter(|at: &usize| *at <= file.len()) {
        file.splice(at..at, vec![0; more]);
        let moved = u32::try_from(at + more).unwrap_or(u32::MAX).to_le_bytes();
        file.splice(4..8, moved);
    }
    file
}

fn draw(dots: &mut [Color], columns: usize, line: &Line) {
    let scale = line.scale.max(1);
    for (at, glyph) in line.text.chars().map(glyph).enumerate() {
        let left = line.x + at * SIZE * scale;
        let inked = (0..SIZE * SIZE).map(|dot| (dot % SIZE, dot / SIZE)).filter(|(x, y)| glyph.ink(*x, *y));
        for (x, y) in inked {
            let (x, y) = (left + x * scale, line.y + y * scale);
            for y in y..y + scale {
                for x in (x..x + scale).filter(|x| *x < columns) {
                    if let Some(dot) = dots.get_mut(y * columns + x) {
                        *dot = Color::Black;
                    }
                }
            }
        }
    }
}

/// Field types of TIFF.
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// Header, the strip, the directory.
fn file(width: u16, height: u16, strip: &[u8]) -> Vec<u8> {
    const HEADER: u32 = 8;
    let length = u32::try_from(strip.len()).unwrap_or(u32::MAX);
    // A directory begins at an even offset.
    let padding = length % 2;
    let directory = HEADER.saturating_add(length).saturating_add(padding);
    let entries: [(u16, u16, u32); 9] = [
        (0x0100, SHORT, width.into()),
        (0x0101, SHORT, height.into()),
        (0x0102, SHORT, 1),
        // Compression: T6.
        (0x0103, SHORT, 4),
        // PhotometricInterpretation: white is zero.
        (0x0106, SHORT, 0),
        (0x0111, LONG, HEADER),
        (0x0115, SHORT, 1),
        (0x0116, SHORT, height.into()),
        (0x0117, LONG, length),
    ];
    let mut out = b"II\x2A\x00".to_vec();
    out.extend(directory.to_le_bytes());
    out.extend_from_slice(strip);
    out.extend((0..padding).map(|_| 0x00));
    out.extend(u16::try_from(entries.len()).unwrap_or(0).to_le_bytes());
    for (tag, form, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(form.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        // A SHORT is in the first two bytes; the numbers here are below 65,536 then, so the same bytes do.
        out.extend(value.to_le_bytes());
    }
    out.extend(0_u32.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use fax::decoder::{DecodeStatus, Group4Decoder, pels};

    use super::*;

    /// Width, height and rows of `#` and `.`, read by the directory.
    fn art(file: &[u8]) -> (u16, u16, Vec<String>) {
        let long = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        assert_eq!(&file[..4], b"II\x2A\x00");
        let directory = usize::try_from(long(4)).unwrap();
        let count = usize::from(file[directory]);
        let entry = |wanted: u16| {
            let mut entries = (0..count).map(|at| directory + 2 + at * 12);
            let at = entries.find(|at| u16::from_le_bytes([file[*at], file[*at + 1]]) == wanted).unwrap();
            long(at + 8)
        };
        assert_eq!(directory + 2 + count * 12 + 4, file.len());
        assert_eq!((entry(0x103), entry(0x106)), (4, 0));
        let (width, height) = (entry(0x100), entry(0x101));
        let strip = &file[usize::try_from(entry(0x111)).unwrap()..][..usize::try_from(entry(0x117)).unwrap()];
        let mut decoder =
            Group4Decoder::new(strip.iter().copied().map(Ok::<u8, std::convert::Infallible>), width).unwrap();
        let mut rows = Vec::new();
        while let DecodeStatus::Incomplete = decoder.advance().unwrap() {
            rows.push(
                pels(decoder.transition(), width).map(|dot| if dot == Color::Black { '#' } else { '.' }).collect(),
            );
        }
        (u16::try_from(width).unwrap(), u16::try_from(height).unwrap(), rows)
    }

    #[test]
    fn a_stretched_picture_is_the_same_one() {
        let one = picture(20, 14, &[Line { x: 1, y: 1, scale: 1, text: "A".to_owned() }]);
        for length in [one.len(), one.len() + 1, one.len() + 700] {
            let longer = stretched(one.clone(), (20, 14), length);
            assert_eq!((longer.len(), crate::image::tiff_extent(&longer)), (length, Ok(length)));
            let drawn = |file| crate::image::decode(file, crate::image::Format::Tiff).unwrap();
            assert_eq!(drawn(&longer), drawn(&one));
        }
    }

    #[test]
    fn another_decoder_reads_what_was_drawn() {
        let line = |x, y, scale, text: &str| Line { x, y, scale, text: text.to_owned() };
        let (width, height, rows) = art(&picture(61, 31, &[line(2, 1, 1, "本見"), line(30, 6, 2, "見")]));
        assert_eq!((width, height, rows.len()), (61, 31, 31));
        assert_eq!(&rows[2][14..26], "..#######...");
        assert_eq!(&rows[12][14..26], "##.....####.");
        assert_eq!(&rows[8][30..54], "....##############......");
        assert_eq!(rows[8][30..], rows[9][30..]);
        assert!(rows[30].chars().all(|dot| dot == '.'));
        let (_, _, blank) = art(&picture(8, 3, &[]));
        assert_eq!(blank, ["........"; 3]);
    }

    #[test]
    fn the_strip_has_an_end_mark_and_the_directory_an_even_offset() {
        for width in 20..60 {
            let file = picture(width, 20, &[Line { x: 1, y: 1, scale: 1, text: "ＴＥＳＴ".to_owned() }]);
            assert_eq!(file[4] % 2, 0);
            assert_eq!(art(&file).2.len(), 20);
        }
    }
}
