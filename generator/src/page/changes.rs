use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use forms::{Link, Shell};
use jiff::civil::Date;
use serde::Serialize;

use super::{Drawn, Frame, Html, document, folder};
use crate::{
    address::Address,
    model::{Consultation, Document, Site, Snapshot},
    redline::{self, Change, Edit, Section, Status},
    typography::{self, typeset_around},
};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    document: Link,
    /// Why a published text was corrected; null between versions.
    reason: Option<&'a str>,
    older: Side<'a>,
    newer: Side<'a>,
    counts: Vec<Count>,
    chapters: Vec<Chapter<'a>>,
}

/// One of the versions that are compared.
#[derive(Serialize)]
struct Side<'a> {
    version: &'a str,
    date: Option<Date>,
    href: String,
}

/// How many sections came to what.
#[derive(Serialize)]
struct Count {
    status: &'static str,
    number: usize,
}

#[derive(Serialize)]
struct Chapter<'a> {
    title: &'a str,
    changes: Vec<Entry<'a>>,
}

/// A section that is not as it was.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    label: String,
    status: &'static str,
    moved: bool,
    /// The chapter that it came from, if another.
    from: Option<&'a str>,
    title: Vec<Run>,
    parts: Vec<Part>,
    old: Option<Link>,
    new: Option<Link>,
}

/// A piece of a changed section.
#[derive(Serialize)]
struct Part {
    /// So many blocks are left out, since nothing in them or beside them changed.
    skipped: usize,
    /// The runs of a block.
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct Run {
    edit: &'static str,
    /// Whether it stands in place of the run before it, so that a space must keep the two apart.
    replaces: bool,
    /// Its words; several where blocks were split or joined.
    lines: Vec<String>,
}

/// Draws the list of versions that can be compared.
pub(super) fn draw_list(frame: &Frame<'_>, consultation: &Consultation, document: &Document) -> Drawn {
    let versions = frame.drawing.site.versions(document);
    let items = versions.windows(2).rev().filter_map(|pair| {
        let link = document::comparison(frame, document, pair[0], pair[1])?;
        let newer = &document.versions[pair[1]];
        Some(folder::Item { link, description: None, date: newer.date })
    });
    let view = folder::View { title: frame.text("changes.heading"), html: Html::default(), items: items.collect() };
    let contents = frame.contents(document).unwrap_or_default();
    frame.render("list.html", &frame.shell_in(consultation, vec![contents]), &view)
}

/// Draws what changed from the version `older` to the version `newer`.
pub(super) fn draw(
    frame: &Frame<'_>,
    consultation: &Consultation,
    document: &Document,
    older: usize,
    newer: usize,
) -> Drawn {
    let site = frame.drawing.site;
    let (old, new) = (Text::of(site, document, older), Text::of(site, document, newer));
    let list = frame.to(&document.address.page(&site.slugs.changes), frame.text("changes.heading"));
    let contents = frame.contents(document).unwrap_or_default();
    let title = document::between(frame, document, older, newer);
    let shell = frame.shell_in(consultation, vec![contents.clone(), list]);
    let sides = [side(frame, document, older), side(frame, document, newer)];
    compared(frame, &shell, Heading { title: &title, document: contents, reason: None, sides }, [&old, &new])
}

/// Draws what a correction changed in a version that was published.
pub(super) fn draw_correction(
    frame: &Frame<'_>,
    consultation: &Consultation,
    document: &Document,
    version: usize,
    [older, newer]: [&Snapshot; 2],
) -> Drawn {
    let shown = &document.versions[version];
    // What was corrected stands on no page any more.
    let code = code(frame.drawing.site, document, version);
    let old = Text::published(frame, older, None, code.clone());
    let new = Text::published(frame, newer, Some((document.home(version), &shown.version)), code);
    let title = forms::fill(frame.text("changes.correction"), |name| match name {
        "version" => Some(shown.version.clone()),
        _ => None,
    });
    let contents = frame.to(document.home(version), &document.title);
    let shell = frame.shell_in(consultation, vec![contents.clone()]);
    let side = |snapshot: &Snapshot| Side { date: Some(snapshot.text.day), ..side(frame, document, version) };
    let sides = [side(older), side(newer)];
    let reason = newer.text.reason.as_deref();
    compared(frame, &shell, Heading { title: &title, document: contents, reason, sides }, [&old, &new])
}

/// What stands above a comparison.
struct Heading<'a> {
    title: &'a str,
    document: Link,
    reason: Option<&'a str>,
    sides: [Side<'a>; 2],
}

fn compared(frame: &Frame<'_>, shell: &Shell, heading: Heading<'_>, [old, new]: [&Text<'_>; 2]) -> Drawn {
    let changes = redline::compare(&old.sections, &new.sections);
    let [older, newer] = heading.sides;
    let view = View {
        title: heading.title,
        reason: heading.reason,
        older,
        newer,
        counts: counts(&changes),
        chapters: chapters(frame, old, new, &changes),
        document: heading.document,
    };
    frame.render("changes.html", shell, &view)
}

/// The stretches of lines that are code, by the line.
type Coded<'a> = BTreeMap<&'a str, &'a [Range<usize>]>;

/// The text of a version, as it is compared.
struct Text<'a> {
    /// Address and number of the version under which it is read, if it is.
    home: Option<(&'a Address, &'a str)>,
    /// Titles of chapters, their slugs, and the ids of the sections that the titles begin.
    chapters: Vec<(Cow<'a, str>, &'a str, &'a str)>,
    sections: Vec<Section>,
    /// What is code in it.
    code: Coded<'a>,
}

impl<'a> Text<'a> {
    fn of(site: &Site, document: &'a Document, version: usize) -> Self {
        let home = Some((document.home(version), document.versions[version].version.as_str()));
        let code = code(site, document, version);
        let mut text = Self { home, chapters: Vec::new(), sections: Vec::new(), code };
        for (chapter, page) in site.chapters(&document.versions[version]).enumerate() {
            let id = page.body.sections.first().map(|section| section.id.as_str()).unwrap_or_default();
            text.chapters.push((Cow::Borrowed(&page.title), page.address.last(), id));
            let sections = page.body.sections.iter();
            text.sections.extend(sections.map(|section| compared_section(&section.id, &section.text, chapter)));
        }
        text
    }

    /// A published text does not tell what is code in it: that stands in the version.
    fn published(
        frame: &Frame<'_>,
        snapshot: &'a Snapshot,
        home: Option<(&'a Address, &'a str)>,
        code: Coded<'a>,
    ) -> Self {
        let mut text = Self { home, chapters: Vec::new(), sections: Vec::new(), code };
        for section in &snapshot.text.sections {
            if text.chapters.last().is_none_or(|(_, slug, _)| *slug != section.chapter) {
                text.chapters.push((Cow::Owned(frame.words(section.title())), &section.chapter, &section.id));
            }
            text.sections.push(compared_section(&section.id, &section.text, text.chapters.len() - 1));
        }
        text
    }

    fn link(&self, frame: &Frame<'_>, section: &Section) -> Option<Link> {
        let (home, version) = self.home?;
        let slug = self.chapters[section.chapter].1;
        let mut link = frame.to(&home.page(slug), version);
        link.href = format!("{}#{}", link.href, section.id);
        Some(link)
    }
}

/// Returns what is code in a version.
fn code<'a>(site: &Site, document: &'a Document, version: usize) -> Coded<'a> {
    let sections = site.chapters(&document.versions[version]).flat_map(|page| &page.body.sections);
    sections.flat_map(|section| &section.code).map(|(line, code)| (line.as_str(), code.as_slice())).collect()
}

/// Returns a section as it is compared; the first line of its text is its heading.
fn compared_section(id: &str, text: &str, chapter: usize) -> Section {
    let mut lines = text.lines().map(str::to_owned);
    let title = lines.next().unwrap_or_default();
    Section { id: id.to_owned(), title, chapter, blocks: lines.filter(|line| !line.is_empty()).collect() }
}

fn side<'a>(frame: &Frame<'_>, document: &'a Document, index: usize) -> Side<'a> {
    let version = &document.versions[index];
    Side { version: &version.version, date: version.date, href: frame.linking.href(document.home(index)) }
}

fn counts(changes: &[Change]) -> Vec<Count> {
    let mut numbers: BTreeMap<Status, usize> = BTreeMap::new();
    for change in changes {
        *numbers.entry(change.status()).or_default() += 1;
    }
    numbers.into_iter().map(|(status, number)| Count { status: name(status), number }).collect()
}

fn name_of(edit: Edit) -> &'static str {
    match edit {
        Edit::Kept => "kept",
        Edit::Deleted => "deleted",
        Edit::Inserted => "inserted",
    }
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Changed => "changed",
        Status::Moved => "moved",
        Status::New => "new",
        Status::Removed => "removed",
        Status::Unchanged => "unchanged",
    }
}

/// Returns the chapters with what changed in them; a removed section stands in the chapter that its own became.
fn chapters<'a>(frame: &Frame<'_>, old: &'a Text<'_>, new: &'a Text<'_>, changes: &'a [Change]) -> Vec<Chapter<'a>> {
    let opens = |text: &Text<'_>, index: usize| {
        let section = &text.sections[index];
        section.id == text.chapters[section.chapter].2
    };
    let both = changes.iter().filter_map(|change| Some((change.old?, change.new?)));
    let became: BTreeMap<usize, usize> = both
        .filter(|(from, to)| opens(old, *from) && opens(new, *to))
        .map(|(from, to)| (old.sections[from].chapter, new.sections[to].chapter))
        .collect();
    let code: [&Coded<'_>; 2] = [&old.code, &new.code];
    // By the number of the chapter in the new version; those of the old that are gone count on from there.
    let mut chapters: Vec<(usize, Chapter<'a>)> = Vec::new();
    for change in changes.iter().filter(|change| change.status() != Status::Unchanged) {
        let from = change.old.map(|index| &old.sections[index]);
        let to = change.new.map(|index| &new.sections[index]);
        let chapter = to.map(|section| section.chapter).or_else(|| became.get(&from?.chapter).copied());
        let Some(section) = to.or(from) else { continue };
        let (key, title) = match chapter {
            Some(chapter) => (chapter, new.chapters[chapter].0.as_ref()),
            None => (new.chapters.len() + section.chapter, old.chapters[section.chapter].0.as_ref()),
        };
        let elsewhere = from.filter(|from| change.moved && became.get(&from.chapter) != chapter.as_ref());
        let heading = runs(frame, &change.title, code);
        let stays = |run: &&Run| to.is_none() || run.edit != name_of(Edit::Deleted);
        let entry = Entry {
            id: &section.id,
            label: heading.iter().filter(stays).flat_map(|run| &run.lines).map(String::as_str).collect(),
            status: name(change.status()),
            moved: change.moved && change.status() == Status::Changed,
            from: elsewhere.map(|from| old.chapters[from.chapter].0.as_ref()),
            title: heading,
            parts: if change.status() == Status::Moved { Vec::new() } else { parts(frame, &change.blocks, code) },
            old: from.and_then(|section| old.link(frame, section)),
            new: to.and_then(|section| new.link(frame, section)),
        };
        match chapters.iter_mut().find(|(other, _)| *other == key) {
            Some((_, chapter)) => chapter.changes.push(entry),
            None => chapters.push((key, Chapter { title, changes: vec![entry] })),
        }
    }
    chapters.into_iter().map(|(_, chapter)| chapter).collect()
}

/// Returns the blocks that changed, each with its neighbours; how many stand between is told.
fn parts(frame: &Frame<'_>, blocks: &[redline::Block], code: [&Coded<'_>; 2]) -> Vec<Part> {
    let changed = |index: usize| blocks.get(index).is_some_and(|block| !redline::is_kept(block));
    let near = |index: usize| changed(index) || changed(index + 1) || index.checked_sub(1).is_some_and(changed);
    let mut parts = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        match parts.last_mut() {
            _ if near(index) => parts.push(Part { skipped: 0, runs: runs(frame, block, code) }),
            Some(Part { skipped, .. }) if *skipped > 0 => *skipped += 1,
            _ => parts.push(Part { skipped: 1, runs: Vec::new() }),
        }
    }
    parts
}

fn runs(frame: &Frame<'_>, block: &redline::Block, code: [&Coded<'_>; 2]) -> Vec<Run> {
    let is_border = |at: Option<usize>| at.and_then(|at| block.get(at)).is_some_and(|run| run.text.contains('\n'));
    // A space that gave way to the border of two blocks, or came in its place, is nothing to tell.
    let told = |at: usize| match &block[at] {
        run if run.text == " " && (is_border(at.checked_sub(1)) || is_border(Some(at + 1))) => Edit::Kept,
        run => run.edit,
    };
    // What is compared is not yet set; each side is set as a text of its own, in which the other's words are not. The
    // border of two blocks is a break: no space that holds may take its place.
    let set = |without: Edit, code: &Coded<'_>| {
        let words = |run: &redline::Run| {
            if run.edit == without { String::new() } else { run.text.replace('\n', typography::BREAK) }
        };
        let texts: Vec<String> = block.iter().map(words).collect();
        let mut start = 0;
        let mut solid = Vec::new();
        for line in texts.concat().split(typography::BREAK) {
            let stretches = code.get(line).copied().unwrap_or_default();
            solid.extend(stretches.iter().map(|code| start + code.start..start + code.end));
            start += line.len() + typography::BREAK.len();
        }
        typeset_around(&frame.drawing.site.language, &texts, &solid)
    };
    let (old, new) = (set(Edit::Inserted, code[0]), set(Edit::Deleted, code[1]));
    let runs = block.iter().enumerate().zip(old.iter().zip(&new)).map(|((at, run), (old, new))| {
        let edit = told(at);
        Run {
            edit: name_of(edit),
            replaces: edit == Edit::Inserted && at.checked_sub(1).map(told) == Some(Edit::Deleted),
            lines: if run.edit == Edit::Deleted { old } else { new }
                .split(typography::BREAK)
                .map(str::to_owned)
                .collect(),
        }
    });
    runs.collect()
}
