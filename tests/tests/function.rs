//! The function's binary as Lambda runs it: what API Gateway hands to it, what it answers, what it stores.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{ToSpan as _, civil::Date};
use tests::{
    engine::{COUNTERS, Engine, Item, text},
    http::{self, Answer},
    lambda::{self, CLIENT_ADDRESS, CLIENT_AGENT, Event, Lambda, ORIGIN_SECRETS, PREVIEW_SECRET},
    page::Form,
    town::{ANSWERS, FIXTURE, KAZDE, KROTKA},
    workspace::{Term, Tree},
};

type Outcome = anyhow::Result<()>;

/// The function on a town whose consultation is open on the machine's day.
struct Function {
    tree: Tree,
    term: Term,
    engine: Engine,
    lambda: Lambda,
    _data: tempfile::TempDir,
}

impl Function {
    async fn start() -> anyhow::Result<Self> {
        Self::within(Term::around_today()?).await
    }

    async fn within(term: Term) -> anyhow::Result<Self> {
        let tree = Tree::of_fixture(FIXTURE, term)?;
        let forms = tree.build()?.join("forms");
        let data = tempfile::tempdir()?;
        let engine = Engine::on_file(&data.path().join("engine.sqlite")).await?;
        let lambda = Lambda::start(&lambda::environment(&forms, &engine)).await?;
        Ok(Self { tree, term, engine, lambda, _data: data })
    }

    async fn get(&self, target: &str) -> anyhow::Result<Answer> {
        self.lambda.send(Event::get(target)).await
    }

    async fn post(&self, target: &str, body: &str) -> anyhow::Result<Answer> {
        self.lambda.send(Event::post(target, body)).await
    }

    /// Answers every question and comes as far as the review page.
    async fn review(&self) -> anyhow::Result<Form> {
        let reviewed = self.post(KAZDE, &http::encode(&ANSWERS)).await?;
        assert_eq!(reviewed.status, 200, "{}", reviewed.body);
        Ok(reviewed.page().form().unwrap())
    }
}

// ---- starting, and who comes in

#[tokio::test]
async fn without_origin_secrets_it_does_not_start_and_says_so() -> Outcome {
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    let engine = Engine::in_memory().await?;
    let forms = tree.build()?.join("forms");
    for secrets in [None, Some(""), Some(" , ")] {
        let mut environment = lambda::environment(&forms, &engine);
        environment.remove("ORIGIN_SECRETS");
        environment.extend(secrets.map(|secrets| ("ORIGIN_SECRETS", secrets.to_owned())));
        let refusal = Lambda::start(&environment).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refusal.contains("ended") && refusal.contains("ORIGIN_SECRETS"), "{secrets:?}: {refusal}");
    }
    Ok(())
}

#[tokio::test]
async fn only_who_brings_one_of_the_secrets_comes_in() -> Outcome {
    let function = Function::start().await?;
    let both = ORIGIN_SECRETS.join(",");
    let near = &ORIGIN_SECRETS[0][1..];
    let cases = [
        (None, 403),
        (Some(""), 403),
        (Some("wrong"), 403),
        (Some(near), 403),
        (Some(both.as_str()), 403),
        (Some(ORIGIN_SECRETS[0]), 200),
        (Some(ORIGIN_SECRETS[1]), 200),
    ];
    let form = function.review().await?;
    for (secret, status) in cases {
        for event in [Event::get(KAZDE), Event::get("/api/health"), Event::post(KAZDE, http::encode(&ANSWERS))] {
            let event = event.without("x-origin-secret");
            let event = secret.into_iter().fold(event, |event, secret| event.with("x-origin-secret", secret));
            let answer = function.lambda.send(event.clone()).await?;
            assert_eq!(answer.status, status, "{event:?}");
        }
        if status == 403 {
            let send = Event::post(KAZDE, form.forward()).with("x-origin-secret", secret.unwrap_or_default());
            assert_eq!(function.lambda.send(send).await?.status, 403);
        }
    }
    assert_eq!(function.engine.items().await?, [], "somebody who was not let in has written");
    Ok(())
}

#[tokio::test]
async fn health_tells_whether_the_store_answers() -> Outcome {
    let mut function = Function::start().await?;
    assert_eq!(function.get("/api/health").await?.status, 200);
    function.engine.kill();
    assert_eq!(function.get("/api/health").await?.status, 503);
    function.engine.reopen().await?;
    assert_eq!(function.get("/api/health").await?.status, 200);
    Ok(())
}

// ---- the journey

#[tokio::test]
async fn the_form_that_it_draws_is_the_static_page() -> Outcome {
    let function = Function::start().await?;
    for (address, page) in [(KAZDE, "park/kazde"), (KROTKA, "park/krotka")] {
        let file = function.tree.root().join("dist/site").join(page).join("index.html");
        let standing = tests::page::Page::read(&std::fs::read_to_string(file)?);
        let answer = function.get(&format!("{address}?lang=pl&utm_source=x&document=none")).await?;
        let drawn = answer.page();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(drawn.title(), standing.title());
        assert_eq!(drawn.words("main"), standing.words("main"), "{address}");
        let (drawn, standing) = (drawn.form().unwrap(), standing.form().unwrap());
        assert_eq!(drawn.fields, standing.fields);
        assert_eq!(drawn.action, address);
        assert_eq!(standing.action, format!("../..{address}"), "static pages work in a folder, too");
        assert_eq!(drawn.buttons, standing.buttons);
        assert_eq!(drawn.value("_token"), "", "a GET mints no token");
    }
    assert_eq!(function.engine.items().await?, []);
    Ok(())
}

#[tokio::test]
async fn an_answer_is_reviewed_sent_and_read_again() -> Outcome {
    let function = Function::start().await?;
    for base64 in [false, true] {
        let coded = |event: Event| if base64 { event.in_base64() } else { event };
        let before = function.engine.items_of('S').await?.len();

        let answer = function.lambda.send(coded(Event::post(KAZDE, http::encode(&ANSWERS)))).await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let review = answer.page();
        assert_eq!(review.words("h1"), ["Sprawdź odpowiedzi"]);
        assert_eq!(function.engine.items_of('S').await?.len(), before, "something was stored before it was sent");
        let form = review.form().unwrap();
        assert_eq!(form.buttons[0].value, "send");

        let sent = function.lambda.send(coded(Event::post(KAZDE, form.forward()))).await?;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let location = sent.location().to_owned();
        assert!(location.starts_with("/api/receipt/"), "{location}");
        assert_eq!(function.engine.items_of('S').await?.len(), before + 1);

        let receipt = function.get(&location).await?;
        assert_eq!(receipt.status, 200, "{}", receipt.body);
        let page = receipt.page();
        let number = location.split('/').nth(3).unwrap();
        assert_eq!(page.raw("output#number"), [number], "the number stands alone in its element");
        let said: BTreeSet<String> = page.raw(".said").into_iter().collect();
        for (name, value) in ANSWERS.iter().filter(|(name, _)| matches!(*name, "imie" | "ulica" | "opinia" | "uwagi")) {
            assert!(said.contains(*value), "{name} is not on the receipt: {said:?}");
        }
        let due = function.term.end.checked_add(30.days())?;
        assert!(page.words("main").concat().contains(&polish(due)), "by when the report comes");

        let again = function.lambda.send(coded(Event::post(KAZDE, form.forward()))).await?;
        assert_eq!((again.status, again.location()), (303, location.as_str()), "a replay");
        assert_eq!(function.engine.items_of('S').await?.len(), before + 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_mistake_comes_back_with_everything_that_was_typed() -> Outcome {
    let function = Function::start().await?;
    let posted: Vec<_> = ANSWERS.iter().copied().filter(|(name, _)| *name != "ulica").collect();
    let answer = function.post(KAZDE, &http::encode(&posted)).await?;
    assert_eq!(answer.status, 422);
    let page = answer.page();
    assert!(page.title().starts_with("Błąd:"), "{}", page.title());
    assert_eq!(page.attributes("main .summary a", "href"), ["#q-ulica"]);
    let form = page.form().unwrap();
    for (name, value) in posted {
        let crlf = value.replace('\n', "\r\n");
        assert!(form.fields.contains(&(name.to_owned(), crlf)), "{name}: {:?}", form.fields);
    }
    let mended = form.with("ulica", "Zielona");
    assert_eq!(function.post(KAZDE, &mended.forward()).await?.status, 200);
    Ok(())
}

// ---- what is stored

#[tokio::test]
async fn what_is_stored_is_what_was_answered_and_nothing_of_who_answered() -> Outcome {
    let function = Function::start().await?;
    let form = function.review().await?;
    let sent = function.post(KAZDE, &form.forward()).await?;
    let mut parts = sent.location().split('/').skip(3);
    let (number, secret) = (parts.next().unwrap(), parts.next().unwrap());
    let items = function.engine.items().await?;

    let names: BTreeMap<char, BTreeSet<&str>> = items
        .iter()
        .map(|item| (text(item, "pk").chars().next().unwrap(), item.keys().map(String::as_str).collect()))
        .collect();
    let documented = [
        ('F', "definition pk sk"),
        ('R', "amendment answers_hash channel form language pk preview revision secret_hash sk state token_hash utc"),
        ('S', "after_deadline answers channel expires language pk preview revision sk"),
    ];
    let documented: BTreeMap<char, BTreeSet<&str>> =
        documented.into_iter().map(|(kind, names)| (kind, names.split_whitespace().collect())).collect();
    assert_eq!(names, documented);
    assert_eq!(items.len(), 3);

    let one = |kind: char| items.iter().find(|item| text(item, "pk").starts_with(kind)).unwrap();
    let (receipt, answers, definition) = (one('R'), one('S'), one('F'));
    assert_eq!(text(receipt, "pk"), format!("R#{number}"));
    assert_eq!(text(receipt, "form"), "park/kazde");
    assert_eq!((text(receipt, "state"), text(receipt, "channel")), ("stored", "www"));
    assert_eq!(receipt["preview"], AttributeValue::Bool(false));
    let utc = text(receipt, "utc");
    assert_eq!((utc.len(), &utc[19..20], &utc[23..]), (24, ".", "Z"), "three decimals: {utc}");
    assert!(text(answers, "pk").starts_with("S#park/kazde#"), "{}", text(answers, "pk"));
    assert_eq!(text(answers, "sk"), format!("{utc}#{number}#0000"));
    assert_eq!(stored(answers), expected());
    assert_eq!(answers["expires"], AttributeValue::N(expiry(function.term.end)?));
    assert_eq!(text(definition, "pk"), "F#park/kazde");
    assert_eq!(text(definition, "sk"), form.value("_revision"));
    let json: serde_json::Value = serde_json::from_str(text(definition, "definition"))?;
    assert_eq!(json["questions"].as_array().map(Vec::len), Some(24));

    let everything = format!("{items:?}");
    let hidden = [CLIENT_ADDRESS, CLIENT_AGENT, form.value("_token"), secret, &secret.to_lowercase()];
    for hidden in hidden.iter().chain(&ORIGIN_SECRETS) {
        assert!(!everything.contains(hidden), "{hidden} is stored");
    }
    let receipt = format!("{receipt:?}");
    let log = function.lambda.log()?;
    for (name, value) in ANSWERS.iter().filter(|(_, value)| value.len() > 8) {
        let line = value.lines().max_by_key(|line| line.len()).unwrap_or_default();
        assert!(!receipt.contains(line), "{name} stands in the receipt, which is never deleted");
        assert!(!log.contains(line), "{name} stands in the log");
    }
    for hidden in [CLIENT_ADDRESS, form.value("_token"), secret] {
        assert!(!log.contains(hidden), "{hidden} stands in the log");
    }
    Ok(())
}

#[tokio::test]
async fn a_trial_skips_the_clock_and_is_marked() -> Outcome {
    let function = Function::within(Term::from_today(-60, -31)?).await?;
    let closed = function.post(KAZDE, &http::encode(&ANSWERS)).await?;
    assert_eq!(closed.status, 403);
    for (secret, status) in [("", 403), ("wrong", 403), (PREVIEW_SECRET, 200)] {
        let event = Event::post(KAZDE, http::encode(&ANSWERS)).with("x-preview", secret);
        assert_eq!(function.lambda.send(event).await?.status, status, "{secret}");
    }
    let trial = |body: String| Event::post(KAZDE, body).with("x-preview", PREVIEW_SECRET);
    let review = function.lambda.send(trial(http::encode(&ANSWERS))).await?.page().form().unwrap();
    let sent = function.lambda.send(trial(review.forward())).await?;
    assert_eq!(sent.status, 303, "{}", sent.body);
    for kind in ['R', 'S'] {
        let items = function.engine.items_of(kind).await?;
        assert_eq!(items.len(), 1);
        assert_eq!(items[0]["preview"], AttributeValue::Bool(true));
        assert!(!items[0].contains_key("expires"), "{:?}", items[0]);
    }
    assert_eq!(function.get(sent.location()).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn an_engine_killed_under_the_function_loses_nothing() -> Outcome {
    let mut function = Function::start().await?;
    // One answer before: the definition is there already, and what was acknowledged has to survive.
    let earlier = function.review().await?;
    let earlier = function.post(KAZDE, &earlier.forward()).await?.location().to_owned();
    let form = function.review().await?;

    function.engine.kill();
    let refused = function.post(KAZDE, &form.forward()).await?;
    assert_eq!(refused.status, 507);
    let kept = refused.page().form().unwrap();
    assert_eq!(kept.fields, form.fields, "text and token stay");
    assert_eq!(kept.buttons[0].value, "send");
    assert_eq!(function.post(KAZDE, &http::encode(&ANSWERS)).await?.status, 200, "a review needs no engine");

    function.engine.reopen().await?;
    let sent = function.post(KAZDE, &kept.forward()).await?;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let again = function.post(KAZDE, &form.forward()).await?;
    assert_eq!(again.location(), sent.location());
    for location in [earlier.as_str(), sent.location()] {
        assert_eq!(function.get(location).await?.status, 200, "{location}");
    }
    assert_eq!(function.engine.items_of('S').await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_engine_that_says_nothing_is_not_waited_for_until_the_gateway_gives_up() -> Outcome {
    let mut function = Function::start().await?;
    let form = function.review().await?;
    function.engine.kill();
    let silent = function.engine.silence().await?;
    let begun = Instant::now();
    let refused = function.post(KAZDE, &form.forward()).await?;
    assert_eq!(refused.status, 507);
    assert_eq!(refused.page().form().unwrap().fields, form.fields);
    // An HTTP API waits 30 seconds; then the gateway would answer, and the text would be gone.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    drop(silent);
    function.engine.reopen().await?;
    assert_eq!(function.post(KAZDE, &form.forward()).await?.status, 303);
    assert_eq!(function.engine.items_of('S').await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_flood_from_one_address_is_stopped_with_its_text_and_nothing_else_is() -> Outcome {
    let function = Function::start().await?;
    let first = function.review().await?;
    let sent = function.post(KAZDE, &first.forward()).await?;
    assert_eq!(sent.status, 303);
    let mut counts = function.engine.items_in(COUNTERS).await?;
    counts.retain(|item| text(item, "pk").starts_with("C#"));
    let [counted] = &counts[..] else { panic!("{counts:?}") };
    assert_eq!(counted["count"], AttributeValue::N("1".to_owned()));
    let full: Item = counted.clone().into_iter().chain([("count".into(), AttributeValue::N("1000".into()))]).collect();
    function.engine.put(COUNTERS, full).await?;

    // On a busy machine counting may take too long, and then everything passes.
    let mut stored = 1;
    let (form, refused) = loop {
        let form = function.review().await?;
        let answer = function.post(KAZDE, &form.forward()).await?;
        if answer.status == 429 {
            break (form, answer);
        }
        assert_eq!(answer.status, 303);
        stored += 1;
        assert!(stored < 50, "nothing is ever refused");
    };
    let kept = refused.page().form().unwrap();
    assert_eq!(kept, form, "text, token and the button that sends");
    assert_eq!(function.engine.items_of('S').await?.len(), stored);
    // Whoever was stored is told so, and whoever sends from elsewhere is stored.
    assert_eq!(function.post(KAZDE, &first.forward()).await?.location(), sent.location());
    for other in [
        Event::post(KAZDE, form.forward()).with("x-viewer-ip", "203.0.113.5"),
        Event::post(KAZDE, function.review().await?.forward()).with("x-viewer-ip", "nobody"),
    ] {
        assert_eq!(function.lambda.send(other).await?.status, 303);
    }
    let everything = format!("{:?}", function.engine.items_in(COUNTERS).await?);
    assert!(!everything.contains(CLIENT_ADDRESS) && !everything.contains("203.0.113.5"), "{everything}");
    Ok(())
}

#[tokio::test]
async fn without_its_counters_it_stores_all_the_same() -> Outcome {
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    let forms = tree.build()?.join("forms");
    let engine = Engine::in_memory().await?;
    let mut environment = lambda::environment(&forms, &engine);
    environment.insert("COUNTERS_TABLE_NAME", "nie-ma".to_owned());
    let lambda = Lambda::start(&environment).await?;
    let form = lambda.send(Event::post(KAZDE, http::encode(&ANSWERS))).await?.page().form().unwrap();
    assert_eq!(lambda.send(Event::post(KAZDE, form.forward())).await?.status, 303);
    assert_eq!(engine.items_of('S').await?.len(), 1);
    Ok(())
}

// ---- headers

#[tokio::test]
async fn every_answer_carries_the_headers_of_the_site() -> Outcome {
    let mut function = Function::start().await?;
    let form = function.review().await?;
    let other = form.clone().with("ulica", "Inna");
    let sent = function.post(KAZDE, &form.forward()).await?;
    let revalidated = "private, no-cache";
    let mut answers = vec![
        ("form", 200, revalidated, function.get(KAZDE).await?),
        ("review", 200, revalidated, function.post(KAZDE, &http::encode(&ANSWERS)).await?),
        ("mistakes", 422, revalidated, function.post(KAZDE, "ulica=").await?),
        ("conflict", 409, revalidated, function.post(KAZDE, &other.press("send")).await?),
        ("no form", 410, revalidated, function.post("/api/park/nie-ma", "a=b").await?),
        ("no page", 404, revalidated, function.get("/api/park/nie-ma").await?),
        ("too large", 413, revalidated, function.post(KAZDE, &format!("opinia={}", "x".repeat(300_000))).await?),
        ("health", 200, revalidated, function.get("/api/health").await?),
        ("receipt", 200, "no-store", function.get(sent.location()).await?),
        ("no receipt", 404, "no-store", function.get("/api/receipt/2222222222/x").await?),
        ("sent", 303, "no-store", sent),
    ];
    let wrong_type = Event::post(KAZDE, "{}").with("content-type", "application/json");
    answers.push(("wrong type", 415, revalidated, function.lambda.send(wrong_type).await?));
    let stranger = Event::get(KAZDE).without("x-origin-secret");
    answers.push(("stranger", 403, revalidated, function.lambda.send(stranger).await?));
    function.engine.kill();
    answers.push(("not stored", 507, revalidated, function.post(KAZDE, &form.forward()).await?));

    for (name, status, cache, answer) in answers {
        assert_eq!(answer.status, status, "{name}");
        assert_eq!(answer.header("cache-control"), cache, "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{name}");
        assert!(answer.header("strict-transport-security").starts_with("max-age="), "{name}");
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "upgrade-insecure-requests"]
        {
            assert!(policy.contains(part), "{name}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{name}: {policy}");
        assert_eq!(answer.header("set-cookie"), "", "{name}");
    }
    Ok(())
}

// ---- what was answered

fn expected() -> BTreeMap<String, Vec<String>> {
    let mut answers = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in ANSWERS {
        answers.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    answers
}

fn stored(item: &Item) -> BTreeMap<String, Vec<String>> {
    let answers = item["answers"].as_m().unwrap().iter();
    let words = |values: &AttributeValue| values.as_l().unwrap().iter().map(|v| v.as_s().unwrap().clone()).collect();
    answers.map(|(name, values)| (name.clone(), words(values))).collect()
}

/// The instant at which answers go: `retention_days` after the last day of the term, in seconds since 1970.
fn expiry(end: Date) -> anyhow::Result<String> {
    let first_day_without = end.checked_add(366.days())?;
    Ok(first_day_without.in_tz("Europe/Warsaw")?.timestamp().as_second().to_string())
}

fn polish(date: Date) -> String {
    let months = [
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ];
    let month = months[usize::try_from(date.month()).unwrap() - 1];
    format!("{} {month} {} r.", date.day(), date.year())
}
