//! What is saved in the tree, as the system tells it.
//!
//! The first event of a save is acted on, once the file is closed; those that have come by then belong to it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use notify::{
    Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, CreateKind, ModifyKind},
};

use crate::source;

/// How long a file that is being written is waited for.
const PATIENCE: Duration = Duration::from_millis(100);
/// How often all files are looked at where the system does not tell of changes.
const INTERVAL: Duration = Duration::from_millis(500);

/// A watch over the folders that a build reads.
pub(super) struct Watch {
    root: PathBuf,
    watcher: Box<dyn Watcher + Send>,
    events: Receiver<Event>,
    /// Files that were written to and not closed yet.
    open: BTreeSet<PathBuf>,
    /// Whether the system tells when a file is closed.
    tells_closing: bool,
    new_folder: bool,
}

impl Watch {
    /// Starts to watch the tree under `root`, an absolute path; with `poll` by looking at all files again and again.
    ///
    /// # Errors
    /// When the system has no watch left.
    pub(super) fn start(root: &Path, poll: bool) -> anyhow::Result<Self> {
        let (sender, events) = channel();
        let folder = root.to_owned();
        let hand_on = move |event: notify::Result<Event>| {
            if let Some(event) = event.ok().filter(|event| concerns(&folder, event)) {
                // Nobody listens any more when the process ends.
                let _ = sender.send(event);
            }
        };
        let config = Config::default().with_poll_interval(INTERVAL);
        let watcher: notify::Result<Box<dyn Watcher + Send>> = if poll {
            PollWatcher::new(hand_on, config).map(|watcher| Box::new(watcher) as _)
        } else {
            RecommendedWatcher::new(hand_on, config).map(|watcher| Box::new(watcher) as _)
        };
        let watcher = watcher.context("failed to watch the files; `--poll` looks at them instead")?;
        let tells_closing = cfg!(target_os = "linux") && !poll;
        let root = root.to_owned();
        let mut watch = Self { root, watcher, events, open: BTreeSet::new(), tells_closing, new_folder: false };
        let root = watch.root.clone();
        watch.watcher.watch(&root, RecursiveMode::NonRecursive).context("failed to watch the files")?;
        watch.follow();
        Ok(watch)
    }

    /// Waits until something has changed and no file is being written.
    pub(super) fn changed(&mut self, longest: Duration) -> Result<(), RecvTimeoutError> {
        let first = self.events.recv_timeout(longest)?;
        let patience = Instant::now() + PATIENCE;
        let mut next = Some(first);
        while let Some(event) = next {
            self.note(event);
            let rest = patience.saturating_duration_since(Instant::now());
            next = if self.open.is_empty() { self.events.try_recv().ok() } else { self.events.recv_timeout(rest).ok() };
        }
        // What is still open is read as it is; it is read again when it is closed.
        self.open.clear();
        Ok(())
    }

    /// Tells, once, whether a folder has come.
    pub(super) fn has_new_folder(&mut self) -> bool {
        std::mem::take(&mut self.new_folder)
    }

    fn note(&mut self, event: Event) {
        let folder = match event.kind {
            EventKind::Create(CreateKind::Folder) => true,
            EventKind::Modify(ModifyKind::Name(_)) | EventKind::Create(_) => {
                event.paths.iter().any(|path| path.is_dir())
            }
            _ => false,
        };
        if folder {
            self.new_folder = true;
            self.follow();
        }
        let written =
            matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)) | EventKind::Create(CreateKind::File));
        for path in event.paths {
            if written && self.tells_closing {
                self.open.insert(path);
            } else {
                self.open.remove(&path);
            }
        }
    }

    /// Watches the folders that are there, those that have come back too.
    fn follow(&mut self) {
        for folder in source::FOLDERS {
            // One that is not there is told of when it comes.
            let _ = self.watcher.watch(&self.root.join(folder), RecursiveMode::Recursive);
        }
    }
}

/// Tells whether an event is a change of something that a build reads; that it reads a file is an event too.
fn concerns(root: &Path, event: &Event) -> bool {
    let change = !matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
    let inside = |path: &PathBuf| {
        path.strip_prefix(root).is_ok_and(|path| source::FOLDERS.iter().any(|folder| path.starts_with(folder)))
    };
    change && (event.need_rescan() || event.paths.iter().any(inside))
}
