//! Every place of a record that can hold something: the allow-list. What has no row here has no place in a record.

use crate::{cards, kind::CardKind, lang::Bilingual, text::named};

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
    /// What people call it; a profile has its own name for a whole field.
    pub title: Bilingual,
    /// What it holds.
    pub shape: Shape,
    /// Whether numbers of twelve digits are expected in it. The number of the document depends on which document it is.
    pub digits: bool,
}

macro_rules! parts {
    ($($id:literal $field:literal $shape:ident $digits:literal $ja:literal $en:literal;)*) => {
        &[$(Part {
            field: $field,
            id: $id,
            title: Bilingual::new($ja, $en),
            shape: Shape::$shape,
            digits: $digits,
        }),*]
    };
}

/// Every part, in the order of a record.
pub const PARTS: &[Part] = parts! {
    "verifier" "verifier" Staff false "確認を行った者" "who checked";
    "recorder" "recorder" Staff false "記録を作成した者" "who recorded";
    "transaction_on" "transaction_on" Day false "取引の年月日" "day of the transaction";
    "checked_on" "checked_on" Day false "確認を行った日付" "day of the check";
    "presented_at" "presented_at" Moment false "提示を受けた日時" "presented at";
    "received_on" "received_on" Day false "書類・写しの送付を受けた日" "day on which papers arrived";
    "phone_card_received_on" "phone_card_received_on" Day false "特定電磁的記録を受けた日" "day on which a phone's record was received";
    "mailed_on" "mailed_on" Day false "取引関係文書を送付した日" "day of mailing";
    "image_received_on" "image_received_on" Day false "画像情報を受けた日" "day on which pictures were received";
    "chip_received_on" "chip_received_on" Day false "容貌の画像とICチップの情報を受けた日" "day on which face and chip data were received";
    "inquiry_done_on" "inquiry_done_on" Day false "照会・振込みの日" "day of inquiry or transfer";
    "doc_or_chip_received_on" "doc_or_chip_received_on" Day false "書類またはICチップの情報を受けた日" "day on which document or chip data were received";
    "registry_received_on" "registry_received_on" Day false "登記情報を受けた日" "day on which the registry's data were received";
    "published_checked_on" "published_checked_on" Day false "公表事項を確認した日" "day on which published facts were checked";
    "delivered_on" "delivered_on" Day false "赴いて交付した日" "day of handing over";
    "recheck_presented_on" "recheck_presented_on" Day false "追加の書類の提示・送付を受けた日" "day of the further document";
    "other_confirmed_on" "other_confirmed_on" Day false "目的・職業などを確認した日" "day on which purpose, occupation and others were confirmed";
    "transaction_kind" "transaction_kind" Text false "取引の種類" "kind of transaction";
    "goods" "goods" Goods false "古物の品目・数量" "goods and quantity";
    "features" "features" Text true "古物の特徴" "features of the goods";
    "method" "method" Method false "確認の方法" "method";
    "document.name" "document" Text false "書類の名称" "document";
    "document.number" "document" Text false "書類の記号番号" "number of the document";
    "document.expiry" "document" Day false "書類の有効期限" "expiry of the document";
    "document.issuer" "document" Text false "書類を発行した市区町村・官公庁" "issuer of the document";
    "address_document.name" "address_document" Text false "書類の名称" "paper";
    "address_document.number" "address_document" Text false "記号番号など" "its number";
    "address_document.dated" "address_document" Day false "作成日・領収日" "its date";
    "place" "place" Text false "送付・交付の場所と書類" "place of sending or handing over";
    "name" "name" Text false "氏名" "name";
    "address" "address" Text false "住所" "address";
    "birth_date" "birth_date" Day false "生年月日" "birth date";
    "age" "age" Number false "年齢" "age";
    "customer.name" "customer" Text false "お客様の氏名（法人は名称）" "customer's name";
    "customer.address" "customer" Text false "お客様の住居（法人は本店・主たる事務所の所在地）" "customer's address";
    "customer.birth_date" "customer" Day false "お客様の生年月日" "customer's birth date";
    "customer.method" "customer" Method false "法人の確認の方法" "how the company was checked";
    "representative.name" "representative" Text false "代表者等の氏名" "name of who acts for the customer";
    "representative.address" "representative" Text false "代表者等の住居" "address of who acts for the customer";
    "representative.birth_date" "representative" Day false "代表者等の生年月日" "birth date of who acts for the customer";
    "representative.relation" "representative" Text false "代表者等とお客様との関係" "relation to the customer";
    "representative.authority" "representative" Authority false "任に当たっていると認めた理由" "why the authority was accepted";
    "authority" "authority" Authority false "代わって契約する者の権限・地位" "authority of who signs";
    "purpose" "purpose" Text false "取引の目的" "purpose";
    "occupation" "occupation" Text false "職業・事業の内容" "occupation or business";
    "beneficial_owner.name" "beneficial_owner" Text false "実質的支配者の氏名" "beneficial owner's name";
    "beneficial_owner.address" "beneficial_owner" Text false "実質的支配者の住居" "beneficial owner's address";
    "beneficial_owner.birth_date" "beneficial_owner" Day false "実質的支配者の生年月日" "beneficial owner's birth date";
    "beneficial_owner.relation" "beneficial_owner" Text false "実質的支配者とお客様との関係" "beneficial owner's relation to the customer";
    "beneficial_owner.confirmed_by" "beneficial_owner" Text false "実質的支配者の確認の方法" "how the beneficial owner was confirmed";
    "assets" "assets" Text false "資産・収入の確認" "assets and income";
    "alias.name" "alias" Text false "異なる名義" "other name";
    "alias.reason" "alias" Text false "異なる名義を用いる理由" "why the other name is used";
    "account" "account" Text true "口座番号など" "account or the like";
    "phone_numbers" "phone_numbers" List true "電話番号" "phone numbers";
    "line_count" "line_count" Number false "回線の数" "number of lines";
    "tracking_number" "tracking_number" Text true "引受番号" "tracking number";
    "payment" "payment" Text true "支払の方法" "payment";
    "pep" "pep" Text false "外国PEPsである旨と理由" "foreign politically exposed person";
    "related_record" "related_record" Text true "関連する確認の記録" "related record";
    "stay_permit.name" "stay_permit" Text false "旅券・許可書の名称" "passport or permit";
    "stay_permit.number" "stay_permit" Text false "旅券・許可書の記号番号" "its number";
    "stay_permit.dated" "stay_permit" Day false "旅券・許可書の日付" "its date";
};

/// A part by its name.
pub fn part(id: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.id == id)
}

/// The certificate of having driven: it has no chip, so no card says what its number is like.
const CERTIFICATE: &str = "driving-record";
/// What profiles call it.
const CERTIFICATES: [&str; 2] = ["運転経歴証明書", "運転経歴証明書（2012年4月1日以降に交付されたもの）"];

/// The place of a document's number: one that could be a My Number is refused there, unless the document has numbers of its own with
/// twelve digits.
pub(super) fn of_number(part: &Part, document: Option<&str>) -> Part {
    let long = |id: &str| id == CERTIFICATE || cards::long_numbered().any(|kind| kind.as_str() == id);
    Part { digits: document.is_some_and(long), ..*part }
}

/// The document with twelve digits of its own that a record names, for records that name it in words alone.
pub(super) fn document_called(name: &str) -> Option<&'static str> {
    let kind = cards::long_numbered().find(|kind| kind.name().ja == name).map(CardKind::as_str);
    kind.or_else(|| CERTIFICATES.contains(&name).then_some(CERTIFICATE))
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
