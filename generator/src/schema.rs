//! JSON Schemas of what editors write, for their editors to complete and to underline as they type.
//!
//! Made of what the readers ask for ([`crate::yaml::describe`]), with the descriptions of `i18n/schema`: there is no other
//! list of fields that could differ.

use serde_json::{Map, Value, json};

use crate::{
    content::{self, Kind},
    diagnostic::Diagnostic,
    yaml::{self, Described, Fields, Taken},
};

/// Descriptions by path of a field: the longest that fits is taken (`form.questions.label`, else `label`).
type Words = Vec<(String, String)>;

/// The folder beside the content that files lead to.
pub(crate) const FOLDER: &str = "schema";

const POLISH: &str = include_str!("../i18n/schema/pl.yaml");

/// Returns the schemas by name of file, in the order of [`Kind::ALL`].
pub(crate) fn all() -> Vec<(String, String)> {
    let words = words(&mut Vec::new());
    let schema = |kind: Kind| {
        let described = yaml::describe(|sample| content::read_sample(kind, sample));
        let mut schema = of(&described, kind.name(), &words);
        if let Value::Object(fields) = &mut schema {
            fields.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        }
        // The same bytes whether a crate elsewhere makes maps keep their order or not.
        schema.sort_all_objects();
        // Maps of strings: nothing that JSON cannot write.
        (format!("{}.json", kind.name()), serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n")
    };
    Kind::ALL.into_iter().map(schema).collect()
}

fn words(problems: &mut Vec<Diagnostic>) -> Words {
    let Ok(node) = yaml::parse("i18n/schema/pl.yaml", POLISH) else { return Words::new() };
    let mut fields = Fields::new(&node, problems);
    let words = fields.map("fields", yaml::string);
    fields.finish();
    words.into_iter().map(|(key, text)| (key.value, text.value)).collect()
}

/// Returns the schema of a value that stands at `path`.
fn of(described: &Described, path: &str, words: &Words) -> Value {
    // A word of a list is a word as well, and a number within bounds a number: the narrower is told.
    let narrower = |taken: &Taken| match taken {
        Taken::Word => described.taken.iter().any(|other| matches!(other, Taken::OneOf(_))),
        Taken::Integer => described.taken.iter().any(|other| matches!(other, Taken::Within(..))),
        _ => false,
    };
    let mut forms: Vec<Value> = described
        .taken
        .iter()
        .filter(|taken| !narrower(taken))
        .map(|taken| form(taken, described, path, words))
        .collect();
    let mut schema = if forms.len() == 1 { forms.remove(0) } else { json!({ "anyOf": forms }) };
    if let (Value::Object(fields), Some(text)) = (&mut schema, description(path, words)) {
        fields.insert("description".to_owned(), json!(text));
    }
    schema
}

fn form(taken: &Taken, described: &Described, path: &str, words: &Words) -> Value {
    let item = || described.item.as_deref().map_or_else(|| json!({}), |item| of(item, &format!("{path}[]"), words));
    match taken {
        Taken::Word => json!({ "type": ["string", "number"] }),
        Taken::OneOf(allowed) => json!({ "type": "string", "enum": allowed }),
        Taken::Text => json!({ "anyOf": [
            { "type": ["string", "number"] },
            { "type": "object", "additionalProperties": { "type": ["string", "number"] } },
        ] }),
        Taken::Written => json!({ "type": ["string", "number", "boolean"] }),
        Taken::Integer => json!({ "type": "integer" }),
        Taken::Within(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Taken::Boolean => json!({ "type": "boolean" }),
        Taken::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Taken::List => json!({ "type": "array", "items": item() }),
        Taken::Map => json!({ "type": "object", "additionalProperties": item() }),
        Taken::Group => {
            let properties = described
                .fields
                .iter()
                .map(|(key, _, field)| ((*key).to_owned(), of(field, &format!("{path}.{key}"), words)));
            let required: Vec<&str> =
                described.fields.iter().filter(|(_, required, _)| *required).map(|(key, _, _)| *key).collect();
            json!({
                "type": "object",
                "properties": properties.collect::<Map<_, _>>(),
                "required": required,
                "additionalProperties": false,
            })
        }
    }
}

/// Returns what a person reads of the field at `path`; what is inside of a list is told at the list.
fn description<'a>(path: &str, words: &'a Words) -> Option<&'a str> {
    if path.ends_with("[]") {
        return None;
    }
    let plain = path.replace("[]", "");
    let mut rest = Some(plain.as_str());
    while let Some(path) = rest {
        if let Some((_, text)) = words.iter().find(|(key, _)| key == path) {
            return Some(text);
        }
        rest = path.split_once('.').map(|(_, rest)| rest);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_description_and_every_description_its_field() {
        let mut problems = Vec::new();
        let words = words(&mut problems);
        assert_eq!(problems, []);
        let mut paths = Vec::new();
        for kind in Kind::ALL {
            let described = yaml::describe(|sample| content::read_sample(kind, sample));
            walk(&described, kind.name(), &mut paths);
        }
        let missing: Vec<_> = paths.iter().filter(|path| description(path, &words).is_none()).collect();
        assert!(missing.is_empty(), "without a description: {missing:#?}");
        let used = |key: &str| paths.iter().any(|path| *path == key || path.ends_with(&format!(".{key}")));
        let idle: Vec<_> = words.iter().map(|(key, _)| key).filter(|key| !used(key)).collect();
        assert!(idle.is_empty(), "descriptions of nothing: {idle:#?}");
    }

    fn walk(described: &Described, path: &str, paths: &mut Vec<String>) {
        paths.push(path.to_owned());
        assert!(!described.taken.is_empty(), "nobody reads {path}");
        for (key, _, field) in &described.fields {
            walk(field, &format!("{path}.{key}"), paths);
        }
        if let Some(item) = &described.item {
            let mut inner = Vec::new();
            walk(item, path, &mut inner);
            paths.extend(inner.into_iter().skip(1));
        }
    }
}
