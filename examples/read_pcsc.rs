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
    cards::{self, Ask, Credentials, Looked, Outcome, Request},
    dump::Dump,
    iso7816::PinGate,
    report::{Colour, Context, Options, Report, Source},
    transport::{nonces::SystemNonces, pcsc::PcscReader},
    trust::TrustStore,
    verify::Basis,
};

fn main() -> Result<(), Box<dyn Error>> {
    let part = std::env::args().nth(1);
    let mut reader = PcscReader::find(part.as_deref(), Duration::from_secs(30), &mut |_| eprintln!("Place the card."))?;
    let request = Request::new(format!("pcsc:{}", reader.info().name), Timestamp::now()).ask(Ask::IfMissing);

    // One gate for what this person types. `false`: a last try is never spent.
    let mut gate = PinGate::new(false);
    let nothing = Credentials::default();
    let looked = match cards::start(&mut reader.open()?, &request, nothing, &mut gate, &mut SystemNonces, &mut |_| {})?
    {
        Outcome::Ask(looked) => looked,
        // A licence whose holder never set its PINs wants none.
        Outcome::Done(dump) => return show(&dump),
    };
    let entered = ask(&looked, &gate)?;
    reader.wait_again(&mut |_| eprintln!("Place the card again."))?;
    let now = Timestamp::now();
    let dump = looked.read(&mut reader.open()?, now, entered, &mut gate, &mut SystemNonces, &mut |_| {})?;
    show(&dump)
}

fn show(dump: &Dump) -> Result<(), Box<dyn Error>> {
    let findings = cards::check(dump, &TrustStore::shipped()?, Basis::Live(dump.read_at))
        .ok_or("cards of this kind are not verified")?;
    let context = Context::of(dump, Source::Live);
    let report = Report { findings: &findings, context: &context, options: Options::default() };
    io::stdout().write_all(report.text(Colour::Plain).as_bytes())?;
    Ok(())
}

/// Asks for what the card wants, with the tries that are left.
fn ask(looked: &Looked, gate: &PinGate) -> Result<Credentials, Box<dyn Error>> {
    let mut entered = Credentials::default();
    for wanted in looked.wanted() {
        // Nothing is asked for that may not be presented.
        looked.refusal(&wanted, gate)?;
        let (credential, retry_counter) = (wanted.credential, wanted.counter.map(|(_, retry_counter)| retry_counter));
        eprintln!("{} ({retry_counter:?})", credential.title.en);
        for entry in credential.asked() {
            eprint!("{}: ", entry.prompt.en);
            let mut line = String::new();
            io::stdin().read_line(&mut line)?;
            // What can be left out makes the reading smaller. A value of another form is refused here: it would cost a try.
            if !(credential.optional && line.trim().is_empty()) {
                entered.insert(entry, &line)?;
            }
        }
    }
    Ok(entered)
}
