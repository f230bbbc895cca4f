//! PC/SC readers, through the real pcscd and vpcd's virtual reader.
#![cfg(all(feature = "pcsc", target_os = "linux"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{process::Command, sync::mpsc, thread, time::Duration};

use crate::common::{
    limit::Limit,
    pcscd::{Pcscd, wait_for},
    vicc::{ATR, Event, Vicc},
};
use taimen::transport::{
    Transport, TransportError,
    pcsc::{PcscReader, Slot, Waiting, readers},
};

const WAIT: Duration = Duration::from_secs(5);

/// Answers `<number of bytes of the command, two bytes> 9000`, or as much data as an extended Le of B0 asks for.
fn counting(command: &[u8]) -> Vec<u8> {
    let length = u16::try_from(command.len()).unwrap().to_be_bytes();
    let data = match *command {
        [0, 0xB0, _, _, 0, high, low] => vec![0x5A; usize::from(u16::from_be_bytes([high, low]))],
        _ => length.to_vec(),
    };
    [&data[..], &[0x90, 0x00]].concat()
}

fn find() -> Result<PcscReader, TransportError> {
    // By name: a developer's own card on another reader is left alone.
    PcscReader::find(Some("Virtual PCD"), WAIT, &mut |_| {})
}

#[test]
fn exchanges_short_and_extended_commands() {
    let pcscd = Pcscd::start();
    let card = Vicc::insert(pcscd.port(), counting);
    let mut reader = find().unwrap();
    assert_eq!(reader.info().name, "Virtual PCD 00 00");
    assert_eq!((reader.info().atr.as_slice(), reader.info().slot), (ATR, Slot::Unknown));
    {
        let mut link = reader.open().unwrap();
        assert_eq!(link.exchange(&[0, 0xA4, 4, 0x0C]), Ok(vec![0, 4, 0x90, 0]));
        let mut long = vec![0, 0xD6, 0, 0, 0, 0x10, 0];
        long.resize(7 + 0x1000, 0xEE);
        assert_eq!(link.exchange(&long), Ok(vec![0x10, 0x07, 0x90, 0]));
        for size in [0x0100_u16, 0x0FFF, 0x7FFF, 0xFFF0] {
            let [high, low] = size.to_be_bytes();
            let answer = link.exchange(&[0, 0xB0, 0x81, 0, 0, high, low]).unwrap();
            assert_eq!(answer.len(), usize::from(size) + 2);
        }
    }
    let commands = card.events().iter().filter(|event| matches!(event, Event::Command(_))).count();
    assert_eq!(commands, 6, "pcscd passes each command on once: {:?}", card.events());
}

#[test]
fn each_opening_is_a_power_cycle_and_the_end_powers_down() {
    let pcscd = Pcscd::start();
    let card = Vicc::insert(pcscd.port(), counting);
    let mut reader = find().unwrap();
    for _ in 0..2 {
        let before = card.events().len();
        let mut link = reader.open().unwrap();
        link.exchange(&[0, 0xB0, 0, 0, 4]).unwrap();
        drop(link);
        let events = card.events()[before..].to_vec();
        let command = events.iter().position(|event| matches!(event, Event::Command(_))).unwrap();
        assert!(events[..command].ends_with(&[Event::PowerOff, Event::PowerOn]), "{events:?}");
        let off = || card.events()[before + command..].contains(&Event::PowerOff);
        assert!(wait_for(Duration::from_secs(2), off).is_some(), "{:?}", card.events());
    }
}

#[test]
fn a_card_removed_on_the_way() {
    let pcscd = Pcscd::start();
    let card = Vicc::insert(pcscd.port(), counting);
    let mut reader = find().unwrap();
    let mut link = reader.open().unwrap();
    link.exchange(&[0, 0xB0, 0, 0, 4]).unwrap();
    card.remove();
    for command in [&[0, 0xB0, 0, 0, 4][..], &[0, 0xB0, 0, 0, 4], &[0, 0xB0, 0x82, 0, 0, 0, 0], &[0, 0xB0, 0, 0, 4]] {
        assert_eq!(link.exchange(command), Err(TransportError::Removed));
    }
    // Another card does not bring the connection back, but a new opening does.
    let _card = Vicc::insert(pcscd.port(), counting);
    assert_eq!(link.exchange(&[0, 0xB0, 0, 0, 4]), Err(TransportError::Removed));
    drop(link);
    reader.wait_again(&mut |_| {}).unwrap();
    assert!(reader.open().unwrap().exchange(&[0, 0xB0, 0, 0, 4]).is_ok());
}

#[test]
fn no_card_and_no_such_reader() {
    let pcscd = Pcscd::start();
    let second = Duration::from_secs(1);
    let mut told = Vec::new();
    let error = PcscReader::find(Some("virtual pcd 00 01"), second, &mut |waiting| {
        told.push(format!("{waiting:?}"));
    })
    .unwrap_err();
    assert_eq!(error, TransportError::NoCard { seconds: 1 });
    assert_eq!(told, [format!("{:?}", Waiting::Card { readers: &["Virtual PCD 00 01".into()] })]);

    let mut told = Vec::new();
    let error = PcscReader::find(Some("ACR1252"), second, &mut |waiting| told.push(format!("{waiting:?}")));
    assert_eq!(error.unwrap_err(), TransportError::NoReader);
    assert_eq!(told, [format!("{:?}", Waiting::Reader)]);

    let names: Vec<String> = readers().unwrap().into_iter().map(|reader| reader.name).collect();
    assert!(names.iter().any(|name| name == "Virtual PCD 00 00"), "{names:?}");

    // A card that comes during the wait ends it.
    let port = pcscd.port() + 1;
    let card = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        Vicc::insert(port, counting)
    });
    assert_eq!(find().unwrap().info().name, "Virtual PCD 00 01");
    card.join().unwrap().remove();
}

#[test]
fn a_card_held_by_another_program() {
    let pcscd = Pcscd::start();
    let _limit = Limit::new();
    let _card = Vicc::insert(pcscd.port(), counting);
    let mut reader = find().unwrap();
    let mut other = find().unwrap();

    // Exclusively.
    let link = other.open().unwrap();
    assert_eq!(reader.open().unwrap_err(), TransportError::Busy);
    drop(link);
    drop(reader.open().unwrap());

    // Shared, in a transaction, which makes PC/SC itself wait for ever.
    let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
    let mut shared = context.connect(c"Virtual PCD 00 00", pcsc::ShareMode::Shared, pcsc::Protocols::ANY).unwrap();
    let transaction = shared.transaction().unwrap();
    assert_eq!(reader.open().unwrap_err(), TransportError::Busy);
    drop(transaction);

    // Shared, without a transaction: the transaction of this program is enough.
    let mut link = reader.open().unwrap();
    assert!(link.exchange(&[0, 0xB0, 0, 0, 4]).is_ok());
    drop(link);

    // Let go within the time: it is waited for.
    let link = other.open().unwrap();
    let (sender, receiver) = mpsc::channel::<()>();
    let release = thread::spawn(move || {
        let _ = receiver.recv_timeout(Duration::from_secs(1));
        drop(link);
    });
    drop(reader.open().unwrap());
    drop(sender);
    release.join().unwrap();
}

#[test]
fn pcscd_stops_on_the_way() {
    let mut pcscd = Pcscd::start();
    if !pcscd.is_own() {
        return;
    }
    let _card = Vicc::insert(pcscd.port(), counting);
    let mut reader = find().unwrap();
    let mut link = reader.open().unwrap();
    pcscd.stop();
    assert_eq!(link.exchange(&[0, 0xB0, 0, 0, 4]), Err(TransportError::NoService));
    drop(link);
    assert_eq!(reader.open().unwrap_err(), TransportError::NoService);
    assert_eq!(find().unwrap_err(), TransportError::NoService);
    assert_eq!(readers().unwrap_err(), TransportError::NoService);
}

/// Runs in a process whose PC/SC library looks for another socket, so no pcscd is there whoever runs one.
#[test]
fn no_pcscd() {
    let this = std::env::current_exe().unwrap();
    let status = Command::new(this)
        .args(["--exact", "pcsc::without_pcscd", "--ignored"])
        .env("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm")
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "a part of no_pcscd"]
fn without_pcscd() {
    assert_eq!(find().unwrap_err(), TransportError::NoService);
    assert_eq!(readers().unwrap_err(), TransportError::NoService);
}
