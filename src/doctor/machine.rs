//! The machine itself: trust anchors, clock, terminal.

use jiff::Timestamp;

use crate::{
    lang::words,
    text::{japan_time, whole_seconds},
};

use super::{Clock, Environment, Finding, Terminal, Trust};

/// Seconds of 2026-11-01T00:00:00Z: this program did not exist before.
const EARLIEST: i64 = 1_793_491_200;

/// A clock so far beyond [`EARLIEST`] is not believed: twenty years, in seconds.
const FUTURE: i64 = 20 * 365 * 86_400;

/// How far a clock may be after the program's own file: a day, in seconds.
const BEHIND: i64 = 86_400;

pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    let mut findings = vec![trust(&environment.trust), clock(&environment.clock)];
    findings.extend(terminal(environment.terminal));
    findings
}

fn trust(trust: &Trust) -> Finding {
    match trust {
        Trust::Usable { installed } => finding! { "trust-usable" Ok;
        ["信頼する発行者の鍵を使えます（自分で追加したもの: {installed}件）。" "The keys of trusted issuers can be used (added by you: {installed})."]
        ["電子署名を検証できます。" "Signatures can be verified."] },
        Trust::Broken { what, todo } => finding! { "trust-broken" Problem; (what.clone())
        ["どのカードも判定できません。" "No card can be judged."] (todo.clone()) },
    }
}

fn clock(clock: &Clock) -> Finding {
    let shown = japan_time(whole_seconds(clock.now)).strftime("%Y-%m-%d %H:%M");
    let says = |ja: &str, en: &str| {
        words! { "時計は日本時間 {shown} を示しています。{ja}" "The clock says {shown}, Japan time. {en}" }
    };
    let wrong = words! { "有効期限の判定を誤ります。期限の切れたカードを通し、有効なカードを断ることがあります。"
    "taimen judges the expiry wrongly: an expired card may pass, and a valid one may be rejected." };
    let set = words! { "時計を合わせ、自動設定（NTP）を有効にしてください。" "Set the clock, and let the system keep it right (NTP)." };
    let second = clock.now.as_second();
    let behind = second < EARLIEST
        || clock
            .program_written
            .map(Timestamp::as_second)
            .is_some_and(|written| second.saturating_add(BEHIND) < written);
    if behind {
        let words = says("このプログラムが作られた日より前です。", "That is before this program was built.");
        return finding! { "clock-behind" Problem; words wrong set };
    }
    if second > EARLIEST + FUTURE {
        let words = says("遠い未来です。", "That is far in the future.");
        return finding! { "clock-ahead" Problem; words wrong set };
    }
    match clock.synchronised {
        Some(true) => finding! { "clock-synchronised" Ok never;
        (says("自動で合わせられています。", "The system keeps it synchronised."))
        ["有効期限を正しく判定できます。" "taimen can judge the expiry."] },
        Some(false) => finding! { "clock-not-synchronised" Note never;
        (says("まだ自動で合わせられていません。", "The system has not synchronised it yet."))
        ["ずれていると、有効期限の判定を誤ります。" "If it is wrong, taimen judges the expiry wrongly."] set },
        None => finding! { "clock-not-known" Note;
        (says("正しいかどうかは調べられませんでした。", "taimen could not find out whether that is right."))
        ["ずれていると、有効期限の判定を誤ります。" "If it is wrong, taimen judges the expiry wrongly."]
        ["手元の時計と比べてください。" "Compare it with a clock at hand."] },
    }
}

fn terminal(terminal: Terminal) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !terminal.utf8 {
        findings.push(finding! { "terminal-not-utf8" Note;
            ["文字コードがUTF-8ではないようです。" "The locale does not seem to be UTF-8."]
            ["日本語の氏名・住所が正しく表示されないことがあります。" "Japanese names and addresses may not be shown correctly."]
            ["ロケールをUTF-8にするか（例：LANG=ja_JP.UTF-8）、--html で保存したページで見てください。"
             "Use a UTF-8 locale (such as LANG=ja_JP.UTF-8), or look at the page that --html saves."] });
    }
    if !terminal.interactive {
        findings.push(finding! { "terminal-none" Note;
        ["対話できる端末ではありません。" "There is no terminal to ask on."]
        ["照合する値や暗証番号を尋ねられません。" "taimen cannot ask for entries and PINs."]
        ["値は --credentials で渡してください。" "Pass the entries with --credentials."] });
    }
    if terminal.interactive && !terminal.pictures {
        findings.push(finding! { "terminal-no-pictures" Note;
            ["この端末には画像を表示できません。" "This terminal shows no pictures."]
            ["顔写真は端末には出ません。" "The face is not shown on the terminal."]
            ["顔写真は --html または --photo で保存して見てください（個人情報です）。" "Save the face with --html or --photo to see it (personal data)."] });
    }
    if findings.is_empty() {
        findings.push(finding! { "terminal-ready" Ok;
        ["端末は文字・画像・入力に対応しています。" "The terminal shows text and pictures and accepts entries."]
        ["結果と顔写真をこの画面で確かめられます。" "Result and face can be seen on this screen."] });
    }
    findings
}
