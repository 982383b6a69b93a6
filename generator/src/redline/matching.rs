//! Which section was which.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Section, words};

/// Words of a text without their order, to tell how alike two texts are.
#[derive(Debug)]
pub(super) struct Bag<'a>(Vec<&'a str>);

impl<'a> Bag<'a> {
    /// Returns the words of some texts.
    pub(super) fn of(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words: Vec<_> =
            texts.into_iter().flat_map(words::tokens).filter(|token| words::is_word(token)).collect();
        words.sort_unstable();
        Self(words)
    }

    /// Returns the words of both.
    pub(super) fn with(&self, other: &Self) -> Self {
        let mut words = [self.0.as_slice(), &other.0].concat();
        words.sort_unstable();
        Self(words)
    }

    /// Returns the words, equal ones beside each other.
    pub(super) fn words(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().copied()
    }

    /// Returns how many words there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns how many words both have.
    pub(super) fn common(&self, other: &Self) -> usize {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = 0;
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let order = a.cmp(b);
            common += usize::from(order.is_eq());
            if order.is_le() {
                left.next();
            }
            if order.is_ge() {
                right.next();
            }
        }
        common
    }

    /// Returns how alike two texts are, in thousandths of their words.
    fn likeness(&self, other: &Self) -> usize {
        2000 * self.common(other) / (self.len() + other.len()).max(1)
    }
}

/// The least likeness, in thousandths, of two sections with different ids that are taken for one.
const ALIKE: usize = 600;
/// The least words of a text that tells a section without its title.
const TELLING: usize = 8;

/// Finds for every new section the old one that it was: by id, then by equal text, then by the most words in common.
pub(super) fn origins(old: &[Section], new: &[Section]) -> Vec<Option<usize>> {
    let mut origins = vec![None; new.len()];
    let mut left: BTreeSet<usize> = (0..old.len()).collect();
    take_equal(old, new, &mut origins, &mut left, |section| Some(section.id.as_str()));
    take_equal(old, new, &mut origins, &mut left, told_by_text);
    take_alike(old, new, &mut origins, &mut left);
    origins
}

/// Returns what tells a section by its text: a short one, such as "To be written", needs its title besides.
fn told_by_text(section: &Section) -> Option<(&[String], Option<&str>)> {
    let is_short = Bag::of(section.blocks.iter().map(String::as_str)).len() < TELLING;
    let told = (section.blocks.as_slice(), is_short.then_some(section.title.as_str()));
    (!section.blocks.is_empty()).then_some(told)
}

fn take_equal<'a, K: Ord>(
    old: &'a [Section],
    new: &'a [Section],
    origins: &mut [Option<usize>],
    left: &mut BTreeSet<usize>,
    key: impl Fn(&'a Section) -> Option<K>,
) {
    let mut bearers: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
    for index in left.iter() {
        if let Some(key) = key(&old[*index]) {
            bearers.entry(key).or_default().push_back(*index);
        }
    }
    for (origin, section) in origins.iter_mut().zip(new).filter(|(origin, _)| origin.is_none()) {
        *origin = key(section).and_then(|key| bearers.get_mut(&key)?.pop_front());
        if let Some(taken) = origin {
            left.remove(taken);
        }
    }
}

fn take_alike(old: &[Section], new: &[Section], origins: &mut [Option<usize>], left: &mut BTreeSet<usize>) {
    let bags: Vec<_> = left.iter().map(|index| (*index, words_of(&old[*index]))).collect();
    let mut candidates = Vec::new();
    for (index, section) in new.iter().enumerate().filter(|(index, _)| origins[*index].is_none()) {
        let words = words_of(section);
        let alike = bags.iter().map(|(origin, bag)| (words.likeness(bag), index, *origin));
        candidates.extend(alike.filter(|(likeness, ..)| *likeness >= ALIKE));
    }
    // The most alike first; among equals the first in the text.
    candidates.sort_by_key(|(likeness, index, origin)| (std::cmp::Reverse(*likeness), *index, *origin));
    for (_, index, origin) in candidates {
        if origins[index].is_none() && left.remove(&origin) {
            origins[index] = Some(origin);
        }
    }
}

fn words_of(section: &Section) -> Bag<'_> {
    Bag::of(std::iter::once(&section.title).chain(&section.blocks).map(String::as_str))
}

/// Tells of every new section whether it stands elsewhere than it did: in another chapter, or out of the order that the
/// most sections kept.
pub(super) fn moved(old: &[Section], new: &[Section], origins: &[Option<usize>]) -> Vec<bool> {
    let homes = homes(old, new, origins);
    let at_home = |section: &Section, origin: &usize| homes.get(&old[*origin].chapter) == Some(&section.chapter);
    let stayed =
        new.iter().zip(origins).filter_map(|(section, origin)| origin.filter(|origin| at_home(section, origin)));
    let in_order = longest_rise(&stayed.collect::<Vec<_>>());
    origins.iter().map(|origin| origin.is_some_and(|origin| !in_order.contains(&origin))).collect()
}

/// Returns for every old chapter the new one that has the most of it; where two have as much, the one with its title.
fn homes(old: &[Section], new: &[Section], origins: &[Option<usize>]) -> BTreeMap<usize, usize> {
    let opens =
        |sections: &[Section], index: usize| index == 0 || sections[index - 1].chapter != sections[index].chapter;
    let mut shares: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (index, origin) in origins.iter().enumerate() {
        let Some(origin) = *origin else { continue };
        let titles = opens(old, origin) && opens(new, index);
        *shares.entry((old[origin].chapter, new[index].chapter)).or_default() += 2 + usize::from(titles);
    }
    let mut homes: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for ((from, to), share) in shares {
        let home = homes.entry(from).or_insert((to, share));
        if share > home.1 {
            *home = (to, share);
        }
    }
    homes.into_iter().map(|(from, (to, _))| (from, to)).collect()
}

/// Returns the longest rising choice out of a list of different numbers.
pub(super) fn longest_rise(numbers: &[usize]) -> BTreeSet<usize> {
    // For each length the index of the smallest number that ends a rise of that length.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let last = ends.last().copied();
    std::iter::successors(last, |index| before[*index]).map(|index| numbers[index]).collect()
}
