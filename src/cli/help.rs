//! What help and the manual page say after the options: exit codes, the environment, examples; and the words that
//! completions offer.

use clap::{
    Arg, Command, Error,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
};

use crate::{
    lang::{Bilingual, Lang},
    messages::ExitCode,
    simulator::kinds,
    verify::CheckId,
};

const EXAMPLES: [(&str, &str); 5] = [
    (
        "check",
        "  taimen check
  taimen check --html card.html
  taimen check --credentials entries.txt --json
  taimen check --form form.json
  taimen check --reader 'sim:my-number?fault=expired'
  taimen check --reader replay:card.apdu",
    ),
    ("identify", "  taimen identify\n  taimen identify --reader sim:licence --json"),
    ("verify", "  taimen verify dump.json\n  taimen verify dump.json --sealed-by SHA-256 --json"),
    ("compare", "  taimen compare lines.jsonl\n  taimen compare - < lines.jsonl > results.jsonl"),
    (
        "batch",
        "  taimen batch fixtures --expect fixtures --accept simulated --at recorded --junit report.xml\n  find in -name '*.json' | taimen batch - > report.jsonl",
    ),
];

/// What follows the options of the program itself.
pub fn program(lang: Lang) -> String {
    let title = |ja, en| Bilingual::new(ja, en).get(lang);
    format!(
        "{}\n  TAIMEN_READER       {}\n  TAIMEN_LANG         {}\n  TAIMEN_RECORDS      {}\n  TAIMEN_RECORDS_KEY  {}\n  \
         LC_ALL, LC_MESSAGES, LANG\n                      {}\n\n{}\n\n{}\n{}",
        title("環境変数:", "Environment:"),
        title("--reader の既定値", "the default of --reader"),
        title("--lang の既定値（ja または en）", "the default of --lang: ja or en"),
        title("taimen records の --records の既定値", "the default of --records, for taimen records"),
        title("--key の既定値", "the default of --key"),
        title("ja で始まれば日本語、それ以外は英語", "Japanese if it begins with ja, else English"),
        exit_codes(lang, &ExitCode::ALL),
        title("例:", "Examples:"),
        EXAMPLES.map(|(_, examples)| examples.lines().next().unwrap_or_default()).join("\n"),
    )
}

/// What follows the options of a command.
pub fn command(lang: Lang, name: &str) -> Option<String> {
    let (_, examples) = EXAMPLES.iter().find(|(of, _)| *of == name)?;
    let title = Bilingual::new("例:", "Examples:").get(lang);
    Some(format!("{}\n\n{title}\n{examples}", exit_codes(lang, exits(name))))
}

/// How a command that has examples can end.
fn exits(command: &str) -> &'static [ExitCode] {
    use ExitCode::{Authentic, Card, Credential, Interrupted, Mismatch, NotSaved, Rejected, Undetermined, Usage};
    match command {
        "identify" => &[Authentic, Usage, Card],
        "verify" => &[Authentic, Rejected, Usage, Undetermined, Card, Mismatch],
        "compare" => &[Authentic, Usage, Mismatch],
        "batch" => &[Authentic, Rejected, Usage, Undetermined, Card, Credential, Mismatch, Interrupted],
        _ => &[Authentic, Rejected, Usage, Undetermined, Card, Credential, Mismatch, NotSaved],
    }
}

fn exit_codes(lang: Lang, codes: &[ExitCode]) -> String {
    let line = |exit: &ExitCode| format!("  {:3}  {}", exit.code(), exit.words().get(lang));
    let lines: Vec<String> = codes.iter().map(line).collect();
    let title = Bilingual::new("終了コード:", "Exit codes:").get(lang);
    format!("{title}\n{}", lines.join("\n"))
}

/// Adds to every command what is after its options.
pub fn with_examples(all: Command, lang: Lang) -> Command {
    all.after_help(program(lang)).mut_subcommands(|sub| match command(lang, sub.get_name()) {
        Some(text) => sub.after_help(text),
        None => sub,
    })
}

/// What clap adds to a help in English alone, in Japanese.
pub fn in_japanese(command: Command) -> Command {
    command.mut_subcommands(in_japanese).mut_args(|arg| {
        if !arg.get_action().takes_values() {
            return arg;
        }
        let mut more = String::new();
        let shown = |values: Vec<String>| values.join(", ");
        if !arg.is_hide_default_value_set() && !arg.get_default_values().is_empty() {
            let values = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
            more += &format!("［既定：{}］", shown(values.collect()));
        }
        if let Some(name) = arg.get_env().filter(|_| !arg.is_hide_env_set()) {
            more += &format!("［環境変数：{}］", name.to_string_lossy());
        }
        let values = arg.get_possible_values();
        if !arg.is_hide_possible_values_set() && !values.is_empty() {
            let values = values.iter().map(|value| value.get_name().to_owned());
            more += &format!("［指定できるもの：{}］", shown(values.collect()));
        }
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        arg.help(help + &more).hide_default_value(true).hide_env(true).hide_possible_values(true)
    })
}

/// A text of any kind for which completions offer some words.
#[derive(Debug, Clone)]
struct Offered(Vec<String>);

impl TypedValueParser for Offered {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &std::ffi::OsStr) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

/// An argument for which completions offer words; help does not list them.
fn offering(arg: Arg, words: impl Iterator<Item = String>) -> Arg {
    arg.value_parser(Offered(words.collect())).hide_possible_values(true)
}

/// A reader: the addresses of simulated cards, and how the others begin.
pub fn readers(arg: Arg) -> Arg {
    let sim = kinds().map(|kind| format!("sim:{}", kind.name));
    offering(arg, ["pcsc", "pcsc:", "phone", "phone:", "replay:"].map(str::to_owned).into_iter().chain(sim))
}

/// A simulated card.
pub fn cards(arg: Arg) -> Arg {
    offering(arg, kinds().map(|kind| kind.name.to_owned()))
}

/// A check.
pub fn checks(arg: Arg) -> Arg {
    offering(arg, CheckId::all().map(|id| id.as_str().to_owned()))
}
