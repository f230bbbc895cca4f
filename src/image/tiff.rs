//! TIFF with one ITU-T T.6 picture, as residence cards store it.

use super::{ImageError, Raster};

/// Width and height as the first directory says.
pub(super) fn dimensions(_bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    Err(ImageError::Unsupported("TIFF"))
}

/// Decodes the picture.
pub(super) fn decode(_bytes: &[u8]) -> Result<Raster, ImageError> {
    Err(ImageError::Unsupported("TIFF"))
}
