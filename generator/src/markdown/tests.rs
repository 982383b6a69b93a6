#![allow(clippy::unwrap_used)]

use super::*;
use crate::diagnostic::rule;

fn words() -> Words {
    let words = [
        ("warning", "Uwaga"),
        ("caption", "Tabela"),
        ("picture_captions", "Rysunek, Zdjęcie"),
        ("footnotes", "Przypisy"),
        ("footnote", "przypis"),
        ("footnote_back", "Wróć"),
        ("task_done", "zrobione"),
        ("task_open", "do zrobienia"),
    ];
    words.map(|(key, word)| (key.to_owned(), word.to_owned())).into()
}

/// The hash of the only file there is.
fn hashes(target: &str) -> Option<String> {
    (target == "a.png").then(|| "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb".to_owned())
}

/// Fills gaps with what was written.
fn filling(body: &Body) -> Filling {
    let href = |link: &Link| {
        let note = if link.target.contains(".pdf") { " (PDF)" } else { "" };
        Href { note: note.to_owned(), ..format!("[{}]", link.target).into() }
    };
    let picture = |picture: &Picture| format!("<img {} \"{}\">", picture.target, escape(&picture.alt));
    Filling { hrefs: body.links.iter().map(href).collect(), pictures: body.pictures.iter().map(picture).collect() }
}

fn read(text: &str, id_prefix: Option<&str>) -> (Body, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let words = words();
    let context = Context { id_prefix, title: None, language: "en", words: &words, hashes: &hashes };
    let body = parse("a.md", text, 0, context, &mut problems);
    (body, problems)
}

fn html(text: &str) -> String {
    let (body, problems) = read(text, None);
    assert_eq!(problems, [], "{text}");
    render(&body)
}

fn render(body: &Body) -> String {
    body.render(&filling(body))
}

/// Returns the rules that are broken, each with its place.
fn broken(text: &str) -> Vec<String> {
    let (_, problems) = read(text, None);
    let shown = problems.iter().map(|problem| {
        let place = problem.place.as_ref().unwrap();
        format!("{} {}:{}+{}", problem.rule.id, place.line, place.column, place.length)
    });
    shown.collect()
}

#[test]
fn markdown_becomes_our_html() {
    for (text, expected) in [
        ("", ""),
        (
            "# Tytuł\n\nTekst *a* **b** ~~c~~ `d<e`.\n",
            "<p>Tekst <em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;e</code>.</p>\n",
        ),
        ("a\nb\\\nc\n", "<p>a\nb<br>\nc</p>\n"),
        ("## Cel 1. „Miasto” & \"my\"\n", "<h2 id=\"cel-1-miasto-my\">Cel 1. „Miasto” &amp; &quot;my&quot;</h2>\n"),
        ("## Cel {#cel-1}\n\n### Działanie\n", "<h2 id=\"cel-1\">Cel</h2>\n<h3 id=\"dzialanie\">Działanie</h3>\n"),
        ("- a\n- b\n  - c\n", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n"),
        ("3. a\n\n4. b\n", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n"),
        ("> a\n", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        (
            "> [!WARNING]\n> a\n",
            "<div class=\"note note-warning\" role=\"note\">\n<p class=\"note-title\">Uwaga</p>\n<p>a</p>\n</div>\n",
        ),
        (
            "> [!WARNING]\n> **Nowy *termin***\n> a\n",
            "<div class=\"note note-warning\" role=\"note\">\n<p class=\"note-title\">Uwaga: \
             <strong>Nowy <em>termin</em></strong></p>\n<p>a</p>\n</div>\n",
        ),
        (
            "> [!WARNING]\n> **Nowy**\n>\n> - a\n",
            "<div class=\"note note-warning\" role=\"note\">\n<p class=\"note-title\">Uwaga: \
             <strong>Nowy</strong></p>\n<ul>\n<li>a</li>\n</ul>\n</div>\n",
        ),
        (
            "> [!WARNING]\n> **Nowy** termin\n",
            "<div class=\"note note-warning\" role=\"note\">\n<p class=\"note-title\">Uwaga</p>\n<p><strong>Nowy</strong> termin</p>\n</div>\n",
        ),
        ("[a](b.pdf) [c](d.md)\n", "<p><a href=\"[b.pdf]\">a (PDF)</a> <a href=\"[d.md]\">c</a></p>\n"),
        (
            "a ![„b” *c* `d` [e](f) \n![g](h)](a.png)\n\n![-](i.png)\n",
            "<p>a <img a.png \"„b” c d e g\"></p>\n<p><img i.png \"\"></p>\n",
        ),
        (
            "![b](a.png)\nRysunek 1. *C*\n",
            "<figure>\n<img a.png \"b\">\n<figcaption>Rysunek 1. <em>C</em></figcaption>\n</figure>\n",
        ),
        (
            "![b](a.png)\n\nZdjęcie: c\n\nd\n",
            "<figure>\n<img a.png \"b\">\n<figcaption>Zdjęcie: c</figcaption>\n</figure>\n<p>d</p>\n",
        ),
        ("![b](a.png)\n\nInne: c\n", "<p><img a.png \"b\"></p>\n<p>Inne: c</p>\n"),
        ("KOF\n: obszar\n: *gminy*\n", "<dl>\n<dt>KOF</dt>\n<dd>obszar</dd>\n<dd><em>gminy</em></dd>\n</dl>\n"),
        (
            "- [ ] a\n- [x] b\n",
            "<ul>\n<li><span class=\"task\" aria-hidden=\"true\">☐</span> <span class=\"hidden\">do zrobienia: </span>a</li>\n\
             <li><span class=\"task\" aria-hidden=\"true\">☑</span> <span class=\"hidden\">zrobione: </span>b</li>\n</ul>\n",
        ),
        ("`[^1]` \\[^1] [^ a] [^\n", "<p><code>[^1]</code> [^1] [^ a] [^</p>\n"),
        ("---\n", "<hr>\n"),
        ("```sh ok\na < b\n```\n", "<pre tabindex=\"0\"><code class=\"language-sh\">a &lt; b\n</code></pre>\n"),
        ("[a](b.md#c \"t\\\"u\")\n", "<p><a href=\"[b.md#c]\" title=\"t&quot;u\">a</a></p>\n"),
        (
            "<https://a.pl/?b&c> <a@b.pl>\n",
            "<p><a class=\"address\" href=\"[https://a.pl/?b&amp;c]\">https://a.pl/?b&amp;c</a> \
             <a href=\"[mailto:a@b.pl]\">a@b.pl</a></p>\n",
        ),
        (
            "[a.pl](https://a.pl/) [a](https://a.pl)\n",
            "<p><a class=\"address\" href=\"[https://a.pl/]\">a.pl</a> <a href=\"[https://a.pl]\">a</a></p>\n",
        ),
        ("[a]\n\n[a]: <b c.md>\n", "<p><a href=\"[b c.md]\">a</a></p>\n"),
        ("a $b$ ^c^\n", "<p>a $b$ ^c^</p>\n"),
        ("\"cytat\" -- ...\n", "<p>“cytat” -- …</p>\n"),
    ] {
        assert_eq!(html(text), expected, "{text}");
    }
}

#[test]
fn tables_can_be_read_aloud_and_scrolled() {
    let expected = "<h2 id=\"zadania\">Zadania</h2>
<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Zadania\"><table>
<thead>
<tr>
<td></td>
<th scope=\"col\" class=\"num\"><a href=\"[x.md]\">Koszt</a></th>
</tr>
</thead>
<tbody>
<tr>
<th scope=\"row\">Park</th>
<td class=\"num\">10</td>
</tr>
</tbody>
</table></div>
";
    let text = "## Zadania\n\n|   | [Koszt](x.md) |\n|---|--:|\n| Park | 10 |\n";
    assert_eq!(html(text), expected);

    let label = |text: &str, title| {
        let mut problems = Vec::new();
        let words = words();
        let context = Context { id_prefix: None, title, language: "en", words: &words, hashes: &hashes };
        let body = parse("a.md", text, 0, context, &mut problems);
        let html = render(&body);
        html.split_once('>').unwrap().0.to_owned()
    };
    let table = "| a |\n|---|\n| b |\n";
    assert_eq!(label(table, None), "<div class=\"table\" tabindex=\"0\"");
    assert_eq!(
        label(table, Some("\"T\"")),
        "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"&quot;T&quot;\""
    );
    assert_eq!(
        label(&format!("# U\n\n{table}"), None),
        "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"U\""
    );
}

#[test]
fn a_paragraph_that_says_so_is_the_caption_of_the_table_below() {
    let table = "| | Koszt |\n|---|--:|\n| Park | 10 |\n";
    let expected = "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Tabela 2. Koszty parku\"><table>
<caption>Tabela 2. <em>Koszty</em> <a href=\"[x.md]\">parku</a></caption>
<thead>
<tr>
<td></td>
";
    let found = html(&format!("a\n\nTabela 2. *Koszty* [parku](x.md)\n\n{table}"));
    assert!(found.starts_with(&format!("<p>a</p>\n{expected}")), "{found}");
    for (text, is_caption) in [
        (format!("Tabela: a\n\n{table}"), true),
        (format!("Tabelaryczny: a\n\n{table}"), false),
        (format!("Tabela niżej\n\n{table}"), false),
        (format!("Tabela: a\n\nb\n\n{table}"), false),
        ("Tabela: a\n".to_owned(), false),
    ] {
        assert_eq!(html(&text).contains("<caption>"), is_caption, "{text}");
    }
}

#[test]
fn footnotes_are_one_list_with_ways_back() {
    let text = "a[^x] b[^y] c[^x]\n\n[^y]: Drugi.\n\n[^x]: Pierwszy\n\n    - [z](x.md)\n";
    let expected = "<p>a<sup><a id=\"_fnref.k.1\" href=\"#_fn.k.1\" role=\"doc-noteref\"><span class=\"hidden\">przypis </span>[1]</a></sup> \
b<sup><a id=\"_fnref.k.2\" href=\"#_fn.k.2\" role=\"doc-noteref\"><span class=\"hidden\">przypis </span>[2]</a></sup> \
c<sup><a id=\"_fnref.k.1.2\" href=\"#_fn.k.1\" role=\"doc-noteref\"><span class=\"hidden\">przypis </span>[1]</a></sup></p>
<section class=\"footnotes\" role=\"doc-endnotes\" aria-labelledby=\"_fn.k\">
<h2 id=\"_fn.k\">Przypisy</h2>
<ol>
<li id=\"_fn.k.1\"><p>Pierwszy</p>
<ul>
<li><a href=\"[x.md]\">z</a></li>
</ul>
<p><a href=\"#_fnref.k.1\" role=\"doc-backlink\">Wróć (1)<span class=\"hidden\">, przypis 1</span></a> \
<a href=\"#_fnref.k.1.2\" role=\"doc-backlink\">Wróć (2)<span class=\"hidden\">, przypis 1</span></a></p>
</li>
<li id=\"_fn.k.2\"><p>Drugi. <a href=\"#_fnref.k.2\" role=\"doc-backlink\">Wróć<span class=\"hidden\">, przypis 2</span></a></p>
</li>
</ol>
</section>
";
    let (body, problems) = read(text, Some("k"));
    assert_eq!(problems, []);
    assert_eq!(render(&body), expected);
    assert_eq!(body.render_sections(Setting::default(), &filling(&body)).len(), 2);
    assert!(html("a[^1]\n\n[^1]: b\n").contains("<h2 id=\"_fn\">"));
}

#[test]
fn words_are_set_for_the_language_and_nothing_else_is() {
    let words = words();
    let context = Context { id_prefix: Some("k"), title: None, language: "pl", words: &words, hashes: &hashes };
    let text = "## Cel \"A\" w mieście\n\nW **\"domu\n5** zł\" i `a - \"b\"` [z \"c\"](x-\"y\".md 't - \"u\"').\n\n    w domu\n";
    let body = parse("a.md", text, 0, context, &mut Vec::new());
    assert_eq!(
        render(&body),
        "<h2 id=\"k-cel-a-w-miescie\">Cel „A” w\u{a0}mieście</h2>\n<p>W\u{a0}<strong>„domu\n5</strong>\u{a0}zł” i\u{a0}<code>a - \
         &quot;b&quot;</code> <a href=\"[x-&quot;y&quot;.md]\" title=\"t - &quot;u&quot;\">z\u{a0}„c”</a>.</p>\n\
         <pre tabindex=\"0\"><code>w domu\n</code></pre>\n"
    );
    assert_eq!(body.headings[0].text, "Cel „A” w\u{a0}mieście");
    assert_eq!(body.sections[1].text, "Cel \"A\" w mieście\nW \"domu 5 zł\" i a - \"b\" z \"c\".\nw domu");
    assert_eq!(body.sections[1].title, "Cel \"A\" w mieście");
}

/// Each block of `form-1.txt` is Markdown, a line `=`, the hash, a line `=`, the text.
#[test]
fn form_1_of_sections_never_changes() {
    let table = include_str!("form-1.txt");
    let cases: Vec<_> = table.split("\n=====\n").collect();
    assert!(cases.len() > 10);
    for case in cases {
        let [markdown, hash, text] = case.split("\n=\n").collect::<Vec<_>>()[..] else { panic!("{case}") };
        let (body, _) = read(markdown.trim_start_matches('\n'), Some("k"));
        let section = body.sections.last().unwrap();
        assert_eq!((section.text.as_str(), section.hash.as_str()), (text.trim_end_matches('\n'), hash), "{markdown}");
    }
}

#[test]
fn a_chapter_has_sections_and_another_page_none() {
    let text = "# Rozdział\n\nWstęp\n\n## 1. Cel\n\na\n\n### Pod {#p}\n\nb\n";
    let (body, _) = read(text, Some("k"));
    let found: Vec<_> =
        body.sections.iter().map(|one| (one.id.as_str(), one.title.as_str(), one.text.as_str())).collect();
    assert_eq!(
        found,
        [("k", "Rozdział", "Rozdział\nWstęp"), ("k-cel", "1. Cel", "1. Cel\na"), ("p", "Pod", "Pod\nb"),]
    );
    assert_eq!(
        body.render_sections(Setting::default(), &filling(&body)),
        ["<p>Wstęp</p>\n", "<h2 id=\"k-cel\">1. Cel</h2>\n<p>a</p>\n", "<h3 id=\"p\">Pod</h3>\n<p>b</p>\n", ""]
    );
    assert_eq!(read(text, None).0.sections, []);
}

#[test]
fn the_leading_heading_is_the_title() {
    let (body, problems) = read("\n# Tytuł [z](x.md) **linkiem**\n\nTekst\n", None);
    assert_eq!(problems, []);
    assert_eq!(body.title.as_ref().unwrap().value, "Tytuł z linkiem");
    assert_eq!(body.title.unwrap().place.line, 2);
    assert_eq!((body.links.len(), body.headings.len()), (0, 0));
    assert_eq!(body.pieces, [Piece::Html("<p>Tekst</p>\n".to_owned()), Piece::SectionEnd]);
    assert_eq!(read("#\n\na\n", None).0.title, None);
    assert_eq!(read("Tytuł\n=====\n", None).0.title.unwrap().value, "Tytuł");
}

#[test]
fn links_know_where_their_target_stands() {
    let text = "Zażółć [b.md](b.md) i\n<https://a.pl>, [c][d]\n\n[d]: e.md\n";
    let (body, _) = read(text, None);
    let found: Vec<_> = body
        .links
        .iter()
        .map(|link| (link.target.as_str(), link.place.line, link.place.column, link.place.length))
        .collect();
    assert_eq!(found, [("b.md", 1, 15, 4), ("https://a.pl", 2, 2, 12), ("e.md", 2, 17, 6)]);
    let scheme = |target: &str| Link { target: target.to_owned(), place: Place::whole("a") }.scheme();
    assert_eq!(scheme("HTTPS://a"), Some("https".to_owned()));
    for target in ["a.md", "#a:b", "../a:b.md", "a b:c", ":", "", "1a:b"] {
        assert_eq!(scheme(target), None, "{target}");
    }
}

#[test]
fn places_count_front_matter() {
    let text = "---\na: b\n---\n## ć <b>\n";
    let mut problems = Vec::new();
    let words = words();
    let body = parse(
        "a.md",
        text,
        13,
        Context { id_prefix: None, title: None, language: "en", words: &words, hashes: &hashes },
        &mut problems,
    );
    assert_eq!(body.headings[0].place.line, 4);
    let place = problems[0].place.as_ref().unwrap();
    assert_eq!((place.line, place.column, place.length), (4, 6, 3));
    // A start that cannot be is no panic.
    parse(
        "a.md",
        "ć",
        1,
        Context { id_prefix: None, title: None, language: "en", words: &words, hashes: &hashes },
        &mut problems,
    );
    parse(
        "a.md",
        "ć",
        99,
        Context { id_prefix: None, title: None, language: "en", words: &words, hashes: &hashes },
        &mut problems,
    );
}

#[test]
fn mistakes_have_a_rule_and_a_place() {
    for (text, expected) in [
        ("a\n\n# b\n", &["heading-h1 3:1+3"][..]),
        ("# a\n\n# b\n", &["heading-h1 3:1+3"]),
        ("### a\n", &["heading-level 1:1+5"]),
        ("## a\n\n#### b\n\n### c\n", &["heading-level 3:1+6"]),
        ("## a {#Ą}\n", &["heading-id-bad 1:1+9"]),
        ("## a {.b c=d}\n", &["heading-attributes 1:1+13"]),
        ("## …\n", &["heading-id-empty 1:1+4"]),
        ("## a\n\n## a\n", &["section-id-twice 3:1+4"]),
        ("## a\n\n## b {#a}\n", &["section-id-twice 3:1+9"]),
        ("<div>\na\n</div>\n\nb <b onclick='x'>c</b>\n", &["raw-html 1:1+5", "raw-html 5:3+15"]),
        ("<!-- a\n\nb -->\n", &["raw-html 1:1+6"]),
        ("ć [^1] b\n", &["footnote-missing 1:3+4"]),
        ("# a[^1]\n\n[^1]: b\n", &["footnote-unused 3:1+7"]),
        ("a[^1]\n\n[^1]: ## b\n", &["footnote-heading 3:7+4"]),
        ("> [!NOTE] Tytuł\n> a\n", &["note-kind 1:1+15"]),
        ("> [!UWAGA]\n> a\n", &["note-kind 1:1+10"]),
        ("a ![](c.png)\n", &["picture-alt-missing 1:3+10"]),
        ("a ![b](c.png \"d\")\n", &["picture-title 1:3+15"]),
        ("[a](JavaScript:alert(1))\n", &["link-scheme 1:5+19"]),
    ] {
        assert_eq!(broken(text), expected, "{text}");
    }
}

#[test]
fn repeated_headings_take_the_one_above() {
    let ids = |text: &str, prefix| -> Vec<String> {
        let (body, problems) = read(text, prefix);
        assert_eq!(problems, [], "{text}");
        body.headings.into_iter().map(|heading| heading.id).collect()
    };
    assert_eq!(ids("## 1. Cele\n\n### 1.1. Opis\n", Some("karta-2")), ["karta-2-cele", "karta-2-opis"]);
    let text = "## A\n\n### Opis\n\n## B\n\n### Opis\n\n#### Opis\n\n### Inne\n";
    assert_eq!(ids(text, Some("k")), ["k-a", "k-a-opis", "k-b", "k-b-opis", "k-b-opis-opis", "k-inne"]);
    assert_eq!(ids(text, None), ["a", "a-opis", "b", "b-opis", "b-opis-opis", "inne"]);
    // One that was written stays.
    assert_eq!(ids("## A\n\n### B {#x}\n\n### X\n", None), ["a", "x", "a-x"]);
    // The slug of the chapter is the id of its title.
    assert_eq!(read("## A {#k}\n", Some("k")).1[0].rule, rule::SECTION_ID_TWICE);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_or_write_a_tag_of_its_own(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "a", "ż", " ", "\n", "\n\n", "# ", "## ", "- ", "1. ", "> ", "[!NOTE]\n", "|", "|-|\n", "`", "```\n", "*", "_",
            "[", "](", ")", "<", ">", "<script>", "<!--", "-->", "&", "\"", "'", "{#", "}", "{.", "http://", ":", "~~",
            "![", "\\", "\t", "\r", "    ", "---\n", "===\n", "<a@b>", "\u{0}", "[^1]", "\n[^1]: ", "\n: ", "**", "- [x] ",
            "Tabela 1. ", "> [!TIP]\n> **",
        ]), 0..40),
        start in 0usize..20,
    ) {
        let text = parts.concat();
        let mut problems = Vec::new();
        let words = words();
        let context = Context { id_prefix: Some("k"), title: None, language: "en", words: &words, hashes: &hashes };
        let body = parse("a.md", &text, start, context, &mut problems);
        let html = render(&body);
        let parts = body.render_sections(Setting::default(), &filling(&body));
        // One more for the title and one for the footnotes; a heading in a footnote is a mistake that is told.
        if problems.iter().all(|problem| problem.rule != rule::FOOTNOTE_HEADING) {
            proptest::prop_assert_eq!(parts.len(), body.headings.len() + 2);
            proptest::prop_assert_eq!(body.sections.len(), body.headings.len() + 1);
        }
        proptest::prop_assert!(!html.contains("<script") && !html.contains("<!--"), "{}", html);
        let opened = html.matches('<').count() - html.matches("<img ").count() - html.matches("<br>").count() - html.matches("<hr>").count();
        proptest::prop_assert_eq!(opened, 2 * html.matches("</").count(), "{}", html);
    }
}

#[test]
fn markup_that_is_half_made_is_told_where_it_stands() {
    for (text, expected) in [
        ("##Cel\n", vec!["heading-space 1:1+5"]),
        ("Tekst.\n\n> ###Cel 1\n", vec!["heading-space 3:3+8"]),
        ("Tekst\n---\n", vec!["heading-underlined 2:1+3"]),
        ("```\na\n", vec!["code-open 1:1+3"]),
        ("> ~~~~\n> a\n> ~~~\n\nb\n", vec!["code-open 1:3+4"]),
        ("**a\n\nb**\n", vec!["bold-open 1:1+2", "bold-open 3:2+2"]),
        ("- a\n\u{f0b7} b\n", vec!["list-bullet 2:1+1"]),
        ("[plan] (plan.md)", vec!["link-half-made 1:1+16"]),
        ("[plan]\n(https://a.pl)", vec!["link-half-made 1:1+6"]),
        ("Żółw [plan](mój plan.md).", vec!["link-half-made 1:6+19"]),
        ("| [a](b c) |\n|--|\n| [d][e] |\n", vec!["link-half-made 1:3+8", "link-label-missing 3:3+6"]),
    ] {
        assert_eq!(broken(text), expected, "{text}");
    }
}

#[test]
fn what_is_meant_as_words_or_is_markup_is_left_alone() {
    for text in [
        "Sekcja ##5 i #hasztag\n\n\\##a\n",
        "```\n##a\n[a] (b.md)\n**\n```\n",
        "~~~text\n```\n~~~\n",
        "    ##a\n",
        "- ```\n  a\n  ```\n",
        "Kod `[a](b c)` i `**`.\n",
        "**a** i ***b***, **[c](c.md)**\n",
        "Cena\\*\\* i \\[a\\](b c)\n",
        "„Rada [...] (Dz. U. z 2021 r.) uchwala”, [art. 6] (ust. 5)\n",
        "[a][b]\n\n[b]: c.md\n",
        "a\n\n---\n\nb\n",
        "| a | b |\n|---|---|\n| c | d |\n",
        "****\n",
    ] {
        assert_eq!(broken(text), Vec::<String>::new(), "{text}");
    }
}
