//! The pages of every state, with simulated cards of every kind.

use std::collections::BTreeSet;

use crate::{
    cards::{Signed, Who},
    counter::{
        CustomerAction, Event, Session, StaffAction, State, Trouble,
        tests::{AGAIN, Counter, END, FORM, HAND_OVER, staff_entries},
    },
    crypto::sha256,
    lang::Lang,
    messages::Problem,
    report::base64,
    simulator::kinds,
    transport::TransportError,
};

use super::{customer, customer_shell, picture, sim, staff, staff_shell, words};

const LANGUAGES: [(Lang, &str); 2] =
    [(Lang::Ja, r#"{"action":"language","lang":"ja"}"#), (Lang::En, r#"{"action":"language","lang":"en"}"#)];

/// A page, and what it is of.
struct Page {
    name: String,
    lang: Lang,
    of_staff: bool,
    html: String,
}

/// Both pages of every state, in both languages.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    let mut put = |name: &str, counter: &mut Counter| {
        for (lang, language) in LANGUAGES {
            counter.staff(language);
            counter.customer(language);
            for (of_staff, page) in [(true, staff(&counter.session)), (false, customer(&counter.session))] {
                pages.push(Page { name: name.to_owned(), lang, of_staff, html: page.into_string() });
            }
        }
    };
    let mut empty = Counter::new();
    put("waiting", &mut empty);
    empty.tell(Event::Trouble(Trouble { problem: TransportError::NoReader.into(), findings: Vec::new() }));
    put("trouble", &mut empty);
    for kind in kinds() {
        let mut counter = Counter::with(kind.name);
        read_by_name(&mut counter);
        put(&format!("{}: first", kind.name), &mut counter);
        if let State::Asking(_) = counter.session.state() {
            counter.staff(HAND_OVER);
            put(&format!("{}: handed over", kind.name), &mut counter);
            counter.staff(r#"{"action":"take-back"}"#);
            answer_badly(&mut counter);
            put(&format!("{}: complaint", kind.name), &mut counter);
            counter.enter_all();
        }
        put(&format!("{}: checked", kind.name), &mut counter);
        counter.staff(r#"{"action":"match","found":"cannot-tell"}"#);
        counter.staff(FORM);
        counter.wait(14 * 60);
        put(&format!("{}: idle", kind.name), &mut counter);
        counter.staff(END);
        put(&format!("{}: ended", kind.name), &mut counter);
    }
    for place in
        ["licence?fault=wrong-pin1", "licence?fault=last-try-pin1", "my-number?fault=cloned", "my-number?fault=blocked"]
    {
        let mut counter = Counter::with(place);
        if let State::Asking(_) = counter.session.state() {
            counter.enter_all();
        }
        put(place, &mut counter);
    }
    pages
}

/// A kind that is an application on another card is read by name.
fn read_by_name(counter: &mut Counter) {
    let kind = counter.session.applications().next();
    if let Some(kind) = kind {
        counter.staff(&format!(r#"{{"action":"again","application":"{kind}"}}"#));
    }
}

/// Everything that is asked for is answered with something of another form.
fn answer_badly(counter: &mut Counter) {
    let State::Asking(asking) = counter.session.state() else { return };
    let ids = |who: Who| -> Vec<&'static str> {
        asking.open(who).flat_map(|asked| asked.credential().asked()).map(|entry| entry.id).collect()
    };
    let (of_staff, of_customer) = (ids(Who::Staff), ids(Who::Customer));
    let entries: Vec<(&str, &str)> = of_staff.iter().map(|id| (*id, "x")).collect();
    counter.tell(staff_entries(&entries, false));
    if let Some(id) = of_customer.first() {
        counter.pin(id, "x");
    }
}

/// The values of an attribute, as a browser reads them.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let name = format!(" {attribute}=\"");
    let parts = html.split(&name).skip(1);
    let value = |part: &str| part.split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&");
    parts.map(value).collect()
}

/// The text between the tags.
fn text(html: &str) -> String {
    let outside = html.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text));
    outside.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_page_is_well_formed_for_whoever_has_it_read_aloud() {
    for Page { name, html, .. } in pages() {
        let ids = values(&html, "id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: {ids:?}");
        for attribute in ["for", "aria-labelledby", "aria-describedby", "data-go"] {
            for id in values(&html, attribute).iter().flat_map(|value| value.split(' ')) {
                assert!(ids.iter().any(|known| known == id), "{name}: {attribute} {id}");
            }
        }
        for needed in ["<main ", "<h1", " data-view=\"", " data-title=\"", " id=\"bar\""] {
            assert_eq!(html.matches(needed).count(), 1, "{name}: {needed}");
        }
        let (inputs, labels) = (html.matches("<input ").count(), html.matches("<label ").count());
        assert_eq!((inputs, html.matches(" autocomplete=\"").count() >= inputs), (labels, true), "{name}");
        assert_eq!(html.matches("<img ").count(), html.matches(" alt=\"").count(), "{name}");
        // Nothing that the policy forbids, nothing that is fetched but what the script asks for.
        for word in [" style=", " onclick=", "<script", "<style", " href=", " src=", "http:", "javascript:"] {
            assert!(!html.contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn a_page_speaks_one_language() {
    let kana = |text: &str| text.chars().any(|c| matches!(c, 'ぁ'..='ゖ'));
    for Page { name, lang, html, .. } in pages() {
        // The names of keys and of fields are no language.
        let (shown, _) = html.split_once("<details id=\"details\"").unwrap_or((&html, ""));
        let text = text(shown);
        match lang {
            Lang::Ja => {
                let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
                let english =
                    |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || ".,'".contains(c));
                let sentence = words.windows(3).find(|words| words.iter().all(english));
                assert_eq!(sentence, None, "{name}");
            }
            // The name of the other language, and what the card says.
            Lang::En if !name.ends_with("checked") && !name.ends_with("idle") => {
                assert!(!kana(&text), "{name}: {text}")
            }
            Lang::En => {}
        }
    }
    for text in words::ALL {
        assert!(!text.ja.is_empty() && text.en.is_ascii() && !text.en.is_empty(), "{text:?}");
    }
}

#[test]
fn every_button_posts_what_the_session_takes() {
    for Page { name, of_staff, html, .. } in pages() {
        for button in html.split("<button ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            for action in values(&format!(" {button}"), "data-do") {
                let taken = if of_staff || button.contains(" data-as=\"staff\"") {
                    serde_json::from_str::<StaffAction>(&action).map(drop)
                } else {
                    serde_json::from_str::<CustomerAction>(&action).map(drop)
                };
                taken.unwrap_or_else(|error| panic!("{name}: {action}: {error}"));
            }
        }
        for (action, list) in values(&html, "data-action").iter().zip(values(&html, "data-list")) {
            let posted = format!(r#"{{"action":"{action}","{list}":[["a","b"]]}}"#);
            serde_json::from_str::<StaffAction>(&posted).unwrap();
        }
        assert!(!of_staff || !html.contains(" data-entry="), "{name}: only the customer enters a PIN");
    }
}

#[test]
fn text_from_a_card_and_a_reader_is_shown_and_never_obeyed() {
    let hostile = "<img src=x onerror=alert(1)>\u{202E}&\"山";
    for kind in kinds() {
        let mut counter = Counter::with(kind.name);
        read_by_name(&mut counter);
        if let State::Asking(_) = counter.session.state() {
            counter.enter_all();
        }
        counter.tell(Event::Reader(hostile.to_owned()));
        let State::Checked(checked) = &mut counter.session.state else { panic!("{}", kind.name) };
        let findings = &mut checked.reading.findings;
        if findings.presentation.no_person.is_some() {
            continue;
        }
        findings.holder.name = Some(Signed::new(hostile.into(), None));
        findings.holder.address = Some(Signed::new(hostile.into(), None));
        let fields = serde_json::json!({ "action": "form", "fields": [["name", hostile]] }).to_string();
        counter.staff(&fields);
        for (_, language) in LANGUAGES {
            counter.staff(language);
            let html = staff(&counter.session).into_string();
            assert!(!html.contains("<img src"), "{}", kind.name);
            assert!(
                html.matches("&lt;img src=x onerror=alert(1)&gt;[U+202E]&amp;&quot;山").count() >= 2,
                "{}",
                kind.name
            );
            // What staff typed stays as it is: it is compared.
            assert_eq!(
                values(&html, "value").iter().filter(|value| value.contains("onerror")).count(),
                1,
                "{}",
                kind.name
            );
            let reader = html.split_once("<bdi>").unwrap().1.split_once("</bdi>").unwrap().0;
            assert_eq!(reader, "&lt;img src=x onerror=alert(1)&gt;[U+202E]&amp;&quot;山");
        }
    }
}

#[test]
fn the_customers_page_holds_nothing_of_the_card() {
    for kind in kinds() {
        let mut counter = Counter::with(kind.name);
        read_by_name(&mut counter);
        let mut shown: Vec<String> = Vec::new();
        loop {
            let mut html = customer(&counter.session).into_string();
            // The name of a PIN is no secret.
            if let State::Asking(asking) = counter.session.state() {
                for title in asking.wanted.iter().map(|asked| asked.credential().title) {
                    html = html.replace(title.ja, "").replace(title.en, "");
                }
            }
            shown.push(html);
            match counter.session.state() {
                State::Asking(_) => counter.enter_all(),
                _ => break,
            }
        }
        let State::Checked(checked) = counter.session.state() else { panic!("{}", kind.name) };
        let (findings, lang) = (&checked.reading.findings, counter.session.customer_lang());
        let mut secrets = vec![super::report(checked, lang).headline().words().get(lang).to_owned()];
        secrets.push(findings.kind.name().get(lang).to_owned());
        let holder = &findings.holder;
        secrets.extend([&holder.name, &holder.address].into_iter().flatten().map(|text| text.value.text.clone()));
        secrets.extend(findings.items.iter().map(|item| item.title.get(lang).to_owned()));
        secrets.extend(["data-picture".to_owned(), "Invented".to_owned()]);
        for secret in secrets {
            assert!(shown.iter().all(|html| !html.contains(&secret)), "{}: {secret}", kind.name);
        }
    }
}

#[test]
fn every_picture_that_a_page_names_is_there_until_the_wipe() {
    let mut named = 0;
    for kind in kinds() {
        let mut counter = Counter::with(kind.name);
        read_by_name(&mut counter);
        if let State::Asking(_) = counter.session.state() {
            counter.enter_all();
        }
        let ids = values(&staff(&counter.session).into_string(), "data-picture");
        named += ids.len();
        for id in &ids {
            assert!(picture(&counter.session, id).unwrap().starts_with(b"\x89PNG"), "{}: {id}", kind.name);
        }
        for unknown in ["", "photo2", "../photo", "external-", "external-999", "external-0x1"] {
            assert_eq!(picture(&counter.session, unknown), None, "{}: {unknown}", kind.name);
        }
        counter.remove();
        assert!(ids.iter().all(|id| picture(&counter.session, id).is_none()), "{}", kind.name);
        assert!(values(&staff(&counter.session).into_string(), "data-picture").is_empty());
    }
    assert!(named > 20, "{named}");
}

#[test]
fn a_complaint_stands_beside_its_field_and_takes_the_focus() {
    let mut counter = Counter::with("my-number");
    answer_badly(&mut counter);
    let html = staff(&counter.session).into_string();
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 3);
    for input in html.split("<input ").skip(1).take(3).map(|rest| rest.split('>').next().unwrap()) {
        assert!(values(&format!(" {input}"), "aria-describedby")[0].contains("bad-"), "{input}");
    }
    // Nothing that was typed comes back in a page.
    assert!(!html.contains("value=\"x\""));
    counter.tell(staff_entries(&[("birth", "1980-02-17")], false));
    let html = staff(&counter.session).into_string();
    assert!(html.contains("カードの生年月日は、西暦で印刷されていますか") && !html.contains("1980-02-17\""), "{html}");
}

#[test]
fn a_rejected_card_has_no_keys_for_the_face_and_the_last_try_is_confirmed_twice() {
    let shown = |place: &str| {
        let mut counter = Counter::with(place);
        if let State::Asking(_) = counter.session.state() {
            counter.enter_all();
        }
        (staff(&counter.session).into_string(), counter)
    };
    let (good, _) = shown("my-number");
    assert!(good.contains("id=\"face-matches\"") && good.contains("顔の見比べ: まだです"));
    // Nobody was issued it, whatever else it is.
    assert!(good.contains("class=\"verdict unsure") && good.contains("class=\"watermark\""));
    let (rejected, _) = shown("my-number?fault=cloned");
    assert!(rejected.contains("class=\"verdict bad") && rejected.contains("合格しなかった必須の検査"));
    assert!(!rejected.contains("id=\"face-matches\"") && !rejected.contains("顔の見比べ"));
    let (last, mut counter) = shown("licence?fault=last-try-pin1");
    let (before, confirmed) = last.split_once("<details id=\"last-try\">").unwrap();
    assert!(!before.contains("allow_last_try") && confirmed.contains("allow_last_try"), "{last}");
    assert!(last.contains("data-view=\"failed\"") && !last.contains("--allow-last-try"), "{last}");
    counter.staff(AGAIN);
    assert!(staff(&counter.session).into_string().contains("data-view=\"failed\""));
}

#[test]
fn a_document_runs_its_own_script_and_nothing_else() {
    for (lang, name) in [(Lang::Ja, "ja"), (Lang::En, "en")] {
        for (shell, role) in [(staff_shell(lang), "staff"), (customer_shell(lang), "customer")] {
            let between =
                |from: &str, to: &str| shell.html.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
            for (directive, inline) in
                [("script-src", between("<script>", "</script>")), ("style-src", between("<style>", "</style>"))]
            {
                let hash = format!("{directive} 'sha256-{}'", base64::encode(&sha256(&[inline.as_bytes()])));
                assert!(shell.csp.contains(&hash), "{}", shell.csp);
            }
            assert!(shell.csp.starts_with("default-src 'none'; ") && !shell.csp.contains("unsafe"), "{}", shell.csp);
            assert!(shell.html.contains(&format!("<html lang=\"{name}\">")));
            assert!(shell.html.contains(&format!("data-role=\"{role}\"")));
            for word in [
                "localStorage",
                "sessionStorage",
                "indexedDB",
                "serviceWorker",
                "eval(",
                "document.cookie",
                "http:",
                "https:",
            ] {
                assert!(!shell.html.contains(word), "{word}");
            }
        }
    }
}

#[test]
fn the_page_of_a_customer_is_small() {
    let largest = pages().into_iter().map(|page| page.html.len()).max().unwrap();
    let total = staff_shell(Lang::Ja).html.len() + largest + sim(Lang::Ja, None).into_string().len();
    assert!(total < 150 * 1024, "{total}");
}

#[test]
fn the_handed_over_window_shows_no_more_than_the_way_back() {
    let mut counter = Counter::with("licence");
    counter.staff(HAND_OVER);
    let html = staff(&counter.session).into_string();
    assert!(html.contains("data-handed") && html.contains("take-back"));
    assert!(!html.contains("運転免許証") && !html.contains("data-key=\"Escape End\""), "{html}");
    let pad = customer(&counter.session).into_string();
    assert!(pad.contains("type=\"password\"") && pad.contains("data-as=\"staff\""));
    let digits: Vec<String> = values(&pad, "data-digit");
    assert_eq!(digits.concat(), "1234567890");
}

#[test]
fn a_notice_of_a_lost_card_stays_until_the_next_one() {
    let mut session = Session::new(Lang::En);
    let now = "2026-11-22T03:00:00Z".parse().unwrap();
    let _ = session.apply(Event::Placed, now);
    let _ = session.apply(Event::Removed, now);
    let html = staff(&session).into_string();
    assert!(html.contains("About the last reading"), "{html}");
    let removed = Problem::Transport(TransportError::Removed).at_counter(Lang::En);
    assert!(html.contains(&removed.what) && html.contains("no reader"), "{html}");
}
