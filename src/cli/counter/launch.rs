//! How staff come to their page: a browser that is opened, or an address on the terminal; and the tablet's address.

use std::{
    io::{self, IsTerminal, Write},
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::ArgMatches;
use maud::{Markup, html};
use qrcode::{Color, QrCode};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        version::TLS13,
    },
};
use x509_parser::extensions::GeneralName;

use crate::{
    lang::Bilingual,
    messages::{Problem, ServerRefusal},
};

use super::{
    super::{Settings, args::name, output},
    door::{Door, Role, opener},
};

/// Says where the page is, and has the browser opened if that was asked for. The token goes into a file that only this user
/// reads, or to a terminal, and nowhere else; if neither is to be had, nobody could enter.
pub fn staff(settings: &Settings, matches: &ArgMatches, door: &Door, page: &str) -> Result<(), Problem> {
    let say = |ja, en| Bilingual::new(ja, en).get(settings.lang);
    let mut terminal = io::stderr();
    let opens = matches.get_flag(name::OPEN);
    if !opens && !terminal.is_terminal() {
        return Err(Problem::Server(ServerRefusal::NobodyEnters));
    }
    output::text(&format!("{}: {page}\n", say("窓口のページ", "The counter's page")))?;
    let token = door.token(Role::Staff)?;
    let url = format!("{page}#{}", *token);
    if opens {
        let (folder, file) =
            opener(&url).map_err(|error| super::super::problem::unwritable(Path::new("open.html"), &error))?;
        door.hold(Some(folder));
        match open::that_detached(&file) {
            Ok(()) => return Ok(()),
            Err(_) if !terminal.is_terminal() => return Err(Problem::Server(ServerRefusal::NobodyEnters)),
            Err(_) => output::complaint(settings, &Problem::Server(ServerRefusal::NoBrowser)),
        }
    }
    let words =
        say("この端末のブラウザーで開いてください（一度だけ使えます）", "Open this in a browser here; it works once");
    let _ = writeln!(terminal, "{words}:\n  {url}");
    Ok(())
}

/// What a customer's tablet needs.
pub struct Tablet {
    /// Where it is served.
    pub address: SocketAddr,
    /// With which certificate.
    pub tls: TlsAcceptor,
    /// The names in the certificate, as they stand in an address.
    pub names: Vec<String>,
}

impl Tablet {
    /// The hosts that a request may name, the best one for an address first; `place` is where it is served.
    pub fn hosts(&self, place: SocketAddr) -> Vec<String> {
        let own = match place.ip() {
            ip if ip.is_unspecified() => None,
            IpAddr::V4(ip) => Some(ip.to_string()),
            IpAddr::V6(ip) => Some(format!("[{ip}]")),
        };
        let names = self.names.iter().cloned().chain(own);
        let mut hosts: Vec<String> = names.map(|name| host(&name, place.port(), HTTPS)).collect();
        hosts.dedup();
        hosts
    }
}

/// The port that an address of TLS leaves out.
const HTTPS: u16 = 443;

/// A host as a browser names it: without the port that its scheme has anyway.
pub fn host(name: &str, port: u16, usual: u16) -> String {
    if port == usual { name.to_owned() } else { format!("{name}:{port}") }
}

/// What the three options say, if they are there.
pub fn tablet(matches: &ArgMatches) -> Result<Option<Tablet>, Problem> {
    let path = |option| matches.get_one::<PathBuf>(option);
    let address = matches.get_one::<SocketAddr>(name::CUSTOMER_ADDRESS).copied();
    let (Some(address), Some(certificate), Some(key)) = (address, path(name::CUSTOMER_CERT), path(name::CUSTOMER_KEY))
    else {
        return Ok(None);
    };
    let bad = |path: &Path| Problem::Server(ServerRefusal::Certificate { path: path.display().to_string() });
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(|_| bad(certificate))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|_| bad(key))?;
    let names = names(chain.first().ok_or_else(|| bad(certificate))?).ok_or_else(|| bad(certificate))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .map_err(|_| Problem::Internal { place: "counter" })?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|_| bad(key))?;
    Ok(Some(Tablet { address, tls: TlsAcceptor::from(Arc::new(config)), names }))
}

/// The host names and addresses that a certificate is for.
fn names(certificate: &CertificateDer<'_>) -> Option<Vec<String>> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.into_iter().flat_map(|names| &names.value.general_names);
    let names = names.filter_map(|name| match name {
        GeneralName::DNSName(name) if !name.starts_with('*') => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv4Addr::from(bytes).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| format!("[{}]", std::net::Ipv6Addr::from(bytes))),
            _ => None,
        },
        _ => None,
    });
    Some(names.collect())
}

/// A QR code as a drawing, with the quiet zone that scanners need.
pub fn qr(text: &str) -> Option<Markup> {
    const QUIET: usize = 4;
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let size = width.saturating_add(2 * QUIET);
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == Color::Dark);
    let path: String = dark
        .map(|(at, _)| (at % width.max(1), at / width.max(1)))
        .map(|(x, y)| format!("M{} {}h1v1h-1z", x.saturating_add(QUIET), y.saturating_add(QUIET)))
        .collect();
    Some(html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (size) " " (size) } shape-rendering="crispEdges" aria-hidden="true" {
            rect width=(size) height=(size) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_as_a_browser_names_it() {
        assert_eq!(host("tablet.example", 443, HTTPS), "tablet.example");
        assert_eq!(host("[::1]", 8443, HTTPS), "[::1]:8443");
        assert_eq!(host("127.0.0.1", 80, 80), "127.0.0.1");
    }

    #[test]
    fn a_code_holds_its_text() {
        let text = "https://192.0.2.7:8443/customer#00ff";
        let drawing = qr(text).unwrap().into_string();
        let size: usize = drawing.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let mut dark = vec![vec![false; size]; size];
        for module in drawing.split('M').skip(1) {
            let mut numbers = module.split(['h', ' ']);
            let (x, y) = (numbers.next().unwrap(), numbers.next().unwrap());
            dark[y.parse::<usize>().unwrap()][x.parse::<usize>().unwrap()] = true;
        }
        let scale = 4;
        let picture = rqrr::PreparedImage::prepare_from_greyscale(size * scale, size * scale, |x, y| {
            if dark[y / scale][x / scale] { 0 } else { 255 }
        });
        let mut picture = picture;
        let grids = picture.detect_grids();
        assert_eq!(grids.first().unwrap().decode().unwrap().1, text);
    }
}
