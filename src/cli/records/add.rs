//! `taimen records add`, and the record of `taimen check --records`.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use crate::{
    cards::Findings,
    dump::{Dump, MAX_DUMP},
    lang::{Bilingual, Lang},
    messages::{EntriesFault, ExitCode, Problem, RecordError, ui},
    profile::{Profile, Profiles},
    records::{
        content::{Draft, DumpMark, Entries, EntryError, EntryProblem, MAX_ENTRIES, Reading, Record, State},
        store::{Appended, Store},
    },
    report::{Context, Source, visible},
    text::japan_date,
    verify::{At, Overall},
};

use crate::cli::{Settings, args::name, basis, compare, files, output, problem, profiles, seal, trust, verify::Saved};

use super::database;

/// The law whose profiles `auto` chooses from.
const AUTO: &str = "hanshuhou";

/// Runs `taimen records add`.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let form = compare::form(matches)?;
    let mut maker = Maker::of(matches)?;
    let mut store = if matches.get_flag(name::REVIEW) { None } else { Some(super::open(matches)?) };
    let path = matches.get_one::<PathBuf>(name::DUMP).cloned();
    let Some(path) = path else {
        let presented = maker.entries.document.is_some() && maker.entries.presented_at.is_some();
        if !presented && maker.entries.relied_on.is_none() {
            return Err(RecordError::NothingPresented.into());
        }
        let day = maker.entries.presented_at.map(japan_date);
        let draft = maker.draft(day, None)?;
        return finish(settings, matches, draft, store.as_mut());
    };
    let dump = problem::parsed_dump(&path, &files::read_limited(&path, MAX_DUMP)?)?;
    let wanted = seal::wanted(matches);
    let sealed_by = seal::sealed_by(&path, &dump, wanted.as_deref())?;
    let trust = trust::store(settings, matches)?;
    let at = matches.get_one::<At>(name::AT).copied();
    let basis = basis::saved(dump.read_at, at, wanted.is_some(), Timestamp::now())?;
    let saved = Saved { source: Source::Dump, accepted: trust::accepted(matches), sealed_by };
    let (findings, mut context) = saved.judge(&dump, &trust, basis)?;
    context.form = form.map(|form| crate::compare::compare(&form, &findings));
    let draft = maker.draft_of(&findings, &context, &dump)?;
    finish(settings, matches, draft, store.as_mut())
}

/// Shows a draft, or saves its record.
fn finish(
    settings: &Settings,
    matches: &ArgMatches,
    draft: Draft,
    store: Option<&mut Store>,
) -> Result<ExitCode, Problem> {
    let json = matches.get_flag(name::JSON);
    let Some(store) = store else {
        if json {
            output::line(&serde_json::to_value(draft.finish()).unwrap_or_default())?;
        } else {
            output::text(&review(&draft, settings.lang))?;
        }
        return Ok(ExitCode::Authentic);
    };
    let record = draft.finish();
    let appended = database::save(store, &record, Timestamp::now())?;
    if json {
        output::line(&saved_json(&record, &appended))?;
    } else {
        output::text(&saved_text(settings.lang, &record, &appended))?;
    }
    super::warn(settings, &appended);
    Ok(ExitCode::Authentic)
}

/// What makes records of readings: the profiles, and what staff entered.
pub struct Maker {
    profiles: Profiles,
    chosen: Vec<String>,
    entries: Entries,
    path: String,
    purpose: Option<String>,
}

impl Maker {
    /// What the options name, read and found to be in order.
    pub fn of(matches: &ArgMatches) -> Result<Self, Problem> {
        let path = matches.get_one::<PathBuf>(name::STAFF_FILE);
        let chosen = matches.get_many::<String>(name::RECORD_PROFILE).into_iter().flatten().cloned().collect();
        let date = matches.try_get_one::<Date>(name::DATE).ok().flatten().copied();
        let mut entries = path.map(|path| entries(path)).transpose()?.unwrap_or_default();
        entries.transaction_on = date.or(entries.transaction_on);
        let maker = Self {
            profiles: profiles::profiles(matches)?,
            chosen,
            entries,
            path: path.map_or_else(|| name::STAFF_FILE.to_owned(), |path| path.display().to_string()),
            purpose: matches.get_one::<String>(name::WITH_PHOTO).cloned(),
        };
        // What is wrong with the entries is found before a card is touched.
        let mut draft = Draft::new(maker.day(None), maker.chosen(maker.day(None))?);
        maker.fill(&mut draft, false)?;
        Ok(maker)
    }

    fn day(&self, read: Option<Date>) -> Date {
        self.entries.transaction_on.or(read).unwrap_or_else(|| japan_date(Timestamp::now()))
    }

    /// The profiles that the day falls under.
    fn chosen(&self, day: Date) -> Result<Vec<&Profile>, Problem> {
        let one = |given: &String| -> Result<&Profile, Problem> {
            let law = if given == "auto" { AUTO } else { given };
            match self.profiles.get(law) {
                Some(profile) if profile.covers(day) => Ok(profile),
                Some(profile) => Err(Problem::NoProfile { law: profile.id.clone(), day }),
                None if self.profiles.laws().contains(&law) => {
                    self.profiles.on(law, day).ok_or_else(|| Problem::NoProfile { law: law.to_owned(), day })
                }
                None => Err(Problem::UnknownProfile { given: given.clone() }),
            }
        };
        self.chosen.iter().map(one).collect()
    }

    fn fill(&self, draft: &mut Draft, read: bool) -> Result<(), Problem> {
        let refused = |error: EntryError| self.refused(&error);
        let errors = draft.take(self.entries.clone()).err().unwrap_or_default();
        // Which card it is shows only when it is read: a record must not be missing because a number is left out of it.
        let left_out = |error: &EntryError| read && error.problem == EntryProblem::NoNumber;
        if let Some(error) = errors.into_iter().find(|error| !left_out(error)) {
            return Err(refused(error));
        }
        if let Some(purpose) = &self.purpose {
            draft.keep_photo(Some(purpose)).map_err(refused)?;
        }
        draft.still_to_come(japan_date(Timestamp::now())).into_iter().next().map_or(Ok(()), |error| Err(refused(error)))
    }

    fn refused(&self, error: &EntryError) -> Problem {
        refused(&self.path, error)
    }

    /// A draft without a reading.
    fn draft(&mut self, day: Option<Date>, reading: Option<&Reading<'_>>) -> Result<Draft, Problem> {
        let day = self.day(day);
        let mut draft = Draft::new(day, self.chosen(day)?);
        if let Some(reading) = reading {
            draft = draft.with_reading(reading);
        }
        self.fill(&mut draft, reading.is_some())?;
        Ok(draft)
    }

    /// A draft of a reading.
    pub fn draft_of(&mut self, findings: &Findings, context: &Context, dump: &Dump) -> Result<Draft, Problem> {
        if (self.purpose.is_some() || self.entries.photo_purpose.is_some()) && findings.picture("photo").is_none() {
            return Err(RecordError::PhotoMissing.into());
        }
        let mark = DumpMark::of(dump);
        let reading = Reading { findings, context, dump: Some(&mark) };
        self.draft(Some(japan_date(dump.read_at)), Some(&reading))
    }
}

/// An entry that is refused, with the file that it is in.
pub fn refused(path: &str, error: &EntryError) -> Problem {
    let words = error.problem.words();
    RecordError::Entry { path: path.to_owned(), field: error.field.clone(), words }.into()
}

/// What staff entered in a file.
fn entries(path: &Path) -> Result<Entries, Problem> {
    let text = zeroize::Zeroizing::new(files::read_limited(path, MAX_ENTRIES)?);
    let bad = |line, fault| RecordError::BadEntries { path: path.display().to_string(), line, fault };
    if text.len() > MAX_ENTRIES {
        return Err(bad(1, EntriesFault::Form).into());
    }
    problem::filled(path, &text)?;
    let text = std::str::from_utf8(problem::text(&text)).map_err(|_| bad(1, EntriesFault::Form))?;
    Ok(Entries::parse(text).map_err(|error| bad(error.line, error.fault))?)
}

/// What makes the record of a check, and where it is kept.
pub struct Recorder {
    maker: Maker,
    store: Store,
    any_verdict: bool,
}

/// What `--records` and its options name, opened and found to be writable; `None` without `--records`.
pub fn recorder(matches: &ArgMatches) -> Result<Option<Recorder>, Problem> {
    let Some(store) = database::writable(matches)? else { return Ok(None) };
    Ok(Some(Recorder { maker: Maker::of(matches)?, store, any_verdict: matches.get_flag(name::RECORD_ANY) }))
}

impl Recorder {
    /// Refuses a simulated card, before it is read, if the records are real ones.
    pub fn takes_simulated(&self) -> Result<(), Problem> {
        database::takes_simulated(&self.store)
    }

    /// Makes and saves the record of a check; `None` if the verdict asks for none.
    pub fn record(
        &mut self,
        settings: &Settings,
        findings: &Findings,
        context: &Context,
        dump: &Dump,
    ) -> Result<Option<output::Saved>, Problem> {
        let authentic = findings.overall() == Overall::Authentic;
        if !authentic && !self.any_verdict {
            output::note(ui::NO_RECORD.get(settings.lang));
            return Ok(None);
        }
        let saved = self.maker.draft_of(findings, context, dump).and_then(|draft| {
            let record = draft.finish();
            let appended = database::save(&mut self.store, &record, Timestamp::now())?;
            Ok((record, appended))
        });
        match saved {
            Ok((record, appended)) => {
                super::warn(settings, &appended);
                let text = saved_text(settings.lang, &record, &appended);
                Ok(Some(output::Saved { text, json: saved_json(&record, &appended) }))
            }
            Err(why) if authentic => Err(RecordError::NotSaved { why: Box::new(why) }.into()),
            Err(why) => Err(why),
        }
    }
}

/// What was saved, as JSON (`docs/records.md`).
pub fn saved_json(record: &Record, appended: &Appended) -> Value {
    json!({
        "schema": "taimen.saved/1",
        "id": appended.id.to_string(),
        "seq": appended.seq,
        "head": appended.head.note(),
        "profiles": record.profiles.iter().map(|profile| profile.id.as_str()).collect::<Vec<_>>(),
        "open": record.blanks().collect::<Vec<_>>(),
    })
}

/// What was saved, and what is open.
pub fn saved_text(lang: Lang, record: &Record, appended: &Appended) -> String {
    let open: Vec<&str> = record.blanks().collect();
    let mut text = match lang {
        Lang::Ja => format!("記録を保存しました: No. {} ({})\n", appended.seq, appended.id),
        Lang::En => format!("Record saved: no. {} ({})\n", appended.seq, appended.id),
    };
    let t = Bilingual::new("後から記入が必要な項目", "open fields");
    if !open.is_empty() {
        text += &format!("  {}: {}\n", t.get(lang), open.join(", "));
    }
    text
}

/// A draft for a person to look over.
fn review(draft: &Draft, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Ja => "保存前の確認（保存していません）\n".to_owned(),
        Lang::En => "Review before saving (nothing was saved)\n".to_owned(),
    };
    for line in draft.review(lang).into_iter().filter(|line| line.state != State::NotApplicable) {
        let item = line.item.map(|item| format!("{item}. ")).unwrap_or_default();
        let mark = if line.state == State::Blank { "□" } else { "■" };
        let from = line.origin(lang);
        let source = if from.is_empty() { String::new() } else { format!("  [{}]", visible(&from)) };
        text += &format!("{mark} {item}{} ({}): {}{source}\n", visible(&line.title), line.id, visible(&line.text));
    }
    text
}
