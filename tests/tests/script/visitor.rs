//! Someone at a browser, before the fixture's town.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    screen,
    serve::Serve,
    town::FIXTURE,
    workspace::{Term, Tree},
};
use thirtyfour::{By, WebDriver};

pub(crate) const PATH: &str = "/park/kazde/";
pub(crate) const TITLE: &str = "Ankieta o parku";
pub(crate) const REVIEW: &str = "Sprawdź odpowiedzi";
/// What is offered after a crash: a text, and a button to restore it and one to remove it.
pub(crate) const OFFER: &str = ".inset.screen-only button";
/// How long a page may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Collects what a page's script does wrong and what the page's policy forbids.
pub(crate) const WATCH: &str = "window.faults = [];
    addEventListener('error', (event) => faults.push('error: ' + (event.message || event.target.outerHTML)), true);
    addEventListener('unhandledrejection', (event) => faults.push('rejected: ' + event.reason));
    document.addEventListener('securitypolicyviolation', (event) => faults.push('policy: ' + event.violatedDirective));
    for (const way of ['error', 'warn']) console[way] = (...words) => faults.push(way + ': ' + words.join(' '));";

pub(crate) fn town() -> anyhow::Result<(Tree, TempDir, Serve)> {
    let tree = Tree::of_fixture(FIXTURE, Term { start: "2021-06-23".parse()?, end: "2021-07-29".parse()? })?;
    let data = TempDir::new()?;
    let serve = Serve::start(tree.root(), data.path(), &["--today", "2021-07-01"])?;
    Ok((tree, data, serve))
}

/// Someone at the browser.
pub(crate) struct Visitor<'a> {
    pub(crate) driver: &'a WebDriver,
}

impl Visitor<'_> {
    pub(crate) async fn watch(&self) -> anyhow::Result<()> {
        self.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
        Ok(())
    }

    /// Leaves a page that did nothing wrong for `address`.
    pub(crate) async fn open(&self, address: &str) -> anyhow::Result<()> {
        self.open_titled(address, TITLE).await
    }

    /// The same, where the page's title begins with `title`.
    pub(crate) async fn open_titled(&self, address: &str, title: &str) -> anyhow::Result<()> {
        if self.driver.current_url().await?.scheme() == "http" {
            self.no_faults().await?;
        }
        self.driver.goto(address).await?;
        self.title_begins(title).await?;
        self.no_faults().await
    }

    pub(crate) async fn no_faults(&self) -> anyhow::Result<()> {
        let faults = self.run("return window.faults").await?;
        ensure!(faults == json!([]), "{}: {faults}", self.driver.current_url().await?);
        Ok(())
    }

    pub(crate) async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.driver.execute(script, vec![]).await.with_context(|| script.to_owned())?.json().clone())
    }

    /// Answers what is required, the long text aside.
    pub(crate) async fn fill(&self) -> anyhow::Result<()> {
        self.put("q-ulica", "Zielona").await?;
        for id in ["q-wiek-do-18", "q-zajecia-spacer", "q-ocena-3"] {
            if !self.driver.find(By::Id(id)).await?.is_selected().await? {
                self.tick(id).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn tick(&self, id: &str) -> anyhow::Result<()> {
        let label = self.driver.find(By::Css(format!("label[for='{id}']"))).await?;
        label.click().await.with_context(|| format!("{id} cannot be ticked"))
    }

    /// Puts `text` into a field as a paste does; the driver has no keys for emoji.
    pub(crate) async fn put(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let paste = "const field = document.getElementById(arguments[0]); field.value = arguments[1];
            field.dispatchEvent(new Event('input', {bubbles: true}));";
        self.driver.execute(paste, vec![json!(id), json!(text)]).await.with_context(|| id.to_owned())?;
        Ok(())
    }

    pub(crate) async fn shows(&self, question: &str) -> anyhow::Result<bool> {
        Ok(self.driver.find(By::Css(format!("[data-question='{question}']"))).await?.is_displayed().await?)
    }

    /// Returns what stands in the field `id`.
    pub(crate) async fn written(&self, id: &str) -> anyhow::Result<String> {
        Ok(self.driver.find(By::Id(id)).await?.value().await?.unwrap_or_default())
    }

    /// Makes sure that nothing has to be scrolled sideways.
    pub(crate) async fn fits(&self) -> anyhow::Result<()> {
        let wide = screen::overflow(self.driver).await?;
        ensure!(wide.is_none(), "{wide:?} on {:?}", self.driver.title().await?);
        Ok(())
    }

    /// Presses a button that the script has made.
    pub(crate) async fn press(&self, selector: &str, words: &str) -> anyhow::Result<()> {
        for button in self.driver.find_all(By::Css(selector)).await? {
            if button.text().await? == words {
                return Ok(button.click().await?);
            }
        }
        anyhow::bail!("no {selector} says {words}")
    }

    pub(crate) async fn text(&self, selector: &str) -> anyhow::Result<String> {
        Ok(self.driver.find(By::Css(selector.to_owned())).await?.text().await?)
    }

    pub(crate) async fn texts(&self, selector: &str) -> anyhow::Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.driver.find_all(By::Css(selector.to_owned())).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// Presses the button of a step and waits for the page that it leads to.
    pub(crate) async fn step(&self, step: &str, title: &str) -> anyhow::Result<()> {
        self.driver.find(By::Css(format!(".buttons button[value='{step}']"))).await?.click().await?;
        self.title_begins(title).await?;
        self.wait("document.readyState === 'complete'").await
    }

    pub(crate) async fn title_begins(&self, start: &str) -> anyhow::Result<()> {
        // Titles are set with spaces that do not break.
        self.wait(&format!("document.title.replaceAll('\u{a0}', ' ').startsWith({})", json!(start))).await
    }

    /// Waits until the browser holds a text that was typed.
    pub(crate) async fn kept(&self, text: &str) -> anyhow::Result<()> {
        self.wait(&format!("Object.values(localStorage).some((kept) => kept.includes({}))", json!(text))).await
    }

    pub(crate) async fn kept_nothing(&self) -> anyhow::Result<()> {
        self.wait("localStorage.length === 0").await
    }

    pub(crate) async fn wait(&self, condition: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.run(&format!("return {condition}")).await? != json!(true) {
            ensure!(begun.elapsed() < PATIENCE, "{condition} is not so on {:?}", self.driver.title().await?);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}
