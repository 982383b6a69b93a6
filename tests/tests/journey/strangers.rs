//! What nobody should send.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use forms_fn::number::{Number, Token};
use tests::{
    http::{self, FORM},
    town::{ANSWERS, KAZDE, KROTKA, token},
};

use crate::{
    Outcome,
    town::{Town, answers_of},
};

#[tokio::test]
async fn a_token_of_another_form_is_unknown_to_this_one() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let first = town.post(KAZDE, &form.forward()).await?;
    let other = [("zdanie", "krótko"), ("_token", form.value("_token")), ("_revision", town.revision(KROTKA))];
    let mut send = other.to_vec();
    send.push(("_step", "send"));
    let second = town.post(KROTKA, &http::encode(&send)).await?;
    assert_eq!(second.status, 303);
    assert_ne!(second.location(), first.location());
    let receipts = (town.get(first.location()).await?, town.get(second.location()).await?);
    assert!(receipts.0.body.contains("Ankieta o\u{a0}parku") && !receipts.0.body.contains("krótko"));
    assert!(receipts.1.body.contains("krótko") && !receipts.1.body.contains("konno"));
    assert_eq!(town.counts().await?, (2, 2));
    Ok(())
}

#[tokio::test]
async fn malformed_tokens_count_as_none_and_are_never_echoed() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let good = form.value("_token").to_owned();
    let mut seen = BTreeSet::from([good.clone()]);
    let with_letters = "0123456789ABCDEF0123456789ABCDEF".to_owned();
    for bad in [
        String::new(),
        good[1..].to_owned(),
        format!("{good}0"),
        format!(" {good}"),
        format!("{good}\n"),
        with_letters,
        "g".repeat(32),
        "\"><script>alert(1)</script>".to_owned(),
        "0123456789abcdef0123456789abcde\u{ff10}".to_owned(),
    ] {
        for step in ["send", "review", "edit", "new"] {
            let answer = town.post(KAZDE, &form.clone().with("_token", &bad).press(step)).await?;
            assert_eq!(answer.status, 200, "{bad:?} {step}");
            assert!(bad.is_empty() || !answer.body.contains(bad.trim()) || bad.trim() == good, "{bad:?} is echoed");
            let minted = answer.page().form().unwrap().value("_token").to_owned();
            assert!(minted.len() == 32 && minted.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
            assert!(seen.insert(minted), "a token of somebody else's");
        }
    }
    assert_eq!(town.counts().await?, (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_post_from_another_site_stores_nothing() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    for site in ["cross-site", "same-site"] {
        for step in ["send", "new", "review"] {
            let answer = town.post_from(site, KAZDE, &form.press(step)).await?;
            assert_eq!(answer.status, 200, "{site} {step}");
            let page = answer.page();
            assert_eq!(page.words("h1"), ["Sprawdź odpowiedzi"], "{site} {step}");
            let review = page.form().unwrap();
            assert_ne!(review.value("_token"), form.value("_token"), "{site} {step}");
            assert_eq!(answers_of(&review), answers_of(&form), "{site} {step}");
        }
    }
    assert_eq!(town.counts().await?, (0, 0));
    for (count, site) in ["same-origin", "none", "", "nonsense"].into_iter().enumerate() {
        let form = town.review(&ANSWERS).await?;
        let sent = town.post_from(site, KAZDE, &form.forward()).await?;
        assert_eq!(sent.status, 303, "{site}");
        assert_eq!(town.counts().await?, (count + 1, count + 1), "{site}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_number_are_one_answer() -> Outcome {
    let town = Town::open().await?;
    let send = async |number: u32| {
        let form = town.review(&ANSWERS).await?.with("_token", &token(number));
        anyhow::Ok(town.post(KAZDE, &form.forward()).await?.location().to_owned())
    };
    let (location, other) = (send(1).await?, send(2).await?);
    let parts = |location: &str| {
        let mut parts = location.split('/').skip(3).map(str::to_owned);
        (parts.next().unwrap(), parts.next().unwrap())
    };
    let ((number, secret), (other_number, other_secret)) = (parts(&location), parts(&other));
    let unknown = Number::derive("park/kazde", &Token::parse(&token(9)).unwrap(), 0);
    let expected = town.get(&format!("/api/receipt/{unknown}/{secret}")).await?;
    assert_eq!(expected.status, 404);
    for path in [
        format!("{number}/{other_secret}"),
        format!("{other_number}/{secret}"),
        format!("{number}/{}", &secret[1..]),
        format!("{number}/{secret}a"),
        format!("{number}/x"),
        format!("{}/{secret}", &number[1..]),
        "2222222222/x".to_owned(),
        format!("{number}%00/{secret}"),
        format!("%22%3E%3Cb%3E/{secret}"),
        "%FF/%FF".to_owned(),
    ] {
        assert_eq!(town.get(&format!("/api/receipt/{path}")).await?, expected, "{path}");
    }
    for path in [format!("{}/{}", number.to_lowercase(), secret.to_lowercase()), format!("{number}/{secret}?x=1")] {
        assert_eq!(town.get(&format!("/api/receipt/{path}")).await?.status, 200, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_no_text_are_marked_and_told() -> Outcome {
    let town = Town::open().await?;
    let rest: Vec<_> = ANSWERS.iter().filter(|(name, _)| *name != "opinia").collect();
    let rest = rest.into_iter().map(|(name, value)| (*name, *value)).collect::<Vec<_>>();
    let mut body = http::encode(&rest).into_bytes();
    body.extend(b"&opinia=dobre+%C5%82%FF+i+\xC3\x28+dalej");
    let request = Request::post(KAZDE).header("content-type", FORM).body(Body::from(body))?;
    let answer = town.ask(request).await?;
    assert_eq!(answer.status, 422);
    let page = answer.page();
    assert!(page.words("h2").contains(&"Część znaków przyszła uszkodzona".to_owned()));
    let form = page.form().unwrap();
    assert_eq!(form.value("opinia"), "dobre ł\u{fffd} i \u{fffd}( dalej");
    assert_eq!(form.value("ulica"), ANSWERS[1].1);
    Ok(())
}

#[tokio::test]
async fn a_language_that_the_site_does_not_speak_is_its_own() -> Outcome {
    let town = Town::open().await?;
    let own = town.get(KAZDE).await?;
    assert_eq!(town.get(&format!("{KAZDE}?lang=%FF&lang=x&%FF")).await?, own);
    for language in ["pl", "de", "xx", "", "../../pl", "%22%3E%3Cb%3E"] {
        assert_eq!(town.get(&format!("{KAZDE}?lang={language}")).await?, own, "{language}");
        let body = format!("{}&_lang={language}", http::encode(&ANSWERS));
        let review = town.post(KAZDE, &body).await?;
        assert_eq!(review.status, 200, "{language}");
        assert_eq!(review.page().form().unwrap().value("_lang"), "pl", "{language}");
    }
    Ok(())
}
