//! Entries in lists that editors wrote: text put behind the last one, taken only if it gives what was there and the entry.

use super::{Unmade, create, schemas};
use crate::{
    content,
    edit::{self, Edit},
    source::Source,
    yaml::{self, Node, Value},
};

/// Puts an entry behind the last one of a list that stands at the outermost level of a file; without the list it is made,
/// without the file that too.
pub(super) fn append(source: &Source, path: &str, key: &'static str, entry: &str) -> Result<Edit, Unmade> {
    let indented = |by: usize| {
        let lines = entry.lines().map(|line| format!("{}{line}", " ".repeat(by)));
        lines.collect::<Vec<_>>().join("\n")
    };
    let Some(read) = source.text(path) else {
        // Of the files with lists only the schedule may be missing.
        let wire = format!("# yaml-language-server: $schema={}/{}.json", schemas(path), content::Kind::Schedule.name());
        return Ok(create(path.to_owned(), &format!("{wire}\n{key}:\n{}\n", indented(2))));
    };
    let unlisted = |empty| Unmade::Unlisted { key, path: path.to_owned(), empty };
    let before = yaml::parse(path, read).map_err(|_| unlisted(false))?;
    let refused = || unlisted(matches!(value(&before, key), Some(Value::List(entries)) if entries.is_empty()));
    let (line, text) = match list(read, key) {
        Some((line, indent)) => (line, format!("\n{}", indented(indent))),
        None => (read.lines().count(), format!("\n\n{key}:\n{}", indented(2))),
    };
    let at = vec![(line, text)];
    let after = yaml::parse(path, &edit::inserted(read, &at)).map_err(|_| refused())?;
    let same = entries(&before, key).is_some_and(|old| {
        entries(&after, key).is_some_and(|new| new.len() == old.len() + 1 && same_values(&new[..old.len()], old))
    });
    same.then(|| Edit::Insert { path: path.to_owned(), read: read.to_owned(), at }).ok_or_else(refused)
}

/// Returns the last line (from 1) of the entries of a list, and how far they are indented.
fn list(text: &str, key: &str) -> Option<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let opens = |line: &&str| {
        let behind = line.strip_prefix(key).and_then(|rest| rest.strip_prefix(':'));
        behind.is_some_and(|rest| {
            rest.trim().is_empty() || rest.trim_start().starts_with('#') && rest.starts_with([' ', '\t'])
        })
    };
    let start = lines.iter().position(opens)?;
    let belongs = |line: &&str| line.is_empty() || line.starts_with([' ', '-', '#', '\t']);
    let block = lines[start + 1..].iter().take_while(|line| belongs(line)).copied();
    let mut indent = None;
    let mut last = start;
    for (index, line) in block.enumerate() {
        let words = line.trim_start();
        if indent.is_none() && words.starts_with('-') {
            indent = Some(line.len() - words.len());
        }
        // A comment at the edge belongs to what follows.
        if !words.is_empty() && !line.starts_with('#') {
            last = start + 1 + index;
        }
    }
    Some((last + 1, indent.unwrap_or(2)))
}

/// Returns the entries of a list; what is absent or empty has none.
fn entries<'a>(file: &'a Node, key: &str) -> Option<&'a [Node]> {
    match value(file, key) {
        Some(Value::List(entries)) => Some(entries),
        Some(Value::Null) => Some(&[]),
        Some(_) => None,
        None => matches!(file.value, Value::Map(_) | Value::Null).then_some(&[]),
    }
}

fn value<'a>(file: &'a Node, key: &str) -> Option<&'a Value> {
    let Value::Map(fields) = &file.value else { return None };
    fields.iter().find(|(name, _)| name.value == key).map(|(_, node)| &node.value)
}

/// Tells whether two lists of values are equal, wherever they stand.
fn same_values(a: &[Node], b: &[Node]) -> bool {
    let same = |(a, b): (&Node, &Node)| match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => same_values(a, b),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((key, a), (other, b))| {
                    key.value == other.value && same_values(std::slice::from_ref(a), std::slice::from_ref(b))
                })
        }
        (left, right) => left == right && a.written == b.written,
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}
