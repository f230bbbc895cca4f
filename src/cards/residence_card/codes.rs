//! Codes of residence cards whose meaning is known (spec residence 2.3 D7; 2.4, SPEC2*). The words say what the card
//! says, never whether somebody may work.

use crate::lang::Bilingual;

/// One row: the character on the card, a machine name, what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The character.
    pub byte: u8,
    /// Machine name.
    pub id: &'static str,
    /// What people read.
    pub name: Bilingual,
}

const fn code(byte: u8, id: &'static str, ja: &'static str, en: &'static str) -> Code {
    Code { byte, id, name: Bilingual::new(ja, en) }
}

/// 性別 (C7)
pub const SEX: &[Code] = &[
    code(b'1', "male", "男", "male"),
    code(b'2', "female", "女", "female"),
    code(b'3', "unspecified", "記載なし・不詳", "unspecified or unknown"),
];

/// 就労制限の有無 (CC)
pub const WORK: &[Code] = &[
    code(b'1', "unrestricted", "就労制限なし", "no restriction on work"),
    code(b'2', "per-status", "在留資格に基づく就労活動のみ可", "only work that the status of residence covers"),
    code(
        b'4',
        "per-designation",
        "指定書により指定された就労活動のみ可",
        "only the work named in the paper of designation",
    ),
    code(b'9', "not-permitted", "就労不可", "work not permitted"),
];

/// 資格外活動包括許可 (D5 of generation 2)
pub const COMPREHENSIVE: &[Code] = &[
    code(b'0', "none", "なし", "none"),
    code(
        b'1',
        "28-hours",
        "許可：原則週28時間以内・風俗営業等の従事を除く",
        "permitted: up to 28 hours a week, adult entertainment excluded",
    ),
    code(
        b'2',
        "28-hours-education",
        "許可：教育等の活動・週28時間以内",
        "permitted: education and the like, up to 28 hours a week",
    ),
];

/// 資格外活動個別許可 (D7 of generation 2)
pub const INDIVIDUAL: &[Code] = &[
    code(b'0', "none", "なし", "none"),
    code(b'1', "permitted", "許可あり（許可の内容は許可書を確認）", "permitted (see the written permission)"),
];

/// 在留期間等更新申請 (D7 of generation 1, D8 of generation 2)
pub const RENEWAL: &[Code] =
    &[code(b'0', "none", "なし", "none"), code(b'1', "pending", "申請中", "applied for, pending")];

/// 長官の付記 (D9)
pub const REMARK: &[Code] = &[code(b'0', "none", "なし", "none"), code(b'1', "present", "あり", "present")];
