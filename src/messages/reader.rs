//! Messages about readers, cards and their addresses.

use crate::{cards::registry, iso7816::CardError, kind::CardKind, lang::words, transport::TransportError};

use super::{Problem, Text, files::io_ja};

/// The system that a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux and other systems with pcscd.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    MacOs,
}

impl Platform {
    /// The system that the program was built for.
    pub const CURRENT: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Linux
    };
}

pub(super) fn text(problem: &Problem, platform: Platform) -> Text {
    match problem {
        Problem::Transport(error) => transport(error, platform),
        Problem::Card(error) => card(error, platform),
        Problem::UnknownCard => text! { "unknown-card" Card;
        ["このカードの種類が分かりません。" "taimen does not know this kind of card."]
        ["マイナンバーカードなど対応するカードだけを、リーダーに一枚だけ置いてください。財布やケースから出してお試しください。"
         "Take a supported card, such as a My Number Card, out of its wallet or case and place it alone on the reader."] },
        Problem::UnsupportedKind(kind) => unsupported(*kind),
        Problem::NoSuchApplication(kind) => text! { "no-such-application" Card;
        [("このカードには{}がありません。", kind.name().ja) ("This card does not hold this application: {}.", kind.name().en)]
        ["カードを確かめてください。カードにあるアプリケーションは taimen identify で表示できます。"
         "Check the card. taimen identify shows the applications on it."] },
        Problem::OtherCardsOption { option, kind } => text! { "other-cards-option" Usage;
        [("--{option} は{}には使えません。暗証番号などはカードに送っていません。", kind.name().ja)
         ("--{option} does not apply to this kind of card ({}). taimen sent it no credential.", kind.name().en)]
        ["このオプションなしで、もう一度実行してください。" "Run this again without the option."] },
        Problem::NothingShared => text! { "nothing-shared" Credential;
        ["スマートフォンから何も共有されませんでした。真正かどうかの判定はありません。" "The phone shared nothing. There is no verdict."]
        ["本人が画面で共有を断ったか、求めた文書がスマートフォンにありません。本人に確かめ、もう一度行うか、カードなど別の書類で確認してください。"
         "The holder declined on the screen, or the phone does not hold the document. Ask the holder, and try again or check a card instead."] },
        Problem::WantsBluetooth => text! { "wants-bluetooth" Card;
        ["このスマートフォンはBluetoothでの通信を求めていますが、taimenはここではその通信ができません。"
         "This phone wants to send its data over Bluetooth, and taimen cannot do that here."]
        ["カードをリーダーに置くか、デジタル庁の「マイナンバーカード対面確認アプリ」などで確認してください。Bluetoothの条件は docs/readers.md にあります（実際の電波では試していません）。"
         "Place the card itself on the reader, or check the phone with the Digital Agency's app for that. docs/readers.md says what Bluetooth needs; it was never tried on a radio."] },
        Problem::NotAReaderKey { path } => text! { "not-a-reader-key" Usage;
        ["{path} に、読取側の秘密鍵（P-256またはP-384）とその証明書がありません。" "{path} does not hold a reader's private key (P-256 or P-384) with its certificate."]
        ["秘密鍵と、その鍵の証明書から順に証明書を並べたPEMのファイルを指定してください。"
         "Name a PEM file with the private key and the certificates, the key's own first."] },
        Problem::NotRecordable => text! { "not-recordable" Usage;
        ["要求していないマイナンバーの項目が届いたため、通信の記録は書いていません。" "The phone sent the My Number element unasked, so taimen wrote no recording."]
        ["マイナンバーは記録できません。別の模擬カードを指定してください。" "No recording may hold it. Name another simulated card."] },
        Problem::BadEngagement => text! { "bad-engagement" Usage;
        ["スマートフォンのQRコードの内容（mdoc: で始まる文字列）として読めません。" "This is not what a phone's QR code holds: a text that begins with mdoc:."]
        ["スマートフォンの画面のQRコードを、もう一度スキャンしてください。" "Scan the QR code on the phone's screen again."] },
        Problem::OtherRequest { asked } => text! { "other-request" Usage;
        ["この記録は、{asked} で読み取ったものではないため、その答えになりません。" "The recorded reading did not ask for {asked}, so it does not answer that."]
        ["記録どおりに判定するときは、--request と --age-over を付けないでください。ほかのことを確かめるには、スマートフォンをもう一度読み取ってください。"
         "To judge it as it was read, leave out --request and --age-over. To ask for something else, read the phone again."] },
        Problem::DeviceSession { detail } => text! { "phone-session" Card;
        ["スマートフォンとの暗号化された通信ができませんでした。何も判定していません。"
         "The encrypted session with the phone failed ({detail}). taimen judged nothing."]
        ["スマートフォンで文書を開き直し、リーダーに当てたまま動かさずに、もう一度お試しください。"
         "Open the document on the phone again, hold the phone on the reader, and try again."] },
        Problem::DifferentCard => text! { "different-card" Card;
        ["途中でカードが入れ替わりました。読み取りを中止しました。" "This is not the card that taimen recognised before. taimen stopped the reading."]
        ["カードを一枚だけ置き、終わるまで動かさずに、最初からやり直してください。" "Place one card, leave it in place until the end, and start again."] },
        Problem::TwoCards => text! { "two-cards" Card;
        ["カードが2枚以上置かれています。読み取っていません。" "More than one card lies on the readers. taimen read neither of them."]
        ["確認するカードを1枚だけ残してください。いつも別のリーダーに入れてあるカードがあるときは、設定した人に、使うリーダーを一つに決めるよう頼んでください。"
         "Leave the one card that is to be checked. If another card always stays in a reader, ask whoever set this up to name the one reader to use."] },
        Problem::MuteCard => text! { "card-mute" Card;
        ["カードが置かれていますが、応答しません。" "A card lies there but does not answer."]
        ["財布やケースから出し、リーダーの中央に置き直してください。差し込むリーダーでは、表裏と向きを確かめてください。"
         "Take the card out of its wallet or case and place it on the middle of the reader. If it is inserted, see that it is the right way round."] },
        Problem::BadReaderAddress(address) => text! { "bad-reader-address" Usage;
        ["「{address}」はリーダーの指定として読めません。" "'{address}' is not a reader address."]
        ["pcsc、pcsc:リーダー名の一部、phone[:IPアドレス[:ポート]]、sim:種類、replay:ファイル のいずれかで指定してください。"
         "Give one of: pcsc, pcsc:PART-OF-NAME, phone[:IP-ADDRESS[:PORT]], sim:KIND, replay:FILE."] },
        Problem::UnknownSimKind { given, meant, kinds } => {
            let kinds = kinds.join(", ");
            let [near_ja, near_en] = near(*meant, "");
            text! { "unknown-sim-kind" Usage;
            ["「{given}」という模擬カードはありません。" "There is no simulated card named '{given}'."]
            ["{near_ja}使える種類：{kinds}。" "{near_en}The kinds are: {kinds}."] }
        }
        Problem::UnknownSimOption { given, meant } => {
            let [near_ja, near_en] = near(*meant, "=");
            text! { "unknown-sim-option" Usage;
            ["模擬カードに「{given}」という指定はありません。" "A simulated card does not take '{given}'."]
            ["{near_ja}? の後には fault= と seed= を指定できます（例：sim:my-number?seed=7）。"
             "{near_en}After ? it takes fault= and seed=, such as sim:my-number?seed=7."] }
        }
        Problem::BadSimSeed => text! { "bad-sim-seed" Usage;
        ["模擬カードの seed が、使える範囲の整数ではありません。" "The seed of the simulated card is not a whole number in the allowed range."]
        [("0から{}までの整数を指定してください。", u64::MAX) ("Give a number from 0 to {}.", u64::MAX)] },
        Problem::UnknownSimFault(name) => text! { "unknown-sim-fault" Usage;
        ["この種類の模擬カードに「{name}」という異常はないか、その値は使えません。"
         "A simulated card of this kind does not have the fault '{name}', or the fault does not take this value."]
        ["使える名前と値は docs/simulator.md の表にあります。" "The tables in docs/simulator.md list names and values."] },
        Problem::NotBuilt { feature } => text! { "not-built" Usage;
        ["この実行ファイルは「{feature}」の機能なしで作られています。" "This program was built without the feature '{feature}'."]
        ["別の指定を使うか、その機能を含めて作り直してください。" "Use another address, or build it with that feature."] },
        Problem::NoPhone { address, seconds } => text! { "no-phone" Card;
        ["{seconds}秒待ちましたが、{address} にスマートフォンからの接続がありませんでした。"
         "No phone offered a card at {address} within {seconds} seconds."]
        ["アプリの接続先がこのアドレスとポートになっているか、カードをスマートフォンに当てているかを確かめて、もう一度実行してください。待つ時間は \
          --wait で変えられます。"
         "Check that the app has this address and port and that the card lies on the phone. Then run this again. --wait sets the time."] },
        Problem::NotAPhone { address } => text! { "not-a-phone" Card;
        ["{address} に接続がありましたが、カードとして応答しませんでした。" "Something connected to {address} but did not answer as a card."]
        ["このポートに接続した別のプログラムがないか確かめ、カードをスマートフォンに当て直して、もう一度実行してください。"
         "Check whether another program uses this port, place the card on the phone again, and rerun this."] },
        Problem::CannotListen { address, error } => text! { "cannot-listen" Usage;
        [("{address} で待ち受けられません（{}）。", io_ja(*error)) "taimen cannot listen at {address} ({error})."]
        ["この端末のアドレスか、ほかのプログラムが同じポートを使っていないかを確かめ、別のポート（例：phone:127.0.0.1:35971）を指定してください。"
         "Check that it is an address of this computer and that no other program uses the port, or name another port, such as phone:127.0.0.1:35971."] },
        Problem::PhoneLostAtExtended => text! { "phone-lost-at-extended" Card;
        ["長い読み取りの途中で、スマートフォンとの接続が切れました。結果は出ていません。" "The connection to the phone broke during a long command. There is no result."]
        ["カードを動かしていないのに切れたときは、長い通信に対応しない機種かもしれません。--reader に ?short を付けて（例：phone?short）、\
          もう一度実行してください。"
         "If the card was not moved, the phone may not pass long commands: run this again with ?short after the address, such as phone?short."] },
        _ => super::files::internal("messages"),
    }
}

/// What was probably meant, in both languages.
fn near(meant: Option<&str>, sign: &str) -> [String; 2] {
    let near = |meant| [format!("{meant}{sign} のことですか。"), format!("Did you mean {meant}{sign}? ")];
    meant.map(near).unwrap_or_default()
}

fn unsupported(kind: CardKind) -> Text {
    if let Some([what, todo]) = registry::find(kind).and_then(|(_, spec)| spec.unread) {
        return text! { "unsupported-kind" Card; what todo };
    }
    text! { "unsupported-kind" Card;
    [("{}を認識しましたが、まだ読み取りに対応していません。", kind.name().ja) ("This is a {}. taimen cannot read it yet.", kind.name().en)]
    ["真正かどうかは判定していません。別の確認方法を使ってください。" "taimen says nothing about its authenticity. Use another way to check it."] }
}

fn card(error: &CardError, platform: Platform) -> Text {
    let again = words! { "カードをリーダーに置き直して、もう一度お試しください。続くときは docs/readers.md を見てください。"
    "Place the card again and retry. If this happens again, see docs/readers.md." };
    match error {
        CardError::Transport(error) => transport(error, platform),
        CardError::Status(status) => text! { "card-status" Card;
        ["カードが予期しない応答（{status}）を返したため、読み取りを中止しました。"
         "The card returned an unexpected status word ({status}). taimen stopped the reading."] again },
        CardError::Endless => text! { "card-endless" Card;
        ["カードの応答が終わらないため、読み取りを中止しました。" "The card sends data without end. taimen stopped the reading."]
        again },
    }
}

fn transport(error: &TransportError, platform: Platform) -> Text {
    match error {
        TransportError::NoService => no_service(platform),
        TransportError::NotPermitted => not_permitted(platform),
        TransportError::NoReader => text! { "no-reader" Usage;
        ["カードリーダーが見つかりません。" "No card reader was found."]
        ["リーダーをUSBに接続し、taimen readers で表示されるか確かめてください。表示されないときは taimen doctor が原因を調べます。\
          名前で指定したときは、名前も確かめてください。"
         "Connect the reader and see whether taimen readers lists it. If not, taimen doctor looks for the cause. If you gave a name, check the name."] },
        TransportError::NoBluetooth => text! { "no-bluetooth" Usage;
        ["使えるBluetoothがこのコンピューターにありません。" "This computer has no Bluetooth adapter that taimen can use."]
        ["Bluetoothを有効にし、bluetoothdが動いているか確かめて、もう一度お試しください（docs/readers.md）。"
         "Switch Bluetooth on, check that bluetoothd is running, and try again (docs/readers.md)."] },
        TransportError::NoCard { seconds } => text! { "no-card" Card;
        ["{seconds}秒待ちましたが、カードが置かれませんでした。" "No card was placed within {seconds} seconds."]
        ["カードをリーダーの中央に置いて、もう一度実行してください。待つ時間は --wait で変えられます。"
         "Place the card in the middle of the reader and run this again. --wait sets the time."] },
        TransportError::Busy => text! { "busy" Card;
        ["別のプログラムがカードを使っています。" "Another program is using the card."]
        ["ほかのカード関連のアプリ（ブラウザーを含む）を閉じて、もう一度お試しください。"
         "Close other programs that use cards, including browsers, and try again."] },
        TransportError::Removed => text! { "removed" Card;
        ["読み取りの途中でカードが離れました。結果は出ていません。" "The card left the reader during the reading. There is no result."]
        ["カードをリーダーに置き、終わるまで動かさずに、もう一度実行してください。"
         "Place the card, leave it in place until the end, and run this again."] },
        TransportError::LengthUnsupported => text! { "length-unsupported" Card;
        ["このリーダーは必要な長さの通信（拡張APDU）に対応していません。"
         "This reader does not pass commands as long as this card needs (extended APDUs)."]
        ["別のリーダーを使うか、リーダーのドライバーを更新してください（docs/readers.md）。" "Use another reader or update its driver (docs/readers.md)."] },
        TransportError::Reader { code } => text! { "reader" Card;
        ["リーダーがエラー {code:#010x} を返しました。" "The reader reports the error {code:#010x}."]
        ["リーダーを抜き差しし、カードを置き直して、もう一度お試しください。続くときは docs/readers.md を見てください。"
         "Reconnect the reader, place the card again and retry. If this happens again, see docs/readers.md."] },
        TransportError::Connection(kind) => text! { "connection" Card;
        [("カードとの接続が切れました（{}）。", io_ja(*kind)) "The connection to the card broke ({kind})."]
        ["接続の相手のプログラムを確かめて、もう一度実行してください。" "Check the program at the other end, and run this again."] },
        TransportError::Mismatch { step, expected, sent } => text! { "replay-mismatch" Card;
        [("記録の{step}番目の命令（{}）と、送った命令（{}）が違います。", expected.replace(" bytes", "バイト"), sent.replace(" bytes", "バイト"))
         "Step {step}: the recording has {expected}, the program sent {sent}."]
        ["同じ版のtaimenと同じオプションで記録したファイルか確かめてください。"
         "Check whether the recording was made with the same options and by the same version of taimen."] },
        TransportError::RecordingEnded { steps } => text! { "replay-ended" Card;
        ["記録は{steps}番目の命令で終わっています。" "The recording ends after step {steps}."]
        ["記録が途中で切れていないか、同じオプションで記録したものか確かめてください。"
         "Check whether the recording is complete and was made with the same options."] },
    }
}

fn no_service(platform: Platform) -> Text {
    let what = words! { "スマートカードのサービスが動いていません。" "The smart card service is not running." };
    let todo = match platform {
        Platform::Linux => {
            words! { "pcscdを起動してください: sudo systemctl enable --now pcscd.socket （未導入なら pcscd パッケージを入れてください）"
            "Start pcscd: sudo systemctl enable --now pcscd.socket (install the package pcscd if it is missing)." }
        }
        Platform::Windows => words! {
        "リーダーを接続し、サービス「Smart Card」（SCardSvr）を開始してください。リモートデスクトップ越しでは使えないことがあります。"
        "Connect the reader and start the service Smart Card (SCardSvr). It may not be available over Remote Desktop." },
        Platform::MacOs => {
            words! { "リーダーを抜き差ししてください。macOSではサービスは自動で動きます。続くときは再起動してください。"
            "Reconnect the reader: macOS starts the service by itself. If this happens again, restart the computer." }
        }
    };
    text! { "no-service" Usage; what todo }
}

fn not_permitted(platform: Platform) -> Text {
    let what =
        words! { "スマートカードのサービスを使う権限がありません。" "This user may not use the smart card service." };
    let todo = match platform {
        Platform::Linux => words! {
        "この端末に直接ログインして実行するか、polkitで org.debian.pcsc-lite.access_pcsc と access_card を許可してください（docs/readers.md）。"
        "Log in at the machine itself, or allow org.debian.pcsc-lite.access_pcsc and access_card in polkit (docs/readers.md)." },
        Platform::Windows | Platform::MacOs => {
            words! { "端末の管理者に、スマートカードの利用を許可してもらってください。"
            "Ask the administrator of this computer to allow the use of smart cards." }
        }
    };
    text! { "not-permitted" Usage; what todo }
}
