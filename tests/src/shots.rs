//! Takes pictures of every kind of page, for whoever changes a theme or a template.
//!
//! ```sh
//! shots FOLDER [PART...]      # parts: city, versions, journey, messages; all where none is named
//! ```
//!
//! Of each page: on a telephone, a tablet and a desk, in the dark, with more contrast, in forced colours, and each sheet
//! of paper (A4), as `NAME-320.png` … `NAME-paper-1.png`. Needs Chromium, and pdftoppm (poppler-utils) for paper.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use data_encoding::BASE64;
use serde_json::json;
use tempfile::TempDir;
use tests::{
    browser::{Browser, Scripts},
    http::FORM,
    screen::{self, Size},
    serve::Serve,
    workspace::repository,
};
use thirtyfour::{By, WebDriver};

/// A day in the term of this repository's consultation, one after it, and one in that of the fixture with versions.
const TODAY: &str = "2021-07-01";
const LATER: &str = "2021-08-10";
const SPRING: &str = "2026-03-20";

/// Pages of this repository, one of each kind.
const CITY: [(&str, &str); 13] = [
    ("home", "/"),
    ("consultation", "/strategia-2030/"),
    ("announcement", "/strategia-2030/ogloszenie/"),
    ("schedule", "/strategia-2030/harmonogram/"),
    ("document", "/strategia-2030/projekt/"),
    ("chapter", "/strategia-2030/projekt/miasto-rozwijajace-sie/"),
    ("whole", "/strategia-2030/projekt/calosc/"),
    ("survey", "/strategia-2030/ankieta/"),
    ("remarks", "/strategia-2030/uwagi/"),
    ("help", "/pomoc/"),
    ("help-page", "/pomoc/formularz/"),
    ("ukrainian", "/uk/strategia-2030/"),
    ("not-found", "/nie-ma-takiej-strony/"),
];
/// Pages of the fixture with two versions of a document.
const VERSIONS: [(&str, &str); 7] = [
    ("markdown", "/park/wszystko/"),
    ("numbered", "/park/plan/zielen/"),
    ("older", "/park/plan/1.0/zielen/"),
    ("attachments", "/park/plan/"),
    ("two-versions", "/park/plan/calosc/"),
    ("gone", "/park/plan/parking/"),
    ("redline", "/park/plan/zmiany/1.0-2.0/"),
];

/// Answers what a form has to have: the first choice of each group, and words in each field.
const FILL: &str = "
    for (const field of document.querySelectorAll('form[data-form] :is(input, textarea)')) {
        if (!field.name || /^_|[.]other$/.test(field.name)) continue;
        const group = [...document.getElementsByName(field.name)];
        if (/radio|checkbox/.test(field.type)) field.checked ||= !group.some(one => one.checked);
        else if (field.type !== 'hidden') field.value = field.tagName === 'TEXTAREA'
            ? 'Dane przykładowe: więcej drzew przy ulicy i ławki w cieniu.\\n\\nDruga myśl stoi w nowym akapicie.' : '3';
    }";
/// Posts `arguments[1]` to `arguments[0]`, as the type `arguments[2]`.
const POST: &str = "
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: arguments[0], enctype: arguments[2] });
    for (const [name, value] of Object.entries(arguments[1])) {
        const field = document.createElement('textarea');
        Object.assign(field, { name, value });
        form.append(field);
    }
    document.body.append(form);
    form.submit();";

/// A screen between that of a telephone and that of a desk.
const TABLET: Size = Size { width: 768, height: 1024, scale: 1 };

/// What the system is set to.
type Settings = &'static [(&'static str, &'static str)];

/// The pictures of a page: what their names end with, the screen, the system.
const SHOTS: [(&str, Size, Settings); 6] = [
    ("320", screen::PHONE, &[]),
    ("768", TABLET, &[]),
    ("1280", screen::DESKTOP, &[]),
    ("dark", screen::DESKTOP, &[("prefers-color-scheme", "dark")]),
    ("contrast", screen::DESKTOP, &[("prefers-contrast", "more")]),
    ("forced", screen::DESKTOP, &[("forced-colors", "active")]),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("into which folder?")?);
    fs::create_dir_all(&folder)?;
    let parts: Vec<String> = arguments.collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|named| named == part);
    let data = TempDir::new()?;
    let city = Serve::start(&repository(), &data.path().join("city"), &["--today", TODAY])?;
    let browser = Browser::with(Scripts::On).await?;
    let camera = Camera { driver: browser.driver(), folder };
    if wanted("city") {
        camera.pages(&city, &CITY).await?;
    }
    if wanted("versions") {
        let root = repository().join("tests/fixtures/versions");
        let versions = Serve::start(&root, &data.path().join("versions"), &["--today", SPRING])?;
        camera.pages(&versions, &VERSIONS).await?;
    }
    if wanted("journey") {
        journey(&camera, &city).await?;
    }
    if wanted("messages") {
        messages(&camera, &city).await?;
        let closed = Serve::start(&repository(), &data.path().join("closed"), &["--today", LATER])?;
        camera.pages(&closed, &[("closed", "/strategia-2030/ankieta/"), ("over", "/strategia-2030/")]).await?;
        camera.driver.goto(closed.url("/")).await?;
        camera.post("/api/strategia-2030/ankieta", json!({"zadowolenie": "4", "_lang": "pl"})).await?;
        camera.take("too-late").await?;
    }
    browser.quit().await
}

/// A form with mistakes, its review page, its receipt; and a remark to a section.
async fn journey(camera: &Camera<'_>, serve: &Serve) -> anyhow::Result<()> {
    let driver = camera.driver;
    driver.goto(serve.url("/strategia-2030/ankieta/")).await?;
    camera.press("review").await?;
    camera.take("mistakes").await?;
    driver.execute(FILL, vec![]).await?;
    camera.press("review").await?;
    camera.take("review").await?;
    camera.press("send").await?;
    camera.take("receipt").await?;
    driver.goto(serve.url("/strategia-2030/projekt/miasto-rozwijajace-sie/")).await?;
    driver.execute("document.querySelector('.remark a').click()", vec![]).await?;
    camera.take("remark-to-section").await?;
    driver.execute(FILL, vec![]).await?;
    camera.press("review").await?;
    camera.take("remark-review").await
}

/// What the function says where there is no form to show.
async fn messages(camera: &Camera<'_>, serve: &Serve) -> anyhow::Result<()> {
    let driver = camera.driver;
    driver.goto(serve.url("/api/receipt/234567892/AAAAAAAAAAAAAAAAAAAAAAAAAA")).await?;
    camera.take("no-receipt").await?;
    camera.pages(serve, &[("error", "/error.html")]).await?;
    camera.post("/api/strategia-2030/dawny", json!({"opinia": "Dane przykładowe: więcej drzew."})).await?;
    camera.take("no-form").await?;
    driver.goto(serve.url("/")).await?;
    camera.post_as("text/plain", "/api/strategia-2030/ankieta", json!({"opinia": "tak"})).await?;
    camera.take("wrong-type").await?;
    driver.goto(serve.url("/")).await?;
    let long = "Dane przykładowe: za długo. ".repeat(11_000);
    camera.post("/api/strategia-2030/ankieta", json!({"jedna_rzecz": long})).await?;
    camera.take("too-large").await
}

/// Takes pictures of the page that a browser shows.
struct Camera<'a> {
    driver: &'a WebDriver,
    folder: PathBuf,
}

impl Camera<'_> {
    async fn pages(&self, serve: &Serve, pages: &[(&str, &str)]) -> anyhow::Result<()> {
        for (name, path) in pages {
            self.driver.goto(serve.url(path)).await?;
            self.take(name).await?;
        }
        Ok(())
    }

    async fn press(&self, step: &str) -> anyhow::Result<()> {
        let button = format!("main button[name=_step][value='{step}']:not(.hidden)");
        let button = self.driver.find(By::Css(button)).await.with_context(|| format!("no button {step}"))?;
        // Clicked as by a hand it would have to be in sight.
        self.driver.execute("arguments[0].click()", vec![button.to_json()?]).await?;
        Ok(())
    }

    /// Posts a form that no page has.
    async fn post(&self, path: &str, fields: serde_json::Value) -> anyhow::Result<()> {
        self.post_as(FORM, path, fields).await
    }

    async fn post_as(&self, kind: &str, path: &str, fields: serde_json::Value) -> anyhow::Result<()> {
        self.driver.execute(POST, vec![json!(path), fields, json!(kind)]).await?;
        Ok(())
    }

    async fn take(&self, name: &str) -> anyhow::Result<()> {
        println!("{name}");
        for (kind, size, settings) in SHOTS {
            screen::resize(self.driver, size).await?;
            screen::show_as(self.driver, "screen", settings).await?;
            let shot = self.ask("Page.captureScreenshot", json!({"captureBeyondViewport": true}), "data").await?;
            fs::write(self.folder.join(format!("{name}-{kind}.png")), shot)?;
        }
        screen::show_as(self.driver, "", &[]).await?;
        let sheets = self.ask("Page.printToPDF", json!({"preferCSSPageSize": true}), "data").await?;
        print(&sheets, &self.folder.join(format!("{name}-paper")))
    }

    /// Asks the browser for bytes.
    async fn ask(&self, command: &str, arguments: serde_json::Value, field: &str) -> anyhow::Result<Vec<u8>> {
        let answer = self.driver.cdp().send_raw(command, arguments).await?;
        let text = answer[field].as_str().with_context(|| format!("{command} has no {field}"))?;
        Ok(BASE64.decode(text.as_bytes())?)
    }
}

/// Draws the sheets of a PDF as pictures whose names begin with `name`.
fn print(pdf: &[u8], name: &Path) -> anyhow::Result<()> {
    let file = name.with_extension("pdf");
    fs::write(&file, pdf)?;
    let drawn = Command::new("pdftoppm").args(["-r", "60", "-png"]).arg(&file).arg(name).status();
    ensure!(drawn.context("failed to run pdftoppm (poppler-utils)")?.success(), "pdftoppm failed");
    Ok(())
}
