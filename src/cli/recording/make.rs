//! `taimen recording make CARD`: what `check` and a simulated card say to each other, the same bytes every time.

use std::sync::Arc;

use clap::ArgMatches;

use crate::{
    lang::Bilingual,
    messages::{ExitCode, Problem},
    simulator::Recipe,
    trust::TrustStore,
};

use super::{
    super::{
        Settings,
        args::name,
        files, output, problem,
        reader::Link,
        reading::{self, CheckOptions},
        terminal::Terminal,
    },
    MADE_AT,
};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let out = files::destination(matches, name::OUT)?;
    let address = address(matches);
    let recipe: Recipe = address.parse().map_err(|error| problem::recipe(&address, &error))?;
    let times = matches.get_flag(name::TIMES);
    let mut link = Link::making(recipe.card()?, format!("sim:{address}"), recipe.seed, MADE_AT, times);
    let terminal = Terminal::nobody(settings);
    let plan = CheckOptions::new(&mut link, matches, None, &Arc::new(TrustStore::shipped()?), &terminal)?;
    let (recording, read) = reading::record(&mut link, plan, recipe.kind(), &terminal);
    if link.is_withdrawn() {
        return Err(Problem::NotRecordable);
    }
    let recording = recording.ok_or(Problem::Internal { place: "recording" })?;
    let ended = match read {
        // A recording shows only what a check of this card can be asked for.
        Err(problem @ (Problem::OtherCardsOption { .. } | Problem::NoSuchApplication(_))) => return Err(problem),
        Err(problem) => Some(problem),
        Ok(_) => None,
    };
    match out {
        Some(out) => files::write(&out, recording.to_text().as_bytes())?,
        None => output::text(&recording.to_text())?,
    }
    if let Some(problem) = ended {
        let ended = Bilingual::new("記録した読み取りの結末：", "The recorded reading ended:").get(settings.lang);
        output::note(&format!("{ended} {}", problem.message(settings.lang).what));
    }
    Ok(ExitCode::Authentic)
}

/// The card as an address, with the faults and the seed of the options.
fn address(matches: &ArgMatches) -> String {
    let card = matches.get_one::<String>(name::CARD).map_or("", String::as_str);
    let mut address = card.strip_prefix("sim:").unwrap_or(card).to_owned();
    let faults: Vec<&str> = matches.get_many::<String>(name::FAULT).into_iter().flatten().map(String::as_str).collect();
    let mut add = |option: String| {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(&option);
    };
    if !faults.is_empty() {
        add(format!("fault={}", faults.join(",")));
    }
    if let Some(seed) = matches.get_one::<u64>(name::SEED) {
        add(format!("seed={seed}"));
    }
    address
}
