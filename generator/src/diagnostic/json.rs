//! Problems for other programs.

use serde::Serialize;

use super::{Diagnostic, Severity, Texts};

/// What was found. The shape only ever gains fields.
#[derive(Serialize)]
struct Found<'a> {
    /// In the order of files, lines and columns.
    problems: Vec<Problem<'a>>,
    errors: usize,
    warnings: usize,
    infos: usize,
}

#[derive(Serialize)]
struct Problem<'a> {
    /// Stable id of the rule.
    rule: &'a str,
    /// `error`, `warning` or `info`.
    severity: &'a str,
    /// What happened, in the language asked for.
    message: String,
    /// What to do about it.
    hint: String,
    /// Path below the root, with `/`; null where the problem is in no file.
    file: Option<&'a str>,
    /// From 1; null where the file as a whole is meant.
    line: Option<u32>,
    /// From 1, in characters.
    column: Option<u32>,
    /// In characters.
    length: Option<u32>,
}

/// Writes problems as one JSON object on one line.
pub(crate) fn json(diagnostics: &[Diagnostic], texts: &Texts) -> String {
    let count = |severity| diagnostics.iter().filter(|problem| problem.rule.severity == severity).count();
    let found = Found {
        problems: diagnostics.iter().map(|diagnostic| problem(diagnostic, texts)).collect(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        infos: count(Severity::Info),
    };
    // Strings and numbers: there is nothing in it that JSON cannot hold.
    serde_json::to_string(&found).unwrap_or_default() + "\n"
}

fn problem<'a>(diagnostic: &'a Diagnostic, texts: &Texts) -> Problem<'a> {
    let place = diagnostic.place.as_ref();
    let line = place.filter(|place| place.line > 0);
    Problem {
        rule: diagnostic.rule.id,
        severity: diagnostic.rule.severity.id(),
        message: texts.message(diagnostic),
        hint: texts.hint(diagnostic),
        file: place.map(|place| place.file.as_str()),
        line: line.map(|place| place.line),
        column: line.map(|place| place.column),
        length: line.map(|place| place.length),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diagnostic::{Place, rule};

    #[test]
    fn problems_have_the_shape_that_is_documented() {
        let place = Place { file: "content/a.md".into(), line: 7, column: 3, length: 2 };
        let problems = [
            Diagnostic::new(rule::BASE_URL_MISSING, None),
            Diagnostic::new(rule::FILE_UNREFERENCED, Place::whole("content/b.pdf")),
            Diagnostic::new(rule::LINK_BROKEN, place).with("target", "c\"d"),
        ];
        let texts = Texts::in_language("en");
        let mut found: Value = serde_json::from_str(&super::json(&problems, &texts)).unwrap();
        let last = found["problems"].as_array_mut().unwrap().pop().unwrap();
        let expected = json!({
            "rule": "link-broken", "severity": "error", "file": "content/a.md", "line": 7, "column": 3, "length": 2,
            "message": texts.message(&problems[2]), "hint": texts.hint(&problems[2]),
        });
        assert_eq!(last, expected);
        assert_eq!((&found["errors"], &found["warnings"], &found["infos"]), (&json!(1), &json!(2), &json!(0)));
        assert_eq!(found["problems"][0]["file"], Value::Null);
        assert_eq!(
            (&found["problems"][1]["file"], &found["problems"][1]["line"]),
            (&json!("content/b.pdf"), &Value::Null)
        );
    }
}
