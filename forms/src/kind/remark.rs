use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Asked, Setting, text};
use crate::{
    Answers, Mistake, Place, PlaceGroup, PlaceView, Question, QuestionView, RemarkView,
    view::{FieldView, LineView, control_id},
};

/// Remarks on places of a document, each with the words it is about, what is proposed and why.
///
/// Each has fields of its own, `NAME.N.PART`. N says which belong together; it need not begin at 1 nor be without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Most remarks in one answer.
    pub max_remarks: usize,
    /// Most characters of each part.
    pub max_length: usize,
}

/// The parts of a remark, in the order in which they are asked.
const PARTS: [&str; 4] = [PLACE, "quote", TEXT, "reason"];
pub(crate) const PLACE: &str = "place";
const TEXT: &str = "text";

impl Remark {
    /// How many remarks where the form says nothing.
    pub const MAX_REMARKS: usize = 10;
    /// The limit of a part where the form sets none.
    pub const MAX_LENGTH: usize = 5000;

    /// Returns the remarks that were posted, by their number; one where there is none.
    fn posted(&self, name: &str, answers: &Answers) -> BTreeSet<usize> {
        let posted = answers.pairs().filter_map(|(field, _)| number_of(field, name));
        let mut posted: BTreeSet<_> = posted.filter(|number| *number <= self.max_remarks).collect();
        if posted.is_empty() {
            posted.insert(1);
        }
        posted
    }

    /// Tells what is wrong with the remark `number`, which is shown as the `ordinal`-th.
    fn mistakes_of(&self, question: &Question, answers: &Answers, (ordinal, number): (usize, usize)) -> Vec<Mistake> {
        let name = &question.name;
        let values = |part| answers.values(&field(name, number, part));
        let said = |part| values(part).iter().any(|value| !value.trim().is_empty());
        let unsaid = !said(TEXT) && (said("quote") || said("reason"));
        let of_part = |part: &&'static str| {
            let field = field(name, number, part);
            let mistake =
                |key| Mistake::new(name, key, control_id(&field)).about(&field).called(part).with("number", ordinal);
            match values(part) {
                [place] if *part == PLACE && Place::parse(place).is_none() => {
                    Some(mistake("remark_place").with("value", place))
                }
                [_, _, ..] => Some(mistake("remark_repeated").with("count", values(part).len())),
                _ if *part == TEXT && unsaid => Some(mistake("remark_text")),
                [value] if *part != PLACE => {
                    let (length, max) = (value.chars().count(), self.max_length);
                    let long = || mistake("remark_long").with("max", max).with("length", length);
                    (length > max).then(|| long().with("over", length - max))
                }
                _ => None,
            }
        };
        PARTS.iter().filter_map(of_part).collect()
    }
}

impl Asked for Remark {
    fn name(&self) -> &'static str {
        "remark"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        (1..=self.max_remarks).flat_map(|number| PARTS.map(|part| field(name, number, part))).collect()
    }

    fn mistakes(&self, question: &Question, answers: &Answers) -> Vec<Mistake> {
        let name = &question.name;
        let posted = self.posted(name, answers);
        let numbered = posted.iter().enumerate().map(|(index, number)| (index + 1, *number));
        let mut wrong: Vec<_> = numbered.flat_map(|number| self.mistakes_of(question, answers, number)).collect();
        let said =
            |number: &usize| answers.values(&field(name, *number, TEXT)).iter().any(|text| !text.trim().is_empty());
        if wrong.is_empty() && question.required && !posted.iter().any(said) {
            let first = field(name, posted.first().copied().unwrap_or(1), TEXT);
            wrong.push(Mistake::new(name, "remark_empty", control_id(&first)).about(&first));
        }
        wrong
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        let mut numbers = self.posted(&view.name, setting.answers);
        let next = numbers.last().map_or(1, |last| last + 1);
        // After the last one, so that no field of a remark that was removed comes to life again.
        let next = if next > self.max_remarks {
            (1..next).find(|number| !numbers.contains(number)).unwrap_or(1)
        } else {
            next
        };
        if setting.blank == Some(&view.name) && numbers.len() < self.max_remarks {
            numbers.insert(next);
        }
        let part = |number: usize, part: &'static str| {
            let name = field(&view.name, number, part);
            let id = control_id(&name);
            FieldView {
                text: Some(part),
                label: String::new(),
                values: text::shown_values(setting.answers.values(&name)),
                autocomplete: None,
                problem: view.problem_of(&name),
                invalid: view.problem_of(&name).is_some(),
                id,
                name,
            }
        };
        let remark = |number: usize| RemarkView {
            number,
            strays: setting
                .answers
                .values(&field(&view.name, number, PLACE))
                .iter()
                .map(|place| PlaceView::of(place, setting.documents))
                .collect(),
            place: part(number, PLACE),
            parts: PARTS[1..].iter().map(|name| part(number, name)).collect(),
        };
        view.remarks = numbers.iter().copied().map(remark).collect();
        view.places = setting.documents.iter().filter_map(PlaceGroup::newest).collect();
        view.max_length = Some(self.max_length);
        view.addable = numbers.len() < self.max_remarks;
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        let Setting { answers, documents, .. } = setting;
        let posted = self.posted(name, answers);
        let several = posted.len() > 1;
        let remark = |(index, number): (usize, usize)| {
            let lines = PARTS.iter().flat_map(|part| {
                let values = answers.values(&field(name, number, part)).iter();
                let said = values.filter(|value| !value.trim().is_empty());
                said.map(|value| match *part {
                    PLACE => LineView::place(PlaceView::of(value, documents)),
                    part => LineView::words(value).about_text(part),
                })
            });
            let mut lines: Vec<_> = lines.collect();
            if several && !lines.is_empty() {
                lines.insert(0, LineView::text("remark").numbered(index + 1));
            }
            lines
        };
        posted.iter().copied().enumerate().flat_map(remark).collect()
    }
}

/// Returns the number of the remark that the field belongs to, if it is one of the question `name`.
fn number_of(field: &str, name: &str) -> Option<usize> {
    let (number, part) = field.strip_prefix(name)?.strip_prefix('.')?.split_once('.')?;
    let read = number.parse::<usize>().ok().filter(|read| *read > 0 && read.to_string() == number);
    read.filter(|_| PARTS.contains(&part))
}

/// Returns the name of the field that tells what the remark `number` of the question `name` is about.
pub(crate) fn place_field(name: &str, number: usize) -> String {
    field(name, number, PLACE)
}

/// Returns the name of a field of the remark `number` of the question `name`.
fn field(name: &str, number: usize, part: &str) -> String {
    format!("{name}.{number}.{part}")
}
