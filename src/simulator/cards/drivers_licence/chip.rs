//! The licence's chip: a master file with its PINs and three dedicated files (spec licence 8.1 to 8.3); and the licence
//! application on a My Number Card.

use crate::{
    cards::drivers_licence::{
        files::{self, PIN_LENGTH},
        tlv::FILLER,
    },
    iso7816::Status,
    simulator::{
        IssueError,
        kernel::{
            apdu::Apdu,
            card::Own,
            chip::{Body, Chip, Folder, Response, Rules, Secret, Select, sw},
        },
    },
};

use super::Draft;

/// The licence's instructions.
#[derive(Debug)]
pub(super) struct Commands;

impl Own for Commands {
    fn again(&self) -> Box<dyn Own> {
        Box::new(Self)
    }

    fn execute(&mut self, chip: &mut Chip, command: &[u8]) -> Response {
        let apdu = &Apdu::parse(command).ok_or(Status::WRONG_LENGTH)?;
        match (apdu.cla, apdu.ins) {
            (0x08, _) => Err(sw::NO_SECURE_MESSAGING),
            (0x01.., _) => Err(sw::UNKNOWN_CLASS),
            (0x00, 0xA4) => chip.select(apdu),
            (0x00, 0x20) => chip.verify(apdu),
            (0x00, 0xB0) => chip.read_binary(apdu),
            (0x00, _) => Err(sw::UNKNOWN_INSTRUCTION),
        }
    }
}

/// A licence with its files and PINs (spec licence 2.1).
pub(super) fn licence(draft: &Draft, pins: [&[u8]; 2]) -> Result<Chip, IssueError> {
    let mut folders = [files::MF, files::DF1, files::DF2, files::DF3].map(|of| Folder::new(&of, Status::NOT_FOUND));
    let mut put = |application: &files::Application, id, body| {
        if let Some(folder) = folders.iter_mut().find(|folder| folder.name == application.name) {
            folder.put(id, body);
        }
    };
    for (reference, value) in files::REFERENCES.iter().zip(pins) {
        put(&reference.application, reference.sfi.into(), Body::Reference(Secret::new(reference.limit, Some(value))));
    }
    for file in files::FILES {
        let bytes = match draft.issued.files.iter().find(|known| known.file().name == file.name) {
            Some(fields) => fields.encode()?,
            None => vec![FILLER; file.extent.bytes()],
        };
        put(&file.application, file.id(), Body::File { bytes, access: file.access });
    }
    let profile = &draft.plan.profile;
    let rules = Rules {
        atr: profile.atr.clone(),
        select: Select::Folders { files: true },
        blocked_folders: profile.blocked_folders,
        extended: profile.extended_le,
        past_end: profile.past_end,
        plain_mismatch: profile.plain_mismatch,
        blocked_query: profile.blocked_query,
        verified_query: profile.verified_query,
        entry_length: Some(PIN_LENGTH),
        last_reference: 0x82,
        ..Rules::default()
    };
    Ok(Chip::new(folders.to_vec(), rules))
}

/// The licence application on a My Number Card. It answers otherwise than that card's own applications (spec licence 8.7,
/// C).
pub(super) fn guest(draft: &Draft) -> Result<Folder, IssueError> {
    let mut folder = Folder::new(&files::MENKYO, Status::NOT_FOUND);
    folder.kept = draft.plan.profile.guest_right_stays.then(Vec::new);
    for fields in &draft.issued.files {
        let file = fields.file();
        folder.put(file.id(), Body::File { bytes: fields.encode()?, access: file.access });
    }
    let pin = Secret::new(files::MENKYO_PIN.limit, Some(draft.plan.order.holder.menkyo_pin.as_bytes()));
    folder.put(files::MENKYO_PIN.sfi.into(), Body::Reference(pin));
    Ok(folder)
}
