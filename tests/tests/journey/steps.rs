//! What the buttons do, and what becomes of a form that changes meanwhile.

use forms_fn::Catalogue;
use tests::{
    http,
    town::{ANSWERS, KAZDE, STRONY},
};

use crate::{
    Outcome,
    town::{Town, answers_of, catalogue, sorted},
};

#[tokio::test]
async fn a_step_that_is_none_of_ours_shows_the_review() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    for step in ["", "review", "SEND", "send ", "send:x", "wyslij", "correct", "page:1", "add:x", "\"><b>"] {
        let answer = town.post(KAZDE, &form.press(step)).await?;
        assert_eq!(answer.status, 200, "{step}");
        assert_eq!(answer.page().words("h1"), ["Sprawdź odpowiedzi"], "{step}");
        assert_eq!(answer.page().form().unwrap(), form, "{step}");
    }
    assert_eq!(town.counts().await?, (0, 0));
    Ok(())
}

#[tokio::test]
async fn d23_each_answer_has_its_button_that_leads_back_to_it_with_everything_kept() -> Outcome {
    let town = Town::open().await?;
    let review = town.post(KAZDE, &http::encode(&ANSWERS)).await?.page();
    let form = review.form().unwrap();
    let changes = review.buttons("edit:");
    let questions = [
        "imie",
        "ulica",
        "opinia",
        "uwagi",
        "wiek",
        "dojazd",
        "zajecia",
        "powroty",
        "ocena",
        "spokoj",
        "wizyty",
        "droga_km",
        "pierwsza_wizyta",
        "miejsca",
        "kolejnosc",
        "bilet",
        "nazwisko",
        "adres_email",
        "telefon",
        "kod",
        "zgoda",
        "uwaga",
    ];
    let steps: Vec<_> = changes.iter().map(|button| button.value.trim_start_matches("edit:")).collect();
    assert_eq!(steps, questions);
    for question in questions {
        let answer = town.post(KAZDE, &form.press(&format!("edit:{question}"))).await?;
        assert_eq!(answer.status, 200, "{question}");
        let page = answer.page();
        let part = match question {
            "pierwsza_wizyta" => ".day",
            "miejsca" => ".staw",
            "kolejnosc" => ".lawki",
            "uwaga" => ".2.place",
            _ => "",
        };
        assert_eq!(page.attributes("[autofocus]", "name"), [format!("{question}{part}")]);
        let edited = page.form().unwrap();
        assert_eq!(edited.value("_token"), form.value("_token"));
        assert_eq!(answers_of(&edited), sorted(&ANSWERS), "{question}");
        assert_eq!(edited.buttons[0].value, "review", "Enter goes on");
        assert_eq!(page.buttons("").first().map(|button| button.value.clone()), Some("review".to_owned()));
    }
    // What was not answered says so, and has its button too.
    let few: Vec<_> = ANSWERS.iter().filter(|(name, _)| !["imie", "spokoj"].contains(name)).copied().collect();
    let page = town.post(KAZDE, &http::encode(&few)).await?.page();
    assert_eq!(page.words(".unsaid"), ["Nie podano", "Nie podano"]);
    assert_eq!(page.buttons("edit:").len(), questions.len());
    assert!(page.words("button[value='edit:spokoj']")[0].starts_with("Zmień: Jak spokojnie"), "what it changes");
    assert_eq!(page.form().unwrap().buttons[0].words, "Wyślij ankietę", "the button names the act");
    // Changed, it comes back to the review.
    let edited = town.post(KAZDE, &page.form().unwrap().press("edit:imie")).await?.page().form().unwrap();
    let again = town.post(KAZDE, &edited.with("imie", "Ola").forward()).await?.page();
    assert_eq!((again.words("h1"), again.words(".unsaid").len()), (vec!["Sprawdź odpowiedzi".to_owned()], 1));
    for step in ["edit", "edit:", "edit:nie-ma", "edit:\"><b>"] {
        let answer = town.post(KAZDE, &form.press(step)).await?;
        assert_eq!((answer.status, answer.page().attributes("[autofocus]", "name").len()), (200, 0), "{step}");
        assert_eq!(answers_of(&answer.page().form().unwrap()), sorted(&ANSWERS), "{step}");
    }
    Ok(())
}

/// The way back stands above the questions and above the answers, carries everything along, and Enter never presses it.
#[tokio::test]
async fn d22_the_way_back_stands_at_the_top_and_shows_what_was_there() -> Outcome {
    let town = Town::open().await?;
    let answers = [("czym", "autobus"), ("linia", "7"), ("zdanie", "Ładny")];
    let review = town.post(STRONY, &http::encode(&answers)).await?;
    let (mut page, mut form) = (review.page(), review.page().form().unwrap());
    assert!(review.body.find("Wstecz</button>") < review.body.find("<h1>"), "below the heading of the review");
    for expected in ["page:o_parku", "page:o_autobusie", "page:czym"] {
        let back = page.buttons("page:").into_iter().find(|button| button.words == "Wstecz").unwrap();
        assert_eq!(back.value, expected);
        assert!(!form.buttons[0].words.contains("Wstecz"), "Enter goes back");
        let answer = town.post(STRONY, &form.press(&back.value)).await?;
        assert_eq!(answer.status, 200);
        (page, form) = (answer.page(), answer.page().form().unwrap());
        assert_eq!(answers_of(&form), sorted(&answers), "{expected}");
        let above =
            answer.body.find("Wstecz</button>").is_none_or(|at| at < answer.body.find("data-question").unwrap());
        assert!(above, "{expected}: below the questions");
    }
    // Of a form of one page it leads to that; of a page that nothing was posted to, up in the site.
    let review = town.post(KAZDE, &http::encode(&ANSWERS)).await?.page();
    let back = review.words("button[value=edit]");
    assert_eq!(back, ["Wstecz"]);
    assert_eq!(town.get(KAZDE).await?.page().attributes(".breadcrumbs a", "href").last().unwrap(), "/park/");
    Ok(())
}

#[tokio::test]
async fn d24_nothing_is_recorded_before_the_last_button_and_the_pages_say_so() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    for step in ["review", "edit", "edit:ulica", "page:imie", "add:uwaga", "remove:uwaga.1", "save", "correct", "new"] {
        let answer = town.post(KAZDE, &form.press(step)).await?;
        assert_eq!(answer.status, 200, "{step}");
        assert_eq!(town.engine.items().await?, [], "{step} has kept something");
    }
    let said = town.get(KAZDE).await?.page().words("main form").concat();
    assert!(said.contains("Wyśle je dopiero przycisk na jej końcu."), "{said}");
    let said = town.post(KAZDE, &http::encode(&ANSWERS)).await?.page().words("main").concat();
    assert!(said.contains("Odpowiedzi z tej strony wyśle dopiero przycisk na jej końcu."), "{said}");
    assert_eq!(town.post(KAZDE, &form.forward()).await?.status, 303);
    assert_eq!(town.counts().await?, (1, 1));
    Ok(())
}

#[tokio::test]
async fn answers_that_no_question_asks_for_are_shown_and_then_dropped() -> Outcome {
    let town = Town::open().await?;
    let answers: Vec<_> = ANSWERS.iter().copied().chain([("stare_pytanie", "dawna <i>odpowiedź</i>")]).collect();
    let mistaken: Vec<_> = answers.iter().copied().filter(|(name, _)| *name != "ulica").collect();
    let form = town.post(KAZDE, &http::encode(&mistaken)).await?.page().form().unwrap().with("ulica", "Zielona 7");
    assert_eq!(form.value("stare_pytanie"), "dawna <i>odpowiedź</i>", "a page with mistakes carries it on");

    let review = town.post(KAZDE, &form.forward()).await?;
    assert_eq!(review.status, 200);
    let page = review.page();
    assert_eq!(page.raw(".inset .said"), ["dawna <i>odpowiedź</i>"]);
    let reviewed = page.form().unwrap();
    assert_eq!(reviewed.value("stare_pytanie"), "");

    // Sent without having been reviewed: nothing is stored that the resident has not seen as it will be stored.
    let unseen = reviewed.clone().with("stare_pytanie", "dawna");
    let shown = town.post(KAZDE, &unseen.press("send")).await?;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.page().raw(".inset .said"), ["dawna"]);
    assert_eq!(town.counts().await?, (0, 0));

    let sent = town.post(KAZDE, &shown.page().form().unwrap().forward()).await?;
    assert_eq!(sent.status, 303);
    let items = town.engine.items_of('S').await?;
    assert!(!format!("{items:?}").contains("dawna"));
    Ok(())
}

#[tokio::test]
async fn a_form_that_was_changed_meanwhile_is_reviewed_again_under_the_same_token() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    for (old, step) in [
        (form.clone().with("_revision", "1-0000000000000000"), "send"),
        (form.clone().with("_revision", "<b>"), "send"),
        (form.clone().with("_revision", "1-0000000000000000"), "review"),
    ] {
        let answer = town.post(KAZDE, &old.press(step)).await?;
        assert_eq!(answer.status, 200);
        let page = answer.page();
        assert!(page.words("h2").contains(&"Formularz się zmienił".to_owned()), "{:?}", page.words("h2"));
        let again = page.form().unwrap();
        assert_eq!(again.value("_token"), form.value("_token"));
        assert_eq!(again.value("_revision"), form.value("_revision"));
        assert_eq!(answers_of(&again), answers_of(&form));
        assert_eq!(town.counts().await?, (0, 0));
    }
    // The current definition decides: what it does not know is a mistake to mend.
    let gone = form.clone().with("_revision", "1-0000000000000000").with("wiek", "dawna-opcja");
    let mistaken = town.post(KAZDE, &gone.press("send")).await?;
    assert_eq!(mistaken.status, 422);
    assert_eq!(mistaken.page().form().unwrap().value("wiek"), "dawna-opcja");
    // A known token is known whatever has become of the form.
    let sent = town.post(KAZDE, &form.forward()).await?;
    let replay = town.post(KAZDE, &form.clone().with("_revision", "1-0000000000000000").press("send")).await?;
    assert_eq!((replay.status, replay.location()), (303, sent.location()));
    Ok(())
}

#[tokio::test]
async fn a_receipt_keeps_its_own_questions_and_outlives_its_form() -> Outcome {
    let town = Town::open().await?;
    let sent = town.post(KAZDE, &town.review(&ANSWERS).await?.forward()).await?;
    let before = town.get(sent.location()).await?;
    // Word by word: the spaces that hold are those of the form that pages show.
    let said = async || anyhow::Ok(town.get(sent.location()).await?.page().words("body"));
    assert!(before.page().words("dt").contains(&"Twoja ulica".to_owned()));

    let reworded = town.forms.iter().map(|(path, bytes)| {
        let text = String::from_utf8_lossy(bytes).replace("Twoja ulica", "Nowe pytanie");
        (path.clone(), text.into_bytes())
    });
    town.app.replace_catalogue(catalogue(&reworded.collect())?);
    assert!(town.get(KAZDE).await?.body.contains("Nowe pytanie"));
    assert_eq!(said().await?, before.page().words("body"));

    let theme = town.forms.iter().filter(|(path, _)| path.starts_with("theme/"));
    let theme = theme.map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    town.app.replace_catalogue(Catalogue::from_files(theme)?);
    assert_eq!(town.get(KAZDE).await?.status, 404);
    assert_eq!(town.post(KAZDE, &http::encode(&ANSWERS)).await?.status, 410);
    assert_eq!(said().await?, before.page().words("body"));
    Ok(())
}
