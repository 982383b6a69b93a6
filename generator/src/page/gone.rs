use forms::Link;
use serde::Serialize;

use super::{Drawn, Frame, document};
use crate::model::{Consultation, Document};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    /// The newest version, which has no such chapter.
    newest: Option<&'a str>,
    /// The chapter in the last version that has it; its words are the version.
    last: Link,
    document: Link,
    changes: Option<Link>,
}

/// Draws what stands at the short address of a chapter that the newest version lacks.
pub(super) fn draw(
    frame: &Frame<'_>,
    consultation: &Consultation,
    document: &Document,
    version: usize,
    number: usize,
) -> Drawn {
    let last = &document.versions[version];
    let chapter = &last.chapters[number];
    let versions = frame.drawing.site.versions(document);
    let next = versions.iter().find(|index| **index > version);
    let contents = frame.contents(document).unwrap_or_default();
    let view = View {
        title: &chapter.title,
        newest: document.newest().map(|newest| document.versions[newest].version.as_str()),
        last: frame.to(&chapter.address, &last.version),
        changes: next.and_then(|next| document::comparison(frame, document, version, *next)),
        document: contents.clone(),
    };
    frame.render("gone.html", &frame.shell_in(consultation, vec![contents]), &view)
}
