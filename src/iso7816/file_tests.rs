use super::*;

/// A card with one file, and the words it answers READ BINARY with instead of data.
struct Fake {
    file: Vec<u8>,
    to_extended: Option<u16>,
    to_short: Option<u16>,
    commands: Vec<Vec<u8>>,
}

impl Fake {
    fn new(to_extended: impl Into<Option<u16>>, to_short: impl Into<Option<u16>>) -> Self {
        let file = [&[0x30, 0x82, 0x02, 0x58][..], &[0xA5; 600]].concat();
        Self { file, to_extended: to_extended.into(), to_short: to_short.into(), commands: Vec::new() }
    }
}

impl Transport for Fake {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands.push(command.to_vec());
        let &[0x00, 0xB0, p1, p2, ref le @ ..] = command else { panic!("{command:02X?}") };
        let (word, wanted) = match *le {
            [0] => (self.to_short, 256),
            [le] => (self.to_short, usize::from(le)),
            [0, 0, 0] => (self.to_extended, 65_536),
            [0, high, low] => (self.to_extended, usize::from(u16::from_be_bytes([high, low]))),
            _ => panic!("{command:02X?}"),
        };
        if let Some(word) = word {
            return Ok(word.to_be_bytes().to_vec());
        }
        let offset = if p1 == 0x81 { 0 } else { usize::from(u16::from_be_bytes([p1, p2])) };
        let left = &self.file[offset..];
        Ok([&left[..left.len().min(wanted)], &[0x90, 0x00]].concat())
    }
}

fn read(session: &mut Session<Fake>) -> Result<Vec<u8>, FileReadError> {
    session.read_tlv_file(1, 4_096, &mut |_, _| {})
}

fn sized(session: &mut Session<Fake>) -> Result<Vec<u8>, FileReadError> {
    session.read_sized_file(ReadFrom::Short(1), 604, &mut |_, _| {})
}

/// How many commands were extended, and how many were not.
fn sent(session: &Session<Fake>) -> (usize, usize) {
    let commands = &session.transport().commands;
    let extended = commands.iter().filter(|command| command.len() > 5).count();
    (extended, commands.len() - extended)
}

#[test]
fn a_card_that_refuses_extended_commands_with_another_word_is_read_with_short_ones() {
    for word in [0x6985, 0x6A86, 0x6A87, 0x6D00] {
        for read in [read, sized] {
            let mut session = Session::new(Fake::new(word, None));
            let file = session.transport().file.clone();
            assert_eq!(read(&mut session), Ok(file.clone()), "{word:04X}");
            assert_eq!(sent(&session), (1, 3), "{word:04X}");
            assert_eq!(session.step(), ReadStep::short(), "{word:04X}");
            assert_eq!(read(&mut session), Ok(file), "{word:04X}");
            assert_eq!(sent(&session), (1, 6), "what works is remembered");
        }
    }
}

#[test]
fn a_file_that_is_refused_in_both_forms_is_asked_for_twice_and_shows_nothing_about_the_length() {
    for (first, second) in [(0x6985, 0x6985), (0x6A86, 0x6982), (0x6A87, 0x6700)] {
        let mut session = Session::new(Fake::new(first, second));
        let refused = read(&mut session).unwrap_err();
        assert_eq!(refused, CardError::Status(Status(first)).into(), "{first:04X} {second:04X}");
        assert_eq!(sent(&session), (1, 1), "{first:04X} {second:04X}");
        assert!(session.step().is_extended(), "{first:04X} {second:04X}");
    }
}

#[test]
fn a_word_about_the_file_and_one_after_an_extended_answer_are_believed_at_once() {
    for word in [0x6982, 0x6983, 0x6984, 0x6A82, 0x6A88, 0x6B00] {
        let mut session = Session::new(Fake::new(word, None));
        assert_eq!(read(&mut session).unwrap_err(), CardError::Status(Status(word)).into(), "{word:04X}");
        assert_eq!(sent(&session), (1, 0), "{word:04X}");
    }
    let mut session = Session::new(Fake::new(None, None));
    read(&mut session).unwrap();
    // In a later session with the card too.
    let mut session = Session::with_step(Fake::new(0x6985, None), session.step());
    assert_eq!(read(&mut session).unwrap_err(), CardError::Status(Status::CONDITIONS).into());
    assert_eq!(sent(&session), (1, 0));
}
