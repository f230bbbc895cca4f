//! Genuine inputs: simulated cards, the recordings and certificates of the repository.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use taimen::{
    cards::{self, Credentials, Request},
    dump::{Dump, Scope},
    iso7816::PinGate,
    kind::CardKind,
    simulator::{self, Recipe, SeededNonces, SimulatedCard},
};

/// The time of every reading.
pub const TIME: &str = "2026-11-22T03:00:00Z";

/// The seeds of two holders.
pub const HOLDERS: [u64; 2] = [7, 8];

/// A simulated card by the place of its kind, none behind the last.
pub fn one(which: usize) -> Option<SimulatedCard> {
    of(which, HOLDERS[0])
}

/// The card of one holder. Each is issued once: that takes signatures.
fn of(which: usize, holder: u64) -> Option<SimulatedCard> {
    thread_local! {
        static ISSUED: RefCell<BTreeMap<(usize, u64), SimulatedCard>> = const { RefCell::new(BTreeMap::new()) };
    }
    let kind = simulator::kinds().nth(which)?;
    let issue = || Recipe::of(kind, holder).card().expect("it is issued");
    ISSUED.with_borrow_mut(|issued| Some(issued.entry((which, holder)).or_insert_with(issue).again()))
}

/// Whether this scope of a kind has an extra application.
pub fn has_extra(kind: CardKind, scope: Scope) -> bool {
    let mut specs = cards::registry::specs().filter(|spec| spec.kind == kind);
    specs.any(|spec| spec.extra.is_some_and(|extra| extra.scope == scope))
}

/// What an honest card gives in a scope, with its extra application if it has one there; `None` for a scope that it has not.
pub fn read(which: usize, holder: u64, scope: Scope) -> Option<Dump> {
    let mut card = of(which, holder)?;
    let kind = card.kind()?;
    let request = Request::new("fuzz", TIME.parse().expect("a time")).scope(scope).extra(has_extra(kind, scope));
    let request = if cards::registry::is_guest(kind) { request.application(kind) } else { request };
    let (entered, mut gate) = (Credentials::from(&card), PinGate::new(false));
    let mut nonces = SeededNonces::new(7);
    cards::read(&mut card, &request, entered, &mut gate, &mut nonces, &mut |_| {}).ok()
}

/// What an honest card of every kind gave.
pub fn honest() -> &'static [Dump] {
    static READ: OnceLock<Vec<Dump>> = OnceLock::new();
    READ.get_or_init(|| whole(HOLDERS[0]))
}

/// What the other holder's card of every kind gave.
pub fn others() -> &'static [Dump] {
    static READ: OnceLock<Vec<Dump>> = OnceLock::new();
    READ.get_or_init(|| whole(HOLDERS[1]))
}

fn whole(holder: u64) -> Vec<Dump> {
    (0..simulator::kinds().count()).filter_map(|which| read(which, holder, Scope::FULL)).collect()
}

/// The repository, whichever package this is built for.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if here.join("apdu-fixtures").is_dir() { here.to_owned() } else { here.join("..") }
}

/// The files below a folder of the repository with this ending.
fn paths(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    found
}

/// What every `step`th of these files holds.
fn below(folder: &str, ending: &str, step: usize) -> Vec<Vec<u8>> {
    paths(folder, ending).iter().step_by(step).filter_map(|path| fs::read(path).ok()).collect()
}

pub fn recordings() -> Vec<Vec<u8>> {
    below("apdu-fixtures", ".apdu", 12)
}

pub fn expectations() -> Vec<Vec<u8>> {
    below("apdu-fixtures", ".expect.json", 20)
}

pub fn dumps() -> Vec<Vec<u8>> {
    honest().iter().map(|dump| dump.to_json().into_bytes()).collect()
}

pub fn certificates() -> Vec<Vec<u8>> {
    [below("certs", ".der", 1), below("certs", ".cer", 1), below("tests/certificates", ".der", 1)].concat()
}

/// The files of the anchors that ship, and certificates that taimen does not know.
pub fn anchors() -> Vec<(String, Vec<u8>)> {
    let ship = [".json", ".der", ".cer"].into_iter().flat_map(|ending| paths("certs", ending));
    let read = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), fs::read(path).ok()?));
    ship.chain(paths("tests/certificates", ".der")).filter_map(read).collect()
}

pub fn manifests() -> Vec<Vec<u8>> {
    below("certs", "anchors.toml", 1)
}

/// What `trust add` takes: certificates, a key, and zips with one certificate.
pub fn handed_in() -> Vec<Vec<u8>> {
    let zips = certificates().into_iter().step_by(5).map(|content| zip(b"ca/one.cer", &content));
    certificates().into_iter().chain(below("certs", ".json", 1)).chain(zips).collect()
}

/// A zip with one stored entry.
fn zip(name: &[u8], content: &[u8]) -> Vec<u8> {
    let bit = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    let crc = !content.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit));
    let long = |number: usize| u32::try_from(number).unwrap_or(0).to_le_bytes();
    let short = |number: usize| u16::try_from(number).unwrap_or(0).to_le_bytes();
    let sizes = [crc.to_le_bytes(), long(content.len()), long(content.len())].concat();
    let common = [&[10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &sizes, &short(name.len()), &[0, 0]].concat();
    let local = [b"PK\x03\x04", &common[..], name, content].concat();
    let central = [b"PK\x01\x02\x0A\x00", &common[..], &[0; 14], name].concat();
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &long(central.len())[..], &long(local.len()), &[0, 0]].concat();
    [local, central, end].concat()
}

pub fn profiles() -> Vec<Vec<u8>> {
    below("profiles", ".toml", 1)
}

pub fn files() -> Vec<Vec<u8>> {
    let of = |dump: &Dump| {
        let mut dump = dump.clone();
        dump.files_mut().map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>()
    };
    honest().iter().flat_map(of).filter(|bytes| bytes.len() <= 4096).collect()
}

/// What stands between a mark and the end of any file that holds it.
fn pictures(mark: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for dump in honest() {
        for (_, bytes) in dump.clone().files_mut() {
            if let Some(at) = bytes.windows(mark.len()).position(|window| window == mark) {
                all.push(bytes[at..].iter().copied().take(longest).collect());
            }
        }
    }
    all
}

/// Small pictures that `opj_compress` of OpenJPEG wrote, each in another mode: a portrait takes over ten times as long.
pub fn jpeg2000() -> Vec<Vec<u8>> {
    [below("fuzz/pictures", ".jp2", 1), below("fuzz/pictures", ".j2k", 1)].concat()
}

pub fn tiff() -> Vec<Vec<u8>> {
    [pictures(b"II*\0", 8192), pictures(b"MM\0*", 8192)].concat()
}

pub fn fax() -> Vec<Vec<u8>> {
    tiff().iter().filter_map(|tiff| Some(tiff.get(8..)?.iter().copied().take(512).collect())).collect()
}

pub fn jis() -> Vec<Vec<u8>> {
    vec![
        b"\x46\x7C\x4B\x5C\x3D\x50".to_vec(),
        b"\x21\x21\x46\x7C\xFF\xF1\xFF\xFF".to_vec(),
        b"\x1B\x24\x42\x46\x7C\x1B\x28\x42".to_vec(),
    ]
}

pub fn dates() -> Vec<Vec<u8>> {
    ["5020304", "昭和55年2月3日", "S55.2.3", "1980-02-03", "令和元年5月1日", "19800203"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
}

pub fn scripts() -> Vec<Vec<u8>> {
    vec![
        b"insert 1 my-number?seed=7\nwait 1500ms\ninsert 2 licence?fault=expired # comment\nremove 1\nrepeat 3\n"
            .to_vec(),
    ]
}

pub fn recipes() -> Vec<Vec<u8>> {
    simulator::kinds().map(|kind| format!("{}?seed=7&fault=expired,wrong-pin", kind.name).into_bytes()).collect()
}

pub fn forms() -> Vec<Vec<u8>> {
    vec![
        r#"{"name":"見本　花子","birth-date":"昭和55年2月3日","address":"東京都見本区例田1-2-3"}"#.as_bytes().to_vec(),
        r#"{"form":{"name":"見本 花子","address":"見本県例田市1丁目2番3号"},"chip":{"name":"見本　花子","address":"見本県例田市１－２－３"}}"#
            .as_bytes()
            .to_vec(),
    ]
}

pub fn vpcd() -> Vec<Vec<u8>> {
    vec![b"\x00\x01\x01\x00\x01\x04\x00\x05\x00\xA4\x00\x00\x00".to_vec()]
}
