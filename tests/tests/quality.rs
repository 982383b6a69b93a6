//! Every page type and every state of a form, in a browser and through the checkers that others judge the site with.

// A test is an end of the system: it reads and writes files.
#![allow(clippy::disallowed_methods)]

use std::{
    fs,
    future::IntoFuture as _,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use axum::{Router, http::header, response::Html, routing::get};
use generator::pipeline::{Options, build_in_memory};
use serde_json::json;
use tempfile::TempDir;
use tests::{
    audit,
    browser::{Browser, Scripts},
    http::{self, Answer},
    nu,
    page::Pairs,
    serve::Serve,
    town::{self, ANSWERS, KAZDE, KROTKA},
    workspace::{Term, Tree, repository},
};

/// A day in the term of this repository's consultation.
const TODAY: &str = "2021-07-01";
/// A day in the term of the fixture with two versions of a document.
const SPRING: &str = "2026-03-20";

/// Folders of pages that differ in their words alone, and the one that stands for all.
const SISTERS: [[&str; 2]; 3] = [
    ["/pomoc/zasady/", "/pomoc/zasady/tresc-stron/"],
    ["/strategia-2030/projekt/1.0/", "/strategia-2030/projekt/1.0/miasto-dla-kazdego/"],
    ["/strategia-2030/projekt/miasto-", "/strategia-2030/projekt/miasto-rozwijajace-sie/"],
];

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn every_page_passes_in_a_browser() -> anyhow::Result<()> {
    let browser = Browser::with(Scripts::On).await?;
    let versions = Tree::copy_of(&repository().join("tests/fixtures/versions"))?;
    let mut faults = Vec::new();
    for (root, today) in [(repository().as_path(), TODAY), (versions.root(), SPRING)] {
        let data = TempDir::new()?;
        let serve = Serve::start(root, data.path(), &["--today", today])?;
        let is_like_another = |path: &str| SISTERS.iter().any(|[folder, one]| path.starts_with(folder) && path != *one);
        for (path, _) in pages(root, today)?.into_iter().filter(|(path, _)| !is_like_another(path)) {
            let found = audit::of_address(&browser, &serve.url(&path)).await.with_context(|| path.clone())?;
            faults.extend(found.into_iter().map(|fault| format!("{path}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_a_form_passes_in_a_browser_and_is_valid() -> anyhow::Result<()> {
    let browser = Browser::with(Scripts::On).await?;
    let folder = TempDir::new()?;
    let mut faults = Vec::new();
    for (days, term) in [("open", (-30, 30)), ("closed", (-60, -30)), ("upcoming", (30, 60))] {
        let tree = Tree::of_fixture(town::FIXTURE, Term::from_today(term.0, term.1)?)?;
        let data = TempDir::new()?;
        let serve = Serve::start(tree.root(), data.path(), &[] as &[&str])?;
        let states = if days == "open" { open_states(serve.address).await? } else { shut_states() };
        for state in states {
            let name = format!("{days}-{}", state.name);
            let answer = state.ask(serve.address).await?;
            assert_eq!(answer.status, state.status, "{name}: {}", answer.body);
            fs::write(folder.path().join(format!("{name}.html")), &answer.body)?;
            state.open(&browser, &serve).await.with_context(|| name.clone())?;
            let found = audit::of_page(&browser).await.with_context(|| name.clone())?;
            // That an answer is no success is told by its status, which the browser tells in turn.
            let told = |fault: &String| state.status >= 400 && fault.contains("Failed to load resource");
            faults.extend(found.into_iter().filter(|fault| !told(fault)).map(|fault| format!("{name}: {fault}")));
        }
    }
    faults.extend(nu::errors(folder.path())?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.quit().await
}

#[test]
fn every_page_stylesheet_and_drawing_is_valid() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    for (name, root, today) in [
        ("city", repository(), TODAY),
        ("versions", repository().join("tests/fixtures/versions"), SPRING),
        ("town", repository().join("tests/fixtures/town"), TODAY),
    ] {
        let tree;
        let root = if name == "town" {
            tree = Tree::of_fixture(name, Term { start: TODAY.parse()?, end: "2021-07-29".parse()? })?;
            tree.root()
        } else {
            root.as_path()
        };
        let mut styles = 0;
        for (path, bytes) in files(root, today)? {
            styles += usize::from(has_extension(&path, "css"));
            if ["html", "css", "svg"].iter().any(|extension| has_extension(&path, extension)) {
                write(&folder.path().join(name).join(path), &bytes)?;
            }
        }
        ensure!(styles > 0, "{name} has no stylesheet");
    }
    let errors = nu::errors(folder.path())?;
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    Ok(())
}

#[test]
fn the_checker_tells_errors_of_pages_styles_and_drawings() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let html = "<!doctype html><html lang=pl><title>a</title><p id=a><p id=a><img src=a>";
    fs::write(folder.path().join("a.html"), html)?;
    fs::write(folder.path().join("b.css"), "p { colour: red }")?;
    fs::write(folder.path().join("c.svg"), "<svg xmlns='http://www.w3.org/2000/svg'><p/></svg>")?;
    let errors = nu::errors(folder.path())?.join("\n");
    for part in ["Duplicate ID", "An “img” element must have an “alt”", "b.css:1: CSS", "c.svg"] {
        assert!(errors.contains(part), "{part} is not among\n{errors}");
    }
    Ok(())
}

/// What a page can do wrong, all at once.
const BAD: &str = "<!doctype html><html lang=pl><meta charset=utf-8><meta name=viewport content='width=device-width'>
    <title>Zła strona</title><main><h1>Zła strona</h1><p style='color: red'>styl</p><img src=http://127.0.0.2:9/a.png>
    <p><a href=/a tabindex=0>a</a> <button>b</button></p><pre>________________________________________________________</pre>
    <script>document.cookie = 'a=1'</script></main><link rel=stylesheet href=/s.css>";
const BAD_STYLE: &str =
    "@media (prefers-color-scheme: dark) { h1 { color: #ddd; background: #fff } } :focus { outline: 0 }
    button:focus { visibility: hidden } main { display: block }";

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_finds_what_is_wrong() -> anyhow::Result<()> {
    let policy = "default-src 'none'; style-src 'self'; img-src *; connect-src 'self'";
    let page =
        move || async move { ([(header::CONTENT_SECURITY_POLICY, policy), (header::SET_COOKIE, "a=1")], Html(BAD)) };
    let style = || async { ([(header::CONTENT_TYPE, "text/css")], BAD_STYLE) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = tokio::spawn(
        axum::serve(listener, Router::new().route("/", get(page)).route("/s.css", get(style))).into_future(),
    );
    let browser = Browser::with(Scripts::On).await?;
    let faults = audit::of_address(&browser, &format!("http://{address}/")).await?.join("\n");
    for fault in [
        "axe image-alt",
        "(dark)",
        "the focus is not seen at <a href",
        "scrolls sideways",
        "asked another host: http://127.0.0.2:9/a.png",
        "has a cookie",
        "Content Security Policy",
    ] {
        assert!(faults.contains(fault), "{fault} is not among\n{faults}");
    }
    browser.quit().await?;
    serving.abort();
    Ok(())
}

/// A page that the function answers with.
struct State {
    name: &'static str,
    path: String,
    /// What is posted; asked for where there is nothing.
    pairs: Pairs,
    status: u16,
}

impl State {
    fn get(name: &'static str, path: &str, status: u16) -> Self {
        Self { name, path: path.to_owned(), pairs: Vec::new(), status }
    }

    fn post(name: &'static str, path: &str, pairs: Pairs, status: u16) -> Self {
        Self { name, path: path.to_owned(), pairs, status }
    }

    async fn ask(&self, address: SocketAddr) -> anyhow::Result<Answer> {
        if self.pairs.is_empty() {
            return Ok(http::get(address, &self.path).await?);
        }
        let answer = http::post(address, &self.path, &http::encode(&self.pairs)).await?;
        if answer.status == 303 { Ok(http::get(address, answer.location()).await?) } else { Ok(answer) }
    }

    /// Opens the page as a browser comes to it.
    async fn open(&self, browser: &Browser, serve: &Serve) -> anyhow::Result<()> {
        browser.complaints().await?;
        let driver = browser.driver();
        if self.pairs.is_empty() {
            return Ok(driver.goto(serve.url(&self.path)).await?);
        }
        // Posted from a page of the site: from elsewhere it would be a stranger's.
        driver.goto(serve.url("/")).await?;
        let post = "const form = document.createElement('form');
            form.method = 'post';
            form.action = arguments[0];
            for (const [name, value] of arguments[1]) {
                const field = document.createElement('textarea');
                field.name = name;
                field.value = value;
                form.append(field);
            }
            document.body.append(form);
            window.left = false;
            form.submit();";
        driver.execute(post, vec![json!(self.path), json!(self.pairs)]).await?;
        let begun = Instant::now();
        let come = "return window.left === undefined && document.readyState === 'complete'";
        while !driver.execute(come, vec![]).await?.convert::<bool>()? {
            ensure!(begun.elapsed() < PATIENCE, "{} does not answer", self.path);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

/// The pages of a form that takes answers, and of what can happen to them.
async fn open_states(address: SocketAddr) -> anyhow::Result<Vec<State>> {
    let answers = owned(&ANSWERS);
    let review = http::post(address, KAZDE, &http::encode(&answers)).await?.page().form().context("no review")?;
    let with = |name: &str, value: &str| {
        let mut fields = review.clone().with(name, value).fields;
        fields.push(("_step".to_owned(), "send".to_owned()));
        fields
    };
    let token = town::token(7);
    let sent = with("_token", &token);
    // Stored first, so that the answers below meet it.
    let receipt = http::post(address, KAZDE, &http::encode(&sent)).await?;
    ensure!(receipt.status == 303, "nothing was sent: {}", receipt.body);
    let mut conflict = with("_token", &token);
    conflict.retain(|(name, _)| name != "imie");
    conflict.push(("imie".to_owned(), "Kto inny".to_owned()));
    let mut strange = answers.clone();
    strange.extend(owned(&[("nie_ma", "czego tu nie pytają"), ("wiek", "bez-wieku"), ("ocena", "99")]));
    let long = "ą".repeat(140_000);
    Ok(vec![
        State::get("form", KAZDE, 200),
        State::get("short-form", KROTKA, 200),
        State::post("mistakes", KAZDE, owned(&[("_step", "review"), ("imie", &"a".repeat(80))]), 422),
        State::post("strange", KAZDE, strange, 422),
        State::post("review", KAZDE, answers.clone(), 200),
        State::post("edit", KAZDE, [answers, owned(&[("_step", "edit:opinia")])].concat(), 200),
        State::post("changed", KAZDE, with("_revision", "0000000000000000"), 200),
        State::post("receipt", KAZDE, sent, 200),
        State::post("conflict", KAZDE, conflict, 409),
        State::post("too-large", KROTKA, owned(&[("zdanie", &long)]), 413),
        State::post("no-form", "/api/park/dawna", owned(&[("zdanie", "Tekst, który wraca.")]), 410),
        State::get("no-page", "/api/park/dawna", 404),
        State::get("no-receipt", "/api/receipt/23456789AB/aaaaaaaaaaaaaaaaaaaaaaaaaa", 404),
        State::get("missing", "/nie-ma-takiej-strony/", 404),
    ])
}

/// The pages of a form that takes no answers.
fn shut_states() -> Vec<State> {
    vec![State::get("form", KAZDE, 200), State::post("post", KAZDE, owned(&ANSWERS), 403)]
}

fn owned(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Returns the files of the site that is built from the tree under `root`, by their addresses without the first slash.
fn files(root: &Path, today: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let options = Options { today: today.parse()?, drafts: true, commit: None };
    let files = build_in_memory(root, &options).map_err(anyhow::Error::msg)?;
    let files = files.into_iter().filter_map(|(path, bytes)| Some((path.strip_prefix("site/")?.to_owned(), bytes)));
    Ok(files.collect())
}

/// Returns the pages of that site, by their addresses.
fn pages(root: &Path, today: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let pages = files(root, today)?.into_iter().filter(|(path, _)| has_extension(path, "html"));
    let pages: Vec<_> =
        pages.map(|(path, bytes)| (format!("/{}", path.strip_suffix("index.html").unwrap_or(&path)), bytes)).collect();
    ensure!(pages.len() > 15, "there are only {} pages", pages.len());
    Ok(pages)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("a file has a folder")?)?;
    Ok(fs::write(path, bytes)?)
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}
