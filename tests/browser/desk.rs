//! What people do at the counter, by keyboard alone; only the panel of the simulated reader is pressed by a script.

use std::collections::BTreeMap;

use super::driver::Browser;
use crate::common::web::Counter;
use serde_json::{Value, json};

/// Which view a page shows; between two there may be none.
pub const VIEW: &str = "document.querySelector('#main')?.dataset.view";

/// The pages, as a person uses them: by keyboard alone.
impl Browser {
    /// Opens the staff page.
    pub async fn enter(&self, counter: &Counter) {
        let address = format!("http://127.0.0.1:{}/#{}", counter.port, counter.token());
        self.client.goto(&address).await.unwrap();
        self.until("the staff page", "document.querySelector('#bar')").await;
    }

    /// Lays a simulated card down by the panel.
    pub async fn place(&self, recipe: &str) {
        let script = format!(
            "const list = document.querySelector('#sim-card');
             list.append(new Option({0}, {0})); list.value = {0};
             document.querySelector('#sim-place').click();",
            json!(recipe)
        );
        self.script(&script).await;
    }

    /// Works the simulated reader from whatever view is shown.
    pub async fn reader(&self, wish: &Value) {
        let script = "const done = arguments[1];
            fetch('/staff/sim', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: arguments[0]})
                .then(answer => done(answer.status), error => done(String(error)));";
        let status = self.client.execute_async(script, vec![json!(wish.to_string())]).await.unwrap();
        assert_eq!(status, 204, "{wish}");
    }

    /// What is to be typed for the card that lies there, as the panel shows it: entry to text.
    pub async fn printed(&self) -> BTreeMap<String, String> {
        self.until("the panel", "document.querySelector('#sim-remove:not([disabled])')").await;
        let script = "return Object.fromEntries([...document.querySelectorAll('#sim-printed dd')]
            .map(one => [one.dataset.printed, one.textContent]))";
        serde_json::from_value(self.script(script).await).unwrap()
    }

    /// Takes it off the reader.
    pub async fn lift(&self) {
        self.script("document.querySelector('#sim-remove').click()").await;
    }

    /// Which view is shown.
    pub async fn view(&self) -> String {
        let shown = self.script(&format!("return {VIEW} ?? ''")).await;
        shown.as_str().unwrap_or_default().to_owned()
    }

    /// Waits for a view.
    pub async fn sees(&self, view: &str) {
        self.until(view, &format!("{VIEW} === {}", json!(view))).await;
    }

    /// Answers what is asked, as staff and as the customer at the same window, until nothing is.
    pub async fn answer(&self, entries: &BTreeMap<String, String>) {
        loop {
            let settled = format!(
                "{VIEW} === 'waiting' ? document.querySelector('#main .problem') : {VIEW} && {VIEW} !== 'reading'"
            );
            self.until("an answer", &settled).await;
            let view = self.view().await;
            if let Some(id) = view.strip_prefix("pad-") {
                let value = known(entries, id);
                self.keys(&format!("{value}\u{E007}")).await;
                self.until("the next", &format!("{VIEW} !== {}", json!(view))).await;
            } else if ["over", "handed", ""].contains(&view.as_str()) {
                // Between two views there may be none.
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            } else if view != "asking" {
                return;
            } else if self.has("#read").await {
                self.print(entries).await;
            } else {
                self.keys("\u{E032}").await; // F2
                self.until("the pad", &format!("{VIEW} !== 'asking'")).await;
            }
        }
    }

    /// Types what is printed into the fields that have the focus one after the other.
    pub async fn print(&self, entries: &BTreeMap<String, String>) {
        let fields =
            self.script("return [...document.querySelectorAll('#main input[name]')].map(one => one.name)").await;
        for field in fields.as_array().unwrap() {
            let id = field.as_str().unwrap();
            let value = known(entries, id);
            self.until(id, &format!("document.activeElement?.name === {}", json!(id))).await;
            self.keys(&format!("{value}\u{E007}")).await;
        }
        self.until("the fields", "!document.querySelector('#read')").await;
    }
}

fn known<'a>(entries: &'a BTreeMap<String, String>, id: &str) -> &'a str {
    entries.get(id).unwrap_or_else(|| panic!("{id} is asked for"))
}
