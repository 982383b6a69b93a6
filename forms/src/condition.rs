use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Answers, Form, Kind, Question};

/// When a question is to be answered: by what an earlier one was answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Name of the earlier question.
    pub question: String,
    /// What its answer has to be.
    #[serde(flatten)]
    pub test: Test,
}

/// What an answer has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// One of these values, or several that one of these is among.
    AnyOf(Vec<String>),
    /// Any answer at all (`true`), or none (`false`).
    Answered(bool),
}

impl Test {
    fn holds(&self, question: &Question, answers: &Answers) -> bool {
        match self {
            Self::AnyOf(values) => answers.values(&question.name).iter().any(|value| values.contains(value)),
            Self::Answered(expected) => question.is_answered(answers) == *expected,
        }
    }
}

impl Form {
    /// Returns the names of the questions that `answers` leave to be answered, notes and sections among them.
    ///
    /// A question whose condition asks about one that itself is not to be answered is not to be answered either.
    pub fn applying(&self, answers: &Answers) -> BTreeSet<&str> {
        let mut applying = BTreeSet::new();
        let mut section_applies = true;
        for question in &self.questions {
            let holds = question.when.as_ref().is_none_or(|condition| {
                let asked = self.question(&condition.question).filter(|asked| applying.contains(asked.name.as_str()));
                asked.is_some_and(|asked| condition.test.holds(asked, answers))
            });
            if matches!(question.kind, Kind::Section(_)) {
                section_applies = holds;
            }
            if holds && section_applies {
                applying.insert(question.name.as_str());
            }
        }
        applying
    }

    /// Returns the question called `name`.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.name == name)
    }

    /// Returns the pages of the form: a paged section begins one, which reaches to the next.
    pub fn pages(&self) -> Vec<&[Question]> {
        let begins = |question: &Question| matches!(&question.kind, Kind::Section(section) if section.paged);
        let starts = self.questions.iter().enumerate().skip(1).filter(|(_, question)| begins(question));
        let mut starts: Vec<_> = starts.map(|(index, _)| index).collect();
        starts.insert(0, 0);
        let ends = starts.iter().skip(1).copied().chain([self.questions.len()]);
        starts.iter().zip(ends).map(|(start, end)| &self.questions[*start..end]).collect()
    }

    /// Returns the index of the page with the question `name`.
    pub fn page_with(&self, name: &str) -> Option<usize> {
        self.pages().iter().position(|page| page.iter().any(|question| question.name == name))
    }

    /// Returns the first page from `index` on with something to answer, where `answers` leave one.
    pub fn page_from(&self, index: usize, answers: &Answers) -> Option<&[Question]> {
        let applying = self.applying(answers);
        self.pages().into_iter().skip(index).find(|page| is_asked(page, &applying))
    }

    /// Returns the last page before `index` with something to answer.
    pub fn page_before(&self, index: usize, answers: &Answers) -> Option<&[Question]> {
        let applying = self.applying(answers);
        self.pages().into_iter().take(index).rfind(|page| is_asked(page, &applying))
    }
}

fn is_asked(page: &[Question], applying: &BTreeSet<&str>) -> bool {
    page.iter().any(|question| question.kind.asks() && applying.contains(question.name.as_str()))
}
