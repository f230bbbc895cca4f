//! `taimen recording scrub IN OUT`: a recording of a real card becomes one of an invented person's card with the same
//! shape.
//!
//! A simulated card of the same kind is issued, with files of the same sizes if they vary, and read by this program
//! while it answers in the recording's shape ([`Shape`](crate::simulator::Shape)). So nothing of the old recording but
//! lengths, status words and times can reach the new one, and the new one plays back.

use std::{
    mem::discriminant,
    path::{Path, PathBuf},
};

use clap::ArgMatches;

use crate::{
    cards::{Credentials, registry},
    destination::Existing,
    dump::Dump,
    kind::CardKind,
    lang::Bilingual,
    messages::{ExitCode, Problem, ScrubRefusal},
    simulator::{Recipe, cards::like, kinds},
    transport::{Recording, TransportError, phone::NAME_PREFIX},
};

use super::{
    super::{
        Settings,
        args::name,
        files, output,
        reader::Link,
        reading::{self, CheckOptions, Played},
        terminal::Terminal,
    },
    MADE_AT,
    check::differs,
};

/// What the new recording says in place of the reader, whose name may hold a serial number.
const READER: &str = "scrubbed";

/// The most persons who are tried, the seed's own first.
const PERSONS: u64 = 32;

/// A name that says whether the card was read over a network, which decides what is read, and nothing else.
fn reader_of(recording: &Recording) -> String {
    let old = recording.header.reader.as_deref().unwrap_or_default();
    if old.starts_with(NAME_PREFIX) { format!("{NAME_PREFIX}{READER}") } else { READER.to_owned() }
}

/// A recording without the person, and the steps whose answers hold zeros.
struct Scrubbed {
    recording: Recording,
    zeroed: Vec<usize>,
    /// Whether the face picture had to be cut.
    cut: bool,
}

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let out = matches.get_one::<PathBuf>(name::OUT).cloned().unwrap_or_default();
    let out = files::private(&out, Existing::Replaced)?;
    let seed = matches.get_one::<u64>(name::SEED).copied().unwrap_or(1);
    let recording = super::read(&path)?;
    let Scrubbed { recording, zeroed, cut } = scrub(settings, &path, &recording, seed)?;
    files::write(&out, recording.to_text().as_bytes())?;
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    output::note(t(
        "すべてのデータを架空の人物の模擬カードのものに置き換えました。残っているのは、命令の順序、長さ、ステータスワード、所要時間です。",
        "taimen replaced every byte of the card by an invented person's. It kept only the order of the commands, lengths, status words and times.",
    ));
    if cut {
        output::note(t(
            "元の券面データが小さいため、顔写真は途中で切れています（署名は合いますが、表示できません）。",
            "The face data was too small for a whole picture, so the new picture is cut. It is signed, but cannot be shown.",
        ));
    }
    if !zeroed.is_empty() {
        let steps: Vec<String> = zeroed.iter().map(usize::to_string).collect();
        let words = t(
            "模擬カードに対応するデータがなく、ゼロで埋めたステップ：",
            "Steps with zeros, because the simulated card has no such data:",
        );
        output::note(&format!("{words} {}", steps.join(", ")));
    }
    Ok(ExitCode::Authentic)
}

fn scrub(settings: &Settings, path: &Path, recording: &Recording, seed: u64) -> Result<Scrubbed, Problem> {
    let refused = |why| Problem::ScrubRefused { path: path.display().to_string(), why };
    if recording.header.jpki.is_some() {
        return Err(refused(ScrubRefusal::Jpki));
    }
    let kind = recording.header.card.as_deref().and_then(|kind| kind.parse::<CardKind>().ok());
    if let Some(kind) = kind.filter(|kind| registry::find(*kind).is_some_and(|(_, spec)| spec.shared)) {
        return Err(refused(ScrubRefusal::Encrypted(kind)));
    }
    let Played { read, rest } = reading::play(recording, &Credentials::default());
    let (dump, ended) = match read {
        Err(problem) if differs(&problem) => return Err(refused(ScrubRefusal::DoesNotPlay)),
        Err(problem) => (None, Some(problem)),
        Ok(dump) => (Some(dump), None),
    };
    rest.map_err(|_| refused(ScrubRefusal::DoesNotPlay))?;
    // How far a file was read depends on whose it is: another person's may have to be taken.
    let persons = if dump.as_ref().is_some_and(|dump| dump.inferences().next().is_some()) { PERSONS } else { 1 };
    let mut first = None;
    for seed in (0..persons).map(|next| seed.wrapping_add(next)) {
        for (recipe, cut) in recipes(recording, dump.as_ref(), seed).map_err(refused)? {
            match attempt(settings, recording, &recipe, ended.as_ref()) {
                Ok((recording, zeroed)) => return Ok(Scrubbed { recording, zeroed, cut }),
                Err(why) => first = first.or(Some(why)),
            }
        }
    }
    Err(refused(first.unwrap_or(ScrubRefusal::DoesNotPlay)))
}

/// The cards that could take the recording's place, the likeliest first, and whether the face picture of one is cut.
fn recipes(recording: &Recording, dump: Option<&Dump>, seed: u64) -> Result<Vec<(Recipe, bool)>, ScrubRefusal> {
    let Some(dump) = dump else {
        // A reading that ended in trouble: the header names the kind, or every kind is tried.
        let named = recording.header.card.as_deref().and_then(|kind| kind.parse::<CardKind>().ok());
        let possible = kinds().filter(|known| named.is_none_or(|kind| kind == known.kind));
        return Ok(possible.map(|known| (Recipe::of(known, seed), false)).collect());
    };
    let fitting = like(dump, seed).map_err(|file| ScrubRefusal::Size { kind: dump.kind, file })?;
    Ok(vec![fitting])
}

/// Reads the card in the recording's shape. A last try is spent only if the recording did.
fn attempt(
    settings: &Settings,
    recording: &Recording,
    recipe: &Recipe,
    ended: Option<&Problem>,
) -> Result<(Recording, Vec<usize>), ScrubRefusal> {
    once(settings, recording, recipe, ended, false)
        .or_else(|first| once(settings, recording, recipe, ended, true).map_err(|_| first))
}

fn once(
    settings: &Settings,
    recording: &Recording,
    recipe: &Recipe,
    ended: Option<&Problem>,
    allow_last_try: bool,
) -> Result<(Recording, Vec<usize>), ScrubRefusal> {
    let no_card = |_| ScrubRefusal::Kind(recipe.kind());
    let card = recipe.card().map_err(no_card)?;
    let mut link = Link::making(card, reader_of(recording), recipe.seed, MADE_AT, false).shaped(recording);
    let plan = CheckOptions::like(recording, &link, allow_last_try).map_err(|_| ScrubRefusal::DoesNotPlay)?;
    let (made, read) = reading::record(&mut link, plan, recipe.kind(), &Terminal::nobody(settings));
    let end = recording.steps.len();
    let same_end = match (&read, ended) {
        (Ok(_), None) => true,
        (Err(now), Some(then)) => discriminant(now) == discriminant(then),
        _ => false,
    };
    let step = match read {
        Err(Problem::Transport(TransportError::Mismatch { step, .. })) => step,
        _ => end,
    };
    let shape = link.take_shape().ok_or(ScrubRefusal::Step(end))?;
    let zeroed = shape.finish().map_err(|unfit| ScrubRefusal::Step(unfit.step.min(step)))?;
    let mut made = made.ok_or(ScrubRefusal::Step(end))?;
    if !same_end || made.steps.len() != end {
        return Err(ScrubRefusal::Step(step));
    }
    for (new, old) in made.steps.iter_mut().zip(&recording.steps) {
        new.elapsed = old.elapsed;
    }
    let Played { read, rest } = reading::play(&made, &Credentials::default());
    if rest.is_err() || read.is_err_and(|problem| differs(&problem)) {
        return Err(ScrubRefusal::Step(end));
    }
    Ok((made, zeroed))
}
