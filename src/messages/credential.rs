//! Messages about credentials. None repeats what was typed.

use crate::{
    cards::my_number::files::{JPKI_AUTHENTICATION_PIN, JPKI_SIGNING_PASSWORD},
    kind::CardKind,
    lang::Bilingual,
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
        Problem::BadExpiryYear => bad_entry(
            "bad-expiry-year",
            ("有効期限の年", "カード表面の有効期限の西暦年を、4桁の数字で入力してください（例: 2035）。"),
            ("The expiry year", "Enter the Western year of the expiry printed on the card, four digits, such as 2035."),
        ),
        Problem::BadSecurityCode => bad_entry(
            "bad-security-code",
            ("セキュリティコード", "カード表面の有効期限の近くにある、4桁の数字を入力してください。"),
            ("The security code", "Enter the four digits printed near the expiry on the front of the card."),
        ),
        Problem::BadNumberB => bad_entry(
            "bad-number-b",
            (
                "照合番号B",
                "生年月日6桁・有効期限の西暦年4桁・セキュリティコード4桁の、合わせて14桁の数字を入力してください。",
            ),
            (
                "Number B",
                "Enter 14 digits: six of the birth date as printed, four of the expiry year, four of the security code.",
            ),
        ),
        Problem::BadCardNumber => bad_entry(
            "bad-card-number",
            (
                "カード番号",
                "カード表面の右上にある番号（英字2文字・数字8桁・英字2文字。例: AA12345678BB）を入力してください。",
            ),
            (
                "The card number",
                "Enter the number at the top right of the front: two letters, eight digits, two letters, such as AA12345678BB.",
            ),
        ),
        Problem::CardNumberWrong { kind, left } => number_wrong(*kind, *left),
        Problem::CardHandshake => Text::new(
            "card-handshake",
            ExitCode::Card,
            (
                "カード番号による相互認証で、カードの応答が正しくありません。読み取りを中止しました。",
                "カードを置き直して、もう一度お試しください。続くときは別の確認方法を使ってください。カードが番号を知っていることは\
                 確かめられていません。",
            ),
            (
                "The card's answer in the number authentication is not right. The reading was stopped.",
                "Place the card again and retry. If it goes on, use another way to check it: the card has not shown that it knows \
                 its number.",
            ),
        ),
        Problem::BadPassword { credential } => bad_entry(
            "bad-password",
            (credential.ja, "英大文字と数字の6文字から16文字で書いてください。小文字は使えません。"),
            (credential.en, "Write 6 to 16 capital letters (A to Z) and digits. Small letters are none of a password."),
        ),
        Problem::BadPin { credential } => bad_entry(
            "bad-pin",
            (credential.ja, "決められた桁数と文字で入力してください。"),
            (credential.en, "Enter it with the right number and kind of characters."),
        ),
        _ => internal("messages/credential"),
    }
}

/// A residence card refused its number. That nothing counts is published of the first generation alone.
fn number_wrong(kind: CardKind, left: Option<u8>) -> Text {
    let first = matches!(kind, CardKind::RESIDENCE1 | CardKind::RESIDENCE1_SPECIAL | CardKind::RESIDENCE1_CHILD);
    let (count_ja, count_en) = match left {
        Some(left) => {
            let tries = if left == 1 { "1 try is".to_owned() } else { format!("{left} tries are") };
            (format!("残りはあと{left}回だと答えています。"), format!("It says that {tries} left."))
        }
        None if first => ("回数の制限はありません。".to_owned(), "It has no counter.".to_owned()),
        None => ("回数の制限は知られていません。".to_owned(), "No counter is known of it.".to_owned()),
    };
    let (ja, en) = match left {
        Some(_) => (
            "繰り返していません。もう一度実行しないでください。知られている在留カード等は回数を数えないので、このカードは知られていない方式の\
             ものです。別の確認方法を使ってください。",
            "Nothing was repeated. Do not run this again: no residence card is known to count, so this one follows a protocol that \
             is not known. Use another way to check it.",
        ),
        None => (
            "自動では繰り返していません。表面右上の番号とよく見比べて、もう一度実行してください。番号が正しいときは、カードの方式が\
             名乗っている種類や世代のものと違うことが考えられます。別の確認方法を使ってください。",
            "Nothing was repeated. Compare the number with the one at the top right of the front and run this again. If it is \
             right, the card follows another protocol than that of the kind and generation it names: use another way to \
             check it.",
        ),
    };
    Text::new(
        "card-number-wrong",
        ExitCode::Credential,
        (format!("カード番号が合わないとカードが答えました。{count_ja}"), ja),
        (format!("The card says that the card number does not fit. {count_en}"), en),
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
        Problem::CredentialWrong { credential, left, printed } => {
            let (again_ja, again_en) = if *printed {
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
                    format!("{}が違うとカードが答えました。{left_ja}", credential.ja),
                    format!(
                        "自動では繰り返していません。{again_ja}、もう一度実行してください。{}",
                        without_jpki(*credential).ja
                    ),
                ),
                (
                    format!("The card says that the {} is wrong. {left_en}", credential.en).trim_end().to_owned(),
                    format!(
                        "Nothing was repeated. {again_en} before you run this again.{}",
                        without_jpki(*credential).en
                    ),
                ),
            )
        }
        Problem::CredentialBlocked { credential, kind } => {
            let extra = without_jpki(*credential);
            let (ja, en) = match extra.ja {
                "" => where_to_unblock(*kind),
                _ => (
                    "解除は、カードの持ち主がお住まいの市区町村の窓口でできます。",
                    "The holder can have it unblocked at the municipal office.",
                ),
            };
            Text::new(
                "credential-blocked",
                ExitCode::Credential,
                (format!("{}がロックされています。", credential.ja), ja.to_owned() + extra.ja),
                (format!("The {} is blocked.", credential.en), en.to_owned() + extra.en),
            )
        }
        Problem::LastTry { credential } => Text::new(
            "last-try",
            ExitCode::Credential,
            (
                format!("{0}は、あと1回間違えるとロックされます。{0}はカードに送っていません。", credential.ja),
                format!(
                    "カードの持ち主の了解を得て、入力を確かめたうえで、--allow-last-try を付けて実行してください。{}",
                    without_jpki(*credential).ja
                ),
            ),
            (
                format!("One more wrong entry blocks the {}. It was not sent to the card.", credential.en),
                format!(
                    "Ask the holder for consent, make sure of the entry, then run this with --allow-last-try.{}",
                    without_jpki(*credential).en
                ),
            ),
        ),
        Problem::NoCounter { credential } => Text::new(
            "no-counter",
            ExitCode::Credential,
            (
                format!(
                    "カードが{0}の残り回数を示さず、次の間違いでロックされるおそれがあります。{0}は送っていません。",
                    credential.ja
                ),
                "別の確認方法を使ってください。続ける場合は、カードの持ち主の了解を得て、入力を確かめたうえで、--allow-last-try を付けて\
                 実行してください。",
            ),
            (
                format!(
                    "The card says that it counts no tries of the {}, so the next wrong entry may block it. It was not sent to the card.",
                    credential.en
                ),
                "Use another way to check it. To go on, ask the holder for consent, make sure of the entry, and run this with \
                 --allow-last-try.",
            ),
        ),
        Problem::CounterUnknown { credential } => Text::new(
            "counter-unknown",
            ExitCode::Credential,
            (
                format!("{}の残り回数をカードが答えないため、送りませんでした。", credential.ja),
                "カードを置き直して、もう一度お試しください。続くときは別の確認方法を使ってください。",
            ),
            (
                format!("The card does not tell the tries left of the {}, so nothing was sent.", credential.en),
                "Place the card again and retry. If it goes on, use another way to check it.",
            ),
        ),
        Problem::PinSettingUnknown { credential } => Text::new(
            "pin-setting-unknown",
            ExitCode::Credential,
            (
                format!("暗証番号の設定の有無をカードから読み取れないため、{}を送りませんでした。", credential.ja),
                "別の本人確認書類を使ってください。有効期限などは taimen check --without-pin で表示できます。",
            ),
            (
                format!("The card does not tell whether PINs were set, so the {} was not sent.", credential.en),
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
                    format!("{}を送りましたが、カードの答えを受け取れませんでした。{ja}", credential.ja),
                    "自動では繰り返していません。taimen identify で残り回数を確かめてから、やり直してください。",
                ),
                (
                    format!("The {} was sent, but the card's answer was lost. {en}", credential.en),
                    "Nothing was repeated. See the tries left with taimen identify before you start again.",
                ),
            )
        }
        Problem::AlreadyTried { credential } => Text::new(
            "already-tried",
            ExitCode::Credential,
            (
                format!("この{}は一度使いました。二度目は送っていません。", credential.ja),
                "入力を確かめて、もう一度最初から実行してください。",
            ),
            (
                format!("This {} was tried once already. It was not sent again.", credential.en),
                "Make sure of the entry and start again.",
            ),
        ),
        _ => internal("messages/credential"),
    }
}

/// The JPKI application is an addition: the card can be checked without it.
fn without_jpki(credential: Bilingual) -> Bilingual {
    if [JPKI_AUTHENTICATION_PIN.title, JPKI_SIGNING_PASSWORD.title].contains(&credential) {
        Bilingual::new(
            "カードそのものの確認は、この項目なしで（または --jpki なしで）もう一度実行すればできます。",
            " The card itself can be checked: run this again without that entry, or without --jpki.",
        )
    } else {
        Bilingual::new("", "")
    }
}

/// Who can unblock a credential of a card.
fn where_to_unblock(kind: CardKind) -> (&'static str, &'static str) {
    match kind {
        CardKind::MY_NUMBER | CardKind::MY_NUMBER_NO_PHOTO => (
            "解除は、カードの持ち主がお住まいの市区町村の窓口でできます。ここでは別の本人確認書類を使ってください。",
            "The holder can have it unblocked at the municipal office. Use another document here.",
        ),
        CardKind::LICENCE | CardKind::MENKYO => (
            "解除は、カードの持ち主が警察の窓口でできます。ここでは別の本人確認書類を使ってください。",
            "The holder can have it unblocked by the police, in person. Use another document here.",
        ),
        _ => (
            "カードの持ち主から、出入国在留管理庁の窓口に問い合わせてください。ここでは別の本人確認書類を使ってください。",
            "The holder can ask the Immigration Services Agency. Use another document here.",
        ),
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
