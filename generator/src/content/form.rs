mod conditions;
mod kinds;

use std::collections::BTreeMap;

use forms::{Form, Kind, Question, Text, kind};

use super::{Reader, address_slug, number, page::file_slug, required_words, site::Languages, words};
use crate::{
    diagnostic::{Diagnostic, Place, Spanned, rule},
    markdown::Words,
    prose,
    yaml::{self, Fields, Node, Taken, Value},
};

/// A form as read, with what belongs to its page and not to its definition.
#[derive(Debug)]
pub(crate) struct RawForm {
    /// Path of the file.
    pub(crate) path: String,
    /// The file name, the form's name.
    pub(crate) name: String,
    pub(crate) slug: Option<Spanned<String>>,
    pub(crate) draft: bool,
    /// The definition; its id still lacks the consultation.
    pub(crate) form: Form,
    /// By the name of the question.
    pub(crate) places: BTreeMap<String, Places>,
}

/// Where a question says what its answers are kept under.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) name: Place,
    pub(crate) kind: Place,
    /// Of each option and row by its value; those of a named list stand in the list.
    pub(crate) values: BTreeMap<String, Place>,
}

/// A named list of options, with the place of each value.
pub(crate) type RawOptionList = Vec<(Spanned<String>, Text)>;

/// One question as written: flat, so that each mistake has its own line.
#[allow(clippy::struct_excessive_bools)] // each is a field of its own in YAML
struct RawQuestion {
    name: Spanned<String>,
    kind: Option<Spanned<String>>,
    when: Option<RawCondition>,
    label: Text,
    hint: Option<Text>,
    required: bool,
    list: Option<Spanned<String>>,
    options: Option<RawOptionList>,
    or_other: bool,
    max_selected: Option<usize>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    height: Option<usize>,
    rows: Option<RawOptionList>,
    autocomplete: Option<Spanned<String>>,
    decimals: Option<usize>,
    constraint: Option<RawConstraint>,
    constraint_message: Option<Text>,
    statement: Option<Text>,
    birthday: bool,
    paged: bool,
    max_remarks: Option<usize>,
    start: Option<Spanned<i64>>,
    end: Option<Spanned<i64>>,
    start_label: Option<Text>,
    end_label: Option<Text>,
    no_opinion: bool,
    text: Option<Text>,
    place: Place,
    /// Where each of its fields is written.
    keys: BTreeMap<String, Place>,
}

/// When a question is asked, as written.
struct RawCondition {
    question: Spanned<String>,
    any_of: Vec<Spanned<String>>,
    answered: Option<Spanned<bool>>,
    place: Place,
}

/// The smallest and the largest answer, as written: numbers or days.
struct RawConstraint {
    min: Option<Spanned<String>>,
    max: Option<Spanned<String>>,
    place: Place,
}

/// Reads the forms below `folder`, the `forms/` of a consultation.
pub(super) fn read_all(reader: &mut Reader<'_>, folder: &str) -> Vec<RawForm> {
    let source = reader.source;
    let paths = source.under(folder).map(|(path, _)| path);
    let paths = paths.filter(|path| super::has_extension(path, "yaml") && super::split(path).0 == folder);
    paths.filter_map(|path| read(reader, path)).collect()
}

fn read(reader: &mut Reader<'_>, path: &str) -> Option<RawForm> {
    let node = reader.yaml(path)?;
    let languages = reader.languages;
    let mut fields = Fields::new(&node, reader.problems);
    let slug = address_slug(&mut fields);
    let draft = fields.boolean("draft").is_some_and(|draft| draft.value);
    let title = required_words(&mut fields, "title", languages);
    let intro = words(&mut fields, "intro", languages).unwrap_or_default();
    let privacy = words(&mut fields, "privacy", languages).unwrap_or_default();
    let send = required_words(&mut fields, "send", languages);
    let lists = fields.map("option_lists", |node, problems| Some(options(node, languages, problems)));
    let lists: BTreeMap<_, _> = lists.into_iter().map(|(name, list)| (name.value, list)).collect();
    let raw = fields.required_list("questions", |node, problems| question(node, languages, problems));
    fields.finish();
    let mut names = BTreeMap::<String, u32>::new();
    let mut questions = Vec::new();
    let months = months(reader.words);
    let places = raw.iter().map(|raw| (raw.name.value.clone(), kinds::places(raw, &lists))).collect();
    let lines = raw.iter().rev().map(|raw| (raw.name.value.clone(), raw.name.place.line)).collect();
    for raw in raw {
        check_name(&raw.name, &mut names, reader.problems);
        let when = conditions::resolve(&raw, &questions, &names, &lines, reader.problems);
        let question = kinds::resolve(raw, &lists, &months, reader.problems);
        questions.extend(question.map(|question| Question { when, ..question }));
    }
    let name = file_slug(path, false);
    let form = Form { id: name.clone(), title, intro, privacy, send, questions };
    Some(RawForm { path: path.to_owned(), name, slug, draft, form, places })
}

/// Returns what each month may be called, as the theme's texts say in any of the site's languages: names separated by
/// spaces, months by commas. Who answers in one language may write a month in another.
fn months(words: &BTreeMap<String, Words>) -> Vec<Vec<String>> {
    let mut months = Vec::<Vec<String>>::new();
    for names in words.values().filter_map(|words| words.get("months")) {
        for (index, names) in names.split(',').enumerate() {
            if months.len() == index {
                months.push(Vec::new());
            }
            months[index].extend(names.split_whitespace().map(str::to_lowercase));
        }
    }
    months.retain(|names| !names.is_empty());
    months
}

fn question(node: &Node, languages: &Languages, problems: &mut Vec<Diagnostic>) -> Option<RawQuestion> {
    let mut fields = Fields::new(node, problems);
    let name = fields.required_string("name");
    fields.note("kind", || Taken::OneOf(Kind::NAMES.map(str::to_owned).to_vec()));
    let kind = fields.required_string("kind");
    let raw = RawQuestion {
        place: fields.place().clone(),
        keys: keys(node),
        label: required_words(&mut fields, "label", languages),
        hint: words(&mut fields, "hint", languages),
        required: fields.boolean("required").is_some_and(|required| required.value),
        list: fields.string("list"),
        options: fields.one("options", |node, problems| Some(options(node, languages, problems))),
        or_other: fields.boolean("or_other").is_some_and(|other| other.value),
        max_selected: number(&mut fields, "max_selected", 1..=1000),
        when: fields.one("when", condition),
        min_length: number(&mut fields, "min_length", 1..=1_000_000),
        max_length: number(&mut fields, "max_length", 1..=1_000_000),
        // The height of a field, or the rows of a matrix: a number or a list.
        height: if holds(&mut fields, "rows", |rows| matches!(rows, Value::List(_))) {
            None
        } else {
            number(&mut fields, "rows", 1..=50)
        },
        rows: if holds(&mut fields, "rows", |rows| matches!(rows, Value::List(_) | Value::Sample(_))) {
            fields.one("rows", |node, problems| Some(options(node, languages, problems)))
        } else {
            None
        },
        autocomplete: fields.string("autocomplete"),
        decimals: number(&mut fields, "decimals", 0..=6),
        constraint: fields.one("constraint", |node, problems| Some(constraint(node, problems))),
        constraint_message: words(&mut fields, "constraint_message", languages),
        statement: words(&mut fields, "statement", languages),
        birthday: fields.boolean("birthday").is_some_and(|birthday| birthday.value),
        paged: fields.boolean("paged").is_some_and(|paged| paged.value),
        max_remarks: number(&mut fields, "max_remarks", 1..=50),
        start: fields.integer("start"),
        end: fields.integer("end"),
        start_label: words(&mut fields, "start_label", languages),
        end_label: words(&mut fields, "end_label", languages),
        no_opinion: fields.boolean("no_opinion").is_some_and(|offered| offered.value),
        text: words(&mut fields, "text", languages),
        name: name.clone().unwrap_or_else(|| Spanned::new(String::new(), fields.place().clone())),
        kind,
    };
    fields.finish();
    name.map(|_| raw)
}

/// Returns where each field of a group is written.
fn keys(node: &Node) -> BTreeMap<String, Place> {
    let Value::Map(fields) = &node.value else { return BTreeMap::new() };
    fields.iter().map(|(key, _)| (key.value.clone(), key.place.clone())).collect()
}

fn condition(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<RawCondition> {
    let mut fields = Fields::new(node, problems);
    let question = fields.required_string("question");
    let is = fields.one("is", yaml::string);
    let any_of = fields.list("any_of", yaml::string);
    let answered = fields.boolean("answered");
    let place = fields.place().clone();
    fields.finish();
    Some(RawCondition { question: question?, any_of: is.into_iter().chain(any_of).collect(), answered, place })
}

fn constraint(node: &Node, problems: &mut Vec<Diagnostic>) -> RawConstraint {
    let mut fields = Fields::new(node, problems);
    let (min, max) = (fields.string("min"), fields.string("max"));
    let place = fields.place().clone();
    fields.finish();
    RawConstraint { min, max, place }
}

fn holds(fields: &mut Fields<'_>, key: &'static str, test: impl Fn(&Value) -> bool) -> bool {
    fields.node(key).is_some_and(|node| test(&node.value))
}

fn options(node: &Node, languages: &Languages, problems: &mut Vec<Diagnostic>) -> RawOptionList {
    let options = yaml::items(node, problems, |node, problems| {
        let mut fields = Fields::new(node, problems);
        let value = fields.required_source_text("value");
        let label = required_words(&mut fields, "label", languages);
        fields.finish();
        Some((value?, label))
    });
    let (mut seen, mut labels) = (BTreeMap::<&str, u32>::new(), BTreeMap::<(&str, &str), u32>::new());
    for (value, label) in &options {
        let word = value.value.as_str();
        if !is_value(word) || word == kind::OTHER {
            problems.push(Diagnostic::new(rule::OPTION_VALUE_BAD, value.place.clone()).with("value", word));
        }
        if let Some(line) = seen.insert(word, value.place.line) {
            let problem = Diagnostic::new(rule::OPTION_VALUE_TWICE, value.place.clone());
            problems.push(problem.with("value", word).with("line", line));
            continue;
        }
        let labels_here = languages.all().iter().map(|language| {
            let language = language.value.as_str();
            (language, label.in_language(language).trim())
        });
        let labels_here = labels_here.filter(|(_, label)| !label.is_empty() && !prose::is_blank(label));
        // All are noted, the first that is met again is told.
        let met = labels_here.filter_map(|(language, label)| {
            Some((language, label, labels.insert((language, label), value.place.line)?))
        });
        if let Some((language, label, line)) = met.collect::<Vec<_>>().first() {
            let problem = Diagnostic::new(rule::OPTION_LABEL_TWICE, value.place.clone());
            problems.push(problem.with("label", label).with("language", language).with("line", line));
        }
    }
    options
}

fn check_name(name: &Spanned<String>, names: &mut BTreeMap<String, u32>, problems: &mut Vec<Diagnostic>) {
    let word = &name.value;
    let letters = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !letters || !word.starts_with(|first: char| first.is_ascii_lowercase()) {
        problems.push(Diagnostic::new(rule::QUESTION_NAME_BAD, name.place.clone()).with("name", word));
    }
    if let Some(line) = names.insert(word.clone(), name.place.line) {
        let problem = Diagnostic::new(rule::QUESTION_NAME_TWICE, name.place.clone());
        problems.push(problem.with("name", word).with("line", line));
    }
}

fn is_value(word: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    word.bytes().all(inner) && word.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
}
