//! Mistakes that other generators let through, or that cost them the site they had built: each is told where it stands,
//! and not one byte of the good site is changed.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::fs;

use tree::{Tree, repository};

const TODAY: &str = "2026-05-10";
const TEMPLATES: &str = "themes/zielony/templates";

/// A small town with a theme of its own: a page and the line at its foot.
fn town() -> Tree {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/broken/_base"));
    let site = tree.read("content/site.yaml");
    tree.write("content/site.yaml", &format!("{site}theme: zielony\n"));
    tree.write("themes/zielony/theme.yaml", "extends: base\ncontract: 1\n");
    let page = "{% extends \"layout.html\" %}\n{% block main %}\n<h1>{{ page.title }}</h1>\n{{ page.html | safe }}\n\
                {% include \"stopka.html\" %}\n{% endblock %}\n";
    tree.write(&format!("{TEMPLATES}/page.html"), page);
    tree.write(&format!("{TEMPLATES}/stopka.html"), "<p>Dębowo</p>\n");
    tree
}

/// Builds the town, makes a mistake in it and builds again: it is told by `rule` at `place`, and the site stays.
#[track_caller]
fn check(mistake: impl FnOnce(&Tree), rule: &str, place: &str) {
    let tree = town();
    let built = tree.build(TODAY);
    assert_eq!(built.code, 0, "{}", built.complained);
    let good = tree.folder("dist");
    mistake(&tree);
    let outcome = tree.build(TODAY);
    assert_eq!(outcome.code, 1, "{}", outcome.complained);
    let told: Vec<&str> = outcome.complained.lines().filter(|line| line.starts_with("błąd[")).collect();
    let places = outcome.complained.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
    assert!(told.len() == 1 && told[0].starts_with(&format!("błąd[{rule}]")), "{}", outcome.complained);
    assert_eq!(places.collect::<Vec<_>>(), [place], "{}", outcome.complained);
    assert!(tree.folder("dist") == good, "the good site was touched");
}

fn put(path: &'static str, text: &'static str) -> impl FnOnce(&Tree) {
    move |tree| tree.write(path, text)
}

#[test]
fn a_broken_link() {
    check(
        put("content/park/nowa.md", "# Nowa\n\nPatrz [plan](plan.md).\n"),
        "link-broken",
        "content/park/nowa.md:3:14",
    );
}

#[test]
fn a_broken_anchor() {
    let page = "# Nowa\n\nPatrz [koszty](klauzula.md#koszty).\n";
    check(put("content/park/nowa.md", page), "anchor-broken", "content/park/nowa.md:3:27");
}

#[test]
fn a_missing_picture() {
    let page = "# Nowa\n\nOto staw: ![Staw](staw.jpg)\n";
    check(put("content/park/nowa.md", page), "picture-missing", "content/park/nowa.md:3:11");
}

#[test]
fn a_missing_layout() {
    let template = "<!-- Strona -->\n{% extends \"uklad.html\" %}\n{% block main %}{% endblock %}\n";
    let path = "themes/zielony/templates/page.html";
    check(put(path, template), "template-broken", &format!("{path}:2:12"));
}

#[test]
fn a_deleted_template() {
    let delete = |tree: &Tree| fs::remove_file(tree.path(&format!("{TEMPLATES}/stopka.html"))).unwrap();
    check(delete, "template-broken", &format!("{TEMPLATES}/page.html:5:12"));
}

#[test]
fn a_template_that_fails_on_one_page_only() {
    let fail = |tree: &Tree| {
        let path = format!("{TEMPLATES}/page.html");
        tree.replace(&path, "{{ page.html", "{% if page.title == \"Nowa\" %}{{ page.tresc }}{% endif %}{{ page.html");
    };
    check(fail, "template-failed", &format!("{TEMPLATES}/page.html:4:38"));
}

#[test]
fn an_unclosed_block_in_a_template() {
    let open = |tree: &Tree| tree.replace(&format!("{TEMPLATES}/page.html"), "{% endblock %}\n", "");
    check(open, "template-broken", &format!("{TEMPLATES}/page.html:2:1"));
}

#[test]
fn a_bad_date() {
    let page = "---\ntitle: Nowa\ndate: 2026-02-30\n---\n\nTreść.\n";
    check(put("content/park/nowa.md", page), "date-bad", "content/park/nowa.md:3:7");
}

#[test]
fn two_pages_with_one_slug() {
    let page = "---\ntitle: Stara\nslug: nowa\n---\n\nTreść.\n";
    check(put("content/park/stara.md", page), "duplicate-address", "content/park/stara.md:3:7");
}

#[test]
fn bytes_of_windows_1250() {
    let write = |tree: &Tree| fs::write(tree.path("content/park/nowa.md"), b"# Nowa\n\nZa\xbf\xf3\xb3\xe6.\n").unwrap();
    check(write, "not-utf8", "content/park/nowa.md:3:3");
}

#[test]
fn a_typo_in_a_key_of_the_front_matter() {
    let page = "---\ntitle: Nowa\ndescripton: Opis.\n---\n\nTreść.\n";
    check(put("content/park/nowa.md", page), "unknown-key", "content/park/nowa.md:3:1");
}

#[test]
fn a_broken_site() {
    let site = "title: Konsultacje: Dębowo\nbase_url: https://konsultacje.example.pl\ntheme: zielony\n";
    check(put("content/site.yaml", site), "yaml-colon", "content/site.yaml:1:19");
}
