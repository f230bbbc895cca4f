//! What `taimen trust check` says about each finding: what it is, and what to do.

use crate::{
    lang::{Bilingual, Lang, Words, words},
    trust::{Anchor, Concern, Purpose, published_by},
};

/// A concern about some anchors in one language: what was found, what to do about it.
pub fn concern(concern: &Concern, anchors: &[&Anchor], lang: Lang) -> [String; 2] {
    let halves = match concern {
        Concern::Expired { days } => {
            let supplementary = !anchors.is_empty() && anchors.iter().all(|anchor| anchor.purpose.is_supplementary());
            let Words { ja, en } = consequence(supplementary, "it");
            halves! {
            ["有効期間が過ぎています（{days}日前に終了）。" "It is no longer valid (it ended {days} days ago)."]
            ["{ja}発行者が新しいものを公表していないか確かめてください。" "{en} Check whether the issuer publishes a newer one."] }
        }
        Concern::ExpiresSoon { days } => halves! {
        ["あと{days}日で有効期間が終わります。" "It ends in {days} days."]
        ["発行者が新しいものを公表していないか確かめ、taimen trust add で追加してください。"
         "Check whether the issuer publishes a newer one, and add it with taimen trust add."] },
        Concern::NotYetValid => halves! {
        ["まだ有効期間に入っていません。" "It is not valid yet."]
        ["パソコンの日付が正しいか確かめてください。" "Check whether the date of this machine is right."] },
        Concern::WeakKey { key } => halves! {
        ["発行者の鍵としては弱いか、知られていない種類です（{key}）。" "Its key is weak for an issuer, or of an unknown kind ({key})."]
        ["どこから入手したものか確かめてください。不要なら taimen trust remove で削除してください。"
         "Find out where it came from. If it is not needed, remove it with taimen trust remove."] },
        Concern::UnknownCurve => halves! {
        ["鍵の曲線のパラメーターが、知られているどの曲線とも一致しません。" "The curve parameters of its key are not those of any known curve."]
        ["この証明書では、どの署名も確認できません。taimen trust remove で削除してください。"
         "No signature can rest on it. Remove it with taimen trust remove."] },
        Concern::BrokenLink => halves! {
        ["署名した証明書がここにないか、署名が合いません。" "The certificate that signed it is not here, or the signature does not hold."]
        ["追加したときのファイルが完全か確かめ、新しいマスターリストを追加してください。"
         "Check whether the file that it came from was complete, and add a newer master list."] },
        Concern::WeakHash => halves! {
        ["MD5またはSHA-1で署名されています。" "It is signed with MD5 or SHA-1."]
        ["信頼の起点そのものの署名は検証に使いませんが、古い方式です。入手元を確かめてください。"
         "An anchor's own signature is not verified, but the practice is old. Find out where it came from."] },
        Concern::NotPublished => halves! {
        ["発行者が公表したものではありません（--unpinned で追加）。" "The issuer did not publish it (added with --unpinned)."]
        ["追加した理由が今も正しいか確かめてください。報告書には「非公式」と出ます。"
         "Check whether the reason to add it still holds. Reports call it not official."] },
        Concern::Duplicate => halves! {
        ["同じものが複数の場所にあります。" "The same anchor is in several places."]
        ["害はありません。一つを残して削除できます。" "It does no harm. All but one can be removed."] },
        Concern::SameKey => halves! {
        ["同じ鍵の証明書が複数あります。" "Several certificates have the same key."]
        ["更新された証明書ならこのままで構いません。そうでなければ入手元を確かめてください。"
         "That is fine for a renewed certificate. Otherwise find out where they came from."] },
        Concern::Overlap => halves! {
        ["同じ名前で、有効期間が重なるものが複数あります。" "Several of one name are valid at the same time."]
        ["世代の交代では普通のことです。どれを使うかは、名前ではなく署名で決まります。"
         "That is usual between generations. The signature decides which one counts, not the name."] },
        Concern::NameInTwoHierarchies { .. } => halves! {
        ["同じ名前のものが、複数の系統にあります。" "One name is in several hierarchies."]
        ["試験用や模擬のものを本物と取り違えないよう、SHA-256で見分けてください。"
         "Tell them apart by their SHA-256, so that a test one is not taken for the real one."] },
    };
    halves.map(|half| half.get(lang).to_owned())
}

/// What comes of anchors that do not count; `them` is what English calls them.
fn consequence(supplementary: bool, them: &str) -> Words {
    if supplementary {
        words! { "これに基づくJPKIの電子証明書は合格になりません。カードの判定は変わりません。"
        "JPKI certificates that rest on {them} do not pass. The verdict on the card does not change." }
    } else {
        words! { "これに基づくカードは「判定不能」になります。" "Cards that rest on {them} are undetermined." }
    }
}

/// Certificates that an issuer publishes and that are not here.
pub fn not_installed(purpose: Purpose, lang: Lang) -> [String; 2] {
    let Some((issuer, place)) = published_by(purpose) else { return Default::default() };
    let consequence = consequence(purpose.is_supplementary(), "them");
    let purpose = purpose.as_str();
    let halves = halves! {
    ["発行者が公表している証明書のうち、追加していないものがあります（{purpose}）。" "Published certificates that are not here ({purpose})."]
    [("{}{}（{place}）から入手し、taimen trust add --purpose {purpose} で追加してください。", consequence.ja, issuer.ja)
     ("{} Get them from {} ({place}) and add them with taimen trust add --purpose {purpose}.", consequence.en, issuer.en)] };
    halves.map(|half| half.get(lang).to_owned())
}

/// A file in a folder that its manifest does not name.
pub const STRAY: [Bilingual; 2] = [
    Bilingual::new("anchors.toml にないファイルがあります。", "anchors.toml does not name this file."),
    Bilingual::new(
        "使われていません。途中で終わった追加の残りか、手で置いたものです。不要なら消してください。",
        "taimen does not use it. An interrupted addition left it, or somebody put it there. Delete it if you do not need it.",
    ),
];

/// A folder that a group of users may write.
pub const GROUP_WRITABLE: [Bilingual; 2] = [
    Bilingual::new(
        "グループの利用者がこのフォルダーを書き換えられます。",
        "The users of a group may write in this folder.",
    ),
    Bilingual::new(
        "そのグループに自分以外がいるなら、書き込みを禁じてください（chmod g-w）。",
        "If others are in that group, forbid it (chmod g-w).",
    ),
];

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
            Concern::UnknownCurve,
            Concern::BrokenLink,
            Concern::WeakHash,
            Concern::NotPublished,
            Concern::Duplicate,
            Concern::SameKey,
            Concern::Overlap,
            Concern::NameInTwoHierarchies { hierarchies: vec![Hierarchy::Production, Hierarchy::Test] },
        ];
        let texts = all.iter().map(|one| [concern(one, &[], Lang::Ja), concern(one, &[], Lang::En)]);
        let further = [STRAY, GROUP_WRITABLE]
            .map(|text| [Lang::Ja, Lang::En].map(|lang| text.map(|half| half.get(lang).to_owned())));
        let missing = [Lang::Ja, Lang::En].map(|lang| not_installed(Purpose::ResidenceCard, lang));
        for [ja, en] in texts.chain(further).chain([missing]) {
            assert!(ja.iter().all(|half| half.ends_with(['。', '）']) && !half.is_ascii()), "{ja:?}");
            assert!(en.iter().all(|half| half.ends_with('.') && half.is_ascii()), "{en:?}");
        }
        assert!(
            concern(&all[0], &[], Lang::En)[0].contains("3 days")
                && concern(&all[3], &[], Lang::Ja)[0].contains("RSA-1024")
        );
    }
}
