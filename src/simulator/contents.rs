//! What a simulated card holds: applications, their files, keys and references, and the data objects beside them.

use std::borrow::Cow;

use crate::{
    cards::{
        drivers_licence::files as licence,
        my_number::files::{self, Access, Application, OtherFile, Reference},
    },
    crypto::{Signer, sha256, sha256_digest_info},
    iso7816::Status,
    tlv,
};

use super::{
    issue::{self, IssueError, Issued},
    jpki::IssuedJpki,
    keys,
    licence::IssuedLicence,
    persona::{Persona, stored_date},
    profile::{MAX_FILLER, Profile},
    residence::ResidenceFile,
};

/// An elementary file of an application, by its short EF identifier (the file identifier's low byte).
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub sfi: u8,
    pub body: Body,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    /// A transparent file.
    File { bytes: Vec<u8>, access: Access },
    /// A file of records, numbered from 1.
    Records { records: Vec<Vec<u8>>, access: Access },
    /// A credential that the card compares.
    Reference(Secret),
    /// A private key.
    Key(Box<Key>),
}

/// A reference and its counter, which survives every reset.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    /// `None`: no entry is ever right.
    pub value: Option<Vec<u8>>,
    pub limit: u8,
    pub tries: u8,
    /// Whether the card tells and lowers the counter; a fault turns it off.
    pub counted: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    /// `None`: the card has a public key without its private half.
    pub signer: Option<Cow<'static, Signer>>,
    /// What must be verified before use.
    pub access: Access,
    /// Whether INTERNAL AUTHENTICATE may use it.
    pub internal: bool,
    /// Whether it works only when it was selected before (spec my-number 3.6, the classic form).
    pub classic: bool,
    pub answers: Answers,
}

/// How a key answers a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answers {
    Honestly,
    /// With a status word.
    Refuses(Status),
    /// With the signature of another challenge.
    Stale,
    /// With one byte less.
    CutShort,
}

impl Key {
    fn signing(signer: Option<Cow<'static, Signer>>) -> Self {
        Self { signer, access: Access::Free, internal: false, classic: false, answers: Answers::Honestly }
    }

    /// The input that is signed instead of the given one.
    pub fn stale_input() -> Vec<u8> {
        sha256_digest_info(&sha256(&[b"taimen simulator: a challenge of another day"]))
    }
}

/// An application and its elements.
#[derive(Debug, Clone)]
pub(super) struct Installed {
    pub application: Application,
    pub elements: Vec<Element>,
}

/// Everything on a card.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    pub applications: Vec<Installed>,
    /// GET DATA objects.
    pub objects: Vec<(u16, Vec<u8>)>,
}

impl Contents {
    /// An element, by application and short EF identifier.
    pub fn element_mut(&mut self, application: &Application, sfi: u8) -> Option<&mut Element> {
        self.installed_mut(application)?.elements.iter_mut().find(|element| element.sfi == sfi)
    }

    fn installed_mut(&mut self, application: &Application) -> Option<&mut Installed> {
        self.applications.iter_mut().find(|installed| installed.application.aid == application.aid)
    }

    /// A transparent file's bytes.
    pub fn file_mut(&mut self, application: &Application, sfi: u8) -> Option<&mut Vec<u8>> {
        match &mut self.element_mut(application, sfi)?.body {
            Body::File { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    /// A reference's value and counter.
    pub fn secret_mut(&mut self, reference: &Reference) -> Option<&mut Secret> {
        match &mut self.element_mut(&reference.application, reference.sfi)?.body {
            Body::Reference(secret) => Some(secret),
            _ => None,
        }
    }

    /// The applications' keys that answer challenges.
    pub fn chip_keys_mut(&mut self) -> impl Iterator<Item = &mut Key> {
        self.applications.iter_mut().flat_map(|installed| &mut installed.elements).filter_map(|element| {
            match &mut element.body {
                Body::Key(key) if !key.internal => Some(key.as_mut()),
                _ => None,
            }
        })
    }

    /// Adds an element, and its application where it is new. A second element with the same identifier replaces the
    /// first.
    pub fn put(&mut self, application: Application, sfi: u8, body: Body) {
        if let Some(element) = self.element_mut(&application, sfi) {
            element.body = body;
            return;
        }
        let element = Element { sfi, body };
        match self.installed_mut(&application) {
            Some(installed) => installed.elements.push(element),
            None => self.applications.push(Installed { application, elements: vec![element] }),
        }
    }

    /// Adds a reference at its full counter; without a value it is blocked.
    pub fn put_reference(&mut self, reference: &Reference, limit: u8, value: Option<&[u8]>) {
        let tries = if value.is_some() { limit } else { 0 };
        let secret = Secret { value: value.map(<[u8]>::to_vec), limit, tries, counted: true };
        self.put(reference.application, reference.sfi, Body::Reference(secret));
    }

    fn put_other(&mut self, file: &OtherFile, bytes: Vec<u8>) {
        self.put(file.application, file.sfi, Body::File { bytes, access: file.access });
    }

    /// The applications without any data: references of 照合番号A blocked, its files empty and unreadable.
    pub fn bare() -> Self {
        let mut contents = Self::default();
        for (application, sfi) in files::NUMBER_A_SFIS {
            let secret = Secret { value: None, limit: 10, tries: 0, counted: true };
            contents.put(application, sfi, Body::Reference(secret));
        }
        contents.put_other(&files::FACE_NUMBER, Vec::new());
        contents.put_other(&files::TEXT_NUMBER, Vec::new());
        contents
    }

    /// The keys that answer challenges; `None` leaves a key without its private half.
    pub fn put_chip_keys(&mut self, face: Option<Cow<'static, Signer>>, text: Option<Cow<'static, Signer>>) {
        self.put(files::FACE, files::FACE_SIGNING_KEY, Body::Key(Box::new(Key::signing(face))));
        self.put(files::TEXT, files::TEXT_SIGNING_KEY, Body::Key(Box::new(Key::signing(text))));
    }

    /// A whole My Number Card (spec my-number 8.4, 8.5).
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
            let key = Key { access: Access::AnyOf(access), ..Key::signing(Some(Cow::Borrowed(signer))) };
            self.put(files::JPKI, sfi, Body::Key(Box::new(key)));
        }
    }

    /// Adds the licence application of a holder.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn put_guest(&mut self, issued: &IssuedLicence, pin: &[u8]) -> Result<(), IssueError> {
        for fields in &issued.files {
            let file = fields.file();
            self.put(file.application, file.sfi(), Body::File { bytes: fields.encode()?, access: file.access });
        }
        self.put_reference(&licence::MENKYO_PIN, licence::MENKYO_PIN.limit, Some(pin));
        Ok(())
    }

    /// Adds what is known of the residence application.
    pub fn put_residence_guest(&mut self, guest: &[ResidenceFile]) {
        for file in guest {
            let body = Body::File { bytes: file.encode(), access: Access::Free };
            self.put(crate::cards::residence_card::files::SPECIFIED, file.file().sfi(), body);
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
        let number_b = persona.number_b().map_err(|_| IssueError::SecurityCode)?;
        let birth = persona.birth_digits().map_err(|_| IssueError::SecurityCode)?;
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
            self.put_reference(&reference, reference.limit, value);
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
