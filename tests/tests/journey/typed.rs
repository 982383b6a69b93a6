//! Whatever is typed comes back as it was, whichever question it is typed into.

use std::{
    collections::BTreeSet,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use forms::{Kind, Question};
use proptest::{prelude::*, sample};
use tests::{
    http,
    town::{ANSWERS, KAZDE},
};

use crate::{
    Outcome,
    states::states,
    town::{CLOSED, Town, answers_of, bundle, kept, reviewed, sorted},
};

/// How many inputs there were, how many of them were validated, and how many were right.
static TRIED: AtomicU32 = AtomicU32::new(0);
static VALIDATED: AtomicU32 = AtomicU32::new(0);
static RIGHT: AtomicU32 = AtomicU32::new(0);

const CASES: u32 = 300;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a resident types, into whichever fields of all kinds, the page that comes back would post exactly that,
    /// and nothing of it is markup.
    #[test]
    fn d13_every_value_comes_back_as_it_was_typed(
        typed in proptest::collection::vec((any::<sample::Index>(), text()), 0..6),
        others_are_right in proptest::bool::weighted(0.8),
        stray in (proptest::option::of(("[a-z]{1,6}[<>\"'& a-z.]{0,6}", text()))),
        step in prop_oneof![3 => Just("review"), 3 => Just("send"), 1 => Just("edit"), 1 => Just("edit:opinia"), 1 => Just("add:uwaga")],
    ) {
        let (runtime, town, fields) = shared();
        let typed: Vec<_> = typed.iter().map(|(index, text)| (index.get(fields).as_str(), text.as_str())).collect();
        let right = ANSWERS.iter().copied().filter(|(name, _)| others_are_right && !typed.iter().any(|(own, _)| own == name));
        let mut posted: Vec<_> = typed.iter().copied().chain(right).collect();
        if let Some((name, value)) = stray.as_ref().filter(|(name, _)| !ANSWERS.iter().any(|(known, _)| known == name)) {
            posted.push((name, value));
        }
        let (open, closed) = runtime.block_on(async {
            let mut send = posted.clone();
            send.extend([("_step", step), ("_token", "0123456789abcdef0123456789abcdef")]);
            let body = http::encode(&send);
            (town.post(KAZDE, &body).await.unwrap(), town.post_at(CLOSED, KAZDE, &body).await.unwrap())
        });
        prop_assert!(matches!(open.status, 200 | 422), "{}", open.status);
        prop_assert_eq!(closed.status, 403);
        let expected = sorted(&posted);
        let page = open.page();
        let review = page.words("h1") == ["Sprawdź odpowiedzi"];
        let back = if review { reviewed(&page) } else { answers_of(&page.form().unwrap()) };
        prop_assert_eq!(back, expected.clone());
        prop_assert_eq!(kept(&closed.page()), expected);
        for page in [&page, &closed.page()] {
            prop_assert!(page.raw("script:not([src]), main b, main img").is_empty());
        }
        // Whoever goes back to the form is shown it as it is.
        let validates = matches!(step, "review" | "send");
        VALIDATED.fetch_add(u32::from(validates), Ordering::Relaxed);
        RIGHT.fetch_add(u32::from(validates && open.status == 200), Ordering::Relaxed);
        if TRIED.fetch_add(1, Ordering::Relaxed) + 1 == CASES {
            let (validated, right) = (VALIDATED.load(Ordering::Relaxed), RIGHT.load(Ordering::Relaxed));
            println!("{validated} of {CASES} inputs reached validation, {right} were right");
            prop_assert!(validated * 10 >= CASES * 3, "{validated} of {CASES} reached validation");
            prop_assert!(right * 50 >= CASES && right < validated, "{right} of {validated} were right");
        }
    }
}

/// Whatever a page can send the contract reads: every field of every page of the form is one that a question asks for,
/// and every value that can be chosen is one of the question's.
#[tokio::test]
async fn whatever_a_page_can_send_the_contract_reads() -> Outcome {
    let mut seen = BTreeSet::new();
    for state in states().await? {
        let page = state.answer.page();
        let Some(name) = page.form().and_then(|form| form.action.strip_prefix("/api/park/").map(str::to_owned)) else {
            continue;
        };
        let form = bundle(name.as_str())?.form;
        let fields: BTreeSet<_> = form.questions.iter().flat_map(Question::fields).collect();
        let written = ":is(input:not([type=hidden]), textarea, select)[name]:not([name^='_'])";
        for field in page.attributes(written, "name") {
            assert!(fields.contains(&field), "{}: {field} is nothing that {name} asks for", state.name);
            let question = form.questions.iter().find(|question| question.fields().contains(&field)).unwrap();
            seen.insert(question.kind.name());
            let Some(values) = question.kind.values().filter(|_| field == question.name) else { continue };
            let options = format!(":is([type=radio], [type=checkbox])[name='{field}']");
            for value in page.attributes(&options, "value") {
                let stray =
                    page.words(&format!("label[for^='q-{field}.stray-']")).iter().any(|words| words.contains(&value));
                assert!(values.contains(&value) || stray, "{}: {field} does not know {value}", state.name);
            }
        }
    }
    let asking: BTreeSet<_> = Kind::NAMES.into_iter().filter(|kind| !["note", "section"].contains(kind)).collect();
    assert_eq!(seen, asking, "a kind is on no page");
    Ok(())
}

/// Texts as people and attackers write them. NUL is left out: HTML has no way to write it.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_filter("HTML cannot write NUL", |char| *char != '\0').prop_map(String::from),
        "[ -~]{1,12}",
        proptest::sample::select(vec![
            "\n",
            "\r\n",
            "\r",
            "\n\n",
            " ",
            "\t",
            "\u{a0}",
            "\u{feff}",
            "\"",
            "'",
            "&",
            "&amp;",
            "&#10;",
            "<b>x</b>",
            "</textarea>",
            "<script>",
            "\"><img src=x onerror=y>",
            "{{ page }}",
            "{% raw %}",
            "żółć",
            "🦆",
            "e\u{301}",
            "\u{202e}",
            "\u{200d}",
            "%0A",
            "+",
            "=",
            ";",
            "\u{fffd}",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// One town for all cases of a property, and the fields of its form; nothing is stored in it.
fn shared() -> &'static (tokio::runtime::Runtime, Town, Vec<String>) {
    static SHARED: OnceLock<(tokio::runtime::Runtime, Town, Vec<String>)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let town = runtime.block_on(Town::open()).unwrap();
        let fields = bundle("kazde").unwrap().form.questions.iter().flat_map(Question::fields).collect();
        (runtime, town, fields)
    })
}
