//! Documents on phones (ISO/IEC 18013-5): the vectors of annex D and of our own, and every row of what must not pass.

mod annex_d;
mod checks;
mod document;
