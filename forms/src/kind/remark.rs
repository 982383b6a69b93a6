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

    fn mistake_of(&self, question: &Question, answers: &Answers, (ordinal, number): (usize, usize)) -> Option<Mistake> {
        let name = &question.name;
        let said = |part| answers.values(&field(name, number, part)).iter().any(|value| !value.trim().is_empty());
        for part in PARTS {
            let field = field(name, number, part);
            let target = control_id(&field);
            match answers.values(&field) {
                [] => {}
                [place] if part == PLACE => {
                    if Place::parse(place).is_none() {
                        return Some(Mistake::new(name, "unknown_option", target).with("value", place));
                    }
                }
                [value] => {
                    if let Some(mistake) = text::too_long(question, value, self.max_length, target) {
                        return Some(mistake);
                    }
                }
                values => return Some(Mistake::new(name, "repeated", target).with("count", values.len())),
            }
        }
        let unsaid = !said(TEXT) && (said("quote") || said("reason"));
        unsaid
            .then(|| Mistake::new(name, "remark_text", control_id(&field(name, number, TEXT))).with("number", ordinal))
    }
}

impl Asked for Remark {
    fn name(&self) -> &'static str {
        "remark"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        (1..=self.max_remarks).flat_map(|number| PARTS.map(|part| field(name, number, part))).collect()
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        let name = &question.name;
        let posted = self.posted(name, answers);
        let wrong = posted
            .iter()
            .enumerate()
            .find_map(|(index, number)| self.mistake_of(question, answers, (index + 1, *number)));
        wrong.or_else(|| {
            let said =
                |number: &usize| answers.values(&field(name, *number, TEXT)).iter().any(|text| !text.trim().is_empty());
            let empty = question.required && !posted.iter().any(said);
            let first = posted.first().copied().unwrap_or(1);
            empty.then(|| Mistake::new(name, "remark_empty", control_id(&field(name, first, TEXT))))
        })
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
        let faulty = view.problem.as_ref().map(|problem| problem.target.clone());
        let part = |number: usize, part: &'static str| {
            let name = field(&view.name, number, part);
            let id = control_id(&name);
            FieldView {
                text: Some(part),
                label: String::new(),
                values: text::shown_values(setting.answers.values(&name)),
                autocomplete: None,
                invalid: faulty.as_ref() == Some(&id),
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
