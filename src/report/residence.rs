//! What only residence cards have: contents that stand in a picture alone, codes that send staff to another paper, and the
//! page where the number can be asked for.

use crate::{
    cards::{
        Item, ItemValue, Picture,
        residence_card::{codes::at_the_counter, files::Generation},
    },
    image,
    lang::Bilingual,
    verify::Overall,
};

use super::{Graphics, Headline, Report, clean::visible, label};

/// 在留カード等番号失効情報照会: for a person to type; taimen never opens it (spec residence 5.4).
pub const INQUIRY_PAGE: &str = "https://lapse-immi.moj.go.jp/";

/// taimen tells what the card says of work, and no more.
const NO_JUDGEMENT: Bilingual = Bilingual::new(
    "就労や在留が認められるかどうかは、taimenでは判定しません。",
    "taimen does not judge whether somebody may work or stay.",
);

const BROKEN_PICTURE: Bilingual = Bilingual::new(
    "ICチップに、表示できない画像があります。その内容は券面の印刷で確認してください。",
    "A picture of the chip cannot be shown. Look at the print on the card for what it holds.",
);

/// Whether a picture begins as one; nothing is decoded for it.
pub(super) fn picture_has_header(picture: &Picture) -> bool {
    image::dimensions(&picture.bytes, picture.format.into()).is_ok()
}

impl Report<'_> {
    /// Whether the card is a residence card, of either generation.
    pub(super) fn is_residence(&self) -> bool {
        Generation::of(self.findings.kind).is_some()
    }

    /// Whether values that the card does not hold as text stand in the picture of its front.
    pub(super) fn has_front(&self) -> bool {
        Generation::of(self.findings.kind) == Some(Generation::First) && self.findings.picture("front").is_some()
    }

    /// Whether anything is to be done with the card beyond its verdict.
    fn goes_on(&self) -> bool {
        self.is_residence() && !self.age_only() && self.findings.overall() != Overall::Rejected
    }

    /// What to type on the page of the Agency, and its address; nothing for other cards and for one that was rejected.
    pub(super) fn inquiry(&self) -> Vec<(Bilingual, String)> {
        if !self.goes_on() {
            return Vec::new();
        }
        let printed = || self.say(label::AS_PRINTED).to_owned();
        let value = |id: &str| {
            let item = self.findings.items.iter().find(|item| item.id == id)?;
            let mark = self.mark(item.signed_by).map(|mark| self.bracketed(mark)).unwrap_or_default();
            let value = match item.value {
                ItemValue::Date(date) => self.western(date),
                ref value => value.plain(self.options.lang),
            };
            Some(format!("{}{mark}", visible(&value)))
        };
        vec![
            (label::INQUIRY_NUMBER, value("card_number").unwrap_or_else(printed)),
            (label::INQUIRY_EXPIRY, value("expiry").unwrap_or_else(printed)),
            (label::INQUIRY_ADDRESS, INQUIRY_PAGE.to_owned()),
            (label::INQUIRY_TELLS, self.say(label::INQUIRY_LIMIT).to_owned()),
        ]
    }

    /// What the card's codes send staff to. Of an expired card only that a renewal is pending.
    pub(super) fn counter_notes(&self) -> Vec<(&'static str, Bilingual)> {
        let expired = matches!(self.headline(), Headline::Expired { .. });
        if !(self.goes_on() || self.is_residence() && !self.age_only() && expired) {
            return Vec::new();
        }
        let sentence = |item: &Item| match item.value {
            ItemValue::Term { id, .. } if !expired || item.id == "renewal" => {
                Some((item.id, at_the_counter(item.id, id)?))
            }
            _ => None,
        };
        let mut notes: Vec<(&'static str, Bilingual)> = self.findings.items.iter().filter_map(sentence).collect();
        if !expired && self.pictures().iter().any(|picture| !picture_has_header(picture)) {
            notes.insert(0, ("broken-picture", BROKEN_PICTURE));
        }
        if !expired {
            notes.push(("no-judgement", NO_JUDGEMENT));
        }
        notes
    }

    /// The pictures of text for a terminal, each under its name: the front of the first generation, name and address of
    /// the second. Empty where the terminal is too coarse for them, and for a card that was rejected.
    pub fn text_pictures(&self, graphics: Graphics) -> String {
        if !self.goes_on() {
            return String::new();
        }
        let drawn = |picture: &Picture| {
            let raster = image::decode(&picture.bytes, picture.format.into()).ok()?;
            let drawn = graphics.draw_text(&raster).ok().filter(|drawn| !drawn.is_empty())?;
            let mark = self.mark(picture.signed_by).map(|mark| self.bracketed(mark)).unwrap_or_default();
            Some(format!("{}{mark}\n{drawn}", self.say(picture.title)))
        };
        self.pictures().iter().filter(|picture| picture.id != "photo").filter_map(drawn).collect()
    }
}
