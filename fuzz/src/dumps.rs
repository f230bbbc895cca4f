//! Genuine readings with some bytes changed, through checks and all reports.

use std::{
    collections::BTreeSet,
    sync::{Mutex, OnceLock},
    time::Duration,
};

use taimen::{
    cards::{self, Findings, Item, ItemValue, Picture, registry},
    crypto::Hash,
    dump::{ChallengeResponse, Dump, NotRead, Scope},
    lang::Lang,
    report::{Colour, Context, Options, Report, Source},
    simulator,
    trust::{Hierarchy, TrustStore},
    verify::{Basis, CheckId, Overall, Verdict},
};
use unicode_general_category::{GeneralCategory, get_general_category};

use super::{
    input::Input,
    seeds::{HOLDERS, honest, others, read},
};

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

/// Every value and picture of a reading that a signature covers whose check passed, with that check.
fn signed(findings: &Findings) -> Vec<(CheckId, String)> {
    let passed = |id: &CheckId| findings.verdict(*id) == Some(Verdict::Passed);
    let holder = &findings.holder;
    let details = [
        holder.name.as_ref().map(|one| (one.signed_by, format!("name {}", one.value.text))),
        holder.address.as_ref().map(|one| (one.signed_by, format!("address {}", one.value.text))),
        holder.birth_date.as_ref().map(|one| (one.signed_by, format!("birth {}", one.value))),
        holder.sex.as_ref().map(|one| (one.signed_by, format!("sex {}", one.value.as_str()))),
    ];
    let item = |item: &Item| {
        // What is said of a code may be half of the value: whether an age is reached.
        let remark = if let ItemValue::Code { remark, .. } = &item.value { remark.get(Lang::En) } else { "" };
        (item.signed_by, format!("item {} {} {remark}", item.id, item.value.plain(Lang::En)))
    };
    let picture = |picture: &Picture| {
        (picture.signed_by, format!("picture {} {:02x?}", picture.id, Hash::Sha256.of(&[&picture.bytes])))
    };
    let all = details.into_iter().flatten();
    let all = all.chain(findings.items.iter().map(item)).chain(findings.pictures.iter().map(picture));
    all.filter_map(|(signed_by, value)| Some((signed_by.filter(passed)?, value))).collect()
}

/// What each honest card says in any scope, now, a century ago and a century on: a zone signs two digits of the year of birth, and
/// the clock says which century.
fn genuine() -> &'static [BTreeSet<String>] {
    static CARDS: OnceLock<Vec<BTreeSet<String>>> = OnceLock::new();
    CARDS.get_or_init(|| {
        let century = Duration::from_secs(100 * 365 * DAY);
        let card = |(which, holder)| {
            let scopes = [Scope::FULL, Scope::AGE, Scope::WITHOUT_PIN];
            let whole: Vec<Dump> = scopes.into_iter().filter_map(|scope| read(which, holder, scope)).collect();
            let parts: Vec<Dump> = whole.iter().flat_map(without_a_part).collect();
            let at = |clock: usize| {
                let time = |dump: &Dump| [dump.read_at, dump.read_at - century, dump.read_at + century][clock];
                let check = |dump| cards::check(dump, accepting(), Basis::Live(time(dump)));
                let values = |findings: Findings| signed(&findings).into_iter().map(|(_, value)| value);
                // Half a name is an item of its own, and never the name.
                let items = parts.iter().filter_map(check).flat_map(values).filter(|value| value.starts_with("item "));
                whole.iter().filter_map(check).flat_map(values).chain(items).collect::<BTreeSet<_>>()
            };
            [0, 1, 2].map(at)
        };
        let kinds = 0..simulator::kinds().count();
        kinds.flat_map(|which| HOLDERS.map(|holder| (which, holder))).flat_map(card).collect()
    })
}

/// Of a reading whose holder decides what to share, those in which one part is not shared.
fn without_a_part(dump: &Dump) -> Vec<Dump> {
    let is_shared = registry::specs().any(|spec| spec.kind == dump.kind && spec.shared);
    let mut parts = dump.clone();
    let less = |(name, _): (&str, &mut Vec<u8>)| {
        let mut less = dump.clone();
        less.lacks(name, NotRead::NotOnCard);
        less
    };
    parts.files_mut().filter(|_| is_shared).map(less).collect()
}

fn is_of_one_card<'a>(signed: impl Iterator<Item = &'a String> + Clone) -> bool {
    genuine().iter().any(|card| signed.clone().all(|value| card.contains(value)))
}

/// No check passes for what two cards signed. Applications are signed each by itself: that they are of one card is what makes a
/// reading authentic. Certificates of the JPKI only inform, and are left out of that.
fn judge_signed(findings: &Findings) {
    let signed = signed(findings);
    for check in &findings.checks {
        let of = signed.iter().filter(|(id, _)| *id == check.id).map(|(_, value)| value);
        assert!(is_of_one_card(of), "no honest card signed all of {signed:?}");
    }
    let informs = |id: CheckId| matches!(id, CheckId::JpkiAuthChain | CheckId::JpkiSignChain);
    let document = signed.iter().filter(|(id, _)| !informs(*id)).map(|(_, value)| value);
    let is_authentic = findings.overall() == Overall::Authentic;
    assert!(!is_authentic || is_of_one_card(document), "a mixture is authentic: {signed:?}");
}

/// Whether an input is one of the few whose reading is shown on every page, which takes long.
pub fn is_shown(data: &[u8]) -> bool {
    data.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte))) % 256 == 1
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let mut dump = honest()[input.below(honest().len())].clone();
    // Pages take long: every honest card is shown on them once, and then few inputs are, and those that come of these are others.
    static SHOWN: Mutex<BTreeSet<u8>> = Mutex::new(BTreeSet::new());
    let first = matches!(data, [kind] if SHOWN.lock().is_ok_and(|mut shown| shown.insert(*kind)));
    let pages = first || is_shown(data);
    while !input.is_empty() {
        mutate(&mut dump, &mut input);
    }
    show(&dump, pages);
}

fn file(dump: &mut Dump, which: usize) -> Option<(String, &mut Vec<u8>)> {
    dump.files_mut().nth(which).map(|(name, bytes)| (name.to_owned(), bytes))
}

/// A reading of either holder's card.
fn another(input: &mut Input<'_>) -> &'static Dump {
    let all = [honest(), others()];
    let at = input.below(honest().len() + others().len());
    &all[at / honest().len()][at % honest().len()]
}

fn mutate(dump: &mut Dump, input: &mut Input<'_>) {
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
            let other = another(input);
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
            let other = another(input);
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

/// Whether a page holds what a terminal, a browser or an eye obeys instead of seeing it.
fn hides(page: &str) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    let obeyed = |c| matches!(get_general_category(c), Control | Format | LineSeparator | ParagraphSeparator);
    page.chars().any(|c| c != '\n' && obeyed(c))
}

/// Judges a dump, and shows it on every page if `pages`; what must hold holds.
pub fn show(dump: &Dump, pages: bool) -> Option<Overall> {
    let basis = Basis::Live(dump.read_at);
    let findings = cards::check(dump, accepting(), basis)?;
    judge_signed(&findings);
    if pages || findings.overall() == Overall::Authentic {
        let strict = cards::check(dump, strict(), basis)?;
        assert_ne!(strict.overall(), Overall::Authentic, "nobody accepted the simulated hierarchy");
        if pages {
            show_pages(dump, &findings, &strict);
        }
    }
    Some(findings.overall())
}

fn show_pages(dump: &Dump, accepting: &Findings, strict: &Findings) {
    for lang in [Lang::Ja, Lang::En] {
        for (findings, context) in [
            (accepting, Context::of(dump, Source::Live).accepting(Hierarchy::Simulated)),
            (strict, Context::of(dump, Source::Dump)),
        ] {
            let options = Options { lang, sex: true, domicile: true, ..Options::default() };
            let report = Report { findings, context: &context, options };
            for page in [report.text(Colour::Plain), report.json(), report.html()] {
                assert!(!page.is_empty() && page.len() <= LONGEST_REPORT);
                assert!(!hides(&page), "a page hides something");
            }
        }
    }
}

/// Every kind by its place with some changes, with each file of the other holder's card of the kind, and as it is.
pub fn seeds() -> Vec<Vec<u8>> {
    let byte = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    let each = |(kind, dump): (usize, &Dump)| {
        let changed = (0..10_u8).map(move |what| vec![byte(kind), what, byte(kind), 0, 40, 1, 2, 3]);
        let count = dump.clone().files_mut().count();
        let theirs = (0..count).map(move |file| vec![byte(kind), 6, byte(file), byte(honest().len() + kind)]);
        changed.chain(theirs).chain([vec![byte(kind)]])
    };
    honest().iter().enumerate().flat_map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_cards_signed_is_not_what_one_signed() {
        let known: Vec<_> = genuine().iter().filter(|signed| !signed.is_empty()).collect();
        assert!(known.len() > simulator::kinds().count());
        let of = |what: &str| known.iter().filter(|signed| signed.iter().any(|one| one.starts_with(what))).count();
        for what in ["name ", "address ", "birth ", "sex ", "item expiry ", "item jpki", "picture photo "] {
            assert!(of(what) > 0, "no honest card signs {what}");
        }
        for one in &known {
            assert!(is_of_one_card(one.iter()));
            // One value of a card that this one is not.
            let other = known.iter().flat_map(|other| other.difference(one)).next().unwrap();
            let mixed = one.iter().chain([other]);
            let owner = genuine().iter().any(|owner| one.is_subset(owner) && owner.contains(other));
            assert_eq!(is_of_one_card(mixed), owner, "{other}");
        }
    }

    #[test]
    fn a_page_hides_what_is_obeyed_and_not_what_is_seen() {
        for c in
            "\u{0}\r\t\u{1B}\u{7F}\u{85}\u{AD}\u{200B}\u{200F}\u{2028}\u{2029}\u{202E}\u{2066}\u{FEFF}\u{E0041}".chars()
        {
            assert!(hides(&format!("a{c}b")), "{c:?}");
        }
        assert!(!hides("葛\u{E0100}飾区\n〓 é"));
    }
}
