//! Whatever was ever used to break into a form, as data: `tests/fixtures/hostile.json`.
//!
//! `texts` go wherever a text can: into fields, their names, the fields of the journey, the address. `bodies` are whole
//! posts, in pieces that say how often they come.

use axum::{body::Body, http::Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tests::{
    http::{self, Answer, FORM},
    town::{ANSWERS, KAZDE, token},
    workspace,
};

use crate::{
    Outcome,
    exported::{said, stored, table},
    town::Town,
};

#[derive(Deserialize)]
struct Hostile {
    texts: Vec<String>,
    bodies: Vec<Vec<Piece>>,
}

/// A piece of a body, as often as it says.
#[derive(Deserialize)]
struct Piece {
    text: String,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

fn hostile() -> anyhow::Result<Hostile> {
    let file = workspace::repository().join("tests/fixtures/hostile.json");
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// What a page of the function is made of, and nothing else.
const FOREIGN: &str = "iframe, object, embed, svg, math, base, audio, video, img[onerror], style, \
    script:not([src]), script[src*='//'], meta[http-equiv], [onerror], [onload], [onclick], [onfocus], [style], \
    a[href^='javascript'], a[href^='data'], form[action^='http'], form[action^='//'], button[formaction]";

fn check(answer: &Answer, context: &str) {
    assert!(answer.status < 500 || answer.status == 507, "{}: {context}", answer.status);
    for (name, value) in &answer.headers {
        assert!(!value.contains(|byte: char| byte.is_control()), "{name}: {value:?}: {context}");
        assert!(!name.contains("hostile") && name != "set-cookie", "{name}: {context}");
    }
    let location = answer.location();
    assert!(location.is_empty() || location.starts_with("/api/receipt/"), "{location}: {context}");
    if answer.header("content-type").starts_with("text/html") {
        let page = answer.page();
        let foreign = page.raw(FOREIGN);
        assert!(foreign.is_empty(), "{foreign:?}: {context}");
    }
}

#[tokio::test]
async fn no_text_breaks_out_of_its_place() -> Outcome {
    let town = Town::open().await?;
    let texts = hostile()?.texts;
    assert!(texts.len() >= 50, "{}", texts.len());
    for (place, text) in texts.iter().enumerate() {
        let token = token(u32::try_from(place)?);
        // In fields that take text it is accepted and stays what it is; sent at once, under a token of its own.
        for name in ["imie", "ulica", "opinia", "wiek", "dojazd.other", "zajecia", "spokoj", text.as_str()] {
            let steps: &[&str] = if name == "opinia" { &["review", "send", "edit:opinia"] } else { &["review"] };
            for step in steps {
                let mut posted: Vec<_> = ANSWERS.iter().copied().filter(|(key, _)| *key != name).collect();
                posted.extend([(name, text.as_str()), ("_step", *step), ("_revision", town.revision(KAZDE))]);
                if *step == "send" {
                    posted.push(("_token", &token));
                }
                check(&town.post(KAZDE, &http::encode(&posted)).await?, &format!("{text:?} in {name}, {step}"));
            }
        }
        for name in ["_token", "_step", "_lang", "_revision", "_amends", "_other"] {
            let posted: Vec<_> = ANSWERS.iter().copied().chain([(name, text.as_str())]).collect();
            check(&town.post(KAZDE, &http::encode(&posted)).await?, &format!("{text:?} in {name}"));
        }
        let coded = utf8_percent_encode(text, NON_ALPHANUMERIC);
        for path in [
            format!(
                "{KAZDE}?lang={coded}&section={coded}&hash={coded}&document={coded}&version={coded}&{coded}={coded}"
            ),
            format!("/api/park/{coded}"),
            format!("/api/{coded}/kazde"),
            format!("/api/receipt/{coded}/{coded}"),
            format!("/api/{coded}"),
        ] {
            check(&town.get(&path).await?, &path);
            check(&town.post(&path, &http::encode(&ANSWERS)).await?, &path);
        }
    }
    // What was accepted is stored as it was typed, and no cell of the table begins a formula.
    let store = town.engine.store();
    let entries = stored(&store, "park/kazde").await?;
    assert!(entries.len() >= 50, "{} were accepted", entries.len());
    let rows = table(&store, "park/kazde", &entries).await?;
    for (row, entry) in rows.iter().zip(&entries) {
        for (name, cell) in row {
            let first = cell.chars().next();
            assert!(first.is_none_or(|first| first.is_alphanumeric() || first == '\''), "{name}: {cell:?}");
        }
        assert_eq!(said(row)["opinia"], entry.answers["opinia"][0]);
    }
    let kept: Vec<_> = entries.iter().map(|entry| entry.answers["opinia"][0].clone()).collect();
    let lf = |text: &String| text.replace("\r\n", "\n").replace('\r', "\n");
    for text in texts.iter().filter(|text| !text.is_empty()) {
        assert!(kept.contains(&lf(text)), "{text:?} was not accepted");
    }
    Ok(())
}

#[tokio::test]
async fn no_body_breaks_the_function() -> Outcome {
    let town = Town::open().await?;
    for pieces in hostile()?.bodies {
        let body: String = pieces.iter().map(|piece| piece.text.repeat(piece.times)).collect();
        let start: String = body.chars().take(60).collect();
        for kind in [FORM, "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data; boundary=x", ""] {
            let request = Request::post(KAZDE).header("content-type", kind).body(Body::from(body.clone()))?;
            check(&town.ask(request).await?, &format!("{start} as {kind:?}"));
        }
    }
    assert_eq!(town.counts().await?, (0, 0), "something was stored that nobody reviewed");
    Ok(())
}
