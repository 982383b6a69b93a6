use forms::Link;
use serde::Serialize;

use super::{
    Drawn, Frame,
    document::{self, Contents, Part, Version},
};
use crate::{
    content::split,
    markdown::{self, Setting},
    model::{Consultation, Document, Found},
};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    kind: &'a str,
    description: Option<String>,
    document: Link,
    version: Version<'a>,
    contents: Vec<Contents>,
    chapters: Vec<Chapter<'a>>,
}

#[derive(Serialize)]
struct Chapter<'a> {
    id: &'a str,
    title: String,
    html: String,
}

pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, document: &Document, index: usize) -> Drawn {
    let site = frame.drawing.site;
    let shown = &document.versions[index];
    let home = document::home(frame, document, index);
    let chapters = site.chapters(shown).enumerate().map(|(at, chapter)| {
        let numbers = document::numbers(document, at, chapter);
        let folder = (home == &shown.address).then(|| split(&chapter.path).0);
        // Chapters stand on this page: a link to one leads to its heading here.
        let href = |link: &markdown::Link, found: Found| {
            let here = site.chapters(shown).map(|other| other.address.last());
            let here = here.into_iter().find(|slug| home.page(slug) == found.address);
            let anchor = link.target.split_once('#').map(|(_, anchor)| anchor);
            here.map_or_else(|| found.into(), |slug| format!("#{}", anchor.unwrap_or(slug)).into())
        };
        let setting = Setting { below: 1, numbers: &numbers };
        let filling = frame.filling(&chapter.body, &chapter.path, folder, at == 0, href);
        Chapter {
            id: chapter.address.last(),
            title: document::numbered(document, at, chapter),
            html: chapter.body.render_sections(setting, &filling).concat(),
        }
    });
    let contents = frame.to(home, &document.title);
    let view = View {
        title: &document.title,
        kind: &document.kind,
        description: document.description.as_deref().map(|text| frame.words(text)),
        version: document::version(frame, consultation, document, index, Part::Whole),
        contents: document::contents(frame, document, index, |chapter| Link {
            href: format!("#{}", chapter.address.last()),
            ..Link::default()
        }),
        chapters: chapters.collect(),
        document: contents.clone(),
    };
    let mut shell = frame.shell_in(consultation, vec![contents]);
    shell.description.clone_from(&document.description);
    shell.canonical = document::canonical(frame, document, index, &document.address.page(&site.slugs.whole));
    frame.render("whole.html", &shell, &view)
}
