//! Words of the report that are not card facts.

use crate::lang::Bilingual;

macro_rules! labels {
    ($($name:ident: $ja:literal, $en:literal;)*) => {
        $(pub(super) const $name: Bilingual = Bilingual::new($ja, $en);)*
    };
}

labels! {
    PERSON: "本人の情報", "Person";
    NAME: "氏名", "Name";
    ADDRESS: "住所", "Address";
    NAME_UNCONFIRMED: "氏名（文字）", "Name as text";
    ADDRESS_UNCONFIRMED: "住所（文字）", "Address as text";
    NOBODYS_TEXT: "署名を確認できていません：画像を見てください", "nobody vouches for it: read the picture";
    BIRTH_DATE: "生年月日", "Birth date";
    SEX: "性別", "Sex";
    NAME_KANA: "呼び名（カナ）", "Name in kana";
    COMMISSION: "公安委員会", "Commission";
    CONDITION: "免許の条件", "Condition";
    DOMICILE: "本籍", "Registered domicile";
    NONE: "なし", "none";
    MASKED: "表示していません", "not shown";
    CURRENT: "変更後（署名なし）", "After changes (unsigned)";
    FORM: "申込書との比較", "The form against the chip";
    FORM_SIDE: "申込書", "Form";
    CHIP_SIDE: "ICチップ", "Chip";
    FIELD: "項目", "Field";
    RESULT: "結果", "Result";
    FORM_OPEN: "申込書とICチップの記載に、一致しない項目か、人が見比べる項目があります。申込書・券面・画面を見比べてください。", "A field of the form differs from the chip, or a person must look at it. Compare form, print and screen.";
    HISTORY: "変更の履歴（署名なし）", "Changes after issue (unsigned)";
    NO_DAY: "日付不明", "day unknown";
    DATE: "年月日", "Date";
    CHANGE: "変更", "Change";
    NEW_VALUE: "変更後の内容", "New value";
    EXTERNAL: "外字", "External character";
    WARNINGS: "データの注意点（技術者向け）", "Oddities in the data (for specialists)";
    EXPIRY_UNSIGNED: "有効期限は署名の対象外です。券面に印刷された期限と見比べてください。紛失・廃止されたカードかどうかは分かりません。", "The expiry is not signed: compare it with the print. It does not show whether the card was lost or withdrawn.";
    NO_SIGNATURE_READ: "なし（署名されたデータを読んでいません）", "none (nothing signed was read)";
    NO_SIGNATURE_STORED: "なし（カードに電子署名が記録されていません）", "none (the card stores no signature)";
    INQUIRY_ADDRESS: "照会ページ", "Page";
    INQUIRY_TELLS: "分かること", "What it shows";
    AS_PRINTED: "券面に印刷されたもの", "as printed on the card";
    PERSON_OF_RECORD: "氏名・住所・生年月日", "Name, address, birth date";
    AGE: "年齢", "Age";
    PICTURES: "画像", "Pictures";
    CARD_FACTS: "カードの情報", "Card";
    REQUIRED: "必須の検査", "Required checks";
    ADVISORY: "参考の検査（判定には含めません）", "Further checks (not part of the verdict)";
    PASSED: "合格", "passed";
    FAILED: "不合格", "failed";
    NOT_DONE: "未実施", "not done";
    LOOK: "要確認", "look";
    PASSED_OF: "必須の検査の合格", "Required checks passed";
    CHANGED_UNSIGNED: "変更後・署名なし", "changed, unsigned";
    SAVED_PAGE: "保存したページ", "Page saved as";
    KEY_INSTALLED: "利用者が追加", "added by the user";
    BROKEN_PICTURE: "ICチップに、表示できない画像があります。その内容は券面の印刷で確認してください。", "A picture of the chip cannot be shown. Look at the print on the card for what it holds.";
    RESTS_ON: "判定の根拠", "What it rests on";
    DOES_NOT_PROVE: "この判定が証明しないこと", "What it does not prove";
    FOR_STAFF: "次にすること", "What to do now";
    COUNTERS: "残りの入力回数", "Tries left";
    LINK: "通信", "Link";
    UNSIGNED: "署名なし", "unsigned";
    UNCONFIRMED: "署名を確認できていません", "signature not confirmed";
    WEAK_TEXT: "文字データ：画像と見比べてください", "as text: compare with the picture";
    PICTURE_ONLY: "画像のみ", "picture only";
    NOT_READ: "読み取っていません", "not read";
    ISSUER_KEY: "発行者の鍵", "Issuer's key";
    KEY_SOURCE: "鍵の出所", "Source of the key";
    KEY_UNOFFICIAL: "非公式", "unofficial";
    KEY_OFFICIAL: "発行者が公表", "published by the issuer";
    KEY_PINNED: "発行者が公表した指紋と一致", "fingerprint published by the issuer";
    KEY_UNPINNED: "発行者が公表した指紋と一致しません", "NOT a fingerprint that the issuer published";
    HIERARCHY: "系統", "Hierarchy";
    NO_ANCHOR: "なし（発行者の鍵が見つかりません）", "none (no key of the issuer was found)";
    JUDGED_AT: "判定の時点", "Judged as of";
    READ_AT: "読み取り", "Read at";
    SEALED_BY: "封印した鍵（SHA-256）", "Sealed by the key (SHA-256)";
    READER: "リーダー", "Reader";
    FROM_DUMP: "保存された読み取りの検査", "check of a saved reading";
    FROM_REPLAY: "記録の再生", "replay of a recording";
    OTHER_APPLICATIONS: "このカードの他のアプリケーション", "Other applications on this card";
    NOT_CHECKED: "確認していません", "not checked";
    ACCEPTED: "受け入れた系統", "Also accepted";
    BLOCKED: "ロックされています", "blocked";
    NO_COUNTER: "回数制限なし", "no counter";
    VERIFIED: "照合済み", "verified";
    UNDECODABLE: "表示できない画像です", "this picture cannot be shown";
    YEARS: "歳", "years";
    SEE_PICTURES: "画像は --html ファイル名 で保存するページにあります", "--html FILE saves a page with the pictures";
    SEE_DETAILS: "すべての検査と根拠は --details、画像は --html ファイル名", "All checks and their grounds: --details; pictures: --html FILE";
    EVIDENCE: "検査の証拠（監査用）", "Evidence (for auditors)";
    TITLE: "対面確認の結果", "Result of the check";
    COMPARE: "券面の印刷・この写真・本人の顔を見比べてください", "Compare the print on the card, this picture and the face";
    NO_PHOTO: "顔写真は読み取れていません", "no face picture was read";
    DO_NOT_COMPARE: "この写真で本人確認をしないでください", "do not identify anybody by this picture";
    PERSONAL: "この報告には個人情報が含まれます。必要がなくなったら消去・破棄してください。", "This report holds personal data. Delete or destroy it when it is no longer needed.";
}

/// A check that the verdict needs was not done.
/// What makes an unsigned entry of a saved reading count.
pub const NOBODY_VOUCHES: Bilingual = Bilingual::new(
    "保存した人の封印を --sealed-by で確かめるか、ファイル全体を自分で保証できるときだけ --at recorded を付けて判定してください。どちらもできないときは、カードそのものを読み取ってください。",
    "Demand the seal of the person who saved the reading (--sealed-by), or judge with --at recorded if you can vouch for the whole file yourself. If neither is possible, read the card itself.",
);

pub const TRY_WITH_ACCEPT: Bilingual = Bilingual::new(
    "試験用または模擬のカードです。試すときは --accept simulated（または --accept test）を付けて、もう一度実行してください。本物の確認では受け入れないでください。",
    "This is a test or simulated card. To try it, run this again with --accept simulated (or --accept test). Never accept one in a real check.",
);

pub const NOT_A_REAL_CARD: Bilingual = Bilingual::new(
    "試験用または模擬のカードです。本物の確認では受け入れないでください。",
    "This is a test or simulated card. Never accept one in a real check.",
);

pub const NEEDED_CHECK_OPEN: Bilingual = Bilingual::new(
    "判定に必要な検査を行えませんでした。このカードだけで本人確認を済ませず、別の書類も確認してください。",
    "A check that the verdict needs was not done. Do not rely on this card alone; ask for another document.",
);
