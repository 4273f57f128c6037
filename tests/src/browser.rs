//! A real Chromium, driven over WebDriver, that leaves pictures of what it saw.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

/// How long a page may take to show what is waited for, on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser window with a profile of its own. Ends with the value.
pub struct Browser {
    /// The WebDriver session, for what the methods here do not cover.
    pub client: Client,
    driver: Child,
    pictures: PathBuf,
    taken: std::cell::Cell<u32>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a window of an office screen's size. Pictures go to `target/pictures/<name>/`.
    pub async fn open(name: &str) -> anyhow::Result<Browser> {
        let profile = tempfile::tempdir()?;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let port = driver_port(&mut driver)?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(profile.path()))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        let pictures = crate::programs::repository().join("target/pictures").join(name);
        std::fs::create_dir_all(&pictures)?;
        let taken = std::cell::Cell::new(0);
        Ok(Browser { client, driver, pictures, taken, _profile: profile })
    }

    /// Goes to an address.
    pub async fn go(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Waits until the page has an element that the CSS selector finds, and returns its text.
    pub async fn text(&self, css: &str) -> anyhow::Result<String> {
        self.with_element(Locator::Css(css), async |element| element.text().await).await
    }

    /// Types into a field, replacing what stands in it.
    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        self.with_element(Locator::Css(css), async |field| {
            field.clear().await?;
            field.send_keys(text).await
        })
        .await
    }

    /// Clicks on what the CSS selector finds.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        self.with_element(Locator::Css(css), async |element| element.click().await).await
    }

    /// Clicks on the link with this text.
    pub async fn follow(&self, text: &str) -> anyhow::Result<()> {
        self.with_element(Locator::LinkText(text), async |link| link.click().await).await
    }

    /// Waits for an element and does something to it. A page that was left by a click can still
    /// be found for a moment; what was found on it is stale, and the next page's is looked for.
    async fn with_element<T>(
        &self,
        locator: Locator<'_>,
        act: impl AsyncFn(Element) -> Result<T, CmdError>,
    ) -> anyhow::Result<T> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let element = self.client.wait().at_most(PATIENCE).for_element(locator).await?;
            match act(element).await {
                Err(error)
                    if error.is_stale_element_reference()
                        && tokio::time::Instant::now() < deadline => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    /// Waits until the page's text holds `words`.
    pub async fn see(&self, words: &str) -> anyhow::Result<()> {
        let path = format!("//body[contains(normalize-space(.), \"{words}\")]");
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::XPath(&path))
            .await
            .map_err(|error| anyhow::anyhow!("the page never showed \"{words}\": {error}"))?;
        Ok(())
    }

    /// Waits until a script's value is true.
    pub async fn until(&self, script: &str) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut every = tokio::time::interval(Duration::from_millis(50));
        while tokio::time::Instant::now() < deadline {
            if self.client.execute(&format!("return {script}"), vec![]).await? == json!(true) {
                return Ok(());
            }
            every.tick().await;
        }
        anyhow::bail!("never became true: {script}")
    }

    /// Leaves a file beside the pictures.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(std::fs::write(self.pictures.join(name), bytes)?)
    }

    /// Leaves a numbered picture of the window.
    pub async fn picture(&self, name: &str) -> anyhow::Result<()> {
        let number = self.taken.get() + 1;
        self.taken.set(number);
        let png = self.client.screenshot().await?;
        std::fs::write(self.pictures.join(format!("{number:02}-{name}.png")), png)?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A killed driver leaves its browser running, so that goes first; nothing is left to report to.
        for browser in children(self.driver.id()) {
            let _ = kill(browser, Signal::SIGKILL);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The processes that a process has started from any of its threads, as the kernel knows them.
fn children(parent: u32) -> Vec<Pid> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{parent}/task")) else { return Vec::new() };
    let lists = threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let ids: Vec<i32> = lists
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|id| id.parse().ok())
        .collect();
    ids.into_iter().map(Pid::from_raw).collect()
}

fn driver_port(driver: &mut Child) -> anyhow::Result<u16> {
    let stdout = driver.stdout.take().expect("the driver's output is piped");
    for line in BufReader::new(stdout).lines() {
        if let Some(port) = line?.split("successfully on port ").nth(1) {
            return Ok(port.trim_end_matches('.').trim().parse()?);
        }
    }
    anyhow::bail!("chromedriver did not say its port")
}

fn capabilities(profile: &Path) -> Capabilities {
    let mut capabilities = Capabilities::new();
    let arguments = json!([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1400,1000",
        "--lang=ja",
        format!("--user-data-dir={}", profile.display()),
    ]);
    capabilities.insert("goog:chromeOptions".into(), json!({ "args": arguments }));
    // The server's certificate comes from its own small authority.
    capabilities.insert("acceptInsecureCerts".into(), json!(true));
    capabilities
}
