//! What a simulated card remembers between commands, and the events that change it (spec my-number 8.1, 8.2).

use std::collections::BTreeSet;

use crate::{
    cards::{
        drivers_licence::files::{MENKYO, MENKYO_PIN},
        my_number::files::{self, Access, Application},
    },
    iso7816::Status,
};

use super::{
    contents::{Body, Contents, Element},
    prng::SplitMix64,
    profile::Profile,
};

/// Status words that `iso7816` has no name for.
pub(super) mod sw {
    use crate::iso7816::Status;

    pub const NOT_CONFIGURED: Status = Status(0x66F1);
    pub const CHANNEL: Status = Status(0x6881);
    pub const FILE_STRUCTURE: Status = Status(0x6981);
    pub const NO_CURRENT_FILE: Status = Status(0x6986);
    pub const SM_OBJECT_MISSING: Status = Status(0x6987);
    pub const SM_OBJECT_WRONG: Status = Status(0x6988);
    pub const NO_SM_SESSION: Status = Status(0x69FC);
    pub const WRONG_DATA: Status = Status(0x6A80);
    pub const NOT_SUPPORTED: Status = Status(0x6A81);
    pub const NO_RECORD: Status = Status(0x6A83);
    pub const WRONG_PARAMETERS: Status = Status(0x6A86);
    pub const UNKNOWN_INSTRUCTION: Status = Status(0x6D00);
    pub const UNKNOWN_CLASS: Status = Status(0x6E00);

    /// `63Cx`
    pub fn tries(left: u8) -> Status {
        Status(0x63C0 | u16::from(left.min(0x0F)))
    }
}

/// The data of an answer, or the status word that refuses it.
pub(super) type Answer = Result<Vec<u8>, Status>;

/// An answer as it leaves the card: a warning may come with data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub data: Vec<u8>,
    pub status: Status,
}

impl Reply {
    /// A status word alone.
    pub fn status(status: Status) -> Self {
        Self { data: Vec::new(), status }
    }

    pub fn into_bytes(mut self) -> Vec<u8> {
        self.data.extend(self.status.0.to_be_bytes());
        self.data
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        answer.map_or_else(Self::status, |data| Self { data, status: Status::OK })
    }
}

/// Volatile and non-volatile state together. What must survive a reset lives in `contents`.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub contents: Contents,
    pub profile: Profile,
    /// The selected application; `None` is the issuer security domain.
    pub application: Option<Application>,
    pub current: Option<u8>,
    pub verified: BTreeSet<u8>,
    /// Whether the right to the マイナ免許証 waits for it to be selected again; a switch.
    guest_right: bool,
    /// The next command answers `6F00`.
    pub wake: bool,
    pub random: SplitMix64,
}

impl State {
    /// A card that has just been powered on.
    pub fn new(contents: Contents, profile: Profile, random: SplitMix64) -> Self {
        let wake = profile.wake_6f00;
        let verified = BTreeSet::new();
        Self { contents, profile, application: None, current: None, verified, guest_right: false, wake, random }
    }

    /// Power-on, cold reset, or the card leaving the field.
    pub fn cold_reset(&mut self) {
        self.application = None;
        self.current = None;
        self.verified.clear();
        self.guest_right = false;
        self.wake = self.profile.wake_6f00;
    }

    /// Warm reset: the security status survives (M).
    pub fn warm_reset(&mut self) {
        self.current = None;
    }

    /// Makes an application current, or the issuer security domain. Security status belongs to one application (M).
    pub fn enter(&mut self, application: Option<Application>) {
        if self.application.map(|current| current.aid) != application.map(|next| next.aid) {
            if self.is_in(&MENKYO) {
                self.guest_right = self.profile.licence.guest_right_stays && self.verified.contains(&MENKYO_PIN.sfi);
            }
            self.verified.clear();
            let back = application.is_some_and(|next| next.aid == MENKYO.aid);
            self.verified.extend(Some(MENKYO_PIN.sfi).filter(|_| back && self.guest_right));
        }
        self.application = application;
        self.current = None;
    }

    /// Whether the selected application is this one.
    pub fn is_in(&self, application: &Application) -> bool {
        self.application.is_some_and(|current| current.aid == application.aid)
    }

    /// An element of the selected application.
    pub fn element(&self, sfi: u8) -> Option<&Element> {
        let aid = self.application?.aid;
        let installed = self.contents.applications.iter().find(|installed| installed.application.aid == aid)?;
        installed.elements.iter().find(|element| element.sfi == sfi)
    }

    /// The same, to be changed.
    pub fn element_mut(&mut self, sfi: u8) -> Option<&mut Element> {
        let application = self.application?;
        self.contents.element_mut(&application, sfi)
    }

    /// Whether an access condition is met now.
    pub fn allows(&self, access: Access) -> bool {
        match access {
            Access::Free => true,
            Access::AnyOf(references) => references.iter().any(|sfi| self.verified.contains(sfi)),
            Access::AllOf(references) => references.iter().all(|sfi| self.verified.contains(sfi)),
            Access::Authenticated | Access::Secured | Access::Never => false,
        }
    }

    /// Makes an element current that a command names: by short EF identifier, or the current one for `None`. `missing`
    /// is the answer when the application has no such element.
    pub fn resolve(&self, sfi: Option<u8>, missing: Status) -> Result<u8, Status> {
        match sfi {
            None => self.current.ok_or(sw::NO_CURRENT_FILE),
            Some(sfi) if self.element(sfi).is_some() => Ok(sfi),
            Some(_) => Err(missing),
        }
    }

    /// A transparent file's bytes, once its access condition is met.
    pub fn transparent(&self, sfi: u8) -> Result<&[u8], Status> {
        match self.element(sfi).map(|element| &element.body) {
            Some(Body::File { bytes, access }) if self.allows(*access) => Ok(bytes),
            Some(Body::File { .. }) => Err(Status::SECURITY),
            Some(_) => Err(sw::FILE_STRUCTURE),
            None => Err(Status::NOT_FOUND),
        }
    }

    /// The records of a record file, once its access condition is met.
    pub fn records(&self, sfi: u8) -> Result<&[Vec<u8>], Status> {
        match self.element(sfi).map(|element| &element.body) {
            Some(Body::Records { records, access }) if self.allows(*access) => Ok(records),
            Some(Body::Records { .. }) => Err(Status::SECURITY),
            Some(_) => Err(sw::FILE_STRUCTURE),
            None => Err(Status::NOT_FOUND),
        }
    }

    /// The application that an AID, or the beginning of one, names. `Some(None)` is the issuer security domain.
    pub fn find_application(&self, aid: &[u8], prefix: bool) -> Option<Option<Application>> {
        let installed = self.contents.applications.iter().map(|installed| Some(installed.application));
        installed.chain([None]).find(|candidate| {
            let known = candidate.map_or(files::ISSUER_DOMAIN.aid, |application| application.aid);
            known == aid || (prefix && known.starts_with(aid))
        })
    }
}
