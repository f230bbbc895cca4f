//! Files of data objects, built the way the My Number applications store them.

use crate::{
    cards::my_number::files::Field,
    tlv::{self, Tag},
};

/// A file that holds one constructed object, as a list of the objects inside. Signatures and offsets follow from it.
#[derive(Debug, Clone)]
pub struct ObjectFile {
    outer: Tag,
    table: Option<Tag>,
    objects: Vec<(Tag, Vec<u8>)>,
}

impl ObjectFile {
    /// An empty file with this outer tag and, if given, an offset table in front (spec my-number 2.3 and 2.4, V).
    pub fn new(outer: Tag, table: Option<Field>) -> Self {
        Self { outer, table: table.map(|field| field.tag), objects: Vec::new() }
    }

    /// Adds an object at the end, or gives the one with this tag another value.
    pub fn set(&mut self, tag: Tag, value: impl Into<Vec<u8>>) {
        let value = value.into();
        match self.value_mut(tag) {
            Some(old) => *old = value,
            None => self.objects.push((tag, value)),
        }
    }

    /// The value of an object.
    pub fn value(&self, tag: Tag) -> Option<&[u8]> {
        self.objects.iter().find(|(known, _)| *known == tag).map(|(_, value)| value.as_slice())
    }

    /// The value of an object, to be changed.
    pub fn value_mut(&mut self, tag: Tag) -> Option<&mut Vec<u8>> {
        self.objects.iter_mut().find(|(known, _)| *known == tag).map(|(_, value)| value)
    }

    /// Takes an object away.
    pub fn remove(&mut self, tag: Tag) {
        self.objects.retain(|(known, _)| *known != tag);
    }

    /// Objects as stored, one after the other: what hashes are taken of. An absent one gives no bytes.
    pub fn raw(&self, tags: &[Tag]) -> Vec<u8> {
        tags.iter().flat_map(|tag| self.value(*tag).map(|value| tlv::encode(*tag, value)).unwrap_or_default()).collect()
    }

    /// The whole file. The offset table counts from the file's first byte.
    pub fn encode(&self) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = self.objects.iter().map(|(tag, value)| tlv::encode(*tag, value)).collect();
        let content: usize = parts.iter().map(Vec::len).sum();
        let Some(table) = self.table else { return tlv::encode(self.outer, &parts.concat()) };
        let empty = tlv::encode(table, &vec![0; parts.len() * 2]);
        let outer_header = tlv::encode(self.outer, &vec![0; empty.len() + content]).len() - empty.len() - content;
        let mut at = outer_header + empty.len();
        let mut offsets = Vec::new();
        for part in &parts {
            offsets.extend(u16::try_from(at).unwrap_or(u16::MAX).to_be_bytes());
            at += part.len();
        }
        tlv::encode(self.outer, &[tlv::encode(table, &offsets), parts.concat()].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::my_number::files;

    #[test]
    fn writes_the_worked_attributes_file() {
        // spec my-number 9.3: text EF 0002 of the public test card, a synthetic holder.
        let mut file = ObjectFile::new(files::TEXT_ATTRIBUTES.own.tag, Some(files::TEXT_OFFSETS));
        file.set(files::TEXT_NAME.tag, "黒桐　幹也");
        file.set(files::TEXT_ADDRESS.tag, "東京都清瀬市観布子南１２－７－２０２");
        file.set(files::TEXT_BIRTH.tag, *b"19800217");
        file.set(files::TEXT_SEX.tag, *b"1");
        assert_eq!(
            hex::encode_upper(file.encode()),
            "FF2065DF2108000E002000590064DF220FE9BB92E6A190E38080E5B9B9E4B99FDF2336E69DB1E4BAACE983BDE6B885E780ACE5B882E8\
             A6B3E5B883E5AD90E58D97EFBC91EFBC92EFBC8DEFBC97EFBC8DEFBC92EFBC90EFBC92DF24083139383030323137DF250131"
        );
    }

    #[test]
    fn long_files_have_long_lengths_everywhere() {
        let mut file = ObjectFile::new(Tag(0xFF20), Some(files::FACE_OFFSETS));
        file.set(Tag(0xDF22), vec![0; 8]);
        file.set(Tag(0xDF25), vec![0; 169]);
        let bytes = file.encode();
        assert!(hex::encode_upper(&bytes).starts_with("FF208200C0DF2104000C0017DF2208"));
        assert_eq!(&bytes[0x17..0x1C], [0xDF, 0x25, 0x82, 0x00, 0xA9]);
        file.set(Tag(0xDF22), *b"x");
        assert_eq!(file.raw(&[Tag(0xDF22), Tag(0xDF99)]), [0xDF, 0x22, 1, b'x']);
        file.remove(Tag(0xDF22));
        assert_eq!(file.value(Tag(0xDF22)), None);
    }
}
