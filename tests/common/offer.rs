//! A simulated card in one of vpcd's slots, served by the simulator itself.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    os::linux::net::TcpStreamExt,
    thread::{self, JoinHandle},
    time::Duration,
};

use taimen::simulator::{SimulatedCard, vpcd};

use super::pcscd::wait_for;

/// A card on the reader, until it is taken back or dropped.
pub struct Offered {
    stream: TcpStream,
    thread: Option<JoinHandle<SimulatedCard>>,
}

impl Offered {
    /// Lays the card on the slot with this TCP port.
    pub fn insert(port: u16, mut card: SimulatedCard) -> Self {
        let mut stream = None;
        let _ = wait_for(Duration::from_secs(5), || {
            stream = TcpStream::connect(("127.0.0.1", port)).ok();
            stream.is_some()
        });
        let stream = stream.expect("vpcd accepts no card: is another one in the slot?");
        stream.set_nodelay(true).unwrap();
        let peer = Prompt(stream.try_clone().unwrap());
        let thread = thread::spawn(move || {
            // It ends with an error if the reader is closed in the middle of a message.
            let _ = vpcd::serve(peer, &mut card);
            card
        });
        Self { stream, thread: Some(thread) }
    }

    /// Takes the card back, with the counters as they are now.
    pub fn remove(mut self) -> SimulatedCard {
        let _ = self.stream.shutdown(Shutdown::Both);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Offered {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Acknowledges at once; vpcd would wait 40 ms a message otherwise.
struct Prompt(TcpStream);

impl Read for Prompt {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.set_quickack(true)?;
        self.0.read(buffer)
    }
}

impl Write for Prompt {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
