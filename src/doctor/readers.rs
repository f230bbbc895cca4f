//! The readers: which are there, which is used, which cannot be.

use crate::{
    lang::words,
    messages::Platform,
    transport::slot::{Role, Slot, roles},
};

use super::{
    Environment, Finding, Reader, Service, Severity,
    models::{Driver, Model, Quirk, version},
};

/// The name of vpcd's readers.
const VIRTUAL: &str = "Virtual PCD";

pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    let mut findings = Vec::new();
    let readers = &environment.readers;
    let usable = readers.iter().filter(|reader| is_usable(reader)).count();
    for device in environment.usb.iter().flatten() {
        findings.extend(Model::by_usb(*device).and_then(|model| attached(environment, model, usable > 0)));
    }
    if environment.service != Service::Running {
        return findings;
    }
    if usable == 0 {
        findings.push(none(environment));
    }
    let kinds: Vec<(Slot, bool)> = readers.iter().map(|reader| (reader.slot, reader.card)).collect();
    for (reader, role) in readers.iter().zip(roles(&kinds)) {
        let about = [Some(slot(reader, role)), quirk(reader)].into_iter().flatten();
        findings.extend(about.map(|finding| Finding { about: Some(reader.name.clone()), ..finding }));
    }
    if usable > 1 || readers.len() > usable && usable > 0 {
        findings.extend(several(readers));
    }
    findings
}

fn is_felica_only(reader: &Reader) -> bool {
    Model::by_name(&reader.name).is_some_and(|model| model.quirk == Some(Quirk::FelicaOnly))
}

fn is_usable(reader: &Reader) -> bool {
    reader.slot != Slot::Sam && !is_felica_only(reader)
}

/// A known model on USB that the service cannot use.
fn attached(environment: &Environment, model: &Model, others: bool) -> Option<Finding> {
    let severity = if others { Severity::Note } else { Severity::Problem };
    let not_used = words! { ("{}は使われません。", model.name) ("The {} is not used.", model.name) };
    if model.quirk == Some(Quirk::FelicaOnly) {
        return Some(felica_only(model.name, severity));
    }
    match model.driver {
        Driver::MakersOwn if environment.platform != Platform::Windows => {
            Some(finding! { "reader-no-driver" (severity) never;
            [("{}が接続されていますが、この環境にはPC/SCのドライバーがありません。", model.name)
             ("A {} is attached, but PC/SC has no driver for it on this system.", model.name)] not_used
            ["CCIDに対応したリーダー（例：Sony RC-S300）を使うか、WindowsでメーカーのPC/SCドライバーを使うか、\
              スマートフォン（--reader phone）を使ってください。"
             "Use a CCID reader (such as the Sony RC-S300), the maker's PC/SC driver on Windows, or a phone (--reader phone)."] })
        }
        Driver::Ccid(Some(since)) => {
            let have = environment.ccid.as_deref()?;
            if version(have).is_none_or(|have| have >= since) {
                return None;
            }
            let [major, minor, patch] = since;
            Some(finding! { "reader-driver-old" (severity) never;
            [("{}が接続されていますが、CCIDドライバー {have} は古く、対応していません。", model.name)
             ("A {} is attached, but the CCID driver {have} is too old for it.", model.name)] not_used
            ["CCIDドライバー（Debian・Ubuntuでは libccid）を {major}.{minor}.{patch} 以降に更新してください。"
             "Update the CCID driver (libccid on Debian and Ubuntu) to {major}.{minor}.{patch} or newer."] })
        }
        _ => None,
    }
}

fn felica_only(name: &str, severity: Severity) -> Finding {
    finding! { "reader-felica-only" (severity) never;
    ["{name}はFeliCa専用です。" "The {name} supports only FeliCa."]
    ["マイナンバーカード・運転免許証・在留カードはType Bなので、このリーダーでは読み取れません。"
     "My Number Cards, licences and residence cards are Type B. It cannot read them."]
    ["Type Bに対応したリーダーを使ってください。" "Use a reader that supports Type B."] }
}

fn none(environment: &Environment) -> Finding {
    let driver = environment.platform == Platform::Linux && environment.ccid.is_none();
    let todo = if driver {
        words! {
        "CCIDドライバーも見つかりません。libccid（または ccid）パッケージを入れ、リーダーをUSBに接続し直してください。\
         スマートフォンも使えます（--reader phone）。"
        "There is no CCID driver either: install the package libccid (or ccid) and reconnect the reader. A phone works too (--reader phone)." }
    } else {
        words! { "リーダーをUSBに接続し直してください。スマートフォンも使えます（--reader phone）。"
        "Reconnect the reader. A phone works too (--reader phone)." }
    };
    finding! { "reader-none" Problem;
    ["カードを置けるリーダーがありません。" "There is no reader for a card."]
    ["どのカードも読み取れません。" "No card can be read."] todo }
}

fn slot(reader: &Reader, role: Role) -> Finding {
    let used = match role {
        Role::Takes => {
            words! { "既定（--reader pcsc）では、このカードを読み取ります。" "Without a name (--reader pcsc), taimen reads this card." }
        }
        Role::Waits => words! { "既定（--reader pcsc）では、ここに置かれたカードを読み取ります。"
        "Without a name (--reader pcsc), taimen reads a card that is placed here." },
        Role::Passes | Role::Never => words! { "既定（--reader pcsc）では、ほかのリーダーのカードを読み取ります。"
        "Without a name (--reader pcsc), taimen reads another reader's card." },
    };
    match reader.slot {
        _ if reader.mute => finding! { "card-mute" Note never;
        ["カードがありますが、応答しません。" "A card is there, but it does not answer."]
        ["端に置かれている、重なっている、裏返し、またはこのリーダーの対応しない種類のカードです。"
         "It may lie at the edge, among other cards or upside down, or this reader may not support its type."]
        ["財布やケースから出し、一枚だけをリーダーの中央に置き直してください。"
         "Take it out of wallet and case and place it alone in the middle of the reader."] },
        _ if is_felica_only(reader) => felica_only(&reader.name, Severity::Note),
        _ if reader.name.contains(VIRTUAL) => finding! { "reader-virtual" Note;
        ["仮想のリーダー（vpcd）です。" "This is a virtual reader (vpcd)."]
        [("カードは置けません。模擬カードやスマートフォンのカードが現れます。{}", used.ja)
         ("You cannot place a card on it. Simulated cards, or a phone's, appear here. {}", used.en)] },
        Slot::Contactless => finding! { "reader-contactless" Ok never;
        ["非接触のリーダーです。" "This is a contactless reader."] used },
        Slot::Unknown => finding! { "reader-unknown" Ok never;
        ["リーダーです（名前からは接触・非接触が分かりません）。" "This is a reader; its name does not show which kind."] used },
        Slot::Contact => finding! { "reader-contact" Note never;
        ["接触式のリーダーです。" "This reader is for cards with contacts."]
        [("マイナンバーカードだけを読み取れます。運転免許証と在留カードには接点がありません。{}", used.ja)
         ("It reads only My Number Cards: licences and residence cards have no contacts. {}", used.en)] },
        Slot::Sam => finding! { "reader-sam" Note never;
        ["リーダー自身のセキュリティモジュール（SAM）用のスロットです。" "This slot is for the reader's own security module (SAM)."]
        ["お客様のカードは置けず、使われません。" "No customer's card goes there. taimen never uses it."] },
    }
}

fn quirk(reader: &Reader) -> Option<Finding> {
    match Model::by_name(&reader.name)?.quirk? {
        Quirk::FelicaOnly => None,
        Quirk::Shared => Some(finding! { "reader-shared" Ok never;
        ["このリーダーは専有を断ることがあります。" "This reader may refuse exclusive use."]
        ["共有とトランザクションで読み取ります。操作は変わりません。" "taimen then uses shared mode within a transaction. Nothing changes for you."] }),
        Quirk::Short => Some(finding! { "reader-short" Note never;
        ["このリーダーは長いコマンドを通さないことがあります。" "This reader may not pass long commands."]
        ["256バイトずつ読み取るため、少し遅くなります。" "taimen reads 256 bytes at a time, a little slower."] }),
    }
}

/// Several slots: which one is used, and how to name another.
fn several(readers: &[Reader]) -> Option<Finding> {
    let first = readers.iter().find(|reader| is_usable(reader))?;
    let kinds: Vec<(Slot, bool)> = readers.iter().map(|reader| (reader.slot, reader.card)).collect();
    let taken = readers.iter().zip(roles(&kinds)).find(|(_, role)| *role == Role::Takes).map(|(reader, _)| reader);
    let means = match taken {
        Some(reader) => words! { ("既定では、いまカードのある「{}」を使います。", reader.name)
        ("Without a name, taimen uses '{}', which has a card now.", reader.name) },
        None => words! { ("既定では、カードが置かれたリーダーを使います。同時に置かれたときは「{}」です。", first.name)
        ("Without a name, taimen uses the one that has a card; '{}' if several have one.", first.name) },
    };
    Some(finding! { "reader-several" Note;
    [("スロットが{}つあります。", readers.len()) ("There are {} slots.", readers.len())] means
    ["決めておくには、名前の一部を指定してください: --reader pcsc:名前の一部" "To choose one, give a part of its name: --reader pcsc:PART-OF-NAME"] })
}
