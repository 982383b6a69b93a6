//! What editors wrote, file by file: raw values with their places, nothing resolved yet.

pub(crate) mod consultation;
pub(crate) mod document;
pub(crate) mod form;
pub(crate) mod page;
pub(crate) mod register;
pub(crate) mod schedule;
pub(crate) mod site;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use unicode_normalization::UnicodeNormalization;

use crate::{
    diagnostic::{Diagnostic, Spanned, rule},
    markdown::Words,
    memory::Memory,
    source::Source,
    yaml::{self, Fields, Node, Taken, Text},
};

use self::{
    consultation::RawConsultation,
    page::RawPage,
    site::{Languages, RawSite},
};

pub(crate) use self::page::Reading;

/// The folder that editors change.
pub(crate) const FOLDER: &str = "content";

/// Everything editors wrote.
#[derive(Debug)]
pub(crate) struct Content {
    /// `site.yaml`.
    pub(crate) site: RawSite,
    /// Markdown files outside of documents.
    pub(crate) pages: Vec<RawPage>,
    /// Folders with a `consultation.yaml`.
    pub(crate) consultations: Vec<RawConsultation>,
    /// Paths of all other files, which are published if something refers to them, and how many bytes they have.
    pub(crate) others: Vec<(String, usize)>,
    /// Paths of the files that were read as something, whether they could be understood or not.
    pub(crate) read: BTreeSet<String>,
    /// What is to be said of the words of pages, some of it only unless they may be published.
    pub(crate) said: Vec<Diagnostic>,
}

/// Reads all content besides `site`; what cannot be read is reported in `problems` and left out.
///
/// `words` is what the theme lends to Markdown, by language; `memory` has what was read of the same bytes before.
pub(crate) fn read(
    source: &Source,
    site: RawSite,
    words: &BTreeMap<String, Words>,
    memory: &Memory,
    problems: &mut Vec<Diagnostic>,
) -> Content {
    read_all(source, site, words, memory, None, problems)
}

fn read_all(
    source: &Source,
    site: RawSite,
    words: &BTreeMap<String, Words>,
    memory: &Memory,
    sample: Option<(&'static str, &Node)>,
    problems: &mut Vec<Diagnostic>,
) -> Content {
    let languages = site.languages.clone();
    let read = BTreeSet::from([site::FILE.to_owned()]);
    let mut reader = Reader { source, languages: &languages, words, problems, memory, sample, read, said: Vec::new() };
    let folders = consultation::folders(source);
    let consultations = folders.iter().filter_map(|folder| consultation::read(&mut reader, folder)).collect();
    let belongs = |path: &str, inner: &str| consultation::belongs(&folders, path, inner);
    let pages = source.under(FOLDER).map(|(path, _)| path).filter(|path| has_extension(path, "md"));
    let pages = pages.filter(|path| !belongs(path, "documents") && !belongs(path, register::FOLDER)).collect();
    let pages = page::read_all(&mut reader, pages, page::Role::Page);
    let left = source.under(FOLDER).filter(|(path, _)| !reader.read.contains(*path));
    let others = left.map(|(path, file)| (path.to_owned(), file.bytes().len())).collect();
    let Reader { mut read, said, .. } = reader;
    read.extend(source.unreadable().map(str::to_owned));
    // Nothing links to the site's file nor to the register.
    read.retain(|path| path != site::FILE && !belongs(path, register::FOLDER));
    Content { site, pages, consultations, others, read, said }
}

/// A kind of file that editors write fields in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Site,
    Page,
    Consultation,
    Document,
    Schedule,
    Form,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 6] =
        [Self::Site, Self::Page, Self::Consultation, Self::Document, Self::Schedule, Self::Form];

    /// Returns the name of the kind.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Page => "page",
            Self::Consultation => "consultation",
            Self::Document => "document",
            Self::Schedule => "schedule",
            Self::Form => "form",
        }
    }

    /// Returns where a file of this kind may stand.
    fn path(self) -> &'static str {
        match self {
            Self::Site => site::FILE,
            Self::Page => "content/park/index.md",
            Self::Consultation => "content/park/consultation.yaml",
            Self::Document => "content/park/documents/plan/document.yaml",
            Self::Schedule => "content/park/schedule.yaml",
            Self::Form => "content/park/forms/uwagi.yaml",
        }
    }
}

/// Reads `sample` as a file of a kind is read.
pub(crate) fn read_sample(kind: Kind, sample: &Node) {
    let source = Source::from_texts(Kind::ALL.map(|kind| (kind.path(), "")));
    let problems = &mut Vec::new();
    let site = if kind == Kind::Site { site::fields(sample, problems) } else { site::read(&source, problems) };
    let words = BTreeMap::new();
    read_all(&source, site, &words, &Memory::default(), Some((kind.path(), sample)), problems);
}

/// What reading a file needs: the tree, the languages it is written in, and where problems go.
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a Source,
    pub(crate) languages: &'a Languages,
    pub(crate) words: &'a BTreeMap<String, Words>,
    pub(crate) problems: &'a mut Vec<Diagnostic>,
    pub(crate) memory: &'a Memory,
    /// What stands in place of the fields of one file, to find out which there are.
    sample: Option<(&'static str, &'a Node)>,
    /// Paths of the files that have been read.
    pub(crate) read: BTreeSet<String>,
    /// What is to be said of the words of pages.
    said: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Returns the text of a file, which is then no file that nobody asked for.
    fn text(&mut self, path: &str) -> Option<&'a str> {
        let source = self.source;
        let text = source.text(path)?;
        self.read.insert(path.to_owned());
        Some(text)
    }

    /// Takes the files of a folder for read: why they are not is reported once, for the folder.
    fn pass_over(&mut self, folder: &str) {
        self.read.extend(self.source.under(folder).map(|(path, _)| path.to_owned()));
    }

    /// Reads a YAML file.
    fn yaml(&mut self, path: &str) -> Option<Node> {
        let text = self.text(path)?;
        if let Some(sample) = self.sample(path) {
            return Some(sample.clone());
        }
        yaml::parse(path, text).map_err(|problem| self.problems.push(problem)).ok()
    }

    fn sample(&self, path: &str) -> Option<&'a Node> {
        self.sample.filter(|(file, _)| *file == path).map(|(_, sample)| sample)
    }
}

/// A file to download beside a consultation or a document.
#[derive(Debug)]
pub(crate) struct RawAttachment {
    pub(crate) title: forms::Text,
    /// Path of the file.
    pub(crate) file: Spanned<String>,
}

/// Reads `attachments`.
fn attachments(fields: &mut Fields<'_>, languages: &Languages) -> Vec<RawAttachment> {
    fields.list("attachments", |node, problems| {
        let mut fields = Fields::new(node, problems);
        let title = required_words(&mut fields, "title", languages);
        let file = fields.required_string("file").and_then(|file| inside(file, fields.problems()));
        fields.finish();
        Some(RawAttachment { title, file: file? })
    })
}

/// Reads an optional text; none where absent.
fn words(fields: &mut Fields<'_>, key: &'static str, languages: &Languages) -> Option<forms::Text> {
    let text = fields.text(key)?;
    translated(text, key, languages, fields.problems())
}

/// Reads a text that must be there; a missing one is reported and empty.
fn required_words(fields: &mut Fields<'_>, key: &'static str, languages: &Languages) -> forms::Text {
    let text = fields.required_text(key);
    text.and_then(|text| translated(text, key, languages, fields.problems())).unwrap_or_default()
}

fn translated(
    text: Spanned<Text>,
    key: &'static str,
    languages: &Languages,
    problems: &mut Vec<Diagnostic>,
) -> Option<forms::Text> {
    let language = languages.original();
    let mut places = text.value.places();
    let plain = places.is_empty();
    let mut texts = text.value.by_language(language);
    texts.retain(|_, words| !words.trim().is_empty());
    if plain && texts.is_empty() {
        // What is empty is as good as absent; where it is needed that has been told.
        return None;
    }
    if !languages.known {
        let original = texts.remove(language).or_else(|| Some(texts.pop_first()?.1))?;
        return Some(forms::Text::new(original, texts));
    }
    let Some(original) = texts.remove(language) else {
        let problem = Diagnostic::new(rule::TEXT_MISSING, text.place);
        problems.push(problem.with("key", key).with("language", language));
        return None;
    };
    let missing: Vec<_> = languages.others().filter(|language| !texts.contains_key(*language)).collect();
    if !missing.is_empty() {
        let problem = Diagnostic::new(rule::TRANSLATION_MISSING, text.place.clone());
        problems.push(problem.with("key", key).with("languages", missing.join(", ")));
    }
    let unlisted = texts.keys().filter(|language| !languages.others().any(|known| known == *language));
    for language in unlisted {
        let place = places.remove(language).unwrap_or_else(|| text.place.clone());
        problems.push(Diagnostic::new(rule::LANGUAGE_UNLISTED, place).with("language", language));
    }
    Some(forms::Text::new(original, texts))
}

/// Reads a whole number within `range`; another is reported and none.
fn number<T: TryFrom<i64>>(fields: &mut Fields<'_>, key: &'static str, range: RangeInclusive<i64>) -> Option<T> {
    fields.note(key, || Taken::Within(*range.start(), *range.end()));
    let number = fields.integer(key)?;
    let within = range.contains(&number.value).then(|| T::try_from(number.value).ok()).flatten();
    if within.is_none() {
        let problem = Diagnostic::new(rule::NUMBER_BAD, number.place).with("key", key).with("value", number.value);
        fields.problems().push(problem.with("least", range.start()).with("most", range.end()));
    }
    within
}

/// Reads a link to a file of the site; one that leads out of it is reported.
fn inner_link(fields: &mut Fields<'_>, key: &'static str) -> Option<Spanned<String>> {
    let link = fields.string(key)?;
    inside(link, fields.problems())
}

/// Returns a link unless it leads out of the site, which is reported.
fn inside(link: Spanned<String>, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    let outside =
        link.value.contains("://") || ["mailto:", "tel:", "www."].iter().any(|start| link.value.starts_with(start));
    if !outside {
        return Some(link);
    }
    problems.push(Diagnostic::new(rule::LINK_INSIDE, link.place).with("target", link.value));
    None
}

/// Reads `slug`, the last part of an address; one that is not clean is reported.
fn address_slug(fields: &mut Fields<'_>) -> Option<Spanned<String>> {
    let slug = fields.string("slug")?;
    if crate::slug::is_folded(&slug.value) {
        return Some(slug);
    }
    fields.problems().push(Diagnostic::new(rule::SLUG_BAD, slug.place).with("slug", slug.value));
    None
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
}

/// Splits a path into its folder and its name.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Joins a relative path to the folder of the file `from`: `..` goes up, and never above the root.
pub(crate) fn join(from: &str, relative: &str) -> String {
    let plain = relative.is_ascii() && !relative.contains('%');
    let decode = || percent_encoding::percent_decode_str(relative).decode_utf8_lossy().nfc().collect();
    let decoded: Cow<'_, str> = if plain { Cow::Borrowed(relative) } else { Cow::Owned(decode()) };
    let mut parts: Vec<&str> = split(from).0.split('/').filter(|part| !part.is_empty()).collect();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_are_joined_as_editors_write_them() {
        assert_eq!(join("content/a/b.md", "c.md"), "content/a/c.md");
        assert_eq!(join("content/a/b.md", "../c.md"), "content/c.md");
        assert_eq!(join("content/a/b.md", "./d/%C5%82%C4%85ka.md"), "content/a/d/łąka.md");
        assert_eq!(join("content/a/b.md", "../../../../etc/passwd"), "etc/passwd");
    }
}
