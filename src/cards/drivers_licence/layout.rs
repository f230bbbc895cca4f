//! What the signatures of EF07 and WEF03 may cover: candidates, because no public source states the exact bytes
//! (spec licence 5.1, 5.2, 5.3, 11 no. 1).

use super::files::{self, File};

/// Which bytes of a file a candidate takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The whole file as read, filler included.
    Whole,
    /// Headers and values, up to the filler.
    Data,
    /// Only the values, without tags and lengths.
    Values,
}

/// How sure a statement is (spec licence 0.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Second-hand: a digest of the specification.
    S,
    /// Inferred.
    I,
    /// Unknown: listed so that a match would settle it.
    U,
}

impl Mark {
    /// The letter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::I => "I",
            Self::U => "U",
        }
    }
}

/// One candidate: the bytes that are hashed, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Machine name, in the evidence of the check.
    pub name: &'static str,
    /// Which bytes, file by file.
    pub parts: &'static [(File, Form)],
    /// How sure.
    pub mark: Mark,
    /// Whether it covers EF01, EF02 and the photo (WEF02 for the マイナ免許証) with their headers. A signature over
    /// less, or over values whose tags could be exchanged, never passes the check.
    pub covers: bool,
}

use Form::{Data, Values, Whole};
use files::{DATA, DOMICILE, EXTERNAL, MENKYO_DATA, PHOTO};

/// Candidates for EF07 in the order in which they are tried; the first that fits is reported (5.3).
///
/// "Contents of DF1/EF01, then DF1/EF02, then DF2/EF01" is S; whether filler and headers count is U.
pub const LICENCE_LAYOUTS: &[Layout] = &[
    Layout {
        name: "whole-files",
        parts: &[(DATA, Whole), (DOMICILE, Whole), (PHOTO, Whole)],
        mark: Mark::S,
        covers: true,
    },
    Layout {
        name: "up-to-filler",
        parts: &[(DATA, Data), (DOMICILE, Data), (PHOTO, Data)],
        mark: Mark::U,
        covers: true,
    },
    Layout {
        name: "values",
        parts: &[(DATA, Values), (DOMICILE, Values), (PHOTO, Values)],
        mark: Mark::U,
        covers: false,
    },
    Layout {
        name: "whole-files-with-external",
        parts: &[(DATA, Whole), (DOMICILE, Whole), (EXTERNAL, Whole), (PHOTO, Whole)],
        mark: Mark::U,
        covers: true,
    },
    Layout {
        name: "up-to-filler-with-external",
        parts: &[(DATA, Data), (DOMICILE, Data), (EXTERNAL, Data), (PHOTO, Data)],
        mark: Mark::U,
        covers: true,
    },
    Layout {
        name: "values-with-external",
        parts: &[(DATA, Values), (DOMICILE, Values), (EXTERNAL, Values), (PHOTO, Values)],
        mark: Mark::U,
        covers: false,
    },
    Layout { name: "data-and-domicile", parts: &[(DATA, Whole), (DOMICILE, Whole)], mark: Mark::U, covers: false },
    Layout { name: "data-alone", parts: &[(DATA, Whole)], mark: Mark::U, covers: false },
    Layout { name: "data-alone-up-to-filler", parts: &[(DATA, Data)], mark: Mark::U, covers: false },
];

/// Candidates for WEF03: "all of WEF02 as stored" is S (6.4).
pub const MENKYO_LAYOUTS: &[Layout] = &[
    Layout { name: "whole-file", parts: &[(MENKYO_DATA, Whole)], mark: Mark::S, covers: true },
    Layout { name: "up-to-filler", parts: &[(MENKYO_DATA, Data)], mark: Mark::I, covers: true },
    Layout { name: "values", parts: &[(MENKYO_DATA, Values)], mark: Mark::U, covers: false },
];

/// The layout that simulated cards use by default: the first, the only one that a source states.
pub const SIMULATED: usize = 0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_layouts_with_headers_and_all_signed_files_can_pass() {
        for layout in LICENCE_LAYOUTS {
            let has = |file: File| layout.parts.iter().any(|(part, form)| *part == file && *form != Values);
            assert_eq!(layout.covers, has(DATA) && has(DOMICILE) && has(PHOTO), "{}", layout.name);
        }
        for layout in MENKYO_LAYOUTS {
            assert_eq!(layout.covers, layout.parts[0].1 != Values, "{}", layout.name);
        }
    }
}
