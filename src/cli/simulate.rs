//! `taimen simulate KIND`: a simulated card for every PC/SC program, through vpcd.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    path::PathBuf,
};

use clap::ArgMatches;

use crate::{
    cards::residence_card::files::Generation,
    kind::CardKind,
    lang::Bilingual,
    messages::{ExitCode, Problem},
    simulator::{SimulatedCard, vpcd},
};

use super::{Settings, args::name, credentials::CARD_NUMBER, files, reader::simulated};

/// Runs the command until vpcd closes the connection or the program is ended.
///
/// # Errors
/// [`Problem`].
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    let kind = matches.get_one::<String>(name::KIND).map_or("", String::as_str);
    let mut card = simulated(kind.strip_prefix("sim:").unwrap_or(kind))?;
    if let Some(path) = matches.get_one::<PathBuf>(name::CREDENTIALS_OUT) {
        files::write_private(path, credentials(&card).as_bytes())?;
    }
    let address = matches.get_one::<String>(name::VPCD).map_or("127.0.0.1:35963", String::as_str);
    let stream = TcpStream::connect(address)
        .map_err(|error| Problem::Vpcd { address: address.to_owned(), error: error.kind() })?;
    // Answers are written whole; a link that cannot be told so is slow, not broken.
    let _ = stream.set_nodelay(true);
    let _ = writeln!(
        std::io::stderr(),
        "{} ({address}). {}",
        t("模擬カードを差し出しています", "Offering a simulated card"),
        t("終わるには Ctrl-C", "Ctrl-C ends it"),
    );
    match vpcd::serve(Prompt(stream), &mut card) {
        Ok(()) => Ok(ExitCode::Authentic),
        Err(vpcd::VpcdError::Connection(error)) => {
            Err(Problem::Vpcd { address: address.to_owned(), error: error.kind() })
        }
        Err(vpcd::VpcdError::Card(error)) => Err(error.into()),
        Err(vpcd::VpcdError::AnswerTooLong) => {
            Err(Problem::Vpcd { address: address.to_owned(), error: std::io::ErrorKind::InvalidData })
        }
    }
}

/// A connection that acknowledges at once: vpcd writes length and payload apart and would wait 40 ms in between.
struct Prompt(TcpStream);

impl Read for Prompt {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The kernel forgets this by itself, so it is said before each read; elsewhere the link is slow, not broken.
        #[cfg(target_os = "linux")]
        let _ = std::os::linux::net::TcpStreamExt::set_quickack(&self.0, true);
        self.0.read(buffer)
    }
}

impl Write for Prompt {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The card's entries as a credentials file.
fn credentials(card: &SimulatedCard) -> String {
    let Some(own) = card.credentials() else { return String::new() };
    let printed = own.kind != CardKind::Licence && Generation::of(own.kind).is_none();
    let number = own.number_b().ok().filter(|_| printed);
    let entries = [
        ("number-b", number.as_ref()),
        ("pin1", own.pin1()),
        ("pin2", own.pin2()),
        ("licence-pin", own.licence_pin()),
        ("auth-pin", own.auth_pin()),
        ("sign-password", own.sign_password()),
    ];
    let mut lines = "# a simulated card's entries\n".to_owned();
    for (name, pin) in entries {
        if let Some(pin) = pin {
            lines.push_str(&format!("{name} = {}\n", String::from_utf8_lossy(pin.expose())));
        }
    }
    if let Some(number) = own.card_number() {
        lines.push_str(&format!("{CARD_NUMBER} = {}\n", String::from_utf8_lossy(number.expose())));
    }
    lines
}
