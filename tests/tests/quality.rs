//! Every page type in a browser and through the checkers that others judge the site with.

// A test is an end of the system: it reads and writes files.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::{collections::BTreeSet, fs, future::IntoFuture as _, path::Path};

use anyhow::{Context as _, ensure};
use axum::{Router, http::header, response::Html, routing::get};
use generator::pipeline::{Options, build_in_memory};
use tempfile::TempDir;
use tests::{
    audit,
    browser::{Browser, Scripts},
    nu,
    page::Page,
    serve::Serve,
    workspace::{Term, Tree, repository},
};

/// A day in the term of this repository's consultation.
const TODAY: &str = "2021-07-01";
/// A day in the term of the fixture with two versions of a document.
const SPRING: &str = "2026-03-20";
/// A day in the term of the fixture with several languages.
const MAY: &str = "2026-05-20";

/// Everything that pages are made of passes: of pages that differ in their words alone one is looked at, and each place of
/// the site's whole vocabulary stands on one that is.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_page_passes_in_a_browser() -> anyhow::Result<()> {
    let browser = Browser::with(Scripts::On).await?;
    let town = Tree::of_fixture("town", Term { start: TODAY.parse()?, end: "2021-07-29".parse()? })?;
    let [versions, languages] = ["versions", "languages"].map(|name| repository().join("tests/fixtures").join(name));
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (root, today) in [(repository().as_path(), TODAY), (&versions, SPRING), (&languages, MAY), (town.root(), TODAY)]
    {
        let data = TempDir::new()?;
        let serve = Serve::start(root, data.path(), &["--today", today])?;
        let pages = pages(root, today)?.into_iter();
        let mut pages: Vec<_> =
            pages.map(|(path, html)| (path, Page::read(&String::from_utf8_lossy(&html)).patterns())).collect();
        let count = pages.len();
        let mut looked = Vec::new();
        while let Some((path, patterns)) = next(&mut pages, &seen) {
            let found = audit::of_address(&browser, &serve.url(&path)).await.with_context(|| path.clone())?;
            faults.extend(found.into_iter().map(|fault| format!("{path}: {fault}")));
            seen.extend(patterns);
            looked.push(path);
        }
        println!("{} of {count} pages stand for all in {}: {}", looked.len(), root.display(), looked.join(" "));
    }
    println!("{} patterns", seen.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.quit().await
}

/// Takes out the page with most that is not yet `seen`; none, when there is nothing new.
fn next(pages: &mut Vec<(String, BTreeSet<String>)>, seen: &BTreeSet<String>) -> Option<(String, BTreeSet<String>)> {
    let news = |(_, patterns): &(String, BTreeSet<String>)| patterns.difference(seen).count();
    let (index, page) = pages.iter().enumerate().max_by_key(|(_, page)| news(page))?;
    (news(page) > 0).then(|| pages.swap_remove(index))
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
    ensure!(pages.len() > 10, "there are only {} pages", pages.len());
    Ok(pages)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("a file has a folder")?)?;
    Ok(fs::write(path, bytes)?)
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}
