//! What the chip says, and who vouches for it.

use serde::Deserialize;

use super::{Field, Incomparable, Rule, form::Values};
use crate::{
    cards::{CardText, Findings, ItemValue, Signed},
    privacy::Private,
    text::named,
    verify::{CheckId, Verdict},
};

named! {
    /// Who vouches for a value of the chip.
    #[non_exhaustive]
    pub enum Standing {
        /// Its signature was verified.
        Signed = "signed",
        /// Its signature was verified, and no signature ties it to this chip.
        Untied = "signed-untied",
        /// Whoever gave the values to compare ([`Chip`] from JSON).
        Given = "given",
        /// The card's signed value, but entries that nobody signed say that it has changed since.
        Superseded = "superseded",
        /// The value after entries that were added after issue; no signature covers it.
        Current = "current",
        /// No signature covers it.
        Unsigned = "unsigned",
        /// A signature covers it and was not verified.
        Unconfirmed = "unconfirmed",
    }
}

impl Standing {
    /// The rule that names why a match with such a value needs a person; `None` if it needs none.
    pub(super) fn caveat(self) -> Option<Rule> {
        match self {
            Self::Signed | Self::Untied | Self::Given => None,
            Self::Superseded => Some(Rule::Superseded),
            Self::Current | Self::Unsigned => Some(Rule::Unsigned),
            Self::Unconfirmed => Some(Rule::Unconfirmed),
        }
    }
}

/// What the chip says of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Its values, each with who vouches for it; the one to prefer first.
    pub values: Vec<(Private<String>, Standing)>,
    /// The picture that holds the field, if no text does.
    pub picture: Option<&'static str>,
}

impl Said {
    /// Why there is no text.
    pub(super) fn absent(&self) -> Incomparable {
        if self.picture.is_some() { Incomparable::Picture } else { Incomparable::NotRead }
    }
}

/// What the chip says of the fields of a form. `Debug` shows nothing of it.
///
/// As JSON it has the keys of a [`super::Form`]; whoever gives the values vouches for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Values")]
pub struct Chip {
    fields: Vec<(Field, Said)>,
}

/// The machine name of the item that holds the name's reading.
const KANA_ITEM: &str = "name_kana";

const NOTHING: &Said = &Said { values: Vec::new(), picture: None };

impl Chip {
    pub(super) fn of(&self, field: Field) -> &Said {
        self.fields.iter().find(|(known, _)| *known == field).map_or(NOTHING, |(_, said)| said)
    }
}

impl From<Values> for Chip {
    fn from(values: Values) -> Self {
        let given = |value| Said { values: vec![(Private::new(value), Standing::Given)], picture: None };
        // What another program wrote down as blank was not on the chip.
        let written = values.0.into_iter().filter(|(_, value)| !value.trim().is_empty());
        Self { fields: written.map(|(field, value)| (field, given(value))).collect() }
    }
}

impl From<&Findings> for Chip {
    fn from(findings: &Findings) -> Self {
        let fields = Field::all().map(|field| {
            let values = values(findings, field);
            let picture = if values.is_empty() { picture(findings, field) } else { None };
            (field, Said { values, picture })
        });
        Self { fields: fields.collect() }
    }
}

/// The values of a field with their standing. A change that nobody signed never replaces what was signed: both are compared.
fn values(findings: &Findings, field: Field) -> Vec<(Private<String>, Standing)> {
    let holder = &findings.holder;
    let text = |text: &CardText| text.text.clone();
    let kana = findings.items.iter().find(|item| item.id == KANA_ITEM);
    let kana = kana.and_then(|item| match &item.value {
        ItemValue::Text(kana) => Some((text(kana), item.signed_by)),
        _ => None,
    });
    let covered = match field {
        Field::Name => holder.name.as_ref().map(|name| (text(&name.value), name.signed_by)),
        Field::Kana => kana,
        Field::Address => holder.address.as_ref().map(|address| (text(&address.value), address.signed_by)),
        Field::BirthDate => {
            holder.birth_date.as_ref().map(|Signed { value, signed_by }| (value.to_string(), *signed_by))
        }
        Field::Sex => holder.sex.as_ref().map(|Signed { value, signed_by }| (value.as_str().to_owned(), *signed_by)),
    };
    let current = holder.current.as_ref().and_then(|current| match field {
        Field::Name => current.name.as_ref(),
        Field::Kana => current.name_kana.as_ref(),
        Field::Address => current.address.as_ref(),
        Field::BirthDate | Field::Sex => None,
    });
    let unconfirmed = holder.unconfirmed.as_ref().and_then(|unconfirmed| match field {
        Field::Name => unconfirmed.name.as_ref(),
        Field::Address => unconfirmed.address.as_ref(),
        Field::Kana | Field::BirthDate | Field::Sex => None,
    });
    let mut values = Vec::new();
    if let Some((value, signed_by)) = covered {
        let changed = current.is_some_and(|current| current.text != value);
        let standing = match standing(findings, signed_by) {
            Standing::Signed | Standing::Untied if changed => Standing::Superseded,
            standing => standing,
        };
        values.push((value, standing));
        if changed {
            values.extend(current.map(|current| (text(current), Standing::Current)));
        }
    } else {
        values.extend(current.map(|current| (text(current), Standing::Current)));
    }
    values.extend(unconfirmed.map(|unconfirmed| (text(unconfirmed), Standing::Unconfirmed)));
    // What is true now is looked at first.
    values.sort_by_key(|(_, standing)| *standing == Standing::Superseded);
    values.into_iter().map(|(value, standing)| (Private::new(value), standing)).collect()
}

fn standing(findings: &Findings, signed_by: Option<CheckId>) -> Standing {
    match signed_by {
        None => Standing::Unsigned,
        Some(check) if findings.verdict(check) != Some(Verdict::Passed) => Standing::Unconfirmed,
        Some(check) if findings.presentation.untied == Some(check) => Standing::Untied,
        Some(_) => Standing::Signed,
    }
}

/// The picture to look at instead: the field's own, or the one that holds what no text of the card holds.
fn picture(findings: &Findings, field: Field) -> Option<&'static str> {
    let elsewhere = findings.presentation.in_picture.map(|(id, _)| id).filter(|_| field != Field::Kana);
    [Some(field.as_str()), elsewhere].into_iter().flatten().find_map(|id| Some(findings.picture(id)?.id))
}
