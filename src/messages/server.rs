//! Messages about the server of the counter, and what it refuses.

use std::io::ErrorKind;

use super::{Text, files::io_ja};

/// Why the counter does not start, or refuses a request. Never holds what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum ServerRefusal {
    /// `--reader replay:`: a recording is not a place where cards come and go.
    Replay,
    /// The address or port is not to be had.
    CannotListen { address: String, error: ErrorKind },
    /// The certificate or key for the customer's page is not one.
    Certificate { path: String },
    /// The browser was not opened.
    NoBrowser,
    /// No browser was opened, and there is no terminal for the address that lets one in.
    NobodyEnters,
    /// Another site, another host name or another program sent it.
    Foreign,
    /// The one-time token is wrong, or was used.
    Token,
    /// The browser has not entered, or not in this role.
    NotEntered,
    /// Not what the page sends.
    Request,
    /// Longer than the page sends.
    TooLarge,
    /// It did not come in time.
    Slow,
    /// Nothing is there.
    NotFound,
    /// A card is being read.
    Reading,
    /// It was done in the view of a customer who is gone.
    Stale,
}

pub(super) fn text(refusal: &ServerRefusal) -> Text {
    match refusal {
        ServerRefusal::Replay => text! { "counter-replay" Usage;
        ["通信の記録（replay:）は、窓口のページでは使えません。" "The counter does not take a recording (replay:)."]
        ["記録は taimen check --reader replay:ファイル で再生してください。試すときは --reader sim: を指定してください。"
         "Play it back with taimen check --reader replay:FILE. To try the counter, give --reader sim:."] },
        ServerRefusal::CannotListen { address, error } => text! { "counter-cannot-listen" Usage;
        [("{address} で待ち受けられません（{}）。", io_ja(*error)) "Cannot listen at {address} ({error})."]
        ["この端末のアドレスか、ほかのプログラムが同じポートを使っていないかを確かめ、別のポートを指定してください（--port、--customer-address）。"
         "See that it is an address of this computer and that no other program has the port, or name another one (--port, --customer-address)."] },
        ServerRefusal::Certificate { path } => text! { "counter-certificate" Usage;
        ["{path} は、お客様用の画面に使える証明書または秘密鍵（PEM）ではありません。"
         "{path} is not a certificate or private key (PEM) that the customer's page can use."]
        ["--customer-cert には証明書（中間証明書も続ける）を、--customer-key にはその秘密鍵を、暗号化していないPEMで指定してください。"
         "Give the certificate, with the intermediate ones behind it, as --customer-cert and its key as --customer-key, both as PEM that is not encrypted."] },
        ServerRefusal::NoBrowser => text! { "counter-no-browser" Usage;
        ["ブラウザーを開けませんでした。窓口のページは動いています。" "The browser did not open. The counter is running."]
        ["--open を付けずに起動し、表示されるアドレスをブラウザーで開いてください。" "Start it without --open and open the address that it prints."] },
        ServerRefusal::NobodyEnters => text! { "counter-nobody-enters" Usage;
        ["窓口のページに誰も入れません。ブラウザーを開いておらず、ページに入るためのアドレスを表示する端末もありません。"
         "Nobody can enter the counter's page: taimen opened no browser, and it has no terminal to print the address on."]
        ["taimen counter を端末で起動するか、ブラウザーのある環境で --open を付けて起動してください。"
         "Start taimen counter in a terminal, or with --open on a desktop that has a browser."] },
        ServerRefusal::Foreign => text! { "counter-foreign-request" Usage;
        ["窓口のページ以外からの要求を断りました。" "A request that did not come from the counter's own page was refused."]
        ["taimen counter が表示したアドレスを、新しいブラウザーで開いてください。" "Open the address that taimen counter printed, in a current browser."] },
        ServerRefusal::Token => text! { "counter-token" Usage;
        ["このアドレスはもう使われたか、正しくありません。" "This address was used already, or it is wrong."]
        ["アドレスは一度だけ使えます。係員の画面から開き直すか、taimen counter を起動し直してください。"
         "Each address works once. Open the page from the staff page again, or start taimen counter anew."] },
        ServerRefusal::NotEntered => text! { "counter-not-entered" Usage;
        ["このブラウザーでは、この画面を使えません。" "This browser may not use this page."]
        ["taimen counter が開いた画面を使ってください。画面を閉じたときは、taimen counter を起動し直してください。"
         "Use the page that taimen counter opened. If it was closed, start taimen counter anew."] },
        ServerRefusal::Request => text! { "counter-request" Usage;
        ["要求の形が正しくありません。何もしていません。" "The request has another form than the page sends. Nothing was done."]
        ["ページを再読み込みして、もう一度お試しください。" "Reload the page and try again."] },
        ServerRefusal::TooLarge => text! { "counter-too-large" Usage;
        ["送られた内容が長すぎます。何もしていません。" "The request is too long. Nothing was done."]
        ["入力を短くして、もう一度お試しください。" "Shorten what was entered and try again."] },
        ServerRefusal::Slow => text! { "counter-slow" Usage;
        ["要求が時間内に届きませんでした。何もしていません。" "The request did not arrive in time. Nothing was done."]
        ["通信の状態を確かめて、もう一度お試しください。" "See whether the network works, and try again."] },
        ServerRefusal::NotFound => text! { "counter-not-found" Usage;
        ["ここには何もありません。" "There is nothing here."]
        ["カードが取り除かれたときは、もう一度カードを置いてください。" "If the card was removed, place it again."] },
        ServerRefusal::Reading => text! { "counter-reading" Card;
        ["カードを読み取り中です。新しい読み取りは始めていません。" "A card is being read. No other reading was started."]
        ["読み取りが終わるのを待つか、カードを取り除いてください。" "Wait until the reading ends, or remove the card."] },
        ServerRefusal::Stale => text! { "counter-stale" Card;
        ["画面の内容が消去された後に届いた操作です。何もしておらず、残り回数も減っていません。"
         "The page was wiped before this arrived. Nothing was done, and no try was spent."]
        ["いま表示されている内容を確かめて、必要なときはもう一度操作してください。"
         "Look at what the page shows now, and do it again if it is still needed."] },
    }
}
