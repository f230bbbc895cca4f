//! Every place of a record that can hold something: the allow-list. What has no row here has no place in a record.

use crate::{lang::Bilingual, text::named};

named! {
    /// What a place of the record holds.
    pub enum Shape {
        /// One line of text.
        Text = "text",
        /// A day.
        Day = "day",
        /// A day and a time of day, in Japan.
        Moment = "moment",
        /// A whole number.
        Number = "number",
        /// Several lines of text.
        List = "list",
        /// What was bought or sold: name and quantity of each.
        Goods = "goods",
        /// A name of staff: entered, not authenticated.
        Staff = "staff",
        /// A way of the law to check who somebody is.
        Method = "method",
        /// A ground on which somebody's authority to act for the customer is accepted.
        Authority = "authority",
    }
}

/// A place of the record: a field of a profile, or a part of one.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The profile's field.
    pub field: &'static str,
    /// Its own name: the field's, or the field's with a dot and the part's.
    pub id: &'static str,
    /// What people call the part; `None` for one that is the whole field, which the profile names.
    pub title: Option<Bilingual>,
    /// What it holds.
    pub shape: Shape,
    /// Whether numbers of twelve digits are expected in it.
    pub digits: bool,
}

macro_rules! parts {
    (@ $field:literal $shape:ident $digits:literal) => {
        Part { field: $field, id: $field, title: None, shape: Shape::$shape, digits: $digits }
    };
    (@ $field:literal $shape:ident $digits:literal, $part:literal $ja:literal $en:literal) => {
        Part {
            field: $field,
            id: concat!($field, ".", $part),
            title: Some(Bilingual::new($ja, $en)),
            shape: Shape::$shape,
            digits: $digits,
        }
    };
    ($($field:literal $shape:ident $digits:literal $(, $part:literal $ja:literal $en:literal)?;)*) => {
        &[$(parts!(@ $field $shape $digits $(, $part $ja $en)?)),*]
    };
}

/// Every part, in the order of a record.
pub const PARTS: &[Part] = parts! {
    "verifier" Staff false;
    "recorder" Staff false;
    "transaction_on" Day false;
    "checked_on" Day false;
    "presented_at" Moment false;
    "received_on" Day false;
    "phone_card_received_on" Day false;
    "mailed_on" Day false;
    "image_received_on" Day false;
    "chip_received_on" Day false;
    "inquiry_done_on" Day false;
    "doc_or_chip_received_on" Day false;
    "registry_received_on" Day false;
    "published_checked_on" Day false;
    "delivered_on" Day false;
    "recheck_presented_on" Day false;
    "other_confirmed_on" Day false;
    "transaction_kind" Text false;
    "goods" Goods false;
    "features" Text true;
    "method" Method false;
    "document" Text false, "name" "書類の名称" "document";
    "document" Text true, "number" "書類の記号番号" "number of the document";
    "document" Day false, "expiry" "書類の有効期限" "expiry of the document";
    "document" Text false, "issuer" "書類を発行した市区町村・官公庁" "issuer of the document";
    "address_document" Text false, "name" "書類の名称" "paper";
    "address_document" Text true, "number" "記号番号など" "its number";
    "address_document" Day false, "dated" "作成日・領収日" "its date";
    "place" Text false;
    "name" Text false;
    "address" Text false;
    "birth_date" Day false;
    "age" Number false;
    "customer" Text false, "name" "お客様の氏名（法人は名称）" "customer's name";
    "customer" Text false, "address" "お客様の住居（法人は本店・主たる事務所の所在地）" "customer's address";
    "customer" Day false, "birth_date" "お客様の生年月日" "customer's birth date";
    "customer" Method false, "method" "法人の確認の方法" "how the company was checked";
    "representative" Text false, "name" "代表者等の氏名" "name of who acts for the customer";
    "representative" Text false, "address" "代表者等の住居" "address of who acts for the customer";
    "representative" Day false, "birth_date" "代表者等の生年月日" "birth date of who acts for the customer";
    "representative" Text false, "relation" "代表者等とお客様との関係" "relation to the customer";
    "representative" Authority false, "authority" "任に当たっていると認めた理由" "why the authority was accepted";
    "authority" Authority false;
    "purpose" Text false;
    "occupation" Text false;
    "beneficial_owner" Text false, "name" "実質的支配者の氏名" "beneficial owner's name";
    "beneficial_owner" Text false, "address" "実質的支配者の住居" "beneficial owner's address";
    "beneficial_owner" Day false, "birth_date" "実質的支配者の生年月日" "beneficial owner's birth date";
    "beneficial_owner" Text false, "relation" "実質的支配者とお客様との関係" "beneficial owner's relation to the customer";
    "beneficial_owner" Text false, "confirmed_by" "実質的支配者の確認の方法" "how the beneficial owner was confirmed";
    "assets" Text false;
    "alias" Text false, "name" "異なる名義" "other name";
    "alias" Text false, "reason" "異なる名義を用いる理由" "why the other name is used";
    "account" Text true;
    "phone_numbers" List true;
    "line_count" Number false;
    "tracking_number" Text true;
    "payment" Text true;
    "pep" Text false;
    "related_record" Text true;
    "stay_permit" Text false, "name" "旅券・許可書の名称" "passport or permit";
    "stay_permit" Text true, "number" "旅券・許可書の記号番号" "its number";
    "stay_permit" Day false, "dated" "旅券・許可書の日付" "its date";
};

/// A part by its name.
pub fn part(id: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.id == id)
}

/// The parts of a field; none for a field that only an operator's own profile has.
pub fn parts_of(field: &str) -> impl Iterator<Item = &'static Part> {
    PARTS.iter().filter(move |part| part.field == field)
}

named! {
    /// On what ground somebody's authority to act for the customer is accepted (規則第12条第5項).
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Authority {
        /// 同居の親族・法定代理人
        Family = "family",
        /// 委任状など
        Letter = "letter",
        /// 代表権のある役員としての登記
        Registered = "registered",
        /// 本人または営業所への電話など
        Call = "call",
        /// 関係を認識していること
        Known = "known",
    }
}

impl Authority {
    /// What people read, with the article.
    pub fn words(self, company: bool) -> Bilingual {
        match (self, company) {
            (Self::Family, _) => Bilingual::new(
                "同居の親族または法定代理人である（規則第12条第5項第1号イ）",
                "a relative in the same home or a legal representative (rule, Art. 12(5)1イ)",
            ),
            (Self::Letter, false) => Bilingual::new(
                "委任状などを持っている（規則第12条第5項第1号ロ）",
                "a letter of attorney or the like (rule, Art. 12(5)1ロ)",
            ),
            (Self::Letter, true) => Bilingual::new(
                "委任状などを持っている（規則第12条第5項第2号イ）",
                "a letter of attorney or the like (rule, Art. 12(5)2イ)",
            ),
            (Self::Registered, _) => Bilingual::new(
                "代表する権限のある役員として登記されている（規則第12条第5項第2号ロ）",
                "registered as an officer with power to represent (rule, Art. 12(5)2ロ)",
            ),
            (Self::Call, false) => Bilingual::new(
                "本人への電話などで確認した（規則第12条第5項第1号ハ）",
                "a call to the customer or the like (rule, Art. 12(5)1ハ)",
            ),
            (Self::Call, true) => Bilingual::new(
                "営業所などへの電話などで確認した（規則第12条第5項第2号ハ）",
                "a call to the company's office or the like (rule, Art. 12(5)2ハ)",
            ),
            (Self::Known, false) => Bilingual::new(
                "本人との関係を認識している（規則第12条第5項第1号ニ）",
                "the operator knows the relation (rule, Art. 12(5)1ニ)",
            ),
            (Self::Known, true) => Bilingual::new(
                "法人との関係を認識している（規則第12条第5項第2号ニ）",
                "the operator knows the relation to the company (rule, Art. 12(5)2ニ)",
            ),
        }
    }

    /// Whether the law has it for a company, or for a natural person.
    pub fn is_for(self, company: bool) -> bool {
        match self {
            Self::Family => !company,
            Self::Registered => company,
            Self::Letter | Self::Call | Self::Known => true,
        }
    }
}
