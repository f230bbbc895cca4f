//! The application form beside the card: what was entered, what was refused, what came of the comparison.

use zeroize::Zeroizing;

use crate::{
    compare::{Class, Comparison, Field, Form, compare},
    messages::Problem,
};

use super::{Checked, Session, State};

impl Session {
    /// The application form: what can be compared of what staff entered.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Why what was entered last in a field of the form is not compared.
    pub fn form_complaint(&self, field: Field) -> Option<Problem> {
        self.refused.iter().find(|error| error.field == field).copied().map(Problem::FormField)
    }

    /// Takes fields of the form. One that is not named stays as it is; an empty one goes, and so does one whose new text cannot be
    /// compared: the old text is not what stands in the field any more.
    pub(super) fn enter_form(&mut self, fields: &[(Field, Zeroizing<String>)]) {
        let named = |field: Field| fields.iter().rev().find(|(named, _)| *named == field);
        let mut form = Form::default();
        let mut refused = self.refused.clone();
        refused.retain(|error| named(error.field).is_none());
        for field in Field::all() {
            let text = named(field).map(|(_, text)| text.as_str()).or_else(|| self.form.get(field));
            match text.filter(|text| !text.trim().is_empty()).map(|text| form.clone().with(field, text)) {
                Some(Ok(more)) => form = more,
                Some(Err(error)) => refused.push(error),
                None => {}
            }
        }
        if let State::Checked(checked) = &mut self.state {
            // Another text must be accepted anew.
            checked.accepted.retain(|field| form.get(*field) == self.form.get(*field));
            checked.compare(&form);
        }
        (self.form, self.refused) = (form, refused);
    }
}

impl Checked {
    /// What came of the form's comparison with the chip; `None` without a form.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.reading.context.form.as_ref()
    }

    /// Whether staff accept that a field is only similar. Its class stays `similar`.
    pub fn is_accepted(&self, field: Field) -> bool {
        self.accepted.contains(&field)
    }

    pub(super) fn compare(&mut self, form: &Form) {
        self.reading.context.form = (!form.is_empty()).then(|| compare(form, &self.reading.findings));
    }

    /// Staff accept that a field is only similar, or take it back; nothing if it is not similar.
    pub(super) fn accept(&mut self, field: Field) {
        let result = self.comparison().and_then(|comparison| comparison.field(field));
        if result.is_some_and(|result| result.class == Class::Similar) && !self.accepted.remove(&field) {
            self.accepted.insert(field);
        }
    }
}
