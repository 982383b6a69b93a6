use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Asked, Setting, options::Opt, text};
use crate::{
    Answers, FieldView, Mistake, Question, QuestionView,
    view::{LineView, control_id},
};

/// Options put in order: each gets a place, 1 for the first. Whoever need not answer may give places to some only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    /// The options, in the order in which they are offered.
    pub options: Vec<Opt>,
}

impl Rank {
    /// Reads a place; none when it is not one of those there are.
    fn place(&self, written: &str) -> Option<usize> {
        let digits = written.trim().trim_end_matches('.');
        let short = digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let place = short.then(|| digits.parse::<usize>().ok()).flatten();
        place.filter(|place| (1..=self.options.len()).contains(place))
    }
}

impl Asked for Rank {
    fn name(&self) -> &'static str {
        "rank"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        self.options.iter().map(|option| field(name, option)).collect()
    }

    fn mistakes(&self, question: &Question, answers: &Answers) -> Vec<Mistake> {
        let mut taken = BTreeMap::<usize, &Opt>::new();
        let wrong = self.options.iter().filter_map(|option| {
            let name = field(&question.name, option);
            let mistake = |key| {
                let mistake = Mistake::new(&question.name, key, control_id(&name)).about(&name);
                mistake.with_text("option", &option.label).with("max", self.options.len())
            };
            let written = match answers.values(&name) {
                [] => return question.required.then(|| mistake("rank_empty")),
                [value] if value.trim().is_empty() => return question.required.then(|| mistake("rank_empty")),
                [value] => value,
                values => return Some(mistake("rank_repeated").with("count", values.len())),
            };
            let Some(place) = self.place(written) else { return Some(mistake("rank_bad")) };
            if let Some(other) = taken.get(&place) {
                return Some(mistake("rank_twice").with("place", place).with_text("other", &other.label));
            }
            taken.insert(place, option);
            None
        });
        wrong.collect()
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        let field = |option: &Opt| {
            let name = field(&view.name, option);
            let id = control_id(&name);
            FieldView {
                text: None,
                label: option.label.in_language(setting.language).to_owned(),
                values: text::shown_values(setting.answers.values(&name)),
                autocomplete: None,
                problem: view.problem_of(&name),
                invalid: view.problem_of(&name).is_some(),
                id,
                name,
            }
        };
        view.fields = self.options.iter().map(field).collect();
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        let ranked = self.options.iter().flat_map(|option| {
            let label = option.label.in_language(setting.language);
            let written = setting.answers.values(&field(name, option)).iter().filter(|value| !value.trim().is_empty());
            written.map(move |written| (self.place(written).unwrap_or(usize::MAX), written.trim(), label))
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_by_key(|(place, ..)| *place);
        ranked.into_iter().map(|(_, written, label)| LineView::words(label).about(written)).collect()
    }
}

fn field(name: &str, option: &Opt) -> String {
    format!("{name}.{}", option.value)
}
