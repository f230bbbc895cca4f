//! The command line: one place for every command and option, with its help in both languages.

use clap::{Arg, ArgAction, Command, builder::PossibleValuesParser, value_parser};

use crate::{
    lang::{Bilingual, Lang},
    simulator::script::MAX_READERS,
};

use super::{basis, help, seal};

/// Names of options, where more than one file needs them.
pub mod name {
    #![allow(missing_docs)]
    pub const ACCEPT: &str = "accept";
    pub const AGE: &str = "age";
    pub const ALLOW_LAST_TRY: &str = "allow-last-try";
    pub const ANCHOR: &str = "anchor";
    pub const APPLICATION: &str = "application";
    pub const AT: &str = "at";
    pub const CARD: &str = "card";
    pub const CREDENTIALS: &str = "credentials";
    pub const CREDENTIALS_OUT: &str = "credentials-out";
    pub const DETAILS: &str = "details";
    pub const DOMICILE: &str = "domicile";
    pub const EXPECT: &str = "expect";
    pub const FAULT: &str = "fault";
    pub const FILE: &str = "file";
    pub const HEX: &str = "hex";
    pub const HTML: &str = "html";
    pub const JOBS: &str = "jobs";
    pub const JPKI: &str = "jpki";
    pub const JSON: &str = "json";
    pub const JUNIT: &str = "junit";
    pub const KIND: &str = "kind";
    pub const LANG: &str = "lang";
    pub const PATH: &str = "path";
    pub const OUT: &str = "out";
    pub const PHOTO: &str = "photo";
    pub const FRONT: &str = "front";
    pub const PURPOSE: &str = "purpose";
    pub const READER: &str = "reader";
    pub const RECORD: &str = "record";
    pub const SAVE_DUMP: &str = "save-dump";
    pub const SEAL: &str = "seal";
    pub const SEALED_BY: &str = "sealed-by";
    pub const SEED: &str = "seed";
    pub const SEX: &str = "sex";
    pub const TIMES: &str = "times";
    pub const TRUST_DIR: &str = "trust-dir";
    pub const UNPINNED: &str = "unpinned";
    pub const SCRIPT: &str = "script";
    pub const VPCD: &str = "vpcd";
    pub const WAIT: &str = "wait";
    pub const WATCH: &str = "watch";
    pub const WITHOUT_PIN: &str = "without-pin";
}

/// The command line in a language.
pub fn command(lang: Lang) -> Command {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let b = Builder { lang };
    let all = Command::new("taimen")
        .version(env!("CARGO_PKG_VERSION"))
        .about(t(
            "対面：日本の本人確認書類のICチップを読み取り、発行者の署名を検証し、何が証明され、何が証明されないかを示します",
            "Reads the IC chip of Japanese identity cards, verifies what the issuer signed, and says what that proves and what not",
        ))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .help_template(template(lang))
        .subcommand_help_heading(t("コマンド", "Commands"))
        .next_help_heading(b.options())
        .args([
            b.help(),
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(t("バージョンを表示する", "Print the version")),
        ])
        .subcommands([
            b.sub("identify", "カードの種類・アプリケーション・残り回数を示す（暗証番号等は使わない）", "Which card, which applications, tries left; no credential is used")
                .args([b.reader(), b.wait(), b.json_list()]),
            b.sub("check", "主な仕事：カードを認識し、読み取り、検証し、表示する", "The main job: recognise, ask, read, verify, show")
                .args([b.reader(), b.wait(), b.json(), b.details()])
                .args(b.shown())
                .args(b.pictures())
                .args([
                    b.application(),
                    b.flag(name::WITHOUT_PIN, "運転免許証を暗証番号なしで読む（有効期限など。真正性は判定できない）", "Read a driver's licence without its PINs (expiry and the like; never authentic)"),
                    b.flag(name::AGE, "年齢だけを確認して表示する（生年月日だけを照合）", "The age record alone: shows the age and nothing else"),
                    b.flag(name::JPKI, "公的個人認証AP（JPKI）の電子証明書も読む（マイナンバーカード）", "Read the JPKI certificates too (My Number Card)").conflicts_with(name::AGE),
                    b.path(name::SAVE_DUMP, "読み取った全データを保存する（個人情報。0600で作成）", "Save everything that was read (personal data; mode 0600)"),
                    b.path(name::SEAL, "保存するデータに電子署名（封印）を付ける鍵（taimen seal-key で作成）", "Seal what is saved with this key (made by taimen seal-key), so that a later change is noticed").requires(name::SAVE_DUMP),
                    b.path(name::RECORD, "カードとの通信を記録する（個人情報。照合番号等は伏せる）", "Record the exchanges (personal data; credentials are left out)"),
                    b.flag(name::ALLOW_LAST_TRY, "残り1回でも、残り回数を示さなくても照合する（失敗すると閉塞する）", "Try even when one try is left, or when the card counts none (a wrong entry blocks it)"),
                    b.path(name::CREDENTIALS, "照合する値のファイル（- は標準入力）：birth・expiry-year・security-code または number-b、免許証は pin1・pin2、マイナ免許証は licence-pin、在留カード等は card-number、JPKIは auth-pin・sign-password（端末ではたずねない）", "File with the entries (- is standard input): birth, expiry-year, security-code, or number-b; pin1, pin2 of a licence; licence-pin; card-number of a residence card; auth-pin, sign-password for --jpki (never asked for)"),
                ])
                .args(b.trust())
                .arg(b.at()),
            b.sub("verify", "保存した読み取り結果（--save-dump）を、カードなしで同じように検証する", "The same report from a saved dump, without the card")
                .arg(b.file("検証するファイル（- は標準入力）", "The dump (- is standard input)"))
                .arg(b.sealed_by())
                .args([b.json(), b.details()])
                .args(b.shown())
                .args(b.pictures())
                .args(b.trust())
                .arg(b.at()),
            b.sub("batch", "多数の通信記録と保存データを調べる（1件1行のJSON、入力の順）", "Many recordings and dumps: one line of JSON each, in input order")
                .arg(
                    Arg::new(name::PATH)
                        .required(true)
                        .num_args(1..)
                        .value_name("PATH")
                        .value_parser(value_parser!(std::path::PathBuf))
                        .help(t(
                            "ファイル、フォルダー（中の .apdu と .json）、または -（標準入力の一覧：1行にパスかJSON）",
                            "Files, folders (.apdu and .json in them), or - (a list on standard input: a path or JSON a line)",
                        )),
                )
                .arg(b.path(name::EXPECT, "期待ファイル（NAME.expect.json）のフォルダー。入力の隣のファイルは使わない", "Folder of expectations, NAME.expect.json; files beside the inputs do not count").value_name("DIR"))
                .arg(b.path(name::JUNIT, "JUnit形式のXMLを書く（CI用。個人情報なし）", "Write JUnit XML for CI (no personal data)"))
                .arg(
                    Arg::new(name::JOBS)
                        .long(name::JOBS)
                        .value_name("N")
                        .value_parser(value_parser!(u16).range(1..=256))
                        .help(t("同時に調べる数（既定：すべてのコア）", "How many at once (default: all cores)")),
                )
                .arg(b.flag(name::JSON, "最後の集計も1行のJSONにする（docs/batch.schema.json）", "The summary at the end as a line of JSON too (docs/batch.schema.json)"))
                .args(b.shown())
                .arg(b.sealed_by())
                .args(b.trust())
                .arg(b.at()),
            b.sub("readers", "カードリーダーの一覧", "The readers of this machine").args([
                b.flag(name::WATCH, "リーダーの接続・取り外しとカードの出し入れを、Ctrl-C まで表示し続ける", "Go on printing readers and cards that come and go, until Ctrl-C"),
                b.json_list(),
            ]),
            b.sub("doctor", "この端末でカードを確認できるかを調べ、できないときは直し方を示す（暗証番号は使わない）", "Whether a check can run on this machine, and what to put right; no credential is used")
                .args([b.trust_dir(), b.json_list()]),
            b.sub("trust", "信頼する発行者の鍵と証明書", "Whose signatures count")
                .subcommand_required(true)
                .arg_required_else_help(true)
                .disable_help_subcommand(true)
                .subcommand_help_heading(t("コマンド", "Commands"))
                .subcommands([
                    b.sub("list", "一覧（用途・出所・指紋・有効期限）", "List them: purpose, source, fingerprint, validity")
                        .args([b.json_list(), b.trust_dir(), b.time()]),
                    b.sub("add", "追加する", "Add one")
                        .arg(b.purpose().required(true))
                        .arg(b.flag(name::UNPINNED, "公表された指紋と違うものも受け入れる", "Accept it although it is not one that the issuer published"))
                        .arg(b.trust_dir())
                        .arg(b.file("X.509証明書（DER、PEM、または公表されたZIP）、または my-number-card 用の鍵（JSON）", "An X.509 certificate (DER, PEM, or the zip as published), or for my-number-card a key as JSON")),
                    b.sub("remove", "追加したものを削除する", "Remove one that you added")
                        .arg(b.purpose())
                        .arg(b.trust_dir())
                        .arg(
                            Arg::new(name::ANCHOR)
                                .required(true)
                                .value_name("SHA-256|FILE")
                                .help(t("SHA-256の先頭8桁以上、またはフォルダー内のファイル名", "The first 8 or more digits of its SHA-256, or its file name in the folder")),
                        ),
                    b.sub("check", "点検する：期限・重複・弱い鍵・紛らわしい名前・書き換え", "Audit them: expiry, duplicates, weak keys, names that could be mistaken, changed files")
                        .args([b.json_list(), b.trust_dir(), b.time()]),
                ]),
            b.sub("simulate", "模擬カードを vpcd に差し出す（どのPC/SCプログラムからも読める）", "Offer simulated cards to vpcd, and so to every PC/SC program")
                .arg(
                    help::cards(Arg::new(name::KIND))
                        .required_unless_present(name::SCRIPT)
                        .conflicts_with(name::SCRIPT)
                        .num_args(1..=usize::from(MAX_READERS))
                        .value_name("KIND[?fault=…&seed=…]")
                        .help(t("カードの種類（sim: と同じ書き方）。複数なら、リーダーごとに1枚", "The card, written as in sim: addresses; several: each on a reader of its own")),
                )
                .arg(
                    Arg::new(name::FAULT)
                        .long(name::FAULT)
                        .value_name("NAME[=VALUE]")
                        .action(ArgAction::Append)
                        .conflicts_with(name::SCRIPT)
                        .help(t("異常（docs/simulator.md の表）。繰り返し指定できる", "What is wrong with the cards (tables in docs/simulator.md); may be given again")),
                )
                .arg(
                    Arg::new(name::SEED)
                        .long(name::SEED)
                        .value_name("NUMBER")
                        .conflicts_with(name::SCRIPT)
                        .help(t("どの人のカードか（既定は1）", "Whose cards they are (1 unless told)")),
                )
                .arg(b.path(name::SCRIPT, "カードの出し入れをファイルの手順で行う（- は標準入力）", "Insert and remove cards as a file says (- is standard input)"))
                .arg(
                    Arg::new(name::VPCD)
                        .long(name::VPCD)
                        .value_name("HOST:PORT")
                        .default_value("127.0.0.1:35963")
                        .help(t("vpcd の待ち受け先（1番目のリーダー。2番目以降は次のポート）", "Where vpcd listens: its first reader; the next ones have the next ports")),
                )
                .arg(b.path(name::CREDENTIALS_OUT, "模擬カードの照合値を --credentials の形で書く（複数なら NAME-1.EXT から）", "Write the cards' entries as --credentials files (several: NAME-1.EXT and so on)")),
            b.recording(),
            b.sub("seal-key", "保存データを封印する鍵を作り、その指紋を表示する", "Make a key that seals saved dumps, and print its fingerprint")
                .arg(b.file("鍵を書くファイル（新しく作る。秘密に保つこと）", "Where the key goes: a new file, to be kept secret"))
                .arg(b.json_list()),
            b.sub("explain", "検査の意味：何を証明し、何を証明しないか", "What a check proves and what it does not")
                .arg(help::checks(Arg::new("check").value_name("CHECK").help(t("検査の名前（省略すると一覧）", "The check's name (all of them without it)")))),
            b.sub("completions", "シェルの補完を出力する", "Print shell completions").arg(
                Arg::new("shell").required(true).value_name("SHELL").value_parser(value_parser!(clap_complete::Shell)).help(t("シェル", "The shell")),
            ),
            b.sub("man", "マニュアルページ（roff）を出力する", "Print the manual page (roff)"),
        ])
        .arg(
            Arg::new(name::LANG)
                .long(name::LANG)
                .global(true)
                .value_name("ja|en")
                .value_parser(PossibleValuesParser::new(["ja", "en"]))
                .hide_possible_values(true)
                .help(t("表示する言語", "The language of the output")),
        );
    help::with_examples(all, lang)
}

fn template(lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}",
        Lang::En => "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
    }
}

/// Builds the parts that several commands share.
#[derive(Clone, Copy)]
struct Builder {
    lang: Lang,
}

impl Builder {
    fn t(self, ja: &'static str, en: &'static str) -> &'static str {
        Bilingual::new(ja, en).get(self.lang)
    }

    fn options(self) -> &'static str {
        self.t("オプション", "Options")
    }

    fn help(self) -> Arg {
        Arg::new("help").short('h').long("help").action(ArgAction::Help).help(self.t("使い方を表示する", "Print help"))
    }

    fn sub(self, name: &'static str, ja: &'static str, en: &'static str) -> Command {
        Command::new(name)
            .about(self.t(ja, en))
            .help_template(template(self.lang))
            .disable_help_flag(true)
            .next_help_heading(self.options())
            .arg(self.help())
    }

    fn flag(self, name: &'static str, ja: &'static str, en: &'static str) -> Arg {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(self.t(ja, en))
    }

    fn path(self, name: &'static str, ja: &'static str, en: &'static str) -> Arg {
        Arg::new(name)
            .long(name)
            .value_name("FILE")
            .value_parser(value_parser!(std::path::PathBuf))
            .help(self.t(ja, en))
    }

    fn file(self, ja: &'static str, en: &'static str) -> Arg {
        Arg::new(name::FILE)
            .required(true)
            .value_name("FILE")
            .value_parser(value_parser!(std::path::PathBuf))
            .help(self.t(ja, en))
    }

    /// JSON of a report.
    fn json(self) -> Arg {
        self.flag(name::JSON, "JSONで出力する（docs/report.schema.json）", "Print JSON (docs/report.schema.json)")
    }

    /// JSON of a list.
    fn json_list(self) -> Arg {
        self.flag(name::JSON, "JSONで出力する", "Print JSON")
    }

    fn reader(self) -> Arg {
        help::readers(Arg::new(name::READER))
            .long(name::READER)
            .value_name("ADDRESS")
            .env("TAIMEN_READER")
            .hide_env_values(true)
            .default_value("pcsc")
            .help(self.t(
                "リーダー：pcsc, pcsc:名前の一部, phone[:IPアドレス[:ポート]][?short]（スマートフォン）, sim:種類[?fault=…&seed=…], replay:ファイル",
                "The reader: pcsc, pcsc:PART-OF-NAME, phone[:IP-ADDRESS[:PORT]][?short], sim:KIND[?fault=…&seed=…], replay:FILE",
            ))
    }

    /// Which application of a card with several.
    fn application(self) -> Arg {
        Arg::new(name::APPLICATION)
            .long(name::APPLICATION)
            .value_name("KIND")
            .value_parser(PossibleValuesParser::new(["my-number", "menkyo"]))
            .hide_possible_values(true)
            .help(self.t(
                "マイナンバーカードのどれを読むか：my-number（既定）または menkyo（マイナ免許証）",
                "Which application of a My Number Card: my-number (default) or menkyo (the licence on it)",
            ))
    }

    fn wait(self) -> Arg {
        Arg::new(name::WAIT)
            .long(name::WAIT)
            .value_name("SECONDS")
            .value_parser(value_parser!(u64).range(0..=86_400))
            .default_value("30")
            .help(self.t("カードを待つ秒数", "How long to wait for a card or a phone"))
    }

    /// The whole report.
    fn details(self) -> Arg {
        self.flag(
            name::DETAILS,
            "すべての検査・根拠・注意を表示する（既定は24行）",
            "Show every check, its grounds and all notes (default: 24 lines)",
        )
    }

    /// What a report shows only when asked for.
    fn shown(self) -> [Arg; 2] {
        [
            self.flag(
                name::DOMICILE,
                "本籍も表示する（運転免許証）",
                "Show the registered domicile too (driver's licence)",
            ),
            self.flag(name::SEX, "チップに記録された性別も表示する", "Show the electronic sex field too"),
        ]
    }

    /// What a report writes to files.
    fn pictures(self) -> [Arg; 3] {
        [
            self.path(name::PHOTO, "顔写真をPNGで保存する（個人情報）", "Save the face picture as PNG (personal data)"),
            self.path(
                name::FRONT,
                "在留カード（第1世代）の券面（表）の画像をPNGで保存する（個人情報）",
                "Save the picture of a residence card's front as PNG (first generation; personal data)",
            ),
            self.path(
                name::HTML,
                "画像つきの印刷できるページを保存する（個人情報）",
                "Save a printable page with all pictures (personal data)",
            ),
        ]
    }

    fn sealed_by(self) -> Arg {
        Arg::new(name::SEALED_BY).long(name::SEALED_BY).value_name("SHA-256").value_parser(seal::fingerprint).help(
            self.t(
                "この指紋の鍵で封印されていなければ判定しない",
                "Refuse a dump that is not sealed by the key with this fingerprint",
            ),
        )
    }

    fn purpose(self) -> Arg {
        Arg::new(name::PURPOSE)
            .long(name::PURPOSE)
            .value_name("PURPOSE")
            .value_parser(PossibleValuesParser::new(crate::trust::Purpose::all().map(crate::trust::Purpose::as_str)))
            .help(self.t("用途", "What it may vouch for"))
    }

    /// `recording` and the commands below it.
    fn recording(self) -> Command {
        let seed = || {
            Arg::new(name::SEED).long(name::SEED).value_name("N").value_parser(value_parser!(u64)).help(self.t(
                "模擬カードの名義人と乱数を決める数（既定：1）",
                "Which invented holder, and which random draws (default: 1)",
            ))
        };
        let out = Arg::new(name::OUT).value_name("FILE").value_parser(value_parser!(std::path::PathBuf));
        self.sub(
            "recording",
            "通信記録を見る・作る・確かめる・個人情報を取り除く",
            "Recordings: show, make, check, scrub",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(self.t("コマンド", "Commands"))
        .subcommands([
            self.sub(
                "show",
                "命令とファイルの名前、ステータスワードの意味をつけて表示する（データは表示しない）",
                "Print it with the names of commands and files and the meaning of status words, without data",
            )
            .arg(self.file("通信記録（- は標準入力）", "The recording (- is standard input)"))
            .arg(self.flag(name::HEX, "データも16進で表示する（個人情報）", "Print the bytes too (personal data)"))
            .arg(self.json_list()),
            self.sub(
                "make",
                "模擬カードの読み取りを記録する（何度作っても同じバイト列）",
                "Record the reading of a simulated card: the same bytes every time",
            )
            .arg(
                help::cards(Arg::new(name::CARD))
                    .required(true)
                    .value_name("KIND[?fault=…&seed=…]")
                    .help(self.t("カードの種類（sim: と同じ書き方）", "The card, written as in sim: addresses")),
            )
            .arg(
                Arg::new(name::FAULT).long(name::FAULT).value_name("NAME[=VALUE]").action(ArgAction::Append).help(
                    self.t("カードの不具合（docs/simulator.md）", "What is wrong with the card (docs/simulator.md)"),
                ),
            )
            .arg(seed())
            .arg(
                out.clone()
                    .long(name::OUT)
                    .help(self.t("書き出す先（省略すると標準出力）", "Where it goes (standard output without it)")),
            )
            .arg(self.flag(
                name::TIMES,
                "所要時間も記録する（毎回変わる）",
                "Note how long each answer took (differs every time)",
            ))
            .args([
                self.application(),
                self.flag(
                    name::WITHOUT_PIN,
                    "運転免許証を暗証番号なしで読む",
                    "Read a driver's licence without its PINs",
                ),
                self.flag(name::AGE, "年齢だけを確認する", "The age record alone"),
                self.flag(name::JPKI, "公的個人認証も読む", "The JPKI application too").conflicts_with(name::AGE),
                self.flag(name::ALLOW_LAST_TRY, "残り1回でも照合する", "Try even when one try is left"),
            ]),
            self.sub(
                "check",
                "再生し、この版の命令と1つずつ比べる",
                "Play them back and compare every command with this version's",
            )
            .arg(self.file("通信記録", "The recordings").num_args(1..))
            .arg(self.path(
                name::CREDENTIALS,
                "照合する値のファイル（相互認証を伏せていない記録だけに必要）",
                "File with the entries, which only a recording that tells its handshake needs",
            ))
            .arg(self.json_list()),
            self.sub(
                "scrub",
                "実物のカードの記録から、同じ形の架空の人物の記録を作る",
                "Make of a real card's recording one of an invented person, with the same shape",
            )
            .arg(self.file("元の記録（個人情報）", "The recording (personal data)"))
            .arg(out.required(true).value_name("OUT").help(self.t("書き出す先", "Where the new one goes")))
            .arg(seed()),
        ])
    }

    fn trust_dir(self) -> Arg {
        Arg::new(name::TRUST_DIR)
            .long(name::TRUST_DIR)
            .value_name("DIR")
            .value_parser(value_parser!(std::path::PathBuf))
            .help(self.t("追加した鍵と証明書のフォルダ", "Folder of anchors that you added"))
    }

    fn trust(self) -> [Arg; 2] {
        let accept = Arg::new(name::ACCEPT)
            .long(name::ACCEPT)
            .value_name("test|simulated")
            .value_parser(PossibleValuesParser::new(["test", "simulated"]))
            .hide_possible_values(true)
            .action(ArgAction::Append)
            .help(self.t(
                "試験用・模擬の発行者も受け入れる（本物の確認には使わないこと）",
                "Accept test or simulated issuers too (never for a real check)",
            ));
        [self.trust_dir(), accept]
    }

    fn time(self) -> Arg {
        Arg::new(name::AT)
            .long(name::AT)
            .value_name("TIME")
            .value_parser(value_parser!(jiff::Timestamp))
            .help(self.t("この時刻の時点で判定する（RFC 3339）", "Judge as of this time (RFC 3339)"))
    }

    fn at(self) -> Arg {
        Arg::new(name::AT).long(name::AT).value_name("TIME|recorded").value_parser(basis::at).help(self.t(
            "この時刻の時点で判定する（RFC 3339）。recorded は、保存された読み取りの時刻と署名のない記載を、あなたが保証して使う",
            "Judge as of this time (RFC 3339). recorded: you vouch for a saved reading, its time and what nobody signed",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed_in_both_languages() {
        command(Lang::Ja).debug_assert();
        command(Lang::En).debug_assert();
    }
}
