//! The smart card service, and the session in which the program runs.

use crate::{
    lang::{Words, words},
    messages::Platform,
};

use super::{Environment, Finding, Service, Session};

/// Allows the group `counter` the use of readers and cards, if pcscd asks polkit.
pub const POLKIT_RULE: &str = r#"polkit.addRule(function (action, subject) {
    if ((action.id == "org.debian.pcsc-lite.access_pcsc" || action.id == "org.debian.pcsc-lite.access_card") &&
        subject.isInGroup("counter")) {
        return polkit.Result.YES;
    }
});"#;

pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    let mut findings = vec![service(environment)];
    if environment.starter.other_socket {
        findings.push(finding! { "service-other-socket" Note;
        ["環境変数 PCSCLITE_CSOCK_NAME が設定されています。" "The environment variable PCSCLITE_CSOCK_NAME is set."]
        ["通常とは別のサービスに接続するため、リーダーが見えないことがあります。"
         "Programs use another service than the usual one. Readers may be missing there."]
        ["心当たりがなければ、この変数を消してください。" "Unset it, unless you set it on purpose."] });
    }
    findings.extend(environment.sessions.iter().map(|session| remote(*session)));
    findings
}

fn service(environment: &Environment) -> Finding {
    let nothing_is_read = words! { "どのカードも読み取れません。" "No card can be read." };
    match environment.service {
        Service::Running => finding! { "service-running" Ok;
        ["スマートカードのサービスは動いています。" "The smart card service is running."]
        ["リーダーを使えます。" "Readers can be used."] },
        Service::NotRunning => finding! { "service-not-running" Problem;
        ["スマートカードのサービスが動いていません。" "The smart card service is not running."] nothing_is_read (start(environment)) },
        Service::NotPermitted => finding! { "service-not-permitted" Problem never;
        ["スマートカードのサービスを使う権限がありません。" "This user may not use the smart card service."] nothing_is_read
        (allow(environment.platform)) },
        Service::Failed(code) => finding! { "service-failed" Problem never;
        ["スマートカードのサービスがエラー {code:#010x} を返しました。" "The smart card service reports the error {code:#010x}."]
        nothing_is_read
        ["リーダーを抜き差しし、サービスを再起動してください。" "Reconnect the reader and restart the service."] },
        Service::NotBuilt => finding! { "service-not-built" Problem;
        ["この実行ファイルはPC/SC（カードリーダー）の機能なしで作られています。" "This program was built without PC/SC, the way to card readers."]
        ["USBのリーダーは使えません。スマートフォン（--reader phone）は使えます。" "USB readers cannot be used; a phone can (--reader phone)."]
        ["pcsc の機能を含めて作り直してください。" "Build it with the feature pcsc."] },
    }
}

fn start(environment: &Environment) -> Words {
    let starter = environment.starter;
    match environment.platform {
        Platform::Windows => words! { "リーダーを接続し、サービス「Smart Card」（SCardSvr）を開始してください。"
        "Connect the reader and start the service Smart Card (SCardSvr)." },
        Platform::MacOs => words! { "リーダーを抜き差ししてください。続くときは再起動してください。"
        "Reconnect the reader. If this happens again, restart the computer." },
        Platform::Linux if !starter.installed => {
            words! { "pcscd が入っていません。Debian・Ubuntuでは: sudo apt-get install pcscd"
            "pcscd is not installed. On Debian and Ubuntu: sudo apt-get install pcscd" }
        }
        Platform::Linux if starter.systemd && starter.socket_unit => words! {
        "次のコマンドで、必要なときに自動で起動するようになります: sudo systemctl enable --now pcscd.socket"
        "This starts it now and whenever it is needed: sudo systemctl enable --now pcscd.socket" },
        Platform::Linux if starter.systemd => words! { "次のコマンドで起動します: sudo systemctl enable --now pcscd"
        "This starts it: sudo systemctl enable --now pcscd" },
        Platform::Linux => {
            words! { "systemdのない環境（コンテナなど）です。root として pcscd を起動してください: sudo pcscd"
            "There is no systemd here (a container, perhaps). Start pcscd as root: sudo pcscd" }
        }
    }
}

fn allow(platform: Platform) -> Words {
    match platform {
        Platform::Linux => words! {
        "端末に直接ログインして実行するか、管理者が次の内容を /etc/polkit-1/rules.d/50-taimen.rules に置き、利用者をグループ counter \
         に入れてください:\n{POLKIT_RULE}"
        "Log in at the machine itself, or let the administrator put this into /etc/polkit-1/rules.d/50-taimen.rules and add the user to the group \
         counter:\n{POLKIT_RULE}" },
        Platform::Windows | Platform::MacOs => {
            words! { "端末の管理者に、スマートカードの利用を許可してもらってください。"
            "Ask the administrator of this computer to allow the use of smart cards." }
        }
    }
}

fn remote(session: Session) -> Finding {
    match session {
        Session::Ssh => finding! { "session-ssh" Note;
        ["SSHで接続しています。" "This is a session over ssh."]
        ["使われるのは接続先の機械のリーダーです。polkitのある環境では、リーダーの利用を断られることがあります。"
         "taimen uses the readers of the remote machine. polkit may refuse the access."] },
        Session::RemoteDesktop => finding! { "session-remote-desktop" Note never;
        ["リモートデスクトップで接続しています。" "This is a Remote Desktop session."]
        ["見えるのは、手元の機械（接続元）のリーダーです。接続先の機械のリーダーは使えません。"
         "The readers are those of the machine that you sit at; those of the remote machine cannot be used."]
        ["リモートデスクトップの設定で「スマートカード」の共有を有効にするか、リーダーのある機械で直接実行してください。"
         "Share smart cards in the settings of Remote Desktop, or run this at the machine that has the reader."] },
        Session::Citrix => finding! { "session-citrix" Note never;
        ["Citrixで接続しています。" "This is a Citrix session."]
        ["手元の機械のリーダーが使えるかどうかは、Citrixの設定によります。"
         "Whether the readers of the machine that you sit at can be used depends on the settings of Citrix."]
        ["管理者にスマートカードの転送を有効にしてもらうか、リーダーのある機械で直接実行してください。"
         "Let the administrator enable the redirection of smart cards, or run this at the machine that has the reader."] },
        Session::Container => finding! { "session-container" Note never;
        ["コンテナの中で動いています。" "This runs in a container."]
        ["コンテナからは、外のリーダーが見えないことがあります。" "Readers outside the container may be out of reach."]
        ["外の pcscd を使うには、/run/pcscd をコンテナに渡してください。" "Pass /run/pcscd into the container to use the pcscd outside."] },
    }
}
