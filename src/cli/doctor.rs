//! `taimen doctor`: what stands between this machine and a check. Collects here, judges in [`crate::doctor`].

use std::{
    fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    time::SystemTime,
};

use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    doctor::{
        Clock, Environment, Finding, Reader, Service, Session, Severity, Starter, Terminal, Tried, Trust, diagnose,
        usable,
    },
    lang::{Bilingual, Lang, Words},
    messages::{ExitCode, Platform, Problem},
    report::{Graphics, visible},
    trust::{Anchor, Hierarchy},
};

use super::{Settings, args::name, output, terminal, trust};

/// The schema name of the JSON output.
const SCHEMA: &str = "taimen.doctor/1";

/// The most bytes that are read of a file of the system.
const MAX_FILE: u64 = 1024 * 1024;

/// The most USB devices that are looked at.
const MAX_DEVICES: usize = 1_024;

/// Where the CCID driver keeps its version.
const CCID_BUNDLES: [&str; 4] = [
    "/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist",
    "/usr/lib64/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist",
    "/usr/local/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist",
    "/usr/libexec/SmartCardServices/drivers/ifd-ccid.bundle/Contents/Info.plist",
];

/// Said below every diagnosis.
const NO_HARDWARE: Bilingual = Bilingual::new(
    "実物のリーダーやカードでは一度も試していません。「未試行」とあるものは、ほかの人の報告に基づきます。",
    "taimen has never been tried with a physical reader or card. What says 'never tried' rests on what others report.",
);

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let findings = diagnose(&collect(matches));
    if matches.get_flag(name::JSON) {
        output::line(&to_json(settings.lang, &findings))?;
    } else {
        output::text(&to_text(settings.lang, &findings))?;
    }
    Ok(if usable(&findings) { ExitCode::Authentic } else { ExitCode::Usage })
}

/// What stands between this machine and a check, for a page.
#[cfg(all(feature = "counter", feature = "pcsc"))]
pub fn problems(matches: &ArgMatches) -> Vec<Finding> {
    diagnose(&collect(matches)).into_iter().filter(|finding| finding.severity == Severity::Problem).collect()
}

fn to_json(lang: Lang, findings: &[Finding]) -> Value {
    let row = |finding: &Finding| {
        json!({
            "id": finding.id,
            "severity": finding.severity.as_str(),
            "tried": finding.tried.as_str(),
            "reader": finding.about,
            "what": finding.what.get(lang),
            "means": finding.means.get(lang),
            "todo": finding.todo.as_ref().map(|todo| todo.get(lang)),
        })
    };
    let rows: Vec<Value> = findings.iter().map(row).collect();
    json!({"schema": SCHEMA, "usable": usable(findings), "note": NO_HARDWARE.get(lang), "findings": rows})
}

fn to_text(lang: Lang, findings: &[Finding]) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.severity {
            Severity::Ok => t("○ 正常", "○ ok"),
            Severity::Note => t("△ 注意", "△ note"),
            Severity::Problem => t("× 問題", "× problem"),
        };
        let tried = match finding.tried {
            Tried::Virtual => "",
            Tried::Never => t("［未試行］", " [never tried]"),
        };
        let about = finding.about.as_ref().map_or_else(String::new, |reader| format!("{}: ", visible(reader)));
        text.push_str(&format!("{mark}  {about}{}{tried}\n", shown(finding.what.get(lang))));
        text.push_str(&format!("    {}: {}\n", t("業務への影響", "At the counter"), shown(finding.means.get(lang))));
        if let Some(todo) = &finding.todo {
            text.push_str(&format!("    {}: {}\n", t("対処", "What to do"), shown(todo.get(lang))));
        }
    }
    let end = match usable(findings) {
        true => t("この端末でカードを確認できます。", "A check can run on this machine."),
        false => t(
            "このままではカードを確認できません（×の項目を直してください）。",
            "No check can run yet: fix what is marked ×.",
        ),
    };
    text.push_str(&format!("\n{end}\n{}\n", NO_HARDWARE.get(lang)));
    text
}

/// Text of several lines, each after the indent and none a command to the terminal.
fn shown(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n        ")
}

/// Finds out everything that is judged.
fn collect(matches: &ArgMatches) -> Environment {
    let (service, readers, card) = readers();
    Environment {
        platform: Platform::CURRENT,
        service,
        starter: starter(),
        sessions: sessions(&|name| std::env::var(name).ok().filter(|value| !value.is_empty())),
        readers,
        usb: usb(Path::new("/sys/bus/usb/devices")),
        ccid: CCID_BUNDLES.iter().find_map(|path| ccid_version(&read(Path::new(path))?)),
        card,
        trust: anchors(matches),
        clock: clock(),
        terminal: Terminal {
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
            utf8: is_utf8(&|name| std::env::var(name).ok().filter(|value| !value.is_empty())),
            pictures: io::stdout().is_terminal() && terminal::graphics() != Graphics::None,
        },
    }
}

#[cfg(not(feature = "pcsc"))]
fn readers() -> (Service, Vec<Reader>, crate::doctor::Card) {
    (Service::NotBuilt, Vec::new(), crate::doctor::Card::None)
}

#[cfg(feature = "pcsc")]
fn readers() -> (Service, Vec<Reader>, crate::doctor::Card) {
    use crate::{
        doctor::Card,
        transport::{TransportError, pcsc},
    };
    let service = match pcsc::readers() {
        Ok(readers) => {
            let readers: Vec<Reader> = readers
                .into_iter()
                .map(|reader| Reader { name: reader.name, slot: reader.slot, card: reader.card, mute: reader.mute })
                .collect();
            return (Service::Running, readers, pcsc_card::look());
        }
        Err(TransportError::NotPermitted) => Service::NotPermitted,
        Err(TransportError::Reader { code }) => Service::Failed(code),
        Err(_) => Service::NotRunning,
    };
    (service, Vec::new(), Card::None)
}

/// The card that `pcsc` would take: recognised, and one long command tried. No credential, no counter.
#[cfg(feature = "pcsc")]
mod pcsc_card {
    use std::time::Duration;

    use crate::{
        cards::{RecogniseError, flow::read_long},
        doctor::{Card, Long},
        iso7816::{CardError, Response, Status},
        tlv,
        transport::{TransportError, pcsc::PcscReader},
    };

    pub(super) fn look() -> Card {
        looked().unwrap_or_else(|error| match error {
            TransportError::NoCard { .. } | TransportError::NoReader | TransportError::NoService => Card::None,
            TransportError::Busy => Card::Busy,
            TransportError::Reader { code } => Card::Failed(code),
            TransportError::NotPermitted
            | TransportError::NoBluetooth
            | TransportError::Removed
            | TransportError::LengthUnsupported
            | TransportError::Connection(_)
            | TransportError::Mismatch { .. }
            | TransportError::RecordingEnded { .. } => Card::Left,
        })
    }

    fn looked() -> Result<Card, TransportError> {
        let mut reader = PcscReader::find(None, Duration::ZERO, &mut |_| {})?;
        let long = match read_long(&mut reader.open()?) {
            Ok(found) => found,
            Err(RecogniseError::Card(CardError::Transport(error))) => return Err(error),
            Err(_) => return Ok(Card::Unknown),
        };
        let kind = long.kind;
        let long = match long.response {
            Ok(response) => measured(&response, long.object),
            Err(CardError::Transport(TransportError::LengthUnsupported)) => Long::NotByReader,
            Err(CardError::Transport(error)) => return Err(error),
            Err(CardError::Status(Status(status))) => Long::NotMeasured(status),
            Err(CardError::Endless) => Long::NotMeasured(0),
        };
        Ok(Card::Known { kind, long })
    }

    fn measured(response: &Response, object: bool) -> Long {
        match response.status {
            Status::OK | Status::END_OF_FILE => {
                let of = object.then(|| tlv::header(&response.data, 0).ok()).flatten();
                Long::Passed { bytes: response.data.len(), of: of.map(|header| header.total()) }
            }
            Status::WRONG_LENGTH => Long::NotByCard(response.status.0),
            Status(other) => Long::NotMeasured(other),
        }
    }
}

fn starter() -> Starter {
    let exists = |path: &str| Path::new(path).exists();
    let units = ["/usr/lib/systemd/system", "/lib/systemd/system", "/etc/systemd/system"];
    let programs = ["/usr/sbin/pcscd", "/usr/bin/pcscd", "/usr/local/sbin/pcscd", "/sbin/pcscd"];
    Starter {
        systemd: exists("/run/systemd/system"),
        installed: programs.into_iter().any(exists),
        socket_unit: units.into_iter().any(|folder| exists(&format!("{folder}/pcscd.socket"))),
        other_socket: std::env::var_os("PCSCLITE_CSOCK_NAME").is_some(),
    }
}

/// How the program is used, by its environment.
fn sessions(variable: &dyn Fn(&str) -> Option<String>) -> Vec<Session> {
    let name = variable("SESSIONNAME").unwrap_or_default().to_uppercase();
    let has = |names: &[&str]| names.iter().any(|name| variable(name).is_some());
    let found = [
        (Session::Ssh, has(&["SSH_CONNECTION", "SSH_TTY"])),
        (Session::RemoteDesktop, name.starts_with("RDP-") || has(&["XRDP_SESSION", "XRDP_SOCKET_PATH"])),
        (Session::Citrix, name.starts_with("ICA-")),
        (Session::Container, ["/.dockerenv", "/run/.containerenv"].iter().any(|path| Path::new(path).exists())),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(session, _)| session).collect()
}

/// Every USB device of Linux: vendor and product.
fn usb(folder: &Path) -> Option<Vec<(u16, u16)>> {
    let number = |path: &Path| u16::from_str_radix(read(path)?.trim(), 16).ok();
    let devices = fs::read_dir(folder).ok()?.take(MAX_DEVICES).flatten().map(|device| device.path());
    let ids = |path: PathBuf| Some((number(&path.join("idVendor"))?, number(&path.join("idProduct"))?));
    Some(devices.filter_map(ids).collect())
}

/// The short version of a bundle's property list.
fn ccid_version(plist: &str) -> Option<String> {
    let (_, behind) = plist.split_once("<key>CFBundleShortVersionString</key>")?;
    let (_, value) = behind.split_once("<string>")?;
    let (version, _) = value.split_once("</string>")?;
    let version = version.trim();
    let plain = !version.is_empty() && version.len() < 32 && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| version.to_owned())
}

fn anchors(matches: &ArgMatches) -> Trust {
    match trust::anchors(matches) {
        Ok(store) => {
            let installed = |anchor: &&Anchor| anchor.hierarchy == Hierarchy::Installed;
            Trust::Usable { installed: store.anchors().iter().filter(installed).count() }
        }
        Err(problem) => {
            let [ja, en] = [Lang::Ja, Lang::En].map(|lang| problem.message(lang));
            Trust::Broken { what: Words { ja: ja.what, en: en.what }, todo: Words { ja: ja.todo, en: en.todo } }
        }
    }
}

fn clock() -> Clock {
    // systemd-timesyncd's own sign; other programs that keep clocks leave none that anybody may read.
    let synchronised = match Path::new("/run/systemd/timesync") {
        folder if folder.join("synchronized").exists() => Some(true),
        folder if folder.exists() => Some(false),
        _ => None,
    };
    let written = || fs::metadata(std::env::current_exe().ok()?).ok()?.modified().ok();
    let program_written = written().and_then(|time: SystemTime| Timestamp::try_from(time).ok());
    Clock { now: Timestamp::now(), synchronised, program_written }
}

/// Whether the letters are UTF-8, as far as the environment says; systems other than Unix say nothing.
fn is_utf8(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    if !cfg!(unix) {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default().to_uppercase();
    locale.contains("UTF-8") || locale.contains("UTF8")
}

/// A small text file of the system.
fn read(path: &Path) -> Option<String> {
    use std::io::Read;
    let mut text = String::new();
    fs::File::open(path).ok()?.take(MAX_FILE).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn having<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn remote_sessions_are_told_by_their_variables() {
        // Whether the tests run in a container is not theirs to say.
        let sessions = |pairs: &[(&str, &str)]| -> Vec<Session> {
            sessions(&having(pairs)).into_iter().filter(|session| *session != Session::Container).collect()
        };
        assert_eq!(sessions(&[]), []);
        assert_eq!(sessions(&[("SESSIONNAME", "Console")]), []);
        assert_eq!(sessions(&[("SESSIONNAME", "RDP-Tcp#3")]), [Session::RemoteDesktop]);
        assert_eq!(sessions(&[("SESSIONNAME", "ICA-tcp#1")]), [Session::Citrix]);
        assert_eq!(
            sessions(&[("XRDP_SESSION", "1"), ("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")]),
            [Session::Ssh, Session::RemoteDesktop]
        );
    }

    #[test]
    fn the_locale_tells_the_letters() {
        assert!(is_utf8(&having(&[("LANG", "ja_JP.UTF-8")])));
        assert!(is_utf8(&having(&[("LANG", "C.utf8")])));
        assert_eq!(is_utf8(&having(&[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")])), !cfg!(unix));
        assert_eq!(is_utf8(&having(&[])), !cfg!(unix));
    }

    #[test]
    fn the_drivers_version_is_read_and_nothing_else() {
        let plist = |version: &str| {
            format!("<dict>\n<key>CFBundleShortVersionString</key>\n\t<string>{version}</string>\n<key>x</key></dict>")
        };
        assert_eq!(ccid_version(&plist("1.5.2")), Some("1.5.2".to_owned()));
        for bad in ["", "1.5\x1b[31m", "one"] {
            assert_eq!(ccid_version(&plist(bad)), None, "{bad}");
        }
        assert_eq!(ccid_version("<dict/>"), None);
    }

    #[test]
    fn usb_devices_are_read_from_the_system_and_nothing_is_said_without() {
        let folder = std::env::temp_dir().join(format!("taimen-usb-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        assert_eq!(usb(&folder), None);
        for (device, vendor, product) in [("1-1", "054c\n", "06c3\n"), ("1-2", "zz", "0001")] {
            fs::create_dir_all(folder.join(device)).unwrap();
            fs::write(folder.join(device).join("idVendor"), vendor).unwrap();
            fs::write(folder.join(device).join("idProduct"), product).unwrap();
        }
        fs::create_dir_all(folder.join("usb1")).unwrap();
        assert_eq!(usb(&folder), Some(vec![(0x054C, 0x06C3)]));
        fs::remove_dir_all(&folder).unwrap();
    }
}
