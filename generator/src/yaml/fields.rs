//! Reads a group of fields and collects every problem instead of stopping at the first.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    Node, Value,
    sample::{Sample, Taken},
};
use crate::diagnostic::{Diagnostic, Place, Spanned, nearest, rule};

/// The fields of one map, taken by name; what nobody asked for is reported at the end.
#[must_use = "only `finish` reports unknown fields"]
pub(crate) struct Fields<'a> {
    entries: &'a [(Spanned<String>, Node)],
    place: &'a Place,
    /// Not a map at all: that is said once, and nothing is missing besides.
    broken: bool,
    /// Where what is asked for is noted, of a value that only notes it.
    sample: Option<&'a Sample>,
    known: Vec<&'static str>,
    problems: &'a mut Vec<Diagnostic>,
}

/// A text a reader sees: in the language of the site, or by language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    /// In the language of the site.
    Plain(String),
    /// By language code.
    ByLanguage(BTreeMap<String, Spanned<String>>),
}

impl Text {
    /// Returns the text by language; a plain one is in the language given.
    pub(crate) fn by_language(self, language: &str) -> BTreeMap<String, String> {
        match self {
            Self::Plain(text) => BTreeMap::from([(language.to_owned(), text)]),
            Self::ByLanguage(texts) => texts.into_iter().map(|(language, text)| (language, text.value)).collect(),
        }
    }
}

impl<'a> Fields<'a> {
    /// Starts to read a map; an empty value is a map without fields.
    pub(crate) fn new(node: &'a Node, problems: &'a mut Vec<Diagnostic>) -> Self {
        let sample = sample(node, || Taken::Group);
        let (entries, broken) = match &node.value {
            Value::Sample(sample) => (sample.fields(), false),
            Value::Map(fields) => (fields.as_slice(), false),
            Value::Null => (&[][..], false),
            _ => {
                problems.push(wrong_type(node, "map"));
                (&[][..], true)
            }
        };
        Self { entries, place: &node.place, broken, sample, known: Vec::new(), problems }
    }

    /// Returns where the map stands.
    pub(crate) fn place(&self) -> &'a Place {
        self.place
    }

    /// Returns where problems go, for those found between two fields.
    pub(crate) fn problems(&mut self) -> &mut Vec<Diagnostic> {
        self.problems
    }

    /// Returns the value of a field as it stands, unless it is absent or empty.
    pub(crate) fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|(_, node)| node).filter(|node| node.value != Value::Null)
    }

    /// Returns the value of a field as it stands, and reports an absent or empty one.
    pub(crate) fn required_node(&mut self, key: &'static str) -> Option<&'a Node> {
        let entry = self.entry(key);
        if let Some(sample) = self.sample {
            sample.ask(key, true);
            return entry.map(|(_, node)| node);
        }
        match entry {
            Some((_, node)) if !is_empty(node) => Some(node),
            _ if self.broken => None,
            Some((written, _)) => {
                self.problems.push(Diagnostic::new(rule::FIELD_EMPTY, written.place.clone()).with("key", key));
                None
            }
            None => {
                self.problems.push(Diagnostic::new(rule::FIELD_MISSING, self.place.clone()).with("key", key));
                None
            }
        }
    }

    /// Returns a name, an address or another word that is the same in every language.
    pub(crate) fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.one(key, string)
    }

    /// Returns the same as [`Self::string`] of a field that may be absent and must not be empty.
    pub(crate) fn filled_string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        if let Some((written, node)) = self.entry(key)
            && is_empty(node)
        {
            self.problems.push(Diagnostic::new(rule::FIELD_EMPTY, written.place.clone()).with("key", key));
            return None;
        }
        self.string(key)
    }

    /// Returns the same as [`Self::string`] of a field that must be there.
    pub(crate) fn required_string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.required(key, string)
    }

    /// Returns a text for readers.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Spanned<Text>> {
        self.one(key, text)
    }

    /// Returns the same as [`Self::text`] of a field that must be there.
    pub(crate) fn required_text(&mut self, key: &'static str) -> Option<Spanned<Text>> {
        self.required(key, text)
    }

    /// Returns a whole number.
    pub(crate) fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        self.one(key, integer)
    }

    /// Returns the same as [`Self::integer`] of a field that must be there.
    pub(crate) fn required_integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        self.required(key, integer)
    }

    /// Returns a yes or no.
    pub(crate) fn boolean(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        self.one(key, boolean)
    }

    /// Returns a day.
    pub(crate) fn date(&mut self, key: &'static str) -> Option<Spanned<Date>> {
        self.one(key, date)
    }

    /// Returns the same as [`Self::date`] of a field that must be there.
    pub(crate) fn required_date(&mut self, key: &'static str) -> Option<Spanned<Date>> {
        self.required(key, date)
    }

    /// Returns a scalar as it was written, so that `1.10` is not 1.1.
    pub(crate) fn source_text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.one(key, written)
    }

    /// Returns the same as [`Self::source_text`] of a field that must be there.
    pub(crate) fn required_source_text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.required(key, written)
    }

    /// Notes of a field, for those who write it, what it may be besides what its reader takes it for.
    pub(crate) fn note(&mut self, key: &'static str, taken: impl FnOnce() -> Taken) {
        if self.sample.is_some()
            && let Some((_, node)) = self.entry(key)
        {
            sample(node, taken);
        }
    }

    /// Reads one value in a way of its own, such as a map inside this one.
    pub(crate) fn one<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a Node, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        read(node, self.problems)
    }

    /// Reads one value in a way of its own, and reports an absent or empty one.
    pub(crate) fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a Node, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<T> {
        let node = self.required_node(key)?;
        read(node, self.problems)
    }

    /// Reads the items of a list; items that cannot be read are left out, an absent list is empty.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        read: impl FnMut(&'a Node, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Vec<T> {
        match self.node(key) {
            Some(node) => items(node, self.problems, read),
            None => Vec::new(),
        }
    }

    /// Reads the items of a list that must be there and hold something.
    pub(crate) fn required_list<T>(
        &mut self,
        key: &'static str,
        read: impl FnMut(&'a Node, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Vec<T> {
        match self.required_node(key) {
            Some(node) => items(node, self.problems, read),
            None => Vec::new(),
        }
    }

    /// Reads a map whose names are the editor's own, in the order written.
    pub(crate) fn map<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&'a Node, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Vec<(Spanned<String>, T)> {
        let Some(node) = self.node(key) else { return Vec::new() };
        if let Some(sample) = sample(node, || Taken::Map) {
            sample.item().and_then(|item| read(item, self.problems));
            return Vec::new();
        }
        let Value::Map(fields) = &node.value else {
            self.problems.push(wrong_type(node, "map"));
            return Vec::new();
        };
        fields.iter().filter_map(|(key, node)| Some((key.clone(), read(node, self.problems)?))).collect()
    }

    /// Reports the fields that nobody asked for. One that is a mistyped name of a field that is missing is one mistake:
    /// the missing one is not told besides.
    pub(crate) fn finish(self) {
        for (key, _) in self.entries {
            if self.known.contains(&key.value.as_str()) {
                continue;
            }
            let meant = nearest(&key.value, self.known.iter().copied());
            let missing = |problem: &Diagnostic| {
                problem.rule == rule::FIELD_MISSING
                    && problem.place.as_ref() == Some(self.place)
                    && problem.word("key") == meant
            };
            let told = self.problems.iter().rposition(missing);
            told.map(|told| self.problems.remove(told));
            let problem = Diagnostic::new(rule::UNKNOWN_KEY, key.place.clone()).with("key", &key.value);
            self.problems.push(match meant {
                Some(meant) => problem.with("nearest", meant),
                None => problem,
            });
        }
    }

    fn entry(&mut self, key: &'static str) -> Option<&'a (Spanned<String>, Node)> {
        self.known.push(key);
        if let Some(sample) = self.sample {
            sample.ask(key, false);
        }
        self.entries.iter().find(|(name, _)| name.value == key)
    }
}

/// Takes a value for a group of fields, whichever they are.
pub(crate) fn group(node: Node) -> Result<Node, Diagnostic> {
    match node.value {
        Value::Map(_) | Value::Null => Ok(node),
        _ => Err(wrong_type(&node, "map")),
    }
}

/// Reads the items of a list.
pub(crate) fn items<'a, T>(
    node: &'a Node,
    problems: &mut Vec<Diagnostic>,
    mut read: impl FnMut(&'a Node, &mut Vec<Diagnostic>) -> Option<T>,
) -> Vec<T> {
    if let Some(sample) = sample(node, || Taken::List) {
        sample.item().and_then(|item| read(item, problems));
        return Vec::new();
    }
    let Value::List(items) = &node.value else {
        problems.push(wrong_type(node, "list"));
        return Vec::new();
    };
    items.iter().filter_map(|item| read(item, problems)).collect()
}

/// Reads a word, free of outer white space; a number is the word written.
pub(crate) fn string(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    sample(node, || Taken::Word);
    let word = match &node.value {
        Value::String(word) => word,
        Value::Integer(_) | Value::Number => &node.written,
        _ => return refuse(node, "text", problems),
    };
    if let Some(cut) = &node.cut {
        problems.push(Diagnostic::new(rule::YAML_COMMENT, cut.clone()));
    }
    Some(Spanned::new(word.trim().to_owned(), node.place.clone()))
}

/// Reads a text for readers: a word, or a map from language to word.
pub(crate) fn text(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Spanned<Text>> {
    if sample(node, || Taken::Text).is_some() {
        return None;
    }
    let text = match &node.value {
        Value::Map(languages) => {
            let words =
                languages.iter().filter_map(|(language, node)| Some((language.value.clone(), string(node, problems)?)));
            Text::ByLanguage(words.collect())
        }
        _ => Text::Plain(string(node, problems)?.value),
    };
    Some(Spanned::new(text, node.place.clone()))
}

/// Reads a day, `2021-07-29`.
pub(crate) fn date(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Spanned<Date>> {
    sample(node, || Taken::Date);
    let Value::String(word) = &node.value else { return refuse(node, "date", problems) };
    // The parser of days takes more forms than editors should meet in one tree.
    let day = Some(word.trim()).filter(|day| day.len() == 10).and_then(|day| day.parse().ok());
    if day.is_none() {
        let problem = Diagnostic::new(rule::DATE_BAD, node.place.clone());
        problems.push(problem.with("value", word));
    }
    Some(Spanned::new(day?, node.place.clone()))
}

fn integer(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Spanned<i64>> {
    sample(node, || Taken::Integer);
    match node.value {
        Value::Integer(number) => Some(Spanned::new(number, node.place.clone())),
        _ => refuse(node, "integer", problems),
    }
}

fn boolean(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Spanned<bool>> {
    sample(node, || Taken::Boolean);
    match node.value {
        Value::Boolean(boolean) => Some(Spanned::new(boolean, node.place.clone())),
        _ => refuse(node, "boolean", problems),
    }
}

fn written(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    sample(node, || Taken::Written);
    match node.value {
        Value::List(_) | Value::Map(_) | Value::Sample(_) => refuse(node, "text", problems),
        _ => Some(Spanned::new(node.written.clone(), node.place.clone())),
    }
}

fn refuse<T>(node: &Node, expected: &'static str, problems: &mut Vec<Diagnostic>) -> Option<T> {
    if matches!(node.value, Value::Sample(_)) {
        return None;
    }
    problems.push(wrong_type(node, expected));
    None
}

/// Notes what a value is taken for, if it is one that notes it.
fn sample(node: &Node, taken: impl FnOnce() -> Taken) -> Option<&Sample> {
    let Value::Sample(sample) = &node.value else { return None };
    sample.take(taken());
    Some(sample)
}

fn wrong_type(node: &Node, expected: &'static str) -> Diagnostic {
    Diagnostic::new(rule::WRONG_TYPE, node.place.clone()).with("expected", expected).with("found", node.value.kind())
}

/// Returns whether a required field with this value is as good as absent.
fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(fields) => fields.is_empty(),
        _ => false,
    }
}
