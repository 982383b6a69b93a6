use std::collections::{BTreeMap, BTreeSet};

use forms::Text;

use super::{FOLDER, inside, page::translated, required_words, words};
use crate::{
    diagnostic::{Diagnostic, Place, Spanned, rule},
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
    pub(crate) languages: Languages,
    pub(crate) theme: Option<Spanned<String>>,
    pub(crate) navigation: Vec<RawNavigation>,
    pub(crate) slugs: BTreeMap<String, Spanned<yaml::Text>>,
    /// How case numbers of the office look: `#` is a number, `RRRR` a year.
    pub(crate) case_numbers: Vec<String>,
    /// Addresses and numbers that may be published besides those of consultations.
    pub(crate) public: Vec<String>,
}

/// The languages of the site, the original first: that of plain texts and of files without a suffix.
#[derive(Clone, Debug)]
pub(crate) struct Languages {
    all: Vec<Spanned<String>>,
    /// Not so where `site.yaml` cannot be read: then nothing is held against them.
    pub(crate) known: bool,
}

impl Languages {
    /// Returns the language in which the content is written first.
    pub(crate) fn original(&self) -> &str {
        self.all.first().map_or(LANGUAGE, |language| &language.value)
    }

    /// Returns the languages that the content is translated to, in the order in which the site lists them.
    pub(crate) fn others(&self) -> impl Iterator<Item = &str> {
        self.all.iter().skip(1).map(|language| language.value.as_str())
    }

    /// Returns all languages with the places where they are named, the original first.
    pub(crate) fn all(&self) -> &[Spanned<String>] {
        &self.all
    }
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
    let mut site = match node.filter(|_| !source.is_unreadable(FILE)) {
        Some(node) => fields(&node, problems),
        None => default(Languages { all: vec![default_language()], known: false }),
    };
    if !site.languages.known {
        site.languages = guessed(source, site.languages.original());
    }
    site
}

/// Returns the languages that files are translated to, where `site.yaml` cannot tell them.
fn guessed(source: &Source, original: &str) -> Languages {
    let is_there = |path: &str| source.text(path).is_some() || source.is_unreadable(path);
    let translations = source.under(FOLDER).filter_map(|(path, _)| translated(path));
    let codes = translations.filter(|(original, _)| is_there(original)).map(|(_, code)| code);
    let others = codes.filter(|code| *code != original).collect::<BTreeSet<_>>();
    let all = std::iter::once(original).chain(others);
    Languages { all: all.map(|code| Spanned::new(code.to_owned(), Place::whole(FILE))).collect(), known: false }
}

/// Reads the fields of `site.yaml`.
pub(super) fn fields(node: &Node, problems: &mut Vec<Diagnostic>) -> RawSite {
    let mut fields = Fields::new(node, problems);
    let languages = languages(&mut fields);
    let site = RawSite {
        title: words(&mut fields, "title", &languages),
        authority: words(&mut fields, "authority", &languages),
        description: words(&mut fields, "description", &languages),
        base_url: fields.string("base_url"),
        theme: fields.string("theme"),
        navigation: fields.list("navigation", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let label = required_words(&mut fields, "label", &languages);
            let to = fields.required_string("to").and_then(|to| inside(to, fields.problems()));
            fields.finish();
            Some(RawNavigation { label, to })
        }),
        slugs: fields.map("slugs", yaml::text).into_iter().map(|(key, slug)| (key.value, slug)).collect(),
        case_numbers: strings(&mut fields, "case_numbers"),
        public: strings(&mut fields, "public"),
        languages,
    };
    fields.finish();
    site
}

/// Reads `language`, the original, and `languages`, all that the site speaks.
fn languages(fields: &mut Fields<'_>) -> Languages {
    let original = fields.string("language").unwrap_or_else(default_language);
    let mut seen = BTreeSet::new();
    let mut languages = vec![original];
    let before = fields.problems().len();
    for language in fields.list("languages", yaml::string) {
        let code = &language.value;
        let is_code = matches!(code.len(), 2 | 3) && code.bytes().all(|letter| letter.is_ascii_lowercase());
        if !is_code || !seen.insert(code.clone()) {
            fields.problems().push(Diagnostic::new(rule::LANGUAGE_BAD, language.place).with("language", code));
        } else if *code != languages[0].value {
            languages.push(language);
        }
    }
    let known = fields.problems().len() == before;
    Languages { all: languages, known }
}

/// Returns the language of the site, whatever else is wrong with its file.
pub(crate) fn language(source: &Source) -> String {
    read(source, &mut Vec::new()).languages.original().to_owned()
}

fn strings(fields: &mut Fields<'_>, key: &'static str) -> Vec<String> {
    fields.list(key, yaml::string).into_iter().map(|string| string.value).collect()
}

fn default(languages: Languages) -> RawSite {
    RawSite {
        title: None,
        authority: None,
        description: None,
        base_url: None,
        languages,
        theme: None,
        navigation: Vec::new(),
        slugs: BTreeMap::new(),
        case_numbers: Vec::new(),
        public: Vec::new(),
    }
}

fn default_language() -> Spanned<String> {
    Spanned::new(LANGUAGE.to_owned(), Place::whole(FILE))
}
