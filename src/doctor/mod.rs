//! What stands between this machine and a check, judged from what was found out about it. Pure: the program collects an
//! [`Environment`], tests invent one.

/// A row of a table of findings: id, severity, `never` if we know it from others alone, then what is, what it means at the
/// counter and what to do, if anything, as [`words!`](crate::lang::words) takes them.
macro_rules! finding {
    (@severity ($severity:expr)) => { $severity };
    (@severity $severity:ident) => { $crate::doctor::Severity::$severity };
    (@tried) => { $crate::doctor::Tried::Virtual };
    (@tried never) => { $crate::doctor::Tried::Never };
    (@todo) => { None };
    (@todo $todo:tt) => { Some($crate::lang::words!($todo)) };
    ($id:literal $severity:tt $($never:ident)?; $what:tt $means:tt $($todo:tt)?) => {
        $crate::doctor::Finding {
            id: $id,
            severity: finding!(@severity $severity),
            tried: finding!(@tried $($never)?),
            about: None,
            what: $crate::lang::words!($what),
            means: $crate::lang::words!($means),
            todo: finding!(@todo $($todo)?),
        }
    };
}

mod card;
mod machine;
pub mod models;
mod readers;
mod service;

use jiff::Timestamp;

use crate::{kind::CardKind, lang::Words, messages::Platform, transport::slot::Slot};

pub use service::POLKIT_RULE;

/// Everything that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The system.
    pub platform: Platform,
    /// The smart card service.
    pub service: Service,
    /// What is known about starting it; for Linux.
    pub starter: Starter,
    /// How this program is used: several may hold.
    pub sessions: Vec<Session>,
    /// The readers that the service lists, in order of preference.
    pub readers: Vec<Reader>,
    /// USB devices, vendor and product; `None` if the system does not report.
    pub usb: Option<Vec<(u16, u16)>>,
    /// The version of the CCID driver; `None` if none was found.
    pub ccid: Option<String>,
    /// What became of the card that `pcsc` would take.
    pub card: Card,
    /// The folder of trust anchors.
    pub trust: Trust,
    /// The clock.
    pub clock: Clock,
    /// The terminal.
    pub terminal: Terminal,
}

/// The smart card service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// It answers.
    Running,
    /// It does not.
    NotRunning,
    /// It refuses this user.
    NotPermitted,
    /// It answers with this error.
    Failed(u32),
    /// The program was built without it.
    NotBuilt,
}

/// What is known about starting the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Starter {
    /// systemd runs this machine.
    pub systemd: bool,
    /// pcscd is installed.
    pub installed: bool,
    /// systemd knows `pcscd.socket`.
    pub socket_unit: bool,
    /// `PCSCLITE_CSOCK_NAME` sends programs to another socket.
    pub other_socket: bool,
}

/// How the program is used, if not at the machine itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// Over ssh.
    Ssh,
    /// Over Remote Desktop.
    RemoteDesktop,
    /// Over Citrix.
    Citrix,
    /// In a container.
    Container,
}

/// A reader that the service lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Its name.
    pub name: String,
    /// What the name says about the slot.
    pub slot: Slot,
    /// Whether a card that answers is there.
    pub card: bool,
    /// Whether a card is there that does not answer.
    pub mute: bool,
}

/// What became of the card that `pcsc` would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Card {
    /// None was there, or none could be looked for.
    None,
    /// Another program held it.
    Busy,
    /// It left on the way.
    Left,
    /// The reader reported this error.
    Failed(u32),
    /// It is of no known kind.
    Unknown,
    /// It was recognised.
    Known {
        /// Its kind.
        kind: CardKind,
        /// What became of a command with extended lengths.
        long: Long,
    },
}

/// What became of READ BINARY with an extended Le on a file that everybody may read. It uses no credential and touches
/// no counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Long {
    /// So many bytes came.
    Passed {
        /// Bytes of the answer.
        bytes: usize,
        /// Bytes that the file announces, if it does.
        of: Option<usize>,
    },
    /// The reader does not pass it.
    NotByReader,
    /// The card refused the length with this status word.
    NotByCard(u16),
    /// It was not measured: the card answered this status word instead.
    NotMeasured(u16),
}

/// The folders of trust anchors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// They can be used.
    Usable {
        /// How many anchors the user has added.
        installed: usize,
    },
    /// They cannot: what is wrong, and what to do.
    Broken {
        /// What is wrong.
        what: Words,
        /// What to do.
        todo: Words,
    },
}

/// The clock and what can be known about it without a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What it says.
    pub now: Timestamp,
    /// Whether the system says that it is synchronised; `None` if it says nothing.
    pub synchronised: Option<bool>,
    /// When the program's own file was written.
    pub program_written: Option<Timestamp>,
}

/// The terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// A person is there to be asked.
    pub interactive: bool,
    /// Its letters are UTF-8, as far as the environment says.
    pub utf8: bool,
    /// It shows pictures.
    pub pictures: bool,
}

/// How much a finding matters. The order is that of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Good to know; a check runs.
    Note,
    /// No check runs, or not a right one.
    Problem,
}

impl Severity {
    /// The machine name, in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }
}

/// On what a finding rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tried {
    /// Our tests bring it about, on Linux, with pcscd and a virtual reader if one is needed.
    Virtual,
    /// Others report it. We have never tried it.
    Never,
}

impl Tried {
    /// The machine name, in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Never => "never",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Machine name; `docs/doctor.md` lists them.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// On what it rests.
    pub tried: Tried,
    /// The reader that it is about.
    pub about: Option<String>,
    /// What is.
    pub what: Words,
    /// What it means at the counter.
    pub means: Words,
    /// What to do, if anything is to be done.
    pub todo: Option<Words>,
}

/// Everything that can be said about an environment, in the order in which it is best put right.
pub fn diagnose(environment: &Environment) -> Vec<Finding> {
    let mut findings = service::findings(environment);
    findings.extend(readers::findings(environment));
    findings.extend(card::findings(environment));
    findings.extend(machine::findings(environment));
    findings
}

/// Whether a check could run.
pub fn usable(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity != Severity::Problem)
}

#[cfg(test)]
mod tests;
