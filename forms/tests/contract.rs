//! What the contract says of answers: one form with every kind, answers as they are posted, what is wrong with them.

#![allow(clippy::unwrap_used)]

use forms::{Answers, Form};
use proptest::prelude::*;
use serde_json::json;

fn form() -> Form {
    let options = json!([
        {"value": "a", "label": {"original": "Pierwsza"}},
        {"value": "b", "label": {"original": "Druga", "translations": {"en": "Second"}}},
        {"value": "c", "label": {"original": "Trzecia"}}
    ]);
    let text = |original: &str| json!({"original": original});
    serde_json::from_value(json!({
        "id": "park/kazde",
        "title": text("Każde"), "intro": text(""), "privacy": text(""), "send": text("Wyślij"),
        "questions": [
            {"name": "wstep", "label": text("Wstęp"), "kind": "note", "text": text("Kilka słów.")},
            {"name": "imie", "label": text("Imię"), "required": true, "kind": "text", "max_length": 5},
            {"name": "opis", "label": text("Opis"), "kind": "longtext", "max_length": 6, "rows": 4},
            {"name": "jedna", "label": text("Jedna"), "required": true, "kind": "choice", "options": options,
             "or_other": true},
            {"name": "kilka", "label": text("Kilka"), "kind": "choices", "options": options, "max_selected": 2},
            {"name": "skala", "label": text("Skala"), "kind": "scale", "start": 1, "end": 5,
             "start_label": text("źle"), "end_label": text("dobrze"), "no_opinion": true}
        ]
    }))
    .unwrap()
}

/// Checks that `posted`, pairs separated by `&`, has exactly the mistakes `question:key`, over right answers to what
/// is required.
#[track_caller]
fn check(posted: &str, expected: &[&str]) {
    let mut pairs: Vec<(&str, &str)> =
        posted.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap()).collect();
    for (name, value) in [("imie", "Ola"), ("jedna", "a")] {
        if !pairs.iter().any(|(key, _)| *key == name) {
            pairs.push((name, value));
        }
    }
    let mistakes = form().mistakes(&Answers::from_pairs(pairs));
    let found: Vec<_> = mistakes.iter().map(|mistake| format!("{}:{}", mistake.question, mistake.key)).collect();
    assert_eq!(found, expected, "{posted}");
}

#[test]
fn right_answers_have_no_mistakes() {
    check("", &[]);
    check("imie=Łucja&opis=a\r\nb&jedna=other&jedna.other=własna&kilka=a&kilka=c&skala=5", &[]);
    check("skala=none", &[]);
    check("opis=", &[]);
}

#[test]
fn a_text_is_required_short_and_one_line() {
    check("imie=", &["imie:empty_text"]);
    check("imie=  \t", &["imie:empty_text"]);
    check("imie=sześć!", &["imie:too_long"]);
    check("imie=ąęłóż", &[]);
    check("imie=😀😀😀😀😀", &[]);
    check("imie=a\nb", &["imie:line_break"]);
    check("imie=a&imie=b", &["imie:repeated"]);
}

#[test]
fn d15_scalar_values_are_counted_and_a_line_end_is_one() {
    check("opis=ab\r\ncde", &[]);
    check("opis=a\r\nbą🦆", &[]);
    check("opis=a\r\nbą🦆e\u{301}", &["opis:too_long"]);
    check("opis=ab\r\ncdef", &["opis:too_long"]);
    check("opis=\r\r\r\r\r\r", &[]);
}

#[test]
fn a_choice_is_one_of_those_offered() {
    check("jedna=", &["jedna:empty_choice"]);
    check("jedna=x", &["jedna:unknown_option"]);
    check("jedna=a&jedna=b", &["jedna:repeated"]);
    check("jedna=other", &["jedna:other_empty"]);
    check("jedna=other&jedna.other= ", &["jedna:other_empty"]);
    check("jedna=a&jedna.other=tekst", &["jedna:other_unmarked"]);
    check("jedna=other&jedna.other=x&jedna.other=y", &["jedna:other_repeated"]);
    check(&format!("jedna=other&jedna.other={}", "x".repeat(501)), &["jedna:other_long"]);
    check(&format!("jedna=z&jedna.other={}", "x".repeat(501)), &["jedna:unknown_option", "jedna:other_long"]);
}

#[test]
fn choices_have_a_limit_that_counts_each_option_once() {
    check("kilka=a&kilka=b&kilka=c", &["kilka:too_many"]);
    check("kilka=a&kilka=b&kilka=a", &[]);
    check("kilka=other", &["kilka:unknown_option"]);
}

#[test]
fn a_scale_has_only_its_points() {
    for value in ["0", "6", "03", "+3", "3.0", " 3", "trzy", "99999999999999999999", "NONE"] {
        check(&format!("skala={value}"), &["skala:unknown_option"]);
    }
    check("skala=2&skala=3", &["skala:repeated"]);
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_form() {
    check(
        "imie=&jedna=&kilka=x&skala=9",
        &["imie:empty_text", "jedna:empty_choice", "kilka:unknown_option", "skala:unknown_option"],
    );
}

#[test]
fn what_no_question_asks_for_is_told_apart() {
    let (asked, unasked) =
        form().split(&Answers::from_pairs([("imie", "x"), ("obce", "y"), ("jedna.other", "z"), ("wstep", "n")]));
    assert_eq!(asked.pairs().collect::<Vec<_>>(), [("imie", "x"), ("jedna.other", "z")]);
    assert_eq!(unasked.pairs().collect::<Vec<_>>(), [("obce", "y"), ("wstep", "n")]);
}

#[test]
fn the_revision_follows_every_word_and_survives_json() {
    let form = form();
    let read: Form = serde_json::from_str(&form.definition()).unwrap();
    assert_eq!(read, form);
    assert_eq!(read.revision(), form.revision());
    let mut reworded = form.clone();
    reworded.questions[1].label = "Imiona".into();
    assert_ne!(reworded.revision(), form.revision());
    assert_eq!(form.revision().len(), 18);
}

#[test]
fn the_same_answers_have_the_same_bytes() {
    let canonical = |pairs: &[(&str, &str)]| Answers::from_pairs(pairs.iter().copied()).canonical();
    assert_eq!(
        canonical(&[("b", "1"), ("a", "x\r\ny")]),
        canonical(&[("a", "x\ny"), ("_step", "send"), ("b", "1"), ("c", "")])
    );
    assert_ne!(canonical(&[("a", "1"), ("a", "2")]), canonical(&[("a", "2"), ("a", "1")]));
    assert_ne!(canonical(&[("a", "b"), ("c", "d")]), canonical(&[("a", "bc"), ("", "d")]));
}

proptest! {
    /// Two posts share their bytes exactly when they hold the same answers, however values are cut.
    #[test]
    fn canonical_bytes_tell_answers_apart(
        one in prop::collection::vec(("[a-c]{0,2}", "[ab\\n]{1,3}"), 0..5),
        two in prop::collection::vec(("[a-c]{0,2}", "[ab\\n]{1,3}"), 0..5),
    ) {
        let (one, two) = (Answers::from_pairs(one), Answers::from_pairs(two));
        prop_assert_eq!(one == two, one.canonical() == two.canonical());
    }

    /// No answer makes the contract panic, and a mistake always names a question of the form.
    #[test]
    fn any_text_is_judged(pairs in prop::collection::vec(
        (prop::sample::select(vec!["imie", "opis", "jedna", "jedna.other", "kilka", "skala", "x"]), any::<String>()), 0..8,
    )) {
        let form = form();
        for mistake in form.mistakes(&Answers::from_pairs(pairs)) {
            prop_assert!(form.questions.iter().any(|question| question.name == mistake.question));
        }
    }
}
