//! Questions that are answered in parts: rows, places in an order, days, remarks. What is wrong with each part is told at
//! once, at the part.

use std::collections::BTreeSet;

use serde_json::json;
use tests::{
    http,
    town::{ANSWERS, KAZDE, KROTKA},
};

use crate::{
    Outcome,
    town::{Town, answers_of, sorted},
};

/// A question, what is posted in the place of its right answers, and where the lines of the summary lead.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[tokio::test]
async fn what_is_wrong_with_several_parts_is_told_of_each() -> Outcome {
    let town = Town::open().await?;
    let long = "ą".repeat(5001);
    let cases: [Case<'_>; 8] = [
        ("dojazd", &[("dojazd", "x"), ("dojazd.other", &long)], &["#q-dojazd.stray.0", "#q-dojazd.other"]),
        ("pierwsza_wizyta", &date(["5", "13", "2020"]), &["#q-pierwsza_wizyta.month"]),
        ("pierwsza_wizyta", &date(["32", "maja", "20"]), &["#q-pierwsza_wizyta.day", "#q-pierwsza_wizyta.year"]),
        ("pierwsza_wizyta", &date(["", "V", ""]), &["#q-pierwsza_wizyta.day", "#q-pierwsza_wizyta.year"]),
        ("pierwsza_wizyta", &date(["7", "VII", "2019"]), &[]),
        (
            "miejsca",
            &[("miejsca.staw", "x"), ("miejsca.aleja", "dobrze"), ("miejsca.aleja", "zle")],
            &["#q-miejsca.staw.stray.0", "#q-miejsca.aleja.dobrze"],
        ),
        (
            "kolejnosc",
            &[("kolejnosc.lawki", "2"), ("kolejnosc.lampy", "4"), ("kolejnosc.drzewa", "2")],
            &["#q-kolejnosc.lampy", "#q-kolejnosc.drzewa"],
        ),
        (
            "uwaga",
            &[
                ("uwaga.1.reason", "bo tak"),
                ("uwaga.2.place", "gdzieś"),
                ("uwaga.2.text", &long),
                ("uwaga.3.quote", "tu"),
            ],
            &["#q-uwaga.1.text", "#q-uwaga.2.place", "#q-uwaga.2.text", "#q-uwaga.3.text"],
        ),
    ];
    for (question, posted, targets) in cases {
        let mut answers: Vec<_> = ANSWERS.iter().copied().filter(|(name, _)| !of(question, name)).collect();
        answers.extend(posted);
        let answer = town.post(KAZDE, &http::encode(&answers)).await?;
        assert_eq!(answer.status, if targets.is_empty() { 200 } else { 422 }, "{posted:?}");
        let page = answer.page();
        assert_eq!(page.attributes(".summary a", "href"), *targets, "{posted:?}");
        assert_eq!(page.attributes(".problem", "id").len(), targets.len(), "{posted:?}");
        assert_eq!(answers_of(&page.form().unwrap()), sorted(&answers), "{posted:?}");
    }
    Ok(())
}

/// Returns the fields of the question about a day.
fn date([day, month, year]: [&str; 3]) -> [(&'static str, &str); 3] {
    [("pierwsza_wizyta.day", day), ("pierwsza_wizyta.month", month), ("pierwsza_wizyta.year", year)]
}

#[tokio::test]
async fn every_row_place_and_remark_is_told_at_once_and_by_name() -> Outcome {
    let mut town = Town::open().await?;
    // All of them have to be answered.
    town.reform("kazde", |form| {
        for question in form["questions"].as_array_mut().unwrap() {
            if ["matrix", "rank", "remark"].contains(&question["kind"].as_str().unwrap()) {
                question["required"] = json!(true);
            }
        }
    })?;
    let others: Vec<_> = ANSWERS
        .iter()
        .copied()
        .filter(|(name, _)| !["miejsca", "kolejnosc", "uwaga"].iter().any(|question| of(question, name)))
        .collect();
    let posted = [&others[..], &[("kolejnosc.lampy", "1")], &date(["7", "", "2019"])].concat();
    let answer = town
        .post(
            KAZDE,
            &http::encode(
                &posted.into_iter().filter(|pair| *pair != ("pierwsza_wizyta.month", "lipca")).collect::<Vec<_>>(),
            ),
        )
        .await?;
    assert_eq!(answer.status, 422);
    let page = answer.page();
    let told = [
        "Zostaw jedną odpowiedź w polu „Dzień”: „Kiedy pierwszy raz byłaś lub byłeś w parku?”. Liczba podanych odpowiedzi: 2",
        "Dopisz miesiąc: „Kiedy pierwszy raz byłaś lub byłeś w parku?”",
        "Zostaw jedną odpowiedź w polu „Rok”: „Kiedy pierwszy raz byłaś lub byłeś w parku?”. Liczba podanych odpowiedzi: 2",
        "Wybierz odpowiedź w wierszu „staw”: „Jak oceniasz miejsca w parku?”",
        "Wybierz odpowiedź w wierszu „aleja”: „Jak oceniasz miejsca w parku?”",
        "Wpisz miejsce przy „ławki”: „Co zrobić najpierw?”",
        "Wpisz miejsce przy „drzewa”: „Co zrobić najpierw?”",
        "Wpisz uwagę: „Uwagi do projektu”",
    ];
    assert_eq!(page.words(".summary li"), told);
    let beside = page.words(".problem").iter().map(|words| words.replacen("Błąd: ", "", 1)).collect::<Vec<_>>();
    assert_eq!(beside, told);
    // Each stands at its own part, which names it.
    assert_eq!(page.words(".date .part:nth-child(2) .problem"), [format!("Błąd: {}", told[1])]);
    assert_eq!(page.words("fieldset.row:nth-child(2) > legend + .problem"), [format!("Błąd: {}", told[4])]);
    assert_eq!(page.words(".rank .part:last-child .problem"), [format!("Błąd: {}", told[6])]);
    assert_eq!(page.words(".remark-fields .part.wrong .problem"), [format!("Błąd: {}", told[7])]);
    Ok(())
}

#[tokio::test]
async fn a_limit_of_days_is_told_as_days_are_written() -> Outcome {
    let town = Town::open().await?;
    let answers: Vec<_> = ANSWERS.iter().copied().filter(|(name, _)| !of("pierwsza_wizyta", name)).collect();
    for (given, words) in [
        (
            ["31", "XII", "1949"],
            "Wpisz datę nie wcześniejszą niż 1 stycznia 1950 r.: „Kiedy pierwszy raz byłaś lub byłeś w parku?”",
        ),
        (
            ["1", "1", "2022"],
            "Wpisz datę nie późniejszą niż 31 grudnia 2021 r.: „Kiedy pierwszy raz byłaś lub byłeś w parku?”",
        ),
    ] {
        let page = town.post(KAZDE, &http::encode(&[&answers[..], &date(given)].concat())).await?.page();
        assert_eq!(page.words(".summary li"), [words]);
        assert_eq!(page.attributes(".date input[aria-invalid=true]", "name").len(), 3, "it is said of the whole day");
    }
    Ok(())
}

#[tokio::test]
async fn no_two_controls_share_an_id() -> Outcome {
    let mut town = Town::open().await?;
    let option = |value: &str| json!({"value": value, "label": {"original": value}});
    let values = |values: &[&str]| values.iter().map(|value| option(value)).collect::<Vec<_>>();
    town.reform("krotka", |form| {
        let questions = form["questions"].as_array_mut().unwrap();
        let label = json!({"original": "Pytanie"});
        questions.push(json!({"name": "m", "label": label, "kind": "matrix", "rows": values(&["park", "park-nowy", "stray"]), "options": values(&["nowy-dobry", "dobry", "stray-0", "0"])}));
        questions.push(json!({"name": "c", "label": label, "kind": "choice", "or_other": true, "options": values(&["stray-0", "stray", "0"])}));
        questions.push(json!({"name": "r", "label": label, "kind": "rank", "options": values(&["stray", "stray-0"])}));
    })?;
    let strays =
        [("m.park", "x"), ("m.park-nowy", "y"), ("m.stray", "z"), ("c", "x"), ("r.stray", "1"), ("r.stray", "2")];
    let page = town.post(KROTKA, &http::encode(&strays)).await?.page();
    let ids = page.attributes("[id]", "id");
    let once: BTreeSet<_> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "{ids:?}");
    let known: BTreeSet<_> = ids.iter().map(String::as_str).collect();
    for points in [page.attributes("label", "for"), page.attributes("[aria-describedby]", "aria-describedby")] {
        for id in points.iter().flat_map(|ids| ids.split(' ')) {
            assert!(known.contains(id), "nothing is called {id}");
        }
    }
    Ok(())
}

/// Tells whether the field `name` belongs to `question`.
fn of(question: &str, name: &str) -> bool {
    name.strip_prefix(question).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
