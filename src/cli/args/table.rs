//! The names and the help of every command and option, in both languages.

use crate::lang::Bilingual;

/// Every option once: the constant that other files use, its name, the name of its value ("" for a flag), and its help.
macro_rules! options {
    ($($constant:ident $name:literal $value:literal, $ja:literal, $en:literal;)*) => {
        /// Names of options and arguments.
        pub mod name {
            #![allow(missing_docs)]
            $(pub const $constant: &str = $name;)*
            pub const FILE: &str = "file";
            pub const ID: &str = "id";
            pub const REPORT: &str = "report";
            pub const PATH: &str = "path";
            pub const CARD: &str = "card";
            pub const KIND: &str = "kind";
            pub const ANCHOR: &str = "anchor";
            pub const PROFILE_OR_LAW: &str = "name";
        }

        pub(super) const OPTIONS: &[(&str, &str, Bilingual)] = &[$(($name, $value, Bilingual::new($ja, $en))),*];
    };
}

options! {
    ACCEPT_LOSS "accept-loss" "", "より新しい記録が失われることを承知で、古いバックアップを戻す",
        "Restore an older backup although newer entries are lost";
    ACCEPT "accept" "test|simulated",
        "試験用・模擬の発行者も受け入れる（本物の確認には使わないこと）", "Accept test or simulated issuers too (never for a real check)";
    AFTER "after" "ID", "この記録の次から（前のページの最後のID）", "Begin after this entry, the last one of the page before";
    AGE "age" "", "年齢だけを確認して表示する（生年月日だけを照合）", "Read only the age record, and show nothing but the age";
    ALLOW_LAST_TRY "allow-last-try" "", "残り1回でも、残り回数を示さなくても照合する（失敗すると閉塞する）",
        "Send an entry even if one try is left, or if the card has no counter (a wrong entry blocks it)";
    APPLICATION "application" "KIND", "複数のアプリケーションを持つカードのどれを読むか", "Which application of a card with several";
    AT "at" "TIME|recorded",
        "この時刻の時点で判定する（RFC 3339）。recorded は、保存された読み取りの時刻と署名のない記載を、あなたが保証して使う",
        "Judge as of this time (RFC 3339). recorded: you vouch for a saved reading, its time and its unsigned data";
    BY "by" "NAME", "行った人の氏名（認証はしません）", "Who does it: entered, not authenticated";
    CUSTOMER_ADDRESS "customer-address" "IP:PORT",
        "お客様用の画面だけを、このアドレスでネットワークに出す（タブレット用。証明書と秘密鍵も必要）",
        "Serve the customer's page, and nothing else, to the network here (a tablet; needs certificate and key)";
    CUSTOMER_CERT "customer-cert" "FILE", "そのためのTLSの証明書（PEM）", "The TLS certificate for it (PEM)";
    CUSTOMER_KEY "customer-key" "FILE", "その証明書の秘密鍵（PEM）", "The certificate's private key (PEM)";
    CREDENTIALS "credentials" "FILE", "照合する値のファイル（- は標準入力）", "File with the entries (- is standard input)";
    CREDENTIALS_OUT "credentials-out" "FILE", "模擬カードの照合値を --credentials の形で書く（複数なら NAME-1.EXT から）",
        "Write the cards' entries as --credentials files (several: NAME-1.EXT and so on)";
    DATE "date" "DATE", "取引の日（日本。例：2027-04-01。既定は今日）", "The day of the transaction in Japan, such as 2027-04-01 (default: today)";
    DETAILS "details" "", "すべての検査・根拠・注意を表示する（既定は24行）",
        "Show every check, its grounds and all notes (default: 24 lines)";
    DOMICILE "domicile" "", "本籍も表示する（運転免許証）", "Show the registered domicile too (driver's licence)";
    DUMP "dump" "FILE", "保存した読み取り（--save-dump。- は標準入力）。省略すると、入力だけで記録する",
        "A saved reading (--save-dump; - is standard input); without it the entries alone make the record";
    ENTRY_KIND "kind" "KIND", "この種類だけ：record, amendment, relation-end, hold, export, purge, rekey",
        "One kind alone: record, amendment, relation-end, hold, export, purge or rekey";
    EXIT_ZERO "exit-zero" "", "すべてを判定できたら、結果にかかわらず終了コードを0にする（分散処理用）",
        "Exit with 0 if every input was judged, whatever the verdicts are (for engines that run many)";
    EXPECT "expect" "DIR", "期待ファイル（NAME.expect.json）のフォルダー。入力の隣のファイルは使わない",
        "Folder of expectations, NAME.expect.json; files beside the inputs do not count";
    FAULT "fault" "NAME[=VALUE]", "カードの不具合（docs/simulator.md）", "What is wrong with the card (docs/simulator.md)";
    FORM "form" "FILE", "申込書の記載（JSON、- は標準入力）とICチップの記載を比べる（docs/compare.md）",
        "Compare an application form (JSON; - is standard input) with the chip (docs/compare.md)";
    FORMAT "format" "json|csv|html", "書き出す形式（既定：json）", "The form of the export (default: json)";
    FRONT "front" "FILE", "在留カード（第1世代）の券面（表）の画像をPNGで保存する（個人情報）",
        "Save the picture of a residence card's front as PNG (first generation; personal data)";
    HEAD "head" "FILE", "別に控えておいた署名つきの head と突き合わせる（繰り返し指定できる）",
        "Compare with a signed head that was kept elsewhere; may be given again";
    HEX "hex" "", "データも16進で表示する（個人情報）", "Print the bytes too (personal data)";
    HTML "html" "FILE", "画像つきの印刷できるページを保存する（個人情報）",
        "Save a printable page with all pictures (personal data)";
    JOBS "jobs" "N", "同時に調べる数（既定：すべてのコア）", "How many inputs to judge at once (default: all cores)";
    JPKI "jpki" "", "公的個人認証AP（JPKI）の電子証明書も読む（マイナンバーカード）", "Read the JPKI certificates too (My Number Card)";
    JSON "json" "", "JSONで出力する", "Print JSON";
    JUNIT "junit" "FILE", "JUnit形式のXMLを書く（CI用。個人情報なし）", "Write JUnit XML for CI (no personal data)";
    KEY "key" "FILE", "記録の鍵のファイル（データベースとは別のフォルダーに置く）", "The key file of the records, kept in another folder than the database";
    KEYRING "keyring" "", "鍵をシステムの保管場所（キーチェーンなど）に置く", "Keep the key in the system's key store instead";
    LANG "lang" "ja|en", "表示する言語", "The language of the output";
    LAW "law" "LAW", "どの法令による確認か：hanshuhou（犯収法）, keitaihou（携帯法）, kobutsu（古物営業法）、または --profile の法令",
        "The law that asks for the check: hanshuhou, keitaihou, kobutsu, or that of a --profile";
    LIMIT "limit" "N", "一度に表示する数（既定：50）", "How many entries (default: 50)";
    NEW_KEY "new-key" "FILE", "新しい鍵のファイル（古い鍵では開けなくなる）", "Write a new key file; the former one opens nothing any more";
    ONLY_OPEN "open-fields" "", "空欄のある記録だけ", "Records with open fields alone";
    OPEN "open" "", "ブラウザーで開く", "Open the page in a browser";
    PIN "pin" "SHA-256", "マスターリストやVICALの署名者を証明する認証局（国のCSCA、VICALの提供者）の証明書の指紋（公表されたものと見比べたもの）",
        "Fingerprint of the authority (a state's CSCA, a VICAL's provider) that vouches for the signer of a master list or VICAL, as it publishes it";
    PORT "port" "N", "窓口のページのポート（既定：空いているもの）", "The port of the page (default: one that is free)";
    OUT "out" "FILE", "書き出す先（省略すると標準出力）", "The file to write (default: standard output)";
    PHOTO "photo" "FILE", "顔写真をPNGで保存する（個人情報）", "Save the face picture as PNG (personal data)";
    PROFILE "profile" "FILE", "自社のプロファイルのファイル。同じ id の付属のものを置き換える（繰り返し指定できる）",
        "A profile file of your own, which replaces the shipped one of its id; may be given again";
    PROOF "proof" "ID|FILE", "1件の証明", "The proof of one record";
    PUBLIC_KEY "public-key" "KEY", "公開鍵（taimen records init と head が表示する行）", "The public key: a line that taimen records init and head print";
    PURGER "purger" "ROLE", "消去だけに使うロール（PostgreSQL。あらかじめ作っておく）", "The role that purges (PostgreSQL; it must exist)";
    PURPOSE "purpose" "PURPOSE", "用途", "What it may vouch for";
    READER "reader" "ADDRESS",
        "リーダー：pcsc, pcsc:名前の一部, phone[:IPアドレス[:ポート]][?short]（スマートフォン）, sim:種類[?fault=…&seed=…], replay:ファイル",
        "The reader: pcsc, pcsc:PART-OF-NAME, phone[:IP-ADDRESS[:PORT]][?short], sim:KIND[?fault=…&seed=…], replay:FILE";
    READER_KEY "reader-key" "FILE",
        "読取側の秘密鍵と証明書（PEM）。スマートフォンが、誰が読み取るかを本人に示せる",
        "The reader's private key and certificates (PEM), by which a phone can show who asks";
    ENGAGEMENT "engagement" "CODE",
        "スマートフォンのQRコードの内容（mdoc:…。- なら入力を求める。スキャナーでも打ち込める）",
        "What a phone's QR code holds (mdoc:...; - asks for it, and a scanner may type it)";
    AGE_OVER "age-over" "N", "スマートフォンの文書で確かめる年齢（--request age。既定：20）",
        "The age that a document on a phone is asked about (--request age; default: 20)";
    REQUEST "request" "identity|age",
        "スマートフォンの文書に求めるもの：identity（氏名・住所・生年月日・顔写真）, age（年齢の条件と顔写真）",
        "What to ask of a document on a phone: identity (name, address, birth date, portrait) or age (an age condition and the portrait)";
    RECORD "record" "FILE", "カードとの通信を記録する（個人情報。照合番号等は伏せる）",
        "Record the exchanges (personal data; credentials are left out)";
    RECORDS "records" "URL", "記録のデータベース：sqlite:パス または postgres://ユーザー@ホスト/データベース",
        "The database of records: sqlite:PATH or postgres://USER@HOST/DATABASE";
    RECORD_ANY "record-any" "", "真正でない判定でも記録する（事実だけを記録する）", "Make a record whatever the verdict is (it states facts alone)";
    RECORD_PROFILE "record-profile" "LAW",
        "記録が従う法令またはプロファイル。法令なら取引の日で選ぶ（繰り返し指定できる。auto は犯収法）",
        "The law that the record serves (the transaction's day chooses its profile), or a profile; may be given again (auto: hanshuhou)";
    RELATION "relation" "N", "終わった取引・契約の番号（複数あるとき）", "Which relation has ended, if several go on";
    REVIEW "review" "", "記録の内容を表示するだけで、保存しない", "Show what the record would hold, and save nothing";
    REVEAL "reveal" "", "その1件の内容も読めるようにする（個人情報）", "Open the content of this one record too (personal data)";
    SAVE_DUMP "save-dump" "FILE", "読み取った全データを保存する（個人情報。0600で作成）",
        "Save everything that was read (personal data; mode 0600)";
    SCRIPT "script" "FILE", "カードの出し入れをファイルの手順で行う（- は標準入力）",
        "Insert and remove cards as a file says (- is standard input)";
    SEAL "seal" "FILE", "保存するデータに電子署名（封印）を付ける鍵（taimen seal-key で作成）",
        "Seal what is saved with this key (made by taimen seal-key), so that taimen notices a later change";
    SEALED_BY "sealed-by" "SHA-256", "この指紋の鍵で封印されていなければ判定しない",
        "Refuse a dump that is not sealed by the key with this fingerprint";
    SEED "seed" "N", "模擬カードの名義人と乱数を決める数（既定：1）", "Which invented holder and which random bytes (default: 1)";
    SEX "sex" "", "チップに記録された性別も表示する（スマートフォンには要求する）", "Show the electronic sex field too (a phone is asked for it)";
    SINCE "since" "DATE", "この日から", "From this day";
    STAFF_FILE "staff-file" "FILE", "担当者の入力（JSONまたはTOML。docs/records.md）", "What staff enter, JSON or TOML (docs/records.md)";
    TEST "test" "", "試験用のデータベースにする（後から変えられない）", "Make a test database; it stays one for ever";
    TIMES "times" "", "所要時間も記録する（毎回変わる）", "Record how long each answer took (differs every time)";
    TO "to" "AGE-RECIPIENT", "この公開鍵（age1…）の持ち主だけが読めるように暗号化する", "Encrypt to this public key of age (age1...)";
    TRUST_DIR "trust-dir" "DIR", "追加した鍵と証明書のフォルダー", "Folder of anchors that you added";
    UNPINNED "unpinned" "", "公表された指紋と違うものも受け入れる", "Accept it although the issuer did not publish it";
    UNTIL "until" "DATE", "この日まで", "Until this day";
    VERDICTS_ONLY "verdicts-only" "", "報告の代わりに判定だけを書く（1行300バイト未満。カードの記載は含まない）",
        "Write the verdict in place of the report (a line under 300 bytes; nothing that the card says)";
    VPCD "vpcd" "HOST:PORT", "vpcd の待ち受け先（1番目のリーダー。2番目以降は次のポート）",
        "Where vpcd listens: its first reader; the next ones have the next ports";
    WAIT "wait" "SECONDS", "カードを待つ秒数", "How long to wait for a card or a phone";
    WATCH "watch" "", "リーダーの接続・取り外しとカードの出し入れを、Ctrl-C まで表示し続ける",
        "Keep printing readers and cards that come and go, until Ctrl-C";
    WITH_PHOTO "with-photo" "PURPOSE", "この目的のために顔写真も記録する（目的も記録し、表示する）",
        "Keep the photo too, for this purpose, which the record shows";
    WRITER "writer" "ROLE", "記録を追加するだけのロール（PostgreSQL。あらかじめ作っておく）", "The role that adds records and changes none (PostgreSQL; it must exist)";
    WITHOUT_PIN "without-pin" "", "運転免許証を暗証番号なしで読む（有効期限など。真正性は判定できない）",
        "Read a driver's licence without its PINs (expiry and the like; never authentic)";
}

/// Rows of names with a text.
macro_rules! commands {
    ($($name:literal, $ja:literal, $en:literal;)*) => { &[$(($name, Bilingual::new($ja, $en))),*] };
}

/// What each command is for; the names of those below another one hold both.
pub(super) const COMMANDS: &[(&str, Bilingual)] = commands! {
    "identify", "カードの種類・アプリケーション・残り回数を示す（暗証番号等は使わない）", "Name the card, its applications and the tries left (uses no credential)";
    "check", "カードを認識し、読み取り、検証し、結果を表示する", "Check a card: recognise, ask, read, verify, report";
    "verify", "保存した読み取り結果（--save-dump）を、カードなしで同じように検証する", "Check a saved dump again, without the card";
    "compare", "申込書の記載とICチップの記載を比べる（1行1件のJSON、カードは不要）", "Compare application forms with chips: one line of JSON each, no card";
    "batch", "多数の通信記録と保存データを調べる（1件1行のJSON、入力の順）", "Judge many recordings and dumps: one line of JSON each, in input order";
    "counter", "窓口：係員とお客様の画面をブラウザーで使う", "Serve the shop counter: pages for staff and customer in a browser";
    "readers", "カードリーダーの一覧", "List the readers of this machine";
    "doctor", "この端末でカードを確認できるかを調べ、できないときは直し方を示す（暗証番号は使わない）",
        "Find out whether a check can run on this machine, and what to fix (uses no credential)";
    "trust", "信頼する発行者の鍵と証明書", "List, add, remove and audit trust anchors: whose signatures count";
    "trust list", "一覧（用途・出所・指紋・有効期限）", "List the anchors: purpose, source, fingerprint, validity";
    "trust add", "追加する", "Add an anchor";
    "trust remove", "追加したものを削除する", "Remove an anchor that you added";
    "trust check", "点検する：期限・重複・弱い鍵・紛らわしい名前・書き換え",
        "Audit the anchors: expiry, duplicates, weak keys, confusable names, changed files";
    "profiles", "法令が求めること（方法・書類・記録事項・保存期間）。法的助言ではない", "List, show and check law profiles: methods, documents, the record, retention; not legal advice";
    "profiles list", "一覧（期間・未確認の行の数・SHA-256）", "List the profiles: period, unverified rows, SHA-256";
    "profiles show", "一つを、根拠とともにすべて表示する", "Show a profile in full, with its sources";
    "profiles check", "自社のプロファイルのファイルを点検する", "Report what is wrong with a profile file of your own";
    "records", "法令が求める確認記録：追記だけの、暗号化したデータベース", "The confirmation record that the law asks for: an append-only, encrypted database";
    "records init", "データベースと鍵を新しく作る", "Make a new database and its key";
    "records verify", "データベース、または1件の証明を点検する（インターネット接続も、鍵も要らない）",
        "Check the database, or the proof of one record; offline, and without the key too";
    "records head", "最新の署名つきの head（件数と全体のハッシュ）、または1件の証明を書き出す",
        "Print the newest signed head, or the proof of one record";
    "records backup", "データベースの写しを新しいファイルに作り、点検する", "Copy the database to a new file, and verify the copy";
    "records restore", "写しから、新しいデータベースを作り、点検する", "Make a new database from a backup, and verify it";
    "records rekey", "これから追加する記録の鍵を替える", "Change the key for what is added from now on";
    "records purge", "保存期間を過ぎた記録の内容を消去する（--yes がなければ、対象を示すだけ）",
        "Empty the records whose retention has ended (without --yes: list them)";
    "records add", "保存した読み取りと担当者の入力から記録を作る", "Make a record of a saved reading and of what staff entered";
    "records list", "一覧（新しい順）", "List entries, the newest first";
    "records show", "一つの記録を、変更の履歴とともに表示する", "Show a record with its history";
    "records find", "氏名・生年月日・番号などで探す", "Find records by name, birth date, numbers";
    "records amend", "変更・空欄の記入・訂正・依拠・保全などを追記する（元の内容は残る）", "Add a change, a filled blank, a correction, reliance or a hold; nothing is overwritten";
    "records end", "取引・契約の終了を記録する（保存期間が始まる）", "Record the end of a relation, from which the years count";
    "records export", "JSON・CSV・HTMLで書き出す（書き出したことも記録する）", "Export JSON, CSV or HTML; the log says so";
    "records report", "報告：空欄・代わりの方法・継続中・保存期限・担当者", "Report open fields, fallbacks, open relations, retention, staff";
    "simulate", "模擬カードを vpcd に差し出す（どのPC/SCプログラムからも読める）", "Offer simulated cards to vpcd, and so to every PC/SC program";
    "recording", "通信記録を見る・作る・確かめる・個人情報を取り除く", "Show, make, check and scrub recordings";
    "recording show", "命令とファイルの名前、ステータスワードの意味をつけて表示する（データは表示しない）",
        "Print a recording with the names of commands and files and the meaning of status words, without data";
    "recording make", "模擬カードの読み取りを記録する（何度作っても同じバイト列）", "Record the reading of a simulated card: the same bytes every time";
    "recording check", "再生し、この版の命令と1つずつ比べる", "Play recordings back and compare every command with this version's";
    "recording scrub", "実物のカードの記録から、同じ形の架空の人物の記録を作る",
        "Turn a real card's recording into one of an invented person, with the same shape";
    "seal-key", "保存データを封印する鍵を作り、その指紋を表示する", "Make a key that seals saved dumps, and print its fingerprint";
    "explain", "検査の意味：何を証明し、何を証明しないか", "Explain what a check proves and what it does not";
    "completions", "シェルの補完を出力する", "Print shell completions";
    "man", "マニュアルページ（roff）を出力する", "Print the manual page (roff)";
};
