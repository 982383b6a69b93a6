use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use super::{Reader, address_slug, split};
use crate::{
    diagnostic::{Diagnostic, Spanned, rule},
    markdown::{self, Body, Words},
    memory::Key,
    slug,
    yaml::{self, Fields, Node},
};

/// A Markdown file: front matter and body.
#[derive(Clone, Debug)]
pub(crate) struct RawPage {
    /// Path of the file.
    pub(crate) path: String,
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
    /// Returns the last part of the address: `slug`, else the file name without its ordering number.
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
}

/// Reads Markdown files, several at once; the pages come in the order of `paths`, without those that cannot be read.
pub(super) fn read_all(reader: &mut Reader<'_>, paths: &[&str], role: Role) -> Vec<RawPage> {
    let texts: Vec<_> = paths.iter().filter_map(|path| Some((*path, reader.text(path)?))).collect();
    let Reader { language, words, memory, .. } = *reader;
    if let Some((path, sample)) = paths.iter().find_map(|path| Some((path, reader.sample(path)?))) {
        // It is no file: nothing is remembered of it.
        let page = read(path, "", (sample.clone(), 0), Context { role, language, words, key: None }, reader.problems);
        return vec![page];
    }
    let read = |(path, text): &(&str, &str)| {
        memory.reading(&(path, role, language, words, text), |key| {
            let mut problems = Vec::new();
            let front = yaml::front_matter(path, text).map_err(|problem| problems.push(problem)).ok();
            let context = Context { role, language, words, key };
            let page = front.map(|front| read(path, text, front, context, &mut problems));
            Reading { page, problems }
        })
    };
    let readings: Vec<Arc<Reading>> = texts.par_iter().map(read).collect();
    let mut pages = Vec::with_capacity(readings.len());
    for reading in readings {
        // Remembered where it is needed again, else the only one.
        let Reading { page, problems } = Arc::try_unwrap(reading).unwrap_or_else(|shared| shared.as_ref().clone());
        reader.problems.extend(problems);
        pages.extend(page);
    }
    pages
}

/// What reading a file needs besides the file; `key` is that of all that is looked at.
#[derive(Clone, Copy)]
struct Context<'a> {
    role: Role,
    language: &'a str,
    words: &'a Words,
    key: Option<Key>,
}

/// Reads a Markdown file whose front matter has been read, with the byte at which the body starts.
fn read(
    path: &str,
    text: &str,
    (node, start): (Node, usize),
    Context { role, language, words, key }: Context<'_>,
    problems: &mut Vec<Diagnostic>,
) -> RawPage {
    let mut fields = Fields::new(&node, problems);
    let title = fields.string("title");
    let mut page = RawPage {
        path: path.to_owned(),
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
    let prefix = (role == Role::Chapter).then(|| page.address_name(true));
    let context = markdown::Context {
        id_prefix: prefix.as_deref(),
        title: title.as_ref().map(|title| title.value.as_str()),
        language,
        words,
    };
    let body = markdown::parse(path, text, start, context, problems);
    page.title = agreed_title(title, &body, path, problems);
    page.body = Arc::new(Body { key, ..body });
    page
}

/// Returns the one title: front matter and heading may both name it, in the same words.
fn agreed_title(
    title: Option<Spanned<String>>,
    body: &Body,
    path: &str,
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
