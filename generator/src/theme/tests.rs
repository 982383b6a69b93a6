use std::collections::BTreeSet;

use super::*;

/// The forms that CLDR names for numbers: a language has those that it needs.
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

fn texts(language: &str) -> Json {
    let compiled = base::source();
    let themes = Themes { source: &compiled, compiled: &compiled };
    themes.texts(&[BASE.to_owned()], language, &mut Vec::new()).unwrap()
}

fn placeholders(text: &str) -> BTreeSet<String> {
    let inner = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    inner.map(|(name, _)| name.to_owned()).collect()
}

/// Returns each text with its path and placeholders; the forms of a plural are one text.
fn flat(texts: &Json, path: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    match texts {
        Json::Object(fields) if fields.keys().all(|key| PLURALS.contains(&key.as_str())) => {
            assert!(fields.contains_key("other"), "{path} has no form for every number");
            let forms = fields.values().filter_map(Json::as_str);
            found.insert(path.to_owned(), forms.flat_map(placeholders).collect());
        }
        Json::Object(fields) => fields.iter().for_each(|(key, text)| flat(text, &format!("{path}.{key}"), found)),
        Json::String(text) => {
            // The patterns of dates are each language's own.
            let inner = if path.starts_with(".dates") { BTreeSet::new() } else { placeholders(text) };
            found.insert(path.to_owned(), inner);
        }
        other => {
            found.insert(path.to_owned(), other.as_array().map(|words| words.len().to_string()).into_iter().collect());
        }
    }
}

#[test]
fn every_language_of_the_base_theme_says_the_same() {
    let all = |language| {
        let mut found = BTreeMap::new();
        flat(&texts(language), "", &mut found);
        found
    };
    let polish = all("pl");
    assert!(polish.len() > 150, "{}", polish.len());
    for language in ["en", "uk"] {
        assert_eq!(all(language), polish, "{language}");
    }
}

#[test]
fn every_language_of_the_base_theme_has_addresses_that_are_kept_free() {
    let compiled = base::source();
    let node = yaml::parse("slugs.yaml", compiled.text("themes/base/slugs.yaml").unwrap()).unwrap();
    let slugs = json(&node);
    let reserved = |place: &str| slugs["reserved"][place].as_array().unwrap().clone();
    for language in ["pl", "en", "uk"] {
        let own = slugs[language].as_object().unwrap();
        assert!(own.keys().eq(slugs["pl"].as_object().unwrap().keys()), "{language}");
        for (name, slug) in own {
            let places = match name.as_str() {
                "accessibility" | "search" => ["root"].as_slice(),
                "changes" | "versions" | "whole" => &["document"],
                "attachments" => &["consultation", "document"],
                _ => &["consultation"],
            };
            assert!(places.iter().all(|place| reserved(place).contains(slug)), "{language}: {name} {slug}");
        }
    }
}
