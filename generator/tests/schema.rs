//! The JSON Schemas, judged by a validator that is not ours: they take what the readers take, and refuse what they refuse
//! for its shape.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::{collections::BTreeMap, fs, path::Path};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use tree::{Tree, repository};
use walkdir::WalkDir;

/// Mistakes of the shape, by the name of their folder in `tests/fixtures/broken`: what a schema sees.
const SHAPES: [&str; 10] = [
    "field-missing",
    "field-missing-all",
    "field-missing-term",
    "kind-unknown",
    "number-bad",
    "unknown-key",
    "unknown-key-in-page",
    "unknown-key-in-question",
    "wrong-type",
    "wrong-type-list",
];

struct Validator {
    schemas: Schemas,
    kinds: BTreeMap<String, SchemaIndex>,
}

impl Validator {
    fn new() -> Self {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        let mut kinds = BTreeMap::new();
        for (name, text) in written() {
            let value: Value = serde_json::from_str(&text).unwrap();
            let address = format!("https://schema.example/{name}");
            compiler.add_resource(&address, value).unwrap();
            kinds.insert(name.trim_end_matches(".json").to_owned(), compiler.compile(&address, &mut schemas).unwrap());
        }
        assert!(kinds.len() > 4);
        Self { schemas, kinds }
    }

    /// Tells what is wrong with a file; nothing where it has no schema.
    fn mistake(&self, path: &str, text: &str) -> Option<String> {
        let (kind, yaml) = fields(path, text)?;
        let value: Value = match serde_yaml::from_str::<Value>(&yaml).ok()? {
            // Nothing written is a group without fields.
            Value::Null => Value::Object(serde_json::Map::new()),
            value => value,
        };
        let judged = self.schemas.validate(&value, self.kinds[kind]);
        judged.err().map(|error| format!("{path}: {error}"))
    }
}

/// Returns the kind of a file and its fields as YAML.
fn fields(path: &str, text: &str) -> Option<(&'static str, String)> {
    let text = text.replace("\r\n", "\n");
    if extension(path) == "md" {
        let matter = text.strip_prefix("---\n").and_then(|rest| Some(rest.split_once("\n---")?.0)).unwrap_or("{}");
        return Some(("page", matter.to_owned()));
    }
    let parts: Vec<&str> = path.split('/').collect();
    let kind = match parts.as_slice() {
        ["content", "site.yaml"] => "site",
        [.., "consultation.yaml"] => "consultation",
        [.., "schedule.yaml"] => "schedule",
        [.., "documents", _, "document.yaml"] => "document",
        [.., "forms", file] if extension(file) == "yaml" => "form",
        _ => return None,
    };
    (!path.contains("/published/")).then_some((kind, text))
}

fn extension(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// Returns the schemas by name of file.
fn written() -> BTreeMap<String, String> {
    let tree = Tree::empty();
    let outcome = tree.run(&["schema"]);
    assert_eq!(outcome.code, 0, "{}", outcome.complained);
    files(&tree.path("schema"))
}

/// Returns the texts below a folder by path.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let files = WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|file| file.file_type().is_file());
    let named = files.filter_map(|file| {
        let name = file.path().strip_prefix(folder).ok()?.display().to_string();
        Some((name, fs::read_to_string(file.path()).ok()?))
    });
    named.collect()
}

#[test]
fn what_is_in_the_repository_is_what_is_written() {
    let committed = repository().join("schema");
    if std::env::var_os("UPDATE").is_some() {
        for (name, text) in written() {
            fs::create_dir_all(&committed).unwrap();
            fs::write(committed.join(name), text).unwrap();
        }
    }
    assert_eq!(files(&committed), written(), "UPDATE=1 cargo test -p generator --test schema");
}

#[test]
fn good_files_are_taken() {
    let validator = Validator::new();
    let trees = ["content", "tests/fixtures/town/content", "tests/fixtures/versions/content"];
    let mut judged = 0;
    for folder in trees {
        for (path, text) in files(&repository().join(folder)) {
            let path = format!("content/{path}");
            let dated = ["start", "end", "due"]
                .iter()
                .fold(text, |text, mark| text.replace(&format!("{{{{{mark}}}}}"), "2026-05-04"));
            assert_eq!(validator.mistake(&path, &dated), None);
            judged += usize::from(fields(&path, &dated).is_some());
        }
    }
    assert!(judged > 20, "{judged}");
}

#[test]
fn mistakes_of_the_shape_are_refused() {
    let validator = Validator::new();
    for case in SHAPES {
        let files = files(&repository().join("tests/fixtures/broken").join(case));
        let mistakes = files.iter().filter(|(path, _)| path.starts_with("content/"));
        let mistakes: Vec<_> = mistakes.filter_map(|(path, text)| validator.mistake(path, text)).collect();
        assert_eq!(mistakes.len(), 1, "{case}: {mistakes:?}");
    }
}

#[test]
fn what_new_makes_is_taken_and_names_its_schema() {
    let validator = Validator::new();
    let tree = Tree::empty();
    tree.write("content/index.md", "# Miasto\n");
    for arguments in [
        &["new", "consultation", "--title", "Park", "--start", "2026-04-01", "--end", "2026-05-10"][..],
        &["new", "form", "ankieta"],
        &["new", "meeting", "--date", "2026-04-20", "--time", "17:00"],
        &["new", "page", "--title", "Dojazd", "--in", "park"],
    ] {
        assert_eq!(tree.run(arguments).code, 0, "{arguments:?}");
    }
    for (path, bytes) in tree.files() {
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(validator.mistake(&path, &text), None);
        wired(&path, &text);
    }
}

#[test]
fn the_files_of_the_city_name_their_schemas() {
    for (path, text) in files(&repository().join("content")) {
        wired(&format!("content/{path}"), &text);
    }
}

/// Sees to it that a YAML file leads to its schema, seen from where it stands.
fn wired(path: &str, text: &str) {
    let Some((kind, _)) = fields(path, text).filter(|_| extension(path) == "yaml") else { return };
    let up = "../".repeat(path.matches('/').count());
    let line = format!("# yaml-language-server: $schema={up}schema/{kind}.json");
    assert_eq!(text.lines().next(), Some(line.as_str()), "{path}");
}
