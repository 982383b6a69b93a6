use jiff::civil::Date;

use super::{Reader, address_slug, split};
use crate::{
    diagnostic::{Diagnostic, Spanned, rule},
    markdown::{self, Body},
    slug,
    yaml::{self, Fields},
};

/// A Markdown file: front matter and body.
#[derive(Debug)]
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
    pub(crate) body: Body,
}

impl RawPage {
    /// Returns the last part of the address: `slug`, else the file name without its ordering number.
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

/// Reads a Markdown file.
pub(super) fn read(reader: &mut Reader<'_>, path: &str, role: Role) -> Option<RawPage> {
    let text = reader.text(path)?;
    let (node, start) = reader.front_matter(path, text)?;
    let mut fields = Fields::new(&node, reader.problems);
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
        body: Body::default(),
    };
    fields.finish();
    let prefix = (role == Role::Chapter).then(|| page.address_name(true));
    let context = markdown::Context {
        id_prefix: prefix.as_deref(),
        title: title.as_ref().map(|title| title.value.as_str()),
        language: reader.language,
        words: reader.words,
    };
    let body = markdown::parse(path, text, start, context, reader.problems);
    page.title = agreed_title(title, &body, path, reader.problems);
    page.body = body;
    Some(page)
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
