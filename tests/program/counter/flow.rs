//! Every kind of simulated card at the counter.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use taimen::{
    cards::registry::is_guest,
    simulator::{Expected, Recipe, SimKind, faults_of, kinds},
};

use crate::common::web::{Counter, Shop, html, name};

/// The class of the verdict in a view: its tone and its headline.
fn verdict(view: &Value) -> &str {
    assert_eq!(name(view), "checked", "{view}");
    html(view).split("class=\"verdict ").nth(1).unwrap().split('"').next().unwrap()
}

/// Reads what the kind is about: a guest on another card after its host, as staff ask for it.
fn read(shop: &mut Shop<'_>, kind: &SimKind, known: &[(String, String)]) -> Value {
    let view = shop.read(known);
    if !is_guest(kind.kind) || name(&view) != "checked" {
        return view;
    }
    shop.anew();
    shop.act(&json!({"action": "again", "application": kind.kind.as_str()}));
    shop.read(known)
}

#[test]
fn every_kind_is_read_shown_and_wiped() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    for kind in kinds() {
        let known = shop.place(kind.name);
        let view = read(&mut shop, kind, &known);
        // A simulated card never looks like a real one.
        assert!(verdict(&view).starts_with("unsure "), "{}: {}", kind.name, verdict(&view));
        let version = view["version"].as_u64().unwrap();
        let pictures: Vec<String> = serde_json::from_value(view["pictures"].clone()).unwrap();
        for id in &pictures {
            let answer = shop.staff.request("GET", &format!("/staff/picture/{version}/{id}")).send();
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/png")), "{} {id}", kind.name);
            assert!(answer.body.starts_with(b"\x89PNG"));
        }
        // The customer's page knows nothing of the card.
        shop.pad.drain();
        for view in &shop.pad.seen {
            assert_eq!((&view["pictures"], &view["sound"]), (&json!([]), &Value::Null));
            for (_, value) in &known {
                assert!(!html(view).contains(value.as_str()), "{}: {view}", kind.name);
            }
        }
        let waiting = shop.remove();
        let wiped = shop.shown.seen.iter().rev().take_while(|view| view["version"].as_u64() > Some(version));
        assert!(wiped.clone().any(|view| view["wiped"] == json!(true)), "{}", kind.name);
        assert_eq!(waiting["pictures"], json!([]));
        for id in &pictures {
            let of = waiting["version"].as_u64().unwrap();
            for version in [version, of] {
                let answer = shop.staff.request("GET", &format!("/staff/picture/{version}/{id}")).send();
                assert_eq!((answer.status, answer.error().as_str()), (404, "counter-not-found"));
            }
        }
    }
    drop(shop);
    assert_eq!(counter.interrupt(), Some(0));
}

#[test]
fn a_fault_of_each_effect_ends_as_it_must() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    for kind in kinds() {
        let mut tried = BTreeSet::new();
        let known = shop.place(kind.name);
        let view = read(&mut shop, kind, &known);
        let honest = verdict(&view).to_owned();
        shop.remove();
        for fault in faults_of(kind.kind) {
            let address = format!("{}?fault={}", kind.name, fault.example);
            if !tried.insert(format!("{:?}", fault.expected)) || address.parse::<Recipe>().is_err() {
                continue;
            }
            let known = shop.place(&address);
            let view = read(&mut shop, kind, &known);
            if let Expected::Verdict(_) = fault.expected {
                assert_eq!(name(&view), "checked", "{address}: {view}");
            }
            match fault.expected {
                Expected::Verdict(overall) => match overall.as_str() {
                    // The faults of a family are rated for its first card: this one's only proof is a mapping, which is left with its
                    // session, or withheld.
                    "authentic" if kind.name == "passport-cam" && fault.example == "no-extended" => {
                        assert!(verdict(&view).starts_with("unsure "), "{address}: {}", verdict(&view))
                    }
                    "authentic"
                        if kind.name == "passport-cam" && ["hidden-pace", "refused-pace"].contains(&fault.example) =>
                    {
                        assert_eq!(verdict(&view), "bad simulated-copied", "{address}")
                    }
                    "authentic" => assert_eq!(verdict(&view), honest, "{address}"),
                    "rejected" => assert!(verdict(&view).starts_with("bad "), "{address}: {}", verdict(&view)),
                    _ => assert!(verdict(&view).starts_with("unsure "), "{address}: {}", verdict(&view)),
                },
                // A card that left is not there any more: the page says what befell it and waits for the next.
                // A fault of a way that this card does not go changes nothing.
                Expected::CardTrouble if name(&view) == "checked" => assert_eq!(verdict(&view), honest, "{address}"),
                Expected::CardTrouble => assert!(["failed", "waiting"].contains(&name(&view)), "{address}: {view}"),
                _ => assert!(["failed", "checked"].contains(&name(&view)), "{address}: {view}"),
            }
            shop.remove();
        }
    }
}

#[test]
fn a_wrong_code_is_spent_once_and_asked_for_anew() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    let mut refused = 0;
    for kind in kinds() {
        let known = shop.place(kind.name);
        let wrong: Vec<_> = match known.split_last() {
            Some(((id, value), rest)) => rest.iter().cloned().chain([(id.clone(), other(value))]).collect(),
            None => Vec::new(),
        };
        let view = shop.read(&wrong);
        if name(&view) == "failed" {
            // A reading of its own, for which everything is asked anew.
            shop.anew();
            shop.act(&json!({"action": "again"}));
            assert_eq!(name(&shop.read(&known)), "checked", "{}", kind.name);
            refused += 1;
        }
        shop.remove();
    }
    assert!(refused >= 3, "{refused} kinds refused a wrong code");
}

/// The same with other digits.
fn other(value: &str) -> String {
    let digit = |digit: char| match digit {
        '1' => '2',
        '0'..='9' => '1',
        other => other,
    };
    value.chars().map(digit).collect()
}

#[test]
fn a_card_that_is_pulled_or_swapped_leaves_nothing() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    for kind in kinds() {
        // While somebody is asked.
        let known = shop.place(kind.name);
        let view = shop.read(&[]);
        if name(&view) == "asking" {
            let waiting = shop.remove();
            assert!(!html(&waiting).contains("entry-"), "{}", kind.name);
            // An answer to a question that is gone opens nothing.
            let value = known.first().map(|(id, value)| json!([id, value])).unwrap();
            shop.act(&json!({"action": "entries", "entries": [value]}));
            assert_eq!(name(shop.shown.seen.last().unwrap()), "waiting");
            // Another card in the place of the one that asked is another customer.
            shop.place(kind.name);
            shop.read(&[]);
            let other = shop.place(&format!("{}?seed=2", kind.name));
            let view = shop.read(&other);
            assert_eq!(name(&view), "checked", "{}: {view}", kind.name);
            shop.remove();
        } else {
            shop.remove();
        }
        // At every stage of the reading: the card answers so many commands and no more.
        for stage in [1, 4, 9, 14] {
            shop.place(&format!("{}?fault=removed-at={stage}", kind.name));
            let view = shop.read(&known);
            assert!(["waiting", "failed", "checked"].contains(&name(&view)), "{} {stage}: {view}", kind.name);
            shop.remove();
        }
    }
    // The next customer's card is read as if nothing had been.
    let kind = kinds().next().unwrap();
    let known = shop.place(kind.name);
    assert_eq!(name(&shop.read(&known)), "checked");
}

#[test]
fn tabs_share_one_session_and_a_reload_shows_it_again() {
    let counter = Counter::at("sim:");
    let mut shop = Shop::open(&counter);
    let kind = kinds().next().unwrap();
    let known = shop.place(kind.name);
    let view = shop.read(&known);
    // A second tab, and the first one after a reload: everything anew, no sound.
    let mut second = shop.staff.views();
    let first = second.until(|_| true);
    assert_eq!((html(&first), &first["version"]), (html(&view), &view["version"]));
    assert_eq!((&first["wiped"], &first["sound"]), (&json!(true), &Value::Null));
    let sounds =
        |views: &[Value]| views.iter().filter_map(|view| view["sound"].as_str().map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(sounds(&shop.shown.seen), ["ask", "unsure"]);
    // What one does the other shows.
    shop.act(&json!({"action": "language", "lang": "ja"}));
    for views in [&mut second, &mut shop.shown] {
        views.until(|view| html(view).contains("lang=\"ja\" data-view=\"checked\""));
    }
    shop.remove();
    let gone = second.named(&["waiting"]);
    assert_eq!(gone["pictures"], json!([]));
    // A second browser without a token sees nothing.
    for path in ["/staff/events", "/customer/events"] {
        assert_eq!(counter.request("GET", path).send().status, 401);
    }
}

#[test]
fn a_recording_is_refused_with_a_way_out() {
    let program = crate::common::program::Program::new();
    let outcome = program.run(["counter", "--reader", "replay:x.apdu"]).expect(2);
    assert!(outcome.stderr.contains("taimen check --reader replay:"), "{}", outcome.stderr);
    let outcome = program.run(["counter", "--reader", "sim:", "--customer-address", "127.0.0.1:0"]).expect(2);
    assert!(outcome.stderr.contains("--customer-cert"), "{}", outcome.stderr);
}

#[test]
fn a_counter_that_nobody_could_enter_does_not_start() {
    let program = crate::common::program::Program::new();
    let outcome = program.run(["counter", "--reader", "sim:"]).expect(2);
    assert!(outcome.stderr.contains("Start taimen counter in a terminal, or with --open"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    // The same if there is no browser that --open could open.
    let mut command = program.command(["counter", "--reader", "sim:", "--open"]);
    let output = command.env("PATH", program.home.path()).env("TMPDIR", program.home.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("Nobody can enter the counter's page"), "{stderr}");
    let left = std::fs::read_dir(program.home.path()).unwrap().filter_map(Result::ok);
    let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("taimen-counter-"));
    assert_eq!(left.count(), 0, "the file with the token is left");
}

/// The name as the person's part of the page shows it.
fn shown_name(view: &Value) -> String {
    let titles = ["<dt>Name</dt>", "<dt>氏名</dt>"];
    let name = titles.iter().find_map(|title| html(view).split(title).nth(1)).unwrap();
    let value = name.split("class=\"value\"").nth(1).unwrap().split_once('>').unwrap().1;
    value.split('<').next().unwrap().to_owned()
}

#[test]
fn the_form_is_compared_and_a_difference_stands_under_the_verdict() {
    let counter = Counter::start(&["--reader", "sim:", "--law", "keitaihou"]);
    let mut shop = Shop::open(&counter);
    let known = shop.place("my-number?seed=7");
    let view = shop.read(&known);
    let written = shown_name(&view);
    let enter = |shop: &mut Shop<'_>, name: &str, found: &str| {
        shop.act(&json!({"action": "form", "fields": [["name", name]]}));
        let found = format!("class=\"found {found}\" id=\"form-found\"");
        shop.shown.until(|view| html(view).contains(&found))
    };
    let equal = enter(&mut shop, &written, "good");
    assert_eq!(verdict(&equal), verdict(&view));
    let different = enter(&mut shop, "無関係 太郎", "bad");
    assert!(html(&different).contains("<mark>") && html(&different).contains("無関係 太郎"), "{different}");
    assert_eq!(verdict(&different), verdict(&view));
    // Only what is similar is accepted, and only fields that a form has are taken.
    shop.act(&json!({"action": "accept-similar", "field": "name"}));
    let unknown = json!({"action": "form", "fields": [["shoe_size", "23"]]});
    let answer = shop.staff.post("/staff/do", &unknown);
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let refused = json!({"action": "form", "fields": [["birth_date", "yesterday"]]});
    shop.act(&refused);
    let complaint = shop.shown.until(|view| html(view).contains("id=\"bad-form-birth_date\""));
    assert!(!html(&complaint).contains("accept-name"), "{complaint}");
    let waiting = shop.remove();
    assert!(!html(&waiting).contains("無関係"));
    shop.pad.drain();
    assert!(shop.pad.seen.iter().all(|view| !html(view).contains("無関係")));
    // What the law of the counter leaves for a card that is not read.
    let known = shop.place("licence?fault=blocked-pin1");
    let failed = shop.read(&known);
    assert_eq!(name(&failed), "failed");
    assert!(html(&failed).contains("(keitaihou-20") && html(&failed).contains("class=\"law\""), "{failed}");
}
