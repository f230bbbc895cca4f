//! Reading less than a file: what is inferred, and what proves it.
//!
//! A reading may stop where the data of a file ends and take the rest for filler. The dump says so, and whoever checks it puts the filler
//! back before any signature is verified. A claim that does not fit the table or the bytes is not followed.

use std::borrow::Cow;

use crate::{
    cards::{ReadError, flow::Inference},
    dump::{Dump, Inferred, NotRead},
    iso7816::ReadFrom,
};

use super::{
    Access, DataEnd, File, KindSpec, ReadContext, Trim,
    engine::{make_current, why_not},
};

/// A dump with the filler that it says was left out.
pub(crate) fn completed<'dump>(dump: &'dump Dump, spec: &KindSpec) -> Cow<'dump, Dump> {
    let mut whole = Cow::Borrowed(dump);
    for (name, inferred) in dump.inferences() {
        let file = spec.files.iter().find(|file| file.name == name);
        if let Some(bytes) = file.zip(dump.file(name)).and_then(|(file, held)| filled(file, held, inferred)) {
            whole.to_mut().keep(name, bytes);
        }
    }
    whole
}

/// A file with its filler, if the claim is one that a reading makes: of this table, behind the end of the data.
pub(super) fn filled(file: &File, held: &[u8], inferred: &Inferred) -> Option<Vec<u8>> {
    let trim = file.trim?;
    let [filler] = inferred.filler.0.as_slice() else { return None };
    let size = file.extent.bytes();
    if inferred.length != size || held.len() >= size || (trim.end)(held) != DataEnd::At(*filler) {
        return None;
    }
    let mut bytes = held.to_vec();
    bytes.resize(size, *filler);
    Some(bytes)
}

impl ReadContext<'_, '_> {
    /// How a file is read without what is of no use, if this reading may.
    pub(super) fn trim(&mut self, file: &File) -> Option<&'static Trim> {
        let trim = file.trim?;
        let key = match &self.request.inference {
            Inference::Off => return None,
            _ if trim.proof.is_none() => return Some(trim),
            Inference::Recorded { key, .. } => *key,
            Inference::Trust(trust) => {
                *self.proof_key.get_or_insert_with(|| self.card.has_proof_key(&self.dump, trust))
            }
        };
        key.then_some(trim)
    }

    /// Keeps a file that was read to the end of its data.
    pub(super) fn keep_trimmed(&mut self, file: &'static File, trim: &Trim, bytes: Vec<u8>) {
        let size = file.extent.bytes();
        let least = if trim.proof.is_some() { trim.first } else { 0 };
        if let (true, DataEnd::At(filler)) = ((least..size).contains(&bytes.len()), (trim.end)(&bytes)) {
            self.dump.infer(file.name, size, filler);
        }
        self.dump.keep(file.name, bytes);
    }

    /// Whether this reading leaves out files that nothing refers to.
    pub(super) fn leaves_out(&self) -> bool {
        !matches!(self.request.inference, Inference::Off)
    }

    /// Proves what was inferred, or reads it after all.
    pub(super) fn prove(&mut self) -> Result<(), ReadError> {
        let to_prove = |file: &File| file.trim.is_some_and(|trim| trim.proof.is_some());
        let files = || self.kind.files.iter().copied().filter(|file| self.dump.inferred(file.name).is_some());
        if !files().any(to_prove) {
            return Ok(());
        }
        let proven = match &self.request.inference {
            Inference::Off => false,
            Inference::Recorded { proven, .. } => *proven,
            Inference::Trust(trust) => self.card.proves(&completed(&self.dump, self.kind), trust),
        };
        if proven {
            return Ok(());
        }
        for file in self.kind.files.iter().copied() {
            let guessed = self.dump.inferred(file.name).filter(|_| to_prove(file));
            let held = guessed.and(self.dump.file(file.name)).map(<[u8]>::to_vec);
            match (held, self.dump.not_read(file.name)) {
                (Some(held), _) => self.read_rest(file, held)?,
                // The signature may cover it.
                (None, Some(NotRead::NotUsed)) => self.read_rest(file, Vec::new())?,
                (None, _) => {}
            }
        }
        Ok(())
    }

    /// Reads what is missing of a file. If the card does not give it, what was inferred stays unproven.
    fn read_rest(&mut self, file: &'static File, held: Vec<u8>) -> Result<(), ReadError> {
        if self.select(&file.application)?.is_err() {
            return Ok(());
        }
        let (size, sfi) = (file.extent.bytes(), file.sfi());
        let progress = &mut |_, _| {};
        let read = match (self.channel.as_deref_mut(), file.access) {
            (Some(channel), Access::Secured) => self.session.read_secure_file(sfi, size, channel, progress),
            _ if !held.is_empty() => make_current(self.session, file)
                .and_then(|()| self.session.read_wanted(ReadFrom::Current, held, size, &mut |_| size, progress)),
            _ => self.session.read_sized_file(ReadFrom::Short(sfi), size, progress),
        };
        if let Ok(bytes) = why_not(read, file)? {
            self.dump.keep_whole(file.name, bytes);
        }
        Ok(())
    }
}
