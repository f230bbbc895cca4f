//! Attacks on the server: each is refused or inert, and the reading goes on.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;
use taimen::simulator::kinds;

use crate::common::web::{Answer, Browser, Counter, Shop, asked_of_customer, html, name};

/// Asserts a refusal: its status, and the id of its message.
fn refused(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, answer.error().as_str()), (status, id), "{answer:?}");
}

/// A card is still read from its placing to its end.
fn reads_on(shop: &mut Shop<'_>) {
    let kind = kinds().next().unwrap();
    let known = shop.place(kind.name);
    assert_eq!(name(&shop.read(&known)), "checked");
    shop.remove();
}

#[test]
fn a_token_serves_once_and_for_its_role_alone() {
    let counter = Counter::at("sim:");
    let enter = |role: &str, token: &str| {
        counter.request("POST", &format!("/{role}/enter")).body(json!({"token": token}).to_string()).send()
    };
    for wrong in ["", "0", &"0".repeat(64), &"é".repeat(32), &counter.token()[1..]] {
        refused(&enter("staff", wrong), 403, "counter-token");
    }
    refused(&enter("customer", counter.token()), 403, "counter-token");
    let staff = counter.staff();
    refused(&enter("staff", counter.token()), 403, "counter-token");
    let token = staff.post("/staff/customer-token", &json!({})).json()["path"].as_str().unwrap()[10..].to_owned();
    refused(&enter("staff", &token), 403, "counter-token");
    let customer = Browser::enter(&counter, "customer", &token);
    refused(&enter("customer", &token), 403, "counter-token");
    reads_on(&mut Shop::of(staff, customer));
}

#[test]
fn a_role_opens_its_own_routes_alone() {
    let counter = Counter::at("sim:");
    let staff = counter.staff();
    let customer = staff.customer();
    let routes = [
        ("staff", "GET", "/staff/events", json!(null)),
        ("staff", "POST", "/staff/do", json!({"action": "end"})),
        ("staff", "GET", "/staff/picture/1/photo", json!(null)),
        ("staff", "POST", "/staff/customer-token", json!({})),
        ("staff", "POST", "/staff/sim", json!({"remove": true})),
        ("customer", "GET", "/customer/events", json!(null)),
        ("customer", "POST", "/customer/do", json!({"action": "forgotten"})),
    ];
    for (role, method, path, body) in routes {
        let other = if role == "staff" { &customer } else { &staff };
        let value = other.cookie.split_once('=').unwrap().1;
        let renamed = format!("taimen-{role}-{}={value}", counter.port);
        let empty = format!("taimen-{role}-{}=", counter.port);
        for cookie in [None, Some(other.cookie.as_str()), Some(&renamed), Some(&empty), Some("x"), Some("=;;=")] {
            let request = counter.request(method, path).header("Cookie", cookie);
            let request = if method == "POST" { request.body(body.to_string()) } else { request };
            refused(&request.send(), 401, "counter-not-entered");
        }
    }
    // Staff's actions are no customer's, nor the other way round.
    refused(&customer.post("/customer/do", &json!({"action": "end"})), 400, "counter-request");
    refused(
        &staff.post("/staff/do", &json!({"action": "entry", "entry": "pin1", "value": "1234"})),
        400,
        "counter-request",
    );
    reads_on(&mut Shop::of(staff, customer));
}

#[test]
fn another_site_is_refused() {
    let counter = Counter::at("sim:");
    let staff = counter.staff();
    let end = || staff.request("POST", "/staff/do").body(r#"{"action":"end"}"#);
    let port = counter.port;
    // DNS rebinding, and other names of the same machine.
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", &format!("127.0.0.1:{}", port ^ 1), ""] {
        refused(&end().header("Host", Some(host)).send(), 403, "counter-foreign-request");
        refused(&counter.request("GET", "/").header("Host", Some(host)).send(), 403, "counter-foreign-request");
    }
    refused(&end().also("Host", "evil.example").send(), 403, "counter-foreign-request");
    assert!([400, 403].contains(&counter.request("GET", "/").header("Host", None).send().status));
    let own = format!("http://127.0.0.1:{port}");
    let other = [
        None,
        Some("null"),
        Some("http://evil.example"),
        Some("https://127.0.0.1"),
        Some("http://127.0.0.1"),
        // The same program by another name is another origin.
        Some(&format!("http://localhost:{port}")),
    ];
    for origin in other {
        refused(&end().header("Origin", origin).send(), 403, "counter-foreign-request");
    }
    refused(&end().also("Origin", &own).send(), 403, "counter-foreign-request");
    for site in [None, Some("cross-site"), Some("same-site"), Some("none"), Some("")] {
        refused(&end().header("Sec-Fetch-Site", site).send(), 403, "counter-foreign-request");
        let events = staff.request("GET", "/staff/events").header("Sec-Fetch-Site", site).send();
        refused(&events, 403, "counter-foreign-request");
    }
    // A form of another site can send no JSON, and says so.
    for kind in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data; boundary=x")]
    {
        refused(&end().header("Content-Type", kind).send(), 400, "counter-request");
    }
    // The pages themselves may be opened from anywhere, and hold nothing.
    for path in ["/", "/customer"] {
        let page = counter.request("GET", path).header("Sec-Fetch-Site", Some("cross-site")).send();
        assert_eq!(page.status, 200);
        assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    }
    reads_on(&mut Shop::with_staff(staff));
}

#[test]
fn hostile_requests_are_refused_and_change_nothing() {
    let counter = Counter::at("sim:");
    let staff = counter.staff();
    for path in [
        "/staff/../etc/passwd",
        "/staff/%2e%2e/do",
        "//",
        "/staff",
        "/staff/do/",
        "/customer/../staff/do",
        "/%00",
        "/staff/picture/1/..%2f..%2fx",
    ] {
        let answer = staff.request("GET", path).send();
        assert!([404, 400].contains(&answer.status), "{path}: {answer:?}");
    }
    for path in [
        "/staff/picture/18446744073709551615/photo",
        "/staff/picture/0/photo",
        "/staff/picture/x/photo",
        "/staff/picture/-1/%00",
        "/staff/picture/1/photo",
    ] {
        refused(&staff.request("GET", path).send(), 404, "counter-not-found");
    }
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let origin = format!("http://127.0.0.1:{}", counter.port);
        refused(&staff.request(method, "/staff/do").also("Origin", &origin).send(), 404, "counter-not-found");
    }
    let deep = "[".repeat(30_000);
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "1e999",
        r#"{"action":"format-disk"}"#,
        r#"{"action":"end","action":"again"}"#,
        r#"{"action":"match","found":"matches","more":1}"#,
        r#"{"action":"entries"}"#,
        r#"{"action":"entries","entries":[["birth"]]}"#,
        r#"{"action":"entries","entries":{"birth":"S420525"}}"#,
        r#"{"action":"again","allow_last_try":"yes"}"#,
        r#"{"action":"language","lang":"xx"}"#,
        r#"{"action":["end"]}"#,
        deep.as_str(),
    ];
    for body in bodies {
        let answer = staff.request("POST", "/staff/do").body(body).send();
        assert_eq!(answer.status, 400, "{body}");
        refused(&answer, 400, "counter-request");
    }
    refused(&staff.request("POST", "/staff/do").body(b"{\"action\":\"\xFF\"}".to_vec()).send(), 400, "counter-request");
    for wish in [json!({}), json!({"place": "my-number", "remove": true}), json!({"remove": false})] {
        refused(&staff.post("/staff/sim", &wish), 400, "counter-request");
    }
    refused(&staff.post("/staff/sim", &json!({"place": "visa"})), 400, "unknown-sim-kind");
    refused(&staff.post("/staff/sim", &json!({"place": "/etc/passwd"})), 400, "unknown-sim-kind");
    // What is typed is never repeated in a refusal.
    let answer =
        staff.request("POST", "/staff/do").body(r#"{"action":"entries","entries":[["pin1","8642"]],"x":1}"#).send();
    assert!(!String::from_utf8(answer.body).unwrap().contains("8642"));
    // Too long: by its own word, or without one.
    let long = format!(r#"{{"action":"form","fields":[["name","{}"]]}}"#, "x".repeat(70_000));
    refused(&staff.request("POST", "/staff/do").body(long.as_str()).send(), 413, "counter-too-large");
    let head = staff.request("POST", "/staff/do").also("Transfer-Encoding", "chunked").bytes();
    let mut chunked = head;
    for chunk in long.as_bytes().chunks(4_096) {
        let mut size = String::new();
        write!(size, "{:x}\r\n", chunk.len()).unwrap();
        chunked.extend(size.as_bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    assert_eq!(counter.send(&chunked).status, 413);
    let mut head = staff.request("GET", "/").bytes();
    head.truncate(head.len() - 2);
    head.extend(format!("X: {}\r\n\r\n", "y".repeat(200_000)).as_bytes());
    assert!([0, 400, 431].contains(&counter.send(&head).status));
    assert_eq!(counter.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").status / 100, 4);
    let mut shop = Shop::with_staff(staff);
    assert_eq!(name(shop.shown.seen.last().unwrap()), "waiting");
    reads_on(&mut shop);
}

#[test]
fn hostile_text_in_the_form_is_inert() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    let kind = kinds().next().unwrap();
    let known = shop.place(kind.name);
    shop.read(&known);
    let hostile = "<img src=x onerror=alert(1)>\u{202E}\" data-picture=\"photo2";
    shop.act(&json!({"action": "form", "fields": [["name", hostile]]}));
    shop.act(&json!({"action": "match", "found": "matches"}));
    let view = shop.shown.until(|view| html(view).contains("class=\"found"));
    assert!(!html(&view).contains("<img src=x") && !html(&view).contains('\u{202E}'), "{view}");
    assert!(!view["pictures"].as_array().unwrap().contains(&json!("photo2")), "{view}");
}

#[test]
fn slow_and_idle_connections_hold_up_nobody() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    // A body that never comes, a head that never ends, a page that is never read.
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..20 {
        let mut body = counter.connect();
        let request = shop.staff.request("POST", "/staff/do").also("Content-Length", "100").bytes();
        body.write_all(&request).unwrap();
        body.write_all(b"{").unwrap();
        let mut head = counter.connect();
        head.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ").unwrap();
        let mut unread = counter.connect();
        unread.write_all(&counter.request("GET", "/").bytes()).unwrap();
        slow.extend([body, head, unread]);
    }
    let kind = kinds().next().unwrap();
    let known = shop.place(&format!("{}?fault=slow=20", kind.name));
    let idle: Vec<TcpStream> =
        (0..1_000).filter_map(|_| TcpStream::connect(("127.0.0.1", counter.port)).ok()).collect();
    assert!(idle.len() > 900, "{} connections", idle.len());
    assert_eq!(name(&shop.read(&known)), "checked");
    shop.remove();
    drop(idle);
    // Who takes his time is left, and is told.
    let body = slow.swap_remove(0);
    let mut text = String::new();
    body.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let _ = (&body).read_to_string(&mut text);
    assert!(text.starts_with("HTTP/1.1 408") && text.contains("counter-slow"), "{text}");
    drop(slow);
    reads_on(&mut shop);
}

#[test]
fn every_answer_carries_the_headers() {
    let counter = Counter::at("sim:");
    let staff = counter.staff();
    let known = [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    let nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let answers = [
        ("/", counter.request("GET", "/").send(), 200),
        ("/customer", counter.request("GET", "/customer").send(), 200),
        ("do", staff.post("/staff/do", &json!({"action": "end"})), 204),
        ("token", staff.post("/staff/customer-token", &json!({})), 200),
        ("picture", staff.request("GET", "/staff/picture/1/x").send(), 404),
        ("nothing", counter.request("GET", "/favicon.ico").send(), 404),
        ("method", counter.request("POST", "/").body("{}").send(), 404),
        ("foreign", counter.request("GET", "/").header("Host", Some("evil.example")).send(), 403),
        ("not entered", counter.request("GET", "/staff/events").send(), 401),
        ("bad", staff.request("POST", "/staff/do").body("{").send(), 400),
    ];
    for (what, answer, status) in answers {
        assert_eq!(answer.status, status, "{what}");
        for (name, value) in known {
            assert_eq!(answer.header(name), Some(value), "{what}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        if what.starts_with('/') {
            for part in [
                "default-src 'none'; ",
                "script-src 'sha256-",
                "style-src 'sha256-",
                "connect-src 'self'",
                "img-src blob:",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            ] {
                assert!(policy.contains(part), "{what}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{policy}");
        } else {
            assert_eq!(policy, nothing, "{what}");
        }
        assert_eq!((answer.header("access-control-allow-origin"), answer.header("server")), (None, None), "{what}");
    }
    // The stream of events has them before its first event.
    let mut stream = counter.connect();
    stream.write_all(&staff.request("GET", "/staff/events").bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.contains("content-type: text/event-stream\r\n"), "{head}");
    for (name, value) in known {
        assert!(head.contains(&format!("{name}: {value}\r\n")), "{head}");
    }
}

#[test]
fn a_second_reading_is_refused_while_one_goes_on() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    let kind = kinds().next().unwrap();
    let known = shop.place(&format!("{}?fault=slow=100", kind.name));
    let view = shop.shown.named(&["reading"]);
    let again = shop.staff.post(&format!("/staff/do?of={}", view["of"]), &json!({"action": "again"}));
    refused(&again, 409, "counter-reading");
    assert_eq!(name(&shop.read(&known)), "checked");
}

#[test]
fn what_was_done_in_one_customers_view_reaches_no_other() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    let first = shop.place("licence");
    let (id, value) = &first[0];
    let asks = |view: &serde_json::Value| asked_of_customer(view).as_ref() == Some(id);
    let old = shop.pad.until(asks)["of"].clone();
    // Nothing more comes of this card: the next view is of the other one.
    shop.shown.named(&["asking"]);
    let other = shop.place("licence?seed=2");
    let view = shop.pad.until(|view| view["of"] != old && asks(view));
    // The entry of the first customer was under way while the cards were swapped; or says of nobody whose it is.
    let entry = json!({"action": "entry", "entry": id, "value": value});
    for of in [format!("?of={old}"), String::new(), "?of=".to_owned(), "?of=x".to_owned(), "?more=1".to_owned()] {
        refused(&shop.customer.post(&format!("/customer/do{of}"), &entry), 409, "counter-stale");
        let forgotten = json!({"action": "forgotten"});
        refused(&shop.customer.post(&format!("/customer/do{of}"), &forgotten), 409, "counter-stale");
        for action in [
            json!({"action": "again"}),
            json!({"action": "without-pin"}),
            json!({"action": "forgotten"}),
            json!({"action": "hand-over"}),
            json!({"action": "match", "found": "matches"}),
            json!({"action": "form", "fields": [["name", "甲野 一郎"]]}),
        ] {
            refused(&shop.staff.post(&format!("/staff/do{of}"), &action), 409, "counter-stale");
        }
    }
    // What is nobody's goes through.
    let lang = json!({"action": "language", "lang": "en"});
    for (who, path) in [(&shop.customer, "/customer/do"), (&shop.staff, "/staff/do")] {
        assert_eq!(who.post(path, &lang).status, 204);
    }
    for action in [json!({"action": "sound", "on": false}), json!({"action": "take-back"})] {
        assert_eq!(shop.staff.post("/staff/do", &action).status, 204);
    }
    shop.pad.drain();
    let now = shop.pad.seen.last().unwrap();
    assert!(asks(now) && now["of"] == view["of"], "{now}");
    assert_eq!(name(&shop.read(&other)), "checked");
    assert_eq!(shop.staff.post("/staff/do", &json!({"action": "end"})).status, 204);
    shop.shown.named(&["ended"]);
}

#[test]
fn of_many_streams_of_one_browser_the_oldest_end() {
    let counter = Counter::at("sim:");
    let staff = counter.staff();
    let customer = staff.customer();
    let mut of_staff = staff.views();
    of_staff.until(|_| true);
    let request = customer.request("GET", "/customer/events").bytes();
    let streams: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = counter.connect();
            stream.write_all(&request).unwrap();
            // It is open once its head has come; the rest is never read.
            stream.read_exact(&mut [0]).unwrap();
            stream
        })
        .collect();
    // 16 are left, and nobody else's.
    for mut stream in &streams[..84] {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    for mut stream in &streams[84..] {
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut rest = Vec::new();
        assert!(stream.read_to_end(&mut rest).is_err(), "it ended");
    }
    staff.post("/staff/do", &json!({"action": "language", "lang": "ja"}));
    of_staff.until(|view| html(view).contains("lang=\"ja\""));
    drop(streams);
    reads_on(&mut Shop::of(staff, customer));
}

#[test]
fn a_window_that_is_handed_over_again_and_again_throws_out_no_tablet() {
    let counter = Counter::at("sim:");
    let staff = counter.staff();
    let tablet = staff.customer();
    let mut window = staff.customer().cookie;
    for _ in 0..20 {
        // As the page does it at each hand-over; its browser sends the cookie that it has.
        let path = staff.post("/staff/customer-token", &json!({})).json()["path"].as_str().unwrap().to_owned();
        let token = json!({"token": path.split_once('#').unwrap().1});
        let request = counter.request("POST", "/customer/enter").also("Cookie", &window);
        let answer = request.body(token.to_string()).send();
        assert_eq!(answer.status, 204, "{answer:?}");
        window = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    }
    let lang = json!({"action": "language", "lang": "en"}).to_string();
    let window = counter.request("POST", "/customer/do").also("Cookie", &window).body(lang.as_str()).send();
    assert_eq!(window.status, 204, "{window:?}");
    // The tablet had no stream open meanwhile, and still works.
    reads_on(&mut Shop::of(staff, tablet));
}
