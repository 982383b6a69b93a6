#![allow(clippy::unwrap_used)]

use super::*;
use crate::diagnostic::rule;

fn notes() -> BTreeMap<String, String> {
    BTreeMap::from([("warning".to_owned(), "Uwaga".to_owned())])
}

fn read(text: &str, id_prefix: Option<&str>) -> (Body, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let notes = notes();
    let context = Context { id_prefix, title: None, notes: &notes };
    let body = parse("a.md", text, 0, context, &mut problems);
    (body, problems)
}

fn html(text: &str) -> String {
    let (body, problems) = read(text, None);
    assert_eq!(problems, [], "{text}");
    body.render(Setting::default(), |link| format!("[{}]", link.target))
}

/// Returns the rules that are broken, each with its place.
fn broken(text: &str) -> Vec<String> {
    let (_, problems) = read(text, None);
    let shown = problems.iter().map(|problem| {
        let place = problem.place.as_ref().unwrap();
        format!("{} {}:{}+{}", problem.rule, place.line, place.column, place.length)
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
        ("## Cel 1. „Kielce” & \"my\"\n", "<h2 id=\"cel-1-kielce-my\">Cel 1. „Kielce” &amp; &quot;my&quot;</h2>\n"),
        ("## Cel {#cel-1}\n\n### Działanie\n", "<h2 id=\"cel-1\">Cel</h2>\n<h3 id=\"dzialanie\">Działanie</h3>\n"),
        ("- a\n- b\n  - c\n", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n"),
        ("3. a\n\n4. b\n", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n"),
        ("> a\n", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        (
            "> [!WARNING]\n> a\n",
            "<div class=\"note note-warning\" role=\"note\">\n<p class=\"note-title\">Uwaga</p>\n<p>a</p>\n</div>\n",
        ),
        ("---\n", "<hr>\n"),
        ("```sh ok\na < b\n```\n", "<pre tabindex=\"0\"><code class=\"language-sh\">a &lt; b\n</code></pre>\n"),
        ("[a](b.md#c \"t\\\"u\")\n", "<p><a href=\"[b.md#c]\" title=\"t&quot;u\">a</a></p>\n"),
        (
            "<https://a.pl/?b&c> <a@b.pl>\n",
            "<p><a href=\"[https://a.pl/?b&amp;c]\">https://a.pl/?b&amp;c</a> <a href=\"[mailto:a@b.pl]\">a@b.pl</a></p>\n",
        ),
        ("[a]\n\n[a]: <b c.md>\n", "<p><a href=\"[b c.md]\">a</a></p>\n"),
        ("- [ ] a[^1] $b$\n", "<ul>\n<li>[ ] a[^1] $b$</li>\n</ul>\n"),
        ("\"cytat\" -- ...\n", "<p>&quot;cytat&quot; -- ...</p>\n"),
    ] {
        assert_eq!(html(text), expected, "{text}");
    }
}

#[test]
fn tables_can_be_read_aloud_and_scrolled() {
    let expected = "<h2 id=\"zadania\">Zadania</h2>
<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Zadania\"><table>
<thead>
<tr>
<td></td>
<th scope=\"col\" class=\"num\"><a href=\"[x.md]\">Koszt</a></th>
</tr>
</thead>
<tbody>
<tr>
<td>Park</td>
<td class=\"num\">10</td>
</tr>
</tbody>
</table></div>
";
    let text = "## Zadania\n\n|   | [Koszt](x.md) |\n|---|--:|\n| Park | 10 |\n";
    assert_eq!(html(text), expected);
    let (body, _) = read(text, None);
    assert_eq!(body.text, "Zadania\n | Koszt\nPark | 10");

    let label = |text: &str, title| {
        let mut problems = Vec::new();
        let notes = notes();
        let body = parse("a.md", text, 0, Context { id_prefix: None, title, notes: &notes }, &mut problems);
        let html = body.render(Setting::default(), |_| String::new());
        html.split_once('>').unwrap().0.to_owned()
    };
    let table = "| a |\n|---|\n| b |\n";
    assert_eq!(label(table, None), "<div class=\"table\" tabindex=\"0\"");
    assert_eq!(
        label(table, Some("\"T\"")),
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"&quot;T&quot;\""
    );
    assert_eq!(
        label(&format!("# U\n\n{table}"), None),
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"U\""
    );
}

#[test]
fn the_leading_heading_is_the_title() {
    let (body, problems) = read("\n# Tytuł [z](x.md) **linkiem**\n\nTekst\n", None);
    assert_eq!(problems, []);
    assert_eq!(body.title.as_ref().unwrap().value, "Tytuł z linkiem");
    assert_eq!(body.title.unwrap().place.line, 2);
    assert_eq!((body.text.as_str(), body.links.len(), body.headings.len()), ("Tekst", 0, 0));
    assert_eq!(body.pieces, [Piece::Html("<p>Tekst</p>\n".to_owned())]);
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
    let notes = notes();
    let body = parse("a.md", text, 13, Context { id_prefix: None, title: None, notes: &notes }, &mut problems);
    assert_eq!(body.headings[0].place.line, 4);
    let place = problems[0].place.as_ref().unwrap();
    assert_eq!((place.line, place.column, place.length), (4, 6, 3));
    // A start that cannot be is no panic.
    parse("a.md", "ć", 1, Context { id_prefix: None, title: None, notes: &notes }, &mut problems);
    parse("a.md", "ć", 99, Context { id_prefix: None, title: None, notes: &notes }, &mut problems);
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
        ("a ![b](c.png)\n", &["picture-unsupported 1:3+11"]),
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
            "![", "\\", "\t", "\r", "    ", "---\n", "===\n", "<a@b>", "\u{0}",
        ]), 0..40),
        start in 0usize..20,
    ) {
        let text = parts.concat();
        let mut problems = Vec::new();
        let notes = notes();
        let context = Context { id_prefix: Some("k"), title: None, notes: &notes };
        let body = parse("a.md", &text, start, context, &mut problems);
        let html = body.render(Setting::default(), |_| String::new());
        proptest::prop_assert!(!html.contains("<script") && !html.contains("<!--"), "{}", html);
        let opened = html.matches('<').count() - html.matches("<br>").count() - html.matches("<hr>").count();
        proptest::prop_assert_eq!(opened, 2 * html.matches("</").count(), "{}", html);
    }
}
