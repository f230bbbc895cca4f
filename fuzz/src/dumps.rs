//! Genuine readings with some bytes changed, through checks and all reports.

use std::{
    collections::BTreeSet,
    sync::{Mutex, OnceLock},
    time::Duration,
};

use taimen::{
    cards::{self, Findings},
    dump::{ChallengeResponse, Dump, NotRead},
    lang::Lang,
    report::{Colour, Context, Options, Report, Source},
    trust::{Hierarchy, TrustStore},
    verify::{Basis, CheckId, Overall, Verdict},
};

use super::{input::Input, seeds::honest};

/// The longest report of a card, in bytes: pictures in base64 and all.
const LONGEST_REPORT: usize = 4 * 1024 * 1024;

/// In seconds.
const DAY: u64 = 86_400;

/// The shipped anchors alone: no simulated card may be authentic.
pub fn strict() -> &'static TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    STORE.get_or_init(|| TrustStore::shipped().expect("the shipped anchors are good"))
}

/// The same with the simulated hierarchy, by name.
pub fn accepting() -> &'static TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    STORE.get_or_init(|| TrustStore::shipped().expect("the shipped anchors are good").accepting(Hierarchy::Simulated))
}

/// Every signed text of a reading whose check passed.
fn signed(findings: &Findings) -> Vec<String> {
    let passed = |check: Option<CheckId>| check.is_some_and(|id| findings.verdict(id) == Some(Verdict::Passed));
    let holder = &findings.holder;
    let mut values = Vec::new();
    values
        .extend(holder.name.as_ref().filter(|one| passed(one.signed_by)).map(|one| format!("name {}", one.value.text)));
    values.extend(
        holder.address.as_ref().filter(|one| passed(one.signed_by)).map(|one| format!("address {}", one.value.text)),
    );
    values.extend(
        holder.birth_date.as_ref().filter(|one| passed(one.signed_by)).map(|one| format!("birth {}", one.value)),
    );
    values.extend(
        holder.sex.as_ref().filter(|one| passed(one.signed_by)).map(|one| format!("sex {}", one.value.as_str())),
    );
    values
}

/// What honest cards say, now, a century ago and a century on: a zone signs two digits of the year of birth, and the clock says
/// which century.
fn genuine() -> &'static BTreeSet<String> {
    static VALUES: OnceLock<BTreeSet<String>> = OnceLock::new();
    VALUES.get_or_init(|| {
        let century = Duration::from_secs(100 * 365 * DAY);
        let at = |dump: &Dump| {
            let times = [dump.read_at - century, dump.read_at, dump.read_at + century];
            times.into_iter().filter_map(|time| cards::check(dump, accepting(), Basis::Live(time))).collect::<Vec<_>>()
        };
        honest().iter().flat_map(at).flat_map(|findings| signed(&findings)).collect()
    })
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let all = honest();
    let mut dump = all[input.below(all.len())].clone();
    // Pages take long: every honest card is shown on them once, and then few inputs are, and those that come of these are others.
    static SHOWN: Mutex<BTreeSet<u8>> = Mutex::new(BTreeSet::new());
    let first = matches!(data, [kind] if SHOWN.lock().is_ok_and(|mut shown| shown.insert(*kind)));
    let sum = data.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    let pages = first || sum % 256 == 1;
    while !input.is_empty() {
        mutate(&mut dump, &mut input, all);
    }
    show(&dump, pages);
}

fn file(dump: &mut Dump, which: usize) -> Option<(String, &mut Vec<u8>)> {
    dump.files_mut().nth(which).map(|(name, bytes)| (name.to_owned(), bytes))
}

fn mutate(dump: &mut Dump, input: &mut Input<'_>, all: &[Dump]) {
    let what = input.byte() % 11;
    let count = dump.files_mut().count();
    let which = input.below(count);
    match what {
        0..=2 => {
            if let Some((_, bytes)) = file(dump, which) {
                let at = input.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = input.byte();
                }
            }
        }
        3 => {
            if let Some((_, bytes)) = file(dump, which) {
                bytes.truncate(input.below(bytes.len() + 1));
            }
        }
        4 => {
            if let Some((_, bytes)) = file(dump, which) {
                let length = input.below(16);
                bytes.extend_from_slice(input.bytes(length));
            }
        }
        5 => {
            // A piece of the same file of another card.
            let other = &all[input.below(all.len())];
            if let Some((name, bytes)) = file(dump, which) {
                let source = other.file(&name).unwrap_or_default();
                let at = input.below(bytes.len().min(source.len()));
                let length = input.below(64);
                for (byte, new) in bytes.iter_mut().zip(source).skip(at).take(length) {
                    *byte = *new;
                }
            }
        }
        6 => {
            let other = &all[input.below(all.len())];
            if let Some((name, bytes)) = file(dump, which)
                && let Some(source) = other.file(&name)
            {
                *bytes = source.to_vec();
            }
        }
        7 => {
            if let Some((name, _)) = file(dump, which) {
                dump.lacks(&name, NotRead::Status { status: format!("{:04X}", input.word()) });
            }
        }
        8 => {
            for (_, challenge) in dump.challenges_mut() {
                match &mut challenge.answer {
                    ChallengeResponse::Signature(bytes) => {
                        let at = input.below(bytes.0.len());
                        if let Some(byte) = bytes.0.get_mut(at) {
                            *byte = input.byte();
                        }
                    }
                    ChallengeResponse::Refused(_) => {}
                }
            }
        }
        _ => {
            let days = Duration::from_secs(DAY * u64::try_from(input.word()).unwrap_or(0));
            let moved = if what == 9 { dump.read_at.checked_add(days) } else { dump.read_at.checked_sub(days) };
            if let Ok(moved) = moved {
                dump.read_at = moved;
            }
        }
    }
}

/// Judges a dump and shows it on every page; what must hold holds.
pub fn show(dump: &Dump, pages: bool) -> Option<Overall> {
    let basis = Basis::Live(dump.read_at);
    let findings = cards::check(dump, accepting(), basis)?;
    for value in signed(&findings) {
        assert!(genuine().contains(&value), "a signature is said to cover {value}, which no card holds");
    }
    if pages {
        let strict = cards::check(dump, strict(), basis)?;
        assert_ne!(strict.overall(), Overall::Authentic, "nobody accepted the simulated hierarchy");
        for lang in [Lang::Ja, Lang::En] {
            for (findings, context) in [
                (&findings, Context::of(dump, Source::Live).accepting(Hierarchy::Simulated)),
                (&strict, Context::of(dump, Source::Dump)),
            ] {
                let options = Options { lang, sex: true, domicile: true, ..Options::default() };
                let report = Report { findings, context: &context, options };
                for page in [report.text(Colour::Plain), report.json(), report.html()] {
                    assert!(!page.is_empty() && page.len() <= LONGEST_REPORT);
                    assert!(!page.contains(['\u{202E}', '\u{200F}', '\u{1B}']), "a page hides something");
                }
            }
        }
    }
    Some(findings.overall())
}

pub fn seeds() -> Vec<Vec<u8>> {
    let each = |kind: u8| (0..10_u8).map(move |what| vec![kind, what, kind, 0, 40, 1, 2, 3]);
    let whole = (0..u8::try_from(honest().len()).unwrap_or(u8::MAX)).map(|kind| vec![kind]);
    (0..u8::try_from(honest().len()).unwrap_or(u8::MAX)).flat_map(each).chain(whole).collect()
}
