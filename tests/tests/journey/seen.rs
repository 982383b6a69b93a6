//! Every page that the function draws, as a browser and the checkers of others see it.

use std::{collections::BTreeMap, fs};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{Response, StatusCode},
    routing::get,
};
use tests::{
    audit, axe,
    browser::{Browser, Scripts},
    keyboard, nu, screen,
};

use crate::{Outcome, states::states, town};

/// What the browser says of every answer that is no success, of whichever server; and of a file, which has no icon.
const OF_STATUS: &str = "Failed to load resource: the server responded with a status of";
const ICON: &str = "/favicon.ico";

/// Serves the pages below `/seen/`, with the files of the site beside them; returns the address.
async fn serve() -> anyhow::Result<(String, tokio::task::JoinHandle<std::io::Result<()>>)> {
    let files: BTreeMap<_, _> = town::built()?.iter().cloned().collect();
    let file = async |Path(path): Path<String>, State(files): State<BTreeMap<String, Vec<u8>>>| {
        let kind = match path.rsplit('.').next() {
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            _ => "image/svg+xml",
        };
        let found = files.get(&format!("site/{path}")).cloned();
        let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
        Response::builder()
            .status(status)
            .header("content-type", kind)
            .body(Body::from(found.unwrap_or_default()))
            .unwrap()
    };
    let page = async |Path(index): Path<usize>| {
        let answer = &states().await.unwrap()[index].answer;
        // A file is opened from the device, where no headers of ours hold.
        let is_file = answer.headers.contains_key("content-disposition");
        let headers = answer.headers.iter().filter(|(name, _)| !is_file || *name == "content-type");
        let response = Response::builder().status(answer.status);
        let response = headers.fold(response, |response, (name, value)| response.header(name, value));
        response.body(Body::from(answer.body.clone())).unwrap()
    };
    let router = Router::new().route("/seen/{index}", get(page)).route("/{*path}", get(file)).with_state(files);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    Ok((address, tokio::spawn(std::future::IntoFuture::into_future(axum::serve(listener, router)))))
}

/// Contrast, focus, size of targets, names of controls: axe, in light and dark; the keyboard; a screen of 320 pixels and
/// one magnified four times; what the policy of the site forbids, other hosts, cookies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d33_nothing_is_wrong_with_any_page_in_any_state() -> Outcome {
    let (address, serving) = serve().await?;
    let browser = Browser::with(Scripts::On).await?;
    let mut faults = Vec::new();
    for (index, state) in states().await?.iter().enumerate() {
        let page = format!("{address}/seen/{index}");
        let found = if state.language == "pl" {
            audit::of_address(&browser, &page).await?
        } else {
            browser.driver().goto(&page).await?;
            axe::violations(browser.driver()).await?
        };
        let told = |fault: &String| !(fault.contains(OF_STATUS) && (fault.contains(&page) || fault.contains(ICON)));
        faults.extend(found.into_iter().filter(told).map(|fault| format!("{}: {fault}", state.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    // With colours of the system's own the focus is still seen.
    screen::show_as(browser.driver(), "screen", &[("forced-colors", "active")]).await?;
    for name in ["a form in pl", "mistakes in pl", "a review in pl"] {
        let index = states().await?.iter().position(|state| state.name == name).unwrap();
        browser.driver().goto(format!("{address}/seen/{index}")).await?;
        assert_eq!(keyboard::faults(browser.driver()).await?, [""; 0], "{name} in forced colours");
    }
    browser.quit().await?;
    serving.abort();
    Ok(())
}

#[tokio::test]
async fn every_page_is_right_html() -> Outcome {
    let folder = tempfile::tempdir()?;
    for (index, state) in states().await?.iter().enumerate() {
        let name = state.name.replace(' ', "-");
        fs::write(folder.path().join(format!("{index}-{name}.html")), &state.answer.body)?;
    }
    let errors = nu::errors(folder.path())?;
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    Ok(())
}
