//! A headless Chromium, with the scripts of pages off or on, driven through chromedriver.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use crate::http;

/// Debian's browser; tests/run installs it.
pub const CHROMIUM: &str = "/usr/bin/chromium";
/// Its driver, from there too.
const DRIVER: &str = "/usr/bin/chromedriver";

/// Nothing of the machine's, nothing from the network.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// How long the driver may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether a browser runs the scripts of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// As most visitors have them.
    On,
    /// As everything has to work.
    Off,
}

/// A running browser with a fresh profile; ended when dropped, also by a test that fails.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    /// Ended before the profile is removed.
    _process: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser that runs no script of any page.
    ///
    /// # Errors
    /// When Chromium or its driver is missing: a test without a browser has not run.
    pub async fn start() -> anyhow::Result<Self> {
        Self::with(Scripts::Off).await
    }

    /// Starts a browser that runs the scripts of pages, or none.
    ///
    /// # Errors
    /// When Chromium or its driver is missing: a test without a browser has not run.
    pub async fn with(scripts: Scripts) -> anyhow::Result<Self> {
        for binary in [CHROMIUM, DRIVER] {
            ensure!(Path::new(binary).exists(), "{binary} is not there: tests/run installs it");
        }
        let profile = TempDir::new()?;
        let process = Driver::start().await?;
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(CHROMIUM)?;
        for flag in FLAGS {
            capabilities.add_arg(flag)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::Warning)?;
        if scripts == Scripts::Off {
            let no_script = json!({"profile.managed_default_content_settings.javascript": 2});
            capabilities.add_experimental_option("prefs", no_script)?;
        }
        let server = format!("http://127.0.0.1:{}", process.port);
        let driver = WebDriver::new(&server, capabilities).await.context("failed to start Chromium")?;
        Ok(Self { driver, _process: process, _profile: profile })
    }

    /// Returns the way to drive it.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Returns what the browser has complained of since it was asked last: what the policy of a page forbids, what is
    /// missing, scripts that fail.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.driver.browser_log().await?;
        Ok(entries.into_iter().map(|entry| entry.message).collect())
    }

    /// Ends the browser in good order.
    pub async fn quit(self) -> anyhow::Result<()> {
        Ok(self.driver.clone().quit().await?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The process is ended below; asking it first would block. The session may have been ended already.
        let _ = self.driver.clone().leak();
    }
}

/// The process of chromedriver, leader of a group to which Chromium belongs.
#[derive(Debug)]
struct Driver {
    port: u16,
    child: Child,
}

impl Driver {
    async fn start() -> anyhow::Result<Self> {
        // Bound and released: chromedriver takes a number, not a socket.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(DRIVER)
            .arg(format!("--port={port}"))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("failed to start {DRIVER}"))?;
        let mut driver = Self { port, child };
        let begun = Instant::now();
        loop {
            if let Some(status) = driver.child.try_wait()? {
                bail!("{DRIVER} ended with {status}");
            }
            let ready = http::get(([127, 0, 0, 1], port).into(), "/status").await;
            if ready.is_ok_and(|answer| answer.body.contains("\"ready\":true")) {
                return Ok(driver);
            }
            ensure!(begun.elapsed() < PATIENCE, "{DRIVER} does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Alone, chromedriver would leave Chromium running. Both may have ended already.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
