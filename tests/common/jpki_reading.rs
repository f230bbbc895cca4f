//! Reads a card with its JPKI application through the library, as `taimen check --jpki` does where nothing is asked.

use taimen::{
    cards::{
        Findings,
        my_number::{JpkiEntries, Reading, check},
        recognise,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Session},
    privacy::Pin,
    simulator::SimulatedCard,
    transport::{Transport, draws::ListedDraws},
};

use super::reading::{TIME, Trouble, card, simulated_trust};

/// What is presented.
#[derive(Clone, Default)]
pub struct Entries {
    pub number: Option<Pin>,
    pub auth_pin: Option<Pin>,
    pub sign_password: Option<Pin>,
    pub allow_last_try: bool,
}

impl Entries {
    /// Everything that a simulated card offers.
    pub fn of(card: &SimulatedCard) -> Self {
        let own = card.credentials().expect("a persona's card");
        Self {
            number: own.number_b().ok(),
            auth_pin: own.auth_pin().cloned(),
            sign_password: own.sign_password().cloned(),
            allow_last_try: false,
        }
    }

    /// The print alone.
    pub fn free(card: &SimulatedCard) -> Self {
        Self { auth_pin: None, sign_password: None, ..Self::of(card) }
    }
}

/// Recognises and reads, JPKI included.
pub fn read(transport: impl Transport, entries: &Entries) -> Result<Dump, Trouble> {
    let mut session = Session::new(transport);
    let recognised = recognise(&mut session).map_err(Trouble::Recognise)?;
    let reading = Reading {
        scope: Scope::FULL,
        credential: entries.number.as_ref().expect("the print"),
        gate: &mut PinGate::new(entries.allow_last_try),
        prepared: None,
        draws: &mut ListedDraws::new(vec![vec![0x3C; 32], vec![0xA5; 32], vec![0x69; 32]]),
        time: TIME.parse().unwrap(),
        reader: "test".to_owned(),
        guests: recognised.guests,
        jpki: Some(JpkiEntries { auth_pin: entries.auth_pin.as_ref(), sign_password: entries.sign_password.as_ref() }),
        private_withheld: false,
        counter: &mut |_, _| {},
        progress: &mut |_, _, _| {},
    };
    reading.run(&mut session).map_err(Trouble::Read)
}

/// Reads a simulated card with everything that it offers, and checks.
pub fn findings(recipe: &str) -> Result<Findings, Trouble> {
    let mut simulated = card(recipe);
    let entries = Entries::of(&simulated);
    Ok(judge(&read(&mut simulated, &entries)?))
}

/// Checks with the simulated hierarchy accepted.
pub fn judge(dump: &Dump) -> Findings {
    check(dump, &simulated_trust(), taimen::verify::Basis::Live(TIME.parse().unwrap()))
}
