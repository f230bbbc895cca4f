//! Invented holders of licences: what a licence says beyond the [`Persona`] that is on a My Number Card.
//!
//! The commissions are of prefectures that do not exist; their licence numbers begin with 99 and 98, which no commission
//! has.

use jiff::{Span, civil::Date};

use crate::simulator::{Persona, SplitMix64, persona::POOL_SIZE};

use super::text::{MISSING, external};

crate::simulator::record! {
    /// 公安委員会 of a prefecture that does not exist.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Commission;
    code: &'static str, "The first two digits of its licences' numbers.";
    name: &'static str, "公安委員会名";
    seal: &'static str, "Five characters, its mark on a change.";
}

/// Where the holders live.
pub(crate) const COMMISSION: Commission =
    Commission { code: "99", name: "架空県公安委員会", seal: "架空県公安" };
/// Where some of them move to.
pub(crate) const OTHER_COMMISSION: Commission =
    Commission { code: "98", name: "仮想県公安委員会", seal: "仮想県公安" };

crate::simulator::record! {
    /// A change that was written after issue. Which file and tags it goes to follows from the field's name.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Change;
    field: &'static str, "The field's machine name, for example `new_address`.";
    day: Date, "When.";
    text: String, "The new text; empty for `new_commission`.";
    commission: Commission, "Who wrote it.";
}

crate::simulator::record! {
    /// A holder of a licence. Texts may hold the marks of external characters ([`external`]). Fields are public so that a
    /// test can make its own.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LicenceHolder;
    persona: Persona, "Name, address, birth date, expiry year, portrait.";
    kana: String, "呼び名(カナ)";
    alias: String, "通称名, mostly empty.";
    unified_kana: String, "統一氏名(カナ)";
    issue: Date, "交付年月日";
    expiry: Date, "有効期間の末日";
    reference_number: String, "照会番号, five digits.";
    colour: &'static str, "免許証の色区分";
    conditions: Vec<&'static str>, "免許の条件, at most four.";
    commission: Commission, "公安委員会";
    number: String, "免許証の番号, twelve digits.";
    first: [Option<Date>; 3], "二・小・原, 他 and 二種.";
    categories: Vec<(&'static str, Date)>, "Categories that are held, by the field's machine name, for example `cat_ordinary`.";
    domicile: String, "本籍";
    edition: u8, "JIS X 0208制定年番号, two BCD digits.";
    externals: Vec<(u8, u8)>, "Which picture of the pool each slot of external characters holds: slot 1 to 7, picture 0 to 7.";
    changes: Vec<Change>, "What was written after issue.";
    pin1: String, "暗証番号1";
    pin2: String, "暗証番号2";
    menkyo_pin: String, "The マイナ免許証's 暗証番号.";
}

macro_rules! read_as {
    ($($word:literal $kana:literal),* $(,)?) => { &[$(($word, $kana)),*] };
}

/// Words of names and how they are read; the last ones are given names of rare characters.
const KANA: &[(&str, &str)] = read_as! {
    "見本" "ミホン", "架空" "カクウ", "試験" "シケン", "模擬" "モギ", "仮名" "カメイ",
    "例示" "レイジ", "想定" "ソウテイ", "練習" "レンシュウ", "非実在" "ヒジツザイ", "空想山" "クウソウヤマ",
    "太郎" "タロウ", "花子" "ハナコ", "一郎" "イチロウ", "二葉" "フタバ", "三奈" "ミナ",
    "四季" "シキ", "五月" "サツキ", "実" "ミノル", "梓" "アズサ", "桜子" "サクラコ",
    "健太郎" "ケンタロウ", "ダミー" "ダミー", "テスト" "テスト", "六" "ロク", "ミホン" "ミホン",
    "サンプル" "サンプル", "ＳＡＭＰＬＥ" "サンプル", "ＪＯＨＮ" "ジョン", "ＴＥＳＴ" "テスト",
    "架空之宮" "カクウノミヤ", "小路左衛門尉" "ショウジ", "ＦＩＣＴＩＴＩＯＵＳ" "フィクション",
    "ＭＡＲＩＡ" "マリア", "ＤＥＬ" "デル", "凜" "リン", "熙" "ヒロシ", "彌生" "ヤヨイ",
    "遙" "ハルカ", "齋" "イツキ", "瑤子" "ヨウコ", "龍一" "リュウイチ", "纐纈" "コウケツ",
};
/// Characters of JIS X 0208 that are rare, or that differ between its editions.
const RARE: &[&str] = &["凜", "熙", "彌生", "遙", "齋", "瑤子", "龍一", "纐纈"];
const CONDITIONS: &[&str] = &[
    "眼鏡等",
    "中型車は中型車（８ｔ）に限る",
    "準中型で運転できる準中型車は準中型車（５ｔ）に限る",
    "普通車はＡＴ車に限る",
];
const NEW_CONDITION: &str = "補聴器（すべての運転）";
/// Characters of a name in kana, of a unified name, and of a line.
const KANA_LENGTH: usize = 16;
const UNIFIED_LENGTH: usize = 8;
const LINE_LENGTH: usize = 40;

/// Separates this stream from those of the persona and the card.
const STREAM: u64 = 0x6C69_6365_6E63_6521;
const YOUNGEST: i16 = 2004;

impl LicenceHolder {
    /// The holder of a seed, without changes: the same for ever.
    pub fn from_seed(seed: u64) -> Self {
        let mut random = SplitMix64::new(seed ^ STREAM);
        let mut persona = Persona::from_seed(seed);
        if persona.birth.year() > YOUNGEST {
            // Too young for a licence: twenty years older.
            persona.birth = later(persona.birth, Span::new().years(-20));
        }
        let mut externals = Vec::new();
        let mut alias = String::new();
        if let Some((family, _)) = persona.name.split_once('\u{3000}').filter(|_| persona.name.chars().count() < 9) {
            match random.below(16) {
                0..=2 => persona.name = format!("{family}\u{3000}{}", random.pick(RARE)),
                3 | 4 => {
                    persona.name = format!("{family}{}\u{3000}太郎", external(1));
                    externals.push((1, picture(&mut random)));
                }
                5 => persona.name = format!("{family}\u{3000}{MISSING}子"),
                _ => {}
            }
        } else {
            alias = random.pick(&["見本　太郎", "サンプル", "架空之宮"]).to_owned();
        }
        // Licences have the minus of JIS, which a reader decodes as such.
        persona.address = fitting_line(&persona.address).replace('\u{FF0D}', "\u{2212}");
        let mut domicile = format!("架空県架空市本籍町{}番地", digit(&mut random));
        if random.below(8) == 0 {
            persona.address = persona.address.replacen('町', &external(2).to_string(), 1);
            domicile = domicile.replacen('町', &external(2).to_string(), 1);
            externals.push((2, picture(&mut random)));
        }
        let kana = kana(&persona.name);
        let first = first_licence(&mut random, persona.birth);
        let issue = later(Date::constant(2025, 4, 1), Span::new().days(i64::from(random.below(180))));
        let (categories, firsts) = categories(&mut random, first, persona.birth);
        let serial = format!("{}{:02}{}", COMMISSION.code, first.year().rem_euclid(100), random.digits(6));
        let conditions = CONDITIONS.iter().copied().filter(|_| random.below(3) == 0).collect();
        Self {
            unified_kana: kana.chars().filter(|c| *c != '\u{3000}').take(UNIFIED_LENGTH).collect(),
            kana,
            alias,
            issue,
            expiry: later(persona.expiry(), Span::new().months(1)),
            reference_number: random.digits(5),
            colour: if first.year() >= 2022 { "新規" } else { random.pick(&["優良", "優良", "その他"]) },
            conditions,
            commission: COMMISSION,
            number: format!("{serial}{}{}", check_digit(&serial), random.below(3)),
            first: firsts,
            categories,
            domicile,
            edition: random.pick(&[0x83, 0x90, 0x90, 0x97]),
            externals,
            changes: Vec::new(),
            pin1: random.digits(4),
            pin2: random.digits(4),
            menkyo_pin: random.digits(4),
            persona,
        }
    }

    /// The same with changes of name, address, conditions, commission and 本籍 after issue, two with an external
    /// character.
    #[must_use]
    pub fn with_changes(mut self, seed: u64) -> Self {
        let mut random = SplitMix64::new(seed ^ STREAM.rotate_left(7));
        let mut day = self.issue;
        let mut next = |random: &mut SplitMix64| {
            day = later(day, Span::new().days(1 + i64::from(random.below(60))));
            day
        };
        let (married, moved, away) = (next(&mut random), next(&mut random), next(&mut random));
        let given = self.persona.name.split_once('\u{3000}').map_or("太郎", |(_, given)| given).to_owned();
        let change = |field, day, text: &str, commission| Change { field, day, text: text.to_owned(), commission };
        self.changes = vec![
            change("new_name", married, &format!("改姓{}\u{3000}{given}", external(3)), COMMISSION),
            change("new_name_kana", married, &format!("カイセイ\u{3000}{}", kana(&given)), COMMISSION),
            change("new_domicile", married, &format!("架空県{}市新本籍町１番地", external(4)), COMMISSION),
            change("new_address", moved, &format!("架空県見本市転居町{}", digit(&mut random)), COMMISSION),
            change("new_address", away, &format!("仮想県例示市新町{}\u{2212}２", digit(&mut random)), OTHER_COMMISSION),
            change("new_commission", away, "", OTHER_COMMISSION),
            change("new_condition", away, NEW_CONDITION, OTHER_COMMISSION),
            change("remark", away, "見本の備考", OTHER_COMMISSION),
        ];
        if let Some(lifted) = self.conditions.first() {
            self.changes.push(change("condition_removed", away, lifted, OTHER_COMMISSION));
        }
        if random.below(3) == 0 {
            // Slots are not always in the order of time.
            let addresses: Vec<usize> = (0..self.changes.len())
                .filter(|at| self.changes.get(*at).is_some_and(|c| c.field == "new_address"))
                .collect();
            if let [first, second] = addresses.as_slice() {
                self.changes.swap(*first, *second);
            }
        }
        for slot in [3, 4] {
            self.externals.push((slot, picture(&mut random)));
        }
        self
    }
}

/// A day later by a span, or the day itself at the calendar's end.
fn later(day: Date, span: Span) -> Date {
    day.checked_add(span).unwrap_or(day)
}

fn picture(random: &mut SplitMix64) -> u8 {
    u8::try_from(random.below(u16::from(POOL_SIZE))).unwrap_or(0)
}

/// A full-width number.
fn digit(random: &mut SplitMix64) -> String {
    let digits = (1 + random.below(30)).to_string();
    digits.chars().map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap_or(digit)).collect()
}

/// An address without its building if both do not fit a line.
fn fitting_line(address: &str) -> String {
    let short = address.split_once('\u{3000}').map_or(address, |(street, _)| street);
    if address.chars().count() <= LINE_LENGTH { address.to_owned() } else { short.chars().take(LINE_LENGTH).collect() }
}

/// A name in kana, word by word; an unknown word is ミホン.
fn kana(name: &str) -> String {
    let word = |word: &str| {
        let plain: String = word.chars().filter(|c| !('\u{E000}'..='\u{E00F}').contains(c)).collect();
        KANA.iter().find(|(known, _)| *known == plain).map_or("ミホン", |(_, kana)| *kana)
    };
    let whole = name.split('\u{3000}').map(word).collect::<Vec<_>>().join("\u{3000}");
    whole.chars().take(KANA_LENGTH).collect::<String>().trim_end_matches('\u{3000}').to_owned()
}

/// When the first licence was given: from the eighteenth birthday on, before 2023.
fn first_licence(random: &mut SplitMix64, birth: Date) -> Date {
    let adult = later(birth, Span::new().years(18));
    let first = later(adult, Span::new().days(i64::from(random.below(4_000))));
    first.min(Date::constant(2022, 12, 31)).max(adult)
}

/// Categories with their days, and the days of 二・小・原, 他 and 二種.
fn categories(random: &mut SplitMix64, first: Date, birth: Date) -> (Vec<(&'static str, Date)>, [Option<Date>; 3]) {
    /// When 準中型 was made, and 中型 (spec licence 2.5).
    const SEMI_MEDIUM: Date = Date::constant(2017, 3, 12);
    const MEDIUM: Date = Date::constant(2007, 6, 2);

    // What was held as 普通 before a reform is held as the wider category since.
    let car = match first {
        day if day < MEDIUM => "cat_medium",
        day if day < SEMI_MEDIUM => "cat_semi_medium",
        _ => "cat_ordinary",
    };
    let mut held = vec![(car, first)];
    let mut firsts = [None, Some(first), None];
    if random.below(3) == 0 {
        let moped = later(birth, Span::new().years(16).days(30)).min(first);
        let kind = random.pick(&["cat_moped", "cat_ordinary_motorcycle", "cat_large_motorcycle", "cat_small_special"]);
        held.push((kind, moped));
        firsts = [Some(moped), Some(first), None];
    }
    if random.below(6) == 0 {
        let professional = later(first, Span::new().years(3)).min(Date::constant(2025, 3, 31)).max(first);
        let kind = random.pick(&["cat_ordinary_2", "cat_large_2", "cat_medium_2"]);
        held.push((kind, professional));
        firsts = [firsts.first().copied().flatten(), Some(first), Some(professional)];
    }
    if random.below(6) == 0 {
        held.push((random.pick(&["cat_large", "cat_towing", "cat_large_special"]), first));
    }
    (held, firsts)
}

/// The check digit over the first ten digits (spec licence 2.11): weights 5 4 3 2 7 6 5 4 3 2, 11 minus the sum modulo 11;
/// 10 and 11 give 0 and 1.
pub(crate) fn check_digit(ten: &str) -> char {
    const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = ten.chars().zip(WEIGHTS).map(|(digit, weight)| digit.to_digit(10).unwrap_or(0) * weight).sum();
    char::from_digit((11 - sum % 11) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::{super::text::jis_x_0208, *};
    use crate::cards::drivers_licence::files::{CHANGES, DATA, DOMICILE_CHANGES, field_named};

    #[test]
    fn the_worked_check_digit() {
        assert_eq!(check_digit("3090123456"), '2');
        // 11 - 1 = 10 gives 0, 11 - 0 = 11 gives 1.
        assert_eq!(check_digit("0000000006"), '0', "sum 12");
        assert_eq!(check_digit("0000000000"), '1', "sum 0");
    }

    #[test]
    fn a_seed_is_the_same_holder_for_ever() {
        let line = |seed| {
            let h = LicenceHolder::from_seed(seed);
            format!(
                "{} {} {} {} {} {} {} {}",
                h.persona.name, h.kana, h.issue, h.expiry, h.number, h.colour, h.domicile, h.pin1
            )
        };
        assert_eq!(
            [line(1), line(2), line(3)],
            [
                "見本\u{3000}実 ミホン\u{3000}ミノル 2025-05-10 2092-12-15 996405317692 優良 架空県架空市本籍町１２番地 8306",
                "架空\u{E001}\u{3000}太郎 カクウ\u{3000}タロウ 2025-08-05 2096-09-11 992125623311 その他 \
                 架空県架空市本籍\u{E002}１７番地 1457",
                "空想山\u{E001}\u{3000}太郎 クウソウヤマ\u{3000}タロウ 2025-08-01 2091-05-23 991701861132 優良 \
                 架空県架空市本籍町１２番地 5966",
            ]
        );
    }

    #[test]
    fn holders_are_varied_and_fit_the_table() {
        let holders: Vec<LicenceHolder> =
            (0..2_000).map(|seed| LicenceHolder::from_seed(seed).with_changes(seed)).collect();
        let any = |what: fn(&LicenceHolder) -> bool| holders.iter().any(what);
        assert!(any(|h| h.persona.name.contains(external(1))) && any(|h| h.persona.address.contains(external(2))));
        assert!(
            any(|h| h.persona.name.contains(MISSING))
                && any(|h| !h.alias.is_empty())
                && any(|h| h.conditions.is_empty())
        );
        assert!(
            any(|h| h.persona.name.contains('凜')) && any(|h| h.first[2].is_some()) && any(|h| h.first[0].is_some())
        );
        let max = |id| field_named(&DATA, id).unwrap().max;
        for h in &holders {
            for (id, text) in [
                ("name", &h.persona.name),
                ("name_kana", &h.kana),
                ("alias", &h.alias),
                ("unified_name_kana", &h.unified_kana),
                ("address", &h.persona.address),
            ] {
                assert!(jis_x_0208(text).unwrap().len() <= max(id), "{id} {text}");
            }
            assert!(
                (2090..=2100).contains(&h.expiry.year()) && h.number.len() == 12 && h.conditions.len() <= 4,
                "{h:?}"
            );
            assert!(h.categories.iter().all(|(id, day)| field_named(&DATA, id).is_some() && *day < h.issue), "{h:?}");
            assert!(h.number.starts_with("99") && h.persona.birth.year() <= YOUNGEST, "{h:?}");
            for change in &h.changes {
                let known = field_named(&CHANGES, change.field).or(field_named(&DOMICILE_CHANGES, change.field));
                assert!(known.is_some() && jis_x_0208(&change.text).is_ok() && change.day > h.issue, "{change:?}");
            }
        }
    }
}
