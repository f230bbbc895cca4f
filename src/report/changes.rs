//! What was added to a document after it was issued, and what else only licences have: masked values, warnings,
//! counters.

use crate::{
    cards::{CardText, Change, Item, ItemValue, SEX_ITEM},
    iso7816::RetryCounter,
    lang::Bilingual,
};

use super::{Report, label, shown::Shown, view::Row};

/// One entry of the history, as it is shown.
pub(super) struct HistoryRow {
    pub date: String,
    pub title: Bilingual,
    pub value: Shown,
    pub commission: Shown,
}

impl Report<'_> {
    /// Further facts: the sex only if it was asked for.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.findings.items.iter().filter(|item| self.options.sex || item.id != SEX_ITEM)
    }

    /// Whether a value is held back.
    pub(super) fn hides(&self, masked: bool) -> bool {
        masked && !self.options.domicile
    }

    pub(super) fn hides_item(&self, item: &Item) -> bool {
        self.hides(item.masked)
    }

    /// The values after all changes. No signature covers them, and the heading above them says so.
    pub(super) fn current(&self) -> Vec<Row> {
        let Some(current) = self.findings.holder.current.as_ref().filter(|_| !self.age_only()) else {
            return Vec::new();
        };
        let row = Row::new;
        let mut rows = Vec::new();
        let texts = [
            ("current.name", label::NAME, &current.name),
            ("current.name_kana", label::NAME_KANA, &current.name_kana),
            ("current.address", label::ADDRESS, &current.address),
            ("current.commission", label::COMMISSION, &current.commission),
        ];
        for (id, title, text) in texts {
            rows.extend(text.as_ref().map(|text| row(id, title, Shown::of(text))));
        }
        if let Some(conditions) = &current.conditions {
            rows.extend(conditions.iter().map(|text| row("current.conditions", label::CONDITION, Shown::of(text))));
            if conditions.is_empty() {
                rows.push(row("current.conditions", label::CONDITION, Shown::new(self.say(label::NONE))));
            }
        }
        if let Some(domicile) = &current.domicile {
            let value = if self.hides(true) { Shown::new(self.say(label::MASKED)) } else { Shown::of(domicile) };
            rows.push(row("current.domicile", label::DOMICILE, value));
        }
        rows
    }

    /// Every text from the card that this report shows, with its path in the JSON report.
    pub(super) fn card_texts(&self) -> Vec<(String, &CardText)> {
        let holder = &self.findings.holder;
        let mut texts: Vec<(String, &CardText)> = Vec::new();
        let signed = [("holder.name", &holder.name), ("holder.address", &holder.address)];
        texts.extend(signed.into_iter().filter_map(|(path, text)| Some((path.to_owned(), &text.as_ref()?.value))));
        if let Some(text) = holder.unconfirmed.as_ref().filter(|_| !self.age_only()) {
            let fields = [("name", &text.name), ("address", &text.address)];
            let path = |name| format!("holder_unconfirmed.{name}");
            texts.extend(fields.into_iter().filter_map(|(name, text)| Some((path(name), text.as_ref()?))));
        }
        if let Some(current) = &holder.current {
            let domicile = if self.hides(true) { &None } else { &current.domicile };
            let fields = [
                ("name", &current.name),
                ("name_kana", &current.name_kana),
                ("address", &current.address),
                ("commission", &current.commission),
                ("domicile", domicile),
            ];
            let path = |name| format!("holder.current.{name}");
            texts.extend(fields.into_iter().filter_map(|(name, text)| Some((path(name), text.as_ref()?))));
            let conditions = current.conditions.iter().flatten().enumerate();
            texts.extend(conditions.map(|(at, text)| (format!("holder.current.conditions.{at}"), text)));
        }
        for (at, item) in self.items().enumerate().filter(|(_, item)| !self.hides_item(item)) {
            if let ItemValue::Text(text) = &item.value {
                texts.push((format!("items.{at}"), text));
            }
        }
        for (at, change) in self.history().iter().enumerate() {
            texts.push((format!("history.{at}.commission"), &change.commission));
            if !self.hides(change.masked) {
                texts.push((format!("history.{at}.value"), &change.value));
            }
        }
        texts
    }

    /// The entries, oldest first.
    pub(super) fn history(&self) -> &[Change] {
        if self.age_only() { &[] } else { &self.findings.history }
    }

    pub(super) fn history_rows(&self) -> Vec<HistoryRow> {
        let row = |change: &Change| HistoryRow {
            date: change.date.map_or_else(|| self.say(label::NO_DAY).to_owned(), |date| self.western(date)),
            title: change.title,
            value: if self.hides(change.masked) {
                Shown::new(self.say(label::MASKED))
            } else {
                Shown::of(&change.value)
            },
            commission: Shown::of(&change.commission),
        };
        self.history().iter().map(row).collect()
    }

    /// Every counter that is known: what is left now, else what was left before anything was presented.
    pub(super) fn retry_counters(&self) -> Vec<(Bilingual, RetryCounter)> {
        let mut retry_counters = self.context.retry_counters.clone();
        for found in &self.findings.retry_counters {
            if retry_counters.iter().all(|(title, _)| *title != found.reference.title) {
                let left = if found.left == 0 { RetryCounter::Blocked } else { RetryCounter::Left(found.left) };
                retry_counters.push((found.reference.title, left));
            }
        }
        retry_counters
    }
}
