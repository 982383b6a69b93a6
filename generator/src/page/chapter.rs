use forms::{Card, Link, State};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::{
    Drawn, Frame, Status,
    document::{self, Contents, Part as Shown, Version},
};
use crate::{
    address::Address,
    content::split,
    markdown::{Section, Setting},
    model::{Consultation, Document, Page},
};

/// What stands in a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

#[derive(Serialize)]
struct View<'a> {
    title: String,
    /// Id of the section that the title begins.
    id: &'a str,
    parts: Vec<Part<'a>>,
    document: Link,
    kind: &'a str,
    version: Version<'a>,
    chapters: Vec<Contents>,
    previous: Option<Link>,
    next: Option<Link>,
    consultation: Card,
    status: Status,
}

/// A section as it is shown; the last part has none, it holds the footnotes.
#[derive(Serialize)]
struct Part<'a> {
    title: &'a str,
    html: String,
    /// Where a remark on the section is written, while remarks are taken.
    remark: Option<String>,
}

pub(super) fn draw(
    frame: &Frame<'_>,
    consultation: &Consultation,
    document: &Document,
    version: usize,
    number: usize,
) -> Drawn {
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
    let remark = |section: &Section| remark(frame, consultation, document, version, section);
    let view = View {
        title: document::numbered(document, at, chapter),
        id: chapter.body.sections.first().map(|section| section.id.as_str()).unwrap_or_default(),
        parts: parts(frame, setting, chapter, folder, remark),
        kind: &document.kind,
        version: document::version(frame, consultation, document, version, Shown::Chapter(chapter.address.last())),
        previous: neighbour(at.checked_sub(1)),
        next: neighbour(Some(at + 1)),
        chapters: document::with_sections(&chapters, document::sections(document, at, chapter, "")),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
        document: contents.clone(),
    };
    let mut shell = frame.shell_in(consultation, vec![contents]);
    shell.description.clone_from(&chapter.description);
    shell.canonical = document::canonical(frame, document, version, &document.address.page(chapter.address.last()));
    frame.render("chapter.html", &shell, &view)
}

/// Returns the chapter section by section; `folder` is that of the version whose links stay in it.
fn parts<'a>(
    frame: &Frame<'_>,
    setting: Setting<'_>,
    chapter: &'a Page,
    folder: Option<&str>,
    remark: impl Fn(&Section) -> Option<String>,
) -> Vec<Part<'a>> {
    let titles = chapter.body.headings.iter().map(|heading| heading.text.as_str());
    let mut titles = std::iter::once(chapter.title.as_str()).chain(titles);
    let mut sections = chapter.body.sections.iter();
    let filling = frame.filling(&chapter.body, &chapter.path, folder, true, |_, found| found.into());
    let parts = chapter.body.render_sections(setting, &filling).into_iter().map(|html| Part {
        title: titles.next().unwrap_or_default(),
        // Of a title alone there is nothing to say.
        remark: sections.next().filter(|_| !html.is_empty()).and_then(&remark),
        html,
    });
    parts.collect()
}

/// Returns the address at which a remark on `section` is written, while remarks are taken.
fn remark(
    frame: &Frame<'_>,
    consultation: &Consultation,
    document: &Document,
    version: usize,
    section: &Section,
) -> Option<String> {
    let open = consultation.term.state_on(frame.drawing.today) == State::Open;
    let form = consultation.remark_form().filter(|form| open && frame.drawing.site.shows(form.draft))?;
    let page = frame.linking.href(&Address::root().file(&format!("api/{}", form.form.id)));
    let [document, version, section, hash] =
        [document.name(), &document.versions[version].version, &section.id, &section.hash]
            .map(|value| utf8_percent_encode(value, PLAIN));
    // The function answers in the language of the content unless it is told another.
    let site = frame.drawing.site;
    let language = if site.is_original() { String::new() } else { format!("&lang={}", site.language) };
    Some(format!("{page}?document={document}&version={version}&section={section}&hash={hash}{language}"))
}
