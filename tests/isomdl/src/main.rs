//! A session as the crate `isomdl` holds it. On standard input first one line of JSON with the text of a QR code and the root that is
//! trusted; the answer is the message that establishes the session. Then the phone's message, in hex; the answer is what the crate says of it.

use std::{error::Error, io::stdin};

use isomdl::{
    definitions::{
        device_request::Namespaces,
        helpers::NonEmptyMap,
        x509::trust_anchor::{PemTrustAnchor, TrustAnchorRegistry, TrustPurpose},
    },
    presentation::reader::SessionManager,
};
use serde_json::{Value, json};

const ASKED: [&str; 7] =
    ["family_name", "given_name", "birth_date", "portrait", "document_number", "issuing_country", "issuing_authority"];

fn line() -> Result<String, Box<dyn Error>> {
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

fn main() -> Result<(), Box<dyn Error>> {
    let order: Value = serde_json::from_str(&line()?)?;
    let text = |key: &str| order[key].as_str().map(str::to_owned).ok_or("a text is missing");
    let root = PemTrustAnchor { certificate_pem: text("root")?, purpose: TrustPurpose::Iaca };
    let anchors = TrustAnchorRegistry::from_pem_certificates(vec![root])?;
    let mut elements = NonEmptyMap::new(ASKED[0].to_owned(), false);
    for element in &ASKED[1..] {
        elements.insert((*element).to_owned(), false);
    }
    let asked = Namespaces::new("org.iso.18013.5.1".to_owned(), elements);
    let (mut session, establishment, ident) = SessionManager::establish_session(text("qr")?, asked, anchors)?;
    println!("{}", json!({ "establishment": hex::encode(establishment), "ident": hex::encode(ident) }));
    let outcome = session.handle_response(&hex::decode(line()?)?);
    let shared: Vec<&String> =
        outcome.response.values().filter_map(Value::as_object).flat_map(|elements| elements.keys()).collect();
    println!(
        "{}",
        json!({
            "issuer": format!("{:?}", outcome.issuer_authentication),
            "device": format!("{:?}", outcome.device_authentication),
            "errors": outcome.errors,
            "shared": shared,
        })
    );
    Ok(())
}
