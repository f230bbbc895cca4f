use super::*;

/// A file and what reader and card let through. An "encrypted" answer is its length in two bytes, then the plain bytes.
struct Fake {
    file: Vec<u8>,
    /// Extended commands: never, only for everything, always.
    extended: Option<bool>,
    short: bool,
    /// The longest answer that comes back whole.
    buffer: usize,
    /// Whether a longer answer is refused by the reader, or cut.
    refuses: bool,
    /// The most plain bytes of one answer, whatever was asked for.
    most: usize,
    commands: Vec<Vec<u8>>,
    plain: Vec<(usize, usize)>,
}

impl Fake {
    fn new(size: usize) -> Self {
        Self {
            file: (0..=250).cycle().take(size).collect(),
            extended: Some(true),
            short: false,
            buffer: 65_536,
            refuses: false,
            most: 65_536,
            commands: Vec::new(),
            plain: Vec::new(),
        }
    }
}

impl Transport for Fake {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands.push(command.to_vec());
        let &[0x08, 0xB0, p1, p2, ref rest @ ..] = command else { panic!("{command:02X?}") };
        let wanted = match (rest, self.extended) {
            ([0, 0, 4, 0x96, 2, 0, 0, 0, 0], Some(_)) => 65_536,
            ([0, 0, 4, 0x96, 2, high, low, 0, 0], Some(true)) => usize::from(u16::from_be_bytes([*high, *low])),
            ([4, 0x96, 2, high, low, 0], _) if self.short => usize::from(u16::from_be_bytes([*high, *low])),
            ([0, ..], None) => return Err(TransportError::LengthUnsupported),
            _ => return Ok(vec![0x67, 0x00]),
        };
        let offset = if p1 == 0x85 { 0 } else { usize::from(u16::from_be_bytes([p1, p2])) };
        let Some(left) = self.file.get(offset..).filter(|left| !left.is_empty()) else { return Ok(vec![0x6B, 0x00]) };
        let plain = &left[..wanted.min(left.len()).min(self.most)];
        let length = u16::try_from(plain.len()).unwrap().to_be_bytes();
        let mut answer = [&length[..], plain].concat();
        if answer.len() + 2 > self.buffer {
            if self.refuses {
                return Err(TransportError::LengthUnsupported);
            }
            answer.truncate(self.buffer - 2);
        } else {
            self.plain.push((offset, plain.len()));
        }
        Ok([&answer[..], &[0x90, 0x00]].concat())
    }
}

/// A channel whose protected Le is that of residence cards, and whose answers a function opens.
struct Channel<F>(F);

impl<F: Fn(&[u8]) -> Result<Vec<u8>, ChannelError>> SecureChannel for Channel<F> {
    fn wrap(&mut self, command: &Command, le: u8) -> Result<Command, ChannelError> {
        let [high, low] = command.le().unwrap_or(0).to_be_bytes();
        Ok(Command::secured(command, &[0x96, 0x02, high, low], le))
    }

    fn unwrap(&mut self, response: Response) -> Result<Response, ChannelError> {
        Ok(Response { data: (self.0)(&response.data)?, ..response })
    }
}

fn open(answer: &[u8]) -> Result<Vec<u8>, ChannelError> {
    let (length, plain) = answer.split_first_chunk::<2>().unwrap();
    if plain.len() < usize::from(u16::from_be_bytes(*length)) { Err(ChannelError::Cut) } else { Ok(plain.to_vec()) }
}

/// Reads the file through a session; returns how many commands it took and how many of them brought nothing.
fn read(session: &mut Session<&mut Fake>, size: usize) -> Result<Vec<u8>, FileReadError> {
    session.read_secure_file(5, size, &mut Channel(open), &mut |_, _| {})
}

fn outcome(mut fake: Fake, size: usize) -> (usize, usize) {
    let expected = fake.file[..size].to_vec();
    let mut session = Session::new(&mut fake);
    assert_eq!(read(&mut session, size), Ok(expected.clone()));
    let first = session.transport().commands.len();
    assert_eq!(read(&mut session, size), Ok(expected), "again, in the form that was found");
    let second = session.transport().commands.len() - first;
    // Every byte once, in order, in each reading.
    let mut at = 0;
    for (offset, length) in &fake.plain {
        assert!(*offset == at || (*offset == 0 && at == size), "{:?}", fake.plain);
        at = offset + length;
    }
    (first, first - second)
}

#[test]
fn each_reader_and_card_finds_its_form_once() {
    let size = 7004;
    assert_eq!(outcome(Fake::new(size), size), (1, 0));
    // A reader with room for 1,693 bytes: one answer lost.
    assert_eq!(outcome(Fake { buffer: 1693, ..Fake::new(size) }, size), (1 + 7, 1));
    assert_eq!(outcome(Fake { buffer: 1693, refuses: true, ..Fake::new(size) }, size), (1 + 32, 1));
    assert_eq!(outcome(Fake { buffer: 256, ..Fake::new(size) }, size), (2 + 32, 2));
    // Only short APDUs.
    let short = || Fake { short: true, extended: None, ..Fake::new(size) };
    assert_eq!(outcome(short(), size), (2 + 32, 2));
    assert_eq!(outcome(Fake { buffer: 164, ..short() }, size), (3 + 44, 3));
    assert_eq!(outcome(Fake { buffer: 68, ..short() }, size), (5 + 110, 5));
    // A card that takes the whole-file form alone, and one that answers less than it is asked for.
    assert_eq!(outcome(Fake { extended: Some(false), ..Fake::new(size) }, size), (1, 0));
    assert_eq!(outcome(Fake { extended: Some(false), short: true, buffer: 256, ..Fake::new(size) }, size), (3 + 32, 3));
    assert_eq!(outcome(Fake { most: 100, ..Fake::new(size) }, size), (71, 0));
}

#[test]
fn offsets_count_plain_bytes() {
    let mut fake = Fake { short: true, extended: None, ..Fake::new(500) };
    let mut session = Session::new(&mut fake);
    read(&mut session, 500).unwrap();
    assert!(!session.step().is_extended(), "a plain read does not try again what cannot pass");
    let sent: Vec<String> = fake.commands.iter().map(hex::encode_upper).collect();
    let wanted = [
        "08B08500000004960200000000",
        "08B08500000004960200E00000",
        "08B0850004960200E000",
        "08B000E004960200E000",
        "08B001C0049602003400",
    ];
    assert_eq!(sent, wanted);
}

#[test]
fn no_form_in_common_is_the_readers_limit_and_one_bad_file_is_its_own() {
    let unsupported = FileReadError::Card(CardError::Transport(TransportError::LengthUnsupported));
    let mut fake = Fake { extended: None, ..Fake::new(7004) };
    assert_eq!(read(&mut Session::new(&mut fake), 7004), Err(unsupported.clone()));
    assert_eq!(fake.commands.len(), 6, "every form once");
    let mut fake = Fake { extended: None, short: true, buffer: 20, ..Fake::new(7004) };
    assert_eq!(read(&mut Session::new(&mut fake), 7004), Err(unsupported));

    /// Answers one file, refuses another by its length.
    struct OneBad(Fake);
    impl Transport for OneBad {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            if command[2] == 0x86 { Ok(vec![0x67, 0x00]) } else { self.0.exchange(command) }
        }
    }
    let mut card = OneBad(Fake::new(300));
    let mut session = Session::new(&mut card);
    let mut read = |sfi| session.read_secure_file(sfi, 300, &mut Channel(open), &mut |_, _| {});
    assert!(read(5).is_ok());
    assert_eq!(read(6), Err(FileReadError::Card(CardError::Status(Status::WRONG_LENGTH))));
    assert!(read(5).is_ok());
    assert_eq!(card.0.commands.len(), 2, "still in one piece");
}

#[test]
fn refusals_endings_and_broken_answers() {
    let answers = |answers: &[&[u8]]| {
        struct Script(Vec<Vec<u8>>);
        impl Transport for Script {
            fn exchange(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
                Ok(self.0.remove(0))
            }
        }
        let script = Script(answers.iter().map(|answer| answer.to_vec()).collect());
        Session::new(script).read_secure_file(5, 3, &mut Channel(open), &mut |_, _| {})
    };
    let status = |status| Err(FileReadError::Card(CardError::Status(Status(status))));
    assert_eq!(answers(&[&[0x69, 0x82]]), status(0x6982));
    assert_eq!(answers(&[&[0x6B, 0x00]]), status(0x6B00));
    assert_eq!(answers(&[&[0, 3, 1, 2, 3, 0x90, 0x00]]), Ok(vec![1, 2, 3]));
    assert_eq!(answers(&[&[0, 2, 1, 2, 0x90, 0x00], &[0x6B, 0x00]]), Ok(vec![1, 2]), "it ends earlier");
    assert_eq!(answers(&[&[0, 2, 1, 2, 0x90, 0x00], &[0, 0, 0x90, 0x00]]), Ok(vec![1, 2]));
    assert_eq!(answers(&[&[0, 0, 0x90, 0x00]]), Err(FileReadError::Truncated { got: 0, announced: 3 }));
    assert_eq!(answers(&[&[0, 5, 1, 2, 3, 4, 5, 0x90, 0x00]]), Ok(vec![1, 2, 3]), "never more than the file");
    // `6Cxx` is repeated with that length, once, and then in another form. `61xx` is continued.
    assert_eq!(answers(&[&[0x6C, 0x05], &[0, 3, 1, 2, 3, 0x90, 0x00]]), Ok(vec![1, 2, 3]));
    assert_eq!(answers(&[&[0x6C, 0x05], &[0x6C, 0x05], &[0, 3, 1, 2, 3, 0x90, 0x00]]), Ok(vec![1, 2, 3]));
    assert_eq!(answers(&[&[0, 3, 1, 0x61, 0x02], &[2, 3, 0x90, 0x00]]), Ok(vec![1, 2, 3]));
    let broken = |_: &[u8]| Err(ChannelError::Broken("no object".to_owned()));
    let mut fake = Fake::new(9);
    let mut session = Session::new(&mut fake);
    let error = session.read_secure_file(5, 9, &mut Channel(broken), &mut |_, _| {});
    assert_eq!(error, Err(FileReadError::Unopened { detail: "no object".to_owned() }));
    // Every rung was tried; what was found before counts again for the next file.
    assert!(session.step().is_extended());
    assert_eq!(read(&mut session, 9).map(|bytes| bytes.len()), Ok(9));
    // Whole, 1,024 and 224 extended; then the card refuses short commands, which hides nothing. And the next file, at once.
    let lengths: Vec<usize> = fake.commands.iter().map(Vec::len).collect();
    assert_eq!(lengths, [13, 13, 13, 10, 10, 10, 10, 13]);
    // One answer that a link harmed: the next form brings the file.
    let harmed = std::cell::Cell::new(true);
    let once = |answer: &[u8]| match harmed.replace(false) {
        true => Err(ChannelError::Broken("harmed".to_owned())),
        false => open(answer),
    };
    let mut fake = Fake::new(9);
    assert_eq!(
        Session::new(&mut fake).read_secure_file(5, 9, &mut Channel(once), &mut |_, _| {}).map(|bytes| bytes.len()),
        Ok(9)
    );
    assert_eq!(fake.commands.len(), 2);
}
