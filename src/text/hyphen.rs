//! The signs that people type for a hyphen.

/// Whether somebody may have meant a hyphen.
pub(crate) fn is_hyphen(c: char) -> bool {
    "-－﹣−‐⁃‑‒–—﹘―⎯⏤ーｰ─━⁻".contains(c)
}
