//! The words of `generator/i18n`, in the language of those who edit the site.

use std::{collections::BTreeMap, sync::LazyLock};

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use jiff::civil::Date;

use super::{Diagnostic, Rule, Severity, Spanned, human::one_line, rule};
use crate::yaml::{self, Fields};

/// The languages in which problems are told, each with its texts, which are compiled in.
const LANGUAGES: [(&str, &str); 2] =
    [("pl", include_str!("../../i18n/pl.yaml")), ("en", include_str!("../../i18n/en.yaml"))];
/// The language of those whose own is not among them, or who mistyped it.
const ELSE: &str = "pl";
/// Placeholders that stand for days.
const DAYS: [&str; 8] = ["date", "day", "earliest", "end", "latest", "other", "start", "working"];
const EXAMPLES: &str = include_str!("../../i18n/examples.yaml");

/// The sentences of the rules in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    /// Code of the language.
    language: String,
    rules: BTreeMap<String, RuleTexts>,
    /// Words for severities and kinds of values.
    words: BTreeMap<String, String>,
    /// The question asked when a near word is known.
    nearest: String,
    /// What commands say besides.
    phrases: BTreeMap<String, String>,
    /// Titles of groups of rules.
    groups: BTreeMap<String, String>,
    /// What the pages of rules say besides.
    reference: Reference,
}

/// What the pages of rules say besides the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) title: String,
    pub(crate) introduction: String,
    /// What abbreviations stand for.
    pub(crate) abbreviations: BTreeMap<String, String>,
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
    /// What the placeholders of the rule's texts stand for then.
    pub(crate) words: BTreeMap<String, String>,
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
        Self::read(language, text, &mut Vec::new())
    }

    fn read(language: &str, text: &str, problems: &mut Vec<Diagnostic>) -> Self {
        let node = match yaml::parse(&format!("i18n/{language}.yaml"), text) {
            Ok(node) => node,
            Err(problem) => {
                problems.push(problem);
                return Self::default();
            }
        };
        let mut fields = Fields::new(&node, problems);
        let texts = Self {
            language: language.to_owned(),
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
        forms::fill(&texts.message, |name| self.said(name, diagnostic, |value| self.day(value)))
    }

    /// Returns what to do about it; empty when there is nothing to say.
    pub(crate) fn hint(&self, diagnostic: &Diagnostic) -> String {
        let question = diagnostic.word("nearest").map(|_| self.nearest.as_str());
        let hint = self.rule(diagnostic.rule).map(|texts| texts.hint.as_str());
        let sentences: Vec<String> =
            question.into_iter().chain(hint).map(|sentence| self.mend(sentence, diagnostic)).collect();
        sentences.join(" ")
    }

    /// Returns what a command says, with its placeholders filled.
    pub(crate) fn phrase(&self, key: &str, values: &[(&str, &str)]) -> String {
        let phrase = self.phrases.get(key).map_or(key, String::as_str);
        forms::fill(phrase, |name| {
            let (name, forms) = counted(name);
            let (_, value) = values.iter().find(|(key, _)| *key == name)?;
            let day = || self.day(value).filter(|_| DAYS.contains(&name));
            Some(forms.map(|forms| self.form(value, forms)).or_else(day).unwrap_or_else(|| (*value).to_owned()))
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

    /// Returns what the pages of rules say besides.
    #[cfg(test)]
    pub(crate) fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Fills what to do: a day stands in it as it is to be written in a file.
    fn mend(&self, template: &str, diagnostic: &Diagnostic) -> String {
        forms::fill(template, |name| self.said(name, diagnostic, |_| None))
    }

    /// Returns what a placeholder stands for; `day` tells how a day is said.
    fn said(&self, name: &str, diagnostic: &Diagnostic, day: impl Fn(&str) -> Option<String>) -> Option<String> {
        let (name, forms) = counted(name);
        let value = diagnostic.word(name)?;
        if let Some(forms) = forms {
            return Some(self.form(value, forms));
        }
        let word = matches!(name, "expected" | "found" | "mend" | "day").then(|| self.words.get(value)).flatten();
        let day = DAYS.contains(&name).then(|| day(value)).flatten();
        Some(day.unwrap_or_else(|| one_line(word.map_or(value, String::as_str))))
    }

    /// Returns the form of a word that belongs to a number: `dzień|dni|dni`, in the order in which CLDR has the forms
    /// for whole numbers, the last for all others.
    fn form(&self, number: &str, forms: &str) -> String {
        let forms: Vec<&str> = forms.split('|').collect();
        let category = || {
            let rules = PluralRules::try_new_cardinal(self.language.parse::<Locale>().ok()?.into()).ok()?;
            Some(rules.category_for(number.parse::<u64>().ok()?))
        };
        let index = match category() {
            Some(PluralCategory::One) => 0,
            Some(PluralCategory::Few) => 1,
            _ => forms.len(),
        };
        forms.get(index).or(forms.last()).copied().unwrap_or_default().to_owned()
    }

    /// Returns a day as it is said in a sentence: `29 lipca 2021`.
    fn day(&self, value: &str) -> Option<String> {
        let day: Date = value.parse().ok().filter(|_| value.len() == 10)?;
        let month = self.words.get("months")?.split(' ').nth(usize::try_from(day.month()).ok()?.checked_sub(1)?)?;
        Some(format!("{} {month} {}", day.day(), day.year()))
    }
}

/// Splits a placeholder into its name and the forms of the word that belongs to its number: `days|dzień|dni|dni`.
fn counted(placeholder: &str) -> (&str, Option<&str>) {
    placeholder.split_once('|').map_or((placeholder, None), |(name, forms)| (name, Some(forms)))
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
pub(crate) fn examples() -> &'static BTreeMap<String, Example> {
    static READ: LazyLock<BTreeMap<String, Example>> = LazyLock::new(|| read_examples(&mut Vec::new()));
    &READ
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
        let words = words(&mut fields, "words");
        fields.finish();
        Some(Example { wrong: wrong?.value, right: right?.value, words })
    });
    fields.finish();
    examples.into_iter().map(unplaced).collect()
}

fn words(fields: &mut Fields<'_>, key: &'static str) -> BTreeMap<String, String> {
    let words = fields.map(key, yaml::string).into_iter().map(unplaced);
    words.map(|(key, word)| (key, word.value)).collect()
}

fn reference(node: &yaml::Node, problems: &mut Vec<Diagnostic>) -> Option<Reference> {
    let mut fields = Fields::new(node, problems);
    let (title, introduction) = (fields.required_string("title"), fields.required_string("introduction"));
    let abbreviations = words(&mut fields, "abbreviations");
    fields.finish();
    Some(Reference { title: title?.value, introduction: introduction?.value, abbreviations })
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
            let texts = Texts::read(language, text, &mut problems);
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
        for rule in rule::all() {
            let args: BTreeSet<&str> = rule.args.iter().copied().collect();
            assert_eq!(args, examples[rule.id].words.keys().map(String::as_str).collect(), "{}", rule.id);
        }
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
        let mends = ["boolean", "integer", "text", "list", "map", "date"].map(|kind| format!("mend-{kind}"));
        let keys = severities
            .into_iter()
            .chain(kinds)
            .chain(mends.iter().map(String::as_str))
            .chain(calendar::REASONS)
            .chain(["months"])
            .collect::<BTreeSet<&str>>();
        for texts in all_texts() {
            assert_eq!(keys, texts.words.keys().map(String::as_str).collect());
        }
    }

    #[test]
    fn days_and_numbers_are_said_as_the_language_says_them() {
        let [polish, english] = all_texts();
        let forms = |number: &str| polish.form(number, "dzień|dni|dniowi");
        assert_eq!(["1", "3", "12", "22", "25", "…"].map(forms), ["dzień", "dni", "dniowi", "dni", "dniowi", "dniowi"]);
        assert_eq!(["1", "2"].map(|number| english.form(number, "day|days")), ["day", "days"]);
        assert_eq!(polish.day("2021-07-29").as_deref(), Some("29 lipca 2021"));
        assert_eq!(english.day("2021-12-01").as_deref(), Some("1 December 2021"));
        assert_eq!(polish.day("29.07.2021"), None);
        let late = Diagnostic::new(rule::REPORT_LATE, None).with("date", "2021-09-01").with("latest", "2021-08-28");
        let late = late.with("working", "2021-08-27");
        assert!(polish.message(&late).contains("1 września 2021"), "{}", polish.message(&late));
        assert!(polish.hint(&late).contains("2021-08-27"), "a day to write: {}", polish.hint(&late));
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
