//! Turns questions as written into the kinds there are.

use std::{collections::BTreeMap, str::FromStr};

use forms::{Kind, Question, kind};

use super::{Places, RawOptionList, RawQuestion};
use crate::diagnostic::{Diagnostic, Spanned, rule};

/// Named lists of options.
type Lists = BTreeMap<String, RawOptionList>;

/// Turns a question as written into one of the kinds there are.
///
/// `months` is what each month may be called.
pub(super) fn resolve(
    raw: RawQuestion,
    lists: &Lists,
    months: &[Vec<String>],
    problems: &mut Vec<Diagnostic>,
) -> Option<Question> {
    let kind = raw.kind.as_ref()?;
    let resolved = match kind.value.as_str() {
        "text" => Kind::Text(kind::Text {
            min_length: raw.min_length,
            max_length: raw.max_length.unwrap_or(kind::Text::MAX_LENGTH),
            autocomplete: autocomplete(&raw, &kind::Text::AUTOCOMPLETE, problems),
        }),
        "longtext" => Kind::Longtext(kind::Longtext {
            min_length: raw.min_length,
            max_length: raw.max_length.unwrap_or(kind::Longtext::MAX_LENGTH),
            rows: raw.height.unwrap_or(kind::Longtext::ROWS),
        }),
        "number" => {
            Kind::Number(kind::Number { decimals: raw.decimals.unwrap_or_default(), limits: limits(&raw, problems) })
        }
        "choice" => Kind::Choice(kind::Choice { options: offered(&raw, lists, problems)?, or_other: raw.or_other }),
        "choices" => Kind::Choices(kind::Choices {
            options: offered(&raw, lists, problems)?,
            or_other: raw.or_other,
            max_selected: raw.max_selected,
        }),
        "scale" => Kind::Scale(scale(&raw, problems)?),
        "matrix" => {
            Kind::Matrix(kind::Matrix { rows: rows(&raw, problems)?, options: offered(&raw, lists, problems)? })
        }
        "rank" => Kind::Rank(kind::Rank { options: offered(&raw, lists, problems)? }),
        "date" => {
            Kind::Date(kind::Date { limits: limits(&raw, problems), birthday: raw.birthday, months: months.to_vec() })
        }
        "email" => Kind::Email(kind::Email {}),
        "phone" => Kind::Phone(kind::Phone {}),
        "postcode" => Kind::Postcode(kind::Postcode {}),
        "name" => Kind::Name(kind::Name {
            autocomplete: autocomplete(&raw, &kind::Name::AUTOCOMPLETES, problems)
                .unwrap_or_else(|| kind::Name::AUTOCOMPLETE.to_owned()),
        }),
        "consent" => Kind::Consent(kind::Consent {
            statement: raw.statement.clone().or_else(|| {
                missing(&raw, "statement", problems);
                None
            })?,
        }),
        "remark" => Kind::Remark(kind::Remark {
            max_remarks: raw.max_remarks.unwrap_or(kind::Remark::MAX_REMARKS),
            max_length: raw.max_length.unwrap_or(kind::Remark::MAX_LENGTH),
        }),
        "section" => Kind::Section(kind::Section { text: raw.text.clone().unwrap_or_default(), paged: raw.paged }),
        "note" => Kind::Note(kind::Note { text: raw.text.clone().unwrap_or_default() }),
        unknown => {
            let problem = Diagnostic::new(rule::KIND_UNKNOWN, kind.place.clone()).with("kind", unknown);
            problems.push(problem.with("known", Kind::NAMES.join(", ")).nearest(unknown, Kind::NAMES));
            return None;
        }
    };
    report_strangers(&raw, &resolved, problems);
    Some(Question {
        name: raw.name.value,
        label: raw.label,
        hint: raw.hint,
        required: raw.required,
        when: None,
        kind: resolved,
    })
}

/// Returns where a question says what its answers are kept under.
pub(super) fn places(raw: &RawQuestion, lists: &Lists) -> Places {
    let list = raw.list.as_ref().and_then(|name| lists.get(&name.value));
    let values = [raw.options.as_ref().or(list), raw.rows.as_ref()].into_iter().flatten().flatten();
    Places {
        name: raw.name.place.clone(),
        kind: raw.kind.as_ref().unwrap_or(&raw.name).place.clone(),
        values: values.map(|(value, _)| (value.value.clone(), value.place.clone())).collect(),
    }
}

/// Reports what is written for another kind of question: it would do nothing, and the editor expects it to.
fn report_strangers(raw: &RawQuestion, kind: &Kind, problems: &mut Vec<Diagnostic>) {
    let offering = matches!(kind, Kind::Choice(_) | Kind::Choices(_) | Kind::Matrix(_) | Kind::Rank(_));
    let choosing = matches!(kind, Kind::Choice(_) | Kind::Choices(_));
    let writing = matches!(kind, Kind::Text(_) | Kind::Longtext(_));
    let scaling = matches!(kind, Kind::Scale(_));
    let limited = matches!(kind, Kind::Number(_) | Kind::Date(_));
    let written = [
        ("list", raw.list.is_some(), offering),
        ("options", raw.options.is_some(), offering),
        ("or_other", raw.or_other, choosing),
        ("max_selected", raw.max_selected.is_some(), matches!(kind, Kind::Choices(_))),
        ("min_length", raw.min_length.is_some(), writing),
        ("max_length", raw.max_length.is_some(), writing || matches!(kind, Kind::Remark(_))),
        ("rows", raw.height.is_some(), matches!(kind, Kind::Longtext(_))),
        ("rows", raw.rows.is_some(), matches!(kind, Kind::Matrix(_))),
        ("autocomplete", raw.autocomplete.is_some(), matches!(kind, Kind::Text(_) | Kind::Name(_))),
        ("decimals", raw.decimals.is_some(), matches!(kind, Kind::Number(_))),
        ("constraint", raw.constraint.is_some(), limited),
        ("constraint_message", raw.constraint_message.is_some(), limited),
        ("birthday", raw.birthday, matches!(kind, Kind::Date(_))),
        ("statement", raw.statement.is_some(), matches!(kind, Kind::Consent(_))),
        ("max_remarks", raw.max_remarks.is_some(), matches!(kind, Kind::Remark(_))),
        ("paged", raw.paged, matches!(kind, Kind::Section(_))),
        ("start", raw.start.is_some(), scaling),
        ("end", raw.end.is_some(), scaling),
        ("start_label", raw.start_label.is_some(), scaling),
        ("end_label", raw.end_label.is_some(), scaling),
        ("no_opinion", raw.no_opinion, scaling),
        ("text", raw.text.is_some(), !kind.asks()),
        ("hint", raw.hint.is_some(), kind.asks()),
        ("required", raw.required, kind.asks()),
    ];
    for (key, _, _) in written.iter().filter(|(_, there, wanted)| *there && !wanted) {
        let problem = Diagnostic::new(rule::KEY_OF_ANOTHER_KIND, raw.place.clone());
        let kind = raw.kind.as_ref().map(|kind| kind.value.clone()).unwrap_or_default();
        problems.push(problem.with("key", key).with("kind", kind));
    }
}

fn missing(raw: &RawQuestion, key: &'static str, problems: &mut Vec<Diagnostic>) {
    if is_mistyped(raw, key, problems) {
        return;
    }
    problems.push(Diagnostic::new(rule::FIELD_MISSING, raw.place.clone()).with("key", key));
}

/// Tells whether a field that is not there was reported as the mistyped name of one.
fn is_mistyped(raw: &RawQuestion, key: &str, problems: &[Diagnostic]) -> bool {
    let within = |problem: &Diagnostic| {
        problem.place.as_ref().is_some_and(|place| place.file == raw.place.file && place.line >= raw.place.line)
    };
    problems
        .iter()
        .any(|problem| problem.rule == rule::UNKNOWN_KEY && problem.word("nearest") == Some(key) && within(problem))
}

/// Reads what a browser may fill in; `off` and the like would take help from those who need it.
fn autocomplete(raw: &RawQuestion, known: &[&str], problems: &mut Vec<Diagnostic>) -> Option<String> {
    let token = raw.autocomplete.as_ref()?;
    if !known.contains(&token.value.as_str()) {
        let problem = Diagnostic::new(rule::AUTOCOMPLETE_BAD, token.place.clone());
        problems.push(problem.with("value", &token.value).with("known", known.join(", ")));
        return None;
    }
    Some(token.value.clone())
}

/// Reads the limits of numbers or days.
fn limits<T: FromStr + PartialOrd + ToString>(raw: &RawQuestion, problems: &mut Vec<Diagnostic>) -> kind::Limits<T> {
    let Some(constraint) = &raw.constraint else {
        if raw.constraint_message.is_some() {
            missing(raw, "constraint", problems);
        }
        return kind::Limits::default();
    };
    let mut read = |limit: &Option<Spanned<String>>| {
        let written = limit.as_ref()?;
        let read = written.value.parse().ok();
        if read.is_none() {
            let problem = Diagnostic::new(rule::CONSTRAINT_BAD, written.place.clone());
            problems.push(problem.with("value", &written.value));
        }
        read
    };
    let (min, max): (Option<T>, Option<T>) = (read(&constraint.min), read(&constraint.max));
    if let (Some(min), Some(max)) = (&min, &max)
        && min > max
    {
        let problem = Diagnostic::new(rule::CONSTRAINT_EMPTY, constraint.place.clone());
        problems.push(problem.with("min", min.to_string()).with("max", max.to_string()));
    }
    kind::Limits { min, max, message: raw.constraint_message.clone() }
}

fn rows(raw: &RawQuestion, problems: &mut Vec<Diagnostic>) -> Option<Vec<kind::Opt>> {
    let rows = raw.rows.as_ref().filter(|rows| !rows.is_empty());
    if rows.is_none() {
        missing(raw, "rows", problems);
    }
    Some(listed(rows?))
}

fn listed(list: &RawOptionList) -> Vec<kind::Opt> {
    list.iter().map(|(value, label)| kind::Opt { value: value.value.clone(), label: label.clone() }).collect()
}

fn offered(raw: &RawQuestion, lists: &Lists, problems: &mut Vec<Diagnostic>) -> Option<Vec<kind::Opt>> {
    let list = match (&raw.options, &raw.list) {
        (Some(options), _) if !options.is_empty() => options,
        (_, Some(name)) => {
            let Some(list) = lists.get(&name.value) else {
                let problem = Diagnostic::new(rule::LIST_UNKNOWN, name.place.clone()).with("name", &name.value);
                problems.push(problem.nearest(&name.value, lists.keys().map(String::as_str)));
                return None;
            };
            list
        }
        _ if ["options", "list"].into_iter().any(|key| is_mistyped(raw, key, problems)) => return None,
        _ => {
            let problem = Diagnostic::new(rule::OPTIONS_MISSING, raw.name.place.clone());
            problems.push(problem.with("question", &raw.name.value));
            return None;
        }
    };
    Some(listed(list))
}

fn scale(raw: &RawQuestion, problems: &mut Vec<Diagnostic>) -> Option<kind::Scale> {
    for (key, there) in [
        ("start", raw.start.is_some()),
        ("end", raw.end.is_some()),
        ("start_label", raw.start_label.is_some()),
        ("end_label", raw.end_label.is_some()),
    ] {
        if !there {
            missing(raw, key, problems);
        }
    }
    let (start, end) = (raw.start.as_ref()?, raw.end.as_ref()?);
    let points = end.value.saturating_sub(start.value);
    if !(1..kind::Scale::MAX_POINTS).contains(&points) {
        let problem = Diagnostic::new(rule::SCALE_BAD, end.place.clone());
        problems.push(problem.with("start", start.value).with("end", end.value));
        return None;
    }
    Some(kind::Scale {
        start: start.value,
        end: end.value,
        start_label: raw.start_label.clone()?,
        end_label: raw.end_label.clone()?,
        no_opinion: raw.no_opinion,
    })
}
