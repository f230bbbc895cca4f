//! Messages about trust anchors.

use std::io::ErrorKind;

use crate::trust::{
    AddError, Hierarchy, ImportError, ManifestError, Purpose, RemoveError, Unusable, published, published_by,
};

use super::{
    ExitCode, Text,
    files::{io_ja, unreadable},
};

/// A folder that cannot be used.
pub(super) fn folder(error: &ManifestError) -> Text {
    let usage = ExitCode::Usage;
    // Nothing of a folder counts when one row is wrong.
    let whole = (
        "このフォルダーの鍵は一つも使っていません。anchors.toml を元に戻すか、フォルダーを空にして taimen trust add でやり直してください。",
        "No key of this folder was used. Restore anchors.toml, or empty the folder and use taimen trust add again.",
    );
    let row = (
        "このフォルダーの鍵は一つも使っていません。ファイルを元に戻すか、taimen trust remove で削除して追加し直してください。",
        "No key of this folder was used. Restore the file, or take it out with taimen trust remove and add it again.",
    );
    match error {
        ManifestError::Toml(_) => Text::new(
            "trust-manifest",
            usage,
            ("鍵の一覧 anchors.toml が読めません。", whole.0),
            ("The list of keys, anchors.toml, cannot be read.", whole.1),
        ),
        ManifestError::MissingFile(file) => Text::new(
            "trust-missing-file",
            usage,
            (format!("anchors.toml にある {file} が見つかりません。"), row.0),
            (format!("anchors.toml names {file}, which is not there."), row.1),
        ),
        ManifestError::BadFileName(file) => Text::new(
            "trust-bad-file-name",
            usage,
            (format!("anchors.toml の {file} は、フォルダー内のファイル名ではありません。"), row.0),
            (format!("anchors.toml names {file}, which is not a plain file name."), row.1),
        ),
        ManifestError::Import(file, error) => {
            let (ja, en) = import(error);
            Text::new("trust-not-an-anchor", usage, (format!("{file}: {ja}"), row.0), (format!("{file}: {en}"), row.1))
        }
        ManifestError::PinMismatch(file) => Text::new(
            "trust-pin-mismatch",
            usage,
            (format!("{file} が、追加したときから書き換わっています。"), row.0),
            (format!("{file} was changed since it was added."), row.1),
        ),
        ManifestError::NotPublished(file) => Text::new(
            "trust-false-claim",
            usage,
            (format!("anchors.toml は {file} を発行者が公表したものとしていますが、公表された指紋と違います。"), row.0),
            (
                format!("anchors.toml says that the issuer published {file}, but its fingerprint is no published one."),
                row.1,
            ),
        ),
        ManifestError::WorldWritable(folder) => Text::new(
            "trust-world-writable",
            usage,
            (
                format!("{folder} は、この端末の誰でも書き換えられます。"),
                format!("中身を確かめたうえで、他の人の書き込みを禁じてください（chmod o-w {folder}）。"),
            ),
            (
                format!("{folder} may be written by anybody on this machine."),
                format!("Look at what it holds, then forbid others to write there (chmod o-w {folder})."),
            ),
        ),
        ManifestError::OtherOwner(folder) => Text::new(
            "trust-other-owner",
            usage,
            (
                format!("{folder} は、別の利用者のものです。その人が中身を書き換えられます。"),
                format!("中身を確かめたうえで、自分のものにしてください（sudo chown -R \"$USER\" {folder}）。"),
            ),
            (
                format!("{folder} belongs to another user, who may change what it holds."),
                format!("Look at what it holds, then make it your own (sudo chown -R \"$USER\" {folder})."),
            ),
        ),
        ManifestError::NoManifest(folder) => Text::new(
            "trust-no-manifest",
            usage,
            (
                format!("{folder} に、鍵の一覧 anchors.toml がありません。"),
                "--trust-dir のフォルダーを確かめてください。新しく作るときは taimen trust add を使います。",
            ),
            (
                format!("{folder} has no list of keys, anchors.toml."),
                "Check the folder given to --trust-dir. To make a new one, use taimen trust add.",
            ),
        ),
        ManifestError::Io(path, error) => unreadable(path, *error),
    }
}

/// An addition that did not happen.
pub(super) fn add(error: &AddError) -> Text {
    let usage = ExitCode::Usage;
    match error {
        AddError::Import(error) => {
            let (ja, en) = import(error);
            Text::new(
                "trust-add-import",
                usage,
                (ja, "用途（--purpose）とファイルの組み合わせを確かめてください。何も追加していません。"),
                (en, "See whether the file fits the purpose (--purpose). Nothing was added."),
            )
        }
        AddError::NotPinned { purpose, sha256, claims } => not_pinned(*purpose, sha256, *claims),
        AddError::AlreadyThere(name) => Text::new(
            "trust-add-already-there",
            usage,
            (format!("{name} は、すでにあります。"), "何もする必要はありません。taimen trust list で確かめられます。"),
            (format!("{name} is already there."), "Nothing needs to be done. taimen trust list shows it."),
        ),
        AddError::Busy(folder) => busy(folder),
        AddError::Folder(error) => folder(error),
        AddError::Io(path, error) => {
            let (ja, en) = io_words(*error);
            Text::new(
                "trust-add-io",
                usage,
                (
                    format!("{path} を読み書きできません（{ja}）。"),
                    "パスと権限を確かめてください。何も追加していません。",
                ),
                (format!("{path}: {en}."), "Check the path and your permissions. Nothing was added."),
            )
        }
    }
}

/// What the folder's guard says of devices, pipes and the like has words of its own.
fn io_words(error: ErrorKind) -> (String, String) {
    match error {
        ErrorKind::InvalidInput => ("通常のファイルではありません".to_owned(), "not a regular file".to_owned()),
        other => (io_ja(other).to_owned(), other.to_string()),
    }
}

/// A removal that did not happen.
pub(super) fn remove(error: &RemoveError) -> Text {
    let usage = ExitCode::Usage;
    match error {
        RemoveError::TooShort(selector) => Text::new(
            "trust-remove-too-short",
            usage,
            (
                format!("「{selector}」だけでは、どの鍵か決められません。"),
                "SHA-256の先頭8桁以上を指定してください。taimen trust list で確かめられます。",
            ),
            (
                format!("'{selector}' is too short to name a key."),
                "Give at least the first 8 digits of its SHA-256. taimen trust list shows them.",
            ),
        ),
        RemoveError::NotThere(selector) => Text::new(
            "trust-remove-not-there",
            usage,
            (
                format!("追加された鍵や証明書に「{selector}」はありません。"),
                "SHA-256の先頭8桁以上か、ファイル名で指定してください。taimen trust list で確かめられます。",
            ),
            (
                format!("Nothing was added as '{selector}'."),
                "Give the first 8 digits or more of its SHA-256, or its file name. taimen trust list shows both.",
            ),
        ),
        RemoveError::Shipped(name) => Text::new(
            "trust-remove-shipped",
            usage,
            (
                format!("{name} は、taimenに付属しているものなので削除できません。"),
                "削除できるのは、taimen trust add で追加したものだけです。付属のものに疑いがあるときは、そのカードの判定に使わず、開発者に知らせてください。",
            ),
            (
                format!("{name} ships with taimen and cannot be removed."),
                "Only what taimen trust add has added can be. If you doubt a shipped one, check no such card, and tell the developers.",
            ),
        ),
        RemoveError::Ambiguous(selector, count) => Text::new(
            "trust-remove-ambiguous",
            usage,
            (
                format!("「{selector}」に当たるものが{count}個あります。何も削除していません。"),
                "SHA-256をもっと長く指定するか、用途を --purpose で指定してください。",
            ),
            (
                format!("'{selector}' fits {count} anchors. Nothing was removed."),
                "Give more of the SHA-256, or name the purpose with --purpose.",
            ),
        ),
        RemoveError::Busy(folder) => busy(folder),
        RemoveError::Folder(error) => folder(error),
        RemoveError::Io(path, error) => Text::new(
            "trust-remove-io",
            usage,
            (
                format!("{path} に書き込めません（{}）。", io_ja(*error)),
                "パスと権限を確かめてください。何も削除していません。",
            ),
            (format!("{path}: {error}."), "Check the path and your permissions. Nothing was removed."),
        ),
    }
}

/// No data directory.
pub(super) fn no_folder() -> Text {
    Text::new(
        "trust-no-folder",
        ExitCode::Usage,
        (
            "鍵を置くフォルダーの場所が分かりません（HOME が設定されていません）。",
            "--trust-dir でフォルダーを指定してください。",
        ),
        ("There is no place for your keys (HOME is not set).", "Name a folder with --trust-dir."),
    )
}

fn busy(folder: &str) -> Text {
    Text::new(
        "trust-busy",
        ExitCode::Usage,
        (
            format!("{folder} は、別のtaimenが書き換えている最中です。"),
            "その終わりを待って、もう一度実行してください。何も変えていません。",
        ),
        (
            format!("{folder} is being changed by another taimen."),
            "Wait for it to end, then try again. Nothing was changed.",
        ),
    )
}

/// A file in the place of a published one, with what the issuer does publish.
fn not_pinned(purpose: Purpose, sha256: &str, claims: bool) -> Text {
    let files: Vec<String> = published(purpose)
        .filter(|pin| pin.hierarchy == Hierarchy::Production)
        .map(|pin| format!("{} ({})", pin.name, pin.files.join(" / ")))
        .collect();
    let (ja, en) = if claims {
        (
            format!("発行者の名前がありますが、発行者が公表した鍵や証明書ではありません。SHA-256は {sha256} です。"),
            format!("It bears the issuer's name but is not one that the issuer published. Its SHA-256 is {sha256}."),
        )
    } else {
        (
            format!("発行者が公表した鍵や証明書ではありません。SHA-256は {sha256} です。"),
            format!("This is not one that the issuer published. Its SHA-256 is {sha256}."),
        )
    };
    let insist = (
        "それでも追加するときは --unpinned を付けてください（報告書に「非公式」と出ます）。",
        "To add it all the same, give --unpinned (reports then say so).",
    );
    let (todo_ja, todo_en) = match published_by(purpose) {
        Some((issuer, place)) => (
            format!("公表されているもの：{}。入手先：{} {place} 。{}", files.join("、"), issuer.ja, insist.0),
            format!("Published are {}, by {} at {place} . {}", files.join(", "), issuer.en, insist.1),
        ),
        None => (
            format!("発行者の公表した値と見比べてください。{}", insist.0),
            format!("Compare it with what the issuer publishes. {}", insist.1),
        ),
    };
    Text::new("trust-add-not-pinned", ExitCode::Usage, (ja, todo_ja), (en, todo_en))
}

fn import(error: &ImportError) -> (String, String) {
    match error {
        ImportError::TooLarge => (
            "鍵や証明書のファイルとしては大きすぎます。".to_owned(),
            "The file is too large for a key or certificate.".to_owned(),
        ),
        ImportError::NotCvKey => (
            "この用途の鍵は、issuer_key_id・modulus・exponent（すべて16進）を持つJSONです。".to_owned(),
            "A key for this purpose is a JSON object with issuer_key_id, modulus and exponent, all in hex.".to_owned(),
        ),
        ImportError::Key(error) => {
            ("カードに使われる形の鍵ではありません。".to_owned(), format!("Not a key that cards have: {error}."))
        }
        ImportError::NotCertificate => (
            "DERまたはPEM形式の一つのX.509証明書ではありません。".to_owned(),
            "The file is not one X.509 certificate in DER or PEM.".to_owned(),
        ),
        ImportError::Unusable(why) => unusable(*why),
        ImportError::BadArchive => (
            "ZIPファイルが壊れているか、証明書の入ったものではありません。".to_owned(),
            "The zip file is broken, or not one that holds a certificate.".to_owned(),
        ),
        ImportError::DuplicateEntries => (
            "ZIPファイルの中に同じ名前のファイルが二つあります。".to_owned(),
            "The zip file holds two files of one name.".to_owned(),
        ),
        ImportError::NotOneCertificate(found) => (
            format!("ZIPファイルの中の証明書（.crt .cer .der）は一つでなければなりません（{found}個あります）。"),
            format!("A zip file must hold one certificate (.crt, .cer or .der); this one holds {found}."),
        ),
    }
}

/// A certificate under which no card could ever count.
fn unusable(why: Unusable) -> (String, String) {
    let (ja, en) = match why {
        Unusable::Form => {
            ("形式が正しくありません（DERに厳密に従っていません）", "it is not in the strict form that checks read")
        }
        Unusable::Key => {
            ("鍵が2048ビットのRSAでもP-384でもありません", "its key is neither RSA with 2048 bits nor P-384")
        }
        Unusable::NotACa => ("認証局（CA）の証明書ではありません", "it is not one of a certification authority"),
    };
    (
        format!("この証明書では、どのカードも確認できません：{ja}。"),
        format!("No card can rest on this certificate: {en}."),
    )
}
