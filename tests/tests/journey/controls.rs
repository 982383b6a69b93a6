//! How the pages are built, whatever they say: labels, groups, hints, fields (GOV.UK Design System, WCAG 2.2).

use std::collections::BTreeSet;

use forms::Kind;
use tests::{
    http,
    page::Page,
    town::{ANSWERS, KAZDE, REQUIRED, STRONY, WYMAGANE},
    workspace,
};

use crate::{
    Outcome,
    states::{State, states},
    town::{Town, bundle, kept},
};

/// Controls in which something is written or chosen; the field that nobody fills in aside.
const WRITTEN: &str = ":is(input[type=text], textarea, select):not([name=_website])";
const TICKED: &str = ":is(input[type=radio], input[type=checkbox])";

/// Checks something of every page.
async fn each(check: impl Fn(&State, &Page)) -> Outcome {
    let states = states().await?;
    assert!(states.len() > 60, "there are more pages than {}", states.len());
    for state in states {
        check(state, &state.answer.page());
    }
    Ok(())
}

/// Checks that nothing on any page is what `selector` finds.
async fn nowhere(selector: &str) -> Outcome {
    each(|state, page| assert_eq!(page.attributes(selector, "name"), [""; 0], "{}: {selector}", state.name)).await?;
    each(|state, page| assert_eq!(page.raw(selector), [""; 0], "{}: {selector}", state.name)).await
}

fn script() -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(workspace::repository().join("themes/base/assets/form.js"))?)
}

#[tokio::test]
async fn d01_every_control_has_a_visible_label_above_it_and_none_a_placeholder() -> Outcome {
    nowhere("[placeholder]").await?;
    each(|State { name, answer, .. }, page| {
        let place = |piece: &str| answer.body.find(piece);
        for id in page.attributes(WRITTEN, "id") {
            let label = page.words(&format!("label[for='{id}']:not(.hidden)"));
            let named = page.attributes(&format!("[id='{id}'][aria-labelledby]"), "aria-labelledby");
            // Where a field came several times, the further ones have the label of the first.
            let (label, at) = match named.first() {
                None => (label, place(&format!("<label for=\"{id}\""))),
                Some(named) => (page.words(&format!("[id='{named}']")), place(&format!("id=\"{named}\""))),
            };
            assert!(label.len() == 1 && !label[0].is_empty() && !label[0].ends_with(':'), "{name}: {id}: {label:?}");
            assert!(
                at.unwrap() < place(&format!(" id=\"{id}\"")).unwrap(),
                "{name}: the label of {id} stands below it"
            );
        }
        for id in page.attributes(TICKED, "id") {
            let label = page.words(&format!("label[for='{id}']"));
            assert!(label.len() == 1 && !label[0].is_empty() && !label[0].ends_with(':'), "{name}: {id}: {label:?}");
            assert!(
                !page.words(&format!("fieldset:has([id='{id}']) > legend")).is_empty(),
                "{name}: {id} has no group"
            );
        }
        for words in page.words("legend") {
            assert!(!words.is_empty() && !words.ends_with(':'), "{name}: {words}");
        }
    })
    .await
}

#[tokio::test]
async fn d02_groups_are_fieldsets_that_begin_with_a_legend_and_controls_are_those_of_html() -> Outcome {
    nowhere("[role=radio], [role=checkbox], [role=textbox], [role=listbox], [role=combobox], [contenteditable]")
        .await?;
    each(|State { name, .. }, page| {
        for grouped in [TICKED, ".date input"] {
            let all = page.attributes(grouped, "id");
            let inside = page.attributes(&format!("fieldset :is({grouped})"), "id");
            assert_eq!(inside, all, "{name}: {grouped}");
        }
        assert_eq!(page.raw("fieldset > legend:first-child").len(), page.raw("fieldset").len(), "{name}");
    })
    .await
}

#[tokio::test]
async fn d03_a_hint_is_a_short_sentence_that_the_control_names() -> Outcome {
    nowhere(".question .hint a, .question .hint button").await?;
    each(|State { name, .. }, page| {
        let described: BTreeSet<_> = page.attributes("[aria-describedby]", "aria-describedby").into_iter().collect();
        let described: BTreeSet<_> = described.iter().flat_map(|ids| ids.split(' ')).collect();
        for id in page.attributes(".question .hint", "id") {
            assert!(described.contains(id.as_str()), "{name}: nothing is described by {id}");
        }
        for hint in page.words(".question .hint[id^='hint-']") {
            let sentences = hint.split_terminator(". ").count();
            assert!(hint.chars().count() <= 120 && sentences == 1, "{name}: {hint}");
        }
    })
    .await?;
    assert!(!Town::open().await?.get(KAZDE).await?.page().raw(".hint[id^='hint-']").is_empty(), "there are no hints");
    Ok(())
}

#[tokio::test]
async fn d10_the_browser_validates_nothing() -> Outcome {
    nowhere("form.questions:not([novalidate]), form#send:not([novalidate])").await?;
    nowhere("[required], [pattern], [minlength], [min], [max], [step]").await?;
    nowhere("input:not([type=text]):not([type=radio]):not([type=checkbox]):not([type=hidden])").await?;
    let script = script()?;
    for word in ["blur", "focusout", "invalid", "Validity", "required", "pattern"] {
        assert!(!script.contains(word), "the script says {word}");
    }
    Ok(())
}

#[tokio::test]
async fn d11_what_may_be_left_out_says_so_and_what_is_required_is_told_before() -> Outcome {
    let town = Town::open().await?;
    for (name, path) in [("kazde", KAZDE), ("wymagane", WYMAGANE), ("strony", STRONY)] {
        let form = bundle(name)?.form;
        let page = town.get(path).await?.page();
        for question in form.questions.iter().filter(|question| question.kind.asks()) {
            let label = format!("[data-question='{}'] > .question > :is(label, legend, h2)", question.name);
            let words = page.words(&label);
            assert_eq!(words.len(), 1, "{}", question.name);
            let optional = words[0].ends_with(" (opcjonalnie)");
            assert_eq!(optional, !question.required, "{}: {words:?}", question.name);
        }
        assert!(!page.words("label, legend, h2").concat().contains('*'), "an asterisk");
        let body = town.get(path).await?.body;
        let told = body.find("Pytania z\u{a0}dopiskiem „(opcjonalnie)” można pominąć").unwrap();
        assert!(told < body.find("data-question").unwrap(), "told after the first question");
    }
    Ok(())
}

#[tokio::test]
async fn d12_nothing_is_chosen_beforehand_and_options_stand_as_they_were_written() -> Outcome {
    let town = Town::open().await?;
    for path in [KAZDE, WYMAGANE, STRONY] {
        let page = town.get(path).await?.page();
        assert_eq!(page.attributes("[checked], option[selected]", "value"), [""; 0], "{path}");
    }
    let page = town.get(KAZDE).await?.page();
    assert_eq!(page.attributes("[name=dojazd]", "value"), ["pieszo", "rower", "auto", "other"]);
    assert_eq!(page.attributes("[name=ocena]", "value"), ["1", "2", "3", "4", "5", "none"]);
    assert_eq!(page.words("label[for=q-ocena-none]"), ["Nie mam zdania"]);
    Ok(())
}

#[tokio::test]
async fn d16_nothing_cuts_a_long_text_off() -> Outcome {
    nowhere("[maxlength]").await?;
    let town = Town::open().await?;
    let long = "ą".repeat(20_000);
    for name in ["ulica", "opinia", "nazwisko", "adres_email", "telefon", "kod", "wizyty", "uwaga.1.text"] {
        let answers: Vec<_> = REQUIRED.iter().filter(|(field, _)| *field != name).copied().collect();
        let page = town.post(WYMAGANE, &http::encode(&[&answers[..], &[(name, &long)]].concat())).await?.page();
        assert_eq!(page.form().unwrap().value(name), long, "{name}");
        assert!(page.words(".summary li").concat().contains("wpisano: 20000"), "{name}: {:?}", page.words(".summary"));
    }
    Ok(())
}

#[tokio::test]
async fn d17_copying_and_spell_checking_are_hindered_only_where_a_correction_would_be_wrong() -> Outcome {
    nowhere("[onpaste], [oncopy], [oncut], [onkeydown], [onkeypress], [oncontextmenu], [onselectstart]").await?;
    let page = Town::open().await?.get(KAZDE).await?.page();
    assert_eq!(page.attributes("[spellcheck=false]", "name"), ["imie", "nazwisko", "adres_email", "kod"]);
    let script = script()?;
    for word in ["\"paste", "\"copy", "\"cut", "contextmenu", "selectstart", "keydown"] {
        assert!(!script.contains(word), "the script says {word}");
    }
    Ok(())
}

#[tokio::test]
async fn d18_browsers_fill_in_what_they_know_of_a_person() -> Outcome {
    let page = Town::open().await?.get(KAZDE).await?.page();
    let filled = page.attributes("[autocomplete]:not([name=_website])", "name");
    let with = page.attributes("[autocomplete]:not([name=_website])", "autocomplete");
    let expected = [
        ("imie", "given-name"),
        ("nazwisko", "name"),
        ("adres_email", "email"),
        ("telefon", "tel"),
        ("kod", "postal-code"),
    ];
    assert_eq!(filled.iter().map(String::as_str).zip(with.iter().map(String::as_str)).collect::<Vec<_>>(), expected);
    nowhere("[autocomplete=off]:not([name=_website])").await
}

#[tokio::test]
async fn d19_numbers_are_lines_of_text_read_as_people_write_them() -> Outcome {
    nowhere("[type=number], [type=range]").await?;
    let town = Town::open().await?;
    let page = town.get(WYMAGANE).await?.page();
    let modes = [("wizyty", "numeric"), ("droga_km", "decimal"), ("kolejnosc.lawki", "numeric")];
    for (name, mode) in modes {
        assert_eq!(page.attributes(&format!("[name='{name}'][type=text]"), "inputmode"), [mode], "{name}");
    }
    for (name, written) in [
        ("wizyty", " 12 "),
        ("wizyty", "\u{a0}1\u{202f}2"),
        ("wizyty", "+12"),
        ("wizyty", "012"),
        ("droga_km", "1.5"),
        ("droga_km", "1 000,5"),
        ("droga_km", "1.000,5"),
        ("droga_km", "10"),
    ] {
        let answers = REQUIRED.map(|(field, value)| (field, if field == name { written } else { value }));
        let reviewed = town.post(WYMAGANE, &http::encode(&answers)).await?;
        assert_eq!(reviewed.status, 200, "{name}: {written:?}");
    }
    Ok(())
}

#[tokio::test]
async fn d20_a_day_is_asked_in_three_fields_and_its_month_is_a_number_or_a_name() -> Outcome {
    nowhere("[type=date], [type=month]").await?;
    let town = Town::open().await?;
    let names = town.get(WYMAGANE).await?.page().attributes(".date input[type=text]", "name");
    assert_eq!(names, ["pierwsza_wizyta.day", "pierwsza_wizyta.month", "pierwsza_wizyta.year"]);
    for month in ["7", "07", " 7 ", "lipca", "lipiec", "Lipca", "LIPIEC", "July", "липня", "липень"] {
        let answers =
            REQUIRED.map(|(field, value)| (field, if field == "pierwsza_wizyta.month" { month } else { value }));
        let reviewed = town.post(WYMAGANE, &http::encode(&answers)).await?;
        assert_eq!(reviewed.status, 200, "{month}: {:?}", reviewed.page().words(".summary li"));
        assert!(reviewed.page().words(".said").contains(&"7 lipca 2019 r.".to_owned()), "{month}");
    }
    Ok(())
}

#[tokio::test]
async fn d21_a_field_is_as_high_as_the_answer_is_expected_long() -> Outcome {
    let town = Town::open().await?;
    let form = bundle("kazde")?.form;
    let page = town.get(KAZDE).await?.page();
    let mut seen = 0;
    for question in &form.questions {
        if let Kind::Longtext(kind) = &question.kind {
            let rows = page.attributes(&format!("textarea[name='{}']", question.name), "rows");
            assert_eq!(rows, [kind.rows.to_string()], "{}", question.name);
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
    nowhere("textarea:not([rows]), textarea[cols], textarea[wrap=off]").await
}

#[tokio::test]
async fn d31_the_clause_stands_before_the_button_that_sends_and_a_consent_is_its_own_question() -> Outcome {
    let town = Town::open().await?;
    let form = town.get(KAZDE).await?;
    let review = town.post(KAZDE, &http::encode(&ANSWERS)).await?;
    for (name, answer, button) in [("form", &form, "value=\"review\""), ("review", &review, "value=\"send\"")] {
        let clause = answer.body.find("class=\"privacy\"").unwrap();
        assert!(clause < answer.body.rfind(button).unwrap(), "{name}: the clause stands below the button");
        let page = answer.page();
        assert_eq!(page.attributes(".privacy a", "href").len(), 1, "{name}: the whole clause is a link away");
        assert!(page.words(".privacy").concat().contains("Ankieta jest przykładowa."));
        assert!(page.raw(".privacy input").is_empty(), "{name}: having read it is no consent");
    }
    let boxes = form.page().attributes("input[type=checkbox][value=yes]", "name");
    assert_eq!(boxes, ["zgoda"], "a consent that nobody asked for");
    Ok(())
}

#[tokio::test]
async fn d32_there_is_no_cookie_no_session_and_no_time_out() -> Outcome {
    each(|state, _| {
        for header in ["set-cookie", "refresh", "www-authenticate"] {
            assert_eq!(state.answer.header(header), "", "{}: {header}", state.name);
        }
    })
    .await?;
    nowhere("meta[http-equiv]").await?;
    let script = script()?;
    for word in ["cookie", "sessionStorage", "setInterval"] {
        assert!(!script.contains(word), "the script says {word}");
    }
    // Reviewed on the first day of the term, sent on the last.
    let town = Town::open().await?;
    let review = town.post_at("2021-06-23T10:00:00Z", KAZDE, &http::encode(&ANSWERS)).await?.page().form().unwrap();
    assert_eq!(town.post_at("2021-07-29T21:00:00Z", KAZDE, &review.forward()).await?.status, 303);
    Ok(())
}

#[tokio::test]
async fn d35_nothing_is_uploaded() -> Outcome {
    nowhere("[type=file], [enctype]").await?;
    let town = Town::open().await?;
    let file = "--x\r\nContent-Disposition: form-data; name=\"imie\"; filename=\"a.txt\"\r\n\r\nx\r\n--x--\r\n";
    let request = axum::http::Request::post(KAZDE).header("content-type", "multipart/form-data; boundary=x");
    let refused = town.ask(request.body(axum::body::Body::from(file))?).await?;
    assert_eq!(refused.status, 415);
    assert!(kept(&refused.page()).is_empty());
    Ok(())
}

#[tokio::test]
async fn d36_no_button_is_ever_disabled() -> Outcome {
    nowhere("button[disabled], [disabled] button, input[disabled], [aria-disabled]").await?;
    assert!(!script()?.contains("disabled"), "the script disables something");
    Ok(())
}
