//! What the report tells staff besides the checks.

use crate::{
    cards::{Findings, Note, model::note_rows, notes},
    kind::CardKind,
    trust::Hierarchy,
    verify::{Check, CheckId, Verdict, Why},
};

use super::Standing;

note_rows! {
    /// Name and address as text are withheld when their own checks fail.
    TEXT_WITHHELD "text-withheld"
        "文字の氏名・住所は検査に合格しなかったため表示しません。画像の氏名・住所を見てください。"
        "Name and address as text did not pass their checks, so taimen does not show them. Read them from the pictures.";
    /// A saved reading holds no digests.
    TEXT_UNCONFIRMED "text-unconfirmed"
        "保存された読み取りでは、文字の氏名・住所の電子署名を確認できません。書き換えられていても分からないため、画像の氏名・住所を見てください。"
        "In a saved reading, taimen cannot confirm the signature of name and address as text, and would not notice a change. Read them from the pictures.";
    /// The text was read over a network, which what its signature needs is not.
    TEXT_UNCONFIRMED_OVER_NETWORK "text-unconfirmed-over-network"
        "スマートフォン越しの読み取りでは、文字の氏名・住所の電子署名を確認しません（確認に要るデータは通信してはならないためです）。画像の氏名・住所を見てください。"
        "Over a phone, taimen does not confirm the signature of name and address as text, because the data that it needs must not be sent. \
         Read them from the pictures.";
    /// The text application was not read.
    TEXT_NOT_READ "text-not-read"
        "文字の氏名・住所は読み取れませんでした。画像の氏名・住所を見てください。"
        "Name and address as text were not read. Read them from the pictures.";
    /// Expiry and security code are not signed.
    UNSIGNED_PRINT "unsigned-print"
        "有効期限とセキュリティコードは電子署名の対象外です。券面の印刷と見比べてください。"
        "Expiry and security code are not signed. Compare them with the print.";
    /// No photo: the layout of such cards is not known.
    NO_PHOTO "no-photo"
        "顔写真のないカードです。データの配置が公開されていないため真正性を判定できません。別の書類と組み合わせて確認してください。"
        "The card holds no face picture. Its layout is not public, so no verdict is possible: ask for another document too.";
    /// A key that the user added in the issuer's place.
    UNPINNED "unpinned-anchor"
        "この判定は、この端末に追加されたCA鍵に基づきます。発行者が公表したものでも、taimenに付属するものでもありません。"
        "This verdict rests on a CA key that somebody added on this machine. The issuer did not publish it, and it does not \
         ship with taimen.";
    /// The age check's own limits.
    pub(super) AGE_ONLY "age-only"
        "年齢だけを確認しました。来店者がカードの持ち主であることは、券面の顔写真と見比べてください。"
        "Only the age was checked. Compare the person with the picture printed on the card.";
}

pub(super) fn notes_for(findings: &Findings, unofficial: bool, text: Option<Standing>) -> Vec<Note> {
    let mut list = Vec::new();
    if findings.kind == CardKind::MY_NUMBER_NO_PHOTO {
        list.push(NO_PHOTO);
    } else if findings.picture("photo").is_some() {
        list.push(notes::COMPARE_FACE);
    }
    let networked = findings.verdict(CheckId::TextSignature) == Some(Verdict::NotDone(Why::NotOverNetwork));
    list.push(match text {
        None => TEXT_NOT_READ,
        Some(Standing::Withheld) => TEXT_WITHHELD,
        Some(Standing::Unconfirmed) if networked => TEXT_UNCONFIRMED_OVER_NETWORK,
        Some(Standing::Unconfirmed) => TEXT_UNCONFIRMED,
        Some(Standing::Confirmed) => notes::COMPARE_TEXT,
    });
    list.push(UNSIGNED_PRINT);
    list.extend(hierarchy_notes(findings, unofficial));
    list
}

pub(super) fn hierarchy_notes(findings: &Findings, unofficial: bool) -> Vec<Note> {
    let mut list = Vec::new();
    let passed = findings.check(CheckId::FaceCertificate).is_some_and(Check::is_passed);
    match findings.hierarchy {
        Some(Hierarchy::Test | Hierarchy::Simulated) if passed => list.push(notes::NOT_PRODUCTION),
        Some(Hierarchy::Production) if passed && unofficial => list.push(notes::UNOFFICIAL_ANCHOR),
        Some(Hierarchy::Installed) if passed && unofficial => list.push(UNPINNED),
        _ => {}
    }
    list.push(notes::REVOCATION);
    list
}
