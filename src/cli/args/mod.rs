//! The command line: one place for every command and option, with its help in both languages.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, builder::PossibleValuesParser, value_parser};

use crate::{
    cards::registry,
    lang::{Bilingual, Lang},
    simulator::script::MAX_READERS,
    trust::Purpose,
};

use super::{basis, help, offer, seal};

mod table;

pub use table::name;
use table::{COMMANDS, OPTIONS};

type Build = fn(Builder) -> Command;

/// How the commands of the program are built, in the order of its help.
const BUILDERS: &[(&str, Build)] = {
    use name::*;
    &[
        ("identify", |b| b.sub("identify", &[READER, WAIT, JSON])),
        ("check", Builder::check),
        ("verify", Builder::verify),
        ("compare", Builder::compare),
        ("batch", Builder::batch),
        ("counter", Builder::counter),
        ("readers", |b| b.sub("readers", &[WATCH, JSON])),
        ("doctor", |b| b.sub("doctor", &[TRUST_DIR, JSON])),
        ("trust", Builder::trust),
        ("profiles", Builder::profiles),
        #[cfg(feature = "records")]
        ("records", super::records::args::command),
        #[cfg(not(feature = "records"))]
        ("records", |b| b.sub("records", &[])),
        ("simulate", Builder::simulate),
        ("recording", Builder::recording),
        ("seal-key", Builder::seal_key),
        ("explain", Builder::explain),
        ("completions", Builder::completions),
        ("man", |b| b.sub("man", &[])),
    ]
};

/// The whole command line in a language.
pub fn command(lang: Lang) -> Command {
    command_of(lang, |_| true)
}

/// The command line as far as these words can mean it: a command that none of them names has no options. Building all takes longer
/// than a verdict.
pub fn command_for(lang: Lang, words: &[OsString]) -> Command {
    command_of(lang, |name| words.iter().any(|word| word == name))
}

fn command_of(lang: Lang, wanted: impl Fn(&str) -> bool) -> Command {
    use name::*;
    let b = Builder { lang };
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let all = b
        .plain("taimen")
        // Windows would say taimen.exe.
        .bin_name("taimen")
        .version(env!("CARGO_PKG_VERSION"))
        .about(b.t(
            "対面：日本の本人確認書類のICチップを読み取り、発行者の署名を検証し、何が証明され、何が証明されないかを示します",
            "Reads the IC chip of Japanese identity cards, verifies what the issuer signed, and reports what that proves and what it does not",
        ))
        .disable_version_flag(true)
        .arg(version.help(b.t("バージョンを表示する", "Print the version")))
        .subcommands(BUILDERS.iter().map(|(name, build)| if wanted(name) { build(b) } else { b.sub(name, &[]) }));
    // Last in every help, however many commands there are: clap would count them.
    let all = help::with_examples(b.group(all).arg(b.option(LANG).global(true).display_order(usize::MAX)), lang);
    if lang == Lang::Ja { help::in_japanese(all) } else { all }
}

/// Builds commands and options in a language.
#[derive(Clone, Copy)]
pub(super) struct Builder {
    lang: Lang,
}

impl Builder {
    pub(super) fn t(self, ja: &'static str, en: &'static str) -> &'static str {
        Bilingual::new(ja, en).get(self.lang)
    }

    /// A command without a text.
    fn plain(self, name: &'static str) -> Command {
        let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
        Command::new(name)
            .help_template(match self.lang {
                Lang::Ja => "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}",
                Lang::En => "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
            })
            .disable_help_flag(true)
            .next_help_heading(self.t("オプション", "Options"))
            .arg(help.help(self.t("使い方を表示する", "Print help")))
    }

    /// A command of [`COMMANDS`] with options of [`OPTIONS`].
    pub(super) fn sub(self, name: &'static str, options: &[&'static str]) -> Command {
        let about = COMMANDS.iter().find(|(known, _)| *known == name).map(|(_, about)| about.get(self.lang));
        let own = name.rsplit(' ').next().unwrap_or(name);
        self.plain(own).about(about.unwrap_or_default()).args(self.options(options))
    }

    /// A command that has others below it.
    pub(super) fn group(self, command: Command) -> Command {
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .disable_help_subcommand(true)
            .subcommand_help_heading(self.t("コマンド", "Commands"))
    }

    pub(super) fn options(self, names: &[&'static str]) -> impl Iterator<Item = Arg> {
        names.iter().map(move |name| self.option(name))
    }

    /// An option with its help, and what its value may be.
    pub(super) fn option(self, name: &'static str) -> Arg {
        let row = OPTIONS.iter().find(|(known, ..)| *known == name);
        let (value, text) = row.map_or(("", ""), |(_, value, text)| (*value, text.get(self.lang)));
        let arg = Arg::new(name).long(name).help(text);
        let arg = if value.is_empty() { arg.action(ArgAction::SetTrue) } else { arg.value_name(value) };
        let among = |names: Vec<&'static str>| PossibleValuesParser::new(names);
        match name {
            name::READER => help::readers(arg).env("TAIMEN_READER").hide_env_values(true).default_value("pcsc"),
            name::WAIT => arg.value_parser(value_parser!(u64).range(0..=86_400)).default_value("30"),
            name::JOBS => arg.value_parser(value_parser!(u16).range(1..=256)),
            name::SEALED_BY | name::PIN => arg.value_parser(seal::fingerprint),
            name::AT => arg.value_parser(basis::at),
            name::LANG => arg.value_parser(among(vec!["ja", "en"])).hide_possible_values(true),
            name::PURPOSE => arg.value_parser(among(Purpose::all().map(Purpose::as_str).collect())),
            name::ACCEPT => {
                arg.value_parser(among(vec!["test", "simulated"])).hide_possible_values(true).action(ArgAction::Append)
            }
            name::APPLICATION => arg
                .value_parser(among(registry::hosts_and_guests().map(|kind| kind.as_str()).collect()))
                .hide_possible_values(true)
                .help(self.applications()),
            name::FAULT => arg.action(ArgAction::Append),
            name::HEAD => arg.value_parser(value_parser!(std::path::PathBuf)).action(ArgAction::Append),
            name::PROFILE => arg.value_parser(value_parser!(std::path::PathBuf)).action(ArgAction::Append),
            name::DATE | name::SINCE | name::UNTIL => arg.value_parser(|text: &str| text.parse::<jiff::civil::Date>()),
            name::RECORDS => arg.env("TAIMEN_RECORDS").hide_env_values(true).required(true),
            name::KEY => {
                arg.env("TAIMEN_RECORDS_KEY").hide_env_values(true).value_parser(value_parser!(std::path::PathBuf))
            }
            name::PORT => arg.value_parser(value_parser!(u16)),
            name::WITH_PHOTO => arg.value_parser(purpose),
            name::AGE_OVER => arg.value_parser(value_parser!(u8).range(1..=99)),
            name::REQUEST => arg.value_parser(among(vec!["identity", "age"])).hide_possible_values(true),
            name::CUSTOMER_ADDRESS => arg.value_parser(value_parser!(std::net::SocketAddr)),
            name::VPCD => arg.value_parser(offer::place).default_value("127.0.0.1:35963"),
            _ if matches!(value, "FILE" | "DIR") => arg.value_parser(value_parser!(std::path::PathBuf)),
            _ => arg,
        }
    }

    /// An argument that is a path.
    pub(super) fn path(self, name: &'static str, ja: &'static str, en: &'static str) -> Arg {
        let parser = value_parser!(std::path::PathBuf);
        Arg::new(name).required(true).value_name("FILE").value_parser(parser).help(self.t(ja, en))
    }

    /// `--sex` if nothing is asked of a phone any more.
    fn shown_sex(self) -> Arg {
        self.option(name::SEX).help(self.t("チップに記録された性別も表示する", "Show the electronic sex field too"))
    }

    /// JSON with a schema.
    pub(super) fn json(self, schema: &str) -> Arg {
        self.option(name::JSON).help(match self.lang {
            Lang::Ja => format!("JSONで出力する（{schema}）"),
            Lang::En => format!("Print JSON ({schema})"),
        })
    }

    /// The kinds that can be named if a card carries several.
    fn applications(self) -> String {
        let mut kinds = registry::hosts_and_guests();
        let host = kinds.next().map(|host| (host.name().get(self.lang), host.as_str())).unwrap_or_default();
        let named = kinds.map(|kind| (kind.name().get(self.lang), kind.as_str()));
        match (self.lang, host) {
            (Lang::Ja, (name, id)) => {
                let guests: String = named.map(|(name, id)| format!("、 {id}（{name}）")).collect();
                format!("{name}やスマートフォンのどれを読むか：{id}（既定）{guests}")
            }
            (Lang::En, (name, id)) => {
                let mut guests: Vec<String> = named.map(|(name, id)| format!("{id} ({name})")).collect();
                let last = guests.pop().unwrap_or_default();
                let first = std::iter::once(format!("{id} (default)")).chain(guests).collect::<Vec<_>>().join(", ");
                format!("Which application of a {name}, or document of a phone: {first} or {last}")
            }
        }
    }

    /// What a credentials file may hold.
    fn entries(self) -> String {
        let all = |extra| registry::entries(extra).map(|entry| entry.id).collect::<Vec<_>>();
        let (asked, extra) = (all(false), all(true));
        match self.lang {
            Lang::Ja => format!(
                "照合する値のファイル（- は標準入力）。カードに要るものだけ： {}、 {}（端末ではたずねない）",
                asked.join(", "),
                extra.join(", ")
            ),
            Lang::En => format!(
                "File with the entries that the card needs (- is standard input): {}; {} (never asked for)",
                asked.join(", "),
                extra.join(", ")
            ),
        }
    }

    fn check(self) -> Command {
        use name::*;
        let check = self
            .sub("check", &[READER, WAIT])
            .arg(self.json("docs/report.schema.json"))
            .args(self.options(&[DETAILS, DOMICILE, SEX, PHOTO, FRONT, HTML, APPLICATION, WITHOUT_PIN]))
            .arg(self.option(AGE).conflicts_with_all([PHOTO, FRONT]))
            .arg(self.option(REQUEST).conflicts_with_all([WITHOUT_PIN, AGE]))
            .arg(self.option(AGE_OVER).requires(REQUEST))
            .args(self.options(&[ENGAGEMENT, READER_KEY]))
            .arg(self.option(FORM).conflicts_with(AGE))
            .arg(self.option(JPKI).conflicts_with_all([AGE, REQUEST]))
            .args([self.option(SAVE_DUMP), self.option(SEAL).requires(SAVE_DUMP)])
            .args(self.options(&[RECORD, ALLOW_LAST_TRY]))
            .arg(self.option(CREDENTIALS).help(self.entries()))
            .args(self.options(&[TRUST_DIR, ACCEPT, AT]));
        #[cfg(feature = "records")]
        let check = check.args(super::records::making::of_check(self));
        check
    }

    fn verify(self) -> Command {
        use name::*;
        self.sub("verify", &[])
            .arg(self.path(FILE, "検証するファイル（- は標準入力）", "The dump (- is standard input)"))
            .args([self.option(SEALED_BY), self.json("docs/report.schema.json")])
            .args(self.options(&[DETAILS, DOMICILE]))
            .arg(self.shown_sex())
            .args(self.options(&[FORM, PHOTO, FRONT, HTML, TRUST_DIR, ACCEPT, AT]))
    }

    fn compare(self) -> Command {
        self.sub("compare", &[]).arg(self.path(
            name::FILE,
            "比べる行（{\"chip\":{…},\"form\":{…}}）のファイル（- は標準入力）",
            "The lines {\"chip\":{...},\"form\":{...}} (- is standard input)",
        ))
    }

    fn seal_key(self) -> Command {
        let file = self.path(
            name::FILE,
            "鍵を書くファイル（新しく作る。秘密に保つこと）",
            "The new file for the key; keep it secret",
        );
        self.sub("seal-key", &[]).arg(file).arg(self.option(name::JSON))
    }

    fn explain(self) -> Command {
        let check = Arg::new("check").value_name("CHECK");
        let help = self.t("検査の名前（省略すると一覧）", "The check's name (default: all checks)");
        self.sub("explain", &[]).arg(help::checks(check.help(help)))
    }

    fn completions(self) -> Command {
        let shell = Arg::new("shell").required(true).value_name("SHELL");
        let shell = shell.value_parser(value_parser!(clap_complete::Shell)).help(self.t("シェル", "The shell"));
        self.sub("completions", &[]).arg(shell)
    }

    fn counter(self) -> Command {
        use name::*;
        let tablet = [CUSTOMER_ADDRESS, CUSTOMER_CERT, CUSTOMER_KEY];
        let all_three =
            |option| self.option(option).requires_all(tablet.into_iter().filter(move |other| *other != option));
        let reader = self.option(READER).help(self.t(
            "リーダー：pcsc, pcsc:名前の一部, phone[:IPアドレス[:ポート]][?short]（スマートフォン）, sim:（画面で模擬カードを置く）, sim:種類[?fault=…&seed=…]",
            "The reader: pcsc, pcsc:PART-OF-NAME, phone[:IP-ADDRESS[:PORT]][?short], sim: (the page places simulated cards), sim:KIND[?fault=…&seed=…]",
        ));
        let counter = self
            .sub("counter", &[])
            .arg(reader)
            .args(self.options(&[OPEN, PORT]))
            .args(tablet.map(all_three))
            .arg(self.option(LAW).default_value("hanshuhou"))
            .args(self.options(&[PROFILE, TRUST_DIR, ACCEPT]));
        #[cfg(feature = "records")]
        let counter = counter.args(super::records::making::of_counter(self));
        counter
    }

    fn batch(self) -> Command {
        use name::*;
        let inputs = self.path(
            PATH,
            "ファイル、フォルダー（中の .apdu と .json）、または -（標準入力の一覧：1行にパスかJSON）",
            "Files, folders (.apdu and .json in them), or - (a list on standard input: a path or JSON a line)",
        );
        let json = self.option(JSON).help(self.t(
            "最後の集計も1行のJSONにする（docs/batch.schema.json）",
            "Print the summary at the end as a line of JSON too (docs/batch.schema.json)",
        ));
        self.sub("batch", &[])
            .arg(inputs.num_args(1..).value_name("PATH"))
            .args(self.options(&[EXPECT, JUNIT, JOBS, VERDICTS_ONLY, EXIT_ZERO]))
            .arg(json)
            .arg(self.option(DOMICILE))
            .arg(self.shown_sex())
            .args(self.options(&[SEALED_BY, TRUST_DIR, ACCEPT, AT]))
    }

    fn trust(self) -> Command {
        use name::*;
        let at = || {
            self.option(AT)
                .value_name("TIME")
                .value_parser(value_parser!(jiff::Timestamp))
                .help(self.t("この時刻の時点で判定する（RFC 3339）", "Judge as of this time (RFC 3339)"))
        };
        let anchor = Arg::new(ANCHOR).required(true).value_name("SHA-256|FILE").help(self.t(
            "SHA-256の先頭8桁以上、またはフォルダー内のファイル名",
            "The first 8 or more digits of its SHA-256, or its file name in the folder",
        ));
        let added = self.path(
            FILE,
            "X.509証明書（DER、PEM、または公表されたZIP）、その署名付きの一覧（passport、mdoc）、または my-number-card 用の鍵（JSON）",
            "An X.509 certificate (DER, PEM, or the zip as published), a signed list of them (passport, mdoc), or for my-number-card a key as JSON",
        );
        self.group(self.sub("trust", &[])).subcommands([
            self.sub("trust list", &[JSON, TRUST_DIR]).arg(at()),
            self.sub("trust add", &[])
                .arg(self.option(PURPOSE).required(true))
                .args(self.options(&[PIN, UNPINNED, TRUST_DIR]))
                .arg(added),
            self.sub("trust remove", &[PURPOSE, TRUST_DIR]).arg(anchor),
            self.sub("trust check", &[JSON, TRUST_DIR]).arg(at()),
        ])
    }

    fn profiles(self) -> Command {
        use name::*;
        let schema = "docs/profile.schema.json";
        let profile = Arg::new(PROFILE_OR_LAW).required(true).value_name("PROFILE|LAW").help(self.t(
            "プロファイルの名前、または法令の名前（取引の日に当たるものを表示する）",
            "The name of a profile, or of a law: the one that applies on the day is shown",
        ));
        let file = self.path(FILE, "プロファイルのファイル（- は標準入力）", "The profile file (- is standard input)");
        self.group(self.sub("profiles", &[])).subcommands([
            self.sub("profiles list", &[DATE, PROFILE]).arg(self.json(schema)),
            self.sub("profiles show", &[DATE, PROFILE]).arg(self.json(schema)).arg(profile),
            self.sub("profiles check", &[]).arg(self.json(schema)).arg(file),
        ])
    }

    fn simulate(self) -> Command {
        use name::*;
        let kind = help::cards(Arg::new(KIND)).value_name("KIND[?fault=…&seed=…]").help(self.t(
            "カードの種類（sim: と同じ書き方）。複数なら、リーダーごとに1枚",
            "The card, written as in sim: addresses; each of several gets its own reader",
        ));
        let fault = self.option(FAULT).help(self.t(
            "異常（docs/simulator.md の表）。繰り返し指定できる",
            "What is wrong with the cards (tables in docs/simulator.md); may be given again",
        ));
        let seed = self.option(SEED).value_name("NUMBER").value_parser(value_parser!(u64));
        let seed = seed.help(self.t("どの人のカードか（既定は1）", "Whose cards they are (default: 1)"));
        self.sub("simulate", &[])
            .arg(kind.required_unless_present(SCRIPT).num_args(1..=usize::from(MAX_READERS)).conflicts_with(SCRIPT))
            .args([fault.conflicts_with(SCRIPT), seed.conflicts_with(SCRIPT)])
            .args(self.options(&[SCRIPT, VPCD, CREDENTIALS_OUT]))
    }

    fn recording(self) -> Command {
        use name::*;
        let seed = || self.option(SEED).value_parser(value_parser!(u64));
        let card = help::cards(Arg::new(CARD)).required(true).value_name("KIND[?fault=…&seed=…]");
        let say = |option, ja, en| self.option(option).help(self.t(ja, en));
        let entries = say(
            CREDENTIALS,
            "照合する値のファイル（相互認証を伏せていない記録だけに必要）",
            "File with the entries; only a recording that contains its handshake needs it",
        );
        self.group(self.sub("recording", &[])).subcommands([
            self.sub("recording show", &[])
                .arg(self.path(FILE, "通信記録（- は標準入力）", "The recording (- is standard input)"))
                .args(self.options(&[HEX, JSON])),
            self.sub("recording make", &[])
                .arg(card.help(self.t("カードの種類（sim: と同じ書き方）", "The card, written as in sim: addresses")))
                .args([self.option(FAULT), seed(), self.option(OUT), self.option(TIMES), self.option(APPLICATION)])
                .arg(say(WITHOUT_PIN, "運転免許証を暗証番号なしで読む", "Read a driver's licence without its PINs"))
                .arg(say(AGE, "年齢だけを確認する", "Read only the age record"))
                .arg(say(JPKI, "公的個人認証も読む", "Read the JPKI application too").conflicts_with(AGE))
                .arg(say(ALLOW_LAST_TRY, "残り1回でも照合する", "Send an entry even if one try is left")),
            self.sub("recording check", &[])
                .arg(self.path(FILE, "通信記録", "The recordings").num_args(1..))
                .args([entries, self.option(JSON)]),
            self.sub("recording scrub", &[])
                .arg(self.path(FILE, "元の記録（個人情報）", "The recording (personal data)"))
                .arg(self.path(OUT, "書き出す先", "The new recording").value_name("OUT"))
                .arg(seed()),
        ])
    }
}

/// For what a photo is kept.
fn purpose(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("no purpose") } else { Ok(text.to_owned()) }
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
