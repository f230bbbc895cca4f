//! What a PC/SC reader's name says about its slot, and which slot is used. Names only: nothing here talks to a reader.

use crate::text::named;

named! {
    /// What a reader's name says about a slot, in the order of preference. The machine name is in JSON.
    pub enum Slot {
        /// Contactless, by its name.
        Contactless = "contactless",
        /// The name does not say.
        Unknown = "unknown",
        /// For cards with contacts: of the cards that this program reads, a My Number Card alone has them.
        Contact = "contact",
        /// For the reader's own security module; no customer's card is ever there.
        Sam = "sam",
    }
}

named! {
    /// What the address `pcsc`, without a name after it, does with a slot. The machine name is in JSON.
    pub enum Role {
        /// Its card is taken.
        Takes = "takes",
        /// No slot has a card: one that is laid here is taken.
        Waits = "waits",
        /// Another slot's card is taken.
        Passes = "passes",
        /// Never used: a slot for security modules.
        Never = "never",
    }
}

/// Words, between non-letters, that mark a contactless slot (spec field-needs 4.1; names of the CCID list).
const CONTACTLESS_WORDS: [&str; 6] = ["PICC", "CONTACTLESS", "CL", "NFC", "FELICA", "RFID"];

/// The same of a slot with contacts.
const CONTACT_WORDS: [&str; 2] = ["ICC", "CONTACT"];

/// Parts of the names of readers that have contacts alone (spec field-needs 4.1).
const CONTACT_MODELS: [&str; 2] = ["ACR39", "SCR331"];

impl Slot {
    /// Judges a reader's name.
    pub fn guess(name: &str) -> Self {
        let name = name.to_uppercase();
        let has = |words: &[&str]| name.split(|c: char| !c.is_alphabetic()).any(|word| words.contains(&word));
        if has(&["SAM"]) {
            Self::Sam
        } else if has(&CONTACTLESS_WORDS) {
            Self::Contactless
        } else if has(&CONTACT_WORDS) || CONTACT_MODELS.iter().any(|model| name.contains(model)) {
            Self::Contact
        } else {
            Self::Unknown
        }
    }
}

/// The role of each slot, given in order of preference with whether a card that answers is there.
pub fn roles(slots: &[(Slot, bool)]) -> Vec<Role> {
    let taken = slots.iter().position(|(slot, card)| *card && *slot != Slot::Sam);
    let role = |at: usize, slot: Slot| match taken {
        _ if slot == Slot::Sam => Role::Never,
        None => Role::Waits,
        Some(taken) if taken == at => Role::Takes,
        Some(_) => Role::Passes,
    };
    slots.iter().enumerate().map(|(at, (slot, _))| role(at, *slot)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_slot() {
        for (name, slot) in [
            ("ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00", Slot::Contactless),
            ("ACS ACR1252 Dual Reader [ACR1252 Dual Reader SAM] 00 01", Slot::Sam),
            ("ACS ACR1281 1S Dual Reader [ACR1281 1S Dual Reader ICC] 00 00", Slot::Contact),
            ("SONY FeliCa RC-S300/S 00 00", Slot::Contactless),
            ("Identiv uTrust 3700 F CL Reader [uTrust 3700 F CL Reader] 00 00", Slot::Contactless),
            ("SAMSUNG Contact Reader 0", Slot::Contact),
            ("SAMSUNG Contactless Reader 0", Slot::Contactless),
            ("SCM Microsystems Inc. SCR3310 USB Smart Card Reader 0", Slot::Contact),
            ("ACS ACR39U ICC Reader 00 00", Slot::Contact),
            ("Virtual PCD 00 00", Slot::Unknown),
            ("CLOUD 2700 R Smart Card Reader 0", Slot::Unknown),
            ("", Slot::Unknown),
        ] {
            assert_eq!(Slot::guess(name), slot, "{name}");
        }
    }

    #[test]
    fn one_card_is_taken_and_never_one_of_a_security_module() {
        use Role::{Never, Passes, Takes, Waits};
        let (near, contact, sam) = (Slot::Contactless, Slot::Contact, Slot::Sam);
        assert_eq!(roles(&[(near, false), (contact, false), (sam, true)]), [Waits, Waits, Never]);
        assert_eq!(roles(&[(near, true), (contact, true), (sam, true)]), [Takes, Passes, Never]);
        assert_eq!(roles(&[(near, false), (contact, true), (sam, false)]), [Passes, Takes, Never]);
        assert_eq!(roles(&[]), []);
    }
}
