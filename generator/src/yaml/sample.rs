//! What a reader asks of a value, found out by letting it read a sample.
//!
//! A sample has nothing in it and notes what it is taken for and which fields are asked of it. Read again with samples for
//! the fields that were found, until nothing new is found, it tells all that a reader knows: what is told of a file
//! cannot differ from what reads it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Node, Value};
use crate::diagnostic::{Place, Spanned};

/// A value that only notes how it is read.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    noted: Arc<Mutex<Noted>>,
    fields: Vec<(Spanned<String>, Node)>,
    item: Option<Box<Node>>,
}

/// What a value is taken for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Taken {
    /// A word that is the same in every language; a number is the word written.
    Word,
    /// One of these words.
    OneOf(Vec<String>),
    /// A text for readers: in the language of the site, or by language.
    Text,
    /// Any scalar, as it was written.
    Written,
    /// A whole number.
    Integer,
    /// A whole number from the first to the second.
    Within(i64, i64),
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A list of items.
    List,
    /// Fields with names of the editor's own.
    Map,
    /// Fields with names that are known.
    Group,
}

/// All that is known of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Described {
    /// What it may be.
    pub(crate) taken: BTreeSet<Taken>,
    /// Of a group: name, whether it must be there, and what it is, in the order in which they are read.
    pub(crate) fields: Vec<(&'static str, bool, Described)>,
    /// Of a list or a map: what is in it.
    pub(crate) item: Option<Box<Described>>,
}

#[derive(Debug, Default)]
struct Noted {
    taken: BTreeSet<Taken>,
    fields: Vec<(&'static str, bool)>,
}

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.noted, &other.noted)
    }
}

impl Sample {
    /// Notes what it is taken for.
    pub(super) fn take(&self, taken: Taken) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).taken.insert(taken);
    }

    /// Notes that a field is asked for.
    pub(super) fn ask(&self, key: &'static str, required: bool) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        match noted.fields.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known |= required,
            None => noted.fields.push((key, required)),
        }
    }

    /// Returns samples for the fields known so far.
    pub(super) fn fields(&self) -> &[(Spanned<String>, Node)] {
        &self.fields
    }

    /// Returns a sample for what is in it.
    pub(super) fn item(&self) -> Option<&Node> {
        self.item.as_deref()
    }
}

/// Returns what `read` asks of the value that it is given.
pub(crate) fn describe(read: impl Fn(&Node)) -> Described {
    let mut known = Described::default();
    loop {
        let sample = sample(&known);
        read(&sample);
        let found = described(&sample);
        if found == known {
            return known;
        }
        known = found;
    }
}

fn sample(known: &Described) -> Node {
    let place = Place::whole("");
    let fields = known.fields.iter();
    let sample = Sample {
        noted: Arc::default(),
        fields: fields.map(|(key, _, field)| (Spanned::new((*key).to_owned(), place.clone()), sample(field))).collect(),
        item: known.item.as_deref().map(|item| Box::new(sample(item))),
    };
    Node { value: Value::Sample(sample), place: Place::whole(""), written: String::new(), cut: None }
}

fn described(node: &Node) -> Described {
    let Value::Sample(sample) = &node.value else { return Described::default() };
    let noted = sample.noted.lock().unwrap_or_else(PoisonError::into_inner);
    let field = |(key, required): &(&'static str, bool)| {
        let known = sample.fields.iter().find(|(name, _)| name.value == *key);
        (*key, *required, known.map(|(_, node)| described(node)).unwrap_or_default())
    };
    let holds = noted.taken.contains(&Taken::List) || noted.taken.contains(&Taken::Map);
    Described {
        fields: noted.fields.iter().map(field).collect(),
        item: holds.then(|| Box::new(sample.item().map(described).unwrap_or_default())),
        taken: noted.taken.clone(),
    }
}
