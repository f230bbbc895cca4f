//! A simulated card as a transport: events, commands, and the troubles of the link.

use std::borrow::Cow;

use crate::{
    cards::{
        self,
        drivers_licence::files as licence_files,
        my_number::files::{self, FILES, OTHER_FILES, Reference},
        residence_card::{files as residence_files, protocol::CardNumber},
    },
    crypto::Signer,
    kind::CardKind,
    privacy::{Pin, PinLength},
    text::PrintedDate,
    transport::{Transport, TransportError},
};

use super::{
    contents::{Body, Contents, Secret},
    licence::{LicenceChip, LicenceHolder},
    link::Link,
    persona::Persona,
    prng::SplitMix64,
    profile::Profile,
    residence::ResidenceChip,
    state::{Reply, State},
};

/// What is printed on a simulated card and opens it: a simulated reader offers it by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// What kind of card.
    pub kind: CardKind,
    /// 生年月日 as printed.
    pub birth: PrintedDate,
    /// Year of 有効期限.
    pub expiry_year: i16,
    /// セキュリティコード, four digits.
    pub security_code: String,
    /// The licence's 暗証番号1 and 2; `None` where none were set, and on other cards.
    pins: Option<(Pin, Pin)>,
    /// The マイナ免許証's 暗証番号; `None` where none was set, and on other cards.
    licence_pin: Option<Pin>,
    /// 利用者証明用暗証番号 and 署名用パスワード; `None` on other cards than a My Number Card.
    jpki: Option<(Pin, Pin)>,
    /// 在留カード等番号; `None` on other cards.
    card_number: Option<CardNumber>,
}

impl Credentials {
    /// What is printed on a persona's card.
    pub fn of(kind: CardKind, persona: &Persona) -> Self {
        let my_number = matches!(kind, CardKind::MY_NUMBER | CardKind::MY_NUMBER_NO_PHOTO | CardKind::MENKYO);
        let jpki = Pin::new(persona.pin.as_bytes()).ok().zip(Pin::new(persona.sign_password()).ok());
        Self {
            kind,
            birth: persona.printed_birth(),
            expiry_year: persona.expiry_year,
            security_code: persona.security_code.clone(),
            pins: None,
            licence_pin: None,
            jpki: jpki.filter(|_| my_number),
            card_number: None,
        }
    }

    /// The same with what the holder of a licence knows.
    ///
    /// # Errors
    /// [`PinLength`] when a hand-made holder's PIN cannot be one.
    pub(super) fn with_pins_of(mut self, holder: &LicenceHolder) -> Result<Self, PinLength> {
        match self.kind {
            CardKind::LICENCE => {
                self.pins = Some((Pin::new(holder.pin1.as_bytes())?, Pin::new(holder.pin2.as_bytes())?));
            }
            _ => self.licence_pin = Some(Pin::new(holder.menkyo_pin.as_bytes())?),
        }
        Ok(self)
    }

    /// The same with what is printed on a residence card.
    #[must_use]
    pub(super) fn with_card_number(mut self, number: CardNumber) -> Self {
        self.card_number = Some(number);
        self
    }

    /// 在留カード等番号; `None` on other cards.
    pub fn card_number(&self) -> Option<&CardNumber> {
        self.card_number.as_ref()
    }

    /// 暗証番号1 of a licence; `None` where it was never set, and on other cards.
    pub fn pin1(&self) -> Option<&Pin> {
        self.pins.as_ref().map(|(first, _)| first)
    }

    /// 暗証番号2 of a licence; `None` where it was never set, and on other cards.
    pub fn pin2(&self) -> Option<&Pin> {
        self.pins.as_ref().map(|(_, second)| second)
    }

    /// 暗証番号 of a マイナ免許証; `None` where it was never set, and on other cards.
    pub fn licence_pin(&self) -> Option<&Pin> {
        self.licence_pin.as_ref()
    }

    /// 利用者証明用暗証番号 of a My Number Card; `None` on other cards.
    pub fn auth_pin(&self) -> Option<&Pin> {
        self.jpki.as_ref().map(|(pin, _)| pin)
    }

    /// 署名用パスワード of a My Number Card; `None` on other cards.
    pub fn sign_password(&self) -> Option<&Pin> {
        self.jpki.as_ref().map(|(_, password)| password)
    }

    /// What a person would enter, by the entry's name in a credentials file.
    pub fn entries(&self) -> Vec<(&'static str, zeroize::Zeroizing<String>)> {
        let text = |bytes: &[u8]| zeroize::Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let pin = |id, pin: Option<&Pin>| pin.map(|pin| (id, text(pin.expose())));
        // A specified residence card is a My Number Card that has a card number too.
        let of_my_number =
            self.kind == CardKind::RESIDENCE_SPECIFIED || self.kind != CardKind::LICENCE && self.card_number.is_none();
        let number_b = self.number_b().ok().filter(|_| of_my_number);
        let mut entries: Vec<_> = [
            pin("number-b", number_b.as_ref()),
            pin("pin1", self.pin1()),
            pin("pin2", self.pin2()),
            pin("licence-pin", self.licence_pin()),
            pin("auth-pin", self.auth_pin()),
            pin("sign-password", self.sign_password()),
        ]
        .into_iter()
        .flatten()
        .collect();
        entries.extend(self.card_number().map(|number| ("card-number", text(number.expose()))));
        entries
    }

    /// 照合番号B
    ///
    /// # Errors
    /// [`PinLength`] when the security code is not four digits long.
    pub fn number_b(&self) -> Result<Pin, PinLength> {
        Pin::new(format!("{}{:04}{}", self.birth.digits(), self.expiry_year, self.security_code))
    }

    /// 生年月日 as the face application compares it.
    ///
    /// # Errors
    /// Never: six digits fit.
    pub fn birth_digits(&self) -> Result<Pin, PinLength> {
        Pin::new(self.birth.digits())
    }
}

impl From<&SimulatedCard> for cards::Credentials {
    /// All that opens the card, as its holder would give it; nothing for a card from given files.
    fn from(card: &SimulatedCard) -> Self {
        let mut known = Self::default();
        for (id, value) in card.credentials().into_iter().flat_map(Credentials::entries) {
            // A hand-made holder's value of another form opens nothing.
            if let Some(entry) = cards::registry::entry(id) {
                let _ = known.insert(entry, &value);
            }
        }
        known
    }
}

/// The state machine of a card.
#[derive(Debug)]
pub(super) enum Chip {
    MyNumber(Box<State>),
    Licence(Box<LicenceChip>),
    Residence(Box<ResidenceChip>),
}

/// A simulated card: a function of its state and the command. [`Transport`] sends commands; the methods are the events
/// that no command makes.
#[derive(Debug)]
pub struct SimulatedCard {
    pub(super) chip: Chip,
    pub(super) link: Link,
    credentials: Option<Credentials>,
    powered: bool,
}

impl SimulatedCard {
    pub(super) fn assemble(contents: Contents, profile: Profile, seed: u64, credentials: Option<Credentials>) -> Self {
        // Another stream than the persona's, or GET CHALLENGE would repeat what the persona was drawn from.
        let random = SplitMix64::new(seed ^ 0x7461_696D_656E_5349);
        let chip = Chip::MyNumber(Box::new(State::new(contents, profile, random)));
        Self { chip, link: Link::default(), credentials, powered: true }
    }

    pub(super) fn licence(chip: LicenceChip, credentials: Credentials) -> Self {
        let chip = Chip::Licence(Box::new(chip));
        Self { chip, link: Link::default(), credentials: Some(credentials), powered: true }
    }

    pub(super) fn residence(chip: ResidenceChip, credentials: Credentials) -> Self {
        let chip = Chip::Residence(Box::new(chip));
        Self { chip, link: Link::default(), credentials: Some(credentials), powered: true }
    }

    /// A card that serves given bytes, for example those of a genuine test card, through this file system: a folder of
    /// files, the values of references, and the keys that answer challenges (`None`: the private half is not there, and
    /// `80 2A` answers `6985`). Its 照合番号A references stay blocked and its 個人番号 files unreadable.
    ///
    /// Files are named as in [`FILES`] (`face/0002`); access conditions come from that table and [`OTHER_FILES`].
    ///
    /// # Errors
    /// [`UnknownFile`] for a name that is in neither table, and for the 個人番号 files.
    pub fn with_files(
        given: &[(&str, &[u8])],
        references: &[(Reference, &[u8])],
        face_key: Option<Signer>,
        text_key: Option<Signer>,
        profile: Profile,
    ) -> Result<Self, UnknownFile> {
        let mut contents = Contents::bare();
        contents.put_chip_keys(face_key.map(Cow::Owned), text_key.map(Cow::Owned));
        for (name, bytes) in given {
            let known = FILES.iter().map(|file| (file.application, file.sfi(), file.access));
            let other = OTHER_FILES.iter().map(|file| (file.application, file.sfi, file.access));
            let (application, sfi, access) = known
                .chain(other)
                .find(|(application, sfi, _)| format!("{}/{sfi:04X}", application.name) == *name)
                .filter(|(_, _, access)| *access != files::Access::AnyOf(&[]))
                .ok_or(UnknownFile)?;
            contents.put(application, sfi, Body::File { bytes: bytes.to_vec(), access });
        }
        for (reference, value) in references {
            contents.put_reference(reference, reference.limit, Some(value));
        }
        Ok(Self::assemble(contents, profile, 0, None))
    }

    /// What is printed on the card; `None` for a card from given files.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// The answer to reset that a contactless reader makes up for it.
    pub fn atr(&self) -> &[u8] {
        match &self.chip {
            Chip::MyNumber(state) => &state.profile.atr,
            Chip::Licence(chip) => &chip.profile.atr,
            Chip::Residence(chip) => &chip.profile.atr,
        }
    }

    /// Power-on or cold reset: no application, nothing verified; counters stay.
    pub fn power_on(&mut self) {
        self.powered = true;
        match &mut self.chip {
            Chip::MyNumber(state) => state.cold_reset(),
            Chip::Licence(chip) => chip.reset(),
            Chip::Residence(chip) => chip.reset(),
        }
        self.link.forget();
    }

    /// Power-off, or the card leaves the field. A command gets no answer until [`SimulatedCard::power_on`].
    pub fn power_off(&mut self) {
        self.power_on();
        self.powered = false;
    }

    /// Warm reset: the security status of a My Number Card survives (spec my-number 8.2, M), that of other cards does not
    /// (spec licence 8.1, residence 8.1).
    pub fn warm_reset(&mut self) {
        match &mut self.chip {
            Chip::MyNumber(state) => state.warm_reset(),
            Chip::Licence(chip) => chip.reset(),
            Chip::Residence(chip) => chip.reset(),
        }
        self.link.forget();
    }

    /// Tries left of a reference, as the card's memory has them.
    pub fn tries(&mut self, reference: &Reference) -> Option<u8> {
        self.secret_mut(reference).map(|secret| secret.tries)
    }

    /// Sets a counter, as a preset of a test. A reference that the card does not hold stays absent.
    pub fn set_tries(&mut self, reference: &Reference, tries: u8) {
        if let Some(secret) = self.secret_mut(reference) {
            secret.tries = tries;
        }
    }

    pub(super) fn secret_mut(&mut self, reference: &Reference) -> Option<&mut Secret> {
        match &mut self.chip {
            Chip::MyNumber(state) => state.contents.secret_mut(reference),
            Chip::Licence(chip) if reference.application.aid == licence_files::MF.aid => {
                chip.pin_mut(u16::from(reference.sfi))
            }
            Chip::Licence(_) | Chip::Residence(_) => None,
        }
    }

    /// A file's stored bytes without any credential, for tests that tamper; `None` for what the card does not hold.
    pub fn file_mut(&mut self, application: &files::Application, sfi: u8) -> Option<&mut Vec<u8>> {
        match &mut self.chip {
            Chip::MyNumber(state) => state.contents.file_mut(application, sfi),
            Chip::Licence(chip) => chip.file_mut(application.name, u16::from(sfi)),
            Chip::Residence(_) => None,
        }
    }

    /// The same for a file of a licence, or of the マイナ免許証 on a My Number Card.
    pub fn licence_file_mut(&mut self, file: &licence_files::File) -> Option<&mut Vec<u8>> {
        match &mut self.chip {
            Chip::MyNumber(state) => {
                let [_, sfi] = file.id().to_be_bytes();
                state.contents.file_mut(&file.application, sfi)
            }
            Chip::Licence(chip) => chip.file_mut(file.application.name, file.id()),
            Chip::Residence(_) => None,
        }
    }

    /// A file's stored bytes by the name that it has in dumps.
    pub(super) fn named_file_mut(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        if let Some(file) = FILES.iter().find(|file| file.name == name) {
            return self.file_mut(&file.application, file.sfi());
        }
        if let Some(file) = licence_files::file(name) {
            return self.licence_file_mut(file);
        }
        match &mut self.chip {
            Chip::Residence(chip) => chip.named_file_mut(name),
            Chip::MyNumber(_) | Chip::Licence(_) => None,
        }
    }

    /// The same for a file of a residence card.
    pub fn residence_file_mut(&mut self, file: &residence_files::File) -> Option<&mut Vec<u8>> {
        match &mut self.chip {
            Chip::MyNumber(state) => state.contents.file_mut(&file.application, file.sfi()),
            Chip::Licence(_) => None,
            Chip::Residence(chip) => chip.file_mut(file),
        }
    }
}

impl Transport for SimulatedCard {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if !self.powered {
            return Err(TransportError::Removed);
        }
        self.link.carry(command, |command| match &mut self.chip {
            Chip::MyNumber(state) => Reply::from(state.execute(command)).into_bytes(),
            Chip::Licence(chip) => chip.execute(command).into_bytes(),
            Chip::Residence(chip) => chip.execute(command).into_bytes(),
        })
    }
}

/// A file name that the tables do not have, or one that holds the 個人番号.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such file in the tables of the My Number Card")]
pub struct UnknownFile;
