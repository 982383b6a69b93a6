//! Blocks, and which of the old ones each comes from.
//!
//! Few blocks are paired so that most words find their old place, every way weighed against every other. Many, such as
//! the rows of a long table, are first cut into few: at the pairs that words of theirs alone tell (`anchors`).

use std::collections::HashMap;

use super::{
    Block, Edit, Run, Stretch,
    matching::{Bag, longest_rise},
    stretches, words,
};

/// The most pairs of blocks of which every one is weighed.
const FEW: usize = 64 * 64;
/// The most blocks in a row that are weighed where nothing tells how many they were.
const ROW: usize = 64;

/// Compares the blocks of a section.
pub(super) fn diff(old: &[String], new: &[String]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for Stretch { kept, old: from, new: to } in stretches(old, new) {
        if kept {
            blocks.extend(new[to].iter().map(|text| whole(Edit::Kept, text)));
        } else {
            blocks.extend(rewritten(&old[from], &new[to]));
        }
    }
    blocks
}

fn whole(edit: Edit, text: &str) -> Block {
    vec![Run { edit, text: text.to_owned() }]
}

/// What one step through both lists does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Remove,
    Insert,
    Rewrite,
    /// One block became two.
    Split,
    /// Two blocks became one.
    Join,
}

impl Step {
    /// Returns how many old and how many new blocks it takes.
    fn takes(self) -> (usize, usize) {
        match self {
            Self::Remove => (1, 0),
            Self::Insert => (0, 1),
            Self::Rewrite => (1, 1),
            Self::Split => (1, 2),
            Self::Join => (2, 1),
        }
    }
}

/// Pairs blocks, none of which is equal, so that as many words as can be find their old place, and compares each pair.
fn rewritten(old: &[String], new: &[String]) -> Vec<Block> {
    let (from, to) = (bags(old), bags(new));
    let mut blocks = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (end_i, end_j) in cuts(&from, &to) {
        blocks.extend(weighed((&old[i..end_i], &from[i..end_i]), (&new[j..end_j], &to[j..end_j])));
        (i, j) = (end_i, end_j);
    }
    blocks
}

/// Returns where both lists are cut, in pieces so small that every way to pair their blocks can be weighed.
fn cuts(old: &[Bag<'_>], new: &[Bag<'_>]) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    let (mut i, mut j) = (0, 0);
    let ends = if old.len() * new.len() > FEW { anchors(old, new) } else { Vec::new() };
    for (end_i, end_j) in ends.into_iter().chain([(old.len(), new.len())]) {
        while (end_i - i) * (end_j - j) > FEW {
            (i, j) = (end_i.min(i + ROW), end_j.min(j + ROW));
            cuts.push((i, j));
        }
        cuts.push((end_i, end_j));
        (i, j) = (end_i, end_j);
    }
    cuts
}

/// Finds blocks that were each other for sure, in the order of both lists: they share words that no other block has.
fn anchors(old: &[Bag<'_>], new: &[Bag<'_>]) -> Vec<(usize, usize)> {
    let (before, after) = (bearers(old), bearers(new));
    let mut votes: HashMap<(usize, usize), usize> = HashMap::new();
    for (word, bearer) in &before {
        if let (Some(i), Some(Some(j))) = (bearer, after.get(word)) {
            *votes.entry((*i, *j)).or_default() += 1;
        }
    }
    // The old block of each new one; among equals the first in the text.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; new.len()];
    for ((i, j), votes) in votes {
        let known = best[j].is_some_and(|(other, most)| (most, other) > (votes, i) || (most == votes && other < i));
        if !known && pair(&old[i..], &new[j..]).is_some() {
            best[j] = Some((i, votes));
        }
    }
    let pairs: Vec<_> = best.iter().enumerate().filter_map(|(j, best)| Some((best.as_ref()?.0, j))).collect();
    let rising = longest_rise(&pairs.iter().map(|(i, _)| *i).collect::<Vec<_>>());
    let mut taken = None;
    pairs.into_iter().filter(|(i, _)| rising.contains(i) && taken.replace(*i) != Some(*i)).collect()
}

/// Returns the block that has each word, none where several have it.
fn bearers<'a>(blocks: &[Bag<'a>]) -> HashMap<&'a str, Option<usize>> {
    let mut bearers: HashMap<&'a str, Option<usize>> = HashMap::new();
    for (index, block) in blocks.iter().enumerate() {
        for word in block.words() {
            bearers
                .entry(word)
                .and_modify(|other| *other = other.filter(|other| *other == index))
                .or_insert(Some(index));
        }
    }
    bearers
}

/// Weighs every way to pair the blocks of two lists, and compares the pairs of the best.
fn weighed((old, from): (&[String], &[Bag<'_>]), (new, to): (&[String], &[Bag<'_>])) -> Vec<Block> {
    let steps = steps(from, to);
    let (mut i, mut j) = (0, 0);
    let mut blocks = Vec::new();
    while i < old.len() || j < new.len() {
        let step = steps[i * (new.len() + 1) + j].1;
        let (from, to) = step.takes();
        blocks.push(match step {
            Step::Remove => whole(Edit::Deleted, &old[i]),
            Step::Insert => whole(Edit::Inserted, &new[j]),
            Step::Rewrite | Step::Split | Step::Join => {
                words::diff(&old[i..i + from].join("\n"), &new[j..j + to].join("\n"))
            }
        });
        (i, j) = (i + from, j + to);
    }
    blocks
}

fn bags(blocks: &[String]) -> Vec<Bag<'_>> {
    blocks.iter().map(|block| Bag::of([block.as_str()])).collect()
}

/// Returns for every pair of rests of both lists how many words can be kept, and the first step that does it.
fn steps(old: &[Bag<'_>], new: &[Bag<'_>]) -> Vec<(usize, Step)> {
    let width = new.len() + 1;
    let mut steps = vec![(0, Step::Insert); (old.len() + 1) * width];
    for i in (0..=old.len()).rev() {
        for j in (0..=new.len()).rev() {
            let after = |step: Step, words: usize| {
                let (from, to) = step.takes();
                (words + steps[(i + from) * width + j + to].0, step)
            };
            let (from, to) = (&old[i..], &new[j..]);
            // The first of the best is taken: a removed block is told before a new one.
            let mut best = if from.is_empty() { (0, Step::Insert) } else { after(Step::Remove, 0) };
            let others = [
                to.first().map(|_| after(Step::Insert, 0)),
                pair(from, to).map(|words| after(Step::Rewrite, words)),
                split(from, to).map(|words| after(Step::Split, words)),
                split(to, from).map(|words| after(Step::Join, words)),
            ];
            for other in others.into_iter().flatten() {
                if other.0 > best.0 {
                    best = other;
                }
            }
            steps[i * width + j] = best;
        }
    }
    steps
}

/// Returns the common words of the first blocks, where half of all their words are.
fn pair(old: &[Bag<'_>], new: &[Bag<'_>]) -> Option<usize> {
    let (old, new) = (old.first()?, new.first()?);
    let common = old.common(new);
    (common > 0 && 4 * common >= old.len() + new.len()).then_some(common)
}

/// Returns the common words of one block and the two that it was split into: most words of each come from it.
fn split(one: &[Bag<'_>], two: &[Bag<'_>]) -> Option<usize> {
    let [first, second] = two.get(..2)? else { return None };
    let one = one.first()?;
    let comes = |part: &Bag<'_>| 10 * part.common(one) >= 7 * part.len() && part.len() > 0;
    if !comes(first) || !comes(second) {
        return None;
    }
    let common = one.common(&first.with(second));
    (20 * common >= 7 * (one.len() + first.len() + second.len())).then_some(common)
}
