//! The set that is served, and the one way to put another in its place.

use std::sync::Arc;

use forms_fn::App;
use tokio::sync::watch::{self, Receiver, Sender};

use super::site::Set;

/// The set that is served now, as those who answer see it.
pub(super) type Sets = Receiver<Arc<Set>>;

/// Where a set is served from: its pages here, its forms in the function.
pub(super) struct Place {
    app: Arc<App>,
    sets: Sender<Arc<Set>>,
}

impl Place {
    /// Opens the place with the first set; `app` has its forms.
    pub(super) fn open(app: Arc<App>, first: Set) -> (Self, Sets) {
        let (sets, shown) = watch::channel(Arc::new(first));
        (Self { app, sets }, shown)
    }

    /// Returns the set that is served now.
    pub(super) fn shown(&self) -> Arc<Set> {
        self.sets.borrow().clone()
    }

    /// Puts a set in place of the one that is there, unless it is the same or nothing follows any more.
    ///
    /// # Errors
    /// When its forms cannot be read; then everything stays as it was.
    pub(super) fn put(&self, set: Set) -> anyhow::Result<()> {
        let shown = self.shown();
        if set.shows_same_as(&shown) {
            return Ok(());
        }
        if !set.has_forms_of(&shown) {
            self.app.replace_catalogue(set.catalogue()?);
        }
        self.sets.send_if_modified(|shown| {
            let follows = !shown.last;
            if follows {
                *shown = Arc::new(set.after(shown));
            }
            follows
        });
        Ok(())
    }

    /// Shows the present set as the last one: no other follows.
    pub(super) fn close(&self) {
        self.sets.send_modify(|shown| *shown = Arc::new(shown.last_one()));
    }
}
