//! The rules by which two spellings may be the same, as one table.

use super::Field;
use crate::lang::Bilingual;

/// How much a rule proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// The two spellings stand for the same thing: `same_after`.
    Strong,
    /// They may belong to two people: `similar`, and a person decides.
    Weak,
}

impl Strength {
    /// The machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Weak => "weak",
        }
    }
}

/// Declares the rules in the order of their application: machine name, strength, fields, what it is called in both languages.
macro_rules! rules {
    ($($Variant:ident $name:literal $strength:ident [$($field:ident)*] $ja:literal $en:literal;)*) => {
        crate::text::named! {
            /// A rule by which two spellings may be the same; in the order of application.
            #[non_exhaustive]
            pub enum Rule {
                $(#[doc = $en] $Variant = $name,)*
            }
        }

        impl Rule {
            /// How much it proves.
            pub fn strength(self) -> Strength {
                match self {
                    $(Self::$Variant => Strength::$strength,)*
                }
            }

            /// The fields it is for.
            pub fn fields(self) -> &'static [Field] {
                match self {
                    $(Self::$Variant => &[$(Field::$field),*],)*
                }
            }

            /// What staff read.
            pub fn title(self) -> Bilingual {
                match self {
                    $(Self::$Variant => Bilingual::new($ja, $en),)*
                }
            }
        }
    };
}

rules! {
    CompatIdeograph "compat-ideograph" Strong [Name Address] "互換漢字" "compatibility ideographs";
    Nfc "nfc" Strong [Name Kana Address] "結合文字" "combining characters";
    Ivs "ivs" Strong [Name Address] "異体字セレクタ" "variation selectors";
    Width "width" Strong [Name Kana Address] "全角・半角" "full and half width";
    KanjiJoyo "kanji-joyo" Strong [Name Address] "新字体・旧字体" "old and new forms of a kanji";
    Latin "latin" Weak [Name] "ローマ字の綴り" "spelling of Latin letters";
    LatinOrder "latin-order" Weak [Name] "ローマ字の姓名の順" "order of Latin names";
    Kana "kana" Strong [Kana] "ひらがな・カタカナ" "hiragana and katakana";
    KanaLoose "kana-loose" Weak [Kana] "小書き・ヴ・づ" "small kana, vu, dzu";
    LongVowel "long-vowel" Strong [Kana Address] "長音記号" "long vowel marks";
    Digits "digits" Strong [Address] "漢数字" "kanji numerals";
    Hyphen "hyphen" Strong [Address] "ハイフン" "hyphens";
    Pref "pref" Strong [Address] "都道府県の省略" "prefecture left out";
    Gun "gun" Weak [Address] "郡の省略" "district (郡) left out";
    AzaSmall "aza-small" Weak [Address] "字の省略（別の地名の可能性）" "字 left out, perhaps another place";
    Aza "aza" Strong [Address] "大字・字" "大字 and 字";
    SmallKe "small-ke" Strong [Address] "ケ・ヶ・が" "ケ, ヶ and が";
    SmallKa "small-ka" Weak [Address] "カ・ヵ" "カ and ヵ";
    No "no" Strong [Address] "の・ノ・之" "の, ノ and 之";
    NoRare "no-rare" Weak [Address] "乃" "乃";
    Tsu "tsu" Strong [Address] "ツ・ッ・つ" "ツ, ッ and つ";
    Banchi "banchi" Strong [Address] "丁目・番地・号" "丁目, 番地 and 号";
    Building "building-missing" Strong [Address] "建物名の省略" "building left out";
    BuildingUnsure "building-unsure" Weak [Address] "建物名らしい部分の省略" "what may be a building left out";
    Space "space" Strong [Name Kana Address] "空白" "spaces";
    SpaceMoved "space-moved" Weak [Name Kana Address] "空白の位置（別人の可能性）" "spaces elsewhere, perhaps another name";
    KanjiItai "kanji-itai" Weak [Name Address] "異体字（別人の可能性）" "variant kanji, perhaps another name";
    Gaiji "gaiji" Weak [Name Address] "外字・〓" "characters that are pictures or marks";
    DateForm "date-form" Strong [BirthDate] "日付の書き方" "form of the date";
    Era "era" Strong [BirthDate] "元号・西暦" "eras and Western years";
    Sex "sex" Strong [Sex] "性別の書き方" "form of the sex";
    Unsigned "unsigned" Weak [Name Kana Address BirthDate Sex] "署名のない値" "the chip's value is not signed";
    Unconfirmed "unconfirmed" Weak [Name Kana Address BirthDate Sex] "署名が未確認の値" "the signature of the chip's value was not verified";
    Superseded "superseded" Weak [Name Kana Address] "変更前の値" "the card says that this value has changed since";
}

impl Rule {
    /// The rules that turn one spelling into another, for a field, in the order of application.
    pub(super) fn of(field: Field) -> impl Iterator<Item = Self> {
        let spelling = |rule: &Self| *rule < Self::DateForm;
        Self::all().filter(spelling).filter(move |rule| rule.fields().contains(&field))
    }

    pub(super) fn is_weak(self) -> bool {
        self.strength() == Strength::Weak
    }
}
