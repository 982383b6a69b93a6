use serde::{Deserialize, Serialize};

use super::{Asked, Limits, Setting, text};
use crate::{
    Answers, Mistake, Question, QuestionView,
    view::{LineView, control_id},
};

/// A number, whole unless the form allows decimals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// Most digits after the decimal mark.
    #[serde(default)]
    pub decimals: usize,
    /// The smallest and the largest.
    #[serde(default)]
    pub limits: Limits<i64>,
}

/// Most characters that are read as a number; more are a mistake of another kind.
const MAX_LENGTH: usize = 50;
/// Most digits of a number: what [`i128`] holds with decimals to spare.
const MAX_DIGITS: usize = 24;

/// Why a text is no number.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Letters,
    Decimals,
    Large,
}

impl Number {
    /// Most digits after the decimal mark that a form may allow.
    pub const MAX_DECIMALS: usize = 6;

    /// Reads a number as people write it: white space and apostrophes between digits do not count, nor do dots and
    /// commas that part groups of three. What stands there is the number times ten to the power of `decimals`.
    fn read(&self, written: &str) -> Result<i128, Wrong> {
        let bare: String = written.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’')).collect();
        let (sign, digits) = match bare.strip_prefix(['-', '−', '–']) {
            Some(digits) => (-1, digits),
            None => (1, bare.strip_prefix('+').unwrap_or(&bare)),
        };
        let (whole, fraction) = self.split(digits);
        let groups: Vec<_> = whole.split(['.', ',']).collect();
        let grouped = groups.len() == 1 || groups[1..].iter().all(|group| group.len() == 3) && groups[0].len() <= 3;
        let all = format!("{}{fraction}", groups.concat());
        if !grouped || groups[0].is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            let decimals = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
            let mark = digits.bytes().filter(|byte| !byte.is_ascii_digit()).count() == 1;
            return Err(if decimals && mark && digits.len() > 1 { Wrong::Decimals } else { Wrong::Letters });
        }
        if fraction.len() > self.decimals {
            return Err(Wrong::Decimals);
        }
        let padded = format!("{all}{}", "0".repeat(self.decimals - fraction.len()));
        let significant = padded.trim_start_matches('0');
        if significant.len() > MAX_DIGITS {
            return Err(Wrong::Large);
        }
        Ok(sign * significant.parse::<i128>().unwrap_or(0))
    }

    /// Parts digits at the decimal mark: where decimals are allowed, the last dot or comma, unless it comes twice.
    fn split<'a>(&self, digits: &'a str) -> (&'a str, &'a str) {
        let mark = digits
            .rfind(['.', ','])
            .filter(|&at| self.decimals > 0 && digits.matches(char::from(digits.as_bytes()[at])).count() == 1);
        mark.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]))
    }
}

impl Asked for Number {
    fn name(&self) -> &'static str {
        "number"
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        let mistake = |key| Mistake::new(&question.name, key, control_id(&question.name));
        if let Some(wrong) = text::line_mistake(question, answers, MAX_LENGTH) {
            return Some(wrong);
        }
        let written = answers.values(&question.name).first().filter(|value| !value.trim().is_empty())?;
        let unit = 10_i128.pow(u32::try_from(self.decimals).unwrap_or_default());
        match self.read(written) {
            Ok(number) => {
                let compare = |limit: &i64| number.cmp(&(i128::from(*limit) * unit));
                let (key, limit) = self.limits.beyond(compare, ["number_small", "number_large"])?;
                Some(mistake(key).with("limit", limit).in_words(self.limits.message.as_ref()))
            }
            Err(Wrong::Letters) => Some(mistake("number_bad")),
            Err(Wrong::Large) => Some(mistake("number_long")),
            Err(Wrong::Decimals) if self.decimals == 0 => Some(mistake("number_whole")),
            Err(Wrong::Decimals) => Some(mistake("number_decimals").with("decimals", self.decimals)),
        }
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.values = text::shown_values(setting.answers.values(&view.name));
        view.decimals = Some(self.decimals);
        view.least = self.limits.min.map(|least| LineView::words(least.to_string()));
        view.most = self.limits.max.map(|most| LineView::words(most.to_string()));
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        text::lines(setting.answers.values(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(decimals: usize, written: &str, expected: &Result<i128, Wrong>) {
        let number = Number { decimals, limits: Limits::default() };
        assert_eq!(number.read(written), *expected, "{written:?}");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for written in ["1234", " 1 234 ", "1\u{a0}234", "1\u{202f}234", "1.234", "1,234", "1'234", "+1234", "001234"] {
            check(0, written, &Ok(1234));
        }
        check(0, "−7", &Ok(-7));
        check(0, "1.234.567", &Ok(1_234_567));
        check(0, "0", &Ok(0));
        check(2, "1,5", &Ok(150));
        check(2, "1.234,56", &Ok(123_456));
        check(2, "1,234.5", &Ok(123_450));
        check(2, "1.234.567", &Ok(123_456_700));
    }

    #[test]
    fn what_could_be_misread_is_refused() {
        check(0, "1.5", &Err(Wrong::Decimals));
        check(0, "1,50", &Err(Wrong::Decimals));
        check(2, "1,555", &Err(Wrong::Decimals));
        check(0, "1.23.456", &Err(Wrong::Letters));
        for written in ["dwa", "1a", "-", ".", ",,", "1e5", "٣", "--1", "1-2"] {
            check(0, written, &Err(Wrong::Letters));
        }
        check(0, &"9".repeat(25), &Err(Wrong::Large));
    }
}
