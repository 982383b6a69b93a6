//! The words of `generator/i18n`, in the language of those who edit the site.

use std::collections::BTreeMap;

use super::{Diagnostic, Rule, Severity, Spanned, human::one_line, rule};
use crate::yaml::{self, Fields};

/// The languages in which problems are told, each with its texts, which are compiled in.
const LANGUAGES: [(&str, &str); 2] =
    [("pl", include_str!("../../i18n/pl.yaml")), ("en", include_str!("../../i18n/en.yaml"))];
/// The language of those whose own is not among them, or who mistyped it.
const ELSE: &str = "pl";
const EXAMPLES: &str = include_str!("../../i18n/examples.yaml");

/// The sentences of the rules in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    rules: BTreeMap<String, RuleTexts>,
    /// Words for severities and kinds of values.
    words: BTreeMap<String, String>,
    /// The question asked when a near word is known.
    nearest: String,
    /// What commands say besides.
    phrases: BTreeMap<String, String>,
    /// Titles of groups of rules.
    groups: BTreeMap<String, String>,
    /// Title and introduction of the page of rules.
    reference: (String, String),
}

/// The sentences of one rule; message and hint have `{placeholders}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleTexts {
    /// What happened.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
    /// Why the rule is there.
    pub(crate) explanation: String,
    /// The law or the standard that asks for it.
    pub(crate) source: Option<String>,
}

/// What a rule is about, as an editor writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    /// As it breaks the rule.
    pub(crate) wrong: String,
    /// As it keeps it.
    pub(crate) right: String,
}

impl Texts {
    /// Names the languages in which there are texts.
    pub(crate) fn languages() -> [&'static str; 2] {
        LANGUAGES.map(|(language, _)| language)
    }

    /// Returns the texts in a language, Polish where there are none in it.
    ///
    /// A text that cannot be read is left out (a test sees to it that there is none), and the
    /// problem is then shown by the id of its rule.
    pub(crate) fn in_language(language: &str) -> Self {
        let texts = |wanted: &str| LANGUAGES.into_iter().find(|(language, _)| *language == wanted);
        let (language, text) = texts(language).or_else(|| texts(ELSE)).unwrap_or_default();
        Self::read(&format!("i18n/{language}.yaml"), text, &mut Vec::new())
    }

    fn read(file: &str, text: &str, problems: &mut Vec<Diagnostic>) -> Self {
        let node = match yaml::parse(file, text) {
            Ok(node) => node,
            Err(problem) => {
                problems.push(problem);
                return Self::default();
            }
        };
        let mut fields = Fields::new(&node, problems);
        let texts = Self {
            rules: fields.map("rules", RuleTexts::read).into_iter().map(unplaced).collect(),
            words: words(&mut fields, "words"),
            nearest: fields.required_string("nearest").map(|text| text.value).unwrap_or_default(),
            phrases: words(&mut fields, "phrases"),
            groups: words(&mut fields, "groups"),
            reference: fields.required("reference", reference).unwrap_or_default(),
        };
        fields.finish();
        texts
    }

    /// Returns the sentences of a rule, placeholders and all.
    pub(crate) fn rule(&self, rule: &Rule) -> Option<&RuleTexts> {
        self.rules.get(rule.id)
    }

    /// Returns what happened, as one sentence without a line break.
    pub(crate) fn message(&self, diagnostic: &Diagnostic) -> String {
        let Some(texts) = self.rule(diagnostic.rule) else {
            return diagnostic
                .args
                .iter()
                .fold(diagnostic.rule.id.to_owned(), |message, (name, value)| format!("{message} {name}={value}"));
        };
        self.fill(&texts.message, diagnostic)
    }

    /// Returns what to do about it; empty when there is nothing to say.
    pub(crate) fn hint(&self, diagnostic: &Diagnostic) -> String {
        let question = diagnostic.word("nearest").map(|_| self.nearest.as_str());
        let hint = self.rule(diagnostic.rule).map(|texts| texts.hint.as_str());
        let sentences: Vec<String> =
            question.into_iter().chain(hint).map(|sentence| self.fill(sentence, diagnostic)).collect();
        sentences.join(" ")
    }

    /// Returns what a command says, with its placeholders filled.
    pub(crate) fn phrase(&self, key: &str, values: &[(&str, &str)]) -> String {
        let phrase = self.phrases.get(key).map_or(key, String::as_str);
        forms::fill(phrase, |name| {
            let (_, value) = values.iter().find(|(key, _)| *key == name)?;
            Some((*value).to_owned())
        })
    }

    /// Returns that there is no rule `id`, with the one that may have been meant.
    pub(crate) fn unknown_rule(&self, id: &str) -> String {
        let told = self.phrase("unknown-rule", &[("rule", id)]);
        match super::nearest(id, rule::all().map(|rule| rule.id)) {
            Some(nearest) => format!("{told} {}", self.nearest.replace("{nearest}", nearest)),
            None => told,
        }
    }

    /// Returns the word for a severity.
    pub(crate) fn severity(&self, severity: Severity) -> &str {
        self.words.get(severity.id()).map_or(severity.id(), String::as_str)
    }

    /// Returns the title of a group of rules.
    #[cfg(test)]
    pub(crate) fn group<'a>(&'a self, group: &'a str) -> &'a str {
        self.groups.get(group).map_or(group, String::as_str)
    }

    /// Returns title and introduction of the page of rules.
    #[cfg(test)]
    pub(crate) fn reference(&self) -> (&str, &str) {
        (&self.reference.0, &self.reference.1)
    }

    fn fill(&self, template: &str, diagnostic: &Diagnostic) -> String {
        forms::fill(template, |name| {
            let value = diagnostic.word(name)?;
            let word = matches!(name, "expected" | "found" | "day").then(|| self.words.get(value)).flatten();
            Some(one_line(word.map_or(value, String::as_str)))
        })
    }
}

impl RuleTexts {
    fn read(node: &yaml::Node, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut fields = Fields::new(node, problems);
        let message = fields.required_string("message");
        let hint = fields.required_string("hint");
        let explanation = fields.required_string("explanation");
        let source = fields.string("source").map(|source| source.value);
        fields.finish();
        Some(Self { message: message?.value, hint: hint?.value, explanation: explanation?.value, source })
    }
}

/// Returns the example of each rule by its id.
pub(crate) fn examples() -> BTreeMap<String, Example> {
    read_examples(&mut Vec::new())
}

fn read_examples(problems: &mut Vec<Diagnostic>) -> BTreeMap<String, Example> {
    let node = match yaml::parse("i18n/examples.yaml", EXAMPLES) {
        Ok(node) => node,
        Err(problem) => {
            problems.push(problem);
            return BTreeMap::new();
        }
    };
    let mut fields = Fields::new(&node, problems);
    let examples = fields.map("examples", |node, problems| {
        let mut fields = Fields::new(node, problems);
        let (wrong, right) = (fields.required_string("wrong"), fields.required_string("right"));
        fields.finish();
        Some(Example { wrong: wrong?.value, right: right?.value })
    });
    fields.finish();
    examples.into_iter().map(unplaced).collect()
}

fn words(fields: &mut Fields<'_>, key: &'static str) -> BTreeMap<String, String> {
    let words = fields.map(key, yaml::string).into_iter().map(unplaced);
    words.map(|(key, word)| (key, word.value)).collect()
}

fn reference(node: &yaml::Node, problems: &mut Vec<Diagnostic>) -> Option<(String, String)> {
    let mut fields = Fields::new(node, problems);
    let (title, introduction) = (fields.required_string("title"), fields.required_string("introduction"));
    fields.finish();
    Some((title?.value, introduction?.value))
}

fn unplaced<T>((key, value): (Spanned<String>, T)) -> (String, T) {
    (key.value, value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::calendar;

    fn all_texts() -> [Texts; LANGUAGES.len()] {
        LANGUAGES.map(|(language, _)| Texts::in_language(language))
    }

    #[test]
    fn every_rule_has_its_texts_and_every_text_its_rule() {
        let known: BTreeSet<&str> = rule::all().map(|rule| rule.id).collect();
        assert_eq!(known.len(), rule::all().count(), "an id stands twice");
        for (language, text) in LANGUAGES {
            let mut problems = Vec::new();
            let texts = Texts::read("texts", text, &mut problems);
            assert_eq!(problems, []);
            assert_eq!(texts, Texts::in_language(language));
            assert_eq!(known, texts.rules.keys().map(String::as_str).collect(), "{language}");
            let groups: BTreeSet<&str> = rule::GROUPS.iter().map(|(group, _)| *group).collect();
            assert_eq!(groups, texts.groups.keys().map(String::as_str).collect(), "{language}");
        }
    }

    #[test]
    fn every_rule_has_its_example_and_every_example_its_rule() {
        let mut problems = Vec::new();
        let examples = read_examples(&mut problems);
        assert_eq!(problems, []);
        let known: BTreeSet<&str> = rule::all().map(|rule| rule.id).collect();
        assert_eq!(known, examples.keys().map(String::as_str).collect());
    }

    #[test]
    fn all_languages_say_the_same_things() {
        let [first, others @ ..] = all_texts();
        for other in others {
            assert!(first.words.keys().eq(other.words.keys()));
            assert!(first.phrases.keys().eq(other.phrases.keys()));
            for (rule, texts) in &first.rules {
                assert_eq!(texts.source.is_some(), other.rules[rule].source.is_some(), "{rule}");
            }
        }
    }

    #[test]
    fn texts_use_only_the_words_their_rule_carries() {
        for (texts, rule) in all_texts().iter().flat_map(|texts| rule::all().map(move |rule| (texts, rule))) {
            let RuleTexts { message, hint, explanation, .. } = texts.rule(rule).unwrap();
            let all = rule.args.iter().fold(Diagnostic::new(rule, None), |problem, arg| problem.with(arg, "x"));
            let filled = format!("{} {}", texts.message(&all), texts.hint(&all));
            assert!(!filled.replace("{#cel-1}", "").contains(['{', '}']), "{}: {message} {hint}", rule.id);
            let sentences = message.ends_with('.') && hint.ends_with(['.', '?']) && explanation.ends_with(['.', ')']);
            assert!(sentences, "{} ends without a stop", rule.id);
        }
    }

    #[test]
    fn every_kind_of_value_has_a_word() {
        let severities = ["error", "warning", "info"];
        let kinds = ["nothing", "boolean", "integer", "number", "text", "list", "map", "date"];
        let keys = severities.into_iter().chain(kinds).chain(calendar::REASONS).collect::<BTreeSet<&str>>();
        for texts in all_texts() {
            assert_eq!(keys, texts.words.keys().map(String::as_str).collect());
        }
    }

    #[test]
    fn an_unknown_rule_has_a_neighbour() {
        let texts = Texts::in_language("pl");
        assert_eq!(texts.unknown_rule("link-brokne"), "Nie ma zasady „link-brokne”. Czy chodziło o „link-broken”?");
        assert_eq!(texts.unknown_rule("xyz"), "Nie ma zasady „xyz”.");
        assert_eq!(Texts::in_language("fr"), texts);
    }

    #[test]
    fn what_comes_from_the_content_stays_on_its_line() {
        let problem = Diagnostic::new(rule::UNKNOWN_KEY, None).with("key", "a\n\u{1b}[31mb {key}");
        assert_eq!(Texts::in_language("pl").message(&problem), "Pole „a \u{fffd}[31mb {key}” nie jest znane.");
    }
}
