//! Messages about the storage of the confirmation record.

use std::io::ErrorKind;

use jiff::Timestamp;

use crate::text::{errors, named};

use super::{
    Text,
    files::{io_en, io_ja},
};

named! {
    /// What does not hold.
    pub enum Layer {
        /// What the database says of itself is not what its key file and its heads say.
        Log = "log",
        /// A data key does not open, and with it the contents that it seals; or an entry is sealed with a former one.
        Key = "key",
        /// The database itself cannot be read there.
        File = "file",
        /// A table, an index or a trigger of SQLite is not what taimen made, or an index leaves rows out.
        Schema = "schema",
        /// A row that no program of ours has written.
        Row = "row",
        /// A number that is missing.
        Sequence = "sequence",
        /// The sealed content, or what it can be found by, is not what it was.
        Content = "content",
        /// The header, or what the entry comes after, is not what it was.
        Leaf = "leaf",
        /// The nodes or the root of the tree.
        Tree = "tree",
        /// The signature of a head.
        Signature = "signature",
        /// The content does not open for this place.
        Seal = "seal",
        /// Content is gone without a purge, or there in spite of one.
        Purge = "purge",
        /// The entries up to a known head are not those that it signs.
        Rewritten = "rewritten",
        /// The log ends before a known head.
        Older = "older",
    }
}

errors! {
    /// Why the confirmation record was not stored, read or proved. Holds nothing of a record: `place` is the database
    /// without a password, `path` a file, `seq` the number of an entry.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    #[allow(missing_docs)]
    pub enum StoreError {
        NotAUrl { given: String } = "not the URL of a database: {given}",
        PasswordInUrl = "the URL holds a password",
        NetworkFile { place: String } = "{place} is on a network file system",
        AlreadyThere { place: String } = "{place} is there already",
        NoDatabase { place: String } = "there is no database at {place}",
        NotOurs { place: String } = "{place} is not a database of records",
        NewerSchema {
            place: String,
            /// The version of its schema.
            found: i64,
            /// The newest one that this program knows.
            known: i64,
        } = "{place} has schema {found}, newer than {known}",
        NoKeyGiven = "no key is given",
        KeyMissing { path: String } = "there is no key file {path}",
        KeyExists { path: String } = "the key file {path} is there already",
        KeyInFolder { path: String } = "the key file {path} is in the folder of the database",
        KeyOpen { path: String } = "others may read the key file {path}",
        NotAKey { path: String } = "{path} is not a key of records",
        WrongKey { place: String, path: String } = "{path} is not the key of {place}",
        OldKey { place: String, path: String } = "{path} is a former key of {place}",
        NoKeyring = "the system has no store for keys that taimen can use",
        Locked { place: String } = "another program holds {place}",
        AddedMeanwhile { place: String } = "something was added to a record of {place} meanwhile",
        DiskFull { place: String } = "the disk of {place} is full",
        ReadOnly { place: String } = "{place} cannot be written",
        HeadOlder {
            place: String,
            /// Entries of the newest head that is known.
            kept: u64,
            /// Entries of the database.
            found: u64,
        } = "{place} has {found} entries, and had {kept}",
        HeadDiffers { place: String, seq: u64 } = "{place} was rewritten: its first {seq} entries are not those of a known head",
        HeadDisagrees { path: String, place: String, seq: u64 } = "{path} signs other entries than the first {seq} of {place}",
        HeadUnreadable { path: String } = "{path} is not a head of this database",
        HeadElsewhere { path: String, place: String } = "{path} is a head of another database than {place}",
        Damaged {
            place: String,
            /// The entry.
            seq: u64,
            /// Which layer does not hold.
            layer: Layer,
        } = "{place}, entry {seq}: {layer} does not hold",
        NoServer { place: String, error: ErrorKind } = "{place} does not answer: {error}",
        TlsRefused { place: String } = "no TLS connection to {place}",
        LoginRefused { place: String } = "{place} refuses the login",
        NoRights { place: String } = "the role has no right to do this at {place}",
        NoRoles { place: String } = "{place} has no roles",
        NoSuchRole { role: String } = "no role {role}",
        ConnectionLost { place: String } = "the connection to {place} was lost",
        TooLarge {
            /// The most bytes.
            limit: usize,
        } = "more than {limit} bytes in one entry",
        NoSuchEntry { id: String } = "no entry {id}",
        Purged { id: String } = "the content of {id} was purged",
        NotAProof { path: String } = "{path} is not a proof",
        AfterHead {
            seq: u64,
            /// Entries of the head.
            size: u64,
        } = "entry {seq} is not among the {size} of the head",
        OtherHead {
            /// Entries of the head that was given.
            known: u64,
            /// Entries of the proof's own head.
            proof: u64,
        } = "the proof is under a head of {proof} entries, not of {known}",
        ClockBack {
            at: Timestamp,
            /// The time of the entry before.
            before: Timestamp,
        } = "an entry of {at} comes after one of {before}",
        NotAPublicKey = "not a public key of records",
        NotVacuumed {
            /// Why.
            why: Box<StoreError>,
        } = "what was emptied may still be in the files: {why}",
        Io { path: String, error: ErrorKind } = "{path}: {error}",
        NoRandomBytes = "the operating system provides no random bytes",
        Other { place: String, code: String } = "{place}: error {code}",
    }
}

pub(super) fn text(error: &StoreError) -> Text {
    match error {
        StoreError::NotAUrl { .. }
        | StoreError::PasswordInUrl
        | StoreError::NetworkFile { .. }
        | StoreError::AlreadyThere { .. }
        | StoreError::NoDatabase { .. }
        | StoreError::NotOurs { .. }
        | StoreError::NewerSchema { .. } => database(error),
        StoreError::NoKeyGiven
        | StoreError::KeyMissing { .. }
        | StoreError::KeyExists { .. }
        | StoreError::KeyInFolder { .. }
        | StoreError::KeyOpen { .. }
        | StoreError::NotAKey { .. }
        | StoreError::WrongKey { .. }
        | StoreError::OldKey { .. }
        | StoreError::NoKeyring => key(error),
        StoreError::HeadOlder { .. }
        | StoreError::HeadDiffers { .. }
        | StoreError::HeadDisagrees { .. }
        | StoreError::HeadUnreadable { .. }
        | StoreError::HeadElsewhere { .. }
        | StoreError::Damaged { .. }
        | StoreError::NotAProof { .. }
        | StoreError::AfterHead { .. }
        | StoreError::OtherHead { .. }
        | StoreError::NotAPublicKey
        | StoreError::NotVacuumed { .. } => proof(error),
        StoreError::NoServer { .. }
        | StoreError::TlsRefused { .. }
        | StoreError::LoginRefused { .. }
        | StoreError::NoRights { .. }
        | StoreError::NoRoles { .. }
        | StoreError::NoSuchRole { .. }
        | StoreError::ConnectionLost { .. } => server(error),
        StoreError::Locked { place } => text! { "records-locked" Usage;
        ["{place} は、ほかのプログラムが使っているため書き込めません。何も追加していません。"
         "Another program holds {place}. taimen added nothing."]
        ["少し待ってやり直してください。続くときは、バックアップなどのプログラムが開いたままでないか確かめてください。"
         "Try again in a moment. If it goes on, look for a backup or another program that keeps the database open."] },
        StoreError::AddedMeanwhile { place } => text! { "records-added-meanwhile" Usage;
        ["消去する記録を選んだ後に、{place} のその記録に何かが追加されました。消去していません。"
         "Somebody added to a record of {place} after taimen chose it for the purge. taimen purged nothing of this part."]
        ["taimen records purge をもう一度実行してください。追加されたもの（保留など）を含めて、選び直します。"
         "Run taimen records purge again: it judges the record anew, with what was added, perhaps a hold."] },
        StoreError::DiskFull { place } => text! { "records-disk-full" Usage;
        ["{place} の空き容量がないため、保存できません。何も追加していません。" "There is no space left for {place}. taimen added nothing."]
        ["空きを作ってから、やり直してください。保存済みの記録はそのまま残っています。"
         "Make room, then try again. What was saved before is not affected."] },
        StoreError::ReadOnly { place } => text! { "records-read-only" Usage;
        ["{place} に書き込めません。何も追加していません。" "{place} cannot be written. taimen added nothing."]
        ["ファイルとフォルダーの書き込みの権限と、読み取り専用の場所でないことを確かめてください。"
         "Check that you may write the file and its folder, and that the file system is not read-only."] },
        StoreError::TooLarge { limit } => text! { "record-too-large" Usage;
        [("記録が大きすぎます（最大{}キロバイト）。保存していません。", limit / 1024)
         ("The record is too large (at most {} kB). taimen did not save it.", limit / 1024)]
        ["記入した文を短くしてください。" "Shorten the texts that were entered."] },
        StoreError::NoSuchEntry { id } => text! { "no-such-record" Usage;
        ["{id} という記録はありません。" "There is no record {id}."]
        ["taimen records list または find の ID の欄で確かめてください。" "Look in the column ID of taimen records list or find."] },
        StoreError::Purged { id } => text! { "record-purged" Usage;
        ["記録 {id} の内容は、保存期間の後に消去されています。" "The content of record {id} was purged after its retention period."]
        ["消去した日と法令は、taimen records list --kind purge と show で見られます。"
         "taimen records list --kind purge and show report when it was purged, and by which law."] },
        StoreError::Io { path, error: ErrorKind::StorageFull } => text! { "records-disk-full" Usage;
        ["{path} に書き込む空きがありません。" "There is no space left to write {path}."]
        ["空きを作ってから、やり直してください。" "Make room, then try again."] },
        StoreError::Io { path, error } => text! { "records-file" Usage;
        [("{path} を読み書きできません（{}）。", io_ja(*error)) ("{path} cannot be read or written ({}).", io_en(*error))]
        ["フォルダーがあるか、書き込みの権限と空きがあるか確かめてください。"
         "Check whether the folder exists and has space, and whether you may write there."] },
        StoreError::ClockBack { at, before } => text! { "records-clock" Usage;
        ["保存しましたが、時刻（{at}）が、前の記録の時刻（{before}）より前です。" "taimen saved the entry, but its time ({at}) is before that of the entry before it ({before})."]
        ["この端末と、同じデータベースに書くほかの端末の日付と時計を合わせてください。保存期間の判断も時計によります。"
         "Set date and clock of this computer and of each other one that writes to this database. Until when a record is kept is judged by them too."] },
        StoreError::NoRandomBytes => text! { "no-random-bytes-for-records" Usage;
        ["OSから乱数を得られないため、記録を暗号化できません。保存していません。"
         "The operating system provides no random bytes, so taimen cannot seal the record. It saved nothing."]
        ["パソコンを再起動しても続くときは、システムの管理者に相談してください。" "If a restart does not help, ask the administrator of this machine."] },
        StoreError::Other { place, code } => text! { "records-database" Usage;
        ["{place} の誤りです（コード {code}）。何も追加していません。" "{place} reports error {code}. taimen added nothing."]
        ["taimen records verify でデータベースを点検してください。続くときは、コードを添えて管理者に相談してください。"
         "Check the database with taimen records verify. If it goes on, ask its administrator, and give the code."] },
    }
}

fn database(error: &StoreError) -> Text {
    match error {
        StoreError::NotAUrl { given } => text! { "records-url" Usage;
        ["「{given}」は、記録のデータベースの指定として読めません。" "'{given}' is not the URL of a database of records."]
        ["sqlite:パス または postgres://ユーザー@ホスト/データベース の形で指定してください。"
         "Write sqlite:PATH or postgres://USER@HOST/DATABASE."] },
        StoreError::PasswordInUrl => text! { "password-in-url" Usage;
        ["データベースの指定にパスワードが含まれています。接続していません。"
         "The URL of the database contains a password. taimen did not connect."]
        ["パスワードを除き、パスワードファイル（環境変数 PGPASSFILE）か環境変数 PGPASSWORD で渡してください。シェルの履歴やログに残ったおそれがあるパスワードは変更してください。"
         "Take it out, and give it in a password file (PGPASSFILE) or in PGPASSWORD. If the password may be in a shell history or a log, change it."] },
        StoreError::NetworkFile { place } => text! { "records-network-file" Usage;
        ["{place} は、ネットワーク上のフォルダーにあります。そこでは記録を安全に書けません。"
         "{place} is on a network file system, where taimen cannot write records safely."]
        ["このパソコンのディスクに置くか、複数の端末で使うときは PostgreSQL を使ってください。"
         "Put it on a disk of this computer, or use PostgreSQL for several computers."] },
        StoreError::AlreadyThere { place } => text! { "records-already-there" Usage;
        ["{place} はすでにあります。何も書いていません。" "{place} is there already. taimen wrote nothing."]
        ["別の名前を指定してください。" "Name another one."] },
        StoreError::NoDatabase { place } => text! { "records-no-database" Usage;
        ["{place} に、記録のデータベースがありません。" "There is no database of records at {place}."]
        ["パスを確かめるか、taimen records init で作ってください。" "Check the path, or make one with taimen records init."] },
        StoreError::NotOurs { place } => text! { "records-not-ours" Usage;
        ["{place} は、taimenの記録のデータベースではありません。" "{place} is not a database of taimen's records."]
        ["フォルダーではなくデータベースのファイルを指定しているか確かめるか、taimen records init で新しく作ってください。"
         "Check that the URL names a database, and not a folder or another file, or make a new one with taimen records init."] },
        StoreError::NewerSchema { place, found, known } => text! { "records-newer-schema" Usage;
        ["{place} は、より新しい版のtaimenのデータベースです（形式{found}。この版が扱えるのは{known}まで）。何も変更していません。"
         "A newer taimen made {place}: its schema is {found}, and this taimen knows {known}. taimen changed nothing."]
        ["この端末のtaimenを新しい版にしてください。" "Update taimen on this computer."] },
        _ => super::files::internal("messages"),
    }
}

fn key(error: &StoreError) -> Text {
    match error {
        StoreError::NoKeyGiven => text! { "records-no-key" Usage;
        ["記録の鍵が指定されていません。" "No key of the records was given."]
        ["--key で鍵のファイルを指定するか、環境変数 TAIMEN_RECORDS_KEY に設定してください。"
         "Name the key file with --key or in TAIMEN_RECORDS_KEY."] },
        StoreError::KeyMissing { path } => text! { "records-key-missing" Usage;
        ["記録の鍵 {path} が見つかりません。" "The key of the records, {path}, was not found."]
        ["別に保管してある鍵の写しを、この場所に戻してください。鍵がなければ記録の内容は読めません。データベースの点検（taimen records verify）は鍵なしでできます。"
         "Put the copy that you keep elsewhere in its place. Without the key nobody can read the records. taimen records verify works without it."] },
        StoreError::KeyExists { path } => text! { "records-key-exists" Usage;
        ["鍵 {path} はすでにあります。上書きしていません。" "The key {path} is there already. taimen did not overwrite it."]
        ["データベースごとに新しい鍵のファイルを指定してください。" "Name a new key file for each database."] },
        StoreError::KeyInFolder { path } => text! { "records-key-in-folder" Usage;
        ["鍵 {path} が、データベースのフォルダーの中にあります。一緒に失われ、一緒に盗まれます。"
         "The key {path} is in the folder of the database, or below it. They would be lost and stolen together."]
        ["鍵を別のフォルダー（できれば別のディスク）に置いてください。" "Keep the key in another folder, if possible on another disk."] },
        StoreError::KeyOpen { path } => text! { "records-key-open" Usage;
        ["鍵 {path} を、ほかの利用者が読めるようになっています。" "Other users of this computer may read the key {path}."]
        ["所有者だけが読めるようにしてください（chmod 600）。すでに読まれたおそれがあるときは、taimen records rekey で鍵を替えてください。"
         "Let its owner alone read it (chmod 600). If somebody may have read it, change the key with taimen records rekey."] },
        StoreError::NotAKey { path } => text! { "records-not-a-key" Usage;
        ["{path} は、記録の鍵ではありません。" "{path} is not a key of records."]
        ["taimen records init が作った鍵のファイルを指定してください。" "Name the key file that taimen records init made."] },
        StoreError::WrongKey { place, path } => text! { "records-wrong-key" Usage;
        ["鍵 {path} は、{place} の鍵ではありません。" "The key {path} is not the key of {place}."]
        ["このデータベースを作ったときの鍵を指定してください。" "Name the key that was made with this database."] },
        StoreError::OldKey { place, path } => text! { "records-old-key" Usage;
        ["{place} の鍵は、新しいものに替えられています。{path} では開けません。"
         "The key of {place} was changed. {path} does not open it any more."]
        ["taimen records rekey が作った新しい鍵のファイルを、この端末に写してください。"
         "Copy the new key file, which taimen records rekey made, to this computer."] },
        StoreError::NoKeyring => text! { "records-no-keyring" Usage;
        ["このシステムの鍵の保管場所を使えません。" "taimen cannot use the key store of this system."]
        ["ログインした画面で実行するか、--key で鍵のファイルを使ってください。" "Run it in a desktop session, or use a key file with --key."] },
        _ => super::files::internal("messages"),
    }
}

fn proof(error: &StoreError) -> Text {
    match error {
        StoreError::HeadOlder { place, kept, found } => text! { "records-older-copy" Usage;
        ["{place} は古い写しです。{kept}件あったはずの記録が{found}件しかありません。何も追加していません。"
         "{place} is an older copy: it had {kept} entries, and has {found}. taimen added nothing."]
        ["新しいデータベースを元の場所に戻してください。失われたときは、最も新しいバックアップを taimen records restore --accept-loss で戻してください。"
         "Put the newer database back in its place. If it is lost, restore the newest backup with taimen records restore --accept-loss."] },
        StoreError::HeadDiffers { place, seq } => text! { "records-rewritten" Usage;
        ["{place} は書き換えられています。{seq}件目までが、鍵とともに控えた署名と合いません。何も追加していません。"
         "{place} was rewritten: its first {seq} entries do not fit the signed head that is kept with the key. taimen added nothing."]
        ["このデータベースを使うのをやめ、写しを取って、taimen records verify で調べてください。"
         "Stop using this database, make a copy of it, and examine it with taimen records verify."] },
        StoreError::HeadDisagrees { path, place, seq } => text! { "records-head-disagrees" Usage;
        ["{path} の署名つきの控え（head）は、{place} の記録簿のものではありません。署名の鍵は同じですが、{seq}件目までの内容が違います。どちらかが作り直されています。証明は作っていません。"
         "The signed head in {path} is not one of the log in {place}: the same key has signed it, but for other entries than the first {seq}. One of the two was made anew. taimen made no proof."]
        ["その head とデータベースの写しの両方を、監査する人に見せてください。head をいつ誰から受け取ったかも伝えてください。"
         "Show both, the head and a copy of the database, to whoever audits them, and say when and from whom you got the head."] },
        StoreError::HeadUnreadable { path } => text! { "records-head" Usage;
        ["{path} は、このデータベースの署名つきの控え（head）ではありません。" "{path} is not a signed head of this database."]
        ["別のデータベースのものでないか確かめてください。鍵の隣の控えが壊れたときは、別に控えた head で taimen records verify を実行してから、そのファイルを取り除いてください。"
         "Check whether it is of another database. If the head beside the key is damaged, run taimen records verify with a head that you keep elsewhere, then remove the file."] },
        StoreError::HeadElsewhere { path, place } => text! { "records-head-elsewhere" Usage;
        ["{path} は、{place} ではなく、別のデータベースの署名つきの控え（head）です。点検していません。"
         "{path} is a signed head of another database, not of {place}. taimen did not verify it."]
        ["このデータベースの head を指定してください。head の1行目に、データベースのIDがあります（taimen records head）。"
         "Name a head of this database. Its first line has the database's id, as taimen records head prints it."] },
        StoreError::Damaged { place, seq: 0, layer: Layer::Key } => text! { "records-damaged" Usage;
        ["{place} のデータ鍵を、このデータベースの鍵で開けません。データ鍵が壊れているか、鍵のファイルの中身が変わっています。何も追加していません。"
         "A data key in {place} does not open with the key of this database: it is damaged, or somebody edited the key file. taimen added nothing."]
        ["別に保管してある鍵の写しで試し、それでも開けないときは、バックアップを taimen records restore で戻してください。"
         "Try the copy of the key that you keep elsewhere. If it does not open either, restore a backup with taimen records restore."] },
        StoreError::Damaged { place, seq: 0, layer: Layer::Log } => text! { "records-damaged" Usage;
        ["{place} が、鍵の控えと違うこと（公開鍵、または試験用かどうか）を名のっています。書き換えられています。何も追加していません。"
         "{place} names another public key, or another kind of database, than its key file and heads do: somebody changed it. taimen added nothing."]
        ["このデータベースへの追加を止め、写しを取り、バックアップと比べてください。"
         "Stop using this database, make a copy of it, and compare it with a backup."] },
        StoreError::Damaged { place, seq: 0, layer } => text! { "records-damaged" Usage;
        ["{place} が壊れているか、書き換えられています（{layer}）。何も追加していません。"
         "{place} is damaged or was changed ({layer}). taimen added nothing."]
        ["taimen records verify で全体を点検し、バックアップと比べてください。"
         "Check the whole database with taimen records verify, and compare it with a backup."] },
        StoreError::Damaged { place, seq, layer } => text! { "records-damaged" Usage;
        ["{place} の{seq}件目が壊れているか、書き換えられています（{layer}）。何も追加していません。"
         "Entry {seq} of {place} is damaged or was changed ({layer}). taimen added nothing."]
        ["taimen records verify で全体を点検し、バックアップと比べてください。"
         "Check the whole database with taimen records verify, and compare it with a backup."] },
        StoreError::NotAPublicKey => text! { "records-not-a-public-key" Usage;
        ["指定された公開鍵が読めません。" "The public key that was given cannot be read."]
        ["taimen records init または head --json が表示した行を、そのまま指定してください。"
         "Give the line that taimen records init or head --json prints."] },
        StoreError::NotVacuumed { why } => text! { "records-not-vacuumed" Usage;
        [("内容は消去しましたが、データベースの使われなくなった領域にまだ残っている可能性があります（{}）。", text(why).what.ja)
         ("The contents are emptied, but unused parts of the database may still hold them ({}).", text(why).what.en)]
        ["ほかのプログラムを閉じてもう一度 purge を実行するか、PostgreSQLでは所有者が VACUUM を実行してください。"
         "Close other programs and run purge again; in PostgreSQL let the owner run VACUUM."] },
        StoreError::AfterHead { seq, size } => text! { "records-after-head" Usage;
        ["この記録は{seq}件目で、指定された head（{size}件まで）より後に追加されています。証明を書き出していません。"
         "The record is entry {seq}, added after the head that was given, which has {size} entries. taimen wrote no proof."]
        ["より新しい head を相手から受け取るか、--head なしで書き出した証明を、その head とともに渡してください。"
         "Ask for a newer head, or leave --head out and hand over the proof with its own head."] },
        StoreError::OtherHead { known, proof } => text! { "records-other-head" Usage;
        ["証明は{proof}件の head によるもので、指定された head は{known}件です。そのままでは突き合わせられません。証明が誤りだということではありません。"
         "The proof is under a head of {proof} entries, and the head that was given has {known}: they cannot be compared. It does not mean that the proof is false."]
        ["手元の head による証明を書き出してもらってください（taimen records head --proof ID --head ファイル）。"
         "Ask for a proof under your head (taimen records head --proof ID --head FILE)."] },
        StoreError::NotAProof { path } => text! { "records-not-a-proof" Usage;
        ["{path} は、記録が含まれることの証明ではありません。" "{path} is not a proof of a record."]
        ["taimen records head --proof で書き出したファイルを指定してください。" "Name a file that taimen records head --proof has written."] },
        _ => super::files::internal("messages"),
    }
}

fn server(error: &StoreError) -> Text {
    match error {
        StoreError::NoServer { place, error } => text! { "records-no-server" Usage;
        [("{place} に接続できません（{}）。", io_ja(*error)) ("{place} does not answer ({}).", io_en(*error))]
        ["ホスト名とポート、サーバーが動いているか、ネットワークを確かめてください。"
         "Check host and port, whether the server runs, and the network."] },
        StoreError::TlsRefused { place } => text! { "records-tls" Usage;
        ["{place} と、暗号化した接続（TLS）ができません。暗号化しない接続はしません。"
         "There is no TLS connection to {place}, and taimen does not connect without TLS."]
        ["サーバーの証明書とその発行者（sslrootcert）、ホスト名を確かめてください。同じ端末なら Unix ソケットを使えます（?host=/フォルダー）。"
         "Check the server's certificate, its issuer (sslrootcert) and the host name. On the same computer a Unix socket works too (?host=/FOLDER)."] },
        StoreError::LoginRefused { place } => text! { "records-login" Usage;
        ["{place} が、ログインを断りました。" "{place} refuses the login."]
        ["ユーザー名と、パスワードファイル（PGPASSFILE）または PGPASSWORD を確かめてください。"
         "Check the user, and the password file (PGPASSFILE) or PGPASSWORD."] },
        StoreError::NoRights { place } => text! { "records-no-rights" Usage;
        ["この利用者には、{place} でこの操作をする権限がありません。何も変更していません。"
         "This role has no right to do this at {place}. taimen changed nothing."]
        ["初期化は所有者の、消去は消去用の利用者で実行してください。権限は docs/records.md にあります。"
         "Run init as the owner and purge as the role for purges. docs/records.md lists the rights."] },
        StoreError::NoRoles { place } => text! { "records-no-roles" Usage;
        ["{place} にはロールがありません。何も作っていません。" "{place} has no roles. taimen made nothing."]
        ["--writer と --purger は PostgreSQL だけで使えます。" "--writer and --purger are for PostgreSQL alone."] },
        StoreError::NoSuchRole { role } => text! { "records-no-such-role" Usage;
        ["「{role}」というロールがサーバーにありません。" "The server has no role '{role}'."]
        ["管理者が CREATE ROLE で作ってから、docs/records.md の GRANT を実行してください。データベースは作ってあります。"
         "Let the administrator make it with CREATE ROLE, then run the GRANT statements of docs/records.md. The database is made."] },
        StoreError::ConnectionLost { place } => text! { "records-connection-lost" Usage;
        ["{place} との接続が切れました。保存の途中だったときは、保存できたかどうか分かりません。"
         "The connection to {place} was lost. If an entry was being saved, whether it was saved is not known."]
        ["サーバーとネットワークを確かめて、もう一度お試しください。保存の途中だったときは、保存されていないことを「記録を見る」または taimen records list で確かめてから、やり直してください。"
         "Check the server and the network, and try again. If you were saving, look for the entry (taimen records list) before you save it again."] },
        _ => super::files::internal("messages"),
    }
}
