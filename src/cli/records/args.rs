//! The command line of `taimen records`.

use clap::{Arg, ArgAction, ArgGroup, Command};

use super::super::args::{
    Builder,
    name::{
        ACCEPT_LOSS, FILE, HEAD, JSON, KEY, KEYRING, NEW_KEY, OUT, PROFILE, PROOF, PUBLIC_KEY, PURGER, RECORDS, REVEAL,
        TEST, WRITER,
    },
};

/// The argument with ids of records.
pub const ID: &str = "id";

/// The flag that does what is only listed without it.
pub const YES: &str = "yes";

/// `taimen records` with everything below it.
pub fn command(b: Builder) -> Command {
    let copy = |ja, en| b.path(FILE, ja, en);
    b.group(b.sub("records", &[])).subcommands(super::making::commands(b)).subcommands([
        keyed(b, "records init")
            .args(b.options(&[TEST, WRITER, PURGER, JSON]))
            .group(ArgGroup::new("keys").args([KEY, KEYRING]).required(true).multiple(true)),
        keyed(b, "records verify")
            .mut_arg(RECORDS, |arg| arg.required(false).required_unless_present(PROOF))
            .args(b.options(&[HEAD]))
            .arg(b.option(PROOF).value_name("FILE").requires(PUBLIC_KEY).help(b.t(
                "データベースの代わりに、1件の証明のファイルを点検する",
                "Check a file with the proof of one record instead of the database",
            )))
            .args(b.options(&[PUBLIC_KEY, JSON])),
        keyed(b, "records head")
            .arg(b.option(PROOF).value_name("ID").help(b.t(
                "このIDの記録が含まれることの証明を書き出す",
                "Write the proof that the record with this id is in the log",
            )))
            .arg(b.option(REVEAL).requires(PROOF))
            .arg(b.option(HEAD).requires(PROOF).action(ArgAction::Set).help(b.t(
                "相手が持っている head による証明にする（省略すると、最新の head）",
                "Prove it under this head, which somebody has (default: the newest one)",
            )))
            .args(b.options(&[OUT, JSON])),
        keyed(b, "records backup")
            .arg(copy("写しのファイル（新しく作る）", "The new file for the copy"))
            .arg(b.option(JSON)),
        keyed(b, "records restore").arg(copy("写しのファイル", "The backup")).args(b.options(&[ACCEPT_LOSS, JSON])),
        keyed(b, "records rekey").arg(b.option(NEW_KEY).conflicts_with(KEYRING)).arg(b.option(JSON)),
        keyed(b, "records purge")
            .arg(
                Arg::new(ID)
                    .value_name("ID")
                    .num_args(0..)
                    .help(b.t("記録のID（省略すると、すべての記録を調べる）", "The records (default: look at all)")),
            )
            .args(b.options(&[PROFILE]))
            .arg(
                Arg::new(YES)
                    .long(YES)
                    .action(ArgAction::SetTrue)
                    .help(b.t("消去する（元に戻せない）", "Empty them; this cannot be undone")),
            )
            .arg(b.option(JSON)),
    ])
}

/// A command with the options that name the database and its key.
pub fn keyed(b: Builder, name: &'static str) -> Command {
    b.sub(name, &[RECORDS, KEY, KEYRING])
}
