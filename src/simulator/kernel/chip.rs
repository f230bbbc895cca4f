//! The file system that every simulated card has: applications (or dedicated files) with their elements, what is selected
//! and verified, and the answers to SELECT, READ BINARY and VERIFY.
//!
//! Order of the checks: P1-P2, Lc and Le, does the object exist, access condition, type, content \[derived\]. Where cards
//! differ, [`Rules`] says how; what only one card does is in its own folder.

use crate::{
    cards::{Application, Reference, model::Access},
    iso7816::Status,
    privacy::MAX_PIN_LENGTH,
};

use super::apdu::Apdu;

pub(crate) use super::contents::{
    Answers, BlockedQuery, Body, Folder, Key, PastEnd, Rules, Secret, Select, VerifiedQuery,
};

/// Status words that `iso7816` has no name for.
pub(crate) mod sw {
    use crate::iso7816::Status;

    pub const FOLDER_BLOCKED: Status = Status(0x6283);
    pub const NOT_CONFIGURED: Status = Status(0x66F1);
    pub const CHANNEL: Status = Status(0x6881);
    pub const NO_SECURE_MESSAGING: Status = Status(0x6882);
    pub const FILE_STRUCTURE: Status = Status(0x6981);
    pub const NO_CURRENT_FILE: Status = Status(0x6986);
    pub const SM_OBJECT_MISSING: Status = Status(0x6987);
    pub const SM_OBJECT_WRONG: Status = Status(0x6988);
    pub const NO_SM_SESSION: Status = Status(0x69FC);
    pub const WRONG_DATA: Status = Status(0x6A80);
    pub const NOT_SUPPORTED: Status = Status(0x6A81);
    pub const NO_RECORD: Status = Status(0x6A83);
    pub const WRONG_PARAMETERS: Status = Status(0x6A86);
    pub const LENGTH_CONTRADICTS: Status = Status(0x6A87);
    pub const UNKNOWN_INSTRUCTION: Status = Status(0x6D00);
    pub const UNKNOWN_CLASS: Status = Status(0x6E00);

    /// `63Cx`
    pub fn retry_counter(left: u8) -> Status {
        Status(0x63C0 | u16::from(left.min(0x0F)))
    }
}

/// An answer as it leaves the card: a warning may come with data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub data: Vec<u8>,
    pub status: Status,
}

/// An answer, or the status word that refuses it.
pub(crate) type Response = Result<Reply, Status>;

/// `9000` without data.
pub(crate) const OK: Response = Ok(Reply { data: Vec::new(), status: Status::OK });

impl From<Vec<u8>> for Reply {
    fn from(data: Vec<u8>) -> Self {
        Self { data, status: Status::OK }
    }
}

impl Reply {
    /// The bytes of an answer.
    pub fn bytes(answer: Response) -> Vec<u8> {
        let Self { mut data, status } = answer.unwrap_or_else(|status| Self { data: Vec::new(), status });
        data.extend(status.0.to_be_bytes());
        data
    }
}

/// Volatile and non-volatile state together. What survives a reset is in the folders.
#[derive(Debug, Clone)]
pub(crate) struct Chip {
    /// The first is what is selected after a reset: the master file, or the issuer security domain.
    pub folders: Vec<Folder>,
    pub rules: Rules,
    /// AID of the selected folder; empty for the first.
    selected: &'static [u8],
    pub current: Option<u16>,
    /// Verified references by the low byte of their identifiers.
    pub verified: Vec<u8>,
}

impl Chip {
    /// A card that has just been powered on.
    pub fn new(folders: Vec<Folder>, rules: Rules) -> Self {
        Self { folders, rules, selected: &[], current: None, verified: Vec::new() }
    }

    /// Power-on, cold reset, or the card leaving the field.
    pub fn reset(&mut self) {
        (self.selected, self.current) = (&[], None);
        self.verified.clear();
        self.folders.iter_mut().filter_map(|folder| folder.kept.as_mut()).for_each(Vec::clear);
    }

    /// The selected folder.
    pub fn folder(&self) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.aid == self.selected).or(self.folders.first())
    }

    /// Whether the first folder is selected: no application, or the master file.
    pub fn is_at_root(&self) -> bool {
        self.selected.is_empty()
    }

    /// Whether the selected application is this one.
    pub fn is_in(&self, application: &Application) -> bool {
        self.selected == application.aid
    }

    /// Makes a folder current.
    pub fn enter(&mut self, aid: &'static [u8]) {
        let aid = if self.folders.first().is_some_and(|first| first.aid == aid) { &[] } else { aid };
        if self.rules.by_application && self.selected != aid {
            let verified = std::mem::take(&mut self.verified);
            if let Some(kept) = self.kept_mut() {
                *kept = verified;
            }
            self.selected = aid;
            self.verified = self.kept_mut().cloned().unwrap_or_default();
        }
        (self.selected, self.current) = (aid, None);
    }

    fn kept_mut(&mut self) -> Option<&mut Vec<u8>> {
        let selected = self.selected;
        self.folders.iter_mut().find(|folder| folder.aid == selected)?.kept.as_mut()
    }

    /// An element of the selected folder.
    pub fn element(&self, id: u16) -> Option<&Body> {
        self.folder()?.elements.iter().find(|(known, _)| *known == id).map(|(_, body)| body)
    }

    /// The same, to be changed.
    pub fn element_mut(&mut self, id: u16) -> Option<&mut Body> {
        let aid = self.folder()?.aid;
        self.any_mut(aid, id)
    }

    /// An element of any folder.
    pub fn any_mut(&mut self, aid: &[u8], id: u16) -> Option<&mut Body> {
        let folder = self.folders.iter_mut().find(|folder| folder.aid == aid)?;
        folder.elements.iter_mut().find(|(known, _)| *known == id).map(|(_, body)| body)
    }

    /// A file's bytes by the name that it has in dumps: the folder's, and its identifier in hex.
    pub fn file_mut(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        let (folder, id) = name.split_once('/')?;
        let id = u16::from_str_radix(id, 16).ok()?;
        let aid = self.folders.iter().find(|known| known.name == folder)?.aid;
        match self.any_mut(aid, id)? {
            Body::File { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    /// A reference's value and counter.
    pub fn secret_mut(&mut self, reference: &Reference) -> Option<&mut Secret> {
        match self.any_mut(reference.application.aid, u16::from(reference.sfi))? {
            Body::Reference(secret) => Some(secret),
            _ => None,
        }
    }

    /// Whether an access condition is met now.
    pub fn allows(&self, access: Access) -> bool {
        match access {
            Access::Free => true,
            Access::AnyOf(references) => references.iter().any(|sfi| self.verified.contains(sfi)),
            Access::AllOf(references) => references.iter().all(|sfi| self.verified.contains(sfi)),
            Access::Authenticated | Access::Secured => !self.verified.is_empty(),
            Access::Never => false,
        }
    }

    /// The element that a command names: by short EF identifier, or the current one for `None`. `missing` is the answer
    /// when the folder has no such element.
    pub fn resolve(&self, sfi: Option<u8>, missing: Status) -> Result<u16, Status> {
        match sfi.map(u16::from) {
            None => self.current.ok_or(sw::NO_CURRENT_FILE),
            Some(id) if self.element(id).is_some() => Ok(id),
            Some(_) => Err(missing),
        }
    }

    /// SELECT.
    pub fn select(&mut self, apdu: &Apdu<'_>) -> Response {
        match self.rules.select {
            Select::Applications { prefix } => self.select_application(apdu, prefix),
            Select::Folders { files } => self.select_folder(apdu, files),
        }
    }

    fn select_application(&mut self, apdu: &Apdu<'_>, prefix: bool) -> Response {
        match (apdu.p1, apdu.p2, apdu.data) {
            // This card has no master file: naming it finds nothing (spec my-number 8.3, M).
            (_, _, [0x3F, 0x00]) => Err(Status::NOT_FOUND),
            // Without a name: refused after a reset, accepted without effect in an application (M).
            (0x00, 0x00, []) if self.is_at_root() => Err(sw::WRONG_PARAMETERS),
            (0x00, 0x00, []) => OK,
            (0x04, 0x00 | 0x0C, aid) => {
                if aid.is_empty() || aid.len() > 16 {
                    return Err(Status::WRONG_LENGTH);
                }
                let named = |known: &&'static [u8]| *known == aid || (prefix && known.starts_with(aid));
                let last = self.folders.first().into_iter();
                let found = self.folders.iter().skip(1).chain(last).map(|folder| folder.aid).find(named);
                self.enter(found.ok_or(self.rules.unknown_application)?);
                OK
            }
            (0x02, 0x00 | 0x0C, id @ [_, _]) => self.select_file(id),
            (0x02, 0x00 | 0x0C, _) => Err(Status::WRONG_LENGTH),
            _ => Err(sw::WRONG_PARAMETERS),
        }
    }

    fn select_folder(&mut self, apdu: &Apdu<'_>, files: bool) -> Response {
        match [apdu.p1, apdu.p2] {
            [0x00, 0x00] | [0x04, 0x0C] => {}
            [0x02, 0x0C] if files => {}
            _ => return Err(sw::WRONG_PARAMETERS),
        }
        if files && apdu.le.is_some() {
            return Err(Status::WRONG_LENGTH);
        }
        match (apdu.p1, apdu.data) {
            (0x00, [0x3F, 0x00]) => self.enter(&[]),
            (0x00, []) if files => self.enter(&[]),
            (0x02, id @ [_, _]) => return self.select_file(id),
            (0x04, aid) if aid.len() == 16 => {
                let found = self.folders.iter().skip(1).find(|folder| folder.aid == aid);
                self.enter(found.ok_or(self.rules.unknown_application)?.aid);
            }
            (0x00, [_, _]) => return Err(Status::NOT_FOUND),
            _ => return Err(sw::LENGTH_CONTRADICTS),
        }
        if self.is_blocked() { Err(sw::FOLDER_BLOCKED) } else { OK }
    }

    fn select_file(&mut self, id: &[u8]) -> Response {
        let id = id.iter().fold(0, |id, byte| id << 8 | u16::from(*byte));
        self.element(id).ok_or(Status::NOT_FOUND)?;
        self.current = Some(id);
        OK
    }

    /// Whether the selected DF is blocked.
    pub fn is_blocked(&self) -> bool {
        self.rules.blocked_folders && !self.is_at_root()
    }

    /// READ BINARY in plain.
    pub fn read_binary(&mut self, apdu: &Apdu<'_>) -> Response {
        let (sfi, offset) = match apdu.p1 {
            0x00..=0x7F => (None, usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]))),
            0x81..=0x9E => (Some(apdu.p1 & 0x1F), usize::from(apdu.p2)),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        if apdu.extended && !self.rules.extended {
            return Err(Status::WRONG_LENGTH);
        }
        self.read(sfi, offset, le)
    }

    /// Bytes of a file, which becomes the current one. 65,536 asks for all there is.
    pub fn read(&mut self, sfi: Option<u8>, offset: usize, le: usize) -> Response {
        let id = self.resolve(sfi, Status::NOT_FOUND)?;
        let bytes = match self.element(id) {
            Some(Body::File { bytes, access }) if self.allows(*access) => bytes,
            Some(Body::File { .. }) => return Err(Status::SECURITY),
            Some(Body::Reference(_)) if sfi.is_some() && !self.rules.by_application => return Err(Status::NOT_FOUND),
            Some(_) => return Err(sw::FILE_STRUCTURE),
            None => return Err(Status::NOT_FOUND),
        };
        let rest = bytes.get(offset..).filter(|rest| !rest.is_empty()).ok_or(Status::PAST_END)?;
        let beyond = le > rest.len() && le != 65_536;
        let status = match self.rules.past_end {
            PastEnd::Warned if beyond => Status::END_OF_FILE,
            PastEnd::Exact if beyond => return Err(Status(0x6C00 | u16::from(u8::try_from(rest.len()).unwrap_or(0)))),
            PastEnd::WrongLength if beyond => return Err(Status::WRONG_LENGTH),
            _ => Status::OK,
        };
        let data = rest.iter().take(le.min(self.rules.most.unwrap_or(le))).copied().collect();
        self.current = Some(id);
        Ok(Reply { data, status })
    }

    /// The reference in P2: `80` is the current file, else the low five bits name one.
    pub fn reference(&self, apdu: &Apdu<'_>) -> Result<Option<u8>, Status> {
        match (apdu.p1, apdu.p2) {
            (0x00, 0x80) => Ok(None),
            (0x00, p2 @ 0x81..) if p2 <= self.rules.last_reference => Ok(Some(p2 & 0x1F)),
            _ => Err(sw::WRONG_PARAMETERS),
        }
    }

    /// VERIFY.
    pub fn verify(&mut self, apdu: &Apdu<'_>) -> Response {
        let sfi = self.reference(apdu)?;
        let length = apdu.data.len();
        let fits = self.rules.entry_length.map_or(length <= MAX_PIN_LENGTH, |only| [0, only].contains(&length));
        if !fits || apdu.le.is_some() {
            return Err(Status::WRONG_LENGTH);
        }
        let missing = self.folder().map_or(Status::NOT_FOUND, |folder| folder.no_reference);
        let no_reference = if sfi.is_some() { missing } else { sw::FILE_STRUCTURE };
        let id = self.resolve(sfi, missing)?;
        let [_, key] = id.to_be_bytes();
        let Rules { blocked_query, verified_query, plain_mismatch, by_application, .. } = self.rules;
        let verified = self.verified.contains(&key);
        let Some(Body::Reference(secret)) = self.element_mut(id) else { return Err(no_reference) };
        if apdu.data.is_empty() {
            return match (verified, secret.retry_counter) {
                _ if !secret.counted => Err(Status::VERIFY_FAILED),
                (true, _) if verified_query == VerifiedQuery::Ok => OK,
                // A limit of 0 is a reference that was seen to answer 63C0.
                (_, 0) if blocked_query == BlockedQuery::Blocked && secret.limit > 0 => Err(Status::BLOCKED),
                (_, left) => Err(sw::retry_counter(left)),
            };
        }
        if secret.retry_counter == 0 {
            return Err(Status::BLOCKED);
        }
        // The counter changes before the answer leaves: cutting power gives no free try.
        let right = secret.value.as_deref() == Some(apdu.data);
        secret.retry_counter = match (right, secret.counted) {
            (true, _) => secret.limit,
            (false, counted) => secret.retry_counter - u8::from(counted),
        };
        let (left, told) = (secret.retry_counter, secret.counted && !plain_mismatch);
        self.verified.retain(|known| *known != key);
        if right {
            self.verified.push(key);
            self.current = if by_application { Some(id) } else { self.current };
            return OK;
        }
        Err(if told { sw::retry_counter(left) } else { Status::VERIFY_FAILED })
    }
}
