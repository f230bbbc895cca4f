//! Invented holders of passports: everything that is printed on the page with the photo, from a seed.
//!
//! Names are words that mean "test" and letters of the Greek alphabet. The issuing state is Utopia, as on specimens (ICAO Doc
//! 9303-4, appendix B), unless a kind needs a state that the table of signers has.

use jiff::civil::Date;

use crate::{
    cards::passport::mrz::Fields,
    simulator::{Persona, SplitMix64},
};

crate::simulator::record! {
    /// An invented holder. Fields are public so that a test can make its own.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PassportHolder;
    document: String, "The kind of document, two characters: `P<`.";
    issuer: String, "Issuing state, three letters.";
    nationality: String, "国籍, three letters.";
    surname: String, "姓, in Latin letters; `<` for spaces.";
    given: String, "名, the same.";
    national: String, "氏名 in national characters, for data group 11.";
    number: String, "旅券番号: nine characters; begins with XS, which Japan never issued.";
    birth: Date, "生年月日";
    sex: char, "性別: `M`, `F` or `<`.";
    expiry: Date, "有効期間満了日";
    issued: Date, "発行年月日";
    can: String, "カードアクセス番号: six digits.";
    portrait: u8, "Which portrait of the pool, 0 to 7.";
}

const FAMILY: &[&str] = &["TESTO", "EXEMPLO", "SPECIMEN", "FICTUS", "PROBA", "MUSTER", "EJEMPLO", "NIEMAND"];
const GIVEN: &[&str] = &["ALPHA", "BETA", "GAMMA", "DELTA", "EPSILON", "ZETA", "OMEGA", "KAPPA<LAMBDA"];

impl PassportHolder {
    /// The holder of a seed: the same for ever, in every version of this program.
    pub fn from_seed(seed: u64) -> Self {
        let persona = Persona::from_seed(seed);
        // Another stream than the persona's, or names would follow from birth dates.
        let mut random = SplitMix64::new(seed ^ 0x5041_5353_504F_0001);
        let sex = match persona.sex {
            b'1' => 'M',
            b'2' => 'F',
            _ => '<',
        };
        Self {
            document: "P<".to_owned(),
            issuer: "JPN".to_owned(),
            nationality: "JPN".to_owned(),
            surname: random.pick(FAMILY).to_owned(),
            given: random.pick(GIVEN).to_owned(),
            number: format!("XS{}", random.digits(7)),
            expiry: persona.expiry(),
            issued: Date::constant(2025, 4, 1),
            can: random.digits(6),
            birth: persona.birth,
            sex,
            portrait: persona.portrait,
            national: persona.name,
        }
    }

    /// The machine-readable zone: 88 characters of a passport, 90 of a card.
    pub fn zone(&self) -> String {
        let fields = Fields {
            document: &self.document,
            issuer: &self.issuer,
            primary: &self.surname,
            secondary: &self.given,
            number: &self.number,
            nationality: &self.nationality,
            birth: self.birth,
            sex: self.sex,
            expiry: self.expiry,
        };
        if self.document.starts_with('P') { fields.book() } else { fields.card() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::passport::{Mrz, mrz::Wrong};

    #[test]
    fn a_seed_is_the_same_holder_for_ever() {
        let zone = PassportHolder::from_seed(1).zone();
        assert_eq!(zone, PassportHolder::from_seed(1).zone());
        for seed in 0..500 {
            let holder = PassportHolder::from_seed(seed);
            let zone = holder.zone();
            let mrz = Mrz::parse(zone.as_bytes()).unwrap();
            assert_eq!((mrz.wrong(), mrz.number()), (Wrong::default(), holder.number.clone()), "{zone}");
            assert_eq!(mrz.expiry(), Some(holder.expiry));
            assert!(holder.number.starts_with("XS") && holder.can.len() == 6);
        }
    }
}
