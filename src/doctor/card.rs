//! The card that lies there, and what reader and card do with a long command.

use crate::lang::words;

use super::{Card, Environment, Finding, Long, Service};

/// The most data bytes of a short answer.
const SHORT: usize = 256;

pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    if environment.service != Service::Running || environment.readers.is_empty() {
        return Vec::new();
    }
    let card = card(&environment.card);
    vec![card, long(&environment.card)]
}

fn card(card: &Card) -> Finding {
    let again = words! { "カードを一枚だけリーダーの中央に置き直して、もう一度実行してください。"
    "Place one card in the middle of the reader and run this again." };
    match card {
        Card::None => finding! { "card-none" Note;
        ["カードはありません。" "There is no card."]
        ["カードでしか分からないことは調べていません。" "taimen did not test what only a card can show."]
        ["カードを置いて、もう一度実行してください。" "Place a card and run this again."] },
        Card::Busy => finding! { "card-busy" Problem;
        ["別のプログラムがカードを使っています。" "Another program holds the card."]
        ["そのプログラムが放すまで、このカードは読み取れません。" "It cannot be read until that program lets go of it."]
        ["ブラウザー、JPKI利用者ソフト、署名ソフトなど、カードを使うプログラムを閉じてください。"
         "Close programs that use cards: browsers, the JPKI client, signing software."] },
        Card::Left => finding! { "card-left" Note;
        ["調べている途中でカードが離れました。" "The card left the reader during this test."]
        ["読み取りの途中で離れると、結果は出ません。" "A check has no result if the card leaves the reader."] again },
        Card::Failed(code) => finding! { "card-failed" Note never;
        ["カードの読み取りでエラー {code:#010x} が返りました。" "Looking at the card ended with the error {code:#010x}."]
        ["アンテナが弱い、Type Bに対応していない、カードが動いた、などが考えられます。"
         "A weak antenna, a reader without Type B, or a card that moved may be the cause."] again },
        Card::Unknown => finding! { "card-unknown" Note;
        ["このカードの種類は分かりません。" "taimen does not know this kind of card."]
        ["このカードの確認はできません。リーダーは動いています。" "It cannot be checked. The reader works."] again },
        Card::Known { kind, .. } => finding! { "card-known" Ok;
        [("{}を認識しました。", kind.name().ja) ("The card was recognised: {}.", kind.name().en)]
        ["カードと通信できます。暗証番号などは使っていません。" "Reader and card talk to each other. No credential was used."] },
    }
}

fn long(card: &Card) -> Finding {
    let slower = words! { "短いコマンドに分けて読み取ります。結果は同じで、少し遅くなります。"
    "Cards are read in short commands: with the same result, a little slower." };
    let harmless = words! { "分かるまでは、長いコマンドから試し、通らなければ短くします。"
    "taimen tries long commands first, then shorter ones." };
    let Card::Known { long, .. } = card else {
        return finding! { "long-not-measured" Note;
        ["長いコマンド（拡張APDU）が通るかは測っていません。" "Whether long commands (extended APDUs) pass was not measured."]
        harmless
        ["マイナンバーカードを置いて、もう一度実行すると測れます。" "Place a My Number Card and run this again to measure it."] };
    };
    match long {
        Long::Passed { bytes, of: Some(of) } if bytes < of => finding! { "long-cut" Note;
        ["長いコマンドへの応答が{of}バイト中{bytes}バイトで切れました。" "A long command was answered with {bytes} of {of} bytes."]
        slower },
        Long::Passed { bytes, .. } if *bytes > SHORT => finding! { "long-passed" Ok;
        ["長いコマンドが通ります（{bytes}バイトの応答で測定）。" "Long commands pass (measured with an answer of {bytes} bytes)."]
        ["大きなファイルも一度に読み取れます。" "Large files are read in one piece."] },
        Long::Passed { bytes, .. } => finding! { "long-command-passed" Ok;
        ["長いコマンドは通りますが、長い応答は測っていません（応答{bytes}バイト）。"
         "Long commands pass; a long answer was not measured (it had {bytes} bytes)."]
        ["このカードには、暗証番号なしで読める大きなファイルがありません。" "This card has no large file that anybody may read."] },
        Long::NotByReader => finding! { "long-not-by-reader" Note never;
        ["リーダーが長いコマンドを通しません。" "The reader does not pass long commands."] slower },
        Long::NotByCard(status) => finding! { "long-not-by-card" Note;
        ["長いコマンドが断られました（{status:04X}）。" "A long command was refused ({status:04X})."] slower },
        Long::NotMeasured(status) => finding! { "long-not-measured" Note;
        ["長いコマンドが通るかは測れませんでした（カードの応答 {status:04X}）。"
         "Whether long commands pass could not be measured (the card answered {status:04X})."] harmless },
    }
}
