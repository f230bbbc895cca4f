mod bac;
mod chips;
mod infos;
mod messages;
mod protocols;
mod runs;

use std::collections::VecDeque;

use crypto_bigint::BoxedUint;

use super::*;
use crate::{
    iso7816::{Le, Response, SecureChannel},
    simulator::SplitMix64,
};
use runs::Run;

/// The zone of the worked example.
const ZONE: &[u8] = b"L898902C<369080619406236";

/// Every cipher.
const SUITES: [Suite; 4] = [Suite::TripleDes, Suite::Aes128, Suite::Aes192, Suite::Aes256];

fn info(mapping: Mapping, parameter: u8) -> PaceInfo {
    PaceInfo::new(mapping, Suite::Aes128, parameter).unwrap()
}

/// A command's parts.
struct Apdu<'a> {
    cla: u8,
    ins: u8,
    p1: u8,
    p2: u8,
    data: &'a [u8],
    le: Option<usize>,
    extended: bool,
}

impl<'a> Apdu<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[cla, ins, p1, p2], body) = bytes.split_first_chunk::<4>()?;
        let extended = body.len() > 1 && body[0] == 0;
        let (body, size) = if extended { (&body[1..], 2) } else { (body, 1) };
        let number = |field: &[u8]| field.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let (data, le) = match body.len() {
            0 => (&[][..], None),
            length if length == size => (&[][..], Some(body)),
            _ => {
                let (length, rest) = body.split_at(size);
                let (data, le) = rest.split_at_checked(number(length))?;
                (data, (!le.is_empty()).then_some(le))
            }
        };
        assert!(le.is_none_or(|le| le.len() == size));
        let le = le.map(|le| if number(le) == 0 { 1 << (8 * size) } else { number(le) });
        Some(Self { cla, ins, p1, p2, data, le, extended })
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    // An odd number of digits: a number whose first byte has a leading zero.
    hex::decode(if hex.len() % 2 == 1 { format!("0{hex}") } else { hex.to_owned() }).unwrap()
}

fn upper(bytes: impl AsRef<[u8]>) -> String {
    hex::encode_upper(bytes)
}

/// Whether these are a session's keys. The parity of triple DES is set in some examples and in others not.
#[track_caller]
fn same_keys(keys: &SessionKeys, encryption: &str, authentication: &str) {
    same_key(keys.suite(), &keys.encryption, encryption);
    same_key(keys.suite(), &keys.authentication, authentication);
}

#[track_caller]
fn same_key(suite: Suite, key: &crate::crypto::KeyedCipher, wanted: &str) {
    let mask = if suite == Suite::TripleDes { 0xFE } else { 0xFF };
    let [found, wanted] =
        [key.expose(), &bytes(wanted)].map(|key| upper(key.iter().map(|byte| byte & mask).collect::<Vec<_>>()));
    assert_eq!(found, wanted);
}

fn good(data: Vec<u8>) -> Response {
    Response { data, status: Status::OK }
}

fn status(word: u16) -> Response {
    Response { data: Vec::new(), status: Status(word) }
}

/// Draws from a list.
fn listed(list: Vec<Vec<u8>>) -> impl FnMut(usize) -> Result<Vec<u8>, AccessError> {
    let mut list = VecDeque::from(list);
    move |length| {
        let next = list.pop_front().unwrap();
        assert_eq!(next.len(), length, "what is drawn");
        Ok(next)
    }
}

/// Draws of a seed.
fn seeded(seed: u64) -> impl FnMut(usize) -> Result<Vec<u8>, AccessError> {
    let mut random = SplitMix64::new(seed);
    move |length| Ok(random.bytes(length))
}

/// The random bytes that a private key comes of: the key less one, as the order is cut off it.
fn random_of(secret: &str, length: usize) -> Vec<u8> {
    let number = BoxedUint::from_be_slice(&bytes(secret), u32::try_from(length).unwrap() * 8).unwrap();
    let less = number.wrapping_sub(BoxedUint::one()).to_be_bytes();
    less[less.len() - length..].to_vec()
}

fn next_command<T: std::fmt::Debug>(next: Result<Next<T>, AccessError>) -> Command {
    match next.unwrap() {
        Next::Send(command) => command,
        Next::Done(done) => panic!("{done:?}"),
    }
}

fn done<T>(next: Result<Next<T>, AccessError>) -> T {
    match next.unwrap() {
        Next::Done(done) => done,
        Next::Send(command) => panic!("{command:?}"),
    }
}

/// Class, instruction, parameters and data of a command.
fn data_of(command: &Command) -> Vec<u8> {
    Apdu::parse(command.bytes()).unwrap().data.to_vec()
}

/// Any plain command from its bytes.
fn command(bytes: &[u8]) -> Command {
    let apdu = Apdu::parse(bytes).unwrap();
    let header = [apdu.cla, apdu.ins, apdu.p1, apdu.p2];
    let le = apdu.le.map(|le| match (apdu.extended, u16::try_from(le)) {
        (true, Ok(le)) => Le::Exact(le),
        (true, Err(_)) => Le::Extended,
        (false, length) => Le::Short(length.unwrap()),
    });
    let command = match (le, apdu.data) {
        (None, []) => Command::plain(apdu.cla, apdu.ins, apdu.p1, apdu.p2),
        (None, data) => Command::with_data(header, data, false),
        (Some(le), []) if apdu.p1 & 0x80 != 0 => Command::read_sfi(apdu.p1 & 0x1F, apdu.p2, le),
        (Some(le), []) => Command::read_current(u16::from_be_bytes([apdu.p1, apdu.p2]), le),
        (Some(le), data) => Command::with_le(header, data, le),
    };
    assert_eq!(upper(command.bytes()), upper(bytes));
    command
}

fn option_of(run: &Run) -> PaceOption {
    let oid = bytes(run.oid);
    let infos = SecurityInfos::parse(&crate::crypto::der::object(
        crate::crypto::der::SET,
        &crate::crypto::der::object(
            crate::crypto::der::SEQUENCE,
            &[crate::crypto::der::object(crate::crypto::der::OID, &oid), vec![2, 1, 2, 2, 1, run.parameter]].concat(),
        ),
    ));
    infos.unwrap().preferred().unwrap()
}

/// Both sides with the same keys.
fn sides(keys: &SessionKeys) -> (Channel, ChipChannel) {
    (Channel::new(keys.clone()), ChipChannel::new(keys.clone()))
}

/// One published exchange: the chip opens the command, the reader makes it of what the chip found; the reader opens the answer, the
/// chip makes it of what the reader found. The plain command and answer.
fn exchange((reader, chip): &mut (Channel, ChipChannel), secured: &str, answer: &str) -> (String, String) {
    let (secured, answer) = (bytes(secured), bytes(answer));
    let apdu = Apdu::parse(&secured).unwrap();
    let plain = chip.open([apdu.cla, apdu.ins, apdu.p1, apdu.p2], apdu.data).unwrap();
    let wrapped = reader.wrap(&command(&plain), 0).unwrap();
    assert_eq!(upper(wrapped.bytes()), upper(&secured));
    let (data, status) = answer.split_last_chunk::<2>().unwrap();
    let status = Status(u16::from_be_bytes(*status));
    let opened = reader.unwrap(Response { data: data.into(), status }).unwrap();
    assert_eq!(opened.status, status);
    let sealed = chip.seal(apdu.ins & 1 == 1, &opened.data, opened.status);
    assert_eq!((upper(&sealed.data), sealed.status), (upper(data), status));
    (upper(plain), upper(opened.data))
}
