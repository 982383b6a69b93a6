//! What a resident is left with: the receipt, in the language of the answer.

use tests::{
    http,
    page::Form,
    town::{ANSWERS, KAZDE, LANGUAGES, REQUIRED, WYMAGANE},
};

use crate::{
    Outcome,
    states::states,
    town::{CLOSED, Town, catalogue, number, texts},
};

/// What is posted from the review page, sent.
async fn sent(town: &Town, form: &Form) -> anyhow::Result<String> {
    let sent = town.post(KAZDE, &form.forward()).await?;
    assert_eq!(sent.status, 303, "{}", sent.body);
    Ok(sent.location().to_owned())
}

#[tokio::test]
async fn d25_the_address_of_a_receipt_can_be_opened_again_and_not_be_guessed() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let location = sent(&town, &form).await?;
    let receipt = town.get(&location).await?;
    assert_eq!((receipt.status, receipt.header("cache-control")), (200, "no-store"));
    for _ in 0..2 {
        assert_eq!(town.get(&location).await?, receipt, "opened again it is the same, and nothing is sent");
    }
    assert_eq!(town.counts().await?, (1, 1));
    assert!(receipt.page().form().is_none(), "there is nothing that a reload would post");
    let secret = location.rsplit('/').next().unwrap();
    assert_eq!(secret.len(), 26, "128 bits");
    assert!(!receipt.body.contains(secret), "the page does not show what opens it");
    Ok(())
}

#[tokio::test]
async fn a_receipt_sets_the_questions_as_the_review_page_does_and_leaves_the_answers_as_typed() -> Outcome {
    let town = Town::open().await?;
    let reviewed = town.post(KAZDE, &http::encode(&ANSWERS)).await?.page();
    let location = sent(&town, &reviewed.form().unwrap()).await?;
    let receipt = town.get(&location).await?.page();
    for part in ["dl.answers dt", "dl.answers .said"] {
        assert_eq!(receipt.raw(part), reviewed.raw(part), "{part}");
    }
    assert!(receipt.raw("dl.answers dt").contains(&"Co zmienić w\u{a0}parku?".to_owned()));
    let typed = "ul. Zielona 7 <b>m. 3</b> & 'spółka'";
    assert!(receipt.raw("dl.answers .said").contains(&typed.to_owned()), "no space of it holds");
    // A form that has changed since is not the one that was answered: that one's words, as they were written.
    let changed = town.forms.iter().map(|(path, bytes)| {
        (path.clone(), String::from_utf8_lossy(bytes).replace("Co zmienić", "Czego brakuje").into_bytes())
    });
    town.app.replace_catalogue(catalogue(&changed.collect())?);
    let outlived = town.get(&location).await?.page();
    assert!(outlived.raw("dl.answers dt").contains(&"Co zmienić w parku?".to_owned()));
    Ok(())
}

#[tokio::test]
async fn d27_whoever_goes_back_and_sends_again_is_led_to_the_receipt() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let location = sent(&town, &form).await?;
    // The same review page again; the form behind it, reviewed once more.
    let edited = town.post(KAZDE, &form.press("edit:ulica")).await?.page().form().unwrap();
    let reviewed = town.post(KAZDE, &edited.forward()).await?.page().form().unwrap();
    for again in [&form, &reviewed] {
        assert_eq!(sent(&town, again).await?, location);
    }
    let receipt = town.get(&location).await?.page();
    assert!(receipt.words(".said").contains(&"konno".to_owned()), "the answers are there");
    // After the term, and after the form has changed.
    assert_eq!(town.post_at(CLOSED, KAZDE, &form.forward()).await?.location(), location);
    let reworded = town.forms.iter().map(|(path, bytes)| {
        (path.clone(), String::from_utf8_lossy(bytes).replace("Twoja ulica", "Nowe pytanie").into_bytes())
    });
    town.app.replace_catalogue(catalogue(&reworded.collect())?);
    assert_eq!(sent(&town, &form).await?, location);
    assert_eq!(town.counts().await?, (1, 1));
    Ok(())
}

#[tokio::test]
async fn d28_a_receipt_tells_number_time_what_follows_and_whom_to_ask() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let location = sent(&town, &form).await?;
    let page = town.get(&location).await?.page();
    // In parts that can be dictated.
    let parts = page.raw("output#number > span");
    assert_eq!(parts.iter().map(String::len).collect::<Vec<_>>(), [3, 3, 4]);
    assert_eq!(parts.concat(), location.split('/').nth(3).unwrap());
    assert_eq!(page.words(".panel time"), ["1 lipca 2021 r., godz. 12:00"]);
    assert!(page.words(".panel").concat().contains("czasu polskiego"));
    let text = page.words("main").concat();
    for words in [
        "Co dalej",
        "najpóźniej 28 sierpnia 2021 r.",
        "Żeby zapytać o odpowiedzi, poprawić je albo wycofać",
        "zielen@debowo.example",
        "tel. 00 000 00 00",
        "Podaj numer potwierdzenia",
        "Zachowaj to potwierdzenie",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert!(page.raw(".panel :is(a, button, input, [tabindex])").is_empty(), "something in the panel takes the focus");
    let said = page.raw(".said").concat();
    for (_, value) in ANSWERS.iter().filter(|(name, _)| ["ulica", "opinia", "dojazd.other"].contains(name)) {
        assert!(said.contains(value.trim()), "{value}");
    }
    Ok(())
}

#[tokio::test]
async fn d30_an_address_may_be_left_out_is_read_leniently_and_shown_back_before_sending() -> Outcome {
    let town = Town::open().await?;
    let rest: Vec<_> = ANSWERS.iter().filter(|(name, _)| !["adres_email", "zgoda"].contains(name)).copied().collect();
    let without = town.review(&rest).await?;
    assert_eq!(town.post(KAZDE, &without.forward()).await?.status, 303, "no address is needed");
    for address in [
        "lucja+park@example.pl",
        " lucja@example.pl ",
        "o'neill@example.pl",
        "łucja@gęś.example",
        "\"łucja gęś\"@example.pl".replace(' ', "").as_str(),
        "a@b.c.d.example",
        "LUCJA@EXAMPLE.PL",
    ] {
        let review = town.post(KAZDE, &http::encode(&[&rest[..], &[("adres_email", address)]].concat())).await?;
        assert_eq!(review.status, 200, "{address}");
        assert!(review.page().raw(".said").iter().any(|said| said.trim() == address.trim()), "{address}");
    }
    Ok(())
}

/// The whole way in each language: what the theme and the form say is said in it, and so is the receipt, whoever opens it.
#[tokio::test]
async fn the_whole_way_is_in_the_language_of_its_beginning() -> Outcome {
    let town = Town::open().await?;
    let titles =
        ["Ankieta, w której trzeba odpowiedzieć na wszystko", "A survey in which everything has to be answered"];
    let titles = [titles[0], titles[1], "Опитування, у якому треба відповісти на все"];
    let places = ["dobrze", "well", "добре"];
    for ((language, title), place) in LANGUAGES.into_iter().zip(titles).zip(places) {
        let words = texts(&town, language);
        let word = |key: &str| words.pointer(key).and_then(|word| word.as_str()).unwrap().to_owned();
        let form = town.get(&format!("{WYMAGANE}?lang={language}")).await?.page();
        assert_eq!(
            (form.words("h1"), form.attributes("html", "lang")),
            (vec![title.to_owned()], vec![language.into()])
        );
        let mut filled = form.form().unwrap();
        filled.fields.extend(REQUIRED.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let review = town.post(WYMAGANE, &filled.forward()).await?.page();
        assert_eq!(review.words("h1"), [word("/review/title")]);
        assert!(review.words(".said").contains(&place.to_owned()), "{:?}", review.words(".said"));
        let form = review.form().unwrap();
        assert_eq!(form.value("_lang"), language);
        let sent = town.post(WYMAGANE, &form.forward()).await?;
        assert_eq!(sent.status, 303);
        let receipt = town.get(sent.location()).await?.page();
        assert_eq!(
            (receipt.words("h1"), receipt.attributes("html", "lang")),
            (vec![word("/receipt/title")], vec![language.into()])
        );
        assert_eq!(receipt.raw("output#number").concat(), number(&sent));
        let text = receipt.words("main").concat();
        for key in ["thanks", "next", "contact", "keep", "answers"] {
            assert!(text.contains(&word(&format!("/receipt/{key}"))), "{key} in {language}");
        }
        assert!(text.contains(title) && text.contains(place), "{text}");
        let due = word("/receipt/next_due").split('{').next().unwrap().to_owned();
        assert!(text.contains(due.trim()), "{due:?} is not in {text}");
    }
    let mut kept = town
        .engine
        .items_of('S')
        .await?
        .iter()
        .map(|item| tests::engine::text(item, "language").to_owned())
        .collect::<Vec<_>>();
    kept.sort();
    assert_eq!(kept, ["en", "pl", "uk"]);
    Ok(())
}

/// No page of another language says something in Polish that the theme can say in its own.
#[tokio::test]
async fn no_page_falls_back_to_the_language_of_the_site() -> Outcome {
    /// Whoever asks for these has not said in which language.
    const OWN: [&str; 3] = ["far too long", "of a wrong type", "no receipt"];
    let town = Town::open().await?;
    let polish = leaves(&texts(&town, "pl"));
    for state in states().await? {
        if OWN.iter().any(|name| state.name.starts_with(name)) {
            continue;
        }
        let page = state.answer.page();
        assert_eq!(page.attributes("html", "lang"), [state.language], "{}", state.name);
        let own = leaves(&texts(&town, state.language));
        let text = page.words("body").concat();
        for words in polish.iter().filter(|words| words.chars().count() > 12 && !own.contains(words)) {
            assert!(state.language == "pl" || !text.contains(words.as_str()), "{}: {words}", state.name);
        }
    }
    Ok(())
}

/// Returns every text without placeholders below `texts`.
fn leaves(texts: &serde_json::Value) -> Vec<String> {
    match texts {
        serde_json::Value::String(text) if !text.contains('{') => vec![text.clone()],
        serde_json::Value::Object(map) => map.values().flat_map(leaves).collect(),
        _ => Vec::new(),
    }
}
