//! Every page that the function draws, once for all tests: what has to be so on each of them is tried on all.

use axum::{body::Body, http::Request};
use forms_fn::{App, Clock, OriginSecrets};
use tests::{
    engine::{COUNTERS, Item, text},
    http::{self, Answer, FORM},
    town::{ANSWERS, KAZDE, KROTKA, LANGUAGES, REQUIRED, STRONY, WYMAGANE, token},
};
use tokio::sync::OnceCell;

use crate::town::{CLOSED, OPEN, Town, catalogue, of_state};

/// A moment before the term, and one within the grace after it.
const UPCOMING: &str = "2021-06-01T10:00:00Z";
const GRACE: &str = "2021-07-29T22:05:00Z";

/// A page, and how it came about.
pub(crate) struct State {
    /// What was done, and in which language.
    pub(crate) name: String,
    pub(crate) language: &'static str,
    pub(crate) answer: Answer,
}

/// Returns every page in every language.
pub(crate) async fn states() -> anyhow::Result<&'static [State]> {
    static STATES: OnceCell<Vec<State>> = OnceCell::const_new();
    let all = STATES.get_or_try_init(async || {
        let mut states = Vec::new();
        for language in LANGUAGES {
            let pages = pages(language).await?;
            states.extend(pages.into_iter().map(|(name, status, answer)| {
                assert_eq!(answer.status, status, "{name} in {language}: {}", answer.body);
                State { name: format!("{name} in {language}"), language, answer }
            }));
        }
        anyhow::Ok(states)
    });
    Ok(all.await?)
}

async fn pages(language: &'static str) -> anyhow::Result<Vec<(&'static str, u16, Answer)>> {
    let mut town = Town::open().await?;
    let body = |answers: &[(&str, &str)], more: &[(&str, &str)]| {
        http::encode(&[answers, more, &[("_lang", language)]].concat())
    };
    let get = async |path: &str| town.get(&format!("{path}?lang={language}")).await;
    let mut pages = vec![
        ("a form", 200, get(KAZDE).await?),
        ("a form of one question", 200, get(KROTKA).await?),
        ("the first page of a form", 200, get(STRONY).await?),
        ("a strict form", 200, get(WYMAGANE).await?),
        ("no page", 404, get("/api/park/nie-ma").await?),
        ("mistakes", 422, town.post(WYMAGANE, &body(&[], &[])).await?),
        ("everything twice", 422, town.post(KAZDE, &body(&[ANSWERS, ANSWERS].concat(), &[])).await?),
        ("a form gone", 410, town.post("/api/park/nie-ma", &body(&ANSWERS, &[])).await?),
        ("far too long", 413, town.post(KROTKA, &body(&[("zdanie", &"x".repeat(1_100_000))], &[])).await?),
        ("unreadable", 422, town.post(KAZDE, &format!("{}&imie=%FF", body(&ANSWERS[1..], &[]))).await?),
        ("before the term", 200, town.ask_at(UPCOMING, form_in(language)?).await?),
        ("after the term", 200, town.ask_at(CLOSED, form_in(language)?).await?),
        ("answers before the term", 403, town.post_at(UPCOMING, KAZDE, &body(&ANSWERS, &[])).await?),
        ("answers after the term", 403, town.post_at(CLOSED, KAZDE, &body(&ANSWERS, &[])).await?),
        ("answers in the grace", 200, town.post_at(GRACE, KAZDE, &body(&ANSWERS, &[])).await?),
        ("answers of another site", 200, town.post_from("cross-site", KAZDE, &body(&ANSWERS, &[])).await?),
        ("a strict form reviewed", 200, town.post(WYMAGANE, &body(&REQUIRED, &[])).await?),
        ("nothing that can be sent", 200, town.post(KAZDE, &body(&ANSWERS, &[("stare", "<i>dawne</i>")])).await?),
    ];
    let bus = body(&[("czym", "autobus")], &[("_step", "page:o_autobusie")]);
    pages.push(("the second page of a form", 200, town.post(STRONY, &bus).await?));
    let large = body(&[("zdanie", &"x".repeat(300_000))], &[]);
    pages.push(("too long", 413, town.post(KROTKA, &large).await?));
    let wrong = Request::post(KAZDE).header("content-type", "text/plain").body(Body::from("x"))?;
    pages.push(("of a wrong type", 415, town.ask(wrong).await?));

    let review = town.post(KAZDE, &body(&ANSWERS, &[])).await?;
    let form = review.page().form().unwrap();
    pages.push(("a review", 200, review));
    for (name, step) in [("a question again", "edit:opinia"), ("one remark more", "add:uwaga"), ("a file", "save")] {
        pages.push((name, 200, town.post(KAZDE, &form.press(step)).await?));
    }
    let outdated = form.clone().with("_revision", "1-0000000000000000");
    pages.push(("a form changed", 200, town.post(KAZDE, &outdated.forward()).await?));
    let unknown = "projekt/1.0/staw/1-0000000000000000";
    let place = form.clone().with("uwaga.1.place", unknown);
    pages.push(("a section that nobody knows", 200, town.post(KAZDE, &place.forward()).await?));
    pages.push(("too many", 429, crowded(&town, &form.forward()).await?));

    let sent = town.post(KAZDE, &form.forward()).await?;
    pages.push(("a receipt", 200, town.get(sent.location()).await?));
    pages.push(("no receipt", 404, town.get("/api/receipt/2222222222/x").await?));
    let other = form.clone().with("ulica", "Inna");
    let conflict = town.post(KAZDE, &other.forward()).await?;
    let correction = conflict.page().form().unwrap();
    pages.push(("other answers", 409, conflict));
    let corrected = town.post(KAZDE, &correction.press("correct")).await?;
    pages.push(("a receipt of a correction", 200, town.get(corrected.location()).await?));
    of_state(&town, "withdrawn").await?;
    pages.push(("a receipt withdrawn", 200, town.get(sent.location()).await?));
    let third = form.clone().with("ulica", "Trzecia");
    pages.push(("other answers after a withdrawal", 409, town.post(KAZDE, &third.forward()).await?));
    town.engine.kill();
    let next = form.with("_token", &token(9));
    pages.push(("not known to be stored", 507, town.post(KAZDE, &next.forward()).await?));
    Ok(pages)
}

fn form_in(language: &str) -> anyhow::Result<Request<Body>> {
    Ok(Request::get(format!("{KAZDE}?lang={language}")).body(Body::empty())?)
}

/// Posts `body` from an address from which as much has come as may.
async fn crowded(town: &Town, body: &str) -> anyhow::Result<Answer> {
    const SECRET: &str = "a secret of the town's";
    let mut app = App::new(town.engine.store(), Clock::set_to(OPEN.parse()?), catalogue(&town.forms)?);
    let mut counters = town.engine.counters();
    // A busy machine counts in its own time.
    counters.patience = std::time::Duration::from_mins(1);
    counters.admit("203.0.113.5".parse()?, OPEN.parse()?).await;
    let counted = town.engine.items_in(COUNTERS).await?.into_iter().find(|item| text(item, "pk").starts_with("C#"));
    let full = aws_sdk_dynamodb::types::AttributeValue::N("1000".to_owned());
    let full: Item = counted.unwrap().into_iter().chain([("count".to_owned(), full)]).collect();
    town.engine.put(COUNTERS, full).await?;
    app.counters = Some(counters);
    app.origin_secrets = OriginSecrets::parse(SECRET);
    let request = Request::post(KAZDE).header("content-type", FORM).header("x-origin-secret", SECRET);
    let request = request.header("x-viewer-ip", "203.0.113.5").body(Body::from(body.to_owned()))?;
    crate::town::answer(std::sync::Arc::new(app), request).await
}
