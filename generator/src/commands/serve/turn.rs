//! From a change to the next set.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::RecvTimeoutError},
    time::Duration,
};

use anyhow::anyhow;
use forms_fn::Clock;
use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{
    place::Place,
    site::{Builder, Made, Set},
    watch::Watch,
};
use crate::commands::day_of;

/// Longest time until the calendar, and the commit, are looked at again.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// How often a set is made again because something was saved meanwhile.
const MOST_BUILDS: usize = 5;

/// Makes sets out of the tree, none of a file that is being saved.
pub(super) struct Maker {
    pub(super) builder: Builder,
    pub(super) watch: Watch,
}

/// Everything that makes sets and puts them in place.
pub(super) struct Turning {
    pub(super) maker: Maker,
    pub(super) clock: Clock,
    pub(super) place: Arc<Place>,
}

impl Maker {
    /// Makes the first set.
    ///
    /// # Errors
    /// When there is no tree to read, or no day to build it for.
    pub(super) fn first(&mut self) -> anyhow::Result<Set> {
        let before = self.builder.before();
        let made = self.make(&before)?;
        Ok(self.builder.accept(made))
    }

    /// Waits until something has changed that can be read.
    fn changed(&mut self, longest: Duration) -> Result<(), RecvTimeoutError> {
        self.watch.changed(longest, |path| self.builder.knows(path))
    }

    /// Makes the set that follows `last`. What is being saved counts as it was before; a file that was saved while it
    /// was read may have been caught half-written, so then the tree is read again.
    fn make(&mut self, last: &Set) -> anyhow::Result<Made> {
        let mut builds = 0;
        loop {
            let held = self.watch.unsettled(|path| self.builder.knows(path));
            let read = self.builder.read(&held);
            if self.watch.is_disturbed(&held) {
                continue;
            }
            let made = self.builder.build(read?, last)?;
            builds += 1;
            // News may come late, though never so late that a tree which is saved all the time is not shown.
            if builds == MOST_BUILDS || !self.watch.is_disturbed(&held) {
                return Ok(made);
            }
        }
    }
}

impl Turning {
    /// Makes a new set whenever something is saved, and whenever a day begins.
    pub(super) fn run(mut self) {
        let mut drawn_for = self.today();
        loop {
            // Never long: the clock of a sleep stops while a laptop sleeps, and the calendar's does not.
            let rest = until_midnight(self.clock.now()).unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP);
            match self.maker.changed(rest) {
                Err(RecvTimeoutError::Disconnected) => {
                    let texts = self.place.shown().texts.clone();
                    return self.stopped(&anyhow!("{}", texts.phrase("unwatched", &[])));
                }
                Err(RecvTimeoutError::Timeout) if self.today() == drawn_for && !self.maker.builder.committed() => {
                    continue;
                }
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            }
            drawn_for = self.today();
            self.turn();
            // After the pages are in place: asking git takes longer than they do.
            if self.maker.builder.committed() {
                self.turn();
            }
        }
    }

    /// Makes a set out of the tree as it is now and puts it in place; what keeps it from that is shown instead.
    fn turn(&mut self) {
        let error = match catch_unwind(AssertUnwindSafe(|| self.next())) {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(panic) => {
                self.maker.builder.forget();
                let texts = self.place.shown().texts.clone();
                anyhow!("{}", texts.phrase("own-mistake", &[("what", &words(&*panic))]))
            }
        };
        self.stopped(&error);
    }

    fn next(&mut self) -> anyhow::Result<()> {
        let made = self.maker.make(&self.place.shown())?;
        self.place.put(self.maker.builder.accept(made))
    }

    fn stopped(&mut self, error: &anyhow::Error) {
        let set = self.maker.builder.stopped(error, &self.place.shown());
        if let Err(error) = self.place.put(set) {
            // Not reached: its forms are those that are served.
            tracing::error!(error = format!("{error:#}"), "failed to show what is wrong");
        }
    }

    fn today(&self) -> Option<Date> {
        day_of(self.clock.now()).ok()
    }
}

/// Returns what a panic says.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Returns how long it is until the next day begins in Poland.
fn until_midnight(instant: Timestamp) -> Option<Duration> {
    let local = instant.in_tz(forms::ZONE).ok()?;
    let next = local.start_of_day().ok()?.checked_add(1.day()).ok()?;
    next.timestamp().duration_since(instant).try_into().ok()
}

#[cfg(test)]
mod tests;
