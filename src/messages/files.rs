//! Messages about files and the rest.

use std::io::ErrorKind;

use crate::{
    dump::DumpError,
    lang::{Words, words},
};

use super::{Problem, Text, trust};

pub(super) fn text(problem: &Problem) -> Text {
    match problem {
        Problem::Unreadable { path, error } => unreadable(path, *error),
        Problem::Unwritable { path, error: ErrorKind::AlreadyExists } => text! { "already-exists" Usage;
        ["{path} はすでにあります。何も書いていません。" "{path} is already there. Nothing was written."]
        ["別の名前を指定してください。" "Name another file."] },
        Problem::Unwritable { path, error } => text! { "unwritable" Usage;
        [("{path} に書き込めません（{}）。", io_ja(*error)) ("{path} cannot be written ({}).", io_en(*error))]
        ["フォルダーがあるか、書き込みの権限と空きがあるか確かめてください。"
         "Check whether the folder exists and has space, and whether you may write there."] },
        Problem::UnfitDestination { path } => text! { "unfit-destination" Usage;
        ["{path} は普通のファイルではない（フォルダー、リンク、パイプ、装置など）ため、書き込んでいません。"
         "{path} is not a regular file but a folder, link, pipe or device. Nothing was written there."]
        ["普通のファイルの名前を指定してください。リンクの場合は、リンク先のファイルを直接指定してください。"
         "Name a regular file. If it is a link, name the file that it leads to."] },
        Problem::SameFile { path, first, second } => text! { "same-file" Usage;
        ["{path} が {first} と {second} の両方に指定されています。何も書いていません。"
         "Both {first} and {second} name {path}. taimen wrote nothing."]
        ["書き出すファイルには、それぞれ別の名前を指定してください。" "Give each file that taimen writes a name of its own."] },
        Problem::Empty { path } => {
            let Words { ja, en } = if path == "-" {
                words! { "標準入力" "Standard input" }
            } else {
                words! { "{path}" "{path}" }
            };
            text! { "empty-file" Usage;
            ["{ja} は空です。" "{en} is empty."]
            ["ファイルの指定が正しいか、書き出しが途中で止まらなかったか確かめてください。"
             "Check whether it is the right file, and whether whatever wrote it came to its end."] }
        }
        Problem::RecordedScope { option } => text! { "recorded-scope" Usage;
        ["記録は、記録したときの範囲で再生します。" "A recording is played back with its own scope."]
        ["--{option} を外して、もう一度実行してください。" "Run this again without --{option}."] },
        Problem::Dump { path, error } => dump(path, *error),
        Problem::NotASealKey { path } => text! { "not-a-seal-key" Usage;
        ["{path} は封印用の鍵（Ed25519の秘密鍵、PEM）ではありません。" "{path} is not a key that seals dumps (an Ed25519 private key in PEM)."]
        ["taimen seal-key で作ったファイルを指定してください。カードには触れていません。"
         "Name a file that taimen seal-key has made. taimen did not touch a card."] },
        Problem::SealBroken { path } => text! { "seal-broken" Usage;
        ["{path} は、封印された後に書き換えられています。判定していません。" "{path} was changed after it was sealed. taimen did not judge it."]
        ["元のファイルを保存した人から受け取り直してください。このファイルを証拠として使わないでください。"
         "Get the original from the person who saved it, and do not use this file as evidence."] },
        Problem::OtherSeal { path, found: Some(found) } => text! { "other-seal" Usage;
        ["{path} は、指定とは別の鍵（SHA-256: {found}）で封印されています。判定していません。"
         "{path} is sealed by another key (SHA-256 {found}). taimen did not judge it."]
        ["指紋を、保存した人に別の手段で確かめてください。" "Ask the person who saved it for the fingerprint over another channel."] },
        Problem::OtherSeal { path, found: None } => text! { "no-seal" Usage;
        ["{path} は封印されていません。判定していません。" "{path} is not sealed. taimen did not judge it."]
        ["封印されたファイルを受け取るか、--sealed-by を外してください。" "Get the sealed file, or leave --sealed-by out."] },
        Problem::ReadInFuture { read_at } => text! { "read-in-future" Usage;
        ["保存された読み取りの時刻（{read_at}）が、このパソコンの時計より先です。判定していません。"
         "The time of the reading, {read_at}, is ahead of this computer's clock. taimen did not judge it."]
        ["パソコンの時計を確かめてください。時計が正しければ、読み取った側の時計が狂っていたか、時刻が書き換えられています。\
          ファイル全体を自分で保証できるときだけ --at recorded を付けてください。"
         "Check this computer's clock. If it is right, the clock was wrong at the reading, or somebody changed the time. Add --at recorded only if you can vouch for the whole file yourself."] },
        Problem::SealWithoutWord => text! { "seal-without-word" Usage;
        ["記録の再生に封印を付けようとしています。封印は内容を保証しますが、記録がいつどのカードから作られたかは再生では分かりません。"
         "A seal vouches for a reading, but a replay does not show when and from which card its recording was made."]
        ["記録全体を自分で保証できるときだけ --at recorded を付けてください。そうでなければ --seal を外してください。"
         "Add --at recorded if you can vouch for the whole recording yourself. If not, leave --seal out."] },
        Problem::Recording { path, line } => text! { "recording" Usage;
        ["{path} の{line}行目が、記録として読めません。" "Line {line} of {path} is not a line of a recording."]
        ["記録の形式は docs/recording.md にあります。手で直したときは、その行を確かめてください。"
         "docs/recording.md describes the format. If the file was edited, check that line."] },
        Problem::RecordingVersion { path } => text! { "recording-other-version" Usage;
        ["{path} は、この版のtaimenが知らない形式の版の記録です。" "{path} is a recording in a version of the format that this version of taimen does not know."]
        ["記録した版（または新しい版）のtaimenで再生するか、この版で記録し直してください。"
         "Play it back with the version that recorded it, or a newer one, or record the card again."] },
        Problem::RecordingGiven { path } => text! { "recording-given" Usage;
        ["{path} は、保存された読み取りではなく通信の記録です。" "{path} is a recording, not a saved reading."]
        ["taimen check --reader replay:{path} で再生してください。"
         "Play it back: taimen check --reader replay:{path} (a recording keeps the exchanges)."] },
        Problem::DumpGiven { path } => text! { "dump-given" Usage;
        ["{path} は、通信の記録ではなく保存された読み取り（JSON）のようです。" "{path} looks like a saved reading (JSON), not like a recording."]
        ["taimen verify {path} で検証してください。" "Verify it: taimen verify {path} (a saved reading keeps what was read)."] },
        Problem::RecordingUnused { unused, steps } => text! { "recording-unused" Card;
        ["記録の全{steps}ステップのうち{unused}ステップが使われませんでした。" "{unused} of the recording's {steps} steps were not used."]
        ["記録したときと同じ指定で実行しているか、別の版のtaimenの記録でないか確かめてください。"
         "Check whether the options are those of the recording, and whether another version of taimen made it."] },
        Problem::RecordingDraw { draw } => text! { "recording-draw" Card;
        ["記録の{draw}番目の乱数（random:）がないか、長さが違います。" "Random draw {draw} of the recording (random:) is missing or has the wrong length."]
        ["記録の先頭部分を確かめてください。形式は docs/recording.md にあります。"
         "Check the header of the recording. docs/recording.md describes the format."] },
        Problem::NoRandomBytes => text! { "no-random-bytes" Usage;
        ["OSから乱数を得られないため、ICチップに問いかけられません。" "The operating system provides no random bytes, so taimen cannot challenge the chip."]
        ["パソコンを再起動しても続くときは、システムの管理者に相談してください。" "If a restart does not help, ask the administrator of this machine."] },
        Problem::Vpcd { address, error } => text! { "vpcd" Usage;
        [("vpcd（{address}）に接続できないか、接続が切れました（{}）。", io_ja(*error))
         "taimen cannot connect to vpcd at {address}, or the connection broke ({error})."]
        ["pcscd と vpcd が動いているか確かめてください。Debian/Ubuntu: sudo apt-get install pcscd vsmartcard-vpcd"
         "Check whether pcscd runs with vpcd (Debian and Ubuntu: sudo apt-get install pcscd vsmartcard-vpcd)."] },
        Problem::NoPicture => text! { "no-picture" Card;
        ["顔写真のファイルは作っていません。" "taimen wrote no file with the face picture."]
        ["カードに写真がないか、画像が壊れているか、写真の電子署名を確認できません。判定の結果は、表示された報告のとおりです。"
         "The card has no picture, the picture is damaged, or its signature was not confirmed. The report gives the verdict."] },
        Problem::NoFront => text! { "no-front" Card;
        ["券面（表）の画像のファイルは作っていません。" "taimen wrote no file with the picture of the front."]
        ["第1世代の在留カード等ではないか、画像が壊れているか、画像の電子署名を確認できません。署名のない画像は --html の報告で、\
          その旨の表示とともに見られます。"
         "This is not a residence card of the first generation, the picture is damaged, or its signature was not confirmed. The --html report shows an unsigned picture, marked as such."] },
        Problem::TrustFolder(error) => trust::folder(error),
        Problem::TrustAdd(error) => trust::add(error),
        Problem::TrustRemove(error) => trust::remove(error),
        Problem::NoTrustFolder => trust::no_folder(),
        Problem::PinWithoutList { purpose } => {
            let purpose = purpose.as_str();
            text! { "trust-add-pin-without-list" Usage;
            ["--pin は、マスターリストのある用途だけのものです（{purpose} にはありません）。" "--pin is only for a purpose that has master lists, which {purpose} does not."]
            ["--pin を外して、もう一度実行してください。何も追加していません。" "Run it again without --pin. Nothing was added."] }
        }
        Problem::UnknownCheck(name) => text! { "unknown-check" Usage;
        ["「{name}」という検査はありません。" "There is no check named '{name}'."]
        ["名前なしで taimen explain を実行すると、検査の一覧を表示します。" "taimen explain without a name lists the checks."] },
        Problem::BadTime { recorded } => {
            let Words { ja, en } = if *recorded {
                words! { "2026-11-22T10:00:00+09:00 のように指定するか、保存された読み取りを自分で保証できるときは recorded と指定してください。"
                "Write it like 2026-11-22T10:00:00+09:00, or write recorded if you vouch for a saved reading." }
            } else {
                words! { "2026-11-22T10:00:00+09:00 のように指定してください。" "Write it like 2026-11-22T10:00:00+09:00." }
            };
            text! { "bad-time" Usage;
            ["--at の時刻が読めないか、扱える範囲にありません。" "The time given to --at cannot be read, or is out of range."]
            ["{ja}" "{en}"] }
        }
        Problem::NoLines => text! { "no-lines" Usage;
        ["比べる行が一つもありませんでした。" "There was no line to compare."]
        ["1行に {{\"chip\":{{…}},\"form\":{{…}}}} を一つずつ渡してください。書き方は docs/compare.md にあります。"
         "Give a line {{\"chip\":{{...}},\"form\":{{...}}}} for each comparison. docs/compare.md describes it."] },
        Problem::Internal { place } => internal(place),
        _ => internal("messages"),
    }
}

/// A fault of the program itself.
pub(super) fn internal(place: &str) -> Text {
    text! { "internal" Usage;
    ["taimen自身の不具合です（{place}）。結果は出ていません。" "taimen itself has a fault ({place}). There is no result."]
    ["この表示とバージョンを添えて、開発者に知らせてください。カードの内容は送らないでください。"
     "Please report this line and the version to the developers. Do not send card data."] }
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &str, error: ErrorKind) -> Text {
    text! { "unreadable" Usage;
    [("{path} を読めません（{}）。", io_ja(error)) ("{path} cannot be read ({}).", io_en(error))]
    ["パスと、読み取りの権限を確かめてください。" "Check the path and your permissions."] }
}

/// Why a file or a connection could not be used.
pub(super) fn io_ja(error: ErrorKind) -> &'static str {
    match error {
        ErrorKind::NotFound => "見つかりません",
        ErrorKind::PermissionDenied => "権限がありません",
        ErrorKind::AlreadyExists => "すでにあります",
        ErrorKind::IsADirectory => "フォルダーです",
        ErrorKind::NotADirectory => "フォルダーではありません",
        ErrorKind::InvalidFilename => "使えないファイル名です",
        ErrorKind::ReadOnlyFilesystem => "書き込めない場所です",
        ErrorKind::StorageFull => "空きがありません",
        ErrorKind::InvalidInput | ErrorKind::InvalidData => "形が正しくありません",
        ErrorKind::ConnectionRefused => "接続を拒まれました",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => "接続が切れました",
        ErrorKind::UnexpectedEof => "途中で終わりました",
        ErrorKind::AddrInUse => "ほかのプログラムが使っています",
        ErrorKind::AddrNotAvailable => "この端末のアドレスではありません",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => "相手に届きません",
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "時間内に応答がありません",
        _ => "入出力の誤りです",
    }
}

/// The same in English. The standard library's "entity" is a file here.
pub(super) fn io_en(error: ErrorKind) -> String {
    if error == ErrorKind::NotFound { "not found".to_owned() } else { error.to_string() }
}

fn dump(path: &str, error: DumpError) -> Text {
    match error {
        DumpError::TooLarge => text! { "dump-too-large" Usage;
        ["{path} は、保存された読み取りとしては大きすぎます。" "{path} is too large for a saved reading."]
        ["taimen check --save-dump で作ったファイルを指定してください。" "Name a file that taimen check --save-dump has written."] },
        DumpError::Malformed { line, column } => text! { "dump-malformed" Usage;
        ["{path} の{line}行{column}列目が、保存された読み取りとして読めません。" "{path} is not a saved reading (line {line}, column {column})."]
        ["ファイルが途中で切れたり書き換えられたりしていないか確かめてください。" "Check whether the file was cut off or edited."] },
        DumpError::OtherSchema => text! { "dump-other-schema" Usage;
        ["{path} は別の種類か、別の版のファイルです。" "{path} is another kind of file, or has another version."]
        ["taimen check --save-dump で作ったファイルか、新しい版のtaimenが必要か確かめてください。"
         "Check whether taimen check --save-dump wrote it, and whether it needs a newer taimen."] },
    }
}
