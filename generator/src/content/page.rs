use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use super::{FOLDER, Reader, address_slug, join, split};
use crate::{
    diagnostic::{Diagnostic, Lines, Place, Spanned, rule},
    digest,
    markdown::{self, Body, Words},
    memory::Key,
    pictures, prose, slug,
    source::Source,
    yaml::{self, Fields, Node},
};

/// A Markdown file: front matter and body.
#[derive(Clone, Debug)]
pub(crate) struct RawPage {
    /// Path of the file.
    pub(crate) path: String,
    /// The language that it is written in.
    pub(crate) language: String,
    /// The same page in other languages: files beside it such as `page.en.md`.
    pub(crate) translations: Vec<RawPage>,
    /// The title, from the front matter or the leading heading.
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) date: Option<Date>,
    pub(crate) slug: Option<Spanned<String>>,
    pub(crate) weight: Option<i64>,
    pub(crate) draft: bool,
    pub(crate) aliases: Vec<Spanned<String>>,
    pub(crate) body: Arc<Body>,
}

impl RawPage {
    /// Returns the last part of the address: `slug`, else the file name without its ordering number. A translation
    /// without a `slug` keeps that of its original.
    pub(crate) fn address_name(&self, ordered: bool) -> String {
        self.slug.as_ref().map_or_else(|| file_slug(&self.path, ordered), |slug| slug.value.clone())
    }
}

/// What a Markdown file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Role {
    /// A page of its own.
    Page,
    /// A chapter of a document: the ids of its sections begin with its slug.
    Chapter,
}

/// What reading a Markdown file came to.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    page: Option<RawPage>,
    problems: Vec<Diagnostic>,
    /// What is to be said of its words.
    said: Vec<Diagnostic>,
}

/// A Markdown file that is to be read.
struct Written<'a> {
    path: String,
    text: &'a str,
    language: &'a str,
    /// Begins its derived ids where they are not its own.
    prefix: Option<String>,
}

/// Reads the Markdown files at `paths`, each with its translations; a file with the suffix of a language of the site is
/// the translation of the file without it. The pages come in the order of `paths`, without those that cannot be read.
pub(super) fn read_all(reader: &mut Reader<'_>, paths: Vec<&str>, role: Role) -> Vec<RawPage> {
    let languages = reader.languages;
    let (translations, originals): (Vec<_>, Vec<_>) = paths
        .into_iter()
        .partition(|path| translated(path).is_some_and(|(_, code)| languages.others().any(|other| other == code)));
    for path in translations {
        let (original, _) = translated(path).unwrap_or_default();
        if reader.source.text(&original).is_none() {
            reader.read.insert(path.to_owned());
            if reader.source.is_unreadable(&original) {
                continue;
            }
            let problem = Diagnostic::new(rule::TRANSLATION_WITHOUT_ORIGINAL, Place::whole(path));
            reader.problems.push(problem.with("original", original));
        }
    }
    for path in &originals {
        listed(reader, path);
    }
    let written = originals.iter().filter_map(|path| {
        Some(Written {
            path: (*path).to_owned(),
            text: reader.text(path)?,
            language: languages.original(),
            prefix: None,
        })
    });
    let written: Vec<_> = written.collect();
    let mut pages = read_several(reader, &written, role);
    for language in languages.others() {
        translate(reader, &written, &mut pages, role, language);
    }
    pages.into_iter().flatten().collect()
}

/// A suffix that looks like a language is one of the site, or the file is no translation.
fn listed(reader: &mut Reader<'_>, path: &str) {
    if let Some((original, code)) = translated(path).filter(|_| reader.languages.known) {
        let alone = code != reader.languages.original() && reader.source.text(&original).is_none();
        if !alone {
            let problem = Diagnostic::new(rule::LANGUAGE_UNLISTED, Place::whole(path));
            reader.problems.push(problem.with("language", code));
        }
    }
}

/// Adds to the pages, read from `originals`, their translations to `language`.
fn translate<'a>(
    reader: &mut Reader<'a>,
    originals: &[Written<'a>],
    pages: &mut [Option<RawPage>],
    role: Role,
    language: &'a str,
) {
    let mut written = Vec::new();
    let mut translated = Vec::new();
    for (original, page) in originals.iter().zip(pages) {
        let stem = original.path.strip_suffix(".md").unwrap_or(&original.path);
        let path = format!("{stem}.{language}.md");
        if let Some(text) = reader.text(&path) {
            // The ids of a translated chapter are those of its original.
            let prefix = page.as_ref().map(|page| page.address_name(true));
            written.push(Written { path, text, language, prefix });
            translated.push(page);
        }
    }
    for (page, translation) in translated.into_iter().zip(read_several(reader, &written, role)) {
        if let Some(page) = page {
            page.translations.extend(translation);
        }
    }
}

/// Splits the path of `page.en.md` into that of `page.md` and what may be the code of a language.
pub(crate) fn translated(path: &str) -> Option<(String, &str)> {
    let (stem, code) = path.strip_suffix(".md")?.rsplit_once('.')?;
    let is_code = matches!(code.len(), 2 | 3) && code.bytes().all(|letter| letter.is_ascii_lowercase());
    (is_code && !stem.ends_with('/')).then(|| (format!("{stem}.md"), code))
}

/// Reads Markdown files, several at once; none stands for one that cannot be read.
fn read_several(reader: &mut Reader<'_>, files: &[Written<'_>], role: Role) -> Vec<Option<RawPage>> {
    let Reader { source, memory, words, languages, .. } = *reader;
    let languages: Vec<&str> = languages.all().iter().map(|language| language.value.as_str()).collect();
    let no_words = Words::new();
    let pictures = LazyLock::new(|| pictures(source));
    let read_one = |file: &Written<'_>| {
        let Written { path, text, language, prefix } = file;
        let words = words.get(*language).unwrap_or(&no_words);
        let prefix = prefix.as_deref();
        let context = Context { source, role, language, languages: &languages, words, prefix, key: None };
        if let Some(sample) = reader.sample(path) {
            // It is no file: nothing is remembered of it.
            return Arc::new(read(&Lines::new(path, ""), (sample.clone(), 0), context));
        }
        // The texts of sections hold the hashes of pictures; which ones, only reading tells.
        let pictures = (role == Role::Chapter && text.contains("![")).then(|| &*pictures);
        memory.reading(&(path, role, language, &languages, words, prefix, text, pictures), |key| {
            let lines = Lines::new(path, text);
            match yaml::front_matter_of(&lines) {
                Ok(front) => read(&lines, front, Context { key, ..context }),
                Err(problem) => Reading { page: None, problems: vec![problem], said: Vec::new() },
            }
        })
    };
    let readings: Vec<Arc<Reading>> = files.par_iter().map(read_one).collect();
    let mut pages = Vec::with_capacity(readings.len());
    for reading in readings {
        // Remembered where it is needed again, else the only one.
        let Reading { page, problems, said } =
            Arc::try_unwrap(reading).unwrap_or_else(|shared| shared.as_ref().clone());
        reader.problems.extend(problems);
        reader.said.extend(said);
        pages.push(page);
    }
    pages
}

/// Returns the pictures of the tree, each with its hash.
fn pictures(source: &Source) -> Vec<(&str, String)> {
    let pictures = source.under(FOLDER).filter(|(_, file)| pictures::format(file.bytes()).is_some());
    pictures.map(|(path, file)| (path, digest::whole(file.bytes()))).collect()
}

/// What reading a file needs besides the file; `key` is that of all that is looked at.
#[derive(Clone, Copy)]
struct Context<'a> {
    source: &'a Source,
    role: Role,
    language: &'a str,
    /// Those of the site, the original first.
    languages: &'a [&'a str],
    words: &'a Words,
    prefix: Option<&'a str>,
    key: Option<Key>,
}

/// Reads a Markdown file whose front matter has been read, with the byte at which the body starts.
fn read(
    lines: &Lines<'_>,
    (node, start): (Node, usize),
    Context { source, role, language, languages, words, prefix, key }: Context<'_>,
) -> Reading {
    let path = lines.file();
    let mut problems = Vec::new();
    let mut fields = Fields::new(&node, &mut problems);
    let title = fields.filled_string("title");
    let mut page = RawPage {
        path: path.to_owned(),
        language: language.to_owned(),
        translations: Vec::new(),
        title: None,
        description: fields.string("description").map(|text| text.value),
        date: fields.date("date").map(|date| date.value),
        slug: address_slug(&mut fields),
        weight: fields.integer("weight").map(|weight| weight.value),
        draft: fields.boolean("draft").is_some_and(|draft| draft.value),
        aliases: fields.list("aliases", yaml::string),
        body: Arc::default(),
    };
    fields.finish();
    let own = page.address_name(true);
    let prefix = (role == Role::Chapter).then(|| prefix.unwrap_or(&own));
    let context = markdown::Context {
        id_prefix: prefix,
        title: title.as_ref().map(|title| title.value.as_str()),
        language,
        words,
        hashes: &|target| Some(digest::whole(source.file(&join(path, target))?.bytes())),
    };
    let (body, passages) = markdown::read(lines, start, context, &mut problems);
    page.title = agreed_title(title, &body, path, language, &mut problems);
    page.body = Arc::new(Body { key, ..body });
    let said = prose::of_page(lines, language, languages, &node, passages);
    Reading { page: Some(page), problems, said }
}

/// Returns the one title: front matter and heading may both name it, in the same words.
fn agreed_title(
    title: Option<Spanned<String>>,
    body: &Body,
    path: &str,
    language: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    match (title, &body.title) {
        (Some(title), Some(heading)) if title.value != heading.value => {
            let problem = Diagnostic::new(rule::PAGE_TITLE_CONFLICT, heading.place.clone());
            problems.push(problem.with("title", &title.value).with("heading", &heading.value));
            Some(title.value)
        }
        (Some(title), _) => Some(title.value),
        (None, Some(heading)) => Some(heading.value.clone()),
        (None, None) => {
            let (_, name) = split(path);
            let stem = name.strip_suffix(".md").unwrap_or(name);
            let stem = stem.strip_suffix(&format!(".{language}")).unwrap_or(stem);
            (stem != "index").then(|| stem.to_owned())
        }
    }
}

/// Returns the file name folded for an address; of an ordered file without the number that orders it.
pub(crate) fn file_slug(path: &str, ordered: bool) -> String {
    let (_, name) = split(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let bare = stem.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let unnumbered = bare.strip_prefix(['-', '_', '.']).filter(|rest| bare.len() < stem.len() && !rest.is_empty());
    slug::fold(if ordered { unnumbered.unwrap_or(stem) } else { stem })
}

#[cfg(test)]
mod tests {
    use super::file_slug;

    #[test]
    fn a_leading_number_only_orders() {
        assert_eq!(file_slug("x/01-miasto-dla-każdego.md", true), "miasto-dla-kazdego");
        assert_eq!(file_slug("x/2030.md", true), "2030");
        assert_eq!(file_slug("x/01-.md", true), "01");
        assert_eq!(file_slug("x/01-a.md", false), "01-a");
    }
}
