//! A virtual card in one of vpcd's slots: a closure that answers commands.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::pcscd::wait_for;

/// The answer to reset: T=1, one historical byte, no more.
pub const ATR: &[u8] = &[0x3B, 0x80, 0x80, 0x01, 0x01];

/// What the reader did to the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    PowerOff,
    PowerOn,
    Reset,
    /// A command of this many bytes.
    Command(usize),
}

/// A card in a slot, until it is dropped.
pub struct Vicc {
    stream: TcpStream,
    events: Arc<Mutex<Vec<Event>>>,
    thread: Option<JoinHandle<()>>,
}

impl Vicc {
    /// Lays a card on the slot with this TCP port; `answer` gets commands and returns data and status word.
    pub fn insert(port: u16, mut answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        Self::powered(port, move |command| Some(command.map(&mut answer).unwrap_or_default()))
    }

    /// The same of a card that also hears when it is powered up, down or reset (`None`), and leaves the reader when `answer` has
    /// nothing.
    pub fn powered(port: u16, mut answer: impl FnMut(Option<&[u8]>) -> Option<Vec<u8>> + Send + 'static) -> Self {
        let mut stream = None;
        let _ = wait_for(Duration::from_secs(5), || {
            stream = TcpStream::connect(("127.0.0.1", port)).ok();
            stream.is_some()
        });
        let stream = stream.expect("vpcd accepts no card: is another one in the slot?");
        stream.set_nodelay(true).unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let (mut peer, log) = (stream.try_clone().unwrap(), Arc::clone(&events));
        let thread = thread::spawn(move || {
            while let Some(message) = receive(&mut peer) {
                let event = match *message {
                    [0] => Event::PowerOff,
                    [1] => Event::PowerOn,
                    [2] => Event::Reset,
                    [4] => {
                        send(&mut peer, ATR);
                        continue;
                    }
                    _ => Event::Command(message.len()),
                };
                log.lock().unwrap().push(event);
                let command = matches!(event, Event::Command(_)).then_some(&*message);
                let Some(answer) = answer(command) else {
                    let _ = peer.shutdown(Shutdown::Both);
                    return;
                };
                if command.is_some() {
                    send(&mut peer, &answer);
                }
            }
        });
        Self { stream, events, thread: Some(thread) }
    }

    /// What happened so far.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Takes the card off the reader.
    pub fn remove(self) {}
}

impl Drop for Vicc {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One message: its length in two bytes, then its bytes.
fn receive(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message).ok()?;
    Some(message)
}

fn send(stream: &mut TcpStream, message: &[u8]) {
    let length = u16::try_from(message.len()).expect("vpcd's messages have at most 65,535 bytes");
    let _ = stream.write_all(&[&length.to_be_bytes(), message].concat());
}
