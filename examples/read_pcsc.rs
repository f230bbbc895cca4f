//! Reads whatever card lies on a PC/SC reader: `cargo run --example read_pcsc [PART-OF-THE-READER'S-NAME]`.
//!
//! The card is let go while a person types. What is typed here is echoed, to keep the example short; a real program must
//! not show a PIN. PINs are never taken from an argument.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use jiff::Timestamp;
use taimen::{
    cards::{self, Credential, Credentials, Looked, Request, look_any},
    iso7816::PinGate,
    privacy::Pin,
    report::{Colour, Context, Options, Report, Source},
    transport::{draws::SystemDraws, pcsc::PcscReader},
    trust::TrustStore,
    verify::Basis,
};

fn main() -> Result<(), Box<dyn Error>> {
    let part = std::env::args().nth(1);
    let mut reader = PcscReader::find(part.as_deref(), Duration::from_secs(30), &mut |_| eprintln!("Place the card."))?;
    let request = Request::new(format!("pcsc:{}", reader.info().name), Timestamp::now());

    let looked = look_any(reader.connect()?, &request, &mut |_| {})?;
    let credentials = ask(&looked)?;
    // One gate for what this person typed. `false`: a last try is never spent.
    let mut gate = PinGate::new(false);
    reader.wait_again(&mut |_| eprintln!("Place the card again."))?;
    let now = Timestamp::now();
    let dump = looked.read(reader.connect()?, now, &credentials, &mut gate, &mut SystemDraws, &mut |_| {})?;

    let findings =
        cards::check(&dump, &TrustStore::shipped()?, Basis::Live(now)).ok_or("cards of this kind are not verified")?;
    let context = Context::of(&dump, Source::Live);
    let report = Report { findings: &findings, context: &context, options: Options::default() };
    io::stdout().write_all(report.text(Colour::Plain).as_bytes())?;
    Ok(())
}

/// Asks for what the card wants, with the tries that are left.
fn ask(looked: &Looked) -> Result<Credentials, Box<dyn Error>> {
    let mut known = Credentials::default();
    for wanted in looked.wanted() {
        // Nothing is asked for that may not be presented. A licence without its PIN 2 is read as far as PIN 1 goes.
        match wanted.tries.map_or(Ok(()), |tries| tries.gate(false)) {
            Err(_) if wanted.credential == Credential::Pin2 => continue,
            allowed => allowed?,
        }
        eprint!("{} ({:?}): ", wanted.credential.title().en, wanted.tries);
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        let typed = line.trim();
        match wanted.credential {
            // The constructors of `Credentials` check the form: a value in the wrong form costs a try.
            Credential::CardNumber => known.card_number = Credentials::residence(typed)?.card_number,
            Credential::Pin1 => known.pin1 = Credentials::licence(typed, None)?.pin1,
            Credential::Pin2 if typed.is_empty() => {}
            Credential::Pin2 => known.pin2 = Credentials::licence("0000", Some(typed))?.pin2,
            Credential::NumberB if typed.len() == 14 && typed.bytes().all(|byte| byte.is_ascii_digit()) => {
                known.number_b = Some(Pin::new(typed.as_bytes())?);
            }
            other => return Err(format!("{}: not what is asked for", other.as_str()).into()),
        }
    }
    Ok(known)
}
