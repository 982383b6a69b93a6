use forms::{Card, Link, ThemeError};
use serde::Serialize;

use super::{
    Frame, Status,
    document::{self, Part, Version},
};
use crate::{
    content::split,
    markdown::Setting,
    model::{Consultation, Document},
};

#[derive(Serialize)]
struct View<'a> {
    title: String,
    html: String,
    document: Link,
    kind: &'a str,
    version: Version<'a>,
    sections: Vec<Link>,
    chapters: Vec<Link>,
    previous: Option<Link>,
    next: Option<Link>,
    consultation: Card,
    status: Status,
}

pub(super) fn draw(
    frame: &Frame<'_>,
    consultation: &Consultation,
    document: &Document,
    version: usize,
    number: usize,
) -> Result<String, ThemeError> {
    let shown = &document.versions[version];
    let chapter = &shown.chapters[number];
    let home = document::home(frame, document, version);
    let folder = (home == &shown.address).then(|| split(&chapter.path).0);
    let chapters: Vec<_> = document::chapters(frame, document, version, home).collect();
    let at = chapters.iter().position(|(page, _)| page.path == chapter.path).unwrap_or_default();
    let neighbour = |index: Option<usize>| Some(chapters.get(index?)?.1.clone());
    let contents = frame.to(home, &document.title);
    let numbers = document::numbers(document, at, chapter);
    let setting = Setting { below: 0, numbers: &numbers };
    let view = View {
        title: document::numbered(document, at, chapter),
        html: frame.html_in(setting, &chapter.body, &chapter.path, folder, |_, found| found.href),
        kind: &document.kind,
        version: document::version(frame, document, version, Part::Chapter(chapter.address.last())),
        sections: document::sections(document, at, chapter, ""),
        previous: neighbour(at.checked_sub(1)),
        next: neighbour(Some(at + 1)),
        chapters: chapters.iter().map(|(_, link)| link.clone()).collect(),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
        document: contents.clone(),
    };
    let mut shell = frame.shell_in(consultation, vec![contents]);
    shell.description.clone_from(&chapter.description);
    shell.canonical = document::canonical(frame, document, version, &document.address.page(chapter.address.last()));
    frame.render("chapter.html", &shell, &view)
}
