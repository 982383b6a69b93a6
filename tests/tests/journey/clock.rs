//! The term, to the second.

use aws_sdk_dynamodb::types::AttributeValue;
use axum::{body::Body, http::Request};
use tests::{
    engine::text,
    http,
    town::{ANSWERS, KAZDE, token},
};

use crate::{
    Outcome,
    town::{CLOSED, Town, answers_of, catalogue, kept, sorted},
};

#[tokio::test]
async fn d37_out_of_the_term_nothing_is_taken_and_everything_comes_back() -> Outcome {
    let town = Town::open().await?;
    let reviewed = town.review(&ANSWERS).await?;
    for (instant, notice) in
        [("2021-06-01T10:00:00Z", "Formularz nie jest jeszcze otwarty"), (CLOSED, "Formularz jest już zamknięty")]
    {
        let stray = [("nieznane", "tekst spoza formularza")];
        let answers: Vec<_> = ANSWERS.iter().chain(&stray).copied().collect();
        let first = town.post_at(instant, KAZDE, &http::encode(&answers)).await?;
        let send = town.post_at(instant, KAZDE, &reviewed.forward()).await?;
        for (answer, expected) in [(&first, answers.as_slice()), (&send, &ANSWERS)] {
            assert_eq!(answer.status, 403, "{instant}");
            let page = answer.page();
            assert!(page.words("h2").iter().any(|title| title == notice), "{:?}", page.words("h2"));
            assert_eq!(kept(&page), sorted(expected), "{instant}");
            assert!(page.form().is_none(), "there is nothing to send");
        }
        let empty = town.ask_at(instant, Request::get(KAZDE).body(Body::empty())?).await?;
        assert_eq!(empty.status, 200);
        let page = empty.page();
        assert!(page.words("legend").len() > 5, "the questions stay readable");
        assert!(page.form().is_none(), "there is nothing to fill in that could not be sent");
        let told = page.words(".notice").concat();
        for words in ["do 29 lipca 2021 r., godz. 24:00", "Pytania"] {
            assert!(told.contains(words), "{instant}: {told}");
        }
        let main = page.words("main").concat();
        assert!(main.contains("W razie pytań: zielen@debowo.example"), "{instant}: whom to ask");
        if instant == CLOSED {
            assert!(main.contains("Konsultacje zakończyły się 29 lipca 2021 r."));
        } else {
            assert!(told.contains("od 23 czerwca 2021 r., godz. 00:00"), "{told}");
            assert!(main.contains("Wypełnij na papierze"), "paper is the other way: {main}");
        }
    }
    assert_eq!(town.counts().await?, (0, 0));
    Ok(())
}

/// First and last day of a term, and the instants at which it opens, closes, and takes nothing any more.
type Term = ([&'static str; 2], [&'static str; 3]);

/// In summer, in winter, across the nights in which the clocks are put forward and back, and ending on their days.
const TERMS: [Term; 6] = [
    (["2021-06-23", "2021-07-29"], ["2021-06-22T22:00:00Z", "2021-07-29T22:00:00Z", "2021-07-29T22:15:00Z"]),
    (["2021-11-02", "2021-12-10"], ["2021-11-01T23:00:00Z", "2021-12-10T23:00:00Z", "2021-12-10T23:15:00Z"]),
    (["2021-03-01", "2021-04-15"], ["2021-02-28T23:00:00Z", "2021-04-15T22:00:00Z", "2021-04-15T22:15:00Z"]),
    (["2021-10-01", "2021-11-10"], ["2021-09-30T22:00:00Z", "2021-11-10T23:00:00Z", "2021-11-10T23:15:00Z"]),
    (["2021-03-01", "2021-03-28"], ["2021-02-28T23:00:00Z", "2021-03-28T22:00:00Z", "2021-03-28T22:15:00Z"]),
    (["2021-10-01", "2021-10-31"], ["2021-09-30T22:00:00Z", "2021-10-31T23:00:00Z", "2021-10-31T23:15:00Z"]),
];

/// The last instants before `instant` that are tried, and itself. The clock runs on while a test asks: a second is left,
/// and the rule itself knows every one of them (`forms::Term`).
fn around(instant: &str) -> anyhow::Result<[String; 2]> {
    let at: jiff::Timestamp = instant.parse()?;
    Ok([(at - jiff::SignedDuration::from_secs(2)).to_string(), at.to_string()])
}

#[tokio::test]
async fn a_term_opens_and_closes_to_the_second_in_summer_and_in_winter() -> Outcome {
    for ([start, end], [opens, closes, over]) in TERMS {
        let town = Town::between(start, end).await?;
        let form = town.post_at(opens, KAZDE, &http::encode(&ANSWERS)).await?.page().form().unwrap();
        let [(before, open), (last, late), (grace, shut)] =
            [around(opens)?, around(closes)?, around(over)?].map(<(String, String)>::from);
        let expected = [
            (before, 403, 403),
            (open, 200, 303),
            (last, 200, 303),
            (late, 200, 303),
            (grace, 200, 303),
            (shut, 403, 403),
        ];
        for (number, (instant, review, send)) in (0..).zip(expected) {
            assert_eq!(town.post_at(&instant, KAZDE, &http::encode(&ANSWERS)).await?.status, review, "{instant}");
            let sent = form.clone().with("_token", &token(number));
            assert_eq!(town.post_at(&instant, KAZDE, &sent.forward()).await?.status, send, "{instant}");
        }
        let mut kept = town.engine.items_of('S').await?;
        kept.sort_by_key(|item| text(item, "sk").to_owned());
        let marked: Vec<_> = kept.iter().map(|item| item["after_deadline"] == AttributeValue::Bool(true)).collect();
        assert_eq!(marked, [false, false, true, true], "{start} to {end}");
    }
    Ok(())
}

/// Reviewed in time: sent within the grace it is taken and marked, later it comes back whole.
#[tokio::test]
async fn what_was_reviewed_in_time_may_be_sent_within_the_grace_and_comes_back_after_it() -> Outcome {
    let town = Town::open().await?;
    let reviewed = town.post_at("2021-07-29T21:59:00Z", KAZDE, &http::encode(&ANSWERS)).await?;
    assert!(!reviewed.body.contains("Termin właśnie minął"));
    let form = reviewed.page().form().unwrap();
    let other = form.clone().with("_token", &token(2));
    assert_eq!(town.post_at("2021-07-29T22:01:00Z", KAZDE, &form.forward()).await?.status, 303);
    let late = town.post_at("2021-07-29T22:20:00Z", KAZDE, &other.forward()).await?;
    assert_eq!((late.status, kept(&late.page())), (403, sorted(&ANSWERS)));
    assert_eq!(town.counts().await?, (1, 1));
    // What was stored before is known after the end, and cannot be changed any more.
    assert_eq!(town.post_at("2021-07-29T22:20:00Z", KAZDE, &form.forward()).await?.status, 303);
    let correction = form.clone().with("ulica", "Inna");
    let conflict = town.post_at("2021-07-29T22:20:00Z", KAZDE, &correction.forward()).await?;
    assert_eq!(conflict.status, 409);
    let corrected =
        town.post_at("2021-07-29T22:20:00Z", KAZDE, &correction.with("_amends", "0").press("correct")).await?;
    assert_eq!(corrected.status, 403);
    assert_eq!(town.counts().await?, (1, 1));
    Ok(())
}

/// A form that is changed twice, between its page and the review and between review and send: told each time, stored once.
#[tokio::test]
async fn a_form_changed_between_page_review_and_send_is_reviewed_each_time() -> Outcome {
    let town = Town::open().await?;
    let page = town.get(KAZDE).await?.page().form().unwrap();
    let reworded = |words: &str| {
        let forms = town.forms.iter().map(|(path, bytes)| {
            let text = String::from_utf8_lossy(bytes).replace("Twoja ulica", words);
            let Ok(mut bundle) = serde_json::from_str::<forms::Bundle>(&text) else {
                return (path.clone(), text.into_bytes());
            };
            bundle.revision = bundle.form.revision();
            (path.clone(), serde_json::to_vec(&bundle).unwrap())
        });
        catalogue(&forms.collect())
    };
    let mut filled = page.clone();
    filled.fields.extend(ANSWERS.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let mut body = filled.press("review");
    let mut revisions = vec![page.value("_revision").to_owned()];
    for words in ["Ulica i numer", "Adres"] {
        town.app.replace_catalogue(reworded(words)?);
        let told = town.post(KAZDE, &body).await?;
        assert_eq!(told.status, 200, "{words}");
        let review = told.page();
        assert!(review.words("h2").contains(&"Formularz się zmienił".to_owned()), "{words}: {:?}", review.words("h2"));
        assert!(review.words("dt").contains(&words.to_owned()), "the review is of the form as it is now");
        let form = review.form().unwrap();
        assert_eq!(answers_of(&form), sorted(&ANSWERS), "{words}");
        revisions.push(form.value("_revision").to_owned());
        body = form.forward();
    }
    assert_eq!(town.counts().await?, (0, 0));
    assert_eq!(town.post(KAZDE, &body).await?.status, 303);
    let kept = town.engine.items_of('S').await?;
    assert_eq!(text(&kept[0], "revision"), revisions.last().unwrap());
    revisions.dedup();
    assert_eq!(revisions.len(), 3, "{revisions:?}");
    Ok(())
}

#[tokio::test]
async fn whoever_is_late_is_told_on_the_page_and_on_the_receipt() -> Outcome {
    for (instant, late) in [("2021-07-29T21:59:00Z", false), ("2021-07-29T22:05:00Z", true)] {
        let town = Town::open().await?;
        let form = town.review(&ANSWERS).await?;
        let reviewed = town.post_at(instant, KAZDE, &http::encode(&ANSWERS)).await?;
        assert_eq!(reviewed.status, 200, "{instant}");
        let said = reviewed.page().words("h2").contains(&"Termin właśnie minął".to_owned());
        assert_eq!(said, late, "{instant}");
        let sent = town.post_at(instant, KAZDE, &form.forward()).await?;
        assert_eq!(sent.status, 303, "{instant}");
        let items = town.engine.items_of('S').await?;
        assert_eq!(items[0]["after_deadline"], AttributeValue::Bool(late), "{instant}");
        let receipt = town.get(sent.location()).await?;
        assert_eq!(receipt.body.contains("przyszły tuż po terminie"), late, "{instant}");
    }
    Ok(())
}
