//! The command line of what is in records: how they are made, found, amended and exported.

use clap::{Arg, ArgAction, Command, value_parser};

use super::{
    super::args::{
        Builder,
        name::{
            ACCEPT, AFTER, AT, BY, DATE, DUMP, ENTRY_KIND, FILE, FORM, FORMAT, ID, JSON, KEY, KEYRING, LIMIT,
            ONLY_OPEN, OUT, PROFILE, RECORD_ANY, RECORD_PROFILE, RECORDS, RELATION, REPORT, REVIEW, SEALED_BY, SINCE,
            STAFF_FILE, TO, TRUST_DIR, UNTIL, WITH_PHOTO,
        },
    },
    args::keyed,
};

/// What an entry of the log can be.
const KINDS: [&str; 7] = ["record", "amendment", "relation-end", "hold", "export", "purge", "rekey"];

/// What staff enter for a record, and the profiles that it serves.
fn making(b: Builder) -> [Arg; 3] {
    let profile = b.option(RECORD_PROFILE).action(ArgAction::Append).default_value("auto");
    [profile, b.option(STAFF_FILE), b.option(WITH_PHOTO)]
}

/// The options of a check that makes a record.
pub fn of_check(b: Builder) -> Vec<Arg> {
    // Not from the environment: a check saves nothing unless it is told to.
    let records = Arg::new(RECORDS).long(RECORDS).value_name("URL").help(b.t(
        "判定の後、このデータベースに確認記録を保存する（sqlite:パス または postgres://…）",
        "After the verdict, save the record of the check in this database (sqlite:PATH or postgres://...)",
    ));
    // All but --key, which may come from the environment: `usage::refused` looks at that one.
    let with = |arg: Arg| arg.requires(RECORDS);
    let own = [b.option(KEYRING), b.option(RECORD_ANY), b.option(PROFILE)].map(with);
    [records, b.option(KEY)].into_iter().chain(own).chain(making(b).map(with)).collect()
}

/// The options of a counter that keeps records.
pub fn of_counter(b: Builder) -> [Arg; 4] {
    let records = Arg::new(RECORDS).long(RECORDS).value_name("URL").help(b.t(
        "窓口の画面で作る記録の保存先（sqlite:パス または postgres://…）",
        "Keep the records that the counter makes in this database (sqlite:PATH or postgres://...)",
    ));
    let with = |option| b.option(option).requires(RECORDS);
    [records, b.option(KEY), with(KEYRING), with(WITH_PHOTO)]
}

/// The commands, to be put below `taimen records`.
pub fn commands(b: Builder) -> [Command; 8] {
    let id = || Arg::new(ID).required(true).value_name("ID").help(b.t("記録のID", "The record's id"));
    let day = |option, ja, en| b.option(option).help(b.t(ja, en));
    let since = || day(SINCE, "この日（日本）から", "Saved on this day in Japan or later");
    let until = || day(UNTIL, "この日（日本）まで", "Saved on this day in Japan or earlier");
    let lookups = [
        ("name", "TEXT", "氏名・名称", "A name"),
        ("birth-date", "DATE", "生年月日", "A birth date"),
        ("document", "TEXT", "書類の記号番号", "The number of a document"),
        ("account", "TEXT", "口座番号など", "An account or the like"),
        ("phone", "TEXT", "電話番号", "A phone number"),
    ];
    let lookup = |(option, value, ja, en)| {
        let read = b.t("（- は標準入力の一行）", " (- reads a line from standard input)");
        Arg::new(option).long(option).value_name(value).help(format!("{}{read}", b.t(ja, en)))
    };
    let report = Arg::new(REPORT)
        .required(true)
        .value_name("blanks|fallbacks|open|retention|staff")
        .value_parser(["blanks", "fallbacks", "open", "retention", "staff"])
        .hide_possible_values(true)
        .help(b.t(
            "空欄、代わりの方法、続いている取引・契約、保存期限、担当者ごとの件数",
            "Open fields, fallbacks by case, relations that go on, until when what is kept, records per staff",
        ));
    let addition = b.path(
        FILE,
        "追記する内容（JSONまたはTOML、- は標準入力。docs/records.md）",
        "What is added, JSON or TOML (- is standard input; docs/records.md)",
    );
    let limit = b.option(LIMIT).value_parser(value_parser!(u32).range(1..=1000));
    let format =
        b.option(FORMAT).value_parser(["json", "csv", "html"]).hide_possible_values(true).default_value("json");
    [
        keyed(b, "records add")
            .arg(b.option(DUMP))
            .args(making(b))
            .args(b.options(&[REVIEW, DATE, JSON, FORM, SEALED_BY, PROFILE, TRUST_DIR, ACCEPT, AT])),
        keyed(b, "records list")
            .arg(b.option(ENTRY_KIND).value_parser(KINDS).hide_possible_values(true))
            .args([since(), until(), b.option(ONLY_OPEN), limit])
            .args(b.options(&[AFTER, JSON])),
        keyed(b, "records show").arg(id()).args(b.options(&[JSON, PROFILE])),
        keyed(b, "records find").args(lookups.map(lookup)).arg(b.option(JSON)),
        keyed(b, "records amend").arg(id()).arg(addition).arg(b.option(JSON)),
        keyed(b, "records end")
            .arg(id())
            .arg(day(DATE, "終了した日（日本。既定は今日）", "The day of the end in Japan (default: today)"))
            .arg(b.option(RELATION).value_parser(value_parser!(u32)))
            .args([b.option(BY).required(true), b.option(JSON)]),
        keyed(b, "records export")
            .arg(
                id().required(false)
                    .num_args(0..)
                    .help(b.t("記録のID（省略すると、期間内のすべて）", "Ids of records (default: all of the period)")),
            )
            .args([
                format,
                b.option(OUT).required(true).help(b.t("新しく作るファイル（0600）", "The new file (mode 0600)")),
            ])
            .args([since(), until()].map(|bound| bound.conflicts_with(ID)))
            .args([b.option(TO), b.option(BY).required(true), b.option(PROFILE)]),
        keyed(b, "records report")
            .arg(report)
            .arg(day(
                DATE,
                "この日（日本）の時点で判断する（既定は今日）",
                "Judge as of this day in Japan (default: today)",
            ))
            .args(b.options(&[JSON, PROFILE])),
    ]
}
