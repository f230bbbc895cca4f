//! `taimen trust check`: an audit of the anchors and of the folders that a user's own ones lie in.

use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem, audit as words},
    report::visible,
    trust::{self, Anchor, Concern, Finding, Folder, Hierarchy, Pin, Purpose, TrustStore},
};

use super::{Settings, args::name, output, trust as folders};

/// The schema name of `trust check --json`.
const SCHEMA: &str = "taimen.trust-check/1";

/// Something that was found: an error makes a folder unusable, a note does not.
struct Line {
    error: bool,
    concern: &'static str,
    about: Vec<About>,
    text: [String; 2],
    further: Value,
}

/// What a line is about: an anchor with its fingerprint, or a path.
struct About {
    name: String,
    sha256: Option<String>,
    hierarchy: Option<Hierarchy>,
}

/// Runs the command. Exit code 0 if every folder can be used, whatever there is to note; 2 if one cannot.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let at = folders::time(matches);
    let store = TrustStore::shipped()?;
    let mut anchors = store.anchors().to_vec();
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (path, found) in folders::folders(matches) {
        let path = path.display().to_string();
        match found {
            Ok(folder) => {
                lines.extend(notes_of(&folder, &path, settings.lang));
                for entry in folder.entries {
                    match entry.anchor {
                        Ok(anchor) => anchors.push(anchor),
                        Err(error) => problems.push((path.clone(), Problem::TrustFolder(error))),
                    }
                }
            }
            Err(error) => problems.push((path, Problem::TrustFolder(error))),
        }
    }
    lines.extend(trust::audit(&anchors, at).iter().map(|finding| note(finding, settings.lang)));
    lines.extend(Purpose::all().filter_map(|purpose| missing(&anchors, purpose, at, settings.lang)));
    let errors = problems.iter().map(|(path, problem)| error(path, problem, settings.lang));
    let lines: Vec<Line> = errors.chain(lines).collect();

    if matches.get_flag(name::JSON) {
        let findings: Vec<Value> = lines.iter().map(json_of).collect();
        let usable = problems.is_empty();
        output::line(
            &json!({"schema": SCHEMA, "at": at.to_string(), "usable": usable, "anchors": anchors.len(), "findings": findings}),
        )?;
    } else {
        output::text(&text(settings.lang, anchors.len(), &lines))?;
    }
    match problems.into_iter().next() {
        // The object has it among its findings.
        Some((_, problem)) if matches.get_flag(name::JSON) => {
            output::complaint(settings, &problem);
            Ok(problem.exit())
        }
        Some((_, problem)) => Err(problem),
        None => Ok(ExitCode::Authentic),
    }
}

fn notes_of(folder: &Folder, path: &str, lang: Lang) -> Vec<Line> {
    let note = |concern, name: String, text: [&str; 2]| Line {
        error: false,
        concern,
        about: vec![About { name, sha256: None, hierarchy: None }],
        text: text.map(str::to_owned),
        further: json!({}),
    };
    let strays = folder.strays.iter().map(|file| {
        note("stray-file", folder.path.join(file).display().to_string(), words::STRAY.map(|half| half.get(lang)))
    });
    let group = folder
        .group_writable
        .then(|| note("group-writable", path.to_owned(), words::GROUP_WRITABLE.map(|half| half.get(lang))));
    strays.chain(group).collect()
}

fn note(finding: &Finding<'_>, lang: Lang) -> Line {
    let further = match &finding.concern {
        Concern::Expired { days } | Concern::ExpiresSoon { days } => json!({"days": days}),
        Concern::WeakKey { key } => json!({"key": key}),
        Concern::NameInTwoHierarchies { hierarchies } => {
            json!({"hierarchies": hierarchies.iter().map(|hierarchy| hierarchy.as_str()).collect::<Vec<_>>()})
        }
        Concern::NotYetValid
        | Concern::WeakHash
        | Concern::UnknownCurve
        | Concern::BrokenLink
        | Concern::NotPublished
        | Concern::Duplicate
        | Concern::SameKey
        | Concern::Overlap => json!({}),
    };
    Line {
        error: false,
        concern: finding.concern.id(),
        about: finding.anchors.iter().map(|anchor| about(anchor)).collect(),
        text: words::concern(&finding.concern, &finding.anchors, lang),
        further,
    }
}

/// What an issuer publishes for a purpose and nobody added.
fn missing(anchors: &[Anchor], purpose: Purpose, at: Timestamp, lang: Lang) -> Option<Line> {
    let pins = trust::not_installed(anchors, purpose, at);
    let about = |pin: &&Pin| About {
        name: format!("{} ({})", pin.name, pin.files.join(" / ")),
        sha256: Some(pin.sha256.to_owned()),
        hierarchy: Some(pin.hierarchy),
    };
    (!pins.is_empty()).then(|| Line {
        error: false,
        concern: "not-installed",
        about: pins.iter().map(about).collect(),
        text: words::not_installed(purpose, lang),
        further: json!({"purpose": purpose.as_str()}),
    })
}

fn about(anchor: &Anchor) -> About {
    About { name: anchor.name.clone(), sha256: Some(anchor.material.sha256()), hierarchy: Some(anchor.hierarchy) }
}

fn error(path: &str, problem: &Problem, lang: Lang) -> Line {
    let message = problem.message(lang);
    Line {
        error: true,
        concern: message.id,
        about: vec![About { name: path.to_owned(), sha256: None, hierarchy: None }],
        text: [message.what, message.todo],
        further: json!({}),
    }
}

fn json_of(line: &Line) -> Value {
    let about = |about: &About| match &about.sha256 {
        Some(sha256) => {
            let hierarchy = about.hierarchy.map(Hierarchy::as_str);
            json!({"name": about.name, "sha256": sha256, "hierarchy": hierarchy})
        }
        None => json!({"path": about.name}),
    };
    let [what, todo] = &line.text;
    let mut value = json!({
        "level": if line.error { "error" } else { "note" },
        "concern": line.concern,
        "about": line.about.iter().map(about).collect::<Vec<_>>(),
        "what": what,
        "todo": todo,
    });
    if let (Some(value), Some(further)) = (value.as_object_mut(), line.further.as_object()) {
        value.extend(further.clone());
    }
    value
}

fn text(lang: Lang, anchors: usize, lines: &[Line]) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let mut text = String::new();
    for line in lines {
        let level = if line.error { t("エラー", "error") } else { t("注意", "note") };
        let [what, todo] = &line.text;
        text.push_str(&format!("{level} [{}]: {}\n", line.concern, visible(what)));
        for about in &line.about {
            let further = match (&about.sha256, about.hierarchy) {
                (Some(sha256), Some(hierarchy)) => {
                    format!(" ({}, SHA-256 {})", hierarchy.as_str(), sha256.get(..16).unwrap_or(sha256))
                }
                _ => String::new(),
            };
            text.push_str(&format!("    - {}{further}\n", visible(&about.name)));
        }
        text.push_str(&format!("    {}\n", visible(todo)));
    }
    let errors = lines.iter().filter(|line| line.error).count();
    let notes = lines.len().saturating_sub(errors);
    text.push_str(&match lang {
        Lang::Ja => format!("鍵と証明書：{anchors}件　エラー：{errors}件　注意：{notes}件\n"),
        Lang::En => format!("anchors: {anchors}, errors: {errors}, notes: {notes}\n"),
    });
    text
}
