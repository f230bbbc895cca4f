//! What our side of vpcd's protocol costs an exchange, beside a peer that does nothing but answer: vpcd writes length and
//! payload apart, and a peer that acknowledges late makes it wait 40 ms in between.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::linux::net::TcpStreamExt,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Figure,
    Limit::AtMost,
    common::program::{Program, Running},
};

const EXCHANGES: usize = 50;

/// SELECT of the master file: what the card itself does for it is next to nothing.
const COMMAND: &[u8] = &[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00];

/// One exchange as vpcd does it: two writes, on a socket that gathers small ones (Nagle).
fn exchange(stream: &mut TcpStream) -> Vec<u8> {
    stream.write_all(&u16::try_from(COMMAND.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(COMMAND).unwrap();
    receive(stream)
}

fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    answer
}

/// What an exchange takes: the mean of many.
fn cost(stream: &mut TcpStream) -> Duration {
    let start = Instant::now();
    for _ in 0..EXCHANGES {
        assert_eq!(exchange(stream), [0x90, 0x00]);
    }
    start.elapsed() / u32::try_from(EXCHANGES).unwrap()
}

/// The baseline: acknowledges at once, answers 9000 in one write.
fn answer_everything(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let (mut buffer, mut filled) = ([0; 64], 0);
    loop {
        stream.set_quickack(true).unwrap();
        match stream.read(&mut buffer[filled..]) {
            Ok(read @ 1..) => filled += read,
            _ => return,
        }
        if filled == 2 + COMMAND.len() {
            stream.write_all(&[0, 2, 0x90, 0x00]).unwrap();
            filled = 0;
        }
    }
}

pub fn exchange_cost() -> Vec<Figure> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let program = Program::new();
    let mut command = program.command(["simulate", "licence", "--vpcd", &at.to_string()]);
    let card = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let (mut ours, _) = listener.accept().unwrap();
    ours.write_all(&[0, 1, 1]).unwrap();

    let peer = thread::spawn(move || answer_everything(TcpStream::connect(at).unwrap()));
    let (mut bare, _) = listener.accept().unwrap();

    let (mut base, mut all) = (Duration::MAX, Duration::MAX);
    // Alternating, so that both sides meet the same neighbours on a shared machine; the fastest of each is what it costs.
    for _ in 0..20 {
        base = base.min(cost(&mut bare));
        all = all.min(cost(&mut ours));
    }
    let ratio = all.as_secs_f64() / base.as_secs_f64();
    drop(bare);
    peer.join().unwrap();
    drop(card);
    vec![Figure::new(format!("an exchange with a simulated card ({all:?}), in a bare peer's"), ratio, AtMost(3.0))]
}
