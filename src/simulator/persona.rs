//! Invented people: everything that a simulated card says about its holder, from a seed.
//!
//! Names and addresses are built from words that mean "sample" and "fictitious", so that nobody takes one for a
//! person. Municipality codes begin with 99, a prefecture that does not exist.

use jiff::civil::Date;

use crate::text::PrintedDate;

use super::prng::SplitMix64;

crate::simulator::record! {
    /// An invented person and what is printed on the card. Fields are public so that a test can make its own.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Persona;
    name: String, "氏名: family and given name with U+3000 between them; a mononym has none.";
    address: String, "住所";
    birth: Date, "生年月日";
    sex: u8, "性別: the ASCII digit of JIS X 0303 (`b'1'` male, `b'2'` female, `b'9'` not applicable, `b'0'` unknown).";
    expiry_year: i16, "有効期限: its year; month and day are the birthday's.";
    security_code: String, "セキュリティコード: four digits.";
    municipality: String, "Municipality code, five digits, `99…`: no prefecture has this number.";
    serial: String, "15 digits, the serial in the common card application.";
    pin: String, "Four digits that stand for every four-digit 暗証番号 of the card.";
    portrait: u8, "Which portrait of the pool, 0 to 7.";
    key: u8, "Which pair of card keys of the pool, 0 to 7.";
    number_digest: [u8; 32], "32 bytes instead of a real card's hash of the 個人番号 file: random, a hash of nothing.";
}

/// Portraits and card keys in the pool.
pub(crate) const POOL_SIZE: u8 = 8;

const FAMILY: &[&str] = &["見本", "架空", "試験", "模擬", "仮名", "例示", "想定", "練習", "非実在", "空想山"];
const GIVEN: &[&str] =
    &["太郎", "花子", "一郎", "二葉", "三奈", "四季", "五月", "実", "梓", "桜子", "健太郎", "ダミー", "テスト", "六"];
const MONONYM: &[&str] = &["ミホン", "ＳＡＭＰＬＥ", "サンプル"];
const LONG: &[&str] = &[
    "ＳＡＭＰＬＥ　ＪＯＨＮ　ＴＥＳＴ",
    "架空之宮　小路左衛門尉",
    "ＦＩＣＴＩＴＩＯＵＳ　ＭＡＲＩＡ　ＤＥＬ　ＴＥＳＴ",
];
/// Code and name of each invented municipality; few, so that their certificates are made once a process.
const MUNICIPALITIES: &[(&str, &str)] = &[
    ("99201", "見本市"),
    ("99202", "架空市"),
    ("99203", "模擬市"),
    ("99204", "試験市"),
    ("99301", "仮想郡例示町"),
    ("99302", "仮想郡練習村"),
];
const TOWNS: &[&str] = &["試験町", "見本", "架空台", "例示ヶ丘", "仮町南", "大字模擬字練習"];
const BUILDINGS: &[&str] = &["", "", "", "　見本荘２０１", "　架空ハイツ　サンプル棟１２０３号室"];

impl Persona {
    /// The person of a seed: the same for ever, in every version of this program.
    pub fn from_seed(seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let sex = random.pick(b"1111111122222222222290");
        let name = match random.below(16) {
            0 => random.pick(MONONYM).to_owned(),
            1 => random.pick(LONG).to_owned(),
            _ => format!("{}　{}", random.pick(FAMILY), random.pick(GIVEN)),
        };
        let (code, city) = random.pick(MUNICIPALITIES);
        let mut block = || full_width(&(1 + random.below(30)).to_string());
        let numbers = [block(), block(), block()].join("－");
        let address = format!("架空県{city}{}{numbers}{}", random.pick(TOWNS), random.pick(BUILDINGS));
        Self {
            name,
            address,
            birth: birth_date(&mut random),
            sex,
            expiry_year: 2090 + small(random.below(10)),
            security_code: random.digits(4),
            municipality: code.to_owned(),
            serial: random.digits(15),
            pin: random.digits(4),
            portrait: pool_index(&mut random),
            key: pool_index(&mut random),
            number_digest: crate::crypto::sha256(&[&random.bytes(32)]),
        }
    }

    /// 有効期限の日: the birthday in the expiry year; 28 February if the year has no 29th.
    pub fn expiry(&self) -> Date {
        let (month, day) = (self.birth.month(), self.birth.day());
        Date::new(self.expiry_year, month, day)
            .or_else(|_| Date::new(self.expiry_year, month, 28))
            .unwrap_or(self.birth)
    }

    /// The birth date as printed: with its era.
    pub fn printed_birth(&self) -> PrintedDate {
        PrintedDate::with_era(self.birth).unwrap_or(PrintedDate::western(self.birth))
    }
}

/// A day from 1930 to 2010.
fn birth_date(random: &mut SplitMix64) -> Date {
    let year = 1930 + small(random.below(81));
    let month = Date::new(year, 1 + tiny(random.below(12)), 1).unwrap_or(Date::constant(1980, 1, 1));
    let days = u16::try_from(month.days_in_month()).unwrap_or(28);
    Date::new(year, month.month(), 1 + tiny(random.below(days))).unwrap_or(month)
}

fn pool_index(random: &mut SplitMix64) -> u8 {
    u8::try_from(random.below(u16::from(POOL_SIZE))).unwrap_or(0)
}

fn small(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(0)
}

fn tiny(number: u16) -> i8 {
    i8::try_from(number).unwrap_or(0)
}

/// ASCII digits as the full-width digits that addresses are stored with (spec my-number 2.4, V).
fn full_width(digits: &str) -> String {
    digits.chars().map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap_or(digit)).collect()
}

/// A date as the card stores it: `YYYYMMDD`, ASCII, Gregorian.
pub(crate) fn stored_date(date: Date) -> Vec<u8> {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()).into_bytes()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::text::era_year;

    #[test]
    fn a_seed_is_the_same_person_for_ever() {
        let line = |seed| {
            let p = Persona::from_seed(seed);
            let number = String::from_utf8(p.number_b().unwrap().expose().to_vec()).unwrap();
            format!("{} {} {} {} {number} {}", p.name, p.address, p.birth, p.expiry(), p.municipality)
        };
        assert_eq!(
            [line(1), line(2), line(u64::MAX)],
            [
                "見本　実 架空県試験市試験町９－１６－４ 1936-11-15 2092-11-15 11111520926951 99204",
                "架空　梓 架空県架空市例示ヶ丘１０－３－６ 1995-08-11 2096-08-11 07081120965140 99202",
                "架空　五月 架空県見本市試験町２６－２６－２７ 1973-08-14 2096-08-14 48081420965632 99201",
            ]
        );
    }

    #[test]
    fn people_are_varied_and_obviously_invented() {
        let people: Vec<Persona> = (0..2_000).map(Persona::from_seed).collect();
        let eras: std::collections::HashSet<_> = people.iter().map(|p| era_year(p.birth).unwrap().0).collect();
        assert_eq!(eras.len(), 2, "Showa and Heisei");
        assert!(people.iter().any(|p| !p.name.contains('\u{3000}')), "a mononym");
        assert!(people.iter().any(|p| p.address.chars().count() > 24), "an address of two lines");
        assert!(people.iter().any(|p| p.address.chars().count() <= 18));
        for digit in b"1290" {
            assert!(people.iter().any(|p| p.sex == *digit));
        }
        for p in &people {
            assert!(p.address.starts_with("架空県") && p.municipality.starts_with("99"), "{p:?}");
            assert!((1930..=2010).contains(&p.birth.year()) && (2090..=2099).contains(&p.expiry().year()), "{p:?}");
            assert_eq!(p.number_b().unwrap().expose().len(), 14);
            assert_eq!(p.birth_digits().unwrap().expose().len(), 6);
        }
    }

    #[test]
    fn number_b_is_the_worked_value() {
        let mut persona = Persona::from_seed(1);
        persona.birth = date(1980, 2, 17);
        persona.expiry_year = 2035;
        persona.security_code = "2285".to_owned();
        assert_eq!(persona.number_b().unwrap().expose(), b"55021720352285");
        assert_eq!(persona.birth_digits().unwrap().expose(), b"550217");
        persona.birth = date(1980, 2, 29);
        assert_eq!(persona.expiry(), date(2035, 2, 28));
    }
}
