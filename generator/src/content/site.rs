use std::collections::BTreeMap;

use forms::Text;

use super::{required_words, words};
use crate::{
    diagnostic::{Diagnostic, Place, Spanned},
    source::Source,
    yaml::{self, Fields, Node},
};

/// The file of the site.
pub(crate) const FILE: &str = "content/site.yaml";
/// The language of a site that names none.
const LANGUAGE: &str = "pl";

/// `site.yaml`; a tree without one builds with defaults.
#[derive(Debug)]
pub(crate) struct RawSite {
    pub(crate) title: Option<Text>,
    pub(crate) authority: Option<Text>,
    pub(crate) description: Option<Text>,
    pub(crate) base_url: Option<Spanned<String>>,
    pub(crate) language: Spanned<String>,
    pub(crate) theme: Option<Spanned<String>>,
    pub(crate) navigation: Vec<RawNavigation>,
    pub(crate) slugs: BTreeMap<String, Spanned<String>>,
}

/// One entry of the main navigation.
#[derive(Debug)]
pub(crate) struct RawNavigation {
    pub(crate) label: Text,
    pub(crate) to: Option<Spanned<String>>,
}

/// Reads `site.yaml`.
pub(crate) fn read(source: &Source, problems: &mut Vec<Diagnostic>) -> RawSite {
    let text = source.text(FILE).unwrap_or_default();
    let node = yaml::parse(FILE, text).map_err(|problem| problems.push(problem)).ok();
    node.map_or_else(default, |node| fields(&node, problems))
}

/// Reads the fields of `site.yaml`.
pub(super) fn fields(node: &Node, problems: &mut Vec<Diagnostic>) -> RawSite {
    let mut fields = Fields::new(node, problems);
    let language = fields.string("language").unwrap_or_else(default_language);
    let spoken = language.value.clone();
    let site = RawSite {
        title: words(&mut fields, "title", &spoken),
        authority: words(&mut fields, "authority", &spoken),
        description: words(&mut fields, "description", &spoken),
        base_url: fields.string("base_url"),
        theme: fields.string("theme"),
        navigation: fields.list("navigation", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let label = required_words(&mut fields, "label", &spoken);
            let to = fields.required_string("to");
            fields.finish();
            Some(RawNavigation { label, to })
        }),
        slugs: fields.map("slugs", yaml::string).into_iter().map(|(key, slug)| (key.value, slug)).collect(),
        language,
    };
    fields.finish();
    site
}

/// Returns the language of the site, whatever else is wrong with its file.
pub(crate) fn language(source: &Source) -> String {
    read(source, &mut Vec::new()).language.value
}

fn default() -> RawSite {
    RawSite {
        title: None,
        authority: None,
        description: None,
        base_url: None,
        language: default_language(),
        theme: None,
        navigation: Vec::new(),
        slugs: BTreeMap::new(),
    }
}

fn default_language() -> Spanned<String> {
    Spanned::new(LANGUAGE.to_owned(), Place::whole(FILE))
}
