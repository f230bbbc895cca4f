//! Files of the licence's own TLV, built with their exact physical sizes (spec licence 2.2, 8.4).

/// A file as a list of fields in order. A fault may change one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFile {
    size: usize,
    filler: u8,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The fields are longer than the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the fields do not fit into the file")]
pub struct TooLong;

impl FieldFile {
    /// An empty file of a size, filled with `FF`.
    pub fn new(size: usize) -> Self {
        Self { size, filler: 0xFF, fields: Vec::new() }
    }

    /// The same with another filling byte.
    #[must_use]
    pub fn filled_with(mut self, filler: u8) -> Self {
        self.filler = filler;
        self
    }

    /// Adds a field at the end, or gives the one with this tag another value.
    pub fn set(&mut self, tag: &[u8], value: impl Into<Vec<u8>>) {
        let value = value.into();
        match self.value_mut(tag) {
            Some(old) => *old = value,
            None => self.fields.push((tag.to_vec(), value)),
        }
    }

    /// A field's value.
    pub fn value(&self, tag: &[u8]) -> Option<&[u8]> {
        self.fields.iter().find(|(known, _)| known == tag).map(|(_, value)| value.as_slice())
    }

    /// A field's value, to be changed.
    pub fn value_mut(&mut self, tag: &[u8]) -> Option<&mut Vec<u8>> {
        self.fields.iter_mut().find(|(known, _)| known == tag).map(|(_, value)| value)
    }

    /// The fields as stored, without the filling.
    pub fn fields(&self) -> Vec<u8> {
        self.fields.iter().flat_map(|(tag, value)| [tag, &length(value.len()), value.as_slice()].concat()).collect()
    }

    /// The whole file.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn encode(&self) -> Result<Vec<u8>, TooLong> {
        let mut bytes = self.fields();
        if bytes.len() > self.size {
            return Err(TooLong);
        }
        bytes.resize(self.size, self.filler);
        Ok(bytes)
    }
}

/// One byte up to 127, else `82 hh ll`; never `81`.
fn length(length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => vec![short],
        _ => [&[0x82][..], &u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_byte_or_three() {
        for (count, header) in [(0, "1200"), (127, "127F"), (128, "12820080"), (130, "12820082"), (2_000, "128207D0")] {
            let mut file = FieldFile::new(2_004);
            file.set(&[0x12], vec![0xAA; count]);
            assert!(hex::encode_upper(file.fields()).starts_with(header), "{count}");
            assert_eq!(file.encode().unwrap().len(), 2_004);
        }
    }

    #[test]
    fn files_are_filled_and_never_too_long() {
        let mut file = FieldFile::new(5).filled_with(0x00);
        file.set(&[0x5F, 0x40], [1]);
        assert_eq!(file.encode().unwrap(), [0x5F, 0x40, 1, 1, 0]);
        file.set(&[0x5F, 0x40], [1, 2, 3]);
        assert_eq!(file.encode(), Err(TooLong));
        assert_eq!(file.value(&[0x5F, 0x40]), Some(&[1, 2, 3][..]));
    }
}
