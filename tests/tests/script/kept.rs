//! What the script counts, shows, keeps on the device and forgets.

use anyhow::ensure;
use serde_json::json;
use tests::browser::{Browser, Scripts};
use thirtyfour::By;

use crate::visitor::{OFFER, PATH, REVIEW, Visitor, town};

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
