//! What is wrong with answers, and how the page tells it (GOV.UK Design System, "Error summary").

use std::collections::BTreeSet;

use serde_json::json;
use tests::{
    http,
    page::Page,
    town::{ANSWERS, KAZDE, KROTKA},
};

use crate::{
    Outcome,
    town::{Town, answers_of, sorted},
};

/// A question, the fields posted in place of its right ones, and where the summary leads.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[tokio::test]
async fn mistakes_are_told_all_at_once_and_nothing_is_lost() -> Outcome {
    let town = Town::open().await?;
    let long = "ą".repeat(5001);
    let short = "🦆".repeat(5000);
    let cases: [Case<'_>; 30] = [
        ("ulica", &[], &["#q-ulica"]),
        ("ulica", &[("ulica", " \n ")], &["#q-ulica"]),
        ("ulica", &[("ulica", "a"), ("ulica", "b")], &["#q-ulica"]),
        ("ulica", &[("ulica", "w dwóch\nliniach")], &["#q-ulica"]),
        ("opinia", &[], &["#q-opinia"]),
        ("opinia", &[("opinia", &long)], &["#q-opinia"]),
        ("opinia", &[("opinia", &short)], &[]),
        ("opinia", &[("opinia", "a"), ("opinia", "b"), ("opinia", "a")], &["#q-opinia"]),
        ("wiek", &[], &["#q-wiek-do-18"]),
        ("wiek", &[("wiek", "\"><b>")], &["#q-wiek.stray.0"]),
        ("wiek", &[("wiek", "do-18"), ("wiek", "od-65")], &["#q-wiek-do-18"]),
        ("dojazd", &[("dojazd", "other")], &["#q-dojazd.other"]),
        ("dojazd", &[("dojazd", "x"), ("dojazd.other", &long)], &["#q-dojazd.stray.0", "#q-dojazd.other"]),
        ("pierwsza_wizyta", &date(["5", "13", "2020"]), &["#q-pierwsza_wizyta.month"]),
        ("pierwsza_wizyta", &date(["32", "maja", "20"]), &["#q-pierwsza_wizyta.day", "#q-pierwsza_wizyta.year"]),
        ("pierwsza_wizyta", &date(["", "V", ""]), &["#q-pierwsza_wizyta.day", "#q-pierwsza_wizyta.year"]),
        ("pierwsza_wizyta", &date(["31", "2", "2020"]), &["#q-pierwsza_wizyta.day"]),
        ("pierwsza_wizyta", &date(["7", "VII", "1949"]), &["#q-pierwsza_wizyta.day"]),
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
        ("dojazd", &[("dojazd", "rower"), ("dojazd.other", "konno")], &["#q-dojazd-other"]),
        ("dojazd", &[], &[]),
        ("zajecia", &[("zajecia", "spacer"), ("zajecia", "sport"), ("zajecia", "zabawa")], &["#q-zajecia-spacer"]),
        ("zajecia", &[("zajecia", "sport"), ("zajecia", "nic")], &["#q-zajecia.stray.0"]),
        ("ocena", &[], &["#q-ocena-1"]),
        ("ocena", &[("ocena", "6")], &["#q-ocena.stray.0"]),
        ("ocena", &[("ocena", "05")], &["#q-ocena.stray.0"]),
        ("spokoj", &[("spokoj", "1"), ("spokoj", "2")], &["#q-spokoj-0"]),
    ];
    for (question, posted, targets) in cases {
        let mut answers: Vec<_> = ANSWERS.iter().copied().filter(|(name, _)| !of(question, name)).collect();
        answers.extend(posted);
        let answer = town.post(KAZDE, &http::encode(&answers)).await?;
        let status = if targets.is_empty() { 200 } else { 422 };
        assert_eq!(answer.status, status, "{question}: {posted:?}");
        let page = answer.page();
        assert_eq!(page.attributes(".summary a", "href"), *targets, "{question}: {posted:?}");
        assert_eq!(answers_of(&page.form().unwrap()), sorted(&answers), "{question}: {posted:?}");
        for target in targets {
            // An id with a dot in it, so no selector by "#".
            let id = target.trim_start_matches('#');
            let controls = page.attributes(&format!(":is(input, textarea, select)[id='{id}']"), "name");
            assert_eq!(controls.len(), 1, "{target} leads to no control");
        }
        check_summary(&page, targets.len());
    }
    let nothing = town.post(KAZDE, "").await?;
    assert_eq!(nothing.status, 422);
    check_summary(&nothing.page(), 5);
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
    check_summary(&page, told.len());
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

/// Checks the rules of an error summary: first in the page, focused without script, the same words beside the field.
fn check_summary(page: &Page, mistakes: usize) {
    assert_eq!(page.words(".summary li").len(), mistakes);
    if mistakes == 0 {
        return;
    }
    assert!(page.title().starts_with("Błąd: "), "{}", page.title());
    assert_eq!(page.words("main > :first-child h2"), ["Formularz zawiera błędy"]);
    assert_eq!(page.attributes("main > :first-child", "role"), ["alert"]);
    assert_eq!(page.attributes("main > :first-child", "tabindex"), ["-1"]);
    assert_eq!(page.attributes("[autofocus]", "class"), ["summary"], "one focus, and it is the summary");
    let beside = page.words(".problem").iter().map(|words| words.replacen("Błąd: ", "", 1)).collect::<Vec<_>>();
    assert_eq!(beside, page.words(".summary li"));
    let marked =
        page.attributes("[aria-invalid=true]", "class").len() + page.attributes("[aria-invalid=true]", "name").len();
    assert!(marked >= mistakes, "marked as wrong: {marked}, but {:?}", page.words(".summary li"));
    // What describes a control stands on the page, and what is said of it is among that.
    let ids: BTreeSet<_> = page.attributes("[id]", "id").into_iter().collect();
    let described = page.attributes("[aria-describedby]", "aria-describedby");
    let described: BTreeSet<_> = described.iter().flat_map(|words| words.split(' ')).map(str::to_owned).collect();
    assert!(described.is_subset(&ids), "{:?}", described.difference(&ids).collect::<Vec<_>>());
    for problem in page.attributes(".problem", "id") {
        assert!(described.contains(&problem), "{problem} is read with no control");
    }
    assert_eq!(page.attributes(".problem", "id").len(), page.attributes(".faulty .problem", "id").len());
}

/// Tells whether the field `name` belongs to `question`.
fn of(question: &str, name: &str) -> bool {
    name.strip_prefix(question).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
