//! Whatever is typed comes back as it was.

use std::sync::OnceLock;

use proptest::prelude::*;
use tests::{
    http,
    town::{ANSWERS, KAZDE},
};

use crate::town::{CLOSED, Town, answers_of, kept, reviewed, sorted};

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a resident types, the page that comes back would post exactly that, and nothing of it is markup.
    #[test]
    fn d13_every_value_comes_back_as_it_was_typed(
        line in text(), long in text(), more in text(), own in text(),
        wiek in prop_oneof![text(), Just("do-18".to_owned())],
        zajecia in proptest::sample::subsequence(vec!["spacer", "sport", "zabawa", "other"], 0..=4),
        stray in (proptest::option::of(("[a-z]{1,6}[<>\"'& a-z.]{0,6}", text()))),
        step in prop_oneof![Just("review"), Just("edit"), Just("edit:opinia"), Just("send")],
    ) {
        let mut posted = vec![
            ("ulica", line.as_str()), ("opinia", &long), ("uwagi", &more), ("dojazd.other", &own), ("wiek", &wiek),
            ("ocena", "3"), ("_token", "0123456789abcdef0123456789abcdef"),
        ];
        posted.extend(zajecia.iter().map(|value| ("zajecia", *value)));
        if let Some((name, value)) = stray.as_ref().filter(|(name, _)| !ANSWERS.iter().any(|(known, _)| known == name)) {
            posted.push((name, value));
        }
        let (runtime, town) = shared();
        let (open, closed) = runtime.block_on(async {
            let mut send = posted.clone();
            send.push(("_step", step));
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
    }
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

/// One town for all cases of a property; nothing is stored in it.
fn shared() -> &'static (tokio::runtime::Runtime, Town) {
    static SHARED: OnceLock<(tokio::runtime::Runtime, Town)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let town = runtime.block_on(Town::open()).unwrap();
        (runtime, town)
    })
}
