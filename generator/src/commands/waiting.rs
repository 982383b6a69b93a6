use std::{
    io::{IsTerminal as _, stderr},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::complain;

/// How often the line is written anew.
const BEAT: Duration = Duration::from_secs(1);

/// A line on the terminal that tells how long the work has gone on; it is gone when this is dropped.
pub(super) struct Waiting(Option<(Sender<()>, JoinHandle<()>)>);

impl Waiting {
    /// Begins to wait. Where standard error is no terminal, and for work that is done within a second, nothing is shown.
    pub(super) fn on_a_terminal() -> Self {
        if !stderr().is_terminal() {
            return Self(None);
        }
        let (done, told) = mpsc::channel();
        let started = Instant::now();
        let beat = move || {
            let mut shown = false;
            while told.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                complain(&format!("\r… {} s", started.elapsed().as_secs()));
                shown = true;
            }
            if shown {
                complain("\r\u{1b}[K");
            }
        };
        Self(Some((done, thread::spawn(beat))))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((done, beat)) = self.0.take() {
            drop(done);
            // A thread that only prints has nothing to tell.
            let _ = beat.join();
        }
    }
}
