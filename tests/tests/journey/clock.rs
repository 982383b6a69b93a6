//! The term, to the second.

use aws_sdk_dynamodb::types::AttributeValue;
use axum::{body::Body, http::Request};
use tests::{
    http,
    town::{ANSWERS, KAZDE},
};

use crate::{
    Outcome,
    town::{CLOSED, Town, kept, sorted},
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

#[tokio::test]
async fn the_term_opens_and_closes_to_the_second() -> Outcome {
    for (instant, review, send, late) in [
        ("2021-06-22T21:59:58Z", 403, 403, false),
        ("2021-06-22T22:00:00Z", 200, 303, false),
        ("2021-07-29T21:59:58Z", 200, 303, false),
        ("2021-07-29T22:00:00Z", 200, 303, true),
        ("2021-07-29T22:14:58Z", 200, 303, true),
        ("2021-07-29T22:15:00Z", 403, 403, false),
    ] {
        let town = Town::open().await?;
        let form = town.review(&ANSWERS).await?;
        let reviewed = town.post_at(instant, KAZDE, &http::encode(&ANSWERS)).await?;
        assert_eq!(reviewed.status, review, "{instant}");
        let said = reviewed.page().words("h2").contains(&"Termin właśnie minął".to_owned());
        assert_eq!(said, late, "{instant}");
        let sent = town.post_at(instant, KAZDE, &form.forward()).await?;
        assert_eq!(sent.status, send, "{instant}");
        if send == 303 {
            let items = town.engine.items_of('S').await?;
            assert_eq!(items[0]["after_deadline"], AttributeValue::Bool(late), "{instant}");
            let receipt = town.get(sent.location()).await?;
            assert_eq!(receipt.body.contains("przyszły tuż po terminie"), late, "{instant}");
        } else {
            assert_eq!(town.counts().await?, (0, 0), "{instant}");
        }
    }
    Ok(())
}
