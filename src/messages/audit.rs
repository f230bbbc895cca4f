//! What `taimen trust check` says of each finding: what it is, and what to do.

use crate::{
    lang::Lang,
    trust::{Concern, Purpose, published_by},
};

/// A concern in one language: what was found, what to do about it.
pub fn concern(concern: &Concern, lang: Lang) -> [String; 2] {
    let [ja, en] = both(concern);
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

fn both(concern: &Concern) -> [[String; 2]; 2] {
    let text =
        |ja: (&str, &str), en: (&str, &str)| [[ja.0.to_owned(), ja.1.to_owned()], [en.0.to_owned(), en.1.to_owned()]];
    match concern {
        Concern::Expired { days } => text(
            (
                &format!("有効期間が過ぎています（{days}日前に終了）。"),
                "この発行者のカードは「判定できない」になります。発行者が新しいものを公表していないか確かめてください。",
            ),
            (
                &format!("It is no longer valid (it ended {days} days ago)."),
                "Cards that rest on it are undetermined. See whether the issuer publishes a newer one.",
            ),
        ),
        Concern::ExpiresSoon { days } => text(
            (
                &format!("あと{days}日で有効期間が終わります。"),
                "発行者が新しいものを公表していないか確かめ、taimen trust add で追加してください。",
            ),
            (
                &format!("It ends in {days} days."),
                "See whether the issuer publishes a newer one, and add it with taimen trust add.",
            ),
        ),
        Concern::NotYetValid => text(
            ("まだ有効期間に入っていません。", "パソコンの日付が正しいか確かめてください。"),
            ("It is not valid yet.", "See whether the date of this machine is right."),
        ),
        Concern::WeakKey { key } => text(
            (
                &format!("発行者の鍵としては弱いか、知られていない種類です（{key}）。"),
                "どこから入手したものか確かめてください。不要なら taimen trust remove で削除してください。",
            ),
            (
                &format!("Its key is weak for an issuer, or of an unknown kind ({key})."),
                "See where it came from. If it is not needed, remove it with taimen trust remove.",
            ),
        ),
        Concern::WeakHash => text(
            (
                "MD5またはSHA-1で署名されています。",
                "信頼の起点そのものの署名は検証に使いませんが、古い方式です。入手元を確かめてください。",
            ),
            (
                "It is signed with MD5 or SHA-1.",
                "An anchor's own signature is not verified, but the practice is old. See where it came from.",
            ),
        ),
        Concern::NotPublished => text(
            (
                "発行者が公表したものではありません（--unpinned で追加）。",
                "追加した理由が今も正しいか確かめてください。報告書には「非公式」と出ます。",
            ),
            (
                "It is not one that the issuer published (added with --unpinned).",
                "See whether the reason to add it still holds. Reports call it not official.",
            ),
        ),
        Concern::Duplicate => text(
            ("同じものが複数の場所にあります。", "害はありません。一つを残して削除できます。"),
            ("The same anchor stands in several places.", "It does no harm. All but one can be removed."),
        ),
        Concern::SameKey => text(
            (
                "同じ鍵の証明書が複数あります。",
                "更新された証明書ならこのままで構いません。そうでなければ入手元を確かめてください。",
            ),
            (
                "Several certificates have the same key.",
                "That is fine for a renewed certificate. Otherwise see where they came from.",
            ),
        ),
        Concern::Overlap => text(
            (
                "同じ名前で、有効期間が重なるものが複数あります。",
                "世代の交代では普通のことです。どれを使うかは、名前ではなく署名で決まります。",
            ),
            (
                "Several of one name are valid at the same time.",
                "That is usual between generations. Which one counts is decided by the signature, not by the name.",
            ),
        ),
        Concern::NameInTwoHierarchies { .. } => text(
            (
                "同じ名前のものが、複数の系統にあります。",
                "試験用や模擬のものを本物と取り違えないよう、SHA-256で見分けてください。",
            ),
            (
                "One name stands in several hierarchies.",
                "Tell them apart by their SHA-256, so that a test one is not taken for the real one.",
            ),
        ),
    }
}

/// Certificates that an issuer publishes and that are not here.
pub fn not_installed(purpose: Purpose, lang: Lang) -> [String; 2] {
    let Some((issuer, place)) = published_by(purpose) else { return Default::default() };
    let issuer = issuer.get(lang);
    let purpose = purpose.as_str();
    match lang {
        Lang::Ja => [
            format!("発行者が公表している証明書のうち、追加していないものがあります（{purpose}）。"),
            format!(
                "それに基づくカードは「判定できない」になります。{issuer}（{place}）から入手し、taimen trust add --purpose {purpose} で追加してください。"
            ),
        ],
        Lang::En => [
            format!("Published certificates that are not here ({purpose})."),
            format!(
                "Cards that rest on them are undetermined. Get them from {issuer} ({place}) and add them with taimen trust add --purpose {purpose}."
            ),
        ],
    }
}

/// A file in a folder that its manifest does not name.
pub fn stray(lang: Lang) -> [&'static str; 2] {
    match lang {
        Lang::Ja => [
            "anchors.toml にないファイルがあります。",
            "使われていません。途中で終わった追加の残りか、手で置いたものです。不要なら消してください。",
        ],
        Lang::En => [
            "anchors.toml does not name this file.",
            "It is not used: left by an addition that broke off, or put there by hand. Delete it if it is not needed.",
        ],
    }
}

/// A folder that a group of users may write.
pub fn group_writable(lang: Lang) -> [&'static str; 2] {
    match lang {
        Lang::Ja => [
            "グループの利用者がこのフォルダーを書き換えられます。",
            "そのグループに自分以外がいるなら、書き込みを禁じてください（chmod g-w）。",
        ],
        Lang::En => {
            ["The users of a group may write in this folder.", "If others are in that group, forbid it (chmod g-w)."]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Hierarchy;

    #[test]
    fn every_concern_speaks_both_languages_in_two_halves() {
        let all = [
            Concern::Expired { days: 3 },
            Concern::ExpiresSoon { days: 3 },
            Concern::NotYetValid,
            Concern::WeakKey { key: "RSA-1024".to_owned() },
            Concern::WeakHash,
            Concern::NotPublished,
            Concern::Duplicate,
            Concern::SameKey,
            Concern::Overlap,
            Concern::NameInTwoHierarchies { hierarchies: vec![Hierarchy::Production, Hierarchy::Test] },
        ];
        let texts = all.iter().map(|one| [concern(one, Lang::Ja), concern(one, Lang::En)]);
        let further =
            [stray, group_writable].map(|of| [of(Lang::Ja), of(Lang::En)].map(|text| text.map(str::to_owned)));
        let missing = [Lang::Ja, Lang::En].map(|lang| not_installed(Purpose::ResidenceCard, lang));
        for [ja, en] in texts.chain(further).chain([missing]) {
            assert!(ja.iter().all(|half| half.ends_with(['。', '）']) && !half.is_ascii()), "{ja:?}");
            assert!(en.iter().all(|half| half.ends_with('.') && half.is_ascii()), "{en:?}");
        }
        assert!(concern(&all[0], Lang::En)[0].contains("3 days") && concern(&all[3], Lang::Ja)[0].contains("RSA-1024"));
    }
}
