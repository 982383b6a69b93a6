//! The form with every kind of question in a browser with scripts: what the form's script adds, and that the way to the
//! receipt is the same without it.

// A test waits for the browser by the clock.
#![allow(clippy::disallowed_methods)]

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    browser::{Browser, Scripts},
    serve::Serve,
    town::FIXTURE,
    workspace::{Term, Tree},
};
use thirtyfour::{By, WebDriver};

const PATH: &str = "/park/kazde/";
const TITLE: &str = "Ankieta o parku";
const REVIEW: &str = "Sprawdź odpowiedzi";
/// What is offered after a crash: a text, and a button to restore it and one to remove it.
const OFFER: &str = ".inset.screen-only button";
/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Collects what a page's script does wrong and what the page's policy forbids.
const WATCH: &str = "window.faults = [];
    addEventListener('error', (event) => faults.push('error: ' + (event.message || event.target.outerHTML)), true);
    addEventListener('unhandledrejection', (event) => faults.push('rejected: ' + event.reason));
    document.addEventListener('securitypolicyviolation', (event) => faults.push('policy: ' + event.violatedDirective));
    for (const way of ['error', 'warn']) console[way] = (...words) => faults.push(way + ': ' + words.join(' '));";

#[tokio::test(flavor = "multi_thread")]
async fn the_script_counts_shows_keeps_and_forgets() -> anyhow::Result<()> {
    let (_tree, _data, serve) = town()?;
    let browser = Browser::with(Scripts::On).await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.watch().await?;

    visitor.open(&serve.url(PATH)).await?;
    // What does not apply is not there, and comes at once.
    for (question, tick) in [("bilet", "q-powroty-rower"), ("bilet", "q-powroty-auto")] {
        ensure!(!visitor.shows(question).await?, "{question} is asked before {tick}");
        visitor.tick(tick).await?;
        ensure!(visitor.shows(question).await?, "{question} is not asked after {tick}");
        visitor.tick(tick).await?;
    }
    ensure!(!visitor.shows("zgoda").await?, "a consent without an address");
    visitor.put("q-adres_email", "lucja@example.pl").await?;
    ensure!(visitor.shows("zgoda").await?, "an address, and no consent");
    visitor.put("q-adres_email", " ").await?;
    ensure!(!visitor.shows("zgoda").await?, "white space is no address");

    // Scalar values, a line end as one: as the server counts.
    for (text, counter) in [
        ("a\r\nb", "Pozostało znaków: 4997"),
        ("ą", "Pozostało znaków: 4999"),
        ("🦆", "Pozostało znaków: 4999"),
        (&"🦆\r\n".repeat(2500), "Pozostało znaków: 0"),
        (&("🦆\r\n".repeat(2500) + "ą"), "Za dużo znaków: 1"),
    ] {
        visitor.put("q-opinia", text).await?;
        assert_eq!(visitor.text("#q-opinia + .counter").await?, counter);
    }
    let warned = "return !dispatchEvent(new Event('beforeunload', {cancelable: true}))";
    assert_eq!(visitor.run(warned).await?, json!(true), "who leaves is warned");
    visitor.fill().await?;
    visitor.step("review", "Błąd: ").await?;
    visitor.no_faults().await?;
    let problems = visitor.texts(".problem").await?;
    ensure!(problems.len() == 1 && problems[0].contains("5000"), "the server counts otherwise: {problems:?}");
    visitor.put("q-opinia", &"🦆\r\n".repeat(2500)).await?;
    visitor.step("review", REVIEW).await?;

    // A crash: the page is opened anew.
    for act in ["restore", "forget"] {
        visitor.open(&serve.url(PATH)).await?;
        let buttons = visitor.driver.find_all(By::Css(OFFER)).await?;
        ensure!(buttons.len() == 2, "what was typed is not offered");
        if act == "restore" {
            buttons[0].click().await?;
            let restored = visitor.run("return document.getElementById('q-opinia').value").await?;
            ensure!(restored == "🦆\n".repeat(2500), "the long text is not what was last typed");
            assert_eq!(visitor.run("return document.getElementById('q-wiek-do-18').checked").await?, json!(true));
            assert_eq!(visitor.text("#q-opinia + .counter").await?, "Pozostało znaków: 0");
            visitor.put("q-ulica", "Zielona 7").await?;
            visitor.kept("Zielona 7").await?;
        } else {
            buttons[1].click().await?;
            visitor.kept_nothing().await?;
        }
        ensure!(visitor.driver.find_all(By::Css(OFFER)).await?.is_empty(), "the offer stays");
    }
    visitor.open(&serve.url(PATH)).await?;
    ensure!(visitor.driver.find_all(By::Css(OFFER)).await?.is_empty(), "what was removed is offered");

    // After a day it is gone.
    visitor.fill().await?;
    visitor.put("q-opinia", "Dawna myśl").await?;
    visitor.kept("Dawna myśl").await?;
    visitor.run("for (const [key, value] of Object.entries(localStorage)) localStorage.setItem(key, JSON.stringify({...JSON.parse(value), at: Date.now() - 86400001}))").await?;
    visitor.open(&serve.url(PATH)).await?;
    ensure!(visitor.driver.find_all(By::Css(OFFER)).await?.is_empty(), "what is older than a day is offered");
    visitor.kept_nothing().await?;

    visitor.put("q-opinia", "Więcej cienia 🦆").await?;
    visitor.fill().await?;
    visitor.step("review", REVIEW).await?;
    visitor.step("send", "Odpowiedzi zapisane").await?;
    visitor.kept_nothing().await?;
    ensure!(visitor.text("main").await?.contains("Więcej cienia 🦆"), "the receipt holds the answers");
    visitor.no_faults().await?;
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_script_the_same_form_is_asked_whole_and_sent() -> anyhow::Result<()> {
    let (_tree, _data, serve) = town()?;
    let browser = Browser::with(Scripts::Off).await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.driver.goto(serve.url(PATH)).await?;
    for question in ["bilet", "zgoda"] {
        ensure!(visitor.shows(question).await?, "{question} is not asked");
        let condition = visitor.text(&format!("#when-{question}")).await?;
        ensure!(!condition.is_empty(), "when {question} is to be answered is not said");
    }
    ensure!(visitor.driver.find_all(By::Css(".counter")).await?.is_empty(), "a script counts");
    visitor.put("q-opinia", "Więcej cienia 🦆").await?;
    visitor.fill().await?;
    visitor.step("review", REVIEW).await?;
    visitor.step("send", "Odpowiedzi zapisane").await?;
    ensure!(visitor.text("main").await?.contains("Więcej cienia 🦆"), "the receipt holds the answers");
    browser.quit().await
}

fn town() -> anyhow::Result<(Tree, TempDir, Serve)> {
    let tree = Tree::of_fixture(FIXTURE, Term { start: "2021-06-23".parse()?, end: "2021-07-29".parse()? })?;
    let data = TempDir::new()?;
    let serve = Serve::start(tree.root(), data.path(), &["--today", "2021-07-01"])?;
    Ok((tree, data, serve))
}

/// Someone at the browser.
struct Visitor<'a> {
    driver: &'a WebDriver,
}

impl Visitor<'_> {
    async fn watch(&self) -> anyhow::Result<()> {
        self.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
        Ok(())
    }

    /// Leaves a page that did nothing wrong for `address`.
    async fn open(&self, address: &str) -> anyhow::Result<()> {
        if self.driver.current_url().await?.scheme() == "http" {
            self.no_faults().await?;
        }
        self.driver.goto(address).await?;
        self.title_begins(TITLE).await?;
        self.no_faults().await
    }

    async fn no_faults(&self) -> anyhow::Result<()> {
        let faults = self.run("return window.faults").await?;
        ensure!(faults == json!([]), "{}: {faults}", self.driver.current_url().await?);
        Ok(())
    }

    async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.driver.execute(script, vec![]).await.with_context(|| script.to_owned())?.json().clone())
    }

    /// Answers what is required, the long text aside.
    async fn fill(&self) -> anyhow::Result<()> {
        self.put("q-ulica", "Zielona").await?;
        for id in ["q-wiek-do-18", "q-zajecia-spacer", "q-ocena-3"] {
            if !self.driver.find(By::Id(id)).await?.is_selected().await? {
                self.tick(id).await?;
            }
        }
        Ok(())
    }

    async fn tick(&self, id: &str) -> anyhow::Result<()> {
        let label = self.driver.find(By::Css(format!("label[for='{id}']"))).await?;
        label.click().await.with_context(|| format!("{id} cannot be ticked"))
    }

    /// Puts `text` into a field as a paste does; the driver has no keys for emoji.
    async fn put(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let paste = "const field = document.getElementById(arguments[0]); field.value = arguments[1];
            field.dispatchEvent(new Event('input', {bubbles: true}));";
        self.driver.execute(paste, vec![json!(id), json!(text)]).await.with_context(|| id.to_owned())?;
        Ok(())
    }

    async fn shows(&self, question: &str) -> anyhow::Result<bool> {
        Ok(self.driver.find(By::Css(format!("[data-question='{question}']"))).await?.is_displayed().await?)
    }

    async fn text(&self, selector: &str) -> anyhow::Result<String> {
        Ok(self.driver.find(By::Css(selector.to_owned())).await?.text().await?)
    }

    async fn texts(&self, selector: &str) -> anyhow::Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.driver.find_all(By::Css(selector.to_owned())).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// Presses the button of a step and waits for the page that it leads to.
    async fn step(&self, step: &str, title: &str) -> anyhow::Result<()> {
        self.driver.find(By::Css(format!(".buttons button[value='{step}']"))).await?.click().await?;
        self.title_begins(title).await?;
        self.wait("document.readyState === 'complete'").await
    }

    async fn title_begins(&self, start: &str) -> anyhow::Result<()> {
        self.wait(&format!("document.title.startsWith({})", json!(start))).await
    }

    /// Waits until the browser holds a text that was typed.
    async fn kept(&self, text: &str) -> anyhow::Result<()> {
        self.wait(&format!("Object.values(localStorage).some((kept) => kept.includes({}))", json!(text))).await
    }

    async fn kept_nothing(&self) -> anyhow::Result<()> {
        self.wait("localStorage.length === 0").await
    }

    async fn wait(&self, condition: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.run(&format!("return {condition}")).await? != json!(true) {
            ensure!(begun.elapsed() < PATIENCE, "{condition} is not so on {:?}", self.driver.title().await?);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}
