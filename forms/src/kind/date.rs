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

/// The months as they are numbered on seals and in letters: "7 VII 2019".
const ROMAN: [&str; 12] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];

/// What is wrong with one part of a day: the part, the key of what is said, and how often it was answered.
type Wrong = (&'static str, &'static str, usize);

impl Date {
    /// Reads the day that was answered. `None`: nothing was; `Err`: the parts that are no part of a day.
    fn read(&self, name: &str, answers: &Answers) -> Option<Result<[i16; 3], Vec<Wrong>>> {
        let written = PARTS.map(|part| answers.values(&field(name, part)));
        if written.iter().all(|values| values.iter().all(|value| value.trim().is_empty())) {
            return None;
        }
        let read = |part: &'static str, missing, wrong, values: &[String]| match values {
            [] => Err((part, missing, 0)),
            [value] if value.trim().is_empty() => Err((part, missing, 1)),
            [value] => self.part(part, value.trim()).ok_or((part, wrong, 1)),
            values => Err((part, "part_repeated", values.len())),
        };
        let [day, month, year] = written;
        let read = [
            read("day", "date_day_missing", "date_day", day),
            read("month", "date_month_missing", "date_month", month),
            read("year", "date_year_missing", "date_year", year),
        ];
        Some(match read {
            [Ok(day), Ok(month), Ok(year)] => Ok([day, month, year]),
            read => Err(read.into_iter().filter_map(Result::err).collect()),
        })
    }

    /// Reads the `part` of a day; none where no day has such a part.
    fn part(&self, part: &str, word: &str) -> Option<i16> {
        let (read, range) = match part {
            "day" => (digits(word), 1..=31),
            "month" => (self.month(word), 1..=12),
            _ => (digits(word), 1000..=9999),
        };
        read.filter(|number| range.contains(number))
    }

    fn month(&self, word: &str) -> Option<i16> {
        let name = word.trim_end_matches('.').to_lowercase();
        let named = self.months.iter().position(|names| names.contains(&name));
        let named = named.or_else(|| ROMAN.iter().position(|numeral| *numeral == name));
        named.and_then(|index| i16::try_from(index + 1).ok()).or_else(|| digits(word.trim_end_matches('.')))
    }
}

/// Returns the day of these numbers, where the calendar has it.
fn day_of([day, month, year]: [i16; 3]) -> Option<jiff::civil::Date> {
    jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

impl Asked for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        PARTS.map(|part| field(name, part)).to_vec()
    }

    fn mistakes(&self, question: &Question, answers: &Answers) -> Vec<Mistake> {
        let name = &question.name;
        let whole = |key| Mistake::new(name, key, control_id(&field(name, "day")));
        let part = |(part, key, count): Wrong| {
            let field = field(name, part);
            Mistake::new(name, key, control_id(&field)).about(&field).called(part).with("count", count)
        };
        match self.read(name, answers).map(|read| read.map(day_of)) {
            None => question.required.then(|| whole("date_empty")).into_iter().collect(),
            Some(Err(wrong)) => wrong.into_iter().map(part).collect(),
            Some(Ok(None)) => vec![whole("date_bad")],
            Some(Ok(Some(day))) => {
                let beyond = self.limits.beyond(|limit| day.cmp(limit), ["date_early", "date_late"]);
                let message = self.limits.message.as_ref();
                beyond.map(|(key, limit)| whole(key).with_day(*limit).in_words(message)).into_iter().collect()
            }
        }
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.least = self.limits.min.map(LineView::date);
        view.most = self.limits.max.map(LineView::date);
        view.fields = PARTS
            .map(|part| {
                let name = field(&view.name, part);
                let id = control_id(&name);
                FieldView {
                    text: Some(part),
                    label: String::new(),
                    values: text::shown_values(setting.answers.values(&name)),
                    autocomplete: self.birthday.then(|| format!("bday-{part}")),
                    // What is said of the whole day is said of each part.
                    invalid: view.problem.is_some() || view.problem_of(&name).is_some(),
                    problem: view.problem_of(&name),
                    id,
                    name,
                }
            })
            .to_vec();
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        match self.read(name, setting.answers).map(|read| read.ok().and_then(day_of)) {
            None => Vec::new(),
            Some(Some(date)) => vec![LineView::date(date)],
            Some(None) => {
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
