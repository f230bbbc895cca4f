//! `taimen explain CHECK`: what a check proves, what it does not, what to do when it does not pass.

use clap::ArgMatches;

use crate::{
    lang::Bilingual,
    messages::{ExitCode, Problem},
    verify::{CheckId, saved_limit},
};

use super::{Settings, output};

/// Runs the command; without a name it lists every check.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.get_one::<String>("check") {
        None => {
            for id in CheckId::all() {
                output::text(&format!("{:18} {}\n", id.as_str(), id.text().title.get(settings.lang)))?;
            }
        }
        Some(wanted) => {
            let id = wanted.parse().map_err(|_| Problem::UnknownCheck(wanted.clone()))?;
            output::text(&explain(settings, id))?;
        }
    }
    Ok(ExitCode::Authentic)
}

fn explain(settings: &Settings, id: CheckId) -> String {
    let text = id.text();
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    let say = |text: Bilingual| text.get(settings.lang);
    let saved = saved_limit(id).map(|limit| format!("\n  {}", say(limit))).unwrap_or_default();
    format!(
        "{} ({})\n\n{}\n  {}\n\n{}\n  {}{saved}\n\n{}\n  {}\n",
        say(text.title),
        id,
        t("合格が証明すること", "What it proves when it passes"),
        say(text.proves),
        t("証明しないこと", "What it does not prove"),
        say(text.does_not_prove),
        t("合格しないとき", "When it does not pass"),
        say(text.otherwise),
    )
}
