//! The record of a check: a draft that outlives the card, without a picture, until staff save or drop it.

use jiff::{Timestamp, civil::Date};
use zeroize::Zeroizing;

use crate::{
    compare::Field,
    kind::CardKind,
    messages::Problem,
    profile::Case,
    records::content::{
        self, Draft, Entries, Entry, EntryError, EntryProblem, Face, FallbackChoice, HumanMatch, Record, Relation,
        Shape,
    },
    report::{Unreal, is_simulated},
    text::japan_date,
};

use super::{Checked, Effect, FaceMatch, Run, Session, Sound, State};

/// The database that a counter keeps records in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Where it is, without any password.
    pub place: String,
    /// A test database: it alone takes records of test cards and simulated ones.
    pub test: bool,
    /// For what the photo is kept, in the operator's words; `None`: no photo is kept.
    pub photo_purpose: Option<String>,
}

/// A record in the making. It holds no picture.
#[derive(Debug)]
pub struct Drafting {
    /// What it will hold.
    pub draft: Draft,
    /// The card, if it was recognised.
    pub kind: Option<CardKind>,
    /// Why the document alone did not do.
    pub case: Option<Case>,
    /// Which row of the profile staff follow then, and why.
    pub fallback: (Option<String>, String),
    /// The document that was presented without its chip, by its id in the profile.
    pub document: Option<String>,
    /// What the human comparison found, and when.
    pub face: Option<(FaceMatch, Timestamp)>,
    /// Who compared and chose, where the law's record names neither who checked nor who recorded.
    pub by: String,
    /// What was refused of the last entries.
    pub complaints: Vec<EntryError>,
    /// Where it stands.
    pub stage: Drafted,
    /// Why it was not saved.
    pub problem: Option<Problem>,
}

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafted {
    /// Staff fill it in.
    Filling,
    /// Staff look it over.
    Review,
    /// It is being saved.
    Saving(Run),
}

/// A record that is in the log.
#[derive(Debug)]
pub struct Saved {
    /// Its id.
    pub id: String,
    /// Its number in the log.
    pub seq: u64,
    /// What is not as it should be although it is saved.
    pub warnings: Vec<Problem>,
    /// How many places are open in it.
    pub blanks: usize,
}

/// What the circumstances are called in a form.
pub(super) const CIRCUMSTANCES: [&str; 8] =
    ["company", "agent", "single", "high-risk", "pep", "foreign-visitor", "sent", "visit"];

/// The fields of the record that staff fill and that stay for the next customer. The first that is filled says as well who compared
/// the faces and chose the fallback.
const OF_STAFF: [&str; 2] = ["verifier", "recorder"];

/// The form's own field for who compared and chose, where the record has none of those.
pub(super) const BY: &str = "by";

impl Drafting {
    fn new(day: Date, session: &Session) -> Self {
        let mut draft = Draft::new(day, session.profile());
        for (id, name) in OF_STAFF.iter().zip(&session.staff_names) {
            if !name.is_empty() {
                // A profile without the field has no use for it.
                let _ = draft.enter(id, &Entry::Text(name.clone()));
            }
        }
        let [_, _, by] = session.staff_names.clone();
        Self {
            draft,
            kind: session.kind(),
            case: session.case(),
            fallback: (None, String::new()),
            document: None,
            face: None,
            by,
            complaints: Vec::new(),
            stage: Drafted::Filling,
            problem: None,
        }
    }

    /// Why what was entered last for a field was refused.
    pub fn complaint(&self, id: &str) -> Option<&EntryError> {
        self.complaints.iter().find(|error| error.field == id)
    }

    /// What staff entered stands in the record from now on.
    fn take(&mut self, fields: &[(String, Zeroizing<String>)]) {
        self.complaints.clear();
        let is_on = |name: &str| fields.iter().any(|(id, text)| id == name && !text.is_empty());
        if fields.iter().any(|(id, _)| CIRCUMSTANCES.contains(&id.as_str())) {
            let mut now = self.draft.circumstances();
            now.customer = if is_on("company") { content::Customer::Company } else { content::Customer::Natural };
            now.relation = if is_on("single") { Relation::Single } else { Relation::Continuing };
            (now.agent, now.high_risk, now.pep) = (is_on("agent"), is_on("high-risk"), is_on("pep"));
            (now.foreign_visitor, now.sent, now.visit) = (is_on("foreign-visitor"), is_on("sent"), is_on("visit"));
            self.draft.set_circumstances(now);
        }
        let shapes: Vec<(String, Option<Shape>)> =
            self.draft.review(crate::lang::Lang::Ja).into_iter().map(|line| (line.id, line.shape)).collect();
        // Which document it is decides which number may be kept of it.
        if let Some((_, text)) = fields.iter().find(|(id, _)| id == "document") {
            self.document = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            self.draft.set_document(self.document.clone());
        }
        for (id, text) in fields {
            let text = text.trim();
            match id.as_str() {
                "fallback.row" => self.fallback.0 = (!text.is_empty()).then(|| text.to_owned()),
                "fallback.reason" | BY => {
                    let own = if id == BY { &mut self.by } else { &mut self.fallback.1 };
                    match content::clean(text) {
                        _ if text.is_empty() => own.clear(),
                        Ok(text) => *own = text,
                        Err(error) => self.complaints.push(EntryError { field: id.clone(), ..error }),
                    }
                }
                "document" => {}
                id if CIRCUMSTANCES.contains(&id) => {}
                id if text.is_empty() => self.draft.clear(id),
                id => {
                    let shape = shapes.iter().find(|(known, _)| known == id).and_then(|(_, shape)| *shape);
                    let entry = match shape {
                        Some(Shape::List | Shape::Goods) => Entry::Text(text.replace([';', '；'], "\n")),
                        _ => Entry::Text(text.to_owned()),
                    };
                    self.complaints.extend(self.draft.enter(id, &entry).err());
                }
            }
        }
        self.rest();
    }

    /// What follows from several entries at once: document, comparison of faces, fallback.
    fn rest(&mut self) {
        let by = self.by();
        let face = self.face.map(|(found, at)| HumanMatch { found: face(found), by: by.clone(), at });
        self.draft.set_human_match(face.filter(|found| !found.by.is_empty()));
        let (row, reason) = self.fallback.clone();
        let choice = self.case.map(|case| FallbackChoice { case, row, reason, chosen_by: by.clone() });
        let choice = choice.filter(|choice| !choice.chosen_by.is_empty() && !choice.reason.is_empty());
        self.draft.set_fallback(choice);
        self.draft.set_document(self.document.clone());
    }

    /// Who compared the faces and chose the fallback, as far as anybody is named.
    fn by(&self) -> String {
        let named = OF_STAFF.into_iter().map(|id| self.entered(id)).find(|name| !name.is_empty());
        named.unwrap_or_else(|| self.by.clone())
    }

    /// The field of the form that names them.
    pub fn by_field(&self) -> &'static str {
        let rows = self.draft.rows();
        OF_STAFF.into_iter().find(|id| rows.iter().any(|row| row.id == *id)).unwrap_or(BY)
    }

    /// What was found or chosen, and the record could not hold for want of a name or a reason: nothing of it goes unsaid.
    fn lacking(&self) -> Vec<EntryError> {
        let (row, reason) = &self.fallback;
        let chosen = self.case.is_some() && (row.is_some() || !reason.is_empty());
        let nobody = (self.face.is_some() || chosen) && self.by().is_empty();
        let error = |lacks: bool, field: &str, problem| lacks.then(|| EntryError { field: field.to_owned(), problem });
        let nobody = error(nobody, self.by_field(), EntryProblem::Nobody);
        nobody.into_iter().chain(error(chosen && reason.is_empty(), "fallback.reason", EntryProblem::Blank)).collect()
    }

    fn entered(&self, id: &str) -> String {
        let lines = self.draft.review(crate::lang::Lang::Ja);
        let filled = |line: &&content::Review| line.id == id && line.state == content::State::Filled;
        lines.iter().find(filled).map(|line| line.text.clone()).unwrap_or_default()
    }
}

fn face(found: FaceMatch) -> Face {
    match found {
        FaceMatch::Matches => Face::Matches,
        FaceMatch::DoesNotMatch => Face::DoesNotMatch,
        FaceMatch::CannotTell => Face::CannotTell,
    }
}

impl Session {
    /// Records can be kept from now on.
    pub fn keep_in(&mut self, ledger: Ledger) {
        self.ledger = Some(ledger);
    }

    /// The database for records, if there is one.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.ledger.as_ref()
    }

    /// Whether a record can be made of what is shown: not of a test card or a simulated one, unless into a test database.
    pub fn may_record(&self) -> bool {
        let Some(ledger) = &self.ledger else { return false };
        matches!(self.state, State::Checked(_) | State::Failed(_)) && (ledger.test || !self.is_unreal())
    }

    /// Whether what is shown is of a card whose records only a test database takes.
    pub fn needs_test_ledger(&self) -> bool {
        self.ledger.as_ref().is_some_and(|ledger| !ledger.test) && self.is_unreal()
    }

    /// Whether what is shown is of a test card or a simulated one.
    fn is_unreal(&self) -> bool {
        match &self.state {
            State::Checked(checked) => {
                let reading = &checked.reading;
                Unreal::of(&reading.findings, &reading.context.reader).is_some()
            }
            State::Failed(_) => self.reader.as_deref().is_some_and(is_simulated),
            _ => false,
        }
    }

    /// What is shown becomes a draft; its pictures go.
    pub(super) fn begin_record(&mut self) -> Vec<Effect> {
        if !self.may_record() || self.profile().is_none() {
            return Vec::new();
        }
        let mut drafting = Drafting::new(japan_date(self.now), self);
        match &self.state {
            State::Checked(checked) => {
                drafting.face = checked.face.zip(checked.face_at);
                drafting.draft = checked.drafted(drafting.draft);
                if let Some(purpose) = self.ledger.as_ref().and_then(|ledger| ledger.photo_purpose.as_deref()) {
                    drafting.complaints.extend(drafting.draft.keep_photo(Some(purpose)).err());
                }
                drafting.draft.forget_photo();
            }
            _ => {
                drafting.draft.set_presented_at(self.now);
                drafting.document = self.kind().map(|kind| kind.as_str().to_owned());
            }
        }
        drafting.rest();
        let mut effects = self.wipe(State::Record(Box::new(drafting)));
        effects.retain(|effect| !matches!(effect, Effect::Forget));
        effects.push(Effect::Forget);
        self.last_input = self.now;
        effects
    }

    pub(super) fn record_fields(&mut self, fields: &[(String, Zeroizing<String>)], review: bool) -> Vec<Effect> {
        let State::Record(drafting) = &mut self.state else { return Vec::new() };
        if drafting.stage != Drafted::Filling {
            return Vec::new();
        }
        drafting.take(fields);
        drafting.complaints.extend(drafting.draft.still_to_come(japan_date(self.now)));
        if review {
            let mut lacking = drafting.lacking();
            lacking.retain(|error| drafting.complaint(&error.field).is_none());
            drafting.complaints.extend(lacking);
        }
        let [verifier, recorder] = OF_STAFF.map(|id| drafting.entered(id));
        for (entered, kept) in [verifier, recorder, drafting.by.clone()].into_iter().zip(&mut self.staff_names) {
            if !entered.is_empty() {
                *kept = entered;
            }
        }
        if review && drafting.complaints.is_empty() {
            drafting.stage = Drafted::Review;
        }
        vec![Effect::Changed]
    }

    pub(super) fn record_back(&mut self) -> Vec<Effect> {
        match &mut self.state {
            State::Record(drafting) if drafting.stage == Drafted::Review => {
                (drafting.stage, drafting.problem) = (Drafted::Filling, None);
                vec![Effect::Changed]
            }
            _ => Vec::new(),
        }
    }

    /// Saves what was looked over.
    pub(super) fn record_save(&mut self) -> Vec<Effect> {
        let run = self.next_run();
        let State::Record(drafting) = &mut self.state else { return Vec::new() };
        if drafting.stage != Drafted::Review {
            return Vec::new();
        }
        (drafting.stage, drafting.problem) = (Drafted::Saving(run), None);
        let record: Record = drafting.draft.clone().finish();
        vec![Effect::Save(run, Box::new(record)), Effect::Changed]
    }

    /// What came of saving. Only a commit says that it is saved.
    pub(super) fn kept(&mut self, run: Run, kept: Result<Saved, Problem>) -> Vec<Effect> {
        let State::Record(drafting) = &mut self.state else { return Vec::new() };
        if drafting.stage != Drafted::Saving(run) {
            return Vec::new();
        }
        match kept {
            Ok(saved) => {
                let sound = self.play(if saved.warnings.is_empty() { Sound::Good } else { Sound::Unsure });
                let effects = self.wipe(State::Recorded(saved));
                effects.into_iter().chain(sound).collect()
            }
            Err(problem) => {
                (drafting.stage, drafting.problem) = (Drafted::Review, Some(problem));
                [Effect::Changed].into_iter().chain(self.play(Sound::Unsure)).collect()
            }
        }
    }
}

impl Checked {
    /// A draft with what this reading found.
    fn drafted(&self, draft: Draft) -> Draft {
        let reading = content::Reading {
            findings: &self.reading.findings,
            context: &self.reading.context,
            dump: Some(&self.reading.mark),
        };
        let mut draft = draft.with_reading(&reading);
        let accepted = self.accepted.iter().copied().filter(|field| *field != Field::Sex);
        let entries =
            Entries { accepted: accepted.map(|field| field.as_str().to_owned()).collect(), ..Entries::default() };
        // A field that is similar no more is nobody's acceptance.
        let _ = draft.take(entries);
        draft
    }
}
