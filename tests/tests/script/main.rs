//! The form with every kind of question in a browser with scripts: what the form's script adds, and that the way to the
//! receipt is the same without it.
//!
//! 1. `kept`: what the script counts, shows, keeps and forgets.
//! 2. `ways`: forms of several pages, remarks, a file on the device, a slow network, a narrow screen.

// A test waits for the browser by the clock.
#![allow(clippy::disallowed_methods)]

mod kept;
mod visitor;
mod ways;
