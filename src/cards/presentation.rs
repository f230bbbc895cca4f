//! How a report shows a card, as data: each card's folder supplies its own.

use crate::{dump::Scope, lang::Bilingual, verify::CheckId};

/// What a report says about one kind of card and not about others.
#[derive(Debug)]
#[non_exhaustive]
pub struct Presentation {
    /// What the document is called, if it is not what its kind is called.
    pub title: Option<Bilingual>,
    /// Ids of the items that come first: beside the photo, and in the short report.
    pub first: &'static [&'static str],
    /// What stands for name, address and birth date of a document that doesn't hold them.
    pub no_person: Option<Bilingual>,
    /// What stands for the address of a document that does not hold one.
    pub no_address: Option<Bilingual>,
    /// The id of a picture that holds what no text of the card holds, and what stands for such a text.
    pub in_picture: Option<(&'static str, Bilingual)>,
    /// Whether a terminal draws the pictures of text, because no text is beside them.
    pub draws_text: bool,
    /// Whether a signature covers what kind of card it is.
    pub kind_signed: bool,
    /// What is said of a signed text with external characters: their pictures need not be signed.
    pub external: Option<Bilingual>,
    /// The check of a signature whose text nothing ties to this chip.
    pub untied: Option<CheckId>,
    /// The checks that a chip answers itself: a copy fails them.
    pub chip: &'static [CheckId],
    /// Whether it is known which anchors are the issuer's, by published fingerprints or by what ships: any other that a user
    /// added is of unknown origin.
    pub known_anchors: bool,
    /// What an expiry day that is signed and not over leaves open.
    pub expiry_limit: Bilingual,
    /// What it means that a reading of this scope has nothing to judge by.
    pub unread: &'static [(Scope, Bilingual)],
    /// Ids of the notes that are of no use for a card that was rejected.
    pub moot: &'static [&'static str],
    /// Ids of those that are of use if nothing but its expiry speaks against the card.
    pub even_expired: &'static [&'static str],
    /// Where a person can ask the issuer about the card.
    pub inquiry: Option<Inquiry>,
}

/// A page of the issuer, for a person to type on; taimen never opens it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Inquiry {
    /// What is asked there.
    pub title: Bilingual,
    /// The address of the page.
    pub page: &'static str,
    /// What the page wants: the id of an item, and its name there.
    pub values: &'static [(&'static str, Bilingual)],
    /// What the answer shows.
    pub limit: Bilingual,
}

impl Presentation {
    /// Nothing special; a card's own starts from it.
    pub(crate) const PLAIN: Self = Self {
        title: None,
        first: &["expiry"],
        no_person: None,
        no_address: None,
        in_picture: None,
        draws_text: false,
        kind_signed: true,
        external: None,
        untied: None,
        chip: &[],
        known_anchors: false,
        expiry_limit: Bilingual::new(
            "紛失・廃止の届出があったかどうかは分かりません。",
            "It does not show whether the card was lost or withdrawn.",
        ),
        unread: &[],
        moot: &[],
        even_expired: &[],
        inquiry: None,
    };
}
