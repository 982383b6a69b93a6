//! Every answer that there is, and what comes back with it.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use tests::{
    http::{self, FORM},
    page::Pairs,
    town::{ANSWERS, KAZDE, KROTKA, LANGUAGES, token},
};

use crate::{
    Outcome,
    states::states,
    town::{CLOSED, Town, answers_of, kept, number, sorted, texts},
};

#[tokio::test]
async fn right_answers_are_reviewed_and_stored() -> Outcome {
    let town = Town::open().await?;
    let review = town.post(KAZDE, &http::encode(&ANSWERS)).await?;
    assert_eq!(review.status, 200);
    let form = review.page().form().unwrap();
    assert_eq!(form.buttons.iter().map(|button| button.value.as_str()).collect::<Vec<_>>(), ["send", "save"]);
    assert_eq!(form.buttons[0].words, "Wyślij ankietę");
    assert_eq!(form.value("_token").len(), 32);
    assert_eq!(answers_of(&form), sorted(&ANSWERS));

    let sent = town.post(KAZDE, &form.forward()).await?;
    assert_eq!(sent.status, 303);
    assert!(sent.location().starts_with("/api/receipt/"), "{}", sent.location());
    let receipt = town.get(sent.location()).await?;
    assert_eq!(receipt.status, 200);
    assert_eq!(receipt.page().raw("output#number").concat(), number(&sent));
    assert_eq!(town.counts().await?, (1, 1));
    Ok(())
}

#[tokio::test]
async fn d26_the_same_token_gives_the_same_receipt_however_often() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let first = town.post(KAZDE, &form.forward()).await?;
    // Line ends, empty fields, fields of ours and the order of the names are not the answers.
    let unix = form.fields.iter().map(|(name, value)| (name.clone(), value.replace("\r\n", "\n")));
    let more =
        [("_neu", "x"), ("imie", ""), ("_step", "send")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut reordered: Pairs = unix.chain(more).collect();
    reordered.sort_by(|(a, _), (b, _)| b.cmp(a));
    for body in [form.forward(), http::encode(&reordered)] {
        let again = town.post(KAZDE, &body).await?;
        assert_eq!((again.status, again.location()), (303, first.location()));
    }
    assert_eq!(town.counts().await?, (1, 1));
    // Who sent in time and lost the answer gets it after the term, too.
    let later = town.post_at(CLOSED, KAZDE, &form.forward()).await?;
    assert_eq!((later.status, later.location()), (303, first.location()));
    Ok(())
}

/// Whatever is refused, whatever is asked once more: every word comes back.
#[tokio::test]
async fn d14_whatever_is_not_taken_comes_back() -> Outcome {
    let states = states().await?;
    for (name, status) in [
        ("answers before the term", 403),
        ("answers after the term", 403),
        ("answers of another site", 200),
        ("a form changed", 200),
        ("a section that nobody knows", 200),
        ("too many", 429),
        ("other answers", 409),
        ("other answers after a withdrawal", 409),
        ("not known to be stored", 507),
        ("a form gone", 410),
    ] {
        for language in LANGUAGES {
            let state = states.iter().find(|state| state.name == format!("{name} in {language}")).unwrap();
            assert_eq!(state.answer.status, status, "{}", state.name);
            let page = state.answer.page();
            let back: BTreeSet<_> = match page.form() {
                Some(form) => answers_of(&form).into_iter().map(|(_, value)| value).collect(),
                None => kept(&page).into_iter().map(|(_, value)| value).chain(page.raw(".said")).collect(),
            };
            // Two of the pages are those of somebody who has changed the street.
            let sent = sorted(&ANSWERS).into_iter().map(|(_, value)| value);
            let lost: Vec<_> = sent.filter(|value| !back.contains(value) && *value != ANSWERS[1].1).collect();
            assert_eq!(lost, [""; 0], "{}", state.name);
        }
    }
    let town = Town::open().await?;
    let long = "ż".repeat(100_000);
    let large = town.post(KROTKA, &http::encode(&[("zdanie", &long)])).await?;
    assert_eq!(large.status, 413);
    assert_eq!(large.page().form().unwrap().value("zdanie"), long);
    // Where nothing of ours can answer, Back does: the page of the form may be kept by the browser.
    assert!(!town.get(KAZDE).await?.header("cache-control").contains("no-store"));
    let words = texts(&town, "pl");
    assert!(words["error"]["next"].as_str().unwrap().contains("Wróć przyciskiem „Wstecz” w przeglądarce"));
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_404_to_a_get() -> Outcome {
    let town = Town::open().await?;
    for path in [
        "/api/park/nie-ma",
        "/api/nie-ma/kazde",
        "/api/park/KAZDE",
        "/api/park/kazde/",
        "/api//kazde",
        "/api/park/",
        "/api/",
        "/api/park/..",
        "/api/park/..%2fpark%2fkazde",
        "/api/park%2fkazde/x",
        "/api/%2e%2e/kazde",
        "/api/%FF/kazde",
        "/api/park/%00",
        "/api/park/kazde%00",
        "/api/theme/theme",
        "/api/receipt/x",
        "/api/receipt/x/y/z",
        "/api/receipt/%FF/%FF",
    ] {
        let answer = town.get(path).await?;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("Nie ma takie"), "{path}: {}", answer.body);
    }
    Ok(())
}

#[tokio::test]
async fn d26_other_answers_under_one_token_are_a_conflict_with_a_way_out() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let first = town.post(KAZDE, &form.forward()).await?;
    let other = form.clone().with("ulica", "Inna ulica");

    let conflict = town.post(KAZDE, &other.press("send")).await?;
    assert_eq!(conflict.status, 409);
    let page = conflict.page();
    assert!(page.words(".notice").concat().contains(number(&first)), "the number of what was sent");
    let kept = page.form().unwrap();
    assert_eq!(answers_of(&kept), answers_of(&other));
    assert_eq!(kept.value("_token"), form.value("_token"));
    assert_eq!(kept.buttons.iter().map(|button| button.value.as_str()).collect::<Vec<_>>(), ["correct", "new", "save"]);

    let review = town.post(KAZDE, &kept.press("new")).await?;
    assert_eq!(review.status, 200);
    let anew = review.page().form().unwrap();
    assert_ne!(anew.value("_token"), form.value("_token"));
    assert_eq!(answers_of(&anew), answers_of(&other));
    let second = town.post(KAZDE, &anew.forward()).await?;
    assert_eq!(second.status, 303);
    assert_ne!(number(&second), number(&first));
    assert_eq!(town.counts().await?, (2, 2));
    Ok(())
}

#[tokio::test]
async fn a_form_that_no_bundle_knows_gives_the_text_back() -> Outcome {
    let town = Town::open().await?;
    let said: BTreeSet<_> = ANSWERS.iter().map(|(_, value)| (*value).to_owned()).collect();
    for path in ["/api/park/nie-ma", "/api/nie-ma/kazde", "/api/park/..%2fkazde", "/api/%FF/kazde"] {
        let answer = town.post(path, &http::encode(&ANSWERS)).await?;
        assert_eq!(answer.status, 410, "{path}");
        assert_eq!(answer.page().raw(".said").into_iter().collect::<BTreeSet<_>>(), said, "{path}");
        assert!(!answer.body.contains("<script>"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_post_is_never_404() -> Outcome {
    // The CDN puts a page of its own in place of a 404: whatever was typed would be gone.
    let town = Town::open().await?;
    for path in ["/api/park/kazde/", "/api/park", "/api/park/kazde/wiecej", "/api/"] {
        let answer = town.post(path, &http::encode(&ANSWERS)).await?;
        assert_eq!(answer.status, 410, "{path}");
        assert!(answer.page().raw(".said").contains(&ANSWERS[1].1.to_owned()), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn bodies_work_are_given_back_or_are_refused_by_size() -> Outcome {
    let town = Town::open().await?;
    let sized = |step: &str, bytes: usize| {
        let head = format!("_step={step}&_token={}&_revision={}&zdanie=", token(1), town.revision(KROTKA));
        let fill = bytes - head.len();
        (format!("{head}{}", "x".repeat(fill)), fill)
    };
    // In thousands and in powers of two "256 kB" and "1 MB" differ; what lies between is not promised.
    for (step, bytes, status, given_back) in [
        ("review", 256_000, 200, true),
        ("send", 264_000, 303, false),
        ("review", 256 * 1024 + 1, 413, true),
        ("send", 264 * 1024 + 1, 413, true),
        ("review", 1_000_000, 413, true),
        ("review", 1024 * 1024 + 1, 413, false),
        ("review", 4_000_000, 413, false),
        ("send", 4_000_000, 413, false),
        ("review", 5_000_000, 413, false),
    ] {
        let (body, length) = sized(step, bytes);
        let answer = town.post(KROTKA, &body).await?;
        assert_eq!(answer.status, status, "{step} of {bytes} bytes");
        let text = answer.page().form().map(|form| form.value("zdanie").len()).unwrap_or_default();
        assert_eq!(text, if given_back { length } else { 0 }, "{step} of {bytes} bytes");
        if status == 413 {
            assert!(answer.page().words("h1, h2").contains(&"Odpowiedzi są za długie".to_owned()));
            assert_eq!(answer.body.contains("Wstecz"), !given_back, "{step} of {bytes} bytes");
        }
    }
    assert_eq!(town.counts().await?, (1, 1));
    Ok(())
}

#[tokio::test]
async fn only_what_a_form_posts_is_read() -> Outcome {
    let town = Town::open().await?;
    let body = http::encode(&ANSWERS);
    for (kind, status) in [
        (None, 415),
        (Some(""), 415),
        (Some("text/plain"), 415),
        (Some("application/json"), 415),
        (Some("multipart/form-data; boundary=x"), 415),
        (Some("application/x-www-form-urlencodedx"), 415),
        (Some(FORM), 200),
        (Some("application/x-www-form-urlencoded; charset=UTF-8"), 200),
        (Some("Application/X-WWW-Form-Urlencoded"), 200),
    ] {
        let request = Request::post(KAZDE);
        let request = kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
        let answer = town.ask(request.body(Body::from(body.clone()))?).await?;
        assert_eq!(answer.status, status, "{kind:?}");
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = town.ask(Request::builder().method(method).uri(KAZDE).body(Body::empty())?).await?;
        assert_eq!(answer.status, 405, "{method}");
    }
    Ok(())
}

#[tokio::test]
async fn an_engine_that_is_gone_is_507_and_the_same_token_works_afterwards() -> Outcome {
    let mut town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    town.engine.kill();
    let answer = town.post(KAZDE, &form.forward()).await?;
    assert_eq!(answer.status, 507);
    let page = answer.page();
    assert!(page.words("h2").iter().any(|title| title == "Nie wiemy, czy odpowiedzi zostały zapisane"));
    assert!(!answer.body.contains("Jeszcze nic nie zostało zapisane"), "that is not known");
    let kept = page.form().unwrap();
    assert_eq!(kept.fields, form.fields);
    town.engine.reopen().await?;
    let sent = town.post(KAZDE, &kept.forward()).await?;
    assert_eq!(sent.status, 303);
    assert_eq!(town.counts().await?, (1, 1));
    Ok(())
}
