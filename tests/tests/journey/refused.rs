//! A send that is refused loses nothing, whatever the refusal, and says only what is true.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use axum::{body::Body, http::Request};
use forms_fn::{App, Catalogue, Clock, OriginSecrets};
use tests::{
    engine::{COUNTERS, text},
    http::{self, Answer, FORM},
    page::Form,
    town::{ANSWERS, KAZDE, STRONY, token},
};

use crate::{
    Outcome,
    town::{CLOSED, OPEN, Town, answer, catalogue, number},
};

/// Answers of somebody who first said to come by bus, and which line, and then to come on foot.
const ON_FOOT: [(&str, &str); 3] = [("czym", "pieszo"), ("linia", "7"), ("zdanie", "Ładny")];

#[tokio::test]
async fn answers_that_were_set_aside_come_back_with_every_refusal() -> Outcome {
    let mut town = Town::open().await?;
    let reviewed = town.post(STRONY, &http::encode(&ON_FOOT)).await?.page().form().unwrap();
    assert_eq!((reviewed.value("_kept.linia"), reviewed.value("linia")), ("7", ""));

    let changed = town.post(STRONY, &reviewed.clone().with("_revision", "1-0000000000000000").forward()).await?;
    assert_set_aside(&changed, 200);
    let closed = town.post_at(CLOSED, STRONY, &reviewed.forward()).await?;
    assert_eq!((closed.status, found(&closed.page().typed(), "linia")), (403, "7".to_owned()));
    let mistaken = town.post(STRONY, &reviewed.clone().with("zdanie", " ").forward()).await?;
    assert_eq!((mistaken.status, mistaken.page().form().unwrap().value("linia")), (422, "7"));
    assert_set_aside(&flooded(&town, &reviewed).await?, 429);

    let sent = town.post(STRONY, &reviewed.forward()).await?;
    assert_eq!(sent.status, 303);
    let conflict = town.post(STRONY, &reviewed.clone().with("zdanie", "Brzydki").forward()).await?;
    assert_set_aside(&conflict, 409);
    let anew = town.post(STRONY, &conflict.page().form().unwrap().press("new")).await?;
    assert_set_aside(&anew, 200);
    // What was set aside is no part of what was sent: dropping it is the same answer.
    let without =
        Form { fields: reviewed.fields.iter().filter(|(n, _)| n != "_kept.linia").cloned().collect(), ..reviewed };
    assert_eq!(town.post(STRONY, &without.press("send")).await?.location(), sent.location());

    let form = anew.page().form().unwrap();
    town.engine.kill();
    assert_set_aside(&town.post(STRONY, &form.forward()).await?, 507);
    Ok(())
}

/// Checks that `answer` is the review page with the line of the bus set aside, and that whoever goes back finds it.
#[track_caller]
fn assert_set_aside(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status);
    let page = answer.page();
    assert_eq!(page.words("section.inset dt"), ["Którą linią jeździsz?"], "{status}");
    let form = page.form().unwrap();
    assert_eq!((form.value("_kept.linia"), form.value("linia")), ("7", ""), "{status}");
}

fn found(pairs: &[(String, String)], name: &str) -> String {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Sends `form` from an address that has sent as much as one may, under tokens of its own until it is refused: on a busy
/// machine counting may take too long, and then everything passes.
async fn flooded(town: &Town, form: &Form) -> anyhow::Result<Answer> {
    let mut app = App::new(town.engine.store(), Clock::set_to(OPEN.parse()?), catalogue(&town.forms)?);
    app.counters = Some(town.engine.counters());
    app.origin_secrets = OriginSecrets::parse("tajne");
    let app = Arc::new(app);
    for attempt in 1..50 {
        let body = form.clone().with("_token", &token(attempt)).with("_amends", form.value("_amends")).forward();
        let request = Request::post(&form.action).header("content-type", FORM);
        let request = request.header("x-origin-secret", "tajne").header("x-viewer-ip", "203.0.113.5");
        let answer = answer(app.clone(), request.body(Body::from(body))?).await?;
        if answer.status == 429 {
            return Ok(answer);
        }
        for mut item in town.engine.items_in(COUNTERS).await? {
            if text(&item, "pk").starts_with("C#") {
                item.insert("count".to_owned(), AttributeValue::N("1000".to_owned()));
                town.engine.put(COUNTERS, item).await?;
            }
        }
    }
    anyhow::bail!("nothing is ever refused")
}

#[tokio::test]
async fn a_correction_that_is_refused_stays_a_correction() -> Outcome {
    let mut town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let first = town.post(KAZDE, &form.forward()).await?;
    let other = form.with("ulica", "Inna ulica");
    let conflict = town.post(KAZDE, &other.press("send")).await?.page().form().unwrap();

    let outdated = conflict.clone().with("_revision", "1-0000000000000000");
    for (what, refused) in [
        ("the form has changed", outdated.press("correct")),
        ("the place is unknown", conflict.clone().with("uwaga.1.place", "nie-ma/1.0").press("correct")),
        ("looked at again", conflict.press("review")),
        ("sent by Enter", conflict.press("save-nothing")),
    ] {
        let again = town.post(KAZDE, &refused).await?;
        assert_eq!(again.status, 200, "{what}");
        assert_correction(&again.page().form().unwrap(), what);
    }
    // Changed once more, with a mistake on the way.
    let edit = town.post(KAZDE, &conflict.press("edit:ulica")).await?.page().form().unwrap();
    let mistaken = town.post(KAZDE, &edit.with("ulica", " ").forward()).await?;
    assert_eq!(mistaken.status, 422);
    let mended = mistaken.page().form().unwrap().with("ulica", "Jeszcze inna");
    let reviewed = town.post(KAZDE, &mended.forward()).await?.page().form().unwrap();
    assert_correction(&reviewed, "after a mistake");

    town.engine.kill();
    let lost = town.post(KAZDE, &reviewed.press("correct")).await?;
    assert_eq!(lost.status, 507);
    let again = lost.page().form().unwrap();
    assert_correction(&again, "not known to be stored");
    town.engine.reopen().await?;
    let corrected = town.post(KAZDE, &again.forward()).await?;
    assert_eq!((corrected.status, number(&corrected)), (303, number(&first)));
    assert!(town.get(corrected.location()).await?.body.contains("Jeszcze inna"));
    // A journey of its own corrects nothing.
    let anew = town.post(KAZDE, &conflict.press("new")).await?.page().form().unwrap();
    assert_eq!((anew.value("_amends"), anew.buttons[0].value.as_str()), ("", "send"));
    let foreign = town.post_from("cross-site", KAZDE, &conflict.press("correct")).await?.page().form().unwrap();
    assert_eq!((foreign.value("_amends"), foreign.buttons[0].value.as_str()), ("", "send"));
    Ok(())
}

#[track_caller]
fn assert_correction(form: &Form, what: &str) {
    assert_eq!(form.value("_amends"), "0", "{what}");
    let steps: Vec<_> = form.buttons.iter().map(|button| button.value.as_str()).collect();
    assert_eq!(steps, ["correct", "new", "save"], "{what}");
}

#[tokio::test]
async fn a_form_is_said_to_have_changed_only_where_it_has() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let absent =
        Form { fields: form.fields.iter().filter(|(n, _)| n != "_revision").cloned().collect(), ..form.clone() };
    let place = |place: &str| form.clone().with("uwaga.1.place", place);
    let cases = [
        (form.clone().with("_revision", "1-0000000000000000"), "Formularz się zmienił"),
        (form.clone().with("obce", "pole"), "Sprawdź odpowiedzi jeszcze raz"),
        (absent, "Sprawdź odpowiedzi jeszcze raz"),
        (place("projekt/1.0/staw/1-0000000000000000"), "Nie znamy wersji tekstu, której dotyczy uwaga"),
        (place("nie-ma/1.0"), "Nie znamy wersji tekstu, której dotyczy uwaga"),
    ];
    for (number, (posted, title)) in (1..).zip(cases) {
        let shown = town.post(KAZDE, &posted.press("send")).await?;
        assert_eq!((shown.status, shown.page().words(".notice h2")), (200, vec![title.to_owned()]));
        let again = town.post(KAZDE, &shown.page().form().unwrap().with("_token", &token(number)).forward()).await?;
        assert_eq!(again.status, 303, "once said it is sent: {title}");
    }
    Ok(())
}

#[tokio::test]
async fn only_what_was_withdrawn_is_said_to_be() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let sent = town.post(KAZDE, &form.forward()).await?;
    let other = form.with("ulica", "Inna ulica");
    let titles = [
        ("withdrawn", "Odpowiedzi z tego formularza zostały wycofane"),
        ("zastapiona", "Z tego formularza wysłano już inne odpowiedzi"),
    ];
    for (state, title) in titles {
        for mut receipt in town.engine.items_of('R').await? {
            receipt.insert("state".to_owned(), AttributeValue::S(state.to_owned()));
            town.engine.put(tests::engine::TABLE, receipt).await?;
        }
        let refused = town.post(KAZDE, &other.press("send")).await?;
        assert_eq!((refused.status, refused.page().words(".notice h2")), (409, vec![title.to_owned()]));
        assert!(refused.page().words(".notice").concat().contains(number(&sent)));
        assert_eq!(refused.page().form().unwrap().buttons[0].value, "new", "{state}");
    }
    Ok(())
}

#[tokio::test]
async fn where_no_file_can_be_saved_the_form_comes_back_filled_in() -> Outcome {
    let town = Town::open().await?;
    let homeless = town.forms.iter().map(|(path, bytes)| {
        let text =
            String::from_utf8_lossy(bytes).replace("\"base_url\":\"https://debowa.example\"", "\"base_url\":null");
        (path.clone(), text.into_bytes())
    });
    town.app.replace_catalogue(catalogue(&homeless.collect())?);
    let form = town.review(&ANSWERS).await?;
    assert!(form.buttons.iter().all(|button| button.value != "save"));
    let answer = town.post(KAZDE, &form.press("save")).await?;
    assert_eq!(
        (answer.status, answer.page().words(".notice h2")),
        (200, vec!["Nie można przygotować pliku".to_owned()])
    );
    let kept = answer.page().form().unwrap();
    assert_eq!(crate::town::answers_of(&kept), crate::town::answers_of(&form));
    assert_eq!(kept.value("_token"), form.value("_token"), "and the journey goes on");
    Ok(())
}

#[tokio::test]
async fn a_receipt_whose_definition_cannot_be_read_shows_the_answers_under_their_names() -> Outcome {
    let town = Town::open().await?;
    let sent = town.post(KAZDE, &town.review(&ANSWERS).await?.forward()).await?;
    let [definition] = &town.engine.items_of('F').await?[..] else { panic!("one definition") };
    let mut broken = definition.clone();
    broken.insert("definition".to_owned(), AttributeValue::S("{\"id\":\"park/kazde\"}".to_owned()));
    assert!(definition.contains_key("definition"), "{definition:?}");
    town.engine.put(tests::engine::TABLE, broken).await?;
    let receipt = town.get(sent.location()).await?;
    assert_eq!(receipt.status, 200);
    assert!(!receipt.body.contains("już nie przechowujemy"), "they are kept");
    let page = receipt.page();
    let shown: Vec<_> = page.raw(".answers dt").into_iter().zip(page.raw(".answers .said")).collect();
    assert_eq!(crate::town::sorted(&shown), crate::town::sorted(&ANSWERS));
    assert_eq!(page.attributes("[data-sent]", "data-sent"), [KAZDE], "a script forgets what it kept");
    Ok(())
}

#[tokio::test]
async fn who_sent_before_the_form_was_taken_away_gets_the_receipt() -> Outcome {
    let mut town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let sent = town.post(KAZDE, &form.forward()).await?;
    let theme = town.forms.iter().filter(|(path, _)| path.starts_with("theme/"));
    town.app.replace_catalogue(Catalogue::from_files(theme.map(|(path, bytes)| (path.as_str(), bytes.as_slice())))?);
    let again = town.post(KAZDE, &form.forward()).await?;
    assert_eq!((again.status, again.location()), (303, sent.location()));
    for (what, body) in [
        ("other answers", form.clone().with("ulica", "Inna").forward()),
        ("another token", form.clone().with("_token", &token(1)).forward()),
        ("nothing is sent", form.press("review")),
    ] {
        let gone = town.post(KAZDE, &body).await?;
        assert_eq!(gone.status, 410, "{what}");
        assert!(gone.page().raw(".said").contains(&ANSWERS[2].1.to_owned()), "{what}");
    }
    assert_eq!(town.post_from("cross-site", KAZDE, &form.forward()).await?.status, 410);
    town.engine.kill();
    let unknown = town.post(KAZDE, &form.forward()).await?;
    assert_eq!(
        (unknown.status, unknown.page().words("h1")),
        (507, vec!["Nie wiemy, czy odpowiedzi zostały zapisane".to_owned()])
    );
    assert!(unknown.page().raw(".said").contains(&ANSWERS[2].1.to_owned()));
    Ok(())
}
