//! The licence's chip: a master file with its PINs, three dedicated files, and the answers (spec licence 8.1 to 8.3).
//!
//! Order of the checks: class, instruction, P1-P2, length, file, security status, data \[derived\].

use crate::{
    cards::drivers_licence::files::{self, Access, PIN_LENGTH},
    cards::drivers_licence::tlv::FILLER,
    iso7816::Status,
};

use super::{
    super::{
        apdu::Apdu,
        contents::Secret,
        state::{Reply, sw},
    },
    fields::TooLong,
    issue::IssuedLicence,
    profile::{BlockedQuery, LicenceProfile, Mismatch, PastEnd, VerifiedQuery},
};

/// Selected, but blocked.
const FOLDER_BLOCKED: Status = Status(0x6283);
const NO_SECURE_MESSAGING: Status = Status(0x6882);
const LENGTH_CONTRADICTS: Status = Status(0x6A87);
/// The one file of the master file that a short EF identifier names (spec licence 2.1, note 1).
const MF_SHORT_FILE: u8 = 0x0A;

/// A file of a folder.
#[derive(Debug, Clone)]
pub(in super::super) struct Node {
    pub id: u16,
    pub body: NodeBody,
}

#[derive(Debug, Clone)]
pub(in super::super) enum NodeBody {
    /// A transparent file and the PINs, by the low byte of their file identifiers, that must all be verified; `None`: it
    /// is never readable.
    File { bytes: Vec<u8>, needs: Option<&'static [u8]> },
    /// A PIN.
    Pin(Secret),
}

/// The master file, or a dedicated file with its AID.
#[derive(Debug, Clone)]
pub(in super::super) struct Folder {
    pub name: &'static str,
    pub aid: &'static [u8],
    pub nodes: Vec<Node>,
}

/// A licence's state, volatile and not.
#[derive(Debug, Clone)]
pub(in super::super) struct LicenceChip {
    /// The master file is the first.
    pub folders: Vec<Folder>,
    pub profile: LicenceProfile,
    folder: usize,
    current: Option<u16>,
    /// Verified PINs by the low byte of their identifiers; held for the whole card (C2+).
    pub verified: Vec<u8>,
}

/// The folders of a licence with its files and PINs (spec licence 2.1).
///
/// # Errors
/// [`TooLong`].
pub(in super::super) fn folders(issued: &IssuedLicence, pins: [&[u8]; 2]) -> Result<Vec<Folder>, TooLong> {
    let empty =
        |application: files::Application| Folder { name: application.name, aid: application.aid, nodes: vec![] };
    let mut folders = [files::MF, files::DF1, files::DF2, files::DF3].map(empty).to_vec();
    let mut put = |application: &files::Application, node| {
        if let Some(folder) = folders.iter_mut().find(|folder| folder.name == application.name) {
            folder.nodes.push(node);
        }
    };
    for (reference, value) in files::REFERENCES.iter().zip(pins) {
        let secret =
            Secret { value: Some(value.to_vec()), limit: reference.limit, tries: reference.limit, counted: true };
        put(&reference.application, Node { id: u16::from(reference.sfi), body: NodeBody::Pin(secret) });
    }
    for file in files::FILES {
        let bytes = match issued.files.iter().find(|known| known.file().name == file.name) {
            Some(fields) => fields.encode()?,
            None => vec![FILLER; file.extent.bytes()],
        };
        let needs = match file.access {
            Access::Free => Some(&[][..]),
            Access::AllOf(needs) => Some(needs),
            _ => None,
        };
        put(&file.application, Node { id: file.id(), body: NodeBody::File { bytes, needs } });
    }
    Ok(folders)
}

impl LicenceChip {
    pub fn new(folders: Vec<Folder>, profile: LicenceProfile) -> Self {
        Self { folders, profile, folder: 0, current: None, verified: Vec::new() }
    }

    /// Field off, or any reset.
    pub fn reset(&mut self) {
        self.folder = 0;
        self.current = None;
        self.verified.clear();
    }

    /// A file's stored bytes.
    pub fn file_mut(&mut self, folder: &str, id: u16) -> Option<&mut Vec<u8>> {
        let folder = self.folders.iter_mut().find(|known| known.name == folder)?;
        match &mut folder.nodes.iter_mut().find(|node| node.id == id)?.body {
            NodeBody::File { bytes, .. } => Some(bytes),
            NodeBody::Pin(_) => None,
        }
    }

    /// A PIN's value and counter.
    pub fn pin_mut(&mut self, id: u16) -> Option<&mut Secret> {
        match &mut self.folders.first_mut()?.nodes.iter_mut().find(|node| node.id == id)?.body {
            NodeBody::Pin(secret) => Some(secret),
            NodeBody::File { .. } => None,
        }
    }

    /// Executes one command.
    pub fn execute(&mut self, command: &[u8]) -> Reply {
        let Some(apdu) = Apdu::parse(command) else { return Reply::status(Status::WRONG_LENGTH) };
        let done = match (apdu.cla, apdu.ins) {
            (0x08, _) => Err(NO_SECURE_MESSAGING),
            (0x01.., _) => Err(sw::UNKNOWN_CLASS),
            (0x00, 0xA4) => self.select(&apdu).map(Reply::status),
            (0x00, 0x20) => self.verify(&apdu).map(|()| Reply::status(Status::OK)),
            (0x00, 0xB0) => self.read(&apdu),
            (0x00, _) => Err(sw::UNKNOWN_INSTRUCTION),
        };
        done.unwrap_or_else(Reply::status)
    }

    fn node(&self, id: u16) -> Option<&Node> {
        self.folders.get(self.folder)?.nodes.iter().find(|node| node.id == id)
    }

    fn select(&mut self, apdu: &Apdu<'_>) -> Result<Status, Status> {
        if ![[0x00, 0x00], [0x02, 0x0C], [0x04, 0x0C]].contains(&[apdu.p1, apdu.p2]) {
            return Err(sw::WRONG_PARAMETERS);
        }
        if apdu.le.is_some() {
            return Err(Status::WRONG_LENGTH);
        }
        match (apdu.p1, apdu.data) {
            (0x00, [] | [0x3F, 0x00]) => {
                (self.folder, self.current) = (0, None);
                Ok(Status::OK)
            }
            (0x02, [high, low]) => {
                let id = u16::from_be_bytes([*high, *low]);
                self.node(id).ok_or(Status::NOT_FOUND)?;
                self.current = Some(id);
                Ok(Status::OK)
            }
            (0x04, aid) if aid.len() == 16 => {
                let found = self.folders.iter().skip(1).position(|folder| folder.aid == aid);
                self.folder = found.ok_or(Status::NOT_FOUND)? + 1;
                self.current = None;
                Ok(if self.profile.blocked_folders { FOLDER_BLOCKED } else { Status::OK })
            }
            (0x00, [_, _]) => Err(Status::NOT_FOUND),
            _ => Err(LENGTH_CONTRADICTS),
        }
    }

    fn verify(&mut self, apdu: &Apdu<'_>) -> Result<(), Status> {
        if apdu.p1 != 0 || !(0x80..=0x82).contains(&apdu.p2) {
            return Err(sw::WRONG_PARAMETERS);
        }
        if apdu.le.is_some() || ![0, PIN_LENGTH].contains(&apdu.data.len()) {
            return Err(Status::WRONG_LENGTH);
        }
        let id = match apdu.p2 {
            0x80 => self.current.ok_or(sw::NO_CURRENT_FILE)?,
            p2 => u16::from(p2 & 0x1F),
        };
        // A short identifier is resolved in the current folder, and only the master file has PINs.
        let named = apdu.p2 != 0x80;
        if named && self.folder != 0 {
            return Err(Status::NOT_FOUND);
        }
        let LicenceProfile { mismatch, blocked_query, verified_query, .. } = self.profile;
        let [_, key] = id.to_be_bytes();
        let verified = self.verified.contains(&key);
        let no_pin = if named { Status::NOT_FOUND } else { sw::FILE_STRUCTURE };
        let secret = if self.folder == 0 { self.pin_mut(id) } else { None }.ok_or(no_pin)?;
        if apdu.data.is_empty() {
            return match (verified, secret.tries) {
                (true, _) if verified_query == VerifiedQuery::Ok => Ok(()),
                (_, 0) if blocked_query == BlockedQuery::Blocked => Err(Status::BLOCKED),
                _ if !secret.counted => Err(Status::VERIFY_FAILED),
                (_, left) => Err(sw::tries(left)),
            };
        }
        if secret.tries == 0 {
            return Err(Status::BLOCKED);
        }
        if secret.value.as_deref() == Some(apdu.data) {
            secret.tries = secret.limit;
            self.verified.push(key);
            return Ok(());
        }
        // The counter changes before the answer leaves: cutting power gives no free try.
        secret.tries -= 1;
        let left = secret.tries;
        self.verified.retain(|known| *known != key);
        Err(if mismatch == Mismatch::Plain { Status::VERIFY_FAILED } else { sw::tries(left) })
    }

    fn read(&mut self, apdu: &Apdu<'_>) -> Result<Reply, Status> {
        let (id, offset) = match apdu.p1 {
            0x00..=0x7F => (None, usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]))),
            p1 @ 0x81..=0x9E => (Some(p1 & 0x1F), usize::from(apdu.p2)),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        if apdu.extended && !self.profile.extended_le {
            return Err(Status::WRONG_LENGTH);
        }
        let id = match id {
            None => self.current.ok_or(sw::NO_CURRENT_FILE)?,
            Some(short) if self.folder == 0 && short != MF_SHORT_FILE => return Err(Status::NOT_FOUND),
            Some(short) => u16::from(short),
        };
        let node = self.node(id).ok_or(Status::NOT_FOUND)?;
        let NodeBody::File { bytes, needs } = &node.body else { return Err(sw::FILE_STRUCTURE) };
        if !needs.is_some_and(|needs| needs.iter().all(|pin| self.verified.contains(pin))) {
            return Err(Status::SECURITY);
        }
        let rest = bytes.get(offset..).filter(|rest| !rest.is_empty()).ok_or(Status::PAST_END)?;
        // An extended Le of zero asks for all there is.
        let beyond = le > rest.len() && le != 65_536;
        let status = match self.profile.past_end {
            PastEnd::Warned if beyond => Status::END_OF_FILE,
            PastEnd::Exact if beyond => return Err(Status(0x6C00 | u16::from(u8::try_from(rest.len()).unwrap_or(0)))),
            PastEnd::WrongLength if beyond => return Err(Status::WRONG_LENGTH),
            _ => Status::OK,
        };
        let data = rest.get(..le).unwrap_or(rest).to_vec();
        self.current = Some(id);
        Ok(Reply { data, status })
    }
}
