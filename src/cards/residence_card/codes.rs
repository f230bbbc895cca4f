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

/// One row a code: the character, a machine name, what people read.
macro_rules! codes {
    ($($(#[$doc:meta])* $table:ident { $($byte:literal $id:literal $ja:literal $en:literal;)* })*) => {$(
        $(#[$doc])*
        pub const $table: &[Code] = &[$(Code { byte: $byte, id: $id, name: Bilingual::new($ja, $en) }),*];
    )*};
}

codes! {
    /// 性別 (C7)
    SEX {
        b'1' "male" "男" "male";
        b'2' "female" "女" "female";
        b'3' "unspecified" "記載なし・不詳" "unspecified or unknown";
    }
    /// 就労制限の有無 (CC)
    WORK {
        b'1' "unrestricted" "就労制限なし" "no restriction on work";
        b'2' "per-status" "在留資格に基づく就労活動のみ可" "only work that the status of residence covers";
        b'4' "per-designation" "指定書により指定された就労活動のみ可" "only the work named in the paper of designation";
        b'9' "not-permitted" "就労不可" "work not permitted";
    }
    /// 資格外活動包括許可 (D5 of generation 2)
    COMPREHENSIVE {
        b'0' "none" "なし" "none";
        b'1' "28-hours" "許可：原則週28時間以内・風俗営業等の従事を除く" "permitted: up to 28 hours a week, adult entertainment excluded";
        b'2' "28-hours-education" "許可：教育等の活動・週28時間以内" "permitted: education and the like, up to 28 hours a week";
    }
    /// 資格外活動個別許可 (D7 of generation 2)
    INDIVIDUAL {
        b'0' "none" "なし" "none";
        b'1' "permitted" "許可あり（許可の内容は許可書を確認）" "permitted (see the written permission)";
    }
    /// 在留期間等更新申請 (D7 of generation 1, D8 of generation 2)
    RENEWAL { b'0' "none" "なし" "none"; b'1' "pending" "申請中" "applied for, pending"; }
    /// 長官の付記 (D9)
    REMARK { b'0' "none" "なし" "none"; b'1' "present" "あり" "present"; }
}

macro_rules! sentences {
    ($($field:literal $code:literal $ja:literal $en:literal;)*) => {
        /// Where to look beside a code, for staff at the counter: field, machine name of the code, sentence. None says
        /// whether somebody may work or stay.
        const AT_THE_COUNTER: &[(&str, &str, Bilingual)] = &[$(($field, $code, Bilingual::new($ja, $en))),*];
    };
}

sentences! {
    "work" "per-status"
        "「在留資格に基づく就労活動のみ可」と記録されています。券面の在留資格を確認してください。"
        "The card says: only work that the status of residence covers. Look at the status printed on the card.";
    "work" "per-designation"
        "「指定書により指定された就労活動のみ可」と記録されています。旅券にある指定書を確認してください。"
        "The card says: only the work named in the paper of designation. Ask for that paper (in the passport).";
    "work" "not-permitted"
        "「就労不可」と記録されています。資格外活動許可の有無を、券面裏面の記載で確認してください。"
        "The card says: work not permitted. Look at the back of the card for a permission for other activities.";
    "individual_permission" "permitted"
        "資格外活動の個別許可があります。許可の内容は、資格外活動許可書で確認してください。"
        "The holder has an individual permission for other activities. The written permission says what it allows.";
    "renewal" "pending"
        "在留期間の更新または在留資格の変更を申請中と記録されています。申請中は、在留期間の満了日から最長2か月、在留が続く場合があります。満了日を過ぎている場合は、券面裏面の記載を確認し、出入国在留管理庁に照会してください。"
        "According to the card, an application for renewal or change of status is pending. Until it is decided, the stay may continue \
         for up to two months after its expiry. If that day has passed, look at the back of the card and ask the \
         Immigration Services Agency.";
    "remark" "present"
        "出入国在留管理庁長官の付記があると記録されています。券面の記載を確認してください。"
        "According to the chip, the card bears a remark of the Commissioner. Read it on the card.";
}

/// What a person at the counter must look at besides a code; `None` if the code says it all.
pub fn at_the_counter(field: &str, code: &str) -> Option<Bilingual> {
    AT_THE_COUNTER.iter().find(|(of, id, _)| *of == field && *id == code).map(|(.., sentence)| *sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::residence_card::files::{Content, FILES_1, FILES_2};

    #[test]
    fn every_sentence_belongs_to_a_code_of_a_field() {
        let fields = || FILES_1.iter().chain(FILES_2).flat_map(|file| file.own.fields);
        for (of, id, _) in AT_THE_COUNTER {
            let known = fields().any(|field| match field.content {
                Content::Code(codes) => field.id == *of && codes.iter().any(|code| code.id == *id),
                _ => false,
            });
            assert!(known, "{of} {id}");
            assert!(at_the_counter(of, id).is_some());
        }
        assert_eq!(at_the_counter("work", "unrestricted"), None);
    }

    #[test]
    fn codes_of_a_table_are_told_apart() {
        for table in [SEX, WORK, COMPREHENSIVE, INDIVIDUAL, RENEWAL, REMARK] {
            for (at, code) in table.iter().enumerate() {
                assert!(code.byte.is_ascii_digit() && !code.name.ja.is_empty() && !code.name.en.is_empty());
                assert!(table.iter().skip(at + 1).all(|other| other.byte != code.byte && other.id != code.id));
            }
        }
    }
}
