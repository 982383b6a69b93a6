//! Blocks, and which of the old ones each comes from.

use super::{Block, Edit, Run, Stretch, matching::Bag, stretches, words};

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
    let steps = steps(&bags(old), &bags(new));
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
