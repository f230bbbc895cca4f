use std::collections::BTreeSet;

use crate::{
    cards::registry,
    crypto::cose::CoseError,
    iso7816::Status,
    profile::{Case, RowName},
    trust::{CmsError, ListError, Refused, VicalError},
};

use super::*;

/// A credential that is on the card, with a counter.
fn printed() -> &'static CredentialSpec {
    credential("number-b")
}

fn credential(id: &str) -> &'static CredentialSpec {
    registry::credentials().find(|credential| credential.id == id).unwrap()
}

fn any_kind() -> CardKind {
    CardKind::all().next().unwrap()
}

fn transport() -> Vec<TransportError> {
    vec![
        TransportError::NoService,
        TransportError::NotPermitted,
        TransportError::NoReader,
        TransportError::NoBluetooth,
        TransportError::NoCard { seconds: 30 },
        TransportError::Busy,
        TransportError::Removed,
        TransportError::LengthUnsupported,
        TransportError::Reader { code: 0x8010_002F },
        TransportError::Connection(ErrorKind::ConnectionReset),
        TransportError::Mismatch { step: 3, expected: "00 B0 00 00".to_owned(), sent: "00 A4 04 0C".to_owned() },
        TransportError::RecordingEnded { steps: 12 },
    ]
}

/// Every way in which a master list does not count.
fn lists() -> Vec<ListError> {
    use crate::trust::{Place, SignerError, Unsupported};
    let signers = [
        SignerError::NoAnchor,
        SignerError::SignatureMismatch,
        SignerError::HierarchyNotAccepted,
        SignerError::Unsupported(Unsupported::Curve),
        SignerError::NotYetValid,
        SignerError::Expired(Place::Anchor),
        SignerError::NotACa,
    ];
    let others = [
        ListError::TooLarge,
        ListError::TooManyCertificates,
        ListError::Malformed,
        ListError::Cms(CmsError::Signature),
        ListError::Purpose,
    ];
    others.into_iter().chain(signers.map(ListError::Signer)).collect()
}

fn folders() -> Vec<ManifestError> {
    let file = || "5000023.json".to_owned();
    vec![
        ManifestError::Toml(toml::from_str::<toml::Table>("[").unwrap_err()),
        ManifestError::MissingFile(file()),
        ManifestError::BadFileName(file()),
        ManifestError::Import(file(), crate::trust::ImportError::NotCvKey),
        ManifestError::PinMismatch(file()),
        ManifestError::NotPublished(file()),
        ManifestError::WorldWritable("/srv/keys".to_owned()),
        ManifestError::OtherOwner("/srv/keys".to_owned()),
        ManifestError::NoManifest("/srv/keys".to_owned()),
        ManifestError::Io(file(), ErrorKind::PermissionDenied),
    ]
}

fn profiles() -> impl Iterator<Item = ProfileError> {
    let word = |word: &str| word.to_owned();
    let row = || RowName { table: word("method"), id: word("i") };
    let head = RowName { table: String::new(), id: String::new() };
    let (first, second) = (word("hanshuhou-2025"), word("own-2027"));
    [
        ProfileError::TooLarge,
        ProfileError::NotText,
        ProfileError::Syntax { line: 12 },
        ProfileError::OtherSchema,
        ProfileError::UnknownKey { row: row(), line: 40, key: word("leter") },
        ProfileError::MissingKey { row: row(), line: 40, key: word("letter") },
        ProfileError::Value { row: row(), line: 41, given: word("\"maybe\"") },
        ProfileError::Empty { row: head, key: "name" },
        ProfileError::SameId { row: row() },
        ProfileError::NoSource { row: row() },
        ProfileError::NoSuchRow { row: row(), key: "source", name: word("rul") },
        ProfileError::SameKind { row: RowName { table: word("document"), id: word("card") }, kind: word("licence") },
        ProfileError::NotRead { row: row() },
        ProfileError::Unmarked { row: row() },
        ProfileError::Marked { row: row() },
        ProfileError::Dates,
        ProfileError::Years { row: RowName { table: word("retention"), id: word("record") } },
        ProfileError::NoItem { item: 31 },
        ProfileError::SameItem { row: RowName { table: word("field"), id: word("purpose") }, item: 23 },
        ProfileError::NotAnItem { row: RowName { table: word("field"), id: word("purpose") }, item: 32 },
        ProfileError::NoWayOut { document: word("licence"), case: Case::PinBlocked },
        ProfileError::Overlap { first: first.clone(), second: second.clone() },
        ProfileError::Gap { first, second },
    ]
    .into_iter()
}

fn every_problem() -> Vec<Problem> {
    use crate::{crypto::KeyError, trust::ImportError};
    let path = || "card.json".to_owned();
    let mut problems: Vec<Problem> = transport().into_iter().map(Problem::from).collect();
    problems.extend([
        Problem::from(CardError::Status(Status(0x6982))),
        Problem::from(CardError::Endless),
        Problem::UnknownCard,
        Problem::NoSuchApplication(CardKind::MENKYO),
        Problem::CredentialWrong { credential: printed(), left: Some(9) },
        Problem::CredentialWrong { credential: credential("pin1"), left: None },
        Problem::LastTry { credential: printed() },
        Problem::NoCounter { credential: printed() },
        Problem::CounterUnknown { credential: printed() },
        Problem::AnswerLost { credential: printed(), left: Some(8) },
        Problem::AnswerLost { credential: printed(), left: None },
        Problem::AlreadyTried { credential: printed() },
        Problem::MissingCredential { name: "birth".to_owned() },
        Problem::BadCredentialLine { line: 2 },
        Problem::UnknownCredential { line: 2 },
        Problem::UncountedWrong { credential: credential("card-number"), kind: CardKind::RESIDENCE1, left: None },
        Problem::UncountedWrong { credential: credential("card-number"), kind: CardKind::RESIDENCE2, left: None },
        Problem::UncountedWrong { credential: credential("card-number"), kind: CardKind::RESIDENCE2, left: Some(1) },
        Problem::UncountedWrong { credential: credential("mrz"), kind: CardKind::PASSPORT, left: None },
        Problem::EntryNotTaken { credential: credential("mrz"), entry: registry::entry("can").unwrap() },
        Problem::CardHandshake,
        Problem::PinForgotten { credential: credential("pin1"), without_pin: true },
        Problem::PinForgotten { credential: credential("number-b"), without_pin: false },
        Problem::TooManyEntries { attempts: 5 },
        Problem::BadReaderAddress("usb".to_owned()),
        Problem::UnknownSimKind { given: "visa".to_owned(), meant: None, kinds: vec!["my-number"] },
        Problem::UnknownSimKind { given: "licens".to_owned(), meant: Some("licence"), kinds: vec!["licence"] },
        Problem::UnknownSimOption { given: "sed".to_owned(), meant: Some("seed") },
        Problem::UnknownSimOption { given: "colour".to_owned(), meant: None },
        Problem::BadSimSeed,
        Problem::RecordingVersion { path: path() },
        Problem::RecordingGiven { path: path() },
        Problem::DumpGiven { path: path() },
        Problem::UnknownSimFault("fire".to_owned()),
        Problem::NotBuilt { feature: "pcsc" },
        Problem::NoPhone { address: "127.0.0.1:35970".to_owned(), seconds: 30 },
        Problem::NotAPhone { address: "127.0.0.1:35970".to_owned() },
        Problem::CannotListen { address: "127.0.0.1:35970".to_owned(), error: ErrorKind::AddrInUse },
        Problem::PhoneLostAtExtended,
        Problem::TwoCards,
        Problem::MuteCard,
        Problem::Unreadable { path: path(), error: ErrorKind::NotFound },
        Problem::Unwritable { path: path(), error: ErrorKind::StorageFull },
        Problem::Unwritable { path: path(), error: ErrorKind::AlreadyExists },
        Problem::UnfitDestination { path: path() },
        Problem::SameFile { path: path(), first: "--record".to_owned(), second: "--save-dump".to_owned() },
        Problem::Dump { path: path(), error: DumpError::TooLarge },
        Problem::Dump { path: path(), error: DumpError::Malformed { line: 4, column: 7 } },
        Problem::Dump { path: path(), error: DumpError::OtherSchema },
        Problem::NotASealKey { path: path() },
        Problem::SealBroken { path: path() },
        Problem::OtherSeal { path: path(), found: Some("00ff".to_owned()) },
        Problem::OtherSeal { path: path(), found: None },
        Problem::ReadInFuture { read_at: "2098-01-01T00:00:00Z".parse().unwrap() },
        Problem::SealWithoutWord,
        Problem::Recording { path: path(), line: 5 },
        Problem::Empty { path: path() },
        Problem::RecordedScope { option: "age" },
        Problem::BadCredentialsFile,
        Problem::ScrubRefused { path: path(), why: ScrubRefusal::DoesNotPlay },
        Problem::ScrubRefused { path: path(), why: ScrubRefusal::Jpki },
        Problem::ScrubRefused { path: path(), why: ScrubRefusal::Encrypted(CardKind::MY_NUMBER) },
        Problem::ScrubRefused { path: path(), why: ScrubRefusal::Kind(CardKind::MY_NUMBER) },
        Problem::ScrubRefused {
            path: path(),
            why: ScrubRefusal::Size { kind: CardKind::MY_NUMBER, file: "face/0002" },
        },
        Problem::ScrubRefused { path: path(), why: ScrubRefusal::Step(4) },
        Problem::RecordingUnused { unused: 2, steps: 12 },
        Problem::RecordingDraw { draw: 1 },
        Problem::NoRandomBytes,
        Problem::Vpcd { address: "localhost:35963".to_owned(), error: ErrorKind::ConnectionRefused },
        Problem::NoPicture,
        Problem::NoTrustFolder,
        Problem::PinWithoutList { purpose: crate::trust::Purpose::ResidenceCard },
        Problem::TrustAdd(crate::trust::AddError::PinNotThere("00".repeat(32))),
        Problem::NoFront,
        Problem::UnknownCheck("luck".to_owned()),
        Problem::UnknownProfile { given: "hanshuho".to_owned() },
        Problem::NoProfile { law: "hanshuhou".to_owned(), day: jiff::civil::date(2020, 1, 1) },
        Problem::BadTime { recorded: true },
        Problem::BadTime { recorded: false },
        Problem::NotAnInput { path: path() },
        Problem::InputTooLarge { path: path() },
        Problem::NotAFile { path: path() },
        Problem::FolderLoop { path: path() },
        Problem::ListLine { line: 7 },
        Problem::Expectation { path: path(), place: Some((1, 2)) },
        Problem::Expectation { path: path(), place: None },
        Problem::ExpectationUnused { path: path() },
        Problem::NoInputs,
        Problem::NoLines,
        Problem::DifferentCard,
        Problem::NothingShared,
        Problem::WantsBluetooth,
        Problem::DeviceSession { detail: "the phone answered 6985".to_owned() },
        Problem::NotAReaderKey { path: path() },
        Problem::BadEngagement,
        Problem::OtherRequest { asked: "--request age --age-over 20".to_owned() },
        Problem::NotRecordable,
        Problem::OtherCardsOption { option: "age", kind: any_kind() },
        Problem::PinSettingUnknown { credential: printed() },
        Problem::Internal { place: "report" },
    ]);
    let word = |word: &str| word.to_owned();
    problems.extend(
        [
            UsageError::Unknown { given: word("json"), meant: Some(word("--json")) },
            UsageError::UnknownCommand { given: word("chek"), meant: None },
            UsageError::NoCommand,
            UsageError::Value { option: word("--wait <SECONDS>"), given: word("soon"), possible: None },
            UsageError::NoValue { option: word("--wait <SECONDS>") },
            UsageError::Missing { what: vec![word("<FILE>")] },
            UsageError::Conflict { option: word("--age"), with: vec![word("--jpki")] },
            UsageError::Conflict { option: word("--age"), with: Vec::new() },
            UsageError::Number { option: word("--wait <SECONDS>") },
            UsageError::NotText,
        ]
        .map(|error| Problem::Usage { command: word("taimen check"), error }),
    );
    problems.extend(
        [
            ServerRefusal::Replay,
            ServerRefusal::CannotListen { address: word("127.0.0.1:80"), error: ErrorKind::PermissionDenied },
            ServerRefusal::Certificate { path: path() },
            ServerRefusal::NoBrowser,
            ServerRefusal::NobodyEnters,
            ServerRefusal::Foreign,
            ServerRefusal::Token,
            ServerRefusal::NotEntered,
            ServerRefusal::Request,
            ServerRefusal::TooLarge,
            ServerRefusal::Slow,
            ServerRefusal::NotFound,
            ServerRefusal::Reading,
            ServerRefusal::Stale,
        ]
        .map(Problem::Server),
    );
    #[cfg(feature = "records")]
    problems.extend(stores().map(Problem::Records));
    #[cfg(feature = "records")]
    problems.extend(records(path()).map(Problem::Record));
    #[cfg(feature = "simulator")]
    problems.extend(scripts(path()));
    #[cfg(feature = "compare")]
    problems.extend(forms(path()));
    problems.extend(CardKind::all().map(Problem::UnsupportedKind));
    problems.extend(registry::credentials().map(|credential| Problem::CredentialBlocked { credential }));
    let entries = registry::credentials().flat_map(|credential| credential.ways.iter().copied().flatten());
    let ids: BTreeSet<&str> = entries.map(|part| part.entry.id).collect();
    problems.extend(ids.into_iter().filter_map(registry::entry).map(Problem::BadEntry));
    problems.extend(
        [
            PrintedDateError::Bare,
            PrintedDateError::BareWestern(crate::text::PrintedDate::western(jiff::civil::date(1980, 2, 17))),
            PrintedDateError::Form,
            PrintedDateError::NoSuchDay,
            PrintedDateError::NotInEra,
            PrintedDateError::Future,
            PrintedDateError::TooLongAgo,
        ]
        .map(Problem::BadBirthDate),
    );
    problems.extend(profiles().map(|error| Problem::Profile { path: "own.toml".to_owned(), error }));
    problems.extend(folders().into_iter().map(Problem::TrustFolder));
    problems.extend(folders().into_iter().map(|error| Problem::TrustAdd(AddError::Folder(error))));
    let imports = [
        ImportError::TooLarge,
        ImportError::NotCvKey,
        ImportError::Key(KeyError::Modulus),
        ImportError::NotCertificate,
        ImportError::Unusable(crate::trust::Unusable::Form),
        ImportError::Unusable(crate::trust::Unusable::Key),
        ImportError::Unusable(crate::trust::Unusable::NotRsa),
        ImportError::Unusable(crate::trust::Unusable::NotACa),
        ImportError::BadArchive,
        ImportError::DuplicateEntries,
        ImportError::NotOneCertificate(2),
    ];
    problems.extend(imports.map(|error| Problem::TrustAdd(AddError::Import(error))));
    problems.extend([
        Problem::TrustAdd(AddError::AlreadyThere("5000023".to_owned())),
        Problem::TrustAdd(AddError::Io(path(), ErrorKind::NotFound)),
        Problem::TrustAdd(AddError::NothingUsable(None)),
    ]);
    problems.extend(lists().into_iter().map(|error| Problem::TrustAdd(AddError::List(error))));
    let vicals =
        [VicalError::Outdated, VicalError::Purpose, VicalError::NotVouched, VicalError::Cose(CoseError::Mismatch)];
    problems.extend(vicals.map(|error| Problem::TrustAdd(AddError::Vical(error))));
    let refused =
        [Refused::Form, Refused::Key, Refused::NotACa, Refused::NoCountry, Refused::Signature, Refused::NotPinned];
    problems.extend(refused.map(|why| Problem::TrustAdd(AddError::NothingUsable(Some(why)))));
    problems.extend(folders().into_iter().map(|error| Problem::TrustRemove(RemoveError::Folder(error))));
    let selector = || "0f".to_owned();
    problems.extend([
        Problem::TrustAdd(AddError::Busy(path())),
        Problem::TrustRemove(RemoveError::Busy(path())),
        Problem::TrustRemove(RemoveError::TooShort(selector())),
        Problem::TrustRemove(RemoveError::NotThere(selector())),
        Problem::TrustRemove(RemoveError::Shipped("5000023".to_owned())),
        Problem::TrustRemove(RemoveError::Ambiguous(selector(), 2)),
        Problem::TrustRemove(RemoveError::Io(path(), ErrorKind::PermissionDenied)),
    ]);
    for purpose in crate::trust::Purpose::all() {
        for claims in [true, false] {
            let sha256 = "00ff".to_owned();
            problems.push(Problem::TrustAdd(AddError::NotPinned { purpose, sha256, claims }));
        }
    }
    problems
}

#[cfg(feature = "records")]
fn records(path: String) -> impl Iterator<Item = RecordError> {
    use crate::lang::Bilingual;
    let id = || "01a21da6-7a9d-715f-ab80-8569514e376c".to_owned();
    let words = [
        Bilingual::new("日付として読めません", "it is not a day"),
        Bilingual::new("2026-11-27 の形で入力してください。", "Enter it like 2026-11-27."),
    ];
    let full = StoreError::DiskFull { place: "sqlite:records.db".to_owned() };
    [
        RecordError::NotSaved { why: Box::new(Problem::Records(full)) },
        RecordError::Unreal { hierarchy: crate::trust::Hierarchy::Simulated },
        RecordError::BadEntries { path: path.clone(), line: 3, fault: EntriesFault::Form },
        RecordError::BadEntries { path: path.clone(), line: 3, fault: EntriesFault::Unknown("hobby".to_owned()) },
        RecordError::BadEntries { path: path.clone(), line: 3, fault: EntriesFault::Missing("by".to_owned()) },
        RecordError::BadEntries { path: path.clone(), line: 3, fault: EntriesFault::Value(Vec::new()) },
        RecordError::Entry { path, field: "other_confirmed_on".to_owned(), words },
        RecordError::NothingPresented,
        RecordError::BadId { given: "12".to_owned() },
        RecordError::NotReadable { id: id() },
        RecordError::NoRelation { id: id(), open: "1, 2".to_owned() },
        RecordError::BadEnd,
        RecordError::EmptySearch,
        RecordError::NotADay { option: "birth-date" },
        RecordError::NoPurpose,
        RecordError::NothingFound,
        RecordError::BadRecipient,
        RecordError::NotEncrypted,
        RecordError::PhotoMissing,
    ]
    .into_iter()
}

#[cfg(feature = "records")]
fn stores() -> impl Iterator<Item = StoreError> {
    let place = || "sqlite:records.db".to_owned();
    let server = || "postgres://db.example/records".to_owned();
    let path = || "shop.key".to_owned();
    [
        StoreError::NotAUrl { given: "records.db".to_owned() },
        StoreError::PasswordInUrl,
        StoreError::NetworkFile { place: place() },
        StoreError::AlreadyThere { place: place() },
        StoreError::NoDatabase { place: place() },
        StoreError::NotOurs { place: place() },
        StoreError::NewerSchema { place: place(), found: 2, known: 1 },
        StoreError::NoKeyGiven,
        StoreError::KeyMissing { path: path() },
        StoreError::KeyExists { path: path() },
        StoreError::KeyInFolder { path: path() },
        StoreError::KeyOpen { path: path() },
        StoreError::NotAKey { path: path() },
        StoreError::WrongKey { place: place(), path: path() },
        StoreError::OldKey { place: place(), path: path() },
        StoreError::NoKeyring,
        StoreError::Locked { place: place() },
        StoreError::AddedMeanwhile { place: place() },
        StoreError::DiskFull { place: place() },
        StoreError::ReadOnly { place: place() },
        StoreError::HeadOlder { place: place(), kept: 9, found: 7 },
        StoreError::HeadDiffers { place: place(), seq: 3 },
        StoreError::HeadDisagrees { path: path(), place: place(), seq: 3 },
        StoreError::HeadUnreadable { path: path() },
        StoreError::HeadElsewhere { path: path(), place: place() },
        StoreError::Damaged { place: place(), seq: 3, layer: Layer::Leaf },
        StoreError::Damaged { place: place(), seq: 0, layer: Layer::Key },
        StoreError::Damaged { place: place(), seq: 0, layer: Layer::Log },
        StoreError::Damaged { place: place(), seq: 0, layer: Layer::File },
        StoreError::NotAProof { path: path() },
        StoreError::AfterHead { seq: 9, size: 7 },
        StoreError::OtherHead { known: 7, proof: 9 },
        StoreError::ClockBack { at: Timestamp::UNIX_EPOCH, before: Timestamp::constant(86_400, 0) },
        StoreError::NotAPublicKey,
        StoreError::NotVacuumed { why: Box::new(StoreError::Locked { place: place() }) },
        StoreError::NoServer { place: server(), error: ErrorKind::ConnectionRefused },
        StoreError::TlsRefused { place: server() },
        StoreError::LoginRefused { place: server() },
        StoreError::NoRights { place: server() },
        StoreError::NoRoles { place: place() },
        StoreError::NoSuchRole { role: "counter".to_owned() },
        StoreError::ConnectionLost { place: server() },
        StoreError::TooLarge { limit: 65_536 },
        StoreError::NoSuchEntry { id: "0198".to_owned() },
        StoreError::Purged { id: "0198".to_owned() },
        StoreError::Io { path: path(), error: ErrorKind::StorageFull },
        StoreError::Io { path: path(), error: ErrorKind::PermissionDenied },
        StoreError::NoRandomBytes,
        StoreError::Other { place: place(), code: "778".to_owned() },
    ]
    .into_iter()
}

#[cfg(feature = "compare")]
fn forms(path: String) -> Vec<Problem> {
    use crate::compare::{Field, FormError, FormFault, FormProblem};
    let mut faults = vec![FormFault::TooLarge, FormFault::Malformed { line: 1, column: 9 }, FormFault::Empty];
    let problems = [FormProblem::Blank, FormProblem::TooLong, FormProblem::Date, FormProblem::Sex];
    faults.extend(problems.map(|problem| FormFault::Value(FormError { field: Field::BirthDate, problem })));
    let of = |line: Option<u64>| {
        let path = path.clone();
        faults.clone().into_iter().map(move |error| Problem::Form { path: path.clone(), line, error })
    };
    let entered = FormError { field: Field::BirthDate, problem: FormProblem::Date };
    of(None).chain(of(Some(3))).chain([Problem::FormField(entered)]).collect()
}

fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, 'ぁ'..='ヿ' | '一'..='鿿'))
}

#[test]
fn every_problem_speaks_both_languages_in_two_halves() {
    for problem in every_problem() {
        for platform in [Platform::Linux, Platform::Windows, Platform::MacOs] {
            let ja = problem.message_on(Lang::Ja, platform);
            let en = problem.message_on(Lang::En, platform);
            assert_eq!((ja.id, ja.exit), (en.id, en.exit));
            for half in [&ja.what, &ja.todo] {
                assert!(is_japanese(half), "{problem:?}: {half}");
                assert!(!half.contains("個人番号"), "{half}");
                for english in ["not found", "refused", "reset", "denied", "in use", "no storage", " bytes", "error:"] {
                    assert!(!half.contains(english), "{problem:?}: {half}");
                }
            }
            for half in [&en.what, &en.todo] {
                // A name that is on the card in Japanese is given beside the English one.
                let named = registry::credentials().map(|credential| credential.title);
                let half = named.fold(half.clone(), |half, title| half.replace(&format!(" ({})", title.ja), ""));
                assert!(half.is_ascii() && half.len() > 10 && half.ends_with(['.', ')']), "{problem:?}: {half}");
            }
            assert!(ja.id == "internal" || !ja.what.contains("messages/"), "{problem:?}");
            assert!(!matches!(ja.exit, ExitCode::Authentic | ExitCode::Rejected | ExitCode::Undetermined));
        }
    }
}

#[test]
fn every_kind_of_problem_has_its_own_name() {
    let ids: BTreeSet<&str> = every_problem().iter().map(|problem| problem.message(Lang::En).id).collect();
    // Only the internal fault itself may say so: nothing else falls through to it.
    let internal = every_problem().into_iter().filter(|problem| problem.message(Lang::En).id == "internal").count();
    assert_eq!(internal, 1);
    assert!(ids.len() > 45, "{}", ids.len());
}

/// Staff have no command line: what a card, a reader or an entry brings up is answered without one.
#[test]
fn at_the_counter_no_remedy_names_a_command_or_an_option() {
    let set_up = [
        "no-front",
        "no-picture",
        "no-service",
        "not-permitted",
        "no-phone",
        "not-a-phone",
        "cannot-listen",
        "internal",
    ];
    let mut told = 0;
    for problem in every_problem() {
        for lang in [Lang::Ja, Lang::En] {
            let message = problem.at_counter(lang);
            assert_eq!((message.id, &message.what), (problem.message(lang).id, &problem.message(lang).what));
            let of_card = matches!(message.exit, ExitCode::Card | ExitCode::Credential);
            let of_reader = matches!(problem, Problem::Transport(_));
            let of_file =
                message.id.contains("recording") || message.id.starts_with("replay") || set_up.contains(&message.id);
            if of_file || !(of_card || of_reader) {
                continue;
            }
            told += 1;
            assert!(is_japanese(&message.todo) == (lang == Lang::Ja), "{}", message.todo);
            for word in
                ["taimen check ", "taimen doctor", "taimen identify", "taimen readers", "--", "実行", "run this"]
            {
                assert!(!message.todo.contains(word), "{}: {}", message.id, message.todo);
            }
        }
    }
    assert!(told > 40, "{told}");
}

/// The names of the variants in the source of an enum, in order.
#[cfg(all(feature = "compare", feature = "records", feature = "simulator"))]
fn variants<'a>(source: &'a str, name: &str) -> Vec<&'a str> {
    let body = source.split_once(&format!("pub enum {name} {{\n")).unwrap().1.split_once("\n}").unwrap().0;
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let named = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    named.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap()).collect()
}

/// A new variant needs a row here, and so one on the page.
// Samples of some stand in the features that have them.
#[cfg(all(feature = "compare", feature = "records", feature = "simulator"))]
#[test]
fn every_variant_is_among_the_problems() {
    let shown: BTreeSet<String> = every_problem().iter().map(|problem| format!("{problem:?}")).collect();
    let named =
        |name: &str| shown.iter().any(|shown| shown.split(|c: char| !c.is_alphanumeric()).any(|word| word == name));
    for (source, enums) in [
        (include_str!("mod.rs"), &["Problem"][..]),
        (include_str!("usage.rs"), &["UsageError"]),
        (include_str!("record.rs"), &["RecordError"]),
        (include_str!("recording.rs"), &["ScrubRefusal"]),
    ] {
        for name in enums {
            let variants = variants(source, name);
            assert!(variants.len() > 4, "{name}");
            for variant in variants {
                assert!(named(variant), "{name}::{variant}");
            }
        }
    }
}

#[cfg(feature = "simulator")]
/// Every id that the sources hand to a message.
fn ids_of_the_sources() -> BTreeSet<&'static str> {
    let sources = [
        include_str!("batch.rs"),
        include_str!("credential.rs"),
        include_str!("files.rs"),
        include_str!("form.rs"),
        include_str!("profile.rs"),
        include_str!("reader.rs"),
        include_str!("record.rs"),
        include_str!("recording.rs"),
        include_str!("script.rs"),
        include_str!("trust.rs"),
    ];
    let made =
        sources.iter().flat_map(|source| ["text! {", "of_row! {"].into_iter().flat_map(|by| source.split(by).skip(1)));
    made.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect()
}

/// `docs/errors.md`, made of the messages themselves. `TAIMEN_DOCS=write cargo test --lib errors` writes it again.
#[test]
#[cfg(all(feature = "simulator", feature = "compare", feature = "counter"))]
fn the_page_of_errors_has_every_id() {
    let mut rows = std::collections::BTreeMap::new();
    for problem in every_problem() {
        let told = [Lang::Ja, Lang::En].map(|lang| problem.message_on(lang, Platform::Linux));
        rows.entry(told[0].id).or_insert(told);
    }
    let ids = ids_of_the_sources();
    assert!(ids.len() > 45);
    for id in ids {
        assert!(rows.contains_key(id), "{id} has no row");
    }
    let mut page = "# Errors\n\nMade of the messages by a test (`src/messages/tests.rs`); do not edit it.\n\n\
        A command that fails says what happened and what to do on standard error. With `--json` it prints one line on standard output too\n\
        ([error.schema.json](error.schema.json)):\n\n    \
        {\"schema\":\"taimen.error/1\",\"error\":{\"id\":\"no-reader\",\"message\":\"…\",\"remedy\":\"…\"},\"exit\":2}\n\n\
        If the card was judged and a file could not be written, the line holds `verdict` (the exit code of the verdict alone) and `report` too.\n\
        `exit` is then the verdict's, or the failure's if the verdict is *authentic*. The same ids are in the lines of `taimen batch`\n\
        ([batch.md](batch.md)). [exit-codes.md](exit-codes.md) describes the exit codes.\n\n\
        The messages here are examples: names and numbers in them are invented, and some differ by system.\n\n\
        | id | exit code | what happened, what to do |\n| --- | --- | --- |\n"
        .to_owned();
    for (id, [ja, en]) in rows {
        let cell = [&en.what, &en.todo, &ja.what, &ja.todo].map(|half| half.replace('|', "\\|").replace('<', "&lt;"));
        let [what, todo, ja_what, ja_todo] = cell;
        page += &format!("| `{id}` | {} | {what} {todo}<br>{ja_what}{ja_todo} |\n", en.exit.code());
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
    if std::env::var_os("TAIMEN_DOCS").is_some_and(|value| value == "write") {
        std::fs::write(path, &page).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap_or_default() == page, "docs/errors.md is not what the messages say");
}

#[test]
fn exit_codes_of_the_contract() {
    let exit = |problem: Problem| problem.exit().code();
    for error in transport() {
        let expected = match error {
            TransportError::NoService
            | TransportError::NotPermitted
            | TransportError::NoReader
            | TransportError::NoBluetooth => 2,
            _ => 4,
        };
        assert_eq!(exit(error.into()), expected);
    }
    assert_eq!(exit(Problem::UnknownCard), 4);
    assert_eq!(exit(Problem::DifferentCard), 4);
    assert_eq!(exit(Problem::WantsBluetooth), 4);
    assert_eq!(exit(Problem::DeviceSession { detail: String::new() }), 4);
    assert_eq!(exit(Problem::NothingShared), 5);
    let address = || "127.0.0.1:35970".to_owned();
    assert_eq!(exit(Problem::NoPhone { address: address(), seconds: 30 }), 4);
    assert_eq!(exit(Problem::NotAPhone { address: address() }), 4);
    assert_eq!(exit(Problem::PhoneLostAtExtended), 4);
    assert_eq!(exit(Problem::CannotListen { address: address(), error: ErrorKind::AddrInUse }), 2);
    assert_eq!(exit(Problem::MissingCredential { name: "birth".to_owned() }), 2);
    assert_eq!(exit(Problem::BadBirthDate(PrintedDateError::Bare)), 2);
    for refusal in
        [Refusal::Blocked, Refusal::LastTry, Refusal::NoCounter, Refusal::CounterUnknown, Refusal::AlreadyTried]
    {
        assert_eq!(exit(Problem::refused(refusal, printed())), 5);
    }
    assert_eq!(exit(Problem::CredentialWrong { credential: printed(), left: Some(9) }), 5);
    assert_eq!(exit(Problem::AnswerLost { credential: printed(), left: None }), 4);
    assert_eq!(exit(Problem::BadEntry(registry::entry("card-number").unwrap())), 2);
    assert_eq!(
        exit(Problem::UncountedWrong { credential: credential("card-number"), kind: CardKind::RESIDENCE1, left: None }),
        5
    );
    assert_eq!(
        exit(Problem::UncountedWrong {
            credential: credential("card-number"),
            kind: CardKind::RESIDENCE2,
            left: Some(1)
        }),
        5
    );
    assert_eq!(exit(Problem::CredentialBlocked { credential: credential("card-number") }), 5);
    assert_eq!(exit(Problem::CardHandshake), 4);
}

#[test]
fn a_refused_number_is_explained_with_both_causes() {
    let kind = CardKind::RESIDENCE1;
    let told = |lang| Problem::UncountedWrong { credential: credential("card-number"), kind, left: None }.message(lang);
    let (ja, en) = (told(Lang::Ja), told(Lang::En));
    assert!(en.todo.contains("Compare the card number") && en.todo.contains("another protocol"), "{}", en.todo);
    assert!(ja.todo.contains("見比べて") && ja.todo.contains("世代"), "{}", ja.todo);
    for (lang, words) in
        [(Lang::Ja, ["特定在留カード", "セッション鍵"]), (Lang::En, ["specified residence card", "session key"])]
    {
        let specified = Problem::UnsupportedKind(CardKind::RESIDENCE_SPECIFIED).message(lang);
        assert!(words.iter().all(|word| specified.what.contains(word)), "{}", specified.what);
    }
}

#[test]
fn only_what_is_published_of_a_counter_is_told() {
    let told = |kind, left| {
        [Lang::Ja, Lang::En]
            .map(|lang| Problem::UncountedWrong { credential: credential("card-number"), kind, left }.message(lang))
    };
    for kind in [CardKind::RESIDENCE1, CardKind::RESIDENCE1_SPECIAL, CardKind::RESIDENCE1_CHILD] {
        let [ja, en] = told(kind, None);
        assert!(
            ja.what.contains("回数の制限はありません") && en.what.contains("No counter limits the tries"),
            "{}",
            en.what
        );
    }
    for kind in [CardKind::RESIDENCE2, CardKind::RESIDENCE2_SPECIAL] {
        let [ja, en] = told(kind, None);
        assert!(
            ja.what.contains("回数の制限は知られていません") && en.what.contains("No counter is known"),
            "{}",
            en.what
        );
        assert!(en.todo.contains("run this again"));
    }
    for kind in [CardKind::RESIDENCE1, CardKind::RESIDENCE2] {
        let [ja, en] = told(kind, Some(1));
        assert!(ja.what.contains("あと1回") && en.what.contains("1 try is left"), "{} {}", ja.what, en.what);
        assert!(ja.todo.contains("もう一度実行しないで") && en.todo.contains("Do not run this again"));
        assert!(!ja.what.contains("制限はありません") && !en.what.contains("no counter"));
        assert!(told(kind, Some(2))[1].what.contains("2 tries are left"));
    }
}

/// `PIN 1` and the like are names; other titles take an article.
#[test]
fn titles_stand_in_english_sentences() {
    let blocked = |id| Problem::CredentialBlocked { credential: credential(id) }.message(Lang::En).what;
    assert_eq!(blocked("pin1"), "PIN 1 (暗証番号1) is blocked.");
    assert_eq!(blocked("number-b"), "Number B (照合番号B) is blocked.");
    assert_eq!(blocked("auth-pin"), "The PIN for user authentication is blocked.");
    let wrong = |id| Problem::CredentialWrong { credential: credential(id), left: Some(2) }.message(Lang::En).what;
    assert_eq!(wrong("pin2"), "The card rejected PIN 2 (暗証番号2): it is wrong. Tries left: 2.");
    assert_eq!(wrong("birth"), "The card rejected the birth date: it is wrong. Tries left: 2.");
    let form = |name| Problem::BadEntry(registry::entry(name).unwrap()).message(Lang::En).what;
    assert_eq!(
        form("security-code"),
        "The security code does not have the right form. taimen did not send it to the card."
    );
    assert_eq!(form("pin1"), "PIN 1 (暗証番号1) does not have the right form. taimen did not send it to the card.");
}

#[test]
fn a_blocked_card_names_the_place_that_unblocks_it() {
    let todo = |id, lang| Problem::CredentialBlocked { credential: credential(id) }.message(lang).todo;
    assert!(todo("number-b", Lang::Ja).contains("市区町村"));
    assert!(todo("pin2", Lang::En).contains("police"));
}

#[cfg(feature = "simulator")]
fn scripts(path: String) -> impl Iterator<Item = Problem> {
    use crate::simulator::script;

    let scripts =
        ["insert", "insert 0 licence", "insert 1 visa", "remove 2", "wait soon", "repeat", "wait 1\nrepeat 0"]
            .into_iter()
            .chain(["insert 1 licence?fault=fire", "insert 1 licence?x=1", "insert 1 licence?seed=x"])
            .chain(["insert 1 licence\ninsert 1 menkyo", "wait 1\nrepeat\nwait 1"])
            .map(str::to_owned)
            .chain([" ".repeat(script::MAX_SCRIPT + 1), "wait 1\n".repeat(script::MAX_STEPS + 1)]);
    scripts.map(move |text| Problem::Script {
        path: path.clone(),
        error: Box::new(text.parse::<script::Script>().unwrap_err()),
    })
}
