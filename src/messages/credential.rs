//! Messages about credentials. None repeats what was typed.

use crate::{
    cards::{CredentialSpec, Who, registry},
    kind::CardKind,
    lang::{Bilingual, Words, words},
    text::PrintedDateError,
};

use super::{ExitCode, Problem, Text};

pub(super) fn text(problem: &Problem) -> Text {
    match problem {
        Problem::CredentialWrong { credential, left } => {
            let again = if credential.who == Who::Staff {
                words! { "カードの印刷とよく見比べてから" "Compare it carefully with what is printed on the card" }
            } else {
                words! { "カードの持ち主に入力を確かめてもらってから" "Have the holder check the entry" }
            };
            let retry_counter = match left {
                Some(left) => words! { "あと{left}回です。" "Tries left: {left}." },
                None => words! { "回数の制限はありません。" "No counter limits the tries." },
            };
            text! { "credential-wrong" Credential;
            [("{}が違うとカードが答えました。{}", credential.title.ja, retry_counter.ja) ("The card rejected {}: it is wrong. {}", the(credential.title.en), retry_counter.en)]
            [("自動では繰り返していません。{}、もう一度実行してください。{}", again.ja, credential.without.ja)
             ("taimen did not repeat it. {}, then run this again.{}", again.en, credential.without.en)] }
        }
        Problem::CredentialBlocked { credential } => text! { "credential-blocked" Credential;
        [("{}がロックされています。", credential.title.ja) ("{} is blocked.", capital(&the(credential.title.en)))]
        [("{}{}", credential.unblock_at.ja, credential.without.ja) ("{}{}", credential.unblock_at.en, credential.without.en)] },
        Problem::LastTry { credential } => text! { "last-try" Credential;
        [("{0}は、あと1回間違えるとロックされます。{0}はカードに送っていません。", credential.title.ja)
         ("One more wrong entry blocks {}. taimen did not send it to the card.", the(credential.title.en))]
        [("カードの持ち主の了解を得て、入力を確かめたうえで、--allow-last-try を付けて実行してください。{}", credential.without.ja)
         ("Ask the holder for consent, check the entry, then run this with --allow-last-try.{}", credential.without.en)] },
        Problem::NoCounter { credential } => text! { "no-counter" Credential;
        [("カードが{0}の残り回数を示さず、次の間違いでロックされるおそれがあります。{0}は送っていません。", credential.title.ja)
         ("The card reports no counter for {}, so the next wrong entry may block it. taimen did not send it.", the(credential.title.en))]
        ["別の確認方法を使ってください。続ける場合は、カードの持ち主の了解を得て、入力を確かめたうえで、--allow-last-try を付けて実行してください。"
         "Use another way to check the card. To go on anyway, ask the holder for consent, check the entry, and run this with --allow-last-try."] },
        Problem::CounterUnknown { credential } => text! { "counter-unknown" Credential;
        [("{}の残り回数をカードが答えないため、送りませんでした。", credential.title.ja)
         ("The card does not report the tries left for {}, so taimen did not send it.", the(credential.title.en))]
        ["カードを置き直して、もう一度お試しください。続くときは別の確認方法を使ってください。"
         "Place the card again and retry. If this happens again, use another way to check it."] },
        Problem::PinSettingUnknown { credential } => text! { "pin-setting-unknown" Credential;
        [("暗証番号の設定の有無をカードから読み取れないため、{}を送りませんでした。", credential.title.ja)
         ("The card does not report whether PINs were set, so taimen did not send {}.", the(credential.title.en))]
        ["別の本人確認書類を使ってください。有効期限などは taimen check --without-pin で表示できます。"
         "Use another document. taimen check --without-pin shows the expiry and the like."] },
        Problem::AnswerLost { credential, left } => {
            let Words { ja, en } = match left {
                Some(left) => words! { "残りはあと{left}回です。" "Tries left: {left}." },
                None => words! { "残り回数は確かめられていません。" "The tries left are not known." },
            };
            text! { "answer-lost" Card;
            [("{}を送りましたが、カードの答えを受け取れませんでした。{ja}", credential.title.ja)
             ("taimen sent {}, but the card's answer was lost. {en}", the(credential.title.en))]
            ["自動では繰り返していません。taimen identify で残り回数を確かめてから、やり直してください。"
             "taimen did not repeat it. Look at the tries left with taimen identify before you start again."] }
        }
        Problem::AlreadyTried { credential } => text! { "already-tried" Credential;
        [("この{}は一度使いました。二度目は送っていません。", credential.title.ja)
         ("taimen has already tried this entry for {} once. It did not send it again.", the(credential.title.en))]
        ["入力を確かめて、もう一度最初から実行してください。" "Check the entry and start again."] },
        Problem::MissingCredential { name } => text! { "missing-credential" Usage;
        ["必要な入力「{name}」がありません。端末がないため、たずねることもできません。"
         "The credential '{name}' is missing, and there is no terminal to ask on."]
        ["--credentials で渡すファイルに「{name} = 値」の行を加えるか、端末で実行してください。"
         "Add a line '{name} = value' to the file given to --credentials, or run this on a terminal."] },
        Problem::BadCredentialLine { line } => text! { "bad-credential-line" Usage;
        ["入力ファイルの{line}行目が読めません。カードには触れていません。" "Line {line} of the credentials cannot be read. taimen did not touch the card."]
        ["各行を「名前 = 値」の形にしてください。名前は birth、expiry-year、security-code、number-b などです。"
         "Write 'name = value' on each line. Possible names are birth, expiry-year, security-code, number-b and others."] },
        Problem::UnknownCredential { line } => text! { "unknown-credential" Usage;
        ["入力ファイルの{line}行目の名前が分かりません。" "Line {line} of the credentials has a name that taimen does not know."]
        ["使える名前は taimen check --help にあります。" "taimen check --help lists the names."] },
        Problem::BadCredentialsFile => text! { "bad-credentials-file" Usage;
        ["入力ファイルがテキストではないか、大きすぎます。カードには触れていません。"
         "The credentials file is not text, or is too large. taimen did not touch the card."]
        ["各行が「名前 = 値」のUTF-8のファイルを指定してください。" "Name a UTF-8 file with 'name = value' on each line."] },
        Problem::BadBirthDate(error) => birth_date(*error),
        Problem::BadEntry(entry) => Text {
            id: entry.bad,
            exit: ExitCode::Usage,
            what: words! { ("{}の形が正しくありません。カードには送っていません。", entry.title.ja)
            ("{} does not have the right form. taimen did not send it to the card.", capital(&the(entry.title.en))) },
            todo: entry.hint.into(),
        },
        Problem::TooManyEntries { attempts } => text! { "too-many-entries" Usage;
        ["{attempts}回続けて正しい形の入力がなかったため、終わります。カードには何も送っていません。"
         "taimen stops after {attempts} entries in a wrong form. It sent nothing to the card."]
        ["印刷を確かめて、もう一度実行してください。分からないときは別の本人確認書類を使ってください。"
         "Look at what is printed and run this again, or use another document."] },
        Problem::PinForgotten { credential, without_pin } => {
            let Words { ja, en } = if *without_pin {
                words! { "有効期限などは「暗証番号なしで読み取る」で表示できます。" " Reading it without a PIN shows the expiry and the like." }
            } else {
                words! { "" "" }
            };
            text! { "pin-forgotten" Credential;
            [("{}が分からないため、カードを開けません。カードには何も送っていません。", credential.title.ja)
             ("The card is not opened without the {}, which the customer does not know. Nothing was sent to the card.", credential.title.en)]
            [("間違えるとロックに近づくため、推測で入力しないでください。{}{ja}", credential.unblock_at.ja)
             ("Do not guess: wrong entries block it. {}{en}", credential.unblock_at.en)] }
        }
        Problem::UncountedWrong { credential, kind, left } => uncounted_wrong(credential, *kind, *left),
        Problem::EntryNotTaken { entry, credential } => {
            let (given, wanted) = (entry.title, credential.title);
            text! { "entry-not-taken" Credential;
            [("このICチップは{}では開きません。", given.ja) ("The chip does not open with {}.", the(given.en))]
            [("{}を入力してください。", wanted.ja) ("Enter {} instead.", the(wanted.en))] }
        }
        Problem::CardHandshake => text! { "card-handshake" Card;
        ["相互認証で、カードの応答が正しくありません。読み取りを中止しました。"
         "The card's answer in the mutual authentication is wrong. taimen stopped the reading."]
        ["カードを置き直して、もう一度お試しください。続くときは別の確認方法を使ってください。カードが照合の値を知っていることは確かめられていません。"
         "Place the card again and retry. If this happens again, use another way to check it: the card has not shown that it knows what was entered."] },
        _ => super::files::internal("messages"),
    }
}

/// A title inside a sentence: numbered ones, such as `PIN 1`, take no article.
fn the(title: &str) -> String {
    let numbered = title.split_whitespace().nth(1).is_some_and(|word| word.len() == 1);
    if numbered { title.to_owned() } else { format!("the {title}") }
}

/// A name at the beginning of a sentence.
fn capital(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

/// A card refused a credential that nothing counts, as far as is known.
fn uncounted_wrong(credential: &CredentialSpec, kind: CardKind, left: Option<u8>) -> Text {
    let published = registry::find(kind).is_some_and(|(_, spec)| spec.uncounted);
    let count = match left {
        Some(left) => {
            let retry_counter = if left == 1 { "1 try is".to_owned() } else { format!("{left} tries are") };
            words! { "残りはあと{left}回だと答えています。" "It reports that {retry_counter} left." }
        }
        None if published => words! { "回数の制限はありません。" "No counter limits the tries." },
        None => words! { "回数の制限は知られていません。" "No counter is known for this kind of card." },
    };
    let (title, name) = (credential.title.ja, the(credential.title.en));
    let Bilingual { ja, en } = credential.if_right;
    let todo = match left {
        Some(_) => words! {
        "繰り返していません。もう一度実行しないでください。知られているこの種類のカードは回数を数えないので、\
         このカードは知られていない方式のものです。別の確認方法を使ってください。"
        "taimen did not repeat it. Do not run this again: no known card of this kind counts the tries, so this card follows an unknown \
         protocol. Use another way to check it." },
        None => words! {
        "自動では繰り返していません。券面の{title}とよく見比べて、もう一度実行してください。{title}が正しいときは、{ja}"
        "taimen did not repeat it. Compare {name} with the one on the card and run this again. If it is right, {en}" },
    };
    text! { "card-number-wrong" Credential;
    [("{title}が合わないとカードが答えました。{}", count.ja) ("The card rejected {name}: it does not match. {}", count.en)]
    todo }
}

fn birth_date(error: PrintedDateError) -> Text {
    let examples = words! { "カードの印刷のとおりに入力してください。例: S55-02-17、昭和55年2月17日。西暦で印刷されているときは 西暦1980年2月17日。"
    "Write it as printed on the card: S55-02-17 for Showa 55, or western:1980-02-17 if a Western year is printed." };
    match error {
        PrintedDateError::BareWestern(_) => text! { "birth-date-bare" Usage;
        ["生年月日が元号なしで書かれています。カードには送っていません。和暦か西暦かで照合番号が変わり、間違えると残り回数が減ります。"
         "The birth date has no era. taimen did not send it to the card. Number B depends on whether the card shows an era or a Western year. A wrong guess costs a try."] examples },
        PrintedDateError::Bare => text! { "birth-date-no-era" Usage;
        ["生年月日に元号がありません。カードには送っていません。" "The birth date has no era. taimen did not send it to the card."] examples },
        PrintedDateError::Future => text! { "birth-date-future" Usage;
        ["この生年月日はまだ来ていません。カードには送っていません。" "This birth date is still to come. taimen did not send it to the card."] examples },
        PrintedDateError::TooLongAgo => text! { "birth-date-too-long-ago" Usage;
        ["この生年月日は古すぎます（130年以上前）。カードには送っていません。" "This birth date is more than 130 years ago. taimen did not send it to the card."] examples },
        PrintedDateError::Form => text! { "birth-date-form" Usage;
        ["生年月日として読めません。カードには送っていません。" "This cannot be read as a birth date. taimen did not send it to the card."] examples },
        PrintedDateError::NoSuchDay => text! { "birth-date-no-such-day" Usage;
        ["この生年月日は暦にありません。カードには送っていません。" "This day does not exist. taimen did not send it to the card."] examples },
        PrintedDateError::NotInEra => text! { "birth-date-not-in-era" Usage;
        ["この生年月日は、入力された元号の期間に入っていません。カードには送っていません。"
         "This day is not in the given era. taimen did not send it to the card."] examples },
    }
}
