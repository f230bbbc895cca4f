//! The files of a residence card, still as fields, so that a fault can change one (spec residence 2.3, 2.4, 8.6).

use crate::cards::residence_card::files::{Field, File};

/// A file and the values of its fields. A value shorter than its field is filled with zeros.
#[derive(Debug, Clone)]
pub struct ResidenceFile {
    file: File,
    values: Vec<Value>,
    /// The file's bytes, if a fault or a form says more than values could.
    raw: Option<Vec<u8>>,
}

#[derive(Debug, Clone)]
struct Value {
    field: Field,
    bytes: Vec<u8>,
    /// Bytes of the value; the field's by default.
    size: usize,
    /// Bytes of the length field beyond its first one.
    length: usize,
}

impl ResidenceFile {
    /// A file whose values are all zeros.
    pub fn new(file: File) -> Self {
        let value = |field: &Field| Value { field: *field, bytes: Vec::new(), size: field.size, length: usual(field) };
        Self { values: file.own.fields.iter().map(value).collect(), file, raw: None }
    }

    /// Which file it is.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives a field a value; one that the file does not have is left out.
    pub fn set(&mut self, id: &str, bytes: impl Into<Vec<u8>>) {
        if let Some(value) = self.values.iter_mut().find(|value| value.field.id == id) {
            value.bytes = bytes.into();
        }
    }

    /// The same for a value that has another size than its field.
    pub fn set_sized(&mut self, id: &str, bytes: Vec<u8>) {
        if let Some(value) = self.values.iter_mut().find(|value| value.field.id == id) {
            value.size = bytes.len();
            value.length = needed(bytes.len());
            value.bytes = bytes;
        }
    }

    /// Writes every length field of the first values in the three-byte form, as long as zeros at the end of the file, or
    /// of its last value, make room.
    pub fn lengthen(&mut self) {
        for value in self.values.iter_mut().filter(|value| value.length < 2 && value.field.size < 0x100) {
            value.length = 2;
        }
        let excess = self.length().saturating_sub(self.file.extent.bytes());
        if let Some(last) = self.values.last_mut() {
            last.size = last.size.saturating_sub(excess).max(last.bytes.len());
        }
    }

    /// Puts other bytes in the file's place.
    pub fn replace(&mut self, bytes: Vec<u8>) {
        self.raw = Some(bytes);
    }

    /// A value at its full size; empty for a field that the file does not have.
    pub fn value(&self, id: &str) -> Vec<u8> {
        self.values.iter().find(|value| value.field.id == id).map(Value::filled).unwrap_or_default()
    }

    /// All values in the file's order, without tags and lengths.
    pub fn values(&self) -> Vec<u8> {
        self.values.iter().flat_map(Value::filled).collect()
    }

    /// Whether every value fits its field.
    pub fn fits(&self) -> bool {
        self.values.iter().all(|value| value.bytes.len() <= value.size)
    }

    /// The file as the card stores it: at least at its size, zeros after the objects.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.raw.clone().unwrap_or_else(|| self.values.iter().flat_map(Value::encode).collect());
        bytes.resize(bytes.len().max(self.file.extent.bytes()), 0x00);
        bytes
    }

    fn length(&self) -> usize {
        self.values.iter().map(|value| value.encode().len()).sum()
    }
}

/// Bytes of a length field beyond its first one, as the card writes a field: the shortest form, but for the reserved text
/// of generation 2, `DE 82 00 C8`.
fn usual(field: &Field) -> usize {
    if field.id == "reserved" { 2 } else { needed(field.size) }
}

fn needed(size: usize) -> usize {
    match size {
        ..=0x7F => 0,
        0x80..=0xFF => 1,
        _ => 2,
    }
}

impl Value {
    fn filled(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        bytes.resize(self.size.max(bytes.len()), 0x00);
        bytes
    }

    fn encode(&self) -> Vec<u8> {
        let mut out: Vec<u8> = self.field.tag.0.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        let value = self.filled();
        let [.., high, low] = value.len().to_be_bytes();
        match self.length {
            0 => out.push(low),
            1 => out.extend([0x81, low]),
            _ => out.extend([0x82, high, low]),
        }
        out.extend(value);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::residence_card::files;

    #[test]
    fn every_file_has_its_size_and_the_documented_headers() {
        for files in [files::FILES_1, files::FILES_1_SPECIAL, files::FILES_2, files::FILES_2_SPECIAL] {
            for file in files {
                assert_eq!(ResidenceFile::new(*file).encode().len(), file.extent.bytes(), "{}", file.own.official);
            }
        }
        let starts = |file, hex: &str| {
            let bytes = hex::encode_upper(ResidenceFile::new(file).encode());
            assert!(bytes.starts_with(hex), "{bytes}");
        };
        starts(files::FRONT, "D0821B58");
        starts(files::FACE_1, "D1820BB8");
        starts(files::SIGNATURE_1, "DA820100");
        starts(files::NAME_AND_FACE, "D08209C4");
        starts(files::ADDRESS_PICTURE, "DFD18209C4");
        starts(files::REMARK_05, "D90100DE8200C8");
        starts(files::SIGNATURE_2, "DC60");
    }

    #[test]
    fn longer_length_fields_keep_the_files_size() {
        let mut address = ResidenceFile::new(files::ADDRESS);
        address.lengthen();
        let bytes = address.encode();
        assert!(bytes.starts_with(&[0xD2, 0x82, 0x00, 0x08]));
        assert_eq!((bytes.len(), address.value("address").len()), (342, 316));
        let mut signature = ResidenceFile::new(files::SIGNATURE_2);
        signature.set_sized("certificate", vec![1; 598]);
        signature.lengthen();
        let bytes = signature.encode();
        assert!(bytes.starts_with(&[0xDC, 0x82, 0x00, 0x60]));
        assert_eq!((bytes.len(), signature.value("certificate").len()), (704, 598));
    }
}
