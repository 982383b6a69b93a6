use proptest::prelude::*;

use super::*;

/// Shows spaces that hold as `~`.
fn set(text: &str) -> String {
    typeset(POLISH, text).replace(NO_BREAK_SPACE, "~")
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(set(text), *expected, "{text}");
    }
}

#[test]
fn one_letter_words_keep_to_the_next() {
    check(&[
        ("Miasto, w którym chce się żyć", "Miasto, w~którym chce się żyć"),
        ("A i w domu, i\nw szkole", "A~i~w~domu, i~w~szkole"),
        ("(z \"Planu\") o „Celu”", "(z~„Planu”) o~„Celu”"),
        ("Plan B jest - a potem z - i", "Plan B jest – a~potem z – i"),
        ("w  domu", "w  domu"),
        ("a", "a"),
        ("z ", "z "),
    ]);
}

#[test]
fn numbers_keep_to_what_they_belong_to() {
    check(&[
        ("art. 6 ust. 3 pkt 2 lit. a ustawy", "art.~6 ust.~3 pkt~2 lit.~a~ustawy"),
        ("Dz. U. z 2021 r. poz. 1057", "Dz.~U. z~2021~r. poz.~1057"),
        ("29 lipca 2021 r., 31 maja", "29~lipca 2021~r., 31~maja"),
        ("32 maja i 5 majaków", "32 maja i~5 majaków"),
        ("ul. Rynek 1, al. IX Wieków Miasta", "ul.~Rynek 1, al.~IX Wieków Miasta"),
        ("Nr 1, nr XII/214/2015, § 5", "Nr~1, nr~XII/214/2015, §~5"),
        ("2,5 tys. zł, 3 mln zł.", "2,5~tys.~zł, 3~mln~zł."),
        ("12 345 678,50 zł, 2021 120 osób", "12~345~678,50~zł, 2021 120 osób"),
        ("12 % i 5 km2 (7 ha)", "12~% i~5~km2 (7~ha)"),
        ("XX w., J. Kowalski, dr Nowak", "XX~w., J.~Kowalski, dr~Nowak"),
        ("5 mieszkań, numer domu, 5 w domu", "5 mieszkań, numer domu, 5 w~domu"),
    ]);
}

#[test]
fn quotes_pair_or_stay() {
    check(&[
        ("\"Miasto\"", "„Miasto”"),
        ("projekt \"Strategii \"Miasto 2030+\" gminy\"", "projekt „Strategii «Miasto 2030+» gminy”"),
        ("„Plan \"Zielony\"”", "„Plan «Zielony»”"),
        ("„Miasto\"", "„Miasto”"),
        ("„Miasto“ i \"x\"", "„Miasto“ i~„x”"),
        ("rura 5\" i \"plan\"", "rura 5\" i~\"plan\""),
        ("\" \"", "\" \""),
        ("\"", "\""),
    ]);
}

#[test]
fn only_a_sure_range_gets_a_dash() {
    check(&[
        ("Miasto - park", "Miasto – park"),
        ("2021-2030, lata 2030-2021", "2021–2030, lata 2030-2021"),
        ("23.06.2021-29.07.2021", "23.06.2021–29.07.2021"),
        ("23.06-29.07.2021.", "23.06–29.07.2021."),
        ("godz. 10.00-12.00 i 8:00-9:30", "godz.~10.00–12.00 i~8:00–9:30"),
        ("str. 12-15, 3-5 lat, 29-30 lipca", "str.~12–15, 3–5~lat, 29–30 lipca"),
        ("25-303 Miasto, 41-36-76", "25-303 Miasto, 41-36-76"),
        ("tel. 41-367, ISSN 1505-1999, lata 1234-1567", "tel.~41-367, ISSN 1505-1999, lata 1234–1567"),
        ("działka nr 12-45, str. 12-45", "działka nr~12-45, str.~12–45"),
        ("2021-06-23, AbC-VI.7311.1.20.2021", "2021-06-23, AbC-VI.7311.1.20.2021"),
        ("polsko-czeski, - x, a-", "polsko-czeski, – x, a-"),
        ("itd... i ..... tak", "itd… i ..... tak"),
    ]);
}

#[test]
fn a_text_is_set_across_its_markup() {
    let mut runs = ["\"w ", "domu", "\" i", "\n", SOLID, " ..", ". 5", " zł"].map(Cow::Borrowed);
    typeset_runs(POLISH, &mut runs);
    assert_eq!(runs.concat(), format!("„w\u{a0}domu” i\u{a0}{SOLID} … 5\u{a0}zł"));
    assert_eq!(runs, ["„w\u{a0}", "domu", "” i", "\u{a0}", SOLID, " …", " 5", "\u{a0}zł"]);
}

#[test]
fn another_language_has_other_quotes_and_no_spaces_that_hold() {
    for (language, text, expected) in [
        ("en", "a \"plan\" - in 5 km...", "a “plan” – in 5 km…"),
        ("en", "don't, \"a\" and “b”", "don't, “a” and “b”"),
        ("en", "\"a \"b\" c\"", "\"a \"b\" c\""),
        ("en", "the years 2021-2030 (\"Vienna\")", "the years 2021–2030 (“Vienna”)"),
        ("uk", "у \"місті \"Парк\"\" - з 2021 р.", "у «місті „Парк“» – з 2021 р."),
        ("uk", "«План \"Парк\"»", "«План „Парк“»"),
        ("de", "a \"b\" - c...", "a \"b\" - c..."),
    ] {
        assert_eq!(typeset(language, text), expected);
    }
}

#[test]
fn code_is_left_alone_wherever_runs_are_cut() {
    let runs = ["w \"a - ", "b\" - w c", " - d"].map(str::to_owned);
    let at = |from: &str, to: &str| {
        let whole = runs.concat();
        whole.find(from).unwrap_or_default()..whole.find(to).map_or(0, |start| start + to.len())
    };
    assert_eq!(typeset_around(POLISH, &runs, &[at("a - b", "a - b")]), ["w\u{a0}„a - ", "b” – w\u{a0}c", " – d"]);
    assert_eq!(typeset_around(POLISH, &runs, &[at("w c", "d")]), ["w\u{a0}„a – ", "b” – w c", " - d"]);
    assert_eq!(typeset_around(POLISH, &runs, &[]).concat(), typeset(POLISH, &runs.concat()));
}

fn texts() -> impl Strategy<Value = String> {
    let parts = [
        "a", "w", "I", "J.", "Rynek", "art.", "nr", "ul.", "tys.", "zł", "zł.", "%", "r.", "lipca", "XX", "w.", "6",
        "12", "345", "2021", "2030", "10.00", " ", " ", " ", " ", "\n", "\u{a0}", "-", " - ", "–", "...", ".", ",",
        "\"", "\"", "„", "”", "«", "»", "“", "(", ")", "\u{fffc}", "\u{2028}", "\u{ad}",
    ];
    proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..24).prop_map(|parts| parts.concat())
}

fn languages() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![POLISH, "en", "uk"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn setting_twice_is_setting_once(text in texts(), language in languages()) {
        let once = typeset(language, &text).into_owned();
        prop_assert_eq!(typeset(language, &once), once.as_str());
    }

    #[test]
    fn comparing_does_not_see_it(text in texts(), language in languages()) {
        let set = plain(&typeset(language, &text)).replace('…', "...");
        prop_assert_eq!(set, plain(&text));
    }

    #[test]
    fn runs_are_set_as_their_whole(texts in proptest::collection::vec(texts(), 0..4)) {
        let mut runs: Vec<_> = texts.iter().map(|text| Cow::Borrowed(text.as_str())).collect();
        typeset_runs(POLISH, &mut runs);
        let whole = texts.concat();
        prop_assert_eq!(runs.concat(), typeset(POLISH, &whole));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", language in languages()) {
        typeset(language, &text);
    }
}
