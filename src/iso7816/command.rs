//! Command APDUs (ISO/IEC 7816-3:2006 12.1), encoded once, their secrets known to `Debug`.

use std::fmt;

use zeroize::Zeroizing;

use crate::privacy::Pin;

/// A command APDU. `Debug` shows class, instruction, parameters and lengths; data only if none of it is secret.
#[derive(Clone)]
pub struct Command {
    bytes: Zeroizing<Vec<u8>>,
    data: usize,
    secret: bool,
}

/// The identifier of the master file (ISO/IEC 7816-4 8.2.1.2).
pub const MASTER_FILE: [u8; 2] = [0x3F, 0x00];

/// The instruction that presents a credential, or asks for the tries left.
const VERIFY: u8 = 0x20;

/// The two sides prove to each other that they know a secret.
const MUTUAL_AUTHENTICATE: u8 = 0x82;

/// Class of a command under secure messaging whose header is not authenticated (ISO/IEC 7816-4 5.4.1).
const SECURE: u8 = 0x08;

/// Class of a command under secure messaging whose header is authenticated.
const AUTHENTICATED: u8 = 0x0C;

/// Le of a short command that takes whatever the file has, up to 256 bytes.
const SHORT_LE_ALL: u8 = 0x00;

impl Command {
    /// A command without data and without Le (case 1).
    pub fn plain(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self::encode([cla, ins, p1, p2], &[], &[], false)
    }

    /// A command with data of 1 to 255 bytes (case 3), or with Le 256 as well (case 4) when `answer` is set.
    pub fn with_data(header: [u8; 4], data: &[u8], answer: bool) -> Self {
        let le: &[u8] = if answer { &[SHORT_LE_ALL] } else { &[] };
        Self::encode(header, data, le, false)
    }

    /// VERIFY of a credential by short EF identifier (ISO/IEC 7816-4 11.6.6; spec my-number 3.3, M).
    pub fn verify(sfi: u8, pin: &Pin) -> Self {
        Self::encode([0x00, VERIFY, 0x00, 0x80 | sfi], pin.expose(), &[], true)
    }

    /// VERIFY without data: asks for the tries left, costs none (spec my-number 3.4, C).
    pub fn ask_retry_counter(sfi: u8) -> Self {
        Self::plain(0x00, VERIFY, 0x00, 0x80 | sfi)
    }

    /// GET CHALLENGE of 8 bytes (spec residence 3.1).
    pub fn get_challenge() -> Self {
        Self::encode([0x00, 0x84, 0x00, 0x00], &[], &[0x08], false)
    }

    /// MUTUAL AUTHENTICATE: a cryptogram against a cryptogram (spec residence 3.1). It follows GET CHALLENGE directly, and
    /// anybody who sees it can try numbers against it: it is secret.
    pub fn mutual_authenticate(data: &[u8]) -> Self {
        Self::encode([0x00, MUTUAL_AUTHENTICATE, 0x00, 0x00], data, &[SHORT_LE_ALL], true)
    }

    /// VERIFY under secure messaging, its data encrypted already (spec residence 3.1).
    pub fn verify_secure(reference: u8, data: &[u8]) -> Self {
        Self::encode([SECURE, VERIFY, 0x00, reference], data, &[], true)
    }

    /// READ BINARY by short EF identifier from offset 0 to 255 (ISO/IEC 7816-4 11.3.3).
    pub fn read_sfi(sfi: u8, offset: u8, le: Le) -> Self {
        Self::encode([0x00, 0xB0, 0x80 | sfi, offset], &[], &le.encode(), false)
    }

    /// READ BINARY of the current EF from a 15-bit offset (ISO/IEC 7816-4 11.3.3).
    pub fn read_current(offset: u16, le: Le) -> Self {
        let [high, low] = offset.to_be_bytes();
        Self::encode([0x00, 0xB0, high & 0x7F, low], &[], &le.encode(), false)
    }

    /// READ BINARY of the current EF from an offset that 15 bits do not hold (odd instruction, ISO/IEC 7816-4 11.3.3). A short
    /// answer carries a header of up to three bytes more.
    pub fn read_far(offset: u32, le: Le) -> Self {
        let [_, high, middle, low] = offset.to_be_bytes();
        let offset: &[u8] = if high == 0 { &[0x54, 0x02, middle, low] } else { &[0x54, 0x03, high, middle, low] };
        Self::with_le([0x00, 0xB1, 0x00, 0x00], offset, le)
    }

    /// A command with data of 1 to 255 bytes and an Le, both lengths in the form of the Le (case 4).
    pub fn with_le(header: [u8; 4], data: &[u8], le: Le) -> Self {
        if let Le::Short(_) = le {
            return Self::encode(header, data, &le.encode(), false);
        }
        let [high, low] = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
        let le = le.encode();
        let bytes = [&header[..], &[0x00, high, low], data, le.get(1..).unwrap_or_default()].concat();
        Self { bytes: Zeroizing::new(bytes), data: data.len(), secret: false }
    }

    /// A part of a longer command's data, more of which follows: without Le (case 3), extended if the data need it.
    pub fn chained(header: [u8; 4], data: &[u8]) -> Self {
        if data.len() <= usize::from(u8::MAX) {
            return Self::encode(header, data, &[], false);
        }
        let [high, low] = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
        let bytes = [&header[..], &[0x00, high, low], data].concat();
        Self { bytes: Zeroizing::new(bytes), data: data.len(), secret: false }
    }

    /// READ RECORD of one record of the file with this short EF identifier (ISO/IEC 7816-4 11.4.3).
    pub fn read_record(sfi: u8, record: u8) -> Self {
        Self::encode([0x00, 0xB2, record, (sfi << 3) | 0x04], &[], &[SHORT_LE_ALL], false)
    }

    /// GET DATA (ISO/IEC 7816-4 11.5.3).
    pub fn get_data(tag: u16) -> Self {
        let [high, low] = tag.to_be_bytes();
        Self::encode([0x00, 0xCA, high, low], &[], &[SHORT_LE_ALL], false)
    }

    /// GET RESPONSE after `61xx` (ISO/IEC 7816-4 12.3.2).
    pub fn get_response(le: u8) -> Self {
        Self::encode([0x00, 0xC0, 0x00, 0x00], &[], &[le], false)
    }

    /// The same with an Le in either form.
    pub fn get_response_of(le: Le) -> Self {
        Self::encode([0x00, 0xC0, 0x00, 0x00], &[], &le.encode(), false)
    }

    /// This command with another short Le, for the repetition that `6Cxx` asks for. Only for commands without data, and
    /// never for VERIFY: a tries query with one byte more could count as a wrong entry.
    pub fn with_short_le(&self, le: u8) -> Option<Self> {
        let header = self.bytes.get(..4)?;
        let header: [u8; 4] = header.try_into().ok()?;
        let repeatable = self.data == 0 && header.get(1) != Some(&VERIFY);
        repeatable.then(|| Self::encode(header, &[], &[le], self.secret))
    }

    /// A command under secure messaging: this header, data objects that are made already, and an Le in the same form as
    /// `plain` has it. `le` is the length of the answer if the card named it, else 0.
    pub fn secured(plain: &Self, data: &[u8], le: u8) -> Self {
        let header = plain.header();
        let header = [header[0] | SECURE, header[1], header[2], header[3]];
        if !plain.is_extended() {
            return Self::encode(header, data, &[le], plain.secret);
        }
        let [high, low] = u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes();
        let bytes = [&header[..], &[0x00, high, low], data, &[0x00, le]].concat();
        Self { bytes: Zeroizing::new(bytes), data: data.len(), secret: plain.secret }
    }

    /// A command under secure messaging whose header is authenticated (ISO/IEC 7816-4 10.2.2): data objects that are made already,
    /// and an Le in the same form as the Lc, which is extended if `plain` is or the objects need it. `le` is the length of the
    /// answer if the card named it, else 0.
    pub fn authenticated(plain: &Self, objects: &[u8], le: u8) -> Self {
        let header = plain.header();
        let header = [header[0] | AUTHENTICATED, header[1], header[2], header[3]];
        if !plain.is_extended() && objects.len() <= usize::from(u8::MAX) {
            return Self::encode(header, objects, &[le], plain.secret);
        }
        let length = match le {
            0 => Le::Extended,
            le => Le::Exact(le.into()),
        };
        Self { secret: plain.secret, ..Self::with_le(header, objects, length) }
    }

    /// The same command, its data hidden from `Debug` and from recordings.
    #[must_use]
    pub fn hidden(self) -> Self {
        Self { secret: true, ..self }
    }

    /// Data and the bytes of Le, without the zero that only marks the extended form.
    pub fn body(&self) -> (&[u8], &[u8]) {
        let rest = self.bytes.get(4..).unwrap_or_default();
        let rest = if self.is_extended() { rest.get(1..).unwrap_or_default() } else { rest };
        if self.data == 0 {
            return (&[], rest);
        }
        let header = if self.is_extended() { 2 } else { 1 };
        rest.get(header..).unwrap_or_default().split_at_checked(self.data).unwrap_or_default()
    }

    /// Class, instruction and parameters.
    pub fn header(&self) -> [u8; 4] {
        self.bytes.first_chunk::<4>().copied().unwrap_or_default()
    }

    /// Whether its lengths are extended ones.
    pub fn is_extended(&self) -> bool {
        self.bytes.get(4) == Some(&0) && self.bytes.len() > 5
    }

    /// Le of a command without data: 0 for whatever the file has; `None` if it has none.
    pub fn le(&self) -> Option<u16> {
        match self.bytes.get(4..)? {
            [0, high, low] => Some(u16::from_be_bytes([*high, *low])),
            [le] => Some(if *le == 0 { 256 } else { u16::from(*le) }),
            _ => None,
        }
    }

    /// Whether it is SELECT.
    pub(super) fn selects(&self) -> bool {
        matches!(self.header(), [_, 0xA4, ..])
    }

    /// Whether another file may be the current one afterwards: SELECT, and whatever names a file by its short identifier.
    pub(super) fn names_file(&self) -> bool {
        match self.header() {
            [_, 0xA4, ..] => true,
            [_, 0xB0, p1, _] => p1 & 0x80 != 0,
            [_, 0xB2, ..] => true,
            _ => false,
        }
    }

    /// Whether it carries a credential.
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// The bytes for the card.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn encode(header: [u8; 4], data: &[u8], le: &[u8], secret: bool) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(header.len() + 1 + data.len() + le.len()));
        bytes.extend(header);
        if let (false, Ok(length)) = (data.is_empty(), u8::try_from(data.len())) {
            bytes.push(length);
            bytes.extend(data);
        }
        bytes.extend(le);
        Self { bytes, data: data.len(), secret }
    }
}

/// How many bytes a READ BINARY asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Le {
    /// Whatever the file has, in an extended APDU.
    Extended,
    /// This many bytes in an extended APDU: for files of known size. A reader's buffer must hold the answer, and 64 KiB
    /// are more than some have (spec licence 3.4, D).
    Exact(u16),
    /// 1 to 256 bytes (256 is encoded as 00).
    Short(u16),
}

impl Le {
    /// Whether it takes an extended APDU.
    pub(super) fn is_extended(self) -> bool {
        !matches!(self, Self::Short(_))
    }

    fn encode(self) -> Vec<u8> {
        match self {
            Self::Extended => vec![0x00, 0x00, 0x00],
            Self::Exact(length) => {
                let [high, low] = length.to_be_bytes();
                vec![0x00, high, low]
            }
            Self::Short(length) => {
                let [_, low] = length.to_be_bytes();
                vec![low]
            }
        }
    }
}

/// SELECT of an application by its full identifier, no answer data (spec my-number 3.1, C).
pub fn select_application(aid: &[u8]) -> Command {
    Command::with_data([0x00, 0xA4, 0x04, 0x0C], aid, false)
}

/// A form of SELECT of the master file: what P2 asks for, and whether the data name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasterForm {
    /// Whether no answer is asked for (`0C`).
    pub silent: bool,
    /// Whether the data are its identifier.
    pub named: bool,
}

/// SELECT of the master file (spec licence 3.1, passport 3.1).
pub fn select_master(form: MasterForm) -> Command {
    let data: &[u8] = if form.named { &MASTER_FILE } else { &[] };
    Command::with_data([0x00, 0xA4, 0x00, if form.silent { 0x0C } else { 0x00 }], data, false)
}

/// SELECT of a file in the current application (spec my-number 3.1, C).
pub fn select_file(id: u16) -> Command {
    Command::with_data([0x00, 0xA4, 0x02, 0x0C], &id.to_be_bytes(), false)
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret && self.data > 0 {
            let header = self.bytes.get(..4).unwrap_or_default();
            write!(f, "Command({} <{} secret bytes>)", hex::encode_upper(header), self.data)
        } else {
            write!(f, "Command({})", hex::encode_upper(&*self.bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(command: &Command) -> String {
        hex::encode_upper(command.bytes())
    }

    #[test]
    fn encodes_the_commands_of_the_spec() {
        assert_eq!(hex(&select_application(&[0xD3, 0x92])), "00A4040C02D392");
        assert_eq!(hex(&select_file(0x001A)), "00A4020C02001A");
        assert_eq!(hex(&Command::ask_retry_counter(0x12)), "00200092");
        assert_eq!(
            hex(&Command::verify(0x12, &Pin::new(*b"55021720352285").unwrap())),
            "002000920E3535303231373230333532323835"
        );
        assert_eq!(hex(&Command::read_sfi(4, 0, Le::Short(256))), "00B0840000");
        assert_eq!(hex(&Command::read_current(0x200, Le::Short(0x38))), "00B0020038");
        assert_eq!(hex(&Command::read_sfi(2, 0, Le::Extended)), "00B08200000000");
        assert_eq!(hex(&Command::read_sfi(1, 0, Le::Exact(880))), "00B08100000370");
        assert_eq!(hex(&Command::read_record(1, 1)), "00B2010C00");
        assert_eq!(hex(&Command::with_data([0x80, 0x2A, 0, 0], &[1, 2], true)), "802A000002010200");
        assert_eq!(hex(&Command::read_sfi(4, 0, Le::Short(256)).with_short_le(7).unwrap()), "00B0840007");
        assert_eq!(hex(&Command::get_challenge()), "0084000008");
        assert_eq!(hex(&Command::mutual_authenticate(&[0xAB; 40])), format!("0082000028{}00", "AB".repeat(40)));
        assert_eq!(hex(&Command::verify_secure(0x86, &[0xCD; 19])), format!("0820008613{}", "CD".repeat(19)));
        let secured = |plain: &Command, length: u16, le| {
            let [high, low] = length.to_be_bytes();
            Command::secured(plain, &[0x96, 0x02, high, low], le)
        };
        let whole = Command::read_sfi(5, 0, Le::Extended);
        assert_eq!((whole.le(), whole.is_extended()), (Some(0), true));
        assert_eq!(hex(&secured(&whole, 0, 0)), "08B08500000004960200000000");
        let part = Command::read_current(0x1C0, Le::Exact(0xE0));
        assert_eq!((part.le(), hex(&secured(&part, 0xE0, 0))), (Some(0xE0), "08B001C0000004960200E00000".to_owned()));
        let short = Command::read_sfi(5, 0, Le::Short(0xE0));
        assert_eq!((short.le(), hex(&secured(&short, 0xE0, 0))), (Some(0xE0), "08B0850004960200E000".to_owned()));
        assert_eq!(hex(&secured(&Command::read_sfi(1, 0, Le::Extended), 0, 0x13)), "08B08100000004960200000013");
        for command in [Command::mutual_authenticate(&[0xAB; 40]), secured(&short, 0, 0)] {
            assert!(command.with_short_le(40).is_none(), "nothing with data is repeated");
        }
        assert!(Command::ask_retry_counter(0x12).with_short_le(14).is_none(), "a tries query never gets a fifth byte");
    }

    #[test]
    fn debug_hides_a_credential() {
        let command = Command::verify(0x12, &Pin::new(*b"55021720352285").unwrap());
        assert_eq!(format!("{command:?}"), "Command(00200092 <14 secret bytes>)");
        assert_eq!(format!("{:?}", Command::ask_retry_counter(0x12)), "Command(00200092)");
        assert_eq!(format!("{:?}", Command::mutual_authenticate(&[7; 40])), "Command(00820000 <40 secret bytes>)");
        assert_eq!(format!("{:?}", Command::verify_secure(0x86, &[7; 19])), "Command(08200086 <19 secret bytes>)");
    }
}
