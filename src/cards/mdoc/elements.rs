//! The elements that may be asked for, and what a dump of an mdoc holds, as tables.
//!
//! What stands in no row here can't be requested, shown or kept. The 個人番号 stands in none.

use crate::{
    cards::model::{
        Access, Address::Short, Extent::Whole, TableFile, application_rows, file_lists, file_rows, kind_rows,
    },
    cbor::{self, CborError},
    kind::CardKind,
    text::named,
    verify::CheckId,
};

pub use crate::cards::model::Application;

kind_rows! {
    MOBILE_MY_NUMBER "mobile-my-number" "スマホのマイナンバーカード" "My Number Card on a phone";
    MOBILE_LICENCE "mobile-licence" "モバイル運転免許証（mDL）" "mobile driving licence (mDL)";
}

named! {
    /// What kind of document an mdoc is.
    pub enum DocType {
        /// カード代替電磁的記録
        MyNumber = "org.iso.23220.1.jp.mnc",
        /// A driving licence (ISO/IEC 18013-5 7.1).
        Licence = "org.iso.18013.5.1.mDL",
    }
}

/// 日本, as certificates name it.
pub(super) const COUNTRY: &str = "JP";

impl DocType {
    /// The kind of card that reports name it by.
    pub fn kind(self) -> CardKind {
        match self {
            Self::MyNumber => CardKind::MOBILE_MY_NUMBER,
            Self::Licence => CardKind::MOBILE_LICENCE,
        }
    }

    /// The document of a kind.
    pub fn of(kind: CardKind) -> Option<Self> {
        Self::all().find(|doc_type| doc_type.kind() == kind)
    }

    /// The only country that issues it; `None`: any may.
    pub fn country(self) -> Option<&'static str> {
        match self {
            Self::MyNumber => Some(COUNTRY),
            Self::Licence => None,
        }
    }

    /// Its elements.
    pub fn elements(self) -> &'static [File] {
        match self {
            Self::MyNumber => MNC_ELEMENTS,
            Self::Licence => MDL_ELEMENTS,
        }
    }
}

named! {
    /// What an element is asked for.
    pub enum Purpose {
        /// 本人確認: who somebody is.
        Identity = "identity",
        /// The same with the sex.
        Sex = "sex",
        /// Whether somebody is old enough.
        Age = "age",
    }
}

/// What the table says of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Its namespace; empty for what is not an element.
    pub namespace: &'static str,
    /// Its identifier; [`AGE_OVER`] stands for each that begins with it and ends in two digits.
    pub element: &'static str,
    /// What it is asked for, and whether it must be there then.
    pub asked: &'static [(Purpose, bool)],
}

/// A row of the dump.
pub type File = TableFile<Contents>;

/// How an identifier begins that says whether somebody has reached an age.
pub const AGE_OVER: &str = "age_over_";

/// How the identifier of the 個人番号 begins. It is in no table: this only serves to drop it unseen.
pub const NUMBER_PREFIX: &str = "individual_number";

const JAPAN: &str = "org.iso.23220.1.jp";
const COMMON: &str = "org.iso.23220.1";
const MDL_SPACE: &str = "org.iso.18013.5.1";

application_rows! {
    NDEF "ndef" "NDEF" "NDEF" [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01];
    MDOC "mdoc" "モバイル身分証" "mdoc" [0xA0, 0x00, 0x00, 0x02, 0x48, 0x04, 0x00];
}

use Access::Free;

const fn plain() -> Contents {
    Contents { namespace: "", element: "", asked: &[] }
}

const fn of(namespace: &'static str, element: &'static str, asked: &'static [(Purpose, bool)]) -> Contents {
    Contents { namespace, element, asked }
}

const NEEDED: &[(Purpose, bool)] = &[(Purpose::Identity, true)];
const WANTED: &[(Purpose, bool)] = &[(Purpose::Identity, false)];
const FACE: &[(Purpose, bool)] = &[(Purpose::Identity, true), (Purpose::Age, true)];
const SEX_ONLY: &[(Purpose, bool)] = &[(Purpose::Sex, false)];
const AGE_ONLY: &[(Purpose, bool)] = &[(Purpose::Age, true)];

const SIGNED: Option<CheckId> = Some(CheckId::MdocElements);

/// The most bytes of an element that is text.
const TEXT: usize = 16 * 1024;

/// The most bytes of a portrait.
const PORTRAIT: usize = 1024 * 1024;

file_rows! {
    ENGAGEMENT MDOC "mdoc/engagement" "接続情報" "device engagement", Short(0), Free, Whole(8192), None, plain();
    HANDOVER_SELECT NDEF "ndef/handover-select" "ハンドオーバー選択" "Handover Select", Short(0), Free, Whole(8192), None, plain();
    HANDOVER_REQUEST NDEF "ndef/handover-request" "ハンドオーバー要求" "Handover Request", Short(0), Free, Whole(8192), None, plain();
    TRANSCRIPT MDOC "mdoc/transcript" "通信の記録" "session transcript", Short(0), Free, Whole(32 * 1024), None, plain();
    REQUEST MDOC "mdoc/request" "要求した項目" "requested elements", Short(0), Free, Whole(TEXT), None, plain();
    DOCUMENT_TYPE MDOC "mdoc/document-type" "文書の種類" "document type", Short(0), Free, Whole(256), None, plain();
    ISSUER_AUTH MDOC "mdoc/issuer-auth" "発行者の署名" "issuer's signature", Short(0), Free, Whole(512 * 1024), Some(CheckId::MdocIssuerSignature), plain();
    DEVICE_SIGNED MDOC "mdoc/device-signed" "スマートフォンの署名" "device's signature", Short(0), Free, Whole(64 * 1024), Some(CheckId::MdocDevice), plain();
    READER_AUTH MDOC "mdoc/reader-auth" "読取側の署名" "reader's signature", Short(0), Free, Whole(64 * 1024), None, plain();
    MAC_KEY MDOC "mdoc/mac-key" "この通信の検証用の鍵" "MAC key of this session", Short(0), Free, Whole(32), None, plain();
    UNREQUESTED MDOC "mdoc/unrequested" "要求していないのに届いた項目" "elements that came unasked", Short(0), Free, Whole(TEXT), None, plain();

    MNC_NAME MDOC "mdoc/full_name_unicode" "氏名" "name", Short(0), Free, Whole(TEXT), SIGNED, of(JAPAN, "full_name_unicode", NEEDED);
    MNC_ADDRESS MDOC "mdoc/resident_address_unicode" "住所" "address", Short(0), Free, Whole(TEXT), SIGNED, of(JAPAN, "resident_address_unicode", NEEDED);
    MNC_BIRTH MDOC "mdoc/birth_date" "生年月日" "birth date", Short(0), Free, Whole(TEXT), SIGNED, of(COMMON, "birth_date", NEEDED);
    MNC_BIRTH_TEXT MDOC "mdoc/birth_date_unicode" "生年月日（文字）" "birth date as text", Short(0), Free, Whole(TEXT), SIGNED, of(JAPAN, "birth_date_unicode", WANTED);
    MNC_SEX MDOC "mdoc/sex" "性別" "sex", Short(0), Free, Whole(TEXT), SIGNED, of(COMMON, "sex", SEX_ONLY);
    MNC_SEX_TEXT MDOC "mdoc/sex_unicode" "性別（文字）" "sex as text", Short(0), Free, Whole(TEXT), SIGNED, of(JAPAN, "sex_unicode", SEX_ONLY);
    MNC_PORTRAIT MDOC "mdoc/portrait" "顔写真" "face picture", Short(0), Free, Whole(PORTRAIT), SIGNED, of(JAPAN, "portrait", FACE);
    MNC_AGE MDOC "mdoc/age_over" "年齢の条件" "age condition", Short(0), Free, Whole(TEXT), SIGNED, of(COMMON, AGE_OVER, AGE_ONLY);

    MDL_FAMILY MDOC "mdoc/family_name" "姓" "family name", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "family_name", NEEDED);
    MDL_GIVEN MDOC "mdoc/given_name" "名" "given name", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "given_name", NEEDED);
    MDL_BIRTH MDOC "mdoc/birth_date" "生年月日" "birth date", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "birth_date", NEEDED);
    MDL_ADDRESS MDOC "mdoc/resident_address" "住所" "address", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "resident_address", WANTED);
    MDL_NUMBER MDOC "mdoc/document_number" "文書番号" "document number", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "document_number", WANTED);
    MDL_ISSUE MDOC "mdoc/issue_date" "交付日" "date of issue", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "issue_date", WANTED);
    MDL_EXPIRY MDOC "mdoc/expiry_date" "有効期限" "expiry", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "expiry_date", NEEDED);
    MDL_COUNTRY MDOC "mdoc/issuing_country" "発行国" "issuing country", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "issuing_country", WANTED);
    MDL_JURISDICTION MDOC "mdoc/issuing_jurisdiction" "発行した地域" "issuing jurisdiction", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "issuing_jurisdiction", WANTED);
    MDL_AUTHORITY MDOC "mdoc/issuing_authority" "発行機関" "issuing authority", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "issuing_authority", WANTED);
    MDL_SEX MDOC "mdoc/sex" "性別" "sex", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, "sex", SEX_ONLY);
    MDL_PORTRAIT MDOC "mdoc/portrait" "顔写真" "face picture", Short(0), Free, Whole(PORTRAIT), SIGNED, of(MDL_SPACE, "portrait", FACE);
    MDL_AGE MDOC "mdoc/age_over" "年齢の条件" "age condition", Short(0), Free, Whole(TEXT), SIGNED, of(MDL_SPACE, AGE_OVER, AGE_ONLY);
}

file_lists! {
    /// Every row of a reading of the My Number Card on a phone.
    MY_NUMBER_FILES MY_NUMBER_PLAIN: ENGAGEMENT HANDOVER_SELECT HANDOVER_REQUEST TRANSCRIPT REQUEST DOCUMENT_TYPE ISSUER_AUTH MNC_NAME MNC_ADDRESS MNC_BIRTH MNC_BIRTH_TEXT MNC_SEX MNC_SEX_TEXT MNC_PORTRAIT MNC_AGE DEVICE_SIGNED READER_AUTH MAC_KEY UNREQUESTED;
    /// Every row of a reading of a mobile driving licence.
    LICENCE_FILES LICENCE_PLAIN: ENGAGEMENT HANDOVER_SELECT HANDOVER_REQUEST TRANSCRIPT REQUEST DOCUMENT_TYPE ISSUER_AUTH MDL_FAMILY MDL_GIVEN MDL_BIRTH MDL_ADDRESS MDL_NUMBER MDL_ISSUE MDL_EXPIRY MDL_COUNTRY MDL_JURISDICTION MDL_AUTHORITY MDL_SEX MDL_PORTRAIT MDL_AGE DEVICE_SIGNED READER_AUTH MAC_KEY UNREQUESTED;
    /// The elements of the first.
    MNC_ELEMENTS: MNC_NAME MNC_ADDRESS MNC_BIRTH MNC_BIRTH_TEXT MNC_SEX MNC_SEX_TEXT MNC_PORTRAIT MNC_AGE;
    /// Those of the second.
    MDL_ELEMENTS: MDL_FAMILY MDL_GIVEN MDL_BIRTH MDL_ADDRESS MDL_NUMBER MDL_ISSUE MDL_EXPIRY MDL_COUNTRY MDL_JURISDICTION MDL_AUTHORITY MDL_SEX MDL_PORTRAIT MDL_AGE;
}

impl Contents {
    /// Whether it is the row of an element.
    pub fn is(&self, namespace: &str, element: &str) -> bool {
        let same = if self.element == AGE_OVER { age(element).is_some() } else { self.element == element };
        !self.element.is_empty() && self.namespace == namespace && same
    }
}

/// The age in an identifier such as `age_over_20`.
pub fn age(element: &str) -> Option<u8> {
    let digits = element.strip_prefix(AGE_OVER).filter(|digits| digits.len() == 2)?;
    if digits.bytes().all(|digit| digit.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Encoded keys with their encoded values.
type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// What is asked of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Which document.
    pub doc_type: DocType,
    /// What its elements are asked for.
    pub purposes: &'static [Purpose],
    /// The age that matters, below 100, if that is asked.
    pub age: Option<u8>,
    /// Whether the holder is told that the answer will be kept.
    pub retained: bool,
}

impl Wanted {
    /// ItemsRequest (ISO/IEC 18013-5 8.3.2.1.2.1): of each row of the table that is asked for, its identifier.
    pub fn items_request(&self) -> Vec<u8> {
        let mut spaces: Vec<(&str, Entries)> = Vec::new();
        for row in self.doc_type.elements() {
            let asked = row.own.asked.iter().any(|(purpose, _)| self.purposes.contains(purpose));
            let name = match (row.own.element, self.age) {
                (AGE_OVER, Some(age)) if age < 100 => format!("{AGE_OVER}{age:02}"),
                (AGE_OVER, _) => continue,
                (name, _) => name.to_owned(),
            };
            if !asked {
                continue;
            }
            let entry = (cbor::text(&name), cbor::boolean(self.retained));
            match spaces.iter_mut().find(|(space, _)| *space == row.own.namespace) {
                Some((_, entries)) => entries.push(entry),
                None => spaces.push((row.own.namespace, vec![entry])),
            }
        }
        let spaces: Vec<_> =
            spaces.into_iter().map(|(space, entries)| (cbor::text(space), cbor::map(&entries))).collect();
        cbor::map(&[
            (cbor::text("docType"), cbor::text(self.doc_type.as_str())),
            (cbor::text("nameSpaces"), cbor::map(&spaces)),
        ])
    }
}

/// What was asked, as a dump keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The docType.
    pub doc_type: &'a str,
    /// Namespace and identifier of each element.
    pub elements: Vec<(&'a str, &'a str)>,
}

impl<'a> Asked<'a> {
    /// Reads an ItemsRequest.
    ///
    /// # Errors
    /// [`CborError`].
    pub fn read(items_request: &'a [u8]) -> Result<Self, CborError> {
        let request = cbor::decode(items_request)?;
        let mut elements = Vec::new();
        for (space, entries) in request.get("nameSpaces")?.entries()? {
            for (element, _) in entries.entries()? {
                elements.push((space.text()?, element.text()?));
            }
        }
        Ok(Self { doc_type: request.get("docType")?.text()?, elements })
    }

    /// Whether an element answers the request: it was asked for itself, or another age was.
    pub fn answers(&self, namespace: &str, element: &str) -> bool {
        let age = age(element);
        self.elements.iter().any(|(space, asked)| {
            *space == namespace && (*asked == element || age.is_some() && self::age(asked).is_some())
        })
    }

    /// Whether a row of the table was asked for.
    pub fn asks(&self, row: &File) -> bool {
        self.elements.iter().any(|(space, element)| row.own.is(space, element))
    }

    /// The age that was asked for.
    pub fn age(&self) -> Option<u8> {
        self.elements.iter().find_map(|(_, element)| age(element))
    }
}
