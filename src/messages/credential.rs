//! Messages about credentials. None repeats what was typed.

use crate::{
    cards::{CredentialSpec, Who, registry},
    kind::CardKind,
    text::PrintedDateError,
};

use super::{ExitCode, Problem, Text, files::internal};

pub(super) fn text(problem: &Problem) -> Text {
    match problem {
        Problem::CredentialWrong { .. }
        | Problem::CredentialBlocked { .. }
        | Problem::LastTry { .. }
        | Problem::NoCounter { .. }
        | Problem::CounterUnknown { .. }
        | Problem::PinSettingUnknown { .. }
        | Problem::AnswerLost { .. }
        | Problem::AlreadyTried { .. } => refused(problem),
        Problem::MissingCredential { name } => Text::new(
            "missing-credential",
            ExitCode::Usage,
            (
                format!("必要な入力「{name}」がありません。端末がないため、たずねることもできません。"),
                format!("--credentials で渡すファイルに「{name} = 値」の行を加えるか、端末で実行してください。"),
            ),
            (
                format!("The credential '{name}' is missing, and there is no terminal to ask on."),
                format!("Add a line '{name} = value' to the file given to --credentials, or run this on a terminal."),
            ),
        ),
        Problem::BadCredentialLine { line } => Text::new(
            "bad-credential-line",
            ExitCode::Usage,
            (
                format!("入力ファイルの{line}行目が読めません。カードには触れていません。"),
                "各行を「名前 = 値」の形にしてください。名前は birth、expiry-year、security-code、number-b などです。",
            ),
            (
                format!("Line {line} of the credentials cannot be read. The card was not touched."),
                "Write 'name = value' on each line. Names are birth, expiry-year, security-code, number-b and others.",
            ),
        ),
        Problem::BadCredentialsFile => Text::new(
            "bad-credentials-file",
            ExitCode::Usage,
            (
                "入力ファイルがテキストではないか、大きすぎます。カードには触れていません。",
                "各行が「名前 = 値」のUTF-8のファイルを指定してください。",
            ),
            (
                "The credentials file is no text, or too large. The card was not touched.",
                "Name a UTF-8 file with 'name = value' on each line.",
            ),
        ),
        Problem::BadBirthDate(error) => birth_date(*error),
        Problem::BadEntry(entry) => {
            bad_entry(entry.bad, (entry.title.ja, entry.hint.ja), (&capital(entry.title.en), entry.hint.en))
        }
        Problem::TooManyEntries { attempts } => Text::new(
            "too-many-entries",
            ExitCode::Usage,
            (
                format!("{attempts}回続けて正しい形の入力がなかったため、終わります。カードには何も送っていません。"),
                "印刷を確かめて、もう一度実行してください。分からないときは別の本人確認書類を使ってください。",
            ),
            (
                format!(
                    "taimen gives up after {attempts} entries that no card compares. Nothing was sent to the card."
                ),
                "Look at what is printed and run this again, or use another document.",
            ),
        ),
        Problem::UncountedWrong { credential, kind, left } => uncounted_wrong(credential, *kind, *left),
        Problem::CardHandshake => Text::new(
            "card-handshake",
            ExitCode::Card,
            (
                "相互認証で、カードの応答が正しくありません。読み取りを中止しました。",
                "カードを置き直して、もう一度お試しください。続くときは別の確認方法を使ってください。カードが照合の値を知っていることは\
                 確かめられていません。",
            ),
            (
                "The card's answer in the mutual authentication is not right. taimen stopped the reading.",
                "Place the card again and retry. If it goes on, use another way to check it: the card has not shown that it knows \
                 what was entered.",
            ),
        ),
        _ => internal("messages/credential"),
    }
}

/// A name at the beginning of a sentence.
fn capital(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

/// A card refused a credential that nothing counts, as far as is known.
fn uncounted_wrong(credential: &CredentialSpec, kind: CardKind, left: Option<u8>) -> Text {
    let published = registry::find(kind).is_some_and(|(_, spec)| spec.uncounted);
    let (count_ja, count_en) = match left {
        Some(left) => {
            let tries = if left == 1 { "1 try is".to_owned() } else { format!("{left} tries are") };
            (format!("残りはあと{left}回だと答えています。"), format!("It says that {tries} left."))
        }
        None if published => ("回数の制限はありません。".to_owned(), "It has no counter.".to_owned()),
        None => ("回数の制限は知られていません。".to_owned(), "No counter is known of it.".to_owned()),
    };
    let (title, name) = (credential.title.ja, credential.title.en);
    let (ja, en) = match left {
        Some(_) => (
            "繰り返していません。もう一度実行しないでください。知られているこの種類のカードは回数を数えないので、このカードは知られていない方式の\
             ものです。別の確認方法を使ってください。"
                .to_owned(),
            "Nothing was repeated. Do not run this again: no card of this kind is known to count, so this one follows a protocol \
             that is not known. Use another way to check it."
                .to_owned(),
        ),
        None => (
            format!(
                "自動では繰り返していません。券面の{title}とよく見比べて、もう一度実行してください。{title}が正しいときは、カードの方式が\
                 名乗っている種類や世代のものと違うことが考えられます。別の確認方法を使ってください。"
            ),
            format!(
                "Nothing was repeated. Compare the {name} with the one on the card and run this again. If it is right, the card \
                 follows another protocol than that of the kind and generation it names: use another way to check it."
            ),
        ),
    };
    Text::new(
        "card-number-wrong",
        ExitCode::Credential,
        (format!("{title}が合わないとカードが答えました。{count_ja}"), ja),
        (format!("The card says that the {name} does not fit. {count_en}"), en),
    )
}

/// An entry of a wrong form, found before the card was touched.
fn bad_entry(id: &'static str, ja: (&str, &str), en: (&str, &str)) -> Text {
    Text::new(
        id,
        ExitCode::Usage,
        (format!("{}の形が正しくありません。カードには触れていません。", ja.0), ja.1),
        (format!("{} does not have the right form. The card was not touched.", en.0), en.1),
    )
}

fn refused(problem: &Problem) -> Text {
    match problem {
        Problem::CredentialWrong { credential, left } => {
            let (again_ja, again_en) = if credential.who == Who::Staff {
                ("カードの印刷とよく見比べてから", "Compare carefully with what is printed on the card")
            } else {
                ("カードの持ち主に入力を確かめてもらってから", "Have the holder make sure of the entry")
            };
            let (left_ja, left_en) = match left {
                Some(left) => (format!("あと{left}回です。"), format!("Tries left: {left}. ")),
                None => ("回数の制限はありません。".to_owned(), "It has no counter. ".to_owned()),
            };
            Text::new(
                "credential-wrong",
                ExitCode::Credential,
                (
                    format!("{}が違うとカードが答えました。{left_ja}", credential.title.ja),
                    format!(
                        "自動では繰り返していません。{again_ja}、もう一度実行してください。{}",
                        credential.without.ja
                    ),
                ),
                (
                    format!("The card says that the {} is wrong. {left_en}", credential.title.en).trim_end().to_owned(),
                    format!("Nothing was repeated. {again_en} before you run this again.{}", credential.without.en),
                ),
            )
        }
        Problem::CredentialBlocked { credential } => Text::new(
            "credential-blocked",
            ExitCode::Credential,
            (
                format!("{}がロックされています。", credential.title.ja),
                credential.unblock_at.ja.to_owned() + credential.without.ja,
            ),
            (
                format!("The {} is blocked.", credential.title.en),
                credential.unblock_at.en.to_owned() + credential.without.en,
            ),
        ),
        Problem::LastTry { credential } => Text::new(
            "last-try",
            ExitCode::Credential,
            (
                format!("{0}は、あと1回間違えるとロックされます。{0}はカードに送っていません。", credential.title.ja),
                format!(
                    "カードの持ち主の了解を得て、入力を確かめたうえで、--allow-last-try を付けて実行してください。{}",
                    credential.without.ja
                ),
            ),
            (
                format!("One more wrong entry blocks the {}. It was not sent to the card.", credential.title.en),
                format!(
                    "Ask the holder for consent, make sure of the entry, then run this with --allow-last-try.{}",
                    credential.without.en
                ),
            ),
        ),
        Problem::NoCounter { credential } => Text::new(
            "no-counter",
            ExitCode::Credential,
            (
                format!(
                    "カードが{0}の残り回数を示さず、次の間違いでロックされるおそれがあります。{0}は送っていません。",
                    credential.title.ja
                ),
                "別の確認方法を使ってください。続ける場合は、カードの持ち主の了解を得て、入力を確かめたうえで、--allow-last-try を付けて\
                 実行してください。",
            ),
            (
                format!(
                    "The card says that it counts no tries of the {}, so the next wrong entry may block it. It was not sent to the card.",
                    credential.title.en
                ),
                "Use another way to check it. To go on, ask the holder for consent, make sure of the entry, and run this with \
                 --allow-last-try.",
            ),
        ),
        Problem::CounterUnknown { credential } => Text::new(
            "counter-unknown",
            ExitCode::Credential,
            (
                format!("{}の残り回数をカードが答えないため、送りませんでした。", credential.title.ja),
                "カードを置き直して、もう一度お試しください。続くときは別の確認方法を使ってください。",
            ),
            (
                format!("The card does not tell the tries left of the {}, so nothing was sent.", credential.title.en),
                "Place the card again and retry. If it goes on, use another way to check it.",
            ),
        ),
        Problem::PinSettingUnknown { credential } => Text::new(
            "pin-setting-unknown",
            ExitCode::Credential,
            (
                format!(
                    "暗証番号の設定の有無をカードから読み取れないため、{}を送りませんでした。",
                    credential.title.ja
                ),
                "別の本人確認書類を使ってください。有効期限などは taimen check --without-pin で表示できます。",
            ),
            (
                format!("The card does not tell whether PINs were set, so the {} was not sent.", credential.title.en),
                "Use another document. taimen check --without-pin shows the expiry and the like.",
            ),
        ),
        Problem::AnswerLost { credential, left } => {
            let (ja, en) = match left {
                Some(left) => (format!("残りはあと{left}回です。"), format!("Tries left: {left}.")),
                None => ("残り回数は確かめられていません。".to_owned(), "The tries left are not known.".to_owned()),
            };
            Text::new(
                "answer-lost",
                ExitCode::Card,
                (
                    format!("{}を送りましたが、カードの答えを受け取れませんでした。{ja}", credential.title.ja),
                    "自動では繰り返していません。taimen identify で残り回数を確かめてから、やり直してください。",
                ),
                (
                    format!("The {} was sent, but the card's answer was lost. {en}", credential.title.en),
                    "Nothing was repeated. See the tries left with taimen identify before you start again.",
                ),
            )
        }
        Problem::AlreadyTried { credential } => Text::new(
            "already-tried",
            ExitCode::Credential,
            (
                format!("この{}は一度使いました。二度目は送っていません。", credential.title.ja),
                "入力を確かめて、もう一度最初から実行してください。",
            ),
            (
                format!("This {} was tried once already. It was not sent again.", credential.title.en),
                "Make sure of the entry and start again.",
            ),
        ),
        _ => internal("messages/credential"),
    }
}

fn birth_date(error: PrintedDateError) -> Text {
    let examples = (
        "カードの印刷のとおりに入力してください。例: S55-02-17、昭和55年2月17日。西暦で印刷されているときは 西暦1980年2月17日。",
        "Write it as printed on the card: S55-02-17 for Showa 55, or western:1980-02-17 where a Western year is printed.",
    );
    let (id, ja, en) = match error {
        PrintedDateError::BareWestern(_) => (
            "birth-date-bare",
            "生年月日が元号なしで書かれています。カードには触れていません。和暦か西暦かで照合番号が変わり、間違えると残り回数が減ります。",
            "The birth date has no era, and the card was not touched. Number B depends on whether era or Western year is \
             printed; a wrong guess costs a try.",
        ),
        PrintedDateError::Bare => (
            "birth-date-no-era",
            "生年月日に元号がありません。カードには触れていません。",
            "The birth date has no era. The card was not touched.",
        ),
        PrintedDateError::Future => (
            "birth-date-future",
            "この生年月日はまだ来ていません。カードには触れていません。",
            "This birth date is still to come. The card was not touched.",
        ),
        PrintedDateError::TooLongAgo => (
            "birth-date-too-long-ago",
            "この生年月日は古すぎます（130年以上前）。カードには触れていません。",
            "This birth date is more than 130 years ago. The card was not touched.",
        ),
        PrintedDateError::Form => (
            "birth-date-form",
            "生年月日として読めません。カードには触れていません。",
            "This cannot be read as a birth date. The card was not touched.",
        ),
        PrintedDateError::NoSuchDay => (
            "birth-date-no-such-day",
            "この生年月日は暦にありません。カードには触れていません。",
            "This day does not exist. The card was not touched.",
        ),
        PrintedDateError::NotInEra => (
            "birth-date-not-in-era",
            "この生年月日は、入力された元号の期間に入っていません。カードには触れていません。",
            "This day does not lie in the era that was given. The card was not touched.",
        ),
    };
    Text::new(id, ExitCode::Usage, (ja, examples.0), (en, examples.1))
}
