//! Invented holders of residence cards: everything that is printed on one, from a seed.
//!
//! Names are words that mean "test" and letters of the Greek alphabet; the nationality is Utopia, as on specimens of
//! passports (ICAO Doc 9303); card numbers begin and end with ZZ.

use jiff::civil::Date;

use crate::simulator::{Persona, SplitMix64};

crate::simulator::record! {
    /// An invented holder. Fields are public so that a test can make its own.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ResidenceHolder;
    name: String, "氏名, in Latin letters.";
    number: String, "在留カード等番号: two letters, eight digits, two letters.";
    birth: Date, "生年月日";
    sex: u8, "性別: `b'1'` male, `b'2'` female, `b'3'` unspecified.";
    nationality: String, "国籍・地域, three letters.";
    status: String, "在留資格, ten characters whose table is not public.";
    period: String, "在留期間: `YYMM`, or `0000`.";
    permission_type: String, "許可の種類, two characters whose table is not public.";
    permitted: Date, "許可年月日";
    work: u8, "就労制限の有無: a code of `codes::WORK`.";
    expiry: Date, "有効期間の満了日; the stay ends on the same day.";
    address: String, "住居地; empty if generation 1 has no entry on its back.";
    address_date: Date, "Day of the address entry.";
    municipality: String, "全国地方公共団体コード with its check digit; begins with 99, a prefecture that does not exist.";
    comprehensive: u8, "資格外活動包括許可: a code of `codes::COMPREHENSIVE`.";
    individual: u8, "資格外活動個別許可: a code of `codes::INDIVIDUAL`.";
    renewal: bool, "Whether an application for renewal is pending.";
    remark: bool, "Whether the Commissioner made a remark.";
    portrait: u8, "Which portrait of the pool, 0 to 7.";
}

const FAMILY: &[&str] = &["TESTO", "EXEMPLO", "SPECIMEN", "FICTUS", "PROBA", "MUSTER", "EJEMPLO", "NIEMAND"];
const GIVEN: &[&str] = &["ALPHA", "BETA", "GAMMA", "DELTA", "EPSILON", "ZETA", "OMEGA", "KAPPA LAMBDA"];
const NATIONALITIES: &[&str] = &["UTO", "UTO", "UTO", "XXX"];
const PERIODS: &[&str] = &["0100", "0300", "0500", "0006", "0000"];

impl ResidenceHolder {
    /// The holder of a seed: the same for ever, in every version of this program.
    pub fn from_seed(seed: u64) -> Self {
        let persona = Persona::from_seed(seed);
        // Another stream than the persona's, or names would follow from birth dates.
        let mut random = SplitMix64::new(seed ^ 0x5A41_4952_5955_0001);
        let sex = if [b'1', b'2'].contains(&persona.sex) { persona.sex } else { b'3' };
        let permitted = Date::new(2021, 4, 1).unwrap_or(persona.birth);
        Self {
            name: format!("{} {}", random.pick(FAMILY), random.pick(GIVEN)),
            number: format!("ZZ{}ZZ", random.digits(8)),
            birth: persona.birth,
            sex,
            nationality: random.pick(NATIONALITIES).to_owned(),
            status: format!("99{}", random.digits(8)),
            period: random.pick(PERIODS).to_owned(),
            permission_type: random.pick(&["01", "02", "03"]).to_owned(),
            permitted,
            work: random.pick(b"1249"),
            expiry: persona.expiry(),
            address_date: permitted.tomorrow().unwrap_or(permitted),
            municipality: with_check_digit(&persona.municipality),
            comprehensive: random.pick(b"0112"),
            individual: random.pick(b"0001"),
            renewal: random.below(4) == 0,
            remark: random.below(8) == 0,
            portrait: persona.portrait,
            address: persona.address,
        }
    }
}

/// A municipality's five digits with their check digit: weights 6 to 2, 11 less the remainder by 11, the last digit
/// (総務省 全国地方公共団体コード).
fn with_check_digit(code: &str) -> String {
    let sum: u32 = code.chars().filter_map(|digit| digit.to_digit(10)).zip((2..=6).rev()).map(|(d, w)| d * w).sum();
    format!("{code}{}", (11 - sum % 11) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::residence_card::{files, protocol::CardNumber};

    #[test]
    fn a_seed_is_the_same_holder_for_ever() {
        let line = |seed| {
            let h = ResidenceHolder::from_seed(seed);
            format!(
                "{} {} {} {} {} {} {}",
                h.name, h.number, h.birth, h.nationality, h.period, h.municipality, h.renewal
            )
        };
        assert_eq!(
            [line(1), line(2)],
            [
                "FICTUS BETA ZZ78550091ZZ 1936-11-15 UTO 0100 992046 false",
                "SPECIMEN ZETA ZZ77497528ZZ 1995-08-11 UTO 0100 992020 true"
            ]
        );
    }

    #[test]
    fn the_check_digit_is_the_published_one() {
        // 千代田区, 札幌市, 横浜市: published codes.
        for code in ["131016", "011002", "141003"] {
            assert_eq!(with_check_digit(&code[..5]), code);
        }
    }

    #[test]
    fn holders_are_varied_fit_their_fields_and_are_obviously_invented() {
        let holders: Vec<_> = (0..500).map(ResidenceHolder::from_seed).collect();
        let any = |test: fn(&ResidenceHolder) -> bool| holders.iter().any(test);
        assert!(any(|h| h.renewal) && any(|h| !h.renewal) && any(|h| h.period == "0000") && any(|h| h.sex == b'3'));
        assert!(any(|h| h.comprehensive == b'0') && any(|h| h.individual == b'1') && any(|h| h.remark));
        let size = |file: files::File, id| file.field(id).unwrap().size;
        for h in &holders {
            assert!(h.number.parse::<CardNumber>().is_ok() && h.number.starts_with("ZZ"), "{h:?}");
            assert_eq!(h.status.len(), size(files::ENTRIES_05, "residence_status"));
            assert_eq!(h.period.len(), size(files::ENTRIES_05, "period_of_stay"));
            assert_eq!(h.municipality.len(), size(files::ADDRESS, "municipality"));
            assert!(h.address.len() <= size(files::ADDRESS, "address"), "{h:?}");
        }
    }
}
