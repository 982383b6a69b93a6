//! What residents write, and what opens receipts, stands in no log: words that occur nowhere else are sent everywhere, in
//! good days and bad, and looked for in everything that the function and `serve` print.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{fs, path::Path};

use forms::{Bundle, Form, Kind, Question};
use tests::{
    engine::{Engine, TABLE, text},
    http,
    lambda::{self, CLIENT_ADDRESS, Event, Lambda, ORIGIN_SECRETS, PREVIEW_SECRET},
    page,
    serve::Serve,
    town::{ANSWERS, FIXTURE, KAZDE},
    workspace::{Term, Tree},
};

type Outcome = anyhow::Result<()>;

/// What every canary holds.
const CANARY: &str = "kanarek";

/// The form with every kind, as it was packed below `forms`.
fn form(forms: &Path) -> anyhow::Result<Form> {
    let bundle: Bundle = serde_json::from_slice(&fs::read(forms.join("park/kazde.pl.json"))?)?;
    Ok(bundle.form)
}

/// Returns answers to every question, right ones: a canary in every field that takes words.
fn answers(form: &Form) -> Vec<(String, String)> {
    let said = form.questions.iter().flat_map(|question| {
        let name = &question.name;
        let canary = |field: &str| (field.to_owned(), format!("{CANARY} {field}"));
        match &question.kind {
            Kind::Text(_) | Kind::Longtext(_) | Kind::Name(_) => vec![canary(name)],
            Kind::Email(_) => vec![(name.clone(), format!("{CANARY}@example.pl"))],
            Kind::Phone(_) => vec![(name.clone(), format!("{CANARY} 41 000 00 00"))],
            Kind::Remark(_) => question
                .fields()
                .iter()
                .filter(|field| field.rsplit('.').next() != Some("place"))
                .map(|field| canary(field))
                .collect(),
            // The rest is chosen, or so short that it stands in any log: here as it is, below with canaries.
            _ => {
                let fields = question.fields();
                let of_question = ANSWERS.iter().filter(|(name, _)| fields.iter().any(|field| field == name));
                of_question
                    .map(|(name, value)| {
                        if name.rsplit('.').next() == Some("other") {
                            canary(name)
                        } else {
                            ((*name).to_owned(), (*value).to_owned())
                        }
                    })
                    .collect()
            }
        }
    });
    said.collect()
}

/// Returns answers that are wrong in every way: a canary in every field there is, and in every field of the journey.
fn wrong_answers(form: &Form) -> Vec<(String, String)> {
    const OURS: [&str; 9] =
        ["kanarek", "_lang", "_step", "_token", "_revision", "_amends", "_told", "_website", "_kept.kanarek"];
    let asked = form.questions.iter().flat_map(Question::fields);
    let names = asked.chain(OURS.map(str::to_owned));
    names.map(|name| (name.clone(), format!("{CANARY}\n{name}\u{0}<b>{}", "x".repeat(600)))).collect()
}

/// What must not be printed: what is written, and what opens a receipt.
struct Hidden(Vec<String>);

impl Hidden {
    fn new() -> Self {
        let secrets = ORIGIN_SECRETS.iter().chain([&PREVIEW_SECRET, &CLIENT_ADDRESS]).map(|text| (*text).to_owned());
        Self([CANARY.to_owned()].into_iter().chain(secrets).collect())
    }

    fn add(&mut self, form: &page::Form, location: &str) {
        self.0.push(form.value("_token").to_owned());
        self.0.extend(location.split('/').skip(3).map(str::to_owned));
    }

    fn check(&self, log: &str) {
        for hidden in self.0.iter().filter(|hidden| !hidden.is_empty()) {
            let printed = log.to_lowercase().contains(&hidden.to_lowercase());
            assert!(!printed, "{hidden} is printed");
        }
    }
}

#[tokio::test]
async fn the_function_prints_nothing_of_what_it_is_given() -> Outcome {
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    let forms = tree.build()?.join("forms");
    let form = form(&forms)?;
    let data = tempfile::tempdir()?;
    let mut engine = Engine::on_file(&data.path().join("engine.sqlite")).await?;
    let lambda = Lambda::start(&lambda::environment(&forms, &engine)).await?;
    let mut hidden = Hidden::new();

    let review = lambda.send(Event::post(KAZDE, http::encode(&answers(&form)))).await?.page().form().unwrap();
    let sent = lambda.send(Event::post(KAZDE, review.forward())).await?;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let kept = engine.items_of('S').await?;
    let canaries = format!("{kept:?}").matches(CANARY).count();
    assert!(canaries >= 18, "hardly anything was hidden: {canaries} in {kept:?}");
    hidden.add(&review, sent.location());
    let other = review.clone().with("ulica", "kanarek inny");
    let trial = Event::post(KAZDE, http::encode(&answers(&form))).with("x-preview", PREVIEW_SECRET);
    let strange = Event::post(KAZDE, review.forward()).with("x-origin-secret", "kanarek");
    for (event, status) in [
        (Event::get(sent.location()), 200),
        (Event::post(KAZDE, other.press("send")), 409),
        (Event::post(KAZDE, http::encode(&wrong_answers(&form))), 422),
        (Event::post("/api/park/kanarek", http::encode(&answers(&form))), 410),
        (Event::get("/api/kanarek/kanarek?kanarek=kanarek&lang=kanarek"), 404),
        (Event::get("/api/receipt/kanarek/kanarek"), 404),
        (Event::post(KAZDE, format!("ulica={}", CANARY.repeat(50_000))), 413),
        (Event::post(KAZDE, format!("ulica={}", CANARY.repeat(200_000))), 413),
        (Event::post(KAZDE, "kanarek").with("content-type", "text/kanarek"), 415),
        (Event::post(KAZDE, "ulica=%FFkanarek"), 422),
        (trial, 200),
        (strange, 403),
    ] {
        let answer = lambda.send(event.clone()).await?;
        assert_eq!(answer.status, status, "{event:?}");
    }

    // Bad days: an item that cannot be read, an engine that is away.
    let next = lambda.send(Event::post(KAZDE, http::encode(&answers(&form)))).await?.page().form().unwrap();
    let mut broken = engine.items_of('R').await?.into_iter().next().unwrap();
    broken.insert("utc".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S(CANARY.to_owned()));
    assert!(text(&broken, "pk").starts_with("R#"));
    engine.put(TABLE, broken).await?;
    let mut statuses = Vec::new();
    for event in [Event::get(sent.location()), Event::post(KAZDE, review.forward())] {
        statuses.push(lambda.send(event).await?.status);
    }
    assert_eq!(statuses, [503, 507]);
    engine.kill();
    for (event, status) in [
        (Event::get(sent.location()), 503),
        (Event::post(KAZDE, next.forward()), 507),
        (Event::get("/api/health"), 503),
    ] {
        assert_eq!(lambda.send(event).await?.status, status);
    }
    hidden.add(&next, "");
    let log = lambda.log()?;
    assert!(log.contains("GetItem"), "the failures are told: {log}");
    hidden.check(&log);
    Ok(())
}

#[tokio::test]
async fn serve_prints_nothing_of_what_it_is_given() -> Outcome {
    let (tree, data) = (Tree::of_fixture(FIXTURE, Term::around_today()?)?, tempfile::tempdir()?);
    let form = form(&tree.build()?.join("forms"))?;
    let mut serve = Serve::start::<&str>(tree.root(), data.path(), &[])?;
    let mut hidden = Hidden::new();
    let review = http::post(serve.address, KAZDE, &http::encode(&answers(&form))).await?.page().form().unwrap();
    let sent = http::post(serve.address, KAZDE, &review.forward()).await?;
    assert_eq!(sent.status, 303, "{}", sent.body);
    hidden.add(&review, sent.location());
    for (path, body) in [
        (KAZDE, http::encode(&wrong_answers(&form))),
        (KAZDE, review.clone().with("ulica", "kanarek inny").press("send")),
        ("/api/park/kanarek", http::encode(&answers(&form))),
        ("/kanarek/", http::encode(&answers(&form))),
    ] {
        http::post(serve.address, path, &body).await?;
        http::get(serve.address, path).await?;
    }
    http::get(serve.address, sent.location()).await?;
    serve.kill();
    hidden.check(&serve.log()?);
    Ok(())
}
