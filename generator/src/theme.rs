//! The look of the site: templates, texts, styles and the slugs of generated pages, resolved over the chain of themes.
//!
//! A theme names its parent (`extends`); what it does not have is its parent's. The base theme is compiled in, so that
//! a city without a theme folder still gets a good site.

mod base;
mod lean;

use std::{collections::BTreeMap, sync::Arc};

use forms::{Theme, ThemeError, ThemeSource};
use serde_json::Value as Json;

use crate::{
    content::{self, site::RawSite},
    diagnostic::{Diagnostic, Lines, Place, Spanned, rule},
    markdown::Words,
    memory::{Key, Memory},
    slug,
    source::Source,
    typography::typeset_around,
    yaml::{self, Fields, Node, Value},
};

/// The theme that all others rest on.
const BASE: &str = "base";
/// The version of the contract between templates and the data they get.
const CONTRACT: i64 = 1;

/// What resolving a theme came to.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// None when it cannot be used; `problems` tell why.
    pub(crate) look: Option<Look>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// A theme, resolved.
#[derive(Debug)]
pub(crate) struct Look {
    /// That of all that it was made from, where a memory keeps it.
    pub(crate) key: Option<Key>,
    /// Draws pages.
    pub(crate) theme: Theme,
    /// What the function draws with: the same templates and texts.
    pub(crate) source: ThemeSource,
    /// One stylesheet, each theme's after its parent's.
    pub(crate) stylesheet: String,
    /// The icon, an SVG drawing.
    pub(crate) icon: String,
    /// The script of forms: pages work without it.
    pub(crate) script: String,
    /// What Markdown says besides its text, and what residents may write for a month, by language.
    pub(crate) words: BTreeMap<String, Words>,
}

/// Addresses of generated pages, and names that are kept for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slugs {
    /// What changed between versions of a document.
    pub(crate) changes: String,
    /// The schedule of a consultation.
    pub(crate) schedule: String,
    /// A whole document on one page.
    pub(crate) whole: String,
    /// Names that nothing at the root may have.
    pub(crate) root: Vec<String>,
    /// Names that nothing in a consultation may have.
    pub(crate) consultation: Vec<String>,
    /// Names that no chapter may have.
    pub(crate) document: Vec<String>,
}

/// Reads the addresses of generated pages by language, with what `site` overrides: they do not depend on its theme.
pub(crate) fn slugs(source: &Source, site: &RawSite, problems: &mut Vec<Diagnostic>) -> BTreeMap<String, Slugs> {
    let compiled = base::source();
    Themes { source, compiled: &compiled }.slugs(site, problems)
}

/// Resolves the theme that `site` names.
pub(crate) fn resolve(source: &Source, site: &RawSite, memory: &Memory) -> Arc<Resolved> {
    let themes = source.under("themes").map(|(path, file)| (path, file.text()));
    // Its mistakes have places in `site.yaml` too.
    let parts = (themes.collect::<Vec<_>>(), source.text(content::site::FILE));
    memory.look(&parts, |key| {
        let mut problems = Vec::new();
        let look = look(source, site, key, &mut problems);
        Resolved { look, problems }
    })
}

fn look(source: &Source, site: &RawSite, key: Option<Key>, problems: &mut Vec<Diagnostic>) -> Option<Look> {
    let compiled = base::source();
    let themes = Themes { source, compiled: &compiled };
    let names = themes.chain(site.theme.as_ref(), problems)?;
    let texts = themes.all_texts(&names, site, problems)?;
    let words = texts.iter().map(|(language, texts)| (language.clone(), words(texts))).collect();
    let texts = texts.into_iter().map(|(language, texts)| (language.clone(), set(&language, texts))).collect();
    let resolved = ThemeSource { templates: themes.templates(&names), texts, names: names.clone() };
    match Theme::new(&resolved) {
        Ok(theme) => Some(Look {
            key,
            theme,
            source: resolved,
            stylesheet: lean::style(&themes.stylesheet(&names)),
            icon: themes.asset(&names, "assets/icon.svg"),
            script: lean::script(&themes.asset(&names, "assets/form.js")),
            words,
        }),
        Err(error) => {
            let mut problem = broken(&error, None);
            // The end of the file is where Tera noticed; what is wrong is the tag that nobody closed.
            let open = problem.place.as_ref().and_then(|place| unclosed(place, source.text(&place.file)?));
            problem.place = open.or(problem.place);
            problems.push(problem);
            None
        }
    }
}

/// Returns the texts as pages show them: what will stand in place of `{name}` is a word.
fn set(language: &str, texts: Json) -> Json {
    match texts {
        Json::String(text) => {
            let open = text.match_indices('{').map(|(at, _)| at);
            let gaps: Vec<_> = open.filter_map(|at| Some(at..at + text[at..].find('}')? + 1)).collect();
            Json::String(typeset_around(language, &[text], &gaps).concat())
        }
        Json::Array(items) => items.into_iter().map(|item| set(language, item)).collect(),
        Json::Object(fields) => fields.into_iter().map(|(key, text)| (key, set(language, text))).collect(),
        other => other,
    }
}

/// Returns what the texts of a theme lend to Markdown.
fn words(texts: &Json) -> Words {
    let groups = ["notes", "markdown", "reading"];
    let words = groups.into_iter().filter_map(|group| texts.get(group)?.as_object()).flatten();
    words.filter_map(|(key, words)| Some((key.clone(), words.as_str()?.to_owned()))).collect()
}

/// Returns the problem of a template: one that cannot be read, or one that cannot draw `page`.
///
/// Tera tells the place inside its message, `--> THEME/TEMPLATE:LINE:COLUMN`; here it becomes a place like any other.
pub(crate) fn broken(error: &ThemeError, page: Option<&str>) -> Diagnostic {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let detail = first.strip_prefix("error: ").unwrap_or(first).trim_end_matches('.');
    let place = text.lines().find_map(|line| template_place(line.trim_start().strip_prefix("--> ")?));
    match page {
        Some(page) => Diagnostic::new(rule::TEMPLATE_FAILED, place).with("page", page).with("detail", detail),
        None => Diagnostic::new(rule::TEMPLATE_BROKEN, place).with("detail", detail),
    }
}

/// Returns the innermost tag that is open where a template ends; none if `place` is not its end.
fn unclosed(place: &Place, template: &str) -> Option<Place> {
    if (place.line as usize) <= template.trim_end().lines().count() {
        return None;
    }
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (at, _) in template.match_indices("{%") {
        let tag = template[at + 2..].trim_start_matches(['-', ' ']);
        let word = tag.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
        match word.strip_prefix("end") {
            Some(_) => drop(open.pop()),
            None if ["block", "if", "for", "filter"].contains(&word) => open.push((at, word)),
            None => {}
        }
    }
    let (at, word) = open.pop()?;
    let end = template[at..].find("%}").map_or(at + 2 + word.len(), |end| at + end + 2);
    Some(Lines::new(&place.file, template).place(at..end))
}

fn template_place(text: &str) -> Option<Place> {
    let mut parts = text.rsplitn(3, ':');
    let (column, line, name) = (parts.next()?, parts.next()?, parts.next()?);
    let (theme, template) = name.split_once('/')?;
    let file = format!("themes/{theme}/templates/{template}");
    Some(Place { file, line: line.parse().ok()?, column: column.trim().parse().ok()?, length: 1 })
}

/// The themes there are: those under the root, and the compiled-in base.
struct Themes<'a> {
    source: &'a Source,
    compiled: &'a Source,
}

impl<'a> Themes<'a> {
    /// Returns the names of the theme and its parents, the most specific first.
    fn chain(&self, theme: Option<&Spanned<String>>, problems: &mut Vec<Diagnostic>) -> Option<Vec<String>> {
        if self.is_replaced() {
            problems.push(Diagnostic::new(rule::BASE_THEME_REPLACED, Place::whole("themes/base/theme.yaml")));
        }
        let mut names = Vec::new();
        let mut next = theme.cloned();
        while let Some(name) = next {
            let file = format!("themes/{}/theme.yaml", name.value);
            let missing = self.text(&name.value, "theme.yaml").is_none();
            if missing && self.source.is_unreadable(&file) {
                return None;
            }
            if missing || names.contains(&name.value) {
                problems.push(Diagnostic::new(rule::THEME_MISSING, name.place).with("theme", &name.value));
                return None;
            }
            names.push(name.value.clone());
            next = self.parent(&name.value, &file, problems);
        }
        if names.last().is_none_or(|last| last != BASE) {
            names.push(BASE.to_owned());
        }
        Some(names)
    }

    fn parent(&self, name: &str, file: &str, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
        let text = self.text(name, "theme.yaml")?;
        let node = yaml::parse(file, text).map_err(|problem| problems.push(problem)).ok()?;
        let mut fields = Fields::new(&node, problems);
        let parent = fields.string("extends");
        let contract = fields.required_integer("contract");
        fields.finish();
        if let Some(contract) = contract.filter(|contract| contract.value != CONTRACT) {
            let problem = Diagnostic::new(rule::THEME_CONTRACT, contract.place);
            problems.push(problem.with("contract", contract.value).with("current", CONTRACT));
        }
        parent
    }

    fn templates(&self, names: &[String]) -> BTreeMap<String, String> {
        let files =
            names.iter().flat_map(|name| self.files(name, "templates").into_iter().map(move |file| (name, file)));
        files.map(|(name, (inner, text))| (format!("{name}/{inner}"), text.to_owned())).collect()
    }

    /// Returns the texts in every language of the site; what a language lacks is said as in the original.
    ///
    /// `None` where there is a language without texts.
    fn all_texts(
        &self,
        names: &[String],
        site: &RawSite,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<BTreeMap<String, Json>> {
        let mut all = BTreeMap::new();
        let mut original = Json::Null;
        let mut complete = true;
        for language in site.languages.all() {
            let Some(texts) = self.texts(names, &language.value, problems) else {
                complete = false;
                continue;
            };
            if texts.as_object().is_none_or(serde_json::Map::is_empty) {
                let problem = Diagnostic::new(rule::LANGUAGE_WITHOUT_TEXTS, language.place.clone());
                problems.push(problem.with("language", &language.value));
                complete = false;
                continue;
            }
            let mut merged = original.clone();
            merge(&mut merged, texts);
            if original.is_null() {
                original.clone_from(&merged);
            }
            all.insert(language.value.clone(), merged);
        }
        complete.then_some(all)
    }

    /// Merges the texts of the themes key by key, the most specific over its parent's; none where a file of them cannot
    /// be read.
    fn texts(&self, names: &[String], language: &str, problems: &mut Vec<Diagnostic>) -> Option<Json> {
        let mut merged = Json::Object(serde_json::Map::new());
        let mut whole = true;
        for name in names.iter().rev() {
            let inner = format!("i18n/{language}.yaml");
            let path = format!("themes/{name}/{inner}");
            let Some(text) = self.text(name, &inner) else {
                whole &= !self.source.is_unreadable(&path);
                continue;
            };
            match yaml::parse(&path, text).and_then(yaml::group) {
                Ok(node) => merge(&mut merged, json(&node)),
                Err(problem) => {
                    problems.push(problem);
                    whole = false;
                }
            }
        }
        whole.then_some(merged)
    }

    /// Returns a file of the most specific theme that has it.
    fn asset(&self, names: &[String], path: &str) -> String {
        names.iter().find_map(|name| self.text(name, path)).unwrap_or_default().to_owned()
    }

    fn stylesheet(&self, names: &[String]) -> String {
        let styles = names.iter().rev().filter_map(|name| self.text(name, "assets/style.css"));
        styles.collect::<Vec<_>>().join("\n")
    }

    /// Reads the base theme's `slugs.yaml` with what the site overrides, by language.
    fn slugs(&self, site: &RawSite, problems: &mut Vec<Diagnostic>) -> BTreeMap<String, Slugs> {
        let file = "themes/base/slugs.yaml";
        let node = yaml::parse(file, self.text(BASE, "slugs.yaml").unwrap_or_default());
        let texts = match node {
            Ok(node) => json(&node),
            Err(problem) => {
                problems.push(problem);
                Json::Null
            }
        };
        let original = site.languages.original();
        let own =
            |name: &str, language: &str| site.slugs.get(name)?.value.clone().by_language(original).remove(language);
        if texts.is_object() {
            report_slugs(site, texts.get(original), problems);
        }
        let slugs = |language: &Spanned<String>| {
            let language = &language.value;
            let known = texts.get(language).or_else(|| texts.get(original));
            let slug_of = |name: &str| {
                let known = || known?.get(name)?.as_str().map(str::to_owned);
                own(name, language).or_else(known).unwrap_or_else(|| name.to_owned())
            };
            let reserved = |place: &str| {
                let names = texts.get("reserved").and_then(|reserved| reserved.get(place)).and_then(Json::as_array);
                names.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
            };
            let slugs = Slugs {
                changes: slug_of("changes"),
                schedule: slug_of("schedule"),
                whole: slug_of("whole"),
                root: reserved("root"),
                consultation: reserved("consultation"),
                document: reserved("document"),
            };
            (language.clone(), slugs)
        };
        site.languages.all().iter().map(slugs).collect()
    }

    /// Tells whether a base theme under the root stands in place of the compiled-in one and differs from it.
    fn is_replaced(&self) -> bool {
        let folder = format!("themes/{BASE}");
        self.source.file(&format!("{folder}/theme.yaml")).is_some()
            && !self.source.under(&folder).eq(self.compiled.under(&folder))
    }

    fn text(&self, name: &str, inner: &str) -> Option<&'a str> {
        self.of(name).text(&format!("themes/{name}/{inner}"))
    }

    fn files(&self, name: &str, folder: &str) -> Vec<(String, &'a str)> {
        let folder = format!("themes/{name}/{folder}");
        let files = self.of(name).under(&folder);
        files.filter_map(|(path, file)| Some((path[folder.len() + 1..].to_owned(), file.text()?))).collect()
    }

    /// Returns the tree that has the theme `name`: a base theme under the root replaces the compiled-in one whole.
    fn of(&self, name: &str) -> &'a Source {
        let here = self.source.file(&format!("themes/{name}/theme.yaml")).is_some();
        if name == BASE && !here { self.compiled } else { self.source }
    }
}

/// Reports slugs of the site that are no generated page's, or that no address can have.
fn report_slugs(site: &RawSite, known: Option<&Json>, problems: &mut Vec<Diagnostic>) {
    let known: Vec<_> = known.and_then(Json::as_object).into_iter().flat_map(serde_json::Map::keys).collect();
    for (name, slug) in &site.slugs {
        if !known.contains(&name) {
            let problem = Diagnostic::new(rule::UNKNOWN_KEY, slug.place.clone()).with("key", name);
            problems.push(problem.nearest(name, known.iter().map(|known| known.as_str())));
        }
        for slug_in in slug.value.clone().by_language(site.languages.original()).into_values() {
            if !slug::is_folded(&slug_in) {
                problems.push(Diagnostic::new(rule::SLUG_BAD, slug.place.clone()).with("slug", slug_in));
            }
        }
    }
}

fn json(node: &Node) -> Json {
    match &node.value {
        // A sample is no file that anybody wrote.
        Value::Null | Value::Sample(_) => Json::Null,
        Value::Boolean(value) => Json::Bool(*value),
        Value::Integer(value) => Json::from(*value),
        Value::Number => Json::String(node.written.clone()),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Map(fields) => Json::Object(fields.iter().map(|(key, node)| (key.value.clone(), json(node))).collect()),
    }
}

fn merge(under: &mut Json, over: Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Json::Null), value);
            }
        }
        // An empty value, such as a group whose lines are all comments, says nothing.
        (_, Json::Null) => {}
        (under, over) => *under = over,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
