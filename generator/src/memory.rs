//! What the last build of this process made, kept by what it was made from.
//!
//! A value is taken over exactly when everything that went into it has the same SHA-256, so nobody keeps a list of what
//! depends on what. A build of its own remembers nothing; `serve` hands the memory from build to build, and what a build
//! did not ask for is forgotten after it.

mod digest;

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use serde::Serialize;

pub(crate) use self::digest::digest;
use crate::{
    content::Reading,
    theme::{Look, Resolved},
};

/// The SHA-256 of what a value was made from.
pub(crate) type Key = [u8; 32];

/// The memory of a process; none of a build that stands alone.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    on: bool,
    readings: Shelf<Reading>,
    looks: Shelf<Resolved>,
    drawings: Shelf<Bytes>,
}

impl Memory {
    /// Returns a memory that keeps what is made.
    pub(crate) fn new() -> Self {
        Self { on: true, ..Self::default() }
    }

    /// Returns what `read` makes of a Markdown file, `parts` being all that it looks at.
    pub(crate) fn reading(&self, parts: &impl Serialize, read: impl FnOnce(Option<Key>) -> Reading) -> Arc<Reading> {
        self.recall(&self.readings, parts, read)
    }

    /// Returns the look that `resolve` makes, `parts` being all that it looks at.
    pub(crate) fn look(&self, parts: &impl Serialize, resolve: impl FnOnce(Option<Key>) -> Resolved) -> Arc<Resolved> {
        self.recall(&self.looks, parts, resolve)
    }

    fn recall<T>(&self, shelf: &Shelf<T>, parts: &impl Serialize, make: impl FnOnce(Option<Key>) -> T) -> Arc<T> {
        let Some(key) = self.key(parts) else { return Arc::new(make(None)) };
        shelf.get(key).unwrap_or_else(|| shelf.keep(key, make(Some(key))))
    }

    /// Returns the page that `draw` makes with a look from a template and its data, `parts`; a failure is not kept.
    pub(crate) fn drawing<E>(
        &self,
        look: &Look,
        parts: &impl Serialize,
        draw: impl FnOnce() -> Result<String, E>,
    ) -> Result<Bytes, E> {
        let key = look.key.and_then(|look| self.key(&(look, parts)));
        let Some(key) = key else { return draw().map(Bytes::from) };
        match self.drawings.get(key) {
            Some(drawn) => Ok(drawn.as_ref().clone()),
            None => Ok(self.drawings.keep(key, Bytes::from(draw()?)).as_ref().clone()),
        }
    }

    /// Returns the key of a value; none where nothing is kept.
    fn key(&self, parts: &impl Serialize) -> Option<Key> {
        if self.on { digest(parts) } else { None }
    }

    /// Forgets what the build that ended did not ask for. One that stopped before everything was drawn says nothing of
    /// what the next will ask for: after it the last good one is remembered.
    pub(crate) fn turn(&mut self, complete: bool) {
        self.readings.turn();
        if complete {
            self.looks.turn();
            self.drawings.turn();
        } else {
            self.looks.forget();
            self.drawings.forget();
        }
    }
}

/// Values by their keys: those of the last build, and those that this one asked for.
#[derive(Debug)]
struct Shelf<T> {
    last: HashMap<Key, Arc<T>>,
    now: Mutex<HashMap<Key, Arc<T>>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { last: HashMap::new(), now: Mutex::default() }
    }
}

impl<T> Shelf<T> {
    fn get(&self, key: Key) -> Option<Arc<T>> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let value = now.get(&key).or_else(|| self.last.get(&key)).cloned()?;
        now.insert(key, value.clone());
        Some(value)
    }

    fn keep(&self, key: Key, value: T) -> Arc<T> {
        let value = Arc::new(value);
        self.now.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone());
        value
    }

    fn turn(&mut self) {
        self.last = mem::take(self.now.get_mut().unwrap_or_else(PoisonError::into_inner));
    }

    fn forget(&mut self) {
        self.now.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_drawn_again_when_what_it_is_drawn_from_changes() {
        let mut shelf = Shelf::default();
        let (one, two) = (digest(&("page.html", "a")).unwrap(), digest(&("page.htm", "la")).unwrap());
        assert_ne!(one, two);
        shelf.keep(one, "drawn");
        shelf.turn();
        assert_eq!(shelf.get(one).as_deref(), Some(&"drawn"));
        assert_eq!(shelf.get(two), None);
        shelf.turn();
        assert!(shelf.get(one).is_some(), "asked for, so kept");
        shelf.turn();
        shelf.turn();
        assert_eq!(shelf.get(one), None, "nobody asked for it in a whole build");
    }
}
