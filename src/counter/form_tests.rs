//! The application form at the counter: what is entered, compared, accepted by staff and wiped.

use serde_json::json;

use super::{tests::*, *};
use crate::{
    cards::Signed,
    compare::{Class, Field, MAX_TEXT},
    lang::Lang,
};

/// A My Number Card that was read.
fn read() -> Counter {
    let mut counter = Counter::with("my-number?seed=7");
    counter.enter_all();
    counter
}

fn enter(counter: &mut Counter, fields: &[(&str, &str)]) {
    counter.staff(&json!({ "action": "form", "fields": fields }).to_string());
}

fn accept(counter: &mut Counter, field: &str) {
    counter.staff(&json!({ "action": "accept-similar", "field": field }).to_string());
}

fn checked(counter: &Counter) -> &Checked {
    let State::Checked(checked) = counter.session.state() else { panic!("{:?}", counter.session.state()) };
    checked
}

fn class(counter: &Counter, field: Field) -> Option<Class> {
    Some(checked(counter).comparison()?.field(field)?.class)
}

/// What the card says, as staff would copy it onto a form.
fn said(counter: &Counter) -> (String, String, String) {
    let holder = &checked(counter).reading.findings.holder;
    let text = |text: &Option<Signed<crate::cards::CardText>>| text.as_ref().unwrap().value.text.clone();
    (text(&holder.name), text(&holder.address), holder.birth_date.as_ref().unwrap().value.to_string())
}

#[test]
fn every_class_of_result_is_kept_beside_the_reading() {
    let mut counter = read();
    assert!(checked(&counter).comparison().is_none());
    let (name, address, birth) = said(&counter);
    let spaced = name.replace('\u{3000}', "");
    let fields = [("name", &*spaced), ("kana", "モギ"), ("address", "無音県無音市9-9-9"), ("birth_date", &*birth)];
    enter(&mut counter, &fields);
    let found: Vec<_> = Field::all().map(|field| class(&counter, field)).collect();
    let [same, after, different] = [Class::Same, Class::SameAfter, Class::Different].map(Some);
    assert_eq!(found, [after, Some(Class::NotComparable), different, same, None]);
    // A field that is not named stays, an empty one goes; what nobody vouches for is similar at best.
    let State::Checked(checked) = &mut counter.session.state else { panic!() };
    checked.reading.findings.holder.address.as_mut().unwrap().signed_by = None;
    enter(&mut counter, &[("kana", " "), ("address", &*address)]);
    let found: Vec<_> = Field::all().map(|field| class(&counter, field)).collect();
    assert_eq!(found, [after, None, Some(Class::Similar), same, None]);
    enter(&mut counter, &[("name", ""), ("address", ""), ("birth_date", "")]);
    assert!(self::checked(&counter).comparison().is_none() && counter.session.form().is_empty());
}

#[test]
fn a_form_that_was_typed_before_the_verdict_is_compared_with_it() {
    let mut counter = Counter::with("my-number?seed=7");
    enter(&mut counter, &[("name", "模擬 違人")]);
    accept(&mut counter, "name");
    counter.staff(r#"{"action":"match","found":"matches"}"#);
    counter.enter_all();
    assert_eq!(class(&counter, Field::Name), Some(Class::Different));
    assert_eq!((checked(&counter).face, checked(&counter).is_accepted(Field::Name)), (None, false));
    counter.staff(r#"{"action":"match","found":"does-not-match"}"#);
    assert_eq!(checked(&counter).face, Some(FaceMatch::DoesNotMatch));
    // The form is of the same customer; what staff found is of the reading.
    counter.staff(AGAIN);
    assert_eq!(counter.session.form().get(Field::Name), Some("模擬 違人"));
    counter.enter_all();
    assert_eq!((class(&counter, Field::Name), checked(&counter).face), (Some(Class::Different), None));
}

#[test]
fn staff_accept_what_is_similar_and_nothing_else() {
    let mut counter = read();
    let (name, _, birth) = said(&counter);
    let State::Checked(checked) = &mut counter.session.state else { panic!() };
    checked.reading.findings.holder.name.as_mut().unwrap().signed_by = None;
    enter(
        &mut counter,
        &[("name", &*name), ("kana", "モギ"), ("address", "無音県無音市9-9-9"), ("birth_date", &*birth)],
    );
    Field::all().for_each(|field| accept(&mut counter, field.as_str()));
    let accepted: Vec<_> = self::checked(&counter).accepted.iter().copied().collect();
    assert_eq!(accepted, [Field::Name]);
    // It is staff's word: the class stays, and so does the rest of the reading.
    assert_eq!(class(&counter, Field::Name), Some(Class::Similar));
    assert!(!self::checked(&counter).comparison().unwrap().agrees());
    // Pressed again it is undone, and another text must be accepted anew.
    accept(&mut counter, "name");
    assert!(!self::checked(&counter).is_accepted(Field::Name));
    accept(&mut counter, "name");
    enter(&mut counter, &[("birth_date", "")]);
    assert!(self::checked(&counter).is_accepted(Field::Name));
    let spaced = name.replace('\u{3000}', "");
    enter(&mut counter, &[("name", &*spaced)]);
    assert_eq!(class(&counter, Field::Name), Some(Class::Similar));
    assert!(!self::checked(&counter).is_accepted(Field::Name));
}

#[test]
fn a_text_that_cannot_be_compared_is_refused_beside_its_field() {
    let mut counter = read();
    let (name, _, birth) = said(&counter);
    enter(&mut counter, &[("name", &*name), ("birth_date", &*birth)]);
    assert!(Field::all().all(|field| counter.session.form_complaint(field).is_none()));
    let long = "長".repeat(MAX_TEXT + 1);
    enter(&mut counter, &[("name", &*long), ("birth_date", "きのう"), ("sex", "どちらか")]);
    for field in [Field::Name, Field::BirthDate, Field::Sex] {
        let message = counter.session.form_complaint(field).unwrap().at_counter(Lang::Ja);
        assert_eq!(message.id, "form-field");
        assert!(message.what.contains(field.title().ja) && !message.what.contains("きのう"), "{message:?}");
        // The old text is not what stands in the field.
        assert_eq!(counter.session.form().get(field), None);
    }
    assert!(checked(&counter).comparison().is_none());
    enter(&mut counter, &[("birth_date", &*birth), ("sex", "")]);
    let open: Vec<_> = Field::all().filter(|field| counter.session.form_complaint(*field).is_some()).collect();
    assert_eq!((open, class(&counter, Field::BirthDate)), (vec![Field::Name], Some(Class::Same)));
}

#[test]
fn the_form_and_what_came_of_it_go_with_the_card() {
    for end in ["removed", "end", "idle"] {
        let mut counter = read();
        enter(&mut counter, &[("name", "模擬 花子"), ("address", "無音県"), ("sex", "花")]);
        let segments = checked(&counter).comparison().unwrap().field(Field::Name).unwrap().segments.clone();
        assert!(!segments.is_empty());
        match end {
            "removed" => counter.remove(),
            "end" => counter.staff(END),
            _ => counter.wait(IDLE.as_secs()),
        }
        let session = &counter.session;
        assert!(session.form().is_empty() && session.form_complaint(Field::Sex).is_none(), "{end}");
        assert!(!matches!(session.state(), State::Checked(_)), "{end}");
        let html = page::staff(session).into_string();
        assert!(!html.contains("花子") && !html.contains("無音県"), "{end}");
        assert!(!page::customer(session).into_string().contains("花子"));
        counter.remove();
        counter.place("my-number?seed=8");
        counter.enter_all();
        assert!(checked(&counter).comparison().is_none() && checked(&counter).accepted.is_empty(), "{end}");
    }
}
