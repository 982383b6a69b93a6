//! What is saved in the tree, as the system tells it: the one room that knows how programs save.
//!
//! - In place: a file is written to and closed. Until then it is half a file, and counts as it was before.
//! - Beside: another file is written, and renamed over the old one. At no moment is it half.
//! - Away and anew: the old file gets another name, or goes, and a new one is written under its name. For a moment it is not
//!   there, and what stands beside it for that moment is no page.
//!
//! So a change is acted on at once where a file was there before and is there now, closed. Names that come and go are waited
//! for a moment, so that a renamed page is not there twice or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Metadata},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant, SystemTime},
};

use anyhow::Context as _;
use notify::{
    Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, CreateKind, ModifyKind},
};
use walkdir::WalkDir;

use crate::source;

/// How long a name has been there, or gone, until that is a change; and how long a file has not changed until it is read,
/// where nobody tells that it is closed.
const REST: Duration = Duration::from_millis(200);
/// How long a file that was written to may stay as it is until it is read though nobody has closed it: some programs never do.
const NEVER_CLOSED: Duration = Duration::from_secs(10);
/// How long a change waits for names that come and go all the time.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often all files are looked at where the system does not tell of changes.
const INTERVAL: Duration = Duration::from_millis(500);

/// A watch over the folders that a build reads.
pub(super) struct Watch {
    root: PathBuf,
    watcher: Box<dyn Watcher + Send>,
    events: Receiver<Event>,
    /// What was heard of, and cannot be read yet.
    touched: BTreeMap<PathBuf, Touch>,
    /// Whether there is a change that can be read.
    due: bool,
    /// Whether the system tells when a file is closed.
    tells_closing: bool,
}

/// A path of which something was heard.
#[derive(Debug)]
struct Touch {
    state: State,
    look: Option<Look>,
    /// When it was last heard of, or seen to differ.
    since: Instant,
    /// How long it has to stay as it is.
    rest: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Whoever wrote to it has closed it, or it is gone.
    Closed,
    /// Nobody tells whether it is closed.
    Unknown,
    /// It has come. With something in it, it may have come whole, by a link; nobody closes it then.
    Created,
    /// It was written to, and will be closed.
    Written,
}

/// What can be seen of a file from outside.
type Look = (u64, Option<SystemTime>);

impl Watch {
    /// Starts to watch the tree under `root`, an absolute path; with `poll` by looking at all files again and again.
    ///
    /// # Errors
    /// When the system has no watch left.
    pub(super) fn start(root: &Path, poll: bool) -> anyhow::Result<Self> {
        let (sender, events) = channel();
        let folder = root.to_owned();
        let hand_on = move |event: notify::Result<Event>| {
            if let Some(event) = event.ok().and_then(|event| concerning(&folder, event)) {
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
        let touched = BTreeMap::new();
        let mut watch = Self { root: root.to_owned(), watcher, events, touched, due: false, tells_closing };
        watch.watcher.watch(root, RecursiveMode::NonRecursive).context("failed to watch the files")?;
        watch.follow();
        Ok(watch)
    }

    /// Waits until something has changed that can be read. `knows` tells what was there when the tree was last read.
    pub(super) fn changed(&mut self, longest: Duration, knows: impl Fn(&Path) -> bool) -> Result<(), RecvTimeoutError> {
        let end = Instant::now() + longest;
        let mut patience = None;
        loop {
            self.settle(&knows);
            let now = Instant::now();
            if self.due {
                let patience = *patience.get_or_insert(now + PATIENCE);
                let comes_or_goes = self.touched.values().any(|touch| touch.rest <= REST);
                if !comes_or_goes || now >= patience {
                    self.due = false;
                    return Ok(());
                }
            }
            if now >= end {
                return Err(RecvTimeoutError::Timeout);
            }
            let settled = self.touched.values().map(|touch| touch.since + touch.rest);
            let wake = settled.min().map_or(end, |settled| settled.min(end));
            match self.events.recv_timeout(wake.saturating_duration_since(now)) {
                Ok(event) => self.note(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(gone) => return Err(gone),
            }
            self.hear();
        }
    }

    /// Returns what cannot be read yet, since it is being saved; everything else can be read now.
    pub(super) fn unsettled(&mut self, knows: impl Fn(&Path) -> bool) -> BTreeSet<PathBuf> {
        self.hear();
        self.settle(&knows);
        self.due = false;
        self.touched.keys().cloned().collect()
    }

    /// Tells whether more was saved meanwhile than is `held`.
    pub(super) fn is_disturbed(&mut self, held: &BTreeSet<PathBuf>) -> bool {
        self.hear();
        self.due || self.touched.keys().any(|path| !held.contains(path))
    }

    /// Notes what has been told by now.
    fn hear(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.note(event);
        }
    }

    fn note(&mut self, event: Event) {
        if event.need_rescan() {
            self.follow();
            self.due = true;
        }
        for path in event.paths {
            if path.is_dir() {
                self.note_folder(&path, event.kind);
            } else {
                let state = self.state(event.kind, &path);
                self.touch(path, state);
            }
        }
    }

    /// Returns the state of a file after an event.
    fn state(&self, kind: EventKind, path: &Path) -> State {
        match kind {
            _ if !self.tells_closing => State::Unknown,
            EventKind::Create(CreateKind::File) => State::Created,
            EventKind::Modify(ModifyKind::Data(_)) => State::Written,
            EventKind::Modify(ModifyKind::Metadata(_)) => {
                self.touched.get(path).map_or(State::Closed, |touch| touch.state)
            }
            _ => State::Closed,
        }
    }

    fn touch(&mut self, path: PathBuf, state: State) {
        let look = look(&path);
        self.touched.insert(path, Touch { state, look, since: Instant::now(), rest: REST });
    }

    /// Follows a folder that has come. What came into it before that was not told.
    fn note_folder(&mut self, folder: &Path, kind: EventKind) {
        if !matches!(kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_))) {
            // Who may read it is another matter.
            self.due = true;
            return;
        }
        self.follow();
        for entry in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            let path = entry.path();
            if entry.file_type().is_file() && is_read(&self.root, path) && !self.touched.contains_key(path) {
                self.touch(path.to_owned(), State::Unknown);
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

    /// Lets go of what can be read by now.
    fn settle(&mut self, knows: &impl Fn(&Path) -> bool) {
        let now = Instant::now();
        let mut due = self.due;
        self.touched.retain(|path, touch| {
            let look = look(path);
            if look != touch.look {
                (touch.look, touch.since) = (look, now);
            }
            touch.rest = match (look, knows(path)) {
                // It has come and gone.
                (None, false) => return false,
                (None, true) => REST,
                (Some(look), true) => touch.state.rest(look),
                (Some(look), false) => touch.state.rest(look).max(REST),
            };
            let rests = now < touch.since + touch.rest;
            due |= !rests;
            rests
        });
        self.due = due;
    }
}

impl State {
    /// Returns how long a file has to stay as it is until it is whole.
    fn rest(self, (length, _): Look) -> Duration {
        match self {
            Self::Closed => Duration::ZERO,
            Self::Unknown => REST,
            Self::Created if length > 0 => REST,
            Self::Created | Self::Written => NEVER_CLOSED,
        }
    }
}

fn look(path: &Path) -> Option<Look> {
    let file: Metadata = fs::symlink_metadata(path).ok()?;
    Some((file.len(), file.modified().ok()))
}

/// Returns an event with those of its paths that a build reads, if it is a change of any; that it reads a file is an event too.
fn concerning(root: &Path, mut event: Event) -> Option<Event> {
    let change = !matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
    event.paths.retain(|path| is_read(root, path));
    (change && (event.need_rescan() || !event.paths.is_empty())).then_some(event)
}

/// Tells whether a build reads what lies at a path under `root`.
fn is_read(root: &Path, path: &Path) -> bool {
    let inside = path.strip_prefix(root).ok().filter(|path| source::FOLDERS.iter().any(|name| path.starts_with(name)));
    inside.is_some_and(|path| !path.iter().any(source::is_left_aside))
}
