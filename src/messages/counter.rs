//! What to do at a shop counter, where nobody has a command line: other remedies for the problems that a page shows.

use crate::{
    cards::Who,
    lang::{Bilingual, Lang, Words, words},
    transport::TransportError,
};

use super::{Message, Problem};

impl Problem {
    /// The message as a counter's page shows it: the same, but no remedy names a command or an option.
    pub fn at_counter(&self, lang: Lang) -> Message {
        let message = self.message(lang);
        match remedy(self) {
            Some(todo) => Message { todo: todo.get(lang).to_owned(), ..message },
            None => message,
        }
    }
}

fn remedy(problem: &Problem) -> Option<Words> {
    let remedy = match problem {
        Problem::CredentialWrong { credential, .. } if credential.who == Who::Staff => words! {
        "自動では繰り返していません。カードの印刷とよく見比べてから、もう一度読み取ってください。"
        "Nothing was repeated. Compare carefully with what is printed on the card before you read it again." },
        Problem::CredentialWrong { .. } => words! {
        "自動では繰り返していません。カードの持ち主に入力を確かめてもらってから、もう一度読み取ってください。"
        "Nothing was repeated. Have the holder make sure of the entry before you read the card again." },
        Problem::CredentialBlocked { credential } => credential.unblock_at.into(),
        Problem::LastTry { .. } => words! {
        "続けるときは、カードの持ち主の了解を得て、最後の1回を使うことを選んでください。分からないときは別の本人確認書類を使ってください。"
        "To go on, ask the holder for consent, then choose to use the last try. If the holder is not sure, use another document." },
        Problem::NoCounter { .. } => words! {
        "別の確認方法を使ってください。続けるときは、カードの持ち主の了解を得て、「最後かもしれない1回を使う」を選んでください。"
        "Use another way to check it. To go on, ask the holder for consent, then choose to use it although no tries are counted." },
        Problem::PinSettingUnknown { .. } => words! {
        "別の本人確認書類を使ってください。「暗証番号なしで読み取る」を選ぶと、有効期限などは表示できます。"
        "Use another document. Reading it without a PIN shows the expiry and the like." },
        Problem::AnswerLost { .. } => words! {
        "自動では繰り返していません。カードを置き直すと残り回数が表示されます。確かめてから入力してください。"
        "Nothing was repeated. Place the card again and see the tries left before anything is entered." },
        Problem::AlreadyTried { .. } => words! {
        "入力を確かめて、もう一度最初から読み取ってください。" "Make sure of the entry and read the card again from the start." },
        Problem::UncountedWrong { credential, left: None, .. } => {
            let (title, name) = (credential.title.ja, credential.title.en);
            let Bilingual { ja, en } = credential.if_right;
            words! {
            "自動では繰り返していません。券面の{title}とよく見比べて、もう一度読み取ってください。{title}が正しいときは、{ja}"
            "Nothing was repeated. Compare the {name} with the one on the card and read it again. If it is right, {en}" }
        }
        Problem::UncountedWrong { .. } => words! {
        "繰り返していません。もう一度読み取らないでください。知られているこの種類のカードは回数を数えません。別の確認方法を使ってください。"
        "Nothing was repeated. Do not read it again: no card of this kind is known to count. Use another way to check it." },
        Problem::NoSuchApplication(_) => words! { "カードを確かめてください。" "Make sure that it is the right card." },
        Problem::PhoneLostAtExtended => words! {
        "カードを動かさずに、もう一度読み取ってください。続くときは別のリーダーを使ってください。"
        "Leave the card in place and read it again. If it goes on, use another reader." },
        Problem::Transport(error) => return transport(error),
        _ => return None,
    };
    Some(remedy)
}

fn transport(error: &TransportError) -> Option<Words> {
    let remedy = match error {
        TransportError::NoReader => words! {
        "リーダーをUSBに接続してください。つながると自動で使えるようになります。名前で指定したときは、名前も確かめてください。"
        "Connect the reader: it is used as soon as it is there. If you gave a name, check the name." },
        TransportError::NoCard { .. } => {
            words! { "カードをリーダーの中央に置いてください。" "Place the card in the middle of the reader." }
        }
        TransportError::Removed => words! {
        "カードをリーダーに置き、終わるまで動かさないでください。読み取りは最初から始まります。"
        "Place the card and leave it in place until the end. The reading starts from the beginning." },
        TransportError::Connection(_) => words! {
        "接続の相手のプログラムを確かめて、カードを置き直してください。" "Check the program at the other end, and place the card again." },
        _ => return None,
    };
    Some(remedy)
}
