//! How long a record is kept: from the end of the last relation, under every profile that it serves.

use jiff::{ToSpan, civil::Date};

use crate::{
    lang::Words,
    profile::{Profiles, Start},
    text::japan_date,
};

use super::{
    amend::{Amendment, Change, Hold},
    record::{Kept, ProfileRef},
    view::{Logged, View},
};

/// How long a record is kept, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The last day on which it must be kept; `None` if that is not known yet.
    pub until: Option<Date>,
    /// Every rule, in the order of the profiles.
    pub by: Vec<Due>,
    /// The relations that go on: counted from 1.
    pub open: Vec<u32>,
    /// What holds it whatever the years say.
    pub holds: Vec<Hold>,
}

/// One rule of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The profile.
    pub profile: String,
    /// What people call it.
    pub law: Words,
    /// Where the law says so.
    pub article: String,
    /// How many years.
    pub years: u8,
    /// The day from which they count; `None`: a relation goes on.
    pub from: Option<Date>,
    /// The last day on which the record must be kept by this rule.
    pub until: Option<Date>,
}

/// Why a record may not be purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A law wants it until a day, or for as long as a relation goes on.
    Law(Due),
    /// It is held.
    Held(Hold),
    /// No profile says how long it is kept.
    NoRule,
}

/// The last day of so many years from a day, that day not counted (民法第140条・第143条): the day before the one that corresponds to
/// the first counted day, or the last day of the month if no day corresponds.
pub fn last_day(from: Date, years: u8) -> Option<Date> {
    let first = from.checked_add(1.day()).ok()?;
    let corresponding = first.checked_add(i64::from(years).years()).ok()?;
    if corresponding.day() == first.day() { corresponding.checked_sub(1.day()).ok() } else { Some(corresponding) }
}

/// How long a record is kept. The rules are those that the record itself names and those that the profiles of its laws have now: a
/// later profile never shortens.
pub fn of(view: &View, profiles: &Profiles) -> Retention {
    let mut by: Vec<Due> = Vec::new();
    for profile in &view.record.profiles {
        by.extend(rules(view, profile, profiles).iter().map(|(id, law, kept)| due(view, id, law, kept)));
    }
    let until = if by.is_empty() || by.iter().any(|due| due.until.is_none()) {
        None
    } else {
        by.iter().filter_map(|due| due.until).max()
    };
    let open = view.open().map(|relation| relation.number).collect();
    Retention { until, by, open, holds: view.holds.iter().map(|(_, hold, _)| *hold).collect() }
}

fn rules(view: &View, profile: &ProfileRef, profiles: &Profiles) -> Vec<(String, Words, Kept)> {
    let own = profile.retention.iter().map(|kept| (profile.id.clone(), profile.name.clone(), kept.clone()));
    let mut rules: Vec<(String, Words, Kept)> = own.collect();
    // The same profile, as the operator has it now, and those of later periods.
    let since = profiles.get(&profile.id).map(|known| known.valid_from);
    let later =
        profiles.iter().filter(|known| known.law == profile.law && since.is_none_or(|day| known.valid_from >= day));
    for known in later {
        for row in &known.retentions {
            let kept = Kept { article: row.article.clone(), years: row.years, start: row.start };
            let longer = |(_, _, have): &(String, Words, Kept)| have.start == kept.start && have.years >= kept.years;
            if !rules.iter().any(longer) {
                rules.push((known.id.clone(), known.name.clone(), kept));
            }
        }
    }
    // A book on paper has its own rule; this record is electronic.
    if rules.iter().any(|(_, _, kept)| kept.start != Start::LastEntry) {
        rules.retain(|(_, _, kept)| kept.start != Start::LastEntry);
    }
    // Beside a rule that counts from the end, one that counts from a transaction is about returning customers.
    if view.rechecks.is_empty() && rules.iter().any(|(_, _, kept)| kept.start == Start::RelationEnd) {
        rules.retain(|(_, _, kept)| kept.start != Start::Transaction);
    }
    rules
}

fn due(view: &View, profile: &str, law: &Words, kept: &Kept) -> Due {
    // What is added to a book is an entry of it. That a relation ends or the record is held is no entry of the book.
    let is_entry = |added: &&Logged<Amendment>| {
        matches!(added.payload.change, Change::Fields { .. } | Change::Recheck { .. } | Change::Reliance { .. })
    };
    // A clock can have gone back since: nothing that is added lets the book end before its first entry.
    let last_entry =
        || view.additions.iter().filter(is_entry).map(|added| added.at).chain([view.at]).max().unwrap_or(view.at);
    let from = match kept.start {
        Start::RelationEnd if view.open().next().is_some() => None,
        Start::RelationEnd => view.relations.iter().filter_map(|relation| relation.ended_on).max(),
        Start::Transaction => view.rechecks.iter().map(|(_, on, _)| *on).chain([view.record.transaction_on]).max(),
        Start::LastEntry | Start::Record => Some(japan_date(last_entry())),
    };
    Due {
        profile: profile.to_owned(),
        law: law.clone(),
        article: kept.article.clone(),
        years: kept.years,
        from,
        until: from.and_then(|from| last_day(from, kept.years)),
    }
}

impl Retention {
    /// Why the record may not be purged on a day in Japan; none: it may.
    pub fn refusals(&self, today: Date) -> Vec<Refusal> {
        if self.by.is_empty() {
            return vec![Refusal::NoRule];
        }
        let law = self.by.iter().filter(|due| due.until.is_none_or(|until| today <= until)).cloned().map(Refusal::Law);
        law.chain(self.holds.iter().copied().map(Refusal::Held)).collect()
    }
}
