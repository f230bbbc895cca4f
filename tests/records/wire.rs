//! A line to the PostgreSQL server that is cut where a test wants it: the answer to COMMIT is lost, or COMMIT itself.

use std::{
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread::spawn,
};

/// What the line does with the next COMMIT.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Cut {
    /// Passes it on.
    Never,
    /// The server gets it, and its answer is lost. Later connections work.
    Answer,
    /// The same, and the server is not reached again.
    AnswerForGood,
    /// The server does not get it, and is not reached again.
    CommitForGood,
}

/// A socket in a folder of its own, before the server's.
pub struct Wire {
    cut: Arc<AtomicU8>,
}

impl Wire {
    /// Listens in `folder` under the name of the server's socket.
    pub fn to(server: PathBuf, folder: &Path) -> Self {
        let listener = UnixListener::bind(folder.join(server.file_name().unwrap())).unwrap();
        let cut = Arc::new(AtomicU8::new(0));
        let state = cut.clone();
        spawn(move || {
            for client in listener.incoming().flatten() {
                if state.load(Ordering::SeqCst) == DEAD {
                    continue;
                }
                let server = UnixStream::connect(&server).unwrap();
                let pair = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (to, from) = (state.clone(), state.clone());
                spawn(move || pass(client, server, &to));
                spawn(move || back(pair.1, pair.0, &from));
            }
        });
        Self { cut }
    }

    /// What happens to the next COMMIT.
    pub fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }
}

/// Nothing passes any more.
const DEAD: u8 = 100;
/// The server has the COMMIT; its answer ends the connection, and all later ones.
const ANSWERED_DEAD: u8 = 101;
/// The same, for this connection alone.
const ANSWERED: u8 = 102;

fn end(one: &UnixStream, other: &UnixStream) {
    let _ = (one.shutdown(Shutdown::Both), other.shutdown(Shutdown::Both));
}

fn pass(mut from: UnixStream, mut to: UnixStream, state: &AtomicU8) {
    let mut buffer = [0; 16384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let commits = buffer[..length].windows(7).any(|word| word == b"COMMIT\0");
        let now = state.load(Ordering::SeqCst);
        if commits && now == Cut::CommitForGood as u8 {
            state.store(DEAD, Ordering::SeqCst);
            break;
        }
        if commits && now == Cut::AnswerForGood as u8 {
            state.store(ANSWERED_DEAD, Ordering::SeqCst);
        }
        if commits && now == Cut::Answer as u8 {
            state.store(ANSWERED, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    end(&from, &to);
}

fn back(mut from: UnixStream, mut to: UnixStream, state: &AtomicU8) {
    let mut buffer = [0; 16384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let commits = buffer[..length].windows(7).any(|word| word == b"COMMIT\0");
        match state.load(Ordering::SeqCst) {
            ANSWERED_DEAD if commits => {
                state.store(DEAD, Ordering::SeqCst);
                break;
            }
            ANSWERED if commits => {
                state.store(Cut::Never as u8, Ordering::SeqCst);
                break;
            }
            _ => {}
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    end(&from, &to);
}
