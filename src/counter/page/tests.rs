//! The pages of every state, with simulated cards of every kind.

use std::collections::BTreeSet;

use crate::{
    cards::{Signed, Who, registry},
    counter::{
        CustomerAction, Event, Law, Session, StaffAction, State, Trouble,
        tests::{AGAIN, Counter, END, FORM, HAND_OVER, law, staff_entries},
    },
    crypto::sha256,
    kind::CardKind,
    lang::Lang,
    messages::Problem,
    profile::{Case, Profiles},
    report::base64,
    simulator::kinds,
    transport::TransportError,
};

use super::{Say, customer, customer_shell, law::of, picture, staff, staff_shell, words};

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
        read_by_name(&mut counter, kind.kind);
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
        let mixed = [["address", "模擬県"], ["kana", "モギ"], ["birth_date", "?"], ["sex", "男"]];
        counter.staff(&serde_json::json!({ "action": "form", "fields": mixed }).to_string());
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
fn read_by_name(counter: &mut Counter, kind: CardKind) {
    if registry::is_guest(kind) && counter.session.applications().any(|known| known == kind) {
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
        // A form posts its list of pairs: what is typed, by the field's name.
        for form in html.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap()) {
            let form = format!(" {form}");
            let (action, list) = (values(&form, "data-action"), values(&form, "data-list"));
            if let ([action], [list]) = (action.as_slice(), list.as_slice()) {
                let pairs: Vec<_> = values(&form, "name").into_iter().map(|name| (name, "x")).collect();
                let posted = serde_json::json!({ "action": action, list: pairs }).to_string();
                serde_json::from_str::<StaffAction>(&posted)
                    .unwrap_or_else(|error| panic!("{name}: {posted}: {error}"));
            }
        }
        assert!(!of_staff || !html.contains(" data-entry="), "{name}: only the customer enters a PIN");
    }
}

#[test]
fn text_from_a_card_and_a_reader_is_shown_and_never_obeyed() {
    let hostile = "<img src=x onerror=alert(1)>\u{202E}&\"山";
    for kind in kinds() {
        let mut counter = Counter::with(kind.name);
        read_by_name(&mut counter, kind.kind);
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
        read_by_name(&mut counter, kind.kind);
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
        read_by_name(&mut counter, kind.kind);
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
    assert!(good.contains("id=\"face-matches\"") && good.contains("まだ見比べていません"));
    // Nobody was issued it, whatever else it is.
    assert!(good.contains("class=\"verdict unsure") && good.contains("class=\"watermark\""));
    let (rejected, _) = shown("my-number?fault=cloned");
    assert!(rejected.contains("class=\"verdict bad") && rejected.contains("合格していない必須の検査"));
    assert!(!rejected.contains("id=\"face-matches\"") && !rejected.contains("見比べていません"));
    let (last, mut counter) = shown("licence?fault=last-try-pin1");
    let (before, confirmed) = last.split_once("<details id=\"last-try\">").unwrap();
    assert!(!before.contains("allow_last_try") && confirmed.contains("allow_last_try"), "{last}");
    assert!(last.contains("data-view=\"failed\"") && !last.contains("--allow-last-try"), "{last}");
    counter.staff(AGAIN);
    assert!(staff(&counter.session).into_string().contains("data-view=\"failed\""));
}

/// What stands between a part's beginning and another's.
fn part<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    html.split_once(from).unwrap_or_else(|| panic!("{from}: {html}")).1.split_once(to).unwrap().0
}

fn form(counter: &mut Counter, fields: &[(&str, &str)]) -> String {
    counter.staff(&serde_json::json!({ "action": "form", "fields": fields }).to_string());
    staff(&counter.session).into_string()
}

#[test]
fn what_came_of_the_form_stands_under_the_verdict_and_in_its_table() {
    let mut counter = Counter::with("my-number?seed=7");
    counter.enter_all();
    assert!(!staff(&counter.session).into_string().contains("form-found"));
    let State::Checked(checked) = &mut counter.session.state else { panic!() };
    let holder = &mut checked.reading.findings.holder;
    let name = holder.name.as_ref().unwrap().value.text.clone();
    let birth = holder.birth_date.as_ref().unwrap().value.to_string();
    let found = |html: &str| text(part(html, " id=\"form-found\" data-say=\"polite\"", "</p>"));
    // Everything agrees: by one line, and by the words of each row.
    let html = form(&mut counter, &[("name", &name), ("birth_date", &birth)]);
    assert!(
        html.contains("class=\"found good\" id=\"form-found\"") && found(&html).contains("すべての欄が一致"),
        "{html}"
    );
    // Something differs: the line names it, the table marks where, and the words name the rule.
    let spaced = name.replace('\u{3000}', "");
    let html =
        form(&mut counter, &[("name", &spaced), ("address", "無音県無音市9"), ("kana", "モギ"), ("sex", "きのう")]);
    let line = found(&html);
    assert!(html.contains("class=\"found bad\" id=\"form-found\""), "{line}");
    for words in ["不一致 (住所)", "目視で確認 (フリガナ)", "比べていません (性別)", "一致 (氏名, 生年月日)"]
    {
        assert!(line.replace(" (", "(").contains(&words.replace(" (", "(")), "{words}: {line}");
    }
    let table = part(&html, "id=\"form-result\"", "</table>");
    assert!(table.contains("空白") && table.contains("<mark>") && table.contains("<mark>無音</mark>"), "{table}");
    assert!(html.contains("id=\"bad-form-sex\"") && html.matches("aria-invalid=\"true\"").count() == 1);
    assert!(!html.contains("accept-similar"));
    // The sex agrees or not; nothing in the table says which it is.
    let html = form(&mut counter, &[("sex", "女"), ("address", ""), ("kana", "")]);
    let table = part(&html, "id=\"form-result\"", "</table>");
    assert!(table.contains("性別") && !table.contains('女') && !table.contains('男'), "{table}");
    // On a card that is rejected, what agrees says nothing and what differs is said.
    let mut counter = Counter::with("my-number?fault=swapped-photo");
    counter.enter_all();
    let State::Checked(checked) = counter.session.state() else { panic!() };
    let birth = checked.reading.findings.holder.birth_date.as_ref().unwrap().value.to_string();
    let html = form(&mut counter, &[("birth_date", &birth)]);
    assert!(html.contains("class=\"verdict bad") && html.contains("id=\"form-result\""), "{html}");
    assert!(!html.contains("class=\"found good\""), "{html}");
    assert!(form(&mut counter, &[("birth_date", "1980-02-18")]).contains("class=\"found bad\" id=\"form-found\""));
}

#[test]
fn staffs_word_stands_beside_what_is_similar_and_changes_no_class() {
    let mut counter = Counter::with("my-number?seed=7");
    counter.enter_all();
    let State::Checked(checked) = &mut counter.session.state else { panic!() };
    let name = checked.reading.findings.holder.name.as_mut().unwrap();
    name.signed_by = None;
    let name = name.value.text.clone();
    let before = form(&mut counter, &[("name", &name)]);
    assert!(before.contains("id=\"accept-name\"") && before.contains("class=\"found unsure\" id=\"form-found\""));
    assert!(!before.contains("係員が確認済み"));
    counter.staff(r#"{"action":"accept-similar","field":"name"}"#);
    let after = staff(&counter.session).into_string();
    for html in [&before, &after] {
        let table = part(html, "id=\"form-result\"", "</table>");
        assert!(table.contains("要確認") && table.contains("署名のない値"), "{table}");
        assert!(html.contains("class=\"found unsure\" id=\"form-found\""), "{html}");
    }
    assert_eq!(after.matches("係員が確認済み").count(), 2);
    assert!(after.contains("aria-pressed=\"true\">係員が同じと認める"), "{after}");
}

#[test]
fn a_field_that_is_a_picture_only_stands_beside_the_forms_text() {
    let mut seen = 0;
    for kind in kinds() {
        let mut counter = Counter::with(kind.name);
        read_by_name(&mut counter, kind.kind);
        if let State::Asking(_) = counter.session.state() {
            counter.enter_all();
        }
        let hostile = "<b>\u{202E}模擬 花子";
        let html = form(&mut counter, &[("name", hostile)]);
        let State::Checked(checked) = counter.session.state() else { panic!("{}", kind.name) };
        let Some(picture) = checked.comparison().unwrap().fields().find_map(|result| result.picture) else { continue };
        let table = part(&html, "id=\"form-result\"", "</table>");
        assert!(table.contains(&format!("data-picture=\"{picture}\"")), "{}: {table}", kind.name);
        assert!(table.contains("<td>&lt;b&gt;[U+202E]模擬 花子</td>"), "{}: {table}", kind.name);
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn what_the_law_leaves_is_listed_for_every_document_in_every_case_and_opens_nothing() {
    let all = Profiles::shipped().unwrap();
    let days = ["2026-11-22T03:00:00Z", "2027-03-31T14:59:59Z", "2027-03-31T15:00:00Z"];
    let mut counter = Counter::with("licence?fault=blocked-pin1");
    for (law, day) in all.laws().into_iter().flat_map(|law| days.map(|day| (law, day))) {
        (counter.session.law, counter.session.now) = (Law::new(law, all.clone()), day.parse().unwrap());
        let profile = counter.session.profile().unwrap().clone();
        let kinds = CardKind::all().map(Some).chain([None]);
        for (kind, case) in kinds.flat_map(|kind| Case::all().map(move |case| (kind, case))) {
            let fallbacks = profile.fallbacks(kind.map_or("", CardKind::as_str), case);
            assert!(!fallbacks.is_empty(), "{law} {day} {kind:?} {case}");
            for (lang, _) in LANGUAGES {
                let html = of(&profile, &fallbacks, Say(lang)).into_string();
                let mark = if lang == Lang::Ja { "未確認</span>" } else { "unverified</span>" };
                let unverified = profile.unverified || fallbacks.iter().any(|fallback| fallback.unverified);
                assert_eq!(html.contains(mark), unverified, "{html}");
                assert!(html.contains(&profile.id) && html.contains(&profile.revision), "{html}");
                assert!(!html.contains("<button") && !html.contains("data-do"), "{html}");
            }
        }
    }
    // The law and the day choose; the page names both, and that nobody is advised.
    let shown =
        |counter: &Counter| part(&staff(&counter.session).into_string(), "class=\"law\"", "</section>").to_owned();
    let page = |law: &str, day: &str, counter: &mut Counter| {
        (counter.session.law, counter.session.now) = (Law::new(law, all.clone()), day.parse().unwrap());
        shown(counter)
    };
    let page_2026 = page("hanshuhou", days[1], &mut counter);
    for words in ["hanshuhou-2025", "法的助言ではありません", "暗証番号などがロックされている", "出典"]
    {
        assert!(page_2026.contains(words), "{words}: {page_2026}");
    }
    assert!(page("hanshuhou", days[2], &mut counter).contains("hanshuhou-2027"));
    assert!(page("kobutsu", days[2], &mut counter).contains("kobutsu-2025"));
    assert!(page("kobutsu", "2020-01-01T00:00:00Z", &mut counter).contains("プロファイルがありません"));
    // A card that does needs nothing else.
    let mut counter = Counter::with("my-number");
    counter.enter_all();
    assert!(!staff(&counter.session).into_string().contains("class=\"law\""));
    for rejected in ["my-number?fault=cloned", "my-number?fault=swapped-photo"] {
        let mut counter = Counter::with(rejected);
        counter.enter_all();
        let law = shown(&counter);
        assert!(law.contains("不合格") && law.contains("この書類では手続を進めません"), "{law}");
    }
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
    // The panel of the simulated reader is no part of it.
    let total = staff_shell(Lang::Ja).html.len() + largest;
    assert!(total < 100 * 1024, "{total}");
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
    let mut session = Session::new(Lang::En, law());
    let now = "2026-11-22T03:00:00Z".parse().unwrap();
    let _ = session.apply(Event::Placed, now);
    let _ = session.apply(Event::Removed, now);
    let html = staff(&session).into_string();
    assert!(html.contains("About the last reading"), "{html}");
    let removed = Problem::Transport(TransportError::Removed).at_counter(Lang::En);
    assert!(html.contains(&removed.what) && html.contains("no reader"), "{html}");
}
