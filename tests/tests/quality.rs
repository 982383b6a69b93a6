//! Every page type and every state of a form, in a browser and through the checkers that others judge the site with.

// A test is an end of the system: it reads and writes files.
#![allow(clippy::disallowed_methods)]

use std::{fs, future::IntoFuture as _};

use axum::{Router, http::header, response::Html, routing::get};
use tempfile::TempDir;
use tests::{
    audit,
    browser::{Browser, Scripts},
    nu,
};

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
