use forms::{Card, Link, ThemeError};
use jiff::civil::Date;
use serde::Serialize;

use super::{Frame, Status};
use crate::{
    address::Address,
    model::{self, Consultation, Document, Page},
};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    kind: &'a str,
    description: Option<String>,
    version: Version<'a>,
    chapters: Vec<Contents<'a>>,
    consultation: Card,
    status: Status,
}

#[derive(Serialize)]
struct Contents<'a> {
    label: &'a str,
    href: String,
    sections: Vec<Link>,
}

/// The version that a page shows.
#[derive(Serialize)]
pub(super) struct Version<'a> {
    version: &'a str,
    date: Option<Date>,
    status: &'a str,
    note: &'a [String],
    newest: bool,
}

pub(super) fn draw(
    frame: &Frame<'_>,
    consultation: &Consultation,
    document: &Document,
    index: usize,
) -> Result<String, ThemeError> {
    let site = frame.drawing.site;
    let shown = &document.versions[index];
    let home = home(frame, document, index);
    let contents = shown.chapters.iter().filter(|chapter| site.shows(chapter.draft)).map(|chapter| {
        let href = frame.linking.href(&home.page(chapter.address.last()));
        Contents {
            label: &chapter.title,
            sections: chapter
                .body
                .headings
                .iter()
                .filter(|heading| heading.level == 2)
                .map(|heading| Link {
                    label: heading.text.clone(),
                    href: format!("{href}#{}", heading.id),
                    current: false,
                })
                .collect(),
            href,
        }
    });
    let view = View {
        title: &document.title,
        kind: &document.kind,
        description: document.description.as_deref().map(|text| frame.words(text)),
        version: version(document, index),
        chapters: contents.collect(),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
    };
    let mut shell = frame.shell_in(consultation, Vec::new());
    shell.description.clone_from(&document.description);
    shell.canonical = canonical(frame, document, index, &document.address);
    frame.render("document.html", &shell, &view)
}

pub(super) fn version(document: &Document, index: usize) -> Version<'_> {
    let model::Version { version, date, status, note, .. } = &document.versions[index];
    Version { version, date: *date, status, note, newest: document.newest() == Some(index) }
}

/// Returns the address under which the page shows the version: the short one, where it shows the newest there.
pub(super) fn home<'a>(frame: &Frame<'_>, document: &'a Document, index: usize) -> &'a Address {
    let own = &document.versions[index].address;
    let inside = frame.address.is_some_and(|address| address.as_str().starts_with(own.as_str()));
    if inside { own } else { &document.address }
}

/// Returns the short address of a page of the newest version: the same page stands at two.
pub(super) fn canonical(frame: &Frame<'_>, document: &Document, index: usize, short: &Address) -> Option<String> {
    (document.newest() == Some(index)).then(|| frame.absolute(short)).flatten()
}

/// Returns the chapters of a version that are shown, each linked within `home`.
pub(super) fn chapters<'a>(
    frame: &'a Frame<'_>,
    version: &'a model::Version,
    home: &'a Address,
) -> impl DoubleEndedIterator<Item = (&'a Page, Link)> {
    let shown = version.chapters.iter().filter(|chapter| frame.drawing.site.shows(chapter.draft));
    shown.map(|chapter| (chapter, frame.to(&home.page(chapter.address.last()), &chapter.title)))
}
