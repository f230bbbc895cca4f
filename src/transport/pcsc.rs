//! PC/SC readers.
