//! What choice and choices share: options, and an answer of one's own beside them.

use serde::{Deserialize, Serialize};

use super::Setting;
use crate::{
    Answers, Mistake, OptionView, OtherView, Question, QuestionView, Text,
    view::{LineView, control_id, option_id, stray_id},
};

/// The value of "Inne", the option that opens a field for an answer of one's own.
pub const OTHER: &str = "other";

/// One option: the value is stored and stays, the label is shown and may be reworded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opt {
    /// `[a-z0-9][a-z0-9_-]*`.
    pub value: String,
    /// What is shown.
    pub label: Text,
}

pub(super) fn fields(name: &str, or_other: bool) -> Vec<String> {
    let mut fields = vec![name.to_owned()];
    if or_other {
        fields.push(other_field(name));
    }
    fields
}

/// Returns the values of `options`, "Inne" with them.
pub(super) fn values(options: &[Opt], or_other: bool) -> Vec<String> {
    let values = options.iter().map(|option| option.value.clone());
    values.chain(or_other.then(|| OTHER.to_owned())).collect()
}

/// Tells what is wrong with what was chosen; `empty` is said where nothing was.
pub(super) fn mistake(
    question: &Question,
    answers: &Answers,
    options: &[Opt],
    or_other: bool,
    empty: &'static str,
) -> Option<Mistake> {
    let name = &question.name;
    let chosen = answers.values(name);
    if let Some(stray) = chosen.iter().find(|value| !is_known(options, or_other, value)) {
        return Some(Mistake::new(name, "unknown_option", stray_id(name, 0)).with("value", stray));
    }
    let own = if or_other { answers.values(&other_field(name)) } else { &[] };
    if !chosen.iter().any(|value| value == OTHER) && own.iter().any(|text| !text.trim().is_empty()) {
        return Some(Mistake::new(name, "other_unmarked", option_id(name, OTHER)));
    }
    (chosen.is_empty() && question.required).then(|| Mistake::new(name, empty, first_id(name, options)))
}

/// Tells what is wrong with the answer of one's own.
pub(super) fn own_mistake(question: &Question, answers: &Answers, or_other: bool) -> Option<Mistake> {
    let name = &question.name;
    let field = other_field(name);
    let own = if or_other { answers.values(&field) } else { return None };
    let mistake = |key| Mistake::new(name, key, control_id(&field)).about(&field);
    let length = own.first().map_or(0, |text| text.chars().count());
    let max = super::Text::MAX_LENGTH;
    let chosen = answers.values(name).iter().any(|value| value == OTHER);
    if chosen && own.iter().all(|text| text.trim().is_empty()) {
        Some(mistake("other_empty"))
    } else if own.len() > 1 {
        Some(mistake("other_repeated").with("count", own.len()))
    } else {
        (length > max).then(|| mistake("other_long").with("max", max).with("length", length).with("over", length - max))
    }
}

/// Returns the id of the first control of a group.
pub(super) fn first_id(name: &str, options: &[Opt]) -> String {
    options.first().map_or_else(|| option_id(name, OTHER), |option| option_id(name, &option.value))
}

pub(super) fn draw(view: &mut QuestionView, options: &[Opt], or_other: bool, setting: Setting<'_>) {
    let Setting { answers, language, .. } = setting;
    let chosen = answers.values(&view.name);
    let is_chosen = |value: &str| chosen.iter().any(|one| one == value);
    let known = options.iter().map(|option| OptionView {
        id: option_id(&view.name, &option.value),
        value: option.value.clone(),
        label: option.label.in_language(language).to_owned(),
        checked: is_chosen(&option.value),
        stray: false,
    });
    let strays = chosen.iter().filter(|value| !is_known(options, or_other, value)).enumerate();
    let strays = strays.map(|(index, value)| OptionView::stray(&view.name, index, value));
    view.options = known.chain(strays).collect();
    view.other = or_other.then(|| {
        let name = other_field(&view.name);
        OtherView {
            id: option_id(&view.name, OTHER),
            value: OTHER,
            checked: is_chosen(OTHER),
            field_id: control_id(&name),
            values: super::text::shown_values(answers.values(&name)),
            problem: view.problem_of(&name),
            field: name,
        }
    });
}

pub(super) fn lines(name: &str, options: &[Opt], or_other: bool, setting: Setting<'_>) -> Vec<LineView> {
    let Setting { answers, language, .. } = setting;
    let mut lines = Vec::new();
    let chosen = answers.values(name);
    for (index, value) in chosen.iter().enumerate() {
        if chosen[..index].contains(value) {
            continue;
        }
        match options.iter().find(|option| option.value == *value) {
            Some(option) => lines.push(LineView::words(option.label.in_language(language))),
            None if or_other && value == OTHER => lines.push(LineView::text("other")),
            None => lines.push(LineView::words(value)),
        }
    }
    if or_other {
        lines.extend(super::text::lines(answers.values(&other_field(name))));
    }
    lines
}

fn other_field(name: &str) -> String {
    format!("{name}.{OTHER}")
}

fn is_known(options: &[Opt], or_other: bool, value: &str) -> bool {
    options.iter().any(|option| option.value == value) || (or_other && value == OTHER)
}
