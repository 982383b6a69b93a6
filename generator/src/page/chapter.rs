use forms::{Card, Link, ThemeError};
use serde::Serialize;

use super::{
    Frame, Status,
    document::{self, Version},
};
use crate::{
    content::split,
    model::{Consultation, Document},
};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
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
    let chapters: Vec<_> = document::chapters(frame, shown, home).collect();
    let at = chapters.iter().position(|(page, _)| page.path == chapter.path);
    let neighbour = |index: Option<usize>| Some(chapters.get(index?)?.1.clone());
    let sections = chapter.body.headings.iter().filter(|heading| heading.level == 2).map(|heading| Link {
        label: heading.text.clone(),
        href: format!("#{}", heading.id),
        current: false,
    });
    let contents = frame.to(home, &document.title);
    let view = View {
        title: &chapter.title,
        html: frame.html(&chapter.body, &chapter.path, folder),
        kind: &document.kind,
        version: document::version(document, version),
        sections: sections.collect(),
        previous: neighbour(at.and_then(|at| at.checked_sub(1))),
        next: neighbour(at.map(|at| at + 1)),
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
