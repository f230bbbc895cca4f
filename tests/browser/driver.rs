//! ChromeDriver, started once for this executable, and a headless Chromium for each test.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::common::{
    program::{Running, installed},
    temp::TempDir,
};

/// How long something that must happen may take, on a busy machine too.
pub const SOON: Duration = Duration::from_secs(30);

/// What Chromium is started with: no window, nothing fetched by itself.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
];

/// A ChromeDriver for one test, on a port that it chose.
struct Driver {
    _process: Running,
    address: String,
}

/// Two cores carry one browser at a time.
static TURN: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

impl Driver {
    fn start() -> Self {
        let mut child = Command::new(installed("chromedriver", "chromium-driver"))
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver cannot be started");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let process = Running(child);
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver did not start. Remedy: apt-get install chromium chromium-driver");
        Self { _process: process, address: format!("http://127.0.0.1:{port}") }
    }
}

/// How a browser shows pages.
#[derive(Clone, Copy, Default)]
pub struct Look {
    pub dark: bool,
    pub forced_colours: bool,
    /// CSS pixels; by default 1,024 × 768.
    pub size: Option<(u32, u32)>,
}

/// One Chromium.
pub struct Browser {
    pub client: Client,
    look: Look,
    _profile: TempDir,
}

/// Runs a test in a browser of its own.
pub fn browse<T>(look: Look, test: impl AsyncFnOnce(&Browser) -> T) -> T {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let driver = Driver::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let browser = Browser::open(&driver.address, look).await;
        let outcome = test(&browser).await;
        browser.client.close().await.unwrap();
        outcome
    })
}

impl Browser {
    async fn open(address: &str, look: Look) -> Self {
        let profile = TempDir::new();
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        if look.dark {
            arguments.push("--force-dark-mode".to_owned());
        }
        let options = json!({"binary": installed("chromium", "chromium"), "args": arguments});
        let Value::Object(capabilities) = json!({"goog:chromeOptions": options}) else { unreachable!() };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(address).await.expect("Chromium does not start");
        let browser = Self { client, look, _profile: profile };
        browser.emulate().await;
        browser
    }

    /// The size and the colours that a person's settings would give.
    async fn emulate(&self) {
        let (width, height) = self.look.size.unwrap_or((1024, 768));
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let features = json!([
            {"name": "prefers-color-scheme", "value": if self.look.dark { "dark" } else { "light" }},
            {"name": "forced-colors", "value": if self.look.forced_colours { "active" } else { "none" }},
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// A command of the Chrome DevTools protocol, for what WebDriver does not have.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.client.issue_cmd(Devtools { method: method.to_owned(), parameters }).await.unwrap()
    }

    /// What a script returns.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Whether a selector finds something now.
    pub async fn has(&self, selector: &str) -> bool {
        !self.client.find_all(Locator::Css(selector)).await.unwrap().is_empty()
    }

    /// Waits until a script returns true.
    pub async fn until(&self, what: &str, condition: &str) {
        for _ in 0..SOON.as_millis() / 50 {
            if self.script(&format!("return Boolean({condition})")).await == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what}: never\n{}", self.text("#main").await);
    }

    /// The text that a person sees in an element.
    pub async fn text(&self, selector: &str) -> String {
        let script = format!("return document.querySelector({})?.innerText ?? ''", json!(selector));
        self.script(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Types into what has the focus.
    pub async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Waits for longer than a key may wait for its neighbours: what comes sooner after another key may be a scanner's.
    pub async fn rests(&self) {
        let pause = "const done = arguments[0]; setTimeout(done, 600);";
        self.client.execute_async(pause, Vec::new()).await.unwrap();
    }

    /// What axe-core finds wrong with what is shown, one line a rule.
    pub async fn violations(&self) -> Vec<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(path).expect("axe-core is missing. Remedy: npm ci --prefix tests/browser");
        let run = "const done = arguments[0];
            axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(
                found => done(found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`)),
                error => done([String(error)]));";
        self.client.execute(&axe, Vec::new()).await.unwrap();
        let found = self.client.execute_async(run, Vec::new()).await.unwrap();
        serde_json::from_value(found).unwrap()
    }

    /// Keeps a picture of the page for people, under `target/tmp/counter`.
    pub async fn picture(&self, name: &str) {
        self.until("the pictures", "[...document.images].every(one => one.complete && one.naturalWidth)").await;
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("counter");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
    }
}

/// `POST /session/{id}/goog/cdp/execute`.
#[derive(Debug)]
struct Devtools {
    method: String,
    parameters: Value,
}

impl fantoccini::wd::WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"cmd": self.method, "params": self.parameters}).to_string()))
    }
}
