//! What a law leaves if a check does not end as it should. Never a pass.

use crate::lang::Words;

use super::{Case, Confidence, Document, FallbackRow, Method, Profile, Source};

/// One way that is left, or what to do if none is. It is for staff, and never changes a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback<'a> {
    /// The row's id, which a record names.
    pub id: &'a str,
    /// What staff can do, and what the record says.
    pub text: &'a Words,
    /// The methods of the law that it leads to, each with its letter and text. Empty: no method; the text says what to do.
    pub methods: Vec<&'a Method>,
    /// The documents that it is about. Empty: whatever the customer brings.
    pub documents: Vec<&'a Document>,
    /// What it rests on, its methods included.
    pub sources: Vec<&'a Source>,
    /// The weakest confidence of the row and its methods.
    pub confidence: Confidence,
    /// Whether a text that it rests on was not read: the page says 未確認.
    pub unverified: bool,
}

impl Profile {
    /// What the law leaves for a kind of card (or a document of the profile) in a case, in the order of the file. If the kind
    /// is not known, because the chip did not answer, every row of the case is listed, each with its documents.
    pub fn fallbacks(&self, kind: &str, case: Case) -> Vec<Fallback<'_>> {
        let document = self.document(kind);
        let fits = |row: &&FallbackRow| row.cases.contains(&case) && self.is_about(row, document);
        self.fallback_rows.iter().filter(fits).map(|row| self.fallback(row)).collect()
    }

    /// Whether a row is about a document. A row about other papers, which are not cards, is about what the customer could
    /// bring instead, so it always is.
    fn is_about(&self, row: &FallbackRow, document: Option<&Document>) -> bool {
        let Some(document) = document else { return true };
        let mut named = row.documents.iter();
        let is_other_paper = |id: &String| self.document(id).is_some_and(|other| other.kinds.is_empty());
        row.documents.contains(&document.id) || named.all(is_other_paper)
    }

    /// A row with what it names.
    pub fn fallback<'a>(&'a self, row: &'a FallbackRow) -> Fallback<'a> {
        let methods: Vec<&Method> = row.methods.iter().filter_map(|id| self.method(id)).collect();
        let mut sources: Vec<&Source> = Vec::new();
        let ids = row.source.iter().chain(methods.iter().flat_map(|method| &method.source));
        for source in ids.filter_map(|id| self.source(id)) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        Fallback {
            id: &row.id,
            text: &row.text,
            documents: row.documents.iter().filter_map(|id| self.document(id)).collect(),
            sources,
            confidence: methods.iter().map(|method| method.confidence).fold(row.confidence, Ord::max),
            unverified: row.unverified || methods.iter().any(|method| method.unverified),
            methods,
        }
    }
}
