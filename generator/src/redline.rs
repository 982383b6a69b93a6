//! What changed between two versions of a document: pure text in, no page and no file.
//!
//! 1. Finds for every section the one it was before: by id, then by text (`matching`).
//! 2. Pairs the blocks of a section with those they come from, split and joined paragraphs too (`blocks`).
//! 3. Compares the words of a pair; a number is one word, and phrases stay together (`words`).

mod blocks;
mod matching;
mod words;

use std::{
    collections::{BTreeMap, HashSet},
    hash::Hash,
    ops::Range,
};

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// A section of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// Unique in the version.
    pub(crate) id: String,
    pub(crate) title: String,
    /// Number of its chapter in the version.
    pub(crate) chapter: usize,
    /// Paragraphs, items, rows: none is empty or has a line break.
    pub(crate) blocks: Vec<String>,
}

/// What became of a section.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Index in the old version.
    pub(crate) old: Option<usize>,
    /// Index in the new version.
    pub(crate) new: Option<usize>,
    /// Whether it stands elsewhere among the sections that both versions have.
    pub(crate) moved: bool,
    pub(crate) title: Block,
    pub(crate) blocks: Vec<Block>,
}

/// The runs of a block, in the order of reading. A line break in a run is the border of two blocks: where a paragraph
/// was split it is inserted, where two were joined it is deleted.
pub(crate) type Block = Vec<Run>;

/// A stretch of words with one fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) edit: Edit,
    pub(crate) text: String,
}

/// The fate of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Kept,
    Deleted,
    Inserted,
}

/// What became of a section, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Other words, perhaps in another place.
    Changed,
    /// The same words in another place.
    Moved,
    New,
    Removed,
    Unchanged,
}

impl Change {
    /// Returns what became of the section.
    pub(crate) fn status(&self) -> Status {
        match (self.old, self.new) {
            (None, _) => Status::New,
            (_, None) => Status::Removed,
            _ if !std::iter::once(&self.title).chain(&self.blocks).all(is_kept) => Status::Changed,
            _ if self.moved => Status::Moved,
            _ => Status::Unchanged,
        }
    }
}

/// Tells whether all words of a block are kept.
pub(crate) fn is_kept(block: &Block) -> bool {
    block.iter().all(|run| run.edit == Edit::Kept)
}

/// Compares two versions: every section of both, in the order of the new version; a removed one stands after the one
/// that it followed.
pub(crate) fn compare(old: &[Section], new: &[Section]) -> Vec<Change> {
    let origins = matching::origins(old, new);
    let moved = matching::moved(old, new, &origins);
    let mut removed = removed_after(old.len(), &origins, &moved);
    let mut changes: Vec<Change> = Vec::with_capacity(new.len());
    let vanish = |index: usize| change(Some((index, &old[index])), None, false);
    changes.extend(removed.remove(&None).unwrap_or_default().into_iter().map(vanish));
    for (index, section) in new.iter().enumerate() {
        let origin = origins[index].map(|origin| (origin, &old[origin]));
        changes.push(change(origin, Some((index, section)), moved[index]));
        changes.extend(removed.remove(&Some(index)).unwrap_or_default().into_iter().map(vanish));
    }
    changes
}

fn change(old: Option<(usize, &Section)>, new: Option<(usize, &Section)>, moved: bool) -> Change {
    let whole = |edit: Edit, section: &Section| {
        let block = |text: &String| vec![Run { edit, text: text.clone() }];
        (block(&section.title), section.blocks.iter().map(block).collect())
    };
    let (title, blocks) = match (old, new) {
        (Some((_, old)), Some((_, new))) => {
            (words::diff(&old.title, &new.title), blocks::diff(&old.blocks, &new.blocks))
        }
        (Some((_, old)), None) => whole(Edit::Deleted, old),
        (None, Some((_, new))) => whole(Edit::Inserted, new),
        (None, None) => (Vec::new(), Vec::new()),
    };
    Change { old: old.map(|(index, _)| index), new: new.map(|(index, _)| index), moved, title, blocks }
}

/// Returns the removed sections by the new section after which each is told; `None` is before all.
fn removed_after(old: usize, origins: &[Option<usize>], moved: &[bool]) -> BTreeMap<Option<usize>, Vec<usize>> {
    let successors: BTreeMap<usize, usize> =
        origins.iter().enumerate().filter_map(|(index, origin)| Some(((*origin)?, index))).collect();
    let mut after: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut last = None;
    for index in 0..old {
        match successors.get(&index) {
            Some(successor) if moved[*successor] => {}
            Some(successor) => last = Some(*successor),
            None => after.entry(last).or_default().push(index),
        }
    }
    after
}

/// A stretch of two lists that are compared: kept, or one in place of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    kept: bool,
    old: Range<usize>,
    new: Range<usize>,
}

/// The most pairs of items among which is searched as they stand.
const LONG: usize = 1000 * 1000;

/// Compares two lists; kept and changed stretches take turns.
///
/// What stands in one list alone can never be kept, so it is left out of the search in long ones: its time grows with
/// the square of what differs. In short ones it helps to tell apart which of several commas was kept.
fn stretches<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut put = |kept: bool, old: Range<usize>, new: Range<usize>| {
        if old.is_empty() && new.is_empty() {
            return;
        }
        match stretches.last_mut().filter(|last| last.kept == kept) {
            Some(last) => (last.old.end, last.new.end) = (old.end, new.end),
            None => stretches.push(Stretch { kept, old, new }),
        }
    };
    let (from, to) = if old.len() * new.len() > LONG {
        (shared(old, new), shared(new, old))
    } else {
        ((0..old.len()).collect(), (0..new.len()).collect())
    };
    let items_old: Vec<_> = from.iter().map(|index| &old[*index]).collect();
    let items_new: Vec<_> = to.iter().map(|index| &new[*index]).collect();
    let (mut i, mut j) = (0, 0);
    for op in capture_diff_slices(Algorithm::Patience, &items_old, &items_new) {
        let (tag, kept_old, kept_new) = op.as_tag_tuple();
        for (a, b) in kept_old.zip(kept_new).filter(|_| tag == DiffTag::Equal) {
            let (a, b) = (from[a], to[b]);
            put(false, i..a, j..b);
            put(true, a..a + 1, b..b + 1);
            (i, j) = (a + 1, b + 1);
        }
    }
    put(false, i..old.len(), j..new.len());
    stretches
}

/// Returns the indices of what the other list has too.
fn shared<T: Eq + Hash>(list: &[T], other: &[T]) -> Vec<usize> {
    let other: HashSet<&T> = other.iter().collect();
    list.iter().enumerate().filter(|(_, item)| other.contains(item)).map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests;
