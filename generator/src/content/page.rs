use std::sync::Arc;

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Reader, address_slug, join, split};
use crate::{
    diagnostic::{Diagnostic, Place, Spanned, rule},
    markdown::{self, Body},
    slug,
    yaml::{self, Fields},
};

/// A Markdown file: front matter and body.
#[derive(Debug)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A page of its own.
    Page,
    /// A chapter of a document: the ids of its sections begin with its slug.
    Chapter,
}

/// Reads the Markdown files at `paths`, each with its translations; a file with the suffix of a language of the site is
/// the translation of the file without it.
pub(super) fn read_all(reader: &mut Reader<'_>, paths: Vec<&str>, role: Role) -> Vec<RawPage> {
    let languages = reader.languages;
    let (translations, originals): (Vec<_>, Vec<_>) = paths
        .into_iter()
        .partition(|path| translated(path).is_some_and(|(_, code)| languages.others().any(|other| other == code)));
    for path in translations {
        let (original, _) = translated(path).unwrap_or_default();
        if reader.source.text(&original).is_none() {
            reader.read.insert(path.to_owned());
            let problem = Diagnostic::new(rule::TRANSLATION_WITHOUT_ORIGINAL, Place::whole(path));
            reader.problems.push(problem.with("original", original));
        }
    }
    originals.into_iter().filter_map(|path| read_with_translations(reader, path, role)).collect()
}

fn read_with_translations(reader: &mut Reader<'_>, path: &str, role: Role) -> Option<RawPage> {
    let languages = reader.languages;
    if let Some((original, code)) = translated(path) {
        let alone = code != languages.original() && reader.source.text(&original).is_none();
        if !alone {
            let problem = Diagnostic::new(rule::LANGUAGE_UNLISTED, Place::whole(path));
            reader.problems.push(problem.with("language", code));
        }
    }
    let mut page = read(reader, path, role, languages.original(), None);
    let stem = path.strip_suffix(".md").unwrap_or(path);
    // The ids of a translated chapter are those of its original.
    let prefix = page.as_ref().map(|page| page.address_name(true));
    for language in languages.others() {
        let beside = format!("{stem}.{language}.md");
        let translation = read(reader, &beside, role, language, prefix.as_deref());
        if let Some(page) = &mut page {
            page.translations.extend(translation);
        }
    }
    page
}

/// Splits the path of `page.en.md` into that of `page.md` and what may be the code of a language.
fn translated(path: &str) -> Option<(String, &str)> {
    let (stem, code) = path.strip_suffix(".md")?.rsplit_once('.')?;
    let is_code = matches!(code.len(), 2 | 3) && code.bytes().all(|letter| letter.is_ascii_lowercase());
    (is_code && !stem.ends_with('/')).then(|| (format!("{stem}.md"), code))
}

/// Reads a Markdown file; `prefix` begins its derived ids where they are not its own.
fn read(reader: &mut Reader<'_>, path: &str, role: Role, language: &str, prefix: Option<&str>) -> Option<RawPage> {
    let text = reader.text(path)?;
    let (node, start) = reader.front_matter(path, text)?;
    let mut fields = Fields::new(&node, reader.problems);
    let title = fields.string("title");
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
    let source = reader.source;
    let hashes = |target: &str| {
        let file = source.file(&join(path, target))?;
        Some(HEXLOWER.encode(&Sha256::digest(file.bytes())))
    };
    let own = page.address_name(true);
    let prefix = (role == Role::Chapter).then(|| prefix.unwrap_or(&own));
    let no_words = markdown::Words::new();
    let context = markdown::Context {
        id_prefix: prefix,
        title: title.as_ref().map(|title| title.value.as_str()),
        language,
        words: reader.words.get(language).unwrap_or(&no_words),
        hashes: &hashes,
    };
    let body = markdown::parse(path, text, start, context, reader.problems);
    page.title = agreed_title(title, &body, path, language, reader.problems);
    page.body = Arc::new(body);
    Some(page)
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
