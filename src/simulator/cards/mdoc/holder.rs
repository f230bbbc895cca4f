//! What a simulated phone holds: the elements of an invented person's documents.

use jiff::civil::Date;

use crate::{
    cards::mdoc::elements::{self, DocType},
    simulator::{Persona, pick, portraits},
};

use super::{issuer::ItemOrder, write};

/// The pool's eight portraits.
pub const PORTRAITS: [&[u8]; 8] = portraits!("face");

const JAPAN: &str = "org.iso.23220.1.jp";
const COMMON: &str = "org.iso.23220.1";
const LICENCE: &str = "org.iso.18013.5.1";

/// What stands in place of a 個人番号, so that a reader can be seen to drop it: not a number.
pub const NO_NUMBER: &str = "SIMULATED, NOT A NUMBER";

/// The day on which ages are counted: that of the simulated issuer's signature.
const SIGNED: Date = Date::constant(2025, 4, 1);

/// The ages of which the documents say whether the holder has reached them.
const AGES: [u8; 7] = [13, 16, 18, 20, 25, 60, 65];

fn age(birth: Date) -> i16 {
    let before = (SIGNED.month(), SIGNED.day()) < (birth.month(), birth.day());
    SIGNED.year() - birth.year() - i16::from(before)
}

/// The elements of a document, in the order of their digests.
pub fn items(doc_type: DocType, persona: &Persona, portrait: Option<&[u8]>, seed: u64) -> Vec<ItemOrder> {
    let portrait = write::bytes(portrait.unwrap_or_else(|| pick(&PORTRAITS, persona.portrait)));
    let text = write::text;
    let birth = persona.birth;
    let sex = u64::from(persona.sex.saturating_sub(b'0'));
    let sex_text = match persona.sex {
        b'1' => "男",
        b'2' => "女",
        _ => "",
    };
    let reached = AGES
        .map(|wanted| (format!("{}{wanted:02}", elements::AGE_OVER), write::boolean(age(birth) >= i16::from(wanted))));
    let (family, given) = persona.name.split_once('\u{3000}').unwrap_or((&persona.name, &persona.name));
    let mut values: Vec<(&str, &str, Vec<u8>)> = match doc_type {
        DocType::MyNumber => vec![
            (JAPAN, "full_name_unicode", text(&persona.name)),
            (JAPAN, "resident_address_unicode", text(&persona.address)),
            (JAPAN, "local_gov_code_unicode", text(&persona.municipality)),
            (JAPAN, "birth_date_unicode", text(&format!("{}年{}月{}日", birth.year(), birth.month(), birth.day()))),
            (JAPAN, "sex_unicode", text(sex_text)),
            (JAPAN, "portrait", portrait),
            (JAPAN, "individual_number_unicode", text(NO_NUMBER)),
            (COMMON, "birth_date", write::day(birth)),
            (COMMON, "sex", write::uint(sex)),
        ],
        DocType::Licence => {
            let category = write::record(&[("vehicle_category_code", text("B"))]);
            vec![
                (LICENCE, "family_name", text(family)),
                (LICENCE, "given_name", text(given)),
                (LICENCE, "birth_date", write::day(birth)),
                (LICENCE, "issue_date", write::day(SIGNED)),
                (LICENCE, "expiry_date", write::day(persona.expiry())),
                (LICENCE, "issuing_country", text("XU")),
                (LICENCE, "issuing_authority", text("taimen simulator")),
                (LICENCE, "document_number", text(&format!("SIM-{}", persona.serial))),
                (LICENCE, "portrait", portrait),
                (LICENCE, "driving_privileges", write::array(&[category])),
                (LICENCE, "un_distinguishing_sign", text("XU")),
                (LICENCE, "resident_address", text(&persona.address)),
                (LICENCE, "sex", write::uint(sex)),
            ]
        }
    };
    let of_ages = if doc_type == DocType::Licence { LICENCE } else { COMMON };
    values.extend(reached.iter().map(|(id, value)| (of_ages, id.as_str(), value.clone())));
    (0..).zip(values).map(|(digest, (space, id, value))| ItemOrder::new(space, id, value, digest, seed)).collect()
}
