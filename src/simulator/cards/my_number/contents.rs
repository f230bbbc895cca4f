//! What a simulated My Number Card holds: applications, their files, keys and references, and the data objects beside
//! them (spec my-number 8.4, 8.5).

use std::borrow::Cow;

use crate::{
    cards::{
        Application, Reference,
        model::Access,
        my_number::files::{self, OtherFile},
    },
    crypto::Signer,
    iso7816::Status,
    simulator::{
        IssueError, Persona,
        kernel::chip::{Answers, Body, Folder, Key, Secret},
        keys,
        persona::stored_date,
    },
    tlv,
};

use super::{
    issue::{self, Issued},
    jpki::IssuedJpki,
    profile::{MAX_FILLER, Profile},
};

fn signing(signer: Option<Cow<'static, Signer>>, access: Access) -> Body {
    let answers = Answers::Honestly;
    Body::Key(Box::new(Key { signer, access, internal: false, classic: false, answers }))
}

/// Everything on a card.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    pub folders: Vec<Folder>,
    /// GET DATA objects.
    pub objects: Vec<(u16, Vec<u8>)>,
}

impl Contents {
    /// Adds an element, and its application if it is new.
    pub fn put(&mut self, application: Application, sfi: u8, body: Body) {
        if let Some(folder) = self.folders.iter_mut().find(|folder| folder.aid == application.aid) {
            return folder.put(sfi.into(), body);
        }
        let mut folder = Folder::new(&application, Status::NO_DATA);
        folder.put(sfi.into(), body);
        self.folders.push(folder);
    }

    fn put_other(&mut self, file: &OtherFile, bytes: Vec<u8>) {
        self.put(file.application, file.sfi, Body::File { bytes, access: file.access });
    }

    /// The applications without any data: references of 照合番号A blocked, its files empty and unreadable.
    pub fn bare() -> Self {
        let root = Folder::new(&files::ISSUER_DOMAIN, Status::NO_DATA);
        let mut contents = Self { folders: vec![root], objects: Vec::new() };
        for (application, sfi) in files::NUMBER_A_SFIS {
            contents.put(application, sfi, Body::Reference(Secret::new(10, None)));
        }
        contents.put_other(&files::FACE_NUMBER, Vec::new());
        contents.put_other(&files::TEXT_NUMBER, Vec::new());
        contents
    }

    /// The keys that answer challenges; `None` leaves a key without its private half.
    pub fn put_chip_keys(&mut self, face: Option<Cow<'static, Signer>>, text: Option<Cow<'static, Signer>>) {
        self.put(files::FACE, files::FACE_SIGNING_KEY, signing(face, Access::Free));
        self.put(files::TEXT, files::TEXT_SIGNING_KEY, signing(text, Access::Free));
    }

    /// A whole My Number Card.
    ///
    /// # Errors
    /// [`IssueError`] when the pool is damaged or the persona's credentials do not fit.
    pub fn my_number(issued: &Issued, profile: &Profile) -> Result<Self, IssueError> {
        let persona = &issued.persona;
        let filler = vec![0xFF; usize::from(profile.filler.min(MAX_FILLER))];
        let filled = |bytes: Vec<u8>| [bytes, filler.clone()].concat();
        let mut contents = Self::bare();
        contents.put_chip_keys(Some(Cow::Borrowed(issued.face_signer)), Some(Cow::Borrowed(issued.text_signer)));
        for (file, bytes) in [
            (files::FACE_AGE, issued.age.encode()),
            (files::FACE_DATA, issued.face.encode()),
            (files::FACE_CERTIFICATE, issued.face_certificate.clone()),
            (files::TEXT_ATTRIBUTES, issued.attributes.encode()),
            (files::TEXT_DIGESTS, issued.digests.encode()),
            (files::TEXT_CERTIFICATE, issued.text_certificate.clone()),
            (files::TEXT_KEY, issued.text_key.encode()),
        ] {
            contents.put(file.application, file.sfi(), Body::File { bytes: filled(bytes), access: file.access });
        }
        let session_key = issue::key_object(keys::signer("my-number-session")?)?;
        contents.put_other(&files::FACE_BASICS, filled(issue::face_basics(persona)));
        contents.put_other(&files::FACE_FILLER, vec![0xFF; files::FACE_FILLER.test_card_size]);
        contents.put_other(&files::TEXT_BASICS, filled(issue::text_basics()));
        contents.put_other(&files::TEXT_SESSION_KEY, filled(tlv::encode(files::basics::SESSION_KEY, &session_key)));
        contents.put_other(&files::TEXT_FILLER, vec![0xFF; files::TEXT_FILLER.test_card_size]);
        contents.put_jpki(&issued.jpki, filled);
        contents.put_records(persona)?;
        contents.put_credentials(persona, profile)?;
        contents.put_objects(persona);
        Ok(contents)
    }

    /// The JPKI application (spec my-number 2.5).
    fn put_jpki(&mut self, issued: &IssuedJpki, filled: impl Fn(Vec<u8>) -> Vec<u8>) {
        self.put_other(&files::JPKI_TOKEN, issued.token.clone());
        self.put_other(&files::JPKI_PRESENCE, issued.presence.clone());
        let certificates = [
            (files::JPKI_AUTH_CERTIFICATE, issued.auth_certificate.as_ref()),
            (files::JPKI_AUTH_CA, Some(&issued.auth_ca)),
            (files::JPKI_SIGN_CERTIFICATE, issued.sign_certificate.as_ref()),
            (files::JPKI_SIGN_CA, Some(&issued.sign_ca)),
        ];
        for (file, bytes) in certificates {
            if let Some(bytes) = bytes {
                self.put(
                    file.application,
                    file.sfi(),
                    Body::File { bytes: filled(bytes.clone()), access: file.access },
                );
            }
        }
        for (sfi, signer, access) in [
            (files::JPKI_AUTH_KEY, issued.auth_key, &[files::JPKI_AUTHENTICATION_PIN.sfi]),
            (files::JPKI_SIGN_KEY, issued.sign_key, &[files::JPKI_SIGNING_PASSWORD.sfi]),
        ] {
            self.put(files::JPKI, sfi, signing(Some(Cow::Borrowed(signer)), Access::AnyOf(access)));
        }
    }

    fn put_records(&mut self, persona: &Persona) -> Result<(), IssueError> {
        let card =
            [persona.serial.as_bytes(), persona.municipality.as_bytes(), &stored_date(persona.expiry())].concat();
        let reference = issue::key_id("7000099", "001").0;
        for (file, tag, value) in [
            (files::COMMON_CARD, 0x01, card.as_slice()),
            // The tag of the reference records is not known; 02 is our choice [derived].
            (files::COMMON_REFERENCE, 0x02, &reference),
            (files::RESIDENT_REFERENCE, 0x02, &reference),
        ] {
            let length = u8::try_from(value.len()).unwrap_or(0);
            let records = vec![[&[tag, length], value].concat()];
            self.put(file.application, file.sfi, Body::Records { records, access: file.access });
        }
        // The pool has no key of its own for 0019, whose public half is nowhere on a card.
        let signer = Some(Cow::Borrowed(keys::signer("my-number-session")?));
        let key = Key { signer, access: Access::Free, internal: true, classic: false, answers: Answers::Honestly };
        self.put(files::COMMON, files::COMMON_KEY, Body::Key(Box::new(key)));
        Ok(())
    }

    fn put_credentials(&mut self, persona: &Persona, profile: &Profile) -> Result<(), IssueError> {
        let unfit = |_| IssueError::Unfit("security code");
        let (number_b, birth) = (persona.number_b().map_err(unfit)?, persona.birth_digits().map_err(unfit)?);
        let pin = persona.pin.as_bytes();
        let password = persona.sign_password();
        let password = password.as_bytes();
        let birth_date = Reference { limit: profile.birth_date_limit, ..files::FACE_BIRTH_DATE };
        for (reference, value) in [
            (birth_date, Some(birth.expose())),
            (files::FACE_NUMBER_B, Some(number_b.expose())),
            (files::TEXT_NUMBER_B, Some(number_b.expose())),
            (files::TEXT_PIN, Some(pin)),
            (files::TEXT_UNKNOWN, None),
            (files::JPKI_AUTHENTICATION_PIN, Some(pin)),
            (files::JPKI_SIGNING_PASSWORD, Some(password)),
            (files::RESIDENT_PIN, Some(pin)),
            (files::COMMON_PIN, Some(pin)),
        ] {
            self.put(reference.application, reference.sfi, Body::Reference(Secret::new(reference.limit, value)));
        }
        Ok(())
    }

    fn put_objects(&mut self, persona: &Persona) {
        /// The contact ATR of the listed cards without its first byte (spec my-number 1.5, D).
        const CONTACT_ATR: [u8; 8] = [0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];
        self.objects = vec![
            (files::other_data_object::CARD_NUMBER, persona.serial.as_bytes().to_vec()),
            (files::data_object::MUNICIPALITY, persona.municipality.as_bytes().to_vec()),
            (files::data_object::EXPIRY, stored_date(persona.expiry())),
            (files::other_data_object::CONTACT_ATR, CONTACT_ATR.to_vec()),
        ];
    }
}
