//! Other ways to the counter: a phone as the reader, and a tablet for the customer.

use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Stdio},
};

use serde_json::json;
use taimen::simulator::Recipe;

use crate::common::{
    program::{Program, Running, argument},
    web::{Counter, Shop, asked_of_customer, html, name},
};

/// A card whose entries are asked for as they are, all of them of the customer.
const CARD: &str = "licence";

fn known(card: &str) -> Vec<(String, String)> {
    let card = card.parse::<Recipe>().unwrap().card().unwrap();
    let own = card.credentials().into_iter().flat_map(|own| own.entries());
    own.map(|(id, value)| (id.to_owned(), value.to_string())).collect()
}

#[test]
fn a_phone_is_a_reader_whose_connections_are_cards() {
    let counter = Counter::start(&["--reader", "phone:127.0.0.1:0", "--accept", "simulated"]);
    let mut shop = Shop::open(&counter);
    let waiting = shop.shown.named(&["waiting"]);
    let address = html(&waiting).split("phone:").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let lay = |card: &str| {
        let mut command = Program::new().command(["simulate", card, "--vpcd", &address]);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    };
    for card in [CARD, "licence?seed=2"] {
        shop.anew();
        let phone = lay(card);
        assert_eq!(name(&shop.read(&known(card))), "checked");
        drop(phone);
        shop.shown.named(&["waiting"]);
    }
    // Lifted while the customer types.
    shop.anew();
    let phone = lay(CARD);
    assert_eq!(name(&shop.read(&[])), "asking");
    drop(phone);
    shop.shown.named(&["waiting"]);
    drop(shop);
    assert_eq!(counter.interrupt(), Some(0));
}

/// A certificate for 127.0.0.1 and a name, and its key.
fn certificate(program: &Program) -> [String; 2] {
    let [certificate, key] = ["tablet.pem", "tablet.key"].map(|name| argument(&program.home.file(name)));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=tablet", "-addext", "subjectAltName=IP:127.0.0.1,DNS:tablet.example"])
        .args(["-keyout", &key, "-out", &certificate])
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success(), "openssl makes the certificate of this test");
    [certificate, key]
}

/// Sends bytes over TLS, and returns what comes back.
fn over_tls(port: u16, certificate: &str, request: &str) -> String {
    let mut client = Command::new("openssl")
        .args([
            "s_client",
            "-quiet",
            "-connect",
            &format!("127.0.0.1:{port}"),
            "-CAfile",
            certificate,
            "-verify_return_error",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    client.stdin.as_mut().unwrap().write_all(request.as_bytes()).unwrap();
    // It stays open, so that the client waits for the server to end the connection.
    let stdin = client.stdin.take();
    let output = client.wait_with_output().unwrap();
    drop(stdin);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_tablet_gets_the_customers_page_and_nothing_else() {
    let program = Program::new();
    let [certificate, key] = certificate(&program);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let options = ["--customer-address", &address, "--customer-cert", &certificate, "--customer-key", &key];
    let counter = Counter::with(program, &[&["--reader", "sim:"][..], &options].concat());
    let mut shop = Shop::open(&counter);
    let offered = shop.staff.post("/staff/customer-token", &json!({})).json();
    let url = offered["url"].as_str().unwrap();
    let token = url.strip_prefix(&format!("https://127.0.0.1:{port}/customer#")).unwrap();
    assert!(offered["qr"].as_str().unwrap().starts_with("<svg "));

    let request = |method: &str, path: &str, host: &str, more: &str, body: &str| {
        let origin =
            format!("Origin: https://{host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        let origin = if method == "POST" { origin } else { String::new() };
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n{origin}{more}\r\n{body}"
        );
        over_tls(port, &certificate, &text)
    };
    // No older TLS.
    for (version, taken) in [("-tls1_2", false), ("-tls1_3", true)] {
        let mut client = Command::new("openssl");
        client.args(["s_client", version, "-connect", &address, "-CAfile", &certificate, "-verify_return_error"]);
        let ended = client.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(ended.success(), taken, "{version}");
    }
    let page = request("GET", "/customer", &address, "", "");
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    // By every name of the certificate, and by no other.
    let named = request("GET", "/customer", &format!("tablet.example:{port}"), "", "");
    assert!(named.starts_with("HTTP/1.1 200 "), "{named}");
    let foreign = request("GET", "/customer", &format!("evil.example:{port}"), "", "");
    assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
    // Nothing of the staff's is here, with any token.
    for path in ["/", "/staff/events", "/staff/enter", "/staff/do", "/staff/sim", "/staff/picture/1/photo"] {
        let cookie = format!("Cookie: {}\r\n", shop.staff.cookie);
        for method in ["GET", "POST"] {
            let answer = request(method, path, &address, &cookie, "{}");
            assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        }
    }
    let entered = request("POST", "/customer/enter", &address, "", &json!({ "token": token }).to_string());
    assert!(entered.starts_with("HTTP/1.1 204 "), "{entered}");
    let cookie = entered.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/customer; Secure"), "{cookie}");
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());

    // A PIN from the tablet.
    let known = shop.place(CARD);
    assert_eq!(name(&shop.read(&[])), "asking");
    let (first, value) = &known[0];
    let pad = shop.pad.until(|view| asked_of_customer(view).as_ref() == Some(first));
    let action = json!({"action": "entry", "entry": first, "value": value}).to_string();
    let typed = request("POST", &format!("/customer/do?of={}", pad["of"]), &address, &cookie, &action);
    assert!(typed.starts_with("HTTP/1.1 204 "), "{typed}");
    shop.pad.until(|view| asked_of_customer(view).as_ref() == Some(&known[1].0));
    assert_eq!(name(&shop.read(&known[1..])), "checked");
    // Plain HTTP is not spoken there.
    let mut plain = std::net::TcpStream::connect(&address).unwrap();
    plain.write_all(b"GET /customer HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = std::io::Read::read_to_end(&mut plain, &mut answer);
    assert!(!answer.starts_with(b"HTTP"));
}

#[test]
fn what_a_tablet_needs_is_looked_at_before_anything_is_served() {
    let program = Program::new();
    let [certificate, key] = certificate(&program);
    let run = |options: &[&str]| program.run([&["counter", "--reader", "sim:"][..], options].concat()).expect(2).stderr;
    let address = ["--customer-address", "127.0.0.1:0"];
    assert!(run(&address).contains("--customer-cert"));
    assert!(run(&[&address[..], &["--customer-cert", &certificate]].concat()).contains("--customer-key"));
    let bad = run(&[&address[..], &["--customer-cert", &key, "--customer-key", &key]].concat());
    assert!(bad.contains("is not a certificate or private key"), "{bad}");
    let other = certificate.replace("tablet.pem", "none.pem");
    let bad = run(&[&address[..], &["--customer-cert", &certificate, "--customer-key", &other]].concat());
    assert!(bad.contains("is not a certificate or private key"), "{bad}");
}
