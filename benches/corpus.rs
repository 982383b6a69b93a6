//! The site that everything is measured with: the one of the crate `tests`.

#[path = "../tests/src/corpus.rs"]
mod corpus;

pub use corpus::files;
