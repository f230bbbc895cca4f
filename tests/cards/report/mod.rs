//! Every form of the report, made from the recordings of simulated cards.

mod headlines;
mod page;
mod schema;
mod text;

use std::{fs, path::Path, sync::OnceLock};

use taimen::{
    cards::{self, Findings},
    lang::Lang,
    report::{Context, Options, Report, Source},
    transport::Recording,
    trust::{Hierarchy, TrustStore},
    verify::{AnchorRef, Basis, Check, Evidence, Fact},
};

const TIME: &str = "2026-11-22T03:00:00Z";

pub(super) const JA: Options = Options { lang: Lang::Ja, sex: false, age: false, domicile: false };
pub(super) const EN: Options = Options { lang: Lang::En, sex: false, age: false, domicile: false };

/// A card that was read and checked.
#[derive(Clone)]
pub(super) struct Sample {
    pub(super) findings: Findings,
    pub(super) context: Context,
}

impl Sample {
    /// A recording by its path below `apdu-fixtures`, without its ending; the simulated hierarchy accepted.
    pub(super) fn of(name: &str) -> Self {
        let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
        let mut sample = Self::checked(name, &trust);
        sample.context.accepted.push(Hierarchy::Simulated);
        sample
    }

    /// The same as anybody sees it.
    pub(super) fn unaccepted(name: &str) -> Self {
        Self::checked(name, &TrustStore::shipped().unwrap())
    }

    pub(super) fn checked(name: &str, trust: &TrustStore) -> Self {
        Self::try_of(name, trust).unwrap_or_else(|| panic!("{name} is not read to its end"))
    }

    fn try_of(name: &str, trust: &TrustStore) -> Option<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("apdu-fixtures/{name}.apdu"));
        let file = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let recording = Recording::parse(&file).unwrap();
        let dump = cards::read_recording(&recording).ok()?;
        let findings = cards::check(&dump, trust, Basis::Live(TIME.parse().unwrap()))?;
        Some(Self { findings, context: Context::of(&dump, Source::Live) })
    }

    /// Every recording that is read to its end, simulated cards accepted.
    pub(super) fn all() -> &'static [(String, Self)] {
        static ALL: OnceLock<Vec<(String, Sample)>> = OnceLock::new();
        ALL.get_or_init(|| {
            let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("apdu-fixtures");
            let mut names: Vec<String> = fs::read_dir(&folder)
                .unwrap()
                .filter_map(|entry| fs::read_dir(entry.unwrap().path()).ok())
                .flatten()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "apdu"))
                .map(|path| path.strip_prefix(&folder).unwrap().with_extension("").to_string_lossy().replace('\\', "/"))
                .collect();
            names.sort();
            names.into_iter().filter_map(|name| Some((name.clone(), Self::try_of(&name, &trust)?))).collect()
        })
    }

    /// As if an issuer of this hierarchy had issued it, read on a real reader.
    pub(super) fn issued_by(mut self, hierarchy: Hierarchy) -> Self {
        self.findings.hierarchy = Some(hierarchy);
        "ACS ACR122U 00 00".clone_into(&mut self.context.reader);
        self.context.accepted.clear();
        for check in &mut self.findings.checks {
            if let Some(anchor) = check.evidence.anchor() {
                let anchor = AnchorRef { hierarchy, ..anchor.clone() };
                check.evidence = Evidence::new().fact(Fact::Anchor(anchor));
            }
        }
        self
    }

    /// The same with other outcomes of some checks.
    pub(super) fn with(mut self, changed: &[Check]) -> Self {
        for check in &mut self.findings.checks {
            if let Some(other) = changed.iter().find(|other| other.id == check.id) {
                *check = other.clone();
            }
        }
        self
    }

    pub(super) fn report(&self, options: Options) -> Report<'_> {
        Report { findings: &self.findings, context: &self.context, options }
    }
}

/// An anchor that a user installed.
pub(super) fn installed(official: bool) -> Evidence {
    let (name, source) = ("CN=x".to_owned(), "added".to_owned());
    let anchor =
        AnchorRef { name, hierarchy: Hierarchy::Installed, sha256: String::new(), source, official, unpinned: false };
    Evidence::new().fact(Fact::Anchor(anchor))
}

pub(super) fn json(report: &Report<'_>) -> serde_json::Value {
    serde_json::from_str(&report.json()).unwrap()
}

/// Whether a text says this, wherever its lines are broken.
pub(super) fn says(text: &str, words: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    bare(text).contains(&bare(words))
}

/// Text from a card that tries to leave its place.
pub(super) const HOSTILE: &str = "山田\u{1B}[2J\u{202E}</td><script>alert(1)</script>\"\n○ 真正\u{9B}1m\u{7}&amp;";
