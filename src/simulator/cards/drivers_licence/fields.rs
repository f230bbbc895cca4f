//! Files of the licence's own TLV as lists of fields, encoded with their exact physical sizes (spec licence 8.4).

use crate::{
    cards::drivers_licence::{
        files::{Field, File, Form, field_named, fields_of},
        tlv as licence,
    },
    simulator::IssueError,
    tlv::Tag,
};

/// A file as its fields in stored order. A fault may change one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFile {
    file: File,
    filler: u8,
    fields: Vec<(Tag, Vec<u8>)>,
}

impl FieldFile {
    /// A file whose fields all have length 0, but for those that `keep` refuses, which are not written.
    pub fn new(file: File, keep: impl Fn(&Field) -> bool) -> Self {
        let fields = fields_of(&file).filter(|field| keep(field)).flat_map(Field::tags);
        Self { fields: fields.map(|tag| (tag, Vec::new())).collect(), file, filler: licence::FILLER }
    }

    /// The same with another filling byte.
    #[must_use]
    pub fn filled_with(mut self, filler: u8) -> Self {
        self.filler = filler;
        self
    }

    /// Which file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The tag of a slot, from 0, of a field by its machine name.
    fn tag(&self, id: &str, slot: usize) -> Option<Tag> {
        field_named(&self.file, id)?.tags().nth(slot)
    }

    /// Gives a field a value. A name that the table does not have changes nothing.
    pub fn set(&mut self, id: &str, value: impl Into<Vec<u8>>) {
        self.set_slot(id, 0, value);
    }

    /// The same for a slot, from 0, of a run of equal fields.
    pub fn set_slot(&mut self, id: &str, slot: usize, value: impl Into<Vec<u8>>) {
        if let Some(tag) = self.tag(id, slot) {
            self.fields.retain(|(known, _)| *known != tag);
            let at = self.fields.partition_point(|(known, _)| *known < tag);
            self.fields.insert(at, (tag, value.into()));
        }
    }

    /// A field's value.
    pub fn value(&self, id: &str) -> Option<&[u8]> {
        let tag = self.tag(id, 0)?;
        self.fields.iter().find(|(known, _)| *known == tag).map(|(_, value)| value.as_slice())
    }

    /// A field's value, to be changed.
    pub fn value_mut(&mut self, id: &str) -> Option<&mut Vec<u8>> {
        let tag = self.tag(id, 0)?;
        self.fields.iter_mut().find(|(known, _)| *known == tag).map(|(_, value)| value)
    }

    /// The fields as stored, without the filling.
    pub fn data(&self) -> Vec<u8> {
        self.fields.iter().flat_map(|(tag, value)| licence::encode(*tag, value)).collect()
    }

    /// The whole file.
    ///
    /// # Errors
    /// [`IssueError::Unfit`] when the fields are longer than the file.
    pub fn encode(&self) -> Result<Vec<u8>, IssueError> {
        licence::fill(self.data(), self.file.extent.bytes(), self.filler).ok_or(IssueError::Unfit("file"))
    }

    /// What a signature takes of the file.
    ///
    /// # Errors
    /// [`IssueError::Unfit`] when the fields are longer than the file.
    pub fn signed(&self, form: Form) -> Result<Vec<u8>, IssueError> {
        match form {
            Form::Whole => self.encode(),
            Form::Data => Ok(self.data()),
            Form::Values => Ok(self.fields.iter().flat_map(|(_, value)| value.clone()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::drivers_licence::files::{DOMICILE, EXTERNAL, PHOTO};

    #[test]
    fn files_are_filled_and_never_too_long() {
        let mut file = FieldFile::new(DOMICILE, |_| true);
        assert_eq!(file.encode().unwrap().len(), 82);
        assert!(file.encode().unwrap().starts_with(&[0x41, 0x00, 0xFF]));
        file.set("domicile", [0x30; 80]);
        assert_eq!(file.data().len(), 82);
        file.set("domicile", [0x30; 81]);
        assert_eq!(file.encode(), Err(IssueError::Unfit("file")));
        assert_eq!(file.value("domicile").unwrap().len(), 81);
        file.set("nonsense", [1]);
        assert_eq!(file.value("nonsense"), None);
    }

    #[test]
    fn slots_and_long_lengths() {
        let mut file = FieldFile::new(EXTERNAL, |_| false);
        file.set_slot("external", 1, [0xAA; 128]);
        file.set_slot("external", 0, [0xBB; 127]);
        file.set_slot("external", 2, [0xBB; 127]);
        let data = file.data();
        assert_eq!(
            (data.len(), &data[..2], &data[129..133]),
            (2 + 127 + 132, &[0x48, 0x7F][..], &[0x49, 0x82, 0, 128][..])
        );
        let mut photo = FieldFile::new(PHOTO, |_| true);
        photo.set("photo", [0; 2_000]);
        assert_eq!(photo.data()[..5], [0x5F, 0x40, 0x82, 0x07, 0xD0]);
        assert_eq!(photo.encode().unwrap().len(), 2_005);
        assert_eq!(photo.signed(Form::Values).unwrap().len(), 2_000);
    }
}
