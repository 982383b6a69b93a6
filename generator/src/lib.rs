//! Builds the site of a consultation from Markdown and YAML.
//!
//! The data goes one way, and reads and writes stand at its ends:
//! `source` (read all) → `content` (raw values) → `model` (what is true) → `check` → `page`, `output` → `emit`.
//! [`pipeline`] is that line in one function; the commands are its short callers.

mod address;
mod calendar;
mod check;
pub mod commands;
mod content;
mod diagnostic;
mod digest;
mod edit;
mod emit;
#[cfg(feature = "serve")]
pub mod export;
mod markdown;
mod memory;
mod model;
mod output;
mod page;
mod pictures;
pub mod pipeline;
mod prose;
mod publish;
mod redline;
mod scaffold;
mod schema;
mod slug;
mod source;
mod theme;
mod typography;
mod yaml;
