//! What the browser of an editor does when they save, with `konsultacje serve`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::json;
use tempfile::TempDir;
use tests::{
    browser::{Browser, Scripts},
    serve::Serve,
    workspace::{Tree, repository},
};
use thirtyfour::{By, WebDriver};

type Outcome = anyhow::Result<()>;

/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// More than browsers open connections to one server.
const TABS: usize = 8;
const HELP: &str = "content/pomoc.md";
/// Counts the stylesheets of the site, and those of `serve`.
const STYLES: &str = "return ['assets/style', '_serve/'].map((part) => \
                      document.querySelectorAll(`link[rel=stylesheet][href*='${part}']`).length).join()";
const PROBE: &str = "return getComputedStyle(document.documentElement).getPropertyValue('--proba').trim()";

/// An editor with a browser beside.
struct Desk {
    tree: Tree,
    _data: TempDir,
    serve: Serve,
    browser: Browser,
}

impl Desk {
    async fn open(path: &str) -> anyhow::Result<Self> {
        let tree = Tree::copy_of(&repository().join("tests/fixtures/languages"))?;
        tree.restyle(":root { --proba: zero; }\n")?;
        let data = TempDir::new()?;
        let serve = Serve::start(tree.root(), data.path(), &["--today", "2026-05-10"])?;
        let browser = Browser::with(Scripts::On).await?;
        let desk = Self { tree, _data: data, serve, browser };
        desk.driver().goto(desk.serve.url(path)).await?;
        desk.mark().await?;
        Ok(desk)
    }

    fn driver(&self) -> &WebDriver {
        self.browser.driver()
    }

    /// Leaves a mark that goes when the page is loaded again.
    async fn mark(&self) -> Outcome {
        self.driver().execute("window.mark = true", vec![]).await?;
        Ok(())
    }

    async fn is_loaded_again(&self) -> anyhow::Result<bool> {
        Ok(self.tells("return window.mark === true ? 'no' : 'yes'").await? == "yes")
    }

    async fn tells(&self, script: &str) -> anyhow::Result<String> {
        Ok(self.driver().execute(script, vec![]).await?.convert()?)
    }

    /// Waits until a script returns what it should.
    async fn until(&self, script: &str, good: impl Fn(&str) -> bool) -> Outcome {
        let end = Instant::now() + PATIENCE;
        loop {
            // While a page is loaded again there is none.
            let told = self.tells(script).await.unwrap_or_default();
            if good(&told) {
                return Ok(());
            }
            ensure!(Instant::now() < end, "{script}: {told:?}\n{}", self.serve.log()?);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn until_read(&self, words: &str) -> Outcome {
        self.until("return document.body.innerText", |text| text.contains(words)).await
    }

    fn style(&self, word: &str) -> Outcome {
        self.tree.restyle(&format!(":root {{ --proba: {word}; }}\n"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_loaded_again_when_it_is_another_and_mistakes_come_and_go_over_it() -> Outcome {
    let desk = Desk::open("/pomoc/").await?;
    desk.tree.replace(HELP, "Jak to działa.", "Już działa.")?;
    desk.until_read("Już działa.").await?;
    assert!(desk.is_loaded_again().await?);

    desk.mark().await?;
    desk.tree.replace(HELP, "Już działa.", "Już [działa](nigdzie.md).")?;
    desk.until_read("content/pomoc.md:3:").await?;
    desk.tree.replace(HELP, "[działa](nigdzie.md)", "działa")?;
    desk.until("return document.body.innerText", |text| !text.contains("content/pomoc.md:3:")).await?;
    assert!(!desk.is_loaded_again().await?, "the page under the mistakes was the same all the time");

    // Another page is no news for this one.
    desk.tree.replace("content/park/index.md", "Przeczytaj", "Poczytaj")?;
    desk.tree.replace(HELP, "Już działa.", "Działa.")?;
    desk.until_read("Działa.").await?;
    desk.browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_style_is_changed_in_the_open_page_however_quickly_it_is_saved() -> Outcome {
    let desk = Desk::open("/pomoc/").await?;
    desk.until(PROBE, |style| style == "zero").await?;
    // So far away that several are saved before one is loaded.
    let far = json!({"offline": false, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1});
    desk.driver().cdp().send_raw("Network.enable", json!({})).await?;
    desk.driver().cdp().send_raw("Network.emulateNetworkConditions", far).await?;
    for round in 0..3 {
        for save in 0..6 {
            desk.style(&format!("zapis{round}{save}"))?;
            tokio::time::sleep(Duration::from_millis(50 * save)).await;
        }
        desk.until(PROBE, |style| style == format!("zapis{round}5")).await?;
        desk.until(STYLES, |styles| styles == "1,1").await?;
    }
    // Each of them is there once when nothing is loaded any more, too.
    desk.style("ostatni")?;
    desk.until(PROBE, |style| style == "ostatni").await?;
    assert_eq!(desk.tells(STYLES).await?, "1,1");
    assert!(!desk.is_loaded_again().await?);
    desk.browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_fills_in_is_not_thrown_away_without_asking() -> Outcome {
    let desk = Desk::open("/park/ankieta/").await?;
    let chosen = "return document.querySelector('input[type=radio]').checked ? 'chosen' : ''";
    desk.driver()
        .find(By::Css("label:has(+ input[type=radio]), input[type=radio] + label, label:has(input[type=radio])"))
        .await?
        .click()
        .await?;
    desk.until(chosen, |told| told == "chosen").await?;
    desk.style("inny")?;
    desk.until(PROBE, |style| style == "inny").await?;
    assert_eq!(desk.tells(chosen).await?, "chosen");
    desk.tree.replace("content/park/forms/ankieta.yaml", "Czy lubisz", "Jak bardzo lubisz")?;
    desk.until("return document.getElementById('_serve-changed')?.innerText ?? ''", |note| !note.is_empty()).await?;
    assert!(!desk.is_loaded_again().await?);
    assert_eq!(desk.tells(chosen).await?, "chosen");
    desk.driver().find(By::Css("#_serve-changed button")).await?.click().await?;
    desk.until_read("Jak bardzo lubisz").await?;
    assert!(desk.is_loaded_again().await?);
    desk.browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn more_pages_can_be_open_than_a_browser_has_connections() -> Outcome {
    let desk = Desk::open("/pomoc/").await?;
    let first = desk.driver().window().await?;
    for _ in 1..TABS {
        let tab = desk.driver().new_tab().await?;
        desk.driver().switch_to_window(tab).await?;
        desk.driver().goto(desk.serve.url("/pomoc/")).await?;
        desk.until(PROBE, |style| style == "zero").await?;
    }
    desk.tree.replace(HELP, "Jak to działa.", "Już działa.")?;
    desk.until_read("Już działa.").await?;
    // One that was behind has what it missed as soon as it is looked at.
    desk.driver().switch_to_window(first).await?;
    desk.until_read("Już działa.").await?;
    desk.browser.quit().await
}
