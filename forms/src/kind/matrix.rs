use serde::{Deserialize, Serialize};

use super::{Asked, Setting, options::Opt};
use crate::{
    Answers, Mistake, OptionView, Question, QuestionView, RowView,
    view::{LineView, option_id, stray_id},
};

/// One of several options for each of several rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// What is asked about, each with a value that is its part of the field's name.
    pub rows: Vec<Opt>,
    /// The options, the same for each row.
    pub options: Vec<Opt>,
}

impl Matrix {
    fn offers(&self, value: &str) -> bool {
        self.options.iter().any(|option| option.value == value)
    }
}

impl Asked for Matrix {
    fn name(&self) -> &'static str {
        "matrix"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        self.rows.iter().map(|row| field(name, row)).collect()
    }

    fn mistakes(&self, question: &Question, answers: &Answers) -> Vec<Mistake> {
        let first = self.options.first().map(|option| option.value.as_str()).unwrap_or_default();
        let row = |row: &Opt| {
            let name = field(&question.name, row);
            let mistake =
                |key, target| Mistake::new(&question.name, key, target).about(&name).with_text("row", &row.label);
            match answers.values(&name) {
                [] => question.required.then(|| mistake("matrix_empty", option_id(&name, first))),
                [value] if self.offers(value) => None,
                [value] => Some(mistake("matrix_unknown", stray_id(&name, 0)).with("value", value)),
                values => Some(mistake("matrix_repeated", option_id(&name, first)).with("count", values.len())),
            }
        };
        self.rows.iter().filter_map(row).collect()
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        let Setting { answers, language, .. } = setting;
        let row = |row: &Opt| {
            let name = field(&view.name, row);
            let chosen = answers.values(&name);
            let known = self.options.iter().map(|option| OptionView {
                id: option_id(&name, &option.value),
                value: option.value.clone(),
                label: option.label.in_language(language).to_owned(),
                checked: chosen.contains(&option.value),
                stray: false,
            });
            let strays = chosen.iter().filter(|value| !self.offers(value)).enumerate();
            let strays = strays.map(|(index, value)| OptionView::stray(&name, index, value));
            RowView {
                label: row.label.in_language(language).to_owned(),
                options: known.chain(strays).collect(),
                problem: view.problem_of(&name),
                name,
            }
        };
        view.matrix = self.rows.iter().map(row).collect();
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        let Setting { answers, language, .. } = setting;
        let row = |row: &Opt| {
            let name = field(name, row);
            let about = row.label.in_language(language).to_owned();
            let said = answers.values(&name).iter().map(|value| {
                let known = self.options.iter().find(|option| option.value == *value);
                known.map_or(value.as_str(), |option| option.label.in_language(language))
            });
            said.map(|words| LineView::words(words).about(&about)).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(row).collect()
    }
}

fn field(name: &str, row: &Opt) -> String {
    format!("{name}.{}", row.value)
}
