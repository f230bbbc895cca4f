//! What an exchange over the phone's protocol costs the host, beside the same bytes back and forth over a bare
//! connection in the same run.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::linux::net::TcpStreamExt,
    thread,
    time::{Duration, Instant},
};

use taimen::transport::{
    Transport,
    phone::{Limits, PhoneReader},
};

use crate::{Figure, Limit::AtMost, common::vicc::Vicc};

pub fn exchange_cost() -> Vec<Figure> {
    const ROUNDS: u32 = 300;
    let mut reader = PhoneReader::listen("127.0.0.1:0".parse().unwrap(), Duration::from_secs(5))
        .unwrap()
        .with_limits(Limits::default());
    let card = Vicc::insert(reader.address().port(), |_| vec![0x5A; 258]);
    reader.wait_for_card().unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let bare = thread::spawn(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut command = [0; 7];
        while stream.read_exact(&mut command).is_ok() {
            stream.write_all(&[0x5A; 260]).unwrap();
        }
    });
    let (mut base, _) = listener.accept().unwrap();
    base.set_nodelay(true).unwrap();

    let mut link = reader.open().unwrap();
    let (mut least, mut spent) = (f64::MAX, (Duration::MAX, Duration::MAX));
    for _ in 0..10 {
        let start = Instant::now();
        let mut answer = [0; 260];
        for _ in 0..ROUNDS {
            base.set_quickack(true).unwrap();
            base.write_all(&[0, 5, 0, 0xB0, 0x82, 0, 0]).unwrap();
            base.read_exact(&mut answer).unwrap();
        }
        let plain = start.elapsed();
        let start = Instant::now();
        for _ in 0..ROUNDS {
            assert_eq!(link.exchange(&[0, 0xB0, 0x82, 0, 0]).unwrap().len(), 258);
        }
        let ours = start.elapsed();
        let ratio = ours.as_secs_f64() / plain.as_secs_f64();
        if ratio < least {
            (least, spent) = (ratio, (plain / ROUNDS, ours / ROUNDS));
        }
    }
    drop(link);
    drop(reader);
    drop(base);
    bare.join().unwrap();
    drop(card);
    let micros = spent.1.as_secs_f64() * 1e6;
    vec![
        Figure::new("an exchange over the phone's protocol, in bare bytes", least, AtMost(4.0)),
        Figure::new("the same in microseconds", micros, AtMost(1_000.0)),
    ]
}
