//! What every form of the report shows: the same rows, marks and sentences for text and HTML.

use jiff::{Timestamp, civil::Date};

use crate::{
    cards::{CardText, ItemValue, Picture, Signed},
    dump::Scope,
    iso7816::Tries,
    kind::CardKind,
    lang::{Bilingual, Lang},
    text::{Era, era_year, japan_time},
    trust::Hierarchy,
    verify::{Check, CheckId, Overall, Verdict, Why, saved_limit, text_of},
};

use super::{Headline, Report, clean::visible, label, shown::Shown};

/// One line about the person or the card.
pub(super) struct Row {
    pub id: &'static str,
    pub title: Bilingual,
    /// Harmless to show.
    pub value: Shown,
    /// What one must know about the value; none for what a passed check covers.
    pub mark: Option<Bilingual>,
}

impl Report<'_> {
    /// The person, and nothing but the age when only the age was asked for.
    pub(super) fn person(&self) -> Vec<Row> {
        let holder = &self.findings.holder;
        if self.age_only() {
            let age = holder.age.as_ref();
            return vec![self.row(
                "age",
                label::AGE,
                age.map(|age| (Shown::new(&self.years(age.value)), age.signed_by)),
            )];
        }
        if self.findings.kind == CardKind::MENKYO {
            let value = Shown::new(self.say(label::NOT_IN_RECORD));
            return vec![Row { id: "person", title: label::PERSON_OF_RECORD, value, mark: None }];
        }
        let mut rows = vec![
            self.text_row("name", label::NAME, holder.name.as_ref()),
            self.text_row("address", label::ADDRESS, holder.address.as_ref()),
            self.row(
                "birth_date",
                label::BIRTH_DATE,
                holder.birth_date.as_ref().map(|date| (Shown::new(&self.date(date.value)), date.signed_by)),
            ),
        ];
        if let Some(text) = &holder.unconfirmed {
            let fields = [
                ("name_unconfirmed", label::NAME_UNCONFIRMED, &text.name),
                ("address_unconfirmed", label::ADDRESS_UNCONFIRMED, &text.address),
            ];
            let row = |id, title, text| Row { id, title, value: Shown::of(text), mark: Some(label::NOBODYS_TEXT) };
            rows.extend(fields.into_iter().filter_map(|(id, title, text)| Some(row(id, title, text.as_ref()?))));
        }
        if self.options.sex {
            let sex = holder.sex.as_ref();
            rows.push(self.row(
                "sex",
                label::SEX,
                sex.map(|sex| (Shown::new(self.say(sex.value.name())), sex.signed_by)),
            ));
        }
        rows
    }

    /// Further facts of the card.
    pub(super) fn facts(&self) -> Vec<Row> {
        if self.age_only() {
            return Vec::new();
        }
        self.items()
            .map(|item| {
                if self.hides_item(item) {
                    let value = Shown::new(self.say(label::MASKED));
                    return Row { id: item.id, title: item.title, value, mark: None };
                }
                let value = match &item.value {
                    // Cards print these days with Western years; only birth dates carry an era.
                    ItemValue::Date(date) => Shown::new(&self.western(*date)),
                    ItemValue::Text(text) => Shown::of(text),
                    ItemValue::Code { code, remark } => Shown::new(&format!("{code}{}", self.bracketed(*remark))),
                    value => Shown::new(&value.plain(self.options.lang)),
                };
                self.row(item.id, item.title, Some((value, item.signed_by)))
            })
            .collect()
    }

    /// The pictures; none when only the age was asked for.
    pub(super) fn pictures(&self) -> &[Picture] {
        if self.age_only() { &[] } else { &self.findings.pictures }
    }

    fn row(&self, id: &'static str, title: Bilingual, value: Option<(Shown, Option<CheckId>)>) -> Row {
        match value {
            Some((value, signed_by)) => {
                // The signature of a licence covers the text with its place for the picture, not the picture.
                let drawn = (self.findings.kind == CardKind::LICENCE && value.has_external()).then_some(label::DRAWN);
                let mark = self.mark(signed_by).or(drawn);
                Row { id, title, value, mark }
            }
            None => {
                let value = if self.has_front() { label::FRONT_ONLY } else { label::NOT_READ };
                Row { id, title, value: Shown::new(self.say(value)), mark: None }
            }
        }
    }

    fn text_row(&self, id: &'static str, title: Bilingual, text: Option<&Signed<CardText>>) -> Row {
        match text {
            Some(text) => {
                let mut row = self.row(id, title, Some((Shown::of(&text.value), text.signed_by)));
                // Nothing ties the text application's data to this chip, even when its signature holds.
                let weak = text.signed_by == Some(CheckId::TextSignature) && row.mark.is_none();
                row.mark = if weak { Some(label::WEAK_TEXT) } else { row.mark };
                row
            }
            None => {
                let seen = self.findings.picture(id).is_some();
                let value = match seen {
                    true => label::PICTURE_ONLY,
                    false if self.has_front() => label::FRONT_ONLY,
                    false => label::NOT_READ,
                };
                Row { id, title, value: Shown::new(self.say(value)), mark: None }
            }
        }
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

    /// A remark behind a value.
    pub(super) fn bracketed(&self, remark: Bilingual) -> String {
        let remark = self.say(remark);
        match self.options.lang {
            Lang::Ja => format!("（{remark}）"),
            Lang::En => format!(" ({remark})"),
        }
    }

    /// The other applications on the card; none was checked.
    pub(super) fn guests(&self) -> Option<String> {
        let names: Vec<&str> = self.findings.guests.iter().map(|kind| self.say(kind.name())).collect();
        if names.is_empty() {
            None
        } else {
            Some(format!("{}{}", names.join(", "), self.bracketed(label::NOT_CHECKED)))
        }
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
    pub(super) fn required_checks(&self) -> Vec<Check> {
        let absent = |id: &CheckId| Check::not_done(*id, Why::NotRead, crate::verify::Evidence::new());
        let required = self.findings.requirement.required.iter();
        required
            .flat_map(|id| {
                let mut found: Vec<Check> =
                    self.findings.checks.iter().filter(|check| check.id == *id).cloned().collect();
                if found.is_empty() {
                    found.push(absent(id));
                }
                found
            })
            .collect()
    }

    /// The checks that only inform.
    pub(super) fn advisory_checks(&self) -> impl Iterator<Item = &Check> {
        self.findings.checks.iter().filter(|check| !self.findings.requirement.requires(check.id))
    }

    /// Why a check failed or was not done, for people.
    pub(super) fn reason(&self, check: &Check) -> Option<String> {
        match check.verdict {
            Verdict::Passed => None,
            Verdict::Failed(reason) => Some(self.say(reason.text()).to_owned()),
            Verdict::NotDone(why @ Why::DependsOn(id)) => {
                let title = text_of(id).map_or(id.as_str(), |text| self.say(text.title));
                Some(match self.options.lang {
                    Lang::Ja => format!("{}（{title}）", self.say(why.text())),
                    Lang::En => format!("{} ({title})", self.say(why.text())),
                })
            }
            Verdict::NotDone(why) => Some(self.say(why.text()).to_owned()),
        }
    }

    /// Key, its source and hierarchy: what the verdict rests on, from the evidence of the required checks.
    pub(super) fn rests_on(&self) -> Vec<(Bilingual, String)> {
        let mut lines = Vec::new();
        for check in self.required_checks() {
            let Some(anchor) = check.evidence.anchor() else { continue };
            lines.push((label::ISSUER_KEY, visible(&anchor.name)));
            let installed = self.findings.hierarchy == Some(Hierarchy::Installed);
            let pinned = installed && matches!(check.id, CheckId::CardCertificate | CheckId::FaceCertificate);
            let standing = match (anchor.official, pinned) {
                (true, true) => label::KEY_PINNED,
                (false, true) => label::KEY_UNPINNED,
                (true, false) => label::KEY_OFFICIAL,
                (false, false) => label::KEY_UNOFFICIAL,
            };
            lines.push((label::KEY_SOURCE, format!("{} [{}]", visible(&anchor.source), self.say(standing))));
        }
        match self.findings.hierarchy {
            Some(hierarchy) => lines.push((label::HIERARCHY, self.say(hierarchy.name()).to_owned())),
            None => {
                let none = match self.headline() {
                    _ if self.findings.scope == Scope::WITHOUT_PIN => label::NO_SIGNATURE_READ,
                    Headline::Undetermined(Why::NotSigned) => label::NO_SIGNATURE_STORED,
                    Headline::Undetermined(Why::NotRead) => label::NO_SIGNATURE_READ,
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

    /// What stays open even where the required checks passed.
    pub(super) fn does_not_prove(&self) -> Vec<(Bilingual, Bilingual)> {
        let limit = |check: &Check| {
            let text = text_of(check.id)?;
            let limit = match (check.id, check.evidence.expiry_signed()) {
                (CheckId::NotExpired, _) if self.is_residence() => label::EXPIRY_RESIDENCE,
                (CheckId::NotExpired, Some(true)) => label::EXPIRY_SIGNED,
                (CheckId::NotExpired, Some(false)) => label::EXPIRY_UNSIGNED,
                _ => text.does_not_prove,
            };
            // An expiry that passed without anybody's word is a signed one.
            let once = !self.findings.basis.vouches() && check.id != CheckId::NotExpired;
            let once = saved_limit(check.id).filter(|_| once);
            Some([Some((text.title, limit)), once.map(|limit| (text.title, limit))].into_iter().flatten())
        };
        self.required_checks().iter().filter(|check| check.is_passed()).filter_map(limit).flatten().collect()
    }

    /// What staff must know or do: first about what did not pass, then the card's notes. Each sentence once.
    pub(super) fn for_staff(&self) -> Vec<(&'static str, Bilingual)> {
        let mut notes: Vec<(&'static str, Bilingual)> = Vec::new();
        let required = self.required_checks();
        let action = |check: &Check| match check.verdict {
            Verdict::Passed | Verdict::NotDone(Why::DependsOn(_)) => None,
            Verdict::NotDone(Why::Unsigned) if self.findings.requirement.requires(check.id) => {
                Some((check.id.as_str(), label::NOBODY_VOUCHES))
            }
            Verdict::NotDone(why) if why != Why::NoAnchor => {
                self.findings.requirement.requires(check.id).then_some((check.id.as_str(), label::NEEDED_CHECK_OPEN))
            }
            Verdict::NotDone(_) if !self.findings.requirement.requires(check.id) => None,
            Verdict::Failed(_) | Verdict::NotDone(_) => {
                text_of(check.id).map(|text| (text.id.as_str(), text.otherwise))
            }
        };
        let otherwise = required.iter().chain(self.advisory_checks()).filter_map(action);
        // Comparing pictures and print is of no use with a card that was rejected.
        let rejected = self.findings.overall() == Overall::Rejected;
        let comparing = |id: &str| {
            matches!(
                id,
                "compare-face"
                    | "compare-text"
                    | "text-withheld"
                    | "text-not-read"
                    | "unsigned-print"
                    | "copy"
                    | "changed"
                    | "not-tied"
                    | "front-only"
                    | "unsigned-back"
                    | "unsigned-kind"
                    | "unsigned-number"
                    | "no-face"
            )
        };
        // Nor is a licence record of which nothing was read.
        let unread = |id: &str| id == "not-tied" && self.findings.scope == Scope::WITHOUT_PIN;
        // Nor a face that the card does not hold; and the note on copies asks for the same comparison.
        let copied = self.findings.notes.iter().any(|note| note.id == "copy");
        let faceless = |id: &str| id == "compare-face" && (copied || self.findings.picture("photo").is_none());
        let useful = |id: &str| !(unread(id) || faceless(id) || rejected && comparing(id));
        let of_card = self.findings.notes.iter().filter(|note| useful(note.id)).map(|note| (note.id, note.text));
        for (id, text) in otherwise.chain(of_card).chain(self.counter_notes()) {
            if notes.iter().all(|(_, known)| *known != text) {
                notes.push((id, text));
            }
        }
        notes
    }

    /// What a counter says.
    pub(super) fn counter(&self, tries: Tries) -> String {
        match (tries, self.options.lang) {
            (Tries::Left(left), Lang::Ja) => format!("あと{left}回"),
            (Tries::Left(left), Lang::En) => left.to_string(),
            (Tries::Blocked, _) => self.say(label::BLOCKED).to_owned(),
            (Tries::NoCounter, _) => self.say(label::NO_COUNTER).to_owned(),
            (Tries::AlreadyVerified, _) => self.say(label::VERIFIED).to_owned(),
        }
    }

    /// What the link carried, in one line.
    pub(super) fn link(&self) -> String {
        let link = self.context.link;
        match self.options.lang {
            Lang::Ja => format!(
                "{}往復・送信{}バイト・受信{}バイト・カード{}ミリ秒・処理{}ミリ秒",
                link.exchanges, link.bytes_sent, link.bytes_received, link.card_ms, link.host_ms
            ),
            Lang::En => format!(
                "{} exchanges, {} bytes sent, {} bytes received, card {} ms, host {} ms",
                link.exchanges, link.bytes_sent, link.bytes_received, link.card_ms, link.host_ms
            ),
        }
    }
}

/// ○, × or △ and the word for it.
pub(super) fn outcome(verdict: Verdict) -> (&'static str, Bilingual) {
    match verdict {
        Verdict::Passed => ("○", label::PASSED),
        Verdict::Failed(_) => ("×", label::FAILED),
        Verdict::NotDone(_) => ("△", label::NOT_DONE),
    }
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
