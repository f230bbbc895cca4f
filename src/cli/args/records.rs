//! `taimen records`: its commands and options.

use clap::{Arg, ArgAction, Command, value_parser};

use super::{Builder, name};

/// What an entry of the log can be.
const KINDS: [&str; 7] = ["record", "amendment", "relation-end", "hold", "export", "purge", "rekey"];

impl Builder {
    /// Where records are kept, and their key.
    pub(super) fn database(self) -> [Arg; 3] {
        use name::*;
        [
            self.option(RECORDS).env("TAIMEN_RECORDS").hide_env_values(true),
            self.option(KEY).env("TAIMEN_RECORDS_KEY").hide_env_values(true),
            self.option(KEYRING),
        ]
    }

    /// The same for a command that cannot do without.
    pub(super) fn needed(self) -> [Arg; 3] {
        let [records, key, keyring] = self.database();
        [records.required(true), key, keyring]
    }

    /// What staff enter for a record, and the profiles that it serves.
    pub(super) fn making(self) -> Vec<Arg> {
        use name::*;
        let profile = self.option(RECORD_PROFILE).action(ArgAction::Append).default_value("auto");
        vec![profile, self.option(STAFF_FILE), self.option(WITH_PHOTO)]
    }

    pub(super) fn records(self) -> Command {
        use name::*;
        let id = || Arg::new(ID).required(true).value_name("ID").help(self.t("記録の番号（ID）", "The record's id"));
        let day = |option, ja, en| self.option(option).help(self.t(ja, en));
        let since = || day(SINCE, "この日（日本）から", "Saved on this day in Japan or later");
        let until = || day(UNTIL, "この日（日本）まで", "Saved on this day in Japan or earlier");
        let lookups = [
            ("name", "TEXT", "氏名・名称", "A name"),
            ("birth", "DATE", "生年月日", "A birth date"),
            ("document", "TEXT", "書類の記号番号", "The number of a document"),
            ("account", "TEXT", "口座番号など", "An account or the like"),
            ("phone", "TEXT", "電話番号", "A phone number"),
        ];
        let lookup = |(option, value, ja, en)| {
            let read = self.t("（- は標準入力の一行）", " (- reads a line from standard input)");
            Arg::new(option).long(option).value_name(value).help(format!("{}{read}", self.t(ja, en)))
        };
        let report = Arg::new(REPORT)
            .required(true)
            .value_name("blanks|fallbacks|open|retention|staff")
            .value_parser(["blanks", "fallbacks", "open", "retention", "staff"])
            .hide_possible_values(true)
            .help(self.t(
                "空欄、代わりの方法、続いている取引・契約、保存期限、担当者ごとの件数",
                "Open fields, fallbacks by case, relations that go on, until when what is kept, records per staff",
            ));
        let addition = self.path(
            FILE,
            "追記する内容（JSONまたはTOML、- は標準入力。docs/records.md）",
            "What is added, JSON or TOML (- is standard input; docs/records.md)",
        );
        self.group(self.sub("records", &[]))
            .subcommands([
                self.sub("records add", &[])
                    .args(self.needed())
                    .arg(self.option(DUMP))
                    .args(self.making())
                    .args([self.option(REVIEW), self.option(DATE), self.json("docs/saved.schema.json")])
                    .args(self.options(&[FORM, SEALED_BY, PROFILE, TRUST_DIR, ACCEPT, AT])),
                self.sub("records list", &[])
                    .args(self.needed())
                    .arg(self.option(ENTRY_KIND).value_parser(KINDS).hide_possible_values(true))
                    .args([since(), until(), self.option(ONLY_OPEN)])
                    .arg(self.option(LIMIT).value_parser(value_parser!(u32).range(1..=1000)))
                    .args(self.options(&[AFTER, JSON])),
                self.sub("records show", &[])
                    .args(self.needed())
                    .arg(id())
                    .args([self.json("docs/records.schema.json"), self.option(PROFILE)]),
                self.sub("records find", &[]).args(self.needed()).args(lookups.map(lookup)).args(self.options(&[JSON])),
                self.sub("records amend", &[]).args(self.needed()).arg(id()).arg(addition).args(self.options(&[JSON])),
                self.sub("records end", &[])
                    .args(self.needed())
                    .arg(id())
                    .arg(day(DATE, "終了した日（日本。既定は今日）", "The day of the end in Japan (default: today)"))
                    .arg(self.option(RELATION).value_parser(value_parser!(u32)))
                    .args([self.option(BY).required(true), self.option(JSON)]),
                self.sub("records export", &[])
                    .args(self.needed())
                    .arg(id().required(false).num_args(0..).help(
                        self.t(
                            "記録の番号（省略すると、期間内のすべて）",
                            "Ids of records (default: all of the period)",
                        ),
                    ))
                    .arg(
                        self.option(FORMAT)
                            .value_parser(["json", "csv", "html"])
                            .hide_possible_values(true)
                            .default_value("json"),
                    )
                    .args([self
                        .option(OUT)
                        .required(true)
                        .help(self.t("新しく作るファイル（0600）", "The new file (mode 0600)"))])
                    .args([self.option(TO), self.option(BY).required(true), since(), until(), self.option(PROFILE)]),
                self.sub("records report", &[])
                    .args(self.needed())
                    .arg(report)
                    .arg(day(
                        DATE,
                        "この日（日本）の時点で判断する（既定は今日）",
                        "Judge as of this day in Japan (default: today)",
                    ))
                    .args(self.options(&[JSON, PROFILE])),
            ])
            .subcommands(self.log())
    }
}
