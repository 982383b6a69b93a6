//! From a change to the next set.

use std::{
    sync::{Arc, mpsc::RecvTimeoutError},
    time::Duration,
};

use forms_fn::App;
use jiff::{Timestamp, ToSpan as _, civil::Date};
use tokio::sync::watch::Sender;

use super::{
    site::{Builder, Set},
    watch::Watch,
};
use crate::commands::day_of;

/// Longest time until the calendar is looked at again.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// How often a tree that changes while it is read is read again.
const MOST_READINGS: usize = 5;
/// When a new folder is looked at once more: files may have come into it before it was watched.
const SECOND_LOOK: Duration = Duration::from_millis(200);

/// Everything that makes sets and puts them in place.
pub(super) struct Turning {
    pub(super) builder: Builder,
    pub(super) app: Arc<App>,
    pub(super) sets: Arc<Sender<Arc<Set>>>,
    pub(super) watch: Watch,
}

impl Turning {
    /// Makes a new set whenever something is saved, and whenever a day begins.
    pub(super) fn run(mut self) {
        let mut drawn_for = self.today();
        loop {
            // Never long: the clock of a sleep stops while a laptop sleeps, and the calendar's does not.
            let rest = until_midnight(self.app.clock.now()).unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP);
            match self.watch.changed(rest) {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if self.today() == drawn_for => continue,
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            }
            drawn_for = self.today();
            self.turn();
            if self.watch.has_new_folder() && self.watch.changed(SECOND_LOOK) != Err(RecvTimeoutError::Disconnected) {
                self.turn();
            }
            // After the pages are in place: asking git takes longer than they do.
            if self.builder.committed() {
                self.turn();
            }
        }
    }

    /// Makes a set out of the tree as it is now and puts it in place, unless it is the one that is there.
    fn turn(&mut self) {
        let last = self.sets.borrow().clone();
        let set = self.next(&last).unwrap_or_else(|error| self.builder.stopped(&error, &last));
        if set.shows_same_as(&last) {
            return;
        }
        if !set.has_forms_of(&last) {
            match set.catalogue() {
                Ok(catalogue) => self.app.replace_catalogue(catalogue),
                Err(error) => {
                    let set = self.builder.stopped(&error, &last);
                    self.sets.send_replace(Arc::new(set));
                    return;
                }
            }
        }
        self.sets.send_modify(|shown| {
            if !shown.last {
                *shown = Arc::new(set);
            }
        });
    }

    fn next(&mut self, last: &Set) -> anyhow::Result<Set> {
        let mut read = self.builder.read()?;
        for _ in 1..MOST_READINGS {
            // What was caught while it was written is read again.
            if self.watch.changed(Duration::ZERO).is_err() {
                break;
            }
            read = self.builder.read()?;
        }
        self.builder.build(read, last)
    }

    fn today(&self) -> Option<Date> {
        day_of(self.app.clock.now()).ok()
    }
}

/// Returns how long it is until the next day begins in Poland.
fn until_midnight(instant: Timestamp) -> Option<Duration> {
    let local = instant.in_tz(forms::ZONE).ok()?;
    let next = local.start_of_day().ok()?.checked_add(1.day()).ok()?;
    next.timestamp().duration_since(instant).try_into().ok()
}
