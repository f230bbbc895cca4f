//! The pictures of a page about a card: decoded and encoded anew, so that no byte of the card's file reaches a browser.

use maud::{Markup, html};

use crate::{
    cards::Picture,
    image::{self, Raster},
};

use super::{
    Report, base64, label,
    pieces::Pieces,
    shown::{Piece, Shown, mark},
};

/// The face among the pictures.
pub(super) const PHOTO: &str = "photo";

/// Before the slot of an external character (外字) in the name of its picture.
const EXTERNAL: &str = "external-";

/// Where a page's pictures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pictures {
    /// In the page itself.
    Inside,
    /// Named in `data-picture`: the page's script fetches each by its id.
    #[cfg_attr(not(feature = "counter"), allow(dead_code))]
    Named,
}

impl Report<'_> {
    /// A picture of a page with [`Pictures::Named`] as PNG, decoded and encoded anew: no byte of the card's file reaches a
    /// browser. `None` for one that is not there or does not decode.
    #[cfg(feature = "counter")]
    pub(crate) fn png(&self, id: &str) -> Option<Vec<u8>> {
        let raster = match id.strip_prefix(EXTERNAL) {
            Some(slot) => self.external(slot.parse().ok()?)?.1,
            None => decoded(self.pictures().iter().find(|picture| picture.id == id)?)?,
        };
        raster.to_png().ok()
    }
}

impl Pieces<'_> {
    /// A value; external characters as pictures where the card holds one that decodes.
    pub(super) fn shown(&self, value: &Shown) -> Markup {
        html! {
            @for piece in &value.0 {
                @match piece {
                    Piece::Text(text) => (text),
                    Piece::External(slot) => {
                        @match self.report.external(*slot).and_then(|(file, raster)| Some((file, self.drawn(&raster)?))) {
                            Some((file, Drawn { src, .. })) => {
                                img.external alt=(mark(*slot)) title={ (self.say(label::EXTERNAL)) " " (slot) " (" (file) ")" }
                                    src=[&src] data-picture=[src.is_none().then(|| format!("{EXTERNAL}{slot}"))];
                            }
                            None => (mark(*slot)),
                        }
                    }
                }
            }
        }
    }

    /// A picture that this program decoded and encoded again: no byte of the card's file reaches the browser. One that
    /// does not decode is named.
    pub(super) fn picture(&self, picture: &Picture) -> Markup {
        let title = self.say(picture.title);
        let drawn = match self.pictures {
            Pictures::Inside => decoded(picture).and_then(|raster| self.drawn(&raster)),
            // It is decoded when the page fetches it.
            Pictures::Named => image::dimensions(&picture.bytes, picture.format.into())
                .ok()
                .map(|(width, height)| Drawn { width, height, src: None }),
        };
        html! {
            @match drawn {
                Some(Drawn { width, height, src }) => {
                    img class={ "picture-" (picture.id) } alt=(title)
                        width=(width.saturating_mul(scale(width))) height=(height.saturating_mul(scale(width)))
                        src=[&src] data-picture=[src.is_none().then_some(picture.id)]
                        data-missing=[src.is_none().then(|| self.undecodable(title))];
                }
                None => p.missing { (self.undecodable(title)) }
            }
        }
    }

    /// How a page holds a decoded picture; `None` for one that cannot be encoded.
    fn drawn(&self, raster: &Raster) -> Option<Drawn> {
        let src = match self.pictures {
            Pictures::Inside => Some(format!("data:image/png;base64,{}", base64::encode(&raster.to_png().ok()?))),
            Pictures::Named => None,
        };
        Some(Drawn { width: raster.width(), height: raster.height(), src })
    }

    fn undecodable(&self, title: &str) -> String {
        format!("{title}: {}", self.say(label::UNDECODABLE))
    }
}

/// A picture as a page holds it: its size, and its bytes if they are in the page.
struct Drawn {
    width: u32,
    height: u32,
    src: Option<String>,
}

fn decoded(picture: &Picture) -> Option<Raster> {
    image::decode(&picture.bytes, picture.format.into()).ok()
}

/// The small pictures of text are enlarged by a whole number, so that every dot becomes the same square.
fn scale(width: u32) -> u32 {
    const WIDEST: u32 = 590;
    (WIDEST / width.max(1)).clamp(1, 3)
}
