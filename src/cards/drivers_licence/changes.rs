//! What was added to a licence after it was issued, and where it leads. No signature covers any of it (spec licence 2.8,
//! 2.9, 5.1).

use crate::cards::{CardText, Change, Current, ExternalCharacter};

use super::{
    checks::Licence,
    decode::{Record, Value},
    files,
};

/// Every entry of EF04 and EF06, oldest first.
///
/// Of two readers one goes by the day and one by the highest slot (2.8); here the day decides, then the slot. An entry
/// whose day cannot be read counts as the newest of its kind: a change must not vanish because of a broken day.
pub(super) fn history(licence: &Licence<'_>) -> Vec<Change> {
    let records = [&files::CHANGES, &files::DOMICILE_CHANGES].into_iter().filter_map(|file| licence.record(file));
    let mut history: Vec<Change> = records
        .flat_map(Record::changes)
        .map(|(item, entry)| Change {
            id: item.field.id,
            title: item.field.title,
            slot: item.slot.saturating_add(1),
            date: entry.date,
            commission: CardText::from(&entry.commission),
            value: CardText::from(&entry.text),
            masked: item.field.masked,
        })
        .collect();
    history.sort_by_key(|change| (change.date.is_none(), change.date, change.slot));
    history
}

/// The values after all entries; `None` if there are none.
pub(super) fn current(licence: &Licence<'_>, history: &[Change]) -> Option<Current> {
    if history.is_empty() {
        return None;
    }
    let of = |id: &'static str| history.iter().filter(move |change| change.id == id);
    let last = |id| of(id).next_back().map(|change| change.value.clone());
    Some(Current {
        name: last("new_name"),
        name_kana: last("new_name_kana"),
        address: last("new_address"),
        commission: of("new_commission").next_back().map(|change| change.commission.clone()),
        conditions: conditions(licence, history),
        domicile: last("new_domicile"),
    })
}

/// The signed conditions and the added ones, less those whose very text a removal names; `None` without such entries. No
/// source states what the text of a removal says (2.8, U): one that names no condition stays in the history alone.
fn conditions(licence: &Licence<'_>, history: &[Change]) -> Option<Vec<CardText>> {
    if !history.iter().any(|change| ["new_condition", "condition_removed"].contains(&change.id)) {
        return None;
    }
    let data = licence.record(&files::DATA);
    let signed = data.into_iter().flat_map(|data| {
        let ids = ["condition_1", "condition_2", "condition_3", "condition_4"];
        ids.into_iter().filter_map(|id| data.text(id)).map(CardText::from)
    });
    let mut list: Vec<CardText> = signed.collect();
    for change in history {
        match change.id {
            "new_condition" => list.push(change.value.clone()),
            "condition_removed" => list.retain(|condition| *condition != change.value),
            _ => {}
        }
    }
    Some(list)
}

/// The external characters of the files, by slot.
pub(super) fn external_characters(
    records: &[Record<'_>],
    slots: &[(u8, &'static str, crate::tlv::Tag)],
) -> Vec<ExternalCharacter> {
    let mut found = Vec::new();
    for (slot, file, tag) in slots {
        let items = records.iter().filter(|record| record.file.name == *file).flat_map(|record| &record.items);
        for item in items.filter(|item| item.object.tag == *tag) {
            if let Value::External { structure, raster } = &item.value {
                found.push(ExternalCharacter { slot: *slot, file, structure: *structure, raster: raster.clone() });
            }
        }
    }
    found
}
