//! Two spellings side by side.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_general_category::{GeneralCategory, get_general_category};

/// A stretch of both spellings.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Segment {
    /// Whether the chip and the form have the same here.
    pub equal: bool,
    /// The chip's side; empty if it has nothing here.
    pub chip: String,
    /// The form's side; empty if it has nothing here.
    pub form: String,
}

impl Segment {
    pub(super) fn changed(chip: &str, form: &str) -> Self {
        Self { equal: false, chip: chip.to_owned(), form: form.to_owned() }
    }
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Segment({})", if self.equal { "equal" } else { "changed" })
    }
}

/// Both spellings in stretches, each character with the marks that belong to it.
pub(super) fn segments(chip: &str, form: &str) -> Vec<Segment> {
    let (chip, form) = (characters(chip), characters(form));
    let part = |side: &[&str], at: usize, len: usize| side.get(at..at + len).unwrap_or_default().concat();
    let segment = |op: DiffOp| {
        let (chip_range, form_range) = (op.old_range(), op.new_range());
        Segment {
            equal: matches!(op, DiffOp::Equal { .. }),
            chip: part(&chip, chip_range.start, chip_range.len()),
            form: part(&form, form_range.start, form_range.len()),
        }
    };
    capture_diff_slices(Algorithm::Myers, &chip, &form).into_iter().map(segment).collect()
}

/// A text in characters as a reader counts them: a variation selector or a combining mark stays with what it marks.
fn characters(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> =
        text.char_indices().filter(|(at, c)| *at == 0 || !is_mark(*c)).map(|(at, _)| at).collect();
    starts.push(text.len());
    starts.windows(2).filter_map(|pair| text.get(*pair.first()?..*pair.get(1)?)).collect()
}

fn is_mark(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    matches!(get_general_category(c), NonspacingMark | EnclosingMark | SpacingMark)
}
