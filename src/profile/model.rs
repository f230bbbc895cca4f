//! The shape of a profile file.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::lang::Words;

use super::names::{Case, ChipField, Confidence, Start, Supplier, When, Who};

/// The first line of every file says this.
pub const SCHEMA: &str = "taimen.profile/1";

/// What every row of a profile says beside its own facts.
pub trait Row {
    /// The table that the row stands in, as the file names it.
    const TABLE: &'static str;
    /// Its name within the table.
    fn id(&self) -> &str;
    /// How sure we are.
    fn confidence(&self) -> Confidence;
    /// Whether we have not read the text that it rests on.
    fn is_unverified(&self) -> bool;
    /// The ids of its sources.
    fn sources(&self) -> &[String];
    /// Every text that a person reads, with its key.
    fn texts(&self) -> Vec<(&'static str, &Words)>;
}

/// A row's struct: its own keys, texts in two languages apart, and those of every row.
macro_rules! rows {
    ($($(#[$of:meta])* $Row:ident $table:literal {
        $($(#[$said:meta])* $text:ident,)*
        ; $($(#[$doc:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$of])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $Row {
            /// Its name within the table.
            pub id: String,
            $($(#[$said])* pub $text: Words,)*
            $($(#[$doc])* pub $field: $type,)*
            /// How sure we are.
            pub confidence: Confidence,
            /// Whether we have not read the text that the row rests on.
            #[serde(default, skip_serializing_if = "no")]
            pub unverified: bool,
            /// The ids of its sources.
            pub source: Vec<String>,
        }

        impl Row for $Row {
            const TABLE: &'static str = $table;

            fn id(&self) -> &str {
                &self.id
            }

            fn confidence(&self) -> Confidence {
                self.confidence
            }

            fn is_unverified(&self) -> bool {
                self.unverified
            }

            fn sources(&self) -> &[String] {
                &self.source
            }

            fn texts(&self) -> Vec<(&'static str, &Words)> {
                vec![$((stringify!($text), &self.$text)),*]
            }
        }
    )*};
}

rows! {
    /// A document that the law accepts, or that it asks for beside another one.
    Document "document" {
        /// What people call it.
        name,
        ;
        /// The kinds of card (`CardKind::as_str`) that are this document.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kinds: Vec<String>,
        /// Where the law names it.
        article: String,
        /// Whether it counts as a document with a photo.
        photo: bool,
        /// Whether it has a chip that counts.
        chip: bool,
        /// What the chip holds.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        chip_fields: Vec<ChipField>,
        /// Whether it must have been made within six months.
        #[serde(default, skip_serializing_if = "no")]
        six_months: bool,
        /// Whether only one is issued to a person (一を限り).
        #[serde(default, skip_serializing_if = "no")]
        single_issue: bool,
        /// What staff should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Words>,
    }
    /// A way to check who somebody is.
    Method "method" {
        /// What is done, in short.
        text,
        ;
        /// The letter or number that the law gives it, as of this profile.
        letter: String,
        /// Where the law has it.
        article: String,
        /// Whose identity it checks.
        who: Vec<Who>,
        /// Whether customer and staff meet.
        face_to_face: bool,
        /// Whether a counter with taimen can do it, alone or with the post.
        offered: bool,
        /// The documents that can be presented; none means that the row's text says which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        documents: Vec<String>,
        /// Whether the chip must be read.
        #[serde(default, skip_serializing_if = "no")]
        chip_read: bool,
        /// Whether the chip's content must be shown on a screen.
        #[serde(default, skip_serializing_if = "no")]
        display: bool,
        /// Whether something must be mailed to the address, not to be forwarded.
        #[serde(default, skip_serializing_if = "no")]
        mail: bool,
        /// Whether a further paper may show the address.
        #[serde(default, skip_serializing_if = "no")]
        address_supplement: bool,
        /// Whether only a program that the state has certified will do: never taimen.
        #[serde(default, skip_serializing_if = "no")]
        certified_program: bool,
        /// Whether something must be attached to the record.
        #[serde(default, skip_serializing_if = "no")]
        attachment: bool,
    }
    /// A field of the record.
    Field "field" {
        /// What it holds.
        name,
        ;
        /// Its number, if the law numbers them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u8>,
        /// Where the law asks for it.
        article: String,
        /// Who can fill it; nobody here, if empty.
        from: Vec<Supplier>,
        /// When it is needed.
        when: Vec<When>,
        /// What staff should know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Words>,
    }
    /// What must not be stored.
    Forbidden "forbidden" {
        /// What it is.
        name,
        /// Why.
        text,
        ;
    }
    /// How long a record is kept.
    Retention "retention" {
        /// In words.
        text,
        ;
        /// Where the law says so.
        article: String,
        /// How many years.
        years: u8,
        /// From when they count.
        start: Start,
    }
    /// What is left if a check does not end as it should.
    FallbackRow "fallback" {
        /// What staff can do, and what the record says.
        text,
        ;
        /// When it applies.
        cases: Vec<Case>,
        /// The documents that it applies to; every one, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        documents: Vec<String>,
        /// The methods of the law that it leads to; none, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        methods: Vec<String>,
    }
}

/// What a row rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name within the file.
    pub id: String,
    /// Its title.
    pub title: Words,
    /// Where it can be read; none if the address is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was last looked at.
    pub read_on: Date,
    /// Whether the text itself was read, not only cited by others.
    pub read: bool,
    /// What kind of source it is.
    pub confidence: Confidence,
}

/// One law for one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// [`SCHEMA`].
    pub schema: String,
    /// Its name, for example the law's with a year.
    pub id: String,
    /// The law: what the profiles of one law's periods have in common.
    pub law: String,
    /// What people call the profile.
    pub name: Words,
    /// The full title of the law or rule that has the methods.
    pub law_title: Words,
    /// The law's number at e-Gov.
    pub law_id: String,
    /// The revision of its text that the profile follows.
    pub revision: String,
    /// The first day of a transaction that the profile is for, in Japan.
    pub valid_from: Date,
    /// The last day; open, if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Whether the text that the profile as a whole follows was not read.
    #[serde(default, skip_serializing_if = "no")]
    pub unverified: bool,
    /// What the law calls its record.
    pub record: Words,
    /// How many numbered items the record has, if the law numbers them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u8>,
    /// What staff should know of the profile as a whole.
    pub note: Words,
    /// What the rows rest on.
    #[serde(rename = "source", default)]
    pub sources: Vec<Source>,
    /// What the law accepts.
    #[serde(rename = "document", default)]
    pub documents: Vec<Document>,
    /// How it can be checked.
    #[serde(rename = "method", default)]
    pub methods: Vec<Method>,
    /// What the record holds.
    #[serde(rename = "field", default)]
    pub fields: Vec<Field>,
    /// What it must not hold.
    #[serde(rename = "forbidden", default)]
    pub forbidden: Vec<Forbidden>,
    /// How long it is kept.
    #[serde(rename = "retention", default)]
    pub retentions: Vec<Retention>,
    /// What is left.
    #[serde(rename = "fallback", default)]
    pub fallback_rows: Vec<FallbackRow>,
    /// SHA-256 of the file, byte for byte: a record names it beside the id.
    #[serde(skip)]
    pub(super) sha256: String,
}

impl Profile {
    /// SHA-256 of the file, byte for byte, in lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Whether a transaction of this day, in Japan, falls under it.
    pub fn covers(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|last| day <= last)
    }

    /// How many rows are marked as unverified, and how many there are.
    pub fn unverified_rows(&self) -> (usize, usize) {
        let rows = self.rows();
        (rows.iter().filter(|row| row.unverified).count(), rows.len())
    }

    /// The confidence of the weakest row.
    pub fn confidence(&self) -> Confidence {
        let rows = self.rows();
        rows.iter().map(|row| row.confidence).max().unwrap_or(Confidence::Unknown)
    }

    /// A document by its id, or by the kind of card that is one.
    pub fn document(&self, id_or_kind: &str) -> Option<&Document> {
        let by_kind = |document: &&Document| document.kinds.iter().any(|kind| kind == id_or_kind);
        let by_id = || self.documents.iter().find(|document| document.id == id_or_kind);
        self.documents.iter().find(by_kind).or_else(by_id)
    }

    /// A method by its id.
    pub fn method(&self, id: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.id == id)
    }

    /// A source by its id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// Every row but the sources, with what all of them have.
    pub(super) fn rows(&self) -> Vec<AnyRow<'_>> {
        fn of<R: Row>(rows: &[R]) -> impl Iterator<Item = AnyRow<'_>> {
            rows.iter().map(|row| AnyRow {
                table: R::TABLE,
                id: row.id(),
                confidence: row.confidence(),
                unverified: row.is_unverified(),
                sources: row.sources(),
                texts: row.texts(),
            })
        }
        of(&self.documents)
            .chain(of(&self.methods))
            .chain(of(&self.fields))
            .chain(of(&self.forbidden))
            .chain(of(&self.retentions))
            .chain(of(&self.fallback_rows))
            .collect()
    }
}

/// What every row says, whatever its table.
pub(super) struct AnyRow<'a> {
    pub table: &'static str,
    pub id: &'a str,
    pub confidence: Confidence,
    pub unverified: bool,
    pub sources: &'a [String],
    pub texts: Vec<(&'static str, &'a Words)>,
}

/// Keys that are false are left out.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn no(value: &bool) -> bool {
    !value
}
