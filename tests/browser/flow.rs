//! The whole flow on the simulated reader, for every kind of card.

use serde_json::json;
use taimen::simulator::kinds;

use super::{
    desk::VIEW,
    driver::{Browser, Look, browse},
};
use crate::common::web::Counter;

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";

/// A counter with a simulated reader.
fn at(lang: &str) -> Counter {
    Counter::start(&["--reader", "sim:", "--lang", lang])
}

/// Lays a card down and answers what it wants; returns the view in which that ends.
async fn read(browser: &Browser, recipe: &str) -> String {
    browser.sees("waiting").await;
    browser.place(recipe).await;
    let printed = browser.printed().await;
    browser.answer(&printed).await;
    browser.view().await
}

/// Takes the card away: nothing that was shown is left in the document.
async fn lift(browser: &Browser) {
    let values = "return [...document.querySelectorAll('#main .person .value')].map(one => one.innerText.trim())";
    let shown = browser.script(values).await;
    browser.lift().await;
    browser.sees("waiting").await;
    let left = browser.script("return document.documentElement.outerHTML").await;
    let left = left.as_str().unwrap();
    let personal = shown.as_array().unwrap().iter().filter_map(|value| value.as_str());
    for value in personal.filter(|value| value.chars().count() > 3) {
        assert!(!left.contains(value), "{value} is left");
    }
    assert!(!browser.has("img").await, "pictures are left");
    let typed = "[...document.querySelectorAll('input')].some(one => one.value)";
    assert_eq!(browser.script(&format!("return {typed}")).await, false, "something typed is left");
}

async fn accessible(browser: &Browser, what: &str) {
    assert_eq!(browser.violations().await, Vec::<String>::new(), "{what}");
}

#[test]
fn every_card_is_read_by_keyboard_alone_and_wiped_when_it_is_taken_away() {
    let counter = at("ja");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        for kind in kinds() {
            assert_eq!(read(browser, kind.name).await, "checked", "{}: {}", kind.name, browser.text("#main").await);
            let verdict = browser.text("#main .verdict h1").await;
            assert!(verdict.starts_with("模擬カード（本物の書類ではありません）"), "{}: {verdict}", kind.name);
            browser.picture(&format!("{}-ja", kind.name)).await;
            accessible(browser, kind.name).await;
            lift(browser).await;
        }
    });
}

#[test]
fn a_card_that_does_not_pass_is_shown_as_what_it_is() {
    let counter = at("en");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        for (recipe, view, says) in [
            ("my-number?fault=swapped-photo", "checked", "FORGED"),
            ("my-number?fault=expired", "checked", "EXPIRED"),
            ("licence?fault=expired", "checked", "EXPIRED"),
            ("residence2?fault=unknown-ca", "checked", "UNDETERMINED"),
            ("my-number?fault=wrong-code", "failed", "Tries left: 9"),
            ("licence?fault=wrong-pin1", "failed", "Tries left: 2"),
            ("my-number?fault=blocked", "failed", "blocked"),
            ("residence1?fault=wrong-number", "failed", "card number"),
            ("mobile-my-number?fault=bluetooth-only", "failed", "Bluetooth"),
            ("mobile-my-number?fault=declined", "failed", "shared nothing"),
            ("mobile-my-number?fault=foreign-device-key", "checked", "MAY BE A COPY"),
            ("my-number?fault=removed-at=13", "waiting", "left the reader"),
        ] {
            assert_eq!(read(browser, recipe).await, view, "{recipe}: {}", browser.text("#main").await);
            let shown = browser.text("#main").await;
            assert!(shown.contains(says), "{recipe}: {shown}");
            browser.picture(&recipe.replace(['?', '='], "-")).await;
            accessible(browser, recipe).await;
            browser.lift().await;
            browser.sees("waiting").await;
        }
    });
}

#[test]
fn every_way_of_looking_at_it_is_accessible() {
    let looks = [
        ("light", Look::default()),
        ("dark", Look { dark: true, ..Look::default() }),
        ("forced", Look { forced_colours: true, ..Look::default() }),
        // 1,024 × 768 at 200 %.
        ("double", Look { size: Some((512, 384)), ..Look::default() }),
        ("tablet", Look { size: Some((768, 1024)), ..Look::default() }),
    ];
    for (name, look) in looks {
        let counter = at(if name == "dark" { "en" } else { "ja" });
        browse(look, async |browser| {
            let look_at = async |state: &str| {
                browser.picture(&format!("{name}-{state}")).await;
                accessible(browser, &format!("{name} {state}")).await;
                let wide = browser.script("return document.documentElement.scrollWidth > innerWidth").await;
                assert_eq!(wide, false, "{name} {state} is wider than the window");
            };
            browser.enter(&counter).await;
            look_at("waiting").await;
            browser.place("licence-changed?seed=3").await;
            let printed = browser.printed().await;
            browser.sees("asking").await;
            look_at("asking").await;
            browser.keys("\u{E032}").await;
            browser.until("the pad", "document.querySelector('#pin')").await;
            look_at("pad").await;
            browser.answer(&printed).await;
            browser.sees("checked").await;
            look_at("checked").await;
            browser.lift().await;
            browser.sees("waiting").await;
            browser.place("my-number?fault=last-try").await;
            browser.until("what is asked", &format!("{VIEW} !== \'waiting\'")).await;
            let printed = browser.printed().await;
            browser.answer(&printed).await;
            look_at("last-try").await;
        });
    }
}

#[test]
fn the_tab_key_reaches_everything_in_reading_order() {
    let counter = at("en");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        browser.place("my-number").await;
        browser.sees("asking").await;
        assert_eq!(tab_order(browser).await, TAB_ORDER_ASKING);
        browser.script("document.querySelector('#entry-birth').focus()").await;
        let printed = browser.printed().await;
        browser.answer(&printed).await;
        browser.sees("checked").await;
        assert_eq!(tab_order(browser).await, TAB_ORDER_CHECKED);
    });
}

const TAB_ORDER_ASKING: [&str; 11] = [
    "open-customer",
    "sound",
    "language",
    "end",
    "entry-birth",
    "entry-expiry-year",
    "entry-security-code",
    "read",
    "sim-title",
    "sim-card",
    "sim-remove",
];
const TAB_ORDER_CHECKED: [&str; 19] = [
    "open-customer",
    "sound",
    "language",
    "end",
    "face-matches",
    "face-does-not-match",
    "face-cannot-tell",
    "form-name",
    "form-kana",
    "form-address",
    "form-birth_date",
    "form-sex",
    "compare",
    "details",
    "audit",
    "again",
    "sim-title",
    "sim-card",
    "sim-remove",
];

/// The ids of what the tab key stops at, from the beginning of the page once around.
async fn tab_order(browser: &Browser) -> Vec<String> {
    browser.script("document.querySelector('#bar button').focus()").await;
    let mut seen: Vec<String> = Vec::new();
    loop {
        let id = "const at = document.activeElement; return at.id || at.closest('[id]')?.id || at.tagName";
        let id = browser.script(id).await.as_str().unwrap().to_owned();
        if seen.contains(&id) || id == "BODY" || seen.len() > 100 {
            return seen;
        }
        seen.push(id);
        browser.keys(TAB).await;
    }
}

#[test]
fn a_second_tab_shows_the_same_and_a_second_browser_shows_nothing() {
    let counter = at("en");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        browser.place("licence").await;
        browser.sees("asking").await;
        let printed = browser.printed().await;
        let first = browser.client.window().await.unwrap();
        let second = browser.client.new_window(true).await.unwrap().handle;
        browser.client.switch_to_window(second).await.unwrap();
        browser.client.goto(&format!("http://127.0.0.1:{}/", counter.port)).await.unwrap();
        browser.sees("asking").await;
        browser.client.close_window().await.unwrap();
        browser.client.switch_to_window(first).await.unwrap();
        // In the middle, before and after the customer's part.
        browser.client.refresh().await.unwrap();
        browser.sees("asking").await;
        browser.answer(&printed).await;
        browser.sees("checked").await;
        browser.client.refresh().await.unwrap();
        browser.sees("checked").await;
    });
    browse(Look::default(), async |browser| {
        browser.client.goto(&format!("http://127.0.0.1:{}/#{}", counter.port, counter.token())).await.unwrap();
        browser.sees("refused").await;
        assert!(!browser.text("body").await.contains("licence"), "somebody who has not entered sees the card");
    });
}

#[test]
fn a_card_that_is_pulled_or_swapped_leaves_nothing_behind() {
    let counter = at("ja");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        // While it is asked.
        browser.place("my-number?seed=5").await;
        browser.sees("asking").await;
        browser.keys("S55").await;
        browser.lift().await;
        browser.sees("waiting").await;
        // While the customer enters a PIN.
        browser.place("licence?seed=6").await;
        browser.sees("asking").await;
        browser.keys("\u{E032}").await;
        browser.until("the pad", "document.querySelector('#pin')").await;
        browser.keys("12").await;
        browser.reader(&json!({"remove": true})).await;
        browser.until("no pad", "!document.querySelector('#pin')").await;
        browser.keys("\u{E00C}").await; // Esc
        browser.sees("waiting").await;
        // Another card in its place while it is asked: what was entered for the first is not used.
        browser.place("my-number?seed=5").await;
        browser.sees("asking").await;
        browser.keys("S55-02-17\u{E007}").await;
        browser.reader(&json!({"place": "residence2?seed=9"})).await;
        browser.until("the other card", "document.querySelector('#entry-card-number')").await;
        let printed = browser.printed().await;
        browser.answer(&printed).await;
        browser.sees("checked").await;
        assert!(browser.text("#main").await.contains("在留カード"));
    });
}

#[test]
fn the_form_is_compared_by_keyboard_and_what_the_law_leaves_is_read() {
    let counter = at("ja");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        assert_eq!(read(browser, "my-number?seed=7").await, "checked");
        let name = "[...document.querySelectorAll('.person dt')].find(one => one.textContent === '氏名')";
        let name = browser.script(&format!("return {name}.nextElementSibling.querySelector('.value').innerText")).await;
        // The face has the focus; behind its three buttons the form begins. Enter goes on, as a scanner's does.
        browser.until("the face", "document.activeElement.id === 'face'").await;
        for _ in 0..4 {
            browser.keys(TAB).await;
        }
        browser.until("the form", "document.activeElement.id === 'form-name'").await;
        for text in [name.as_str().unwrap(), "", "", "", ""] {
            browser.keys(&format!("{text}{ENTER}")).await;
        }
        browser.until("what agrees", "document.querySelector('#form-found.good')").await;
        browser.until("the result", "document.activeElement.id === 'form-result'").await;
        accessible(browser, "form equal").await;
        browser.script("document.querySelector('#form-address').focus()").await;
        for text in ["無関係県無関係市9", "きのう", "女"] {
            browser.keys(&format!("{text}{ENTER}")).await;
        }
        browser.until("what differs", "document.querySelector('#form-found.bad')").await;
        browser.until("the complaint", "document.activeElement.id === 'form-birth_date'").await;
        let line = browser.text("#form-found").await;
        assert!(line.contains("不一致 (住所)") && line.contains("比べていません (生年月日)"), "{line}");
        browser.picture("form-different").await;
        accessible(browser, "form different").await;
        lift(browser).await;
        // A card that is not read.
        assert_eq!(read(browser, "licence?fault=blocked-pin1").await, "failed");
        let law = browser.text("#main .law").await;
        assert!(law.contains("未確認") && law.contains("法的助言ではありません"), "{law}");
        assert!(!browser.has("#main .law button").await);
        browser.picture("law").await;
        accessible(browser, "law").await;
        browser.lift().await;
        browser.sees("waiting").await;
    });
}

#[test]
fn a_scanner_at_the_verdict_decides_nothing() {
    let counter = at("en");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        assert_eq!(read(browser, "my-number").await, "checked");
        let pressed = "return document.querySelectorAll('#face [aria-pressed=\"true\"]').length";
        for scanned in ["T4901", "123", "1\u{E007}", "x1"] {
            browser.rests().await;
            browser.keys(scanned).await;
            browser.rests().await;
            assert_eq!(browser.script(pressed).await, 0, "{scanned}");
        }
        browser.keys("1").await;
        browser.until("a decision", "document.querySelector('#face-matches[aria-pressed=\"true\"]')").await;
    });
}

#[test]
fn a_phone_is_asked_on_its_own_screen_and_staff_see_for_what() {
    let counter = at("ja");
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        // Slow enough to be seen while its holder would decide.
        browser.place("mobile-my-number?fault=slow=2000").await;
        browser.until("what is asked for", "document.querySelector('#shared')").await;
        assert_eq!(browser.view().await, "reading");
        let shown = browser.text("#main").await;
        for words in ["スマートフォンに求めている項目", "氏名", "顔写真", "読取側の証明書"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        accessible(browser, "what a phone is asked for").await;
        browser.picture("phone-asked").await;
        browser.sees("checked").await;
        lift(browser).await;
    });
}
