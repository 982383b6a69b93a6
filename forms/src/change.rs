//! What a resident who has seen one revision of a form finds changed in another, in the language of the page.
//!
//! Compared is what is drawn: a translation that was mended changes nothing for who reads another language.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Answers, Form,
    view::{Drawn, QuestionView},
};

/// What of a view is the wording of a question, and what is offered; the rest says how it is to be answered.
const WORDS: [&str; 5] = ["label", "hint", "paragraphs", "start_label", "end_label"];
const OFFERED: [&str; 6] = ["options", "other", "no_opinion", "fields", "matrix", "kind"];

/// What became of a form.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChangesView {
    /// Whether there is nothing that a reader of this language could see.
    pub nothing: bool,
    /// Whether words around the questions have changed: title, introduction, data protection, notes and sections.
    pub around: bool,
    /// Questions that are no longer asked, in their own words.
    pub gone: Vec<String>,
    /// What has changed in each question that is still asked, by its name.
    #[serde(skip)]
    pub(crate) questions: BTreeMap<String, ChangeView>,
}

/// What has changed in a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// `new`; `words`: it is asked otherwise; `options`: other answers are offered; `rules`: it is to be answered
    /// otherwise. Key under `changes` in the texts.
    pub what: &'static str,
    /// The question as it was asked before, where it was asked otherwise; null elsewhere.
    pub before: Option<String>,
}

impl ChangesView {
    /// Compares `old` with `new` as they are drawn in `language`.
    pub(crate) fn between(old: &Form, new: &Form, language: &str) -> Self {
        let (before, after) = (seen(old, language), seen(new, language));
        let names = |form: &Form| -> Vec<(String, bool)> {
            form.questions.iter().map(|question| (question.name.clone(), question.kind.asks())).collect()
        };
        let mut changes = Self { around: around(old, language) != around(new, language), ..Self::default() };
        for (name, asks) in names(new) {
            let change = match before.get(&name) {
                Some(old) => change(old, &after[&name]),
                None => Some(ChangeView { what: "new", before: None }),
            };
            match change {
                Some(change) if asks => drop(changes.questions.insert(name, change)),
                Some(_) => changes.around = true,
                None => {}
            }
        }
        for (name, asks) in names(old).into_iter().filter(|(name, _)| !after.contains_key(name)) {
            if asks {
                changes.gone.push(text(&before[&name], "label"));
            } else {
                changes.around = true;
            }
        }
        changes.nothing = !changes.around && changes.gone.is_empty() && changes.questions.is_empty();
        changes
    }
}

/// Returns what is drawn of each question before anybody has answered, by its name.
fn seen(form: &Form, language: &str) -> BTreeMap<String, Map<String, Value>> {
    let answers = Answers::default();
    let drawn = Drawn { form, language, answers: &answers, documents: &[], mistakes: &[], focus: None, blank: None };
    let view = |view: QuestionView| match serde_json::to_value(&view) {
        Ok(Value::Object(fields)) => (view.name, fields),
        // A view holds strings, numbers and lists of them.
        _ => (view.name, Map::new()),
    };
    drawn.questions(&form.questions).into_iter().map(view).collect()
}

fn around<'a>(form: &'a Form, language: &str) -> [&'a str; 4] {
    [&form.title, &form.intro, &form.privacy, &form.send].map(|text| text.in_language(language))
}

fn change(old: &Map<String, Value>, new: &Map<String, Value>) -> Option<ChangeView> {
    let differ = |key: &&str| old.get(*key) != new.get(*key);
    let what = if WORDS.iter().any(&differ) {
        "words"
    } else if OFFERED.iter().any(&differ) {
        "options"
    } else if new.keys().any(|key| differ(&key.as_str())) {
        "rules"
    } else {
        return None;
    };
    let before = differ(&"label").then(|| text(old, "label"));
    Some(ChangeView { what, before })
}

fn text(fields: &Map<String, Value>, key: &str) -> String {
    fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
