//! A document as it is read: its sections, ways to remark on them, and the words as they are set.

// A test lays out the tree that it builds.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{collections::BTreeMap, fs};

use generator::pipeline::{Options, build_in_memory};

const CHAPTER: &str = "site/strategia/plan/1.0/cele/index.html";

/// The town of every test: a consultation with a document of one chapter and a form for remarks.
fn town() -> BTreeMap<&'static str, &'static str> {
    let consultation = "\
title: \"Plan \\\"Zielony\\\" w skrócie\"
subject: Plan na lata 2021-2030
term:
  start: 2026-05-01
  end: 2026-05-31
remarks: forms/uwagi.yaml
";
    let document = "title: Plan\nkind: plan\nversions:\n  - version: \"1.0\"\n    status: projekt\n";
    let form = "title: Uwagi\nsend: Wyślij\nquestions:\n  - name: tresc\n    kind: longtext\n    label: Co zmienić?\n";
    let chapter = "# Cele\n\n## W mieście\n\nPark i las.[^1]\n\n[^1]: Lasy \"państwowe\".\n";
    BTreeMap::from([
        ("content/site.yaml", "authority: Urząd\nlanguage: pl\nbase_url: https://a.example\n"),
        ("content/strategia/consultation.yaml", consultation),
        ("content/strategia/documents/plan/document.yaml", document),
        ("content/strategia/documents/plan/1.0/cele.md", chapter),
        ("content/strategia/forms/uwagi.yaml", form),
    ])
}

/// Builds a town for a day of May 2026: its pages and what the function gets of its forms, or what a person reads when that fails.
fn build(town: &BTreeMap<&str, &str>, day: i8) -> Result<BTreeMap<String, String>, String> {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in town {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let today = jiff::civil::date(2026, 5, 1).saturating_add(jiff::Span::new().days(i64::from(day) - 1));
    let outputs = build_in_memory(root.path(), &Options { today, drafts: false, commit: None })?;
    let texts =
        outputs.into_iter().filter(|(path, _)| path.ends_with("index.html") || path.starts_with("forms/strategia"));
    Ok(texts.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect())
}

#[test]
fn a_section_carries_the_way_to_remark_on_it_while_the_term_is_open() {
    let pages = build(&town(), 31).unwrap();
    let link = "<p class=\"remark screen-only\"><a rel=\"nofollow\" href=\"../../../../api/strategia/uwagi\
        ?document=plan&amp;version=1.0&amp;section=cele-w-miescie&amp;hash=1-d13c4170ca364ae7\">";
    let found = &pages[CHAPTER];
    assert!(found.contains(link), "{found}");
    assert!(
        found.contains("Zgłoś uwagę do tego fragmentu<span class=\"hidden\">: W\u{a0}mieście</span></a></p>"),
        "{found}"
    );
    assert!(found.contains("<h1 id=\"cele\">Cele</h1>"), "{found}");
    // The title has no text of its own, and footnotes belong to the sections that call them.
    assert_eq!(found.matches("rel=\"nofollow\"").count(), 1);
    assert!(pages["site/strategia/plan/cele/index.html"].contains("href=\"../../../api/strategia/uwagi?document="));
    for day in [0, 32] {
        assert!(!build(&town(), day).unwrap()[CHAPTER].contains("nofollow"), "{day}");
    }
    let mut silent = town();
    let consultation = silent["content/strategia/consultation.yaml"].replace("remarks: forms/uwagi.yaml\n", "");
    silent.insert("content/strategia/consultation.yaml", &consultation);
    assert!(!build(&silent, 31).unwrap()[CHAPTER].contains("nofollow"));
}

#[test]
fn the_link_to_the_remark_form_is_checked() {
    let mut broken = town();
    broken.remove("content/strategia/forms/uwagi.yaml");
    let told = build(&broken, 1).unwrap_err();
    assert!(told.contains("forms/uwagi.yaml") && told.contains("consultation.yaml:6"), "{told}");
}

#[test]
fn an_id_stands_once_in_a_version() {
    let mut twice = town();
    twice.insert("content/strategia/documents/plan/1.0/srodki.md", "# Środki\n\n## Pieniądze {#cele-w-miescie}\n");
    let told = build(&twice, 1).unwrap_err();
    for place in ["1.0/srodki.md:3", "1.0/cele.md", "line 3", "cele-w-miescie"] {
        assert!(told.contains(place), "{place}: {told}");
    }
    // A chapter's slug is an id too.
    twice.insert("content/strategia/documents/plan/1.0/srodki.md", "# Środki\n\n## Pieniądze {#cele}\n");
    assert!(build(&twice, 1).unwrap_err().contains("1.0/srodki.md:3"));
    // Another version may have it.
    twice.remove("content/strategia/documents/plan/1.0/srodki.md");
    twice.insert("content/strategia/documents/plan/2.0/cele.md", "# Cele\n\n## W mieście\n");
    let document = format!(
        "{}  - version: \"2.0\"\n    status: projekt\n",
        twice["content/strategia/documents/plan/document.yaml"]
    );
    twice.insert("content/strategia/documents/plan/document.yaml", &document);
    build(&twice, 1).unwrap();
}

#[test]
fn words_outside_of_markdown_are_set_too_but_in_no_attribute() {
    let mut town = town();
    town.insert(
        "content/strategia/o-planie.md",
        "---\ntitle: Co \"z\" planem\ndescription: W mieście\n---\n\nTekst.\n",
    );
    let pages = build(&town, 1).unwrap();
    let consultation = &pages["site/strategia/index.html"];
    assert!(consultation.contains("<h1>Plan „Zielony” w\u{a0}skrócie</h1>"), "{consultation}");
    assert!(consultation.contains("Plan na lata 2021–2030"), "{consultation}");
    let page = &pages["site/strategia/o-planie/index.html"];
    assert!(page.contains("<h1>Co „z” planem</h1>"), "{page}");
    assert!(page.contains("<meta name=\"description\" content=\"W mieście\">"), "{page}");
    let chapter = &pages[CHAPTER];
    assert!(chapter.contains("<li id=\"_fn.cele.1\"><p>Lasy „państwowe”."), "{chapter}");
    assert!(chapter.contains(">W\u{a0}mieście</a>"), "the contents are set as the heading is: {chapter}");
}

#[test]
fn another_language_is_set_by_its_own_rules() {
    let mut town = town();
    town.insert("content/site.yaml", "authority: Office\nlanguage: en\nbase_url: https://a.example\ntheme: en\n");
    town.insert("themes/en/theme.yaml", "contract: 1\n");
    let polish = include_str!("../../themes/base/i18n/pl.yaml");
    town.insert("themes/en/i18n/en.yaml", polish);
    let pages = build(&town, 1).unwrap();
    let chapter = &pages[CHAPTER];
    assert!(chapter.contains("W mieście</h2>"), "Polish spaces hold in Polish alone: {chapter}");
    assert!(chapter.contains("Lasy “państwowe”"), "English quotes: {chapter}");
}

#[test]
fn questions_are_set_as_text_is_and_the_definition_stays_as_it_was_written() {
    let mut town = town();
    let form = "title: Uwagi w \"skrócie\"\nintro: W domu i w pracy.\nsend: Wyślij\nquestions:\n  - name: tresc\n    kind: choice\n    \
        label: Co zmienić w \"parku\"?\n    options:\n      - value: w-a\n        label: w alejkach\n";
    town.insert("content/strategia/forms/uwagi.yaml", form);
    let files = build(&town, 31).unwrap();
    let page = &files["site/strategia/uwagi/index.html"];
    for set in
        ["Uwagi w\u{a0}„skrócie”", "W\u{a0}domu i\u{a0}w\u{a0}pracy.", "Co zmienić w\u{a0}„parku”?", "w\u{a0}alejkach"]
    {
        assert!(page.contains(set), "{set} is not in {page}");
    }
    assert!(page.contains("value=\"w-a\""), "{page}");
    let bundle: forms::Bundle = serde_json::from_str(&files["forms/strategia/uwagi.pl.json"]).unwrap();
    assert!(bundle.form.definition().contains("Co zmienić w \\\"parku\\\"?"), "{}", bundle.form.definition());
    assert_eq!(bundle.revision, bundle.form.revision());
    assert_ne!(bundle.shown(), &bundle.form);
}

#[test]
fn lists_are_sorted_as_the_language_sorts() {
    let mut town = town();
    let titles = ["Łódki", "Żaby", "Lasy", "Zieleń", "Ćmy", "Cisza", "łabędzie", "Źródła"];
    let pages: Vec<_> = titles
        .iter()
        .enumerate()
        .map(|(at, title)| (format!("content/park/{at}.md"), format!("# {title}\n")))
        .collect();
    town.extend(pages.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    town.insert("content/park/index.md", "# Park\n");
    let list = &build(&town, 1).unwrap()["site/park/index.html"];
    let mut sorted = titles;
    sorted
        .sort_by_key(|title| list.find(&format!(">{title}</a>")).unwrap_or_else(|| panic!("{title} is not in {list}")));
    assert_eq!(sorted, ["Cisza", "Ćmy", "Lasy", "łabędzie", "Łódki", "Zieleń", "Źródła", "Żaby"]);
}
