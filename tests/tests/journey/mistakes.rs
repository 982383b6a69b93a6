//! What is wrong with answers, and how the page tells it (GOV.UK Design System, "Error summary").

use tests::{
    http,
    page::Page,
    town::{ANSWERS, KAZDE},
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
    let cases: [Case<'_>; 20] = [
        ("ulica", &[], &["#q-ulica"]),
        ("ulica", &[("ulica", " \n ")], &["#q-ulica"]),
        ("ulica", &[("ulica", "a"), ("ulica", "b")], &["#q-ulica"]),
        ("ulica", &[("ulica", "w dwóch\nliniach")], &["#q-ulica"]),
        ("opinia", &[], &["#q-opinia"]),
        ("opinia", &[("opinia", &long)], &["#q-opinia"]),
        ("opinia", &[("opinia", &short)], &[]),
        ("opinia", &[("opinia", "a"), ("opinia", "b"), ("opinia", "a")], &["#q-opinia"]),
        ("wiek", &[], &["#q-wiek-do-18"]),
        ("wiek", &[("wiek", "\"><b>")], &["#q-wiek.stray-0"]),
        ("wiek", &[("wiek", "do-18"), ("wiek", "od-65")], &["#q-wiek-do-18"]),
        ("dojazd", &[("dojazd", "other")], &["#q-dojazd.other"]),
        ("dojazd", &[("dojazd", "rower"), ("dojazd.other", "konno")], &["#q-dojazd-other"]),
        ("dojazd", &[], &[]),
        ("zajecia", &[("zajecia", "spacer"), ("zajecia", "sport"), ("zajecia", "zabawa")], &["#q-zajecia-spacer"]),
        ("zajecia", &[("zajecia", "sport"), ("zajecia", "nic")], &["#q-zajecia.stray-0"]),
        ("ocena", &[], &["#q-ocena-1"]),
        ("ocena", &[("ocena", "6")], &["#q-ocena.stray-0"]),
        ("ocena", &[("ocena", "05")], &["#q-ocena.stray-0"]),
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
            let controls = page.attributes(&format!("input[id='{id}'], textarea[id='{id}']"), "name");
            assert_eq!(controls.len(), 1, "{target} leads to no control");
        }
        check_summary(&page, targets.len());
    }
    let nothing = town.post(KAZDE, "").await?;
    assert_eq!(nothing.status, 422);
    check_summary(&nothing.page(), 5);
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
    assert_eq!(page.words(".faulty").len(), mistakes);
    let marked = page.attributes("[aria-invalid=true]", "id");
    assert!(marked.len() >= mistakes, "marked as wrong: {marked:?}, but {:?}", page.words(".summary li"));
}

/// Tells whether the field `name` belongs to `question`.
fn of(question: &str, name: &str) -> bool {
    name.strip_prefix(question).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
