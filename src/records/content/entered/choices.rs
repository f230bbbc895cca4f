//! What staff say of the customer, of the comparison of faces, of a fallback and of another operator's check.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{lang::Bilingual, profile::Case, text::named};

named! {
    /// Who the customer is.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Customer {
        /// 自然人
        #[default]
        Natural = "natural",
        /// 法人
        Company = "company",
    }
}

named! {
    /// How long the relation with the customer lasts.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Relation {
        /// A contract that goes on: somebody records its end later.
        #[default]
        Continuing = "continuing",
        /// A single transaction: it ends on its day.
        Single = "single",
    }
}

/// What kind of customer and transaction it is: it decides which fields the law asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Circumstances {
    /// Who the customer is.
    pub customer: Customer,
    /// Whether the person at the counter acts for the customer; always so for a company.
    pub agent: bool,
    /// A transaction of high risk (犯収法).
    pub high_risk: bool,
    /// A foreign politically exposed person.
    pub pep: bool,
    /// A foreigner without an address in Japan.
    pub foreign_visitor: bool,
    /// A document or a copy was sent in.
    pub sent: bool,
    /// Something was handed over at the customer's place.
    pub visit: bool,
    /// How long the relation lasts.
    pub relation: Relation,
    /// Keep the birth date even where the law asks for the age alone.
    pub birth_date: bool,
}

impl Circumstances {
    /// Whether the card is that of somebody who acts for the customer.
    pub fn is_represented(&self) -> bool {
        self.agent || self.customer == Customer::Company
    }
}

named! {
    /// What the human comparison of photo and face found.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Face {
        /// 一致
        Matches = "matches",
        /// 不一致
        DoesNotMatch = "does-not-match",
        /// 判断できない
        CannotTell = "cannot-tell",
    }
}

impl Face {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Matches => Bilingual::new("一致", "matches"),
            Self::DoesNotMatch => Bilingual::new("不一致", "does not match"),
            Self::CannotTell => Bilingual::new("判断できない", "cannot tell"),
        }
    }
}

/// The human comparison: who compared, and when.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HumanMatch {
    /// What was found.
    pub found: Face,
    /// By whom: entered, not authenticated.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for HumanMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HumanMatch({}, {})", self.found, self.at)
    }
}

/// What was done because the chip alone did not do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FallbackChoice {
    /// The case.
    pub case: Case,
    /// The profile's row ([`crate::profile::FallbackRow`]) that staff followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// Why, in staff's words.
    pub reason: String,
    /// Who chose it: entered, not authenticated.
    pub chosen_by: String,
}

impl std::fmt::Debug for FallbackChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FallbackChoice({}, {:?})", self.case, self.row)
    }
}

named! {
    /// On whose check a record rests (依拠, 規則第13条).
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum RelianceKind {
        /// 口座振替を行う金融機関
        AccountTransfer = "account-transfer",
        /// クレジットカード会社
        CardPayment = "card-payment",
        /// 自社が以前に行った同等の確認
        OwnEarlier = "own-earlier",
    }
}

impl RelianceKind {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::AccountTransfer => {
                Bilingual::new("口座振替を行う金融機関の確認", "the check of the bank that transfers")
            }
            Self::CardPayment => Bilingual::new("クレジットカード会社の確認", "the check of the card's issuer"),
            Self::OwnEarlier => Bilingual::new("自社が以前に行った確認", "the operator's own earlier check"),
        }
    }
}

/// A check that another operator made, on which this one rests. Such a record has no evidence of a chip for it and says so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reliance {
    /// Whose.
    pub kind: RelianceKind,
    /// The operator's name.
    pub operator: String,
    /// The agreement made beforehand, by its name or number.
    pub agreement: String,
    /// When the other's check was confirmed to be complete.
    pub confirmed_at: Timestamp,
}

impl std::fmt::Debug for Reliance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reliance({}, {})", self.kind, self.confirmed_at)
    }
}
