//! The photo inside a terminal, if the terminal can show one.

use std::fmt::Write;

use crate::image::{Channels, ImageError, Raster};

use super::base64;

/// How a terminal shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Graphics {
    /// Not at all.
    None,
    /// The protocol of kitty.
    Kitty,
    /// The inline files of iTerm2.
    Iterm2,
    /// DEC's sixels.
    Sixel,
    /// Half-block characters with 24-bit colour.
    Blocks,
}

/// Columns that a photo takes.
const COLUMNS: u32 = 40;
/// The widest sixel picture, in pixels.
const SIXEL_WIDTH: u32 = 320;
/// The same for a picture of text, which must be read.
const TEXT_COLUMNS: u32 = 76;
const TEXT_SIXEL_WIDTH: u32 = 700;
/// Bytes of base64 in one sequence of kitty's protocol.
const KITTY_CHUNK: usize = 4_096;

impl Graphics {
    /// Chooses by what the environment says about the terminal; the caller reads the environment, and asks only when
    /// standard output is a terminal.
    pub fn detect(
        term: Option<&str>,
        term_program: Option<&str>,
        colorterm: Option<&str>,
        kitty_window_id: bool,
    ) -> Self {
        let term = term.unwrap_or_default();
        if term == "dumb" {
            return Self::None;
        }
        // A multiplexer passes the outer terminal's variables on, but not its picture sequences.
        let multiplexed = term.starts_with("screen") || term.starts_with("tmux");
        if !multiplexed {
            if kitty_window_id || term.contains("kitty") || term.contains("ghostty") {
                return Self::Kitty;
            }
            if matches!(term_program, Some("iTerm.app" | "WezTerm")) {
                return Self::Iterm2;
            }
            if term.contains("sixel") || term.starts_with("foot") || term.starts_with("mlterm") {
                return Self::Sixel;
            }
        }
        if matches!(colorterm, Some("truecolor" | "24bit")) { Self::Blocks } else { Self::None }
    }

    /// The sequence that shows a picture at the cursor, with a newline at its end; empty for [`Graphics::None`].
    ///
    /// # Errors
    /// [`ImageError`] if the picture cannot be encoded.
    pub fn draw(self, raster: &Raster) -> Result<String, ImageError> {
        match self {
            Self::Blocks => Ok(blocks(&Scaled::to_width(raster, COLUMNS))),
            _ => self.sized(raster, COLUMNS, SIXEL_WIDTH),
        }
    }

    /// The same for a picture of text; empty also for [`Graphics::Blocks`], whose dots are too coarse to read.
    ///
    /// # Errors
    /// [`ImageError`] if the picture cannot be encoded.
    pub fn draw_text(self, raster: &Raster) -> Result<String, ImageError> {
        self.sized(raster, TEXT_COLUMNS, TEXT_SIXEL_WIDTH)
    }

    fn sized(self, raster: &Raster, columns: u32, pixels: u32) -> Result<String, ImageError> {
        match self {
            Self::None | Self::Blocks => Ok(String::new()),
            Self::Kitty => raster.to_png().map(|png| kitty(&png, columns)),
            Self::Iterm2 => raster.to_png().map(|png| iterm2(&png, columns)),
            Self::Sixel => Ok(sixel(&Scaled::to_width(raster, pixels))),
        }
    }
}

fn kitty(png: &[u8], columns: u32) -> String {
    let data = base64::encode(png);
    let mut out = String::new();
    let mut rest = data.as_str();
    let mut first = true;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at_checked(KITTY_CHUNK).unwrap_or((rest, ""));
        let more = u8::from(!after.is_empty());
        // q=2: the terminal must not answer, or its answer would be taken for the next thing typed.
        let control = if first { format!("a=T,f=100,q=2,c={columns},m={more}") } else { format!("m={more}") };
        let _ = write!(out, "\x1B_G{control};{chunk}\x1B\\");
        rest = after;
        first = false;
    }
    out.push('\n');
    out
}

fn iterm2(png: &[u8], columns: u32) -> String {
    let size = png.len();
    let data = base64::encode(png);
    format!("\x1B]1337;File=inline=1;size={size};width={columns};preserveAspectRatio=1:{data}\x07\n")
}

/// A picture made smaller by averaging.
struct Scaled {
    width: u32,
    height: u32,
    grey: bool,
    pixels: Vec<[u8; 3]>,
}

impl Scaled {
    fn to_width(raster: &Raster, widest: u32) -> Self {
        let width = raster.width().min(widest).max(1);
        // A strip that is a thousand times higher than wide is not a photo: four times is enough.
        let height = u64::from(raster.height()) * u64::from(width) / u64::from(raster.width().max(1));
        let height = u32::try_from(height).unwrap_or(1).clamp(1, width.saturating_mul(4));
        let span = |index: u32, of: u32, all: u32| {
            let at = |index: u32| u32::try_from(u64::from(index) * u64::from(all) / u64::from(of)).unwrap_or(0);
            let start = at(index);
            start..at(index + 1).max(start + 1)
        };
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let rows = span(y, height, raster.height());
                let columns = span(x, width, raster.width());
                pixels.push(average(raster, rows, &columns));
            }
        }
        Self { width, height, grey: raster.channels() == Channels::Grey, pixels }
    }

    fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let index = u64::from(y) * u64::from(self.width) + u64::from(x);
        usize::try_from(index).ok().and_then(|index| self.pixels.get(index)).copied().unwrap_or([255; 3])
    }
}

fn average(raster: &Raster, rows: std::ops::Range<u32>, columns: &std::ops::Range<u32>) -> [u8; 3] {
    let mut sums = [0_u64; 3];
    let mut count = 0_u64;
    for y in rows {
        for x in columns.clone() {
            for (sum, sample) in sums.iter_mut().zip(raster.rgb(x, y)) {
                *sum += u64::from(sample);
            }
            count += 1;
        }
    }
    sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
}

/// Each character shows two pixels: the upper as its colour, the lower as its background.
fn blocks(picture: &Scaled) -> String {
    let mut out = String::new();
    for y in (0..picture.height).step_by(2) {
        for x in 0..picture.width {
            let [[r, g, b], [lower_r, lower_g, lower_b]] = [picture.at(x, y), picture.at(x, y + 1)];
            let _ = write!(out, "\x1B[38;2;{r};{g};{b};48;2;{lower_r};{lower_g};{lower_b}m▀");
        }
        out.push_str("\x1B[0m\n");
    }
    out
}

/// Bands of six rows, each colour of a band in one pass, runs shortened.
fn sixel(picture: &Scaled) -> String {
    let (width, height) = (picture.width, picture.height);
    let mut out = format!("\x1BPq\"1;1;{width};{height}");
    let steps: u32 = if picture.grey { 32 } else { 6 };
    let percent = |level: u32| level * 100 / (steps - 1);
    let levels = move |[r, g, b]: [u8; 3]| [r, g, b].map(|sample| u32::from(sample) * steps / 256);
    let index = |[r, g, b]: [u32; 3]| if picture.grey { g } else { (r * steps + g) * steps + b };
    let mut defined = std::collections::BTreeMap::new();
    for pixel in &picture.pixels {
        let colour = levels(*pixel);
        defined.insert(index(colour), colour);
    }
    for (number, [r, g, b]) in &defined {
        let _ = write!(out, "#{number};2;{};{};{}", percent(*r), percent(*g), percent(*b));
    }
    for top in (0..height).step_by(6) {
        let mut bands: std::collections::BTreeMap<u32, Vec<u8>> = std::collections::BTreeMap::new();
        for x in 0..width {
            for (bit, y) in (0_u32..6).zip(top..height.min(top + 6)) {
                let row = bands.entry(index(levels(picture.at(x, y)))).or_default();
                let at = usize::try_from(x).unwrap_or(0);
                row.resize(at.max(row.len().saturating_sub(1)) + 1, 0);
                if let Some(cell) = row.get_mut(at) {
                    *cell |= 1 << bit;
                }
            }
        }
        for (number, row) in bands {
            let _ = write!(out, "#{number}");
            for run in row.chunk_by(|left, right| left == right) {
                let cell = char::from(run.first().copied().unwrap_or(0) + b'?');
                let _ = write!(out, "!{}{cell}", run.len());
            }
            out.push('$');
        }
        out.push('-');
    }
    out.push_str("\x1B\\\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Format, decode};

    fn portrait() -> Raster {
        decode(include_bytes!("../simulator/pool/portraits/face-0.jp2"), Format::Jpeg2000).unwrap()
    }

    #[test]
    fn the_environment_chooses() {
        let detect = Graphics::detect;
        assert_eq!(detect(Some("xterm-kitty"), None, None, true), Graphics::Kitty);
        assert_eq!(detect(Some("xterm-256color"), Some("iTerm.app"), Some("truecolor"), false), Graphics::Iterm2);
        assert_eq!(detect(Some("foot"), None, Some("truecolor"), false), Graphics::Sixel);
        assert_eq!(detect(Some("xterm-256color"), None, Some("truecolor"), false), Graphics::Blocks);
        assert_eq!(detect(Some("tmux-256color"), None, Some("truecolor"), true), Graphics::Blocks);
        assert_eq!(detect(Some("xterm"), None, None, false), Graphics::None);
        assert_eq!(detect(Some("dumb"), None, Some("truecolor"), true), Graphics::None);
        assert_eq!(detect(None, None, None, false), Graphics::None);
    }

    #[test]
    fn each_protocol_has_its_form() {
        let raster = portrait();
        assert_eq!(Graphics::None.draw(&raster).unwrap(), "");
        let kitty = Graphics::Kitty.draw(&raster).unwrap();
        assert!(kitty.starts_with("\x1B_Ga=T,f=100,q=2,c=40,m=1;") && kitty.ends_with("\x1B\\\n"));
        assert_eq!(kitty.matches("m=0;").count(), 1);
        let iterm = Graphics::Iterm2.draw(&raster).unwrap();
        assert!(iterm.starts_with("\x1B]1337;File=inline=1;size=") && iterm.ends_with("\x07\n"));
        let blocks = Graphics::Blocks.draw(&raster).unwrap();
        // 378 x 472 becomes 40 x 49: 25 lines of 40 characters.
        assert_eq!(blocks.lines().count(), 25);
        assert!(blocks.lines().all(|line| line.matches('▀').count() == 40 && line.ends_with("\x1B[0m")));
    }

    #[test]
    fn sixels_draw_each_pixel_once() {
        let pixels = vec![0, 255, 0, 255, 255, 0, 0, 255];
        let raster = Raster::new(2, 4, Channels::Grey, pixels).unwrap();
        let sixel = Graphics::Sixel.draw(&raster).unwrap();
        // Rows (top first) 0 255 / 0 255 / 255 0 / 0 255: dark is bits 0, 1, 3 in the first column and bit 2 in the next.
        assert_eq!(sixel, "\x1BPq\"1;1;2;4#0;2;0;0;0#31;2;100;100;100#0!1J!1C$#31!1C!1J$-\x1B\\\n");
        let whole = Graphics::Sixel.draw(&portrait()).unwrap();
        assert!(
            whole.len() < 400_000 && whole.matches('-').count() == 67,
            "{} {}",
            whole.len(),
            whole.matches('-').count()
        );
    }

    #[test]
    fn odd_shapes_stay_small() {
        let strip = Raster::new(1, 100_000, Channels::Grey, vec![9; 100_000]).unwrap();
        assert!(Graphics::Blocks.draw(&strip).unwrap().len() < 1_000);
        let wide = Raster::new(100_000, 1, Channels::Rgb, vec![9; 300_000]).unwrap();
        assert_eq!(Graphics::Blocks.draw(&wide).unwrap().lines().count(), 1);
        assert!(Graphics::Sixel.draw(&wide).is_ok());
    }
}
