//! taimen (対面, face to face) reads the IC chip of a Japanese identity card, verifies what the issuer signed up to
//! the issuing CA, and says what that proves and what it does not.
//!
//! Three steps with a value between them, shown here on a simulated card; with a real one, the first step has a reader in
//! the card's place, and the others are the same.
//!
//! 1. [`cards::read`] talks to whatever card lies on a [`transport::Transport`] and yields a [`dump::Dump`]: every file byte
//!    for byte, the chip's answers, what was not read and why. Randomness and time are arguments. Where a person must be
//!    asked in between, [`cards::start`] returns what for, and no card is held meanwhile. [`cards::read_recording`] reads from
//!    a [`transport::Recording`] instead.
//! 2. Each card's module turns the bytes of a file into fields, which proves nothing. If you want a verdict, go straight on.
//! 3. [`cards::check`] decodes a dump and verifies what the issuer signed: a pure function of the dump, a
//!    [`trust::TrustStore`] and a [`verify::Basis`]: as of when, and who vouches for what is not signed. It needs no card, no
//!    feature and no system library, so a saved dump can be judged again later, elsewhere, any number of times.
//!
//! [`report::Report`] then turns findings into Japanese or English text, JSON or HTML. A simulated card never looks like a
//! real one, whatever was accepted.
//!
#![cfg_attr(feature = "simulator", doc = "```")]
#![cfg_attr(not(feature = "simulator"), doc = "```ignore")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use taimen::{cards, iso7816::PinGate, simulator::Recipe, transport::nonces::ListedNonces};
//!
//! let mut card = "my-number?seed=7".parse::<Recipe>()?.card()?; // or `PcscReader::find(…)?.open()?`
//! let credentials = cards::Credentials::from(&card); // or `Credentials::default().with("pin1", …)?`, `Credentials::parse(…)?`
//! let request = cards::Request::new("my reader", "2026-11-22T03:00:00Z".parse()?);
//! let mut gate = PinGate::new(false); // one for a person's entries; no last try is ever spent
//! let mut nonces = ListedNonces::new(vec![vec![1; 32], vec![2; 32]]); // with a real card: `SystemNonces`
//! let dump = cards::read(&mut card, &request, credentials, &mut gate, &mut nonces, &mut |event| {
//!     if let cards::Event::Step { title, .. } = event { println!("{}", title.en) }
//! })?;
//! assert_eq!(dump.link.exchanges, 14);
//!
//! use taimen::cards::my_number::{self, files};
//!
//! let bytes = dump.file(files::FACE_DATA.name).ok_or("not read: see Dump::not_read")?;
//! let face = my_number::face(bytes)?;
//! let photo = face.photo.ok_or("a card without a photo")?;
//! let png = taimen::image::decode(photo.value, taimen::image::Format::Jpeg2000)?.to_png()?;
//! assert!(png.starts_with(b"\x89PNG"));
//!
//! use taimen::{dump::Dump, trust::{Hierarchy, TrustStore}, verify::{Basis, CheckId, Overall, Verdict}};
//!
//! let dump = Dump::from_json(dump.to_json().as_bytes())?; // as `taimen check --save-dump` writes it
//! let trust = TrustStore::shipped()?.accepting(Hierarchy::Simulated); // real cards: `TrustStore::shipped()?` alone
//! let basis = Basis::Operator(dump.read_at); // we vouch for the file; else `Basis::saved(…)` judges it as of now
//! let findings = cards::check(&dump, &trust, basis).ok_or("recognised only")?;
//! assert_eq!(findings.overall(), Overall::Authentic);
//! assert_eq!(findings.verdict(CheckId::ChipKey), Some(Verdict::Passed));
//! let birth = findings.holder.birth_date.as_ref().ok_or("no birth date")?;
//! assert_eq!(birth.signed_by, Some(CheckId::FaceSignature)); // each value names the check that covers it
//!
//! use taimen::{lang::Lang, messages::ExitCode, report::{Colour, Context, Options, Report, Source}};
//!
//! let context = Context::of(&dump, Source::Dump).accepting(Hierarchy::Simulated);
//! let options = Options { lang: Lang::En, ..Options::default() };
//! let report = Report { findings: &findings, context: &context, options };
//! assert!(report.text(Colour::Plain).contains("SIMULATED CARD"));
//! assert!(report.json().contains("\"overall\": \"authentic\""));
//! assert_eq!(ExitCode::from(&findings).code(), 0);
//! # Ok(()) }
//! ```
//!
//! The folder `examples` has more: a reader of one's own, PC/SC, recordings, faults for tests. What is stable and what may
//! change is in `docs/library.md`.
//!
//! | feature | adds | needs |
//! | --- | --- | --- |
//! | none | reading over your own transport or a phone, verification, reports, recordings | no system library |
//! | `simulator` | simulated cards | no system library |
//! | `pcsc` | `transport::pcsc`, `transport::nonces::SystemNonces` | libpcsclite on Unix |
//! | `compare` | [`compare`]: the application form against the chip | no system library |
//! | `cli` | the program, `simulator`, `transport::nonces::SystemNonces` | no system library |
//! | `records` | the confirmation record: its contents and its storage in SQLite or PostgreSQL | no system library |
//! | `ble` | Bluetooth LE to phones, on Linux; never tried on a radio | libdbus |
//! | `counter` | `counter`: the session of a shop counter and its pages, `cli` | no system library |
//!
//! The modules are in layers; a module uses only modules to its left, and a test keeps it so:
//!
//! ```text
//! lang privacy destination kind text tlv cbor image crypto | transport iso7816 | trust verify | dump cards compare profile | simulator | messages report batch doctor records | counter | cli
//! ```

// What could panic or cut a number off, in code that reads what cards and files say; tests may panic.
#![cfg_attr(
    not(test),
    warn(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]

#[doc(hidden)]
pub mod batch;
pub mod cards;
#[doc(hidden)]
pub mod cbor;
#[cfg(feature = "compare")]
pub mod compare;
#[cfg(feature = "counter")]
#[doc(hidden)]
pub mod counter;
#[doc(hidden)]
pub mod crypto;
// The library alone writes anchors and nothing else.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
mod destination;
#[doc(hidden)]
pub mod doctor;
pub mod dump;
#[doc(hidden)]
pub mod image;
pub mod iso7816;
pub mod kind;
pub mod lang;
pub mod messages;
#[doc(hidden)]
pub mod privacy;
#[doc(hidden)]
pub mod profile;
#[cfg(feature = "records")]
#[doc(hidden)]
pub mod records;
pub mod report;
#[cfg(feature = "simulator")]
pub mod simulator;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod tlv;
pub mod transport;
pub mod trust;
pub mod verify;

/// The program itself: not for integrators, and without any promise.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
