//! Pages of a form, conditions, remarks, and what is taken along: all by the server.

use forms_fn::Catalogue;
use serde_json::json;
use tests::{
    http,
    town::{ANSWERS, KAZDE, STRONY, WYMAGANE},
};

use crate::{
    Outcome,
    town::{Town, answers_of, catalogue, number, sorted},
};

#[tokio::test]
async fn pages_are_turned_by_the_server_and_skip_what_does_not_apply() -> Outcome {
    let town = Town::open().await?;
    let first = town.get(STRONY).await?.page();
    assert_eq!(first.words(".page-number"), ["Strona 1 z 3"]);
    assert!(first.words("main form").concat().contains("Czym dostajesz się"));
    assert!(!first.words("main form").concat().contains("Którą linią"));
    let printed = "fieldset.print-only[disabled]";
    assert!(first.words(printed).concat().contains("Którą linią"), "who prints the first page prints them all");
    // Without styles they stand on the page: nothing is written where it would not be sent.
    assert_eq!(first.words(&format!("{printed} > legend")), ["Dalsze pytania, tylko do wydruku"]);
    let living = "main :is(input, textarea, select):not(form *, fieldset[disabled] *)";
    assert_eq!(first.attributes(living, "name"), [""; 0], "a field that nothing sends");
    assert!(!first.attributes(&format!("{printed} :is(input, textarea)"), "name").is_empty());
    let form = first.form().unwrap();
    assert_eq!(form.buttons[0].value, "page:o_autobusie");
    assert!(first.buttons("page:czym").is_empty(), "nothing stands before the first page");

    // Nothing chosen: no turning before it is mended.
    let stay = town.post(STRONY, &form.forward()).await?;
    assert_eq!((stay.status, stay.page().words(".page-number")), (422, vec!["Strona 1 z 3".to_owned()]));

    let bus = town.post(STRONY, &form.clone().with("czym", "autobus").forward()).await?.page();
    assert_eq!(bus.words(".page-number"), ["Strona 2 z 3"]);
    let (page, bus) = (&bus, bus.form().unwrap());
    assert_eq!(page.words("form > p:first-of-type button[value='page:czym']"), ["Wstecz"]);
    assert_eq!(
        bus.buttons.iter().map(|button| button.value.as_str()).collect::<Vec<_>>()[..2],
        ["page:o_parku", "page:czym"]
    );
    let typed = bus.with("linia", "7");
    let park = town.post(STRONY, &typed.forward()).await?.page().form().unwrap();
    assert_eq!(answers_of(&park), sorted(&[("czym", "autobus"), ("linia", "7")]));
    assert_eq!(park.buttons[0].value, "review");

    // Back shows what was typed; on foot the second page is skipped, its answer told and not sent.
    let back = town.post(STRONY, &park.press("page:o_autobusie")).await?.page().form().unwrap();
    assert_eq!(back.value("linia"), "7");
    let start = town.post(STRONY, &back.press("page:czym")).await?.page().form().unwrap();
    let skipped = town.post(STRONY, &start.with("czym", "pieszo").forward()).await?.page();
    assert_eq!(skipped.words(".page-number"), ["Strona 3 z 3"]);
    let last = skipped.form().unwrap().with("zdanie", "Ładny");
    let review = town.post(STRONY, &last.forward()).await?.page();
    assert_eq!(review.words("section.inset dt"), ["Którą linią jeździsz?"], "said before it is dropped");
    let reviewed = review.form().unwrap();
    assert_eq!(answers_of(&reviewed), sorted(&[("czym", "pieszo"), ("zdanie", "Ładny")]));

    // Whoever goes back and changes the mind finds it again.
    let edit = town.post(STRONY, &reviewed.press("edit:czym")).await?.page().form().unwrap();
    assert_eq!((edit.value("linia"), edit.buttons[0].value.as_str()), ("7", "review"));
    let sent = town.post(STRONY, &reviewed.forward()).await?;
    assert_eq!(sent.status, 303);
    assert!(!format!("{:?}", town.engine.items_of('S').await?).contains("linia"));
    Ok(())
}

#[tokio::test]
async fn what_does_not_apply_is_not_required_nor_checked() -> Outcome {
    let town = Town::open().await?;
    // A consent without an address: told, and not sent.
    let answers: Vec<_> = ANSWERS.iter().copied().filter(|(name, _)| *name != "adres_email").collect();
    let page = town.post(KAZDE, &http::encode(&answers)).await?.page();
    assert_eq!(page.words("section.inset dt"), ["Odpowiedź pocztą"]);
    assert_eq!(page.form().unwrap().value("zgoda"), "");
    Ok(())
}

#[tokio::test]
async fn remarks_are_added_and_removed_by_the_server() -> Outcome {
    let town = Town::open().await?;
    let form = town.get(KAZDE).await?.page().form().unwrap();
    let typed = form.with("uwaga.1.text", "Pierwsza");
    let two = town.post(KAZDE, &typed.press("add:uwaga")).await?.page();
    assert_eq!(two.words(".remark-fields legend"), ["Uwaga 1", "Uwaga 2"]);
    let typed = two.form().unwrap().with("uwaga.2.text", "Druga");
    assert_eq!(typed.value("uwaga.1.text"), "Pierwsza");
    let one = town.post(KAZDE, &typed.press("remove:uwaga.1")).await?.page();
    let one = one.form().unwrap();
    assert_eq!((one.value("uwaga.1.text"), one.value("uwaga.2.text")), ("", "Druga"));
    // Three are the most.
    let three = town.post(KAZDE, &typed.clone().with("uwaga.3.text", "Trzecia").press("add:uwaga")).await?.page();
    assert_eq!(three.words(".remark-fields legend").len(), 3);
    assert!(three.buttons("add:").is_empty());
    Ok(())
}

#[tokio::test]
async fn a_page_goes_on_to_where_it_went_before_a_remark_was_added() -> Outcome {
    let mut town = Town::open().await?;
    // Remarks on the page before the last.
    town.reform("strony", |form| {
        let label = json!({"original": "Uwagi"});
        let remark = json!({"name": "uwaga", "label": label, "kind": "remark", "max_remarks": 3, "max_length": 50});
        let questions = form["questions"].as_array_mut().unwrap();
        questions.insert(3, remark);
    })?;
    let answers = [("czym", "autobus"), ("linia", "7"), ("zdanie", "Ładny"), ("uwaga.1.text", "Pierwsza")];
    let review = town.post(STRONY, &http::encode(&answers)).await?.page().form().unwrap();
    // From the review and back to it, however many remarks are added and removed on the way.
    let mut page = town.post(STRONY, &review.press("edit:uwaga")).await?.page();
    for step in ["add:uwaga", "remove:uwaga.1", "add:uwaga"] {
        page = town.post(STRONY, &page.form().unwrap().with("uwaga.2.text", "Druga").press(step)).await?.page();
        assert_eq!(
            (page.words(".page-number"), page.form().unwrap().buttons[0].value.as_str()),
            (vec!["Strona 2 z 3".to_owned()], "review"),
            "{step}"
        );
    }
    assert_eq!(town.post(STRONY, &page.form().unwrap().forward()).await?.page().words("h1"), ["Sprawdź odpowiedzi"]);
    // With mistakes on two pages all questions are shown, and stay shown.
    let mistaken = review.clone().with("czym", "").with("zdanie", "").with("linia", "");
    let whole = town.post(STRONY, &mistaken.press("review")).await?.page().form().unwrap();
    let added = town.post(STRONY, &whole.press("add:uwaga")).await?.page();
    assert!(
        added.words("main form").concat().contains("Co myślisz o parku?") && added.words(".page-number").is_empty()
    );
    assert_eq!(added.form().unwrap().buttons[0].value, "review");
    // Turned to by the button that goes on, it goes on.
    let on = town.post(STRONY, &review.press("page:o_autobusie")).await?.page().form().unwrap();
    assert_eq!(on.buttons[0].value, "page:o_parku");
    let added = town.post(STRONY, &on.press("add:uwaga")).await?.page().form().unwrap();
    assert_eq!(added.buttons[0].value, "page:o_parku");
    Ok(())
}

#[tokio::test]
async fn limits_are_told_before_they_are_broken() -> Outcome {
    let town = Town::open().await?;
    let required = town.get(WYMAGANE).await?.page();
    let every = town.get(KAZDE).await?.page();
    for (page, name, limit) in [
        (&required, "ulica", "Co najmniej 3 znaki. Najwyżej 10 znaków."),
        (&required, "opinia", "Co najmniej 3 znaki. Najwyżej 10 znaków."),
        (&required, "wizyty", "Od 1 do 366"),
        (&required, "powroty", "Można zaznaczyć najwyżej 2 odpowiedzi."),
        (&required, "pierwsza_wizyta", "Od 1 stycznia 1950 r. do 30 czerwca 2021 r."),
        (&every, "imie", "Najwyżej 60 znaków."),
        (&every, "ulica", "Najwyżej 500 znaków."),
        (&every, "zajecia", "Można zaznaczyć najwyżej 2 odpowiedzi."),
    ] {
        assert_eq!(page.words(&format!("[id='limit-{name}']")), [limit], "{name}");
        let described = format!("[data-question='{name}'] [aria-describedby~='limit-{name}']");
        assert!(!page.attributes(&described, "aria-describedby").is_empty(), "{name}");
    }
    let mut hinted = Town::open().await?;
    hinted.reform("kazde", |form| {
        let questions = form["questions"].as_array_mut().unwrap();
        let question = questions.iter_mut().find(|question| question["name"] == "powroty").unwrap();
        question["max_selected"] = json!(2);
    })?;
    let page = hinted.get(KAZDE).await?.page();
    assert_eq!(
        page.words("[data-question=powroty] .hint"),
        ["Można zaznaczyć kilka odpowiedzi.", "Można zaznaczyć najwyżej 2 odpowiedzi."]
    );
    Ok(())
}

#[tokio::test]
async fn a_link_from_a_section_begins_a_remark_on_it() -> Outcome {
    let town = Town::open().await?;
    let place = place(&town, "staw").await?;
    let hash = place.rsplit('/').next().unwrap().to_owned();
    let open = async |query: String| anyhow::Ok(town.get(&format!("{KAZDE}?{query}")).await?.page().form().unwrap());
    let linked = open(format!("document=projekt&version=1.0&section=staw&hash={hash}")).await?;
    assert_eq!(linked.value("uwaga.1.place"), place);
    for (query, expected) in [
        ("document=projekt&version=1.0&section=staw&hash=%3Cb%3E".to_owned(), place.as_str()),
        ("document=projekt&version=1.0&section=nie-ma&hash=x".to_owned(), "projekt/1.0"),
        ("document=nie-ma&version=1.0&section=staw&x=y".to_owned(), ""),
    ] {
        assert_eq!(open(query.clone()).await?.value("uwaga.1.place"), expected, "{query}");
    }
    // A text nobody knows is stored as such, and said.
    let unknown = open("document=projekt&version=1.0&section=staw&hash=1-0000000000000000".to_owned()).await?;
    let filled: Vec<_> = ANSWERS.iter().copied().chain([("uwaga.1.place", unknown.value("uwaga.1.place"))]).collect();
    let review = town.post(KAZDE, &http::encode(&filled)).await?.page();
    assert!(
        review.words(".said").iter().any(|words| words.contains("nie znamy takiej wersji")),
        "{:?}",
        review.words(".said")
    );
    assert_eq!(town.post(KAZDE, &review.form().unwrap().forward()).await?.status, 303);
    assert!(format!("{:?}", town.engine.items_of('S').await?).contains("staw/1-0000000000000000"));
    Ok(())
}

#[tokio::test]
async fn a_section_that_changes_between_link_and_send_is_told_once() -> Outcome {
    let town = Town::open().await?;
    let place = place(&town, "staw").await?;
    let hash = place.rsplit('/').next().unwrap();
    let answers: Vec<_> = ANSWERS.iter().copied().chain([("uwaga.1.place", place.as_str())]).collect();
    let form = town.review(&answers).await?;
    let changed = town.forms.iter().map(|(path, bytes)| {
        let old = format!("\"hash\":\"{hash}\",\"earlier\":[]");
        let new = format!("\"hash\":\"1-1111111111111111\",\"earlier\":[\"{hash}\"]");
        (path.clone(), String::from_utf8_lossy(bytes).replace(&old, &new).into_bytes())
    });
    town.app.replace_catalogue(catalogue(&changed.collect())?);
    let told = town.post(KAZDE, &form.forward()).await?;
    assert_eq!(told.status, 200);
    let page = told.page();
    assert!(page.words("h2").contains(&"Fragment dokumentu się zmienił".to_owned()), "{:?}", page.words("h2"));
    let again = page.form().unwrap();
    assert_eq!((again.value("_token"), again.value("uwaga.1.place")), (form.value("_token"), place.as_str()));
    assert_eq!(town.counts().await?, (0, 0));
    assert_eq!(town.post(KAZDE, &again.forward()).await?.status, 303);
    // Bound to what was read.
    assert!(format!("{:?}", town.engine.items_of('S').await?).contains(&place));
    Ok(())
}

#[tokio::test]
async fn answers_are_corrected_under_their_number() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let first = town.post(KAZDE, &form.forward()).await?;
    let other = form.clone().with("ulica", "Inna ulica");
    let conflict = town.post(KAZDE, &other.press("send")).await?.page().form().unwrap();
    assert_eq!(conflict.value("_amends"), "0");
    let corrected = town.post(KAZDE, &conflict.press("correct")).await?;
    assert_eq!((corrected.status, number(&corrected)), (303, number(&first)));
    let receipt = town.get(corrected.location()).await?;
    assert!(receipt.body.contains("Inna ulica") && receipt.body.contains("poprawiono 1 raz"));
    // The same again is the same; a correction of what has moved on asks again.
    let again = town.post(KAZDE, &conflict.press("correct")).await?;
    assert_eq!((again.status, again.location()), (303, corrected.location()));
    let late = town.post(KAZDE, &conflict.clone().with("ulica", "Trzecia").press("correct")).await?;
    assert_eq!(late.status, 409);
    assert_eq!(town.counts().await?, (1, 2));
    Ok(())
}

#[tokio::test]
async fn a_saved_file_holds_the_answers_and_no_token() -> Outcome {
    let town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let saved = town.post(KAZDE, &form.press("save")).await?;
    assert_eq!((saved.status, saved.header("cache-control")), (200, "no-store"));
    assert_eq!(saved.header("content-disposition"), "attachment; filename=\"park-kazde.html\"");
    assert!(!saved.body.contains(form.value("_token")) && !saved.body.contains("_token"));
    let file = saved.page().form().unwrap();
    assert_eq!(file.action, "https://debowa.example/api/park/kazde");
    assert_eq!(answers_of(&file), sorted(&ANSWERS));
    assert!(saved.page().attributes("link, script, img", "href").is_empty(), "it opens without a network");
    // A browser says that a file is another site: the journey begins anew, with everything there.
    let opened = town.post_from("cross-site", KAZDE, &file.press("edit")).await?;
    assert_eq!((opened.status, answers_of(&opened.page().form().unwrap())), (200, sorted(&ANSWERS)));
    assert_eq!(town.counts().await?, (0, 0));
    Ok(())
}

#[tokio::test]
async fn d34_a_filled_trap_leads_to_quarantine_and_never_to_silence() -> Outcome {
    let town = Town::open().await?;
    let page = town.get(KAZDE).await?.page();
    assert_eq!(
        page.attributes("[aria-hidden=true].hidden [name=_website]", "tabindex"),
        ["-1"],
        "nobody comes upon it"
    );
    assert_eq!(page.words("label[for=_website]"), ["Nie wypełniaj tego pola"]);
    let form = page.form().unwrap();
    let mut answers = form.with("_website", "https://spam.example");
    answers.fields.extend(ANSWERS.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let review = town.post(KAZDE, &answers.forward()).await?.page().form().unwrap();
    let sent = town.post(KAZDE, &review.forward()).await?;
    assert_eq!(sent.status, 303);
    assert_eq!(town.get(sent.location()).await?.status, 200);
    assert!(format!("{:?}", town.engine.items_of('R').await?).contains("quarantine"));
    Ok(())
}

#[tokio::test]
async fn a_receipt_without_its_form_still_names_the_place_of_a_remark() -> Outcome {
    let town = Town::open().await?;
    let place = place(&town, "staw").await?;
    let answers: Vec<_> = ANSWERS.iter().copied().chain([("uwaga.1.place", place.as_str())]).collect();
    let sent = town.post(KAZDE, &town.review(&answers).await?.forward()).await?;
    assert!(town.get(sent.location()).await?.body.contains("Staw – Projekt parku, wersja 1.0"));
    let theme = town.forms.iter().filter(|(path, _)| path.starts_with("theme/"));
    town.app.replace_catalogue(Catalogue::from_files(theme.map(|(path, bytes)| (path.as_str(), bytes.as_slice())))?);
    assert!(town.get(sent.location()).await?.body.contains("staw – projekt, wersja 1.0"));
    Ok(())
}

/// Returns the value that means the section `id` of the newest version.
async fn place(town: &Town, id: &str) -> anyhow::Result<String> {
    let values = town.get(KAZDE).await?.page().attributes("select option", "value");
    Ok(values.into_iter().find(|value| value.starts_with(&format!("projekt/1.0/{id}/"))).unwrap())
}
