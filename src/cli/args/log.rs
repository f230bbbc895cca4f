//! The command line of `taimen records` as far as it is about the storage.

use clap::{Arg, ArgAction, ArgGroup, Command};

use super::{
    Builder,
    name::{
        ACCEPT_LOSS, FILE, HEAD, JSON, KEY, KEYRING, NEW_KEY, OUT, PROFILE, PROOF, PUBLIC_KEY, PURGER, RECORDS, REVEAL,
        TEST, WRITER,
    },
};

impl Builder {
    /// The commands for the storage.
    pub(super) fn log(self) -> [Command; 7] {
        let copy = |ja, en| self.path(FILE, ja, en);
        let ids = Arg::new("id")
            .value_name("ID")
            .num_args(0..)
            .help(self.t("記録の番号（省略すると、すべての記録を調べる）", "The records (default: look at all)"));
        let yes = Arg::new("yes")
            .long("yes")
            .action(ArgAction::SetTrue)
            .help(self.t("消去する（元に戻せない）", "Empty them; this cannot be undone"));
        [
            self.keyed("records init")
                .args(self.options(&[TEST, WRITER, PURGER, JSON]))
                .group(ArgGroup::new("keys").args([KEY, KEYRING]).required(true).multiple(true)),
            self.keyed("records verify")
                .mut_arg(RECORDS, |arg| arg.required(false).required_unless_present(PROOF))
                .args(self.options(&[HEAD]))
                .arg(self.option(PROOF).value_name("FILE").requires(PUBLIC_KEY).help(self.t(
                    "データベースの代わりに、1件の証明のファイルを点検する",
                    "Check a file with the proof of one record instead of the database",
                )))
                .args(self.options(&[PUBLIC_KEY, JSON])),
            self.keyed("records head")
                .arg(self.option(PROOF).value_name("ID").help(self.t(
                    "この番号の記録が含まれることの証明を書き出す",
                    "Write the proof that the record with this id is in the log",
                )))
                .arg(self.option(REVEAL).requires(PROOF))
                .args(self.options(&[OUT, JSON])),
            self.keyed("records backup")
                .arg(copy("写しのファイル（新しく作る）", "The new file for the copy"))
                .arg(self.option(JSON)),
            self.keyed("records restore")
                .arg(copy("写しのファイル", "The backup"))
                .args(self.options(&[ACCEPT_LOSS, JSON])),
            self.keyed("records rekey").arg(self.option(NEW_KEY).conflicts_with(KEYRING)).arg(self.option(JSON)),
            self.keyed("records purge").arg(ids).args(self.options(&[PROFILE])).arg(yes).arg(self.option(JSON)),
        ]
    }

    /// A command with the options that name the database and its key.
    fn keyed(self, name: &'static str) -> Command {
        self.sub(name, &[]).args(self.needed())
    }
}
