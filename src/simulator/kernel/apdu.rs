//! Command APDUs as the card takes them apart (ISO/IEC 7816-3:2006 12.1.3).

/// A command's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Apdu<'a> {
    pub cla: u8,
    pub ins: u8,
    pub p1: u8,
    pub p2: u8,
    /// Empty when there is no Lc.
    pub data: &'a [u8],
    /// Bytes asked for: 1 to 65,536; `None` when there is no Le.
    pub le: Option<usize>,
    /// Whether Lc or Le has the extended form.
    pub extended: bool,
}

impl<'a> Apdu<'a> {
    /// Takes a command apart; `None` when its lengths contradict each other.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[cla, ins, p1, p2], body) = bytes.split_first_chunk::<4>()?;
        let (data, le, extended) = match body {
            [] => (&[][..], None, false),
            [le] => (&[][..], Some(short_le(*le)), false),
            [0, high, low] => (&[][..], Some(extended_le([*high, *low])), true),
            [0, high, low, rest @ ..] => {
                let (data, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
                match rest {
                    [] if !data.is_empty() => (data, None, true),
                    [high, low] if !data.is_empty() => (data, Some(extended_le([*high, *low])), true),
                    _ => return None,
                }
            }
            [length, rest @ ..] => {
                let (data, rest) = rest.split_at_checked(usize::from(*length))?;
                match rest {
                    [] if !data.is_empty() => (data, None, false),
                    [le] if !data.is_empty() => (data, Some(short_le(*le)), false),
                    _ => return None,
                }
            }
        };
        Some(Self { cla, ins, p1, p2, data, le, extended })
    }
}

fn short_le(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn extended_le(le: [u8; 2]) -> usize {
    match u16::from_be_bytes(le) {
        0 => 65_536,
        le => usize::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Data, Le and form of a command in hex.
    fn parts(command: &str) -> Option<(String, Option<usize>, bool)> {
        let bytes = hex::decode(command).unwrap();
        Apdu::parse(&bytes).map(|apdu| (hex::encode(apdu.data), apdu.le, apdu.extended))
    }

    #[test]
    fn seven_forms() {
        let is = |command, data: &str, le, extended| {
            assert_eq!(parts(command), Some((data.to_owned(), le, extended)), "{command}");
        };
        is("00200092", "", None, false);
        is("00B0840000", "", Some(256), false);
        is("00B0020038", "", Some(0x38), false);
        is("0020009202AABB", "aabb", None, false);
        is("802A000002AABB00", "aabb", Some(256), false);
        is("00B08400000000", "", Some(65_536), true);
        is("00B08400000100", "", Some(256), true);
        is("80AE0000000002AABB", "aabb", None, true);
        is("802A0000000002AABB0010", "aabb", Some(16), true);
    }

    #[test]
    fn contradictory_lengths() {
        for command in [
            "",
            "00A404",
            "00A4040C02AA",
            "00A4040C01AABBCC",
            "00A4040C000002AA",
            "00A4040C000001AABB",
            "00A4040C00000000",
        ] {
            assert_eq!(parts(command), None, "{command}");
        }
    }
}
