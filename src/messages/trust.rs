//! Messages about trust anchors.

use std::io::ErrorKind;

use crate::{
    lang::{Bilingual, Words, words},
    trust::{
        AddError, CmsError, Hierarchy, ImportError, ListError, ManifestError, Purpose, Refused, RemoveError,
        SignerError, Unusable, VicalError, published, published_by,
    },
};

use super::{
    Text,
    files::{io_en, io_ja, unreadable},
};

/// A folder that cannot be used.
pub(super) fn folder(error: &ManifestError) -> Text {
    // Nothing of a folder counts when one row is wrong.
    let whole = words! { "このフォルダーの鍵は一つも使っていません。anchors.toml を元に戻すか、フォルダーを空にして taimen trust add でやり直してください。"
    "No key of this folder was used. Restore anchors.toml, or empty the folder and use taimen trust add again." };
    let row = words! { "このフォルダーの鍵は一つも使っていません。ファイルを元に戻すか、taimen trust remove で削除して追加し直してください。"
    "No key of this folder was used. Restore the file, or remove it with taimen trust remove and add it again." };
    match error {
        ManifestError::Toml(_) => text! { "trust-manifest" Usage;
        ["鍵の一覧 anchors.toml が読めません。" "The list of keys, anchors.toml, cannot be read."] whole },
        ManifestError::MissingFile(file) => text! { "trust-missing-file" Usage;
        ["anchors.toml にある {file} が見つかりません。" "anchors.toml names {file}, which is not there."] row },
        ManifestError::BadFileName(file) => text! { "trust-bad-file-name" Usage;
        ["anchors.toml の {file} は、フォルダー内のファイル名ではありません。" "anchors.toml names {file}, which is not a plain file name."]
        row },
        ManifestError::Import(file, error) => {
            let Words { ja, en } = import(error);
            text! { "trust-not-an-anchor" Usage;
            ["{file}: {ja}" "{file}: {en}"] row }
        }
        ManifestError::PinMismatch(file) => text! { "trust-pin-mismatch" Usage;
        ["{file} が、追加したときから書き換わっています。" "{file} was changed since it was added."] row },
        ManifestError::NotPublished(file) => text! { "trust-false-claim" Usage;
        ["anchors.toml は {file} を発行者が公表したものとしていますが、公表された指紋と違います。"
         "anchors.toml says that the issuer published {file}, but no issuer published its fingerprint."] row },
        ManifestError::WorldWritable(folder) => text! { "trust-world-writable" Usage;
        ["{folder} は、この端末の誰でも書き換えられます。" "Anybody on this machine may write to {folder}."]
        ["中身を確かめたうえで、他の人の書き込みを禁じてください（chmod o-w {folder}）。"
         "Check its contents, then forbid others to write there (chmod o-w {folder})."] },
        ManifestError::OtherOwner(folder) => text! { "trust-other-owner" Usage;
        ["{folder} は、別の利用者のものです。その人が中身を書き換えられます。" "{folder} belongs to another user, who may change what it holds."]
        ["中身を確かめたうえで、自分のものにしてください（sudo chown -R \"$USER\" {folder}）。"
         "Check its contents, then make it your own (sudo chown -R \"$USER\" {folder})."] },
        ManifestError::NoManifest(folder) => text! { "trust-no-manifest" Usage;
        ["{folder} に、鍵の一覧 anchors.toml がありません。" "{folder} has no list of keys, anchors.toml."]
        ["--trust-dir のフォルダーを確かめてください。新しく作るときは taimen trust add を使います。"
         "Check the folder given to --trust-dir. To make a new one, use taimen trust add."] },
        ManifestError::Io(path, error) => unreadable(path, *error),
    }
}

/// An addition that did not happen.
pub(super) fn add(error: &AddError) -> Text {
    match error {
        AddError::Import(error) => text! { "trust-add-import" Usage; (import(error))
        ["用途（--purpose）とファイルの組み合わせを確かめてください。何も追加していません。"
         "Check whether the file fits the purpose (--purpose). Nothing was added."] },
        AddError::NotPinned { purpose, sha256, claims } => not_pinned(*purpose, sha256, *claims),
        AddError::PinNotThere(sha256) => text! { "trust-add-pin" Usage;
        ["--pin で指定した指紋（SHA-256 {sha256}）の証明書が、ファイルにありません。" "No certificate in the file has the fingerprint that --pin names (SHA-256 {sha256})."]
        ["指紋をもう一度確かめてください。別のファイルか、書き換えられたファイルかもしれません。何も追加していません。"
         "Compare the fingerprint again. It may be another file, or one that somebody changed. Nothing was added."] },
        AddError::List(error) => list(error),
        AddError::Vical(error) => vical(error),
        AddError::NothingUsable(None) => text! { "trust-add-nothing" Usage;
        ["ファイルに証明書が入っていません。" "The file holds no certificate."]
        ["発行者から入手したファイルかどうか確かめてください。何も追加していません。" "Check whether it is the file that the issuer publishes. Nothing was added."] },
        AddError::NothingUsable(Some(why)) => {
            let Bilingual { ja, en } = refused(*why);
            text! { "trust-add-nothing-usable" Usage;
            ["使える証明書が一つもありません。最初のもの：{ja}。" "No certificate in the file can be used. Of the first one: {en}."]
            ["用途（--purpose）とファイルの組み合わせを確かめてください。何も追加していません。"
             "Check whether the file fits the purpose (--purpose). Nothing was added."] }
        }
        AddError::AlreadyThere(name) => text! { "trust-add-already-there" Usage;
        ["{name} は、すでにあります。" "{name} is already there."]
        ["何もする必要はありません。taimen trust list で確かめられます。" "Nothing needs to be done. taimen trust list shows it."] },
        AddError::Busy(folder) => busy(folder),
        AddError::Folder(error) => folder(error),
        AddError::Io(path, error) => {
            let Words { ja, en } = io_words(*error);
            text! { "trust-add-io" Usage;
            ["{path} を読み書きできません（{ja}）。" "{path} cannot be read or written ({en})."]
            ["パスと権限を確かめてください。何も追加していません。" "Check the path and your permissions. Nothing was added."] }
        }
    }
}

/// A master list that does not count.
fn list(error: &ListError) -> Text {
    let unchanged = words! { "信頼できるところから入手し直してください。何も追加していません。"
    "Get the list again from where you can rely on it. Nothing was added." };
    match error {
        ListError::TooLarge | ListError::TooManyCertificates => text! { "trust-list-too-large" Usage;
        ["マスターリストとしては大きすぎます。" "The file is too large for a master list."] unchanged },
        ListError::Malformed | ListError::Cms(CmsError::Malformed | CmsError::ContentType(_)) => {
            text! { "trust-list-form" Usage;
            ["証明書（DERまたはPEM）でも、署名付きの証明書の一覧でもありません。" "The file is neither a certificate (DER or PEM) nor a signed list of certificates."]
            ["用途（--purpose）とファイルの組み合わせを確かめてください。何も追加していません。"
             "Check whether the file fits the purpose (--purpose). Nothing was added."] }
        }
        ListError::Cms(error) => text! { "trust-list-signature" Usage;
        ["マスターリストの署名を確認できません。" "The signature of the master list does not hold: {error}."] unchanged },
        ListError::Purpose => text! { "trust-list-purpose" Usage;
        ["マスターリストに署名した証明書が、その用途のものではありません。" "The certificate that signed the master list is not one for master lists."]
        unchanged },
        ListError::Signer(error) => {
            let Bilingual { ja, en } = signer(error);
            text! { "trust-list-signer" Usage;
            ["マスターリストに署名した者を確認できません：{ja}。" "Nobody vouches for the signer of the master list: {en}."]
            ["署名した国のCSCA証明書を先に追加してください。または、その国が公表した指紋を --pin で指定してください。どちらもなしで追加するときは --unpinned を付けてください（報告書にそう出ます）。何も追加していません。"
             "Add the CSCA certificate of the state that signed it first, or give the fingerprint that the state publishes with --pin. To add the list without either, give --unpinned (reports then say so). Nothing was added."] }
        }
    }
}

/// A VICAL that does not count.
fn vical(error: &VicalError) -> Text {
    let unchanged = words! { "信頼できるところから入手し直してください。何も追加していません。"
    "Get the list again from where you can rely on it. Nothing was added." };
    match error {
        VicalError::Outdated => text! { "trust-vical-outdated" Usage;
        ["VICALの次の更新日を過ぎています。" "The VICAL has passed its date of the next update."]
        ["提供者から新しい一覧を入手してください。何も追加していません。" "Get the current list from its provider. Nothing was added."] },
        VicalError::Purpose | VicalError::Validity => text! { "trust-vical-purpose" Usage;
        ["VICALに署名した証明書が、その用途のものではないか、今は有効ではありません。"
         "The certificate that signed the VICAL is not one for such lists, or is not valid now."] unchanged },
        VicalError::NotVouched => text! { "trust-vical-signer" Usage;
        ["VICALに署名した者を確認できません：署名者を証明する登録済みの証明書がありません。"
         "Nobody vouches for the signer of the VICAL: no installed certificate certifies it."]
        ["VICALの提供者のルート証明書を、先に taimen trust add --purpose mdoc で追加するか、公表されているその指紋を --pin で指定してください。どちらもなしで追加するときは --unpinned を付けてください（報告書にそう出ます）。何も追加していません。"
         "Add the root certificate of the list's provider first, with taimen trust add --purpose mdoc, or give its published fingerprint with --pin. To add the list without either, give --unpinned (reports then say so). Nothing was added."] },
        error => text! { "trust-vical-form" Usage;
        ["VICAL（IACA証明書の一覧）として読めないか、署名を確認できません。" "The file cannot be read as a VICAL (a list of IACA certificates), or its signature does not hold: {error}."]
        unchanged },
    }
}

/// Why a signer has no path to an anchor.
pub fn signer(error: &SignerError) -> Bilingual {
    match error {
        SignerError::NoAnchor => {
            Bilingual::new("署名した国のCSCA証明書がありません", "no CSCA is installed that certified it")
        }
        SignerError::SignatureMismatch => {
            Bilingual::new("CSCAの鍵で作られた署名ではありません", "the CSCA that it names did not sign it")
        }
        SignerError::HierarchyNotAccepted => {
            Bilingual::new("模擬や試験用のものです", "it belongs to a simulated or test hierarchy")
        }
        SignerError::Unsupported(_) => Bilingual::new(
            "鍵や署名方式に、この版は対応していません",
            "this version does not support its key or algorithm",
        ),
        SignerError::NotYetValid => Bilingual::new("まだ有効ではありません", "its certificate is not valid yet"),
        SignerError::Expired(_) | SignerError::IssuerOver => {
            Bilingual::new("証明書の有効期限が切れています", "a certificate has expired")
        }
        _ => Bilingual::new("証明書の内容が、この用途を許していません", "a certificate does not allow this use"),
    }
}

/// Why a certificate is not taken as an anchor.
pub fn refused(why: Refused) -> Bilingual {
    match why {
        Refused::Form => Bilingual::new(
            "形式が正しくありません（DERに厳密に従っていません）",
            "it is not in the strict form that checks read",
        ),
        Refused::Key => Bilingual::new(
            "鍵や署名方式に、この版は対応していません",
            "this version does not support its key or signature algorithm",
        ),
        Refused::NotACa => Bilingual::new(
            "認証局（CA）の証明書ではありません",
            "it is not the certificate of a certification authority",
        ),
        Refused::NotRoot => Bilingual::new(
            "ルート証明書ではありません（ほかの認証局が発行したものです）",
            "it is not a root: another authority issued it",
        ),
        Refused::NoCountry => Bilingual::new("国名がありません", "it names no country"),
        Refused::Signature => Bilingual::new("証明書の署名が合いません", "its signature does not hold"),
        Refused::NotPinned => Bilingual::new(
            "日本の名前がありますが、日本の既知のルート証明書につながりません",
            "it bears Japan's name, and Japan's known roots do not vouch for it",
        ),
    }
}

/// Devices, pipes and the like, which the folder's guard refuses, have their own words.
fn io_words(error: ErrorKind) -> Words {
    match error {
        ErrorKind::InvalidInput => words! { "通常のファイルではありません" "not a regular file" },
        other => Words { ja: io_ja(other).to_owned(), en: io_en(other) },
    }
}

/// A removal that did not happen.
pub(super) fn remove(error: &RemoveError) -> Text {
    match error {
        RemoveError::TooShort(selector) => text! { "trust-remove-too-short" Usage;
        ["「{selector}」だけでは、どの鍵か決められません。" "'{selector}' is too short to name a key."]
        ["SHA-256の先頭8桁以上を指定してください。taimen trust list で確かめられます。"
         "Give at least the first 8 digits of its SHA-256. taimen trust list shows them."] },
        RemoveError::NotThere(selector) => text! { "trust-remove-not-there" Usage;
        ["追加された鍵や証明書に「{selector}」はありません。" "Nothing was added as '{selector}'."]
        ["SHA-256の先頭8桁以上か、ファイル名で指定してください。taimen trust list で確かめられます。"
         "Give the first 8 digits or more of its SHA-256, or its file name. taimen trust list shows both."] },
        RemoveError::Shipped(name) => text! { "trust-remove-shipped" Usage;
        ["{name} は、taimenに付属しているものなので削除できません。" "{name} ships with taimen, so you cannot remove it."]
        ["削除できるのは、taimen trust add で追加したものだけです。付属のものに疑いがあるときは、そのカードの判定に使わず、開発者に知らせてください。"
         "You can remove only what taimen trust add has added. If you doubt a shipped anchor, do not check such cards, and inform the developers."] },
        RemoveError::Ambiguous(selector, count) => text! { "trust-remove-ambiguous" Usage;
        ["「{selector}」に当たるものが{count}個あります。何も削除していません。" "'{selector}' matches {count} anchors. Nothing was removed."]
        ["SHA-256をもっと長く指定するか、用途を --purpose で指定してください。" "Give more of the SHA-256, or name the purpose with --purpose."] },
        RemoveError::Busy(folder) => busy(folder),
        RemoveError::Folder(error) => folder(error),
        RemoveError::Io(path, error) => text! { "trust-remove-io" Usage;
        [("{path} に書き込めません（{}）。", io_ja(*error)) ("{path} cannot be written ({}).", io_en(*error))]
        ["パスと権限を確かめてください。何も削除していません。" "Check the path and your permissions. Nothing was removed."] },
    }
}

/// No data directory.
pub(super) fn no_folder() -> Text {
    text! { "trust-no-folder" Usage;
    ["鍵を置くフォルダーの場所が分かりません（HOME が設定されていません）。" "taimen finds no folder for your keys (HOME is not set)."]
    ["--trust-dir でフォルダーを指定してください。" "Name a folder with --trust-dir."] }
}

fn busy(folder: &str) -> Text {
    text! { "trust-busy" Usage;
    ["{folder} は、別のtaimenが書き換えている最中です。" "Another taimen is changing {folder}."]
    ["その終わりを待って、もう一度実行してください。何も変えていません。" "Wait for it to end, then try again. Nothing was changed."] }
}

/// A file instead of a published one, with what the issuer does publish.
fn not_pinned(purpose: Purpose, sha256: &str, claims: bool) -> Text {
    let insist = words! { "それでも追加するときは --unpinned を付けてください（報告書に「非公式」と出ます）。"
    "To add it anyway, give --unpinned (reports then say so)." };
    if purpose.takes_pins() && claims {
        let place = published_by(purpose).map_or("", |(_, place)| place);
        return text! { "trust-add-not-pinned" Usage;
        ["国名は日本ですが、知られている日本のCSCA証明書ではありません。SHA-256は {sha256} です。"
         "This certificate names Japan, but it is not one of the known Japanese CSCA certificates. Its SHA-256 is {sha256}."]
        [("日本の証明書は、ICAO PKD（{place} ）または各国のマスターリストから入手してください。{}", insist.ja)
         ("Get the Japanese certificates from the ICAO PKD ({place}) or a state's master list. {}", insist.en)] };
    }
    let files: Vec<String> = published(purpose)
        .filter(|pin| pin.hierarchy == Hierarchy::Production)
        .map(|pin| format!("{} ({})", pin.name, pin.files.join(" / ")))
        .collect();
    let what = if claims {
        words! { "発行者の名前がありますが、発行者が公表した鍵や証明書ではありません。SHA-256は {sha256} です。"
        "It bears the issuer's name, but the issuer did not publish it. Its SHA-256 is {sha256}." }
    } else {
        words! { "発行者が公表した鍵や証明書ではありません。SHA-256は {sha256} です。" "The issuer did not publish this. Its SHA-256 is {sha256}." }
    };
    let todo = match published_by(purpose) {
        Some((issuer, place)) => {
            words! { ("公表されているもの：{}。入手先：{} {place} 。{}", files.join("、"), issuer.ja, insist.ja)
            ("At {place} , {} publishes {}. {}", issuer.en, files.join(", "), insist.en) }
        }
        None => {
            words! { ("発行者の公表した値と見比べてください。{}", insist.ja) ("Compare it with what the issuer publishes. {}", insist.en) }
        }
    };
    text! { "trust-add-not-pinned" Usage; what todo }
}

fn import(error: &ImportError) -> Words {
    match error {
        ImportError::TooLarge => {
            words! { "鍵や証明書のファイルとしては大きすぎます。" "The file is too large for a key or certificate." }
        }
        ImportError::NotCvKey => {
            words! { "この用途の鍵は、issuer_key_id・modulus・exponent（すべて16進）を持つJSONです。"
            "A key for this purpose is a JSON object with issuer_key_id, modulus and exponent, all in hex." }
        }
        ImportError::Key(error) => {
            words! { "カードに使われる形の鍵ではありません。" "Cards do not have such a key: {error}." }
        }
        ImportError::NotCertificate => {
            words! { "DERまたはPEM形式の一つのX.509証明書ではありません。" "The file is not one X.509 certificate in DER or PEM." }
        }
        ImportError::Unusable(why) => unusable(*why),
        ImportError::BadArchive => words! { "ZIPファイルが壊れているか、証明書の入ったものではありません。"
        "The zip file is broken, or does not hold a certificate." },
        ImportError::DuplicateEntries => {
            words! { "ZIPファイルの中に同じ名前のファイルが二つあります。" "The zip file holds two files with the same name." }
        }
        ImportError::NotOneCertificate(found) => {
            words! { "ZIPファイルの中の証明書（.crt .cer .der）は一つでなければなりません（{found}個あります）。"
            "A zip file must hold one certificate (.crt, .cer or .der); this one holds {found}." }
        }
    }
}

/// A certificate under which no card could ever count.
fn unusable(why: Unusable) -> Words {
    let Words { ja, en } = match why {
        Unusable::Form => {
            words! { "形式が正しくありません（DERに厳密に従っていません）" "it is not in the strict form that checks read" }
        }
        Unusable::Key => {
            words! { "鍵が2048ビットのRSAでもP-384でもありません" "its key is neither RSA with 2048 bits nor P-384" }
        }
        Unusable::NotRsa => {
            words! { "鍵が2048ビットのRSAではありません" "its key is not RSA with 2048 bits" }
        }
        Unusable::NotACa => {
            words! { "認証局（CA）の証明書ではありません" "it is not the certificate of a certification authority" }
        }
    };
    words! { "この証明書では、どのカードも確認できません：{ja}。" "No card can rest on this certificate: {en}." }
}
