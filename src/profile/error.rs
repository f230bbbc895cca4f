//! What is wrong with a profile file.

use crate::text::errors;

use super::Case;

errors! {
    /// What is wrong with a profile file. `row` names a row as `method 'i'`, or is `the head of the file`.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum ProfileError {
        TooLarge = "the file is larger than any profile",
        NotText = "the file is not UTF-8",
        Syntax { line: usize } = "line {line} is not TOML",
        /// Another version of the format, or another kind of file.
        OtherSchema = "the file is not a profile of this version",
        UnknownKey { row: RowName, line: usize, key: String } = "{row}, line {line}: '{key}' is not a key",
        MissingKey { row: RowName, line: usize, key: String } = "{row}, line {line}: '{key}' is missing",
        /// A value of another type, or a name that does not exist.
        Value { row: RowName, line: usize, given: String } = "{row}, line {line}: '{given}' is not a value of its key",
        Empty { row: RowName, key: &'static str } = "{row}: '{key}' is empty",
        SameId { row: RowName } = "{row} appears twice",
        NoSource { row: RowName } = "{row} names no source",
        /// A row names a source, a document or a method that the file does not have.
        NoSuchRow { row: RowName, key: &'static str, name: String } = "{row}: '{key}' names '{name}', which is not in the file",
        SameKind { row: RowName, kind: String } = "{row}: another document is the kind '{kind}' too",
        /// The law's own text as confidence, without a source that was read.
        NotRead { row: RowName } = "{row} is said to rest on the law's text, but none of its sources was read",
        /// Neither text nor primary source, and no mark.
        Unmarked { row: RowName } = "{row} rests on a text that was not read, but is not marked as unverified",
        /// A mark beside the law's own text.
        Marked { row: RowName } = "{row} rests on the law's text, but is marked as unverified",
        Dates = "'valid_until' is before 'valid_from'",
        Years { row: RowName } = "{row}: 'years' is 0",
        /// Items that the law numbers, without a field.
        NoItem { item: u8 } = "no field is item {item}",
        SameItem { row: RowName, item: u8 } = "{row}: another field is item {item} too",
        /// A field's number is beyond the items that the head of the file counts.
        NotAnItem { row: RowName, item: u8 } = "{row}: there is no item {item}",
        /// Staff would have no next step.
        NoWayOut { document: String, case: Case } = "no fallback for the document '{document}' in the case '{case}'",
        /// Two profiles of one law cover one day.
        Overlap { first: String, second: String } = "{first} and {second} cover the same days",
        /// Between two profiles of one law lie days that neither covers.
        Gap { first: String, second: String } = "between {first} and {second} there are days that neither covers",
    }
}

/// Which row of which table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowName {
    /// The table, as the file names it; empty for what stands before the first one.
    pub table: String,
    /// The row's id, or its number (the first is 1) if it has none.
    pub id: String,
}

impl RowName {
    pub(super) fn new(table: &str, id: &str) -> Self {
        Self { table: table.to_owned(), id: id.to_owned() }
    }

    /// What stands before the first table.
    pub(super) fn head() -> Self {
        Self::new("", "")
    }
}

impl std::fmt::Display for RowName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.table.is_empty() {
            f.write_str("the head of the file")
        } else {
            write!(f, "{} '{}'", self.table, self.id)
        }
    }
}
