//! A resident in a browser without scripts, against `konsultacje serve`: from the announcement to the receipt.

// A test waits for the browser by the clock.
#![allow(clippy::disallowed_methods)]

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;
use tempfile::TempDir;
use tests::{browser::Browser, serve::Serve, workspace};
use thirtyfour::{By, Key, WebDriver, WebElement};

/// A day in the term of this repository's consultation.
const TODAY: [&str; 2] = ["--today", "2021-07-01"];
const ANNOUNCEMENT: &str = "/strategia-2030/ogloszenie/";
const SURVEY: &str = "/strategia-2030/ankieta/";
const REMARKS: &str = "/strategia-2030/uwagi/";

/// What is typed: every Polish letter, and what a careless page would break.
const THING: &str = "Więcej zieleni: „łąka” zamiast betonu";
const OTHER_THING: &str = "Zażółć gęślą jaźń & <b>ŁĄKĘ</b> \"dąb\"";
const MISSING: [&str; 2] = ["Pierwsza myśl: ścieżki, ławki, cień.", "  Druga, z wcięciem: źródełko."];

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// More steps than any page has places to stop at.
const MOST_STEPS: usize = 150;

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_answers_the_survey_and_finds_the_receipt_again() -> anyhow::Result<()> {
    let data = TempDir::new()?;
    let serve = start(&data)?;
    let browser = Browser::start().await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.has_no_script().await?;

    visitor.open(&serve.url(ANNOUNCEMENT)).await?;
    assert_eq!(visitor.text("h1").await?, "Ogłoszenie Prezydenta Miasta Kielce o przeprowadzeniu konsultacji");
    visitor.click("main a[href$='ankieta/']").await?;
    visitor.title_begins("Ankieta o przyszłości Kielc").await?;
    assert!(visitor.address().await?.ends_with(SURVEY));

    // One of the three required questions is forgotten.
    visitor.click("label[for='q-zadowolenie-4']").await?;
    visitor.click("label[for='q-kierunek-raczej-tak']").await?;
    visitor.click("label[for='q-przeszkadza-halas']").await?;
    visitor.click("label[for='q-przeszkadza-other']").await?;
    visitor.write("q-przeszkadza.other", "gołębie").await?;
    visitor.write("q-jedna_rzecz", THING).await?;
    visitor.write("q-czego_brakuje", &MISSING.join("\n")).await?;
    visitor.click("button[value=review]").await?;
    visitor.title_begins("Błąd:").await?;
    let summary = visitor.find("main > :first-child").await?;
    assert_eq!(summary.attr("class").await?.as_deref(), Some("summary"), "the summary comes first");
    assert_eq!(visitor.driver.active_element().await?, summary, "the summary has the focus");
    let mistakes = visitor.texts(".summary a").await?;
    assert_eq!(mistakes, ["Wybierz odpowiedź: „Który cel jest najważniejszy?”"]);
    assert_eq!(visitor.texts(".faulty .problem").await?, [format!("Błąd: {}", mistakes[0])]);
    assert!(visitor.is_chosen("q-zadowolenie-4").await?);
    assert!(visitor.is_chosen("q-kierunek-raczej-tak").await?);
    assert!(visitor.is_chosen("q-przeszkadza-halas").await?);
    assert_eq!(visitor.written("q-przeszkadza.other").await?, "gołębie");
    assert_eq!(visitor.written("q-jedna_rzecz").await?, THING);
    assert_eq!(visitor.written("q-czego_brakuje").await?, MISSING.join("\n"));

    // The summary leads to the question, where the mistake is mended.
    visitor.click(".summary a").await?;
    let target = visitor.address().await?.split('#').nth(1).context("the link has a target")?.to_owned();
    visitor.driver.find(By::Id(target)).await.context("the link of the summary leads nowhere")?;
    visitor.click("label[for='q-najwazniejszy_cel-cel-1']").await?;
    visitor.click("button[value=review]").await?;
    visitor.title_begins("Sprawdź odpowiedzi").await?;
    let review = visitor.text("main").await?;
    for words in [THING, MISSING[0], MISSING[1].trim(), "gołębie", "Cel 1. Miasto dla każdego", "raczej tak"] {
        assert!(review.contains(words), "{words} is not among {review}");
    }

    // Back with "Zmień", and forth again.
    visitor.click("button[value='edit:jedna_rzecz']").await?;
    visitor.title_begins("Ankieta o przyszłości Kielc").await?;
    let field = visitor.driver.active_element().await?;
    assert_eq!(field.id().await?.as_deref(), Some("q-jedna_rzecz"), "the question to change has the focus");
    assert_eq!(visitor.written("q-czego_brakuje").await?, MISSING.join("\n"));
    assert!(visitor.is_chosen("q-najwazniejszy_cel-cel-1").await?);
    visitor.write("q-jedna_rzecz", OTHER_THING).await?;
    visitor.click("button[value=review]").await?;
    visitor.title_begins("Sprawdź odpowiedzi").await?;
    let review = visitor.text("main").await?;
    assert!(review.contains(OTHER_THING) && !review.contains(THING), "{review}");

    visitor.click("button[value=send]").await?;
    let number = visitor.receipt().await?;
    let address = visitor.address().await?;
    let receipt = visitor.text("main").await?;
    for words in [OTHER_THING, MISSING[0], MISSING[1].trim(), "gołębie", "Co dalej", "28 sierpnia 2021 r."] {
        assert!(receipt.contains(words), "{words} is not among {receipt}");
    }

    // Back with the browser's own button, and sent once more: the same receipt.
    visitor.driver.back().await?;
    visitor.title_begins("Sprawdź odpowiedzi").await?;
    visitor.click("button[value=send]").await?;
    assert_eq!(visitor.receipt().await?, number, "sent twice, stored once");
    assert_eq!(visitor.address().await?, address);

    drop(serve);
    let serve = start(&data)?;
    let (_, path) = address.split_once("/api/").context("a receipt of the function")?;
    visitor.open(&serve.url(&format!("/api/{path}"))).await?;
    assert_eq!(visitor.receipt().await?, number, "the receipt is found after a restart");
    assert!(visitor.text("main").await?.contains(OTHER_THING));
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_goes_by_keyboard_on_a_narrow_screen() -> anyhow::Result<()> {
    let data = TempDir::new()?;
    let serve = start(&data)?;
    let browser = Browser::start().await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.narrow().await?;

    visitor.open(&serve.url(ANNOUNCEMENT)).await?;
    visitor.fits().await?;
    // The first stop skips what stands on every page.
    visitor.press(Key::Tab).await?;
    assert_eq!(visitor.driver.active_element().await?.class_name().await?.as_deref(), Some("skip"));
    visitor.press(Key::Enter).await?;
    visitor.tab_to("a", |link| link.ends_with("ankieta/")).await?;
    visitor.press(Key::Enter).await?;
    visitor.title_begins("Ankieta o przyszłości Kielc").await?;
    visitor.fits().await?;

    // Everything but the two last required questions, so that the mistakes come first.
    visitor.tab_to("input", |id| id.starts_with("q-zadowolenie")).await?;
    visitor.press(Key::Space).await?;
    visitor.press(Key::Down).await?;
    visitor.press(Key::Right).await?;
    assert!(visitor.is_chosen("q-zadowolenie-3").await?, "arrows move along the scale");
    visitor.tab_to("input", |id| id == "q-wyzwania-zdrowie").await?;
    visitor.press(Key::Space).await?;
    visitor.tab_to("input", |id| id == "q-jedna_rzecz").await?;
    visitor.type_in(OTHER_THING).await?;
    visitor.tab_to("textarea", |id| id == "q-czego_brakuje").await?;
    visitor.type_in(MISSING[0]).await?;
    visitor.press(Key::Enter).await?;
    visitor.type_in(MISSING[1]).await?;
    visitor.tab_to("button", |step| step == "review").await?;
    visitor.press(Key::Enter).await?;
    visitor.title_begins("Błąd:").await?;
    visitor.fits().await?;
    assert_eq!(visitor.driver.active_element().await?.class_name().await?.as_deref(), Some("summary"));
    assert_eq!(visitor.texts(".summary a").await?.len(), 2);

    // From the summary to each question.
    visitor.press(Key::Tab).await?;
    visitor.press(Key::Enter).await?;
    visitor.tab_to("input", |id| id.starts_with("q-kierunek")).await?;
    visitor.press(Key::Space).await?;
    visitor.press(Key::Down).await?;
    assert!(visitor.is_chosen("q-kierunek-raczej-tak").await?);
    visitor.tab_to("input", |id| id.starts_with("q-najwazniejszy_cel")).await?;
    visitor.press(Key::Space).await?;
    // Enter in a line of text goes forward, as it does everywhere.
    visitor.tab_to("input", |id| id == "q-jedna_rzecz").await?;
    visitor.press(Key::Enter).await?;
    visitor.title_begins("Sprawdź odpowiedzi").await?;
    visitor.fits().await?;

    visitor.tab_to("button", |step| step == "edit:czego_brakuje").await?;
    visitor.press(Key::Space).await?;
    visitor.title_begins("Ankieta o przyszłości Kielc").await?;
    visitor.fits().await?;
    assert_eq!(visitor.driver.active_element().await?.id().await?.as_deref(), Some("q-czego_brakuje"));
    assert_eq!(visitor.written("q-czego_brakuje").await?, MISSING.join("\n"));
    visitor.tab_to("button", |step| step == "review").await?;
    visitor.press(Key::Space).await?;
    visitor.title_begins("Sprawdź odpowiedzi").await?;
    visitor.tab_to("button", |step| step == "send").await?;
    visitor.press(Key::Enter).await?;
    visitor.receipt().await?;
    visitor.fits().await?;
    let receipt = visitor.text("main").await?;
    for words in [OTHER_THING, MISSING[0], "raczej tak", "opieka, zdrowie i usługi społeczne"] {
        assert!(receipt.contains(words), "{words} is not among {receipt}");
    }
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn d21_every_page_fits_a_narrow_screen() -> anyhow::Result<()> {
    let data = TempDir::new()?;
    let serve = start(&data)?;
    let browser = Browser::start().await?;
    let visitor = Visitor { driver: browser.driver() };
    visitor.narrow().await?;
    let paths = [
        "/",
        "/strategia-2030/",
        ANNOUNCEMENT,
        "/strategia-2030/harmonogram/",
        "/strategia-2030/projekt/",
        "/strategia-2030/projekt/o-projekcie/",
        "/strategia-2030/projekt/1.0/miasto-w-ktorym-chce-sie-zyc/",
        "/strategia-2030/klauzula-informacyjna/",
        SURVEY,
        REMARKS,
        "/nie-ma-takiej-strony/",
        "/api/strategia-2030/nie-ma",
    ];
    for path in paths {
        visitor.open(&serve.url(path)).await?;
        visitor.fits().await.with_context(|| path.to_owned())?;
    }
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_form_is_a_form_on_paper() -> anyhow::Result<()> {
    let data = TempDir::new()?;
    let serve = start(&data)?;
    let browser = Browser::start().await?;
    let visitor = Visitor { driver: browser.driver() };
    for path in [SURVEY, REMARKS] {
        visitor.media("screen").await?;
        visitor.open(&serve.url(path)).await?;
        assert!(!visitor.shown(".paper").await?.is_empty(), "{path} has a part for paper");
        assert_eq!(visitor.shown(".paper").await?.iter().filter(|shown| **shown).count(), 0, "{path} on a screen");
        assert_eq!(visitor.shown(".buttons button").await?.first(), Some(&true), "{path} on a screen");

        visitor.media("print").await?;
        assert!(visitor.shown("button").await?.iter().all(|shown| !shown), "{path} on paper");
        assert!(visitor.shown(".site-nav, .skip, .screen-only").await?.iter().all(|shown| !shown), "{path} on paper");
        let offices = visitor.texts(".paper .offices li").await?;
        assert_eq!(offices.len(), 3, "{path}: {offices:?}");
        for (office, street) in offices.iter().zip(["Rynek 1", "ul. Strycharska 6", "ul. Szymanowskiego 6"]) {
            assert!(office.contains(street), "{path}: {office} is not in {street}");
        }
        let paper = visitor.texts(".paper").await?.join(" ");
        assert!(paper.contains("od 23 czerwca 2021 r. do 29 lipca 2021 r."), "{path}: {paper}");
        let questions = visitor.shown(".question").await?;
        assert!(questions.len() > 4 && questions.iter().all(|shown| *shown), "{path}: all questions are printed");
        for control in visitor.driver.find_all(By::Css(".question :is(input, textarea)")).await? {
            let box_of = control.rect().await?;
            assert!(
                box_of.width > 10.0 && box_of.height > 10.0,
                "{path}: {:?} cannot be filled in",
                control.id().await?
            );
        }
    }
    browser.quit().await
}

fn start(data: &TempDir) -> anyhow::Result<Serve> {
    Serve::start(&workspace::repository(), data.path(), &TODAY)
}

/// Someone at the browser.
struct Visitor<'a> {
    driver: &'a WebDriver,
}

impl Visitor<'_> {
    /// Makes sure that the browser runs no script: a journey with them would prove little.
    async fn has_no_script(&self) -> anyhow::Result<()> {
        self.open("data:text/html,<title>still</title><script>document.title='moving'</script>").await?;
        ensure!(self.driver.title().await? == "still", "the browser runs scripts");
        Ok(())
    }

    async fn open(&self, address: &str) -> anyhow::Result<()> {
        self.driver.goto(address).await.with_context(|| format!("failed to open {address}"))
    }

    async fn address(&self) -> anyhow::Result<String> {
        Ok(self.driver.current_url().await?.to_string())
    }

    async fn find(&self, selector: &str) -> anyhow::Result<WebElement> {
        let page = self.driver.title().await?;
        self.driver.find(By::Css(selector)).await.with_context(|| format!("no {selector} on {page}"))
    }

    async fn click(&self, selector: &str) -> anyhow::Result<()> {
        let element = self.find(selector).await?;
        element.click().await.with_context(|| format!("{selector} cannot be clicked"))
    }

    /// Returns the words of an element as they are seen, white space made single spaces.
    async fn text(&self, selector: &str) -> anyhow::Result<String> {
        Ok(normal(&self.find(selector).await?.text().await?))
    }

    async fn texts(&self, selector: &str) -> anyhow::Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.driver.find_all(By::Css(selector)).await? {
            texts.push(normal(&element.text().await?));
        }
        Ok(texts)
    }

    /// Tells of each element whether it is seen.
    async fn shown(&self, selector: &str) -> anyhow::Result<Vec<bool>> {
        let mut shown = Vec::new();
        for element in self.driver.find_all(By::Css(selector)).await? {
            shown.push(element.is_displayed().await?);
        }
        Ok(shown)
    }

    /// Writes into a field, in place of what stood there.
    async fn write(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let field = self.driver.find(By::Id(id)).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    async fn written(&self, id: &str) -> anyhow::Result<String> {
        let field = self.driver.find(By::Id(id)).await?;
        Ok(field.value().await?.unwrap_or_default())
    }

    async fn is_chosen(&self, id: &str) -> anyhow::Result<bool> {
        Ok(self.driver.find(By::Id(id)).await?.is_selected().await?)
    }

    /// Waits until the page is there that is meant.
    async fn title_begins(&self, start: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            // Titles are set with spaces that do not break.
            let title = self.driver.title().await?.replace('\u{a0}', " ");
            if title.starts_with(start) {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "the page is {title:?} and not {start:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for the receipt and returns its number: ten symbols that can be told on the telephone.
    async fn receipt(&self) -> anyhow::Result<String> {
        self.title_begins("Odpowiedzi zapisane").await?;
        let number = self.text("output#number").await?;
        let symbols = number.bytes().all(|symbol| b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ".contains(&symbol));
        ensure!(symbols && number.len() == 10, "{number:?} is no number");
        Ok(number)
    }

    async fn press(&self, key: Key) -> anyhow::Result<()> {
        Ok(self.driver.action_chain().send_keys(key + "").perform().await?)
    }

    async fn type_in(&self, text: &str) -> anyhow::Result<()> {
        Ok(self.driver.action_chain().send_keys(text).perform().await?)
    }

    /// Presses Tab until an element `tag` has the focus whose id, value of a button or target of a link is meant.
    /// Goes round once, so that what stands above is reached too.
    async fn tab_to(&self, tag: &str, is_meant: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        let name = match tag {
            "a" => "href",
            "button" => "value",
            _ => "id",
        };
        for _ in 0..MOST_STEPS {
            self.press(Key::Tab).await?;
            let focused = self.driver.active_element().await?;
            let value = focused.attr(name).await?.unwrap_or_default();
            if focused.tag_name().await? == tag && is_meant(&value) {
                return Ok(());
            }
        }
        anyhow::bail!("no {tag} is reached by the keyboard on {}", self.driver.title().await?)
    }

    /// Makes the screen as narrow as a page magnified four times.
    async fn narrow(&self) -> anyhow::Result<()> {
        let screen = json!({"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": false});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        Ok(())
    }

    /// Makes sure that nothing has to be scrolled sideways.
    async fn fits(&self) -> anyhow::Result<()> {
        let widths = "return [document.documentElement.scrollWidth, window.innerWidth]";
        let [page, screen]: [u32; 2] = self.driver.execute(widths, vec![]).await?.convert()?;
        ensure!(screen == 320, "the screen is {screen} wide");
        ensure!(page <= screen, "{} is {page} wide on a screen of {screen}", self.driver.title().await?);
        Ok(())
    }

    async fn media(&self, media: &str) -> anyhow::Result<()> {
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "media": media })).await?;
        Ok(())
    }
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
