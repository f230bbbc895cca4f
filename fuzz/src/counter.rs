//! Requests to the counter's web server: none that did not enter gets anything, and staff's actions in any order break nothing.

use std::sync::OnceLock;

use taimen::{
    cards::{self, Credentials, Findings, Outcome, Request, Wanted},
    cli::probe::{Probe, Sender},
    counter::{Event, Law, Question, Reading, Run, Told},
    dump::Dump,
    iso7816::PinGate,
    kind::CardKind,
    profile::Profiles,
    records::content::DumpMark,
    report::{Context, Source},
    simulator::{self, SeededNonces},
    trust::Hierarchy,
    verify::Basis,
};

use super::{
    dumps::accepting,
    input::Input,
    seeds::{TIME, honest, one},
};

/// The longest answer: a page with its script.
const LONGEST: usize = 4 * 1024 * 1024;

fn law() -> Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| Law::new("hanshuhou", Profiles::shipped().expect("the shipped profiles are good"))).clone()
}

/// A reading of each kind, as the reader thread brings it.
fn read() -> &'static [(&'static Dump, Findings)] {
    static READ: OnceLock<Vec<(&'static Dump, Findings)>> = OnceLock::new();
    READ.get_or_init(|| {
        let check = |dump| Some((dump, cards::check(dump, accepting(), Basis::Live(dump.read_at))?));
        honest().iter().filter_map(check).collect()
    })
}

fn reading((dump, findings): &(&Dump, Findings)) -> Reading {
    let context = Context::of(dump, Source::Live).accepting(Hierarchy::Simulated);
    Reading { findings: findings.clone(), context, mark: DumpMark { sha256: "00".repeat(32), seal: None } }
}

/// What the cards say of their holders: no stranger's and no customer's answer holds it.
fn names() -> impl Iterator<Item = &'static str> {
    read().iter().filter_map(|(_, findings)| Some(findings.holder.name.as_ref()?.value.text.as_str()))
}

/// What a card of each kind asks for.
fn questions() -> &'static [(CardKind, Vec<Wanted>)] {
    static ASKED: OnceLock<Vec<(CardKind, Vec<Wanted>)>> = OnceLock::new();
    ASKED.get_or_init(|| {
        let ask = |which| {
            let mut card = one(which)?;
            let request = Request::new("fuzz", TIME.parse().expect("a time"));
            let (mut gate, mut nonces) = (PinGate::new(false), SeededNonces::new(7));
            let nothing = Credentials::default().shared();
            match cards::start(&mut card, &request, nothing, &mut gate, &mut nonces, &mut |_| {}) {
                Ok(Outcome::Ask(looked)) => Some((card.kind()?, looked.wanted())),
                _ => None,
            }
        };
        (0..simulator::kinds().count()).filter_map(ask).collect()
    })
}

fn question((kind, wanted): &(CardKind, Vec<Wanted>)) -> Question {
    Question { kind: *kind, wanted: wanted.iter().map(|wanted| (*wanted, None)).collect() }
}

/// The reader's side, as far as a byte says: nothing, a card, a question, or a card that was read.
fn happen(probe: &Probe, byte: u8, runs: &mut Vec<Run>) {
    let which = usize::from(byte / 5);
    let (asked, read) = (questions().iter().cycle().nth(which), read().iter().cycle().nth(which));
    let event = match (byte % 5, runs.last()) {
        (0, ..) => return,
        (1, ..) => Event::Placed,
        (2, Some(run)) => match asked {
            Some(asked) => Event::Reading(*run, Told::Asks(question(asked))),
            None => return,
        },
        (3, Some(run)) => match read {
            Some(read) => Event::Reading(*run, Told::Checked(Box::new(reading(read)))),
            None => return,
        },
        _ => Event::Removed,
    };
    runs.extend(probe.apply(event));
}

/// By how much a sender's byte is greater if the reader is the simulator. Its panel is most of a page, so few inputs have it.
const SIMULATED: u8 = 21;

/// A byte says who sends, and to which reader's counter; then pieces that FF ends: a byte for what happens first, and a request in
/// which 01 stands for the head that the sender's page sends, 02 for a token of the customer's page, 03 for the customer of the
/// last view.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let first = input.byte();
    let sender = [Sender::Stranger, Sender::Customer, Sender::Staff][usize::from(first % 3)];
    let probe = Probe::new(law()).expect("a counter");
    let reader = if first / SIMULATED % 8 == 1 { "sim:" } else { "a reader" };
    probe.apply(Event::Reader(reader.to_owned()));
    let head = probe.head(sender).expect("random bytes");
    let mut runs = Vec::new();
    for piece in input.0.split(|byte| *byte == 0xFF).take(16) {
        let mut piece = Input(piece);
        happen(&probe, piece.byte(), &mut runs);
        let mut request = Vec::with_capacity(piece.0.len() + head.len());
        let mut tokens = false;
        for byte in piece.0 {
            match byte {
                1 => request.extend_from_slice(head.as_bytes()),
                2 => {
                    request.extend_from_slice(probe.token().expect("random bytes").as_bytes());
                    tokens = true;
                }
                3 => request.extend_from_slice(probe.customer().to_string().as_bytes()),
                other => request.push(*other),
            }
        }
        if !request.is_empty() {
            judge(sender, tokens, &request, &probe.send(&request));
        }
    }
}

fn judge(sender: Sender, tokens: bool, request: &[u8], answer: &[u8]) {
    assert!(answer.len() <= LONGEST);
    if answer.is_empty() {
        return;
    }
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|code| code.parse::<u16>().ok());
    let status = status.expect("an answer has a status");
    assert!(status < 500, "the server failed: {status}");
    if (200..300).contains(&status) {
        for header in
            ["cache-control: no-store", "x-frame-options: DENY", "content-security-policy: default-src 'none'"]
        {
            assert!(head.contains(header), "{header} is missing");
        }
        let is_shell = body.is_empty() || body.starts_with("<!DOCTYPE html>");
        assert!(sender != Sender::Stranger || tokens || is_shell, "a stranger got something");
        let path = request.strip_prefix(b"GET ").or(request.strip_prefix(b"POST ")).unwrap_or_default();
        assert!(sender == Sender::Staff || !path.starts_with(b"/staff"), "staff's path is open");
    }
    if sender != Sender::Staff {
        assert!(!names().any(|name| text.contains(name)), "a holder's name was sent to somebody else");
    }
}

/// Everything that staff and customers post.
const STAFF: &[&str] = &[
    r#"{"action":"entries","entries":[["birth","S55-02-17"],["expiry-year","2035"],["security-code","4711"]]}"#,
    r#"{"action":"entries","entries":[],"printed_western":true}"#,
    r#"{"action":"again","allow_last_try":true,"application":"menkyo"}"#,
    r#"{"action":"without-pin"}"#,
    r#"{"action":"forgotten"}"#,
    r#"{"action":"match","found":"matches"}"#,
    r#"{"action":"form","fields":[["name","模擬　花子"],["birth_date","昭和55年2月17日"],["address","見本県例田市1-2-3"]]}"#,
    r#"{"action":"accept-similar","field":"name"}"#,
    r#"{"action":"record"}"#,
    r#"{"action":"record-fields","fields":[["purpose","test"]],"review":true}"#,
    r#"{"action":"record-save"}"#,
    r#"{"action":"books"}"#,
    r#"{"action":"books-find","fields":[["by","name"],["text","花子"]]}"#,
    r#"{"action":"hand-over"}"#,
    r#"{"action":"take-back"}"#,
    r#"{"action":"language","lang":"en"}"#,
    r#"{"action":"sound","on":true}"#,
    r#"{"action":"extend"}"#,
    r#"{"action":"end"}"#,
];
const CUSTOMER: &[&str] = &[
    r#"{"action":"entry","entry":"pin1","value":"4711"}"#,
    r#"{"action":"forgotten"}"#,
    r#"{"action":"language","lang":"en"}"#,
];
const READS: &[&str] =
    &["/", "/customer", "/staff/events", "/customer/events", "/staff/picture/3/photo", "/staff/picture/x/%2E%2E"];

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\n\u{1}\r\n").into_bytes()
}

fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\n\u{1}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

pub fn seeds() -> Vec<Vec<u8>> {
    // A card is placed, asks or was read; then the requests.
    let after = |sender: u8, what: u8, requests: &[Vec<u8>]| {
        let begin = vec![sender, 1, 0xFF, what];
        requests.iter().fold(begin, |all, request| [&all, &[0xFF, 0][..], request].concat())
    };
    let staff = STAFF.iter().map(|body| post("/staff/do?of=\u{3}", body));
    let customer = CUSTOMER.iter().map(|body| post("/customer/do?of=\u{3}", body));
    let token = format!(r#"{{"token":"{}"}}"#, "0".repeat(64));
    let mut requests: Vec<Vec<u8>> = staff.chain(customer).chain(READS.iter().map(|path| get(path))).collect();
    requests.extend([
        post("/staff/enter", &token),
        post("/customer/enter", &token),
        b"POST /customer/enter HTTP/1.1\r\n\x01Content-Type: application/json\r\nContent-Length: 76\r\n\r\n{\"token\":\"\x02\"}".to_vec(),
        post("/staff/customer-token", ""),
        post("/staff/sim", r#"{"card":"licence?seed=3"}"#),
        b"POST /staff/do HTTP/1.1\r\n\x01Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"ac\r\n0\r\n\r\n".to_vec(),
    ]);
    let alone = requests.iter().map(|request| after(2, 3, std::slice::from_ref(request)));
    let together = [(0, 3), (1, 2), (2, 2), (2 + SIMULATED, 2)]
        .into_iter()
        .flat_map(|(sender, what)| requests.chunks(12).map(move |some| after(sender, what, some)).collect::<Vec<_>>());
    alone.chain(together).collect()
}
