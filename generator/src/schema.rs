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
            let properties = described.fields.iter().map(|(key, required, field)| {
                let schema = of(field, &format!("{path}.{key}"), words);
                let schema = if *required { filled(schema) } else { or_empty(schema) };
                ((*key).to_owned(), schema)
            });
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

/// Returns the schema of a field that must be there: one that is written and empty is missing.
fn filled(mut schema: Value) -> Value {
    each_form(&mut schema, &mut |form| {
        for (kind, least) in [("string", "minLength"), ("array", "minItems"), ("object", "minProperties")] {
            if types(form).iter().any(|known| known == kind) && !form.contains_key("enum") {
                form.insert(least.to_owned(), json!(1));
            }
        }
    });
    schema
}

/// Returns the schema of a field that may be left out: one without a value is left out.
fn or_empty(mut schema: Value) -> Value {
    let first = |form: &mut Map<String, Value>| {
        let mut types = types(form);
        types.push(json!("null"));
        form.insert("type".to_owned(), Value::Array(types));
        if let Some(Value::Array(allowed)) = form.get_mut("enum") {
            allowed.push(Value::Null);
        }
    };
    match schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        Some(forms) => forms.push(json!({ "type": "null" })),
        None => schema.as_object_mut().into_iter().for_each(first),
    }
    schema
}

/// Applies a change to every form that a value may have.
fn each_form(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    let Value::Object(form) = schema else { return };
    match form.get_mut("anyOf").and_then(Value::as_array_mut) {
        Some(forms) => forms.iter_mut().for_each(|form| each_form(form, change)),
        None => change(form),
    }
}

fn types(form: &Map<String, Value>) -> Vec<Value> {
    match form.get("type") {
        Some(Value::Array(types)) => types.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
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
#[allow(clippy::unwrap_used)]
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

    /// Returns a value that is taken, with no more than it needs.
    fn least(described: &Described) -> Value {
        match described.taken.iter().max().unwrap() {
            Taken::Word | Taken::Text | Taken::Written => json!("a"),
            Taken::OneOf(allowed) => json!(allowed[0]),
            Taken::Integer => json!(1),
            Taken::Within(least, _) => json!(least),
            Taken::Boolean => json!(true),
            Taken::Date => json!("2026-03-02"),
            Taken::List => json!([described.item.as_deref().map_or(json!("a"), least)]),
            Taken::Map => json!({ "a": described.item.as_deref().map_or(json!("a"), least) }),
            Taken::Group => described
                .fields
                .iter()
                .filter(|(_, needed, _)| *needed)
                .map(|(key, _, field)| ((*key).to_owned(), least(field)))
                .collect(),
        }
    }

    /// Judges a group with each of its fields empty, and the groups inside.
    fn judge(group: &Described, whole: &dyn Fn(Value) -> Value, taken: &dyn Fn(&Value) -> bool, judged: &mut usize) {
        let good = least(group);
        assert!(taken(&whole(good.clone())), "{good}");
        for (key, required, field) in &group.fields {
            let with = |value: Value| {
                let mut fields = good.clone();
                fields[*key] = value;
                whole(fields)
            };
            assert_eq!(taken(&with(Value::Null)), !required, "{key} without a value");
            let empty =
                [(Taken::Word, json!("")), (Taken::Text, json!("")), (Taken::List, json!([])), (Taken::Map, json!({}))];
            for (form, empty) in empty.into_iter().filter(|(form, _)| field.taken.contains(form)) {
                assert_eq!(taken(&with(empty.clone())), !required, "{key}: {empty}, {form:?}");
            }
            *judged += 1;
            if field.taken.contains(&Taken::Group) {
                judge(field, &with, taken, judged);
            }
            if let Some(item) = field.item.as_deref().filter(|item| item.taken.contains(&Taken::Group)) {
                let list = field.taken.contains(&Taken::List);
                let inside = |value: Value| with(if list { json!([value]) } else { json!({ "a": value }) });
                judge(item, &inside, taken, judged);
            }
        }
    }

    #[test]
    fn an_empty_field_is_refused_where_it_must_be_there_and_only_there() {
        let mut judged = 0;
        for (kind, (name, text)) in Kind::ALL.into_iter().zip(all()) {
            let described = yaml::describe(|sample| content::read_sample(kind, sample));
            let mut schemas = boon::Schemas::new();
            let mut compiler = boon::Compiler::new();
            let address = format!("https://schema.example/{name}");
            compiler.add_resource(&address, serde_json::from_str(&text).unwrap()).unwrap();
            let schema = compiler.compile(&address, &mut schemas).unwrap();
            judge(&described, &|value| value, &|value| schemas.validate(value, schema).is_ok(), &mut judged);
        }
        assert!(judged > 80, "{judged}");
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
