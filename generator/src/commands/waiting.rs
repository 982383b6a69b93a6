use std::{
    io::{IsTerminal as _, stderr},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use super::complain;
use crate::{
    diagnostic::Texts,
    emit::{Output, Sink},
};

/// How often the line is written anew.
const BEAT: Duration = Duration::from_secs(1);

/// A line on the terminal that tells how long the work has gone on and, once all is read, how many files are made.
pub(super) struct Waiting<'a> {
    texts: &'a Texts,
    started: Instant,
    files: AtomicUsize,
}

impl<'a> Waiting<'a> {
    /// Begins to wait; `started` is when the work began.
    pub(super) fn since(started: Instant, texts: &'a Texts) -> Self {
        Self { texts, started, files: AtomicUsize::new(0) }
    }

    /// Does some work, with the line under way; it is gone in the end. Where standard error is no terminal, and for work
    /// that is done within a second, nothing is shown.
    pub(super) fn shown<T>(&self, work: impl FnOnce() -> T) -> T {
        if !stderr().is_terminal() {
            return work();
        }
        let (done, told) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || self.beat(&told));
            // Gone with the work, however that ends.
            let _done: Sender<()> = done;
            work()
        })
    }

    /// Returns a sink that hands everything on to `sink` and counts it.
    pub(super) fn counting(&'a self, sink: &'a dyn Sink) -> Counting<'a> {
        Counting { sink, files: &self.files }
    }

    fn beat(&self, told: &Receiver<()>) {
        let mut width = 0;
        while told.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
            let seconds = self.started.elapsed().as_secs().to_string();
            let files = self.files.load(Ordering::Relaxed).to_string();
            let key = if files == "0" { "waiting-read" } else { "waiting-made" };
            let line = self.texts.phrase(key, &[("seconds", &seconds), ("files", &files)]);
            // What went before may have been longer.
            let line = format!("{line:width$}");
            complain(&format!("\r{line}"));
            width = line.chars().count();
        }
        // Blanks clear a line on every terminal, those that know no colours too.
        if width > 0 {
            complain(&format!("\r{:width$}\r", ""));
        }
    }
}

/// A sink that counts what goes through it.
pub(super) struct Counting<'a> {
    sink: &'a dyn Sink,
    files: &'a AtomicUsize,
}

impl Sink for Counting<'_> {
    fn take(&self, path: String, output: Output) {
        self.sink.take(path, output);
        self.files.fetch_add(1, Ordering::Relaxed);
    }
}
