//! The mdoc application over NFC (ISO/IEC 18013-5 8.3.3.1.2): messages in an object with tag `53`, sent with ENVELOPE.

use crate::iso7816::{Command, Le};

use super::session::MAX_MESSAGE;

/// The tag around a message.
const TAG: u8 = 0x53;

/// The instruction.
const ENVELOPE: u8 = 0xC3;

/// Class of a command after which more of the message follows.
const MORE: u8 = 0x10;

/// A message in its object.
pub fn wrap(message: &[u8]) -> Vec<u8> {
    let [.., high, middle, low] = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    let head: &[u8] = match message.len() {
        0..=0x7F => &[TAG, low],
        0x80..=0xFF => &[TAG, 0x81, low],
        0x100..=0xFFFF => &[TAG, 0x82, middle, low],
        _ => &[TAG, 0x83, high, middle, low],
    };
    [head, message].concat()
}

/// How many bytes the object has that begins so; `None` for bytes that no object begins with, or one that is too long.
pub fn length(object: &[u8]) -> Option<usize> {
    let (head, value, least) = match object {
        [TAG, length @ ..=0x7F, ..] => (2, usize::from(*length), 0),
        [TAG, 0x81, length, ..] => (3, usize::from(*length), 0x80),
        [TAG, 0x82, high, low, ..] => (4, usize::from(u16::from_be_bytes([*high, *low])), 0x100),
        [TAG, 0x83, high, middle, low, ..] => {
            (5, usize::try_from(u32::from_be_bytes([0, *high, *middle, *low])).ok()?, 0x1_0000)
        }
        _ => return None,
    };
    (least..=MAX_MESSAGE).contains(&value).then_some(head + value)
}

/// The message in an object that is all there is.
pub fn unwrap(object: &[u8]) -> Option<&[u8]> {
    let total = length(object).filter(|total| *total == object.len())?;
    let head = match object.get(1) {
        Some(0x81) => 3,
        Some(0x82) => 4,
        Some(0x83) => 5,
        _ => 2,
    };
    object.get(head..total)
}

/// What a reader and a phone take in one command and in one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of data in a command.
    pub command: usize,
    /// Bytes of data in an answer.
    pub response: usize,
}

impl Sizes {
    /// What every reader and every phone takes: short APDUs.
    pub const SHORT: Self = Self { command: 255, response: 256 };

    /// Whether extended APDUs are of use.
    pub fn extended(self) -> bool {
        self != Self::SHORT
    }

    /// The next step down of a ladder that ends in short APDUs.
    pub fn below(self) -> Option<Self> {
        let most = self.command.max(self.response);
        match most {
            4_097.. => Some(Self { command: self.command.min(4_096), response: self.response.min(4_096) }),
            1_025..=4_096 => Some(Self { command: self.command.min(1_024), response: self.response.min(1_024) }),
            257..=1_024 => Some(Self::SHORT),
            _ => None,
        }
    }

    /// Le for as much as an answer may have.
    pub fn le(self) -> Le {
        if !self.extended() {
            return Le::Short(256);
        }
        u16::try_from(self.response).map_or(Le::Extended, Le::Exact)
    }
}

/// The commands that carry an object: all but the last one say that more follows, and have no Le.
pub fn envelopes(object: &[u8], sizes: Sizes) -> Vec<Command> {
    let parts: Vec<&[u8]> = object.chunks(sizes.command.max(1)).collect();
    let last = parts.len().saturating_sub(1);
    let command = |(at, part): (usize, &&[u8])| {
        if at == last {
            Command::with_le([0x00, ENVELOPE, 0x00, 0x00], part, sizes.le())
        } else {
            Command::chained([MORE, ENVELOPE, 0x00, 0x00], part)
        }
    };
    parts.iter().enumerate().map(command).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_have_the_shortest_head() {
        for (length, head) in [
            (0, "5300"),
            (127, "537f"),
            (128, "538180"),
            (255, "5381ff"),
            (256, "53820100"),
            (65_535, "5382ffff"),
            (65_536, "5383010000"),
        ] {
            let message = vec![7; length];
            let object = wrap(&message);
            assert!(hex::encode(&object).starts_with(head), "{length}");
            assert_eq!(super::length(&object), Some(object.len()));
            assert_eq!(unwrap(&object), Some(message.as_slice()));
            assert_eq!(unwrap(&object[..object.len() - 1]), None);
            assert_eq!(unwrap(&[object.as_slice(), &[0]].concat()), None);
        }
        for wrong in ["", "53", "5301", "538101aa", "53820001aa", "5383000100", "5384000000", "5400", "538401000000"] {
            assert_eq!(unwrap(&hex::decode(wrong).unwrap()), None, "{wrong}");
        }
        assert_eq!(length(&[0x53, 0x83, 0xFF, 0xFF, 0xFF]), None, "16 MiB is not a message");
        // As the standard ends a session.
        assert_eq!(hex::encode(wrap(&crate::cards::mdoc::session::termination())), "5309a16673746174757314");
    }

    #[test]
    fn a_message_goes_in_as_few_commands_as_both_sides_take() {
        let shown = |object: &[u8], sizes| {
            envelopes(object, sizes)
                .iter()
                .map(|command| {
                    let bytes = hex::encode(command.bytes());
                    (bytes.get(..14).unwrap_or(&bytes).to_owned(), command.bytes().len())
                })
                .collect::<Vec<_>>()
        };
        let object = wrap(&[0xAB; 600]);
        let most = Sizes { command: 65_535, response: 65_536 };
        assert_eq!(shown(&object, most), [("00c3000000025c".to_owned(), 4 + 3 + 604 + 2)]);
        assert_eq!(
            shown(&object, Sizes::SHORT),
            [
                ("10c30000ff5382".to_owned(), 4 + 1 + 255),
                ("10c30000ffabab".to_owned(), 4 + 1 + 255),
                ("00c300005eabab".to_owned(), 4 + 1 + 94 + 1)
            ]
        );
        let ladder: Vec<Sizes> = std::iter::successors(Some(most), |sizes| sizes.below()).collect();
        assert_eq!(ladder.iter().map(|sizes| sizes.command).collect::<Vec<_>>(), [65_535, 4_096, 1_024, 255]);
        assert_eq!(ladder.iter().map(|sizes| sizes.response).collect::<Vec<_>>(), [65_536, 4_096, 1_024, 256]);
        let chained = shown(&object, Sizes { command: 400, response: 4_096 });
        assert_eq!(chained.len(), 2);
        assert_eq!(chained[0].0, "10c30000000190");
    }

    proptest::proptest! {
        #[test]
        fn what_is_cut_is_whole_again(message in proptest::collection::vec(proptest::num::u8::ANY, 0..3_000), command in 1..3_000_usize) {
            let object = wrap(&message);
            let commands = envelopes(&object, Sizes { command, response: 300 });
            let data: Vec<u8> = commands.iter().flat_map(|command| command.body().0.to_vec()).collect();
            proptest::prop_assert_eq!(unwrap(&data), Some(message.as_slice()));
            let more = commands.iter().filter(|command| command.header()[0] == MORE).count();
            proptest::prop_assert_eq!(more + 1, commands.len());
        }

        #[test]
        fn any_bytes_are_an_object_or_none(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..10)) {
            let _ = (length(&bytes), unwrap(&bytes));
        }
    }
}
