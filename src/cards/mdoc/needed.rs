//! Whether everything that the request needs was shared, in a form that can be shown.

use crate::{
    cards::absent::absent,
    verify::{Check, CheckId, Evidence, Why},
};

use super::{
    checks::Facts,
    elements::{AGE_OVER, Purpose, REQUEST},
    show,
};

pub(super) fn shared(facts: &Facts<'_>) -> Check {
    let id = CheckId::MdocShared;
    let needed = (facts.purpose(), true);
    for row in facts.doc_type.elements().iter().filter(|row| row.own.asked.contains(&needed)) {
        match facts.items.iter().find(|(known, _)| known.name == row.name) {
            None => return absent(id, facts.dump, row.name),
            // Nothing signs which age was asked for: whoever holds a saved reading can ask for a lower one afterwards.
            Some(_) if row.own.element == AGE_OVER && !facts.basis.vouches() => {
                return Check::not_done(id, Why::SelfReported, Evidence::new().with("file", REQUEST.name));
            }
            Some((_, Ok(item))) if row.own.element == AGE_OVER && show::old_enough(facts, item).is_none() => {
                let evidence = Evidence::new().with("file", row.name).with("detail", "it answers for another age");
                return Check::not_done(id, Why::NotShared, evidence);
            }
            // Nobody can be compared with what is not shown.
            Some((_, Ok(item))) if !show::can_be_shown(item) => return unknown_form(id, row.name),
            Some(_) => {}
        }
    }
    let name = show::holder(facts).name;
    if facts.purpose() == Purpose::Identity && name.is_some_and(|name| name.value.text.trim().is_empty()) {
        return Check::not_done(id, Why::LayoutUnknown, Evidence::new().with("detail", "the name is empty"));
    }
    Check::passed(id, Evidence::new().with("shared", facts.items.len().to_string()))
}

fn unknown_form(id: CheckId, file: &str) -> Check {
    let evidence = Evidence::new().with("file", file).with("detail", "it has another form than it must have");
    Check::not_done(id, Why::LayoutUnknown, evidence)
}
