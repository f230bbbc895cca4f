//! The report: Japanese and English text, JSON, HTML. Verdict first, then what it rests on, what it does not prove,
//! what staff must still do.
//!
//! Text from a card is hostile: what a terminal or a browser would obey is shown as a visible code instead.

pub(crate) mod base64;
mod changes;
mod clean;
mod form;
mod headline;
mod html;
mod json;
mod label;
mod lines;
mod pictures;
mod pieces;
mod shown;
mod staff;
mod terminal;
mod text;
mod view;
mod words;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    cards::{Findings, Note, Picture},
    dump::Dump,
    image,
    iso7816::RetryCounter,
    lang::{Bilingual, Lang},
    transport::LinkFigures,
    trust::Hierarchy,
    verify::Overall,
};

pub(crate) use clean::{json_escaped, visible};
#[cfg(feature = "counter")]
pub(crate) use headline::is_simulated;
pub use headline::{Case, Headline, Tone, Unreal};
pub use json::SCHEMA;
#[cfg(feature = "counter")]
pub(crate) use pictures::Pictures;
#[cfg(feature = "counter")]
pub(crate) use pieces::Pieces;
pub use terminal::Graphics;

/// Where the data of a report came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A card, just now.
    Live,
    /// A saved dump.
    Dump,
    /// A recording.
    Replay,
}

impl Source {
    /// The machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Dump => "dump",
            Self::Replay => "replay",
        }
    }
}

/// What a report says besides the findings.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Context {
    /// Where the data came from.
    pub source: Source,
    /// Which reader (address, and the reader's name if there is one).
    pub reader: String,
    /// When the card was read.
    pub read_at: Timestamp,
    /// What the link carried.
    pub link: LinkFigures,
    /// Counters that are known: which credential, what is left now.
    pub retry_counters: Vec<(Bilingual, RetryCounter)>,
    /// Hierarchies that were accepted besides production and installed (`--accept`).
    pub accepted: Vec<Hierarchy>,
    /// Fingerprint of the key that sealed the dump, 64 hex digits; `None` for one that is not sealed.
    pub sealed_by: Option<String>,
    /// What the application form's fields are to the chip's; `None` without a form.
    #[cfg(feature = "compare")]
    pub form: Option<crate::compare::Comparison>,
}

impl Context {
    /// What a dump says about its reading; no counters, and no further hierarchy accepted.
    pub fn of(dump: &Dump, source: Source) -> Self {
        Self {
            source,
            reader: dump.reader.clone(),
            read_at: dump.read_at,
            link: dump.link,
            retry_counters: Vec::new(),
            accepted: Vec::new(),
            sealed_by: None,
            #[cfg(feature = "compare")]
            form: None,
        }
    }

    /// The same if a further hierarchy was accepted: the report must say so.
    #[must_use]
    pub fn accepting(mut self, hierarchy: Hierarchy) -> Self {
        self.accepted.push(hierarchy);
        self
    }
}

/// How a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The language.
    pub lang: Lang,
    /// Whether the electronic sex field was asked for (`--sex`).
    pub sex: bool,
    /// Whether the age alone was asked for (`--age`): then the age is all that is shown of the person.
    pub age: bool,
    /// Whether the registered domicile (本籍) was asked for (`--domicile`): what is masked is shown only then.
    pub domicile: bool,
}

/// Whether the terminal report carries colour codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// ANSI codes; the caller may still strip them.
    Ansi,
    /// Plain text.
    Plain,
}

/// All that a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What was found.
    pub findings: &'a Findings,
    /// What surrounds it.
    pub context: &'a Context,
    /// How it is shown.
    pub options: Options,
}

impl Report<'_> {
    /// The verdict in words.
    pub fn headline(&self) -> Headline {
        Headline::of(self)
    }

    /// One sentence for this card: why, and what it means at the counter.
    pub fn meaning(&self) -> Bilingual {
        self.headline().meaning(self.findings)
    }

    /// What is beside the verdict at once, because it changes what the verdict covers.
    pub fn headline_notes(&self) -> Vec<Note> {
        words::notes_of(self.findings)
    }

    /// The JSON report, one object on several lines, with a newline at its end.
    pub fn json(&self) -> String {
        json::pretty(self)
    }

    /// The JSON report as one line without a newline, as a batch writes it.
    pub fn json_line(&self) -> String {
        json::line(self)
    }

    /// The report for a terminal on at most 23 lines: verdict, person, expiry and number, what did not pass, what to do. One
    /// line of a usual window is left for where a page was saved.
    pub fn text(&self, colour: Colour) -> String {
        text::short(self, colour)
    }

    /// Everything, for a terminal.
    pub fn details(&self, colour: Colour) -> String {
        text::details(self, colour)
    }

    /// Where a page was saved: the last line under a text.
    pub fn page_saved(&self, path: &str) -> String {
        format!("{}: {}\n", self.say(label::SAVED_PAGE), visible(path))
    }

    /// The report as one HTML page with the pictures in it.
    pub fn html(&self) -> String {
        html::render(self)
    }

    /// The face picture for a terminal; empty if the terminal shows none, if there is none, and if it does not
    /// decode.
    pub fn photo(&self, graphics: Graphics) -> String {
        let photo = if self.age_only() { None } else { self.findings.picture("photo") };
        let raster = photo.and_then(|photo| image::decode(&photo.bytes, photo.format.into()).ok());
        raster.and_then(|raster| graphics.draw(&raster).ok()).unwrap_or_default()
    }

    /// The pictures of text for a terminal, each under its name; empty if the terminal is too coarse for them, if text
    /// is beside them, and for a card that was rejected.
    pub fn text_pictures(&self, graphics: Graphics) -> String {
        if !self.findings.presentation.draws_text || self.findings.overall() == Overall::Rejected {
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

    /// The external characters (外字) that the shown texts have marks for, for a terminal, each after its mark; empty
    /// if the terminal shows none.
    pub fn external_characters(&self, graphics: Graphics) -> String {
        let slots: BTreeSet<u8> =
            self.card_texts().iter().flat_map(|(_, text)| text.external.iter().map(|(_, slot)| *slot)).collect();
        let drawn = slots.into_iter().filter_map(|slot| {
            let (_, raster) = self.external(slot)?;
            let picture = graphics.draw(&raster).ok().filter(|picture| !picture.is_empty())?;
            Some(format!("{}[{slot}]\n{picture}", crate::text::MARK))
        });
        drawn.collect()
    }

    /// Whether the person's age is all that may be shown of the person.
    fn age_only(&self) -> bool {
        self.options.age || self.findings.holder.age.is_some()
    }

    fn say(&self, text: Bilingual) -> &'static str {
        text.get(self.options.lang)
    }
}

impl From<crate::cards::PictureFormat> for image::Format {
    fn from(format: crate::cards::PictureFormat) -> Self {
        match format {
            crate::cards::PictureFormat::Png => Self::Png,
            crate::cards::PictureFormat::Jpeg => Self::Jpeg,
            crate::cards::PictureFormat::Jpeg2000 => Self::Jpeg2000,
            crate::cards::PictureFormat::Tiff => Self::Tiff,
        }
    }
}
