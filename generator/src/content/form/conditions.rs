//! Conditions of questions: they may ask about what was asked before, and must be able to come true.

use std::collections::{BTreeMap, BTreeSet};

use forms::{Condition, Kind, Question, Test};

use super::{RawCondition, RawQuestion};
use crate::diagnostic::{Diagnostic, Spanned, rule};

/// Reads the condition of `raw`, which follows the questions `before`; `names` has those that could not be read, too,
/// and `lines` tells where each question of the form stands.
pub(super) fn resolve(
    raw: &RawQuestion,
    before: &[Question],
    names: &BTreeMap<String, u32>,
    lines: &BTreeMap<String, u32>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Condition> {
    let when = raw.when.as_ref()?;
    let asked = before.iter().find(|question| question.name == when.question.value && question.kind.asks());
    let Some(asked) = asked else {
        let named = &when.question.value;
        let broken = names.contains_key(named) && *named != raw.name.value;
        if broken && !before.iter().any(|question| question.name == *named) {
            // Whatever is wrong with that question has been told.
            return None;
        }
        if let Some(line) = lines.get(named).filter(|_| !names.contains_key(named)) {
            let problem = Diagnostic::new(rule::CONDITION_LATER, when.question.place.clone());
            problems.push(problem.with("name", named).with("line", line));
            return None;
        }
        let problem = Diagnostic::new(rule::CONDITION_QUESTION, when.question.place.clone());
        let known = before.iter().filter(|question| question.kind.asks()).map(|question| question.name.as_str());
        problems.push(problem.with("name", &when.question.value).nearest(&when.question.value, known));
        return None;
    };
    let test = test(when, asked, problems)?;
    let condition = Condition { question: asked.name.clone(), test };
    let is_section = raw.kind.as_ref().is_some_and(|kind| kind.value == "section");
    let section = before.iter().rev().find(|question| matches!(question.kind, Kind::Section(_)));
    let outer = section.filter(|_| !is_section).and_then(|section| section.when.as_ref());
    if !can_hold([Some(&condition), outer].into_iter().flatten(), before) {
        let problem = Diagnostic::new(rule::QUESTION_UNREACHABLE, when.place.clone());
        problems.push(problem.with("question", &raw.name.value));
    }
    Some(condition)
}

fn test(when: &RawCondition, asked: &Question, problems: &mut Vec<Diagnostic>) -> Option<Test> {
    match (when.any_of.as_slice(), &when.answered) {
        ([], Some(answered)) => Some(Test::Answered(answered.value)),
        ([_, ..], None) => {
            let values = asked.kind.values().unwrap_or_default();
            let strange = when.any_of.iter().filter(|value| !values.contains(&value.value));
            let strange: Vec<_> = strange.map(|value| unknown_value(value, asked, &values)).collect();
            let right = strange.is_empty();
            problems.extend(strange);
            right.then(|| Test::AnyOf(when.any_of.iter().map(|value| value.value.clone()).collect()))
        }
        _ => {
            problems.push(Diagnostic::new(rule::CONDITION_TEST, when.place.clone()));
            None
        }
    }
}

fn unknown_value(value: &Spanned<String>, asked: &Question, values: &[String]) -> Diagnostic {
    let rule = if values.is_empty() { rule::CONDITION_FREE } else { rule::CONDITION_VALUE };
    let problem = Diagnostic::new(rule, value.place.clone()).with("question", &asked.name);
    if values.is_empty() {
        return problem;
    }
    problem.with("value", &value.value).nearest(&value.value, values.iter().map(String::as_str))
}

/// Tells whether `conditions`, with all that they in turn depend on, can be true at once.
fn can_hold<'a>(conditions: impl Iterator<Item = &'a Condition>, before: &'a [Question]) -> bool {
    let mut todo: Vec<_> = conditions.collect();
    let mut all: Vec<&Condition> = Vec::new();
    while let Some(condition) = todo.pop() {
        all.push(condition);
        // What is asked about is asked under a condition of its own, and of its section.
        let index = before.iter().position(|question| question.name == condition.question);
        let until = index.map_or(&[][..], |index| &before[..=index]);
        let section = until.iter().rev().find(|question| matches!(question.kind, Kind::Section(_)));
        let outer = [until.last(), section].into_iter().flatten().filter_map(|question| question.when.as_ref());
        todo.extend(outer.filter(|outer| !all.contains(outer)));
    }
    before.iter().all(|question| {
        let about = all.iter().filter(|condition| condition.question == question.name);
        let mut answered = None;
        let mut left: Option<BTreeSet<&String>> = None;
        for condition in about {
            let needs = !matches!(condition.test, Test::Answered(false));
            if answered.replace(needs).is_some_and(|other| other != needs) {
                return false;
            }
            if let Test::AnyOf(values) = &condition.test
                && question.kind.is_single()
            {
                let values: BTreeSet<_> = values.iter().collect();
                let both = left.map_or(values.clone(), |left| left.intersection(&values).copied().collect());
                if both.is_empty() {
                    return false;
                }
                left = Some(both);
            }
        }
        true
    })
}
