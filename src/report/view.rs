//! What every form of the report shows: the same rows, marks and sentences for text and HTML.

use jiff::{Timestamp, civil::Date};

use crate::{
    cards::{CardText, Item, ItemValue, Picture, Signed},
    dump::Scope,
    image,
    iso7816::RetryCounter,
    lang::{Bilingual, Lang},
    text::{Era, era_year, japan_time},
    trust::Hierarchy,
    verify::{Check, CheckId, Reason, Verdict, Why},
};

use super::{Case, Report, Tone, clean::visible, label, shown::Shown};

/// One line about the person or the card.
pub(super) struct Row {
    pub id: &'static str,
    pub title: Bilingual,
    /// Harmless to show.
    pub value: Shown,
    /// What one must know about the value; none for what a passed check covers.
    pub mark: Option<Bilingual>,
    /// Whether it is a value, and not the word for one that was not read.
    pub read: bool,
}

impl Row {
    pub(super) fn new(id: &'static str, title: Bilingual, value: Shown) -> Self {
        Self { id, title, value, mark: None, read: true }
    }
}

impl Report<'_> {
    /// The person, and nothing but the age when only the age was asked for.
    pub(super) fn person(&self) -> Vec<Row> {
        let holder = &self.findings.holder;
        if self.age_only() {
            let age = holder.age.as_ref().map(|age| (Shown::new(&self.years(age.value)), age.signed_by));
            return vec![self.row("age", label::AGE, age)];
        }
        if let Some(words) = self.findings.presentation.no_person {
            return vec![Row::new("person", label::PERSON_OF_RECORD, Shown::new(self.say(words)))];
        }
        let birth = holder.birth_date.as_ref().map(|date| (Shown::new(&self.date(date.value)), date.signed_by));
        let mut rows = vec![
            self.text_row("name", label::NAME, holder.name.as_ref()),
            self.text_row("address", label::ADDRESS, holder.address.as_ref()),
            self.row("birth_date", label::BIRTH_DATE, birth),
        ];
        if let Some(text) = &holder.unconfirmed {
            let fields = [
                ("name_unconfirmed", label::NAME_UNCONFIRMED, &text.name),
                ("address_unconfirmed", label::ADDRESS_UNCONFIRMED, &text.address),
            ];
            let row = |id, title, text| Row { mark: Some(label::NOBODYS_TEXT), ..Row::new(id, title, Shown::of(text)) };
            rows.extend(fields.into_iter().filter_map(|(id, title, text)| Some(row(id, title, text.as_ref()?))));
        }
        if self.options.sex {
            let sex = holder.sex.as_ref().map(|sex| (Shown::new(self.say(sex.value.name())), sex.signed_by));
            rows.push(self.row("sex", label::SEX, sex));
        }
        rows
    }

    /// Further facts of the card.
    pub(super) fn facts(&self) -> Vec<Row> {
        if self.age_only() {
            return Vec::new();
        }
        self.items().map(|item| self.fact(item)).collect()
    }

    /// Those that come first, in the card's own order: expiry and number.
    pub(super) fn first_facts(&self) -> Vec<Row> {
        let first = self.findings.presentation.first;
        let of = |id: &&str| self.items().find(|item| item.id == *id && !self.age_only());
        first.iter().filter_map(|id| of(id).map(|item| self.fact(item))).collect()
    }

    /// The expiry day of a card of which little more was read.
    pub(super) fn day_alone(&self) -> Option<Row> {
        if self.findings.scope == Scope::WITHOUT_PIN { self.first_facts().into_iter().next() } else { None }
    }

    pub(super) fn fact(&self, item: &Item) -> Row {
        if self.hides_item(item) {
            return Row::new(item.id, item.title, Shown::new(self.say(label::MASKED)));
        }
        let value = match &item.value {
            // Cards print these days with Western years; only birth dates carry an era.
            ItemValue::Date(date) => Shown::new(&self.western(*date)),
            ItemValue::Text(text) => Shown::of(text),
            ItemValue::Code { code, remark } => Shown::new(&format!("{code}{}", self.bracketed(*remark))),
            value => Shown::new(&value.plain(self.options.lang)),
        };
        self.row(item.id, item.title, Some((value, item.signed_by)))
    }

    /// The pictures; none when only the age was asked for.
    pub(super) fn pictures(&self) -> &[Picture] {
        if self.age_only() { &[] } else { &self.findings.pictures }
    }

    fn row(&self, id: &'static str, title: Bilingual, value: Option<(Shown, Option<CheckId>)>) -> Row {
        match value {
            Some((value, signed_by)) => {
                // A signature may cover the text with its place for the picture, and not the picture.
                let drawn = self.findings.presentation.external.filter(|_| value.has_external());
                let mark = self.mark(signed_by).or(drawn);
                Row { mark, ..Row::new(id, title, value) }
            }
            None => self.absent(id, title),
        }
    }

    fn text_row(&self, id: &'static str, title: Bilingual, text: Option<&Signed<CardText>>) -> Row {
        match text {
            Some(text) => {
                let mut row = self.row(id, title, Some((Shown::of(&text.value), text.signed_by)));
                let untied = self.findings.presentation.untied;
                // Nothing ties the text to this chip, even when its signature holds.
                let weak = text.signed_by.is_some() && text.signed_by == untied && row.mark.is_none();
                row.mark = if weak { Some(label::WEAK_TEXT) } else { row.mark };
                row
            }
            None if self.findings.picture(id).is_some() => {
                Row::new(id, title, Shown::new(self.say(label::PICTURE_ONLY)))
            }
            None => self.absent(id, title),
        }
    }

    /// A value that no text of the card holds.
    fn absent(&self, id: &'static str, title: Bilingual) -> Row {
        let elsewhere = self.findings.presentation.in_picture;
        let words = elsewhere.filter(|(picture, _)| self.findings.picture(picture).is_some()).map(|(_, words)| words);
        let words = words.or(self.findings.presentation.no_address.filter(|_| id == "address"));
        let value = Shown::new(self.say(words.unwrap_or(label::NOT_READ)));
        Row { read: words.is_some(), ..Row::new(id, title, value) }
    }

    /// What to say about a value: no signature covers it, or the check that covers it did not pass.
    pub(super) fn mark(&self, signed_by: Option<CheckId>) -> Option<Bilingual> {
        match signed_by.map(|id| self.findings.verdict(id)) {
            None => Some(label::UNSIGNED),
            Some(Some(Verdict::Passed)) => None,
            Some(_) => Some(label::UNCONFIRMED),
        }
    }

    fn years(&self, age: i16) -> String {
        match self.options.lang {
            Lang::Ja => format!("{age}{}", self.say(label::YEARS)),
            Lang::En => format!("{age} {}", self.say(label::YEARS)),
        }
    }

    /// A remark after a value.
    pub(super) fn bracketed(&self, remark: Bilingual) -> String {
        let remark = self.say(remark);
        match self.options.lang {
            Lang::Ja => format!("（{remark}）"),
            Lang::En => format!(" ({remark})"),
        }
    }

    /// What stands between words in a row.
    pub(super) fn comma(&self) -> &'static str {
        match self.options.lang {
            Lang::Ja => "、",
            Lang::En => ", ",
        }
    }

    /// A word after a name.
    pub(super) fn colon(&self, word: &str) -> String {
        match self.options.lang {
            Lang::Ja => format!("：{word}"),
            Lang::En => format!(": {word}"),
        }
    }

    /// That there is more than the short report shows.
    pub(super) fn more(&self, count: usize) -> String {
        match (count, self.options.lang) {
            (0, _) => String::new(),
            (count, Lang::Ja) => format!("ほか{count}件。"),
            (count, Lang::En) => format!("{count} more. "),
        }
    }

    /// The name of a check.
    pub(super) fn title_of(&self, check: &Check) -> &'static str {
        self.say(check.id.text().title)
    }

    /// The other applications on the card; none was checked.
    pub(super) fn guests(&self) -> Option<String> {
        let names: Vec<&str> = self.findings.guests.iter().map(|kind| self.say(kind.name())).collect();
        (!names.is_empty()).then(|| format!("{}{}", names.join(", "), self.bracketed(label::NOT_CHECKED)))
    }

    /// A birth date with its era, as cards print it.
    pub(super) fn date(&self, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match (self.options.lang, era_year(date)) {
            (Lang::Ja, Some((era, 1))) => format!("{year}年{month}月{day}日（{}元年）", era.name()),
            (Lang::Ja, Some((era, of_era))) => format!("{year}年{month}月{day}日（{}{of_era}年）", era.name()),
            (_, None) => self.western(date),
            (Lang::En, Some((era, of_era))) => format!("{date} ({} {of_era})", romanised(era)),
        }
    }

    pub(super) fn western(&self, date: Date) -> String {
        match self.options.lang {
            Lang::Ja => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Lang::En => date.to_string(),
        }
    }

    /// A time, as the clock on the wall shows it in Japan.
    pub(super) fn time(&self, time: Timestamp) -> String {
        let wall = japan_time(time);
        let clock = format!("{:02}:{:02}:{:02}", wall.hour(), wall.minute(), wall.second());
        match self.options.lang {
            Lang::Ja => format!("{}年{}月{}日 {clock}（日本時間）", wall.year(), wall.month(), wall.day()),
            Lang::En => format!("{} {clock} (Japan time)", wall.date()),
        }
    }

    /// When it was judged, when read if that differs, and who sealed it.
    pub(super) fn times(&self) -> Vec<(Bilingual, String)> {
        let read_at = self.context.read_at;
        let other = read_at.as_second() != self.findings.basis.at().as_second() || self.origin().is_some();
        let read = other.then(|| (label::READ_AT, self.time(read_at)));
        let sealed = self.context.sealed_by.as_ref().map(|fingerprint| (label::SEALED_BY, visible(fingerprint)));
        [(label::JUDGED_AT, self.judged())].into_iter().chain(read).chain(sealed).collect()
    }

    /// As of when it was judged, and by whose word.
    pub(super) fn judged(&self) -> String {
        let basis = self.findings.basis;
        let word = basis.name().map(|name| self.bracketed(name)).unwrap_or_default();
        format!("{}{word}", self.time(basis.at()))
    }

    /// Where the data came from, unless from a card just now.
    pub(super) fn origin(&self) -> Option<Bilingual> {
        match self.context.source {
            super::Source::Live => None,
            super::Source::Dump => Some(label::FROM_DUMP),
            super::Source::Replay => Some(label::FROM_REPLAY),
        }
    }

    /// Required checks first, then the others, each in the report's order. A required check that was never made is
    /// named too.
    pub(crate) fn required_checks(&self) -> Vec<Check> {
        let made = |id: &CheckId| {
            let found: Vec<Check> = self.findings.checks.iter().filter(|check| check.id == *id).cloned().collect();
            let absent = found.is_empty().then(|| Check::not_done(*id, Why::NotRead, crate::verify::Evidence::new()));
            found.into_iter().chain(absent)
        };
        self.findings.requirement.required.iter().flat_map(made).collect()
    }

    /// The checks that only inform.
    pub(crate) fn advisory_checks(&self) -> impl Iterator<Item = &Check> {
        self.findings.checks.iter().filter(|check| !self.findings.requirement.requires(check.id))
    }

    /// Why a check failed or was not done, for people.
    pub(super) fn reason(&self, check: &Check) -> Option<String> {
        match check.verdict {
            Verdict::Passed => None,
            Verdict::Failed(reason) => Some(self.say(reason.text()).to_owned()),
            Verdict::NotDone(why @ Why::DependsOn(id)) => {
                Some(format!("{}{}", self.say(why.text()), self.bracketed(id.text().title)))
            }
            Verdict::NotDone(why) => Some(self.say(why.text()).to_owned()),
        }
    }

    /// Key, its source and hierarchy: what the verdict rests on, from the evidence of the required checks.
    pub(super) fn rests_on(&self) -> Vec<(Bilingual, String)> {
        let mut lines = Vec::new();
        let installed = self.findings.hierarchy == Some(Hierarchy::Installed);
        let publishes = self.findings.presentation.known_anchors;
        for check in self.required_checks() {
            let Some(anchor) = check.evidence.anchor() else { continue };
            lines.push((label::ISSUER_KEY, visible(&anchor.name)));
            let standing = match (anchor.official, installed && publishes) {
                (true, true) => label::KEY_PINNED,
                (false, true) => label::KEY_UNPINNED,
                (true, false) => label::KEY_OFFICIAL,
                (false, false) => label::KEY_UNOFFICIAL,
            };
            let standing = self.say(standing);
            lines.push((
                label::KEY_SOURCE,
                match self.options.lang {
                    // The source is written in English; it is in the evidence.
                    Lang::Ja if installed => format!("{}（{standing}）", self.say(label::KEY_INSTALLED)),
                    Lang::Ja => standing.to_owned(),
                    Lang::En => format!("{} [{standing}]", visible(&anchor.source)),
                },
            ));
        }
        match self.findings.hierarchy {
            Some(hierarchy) => lines.push((label::HIERARCHY, self.say(hierarchy.name()).to_owned())),
            None => {
                let none = match self.headline().case {
                    _ if self.findings.scope == Scope::WITHOUT_PIN => label::NO_SIGNATURE_READ,
                    Case::Undetermined(Why::NotSigned) => label::NO_SIGNATURE_STORED,
                    Case::Undetermined(Why::NotRead) => label::NO_SIGNATURE_READ,
                    _ => label::NO_ANCHOR,
                };
                lines.push((label::ISSUER_KEY, self.say(none).to_owned()));
            }
        }
        if !self.context.accepted.is_empty() {
            let names: Vec<&str> = self.context.accepted.iter().map(|hierarchy| self.say(hierarchy.name())).collect();
            lines.push((label::ACCEPTED, names.join(", ")));
        }
        lines
    }

    /// What a counter says.
    pub(super) fn counter(&self, retry_counter: RetryCounter) -> String {
        match (retry_counter, self.options.lang) {
            (RetryCounter::Left(left), Lang::Ja) => format!("あと{left}回"),
            (RetryCounter::Left(left), Lang::En) => left.to_string(),
            (RetryCounter::Blocked, _) => self.say(label::BLOCKED).to_owned(),
            (RetryCounter::NoCounter, _) => self.say(label::NO_COUNTER).to_owned(),
            (RetryCounter::AlreadyVerified, _) => self.say(label::VERIFIED).to_owned(),
        }
    }

    /// What the link carried, in one line, and what of it a person waited for.
    pub(super) fn link(&self) -> String {
        let link = self.context.link;
        let carried = match self.options.lang {
            Lang::Ja => format!(
                "{}往復・送信{}バイト・受信{}バイト・カード{}ミリ秒・処理{}ミリ秒",
                link.exchanges, link.bytes_sent, link.bytes_received, link.card_ms, link.host_ms
            ),
            Lang::En => format!(
                "{} exchanges, {} bytes sent, {} bytes received, card {} ms, host {} ms",
                link.exchanges, link.bytes_sent, link.bytes_received, link.card_ms, link.host_ms
            ),
        };
        let (Some(exchanges), Some(bytes), Some(ms)) =
            (link.after_entry_exchanges, link.after_entry_bytes, link.after_entry_ms)
        else {
            return carried;
        };
        match self.options.lang {
            Lang::Ja => format!("{carried}（入力が終わってから判定まで: {exchanges}往復・{bytes}バイト・{ms}ミリ秒）"),
            Lang::En => {
                format!("{carried} (from the last key to the verdict: {exchanges} exchanges, {bytes} bytes, {ms} ms)")
            }
        }
    }
}

/// How a verdict is shown, and the word for it. Changes after issue are not an error of the card: somebody must look.
pub(super) fn outcome(verdict: Verdict) -> (Tone, Bilingual) {
    match verdict {
        Verdict::Passed => (Tone::Good, label::PASSED),
        Verdict::Failed(Reason::UnsignedChanges) => (Tone::Unsure, label::LOOK),
        Verdict::Failed(_) => (Tone::Bad, label::FAILED),
        Verdict::NotDone(_) => (Tone::Unsure, label::NOT_DONE),
    }
}

/// Whether a picture begins as one; nothing is decoded for it.
pub(super) fn has_header(picture: &Picture) -> bool {
    image::dimensions(&picture.bytes, picture.format.into()).is_ok()
}

fn romanised(era: Era) -> &'static str {
    match era {
        Era::Meiji => "Meiji",
        Era::Taisho => "Taisho",
        Era::Showa => "Showa",
        Era::Heisei => "Heisei",
        Era::Reiwa => "Reiwa",
    }
}
