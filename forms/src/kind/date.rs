use serde::{Deserialize, Serialize};

use super::{Asked, Limits, Setting, text};
use crate::{
    Answers, FieldView, Mistake, Question, QuestionView,
    view::{LineView, control_id},
};

/// A day, asked in three fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    /// The earliest and the latest.
    #[serde(default)]
    pub limits: Limits<jiff::civil::Date>,
    /// Whether it is the day of birth, which a browser may fill in.
    #[serde(default)]
    pub birthday: bool,
    /// What each month may be called, January first, in lower case: numbers are read whatever stands here.
    #[serde(default)]
    pub months: Vec<Vec<String>>,
}

/// The three fields, in the order in which they are asked.
const PARTS: [&str; 3] = ["day", "month", "year"];

impl Date {
    /// Reads the day that was answered. `None`: nothing was; `Err`: the part at fault and the key of the mistake.
    fn read(&self, name: &str, answers: &Answers) -> Option<Result<jiff::civil::Date, (&'static str, &'static str)>> {
        let written = PARTS.map(|part| answers.values(&field(name, part)));
        if written.iter().all(|values| values.iter().all(|value| value.trim().is_empty())) {
            return None;
        }
        let mut read = [0_i16; 3];
        for ((part, values), read) in PARTS.into_iter().zip(written).zip(&mut read) {
            let word = match values {
                [] => return Some(Err((part, "date_incomplete"))),
                [value] if value.trim().is_empty() => return Some(Err((part, "date_incomplete"))),
                [value] => value.trim(),
                _ => return Some(Err((part, "repeated"))),
            };
            let number = if part == "month" { self.month(word) } else { digits(word) };
            match number {
                Some(number) => *read = number,
                None => return Some(Err((part, "date_bad"))),
            }
        }
        let [day, month, year] = read;
        if !(1000..=9999).contains(&year) {
            return Some(Err(("year", "date_year")));
        }
        let small = |number: i16| i8::try_from(number).unwrap_or_default();
        Some(jiff::civil::Date::new(year, small(month), small(day)).map_err(|_| ("day", "date_bad")))
    }

    fn month(&self, word: &str) -> Option<i16> {
        let name = word.trim_end_matches('.').to_lowercase();
        let named = self.months.iter().position(|names| names.contains(&name));
        named.and_then(|index| i16::try_from(index + 1).ok()).or_else(|| digits(word))
    }
}

impl Asked for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        PARTS.map(|part| field(name, part)).to_vec()
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        let name = &question.name;
        let at = |part: &str| control_id(&field(name, part));
        match self.read(name, answers) {
            None => question.required.then(|| Mistake::new(name, "date_empty", at("day"))),
            Some(Err((part, "repeated"))) => {
                let count = answers.values(&field(name, part)).len();
                Some(Mistake::new(name, "repeated", at(part)).with("count", count))
            }
            Some(Err((part, key))) => Some(Mistake::new(name, key, at(part))),
            Some(Ok(date)) => {
                self.limits.mistake(&date, ["date_early", "date_late"], |key| Mistake::new(name, key, at("day")))
            }
        }
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        let faulty = view.problem.as_ref().map(|problem| problem.target.clone());
        view.fields = PARTS
            .map(|part| {
                let name = field(&view.name, part);
                let id = control_id(&name);
                FieldView {
                    text: Some(part),
                    label: String::new(),
                    values: text::shown_values(setting.answers.values(&name)),
                    autocomplete: self.birthday.then(|| format!("bday-{part}")),
                    invalid: faulty.as_ref() == Some(&id),
                    id,
                    name,
                }
            })
            .to_vec();
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        match self.read(name, setting.answers) {
            None => Vec::new(),
            Some(Ok(date)) => vec![LineView::date(date)],
            Some(Err(_)) => {
                let words = PARTS.iter().flat_map(|part| setting.answers.values(&field(name, part)));
                vec![LineView::words(words.map(String::as_str).collect::<Vec<_>>().join(" "))]
            }
        }
    }
}

fn field(name: &str, part: &str) -> String {
    format!("{name}.{part}")
}

fn digits(word: &str) -> Option<i16> {
    let short = word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    short.then(|| word.parse().ok()).flatten()
}
