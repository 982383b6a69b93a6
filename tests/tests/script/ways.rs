//! Whole ways with scripts: forms of several pages, remarks, a file on the device, a slow network, a narrow screen, Back.

use std::{fs, path::Path, time::Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;
use tests::{
    browser::{Browser, Scripts},
    engine::Engine,
    screen,
};
use thirtyfour::By;

use crate::visitor::{OFFER, PATIENCE, REVIEW, Visitor, town};

const PAGES: &str = "/park/strony/";
const PAGES_TITLE: &str = "Ankieta na trzech stronach";
const SENT: &str = "Odpowiedzi zapisane";

/// A form of three pages on a telephone with a bad connection, and someone who presses twice.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_turned_on_a_slow_network_and_a_button_pressed_twice_sends_once() -> anyhow::Result<()> {
    let (_tree, _data, mut serve) = town()?;
    let browser = Browser::with(Scripts::On).await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.watch().await?;
    screen::resize(browser.driver(), screen::PHONE).await?;
    let slow = json!({"offline": false, "latency": 300, "downloadThroughput": 20_000, "uploadThroughput": 5_000});
    browser.driver().cdp().send_raw("Network.enable", json!({})).await?;
    browser.driver().cdp().send_raw("Network.emulateNetworkConditions", slow).await?;
    let begun = Instant::now();
    visitor.open_titled(&serve.url(PAGES), PAGES_TITLE).await?;
    ensure!(begun.elapsed().as_millis() >= 300, "the network is not slow");
    visitor.tick("q-czym-autobus").await?;
    visitor.step("page:o_autobusie", PAGES_TITLE).await?;
    visitor.wait("document.getElementById('q-linia') !== null").await?;
    visitor.fits().await?;
    visitor.put("q-linia", "7").await?;
    visitor.step("page:o_parku", PAGES_TITLE).await?;
    visitor.wait("document.getElementById('q-zdanie') !== null").await?;
    visitor.put("q-zdanie", "Ładny park 🦆").await?;
    visitor.fits().await?;
    visitor.step("review", REVIEW).await?;
    visitor.fits().await?;
    // The second press comes while the first is on its way.
    let twice = "const button = document.querySelector('button[value=send]'); button.click(); button.click();";
    visitor.run(twice).await?;
    visitor.title_begins(SENT).await?;
    visitor.fits().await?;
    let number = visitor.text("output#number").await?;
    // Back over the slow network, and once more.
    browser.driver().back().await?;
    visitor.title_begins(REVIEW).await?;
    visitor.step("send", SENT).await?;
    assert_eq!(visitor.text("output#number").await?, number);
    ensure!(visitor.text("main").await?.contains("Ładny park 🦆"), "the receipt holds the answers");
    visitor.no_faults().await?;
    browser.quit().await?;
    serve.kill();
    let engine = Engine::on_file(&serve.database()).await?;
    assert_eq!(engine.items_of('S').await?.len(), 1);
    Ok(())
}

/// What a crash takes comes back, whichever page of the form it stood on.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_on_the_second_page_takes_nothing_of_the_first_nor_of_the_second() -> anyhow::Result<()> {
    let (_tree, _data, serve) = town()?;
    let browser = Browser::with(Scripts::On).await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.watch().await?;
    visitor.open_titled(&serve.url(PAGES), PAGES_TITLE).await?;
    visitor.tick("q-czym-autobus").await?;
    visitor.step("page:o_autobusie", PAGES_TITLE).await?;
    visitor.wait("document.getElementById('q-linia') !== null").await?;
    visitor.put("q-linia", "linia 7").await?;
    visitor.kept("linia 7").await?;

    visitor.open_titled(&serve.url(PAGES), PAGES_TITLE).await?;
    visitor.press(OFFER, "Przywróć je").await?;
    ensure!(visitor.run("return document.getElementById('q-czym-autobus').checked").await? == json!(true));
    let focused = visitor.run("return document.activeElement.name").await?;
    assert_eq!(focused, json!("czym"), "the keyboard goes on where the answers begin");
    visitor.step("page:o_autobusie", PAGES_TITLE).await?;
    visitor.wait("document.getElementById('q-linia') !== null").await?;
    assert_eq!(visitor.written("q-linia").await?, "linia 7");
    ensure!(visitor.driver.find_all(By::Css(OFFER)).await?.is_empty(), "what is there is offered");
    visitor.no_faults().await?;
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_takes_no_remark_and_a_link_to_a_section_hides_none() -> anyhow::Result<()> {
    let (_tree, _data, serve) = town()?;
    let browser = Browser::with(Scripts::On).await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.watch().await?;
    visitor.open(&serve.url("/park/kazde/")).await?;
    visitor.put("q-uwaga.1.text", "Pierwsza uwaga").await?;
    visitor.press("button[value='add:uwaga']", "Dodaj kolejną uwagę").await?;
    visitor.wait("document.getElementById('q-uwaga.2.text') !== null").await?;
    visitor.put("q-uwaga.2.text", "Druga uwaga").await?;
    visitor.kept("Druga uwaga").await?;

    // Opened at a section of the document: the place is chosen already.
    let section = "/api/park/kazde?document=projekt&version=1.0&section=staw";
    visitor.open(&serve.url(section)).await?;
    ensure!(!visitor.written("q-uwaga.1.place").await?.is_empty(), "no place is chosen");
    // Who types before deciding loses nothing either.
    visitor.put("q-imie", "Ola").await?;
    visitor.kept("Ola").await?;
    visitor.kept("Druga uwaga").await?;
    visitor.press(OFFER, "Przywróć je").await?;
    visitor.wait("document.getElementById('q-uwaga.2.text') !== null").await?;
    assert_eq!(visitor.written("q-uwaga.1.text").await?, "Pierwsza uwaga");
    assert_eq!(visitor.written("q-uwaga.2.text").await?, "Druga uwaga");

    // A remark that was removed does not come back.
    visitor.press("button[value='remove:uwaga.2']", "Usuń uwagę 2").await?;
    visitor.wait("document.getElementById('q-uwaga.2.text') === null").await?;
    visitor.wait("!Object.values(localStorage).some((kept) => kept.includes('Druga uwaga'))").await?;
    visitor.no_faults().await?;
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_on_a_shared_device_that_nobody_wants_there() -> anyhow::Result<()> {
    let (_tree, _data, serve) = town()?;
    let browser = Browser::with(Scripts::On).await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.watch().await?;
    visitor.open(&serve.url("/park/kazde/")).await?;
    ensure!(!visitor.text("main").await?.contains("Usuń kopię"), "there is a copy of nothing");
    visitor.put("q-imie", "Łucja").await?;
    visitor.kept("Łucja").await?;
    ensure!(visitor.text("main").await?.contains("Na wspólnym urządzeniu usuń ją"), "nobody is told of the copy");
    visitor.press("form button.quiet", "Usuń kopię").await?;
    visitor.kept_nothing().await?;
    ensure!(visitor.run("return document.activeElement.value").await? == json!("review"), "the focus is lost");
    visitor.put("q-imie", "Łucja Gęś").await?;
    visitor.run("dispatchEvent(new Event('pageshow'))").await?;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    visitor.kept_nothing().await?;

    // What somebody else left a day ago in another form goes when any form is opened; other things are not ours.
    let old = "localStorage.setItem('answers:/api/inne/forma', JSON.stringify({at: Date.now() - 86400001, typed: [['a', 'b']]}));
        localStorage.setItem('answers:/api/inne/zepsuta', '{');
        localStorage.setItem('answers:/api/inne/nowa', JSON.stringify({at: Date.now(), typed: [['a', 'b']]}));
        localStorage.setItem('cudze', '{');";
    visitor.run(old).await?;
    visitor.run("window.onbeforeunload = null; document.querySelector('form[data-form]').dispatchEvent(new Event('submit'))").await?;
    visitor.open_titled(&serve.url(PAGES), PAGES_TITLE).await?;
    let left = visitor.run("return Object.keys(localStorage).sort()").await?;
    assert_eq!(left, json!(["answers:/api/inne/nowa", "cudze"]));
    browser.quit().await
}

/// Back, forth and away: the form is as it was left, with scripts and without.
#[tokio::test(flavor = "multi_thread")]
async fn d22_back_of_the_browser_shows_what_was_there() -> anyhow::Result<()> {
    let (_tree, _data, serve) = town()?;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::with(scripts).await?;
        let visitor = Visitor { driver: browser.driver() };
        browser.driver().goto(serve.url("/park/kazde/")).await?;
        visitor.put("q-opinia", "Więcej cienia 🦆").await?;
        visitor.fill().await?;
        visitor.step("review", REVIEW).await?;
        browser.driver().back().await?;
        visitor.title_begins("Ankieta o parku").await?;
        visitor.wait("document.readyState === 'complete'").await?;
        assert_eq!(visitor.written("q-opinia").await?, "Więcej cienia 🦆", "{scripts:?}");
        ensure!(visitor.driver.find_all(By::Css(OFFER)).await?.is_empty(), "what is there is offered");
        browser.driver().forward().await?;
        visitor.title_begins(REVIEW).await?;
        ensure!(visitor.text("main").await?.contains("Więcej cienia 🦆"), "{scripts:?}");
        visitor.step("send", SENT).await?;
        browser.quit().await?;
    }
    Ok(())
}

/// A file with the answers, opened from the device: the way goes on from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_saved_on_the_device_goes_on_where_it_was_left() -> anyhow::Result<()> {
    let (_tree, _data, serve) = town()?;
    let browser = Browser::with(Scripts::On).await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.watch().await?;
    let folder = tempfile::tempdir()?;
    let allow = json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.driver().cdp().send_raw("Browser.setDownloadBehavior", allow).await?;
    visitor.open(&serve.url("/park/kazde/")).await?;
    visitor.put("q-opinia", "Wcięcie:\n  źródełko 🦆").await?;
    visitor.fill().await?;
    visitor.driver.find(By::Css(".buttons button[value=save]")).await?.click().await?;
    let file = folder.path().join("park-kazde.html");
    let begun = Instant::now();
    while !file.exists() {
        ensure!(
            begun.elapsed() < PATIENCE,
            "nothing was saved in {:?}",
            fs::read_dir(folder.path())?.collect::<Vec<_>>()
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let saved = fs::read_to_string(&file)?;
    ensure!(!saved.contains("_token"), "the file holds a token");
    // The fixture's site stands at an address of its own; everything else of the file stays.
    let here = saved.replace("https://debowa.example", serve.url("").trim_end_matches('/'));
    ensure!(here != saved, "the file does not lead to the site");
    fs::write(&file, here)?;
    browser.driver().goto(format!("file://{}", Path::new(&file).display())).await?;
    visitor.title_begins("Kopia niewysłanych odpowiedzi").await?;
    ensure!(visitor.text("main").await?.contains("źródełko 🦆"), "the file can be read by itself");
    visitor.driver.find(By::Css("button[value=edit]")).await?.click().await?;
    visitor.title_begins("Ankieta o parku").await?;
    visitor.wait("document.readyState === 'complete'").await?;
    assert_eq!(visitor.written("q-opinia").await?, "Wcięcie:\n  źródełko 🦆");
    visitor.step("review", REVIEW).await?;
    visitor.step("send", SENT).await?;
    ensure!(visitor.text("main").await?.contains("źródełko 🦆"), "the receipt holds the answers");
    browser.quit().await.context("the browser does not end")
}
