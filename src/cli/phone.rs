//! What is shown when a phone is waited for: where it connects to, as text and as the QR code that the app scans, and
//! what to beware of. All of it on standard error.

use std::{
    io::{self, IsTerminal, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

use qrcode::{Color, EcLevel, QrCode};

use crate::{lang::Lang, messages::ui};

/// The light border that a scanner needs, in modules (ISO/IEC 18004 6.3.8).
const QUIET: usize = 4;

/// Shows a person where to connect to, and scripts too; the QR code is for terminals only.
pub fn notice(lang: Lang, address: SocketAddr) {
    let mut stream = io::stderr();
    let ink = if stream.is_terminal() {
        let plain = anstream::AutoStream::choice(&stream) == anstream::ColorChoice::Never;
        Some(if plain { Ink::Plain } else { Ink::Colours })
    } else {
        None
    };
    let _ = stream.write_all(text(lang, address, &reachable(address), ink).as_bytes());
    let _ = stream.flush();
}

/// The notice: `places` are the addresses to connect to, the best one first.
fn text(lang: Lang, address: SocketAddr, places: &[IpAddr], ink: Option<Ink>) -> String {
    let mut lines = vec![ui::OFFER_CARD_BY_PHONE.get(lang).to_owned()];
    let links: Vec<String> =
        places.iter().map(|place| format!("vpcd://{}", SocketAddr::new(*place, address.port()))).collect();
    if let (Some(ink), Some(link)) = (ink, links.first()) {
        lines.push(qr(link, ink));
    }
    lines.extend(links.iter().map(|link| format!("    {link}")));
    if links.is_empty() {
        lines.push(ui::PHONE_NO_ADDRESS.get(lang).to_owned());
    }
    if address.ip().is_loopback() {
        lines.push(ui::PHONE_BY_CABLE.get(lang).to_owned());
        lines.push(format!("    adb reverse tcp:{port} tcp:{port}", port = address.port()));
    } else {
        lines.push(ui::PHONE_NOT_ENCRYPTED.get(lang).to_owned());
    }
    lines.push(ui::PHONE_SHOWS_COMMANDS.get(lang).to_owned());
    lines.push(String::new());
    lines.join("\n")
}

/// Where others reach a listener: its own address, or for all addresses those of this machine.
fn reachable(address: SocketAddr) -> Vec<IpAddr> {
    if !address.ip().is_unspecified() {
        return vec![address.ip()];
    }
    // One target for the way out, the rest for networks without one; all of them private or for documentation (RFC 1918,
    // 4193, 5737, 3849).
    let v4 =
        [[192, 168, 0, 1], [10, 0, 0, 1], [172, 16, 0, 1], [192, 0, 2, 1]].map(|ip| IpAddr::V4(Ipv4Addr::from(ip)));
    let v6 =
        [[0xFD00, 0, 0, 0, 0, 0, 0, 1], [0x2001, 0xDB8, 0, 0, 0, 0, 0, 1]].map(|ip| IpAddr::V6(Ipv6Addr::from(ip)));
    let targets: Vec<IpAddr> = if address.is_ipv4() { v4.to_vec() } else { v4.into_iter().chain(v6).collect() };
    let mut found = Vec::new();
    for target in targets {
        if let Some(own) = own_address(target).filter(|own| !own.is_loopback() && !own.is_unspecified())
            && !found.contains(&own)
        {
            found.push(own);
        }
    }
    // A phone reaches a private address sooner than another.
    found.sort_by_key(|own| !is_private(*own));
    found
}

/// The address that this machine would use towards another. Connecting a UDP socket sends nothing.
fn own_address(target: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if target.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((target, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// How the code is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    /// Black on white by colour codes, whatever the terminal's own colours are.
    Colours,
    /// Light modules are drawn, for terminals with light letters on a dark ground.
    Plain,
}

/// A QR code in half blocks, two modules a character. Empty if the text does not fit one, which an address always
/// does.
fn qr(link: &str, ink: Ink) -> String {
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::M) else { return String::new() };
    let width = code.width();
    let modules = code.to_colors();
    let rows: Vec<&[Color]> = modules.chunks(width.max(1)).collect();
    let dark = |x: usize, y: usize| {
        let module = y.checked_sub(QUIET).and_then(|y| rows.get(y)).zip(x.checked_sub(QUIET));
        module.and_then(|(row, x)| row.get(x)) == Some(&Color::Dark)
    };
    let size = width + 2 * QUIET;
    let mut lines = Vec::new();
    for y in (0..size).step_by(2) {
        let mut line = String::new();
        for x in 0..size {
            line.push(match (ink, dark(x, y), dark(x, y + 1)) {
                (Ink::Colours, true, true) | (Ink::Plain, false, false) => '█',
                (Ink::Colours, true, false) | (Ink::Plain, false, true) => '▀',
                (Ink::Colours, false, true) | (Ink::Plain, true, false) => '▄',
                _ => ' ',
            });
        }
        lines.push(match ink {
            Ink::Colours => format!("\x1b[38;5;16;48;5;231m{line}\x1b[0m"),
            Ink::Plain => line,
        });
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The drawing as light and dark pixels, scaled up, read by a QR code reader that is not ours.
    fn scanned(drawing: &str, ink: Ink) -> String {
        let rows: Vec<Vec<bool>> = drawing
            .lines()
            .flat_map(|line| {
                let line = line.trim_start_matches("\x1b[38;5;16;48;5;231m").trim_end_matches("\x1b[0m");
                let half = |upper: bool| {
                    let drawn = |c: char| match c {
                        '█' => true,
                        '▀' => upper,
                        '▄' => !upper,
                        ' ' => false,
                        other => panic!("{other:?}"),
                    };
                    line.chars().map(|c| drawn(c) == (ink == Ink::Colours)).collect::<Vec<bool>>()
                };
                [half(true), half(false)]
            })
            .collect();
        const SCALE: usize = 5;
        let (width, height) = (rows[0].len() * SCALE, rows.len() * SCALE);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            if rows[y / SCALE][x / SCALE] { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn the_code_says_the_address_on_every_ground() {
        for link in
            ["vpcd://127.0.0.1:35970", "vpcd://192.168.100.200:65535", "vpcd://[fd00::1234:5678:9abc:def0]:35970"]
        {
            for ink in [Ink::Colours, Ink::Plain] {
                let drawing = qr(link, ink);
                assert_eq!(scanned(&drawing, ink), link);
                assert!(drawing.lines().count() <= 23, "it fits a window of 24 lines");
            }
        }
    }

    #[test]
    fn the_notice_warns_where_others_can_listen() {
        let own = |text: &str| vec![text.parse::<IpAddr>().unwrap()];
        for lang in [Lang::Ja, Lang::En] {
            let (open, cable) = (ui::PHONE_NOT_ENCRYPTED.get(lang), ui::PHONE_BY_CABLE.get(lang));
            let local = text(lang, "127.0.0.1:35970".parse().unwrap(), &own("127.0.0.1"), None);
            assert!(local.contains("    vpcd://127.0.0.1:35970\n"), "{local}");
            assert!(local.contains("    adb reverse tcp:35970 tcp:35970\n"), "{local}");
            assert!(local.contains(cable) && !local.contains(open), "{local}");

            let anywhere = "0.0.0.0:4000".parse().unwrap();
            let shared = text(lang, anywhere, &[own("192.168.1.5"), own("10.0.0.2")].concat(), Some(Ink::Plain));
            assert!(shared.contains("    vpcd://192.168.1.5:4000\n    vpcd://10.0.0.2:4000\n"), "{shared}");
            assert!(shared.contains(open) && !shared.contains(cable) && shared.contains('▀'), "{shared}");
            let unknown = text(lang, anywhere, &[], Some(Ink::Plain));
            assert!(unknown.contains(ui::PHONE_NO_ADDRESS.get(lang)) && !unknown.contains('▀'), "{unknown}");
            for notice in [local, shared, unknown] {
                assert!(notice.contains(ui::PHONE_SHOWS_COMMANDS.get(lang)));
            }
        }
    }

    #[test]
    fn the_own_addresses_are_such_as_others_can_use() {
        assert_eq!(reachable("127.0.0.1:1".parse().unwrap()), ["127.0.0.1".parse::<IpAddr>().unwrap()]);
        assert_eq!(reachable("192.168.7.8:1".parse().unwrap()), ["192.168.7.8".parse::<IpAddr>().unwrap()]);
        let own = reachable("0.0.0.0:1".parse().unwrap());
        assert!(own.iter().all(|own| own.is_ipv4() && !own.is_loopback() && !own.is_unspecified()), "{own:?}");
        // Towards itself a machine uses its loopback, which shows that the question is answered.
        assert_eq!(own_address(Ipv4Addr::LOCALHOST.into()), Some(Ipv4Addr::LOCALHOST.into()));
    }
}
