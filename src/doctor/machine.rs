//! The machine itself: trust anchors, clock, terminal.

use jiff::Timestamp;

use crate::text::{japan_time, whole_seconds};

use super::{Clock, Environment, Finding, Severity, Terminal, Trust, Words};

/// Seconds of 2026-11-01T00:00:00Z: this program did not exist before.
const EARLIEST: i64 = 1_793_491_200;

/// A clock so far beyond [`EARLIEST`] is not believed: twenty years, in seconds.
const FUTURE: i64 = 20 * 365 * 86_400;

/// How far a clock may be behind the program's own file: a day, in seconds.
const BEHIND: i64 = 86_400;

pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    let mut findings = vec![trust(&environment.trust), clock(&environment.clock)];
    findings.extend(terminal(environment.terminal));
    findings
}

fn trust(trust: &Trust) -> Finding {
    match trust {
        Trust::Usable { installed } => Finding::new(
            "trust-usable",
            Severity::Ok,
            Words::new(
                format!("信頼する発行者の鍵を使えます（自分で追加したもの: {installed}件）。"),
                format!("The keys of trusted issuers can be used (added by you: {installed})."),
            ),
            Words::new("電子署名を検証できます。", "Signatures can be verified."),
        ),
        Trust::Broken { what, todo } => Finding::new(
            "trust-broken",
            Severity::Problem,
            what.clone(),
            Words::new("どのカードも判定できません。", "No card can be judged."),
        )
        .todo(todo.clone()),
    }
}

fn clock(clock: &Clock) -> Finding {
    let shown = japan_time(whole_seconds(clock.now)).strftime("%Y-%m-%d %H:%M");
    let says = |ja: &str, en: &str| {
        Words::new(
            format!("時計は日本時間 {shown} を示しています。{ja}"),
            format!("The clock says {shown}, Japan time. {en}"),
        )
    };
    let wrong = Words::new(
        "有効期限の判定を誤ります。期限の切れたカードを通し、有効なカードを断ることがあります。",
        "Expiry is judged wrongly: an expired card may pass, a valid one be rejected.",
    );
    let set = Words::new(
        "時計を合わせ、自動設定（NTP）を有効にしてください。",
        "Set the clock, and let the system keep it right (NTP).",
    );
    let second = clock.now.as_second();
    let behind = second < EARLIEST
        || clock
            .program_written
            .map(Timestamp::as_second)
            .is_some_and(|written| second.saturating_add(BEHIND) < written);
    if behind {
        let words = says("このプログラムが作られた日より前です。", "That is before this program was made.");
        return Finding::new("clock-behind", Severity::Problem, words, wrong).todo(set);
    }
    if second > EARLIEST + FUTURE {
        let words = says("遠い未来です。", "That is far in the future.");
        return Finding::new("clock-ahead", Severity::Problem, words, wrong).todo(set);
    }
    match clock.synchronised {
        Some(true) => Finding::new(
            "clock-synchronised",
            Severity::Ok,
            says("自動で合わせられています。", "The system keeps it right."),
            Words::new("有効期限を正しく判定できます。", "Expiry is judged rightly."),
        )
        .never_tried(),
        Some(false) => Finding::new(
            "clock-not-synchronised",
            Severity::Note,
            says("まだ自動で合わせられていません。", "The system has not set it yet."),
            Words::new("ずれていると、有効期限の判定を誤ります。", "If it is wrong, expiry is judged wrongly."),
        )
        .todo(set)
        .never_tried(),
        None => Finding::new(
            "clock-not-known",
            Severity::Note,
            says("正しいかどうかは調べられませんでした。", "Whether that is right could not be found out."),
            Words::new("ずれていると、有効期限の判定を誤ります。", "If it is wrong, expiry is judged wrongly."),
        )
        .todo(Words::new("手元の時計と比べてください。", "Compare it with a clock at hand.")),
    }
}

fn terminal(terminal: Terminal) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !terminal.utf8 {
        findings.push(
            Finding::new(
                "terminal-not-utf8",
                Severity::Note,
                Words::new("文字コードがUTF-8ではないようです。", "The locale does not seem to be UTF-8."),
                Words::new(
                    "日本語の氏名・住所が正しく表示されないことがあります。",
                    "Japanese names and addresses may not be shown rightly.",
                ),
            )
            .todo(Words::new(
                "ロケールをUTF-8にするか（例：LANG=ja_JP.UTF-8）、--html で保存したページで見てください。",
                "Use a UTF-8 locale (such as LANG=ja_JP.UTF-8), or look at the page that --html saves.",
            )),
        );
    }
    if !terminal.interactive {
        findings.push(
            Finding::new(
                "terminal-none",
                Severity::Note,
                Words::new("対話できる端末ではありません。", "There is no terminal to ask anybody on."),
                Words::new("照合する値や暗証番号を尋ねられません。", "Entries and PINs cannot be asked for."),
            )
            .todo(Words::new("値は --credentials で渡してください。", "Hand entries over with --credentials.")),
        );
    }
    if terminal.interactive && !terminal.pictures {
        findings.push(
            Finding::new(
                "terminal-no-pictures",
                Severity::Note,
                Words::new("この端末には画像を表示できません。", "This terminal shows no pictures."),
                Words::new("顔写真は端末には出ません。", "The face is not shown on the terminal."),
            )
            .todo(Words::new(
                "顔写真は --html または --photo で保存して見てください（個人情報です）。",
                "Save the face with --html or --photo to see it (personal data).",
            )),
        );
    }
    if findings.is_empty() {
        findings.push(Finding::new(
            "terminal-ready",
            Severity::Ok,
            Words::new(
                "端末は文字・画像・入力に対応しています。",
                "The terminal shows letters and pictures and takes entries.",
            ),
            Words::new("結果と顔写真をこの画面で確かめられます。", "Result and face can be seen on this screen."),
        ));
    }
    findings
}
