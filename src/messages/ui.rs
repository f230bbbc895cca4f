//! The words of the conversation: prompts and progress. Nothing here asks for more than a check needs.

use crate::{
    iso7816::RetryCounter,
    kind::CardKind,
    lang::{Bilingual, Lang},
};

/// Asks for the card.
pub const PLACE_CARD: Bilingual = Bilingual::new(
    "カードをリーダーに置いてください。終わるまで動かさないでください。",
    "Place the card on the reader and leave it there until the end.",
);

/// Asks for a reader.
pub const CONNECT_READER: Bilingual =
    Bilingual::new("カードリーダーを接続してください（Ctrl-C で中止）。", "Connect a card reader (Ctrl-C to stop).");

/// Said once before a licence's PINs are asked for: the customer types, not the staff.
pub const ASK_PINS_INTRODUCTION: Bilingual = Bilingual::new(
    "お客様ご本人に暗証番号を入力していただいてください。画面には表示されません。",
    "Let the customer type the PINs. They are not shown on the screen.",
);

/// Asks about a birth date without an era.
pub const ASK_PRINTED_WESTERN: Bilingual = Bilingual::new(
    "カードの生年月日は西暦で印刷されていますか（はい: y、いいえ: Enter）",
    "Does the card show a Western year (y for yes, Enter for no)?",
);

/// Asks for the engagement of a phone that is read by its code.
pub const ASK_ENGAGEMENT: Bilingual = Bilingual::new(
    "スマートフォンのQRコードをスキャンしてください（mdoc: で始まる文字列）",
    "Scan the phone's QR code (a text that begins with mdoc:)",
);

/// Said if a check was to make a record.
pub const NO_RECORD: Bilingual = Bilingual::new(
    "真正ではないため、記録を作っていません。判定にかかわらず記録するには --record-any を付けてください。",
    "taimen made no record, because the card is not authentic. --record-any makes one whatever the verdict is.",
);

/// Said once before the questions.
pub const ASK_INTRODUCTION: Bilingual = Bilingual::new(
    "カードの表面に印刷されている内容を入力してください。暗証番号は要りません。",
    "Enter what is printed on the front of the card. No PIN is needed.",
);

/// Asks for a phone with a card.
pub const OFFER_CARD_BY_PHONE: Bilingual = Bilingual::new(
    "スマートフォンの「Remote Smart Card Reader」で次のQRコードを読み取るか接続先を入力し、カードをスマートフォンに当ててください。終わるまで動かさないでください。",
    "Scan the code with the app Remote Smart Card Reader on the phone, or enter the address there. Then place the card on the phone and leave it there until the end.",
);

/// Said if only this computer can connect.
pub const PHONE_BY_CABLE: Bilingual = Bilingual::new(
    "この端末の中からだけ接続できます。USBケーブルでつないだスマートフォンは、次のコマンドを実行すると接続できます:",
    "Only this computer itself can connect. To connect a phone on a USB cable, run this command:",
);

/// Said if others can connect.
pub const PHONE_NOT_ENCRYPTED: Bilingual = Bilingual::new(
    "注意: この通信は暗号化されません。同じネットワークの人が個人情報や暗証番号を読み取れます。関係者だけの専用ネットワークで使うか、USBケーブル（--reader phone）を使ってください。",
    "Warning: this link is not encrypted. Others on the network can read personal data and PINs. Use a private network of your own, or a USB cable (--reader phone).",
);

/// What the app itself does with what passes through it.
pub const PHONE_SHOWS_COMMANDS: Bilingual = Bilingual::new(
    "注意: このアプリは通信内容（入力した暗証番号や読み取った内容も）を自分の画面に16進で表示します。スマートフォンの画面を人に見せず、終わったらカードを離してアプリの記録を消してください。",
    "Warning: the app shows everything that passes through it on its own screen, in hex, PINs and card contents included. Keep that screen to yourself. Afterwards, take the card away and clear the app's log.",
);

/// Where no own address is known.
pub const PHONE_NO_ADDRESS: Bilingual = Bilingual::new(
    "この端末のネットワーク上のアドレスが分かりません。アドレスを --reader phone:アドレス で指定してください。",
    "taimen does not know the address of this computer on the network. Name it: --reader phone:ADDRESS.",
);

/// Files with personal data were written.
pub const WROTE_PERSONAL_FILE: Bilingual = Bilingual::new(
    "個人情報を含むファイルを書きました。必要がなくなったら消してください。",
    "taimen wrote a file with personal data. Delete it when you no longer need it.",
);

/// Which card was found.
pub fn found(lang: Lang, kind: CardKind) -> String {
    match lang {
        Lang::Ja => format!("{}を認識しました。", kind.name().ja),
        Lang::En => format!("Found: {}.", kind.name().en),
    }
}

/// Another application on the same card.
pub fn also_holds(lang: Lang, kind: CardKind) -> String {
    match lang {
        Lang::Ja => format!("このカードには{}も入っています。", kind.name().ja),
        Lang::En => format!("This card also holds: {}.", kind.name().en),
    }
}

/// What the holder of a document on a phone is about to be asked for.
pub fn shares(lang: Lang, asked: &[Bilingual], retained: bool, named: bool) -> String {
    let titles: Vec<&str> = asked.iter().map(|title| title.get(lang)).collect();
    match lang {
        Lang::Ja => {
            let kept = if retained { "（保存することも伝えます）" } else { "" };
            let unnamed = if named {
                ""
            } else {
                "\n読取側の証明書は送りません。スマートフォンが警告を出すことがあります。"
            };
            format!(
                "スマートフォンに求める項目{kept}：{}。本人が画面で同意すると届きます。{unnamed}",
                titles.join("、")
            )
        }
        Lang::En => {
            let kept = if retained { " and told that it will be kept" } else { "" };
            let unnamed =
                if named { "" } else { "\ntaimen sends no reader certificate, so the phone may show a warning." };
            format!(
                "The holder is asked on the phone{kept}: {}. It comes once the holder agrees there.{unnamed}",
                titles.join(", ")
            )
        }
    }
}

/// A key that seals dumps was made: where, and what people compare.
pub fn seal_key_made(lang: Lang, path: &str, fingerprint: &str) -> String {
    match lang {
        Lang::Ja => format!(
            "封印用の鍵を作りました: {path}\n公開鍵の指紋（SHA-256）: {fingerprint}\n鍵のファイルは秘密に保ち、指紋は検証する人に渡してください。\n"
        ),
        Lang::En => format!(
            "Made a key that seals dumps: {path}\nFingerprint of its public half (SHA-256): {fingerprint}\nKeep the file \
             secret, and give the fingerprint to those who verify.\n"
        ),
    }
}

/// The tries left of a credential, before it is asked for.
pub fn tries_left(lang: Lang, credential: Bilingual, retry_counter: RetryCounter) -> String {
    match (lang, retry_counter) {
        (Lang::Ja, RetryCounter::Left(left)) => {
            format!("{}: あと{left}回間違えるとロックされます。", credential.ja)
        }
        (Lang::En, RetryCounter::Left(1)) => format!("{}: blocked after 1 more wrong entry.", credential.en),
        (Lang::En, RetryCounter::Left(left)) => format!("{}: blocked after {left} more wrong entries.", credential.en),
        (Lang::Ja, RetryCounter::Blocked) => format!("{}: ロックされています。", credential.ja),
        (Lang::En, RetryCounter::Blocked) => format!("{}: blocked.", credential.en),
        (Lang::Ja, RetryCounter::NoCounter) => format!("{}: カードが残り回数を示していません。", credential.ja),
        (Lang::En, RetryCounter::NoCounter) => format!("{}: no counter.", credential.en),
        (Lang::Ja, RetryCounter::AlreadyVerified) => format!("{}: 照合済みです。", credential.ja),
        (Lang::En, RetryCounter::AlreadyVerified) => format!("{}: verified.", credential.en),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_exists_in_both_languages() {
        let fixed = [
            CONNECT_READER,
            PLACE_CARD,
            ASK_ENGAGEMENT,
            NO_RECORD,
            ASK_INTRODUCTION,
            ASK_PRINTED_WESTERN,
            ASK_PINS_INTRODUCTION,
            WROTE_PERSONAL_FILE,
            OFFER_CARD_BY_PHONE,
            PHONE_BY_CABLE,
            PHONE_NOT_ENCRYPTED,
            PHONE_SHOWS_COMMANDS,
            PHONE_NO_ADDRESS,
        ];
        let name = Bilingual::new("照合番号B", "number B");
        let retry_counter =
            [RetryCounter::Left(9), RetryCounter::Blocked, RetryCounter::NoCounter, RetryCounter::AlreadyVerified];
        let made = |lang| {
            let mut lines = vec![found(lang, CardKind::MY_NUMBER), also_holds(lang, CardKind::MENKYO)];
            lines.extend(retry_counter.map(|retry_counter| tries_left(lang, name, retry_counter)));
            lines
        };
        let japanese = fixed.map(|line| line.ja.to_owned()).into_iter().chain(made(Lang::Ja));
        let english = fixed.map(|line| line.en.to_owned()).into_iter().chain(made(Lang::En));
        for (ja, en) in japanese.zip(english) {
            assert!(ja.chars().any(|c| matches!(c, 'ぁ'..='ヿ' | '一'..='鿿')), "{ja}");
            assert!(en.is_ascii() && !en.is_empty(), "{en}");
            assert!(!ja.contains("個人番号") && !en.contains("My Number:"), "{ja}");
        }
    }

    #[test]
    fn what_a_holder_is_asked_for_names_everything_and_what_it_means() {
        let asked = [Bilingual::new("氏名", "name"), Bilingual::new("顔写真", "face picture")];
        let en = shares(Lang::En, &asked, false, false);
        assert!(en.contains("name, face picture") && en.contains("no reader certificate") && !en.contains("kept"));
        let en = shares(Lang::En, &asked, true, true);
        assert!(en.contains("will be kept") && !en.contains("certificate"));
        let ja = shares(Lang::Ja, &asked, true, false);
        assert!(ja.contains("氏名、顔写真") && ja.contains("保存") && ja.contains("読取側の証明書"));
    }
}
