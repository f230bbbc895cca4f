//! The counter's program, and a browser of its pages that can also misbehave: HTTP as bytes on a socket.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    os::unix::fs::PermissionsExt,
    process::{Child, Stdio},
    sync::mpsc::{self, Receiver},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use super::program::{Program, is_foreign};
use serde_json::{Value, json};

/// The longest that anything may take, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(60);

/// A running counter.
pub struct Counter {
    pub program: Program,
    pub port: u16,
    child: Child,
    token: String,
}

impl Counter {
    /// Starts `taimen counter` with more arguments. What opens the browser is a script that keeps the file instead.
    pub fn start(arguments: &[&str]) -> Self {
        Self::with(Program::new(), arguments)
    }

    /// The same for a reader.
    pub fn at(reader: &str) -> Self {
        Self::start(&["--reader", reader])
    }

    /// The same with a program whose surroundings are given.
    pub fn with(program: Program, arguments: &[&str]) -> Self {
        let kept = program.home.file("kept");
        // Wine hands an address on, others the file's name.
        let script = format!(
            "#!/bin/sh\nfile=${{1#file://}}\nstat -c %a \"$file\" > {0}.mode\ncp \"$file\" {0}.part\nmv {0}.part {0}\n",
            kept.display()
        );
        let opener = program.home.write("xdg-open", script);
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", program.home.path().display(), std::env::var("PATH").unwrap());
        let mut command = program.command(["counter", "--open"]);
        command.args(arguments).env("PATH", path).env("TMPDIR", program.home.path()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("no address in {line:?}"));
        assert!(!line.contains('#'), "a token on standard output");
        let page = until(|| fs::read_to_string(&kept).ok());
        if !is_foreign() {
            assert_eq!(fs::read_to_string(kept.with_extension("mode")).unwrap().trim(), "600");
        }
        let token = page.split('#').nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        assert_eq!(token.len(), 64);
        Self { program, port, child, token }
    }

    /// The token with which the program was opened.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends bytes and returns what comes until the connection ends.
    pub fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A server that has refused may not read the rest.
        let _ = stream.write_all(bytes);
        let _ = stream.flush();
        Answer::read(stream)
    }

    /// A connection that says nothing yet.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    }

    /// A request as the page sends it.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        let host = format!("127.0.0.1:{}", self.port);
        let mut headers =
            vec![("Host".to_owned(), host.clone()), ("Sec-Fetch-Site".to_owned(), "same-origin".to_owned())];
        if method == "POST" {
            headers.push(("Origin".to_owned(), format!("http://{host}")));
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        Request { counter: self, line: format!("{method} {path} HTTP/1.1"), headers, body: Vec::new() }
    }

    /// The staff's browser, entered.
    pub fn staff(&self) -> Browser<'_> {
        Browser::enter(self, "staff", &self.token)
    }

    /// Ends the program as Ctrl-C does; returns its exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        until(|| self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for something.
pub fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "it did not come within {LIMIT:?}");
        sleep(Duration::from_millis(10));
    }
}

/// A request on its way.
pub struct Request<'a> {
    counter: &'a Counter,
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request<'_> {
    /// The same with another value of a header; `None`: without it.
    #[must_use]
    pub fn header(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// The same with one header more.
    #[must_use]
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// As it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() {
            text.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        let mut bytes = format!("{text}\r\n").into_bytes();
        bytes.extend(&self.body);
        bytes
    }

    /// Sends it.
    pub fn send(self) -> Answer {
        self.counter.send(&self.bytes())
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// 0 if nothing came.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let _ = stream.shutdown(Shutdown::Both);
        let split = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(split) = split else { return Self { status: 0, headers: Vec::new(), body: bytes } };
        let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: bytes.split_off(split + 4),
        }
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The id of the error in it.
    pub fn error(&self) -> String {
        let error = &self.json()["error"];
        assert!(error["message"].is_string() && error["remedy"].is_string(), "{error}");
        error["id"].as_str().unwrap().to_owned()
    }
}

/// A browser that has entered in a role.
pub struct Browser<'a> {
    pub counter: &'a Counter,
    pub role: &'static str,
    pub cookie: String,
}

impl<'a> Browser<'a> {
    /// Enters with a token.
    pub fn enter(counter: &'a Counter, role: &'static str, token: &str) -> Self {
        let answer =
            counter.request("POST", &format!("/{role}/enter")).body(json!({"token": token}).to_string()).send();
        assert_eq!(answer.status, 204, "{answer:?}");
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Self { counter, role, cookie }
    }

    /// A request with the cookie.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        self.counter.request(method, path).also("Cookie", &self.cookie)
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path).body(body.to_string()).send()
    }

    /// Posts what a person does in a view.
    pub fn act(&self, view: &Value, action: &Value) {
        let answer = self.post(&format!("/{}/do?of={}", self.role, view["of"]), action);
        assert_eq!(answer.status, 204, "{action}: {answer:?}");
    }

    /// Works the simulated reader.
    pub fn sim(&self, wish: &Value) {
        let answer = self.post("/staff/sim", wish);
        assert_eq!(answer.status, 204, "{wish}: {answer:?}");
    }

    /// The customer's browser, entered with a token that the staff page makes.
    pub fn customer(&self) -> Browser<'a> {
        let answer = self.post("/staff/customer-token", &json!({})).json();
        let token = answer["path"].as_str().unwrap().strip_prefix("/customer#").unwrap();
        Browser::enter(self.counter, "customer", token)
    }

    /// The page's stream of views.
    pub fn views(&self) -> Views {
        let bytes = self.request("GET", &format!("/{}/events", self.role)).bytes();
        let mut stream = self.counter.connect();
        stream.write_all(&bytes).unwrap();
        let (sender, messages) = mpsc::channel();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let Some(data) = line.strip_prefix("data: ") else { continue };
                if sender.send(serde_json::from_str(data).unwrap()).is_err() {
                    break;
                }
            }
        });
        Views { stream, messages, seen: Vec::new() }
    }
}

/// The views that a page gets.
pub struct Views {
    stream: TcpStream,
    messages: Receiver<Value>,
    /// Every view so far.
    pub seen: Vec<Value>,
}

impl Drop for Views {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// The text of a view.
pub fn html(view: &Value) -> &str {
    view["html"].as_str().unwrap()
}

/// The name of what a view shows.
pub fn name(view: &Value) -> &str {
    let mut parts = html(view).split("data-view=\"");
    parts.nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

impl Views {
    /// The next view that fits, the last one included.
    pub fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            if let Some(view) = self.seen.last().filter(|view| fits(view)) {
                return view.clone();
            }
            let left = LIMIT.saturating_sub(start.elapsed());
            match self.messages.recv_timeout(left) {
                Ok(view) => self.seen.push(view),
                Err(_) => panic!("no such view; the last one: {:?}", self.seen.last()),
            }
        }
    }

    /// Takes in what has come.
    pub fn drain(&mut self) {
        self.seen.extend(self.messages.try_iter());
    }

    /// The next view of one of these names.
    pub fn named(&mut self, names: &[&str]) -> Value {
        self.until(|view| names.contains(&name(view)))
    }
}

/// What its holder and whoever looks at it know of the simulated card that lies there, as the panel shows it.
pub fn printed(view: &Value) -> Vec<(String, String)> {
    let rows = html(view).split("data-printed=\"").skip(1).filter_map(|rest| rest.split_once("\">"));
    // As a browser shows it.
    let plain =
        |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    rows.map(|(id, rest)| (id.to_owned(), plain(rest.split('<').next().unwrap()))).collect()
}

/// The ids of the entries that a staff view asks for.
pub fn asked_of_staff(view: &Value) -> Vec<String> {
    let inputs = html(view).split("id=\"entry-").skip(1);
    inputs.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

/// The id of the entry that the customer's view asks for.
pub fn asked_of_customer(view: &Value) -> Option<String> {
    Some(html(view).split("data-entry=\"").nth(1)?.split_once('"')?.0.to_owned())
}

/// A counter with both of its pages open.
pub struct Shop<'a> {
    pub staff: Browser<'a>,
    pub customer: Browser<'a>,
    pub shown: Views,
    pub pad: Views,
    /// Views up to this one are of the card before.
    after: u64,
}

impl<'a> Shop<'a> {
    /// Opens both pages.
    pub fn open(counter: &'a Counter) -> Self {
        Self::with_staff(counter.staff())
    }

    /// The same for a staff's browser that has entered.
    pub fn with_staff(staff: Browser<'a>) -> Self {
        let customer = staff.customer();
        Self::of(staff, customer)
    }

    /// The same for browsers that have entered.
    pub fn of(staff: Browser<'a>, customer: Browser<'a>) -> Self {
        let (mut shown, mut pad) = (staff.views(), customer.views());
        shown.until(|_| true);
        pad.until(|_| true);
        Self { staff, customer, shown, pad, after: 0 }
    }

    /// Places a simulated card; returns what is known of it.
    pub fn place(&mut self, card: &str) -> Vec<(String, String)> {
        self.anew();
        // A late view of the card that lies there is not of the one that comes.
        let last = self.shown.seen.last();
        let lies = last.filter(|view| name(view) != "waiting").map(|view| view["of"].clone());
        self.staff.sim(&json!({"place": card}));
        let after = self.after;
        let view =
            self.shown.until(|view| view["version"].as_u64() > Some(after) && lies.as_ref() != Some(&view["of"]));
        self.after = view["version"].as_u64().unwrap_or_default().saturating_sub(1);
        printed(&view)
    }

    /// What staff do in the view that they see.
    pub fn act(&mut self, action: &Value) {
        self.shown.drain();
        self.staff.act(self.shown.seen.last().unwrap(), action);
    }

    /// What comes from now on is of another reading.
    pub fn anew(&mut self) {
        self.shown.drain();
        self.after = self.shown.seen.last().and_then(|view| view["version"].as_u64()).unwrap_or_default();
    }

    /// Removes the card, and waits until the page says so.
    pub fn remove(&mut self) -> Value {
        self.anew();
        self.staff.sim(&json!({"remove": true}));
        let after = self.after;
        self.shown.until(|view| view["version"].as_u64() > Some(after) && name(view) == "waiting")
    }

    /// Gives what is asked for, from what is known of the card, until the reading has ended; returns the staff's view. What
    /// is not known is left open, and the view with the question comes back.
    pub fn read(&mut self, known: &[(String, String)]) -> Value {
        let value = |id: &str| known.iter().find(|(known, _)| known == id).map(|(_, value)| value.clone());
        let mut given: Vec<String> = Vec::new();
        until(|| {
            self.shown.drain();
            self.pad.drain();
            let view = self.shown.seen.last().filter(|view| view["version"].as_u64() > Some(self.after))?.clone();
            match name(&view) {
                "reading" => return None,
                "asking" => {}
                _ => return Some(view),
            }
            let asked: Vec<_> = asked_of_staff(&view).into_iter().filter(|id| !given.contains(id)).collect();
            if !asked.is_empty() {
                let entries: Option<Vec<_>> = asked.iter().map(|id| Some(json!([id, value(id)?]))).collect();
                let Some(entries) = entries else { return Some(view) };
                self.staff.act(&view, &json!({"action": "entries", "entries": entries}));
                given.extend(asked);
            }
            // Refused where it is typed: nothing goes on.
            if html(&view).contains("aria-invalid=\"true\"") {
                return Some(view);
            }
            let pad = self.pad.seen.last().filter(|view| view["version"].as_u64() > Some(self.after));
            let asked = pad.and_then(|pad| Some((pad, asked_of_customer(pad)?)));
            if let Some((pad, id)) = asked.filter(|(_, id)| !given.contains(id)) {
                let Some(value) = value(&id) else { return Some(view) };
                self.customer.act(pad, &json!({"action": "entry", "entry": id, "value": value}));
                given.push(id);
            }
            None
        })
    }
}
