use std::collections::BTreeMap;

use forms::{Form, Kind, Question, Text, kind};

use super::{Reader, address_slug, number, page::file_slug, required_words, site::Languages, words};
use crate::{
    diagnostic::{Diagnostic, Place, Spanned, rule},
    yaml::{self, Fields, Node, Taken},
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
}

/// A named list of options, with the place of each value.
pub(crate) type RawOptionList = Vec<(Spanned<String>, Text)>;

/// One question as written: flat, so that each mistake has its own line.
struct RawQuestion {
    name: Spanned<String>,
    kind: Option<Spanned<String>>,
    label: Text,
    hint: Option<Text>,
    required: bool,
    list: Option<Spanned<String>>,
    options: Option<RawOptionList>,
    or_other: bool,
    max_selected: Option<usize>,
    max_length: Option<usize>,
    rows: Option<usize>,
    autocomplete: Option<String>,
    start: Option<Spanned<i64>>,
    end: Option<Spanned<i64>>,
    start_label: Option<Text>,
    end_label: Option<Text>,
    no_opinion: bool,
    text: Option<Text>,
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
    for raw in raw {
        check_name(&raw.name, &mut names, reader.problems);
        questions.extend(resolve(raw, &lists, reader.problems));
    }
    let name = file_slug(path, false);
    let form = Form { id: name.clone(), title, intro, privacy, send, questions };
    Some(RawForm { path: path.to_owned(), name, slug, draft, form })
}

fn question(node: &Node, languages: &Languages, problems: &mut Vec<Diagnostic>) -> Option<RawQuestion> {
    let mut fields = Fields::new(node, problems);
    let name = fields.required_string("name");
    fields.note("kind", || Taken::OneOf(Kind::NAMES.map(str::to_owned).to_vec()));
    let kind = fields.required_string("kind");
    let raw = RawQuestion {
        place: fields.place().clone(),
        label: required_words(&mut fields, "label", languages),
        hint: words(&mut fields, "hint", languages),
        required: fields.boolean("required").is_some_and(|required| required.value),
        list: fields.string("list"),
        options: fields.one("options", |node, problems| Some(options(node, languages, problems))),
        or_other: fields.boolean("or_other").is_some_and(|other| other.value),
        max_selected: number(&mut fields, "max_selected", 1..=1000),
        max_length: number(&mut fields, "max_length", 1..=1_000_000),
        rows: number(&mut fields, "rows", 1..=50),
        autocomplete: fields.string("autocomplete").map(|token| token.value),
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

fn options(node: &Node, languages: &Languages, problems: &mut Vec<Diagnostic>) -> RawOptionList {
    let options = yaml::items(node, problems, |node, problems| {
        let mut fields = Fields::new(node, problems);
        let value = fields.required_source_text("value");
        let label = required_words(&mut fields, "label", languages);
        fields.finish();
        Some((value?, label))
    });
    let mut seen = BTreeMap::<&str, u32>::new();
    for (value, _) in &options {
        let word = value.value.as_str();
        if !is_value(word) || word == kind::OTHER {
            problems.push(Diagnostic::new(rule::OPTION_VALUE_BAD, value.place.clone()).with("value", word));
        }
        if let Some(line) = seen.insert(word, value.place.line) {
            let problem = Diagnostic::new(rule::OPTION_VALUE_TWICE, value.place.clone());
            problems.push(problem.with("value", word).with("line", line));
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

/// Turns a question as written into one of the kinds there are.
fn resolve(
    raw: RawQuestion,
    lists: &BTreeMap<String, RawOptionList>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Question> {
    let kind = raw.kind.as_ref()?;
    let resolved = match kind.value.as_str() {
        "text" => Kind::Text(kind::Text {
            max_length: raw.max_length.unwrap_or(kind::Text::MAX_LENGTH),
            autocomplete: raw.autocomplete.clone(),
        }),
        "longtext" => Kind::Longtext(kind::Longtext {
            max_length: raw.max_length.unwrap_or(kind::Longtext::MAX_LENGTH),
            rows: raw.rows.unwrap_or(kind::Longtext::ROWS),
        }),
        "choice" => Kind::Choice(kind::Choice { options: offered(&raw, lists, problems)?, or_other: raw.or_other }),
        "choices" => Kind::Choices(kind::Choices {
            options: offered(&raw, lists, problems)?,
            or_other: raw.or_other,
            max_selected: raw.max_selected,
        }),
        "scale" => Kind::Scale(scale(&raw, problems)?),
        "note" => Kind::Note(kind::Note { text: raw.text.clone().unwrap_or_default() }),
        unknown => {
            let problem = Diagnostic::new(rule::KIND_UNKNOWN, kind.place.clone()).with("kind", unknown);
            problems.push(problem.nearest(unknown, Kind::NAMES));
            return None;
        }
    };
    report_strangers(&raw, &resolved, problems);
    Some(Question { name: raw.name.value, label: raw.label, hint: raw.hint, required: raw.required, kind: resolved })
}

/// Reports what is written for another kind of question: it would do nothing, and the editor expects it to.
fn report_strangers(raw: &RawQuestion, kind: &Kind, problems: &mut Vec<Diagnostic>) {
    let choosing = matches!(kind, Kind::Choice(_) | Kind::Choices(_));
    let writing = matches!(kind, Kind::Text(_) | Kind::Longtext(_));
    let scaling = matches!(kind, Kind::Scale(_));
    let written = [
        ("list", raw.list.is_some(), choosing),
        ("options", raw.options.is_some(), choosing),
        ("or_other", raw.or_other, choosing),
        ("max_selected", raw.max_selected.is_some(), matches!(kind, Kind::Choices(_))),
        ("max_length", raw.max_length.is_some(), writing),
        ("rows", raw.rows.is_some(), matches!(kind, Kind::Longtext(_))),
        ("autocomplete", raw.autocomplete.is_some(), matches!(kind, Kind::Text(_))),
        ("start", raw.start.is_some(), scaling),
        ("end", raw.end.is_some(), scaling),
        ("start_label", raw.start_label.is_some(), scaling),
        ("end_label", raw.end_label.is_some(), scaling),
        ("no_opinion", raw.no_opinion, scaling),
        ("text", raw.text.is_some(), matches!(kind, Kind::Note(_))),
        ("required", raw.required, !matches!(kind, Kind::Note(_))),
    ];
    for (key, _, _) in written.iter().filter(|(_, there, wanted)| *there && !wanted) {
        let problem = Diagnostic::new(rule::KEY_OF_ANOTHER_KIND, raw.place.clone());
        let kind = raw.kind.as_ref().map(|kind| kind.value.clone()).unwrap_or_default();
        problems.push(problem.with("key", key).with("kind", kind));
    }
}

fn offered(
    raw: &RawQuestion,
    lists: &BTreeMap<String, RawOptionList>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<kind::Opt>> {
    let list = match (&raw.options, &raw.list) {
        (Some(options), _) if !options.is_empty() => options,
        (_, Some(name)) => {
            let Some(list) = lists.get(&name.value) else {
                let problem = Diagnostic::new(rule::LIST_UNKNOWN, name.place.clone()).with("name", &name.value);
                problems.push(problem.nearest(&name.value, lists.keys().map(String::as_str)));
                return None;
            };
            list
        }
        _ => {
            let problem = Diagnostic::new(rule::OPTIONS_MISSING, raw.name.place.clone());
            problems.push(problem.with("question", &raw.name.value));
            return None;
        }
    };
    let options = list.iter().map(|(value, label)| kind::Opt { value: value.value.clone(), label: label.clone() });
    Some(options.collect())
}

fn scale(raw: &RawQuestion, problems: &mut Vec<Diagnostic>) -> Option<kind::Scale> {
    let mut missing = |key: &'static str| {
        problems.push(Diagnostic::new(rule::FIELD_MISSING, raw.place.clone()).with("key", key));
    };
    for (key, there) in [
        ("start", raw.start.is_some()),
        ("end", raw.end.is_some()),
        ("start_label", raw.start_label.is_some()),
        ("end_label", raw.end_label.is_some()),
    ] {
        if !there {
            missing(key);
        }
    }
    let (start, end) = (raw.start.as_ref()?, raw.end.as_ref()?);
    let points = end.value.saturating_sub(start.value);
    if !(1..kind::Scale::MAX_POINTS).contains(&points) {
        let problem = Diagnostic::new(rule::SCALE_BAD, end.place.clone());
        problems.push(problem.with("start", start.value).with("end", end.value));
        return None;
    }
    Some(kind::Scale {
        start: start.value,
        end: end.value,
        start_label: raw.start_label.clone()?,
        end_label: raw.end_label.clone()?,
        no_opinion: raw.no_opinion,
    })
}
