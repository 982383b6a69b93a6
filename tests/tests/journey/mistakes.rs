//! What is wrong with answers, and how the page tells it: each mistake of each kind, as data.
//!
//! `tests/fixtures/mistakes.json` holds what is posted to `wymagane` in the place of right answers, which mistake that is
//! and to which control the summary leads. Each row is posted in each language, once for all tests.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tests::{
    http::{self, Answer},
    page::{Page, Pairs},
    town::{ANSWERS, KAZDE, LANGUAGES, REQUIRED, WYMAGANE},
    workspace,
};
use tokio::sync::OnceCell;

use crate::{
    Outcome,
    town::{Town, answers_of, sorted, texts},
};

/// A mistake, and how it is made.
#[derive(Debug, Deserialize)]
struct Case {
    /// The question.
    question: String,
    /// Name of the field or row that it is about; none: the question as a whole.
    part: Option<String>,
    /// Key of its words under `mistakes` in the texts of the theme.
    mistake: String,
    /// Id of the control at fault.
    target: String,
    /// Fields, and what is posted in them.
    post: BTreeMap<String, Vec<Posted>>,
}

/// A value: as it stands, or a text so many times.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Posted {
    Text(String),
    Times(String, usize),
}

/// A mistake as it was told.
struct Told {
    case: Case,
    language: &'static str,
    /// What was posted.
    posted: Pairs,
    answer: Answer,
}

impl Case {
    /// Returns right answers with this mistake.
    fn answers(&self) -> Pairs {
        let right = REQUIRED.iter().filter(|(name, _)| !self.post.contains_key(*name));
        let right = right.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let wrong = self.post.iter().flat_map(|(name, values)| {
            values.iter().map(|value| match value {
                Posted::Text(text) => (name.clone(), text.clone()),
                Posted::Times(text, times) => (name.clone(), text.repeat(*times)),
            })
        });
        right.chain(wrong).collect()
    }
}

fn cases() -> anyhow::Result<Vec<Case>> {
    let file = workspace::repository().join("tests/fixtures/mistakes.json");
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// Posts every mistake in every language; once for all tests.
async fn told() -> anyhow::Result<&'static [Told]> {
    static TOLD: OnceCell<Vec<Told>> = OnceCell::const_new();
    let all = TOLD.get_or_try_init(async || {
        let town = Town::open().await?;
        let mut told = Vec::new();
        for language in LANGUAGES {
            for case in cases()? {
                let posted = case.answers();
                let body = format!("{}&_lang={language}", http::encode(&posted));
                told.push(Told { answer: town.post(WYMAGANE, &body).await?, case, language, posted });
            }
        }
        anyhow::Ok(told)
    });
    Ok(all.await?)
}

/// Checks something of every mistake as it was told.
async fn each(check: impl Fn(&Told, &Page)) -> Outcome {
    for told in told().await? {
        let context = format!("{:?} in {}", told.case, told.language);
        let shown = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(told, &told.answer.page())));
        assert!(shown.is_ok(), "{context}: {:?}", told.answer.page().words(".summary li"));
    }
    Ok(())
}

/// Returns the words of every mistake by language and key, as the theme has them.
async fn words() -> anyhow::Result<BTreeMap<String, BTreeMap<String, String>>> {
    let town = Town::open().await?;
    let words =
        |language: &str| Ok((language.to_owned(), serde_json::from_value(texts(&town, language)["mistakes"].clone())?));
    LANGUAGES.into_iter().map(words).collect()
}

/// Tells whether `text` is `template` with its placeholders filled.
fn fits(template: &str, text: &str) -> bool {
    let mut pieces = template.split('{').enumerate().map(|(index, piece)| match index {
        0 => piece,
        _ => piece.split_once('}').map_or("", |(_, rest)| rest),
    });
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    !text.contains(['{', '}'])
}

#[tokio::test]
async fn each_mistake_of_each_kind_is_told_in_each_language() -> Outcome {
    let words = words().await?;
    each(|Told { case, language, posted, answer }, page| {
        let expected = &words[*language][&case.mistake];
        let told = page.words(".summary li");
        assert!(told.len() == 1 && fits(expected, &told[0]), "{told:?} is not {expected:?}");
        assert_eq!(page.attributes("html", "lang"), [*language]);
        assert_eq!(page.attributes("[data-question]:has(.faulty)", "data-question"), [case.question.as_str()]);
        assert_eq!(answers_of(&page.form().unwrap()), sorted(posted), "{}", answer.status);
    })
    .await
}

#[tokio::test]
async fn no_mistake_is_missing_in_the_table() -> Outcome {
    let cases = cases()?;
    let made: BTreeSet<_> = cases.iter().map(|case| case.mistake.clone()).collect();
    let known: BTreeSet<_> = words().await?.remove("pl").unwrap().into_keys().collect();
    assert_eq!(made, known);
    // Each question is left empty once, and answered more often than it may be where one answer is all it takes.
    let town = Town::open().await?;
    let questions = town.get(WYMAGANE).await?.page().attributes("[data-question]", "data-question");
    assert_eq!(questions.len(), 16);
    for question in questions {
        let of = |part: &str| cases.iter().any(|case| case.question == question && case.mistake.contains(part));
        assert!(of("empty") || of("missing"), "{question} is never left empty");
        assert!(of("repeated") || of("too_many") || question == "zgoda", "{question} is never answered twice");
    }
    let right = town.post(WYMAGANE, &http::encode(&REQUIRED)).await?;
    assert_eq!((right.status, right.page().words(".summary li").len()), (200, 0), "what is right is not");
    Ok(())
}

#[tokio::test]
async fn d04_a_page_with_mistakes_is_422_and_its_title_says_so() -> Outcome {
    let prefixes = BTreeMap::from([("pl", "Błąd: "), ("en", "Error: "), ("uk", "Помилка: ")]);
    each(|told, page| {
        assert_eq!(told.answer.status, 422);
        let title = page.title();
        assert!(title.starts_with(prefixes[told.language]), "{title}");
    })
    .await
}

#[tokio::test]
async fn d05_the_summary_comes_first_and_has_the_focus_without_a_script() -> Outcome {
    let headings = BTreeMap::from([
        ("pl", "Formularz zawiera błędy"),
        ("en", "There are mistakes in the form"),
        ("uk", "У формі є помилки"),
    ]);
    each(|told, page| {
        assert_eq!(page.words("main > :first-child h2"), [headings[told.language]]);
        for (name, value) in [("class", "summary"), ("role", "alert"), ("tabindex", "-1")] {
            assert_eq!(page.attributes("main > :first-child", name), [value]);
        }
        assert_eq!(page.attributes("[autofocus]", "class"), ["summary"], "one focus, and it is the summary");
    })
    .await
}

#[tokio::test]
async fn d06_the_summary_leads_to_the_first_control_at_fault() -> Outcome {
    each(|told, page| {
        let target = &told.case.target;
        assert_eq!(page.attributes(".summary a", "href"), [format!("#{target}")]);
        let there = page.attributes(&format!("[id='{target}']"), "name");
        assert_eq!(there.len(), 1, "{target} is no control, or two");
    })
    .await
}

#[tokio::test]
async fn d07_the_words_beside_the_field_are_those_of_the_summary() -> Outcome {
    let prefixes = BTreeMap::from([("pl", "Błąd: "), ("en", "Error: "), ("uk", "Помилка: ")]);
    each(|told, page| {
        let place = told.case.part.as_ref().unwrap_or(&told.case.question);
        let beside = page.words(".problem");
        assert_eq!(beside, [format!("{}{}", prefixes[told.language], page.words(".summary li").concat())]);
        assert_eq!(page.words(".problem .hidden"), [prefixes[told.language].trim()]);
        assert_eq!(page.attributes(".problem", "id"), [format!("problem-{place}")]);
        // The control itself, or the group that is one control to a screen reader.
        let target = format!("[id='{}']", told.case.target);
        let invalid = format!("{target}[aria-invalid=true], [aria-invalid=true]:has({target})");
        assert!(!page.attributes(&invalid, "aria-invalid").is_empty(), "nothing is marked as wrong");
        let described = format!(
            "{target}[aria-describedby~='problem-{place}'], [aria-describedby~='problem-{place}']:has({target})"
        );
        assert!(!page.attributes(&described, "aria-describedby").is_empty(), "nothing says what is wrong with it");
    })
    .await
}

#[tokio::test]
async fn d08_all_mistakes_are_told_at_once_in_the_order_of_the_form() -> Outcome {
    let town = Town::open().await?;
    let nothing = town.post(WYMAGANE, "").await?;
    assert_eq!(nothing.status, 422);
    let page = nothing.page();
    let questions = page.attributes("[data-question]", "data-question");
    // Of a question in several parts each is told by itself.
    let places = questions.iter().flat_map(|name| match name.as_str() {
        "miejsca" => vec!["miejsca.staw", "miejsca.aleja"],
        "kolejnosc" => vec!["kolejnosc.lawki", "kolejnosc.lampy"],
        "uwaga" => vec!["uwaga.1.text"],
        name => vec![name],
    });
    let expected: Vec<_> = places.map(|place| format!("problem-{place}")).collect();
    assert_eq!(page.attributes(".problem", "id"), expected);
    assert_eq!(page.words(".summary li").len(), expected.len());
    let beside = page.words(".problem").iter().map(|words| words.replacen("Błąd: ", "", 1)).collect::<Vec<_>>();
    assert_eq!(beside, page.words(".summary li"));
    Ok(())
}

#[tokio::test]
async fn d09_mistakes_say_what_to_do_in_the_words_of_the_label() -> Outcome {
    const NEVER: [&str; 16] = [
        "nieprawidłow",
        "proszę",
        "ups",
        "pole wymagane",
        "niepoprawn",
        "błędn",
        "invalid",
        "please",
        "oops",
        "required",
        "incorrect",
        "wrong",
        "неправильн",
        "будь ласка",
        "обовʼязков",
        "помилк",
    ];
    each(|told, page| {
        let words = page.words(".summary li").concat();
        let label = page.words(&format!("[data-question='{}'] :is(label, legend, h2)", told.case.question));
        let label = label[0].trim_end_matches(" (opcjonalnie)");
        assert!(words.contains(label), "{words} does not hold {label}");
        let lower = words.to_lowercase();
        for never in NEVER {
            assert!(!lower.split(label.to_lowercase().as_str()).any(|part| part.contains(never)), "{words}: {never}");
        }
    })
    .await?;
    // Empty, too long, too short and of a wrong form are four things.
    for (language, words) in words().await? {
        let distinct: BTreeSet<_> = words.values().collect();
        assert_eq!(distinct.len(), words.len(), "two mistakes have the same words in {language}");
    }
    Ok(())
}

/// What the form itself says of a limit stands in the place of the theme's words.
#[tokio::test]
async fn a_limit_may_have_words_of_its_own() -> Outcome {
    let town = Town::open().await?;
    let answers = ANSWERS.iter().map(|(name, value)| (*name, if *name == "wizyty" { "367" } else { *value }));
    let page = town.post(KAZDE, &http::encode(&answers.collect::<Vec<_>>())).await?.page();
    assert_eq!(page.words(".summary li"), ["Wpisz liczbę od 0 do 366"]);
    Ok(())
}
