use forms::{Card, Link};
use jiff::civil::Date;
use serde::Serialize;

use super::{
    Drawn, Frame, Status,
    attachments::{self, Attachment},
};
use crate::{
    address::Address,
    model::{self, Consultation, Document, Page, Subject},
};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    kind: &'a str,
    description: Option<String>,
    version: Version<'a>,
    chapters: Vec<Contents>,
    attachments: Vec<Attachment<'a>>,
    consultation: Card,
    status: Status,
}

/// A chapter in a list of contents.
#[derive(Serialize)]
pub(super) struct Contents {
    label: String,
    href: String,
    /// The language of the chapter, where nobody has translated it.
    language: Option<String>,
    /// Whether the page shows it.
    current: bool,
    sections: Vec<Link>,
}

/// The version that a page shows, and the ways to others.
#[derive(Serialize)]
pub(super) struct Version<'a> {
    version: &'a str,
    date: Option<Date>,
    status: &'a str,
    note: &'a [String],
    draft: bool,
    /// The newest, where this one is older: the same place in it.
    newest: Option<Link>,
    /// All versions, this one too, where there are several.
    versions: Vec<Link>,
    /// What changed since the version before, or else up to the next one.
    changes: Option<Link>,
    /// The whole version on one page.
    whole: Option<Link>,
    /// What was corrected in it after it was published, oldest first.
    corrections: Vec<Correction<'a>>,
}

/// A correction of a published text.
#[derive(Serialize)]
struct Correction<'a> {
    day: Date,
    /// Why the text was changed.
    reason: &'a str,
    /// What was changed.
    changes: Link,
}

/// What of a version a page shows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'a> {
    Contents,
    /// The chapter with this slug.
    Chapter(&'a str),
    Whole,
}

pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, document: &Document, index: usize) -> Drawn {
    let home = home(frame, document, index);
    let view = View {
        title: &document.title,
        kind: &document.kind,
        description: document.description.as_deref().map(|text| frame.words(text)),
        version: version(frame, consultation, document, index, Part::Contents),
        chapters: contents(frame, document, index, |chapter| to_chapter(frame, home, document, chapter)),
        attachments: attachments::list(frame, &document.path, &document.attachments),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
    };
    let mut shell = frame.shell_in(consultation, Vec::new());
    shell.description.clone_from(&document.description);
    shell.canonical = canonical(frame, document, index, &document.address);
    frame.render("document.html", &shell, &view)
}

/// Returns the version that a page shows `part` of.
pub(super) fn version<'a>(
    frame: &Frame<'_>,
    consultation: &'a Consultation,
    document: &'a Document,
    index: usize,
    part: Part<'_>,
) -> Version<'a> {
    let site = frame.drawing.site;
    let model::Version { version, date, status, note, draft, .. } = &document.versions[index];
    let shown = site.versions(document);
    let same_in = |other: usize| {
        let version = &document.versions[other];
        let newest = document.newest() == Some(other);
        let at = (!newest).then_some(version.version.as_str());
        let chapter = |slug: &str| site.chapters(version).find(|chapter| chapter.address.last() == slug);
        let subject = match part {
            Part::Whole => Subject::Whole(&document.path, at),
            Part::Chapter(slug) => chapter(slug)
                .map_or(Subject::Contents(&document.path, at), |chapter| Subject::Chapter(&chapter.original, newest)),
            Part::Contents => Subject::Contents(&document.path, at),
        };
        Some(Link { current: other == index, ..frame.to_page(subject, &version.version)? })
    };
    let at = document.shown_at(index, home(frame, document, index));
    let whole = frame.to_page(Subject::Whole(&document.path, at), frame.text("document.whole"));
    let position = shown.iter().position(|shown| *shown == index).unwrap_or_default();
    let pair = shown.get(position.saturating_sub(1)..).and_then(|rest| rest.get(..2));
    Version {
        version,
        date: *date,
        status,
        note,
        draft: *draft,
        newest: document.newest().filter(|newest| index < *newest).and_then(same_in),
        versions: if shown.len() > 1 { shown.iter().filter_map(|other| same_in(*other)).collect() } else { Vec::new() },
        changes: pair.and_then(|pair| comparison(frame, document, pair[0], pair[1])),
        whole,
        corrections: corrections(frame, consultation, document, index),
    }
}

fn corrections<'a>(
    frame: &Frame<'_>,
    consultation: &'a Consultation,
    document: &'a Document,
    index: usize,
) -> Vec<Correction<'a>> {
    let version = &document.versions[index];
    let corrections = consultation.register.corrections(document.name(), &version.version);
    let corrections = corrections.filter_map(|(_, new)| {
        Some(Correction {
            day: new.text.day,
            reason: new.text.reason.as_deref().unwrap_or_default(),
            changes: frame.to_page(Subject::Correction(&new.path), frame.text("changes.correction_link"))?,
        })
    });
    corrections.collect()
}

/// Returns the link to what changed between two versions.
pub(super) fn comparison(frame: &Frame<'_>, document: &Document, older: usize, newer: usize) -> Option<Link> {
    let label = between(frame, document, older, newer);
    frame.to_page(Subject::Comparison(&document.path, older, newer), &label)
}

/// Returns what a comparison of two versions is called.
pub(super) fn between(frame: &Frame<'_>, document: &Document, older: usize, newer: usize) -> String {
    forms::fill(frame.text("changes.between"), |name| match name {
        "old" => Some(document.versions[older].version.clone()),
        "new" => Some(document.versions[newer].version.clone()),
        _ => None,
    })
}

/// Returns the link to a chapter within `home`; to one that nobody has translated where the original stands.
fn to_chapter(frame: &Frame<'_>, home: &Address, document: &Document, chapter: &Page) -> Link {
    let newest = home == &document.address;
    frame.to_page(Subject::Chapter(&chapter.original, newest), &chapter.title).unwrap_or_default()
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
    document: &'a Document,
    index: usize,
    home: &'a Address,
) -> impl DoubleEndedIterator<Item = (&'a Page, Link)> {
    let chapters: Vec<_> = frame.drawing.site.chapters(&document.versions[index]).collect();
    chapters.into_iter().enumerate().map(move |(at, chapter)| {
        let link = to_chapter(frame, home, document, chapter);
        (chapter, Link { label: numbered(document, at, chapter), ..link })
    })
}

/// Returns the contents of a version; `link` leads to a chapter.
pub(super) fn contents(
    frame: &Frame<'_>,
    document: &Document,
    index: usize,
    link: impl Fn(&Page) -> Link,
) -> Vec<Contents> {
    let chapters = frame.drawing.site.chapters(&document.versions[index]).enumerate();
    let contents = chapters.map(|(at, chapter)| {
        let Link { href, language, .. } = link(chapter);
        let page = href.split('#').next().unwrap_or_default();
        let sections = sections(document, at, chapter, page);
        Contents { label: numbered(document, at, chapter), href, language, current: false, sections }
    });
    contents.collect()
}

/// Returns the contents beside a chapter: of the others only their titles.
pub(super) fn with_sections(chapters: &[(&Page, Link)], sections: Vec<Link>) -> Vec<Contents> {
    let mut sections = Some(sections);
    let contents = chapters.iter().map(|(_, link)| {
        let Link { label, href, language, current } = link.clone();
        let sections = sections.take_if(|_| current).unwrap_or_default();
        Contents { label, href, language, current, sections }
    });
    contents.collect()
}

/// Returns links to the sections of a chapter, which stands on the page `href`.
pub(super) fn sections(document: &Document, at: usize, chapter: &Page, href: &str) -> Vec<Link> {
    let numbers = numbers(document, at, chapter);
    let headings = chapter.body.headings.iter().enumerate().filter(|(_, heading)| heading.level == 2);
    let link = headings.map(|(index, heading)| Link {
        label: labelled(numbers.get(index), &heading.text),
        href: format!("{href}#{}", heading.id),
        ..Link::default()
    });
    link.collect()
}

/// Returns the title of a chapter, with its number where the document counts its chapters.
pub(super) fn numbered(document: &Document, at: usize, chapter: &Page) -> String {
    labelled(document.numbered.then(|| format!("{}.", at + 1)).as_ref(), &chapter.title)
}

/// Returns the numbers of a chapter's sections; none where the document does not count them.
pub(super) fn numbers(document: &Document, at: usize, chapter: &Page) -> Vec<String> {
    if document.numbered { chapter.body.numbers(at + 1) } else { Vec::new() }
}

fn labelled(number: Option<&String>, title: &str) -> String {
    number.map_or_else(|| title.to_owned(), |number| format!("{number}\u{a0}{title}"))
}
